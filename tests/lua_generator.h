/* For the lane fuzzer: random Lua programs in the style that planners write. Values are kept
 * small and divisors mostly away from 0, so that most programs end without an error in most trials.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_TESTS_LUA_GENERATOR_H
#define PIL_TESTS_LUA_GENERATOR_H

#include <stdarg.h>

#include "../engine/base/text.h"
#include "mutation.h"

typedef enum value_kind {
  NUMBER,
  WHOLE,
  TRUTH,
  WORD,
  MAYBE, /* nil or a number */
  LIST,
  WALKED, /* a list that ipairs walks now: it must not grow */
  RECORD,
  ROWS, /* a list of three records */
  CLOSURE,
  CHOSEN,  /* one of several records {u, v, w}: w is a text */
  PERHAPS, /* nil or such a record */
  ANY,     /* nil, true, false, a number or a text */
  ACT,     /* one of two functions of a number */
  TURN /* a loop's whole counter, which is not assigned */
} value_kind;

typedef struct variable {
  char name[16];
  value_kind kind;
} variable;

enum { VARIABLES = 80, HELPERS = 4 };

typedef struct generator {
  uint64_t state;
  pil_text out;
  variable variables[VARIABLES];
  size_t variable_count;
  int made_count, site_count, helper_count, line_depth;
  bool has_recursion; /* the helper `again` is there */
  bool has_choices; /* tables and functions differ by trial */
  int loops;      /* around the place being written */
  bool in_trial;  /* x and p are seen */
  bool in_function; /* inside a nested function: no return of results */
} generator;

/* ---- small tools ---- */

static inline size_t roll(generator *g, size_t limit) {
  return fuzz_below(&g->state, limit);
}
static inline bool chance(generator *g, size_t percent) {
  return roll(g, 100) < percent;
}
__attribute__((format(printf, 2, 3))) static inline void say(generator *g, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  pil_text_add(&g->out, text);
}
static inline void indent(generator *g) {
  pil_text_repeat(&g->out, "  ", (size_t)g->line_depth);
}
static inline const char *pick_text(generator *g, const char *const *list, size_t count) {
  return list[roll(g, count)];
}
#define PICK(g, list) pick_text(g, list, sizeof(list) / sizeof *(list))

static inline variable *find_variable(generator *g, value_kind wanted) {
  size_t count = 0;
  for (size_t i = 0; i < g->variable_count; i++) count += g->variables[i].kind == wanted;
  if (count == 0) return NULL;
  size_t skip = roll(g, count);
  for (size_t i = 0;; i++)
    if (g->variables[i].kind == wanted && skip-- == 0) return &g->variables[i];
}

/* A new name, seen from now on. */
static inline variable *add_variable(generator *g, value_kind kind, const char *prefix) {
  size_t at = g->variable_count < VARIABLES ? g->variable_count++ : VARIABLES - 1;
  variable *made = &g->variables[at];
  made->kind = kind;
  snprintf(made->name, sizeof made->name, "%.3s%d", prefix, ++g->made_count);
  return made;
}

/* ---- expressions ---- */

static inline void write_number(generator *g, int depth);
static inline void write_whole(generator *g, int depth);
static inline void write_truth(generator *g, int depth);
static inline bool write_chosen_number(generator *g, int depth); /* lua_choices.h */
static inline void write_chosen_truth(generator *g);

static inline void write_site(generator *g) {
  if (chance(g, 10)) return; /* unnamed */
  say(g, ", \"s%d\"", ++g->site_count);
  if (g->in_trial && chance(g, 10)) say(g, " .. p.name");
  const variable *turn = find_variable(g, TURN);
  if (turn != NULL && chance(g, 50)) say(g, ", %s", turn->name);
  else if (chance(g, 10)) say(g, ", %zu", roll(g, 5));
  else if (g->in_trial && chance(g, 8)) say(g, ", x.n");
}

static inline void write_draw(generator *g) {
  static const char *const fixed[] = {
      "normal(1, 0.5",  "uniform(0, 2",        "lognormal(2, 1",     "exponential(1.5",
      "gamma(2, 0.5",   "triangular(0, 1, 3",  "beta(2, 3",          "weibull(1.5, 2",
      "pert(0, 1, 3",   "logistic(0, 1",       "normal({p5 = 1, p95 = 3}", "discrete({1, 2.5, 4}"};
  static const char *const varying[] = {
      "normal(x.b, x.a", "uniform(0, x.a",      "lognormal(2, x.a",   "exponential(x.a",
      "gamma(x.a, x.s",  "triangular(0, x.s, 1", "beta(x.a, 2",       "from(p.wage",
      "pert(0, x.s, 1",  "weibull(x.a, 1",      "proportion(x.n, 50", "from(p.tiers"};
  say(g, "draw.%s", g->in_trial && chance(g, 40) ? PICK(g, varying) : PICK(g, fixed));
  write_site(g);
  say(g, ")");
}

static inline void write_count_draw(generator *g) {
  static const char *const fixed[] = {"poisson(2.5", "binomial(6, 0.3", "geometric(0.4"};
  static const char *const varying[] = {"poisson(x.a", "binomial(x.m, x.s", "poisson(3 * x.s"};
  say(g, "draw.%s", g->in_trial && chance(g, 30) ? PICK(g, varying) : PICK(g, fixed));
  write_site(g);
  say(g, ")");
}

static inline void write_leaf(generator *g) {
  static const char *const inputs[] = {"x.a", "x.b", "x.s", "x.n", "x.lvl", "x.e", "x.c", "x.h",
                                       "p.rate", "p.k", "x.call.score", "x.shock[2]"};
  static const char *const literals[] = {"0.5", "2", "1", "3.0", "1e-3", "0.0", "-0.25", "7",
                                         "100", "-2", "2^10", "1e3"};
  const variable *number = find_variable(g, NUMBER), *whole = find_variable(g, WHOLE);
  if (number != NULL && chance(g, 50)) say(g, "%s", number->name);
  else if (whole != NULL && chance(g, 15)) say(g, "%s", whole->name);
  else if (g->in_trial && chance(g, 60)) say(g, "%s", PICK(g, inputs));
  else say(g, "%s", PICK(g, literals));
}

/* An index within a list of at least `length` elements. */
static inline void write_index(generator *g, int length, int depth) {
  if (chance(g, 40)) say(g, "%zu", 1 + roll(g, (size_t)length));
  else {
    say(g, "1 + (");
    write_whole(g, depth);
    say(g, ") %% %d", length);
  }
}

static inline void write_element(generator *g, int depth) {
  const variable *list = find_variable(g, LIST), *record = find_variable(g, RECORD);
  const variable *rows = find_variable(g, ROWS);
  if (rows != NULL && chance(g, 50)) {
    say(g, "%s[", rows->name);
    write_index(g, 3, depth);
    say(g, "].u");
  } else if (list != NULL && chance(g, 60)) {
    say(g, "%s[", list->name);
    write_index(g, 3, depth);
    say(g, "]");
  } else if (record != NULL && chance(g, 60)) {
    say(g, "%s.%s", record->name, chance(g, 50) ? "u" : "v");
  } else if (g->in_trial) {
    static const char *const lists[] = {"x.shock[", "p.list[", "p.calls.score["};
    say(g, "%s", PICK(g, lists));
    write_index(g, 4, depth);
    say(g, "]");
  } else {
    write_leaf(g);
  }
}

static inline void write_divisor(generator *g, int depth);

static inline void write_call_with_constant(generator *g, int depth) {
  static const char *const bases[] = {", 2)", ", 10)", ", 2.5)"};
  static const char *const divisors[] = {"3", "-7", "5", "(1 + x.n * x.n)"};
  switch (roll(g, 3)) {
    case 0:
      say(g, "math.log(0.5 + math.abs(");
      write_number(g, depth);
      say(g, ")%s", PICK(g, bases));
      break;
    case 1:
      say(g, "math.fmod(");
      write_whole(g, depth);
      say(g, ", %s)", divisors[roll(g, g->in_trial ? 4 : 3)]);
      break;
    default:
      say(g, "math.fmod(0.5 + ");
      write_number(g, depth);
      say(g, ", ");
      write_divisor(g, depth);
      say(g, ")");
  }
}

static inline void write_call(generator *g, int depth) {
  static const char *const bounded[] = {"math.sqrt(math.abs(", "math.sin((", "math.cos((",
                                        "math.log(1 + math.abs(", "math.exp(-math.abs(",
                                        "math.exp(math.min(5, ", "math.tan((", "math.atan((",
                                        "math.asin(math.sin(", "math.acos(math.cos(", "math.deg(("};
  static const char *const pairs[] = {"math.max(", "math.min(", "math.atan("};
  static const char *const plain[] = {"math.abs(", "-(", "(", "math.floor(", "math.ceil("};
  switch (roll(g, 5)) {
    case 4: write_call_with_constant(g, depth); break;
    case 0:
      say(g, "%s", PICK(g, bounded));
      write_number(g, depth);
      say(g, "))");
      break;
    case 1:
      say(g, "%s", PICK(g, pairs));
      write_number(g, depth);
      say(g, ", ");
      write_number(g, depth);
      say(g, ")");
      break;
    case 2:
      if (g->has_recursion && chance(g, 30)) {
        say(g, "again(");
        write_number(g, depth);
        say(g, ", %s)", g->in_trial && chance(g, 50) ? "x.n % 4" : "3");
        break;
      }
      if (g->helper_count > 0 && chance(g, 60)) {
        say(g, "(helper%zu(", 1 + roll(g, (size_t)g->helper_count));
        write_number(g, depth);
        say(g, ", ");
        write_whole(g, depth);
        say(g, "))");
        break;
      }
      __attribute__((fallthrough));
    default:
      say(g, "%s", PICK(g, plain));
      write_number(g, depth);
      say(g, ")");
  }
}

/* What may be left of a division: mostly away from 0. */
static inline void write_divisor(generator *g, int depth) {
  static const char *const literals[] = {"2", "3", "0.5", "-4", "7.0", "1.5"};
  if (chance(g, 60)) say(g, "%s", PICK(g, literals));
  else if (chance(g, 90)) {
    say(g, "(1 + math.abs(");
    write_number(g, depth);
    say(g, "))");
  } else {
    say(g, "(");
    write_number(g, depth);
    say(g, " + 0.5)");
  }
}

/* What stands after the base. Some bases are negative: then many powers are no numbers. */
static inline void write_power(generator *g, int depth) {
  static const char *const powers[] = {" ^ 2",     " ^ 0.5", " ^ -1",  " ^ 3.0",     " ^ (1 / 12)",
                                       " ^ -0.25", " ^ x.s", " ^ x.n", " ^ p.rate", " ^ math.floor(x.b)"};
  if (chance(g, 80)) {
    say(g, "%s", powers[roll(g, g->in_trial ? 10 : 6)]);
    return;
  }
  say(g, " ^ math.sin(");
  write_number(g, depth);
  say(g, ")");
}

static inline void write_operation(generator *g, int depth) {
  static const char *const sums[] = {" + ", " - ", " * "}, *const quotients[] = {" / ", " // ", " % "};
  if (chance(g, 4)) {
    say(g, "math.fmod(");
    write_number(g, depth);
    say(g, ", ");
    write_divisor(g, depth);
    say(g, ")");
    return;
  }
  say(g, "(");
  write_number(g, depth);
  if (chance(g, 65)) {
    say(g, "%s", PICK(g, sums));
    write_number(g, depth);
  } else if (chance(g, 80)) {
    say(g, "%s", PICK(g, quotients));
    write_divisor(g, depth);
  } else {
    write_power(g, depth);
  }
  say(g, ")");
}

static inline void write_choice(generator *g, int depth) {
  const variable *maybe = find_variable(g, MAYBE);
  if (chance(g, 2)) {
    say(g, "(math.tointeger(");
    write_number(g, depth);
    say(g, ") or 0.5)");
    return;
  }
  if (maybe != NULL && chance(g, 1)) { /* an error where it is nil */
    say(g, "(%s + 1)", maybe->name);
    return;
  }
  if (maybe != NULL && chance(g, 50)) {
    say(g, "(%s or ", maybe->name);
    write_number(g, depth);
    say(g, ")");
    return;
  }
  say(g, "(");
  write_truth(g, depth);
  say(g, " and ");
  write_number(g, depth);
  say(g, " or ");
  write_number(g, depth);
  say(g, ")");
}

static inline void write_number(generator *g, int depth) {
  const variable *closure;
  if (depth <= 0) {
    write_leaf(g);
    return;
  }
  switch (roll(g, 12)) {
    case 0: case 1: write_leaf(g); break;
    case 2: write_call(g, depth - 1); break;
    case 3: write_draw(g); break;
    case 4: write_choice(g, depth - 1); break;
    case 5: write_element(g, depth - 1); break;
    case 6:
      if (!g->has_choices || chance(g, 40) || !write_chosen_number(g, depth - 1)) write_whole(g, depth - 1);
      break;
    case 7:
      closure = find_variable(g, CLOSURE);
      if (closure != NULL && !g->in_function) {
        say(g, "%s(", closure->name);
        write_number(g, depth - 1);
        say(g, ")");
        break;
      }
      __attribute__((fallthrough));
    default: write_operation(g, depth - 1);
  }
}

static inline void write_whole(generator *g, int depth) {
  static const char *const inputs[] = {"x.n", "x.m", "x.c", "p.k", "p.calls.n", "#p.list"};
  static const char *const sums[] = {" + ", " - ", " * ", " & ", " | ", " ~ "};
  static const char *const shifts[] = {" // 3", " % 5", " << 2", " >> 1", " % -3", " // -2", " & 7"};
  const variable *turn = find_variable(g, TURN), *whole = find_variable(g, WHOLE);
  const variable *list = find_variable(g, LIST);
  switch (depth <= 0 ? roll(g, 4) : roll(g, 11)) {
    case 0: say(g, "%zu", roll(g, 9)); break;
    case 1: say(g, "%s", turn != NULL ? turn->name : "4"); break;
    case 2: say(g, "%s", whole != NULL ? whole->name : "5"); break;
    case 3: say(g, "%s", g->in_trial ? PICK(g, inputs) : "2"); break;
    case 4:
      say(g, "math.floor(math.max(-1e6, math.min(1e6, ");
      write_number(g, depth - 1);
      say(g, ")))");
      break;
    case 5: write_count_draw(g); break;
    case 6: say(g, list != NULL ? "#%s" : "%s", list != NULL ? list->name : "6"); break;
    case 7:
      say(g, "%s", chance(g, 50) ? "~(" : "-(");
      write_whole(g, depth - 1);
      say(g, ")");
      break;
    case 8:
      say(g, "(");
      write_whole(g, depth - 1);
      say(g, "%s)", PICK(g, shifts));
      break;
    default:
      say(g, "(");
      write_whole(g, depth - 1);
      say(g, "%s", PICK(g, sums));
      write_whole(g, depth - 1);
      say(g, ")");
  }
}

static inline void write_comparison(generator *g, int depth) {
  static const char *const relations[] = {" < ", " <= ", " > ", " >= ", " == ", " ~= "};
  if (chance(g, 4)) {
    say(g, "(math.type(");
    write_number(g, depth);
    say(g, ") == \"integer\")");
    return;
  }
  say(g, "(");
  if (chance(g, 35)) {
    write_whole(g, depth);
    say(g, "%s", PICK(g, relations));
    write_whole(g, depth);
  } else {
    write_number(g, depth);
    say(g, "%s", PICK(g, relations));
    write_number(g, depth);
  }
  say(g, ")");
}

static inline void write_truth(generator *g, int depth) {
  const variable *truth = find_variable(g, TRUTH), *maybe = find_variable(g, MAYBE);
  const variable *word = find_variable(g, WORD);
  switch (roll(g, depth <= 0 ? 5 : 9)) {
    case 0: say(g, "%s", g->in_trial ? (chance(g, 80) ? "x.flag" : "p.on") : "true"); break;
    case 1: if (truth != NULL) { say(g, "%s", truth->name); break; } __attribute__((fallthrough));
    case 2: if (maybe != NULL) { say(g, "(%s %s nil)", maybe->name, chance(g, 50) ? "==" : "~="); break; }
      __attribute__((fallthrough));
    case 3:
      if (word != NULL) { say(g, "(%s == \"low\")", word->name); break; }
      if (g->in_trial) { say(g, "(x.kind ~= \"large\")"); break; }
      __attribute__((fallthrough));
    case 4: case 5: write_comparison(g, depth - 1); break;
    case 6:
      say(g, "draw.bernoulli(%s", g->in_trial && chance(g, 40) ? "x.s" : "0.3");
      write_site(g);
      say(g, ")");
      break;
    case 7:
      if (g->has_choices && chance(g, 60)) { write_chosen_truth(g); break; }
      say(g, "not ");
      write_truth(g, depth - 1);
      break;
    default:
      say(g, "(");
      write_truth(g, depth - 1);
      say(g, chance(g, 50) ? " and " : " or ");
      write_truth(g, depth - 1);
      say(g, ")");
  }
}

#endif
