/* One decision explained: the way that the policy took to it, and the smallest changes of one field that would have
 * led to another level.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_EXPLAIN_H
#define PIL_GOVERNANCE_EXPLAIN_H

#include "../report/document.h"
#include "lua_lines.h"
#include "subject.h"

typedef struct pil_explain_request {
  const char *policy;   /* a scenario or a bare .lua */
  const char *decision; /* "{amount: 6200, …}", JSON or YAML; NULL: a row */
  uint64_t row;         /* from 1, of … */
  const char *input;    /* … this file; NULL: the scenario's recorded decisions */
} pil_explain_request;

/* One field changed, and what the policy then says: always asked, never guessed. */
typedef struct pil_change {
  size_t field;      /* of the decision */
  double from, to;   /* cells; texts: index into the search's choices */
  const char *text;  /* of a text field: what it becomes */
  uint8_t level;
  const char *reason, *place;
  double distance;   /* in standard deviations of the scenario's decisions; where nothing is known of these, relative
                        to the value. Texts, true and false: 1 */
} pil_change;

/* A file of the policy's code that paths lead through. */
typedef struct pil_explained_file {
  const char *source, *path; /* as functions name it; as seen from here */
  pil_lua_lines lines;
  const struct pil_function *chunk;
} pil_explained_file;

typedef struct pil_explanation {
  pil_arena *arena;
  pil_subject *subject;
  pil_decision decision;
  pil_ruling ruling;
  pil_trace trace;
  pil_explained_file *files;
  size_t file_count;
  pil_change *changes; /* nearest first */
  size_t change_count, tried;
  const char *stopped; /* why the search ended early; NULL: it did not */
} pil_explanation;

/* The document of one decision. False: nothing can be said (an unknown field, a policy that raises an error). */
bool pil_explain(const pil_explain_request *request, pil_document *document, pil_error *error);

/* ---- explain_decision.c, explain_input.c ---- */

/* The request's decision. */
bool pil_explain_read(const pil_explain_request *request, pil_subject *subject, pil_arena *arena,
                      pil_decision *decision, pil_error *error);
/* Row `row` of a file of decisions, or of standard input ("-"). */
bool pil_explain_read_input(const char *path, uint64_t row, const pil_policy *policy, pil_arena *arena,
                            pil_decision *decision, pil_error *error);

/* ---- explain_candidates.c: values at which a policy may change its mind ---- */

typedef struct pil_numbers {
  double *list;
  size_t count, capacity;
} pil_numbers;
bool pil_numbers_add(pil_numbers *numbers, pil_arena *arena, double number);

typedef struct pil_candidates {
  pil_numbers shared;      /* what is written in the code and the settings, and compared on the path */
  pil_numbers *numbers;    /* of each field: where comparisons turn, and what the scenario has; sorted, each once */
  const char ***texts;     /* of each field of texts */
  size_t *text_counts;
  double *spreads;         /* of each field: sd of the scenario's decisions; 0: unknown */
} pil_candidates;
bool pil_candidates_find(const pil_explanation *e, pil_candidates *candidates, pil_error *error);

/* ---- explain_changes.c ---- */

bool pil_explain_changes(pil_explanation *explanation, pil_error *error);

/* ---- explain_show.c ---- */

bool pil_explain_show(const pil_explanation *explanation, pil_document *document, pil_error *error);

#endif
