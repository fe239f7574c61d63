/* The runner: trials of several variants on several threads, batch by batch, into tables.
 *
 * A task is one batch of one variant; tasks are numbered batch by batch, so that all variants
 * advance together, and taken in that order. Every result goes to its own rows, so nothing
 * depends on who ran what when.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runner.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/memory.h"

typedef struct worker {
  pil_runner *runner;
  pthread_t thread;
  bool started;
  pil_program **programs; /* one per variant, made when first needed */
  pil_frame frame;
  pil_arena arena; /* inputs of one batch */
} worker;

struct pil_runner {
  pil_run_variant *variants;
  size_t variant_count;
  pil_runner_options options;
  uint64_t batch_count;
  pil_jump *jumps;
  worker *workers;

  pthread_mutex_t lock; /* guards everything below and the tables */
  pthread_cond_t changed;
  uint64_t next_task, end_task; /* of this step */
  uint64_t finished_batches;    /* without a gap */
  uint16_t *done_counts;        /* per batch: variants that finished it */
  size_t running;
  bool stopping, failed;
  pil_error error;        /* of the lowest failing trial */
  size_t failing_variant;
};

static uint64_t batch_first(const pil_runner *runner, uint64_t batch) {
  return runner->options.first_trial + batch * runner->options.lanes;
}

static size_t batch_size(const pil_runner *runner, uint64_t batch) {
  uint64_t left = runner->options.last_trial - batch_first(runner, batch) + 1;
  return left < runner->options.lanes ? (size_t)left : runner->options.lanes;
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
  if (runner->options.threads > runner->batch_count * variant_count)
    runner->options.threads = (size_t)(runner->batch_count * variant_count);
  runner->variants = pil_memory_new_zeroed(variant_count, sizeof *variants);
  runner->jumps = pil_memory_resize(NULL, options->lanes, sizeof *runner->jumps);
  runner->workers = pil_memory_new_zeroed(runner->options.threads, sizeof *runner->workers);
  runner->done_counts = pil_memory_new_zeroed(runner->batch_count, sizeof *runner->done_counts);
  pthread_mutex_init(&runner->lock, NULL);
  pthread_cond_init(&runner->changed, NULL);
  bool good = runner->variants != NULL && runner->jumps != NULL && runner->workers != NULL &&
              runner->done_counts != NULL;
  for (size_t i = 0; good && i < runner->options.threads; i++) {
    runner->workers[i].runner = runner;
    runner->workers[i].programs = pil_memory_new_zeroed(variant_count, sizeof(pil_program *));
    good = runner->workers[i].programs != NULL;
  }
  if (!good) {
    pil_error_memory(error);
    pil_runner_free(runner);
    return NULL;
  }
  memcpy(runner->variants, variants, variant_count * sizeof *variants);
  pil_jumps_fill(runner->jumps, options->lanes);
  return runner;
}

static void worker_free(worker *w, size_t variant_count) {
  for (size_t i = 0; w->programs != NULL && i < variant_count; i++)
    if (w->programs[i] != NULL) w->programs[i]->free(w->programs[i]);
  pil_memory_free(w->programs);
  pil_frame_free(&w->frame);
  pil_arena_free(&w->arena);
}

void pil_runner_free(pil_runner *runner) {
  if (runner == NULL) return;
  for (size_t i = 0; runner->workers != NULL && i < runner->options.threads; i++)
    worker_free(&runner->workers[i], runner->variant_count);
  pthread_mutex_destroy(&runner->lock);
  pthread_cond_destroy(&runner->changed);
  pil_memory_free(runner->workers);
  pil_memory_free(runner->jumps);
  pil_memory_free(runner->variants);
  pil_memory_free(runner->done_counts);
  pil_memory_free(runner);
}

/* Keeps the error of the lowest trial (an error outside trials, such as no memory, counts as
 * trial 0), then of the first variant. All variants of this batch and of earlier ones still
 * run, since one of them may fail at a lower trial. */
static void note_error(pil_runner *runner, size_t variant, uint64_t batch, const pil_error *error) {
  bool lower = error->trial < runner->error.trial ||
               (error->trial == runner->error.trial && variant < runner->failing_variant);
  if (!runner->failed || lower) {
    runner->error = *error;
    runner->failing_variant = variant;
  }
  runner->failed = true;
  uint64_t end = (batch + 1) * runner->variant_count;
  if (end < runner->end_task) runner->end_task = end;
}

static void note_done(pil_runner *runner, uint64_t batch) {
  runner->done_counts[batch]++;
  while (runner->finished_batches < runner->batch_count &&
         runner->done_counts[runner->finished_batches] == runner->variant_count)
    runner->finished_batches++;
}

static bool program_of(worker *w, size_t variant, pil_program **program, pil_error *error) {
  const pil_run_variant *v = &w->runner->variants[variant];
  if (w->programs[variant] == NULL) {
    pil_program *made = v->program_new(v->context, error);
    if (made == NULL) return false;
    pthread_mutex_lock(&w->runner->lock); /* the coordinator walks the list to stop programs */
    w->programs[variant] = made;
    pthread_mutex_unlock(&w->runner->lock);
  }
  *program = w->programs[variant];
  return true;
}

static bool allocate_columns(worker *w, const pil_input_plan *plan, size_t count, pil_batch *batch,
                             pil_error *error) {
  batch->inputs = pil_arena_array(&w->arena, plan->column_count + 1, sizeof *batch->inputs);
  if (batch->inputs == NULL) return pil_error_memory(error);
  for (size_t c = 0; c < plan->column_count; c++) {
    batch->inputs[c] = pil_arena_array(&w->arena, count, sizeof(double));
    if (batch->inputs[c] == NULL) return pil_error_memory(error);
  }
  return true;
}

/* Copies the batch's results to the variant's table. Called with the lock held. */
static bool merge(worker *w, const pil_run_variant *variant, const pil_batch *batch,
                  pil_error *error) {
  double **kept = pil_arena_array(&w->arena, variant->kept_count + 1, sizeof *kept);
  if (kept == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < variant->kept_count; i++)
    kept[i] = batch->inputs[variant->kept_columns[i]];
  size_t row = (size_t)(batch->first_trial - variant->table->first_trial);
  return pil_table_merge(variant->table, row, &w->frame, kept, error);
}

static bool run_task(worker *w, size_t variant_index, uint64_t batch_index, pil_batch *batch,
                     pil_error *error) {
  pil_runner *runner = w->runner;
  const pil_run_variant *variant = &runner->variants[variant_index];
  pil_program *program;
  pil_arena_reset(&w->arena);
  *batch = (pil_batch){.first_trial = batch_first(runner, batch_index),
                       .count = batch_size(runner, batch_index),
                       .jumps = runner->jumps};
  PIL_TRY(program_of(w, variant_index, &program, error));
  PIL_TRY(allocate_columns(w, variant->inputs, batch->count, batch, error));
  PIL_TRY(pil_inputs_fill(variant->inputs, batch, &w->arena, error));
  pil_frame_reset(&w->frame, batch->count);
  return program->run(program, batch, &w->frame, error);
}

static void *worker_main(void *argument) {
  worker *w = argument;
  pil_runner *runner = w->runner;
  pthread_mutex_lock(&runner->lock);
  while (!runner->stopping && runner->next_task < runner->end_task) {
    uint64_t task = runner->next_task++;
    uint64_t batch_index = task / runner->variant_count;
    size_t variant = (size_t)(task % runner->variant_count);
    pil_batch batch;
    pil_error error = {0};
    pthread_mutex_unlock(&runner->lock);
    bool good = run_task(w, variant, batch_index, &batch, &error);
    pthread_mutex_lock(&runner->lock);
    good = good && merge(w, &runner->variants[variant], &batch, &error);
    if (good) note_done(runner, batch_index);
    else note_error(runner, variant, batch_index, &error);
  }
  runner->running--;
  pthread_cond_signal(&runner->changed);
  pthread_mutex_unlock(&runner->lock);
  return NULL;
}

/* Workers inherit a mask that blocks what a person may send: signals go to the caller's thread.
 * SIGURG-like signals that the sandbox's watchdog aims at one thread stay open. */
static bool start_workers(pil_runner *runner) {
  sigset_t all, before;
  sigemptyset(&all);
  sigaddset(&all, SIGINT);
  sigaddset(&all, SIGTERM);
  sigaddset(&all, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  size_t started = 0;
  for (size_t i = 0; i < runner->options.threads; i++) {
    worker *w = &runner->workers[i];
    runner->running++;
    w->started = pthread_create(&w->thread, NULL, worker_main, w) == 0;
    if (w->started) started++;
    else runner->running--;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started > 0;
}

static void stop_programs(pil_runner *runner) {
  for (size_t i = 0; i < runner->options.threads; i++) {
    for (size_t v = 0; v < runner->variant_count; v++) {
      pil_program *program = runner->workers[i].programs[v];
      if (program != NULL) program->stop(program);
    }
  }
}

static uint64_t finished_trials(const pil_runner *runner) {
  uint64_t trials = runner->options.last_trial - runner->options.first_trial + 1;
  uint64_t rows = runner->finished_batches * runner->options.lanes;
  return rows < trials ? rows : trials;
}

/* Sleeps until the workers are through, looking up every 50 ms. Called with the lock held. */
static void wait_for_workers(pil_runner *runner, pil_runner_tick *tick, void *context) {
  while (runner->running > 0) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50 * 1000 * 1000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
    int status = pthread_cond_timedwait(&runner->changed, &runner->lock, &until);
    if (status != ETIMEDOUT || tick == NULL) continue;
    if (!runner->stopping && !tick(context, finished_trials(runner))) runner->stopping = true;
    if (runner->stopping) stop_programs(runner);
  }
}

bool pil_runner_step(pil_runner *runner, uint64_t trials, pil_runner_tick *tick, void *context,
                     pil_error *error) {
  pthread_mutex_lock(&runner->lock);
  if (runner->failed || runner->stopping) {
    *error = runner->error;
    pthread_mutex_unlock(&runner->lock);
    return false;
  }
  uint64_t lanes = runner->options.lanes;
  uint64_t left = runner->batch_count - runner->finished_batches;
  uint64_t batches = trials / lanes + (trials % lanes != 0);
  if (batches > left) batches = left;
  runner->end_task = (runner->finished_batches + batches) * runner->variant_count;
  bool started = start_workers(runner);
  wait_for_workers(runner, tick, context);
  pthread_mutex_unlock(&runner->lock);
  for (size_t i = 0; i < runner->options.threads; i++) {
    if (runner->workers[i].started) pthread_join(runner->workers[i].thread, NULL);
    runner->workers[i].started = false;
  }
  if (!started) return pil_error_set(error, PIL_FAILURE_MEMORY, PIL_NOWHERE, "cannot start a thread");
  if (runner->stopping) {
    pil_error_set(&runner->error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted after %llu trials",
                  (unsigned long long)finished_trials(runner));
  }
  if (runner->failed || runner->stopping) *error = runner->error;
  return !runner->failed && !runner->stopping;
}

uint64_t pil_runner_finished(const pil_runner *runner) {
  return finished_trials(runner);
}

pil_engine_count pil_runner_counted(const pil_runner *runner) {
  pil_engine_count total = {0};
  for (size_t i = 0; i < runner->options.threads; i++) {
    for (size_t v = 0; v < runner->variant_count; v++) {
      const pil_program *program = runner->workers[i].programs[v];
      if (program == NULL) continue;
      total.lanes += program->counted.lanes;
      total.scalar += program->counted.scalar;
    }
  }
  return total;
}

static int compare_places(const pil_engine_reason *a, const pil_engine_reason *b) {
  int order = strcmp(a->at.file == NULL ? "" : a->at.file, b->at.file == NULL ? "" : b->at.file);
  if (order == 0) order = (a->at.line > b->at.line) - (a->at.line < b->at.line);
  return order != 0 ? order : strcmp(a->text, b->text);
}

static int most_trials_first(const void *a, const void *b) {
  const pil_engine_reason *one = a, *other = b;
  if (one->trials != other->trials) return one->trials > other->trials ? -1 : 1;
  return compare_places(one, other);
}

/* Adds the program's reasons to the list; those of the same place and words are one. */
static void add_reasons(const pil_program *program, pil_engine_reason *all, size_t *count) {
  for (size_t i = 0; i < program->reason_count; i++) {
    const pil_engine_reason *own = &program->reasons[i];
    size_t at = 0;
    if (own->trials == 0) continue;
    while (at < *count && compare_places(&all[at], own) != 0) at++;
    if (at == *count) {
      all[(*count)++] = *own;
    } else {
      all[at].trials += own->trials;
    }
  }
}

bool pil_runner_reasons(const pil_runner *runner, pil_arena *arena,
                        const pil_engine_reason **reasons, size_t *count, pil_error *error) {
  size_t most = 0;
  for (size_t i = 0; i < runner->options.threads; i++)
    for (size_t v = 0; v < runner->variant_count; v++)
      if (runner->workers[i].programs[v] != NULL)
        most += runner->workers[i].programs[v]->reason_count;
  pil_engine_reason *all = pil_arena_array(arena, most, sizeof *all);
  if (all == NULL) return pil_error_memory(error);
  *count = 0;
  for (size_t i = 0; i < runner->options.threads; i++)
    for (size_t v = 0; v < runner->variant_count; v++)
      if (runner->workers[i].programs[v] != NULL)
        add_reasons(runner->workers[i].programs[v], all, count);
  qsort(all, *count, sizeof *all, most_trials_first);
  *reasons = all;
  return true;
}

pil_program *pil_runner_program(pil_runner *runner, size_t index, pil_error *error) {
  pil_program *program = NULL;
  return program_of(&runner->workers[0], index, &program, error) ? program : NULL;
}
