/* Between which numbers a distribution's draws lie.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "distribution.h"

static void support_of_mixture(const pil_distribution *mixture, double *low, double *high) {
  *low = HUGE_VAL;
  *high = -HUGE_VAL;
  for (size_t i = 0; i < mixture->count; i++) {
    double own_low, own_high;
    pil_distribution_support(mixture->components[i], &own_low, &own_high);
    *low = fmin(*low, own_low);
    *high = fmax(*high, own_high);
  }
}

static void support_free(const pil_distribution *distribution, double *low, double *high) {
  const double *a = distribution->parameters;
  *low = 0;
  *high = HUGE_VAL;
  switch (distribution->family) {
    case PIL_FAMILY_normal:
    case PIL_FAMILY_student_t:
    case PIL_FAMILY_logistic:
    case PIL_FAMILY_cauchy: *low = -HUGE_VAL; return;
    case PIL_FAMILY_lognormal:
    case PIL_FAMILY_gamma:
    case PIL_FAMILY_exponential:
    case PIL_FAMILY_weibull:
    case PIL_FAMILY_poisson:
    case PIL_FAMILY_negative_binomial:
    case PIL_FAMILY_geometric: return;
    case PIL_FAMILY_uniform: *low = a[0], *high = a[1]; return;
    case PIL_FAMILY_triangular:
    case PIL_FAMILY_pert: *low = a[0], *high = a[2]; return;
    case PIL_FAMILY_beta:
    case PIL_FAMILY_bernoulli:
    case PIL_FAMILY_proportion: *high = 1; return;
    case PIL_FAMILY_pareto: *low = a[0]; return;
    case PIL_FAMILY_binomial: *high = a[0]; return;
    case PIL_FAMILY_discrete: *high = (double)distribution->count - 1; return; /* indexes */
    case PIL_FAMILY_empirical:
      *low = distribution->values[0];
      *high = distribution->values[distribution->count - 1];
      return;
    case PIL_FAMILY_metalog: *low = a[0], *high = a[1]; return;
    case PIL_FAMILY_mixture: support_of_mixture(distribution, low, high); return;
    case PIL_FAMILY_COUNT: return;
  }
}

void pil_distribution_support(const pil_distribution *distribution, double *low, double *high) {
  support_free(distribution, low, high);
  if (!distribution->truncated) return;
  /* Clamping moves what lies beyond a bound onto it. */
  *low = distribution->clamped ? fmin(fmax(*low, distribution->low), distribution->high) : fmax(*low, distribution->low);
  *high = distribution->clamped ? fmax(fmin(*high, distribution->high), distribution->low) : fmin(*high, distribution->high);
}
