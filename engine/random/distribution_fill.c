/* Draws by the batch: loops that the compiler turns into vector code for the simple families.
 * They give the bits of pil_distribution_draw: the kernels are the same source.
 * SPDX-License-Identifier: Apache-2.0 */

/* Vector code wants -O3's cost model and selections instead of branches; nobody reads the
 * floating-point exception flags. */
#pragma GCC optimize("O3", "no-trapping-math")

#include <string.h>

#include "../base/real_kernels.h"
#include "distribution.h"
#include "family.h"
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

/* discrete and empirical with few entries: how many cumulative weights lie below p, which is where
 * the search of families_list.c ends. */
enum { LIST_MOST = 32, CHUNK = 64 };

static void fill_list(const pil_distribution *list, const uint64_t *restrict words,
                      double *restrict draws, size_t count) {
  for (size_t first = 0; first < count; first += CHUNK) {
    double p[CHUNK] = {0}, entries[CHUNK] = {0};
    size_t size = count - first < CHUNK ? count - first : CHUNK;
    for (size_t i = 0; i < size; i++) p[i] = pil_uniform(words[first + i]);
    for (size_t j = 0; j + 1 < list->count; j++) {
      double edge = list->cumulative[j];
      for (size_t i = 0; i < CHUNK; i++) entries[i] += p[i] > edge ? 1.0 : 0.0;
    }
    for (size_t i = 0; i < size; i++) {
      draws[first + i] =
          list->family == PIL_FAMILY_discrete ? entries[i] : list->values[(size_t)entries[i]];
    }
  }
}

static void fill_long_list(const pil_distribution *list, const uint64_t *restrict words, double *restrict draws,
                           size_t count) {
  for (size_t i = 0; i < count; i++)
    draws[i] = pil_list_quantile(list, pil_uniform(words[i]), pil_uniform_complement(words[i]));
}

static bool is_short_list(const pil_distribution *distribution) {
  return (distribution->family == PIL_FAMILY_discrete ||
          distribution->family == PIL_FAMILY_empirical) &&
         distribution->count <= LIST_MOST;
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

/* Those that are looked up, where no bounds come between. */
typedef void fill_looked_up(const pil_distribution *distribution, const uint64_t *words, double *draws, size_t count);

static fill_looked_up *find_look_up(const pil_distribution *distribution) {
  if (distribution->truncated) return NULL;
  if (is_short_list(distribution)) return fill_list;
  if (distribution->guide != NULL) return fill_long_list;
  if (distribution->table != NULL) return pil_quantile_table_fill;
  return distribution->counts != NULL ? pil_count_table_fill : NULL;
}

void pil_distribution_fill(const pil_distribution *distribution, const uint64_t *words,
                           double *draws, size_t count) {
  fill_words *loop = find_loop(distribution->family);
  fill_looked_up *look_up = find_look_up(distribution);
  bool cut = distribution->truncated && !distribution->clamped;
  if (look_up != NULL) {
    look_up(distribution, words, draws, count);
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
