/* What fits the budget: on mean numbers, and in each trial as if it had been known.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BACKLOG_BACKLOG_PORTFOLIO_H
#define PIL_BACKLOG_BACKLOG_PORTFOLIO_H

#include "../statistics/exact.h"
#include "backlog.h"

enum { PIL_BACKLOG_FRONTIER = 12 };

/* Costs and values of the trials to solve, [trial][item], and all trials' sums by item. */
typedef struct pil_portfolio_amounts {
  const double *costs, *values;
  size_t trial_count;
  const pil_exact *cost_sums, *value_sums;
} pil_portfolio_amounts;

typedef struct pil_portfolio_study {
  pil_portfolio_answer planned; /* on mean costs and values */
  bool *chosen;                 /* by item */
  uint64_t *counts;             /* by item: trials in whose best set it is */
  uint64_t trial_count, unproved_count, unusable_count; /* unusable: no best set, so left out of what follows */
  double plan, plan_error;       /* mean of what the planned set is worth */
  double perfect, perfect_error; /* … and of each trial's best */
  double gap, gap_error;         /* the difference, trial by trial */
  double *costs, *values;       /* means, by item */
  double budgets[PIL_BACKLOG_FRONTIER];
  pil_portfolio_answer frontier[PIL_BACKLOG_FRONTIER];
  size_t frontier_count;
} pil_portfolio_study;

/* Solves it on the backlog's threads; everything lives in `arena`. False also when `tick` says stop. */
bool pil_backlog_solve(pil_arena *arena, const pil_backlog *backlog, const pil_portfolio_amounts *amounts,
                       pil_tick *tick, void *context, pil_portfolio_study *study, pil_error *error);

#endif
