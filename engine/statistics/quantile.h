/* Exact quantiles of a column that stays where it is: nothing is copied or reordered, and the
 * scratch memory is bounded (under 2 MiB) whatever the number of rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_QUANTILE_H
#define PIL_STATISTICS_QUANTILE_H

#include "../base/error.h"

/* out[i] = the quantile at probabilities[i] (each in [0, 1], in any order), Hyndman-Fan type 7,
 * over finite and never cells. Nothing is interpolated across infinity: where the upper
 * neighbour is never and has any weight, so is the quantile. NaN where there is no number at
 * all. Fails only for want of memory. */
bool pil_quantiles(const double *cells, size_t count, const double *probabilities, size_t p_count,
                   double *out, pil_error *error);

/* The same, and errors[i] = the quantile's Monte Carlo error (one standard error): half the
 * distance between the quantiles at ranks n p -/+ sqrt(n p (1 - p)). inf where the upper end
 * is never; NaN where that interval leaves the sample (too few trials, or p is 0 or 1) or the
 * whole interval is never. */
bool pil_quantiles_and_errors(const double *cells, size_t count, const double *probabilities,
                              size_t p_count, double *out, double *errors, pil_error *error);

#endif
