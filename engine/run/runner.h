/* The runner: trials of several variants on several threads, batch by batch, into tables.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_RUNNER_H
#define PIL_RUN_RUNNER_H

#include "inputs.h"
#include "table.h"

/* One variant: what goes in and who evaluates it. Everything outlives the runner. */
typedef struct pil_run_variant {
  const char *name;
  const pil_input_plan *inputs;
  /* Makes a program for one thread. */
  pil_program *(*program_new)(void *context, pil_error *error);
  void *context;
  const uint32_t *kept_columns; /* input columns that the table keeps, already added to it */
  size_t kept_count;
  pil_table *table;
} pil_run_variant;

typedef struct pil_runner_options {
  uint64_t first_trial, last_trial; /* from 1, inclusive */
  size_t threads;                   /* at least 1 */
  size_t lanes;                     /* batch width, at least 1 */
} pil_runner_options;

typedef struct pil_runner pil_runner;

/* Copies options and the variants' records. NULL when out of memory. */
pil_runner *pil_runner_new(const pil_run_variant *variants, size_t variant_count,
                           const pil_runner_options *options, pil_error *error);
void pil_runner_free(pil_runner *runner);

/* Runs at least `trials` more trials of every variant (fewer if they are done), all variants
 * together. `tick`, if given, is called from this thread about every 50 ms and stops
 * the run by returning false. On an error of a script: error->trial is the lowest failing trial of all,
 * whatever the threads did. False also when stopped (failure INTERRUPTED). */
typedef bool pil_runner_tick(void *context, uint64_t finished_trials);
bool pil_runner_step(pil_runner *runner, uint64_t trials, pil_runner_tick *tick, void *context,
                     pil_error *error);

/* Trials that all variants have finished, counted from the first without a gap: these rows of
 * the tables hold results. */
uint64_t pil_runner_finished(const pil_runner *runner);

/* Lanes by engine, over all programs and variants. */
pil_engine_count pil_runner_counted(const pil_runner *runner);

/* Why trials did not run in lanes, most trials first, in `arena`; reasons of the same place and
 * words are one. Valid as long as the runner. */
bool pil_runner_reasons(const pil_runner *runner, pil_arena *arena,
                        const pil_engine_reason **reasons, size_t *count, pil_error *error);

/* All programs that there are of variant `index`, in `arena`. */
bool pil_runner_programs(const pil_runner *runner, size_t index, pil_arena *arena, pil_program ***programs,
                         size_t *count, pil_error *error);

/* A program of the first worker for variant `index` (made if need be), for what only a program
 * knows (files read, advice); NULL on failure. */
pil_program *pil_runner_program(pil_runner *runner, size_t index, pil_error *error);

#endif
