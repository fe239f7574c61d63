/* Traces: the way that a function takes with a known argument, in its own words, and what of a file that covers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/base/text.h"
#include "../engine/data/yaml.h"
#include "../engine/lanes/coverage.h"
#include "../engine/script/program.h"
#include "files.h"

enum { FIELDS = 8 };

typedef struct bench {
  char folder[64], path[96], module[96];
  pil_arena arena;
  pil_script_source source;
  const pil_image *image;
  pil_field fields[FIELDS];
  size_t field_count;
  pil_trace trace;
  pil_coverage coverage;
  pil_covered_file file;
  pil_error error;
} bench;

/* `module` (or NULL) is helper.lua beside the script. */
static void bench_open(bench *b, const char *script, const char *settings, const char *module) {
  *b = (bench){.folder = "/tmp/pil-unit-XXXXXX"};
  assert_non_null(mkdtemp(b->folder));
  snprintf(b->path, sizeof b->path, "%s/p.lua", b->folder);
  snprintf(b->module, sizeof b->module, "%s/helper.lua", b->folder);
  write_file(b->path, script);
  if (module != NULL) write_file(b->module, module);
  b->source = (pil_script_source){.path = b->path, .shown_name = "p.lua", .seed = 1, .site_prefix = "decision:",
                                  .argument_name = "d", .is_strict = true, .limits = PIL_LIMITS_TRIAL};
  if (settings != NULL) {
    pil_value *root;
    if (!pil_yaml_read(&b->arena, "s.yaml", settings, strlen(settings), &root, &b->error))
      fail_msg("%s", b->error.text);
    b->source.settings = root;
  }
  b->image = pil_script_image(&b->arena, &b->source, &b->error);
  if (b->image == NULL) fail_msg("%s:%d: %s", b->error.file, b->error.line, b->error.text);
  const pil_function *chunk = pil_script_chunk(&b->arena, b->path, "p.lua", &b->error);
  assert_non_null(chunk);
  assert_true(pil_coverage_open(&b->coverage, &b->arena, chunk, &b->error));
}

static void bench_close(bench *b) {
  pil_arena_free(&b->arena);
  unlink(b->path);
  unlink(b->module);
  rmdir(b->folder);
}

static pil_field *add(bench *b, const char *name, pil_field_kind kind, double constant) {
  pil_field *field = &b->fields[b->field_count++];
  assert_true(b->field_count <= FIELDS);
  *field = (pil_field){.name = name, .kind = kind, .expression = -1, .is_constant = true, .constant = constant};
  return field;
}

static void add_text(bench *b, const char *name, const char *text) {
  const char **choices = pil_arena_array(&b->arena, 1, sizeof *choices);
  assert_non_null(choices);
  choices[0] = text;
  pil_field *field = add(b, name, PIL_FIELD_TEXT, 0);
  field->choices = choices;
  field->choice_count = 1;
}

static void hear(void *context, const pil_function *function, uint32_t pc, bool is_test, bool holds) {
  const char *source = function->source[0] == '=' ? function->source + 1 : function->source;
  if (strcmp(source, "p.lua") == 0) pil_coverage_note(context, function, pc, is_test, holds);
}

static void follow(bench *b) {
  pil_coverage_begin(&b->coverage);
  assert_true(pil_trace_run(&b->arena, b->image, b->fields, b->field_count, hear, &b->coverage, &b->trace, &b->error));
  assert_true(pil_coverage_count(&b->coverage, &b->arena, &b->file, &b->error));
}

static void follow_whole(bench *b) {
  follow(b);
  if (!b->trace.is_whole) fail_msg("line %d: %s", b->trace.refusal.at.line, b->trace.refusal.text);
}

/* ---- the path as text ---- */

static void put_value(pil_text *text, const pil_trace_value *value) {
  switch (value->kind) {
    case PIL_TRACE_NIL: pil_text_add(text, "nil"); break;
    case PIL_TRACE_BOOLEAN: pil_text_add(text, value->integer ? "true" : "false"); break;
    case PIL_TRACE_INTEGER: pil_text_format(text, "%lld", (long long)value->integer); break;
    case PIL_TRACE_FLOAT: pil_text_format(text, "%.4ff", value->number); break;
    default: pil_text_format(text, "'%s'", value->text);
  }
}

/* "2: d.a > 5 (6 5) true" for each conditional. `line` tells what the phrase may know of its line. */
static void assert_path_of(bench *b, const char *line, const char *expected) {
  pil_text text = {0};
  for (size_t i = 0; i < b->trace.test_count; i++) {
    const pil_trace_test *test = &b->trace.tests[i];
    pil_trace_phrase phrase;
    assert_true(pil_trace_phrase_of(&b->arena, test->function, test->pc, line, &phrase));
    pil_text_format(&text, "%d: %s (", test->function->lines[test->pc], pil_trace_phrase_text(&b->arena, &phrase));
    put_value(&text, phrase.is_swapped ? &test->right : &test->left);
    if (!test->is_truth) {
      pil_text_add(&text, " ");
      put_value(&text, phrase.is_swapped ? &test->left : &test->right);
    }
    pil_text_format(&text, ") %s\n", test->holds != phrase.is_negated ? "true" : "false");
  }
  assert_string_equal(pil_text_get(&text), expected);
  pil_text_free(&text);
}

static void assert_path(bench *b, const char *expected) {
  assert_path_of(b, NULL, expected);
}

static void assert_covered(const bench *b, size_t lines, size_t all_lines, size_t branches, size_t all_branches) {
  assert_int_equal(b->file.lines_covered, lines);
  assert_int_equal(b->file.lines, all_lines);
  assert_int_equal(b->file.branches_covered, branches);
  assert_int_equal(b->file.branches, all_branches);
}

static void assert_gap(const bench *b, size_t i, int line, pil_gap_kind kind) {
  assert_true(i < b->file.gap_count);
  assert_int_equal(b->file.gaps[i].line, line);
  assert_int_equal(b->file.gaps[i].kind, kind);
}

static void assert_result(const bench *b, const char *level) {
  assert_int_equal(b->trace.results[0].kind, PIL_TRACE_TEXT);
  assert_string_equal(b->trace.results[0].text, level);
}

/* ---- conditionals ---- */

static void test_and_stops_at_what_does_not_hold(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(d, p)\n"
                 "  if d.a > p.limit and d.kind == \"x\" then return \"review\" end\n"
                 "  return \"auto\"\n"
                 "end\n", "limit: 5", NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 6);
  add_text(&b, "kind", "y");
  follow_whole(&b);
  assert_path(&b, "2: d.a > p.limit (6 5) true\n2: d.kind == \"x\" ('y' 'x') false\n");
  assert_result(&b, "auto");
  assert_covered(&b, 2, 2, 2, 4);
  assert_gap(&b, 0, 2, PIL_GAP_NEVER_FALSE);
  assert_gap(&b, 1, 2, PIL_GAP_NEVER_TRUE);
  b.fields[0].constant = 5;
  follow_whole(&b);
  assert_path(&b, "2: d.a > p.limit (5 5) false\n");
  assert_covered(&b, 2, 2, 3, 4);
  bench_close(&b);
}

static void test_or_and_what_is_never_met(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(d)\n"
                 "  if d.novel or d.a < 0 then\n"
                 "    return \"review\"\n"
                 "  end\n"
                 "  return \"auto\"\n"
                 "end\n", NULL, NULL);
  add(&b, "novel", PIL_FIELD_BOOLEAN, 1);
  add(&b, "a", PIL_FIELD_FLOAT, 0.5);
  follow_whole(&b);
  assert_path(&b, "2: d.novel (true) true\n");
  assert_covered(&b, 2, 3, 1, 4);
  assert_gap(&b, 0, 2, PIL_GAP_NEVER_FALSE);
  assert_gap(&b, 1, 2, PIL_GAP_NEVER_MET);
  assert_gap(&b, 2, 5, PIL_GAP_LINE);
  b.fields[0].constant = 0;
  follow_whole(&b);
  assert_path(&b, "2: d.novel (false) false\n2: d.a < 0 (0.5000f 0) false\n");
  assert_covered(&b, 3, 3, 3, 4);
  bench_close(&b);
}

static void test_elseif_takes_one_way(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(d)\n"
                 "  local answer\n"
                 "  if d.a >= 10 then\n"
                 "    answer = \"exception\"\n"
                 "  elseif d.a <= 2.5 then\n"
                 "    answer = \"auto\"\n"
                 "  else\n"
                 "    answer = \"review\"\n"
                 "  end\n"
                 "  return answer\n"
                 "end\n", NULL, NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 2);
  follow_whole(&b);
  assert_path(&b, "3: d.a >= 10 (2 10) false\n5: d.a <= 2.5 (2 2.5000f) true\n");
  assert_result(&b, "auto");
  assert_covered(&b, 5, 7, 2, 4);
  assert_gap(&b, 0, 3, PIL_GAP_NEVER_TRUE);
  assert_gap(&b, 1, 4, PIL_GAP_LINE);
  assert_gap(&b, 2, 5, PIL_GAP_NEVER_FALSE);
  assert_gap(&b, 3, 8, PIL_GAP_LINE);
  bench_close(&b);
}

static void test_the_line_tells_how_it_is_written(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(d, p)\n"
                 "  local x, y = d.a, p.limit\n"
                 "  if x > y then return \"review\" end\n"
                 "  if d.kind ~= \"x\" then return \"exception\" end\n"
                 "  return \"auto\"\n"
                 "end\n", "limit: 5", NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 4);
  add_text(&b, "kind", "y");
  follow_whole(&b);
  assert_path(&b, "3: y < x (5 4) false\n4: d.kind == \"x\" ('y' 'x') false\n");
  assert_path_of(&b, "if x > y then", "3: x > y (4 5) false\n4: d.kind == \"x\" ('y' 'x') false\n");
  assert_path_of(&b, "a ~= b", "3: y < x (5 4) false\n4: d.kind ~= \"x\" ('y' 'x') true\n");
  assert_path_of(&b, "a ~= b == c", "3: y < x (5 4) false\n4: d.kind == \"x\" ('y' 'x') false\n");
  bench_close(&b);
}

static void test_operands_are_named_as_far_as_they_can_be(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "local weights = {2, 3}\n"
                 "local function risk(a) return a * 2 end\n"
                 "return function(d, p)\n"
                 "  if d.a * 2 + d.b > p.list[1] then return \"review\" end\n"
                 "  if risk(d.a) > -d.b then return \"review\" end\n"
                 "  if #d.kind == 3 then return \"review\" end\n"
                 "  if weights[d.a] == (d.kind == \"x\" and 1 or 2) then return \"review\" end\n"
                 "  if p.by[d.kind] then return \"review\" end\n"
                 "  if d.a % 2 == 1 and d.b // 4 >= 9 then return \"auto\" end\n"
                 "end\n", "{list: [99], by: {y: false}}", NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 1);
  add(&b, "b", PIL_FIELD_INTEGER, -8);
  add_text(&b, "kind", "y");
  follow_whole(&b);
  assert_path(&b, "4: d.a * 2 + d.b > p.list[1] (-6 99) false\n"
                  "5: risk(d.a) > -d.b (2 8) false\n"
                  "6: #d.kind == 3 (1 3) false\n"
                  "7: d.kind == \"x\" ('y' 'x') false\n"
                  "7: weights[d.a] == … (2 2) true\n");
  b.fields[0].constant = 2;
  follow_whole(&b);
  assert_path(&b, "4: d.a * 2 + d.b > p.list[1] (-4 99) false\n"
                  "5: risk(d.a) > -d.b (4 8) false\n"
                  "6: #d.kind == 3 (1 3) false\n"
                  "7: d.kind == \"x\" ('y' 'x') false\n"
                  "7: weights[d.a] == … (3 2) false\n"
                  "8: p.by[d.kind] (false) false\n"
                  "9: d.a % 2 == 1 (0 1) false\n");
  assert_int_equal(b.trace.results[0].kind, PIL_TRACE_NIL);
  assert_covered(&b, 8, 8, 8, 16); /* what falls off the end is a line too */
  bench_close(&b);
}

/* ---- loops and functions ---- */

static void test_loops_are_followed_turn_by_turn(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(d, p)\n"
                 "  local n = 0\n"
                 "  for i, limit in ipairs(p.limits) do\n"
                 "    if d.a > limit then n = i end\n"
                 "  end\n"
                 "  while n > 2 do n = n - 1 end\n"
                 "  for i = 1, 3 do n = n + i end\n"
                 "  return n == 8 and \"review\" or \"auto\"\n"
                 "end\n", "limits: [1, 2, 3, 9]", NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 5);
  follow_whole(&b);
  assert_path(&b, "4: limit < d.a (1 5) true\n4: limit < d.a (2 5) true\n4: limit < d.a (3 5) true\n"
                  "4: limit < d.a (9 5) false\n6: n > 2 (3 2) true\n6: n > 2 (2 2) false\n8: n == 8 (8 8) true\n");
  assert_result(&b, "review");
  assert_covered(&b, 6, 6, 5, 6);
  assert_gap(&b, 0, 8, PIL_GAP_NEVER_FALSE);
  bench_close(&b);
}

static void test_long_loops_are_not_turned_into_others(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(d)\n"
                 "  local n = 0\n"
                 "  while n < d.a do n = n + 1 end\n"
                 "  if n > 4999 then return \"auto\" end\n"
                 "end\n", NULL, NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 5000);
  follow_whole(&b);
  assert_int_equal(b.trace.test_count, PIL_TRACE_TESTS);
  assert_int_equal(b.trace.test_count + b.trace.left_out, 5002);
  assert_result(&b, "auto");
  assert_covered(&b, 3, 4, 3, 4);
  bench_close(&b);
}

static void test_helpers_and_modules(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "local helper = require \"helper\"\n"
                 "local function is_large(d, p) return d.a > p.limit end\n"
                 "local function unused() return 1 end\n"
                 "return function(d, p)\n"
                 "  if helper.odd(d.a) then return \"review\" end\n"
                 "  local twice = function(x)\n"
                 "    return 2 * x\n"
                 "  end\n"
                 "  if is_large(d, p) then return \"exception\" end\n"
                 "  return helper.answer(twice(d.a))\n"
                 "end\n", "limit: 5",
             "return {\n"
             "  odd = function(a) return a % 2 == 1 end,\n"
             "  answer = function(a) if a > 7 then return \"collaborate\" end return \"auto\" end,\n"
             "}\n");
  add(&b, "a", PIL_FIELD_INTEGER, 4);
  follow_whole(&b);
  assert_path(&b, "2: a % 2 == 1 (0 1) false\n5: helper.odd(d.a) (false) false\n2: d.a > p.limit (4 5) false\n"
                  "9: is_large(d, p) (false) false\n3: a > 7 (8 7) true\n");
  assert_result(&b, "collaborate");
  assert_covered(&b, 6, 7, 3, 6); /* of the file alone: not helper.lua */
  assert_gap(&b, 0, 2, PIL_GAP_NEVER_TRUE);
  assert_gap(&b, 1, 3, PIL_GAP_LINE);
  bench_close(&b);
}

static void test_what_is_given_as_an_array(void **unused) {
  (void)unused;
  bench b;
  static const double parts[] = {3, 1, 4};
  bench_open(&b, "return function(d)\n"
                 "  local sum = 0\n"
                 "  for _, part in ipairs(d.parts) do sum = sum + part end\n"
                 "  if sum == 8 and d.parts[2] < d.parts[3] then return \"auto\" end\n"
                 "end\n", NULL, NULL);
  pil_field *field = add(&b, "parts", PIL_FIELD_INTEGER, 0);
  field->each = 3;
  field->constants = parts;
  follow_whole(&b);
  assert_path(&b, "4: sum == 8 (8 8) true\n4: d.parts[2] < d.parts[3] (1 4) true\n");
  assert_result(&b, "auto");
  bench_close(&b);
}

/* ---- what cannot be followed ---- */

static void assert_refused(const char *body, int line, const char *reason) {
  bench b;
  char script[400];
  snprintf(script, sizeof script, "return function(d, p)\ndo %s end\n  return \"auto\"\nend\n", body);
  bench_open(&b, script, NULL, NULL);
  add(&b, "a", PIL_FIELD_FLOAT, 1);
  follow(&b);
  assert_false(b.trace.is_whole);
  assert_string_equal(b.trace.refusal.text, reason);
  if (b.trace.refusal.at.line != line) fail_msg("%s: line %d", body, b.trace.refusal.at.line);
  bench_close(&b);
}

static void test_what_cannot_be_followed_says_why(void **unused) {
  (void)unused;
  assert_refused("  if draw.uniform(0, 1, \"u\") < d.a then return \"review\" end", 2,
                 "a condition that depends on a draw");
  assert_refused("  if draw.bernoulli(0.5, \"u\") then return \"review\" end", 2, "a condition that depends on a draw");
  assert_refused("  return (draw.normal(0, 1, \"u\"))", 2, "a result that depends on a draw");
  assert_refused("  local x = d.b", 2, "\"b\" is not there");
  assert_refused("  error(\"no\")", 2, "error() is called");
  assert_refused("  while d.a > 0 do end", 2, "the trial takes too many steps to be followed");
}

/* ---- stock Lua as the judge ---- */

enum { LINES = 64 };
static bool executed[LINES]; /* by stock Lua, of the function that is asked */

static void note_line(lua_State *L, lua_Debug *about) {
  lua_getinfo(L, "Sl", about);
  if (strcmp(about->source, "=p.lua") == 0 && about->currentline < LINES) executed[about->currentline] = true;
}

typedef struct comparing {
  bool lines[LINES];
} comparing;

static void hear_line(void *context, const pil_function *function, uint32_t pc, bool is_test, bool holds) {
  comparing *c = context;
  (void)is_test, (void)holds;
  assert_true(function->lines[pc] < LINES);
  if (strcmp(function->source, "=p.lua") == 0) c->lines[function->lines[pc]] = true;
}

/* Runs the script for one value of d.a both ways; texts and lines have to agree. */
static void compare(bench *b, pil_script_program *program, double a) {
  comparing c = {{false}};
  pil_frame frame = {0};
  pil_jump jump;
  double *columns[] = {&a};
  const pil_batch batch = {.first_trial = 1, .count = 1, .inputs = columns, .jumps = &jump};
  pil_jumps_fill(&jump, 1);
  b->field_count = 0;
  add(b, "a", PIL_FIELD_FLOAT, a);
  assert_true(pil_trace_run(&b->arena, b->image, b->fields, 1, hear_line, &c, &b->trace, &b->error));
  if (!b->trace.is_whole) fail_msg("line %d: %s", b->trace.refusal.at.line, b->trace.refusal.text);
  memset(executed, 0, sizeof executed);
  pil_frame_reset(&frame, 1);
  lua_sethook(program->L, note_line, LUA_MASKLINE, 0);
  if (!program->base.run(&program->base, &batch, &frame, &b->error)) fail_msg("%s", b->error.text);
  lua_sethook(program->L, NULL, 0, 0);
  const pil_column *level = pil_frame_column(&frame, 0, "level", 0);
  assert_non_null(level);
  if (b->trace.results[0].kind == PIL_TRACE_TEXT)
    assert_string_equal(frame.texts.texts[pil_cell_text(level->cells[0])], b->trace.results[0].text);
  else assert_true(pil_cell_bits(level->cells[0]) == PIL_CELL_MISSING);
  for (int line = 0; line < LINES; line++)
    if (executed[line] != c.lines[line])
      fail_msg("a = %g, line %d: %s", a, line, executed[line] ? "not followed" : "not executed");
  pil_frame_free(&frame);
}

static const char *const judged[] = {
    "return function(d)\n  if d.a > 3 and d.a < 6 then\n    return \"review\"\n  elseif not (d.a ~= 7) then\n"
    "    return \"exception\"\n  else\n    local x = d.a\n    if x == 9 then return end\n  end\n  return "
    "\"auto\"\nend\n",

    "local limits = {2, 4, 8}\nlocal function find(a)\n  for i, limit in ipairs(limits) do\n    if a < limit then\n"
    "      return i\n    end\n  end\nend\nreturn function(d)\n  local i = find(d.a)\n  if not i then return \"auto\" "
    "end\n"
    "  return ({\"review\", \"exception\", \"collaborate\"})[i]\nend\n",

    "return function(d)\n  local n, a = 0, d.a\n  while a > 1 do\n    a = a / 2\n    n = n + 1\n    if n == 3 then "
    "break end\n"
    "  end\n  repeat\n    n = n - 1\n  until n < 0\n  for i = 1, 3 do\n    for j = i, 2 do\n      n = n + j\n    end\n"
    "    if n > d.a then goto done end\n  end\n  n = -1\n  ::done::\n  return n > 4 and \"review\" or n > 2 and "
    "\"exception\"\n"
    "    or \"auto\"\nend\n",

    "local function outer(f, a)\n  return f(a) or\n    f(-a)\nend\nreturn function(d)\n  local seen = 0\n"
    "  local inner = function(a)\n    seen = seen + 1\n    if a > 2 then\n      return \"review\"\n    end\n  end\n"
    "  local answer = outer(inner, d.a)\n  if seen > 1 and answer then\n    return \"exception\"\n  end\n"
    "  return answer or \"auto\"\nend\n",

    "return function(d)\n  local t = {}\n  for i = 1, 5 do\n    t[#t + 1] = i % 2 == 0 and i or d.a\n  end\n"
    "  table.sort(t, function(x, y)\n    return x < y\n  end)\n  local key = math.floor(t[1]) .. \"\"\n"
    "  if key == \"2\" then\n    return \"review\"\n  end\n  local by = {[\"1\"] = \"exception\"}\n"
    "  return by[key] or \"auto\"\nend\n",
};

static void test_stock_lua_executes_the_same_lines(void **unused) {
  (void)unused;
  static const char wrapper[] = "local policy = ...\nreturn function(d, p)\n  return {level = (policy(d, p))}\nend\n";
  for (size_t i = 0; i < sizeof judged / sizeof *judged; i++) {
    bench b;
    bench_open(&b, judged[i], NULL, NULL);
    add(&b, "a", PIL_FIELD_FLOAT, 0);
    b.fields[0].is_constant = false;
    pil_script_source source = b.source;
    source.fields = b.fields;
    source.field_count = 1;
    source.wrapper = wrapper;
    pil_program *program = pil_script_program_new(&source, &b.error);
    if (program == NULL) fail_msg("%s:%d: %s", b.error.file, b.error.line, b.error.text);
    for (int a = -6; a <= 24; a++) compare(&b, (pil_script_program *)program, a / 2.0);
    program->free(program);
    bench_close(&b);
  }
}

/* ---- memory ---- */

static void test_no_memory_at_any_place(void **unused) {
  (void)unused;
  bench b;
  bench_open(
      &b, "return function(d, p)\n  if d.a > 3 and d.a * 2 < p.x then return \"review\" end\n  return \"auto\"\nend\n",
      "x: 100", NULL);
  add(&b, "a", PIL_FIELD_INTEGER, 5);
  bool done = false;
  int failures = 0;
  for (uint64_t n = 1; !done && n < 500; n++) {
    pil_arena arena = {0};
    pil_memory_fail_from(n);
    done = pil_trace_run(&arena, b.image, b.fields, b.field_count, NULL, NULL, &b.trace, &b.error);
    pil_memory_fail_from(0);
    if (done) assert_true(b.trace.is_whole);
    else assert_int_equal(b.error.failure, PIL_FAILURE_MEMORY);
    failures += !done;
    pil_arena_free(&arena);
  }
  assert_true(done && failures > 3);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_and_stops_at_what_does_not_hold),
      cmocka_unit_test(test_or_and_what_is_never_met),
      cmocka_unit_test(test_elseif_takes_one_way),
      cmocka_unit_test(test_the_line_tells_how_it_is_written),
      cmocka_unit_test(test_operands_are_named_as_far_as_they_can_be),
      cmocka_unit_test(test_loops_are_followed_turn_by_turn),
      cmocka_unit_test(test_long_loops_are_not_turned_into_others),
      cmocka_unit_test(test_helpers_and_modules),
      cmocka_unit_test(test_what_is_given_as_an_array),
      cmocka_unit_test(test_what_cannot_be_followed_says_why),
      cmocka_unit_test(test_stock_lua_executes_the_same_lines),
      cmocka_unit_test(test_no_memory_at_any_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
