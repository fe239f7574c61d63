/* How often a plan's gates err: operating characteristics, from what each trial decided and what
 * was true.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_GATES_H
#define PIL_STUDY_GATES_H

#include "outputs.h"

/* What did or did not happen in a trial, read from an output: it happened where a boolean is true
 * or a number is above 0 and not never (a month, a count); of a text output where it is `is`. */
typedef struct pil_event_spec {
  pil_named_output output;
  const char *is; /* NULL: no text output */
} pil_event_spec;

typedef struct pil_gates_spec {
  pil_event_spec good; /* the truth, which no gate sees; a name of NULL: not asked */
  pil_event_spec promoted, rolled_back;
  pil_named_output months_lost;
} pil_gates_spec;

/* How often something happened among some trials. */
typedef struct pil_chance {
  size_t count, trial_count;
  double probability, low, high; /* Wilson, 95 %; NaN, 0 and 1 without trials */
} pil_chance;

typedef struct pil_gates_result {
  bool found;              /* this variant returned all that was asked for */
  size_t unknown_count;    /* trials left out: the truth or a decision was not a number */
  pil_chance good;         /* among those not left out */
  pil_chance promoted_if_bad, promoted_if_good, rolled_back_if_bad, rolled_back_if_good;
  bool has_months_lost;
  pil_summary months_lost, months_lost_if_good; /* over all trials; over the good ones */
} pil_gates_result;

/* `table` holds the texts of `result`. What was not asked for counts as not having happened. */
bool pil_study_gates(pil_arena *arena, const pil_gates_spec *spec, const pil_table *table,
                     const pil_table_result *result, size_t row_count, pil_gates_result *gates,
                     pil_error *error);

#endif
