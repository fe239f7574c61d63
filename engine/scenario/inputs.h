/* The `inputs:` and `correlate:` sections, made into columns to fill and fields to show.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_INPUTS_H
#define PIL_SCENARIO_INPUTS_H

#include "../run/inputs.h"
#include "datasets.h"

/* One pair of correlated columns: asked for, and (after a run) to be compared with what came. */
typedef struct pil_correlation_pair {
  const char *first, *second; /* "volume", "shock[1]" */
  uint32_t first_column, second_column;
  double rank;
} pil_correlation_pair;

typedef struct pil_input_set {
  pil_input_plan plan;
  pil_field *fields; /* as the script sees them */
  size_t field_count;
  pil_script_expression *expressions;
  size_t expression_count;
  const char **column_names; /* "volume", "call.sure", "shock[3]": one per column of the plan */
  const pil_field **column_fields;
  pil_correlation_pair *pairs;
  size_t pair_count;
} pil_input_set;

/* Where one variant's inputs are written; each may be NULL. */
typedef struct pil_input_values {
  const pil_value *inputs;    /* the variant's, merged */
  const pil_value *own;       /* the scenario's: what differs from these the variant has set */
  const pil_value *correlate; /* the scenario's */
} pil_input_values;

/* Reads one variant's inputs. Everything lives in `arena`. */
bool pil_inputs_read(pil_arena *arena, const pil_input_values *values, pil_datasets *datasets,
                     uint64_t seed, pil_input_set *set, pil_error *error);

/* A remark for `check` on an input that is legal but doubtful (infinite mean, a share above 1). */
typedef void pil_input_adviser(void *context, pil_place at, const char *advice);
void pil_inputs_advise(const pil_input_set *set, pil_input_adviser *adviser, void *context);

#endif
