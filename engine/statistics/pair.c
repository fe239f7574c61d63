/* Two columns of the same trials, compared trial by trial.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pair.h"

#include <math.h>
#include <stdbool.h>

#include "moments.h"

#define SHRINK 0x1p-600 /* see summary.c */

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static void fill_moments(pil_pair *pair, const double *base, const double *other, size_t count,
                         double scale) {
  pil_moments moments = {0};
  double differences[PIL_MOMENTS_ROWS];
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    size_t rows = smaller(PIL_MOMENTS_ROWS, count - start), kept = 0;
    for (size_t i = start; i < start + rows; i++) {
      differences[kept] = other[i] * scale - base[i] * scale;
      kept += isfinite(base[i]) && isfinite(other[i]);
    }
    pil_moments_add(&moments, differences, kept);
  }
  pair->count = moments.count;
  pair->mean = pil_moments_mean(&moments) / scale;
  pair->mean_error = pil_moments_sd(&moments) / scale / sqrt((double)moments.count);
}

static bool is_number(double cell) {
  return cell > -INFINITY; /* false for NaN */
}

void pil_pair_fill(pil_pair *pair, const double *base, const double *other, size_t count,
                   pil_better better) {
  *pair = (pil_pair){.probability_better = NAN};
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
  pair->probability_better = ((double)wins + (double)tied / 2) / (double)pair->compared_count;
}
