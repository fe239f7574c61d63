/* pilotage eval: run one Lua chunk in the sandbox and print what it returns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/text.h"
#include "../scenario/shipped.h"
#include "../script/script.h"
#include "options.h"

static int eval_file(const char *path) {
  pil_error error;
  pil_text result = {0};
  bool good = pil_script_eval(path, pil_shipped_folder(), PIL_LIMITS_EVAL, &result, &error);
  if (good && (fputs(pil_text_get(&result), stdout) == EOF || fflush(stdout) != 0))
    good = pil_error_set(&error, PIL_FAILURE_FILE, PIL_NOWHERE, "cannot write to standard output");
  pil_text_free(&result);
  return good ? PIL_EXIT_GOOD : pil_command_fail(&error);
}

static int eval_verb(int count, char **words) {
  static const pil_option options[] = {{0}};
  pil_option_list files = {0};
  pil_error error;
  int status;
  if (!pil_options_read(&pil_verb_eval, options, count, words, &files, &status)) return status;
  if (files.count != 1) {
    pil_error_set(&error, PIL_FAILURE_USAGE, PIL_NOWHERE, "eval: expected one script, found %zu (pilotage eval --help)",
                  files.count);
    return pil_command_fail(&error);
  }
  return eval_file(files.items[0]);
}

const pil_verb pil_verb_eval = {
    "eval", "FILE.lua", "run one Lua chunk in the sandbox and print what it returns",
    "Runs the chunk with the libraries, limits (2 s, 256 MiB) and frozen tables that scripts have.\n"
    "Exit status: 0; 2 when it does not load, fails, or returns nothing to print.",
    eval_verb};
