/* Families of counts. A quantile is the least count whose lower tail reaches p, decided on the
 * smaller of the two tails: a guess from the normal, then whole steps to the answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "count_tail_kernels.h"
#include "family.h"
#include "formula_kernels.h"
#include "special.h"

typedef pil_two_tails tails_at_count(const double *a, double count);

/* Whether the quantile is at most `count`. The tails carry rounding errors, so a p that meets a
 * step exactly (the median of a symmetric count) would fall to either side without the slack. */
static bool reaches(tails_at_count *at, const double *a, double count, double p, double q) {
  pil_two_tails tails = at(a, count);
  return p <= q ? tails.lower >= p * (1 - PIL_STEP_SLACK) : tails.upper <= q * (1 + PIL_STEP_SLACK);
}

/* Gallops from the guess until the answer lies in (low, high], then halves. `last` is the
 * largest count there is. */
static double search_count(tails_at_count *at, const double *a, double guess, double last, double p,
                           double q) {
  double low = -1, high = guess > 0 ? floor(guess) : 0; /* never -0 */
  if (high > last) high = last;
  double step = 1;
  if (reaches(at, a, high, p, q)) {
    for (low = high - step; low >= 0 && reaches(at, a, low, p, q); low = high - step) {
      high = low;
      step *= 2;
    }
    if (low < 0) low = -1;
  } else {
    low = high;
    for (high = low + step; high < last && !reaches(at, a, high, p, q); high = low + step) {
      low = high;
      step *= 2;
    }
    if (high > last) high = last;
  }
  while (high - low > 1) {
    double middle = floor(low + 0.5 * (high - low));
    if (middle <= low || middle >= high) break; /* beyond 2^53 counts have no neighbours */
    if (reaches(at, a, middle, p, q)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high;
}

/* Cornish and Fisher's expansion to the second order. */
static double guess_count(double mean, double sd, double skewness, double p, double q) {
  double z = pil_normal_quantile(p, q);
  return mean + sd * (z + skewness * (z * z - 1) / 6) - 0.5;
}

/* By the kernels that lanes use, where the plan says so and they find an answer; else -1. */
static double run_plan(const pil_count_plan *plan, double n) {
  double rest = plan->rest ? 1 : 0, count = -1;
  if (plan->way != PIL_COUNT_SUM) return -1;
  pil_count_sum(&plan->first, &plan->alpha, &plan->beta, &plan->limit, &rest, &count);
  return count >= 0 && plan->mirrored ? n - count : count;
}

static bool is_plain(double p, double q) {
  return p >= 0x1p-53 && q >= 0x1p-53;
}

static pil_two_tails nothing_below(void) {
  return (pil_two_tails){0, 1};
}

static pil_two_tails nothing_above(void) {
  return (pil_two_tails){1, 0};
}

/* poisson: mean */
pil_two_tails pil_family_poisson_tails(const double *a, double x) {
  double count = floor(x);
  if (count < 0) return nothing_below();
  if (a[0] == 0) return nothing_above();
  pil_tails tails = pil_gamma_tails(count + 1, a[0]);
  return (pil_two_tails){tails.upper, tails.lower};
}

static double poisson_by_plan(const double *a, double p, double q) {
  double z = pil_normal_quantile(p, q), tail = p <= q ? p : q;
  pil_count_plan plan = pil_poisson_plan(a[0], p, q, z);
  if (plan.way == PIL_COUNT_TAIL) {
    pil_poisson_tail(&a[0], &p, &q, &plan.guess);
    return plan.guess;
  }
  if (plan.way != PIL_COUNT_LARGE) return run_plan(&plan, a[0]);
  pil_poisson_large(&a[0], &z, &tail, &plan.guess);
  return plan.guess;
}

double pil_family_poisson_quantile(const double *a, double p, double q) {
  double count = is_plain(p, q) ? poisson_by_plan(a, p, q) : -1;
  if (count >= 0) return count;
  double guess = guess_count(a[0], sqrt(a[0]), a[0] > 0 ? 1 / sqrt(a[0]) : 0, p, q);
  return search_count(pil_family_poisson_tails, a, ceil(guess), 0x1p60, p, q);
}

double pil_family_poisson_mean(const double *a) {
  return a[0];
}

/* binomial: n, p */
pil_two_tails pil_family_binomial_tails(const double *a, double x) {
  double count = floor(x);
  if (count < 0) return nothing_below();
  if (count >= a[0]) return nothing_above();
  pil_tails tails = pil_beta_tails(count + 1, a[0] - count, a[1], 1 - a[1]);
  return (pil_two_tails){tails.upper, tails.lower};
}

static double binomial_by_plan(const double *a, double p, double q) {
  double z = pil_normal_quantile(p, q), tail = p <= q ? p : q;
  pil_count_plan plan = pil_binomial_plan(a[0], a[1], p, q, z);
  if (plan.way == PIL_COUNT_TAIL) {
    pil_binomial_tail(&a[0], &a[1], &p, &q, &plan.guess);
    return plan.guess;
  }
  if (plan.way != PIL_COUNT_LARGE) return run_plan(&plan, a[0]);
  pil_binomial_large(&a[0], &a[1], &z, &tail, &plan.guess);
  return plan.guess;
}

double pil_family_binomial_quantile(const double *a, double p, double q) {
  double count = is_plain(p, q) ? binomial_by_plan(a, p, q) : -1;
  if (count >= 0) return count;
  double variance = a[0] * a[1] * (1 - a[1]), sd = sqrt(variance);
  double guess = guess_count(a[0] * a[1], sd, sd > 0 ? (1 - 2 * a[1]) / sd : 0, p, q);
  return search_count(pil_family_binomial_tails, a, ceil(guess), a[0], p, q);
}

double pil_family_binomial_mean(const double *a) {
  return a[0] * a[1];
}

/* negative_binomial: successes, p: failures before so many successes */
pil_two_tails pil_family_negative_binomial_tails(const double *a, double x) {
  double count = floor(x);
  if (count < 0) return nothing_below();
  pil_tails tails = pil_beta_tails(a[0], count + 1, a[1], 1 - a[1]);
  return (pil_two_tails){tails.lower, tails.upper};
}

static double negative_by_plan(const double *a, double p, double q) {
  double z = pil_normal_quantile(p, q), tail = p <= q ? p : q;
  pil_count_plan plan = pil_negative_plan(a[0], a[1], p, q, z);
  if (plan.way == PIL_COUNT_TAIL) {
    pil_negative_tail(&a[0], &a[1], &p, &q, &plan.guess);
    return plan.guess;
  }
  if (plan.way != PIL_COUNT_LARGE) return run_plan(&plan, a[0]);
  pil_negative_large(&a[0], &a[1], &z, &tail, &plan.guess);
  return plan.guess;
}

double pil_family_negative_binomial_quantile(const double *a, double p, double q) {
  double count = is_plain(p, q) ? negative_by_plan(a, p, q) : -1;
  if (count >= 0) return count;
  double failure = 1 - a[1], sd = sqrt(a[0] * failure) / a[1];
  double skewness = failure > 0 ? (1 + failure) / sqrt(a[0] * failure) : 0;
  double guess = guess_count(a[0] * failure / a[1], sd, skewness, p, q);
  return search_count(pil_family_negative_binomial_tails, a, ceil(guess), 0x1p60, p, q);
}

double pil_family_negative_binomial_mean(const double *a) {
  return a[0] * (1 - a[1]) / a[1];
}

/* geometric: p: failures before the first success; P(X > k) = (1 - p)^(k + 1) */
pil_two_tails pil_family_geometric_tails(const double *a, double x) {
  double count = floor(x);
  if (count < 0) return nothing_below();
  if (a[0] == 1) return nothing_above();
  double exponent = (count + 1) * pil_log1p(-a[0]);
  return (pil_two_tails){-pil_expm1(exponent), pil_exp(exponent)};
}

double pil_family_geometric_quantile(const double *a, double p, double q) {
  return pil_geometric_kernel(a[0], p, q, pil_minus_log(p, q));
}

double pil_family_geometric_mean(const double *a) {
  return (1 - a[0]) / a[0];
}

/* bernoulli: p. The upper p of the uniforms are true. */
double pil_family_bernoulli_quantile(const double *a, double p, double q) {
  (void)p;
  return q < a[0] ? 1 : 0;
}

pil_two_tails pil_family_bernoulli_tails(const double *a, double x) {
  if (x < 0) return nothing_below();
  if (x >= 1) return nothing_above();
  return (pil_two_tails){1 - a[0], a[0]};
}

double pil_family_bernoulli_mean(const double *a) {
  return a[0];
}
