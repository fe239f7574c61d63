/* Decisions as they come: each record of a file or of standard input is decided and written to a log, a line each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_DECIDE_H
#define PIL_GOVERNANCE_DECIDE_H

#include "../report/document.h"
#include "judge.h"

/* The log: JSON lines, appended, each whole or not there at all. */
typedef struct pil_decision_log {
  const pil_policy *policy;
  pil_feed *feed;
  int descriptor;
  bool is_file;         /* opened here: then what half-written lines there are is undone */
  const char *shown;    /* for messages */
  pil_text lines, tail; /* not yet written; what every decision's line ends with: hashes of policy and scenario */
  bool *masked;         /* by column of the records */
  size_t column_count, id_column; /* id_column SIZE_MAX: none */
} pil_decision_log;

/* path NULL: standard output. The decider has read the script by then. */
bool pil_decision_log_open(pil_decision_log *log, const pil_policy *policy, pil_feed *feed, const char *path,
                           pil_error *error);
void pil_decision_log_close(pil_decision_log *log);

/* Before a batch's lines: which of its columns are masked; an error where a mask is misspelt. `files` are the script's. */
bool pil_decision_log_begin(pil_decision_log *log, pil_program *program, pil_error *error);
void pil_decision_log_ruling(pil_decision_log *log, const pil_record *record, const pil_ruling *ruling);
void pil_decision_log_fault(pil_decision_log *log, const pil_record *record, const char *fault);
bool pil_decision_log_flush(pil_decision_log *log, pil_error *error);
/* {"amount":…} of the fields that are not masked. */
void pil_decision_log_fields(const pil_decision_log *log, const pil_record *record, pil_text *to);

/* Told of every record that could not be decided. */
typedef void pil_decide_listener(void *context, const char *input, uint64_t line, uint64_t row, const char *fault);

typedef struct pil_decide_request {
  const char *input, *log_path; /* "-" is standard input; NULL is standard output */
  pil_tick *tick;               /* told the rows so far after each batch; false stops */
  pil_decide_listener *listener;
  void *context;
} pil_decide_request;

/* Decides all; *document (NULL: nobody asks) is the summary, of what was done also where it was stopped. */
bool pil_policy_decide(const pil_policy *policy, const pil_decide_request *request, pil_document *document,
                       uint64_t *fault_count, pil_error *error);

#endif
