/* The safeguarded solver for quantiles over a pack of lanes: Householder's method on the
 * logarithm of the smaller tail, kept inside a bracket. The tails must be log-concave in u.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_TAIL_KERNELS_H
#define PIL_RANDOM_TAIL_KERNELS_H

#include "../base/real_kernels.h"
#include "pack.h"

/* As pil_tails (special.h), a lane each; `bend` is the slope's derivative. */
typedef struct pil_pack_tails {
  pil_pack lower, upper, density, slope, bend;
} pil_pack_tails;

/* `u` and `done` are set before the start. */
typedef struct pil_solver {
  pil_pack u, low, high, sign, target;
  pil_pack_mask done;
} pil_solver;

static inline void pil_solver_start(pil_solver *s, const double *p, const double *q) {
  PIL_EACH {
    s->low[i] = -__builtin_inf();
    s->high[i] = __builtin_inf();
    s->sign[i] = p[i] <= q[i] ? 1 : -1;
    s->target[i] = pil_log_kernel(p[i] <= q[i] ? p[i] : q[i]);
  }
}

/* One round with the tails at u: Householder's method of the third order. A step that would leave
 * the bracket goes to its middle, or while it is open no further than 32. The error is of the
 * order of s g³ where the step was s and the tail off by a factor of 1 + g. */
static inline void pil_solver_step(pil_solver *s, const pil_pack_tails *tails) {
  const double infinity = __builtin_inf();
  PIL_EACH {
    double u = s->u[i], tail = s->sign[i] > 0 ? tails->lower[i] : tails->upper[i];
    double gap = s->sign[i] * (pil_log_kernel(tail) - s->target[i]);
    double low = gap < 0 ? u : s->low[i], high = gap > 0 ? u : s->high[i];
    double rate = tails->density[i] / tail, newton = -gap / rate;
    rate *= s->sign[i];
    double second = tails->slope[i] - rate; /* the derivatives over the first */
    double third = second * second + tails->bend[i] - rate * second;
    double over = 1 + 0.5 * newton * second;
    double under = 1 + newton * (second + newton * third * (1.0 / 6));
    double share = over / under, step = (share > 0.5) & (share < 2) ? newton * share : newton;
    double size = __builtin_fabs(step), off = __builtin_fabs(gap);
    step = size < infinity ? step : gap < 0 ? 32.0 : -32.0; /* not NaN */
    double bounded = step > 32 ? 32.0 : step < -32 ? -32.0 : step;
    double next = u + step, middle = low + 0.5 * (high - low);
    bool inside = (next > low) & (next < high) & (size <= 32);
    bool closed = (low > -infinity) & (high < infinity);
    bool close = (size * off * off * off <= 1e-15) & (size <= 1e-2); /* perhaps not inside */
    double moved = inside ? next : close ? u : closed ? middle : u + bounded;
    s->u[i] = s->done[i] | PIL_SET(gap == 0) ? u : moved;
    s->low[i] = low;
    s->high[i] = high;
    s->done[i] |= PIL_SET(close | (gap == 0) | (moved == u));
  }
}

#endif
