/* What a column of results says at a glance: counts, mean and its Monte Carlo error, extremes.
 *
 * In this folder a column is `const double *cells, size_t count`, one cell a trial:
 *   a finite double  a number
 *   +inf             *never* (a payback that does not come): takes part in order, not in means
 *   NaN, -inf        not a number: counted, nothing else
 * Every function is a pure function of its cells: the same cells give the same bits, whatever
 * the number of threads or pieces that filled them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_SUMMARY_H
#define PIL_STATISTICS_SUMMARY_H

#include <stddef.h>

/* count = finite_count + never_count + not_a_number_count. */
typedef struct pil_summary {
  size_t count, finite_count, never_count, not_a_number_count;
  double mean;       /* over the finite; NaN when there are none */
  double sd;         /* over the finite, divisor n - 1; NaN below two */
  double mean_error; /* sd / sqrt(finite_count): one standard error; NaN below two */
  double min, max;   /* over finite and never; NaN when there are none */
} pil_summary;

void pil_summary_fill(pil_summary *summary, const double *cells, size_t count);

/* Should the share that never comes be shown instead of the mean: above 5 % of the numbers. */
#define PIL_SUMMARY_NEVER_LIMIT 0.05

#endif
