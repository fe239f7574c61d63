/* Running a frontier: the tasks of a point are its trials in pieces and the search for its staff. Threads take them in
 * the order of points, so that few points are in memory at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/memory.h"
#include "../run/workers.h"
#include "../study/frontier.h"
#include "frontier.h"
#include "policy_run.h"

enum { PIECE = 8 }; /* trials */
enum { HUMAN, MISSED, TOTAL, COVERAGE, AUTOS, WRONGS, WITHIN, COLUMNS };

/* A point while it runs. */
typedef struct running {
  pil_policy *policy;   /* read by whoever needs it first */
  double *cells;        /* COLUMNS × trials */
  size_t left, holders; /* tasks; desks that are open on it */
} running;

/* A thread's own. */
typedef struct place {
  pil_policy_desk desk;
  bool is_open;
  size_t point;         /* whose desk it is */
  pil_program *program; /* the desk's, for stop(): guarded by the workers' lock */
} place;

typedef struct frontier_run {
  pil_frontier *frontier;
  pil_workers *workers;
  running *list;
  place *places;
  size_t place_count, tasks; /* tasks of a point */
  atomic_bool stopping;
  uint64_t finished; /* trials */
  bool failed;       /* the first point's that fails, and its lowest trial's */
  size_t failing_point;
  pil_error error;
  pil_tick *tick;
  void *context;
} frontier_run;

/* ---- whose turn it is ---- */

static void free_if_done(running *r) {
  if (r->left > 0 || r->holders > 0) return;
  pil_policy_free(r->policy);
  r->policy = NULL;
}

static void leave_point(frontier_run *run, place *own) {
  if (!own->is_open) return;
  pil_workers_lock(run->workers);
  own->program = NULL;
  pil_workers_unlock(run->workers);
  pil_policy_desk_close(&own->desk);
  own->is_open = false;
  pil_workers_lock(run->workers);
  run->list[own->point].holders--;
  free_if_done(&run->list[own->point]);
  pil_workers_unlock(run->workers);
}

static bool prepare(frontier_run *run, size_t point, pil_error *error) {
  running *r = &run->list[point];
  if (r->cells == NULL) r->cells = pil_memory_resize(NULL, COLUMNS * run->frontier->trials, sizeof *r->cells);
  if (r->cells == NULL) return pil_error_memory(error);
  if (r->policy == NULL) r->policy = pil_frontier_read_point(run->frontier, point, error);
  return r->policy != NULL;
}

/* Opens a desk of this point, unless it is the one that is open. */
static bool enter_point(frontier_run *run, place *own, size_t point, pil_error *error) {
  if (own->is_open && own->point == point) return true;
  leave_point(run, own);
  pil_workers_lock(run->workers);
  bool good = prepare(run, point, error);
  if (good) run->list[point].holders++;
  pil_workers_unlock(run->workers);
  if (!good) return false;
  own->point = point;
  own->is_open = true;
  const pil_policy *policy = run->list[point].policy;
  good = pil_policy_desk_open(&own->desk, policy, pil_policy_own(policy), error);
  if (good) {
    pil_workers_lock(run->workers);
    own->program = own->desk.program;
    pil_workers_unlock(run->workers);
    return true;
  }
  pil_frontier_name_point(run->frontier, point, error);
  leave_point(run, own);
  return false;
}

/* ---- tasks ---- */

static bool search_staff(frontier_run *run, place *own, pil_error *error) {
  pil_frontier_point *point = &run->frontier->points[own->point];
  pil_policy_needed needed;
  PIL_TRY(pil_policy_desk_staff(&own->desk, &run->stopping, &needed, error));
  point->staff = needed.count;
  point->has_staff = needed.is_found;
  return true;
}

static size_t piece_size(const frontier_run *run, size_t piece) {
  size_t left = (size_t)run->frontier->trials - piece * PIECE;
  return left < PIECE ? left : PIECE;
}

static bool price_piece(frontier_run *run, place *own, size_t piece, pil_error *error) {
  size_t trials = (size_t)run->frontier->trials;
  double *cells = run->list[own->point].cells;
  for (size_t i = 0; i < piece_size(run, piece); i++) {
    size_t row = piece * PIECE + i;
    pil_policy_price price;
    if (atomic_load_explicit(&run->stopping, memory_order_relaxed))
      return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
    PIL_TRY(pil_policy_desk_price(&own->desk, row + 1, &price, error));
    const double record[COLUMNS] = {
        [HUMAN] = price.human,        [MISSED] = price.missed,    [TOTAL] = price.human + price.missed,
        [COVERAGE] = price.automatic, [AUTOS] = price.auto_count, [WRONGS] = price.auto_wrong,
        [WITHIN] = price.within};
    for (size_t c = 0; c < COLUMNS; c++) cells[c * trials + row] = record[c];
  }
  return true;
}

/* Of all failures that of the first point counts, and there that of the lowest trial. The workers themselves see
 * to it that all earlier tasks still run. */
static void note_error(frontier_run *run, size_t point, const pil_error *error) {
  pil_workers_lock(run->workers);
  bool first =
      !run->failed || point < run->failing_point || (point == run->failing_point && error->trial < run->error.trial);
  if (first) {
    run->error = *error;
    run->failing_point = point;
  }
  run->failed = true;
  pil_workers_unlock(run->workers);
}

static bool run_task(void *context, size_t worker, uint64_t group, size_t index, pil_error *error) {
  frontier_run *run = context;
  place *own = &run->places[worker];
  size_t point = (size_t)group;
  bool good = enter_point(run, own, point, error);
  if (good) {
    bool is_staff = run->frontier->has_target && index == 0;
    good = is_staff ? search_staff(run, own, error) : price_piece(run, own, index - run->frontier->has_target, error);
    if (!good) pil_frontier_name_point(run->frontier, point, error);
  }
  if (!good) note_error(run, point, error);
  return good;
}

/* ---- a point that is through ---- */

static void fill_point(pil_frontier_point *point, const double *cells, size_t trials) {
  pil_summary_fill(&point->human, cells + HUMAN * trials, trials);
  pil_summary_fill(&point->missed, cells + MISSED * trials, trials);
  pil_summary_fill(&point->total, cells + TOTAL * trials, trials);
  pil_summary_fill(&point->coverage, cells + COVERAGE * trials, trials);
  pil_summary_fill(&point->within, cells + WITHIN * trials, trials);
  pil_ratio_fill(&point->risk, cells + WRONGS * trials, cells + AUTOS * trials, trials);
  for (size_t t = 0; t < trials; t++) {
    size_t group = t % PIL_FRONTIER_GROUPS;
    point->covered[group] += cells[COVERAGE * trials + t];
    point->autos[group] += cells[AUTOS * trials + t];
    point->wrongs[group] += cells[WRONGS * trials + t];
  }
  point->is_done = true;
}

static pil_tradeoff tradeoff_of(const pil_frontier_point *point) {
  return (pil_tradeoff){.costs = {point->human.mean, point->missed.mean}};
}

/* Trial by trial only points are compared that may be efficient: the cells of others are let go. */
static void keep_cells(pil_frontier *frontier, pil_frontier_point *fresh) {
  const pil_tradeoff own = tradeoff_of(fresh);
  for (size_t i = 0; i < frontier->grid.point_count; i++) {
    pil_frontier_point *other = &frontier->points[i];
    if (other->cells == NULL || other == fresh) continue;
    const pil_tradeoff theirs = tradeoff_of(other);
    pil_frontier_point *beaten = pil_tradeoff_beats(&theirs, &own)   ? fresh
                                 : pil_tradeoff_beats(&own, &theirs) ? other
                                                                     : NULL;
    if (beaten == NULL) continue;
    pil_memory_free(beaten->cells);
    beaten->cells = NULL;
    if (beaten == fresh) return;
  }
}

static void finish_point(frontier_run *run, size_t index) {
  pil_frontier *frontier = run->frontier;
  running *r = &run->list[index];
  pil_frontier_point *point = &frontier->points[index];
  size_t trials = (size_t)frontier->trials;
  fill_point(point, r->cells, trials);
  double *kept = pil_memory_resize(r->cells, 2 * trials, sizeof *kept); /* human, missed */
  point->cells = kept != NULL ? kept : r->cells;
  r->cells = NULL;
  keep_cells(frontier, point);
  frontier->done_count++;
  free_if_done(r);
}

static bool merge_task(void *context, size_t worker, uint64_t group, size_t index, pil_error *error) {
  frontier_run *run = context;
  running *r = &run->list[group];
  (void)worker;
  (void)error;
  if (index >= run->frontier->has_target) run->finished += piece_size(run, index - run->frontier->has_target);
  if (--r->left == 0) finish_point(run, (size_t)group);
  return true;
}

static void stop_tasks(void *context) {
  frontier_run *run = context;
  atomic_store_explicit(&run->stopping, true, memory_order_relaxed);
  for (size_t i = 0; i < run->place_count; i++)
    if (run->places[i].program != NULL) run->places[i].program->stop(run->places[i].program);
}

static bool tick_all(void *context, uint64_t points) {
  const frontier_run *run = context;
  (void)points;
  return run->tick(run->context, run->finished);
}

/* ---- the whole ---- */

static bool start(frontier_run *run, pil_error *error) {
  pil_frontier *frontier = run->frontier;
  size_t points = frontier->grid.point_count;
  run->tasks = ((size_t)frontier->trials + PIECE - 1) / PIECE + frontier->has_target;
  const pil_work work = {.context = run,
                         .group_count = points,
                         .group_size = run->tasks,
                         .threads = frontier->base->rollout.threads,
                         .run = run_task,
                         .merge = merge_task,
                         .stop = stop_tasks};
  run->workers = pil_workers_new(&work, error);
  if (run->workers == NULL) return false;
  run->list = pil_memory_new_zeroed(points, sizeof *run->list);
  run->places = pil_memory_new_zeroed(pil_workers_threads(run->workers), sizeof *run->places);
  if (run->list == NULL || run->places == NULL) return pil_error_memory(error);
  run->place_count = pil_workers_threads(run->workers);
  for (size_t i = 0; i < points; i++) run->list[i].left = run->tasks;
  return true;
}

static void finish(frontier_run *run) {
  for (size_t i = 0; i < run->place_count; i++) leave_point(run, &run->places[i]);
  for (size_t i = 0; run->list != NULL && i < run->frontier->grid.point_count; i++) {
    pil_policy_free(run->list[i].policy);
    pil_memory_free(run->list[i].cells);
  }
  pil_memory_free(run->places);
  pil_memory_free(run->list);
  pil_workers_free(run->workers);
}

bool pil_frontier_run(pil_frontier *frontier, pil_tick *tick, void *context, pil_error *error) {
  frontier_run run = {.frontier = frontier, .tick = tick, .context = context};
  bool good = start(&run, error) &&
              pil_workers_step(run.workers, frontier->grid.point_count, tick == NULL ? NULL : tick_all, &run, error);
  if (!good && error->failure == PIL_FAILURE_INTERRUPTED)
    pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted after %zu of %zu points",
                  frontier->done_count, frontier->grid.point_count);
  else if (!good && run.failed)
    *error = run.error;
  finish(&run);
  return good;
}
