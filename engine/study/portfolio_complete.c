/* Completing a node's settled items to a set, keeping the best, and the orders this needs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "portfolio_inside.h"

#include <math.h>

/* Where values follow costs, the search can stay long among sets that leave a part of the budget; exchanges
 * of two items lead from there to the neighbours. */
enum { EXCHANGE_EVERY = 32, EXCHANGE_MOST = 1000, EXCHANGE_ROUNDS = 20 };

pil_item_sums pil_portfolio_missing(pil_portfolio *p, uint32_t i) {
  pil_item_sums sums = {0};
  size_t tail = 1;
  p->queue[0] = i;
  p->visited[i] = ++p->visit;
  for (size_t at = 0; at < tail; at++) {
    uint32_t j = p->queue[at];
    sums.cost += p->cost[j];
    sums.value += p->value[j];
    for (uint32_t k = p->need_start[j]; k < p->need_start[j + 1]; k++) {
      uint32_t needed = p->head[k];
      p->work++;
      if (p->state[needed] == PIL_ITEM_IN || p->taken[needed] == p->take ||
          p->visited[needed] == p->visit)
        continue;
      p->visited[needed] = p->visit;
      p->queue[tail++] = needed;
    }
  }
  p->work++;
  sums.count = tail;
  return sums;
}

static void take_by_rank(pil_portfolio *p, pil_item_sums *sums, bool relaxed_only) {
  size_t most = p->most;
  for (size_t r = 0; r < p->ranked_count; r++) {
    uint32_t i = p->ranked[r];
    if (p->state[i] != PIL_ITEM_FREE || p->taken[i] == p->take) continue;
    if (relaxed_only && !(p->excess[i] > p->value_tolerance || p->reached[i] == p->evaluation))
      continue;
    pil_item_sums more = pil_portfolio_missing(p, i);
    if (!relaxed_only && more.value <= 0) continue;
    if (sums->cost + more.cost > p->budget || sums->count + more.count > most) continue;
    sums->cost += more.cost;
    sums->value += more.value;
    sums->count += more.count;
    for (size_t at = 0; at < more.count; at++) p->taken[p->queue[at]] = p->take;
  }
  p->work += p->ranked_count;
}

/* The exchange of one taken item for one that is not taken that gains most; false when none gains. */
static bool exchange(pil_portfolio *p, pil_item_sums *sums) {
  double most = p->value_tolerance, left = p->budget - sums->cost;
  uint32_t out = PIL_NO_ITEM, in = PIL_NO_ITEM;
  for (size_t r = 0; r < p->ranked_count; r++) {
    uint32_t i = p->ranked[r];
    if (p->state[i] != PIL_ITEM_FREE || p->taken[i] != p->take || pil_portfolio_is_linked(p, i))
      continue;
    double cost = p->cost[i] + left, value = p->value[i] + most;
    p->work += p->ranked_count;
    for (size_t q = 0; q < p->ranked_count; q++) {
      uint32_t j = p->ranked[q];
      if (p->value[j] <= value || p->cost[j] > cost || p->taken[j] == p->take) continue;
      if (p->state[j] != PIL_ITEM_FREE || pil_portfolio_is_linked(p, j)) continue;
      value = p->value[j];
      most = value - p->value[i];
      out = i;
      in = j;
    }
  }
  if (in == PIL_NO_ITEM) return false;
  sums->cost += p->cost[in] - p->cost[out];
  sums->value += most;
  p->taken[out] = 0;
  p->taken[in] = p->take;
  return true;
}

static bool is_chosen(const pil_portfolio *p, size_t i) {
  return p->state[i] == PIL_ITEM_IN || p->taken[i] == p->take;
}

/* The sums of the best are taken anew in the order of items, so that they do not depend on the path. */
static void keep_if_better(pil_portfolio *p, const pil_item_sums *rough) {
  if (p->found && rough->value < p->top - 2 * p->value_tolerance) return;
  if (p->found && rough->value < p->top + p->value_tolerance / 2 &&
      rough->cost > p->best_sums.cost - p->cost_tolerance / 2)
    return; /* most often the best itself */
  pil_item_sums sums = {0};
  for (size_t i = 0; i < p->count; i++) {
    if (!is_chosen(p, i)) continue;
    sums.cost += p->cost[i];
    sums.value += p->value[i];
    sums.count++;
  }
  p->work += p->count;
  if (p->found) {
    double gain = sums.value - p->top;
    bool equal = fabs(gain) <= p->value_tolerance;
    bool cheaper = sums.cost < p->best_sums.cost - p->cost_tolerance;
    if (!(gain > p->value_tolerance || (equal && cheaper))) return;
  }
  p->top = p->found ? fmax(p->top, sums.value) : sums.value; /* equals must not drift down */
  p->found = true;
  p->best_sums = sums;
  for (size_t i = 0; i < p->count; i++) p->best[i] = is_chosen(p, i);
  if (p->cheaper_only) p->budget = sums.cost - p->cost_tolerance;
}

void pil_portfolio_offer(pil_portfolio *p) {
  pil_item_sums sums = p->in;
  p->take++;
  take_by_rank(p, &sums, true);
  take_by_rank(p, &sums, false);
  if (p->nodes % EXCHANGE_EVERY == 2 && p->ranked_count <= EXCHANGE_MOST)
    for (int round = 0; round < EXCHANGE_ROUNDS && exchange(p, &sums); round++) continue;
  keep_if_better(p, &sums);
}

/* --- ranking ------------------------------------------------------------------------------------------- */

/* Total order: by excess but for rounding, then the cheaper first, and so that twins are neighbours. */
static bool ranks_before(const pil_portfolio *p, uint32_t a, uint32_t b) {
  if (p->rank_key[a] != p->rank_key[b]) return p->rank_key[a] > p->rank_key[b];
  if (p->cost[a] != p->cost[b]) return p->cost[a] < p->cost[b];
  if (p->value[a] != p->value[b]) return p->value[a] > p->value[b];
  bool linked_a = pil_portfolio_is_linked(p, a), linked_b = pil_portfolio_is_linked(p, b);
  if (linked_a != linked_b) return linked_b;
  return a < b;
}

static bool costs_less(const pil_portfolio *p, uint32_t a, uint32_t b) {
  return p->cost[a] != p->cost[b] ? p->cost[a] < p->cost[b] : a < b;
}

static void sift(const pil_portfolio *p, pil_item_before *before, uint32_t *heap, size_t root,
                 size_t count) {
  uint32_t item = heap[root];
  for (size_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && before(p, heap[child], heap[child + 1])) child++;
    if (!before(p, item, heap[child])) break;
    heap[root] = heap[child];
  }
  heap[root] = item;
}

/* Heap sort: qsort may allocate. */
void pil_portfolio_sort(pil_portfolio *p, pil_item_before *before, uint32_t *items, size_t count) {
  for (size_t root = count / 2; root-- > 0;) sift(p, before, items, root, count);
  for (size_t end = count; end-- > 1;) {
    uint32_t last = items[0];
    items[0] = items[end];
    items[end] = last;
    sift(p, before, items, 0, end);
  }
  for (size_t left = count; left > 0; left /= 2) p->work += count;
}

static void sort_free(pil_portfolio *p, pil_item_before *before, uint32_t *items) {
  for (size_t f = 0; f < p->free_count; f++) items[f] = p->free_items[f];
  pil_portfolio_sort(p, before, items, p->free_count);
}

void pil_portfolio_rank(pil_portfolio *p) {
  size_t count = p->ranked_count = p->free_count;
  double grain = p->value_tolerance > 0 ? p->value_tolerance : 1;
  for (size_t f = 0; f < count; f++) {
    uint32_t i = p->free_items[f];
    p->rank_key[i] = rint(p->excess[i] / grain);
  }
  sort_free(p, ranks_before, p->ranked);
  for (size_t r = 1; r < count; r++) {
    uint32_t a = p->ranked[r - 1], b = p->ranked[r];
    if (p->cost[a] != p->cost[b] || p->value[a] != p->value[b]) continue;
    if (pil_portfolio_is_linked(p, a) || pil_portfolio_is_linked(p, b)) continue;
    p->twin_after[a] = b;
    p->twin_before[b] = a;
  }
}

size_t pil_portfolio_most(pil_portfolio *p) {
  double cost = p->in.cost;
  size_t more = 0;
  if (p->depth == 0) {
    sort_free(p, costs_less, p->by_cost);
    p->by_cost_count = p->free_count;
  }
  p->work += p->by_cost_count;
  for (size_t c = 0; c < p->by_cost_count; c++) {
    uint32_t i = p->by_cost[c];
    if (p->state[i] != PIL_ITEM_FREE) continue;
    if ((cost += p->cost[i]) > p->budget) break;
    more++;
  }
  return p->in.count + more;
}

static uint64_t divisor(uint64_t a, uint64_t b) {
  while (b > 0) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* The greatest common divisor of the values times `scale`; 0 where they are not whole. */
static double step_at(const pil_portfolio *p, double scale) {
  uint64_t step = 0;
  for (size_t i = 0; i < p->count; i++) {
    double value = fabs(p->value[i]) * scale, whole = rint(value);
    if (whole > 0x1p52 || fabs(value - whole) > value * 0x1p-51) return 0;
    step = divisor((uint64_t)whole, step);
  }
  return (double)step / scale;
}

double pil_portfolio_value_step(const pil_portfolio *p) {
  for (double scale = 1; scale <= 1000; scale *= 10) {
    double step = step_at(p, scale);
    if (step > 0) return step;
  }
  return 0;
}
