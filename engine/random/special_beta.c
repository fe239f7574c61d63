/* The incomplete beta function and its inverse.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdbool.h>

#include "../base/real.h"
#include "beta_kernels.h"
#include "distribution.h"
#include "special.h"

#define EPSILON 0x1p-53

/* r - 1 - log r at r = 1 + mu, where r is known as well. */
static double gap_of(double mu, double r) {
  return fabs(mu) < 0.5 ? pil_log1p_gap(mu) : mu - pil_log(r);
}

/* x^a y^b / B(a, b), by Stirling's form: the exponents are measured from their joint maximum
 * at x = a / (a + b), so that nothing large cancels. */
static double density_at(double a, double b, double x, double y) {
  const double inverse_root_2pi = 0x1.9884533d43651p-2;
  double n = a + b, shift = x * b - y * a;
  double gaps = a * gap_of(shift / a, x * (n / a)) + b * gap_of(-shift / b, y * (n / b));
  double errors = pil_stirling_error(n) - pil_stirling_error(a) - pil_stirling_error(b);
  return inverse_root_2pi * sqrt(a) * sqrt(b / n) * pil_exp(errors - gaps);
}

/* The lower tail over the density: the continued fraction of DiDonato and Morris (ACM TOMS 18,
 * 1992; the even part of DLMF 8.17.22) by the modified Lentz method. It asks for
 * a - (a + b) x, which is formed without cancellation. Converges fast for x below the mean. */
static double sum_fraction(double a, double b, double x, double y) {
  const double tiny = 1e-300;
  double lambda = a * y - b * x;
  double beta = a / (a + 1) * (lambda + 1), c = beta, d = 0, h = beta;
  if (fabs(c) < tiny) c = h = tiny;
  for (int n = 1; n < 20000; n++) {
    double odd = a + 2 * n - 1, share = n * (b - n) * x / odd;
    double alpha = (a + n - 1) * ((a + b + n - 1) * x) / odd * share;
    beta = n + share + (a + n) / (odd + 2) * (lambda + 1 + n * (1 + y));
    d = beta + alpha * d;
    c = beta + alpha / c;
    if (fabs(d) < tiny) d = tiny;
    if (fabs(c) < tiny) c = tiny;
    d = 1 / d;
    h *= c * d;
    if (fabs(c * d - 1) < 2 * EPSILON) break;
  }
  return 1 / h;
}

/* Gauss-Legendre, 32 points on (0, 1): node and weight, the other half by symmetry. */
static const double legendre[16][2] = {
    {0x1.66a18fbf64a0fp-10, 0x1.cbf8bc743cc5cp-9}, {0x1.d77b63ad0c91bp-8, 0x1.0aa3c248696c9p-7},
    {0x1.20aae7fac455ap-6, 0x1.a0060a8531ffap-7},  {0x1.0a9fed30405eep-5, 0x1.18c5800a355d9p-6},
    {0x1.a8ab25d459a36p-5, 0x1.5ee963a335495p-6},  {0x1.347ec0a5e57b4p-4, 0x1.a1c6ae961fbfap-6},
    {0x1.a4e5adf8ed0ebp-4, 0x1.e0bd76c924981p-6},  {0x1.123ed9c52d88dp-3, 0x1.0d9b9a62cac10p-5},
    {0x1.590aec76f00edp-3, 0x1.2854103b35e0cp-5},  {0x1.a62dd72d3a6b8p-3, 0x1.40483e126fd14p-5},
    {0x1.f8ef3af329ac5p-3, 0x1.553ee25ebebc6p-5},  {0x1.2844a541c8387p-2, 0x1.6705e18e13ed1p-5},
    {0x1.5615518d42105p-2, 0x1.7572bdb3f6e51p-5},  {0x1.857c20798fdadp-2, 0x1.8062fc0f6fef9p-5},
    {0x1.b607c563a0372p-2, 0x1.87bc776f8c6d7p-5},  {0x1.e74437b7733b6p-2, 0x1.8b6d9eaec77adp-5}};
enum { LEGENDRE_PAIRS = sizeof legendre / sizeof legendre[0] };

/* log of the density (with respect to x) at x - s over that at x. */
static double log_ratio(double a, double b, double x, double y, double s) {
  return (a - 1) * pil_log1p(-s / x) + (b - 1) * pil_log1p(s / y);
}

/* The lower tail over the density (with respect to the logit), for large a and b and x at most
 * a little above the mean: the density's own fall below x, integrated by Gauss-Legendre. */
static double integrate_fall(double a, double b, double x, double y) {
  double n = a + b, sd = sqrt(a / n * (b / n) / n), z = (a / n - x) / sd;
  double length = sd * (sqrt(z * z + 76) - z);
  if (length > x) length = x;
  while (length < x && log_ratio(a, b, x, y, length) > -37) length *= 1.125;
  if (length > x) length = x;
  double sum = 0;
  for (int i = 0; i < LEGENDRE_PAIRS; i++) {
    double near = legendre[i][0] * length, far = length - near;
    sum += legendre[i][1] *
           (pil_exp(log_ratio(a, b, x, y, near)) + pil_exp(log_ratio(a, b, x, y, far)));
  }
  return sum * length / (x * y);
}

/* The lower tail, where x is at most about the mean. */
static double lower_tail(double a, double b, double x, double y, double density) {
  if (a > 300 && b > 300) return density * integrate_fall(a, b, x, y);
  return density * sum_fraction(a, b, x, y);
}

pil_tails pil_beta_tails(double a, double b, double x, double y) {
  pil_tails tails = {.lower = 0, .upper = 1, .density = 0, .slope = a * y - b * x};
  if (!(x > 0)) return tails;
  if (!(y > 0)) {
    tails.lower = 1;
    tails.upper = 0;
    return tails;
  }
  tails.density = density_at(a, b, x, y);
  if (x * (b + 1) < y * (a + 1)) {
    tails.lower = lower_tail(a, b, x, y, tails.density);
    tails.upper = 1 - tails.lower;
  } else {
    tails.upper = lower_tail(b, a, y, x, tails.density);
    tails.lower = 1 - tails.upper;
  }
  return tails;
}

static void split_logit(double u, double *x, double *y) {
  double small = pil_exp(-fabs(u)), large = 1 / (1 + small);
  *x = u < 0 ? small * large : large;
  *y = u < 0 ? large : small * large;
}

typedef struct beta_shape {
  double a, b;
} beta_shape;

static pil_tails tails_at_logit(const void *context, double u) {
  const beta_shape *shape = context;
  double x, y;
  split_logit(u, &x, &y);
  return pil_beta_tails(shape->a, shape->b, x, y);
}

/* Carter's approximation (Abramowitz and Stegun 26.5.22) to the logit's quantile. */
static double guess_normal(double a, double b, double p, double q) {
  double z = pil_normal_quantile(q, p), al = 1 / (2 * a - 1), be = 1 / (2 * b - 1);
  double lambda = (z * z - 3) / 6, h = 2 / (al + be);
  double w = z * sqrt(h + lambda) / h - (be - al) * (lambda + 5.0 / 6 - 2 / (3 * h));
  return pil_log(a / b) - 2 * w;
}

/* The first terms at both ends: x^a / (a B) below and y^b / (b B) above. */
typedef struct end_guess {
  double lower, upper; /* logits */
} end_guess;

static end_guess guess_ends(double a, double b, double p, double q) {
  double log_b = pil_log_gamma(a) + pil_log_gamma(b) - pil_log_gamma(a + b);
  double log_p = p < q ? pil_log(p) : pil_log1p(-q), log_q = p < q ? pil_log1p(-p) : pil_log(q);
  return (end_guess){.lower = (log_p + pil_log(a) + log_b) / a,
                     .upper = -(log_q + pil_log(b) + log_b) / b};
}

/* Shapes and tails beyond what beta_kernels.h is good for. */
static void invert_directly(double a, double b, double p, double q, double *x, double *y) {
  if (p <= 0 || q <= 0) {
    *x = p <= 0 ? 0 : 1;
    *y = 1 - *x;
    return;
  }
  end_guess ends = guess_ends(a, b, p, q);
  double start;
  if (ends.lower < -38 - pil_log(1 + b)) { /* the second term is below half an ulp */
    split_logit(ends.lower, x, y);
    return;
  }
  if (-ends.upper < -38 - pil_log(1 + a)) {
    split_logit(ends.upper, x, y);
    return;
  }
  if (a > 1 && b > 1) {
    start = guess_normal(a, b, p, q);
    if (!isfinite(start)) start = pil_log(a / b);
  } else {
    start = ends.lower < -1 ? ends.lower : ends.upper > 1 ? ends.upper : 0;
  }
  beta_shape shape = {a, b};
  split_logit(pil_tails_solve(tails_at_logit, &shape, start, p, q), x, y);
}

void pil_beta_inverse(double a, double b, double p, double q, double *x, double *y) {
  double z = pil_normal_quantile(p, q);
  pil_beta_way way =
      p >= 0x1p-53 && q >= 0x1p-53 ? pil_beta_way_of(a, b, z) : PIL_BETA_DIRECT;
  switch (way) {
    case PIL_BETA_LARGE: pil_beta_large(&a, &b, &z, x, y); break;
    case PIL_BETA_SMALL: pil_beta_small(&a, &b, &p, &q, &z, x, y); break;
    default: invert_directly(a, b, p, q, x, y);
  }
}
