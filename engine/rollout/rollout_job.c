/* The rollout as a job.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/memory.h"
#include "../scenario/job.h"
#include "rollout_answer.h"
#include "rollout_job.h"
#include "rollout_samples.h"
#include "rollout_trace.h"
#include "sweep.h"

static void *load(const char *path, const pil_options *options, pil_error *error) {
  return pil_rollout_load(path, options, error);
}

static void free_job(void *job) {
  pil_rollout_free(job);
}

void pil_rollout_run_free(void *context) {
  pil_rollout_run *r = context;
  if (r == NULL) return;
  pil_runner_free(r->runner);
  pil_memory_free(r);
}

void *pil_rollout_run_new(void *job, pil_error *error) {
  pil_rollout_run *r = pil_memory_new_zeroed(1, sizeof *r);
  if (r == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  r->rollout = job;
  r->runner = pil_rollout_start(r->rollout, error);
  if (r->runner != NULL && pil_runner_program(r->runner, 0, error) != NULL) return r;
  pil_rollout_run_free(r);
  return NULL;
}

bool pil_rollout_run_step(void *context, uint64_t trials, pil_tick *tick, void *tick_context, pil_error *error) {
  return pil_runner_step(((pil_rollout_run *)context)->runner, trials, tick, tick_context, error);
}

uint64_t pil_rollout_run_trials(const void *context) {
  return ((const pil_rollout_run *)context)->rollout->head.trials;
}

uint64_t pil_rollout_run_finished(const void *context) {
  return pil_runner_finished(((const pil_rollout_run *)context)->runner);
}

pil_engine_count pil_rollout_run_counted(const void *context) {
  return pil_runner_counted(((const pil_rollout_run *)context)->runner);
}

size_t pil_rollout_run_variant_count(const void *context) {
  return ((const pil_rollout_run *)context)->rollout->variant_count;
}

const char *pil_rollout_run_variant_name(const void *context, size_t variant) {
  return ((const pil_rollout_run *)context)->rollout->variants[variant].name;
}

const double *pil_rollout_run_column(const void *context, size_t variant, const char *output, uint32_t index, size_t *count) {
  const pil_rollout_run *r = context;
  const pil_column *found = pil_table_find(&r->rollout->variants[variant].table, output, index);
  if (found == NULL) return NULL;
  *count = (size_t)pil_runner_finished(r->runner);
  return found->cells;
}

bool pil_rollout_run_write(void *context, pil_format format, bool colour, const char *path, size_t *missed_count,
                         pil_error *error) {
  pil_rollout_run *r = context;
  pil_arena arena = {0};
  pil_rollout_answer answer;
  bool partial = pil_rollout_run_finished(r) < pil_rollout_run_trials(r);
  bool good = pil_rollout_study(&arena, r->rollout, r->runner, partial, &answer, error);
  pil_document *document = good ? pil_rollout_document(&answer, error) : NULL;
  good = document != NULL && pil_job_write(document, format, colour, path, error);
  if (good && missed_count != NULL) *missed_count = answer.missed_count;
  pil_arena_free(&arena);
  return good;
}

bool pil_rollout_run_write_samples(void *context, const char *path, pil_tick *tick, void *tick_context, pil_error *error) {
  pil_rollout_run *r = context;
  PIL_TRY(pil_rollout_sort(r->rollout, error));
  return pil_rollout_write_samples(r->rollout, (size_t)pil_rollout_run_finished(r), path, tick, tick_context, error);
}

static bool trace(void *job, uint64_t trial, pil_document *document, pil_error *error) {
  return pil_rollout_trace(job, trial, document, error);
}

/* ---- check ---- */

/* A goal's month that the series did not reach in the trials of a check. */
static void advise_months(const pil_rollout *rollout, const pil_listener *l) {
  const pil_table *table = &rollout->variants[0].table;
  for (size_t i = 0; i < rollout->spec_count; i++) {
    const pil_output_spec *spec = &rollout->specs[i];
    uint32_t length = 0;
    for (size_t c = table->input_count; c < table->column_count; c++)
      if (strcmp(table->columns[c].name, spec->name) == 0 && table->columns[c].index > length)
        length = table->columns[c].index;
    if (length == 0 || spec->goal.is_of_month || spec->goal.by <= length) continue;
    char advice[PIL_ERROR_TEXT_BYTES];
    snprintf(advice, sizeof advice,
             "output \"%s\": the goal is for month %u, and the series had %u in the trials of this check",
             spec->name, spec->goal.by, length);
    pil_listener_tell((void *)l, spec->goal.at, advice);
  }
}

/* What a sweep would refuse only after its first point. */
static bool check_sweep(const pil_rollout *rollout, pil_error *error) {
  const pil_sweep *sweep = rollout->sweep;
  for (size_t i = 0; sweep != NULL && i < rollout->variant_count; i++) {
    const pil_rollout_variant *variant = &rollout->variants[i];
    if (strcmp(variant->name, sweep->base.name) == 0)
      return pil_sweep_check_outputs(sweep, &variant->table, (size_t)rollout->head.trials, error);
  }
  return true;
}

static bool check(void *job, pil_advice *advice, void *context, pil_error *error) {
  pil_rollout *rollout = job;
  size_t threads = rollout->threads;
  pil_engine engine = rollout->engine;
  uint64_t trials = rollout->head.trials;
  if (rollout->head.trials > PIL_CHECK_TRIALS) {
    rollout->head.trials = PIL_CHECK_TRIALS;
    rollout->head.last_trial = rollout->head.first_trial + PIL_CHECK_TRIALS - 1;
  }
  rollout->threads = 1;
  rollout->engine = PIL_ENGINE_SCALAR; /* which sees draws one by one */
  pil_runner *runner = pil_rollout_start(rollout, error);
  bool good = runner != NULL && pil_runner_step(runner, PIL_CHECK_TRIALS, NULL, NULL, error) &&
              check_sweep(rollout, error);
  pil_listener l = {advice, context};
  if (good && advice != NULL) {
    pil_inputs_advise(&rollout->variants[0].inputs, pil_listener_tell, &l);
    advise_months(rollout, &l);
    pil_program *program = pil_runner_program(runner, 0, error);
    if (program != NULL) pil_script_program_advise(program, pil_listener_tell, &l);
  }
  pil_runner_free(runner);
  rollout->threads = threads;
  rollout->engine = engine;
  rollout->head.trials = trials;
  rollout->head.last_trial = rollout->head.first_trial + trials - 1;
  return good;
}

const pil_job_kind pil_job_rollout = {.key = "rollout",
                                      .load = load,
                                      .free = free_job,
                                      .run_new = pil_rollout_run_new,
                                      .run_free = pil_rollout_run_free,
                                      .step = pil_rollout_run_step,
                                      .trials = pil_rollout_run_trials,
                                      .finished = pil_rollout_run_finished,
                                      .counted = pil_rollout_run_counted,
                                      .variant_count = pil_rollout_run_variant_count,
                                      .variant_name = pil_rollout_run_variant_name,
                                      .column = pil_rollout_run_column,
                                      .write = pil_rollout_run_write,
                                      .write_samples = pil_rollout_run_write_samples,
                                      .trace = trace,
                                      .check = check};
