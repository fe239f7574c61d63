/* A policy at work on given decisions: its level, its reason, and the line that decided.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_DECIDER_H
#define PIL_GOVERNANCE_DECIDER_H

#include "../policy/policy.h"

/* What a policy answers. Texts live until pil_decider_forget. */
typedef struct pil_ruling {
  uint8_t level;        /* a pil_level; PIL_LEVELS: nothing, or none of the levels, was returned */
  const char *reason;   /* NULL: none */
  const char *place;    /* "../scripts/policy/fraud.lua:18": the return that gave it */
  const char *returned; /* where level is PIL_LEVELS: what came in its stead, as text; NULL: nothing */
} pil_ruling;

/* Its texts are `arena`'s from here on. */
bool pil_ruling_keep(pil_ruling *ruling, pil_arena *arena, pil_error *error);

typedef struct pil_decider pil_decider;

/* `source` is one of a policy's (pil_policy.sources) with the fields that the columns hold; what it shares with others and
 * its wrapper are not used. `width` decisions at once at most. All that it points to outlives the decider. */
pil_decider *pil_decider_new(const pil_script_source *source, size_t width, pil_error *error);
void pil_decider_free(pil_decider *decider);

/* Decides `count` decisions numbered from `first` (1 …: the numbers address draws), whose fields stand in columns by
 * pil_field.first_column (texts: index into choices). Reading a field that is not there is an error, never nil. False:
 * error->trial is the number of the first that fails; rulings of those before it are not filled. */
bool pil_decider_run(pil_decider *decider, uint64_t first, size_t count, double **columns, pil_ruling *rulings,
                     pil_error *error);

/* Reasons may be made of fields, and differ in each decision: lets go of all texts once they are many. */
void pil_decider_forget(pil_decider *decider);

/* The program inside: for its files, its reasons, its typed program. */
pil_program *pil_decider_program(pil_decider *decider);

#endif
