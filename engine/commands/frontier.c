/* pilotage frontier: a policy over values of one or two numbers of its scenario: human cost against missed loss.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../policy/frontier.h"

#include "options.h"
#include "progress.h"

typedef struct request {
  uint64_t trials, threads, lanes, staff;
  pil_option_seed seed;
  pil_option_number cap;
  pil_option_list settings, varied, files;
  pil_format format;
  pil_engine engine;
  const char *output, *isa, *confidence;
  bool quiet;
} request;

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count != 1)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "frontier: expected one scenario file, found %zu (pilotage frontier --help)", r->files.count);
  if (r->lanes > 1 << 20) return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--lanes: at most 1048576");
  if (r->threads > 1024) return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--threads: at most 1024");
  return pil_output_check("output", r->output, &r->files, error);
}

static int run_frontier(const request *r, pil_error *error) {
  const pil_options options = {.trials = r->trials,
                               .seed = r->seed.given ? &r->seed.value : NULL,
                               .settings = r->settings.items,
                               .setting_count = r->settings.count,
                               .threads = (size_t)r->threads,
                               .lanes = (size_t)r->lanes,
                               .engine = r->engine,
                               .isa = r->isa};
  const pil_frontier_request asked = {.options = &options,
                                      .varied = r->varied.items,
                                      .varied_count = r->varied.count,
                                      .confidence = r->confidence,
                                      .staff = r->staff,
                                      .cap = r->cap.given ? &r->cap.value : NULL};
  pil_frontier *frontier = pil_frontier_load(r->files.items[0], &asked, error);
  if (frontier == NULL) return pil_command_fail(error);
  pil_progress p;
  pil_progress_start(&p, r->quiet, pil_frontier_trials(frontier));
  bool good =
      pil_frontier_write(frontier, pil_progress_tick, &p, r->format, pil_output_colour(r->output), r->output, error);
  pil_progress_end(&p);
  pil_frontier_free(frontier);
  return good ? PIL_EXIT_GOOD : pil_command_fail(error);
}

static int frontier_verb(int count, char **words) {
  request r = {0};
  pil_error error;
  int status;
  const pil_option options[] = {
      {0, "vary", PIL_OPTION_LIST, "PATH=VALUES",
       "what moves: settings.limit=0.5:0.9:9 (from, to, how many) or =1,2,3; one or two", &r.varied},
      {0, "staff", PIL_OPTION_WHOLE, "N", "the best point that needs at most N reviewers for the service's target",
       &r.staff},
      {0, "cap", PIL_OPTION_NUMBER, "X", "the cheapest point in human cost that misses at most X per decision", &r.cap},
      {0, "confidence", PIL_OPTION_TEXT, "FIELD",
       "the risk-coverage curve by this field of decisions, such as d.confidence", &r.confidence},
      {'n', "number", PIL_OPTION_WHOLE, "TRIALS", "trials of each point (default: the scenario's, else 400)",
       &r.trials},
      {0, "seed", PIL_OPTION_SEED, "N", "other random numbers (default: the scenario's, else 1)", &r.seed},
      {0, "set", PIL_OPTION_LIST, "PATH=VALUE", "another value at all points, such as settings.churn=0.01",
       &r.settings},
      {0, "threads", PIL_OPTION_WHOLE, "N", "worker threads (default: one per processor)", &r.threads},
      {0, "lanes", PIL_OPTION_WHOLE, "N", "decisions handed over at once (default 512); changes no result", &r.lanes},
      {0, "engine", PIL_OPTION_ENGINE, "ENGINE", "auto (default), lanes or scalar; changes no result", &r.engine},
      {0, "isa", PIL_OPTION_TEXT, "ISA", "what lanes use: auto (default), avx512, avx2 or portable; changes no result",
       &r.isa},
      {0, "format", PIL_OPTION_FORMAT, "FORMAT", "text (default), json or csv", &r.format},
      {'o', "output", PIL_OPTION_TEXT, "FILE", "write the answer there", &r.output},
      {'q', "quiet", PIL_OPTION_FLAG, NULL, "no progress line", &r.quiet},
      {0}};
  if (!pil_options_read(&pil_verb_frontier, options, count, words, &r.files, &status)) return status;
  return check_request(&r, &error) ? run_frontier(&r, &error) : pil_command_fail(&error);
}

const pil_verb pil_verb_frontier = {
    "frontier", "POLICY.yaml [options]", "human cost against missed loss while a policy's limits move",
    "Simulates the policy once for each point of the grid, on the same luck, and says which points are\n"
    "efficient and which is best. Exit status: 0; 2 no answer; 130 interrupted.",
    frontier_verb};
