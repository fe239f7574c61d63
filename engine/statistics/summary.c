/* What a column of results says at a glance.
 * SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

#include <math.h>
#include <stdbool.h>

#include "moments.h"

/* Numbers near the ends of the range of doubles overflow or vanish when squared; they are
 * summed again times a power of two, which is exact. */
#define SHRINK 0x1p-600
#define GROW 0x1p+600

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static void fill_moments(pil_summary *summary, const double *cells, size_t count, double scale) {
  pil_moments moments = {0};
  double finite[PIL_MOMENTS_ROWS];
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    size_t rows = smaller(PIL_MOMENTS_ROWS, count - start), kept = 0;
    for (size_t i = 0; i < rows; i++) {
      finite[kept] = cells[start + i] * scale;
      kept += isfinite(cells[start + i]) != 0;
    }
    pil_moments_add(&moments, finite, kept);
  }
  summary->mean = pil_moments_mean(&moments) / scale;
  summary->sd = pil_moments_sd(&moments) / scale;
}

static void fill_counts(pil_summary *summary, const double *cells, size_t count) {
  double min = INFINITY, max = -INFINITY;
  size_t finite_count = 0, never_count = 0;
  for (size_t i = 0; i < count; i++) {
    double cell = cells[i];
    finite_count += isfinite(cell) != 0;
    never_count += cell == INFINITY;
    if (cell < min && cell != -INFINITY) min = cell;
    if (cell > max) max = cell;
  }
  summary->finite_count = finite_count;
  summary->never_count = never_count;
  summary->not_a_number_count = count - finite_count - never_count;
  summary->min = finite_count + never_count > 0 ? min : NAN;
  summary->max = finite_count + never_count > 0 ? max : NAN;
}

void pil_summary_fill(pil_summary *summary, const double *cells, size_t count) {
  *summary = (pil_summary){.count = count};
  fill_counts(summary, cells, count);
  fill_moments(summary, cells, count, 1.0);
  bool too_large = !isfinite(summary->mean) || isinf(summary->sd) ||
                   (summary->finite_count > 1 && isnan(summary->sd));
  bool vanished = summary->sd < 0x1p-450 && fabs(summary->min) < 0x1p-400;
  if (too_large) {
    fill_moments(summary, cells, count, SHRINK);
  } else if (vanished && summary->min < summary->max) {
    fill_moments(summary, cells, count, GROW);
  }
  summary->mean_error = summary->sd / sqrt((double)summary->finite_count);
}
