/* A backlog's answer as data: the JSON contract, format 1.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../scenario/engine_notes.h"
#include "../statistics/interval.h"
#include "backlog_answer.h"

static const char *item_name(const pil_backlog_answer *answer, size_t item) {
  return answer->backlog->items.list[item].name;
}

static bool export_files(pil_node *root, const pil_backlog_answer *answer, pil_error *error) {
  pil_node *files = pil_node_set_array(root, "files");
  pil_files_export(files, answer->backlog->file, answer->backlog->sha256);
  for (size_t f = 0; f < answer->backlog->formula_count; f++)
    for (size_t i = 0; i < answer->file_counts[f]; i++)
      pil_files_export(files, answer->files[f][i].path, answer->files[f][i].sha256);
  return pil_files_export_data(files, &answer->backlog->datasets, error);
}

static void export_score(pil_node *item, const pil_ranked *ranked) {
  static const char *const names[PIL_RANKED_LEVELS] = {"p5", "p10", "p25", "p50", "p75", "p90", "p95"};
  pil_node *node = pil_node_set_object(item, "score");
  pil_node_set_number(node, "mean", ranked->score.mean);
  pil_node_set_number(node, "mean_error", ranked->score.mean_error);
  pil_node_set_number(node, "sd", ranked->score.sd);
  pil_node_set_number(node, "min", ranked->score.min);
  for (int i = 0; i < PIL_RANKED_LEVELS; i++) pil_node_set_number(node, names[i], ranked->percentiles[i]);
  pil_node_set_number(node, "max", ranked->score.max);
  pil_node_set_unsigned(node, "not_a_number", ranked->score.not_a_number_count);
  pil_node_set_unsigned(node, "never", ranked->score.never_count);
}

static void export_rank(pil_node *item, const pil_ranked *ranked) {
  pil_node *node = pil_node_set_object(item, "rank");
  pil_node_set_number(node, "mean", ranked->rank_mean);
  pil_node_set_number(node, "mean_error", ranked->rank_mean_error);
  pil_node_set_unsigned(node, "p5", ranked->rank_p5);
  pil_node_set_unsigned(node, "p50", ranked->rank_p50);
  pil_node_set_unsigned(node, "p95", ranked->rank_p95);
}

static void export_chance(pil_node *item, const char *name, const char *error_name, const pil_ranked_chance *chance) {
  pil_node_set_number(item, name, chance->probability);
  pil_node_set_number(item, error_name, chance->error);
}

static void export_labels(pil_node *item, const pil_backlog_answer *answer, size_t f, size_t index) {
  const pil_backlog_sums *sums = answer->sums;
  const uint64_t *counts =
      sums->label_counts + (f * answer->backlog->items.count + index) * PIL_BACKLOG_LABELS;
  pil_node *node = NULL;
  for (size_t l = 0; l < sums->label_count; l++) {
    if (counts[l] == 0) continue;
    if (node == NULL) node = pil_node_set_object(item, "labels");
    pil_node_set_number(node, sums->labels[l], (double)counts[l] / (double)answer->trial_count);
  }
}

static bool export_item(pil_node *items, const pil_backlog_answer *answer, size_t f, size_t index, pil_error *error) {
  const pil_formula_answer *own = &answer->formulas[f];
  const pil_ranked *ranked = &own->items[index];
  size_t n = answer->backlog->items.count;
  double *places = pil_arena_array(answer->arena, n, sizeof *places);
  if (places == NULL) return pil_error_memory(error);
  pil_node *item = pil_node_append_object(items);
  pil_node_set_string(item, "name", item_name(answer, index));
  export_score(item, ranked);
  export_rank(item, ranked);
  export_chance(item, "probability_first", "probability_first_error", &ranked->first);
  export_chance(item, "probability_top", "probability_top_error", &ranked->top);
  pil_node *list = pil_node_set_array(item, "probability_rank");
  pil_ranking_places(own->ranking, index, places);
  for (size_t p = 0; p < n; p++) pil_node_append_number(list, places[p]);
  export_labels(item, answer, f, index);
  return true;
}

static void export_neighbours(pil_node *formula, const pil_backlog_answer *answer, const pil_formula_answer *own) {
  if (!own->ranking->options.keep_pairs) return;
  pil_node *list = pil_node_set_array(formula, "neighbours");
  for (size_t r = 0; r + 1 < answer->backlog->items.count; r++) {
    pil_ranked_pair pair;
    pil_ranking_pair(own->ranking, own->order[r], own->order[r + 1], &pair);
    pil_node *node = pil_node_append_object(list);
    pil_node_set_string(node, "item", item_name(answer, own->order[r]));
    pil_node_set_string(node, "next", item_name(answer, own->order[r + 1]));
    pil_node_set_number(node, "probability_above", pair.above.probability);
    pil_node_set_number(node, "low", pair.above.low);
    pil_node_set_number(node, "high", pair.above.high);
    pil_node_set_bool(node, "coin_toss", pair.is_coin_toss);
  }
}

static void export_improvements(pil_node *formula, const pil_backlog_answer *answer, const pil_formula_answer *own) {
  pil_node *list = pil_node_set_array(formula, "improve");
  for (size_t i = 0; i < own->improvement_count; i++) {
    const pil_improvement *one = &own->improvements[i];
    pil_node *node = pil_node_append_object(list);
    pil_node_set_string(node, "item", item_name(answer, one->item));
    pil_node_set_string(node, "field", answer->backlog->fields[one->field].name);
    pil_node_set_number(node, "probability_top_changes", one->probability);
    pil_node_set_number(node, "low", one->low);
    pil_node_set_number(node, "high", one->high);
  }
}

static bool export_formula(pil_node *formulas, const pil_backlog_answer *answer, size_t f, pil_error *error) {
  const pil_formula_answer *own = &answer->formulas[f];
  pil_node *node = pil_node_append_object(formulas);
  pil_node_set_string(node, "name", own->formula->name);
  pil_node *items = pil_node_set_array(node, "items");
  for (size_t r = 0; r < answer->backlog->items.count; r++)
    PIL_TRY(export_item(items, answer, f, own->order[r], error));
  export_neighbours(node, answer, own);
  export_improvements(node, answer, own);
  return true;
}

static void export_agreement(pil_node *root, const pil_backlog_answer *answer) {
  const pil_backlog *backlog = answer->backlog;
  size_t n = backlog->items.count;
  if (backlog->formula_count < 2) return;
  pil_node *list = pil_node_set_array(root, "agreement");
  for (size_t a = 0; a < backlog->formula_count; a++) {
    for (size_t b = a + 1; b < backlog->formula_count; b++) {
      pil_tau tau;
      pil_move *moves = pil_arena_array(answer->arena, n, sizeof *moves);
      pil_agreement_tau(&answer->sums->agreement, a, b, &tau);
      pil_node *node = pil_node_append_object(list);
      pil_node_set_string(node, "first", backlog->formulas[a].name);
      pil_node_set_string(node, "second", backlog->formulas[b].name);
      pil_node_set_number(node, "tau", tau.mean);
      pil_node_set_number(node, "tau_error", tau.mean_error);
      pil_node_set_number(node, "p5", tau.p5);
      pil_node_set_number(node, "p50", tau.p50);
      pil_node_set_number(node, "p95", tau.p95);
      pil_node_set_unsigned(node, "undefined", tau.undefined_count);
      if (moves == NULL) continue;
      pil_agreement_moves(&answer->sums->agreement, a, b, moves);
      pil_node *moved = pil_node_set_array(node, "moves");
      for (size_t i = 0; i < n; i++) {
        pil_node *one = pil_node_append_object(moved);
        pil_node_set_string(one, "item", item_name(answer, moves[i].item));
        pil_node_set_number(one, "places_lost", moves[i].shift);
        pil_node_set_number(one, "moved", moves[i].moved);
      }
    }
  }
}

static void export_published(pil_node *root, const pil_backlog_answer *answer) {
  if (answer->checked_count == 0) return;
  pil_node *node = pil_node_set_object(root, "published");
  pil_node_set_unsigned(node, "checked", answer->checked_count);
  pil_node *list = pil_node_set_array(node, "differ");
  for (size_t i = 0; i < answer->published_count; i++) {
    const pil_published *own = &answer->published[i];
    pil_node *one = pil_node_append_object(list);
    pil_node_set_string(one, "item", item_name(answer, own->item));
    pil_node_set_integer(one, "line", answer->backlog->entries[own->item].at.line);
    pil_node_set_number(one, "published", own->printed);
    pil_node_set_number(one, "formula", own->reckoned);
  }
}

static void export_estimate(pil_node *node, const char *name, const char *error_name, double mean, double error) {
  pil_node_set_number(node, name, mean);
  pil_node_set_number(node, error_name, error);
}

static void export_portfolio_items(pil_node *node, const pil_backlog_answer *answer) {
  const pil_portfolio_study *study = answer->portfolio;
  pil_node *items = pil_node_set_array(node, "items");
  for (size_t i = 0; i < answer->backlog->items.count; i++) {
    double low, high, n = (double)study->trial_count;
    pil_interval_wilson((double)study->counts[i], n, PIL_INTERVAL_Z95, &low, &high);
    pil_node *one = pil_node_append_object(items);
    pil_node_set_string(one, "name", item_name(answer, i));
    pil_node_set_bool(one, "start", study->chosen[i]);
    pil_node_set_number(one, "cost", study->costs[i]);
    pil_node_set_number(one, "value", study->values[i]);
    pil_node_set_number(one, "probability_best", (double)study->counts[i] / n);
    pil_node_set_number(one, "low", low);
    pil_node_set_number(one, "high", high);
  }
}

static void export_portfolio(pil_node *root, const pil_backlog_answer *answer) {
  static const char *const states[] = {[PIL_PORTFOLIO_CHOSEN] = "chosen", [PIL_PORTFOLIO_OVER_BUDGET] = "over budget",
                                       [PIL_PORTFOLIO_OVER_COUNT] = "over count", [PIL_PORTFOLIO_CONFLICT] = "conflict",
                                       [PIL_PORTFOLIO_UNUSABLE] = "unusable"};
  const pil_portfolio_study *study = answer->portfolio;
  if (study == NULL) return;
  pil_node *node = pil_node_set_object(root, "portfolio");
  pil_node_set_number(node, "budget", answer->backlog->portfolio.budget);
  pil_node_set_string(node, "state", states[study->planned.state]);
  if (study->planned.state != PIL_PORTFOLIO_CHOSEN) return;
  pil_node_set_number(node, "cost", study->planned.cost);
  pil_node_set_number(node, "value", study->planned.value);
  pil_node_set_number(node, "bound", study->planned.bound);
  pil_node_set_bool(node, "proved", study->planned.proved);
  pil_node_set_unsigned(node, "trials", study->trial_count);
  pil_node_set_unsigned(node, "unproved", study->unproved_count);
  pil_node_set_unsigned(node, "unusable", study->unusable_count);
  export_portfolio_items(node, answer);
  export_estimate(node, "planned_worth", "planned_worth_error", study->plan, study->plan_error);
  export_estimate(node, "perfect_worth", "perfect_worth_error", study->perfect, study->perfect_error);
  export_estimate(node, "better_estimates_at_most", "better_estimates_at_most_error", study->gap, study->gap_error);
  pil_node *frontier = pil_node_set_array(node, "frontier");
  for (size_t i = 0; i < study->frontier_count; i++) {
    pil_node *point = pil_node_append_object(frontier);
    pil_node_set_number(point, "budget", study->budgets[i]);
    pil_node_set_unsigned(point, "items", study->frontier[i].count);
    pil_node_set_number(point, "cost", study->frontier[i].cost);
    pil_node_set_number(point, "value", study->frontier[i].value);
    pil_node_set_bool(point, "proved", study->frontier[i].proved);
  }
}

bool pil_backlog_export(pil_node *root, const pil_backlog_answer *answer, pil_error *error) {
  const pil_backlog *backlog = answer->backlog;
  const pil_engine_notes notes = {answer->engine, answer->reasons, answer->reason_count};
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "backlog");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node *scenario = pil_node_set_object(root, "scenario");
  pil_node_set_string(scenario, "name", backlog->head.name);
  pil_node_set_string(scenario, "file", backlog->file);
  PIL_TRY(export_files(root, answer, error));
  pil_node_set_unsigned(root, "seed", backlog->head.seed);
  pil_node_set_unsigned(root, "trials", answer->trial_count);
  if (backlog->head.first_trial > 1) pil_node_set_unsigned(root, "first_trial", backlog->head.first_trial);
  pil_node_set_bool(root, "partial", answer->partial);
  pil_engine_export(root, &notes);
  pil_node_set_unsigned(root, "top", backlog->top);
  pil_node *left_out = pil_node_set_array(root, "without_goal");
  for (size_t i = 0; i < backlog->without_goal_count; i++) pil_node_append_string(left_out, backlog->without_goal[i]);
  pil_node *formulas = pil_node_set_array(root, "formulas");
  for (size_t f = 0; answer->trial_count > 0 && f < backlog->formula_count; f++)
    PIL_TRY(export_formula(formulas, answer, f, error));
  export_agreement(root, answer);
  export_published(root, answer);
  export_portfolio(root, answer);
  return true;
}

pil_document *pil_backlog_document(const pil_backlog_answer *answer, pil_error *error) {
  pil_document *document = pil_document_new(answer->arena);
  if (document == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  pil_backlog_describe(document, answer);
  return pil_backlog_export(pil_document_data(document), answer, error) ? document : NULL;
}
