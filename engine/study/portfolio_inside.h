/* What the files of the portfolio solver share. Private to them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_PORTFOLIO_INSIDE_H
#define PIL_STUDY_PORTFOLIO_INSIDE_H

#include "portfolio.h"

#include <math.h>

/* Of an item, at a node of the search. */
enum { PIL_ITEM_FREE, PIL_ITEM_IN, PIL_ITEM_OUT };

#define PIL_NO_ITEM UINT32_MAX

/* A set may overrun the budget by this part of it. What the overrun is worth is lambda times as much, and
 * lambda × budget is at most the sum of values: a value tolerance of twice that covers it and the
 * rounding of sums. */
#define PIL_PORTFOLIO_OVERRUN 0x1p-43

/* Sums over a set of items. */
typedef struct pil_item_sums {
  double cost, value;
  size_t count;
} pil_item_sums;

/* A node on the path from the root: what to restore, and how it was branched. */
typedef struct pil_search_level {
  size_t free_count, most;
  pil_item_sums in;
  double bound, lambda, mu;
  uint32_t item;
  uint8_t side;   /* what the item is now */
  bool last_side; /* both sides were entered */
} pil_search_level;

struct pil_portfolio {
  pil_arena arena; /* of everything, this record included */
  size_t count, edge_count, at_most;
  /* The needs, twice: edge k leads from tail[k] to head[k]; an item's edges are need_start[i] to
   * need_start[i + 1]. The edges that lead to it are user_edge[user_start[i]…]. */
  uint32_t *need_start, *tail, *head, *user_start, *user_edge;
  /* By item: IN where required or needed by one that is, OUT where excluded or in need of one. */
  uint8_t *rule;
  bool conflict;
  size_t conflict_item, conflict_needed;

  /* The task. */
  const double *cost, *value;
  double budget;          /* with what a set may overrun it */
  double value_tolerance; /* half of what two equal values may differ */
  double value_step;      /* all values are multiples of it; 0: of nothing large enough to help */
  double cost_tolerance, least_lambda;
  uint64_t work, work_limit, next_tick, nodes;
  const pil_portfolio_task *task;
  bool stopped;

  /* The node: free items stand in free_items[0 … free_count), the settled after them, the last first. */
  uint8_t *state;
  uint32_t *free_items, *place;
  size_t free_count;
  pil_item_sums in;
  size_t most; /* items in a set: at_most, or fewer where no more can fit */
  /* The neighbours of the same cost and value, where none has needs or is needed; or NO_ITEM. */
  uint32_t *twin_before, *twin_after;
  pil_search_level *levels;
  size_t depth, level_count;

  /* Its bound. excess: reduced value after the flow; a free item is in the relaxed set where it is
   * above 0 or reached from one that is. */
  double *excess, *flow;
  uint64_t *reached, *visited, evaluation, visit;
  uint32_t *queue, *came;

  /* The best so far. */
  uint32_t *ranked; /* the items that the root left free, by reduced value */
  size_t ranked_count;
  double *rank_key;
  uint32_t *by_cost; /* the same, the cheapest first */
  size_t by_cost_count;
  uint64_t *taken, take;
  bool *best;
  bool found;
  pil_item_sums best_sums;
  double top; /* the highest value met; that of best is equal to it, but may be a little less */
  bool cheaper_only; /* second search: of the same value, at lower cost */
  bool loose_ties;   /* a node was left that may hold a cheaper equal */
};

/* A node whose bound is not above this holds nothing better. */
static inline double pil_portfolio_floor(const pil_portfolio *p) {
  if (!p->found) return -INFINITY;
  if (p->cheaper_only) return p->top - p->value_tolerance;
  return p->top + fmax(p->value_tolerance, p->value_step - 2 * p->value_tolerance);
}

static inline bool pil_portfolio_is_linked(const pil_portfolio *p, uint32_t i) {
  return p->need_start[i + 1] > p->need_start[i] || p->user_start[i + 1] > p->user_start[i];
}

static inline bool pil_portfolio_is_relaxed_in(const pil_portfolio *p, uint32_t i) {
  return p->excess[i] > 0 || p->reached[i] == p->evaluation;
}

/* The least bound found at the node over prices near *lambda and *mu, which become the best found; excess
 * and the relaxed set are left at these. Ends early when the bound reaches the floor. */
double pil_portfolio_bound(pil_portfolio *p, double *lambda, double *mu);

/* Asks tick when it is time to. What was begun is then ended as fast as can be. */
bool pil_portfolio_is_stopped(pil_portfolio *p);

/* Settles a free item and all that follows from it; false when that cannot be. */
bool pil_portfolio_settle(pil_portfolio *p, uint32_t item, uint8_t side);
/* Frees the last settled until `free_count` are free. The caller restores the sums. */
void pil_portfolio_release(pil_portfolio *p, size_t free_count);
/* Offers the settled items, completed by the relaxed set as far as it fits and then by rank. */
void pil_portfolio_offer(pil_portfolio *p);
/* Ranks the free items by excess and links twins. */
void pil_portfolio_rank(pil_portfolio *p);
/* How many items the settled and the cheapest of the free are, as long as they fit. */
size_t pil_portfolio_most(pil_portfolio *p);

/* What choosing an item would add to the settled and the taken; queue then holds these items. */
pil_item_sums pil_portfolio_missing(pil_portfolio *p, uint32_t item);

/* A total order. */
typedef bool pil_item_before(const pil_portfolio *p, uint32_t a, uint32_t b);
void pil_portfolio_sort(pil_portfolio *p, pil_item_before *before, uint32_t *items, size_t count);

/* The largest of the gcd of the values and those of tenths to thousandths that all values are multiples
 * of; 0 where there is none. */
double pil_portfolio_value_step(const pil_portfolio *p);

/* Searches below what is settled; returns the least bound proved. */
double pil_portfolio_search(pil_portfolio *p);

#endif
