/* Questions of one table: each output summarised, its goal judged, series by their elements.
 * SPDX-License-Identifier: Apache-2.0 */
#include "outputs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../statistics/interval.h"
#include "../statistics/quantile.h"
#include "months.h"

const double pil_percentile_levels[PIL_PERCENTILES] = {0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95};

bool pil_goal_met(const pil_goal *goal, double cell) {
  switch (goal->relation) {
    case PIL_AT_LEAST: return cell >= goal->threshold;
    case PIL_AT_MOST: return cell <= goal->threshold;
    case PIL_ABOVE: return cell > goal->threshold;
    case PIL_BELOW: return cell < goal->threshold;
    case PIL_RELATION_NONE: break;
  }
  return false;
}

void pil_goal_conclude(const pil_goal *goal, size_t met_count, size_t trial_count,
                       pil_goal_result *result) {
  *result = (pil_goal_result){.met_count = met_count, .trial_count = trial_count};
  result->probability = (double)met_count / (double)trial_count;
  pil_interval_wilson((double)met_count, (double)trial_count, PIL_INTERVAL_Z95, &result->low,
                      &result->high);
  result->missed = goal->required && result->high < goal->chance;
}

void pil_goal_judge(const pil_goal *goal, const double *cells, size_t count, pil_goal_result *result) {
  size_t met_count = 0;
  for (size_t i = 0; i < count; i++) met_count += pil_goal_met(goal, cells[i]);
  pil_goal_conclude(goal, met_count, count, result);
}

static int compare_shares(const void *a, const void *b) {
  const pil_share *left = a, *right = b;
  if (left->count != right->count) return left->count > right->count ? -1 : 1;
  return strcmp(left->text, right->text);
}

/* A text output: how often each text came, most frequent first. */
static bool count_shares(pil_arena *arena, const pil_dictionary *texts, const double *cells, size_t count,
                         pil_output_result *output, pil_error *error) {
  output->shares = pil_arena_array(arena, texts->count + 1, sizeof *output->shares);
  if (output->shares == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < texts->count; i++) output->shares[i].text = texts->texts[i];
  for (size_t i = 0; i < count; i++) {
    if (pil_cell_is_text(cells[i])) output->shares[pil_cell_text(cells[i])].count++;
    else output->summary.not_a_number_count++;
  }
  qsort(output->shares, texts->count, sizeof *output->shares, compare_shares);
  for (size_t i = 0; i < texts->count && output->shares[i].count > 0; i++) {
    pil_share *share = &output->shares[i];
    share->share = (double)share->count / (double)count;
    pil_interval_wilson((double)share->count, (double)count, PIL_INTERVAL_Z95, &share->low, &share->high);
    output->share_count++;
  }
  output->summary.count = count;
  return true;
}

bool pil_cells_hold_texts(const double *cells, size_t count) {
  size_t i = 0;
  while (i < count && pil_cell_bits(cells[i]) == PIL_CELL_MISSING) i++;
  return i < count && pil_cell_is_text(cells[i]);
}

static bool study_scalar(pil_arena *arena, const pil_table *table, const double *cells, size_t count,
                         pil_output_result *output, pil_error *error) {
  output->cells = cells;
  output->is_text = pil_cells_hold_texts(cells, count);
  if (output->is_text) return count_shares(arena, &table->texts, cells, count, output, error);
  /* The histogram's quantiles are found on the same pass over the column. */
  enum { LEVELS = PIL_PERCENTILES + 2 };
  double levels[LEVELS], quantiles[LEVELS], errors[LEVELS];
  memcpy(levels, pil_percentile_levels, sizeof pil_percentile_levels);
  memcpy(levels + PIL_PERCENTILES, pil_histogram_body, sizeof pil_histogram_body);
  pil_summary_fill(&output->summary, cells, count);
  PIL_TRY(pil_quantiles_and_errors(cells, count, levels, LEVELS, quantiles, errors, error));
  memcpy(output->percentiles, quantiles, sizeof output->percentiles);
  memcpy(output->percentile_errors, errors, sizeof output->percentile_errors);
  const pil_goal *goal = &output->spec->goal;
  if (goal->is_of_month)
    PIL_TRY(pil_months_judge_cells(arena, goal, cells, count, &output->goal, error));
  else if (goal->relation != PIL_RELATION_NONE && goal->by == 0)
    pil_goal_judge(goal, cells, count, &output->goal);
  pil_histogram_fill(&output->histogram, cells, count, quantiles + PIL_PERCENTILES);
  return true;
}

static bool study_series(pil_arena *arena, const pil_column *columns, size_t length, size_t count,
                         pil_series_result *series, pil_error *error) {
  static const double levels[] = {0.05, 0.25, 0.50, 0.75, 0.95};
  series->points = pil_arena_array(arena, length, sizeof *series->points);
  if (series->points == NULL) return pil_error_memory(error);
  series->length = length;
  for (size_t i = 0; i < length; i++) {
    pil_summary summary;
    double q[5];
    pil_summary_fill(&summary, columns[i].cells, count);
    PIL_TRY(pil_quantiles(columns[i].cells, count, levels, 5, q, error));
    series->points[i] = (pil_point){summary.mean, q[0], q[1], q[2], q[3], q[4]};
  }
  const pil_goal *goal = &series->spec->goal;
  if (goal->by == 0 || goal->is_of_month || goal->by > length) return true;
  return pil_months_judge_series(arena, goal, columns, length, count, &series->goal, error);
}

bool pil_output_is_member(const char *name, const char *record) {
  size_t length = strlen(record);
  return strncmp(name, record, length) == 0 && name[length] == '.';
}

const pil_output_spec *pil_output_spec_of(pil_arena *arena, const char *name, const pil_output_spec *specs,
                                          size_t spec_count) {
  pil_output_spec bare = {.name = name, .unit = "", .about = ""};
  for (size_t i = 0; i < spec_count; i++) {
    if (strcmp(specs[i].name, name) == 0) return &specs[i];
    if (!pil_output_is_member(name, specs[i].name)) continue;
    bare.unit = specs[i].unit;
    bare.better = specs[i].better;
  }
  pil_output_spec *copy = pil_arena_new(arena, sizeof *copy);
  if (copy != NULL) *copy = bare;
  return copy;
}

/* An output that the scenario names but no trial returned: every trial is missing. */
static bool study_absent(pil_arena *arena, const pil_output_spec *spec, size_t count,
                         pil_output_result *output) {
  *output = (pil_output_result){.spec = spec};
  double *cells = pil_arena_array(arena, count, sizeof *cells);
  if (cells == NULL) return false;
  for (size_t i = 0; i < count; i++) cells[i] = pil_cell_of(PIL_CELL_MISSING);
  output->cells = cells;
  return true;
}

static bool was_returned(const pil_table *table, const char *name) {
  for (size_t c = table->input_count; c < table->column_count; c++) {
    const char *column = table->columns[c].name;
    if (strcmp(column, name) == 0 || pil_output_is_member(column, name)) return true;
  }
  return false;
}

bool pil_study_table(pil_arena *arena, const pil_table *table, size_t row_count,
                     const pil_output_spec *specs, size_t spec_count, pil_table_result *result,
                     pil_error *error) {
  size_t most = table->column_count + spec_count + 1;
  *result = (pil_table_result){0};
  result->outputs = pil_arena_array(arena, most, sizeof *result->outputs);
  result->series = pil_arena_array(arena, most, sizeof *result->series);
  if (result->outputs == NULL || result->series == NULL) return pil_error_memory(error);
  for (size_t c = table->input_count; c < table->column_count;) {
    const pil_column *column = &table->columns[c];
    const pil_output_spec *spec = pil_output_spec_of(arena, column->name, specs, spec_count);
    if (spec == NULL) return pil_error_memory(error);
    size_t length = 1;
    while (c + length < table->column_count &&
           strcmp(table->columns[c + length].name, column->name) == 0)
      length++;
    bool has_scalar = column->index == 0;
    if (has_scalar) {
      pil_output_result *output = &result->outputs[result->output_count++];
      output->spec = spec;
      PIL_TRY(study_scalar(arena, table, column->cells, row_count, output, error));
    }
    if (length > has_scalar) {
      pil_series_result *series = &result->series[result->series_count++];
      series->spec = spec;
      PIL_TRY(study_series(arena, column + has_scalar, length - has_scalar, row_count, series, error));
    }
    c += length;
  }
  for (size_t i = 0; i < spec_count; i++) {
    if (was_returned(table, specs[i].name)) continue;
    pil_output_result *output = &result->outputs[result->output_count++];
    if (!study_absent(arena, &specs[i], row_count, output)) return pil_error_memory(error);
    PIL_TRY(study_scalar(arena, table, output->cells, row_count, output, error));
  }
  return true;
}

const pil_series_result *pil_table_result_find_series(const pil_table_result *result, const char *name) {
  for (size_t i = 0; i < result->series_count; i++)
    if (strcmp(result->series[i].spec->name, name) == 0) return &result->series[i];
  return NULL;
}

const pil_output_result *pil_table_result_find(const pil_table_result *result, const char *name) {
  for (size_t i = 0; i < result->output_count; i++)
    if (strcmp(result->outputs[i].spec->name, name) == 0) return &result->outputs[i];
  return NULL;
}
