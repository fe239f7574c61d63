/* Quantiles of counts over a pack of lanes: the least count whose lower tail reaches p, decided
 * on the smaller tail with the slack of family.h. Small counts are found by adding up from 0,
 * large ones from one tail near the answer, by the uniform expansion of gamma or beta.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_COUNT_KERNELS_H
#define PIL_RANDOM_COUNT_KERNELS_H

#include "beta_kernels.h"
#include "family.h"
#include "gamma_kernels.h"

/* Which way a lane goes. */
typedef enum pil_count_way {
  PIL_COUNT_DIRECT, /* families_count.c */
  PIL_COUNT_SUM,
  PIL_COUNT_LARGE,
  PIL_COUNT_TAIL /* count_tail_kernels.h */
} pil_count_way;

/* A lane: its uniform, and what the family makes of its parameters. */
typedef struct pil_count_plan {
  pil_count_way way;
  double guess;
  /* SUM: terms from `first` on, each (alpha + beta i) / (i + 1) of the one before. Counts those
   * whose sum so far is `below`: under `limit`, or where `rest`, 1 minus it above `limit`. */
  double first, alpha, beta, limit;
  bool rest;
  bool mirrored; /* the count is n minus what SUM finds */
} pil_count_plan;

enum { PIL_SUM_UP_TO = 30 }; /* counts that are expected to be less are summed */

/* Cornish and Fisher's expansion to the third order, from skewness and excess. */
static inline double pil_count_guess(double mean, double sd, double skewness, double excess,
                                     double z) {
  double cube = z * z * z, shape = (cube - 3 * z) * (1.0 / 24);
  double x = z + skewness * (z * z - 1) * (1.0 / 6) + shape * excess;
  x -= (2 * cube - 5 * z) * (1.0 / 36) * (skewness * skewness);
  double guess = __builtin_ceil(PIL_FMA(sd, x, mean - 0.5));
  return guess > 0 ? guess : 0;
}

/* Whether a sum over `limit` is exact enough: 1 minus it loses digits. */
static inline bool pil_count_plan_limit(pil_count_plan *plan, double p, double q) {
  plan->rest = plan->mirrored ? p <= q : p > q;
  double tail = p <= q ? p : q, slack = plan->mirrored ? PIL_STEP_SLACK : -PIL_STEP_SLACK;
  plan->limit = tail * (plan->rest ? 1 - slack : 1 + slack);
  return !plan->rest || tail >= 1.0 / 128;
}

static inline pil_count_plan pil_poisson_plan(double mean, double p, double q, double z) {
  pil_count_plan plan = {.way = PIL_COUNT_DIRECT};
  double sd = __builtin_sqrt(mean), inverse = 1 / sd;
  if (mean < 1e-300 || mean > 1e14) return plan;
  plan.guess = pil_count_guess(mean, sd, inverse, inverse * inverse, z);
  plan.first = pil_exp_kernel(-mean);
  plan.alpha = mean;
  bool exact = pil_count_plan_limit(&plan, p, q);
  if (plan.guess >= PIL_SUM_UP_TO) {
    if (z * z <= 0.5 * plan.guess) plan.way = PIL_COUNT_LARGE;
  } else if (exact && mean < 100) {
    plan.way = PIL_COUNT_SUM;
  }
  if (plan.way == PIL_COUNT_DIRECT && mean < 64) plan.way = PIL_COUNT_TAIL;
  return plan;
}

/* The failures are counted where they are fewer. */
static inline pil_count_plan pil_binomial_plan(double n, double chance, double p, double q,
                                               double z) {
  pil_count_plan plan = {.way = PIL_COUNT_DIRECT, .mirrored = chance > 0.5};
  double rest = 1 - chance, variance = n * chance * rest, sd = __builtin_sqrt(variance);
  if (!(variance > 1e-300)) return plan;
  plan.guess =
      pil_count_guess(n * chance, sd, (rest - chance) / sd, (1 - 6 * chance * rest) / variance, z);
  double least = plan.mirrored ? n - plan.guess : plan.guess + 1;
  double most = plan.mirrored ? plan.guess + 1 : n - plan.guess;
  double rare = plan.mirrored ? rest : chance, often = plan.mirrored ? chance : rest;
  double power = n * (-rare - pil_gap_kernel(-rare, pil_log_kernel(often)));
  bool exact = pil_count_plan_limit(&plan, p, q);
  plan.first = pil_exp_kernel(power);
  plan.beta = -rare / often;
  plan.alpha = n * (rare / often);
  if (least > PIL_SUM_UP_TO) {
    least = least < most ? least : most; /* far out the other side may be the smaller */
    if (least > PIL_SUM_UP_TO && z * z <= 0.5 * least) plan.way = PIL_COUNT_LARGE;
  } else if (exact && power > -100) {
    plan.way = PIL_COUNT_SUM;
  }
  if (plan.way == PIL_COUNT_DIRECT && n <= 1e6 && n > 1) plan.way = PIL_COUNT_TAIL;
  return plan;
}

static inline pil_count_plan pil_negative_plan(double successes, double chance, double p, double q,
                                               double z) {
  pil_count_plan plan = {.way = PIL_COUNT_DIRECT};
  double rest = 1 - chance, mean = successes * rest / chance, sd = __builtin_sqrt(mean / chance);
  if (!(mean > 1e-300 && mean < 1e9)) return plan;
  plan.guess = pil_count_guess(mean, sd, (1 + rest) / (sd * chance),
                               6 / successes + chance * chance / (successes * rest), z);
  if (successes < PIL_SUM_UP_TO) { /* nearly gamma's: Wilson and Hilferty, 1931 */
    double root = 1 - 1 / (9 * successes) + z / (3 * __builtin_sqrt(successes));
    plan.guess = __builtin_ceil(mean * (root > 0 ? root * root * root : 0) - 0.5);
    plan.guess = plan.guess > 0 ? plan.guess : 0;
  }
  double power = successes * pil_log_kernel(chance);
  bool exact = pil_count_plan_limit(&plan, p, q);
  plan.first = pil_exp_kernel(power);
  plan.beta = rest;
  plan.alpha = successes * rest;
  double least = plan.guess + 1 < successes ? plan.guess + 1 : successes;
  if (least > PIL_SUM_UP_TO && z * z <= 0.5 * least) {
    plan.way = PIL_COUNT_LARGE;
  } else if (exact && power > -100 && plan.guess < 2 * PIL_SUM_UP_TO) {
    plan.way = PIL_COUNT_SUM;
  } else if (successes >= 0.01 && successes <= 1e6 && plan.guess < 5e5) {
    plan.way = PIL_COUNT_TAIL;
  }
  return plan;
}

/* How many sums are below the limit; -1 where that takes more than 128. Sums do not fall, so a
 * lane that is done stays as it is. */
static inline void pil_count_sum(const double *first, const double *alpha, const double *beta,
                                 const double *limit, const double *rest, double *count) {
  pil_pack term, sum;
  pil_pack_mask done;
  PIL_EACH {
    term[i] = sum[i] = first[i];
    count[i] = 0;
    done[i] = 0;
  }
  for (int n = 0; n < 128 && !pil_pack_all(done); n += 8) {
    const double by[8] = {1.0 / (n + 1), 1.0 / (n + 2), 1.0 / (n + 3), 1.0 / (n + 4),
                          1.0 / (n + 5), 1.0 / (n + 6), 1.0 / (n + 7), 1.0 / (n + 8)};
    PIL_EACH {
      double t = term[i], s = sum[i], c = count[i], below = 0;
#define STEP(j)                                                      \
  do {                                                               \
    bool under = s<limit[i], over = 1 - s> limit[i];                 \
    below = rest[i] != 0 ? (over ? 1.0 : 0.0) : (under ? 1.0 : 0.0); \
    c += below;                                                      \
    t *= PIL_FMA(beta[i], n + (j), alpha[i]) * by[j];                \
    s += t;                                                          \
  } while (0)
      STEP(0);
      STEP(1);
      STEP(2);
      STEP(3);
      STEP(4);
      STEP(5);
      STEP(6);
      STEP(7);
#undef STEP
      term[i] = t;
      sum[i] = s;
      count[i] = c;
      done[i] = PIL_SET(below == 0);
    }
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

/* A guess with its F - p and its probability, both over the normal's density at `t`, and what
 * the probabilities of the counts beside it are of their neighbour's: the one below, the
 * two above. */
typedef struct pil_count_here {
  pil_pack t, gap, chance, below, above, second;
} pil_count_here;

/* The answer where it lies within one or two steps, else the next guess. */
static inline void pil_count_step(const pil_count_here *here, const double *tail, double *count,
                                  int64_t *done) {
  const double root_2pi = 0x1.40d931ff62706p+1;
  PIL_EACH {
    double t = here->t[i], slack = -PIL_STEP_SLACK * root_2pi * tail[i];
    slack *= pil_exp_kernel(0.5 * t * t);
    double gap = here->gap[i], chance = here->chance[i], down = gap - chance;
    double down_again = PIL_FMA(-chance, here->below[i], down), next = chance * here->above[i];
    double up = gap + next, up_again = PIL_FMA(next, here->second[i], up);
    double lower = down >= slack ? (down_again >= slack ? -2.0 : -1.0) : 0.0;
    double higher = up >= slack ? 1.0 : up_again >= slack ? 2.0 : 3.0;
    double move = gap >= slack ? lower : higher;
    count[i] = done[i] ? count[i] : count[i] + move;
    done[i] |= PIL_SET((move > -2) & (move < 3));
  }
}

/* (Φ(w) - Φ(w - δ)) / φ(w) as pil_uniform_rise, for |w δ| <= 2. */
static inline double pil_count_rise(double w, double delta) {
  double y = w * delta, square = delta * delta, before = 1, here = y, sum = PIL_FMA(0.5, y, 1);
#pragma GCC unroll 24
  for (int n = 2; n < 24; n++) {
    double next = PIL_FMA(y, here, -square * before) * (1.0 / n);
    sum = PIL_FMA(next, 1.0 / (n + 1), sum);
    before = here;
    here = next;
  }
  return delta * sum;
}

enum { PIL_COUNT_ROUNDS = 20 };

/* F(k) = Q(k + 1, mean) (DLMF 8.4.10). `count` is the guess; -1 where no answer was found. */
static inline void pil_poisson_large(const double *mean, const double *z, const double *tail,
                                     double *count) {
  pil_pack_mask done;
  PIL_EACH done[i] = 0;
  for (int round = 0; round < PIL_COUNT_ROUNDS && !pil_pack_all(done); round++) {
    pil_pack a, series[PIL_UNIFORM_TERMS], unit, scale, w, s, rise;
    pil_count_here here;
    PIL_EACH {
      a[i] = count[i] + 1;
      double mu = (mean[i] - a[i]) / a[i];
      double size = __builtin_sqrt(2 * a[i] * pil_gap_kernel(mu, pil_log_kernel(mean[i] / a[i])));
      w[i] = mu < 0 ? -size : size;
    }
    pil_gamma_series(a, series, unit, scale);
    pil_uniform_sum(series, unit, scale, w, s, rise);
    PIL_EACH {
      here.t[i] = w[i];
      here.gap[i] = pil_count_rise(-w[i], -w[i] - z[i]) + s[i];
      here.chance[i] = scale[i] * a[i] / mean[i];
      here.below[i] = count[i] / mean[i];
      here.above[i] = mean[i] / (count[i] + 1);
      here.second[i] = mean[i] / (count[i] + 2);
    }
    pil_count_step(&here, tail, count, done);
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

/* The incomplete beta function at x, y = 1 - x: it is Φ(t) - φ(t) s, and x^a y^b / B(a, b) is
 * `peak` times φ(t). */
static inline void pil_beta_place(const double *a, const double *b, const double *x,
                                  const double *y, double *t, double *s, double *peak) {
  pil_beta_shape shape;
  pil_pack series[PIL_UNIFORM_TERMS], unit, rise;
  pil_beta_expand(a, b, &shape);
  pil_beta_series(&shape, series);
  PIL_EACH {
    double n = a[i] + b[i], shift = x[i] * b[i] - y[i] * a[i];
    double log_x = pil_log_kernel(x[i] * (n / a[i])), log_y = pil_log_kernel(y[i] * (n / b[i]));
    double gaps =
        a[i] * pil_gap_kernel(shift / a[i], log_x) + b[i] * pil_gap_kernel(-shift / b[i], log_y);
    double size = __builtin_sqrt(2 * gaps);
    t[i] = shift < 0 ? -size : size;
    peak[i] = __builtin_sqrt(a[i] * (b[i] / n)) * shape.scale[i];
    unit[i] = 1;
  }
  pil_uniform_sum(series, unit, shape.scale, t, s, rise);
}

/* F(k) = 1 - I_x(k + 1, n - k) (DLMF 8.17.5), x the chance of a success. */
static inline void pil_binomial_large(const double *n, const double *x, const double *z,
                                      const double *tail, double *count) {
  pil_pack_mask done;
  PIL_EACH done[i] = 0;
  for (int round = 0; round < PIL_COUNT_ROUNDS && !pil_pack_all(done); round++) {
    pil_pack a, b, y, t, s, peak;
    pil_count_here here;
    PIL_EACH {
      a[i] = count[i] + 1;
      b[i] = n[i] - count[i];
      y[i] = 1 - x[i];
    }
    pil_beta_place(a, b, x, y, t, s, peak);
    PIL_EACH {
      double k = count[i];
      here.t[i] = t[i];
      here.gap[i] = pil_count_rise(-t[i], -t[i] - z[i]) + s[i];
      here.chance[i] = peak[i] / (x[i] * b[i]);
      here.below[i] = k * y[i] / ((n[i] - k + 1) * x[i]);
      here.above[i] = (n[i] - k) * x[i] / ((k + 1) * y[i]);
      here.second[i] = (n[i] - k - 1) * x[i] / ((k + 2) * y[i]);
    }
    pil_count_step(&here, tail, count, done);
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

/* F(k) = I_x(r, k + 1): k failures before r successes. */
static inline void pil_negative_large(const double *r, const double *x, const double *z,
                                      const double *tail, double *count) {
  pil_pack_mask done;
  PIL_EACH done[i] = 0;
  for (int round = 0; round < PIL_COUNT_ROUNDS && !pil_pack_all(done); round++) {
    pil_pack b, y, t, s, peak;
    pil_count_here here;
    PIL_EACH {
      b[i] = count[i] + 1;
      y[i] = 1 - x[i];
    }
    pil_beta_place(r, b, x, y, t, s, peak);
    PIL_EACH {
      double k = count[i];
      here.t[i] = t[i];
      here.gap[i] = pil_count_rise(t[i], t[i] - z[i]) - s[i];
      here.chance[i] = peak[i] / (y[i] * (r[i] + k));
      here.below[i] = k / ((r[i] + k - 1) * y[i]);
      here.above[i] = (r[i] + k) * y[i] / (k + 1);
      here.second[i] = (r[i] + k + 1) * y[i] / (k + 2);
    }
    pil_count_step(&here, tail, count, done);
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

#endif
