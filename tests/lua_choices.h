/* For the lane fuzzer: tables, functions and values of several kinds that differ by trial, and what is done
 * with lists of them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_TESTS_LUA_CHOICES_H
#define PIL_TESTS_LUA_CHOICES_H

#include "lua_generator.h"

/* ---- expressions of choices ---- */

/* A text: known, or one of a few. */
static inline void write_word(generator *g) {
  static const char *const words[] = {"\"low\"", "\"mid\"", "\"high\""};
  const variable *word = find_variable(g, WORD), *chosen = find_variable(g, CHOSEN);
  if (word != NULL && chance(g, 30)) say(g, "%s", word->name);
  else if (g->in_trial && chance(g, 10)) say(g, "p.plan[1 + x.n %% 3].name");
  else if (chosen != NULL && chance(g, 40)) say(g, "%s.w", chosen->name);
  else if (g->in_trial && chance(g, 20)) say(g, "x.kind");
  else say(g, "%s", PICK(g, words));
}

static inline void write_record(generator *g) {
  say(g, "{u = ");
  write_number(g, 1);
  say(g, ", v = ");
  write_number(g, 1);
  say(g, ", w = ");
  write_word(g);
  say(g, "}");
}

/* A record: one that is there, or a new one. */
static inline void write_chosen(generator *g) {
  const variable *one = find_variable(g, CHOSEN), *other = find_variable(g, CHOSEN);
  if (one == NULL || chance(g, 20)) {
    write_record(g);
  } else if (chance(g, 50)) {
    say(g, "%s", one->name);
  } else {
    say(g, "(");
    write_truth(g, 1);
    say(g, " and %s or ", one->name);
    if (chance(g, 70)) say(g, "%s", other->name);
    else write_record(g);
    say(g, ")");
  }
}

static inline void write_any(generator *g) {
  switch (roll(g, 7)) {
    case 0: say(g, "nil"); break;
    case 1: say(g, "%s", chance(g, 50) ? "true" : "false"); break;
    case 2: write_truth(g, 1); break;
    case 3: write_word(g); break;
    case 4: write_whole(g, 1); break;
    case 5:
      say(g, "(");
      write_truth(g, 1);
      say(g, " and ");
      write_number(g, 1);
      say(g, ")");
      break;
    default: write_number(g, 1);
  }
}

/* A number by way of a choice. False: there is none. */
static inline bool write_chosen_number(generator *g, int depth) {
  const variable *v;
  switch (roll(g, 7)) {
    case 0: case 1:
      if ((v = find_variable(g, CHOSEN)) == NULL) return false;
      say(g, "%s.%s", v->name, chance(g, 50) ? "u" : "v");
      return true;
    case 2:
      if ((v = find_variable(g, PERHAPS)) == NULL) return false;
      say(g, "(%s and %s.u or 0.5)", v->name, v->name);
      return true;
    case 3:
      if ((v = find_variable(g, ANY)) == NULL) return false;
      if (chance(g, 70)) say(g, "(type(%s) == \"number\" and %s or 1.5)", v->name, v->name);
      else say(g, "(%s == nil and 1 or %s == true and 2 or 0.5)", v->name, v->name);
      return true;
    case 4:
      if ((v = find_variable(g, ACT)) == NULL || g->in_function) return false;
      say(g, "%s(", v->name);
      write_number(g, depth);
      say(g, ")");
      return true;
    case 5:
      if ((v = find_variable(g, LIST)) == NULL) return false;
      say(g, "(%s[", v->name);
      write_whole(g, depth);
      say(g, "] or 0.25)");
      return true;
    default:
      if (g->in_trial && chance(g, 40)) { /* a setting that may not be there */
        say(g, "(p.%s[", chance(g, 50) ? "list" : "calls.score");
        write_whole(g, depth);
        say(g, "] or 0.75)");
        return true;
      }
      if (g->in_trial && chance(g, 40)) {
        say(g, "(p.plan[");
        write_whole(g, depth);
        say(g, "] or p.plan[2]).%s", chance(g, 50) ? "share" : "month");
        return true;
      }
      say(g, "(({low = 1, mid = 2.5, high = -1})[");
      write_word(g);
      say(g, "] or 3)");
      return true;
  }
}

static inline void write_chosen_truth(generator *g) {
  const variable *chosen = find_variable(g, CHOSEN), *other = find_variable(g, CHOSEN);
  const variable *perhaps = find_variable(g, PERHAPS), *any = find_variable(g, ANY);
  switch (roll(g, 6)) {
    case 0: if (chosen != NULL) { say(g, "(%s == %s)", chosen->name, other->name); return; } break;
    case 1: if (perhaps != NULL) { say(g, "(%s ~= nil)", perhaps->name); return; } break;
    case 2: if (any != NULL) { say(g, "(%s == \"low\")", any->name); return; } break;
    case 3: if (any != NULL) { say(g, "(not %s)", any->name); return; } break;
    case 4: if (any != NULL) { say(g, "(type(%s) == \"%s\")", any->name, chance(g, 50) ? "boolean" : "string"); return; } break;
    default: break;
  }
  say(g, "(");
  write_word(g);
  say(g, "%s", chance(g, 50) ? " < " : " == ");
  write_word(g);
  say(g, ")");
}

/* ---- statements ---- */

/* `local NAME = `; the name is seen only once its value is written: by add_made. */
static inline variable start_local(generator *g, value_kind kind, const char *prefix) {
  variable made = {.kind = kind};
  snprintf(made.name, sizeof made.name, "%.3s%d", prefix, ++g->made_count);
  indent(g);
  say(g, "local %s = ", made.name);
  return made;
}

static inline void add_made(generator *g, variable made) {
  say(g, "\n");
  if (g->variable_count < VARIABLES) g->variables[g->variable_count++] = made;
}

static inline void write_choice_local(generator *g) {
  variable made;
  switch (roll(g, 5)) {
    case 0: case 1:
      made = start_local(g, CHOSEN, "c");
      write_chosen(g);
      break;
    case 2:
      made = start_local(g, PERHAPS, "q");
      say(g, "nil");
      break;
    case 3:
      made = start_local(g, ANY, "m");
      write_any(g);
      break;
    default:
      made = start_local(g, ACT, "a");
      write_truth(g, 1);
      say(g, " and math.sin or function(y) return y * 0.5 + ");
      write_number(g, 1);
      say(g, " end");
  }
  add_made(g, made);
}

/* Lists of a few, made here and used here. */
static inline void write_list_use(generator *g) {
  const variable *number = find_variable(g, NUMBER), *list = find_variable(g, LIST), *word = find_variable(g, WORD);
  if (number == NULL) return;
  char name[16];
  snprintf(name, sizeof name, "%s", number->name);
  indent(g);
  switch (roll(g, 8)) {
    case 0:
      say(g, "for _, e in ipairs({");
      write_chosen(g);
      say(g, ", ");
      write_chosen(g);
      say(g, "}) do e.u = e.u * 0.5 + %s end\n", name);
      break;
    case 1:
      say(g, "for k, e in pairs({u = ");
      write_truth(g, 1);
      say(g, " and ");
      write_number(g, 1);
      say(g, " or nil, [2] = ");
      write_truth(g, 1);
      say(g, " and 3 or nil, w = 1.5}) do %s = %s * 0.5 + e; if k == 2 then %s = %s - 1 end end\n", name, name, name, name);
      break;
    case 2:
      if (list == NULL) { say(g, "\n"); return; }
      say(g, chance(g, 50) ? "if #%s < 7 then table.sort(%s) end\n" : "if #%s < 7 then table.sort(%s, function(l, m) return l > m end) end\n",
          list->name, list->name);
      break;
    case 3:
      if (list == NULL) { say(g, "\n"); return; }
      if (chance(g, 50)) say(g, "if #%s > 3 then %s = table.remove(%s%s) end\n", list->name, name, list->name, chance(g, 50) ? "" : ", 2");
      else {
        say(g, "if #%s < 6 then table.insert(%s, %s, ", list->name, list->name, chance(g, 60) ? "1" : "3");
        write_number(g, 1);
        say(g, ") end\n");
      }
      break;
    case 4:
      say(g, "do local rs = {");
      write_chosen(g);
      say(g, ", ");
      write_record(g);
      say(g, ", ");
      write_record(g);
      say(g, "} table.sort(rs, function(l, m) return l.u < m.u end) %s = rs[1].v; rs[3].v = 0.5 end\n", name);
      break;
    case 5:
      say(g, "do local n = {low = 1} n[");
      write_word(g);
      say(g, "] = ");
      write_number(g, 1);
      say(g, "; for k, e in pairs(n) do %s = %s * 0.5 + e * #k end end\n", name, name);
      break;
    case 6:
      say(g, "%s = select(2, table.unpack({", name);
      write_number(g, 1);
      say(g, ", ");
      write_number(g, 1);
      say(g, "}))\n");
      break;
    default:
      if (word == NULL) { say(g, "\n"); return; }
      say(g, "%s = (", word->name);
      write_word(g);
      say(g, chance(g, 50) ? " .. \"-\" .. " : " .. string.format(\"%%d\", 3) .. ");
      write_word(g);
      say(g, "):sub(1, 4)\n");
  }
}

static inline void write_choice_change(generator *g) {
  static const value_kind kinds[] = {CHOSEN, CHOSEN, PERHAPS, ANY};
  const variable *v = find_variable(g, kinds[roll(g, 4)]);
  if (v == NULL) {
    write_choice_local(g);
    return;
  }
  indent(g);
  if (v->kind == ANY) {
    say(g, "%s = ", v->name);
    write_any(g);
  } else if (v->kind == PERHAPS && chance(g, 60)) {
    say(g, "%s = ", v->name);
    if (chance(g, 20)) say(g, "nil");
    else write_chosen(g);
  } else if (v->kind == PERHAPS) {
    say(g, "if %s then %s.v = ", v->name, v->name);
    write_number(g, 1);
    say(g, " end");
  } else if (chance(g, 30)) {
    say(g, "%s = ", v->name);
    write_chosen(g);
  } else if (chance(g, 25)) {
    say(g, "%s.w = ", v->name);
    write_word(g);
  } else {
    say(g, "%s.%s = ", v->name, chance(g, 50) ? "u" : "v");
    write_number(g, 2);
  }
  say(g, "\n");
}

/* One statement with choices. */
static inline void write_choice_statement(generator *g) {
  switch (roll(g, 4)) {
    case 0: write_choice_local(g); break;
    case 1: write_list_use(g); break;
    default: write_choice_change(g);
  }
}

/* Choices among the results. */
static inline void write_choice_results(generator *g) {
  const variable *chosen = find_variable(g, CHOSEN), *perhaps = find_variable(g, PERHAPS), *any = find_variable(g, ANY);
  if (chosen != NULL) say(g, "cu = %s.u, cw = %s.w, ", chosen->name, chosen->name);
  if (chosen != NULL && chance(g, 30)) say(g, "c = %s, ", chosen->name);
  if (perhaps != NULL) say(g, "q = %s and %s.u, ", perhaps->name, perhaps->name);
  if (any != NULL) say(g, "any = %s, ", any->name);
}

#endif
