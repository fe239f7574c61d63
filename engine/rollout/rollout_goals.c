/* Goals in a rollout's answer: those of series with a month, those that could not be judged, and all
 * as data.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../scenario/cells.h"
#include "../statistics/number.h"
#include "rollout_answer.h"

static void describe_month(pil_table_block *table, const pil_series_result *series) {
  pil_table_row(table);
  pil_table_text(table, series->spec->name);
  pil_table_text(table, series->spec->goal.text);
  pil_cells_put_chance(table, &series->goal);
}

void pil_rollout_describe_months(pil_document *document, const pil_variant_answer *answer) {
  const pil_table_result *result = &answer->result;
  pil_table_block *table = NULL;
  for (size_t i = 0; i < result->series_count; i++) {
    const pil_series_result *series = &result->series[i];
    if (series->goal.trial_count == 0) continue;
    if (table == NULL) {
      table = pil_document_table(document, "Goals of series: met in some month by then");
      pil_table_column(table, "series", PIL_ALIGN_LEFT);
      pil_table_column(table, "goal", PIL_ALIGN_LEFT);
      pil_table_column(table, "P(met by then), 95 % interval", PIL_ALIGN_RIGHT);
    }
    describe_month(table, series);
  }
  for (size_t i = 0; i < result->series_count; i++) {
    const pil_series_result *series = &result->series[i];
    char share[PIL_NUMBER_BYTES];
    if (!series->goal.missed) continue;
    pil_document_warning(document, "Required goal missed: %s %s was to hold with a chance of at least %s.",
                         series->spec->name, series->spec->goal.text,
                         pil_number_share(series->spec->goal.chance, 0, share));
  }
}

/* Why an output's goal could not be judged; `to` gets the sentence. */
static void explain_unjudged(const pil_variant_answer *answer, const pil_output_spec *spec, char *to,
                             size_t bytes) {
  const pil_goal *goal = &spec->goal;
  const pil_series_result *series = pil_table_result_find_series(&answer->result, spec->name);
  bool tested_month = goal->by > 0 && !goal->is_of_month;
  if (tested_month && series != NULL) {
    snprintf(to, bytes, "the goal is for month %u, and the series has %zu (%s:%d:%d).", goal->by,
             series->length, goal->at.file, goal->at.line, goal->at.column);
  } else if (tested_month && pil_table_result_find(&answer->result, spec->name) != NULL) {
    snprintf(to, bytes, "a goal with a test and a month is for a series; an output that is itself a month "
             "takes the month alone: goal: {by: %u} (%s:%d:%d).", goal->by, goal->at.file, goal->at.line,
             goal->at.column);
  } else if (goal->is_of_month && series != NULL) {
    snprintf(to, bytes, "%s is a series, so the goal also needs what is to hold by month %u: goal: {test: at "
             "least 0, by: %u} (%s:%d:%d).", spec->name, goal->by, goal->by, goal->at.file, goal->at.line,
             goal->at.column);
  } else {
    snprintf(to, bytes, "a goal needs one number a trial, and %s is a series, a record or texts.", spec->name);
  }
}

void pil_rollout_describe_unjudged(pil_document *document, const pil_variant_answer *answer,
                                   const pil_rollout *rollout) {
  char reason[PIL_ERROR_TEXT_BYTES];
  for (size_t i = 0; i < rollout->spec_count; i++) {
    const pil_output_spec *spec = &rollout->specs[i];
    if (pil_variant_judged(answer, spec)) continue;
    explain_unjudged(answer, spec, reason, sizeof reason);
    pil_document_warning(document, "%s: %s%s", spec->name, reason,
                         spec->goal.required ? " The required goal is missed." : "");
  }
}

void pil_goal_export(pil_node *node, const pil_goal *goal, const pil_goal_result *result) {
  pil_node_set_string(node, "test", goal->text);
  if (goal->by > 0) pil_node_set_unsigned(node, "by", goal->by);
  pil_node_set_number(node, "probability", result->probability);
  pil_node_set_number(node, "low", result->low);
  pil_node_set_number(node, "high", result->high);
  if (goal->required) {
    pil_node_set_number(node, "chance", goal->chance);
    pil_node_set_bool(node, "missed", result->missed);
  }
  if (result->curve == NULL) return;
  pil_node *curve = pil_node_set_array(node, "met_by_month");
  for (size_t i = 0; i < result->curve_count; i++) pil_node_append_number(curve, result->curve[i]);
}

/* Series are lists of points in the answer, so their goals stand beside them, by name. */
void pil_rollout_export_months(pil_node *variant, const pil_table_result *result) {
  pil_node *goals = NULL;
  for (size_t i = 0; i < result->series_count; i++) {
    const pil_series_result *series = &result->series[i];
    if (series->goal.trial_count == 0) continue;
    if (goals == NULL) goals = pil_node_set_object(variant, "series_goals");
    pil_goal_export(pil_node_set_object(goals, series->spec->name), &series->spec->goal, &series->goal);
  }
}
