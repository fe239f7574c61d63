/* What a column of results says at a glance.
 * SPDX-License-Identifier: Apache-2.0 */

/* The loops over cells are to be vector code. */
#pragma GCC optimize("O3")

#include "summary.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "moments.h"

enum { ABREAST = 8 /* cells looked at side by side */ };

/* Numbers near the ends of the range of doubles overflow or vanish when squared; they are
 * summed again times a power of two, which is exact. */
#define SHRINK 0x1p-600
#define GROW 0x1p+600

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* The finite cells from `start` on, times `scale`; returns how many of the rows they are. */
static size_t keep_finite(const double *cells, size_t rows, double scale, double *finite) {
  size_t kept = 0;
  for (size_t i = 0; i < rows; i++) {
    finite[kept] = cells[i] * scale;
    kept += isfinite(cells[i]) != 0;
  }
  return kept;
}

static void fill_moments(pil_summary *summary, const double *cells, size_t count, double scale) {
  pil_moments moments = {0};
  bool as_they_are = summary->finite_count == count && scale == 1;
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    size_t rows = smaller(PIL_MOMENTS_ROWS, count - start);
    double finite[PIL_MOMENTS_ROWS];
    if (as_they_are)
      pil_moments_add(&moments, cells + start, rows);
    else
      pil_moments_add(&moments, finite, keep_finite(cells + start, rows, scale, finite));
  }
  summary->mean = pil_moments_mean(&moments) / scale;
  summary->sd = pil_moments_sd(&moments) / scale;
}

/* One for every eighth cell, so that a step does not wait for the one before. */
typedef struct counts {
  double min[ABREAST], max[ABREAST];
  int64_t finite[ABREAST], never[ABREAST];
} counts;

/* Not inlined: the compiler would take the loop apart before it could make vector code of it. */
__attribute__((noinline)) static void count_cells(counts *c, const double *cells) {
  for (size_t j = 0; j < ABREAST; j++) {
    double cell = cells[j];
    c->finite[j] += fabs(cell) <= DBL_MAX;
    c->never[j] += cell == INFINITY;
    c->min[j] = (cell < c->min[j]) & (cell >= -DBL_MAX) ? cell : c->min[j];
    c->max[j] = cell > c->max[j] ? cell : c->max[j];
  }
}

static void fill_counts(pil_summary *summary, const double *cells, size_t count) {
  counts c = {{0}, {0}, {0}, {0}};
  double rest[ABREAST], min = INFINITY, max = -INFINITY;
  size_t whole = count / ABREAST * ABREAST;
  for (size_t j = 0; j < ABREAST; j++) {
    c.min[j] = INFINITY;
    c.max[j] = -INFINITY;
    rest[j] = whole + j < count ? cells[whole + j] : NAN;
  }
  for (size_t i = 0; i < whole; i += ABREAST) count_cells(&c, cells + i);
  count_cells(&c, rest);
  for (size_t j = 0; j < ABREAST; j++) {
    summary->finite_count += (size_t)c.finite[j];
    summary->never_count += (size_t)c.never[j];
    min = fmin(min, c.min[j]);
    max = fmax(max, c.max[j]);
  }
  size_t numbers = summary->finite_count + summary->never_count;
  summary->not_a_number_count = count - numbers;
  summary->min = numbers > 0 ? min + 0.0 : NAN; /* one zero */
  summary->max = numbers > 0 ? max + 0.0 : NAN;
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
