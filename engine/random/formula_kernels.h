/* Quantiles that are a formula, as straight-line code for scalars and vectorised loops.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_FORMULA_KERNELS_H
#define PIL_RANDOM_FORMULA_KERNELS_H

#include <stdbool.h>

#include "family.h"
#include "stirling_kernels.h"

static inline double pil_triangular_kernel(double low, double mode, double high, double p,
                                           double q) {
  double width = high - low, rise = mode - low, fall = high - mode;
  double from_low = low + __builtin_sqrt(p * width * rise);
  double from_high = high - __builtin_sqrt(q * width * fall);
  return p * width <= rise ? from_low : from_high;
}

/* `hazard` is -log q in the three that follow. */
static inline double pil_weibull_kernel(double shape, double scale, double hazard) {
  return scale * pil_exp_kernel(pil_log_kernel(hazard) / shape);
}

static inline double pil_pareto_kernel(double low, double shape, double hazard) {
  return low * pil_exp_kernel(hazard / shape);
}

/* The least k with (k + 1) λ >= hazard, λ = -log(1 - chance), with the slack of family.h. */
static inline double pil_geometric_kernel(double chance, double p, double q, double hazard) {
  const double last = 0x1p60;
  double rate = chance + pil_gap_kernel(-chance, pil_log_kernel(1 - chance));
  double least = hazard - (p <= q ? PIL_STEP_SLACK * (p / q) : PIL_STEP_SLACK);
  double k = __builtin_ceil(least / rate) - 1;
  k = k > 0 ? k : 0;
  double lower = (k > 0) & (k * rate >= least) ? k - 1 : k;
  double found = (k + 1) * rate < least ? k + 1 : lower;
  return found < last ? found : last;
}

static inline double pil_logistic_kernel(double location, double scale, double p, double q) {
  return PIL_FMA(scale, pil_log_kernel(p / q), location);
}

/* cot πt for the smaller tail t, by sine and cosine of at most π/4 (their Taylor series): above
 * 1/4 the tangent of π (1/2 - t). */
static inline double pil_cauchy_kernel(double location, double scale, double p, double q) {
  double tail = p < q ? p : q;
  bool far = tail <= 0.25;
  double y = 0x1.921fb54442d18p+1 * (far ? tail : 0.5 - tail), z = y * y;
  double sine = 1.0 / 355687428096000, cosine = 1.0 / 20922789888000;
  sine = PIL_FMA(sine, z, -1.0 / 1307674368000);
  cosine = PIL_FMA(cosine, z, -1.0 / 87178291200);
  sine = PIL_FMA(sine, z, 1.0 / 6227020800);
  cosine = PIL_FMA(cosine, z, 1.0 / 479001600);
  sine = PIL_FMA(sine, z, -1.0 / 39916800);
  cosine = PIL_FMA(cosine, z, -1.0 / 3628800);
  sine = PIL_FMA(sine, z, 1.0 / 362880);
  cosine = PIL_FMA(cosine, z, 1.0 / 40320);
  sine = PIL_FMA(sine, z, -1.0 / 5040);
  cosine = PIL_FMA(cosine, z, -1.0 / 720);
  sine = PIL_FMA(sine, z, 1.0 / 120);
  cosine = PIL_FMA(cosine, z, 1.0 / 24);
  sine = PIL_FMA(sine, z, -1.0 / 6);
  cosine = PIL_FMA(cosine, z, -0.5);
  sine = PIL_FMA(sine * z, y, y);
  cosine = PIL_FMA(cosine, z, 1);
  double size = far ? cosine / sine : sine / cosine;
  return PIL_FMA(scale, p < q ? -size : size, location);
}

#endif
