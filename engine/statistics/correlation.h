/* Linear and rank correlation of two columns.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_CORRELATION_H
#define PIL_STATISTICS_CORRELATION_H

#include "../base/error.h"

/* Pearson's r over rows finite in both; NaN below two rows or where a column does not vary. */
double pil_correlation_pearson(const double *first, const double *second, size_t count);

/* ranks[i] = the mid-rank (from 1) of cells[i] among the numbers, never largest; NaN where the
 * cell is not a number. `ranks` holds `count` doubles and may not be `cells`. Takes 32 bytes a
 * row while it runs. To correlate many columns: rank each once, then pearson of the ranks. */
bool pil_correlation_ranks(const double *cells, size_t count, double *ranks, pil_error *error);

enum { PIL_CORRELATION_ROWS = 1 << 18 };

/* Spearman's rank correlation over rows that are numbers in both. Of more than
 * PIL_CORRELATION_ROWS rows that many, evenly spread, are taken, so that memory stays bounded
 * (its standard error is then 0.002 at most). */
bool pil_correlation_spearman(const double *first, const double *second, size_t count, double *out,
                              pil_error *error);

#endif
