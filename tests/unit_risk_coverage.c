/* Tests of statistics/risk_coverage against closed forms, integration in 40 digits, and simulation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/risk_coverage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/random/stream.h"
#include "golden/risk_coverage.h"

static pil_risk_curve fill(pil_graded *graded, size_t count) {
  pil_risk_curve curve;
  pil_error error = {0};
  if (!pil_risk_curve_fill(&curve, graded, count, &error)) fail_msg("%s", error.text);
  return curve;
}

static void assert_near(double found, double wanted, double tolerance) {
  if (!(fabs(found - wanted) <= tolerance)) fail_msg("%.17g instead of %.17g ± %g", found, wanted, tolerance);
}

static pil_graded *new_graded(size_t count) {
  pil_graded *graded = pil_memory_new_zeroed(count, sizeof *graded);
  assert_non_null(graded);
  return graded;
}

/* I_x(8, 2) = 9 x^8 - 8 x^9: the confidence that the share u of Beta(8, 2) is below. */
static double beta_quantile(double u) {
  double low = 0, high = 1;
  while (high - low > 1e-15) {
    double x = (low + high) / 2;
    if (9 * pow(x, 8) - 8 * pow(x, 9) < u) low = x;
    else high = x;
  }
  return (low + high) / 2;
}

/* Confidences at the middles of so many equal shares of a Beta(8, 2): the curve is that of its limit but for 1/n. */
static void beta_meets_its_closed_form(void **unused) {
  (void)unused;
  enum { N = 100000 };
  pil_graded *graded = new_graded(N);
  for (size_t i = 0; i < N; i++) {
    double c = beta_quantile(((double)(i * 7919 % N) + 0.5) / N);
    graded[i] = (pil_graded){c, (1 - c) / 2, 1};
  }
  pil_risk_curve curve = fill(graded, N);
  assert_int_equal(curve.count, N);
  assert_near(golden_beta_area, 0.0525513, 5e-8);
  assert_near(golden_beta_risks[7], 0.0764056, 5e-8);
  assert_near(curve.area, golden_beta_area, 1e-7);
  assert_near(curve.risk, 0.1, 1e-7);
  for (int k = 1; k <= 10; k++)
    assert_near(pil_risk_curve_at(&curve, k / 10.0).risk, golden_beta_risks[k - 1], 1e-7);
  pil_risk_curve_free(&curve);
  pil_memory_free(graded);
}

static void samples_are_exact(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_risks / sizeof *golden_risks; i++) {
    const golden_risk *golden = &golden_risks[i];
    pil_graded graded[GOLDEN_GRADED];
    for (size_t g = 0; g < golden->count; g++)
      graded[g] = (pil_graded){golden->graded[g][0], golden->graded[g][1], golden->graded[g][2]};
    pil_risk_curve curve = fill(graded, golden->count);
    assert_near(curve.area, golden->area, 1e-14);
    assert_near(curve.area_error, golden->area_error, 1e-13);
    for (int k = 0; k < GOLDEN_COVERAGES; k++) {
      pil_risk_point point = pil_risk_curve_at(&curve, golden_coverages[k]);
      assert_near(point.risk, golden->risks[k], 1e-14);
      assert_near(point.error, golden->errors[k], 1e-7); /* squares of differences near 0 */
    }
    pil_risk_curve_free(&curve);
  }
}

/* Confidence u, error probability 1 - u: the risk at c is c/2, the area 1/4. */
static void fill_uniform(pil_graded *graded, size_t count, uint64_t seed, bool whole) {
  pil_stream confidence = pil_stream_at(seed, 1, 0), wrong = pil_stream_at(seed, 2, 0);
  for (size_t i = 0; i < count; i++) {
    double c = pil_uniform(pil_stream_next(&confidence)), u = pil_uniform(pil_stream_next(&wrong));
    graded[i] = (pil_graded){c, whole ? u < 1 - c : 1 - c, 1};
  }
}

/* Over many samples the errors stated are those that are made. */
static void errors_are_those_made(void **unused) {
  (void)unused;
  enum { SAMPLES = 2000, N = 400 };
  for (int whole = 0; whole < 2; whole++) {
    pil_graded *graded = new_graded(N);
    double area[3] = {0}, risk[3] = {0}; /* sums of deviations, of their squares, of the variances stated */
    for (uint64_t s = 1; s <= SAMPLES; s++) {
      fill_uniform(graded, N, s, whole == 1);
      pil_risk_curve curve = fill(graded, N);
      pil_risk_point at = pil_risk_curve_at(&curve, 0.4);
      double of_area = curve.area - 0.25, of_risk = at.risk - 0.2;
      area[0] += of_area, area[1] += of_area * of_area, area[2] += curve.area_error * curve.area_error;
      risk[0] += of_risk, risk[1] += of_risk * of_risk, risk[2] += at.error * at.error;
      pil_risk_curve_free(&curve);
    }
    assert_near(sqrt(area[2] / area[1]), 1, 0.07);
    assert_near(sqrt(risk[2] / risk[1]), 1, 0.07);
    assert_near(area[0] / SAMPLES, 0, 4 * sqrt(area[1]) / SAMPLES + 1.0 / N);
    assert_near(risk[0] / SAMPLES, 0, 4 * sqrt(risk[1]) / SAMPLES + 1.0 / N);
    pil_memory_free(graded);
  }
}

/* A weight of 3 is three decisions; the order given changes no bit; weight 0 is not there. */
static void weights_count_and_order_does_not(void **unused) {
  (void)unused;
  pil_graded weighted[] = {{0.9, 0.25, 3}, {0.5, 1, 1}, {0.7, 1, 0}, {0.2, 0, 2}};
  pil_graded plain[] = {{0.2, 0, 1}, {0.9, 0.25, 1}, {0.5, 1, 1}, {0.9, 0.25, 1}, {0.2, 0, 1}, {0.9, 0.25, 1}};
  pil_graded turned[] = {{0.9, 0.25, 1}, {0.9, 0.25, 1}, {0.2, 0, 1}, {0.2, 0, 1}, {0.9, 0.25, 1}, {0.5, 1, 1}};
  pil_risk_curve a = fill(weighted, 4), b = fill(plain, 6), c = fill(turned, 6);
  assert_int_equal(a.count, 3);
  assert_int_equal(b.count, 6);
  assert_int_equal(a.step_count, 3);
  assert_near(a.area, b.area, 1e-15);
  assert_near(a.risk, b.risk, 1e-15);
  assert_memory_equal(&b.area, &c.area, sizeof b.area);
  assert_memory_equal(&b.area_error, &c.area_error, sizeof b.area_error);
  for (int k = 1; k <= 20; k++)
    assert_near(pil_risk_curve_at(&a, k / 20.0).risk, pil_risk_curve_at(&b, k / 20.0).risk, 1e-15);
  pil_risk_curve_free(&a);
  pil_risk_curve_free(&b);
  pil_risk_curve_free(&c);
}

/* One confidence for all says nothing: the risk is that of all at every coverage. The best order has the least area. */
static void ends_of_what_a_confidence_can_say(void **unused) {
  (void)unused;
  pil_graded blind[] = {{1, 0, 1}, {1, 1, 1}, {1, 0, 1}, {1, 0, 1}};
  pil_graded best[] = {{4, 0, 1}, {3, 0, 1}, {2, 0, 1}, {1, 1, 1}};
  pil_graded worst[] = {{4, 1, 1}, {3, 0, 1}, {2, 0, 1}, {1, 0, 1}};
  pil_risk_curve curves[] = {fill(blind, 4), fill(best, 4), fill(worst, 4)};
  assert_near(curves[0].area, 0.25, 1e-15);
  assert_near(pil_risk_curve_at(&curves[0], 0.1).risk, 0.25, 1e-15);
  /* errors begin at 3/4: the integral of (c - 3/4) / c from there; or 1/4 for sure, then 1/4 of 1/c */
  assert_near(curves[1].area, 0.25 + 0.75 * log(0.75), 1e-15);
  assert_near(curves[2].area, 0.25 + 0.25 * log(4), 1e-15);
  assert_near(pil_risk_curve_at(&curves[2], 0.5).risk, 0.5, 1e-15);
  assert_true(pil_risk_curve_at(&curves[2], 0.5).confidence == 3);
  for (int i = 0; i < 3; i++) pil_risk_curve_free(&curves[i]);
}

static void nothing_and_one(void **unused) {
  (void)unused;
  pil_graded one[] = {{0.5, 0.25, 2}}, none[] = {{0.5, 0.25, 0}};
  pil_risk_curve empty = fill(NULL, 0), weightless = fill(none, 1), single = fill(one, 1);
  assert_true(isnan(empty.area) && isnan(empty.risk) && isnan(pil_risk_curve_at(&empty, 0.5).risk));
  assert_true(weightless.count == 0 && isnan(weightless.area));
  assert_true(single.area == 0.25 && single.risk == 0.25 && isnan(single.area_error));
  assert_true(isnan(pil_risk_curve_at(&single, 0.5).error));
  pil_risk_curve_free(&empty);
  pil_risk_curve_free(&weightless);
  pil_risk_curve_free(&single);
}

static void without_memory_it_says_so(void **unused) {
  (void)unused;
  pil_graded one[] = {{0.5, 0.25, 2}};
  pil_risk_curve curve;
  pil_error error = {0};
  pil_memory_fail_from(1);
  bool good = pil_risk_curve_fill(&curve, one, 1, &error);
  pil_memory_fail_from(0);
  assert_false(good);
  assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  pil_risk_curve_free(&curve);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(beta_meets_its_closed_form),
      cmocka_unit_test(samples_are_exact),
      cmocka_unit_test(errors_are_those_made),
      cmocka_unit_test(weights_count_and_order_does_not),
      cmocka_unit_test(ends_of_what_a_confidence_can_say),
      cmocka_unit_test(nothing_and_one),
      cmocka_unit_test(without_memory_it_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
