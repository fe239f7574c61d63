/* A policy through the public interface: in steps, stopped, and out of memory anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "whole_run.h"

static const char script[] = "return function(d, p)\n"
                             "  if d.kind == \"big\" or draw.bernoulli(0.1, \"look\") then return \"review\", \"big\" end\n"
                             "  return \"auto\"\n"
                             "end\n";
static const char other[] = "return function(d, p) return d.score > 0.5 and \"exception\" or \"auto\" end\n";
static const char items[] = "kind,score,novel\nbig,0.2,0\nsmall,0.7,1\nsmall,,1\n";
static const char scenario_text[] =
    "policy: score.lua\ncompare: other.lua\ntrials: 30\n"
    "decisions: {file: items.csv, per_day: {poisson: {mean: 20}}, days: 3, arrivals: [1, 2],\n"
    "  fields: {novel: boolean, extra: {uniform: [0, 1]}}}\n"
    "wrong: \"= d.score * d.extra\"\nloss: \"= 10\"\n"
    "levels: {review: {minutes: 5 to 20, catches: 0.8, disturbs: 0.1}, exception: {minutes: 3, rounds: {poisson: 1}}}\n"
    "reviewers: {count: 2, hours_per_day: 7, cost_per_hour: 40, shrinkage: 0.2, fatigue: 0.05}\n"
    "service: {target_minutes: 10, timeout: 60, on_timeout: decline}\n"
    "segments: kind\nmask: [score]\noutputs: {within_target: {goal: at least 0.5}}\n";

static const char *const whole_texts[WHOLE_TEXTS] = {scenario_text, script, other, items};

static void steps_give_what_the_whole_gives(void **state) {
  (void)state;
  json_t *answers[2];
  for (int i = 0; i < 2; i++) {
    pil_options options = {.threads = i == 0 ? 1 : 3, .lanes = i == 0 ? 512 : 7};
    pil_error error = {0};
    if (!run_whole(&options, i == 0 ? 30 : 8, NULL, PIL_FORMAT_JSON, &error)) fail_msg("%s", error.text);
    answers[i] = read_answer();
  }
  assert_true(json_equal(json_object_get(answers[0], "variants"), json_object_get(answers[1], "variants")));
  assert_int_equal(json_array_size(json_object_get(answers[0], "variants")), 2);
  json_decref(answers[0]);
  json_decref(answers[1]);
}

static void a_stopped_policy_is_written_as_partial(void **state) {
  (void)state;
  pil_options options = {.trials = 4000000, .threads = 2};
  pil_error error = {0};
  assert_false(run_whole(&options, 4000000, stop_at_once, PIL_FORMAT_JSON, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  json_t *root = read_answer();
  assert_true(json_is_true(json_object_get(root, "partial")));
  json_decref(root);
}

/* The n-th allocation and all after it fail: an error about memory, no crash, no leak. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  for (int format = PIL_FORMAT_TEXT; format <= PIL_FORMAT_CSV; format++) {
    pil_options options = {.trials = 4, .threads = 1, .lanes = 16};
    bool finished = false;
    for (uint64_t n = 1; !finished && n < 200000; n += n < 800 ? 1 : 11) {
      pil_error error = {0};
      pil_memory_fail_from(n);
      finished = run_whole(&options, 4, NULL, (pil_format)format, &error);
      pil_memory_fail_from(0);
      if (!finished && error.failure != PIL_FAILURE_MEMORY) fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
    }
    assert_true(finished);
  }
}

static void checking_and_replaying_may_run_out_of_memory(void **state) {
  (void)state;
  bool finished = false;
  for (uint64_t n = 1; !finished && n < 200000; n += n < 800 ? 1 : 11) {
    pil_error error = {0};
    pil_memory_fail_from(n);
    pil_scenario *scenario = pil_scenario_load(paths[0], NULL, &error);
    finished = scenario != NULL && pil_scenario_check(scenario, NULL, NULL, &error) &&
               pil_scenario_write_trial(scenario, 3, PIL_FORMAT_TEXT, false, paths[4], &error);
    pil_scenario_free(scenario);
    pil_memory_fail_from(0);
    if (!finished && error.failure != PIL_FAILURE_MEMORY) fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
  }
  assert_true(finished);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_give_what_the_whole_gives),
      cmocka_unit_test(a_stopped_policy_is_written_as_partial),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(checking_and_replaying_may_run_out_of_memory),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
