/* The search for the best set: settling items, branch and bound.
 * SPDX-License-Identifier: Apache-2.0 */
#include "portfolio_inside.h"

#include <math.h>

enum { EASY_NODES = 200 }; /* most searches are over by then: more is tried only in the others */

bool pil_portfolio_is_stopped(pil_portfolio *p) {
  if (p->stopped || p->task->tick == NULL || p->work < p->next_tick) return p->stopped;
  p->next_tick = p->work + PIL_PORTFOLIO_TICK;
  p->stopped = !p->task->tick(p->task->context);
  return p->stopped;
}

/* --- settling ------------------------------------------------------------------------------------------ */

static bool settle_one(pil_portfolio *p, uint32_t i, uint8_t side) {
  if (i == PIL_NO_ITEM || p->state[i] == side) return true;
  if (p->state[i] != PIL_ITEM_FREE) return false;
  uint32_t last = p->free_items[--p->free_count], at = p->place[i];
  p->free_items[at] = last;
  p->place[last] = at;
  p->free_items[p->free_count] = i;
  p->place[i] = (uint32_t)p->free_count;
  p->state[i] = side;
  p->work++;
  if (side == PIL_ITEM_OUT) return true;
  p->in.cost += p->cost[i];
  p->in.value += p->value[i];
  p->in.count++;
  return p->in.cost <= p->budget && p->in.count <= p->most;
}

bool pil_portfolio_settle(pil_portfolio *p, uint32_t item, uint8_t side) {
  size_t next = p->free_count;
  if (!settle_one(p, item, side)) return false;
  while (next > p->free_count) {
    uint32_t i = p->free_items[--next];
    bool in = p->state[i] == PIL_ITEM_IN;
    if (!settle_one(p, in ? p->twin_before[i] : p->twin_after[i], side)) return false;
    if (in) {
      for (uint32_t k = p->need_start[i]; k < p->need_start[i + 1]; k++)
        if (!settle_one(p, p->head[k], side)) return false;
    } else {
      for (uint32_t u = p->user_start[i]; u < p->user_start[i + 1]; u++)
        if (!settle_one(p, p->tail[p->user_edge[u]], side)) return false;
    }
  }
  return true;
}

void pil_portfolio_release(pil_portfolio *p, size_t free_count) {
  for (; p->free_count < free_count; p->free_count++)
    p->state[p->free_items[p->free_count]] = PIL_ITEM_FREE;
}

/* --- branch and bound ---------------------------------------------------------------------------------- */

/* Items that no longer fit are out. */
static bool drop_too_large(pil_portfolio *p) {
  double left = p->budget - p->in.cost;
  bool full = p->in.count >= p->most;
  p->work += p->free_count;
  for (size_t f = p->free_count; f-- > 0;) {
    if (f >= p->free_count) continue;
    uint32_t i = p->free_items[f];
    if (!full && p->cost[i] <= left) continue;
    if (!pil_portfolio_settle(p, i, PIL_ITEM_OUT)) return false;
  }
  return true;
}

/* An item that would lose more than the gap by changing sides stays on its side. */
static bool settle_by_bound(pil_portfolio *p, double bound) {
  double gap = bound - pil_portfolio_floor(p);
  p->work += p->free_count;
  for (size_t f = p->free_count; f-- > 0;) {
    if (f >= p->free_count) continue;
    uint32_t i = p->free_items[f];
    if (fabs(p->excess[i]) < gap) continue;
    if (!pil_portfolio_settle(p, i, p->excess[i] > 0 ? PIL_ITEM_IN : PIL_ITEM_OUT)) return false;
  }
  return true;
}

/* The item that the relaxation is least sure of; of several (the items of one fractional closure have no
 * reduced value at all) the one with most needs to it, then the most costly. */
static uint32_t branch_item(pil_portfolio *p) {
  uint32_t best = PIL_NO_ITEM;
  double best_size = 0, sure = 16 * p->value_tolerance;
  size_t best_links = 0;
  for (size_t f = 0; f < p->free_count; f++) {
    uint32_t i = p->free_items[f];
    double size = fmax(fabs(p->excess[i]), sure);
    size_t links = p->user_start[i + 1] - p->user_start[i];
    if (best != PIL_NO_ITEM) {
      if (size > best_size) continue;
      if (size == best_size && links < best_links) continue;
      if (size == best_size && links == best_links &&
          (p->cost[i] < p->cost[best] || (p->cost[i] == p->cost[best] && i > best)))
        continue;
    }
    best = i;
    best_size = size;
    best_links = links;
  }
  p->work += p->free_count;
  return best;
}

/* A limit on the count that no set within the budget passes cuts what the price of the budget alone
 * cannot, where values are costs plus a constant (Martello & Toth 1997, Oper. Res. 45, 768-778). */
static bool lower_most(pil_portfolio *p) {
  if (p->depth > 0 && p->nodes < EASY_NODES) return false;
  size_t most = pil_portfolio_most(p);
  if (most >= p->most) return false;
  p->most = most;
  return true;
}

/* Works on the node until it is closed (PIL_NO_ITEM) or has to be branched on an item. */
static uint32_t work_on_node(pil_portfolio *p, pil_search_level *node) {
  p->nodes++;
  for (bool ranked = p->depth > 0;;) {
    if (p->in.cost > p->budget || !drop_too_large(p)) return PIL_NO_ITEM;
    double bound = pil_portfolio_bound(p, &node->lambda, &node->mu);
    if (bound < node->bound) node->bound = bound;
    if (node->lambda < p->least_lambda && bound >= p->top - 4 * p->value_tolerance)
      p->loose_ties = true;
    if (!ranked) pil_portfolio_rank(p);
    ranked = true;
    if (p->found && bound <= pil_portfolio_floor(p)) return PIL_NO_ITEM;
    pil_portfolio_offer(p);
    if (bound <= pil_portfolio_floor(p) || p->free_count == 0) return PIL_NO_ITEM;
    size_t before = p->free_count;
    if (!settle_by_bound(p, bound)) return PIL_NO_ITEM;
    bool again = p->depth == 0 ? p->free_count < before : p->free_count < before - before / 4;
    if ((again && !p->stopped) || p->free_count == 0) continue;
    if (p->stopped || !lower_most(p)) return branch_item(p);
    ranked = p->depth > 0;
  }
}

/* Only what the root left free is looked at again. */
static void drop_ranked(pil_portfolio *p) {
  size_t kept = 0;
  for (size_t r = 0; r < p->ranked_count; r++)
    if (p->state[p->ranked[r]] == PIL_ITEM_FREE) p->ranked[kept++] = p->ranked[r];
  p->ranked_count = kept;
}

static bool may_go_on(pil_portfolio *p) {
  return p->work < p->work_limit && p->depth < p->level_count && !pil_portfolio_is_stopped(p);
}

/* Enters the other side of the deepest level that has one; false when the search is over. */
static bool back_up(pil_portfolio *p) {
  while (p->depth > 0) {
    pil_search_level *level = &p->levels[p->depth - 1];
    pil_portfolio_release(p, level->free_count);
    p->in = level->in;
    p->most = level->most;
    if (level->last_side || level->bound <= pil_portfolio_floor(p)) {
      p->depth--;
      continue;
    }
    level->last_side = true;
    level->side = level->side == PIL_ITEM_IN ? PIL_ITEM_OUT : PIL_ITEM_IN;
    if (pil_portfolio_settle(p, level->item, level->side)) return true;
  }
  return false;
}

static double highest_open_bound(const pil_portfolio *p, double bound) {
  for (size_t d = 0; d < p->depth; d++)
    if (!p->levels[d].last_side) bound = fmax(bound, p->levels[d].bound);
  return bound;
}

double pil_portfolio_search(pil_portfolio *p) {
  pil_search_level node = {.bound = INFINITY};
  p->depth = 0;
  for (;;) {
    uint32_t item = work_on_node(p, &node);
    if (p->depth == 0) drop_ranked(p);
    bool entered = false;
    if (item != PIL_NO_ITEM) {
      if (!may_go_on(p)) return highest_open_bound(p, node.bound);
      node.free_count = p->free_count;
      node.in = p->in;
      node.most = p->most;
      node.item = item;
      node.side = pil_portfolio_is_relaxed_in(p, item) ? PIL_ITEM_IN : PIL_ITEM_OUT;
      node.last_side = false;
      p->levels[p->depth++] = node;
      entered = pil_portfolio_settle(p, item, node.side);
    }
    if (!entered && !back_up(p)) return pil_portfolio_floor(p);
    node = p->levels[p->depth - 1];
    if (!may_go_on(p)) return highest_open_bound(p, node.bound);
  }
}
