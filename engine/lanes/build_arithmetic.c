/* Lua's operators on symbols: computed now where all is known, else an instruction of the right
 * type. What Lua would raise as an error gives the lanes back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "build_choice.h"

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
bool pil_build_number(pil_build *b, const pil_symbol *s, const char *sign, pil_symbol *out) {
  *out = *s;
  if (s->kind == PIL_LANE_MIX) {
    if (!pil_build_guard(b, pil_build_and(b, b->mask, s->nil), "arithmetic on nil (%s)", sign)) return false;
    *out = pil_symbol_without_nil(b, s);
    return !b->stopped;
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
  lane = pil_build_is_all(whole) ? unsigned_zero : pil_build_emit(b, PIL_IR_SELECT_F, 0, whole, unsigned_zero, lane);
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

/* A float that stands for an integer, as bitwise operators take it. */
static bool take_whole(pil_build *b, const pil_symbol *s, const char *sign, pil_symbol *out) {
  *out = *s;
  if (is_integer(s)) return true;
  if (s->kind == PIL_KNOWN_FLOAT) {
    if (s->number != floor(s->number) || fabs(s->number) >= 0x1p63) return pil_build_give_up(b, "%s on floats", sign);
    *out = pil_symbol_integer((int64_t)s->number);
    return true;
  }
  pil_operand rounded = pil_build_unary(b, PIL_IR_FLOOR_F, s->lane);
  pil_operand whole = pil_build_binary(b, PIL_IR_EQ_F, rounded, s->lane);
  pil_operand small = pil_build_binary(b, PIL_IR_LE_F, pil_build_unary(b, PIL_IR_ABS_F, rounded),
                                       pil_build_constant_f(0x1p53));
  pil_operand good = pil_build_and(b, whole, small);
  if (!pil_build_guard(b, pil_build_andnot(b, b->mask, good), "%s on floats", sign)) return false;
  *out = pil_symbol_lane_i(pil_build_unary(b, PIL_IR_F_TO_I, rounded));
  return !b->stopped;
}

static bool arithmetic_of(pil_build *b, const void *context, const pil_symbol *sides, size_t count, pil_symbol *out) {
  (void)count;
  return pil_build_arithmetic(b, *(const pil_opcode *)context, &sides[0], &sides[1], out);
}

bool pil_build_arithmetic(pil_build *b, pil_opcode op, const pil_symbol *left, const pil_symbol *right,
                          pil_symbol *out) {
  const operator_record *o = &operators[op - PIL_OP_ADD];
  pil_symbol a, c;
  if (left->kind == PIL_LANE_CHOICE || right->kind == PIL_LANE_CHOICE) {
    pil_symbol sides[2];
    if (!pil_choice_number(b, left, o->sign, &sides[0]) || !pil_choice_number(b, right, o->sign, &sides[1])) return false;
    return pil_choice_spread(b, arithmetic_of, &op, sides, 2, out);
  }
  if (!pil_build_number(b, left, o->sign, &a) || !pil_build_number(b, right, o->sign, &c)) return false;
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
  pil_symbol a, number;
  if (!pil_choice_number(b, s, "-", &number) || !pil_build_number(b, &number, "-", &a)) return false;
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
  pil_symbol number, a, whole;
  if (!pil_choice_number(b, s, "~", &number) || !pil_build_number(b, &number, "~", &a) || !take_whole(b, &a, "~", &whole)) return false;
  *out = whole.kind == PIL_KNOWN_INTEGER ? pil_symbol_integer(~whole.integer)
                                         : pil_symbol_lane_i(pil_build_unary(b, PIL_IR_NOT_I, whole.lane));
  return !b->stopped;
}

/* ---- rounding ---- */

bool pil_build_round(pil_build *b, bool up, const pil_symbol *s, pil_symbol *out) {
  pil_symbol a, number;
  const char *name = up ? "ceil" : "floor";
  if (!pil_choice_number(b, s, name, &number) || !pil_build_number(b, &number, name, &a)) return false;
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
