/* pilotage run: simulate a scenario and print the answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "options.h"
#include "progress.h"

typedef struct request {
  uint64_t trials, threads, lanes, replay;
  uint64_t piece[2];
  pil_option_seed seed;
  pil_option_list variants, settings, sweeps, files;
  pil_format format;
  pil_engine engine;
  const char *output, *samples, *isa;
  bool quiet, explain_engine, no_sweep, exact;
} request;

/* ---- the verb ---- */

static pil_options options_of(const request *r) {
  return (pil_options){.trials = r->trials, .first_trial = r->piece[0], .last_trial = r->piece[1],
                       .seed = r->seed.given ? &r->seed.value : NULL, .variants = r->variants.items,
                       .variant_count = r->variants.count, .settings = r->settings.items,
                       .setting_count = r->settings.count, .sweeps = r->sweeps.items,
                       .sweep_count = r->sweeps.count, .no_sweep = r->no_sweep, .threads = (size_t)r->threads,
                       .lanes = (size_t)r->lanes, .engine = r->engine, .isa = r->isa,
                       .explain_engine = r->explain_engine, .exact = r->exact, .keep_inputs = r->samples != NULL};
}

/* Whether to go on writing: only a further interrupt stops that. */
static bool writing_tick(void *context, uint64_t rows) {
  (void)context;
  (void)rows;
  return !pil_progress_interrupted();
}

static int simulate(const request *r, pil_scenario *scenario, pil_error *error) {
  pil_run *run = pil_run_new(scenario, error);
  if (run == NULL) return pil_command_fail(error);
  pil_progress p;
  pil_progress_start(&p, r->quiet, pil_run_trials(run));
  bool ran = pil_run_step(run, pil_run_trials(run), pil_progress_tick, &p, error);
  pil_progress_end(&p);
  bool stopped = !ran && error->failure == PIL_FAILURE_INTERRUPTED;
  int status = ran || stopped ? PIL_EXIT_GOOD : pil_command_fail(error);
  size_t missed = 0;
  if (status == PIL_EXIT_GOOD) {
    pil_error write_error;
    pil_progress_again();
    bool wrote = pil_run_write(run, r->format, pil_output_colour(r->output), r->output, &missed, &write_error) &&
                 (r->samples == NULL || pil_run_write_samples(run, r->samples, writing_tick, NULL, &write_error));
    if (!wrote) status = pil_command_fail(&write_error);
  }
  if (status == PIL_EXIT_GOOD && stopped) status = pil_command_fail(error);
  if (status == PIL_EXIT_GOOD && missed > 0) status = PIL_EXIT_MISSED;
  pil_run_free(run);
  return status;
}

/* One scenario in many shapes: it has no samples, and no goal is judged as required. */
static int sweep(const request *r, pil_scenario *scenario, pil_error *error) {
  if (r->samples != NULL) {
    pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                  "--samples goes with whole runs; this scenario has a sweep (--no-sweep passes over it)");
    return pil_command_fail(error);
  }
  pil_progress p;
  pil_progress_start(&p, r->quiet, pil_scenario_sweep_trials(scenario));
  bool good = pil_scenario_write_sweep(scenario, pil_progress_tick, &p, r->format, pil_output_colour(r->output),
                                       r->output, error);
  pil_progress_end(&p);
  return good ? PIL_EXIT_GOOD : pil_command_fail(error);
}

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count != 1) {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "run: expected one scenario file, found %zu (pilotage run --help)", r->files.count);
  }
  size_t length = strlen(r->files.items[0]);
  if (length > 4 && strcmp(r->files.items[0] + length - 4, ".lua") == 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, (pil_place){r->files.items[0], 0, 0},
                         "a script has no inputs of its own; run the scenario (.yaml) that names it");
  if (r->trials > 0 && r->piece[0] > 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "give -n or --trials, not both");
  if (r->replay > 0 && r->samples != NULL)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--trial shows one trial; --samples goes with whole runs");
  if (r->output != NULL && r->samples != NULL && strcmp(r->output, r->samples) == 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--output and --samples name one file, \"%s\"; give two", r->output);
  if (r->sweeps.count > 0 && (r->samples != NULL || r->replay > 0 || r->no_sweep))
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--sweep does not go with --%s",
                         r->samples != NULL ? "samples" : r->replay > 0 ? "trial" : "no-sweep");
  if (r->lanes > 1 << 20)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--lanes: at most 1048576");
  if (r->threads > 1024)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--threads: at most 1024");
  return pil_output_check("output", r->output, &r->files, error) &&
         pil_output_check("samples", r->samples, &r->files, error);
}

static int run_verb(int count, char **words) {
  request r = {0};
  pil_error error;
  int status;
  const pil_option options[] = {
      {'n', "number", PIL_OPTION_WHOLE, "TRIALS", "trials of each variant (default: the scenario's, else 10000)",
       &r.trials},
      {0, "trials", PIL_OPTION_PIECE, "FIRST:LAST", "only these trials; pieces equal the whole", r.piece},
      {0, "seed", PIL_OPTION_SEED, "N", "other random numbers (default: the scenario's, else 1)", &r.seed},
      {0, "variant", PIL_OPTION_LIST, "NAME", "only this variant; may be repeated", &r.variants},
      {0, "set", PIL_OPTION_LIST, "PATH=VALUE",
       "another value, such as volume=\"90000 to 140000\" or settings.plan.2.share=0.3", &r.settings},
      {0, "sweep", PIL_OPTION_LIST, "PATH=VALUES",
       "a table over settings.setup=20000:100000:9 or =1,2,3, and the break-even; one or two", &r.sweeps},
      {0, "no-sweep", PIL_OPTION_FLAG, NULL, "run the variants of a scenario that has a sweep", &r.no_sweep},
      {0, "threads", PIL_OPTION_WHOLE, "N", "worker threads (default: one per processor)", &r.threads},
      {0, "lanes", PIL_OPTION_WHOLE, "N", "trials handed over at once (default 512); changes no result",
       &r.lanes},
      {0, "engine", PIL_OPTION_ENGINE, "ENGINE", "auto (default), lanes or scalar; changes no result",
       &r.engine},
      {0, "isa", PIL_OPTION_TEXT, "ISA", "what lanes use: auto (default), avx512, avx2 or portable; changes no result",
       &r.isa},
      {0, "explain-engine", PIL_OPTION_FLAG, NULL, "also say how many trials ran in lanes, and why the others did not",
       &r.explain_engine},
      {0, "exact", PIL_OPTION_FLAG, NULL, "solve a backlog's portfolio in every trial, not in the first 2,000", &r.exact},
      {0, "format", PIL_OPTION_FORMAT, "FORMAT", "text (default), json or csv", &r.format},
      {'o', "output", PIL_OPTION_TEXT, "FILE", "write the answer there", &r.output},
      {0, "samples", PIL_OPTION_TEXT, "FILE.csv", "write every trial's inputs and outputs there", &r.samples},
      {0, "trial", PIL_OPTION_WHOLE, "K", "replay trial K: its inputs, every draw, its outputs", &r.replay},
      {'q', "quiet", PIL_OPTION_FLAG, NULL, "no progress line", &r.quiet},
      {0}};
  if (!pil_options_read(&pil_verb_run, options, count, words, &r.files, &status)) return status;
  if (!check_request(&r, &error)) return pil_command_fail(&error);
  pil_options asked = options_of(&r);
  pil_scenario *scenario = pil_scenario_load(r.files.items[0], &asked, &error);
  if (scenario == NULL) return pil_command_fail(&error);
  if (r.replay > 0) {
    bool good = pil_scenario_write_trial(scenario, r.replay, r.format, pil_output_colour(r.output), r.output, &error);
    status = good ? PIL_EXIT_GOOD : pil_command_fail(&error);
  } else if (pil_scenario_sweep_trials(scenario) > 0) {
    status = sweep(&r, scenario, &error);
  } else {
    status = simulate(&r, scenario, &error);
  }
  pil_scenario_free(scenario);
  return status;
}

const pil_verb pil_verb_run = {
    "run", "FILE.yaml [options]", "simulate a scenario and print the answer",
    "Runs every variant of the scenario trial by trial on common random numbers and prints what\n"
    "came out. Exit status: 0; 1 a required goal is missed; 2 no answer; 130 interrupted.",
    run_verb};
