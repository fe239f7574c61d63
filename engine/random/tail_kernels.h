/* The safeguarded solver for quantiles over a pack of lanes: Halley's method on the logarithm of
 * the smaller tail, kept inside a bracket. The tails must be log-concave in u.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_TAIL_KERNELS_H
#define PIL_RANDOM_TAIL_KERNELS_H

#include "../base/real_kernels.h"
#include "pack.h"

/* As pil_tails (special.h), a lane each. */
typedef struct pil_pack_tails {
  pil_pack lower, upper, density, slope;
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

/* One round with the tails at u. A step that would leave the bracket goes to its middle, or while
 * it is open no further than 32. Halley's error is cubic: a step of s in u where the tail was
 * off by a factor of 1 + g leaves an error of the order of s g². */
static inline void pil_solver_step(pil_solver *s, const pil_pack_tails *tails) {
  const double infinity = __builtin_inf();
  PIL_EACH {
    double u = s->u[i], tail = s->sign[i] > 0 ? tails->lower[i] : tails->upper[i];
    double gap = s->sign[i] * (pil_log_kernel(tail) - s->target[i]);
    double low = gap < 0 ? u : s->low[i], high = gap > 0 ? u : s->high[i];
    double rate = tails->density[i] / tail, step = -gap / rate;
    double bend = 1 + 0.5 * step * (tails->slope[i] - s->sign[i] * rate);
    step = (bend > 0.5) & (bend < 2) ? step / bend : step;
    double size = __builtin_fabs(step);
    step = size < infinity ? step : gap < 0 ? 32.0 : -32.0; /* not NaN */
    double bounded = step > 32 ? 32.0 : step < -32 ? -32.0 : step;
    double next = u + step, middle = low + 0.5 * (high - low);
    bool inside = (next > low) & (next < high) & (size <= 32);
    bool closed = (low > -infinity) & (high < infinity);
    double moved = inside ? next : closed ? middle : u + bounded;
    bool exact = (gap == 0) | (moved == u);
    bool close = inside & (size * gap * gap <= 1e-15) & (size <= 1e-3);
    s->u[i] = s->done[i] | PIL_SET(gap == 0) ? u : moved;
    s->low[i] = low;
    s->high[i] = high;
    s->done[i] |= PIL_SET(exact | close);
  }
}

#endif
