/* A backlog through the public interface: in steps, stopped, and out of memory anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "whole_run.h"

static const char script[] = "return function(item, p)\n"
                             "  return item.gain / item.effort + draw.normal(0, 0.1, \"luck\"), item.kind\n"
                             "end\n";
static const char other[] = "return function(item, p) return item.gain end\n";
static const char items[] = "name,gain,effort,kind,printed\na,5,2,big,2.5\nb,3 to 9,1,small,\nc,4,1,small,5\n";
static const char scenario_text[] =
    "score: [score.lua, other.lua]\ntrials: 600\ntop: 2\n"
    "items: {file: items.csv, name: name, published: printed}\n"
    "fields: {gain: {times: 0.5 to 2}, effort: {plus: {uniform: [0, 1]}, min: 0.5}}\n"
    "shared: {gain: {times: 0.8 to 1.2}}\n"
    "goals: {field: kind, required: true}\n"
    "portfolio: {budget: 8, cost: gain, value: score, needs: {a: [b]}, at_most: 3}\n";

static const char *const whole_texts[WHOLE_TEXTS] = {scenario_text, script, other, items};

static void steps_give_what_the_whole_gives(void **state) {
  (void)state;
  json_t *answers[2];
  for (int i = 0; i < 2; i++) {
    pil_options options = {.threads = i == 0 ? 1 : 3, .lanes = 64};
    pil_error error = {0};
    if (!run_whole(&options, i == 0 ? 600 : 70, NULL, PIL_FORMAT_JSON, &error)) fail_msg("%s", error.text);
    answers[i] = read_answer();
  }
  assert_true(json_equal(json_object_get(answers[0], "formulas"), json_object_get(answers[1], "formulas")));
  assert_true(json_equal(json_object_get(answers[0], "portfolio"), json_object_get(answers[1], "portfolio")));
  assert_int_equal(json_array_size(json_object_get(answers[0], "formulas")), 2);
  json_decref(answers[0]);
  json_decref(answers[1]);
}

static void a_stopped_backlog_is_written_as_partial(void **state) {
  (void)state;
  pil_options options = {.trials = 40000000, .threads = 2};
  pil_error error = {0};
  assert_false(run_whole(&options, 40000000, stop_at_once, PIL_FORMAT_JSON, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  json_t *root = read_answer();
  assert_true(json_is_true(json_object_get(root, "partial")));
  assert_null(json_object_get(root, "portfolio"));
  json_decref(root);
}

static void names_are_those_of_the_formulas(void **state) {
  (void)state;
  pil_error error = {0};
  size_t count;
  pil_scenario *scenario = pil_scenario_load(paths[0], NULL, &error);
  pil_run *run = pil_run_new(scenario, &error);
  assert_int_equal(pil_run_variant_count(run), 2);
  assert_string_equal(pil_run_variant_name(run, 1), "other");
  assert_null(pil_run_variant_name(run, 2));
  assert_null(pil_run_column(run, 0, "score", 0, &count));
  assert_int_equal(pil_scenario_sweep_trials(scenario), 0);
  assert_false(pil_scenario_write_sweep(scenario, NULL, NULL, PIL_FORMAT_JSON, false, paths[4], &error));
  pil_run_free(run);
  pil_scenario_free(scenario);
}

/* The n-th allocation and all after it fail: an error about memory, no crash, no leak. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  for (int format = PIL_FORMAT_TEXT; format <= PIL_FORMAT_CSV; format++) {
    pil_options options = {.trials = 20, .threads = 1, .lanes = 16};
    bool finished = false;
    for (uint64_t n = 1; !finished && n < 200000; n += n < 800 ? 1 : 11) {
      pil_error error = {0};
      pil_memory_fail_from(n);
      finished = run_whole(&options, 20, NULL, (pil_format)format, &error);
      pil_memory_fail_from(0);
      if (!finished && error.failure != PIL_FAILURE_MEMORY) fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
    }
    assert_true(finished);
  }
}

static void replaying_may_run_out_of_memory(void **state) {
  (void)state;
  bool finished = false;
  for (uint64_t n = 1; !finished && n < 200000; n += n < 800 ? 1 : 11) {
    pil_error error = {0};
    pil_memory_fail_from(n);
    pil_scenario *scenario = pil_scenario_load(paths[0], NULL, &error);
    finished = scenario != NULL &&
               pil_scenario_write_trial(scenario, 3, PIL_FORMAT_TEXT, false, paths[4], &error) &&
               pil_scenario_check(scenario, NULL, NULL, &error);
    pil_scenario_free(scenario);
    pil_memory_fail_from(0);
    if (!finished && error.failure != PIL_FAILURE_MEMORY) fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
  }
  assert_true(finished);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_give_what_the_whole_gives),
      cmocka_unit_test(a_stopped_backlog_is_written_as_partial),
      cmocka_unit_test(names_are_those_of_the_formulas),
      cmocka_unit_test(every_allocation_may_fail),
      cmocka_unit_test(replaying_may_run_out_of_memory),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
