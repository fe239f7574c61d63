/* The incomplete gamma function and its inverse.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdbool.h>

#include "../base/real.h"
#include "distribution.h"
#include "gamma_kernels.h"
#include "special.h"

#define EPSILON 0x1p-53

/* λ - 1 - log λ at λ = x / a. */
static double gap_at(double a, double x) {
  double mu = (x - a) / a;
  return fabs(mu) < 0.5 ? pil_log1p_gap(mu) : mu - pil_log(x / a);
}

/* x^a e^-x / Γ(a), by Stirling's form so that nothing large cancels. */
static double density_at(double a, double x) {
  const double inverse_root_2pi = 0x1.9884533d43651p-2;
  return inverse_root_2pi * sqrt(a) * pil_exp(-a * gap_at(a, x) - pil_stirling_error(a));
}

/* Temme's uniform expansion (SIAM J. Math. Anal. 10, 1979): the tails are those of a normal
 * plus S(η) e^(-a η²/2) / (sqrt(2πa) Γ*), S = Σ b_n η^n, where the differential equation of S
 * gives b_(n-1) = f_n + (n + 1) b_(n+1) / a, run backwards. */
static void expand_uniformly(double a, double x, pil_tails *tails) {
  double eta = sqrt(2 * gap_at(a, x));
  if (x < a) eta = -eta;
  double ahead = 0, here = 0, sum = 0; /* b_(n+1), b_n */
  for (int n = PIL_UNIFORM_TERMS; n >= 1; n--) {
    double b = pil_eta_series[n] + (n + 1) / a * ahead;
    sum = b + eta * sum;
    ahead = here;
    here = b;
  }
  pil_tails normal = pil_normal_tails(eta * sqrt(a));
  double rest = tails->density / a * sum;
  tails->upper = normal.upper + rest;
  tails->lower = normal.lower - rest;
}

/* The lower tail over density / a: Σ x^n / ((a + 1) … (a + n)) (DLMF 8.7.1). */
static double sum_series(double a, double x) {
  double term = 1, sum = 1;
  for (int n = 1; n < 10000 && term > sum * EPSILON; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/* The upper tail over the density: Legendre's continued fraction (DLMF 8.9.2) by the modified
 * Lentz method. */
static double sum_fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
  for (int n = 1; n < 10000; n++) {
    double an = n * (a - n);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    double factor = c * d;
    h *= factor;
    if (fabs(factor - 1) < 2 * EPSILON) break;
  }
  return h;
}

/* Small a and x: 1 - x^a / Γ(1 + a) is -expm1(a log x - log Γ(1 + a)), and the rest of the
 * series (DLMF 8.7.1, the alternating form) is of order x. */
static void expand_near_zero(double a, double x, pil_tails *tails) {
  double exponent = a * pil_log(x) - pil_log_gamma(1 + a);
  double sum = 0, term = 1;
  for (int n = 1; n < 100 && fabs(term) > EPSILON * 1e-3; n++) {
    term *= -x / n;
    sum += term / (a + n);
  }
  double power = pil_exp(exponent);
  tails->lower = power * (1 + a * sum);
  tails->upper = -pil_expm1(exponent) - power * a * sum;
}

pil_tails pil_gamma_tails(double a, double x) {
  pil_tails tails = {.lower = 0, .upper = 1, .density = 0, .slope = a - x};
  if (!(x > 0)) return tails;
  tails.density = density_at(a, x);
  if (isinf(x) || x > 1e300) {
    tails.lower = 1;
    tails.upper = 0;
  } else if (a >= 20 && fabs(x - a) < 0.6 * a) {
    expand_uniformly(a, x, &tails);
  } else if (a < 1 && x < 1.5) {
    expand_near_zero(a, x, &tails);
  } else if (x < a + 1) {
    tails.lower = tails.density / a * sum_series(a, x);
    tails.upper = 1 - tails.lower;
  } else {
    tails.upper = tails.density * sum_fraction(a, x);
    tails.lower = 1 - tails.upper;
  }
  return tails;
}

static pil_tails tails_at_log(const void *shape, double u) {
  return pil_gamma_tails(*(const double *)shape, pil_exp(u));
}

/* Shapes and tails beyond what gamma_kernels.h is good for. */
static double invert_directly(double a, double p, double q) {
  if (p <= 0) return 0;
  if (q <= 0) return HUGE_VAL;
  /* Near 0 the lower tail is x^a / Γ(1 + a) (1 + O(x)). */
  double near_zero = (p < q ? pil_log(p) : pil_log1p(-q)) + pil_log_gamma(1 + a);
  near_zero /= a;
  if (near_zero < -39) return pil_exp(near_zero);
  /* Wilson and Hilferty (1931): the cube root of x / a is nearly normal. */
  double root = 1 - 1 / (9 * a) + pil_normal_quantile(p, q) / (3 * sqrt(a));
  double start = near_zero;
  if (root > 0.3) {
    start = pil_log(a) + 3 * pil_log(root);
  } else if (q < p && near_zero > 0) {
    start = pil_log(1 - pil_log(q)); /* the upper tail falls as e^-x at least */
  }
  return pil_exp(pil_tails_solve(tails_at_log, &a, start, p, q));
}

double pil_gamma_inverse(double a, double p, double q) {
  double x, z = pil_normal_quantile(p, q);
  if (!(p >= 0x1p-53 && q >= 0x1p-53)) return invert_directly(a, p, q);
  switch (pil_gamma_way_of(a, z)) {
    case PIL_GAMMA_LARGE: pil_gamma_large(&a, &z, &x); return x;
    case PIL_GAMMA_SMALL: pil_gamma_small(&a, &p, &q, &z, &x); return x;
    default: return invert_directly(a, p, q);
  }
}
