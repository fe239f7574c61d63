/* # of symbols: of texts, of constant tables, and of the trial's own lists, whose length may vary.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_choice.h"

static bool is_there(const pil_symbol *item) {
  return item->kind != PIL_KNOWN_NIL && item->kind != PIL_LANE_MIX && item->kind != PIL_LANE_CHOICE &&
         item->kind != PIL_KNOWN_CONFLICT;
}

/* #: items from the first on that are not nil. A lane with a gap is given back, since its
 * length is for Lua to say. */
static bool length_of_object(pil_build *b, const pil_object *object, pil_symbol *out) {
  pil_operand length = pil_build_constant_i(0), gone = pil_build_constant_i(0);
  int64_t sure = 0;
  if (object->list > 0) {
    *out = object->length;
    return true;
  }
  pil_build_charge(b, (object->item_count + object->entry_count) * PIL_WORK_ENTRY);
  for (size_t i = 0; i < object->entry_count; i++) {
    const struct pil_object_entry *entry = &object->entries[i];
    if (entry->key.kind != PIL_KNOWN_INTEGER || entry->key.integer < 1) continue;
    pil_operand there = pil_build_andnot(b, b->mask, pil_choice_nil(b, &entry->value));
    if (!pil_build_guard(b, there, "the length of a table with gaps")) return false;
  }
  for (size_t i = 0; i < object->item_count; i++) {
    const pil_symbol *item = &object->items[i];
    if (is_there(item) && pil_build_is_none(gone)) {
      sure++;
      continue;
    }
    if (item->kind == PIL_KNOWN_CONFLICT) return pil_build_give_up(b, "the length of a table of several kinds");
    pil_operand nil = pil_choice_nil(b, item);
    pil_operand gap = pil_build_andnot(b, gone, nil);
    if (!pil_build_guard(b, pil_build_and(b, b->mask, gap), "the length of a table with gaps")) return false;
    gone = pil_build_or(b, gone, nil);
    if (pil_build_is_none(gone)) {
      sure++;
      continue;
    }
    if (pil_build_is_all(nil)) continue;
    pil_operand one = pil_build_emit(b, PIL_IR_SELECT_I, 0, nil, pil_build_constant_i(0), pil_build_constant_i(1));
    length = length.is_constant && length.integer == 0 ? one : pil_build_binary(b, PIL_IR_ADD_I, length, one);
  }
  if (length.is_constant) *out = pil_symbol_integer(sure + length.integer);
  else *out = pil_symbol_lane_i(pil_build_binary(b, PIL_IR_ADD_I, length, pil_build_constant_i(sure)));
  return !b->stopped;
}

static bool length_of(pil_build *b, const void *context, const pil_symbol *table, pil_symbol *out) {
  (void)context;
  return pil_build_length(b, table, out);
}

bool pil_build_length(pil_build *b, const pil_symbol *table, pil_symbol *out) {
  if (pil_choice_is_open(table)) return pil_choice_each(b, table, length_of, NULL, out);
  switch (table->kind) {
    case PIL_KNOWN_TEXT: *out = pil_symbol_integer((int64_t)strlen(table->text)); return true;
    case PIL_KNOWN_OBJECT: return length_of_object(b, &b->objects[table->index], out);
    case PIL_KNOWN_TABLE:
      if (table->table->is_opaque) return pil_build_give_up(b, "a table with a metatable");
      *out = pil_symbol_integer((int64_t)table->table->length);
      return true;
    default: return pil_build_give_up(b, "the length of what is no table in lanes");
  }
}
