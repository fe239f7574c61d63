/* A sweep through the public interface: asked for and not, stopped, and out of memory anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "../engine/base/memory.h"
#include "../include/pilotage.h"
#include "files.h"

static const char script[] =
    "return function(x, p) return { npv = x.gain - p.cost, months = p.months, other = 1 } end\n";
static const char scenario_text[] =
    "rollout: sweep.lua\ntrials: 200\ninputs: {gain: {normal: [3, 2]}}\nsettings: {cost: 1, months: 3}\n"
    "outputs: {npv: {unit: EUR, goal: at least 0}, months: {goal: {by: 4}}, absent: {}}\n";

static char folder[] = "/tmp/pilotage-sweep-XXXXXX";
static char scenario_path[128], script_path[128], json_path[128];
static const char *const sweeps[] = {"settings.cost=2:4:3", "settings.months=2,5"};

static int make_files(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(scenario_path, sizeof scenario_path, "%s/sweep.yaml", folder);
  snprintf(script_path, sizeof script_path, "%s/sweep.lua", folder);
  snprintf(json_path, sizeof json_path, "%s/answer.json", folder);
  write_file(scenario_path, scenario_text);
  write_file(script_path, script);
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  unlink(scenario_path);
  unlink(script_path);
  unlink(json_path);
  return rmdir(folder);
}

/* Loads and sweeps; the answer is at json_path. */
static bool sweep_whole(const pil_options *options, pil_tick *tick, void *context, pil_format format,
                        pil_error *error) {
  pil_scenario *scenario = pil_scenario_load(scenario_path, options, error);
  bool good = scenario != NULL &&
              pil_scenario_write_sweep(scenario, tick, context, format, false, json_path, error);
  pil_scenario_free(scenario);
  return good;
}

static void a_scenario_without_a_sweep_has_none(void **state) {
  (void)state;
  pil_error error = {0};
  pil_scenario *scenario = pil_scenario_load(scenario_path, NULL, &error);
  assert_non_null(scenario);
  assert_true(pil_scenario_sweep_trials(scenario) == 0);
  assert_false(pil_scenario_write_sweep(scenario, NULL, NULL, PIL_FORMAT_JSON, false, json_path, &error));
  assert_int_equal(error.failure, PIL_FAILURE_USAGE);
  pil_scenario_free(scenario);
}

static void the_last_path_moves_fastest(void **state) {
  (void)state;
  pil_options options = {.sweeps = sweeps, .sweep_count = 2, .threads = 1};
  pil_error error = {0};
  pil_scenario *scenario = pil_scenario_load(scenario_path, &options, &error);
  assert_non_null(scenario);
  assert_true(pil_scenario_sweep_trials(scenario) == 6 * 200);
  pil_scenario_free(scenario);
  assert_true(sweep_whole(&options, NULL, NULL, PIL_FORMAT_JSON, &error));
  json_t *root = json_load_file(json_path, 0, NULL), *points = json_object_get(root, "points");
  static const double expected[6][2] = {{2, 2}, {2, 5}, {3, 2}, {3, 5}, {4, 2}, {4, 5}};
  assert_int_equal(json_array_size(points), 6);
  for (size_t i = 0; i < 6; i++) {
    json_t *point = json_array_get(points, i), *values = json_object_get(point, "values");
    json_t *months = json_object_get(json_object_get(point, "outputs"), "months");
    for (size_t v = 0; v < 2; v++)
      assert_true(json_number_value(json_array_get(values, v)) == expected[i][v]);
    assert_true(json_number_value(json_object_get(months, "mean")) == expected[i][1]);
    double met = json_number_value(json_object_get(json_object_get(months, "goal"), "probability"));
    assert_true(met == (expected[i][1] <= 4));
    assert_null(json_object_get(json_object_get(point, "outputs"), "absent")); /* listed, never returned */
  }
  json_decref(root);
}

static bool stop_at_once(void *context, uint64_t finished) {
  *(uint64_t *)context = finished;
  return false;
}

/* Stopped in its first point, there is an answer without points. */
static void a_stopped_sweep_is_written_as_partial(void **state) {
  (void)state;
  static const char slow[] = "return function(x, p) local s = 0.0 for i = 1, 30000000 do s = s + i * x.gain end "
                             "return { npv = s } end\n";
  write_file(script_path, slow);
  pil_options options = {.sweeps = sweeps, .sweep_count = 1, .threads = 1, .engine = PIL_ENGINE_SCALAR};
  pil_error error = {0};
  uint64_t finished = 77;
  assert_false(sweep_whole(&options, stop_at_once, &finished, PIL_FORMAT_JSON, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  assert_true(finished == 0);
  json_t *root = json_load_file(json_path, 0, NULL);
  assert_true(json_is_true(json_object_get(root, "partial")));
  assert_int_equal(json_array_size(json_object_get(root, "points")), 0);
  assert_int_equal(json_array_size(json_object_get(root, "break_even")), 0);
  json_decref(root);
  write_file(script_path, script);
}

/* The n-th allocation and all after it fail: an error about memory, no crash, no leak. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  for (int format = PIL_FORMAT_TEXT; format <= PIL_FORMAT_CSV; format++) {
    for (size_t paths = 1; paths <= 2; paths++) {
      pil_options options = {.trials = 5, .threads = 1, .sweeps = sweeps, .sweep_count = paths};
      bool finished = false;
      for (uint64_t n = 1; !finished && n < 200000; n += n < 400 ? 1 : 7) {
        pil_error error = {0};
        pil_memory_fail_from(n);
        finished = sweep_whole(&options, NULL, NULL, (pil_format)format, &error);
        pil_memory_fail_from(0);
        if (!finished && error.failure != PIL_FAILURE_MEMORY)
          fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
      }
      assert_true(finished);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_scenario_without_a_sweep_has_none),
      cmocka_unit_test(the_last_path_moves_fastest),
      cmocka_unit_test(a_stopped_sweep_is_written_as_partial),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
