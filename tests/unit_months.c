/* Goals with a month: first passages, missing months, never, the ends of curves.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "../engine/study/months.h"

static pil_goal goal_by(pil_relation relation, double threshold, uint32_t by, bool is_of_month) {
  return (pil_goal){.relation = relation, .threshold = threshold, .text = "", .chance = 0.5, .by = by,
                    .is_of_month = is_of_month};
}

/* Five trials over three months: met in 1 and lost again, in 2, in 3, never, and in 3 after NaNs. */
static void series_are_met_at_the_first_month(void **state) {
  (void)state;
  double first[] = {1, -1, -1, -1, NAN}, second[] = {-1, 1, -1, -1, NAN}, third[] = {-1, 1, 0, -1, 5};
  const pil_column columns[] = {{"cash", 1, first}, {"cash", 2, second}, {"cash", 3, third}};
  pil_arena arena = {0};
  pil_goal_result result = {0};
  pil_error error;
  pil_goal goal = goal_by(PIL_AT_LEAST, 0, 2, false);
  assert_true(pil_months_judge_series(&arena, &goal, columns, 3, 5, &result, &error));
  assert_int_equal(result.met_count, 2);
  assert_int_equal(result.trial_count, 5);
  assert_true(result.probability == 0.4);
  assert_int_equal(result.curve_count, 3);
  assert_true(result.curve[0] == 0.2 && result.curve[1] == 0.4 && result.curve[2] == 0.8);
  goal.relation = PIL_ABOVE; /* 0 is not above 0 */
  goal.by = 3;
  assert_true(pil_months_judge_series(&arena, &goal, columns, 3, 5, &result, &error));
  assert_int_equal(result.met_count, 3);
  pil_arena_free(&arena);
}

/* More trials than are looked at together: each counts once. */
static void series_of_many_trials(void **state) {
  (void)state;
  enum { COUNT = 5000 };
  static double months[2][COUNT];
  for (int i = 0; i < COUNT; i++) {
    months[0][i] = i % 5 == 0;
    months[1][i] = i % 2 == 0;
  }
  const pil_column columns[] = {{"s", 1, months[0]}, {"s", 2, months[1]}};
  pil_arena arena = {0};
  pil_goal_result result = {0};
  pil_error error;
  pil_goal goal = goal_by(PIL_AT_LEAST, 1, 2, false);
  assert_true(pil_months_judge_series(&arena, &goal, columns, 2, COUNT, &result, &error));
  assert_int_equal(result.met_count, COUNT / 5 + COUNT / 2 - COUNT / 10);
  assert_true(result.curve[0] == 0.2);
  pil_arena_free(&arena);
}

static void months_as_outputs(void **state) {
  (void)state;
  const double cells[] = {0, 1, 2.5, 7, INFINITY, NAN, 1e300, 3};
  pil_arena arena = {0};
  pil_goal_result result = {0};
  pil_error error;
  pil_goal goal = goal_by(PIL_AT_MOST, 3, 3, true);
  assert_true(pil_months_judge_cells(&arena, &goal, cells, 8, &result, &error));
  assert_int_equal(result.met_count, 4); /* 0, 1, 2.5 and 3 */
  assert_int_equal(result.curve_count, PIL_MONTHS_CURVE);
  assert_true(result.curve[0] == 0.25 && result.curve[1] == 0.25 && result.curve[2] == 0.5);
  assert_true(result.curve[6] == 0.625 && result.curve[PIL_MONTHS_CURVE - 1] == 0.625);
  assert_true(pil_months_judge_cells(&arena, &goal, cells, 2, &result, &error)); /* up to `by` at least */
  assert_int_equal(result.curve_count, 3);
  assert_true(result.curve[2] == 1);
  pil_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(series_are_met_at_the_first_month),
                                     cmocka_unit_test(series_of_many_trials),
                                     cmocka_unit_test(months_as_outputs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
