/* The ranking of items over many trials, gathered batch by batch.
 * SPDX-License-Identifier: Apache-2.0 */

/* The loops over lanes are to be vector code. */
#pragma GCC optimize("O3")

#include "ranking.h"

#include <assert.h>
#include <float.h>
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"

enum {
  VECTOR = 16, /* places of lanes compared at once */
  MOST_LANES = 65536,
  TILE = 16 /* rows of items that stay in the nearest cache while all others pass by */
};

_Static_assert(VECTOR % PIL_ORDER_LANES == 0, "rows hold whole groups of lanes");

static size_t pair_count(size_t item_count) {
  return item_count * (item_count - 1) / 2;
}

size_t pil_ranking_pair_at(size_t item_count, size_t item, size_t other) {
  return item * (2 * item_count - item - 1) / 2 + (other - item - 1);
}

static bool reserve(pil_ranking *ranking) {
  size_t n = ranking->options.item_count, cells = n * ranking->stride;
  ranking->sums = pil_memory_new_zeroed(n, sizeof *ranking->sums);
  ranking->shares = pil_memory_new_zeroed(n * n, sizeof *ranking->shares);
  ranking->parts = pil_memory_new_zeroed(n + 1, sizeof *ranking->parts);
  ranking->above = pil_memory_new_zeroed(cells, sizeof *ranking->above);
  ranking->tied = pil_memory_new_zeroed(cells, sizeof *ranking->tied);
  if (ranking->options.keep_pairs) {
    ranking->wins = pil_memory_new_zeroed(pair_count(n), sizeof *ranking->wins);
    if (ranking->wins == NULL) return false;
  }
  return ranking->sums != NULL && ranking->shares != NULL && ranking->parts != NULL &&
         ranking->above != NULL && ranking->tied != NULL;
}

bool pil_ranking_init(pil_ranking *ranking, const pil_ranking_options *options, pil_error *error) {
  size_t n = options->item_count;
  assert(options->lane_capacity > 0 && options->lane_capacity <= MOST_LANES);
  *ranking = (pil_ranking){.options = *options};
  if (n == 0) {
    return pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE,
                         "a ranking needs at least one item");
  }
  if (n > PIL_ORDER_ITEMS) {
    return pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE,
                         "%zu items are more than the %d that a ranking takes; rank a part of the list",
                         n, PIL_ORDER_ITEMS);
  }
  ranking->stride = (options->lane_capacity + VECTOR - 1) / VECTOR * VECTOR;
  PIL_TRY(pil_order_init(&ranking->order, n, error));
  if (!reserve(ranking)) return pil_error_memory(error);
  for (size_t tied = 1; tied <= n; tied++) ranking->parts[tied] = PIL_RANKING_UNIT / tied;
  for (size_t i = 0; i < n; i++) {
    ranking->sums[i].min = INFINITY;
    ranking->sums[i].max = -INFINITY;
  }
  return true;
}

void pil_ranking_free(pil_ranking *ranking) {
  if (ranking->sums != NULL) {
    for (size_t i = 0; i < ranking->options.item_count; i++) pil_sketch_free(&ranking->sums[i].sketch);
  }
  pil_memory_free(ranking->sums);
  pil_memory_free(ranking->shares);
  pil_memory_free(ranking->wins);
  pil_memory_free(ranking->parts);
  pil_memory_free(ranking->above);
  pil_memory_free(ranking->tied);
  pil_order_free(&ranking->order);
  *ranking = (pil_ranking){0};
}

static void add_scores(pil_ranking_sums *sums, const double *scores, size_t count) {
  uint64_t nan_count = 0, missing_count = 0, never_count = 0;
  double min = sums->min, max = sums->max;
  for (size_t i = 0; i < count; i++) {
    double score = scores[i];
    nan_count += score != score;
    missing_count += !(score >= -DBL_MAX);
    never_count += score > DBL_MAX;
    min = score < min && score >= -DBL_MAX ? score : min;
    max = score > max ? score : max;
  }
  sums->nan_count += nan_count;
  sums->missing_count += missing_count;
  sums->never_count += never_count;
  sums->min = min + 0.0; /* one zero, whichever came first */
  sums->max = max + 0.0;
  pil_exact_add(&sums->scores, scores, count);
}

/* A tie adds its part at its first place and takes it off after its last, so that its size costs no time. */
static void add_shares(pil_ranking *ranking, size_t item, size_t count) {
  size_t n = ranking->options.item_count;
  const pil_order_count *above = ranking->above + item * ranking->stride;
  const pil_order_count *tied = ranking->tied + item * ranking->stride;
  uint64_t *shares = ranking->shares + item * n, twice_ranks = 0, squares = 0, beyond = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t part = ranking->parts[tied[i]];
    size_t end = (size_t)above[i] + tied[i];
    shares[above[i]] += part;
    *(end < n ? &shares[end] : &beyond) -= part;
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t twice = 2u * above[i] + tied[i] + 1u;
    twice_ranks += twice;
    squares += twice * twice;
  }
  ranking->sums[item].twice_ranks += twice_ranks;
  ranking->sums[item].squares += squares;
}

/* Lanes with `item` above `other` less those with `other` above `item`. */
static int32_t count_wins(const pil_order_count *item, const pil_order_count *other, size_t count) {
  __m256i wins = _mm256_setzero_si256(), one = _mm256_set1_epi16(1);
  for (size_t i = 0; i < count; i += VECTOR) { /* each of the sixteen sums stays within MOST_LANES / VECTOR */
    __m256i a = _mm256_loadu_si256((const __m256i *)(item + i));
    __m256i b = _mm256_loadu_si256((const __m256i *)(other + i));
    wins = _mm256_add_epi16(wins, _mm256_sign_epi16(one, _mm256_sub_epi16(b, a))); /* 1, 0 or -1 */
  }
  wins = _mm256_madd_epi16(wins, one);
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(wins), _mm256_extracti128_si256(wins, 1));
  __m128i two = _mm_add_epi32(four, _mm_srli_si128(four, 8));
  return _mm_cvtsi128_si32(two) + _mm_extract_epi32(two, 1);
}

static void add_wins(pil_ranking *ranking, size_t count) {
  size_t n = ranking->options.item_count, rounded = (count + VECTOR - 1) / VECTOR * VECTOR;
  for (size_t i = 0; i < n; i++) /* lanes beyond the last: all tie */
    for (size_t j = count; j < rounded; j++) ranking->above[i * ranking->stride + j] = 0;
  for (size_t start = 0; start < n; start += TILE) {
    size_t end = start + TILE < n ? start + TILE : n;
    for (size_t i = 0; i < end; i++) {
      const pil_order_count *item = ranking->above + i * ranking->stride;
      int64_t *wins = ranking->wins + pil_ranking_pair_at(n, i, i + 1);
      for (size_t j = i < start ? start : i + 1; j < end; j++)
        wins[j - i - 1] += count_wins(item, ranking->above + j * ranking->stride, rounded);
    }
  }
}

bool pil_ranking_add(pil_ranking *ranking, const double *scores, size_t stride, size_t lane_count,
                     pil_error *error) {
  assert(lane_count <= ranking->options.lane_capacity);
  assert(ranking->trial_count + lane_count <= PIL_RANKING_TRIALS);
  pil_order_fill(&ranking->order, scores, stride, lane_count, ranking->above, ranking->tied,
                 ranking->stride);
  for (size_t i = 0; i < ranking->options.item_count; i++) {
    add_scores(&ranking->sums[i], scores + i * stride, lane_count);
    add_shares(ranking, i, lane_count);
    if (!ranking->options.keep_sketches) continue;
    PIL_TRY(pil_sketch_add(&ranking->sums[i].sketch, scores + i * stride, lane_count, error));
  }
  if (ranking->options.keep_pairs) add_wins(ranking, lane_count);
  ranking->trial_count += lane_count;
  return true;
}

static bool merge_sums(pil_ranking_sums *sums, const pil_ranking_sums *part, pil_error *error) {
  sums->nan_count += part->nan_count;
  sums->missing_count += part->missing_count;
  sums->never_count += part->never_count;
  sums->min = part->min < sums->min ? part->min : sums->min;
  sums->max = part->max > sums->max ? part->max : sums->max;
  sums->twice_ranks += part->twice_ranks;
  sums->squares += part->squares;
  pil_exact_merge(&sums->scores, &part->scores);
  return pil_sketch_merge(&sums->sketch, &part->sketch, error);
}

bool pil_ranking_merge(pil_ranking *ranking, const pil_ranking *part, pil_error *error) {
  size_t n = ranking->options.item_count;
  assert(n == part->options.item_count && ranking->options.keep_pairs == part->options.keep_pairs);
  assert(ranking->options.keep_sketches == part->options.keep_sketches);
  assert(ranking->trial_count + part->trial_count <= PIL_RANKING_TRIALS);
  for (size_t i = 0; i < n; i++) PIL_TRY(merge_sums(&ranking->sums[i], &part->sums[i], error));
  for (size_t i = 0; i < n * n; i++) ranking->shares[i] += part->shares[i];
  if (ranking->wins != NULL)
    for (size_t i = 0; i < pair_count(n); i++) ranking->wins[i] += part->wins[i];
  ranking->trial_count += part->trial_count;
  return true;
}

size_t pil_ranking_bytes(const pil_ranking *ranking) {
  size_t n = ranking->options.item_count, bytes = sizeof *ranking + n * sizeof *ranking->sums;
  bytes += n * n * sizeof *ranking->shares + (n + 1) * sizeof *ranking->parts;
  bytes += n * ranking->stride * (sizeof *ranking->above + sizeof *ranking->tied);
  if (ranking->wins != NULL) bytes += pair_count(n) * sizeof *ranking->wins;
  bytes += ranking->order.exchange_count * sizeof *ranking->order.exchanges;
  bytes += n * (sizeof *ranking->order.keys + sizeof *ranking->order.sequence);
  for (size_t i = 0; i < n; i++) bytes += pil_sketch_bytes(&ranking->sums[i].sketch);
  return bytes;
}
