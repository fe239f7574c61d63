/* The runner: trials of several variants on several threads, batch by batch, into tables.
 *
 * A group of tasks is one batch, a task one variant of it, so that all variants advance together. Every
 * result goes to its own rows, so nothing depends on who ran what when.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runner.h"

#include <string.h>

#include "../base/memory.h"
#include "programs.h"
#include "workers.h"

/* What one thread has of its own. */
typedef struct place {
  pil_program **programs; /* one per variant, made when first needed */
  pil_frame frame;
  pil_arena arena; /* inputs of one batch */
  pil_batch batch; /* of the task that it does */
} place;

struct pil_runner {
  pil_run_variant *variants;
  size_t variant_count;
  pil_runner_options options;
  uint64_t batch_count;
  pil_jump *jumps;
  place *places;
  size_t place_count;
  pil_workers *workers;
};

static uint64_t batch_first(const pil_runner *runner, uint64_t batch) {
  return runner->options.first_trial + batch * runner->options.lanes;
}

static size_t batch_size(const pil_runner *runner, uint64_t batch) {
  uint64_t left = runner->options.last_trial - batch_first(runner, batch) + 1;
  return left < runner->options.lanes ? (size_t)left : runner->options.lanes;
}

static bool run_task(void *context, size_t worker, uint64_t batch, size_t variant, pil_error *error);
static bool merge_task(void *context, size_t worker, uint64_t batch, size_t variant, pil_error *error);
static void stop_programs(void *context);

/* What the threads have of their own, and the threads. */
static bool make_places(pil_runner *runner, pil_error *error) {
  const pil_work work = {.context = runner, .group_count = runner->batch_count, .group_size = runner->variant_count,
                         .threads = runner->options.threads, .run = run_task, .merge = merge_task,
                         .stop = stop_programs};
  runner->workers = pil_workers_new(&work, error);
  if (runner->workers == NULL) return false;
  size_t count = pil_workers_threads(runner->workers);
  runner->places = pil_memory_new_zeroed(count, sizeof *runner->places);
  if (runner->places == NULL) return pil_error_memory(error);
  for (; runner->place_count < count; runner->place_count++) {
    place *own = &runner->places[runner->place_count];
    own->programs = pil_memory_new_zeroed(runner->variant_count, sizeof *own->programs);
    if (own->programs == NULL) return pil_error_memory(error);
  }
  return true;
}

pil_runner *pil_runner_new(const pil_run_variant *variants, size_t variant_count,
                           const pil_runner_options *options, pil_error *error) {
  pil_runner *runner = pil_memory_new_zeroed(1, sizeof *runner);
  if (runner == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  uint64_t trials = options->last_trial - options->first_trial + 1;
  runner->options = *options;
  runner->variant_count = variant_count;
  runner->batch_count = (trials + options->lanes - 1) / options->lanes;
  runner->variants = pil_memory_new_zeroed(variant_count, sizeof *variants);
  runner->jumps = pil_memory_resize(NULL, options->lanes, sizeof *runner->jumps);
  bool good = (runner->variants != NULL && runner->jumps != NULL) || pil_error_memory(error);
  if (!good || !make_places(runner, error)) {
    pil_runner_free(runner);
    return NULL;
  }
  memcpy(runner->variants, variants, variant_count * sizeof *variants);
  pil_jumps_fill(runner->jumps, options->lanes);
  return runner;
}

static void place_free(place *own, size_t variant_count) {
  for (size_t i = 0; own->programs != NULL && i < variant_count; i++)
    if (own->programs[i] != NULL) own->programs[i]->free(own->programs[i]);
  pil_memory_free(own->programs);
  pil_frame_free(&own->frame);
  pil_arena_free(&own->arena);
}

void pil_runner_free(pil_runner *runner) {
  if (runner == NULL) return;
  for (size_t i = 0; i < runner->place_count; i++) place_free(&runner->places[i], runner->variant_count);
  pil_workers_free(runner->workers);
  pil_memory_free(runner->places);
  pil_memory_free(runner->jumps);
  pil_memory_free(runner->variants);
  pil_memory_free(runner);
}

/* ---- tasks ---- */

static bool program_of(pil_runner *runner, place *own, size_t variant, pil_program **program, pil_error *error) {
  const pil_run_variant *v = &runner->variants[variant];
  if (own->programs[variant] == NULL) {
    pil_program *made = v->program_new(v->context, error);
    if (made == NULL) return false;
    pil_workers_lock(runner->workers); /* stop_programs walks the list */
    own->programs[variant] = made;
    pil_workers_unlock(runner->workers);
  }
  *program = own->programs[variant];
  return true;
}

static bool allocate_columns(place *own, const pil_input_plan *plan, size_t count, pil_error *error) {
  pil_batch *batch = &own->batch;
  batch->inputs = pil_arena_array(&own->arena, plan->column_count + 1, sizeof *batch->inputs);
  if (batch->inputs == NULL) return pil_error_memory(error);
  for (size_t c = 0; c < plan->column_count; c++) {
    batch->inputs[c] = pil_arena_array(&own->arena, count, sizeof(double));
    if (batch->inputs[c] == NULL) return pil_error_memory(error);
  }
  return true;
}

static bool run_task(void *context, size_t worker, uint64_t batch_index, size_t variant_index, pil_error *error) {
  pil_runner *runner = context;
  place *own = &runner->places[worker];
  pil_batch *batch = &own->batch;
  const pil_run_variant *variant = &runner->variants[variant_index];
  pil_program *program;
  pil_arena_reset(&own->arena);
  *batch = (pil_batch){.first_trial = batch_first(runner, batch_index),
                       .count = batch_size(runner, batch_index),
                       .jumps = runner->jumps};
  PIL_TRY(program_of(runner, own, variant_index, &program, error));
  PIL_TRY(allocate_columns(own, variant->inputs, batch->count, error));
  PIL_TRY(pil_inputs_fill(variant->inputs, batch, &own->arena, error));
  pil_frame_reset(&own->frame, batch->count);
  return program->run(program, batch, &own->frame, error);
}

/* Copies the batch's results to the variant's table. */
static bool merge_task(void *context, size_t worker, uint64_t batch_index, size_t variant_index, pil_error *error) {
  pil_runner *runner = context;
  place *own = &runner->places[worker];
  const pil_run_variant *variant = &runner->variants[variant_index];
  double **kept = pil_arena_array(&own->arena, variant->kept_count + 1, sizeof *kept);
  (void)batch_index;
  if (kept == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < variant->kept_count; i++) kept[i] = own->batch.inputs[variant->kept_columns[i]];
  size_t row = (size_t)(own->batch.first_trial - variant->table->first_trial);
  return pil_table_merge(variant->table, row, &own->frame, kept, error);
}

static void stop_programs(void *context) {
  pil_runner *runner = context;
  for (size_t i = 0; i < runner->place_count; i++) {
    for (size_t v = 0; v < runner->variant_count; v++) {
      pil_program *program = runner->places[i].programs[v];
      if (program != NULL) program->stop(program);
    }
  }
}

/* ---- steps ---- */

static uint64_t trials_of(const pil_runner *runner, uint64_t batches) {
  uint64_t trials = runner->options.last_trial - runner->options.first_trial + 1;
  uint64_t rows = batches * runner->options.lanes;
  return rows < trials ? rows : trials;
}

typedef struct ticker {
  const pil_runner *runner;
  pil_runner_tick *tick;
  void *context;
} ticker;

static bool tick_batches(void *context, uint64_t batches) {
  const ticker *t = context;
  return t->tick(t->context, trials_of(t->runner, batches));
}

bool pil_runner_step(pil_runner *runner, uint64_t trials, pil_runner_tick *tick, void *context,
                     pil_error *error) {
  uint64_t lanes = runner->options.lanes;
  ticker t = {runner, tick, context};
  uint64_t batches = trials / lanes + (trials % lanes != 0);
  if (pil_workers_step(runner->workers, batches, tick == NULL ? NULL : tick_batches, &t, error)) return true;
  if (error->failure == PIL_FAILURE_INTERRUPTED) {
    pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted after %llu trials",
                  (unsigned long long)pil_runner_finished(runner));
  }
  return false;
}

uint64_t pil_runner_finished(const pil_runner *runner) {
  return trials_of(runner, pil_workers_finished(runner->workers));
}

/* ---- what ran where ---- */

/* Those of all places, for a while. */
static bool list_programs(const pil_runner *runner, pil_arena *arena, pil_programs *programs, pil_error *error) {
  *programs = (pil_programs){0};
  for (size_t i = 0; i < runner->place_count; i++)
    PIL_TRY(pil_programs_add(arena, programs, runner->places[i].programs, runner->variant_count, error));
  return true;
}

pil_engine_count pil_runner_counted(const pil_runner *runner) {
  pil_engine_count total = {0};
  for (size_t i = 0; i < runner->place_count; i++) {
    const pil_programs own = {runner->places[i].programs, runner->variant_count, 0};
    pil_engine_count count = pil_programs_counted(&own);
    total.lanes += count.lanes;
    total.scalar += count.scalar;
  }
  return total;
}

bool pil_runner_reasons(const pil_runner *runner, pil_arena *arena,
                        const pil_engine_reason **reasons, size_t *count, pil_error *error) {
  pil_programs programs;
  PIL_TRY(list_programs(runner, arena, &programs, error));
  return pil_programs_reasons(&programs, arena, reasons, count, error);
}

pil_program *pil_runner_program(pil_runner *runner, size_t index, pil_error *error) {
  pil_program *program = NULL;
  return program_of(runner, &runner->places[0], index, &program, error) ? program : NULL;
}

bool pil_runner_programs(const pil_runner *runner, size_t index, pil_arena *arena, pil_program ***programs,
                         size_t *count, pil_error *error) {
  *programs = pil_arena_array(arena, runner->place_count + 1, sizeof **programs);
  *count = 0;
  if (*programs == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < runner->place_count; i++)
    if (runner->places[i].programs[index] != NULL) (*programs)[(*count)++] = runner->places[i].programs[index];
  return true;
}
