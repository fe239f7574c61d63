/* pilotage decide: let a policy decide records as they come, and log what it decided.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../governance/decide.h"
#include "../scenario/job.h"
#include "options.h"
#include "progress.h"

enum { SHOWN_FAULTS = 20 };

typedef struct request {
  pil_option_list files;
  pil_format format;
  pil_engine engine;
  const char *log, *isa;
  bool quiet;
} request;

typedef struct telling {
  pil_progress progress; /* first: for pil_progress_tick */
  uint64_t told;
} telling;

/* Each record that could not be decided; after the first ones the log has the rest. */
static void tell_fault(void *context, const char *input, uint64_t line, uint64_t row, const char *fault) {
  telling *t = context;
  if (++t->told <= SHOWN_FAULTS)
    fprintf(stderr, "pilotage: %s:%llu: record %llu: %s\n", input, (unsigned long long)line, (unsigned long long)row, fault);
  else if (t->told == SHOWN_FAULTS + 1)
    fprintf(stderr, "pilotage: further records that cannot be decided stand in the log only\n");
}

/* With the log on standard output there is no place for the summary. */
static int decide(const request *r, const pil_policy *policy, pil_error *error) {
  pil_arena arena = {0};
  telling t = {.told = 0};
  uint64_t faults = 0;
  pil_document *document = r->log == NULL ? NULL : pil_document_new(&arena);
  pil_progress_start(&t.progress, true, 0);
  const pil_decide_request asked = {.input = r->files.items[1], .log_path = r->log, .tick = pil_progress_tick,
                                    .listener = tell_fault, .context = &t};
  bool good = (document != NULL || r->log == NULL || pil_error_memory(error)) &&
              pil_policy_decide(policy, &asked, document, &faults, error);
  bool stopped = !good && error->failure == PIL_FAILURE_INTERRUPTED;
  pil_error write_error;
  int status = good && faults == 0 ? PIL_EXIT_GOOD : good ? PIL_EXIT_MISSED : pil_command_fail(error);
  if (document != NULL && !r->quiet && (good || stopped) &&
      !pil_job_write(document, r->format, pil_output_colour(NULL), NULL, &write_error))
    status = pil_command_fail(&write_error);
  pil_arena_free(&arena);
  return status;
}

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count != 2)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "decide: expected a policy and its input, found %zu files (pilotage decide --help)", r->files.count);
  return pil_output_check("output", r->log, &r->files, error);
}

static int decide_verb(int count, char **words) {
  request r = {0};
  pil_error error;
  int status;
  const pil_option options[] = {
      {'o', "output", PIL_OPTION_TEXT, "LOG.jsonl", "append the log there (default: standard output)", &r.log},
      {0, "format", PIL_OPTION_FORMAT, "FORMAT", "of the summary, with --output: text (default), json or csv", &r.format},
      {0, "engine", PIL_OPTION_ENGINE, "ENGINE", "auto (default), lanes or scalar; changes no decision", &r.engine},
      {0, "isa", PIL_OPTION_TEXT, "ISA", "what lanes use: auto (default), avx512, avx2 or portable; changes no decision", &r.isa},
      {'q', "quiet", PIL_OPTION_FLAG, NULL, "no summary", &r.quiet},
      {0}};
  if (!pil_options_read(&pil_verb_decide, options, count, words, &r.files, &status)) return status;
  if (!check_request(&r, &error)) return pil_command_fail(&error);
  const pil_options asked = {.engine = r.engine, .isa = r.isa};
  pil_policy *policy = pil_policy_open(r.files.items[0], &asked, &error);
  if (policy == NULL) return pil_command_fail(&error);
  status = decide(&r, policy, &error);
  pil_policy_free(policy);
  return status;
}

const pil_verb pil_verb_decide = {
    "decide", "POLICY INPUT [options]", "let a policy decide records as they come, and log it",
    "POLICY is a policy's scenario, or its bare .lua; INPUT a .csv or .jsonl file (also .gz), or - for standard\n"
    "input. Each record gets one line of JSON: id, level, reason, the file and line that decided, the policy's\n"
    "SHA-256, and the fields that are not masked. A record that cannot be decided gets a line that says why, and\n"
    "the run goes on. Exit status: 0; 1 some could not be decided; 2 nothing can; 130 interrupted.",
    decide_verb};
