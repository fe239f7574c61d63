/* Tests of statistics/waits: against sorted numbers, whatever the order and the parts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/waits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { NUMBERS = 30000, PARTS = 32, KINDS = 5 };

static const double levels[] = {0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.999, 1};

static double luck(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) * 0x1p-53;
}

static double number_of(int kind, uint64_t *state) {
  double u = luck(state);
  switch (kind) {
    case 0: return u * 100;
    case 1: return u < 0.3 ? 0 : exp(20 * u - 10);
    case 2: return ldexp(1 + luck(state), (int)(u * 50) - 20);
    case 3: return floor(u * 6);
    default: return u < 0.1 ? (double)INFINITY : u * 10;
  }
}

static pil_waits *waits_new(size_t count) {
  pil_waits *waits = calloc(count, sizeof *waits);
  assert_non_null(waits);
  return waits;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void assert_near(double found, double wanted, double within) {
  if (!(found == wanted || fabs(found - wanted) <= within)) fail_msg("%.17g, wanted %.17g", found, wanted);
}

/* Type 7 and the share within, of the sorted numbers. */
static double quantile_of(const double *sorted, double level) {
  double h = (NUMBERS - 1) * level, part = h - floor(h);
  size_t rank = (size_t)h;
  return part == 0 ? sorted[rank] : sorted[rank] * (1 - part) + sorted[rank + 1] * part;
}

static void is_exact_to_half_a_percent(void **unused) {
  (void)unused;
  double *numbers = malloc(NUMBERS * sizeof *numbers);
  assert_non_null(numbers);
  for (int kind = 0; kind < KINDS; kind++) {
    pil_waits *waits = waits_new(1);
    uint64_t state = 5;
    double sum = 0, finite = 0;
    for (size_t i = 0; i < NUMBERS; i++) {
      numbers[i] = number_of(kind, &state);
      pil_waits_add(waits, numbers[i]);
      sum += isfinite(numbers[i]) ? numbers[i] : 0;
      finite += isfinite(numbers[i]);
    }
    qsort(numbers, NUMBERS, sizeof *numbers, compare);
    assert_near(pil_waits_mean(waits), sum / finite, 1e-12 * sum / finite + 0x1p-33);
    for (size_t i = 0; i < COUNT(levels); i++) {
      double wanted = quantile_of(numbers, levels[i]);
      assert_near(pil_waits_quantile(waits, levels[i]), wanted, 0.004 * wanted);
      assert_true(isinf(wanted) || pil_waits_quantile(waits, levels[i]) <= waits->longest);
      if (kind == 3 || !(wanted > 0) || isinf(wanted)) continue; /* the share jumps there */
      size_t rank = (size_t)((NUMBERS - 1) * levels[i]), low = rank, high = rank;
      while (low > 0 && numbers[low] > 0.995 * wanted) low--;
      while (high + 1 < NUMBERS && numbers[high] < 1.005 * wanted) high++;
      double share = pil_waits_share(waits, wanted) * NUMBERS;
      assert_true(share >= (double)low && share <= (double)high + 1);
    }
    free(waits);
  }
  free(numbers);
}

static void few_numbers_and_none(void **unused) {
  (void)unused;
  pil_waits *waits = waits_new(1);
  assert_true(isnan(pil_waits_mean(waits)) && isnan(pil_waits_quantile(waits, 0.5)) && isnan(pil_waits_share(waits, 1)));
  pil_waits_add(waits, 7.3);
  for (size_t i = 0; i < COUNT(levels); i++) assert_true(pil_waits_quantile(waits, levels[i]) == 7.3);
  assert_near(pil_waits_mean(waits), 7.3, 0x1p-33);
  pil_waits *two = waits_new(1); /* of one bucket: the lower is taken from within what there is */
  pil_waits_add(two, 7.3);
  pil_waits_add(two, 7.301);
  assert_true(pil_waits_quantile(two, 0) < 7.301 && pil_waits_quantile(two, 1) == 7.301);
  free(two);
  assert_true(pil_waits_share(waits, 7.3) == 1 && pil_waits_share(waits, 7.2) == 0 && pil_waits_share(waits, -1) == 0);
  pil_waits_add(waits, 0);
  pil_waits_add(waits, 1e-7);
  assert_true(waits->none_count == 2 && pil_waits_quantile(waits, 0.5) == 0 && pil_waits_quantile(waits, 1) == 7.3);
  assert_near(pil_waits_share(waits, 0), 2.0 / 3, 1e-15);
  pil_waits_add(waits, INFINITY);
  assert_true(isinf(pil_waits_quantile(waits, 0.9)) && pil_waits_share(waits, 1e300) == 0.75);
  assert_true(pil_waits_share(waits, INFINITY) == 1 && waits->count == 4 && waits->longest == 7.3);
  pil_waits_add(waits, 0x1p60); /* beyond the buckets: known as the longest */
  pil_waits_add(waits, 0x1p60);
  pil_waits_add(waits, 0x1p1000);
  assert_true(waits->counts[PIL_WAITS_BUCKETS - 1] == 3 && waits->longest == 0x1p1000);
  free(waits);
}

/* Billions, as if they had been added: counts and sums carry on beyond 32 and 64 bits. */
static void billions_are_counted(void **unused) {
  (void)unused;
  pil_waits *waits = waits_new(1), *as_many = waits_new(1);
  pil_waits_add(waits, 1000.5);
  pil_waits_add(waits, 10);
  for (int i = 0; i < 36; i++) {
    *as_many = *waits;
    pil_waits_merge(waits, as_many);
  }
  assert_true(waits->count == UINT64_C(1) << 37 && waits->sum_high > 0);
  assert_near(pil_waits_mean(waits), 505.25, 1e-12);
  assert_near(pil_waits_quantile(waits, 0.25), 10, 0.04);
  assert_near(pil_waits_quantile(waits, 0.75), 1000.5, 4);
  free(as_many);
  free(waits);
}

static void parts_do_not_show(void **unused) {
  (void)unused;
  for (int kind = 0; kind < KINDS; kind++) {
    pil_waits *once = waits_new(1), *parts = waits_new(3);
    double *numbers = malloc(NUMBERS * sizeof *numbers);
    uint64_t state = 9;
    assert_non_null(numbers);
    for (size_t i = 0; i < NUMBERS; i++) pil_waits_add(once, numbers[i] = number_of(kind, &state));
    for (size_t i = NUMBERS; i-- > 0;) pil_waits_add(&parts[i % 7 % 3], numbers[i]);
    pil_waits_merge(&parts[1], &parts[2]);
    pil_waits_merge(&parts[1], &parts[0]);
    assert_memory_equal(once, &parts[1], sizeof *once);
    free(numbers);
    free(once);
    free(parts);
  }
}

/* Waits that trials share: the error told is the spread seen over repeats, unlike that of independent waits. */
static void error_is_that_of_whole_trials(void **unused) {
  (void)unused;
  enum { REPEATS = 200, TRIALS = 128, WITHIN = 100 };
  uint64_t state = 11;
  double sum[2] = {0}, squares[2] = {0}, told[2] = {0};
  const double probability[2] = {0.5, 0.95};
  pil_waits *groups = waits_new(PARTS), *all = waits_new(1);
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    memset(groups, 0, PARTS * sizeof *groups);
    memset(all, 0, sizeof *all);
    for (size_t trial = 0; trial < TRIALS; trial++) {
      double busy = 1 + 9 * luck(&state); /* of this trial */
      for (int i = 0; i < WITHIN; i++) pil_waits_add(&groups[trial % PARTS], busy * luck(&state));
    }
    for (size_t i = 0; i < PARTS; i++) pil_waits_merge(all, &groups[i]);
    for (int k = 0; k < 2; k++) {
      double quantile = pil_waits_quantile(all, probability[k]);
      sum[k] += quantile;
      squares[k] += quantile * quantile;
      told[k] += pil_waits_quantile_error(all, groups, PARTS, probability[k]) / REPEATS;
    }
  }
  for (int k = 0; k < 2; k++) {
    double mean = sum[k] / REPEATS, spread = sqrt(squares[k] / REPEATS - mean * mean);
    assert_near(told[k], spread, 0.2 * spread); /* 200 repeats tell it to 5 % */
  }
  assert_true(isnan(pil_waits_quantile_error(all, groups, 1, 0.5)));
  assert_true(isnan(pil_waits_quantile_error(all, groups, PARTS, 1)));
  memset(all, 0, sizeof *all);
  assert_true(isnan(pil_waits_quantile_error(all, all, 1, 0.5)));
  free(all);
  free(groups);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_exact_to_half_a_percent),
      cmocka_unit_test(few_numbers_and_none),
      cmocka_unit_test(billions_are_counted),
      cmocka_unit_test(parts_do_not_show),
      cmocka_unit_test(error_is_that_of_whole_trials),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
