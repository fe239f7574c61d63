/* Mean and standard deviation of a stream of numbers, without rounding on the way: whole-number sums,
 * so that neither the order of the numbers nor how they were split among threads shows in the result.
 * For streams that are not kept; columns that are have pil_moments.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_EXACT_H
#define PIL_STATISTICS_EXACT_H

#include <stddef.h>
#include <stdint.h>

/* Digits of 32 bits that hold every finite double, and its square. */
enum { PIL_EXACT_DIGITS = 67, PIL_EXACT_SQUARE_DIGITS = 133 };

/* Zero-initialised is empty. About 1.6 KiB. The sum is that of sums[i] 2^(32 i - 1074), the sum of squares that of
 * squares[i] 2^(32 i - 2148). At most 2^32 - 1 numbers. */
typedef struct pil_exact {
  uint64_t count;
  uint32_t since_carry; /* numbers added since all digits but the last were below 2^32 */
  int64_t sums[PIL_EXACT_DIGITS];
  uint64_t squares[PIL_EXACT_SQUARE_DIGITS];
} pil_exact;

/* Adds the finite ones among these. */
void pil_exact_add(pil_exact *exact, const double *numbers, size_t count);
void pil_exact_merge(pil_exact *exact, const pil_exact *part);

/* Within one unit in the last place of the true value. */
double pil_exact_mean(const pil_exact *exact); /* NaN when empty */
double pil_exact_sd(const pil_exact *exact);   /* divisor n - 1; NaN below two */

#endif
