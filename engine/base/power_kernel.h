/* pow as straight-line code, for scalars and vectorised loops alike (see real_kernels.h):
 * |x|^y = exp(y log |x|) with log |x| as the sum of two doubles, then C99 Annex F's special
 * values by selections. Before its last rounding the result is off by less than 0.4 units in the
 * last place, so powers that are doubles come out exactly (x^1 is x), and none overflows early.
 * Coefficients: minimax by tests/golden/make_real.py (which also states their error).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_POWER_KERNEL_H
#define PIL_BASE_POWER_KERNEL_H

#include "real_kernels.h"

typedef struct pil_two {
  double high, low; /* their sum; |low| is at most half a unit in the last place of high */
} pil_two;

/* 2/3 in two parts. */
#define PIL_TWO_THIRDS_HIGH 0x1.5555555555555p-1
#define PIL_TWO_THIRDS_LOW 0x1.5555555555555p-55

/* log m = 2 atanh(s) = 2s + s^3 (2/3 + z Q(z)), s = (m - 1) / (m + 1), z = s^2, as 2s + rest:
 * relative error 2^-64. Only z Q(z), at most 0.012, is rounded to one double; sums and products
 * elsewhere keep what they lose (Dekker 1971, with FMA). */
static inline void pil_log_of_mantissa(double m, pil_two *twice_s, pil_two *rest) {
  double f = m - 1, sum = m + 1, sum_low = m - (sum - 1), inverse = 1 / sum;
  double s = f * inverse;
  double s_low = PIL_FMA(-s, sum_low, PIL_FMA(-s, sum, f)) * inverse;
  double z = s * s, z_low = PIL_FMA(2 * s, s_low, PIL_FMA(s, s, -z));
  double z2 = z * z, z4 = z2 * z2;
  double p01 = PIL_FMA(0x1.24924924926aep-2, z, 0x1.999999999999ap-2);
  double p23 = PIL_FMA(0x1.745d17bce35a6p-3, z, 0x1.c71c71c68b08ep-3);
  double p45 = PIL_FMA(0x1.111cb34910f9ep-3, z, 0x1.3b137f8bcf56dp-3);
  double p67 = PIL_FMA(0x1.e6795ed436106p-4, z, 0x1.decab2e744b82p-4);
  double q = PIL_FMA(PIL_FMA(p67, z2, p45), z4, PIL_FMA(p23, z2, p01));
  double c = PIL_FMA(z, q, PIL_TWO_THIRDS_HIGH);
  double c_low = PIL_FMA(z, q, PIL_TWO_THIRDS_HIGH - c) + PIL_FMA(z_low, q, PIL_TWO_THIRDS_LOW);
  double t = z * c, t_low = PIL_FMA(z, c, -t) + PIL_FMA(z, c_low, z_low * c);
  *twice_s = (pil_two){2 * s, 2 * s_low};
  rest->high = s * t;
  rest->low = PIL_FMA(s, t, -rest->high) + PIL_FMA(s, t_low, s_low * t);
}

/* log x = k ln 2 + log m. */
static inline pil_two pil_log_two(double k, double m) {
  pil_two twice_s, rest;
  pil_log_of_mantissa(m, &twice_s, &rest);
  /* The parts by size: k ln 2 (or nothing), 2s, the rest; what each sum loses is exact. */
  double base = k * PIL_LN2_HIGH, sum = base + twice_s.high, all = sum + rest.high;
  double lost = (twice_s.high - (sum - base)) + (rest.high - (all - sum));
  double low = lost + PIL_FMA(k, PIL_LN2_LOW, twice_s.low + rest.low);
  double high = all + low;
  return (pil_two){high, low - (high - all)};
}

/* exp(high + low) = y 2^k, |low| far below 1, by the reduction and the polynomial of
 * pil_exp_kernel. The last sum keeps what 1 + r loses. `shifted` is PIL_ROUND + k. */
static inline double pil_exp_two(double high, double low, double *shifted, double *k) {
  *shifted = PIL_FMA(high, PIL_PER_LN2, PIL_ROUND);
  *k = *shifted - PIL_ROUND;
  double exact = PIL_FMA(-*k, PIL_LN2_HIGH, high), rest = PIL_FMA(-*k, PIL_LN2_LOW, low);
  double r = exact + rest, lost = rest - (r - exact);
  double sum = 1 + r, sum_low = r - (sum - 1);
  return sum + (sum_low + PIL_FMA(r * r, pil_exp_polynomial(r), PIL_FMA(lost, r, lost)));
}

static inline double pil_power_kernel(double x, double y) {
  const uint64_t sign = UINT64_C(1) << 63;
  const double infinity = __builtin_inf();
  double size = pil_real_of(pil_bits_of(x) & ~sign), log_k, m, shifted, k;
  pil_log_split_any(size, &log_k, &m);
  pil_two log = pil_log_two(log_k, m);
  log.high = size == 0 ? -infinity : log.high;
  log.high = size < infinity ? log.high : infinity;
  double high = y * log.high, low = PIL_FMA(y, log.low, PIL_FMA(y, log.high, -high));
  low = __builtin_fabs(high) < 0x1p10 ? low : 0;
  high = size == 1 ? 0 : high; /* to the power of infinity too */
  high = high > 710 ? 710 : high;
  high = high < -746 ? -746 : high;
  double power = pil_exp_two(high, low, &shifted, &k);
  power = pil_exp_scale(power, shifted, k);
  double half = 0.5 * y;
  uint64_t whole = __builtin_floor(y) == y ? sign : 0;
  uint64_t odd = __builtin_floor(half) == half ? 0 : whole;
  power = pil_real_of(pil_bits_of(power) | (pil_bits_of(x) & odd));
  double root = whole != 0 ? power : __builtin_nan(""); /* what a negative number's power is */
  root = size < infinity ? root : power;
  power = x < 0 ? root : power;
  power = x == x ? power : x;
  power = y == y ? power : y;
  power = y == 0 ? 1 : power;
  return x == 1 ? 1 : power;
}

/* The same bits with less work for positive normal numbers whose power is far from overflow;
 * *ordinary says whether x and y were (else the result is nothing). */
static inline double pil_power_ordinary(double x, double y, uint64_t *ordinary) {
  double log_k, m, shifted, k;
  pil_log_split(pil_bits_of(x), PIL_LOG_BIAS, &log_k, &m);
  pil_two log = pil_log_two(log_k, m);
  double high = y * log.high, low = PIL_FMA(y, log.low, PIL_FMA(y, log.high, -high));
  *ordinary = (x >= 0x1p-1022) & (x < __builtin_inf()) & (__builtin_fabs(high) < 700) ? 1 : 0;
  double power = pil_exp_two(high, low, &shifted, &k);
  return power * pil_real_of((pil_bits_of(shifted) - pil_bits_of(PIL_ROUND) + 1023) << 52);
}

#endif
