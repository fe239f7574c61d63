/* What the public interface asks of a job, whatever it simulates; and the jobs there are.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_JOB_H
#define PIL_SCENARIO_JOB_H

#include "../lanes/batch.h"
#include "../report/document.h"

/* A job is what load() returns, a run what run_new() does; both are freed by their own functions, which
 * accept NULL. */
typedef struct pil_job_kind {
  const char *key; /* of the scenario file: names its scripts */
  void *(*load)(const char *path, const pil_options *options, pil_error *error);
  void (*free)(void *job);
  void *(*run_new)(void *job, pil_error *error);
  void (*run_free)(void *run);
  bool (*step)(void *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error);
  uint64_t (*trials)(const void *run);
  uint64_t (*finished)(const void *run);
  pil_engine_count (*counted)(const void *run);
  size_t (*variant_count)(const void *run);
  const char *(*variant_name)(const void *run, size_t variant); /* variant < variant_count */
  const double *(*column)(const void *run, size_t variant, const char *output, uint32_t index, size_t *count);
  bool (*write)(void *run, pil_format format, bool colour, const char *path, size_t *missed_count, pil_error *error);
  bool (*write_samples)(void *run, const char *path, pil_tick *tick, void *context, pil_error *error);
  bool (*trace)(void *job, uint64_t trial, pil_document *document, pil_error *error);
  bool (*check)(void *job, pil_advice *advice, void *context, pil_error *error);
} pil_job_kind;

extern const pil_job_kind pil_job_rollout, pil_job_backlog, pil_job_policy;

/* Renders a document to a file, or (path NULL) to standard output. */
bool pil_job_write(const pil_document *document, pil_format format, bool colour, const char *path,
                   pil_error *error);

/* Trials that a check runs. */
enum { PIL_CHECK_TRIALS = 16 };

/* What of an advice's listener passes places on. */
typedef struct pil_listener {
  pil_advice *advice;
  void *context;
} pil_listener;
void pil_listener_tell(void *listener, pil_place at, const char *advice);

#endif
