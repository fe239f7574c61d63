/* Mean and sum of squared deviations of a stream of finite numbers, to the last digits that
 * doubles hold: the piece that summaries, pairs and correlations share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_MOMENTS_H
#define PIL_STATISTICS_MOMENTS_H

#include <stddef.h>

/* Columns are cut into blocks of this many rows; blocks are merged in order. The grid is part
 * of the result's bits: do not change it. */
enum { PIL_MOMENTS_ROWS = 1024 };

/* A sum with its rounding error beside it. */
typedef struct pil_sum {
  double high, low;
} pil_sum;

/* Zero-initialised is empty. */
typedef struct pil_moments {
  size_t count;
  pil_sum sum, squares; /* squares: sum of squared deviations from the mean */
} pil_moments;

void pil_sum_add(pil_sum *sum, double term);

/* Merges at most PIL_MOMENTS_ROWS finite numbers. */
void pil_moments_add(pil_moments *moments, const double *numbers, size_t count);

double pil_moments_mean(const pil_moments *moments); /* NaN when empty */
double pil_moments_sd(const pil_moments *moments);   /* divisor n - 1; NaN below two */

#endif
