/* A histogram with about 24 bins of a round width.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_HISTOGRAM_H
#define PIL_STATISTICS_HISTOGRAM_H

#include <stddef.h>

enum { PIL_HISTOGRAM_BINS = 32 };

/* Bin i holds low + i step <= x < low + (i + 1) step; step is 1, 2, 2.5 or 5 times a power of
 * ten (at least 1, never 2.5, when every cell is whole). Light tails are covered to the
 * extremes; of a heavy one the first or last bin holds the rest, and `below` or `above` says how
 * many of that bin's count lie outside it. So the counts always sum to the finite cells.
 * One value only: bin_count 1, step 0. No finite cell: bin_count 0. */
typedef struct pil_histogram {
  double low, step;
  size_t bin_count;
  size_t counts[PIL_HISTOGRAM_BINS];
  size_t below, above;
  /* The edge of bin i is (first + i) * unit / per, rounded once: pil_histogram_edge. */
  double first, unit, per;
} pil_histogram;

/* `body`: the column's quantiles (pil_quantiles) at the two levels of pil_histogram_body, which the
 * caller finds together with those it shows. */
extern const double pil_histogram_body[2];
void pil_histogram_fill(pil_histogram *histogram, const double *cells, size_t count,
                        const double body[2]);

/* The lower edge of bin `index` (<= bin_count) as the nearest double of its decimal. */
double pil_histogram_edge(const pil_histogram *histogram, size_t index);

#endif
