/* Tests of statistics/quantile against exact type 7 quantiles, and its memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/quantile.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "columns.h"
#include "golden/statistics.h"

enum { LEVELS = sizeof golden_levels / sizeof *golden_levels };

static void check_near(double found, double wanted, double scale) {
  if (isfinite(wanted)) {
    assert_true(fabs(found - wanted) <= DBL_EPSILON * scale);
  } else {
    assert_true(isnan(wanted) ? isnan(found) : found == wanted);
  }
}

static void quantiles_are_exact(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_quantile_columns / sizeof *golden_quantile_columns; i++) {
    const golden_quantiles *golden = &golden_quantile_columns[i];
    double *cells = column_of(golden->kind, golden->count);
    double found[LEVELS], errors[LEVELS], alone[LEVELS];
    pil_error error;
    assert_true(pil_quantiles_and_errors(cells, golden->count, golden_levels, LEVELS, found, errors,
                                         &error));
    assert_true(pil_quantiles(cells, golden->count, golden_levels, LEVELS, alone, &error));
    for (size_t j = 0; j < LEVELS; j++) {
      check_near(found[j], golden->quantiles[j], 2 * golden->sizes[j]);
      check_near(errors[j], golden->errors[j], 2 * golden->error_sizes[j]);
      assert_true(memcmp(&alone[j], &found[j], sizeof alone[j]) == 0);
    }
    free(cells);
  }
}

static void the_column_stays_as_it_is(void **unused) {
  (void)unused;
  for (int kind = 0; kind < 6; kind++) {
    double *cells = column_of(kind, 300001), *before = column_of(kind, 300001);
    double out[LEVELS];
    pil_error error;
    assert_true(pil_quantiles(cells, 300001, golden_levels, LEVELS, out, &error));
    assert_memory_equal(cells, before, 300001 * sizeof *cells);
    free(cells);
    free(before);
  }
}

static double median_of(const double *cells, size_t count) {
  double out;
  pil_error error;
  assert_true(pil_quantiles(cells, count, (const double[]){0.5}, 1, &out, &error));
  return out;
}

static void infinity_is_not_crossed(void **unused) {
  (void)unused;
  assert_true(median_of((const double[]){1, INFINITY}, 2) == INFINITY);
  assert_true(median_of((const double[]){INFINITY, 1, 2}, 3) == 2);
  assert_true(median_of((const double[]){INFINITY, INFINITY}, 2) == INFINITY);
  assert_true(median_of((const double[]){5, -INFINITY, NAN, 3, -NAN}, 5) == 4);
  assert_true(isnan(median_of((const double[]){NAN, -INFINITY}, 2)));
  assert_true(isnan(median_of(NULL, 0)));
}

static void extremes_do_not_overflow(void **unused) {
  (void)unused;
  assert_true(median_of((const double[]){DBL_MAX, -DBL_MAX}, 2) == 0);
  assert_true(median_of((const double[]){-0.0, -0.0, 0.0}, 3) == 0);
  assert_false(signbit(median_of((const double[]){-0.0}, 1)));
  double least = 4.9406564584124654e-324;
  assert_true(median_of((const double[]){least, 0, -least}, 3) == 0);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Columns that the first buckets do not fit: ties and clusters; a heavy tail on either side of
 * zero; a sample (every so many cells) that is nothing like the rest. */
static double odd_cell(int kind, uint64_t i) {
  double u = cell_of(1, i) - 1e6;
  switch (kind) {
    case 0: return i % 4 == 0 ? 1.0 : i % 4 == 1 ? 1.0 + u * 1e-12 : i % 4 == 2 ? -u : floor(u * 5);
    case 1: return cell_of(3, i);
    case 2: return i % 3 == 0 ? 0.0 : i % 3 == 1 ? -0.0 : (u - 0.5) * 0x1p-1070;
    case 3: return i % (250000 / 256 + 1) == 0 ? 1e300 * u : u < 0.5 ? -u : u * 1e-300;
    case 4: return i % (250000 / 256 + 1) == 0 ? 7.0 : u - 0.5;
    default: return u < 0.6 ? DBL_MAX : -DBL_MAX;
  }
}

/* A hundred probabilities at once, out of order: against sorting. */
static void many_levels_agree_with_sorting(void **unused) {
  (void)unused;
  enum { COUNT = 250000, MANY = 101 };
  double *cells = malloc(COUNT * sizeof *cells), levels[MANY], out[MANY];
  pil_error error;
  assert_non_null(cells);
  for (size_t j = 0; j < MANY; j++) levels[j] = (double)(j * 37 % MANY) / (MANY - 1);
  for (int kind = 0; kind < 6; kind++) {
    for (uint64_t i = 0; i < COUNT; i++) cells[i] = odd_cell(kind, i);
    assert_true(pil_quantiles(cells, COUNT, levels, MANY, out, &error));
    qsort(cells, COUNT, sizeof *cells, compare);
    for (size_t j = 0; j < MANY; j++) {
      double h = (COUNT - 1) * levels[j], part = h - floor(h), lower = cells[(size_t)h];
      double upper = part > 0 ? cells[(size_t)h + 1] : lower;
      double gap = upper - lower;
      check_near(out[j], gap == 0 ? lower : lower + gap * part, 2 * fabs(lower));
    }
  }
  free(cells);
}

static void want_of_memory_is_told(void **unused) {
  (void)unused;
  double out;
  pil_error error;
  pil_memory_fail_from(1);
  assert_false(pil_quantiles((const double[]){1}, 1, (const double[]){0.5}, 1, &out, &error));
  pil_memory_fail_from(0);
  assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quantiles_are_exact),
      cmocka_unit_test(the_column_stays_as_it_is),
      cmocka_unit_test(infinity_is_not_crossed),
      cmocka_unit_test(extremes_do_not_overflow),
      cmocka_unit_test(many_levels_agree_with_sorting),
      cmocka_unit_test(want_of_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
