/* Tests of statistics/pair and statistics/correlation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/pair.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/statistics/correlation.h"
#include "columns.h"
#include "golden/statistics.h"

static void never_takes_part_in_the_order_only(void **unused) {
  (void)unused;
  const double inf = INFINITY;
  const double base[] = {1, 2, 3, inf, inf, 5, NAN, 7, -inf};
  const double other[] = {2, 2, 1, inf, 4, inf, 6, NAN, 0};
  pil_pair pair;
  pil_pair_fill(&pair, base, other, 9, PIL_BETTER_HIGHER);
  assert_int_equal(pair.count, 3); /* differences 1, 0, -2 */
  assert_true(fabs(pair.mean + 1.0 / 3) < 1e-16);
  assert_true(fabs(pair.mean_error - sqrt((16.0 + 1 + 25) / 9 / 2 / 3)) < 1e-15);
  assert_int_equal(pair.compared_count, 6);
  assert_true(pair.probability_better == 3.0 / 6); /* 2 > 1, never > 5, two ties */
  assert_true(fabs(pair.probability_error - sqrt(1.0 / 36)) < 1e-16); /* of 1, 1, 1/2, 1/2, 0, 0 */
  pil_pair_fill(&pair, base, other, 9, PIL_BETTER_LOWER);
  assert_true(pair.probability_better == 3.0 / 6); /* 1 < 3, 4 < never, two ties */
  pil_pair_fill(&pair, base, other, 5, PIL_BETTER_LOWER);
  assert_true(pair.probability_better == 3.0 / 5);
  pil_pair_fill(&pair, base, other, 9, PIL_BETTER_UNKNOWN);
  assert_true(isnan(pair.probability_better) && isnan(pair.probability_error));
  pil_pair_fill(&pair, base, base, 3, PIL_BETTER_HIGHER); /* all tie: nothing varies */
  assert_true(pair.probability_better == 0.5 && pair.probability_error == 0);
}

static void nothing_to_compare(void **unused) {
  (void)unused;
  pil_pair pair;
  pil_pair_fill(&pair, (const double[]){NAN}, (const double[]){1}, 1, PIL_BETTER_HIGHER);
  assert_true(pair.count == 0 && isnan(pair.mean) && isnan(pair.mean_error));
  assert_true(isnan(pair.probability_better));
  pil_pair_fill(&pair, (const double[]){4}, (const double[]){1}, 1, PIL_BETTER_HIGHER);
  assert_true(pair.mean == -3 && isnan(pair.mean_error) && pair.probability_better == 0);
  pil_pair_fill(&pair, (const double[]){-1e308, -1e308}, (const double[]){1, 2}, 2,
                PIL_BETTER_HIGHER);
  assert_true(pair.mean == 1e308);
}

/* A difference far smaller than what it is taken of: no digit is lost to the large part. */
static void small_differences_stay_exact(void **unused) {
  (void)unused;
  enum { ROWS = 5000 };
  double base[ROWS], other[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    base[i] = 1e9 * (double)i;
    other[i] = base[i] + (i % 2 == 0 ? 1 : 3);
  }
  pil_pair pair;
  pil_pair_fill(&pair, base, other, ROWS, PIL_BETTER_HIGHER);
  assert_true(pair.mean == 2 && pair.probability_better == 1);
  assert_true(fabs(pair.mean_error - sqrt((double)ROWS / (ROWS - 1) / ROWS)) < 1e-17);
}

static void economy_agrees_with_numpy(void **unused) {
  (void)unused;
  for (size_t g = 0; g < sizeof golden_pairs / sizeof *golden_pairs; g++) {
    const golden_pair *golden = &golden_pairs[g];
    size_t count = golden->count;
    double *base = column_of(golden->kind, count), *other = malloc(count * sizeof *other);
    for (size_t i = 0; i < count; i++) other[i] = 3 * base[count - 1 - i];
    pil_pair pair;
    pil_pair_fill(&pair, base, other, count, PIL_BETTER_UNKNOWN);
    /* a mean of 1e6 leaves the spread of 1 some nine digits */
    double bound = golden->kind == 1 ? 1e-8 : 1e-12;
    assert_true(fabs(pair.economy - golden->economy) < bound);
    assert_true(fabs(pair.economy_error - golden->economy_error) < bound);
    free(base);
    free(other);
  }
}

/* base = u + v, other = u + w with u, v, w uniform on -1, 1 over a whole grid: the variances are
 * 2 and 2, of the difference 2, so that pairing is worth twice the trials. Against itself negated
 * it is worth half; a difference that never varies tells nothing. */
static void economy_has_its_closed_form(void **unused) {
  (void)unused;
  double base[8], other[8], negated[8], shifted[8];
  for (int i = 0; i < 8; i++) {
    int u = i & 1 ? 1 : -1, v = i & 2 ? 1 : -1, w = i & 4 ? 1 : -1;
    base[i] = u + v;
    other[i] = u + w;
    negated[i] = -base[i];
    shifted[i] = base[i] + 2;
  }
  pil_pair pair;
  pil_pair_fill(&pair, base, other, 8, PIL_BETTER_UNKNOWN);
  assert_true(fabs(pair.economy - 2) < 1e-15 && pair.economy_error > 0);
  pil_pair_fill(&pair, base, negated, 8, PIL_BETTER_UNKNOWN);
  assert_true(fabs(pair.economy - 0.5) < 1e-15 && pair.economy_error < 1e-15);
  pil_pair_fill(&pair, base, shifted, 8, PIL_BETTER_UNKNOWN);
  assert_true(pair.mean == 2 && isnan(pair.economy) && isnan(pair.economy_error));
}

static void correlations_agree_with_scipy(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_correlations / sizeof *golden_correlations; i++) {
    const golden_correlation *golden = &golden_correlations[i];
    double spearman;
    pil_error error;
    double pearson = pil_correlation_pearson(golden->first, golden->second, 40);
    assert_true(fabs(pearson - golden->pearson) < 1e-14);
    assert_true(pil_correlation_spearman(golden->first, golden->second, 40, &spearman, &error));
    assert_true(fabs(spearman - golden->spearman) < 1e-14);
  }
}

static void ranks_share_ties(void **unused) {
  (void)unused;
  const double cells[] = {3, NAN, -1, INFINITY, 3, -0.0, 0.0, -INFINITY, INFINITY};
  const double wanted[] = {4.5, NAN, 1, 6.5, 4.5, 2.5, 2.5, NAN, 6.5};
  double ranks[9];
  pil_error error;
  assert_true(pil_correlation_ranks(cells, 9, ranks, &error));
  for (size_t i = 0; i < 9; i++)
    assert_true(isnan(wanted[i]) ? isnan(ranks[i]) : ranks[i] == wanted[i]);
}

static void rows_without_numbers_are_left_out(void **unused) {
  (void)unused;
  const double first[] = {1, 2, NAN, 3, 4}, second[] = {10, 20, 5, -INFINITY, 30};
  double spearman;
  pil_error error;
  assert_true(pil_correlation_spearman(first, second, 5, &spearman, &error));
  assert_true(fabs(spearman - 1) < 1e-15);
  assert_true(isnan(pil_correlation_pearson((const double[]){1, 1}, (const double[]){1, 2}, 2)));
  assert_true(isnan(pil_correlation_pearson(NULL, NULL, 0)));
}

static void many_rows_are_thinned_evenly(void **unused) {
  (void)unused;
  enum { ROWS = 3 * PIL_CORRELATION_ROWS };
  double *first = column_of(0, ROWS), *second = column_of(0, ROWS), spearman;
  pil_error error;
  for (size_t i = 0; i < ROWS; i++) second[i] = -second[i] * second[i] * second[i];
  assert_true(pil_correlation_spearman(first, second, ROWS, &spearman, &error));
  assert_true(fabs(spearman + 1) < 1e-12);
  free(first);
  free(second);
}

static void want_of_memory_is_told(void **unused) {
  (void)unused;
  const double cells[] = {1, 2};
  double out;
  for (uint64_t n = 1; n <= 3; n++) {
    pil_error error = {0};
    pil_memory_fail_from(n);
    assert_false(pil_correlation_spearman(cells, cells, 2, &out, &error));
    pil_memory_fail_from(0);
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(never_takes_part_in_the_order_only),
      cmocka_unit_test(nothing_to_compare),
      cmocka_unit_test(small_differences_stay_exact),
      cmocka_unit_test(economy_agrees_with_numpy),
      cmocka_unit_test(economy_has_its_closed_form),
      cmocka_unit_test(correlations_agree_with_scipy),
      cmocka_unit_test(ranks_share_ties),
      cmocka_unit_test(rows_without_numbers_are_left_out),
      cmocka_unit_test(many_rows_are_thinned_evenly),
      cmocka_unit_test(want_of_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
