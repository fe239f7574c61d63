/* Quantiles of counts over a pack of lanes where neither a sum nor the uniform expansion is good:
 * both tails at a guess by series or continued fraction, and steps from there.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_COUNT_TAIL_KERNELS_H
#define PIL_RANDOM_COUNT_TAIL_KERNELS_H

#include "count_kernels.h"

/* At a guess: both tails, its probability, and what the probabilities beside it are of their
 * neighbour's (pil_count_here). */
typedef struct pil_count_tails {
  pil_pack lower, upper, chance, below, above, second;
} pil_count_tails;

/* The answer where it lies within one or two steps, else the next guess by Newton's method on the
 * tail's logarithm. A step that would subtract most of the small tail is not believed: its end
 * is the next guess. */
static inline void pil_count_tail_step(const pil_count_tails *here, const double *p,
                                       const double *q, const double *last, double *count,
                                       int64_t *done) {
  PIL_EACH {
    bool lower = p[i] <= q[i];
    double tail = lower ? p[i] : q[i], found = lower ? here->lower[i] : here->upper[i];
    double slack = -PIL_STEP_SLACK * tail, k = count[i];
    double gap = lower ? found - tail : tail - found, chance = here->chance[i];
    double next = chance * here->above[i], down = gap - chance, up = gap + next;
    double down_again = PIL_FMA(-chance, here->below[i], down);
    double up_again = PIL_FMA(next, here->second[i], up);
    double size = __builtin_floor(pil_log_kernel(found / tail) * (found / chance));
    double far = lower ? -size : size;
    double back = down >= slack ? (down_again >= slack ? -2.0 : -1.0) : 0.0;
    double ahead = up >= slack ? 1.0 : up_again >= slack ? 2.0 : 3.0;
    bool reached = gap >= slack;
    double move = reached ? back : ahead;
    bool doubtful = (lower & reached & (k > 0) & (chance > 0.75 * found)) |
                    (!lower & !reached & (next > 0.75 * found));
    bool solved = !doubtful & (move > -2) & (move < 3);
    double least = doubtful ? (reached ? -1.0 : 1.0) : move;
    double further = reached ? (far < least ? far : least) : (far > least ? far : least);
    double guess = k + further;
    guess = guess < last[i] ? guess : last[i];
    double to = solved ? k + move : guess;
    to = to > 0 ? to : 0;
    count[i] = done[i] ? k : to;
    done[i] |= PIL_SET(solved);
  }
}

static inline void pil_poisson_tail(const double *mean, const double *p, const double *q,
                                    double *count) {
  pil_pack_mask done;
  pil_pack u, last;
  PIL_EACH {
    done[i] = 0;
    u[i] = pil_log_kernel(mean[i]);
    last[i] = 1e15;
  }
  for (int round = 0; round < PIL_COUNT_ROUNDS && !pil_pack_all(done); round++) {
    pil_pack a, log_gamma;
    pil_pack_tails tails;
    pil_count_tails here;
    PIL_EACH {
      a[i] = count[i] + 1;
      log_gamma[i] = pil_log_gamma1_kernel(a[i]);
    }
    pil_gamma_small_tails(a, log_gamma, u, done, &tails);
    PIL_EACH {
      here.lower[i] = tails.upper[i];
      here.upper[i] = tails.lower[i];
      here.chance[i] = tails.density[i] / mean[i];
      here.below[i] = count[i] / mean[i];
      here.above[i] = mean[i] / (count[i] + 1);
      here.second[i] = mean[i] / (count[i] + 2);
    }
    pil_count_tail_step(&here, p, q, last, count, done);
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

static inline void pil_binomial_tail(const double *n, const double *x, const double *p,
                                     const double *q, double *count) {
  pil_pack_mask done;
  pil_pack u, y, last;
  PIL_EACH {
    done[i] = 0;
    y[i] = 1 - x[i];
    u[i] = pil_log_kernel(x[i]) - pil_log_kernel(y[i]);
    last[i] = n[i] - 1; /* from there the step to n is seen */
    count[i] = count[i] < last[i] ? count[i] : last[i];
  }
  for (int round = 0; round < PIL_COUNT_ROUNDS && !pil_pack_all(done); round++) {
    pil_pack a, b;
    pil_beta_size size;
    pil_pack_tails tails;
    pil_count_tails here;
    PIL_EACH {
      a[i] = count[i] + 1;
      b[i] = n[i] - count[i];
    }
    pil_beta_measure(a, b, &size);
    pil_beta_small_tails(a, b, &size, u, done, &tails);
    PIL_EACH {
      double k = count[i];
      here.lower[i] = tails.upper[i];
      here.upper[i] = tails.lower[i];
      here.chance[i] = tails.density[i] / (x[i] * b[i]);
      here.below[i] = k * y[i] / ((n[i] - k + 1) * x[i]);
      here.above[i] = (n[i] - k) * x[i] / ((k + 1) * y[i]);
      here.second[i] = (n[i] - k - 1) * x[i] / ((k + 2) * y[i]);
    }
    pil_count_tail_step(&here, p, q, last, count, done);
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

static inline void pil_negative_tail(const double *r, const double *x, const double *p,
                                     const double *q, double *count) {
  pil_pack_mask done;
  pil_pack u, y, last;
  PIL_EACH {
    done[i] = 0;
    y[i] = 1 - x[i];
    u[i] = pil_log_kernel(x[i]) - pil_log_kernel(y[i]);
    last[i] = 1e6;
  }
  for (int round = 0; round < PIL_COUNT_ROUNDS && !pil_pack_all(done); round++) {
    pil_pack b;
    pil_beta_size size;
    pil_pack_tails tails;
    pil_count_tails here;
    PIL_EACH b[i] = count[i] + 1;
    pil_beta_measure(r, b, &size);
    pil_beta_small_tails(r, b, &size, u, done, &tails);
    PIL_EACH {
      double k = count[i];
      here.lower[i] = tails.lower[i];
      here.upper[i] = tails.upper[i];
      here.chance[i] = tails.density[i] / (y[i] * (r[i] + k));
      here.below[i] = k / ((r[i] + k - 1) * y[i]);
      here.above[i] = (r[i] + k) * y[i] / (k + 1);
      here.second[i] = (r[i] + k + 1) * y[i] / (k + 2);
    }
    pil_count_tail_step(&here, p, q, last, count, done);
  }
  PIL_EACH count[i] = done[i] ? count[i] : -1;
}

#endif
