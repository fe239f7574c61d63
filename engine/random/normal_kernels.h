/* The standard normal quantile as straight-line code, for scalars and vectorised loops alike.
 * Frozen: its bits are part of every result (golden words in tests/unit_distribution.c).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_NORMAL_KERNELS_H
#define PIL_RANDOM_NORMAL_KERNELS_H

#include "../base/real_kernels.h"
#include "normal_table.h"
#include "stream.h"

/* sqrt(1/2) in two parts, and 2 / sqrt pi: erfc's argument and slope in the normal CDF. */
#define PIL_ROOT_HALF 0x1.6a09e667f3bcdp-1
#define PIL_ROOT_HALF_REST -0x1.bdd3413b26456p-55
#define PIL_ERFC_SLOPE 0x1.20dd750429b6dp+0

/* |z| for a smaller tail p in [2^-53, 1/2]: one polynomial for each quarter of an octave,
 * error at most 1.5e-15. */
static inline double pil_normal_magnitude_kernel(double tail) {
  const uint64_t fraction = (UINT64_C(1) << 50) - 1, one = UINT64_C(0x3ff0000000000000);
  uint64_t bits = pil_bits_of(tail);
  uint64_t segment = (1022 << 2) - (bits >> 50);
  double t = pil_real_of((bits & fraction) | one) - 1.125;
  double t2 = t * t, t4 = t2 * t2;
#define C(j) pil_normal_table[j][segment]
  double c01 = PIL_FMA(C(1), t, C(0)), c23 = PIL_FMA(C(3), t, C(2));
  double c45 = PIL_FMA(C(5), t, C(4)), c67 = PIL_FMA(C(7), t, C(6));
  double c89 = PIL_FMA(C(9), t, C(8));
  double high = PIL_FMA(PIL_FMA(C(10), t2, c89), t4, PIL_FMA(c67, t2, c45));
  return PIL_FMA(high, t4, PIL_FMA(c23, t2, c01));
#undef C
}

/* The quantile of pil_uniform(word), whose complement is exact too. */
static inline double pil_normal_kernel(uint64_t word) {
  double p = pil_uniform(word), q = pil_uniform_complement(word);
  double z = pil_normal_magnitude_kernel(p < q ? p : q);
  return p < q ? -z : z;
}

#endif
