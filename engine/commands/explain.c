/* pilotage explain: why a policy decided as it did, and what would have changed that.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../governance/explain.h"

#include "../scenario/job.h"
#include "options.h"
#include "progress.h"

typedef struct request {
  pil_option_list files;
  const char *decision;
  uint64_t row;
  pil_format format;
} request;

static bool check_request(const request *r, pil_error *error) {
  if (r->files.count == 0 || r->files.count > 2)
    return pil_error_set(
        error, PIL_FAILURE_USAGE, PIL_NOWHERE,
        "explain: expected a policy (and perhaps a file of decisions), found %zu files (pilotage explain --help)",
        r->files.count);
  if ((r->decision != NULL) == (r->row > 0))
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, r->row > 0 ? "give --decision or --row, not both"
                                                                          : "explain: give --decision or --row");
  if (r->files.count == 2 && r->row == 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "a file of decisions goes with --row, not with --decision");
  return true;
}

static int explain(const request *r) {
  const pil_explain_request asked = {.policy = r->files.items[0], .decision = r->decision, .row = r->row,
                                     .input = r->files.count == 2 ? r->files.items[1] : NULL};
  pil_arena arena = {0};
  pil_error error;
  pil_document *document = pil_document_new(&arena);
  bool good = (document != NULL || pil_error_memory(&error)) && pil_explain(&asked, document, &error) &&
              pil_job_write(document, r->format, pil_output_colour(NULL), NULL, &error);
  pil_arena_free(&arena);
  return good ? PIL_EXIT_GOOD : pil_command_fail(&error);
}

static int explain_verb(int count, char **words) {
  request r = {0};
  pil_error error;
  int status;
  const pil_option options[] = {
      {0, "decision", PIL_OPTION_TEXT, "JSON", "its fields, such as '{\"amount\": 6200, \"novel\": false}'",
       &r.decision},
      {0, "row", PIL_OPTION_WHOLE, "K", "row K of INPUT, or of the scenario's recorded decisions", &r.row},
      {0, "format", PIL_OPTION_FORMAT, "FORMAT", "text (default), json or csv", &r.format},
      {0}};
  if (!pil_options_read(&pil_verb_explain, options, count, words, &r.files, &status)) return status;
  return check_request(&r, &error) ? explain(&r) : pil_command_fail(&error);
}

const pil_verb pil_verb_explain = {
    "explain", "POLICY [INPUT] [options]", "say why a policy decided as it did",
    "POLICY is a scenario or a bare .lua; INPUT a CSV or JSON-lines file. Shows the line that decided,\n"
    "the way there with the values compared, and the smallest changes of one field that would have\n"
    "led to another level. Exit status: 0; 2 there is no answer.",
    explain_verb};
