/* Break-evens of swept means: where, how sure, and which ends are open.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "../engine/statistics/interval.h"
#include "../engine/study/sweep.h"

static const double z = PIL_INTERVAL_Z95;

static void assert_near(double value, double expected, double most) {
  if (!(fabs(value - expected) <= most)) fail_msg("%.17g is not %.17g", value, expected);
}

/* Means on a straight line with one error for all (the same luck): the interval is that of the mean over
 * the slope, whatever the points. */
static void a_straight_line_is_exact(void **state) {
  (void)state;
  const double x[] = {0, 1, 4, 10}, steps[] = {0, 0, 0}, errors[] = {0.5, 0.5, 0.5, 0.5};
  double means[4];
  pil_crossing found[4];
  for (double root = 0.25; root < 10; root += 0.25) {
    for (int i = 0; i < 4; i++) means[i] = 7 + 2 * (root - x[i]);
    const pil_sweep_line line = {4, x, means, errors, steps};
    assert_int_equal(pil_sweep_crossings(&line, 7, found), 1);
    assert_near(found[0].value, root, 1e-14);
    double low = root - z * 0.25, high = root + z * 0.25;
    assert_int_equal(found[0].open_low, low < 0);
    assert_int_equal(found[0].open_high, high > 10);
    assert_near(found[0].low, fmax(low, 0), 1e-14);
    assert_near(found[0].high, fmin(high, 10), 1e-14);
  }
}

/* Without an error the interval is the value itself. */
static void no_error_no_interval(void **state) {
  (void)state;
  const double x[] = {1, 2, 3}, means[] = {-1, -0.5, 0.5}, errors[] = {0, 0, 0}, steps[] = {0, 0};
  const pil_sweep_line line = {3, x, means, errors, steps};
  pil_crossing found[3];
  assert_int_equal(pil_sweep_crossings(&line, 0, found), 1);
  assert_true(found[0].value == 2.5 && found[0].low == 2.5 && found[0].high == 2.5);
  assert_false(found[0].open_low || found[0].open_high);
  assert_int_equal(pil_sweep_crossings(&line, 1, found), 0);
  assert_int_equal(pil_sweep_crossings(&line, -0.5, found), 1); /* at a point, once */
  assert_true(found[0].value == 2 && found[0].low == 2 && found[0].high == 2);
}

/* Two independent means: at every end that is not open, the line is exactly z errors from the target;
 * within, less. Checked by stepping along, with the variance written out. */
static void the_interval_is_fiellers(void **state) {
  (void)state;
  const double x[] = {0, 1, 2}, means[] = {-10, 4, 9}, errors[] = {3, 1.5, 2};
  const double steps[] = {sqrt(3 * 3 + 1.5 * 1.5), sqrt(1.5 * 1.5 + 2 * 2)};
  const pil_sweep_line line = {3, x, means, errors, steps};
  pil_crossing found[3];
  assert_int_equal(pil_sweep_crossings(&line, 0, found), 1);
  assert_near(found[0].value, 10.0 / 14, 1e-15);
  assert_false(found[0].open_low || found[0].open_high);
  for (int i = -1; i <= 1; i += 2) {
    double t = i < 0 ? found[0].low : found[0].high;
    double mean = (1 - t) * -10 + t * 4, variance = (1 - t) * (1 - t) * 9 + t * t * 2.25;
    assert_near(fabs(mean), z * sqrt(variance), 1e-12);
  }
  /* The first step away from the value at which the error no longer covers the distance is the end. */
  double step = 0;
  while (fabs(14 * step) <= z * sqrt(pow(1 - 10.0 / 14 - step, 2) * 9 + pow(10.0 / 14 + step, 2) * 2.25))
    step += 1e-6;
  assert_near(found[0].high, 10.0 / 14 + step, 2e-6);
}

/* An interval may reach over the next points. */
static void the_interval_goes_on_over_points(void **state) {
  (void)state;
  const double x[] = {0, 1, 2, 3, 4}, means[] = {-2, -1, 1, 2, 3}, errors[] = {1, 1, 1, 1, 1};
  const double steps[] = {0, 0, 0, 0};
  const pil_sweep_line line = {5, x, means, errors, steps};
  pil_crossing found[5];
  assert_int_equal(pil_sweep_crossings(&line, 0, found), 1);
  assert_true(found[0].value == 1.5);
  assert_near(found[0].high, 2 + (z - 1), 1e-14); /* mean 1.96 on the line from 1 to 2 */
  assert_near(found[0].low, 1 - (z - 1), 1e-14);
}

static void several_crossings_touches_and_gaps(void **state) {
  (void)state;
  const double x[] = {0, 1, 2, 3, 4, 5, 6, 7}, errors[8] = {0}, steps[7] = {0};
  pil_crossing found[8];
  const double wave[] = {1, -1, -3, 1, 0, 2, NAN, -2};
  const pil_sweep_line line = {8, x, wave, errors, steps};
  assert_int_equal(pil_sweep_crossings(&line, 0, found), 3); /* 0.5, 2.75, a touch at 4; none over the gap */
  assert_true(found[0].value == 0.5 && found[1].value == 2.75 && found[2].value == 4);
  const double flat[] = {1, 0, 0, 0, -1, -1, -1, -1};
  const pil_sweep_line plateau = {8, x, flat, errors, steps};
  assert_int_equal(pil_sweep_crossings(&plateau, 0, found), 1);
  assert_true(found[0].value == 1 && found[0].high == 3); /* as far as it lies on the target */
  const double level[] = {0, 0, 0, NAN, 0, 0, 0, 0};
  const pil_sweep_line none = {8, x, level, errors, steps};
  assert_int_equal(pil_sweep_crossings(&none, 0, found), 0); /* on the target throughout: crossed nowhere */
  assert_int_equal(pil_sweep_crossings(&none, 1, found), 0);
  const double ends[] = {0, 1, 1, 1, 1, 1, 1, 0};
  const pil_sweep_line at_ends = {8, x, ends, errors, steps};
  assert_int_equal(pil_sweep_crossings(&at_ends, 0, found), 2);
  assert_true(found[0].value == 0 && found[0].low == 0 && found[0].high == 0);
  assert_true(found[1].value == 7 && found[1].low == 7 && found[1].high == 7);
  for (int i = 0; i < 2; i++) assert_false(found[i].open_low || found[i].open_high); /* known exactly */
  const double unsure[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  const pil_sweep_line spread = {8, x, ends, unsure, steps};
  assert_int_equal(pil_sweep_crossings(&spread, 0, found), 2);
  assert_true(found[0].low == 0 && found[0].open_low && found[1].high == 7 && found[1].open_high);
}

/* One trial has no error: nothing is known of the ends. */
static void an_unknown_error_leaves_both_ends_open(void **state) {
  (void)state;
  const double x[] = {0, 1}, means[] = {-1, 1}, errors[] = {NAN, NAN}, steps[] = {NAN};
  const pil_sweep_line line = {2, x, means, errors, steps};
  pil_crossing found[2];
  assert_int_equal(pil_sweep_crossings(&line, 0, found), 1);
  assert_true(found[0].value == 0.5 && found[0].open_low && found[0].open_high);
}

static void a_point_is_paired_with_the_first_and_the_last_before(void **state) {
  (void)state;
  const double first[] = {1, 2, 3, 4}, previous[] = {2, 4, 6, 8}, cells[] = {3, 4, 5, INFINITY};
  const pil_output_spec spec = {.name = "y", .unit = "", .about = "",
                                .goal = {.relation = PIL_AT_LEAST, .threshold = 5, .text = "at least 5"}};
  pil_arena arena = {0};
  pil_swept swept;
  pil_error error;
  assert_true(pil_swept_fill(&swept, &arena, &spec, cells, first, previous, 4, &error));
  assert_true(swept.summary.mean == 4 && swept.summary.never_count == 1);
  assert_true(swept.first.mean == 2 && swept.first.mean_error == 0);
  assert_true(swept.previous.mean == 0 && swept.previous.count == 3);
  assert_true(swept.goal.met_count == 2 && swept.goal.probability == 0.5);
  assert_true(swept.percentiles[1] == 4.5);
  assert_true(pil_sweep_target(&spec) == 5);
  pil_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_straight_line_is_exact),
                                     cmocka_unit_test(no_error_no_interval),
                                     cmocka_unit_test(the_interval_is_fiellers),
                                     cmocka_unit_test(the_interval_goes_on_over_points),
                                     cmocka_unit_test(several_crossings_touches_and_gaps),
                                     cmocka_unit_test(an_unknown_error_leaves_both_ends_open),
                                     cmocka_unit_test(a_point_is_paired_with_the_first_and_the_last_before)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
