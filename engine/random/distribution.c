/* Distributions with fixed parameters: quantiles, bounds and draws.
 * SPDX-License-Identifier: Apache-2.0 */
#include "distribution.h"

#include <math.h>

#include "family.h"
#include "stream.h"

static bool is_list(pil_family family) {
  return pil_family_get(family)->allowed == 0;
}

double pil_distribution_invert(const pil_distribution *distribution, double p, double q) {
  if (is_list(distribution->family)) return pil_list_quantile(distribution, p, q);
  return pil_family_methods_get(distribution->family)->quantile(distribution->parameters, p, q);
}

pil_two_tails pil_distribution_tails_free(const pil_distribution *distribution, double x) {
  if (is_list(distribution->family)) return pil_list_tails(distribution, x);
  return pil_family_methods_get(distribution->family)->tails(distribution->parameters, x);
}

static double quantile_free(const pil_distribution *distribution, double p, double q) {
  double x;
  if (distribution->table != NULL && pil_quantile_table_read(distribution->table, p, q, &x)) {
    return x;
  }
  if (distribution->counts != NULL && pil_count_table_read(distribution->counts, p, q, &x)) {
    return x;
  }
  return pil_distribution_invert(distribution, p, q);
}

static double keep_within(const pil_distribution *distribution, double x) {
  x = x < distribution->low ? distribution->low : x;
  return x > distribution->high ? distribution->high : x;
}

/* Truncation: p runs from the mass below `low` to that below `high`, and q likewise. */
double pil_distribution_quantile(const pil_distribution *distribution, double p, double q) {
  if (distribution->truncated && !distribution->clamped) {
    double inner_p = distribution->low_p + p * distribution->mass;
    double inner_q = distribution->high_q + q * distribution->mass;
    return keep_within(distribution, quantile_free(distribution, inner_p, inner_q));
  }
  double x = quantile_free(distribution, p, q);
  return distribution->clamped ? keep_within(distribution, x) : x;
}

pil_two_tails pil_distribution_tails(const pil_distribution *distribution, double x) {
  if (!distribution->truncated) return pil_distribution_tails_free(distribution, x);
  if (x < distribution->low) return (pil_two_tails){0, 1};
  if (x >= distribution->high) return (pil_two_tails){1, 0};
  pil_two_tails tails = pil_distribution_tails_free(distribution, x);
  if (distribution->clamped) return tails;
  /* On either side, the difference of the smaller numbers. */
  double above_low = distribution->low_p <= 0.5 ? tails.lower - distribution->low_p
                                                : distribution->low_q - tails.upper;
  double below_high = distribution->high_q <= 0.5 ? tails.upper - distribution->high_q
                                                  : distribution->high_p - tails.lower;
  return (pil_two_tails){above_low / distribution->mass, below_high / distribution->mass};
}

double pil_distribution_cdf(const pil_distribution *distribution, double x) {
  return pil_distribution_tails(distribution, x).lower;
}

double pil_distribution_mean(const pil_distribution *distribution) {
  if (distribution->truncated) return NAN;
  if (is_list(distribution->family)) return pil_list_mean(distribution);
  return pil_family_methods_get(distribution->family)->mean(distribution->parameters);
}

/* P(X < x) and P(X >= x): what a lower bound cuts off and leaves. */
static pil_two_tails tails_before(const pil_distribution *distribution, double x) {
  if (pil_distribution_is_whole(distribution)) {
    return pil_distribution_tails_free(distribution, ceil(x) - 1);
  }
  if (pil_distribution_jumps_free(distribution)) x = nextafter(x, -HUGE_VAL);
  return pil_distribution_tails_free(distribution, x);
}

bool pil_distribution_bound(pil_distribution *distribution, double low, double high, bool clamp,
                            pil_place at, pil_error *error) {
  pil_draw_kind draws = pil_family_get(distribution->family)->draws;
  if (draws == PIL_DRAW_BOOLEAN || draws == PIL_DRAW_CHOICE) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s takes no min or max",
                         pil_family_get(distribution->family)->name);
  }
  if (!(low < high)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "min must be less than max, not %.10g and %.10g", low, high);
  }
  if (pil_distribution_is_whole(distribution)) {
    low = ceil(low);
    high = floor(high);
  }
  pil_two_tails below = isinf(low) ? (pil_two_tails){0, 1} : tails_before(distribution, low);
  pil_two_tails upto =
      isinf(high) ? (pil_two_tails){1, 0} : pil_distribution_tails_free(distribution, high);
  double mass = below.lower > 0.5  ? below.upper - upto.upper
                : upto.upper > 0.5 ? upto.lower - below.lower
                                   : 1 - below.lower - upto.upper;
  if (!clamp && !(mass > 0x1p-1000)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "min %.10g and max %.10g leave nothing of this %s", low, high,
                         pil_family_get(distribution->family)->name);
  }
  distribution->truncated = true;
  distribution->clamped = clamp;
  distribution->low = low;
  distribution->high = high;
  distribution->low_p = below.lower;
  distribution->low_q = below.upper;
  distribution->high_p = upto.lower;
  distribution->high_q = upto.upper;
  distribution->mass = mass;
  return true;
}

double pil_distribution_draw(const pil_distribution *distribution, uint64_t word) {
  return pil_distribution_quantile(distribution, pil_uniform(word), pil_uniform_complement(word));
}

void pil_distribution_fill_uniforms(const pil_distribution *distribution, const double *p,
                                    const double *q, double *draws, size_t count) {
  bool is_normal = distribution->family == PIL_FAMILY_normal;
  if ((is_normal || distribution->family == PIL_FAMILY_lognormal) && !distribution->truncated) {
    pil_normal_fill_uniforms(distribution, p, q, draws, count);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    draws[i] = pil_distribution_quantile(distribution, p[i], q[i]);
  }
}

double pil_family_draw(pil_family family, const double *parameters, uint64_t word) {
  return pil_family_methods_get(family)->quantile(parameters, pil_uniform(word),
                                                  pil_uniform_complement(word));
}
