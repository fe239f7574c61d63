/* pilotage verify: prove a policy's promises, or find what breaks them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../governance/verify.h"
#include "options.h"
#include "progress.h"

typedef struct request {
  uint64_t tries;
  pil_option_seed seed;
  pil_option_list settings, files;
  pil_format format;
  pil_engine engine;
  const char *output, *isa;
} request;

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count != 1)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "verify: expected one policy's scenario, found %zu (pilotage verify --help)", r->files.count);
  const char *path = r->files.items[0];
  size_t length = strlen(path);
  if (length >= 4 && strcmp(path + length - 4, ".lua") == 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "verify: %s is a script; its scenario says which decisions there are, and is what verify reads", path);
  if (r->tries > UINT64_C(1000000000)) return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--tries: at most 1000000000");
  if (r->format == PIL_FORMAT_CSV)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--format: verify writes text or json");
  return pil_output_check("output", r->output, &r->files, error);
}

static int verify_verb(int count, char **words) {
  request r = {0};
  pil_error error;
  int status;
  bool failed = false;
  const pil_option options[] = {
      {0, "tries", PIL_OPTION_WHOLE, "N", "decisions to try where nothing can be proved (default 200000)", &r.tries},
      {0, "seed", PIL_OPTION_SEED, "N", "other random numbers (default: the scenario's, else 1)", &r.seed},
      {0, "set", PIL_OPTION_LIST, "PATH=VALUE", "another value, such as settings.score_limit=0.7", &r.settings},
      {0, "engine", PIL_OPTION_ENGINE, "ENGINE", "auto (default), lanes, or scalar: stock Lua confirms every cell", &r.engine},
      {0, "isa", PIL_OPTION_TEXT, "ISA", "what lanes use: auto (default), avx512, avx2 or portable; changes no result", &r.isa},
      {0, "format", PIL_OPTION_FORMAT, "FORMAT", "text (default) or json", &r.format},
      {'o', "output", PIL_OPTION_TEXT, "FILE", "write the answer there", &r.output},
      {0}};
  if (!pil_options_read(&pil_verb_verify, options, count, words, &r.files, &status)) return status;
  if (!check_request(&r, &error)) return pil_command_fail(&error);
  const pil_options asked = {.seed = r.seed.given ? &r.seed.value : NULL, .settings = r.settings.items,
                             .setting_count = r.settings.count, .engine = r.engine, .isa = r.isa};
  pil_progress progress;
  pil_progress_start(&progress, true, 0);
  const pil_verify_request wanted = {.tries = r.tries, .format = r.format, .colour = pil_output_colour(r.output),
                                         .output = r.output, .tick = pil_progress_tick, .context = &progress};
  if (!pil_policy_verify(r.files.items[0], &asked, &wanted, &failed, &error)) return pil_command_fail(&error);
  return failed ? PIL_EXIT_MISSED : PIL_EXIT_GOOD;
}

const pil_verb pil_verb_verify = {
    "verify", "POLICY.yaml [options]", "prove a policy's promises, or find what breaks them",
    "Says which branches no decision reaches, whether every decision gets a level, and whether what the\n"
    "scenario promises (never, always, monotone) holds for all decisions that may come. Exit status: 0; 1 a\n"
    "promise is broken or a decision gets no level; 2 no answer.",
    verify_verb};
