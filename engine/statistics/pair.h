/* Two columns of the same trials, compared trial by trial (common random numbers).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_PAIR_H
#define PIL_STATISTICS_PAIR_H

#include <stddef.h>

typedef enum pil_better { PIL_BETTER_UNKNOWN, PIL_BETTER_HIGHER, PIL_BETTER_LOWER } pil_better;

typedef struct pil_pair {
  size_t count;              /* rows finite in both: those of the mean */
  double mean, mean_error;   /* of other - base; NaN without rows (the error: below two) */
  double economy;            /* see below; NaN where differences do not vary but for rounding */
  double economy_error;      /* one standard error; NaN with it */
  size_t compared_count;     /* rows that are numbers in both, never included */
  double probability_better; /* of other against base, ties half; NaN when unknown */
  double probability_error;  /* one standard error; NaN with it */
} pil_pair;

/* In the order of numbers never is the largest; two nevers tie.
 *
 * Economy: (var base + var other) / var(other - base). Independent runs would need so many times
 * as many trials for the same error of the difference, so pairing saved (economy - 1) * count
 * trials of each (below 0: pairing did harm). With A = (base - mean)^2 + (other - mean)^2 and
 * D = (difference - mean)^2 it is mean A / mean D, and its error that of a ratio of means, see
 * ratio.h. */
void pil_pair_fill(pil_pair *pair, const double *base, const double *other, size_t count,
                   pil_better better);

#endif
