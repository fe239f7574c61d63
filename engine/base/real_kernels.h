/* exp and log as straight-line code: the same source serves scalars and vectorised loops, so
 * their bits agree. Selections stand for branches, FMA stands only where it is written. (gcc
 * turns the selections of log into vector code under -fno-trapping-math only, which changes no
 * result.)
 * Coefficients: minimax by tests/golden/make_real.py (which also states their error).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_REAL_KERNELS_H
#define PIL_BASE_REAL_KERNELS_H

#include <stdint.h>
#include <string.h>

#define PIL_FMA(a, b, c) __builtin_fma(a, b, c)

static inline uint64_t pil_bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double pil_real_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* ln 2 in two parts; the first ends in 12 zero bits, so that k times it is exact. */
#define PIL_LN2_HIGH 0x1.62e42fefa2000p-1
#define PIL_LN2_LOW 0x1.9ef35793c7673p-41

#define PIL_PER_LN2 0x1.71547652b82fep+0
#define PIL_ROUND 0x1.8p52 /* adding it leaves a number's integer in its lowest bits */

/* P of exp(r) = 1 + r + r^2 P(r), |r| <= ln 2 / 2. */
static inline double pil_exp_polynomial(double r) {
  double r2 = r * r, r4 = r2 * r2;
  double p01 = PIL_FMA(0x1.5555555555561p-3, r, 0x1.000000000000bp-1);
  double p23 = PIL_FMA(0x1.111111110d6bcp-7, r, 0x1.5555555550031p-5);
  double p45 = PIL_FMA(0x1.a01a01bab8f0bp-13, r, 0x1.6c16c185a718ap-10);
  double p67 = PIL_FMA(0x1.71dde024104c1p-19, r, 0x1.a019969427078p-16);
  double p89 = PIL_FMA(0x1.af8501629608bp-26, r, 0x1.28b048e0e6457p-22);
  double p03 = PIL_FMA(p23, r2, p01);
  double p47 = PIL_FMA(p67, r2, p45);
  return PIL_FMA(PIL_FMA(p89, r4, p47), r4, p03);
}

/* y 2^k in two factors: k may lie outside what one exponent holds. shifted is PIL_ROUND + k. */
static inline double pil_exp_scale(double y, double shifted, double k) {
  double half_shifted = PIL_FMA(k, 0.5, PIL_ROUND);
  uint64_t half = pil_bits_of(half_shifted), rest = pil_bits_of(shifted) - half;
  double scale = pil_real_of((half + 1023) << 52);
  double scale_rest = pil_real_of((rest + pil_bits_of(PIL_ROUND) + 1023) << 52);
  return y * scale * scale_rest;
}

/* exp(x) = 2^k exp(r), |r| <= ln 2 / 2 (Cody and Waite's reduction); the rounding error of r
 * itself is carried along. */
static inline double pil_exp_kernel(double x) {
  x = x > 710 ? 710 : x;
  x = x < -746 ? -746 : x;
  double shifted = PIL_FMA(x, PIL_PER_LN2, PIL_ROUND);
  double k = shifted - PIL_ROUND;
  double exact = PIL_FMA(-k, PIL_LN2_HIGH, x);
  double r = PIL_FMA(-k, PIL_LN2_LOW, exact);
  double lost = PIL_FMA(-k, PIL_LN2_LOW, exact - r);
  double y = 1 + (r + PIL_FMA(r * r, pil_exp_polynomial(r), lost));
  return pil_exp_scale(y, shifted, k);
}

/* x = 2^k m, m in [sqrt(1/2), sqrt(2)), for positive normal x whose bits are given; bias is
 * 2^52 + 1023, and more if x was scaled before. */
static inline void pil_log_split(uint64_t bits, double bias, double *k, double *m) {
  const uint64_t root_half = UINT64_C(0x3fe6a09e667f3bcd), one = UINT64_C(0x3ff0000000000000);
  uint64_t moved = bits + (one - root_half);
  *k = pil_real_of((moved >> 52) | UINT64_C(0x4330000000000000)) - bias;
  *m = pil_real_of((moved & UINT64_C(0xfffffffffffff)) + root_half);
}
#define PIL_LOG_BIAS (0x1p52 + 1023)

/* The same for any positive finite x: subnormal numbers become normal ones. */
static inline void pil_log_split_any(double x, double *k, double *m) {
  double scale = x < 0x1p-1022 ? 0x1p54 : 1;
  double bias = x < 0x1p-1022 ? PIL_LOG_BIAS + 54 : PIL_LOG_BIAS;
  pil_log_split(pil_bits_of(x * scale), bias, k, m);
}

/* log(2^k m) = k ln 2 + log m, m = 1 + f, by
 * log(1 + f) = 2 atanh(s) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f / (2 + f). */
static inline double pil_log_kernel(double x) {
  double k, m;
  pil_log_split_any(x, &k, &m);
  double f = m - 1, s = f / (2 + f);
  double z = s * s, z2 = z * z, half_square = 0.5 * f * f;
  double p01 = PIL_FMA(0x1.9999999999a39p-2, z, 0x1.5555555555555p-1);
  double p23 = PIL_FMA(0x1.c71c7201ba2bbp-3, z, 0x1.2492492476905p-2);
  double p45 = PIL_FMA(0x1.3b1c3ca3a4754p-3, z, 0x1.745cf8df6e793p-3);
  double p67 = PIL_FMA(0x1.0c0a8bd475011p-3, z, 0x1.0fbde05e573b5p-3);
  double p = PIL_FMA(PIL_FMA(PIL_FMA(p67, z2, p45), z2, p23), z2, p01);
  double tail = half_square - s * PIL_FMA(z, p, half_square);
  double high = PIL_FMA(k, PIL_LN2_HIGH, f);
  double low = f - (high - k * PIL_LN2_HIGH);
  double y = high + (low + PIL_FMA(k, PIL_LN2_LOW, -tail));
  y = x == 0 ? -__builtin_inf() : y;
  y = x < 0 ? __builtin_nan("") : y;
  return x < __builtin_inf() ? y : x; /* inf and NaN as they came */
}

#endif
