/* The ranking of items over many trials: what was gathered, as chances and means.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "../base/memory.h"
#include "../statistics/interval.h"
#include "../statistics/pair.h"
#include "ranking.h"

const double pil_ranked_levels[PIL_RANKED_LEVELS] = {0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95};

/* Chances between which an order says nothing to act on. */
#define TOSS_LOW 0.45
#define TOSS_HIGH 0.55

/* Of `share` trials among `count`. A trial that counts in part, v < 1, has v^2 < v, so the error is not above that of
 * whole ones. */
static void fill_chance(pil_ranked_chance *chance, double share, double count) {
  *chance = (pil_ranked_chance){NAN, NAN, 0, 1};
  if (count == 0) return;
  double p = share / count;
  *chance = (pil_ranked_chance){.probability = p, .error = sqrt(p * (1 - p) / count)};
  pil_interval_wilson(share, count, PIL_INTERVAL_Z95, &chance->low, &chance->high);
}

/* Shares are sums over trials in units of PIL_RANKING_UNIT, below 2^64. */
static double trials_of(uint64_t share) {
  return (double)(share / PIL_RANKING_UNIT) +
         (double)(share % PIL_RANKING_UNIT) / (double)PIL_RANKING_UNIT;
}

static void fill_score(const pil_ranking_sums *sums, uint64_t trial_count, pil_ranked *ranked) {
  pil_summary *score = &ranked->score;
  score->count = trial_count;
  score->never_count = sums->never_count;
  score->not_a_number_count = sums->missing_count;
  score->finite_count = trial_count - sums->missing_count - sums->never_count;
  score->mean = pil_exact_mean(&sums->scores);
  score->sd = pil_exact_sd(&sums->scores);
  score->mean_error = score->sd / sqrt((double)score->finite_count);
  bool any = score->finite_count + score->never_count > 0;
  score->min = any ? sums->min : NAN;
  score->max = any ? sums->max : NAN;
  for (size_t i = 0; i < PIL_RANKED_LEVELS; i++) {
    ranked->percentiles[i] =
        pil_sketch_quantile(&sums->sketch, pil_ranked_levels[i], &ranked->percentile_errors[i]);
  }
}

/* Of twice the ranks all is whole: `spread` is n^2 times their variance with divisor n. */
static void fill_rank(const pil_ranking_sums *sums, uint64_t trial_count, pil_ranked *ranked) {
  double n = (double)trial_count;
  ranked->rank_mean = ranked->rank_mean_error = NAN;
  if (trial_count == 0) return;
  ranked->rank_mean = (double)sums->twice_ranks / (2 * n);
  if (trial_count < 2) return;
  __extension__ typedef unsigned __int128 wide;
  wide spread = (wide)sums->squares * trial_count - (wide)sums->twice_ranks * sums->twice_ranks;
  ranked->rank_mean_error = sqrt((double)spread / (n - 1)) / (2 * n);
}

/* The first place by which so much of the trials is reached. */
static size_t place_at(const pil_ranking *ranking, size_t item, double level) {
  size_t n = ranking->options.item_count;
  const uint64_t *shares = ranking->shares + item * n;
  double wanted = level * (double)ranking->trial_count - 1e-6; /* shared ties are rounded down */
  double reached = 0;
  uint64_t here = 0;
  if (ranking->trial_count == 0) return 0;
  for (size_t place = 0; place < n; place++) {
    here += shares[place];
    reached += trials_of(here);
    if (reached >= wanted) return place + 1;
  }
  return n;
}

void pil_ranking_item(const pil_ranking *ranking, size_t item, size_t top, pil_ranked *ranked) {
  const pil_ranking_sums *sums = &ranking->sums[item];
  size_t n = ranking->options.item_count;
  const uint64_t *shares = ranking->shares + item * n;
  double count = (double)ranking->trial_count, within = 0;
  uint64_t here = 0;
  *ranked = (pil_ranked){.nan_count = sums->nan_count};
  fill_score(sums, ranking->trial_count, ranked);
  fill_rank(sums, ranking->trial_count, ranked);
  ranked->rank_p5 = place_at(ranking, item, 0.05);
  ranked->rank_p50 = place_at(ranking, item, 0.50);
  ranked->rank_p95 = place_at(ranking, item, 0.95);
  fill_chance(&ranked->first, trials_of(shares[0]), count);
  for (size_t place = 0; place < n && place < top; place++) {
    here += shares[place];
    within += trials_of(here);
  }
  fill_chance(&ranked->top, top >= n ? count : fmin(within, count), count);
}

void pil_ranking_places(const pil_ranking *ranking, size_t item, double *probabilities) {
  size_t n = ranking->options.item_count;
  uint64_t here = 0;
  for (size_t place = 0; place < n; place++) {
    here += ranking->shares[item * n + place];
    probabilities[place] = trials_of(here) / (double)ranking->trial_count;
  }
}

typedef struct standing {
  uint64_t twice_ranks;
  double score; /* -inf where there is none */
  size_t item;
} standing;

static int compare_standings(const void *a, const void *b) {
  const standing *left = a, *right = b;
  if (left->twice_ranks != right->twice_ranks) return left->twice_ranks < right->twice_ranks ? -1 : 1;
  if (left->score != right->score) return left->score > right->score ? -1 : 1;
  return left->item < right->item ? -1 : 1;
}

bool pil_ranking_sort(const pil_ranking *ranking, size_t *items, pil_error *error) {
  size_t n = ranking->options.item_count;
  standing *standings = pil_memory_resize(NULL, n, sizeof *standings);
  if (standings == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < n; i++) {
    double mean = pil_exact_mean(&ranking->sums[i].scores);
    standings[i] = (standing){ranking->sums[i].twice_ranks, isnan(mean) ? -INFINITY : mean, i};
  }
  qsort(standings, n, sizeof *standings, compare_standings);
  for (size_t i = 0; i < n; i++) items[i] = standings[i].item;
  pil_memory_free(standings);
  return true;
}

static void conclude(pil_ranked_pair *pair, double wins, double count) {
  fill_chance(&pair->above, wins, count);
  pair->is_coin_toss = pair->above.low <= TOSS_HIGH && pair->above.high >= TOSS_LOW;
}

void pil_ranking_pair(const pil_ranking *ranking, size_t item, size_t other, pil_ranked_pair *pair) {
  assert(ranking->wins != NULL && item != other);
  size_t n = ranking->options.item_count, low = item < other ? item : other, high = item + other - low;
  int64_t wins = ranking->wins[pil_ranking_pair_at(n, low, high)];
  double count = (double)ranking->trial_count;
  conclude(pair, (count + (double)(item < other ? wins : -wins)) / 2, count);
}

void pil_ranked_pair_fill(pil_ranked_pair *pair, const double *scores, const double *others, size_t count) {
  double wins = 0;
  for (size_t i = 0; i < count; i++) {
    double score = scores[i], other = others[i];
    bool above = score > other || (isnan(other) && !isnan(score));
    bool below = score < other || (isnan(score) && !isnan(other));
    wins += above ? 1 : below ? 0 : 0.5;
  }
  conclude(pair, wins, (double)count);
}
