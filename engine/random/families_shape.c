/* Families on the incomplete gamma and beta functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "../base/real_kernels.h"
#include "family.h"
#include "special.h"

static pil_two_tails tails_of(pil_tails tails) {
  return (pil_two_tails){tails.lower, tails.upper};
}

/* gamma: shape, scale */
double pil_family_gamma_quantile(const double *a, double p, double q) {
  return a[1] * pil_gamma_inverse(a[0], p, q);
}

pil_two_tails pil_family_gamma_tails(const double *a, double x) {
  return tails_of(pil_gamma_tails(a[0], x / a[1]));
}

double pil_family_gamma_mean(const double *a) {
  return a[0] * a[1];
}

/* beta: alpha, beta */
double pil_family_beta_quantile(const double *a, double p, double q) {
  double x, y;
  pil_beta_inverse(a[0], a[1], p, q, &x, &y);
  return x;
}

pil_two_tails pil_family_beta_tails(const double *a, double x) {
  return tails_of(pil_beta_tails(a[0], a[1], x, 1 - x));
}

double pil_family_beta_mean(const double *a) {
  return a[0] / (a[0] + a[1]);
}

/* pert: min, mode, max, shape: a beta between min and max (Vose's modified PERT) */
typedef struct pert_shape {
  double alpha, beta;
} pert_shape;

static pert_shape shape_pert(const double *a) {
  double width = a[2] - a[0];
  return (pert_shape){1 + a[3] * ((a[1] - a[0]) / width), 1 + a[3] * ((a[2] - a[1]) / width)};
}

double pil_family_pert_quantile(const double *a, double p, double q) {
  pert_shape shape = shape_pert(a);
  double x, y;
  pil_beta_inverse(shape.alpha, shape.beta, p, q, &x, &y);
  return x < y ? PIL_FMA(a[2] - a[0], x, a[0]) : PIL_FMA(a[0] - a[2], y, a[2]);
}

pil_two_tails pil_family_pert_tails(const double *a, double x) {
  pert_shape shape = shape_pert(a);
  double width = a[2] - a[0];
  return tails_of(pil_beta_tails(shape.alpha, shape.beta, (x - a[0]) / width, (a[2] - x) / width));
}

double pil_family_pert_mean(const double *a) {
  return (a[0] + a[3] * a[1] + a[2]) / (a[3] + 2);
}

/* proportion: successes, trials: the posterior of a share under Jeffreys' prior */
double pil_family_proportion_quantile(const double *a, double p, double q) {
  const double shape[2] = {a[0] + 0.5, a[1] - a[0] + 0.5};
  return pil_family_beta_quantile(shape, p, q);
}

pil_two_tails pil_family_proportion_tails(const double *a, double x) {
  const double shape[2] = {a[0] + 0.5, a[1] - a[0] + 0.5};
  return pil_family_beta_tails(shape, x);
}

double pil_family_proportion_mean(const double *a) {
  return (a[0] + 0.5) / (a[1] + 1);
}

/* student_t: df. Both tails beyond |t| together are I_x(df/2, 1/2) at x = df / (df + t^2)
 * (DLMF 8.17.18 and A&S 26.7.1). */
double pil_family_student_t_quantile(const double *a, double p, double q) {
  double tail = p < q ? p : q, x, y;
  if (p == q) return 0;
  pil_beta_inverse(0.5 * a[0], 0.5, 2 * tail, fabs(q - p), &x, &y);
  double t = sqrt(a[0]) * (sqrt(y) / sqrt(x));
  return p < q ? -t : t;
}

pil_two_tails pil_family_student_t_tails(const double *a, double t) {
  double root = fabs(t) > 1e150 ? fabs(t) : sqrt(t * t + a[0]);
  double x = a[0] / root / root, y = t / root * (t / root);
  double tail = 0.5 * pil_beta_tails(0.5 * a[0], 0.5, x, y).lower;
  if (isinf(t)) tail = 0;
  return t < 0 ? (pil_two_tails){tail, 1 - tail} : (pil_two_tails){1 - tail, tail};
}

double pil_family_student_t_mean(const double *a) {
  return a[0] > 1 ? 0 : NAN;
}
