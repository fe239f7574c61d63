/* pilotage diff: what a new policy changes on recorded decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "../governance/diff.h"
#include "../scenario/job.h"
#include "options.h"
#include "progress.h"

enum { EXAMPLES = 5 };

typedef struct request {
  pil_option_list files, fail_on, settings;
  pil_format format;
  pil_engine engine;
  uint64_t examples;
  const char *output, *isa;
} request;

static const char *const shift_words[] = {"loosened", "tightened", "changed"};
enum { SHIFT_WORDS = sizeof shift_words / sizeof *shift_words };

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count != 3)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "diff: expected an old policy, a new one and their input, found %zu files (pilotage diff --help)",
                         r->files.count);
  for (size_t i = 0; i < r->fail_on.count; i++) {
    const char *word = r->fail_on.items[i];
    size_t w = 0;
    while (w < SHIFT_WORDS && strcmp(shift_words[w], word) != 0) w++;
    if (w < SHIFT_WORDS) continue;
    const char *near = pil_text_nearest(word, shift_words, SHIFT_WORDS);
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--fail-on: expected loosened, tightened or changed, found \"%s\"%s%s%s",
                         word, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  }
  if (r->examples > PIL_DIFF_EXAMPLES)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--examples: at most %d", PIL_DIFF_EXAMPLES);
  return pil_output_check("output", r->output, &r->files, error);
}

/* Whether what changed is what the caller does not want. */
static bool is_failure(const request *r, const uint64_t counts[PIL_SHIFTS]) {
  for (size_t i = 0; i < r->fail_on.count; i++) {
    const char *word = r->fail_on.items[i];
    if (strcmp(word, "loosened") == 0 && counts[PIL_SHIFT_LOOSENED] > 0) return true;
    if (strcmp(word, "tightened") == 0 && counts[PIL_SHIFT_TIGHTENED] > 0) return true;
    if (strcmp(word, "changed") == 0)
      for (int shift = 0; shift < PIL_SHIFTS; shift++)
        if (counts[shift] > 0) return true;
  }
  return false;
}

static int compare(const request *r, const pil_policy *old_policy, const pil_policy *new_policy, pil_error *error) {
  pil_arena arena = {0};
  pil_progress progress;
  uint64_t counts[PIL_SHIFTS] = {0}, faults = 0;
  pil_error write_error;
  const pil_diff_request asked = {.input = r->files.items[2], .example_count = r->examples, .tick = pil_progress_tick,
                                  .context = &progress};
  pil_document *document = pil_document_new(&arena);
  pil_progress_start(&progress, true, 0);
  bool good = (document != NULL || pil_error_memory(error)) &&
              pil_policy_diff(old_policy, new_policy, &asked, document, counts, &faults, error);
  bool stopped = !good && error->failure == PIL_FAILURE_INTERRUPTED;
  int status = !good ? pil_command_fail(error) : is_failure(r, counts) || faults > 0 ? PIL_EXIT_MISSED : PIL_EXIT_GOOD;
  if ((good || stopped) && !pil_job_write(document, r->format, pil_output_colour(r->output), r->output, &write_error))
    status = pil_command_fail(&write_error);
  pil_arena_free(&arena);
  return status;
}

static int diff_verb(int count, char **words) {
  request r = {.examples = EXAMPLES};
  pil_error error;
  int status;
  const pil_option options[] = {
      {0, "fail-on", PIL_OPTION_LIST, "CHANGE", "loosened, tightened or changed: exit with 1 if there is any; may be repeated",
       &r.fail_on},
      {0, "set", PIL_OPTION_LIST, "PATH=VALUE", "another value in NEW, such as settings.score_limit=0.2", &r.settings},
      {0, "examples", PIL_OPTION_WHOLE, "N", "so many of each change (default 5)", &r.examples},
      {0, "format", PIL_OPTION_FORMAT, "FORMAT", "text (default), json or csv", &r.format},
      {'o', "output", PIL_OPTION_TEXT, "FILE", "write the answer there", &r.output},
      {0, "engine", PIL_OPTION_ENGINE, "ENGINE", "auto (default), lanes or scalar; changes no result", &r.engine},
      {0, "isa", PIL_OPTION_TEXT, "ISA", "what lanes use: auto (default), avx512, avx2 or portable; changes no result", &r.isa},
      {0}};
  if (!pil_options_read(&pil_verb_diff, options, count, words, &r.files, &status)) return status;
  if (!check_request(&r, &error)) return pil_command_fail(&error);
  pil_options asked = {.engine = r.engine, .isa = r.isa};
  pil_policy *policies[2] = {pil_policy_open(r.files.items[0], &asked, &error), NULL};
  asked.settings = r.settings.items;
  asked.setting_count = r.settings.count;
  if (policies[0] != NULL) policies[1] = pil_policy_open(r.files.items[1], &asked, &error);
  for (int side = 0; side < 2 && policies[1] != NULL; side++)
    if (policies[side]->is_bare && !policies[1 - side]->is_bare) pil_policy_lend(policies[side], policies[1 - side]);
  status = policies[1] == NULL ? pil_command_fail(&error) : compare(&r, policies[0], policies[1], &error);
  for (int side = 0; side < 2; side++) pil_policy_free(policies[side]);
  return status;
}

const pil_verb pil_verb_diff = {
    "diff", "OLD NEW INPUT [options]", "what a new policy changes on recorded decisions",
    "OLD and NEW are policies' scenarios, or bare .lua files (one of which takes the settings of the other's\n"
    "scenario); INPUT is what decide takes. Shows which records change their level, split into loosened and\n"
    "tightened, in number and in money, and the largest. Exit status: 0; 1 for what --fail-on names, or records that\n"
    "could not be decided; 2 no answer; 130 interrupted.",
    diff_verb};
