/* The sandbox's own functions on symbols. What is not listed here runs in stock Lua.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "build.h"

/* One call: its arguments, padded with nil, and its first result. */
typedef struct call {
  pil_build *b;
  const char *name;
  const pil_symbol *arguments;
  size_t count;
  pil_symbol *results;
  size_t *result_count;
} call;

static pil_symbol argument(const call *c, size_t index) {
  return index < c->count ? c->arguments[index] : pil_symbol_nil();
}

static bool give(const call *c, pil_symbol result) {
  c->results[0] = result;
  *c->result_count = 1;
  return !c->b->stopped;
}

/* A number, nils in some lanes given back. */
static bool take_number(const call *c, size_t index, pil_symbol *out) {
  *out = argument(c, index);
  if (out->kind == PIL_LANE_MIX) {
    if (!pil_build_guard(c->b, pil_build_and(c->b, c->b->mask, out->nil), "%s of nil", c->name)) return false;
    out->nil = pil_build_constant_i(0);
    if (pil_build_is_none(out->whole)) out->kind = PIL_LANE_FLOAT;
    return true;
  }
  if (pil_symbol_is_number(out)) return true;
  return pil_build_give_up(c->b, "%s of what is no number in lanes", c->name);
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
  return give(c, pil_symbol_lane_f(unary_of(c, u->op, u->compute, &s)));
}

static bool call_log(const call *c) {
  pil_symbol s, base = argument(c, 1);
  if (!take_number(c, 0, &s)) return false;
  if (base.kind == PIL_KNOWN_NIL) return give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_LOG_F, pil_log, &s)));
  if (!is_known(&base)) return pil_build_give_up(c->b, "math.log with a base that varies");
  double known = pil_symbol_to_float(c->b, &base).number;
  if (known == 2) return give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_LOG2_F, pil_log2, &s)));
  if (known == 10) return give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_LOG10_F, pil_log10, &s)));
  pil_symbol whole = pil_symbol_lane_f(unary_of(c, PIL_IR_LOG_F, pil_log, &s)), ratio;
  pil_symbol unit = pil_symbol_float(pil_log(known));
  return pil_build_arithmetic(c->b, PIL_OP_DIV, &whole, &unit, &ratio) && give(c, ratio);
}

static bool call_atan(const call *c) {
  pil_symbol y, x;
  if (!take_number(c, 0, &y)) return false;
  if (argument(c, 1).kind == PIL_KNOWN_NIL) /* one argument is another function in the sandbox */
    return give(c, pil_symbol_lane_f(unary_of(c, PIL_IR_ATAN1_F, pil_atan, &y)));
  if (!take_number(c, 1, &x)) return false;
  pil_operand a = pil_symbol_to_float(c->b, &y), d = pil_symbol_to_float(c->b, &x);
  if (a.is_constant && d.is_constant) return give(c, pil_symbol_float(pil_atan2(a.number, d.number)));
  return give(c, pil_symbol_lane_f(pil_build_binary(c->b, PIL_IR_ATAN_F, a, d)));
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
  return give(c, best);
}

static bool call_abs(const call *c) {
  pil_symbol s, negated, zero = pil_symbol_integer(0);
  pil_operand below;
  if (!take_number(c, 0, &s)) return false;
  if (s.kind == PIL_KNOWN_FLOAT) return give(c, pil_symbol_float(fabs(s.number)));
  if (s.kind == PIL_LANE_FLOAT) return give(c, pil_symbol_lane_f(pil_build_unary(c->b, PIL_IR_ABS_F, s.lane)));
  if (s.kind == PIL_LANE_MIX) {
    s.lane = pil_build_unary(c->b, PIL_IR_ABS_F, s.lane);
    return give(c, s);
  }
  if (!pil_build_negate(c->b, &s, &negated) || !pil_build_compare(c->b, PIL_LESS, &s, &zero, &below)) return false;
  return give(c, pil_symbol_select(c->b, below, &negated, &s));
}

static bool call_round(const call *c, bool up) {
  pil_symbol s = argument(c, 0), out;
  return pil_build_round(c->b, up, &s, &out) && give(c, out);
}

static bool call_fmod(const call *c) {
  pil_symbol a, d, out;
  if (!take_number(c, 0, &a) || !take_number(c, 1, &d)) return false;
  return pil_build_fmod(c->b, &a, &d, &out) && give(c, out);
}

/* The integer that a number is, else nil. */
static bool call_tointeger(const call *c) {
  pil_symbol s = argument(c, 0), nil = pil_symbol_nil();
  if (s.kind == PIL_KNOWN_INTEGER || s.kind == PIL_LANE_INTEGER) return give(c, s);
  if (s.kind == PIL_KNOWN_FLOAT) {
    bool whole = s.number == floor(s.number) && s.number >= -0x1p63 && s.number < 0x1p63;
    return give(c, whole ? pil_symbol_integer((int64_t)s.number) : nil);
  }
  if (!take_number(c, 0, &s)) return false;
  pil_operand rounded = pil_build_unary(c->b, PIL_IR_FLOOR_F, s.lane);
  pil_operand whole = pil_build_binary(c->b, PIL_IR_EQ_F, rounded, s.lane);
  pil_operand large = pil_build_binary(c->b, PIL_IR_LE_F, pil_build_constant_f(0x1p53),
                                       pil_build_unary(c->b, PIL_IR_ABS_F, rounded));
  if (!pil_build_guard(c->b, pil_build_and(c->b, c->b->mask, large), "math.tointeger beyond 2^53")) return false;
  return give(c, (pil_symbol){.kind = PIL_LANE_MIX,
                              .lane = pil_build_binary(c->b, PIL_IR_ADD_F, rounded, pil_build_constant_f(0)),
                              .whole = pil_build_constant_i(-1), .nil = pil_build_not(c->b, whole)});
}

static bool call_math_type(const call *c) {
  pil_symbol s = argument(c, 0);
  bool whole = s.kind == PIL_KNOWN_INTEGER || s.kind == PIL_LANE_INTEGER;
  if (!whole && s.kind != PIL_KNOWN_FLOAT && s.kind != PIL_LANE_FLOAT)
    return pil_build_give_up(c->b, "math.type of what varies by lane");
  return give(c, pil_symbol_text(c->b, whole ? "integer" : "float", whole ? 7 : 5));
}

/* ---- base and table ---- */

static bool call_type(const call *c) {
  pil_symbol s = argument(c, 0);
  const char *type = NULL;
  switch (s.kind) {
    case PIL_KNOWN_NIL: type = c->count == 0 ? NULL : "nil"; break;
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE:
    case PIL_LANE_MASK: type = "boolean"; break;
    case PIL_KNOWN_TEXT:
    case PIL_LANE_TEXT: type = "string"; break;
    case PIL_KNOWN_TABLE:
    case PIL_KNOWN_OBJECT: type = "table"; break;
    case PIL_KNOWN_FUNCTION:
    case PIL_KNOWN_BUILTIN:
    case PIL_KNOWN_CLOSURE: type = "function"; break;
    default: type = pil_symbol_is_number(&s) ? "number" : NULL;
  }
  if (type == NULL) return pil_build_give_up(c->b, "type of what varies by lane");
  return give(c, pil_symbol_text(c->b, type, strlen(type)));
}

static bool call_assert(const call *c) {
  pil_symbol s = argument(c, 0);
  pil_operand truth;
  if (c->count == 0 || !pil_symbol_truth(c->b, &s, &truth)) return pil_build_give_up(c->b, "assert of what varies");
  if (!pil_build_guard(c->b, pil_build_andnot(c->b, c->b->mask, truth), "assert raises an error")) return false;
  for (size_t i = 0; i < c->count && i < PIL_BUILD_RESULTS; i++) c->results[i] = c->arguments[i];
  if (s.kind == PIL_LANE_MASK) c->results[0] = pil_symbol_bool(true);
  if (s.kind == PIL_LANE_MIX) c->results[0].nil = pil_build_constant_i(0);
  *c->result_count = c->count < PIL_BUILD_RESULTS ? c->count : PIL_BUILD_RESULTS;
  return true;
}

static bool call_ipairs(const call *c) {
  pil_symbol table = argument(c, 0);
  if (table.kind != PIL_KNOWN_TABLE && table.kind != PIL_KNOWN_OBJECT)
    return pil_build_give_up(c->b, "ipairs of what is no table in lanes");
  c->results[0] = (pil_symbol){.kind = PIL_KNOWN_BUILTIN, .text = "ipairs iterator"};
  c->results[1] = table;
  c->results[2] = pil_symbol_integer(0);
  *c->result_count = 3;
  return true;
}

/* The argument and its parts have entries that a script's own tables cannot have. */
static bool call_pairs(const call *c) {
  pil_symbol table = argument(c, 0);
  bool own = table.kind == PIL_KNOWN_OBJECT && !c->b->objects[table.index].is_argument;
  if (table.kind != PIL_KNOWN_TABLE && !own) return pil_build_give_up(c->b, "pairs of what is no table in lanes");
  c->results[0] = (pil_symbol){.kind = PIL_KNOWN_BUILTIN, .text = "pairs iterator"};
  c->results[1] = table;
  c->results[2] = pil_symbol_nil();
  *c->result_count = 3;
  return true;
}

static bool call_insert(const call *c) {
  pil_symbol table = argument(c, 0), value = argument(c, 1), length, place, one = pil_symbol_integer(1);
  if (c->count != 2) return pil_build_give_up(c->b, "table.insert in the middle");
  if (!pil_build_length(c->b, &table, &length) || !pil_build_arithmetic(c->b, PIL_OP_ADD, &length, &one, &place))
    return false;
  *c->result_count = 0;
  return pil_build_set(c->b, &table, &place, &value);
}

static bool call_select(const call *c) {
  pil_symbol first = argument(c, 0);
  if (first.kind == PIL_KNOWN_TEXT && strcmp(first.text, "#") == 0)
    return give(c, pil_symbol_integer((int64_t)c->count - 1));
  if (first.kind != PIL_KNOWN_INTEGER || first.integer < 1) return pil_build_give_up(c->b, "select by what varies");
  size_t from = (size_t)first.integer, count = 0;
  for (size_t i = from; i < c->count && count < PIL_BUILD_RESULTS; i++) c->results[count++] = c->arguments[i];
  *c->result_count = count;
  return true;
}

static bool call_rawequal(const call *c) {
  pil_symbol a = argument(c, 0), d = argument(c, 1);
  pil_operand same;
  return pil_build_compare(c->b, PIL_EQUAL, &a, &d, &same) && give(c, pil_symbol_mask(same));
}

static bool call_tostring(const call *c) {
  pil_symbol s = argument(c, 0), out;
  if (s.kind == PIL_KNOWN_NIL) return give(c, pil_symbol_text(c->b, "nil", 3));
  if (s.kind == PIL_KNOWN_TRUE || s.kind == PIL_KNOWN_FALSE)
    return give(c, pil_symbol_text(c->b, s.kind == PIL_KNOWN_TRUE ? "true" : "false", s.kind == PIL_KNOWN_TRUE ? 4 : 5));
  return pil_build_concat(c->b, &s, 1, &out) && give(c, out);
}

static bool starts_with(const char *name, const char *start) {
  return strncmp(name, start, strlen(start)) == 0;
}

bool pil_build_builtin(pil_build *b, const char *name, const pil_symbol *arguments, size_t count,
                       pil_symbol *results, size_t *result_count) {
  call c = {b, name, arguments, count, results, result_count};
  if (starts_with(name, "draw.")) {
    *result_count = 1;
    return pil_build_draw(b, name + strlen("draw."), arguments, count, &results[0]);
  }
  for (size_t i = 0; i < sizeof unaries / sizeof *unaries; i++)
    if (strcmp(name, unaries[i].name) == 0) return call_unary(&c, &unaries[i]);
  static const struct {
    const char *name;
    bool (*run)(const call *c);
  } others[] = {{"math.log", call_log},       {"math.atan", call_atan}, {"math.abs", call_abs},
                {"math.fmod", call_fmod},     {"math.type", call_math_type}, {"math.tointeger", call_tointeger}, {"type", call_type},
                {"assert", call_assert},      {"ipairs", call_ipairs}, {"pairs", call_pairs}, {"table.insert", call_insert},
                {"select", call_select},      {"rawequal", call_rawequal}, {"tostring", call_tostring}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(name, others[i].name) == 0) return others[i].run(&c);
  if (strcmp(name, "math.min") == 0 || strcmp(name, "math.max") == 0)
    return call_extreme(&c, strcmp(name, "math.min") == 0);
  if (strcmp(name, "math.floor") == 0 || strcmp(name, "math.ceil") == 0)
    return call_round(&c, strcmp(name, "math.ceil") == 0);
  if (strcmp(name, "error") == 0) return pil_build_raise(b, "error() is called");
  return pil_build_give_up(b, "%s", name);
}
