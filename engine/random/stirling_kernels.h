/* The logarithm of the gamma function as straight-line code, for positive arguments.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_STIRLING_KERNELS_H
#define PIL_RANDOM_STIRLING_KERNELS_H

#include "../base/real_kernels.h"

/* log of Γ(a) over Stirling's sqrt(2π/a) (a/e)^a by its series (DLMF 5.11.1), for a >= 9. */
static inline double pil_stirling_kernel(double a) {
  double inverse = 1 / a, y = inverse * inverse, y2 = y * y;
  double c01 = PIL_FMA(-1.0 / 360, y, 1.0 / 12), c23 = PIL_FMA(-1.0 / 1680, y, 1.0 / 1260);
  double c45 = PIL_FMA(-691.0 / 360360, y, 1.0 / 1188),
         c67 = PIL_FMA(-3617.0 / 122400, y, 1.0 / 156);
  return inverse * PIL_FMA(PIL_FMA(PIL_FMA(c67, y2, c45), y2, c23), y2, c01);
}

/* log Γ(1 + a) for a from 0 to 1e30: from Γ(9 + a) by division. */
static inline double pil_log_gamma1_kernel(double a) {
  const double half_log_2pi = 0x1.d67f1c864beb5p-1;
  double product = ((a + 1) * (a + 2)) * ((a + 3) * (a + 4));
  product *= ((a + 5) * (a + 6)) * ((a + 7) * (a + 8));
  double z = a + 9, error = pil_stirling_kernel(z);
  return PIL_FMA(z - 0.5, pil_log_kernel(z), -z) + half_log_2pi + error - pil_log_kernel(product);
}

#endif
