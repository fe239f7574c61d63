/* Tests of statistics/exact and statistics/sketch: streams of numbers that are not kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/statistics/exact.h"
#include "../engine/statistics/quantile.h"
#include "../engine/statistics/summary.h"
#include "columns.h"

enum { COUNT = 20000 };

/* Means and standard deviations by fractions (Python's Fraction, mpmath's root), rounded once. */
static const struct {
  double numbers[11];
  size_t count;
  double mean, sd;
} exact_cases[] = {
    {{0x1.0000000000000p-1022, 0x0.0000000000001p-1022, 0x1.8000000000000p-1021}, 3, 0x1.5555555555556p-1022, 0x1.870be4c1c28b1p-1022},
    {{0x1.1c37937e08000p+53, 0x1.0000000000000p+0, -0x1.1c37937e08000p+53}, 3, 0x1.5555555555555p-2, 0x1.1c37937e08000p+53},
    {{0x1.1ccf385ebc8a0p+1023, 0x1.1ccf385ebc8a0p+1023, 0x1.1ccf385ebc8a0p+1023, -0x1.1ccf385ebc8a0p+1023}, 4, 0x1.1ccf385ebc8a0p+1022, 0x1.1ccf385ebc8a0p+1023},
    {{0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023}, 2, 0x1.fffffffffffffp+1023, 0x0.0p+0},
    {{0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, 0x0.0000000000001p-1022}, 3, 0x0.0p+0, 0x1.fffffffffffffp+1023},
    {{0x0.0000000000001p-1022, 0x0.0000000000001p-1022, 0x0.0000000000002p-1022}, 3, 0x0.0000000000001p-1022, 0x0.0000000000001p-1022},
    {{0x1.87e92154ef7acp-665, 0x1.87e92154ef7acp-664, 0x1.87e92154ef7acp-663}, 3, 0x1.c93aa6e317649p-664, 0x1.2b53a390b5581p-664},
    {{0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.3333333333333p-2}, 11, 0x1.e4129e4129e41p-4, 0x1.edff061bbd9d5p-5},
    {{0x1.dcd6500800000p+29, 0x1.dcd6501800000p+29, 0x1.dcd6500800000p+29}, 3, 0x1.dcd6500d55555p+29, 0x1.279a74590331cp+0},
    {{0x1.38d352e5096afp+498, 0x1.a2fe76a3f9475p-499, -0x1.38d352e5096afp+498, 0x1.3a3ed8fafaf58p-497}, 4, 0x1.a2fe76a3f9475p-499, 0x1.fed78528f1d5ep+497},
    {{-0x1.4000000000000p+1, -0x1.d000000000000p+2}, 2, -0x1.3800000000000p+2, 0x1.adebc19b71703p+1}};

static bool within_ulp(double found, double wanted) {
  return found == wanted || found == nextafter(wanted, INFINITY) || found == nextafter(wanted, -INFINITY);
}

static void sums_do_not_round(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof exact_cases / sizeof *exact_cases; i++) {
    pil_exact exact = {0};
    pil_exact_add(&exact, exact_cases[i].numbers, exact_cases[i].count);
    assert_true(within_ulp(pil_exact_mean(&exact), exact_cases[i].mean));
    assert_true(within_ulp(pil_exact_sd(&exact), exact_cases[i].sd));
  }
}

static void few_numbers_and_none(void **unused) {
  (void)unused;
  pil_exact exact = {0};
  assert_true(isnan(pil_exact_mean(&exact)) && isnan(pil_exact_sd(&exact)));
  pil_exact_add(&exact, (const double[]){NAN, INFINITY, -INFINITY, 3}, 4);
  assert_true(exact.count == 1 && pil_exact_mean(&exact) == 3 && isnan(pil_exact_sd(&exact)));
  pil_exact_add(&exact, (const double[]){3}, 1);
  assert_true(pil_exact_sd(&exact) == 0);
  exact = (pil_exact){0};
  pil_exact_add(&exact, (const double[]){-0.0, 0.0}, 2);
  assert_true(pil_exact_mean(&exact) == 0 && !signbit(pil_exact_mean(&exact)) && pil_exact_sd(&exact) == 0);
}

/* Digits are carried after 2^30 numbers; a count just before stands for them. */
static void carries_change_nothing(void **unused) {
  (void)unused;
  for (int kind = 0; kind < 5; kind++) {
    double *cells = column_of(kind, COUNT);
    pil_exact once = {0}, carried = {0}, parts[3] = {{0}, {0}, {0}};
    pil_exact_add(&once, cells, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
      carried.since_carry = (1 << 30) - 1;
      pil_exact_add(&carried, &cells[i], 1);
      pil_exact_add(&parts[i % 3], &cells[i], 1);
    }
    for (size_t k = 0; k < 3; k++) {
      pil_exact merged = parts[k];
      pil_exact_merge(&merged, &parts[(k + 2) % 3]);
      pil_exact_merge(&merged, &parts[(k + 1) % 3]);
      assert_true(pil_exact_mean(&merged) == pil_exact_mean(&once));
      assert_true(pil_exact_sd(&merged) == pil_exact_sd(&once));
    }
    assert_true(pil_exact_mean(&carried) == pil_exact_mean(&once));
    assert_true(pil_exact_sd(&carried) == pil_exact_sd(&once));
    pil_summary summary;
    pil_summary_fill(&summary, cells, COUNT);
    assert_true(fabs(summary.mean - pil_exact_mean(&once)) <= 1e-15 * fabs(summary.mean));
    assert_true(fabs(summary.sd - pil_exact_sd(&once)) <= 1e-15 * summary.sd);
    free(cells);
  }
}

/* Three times 2^30 numbers, each time all but the last added to the digits by hand: as many as fit between
 * carries, and more than fit without one. */
static void billions_of_numbers_do_not_overflow(void **unused) {
  (void)unused;
  const double numbers[] = {0x1.fffffffffffffp0, -0x1.fffffffffffffp-7, 0x1.fffffffffffffp11};
  const uint32_t many = (1 << 30) - 1;
  for (size_t k = 0; k < 3; k++) {
    pil_exact one = {0}, sum = {0};
    pil_exact_add(&one, &numbers[k], 1);
    for (int round = 0; round < 3; round++) {
      for (size_t i = 0; i < PIL_EXACT_DIGITS; i++) sum.sums[i] += many * one.sums[i];
      for (size_t i = 0; i < PIL_EXACT_SQUARE_DIGITS; i++) sum.squares[i] += many * one.squares[i];
      sum.count += many;
      sum.since_carry += many;
      pil_exact_add(&sum, &numbers[k], 1);
    }
    assert_true(sum.count == UINT64_C(3) << 30);
    assert_true(pil_exact_mean(&sum) == numbers[k] && pil_exact_sd(&sum) == 0);
  }
}

static const double levels[] = {0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1};
enum { LEVELS = sizeof levels / sizeof *levels };

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The bucket's width at a quantile: that of the larger of the two numbers it lies between. */
static double bucket_at(const double *cells, double level) {
  double numbers[COUNT], most = 0;
  size_t n = 0;
  for (size_t i = 0; i < COUNT; i++)
    if (cells[i] > -INFINITY) numbers[n++] = cells[i];
  qsort(numbers, n, sizeof *numbers, compare);
  size_t rank = (size_t)((double)(n - 1) * level);
  for (size_t i = rank; i < n && i < rank + 2; i++) most = fmax(most, fabs(numbers[i]));
  return most / 512;
}

/* Within a bucket of the column's; its errors as the column's, give or take the buckets' width. */
static void quantiles_are_those_of_the_column(void **unused) {
  (void)unused;
  for (int kind = 0; kind < 6; kind++) {
    double *cells = column_of(kind, COUNT), wanted[LEVELS], errors[LEVELS];
    pil_sketch sketch = {0};
    pil_error error;
    assert_true(pil_sketch_add(&sketch, cells, COUNT, &error));
    assert_true(pil_quantiles_and_errors(cells, COUNT, levels, LEVELS, wanted, errors, &error));
    for (size_t i = 0; i < LEVELS; i++) {
      double found_error, found = pil_sketch_quantile(&sketch, levels[i], &found_error);
      if (isinf(wanted[i])) {
        assert_true(found == wanted[i]);
        continue;
      }
      double bucket = bucket_at(cells, levels[i]);
      if (!(fabs(found - wanted[i]) <= bucket)) fail_msg("kind %d level %g: %.17g %.17g bucket %g", kind, levels[i], found, wanted[i], bucket);
      assert_true(isnan(errors[i]) == isnan(found_error));
      if (isnan(errors[i]) || errors[i] == found_error) continue;
      assert_true(fabs(found_error - errors[i]) <= 2 * bucket + errors[i] / 256);
    }
    pil_sketch_free(&sketch);
    free(cells);
  }
}

static void one_value_is_itself(void **unused) {
  (void)unused;
  pil_sketch sketch = {0};
  pil_error error;
  double found_error;
  for (int i = 0; i < 100; i++) assert_true(pil_sketch_add(&sketch, (const double[]){7.3, NAN, -INFINITY}, 3, &error));
  for (size_t i = 0; i < LEVELS; i++) assert_true(pil_sketch_quantile(&sketch, levels[i], &found_error) == 7.3);
  assert_true(pil_sketch_bytes(&sketch) == 8192 + 2 * 2048);
  pil_sketch_free(&sketch);
  assert_true(isnan(pil_sketch_quantile(&sketch, 0.5, &found_error)) && isnan(found_error));
  assert_true(pil_sketch_add(&sketch, (const double[]){INFINITY}, 1, &error));
  assert_true(pil_sketch_quantile(&sketch, 0.5, &found_error) == INFINITY);
  pil_sketch_free(&sketch);
}

static void extremes_do_not_overflow(void **unused) {
  (void)unused;
  const double cells[] = {-0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, -0x1p-1074, -0.0, 0x1p-1074};
  pil_sketch sketch = {0};
  pil_error error;
  double found_error;
  assert_true(pil_sketch_add(&sketch, cells, 5, &error));
  assert_true(pil_sketch_quantile(&sketch, 0, &found_error) == cells[0]);
  assert_true(pil_sketch_quantile(&sketch, 1, &found_error) == cells[1]);
  assert_true(fabs(pil_sketch_quantile(&sketch, 0.5, &found_error)) < 1e-300);
  pil_sketch_free(&sketch);
}

static void parts_do_not_show(void **unused) {
  (void)unused;
  for (int kind = 0; kind < 5; kind++) {
    double *cells = column_of(kind, COUNT);
    pil_sketch once = {0}, parts[3] = {{0}, {0}, {0}};
    pil_error error;
    assert_true(pil_sketch_add(&once, cells, COUNT, &error));
    for (size_t i = COUNT; i-- > 0;) assert_true(pil_sketch_add(&parts[i % 3], &cells[i], 1, &error));
    assert_true(pil_sketch_merge(&parts[2], &parts[0], &error) && pil_sketch_merge(&parts[2], &parts[1], &error));
    for (size_t i = 0; i < LEVELS; i++) {
      double errors[2], found[2];
      found[0] = pil_sketch_quantile(&once, levels[i], &errors[0]);
      found[1] = pil_sketch_quantile(&parts[2], levels[i], &errors[1]);
      assert_true(memcmp(&found[0], &found[1], sizeof *found) == 0);
      assert_true(memcmp(&errors[0], &errors[1], sizeof *errors) == 0 || isnan(errors[0]));
    }
    pil_sketch_free(&once);
    for (size_t k = 0; k < 3; k++) pil_sketch_free(&parts[k]);
    free(cells);
  }
}

static void want_of_memory_is_told(void **unused) {
  (void)unused;
  for (uint64_t n = 1; n <= 3; n++) { /* the slots, two pages, four pages */
    pil_sketch sketch = {0};
    pil_error error = {0};
    pil_memory_fail_from(n);
    assert_false(pil_sketch_add(&sketch, (const double[]){1, 2, 4, 8}, 4, &error));
    pil_memory_fail_from(0);
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
    pil_sketch_free(&sketch);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sums_do_not_round),
      cmocka_unit_test(few_numbers_and_none),
      cmocka_unit_test(carries_change_nothing),
      cmocka_unit_test(billions_of_numbers_do_not_overflow),
      cmocka_unit_test(quantiles_are_those_of_the_column),
      cmocka_unit_test(one_value_is_itself),
      cmocka_unit_test(extremes_do_not_overflow),
      cmocka_unit_test(parts_do_not_show),
      cmocka_unit_test(want_of_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
