/* Scripts that are large, wide, deep or long, written by small loops. x.a is between 0 and 1, x.n a
 * whole number from 1, both different in every trial.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LARGE_SCRIPTS_H
#define TESTS_LARGE_SCRIPTS_H

#include "../engine/base/text.h"

typedef pil_text script;

static inline void begin(script *s) {
  pil_text_add(s, "return function(x, p)\nlocal v = x.a\n");
}
static inline void end(script *s) {
  pil_text_add(s, "return {v = v}\nend\n");
}
static inline void add_locals(script *s, int count) {
  for (int i = 1; i <= count; i++) pil_text_format(s, "local l%d = %d.5\n", i, i);
}

/* ---- long ---- */

static inline void lines_straight(script *s) {
  begin(s);
  for (int i = 0; i < 20000; i++) pil_text_format(s, "v = v * 0.5 + x.a * %d.25\n", i % 900);
  end(s);
}
static inline void lines_with_ifs(script *s) {
  begin(s);
  for (int i = 0; i < 20000; i++) pil_text_format(s, "if v > %d.5 then v = v - %d else v = v + x.a end\n", i % 77, i % 50);
  end(s);
}
static inline void lines_with_elseifs(script *s) { /* one chain of arms that all end at one place */
  begin(s);
  add_locals(s, 150);
  pil_text_add(s, "if v < 0 then v = 1\n");
  for (int i = 1; i < 8000; i++) pil_text_format(s, "elseif v < %d / 8000 then v = %d\n", i, i);
  pil_text_add(s, "end\n");
  end(s);
}
static inline void lines_with_draws(script *s) {
  begin(s);
  for (int i = 0; i < 20000; i++) pil_text_format(s, "v = v + draw.uniform(0, 1, \"s%d\")\n", i);
  end(s);
}
static inline void lines_with_unnamed_draws(script *s) {
  begin(s);
  for (int i = 0; i < 19000; i++) pil_text_add(s, "if v > 1 then v = v + draw.uniform(0, 1) end\n");
  end(s);
}
static inline void lines_with_varying_draws(script *s) {
  begin(s);
  for (int i = 0; i < 17000; i++) pil_text_format(s, "v = v + draw.normal(x.a, x.n + %d.5, \"s%d\")\n", i, i);
  end(s);
}
static inline void draws_of_lists(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\nfor i = 1, 1000 do t[i] = i end\n"
                  "for i = 1, 600 do v = v + draw.discrete({values = t}, \"d\") end\n");
  end(s);
}
static inline void draws_of_lists_of_lists(script *s) { /* what it spells is huge */
  begin(s);
  pil_text_add(s, "local a, b, c = {}, {}, {}\nfor i = 1, 2000 do a[i] = i end\nfor i = 1, 2000 do b[i] = a end\n"
                  "for i = 1, 2000 do c[i] = b end\nif v > 0.9 then v = draw.discrete({values = c}, \"d\") end\n");
  end(s);
}
static inline void lines_with_errors(script *s) { /* a reason each */
  begin(s);
  for (int i = 0; i < 20000; i++) pil_text_format(s, "if v > %d then error(\"no\") end\n", i + 2);
  end(s);
}
static inline void lines_with_calls(script *s) {
  pil_text_add(s, "local function f(a, b) if a > b then return a - b end return b end\n");
  begin(s);
  for (int i = 0; i < 15000; i++) pil_text_format(s, "v = f(v, x.a + %d)\n", i % 91);
  end(s);
}
static inline void lines_with_texts(script *s) {
  begin(s);
  pil_text_add(s, "local t = \"\"\n");
  for (int i = 0; i < 15000; i++) pil_text_format(s, "if v > %d / 15000 then t = \"t%d\" end\n", i, i);
  pil_text_add(s, "return {t = t}\nend\n");
}
static inline void constants_by_thousands(script *s) {
  begin(s);
  for (int i = 0; i < 30000; i++) pil_text_format(s, "v = v + %d.%d\n", i, i % 10);
  end(s);
}

/* ---- wide ---- */

static inline void locals_all_changed(script *s) {
  begin(s);
  add_locals(s, 190);
  for (int branch = 0; branch < 100; branch++) {
    pil_text_format(s, "if x.a > %d / 100 then\n", branch);
    for (int i = 1; i <= 190; i++) pil_text_format(s, "l%d = l%d * 1.5 + v\n", i, i % 190 + 1);
    pil_text_add(s, "end\n");
  }
  pil_text_add(s, "for i = 1, 1 do v = l1 + l95 + l190 end\n");
  end(s);
}
/* Branches within branches, all locals written in each: ways wait with all their registers. */
static inline void locals_changed_deep_down(script *s) {
  begin(s);
  add_locals(s, 190);
  for (int turn = 0; turn < 20; turn++) {
    for (int level = 0; level < 180; level++) pil_text_format(s, "if x.a * %d %% 7 > %d then l%d = v + %d\n", turn + level + 2, level % 6, level + 1, level);
    for (int level = 0; level < 180; level++) pil_text_add(s, "end ");
    pil_text_add(s, "\n");
  }
  pil_text_add(s, "v = l1 + l95 + l180\n");
  end(s);
}
static inline void upvalues_255(script *s) {
  begin(s);
  add_locals(s, 190);
  pil_text_add(s, "local function outer()\n");
  for (int i = 191; i <= 253; i++) pil_text_format(s, "local l%d = %d.5\n", i, i);
  pil_text_add(s, "local function inner()\n");
  for (int i = 1; i <= 253; i++) pil_text_format(s, "if v > %d / 253 then l%d = l%d + v else v = v + l%d * 0.001 end\n", i, i, i, i);
  pil_text_add(s, "end\nfor turn = 1, 20 do inner() end\nreturn l191 + l253\nend\nv = outer() + l1 + l190\n");
  end(s);
}
static inline void closures_by_thousands(script *s) {
  begin(s);
  pil_text_add(s, "local all = {}\nfor i = 1, 4000 do local k = i * v; all[i] = function() k = k + 1; return k end end\n"
                  "for i = 1, 4000 do if v < i / 4000 then v = v + all[i]() * 1e-9 end end\n");
  end(s);
}
static inline void fields_by_thousands(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\n");
  for (int i = 0; i < 15000; i++) pil_text_format(s, "t.f%d = v + %d\n", i, i);
  pil_text_add(s, "v = t.f0 + t.f14999\n");
  end(s);
}
static inline void outputs_by_thousands(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\nfor i = 1, 4000 do t[i] = v * i end\nreturn {v = t}\nend\n");
}
static inline void texts_by_thousands_out(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\nfor i = 1, 4000 do t[i] = v > 0.5 and \"a\" .. i or \"b\" .. i end\nreturn {v = t, w = t, z = t}\nend\n");
}
static inline void outputs_by_tables(script *s) {
  begin(s);
  pil_text_add(s, "local t, r = {}, {}\nfor i = 1, 4000 do t[i] = v * i end\nfor i = 1, 40 do r[\"t\" .. i] = t end\nreturn r\nend\n");
}
static inline void table_looked_up(script *s) {
  pil_text_add(s, "local t = {}\nfor i = 1, 200000 do t[i] = i * 0.5 end\n");
  begin(s);
  pil_text_add(s, "for i = 1, 20000 do v = v + t[x.n + i] end\n");
  end(s);
}
static inline void table_of_constants(script *s) {
  pil_text_add(s, "local t = {");
  for (int i = 0; i < 60000; i++) pil_text_format(s, "%d.5,", i % 1000);
  pil_text_add(s, "}\n");
  begin(s);
  pil_text_add(s, "for i, c in ipairs(t) do v = v + c end\nv = v + t[x.n]\n");
  end(s);
}
static inline void table_with_names(script *s) {
  pil_text_add(s, "local t = {}\nfor i = 1, 50000 do t[\"k\" .. i] = i end\n");
  begin(s);
  pil_text_add(s, "for k, c in pairs(t) do v = v + c * x.a end\n");
  end(s);
}
static inline void table_with_holes(script *s) {
  pil_text_add(s, "local t = {}\nfor i = 1, 20000 do t[i * 2] = i end\n");
  begin(s);
  pil_text_add(s, "for i = 1, 20000 do v = v + t[i * 2] end\n");
  end(s);
}
static inline void table_grown_in_the_trial(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\nfor i = 1, 100000 do t[#t + 1] = v * i end\nv = t[1] + t[#t]\n");
  end(s);
}
static inline void table_written_by_index(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\nfor i = 1, 250 do t[i] = 0 end\n"
                  "for i = 1, 4000 do local k = (x.n * i) % 250 + 1; t[k] = t[k] + v end\nv = t[1] + t[250]\n");
  end(s);
}
static inline void pairs_over_and_over(script *s) {
  begin(s);
  pil_text_add(s, "local t = {}\nfor i = 1, 500 do t[\"k\" .. i] = v * i end\n"
                  "for turn = 1, 200 do for k, c in pairs(t) do v = v + c * 1e-6 end end\n");
  end(s);
}

static inline void nils_by_millions(script *s) { /* one instruction, 180 registers */
  begin(s);
  pil_text_add(s, "for i = 1, 1000000 do local a");
  for (int i = 1; i < 180; i++) pil_text_format(s, ", a%d", i);
  pil_text_add(s, " if a then v = v + 1 end end\n");
  end(s);
}
static inline void closures_beside_waiting_ways(script *s) {
  begin(s);
  for (int i = 0; i < 2000; i++) pil_text_format(s, "if v < %d / 4000 then goto m%d end\n", i, i);
  pil_text_add(s, "for i = 1, 20000 do local k = i local f = function() k = k + 1 return k end f() end\nv = 7\n");
  for (int i = 0; i < 2000; i++) pil_text_format(s, "::m%d:: v = v + %d * 1e-6\n", i, i);
  end(s);
}
static inline void constants_of_varying_draws(script *s) { /* a slot of the machine each */
  begin(s);
  pil_text_add(s, "for i = 1, 60000 do v = v + draw.pert(x.a, i + 1.5, i * 2 + 1.5, \"p\") end\n");
  end(s);
}
static inline void calls_with_many_upvalues(script *s) {
  for (int i = 1; i <= 150; i++) pil_text_format(s, "local u%d = %d.5\n", i, i);
  pil_text_add(s, "local function f(a) return a");
  for (int i = 1; i <= 150; i++) pil_text_format(s, " + u%d", i);
  pil_text_add(s, " end\n");
  begin(s);
  pil_text_add(s, "for i = 1, 2000 do v = v * 0.5 + f(i) end\n");
  end(s);
}
static inline void numbers_joined(script *s) {
  begin(s);
  pil_text_add(s, "for i = 1, 100000 do local t = i");
  for (int i = 0; i < 150; i++) pil_text_add(s, " .. i");
  pil_text_add(s, " if #t > 5000 then v = v + 1 end end\n");
  end(s);
}

/* ---- deep ---- */

static inline void ifs_nested(script *s) {
  begin(s);
  for (int i = 0; i < 190; i++) pil_text_format(s, "if x.a > %d / 1000 then v = v + %d\n", i, i);
  for (int i = 0; i < 190; i++) pil_text_format(s, "else v = v * 0.%d end\n", i + 1);
  end(s);
}
static inline void loops_nested(script *s) {
  begin(s);
  for (int i = 0; i < 45; i++) pil_text_format(s, "for i%d = 1, 2 do\n", i);
  pil_text_add(s, "v = v + 1; if v > 50 then return {v = v} end\n");
  for (int i = 0; i < 45; i++) pil_text_add(s, "end\n");
  end(s);
}
static inline void functions_nested(script *s) {
  begin(s);
  for (int i = 0; i < 60; i++) pil_text_format(s, "local function f%d() v = v + x.a\n", i);
  for (int i = 59; i >= 0; i--) pil_text_format(s, "end f%d()\n", i);
  end(s);
}
static inline void calls_nested(script *s) { /* more calls within calls than lanes follow */
  pil_text_add(s, "local function f(n, a) if n == 0 then return a end return f(n - 1, a * 0.5) + 1 end\n");
  begin(s);
  pil_text_add(s, "v = f(150, v)\n");
  end(s);
}
static inline void calls_that_branch(script *s) { /* two calls each, to a depth that varies */
  pil_text_add(s, "local function f(n, a) if n < 2 then return a end\n"
                  "if a > n / 50 then return f(n - 1, a * 0.9) end return f(n - 2, a * 1.1) end\n");
  begin(s);
  pil_text_add(s, "v = f(40, v)\n");
  end(s);
}
static inline void expression_nested(script *s) {
  begin(s);
  pil_text_add(s, "v = ");
  for (int i = 0; i < 60; i++) pil_text_format(s, "(v + %d * ", i);
  pil_text_add(s, "x.a");
  for (int i = 0; i < 60; i++) pil_text_add(s, ")");
  pil_text_add(s, "\n");
  end(s);
}
static inline void and_or_nested(script *s) {
  begin(s);
  for (int line = 0; line < 200; line++) {
    pil_text_format(s, "v = v");
    for (int i = 0; i < 40; i++) pil_text_format(s, " %s v > 0.%d and x.a + %d", i % 2 ? "or" : "and", i + 1, i);
    pil_text_add(s, " or v\n");
  }
  end(s);
}

/* ---- long to run ---- */

static inline void million_turns(script *s) {
  begin(s);
  pil_text_add(s, "for i = 1, 1000000 do v = v + x.a / i end\n");
  end(s);
}
static inline void million_turns_known(script *s) {
  begin(s);
  pil_text_add(s, "local sum = 0\nfor i = 1, 1000000 do sum = sum + i % 7 end\nv = v + sum\n");
  end(s);
}
static inline void million_draws(script *s) {
  begin(s);
  pil_text_add(s, "for i = 1, 1000000 do v = v + draw.uniform(0, 1, \"u\") end\n");
  end(s);
}
static inline void million_while(script *s) {
  begin(s);
  pil_text_add(s, "local i = 0\nwhile i < 1000000 * x.a do i = i + 1; v = v + 1 / i end\n");
  end(s);
}
static inline void million_varying_for(script *s) {
  begin(s);
  pil_text_add(s, "for i = 1, x.n * 300000 do v = v + x.a / i end\n");
  end(s);
}
static inline void loops_by_thousands(script *s) { /* each left at different times */
  begin(s);
  for (int i = 0; i < 2000; i++) pil_text_format(s, "while v > 0.%d do v = v * 0.9 end v = v + x.a\n", i % 9 + 1);
  end(s);
}
static inline void loops_in_loops(script *s) { /* varying turns, multiplied */
  begin(s);
  pil_text_add(s, "for i = 1, x.n do for j = 1, x.n + i do for k = 1, x.n + j do\n"
                  "if v > k then v = v * 0.5 else v = v + 1.5 end end end end\n");
  end(s);
}
static inline void breaks_by_thousands(script *s) { /* ways that wait at the end of one loop */
  begin(s);
  add_locals(s, 150);
  pil_text_add(s, "for i = 1, 5000 do v = v * 1.01 if v > 2 + i * 0.01 then break end end\n");
  end(s);
}
static inline void gotos_by_thousands(script *s) { /* ways that wait in many places */
  begin(s);
  add_locals(s, 60);
  for (int i = 0; i < 4000; i++) pil_text_format(s, "if v < %d / 4000 then goto m%d end\n", i, i);
  pil_text_add(s, "v = 7\n");
  for (int i = 0; i < 4000; i++) pil_text_format(s, "::m%d:: v = v + %d * 1e-6\n", i, i);
  end(s);
}
static inline void returns_by_thousands(script *s) {
  begin(s);
  for (int i = 0; i < 15000; i++) pil_text_format(s, "if v < %d / 15000 then return {v = %d} end\n", i, i);
  end(s);
}
static inline void texts_joined(script *s) {
  begin(s);
  pil_text_add(s, "local t = \"\"\nfor i = 1, 20000 do t = t .. \"abc\" end\nv = v + #t\n");
  end(s);
}

#define LARGE_SCRIPTS(X)                                                                                   \
  X(lines_straight) X(lines_with_ifs) X(lines_with_elseifs) X(lines_with_draws) X(lines_with_varying_draws) X(draws_of_lists) X(draws_of_lists_of_lists) X(lines_with_unnamed_draws) \
  X(lines_with_errors) X(lines_with_calls) X(lines_with_texts) X(constants_by_thousands)                    \
  X(locals_all_changed) X(locals_changed_deep_down) X(upvalues_255) X(closures_by_thousands)                \
  X(fields_by_thousands) X(outputs_by_thousands) X(texts_by_thousands_out) X(outputs_by_tables) X(table_looked_up) X(table_of_constants) X(table_with_names)                  \
  X(table_with_holes) X(table_grown_in_the_trial) X(table_written_by_index) X(pairs_over_and_over)          \
  X(nils_by_millions) X(closures_beside_waiting_ways) X(constants_of_varying_draws) X(calls_with_many_upvalues) X(numbers_joined) X(ifs_nested) X(loops_nested) X(functions_nested) X(calls_nested) X(calls_that_branch)                    \
  X(expression_nested) X(and_or_nested) X(million_turns) X(million_turns_known) X(million_draws)            \
  X(million_while) X(million_varying_for) X(loops_by_thousands) X(loops_in_loops) X(breaks_by_thousands)    \
  X(gotos_by_thousands) X(returns_by_thousands) X(texts_joined)

#endif
