/* Asking a policy about single decisions: tests, coverage and explanations with memory that fails at any place, and the
 * search for the smallest change.
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
#include "../engine/data/yaml.h"
#include "../engine/governance/explain.h"
#include "../engine/governance/policy_tests.h"
#include "../engine/report/render.h"

static const char script[] =
    "local function is_odd(kind) return kind == \"odd\" end\n"
    "return function(d, p)\n"
    "  if d.amount > p.limit or is_odd(d.kind) then return \"review\", \"why \" .. d.kind end\n"
    "  if not d.known and d.n >= 3 then return \"exception\" end\n"
    "  return \"auto\"\n"
    "end\n";
static const char tests_file[] =
    "return {policy = \"p.yaml\", cases = {\n"
    "  {name = \"a\", d = {amount = 101, kind = \"odd\"}, level = \"review\", reason = \"why odd\"},\n"
    "  {name = \"b\", d = {amount = 1, kind = \"x\", known = true}, level = \"auto\", settings = {limit = 2}},\n"
    "  {name = \"c\", d = {amount = 1, kind = \"x\", known = true}, level = \"review\"}},\n"
    "  test_f = function(decide) assert(decide({amount = 1, kind = \"y\", known = true}) == \"auto\") end}\n";
static const char scenario[] = "policy: p.lua\n"
                               "settings: {limit: 100}\n"
                               "decisions:\n"
                               "  per_day: 5\n"
                               "  fields:\n"
                               "    amount: {normal: {mean: 80, sd: 20}}\n"
                               "    kind: {discrete: {values: [x, y], weights: [1, 1]}}\n"
                               "    known: {bernoulli: 0.5}\n"
                               "    n: {discrete: {values: [0, 1, 2, 3]}}\n"
                               "levels: {review: {minutes: 5}, exception: {minutes: 5}, collaborate: {minutes: 5}}\n"
                               "reviewers: {count: 1, hours_per_day: 8, cost_per_hour: 30}\n";

typedef struct bench {
  char folder[64], lua[96], yaml[96], test[96];
} bench;

static void write_file(char path[96], const char *folder, const char *name, const char *text) {
  snprintf(path, 96, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void bench_open(bench *b) {
  *b = (bench){.folder = "/tmp/pil-unit-XXXXXX"};
  assert_non_null(mkdtemp(b->folder));
  write_file(b->lua, b->folder, "p.lua", script);
  write_file(b->yaml, b->folder, "p.yaml", scenario);
  write_file(b->test, b->folder, "p_test.lua", tests_file);
}

static void bench_close(bench *b) {
  unlink(b->lua);
  unlink(b->yaml);
  unlink(b->test);
  rmdir(b->folder);
}

/* ---- memory ---- */

static bool run_folder(const bench *b, size_t *passed, size_t *covered, pil_error *error) {
  pil_arena arena = {0};
  pil_text text = {0};
  pil_policy_tests tests = {.arena = &arena, .wants_coverage = true};
  const char *paths[] = {b->folder};
  bool good = pil_policy_tests_run(&tests, paths, 1, NULL, NULL, error) && pil_policy_tests_text(&tests, true, &text, error);
  *passed = tests.passed;
  *covered = good && strstr(pil_text_get(&text), "lines 4 of 4, branches 5 of 10") != NULL;
  if (good && tests.unreadable > 0) { /* a file is not to blame for memory that is not there */
    assert_non_null(strstr(tests.files[0].unreadable, "emory"));
    good = pil_error_memory(error);
  }
  for (size_t i = 0; good && tests.failed > 1 && i < tests.files[0].test_count; i++)
    if (tests.files[0].tests[i].error != NULL) assert_non_null(strstr(tests.files[0].tests[i].error, "emory"));
  if (good && tests.failed > 1) good = pil_error_memory(error);
  pil_text_free(&text);
  pil_arena_free(&arena);
  return good;
}

static void test_tests_without_memory(void **unused) {
  (void)unused;
  bench b;
  pil_error error;
  size_t passed, covered;
  bench_open(&b);
  assert_true(run_folder(&b, &passed, &covered, &error));
  assert_int_equal(passed, 3);
  assert_true(covered);
  bool done = false;
  uint64_t n = 1, failures = 0;
  for (; !done && n < 200000; n += 1 + n / 40) {
    pil_memory_fail_from(n);
    done = run_folder(&b, &passed, &covered, &error);
    pil_memory_fail_from(0);
    failures += !done;
    if (!done) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  assert_true(done && failures > 50);
  assert_int_equal(passed, 3);
  bench_close(&b);
}

static bool run_explain(const bench *b, pil_error *error) {
  pil_arena arena = {0};
  pil_text text = {0};
  pil_document *document = pil_document_new(&arena);
  const pil_explain_request request = {.policy = b->yaml, .decision = "{amount: 90, kind: x, known: false, n: 2}"};
  bool good = (document != NULL || pil_error_memory(error)) && pil_explain(&request, document, error) &&
              pil_render_text(document, false, &text, error);
  if (good) {
    assert_non_null(strstr(pil_text_get(&text), "just above 100"));
    assert_non_null(strstr(pil_text_get(&text), "\"odd\""));
  }
  pil_text_free(&text);
  pil_arena_free(&arena);
  return good;
}

static void test_explanations_without_memory(void **unused) {
  (void)unused;
  bench b;
  pil_error error;
  bench_open(&b);
  assert_true(run_explain(&b, &error));
  bool done = false;
  uint64_t n = 1, failures = 0;
  for (; !done && n < 200000; n += 1 + n / 40) {
    pil_memory_fail_from(n);
    done = run_explain(&b, &error);
    pil_memory_fail_from(0);
    failures += !done;
    if (!done) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  assert_true(done && failures > 50);
  bench_close(&b);
}

/* ---- deciders that are kept ---- */

static void ask(pil_subject *subject, const char *decision, const char *level, const char *reason) {
  pil_arena arena = {0};
  pil_value *map;
  pil_decision read;
  pil_ruling ruling;
  pil_error error;
  assert_true(pil_yaml_read(&arena, "d", decision, strlen(decision), &map, &error));
  if (!pil_decision_read(subject->policy, &arena, map, &read, &error)) fail_msg("%s", error.text);
  if (!pil_subject_decide(subject, &read, NULL, &arena, &ruling, &error)) fail_msg("%s", error.text);
  assert_string_equal(pil_level_names[ruling.level], level);
  if (reason == NULL) assert_null(ruling.reason);
  else assert_string_equal(ruling.reason, reason);
  pil_arena_free(&arena);
}

static void test_a_decider_is_kept_while_decisions_look_alike(void **unused) {
  (void)unused;
  bench b;
  pil_error error;
  bench_open(&b);
  pil_subject *subject = pil_subject_open(b.yaml, &error);
  assert_non_null(subject);
  ask(subject, "{amount: 101, kind: x}", "review", "why x");
  const pil_decider *first = subject->decider;
  ask(subject, "{amount: 102, kind: x}", "review", "why x");
  assert_ptr_equal(subject->decider, first);
  ask(subject, "{amount: 3, kind: odd}", "review", "why odd"); /* a new text: another one, which knows both */
  const pil_decider *second = subject->decider;
  ask(subject, "{amount: 101, kind: x}", "review", "why x");
  ask(subject, "{amount: 3, kind: odd}", "review", "why odd");
  assert_ptr_equal(subject->decider, second);
  ask(subject, "{amount: 3, kind: x, known: false, n: 3}", "exception", NULL);
  ask(subject, "{amount: 3, kind: x, known: true, n: 3}", "auto", NULL);
  ask(subject, "{amount: 101, kind: z}", "review", "why z");
  pil_subject_free(subject);
  bench_close(&b);
}

/* ---- the search ---- */

typedef struct expected {
  const char *field;
  double to;
  uint8_t level;
} expected;

static void explain(const char *policy, const char *decision, const expected *changes, size_t count) {
  pil_arena arena = {0};
  pil_value *map;
  pil_error error;
  pil_explanation e = {.arena = &arena, .subject = pil_subject_open(policy, &error)};
  assert_non_null(e.subject);
  assert_true(pil_yaml_read(&arena, "d", decision, strlen(decision), &map, &error));
  assert_true(pil_decision_read(e.subject->policy, &arena, map, &e.decision, &error));
  assert_true(pil_subject_decide(e.subject, &e.decision, NULL, &arena, &e.ruling, &error));
  assert_true(pil_subject_trace(e.subject, &e.decision, NULL, &arena, &e.ruling, NULL, NULL, &e.trace, &error));
  assert_true(pil_explain_changes(&e, &error));
  double before = 0;
  for (size_t i = 0; i < e.change_count; i++) {
    assert_true(e.changes[i].distance >= before);
    before = e.changes[i].distance;
  }
  for (size_t i = 0; i < count; i++) {
    bool found = false;
    for (size_t k = 0; k < e.change_count; k++)
      found = found || (strcmp(e.decision.fields[e.changes[k].field].name, changes[i].field) == 0 &&
                        e.changes[k].to == changes[i].to && e.changes[k].level == changes[i].level);
    if (!found) fail_msg("%s is not changed to %.17g", changes[i].field, changes[i].to);
  }
  assert_int_equal(e.change_count, count);
  pil_subject_free(e.subject);
  pil_arena_free(&arena);
}

static void test_edges_are_exact(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b);
  write_file(b.lua, b.folder, "p.lua", "return function(d)\n"
                                       "  if d.x * 3 > 10 then return \"review\" end\n"
                                       "  if d.k == 7 then return \"exception\" end\n"
                                       "  if d.k < -4 then return \"collaborate\" end\n"
                                       "  return \"auto\"\n"
                                       "end\n");
  double edge = 10.0 / 3;
  while (edge * 3 > 10) edge = nextafter(edge, 0);
  while (!(edge * 3 > 10)) edge = nextafter(edge, 10);
  const expected changes[] = {
      {"x", edge, PIL_LEVEL_REVIEW}, {"k", 7, PIL_LEVEL_EXCEPTION}, {"k", -5, PIL_LEVEL_COLLABORATE}};
  explain(b.lua, "{x: 0.5, k: 2}", changes, 3);
  const expected back[] = {{"x", nextafter(edge, 0), PIL_LEVEL_AUTO}};
  explain(b.lua, "{x: 1e9, k: 2}", back, 1);
  const expected whole[] = {{"x", 4, PIL_LEVEL_REVIEW}, {"k", 6, PIL_LEVEL_AUTO}, {"k", 8, PIL_LEVEL_AUTO},
                            {"k", -5, PIL_LEVEL_COLLABORATE}};
  explain(b.lua, "{x: -3, k: 7}", whole, 4);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tests_without_memory),
      cmocka_unit_test(test_explanations_without_memory),
      cmocka_unit_test(test_a_decider_is_kept_while_decisions_look_alike),
      cmocka_unit_test(test_edges_are_exact),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
