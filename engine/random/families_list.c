/* Families built from lists: discrete, empirical, metalog and mixture.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "family.h"

/* discrete and empirical: the first entry whose cumulative weight reaches p. */
static size_t find_cumulative(const pil_distribution *distribution, double p) {
  size_t low = 0, high = distribution->count - 1;
  if (distribution->guide != NULL && p >= 0 && p < 1) {
    const uint32_t *guide = distribution->guide + (size_t)(p * (double)distribution->guide_count);
    low = guide[0];
    high = guide[1];
  }
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (p <= distribution->cumulative[middle]) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/* How many entries are at most x: empirical values are sorted, discrete ones are indexes. */
static size_t count_up_to(const pil_distribution *distribution, double x) {
  size_t low = 0, high = distribution->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    double value =
        distribution->family == PIL_FAMILY_discrete ? (double)middle : distribution->values[middle];
    if (value <= x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

static pil_two_tails cumulative_tails(const pil_distribution *distribution, double x) {
  size_t count = count_up_to(distribution, x);
  double lower = count == 0 ? 0 : distribution->cumulative[count - 1];
  return (pil_two_tails){lower, 1 - lower};
}

/* Keelin, "The Metalog Distributions" (2016), up to six terms; then its transforms
 * for one and for two bounds. */
static double metalog_sum(const pil_distribution *distribution, double p, double q) {
  double logit = pil_log(p / q), centred = 0.5 * (p - q), square = centred * centred;
  const double basis[6] = {1, logit, centred * logit, centred, square, square * logit};
  double sum = 0;
  for (size_t i = 0; i < distribution->count; i++) sum += distribution->values[i] * basis[i];
  return sum;
}

static double metalog_quantile(const pil_distribution *distribution, double p, double q) {
  double low = distribution->parameters[0], high = distribution->parameters[1];
  double sum = metalog_sum(distribution, p, q);
  if (isinf(low) && isinf(high)) return sum;
  if (isinf(high)) return low + pil_exp(sum);
  if (isinf(low)) return high - pil_exp(-sum);
  double small = pil_exp(-fabs(sum)), share = small / (1 + small);
  return sum < 0 ? low + (high - low) * share : high - (high - low) * share;
}

/* The quantile grows with the logit of p: halve the logit's interval. */
static pil_two_tails metalog_tails(const pil_distribution *distribution, double x) {
  double low = -745, high = 745;
  for (int round = 0; round < 80; round++) {
    double logit = low + 0.5 * (high - low), small = pil_exp(-fabs(logit));
    double tail = small / (1 + small), rest = 1 / (1 + small);
    double p = logit < 0 ? tail : rest, q = logit < 0 ? rest : tail;
    if (logit <= low || logit >= high) break;
    if (metalog_quantile(distribution, p, q) <= x) {
      low = logit;
    } else {
      high = logit;
    }
  }
  double small = pil_exp(-fabs(low)), tail = small / (1 + small);
  if (low <= -744) tail = 0;
  if (high >= 744) tail = 0;
  return low < 0 ? (pil_two_tails){tail, 1 - tail} : (pil_two_tails){1 - tail, tail};
}

/* mixture: weights[i] is cumulative[i] - cumulative[i - 1]. */
static double weight_at(const pil_distribution *mixture, size_t i) {
  return mixture->cumulative[i] - (i == 0 ? 0 : mixture->cumulative[i - 1]);
}

static pil_two_tails mixture_tails(const pil_distribution *mixture, double x) {
  pil_two_tails sum = {0, 0};
  for (size_t i = 0; i < mixture->count; i++) {
    pil_two_tails tails = pil_distribution_tails(mixture->components[i], x);
    sum.lower += weight_at(mixture, i) * tails.lower;
    sum.upper += weight_at(mixture, i) * tails.upper;
  }
  return sum;
}

bool pil_distribution_is_whole(const pil_distribution *distribution) {
  if (distribution->family == PIL_FAMILY_mixture) {
    for (size_t i = 0; i < distribution->count; i++) {
      if (!pil_distribution_is_whole(distribution->components[i])) return false;
    }
    return true;
  }
  return pil_family_get(distribution->family)->draws != PIL_DRAW_REAL;
}

bool pil_distribution_jumps_free(const pil_distribution *distribution) {
  if (distribution->family == PIL_FAMILY_empirical) return true;
  if (distribution->family == PIL_FAMILY_mixture) {
    for (size_t i = 0; i < distribution->count; i++) {
      if (pil_distribution_jumps(distribution->components[i])) return true;
    }
    return false;
  }
  return pil_distribution_is_whole(distribution);
}

bool pil_distribution_jumps(const pil_distribution *distribution) {
  return distribution->clamped || pil_distribution_jumps_free(distribution);
}

/* log of the smaller tail minus that asked for, so that it grows with x. */
static double mixture_gap(const pil_distribution *mixture, double x, double p, double q) {
  pil_two_tails tails = mixture_tails(mixture, x);
  return p <= q ? pil_log(tails.lower / p) : -pil_log(tails.upper / q);
}

/* low: F < p (or the lowest possible answer); high: F >= p. Halves until no number, or no whole
 * number, lies between. */
static double enclose_jump(const pil_distribution *mixture, double low, double high, double p,
                           double q) {
  if (mixture_gap(mixture, low, p, q) >= -PIL_STEP_SLACK) return low;
  bool whole = pil_distribution_is_whole(mixture);
  for (int round = 0; round < 200; round++) {
    double middle = low + 0.5 * (high - low);
    if (whole) middle = floor(middle);
    if (middle <= low || middle >= high) break;
    if (mixture_gap(mixture, middle, p, q) >= -PIL_STEP_SLACK) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high;
}

/* The Illinois method (Dowell and Jarratt 1971), with a halving every fourth round. */
static double enclose_smooth(const pil_distribution *mixture, double low, double high, double p,
                             double q) {
  double gap_low = mixture_gap(mixture, low, p, q), gap_high = mixture_gap(mixture, high, p, q);
  if (gap_low >= 0) return low;
  if (gap_high <= 0) return high;
  for (int round = 0; round < 300; round++) {
    double x = high - gap_high * ((high - low) / (gap_high - gap_low));
    if (round % 4 == 3 || !(x > low && x < high)) x = low + 0.5 * (high - low);
    if (x <= low || x >= high) break;
    double gap = mixture_gap(mixture, x, p, q);
    if (fabs(gap) <= 2e-16) return x;
    if (gap < 0) {
      low = x;
      gap_low = gap;
      gap_high *= 0.5;
    } else {
      high = x;
      gap_high = gap;
      gap_low *= 0.5;
    }
    if (high - low <= 1e-15 * fmax(fabs(low), fabs(high))) break;
  }
  return low + 0.5 * (high - low);
}

/* Every component's quantile at p bounds the mixture's. */
static double mixture_quantile(const pil_distribution *mixture, double p, double q) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (size_t i = 0; i < mixture->count; i++) {
    if (weight_at(mixture, i) == 0) continue;
    double x = pil_distribution_quantile(mixture->components[i], p, q);
    low = fmin(low, x);
    high = fmax(high, x);
  }
  if (!(low < high) || isinf(low) || isinf(high)) return low;
  if (pil_distribution_jumps(mixture)) return enclose_jump(mixture, low, high, p, q);
  return enclose_smooth(mixture, low, high, p, q);
}

double pil_list_quantile(const pil_distribution *distribution, double p, double q) {
  switch (distribution->family) {
    case PIL_FAMILY_discrete: return (double)find_cumulative(distribution, p);
    case PIL_FAMILY_empirical: return distribution->values[find_cumulative(distribution, p)];
    case PIL_FAMILY_metalog: return metalog_quantile(distribution, p, q);
    default: return mixture_quantile(distribution, p, q);
  }
}

pil_two_tails pil_list_tails(const pil_distribution *distribution, double x) {
  switch (distribution->family) {
    case PIL_FAMILY_discrete:
    case PIL_FAMILY_empirical: return cumulative_tails(distribution, x);
    case PIL_FAMILY_metalog: return metalog_tails(distribution, x);
    default: return mixture_tails(distribution, x);
  }
}

static double metalog_mean(const pil_distribution *distribution) {
  const double *a = distribution->values;
  if (isfinite(distribution->parameters[0]) || isfinite(distribution->parameters[1])) return NAN;
  return a[0] + a[2] / 2 + (distribution->count > 4 ? a[4] / 12 : 0);
}

double pil_list_mean(const pil_distribution *distribution) {
  if (distribution->family == PIL_FAMILY_metalog) return metalog_mean(distribution);
  double sum = 0;
  for (size_t i = 0; i < distribution->count; i++) {
    double value = NAN;
    if (distribution->family == PIL_FAMILY_mixture) {
      value = pil_distribution_mean(distribution->components[i]);
    } else if (distribution->values != NULL) {
      value = distribution->values[i];
    }
    sum += weight_at(distribution, i) * value;
  }
  return sum;
}
