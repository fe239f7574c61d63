/* Draws by the batch: loops that the compiler turns into vector code for the simple families.
 * They give the bits of pil_distribution_draw: the kernels are the same source.
 * SPDX-License-Identifier: Apache-2.0 */

/* Vector code wants -O3's cost model and selections instead of branches; nobody reads the
 * floating-point exception flags. */
#pragma GCC optimize("O3", "no-trapping-math")

#include <string.h>

#include "../base/real_kernels.h"
#include "distribution.h"
#include "normal_kernels.h"
#include "stream.h"

typedef void fill_words(const double *a, const uint64_t *restrict words, double *restrict draws,
                        size_t count);

static void fill_normal(const double *a, const uint64_t *restrict words, double *restrict draws,
                        size_t count) {
  double mean = a[0], sd = a[1];
  for (size_t i = 0; i < count; i++) {
    draws[i] = PIL_FMA(sd, pil_normal_kernel(words[i]), mean);
  }
}

static void fill_lognormal(const double *a, const uint64_t *restrict words, double *restrict draws,
                           size_t count) {
  double mu = a[2], sigma = a[3];
  for (size_t i = 0; i < count; i++) {
    draws[i] = pil_exp_kernel(PIL_FMA(sigma, pil_normal_kernel(words[i]), mu));
  }
}

static void fill_uniform(const double *a, const uint64_t *restrict words, double *restrict draws,
                         size_t count) {
  double low = a[0], high = a[1], width = high - low;
  for (size_t i = 0; i < count; i++) {
    double x = PIL_FMA(width, pil_uniform(words[i]), low);
    draws[i] = x < high ? x : high;
  }
}

static void fill_exponential(const double *a, const uint64_t *restrict words,
                             double *restrict draws, size_t count) {
  double mean = a[0];
  for (size_t i = 0; i < count; i++) {
    draws[i] = mean * -pil_log_kernel(pil_uniform_complement(words[i]));
  }
}

static void fill_bernoulli(const double *a, const uint64_t *restrict words, double *restrict draws,
                           size_t count) {
  double chance = a[0];
  for (size_t i = 0; i < count; i++) {
    draws[i] = pil_uniform_complement(words[i]) < chance ? 1 : 0;
  }
}

/* A short list: how many cumulative weights p is above, which is where a search for it ends. */
enum { SHORT_LIST = 16 };

static void fill_choices(const pil_distribution *list, const uint64_t *restrict words,
                         double *restrict draws, size_t count) {
  for (size_t i = 0; i < count; i++) draws[i] = 0;
  for (size_t entry = 0; entry + 1 < list->count; entry++) {
    double cumulative = list->cumulative[entry];
    for (size_t i = 0; i < count; i++) draws[i] += pil_uniform(words[i]) > cumulative ? 1 : 0;
  }
}

static fill_words *find_loop(pil_family family) {
  switch (family) {
    case PIL_FAMILY_normal: return fill_normal;
    case PIL_FAMILY_lognormal: return fill_lognormal;
    case PIL_FAMILY_uniform: return fill_uniform;
    case PIL_FAMILY_exponential: return fill_exponential;
    case PIL_FAMILY_bernoulli: return fill_bernoulli;
    default: return NULL;
  }
}

void pil_distribution_fill(const pil_distribution *distribution, const uint64_t *words,
                           double *draws, size_t count) {
  fill_words *loop = find_loop(distribution->family);
  bool cut = distribution->truncated && !distribution->clamped;
  if (distribution->family == PIL_FAMILY_discrete && distribution->count <= SHORT_LIST) {
    fill_choices(distribution, words, draws, count); /* which takes no bounds */
    return;
  }
  if (loop == NULL || cut) {
    for (size_t i = 0; i < count; i++) draws[i] = pil_distribution_draw(distribution, words[i]);
    return;
  }
  loop(distribution->parameters, words, draws, count);
  if (!distribution->clamped) return;
  for (size_t i = 0; i < count; i++) {
    double x = draws[i] < distribution->low ? distribution->low : draws[i];
    draws[i] = x > distribution->high ? distribution->high : x;
  }
}
