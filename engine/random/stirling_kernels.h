/* The logarithm of the gamma function as straight-line code, for positive arguments.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_STIRLING_KERNELS_H
#define PIL_RANDOM_STIRLING_KERNELS_H

#include <stdbool.h>

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

/* log of Γ(a) over Stirling's form plus the logarithm of `product`, for any a whose logarithm is
 * given: below 9 from Γ(a + 9), which does not cancel much. */
static inline double pil_stirling_shifted_kernel(double a, double log_a, double *product) {
  bool small = a < 9;
  double all = (a * (a + 1)) * ((a + 2) * (a + 3));
  all *= ((a + 4) * (a + 5)) * ((a + 6) * (a + 7)) * (a + 8);
  double z = small ? a + 9 : a;
  *product = small ? all : 1;
  double powers = PIL_FMA(z - 0.5, pil_log_kernel(z), -(a - 0.5) * log_a) - (small ? 9.0 : 0.0);
  return (small ? powers : 0.0) + pil_stirling_kernel(z);
}

/* μ - log(1 + μ) without cancellation, where that logarithm is known as well: within a factor of
 * √2 as pil_log_kernel computes it, less its first term. */
static inline double pil_gap_kernel(double mu, double log_r) {
  double s = mu / (2 + mu), z = s * s, z2 = z * z, half_square = 0.5 * mu * mu;
  double p01 = PIL_FMA(0x1.9999999999a39p-2, z, 0x1.5555555555555p-1);
  double p23 = PIL_FMA(0x1.c71c7201ba2bbp-3, z, 0x1.2492492476905p-2);
  double p45 = PIL_FMA(0x1.3b1c3ca3a4754p-3, z, 0x1.745cf8df6e793p-3);
  double p67 = PIL_FMA(0x1.0c0a8bd475011p-3, z, 0x1.0fbde05e573b5p-3);
  double p = PIL_FMA(PIL_FMA(PIL_FMA(p67, z2, p45), z2, p23), z2, p01);
  double near = half_square - s * PIL_FMA(z, p, half_square), far = mu - log_r;
  return (mu > -0.29) & (mu < 0.41) ? near : far;
}

#endif
