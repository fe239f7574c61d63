/* A policy through the public interface: in steps, stopped, and out of memory anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../engine/policy/policy_run.h"
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
    "segments: kind\npriority: \"= d.novel and 0 or 3\"\nmask: [score, customer]\noutputs: {within_target: {goal: at least 0.5}}\n";

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

/* ---- the queue's own sums ---- */

static void a_queue_that_contradicts_itself_is_an_error(void **state) {
  (void)state;
  pil_error error = {0};
  pil_queue_answer answer = {.human_count = 5, .wait_minutes = 1e6, .queue_minutes = 1e6 * (1 + 5e-10), .days_minutes = 1e4};
  assert_true(pil_policy_check_little(&answer, 7, &error));
  answer.queue_minutes = 1e6 * (1 + 3e-9);
  assert_false(pil_policy_check_little(&answer, 7, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERNAL);
  assert_int_equal(error.trial, 7);
  assert_non_null(strstr(error.text, "trial 7: the queue contradicts Little's law by 3e-09"));
  /* A timeout of a few microseconds after ten years is as exact as the clock. */
  answer = (pil_queue_answer){.human_count = 5, .late_count = 5, .wait_minutes = 5e-4, .queue_minutes = 5e-4 + 1e-9,
                              .days_minutes = 5e6};
  assert_true(pil_policy_check_little(&answer, 7, &error));
  answer.late_count = 0;
  assert_false(pil_policy_check_little(&answer, 7, &error));
  answer.queue_minutes = NAN;
  assert_false(pil_policy_check_little(&answer, 7, &error));
}

/* ---- staff needed ---- */

enum { FIRST_TRIALS = 30 };

static double share_with(const pil_policy *policy, size_t which, double reviewers) {
  pil_error error;
  pil_policy_desk desk;
  pil_desk people = policy->desk;
  double human = 0, within = 0;
  people.count = reviewers;
  assert_true(pil_policy_desk_open(&desk, policy, which, &error));
  for (uint64_t trial = 1; trial <= FIRST_TRIALS; trial++) {
    pil_queue_answer answer;
    assert_true(pil_policy_desk_decide(&desk, trial, &error));
    const pil_queue_trial decisions = pil_policy_queue_trial(&desk.trial);
    assert_true(pil_queue_reserve(desk.queue, desk.trial.capacity, &people, &error));
    pil_queue_load(desk.queue, &decisions);
    pil_queue_serve(desk.queue, &people, NULL, NULL, &answer);
    human += (double)answer.human_count;
    within += (double)answer.within_count;
  }
  pil_policy_desk_close(&desk);
  return within / human;
}

/* Whatever the scenario's own number: the first that does, found in a few tries from Erlang's guess. */
static void staff_needed_is_the_first_that_does(void **state) {
  (void)state;
  static const char *const sets[][2] = {{"reviewers.count=2", "decisions.per_day=20"},
                                        {"reviewers.count=9000", "decisions.per_day=20"},
                                        {"reviewers.count=0", "decisions.per_day=2000"},
                                        {"reviewers.count=40", "decisions.per_day=1"}};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    pil_options options = {.trials = FIRST_TRIALS, .threads = 1, .settings = sets[i], .setting_count = 2};
    pil_error error = {0};
    pil_policy *policy = pil_policy_load(paths[0], &options, &error);
    if (policy == NULL) fail_msg("%s", error.text);
    for (size_t which = 0; which < policy->script_count; which++) {
      pil_policy_needed needed;
      int64_t first = 0;
      while (share_with(policy, which, (double)first) < policy->wanted_share) first++;
      assert_true(pil_policy_staff(policy, which, &needed, &error));
      assert_true(needed.is_found);
      assert_int_equal(needed.count, first);
      assert_in_range(needed.tries, 2, 8);
    }
    pil_policy_free(policy);
  }
}

/* ---- memory ---- */

/* The most memory that a run of so many trials held, in KiB, in a process of its own. */
static long peak_of(uint64_t trials) {
  struct rusage used;
  int status;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    pil_options options = {.trials = trials, .threads = 1};
    pil_error error = {0};
    _exit(run_whole(&options, trials, NULL, PIL_FORMAT_JSON, &error) ? 0 : 1);
  }
  assert_int_equal(wait4(child, &status, 0, &used), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return used.ru_maxrss;
}

/* A trial leaves its record of outputs in the table, 17 numbers of 8 bytes for each of two policies, and nothing of
 * its 60 decisions (2.8 KB for each policy). Sorted copies of columns are made of the record. */
static void memory_does_not_grow_with_the_decisions(void **state) {
  (void)state;
  long few = peak_of(1000), many = peak_of(9000);
  if (many - few > 3 * 8000 * 2 * 17 * 8 / 1024 + 4096) fail_msg("%ld KiB for 1000 trials, %ld KiB for 9000", few, many);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_does_not_grow_with_the_decisions), /* first: a child begins with its parent's memory */
      cmocka_unit_test(steps_give_what_the_whole_gives),
      cmocka_unit_test(a_stopped_policy_is_written_as_partial),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(checking_and_replaying_may_run_out_of_memory),
      cmocka_unit_test(a_queue_that_contradicts_itself_is_an_error),
      cmocka_unit_test(staff_needed_is_the_first_that_does),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
