/* A sweep's answer as data: the JSON contract, format 1, and the rows of CSV; and its break-evens.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../scenario/cells.h"
#include "../statistics/number.h"
#include "rollout_answer.h"
#include "sweep.h"

static const char *const level_names[PIL_SWEPT_LEVELS] = {"p5", "p50", "p95"};

/* ---- break-even ---- */

double pil_sweep_mean(const pil_swept *swept) {
  return pil_cells_never_rules(&swept->summary) ? NAN : swept->summary.mean;
}

/* The row as a line with rising values: one that falls is turned round. */
static void fill_line(const pil_sweep_answer *answer, size_t output, size_t row, size_t count, double *room,
                      pil_sweep_line *line) {
  const pil_sweep_path *path = &answer->sweep->paths[answer->sweep->path_count - 1];
  bool falls = path->numbers[1] < path->numbers[0];
  double *x = room, *means = room + count, *errors = room + 2 * count, *steps = room + 3 * count;
  for (size_t i = 0; i < count; i++) {
    const pil_swept *swept = &answer->points[row * path->count + i][output];
    size_t at = falls ? count - 1 - i : i;
    x[at] = path->numbers[i];
    means[at] = pil_sweep_mean(swept);
    errors[at] = swept->summary.mean_error;
    if (i > 0) steps[falls ? at : at - 1] = swept->previous.mean_error;
  }
  *line = (pil_sweep_line){count, x, means, errors, steps};
}

bool pil_sweep_cross(const pil_sweep_answer *answer, size_t output, size_t row, pil_crossing **crossings,
                     size_t *count, pil_error *error) {
  const pil_sweep_path *path = &answer->sweep->paths[answer->sweep->path_count - 1];
  size_t points = answer->point_count - row * path->count;
  if (points > path->count) points = path->count;
  double *room = pil_arena_array(answer->arena, 4 * points, sizeof *room);
  *crossings = pil_arena_array(answer->arena, points, sizeof **crossings);
  if (room == NULL || *crossings == NULL) return pil_error_memory(error);
  pil_sweep_line line;
  fill_line(answer, output, row, points, room, &line);
  *count = pil_sweep_crossings(&line, pil_sweep_target(answer->specs[output]), *crossings);
  return true;
}

/* The number of rows that have points: one for one path. */
static size_t count_rows(const pil_sweep_answer *answer) {
  if (answer->sweep->path_count == 1) return answer->point_count > 0;
  size_t across = answer->sweep->paths[1].count;
  return (answer->point_count + across - 1) / across;
}

/* ---- JSON ---- */

static void export_paths(pil_node *root, const pil_sweep *sweep) {
  pil_node *paths = pil_node_set_array(root, "paths");
  for (size_t i = 0; i < sweep->path_count; i++) {
    pil_node *node = pil_node_append_object(paths);
    pil_node_set_string(node, "path", sweep->paths[i].path);
    pil_node *values = pil_node_set_array(node, "values");
    for (size_t v = 0; v < sweep->paths[i].count; v++)
      pil_node_append_number(values, sweep->paths[i].numbers[v]);
  }
}

static void export_swept(pil_node *outputs, const pil_output_spec *spec, const pil_swept *swept, bool first) {
  pil_node *node = pil_node_set_object(outputs, spec->name);
  pil_node_set_number(node, "mean", swept->summary.mean);
  pil_node_set_number(node, "mean_error", swept->summary.mean_error);
  for (int i = 0; i < PIL_SWEPT_LEVELS; i++) pil_node_set_number(node, level_names[i], swept->percentiles[i]);
  pil_node_set_unsigned(node, "not_a_number", swept->summary.not_a_number_count);
  pil_node_set_unsigned(node, "never", swept->summary.never_count);
  if (swept->goal.trial_count > 0)
    pil_goal_export(pil_node_set_object(node, "goal"), &spec->goal, &swept->goal);
  if (first) return;
  pil_node *difference = pil_node_set_object(node, "difference");
  pil_node_set_number(difference, "mean", swept->first.mean);
  pil_node_set_number(difference, "mean_error", swept->first.mean_error);
}

static void export_points(pil_node *root, const pil_sweep_answer *answer) {
  pil_node *points = pil_node_set_array(root, "points");
  for (size_t point = 0; point < answer->point_count; point++) {
    pil_node *node = pil_node_append_object(points);
    pil_node *values = pil_node_set_array(node, "values");
    for (size_t i = 0; i < answer->sweep->path_count; i++)
      pil_node_append_number(values, answer->sweep->paths[i].numbers[pil_sweep_value_index(answer->sweep, point, i)]);
    pil_node *outputs = pil_node_set_object(node, "outputs");
    for (size_t i = 0; i < answer->spec_count; i++)
      export_swept(outputs, answer->specs[i], &answer->points[point][i], point == 0);
  }
}

static void export_crossing(pil_node *list, const pil_crossing *crossing) {
  pil_node *node = pil_node_append_object(list);
  pil_node_set_number(node, "value", crossing->value);
  pil_node_set_number(node, "low", crossing->open_low ? NAN : crossing->low); /* null: beyond the sweep */
  pil_node_set_number(node, "high", crossing->open_high ? NAN : crossing->high);
}

static bool export_break_even(pil_node *root, const pil_sweep_answer *answer, pil_error *error) {
  const pil_sweep *sweep = answer->sweep;
  pil_node *all = pil_node_set_array(root, "break_even");
  for (size_t output = 0; output < answer->spec_count; output++) {
    for (size_t row = 0; row < count_rows(answer); row++) {
      pil_crossing *crossings;
      size_t count;
      PIL_TRY(pil_sweep_cross(answer, output, row, &crossings, &count, error));
      pil_node *node = pil_node_append_object(all);
      pil_node_set_string(node, "output", answer->specs[output]->name);
      pil_node_set_number(node, "target", pil_sweep_target(answer->specs[output]));
      pil_node_set_string(node, "path", sweep->paths[sweep->path_count - 1].path);
      if (sweep->path_count == 2) {
        pil_node *given = pil_node_set_object(node, "given");
        pil_node_set_number(given, sweep->paths[0].path, sweep->paths[0].numbers[row]);
      }
      pil_node *list = pil_node_set_array(node, "crossings");
      for (size_t i = 0; i < count; i++) export_crossing(list, &crossings[i]);
    }
  }
  return true;
}

bool pil_sweep_export(pil_node *root, const pil_sweep_answer *answer, pil_error *error) {
  const pil_rollout_answer head = {.rollout = answer->rollout, .row_count = answer->trials,
                                   .partial = answer->point_count < answer->sweep->point_count,
                                   .files = answer->files, .file_count = answer->file_count};
  PIL_TRY(pil_rollout_export_head(root, "sweep", &head, error));
  pil_node *engine = pil_node_set_object(root, "engine");
  pil_node_set_unsigned(engine, "lanes", answer->engine.lanes);
  pil_node_set_unsigned(engine, "scalar", answer->engine.scalar);
  pil_node_set_string(root, "variant", answer->sweep->base.name);
  export_paths(root, answer->sweep);
  pil_node *units = pil_node_set_object(root, "units");
  for (size_t i = 0; i < answer->spec_count; i++)
    pil_node_set_string(units, answer->specs[i]->name, answer->specs[i]->unit);
  export_points(root, answer);
  return export_break_even(root, answer, error);
}

/* ---- CSV ---- */

static void put_number(pil_table_block *table, double number) {
  char text[PIL_NUMBER_BYTES];
  pil_table_number(table, pil_number_exact(number, text), number);
}

static void list_point(pil_table_block *table, const pil_sweep_answer *answer, size_t point, size_t output) {
  const pil_output_spec *spec = answer->specs[output];
  const pil_swept *swept = &answer->points[point][output];
  bool judged = swept->goal.trial_count > 0;
  pil_table_row(table);
  for (size_t i = 0; i < answer->sweep->path_count; i++)
    put_number(table, answer->sweep->paths[i].numbers[pil_sweep_value_index(answer->sweep, point, i)]);
  pil_table_text(table, spec->name);
  pil_table_text(table, spec->unit);
  put_number(table, swept->summary.mean);
  put_number(table, swept->summary.mean_error);
  for (int i = 0; i < PIL_SWEPT_LEVELS; i++) put_number(table, swept->percentiles[i]);
  put_number(table, (double)swept->summary.not_a_number_count);
  put_number(table, (double)swept->summary.never_count);
  pil_table_text(table, judged ? spec->goal.text : NULL);
  put_number(table, judged ? swept->goal.probability : NAN);
  put_number(table, judged ? swept->goal.low : NAN);
  put_number(table, judged ? swept->goal.high : NAN);
  put_number(table, point > 0 ? swept->first.mean : NAN);
  put_number(table, point > 0 ? swept->first.mean_error : NAN);
}

static void list_points(pil_document *document, const pil_sweep_answer *answer) {
  static const char *const headings[] = {"output", "unit", "mean", "mean_error", "p5", "p50", "p95",
                                         "not_a_number", "never", "goal", "probability", "low", "high",
                                         "difference", "difference_error"};
  pil_table_block *table = pil_document_table(document, "points");
  for (size_t i = 0; i < answer->sweep->path_count; i++)
    pil_table_column(table, answer->sweep->paths[i].path, PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
    pil_table_column(table, headings[i], PIL_ALIGN_RIGHT);
  for (size_t output = 0; output < answer->spec_count; output++)
    for (size_t point = 0; point < answer->point_count; point++) list_point(table, answer, point, output);
}

/* One row a crossing; an end that is beyond the sweep is empty. */
static bool list_break_even(pil_document *document, const pil_sweep_answer *answer, pil_error *error) {
  const pil_sweep *sweep = answer->sweep;
  pil_table_block *table = pil_document_table(document, "break-even");
  if (sweep->path_count == 2) pil_table_column(table, sweep->paths[0].path, PIL_ALIGN_RIGHT);
  pil_table_column(table, "output", PIL_ALIGN_LEFT);
  pil_table_column(table, "target", PIL_ALIGN_RIGHT);
  pil_table_column(table, sweep->paths[sweep->path_count - 1].path, PIL_ALIGN_RIGHT);
  pil_table_column(table, "low", PIL_ALIGN_RIGHT);
  pil_table_column(table, "high", PIL_ALIGN_RIGHT);
  for (size_t output = 0; output < answer->spec_count; output++) {
    for (size_t row = 0; row < count_rows(answer); row++) {
      pil_crossing *crossings;
      size_t count;
      PIL_TRY(pil_sweep_cross(answer, output, row, &crossings, &count, error));
      for (size_t i = 0; i < count; i++) {
        pil_table_row(table);
        if (sweep->path_count == 2) put_number(table, sweep->paths[0].numbers[row]);
        pil_table_text(table, answer->specs[output]->name);
        put_number(table, pil_sweep_target(answer->specs[output]));
        put_number(table, crossings[i].value);
        put_number(table, crossings[i].open_low ? NAN : crossings[i].low);
        put_number(table, crossings[i].open_high ? NAN : crossings[i].high);
      }
    }
  }
  return true;
}

bool pil_sweep_list(pil_document *document, const pil_sweep_answer *answer, pil_error *error) {
  list_points(document, answer);
  return list_break_even(document, answer, error);
}
