/* Families whose quantile is a formula.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "../base/real_kernels.h"
#include "family.h"
#include "formula_kernels.h"
#include "special.h"

#define PI 0x1.921fb54442d18p+1

double pil_minus_log(double p, double q) {
  if (1 - q == p || q < p) return -pil_log(q);
  return -pil_log1p(-p);
}

static pil_two_tails tails_of(pil_tails tails) {
  return (pil_two_tails){tails.lower, tails.upper};
}

static pil_two_tails nothing_below(void) {
  return (pil_two_tails){0, 1};
}

static pil_two_tails nothing_above(void) {
  return (pil_two_tails){1, 0};
}

/* normal: mean, sd */
double pil_family_normal_quantile(const double *a, double p, double q) {
  return PIL_FMA(a[1], pil_normal_quantile(p, q), a[0]);
}

pil_two_tails pil_family_normal_tails(const double *a, double x) {
  return tails_of(pil_normal_tails((x - a[0]) / a[1]));
}

double pil_family_normal_mean(const double *a) {
  return a[0];
}

/* lognormal: mean, sd, and derived the mean and sd of its logarithm */
double pil_family_lognormal_quantile(const double *a, double p, double q) {
  return pil_exp(PIL_FMA(a[3], pil_normal_quantile(p, q), a[2]));
}

pil_two_tails pil_family_lognormal_tails(const double *a, double x) {
  if (!(x > 0)) return nothing_below();
  return tails_of(pil_normal_tails((pil_log(x) - a[2]) / a[3]));
}

double pil_family_lognormal_mean(const double *a) {
  return a[0];
}

/* uniform: min, max */
double pil_family_uniform_quantile(const double *a, double p, double q) {
  (void)q;
  double x = PIL_FMA(a[1] - a[0], p, a[0]);
  return x < a[1] ? x : a[1];
}

pil_two_tails pil_family_uniform_tails(const double *a, double x) {
  if (x <= a[0]) return nothing_below();
  if (x >= a[1]) return nothing_above();
  double width = a[1] - a[0];
  return (pil_two_tails){(x - a[0]) / width, (a[1] - x) / width};
}

double pil_family_uniform_mean(const double *a) {
  return a[0] + 0.5 * (a[1] - a[0]);
}

/* triangular: min, mode, max */
double pil_family_triangular_quantile(const double *a, double p, double q) {
  return pil_triangular_kernel(a[0], a[1], a[2], p, q);
}

pil_two_tails pil_family_triangular_tails(const double *a, double x) {
  if (x <= a[0]) return nothing_below();
  if (x >= a[2]) return nothing_above();
  double width = a[2] - a[0], rise = a[1] - a[0], fall = a[2] - a[1];
  double from_low = x - a[0], from_high = a[2] - x;
  if (x < a[1]) {
    return (pil_two_tails){from_low / width * (from_low / rise),
                           fall / width + (a[1] - x) / width * ((rise + from_low) / rise)};
  }
  return (pil_two_tails){rise / width + (x - a[1]) / width * ((fall + from_high) / fall),
                         from_high / width * (from_high / fall)};
}

double pil_family_triangular_mean(const double *a) {
  return (a[0] + a[1] + a[2]) / 3;
}

/* exponential: mean */
double pil_family_exponential_quantile(const double *a, double p, double q) {
  return a[0] * pil_minus_log(p, q);
}

static pil_two_tails tails_of_hazard(double hazard) {
  return (pil_two_tails){-pil_expm1(-hazard), pil_exp(-hazard)};
}

pil_two_tails pil_family_exponential_tails(const double *a, double x) {
  return x > 0 ? tails_of_hazard(x / a[0]) : nothing_below();
}

double pil_family_exponential_mean(const double *a) {
  return a[0];
}

/* weibull: shape, scale */
double pil_family_weibull_quantile(const double *a, double p, double q) {
  return pil_weibull_kernel(a[0], a[1], pil_minus_log(p, q));
}

pil_two_tails pil_family_weibull_tails(const double *a, double x) {
  return x > 0 ? tails_of_hazard(pil_pow(x / a[1], a[0])) : nothing_below();
}

double pil_family_weibull_mean(const double *a) {
  return a[1] * pil_exp(pil_log_gamma(1 + 1 / a[0]));
}

/* logistic: location, scale */
double pil_family_logistic_quantile(const double *a, double p, double q) {
  return pil_logistic_kernel(a[0], a[1], p, q);
}

pil_two_tails pil_family_logistic_tails(const double *a, double x) {
  double z = (x - a[0]) / a[1], small = pil_exp(-fabs(z)), tail = small / (1 + small);
  return z < 0 ? (pil_two_tails){tail, 1 - tail} : (pil_two_tails){1 - tail, tail};
}

double pil_family_logistic_mean(const double *a) {
  return a[0];
}

/* cauchy: location, scale */
double pil_family_cauchy_quantile(const double *a, double p, double q) {
  return pil_cauchy_kernel(a[0], a[1], p, q);
}

pil_two_tails pil_family_cauchy_tails(const double *a, double x) {
  double tail = pil_atan2(a[1], fabs(x - a[0])) / PI;
  return x < a[0] ? (pil_two_tails){tail, 1 - tail} : (pil_two_tails){1 - tail, tail};
}

double pil_family_cauchy_mean(const double *a) {
  (void)a;
  return NAN;
}

/* pareto: min, shape */
double pil_family_pareto_quantile(const double *a, double p, double q) {
  return pil_pareto_kernel(a[0], a[1], pil_minus_log(p, q));
}

pil_two_tails pil_family_pareto_tails(const double *a, double x) {
  return x > a[0] ? tails_of_hazard(a[1] * pil_log(x / a[0])) : nothing_below();
}

double pil_family_pareto_mean(const double *a) {
  return a[1] > 1 ? a[0] * (a[1] / (a[1] - 1)) : HUGE_VAL;
}
