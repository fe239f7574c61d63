/* The rollout as a job, for jobs whose trials go its way.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_ROLLOUT_ROLLOUT_JOB_H
#define PIL_ROLLOUT_ROLLOUT_JOB_H

#include "../scenario/job.h"
#include "rollout.h"

typedef struct pil_rollout_run {
  pil_rollout *rollout;
  pil_runner *runner;
} pil_rollout_run;

/* As job.h says; a job is a pil_rollout, or something that begins with one. */
void *pil_rollout_run_new(void *job, pil_error *error);
void pil_rollout_run_free(void *run);
bool pil_rollout_run_step(void *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error);
uint64_t pil_rollout_run_trials(const void *run);
uint64_t pil_rollout_run_finished(const void *run);
pil_engine_count pil_rollout_run_counted(const void *run);
size_t pil_rollout_run_variant_count(const void *run);
const char *pil_rollout_run_variant_name(const void *run, size_t variant);
const double *pil_rollout_run_column(const void *run, size_t variant, const char *output, uint32_t index, size_t *count);
bool pil_rollout_run_write(void *run, pil_format format, bool colour, const char *path, size_t *missed_count,
                           pil_error *error);
bool pil_rollout_run_write_samples(void *run, const char *path, pil_tick *tick, void *context, pil_error *error);

#endif
