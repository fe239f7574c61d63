/* The ratio of two means over the same trials.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ratio.h"

#include <math.h>

#include "moments.h"

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* above - factor * below of the rows finite in both; returns how many they are. */
static size_t keep_finite(const double *above, const double *below, size_t rows, double factor,
                          double *kept) {
  size_t count = 0;
  for (size_t i = 0; i < rows; i++) {
    kept[count] = above[i] - factor * below[i];
    count += isfinite(above[i]) && isfinite(below[i]);
  }
  return count;
}

/* Moments of above - factor * below. */
static pil_moments moments_of(const double *above, const double *below, size_t count, double factor) {
  pil_moments moments = {0};
  double kept[PIL_MOMENTS_ROWS];
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    size_t rows = smaller(PIL_MOMENTS_ROWS, count - start);
    pil_moments_add(&moments, kept, keep_finite(above + start, below + start, rows, factor, kept));
  }
  return moments;
}

void pil_ratio_fill(pil_ratio *ratio, const double *above, const double *below, size_t count) {
  pil_moments of_above = moments_of(above, below, count, 0), of_below = moments_of(below, above, count, 0);
  double mean_below = pil_moments_mean(&of_below);
  *ratio = (pil_ratio){.count = of_above.count, .ratio = NAN, .error = NAN};
  if (!(fabs(mean_below) > 0)) return;
  ratio->ratio = pil_moments_mean(&of_above) / mean_below;
  pil_moments apart = moments_of(above, below, count, ratio->ratio);
  ratio->error = pil_moments_sd(&apart) / (fabs(mean_below) * sqrt((double)apart.count));
}
