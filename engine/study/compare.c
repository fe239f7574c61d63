/* Variants against the first, trial by trial on common random numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

bool pil_study_compare(pil_arena *arena, const pil_table_result *base, const pil_table_result *other,
                       size_t row_count, pil_comparison *comparison, pil_error *error) {
  *comparison = (pil_comparison){0};
  comparison->differences = pil_arena_array(arena, other->output_count + 1, sizeof(pil_difference));
  if (comparison->differences == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < other->output_count; i++) {
    const pil_output_result *output = &other->outputs[i];
    const pil_output_result *before = pil_table_result_find(base, output->spec->name);
    if (before == NULL || before->is_text || output->is_text) continue;
    pil_difference *difference = &comparison->differences[comparison->count++];
    difference->spec = output->spec;
    pil_pair_fill(&difference->pair, before->cells, output->cells, row_count, output->spec->better);
  }
  return true;
}
