/* A chosen set as a plan: in which order it is started, and what that turns out to be worth.
 * SPDX-License-Identifier: Apache-2.0 */
#include "portfolio_inside.h"

#include <math.h>

/* Value per cost. */
static double density_of(double value, double cost) {
  if (cost > 0) return value / cost;
  return value > 0 ? INFINITY : value < 0 ? -INFINITY : 0;
}

static bool is_denser(const pil_portfolio *p, uint32_t a, uint32_t b) {
  double of_a = density_of(p->value[a], p->cost[a]), of_b = density_of(p->value[b], p->cost[b]);
  return of_a != of_b ? of_a > of_b : a < b;
}

/* Places an item after what it needs: depth first, with queue as the stack and came as the next need. */
static size_t place(pil_portfolio *p, uint32_t item, uint32_t *order, size_t count) {
  size_t height = 1;
  p->queue[0] = item;
  p->came[item] = p->need_start[item];
  p->taken[item] = p->take;
  while (height > 0) {
    uint32_t i = p->queue[height - 1];
    if (p->came[i] == p->need_start[i + 1]) {
      order[count++] = i;
      height--;
      continue;
    }
    uint32_t needed = p->head[p->came[i]++];
    if (p->taken[needed] == p->take) continue;
    p->taken[needed] = p->take;
    p->came[needed] = p->need_start[needed];
    p->queue[height++] = needed;
  }
  return count;
}

/* The items to place now: those without needs first, by density, the others behind them. */
typedef struct candidates {
  uint32_t *items;
  size_t ready_count, count;
  size_t next; /* of the ready ones */
} candidates;

static candidates gather(pil_portfolio *p, const bool *chosen, bool required) {
  candidates pool = {.items = p->ranked};
  for (uint32_t i = 0; i < p->count; i++)
    if (chosen[i] && (p->rule[i] == PIL_ITEM_IN) == required &&
        p->need_start[i] == p->need_start[i + 1])
      pool.items[pool.count++] = i;
  pool.ready_count = pool.count;
  pil_portfolio_sort(p, is_denser, pool.items, pool.ready_count);
  for (uint32_t i = 0; i < p->count; i++)
    if (chosen[i] && (p->rule[i] == PIL_ITEM_IN) == required &&
        p->need_start[i] < p->need_start[i + 1])
      pool.items[pool.count++] = i;
  return pool;
}

/* The densest item that is not placed, with what it lacks; those with needs that are placed leave the pool. */
static uint32_t find_densest(pil_portfolio *p, candidates *pool) {
  uint32_t best = PIL_NO_ITEM;
  double most = 0;
  while (pool->next < pool->ready_count && p->taken[pool->items[pool->next]] == p->take)
    pool->next++;
  if (pool->next < pool->ready_count) {
    best = pool->items[pool->next];
    most = density_of(p->value[best], p->cost[best]);
  }
  size_t kept = pool->ready_count;
  for (size_t at = pool->ready_count; at < pool->count; at++) {
    uint32_t i = pool->items[at];
    if (p->taken[i] == p->take) continue;
    pool->items[kept++] = i;
    pil_item_sums sums = pil_portfolio_missing(p, i);
    double density = density_of(sums.value, sums.cost);
    if (best != PIL_NO_ITEM && !(density > most || (density == most && i < best))) continue;
    best = i;
    most = density;
  }
  pool->count = kept;
  return best;
}

size_t pil_portfolio_order(pil_portfolio *p, const bool *chosen, const double *cost,
                           const double *value, uint32_t *order) {
  size_t count = 0;
  p->cost = cost;
  p->value = value;
  p->take++;
  for (size_t i = 0; i < p->count; i++) p->state[i] = PIL_ITEM_FREE;
  for (int turn = 0; turn < 2; turn++) {
    candidates pool = gather(p, chosen, turn == 0);
    for (uint32_t i; (i = find_densest(p, &pool)) != PIL_NO_ITEM;)
      count = place(p, i, order, count);
  }
  return count;
}

void pil_portfolio_start(const pil_portfolio *p, const uint32_t *order, size_t order_count,
                         const pil_portfolio_task *task, bool *started,
                         pil_portfolio_outcome *outcome) {
  double spent = 0, budget = task->budget * (1 + PIL_PORTFOLIO_OVERRUN);
  *outcome = (pil_portfolio_outcome){0};
  for (size_t i = 0; i < p->count; i++) started[i] = false;
  for (size_t at = 0; at < order_count; at++) {
    uint32_t i = order[at];
    bool can = p->rule[i] == PIL_ITEM_IN || spent + task->cost[i] <= fmax(budget, spent);
    for (uint32_t k = p->need_start[i]; can && k < p->need_start[i + 1]; k++)
      can = started[p->head[k]];
    started[i] = can;
    if (can) spent += task->cost[i];
  }
  /* Summed like a solved set, so that the same set has the same value to the last bit. */
  for (size_t i = 0; i < p->count; i++) {
    if (!started[i]) continue;
    outcome->cost += task->cost[i];
    outcome->value += task->value[i];
    outcome->started_count++;
  }
  outcome->dropped_count = order_count - outcome->started_count;
}
