/* A policy that is asked about one decision after another: what it says of fields that somebody wrote down, and the way
 * that its code took.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_SUBJECT_H
#define PIL_GOVERNANCE_SUBJECT_H

#include "../lanes/trace.h"
#include "decider.h"

/* One decision's fields, as the policy is given them: all constant, but for those that the scenario computes. */
typedef struct pil_decision {
  pil_field *fields;
  size_t field_count;
  double *cells; /* by column; texts: index into the field's choices */
  size_t column_count;
} pil_decision;

typedef struct pil_subject {
  pil_policy *policy;
  const pil_script_source *source; /* the policy's own */
  /* private */
  pil_arena arena, shape_arena;
  pil_decider *decider; /* for decisions of this shape */
  pil_decision shape;
  const pil_image *image;
  /* The files that its code came from: the script, then modules; known once it has decided. */
  pil_script_file *files;
  size_t file_count;
} pil_subject;

/* NULL on failure. `path` is a scenario or a bare .lua. */
pil_subject *pil_subject_open(const char *path, pil_error *error);
void pil_subject_free(pil_subject *subject);

/* Reads a map of fields: numbers, texts, true and false, and, for a bare policy, lists and maps of these. A field that
 * the scenario's decisions have is of their kind. Every error names the field. */
bool pil_decision_read(const pil_policy *policy, pil_arena *arena, const pil_value *map, pil_decision *decision,
                       pil_error *error);

/* Decides in stock Lua, as what is live does. `settings` (NULL: none) go before the scenario's; a name that it has not
 * is an error. The ruling's texts live in `arena`. */
bool pil_subject_decide(pil_subject *subject, const pil_decision *decision, const pil_value *settings, pil_arena *arena,
                        pil_ruling *ruling, pil_error *error);

/* The error where a ruling's level is none of the four, at the return that gave it. */
bool pil_subject_refuse(const pil_subject *subject, const pil_ruling *ruling, pil_error *error);

/* What the code did for that decision. A trace that came to another result is none: it is not whole, and says so. */
bool pil_subject_trace(pil_subject *subject, const pil_decision *decision, const pil_value *settings, pil_arena *arena,
                       const pil_ruling *ruling, pil_trace_listener *listener, void *context, pil_trace *trace,
                       pil_error *error);

/* "scripts/policy/fraud.lua:20" of "../scripts/policy/fraud.lua:20": as seen from here instead of from the scenario. In
 * `arena`; NULL when out of memory. */
const char *pil_subject_place(const pil_subject *subject, pil_arena *arena, const char *place);
const char *pil_subject_path(const pil_subject *subject, const char *shown_name);

#endif
