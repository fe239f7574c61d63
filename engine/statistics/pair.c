/* Two columns of the same trials, compared trial by trial.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include <math.h>
#include <stdbool.h>

#include "moments.h"

#define SHRINK 0x1p-600 /* see summary.c */
#define ROUNDING 1e-13  /* differences that vary by less of their columns' size do not vary */

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* The rows from `start` on that are finite in both, times `scale`. */
typedef struct rows {
  double base[PIL_MOMENTS_ROWS], other[PIL_MOMENTS_ROWS], difference[PIL_MOMENTS_ROWS];
  size_t count;
} rows;

static void keep_finite(rows *kept, const double *base, const double *other, size_t count, double scale) {
  kept->count = 0;
  for (size_t i = 0; i < count; i++) {
    size_t at = kept->count;
    kept->base[at] = base[i] * scale;
    kept->other[at] = other[i] * scale;
    kept->difference[at] = kept->other[at] - kept->base[at];
    kept->count += isfinite(base[i]) && isfinite(other[i]);
  }
}

static double square(double x) {
  return x * x;
}

/* The ratio of means of A and D (see the header), D made 1 on average. */
static void fill_economy(pil_pair *pair, const double *base, const double *other, size_t count,
                         const pil_moments *of_base, const pil_moments *of_other,
                         const pil_moments *of_difference, double scale) {
  double base_mean = pil_moments_mean(of_base), other_mean = pil_moments_mean(of_other);
  double mean = pil_moments_mean(of_difference), variance = square(pil_moments_sd(of_difference));
  double apart = square(pil_moments_sd(of_base)) + square(pil_moments_sd(of_other));
  if (!(variance > square(ROUNDING) * (apart + square(base_mean) + square(other_mean)))) return;
  pair->economy = apart / variance;
  pil_moments moments = {0};
  rows kept;
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    keep_finite(&kept, base + start, other + start, smaller(PIL_MOMENTS_ROWS, count - start), scale);
    for (size_t i = 0; i < kept.count; i++) {
      double own = square(kept.base[i] - base_mean) + square(kept.other[i] - other_mean);
      kept.base[i] = (own - pair->economy * square(kept.difference[i] - mean)) / variance;
    }
    pil_moments_add(&moments, kept.base, kept.count);
  }
  pair->economy_error = pil_moments_sd(&moments) / sqrt((double)moments.count);
}

static void fill_moments(pil_pair *pair, const double *base, const double *other, size_t count,
                         double scale) {
  pil_moments of_base = {0}, of_other = {0}, of_difference = {0};
  rows kept;
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    keep_finite(&kept, base + start, other + start, smaller(PIL_MOMENTS_ROWS, count - start), scale);
    pil_moments_add(&of_base, kept.base, kept.count);
    pil_moments_add(&of_other, kept.other, kept.count);
    pil_moments_add(&of_difference, kept.difference, kept.count);
  }
  pair->count = of_difference.count;
  pair->mean = pil_moments_mean(&of_difference) / scale;
  pair->mean_error = pil_moments_sd(&of_difference) / scale / sqrt((double)pair->count);
  pair->economy = pair->economy_error = NAN;
  fill_economy(pair, base, other, count, &of_base, &of_other, &of_difference, scale);
}

static bool is_number(double cell) {
  return cell > -INFINITY; /* false for NaN */
}

void pil_pair_fill(pil_pair *pair, const double *base, const double *other, size_t count,
                   pil_better better) {
  *pair = (pil_pair){.probability_better = NAN, .probability_error = NAN};
  fill_moments(pair, base, other, count, 1.0);
  bool too_large = !isfinite(pair->mean) || (pair->count > 1 && !isfinite(pair->mean_error));
  if (pair->count > 0 && too_large) fill_moments(pair, base, other, count, SHRINK);
  size_t higher = 0, tied = 0;
  for (size_t i = 0; i < count; i++) {
    if (!is_number(base[i]) || !is_number(other[i])) continue;
    pair->compared_count++;
    higher += other[i] > base[i];
    tied += other[i] == base[i];
  }
  if (better == PIL_BETTER_UNKNOWN || pair->compared_count == 0) return;
  size_t wins = better == PIL_BETTER_HIGHER ? higher : pair->compared_count - higher - tied;
  double n = (double)pair->compared_count, p = ((double)wins + (double)tied / 2) / n;
  pair->probability_better = p;
  /* of points that are 1, a half or 0; 0 where rounding takes it below */
  pair->probability_error = sqrt(fmax(((double)wins + (double)tied / 4) / n - p * p, 0) / n);
}
