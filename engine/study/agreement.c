/* How far several formulas agree on the order of the same items.
 * SPDX-License-Identifier: Apache-2.0 */
#include "agreement.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

enum { LANES = PIL_ORDER_LANES, WORDS = PIL_ORDER_ITEMS / 64 };

static size_t pair_count(size_t formula_count) {
  return formula_count * (formula_count - 1) / 2;
}

/* Scratch: above and tied of LANES lanes by each of two formulas, lane by lane, and three rows for one lane. */
static size_t scratch_rows(void) {
  return 4 * LANES + 3;
}

bool pil_agreement_init(pil_agreement *agreement, size_t formula_count, size_t item_count, pil_error *error) {
  assert(formula_count >= 2 && item_count >= 1 && item_count <= PIL_ORDER_ITEMS);
  *agreement = (pil_agreement){.formula_count = formula_count, .item_count = item_count};
  size_t pairs = pair_count(formula_count);
  agreement->scratch = pil_memory_new_zeroed(scratch_rows() * item_count, sizeof *agreement->scratch);
  agreement->sums = pil_memory_new_zeroed(pairs, sizeof *agreement->sums);
  if (agreement->scratch == NULL || agreement->sums == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < pairs; i++) {
    pil_agreement_sums *sums = &agreement->sums[i];
    sums->shifts = pil_memory_new_zeroed(item_count, sizeof *sums->shifts);
    sums->moves = pil_memory_new_zeroed(item_count, sizeof *sums->moves);
    if (sums->shifts == NULL || sums->moves == NULL) return pil_error_memory(error);
  }
  return true;
}

void pil_agreement_free(pil_agreement *agreement) {
  for (size_t i = 0; agreement->sums != NULL && i < pair_count(agreement->formula_count); i++) {
    pil_memory_free(agreement->sums[i].shifts);
    pil_memory_free(agreement->sums[i].moves);
  }
  pil_memory_free(agreement->sums);
  pil_memory_free(agreement->scratch);
  *agreement = (pil_agreement){0};
}

/* One lane's places by one formula. */
typedef struct places {
  const uint16_t *above, *tied;
} places;

/* Puts items into `sorted` by their places, those that tie as they come in `items` (NULL: 0, 1, 2, …).
 * How many items are above one is where its tie begins, so nothing has to be counted first. */
static void sort_by(places by, const uint16_t *items, size_t n, uint16_t *sorted, uint16_t *used) {
  memset(used, 0, n * sizeof *used);
  for (size_t i = 0; i < n; i++) {
    uint16_t item = items == NULL ? (uint16_t)i : items[i], above = by.above[item];
    sorted[above + used[above]++] = item;
  }
}

/* Pairs of items that the two orders put the opposite way. `sorted`: by the first, ties by the second. Of ties
 * by the second the earlier counts as above, so that none is opposite. Items already met are bits at their places by
 * the second: up to 64 words this beats the merge sort of Knight. */
static uint64_t count_opposite(places second, const uint16_t *sorted, size_t n, uint16_t *used) {
  uint64_t met[WORDS] = {0}, opposite = 0;
  uint16_t beyond[WORDS] = {0}; /* items met in later words */
  memset(used, 0, n * sizeof *used);
  for (size_t i = 0; i < n; i++) {
    uint16_t above = second.above[sorted[i]];
    size_t place = (size_t)above + used[above]++, word = place / 64;
    uint64_t bit = UINT64_C(1) << place % 64;
    opposite += (uint64_t)__builtin_popcountll(met[word] & ~(bit | (bit - 1))) + beyond[word];
    met[word] |= bit;
    for (size_t j = 0; j < word; j++) beyond[j]++;
  }
  return opposite;
}

static uint64_t tied_pairs(places by, size_t n) {
  uint64_t twice = 0;
  for (size_t i = 0; i < n; i++) twice += by.tied[i] - 1u;
  return twice / 2;
}

/* Pairs that tie by both. */
static uint64_t both_tied_pairs(places first, places second, const uint16_t *sorted, size_t n) {
  uint64_t pairs = 0, run = 0; /* items before this one that tie with it by both */
  for (size_t i = 1; i < n; i++) {
    uint16_t item = sorted[i], before = sorted[i - 1];
    bool same = first.above[item] == first.above[before] && second.above[item] == second.above[before];
    run = same ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/* NaN where one of the orders ties all. Knight 1966, J. Am. Stat. Assoc. 61, 436-439: pairs of the same order less
 * opposite ones follow from the ties and the opposite ones. */
static double tau_of(places first, places second, size_t n, uint16_t *rows) {
  uint16_t *sorted = rows, *used = rows + n, *by_second = rows + 2 * n;
  sort_by(second, NULL, n, by_second, used);
  sort_by(first, by_second, n, sorted, used);
  int64_t all = (int64_t)(n * (n - 1) / 2), opposite = (int64_t)count_opposite(second, sorted, n, used);
  int64_t tied_first = (int64_t)tied_pairs(first, n), tied_second = (int64_t)tied_pairs(second, n);
  int64_t both = (int64_t)both_tied_pairs(first, second, sorted, n);
  if (tied_first == all || tied_second == all) return NAN;
  int64_t net = all - tied_first - tied_second + both - 2 * opposite;
  if (tied_first == tied_second) return (double)net / (double)(all - tied_first);
  return (double)net / sqrt((double)(all - tied_first) * (double)(all - tied_second));
}

static void add_moves(pil_agreement_sums *sums, const pil_ranking *first, const pil_ranking *second,
                      size_t item_count, size_t lane_count) {
  for (size_t i = 0; i < item_count; i++) {
    const pil_order_count *above = first->above + i * first->stride, *tied = first->tied + i * first->stride;
    const pil_order_count *other_above = second->above + i * second->stride;
    const pil_order_count *other_tied = second->tied + i * second->stride;
    int64_t shift = 0, moved = 0;
    for (size_t j = 0; j < lane_count; j++) {
      int32_t twice = 2 * (other_above[j] - above[j]) + other_tied[j] - tied[j];
      shift += twice;
      moved += twice < 0 ? -twice : twice;
    }
    sums->shifts[i] += shift;
    sums->moves[i] += (uint64_t)moved;
  }
}

/* Items' counts in LANES lanes from `start` on, lane by lane. */
static void turn(const pil_order_count *from, size_t stride, size_t item_count, size_t lanes, uint16_t *to) {
  for (size_t i = 0; i < item_count; i++)
    for (size_t j = 0; j < lanes; j++) to[j * item_count + i] = from[i * stride + j];
}

static void add_taus(pil_agreement *agreement, pil_agreement_sums *sums, const pil_ranking *first,
                     const pil_ranking *second, size_t lane_count) {
  size_t n = agreement->item_count, block = LANES * n;
  uint16_t *scratch = agreement->scratch, *rows = scratch + 4 * block;
  for (size_t start = 0; start < lane_count; start += LANES) {
    size_t lanes = lane_count - start < LANES ? lane_count - start : LANES;
    double taus[LANES];
    turn(first->above + start, first->stride, n, lanes, scratch);
    turn(first->tied + start, first->stride, n, lanes, scratch + block);
    turn(second->above + start, second->stride, n, lanes, scratch + 2 * block);
    turn(second->tied + start, second->stride, n, lanes, scratch + 3 * block);
    for (size_t j = 0; j < lanes; j++) {
      const uint16_t *lane = scratch + j * n;
      taus[j] = tau_of((places){lane, lane + block}, (places){lane + 2 * block, lane + 3 * block}, n, rows);
      if (isnan(taus[j])) sums->undefined_count++;
      else sums->counts[(size_t)floor((taus[j] + 1) * PIL_AGREEMENT_STEPS + 0.5)]++;
    }
    pil_exact_add(&sums->taus, taus, lanes);
  }
}

void pil_agreement_add(pil_agreement *agreement, const pil_ranking *const *rankings, size_t lane_count) {
  pil_agreement_sums *sums = agreement->sums;
  for (size_t i = 0; i < agreement->formula_count; i++) {
    for (size_t j = i + 1; j < agreement->formula_count; j++, sums++) {
      add_taus(agreement, sums, rankings[i], rankings[j], lane_count);
      add_moves(sums, rankings[i], rankings[j], agreement->item_count, lane_count);
    }
  }
  agreement->trial_count += lane_count;
}

void pil_agreement_merge(pil_agreement *agreement, const pil_agreement *part) {
  assert(agreement->formula_count == part->formula_count && agreement->item_count == part->item_count);
  agreement->trial_count += part->trial_count;
  for (size_t i = 0; i < pair_count(agreement->formula_count); i++) {
    pil_agreement_sums *sums = &agreement->sums[i];
    const pil_agreement_sums *other = &part->sums[i];
    sums->undefined_count += other->undefined_count;
    pil_exact_merge(&sums->taus, &other->taus);
    for (size_t j = 0; j < PIL_AGREEMENT_BINS; j++) sums->counts[j] += other->counts[j];
    for (size_t j = 0; j < agreement->item_count; j++) {
      sums->shifts[j] += other->shifts[j];
      sums->moves[j] += other->moves[j];
    }
  }
}

static const pil_agreement_sums *sums_of(const pil_agreement *agreement, size_t first, size_t second) {
  assert(first < second && second < agreement->formula_count);
  return &agreement->sums[pil_ranking_pair_at(agreement->formula_count, first, second)];
}

/* The step that holds the tau of rank `rank` from 0. */
static double step_at(const uint64_t *counts, uint64_t rank) {
  size_t bin = 0;
  for (uint64_t before = 0; rank - before >= counts[bin]; bin++) before += counts[bin];
  return (double)((int)bin - PIL_AGREEMENT_STEPS) / PIL_AGREEMENT_STEPS;
}

static double tau_quantile(const pil_agreement_sums *sums, double probability) {
  uint64_t n = sums->taus.count;
  if (n == 0) return NAN;
  double h = (double)(n - 1) * probability, part = h - floor(h);
  double lower = step_at(sums->counts, (uint64_t)h);
  return part == 0 ? lower : lower + (step_at(sums->counts, (uint64_t)h + 1) - lower) * part;
}

void pil_agreement_tau(const pil_agreement *agreement, size_t first, size_t second, pil_tau *tau) {
  const pil_agreement_sums *sums = sums_of(agreement, first, second);
  *tau = (pil_tau){.mean = pil_exact_mean(&sums->taus), .undefined_count = sums->undefined_count};
  tau->mean_error = pil_exact_sd(&sums->taus) / sqrt((double)sums->taus.count);
  tau->p5 = tau_quantile(sums, 0.05);
  tau->p50 = tau_quantile(sums, 0.50);
  tau->p95 = tau_quantile(sums, 0.95);
}

static int compare_moves(const void *a, const void *b) {
  const pil_move *left = a, *right = b;
  if (left->moved != right->moved) return left->moved > right->moved ? -1 : 1;
  return left->item < right->item ? -1 : 1;
}

void pil_agreement_moves(const pil_agreement *agreement, size_t first, size_t second, pil_move *moves) {
  const pil_agreement_sums *sums = sums_of(agreement, first, second);
  double twice_trials = 2 * (double)agreement->trial_count;
  for (size_t i = 0; i < agreement->item_count; i++) {
    double shift = (double)sums->shifts[i] / twice_trials, moved = (double)sums->moves[i] / twice_trials;
    moves[i] = (pil_move){i, shift, moved};
  }
  qsort(moves, agreement->item_count, sizeof *moves, compare_moves);
}
