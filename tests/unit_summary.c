/* Tests of statistics/summary: counts, exact moments, and NIST's certified values.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/summary.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "columns.h"
#include "golden/statistics.h"

static double relative(double found, double wanted) {
  return wanted == 0 ? fabs(found) : fabs(found - wanted) / fabs(wanted);
}

static void counts_every_cell_once(void **unused) {
  (void)unused;
  const double cells[] = {3, NAN, INFINITY, -INFINITY, 1, -NAN, INFINITY, 2};
  pil_summary s;
  pil_summary_fill(&s, cells, 8);
  assert_int_equal(s.count, 8);
  assert_int_equal(s.finite_count, 3);
  assert_int_equal(s.never_count, 2);
  assert_int_equal(s.not_a_number_count, 3);
  assert_true(s.mean == 2 && s.sd == 1 && s.min == 1 && isinf(s.max));
  assert_true(s.mean_error == 1 / sqrt(3));
}

static void too_few_numbers_say_so(void **unused) {
  (void)unused;
  pil_summary s;
  pil_summary_fill(&s, NULL, 0);
  assert_true(isnan(s.mean) && isnan(s.sd) && isnan(s.mean_error) && isnan(s.min) && isnan(s.max));
  pil_summary_fill(&s, (const double[]){INFINITY, NAN}, 2);
  assert_true(isnan(s.mean) && isnan(s.mean_error) && s.min == INFINITY && s.max == INFINITY);
  pil_summary_fill(&s, (const double[]){NAN, 7}, 2);
  assert_true(s.mean == 7 && isnan(s.sd) && isnan(s.mean_error) && s.min == 7 && s.max == 7);
  pil_summary_fill(&s, (const double[]){-INFINITY, -INFINITY}, 2);
  assert_true(s.not_a_number_count == 2 && isnan(s.min) && isnan(s.max));
}

static void moments_are_exact_to_the_last_digits(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_moment_columns / sizeof *golden_moment_columns; i++) {
    const golden_moments *golden = &golden_moment_columns[i];
    double *cells = column_of(golden->kind, golden->count);
    pil_summary s;
    pil_summary_fill(&s, cells, golden->count);
    assert_true(relative(s.mean, golden->mean) <= DBL_EPSILON);
    assert_true(relative(s.sd, golden->sd) <= 2 * DBL_EPSILON);
    assert_true(relative(s.mean_error, golden->mean_error) <= 3 * DBL_EPSILON);
    free(cells);
  }
}

static void the_ends_of_the_range_hold(void **unused) {
  (void)unused;
  pil_summary s;
  pil_summary_fill(&s, (const double[]){1e308, 1.5e308, 1e308, 1.5e308}, 4);
  assert_true(relative(s.mean, 1.25e308) <= DBL_EPSILON);
  assert_true(relative(s.sd, 0.25e308 * sqrt(4.0 / 3)) <= 2 * DBL_EPSILON);
  pil_summary_fill(&s, (const double[]){1e-200, 3e-200}, 2);
  assert_true(relative(s.mean, 2e-200) <= DBL_EPSILON);
  assert_true(relative(s.sd, sqrt(2) * 1e-200) <= 2 * DBL_EPSILON);
}

/* The digits that agree, as NIST counts them. */
static double digits_right(double found, double certified) {
  return found == certified ? 16 : -log10(relative(found, certified));
}

static size_t read_column(const char *path, double *cells, size_t most) {
  FILE *file = fopen(path, "r");
  char line[256];
  size_t count = 0;
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  while (count < most && fgets(line, sizeof line, file) != NULL) cells[count++] = atof(line);
  fclose(file);
  return count;
}

#define NIST "../shared/data/nist/"

/* The digits that the doubles of a file can give at all (its decimals are rounded to doubles,
 * which costs NumAcc3 six digits of its sd, and Michelso and NumAcc1 none that are certified). */
static double digits_of_sd(const char *name) {
  return strcmp(name, "NumAcc3") == 0 ? 9.4 : strcmp(name, "Michelso") == 0 ? 13.5 : 14.5;
}

static void nist_agrees(void **unused) {
  (void)unused;
  FILE *certified = fopen(NIST "certified.csv", "r");
  if (certified == NULL) skip();
  char line[256], name[64], path[128];
  double cells[2000], mean, sd;
  size_t count, files = 0;
  assert_non_null(fgets(line, sizeof line, certified));
  while (fgets(line, sizeof line, certified) != NULL) {
    assert_int_equal(sscanf(line, "%63[^,],%zu,%lf,%lf", name, &count, &mean, &sd), 4);
    snprintf(path, sizeof path, NIST "%s.csv", name);
    assert_int_equal(read_column(path, cells, 2000), count);
    pil_summary s;
    pil_summary_fill(&s, cells, count);
    assert_true(digits_right(s.mean, mean) >= 14.9);
    assert_true(digits_right(s.sd, sd) >= digits_of_sd(name));
    files++;
  }
  fclose(certified);
  assert_int_equal(files, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(counts_every_cell_once),
      cmocka_unit_test(too_few_numbers_say_so),
      cmocka_unit_test(moments_are_exact_to_the_last_digits),
      cmocka_unit_test(the_ends_of_the_range_hold),
      cmocka_unit_test(nist_agrees),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
