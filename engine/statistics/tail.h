/* The worst trials of a column: where they begin (VaR), what they are on average (CVaR), and
 * what each part of a sum has in that.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_TAIL_H
#define PIL_STATISTICS_TAIL_H

#include <stdbool.h>

#include "../base/error.h"

/* All values in the column's own sign: of a net present value CVaR is the mean of the lowest. */
typedef struct pil_tail {
  double level;            /* such as 0.95: the tail is the worst 5 % */
  bool upper;              /* the highest are the worst; else the lowest */
  size_t count;            /* numbers, never included */
  double var, var_error;   /* the error as quantile.h gives it */
  double cvar, cvar_error; /* NaN (the error) where the tail holds under ten trials, or never */
  double weight;           /* of the tail in trials: (1 - level) count */
  double weight_at;        /* of each trial at var; beyond it 1, before it 0 */
} pil_tail;

/* What one part of a sum has in the sum's tail. */
typedef struct pil_tail_part {
  double mean, mean_error;   /* of the part, in the sum's worst trials; these add up to cvar */
  double share, share_error; /* of cvar */
} pil_tail_part;

/* With losses L (the cells, or their negatives where the lowest are the worst), n numbers and
 * (y)+ = max(y, 0):
 *   VaR  = the smallest of the losses that at most (1 - level) n exceed
 *   CVaR = VaR + sum of (L - VaR)+ / ((1 - level) n)
 * Rockafellar and Uryasev 2000, Optimization of Conditional Value-at-Risk (J. Risk 2(3)), eq. 4
 * and theorem 1; where several trials lie at VaR each counts in part, as in their 2002 paper.
 * CVaR is a minimum over VaR, so that to first order its error is that of the mean alone:
 * sd of (L - VaR)+ / ((1 - level) sqrt(n)) (Manistre and Hancock 2005, N. Am. Actuar. J. 9(2),
 * the same variance written in moments of the tail). Never is the largest number; a tail that
 * holds one has cvar never. Fails only for want of memory. 0 < level < 1. */
bool pil_tail_fill(pil_tail *tail, const double *cells, size_t count, double level, bool upper,
                   pil_error *error);

/* Euler allocation (Tasche 1999, Risk contributions and performance measurement): the mean of a
 * part in the worst trials of the sum, weighted as above. The error also carries that VaR is an
 * estimate: with g the part's mean where the sum is within VaR's error of VaR, and w the weights,
 * it is sd of w (part - g) / ((1 - level) sqrt(n)) (the influence function of E[part | L > VaR]);
 * of the share, the same of the part less share times the sum. NaN where a trial of the tail has
 * no finite part, and the errors where the tail's is. */
void pil_tail_part_fill(pil_tail_part *part, const pil_tail *tail, const double *sums,
                        const double *parts, size_t count);

#endif
