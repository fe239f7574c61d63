/* A rollout's answer as data: the JSON contract, format 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/digest.h"
#include "../scenario/engine_notes.h"
#include "rollout_answer.h"

static bool export_files(pil_node *root, const pil_rollout_answer *answer, pil_error *error) {
  const pil_rollout *rollout = answer->rollout;
  pil_node *files = pil_node_set_array(root, "files");
  pil_files_export(files, rollout->file, rollout->sha256);
  for (size_t i = 0; i < answer->file_count; i++)
    pil_files_export(files, answer->files[i].path, answer->files[i].sha256);
  return pil_files_export_data(files, &rollout->datasets, error);
}

static void export_histogram(pil_node *output, const pil_histogram *histogram) {
  pil_node *node = pil_node_set_object(output, "histogram");
  pil_node_set_number(node, "low", histogram->low);
  pil_node_set_number(node, "step", histogram->step);
  pil_node *counts = pil_node_set_array(node, "counts");
  for (size_t i = 0; i < histogram->bin_count; i++) pil_node_append_unsigned(counts, histogram->counts[i]);
  if (histogram->below > 0) pil_node_set_unsigned(node, "below", histogram->below);
  if (histogram->above > 0) pil_node_set_unsigned(node, "above", histogram->above);
}

static void export_shares(pil_node *output, const pil_output_result *result) {
  pil_node *shares = pil_node_set_array(output, "shares");
  for (size_t i = 0; i < result->share_count; i++) {
    const pil_share *share = &result->shares[i];
    pil_node *node = pil_node_append_object(shares);
    pil_node_set_string(node, "value", share->text);
    pil_node_set_number(node, "share", share->share);
    pil_node_set_number(node, "low", share->low);
    pil_node_set_number(node, "high", share->high);
  }
}

static void export_output(pil_node *outputs, const pil_output_result *result) {
  static const char *const names[PIL_PERCENTILES] = {"p5", "p10", "p25", "p50", "p75", "p90", "p95"};
  pil_node *node = pil_node_set_object(outputs, result->spec->name);
  pil_node_set_string(node, "unit", result->spec->unit);
  if (result->is_text) {
    export_shares(node, result);
    pil_node_set_unsigned(node, "not_a_number", result->summary.not_a_number_count);
    return;
  }
  const pil_summary *summary = &result->summary;
  pil_node_set_number(node, "mean", summary->mean);
  pil_node_set_number(node, "mean_error", summary->mean_error);
  pil_node_set_number(node, "sd", summary->sd);
  pil_node_set_number(node, "min", summary->min);
  for (int i = 0; i < PIL_PERCENTILES; i++) pil_node_set_number(node, names[i], result->percentiles[i]);
  pil_node_set_number(node, "max", summary->max);
  pil_node_set_unsigned(node, "not_a_number", summary->not_a_number_count);
  pil_node_set_unsigned(node, "never", summary->never_count);
  if (result->goal.trial_count > 0)
    pil_goal_export(pil_node_set_object(node, "goal"), &result->spec->goal, &result->goal);
  export_histogram(node, &result->histogram);
}

static void export_series(pil_node *variant, const pil_table_result *result) {
  if (result->series_count == 0) return;
  pil_node *all = pil_node_set_object(variant, "series");
  for (size_t s = 0; s < result->series_count; s++) {
    pil_node *list = pil_node_set_array(all, result->series[s].spec->name);
    for (size_t i = 0; i < result->series[s].length; i++) {
      const pil_point *point = &result->series[s].points[i];
      pil_node *node = pil_node_append_object(list);
      pil_node_set_number(node, "mean", point->mean);
      pil_node_set_number(node, "p5", point->p5);
      pil_node_set_number(node, "p25", point->p25);
      pil_node_set_number(node, "p50", point->p50);
      pil_node_set_number(node, "p75", point->p75);
      pil_node_set_number(node, "p95", point->p95);
    }
  }
}

static void export_difference(pil_node *variant, const char *to, const pil_comparison *comparison) {
  if (comparison->count == 0) return;
  pil_node *difference = pil_node_set_object(variant, "difference");
  pil_node_set_string(difference, "to", to);
  pil_rollout_export_pair(difference, comparison);
}

static void export_correlations(pil_node *variant, const pil_variant_answer *answer) {
  if (answer->correlation_count == 0) return;
  pil_node *list = pil_node_set_array(variant, "correlations");
  for (size_t i = 0; i < answer->correlation_count; i++) {
    const pil_correlation_reached *one = &answer->correlations[i];
    pil_node *node = pil_node_append_object(list);
    pil_node_set_string(node, "first", one->first);
    pil_node_set_string(node, "second", one->second);
    pil_node_set_number(node, "asked", one->asked);
    pil_node_set_number(node, "reached", one->reached);
  }
}

static void export_variant(pil_node *variants, const pil_rollout_answer *answer, size_t index) {
  const pil_variant_answer *own = &answer->variants[index];
  pil_node *node = pil_node_append_object(variants);
  pil_node_set_string(node, "name", own->variant->name);
  pil_node *outputs = pil_node_set_object(node, "outputs");
  for (size_t i = 0; i < own->result.output_count; i++) export_output(outputs, &own->result.outputs[i]);
  export_series(node, &own->result);
  pil_rollout_export_months(node, &own->result);
  if (index > 0)
    export_difference(node, answer->variants[0].variant->name, pil_rollout_pair(answer, 0, index));
  export_correlations(node, own);
  const pil_rollout_extra *extra = answer->rollout->extra;
  if (extra != NULL) extra->export(node, outputs, extra->context, index);
}

bool pil_rollout_export_head(pil_node *root, const char *kind, const pil_rollout_answer *answer,
                             pil_error *error) {
  const pil_rollout *rollout = answer->rollout;
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", kind);
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node *scenario = pil_node_set_object(root, "scenario");
  pil_node_set_string(scenario, "name", rollout->head.name);
  pil_node_set_string(scenario, "file", rollout->file);
  PIL_TRY(export_files(root, answer, error));
  pil_node_set_unsigned(root, "seed", rollout->head.seed);
  pil_node_set_unsigned(root, "trials", answer->row_count);
  if (rollout->head.first_trial > 1) pil_node_set_unsigned(root, "first_trial", rollout->head.first_trial);
  pil_node_set_bool(root, "partial", answer->partial);
  return true;
}

bool pil_rollout_export(pil_node *root, const pil_rollout_answer *answer, pil_error *error) {
  PIL_TRY(pil_rollout_export_head(root, answer->rollout->extra != NULL ? answer->rollout->extra->kind : "rollout", answer, error));
  const pil_engine_notes notes = {answer->engine, answer->reasons, answer->reason_count};
  pil_engine_export(root, &notes);
  pil_node *variants = pil_node_set_array(root, "variants");
  for (size_t i = 0; i < answer->rollout->variant_count; i++) export_variant(variants, answer, i);
  return true;
}
