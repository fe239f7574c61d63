/* Random parameters and words for tests and benchmarks of draws.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_RANDOM_DRAWS_H
#define TESTS_RANDOM_DRAWS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "../engine/random/distribution.h"
#include "../engine/random/stream.h"

static inline double random_between(pil_stream *stream, double low, double high) {
  return low + (high - low) * pil_uniform(pil_stream_next(stream));
}

static inline double random_scale(pil_stream *stream, double low, double high) {
  return low * pow(high / low, pil_uniform(pil_stream_next(stream)));
}

/* A tail at either end now and then. */
static inline uint64_t random_draw_word(pil_stream *stream, bool extreme) {
  uint64_t word = pil_stream_next(stream), how = pil_stream_next(stream);
  if (!extreme || how % 4 != 0) return word;
  word >>= (how >> 8) % 64;
  return how & 4 ? ~word : word;
}

/* A probability, now and then close to 0 or 1. */
static inline double random_share(pil_stream *stream) {
  switch (pil_stream_next(stream) % 4) {
    case 0: return random_scale(stream, 1e-4, 1);
    case 1: return 1 - random_scale(stream, 1e-3, 1);
    default: return random_between(stream, 0, 1);
  }
}

/* Complete parameters: such as a script might ask for, or anything the family takes. Returns how
 * many were given. */
static inline int random_parameters(pil_stream *s, pil_family family, bool extreme, double *a) {
  char problem[256];
  double low = extreme ? 1e-6 : 0.3, high = extreme ? 1e9 : 500;
  int count = pil_family_get(family)->required;
  for (int i = 0; i < PIL_PARAMETERS; i++) a[i] = random_scale(s, 0.3, 30);
  switch (family) {
    case PIL_FAMILY_beta: a[1] = random_scale(s, low, high); /* fall through */
    case PIL_FAMILY_student_t:
    case PIL_FAMILY_weibull:
    case PIL_FAMILY_gamma: a[0] = random_scale(s, low, high); break;
    case PIL_FAMILY_pareto: a[1] = random_scale(s, low, high); break;
    case PIL_FAMILY_uniform: a[1] = a[0] + random_scale(s, 1e-3, 1e3); break;
    case PIL_FAMILY_triangular:
    case PIL_FAMILY_pert: {
      double rise = random_between(s, -0.5, 3), fall = random_between(s, -0.5, 3);
      a[0] = random_between(s, -2, 2);
      a[1] = a[0] + (rise > 0 ? rise : 0) + (fall > 0 ? 0 : 1e-3);
      a[2] = a[1] + (fall > 0 ? fall : 0);
      if (family == PIL_FAMILY_pert && extreme) a[count++] = random_scale(s, 1e-3, 1e5);
      break;
    }
    case PIL_FAMILY_proportion:
      a[1] = floor(random_scale(s, 1, extreme ? 1e9 : 1e4));
      a[0] = floor(random_between(s, 0, a[1] + 1));
      if (extreme && a[1] > 40) a[0] = floor(random_between(s, 0, 40));
      break;
    case PIL_FAMILY_poisson:
      a[0] = extreme ? random_scale(s, 1e-9, 1e12) : random_scale(s, 0.1, 1e4);
      break;
    case PIL_FAMILY_binomial:
      a[0] = floor(random_scale(s, 1, extreme ? 1e9 : 1e5));
      a[1] = random_share(s);
      break;
    case PIL_FAMILY_negative_binomial:
      a[0] = random_scale(s, low, extreme ? 1e5 : 100);
      a[1] = random_share(s);
      break;
    case PIL_FAMILY_geometric:
    case PIL_FAMILY_bernoulli: a[0] = random_share(s); break;
    default: break;
  }
  if (pil_family_check(family, a, count, problem, sizeof problem) != NULL) abort();
  return count;
}

#endif
