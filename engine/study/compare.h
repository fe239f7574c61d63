/* Variants against each other, trial by trial on common random numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_COMPARE_H
#define PIL_STUDY_COMPARE_H

#include "outputs.h"

typedef struct pil_difference {
  const pil_output_spec *spec;
  pil_pair pair; /* the other variant minus the base */
} pil_difference;

typedef struct pil_comparison {
  size_t base, other; /* which variants */
  pil_difference *differences; /* in the order of the other variant's outputs */
  size_t count;
} pil_comparison;

/* Every numeric output that both have. Lives in `arena`. */
bool pil_study_compare(pil_arena *arena, const pil_table_result *base, const pil_table_result *other,
                       size_t row_count, pil_comparison *comparison, pil_error *error);

/* An option, such as that to stop: two variants that differ in it, and the output that it moves. */
typedef struct pil_option_spec {
  const char *name, *about;
  const char *with, *without; /* variants of the scenario, perhaps not of this run */
  pil_named_output output;
} pil_option_spec;

/* What the option is worth under the rule by which the scripts use it: the mean over the same
 * trials of the output with it minus without, the other way round where lower is better. A rule
 * that uses the option better is worth more, so this is a lower bound of the option's value. */
typedef struct pil_option_result {
  const pil_option_spec *spec;
  const pil_output_spec *output;
  double with, with_error, without, without_error; /* means */
  pil_pair worth; /* with minus without, or the negative where lower is better */
} pil_option_result;

/* False where one of the two lacks the output, or has texts. */
bool pil_study_option(const pil_option_spec *spec, const pil_table_result *with,
                      const pil_table_result *without, size_t row_count, pil_option_result *option);

#endif
