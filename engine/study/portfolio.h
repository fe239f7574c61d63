/* The best set of items within a budget: which projects to start, when some need others.
 *
 * Chosen is the set of the highest total value whose total cost is within the budget, that has at most
 * `at_most` items, holds every required and no excluded item, and with each item everything it needs (the
 * precedence-constrained knapsack problem; Kellerer, Pferschy & Pisinger 2004, Knapsack Problems, ch. 13.2).
 * An item of no or negative value is chosen only where it is required or needed.
 *
 * How: depth-first branch and bound. The bound of a node is its Lagrangian dual: budget and count limit
 * are priced (lambda, mu), what remains is a maximum closure, which is a minimum cut (Picard 1976, Management
 * Science 22, 1268-1272). A closure polytope is integral, so the best prices give the value of the linear
 * relaxation (Geoffrion 1974, Math. Programming Study 2, 82-114). The cut leaves for each item a reduced
 * value; an item whose change of sides would lose more than the gap is settled (Martello & Toth 1990,
 * Knapsack Problems, 2.2.3 and 2.7). Hard stay instances whose values are their costs, or these plus a
 * constant, in real numbers: there the best set is found to 1e-6 or better and not proved.
 *
 * Equal sets. Values that differ by no more than 2^-41 of the sum of all |values| are equal; of equal
 * values the lower cost wins (costs are equal within 2^-40 of the sum of all costs). Of sets equal in both
 * it is the one that the search meets first; of two items with the same cost and value that neither need
 * nor are needed, the earlier is chosen first. A set fits that overruns the budget by 2^-43 of it: three items
 * of 0.1 fit 0.3. The answer follows from the numbers alone: no clock, no thread and no earlier answer
 * touches it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_PORTFOLIO_H
#define PIL_STUDY_PORTFOLIO_H

#include "../base/arena.h"
#include "../base/error.h"

/* `item` cannot be chosen without `needed`. Items are numbered from 0. */
typedef struct pil_need {
  uint32_t item, needed;
} pil_need;

/* What holds in every trial. Read by the functions that take it, and not kept. */
typedef struct pil_portfolio_spec {
  size_t count; /* items */
  const pil_need *needs;
  size_t need_count;               /* doubles are harmless */
  const bool *required, *excluded; /* `count` each, or NULL: none */
  size_t at_most;                  /* 0: no limit on the number of items */
} pil_portfolio_spec;

/* Finds a circle in the needs: items[0] needs items[1] … needs items[0]; *count is 0 where there is none
 * and 1 for an item that needs itself. `items` lives in `arena`. False when out of memory. */
bool pil_portfolio_circle(const pil_portfolio_spec *spec, pil_arena *arena, const uint32_t **items,
                          size_t *count, pil_error *error);

/* A problem and the room to solve it: one thread at a time; several threads have one each. */
typedef struct pil_portfolio pil_portfolio;

/* NULL when out of memory, or (failure INPUT) when a need names an item that there is not, or on a circle. */
pil_portfolio *pil_portfolio_new(const pil_portfolio_spec *spec, pil_error *error);
void pil_portfolio_free(pil_portfolio *portfolio);

typedef enum pil_portfolio_state {
  PIL_PORTFOLIO_CHOSEN,
  PIL_PORTFOLIO_OVER_BUDGET, /* what is required, with what it needs, costs more than the budget */
  PIL_PORTFOLIO_OVER_COUNT,  /* … is more than at_most items */
  PIL_PORTFOLIO_CONFLICT,    /* a required item is, or needs, an excluded one */
  PIL_PORTFOLIO_UNUSABLE     /* a number is not finite, or a cost or the budget is negative */
} pil_portfolio_state;

/* Asked about every PIL_PORTFOLIO_TICK of work; false: stop. */
typedef bool pil_portfolio_tick(void *context);

/* One trial. The arrays hold one number an item. */
typedef struct pil_portfolio_task {
  const double *cost, *value;
  double budget;            /* may be infinite */
  uint64_t work_limit;      /* 0: PIL_PORTFOLIO_WORK */
  pil_portfolio_tick *tick; /* may be NULL */
  void *context;
} pil_portfolio_task;

/* Work is counted in looks at an item or a need, 1 to 5 ns each: the limit depends on no clock. */
#define PIL_PORTFOLIO_WORK UINT64_C(20000000)
#define PIL_PORTFOLIO_TICK UINT64_C(1000000)

typedef struct pil_portfolio_answer {
  pil_portfolio_state state;
  bool proved;        /* no set has a higher value */
  bool cheapest;      /* and none of this value a lower cost */
  bool stopped;       /* by tick: then not proved or not cheapest */
  size_t item;        /* CONFLICT: the required item; UNUSABLE: the item, `count` for the budget */
  size_t needed;      /* CONFLICT: the excluded one */
  size_t count;       /* items chosen */
  double value, cost; /* of the chosen, summed in the order of items */
  double bound;       /* no set has a higher value than this; proved: value itself, or its equal */
  uint64_t work, nodes;
} pil_portfolio_answer;

/* Fills `chosen` (one an item) and *answer. Where the state is not CHOSEN nothing is chosen; OVER_BUDGET
 * and OVER_COUNT tell cost, value and count of the required. When the work is used up or tick says stop, it is
 * the best set found, not proved (or not shown to be the cheapest). Allocates nothing. */
void pil_portfolio_solve(pil_portfolio *portfolio, const pil_portfolio_task *task, bool *chosen,
                         pil_portfolio_answer *answer);

/* The frontier: the best set at each of `count` rising budgets (task->budget is not read). All efficient
 * sets cannot be listed: real-valued costs allow 2^n of them, and a reader of a chart needs some 40 points. A
 * later point is never worth less: where a search was not finished the point before may stand for it.
 * `points` and `chosen` (count × items, row by row, or NULL) are the caller's; points after a stop are
 * marked stopped. `room` holds one flag an item. */
void pil_portfolio_frontier(pil_portfolio *portfolio, const pil_portfolio_task *task,
                            const double *budgets, size_t count, bool *room, bool *chosen,
                            pil_portfolio_answer *points);

/* The order in which a chosen set would be started, by planned costs and values: required items come
 * first, then again and again the item that, together with what it needs and is not yet placed, has the most
 * value per cost (where that costs nothing: first, if it is worth something; ties: the earlier item); what
 * it needs stands before it. Returns how many of the `order` (room for all items) are filled: those that are
 * chosen, or needed by these. Allocates nothing; takes chosen × (items with needs) looks. */
size_t pil_portfolio_order(pil_portfolio *portfolio, const bool *chosen, const double *cost,
                           const double *value, uint32_t *order);

/* What a plan turns out to be worth in a trial. The items are started in the given order, each as long as its
 * cost in this trial fits what is left of the budget; one that does not fit is dropped, and with it what
 * needs it, while later, smaller ones are still started. No hindsight: items that turn out worthless stay in. A
 * required item is started all the same and may overrun the budget (told by cost > budget). So a plan can be
 * worth at most what perfect knowledge (pil_portfolio_solve on the same trial) is, where the required
 * fit the budget. `started` (one flag an item) is filled. */
typedef struct pil_portfolio_outcome {
  double value, cost;
  size_t started_count, dropped_count;
} pil_portfolio_outcome;

void pil_portfolio_start(const pil_portfolio *portfolio, const uint32_t *order, size_t order_count,
                         const pil_portfolio_task *task, bool *started,
                         pil_portfolio_outcome *outcome);

#endif
