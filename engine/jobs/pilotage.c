/* The public interface: thin functions over the jobs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "../data/yaml.h"
#include "../rollout/sweep.h"
#include "../scenario/job.h"

struct pil_scenario {
  const pil_job_kind *kind;
  void *job;
};

struct pil_run {
  const pil_job_kind *kind;
  void *run;
};

/* ---- loading ---- */

static const pil_job_kind *const kinds[] = {&pil_job_rollout, &pil_job_backlog, &pil_job_policy};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* The job whose key the file has, or one that resembles it. What is wrong with the file is for the job to say. */
static const pil_job_kind *kind_of(const char *path) {
  const pil_job_kind *found = NULL, *near = NULL;
  const char *keys[KINDS];
  pil_arena arena = {0};
  pil_value *root;
  pil_error ignored;
  for (size_t i = 0; i < KINDS; i++) keys[i] = kinds[i]->key;
  bool is_read = pil_yaml_read_file(&arena, path, &root, &ignored);
  for (size_t e = 0; is_read && e < root->count; e++) {
    const char *meant = pil_text_nearest(root->entries[e].key, keys, KINDS);
    for (size_t i = 0; i < KINDS; i++) {
      if (strcmp(root->entries[e].key, keys[i]) == 0) found = kinds[i];
      else if (meant == keys[i]) near = kinds[i];
    }
  }
  pil_arena_free(&arena);
  return found != NULL ? found : near != NULL ? near : kinds[0];
}

pil_scenario *pil_scenario_load(const char *path, const pil_options *options, pil_error *error) {
  static const pil_options nothing_asked = {0};
  pil_scenario *scenario = pil_memory_new_zeroed(1, sizeof *scenario);
  if (scenario == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  scenario->kind = kind_of(path);
  scenario->job = scenario->kind->load(path, options != NULL ? options : &nothing_asked, error);
  if (scenario->job != NULL) return scenario;
  pil_memory_free(scenario);
  return NULL;
}

void pil_scenario_free(pil_scenario *scenario) {
  if (scenario == NULL) return;
  scenario->kind->free(scenario->job);
  pil_memory_free(scenario);
}

/* ---- running ---- */

pil_run *pil_run_new(pil_scenario *scenario, pil_error *error) {
  pil_run *run = pil_memory_new_zeroed(1, sizeof *run);
  if (run == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  run->kind = scenario->kind;
  run->run = run->kind->run_new(scenario->job, error);
  if (run->run != NULL) return run;
  pil_memory_free(run);
  return NULL;
}

void pil_run_free(pil_run *run) {
  if (run == NULL) return;
  run->kind->run_free(run->run);
  pil_memory_free(run);
}

bool pil_run_step(pil_run *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error) {
  return run->kind->step(run->run, trials, tick, context, error);
}

uint64_t pil_run_trials(const pil_run *run) {
  return run->kind->trials(run->run);
}

uint64_t pil_run_finished(const pil_run *run) {
  return run->kind->finished(run->run);
}

void pil_run_engine(const pil_run *run, uint64_t *lanes, uint64_t *scalar) {
  pil_engine_count count = run->kind->counted(run->run);
  *lanes = count.lanes;
  *scalar = count.scalar;
}

size_t pil_run_variant_count(const pil_run *run) {
  return run->kind->variant_count(run->run);
}

const char *pil_run_variant_name(const pil_run *run, size_t variant) {
  return variant < pil_run_variant_count(run) ? run->kind->variant_name(run->run, variant) : NULL;
}

const double *pil_run_column(const pil_run *run, size_t variant, const char *output, uint32_t index,
                             size_t *count) {
  if (variant >= pil_run_variant_count(run)) return NULL;
  return run->kind->column(run->run, variant, output, index, count);
}

/* ---- answers ---- */

bool pil_run_write(pil_run *run, pil_format format, bool colour, const char *path, size_t *missed_count,
                   pil_error *error) {
  if (missed_count != NULL) *missed_count = 0;
  return run->kind->write(run->run, format, colour, path, missed_count, error);
}

bool pil_run_write_samples(pil_run *run, const char *path, pil_tick *tick, void *context,
                           pil_error *error) {
  return run->kind->write_samples(run->run, path, tick, context, error);
}

bool pil_scenario_write_trial(pil_scenario *scenario, uint64_t trial, pil_format format, bool colour,
                              const char *path, pil_error *error) {
  pil_arena arena = {0};
  pil_error write_error;
  pil_document *document = pil_document_new(&arena);
  if (document == NULL) return pil_error_memory(error);
  bool traced = scenario->kind->trace(scenario->job, trial, document, error);
  bool written = pil_job_write(document, format, colour, path, &write_error);
  if (traced && !written) *error = write_error;
  pil_arena_free(&arena);
  return traced && written;
}

bool pil_scenario_check(pil_scenario *scenario, pil_advice *advice, void *context, pil_error *error) {
  return scenario->kind->check(scenario->job, advice, context, error);
}

/* ---- sweep ---- */

uint64_t pil_scenario_sweep_trials(const pil_scenario *scenario) {
  const pil_rollout *rollout = scenario->job;
  return scenario->kind != &pil_job_rollout || rollout->sweep == NULL ? 0 : rollout->sweep->point_count * rollout->head.trials;
}

/* CSV is one table of all points, text what a person looks for. */
static bool document_sweep(pil_document *document, const pil_sweep_answer *answer, pil_format format,
                           pil_error *error) {
  if (format == PIL_FORMAT_JSON) return pil_sweep_export(pil_document_data(document), answer, error);
  return format == PIL_FORMAT_CSV ? pil_sweep_list(document, answer, error)
                                  : pil_sweep_describe(document, answer, error);
}

bool pil_scenario_write_sweep(pil_scenario *scenario, pil_tick *tick, void *context, pil_format format,
                              bool colour, const char *path, pil_error *error) {
  pil_arena arena = {0};
  pil_sweep_answer answer;
  pil_error run_error, write_error;
  if (pil_scenario_sweep_trials(scenario) == 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "the scenario has no sweep");
  bool ran = pil_sweep_run(scenario->job, &arena, tick, context, &answer, &run_error);
  bool written = false;
  if (ran || run_error.failure == PIL_FAILURE_INTERRUPTED) {
    pil_document *document = pil_document_new(&arena);
    written = (document != NULL || pil_error_memory(&write_error)) &&
              document_sweep(document, &answer, format, &write_error) &&
              pil_job_write(document, format, colour, path, &write_error);
    if (!written) *error = write_error;
  }
  if (!ran && (written || run_error.failure != PIL_FAILURE_INTERRUPTED)) *error = run_error;
  pil_arena_free(&arena);
  return ran && written;
}
