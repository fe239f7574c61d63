/* Decisions and differences through their jobs: out of memory anywhere, and fields whose texts or kinds change on the way.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/governance/decide.h"
#include "../engine/governance/diff.h"
#include "../engine/report/render.h"
#include "files.h"

static const char *const names[] = {"policy.lua", "old.lua", "rules.lua", "plan.yaml", "rows.csv", "rows.jsonl", "log.jsonl", "many.csv"};
enum { POLICY, OLD, RULES, PLAN, ROWS, JSON, LOG, MANY, FILES };
static const char *const texts[] = {
    "local rules = require \"rules\"\n"
    "return function(d, p)\n"
    "  if d.amount > p.limit then return \"review\", \"large \" .. d.kind end\n"
    "  if d.double > 100 then return \"exception\" end\n"
    "  if rules.odd(d) then return \"collaborate\" end\n"
    "  return \"auto\"\n"
    "end\n",
    "return function(d) return d.novel and \"review\" or \"auto\" end\n",
    "return {odd = function(d) return d.kind == \"odd\" and d.novel end}\n",
    "policy: policy.lua\nsettings: {limit: 10}\nmask: [secret]\n"
    "decisions: {per_day: 3, fields: {amount: {uniform: [0, 20]}, kind: {discrete: {values: [odd, even]}}, novel: {bernoulli: 0.5},\n"
    "  double: \"= d.amount * 20\"}}\n"
    "wrong: \"= d.novel\"\nloss: \"= d.amount\"\n"
    "levels: {review: {minutes: 1, catches: 1}, exception: {minutes: 1, catches: 1}, collaborate: {minutes: 1, catches: 1}}\n"
    "reviewers: {count: 1, hours_per_day: 8, cost_per_hour: 1}\n",
    "id,amount,kind,novel,secret\n1,3,odd,true,s\n2,12,new,false,s\n3,x,odd,true,s\n4,6.5,odd,0,s\n5,1,odd,1,s\n6,2\n",
    "{\"amount\": 3, \"kind\": \"odd\", \"novel\": true}\n{\"amount\": 4, \"kind\": \"odd\", \"novel\": null}\n"
    "{\"amount\": 6, \"novel\": false, \"kind\": \"rare\", \"later\": [1]}\n",
};

static char folder[] = "/tmp/pilotage-decide-XXXXXX", paths[FILES][128];

static int make_files(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  for (int i = 0; i < FILES; i++) snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
  for (int i = 0; i < LOG; i++) write_file(paths[i], texts[i]);
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  for (int i = 0; i < FILES; i++) unlink(paths[i]);
  return rmdir(folder);
}

static bool decide(const char *policy_path, const char *input, pil_engine engine, uint64_t *faults, pil_error *error) {
  const pil_options options = {.engine = engine};
  const pil_decide_request request = {.input = input, .log_path = paths[LOG]};
  pil_arena arena = {0};
  pil_text text = {0};
  unlink(paths[LOG]);
  pil_policy *policy = pil_policy_open(policy_path, &options, error);
  pil_document *document = pil_document_new(&arena);
  bool good = policy != NULL && (document != NULL || pil_error_memory(error)) &&
              pil_policy_decide(policy, &request, document, faults, error) && pil_render_json(document, &text, error);
  pil_text_free(&text);
  pil_arena_free(&arena);
  pil_policy_free(policy);
  return good;
}

static bool diff(const char *input, pil_error *error) {
  const pil_options options = {0};
  const pil_diff_request request = {.input = input, .example_count = 2};
  uint64_t counts[PIL_SHIFTS], faults;
  pil_arena arena = {0};
  pil_text text = {0};
  pil_policy *old_policy = pil_policy_open(paths[OLD], &options, error);
  pil_policy *new_policy = old_policy == NULL ? NULL : pil_policy_open(paths[PLAN], &options, error);
  pil_document *document = pil_document_new(&arena);
  bool good = new_policy != NULL && (document != NULL || pil_error_memory(error)) &&
              pil_policy_diff(old_policy, new_policy, &request, document, counts, &faults, error) &&
              pil_render_text(document, false, &text, error);
  pil_text_free(&text);
  pil_arena_free(&arena);
  pil_policy_free(old_policy);
  pil_policy_free(new_policy);
  return good;
}

/* Counts the log's lines that hold a text. */
static size_t count_lines(const char *wanted) {
  char line[4096];
  size_t count = 0;
  FILE *file = fopen(paths[LOG], "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) count += strstr(line, wanted) != NULL;
  fclose(file);
  return count;
}

/* 6.5 × 20 is over 100; the fourth row makes whole amounts a column of floats, the second brings a new kind. */
static void computed_fields_new_texts_and_kinds(void **state) {
  (void)state;
  for (int engine = PIL_ENGINE_LANES; engine <= PIL_ENGINE_SCALAR; engine++) {
    pil_error error = {0};
    uint64_t faults;
    if (!decide(paths[PLAN], paths[ROWS], (pil_engine)engine, &faults, &error)) fail_msg("%s", error.text);
    assert_int_equal(faults, 2);
    assert_int_equal(count_lines("\"level\":\"collaborate\""), 2);
    assert_int_equal(count_lines("\"reason\":\"large new\""), 1);
    assert_int_equal(count_lines("\"level\":\"exception\""), 1);
    assert_int_equal(count_lines("\"modules\":{"), 6);
    assert_int_equal(count_lines("secret"), 0);
    if (!decide(paths[PLAN], paths[JSON], (pil_engine)engine, &faults, &error)) fail_msg("%s", error.text);
    assert_int_equal(faults, 1);
    assert_int_equal(count_lines("\"level\":\"exception\""), 1);
  }
}

/* A field of more texts than lanes take: the batch that brings too many is read again, and later ones go on. */
static void texts_that_never_end(void **state) {
  (void)state;
  enum { ROWS_WRITTEN = 9000 };
  FILE *file = fopen(paths[MANY], "w");
  assert_non_null(file);
  fputs("amount,kind,novel\n", file);
  for (int i = 0; i < ROWS_WRITTEN; i++) {
    if (i < 5000) fprintf(file, "%d,%s,true\n", i % 20, i % 3 == 0 ? "odd" : "even");
    else fprintf(file, "%d,kind-%d,true\n", i % 20, i % 7 == 0 ? i : 1);
  }
  fclose(file);
  for (int engine = PIL_ENGINE_LANES; engine <= PIL_ENGINE_SCALAR; engine++) {
    pil_error error = {0};
    uint64_t faults;
    if (!decide(paths[PLAN], paths[MANY], (pil_engine)engine, &faults, &error)) fail_msg("%s", error.text);
    assert_int_equal(faults, 0);
    size_t large = 0, odd = 0;
    for (int i = 0; i < ROWS_WRITTEN; i++) {
      large += i % 20 > 10;
      odd += i < 5000 && i % 3 == 0 && i % 20 <= 5;
    }
    assert_int_equal(count_lines("\"reason\":\"large "), large);
    assert_int_equal(count_lines("\"level\":\"collaborate\""), odd);
    assert_int_equal(count_lines("\"reason\":\"large kind-8995\""), 1);
  }
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  for (int kind = 0; kind < 4; kind++) {
    bool finished = false;
    for (uint64_t n = 1; !finished && n < 200000; n += n < 1500 ? 1 : 23) {
      pil_error error = {0};
      uint64_t faults;
      pil_memory_fail_from(n);
      finished = kind == 0   ? decide(paths[PLAN], paths[ROWS], PIL_ENGINE_LANES, &faults, &error)
                 : kind == 1 ? decide(paths[OLD], paths[JSON], PIL_ENGINE_SCALAR, &faults, &error)
                             : diff(paths[kind == 2 ? ROWS : JSON], &error);
      pil_memory_fail_from(0);
      if (!finished && error.failure != PIL_FAILURE_MEMORY)
        fail_msg("kind %d, allocation %llu: %s", kind, (unsigned long long)n, error.text);
    }
    assert_true(finished);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(computed_fields_new_texts_and_kinds),
      cmocka_unit_test(texts_that_never_end),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
