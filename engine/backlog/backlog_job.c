/* The backlog as a job.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/memory.h"
#include "../scenario/job.h"
#include "backlog_answer.h"
#include "backlog_samples.h"

typedef struct run {
  pil_backlog *backlog;
  pil_backlog_run *run;
} run;

static void *load(const char *path, const pil_options *options, pil_error *error) {
  return pil_backlog_load(path, options, error);
}

static void free_job(void *job) {
  pil_backlog_free(job);
}

static void run_free(void *context) {
  run *r = context;
  if (r == NULL) return;
  pil_backlog_run_free(r->run);
  pil_memory_free(r);
}

static void *run_new(void *job, pil_error *error) {
  run *r = pil_memory_new_zeroed(1, sizeof *r);
  if (r == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  r->backlog = job;
  r->run = pil_backlog_run_new(r->backlog, error);
  if (r->run != NULL) return r;
  run_free(r);
  return NULL;
}

static bool step(void *context, uint64_t trials, pil_tick *tick, void *tick_context, pil_error *error) {
  return pil_backlog_run_step(((run *)context)->run, trials, tick, tick_context, error);
}

static uint64_t trials(const void *context) {
  return ((const run *)context)->backlog->head.trials;
}

static uint64_t finished(const void *context) {
  return pil_backlog_run_finished(((const run *)context)->run);
}

static pil_engine_count counted(const void *context) {
  pil_arena arena = {0};
  pil_programs programs = {0};
  pil_error ignored;
  pil_backlog_run_programs(((const run *)context)->run, &arena, &programs, &ignored);
  pil_engine_count count = pil_programs_counted(&programs);
  pil_arena_free(&arena);
  return count;
}

static size_t formula_count(const void *context) {
  return ((const run *)context)->backlog->formula_count;
}

static const char *formula_name(const void *context, size_t formula) {
  return ((const run *)context)->backlog->formulas[formula].name;
}

/* Scores are gathered, not kept: see --samples. */
static const double *column(const void *context, size_t formula, const char *output, uint32_t index, size_t *count) {
  (void)context;
  (void)formula;
  (void)output;
  (void)index;
  (void)count;
  return NULL;
}

static bool write_answer(void *context, pil_format format, bool colour, const char *path, size_t *missed_count,
                         pil_error *error) {
  run *r = context;
  pil_arena arena = {0};
  pil_backlog_sums sums;
  pil_backlog_answer answer;
  (void)missed_count; /* a backlog has no goals of that kind */
  pil_document *document = NULL;
  if (pil_backlog_run_sums(r->run, &arena, &sums, error) &&
      pil_backlog_study(&arena, r->backlog, r->run, &sums, &answer, error))
    document = pil_backlog_document(&answer, error);
  bool good = document != NULL && pil_job_write(document, format, colour, path, error);
  pil_backlog_sums_free(r->backlog, &sums);
  pil_arena_free(&arena);
  return good;
}

static bool write_samples(void *context, const char *path, pil_tick *tick, void *tick_context, pil_error *error) {
  const run *r = context;
  return pil_backlog_write_samples(r->backlog, finished(r), path, tick, tick_context, error);
}

static bool trace(void *job, uint64_t trial, pil_document *document, pil_error *error) {
  return pil_backlog_trace(job, trial, document, error);
}

/* ---- check ---- */

/* All items in a few trials, in stock Lua, which sees draws one by one. */
static bool check(void *job, pil_advice *advice, void *context, pil_error *error) {
  pil_backlog *backlog = job;
  pil_listener l = {advice, context};
  pil_backlog_desk desk;
  bool good = pil_backlog_desk_open(&desk, backlog, PIL_CHECK_TRIALS, error);
  size_t count = backlog->head.trials < PIL_CHECK_TRIALS ? (size_t)backlog->head.trials : PIL_CHECK_TRIALS;
  for (size_t i = 0; good && i < backlog->formula_count * backlog->class_count; i++) {
    desk.programs[i] = pil_script_program_new(
        &backlog->formulas[i / backlog->class_count].sources[i % backlog->class_count], error);
    good = desk.programs[i] != NULL;
  }
  good = good && pil_backlog_desk_start(&desk, backlog->head.first_trial, count, error);
  for (size_t i = 0; good && i < backlog->items.count; i++) {
    good = pil_backlog_desk_fill(&desk, i, error);
    for (size_t f = 0; good && f < backlog->formula_count; f++)
      good = pil_backlog_desk_score(&desk, f, i, desk.scores, error);
  }
  for (size_t f = 0; good && advice != NULL && f < backlog->formula_count; f++)
    pil_script_program_advise(desk.programs[f * backlog->class_count], pil_listener_tell, &l);
  pil_backlog_desk_close(&desk);
  return good;
}

const pil_job_kind pil_job_backlog = {
    .key = "score", .load = load, .free = free_job, .run_new = run_new, .run_free = run_free, .step = step,
    .trials = trials, .finished = finished, .counted = counted, .variant_count = formula_count,
    .variant_name = formula_name, .column = column, .write = write_answer, .write_samples = write_samples,
    .trace = trace, .check = check};
