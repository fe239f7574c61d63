/* Lists: arrays of a trial that a loop makes longer, or reads at an index that varies. The builder cannot keep
 * their items one by one, as it does for other tables, so they are rows in the machine's memory. Items are of one
 * kind, from 1 to the length without a gap; what else Lua allows is handed back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_choice.h"

enum { LISTS = 16 };

/* Patterns of lists are of lanes, whatever the first items were. */
static pil_symbol lane_pattern(pil_build *b, const pil_symbol *s) {
  pil_symbol pattern = *s;
  switch (s->kind) {
    case PIL_KNOWN_INTEGER: pattern.kind = PIL_LANE_INTEGER; break;
    case PIL_KNOWN_FLOAT: pattern.kind = PIL_LANE_FLOAT; break;
    case PIL_KNOWN_TEXT:
      pattern.kind = PIL_LANE_TEXT;
      pattern.texts = pil_choice_texts(b, s, s);
      break;
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE: pattern.kind = PIL_LANE_MASK; break;
    default: break;
  }
  return pattern;
}

static bool can_hold(const pil_symbol *element) {
  bool mixes = element->kind == PIL_LANE_MIX && pil_build_is_none(element->nil);
  return mixes || element->kind == PIL_LANE_INTEGER || element->kind == PIL_LANE_FLOAT ||
         element->kind == PIL_LANE_MASK || element->kind == PIL_LANE_TEXT;
}

/* ---- wishes: what a loop found it needs ---- */

void pil_list_wish(pil_build *b, uint32_t object, const pil_symbol *item) {
  size_t i = 0;
  pil_symbol value = pil_choice_without_nil(b, item), element = lane_pattern(b, &value);
  while (i < b->wish_count && b->wishes[i].object != object) i++;
  if (i == b->wish_count) {
    if (!pil_build_grow(b, &b->wishes, b->wish_count, &b->wish_capacity, sizeof *b->wishes)) return;
    b->wishes[b->wish_count++] = (pil_wish){object, element};
  } else {
    b->wishes[i].element = pil_symbol_join(b, &b->wishes[i].element, &element);
  }
  b->wished = true;
}

/* ---- items ---- */

static pil_ir_op item_op(const pil_symbol *element) {
  if (element->kind == PIL_LANE_MASK) return PIL_IR_ITEM_M;
  return element->kind == PIL_LANE_FLOAT || element->kind == PIL_LANE_MIX ? PIL_IR_ITEM_F : PIL_IR_ITEM_I;
}

static bool has_whole_masks(const pil_symbol *element) {
  return element->kind == PIL_LANE_MIX && !element->whole.is_constant;
}

static pil_operand emit_item(pil_build *b, pil_ir_op op, uint32_t list, pil_operand index) {
  pil_operand none = pil_build_constant_i(0);
  return pil_build_emit(b, op, list, index, none, none);
}

static pil_symbol read_item(pil_build *b, const pil_object *o, pil_operand index) {
  pil_symbol item = o->element;
  item.lane = emit_item(b, item_op(&item), o->list - 1, index);
  if (has_whole_masks(&item)) item.whole = emit_item(b, PIL_IR_ITEM_M, o->list, index);
  return item;
}

static void write_item(pil_build *b, const pil_object *o, pil_operand mask, pil_operand index, const pil_symbol *value) {
  pil_operand parts[PIL_SYMBOL_PARTS];
  pil_ir_op keep = (pil_ir_op)(item_op(&o->element) + (PIL_IR_KEEP_F - PIL_IR_ITEM_F));
  pil_symbol_split(b, value, &o->element, parts);
  pil_build_emit(b, keep, o->list - 1, mask, index, parts[0]);
  if (has_whole_masks(&o->element)) pil_build_emit(b, PIL_IR_KEEP_M, o->list, mask, index, parts[1]);
}

static pil_operand at_most(pil_build *b, pil_operand a, pil_operand c) {
  if (a.is_constant && c.is_constant) return pil_build_constant_i(a.integer <= c.integer ? -1 : 0);
  return pil_build_binary(b, PIL_IR_LE_I, a, c);
}

static pil_operand between(pil_build *b, pil_operand index, pil_operand last) {
  return pil_build_and(b, at_most(b, pil_build_constant_i(1), index), at_most(b, index, last));
}

/* Lanes that do not count may hold any index: 1 is always there. */
static pil_operand safe_index(pil_build *b, pil_operand mask, pil_operand index) {
  if (index.is_constant && index.integer >= 1 && index.integer <= PIL_IR_ITEMS) return index;
  return pil_build_emit(b, PIL_IR_SELECT_I, 0, mask, index, pil_build_constant_i(1));
}

/* ---- for the builder ---- */

bool pil_list_make(pil_build *b, uint32_t object, const pil_symbol *wished) {
  pil_object *o = &b->objects[object];
  pil_symbol element = *wished, place = {.kind = PIL_KNOWN_OBJECT, .index = object}, length;
  for (size_t i = 0; i < o->item_count; i++) {
    if (o->items[i].kind == PIL_KNOWN_NIL) continue;
    pil_symbol item = pil_choice_without_nil(b, &o->items[i]);
    item = lane_pattern(b, &item);
    element = pil_symbol_join(b, &element, &item);
  }
  size_t lists = 1 + has_whole_masks(&element);
  if (!can_hold(&element) || b->program->list_count + lists > LISTS || o->item_count > PIL_IR_ITEMS) return false;
  if (!pil_build_length(b, &place, &length)) return false;
  o->element = element;
  o->list = (uint32_t)b->program->list_count + 1;
  b->program->list_count += lists;
  for (size_t i = 0; i < o->item_count; i++) {
    pil_symbol item = pil_choice_without_nil(b, &o->items[i]);
    if (item.kind != PIL_KNOWN_NIL)
      write_item(b, o, pil_build_constant_i(-1), pil_build_constant_i((int64_t)i + 1), &item);
  }
  o->length = length;
  o->item_count = 0;
  return !b->stopped;
}

/* An item, and where there is one. */
static bool find_item(pil_build *b, const pil_object *o, const pil_symbol *key, pil_symbol *item, pil_operand *inside) {
  pil_operand index;
  if (!pil_build_index(b, key, &index)) return false;
  *inside = between(b, index, pil_symbol_to_integer(&o->length));
  *item = read_item(b, o, safe_index(b, *inside, index));
  return !b->stopped;
}

bool pil_list_get(pil_build *b, uint32_t object, const pil_symbol *key, pil_symbol *out) {
  pil_symbol item;
  pil_operand inside, zero = pil_build_constant_i(0);
  if (!find_item(b, &b->objects[object], key, &item, &inside)) return false;
  if (item.kind == PIL_LANE_MASK || item.kind == PIL_LANE_TEXT) {
    pil_symbol nil = pil_symbol_nil();
    *out = pil_choice_make(b, inside, &item, &nil);
    return !b->stopped;
  }
  if (item.kind == PIL_LANE_INTEGER) item.lane = pil_build_emit(b, PIL_IR_SELECT_I, 0, inside, item.lane, zero);
  pil_operand whole = item.kind == PIL_LANE_MIX ? item.whole : pil_build_constant_i(item.kind == PIL_LANE_INTEGER ? -1 : 0);
  *out = (pil_symbol){.kind = PIL_LANE_MIX, .lane = pil_symbol_to_exact(b, &item),
                      .whole = whole, .nil = pil_build_not(b, inside)};
  return !b->stopped;
}

bool pil_list_next(pil_build *b, uint32_t object, const pil_symbol *key, pil_symbol *item, pil_operand *more) {
  return find_item(b, &b->objects[object], key, item, more);
}

/* What is kept must be of the list's kind; if it is not, the loop around begins anew with a list that is. */
static bool check_kind(pil_build *b, uint32_t object, const pil_symbol *value) {
  const pil_object *o = &b->objects[object];
  pil_symbol own = lane_pattern(b, value), joined = pil_symbol_join(b, &o->element, &own);
  if (joined.kind == PIL_LANE_TEXT && !pil_choice_same_texts(joined.texts, o->element.texts)) {
    pil_list_wish(b, object, &joined);
    return pil_build_give_up(b, "a list of other texts");
  }
  bool same_whole = joined.kind != PIL_LANE_MIX || !o->element.whole.is_constant || joined.whole.is_constant;
  if (joined.kind == o->element.kind && same_whole) return true;
  if (can_hold(&joined)) pil_list_wish(b, object, &joined);
  return pil_build_give_up(b, "a list of several kinds");
}

/* nil shortens a list by its last item, and behind the end it changes nothing. */
static bool remove_last(pil_build *b, uint32_t object, const pil_symbol *key) {
  pil_operand index;
  if (b->objects[object].is_argument || !pil_build_index(b, key, &index))
    return pil_build_give_up(b, "nil is kept in a list");
  pil_operand length = pil_symbol_to_integer(&b->objects[object].length);
  pil_operand inside = between(b, index, length), last = pil_build_and(b, inside, at_most(b, length, index));
  if (!pil_build_guard(b, pil_build_and(b, b->mask, pil_build_andnot(b, inside, last)), "nil is kept in a list")) return false;
  pil_operand shorter = pil_build_add_i(b, length, pil_build_constant_i(-1));
  pil_operand shrinks = pil_build_and(b, b->mask, last);
  b->objects[object].length = pil_symbol_lane_i(pil_build_emit(b, PIL_IR_SELECT_I, 0, shrinks, shorter, length));
  return !b->stopped;
}

bool pil_list_set(pil_build *b, uint32_t object, const pil_symbol *key, const pil_symbol *value) {
  pil_operand index, one = pil_build_constant_i(1);
  pil_symbol kept = *value;
  if (kept.kind == PIL_KNOWN_NIL) return remove_last(b, object, key);
  if (kept.kind == PIL_LANE_MIX || kept.kind == PIL_LANE_CHOICE) {
    if (!pil_build_guard(b, pil_build_and(b, b->mask, pil_choice_nil(b, &kept)), "nil is kept in a list")) return false;
    kept = pil_choice_without_nil(b, &kept);
  }
  if (!pil_build_index(b, key, &index) || !check_kind(b, object, &kept)) return false;
  const pil_object *o = &b->objects[object];
  pil_operand length = pil_symbol_to_integer(&o->length);
  pil_operand last = o->is_argument ? length : pil_build_add_i(b, length, one);
  pil_operand most = pil_build_constant_i(PIL_IR_ITEMS);
  pil_operand good = pil_build_and(b, between(b, index, last), at_most(b, index, most));
  if (!pil_build_guard(b, pil_build_andnot(b, b->mask, good), "a list written beyond its end, or of more than %d items",
                       PIL_IR_ITEMS))
    return false;
  pil_operand here = pil_build_and(b, b->mask, good);
  write_item(b, o, here, safe_index(b, here, index), &kept);
  pil_operand grows = pil_build_andnot(b, here, at_most(b, index, length));
  b->objects[object].length = pil_symbol_lane_i(pil_build_emit(b, PIL_IR_SELECT_I, 0, grows, index, length));
  return !b->stopped;
}
