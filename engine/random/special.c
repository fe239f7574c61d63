/* The safeguarded solver for quantiles, the logarithm of the gamma function, and the normal.
 * SPDX-License-Identifier: Apache-2.0 */
#include "special.h"

#include <math.h>

#include "../base/real.h"
#include "distribution.h"
#include "normal_kernels.h"

/* SLEEF's deterministic functions; real.h explains why they are declared by hand. */
extern double Sleef_finz_lgammad1_u10purecfma(double);
extern double Sleef_finz_erfcd1_u15purecfma(double);

double pil_log_gamma(double x) {
  return Sleef_finz_lgammad1_u10purecfma(x);
}

/* Stirling's series (DLMF 5.11.1); below 10 the definition itself, which does not cancel much. */
double pil_stirling_error(double a) {
  if (a < 10) {
    const double half_log_2pi = 0x1.d67f1c864beb5p-1;
    return pil_log_gamma(a) - ((a - 0.5) * pil_log(a) - a + half_log_2pi);
  }
  static const double series[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                  1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
  double inverse = 1 / a, square = inverse * inverse, sum = 0;
  for (int i = (int)(sizeof series / sizeof series[0]) - 1; i >= 0; i--) {
    sum = series[i] + square * sum;
  }
  return sum * inverse;
}

/* With t = μ / (2 + μ): log(1 + μ) = 2 atanh(t) and μ = 2t + tμ, so the gap is
 * tμ - 2 t^3 (1/3 + t^2/5 + t^4/7 + ...). */
double pil_log1p_gap(double mu) {
  if (!(fabs(mu) < 0.5)) return mu - pil_log(1 + mu);
  double t = mu / (2 + mu), square = t * t, sum = 0, power = 1;
  for (int k = 3; power > 1e-18; k += 2) {
    sum += power / k;
    power *= square;
    if (square == 0) break;
  }
  return t * mu - 2 * t * square * sum;
}

/* Where the step to u would leave the bracket, its middle; where the bracket is still open,
 * a bounded step. */
static double keep_inside(double u, double step, double low, double high) {
  double next = u + step;
  if (next > low && next < high && fabs(step) <= 32) return next;
  if (low > -HUGE_VAL && high < HUGE_VAL) return low + 0.5 * (high - low);
  double bounded = fabs(step) <= 32 ? step : copysign(32, step);
  return u + bounded;
}

double pil_tails_solve(pil_tails_at *at, const void *context, double start, double p, double q) {
  bool lower = p <= q;
  double target = pil_log(lower ? p : q), sign = lower ? 1 : -1;
  double u = start, low = -HUGE_VAL, high = HUGE_VAL;
  for (int round = 0; round < 200; round++) {
    pil_tails tails = at(context, u);
    double tail = lower ? tails.lower : tails.upper;
    double gap = sign * (pil_log(tail) - target); /* grows with u */
    if (gap == 0) return u;
    if (gap < 0) low = u;
    if (gap > 0) high = u;
    double rate = tails.density / tail;
    double step = -gap / rate;
    double bend = 1 + 0.5 * step * (tails.slope - sign * rate);
    if (bend > 0.5 && bend < 2) step /= bend;
    if (!isfinite(step)) step = gap < 0 ? 32 : -32;
    double next = keep_inside(u, step, low, high);
    /* Halley's error is the cube of a step that is 1e-4 of the tail's own scale at most. */
    bool close = next == u || (next == u + step && fabs(step) <= 1e-6 && fabs(gap) <= 1e-4);
    u = next;
    if (close) return u;
  }
  return u;
}

/* Newton's method on the logarithm of the tail, which is Mills' ratio times the density;
 * the ratio by its continued fraction (DLMF 7.9.2). For p < 2^-53, so z > 8. */
static double find_far_normal(double tail) {
  const double half_log_2pi = 0x1.d67f1c864beb5p-1;
  double log_tail = pil_log(tail);
  double z = sqrt(-2 * log_tail - 2 * half_log_2pi - pil_log(-2 * log_tail));
  for (int round = 0; round < 4; round++) {
    double fraction = z;
    for (int k = 40; k >= 1; k--) fraction = z + k / fraction;
    double log_here = -0.5 * z * z - half_log_2pi - pil_log(fraction);
    z += (log_here - log_tail) / fraction;
  }
  return z;
}

double pil_normal_quantile(double p, double q) {
  double tail = p < q ? p : q;
  if (isnan(p) || isnan(q)) return p + q;
  if (tail <= 0) return p < q ? -HUGE_VAL : HUGE_VAL;
  if (tail > 0.5) tail = 0.5;
  double z = tail < 0x1p-53 ? find_far_normal(tail) : pil_normal_magnitude_kernel(tail);
  return p < q ? -z : z;
}

/* Half of erfc(z / sqrt 2), where the rounding of z / sqrt 2 is made good to first order. */
static double upper_normal(double z) {
  double x = z * PIL_ROOT_HALF;
  double lost = PIL_FMA(z, PIL_ROOT_HALF, -x) + z * PIL_ROOT_HALF_REST;
  double tail = Sleef_finz_erfcd1_u15purecfma(x);
  double slope = PIL_ERFC_SLOPE * pil_exp(-x * x);
  return 0.5 * (fabs(x) < 27 ? tail - slope * lost : tail);
}

pil_tails pil_normal_tails(double z) {
  const double inverse_root_2pi = 0x1.9884533d43651p-2;
  return (pil_tails){.lower = upper_normal(-z),
                     .upper = upper_normal(z),
                     .density = inverse_root_2pi * pil_exp(-0.5 * z * z),
                     .slope = -z};
}

double pil_normal_cdf(double z) {
  return upper_normal(-z);
}
