/* Quantiles of the beta distribution over a pack of lanes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_BETA_KERNELS_H
#define PIL_RANDOM_BETA_KERNELS_H

#include "stirling_kernels.h"
#include "tail_kernels.h"
#include "uniform_kernels.h"

/* Which way a lane goes, by its shapes and the normal quantile of its p. */
typedef enum pil_beta_way {
  PIL_BETA_DIRECT, /* special_beta.c */
  PIL_BETA_SMALL,
  PIL_BETA_LARGE
} pil_beta_way;

static inline pil_beta_way pil_beta_way_of(double a, double b, double z) {
  double least = a < b ? a : b, most = a < b ? b : a;
  if (least >= 20 && z * z <= 1.21 * least) return PIL_BETA_LARGE;
  return least >= 0.01 && most <= 1e6 ? PIL_BETA_SMALL : PIL_BETA_DIRECT;
}

/* x = a / (a + b) + σ V where V(t) = t h(t) makes the density in t a normal's times K t / V:
 * V V' = t (1 + κ V - V² / n), from the log-density's slope n (a / n - x) in the logit. With
 * w = h², the powers of t give w_k (1 + k / 2) = κ h_(k-1) - w_(k-2) / n, and t / V is
 * V' - κ t + t V / n. */
typedef struct pil_beta_shape {
  pil_pack h[PIL_UNIFORM_TERMS + 1]; /* the powers of h */
  pil_pack kappa, inverse, scale;    /* 1 / n, K */
} pil_beta_shape;

static inline void pil_beta_expand(const double *a, const double *b, pil_beta_shape *shape) {
  pil_pack w[PIL_UNIFORM_TERMS + 1];
  PIL_EACH {
    double n = a[i] + b[i];
    shape->inverse[i] = 1 / n;
    shape->kappa[i] = (b[i] - a[i]) / __builtin_sqrt(a[i] * b[i] * n);
    shape->scale[i] = pil_exp_kernel(pil_stirling_kernel(n) - pil_stirling_kernel(a[i]) -
                                     pil_stirling_kernel(b[i]));
    w[0][i] = shape->h[0][i] = 1;
    w[1][i] = shape->kappa[i] * (2.0 / 3);
    shape->h[1][i] = shape->kappa[i] * (1.0 / 3);
  }
  for (int k = 2; k <= PIL_UNIFORM_TERMS; k++) {
    const double by = 2.0 / (k + 2);
    pil_pack sum;
    PIL_EACH {
      double next = PIL_FMA(shape->kappa[i], shape->h[k - 1][i], -shape->inverse[i] * w[k - 2][i]);
      w[k][i] = next * by;
      sum[i] = 0.5 * w[k][i];
    }
    int j = 1, end = (k + 1) / 2;
    for (; j + 3 < end; j += 4) { /* four at a time, as in pil_uniform_sum */
      PIL_EACH {
        double even = shape->h[j][i] * shape->h[k - j][i];
        double odd = shape->h[j + 1][i] * shape->h[k - j - 1][i];
        even = PIL_FMA(shape->h[j + 2][i], shape->h[k - j - 2][i], even);
        odd = PIL_FMA(shape->h[j + 3][i], shape->h[k - j - 3][i], odd);
        sum[i] -= even + odd;
      }
    }
    for (; j < end; j++) PIL_EACH sum[i] = PIL_FMA(-shape->h[j][i], shape->h[k - j][i], sum[i]);
    const double middle = k % 2 == 0 ? 0.5 : 0;
    PIL_EACH shape->h[k][i] = PIL_FMA(-middle * shape->h[k / 2][i], shape->h[k / 2][i], sum[i]);
  }
}

/* The powers of S, s = K S: S_(n-1) = g_n + (n + 1) S_(n+1), where g = t / V. */
static inline void pil_beta_series(const pil_beta_shape *shape, pil_pack *series) {
  pil_pack ahead, here;
  PIL_EACH ahead[i] = here[i] = 0;
  for (int n = PIL_UNIFORM_TERMS; n >= 1; n--) {
    PIL_EACH {
      double before =
          n == 1 ? -shape->kappa[i] : shape->inverse[i] * shape->h[n < 2 ? 0 : n - 2][i];
      double g = PIL_FMA(n + 1, shape->h[n][i], before);
      double next = PIL_FMA(n + 1, ahead[i], g);
      series[n - 1][i] = next;
      ahead[i] = here[i];
      here[i] = next;
    }
  }
}

/* The uniform expansion for two large shapes. */
static inline void pil_beta_large(const double *a, const double *b, const double *z, double *x,
                                  double *y) {
  pil_beta_shape shape;
  pil_pack series[PIL_UNIFORM_TERMS], unit, w;
  pil_beta_expand(a, b, &shape);
  pil_beta_series(&shape, series);
  PIL_EACH unit[i] = 1;
  pil_uniform_meet(series, unit, shape.scale, z, w);
  PIL_EACH {
    double sum = shape.h[PIL_UNIFORM_TERMS][i];
#pragma GCC unroll 32
    for (int k = PIL_UNIFORM_TERMS - 1; k >= 0; k--) sum = PIL_FMA(sum, w[i], shape.h[k][i]);
    double mean = a[i] * shape.inverse[i], rest = b[i] * shape.inverse[i];
    double moved = __builtin_sqrt(mean * rest * shape.inverse[i]) * (w[i] * sum);
    x[i] = mean + moved;
    y[i] = rest - moved;
  }
}

/* The lower tail over the density: the continued fraction of DiDonato and Morris (ACM TOMS 18,
 * 1992; the even part of DLMF 8.17.22) by its convergents over n!. It converges fast for x below
 * the mean. */
static inline void pil_beta_sum_fraction(const double *a, const double *b, const double *x,
                                         const double *y, int64_t *done, double *sum) {
  pil_pack over, over_before, under, under_before, lambda, n_shape, inverse;
  PIL_EACH {
    lambda[i] = a[i] * y[i] - b[i] * x[i] + 1;
    n_shape[i] = a[i] + b[i] - 1;
    inverse[i] = 1 / (a[i] + 1);
    over_before[i] = 0;
    under_before[i] = 1;
    over[i] = 1;
    under[i] = a[i] * inverse[i] * lambda[i];
  }
  for (int n = 1; n < 1024 && !pil_pack_all(done); n += 4) {
    double by[5];
    for (int j = 0; j < 5; j++) by[j] = 1.0 / (n + j < 2 ? 1 : n + j - 1);
    PIL_EACH {
      double o = over[i], ob = over_before[i], u = under[i], ub = under_before[i];
      double odd = a[i] + 2 * n, d1 = odd + 1, d2 = odd + 3, d3 = odd + 5, d4 = odd + 7;
      double both = 1 / (d1 * d2), last_both = 1 / (d3 * d4); /* two divisions for four */
#define STEP(j, before, after, o, ob, u, ub)                                          \
  do {                                                                                \
    const double k = n + (j), by_odd = before, by_next = after;                       \
    double share = k * ((b[i] - k) * x[i]) * by_odd;                                  \
    double alpha = (a[i] + (k - 1)) * ((n_shape[i] + k) * x[i]) * (by_odd * share);   \
    double beta = k + share + (a[i] + k) * by_next * PIL_FMA(k, 1 + y[i], lambda[i]); \
    alpha *= by[j] * by[(j) + 1];                                                     \
    beta *= by[(j) + 1];                                                              \
    ob = PIL_FMA(beta, o, alpha * ob);                                                \
    ub = PIL_FMA(beta, u, alpha * ub);                                                \
  } while (0)
      STEP(0, inverse[i], both * d2, o, ob, u, ub);
      STEP(1, both * d2, both * d1, ob, o, ub, u);
      STEP(2, both * d1, last_both * d4, o, ob, u, ub);
      STEP(3, last_both * d4, last_both * d3, ob, o, ub, u);
#undef STEP
      inverse[i] = last_both * d3;
      over[i] = done[i] ? over[i] : o;
      under[i] = done[i] ? under[i] : u;
      over_before[i] = ob;
      under_before[i] = ub;
      done[i] |= PIL_SET(__builtin_fabs(o * ub - ob * u) <= __builtin_fabs(o * ub) * 0x1p-48);
    }
  }
  PIL_EACH sum[i] = over[i] / under[i];
}

static inline void pil_logit_split(double u, double *x, double *y) {
  double small = pil_exp_kernel(-__builtin_fabs(u)), large = 1 / (1 + small);
  *x = u < 0 ? small * large : large;
  *y = u < 0 ? large : small * large;
}

/* What the shapes alone decide. */
typedef struct pil_beta_size {
  pil_pack log_a, log_b, log_beta; /* log_beta: log B(a, b) */
  pil_pack scale;                  /* the density's largest value, in the logit */
  pil_pack by_a, by_b;             /* 1 / a, 1 / b */
} pil_beta_size;

static inline void pil_beta_measure(const double *a, const double *b, pil_beta_size *size) {
  const double half_log_2pi = 0x1.d67f1c864beb5p-1, inverse_root_2pi = 0x1.9884533d43651p-2;
  PIL_EACH {
    double n = a[i] + b[i], product = a[i] * (b[i] / n), of_a, of_b, of_n;
    double log_a = pil_log_kernel(a[i]), log_b = pil_log_kernel(b[i]), log_n = pil_log_kernel(n);
    double errors = pil_stirling_shifted_kernel(a[i], log_a, &of_a) +
                    pil_stirling_shifted_kernel(b[i], log_b, &of_b) -
                    pil_stirling_shifted_kernel(n, log_n, &of_n);
    errors -= pil_log_kernel(of_a * of_b / of_n);
    double gaps = a[i] * pil_gap_kernel(-b[i] / n, log_a - log_n) +
                  b[i] * pil_gap_kernel(-a[i] / n, log_b - log_n);
    size->by_a[i] = 1 / a[i];
    size->by_b[i] = 1 / b[i];
    size->log_a[i] = log_a;
    size->log_b[i] = log_b;
    size->log_beta[i] = half_log_2pi + errors - 0.5 * (log_a + log_b - log_n) - 2 * product - gaps;
    size->scale[i] = inverse_root_2pi * __builtin_sqrt(product) * pil_exp_kernel(-errors);
  }
}

/* Both tails at the logit u. */
static inline void pil_beta_small_tails(const double *a, const double *b, const pil_beta_size *size,
                                        const double *u, const int64_t *done,
                                        pil_pack_tails *tails) {
  pil_pack x, y, first, second, near, far, sum;
  pil_pack_mask low, finished;
  PIL_EACH {
    pil_logit_split(u[i], &x[i], &y[i]);
    double n = a[i] + b[i], shift = x[i] * b[i] - y[i] * a[i];
    double log_x = pil_log_kernel(x[i] * (n * size->by_a[i]));
    double log_y = pil_log_kernel(y[i] * (n * size->by_b[i]));
    double gaps = a[i] * pil_gap_kernel(shift * size->by_a[i], log_x) +
                  b[i] * pil_gap_kernel(-shift * size->by_b[i], log_y);
    tails->density[i] = size->scale[i] * pil_exp_kernel(-gaps);
    tails->slope[i] = -shift;
    tails->bend[i] = -n * (x[i] * y[i]);
    low[i] = PIL_SET(x[i] * (b[i] + 1) < y[i] * (a[i] + 1));
    finished[i] = done[i];
    first[i] = low[i] ? a[i] : b[i];
    second[i] = low[i] ? b[i] : a[i];
    near[i] = low[i] ? x[i] : y[i];
    far[i] = low[i] ? y[i] : x[i];
  }
  pil_beta_sum_fraction(first, second, near, far, finished, sum);
  PIL_EACH {
    double tail = tails->density[i] * sum[i];
    tails->lower[i] = low[i] ? tail : 1 - tail;
    tails->upper[i] = low[i] ? 1 - tail : tail;
  }
}

/* A first guess at the logit of a lane whose first shape is the smaller. Above 1: Carter's
 * approximation (Abramowitz and Stegun 26.5.22). Else from the first two terms at either end,
 * x^a (1 - a (b - 1) x / (a + 1)) / (a B) and y^b x^(a - 1) / (b B), or between them from
 * -log y, which is nearly gamma's, by Wilson and Hilferty (1931). `finished`: no better one is needed. */
static inline double pil_beta_guess(double a, double b, double p, double q, double z, double log_ab,
                                    double log_beta, double log_a, double log_b,
                                    int64_t *finished) {
  double lower = (pil_log_kernel(p) + log_a + log_beta) / a;
  double upper = -(pil_log_kernel(q) + log_b + log_beta) / b;
  double al = 1 / (2 * a - 1), be = 1 / (2 * b - 1), h = 2 / (al + be);
  double lambda = (z * z - 3) / 6, root = __builtin_sqrt(h + lambda);
  double normal = log_ab + 2 * (z * root / h + (be - al) * (lambda + 5.0 / 6 - 2 / (3 * h)));
  normal = (h + lambda > 0) & (__builtin_fabs(normal) < 700) ? normal : log_ab;
  double low_x = pil_exp_kernel(lower), bent = (b - 1) / (a + 1) * low_x;
  double high_y = pil_exp_kernel(-upper);
  double cube = 1 - 1 / (9 * a) + z / (3 * __builtin_sqrt(a));
  bool is_low = ((__builtin_fabs(bent) < 0.3) & (low_x < 0.5)) | ((b > 1) & (cube < 0.3));
  bool is_far = ((b > 1) & (b * upper > 2)) | ((b <= 1) & (high_y < 0.3));
  double far = upper + (a - 1) / b * pil_log_kernel(1 - high_y);
  double hazard = is_far ? far : a * (cube * cube * cube) / (b + 0.5 * (a - 1));
  double part = pil_exp_kernel(is_low ? lower + (bent < 0.3 ? bent : 0.3) : -hazard);
  part = part < 0.999 ? part : 0.999;
  double logit = pil_log_kernel(part / (1 - part));
  logit = is_low ? logit : is_far | (b > 1) ? -logit : 0;
  bool at_low = low_x * (1 + b) < 0x1p-55, at_high = high_y * (1 + a) < 0x1p-55;
  *finished = PIL_SET(at_low | at_high);
  return at_low ? lower : at_high ? upper : a > 1 ? normal : logit;
}

/* Householder's method in the logit. */
static inline void pil_beta_small(const double *a, const double *b, const double *p,
                                  const double *q, const double *z, double *x, double *y) {
  pil_beta_size size;
  pil_solver solver;
  pil_beta_measure(a, b, &size);
  PIL_EACH {
    bool flip = a[i] > b[i];
    double log_ab = size.log_a[i] - size.log_b[i];
    double log_least = flip ? size.log_b[i] : size.log_a[i];
    double log_most = flip ? size.log_a[i] : size.log_b[i];
    double u = pil_beta_guess(flip ? b[i] : a[i], flip ? a[i] : b[i], flip ? q[i] : p[i],
                              flip ? p[i] : q[i], flip ? -z[i] : z[i], flip ? -log_ab : log_ab,
                              size.log_beta[i], log_least, log_most, &solver.done[i]);
    solver.u[i] = flip ? -u : u;
  }
  pil_solver_start(&solver, p, q);
  for (int round = 0; round < 100 && !pil_pack_all(solver.done); round++) {
    pil_pack_tails tails;
    pil_beta_small_tails(a, b, &size, solver.u, solver.done, &tails);
    pil_solver_step(&solver, &tails);
  }
  PIL_EACH pil_logit_split(solver.u[i], &x[i], &y[i]);
}

#endif
