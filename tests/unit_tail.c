/* Tests of statistics/tail and statistics/ratio.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/tail.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/statistics/ratio.h"
#include "columns.h"
#include "golden/statistics.h"

#define PI 3.14159265358979323846

static bool is_near(double found, double wanted, double size) {
  return fabs(found - wanted) <= 1e-11 * fmax(fabs(wanted), size);
}

static pil_tail tail_of(const double *cells, size_t count, double level, bool upper) {
  pil_tail tail;
  pil_error error;
  assert_true(pil_tail_fill(&tail, cells, count, level, upper, &error));
  return tail;
}

/* Ten losses, the worst two and a half of them: 10, 9 and half of 8. */
static void trials_at_var_count_in_part(void **unused) {
  (void)unused;
  const double cells[] = {3, 10, 1, 8, 5, 9, 2, 7, 6, 4}, tied[] = {1, 2, 2, 2, 2, 2, 2, 2, 2, 3};
  pil_tail tail = tail_of(cells, 10, 0.75, true);
  assert_true(tail.var == 8 && tail.weight == 2.5 && tail.weight_at == 0.5);
  assert_true(is_near(tail.cvar, (10 + 9 + 8 * 0.5) / 2.5, 0));
  tail = tail_of(cells, 10, 0.75, false);
  assert_true(tail.var == 3 && is_near(tail.cvar, (1 + 2 + 3 * 0.5) / 2.5, 0));
  tail = tail_of(cells, 10, 0.8, true); /* 0.2 times 10 is not quite 2 in binary */
  assert_true(tail.var == 8 && is_near(tail.cvar, 9.5, 0));
  tail = tail_of(tied, 10, 0.75, true);
  assert_true(tail.var == 2 && is_near(tail.weight_at, 1.5 / 8, 0));
  assert_true(is_near(tail.cvar, (3 + 2 * 1.5) / 2.5, 0));
  pil_tail_part part;
  const double all[] = {1, 2, 2, 2, 2, 2, 2, 2, 2, 3}, none[10] = {0};
  pil_tail_part_fill(&part, &tail, tied, all, 10);
  assert_true(is_near(part.mean, tail.cvar, 0) && is_near(part.share, 1, 0));
  pil_tail_part_fill(&part, &tail, tied, none, 10);
  assert_true(part.mean == 0 && part.share == 0);
  assert_true(isnan(part.mean_error) && isnan(tail.cvar_error)); /* too few to tell */
}

static void never_and_what_is_no_number(void **unused) {
  (void)unused;
  const double cells[] = {1, NAN, 2, INFINITY, 3, -INFINITY, 4};
  pil_tail tail = tail_of(cells, 7, 0.5, true);
  assert_int_equal(tail.count, 5);
  assert_true(tail.var == 3 && tail.cvar == INFINITY && isnan(tail.cvar_error));
  pil_tail_part part;
  pil_tail_part_fill(&part, &tail, cells, cells, 7);
  assert_true(isnan(part.mean) && isnan(part.share));
  tail = tail_of(cells, 7, 0.6, false);
  assert_true(tail.var == 3 && is_near(tail.cvar, 1.5, 0)); /* at most two are worse */
  tail = tail_of((const double[]){INFINITY, INFINITY}, 2, 0.5, false);
  assert_true(tail.var == INFINITY && tail.cvar == INFINITY);
  tail = tail_of((const double[]){NAN}, 1, 0.9, true);
  assert_true(tail.count == 0 && isnan(tail.var) && isnan(tail.cvar));
  tail = tail_of((const double[]){4}, 1, 0.9, true);
  assert_true(tail.var == 4 && tail.cvar == 4);
  const double part_missing[] = {1, 2, NAN}, sums[] = {1, 2, 3};
  tail = tail_of(sums, 3, 0.5, true);
  pil_tail_part_fill(&part, &tail, sums, part_missing, 3);
  assert_true(isnan(part.mean));
}

static double part_cell(int kind, uint64_t i) {
  return kind == 6 ? floor(cell_of(0, i) / 1e5) : cell_of(kind, i);
}

static void tails_agree_with_numpy(void **unused) {
  (void)unused;
  for (size_t g = 0; g < sizeof golden_tails / sizeof *golden_tails; g++) {
    const golden_tail *golden = &golden_tails[g];
    size_t count = golden->count;
    double *parts = malloc(count * sizeof *parts), *sums = malloc(count * sizeof *sums);
    for (size_t i = 0; i < count; i++) {
      parts[i] = part_cell(golden->kind, i);
      sums[i] = parts[i] + 0.5 * part_cell(golden->kind, count - 1 - i);
      if (!isfinite(sums[i])) sums[i] = NAN;
    }
    pil_tail tail = tail_of(sums, count, golden->level, golden->upper);
    pil_tail_part part;
    pil_tail_part_fill(&part, &tail, sums, parts, count);
    assert_true(tail.var == golden->var);
    assert_true(is_near(tail.cvar, golden->cvar, 0));
    /* a mean of 1e6 leaves its spread of 1 ten digits */
    double size = golden->kind == 1 ? 1e-2 : 0;
    assert_true(is_near(tail.cvar_error, golden->cvar_error, size));
    assert_true(is_near(part.mean, golden->mean, fabs(golden->cvar)));
    assert_true(is_near(part.mean_error, golden->mean_error, size));
    assert_true(is_near(part.share, golden->share, 1));
    assert_true(is_near(part.share_error, golden->share_error, size / 1e6));
    free(parts);
    free(sums);
  }
}

static double draw_normal(unsigned short state[3]) {
  double u = 1 - erand48(state), v = erand48(state);
  return sqrt(-2 * log(u)) * cos(2 * PI * v);
}

/* Running mean and spread of an estimate, and the mean of the error it reports. */
typedef struct replicates {
  double sum, squares, errors;
  int count;
} replicates;

static void add_replicate(replicates *r, double estimate, double error, double truth) {
  r->sum += estimate - truth;
  r->squares += (estimate - truth) * (estimate - truth);
  r->errors += error * error;
  r->count++;
}

/* The estimates lie around the truth, `bias` apart at most, with the spread that they report. */
static void assert_replicates(const replicates *r, double bias) {
  double mean = r->sum / r->count, spread = sqrt(r->squares / r->count - mean * mean);
  double reported = sqrt(r->errors / r->count);
  assert_true(fabs(mean) <= bias + 4 * spread / sqrt(r->count));
  assert_true(reported > 0.88 * spread && reported < 1.12 * spread);
}

/* Independent normal losses with sd 1 and 3 (and means 0 and 2), alpha = 0.95, z = 1.6449: of
 * their sum VaR = 2 + z sqrt(10), CVaR = 2 + sqrt(10) phi(z) / 0.05, and the first's part is
 * phi(z) / 0.05 / sqrt(10) (Tasche: covariance with the sum over its sd, times phi(z) / (1 - a)). */
static void normal_tails_have_their_closed_form(void **unused) {
  (void)unused;
  enum { RUNS = 400, ROWS = 4000 };
  double z = 1.6448536269514722, hazard = exp(-z * z / 2) / sqrt(2 * PI) / 0.05;
  double cvar = 2 + sqrt(10) * hazard, mean = hazard / sqrt(10);
  replicates of_var = {0}, of_cvar = {0}, of_mean = {0}, of_share = {0};
  unsigned short state[3] = {1, 2, 3};
  static double parts[ROWS], sums[ROWS];
  for (int run = 0; run < RUNS; run++) {
    for (int i = 0; i < ROWS; i++) {
      parts[i] = draw_normal(state);
      sums[i] = parts[i] + 2 + 3 * draw_normal(state);
    }
    pil_tail tail = tail_of(sums, ROWS, 0.95, true);
    pil_tail_part part;
    pil_tail_part_fill(&part, &tail, sums, parts, ROWS);
    add_replicate(&of_var, tail.var, tail.var_error, 2 + z * sqrt(10));
    add_replicate(&of_cvar, tail.cvar, tail.cvar_error, cvar);
    add_replicate(&of_mean, part.mean, part.mean_error, mean);
    add_replicate(&of_share, part.share, part.share_error, mean / cvar);
  }
  assert_replicates(&of_var, 0.02);
  assert_replicates(&of_cvar, 0.02);
  assert_replicates(&of_mean, 0.01);
  assert_replicates(&of_share, 0.002);
}

/* Exponential losses: VaR = -log(1 - a), CVaR = VaR + 1. */
static void exponential_tails_have_their_closed_form(void **unused) {
  (void)unused;
  enum { ROWS = 100000 };
  double *cells = malloc(ROWS * sizeof *cells);
  for (size_t i = 0; i < ROWS; i++) cells[i] = -log(((double)(i * 7919 % ROWS) + 0.5) / ROWS);
  pil_tail tail = tail_of(cells, ROWS, 0.99, true);
  assert_true(fabs(tail.var - log(100)) < 1e-3);
  assert_true(fabs(tail.cvar - log(100) - 1) < 1e-3);
  /* Manistre and Hancock: (variance of the tail + a (CVaR - VaR)^2) / ((1 - a) n) = 1.99 / 1000 */
  assert_true(fabs(tail.cvar_error / sqrt(1.99 / 1000) - 1) < 0.01);
  for (size_t i = 0; i < ROWS; i++) cells[i] = -cells[i];
  pil_tail mirrored = tail_of(cells, ROWS, 0.99, false);
  assert_true(mirrored.var == -tail.var && mirrored.cvar == -tail.cvar);
  free(cells);
}

static void ratios_agree_with_numpy(void **unused) {
  (void)unused;
  for (size_t g = 0; g < sizeof golden_pairs / sizeof *golden_pairs; g++) {
    const golden_pair *golden = &golden_pairs[g];
    size_t count = golden->count;
    double *below = column_of(golden->kind, count), *above = malloc(count * sizeof *above);
    for (size_t i = 0; i < count; i++) above[i] = 3 * below[count - 1 - i];
    pil_ratio ratio;
    pil_ratio_fill(&ratio, above, below, count);
    /* columns around 0 have means of rounding errors' making: kinds 0 and 4 lose digits */
    double lost = golden->kind == 1 || golden->kind == 2 ? 1 : 1e4;
    assert_true(is_near(ratio.ratio, golden->ratio, lost));
    assert_true(is_near(ratio.error, golden->ratio_error, lost));
    free(below);
    free(above);
  }
}

static void ratios_of_nothing(void **unused) {
  (void)unused;
  pil_ratio ratio;
  pil_ratio_fill(&ratio, (const double[]){1, 2, NAN}, (const double[]){0, 0, 3}, 3);
  assert_true(ratio.count == 2 && isnan(ratio.ratio) && isnan(ratio.error));
  pil_ratio_fill(&ratio, (const double[]){1, 2, INFINITY}, (const double[]){4, 2, 1}, 3);
  assert_true(ratio.count == 2 && ratio.ratio == 0.5);
  assert_true(fabs(ratio.error - 1 / (3 * sqrt(2)) * sqrt(2)) < 1e-15); /* residuals -1 and 1 */
  pil_ratio_fill(&ratio, (const double[]){6, 6}, (const double[]){2, 2}, 2);
  assert_true(ratio.ratio == 3 && ratio.error == 0);
}

static void want_of_memory_is_told(void **unused) {
  (void)unused;
  pil_tail tail;
  pil_error error = {0};
  pil_memory_fail_from(1);
  assert_false(pil_tail_fill(&tail, (const double[]){1, 2}, 2, 0.9, true, &error));
  pil_memory_fail_from(0);
  assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trials_at_var_count_in_part),
      cmocka_unit_test(never_and_what_is_no_number),
      cmocka_unit_test(tails_agree_with_numpy),
      cmocka_unit_test(normal_tails_have_their_closed_form),
      cmocka_unit_test(exponential_tails_have_their_closed_form),
      cmocka_unit_test(ratios_agree_with_numpy),
      cmocka_unit_test(ratios_of_nothing),
      cmocka_unit_test(want_of_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
