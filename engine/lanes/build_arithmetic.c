/* Lua's operators on symbols: computed now where all is known, else an instruction of the right
 * type. What Lua would raise as an error gives the lanes back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "../base/real.h"
#include "build.h"

/* The operators in the order of the opcodes ADD … SHR. */
typedef struct operator_record {
  pil_ir_op on_floats, on_integers; /* PIL_IR_COUNT: none of that type */
  const char *sign;
} operator_record;

static const operator_record operators[] = {
    {PIL_IR_ADD_F, PIL_IR_ADD_I, "+"},    {PIL_IR_SUB_F, PIL_IR_SUB_I, "-"},
    {PIL_IR_MUL_F, PIL_IR_MUL_I, "*"},    {PIL_IR_MOD_F, PIL_IR_MOD_I, "%"},
    {PIL_IR_POW_F, PIL_IR_COUNT, "^"},    {PIL_IR_DIV_F, PIL_IR_COUNT, "/"},
    {PIL_IR_IDIV_F, PIL_IR_IDIV_I, "//"}, {PIL_IR_COUNT, PIL_IR_AND_I, "&"},
    {PIL_IR_COUNT, PIL_IR_OR_I, "|"},     {PIL_IR_COUNT, PIL_IR_XOR_I, "~"},
    {PIL_IR_COUNT, PIL_IR_SHL_I, "<<"},   {PIL_IR_COUNT, PIL_IR_SHR_I, ">>"},
};

/* ---- on what is known: Lua 5.4 manual §3.4.1 to 3.4.3 ---- */

static double compute_float(pil_ir_op op, double a, double c) {
  switch (op) {
    case PIL_IR_ADD_F: return a + c;
    case PIL_IR_SUB_F: return a - c;
    case PIL_IR_MUL_F: return a * c;
    case PIL_IR_DIV_F: return a / c;
    case PIL_IR_IDIV_F: return floor(a / c);
    case PIL_IR_POW_F: return c == 2 ? a * a : pil_pow(a, c);
    default: break;
  }
  double rest = fmod(a, c); /* MOD: the sign of the divisor */
  return (rest > 0 && c < 0) || (rest < 0 && c > 0) ? rest + c : rest;
}

static int64_t shift_left(int64_t a, int64_t by) {
  if (by <= -64 || by >= 64) return 0;
  return by >= 0 ? (int64_t)((uint64_t)a << by) : (int64_t)((uint64_t)a >> -by);
}

static int64_t floor_divide(int64_t a, int64_t c) {
  if (c == -1) return (int64_t)(0 - (uint64_t)a);
  int64_t quotient = a / c;
  return a % c != 0 && (a ^ c) < 0 ? quotient - 1 : quotient;
}

static int64_t floor_modulo(int64_t a, int64_t c) {
  if (c == -1) return 0;
  int64_t rest = a % c;
  return rest != 0 && (rest ^ c) < 0 ? rest + c : rest;
}

static int64_t compute_integer(pil_ir_op op, int64_t a, int64_t c) {
  switch (op) {
    case PIL_IR_ADD_I: return (int64_t)((uint64_t)a + (uint64_t)c);
    case PIL_IR_SUB_I: return (int64_t)((uint64_t)a - (uint64_t)c);
    case PIL_IR_MUL_I: return (int64_t)((uint64_t)a * (uint64_t)c);
    case PIL_IR_IDIV_I: return floor_divide(a, c);
    case PIL_IR_MOD_I: return floor_modulo(a, c);
    case PIL_IR_AND_I: return a & c;
    case PIL_IR_OR_I: return a | c;
    case PIL_IR_XOR_I: return a ^ c;
    case PIL_IR_SHL_I: return shift_left(a, c);
    default: return c == INT64_MIN ? 0 : shift_left(a, -c);
  }
}

/* ---- on lanes ---- */

static bool is_integer(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_LANE_INTEGER;
}

static bool is_known_number(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_KNOWN_FLOAT;
}

/* Numbers only from here on: anything else makes Lua raise an error, or is a text that it would
 * convert. Nils inside a MIX are errors of their lanes. */
static bool take_number(pil_build *b, const pil_symbol *s, const char *sign, pil_symbol *out) {
  *out = *s;
  if (s->kind == PIL_LANE_MIX) {
    if (!pil_build_guard(b, pil_build_and(b, b->mask, s->nil), "arithmetic on nil (%s)", sign)) return false;
    out->nil = pil_build_constant_i(0);
    if (pil_build_is_none(out->whole)) *out = pil_symbol_lane_f(s->lane);
    return true;
  }
  if (pil_symbol_is_number(s)) return true;
  return pil_build_give_up(b, "arithmetic (%s) on what is no number in lanes", sign);
}

static pil_operand whole_of(const pil_symbol *s) {
  if (s->kind == PIL_LANE_MIX) return s->whole;
  return pil_build_constant_i(is_integer(s) ? -1 : 0);
}

static bool divides(const operator_record *o) {
  return o->on_integers == PIL_IR_IDIV_I || o->on_integers == PIL_IR_MOD_I;
}

/* + - * // % of numbers that are integers in some lanes: as doubles, which give the integers'
 * results exactly as long as all stay below 2^53 (the floor of a quotient too: it could only
 * round up to a whole number from 1/c below it, which is more than half a unit of its last
 * place). An integer 0 has no sign. */
static bool mixed(pil_build *b, const operator_record *o, const pil_symbol *left, const pil_symbol *right,
                  pil_symbol *out) {
  pil_operand a = pil_symbol_to_exact(b, left), c = pil_symbol_to_exact(b, right);
  pil_operand whole = pil_build_and(b, whole_of(left), whole_of(right)), zero = pil_build_constant_f(0);
  pil_operand lane = pil_build_binary(b, o->on_floats, a, c);
  if (pil_build_is_none(whole) || o->on_integers == PIL_IR_COUNT) {
    *out = pil_symbol_lane_f(lane);
    return !b->stopped;
  }
  if (divides(o)) {
    pil_operand by_zero = pil_build_and(b, whole, pil_build_binary(b, PIL_IR_EQ_F, c, zero));
    if (!pil_build_guard(b, pil_build_and(b, b->mask, by_zero), "division by zero")) return false;
  }
  pil_operand size = pil_build_unary(b, PIL_IR_ABS_F, lane);
  pil_operand inexact = pil_build_binary(b, PIL_IR_LE_F, pil_build_constant_f(0x1p53), size);
  pil_operand bad = pil_build_and(b, b->mask, pil_build_and(b, whole, inexact));
  if (!pil_build_guard(b, bad, "an integer beyond 2^53")) return false;
  pil_operand unsigned_zero = pil_build_binary(b, PIL_IR_ADD_F, lane, zero);
  lane = pil_build_emit(b, PIL_IR_SELECT_F, 0, whole, unsigned_zero, lane);
  *out = (pil_symbol){.kind = PIL_LANE_MIX, .lane = lane, .whole = whole, .nil = pil_build_constant_i(0)};
  return true;
}

static bool on_integers(pil_build *b, const operator_record *o, const pil_symbol *left,
                        const pil_symbol *right, pil_symbol *out) {
  pil_operand a = pil_symbol_to_integer(left), c = pil_symbol_to_integer(right);
  if (divides(o) && c.is_constant && c.integer == 0) return pil_build_give_up(b, "division by zero");
  if (divides(o) && !c.is_constant) {
    pil_operand zero = pil_build_binary(b, PIL_IR_EQ_I, c, pil_build_constant_i(0));
    if (!pil_build_guard(b, pil_build_and(b, b->mask, zero), "division by zero")) return false;
  }
  if (a.is_constant && c.is_constant) {
    *out = pil_symbol_integer(compute_integer(o->on_integers, a.integer, c.integer));
    return true;
  }
  if (divides(o) && !c.is_constant) /* lanes of other ways may hold 0: they must not trap */
    c = pil_build_emit(b, PIL_IR_SELECT_I, 0, b->mask, c, pil_build_constant_i(1));
  *out = pil_symbol_lane_i(pil_build_binary(b, o->on_integers, a, c));
  return !b->stopped;
}

/* A float that stands for an integer, as bitwise operators and indexes take it. */
static bool take_whole(pil_build *b, const pil_symbol *s, const char *sign, pil_symbol *out) {
  *out = *s;
  if (is_integer(s)) return true;
  if (s->kind == PIL_KNOWN_FLOAT && s->number == floor(s->number) && fabs(s->number) < 0x1p63) {
    *out = pil_symbol_integer((int64_t)s->number);
    return true;
  }
  return pil_build_give_up(b, "%s on floats", sign);
}

bool pil_build_arithmetic(pil_build *b, pil_opcode op, const pil_symbol *left, const pil_symbol *right,
                          pil_symbol *out) {
  const operator_record *o = &operators[op - PIL_OP_ADD];
  pil_symbol a, c;
  if (!take_number(b, left, o->sign, &a) || !take_number(b, right, o->sign, &c)) return false;
  if (o->on_floats == PIL_IR_COUNT) {
    pil_symbol x, y;
    if (!take_whole(b, &a, o->sign, &x) || !take_whole(b, &c, o->sign, &y)) return false;
    return on_integers(b, o, &x, &y, out);
  }
  if (is_integer(&a) && is_integer(&c) && o->on_integers != PIL_IR_COUNT)
    return on_integers(b, o, &a, &c, out);
  if (is_known_number(&a) && is_known_number(&c)) {
    *out = pil_symbol_float(compute_float(o->on_floats, pil_symbol_to_float(b, &a).number,
                                          pil_symbol_to_float(b, &c).number));
    return true;
  }
  if (a.kind == PIL_LANE_MIX || c.kind == PIL_LANE_MIX) return mixed(b, o, &a, &c, out);
  *out = pil_symbol_lane_f(
      pil_build_binary(b, o->on_floats, pil_symbol_to_float(b, &a), pil_symbol_to_float(b, &c)));
  return !b->stopped;
}

/* From Lua's a % d, which has the sign of the divisor d: fmod has that of a. */
static bool fmod_of_integers(pil_build *b, const pil_symbol *a, const pil_symbol *d, pil_symbol *out) {
  pil_symbol modulo, moved, signs, zero = pil_symbol_integer(0);
  pil_operand crossed, none;
  if (!pil_build_arithmetic(b, PIL_OP_MOD, a, d, &modulo) || !pil_build_arithmetic(b, PIL_OP_SUB, &modulo, d, &moved) ||
      !pil_build_arithmetic(b, PIL_OP_BXOR, a, d, &signs) ||
      !pil_build_compare(b, PIL_LESS, &signs, &zero, &crossed) ||
      !pil_build_compare(b, PIL_EQUAL, &modulo, &zero, &none))
    return false;
  *out = pil_symbol_select(b, pil_build_andnot(b, crossed, none), &moved, &modulo);
  return !b->stopped;
}

bool pil_build_fmod(pil_build *b, const pil_symbol *a, const pil_symbol *d, pil_symbol *out) {
  static const operator_record fmod_record = {PIL_IR_FMOD_F, PIL_IR_MOD_I, "math.fmod"};
  if (is_integer(a) && is_integer(d)) return fmod_of_integers(b, a, d, out);
  if (a->kind == PIL_LANE_MIX || d->kind == PIL_LANE_MIX) return mixed(b, &fmod_record, a, d, out);
  pil_operand x = pil_symbol_to_float(b, a), y = pil_symbol_to_float(b, d);
  bool known = x.is_constant && y.is_constant;
  *out = pil_symbol_lane_f(known ? pil_build_constant_f(fmod(x.number, y.number))
                                 : pil_build_binary(b, PIL_IR_FMOD_F, x, y));
  return !b->stopped;
}

/* An integer 0 stays without a sign. */
static pil_symbol negate_mixed(pil_build *b, pil_symbol s) {
  pil_operand of_integer = pil_build_binary(b, PIL_IR_SUB_F, pil_build_constant_f(0), s.lane);
  s.lane = pil_build_emit(b, PIL_IR_SELECT_F, 0, s.whole, of_integer, pil_build_unary(b, PIL_IR_NEG_F, s.lane));
  return s;
}

bool pil_build_negate(pil_build *b, const pil_symbol *s, pil_symbol *out) {
  pil_symbol a;
  if (!take_number(b, s, "-", &a)) return false;
  switch (a.kind) {
    case PIL_KNOWN_INTEGER: *out = pil_symbol_integer((int64_t)(0 - (uint64_t)a.integer)); break;
    case PIL_KNOWN_FLOAT: *out = pil_symbol_float(-a.number); break;
    case PIL_LANE_INTEGER: *out = pil_symbol_lane_i(pil_build_unary(b, PIL_IR_NEG_I, a.lane)); break;
    case PIL_LANE_FLOAT: *out = pil_symbol_lane_f(pil_build_unary(b, PIL_IR_NEG_F, a.lane)); break;
    default: *out = negate_mixed(b, a);
  }
  return !b->stopped;
}

bool pil_build_bitwise_not(pil_build *b, const pil_symbol *s, pil_symbol *out) {
  pil_symbol a, whole;
  if (!take_number(b, s, "~", &a) || !take_whole(b, &a, "~", &whole)) return false;
  *out = whole.kind == PIL_KNOWN_INTEGER ? pil_symbol_integer(~whole.integer)
                                         : pil_symbol_lane_i(pil_build_unary(b, PIL_IR_NOT_I, whole.lane));
  return !b->stopped;
}

/* ---- comparison ---- */

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

static bool compare_numbers(pil_build *b, pil_comparison_op op, const pil_symbol *a, const pil_symbol *c,
                            pil_operand *out) {
  static const pil_ir_op on_floats[] = {PIL_IR_LT_F, PIL_IR_LE_F, PIL_IR_EQ_F};
  static const pil_ir_op on_whole[] = {PIL_IR_LT_I, PIL_IR_LE_I, PIL_IR_EQ_I};
  bool integers = is_integer(a) && is_integer(c);
  if (!integers && (is_large(a) || is_large(c)))
    return pil_build_give_up(b, "an integer beyond 2^53 meets a float");
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
    pil_operand codes[2];
    const pil_symbol *sides[2] = {a, c};
    for (int i = 0; i < 2; i++)
      codes[i] = sides[i]->kind == PIL_LANE_TEXT
                     ? sides[i]->lane
                     : pil_build_constant_i(pil_dictionary_code(&b->texts, sides[i]->text, strlen(sides[i]->text)));
    *out = pil_build_binary(b, PIL_IR_EQ_I, codes[0], codes[1]);
    return !b->stopped;
  }
  *out = pil_build_constant_i(pil_symbol_same(a, c) ? -1 : 0); /* tables, functions: identity */
  return true;
}

bool pil_build_compare(pil_build *b, pil_comparison_op op, const pil_symbol *left, const pil_symbol *right,
                       pil_operand *out) {
  if (op == PIL_EQUAL) return equal(b, left, right, out);
  pil_symbol a = *left, c = *right;
  if (is_numeric(&a) && is_numeric(&c))
    return take_number(b, left, "<", &a) && take_number(b, right, "<", &c) && compare_numbers(b, op, &a, &c, out);
  return pil_build_give_up(b, "a comparison of what are no numbers in lanes");
}

/* ---- texts and rounding ---- */

static bool text_of_number(const pil_symbol *s, char *to, size_t to_bytes) {
  if (s->kind == PIL_KNOWN_INTEGER) {
    snprintf(to, to_bytes, "%lld", (long long)s->integer);
    return true;
  }
  if (s->kind != PIL_KNOWN_FLOAT) return false;
  snprintf(to, to_bytes, "%.14g", s->number);
  if (to[strspn(to, "-0123456789")] == '\0') strcat(to, ".0");
  return s->number == s->number; /* the sign of a NaN is nobody's business */
}

bool pil_build_concat(pil_build *b, const pil_symbol *parts, size_t count, pil_symbol *out) {
  pil_text whole = {0};
  bool good = pil_build_charge(b, count * PIL_WORK_VALUE);
  for (size_t i = 0; good && i < count; i++) {
    char number[64];
    if (parts[i].kind == PIL_KNOWN_TEXT) pil_text_add(&whole, parts[i].text);
    else if (text_of_number(&parts[i], number, sizeof number)) pil_text_add(&whole, number);
    else good = pil_build_give_up(b, "a text that is built lane by lane");
  }
  if (whole.failed) good = pil_build_memory(b);
  if (good) *out = pil_symbol_text(b, pil_text_get(&whole), whole.length);
  pil_text_free(&whole);
  return good && !b->stopped;
}

bool pil_build_round(pil_build *b, bool up, const pil_symbol *s, pil_symbol *out) {
  pil_symbol a;
  if (!take_number(b, s, up ? "ceil" : "floor", &a)) return false;
  *out = a;
  if (is_integer(&a)) return true;
  if (a.kind == PIL_KNOWN_FLOAT) {
    double rounded = up ? ceil(a.number) : floor(a.number);
    bool fits = rounded >= -0x1p63 && rounded < 0x1p63;
    *out = fits ? pil_symbol_integer((int64_t)rounded) : pil_symbol_float(rounded);
    return true;
  }
  pil_operand lane = pil_build_unary(b, up ? PIL_IR_CEIL_F : PIL_IR_FLOOR_F, a.lane);
  pil_operand small = pil_build_binary(b, PIL_IR_LE_F, pil_build_unary(b, PIL_IR_ABS_F, lane),
                                       pil_build_constant_f(0x1p53));
  if (!pil_build_guard(b, pil_build_andnot(b, b->mask, small), "rounding a number beyond 2^53")) return false;
  *out = pil_symbol_lane_i(pil_build_unary(b, PIL_IR_F_TO_I, lane));
  return !b->stopped;
}
