/* What a rollout's tables say: studied once, then written as a document.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rollout_answer.h"

#include "../statistics/correlation.h"

static const double *kept_column(const pil_rollout_variant *variant, uint32_t column) {
  for (size_t i = 0; i < variant->kept_count; i++)
    if (variant->kept_columns[i] == column) return variant->table.columns[i].cells;
  return NULL;
}

static bool study_correlations(pil_arena *arena, pil_variant_answer *answer, size_t row_count,
                               pil_error *error) {
  const pil_input_set *set = &answer->variant->inputs;
  answer->correlations = pil_arena_array(arena, set->pair_count + 1, sizeof *answer->correlations);
  if (answer->correlations == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < set->pair_count; i++) {
    const pil_correlation_pair *pair = &set->pairs[i];
    const double *first = kept_column(answer->variant, pair->first_column);
    const double *second = kept_column(answer->variant, pair->second_column);
    pil_correlation_reached *reached = &answer->correlations[answer->correlation_count++];
    *reached = (pil_correlation_reached){pair->first, pair->second, pair->rank, 0};
    PIL_TRY(pil_correlation_spearman(first, second, row_count, &reached->reached, error));
  }
  return true;
}

bool pil_variant_judged(const pil_variant_answer *answer, const pil_output_spec *spec) {
  if (spec->goal.relation == PIL_RELATION_NONE) return true;
  const pil_output_result *output = pil_table_result_find(&answer->result, spec->name);
  const pil_series_result *series = pil_table_result_find_series(&answer->result, spec->name);
  return (output != NULL && output->goal.trial_count > 0) ||
         (series != NULL && series->goal.trial_count > 0);
}

static bool study_variant(pil_rollout_answer *answer, pil_rollout_variant *variant, size_t index,
                          pil_error *error) {
  const pil_rollout *rollout = answer->rollout;
  pil_variant_answer *own = &answer->variants[index];
  own->variant = variant;
  PIL_TRY(pil_study_table(answer->arena, &variant->table, answer->row_count, rollout->specs,
                          rollout->spec_count, &own->result, error));
  for (size_t i = 0; i < own->result.output_count; i++)
    answer->missed_count += own->result.outputs[i].goal.missed;
  for (size_t i = 0; i < own->result.series_count; i++)
    answer->missed_count += own->result.series[i].goal.missed;
  for (size_t i = 0; i < rollout->spec_count; i++) {
    const pil_output_spec *spec = &rollout->specs[i];
    answer->missed_count += spec->goal.required && !pil_variant_judged(own, spec);
  }
  return study_correlations(answer->arena, own, answer->row_count, error);
}

/* All pairs stand as (0, 1), (0, 2), (1, 2), (0, 3)…; the first's alone as (0, 1), (0, 2)… */
const pil_comparison *pil_rollout_pair(const pil_rollout_answer *answer, size_t base, size_t other) {
  bool all = answer->rollout->variant_count <= PIL_PAIRS_VARIANTS;
  if (base >= other || (!all && base > 0)) return NULL;
  return &answer->pairs[all ? other * (other - 1) / 2 + base : other - 1];
}

static bool study_pairs(pil_rollout_answer *answer, pil_error *error) {
  size_t count = answer->rollout->variant_count;
  bool all = count <= PIL_PAIRS_VARIANTS;
  answer->pairs = pil_arena_array(answer->arena, all ? count * (count - 1) / 2 + 1 : count,
                                  sizeof *answer->pairs);
  if (answer->pairs == NULL) return pil_error_memory(error);
  for (size_t other = 1; other < count; other++) {
    for (size_t base = 0; base < (all ? other : 1); base++) {
      pil_comparison *pair = &answer->pairs[answer->pair_count++];
      *pair = (pil_comparison){.base = base, .other = other};
      PIL_TRY(pil_study_compare(answer->arena, &answer->variants[base].result,
                                &answer->variants[other].result, answer->row_count, pair, error));
    }
  }
  return true;
}

/* The files that the scripts read are the same for all variants: they share one script. */
static bool list_files(pil_rollout_answer *answer, pil_runner *runner, pil_error *error) {
  pil_program *program = pil_runner_program(runner, 0, error);
  if (program == NULL) return false;
  if (answer->rollout->extra != NULL) program = answer->rollout->extra->script_of(program);
  answer->file_count = pil_script_files(program, &answer->files);
  return true;
}

bool pil_rollout_study(pil_arena *arena, pil_rollout *rollout, pil_runner *runner, bool partial,
                       pil_rollout_answer *answer, pil_error *error) {
  *answer = (pil_rollout_answer){.arena = arena, .rollout = rollout, .partial = partial,
                                 .row_count = (size_t)pil_runner_finished(runner),
                                 .engine = pil_runner_counted(runner)};
  answer->variants = pil_arena_array(arena, rollout->variant_count, sizeof *answer->variants);
  if (answer->variants == NULL) return pil_error_memory(error);
  PIL_TRY(pil_rollout_sort(rollout, error));
  for (size_t i = 0; i < rollout->variant_count; i++)
    PIL_TRY(study_variant(answer, &rollout->variants[i], i, error));
  PIL_TRY(study_pairs(answer, error));
  if (answer->row_count > 0) PIL_TRY(pil_rollout_ask(answer, error));
  PIL_TRY(pil_runner_reasons(runner, arena, &answer->reasons, &answer->reason_count, error));
  return list_files(answer, runner, error);
}

pil_document *pil_rollout_document(const pil_rollout_answer *answer, pil_error *error) {
  pil_document *document = pil_document_new(answer->arena);
  if (document == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  if (!pil_rollout_export(pil_document_data(document), answer, error)) return NULL;
  pil_rollout_describe(document, answer);
  return document;
}
