/* The sandbox's own functions on symbols. What is not listed here runs in stock Lua.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "build_calls.h"

typedef pil_call call;

pil_symbol pil_call_argument(const pil_call *c, size_t index) {
  return index < c->count ? c->arguments[index] : pil_symbol_nil();
}

bool pil_call_give(const pil_call *c, pil_symbol result) {
  c->results[0] = result;
  *c->result_count = 1;
  return !c->b->stopped;
}

/* A number; lanes with anything else are given back. */
static bool take_number(const call *c, size_t index, pil_symbol *out) {
  pil_symbol given = pil_call_argument(c, index), number;
  return pil_choice_number(c->b, &given, c->name, &number) && pil_build_number(c->b, &number, c->name, out);
}

static bool is_known(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_KNOWN_FLOAT;
}

/* ---- math: functions of one double ---- */

typedef struct unary_record {
  const char *name;
  pil_ir_op op;
  double (*compute)(double);
} unary_record;

static double square_root(double x) {
  return sqrt(x);
}

static const unary_record unaries[] = {
    {"math.sqrt", PIL_IR_SQRT_F, square_root}, {"math.exp", PIL_IR_EXP_F, pil_exp},
    {"math.sin", PIL_IR_SIN_F, pil_sin},       {"math.cos", PIL_IR_COS_F, pil_cos},
    {"math.tan", PIL_IR_TAN_F, pil_tan},       {"math.asin", PIL_IR_ASIN_F, pil_asin},
    {"math.acos", PIL_IR_ACOS_F, pil_acos},
};

static pil_operand unary_of(const call *c, pil_ir_op op, double (*compute)(double), const pil_symbol *s) {
  pil_operand number = pil_symbol_to_float(c->b, s);
  return number.is_constant ? pil_build_constant_f(compute(number.number)) : pil_build_unary(c->b, op, number);
}

static bool call_unary(const call *c, const unary_record *u) {
  pil_symbol s;
  if (!take_number(c, 0, &s)) return false;
  return pil_call_give(c, pil_symbol_lane_f(unary_of(c, u->op, u->compute, &s)));
}

/* As the sandbox chooses: two bases have functions of their own. */
static bool log_of_varying(const call *c, const pil_symbol *s) {
  pil_symbol base, ratio;
  if (!take_number(c, 1, &base)) return false;
  pil_operand unit = pil_symbol_to_float(c->b, &base);
  pil_symbol whole = pil_symbol_lane_f(unary_of(c, PIL_IR_LOG_F, pil_log, s));
  pil_symbol part = pil_symbol_lane_f(unary_of(c, PIL_IR_LOG_F, pil_log, &base));
  if (!pil_build_arithmetic(c->b, PIL_OP_DIV, &whole, &part, &ratio)) return false;
  pil_operand is_two = pil_build_binary(c->b, PIL_IR_EQ_F, unit, pil_build_constant_f(2));
  pil_operand is_ten = pil_build_binary(c->b, PIL_IR_EQ_F, unit, pil_build_constant_f(10));
  pil_symbol two = pil_symbol_lane_f(unary_of(c, PIL_IR_LOG2_F, pil_log2, s));
  pil_symbol ten = pil_symbol_lane_f(unary_of(c, PIL_IR_LOG10_F, pil_log10, s));
  pil_symbol out = pil_symbol_select(c->b, is_ten, &ten, &ratio);
  return pil_call_give(c, pil_symbol_select(c->b, is_two, &two, &out));
}

static bool call_log(const call *c) {
  pil_symbol s, base = pil_call_argument(c, 1);
  if (!take_number(c, 0, &s)) return false;
  if (base.kind == PIL_KNOWN_NIL) return pil_call_give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_LOG_F, pil_log, &s)));
  if (!is_known(&base)) return log_of_varying(c, &s);
  double known = pil_symbol_to_float(c->b, &base).number;
  if (known == 2) return pil_call_give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_LOG2_F, pil_log2, &s)));
  if (known == 10) return pil_call_give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_LOG10_F, pil_log10, &s)));
  pil_symbol whole = pil_symbol_lane_f(unary_of(c, PIL_IR_LOG_F, pil_log, &s)), ratio;
  pil_symbol unit = pil_symbol_float(pil_log(known));
  return pil_build_arithmetic(c->b, PIL_OP_DIV, &whole, &unit, &ratio) && pil_call_give(c, ratio);
}

static bool call_atan(const call *c) {
  pil_symbol y, x;
  if (!take_number(c, 0, &y)) return false;
  if (pil_call_argument(c, 1).kind == PIL_KNOWN_NIL) /* one argument is another function in the sandbox */
    return pil_call_give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_ATAN1_F, pil_atan, &y)));
  if (!take_number(c, 1, &x)) return false;
  pil_operand a = pil_symbol_to_float(c->b, &y), d = pil_symbol_to_float(c->b, &x);
  if (a.is_constant && d.is_constant) return pil_call_give(c, pil_symbol_float(pil_atan2(a.number, d.number)));
  return pil_call_give(c, pil_symbol_lane_f(pil_build_binary(c->b, PIL_IR_ATAN_F, a, d)));
}

/* ---- math: integers and floats alike ---- */

static bool call_extreme(const call *c, bool smallest) {
  pil_symbol best, next;
  if (c->count == 0 || !take_number(c, 0, &best)) return pil_build_give_up(c->b, "%s without numbers", c->name);
  for (size_t i = 1; i < c->count; i++) {
    pil_operand better;
    if (!take_number(c, i, &next)) return false;
    bool floats = (best.kind == PIL_LANE_FLOAT || best.kind == PIL_KNOWN_FLOAT) &&
                  (next.kind == PIL_LANE_FLOAT || next.kind == PIL_KNOWN_FLOAT);
    if (floats && !(is_known(&best) && is_known(&next))) {
      best = pil_symbol_lane_f(pil_build_binary(c->b, smallest ? PIL_IR_MIN_F : PIL_IR_MAX_F,
                                                pil_symbol_to_float(c->b, &best), pil_symbol_to_float(c->b, &next)));
      continue;
    }
    const pil_symbol *low = smallest ? &next : &best, *high = smallest ? &best : &next;
    if (!pil_build_compare(c->b, PIL_LESS, low, high, &better)) return false;
    best = pil_symbol_select(c->b, better, &next, &best);
  }
  return pil_call_give(c, best);
}

static bool call_abs(const call *c) {
  pil_symbol s, negated, zero = pil_symbol_integer(0);
  pil_operand below;
  if (!take_number(c, 0, &s)) return false;
  if (s.kind == PIL_KNOWN_FLOAT) return pil_call_give(c, pil_symbol_float(fabs(s.number)));
  if (s.kind == PIL_LANE_FLOAT) return pil_call_give(c, pil_symbol_lane_f(pil_build_unary(c->b, PIL_IR_ABS_F, s.lane)));
  if (s.kind == PIL_LANE_MIX) {
    s.lane = pil_build_unary(c->b, PIL_IR_ABS_F, s.lane);
    return pil_call_give(c, s);
  }
  if (!pil_build_negate(c->b, &s, &negated) || !pil_build_compare(c->b, PIL_LESS, &s, &zero, &below)) return false;
  return pil_call_give(c, pil_symbol_select(c->b, below, &negated, &s));
}

static bool call_round(const call *c, bool up) {
  pil_symbol s = pil_call_argument(c, 0), out;
  return pil_build_round(c->b, up, &s, &out) && pil_call_give(c, out);
}

static bool call_fmod(const call *c) {
  pil_symbol a, d, out;
  if (!take_number(c, 0, &a) || !take_number(c, 1, &d)) return false;
  return pil_build_fmod(c->b, &a, &d, &out) && pil_call_give(c, out);
}

/* x * (180 / pi), x * (pi / 180): Lua 5.4, lmathlib.c. */
static bool call_angle(const call *c) {
  const double pi = 3.141592653589793238462643383279502884;
  pil_symbol s, factor = pil_symbol_float(strcmp(c->name, "math.deg") == 0 ? 180.0 / pi : pi / 180.0), out;
  if (!take_number(c, 0, &s)) return false;
  pil_operand number = pil_symbol_to_float(c->b, &s);
  pil_symbol real = pil_symbol_lane_f(number);
  return pil_build_arithmetic(c->b, PIL_OP_MUL, &real, &factor, &out) && pil_call_give(c, out);
}

/* The integer that a number is, else nil. */
static bool call_tointeger(const call *c) {
  pil_symbol s = pil_call_argument(c, 0), nil = pil_symbol_nil();
  if (s.kind == PIL_KNOWN_INTEGER || s.kind == PIL_LANE_INTEGER) return pil_call_give(c, s);
  if (s.kind == PIL_KNOWN_FLOAT) {
    bool whole = s.number == floor(s.number) && s.number >= -0x1p63 && s.number < 0x1p63;
    return pil_call_give(c, whole ? pil_symbol_integer((int64_t)s.number) : nil);
  }
  if (!take_number(c, 0, &s)) return false;
  pil_operand rounded = pil_build_unary(c->b, PIL_IR_FLOOR_F, s.lane);
  pil_operand whole = pil_build_binary(c->b, PIL_IR_EQ_F, rounded, s.lane);
  pil_operand large = pil_build_binary(c->b, PIL_IR_LE_F, pil_build_constant_f(0x1p53),
                                       pil_build_unary(c->b, PIL_IR_ABS_F, rounded));
  if (!pil_build_guard(c->b, pil_build_and(c->b, c->b->mask, large), "math.tointeger beyond 2^53")) return false;
  return pil_call_give(c, (pil_symbol){.kind = PIL_LANE_MIX,
                              .lane = pil_build_binary(c->b, PIL_IR_ADD_F, rounded, pil_build_constant_f(0)),
                              .whole = pil_build_constant_i(-1), .nil = pil_build_not(c->b, whole)});
}

static pil_symbol text_of(const call *c, const char *text) {
  return pil_symbol_text(c->b, text, strlen(text));
}

static bool call_math_type(const call *c) {
  pil_symbol s = pil_call_argument(c, 0), whole = text_of(c, "integer"), real = text_of(c, "float");
  pil_symbol none = pil_symbol_nil(), out;
  if (s.kind == PIL_KNOWN_CONFLICT || c->count == 0) return pil_build_give_up(c->b, "math.type of what varies by lane");
  if (s.kind == PIL_KNOWN_INTEGER || s.kind == PIL_LANE_INTEGER) return pil_call_give(c, whole);
  if (s.kind == PIL_KNOWN_FLOAT || s.kind == PIL_LANE_FLOAT) return pil_call_give(c, real);
  if (s.kind != PIL_LANE_MIX) return pil_call_give(c, none);
  out = pil_symbol_select(c->b, s.whole, &whole, &real);
  return pil_call_give(c, pil_symbol_select(c->b, s.nil, &none, &out));
}

/* ---- base and table ---- */

static bool call_type(const call *c) {
  pil_symbol s = pil_call_argument(c, 0), nil = text_of(c, "nil"), number = text_of(c, "number");
  switch (s.kind) {
    case PIL_KNOWN_NIL:
      if (c->count == 0) break;
      return pil_call_give(c, nil);
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE:
    case PIL_LANE_MASK: return pil_call_give(c, text_of(c, "boolean"));
    case PIL_KNOWN_TEXT:
    case PIL_LANE_TEXT: return pil_call_give(c, text_of(c, "string"));
    case PIL_KNOWN_TABLE:
    case PIL_LANE_TABLE:
    case PIL_KNOWN_OBJECT: return pil_call_give(c, text_of(c, "table"));
    case PIL_KNOWN_FUNCTION:
    case PIL_KNOWN_BUILTIN:
    case PIL_KNOWN_CLOSURE: return pil_call_give(c, text_of(c, "function"));
    case PIL_LANE_MIX: return pil_call_give(c, pil_symbol_select(c->b, s.nil, &nil, &number));
    default:
      if (pil_symbol_is_number(&s)) return pil_call_give(c, number);
  }
  return pil_build_give_up(c->b, "type of what varies by lane");
}

static bool call_assert(const call *c) {
  pil_symbol s = pil_call_argument(c, 0);
  pil_operand truth;
  if (c->count == 0 || !pil_symbol_truth(c->b, &s, &truth)) return pil_build_give_up(c->b, "assert of what varies");
  if (!pil_build_guard(c->b, pil_build_andnot(c->b, c->b->mask, truth), "assert raises an error")) return false;
  for (size_t i = 0; i < c->count && i < PIL_BUILD_RESULTS; i++) c->results[i] = c->arguments[i];
  c->results[0] = pil_choice_after_test(c->b, &s, true);
  *c->result_count = c->count < PIL_BUILD_RESULTS ? c->count : PIL_BUILD_RESULTS;
  return true;
}

static bool call_select(const call *c) {
  pil_symbol first = pil_call_argument(c, 0);
  if (first.kind == PIL_KNOWN_TEXT && strcmp(first.text, "#") == 0)
    return pil_call_give(c, pil_symbol_integer((int64_t)c->count - 1));
  if (first.kind != PIL_KNOWN_INTEGER || first.integer < 1) return pil_build_give_up(c->b, "select by what varies");
  size_t from = (size_t)first.integer, count = 0;
  for (size_t i = from; i < c->count && count < PIL_BUILD_RESULTS; i++) c->results[count++] = c->arguments[i];
  *c->result_count = count;
  return true;
}

static bool call_rawequal(const call *c) {
  pil_symbol a = pil_call_argument(c, 0), d = pil_call_argument(c, 1);
  pil_operand same;
  return pil_build_compare(c->b, PIL_EQUAL, &a, &d, &same) && pil_call_give(c, pil_symbol_mask(same));
}

static bool call_text(const call *c) {
  const char *name = strncmp(c->name, "string.", 7) == 0 ? c->name + 7 : c->name;
  pil_symbol out;
  return pil_build_string(c->b, name, c->arguments, c->count, &out) && pil_call_give(c, out);
}

static bool call_error(const call *c) {
  return pil_build_give_up(c->b, "error() is called");
}

/* decided(f, ...): the first two results of f(...), and which return gave them. */
static bool call_decided(const call *c) {
  if (c->count == 0) return pil_build_give_up(c->b, "decided without a function");
  c->b->asks_place = true;
  return pil_build_call(c->b, &c->arguments[0], c->arguments + 1, c->count - 1, c->results, c->result_count);
}

/* ---- by name ---- */

static bool starts_with(const char *name, const char *start) {
  return strncmp(name, start, strlen(start)) == 0;
}

static bool call_draw(const call *c) {
  *c->result_count = 1;
  return pil_build_draw(c->b, c->name + strlen("draw."), c->arguments, c->count, &c->results[0]);
}

typedef struct builtin_record {
  const char *name;
  pil_call_run *run;
} builtin_record;

static const builtin_record builtins[] = {
    {"math.log", call_log},       {"math.atan", call_atan},           {"math.abs", call_abs},
    {"math.fmod", call_fmod},     {"math.type", call_math_type},      {"math.tointeger", call_tointeger},
    {"math.deg", call_angle},     {"math.rad", call_angle},           {"type", call_type},
    {"assert", call_assert},      {"select", call_select},            {"rawequal", call_rawequal},
    {"tostring", call_text},      {"error", call_error},              {PIL_BUILTIN_DECIDED, call_decided},
};

static bool run_builtin(const call *c) {
  if (starts_with(c->name, "draw.")) return call_draw(c);
  if (starts_with(c->name, "string.")) return call_text(c);
  for (size_t i = 0; i < sizeof unaries / sizeof *unaries; i++)
    if (strcmp(c->name, unaries[i].name) == 0) return call_unary(c, &unaries[i]);
  for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
    if (strcmp(c->name, builtins[i].name) == 0) return builtins[i].run(c);
  if (strcmp(c->name, "math.min") == 0 || strcmp(c->name, "math.max") == 0)
    return call_extreme(c, strcmp(c->name, "math.min") == 0);
  if (strcmp(c->name, "math.floor") == 0 || strcmp(c->name, "math.ceil") == 0)
    return call_round(c, strcmp(c->name, "math.ceil") == 0);
  pil_call_run *list = pil_call_find_list(c->name);
  return list != NULL ? list(c) : pil_build_give_up(c->b, "%s", c->name);
}

/* ---- arguments of several kinds ---- */

/* Whether this argument has to be one thing: then the call is done with each that it may be. */
static bool is_spread(const call *c, size_t index) {
  const pil_symbol *s = &c->arguments[index];
  static const char *const whole[] = {"ipairs", "pairs", "select", "rawequal", "assert", "error",
                                      PIL_BUILTIN_DECIDED};
  if (!pil_choice_is_open(s)) return false;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (strcmp(c->name, whole[i]) == 0) return false;
  if (starts_with(c->name, "table.")) return index == 0 && strcmp(c->name, "table.unpack") != 0;
  if (starts_with(c->name, "string.") || strcmp(c->name, "tostring") == 0) return false; /* done there */
  if (starts_with(c->name, "draw.")) return true;
  return s->kind == PIL_LANE_CHOICE;
}

typedef struct spread_call {
  const call *whole;
  size_t at;
} spread_call;

static bool spread_step(pil_build *b, const void *context, const pil_symbol *alternative, pil_symbol *out) {
  const spread_call *s = context;
  pil_symbol arguments[PIL_BUILD_RESULTS], results[PIL_BUILD_RESULTS];
  memcpy(arguments, s->whole->arguments, s->whole->count * sizeof *arguments);
  arguments[s->at] = *alternative;
  if (!pil_build_builtin(b, s->whole->name, arguments, s->whole->count, results, s->whole->result_count)) return false;
  *out = *s->whole->result_count > 0 ? results[0] : pil_symbol_nil();
  return true;
}

static bool take_numbers(const call *c, pil_symbol *arguments) {
  bool numbers = (starts_with(c->name, "math.") && strcmp(c->name, "math.type") != 0 &&
                  strcmp(c->name, "math.tointeger") != 0) || starts_with(c->name, "draw.");
  for (size_t i = 0; i < c->count; i++) {
    arguments[i] = c->arguments[i];
    if (numbers && !pil_choice_number(c->b, &c->arguments[i], c->name, &arguments[i])) return false;
  }
  return true;
}

bool pil_build_builtin(pil_build *b, const char *name, const pil_symbol *arguments, size_t count,
                       pil_symbol *results, size_t *result_count) {
  call c = {b, name, arguments, count, results, result_count};
  pil_symbol simpler[PIL_BUILD_RESULTS];
  if (count > PIL_BUILD_RESULTS) return run_builtin(&c);
  if (!take_numbers(&c, simpler)) return false;
  c.arguments = simpler;
  for (size_t i = 0; i < count; i++) {
    if (!is_spread(&c, i)) continue;
    spread_call s = {&c, i};
    return pil_choice_each(b, &simpler[i], spread_step, &s, &results[0]);
  }
  return run_builtin(&c);
}
