/* Variants against each other, trial by trial on common random numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

bool pil_study_compare(pil_arena *arena, const pil_table_result *base, const pil_table_result *other,
                       size_t row_count, pil_comparison *comparison, pil_error *error) {
  comparison->count = 0;
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

bool pil_study_option(const pil_option_spec *spec, const pil_table_result *with,
                      const pil_table_result *without, size_t row_count, pil_option_result *option) {
  const pil_output_result *first = pil_table_result_find(without, spec->output.name);
  const pil_output_result *second = pil_table_result_find(with, spec->output.name);
  if (first == NULL || second == NULL || first->is_text || second->is_text) return false;
  *option = (pil_option_result){.spec = spec, .output = second->spec,
                                .with = second->summary.mean, .with_error = second->summary.mean_error,
                                .without = first->summary.mean, .without_error = first->summary.mean_error};
  pil_better better = second->spec->better;
  pil_pair_fill(&option->worth, first->cells, second->cells, row_count, better);
  if (better == PIL_BETTER_LOWER) option->worth.mean = -option->worth.mean;
  return true;
}
