/* A backlog on its way: every item scored by every formula, batch by batch, and gathered into rankings.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BACKLOG_BACKLOG_RUN_H
#define PIL_BACKLOG_BACKLOG_RUN_H

#include "../run/programs.h"
#include "../run/workers.h"
#include "../statistics/exact.h"
#include "../study/agreement.h"
#include "backlog_portfolio.h"

enum {
  PIL_BACKLOG_SAMPLE = 2000,      /* trials in which the portfolio is solved, without --exact */
  PIL_BACKLOG_IMPROVED = 10000,   /* trials in which each estimate is taken out of doubt */
  PIL_BACKLOG_LABELS = 64         /* different second results of a formula */
};

/* What trials have gathered so far, of all formulas. */
typedef struct pil_backlog_sums {
  pil_ranking *rankings;   /* by formula */
  pil_agreement agreement; /* only with two formulas or more */
  uint64_t *changes;       /* [formula][item][field]: trials in which the top would be another */
  uint64_t improved_count; /* trials looked at for that */
  pil_exact *costs, *values; /* [item]: of the portfolio */
  const char *labels[PIL_BACKLOG_LABELS]; /* texts that formulas returned, by name … */
  size_t label_count;
  uint64_t *label_counts; /* … [formula][item][label] */
} pil_backlog_sums;

typedef struct pil_backlog_run pil_backlog_run;

pil_backlog_run *pil_backlog_run_new(pil_backlog *backlog, pil_error *error);
void pil_backlog_run_free(pil_backlog_run *run);

/* As pil_runner_step. */
bool pil_backlog_run_step(pil_backlog_run *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error);
uint64_t pil_backlog_run_finished(const pil_backlog_run *run);

/* Everything gathered, in `arena` but for what pil_backlog_sums_free frees. */
bool pil_backlog_run_sums(const pil_backlog_run *run, pil_arena *arena, pil_backlog_sums *sums, pil_error *error);
void pil_backlog_sums_free(const pil_backlog *backlog, pil_backlog_sums *sums);

/* The portfolio, solved by the step that finishes the last trial; NULL before, and where none is asked. */
const pil_portfolio_study *pil_backlog_run_portfolio(const pil_backlog_run *run);

bool pil_backlog_run_programs(const pil_backlog_run *run, pil_arena *arena, pil_programs *programs,
                              pil_error *error);
pil_program *pil_backlog_run_program(pil_backlog_run *run, size_t formula, pil_error *error);

/* One batch by itself, for what is asked of single trials: samples, a replay, what the file's own numbers give. */
typedef struct pil_backlog_desk {
  const pil_backlog *backlog;
  pil_program **programs; /* [formula][class] */
  pil_frame frame;
  pil_arena arena;
  pil_jump *jumps;
  pil_batch batch;
  pil_shared_columns shared;
  double **columns; /* 1 + field_count */
  double *scores;   /* [formula][item][lanes] */
  size_t lanes;
} pil_backlog_desk;

bool pil_backlog_desk_open(pil_backlog_desk *desk, const pil_backlog *backlog, size_t lanes, pil_error *error);
void pil_backlog_desk_close(pil_backlog_desk *desk);
/* Starts a batch: its shared doubts are drawn. */
bool pil_backlog_desk_start(pil_backlog_desk *desk, uint64_t first_trial, size_t count, pil_error *error);
/* One item's fields as drawn in this batch; then its score by a formula, into `scores` (and the frame). */
bool pil_backlog_desk_fill(pil_backlog_desk *desk, size_t item, pil_error *error);
bool pil_backlog_desk_score(pil_backlog_desk *desk, size_t formula, size_t item, double *scores, pil_error *error);
/* Where the scores of an item by a formula stand in the desk: `lanes` of them. */
double *pil_backlog_desk_scores(const pil_backlog_desk *desk, size_t formula, size_t item);

/* With all scores of the batch there: takes each estimate out of doubt in turn, in the first trials, and counts how
 * often the top changes. */
bool pil_backlog_improve(pil_backlog_desk *desk, pil_backlog_sums *sums, pil_error *error);

#endif
