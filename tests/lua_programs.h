/* For the lane fuzzer: the statements of random programs, and whole programs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_TESTS_LUA_PROGRAMS_H
#define PIL_TESTS_LUA_PROGRAMS_H

#include "lua_choices.h"

static inline void write_block(generator *g, int statements, int depth);

/* A block of its own scope, one step further in. */
static inline void write_scope(generator *g, int statements, int depth) {
  size_t count = g->variable_count;
  g->line_depth++;
  write_block(g, statements, depth);
  g->line_depth--;
  g->variable_count = count;
}

/* ---- declarations ---- */

/* The new name is seen only after its value was written. */
static inline void write_local(generator *g) {
  char name[sizeof((variable *)0)->name];
  value_kind kinds[] = {NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, WHOLE, WHOLE, TRUTH,
                        TRUTH,  WORD,   MAYBE,  MAYBE,  LIST,   LIST,  RECORD, ROWS};
  value_kind kind = kinds[roll(g, sizeof kinds / sizeof *kinds)];
  size_t before = g->variable_count;
  snprintf(name, sizeof name, "%s", add_variable(g, kind, "v")->name);
  variable kept = g->variables[before < VARIABLES ? before : VARIABLES - 1];
  g->variable_count = before;
  indent(g);
  say(g, "local %s = ", name);
  switch (kind) {
    case NUMBER: write_number(g, 3); break;
    case WHOLE: write_whole(g, 2); break;
    case TRUTH: write_truth(g, 2); break;
    case WORD:
      write_truth(g, 1);
      say(g, " and \"low\" or \"high\"");
      break;
    case MAYBE: say(g, "nil"); break;
    case LIST:
      say(g, "{");
      for (size_t i = 0, n = 3 + roll(g, 2); i < n; i++) {
        if (i > 0) say(g, ", ");
        write_number(g, 1);
      }
      say(g, "}");
      break;
    case ROWS:
      for (int i = 0; i < 3; i++) {
        say(g, i == 0 ? "{{u = " : "}, {u = ");
        write_number(g, 1);
      }
      say(g, "}}");
      break;
    default:
      say(g, "{u = ");
      write_number(g, 1);
      say(g, ", v = ");
      write_number(g, 1);
      say(g, "}");
  }
  say(g, "\n");
  if (before < VARIABLES) g->variables[g->variable_count++] = kept;
}

/* Two results, of which the second may be none. */
static inline void write_two_results(generator *g) {
  if (g->helper_count == 0 || g->variable_count + 2 > VARIABLES) return;
  int first = ++g->made_count, second = ++g->made_count;
  indent(g);
  say(g, "local v%d, v%d = helper%zu(", first, second, 1 + roll(g, (size_t)g->helper_count));
  write_number(g, 2);
  say(g, ", ");
  write_whole(g, 1);
  say(g, ")\n");
  snprintf(g->variables[g->variable_count].name, sizeof g->variables->name, "v%d", first);
  g->variables[g->variable_count++].kind = NUMBER;
  snprintf(g->variables[g->variable_count].name, sizeof g->variables->name, "v%d", second);
  g->variables[g->variable_count++].kind = MAYBE;
}

/* A function that changes what is around it. */
static inline void write_closure(generator *g) {
  const variable *outer = find_variable(g, NUMBER);
  if (outer == NULL || g->in_function) return;
  char outer_name[sizeof outer->name];
  snprintf(outer_name, sizeof outer_name, "%s", outer->name);
  char name[16];
  snprintf(name, sizeof name, "f%d", ++g->made_count);
  indent(g);
  say(g, "local function %s(y)\n", name);
  size_t count = g->variable_count;
  variable *y = add_variable(g, NUMBER, "y");
  snprintf(y->name, sizeof y->name, "y");
  g->in_function = true;
  g->line_depth++;
  if (chance(g, 40)) {
    indent(g);
    say(g, "if ");
    write_truth(g, 1);
    say(g, " then return ");
    write_number(g, 1);
    say(g, " end\n");
  }
  indent(g);
  say(g, "%s = %s * 0.5 + ", outer_name, outer_name);
  write_number(g, 1);
  say(g, "\n");
  indent(g);
  say(g, "return ");
  write_number(g, 2);
  say(g, "\n");
  g->line_depth--;
  g->in_function = false;
  g->variable_count = count;
  indent(g);
  say(g, "end\n");
  if (g->variable_count == VARIABLES) return;
  variable *made = &g->variables[g->variable_count++];
  made->kind = CLOSURE;
  snprintf(made->name, sizeof made->name, "%s", name);
}

/* ---- changes ---- */

static inline void write_list_change(generator *g, const char *list) {
  indent(g);
  switch (roll(g, 4)) {
    case 0: say(g, "%s[#%s + 1] = ", list, list); break;
    case 1:
      say(g, "table.insert(%s, ", list);
      write_number(g, 2);
      say(g, ")\n");
      return;
    default:
      say(g, "%s[", list);
      write_index(g, 3, 1);
      say(g, "] = ");
  }
  write_number(g, 2);
  say(g, "\n");
}

static inline void write_assignment(generator *g) {
  value_kind kinds[] = {NUMBER, NUMBER, NUMBER, NUMBER, WHOLE, TRUTH,
                        WORD,   MAYBE,  MAYBE,  LIST,   RECORD, ROWS};
  if (g->in_trial && chance(g, 2)) {
    indent(g);
    say(g, "x.%s = ", chance(g, 50) ? "b" : "lvl");
    write_number(g, 2);
    say(g, "\n");
    return;
  }
  const variable *v = find_variable(g, kinds[roll(g, sizeof kinds / sizeof *kinds)]);
  if (v == NULL) {
    write_local(g);
    return;
  }
  if (v->kind == LIST) {
    write_list_change(g, v->name);
    return;
  }
  indent(g);
  if (v->kind == ROWS) {
    say(g, "%s[", v->name);
    write_index(g, 3, 1);
    say(g, "].u = ");
    write_number(g, 2);
    say(g, "\n");
    return;
  }
  const char *member = v->kind != RECORD ? "" : chance(g, 50) ? ".u" : ".v";
  say(g, "%s%s = ", v->name, member);
  switch (v->kind) {
    case WHOLE: write_whole(g, 2); break;
    case TRUTH: write_truth(g, 2); break;
    case WORD: say(g, chance(g, 50) ? "\"low\"" : "\"other\""); break;
    case NUMBER:
      if (chance(g, 50)) say(g, "%s * 0.5 + ", v->name);
      write_number(g, 3);
      break;
    default: write_number(g, 2);
  }
  say(g, "\n");
}

/* ---- control ---- */

static inline void write_if(generator *g, int depth) {
  indent(g);
  say(g, "if ");
  write_truth(g, 2);
  say(g, " then\n");
  write_scope(g, 1 + (int)roll(g, 2), depth - 1);
  if (chance(g, 30)) {
    indent(g);
    say(g, "elseif ");
    write_truth(g, 2);
    say(g, " then\n");
    write_scope(g, 1, depth - 1);
  }
  if (chance(g, 50)) {
    indent(g);
    say(g, "else\n");
    write_scope(g, 1 + (int)roll(g, 2), depth - 1);
  }
  indent(g);
  say(g, "end\n");
}

static inline void write_body(generator *g, int depth, bool may_leave) {
  g->loops++;
  if (may_leave && chance(g, 25)) {
    g->line_depth++;
    indent(g);
    say(g, "if ");
    write_truth(g, 2);
    say(g, " then break end\n");
    g->line_depth--;
  }
  bool may_go_on = chance(g, 15);
  if (may_go_on) {
    g->line_depth++;
    indent(g);
    say(g, "if ");
    write_truth(g, 1);
    say(g, " then goto go_on end\n");
    indent(g);
    say(g, "do\n");
    write_scope(g, 1 + (int)roll(g, 2), depth - 1);
    indent(g);
    say(g, "end\n");
    indent(g);
    say(g, "::go_on::\n");
    g->line_depth--;
  } else {
    write_scope(g, 1 + (int)roll(g, 3), depth - 1);
  }
  g->loops--;
}

static inline void swap_kinds(generator *g, value_kind from, value_kind to) {
  for (size_t i = 0; i < g->variable_count; i++)
    if (g->variables[i].kind == from) g->variables[i].kind = to;
}

/* Loops of many turns stand alone: the programs shall end soon. */
static inline bool is_outermost(const generator *g) {
  return g->in_trial && g->loops == 0 && !g->in_function;
}

static inline void write_for(generator *g, int depth) {
  static const char *const uniform[] = {"1, 4", "1, p.k", "0, 6, 2", "5, 1, -2", "1, #p.list", "1, 3"};
  static const char *const varying[] = {"1, x.n", "x.n, 1, -1", "1, math.min(x.m, 5)", "1, x.n % 4"};
  static const char *const many[] = {"1, 60 + x.n * 9", "x.m * 20, 1, -1", "x.a, 20, 0.25", "1, 90"};
  static const char *const fractions[] = {"0, 1, 0.25", "1.0, 3", "0, x.a, 0.5", "1, x.a * 2"};
  size_t count = g->variable_count;
  const variable *list = find_variable(g, LIST);
  bool walks = list != NULL && chance(g, 25);
  indent(g);
  if (walks) {
    char name[sizeof list->name];
    snprintf(name, sizeof name, "%s", list->name);
    const char *turn = add_variable(g, TURN, "i")->name, *item = add_variable(g, NUMBER, "e")->name;
    say(g, "for %s, %s in ipairs(%s) do\n", turn, item, name);
    swap_kinds(g, LIST, WALKED);
  } else if (chance(g, 20)) {
    say(g, "for %s = %s do\n", add_variable(g, NUMBER, "t")->name, PICK(g, fractions));
  } else {
    const char *range = is_outermost(g) && chance(g, 12) ? PICK(g, many)
                        : g->in_trial && chance(g, 40)   ? PICK(g, varying)
                        : g->in_trial                ? PICK(g, uniform)
                                                     : "1, 3";
    say(g, "for %s = %s do\n", add_variable(g, TURN, "i")->name, range);
  }
  write_body(g, depth, true);
  g->variable_count = count;
  if (walks) swap_kinds(g, WALKED, LIST);
  indent(g);
  say(g, "end\n");
}

static inline void write_while(generator *g, int depth) {
  size_t count = g->variable_count;
  const char *turn = add_variable(g, TURN, "w")->name;
  bool repeats = chance(g, 30);
  indent(g);
  say(g, "local %s = 0\n", turn);
  indent(g);
  if (repeats) {
    say(g, "repeat\n");
  } else {
    bool many = is_outermost(g) && chance(g, 25);
    say(g, "while %s < %zu and ", turn, many ? 66 + roll(g, 80) : 2 + roll(g, 5));
    if (many) say(g, "(%s < 3 or ", turn);
    write_truth(g, 2);
    say(g, "%s do\n", many ? ")" : "");
  }
  g->line_depth++;
  indent(g);
  say(g, "%s = %s + 1\n", turn, turn);
  g->line_depth--;
  write_body(g, depth, true);
  indent(g);
  if (repeats) {
    say(g, "until %s >= %zu or ", turn, 2 + roll(g, 4));
    write_truth(g, 1);
    say(g, "\n");
  } else {
    say(g, "end\n");
  }
  g->variable_count = count;
}

static inline void write_results(generator *g) {
  const variable *maybe = find_variable(g, MAYBE), *list = find_variable(g, LIST);
  const variable *word = find_variable(g, WORD), *record = find_variable(g, RECORD);
  say(g, "return {");
  for (size_t i = 1, n = 1 + roll(g, 4); i <= n; i++) {
    say(g, "o%zu = ", i);
    if (chance(g, 25)) write_whole(g, 2);
    else write_number(g, 2);
    say(g, ", ");
  }
  if (chance(g, 40)) {
    say(g, "flag = ");
    write_truth(g, 2);
    say(g, ", ");
  }
  if (maybe != NULL) say(g, "maybe = %s, ", maybe->name);
  if (list != NULL) say(g, "list = %s, ", list->name);
  if (word != NULL) say(g, "word = %s, ", word->name);
  if (record != NULL && chance(g, 60)) say(g, "r = %s, ", record->name);
  else if (record != NULL) say(g, "r = {u = %s.v}, ", record->name);
  if (g->has_choices) write_choice_results(g);
  say(g, "}");
}

static inline void write_exit(generator *g) {
  indent(g);
  if (chance(g, 25)) {
    say(g, "if x.b > %s then error(\"too much in \" .. p.name) end\n", chance(g, 70) ? "8.5" : "20");
    return;
  }
  say(g, "if ");
  write_truth(g, 2);
  say(g, " then ");
  write_results(g);
  say(g, " end\n");
}

static inline void write_block(generator *g, int statements, int depth) {
  for (int i = 0; i < statements; i++) {
    size_t choice = roll(g, 20);
    if (g->has_choices && chance(g, 30)) write_choice_statement(g);
    else if (choice < 5 && chance(g, 10)) write_two_results(g);
    else if (choice < 5) write_local(g);
    else if (choice < 12 || depth <= 0) write_assignment(g);
    else if (choice < 16) write_if(g, depth);
    else if (choice == 16 && g->loops == 0) write_closure(g);
    else if (g->loops >= 2) write_assignment(g);
    else if (choice <= 18) write_for(g, depth);
    else write_while(g, depth);
  }
}

/* ---- programs ---- */

static inline void write_helper(generator *g) {
  say(g, "local function helper%d(a, n)\n", g->helper_count + 1);
  g->variable_count = 2;
  g->variables[0] = (variable){"a", NUMBER};
  g->variables[1] = (variable){"n", WHOLE};
  g->line_depth = 1;
  write_block(g, 1 + (int)roll(g, 2), 1);
  if (chance(g, 40)) {
    indent(g);
    say(g, "if ");
    write_truth(g, 1);
    say(g, " then return ");
    write_number(g, 2);
    say(g, " end\n");
  }
  indent(g);
  say(g, "return ");
  write_number(g, 2);
  if (chance(g, 30)) {
    say(g, ", ");
    write_number(g, 1);
  }
  say(g, "\nend\n");
  g->helper_count++;
}

/* The program of this seed, for the inputs and settings of fuzz_lanes.c. Free g->out. */
static inline void write_program(generator *g, uint64_t seed) {
  *g = (generator){.state = seed};
  for (int i = 0; i < 4; i++) roll(g, 2);
  g->has_recursion = chance(g, 20);
  g->has_choices = chance(g, 60);
  if (g->has_recursion)
    say(g, "local function again(a, n) if n <= 0 then return a end return a * 0.5 + again(a, n - 1) end\n");
  for (size_t i = 0, n = roll(g, 3); i < n; i++) write_helper(g);
  say(g, "return function(x, p)\n");
  g->in_trial = true;
  g->variable_count = 0;
  g->line_depth = 1;
  write_local(g);
  write_local(g);
  write_block(g, 2 + (int)roll(g, 6), 3);
  if (chance(g, 20)) write_exit(g);
  if (chance(g, 2)) say(g, "  local text = string.format(\"%%d\", x.n)\n");
  if (chance(g, 2)) say(g, "  local good = pcall(function() return x.a + nil end)\n");
  indent(g);
  write_results(g);
  say(g, "\nend\n");
}

#endif
