/* The public interface: thin functions over the rollout job.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../report/render.h"
#include "rollout_answer.h"
#include "rollout_samples.h"
#include "rollout_trace.h"
#include "sweep.h"

struct pil_scenario {
  pil_rollout *rollout;
};

struct pil_run {
  pil_rollout *rollout;
  pil_runner *runner;
};

pil_scenario *pil_scenario_load(const char *path, const pil_options *options, pil_error *error) {
  pil_scenario *scenario = pil_memory_new_zeroed(1, sizeof *scenario);
  if (scenario == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  scenario->rollout = pil_rollout_load(path, options, error);
  if (scenario->rollout != NULL) return scenario;
  pil_memory_free(scenario);
  return NULL;
}

void pil_scenario_free(pil_scenario *scenario) {
  if (scenario == NULL) return;
  pil_rollout_free(scenario->rollout);
  pil_memory_free(scenario);
}

pil_run *pil_run_new(pil_scenario *scenario, pil_error *error) {
  pil_run *run = pil_memory_new_zeroed(1, sizeof *run);
  if (run == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  run->rollout = scenario->rollout;
  run->runner = pil_rollout_start(run->rollout, error);
  if (run->runner != NULL && pil_runner_program(run->runner, 0, error) != NULL) return run;
  pil_run_free(run);
  return NULL;
}

void pil_run_free(pil_run *run) {
  if (run == NULL) return;
  pil_runner_free(run->runner);
  pil_memory_free(run);
}

bool pil_run_step(pil_run *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error) {
  return pil_runner_step(run->runner, trials, tick, context, error);
}

uint64_t pil_run_trials(const pil_run *run) {
  return run->rollout->head.trials;
}

uint64_t pil_run_finished(const pil_run *run) {
  return pil_runner_finished(run->runner);
}

void pil_run_engine(const pil_run *run, uint64_t *lanes, uint64_t *scalar) {
  pil_engine_count count = pil_runner_counted(run->runner);
  *lanes = count.lanes;
  *scalar = count.scalar;
}

size_t pil_run_variant_count(const pil_run *run) {
  return run->rollout->variant_count;
}

const char *pil_run_variant_name(const pil_run *run, size_t variant) {
  return variant < run->rollout->variant_count ? run->rollout->variants[variant].name : NULL;
}

const double *pil_run_column(const pil_run *run, size_t variant, const char *output, uint32_t index,
                             size_t *count) {
  if (variant >= run->rollout->variant_count) return NULL;
  const pil_column *column = pil_table_find(&run->rollout->variants[variant].table, output, index);
  if (column == NULL) return NULL;
  *count = (size_t)pil_runner_finished(run->runner);
  return column->cells;
}

static bool write_document(const pil_document *document, pil_format format, bool colour, const char *path,
                           pil_error *error) {
  pil_text text = {0};
  pil_file_writer writer = {0};
  bool good = format == PIL_FORMAT_JSON  ? pil_render_json(document, &text, error)
              : format == PIL_FORMAT_CSV ? pil_render_csv(document, &text, error)
                                         : pil_render_text(document, colour, &text, error);
  good = good && pil_file_writer_open(&writer, path, error);
  if (good) {
    pil_file_writer_put(&writer, pil_text_get(&text), text.length);
    good = pil_file_writer_commit(&writer, error);
  }
  pil_text_free(&text);
  return good;
}

bool pil_run_write(pil_run *run, pil_format format, bool colour, const char *path, size_t *missed_count,
                   pil_error *error) {
  pil_arena arena = {0};
  pil_rollout_answer answer;
  bool partial = pil_run_finished(run) < pil_run_trials(run);
  bool good = pil_rollout_study(&arena, run->rollout, run->runner, partial, &answer, error);
  pil_document *document = good ? pil_rollout_document(&answer, error) : NULL;
  good = document != NULL && write_document(document, format, colour, path, error);
  if (good && missed_count != NULL) *missed_count = answer.missed_count;
  pil_arena_free(&arena);
  return good;
}

bool pil_run_write_samples(pil_run *run, const char *path, pil_tick *tick, void *context,
                           pil_error *error) {
  PIL_TRY(pil_rollout_sort(run->rollout, error));
  return pil_rollout_write_samples(run->rollout, (size_t)pil_run_finished(run), path, tick, context, error);
}

bool pil_scenario_write_trial(pil_scenario *scenario, uint64_t trial, pil_format format, bool colour,
                              const char *path, pil_error *error) {
  pil_arena arena = {0};
  pil_error write_error;
  pil_document *document = pil_document_new(&arena);
  if (document == NULL) return pil_error_memory(error);
  bool traced = pil_rollout_trace(scenario->rollout, trial, document, error);
  bool written = write_document(document, format, colour, path, &write_error);
  if (traced && !written) *error = write_error;
  pil_arena_free(&arena);
  return traced && written;
}

/* ---- sweep ---- */

uint64_t pil_scenario_sweep_trials(const pil_scenario *scenario) {
  const pil_rollout *rollout = scenario->rollout;
  return rollout->sweep == NULL ? 0 : rollout->sweep->point_count * rollout->head.trials;
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
  if (scenario->rollout->sweep == NULL)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "the scenario has no sweep");
  bool ran = pil_sweep_run(scenario->rollout, &arena, tick, context, &answer, &run_error);
  bool written = false;
  if (ran || run_error.failure == PIL_FAILURE_INTERRUPTED) {
    pil_document *document = pil_document_new(&arena);
    written = (document != NULL || pil_error_memory(&write_error)) &&
              document_sweep(document, &answer, format, &write_error) &&
              write_document(document, format, colour, path, &write_error);
    if (!written) *error = write_error;
  }
  if (!ran && (written || run_error.failure != PIL_FAILURE_INTERRUPTED)) *error = run_error;
  pil_arena_free(&arena);
  return ran && written;
}

/* ---- check ---- */

enum { CHECK_TRIALS = 16 };

typedef struct listener {
  pil_advice *advice;
  void *context;
} listener;

static void pass_on(void *context, pil_place at, const char *advice) {
  const listener *l = context;
  l->advice(l->context, at.file == NULL ? "" : at.file, at.line, at.column, advice);
}

/* A goal's month that the series did not reach in the trials of a check. */
static void advise_months(const pil_rollout *rollout, const listener *l) {
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
    pass_on((void *)l, spec->goal.at, advice);
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

bool pil_scenario_check(pil_scenario *scenario, pil_advice *advice, void *context, pil_error *error) {
  pil_rollout *rollout = scenario->rollout;
  size_t threads = rollout->threads;
  pil_engine engine = rollout->engine;
  uint64_t trials = rollout->head.trials;
  if (rollout->head.trials > CHECK_TRIALS) {
    rollout->head.trials = CHECK_TRIALS;
    rollout->head.last_trial = rollout->head.first_trial + CHECK_TRIALS - 1;
  }
  rollout->threads = 1;
  rollout->engine = PIL_ENGINE_SCALAR; /* which sees draws one by one */
  pil_runner *runner = pil_rollout_start(rollout, error);
  bool good = runner != NULL && pil_runner_step(runner, CHECK_TRIALS, NULL, NULL, error) &&
              check_sweep(rollout, error);
  listener l = {advice, context};
  if (good && advice != NULL) {
    pil_inputs_advise(&rollout->variants[0].inputs, pass_on, &l);
    advise_months(rollout, &l);
    pil_program *program = pil_runner_program(runner, 0, error);
    if (program != NULL) pil_script_program_advise(program, pass_on, &l);
  }
  pil_runner_free(runner);
  rollout->threads = threads;
  rollout->engine = engine;
  rollout->head.trials = trials;
  rollout->head.last_trial = rollout->head.first_trial + trials - 1;
  return good;
}
