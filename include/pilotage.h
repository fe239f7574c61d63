/* Pilotage: Monte Carlo simulation of what scaling a pilot costs, earns and risks.
 *
 * The only public header. The order of calls is load, plan, step, read, free:
 *
 *     pil_error error;
 *     pil_scenario *scenario = pil_scenario_load("chatbot.yaml", NULL, &error);
 *     pil_run *run = scenario ? pil_run_new(scenario, &error) : NULL;
 *     bool good = run && pil_run_step(run, pil_run_trials(run), NULL, NULL, &error) &&
 *                 pil_run_write(run, PIL_FORMAT_JSON, false, "answer.json", NULL, &error);
 *     pil_run_free(run);
 *     pil_scenario_free(scenario);
 *
 * Ownership: whoever gets a pointer from a _load or _new function frees it with the
 * matching _free, which accepts NULL. Strings and arrays that a function returns belong
 * to the object they were read from and die with it.
 * Threads: one object is used by one thread at a time; different objects are independent.
 * A run starts its own worker threads inside pil_run_step and joins them before it returns.
 * Errors: a fallible function returns false or NULL and fills *error, which the caller owns.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PILOTAGE_H
#define PILOTAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PILOTAGE_VERSION "0.1.0"

/* What kind of thing went wrong; decides nothing but the wording around the message. */
typedef enum pil_failure {
  PIL_FAILURE_NONE,
  PIL_FAILURE_USAGE,       /* a wrong option or argument */
  PIL_FAILURE_INPUT,       /* a scenario or data file says something that cannot be used */
  PIL_FAILURE_SCRIPT,      /* a Lua script does not load or raised an error */
  PIL_FAILURE_LIMIT,       /* a script passed its limit on time or memory */
  PIL_FAILURE_FILE,        /* a file cannot be read or written */
  PIL_FAILURE_MEMORY,      /* out of memory */
  PIL_FAILURE_INTERRUPTED, /* stopped from outside */
  PIL_FAILURE_INTERNAL     /* a result contradicts itself: a fault of Pilotage's */
} pil_failure;

enum { PIL_ERROR_FILE_BYTES = 512, PIL_ERROR_TEXT_BYTES = 1024 };

/* One error: where (file "" and line, column 0 where unknown), which trial (0: none), and a
 * printable UTF-8 sentence without control characters. */
typedef struct pil_error {
  pil_failure failure;
  int line, column;
  uint64_t trial;
  char file[PIL_ERROR_FILE_BYTES];
  char text[PIL_ERROR_TEXT_BYTES];
} pil_error;

/* What runs the script. Results are the same bits; only their speed differs. */
typedef enum pil_engine {
  PIL_ENGINE_AUTO,  /* what is thought fastest */
  PIL_ENGINE_LANES, /* many trials at once; what lanes cannot run goes to stock Lua */
  PIL_ENGINE_SCALAR /* stock Lua, trial by trial */
} pil_engine;

/* What a caller may ask for beside the file. Zero and NULL mean: as the scenario says. The
 * arrays are read during the call only, unless said otherwise. */
typedef struct pil_options {
  uint64_t trials;                  /* how many, from trial 1 */
  uint64_t first_trial, last_trial; /* or this piece of them (from 1, inclusive) */
  const uint64_t *seed;
  const char *const *variants;      /* only these, by name */
  size_t variant_count;
  const char *const *settings;      /* "PATH=VALUE", such as "settings.plan.2.share=0.3" */
  size_t setting_count;
  const char *const *sweeps;        /* "PATH=FROM:TO:STEPS" or "PATH=VALUE,VALUE": instead of the scenario's */
  size_t sweep_count;               /* at most two */
  bool no_sweep;                    /* pass over the scenario's sweep */
  size_t threads;                   /* 0: one per processor */
  size_t lanes;                     /* batch width; changes no result. 0: 512 */
  pil_engine engine;
  const char *isa;                  /* the lanes' instructions: "avx512", "avx2", "portable"; NULL or
                                       "auto": the best that this processor has */
  bool explain_engine;              /* answers say how many trials ran where, and why */
  bool exact;                       /* solve a portfolio in every trial, not in a sample of them */
  bool keep_inputs;                 /* keep the inputs of every trial for pil_run_write_samples */
} pil_options;

/* A scenario file with all that it names, checked; the script is loaded by pil_run_new. */
typedef struct pil_scenario pil_scenario;
pil_scenario *pil_scenario_load(const char *path, const pil_options *options, pil_error *error);
void pil_scenario_free(pil_scenario *scenario);

/* A simulation of a scenario, all variants together. The scenario outlives it; one run of a scenario at a
 * time. Loads the script once, so that its errors show here. */
typedef struct pil_run pil_run;
pil_run *pil_run_new(pil_scenario *scenario, pil_error *error);
void pil_run_free(pil_run *run);

/* Runs at least `trials` more trials of every variant, on the options' threads. `tick` (or NULL) is called from
 * the calling thread about every 50 ms; it stops the run by returning false. False on an error, with
 * error->trial the lowest failing trial, and when stopped (PIL_FAILURE_INTERRUPTED): what is
 * finished can still be read and written and is marked partial. */
typedef bool pil_tick(void *context, uint64_t finished_trials);
bool pil_run_step(pil_run *run, uint64_t trials, pil_tick *tick, void *context, pil_error *error);

uint64_t pil_run_trials(const pil_run *run);   /* asked for, per variant */
uint64_t pil_run_finished(const pil_run *run); /* done by all variants */

/* How many trials of all variants ran in lanes, and how many in stock Lua. */
void pil_run_engine(const pil_run *run, uint64_t *lanes, uint64_t *scalar);

/* Results, one value a finished trial: NaN is no number, infinity never. `index` 0 is a scalar
 * output, i the i-th element of a series. NULL if there is no such output or variant. Valid until the next
 * step. */
size_t pil_run_variant_count(const pil_run *run);
const char *pil_run_variant_name(const pil_run *run, size_t variant);
const double *pil_run_column(const pil_run *run, size_t variant, const char *output, uint32_t index,
                             size_t *count);

/* The answer about what is finished, to a file or (path NULL) standard output. A file appears
 * whole or not at all. *missed_count (or NULL) gets the number of required goals missed. */
typedef enum pil_format { PIL_FORMAT_TEXT, PIL_FORMAT_JSON, PIL_FORMAT_CSV } pil_format;
bool pil_run_write(pil_run *run, pil_format format, bool colour, const char *path,
                   size_t *missed_count, pil_error *error);

/* Every finished trial as a CSV row: variant,trial,<inputs>,<outputs>. Needs keep_inputs. `tick` (or
 * NULL) is called now and then with the rows written; returning false leaves no file behind. */
bool pil_run_write_samples(pil_run *run, const char *path, pil_tick *tick, void *context,
                           pil_error *error);

/* A sweep: one variant with one or two inputs or settings moved over values (the scenario's `sweep:` or
 * options->sweeps). The trials of all its points together; 0: there is no sweep. */
uint64_t pil_scenario_sweep_trials(const pil_scenario *scenario);

/* Runs the sweep, point by point, and writes its answer; no pil_run is needed. `tick` gets the finished
 * trials of all points. When it stops the sweep, the points that are finished are written, marked
 * partial, and the error is PIL_FAILURE_INTERRUPTED. */
bool pil_scenario_write_sweep(pil_scenario *scenario, pil_tick *tick, void *context, pil_format format,
                              bool colour, const char *path, pil_error *error);

/* Replays one trial of every variant: inputs, every draw, outputs. When the script fails in it,
 * what came before is written all the same and the error returned. */
bool pil_scenario_write_trial(pil_scenario *scenario, uint64_t trial, pil_format format, bool colour,
                              const char *path, pil_error *error);

/* Loads, runs a handful of trials on one thread and tells every piece of advice. */
typedef void pil_advice(void *context, const char *file, int line, int column, const char *advice);
bool pil_scenario_check(pil_scenario *scenario, pil_advice *advice, void *context, pil_error *error);

#ifdef __cplusplus
}
#endif
#endif
