/* Quantiles of distributions that are nearly normal, over a pack of lanes.
 *
 * With t such that the density is that of a normal times a smooth G(t), F = Φ(t) - φ(t) s(t)
 * where s' = t s + 1 - G: Temme's form of the gamma and beta distributions (SIAM J. Math. Anal.
 * 10, 1979; DLMF 8.12, 8.18). The quantile w at p = Φ(z) is where (Φ(w) - Φ(z)) / φ(w) = s(w),
 * which stays exact in both tails.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_UNIFORM_KERNELS_H
#define PIL_RANDOM_UNIFORM_KERNELS_H

#include "../base/real_kernels.h"
#include "pack.h"

enum { PIL_UNIFORM_TERMS = 32 };

/* Coefficients of η / (λ - 1) in powers of η, where η^2 / 2 = λ - 1 - log λ (DLMF 8.12.11;
 * from the recurrence of (λ - 1) dλ/dη = η λ). */
static const double pil_eta_series[] = {
    0x1.0000000000000p+0,   -0x1.5555555555555p-2,  0x1.5555555555555p-4,   -0x1.e573ac901e574p-7,
    0x1.2f684bda12f68p-10,  0x1.71de3a556c734p-12,  -0x1.76e06fec7273bp-13, 0x1.48c5892f7cd83p-15,
    -0x1.255370652afc1p-19, -0x1.f1b22f594c6b5p-20, 0x1.bd6d21e4b4109p-21,  -0x1.7b5f9a2d0465cp-23,
    0x1.ccf5ceb7f0d9fp-28,  0x1.6097d55c37c1cp-27,  -0x1.2d2197c7a2faap-28, 0x1.f6e66d24d5c8ap-31,
    -0x1.c0d9b6edf2b0bp-36, -0x1.0070a87340428p-34, 0x1.ac9475c463659p-36,  -0x1.61ca701fd754ap-38,
    0x1.ef98008f5eec2p-44,  0x1.7ba0759769d7cp-42,  -0x1.3989bebb193c0p-43, 0x1.0104fc4369a3cp-45,
    -0x1.283fe7950ad7bp-51, -0x1.1ca914d71a27cp-49, 0x1.d2e7d5ca48b90p-51,  -0x1.7cfbcf3db9bfcp-53,
    0x1.75713641cd216p-59,  0x1.af2c06678a063p-57,  -0x1.5ff773ccd8f52p-58, 0x1.1e448645d530ap-60,
    -0x1.e8941961647b2p-67};

/* (Φ(w) - Φ(w - δ)) / φ(w) = ∫ exp(w s - s²/2) ds over s from 0 to δ, in powers of δ, for
 * |w δ| <= 0.5. */
static inline double pil_uniform_rise(double w, double delta) {
  double y = w * delta, square = delta * delta, before = 1, here = y, sum = PIL_FMA(0.5, y, 1);
#define TERM(n)                                                     \
  do {                                                              \
    double next = PIL_FMA(y, here, -square * before) * (1.0 / (n)); \
    sum = PIL_FMA(next, 1.0 / ((n) + 1), sum);                      \
    before = here;                                                  \
    here = next;                                                    \
  } while (0)
  TERM(2);
  TERM(3);
  TERM(4);
  TERM(5);
  TERM(6);
  TERM(7);
  TERM(8);
  TERM(9);
  TERM(10);
  TERM(11);
  TERM(12);
  TERM(13);
#undef TERM
  return delta * sum;
}

/* scale Σ series[n] (unit w)^n, and its derivative. Four powers at a time, for what a loop over
 * lanes leaves in memory the next must wait for. */
static inline void pil_uniform_sum(pil_pack *series, const double *unit, const double *scale,
                                   const double *w, double *value, double *rise) {
  PIL_EACH value[i] = rise[i] = 0;
  for (int n = PIL_UNIFORM_TERMS - 4; n >= 0; n -= 4) {
    PIL_EACH {
      double x = unit[i] * w[i], v = value[i], r = rise[i];
#define STEP(j)                          \
  do {                                   \
    r = PIL_FMA(r, x, v);                \
    v = PIL_FMA(v, x, series[n + j][i]); \
  } while (0)
      STEP(3);
      STEP(2);
      STEP(1);
      STEP(0);
#undef STEP
      value[i] = v;
      rise[i] = r;
    }
  }
  PIL_EACH {
    value[i] *= scale[i];
    rise[i] *= scale[i] * unit[i];
  }
}

/* The quantile w: two steps of Halley's method from a start that is good to 1e-3. */
static inline void pil_uniform_meet(pil_pack *series, const double *unit, const double *scale,
                                    const double *z, double *w) {
  pil_pack delta, s, rise;
  pil_uniform_sum(series, unit, scale, z, s, rise);
  PIL_EACH {
    double y = z[i] * s[i]; /* log(1 + y) / z */
    delta[i] = s[i] * (1 - y * (0.5 - y * (1.0 / 3 - y * (0.25 - 0.2 * y))));
    delta[i] *= 1 + rise[i];
    w[i] = z[i] + delta[i];
  }
  for (int round = 0; round < 2; round++) {
    pil_uniform_sum(series, unit, scale, w, s, rise);
    PIL_EACH {
      double area = pil_uniform_rise(w[i], delta[i]), slope = PIL_FMA(w[i], area, 1);
      double gap = area - s[i], first = slope - rise[i], second = PIL_FMA(w[i], slope, area);
      delta[i] -= gap / (first - 0.5 * gap * second / first);
      w[i] = z[i] + delta[i];
    }
  }
}

#endif
