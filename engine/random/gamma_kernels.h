/* Quantiles of the gamma distribution over a pack of lanes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_GAMMA_KERNELS_H
#define PIL_RANDOM_GAMMA_KERNELS_H

#include "stirling_kernels.h"
#include "tail_kernels.h"
#include "uniform_kernels.h"

/* Which way a lane goes, by its shape and the normal quantile of its p. */
typedef enum pil_gamma_way {
  PIL_GAMMA_DIRECT, /* special_gamma.c */
  PIL_GAMMA_SMALL,
  PIL_GAMMA_LARGE
} pil_gamma_way;

static inline pil_gamma_way pil_gamma_way_of(double a, double z) {
  if (a >= 20 && z * z <= 1.21 * a) return PIL_GAMMA_LARGE;
  return a >= 0.005 && a <= 64 ? PIL_GAMMA_SMALL : PIL_GAMMA_DIRECT;
}

/* (λ - 1 - η) / η² in powers of η, where η² / 2 = λ - 1 - log λ: interpolated in mpmath at
 * Chebyshev's points of |η| <= 1.25, so that λ has an error of 4e-17. */
static const double pil_lambda_series[] = {
    0x1.5555555555555p-2,   0x1.c71c71c71c71dp-6,   -0x1.e573ac901e15fp-9,  0x1.e573ac901d592p-13,
    0x1.ed284dc5e2ca8p-15,  -0x1.ac6e36c46d211p-16, 0x1.48c5898788d7bp-18,  -0x1.04bbf379fd9edp-22,
    -0x1.8e28538bb006ep-23, 0x1.43f25db72ec0ep-24,  -0x1.f9ce02da0b72ap-27, 0x1.1b8fe1b90a79ap-31,
    0x1.9259a2f081adbp-31,  -0x1.40e56772825fbp-32, 0x1.ffa2bd02376c2p-35,  -0x1.eef9ae076fc8fp-40,
    -0x1.09224c5249971p-38, 0x1.912d166ebe611p-40,  -0x1.c50f1cb23b631p-44, -0x1.61ff255f6002dp-45};
enum { PIL_LAMBDA_TERMS = sizeof pil_lambda_series / sizeof pil_lambda_series[0] };

/* Temme's uniform expansion (SIAM J. Math. Anal. 10, 1979), as special_gamma.c says: the powers
 * of s in η = w / sqrt(a), where w is the normal's coordinate. */
static inline void pil_gamma_series(const double *a, pil_pack *series, double *unit,
                                    double *scale) {
  pil_pack ahead, here, inverse;
  PIL_EACH {
    inverse[i] = 1 / a[i];
    unit[i] = __builtin_sqrt(inverse[i]);
    scale[i] = unit[i] * pil_exp_kernel(-pil_stirling_kernel(a[i]));
    ahead[i] = here[i] = 0;
  }
  for (int n = PIL_UNIFORM_TERMS; n >= 1; n--) {
    PIL_EACH {
      double b = PIL_FMA((n + 1) * inverse[i], ahead[i], pil_eta_series[n]);
      series[n - 1][i] = b;
      ahead[i] = here[i];
      here[i] = b;
    }
  }
}

static inline void pil_gamma_large(const double *a, const double *z, double *x) {
  pil_pack series[PIL_UNIFORM_TERMS], unit, scale, w;
  pil_gamma_series(a, series, unit, scale);
  pil_uniform_meet(series, unit, scale, z, w);
  PIL_EACH {
    double eta = w[i] * unit[i], sum = pil_lambda_series[PIL_LAMBDA_TERMS - 1];
#pragma GCC unroll 32
    for (int n = PIL_LAMBDA_TERMS - 2; n >= 0; n--) sum = PIL_FMA(sum, eta, pil_lambda_series[n]);
    x[i] = PIL_FMA(eta * PIL_FMA(sum, eta, 1), a[i], a[i]);
  }
}

/* The lower tail over x^a e^-x / Γ(1 + a): Σ x^n / ((a + 1) … (a + n)) (DLMF 8.7.1), as a
 * fraction so that no term divides. Lanes of `done` are left alone. */
static inline void pil_gamma_sum_series(const double *a, const double *x, int64_t *done,
                                        double *sum) {
  pil_pack term, over, under;
  PIL_EACH term[i] = over[i] = under[i] = 1;
  for (int n = 1; n < 512 && !pil_pack_all(done); n += 8) {
    const double by[8] = {1.0 / n,       1.0 / (n + 1), 1.0 / (n + 2), 1.0 / (n + 3),
                          1.0 / (n + 4), 1.0 / (n + 5), 1.0 / (n + 6), 1.0 / (n + 7)};
    PIL_EACH {
      double t = term[i], o = over[i], u = under[i];
#define STEP(j)                               \
  do {                                        \
    double factor = (a[i] + (n + j)) * by[j]; \
    t *= x[i] * by[j];                        \
    o = PIL_FMA(o, factor, t);                \
    u *= factor;                              \
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
      over[i] = done[i] ? over[i] : o;
      under[i] = done[i] ? under[i] : u;
      done[i] |= PIL_SET(t <= o * 0x1p-54);
    }
  }
  PIL_EACH sum[i] = over[i] / under[i];
}

/* The upper tail over x^a e^-x / Γ(a): Legendre's continued fraction (DLMF 8.9.2) by its
 * convergents over (n - 1)!, so that no step divides and nothing overflows. */
static inline void pil_gamma_sum_fraction(const double *a, const double *x, int64_t *done,
                                          double *sum) {
  pil_pack over, over_before, under, under_before;
  PIL_EACH {
    double first = x[i] + 1 - a[i], second = first + 2;
    over_before[i] = 1;
    under_before[i] = first;
    over[i] = second;
    under[i] = PIL_FMA(second, first, a[i] - 1);
  }
  for (int n = 2; n < 512 && !pil_pack_all(done); n += 8) {
    double by[9];
    for (int j = 0; j < 9; j++) by[j] = 1.0 / (n + j - 1);
    PIL_EACH {
      double o = over[i], ob = over_before[i], u = under[i], ub = under_before[i];
      double base = x[i] + 1 - a[i];
#define STEP(j, o, ob, u, ub)                                                  \
  do {                                                                         \
    double b = (base + 2 * (n + j)) * by[j + 1], c = (a[i] - (n + j)) * by[j]; \
    ob = PIL_FMA(b, o, c * ob);                                                \
    ub = PIL_FMA(b, u, c * ub);                                                \
  } while (0)
      STEP(0, o, ob, u, ub);
      STEP(1, ob, o, ub, u);
      STEP(2, o, ob, u, ub);
      STEP(3, ob, o, ub, u);
      STEP(4, o, ob, u, ub);
      STEP(5, ob, o, ub, u);
      STEP(6, o, ob, u, ub);
      STEP(7, ob, o, ub, u);
#undef STEP
      over[i] = done[i] ? over[i] : o;
      under[i] = done[i] ? under[i] : u;
      over_before[i] = ob;
      under_before[i] = ub;
      done[i] |= PIL_SET(__builtin_fabs(o * ub - ob * u) <= __builtin_fabs(o * ub) * 0x1p-50);
    }
  }
  PIL_EACH sum[i] = over[i] / under[i];
}

/* Both tails at x = e^u, and the density with respect to u. */
static inline void pil_gamma_small_tails(const double *a, const double *log_gamma, const double *u,
                                         const int64_t *done, pil_pack_tails *tails) {
  pil_pack x, power, below, above;
  pil_pack_mask low, no_series, no_fraction;
  PIL_EACH {
    x[i] = pil_exp_kernel(u[i]);
    power[i] = pil_exp_kernel(a[i] * u[i] - x[i] - log_gamma[i]);
    double edge = a[i] < 0.5 ? 1.5 : a[i] + 1;
    low[i] = PIL_SET(x[i] < edge);
    no_series[i] = done[i] | ~low[i];
    no_fraction[i] = done[i] | low[i];
    tails->density[i] = a[i] * power[i];
    tails->slope[i] = a[i] - x[i];
    tails->bend[i] = -x[i];
  }
  pil_gamma_sum_series(a, x, no_series, below);
  pil_gamma_sum_fraction(a, x, no_fraction, above);
  PIL_EACH {
    double lower = power[i] * below[i], upper = tails->density[i] * above[i];
    tails->lower[i] = low[i] ? lower : 1 - upper;
    tails->upper[i] = low[i] ? 1 - lower : upper;
  }
}

/* Householder's method from Wilson and Hilferty's guess (1931: the cube root of x / a is nearly
 * normal) or, near 0, from the first two terms of the lower tail's logarithm. */
static inline void pil_gamma_small(const double *a, const double *p, const double *q,
                                   const double *z, double *x) {
  pil_pack log_gamma;
  pil_solver solver;
  PIL_EACH {
    log_gamma[i] = pil_log_gamma1_kernel(a[i]);
    double near_zero = (pil_log_kernel(p[i]) + log_gamma[i]) / a[i];
    double t = pil_exp_kernel(near_zero);
    double root = 1 - 1 / (9 * a[i]) + z[i] / (3 * __builtin_sqrt(a[i]));
    double normal = pil_log_kernel(a[i] * (root * root * root));
    double low = near_zero + t / (a[i] + 1);
    double gap = -(pil_log_kernel(q[i]) + log_gamma[i] - pil_log_kernel(a[i]));
    double far = pil_log_kernel(gap + (a[i] - 1) * pil_log_kernel(gap));
    bool is_low = t < 0.3 * (a[i] + 1), is_far = (a[i] < 1) & (gap > 2);
    solver.u[i] = is_far ? far : is_low | (root < 0.3) ? low : normal;
    solver.done[i] = PIL_SET(near_zero < -39);
    solver.u[i] = near_zero < -39 ? near_zero : solver.u[i];
  }
  pil_solver_start(&solver, p, q);
  for (int round = 0; round < 100 && !pil_pack_all(solver.done); round++) {
    pil_pack_tails tails;
    pil_gamma_small_tails(a, log_gamma, solver.u, solver.done, &tails);
    pil_solver_step(&solver, &tails);
  }
  PIL_EACH x[i] = pil_exp_kernel(solver.u[i]);
}

#endif
