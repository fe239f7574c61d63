/* pilotage check: read scenarios and scripts, run a handful of trials, give advice.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../scenario/shipped.h"
#include "../script/script.h"
#include "options.h"

static void print_advice(void *context, const char *file, int line, int column, const char *advice) {
  (void)context;
  if (column > 0) printf("%s:%d:%d: advice: %s\n", file, line, column, advice);
  else printf("%s:%d: advice: %s\n", file, line, advice);
}

static bool ends_with(const char *word, const char *end) {
  size_t length = strlen(word), end_length = strlen(end);
  return length >= end_length && strcmp(word + length - end_length, end) == 0;
}

/* A bare script: it loads and gives a function (or a module's table). */
static bool check_script(const char *path, pil_error *error) {
  return pil_script_check_file(path, pil_shipped_folder(), PIL_LIMITS_EVAL, error);
}

static bool check_scenario(const char *path, pil_error *error) {
  pil_scenario *scenario = pil_scenario_load(path, NULL, error);
  if (scenario == NULL) return false;
  bool good = pil_scenario_check(scenario, print_advice, NULL, error);
  pil_scenario_free(scenario);
  return good;
}

static int check_verb(int count, char **words) {
  static const pil_option options[] = {{0}};
  pil_option_list files = {0};
  pil_error error;
  int status;
  if (!pil_options_read(&pil_verb_check, options, count, words, &files, &status)) return status;
  if (files.count == 0) {
    pil_error_set(&error, PIL_FAILURE_USAGE, PIL_NOWHERE, "check: expected files (pilotage check --help)");
    return pil_command_fail(&error);
  }
  status = PIL_EXIT_GOOD;
  for (size_t i = 0; i < files.count; i++) {
    const char *path = files.items[i];
    bool good = ends_with(path, ".lua") ? check_script(path, &error) : check_scenario(path, &error);
    if (good) printf("%s: ok\n", path);
    else status = pil_command_fail(&error);
  }
  return status;
}

const pil_verb pil_verb_check = {
    "check", "FILE…", "read scenarios and scripts, run a handful of trials, give advice",
    "Reads each file (.yaml or .lua), runs 16 trials of every variant and says what is wrong, and\n"
    "what is legal but doubtful. Exit status: 0 all can run; 2 one cannot.",
    check_verb};
