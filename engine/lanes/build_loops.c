/* for loops on symbols: counted ones are unrolled, iterators are followed item by item.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "build_choice.h"
#include "build_ways.h"

static bool is_known_integer(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER;
}

static bool to_known_float(const pil_symbol *s, double *number) {
  if (s->kind == PIL_KNOWN_INTEGER) *number = (double)s->integer;
  if (s->kind == PIL_KNOWN_FLOAT) *number = s->number;
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_KNOWN_FLOAT;
}

/* The last whole number within a known limit. False: the loop does not run. */
static bool clip_limit(const pil_symbol *limit, int64_t step, int64_t *last) {
  if (limit->kind == PIL_KNOWN_INTEGER) {
    *last = limit->integer;
    return true;
  }
  double number = step < 0 ? ceil(limit->number) : floor(limit->number);
  if (number >= -0x1p63 && number < 0x1p63) *last = (int64_t)number;
  else if (number > 0) *last = INT64_MAX;
  else *last = INT64_MIN;
  if (number != number) return false;
  return !((number >= 0x1p63 && step < 0) || (number < -0x1p63 && step > 0));
}

static pil_outcome prepare_known(pil_way_frame *f, pil_way *w, unsigned a, uint32_t skip, int64_t first, int64_t step,
                             const pil_symbol *limit) {
  int64_t last;
  if (step == 0) {
    pil_build_give_up(f->b, "a for loop whose step is 0");
    return ENDED;
  }
  bool runs = clip_limit(limit, step, &last) && (step > 0 ? first <= last : first >= last);
  if (!runs) {
    w->pc = skip;
    return GOES_ON;
  }
  uint64_t turns = step > 0 ? ((uint64_t)last - (uint64_t)first) / (uint64_t)step
                            : ((uint64_t)first - (uint64_t)last) / ((uint64_t)(-(step + 1)) + 1);
  pil_way_set(f, w, a, pil_symbol_integer(first));
  pil_way_set(f, w, a + 1, pil_symbol_integer((int64_t)turns));
  pil_way_set(f, w, a + 3, pil_symbol_integer(first));
  w->pc++;
  return GOES_ON;
}

/* The limit of a counted loop as integer lanes; beyond 2^53 batches are given back. */
static bool take_limit(pil_build *b, const pil_symbol *limit, int64_t step, pil_operand *last) {
  *last = limit->lane;
  if (limit->kind == PIL_LANE_INTEGER) {
    pil_operand most = pil_build_constant_i(INT64_C(1) << 53), least = pil_build_constant_i(-(INT64_C(1) << 53));
    pil_operand large = pil_build_or(b, pil_build_binary(b, PIL_IR_LT_I, most, *last),
                                     pil_build_binary(b, PIL_IR_LT_I, *last, least));
    return pil_build_guard(b, pil_build_and(b, b->mask, large), "a for loop with a limit beyond 2^53");
  }
  bool is_mix = limit->kind == PIL_LANE_MIX;
  if (limit->kind != PIL_LANE_FLOAT && !is_mix) return pil_build_give_up(b, "a for loop whose limit is no number in lanes");
  if (is_mix && !pil_build_guard(b, pil_build_and(b, b->mask, limit->nil), "a for loop up to nil")) return false;
  pil_operand rounded = pil_build_unary(b, step > 0 ? PIL_IR_FLOOR_F : PIL_IR_CEIL_F, limit->lane);
  pil_operand small = pil_build_binary(b, PIL_IR_LE_F, pil_build_unary(b, PIL_IR_ABS_F, rounded),
                                       pil_build_constant_f(0x1p53));
  if (!pil_build_guard(b, pil_build_andnot(b, b->mask, small), "a for loop with a limit beyond 2^53")) return false;
  *last = pil_build_unary(b, PIL_IR_F_TO_I, rounded);
  return !b->stopped;
}

/* for i = 1, LIMIT, where the limit (or the first number) differs by lane: the turns left vary, and i
 * stays known if its first value is. */
static pil_outcome prepare_varying(pil_way_frame *f, pil_way *w, unsigned a, uint32_t skip, const pil_symbol *first,
                                   int64_t step, const pil_symbol *limit) {
  pil_build *b = f->b;
  pil_operand from = pil_symbol_to_integer(first), last;
  if (step == 0 || step == INT64_MIN) {
    pil_build_give_up(b, "a for loop whose step is %s", step == 0 ? "0" : "too large");
    return ENDED;
  }
  if (first->kind == PIL_LANE_INTEGER && !take_limit(b, first, step, &from)) return ENDED;
  if (limit->kind == PIL_KNOWN_INTEGER) last = pil_build_constant_i(limit->integer);
  else if (!take_limit(b, limit, step, &last)) return ENDED;
  pil_operand low = step > 0 ? from : last, high = step > 0 ? last : from;
  pil_operand runs = pil_build_binary(b, PIL_IR_LE_I, low, high);
  pil_operand distance = pil_build_binary(b, PIL_IR_SUB_I, high, low);
  pil_operand turns = pil_build_binary(b, PIL_IR_IDIV_I, distance, pil_build_constant_i(step > 0 ? step : -step));
  pil_way_set(f, w, a, *first);
  pil_way_set(f, w, a + 1, pil_symbol_lane_i(turns));
  pil_way_set(f, w, a + 3, *first);
  return pil_way_part(f, w, runs, w->pc + 1, skip);
}

/* The lanes for which a float loop goes on. */
static bool within_limit(pil_build *b, const pil_symbol *index, double step, const pil_symbol *limit, pil_operand *more) {
  return step > 0 ? pil_build_compare(b, PIL_LESS_EQUAL, index, limit, more)
                  : pil_build_compare(b, PIL_LESS_EQUAL, limit, index, more);
}

static pil_symbol as_float(pil_build *b, const pil_symbol *number) {
  return pil_symbol_lane_f(pil_symbol_to_float(b, number));
}

/* A loop over floats: the step is known, the first number and the limit may vary. */
static pil_outcome prepare_float(pil_way_frame *f, pil_way *w, unsigned a, uint32_t skip, const pil_symbol *first,
                                 const pil_symbol *limit, double step) {
  pil_operand runs;
  if (step == 0 || !pil_symbol_is_number(limit)) {
    pil_build_give_up(f->b, "a for loop whose step is 0 or whose limit is no number");
    return ENDED;
  }
  pil_symbol index = as_float(f->b, first), last = as_float(f->b, limit);
  if (!within_limit(f->b, &index, step, &last, &runs)) return ENDED;
  pil_way_set(f, w, a, index);
  pil_way_set(f, w, a + 1, last);
  pil_way_set(f, w, a + 2, pil_symbol_float(step));
  pil_way_set(f, w, a + 3, index);
  return pil_way_part(f, w, runs, w->pc + 1, skip);
}

/* Lua counts in floats unless both the first number and the step are integers. */
static bool counts_in_floats(const pil_symbol *first, const pil_symbol *step) {
  bool floats = first->kind == PIL_KNOWN_FLOAT || first->kind == PIL_LANE_FLOAT;
  bool number = floats || first->kind == PIL_KNOWN_INTEGER || first->kind == PIL_LANE_INTEGER;
  return step->kind == PIL_KNOWN_FLOAT ? number : floats && step->kind == PIL_KNOWN_INTEGER;
}

pil_outcome pil_way_prepare_loop(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned a = pil_op_a(word);
  uint32_t skip = w->pc + pil_op_bx(word) + 2;
  pil_symbol first = pil_way_get(f, w, a), limit = pil_way_get(f, w, a + 1), step = pil_way_get(f, w, a + 2);
  pil_symbol *bounds[3] = {&first, &limit, &step};
  double by;
  for (int i = 0; i < 3; i++) { /* nil in some lanes, or of several kinds */
    pil_symbol given = *bounds[i];
    if (given.kind != PIL_LANE_MIX && given.kind != PIL_LANE_CHOICE) continue;
    if (!pil_choice_number(f->b, &given, "for", bounds[i]) || !pil_build_number(f->b, bounds[i], "for", &given)) return ENDED;
    *bounds[i] = given;
  }
  if (is_known_integer(&first) && is_known_integer(&step)) {
    if (is_known_integer(&limit) || limit.kind == PIL_KNOWN_FLOAT)
      return prepare_known(f, w, a, skip, first.integer, step.integer, &limit);
    return prepare_varying(f, w, a, skip, &first, step.integer, &limit);
  }
  if (first.kind == PIL_LANE_INTEGER && is_known_integer(&step))
    return prepare_varying(f, w, a, skip, &first, step.integer, &limit);
  if (counts_in_floats(&first, &step) && to_known_float(&step, &by))
    return prepare_float(f, w, a, skip, &first, &limit, by);
  pil_build_give_up(f->b, "a for loop whose bounds vary by trial in this way");
  return ENDED;
}

static pil_outcome loop_float(pil_way_frame *f, pil_way *w, unsigned a, uint32_t head) {
  pil_symbol index = pil_way_get(f, w, a), limit = pil_way_get(f, w, a + 1), step = pil_way_get(f, w, a + 2), next;
  pil_operand more;
  if (!pil_build_arithmetic(f->b, PIL_OP_ADD, &index, &step, &next)) return ENDED;
  if (!within_limit(f->b, &next, step.number, &limit, &more)) return ENDED;
  if (pil_way_part(f, w, more, head, w->pc + 1) == ENDED) return ENDED;
  if (w->pc != head) return GOES_ON;
  f->b->mask = w->mask;
  pil_way_set(f, w, a, next);
  pil_way_set(f, w, a + 3, next);
  return GOES_ON;
}

pil_outcome pil_way_loop(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned a = pil_op_a(word);
  uint32_t head = w->pc + 1 - pil_op_bx(word), after = w->pc + 1;
  pil_symbol index = pil_way_get(f, w, a), turns = pil_way_get(f, w, a + 1), step = pil_way_get(f, w, a + 2);
  bool floats = index.kind == PIL_KNOWN_FLOAT || index.kind == PIL_LANE_FLOAT;
  if (floats && step.kind == PIL_KNOWN_FLOAT) return loop_float(f, w, a, head);
  bool counts = index.kind == PIL_KNOWN_INTEGER || index.kind == PIL_LANE_INTEGER;
  if (!counts || step.kind != PIL_KNOWN_INTEGER) {
    pil_build_give_up(f->b, "a for loop whose counter varies by trial");
    return ENDED;
  }
  pil_symbol one = pil_symbol_integer(1), zero = pil_symbol_integer(0), left;
  pil_operand more;
  if (!pil_build_compare(f->b, PIL_EQUAL, &turns, &zero, &more)) return ENDED; /* the count is unsigned */
  more = pil_build_not(f->b, more);
  if (!pil_build_arithmetic(f->b, PIL_OP_SUB, &turns, &one, &left)) return ENDED;
  if (pil_way_part(f, w, more, head, after) == ENDED) return ENDED;
  if (w->pc != head) return GOES_ON;
  f->b->mask = w->mask;
  pil_symbol next;
  if (!pil_build_arithmetic(f->b, PIL_OP_ADD, &index, &step, &next)) return ENDED;
  pil_way_set(f, w, a, next);
  pil_way_set(f, w, a + 1, left);
  pil_way_set(f, w, a + 3, next);
  return GOES_ON;
}

/* ---- iterators ---- */

/* Goes on with the body where `more`, with these loop variables; else past the loop. */
static pil_outcome next_turn(pil_way_frame *f, pil_way *w, uint32_t word, uint32_t loop_word, pil_operand more,
                             const pil_symbol *key, const pil_symbol *value) {
  unsigned a = pil_op_a(word);
  uint32_t after = w->pc + 2, body = after - pil_op_bx(loop_word);
  if (pil_way_part(f, w, more, body, after) == ENDED) return ENDED;
  if (w->pc != body) return GOES_ON;
  f->b->mask = w->mask;
  pil_way_set(f, w, a + 2, *key);
  pil_way_set(f, w, a + 4, *key);
  if (pil_op_c(word) >= 2) pil_way_set(f, w, a + 5, *value);
  for (unsigned r = 2; r < pil_op_c(word); r++) pil_way_set(f, w, a + 4 + r, pil_symbol_nil());
  return GOES_ON;
}

/* for i, v in ipairs(t): i stays known. */
static pil_outcome over_items(pil_way_frame *f, pil_way *w, uint32_t word, uint32_t loop_word) {
  pil_build *b = f->b;
  unsigned a = pil_op_a(word);
  pil_symbol table = pil_way_get(f, w, a + 1), control = pil_way_get(f, w, a + 2), item, nil = pil_symbol_nil(), key;
  pil_symbol one = pil_symbol_integer(1);
  pil_operand is_nil, more;
  if (!pil_build_arithmetic(b, PIL_OP_ADD, &control, &one, &key)) return ENDED;
  if (table.kind == PIL_KNOWN_OBJECT && b->objects[table.index].list > 0) {
    if (!pil_list_next(b, table.index, &key, &item, &more)) return ENDED;
    return next_turn(f, w, word, loop_word, more, &key, &item);
  }
  if (!pil_build_get(b, &table, &key, &item) || !pil_build_compare(b, PIL_EQUAL, &item, &nil, &is_nil)) return ENDED;
  pil_symbol value = pil_choice_without_nil(b, &item);
  return next_turn(f, w, word, loop_word, pil_build_not(b, is_nil), &key, &value);
}

/* The order of pairs in the sandbox: numbers, texts by their bytes, false, true. */
static int key_rank(const pil_symbol *key) {
  switch (key->kind) {
    case PIL_KNOWN_INTEGER:
    case PIL_KNOWN_FLOAT: return 0;
    case PIL_KNOWN_TEXT: return 1;
    default: return 2;
  }
}

static double key_number(const pil_symbol *key) {
  return key->kind == PIL_KNOWN_INTEGER ? (double)key->integer : key->number;
}

static bool comes_before(const pil_symbol *a, const pil_symbol *c) {
  if (key_rank(a) != key_rank(c)) return key_rank(a) < key_rank(c);
  if (key_rank(a) == 0) return key_number(a) < key_number(c);
  if (key_rank(a) == 1) return strcmp(a->text, c->text) < 0;
  return a->kind == PIL_KNOWN_FALSE && c->kind == PIL_KNOWN_TRUE;
}

/* The entries of a table of either kind, one after the other; what is no table has none. */
static size_t entry_count(const pil_build *b, const pil_symbol *table) {
  if (table->kind != PIL_KNOWN_TABLE && table->kind != PIL_KNOWN_OBJECT) return 0;
  if (table->kind == PIL_KNOWN_TABLE) return table->table->item_count + table->table->entry_count;
  return b->objects[table->index].item_count + b->objects[table->index].entry_count;
}

static void entry_at(pil_build *b, const pil_symbol *table, size_t index, pil_symbol *key, pil_symbol *value) {
  if (table->kind == PIL_KNOWN_TABLE) {
    const pil_image_table *own = table->table;
    bool item = index < own->item_count;
    *key = item ? pil_symbol_integer((int64_t)index + 1) : pil_symbol_image(b, &own->entries[index - own->item_count].key);
    *value = pil_symbol_image(b, item ? &own->items[index] : &own->entries[index - own->item_count].value);
    return;
  }
  const pil_object *own = &b->objects[table->index];
  bool item = index < own->item_count;
  *key = item ? pil_symbol_integer((int64_t)index + 1) : own->entries[index - own->item_count].key;
  *value = item ? own->items[index] : own->entries[index - own->item_count].value;
}

/* What stands under the key in each table; nil in what is none, whose lanes were given back. */
static bool walked_of(pil_build *b, const void *context, const pil_symbol *table, pil_symbol *out) {
  *out = pil_symbol_nil();
  if (table->kind != PIL_KNOWN_TABLE && table->kind != PIL_KNOWN_OBJECT) return true;
  for (size_t i = 0, count = entry_count(b, table); i < count; i++) {
    pil_symbol key, value;
    entry_at(b, table, i, &key, &value);
    if (pil_symbol_same(&key, context)) *out = value;
  }
  return !b->stopped;
}

static bool get_walked(pil_build *b, const pil_symbol *table, const pil_symbol *key, pil_symbol *out) {
  return pil_choice_each(b, table, walked_of, key, out);
}

/* The first key after `before` under which one of the tables has something. */
static bool next_key(pil_build *b, const pil_alternative *tables, size_t table_count, const pil_symbol *before,
                     pil_symbol *next) {
  bool found = false;
  for (size_t t = 0; t < table_count; t++) {
    size_t count = entry_count(b, &tables[t].symbol);
    pil_build_charge(b, count * 16 * PIL_WORK_ENTRY);
    for (size_t i = 0; i < count; i++) {
      pil_symbol key, value;
      entry_at(b, &tables[t].symbol, i, &key, &value);
      bool is_after = before->kind == PIL_KNOWN_NIL || comes_before(before, &key);
      if (value.kind == PIL_KNOWN_NIL || !is_after || (found && !comes_before(&key, next))) continue;
      found = true;
      *next = key;
    }
  }
  return found;
}

/* for k, v in pairs(t): k is known. Lanes that have nil under it wait here for the next turn, as if they had
 * been through the body. */
static pil_outcome over_pairs(pil_way_frame *f, pil_way *w, uint32_t word, uint32_t loop_word) {
  pil_build *b = f->b;
  unsigned a = pil_op_a(word);
  pil_symbol table = pil_way_get(f, w, a + 1), before = pil_way_get(f, w, a + 2);
  const pil_alternative *tables;
  size_t table_count;
  if (!pil_choice_open(b, &table, &tables, &table_count)) return ENDED;
  for (size_t t = 0; t < table_count; t++) {
    if (tables[t].symbol.kind == PIL_KNOWN_OBJECT && b->objects[tables[t].symbol.index].list > 0) {
      pil_build_give_up(b, "pairs of a list that a loop has made");
      return ENDED;
    }
    if (tables[t].symbol.kind != PIL_KNOWN_TABLE || !tables[t].symbol.table->is_opaque) continue;
    pil_build_give_up(b, "pairs of a table with a metatable");
    return ENDED;
  }
  for (;;) {
    pil_symbol key, value, nil = pil_symbol_nil();
    if (!next_key(b, tables, table_count, &before, &key))
      return next_turn(f, w, word, loop_word, pil_build_constant_i(0), &nil, &nil);
    if (!get_walked(b, &table, &key, &value)) return ENDED;
    pil_operand there = pil_build_not(b, pil_choice_nil(b, &value));
    pil_operand here = pil_build_and(b, w->mask, there), later = pil_build_andnot(b, w->mask, there);
    before = key;
    pil_way_set(f, w, a + 2, key);
    if (b->stopped) return ENDED;
    if (pil_build_is_none(here)) continue;
    value = pil_choice_without_nil(b, &value);
    if (!pil_build_is_none(later)) {
      pil_way *other = pil_way_copy(f, w);
      if (other == NULL) return ENDED;
      uint32_t body = w->pc + 2 - pil_op_bx(loop_word);
      other->mask = later;
      other->order = pil_way_order_of_turn(f, body) - PIL_ORDER_TURNS + PIL_ORDER_SITS_OUT;
      pil_way_wait(f, other);
      b->mask = w->mask = here;
    }
    return next_turn(f, w, word, loop_word, pil_build_constant_i(-1), &key, &value);
  }
}

pil_outcome pil_way_loop_over(pil_way_frame *f, pil_way *w, uint32_t word, uint32_t loop_word) {
  unsigned a = pil_op_a(word);
  pil_symbol function = pil_way_get(f, w, a), control = pil_way_get(f, w, a + 2);
  const char *name = function.kind == PIL_KNOWN_BUILTIN ? function.text : "";
  pil_symbol table = pil_way_get(f, w, a + 1);
  bool is_list = table.kind == PIL_KNOWN_OBJECT && f->b->objects[table.index].list > 0;
  bool counts = control.kind == PIL_KNOWN_INTEGER || (is_list && control.kind == PIL_LANE_INTEGER);
  if (strcmp(name, "ipairs iterator") == 0 && counts) return over_items(f, w, word, loop_word);
  if (strcmp(name, "pairs iterator") == 0 && control.kind < PIL_LANE_FLOAT) return over_pairs(f, w, word, loop_word);
  pil_build_give_up(f->b, "a for loop over an iterator other than ipairs and pairs");
  return ENDED;
}
