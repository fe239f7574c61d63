/* The functions of lists on symbols: ipairs, pairs, and table.*.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_calls.h"

static bool iterate(const pil_call *c, const char *iterator, pil_symbol control) {
  c->results[0] = (pil_symbol){.kind = PIL_KNOWN_BUILTIN, .text = iterator};
  c->results[1] = pil_call_argument(c, 0);
  c->results[2] = control;
  *c->result_count = 3;
  return true;
}

/* The argument and its parts have entries that a script's own tables cannot have. */
static bool is_walked(const pil_build *b, const pil_symbol *s, bool by_name) {
  if (s->kind == PIL_KNOWN_TABLE) return true;
  return s->kind == PIL_KNOWN_OBJECT && !(by_name && b->objects[s->index].is_argument);
}

/* Lanes that hold no table here are given back. */
static bool check_walked(const pil_call *c, bool by_name) {
  pil_symbol table = pil_call_argument(c, 0);
  const pil_alternative *list;
  size_t count;
  if (!pil_choice_open(c->b, &table, &list, &count)) return false;
  for (size_t i = 0; i < count; i++) {
    if (is_walked(c->b, &list[i].symbol, by_name)) continue;
    if (!pil_build_guard(c->b, pil_build_and(c->b, c->b->mask, list[i].mask), "%s of what is no table in lanes", c->name))
      return false;
  }
  return true;
}

static bool call_ipairs(const pil_call *c) {
  return check_walked(c, false) && iterate(c, "ipairs iterator", pil_symbol_integer(0));
}

static bool call_pairs(const pil_call *c) {
  return check_walked(c, true) && iterate(c, "pairs iterator", pil_symbol_nil());
}

/* ---- places ---- */

static bool next_place(pil_build *b, const pil_symbol *place, int64_t by, pil_symbol *out) {
  pil_symbol step = pil_symbol_integer(by);
  return pil_build_arithmetic(b, PIL_OP_ADD, place, &step, out);
}

/* The table, if it was made in the trial; its length. */
static bool take_list(const pil_call *c, pil_symbol *table, pil_symbol *length) {
  *table = pil_call_argument(c, 0);
  if (table->kind != PIL_KNOWN_OBJECT || c->b->objects[table->index].is_argument)
    return pil_build_give_up(c->b, "%s of what is no table of this trial", c->name);
  return pil_build_length(c->b, table, length);
}

/* Gives back the lanes where `place` is not from 1 to `last`. */
static bool check_place(const pil_call *c, const pil_symbol *place, const pil_symbol *last) {
  pil_build *b = c->b;
  pil_symbol one = pil_symbol_integer(1);
  pil_operand below, above;
  if (!pil_build_compare(b, PIL_LESS, place, &one, &below) || !pil_build_compare(b, PIL_LESS, last, place, &above)) return false;
  return pil_build_guard(b, pil_build_and(b, b->mask, pil_build_or(b, below, above)), "%s out of bounds", c->name);
}

enum { MOST_PLACES = 100 };

/* The lanes of this way whose place is below `bound`, or at it (`op`). */
static bool narrow_to(pil_build *b, pil_operand whole, pil_comparison_op op, const pil_symbol *place, int64_t bound) {
  pil_symbol key = pil_symbol_integer(bound);
  pil_operand here;
  b->mask = whole;
  if (!pil_build_compare(b, op, place, &key, &here)) return false;
  b->mask = pil_build_and(b, whole, here);
  return !pil_build_is_none(b->mask);
}

static bool copy_item(pil_build *b, const pil_symbol *table, int64_t from, int64_t to) {
  pil_symbol source = pil_symbol_integer(from), target = pil_symbol_integer(to), moved;
  return pil_build_get(b, table, &source, &moved) && pil_build_set(b, table, &target, &moved);
}

/* The place that the call names, within 1 … end, and how many items some lane has. */
static bool take_place(const pil_call *c, const pil_symbol *table, const pil_symbol *end, pil_symbol *place, int64_t *count) {
  *place = pil_call_argument(c, 1);
  *count = (int64_t)c->b->objects[table->index].item_count;
  if (c->b->objects[table->index].list > 0) return pil_build_give_up(c->b, "%s inside a list that a loop has made", c->name);
  bool varies = place->kind == PIL_LANE_INTEGER && *count <= MOST_PLACES;
  if (place->kind != PIL_KNOWN_INTEGER && !varies) return pil_build_give_up(c->b, "%s at a place that varies", c->name);
  return check_place(c, place, end);
}

static bool insert_at(const pil_call *c, const pil_symbol *table, const pil_symbol *end) {
  pil_build *b = c->b;
  pil_symbol place, value = pil_call_argument(c, 2);
  pil_operand whole = b->mask;
  int64_t count;
  if (!take_place(c, table, end, &place, &count)) return false;
  for (int64_t i = count + 1; i > 1 && !b->stopped; i--)
    if (narrow_to(b, whole, PIL_LESS, &place, i)) copy_item(b, table, i - 1, i);
  for (int64_t i = 1; i <= count + 1 && !b->stopped; i++) {
    pil_symbol key = pil_symbol_integer(i);
    if (narrow_to(b, whole, PIL_EQUAL, &place, i)) pil_build_set(b, table, &key, &value);
  }
  b->mask = whole;
  return !b->stopped;
}

static bool call_insert(const pil_call *c) {
  pil_symbol table, length, end, value = pil_call_argument(c, 1);
  *c->result_count = 0;
  if (c->count != 2 && c->count != 3) return pil_build_give_up(c->b, "table.insert in this way");
  if (!take_list(c, &table, &length) || !next_place(c->b, &length, 1, &end)) return false;
  return c->count == 2 ? pil_build_set(c->b, &table, &end, &value) : insert_at(c, &table, &end);
}

/* The last one. Of an empty list nil is taken, and nothing changes. */
static bool remove_last(const pil_call *c, const pil_symbol *table, const pil_symbol *length, pil_symbol *out) {
  pil_build *b = c->b;
  pil_symbol nil = pil_symbol_nil(), zero = pil_symbol_integer(0);
  pil_operand is_empty, mask = b->mask;
  if (!pil_build_get(b, table, length, out) || !pil_build_compare(b, PIL_EQUAL, length, &zero, &is_empty)) return false;
  b->mask = pil_build_andnot(b, mask, is_empty);
  bool good = pil_build_is_none(b->mask) || pil_build_set(b, table, length, &nil);
  b->mask = mask;
  return good;
}

/* What lies behind a lane's end is nil, and stays so. */
static bool remove_at(const pil_call *c, const pil_symbol *table, const pil_symbol *end, pil_symbol *out) {
  pil_build *b = c->b;
  pil_symbol place, nil = pil_symbol_nil();
  pil_operand whole = b->mask;
  int64_t count;
  if (!take_place(c, table, end, &place, &count) || !pil_build_get(b, table, &place, out)) return false;
  for (int64_t i = 1; i <= count && !b->stopped; i++) {
    pil_symbol key = pil_symbol_integer(i);
    if (!narrow_to(b, whole, PIL_LESS_EQUAL, &place, i)) continue;
    if (i < count) copy_item(b, table, i + 1, i);
    else pil_build_set(b, table, &key, &nil);
  }
  b->mask = whole;
  return !b->stopped;
}

static bool call_remove(const pil_call *c) {
  pil_build *b = c->b;
  pil_symbol table, length, end, out;
  if (!take_list(c, &table, &length)) return false;
  if (c->count < 2) return remove_last(c, &table, &length, &out) && pil_call_give(c, out);
  if (!next_place(b, &length, 1, &end) || !remove_at(c, &table, &end, &out)) return false;
  return pil_call_give(c, out);
}

/* ---- table.concat and table.unpack ---- */

typedef struct joined {
  const pil_call *c;
  const pil_symbol *table;
} joined;

enum { MOST_JOINED = 100 };

static bool concat_up_to(pil_build *b, const joined *j, int64_t count, pil_symbol *out) {
  pil_symbol between = pil_call_argument(j->c, 1), parts[2 * MOST_JOINED + 1];
  size_t part_count = 0;
  if (between.kind == PIL_KNOWN_NIL) between = pil_symbol_text(b, "", 0);
  if (count > MOST_JOINED) return pil_build_give_up(b, "table.concat of more than %d items", MOST_JOINED);
  parts[part_count++] = pil_symbol_text(b, "", 0); /* of one number a text too */
  for (int64_t i = 1; i <= count; i++) {
    pil_symbol key = pil_symbol_integer(i);
    if (i > 1) parts[part_count++] = between;
    if (!pil_build_get(b, j->table, &key, &parts[part_count++])) return false;
  }
  return pil_build_concat(b, parts, part_count, out);
}

static bool call_concat(const pil_call *c) {
  pil_build *b = c->b;
  pil_symbol table = pil_call_argument(c, 0), length, out = pil_symbol_nil();
  joined j = {c, &table};
  if (c->count > 2) return pil_build_give_up(b, "table.concat of a part");
  if ((table.kind != PIL_KNOWN_OBJECT && table.kind != PIL_KNOWN_TABLE) || !pil_build_length(b, &table, &length))
    return pil_build_give_up(b, "table.concat of what is no table in lanes");
  if (length.kind == PIL_KNOWN_INTEGER) return concat_up_to(b, &j, length.integer, &out) && pil_call_give(c, out);
  if (b->objects[table.index].list > 0) return pil_build_give_up(b, "table.concat of a list that a loop has made");
  pil_operand mask = b->mask;
  size_t count = b->objects[table.index].item_count;
  bool any = false;
  for (size_t i = 0; i <= count && !b->stopped; i++) { /* by the length that lanes have */
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, length.lane, pil_build_constant_i((int64_t)i));
    pil_symbol own;
    b->mask = pil_build_and(b, mask, here);
    if (!concat_up_to(b, &j, (int64_t)i, &own)) continue;
    out = any ? pil_symbol_select(b, here, &own, &out) : own;
    any = true;
  }
  b->mask = mask;
  return any && pil_call_give(c, out);
}

static bool call_unpack(const pil_call *c) {
  pil_symbol table = pil_call_argument(c, 0), first = pil_call_argument(c, 1), last = pil_call_argument(c, 2);
  if (first.kind == PIL_KNOWN_NIL) first = pil_symbol_integer(1);
  if (last.kind == PIL_KNOWN_NIL && !pil_build_length(c->b, &table, &last)) return false;
  if (first.kind != PIL_KNOWN_INTEGER || last.kind != PIL_KNOWN_INTEGER)
    return pil_build_give_up(c->b, "table.unpack of how many varies");
  if (last.integer - first.integer >= PIL_BUILD_RESULTS) return pil_build_give_up(c->b, "table.unpack of many");
  *c->result_count = 0;
  for (int64_t i = first.integer; i <= last.integer; i++) {
    pil_symbol key = pil_symbol_integer(i), item;
    if (!pil_build_get(c->b, &table, &key, &item)) return false;
    c->results[(*c->result_count)++] = item;
  }
  return !c->b->stopped;
}

pil_call_run *pil_call_find_list(const char *name) {
  static const struct {
    const char *name;
    pil_call_run *run;
  } records[] = {{"ipairs", call_ipairs},       {"pairs", call_pairs},         {"table.insert", call_insert},
                 {"table.remove", call_remove}, {"table.concat", call_concat}, {"table.unpack", call_unpack},
                 {"table.sort", pil_call_sort}};
  for (size_t i = 0; i < sizeof records / sizeof *records; i++)
    if (strcmp(name, records[i].name) == 0) return records[i].run;
  return NULL;
}
