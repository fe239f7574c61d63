/* A backlog on its way: batches of trials, all items and formulas in each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "backlog_run.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../scenario/setup.h"

/* What one thread has of its own. */
typedef struct place {
  pil_backlog_desk desk;
  pil_backlog_sums sums;
  pil_dictionary labels;
} place;

struct pil_backlog_run {
  pil_backlog *backlog;
  place *places;
  size_t place_count;
  pil_workers *workers;
  double *costs, *values; /* [trial][item] of the first `amount_count` trials */
  size_t amount_count;
  pil_arena arena; /* of the portfolio */
  pil_portfolio_study portfolio;
  bool is_solved;
};

/* ---- sums ---- */

static bool open_sums(const pil_backlog *backlog, pil_backlog_sums *sums, pil_error *error) {
  size_t formulas = backlog->formula_count, items = backlog->items.count;
  const pil_ranking_options options = {.item_count = items, .lane_capacity = backlog->lanes,
                                       .keep_pairs = items <= 1000, .keep_sketches = true};
  *sums = (pil_backlog_sums){0};
  sums->rankings = pil_memory_new_zeroed(formulas, sizeof *sums->rankings);
  sums->changes = pil_memory_new_zeroed(formulas * items * (backlog->field_count + 1), sizeof *sums->changes);
  sums->label_counts = pil_memory_new_zeroed(formulas * items * PIL_BACKLOG_LABELS, sizeof *sums->label_counts);
  sums->costs = pil_memory_new_zeroed(items, sizeof *sums->costs);
  sums->values = pil_memory_new_zeroed(items, sizeof *sums->values);
  if (sums->rankings == NULL || sums->changes == NULL || sums->label_counts == NULL || sums->costs == NULL ||
      sums->values == NULL)
    return pil_error_memory(error);
  for (size_t f = 0; f < formulas; f++) PIL_TRY(pil_ranking_init(&sums->rankings[f], &options, error));
  return formulas < 2 || pil_agreement_init(&sums->agreement, formulas, items, error);
}

void pil_backlog_sums_free(const pil_backlog *backlog, pil_backlog_sums *sums) {
  for (size_t f = 0; sums->rankings != NULL && f < backlog->formula_count; f++) pil_ranking_free(&sums->rankings[f]);
  pil_agreement_free(&sums->agreement);
  pil_memory_free(sums->rankings);
  pil_memory_free(sums->changes);
  pil_memory_free(sums->label_counts);
  pil_memory_free(sums->costs);
  pil_memory_free(sums->values);
  *sums = (pil_backlog_sums){0};
}

/* ---- places ---- */

static bool make_programs(pil_backlog_run *run, place *own, pil_error *error) {
  pil_backlog *backlog = run->backlog;
  for (size_t f = 0; f < backlog->formula_count; f++) {
    for (size_t c = 0; c < backlog->class_count; c++) {
      pil_program **program = &own->desk.programs[f * backlog->class_count + c];
      if (*program != NULL) continue;
      pil_program *made = pil_script_engine_new(&backlog->formulas[f].sources[c], error);
      if (made == NULL) return false;
      pil_workers_lock(run->workers); /* stop_programs walks the list */
      *program = made;
      pil_workers_unlock(run->workers);
    }
  }
  return true;
}

static bool open_place(pil_backlog_run *run, place *own, pil_error *error) {
  pil_backlog *backlog = run->backlog;
  PIL_TRY(pil_backlog_desk_open(&own->desk, backlog, backlog->lanes, error));
  return open_sums(backlog, &own->sums, error);
}

static void close_place(const pil_backlog *backlog, place *own) {
  pil_backlog_desk_close(&own->desk);
  pil_backlog_sums_free(backlog, &own->sums);
  pil_dictionary_free(&own->labels);
}

/* ---- a batch ---- */

static bool refuse_labels(pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_SCRIPT, PIL_NOWHERE,
                       "formulas returned more than %d different texts as second results", PIL_BACKLOG_LABELS);
}

static bool count_labels(place *own, size_t formula, size_t item, pil_error *error) {
  pil_backlog_desk *desk = &own->desk;
  const pil_backlog *backlog = desk->backlog;
  uint64_t *counts = own->sums.label_counts + (formula * backlog->items.count + item) * PIL_BACKLOG_LABELS;
  const pil_column *column = pil_frame_column(&desk->frame, 1, "label", 0);
  if (column == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < desk->batch.count; i++) {
    if (!pil_cell_is_text(column->cells[i])) continue;
    const char *text = desk->frame.texts.texts[pil_cell_text(column->cells[i])];
    int64_t code = pil_dictionary_code(&own->labels, text, strlen(text));
    if (code < 0) return pil_error_memory(error);
    if (code >= PIL_BACKLOG_LABELS) return refuse_labels(error);
    counts[code]++;
  }
  return true;
}

/* The costs and values of the portfolio: into the sums, and as they are for the trials that are solved. */
static void note_amounts(pil_backlog_run *run, place *own, size_t item) {
  const pil_backlog *backlog = run->backlog;
  const pil_backlog_portfolio *portfolio = &backlog->portfolio;
  const pil_batch *batch = &own->desk.batch;
  size_t n = backlog->items.count, first = (size_t)(batch->first_trial - backlog->head.first_trial);
  const double *costs = own->desk.columns[1 + portfolio->cost];
  const double *values =
      portfolio->value == SIZE_MAX ? pil_backlog_desk_scores(&own->desk, 0, item) : own->desk.columns[1 + portfolio->value];
  pil_exact_add(&own->sums.costs[item], costs, batch->count);
  pil_exact_add(&own->sums.values[item], values, batch->count);
  for (size_t i = 0; i < batch->count && first + i < run->amount_count; i++) {
    run->costs[(first + i) * n + item] = costs[i];
    run->values[(first + i) * n + item] = values[i];
  }
}

static bool score_items(pil_backlog_run *run, place *own, pil_error *error) {
  const pil_backlog *backlog = run->backlog;
  bool good = true;
  pil_error first = {0};
  for (size_t item = 0; item < backlog->items.count; item++) {
    PIL_TRY(pil_backlog_desk_fill(&own->desk, item, error));
    for (size_t f = 0; f < backlog->formula_count; f++) {
      pil_error here;
      bool done = pil_backlog_desk_score(&own->desk, f, item, pil_backlog_desk_scores(&own->desk, f, item), &here) &&
                  count_labels(own, f, item, &here);
      if (!done && (good || here.trial < first.trial)) first = here; /* the lowest trial's, then the first item's */
      good = good && done;
      if (!good && first.trial == 0) break;
    }
    if (good && backlog->portfolio.asked) note_amounts(run, own, item);
  }
  if (!good) *error = first;
  return good;
}

/* ---- tasks ---- */

static uint64_t first_of(const pil_backlog_run *run, uint64_t batch) {
  return run->backlog->head.first_trial + batch * run->backlog->lanes;
}

static bool run_task(void *context, size_t worker, uint64_t batch, size_t index, pil_error *error) {
  pil_backlog_run *run = context;
  const pil_backlog *backlog = run->backlog;
  place *own = &run->places[worker];
  uint64_t first = first_of(run, batch), left = backlog->head.last_trial - first + 1;
  size_t count = left < backlog->lanes ? (size_t)left : backlog->lanes;
  (void)index;
  PIL_TRY(make_programs(run, own, error));
  PIL_TRY(pil_backlog_desk_start(&own->desk, first, count, error));
  PIL_TRY(score_items(run, own, error));
  const pil_ranking **rankings = pil_arena_array(&own->desk.arena, backlog->formula_count, sizeof *rankings);
  if (rankings == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < backlog->formula_count; f++) {
    rankings[f] = &own->sums.rankings[f];
    PIL_TRY(pil_ranking_add(&own->sums.rankings[f], pil_backlog_desk_scores(&own->desk, f, 0), own->desk.lanes, count, error));
  }
  if (backlog->formula_count > 1) pil_agreement_add(&own->sums.agreement, rankings, count);
  return pil_backlog_improve(&own->desk, &own->sums, error);
}

static void stop_programs(void *context) {
  pil_backlog_run *run = context;
  size_t programs = run->backlog->formula_count * run->backlog->class_count;
  for (size_t i = 0; i < run->place_count; i++)
    for (size_t p = 0; p < programs; p++)
      if (run->places[i].desk.programs[p] != NULL) run->places[i].desk.programs[p]->stop(run->places[i].desk.programs[p]);
}

/* ---- the run ---- */

static bool keep_amounts(pil_backlog_run *run, pil_error *error) {
  const pil_backlog *backlog = run->backlog;
  if (!backlog->portfolio.asked) return true;
  uint64_t wanted = backlog->portfolio.exact || backlog->head.trials < PIL_BACKLOG_SAMPLE ? backlog->head.trials
                                                                                         : PIL_BACKLOG_SAMPLE;
  double bytes = 16.0 * (double)wanted * (double)backlog->items.count;
  size_t machine = pil_setup_machine_bytes();
  if (machine > 0 && bytes > 0.5 * (double)machine)
    return pil_error_set(error, PIL_FAILURE_MEMORY, PIL_NOWHERE,
                         "--exact: costs and values of %llu trials of %zu items take %.1f GiB, and this machine has %.1f",
                         (unsigned long long)wanted, backlog->items.count, bytes / 0x1p30, (double)machine / 0x1p30);
  run->amount_count = (size_t)wanted;
  run->costs = pil_memory_resize(NULL, run->amount_count * backlog->items.count, sizeof *run->costs);
  run->values = pil_memory_resize(NULL, run->amount_count * backlog->items.count, sizeof *run->values);
  return (run->costs != NULL && run->values != NULL) || pil_error_memory(error);
}

static bool open_run(pil_backlog_run *run, pil_error *error) {
  const pil_backlog *backlog = run->backlog;
  const pil_work work = {.context = run, .group_count = (backlog->head.trials + backlog->lanes - 1) / backlog->lanes,
                         .group_size = 1, .threads = backlog->threads, .run = run_task, .stop = stop_programs};
  PIL_TRY(keep_amounts(run, error));
  run->workers = pil_workers_new(&work, error);
  if (run->workers == NULL) return false;
  size_t count = pil_workers_threads(run->workers);
  run->places = pil_memory_new_zeroed(count, sizeof *run->places);
  if (run->places == NULL) return pil_error_memory(error);
  for (; run->place_count < count; run->place_count++)
    if (!open_place(run, &run->places[run->place_count], error)) {
      run->place_count++; /* it is closed with the others */
      return false;
    }
  return true;
}

pil_backlog_run *pil_backlog_run_new(pil_backlog *backlog, pil_error *error) {
  pil_backlog_run *run = pil_memory_new_zeroed(1, sizeof *run);
  if (run == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  run->backlog = backlog;
  if (open_run(run, error) && make_programs(run, &run->places[0], error)) return run;
  pil_backlog_run_free(run);
  return NULL;
}

void pil_backlog_run_free(pil_backlog_run *run) {
  if (run == NULL) return;
  for (size_t i = 0; i < run->place_count; i++) close_place(run->backlog, &run->places[i]);
  pil_workers_free(run->workers);
  pil_memory_free(run->places);
  pil_memory_free(run->costs);
  pil_memory_free(run->values);
  pil_arena_free(&run->arena);
  pil_memory_free(run);
}

static uint64_t trials_of(const pil_backlog_run *run, uint64_t batches) {
  uint64_t trials = batches * run->backlog->lanes;
  return trials < run->backlog->head.trials ? trials : run->backlog->head.trials;
}

/* ---- what came out ---- */

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All places' labels by name: which thread met them first must not show. */
static bool list_labels(const pil_backlog_run *run, pil_arena *arena, pil_backlog_sums *sums, pil_error *error) {
  for (size_t p = 0; p < run->place_count; p++) {
    const pil_dictionary *own = &run->places[p].labels;
    for (size_t l = 0; l < own->count; l++) {
      size_t at = 0;
      while (at < sums->label_count && strcmp(sums->labels[at], own->texts[l]) != 0) at++;
      if (at < sums->label_count) continue;
      if (at == PIL_BACKLOG_LABELS) return refuse_labels(error);
      sums->labels[at] = pil_arena_copy(arena, own->texts[l], strlen(own->texts[l]));
      if (sums->labels[at] == NULL) return pil_error_memory(error);
      sums->label_count++;
    }
  }
  qsort(sums->labels, sums->label_count, sizeof *sums->labels, by_name);
  return true;
}

static void merge_labels(const pil_backlog *backlog, pil_backlog_sums *sums, const place *own) {
  size_t rows = backlog->formula_count * backlog->items.count;
  for (size_t l = 0; l < own->labels.count; l++) {
    size_t at = 0;
    while (strcmp(sums->labels[at], own->labels.texts[l]) != 0) at++;
    for (size_t r = 0; r < rows; r++)
      sums->label_counts[r * PIL_BACKLOG_LABELS + at] += own->sums.label_counts[r * PIL_BACKLOG_LABELS + l];
  }
}

bool pil_backlog_run_sums(const pil_backlog_run *run, pil_arena *arena, pil_backlog_sums *sums, pil_error *error) {
  const pil_backlog *backlog = run->backlog;
  size_t formulas = backlog->formula_count, items = backlog->items.count;
  PIL_TRY(open_sums(backlog, sums, error));
  PIL_TRY(list_labels(run, arena, sums, error));
  for (size_t p = 0; p < run->place_count; p++) {
    const place *own = &run->places[p];
    for (size_t f = 0; f < formulas; f++) PIL_TRY(pil_ranking_merge(&sums->rankings[f], &own->sums.rankings[f], error));
    if (formulas > 1) pil_agreement_merge(&sums->agreement, &own->sums.agreement);
    for (size_t i = 0; i < formulas * items * backlog->field_count; i++) sums->changes[i] += own->sums.changes[i];
    sums->improved_count += own->sums.improved_count;
    for (size_t i = 0; i < items; i++) {
      pil_exact_merge(&sums->costs[i], &own->sums.costs[i]);
      pil_exact_merge(&sums->values[i], &own->sums.values[i]);
    }
    merge_labels(backlog, sums, own);
  }
  return true;
}

const pil_portfolio_study *pil_backlog_run_portfolio(const pil_backlog_run *run) {
  return run->is_solved ? &run->portfolio : NULL;
}

bool pil_backlog_run_programs(const pil_backlog_run *run, pil_arena *arena, pil_programs *programs,
                              pil_error *error) {
  *programs = (pil_programs){0};
  for (size_t i = 0; i < run->place_count; i++)
    PIL_TRY(pil_programs_add(arena, programs, run->places[i].desk.programs,
                             run->backlog->formula_count * run->backlog->class_count, error));
  return true;
}

pil_program *pil_backlog_run_program(pil_backlog_run *run, size_t formula, pil_error *error) {
  if (!make_programs(run, &run->places[0], error)) return NULL;
  return run->places[0].desk.programs[formula * run->backlog->class_count];
}

/* ---- steps ---- */

typedef struct ticker {
  const pil_backlog_run *run;
  pil_tick *tick;
  void *context;
} ticker;

static bool tick_batches(void *context, uint64_t batches) {
  const ticker *t = context;
  return t->tick(t->context, trials_of(t->run, batches));
}

static bool tick_solving(void *context, uint64_t groups) {
  const ticker *t = context;
  (void)groups;
  return t->tick(t->context, t->run->backlog->head.trials);
}

/* Once all trials are there. */
static bool solve(pil_backlog_run *run, ticker *t, pil_error *error) {
  const pil_backlog *backlog = run->backlog;
  pil_arena arena = {0};
  pil_backlog_sums sums;
  if (!backlog->portfolio.asked || run->is_solved || pil_backlog_run_finished(run) < backlog->head.trials) return true;
  bool good = pil_backlog_run_sums(run, &arena, &sums, error);
  const pil_portfolio_amounts amounts = {run->costs, run->values, run->amount_count, sums.costs, sums.values};
  run->is_solved = good && pil_backlog_solve(&run->arena, backlog, &amounts, t->tick == NULL ? NULL : tick_solving, t,
                                             &run->portfolio, error);
  pil_backlog_sums_free(backlog, &sums);
  pil_arena_free(&arena);
  return run->is_solved;
}

bool pil_backlog_run_step(pil_backlog_run *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error) {
  uint64_t lanes = run->backlog->lanes;
  ticker t = {run, tick, context};
  if (pil_workers_step(run->workers, trials / lanes + (trials % lanes != 0), tick == NULL ? NULL : tick_batches, &t, error) &&
      solve(run, &t, error))
    return true;
  if (error->failure == PIL_FAILURE_INTERRUPTED)
    pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted after %llu trials",
                  (unsigned long long)pil_backlog_run_finished(run));
  return false;
}

uint64_t pil_backlog_run_finished(const pil_backlog_run *run) {
  return trials_of(run, pil_workers_finished(run->workers));
}
