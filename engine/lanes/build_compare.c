/* Comparisons of symbols: known now, an instruction, or alternative by alternative.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_choice.h"

static bool is_integer(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_LANE_INTEGER;
}

static bool is_known_number(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_KNOWN_FLOAT;
}

static bool compare_known(pil_comparison_op op, const pil_symbol *a, const pil_symbol *c) {
  if (is_integer(a) && is_integer(c)) {
    return op == PIL_LESS ? a->integer < c->integer
                          : op == PIL_LESS_EQUAL ? a->integer <= c->integer : a->integer == c->integer;
  }
  double x = is_integer(a) ? (double)a->integer : a->number;
  double y = is_integer(c) ? (double)c->integer : c->number;
  return op == PIL_LESS ? x < y : op == PIL_LESS_EQUAL ? x <= y : x == y;
}

static bool is_large(const pil_symbol *s) {
  const int64_t most = INT64_C(1) << 53;
  return s->kind == PIL_KNOWN_INTEGER && (s->integer > most || s->integer < -most);
}

/* A known integer that no double may hold, with a float: between it and the double next to it there is none, so
 * that double takes its place, and what lies on it is less or more than the integer, or equal if it is the integer
 * (Lua 5.4, lvm.c: LTnum does the same by rounding up or down). */
static bool compare_large(pil_build *b, pil_comparison_op op, const pil_symbol *a, const pil_symbol *c,
                          pil_operand *out) {
  bool is_left = is_large(a);
  const pil_symbol *large = is_left ? a : c, *other = is_left ? c : a;
  double near = (double)large->integer;
  bool is_above = near >= 0x1p63 || (int64_t)near > large->integer, is_same = near < 0x1p63 && (int64_t)near == large->integer;
  if (is_large(other)) return pil_build_give_up(b, "an integer beyond 2^53 meets a float");
  bool or_equal = is_same ? op == PIL_LESS_EQUAL : is_left == is_above;
  pil_operand place = pil_build_constant_f(near), number = pil_symbol_to_exact(b, other);
  if (op == PIL_EQUAL && !is_same) *out = pil_build_constant_i(0);
  else if (number.is_constant) {
    double x = is_left ? near : number.number, y = is_left ? number.number : near;
    *out = pil_build_constant_i((op == PIL_EQUAL ? x == y : or_equal ? x <= y : x < y) ? -1 : 0);
  } else {
    pil_ir_op ir = op == PIL_EQUAL ? PIL_IR_EQ_F : or_equal ? PIL_IR_LE_F : PIL_IR_LT_F;
    *out = is_left ? pil_build_binary(b, ir, place, number) : pil_build_binary(b, ir, number, place);
  }
  return !b->stopped;
}

static bool compare_numbers(pil_build *b, pil_comparison_op op, const pil_symbol *a, const pil_symbol *c,
                            pil_operand *out) {
  static const pil_ir_op on_floats[] = {PIL_IR_LT_F, PIL_IR_LE_F, PIL_IR_EQ_F};
  static const pil_ir_op on_whole[] = {PIL_IR_LT_I, PIL_IR_LE_I, PIL_IR_EQ_I};
  bool integers = is_integer(a) && is_integer(c);
  if (!integers && (is_large(a) || is_large(c))) return compare_large(b, op, a, c, out);
  if (is_known_number(a) && is_known_number(c)) {
    *out = pil_build_constant_i(compare_known(op, a, c) ? -1 : 0);
    return true;
  }
  *out = integers ? pil_build_binary(b, on_whole[op], pil_symbol_to_integer(a), pil_symbol_to_integer(c))
                  : pil_build_binary(b, on_floats[op], pil_symbol_to_exact(b, a), pil_symbol_to_exact(b, c));
  return !b->stopped;
}

static bool is_numeric(const pil_symbol *s) {
  return pil_symbol_is_number(s) || s->kind == PIL_LANE_MIX;
}

static bool is_logical(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_FALSE || s->kind == PIL_KNOWN_TRUE || s->kind == PIL_LANE_MASK;
}

static bool is_text(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_TEXT || s->kind == PIL_LANE_TEXT;
}

/* == of two that may be nil in some lanes. */
static bool equal_mixed(pil_build *b, const pil_symbol *a, const pil_symbol *c, pil_operand *out) {
  pil_operand left_nil = a->kind == PIL_LANE_MIX ? a->nil : pil_build_constant_i(a->kind == PIL_KNOWN_NIL ? -1 : 0);
  pil_operand right_nil = c->kind == PIL_LANE_MIX ? c->nil : pil_build_constant_i(c->kind == PIL_KNOWN_NIL ? -1 : 0);
  pil_operand both_nil = pil_build_and(b, left_nil, right_nil);
  if (a->kind == PIL_KNOWN_NIL || c->kind == PIL_KNOWN_NIL) {
    *out = both_nil;
    return !b->stopped;
  }
  pil_operand equal = pil_build_binary(b, PIL_IR_EQ_F, pil_symbol_to_exact(b, a), pil_symbol_to_exact(b, c));
  pil_operand either_nil = pil_build_or(b, left_nil, right_nil);
  *out = pil_build_or(b, both_nil, pil_build_andnot(b, equal, either_nil));
  return !b->stopped;
}

/* A text that varies, or is known, as its number among the program's texts. */
static pil_operand code_of(pil_build *b, const pil_symbol *s) {
  if (s->kind == PIL_LANE_TEXT) return s->lane;
  return pil_build_constant_i(pil_dictionary_code(&b->texts, s->text, strlen(s->text)));
}

typedef struct comparison {
  pil_comparison_op op;
  const pil_symbol *other;
  bool is_left; /* the alternatives stand on the left */
} comparison;

static bool compare_one(pil_build *b, const void *context, const pil_symbol *alternative, pil_symbol *out) {
  const comparison *c = context;
  pil_operand holds;
  bool good = c->is_left ? pil_build_compare(b, c->op, alternative, c->other, &holds)
                         : pil_build_compare(b, c->op, c->other, alternative, &holds);
  if (good) *out = pil_symbol_mask(holds);
  return good;
}

/* Each alternative of a choice, or text that may come, by itself. */
static bool compare_each(pil_build *b, pil_comparison_op op, bool is_left, const pil_symbol *left,
                         const pil_symbol *right, pil_operand *out) {
  comparison c = {op, is_left ? right : left, is_left};
  pil_symbol result;
  if (!pil_choice_each(b, is_left ? left : right, compare_one, &c, &result)) return false;
  return pil_symbol_truth(b, &result, out);
}

/* Whether a side has to be told apart before it is compared: texts only for their order. */
static bool is_several(pil_comparison_op op, const pil_symbol *s) {
  return pil_choice_is_open(s) && (op != PIL_EQUAL || s->kind != PIL_LANE_TEXT);
}

static bool equal(pil_build *b, const pil_symbol *a, const pil_symbol *c, pil_operand *out) {
  bool a_nil = a->kind == PIL_KNOWN_NIL, c_nil = c->kind == PIL_KNOWN_NIL;
  if (a->kind == PIL_KNOWN_CONFLICT || c->kind == PIL_KNOWN_CONFLICT)
    return pil_build_give_up(b, "a value of several kinds is compared");
  if ((a->kind == PIL_LANE_MIX && (is_numeric(c) || c_nil)) || (c->kind == PIL_LANE_MIX && (is_numeric(a) || a_nil)))
    return equal_mixed(b, a, c, out);
  if (is_numeric(a) && is_numeric(c)) return compare_numbers(b, PIL_EQUAL, a, c, out);
  if (is_logical(a) && is_logical(c)) {
    pil_operand truths[2];
    if (!pil_symbol_truth(b, a, &truths[0]) || !pil_symbol_truth(b, c, &truths[1])) return false;
    pil_operand both = pil_build_and(b, truths[0], truths[1]);
    *out = pil_build_or(b, both, pil_build_not(b, pil_build_or(b, truths[0], truths[1])));
    return !b->stopped;
  }
  if (is_text(a) && is_text(c) && (a->kind == PIL_LANE_TEXT || c->kind == PIL_LANE_TEXT)) {
    *out = pil_build_binary(b, PIL_IR_EQ_I, code_of(b, a), code_of(b, c));
    return !b->stopped;
  }
  *out = pil_build_constant_i(pil_symbol_same(a, c) ? -1 : 0); /* tables, functions: identity */
  return true;
}

bool pil_build_compare(pil_build *b, pil_comparison_op op, const pil_symbol *left, const pil_symbol *right,
                       pil_operand *out) {
  if (is_several(op, left)) return compare_each(b, op, true, left, right, out);
  if (is_several(op, right)) return compare_each(b, op, false, left, right, out);
  if (op == PIL_EQUAL) return equal(b, left, right, out);
  if (left->kind == PIL_KNOWN_TEXT && right->kind == PIL_KNOWN_TEXT) { /* strcoll, in the C locale */
    int order = strcmp(left->text, right->text);
    *out = pil_build_constant_i((op == PIL_LESS ? order < 0 : order <= 0) ? -1 : 0);
    return true;
  }
  pil_symbol a = *left, c = *right;
  if (is_numeric(&a) && is_numeric(&c))
    return pil_build_number(b, left, "<", &a) && pil_build_number(b, right, "<", &c) && compare_numbers(b, op, &a, &c, out);
  return pil_build_give_up(b, "a comparison of what are no numbers in lanes");
}

