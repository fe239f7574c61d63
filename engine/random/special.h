/* Special functions behind the distributions: both tails at once, each exact where it is small,
 * and their inverses.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_SPECIAL_H
#define PIL_RANDOM_SPECIAL_H

/* A distribution's two tails at a point u, dF/du, and d log(dF/du)/du. */
typedef struct pil_tails {
  double lower, upper, density, slope;
} pil_tails;

typedef pil_tails pil_tails_at(const void *context, double u);

/* The u where the smaller of p and q = 1 - p is reached: Halley's method on the logarithm of
 * that tail, kept inside a bracket. F must be log-concave on both sides, as gamma (u = log x)
 * and beta (u = log(x / (1 - x))) are. */
double pil_tails_solve(pil_tails_at *at, const void *context, double start, double p, double q);

double pil_log_gamma(double x);
/* log of Γ(a) over Stirling's sqrt(2π/a) (a/e)^a; tends to 1/(12 a). */
double pil_stirling_error(double a);
/* μ - log(1 + μ) without cancellation. */
double pil_log1p_gap(double mu);

/* Gamma(a, scale 1); density and slope with respect to log x. */
pil_tails pil_gamma_tails(double a, double x);
double pil_gamma_inverse(double a, double p, double q);

/* Beta(a, b) at x, with y = 1 - x as exact as x; density and slope with respect to the logit. */
pil_tails pil_beta_tails(double a, double b, double x, double y);
void pil_beta_inverse(double a, double b, double p, double q, double *x, double *y);

/* Both tails of the standard normal. */
pil_tails pil_normal_tails(double z);

#endif
