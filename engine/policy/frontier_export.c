/* A frontier's answer as data, rows of CSV, and running it from load to file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../rollout/rollout_answer.h"
#include "../scenario/job.h"
#include "../statistics/number.h"
#include "frontier.h"

static const pil_frontier_point *point_of(const pil_frontier_answer *answer, size_t index) {
  return &answer->frontier->points[index];
}

static double value_of(const pil_frontier_answer *answer, size_t point, size_t which) {
  const pil_sweep *grid = &answer->frontier->grid;
  return grid->paths[which].numbers[pil_sweep_value_index(grid, point, which)];
}

/* ---- JSON ---- */

static void export_mean(pil_node *node, const char *name, double mean, double error) {
  char error_name[64];
  snprintf(error_name, sizeof error_name, "%s_error", name);
  pil_node_set_number(node, name, mean);
  pil_node_set_number(node, error_name, error);
}

static void export_costs(pil_node *node, const pil_frontier_answer *answer, size_t index) {
  const pil_frontier_point *point = point_of(answer, index);
  pil_node *settings = pil_node_set_object(node, "settings");
  for (size_t i = 0; i < answer->frontier->grid.path_count; i++)
    pil_node_set_number(settings, answer->frontier->grid.paths[i].path, value_of(answer, index, i));
  export_mean(node, "human_cost_per_decision", point->human.mean, point->human.mean_error);
  export_mean(node, "missed_loss_per_decision", point->missed.mean, point->missed.mean_error);
  export_mean(node, "total_per_decision", point->total.mean, point->total.mean_error);
  if (!answer->frontier->has_target) return;
  if (point->has_staff)
    pil_node_set_integer(node, "staff_needed", point->staff);
  else
    pil_node_set_null(node, "staff_needed");
}

/* Of an efficient point: how the next one differs from it. */
static void export_next(pil_node *node, const pil_frontier_answer *answer, size_t point) {
  for (size_t i = 0; i < answer->step_count; i++) {
    const pil_frontier_step *step = &answer->steps[i];
    if (step->point != point || !step->has_next) continue;
    pil_node *next = pil_node_set_object(node, "next");
    pil_node_set_unsigned(next, "point", answer->steps[i + 1].point);
    export_mean(next, "human_cost_difference", step->human.mean, step->human.mean_error);
    export_mean(next, "missed_loss_difference", step->missed.mean, step->missed.mean_error);
    pil_node_set_bool(next, "told_apart", step->is_told_apart);
  }
}

static void export_points(pil_node *root, const pil_frontier_answer *answer) {
  const pil_frontier *frontier = answer->frontier;
  pil_node *list = pil_node_set_array(root, "points");
  for (size_t i = 0; i < frontier->grid.point_count; i++) {
    const pil_frontier_point *point = &frontier->points[i];
    if (!point->is_done) continue;
    pil_node *node = pil_node_append_object(list);
    pil_node_set_unsigned(node, "point", i);
    export_costs(node, answer, i);
    export_mean(node, "coverage", point->coverage.mean, point->coverage.mean_error);
    export_mean(node, "risk", point->risk.ratio, point->risk.error);
    if (frontier->has_target) export_mean(node, "within_target", point->within.mean, point->within.mean_error);
    pil_node_set_bool(node, "efficient", answer->efficient[i]);
    export_next(node, answer, i);
  }
}

static void export_best_point(pil_node *node, const char *name, const pil_frontier_answer *answer, long point) {
  if (point == PIL_FRONTIER_NONE) {
    pil_node_set_null(node, name);
    return;
  }
  pil_node *own = pil_node_set_object(node, name);
  pil_node_set_integer(own, "point", point);
  export_costs(own, answer, (size_t)point);
}

static void export_best(pil_node *root, const pil_frontier_answer *answer) {
  const pil_frontier_request *request = answer->frontier->request;
  pil_node *best = pil_node_set_object(root, "best");
  export_best_point(best, "total", answer, answer->total);
  pil_node *near = pil_node_set_array(best, "total_not_told_apart");
  for (size_t i = 0; i < answer->near_count; i++) pil_node_append_unsigned(near, answer->near[i]);
  if (request->staff > 0) {
    pil_node *staff = pil_node_set_object(best, "staff");
    pil_node_set_unsigned(staff, "limit", request->staff);
    export_best_point(staff, "missed_loss", answer, answer->staff_missed);
    export_best_point(staff, "total", answer, answer->staff_total);
  }
  if (request->cap != NULL) {
    pil_node *cap = pil_node_set_object(best, "cap");
    pil_node_set_number(cap, "limit", *request->cap);
    export_best_point(cap, "human_cost", answer, answer->cap_human);
  }
}

static void export_curve(pil_node *node, const pil_frontier_answer *answer) {
  const pil_risk_curve *curve = &answer->frontier->curve;
  pil_node_set_string(node, "over", "decisions");
  pil_node_set_string(node, "confidence", answer->frontier->confidence->name);
  pil_node_set_unsigned(node, "decisions", curve->count);
  export_mean(node, "area", curve->area, curve->area_error);
  pil_node *list = pil_node_set_array(node, "curve");
  for (int k = 1; curve->count > 0 && k <= PIL_FRONTIER_CURVE; k++) {
    pil_risk_point point = pil_risk_curve_at(curve, (double)k / PIL_FRONTIER_CURVE);
    pil_node *own = pil_node_append_object(list);
    pil_node_set_number(own, "coverage", point.coverage);
    export_mean(own, "risk", point.risk, point.error);
    pil_node_set_number(own, "confidence", point.confidence);
  }
}

static void export_covers(pil_node *node, const pil_frontier_answer *answer) {
  pil_node_set_string(node, "over", "points");
  export_mean(node, "area", answer->area, answer->area_error);
  pil_node *list = pil_node_set_array(node, "curve");
  for (size_t i = 0; i < answer->cover_count; i++) {
    const pil_frontier_point *point = point_of(answer, answer->covers[i].point);
    pil_node *own = pil_node_append_object(list);
    pil_node_set_unsigned(own, "point", answer->covers[i].point);
    export_mean(own, "coverage", point->coverage.mean, point->coverage.mean_error);
    export_mean(own, "risk", point->risk.ratio, point->risk.error);
  }
}

bool pil_frontier_export(pil_node *root, const pil_frontier_answer *answer, pil_error *error) {
  const pil_frontier *frontier = answer->frontier;
  const pil_rollout_answer head = {.rollout = &frontier->base->rollout,
                                   .row_count = (size_t)frontier->trials,
                                   .files = frontier->files,
                                   .file_count = frontier->file_count,
                                   .partial = answer->count < frontier->grid.point_count};
  PIL_TRY(pil_rollout_export_head(root, "frontier", &head, error));
  pil_node *varied = pil_node_set_array(root, "varied");
  for (size_t i = 0; i < frontier->grid.path_count; i++) {
    pil_node *path = pil_node_append_object(varied);
    pil_node_set_string(path, "path", frontier->grid.paths[i].path);
    pil_node *values = pil_node_set_array(path, "values");
    for (size_t v = 0; v < frontier->grid.paths[i].count; v++)
      pil_node_append_number(values, frontier->grid.paths[i].numbers[v]);
  }
  export_points(root, answer);
  export_best(root, answer);
  pil_node *curve = pil_node_set_object(root, "risk_coverage");
  if (frontier->confidence != NULL)
    export_curve(curve, answer);
  else
    export_covers(curve, answer);
  return true;
}

/* ---- CSV ---- */

static void put_number(pil_table_block *table, double number) {
  char text[PIL_NUMBER_BYTES];
  pil_table_number(table, pil_number_exact(number, text), number);
}

static void list_points(pil_document *document, const pil_frontier_answer *answer) {
  static const char *const headings[] = {"human_cost_per_decision",
                                         "human_cost_per_decision_error",
                                         "missed_loss_per_decision",
                                         "missed_loss_per_decision_error",
                                         "total_per_decision",
                                         "total_per_decision_error",
                                         "coverage",
                                         "coverage_error",
                                         "risk",
                                         "risk_error",
                                         "staff_needed",
                                         "within_target",
                                         "within_target_error",
                                         "efficient"};
  const pil_frontier *frontier = answer->frontier;
  pil_table_block *table = pil_document_table(document, "points");
  for (size_t i = 0; i < frontier->grid.path_count; i++)
    pil_table_column(table, frontier->grid.paths[i].path, PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) pil_table_column(table, headings[i], PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < answer->count; i++) {
    size_t index = answer->order[i];
    const pil_frontier_point *p = &frontier->points[index];
    bool served = frontier->has_target;
    const double cells[] = {p->human.mean,
                            p->human.mean_error,
                            p->missed.mean,
                            p->missed.mean_error,
                            p->total.mean,
                            p->total.mean_error,
                            p->coverage.mean,
                            p->coverage.mean_error,
                            p->risk.ratio,
                            p->risk.error,
                            p->has_staff ? (double)p->staff : NAN,
                            served ? p->within.mean : NAN,
                            served ? p->within.mean_error : NAN,
                            answer->efficient[index]};
    pil_table_row(table);
    for (size_t k = 0; k < frontier->grid.path_count; k++) put_number(table, value_of(answer, index, k));
    for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) put_number(table, cells[k]);
  }
}

static void list_curve(pil_document *document, const pil_risk_curve *curve) {
  static const char *const headings[] = {"coverage", "risk", "risk_error", "confidence"};
  pil_table_block *table = pil_document_table(document, "risk_coverage");
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) pil_table_column(table, headings[i], PIL_ALIGN_RIGHT);
  for (int k = 1; curve->count > 0 && k <= PIL_FRONTIER_CURVE; k++) {
    pil_risk_point point = pil_risk_curve_at(curve, (double)k / PIL_FRONTIER_CURVE);
    pil_table_row(table);
    put_number(table, point.coverage);
    put_number(table, point.risk);
    put_number(table, point.error);
    put_number(table, point.confidence);
  }
}

void pil_frontier_list(pil_document *document, const pil_frontier_answer *answer) {
  list_points(document, answer);
  if (answer->frontier->confidence != NULL) list_curve(document, &answer->frontier->curve);
}

/* ---- from load to file ---- */

static bool write_answer(pil_frontier *frontier, pil_arena *arena, pil_format format, bool colour, const char *path,
                         pil_error *error) {
  pil_frontier_answer answer;
  pil_document *document = pil_document_new(arena);
  if (document == NULL) return pil_error_memory(error);
  PIL_TRY(pil_frontier_study(frontier, &answer, error));
  if (format == PIL_FORMAT_JSON) PIL_TRY(pil_frontier_export(pil_document_data(document), &answer, error));
  else if (format == PIL_FORMAT_CSV) pil_frontier_list(document, &answer);
  else pil_frontier_describe(document, &answer);
  return pil_job_write(document, format, colour, path, error);
}

bool pil_frontier_write(pil_frontier *frontier, pil_tick *tick, void *context, pil_format format, bool colour,
                        const char *path, pil_error *error) {
  bool ran = pil_frontier_run_curve(frontier, tick, context, error) && pil_frontier_run(frontier, tick, context, error);
  if (!ran && error->failure != PIL_FAILURE_INTERRUPTED) return false;
  pil_arena arena = {0};
  pil_error write_error = {0};
  bool written = write_answer(frontier, &arena, format, colour, path, &write_error);
  if (!written) *error = write_error;
  pil_arena_free(&arena);
  return ran && written;
}
