/* Variants against the first, trial by trial on common random numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_COMPARE_H
#define PIL_STUDY_COMPARE_H

#include "outputs.h"

typedef struct pil_difference {
  const pil_output_spec *spec;
  pil_pair pair; /* this variant minus the first */
} pil_difference;

typedef struct pil_comparison {
  pil_difference *differences; /* in the order of the variant's outputs */
  size_t count;
} pil_comparison;

/* Every numeric output that both have. Lives in `arena`. */
bool pil_study_compare(pil_arena *arena, const pil_table_result *base, const pil_table_result *other,
                       size_t row_count, pil_comparison *comparison, pil_error *error);

#endif
