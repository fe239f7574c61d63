/* A frontier's answer for people: the points by human cost, what is best, and the risk-coverage curve.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "../scenario/cells.h"
#include "../statistics/number.h"
#include "frontier.h"

enum { TEXT_BYTES = 512, SHOWN_POINTS = 60, SHOWN_BARS = 40, SHOWN_NAMES = 5 };

static const pil_frontier_point *point_of(const pil_frontier_answer *answer, size_t index) {
  return &answer->frontier->points[index];
}

static const char *value_text(const pil_frontier_answer *answer, size_t point, size_t which) {
  const pil_sweep *grid = &answer->frontier->grid;
  return grid->paths[which].values[pil_sweep_value_index(grid, point, which)]->text;
}

static double value_number(const pil_frontier_answer *answer, size_t point, size_t which) {
  const pil_sweep *grid = &answer->frontier->grid;
  return grid->paths[which].numbers[pil_sweep_value_index(grid, point, which)];
}

/* "settings.limit = 0.6, reviewers.count = 4"; or the values alone. */
static void name_point(const pil_frontier_answer *answer, size_t point, bool whole, char text[TEXT_BYTES]) {
  const pil_sweep *grid = &answer->frontier->grid;
  size_t used = 0;
  for (size_t i = 0; i < grid->path_count && used < TEXT_BYTES; i++) {
    const char *value = value_text(answer, point, i);
    int more =
        whole ? snprintf(text + used, TEXT_BYTES - used, "%s%.150s = %s", i > 0 ? ", " : "", grid->paths[i].path, value)
              : snprintf(text + used, TEXT_BYTES - used, "%s%s", i > 0 ? " and " : "", value);
    used += more > 0 ? (size_t)more : 0;
  }
}

/* ---- head ---- */

static void describe_head(pil_document *document, const pil_frontier_answer *answer) {
  const pil_frontier *frontier = answer->frontier;
  const pil_rollout *rollout = &frontier->base->rollout;
  char text[PIL_NUMBER_BYTES];
  pil_document_title(document, "%s: frontier", rollout->head.name[0] != '\0' ? rollout->head.name : rollout->file);
  if (rollout->head.about[0] != '\0') pil_document_paragraph(document, "%s", rollout->head.about);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "scenario", "%s", rollout->file);
  pil_facts_add(facts, "policy", "%s", frontier->base->sources[pil_policy_own(frontier->base)].path);
  for (size_t i = 0; i < frontier->grid.path_count; i++) {
    const pil_sweep_path *path = &frontier->grid.paths[i];
    pil_facts_add(facts, i == 0 ? "varied" : "", "%s from %s to %s, %zu values", path->path, path->values[0]->text,
                  path->values[path->count - 1]->text, path->count);
  }
  pil_facts_add(facts, "trials", "%s of each point, on the same luck",
                pil_number_format((double)frontier->trials, 0, text));
  if (rollout->head.currency[0] != '\0') pil_facts_add(facts, "currency", "%s", rollout->head.currency);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)rollout->head.seed);
  if (answer->count < frontier->grid.point_count)
    pil_document_warning(document, "Interrupted (partial): %zu of %zu points were finished.", answer->count,
                         frontier->grid.point_count);
}

/* ---- points ---- */

static void put_share(pil_table_block *table, double share, double error) {
  char text[PIL_NUMBER_BYTES];
  pil_table_estimate(table, isnan(share) ? "-" : pil_number_share(share, error, text), share, error);
}

static void put_staff(pil_table_block *table, const pil_frontier_point *point) {
  char text[PIL_NUMBER_BYTES];
  if (point->has_staff)
    pil_table_number(table, pil_number_format((double)point->staff, 0, text), (double)point->staff);
  else
    pil_table_text(table, "more than 10,000");
}

static void put_paths(pil_table_block *table, const pil_frontier_answer *answer) {
  for (size_t i = 0; i < answer->frontier->grid.path_count; i++)
    pil_table_column(table, answer->frontier->grid.paths[i].path, PIL_ALIGN_RIGHT);
}

static void put_values(pil_table_block *table, const pil_frontier_answer *answer, size_t point) {
  for (size_t i = 0; i < answer->frontier->grid.path_count; i++)
    pil_table_number(table, value_text(answer, point, i), value_number(answer, point, i));
}

/* The costs of a point, per decision, and the staff. */
static void put_cost_columns(pil_table_block *table, const pil_frontier_answer *answer) {
  pil_table_estimates(table, "human ± error");
  pil_table_estimates(table, "missed ± error");
  pil_table_estimates(table, "total ± error");
  if (answer->frontier->has_target) pil_table_column(table, "staff", PIL_ALIGN_RIGHT);
}

static void put_costs(pil_table_block *table, const pil_frontier_answer *answer, size_t index) {
  const pil_frontier_point *point = point_of(answer, index);
  pil_cells_put_mean(table, &point->human);
  pil_cells_put_mean(table, &point->missed);
  pil_cells_put_mean(table, &point->total);
  if (answer->frontier->has_target) put_staff(table, point);
}

static pil_table_block *make_points(pil_document *document, const pil_frontier_answer *answer, const char *caption) {
  pil_table_block *table = pil_document_table(document, caption);
  put_paths(table, answer);
  if (answer->frontier->grid.path_count == 2) pil_table_group(table);
  pil_table_estimates(table, "auto");
  pil_table_estimates(table, "wrong of auto");
  put_cost_columns(table, answer);
  if (answer->frontier->has_target) pil_table_estimates(table, "within target");
  pil_table_column(table, "efficient", PIL_ALIGN_LEFT);
  return table;
}

/* Whether an efficient point is told apart from the next; false too where there is none. */
static bool is_like_next(const pil_frontier_answer *answer, size_t point) {
  for (size_t i = 0; i < answer->step_count; i++)
    if (answer->steps[i].point == point) return answer->steps[i].has_next && !answer->steps[i].is_told_apart;
  return false;
}

static void put_point(pil_table_block *table, const pil_frontier_answer *answer, size_t index, const char *efficient) {
  const pil_frontier_point *point = point_of(answer, index);
  pil_table_row(table);
  put_values(table, answer, index);
  put_share(table, point->coverage.mean, point->coverage.mean_error);
  put_share(table, point->risk.ratio, point->risk.error);
  put_costs(table, answer, index);
  if (answer->frontier->has_target) put_share(table, point->within.mean, point->within.mean_error);
  pil_table_text(table, efficient);
}

static void describe_points(pil_document *document, const pil_frontier_answer *answer) {
  const char *currency = answer->frontier->base->rollout.head.currency;
  bool all = answer->count <= SHOWN_POINTS;
  size_t like_next = 0;
  char caption[TEXT_BYTES];
  snprintf(caption, sizeof caption, "%s by human cost; costs per decision%s%.60s", all ? "Points" : "Efficient points",
           currency[0] != '\0' ? " in " : "", currency);
  pil_table_block *table = make_points(document, answer, caption);
  for (size_t i = 0; i < answer->count; i++) {
    size_t point = answer->order[i];
    bool is_efficient = answer->efficient[point], is_like = is_efficient && is_like_next(answer, point);
    like_next += is_like;
    if (!all && !is_efficient) continue;
    put_point(table, answer, point, is_like ? "yes ≈" : is_efficient ? "yes" : NULL);
  }
  if (!all)
    pil_document_note(document, "%zu of %zu points are efficient and shown; --format json and csv have all.",
                      answer->step_count, answer->count);
  if (like_next > 0)
    pil_document_note(document,
                      "≈: not told apart from the efficient point that follows; trial by trial their missed loss "
                      "differs by no more than two errors.");
}

static void describe_bars(pil_document *document, const pil_frontier_answer *answer) {
  char label[TEXT_BYTES], human[PIL_NUMBER_BYTES], missed[PIL_NUMBER_BYTES], remark[2 * TEXT_BYTES];
  if (answer->step_count < 2 || answer->step_count > SHOWN_BARS) return;
  pil_bars_block *bars =
      pil_document_bars(document, "Missed loss per decision at the efficient points, by rising human cost");
  for (size_t i = 0; i < answer->step_count; i++) {
    const pil_frontier_point *point = point_of(answer, answer->steps[i].point);
    name_point(answer, answer->steps[i].point, false, label);
    snprintf(remark, sizeof remark, "%s for %s",
             pil_number_format(point->missed.mean, point->missed.mean_error, missed),
             pil_number_format(point->human.mean, point->human.mean_error, human));
    pil_bars_bar(bars, label, point->missed.mean, remark);
  }
}

/* ---- the best ---- */

static void put_best(pil_table_block *table, const pil_frontier_answer *answer, const char *what, long point) {
  if (point == PIL_FRONTIER_NONE) return;
  pil_table_row(table);
  pil_table_text(table, what);
  put_values(table, answer, (size_t)point);
  put_costs(table, answer, (size_t)point);
}

static void describe_near(pil_document *document, const pil_frontier_answer *answer) {
  char list[2 * TEXT_BYTES] = "", name[TEXT_BYTES];
  size_t used = 0;
  if (answer->near_count == 0) return;
  for (size_t i = 0; i < answer->near_count && i < SHOWN_NAMES && used < sizeof list; i++) {
    name_point(answer, answer->near[i], true, name);
    int more = snprintf(list + used, sizeof list - used, "%s%.200s", i > 0 ? "; " : "", name);
    used += more > 0 ? (size_t)more : 0;
  }
  pil_document_note(document,
                    "By total cost %zu other efficient point%s not told apart from the cheapest (two errors): %s%s.",
                    answer->near_count, answer->near_count == 1 ? " is" : "s are", list,
                    answer->near_count > SHOWN_NAMES ? "; …" : "");
}

/* Says so plainly where no point keeps a limit, and where noise could decide it. */
static void describe_limits(pil_document *document, const pil_frontier_answer *answer) {
  const pil_frontier_request *request = answer->frontier->request;
  char name[TEXT_BYTES], text[PIL_NUMBER_BYTES], cap[PIL_NUMBER_BYTES];
  if (request->staff > 0 && answer->staff_missed == PIL_FRONTIER_NONE) {
    if (answer->staff_fewest == PIL_FRONTIER_NONE) {
      pil_document_warning(document, "No point needs at most %llu reviewers: none keeps its target even with 10,000.",
                           (unsigned long long)request->staff);
    } else {
      name_point(answer, (size_t)answer->staff_fewest, true, name);
      pil_document_warning(document, "No point needs at most %llu reviewers: the fewest that one needs are %s (%s).",
                           (unsigned long long)request->staff,
                           pil_number_format((double)point_of(answer, (size_t)answer->staff_fewest)->staff, 0, text),
                           name);
    }
  }
  if (request->cap == NULL) return;
  pil_number_format(*request->cap, 0, cap);
  long shown = answer->cap_human != PIL_FRONTIER_NONE ? answer->cap_human : answer->least_missed;
  if (shown == PIL_FRONTIER_NONE) return;
  const pil_summary *missed = &point_of(answer, (size_t)shown)->missed;
  name_point(answer, (size_t)shown, true, name);
  if (answer->cap_human == PIL_FRONTIER_NONE)
    pil_document_warning(document, "No point misses at most %s per decision: the least is %s (%s).", cap,
                         pil_number_pair(missed->mean, missed->mean_error, text), name);
  else if (!(*request->cap - missed->mean > 2 * missed->mean_error))
    pil_document_note(document,
                      "The missed loss at %s is within two errors of the cap of %s: more trials may decide otherwise.",
                      name, cap);
}

static void describe_best(pil_document *document, const pil_frontier_answer *answer) {
  const pil_frontier_request *request = answer->frontier->request;
  char staff_missed[96], staff_total[96], cap[TEXT_BYTES], text[PIL_NUMBER_BYTES];
  pil_table_block *table = pil_document_table(document, "Best");
  pil_table_column(table, "", PIL_ALIGN_LEFT);
  pil_table_group(table);
  put_paths(table, answer);
  put_cost_columns(table, answer);
  put_best(table, answer, "least total", answer->total);
  if (request->staff > 0) {
    snprintf(staff_missed, sizeof staff_missed, "staff at most %llu: least missed", (unsigned long long)request->staff);
    snprintf(staff_total, sizeof staff_total, "staff at most %llu: least total", (unsigned long long)request->staff);
    put_best(table, answer, staff_missed, answer->staff_missed);
    put_best(table, answer, staff_total, answer->staff_total);
  }
  if (request->cap != NULL) {
    snprintf(cap, sizeof cap, "missed at most %s: least human", pil_number_format(*request->cap, 0, text));
    put_best(table, answer, cap, answer->cap_human);
  }
  describe_limits(document, answer);
  describe_near(document, answer);
}

/* ---- risk and coverage ---- */

static void describe_curve(pil_document *document, const pil_frontier_answer *answer) {
  const pil_frontier *frontier = answer->frontier;
  const pil_risk_curve *curve = &frontier->curve;
  char label[PIL_NUMBER_BYTES], text[PIL_NUMBER_BYTES], own[PIL_NUMBER_BYTES], remark[2 * PIL_NUMBER_BYTES + 32],
      count[PIL_NUMBER_BYTES];
  char caption[TEXT_BYTES];
  snprintf(caption, sizeof caption, "Risk of the decisions of most %.200s: their share that is wrong",
           frontier->confidence->name);
  pil_bars_block *bars = pil_document_bars(document, caption);
  for (int k = 1; k <= 10; k++) {
    pil_risk_point point = pil_risk_curve_at(curve, k / 10.0);
    snprintf(label, sizeof label, "coverage %d %%", 10 * k);
    snprintf(remark, sizeof remark, "%s, from %s on", pil_number_percent(point.risk, point.error, text),
             pil_number_format(point.confidence, fabs(point.confidence) * 1e-3, own));
    pil_bars_bar(bars, label, point.risk, remark);
  }
  pil_document_paragraph(document,
                         "Area under the curve, the mean risk over all coverages: %s, over %s decisions of %zu "
                         "trial%s of the scenario as it stands.",
                         pil_number_pair(curve->area, curve->area_error, text),
                         pil_number_format((double)curve->count, 0, count), frontier->curve_trials,
                         frontier->curve_trials == 1 ? "" : "s");
}

static void describe_covers(pil_document *document, const pil_frontier_answer *answer) {
  char text[PIL_NUMBER_BYTES], low[PIL_NUMBER_BYTES], high[PIL_NUMBER_BYTES];
  if (isnan(answer->area)) return;
  const pil_summary *first = &point_of(answer, answer->covers[0].point)->coverage;
  const pil_summary *last = &point_of(answer, answer->covers[answer->cover_count - 1].point)->coverage;
  pil_document_paragraph(document,
                         "Risk and coverage: between %s and %s of decisions left to the machine, the area under the "
                         "points, the mean share of them that is wrong, is %s.",
                         pil_number_share(first->mean, first->mean_error, low),
                         pil_number_share(last->mean, last->mean_error, high),
                         pil_number_pair(answer->area, answer->area_error, text));
}

void pil_frontier_describe(pil_document *document, const pil_frontier_answer *answer) {
  describe_head(document, answer);
  if (answer->count > 0) {
    describe_points(document, answer);
    describe_bars(document, answer);
    describe_best(document, answer);
    describe_covers(document, answer);
  }
  if (answer->frontier->curve.count > 0) describe_curve(document, answer);
  if (answer->count > 0)
    pil_document_note(
        document,
        "± is the Monte Carlo error (one standard error). auto: decided by nobody but the machine; "
        "staff: the fewest reviewers that keep the service's target. Efficient: no other point costs at most as "
        "much in both human cost and missed loss, and less in one.");
}
