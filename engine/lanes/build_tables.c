/* Tables for the builder: those of the image are constant, those of the trial are kept here, field by
 * field. A write holds in the lanes of the way that is followed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/text.h"
#include "build_choice.h"

bool pil_build_object(pil_build *b, pil_symbol *out) {
  if (!pil_build_grow(b, &b->objects, b->object_count, &b->object_capacity, sizeof *b->objects)) return false;
  uint32_t index = (uint32_t)b->object_count++;
  b->objects[index] = (pil_object){.made_under = b->mask};
  *out = (pil_symbol){.kind = PIL_KNOWN_OBJECT, .index = index};
  return true;
}

/* Float keys that stand for integers are those integers. */
static pil_symbol normal_key(const pil_symbol *key) {
  if (key->kind == PIL_KNOWN_FLOAT && key->number == floor(key->number) && fabs(key->number) < 0x1p63)
    return pil_symbol_integer((int64_t)key->number);
  return *key;
}

static bool is_known_key(const pil_symbol *key) {
  return key->kind == PIL_KNOWN_TEXT || key->kind == PIL_KNOWN_INTEGER || key->kind == PIL_KNOWN_FALSE ||
         key->kind == PIL_KNOWN_TRUE || (key->kind == PIL_KNOWN_FLOAT && key->number == key->number);
}

/* ---- tables of the image ---- */

static const pil_image_value *find_in_image(pil_build *b, const pil_image_table *table, const pil_symbol *key) {
  if (key->kind == PIL_KNOWN_TEXT) return pil_image_find(table, key->text);
  if (key->kind == PIL_KNOWN_INTEGER && key->integer >= 1 && (uint64_t)key->integer <= table->item_count)
    return &table->items[key->integer - 1];
  pil_build_charge(b, table->entry_count * PIL_WORK_ENTRY);
  for (size_t i = 0; i < table->entry_count; i++) {
    const pil_image_value *own = &table->entries[i].key;
    bool same = (key->kind == PIL_KNOWN_INTEGER && own->kind == PIL_IMAGE_INTEGER && own->integer == key->integer) ||
                (key->kind == PIL_KNOWN_FLOAT && own->kind == PIL_IMAGE_FLOAT && own->number == key->number) ||
                (key->kind == PIL_KNOWN_TRUE && own->kind == PIL_IMAGE_TRUE) ||
                (key->kind == PIL_KNOWN_FALSE && own->kind == PIL_IMAGE_FALSE);
    if (same) return &table->entries[i].value;
  }
  return NULL;
}

static bool get_from_image(pil_build *b, const pil_image_table *table, const pil_symbol *key, pil_symbol *out) {
  const pil_image_value *value = find_in_image(b, table, key);
  if (value != NULL && value->kind == PIL_IMAGE_OPAQUE)
    return pil_build_give_up(b, "%s", value->text != NULL ? value->text : "a value that lanes cannot hold");
  if (value == NULL && table->is_strict && key->kind == PIL_KNOWN_TEXT)
    return pil_build_give_up(b, "\"%s\" is not there", key->text);
  *out = value == NULL ? pil_symbol_nil() : pil_symbol_image(b, value);
  return !b->stopped;
}

static bool find_array(pil_build *b, const pil_image_table *table, uint32_t *index, bool *integers) {
  const pil_ir_program *program = b->program;
  pil_build_charge(b, program->array_count * PIL_WORK_ENTRY);
  for (size_t i = 0; i < program->array_count; i++) {
    if (program->arrays[i].source != table) continue;
    *index = (uint32_t)i;
    *integers = program->arrays[i].integers != NULL;
    return true;
  }
  return false;
}

/* All items as one array of doubles or of integers. */
static bool add_array(pil_build *b, const pil_image_table *table, uint32_t *index, bool *integers) {
  pil_ir_program *program = b->program;
  size_t count = table->item_count, whole = 0, real = 0;
  if (!pil_build_charge(b, count * PIL_WORK_ENTRY)) return false;
  for (size_t i = 0; i < count; i++) {
    whole += table->items[i].kind == PIL_IMAGE_INTEGER;
    real += table->items[i].kind == PIL_IMAGE_FLOAT;
  }
  if (count == 0 || (whole != count && real != count))
    return pil_build_give_up(b, "an index that varies by lane into a table that holds not only integers or only floats");
  *integers = whole == count;
  if (!pil_build_grow(b, &program->arrays, program->array_count, &b->array_capacity, sizeof *program->arrays))
    return false;
  pil_ir_array *array = &program->arrays[program->array_count];
  *array = (pil_ir_array){.count = count, .source = table};
  void *values = pil_arena_array(b->arena, count, sizeof(double));
  if (values == NULL) return pil_build_memory(b);
  for (size_t i = 0; i < count; i++) {
    if (*integers) ((int64_t *)values)[i] = table->items[i].integer;
    else ((double *)values)[i] = table->items[i].number;
  }
  if (*integers) array->integers = values;
  else array->numbers = values;
  *index = (uint32_t)program->array_count++;
  return true;
}

bool pil_build_index(pil_build *b, const pil_symbol *key, pil_operand *index) {
  if (key->kind == PIL_LANE_INTEGER || key->kind == PIL_KNOWN_INTEGER) {
    *index = pil_symbol_to_integer(key);
  } else if (key->kind == PIL_LANE_FLOAT || key->kind == PIL_LANE_MIX) {
    pil_operand nil = pil_choice_nil(b, key);
    if (!pil_build_guard(b, pil_build_and(b, b->mask, nil), "an index that is nil")) return false;
    pil_operand rounded = pil_build_unary(b, PIL_IR_FLOOR_F, key->lane);
    pil_operand whole = pil_build_binary(b, PIL_IR_EQ_F, rounded, key->lane);
    pil_operand small = pil_build_binary(b, PIL_IR_LE_F, pil_build_unary(b, PIL_IR_ABS_F, rounded),
                                         pil_build_constant_f(0x1p53));
    pil_operand good = pil_build_and(b, whole, small);
    if (!pil_build_guard(b, pil_build_andnot(b, b->mask, good), "an index that is no whole number")) return false;
    *index = pil_build_unary(b, PIL_IR_F_TO_I, rounded);
  } else {
    return pil_build_give_up(b, "a key that varies by lane and is no number");
  }
  return !b->stopped;
}

/* The same within 1 … count; other lanes of this way are given back. */
static bool take_index(pil_build *b, const pil_symbol *key, size_t count, pil_operand *index) {
  if (!pil_build_index(b, key, index)) return false;
  pil_operand below = pil_build_binary(b, PIL_IR_LT_I, *index, pil_build_constant_i(1));
  pil_operand above = pil_build_binary(b, PIL_IR_LT_I, pil_build_constant_i((int64_t)count), *index);
  pil_operand outside = pil_build_or(b, below, above);
  if (!pil_build_guard(b, pil_build_and(b, b->mask, outside), "an index outside the table")) return false;
  /* Lanes of other ways may hold anything: 1 is always there. */
  *index = pil_build_emit(b, PIL_IR_SELECT_I, 0, outside, pil_build_constant_i(1), *index);
  return !b->stopped;
}

enum { MOST_CHOICES = 64, FEW_ITEMS = 8 };

/* The value that each lane's item has under a known key, chosen by the item's index. */
static bool get_from_chosen(pil_build *b, const pil_symbol *chosen, const pil_symbol *key, pil_symbol *out) {
  const pil_image_table *list = chosen->table;
  pil_operand whole = b->mask;
  bool any = false;
  for (size_t i = 0; i < list->item_count && !b->stopped; i++) {
    pil_symbol value;
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, chosen->lane, pil_build_constant_i((int64_t)i + 1));
    b->mask = pil_build_and(b, whole, here);
    if (list->items[i].table->is_opaque) pil_build_give_up(b, "a table with a metatable");
    else if (get_from_image(b, list->items[i].table, key, &value)) {
      *out = any ? pil_symbol_select(b, here, &value, out) : value;
      any = true;
    }
  }
  b->mask = whole;
  return any && !b->stopped;
}

/* An index that varies into a short list: tables are told apart when they are read. */
static bool choose_item(pil_build *b, const pil_image_table *table, pil_operand index, pil_symbol *out) {
  size_t tables = 0;
  for (size_t i = 0; i < table->item_count; i++) tables += table->items[i].kind == PIL_IMAGE_TABLE;
  if (tables == table->item_count) {
    *out = (pil_symbol){.kind = PIL_LANE_TABLE, .table = table, .lane = index};
    return true;
  }
  for (size_t i = 0; i < table->item_count; i++) {
    pil_symbol value = pil_symbol_image(b, &table->items[i]);
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, index, pil_build_constant_i((int64_t)i + 1));
    *out = i == 0 ? value : pil_symbol_select(b, here, &value, out);
  }
  return !b->stopped;
}

static bool holds_numbers(const pil_image_table *table) {
  for (size_t i = 0; i < table->item_count; i++)
    if (table->items[i].kind != table->items[0].kind) return false;
  return table->item_count > 0 &&
         (table->items[0].kind == PIL_IMAGE_INTEGER || table->items[0].kind == PIL_IMAGE_FLOAT);
}

/* The place of an index among the items, 1 in lanes whose index is outside: they find nil. A table that has other
 * numbers as keys gives them back. */
static bool take_item(pil_build *b, const pil_image_table *table, const pil_symbol *key, pil_operand *index,
                      pil_operand *outside) {
  *outside = pil_build_constant_i(0);
  for (size_t i = 0; i < table->entry_count; i++) {
    if (table->entries[i].key.kind == PIL_IMAGE_INTEGER) return take_index(b, key, table->item_count, index);
  }
  if (!pil_build_index(b, key, index)) return false;
  pil_operand below = pil_build_binary(b, PIL_IR_LT_I, *index, pil_build_constant_i(1));
  pil_operand above = pil_build_binary(b, PIL_IR_LT_I, pil_build_constant_i((int64_t)table->item_count), *index);
  *outside = pil_build_or(b, below, above);
  *index = pil_build_emit(b, PIL_IR_SELECT_I, 0, *outside, pil_build_constant_i(1), *index);
  return !b->stopped;
}

static bool look_up_item(pil_build *b, const pil_image_table *table, pil_operand index, pil_symbol *out) {
  uint32_t array = 0;
  bool integers = false;
  if (!find_array(b, table, &array, &integers)) { /* the same table is copied once */
    if (!holds_numbers(table) && table->item_count > 0 && table->item_count <= MOST_CHOICES)
      return choose_item(b, table, index, out);
    if (!add_array(b, table, &array, &integers)) return false;
  }
  pil_operand none = pil_build_constant_i(0);
  pil_operand lane = pil_build_emit(b, integers ? PIL_IR_LOOKUP_I : PIL_IR_LOOKUP_F, array, index, none, none);
  *out = integers ? pil_symbol_lane_i(lane) : pil_symbol_lane_f(lane);
  return !b->stopped;
}

static bool look_up(pil_build *b, const pil_image_table *table, const pil_symbol *key, pil_symbol *out) {
  pil_operand index, outside;
  pil_symbol value, nil = pil_symbol_nil();
  if (!take_item(b, table, key, &index, &outside) || !look_up_item(b, table, index, &value)) return false;
  *out = pil_choice_make(b, outside, &nil, &value);
  return !b->stopped;
}

/* ---- tables of the trial ---- */

static pil_symbol *find_in_object(pil_build *b, const pil_object *object, const pil_symbol *key) {
  if (key->kind == PIL_KNOWN_INTEGER && key->integer >= 1 && (uint64_t)key->integer <= object->item_count)
    return &object->items[key->integer - 1];
  pil_build_charge(b, object->entry_count * PIL_WORK_ENTRY);
  for (size_t i = 0; i < object->entry_count; i++)
    if (pil_symbol_same(&object->entries[i].key, key)) return &object->entries[i].value;
  return NULL;
}

static const char *entry_at(const void *object, size_t index) {
  const pil_symbol *key = &((const pil_object *)object)->entries[index].key;
  return key->kind == PIL_KNOWN_TEXT ? key->text : "";
}

/* A name that the argument has not: nil, unless it resembles one that it has (an error, whose
 * words are the scalar program's business). */
static bool get_missing(pil_build *b, const pil_object *object, const pil_symbol *key, pil_symbol *out) {
  if (object->is_argument && key->kind == PIL_KNOWN_TEXT) {
    pil_build_charge(b, object->entry_count * PIL_WORK_VALUE);
    bool resembles = pil_text_nearest_of(key->text, entry_at, object, object->entry_count) != NULL;
    if (object->is_record || resembles) return pil_build_give_up(b, "\"%s\" is not there", key->text);
  }
  *out = pil_symbol_nil();
  return true;
}

/* Inside a loop, items are chosen by their index at every turn: rather from a list. */
static void wish_for_list(pil_build *b, uint32_t index) {
  const pil_object *object = &b->objects[index];
  if (index < b->loop_objects && object->item_count > FEW_ITEMS) pil_list_wish(b, index, &object->items[0]);
}

static bool is_item_of_list(const pil_object *object, const pil_symbol *key) {
  return object->list > 0 && (key->kind == PIL_KNOWN_INTEGER || !is_known_key(key));
}

/* Each item, and each entry with a number as key, where the key says so; nil in other lanes (of the argument, whose
 * missing names may be errors, such lanes are given back). */
static bool get_varying(pil_build *b, uint32_t index, const pil_symbol *key, pil_symbol *out) {
  bool is_argument = b->objects[index].is_argument;
  size_t count = b->objects[index].item_count;
  pil_symbol nil = pil_symbol_nil();
  pil_operand place, found = pil_build_constant_i(-1);
  if (is_argument && count == 0) return pil_build_give_up(b, "an index that varies by lane into the argument");
  if (is_argument ? !take_index(b, key, count, &place) : !pil_build_index(b, key, &place)) return false;
  *out = nil;
  if (!is_argument) {
    pil_operand below = pil_build_binary(b, PIL_IR_LT_I, place, pil_build_constant_i(1));
    pil_operand above = pil_build_binary(b, PIL_IR_LT_I, pil_build_constant_i((int64_t)count), place);
    found = pil_build_not(b, pil_build_or(b, below, above));
  }
  for (size_t i = 0; i < count; i++) {
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, place, pil_build_constant_i((int64_t)i + 1));
    *out = i == 0 ? b->objects[index].items[0] : pil_symbol_select(b, here, &b->objects[index].items[i], out);
  }
  *out = count == 0 ? nil : pil_choice_make(b, found, out, &nil);
  for (size_t i = 0; i < b->objects[index].entry_count && !is_argument; i++) {
    const struct pil_object_entry *entry = &b->objects[index].entries[i];
    if (entry->key.kind != PIL_KNOWN_INTEGER) continue;
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, place, pil_build_constant_i(entry->key.integer));
    *out = pil_symbol_select(b, here, &b->objects[index].entries[i].value, out);
  }
  return !b->stopped;
}

static bool get_from_object(pil_build *b, uint32_t index, const pil_symbol *key, pil_symbol *out) {
  const pil_object *object = &b->objects[index];
  if (is_item_of_list(object, key)) return pil_list_get(b, index, key, out);
  if (is_known_key(key)) {
    const pil_symbol *value = find_in_object(b, object, key);
    if (value == NULL) return get_missing(b, object, key, out);
    *out = *value;
    return true;
  }
  if (object->item_count > 256)
    return pil_build_give_up(b, "an index that varies by lane into a table of %zu items", object->item_count);
  wish_for_list(b, index);
  return get_varying(b, index, key, out);
}

/* What a place holds after a write in the lanes of the way that is followed. */
static pil_symbol written(pil_build *b, const pil_object *object, const pil_symbol *value, const pil_symbol *old) {
  if (pil_build_same(object->made_under, b->mask)) return *value;
  return pil_symbol_select(b, b->mask, value, old);
}

static bool append_item(pil_build *b, pil_object *object, const pil_symbol *value) {
  if (object->item_count >= PIL_BUILD_ITEMS) return pil_build_give_up(b, "a table of more than %d items", PIL_BUILD_ITEMS);
  if (!pil_build_grow(b, &object->items, object->item_count, &object->item_capacity, sizeof *object->items))
    return false;
  object->items[object->item_count++] = *value;
  for (size_t i = 0; i < object->entry_count; i++) { /* the next one may be there already */
    struct pil_object_entry *entry = &object->entries[i];
    if (entry->key.kind != PIL_KNOWN_INTEGER || (uint64_t)entry->key.integer != object->item_count + 1) continue;
    pil_symbol next = entry->value;
    *entry = object->entries[--object->entry_count];
    return append_item(b, object, &next);
  }
  return true;
}

static bool set_known(pil_build *b, pil_object *object, const pil_symbol *key, const pil_symbol *value) {
  pil_symbol *place = find_in_object(b, object, key);
  pil_symbol nil = pil_symbol_nil();
  if (place != NULL) {
    *place = written(b, object, value, place);
    return !b->stopped;
  }
  if (object->is_argument) return pil_build_give_up(b, "a new field of the argument");
  if (value->kind == PIL_KNOWN_NIL) return true;
  pil_symbol fresh = written(b, object, value, &nil);
  if (key->kind == PIL_KNOWN_INTEGER && (uint64_t)key->integer == object->item_count + 1)
    return append_item(b, object, &fresh);
  if (!pil_build_grow(b, &object->entries, object->entry_count, &object->entry_capacity, sizeof *object->entries))
    return false;
  object->entries[object->entry_count].key = *key;
  object->entries[object->entry_count++].value = fresh;
  return !b->stopped;
}

/* Numbers as keys that do not follow the items. */
static bool has_numbers_apart(const pil_object *object) {
  for (size_t i = 0; i < object->entry_count; i++)
    if (object->entries[i].key.kind == PIL_KNOWN_INTEGER) return true;
  return false;
}

static bool set_varying(pil_build *b, uint32_t index, const pil_symbol *key, const pil_symbol *value) {
  pil_operand place;
  size_t count = b->objects[index].item_count;
  wish_for_list(b, index);
  if (b->objects[index].is_argument || count > 255 || has_numbers_apart(&b->objects[index]))
    return pil_build_give_up(b, "an index that varies by lane into a large table");
  if (!take_index(b, key, count + 1, &place)) return false;
  for (size_t i = 0; i <= count && !b->stopped; i++) {
    pil_object *object = &b->objects[index];
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, place, pil_build_constant_i((int64_t)i + 1));
    pil_symbol old = i < count ? object->items[i] : pil_symbol_nil();
    pil_symbol fresh = pil_symbol_select(b, pil_build_and(b, b->mask, here), value, &old);
    if (i < count) object->items[i] = fresh;
    else if (!append_item(b, object, &fresh)) return false;
  }
  return !b->stopped;
}

static bool get_one(pil_build *b, const void *context, const pil_symbol *sides, size_t count, pil_symbol *out) {
  (void)context, (void)count;
  return pil_build_get(b, &sides[0], &sides[1], out);
}

/* Of each table that it may be, what stands under each key that it may be. */
static bool get_each(pil_build *b, const pil_symbol *table, const pil_symbol *key, pil_symbol *out) {
  pil_symbol sides[2] = {*table, *key};
  return pil_choice_spread(b, get_one, NULL, sides, 2, out);
}

/* ("text"):upper(): the string library is the sandbox's own. */
static bool get_method(pil_build *b, const pil_symbol *key, pil_symbol *out) {
  static const char *const names[] = {"upper", "lower", "sub", "rep", "len", "format", "reverse"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char name[32];
    if (key->kind != PIL_KNOWN_TEXT || strcmp(key->text, names[i]) != 0) continue;
    snprintf(name, sizeof name, "string.%s", names[i]);
    *out = pil_symbol_text(b, name, strlen(name));
    out->kind = PIL_KNOWN_BUILTIN;
    return !b->stopped;
  }
  return pil_build_give_up(b, "a field of a text");
}

bool pil_build_get(pil_build *b, const pil_symbol *table, const pil_symbol *key, pil_symbol *out) {
  pil_symbol k = normal_key(key);
  if (k.kind == PIL_KNOWN_CONFLICT) return pil_build_give_up(b, "a key of several kinds");
  bool is_chosen = table->kind == PIL_LANE_TABLE && !is_known_key(&k);
  if (table->kind == PIL_LANE_CHOICE || is_chosen || k.kind == PIL_LANE_CHOICE || pil_choice_is_open(&k))
    return get_each(b, table, &k, out);
  if (table->kind == PIL_KNOWN_TEXT || table->kind == PIL_LANE_TEXT) return get_method(b, &k, out);
  if (table->kind == PIL_KNOWN_OBJECT) return get_from_object(b, table->index, &k, out);
  if (table->kind == PIL_LANE_TABLE && is_known_key(&k)) return get_from_chosen(b, table, &k, out);
  if (table->kind != PIL_KNOWN_TABLE) return pil_build_give_up(b, "an index into what is no table in lanes");
  if (table->table->is_opaque) return pil_build_give_up(b, "a table with a metatable");
  if (is_known_key(&k)) return get_from_image(b, table->table, &k, out);
  if (k.kind == PIL_KNOWN_NIL || k.kind < PIL_LANE_FLOAT) return pil_build_give_up(b, "a key that lanes cannot hold");
  return look_up(b, table->table, &k, out);
}

static bool set_one(pil_build *b, const void *context, const pil_symbol *sides, size_t count, pil_symbol *out) {
  (void)count;
  *out = pil_symbol_nil();
  return pil_build_set(b, &sides[0], &sides[1], context);
}

static bool set_each(pil_build *b, const pil_symbol *table, const pil_symbol *key, const pil_symbol *value) {
  pil_symbol sides[2] = {*table, *key}, none;
  return pil_choice_spread(b, set_one, value, sides, 2, &none);
}

bool pil_build_set(pil_build *b, const pil_symbol *table, const pil_symbol *key, const pil_symbol *value) {
  pil_symbol k = normal_key(key);
  if (table->kind == PIL_LANE_CHOICE || pil_choice_is_open(&k)) return set_each(b, table, &k, value);
  if (table->kind != PIL_KNOWN_OBJECT) return pil_build_give_up(b, "a write to what is no table of this trial");
  if (is_item_of_list(&b->objects[table->index], &k)) return pil_list_set(b, table->index, &k, value);
  if (is_known_key(&k)) return set_known(b, &b->objects[table->index], &k, value);
  if (k.kind < PIL_LANE_FLOAT || k.kind == PIL_KNOWN_CONFLICT) return pil_build_give_up(b, "a key that lanes cannot hold");
  return set_varying(b, table->index, &k, value);
}
