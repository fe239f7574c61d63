/* What fits the budget: on mean numbers, and in each trial as if it had been known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "backlog_portfolio.h"

#include <math.h>
#include <stdlib.h>

#include "../base/memory.h"
#include "../run/workers.h"

enum { TRIALS_A_TASK = 16 };

/* What one thread has of its own. */
typedef struct place {
  pil_portfolio *portfolio;
  bool *chosen, *started;
  uint64_t *counts;
  uint64_t unproved_count;
} place;

typedef struct solver {
  const pil_backlog *backlog;
  const pil_portfolio_amounts *amounts;
  place *places;
  size_t place_count;
  uint32_t *order; /* in which the planned set is started */
  size_t order_count;
  double *best, *plan; /* by trial; NaN: no best set */
} solver;

static bool open_place(const pil_backlog *backlog, place *own, pil_error *error) {
  size_t n = backlog->items.count;
  own->portfolio = pil_portfolio_new(&backlog->portfolio.spec, error);
  if (own->portfolio == NULL) return false;
  own->chosen = pil_memory_new_zeroed(n, sizeof *own->chosen);
  own->started = pil_memory_new_zeroed(n, sizeof *own->started);
  own->counts = pil_memory_new_zeroed(n, sizeof *own->counts);
  return (own->chosen != NULL && own->started != NULL && own->counts != NULL) || pil_error_memory(error);
}

static void close_place(place *own) {
  pil_portfolio_free(own->portfolio);
  pil_memory_free(own->chosen);
  pil_memory_free(own->started);
  pil_memory_free(own->counts);
}

static pil_portfolio_task task_of(const solver *s, size_t trial) {
  size_t n = s->backlog->items.count;
  return (pil_portfolio_task){.cost = s->amounts->costs + trial * n, .value = s->amounts->values + trial * n,
                              .budget = s->backlog->portfolio.budget};
}

static bool solve_trials(void *context, size_t worker, uint64_t group, size_t index, pil_error *error) {
  solver *s = context;
  place *own = &s->places[worker];
  size_t n = s->backlog->items.count, first = (size_t)group * TRIALS_A_TASK;
  (void)index;
  (void)error;
  for (size_t t = first; t < first + TRIALS_A_TASK && t < s->amounts->trial_count; t++) {
    pil_portfolio_task task = task_of(s, t);
    pil_portfolio_answer answer;
    pil_portfolio_outcome outcome;
    pil_portfolio_solve(own->portfolio, &task, own->chosen, &answer);
    s->best[t] = s->plan[t] = NAN;
    if (answer.state != PIL_PORTFOLIO_CHOSEN) continue;
    own->unproved_count += !answer.proved;
    for (size_t i = 0; i < n; i++) own->counts[i] += own->chosen[i];
    pil_portfolio_start(own->portfolio, s->order, s->order_count, &task, own->started, &outcome);
    s->best[t] = answer.value;
    s->plan[t] = outcome.value;
  }
  return true;
}

/* Mean and its error over the trials that have a best set. */
static double mean_of(const double *one, const double *less, size_t count, double *error) {
  pil_exact sum = {0};
  for (size_t t = 0; t < count; t++) {
    double x = less == NULL ? one[t] : one[t] - less[t];
    pil_exact_add(&sum, &x, 1);
  }
  *error = pil_exact_sd(&sum) / sqrt((double)sum.count);
  return pil_exact_mean(&sum);
}

static void gather(solver *s, pil_portfolio_study *study) {
  for (size_t p = 0; p < s->place_count; p++) {
    for (size_t i = 0; i < s->backlog->items.count; i++) study->counts[i] += s->places[p].counts[i];
    study->unproved_count += s->places[p].unproved_count;
  }
  for (size_t t = 0; t < s->amounts->trial_count; t++) study->unusable_count += isnan(s->best[t]);
  study->trial_count = s->amounts->trial_count - study->unusable_count;
  study->plan = mean_of(s->plan, NULL, s->amounts->trial_count, &study->plan_error);
  study->perfect = mean_of(s->best, NULL, s->amounts->trial_count, &study->perfect_error);
  study->gap = mean_of(s->best, s->plan, s->amounts->trial_count, &study->gap_error);
}

/* ---- on mean numbers ---- */

static int rising(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

/* Parts of the budget, the budget and beyond, up to what everything costs. */
static size_t list_budgets(double budget, double everything, double budgets[PIL_BACKLOG_FRONTIER]) {
  static const double parts[] = {0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3};
  size_t count = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (parts[i] * budget < everything) budgets[count++] = parts[i] * budget;
  budgets[count++] = everything;
  qsort(budgets, count, sizeof *budgets, rising);
  return count;
}

static bool plan(pil_arena *arena, solver *s, pil_portfolio_study *study, pil_error *error) {
  const pil_backlog *backlog = s->backlog;
  size_t n = backlog->items.count;
  place *own = &s->places[0];
  double everything = 0;
  bool *room = pil_arena_array(arena, n, sizeof *room);
  s->order = pil_arena_array(arena, n, sizeof *s->order);
  if (room == NULL || s->order == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < n; i++) {
    study->costs[i] = pil_exact_mean(&s->amounts->cost_sums[i]);
    study->values[i] = pil_exact_mean(&s->amounts->value_sums[i]);
    everything += study->costs[i];
  }
  const pil_portfolio_task task = {.cost = study->costs, .value = study->values, .budget = backlog->portfolio.budget};
  pil_portfolio_solve(own->portfolio, &task, study->chosen, &study->planned);
  if (study->planned.state != PIL_PORTFOLIO_CHOSEN) return true;
  s->order_count = pil_portfolio_order(own->portfolio, study->chosen, study->costs, study->values, s->order);
  study->frontier_count = list_budgets(backlog->portfolio.budget, everything, study->budgets);
  pil_portfolio_frontier(own->portfolio, &task, study->budgets, study->frontier_count, room, NULL, study->frontier);
  return true;
}

/* ---- the whole ---- */

static bool solve_all(pil_arena *arena, solver *s, pil_workers *workers, pil_workers_tick *tick, void *context,
                      pil_portfolio_study *study, pil_error *error) {
  s->place_count = pil_workers_threads(workers);
  s->places = pil_arena_array(arena, s->place_count, sizeof *s->places);
  if (s->places == NULL) {
    s->place_count = 0;
    return pil_error_memory(error);
  }
  for (size_t p = 0; p < s->place_count; p++) PIL_TRY(open_place(s->backlog, &s->places[p], error));
  PIL_TRY(plan(arena, s, study, error));
  if (study->planned.state != PIL_PORTFOLIO_CHOSEN) return true;
  PIL_TRY(pil_workers_step(workers, UINT64_MAX, tick, context, error));
  gather(s, study);
  return true;
}

bool pil_backlog_solve(pil_arena *arena, const pil_backlog *backlog, const pil_portfolio_amounts *amounts,
                       pil_tick *tick, void *context, pil_portfolio_study *study, pil_error *error) {
  size_t n = backlog->items.count;
  solver s = {.backlog = backlog, .amounts = amounts};
  *study = (pil_portfolio_study){.chosen = pil_arena_array(arena, n, sizeof *study->chosen),
                                 .counts = pil_arena_array(arena, n, sizeof *study->counts),
                                 .costs = pil_arena_array(arena, n, sizeof *study->costs),
                                 .values = pil_arena_array(arena, n, sizeof *study->values)};
  s.best = pil_arena_array(arena, amounts->trial_count, sizeof *s.best);
  s.plan = pil_arena_array(arena, amounts->trial_count, sizeof *s.plan);
  if (study->chosen == NULL || study->counts == NULL || study->costs == NULL || study->values == NULL ||
      s.best == NULL || s.plan == NULL)
    return pil_error_memory(error);
  const pil_work work = {.context = &s, .group_count = (amounts->trial_count + TRIALS_A_TASK - 1) / TRIALS_A_TASK,
                         .group_size = 1, .threads = backlog->threads, .run = solve_trials};
  pil_workers *workers = pil_workers_new(&work, error);
  if (workers == NULL) return false;
  bool good = solve_all(arena, &s, workers, tick, context, study, error);
  pil_workers_free(workers);
  for (size_t p = 0; p < s.place_count; p++) close_place(&s.places[p]);
  return good;
}
