/* pilotage run: simulate a scenario and print the answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options.h"

typedef struct request {
  uint64_t trials, threads, lanes, replay;
  uint64_t piece[2];
  pil_option_seed seed;
  pil_option_list variants, settings, sweeps, files;
  pil_format format;
  pil_engine engine;
  const char *output, *samples, *isa;
  bool quiet, explain_engine, no_sweep, exact, help;
} request;

/* ---- progress and interruption ---- */

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number) {
  (void)signal_number;
  interrupted = 1;
}

static void catch_interrupts(void) {
  struct sigaction action = {.sa_handler = note_interrupt};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

typedef struct progress {
  bool shown; /* stderr is a terminal and nobody asked for quiet */
  uint64_t trials;
  struct timespec started;
  bool dirty; /* a line stands on the terminal */
} progress;

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

static bool tick(void *context, uint64_t finished) {
  progress *p = context;
  double seconds = seconds_since(&p->started);
  if (p->shown && seconds > 0.3) {
    double rate = (double)finished / seconds;
    double left = finished > 0 ? (double)(p->trials - finished) / rate : 0;
    fprintf(stderr, "\r%3.0f %%  %llu of %llu trials  %.0f trials/s  %.0f s left\033[K",
            100.0 * (double)finished / (double)p->trials, (unsigned long long)finished,
            (unsigned long long)p->trials, rate, left);
    p->dirty = true;
  }
  return !interrupted;
}

/* ---- the verb ---- */

static bool wants_colour(const char *output) {
  const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
  if (output != NULL || !isatty(STDOUT_FILENO)) return false;
  return (no_colour == NULL || *no_colour == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

static pil_options options_of(const request *r) {
  return (pil_options){.trials = r->trials, .first_trial = r->piece[0], .last_trial = r->piece[1],
                       .seed = r->seed.given ? &r->seed.value : NULL, .variants = r->variants.items,
                       .variant_count = r->variants.count, .settings = r->settings.items,
                       .setting_count = r->settings.count, .sweeps = r->sweeps.items,
                       .sweep_count = r->sweeps.count, .no_sweep = r->no_sweep, .threads = (size_t)r->threads,
                       .lanes = (size_t)r->lanes, .engine = r->engine, .isa = r->isa,
                       .explain_engine = r->explain_engine, .exact = r->exact, .keep_inputs = r->samples != NULL};
}

/* An output that cannot be written is better known before an hour of trials than after. */
static bool check_writable(const char *path, pil_error *error) {
  if (path == NULL || access(path, W_OK) == 0) return true;
  const char *slash = strrchr(path, '/');
  char folder[4096];
  snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path),
           slash == NULL ? "." : path);
  if (access(path, F_OK) != 0 && access(folder, W_OK) == 0) return true;
  return pil_error_set(error, PIL_FAILURE_FILE, (pil_place){path, 0, 0},
                       "cannot write there: no such folder, or no permission");
}

/* Whether to go on writing: only a further interrupt stops that. */
static bool writing_tick(void *context, uint64_t rows) {
  (void)context;
  (void)rows;
  return !interrupted;
}

static int simulate(const request *r, pil_scenario *scenario, pil_error *error) {
  pil_run *run = pil_run_new(scenario, error);
  if (run == NULL) return pil_command_fail(error);
  progress p = {.shown = !r->quiet && isatty(STDERR_FILENO), .trials = pil_run_trials(run)};
  clock_gettime(CLOCK_MONOTONIC, &p.started);
  catch_interrupts();
  bool ran = pil_run_step(run, pil_run_trials(run), tick, &p, error);
  if (p.dirty) fprintf(stderr, "\r\033[K");
  bool stopped = !ran && error->failure == PIL_FAILURE_INTERRUPTED;
  int status = ran || stopped ? PIL_EXIT_GOOD : pil_command_fail(error);
  size_t missed = 0;
  if (status == PIL_EXIT_GOOD) {
    pil_error write_error;
    interrupted = 0;
    bool wrote = pil_run_write(run, r->format, wants_colour(r->output), r->output, &missed, &write_error) &&
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
  progress p = {.shown = !r->quiet && isatty(STDERR_FILENO), .trials = pil_scenario_sweep_trials(scenario)};
  clock_gettime(CLOCK_MONOTONIC, &p.started);
  catch_interrupts();
  bool good = pil_scenario_write_sweep(scenario, tick, &p, r->format, wants_colour(r->output), r->output, error);
  if (p.dirty) fprintf(stderr, "\r\033[K");
  return good ? PIL_EXIT_GOOD : pil_command_fail(error);
}

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count != 1) {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "run: expected one scenario file, found %zu (pilotage run --help)", r->files.count);
  }
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
  return check_writable(r->output, error) && check_writable(r->samples, error);
}

static int run_verb(int count, char **words) {
  request r = {0};
  pil_error error;
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
  if (!pil_options_read(&pil_verb_run, options, count, words, &r.files, &r.help, &error))
    return pil_command_fail(&error);
  if (r.help) {
    pil_options_help(&pil_verb_run, options, stdout);
    return PIL_EXIT_GOOD;
  }
  if (!check_request(&r, &error)) return pil_command_fail(&error);
  pil_options asked = options_of(&r);
  pil_scenario *scenario = pil_scenario_load(r.files.items[0], &asked, &error);
  if (scenario == NULL) return pil_command_fail(&error);
  int status;
  if (r.replay > 0) {
    bool good = pil_scenario_write_trial(scenario, r.replay, r.format, wants_colour(r.output), r.output, &error);
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
