/* Frontiers: which points are efficient, against all pairs; and the job, in any number of threads, stopped, and out
 * of memory anywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/policy/frontier.h"

#include <math.h>

#include "../engine/study/frontier.h"
#include "whole_run.h"

static const char script[] =
    "return function(d, p)\n"
    "  if d.kind == \"big\" and draw.bernoulli(0.5, \"look\") then return \"review\", \"big\" end\n"
    "  if d.sure < p.limit then return \"exception\" end\n"
    "  return \"auto\"\n"
    "end\n";
static const char other[] = "return function(d, p) return d.nothing > 0.5 and \"exception\" or \"auto\" end\n";
static const char items[] = "kind,sure\nbig,0.9\nsmall,0.7\nsmall,0.2\nbig,0.4\nsmall,0.95\n";
static const char scenario_text[] =
    "policy: score.lua\ntrials: 20\nsettings: {limit: 0.5, tries: 1}\n"
    "decisions: {file: items.csv, per_day: {poisson: {mean: 12}}, days: 2, fields: {extra: {uniform: [0, 1]}}}\n"
    "wrong: \"= (1 - d.sure) * d.extra\"\nloss: \"= 10 * d.extra\"\n"
    "levels: {review: {minutes: 5 to 20, catches: 0.8, disturbs: 0.1}, exception: {minutes: 3, catches: 0.6}}\n"
    "reviewers: {count: 2, hours_per_day: 7, cost_per_hour: 40}\nservice: {target_minutes: 10}\n";

static const char *const whole_texts[WHOLE_TEXTS] = {scenario_text, script, other, items};

/* ---- what is efficient ---- */

static size_t next_random(uint64_t *state, size_t below) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (size_t)(*state >> 33) % below;
}

static void check_ways(pil_tradeoff *ways, size_t count) {
  pil_tradeoff before[64];
  memcpy(before, ways, count * sizeof *ways);
  size_t found = pil_frontier_find(ways, count);
  bool seen[64] = {false};
  for (size_t i = 0; i < count; i++) {
    assert_false(seen[ways[i].index]);
    seen[ways[i].index] = true;
    assert_memory_equal(&ways[i], &before[ways[i].index], sizeof *ways);
    bool beaten = false;
    for (size_t j = 0; j < count; j++) {
      const double *a = before[j].costs, *b = ways[i].costs;
      beaten = beaten || (a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]));
    }
    assert_int_equal(!beaten, i < found);
    if (i > 0 && i < found) assert_true(ways[i].costs[0] >= ways[i - 1].costs[0]);
  }
}

static void efficient_are_those_that_no_other_beats(void **unused) {
  (void)unused;
  uint64_t state = 9;
  for (int round = 0; round < 4000; round++) {
    pil_tradeoff ways[64];
    size_t count = next_random(&state, 40), grain = 1 + next_random(&state, 30);
    for (size_t i = 0; i < count; i++)
      ways[i] = (pil_tradeoff){{(double)next_random(&state, grain), (double)next_random(&state, grain)}, i};
    check_ways(ways, count);
  }
}

/* ---- the job ---- */

static bool run_frontier(const pil_options *options, const char *first, const char *second, pil_tick *tick,
                         pil_format format, pil_error *error) {
  static const double cap = 0.7;
  const char *varied[] = {first, second};
  const pil_frontier_request request = {.options = options,
                                        .varied = varied,
                                        .varied_count = second == NULL ? 1 : 2,
                                        .confidence = "d.sure",
                                        .staff = 1,
                                        .cap = &cap};
  pil_frontier *frontier = pil_frontier_load(paths[0], &request, error);
  bool good = frontier != NULL && pil_frontier_write(frontier, tick, NULL, format, false, paths[4], error);
  pil_frontier_free(frontier);
  return good;
}

static void threads_and_engines_change_nothing(void **state) {
  (void)state;
  json_t *answers[4];
  static const pil_options ways[4] = {{.threads = 1},
                                      {.threads = 3, .lanes = 7},
                                      {.threads = 2, .engine = PIL_ENGINE_SCALAR},
                                      {.threads = 5, .lanes = 1, .isa = "portable"}};
  for (int i = 0; i < 4; i++) {
    pil_error error = {0};
    if (!run_frontier(&ways[i], "settings.limit=0:1:6", "reviewers.count=1,2", NULL, PIL_FORMAT_JSON, &error))
      fail_msg("%s", error.text);
    answers[i] = read_answer();
    assert_int_equal(json_array_size(json_object_get(answers[i], "points")), 12);
    assert_true(json_equal(answers[0], answers[i]));
  }
  for (int i = 0; i < 4; i++) json_decref(answers[i]);
}

/* What a point says is what a run of that scenario says. */
static void a_point_is_a_run(void **state) {
  (void)state;
  pil_error error = {0};
  static const pil_options plain = {.threads = 2};
  if (!run_frontier(&plain, "settings.limit=0.3,0.8", NULL, NULL, PIL_FORMAT_JSON, &error)) fail_msg("%s", error.text);
  json_t *frontier = read_answer();
  static const char *const settings[] = {"settings.limit=0.8"};
  const pil_options options = {.settings = settings, .setting_count = 1};
  if (!run_whole(&options, 20, NULL, PIL_FORMAT_JSON, &error)) fail_msg("%s", error.text);
  json_t *run = read_answer();
  json_t *outputs = json_object_get(json_array_get(json_object_get(run, "variants"), 0), "outputs");
  json_t *point = json_array_get(json_object_get(frontier, "points"), 1);
  static const char *const names[] = {"human_cost_per_decision", "missed_loss_per_decision", "total_per_decision"};
  for (int i = 0; i < 3; i++)
    assert_true(
        json_equal(json_object_get(point, names[i]), json_object_get(json_object_get(outputs, names[i]), "mean")));
  assert_true(
      json_equal(json_object_get(point, "coverage"), json_object_get(json_object_get(outputs, "auto"), "mean")));
  assert_true(json_equal(json_object_get(point, "within_target"),
                         json_object_get(json_object_get(outputs, "within_target"), "mean")));
  assert_true(json_equal(json_object_get(point, "staff_needed"),
                         json_object_get(json_object_get(outputs, "staff_needed"), "mean")));
  json_decref(frontier);
  json_decref(run);
}

static void a_stopped_frontier_is_partial(void **state) {
  (void)state;
  pil_options options = {.trials = 3000000, .threads = 2};
  pil_error error = {0};
  assert_false(run_frontier(&options, "settings.limit=0:1:6", NULL, stop_at_once, PIL_FORMAT_JSON, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  json_t *root = read_answer();
  assert_true(json_is_true(json_object_get(root, "partial")));
  assert_int_equal(json_array_size(json_object_get(root, "points")), 0);
  json_decref(root);
}

/* The n-th allocation and all after it fail: an error about memory, no crash, no leak. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  for (int format = PIL_FORMAT_TEXT; format <= PIL_FORMAT_CSV; format++) {
    pil_options options = {.trials = 4, .threads = 1, .lanes = 16};
    bool finished = false;
    for (uint64_t n = 1; !finished && n < 200000; n += n < 400 ? 1 : 17) {
      pil_error error = {0};
      pil_memory_fail_from(n);
      finished = run_frontier(&options, "settings.limit=0.2,0.9", NULL, NULL, (pil_format)format, &error);
      pil_memory_fail_from(0);
      if (!finished && error.failure != PIL_FAILURE_MEMORY)
        fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
    }
    assert_true(finished);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(efficient_are_those_that_no_other_beats),
      cmocka_unit_test(threads_and_engines_change_nothing),
      cmocka_unit_test(a_point_is_a_run),
      cmocka_unit_test(a_stopped_frontier_is_partial),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
