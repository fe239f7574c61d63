/* A backlog's answer for people.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../scenario/cells.h"
#include "../scenario/engine_notes.h"
#include "../statistics/interval.h"
#include "../statistics/number.h"
#include "backlog_answer.h"

static const char *item_name(const pil_backlog_answer *answer, size_t item) {
  return answer->backlog->items.list[item].name;
}

static void describe_head(pil_document *document, const pil_backlog_answer *answer) {
  const pil_backlog *backlog = answer->backlog;
  const pil_head *head = &backlog->head;
  char count[PIL_NUMBER_BYTES];
  pil_document_title(document, "%s", head->name[0] != '\0' ? head->name : backlog->file);
  if (head->about[0] != '\0') pil_document_paragraph(document, "%s", head->about);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "backlog", "%s", backlog->file);
  if (backlog->items_file != NULL) pil_facts_add(facts, "items", "%zu from %s", backlog->items.count, backlog->items_file);
  else pil_facts_add(facts, "items", "%zu", backlog->items.count);
  pil_facts_add(facts, "trials", "%s%s", pil_number_format((double)answer->trial_count, 0, count),
                answer->partial ? " (partial: interrupted)" : "");
  if (head->currency[0] != '\0') pil_facts_add(facts, "currency", "%s", head->currency);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)head->seed);
  if (backlog->without_goal_count == 0) return;
  pil_text names = {0};
  for (size_t i = 0; i < backlog->without_goal_count; i++)
    pil_text_format(&names, "%s%s", i == 0 ? "" : ", ", backlog->without_goal[i]);
  pil_document_warning(document, "No goal, no start: left out as they have no %s: %s.",
                       backlog->fields[backlog->goal_field].name, pil_text_get(&names));
  pil_text_free(&names);
}

/* ---- one formula's table ---- */

/* Scores that nothing is in doubt about have no error: six digits say enough of 23 / 3. */
static double shown_error(double value, double error) {
  bool sure = error <= 1e-9 * fabs(value);
  return sure && value != floor(value) ? fabs(value) * 1e-4 : error;
}

static void put_score(pil_table_block *table, const pil_ranked *ranked) {
  char text[PIL_NUMBER_BYTES];
  const pil_summary *score = &ranked->score;
  if (score->mean_error != 0 || pil_cells_never_rules(score)) pil_cells_put_mean(table, score);
  else pil_table_estimate(table, pil_number_format(score->mean, shown_error(score->mean, 0), text), score->mean, 0);
}

static bool has_labels(const pil_backlog_answer *answer, size_t f) {
  double share;
  for (size_t i = 0; i < answer->backlog->items.count; i++)
    if (pil_backlog_label(answer, f, i, &share) != NULL) return true;
  return false;
}

static void put_share(pil_table_block *table, const pil_ranked_chance *chance) {
  char text[PIL_NUMBER_BYTES];
  pil_table_estimate(table, pil_number_share(chance->probability, chance->error, text), chance->probability,
                     chance->error);
}

static void put_ranks(pil_table_block *table, const pil_ranked *ranked) {
  char text[PIL_NUMBER_BYTES], mean[PIL_NUMBER_BYTES];
  pil_number_format(ranked->rank_mean, ranked->rank_mean_error, mean);
  pil_table_estimate(table, mean, ranked->rank_mean, ranked->rank_mean_error);
  if (ranked->rank_p5 == ranked->rank_p95) snprintf(text, sizeof text, "%zu", ranked->rank_p5);
  else snprintf(text, sizeof text, "%zu to %zu", ranked->rank_p5, ranked->rank_p95);
  pil_table_text(table, text);
}

static void put_label(pil_table_block *table, const pil_backlog_answer *answer, size_t f, size_t item) {
  double share = 0;
  char text[300], percent[PIL_NUMBER_BYTES];
  const char *label = pil_backlog_label(answer, f, item, &share);
  if (label == NULL || share >= 1) {
    pil_table_text(table, label);
    return;
  }
  double error = sqrt(share * (1 - share) / (double)answer->trial_count);
  snprintf(text, sizeof text, "%.200s (%s)", label, pil_number_share(share, error, percent));
  pil_table_text(table, text);
}

static void describe_items(pil_document *document, const pil_backlog_answer *answer, size_t f) {
  static const int shown[] = {0, 3, 6};
  static const char *const headings[] = {"p5", "p50", "p95"};
  const pil_formula_answer *own = &answer->formulas[f];
  char heading[64];
  bool labels = has_labels(answer, f);
  pil_table_block *table = pil_document_table(document, own->formula->name);
  pil_table_column(table, "item", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "score ± error");
  for (int i = 0; i < 3; i++) pil_table_estimates(table, headings[i]);
  pil_table_estimates(table, "rank");
  pil_table_column(table, "p5 to p95", PIL_ALIGN_RIGHT);
  pil_table_estimates(table, "P(first)");
  snprintf(heading, sizeof heading, "P(top %zu)", answer->backlog->top);
  pil_table_estimates(table, heading);
  if (labels) pil_table_column(table, "mostly", PIL_ALIGN_LEFT);
  for (size_t r = 0; r < answer->backlog->items.count; r++) {
    size_t item = own->order[r];
    const pil_ranked *ranked = &own->items[item];
    pil_table_row(table);
    pil_table_text(table, item_name(answer, item));
    put_score(table, ranked);
    for (int i = 0; i < 3; i++) {
      double value = ranked->percentiles[shown[i]];
      pil_cells_put_percentile(table, value, shown_error(value, ranked->percentile_errors[shown[i]]));
    }
    put_ranks(table, ranked);
    put_share(table, &ranked->first);
    put_share(table, &ranked->top);
    if (labels) put_label(table, answer, f, item);
  }
}

/* Neighbours whose order could as well be the other. */
static void describe_coin_tosses(pil_document *document, const pil_backlog_answer *answer, size_t f) {
  const pil_formula_answer *own = &answer->formulas[f];
  size_t n = answer->backlog->items.count, count = 0;
  pil_text text = {0};
  if (!own->ranking->options.keep_pairs || answer->trial_count == 0) return;
  for (size_t r = 0; r + 1 < n; r++) {
    pil_ranked_pair pair;
    char percent[PIL_NUMBER_BYTES];
    pil_ranking_pair(own->ranking, own->order[r], own->order[r + 1], &pair);
    if (!pair.is_coin_toss) continue;
    if (count++ >= PIL_BACKLOG_SHOWN) continue;
    pil_text_format(&text, "%s%s above %s (%s)", count == 1 ? "" : "; ", item_name(answer, own->order[r]),
                    item_name(answer, own->order[r + 1]),
                    pil_number_share(pair.above.probability, pair.above.error, percent));
  }
  if (count > PIL_BACKLOG_SHOWN) pil_text_format(&text, "; and %zu more", count - PIL_BACKLOG_SHOWN);
  if (count > 0) pil_document_note(document, "Close to a coin toss: %s.", pil_text_get(&text));
  pil_text_free(&text);
}

static void describe_nans(pil_document *document, const pil_backlog_answer *answer, size_t f) {
  const pil_formula_answer *own = &answer->formulas[f];
  char count[PIL_NUMBER_BYTES];
  for (size_t i = 0; i < answer->backlog->items.count; i++) {
    if (own->items[i].nan_count == 0) continue;
    pil_document_warning(document, "%s: the score was not a number in %s trials: ranked last there.",
                         item_name(answer, i), pil_number_format((double)own->items[i].nan_count, 0, count));
  }
}

static void describe_improvements(pil_document *document, const pil_backlog_answer *answer, size_t f) {
  const pil_formula_answer *own = &answer->formulas[f];
  char caption[256], text[PIL_NUMBER_BYTES];
  if (own->improvement_count == 0) return;
  snprintf(caption, sizeof caption, "Which estimate to improve first (%.100s)", own->formula->name);
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "item", PIL_ALIGN_LEFT);
  pil_table_column(table, "field", PIL_ALIGN_LEFT);
  char heading[80];
  snprintf(heading, sizeof heading, "top %zu changes, 95 %% interval", answer->backlog->top);
  pil_table_chances(table, heading);
  for (size_t i = 0; i < own->improvement_count && i < PIL_BACKLOG_SHOWN; i++) {
    const pil_improvement *one = &own->improvements[i];
    pil_table_row(table);
    pil_table_text(table, item_name(answer, one->item));
    pil_table_text(table, answer->backlog->fields[one->field].name);
    pil_table_chance(table, pil_number_chance(one->probability, one->low, one->high, text), one->probability, one->low,
                     one->high);
  }
  char trials[PIL_NUMBER_BYTES];
  pil_document_note(document,
                    "top %zu changes: in so many of %s trials the top %zu would be another set if this estimate were "
                    "sure (at its middle value) and all else as drawn.",
                    answer->backlog->top, pil_number_format((double)answer->sums->improved_count, 0, trials),
                    answer->backlog->top);
}

static void describe_published(pil_document *document, const pil_backlog_answer *answer) {
  char printed[PIL_NUMBER_BYTES], reckoned[PIL_NUMBER_BYTES];
  if (answer->checked_count == 0) return;
  if (answer->published_count == 0) {
    pil_document_note(document, "All %zu published scores are what %s makes of the file's own numbers.",
                      answer->checked_count, answer->formulas[0].formula->name);
    return;
  }
  pil_document_warning(document, "%zu of %zu published scores are not what %s makes of the file's own numbers:",
                       answer->published_count, answer->checked_count, answer->formulas[0].formula->name);
  pil_table_block *table = pil_document_table(document, "Published scores that do not follow");
  pil_table_column(table, "item", PIL_ALIGN_LEFT);
  pil_table_column(table, "line", PIL_ALIGN_RIGHT);
  pil_table_column(table, "published", PIL_ALIGN_RIGHT);
  pil_table_column(table, "by the formula", PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < answer->published_count; i++) {
    const pil_published *one = &answer->published[i];
    char line[24];
    snprintf(line, sizeof line, "%d", answer->backlog->entries[one->item].at.line);
    pil_table_row(table);
    pil_table_text(table, item_name(answer, one->item));
    pil_table_text(table, line);
    pil_table_number(table, pil_number_format(one->printed, 0, printed), one->printed);
    pil_table_number(table, pil_number_format(one->reckoned, fabs(one->reckoned) * 1e-4, reckoned), one->reckoned);
  }
}

/* ---- several formulas ---- */

static void describe_agreement(pil_document *document, const pil_backlog_answer *answer) {
  const pil_backlog *backlog = answer->backlog;
  const pil_agreement *agreement = &answer->sums->agreement;
  char text[PIL_NUMBER_BYTES];
  if (backlog->formula_count < 2 || answer->trial_count == 0) return;
  pil_document_heading(document, "Do the formulas agree?");
  pil_table_block *table = pil_document_table(document, "Kendall's tau of their orders");
  pil_table_column(table, "formula", PIL_ALIGN_LEFT);
  pil_table_column(table, "and", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "tau ± error");
  pil_table_column(table, "p5", PIL_ALIGN_RIGHT);
  pil_table_column(table, "p95", PIL_ALIGN_RIGHT);
  for (size_t a = 0; a < backlog->formula_count; a++) {
    for (size_t b = a + 1; b < backlog->formula_count; b++) {
      pil_tau tau;
      pil_agreement_tau(agreement, a, b, &tau);
      pil_table_row(table);
      pil_table_text(table, backlog->formulas[a].name);
      pil_table_text(table, backlog->formulas[b].name);
      pil_table_estimate(table, pil_number_pair(tau.mean, tau.mean_error, text), tau.mean, tau.mean_error);
      pil_table_number(table, pil_number_format(tau.p5, 0.005, text), tau.p5);
      pil_table_number(table, pil_number_format(tau.p95, 0.005, text), tau.p95);
    }
  }
  pil_document_note(document, "tau: 1 where two orders are the same, 0 where they have nothing to do with each other, "
                              "-1 where one is the other turned round.");
}

static void describe_moves(pil_document *document, const pil_backlog_answer *answer) {
  const pil_backlog *backlog = answer->backlog;
  size_t n = backlog->items.count;
  char text[PIL_NUMBER_BYTES], caption[256];
  if (backlog->formula_count < 2 || answer->trial_count == 0) return;
  pil_move *moves = pil_arena_array(answer->arena, n, sizeof *moves);
  if (moves == NULL) return;
  snprintf(caption, sizeof caption, "Items that move most from %.80s to %.80s", backlog->formulas[0].name,
           backlog->formulas[1].name);
  pil_agreement_moves(&answer->sums->agreement, 0, 1, moves);
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "item", PIL_ALIGN_LEFT);
  pil_table_column(table, "places lost", PIL_ALIGN_RIGHT);
  pil_table_column(table, "moved either way", PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < n && i < PIL_BACKLOG_SHOWN / 2; i++) {
    pil_table_row(table);
    pil_table_text(table, item_name(answer, moves[i].item));
    pil_table_number(table, pil_number_format(moves[i].shift, 0.05, text), moves[i].shift);
    pil_table_number(table, pil_number_format(moves[i].moved, 0.05, text), moves[i].moved);
  }
}

/* ---- the portfolio ---- */

static const char *why_not(pil_portfolio_state state) {
  switch (state) {
    case PIL_PORTFOLIO_OVER_BUDGET: return "what is required, with what it needs, costs more than the budget";
    case PIL_PORTFOLIO_OVER_COUNT: return "what is required, with what it needs, is more items than at_most allows";
    case PIL_PORTFOLIO_CONFLICT: return "a required item is excluded, or needs one that is";
    default: return "a mean cost or value is not a number, or a cost is below 0";
  }
}

static void describe_set(pil_document *document, const pil_backlog_answer *answer) {
  const pil_portfolio_study *study = answer->portfolio;
  const pil_backlog *backlog = answer->backlog;
  char text[PIL_NUMBER_BYTES];
  pil_table_block *table = pil_document_table(document, "Portfolio");
  pil_table_column(table, "item", PIL_ALIGN_LEFT);
  pil_table_column(table, "start", PIL_ALIGN_LEFT);
  pil_table_column(table, "cost", PIL_ALIGN_RIGHT);
  pil_table_column(table, "value", PIL_ALIGN_RIGHT);
  pil_table_chances(table, "in the best set, 95 % interval");
  const size_t *order = answer->formulas[0].order;
  for (int chosen = 1; chosen >= 0; chosen--) {
    for (size_t r = 0; r < backlog->items.count; r++) {
      size_t i = order[r];
      double n = (double)study->trial_count, low, high;
      if (study->chosen[i] != (bool)chosen) continue;
      pil_interval_wilson((double)study->counts[i], n, PIL_INTERVAL_Z95, &low, &high);
      pil_table_row(table);
      pil_table_text(table, item_name(answer, i));
      pil_table_text(table, chosen ? "yes" : "");
      pil_table_number(table, pil_number_format(study->costs[i], fabs(study->costs[i]) * 0.01, text), study->costs[i]);
      pil_table_number(table, pil_number_format(study->values[i], fabs(study->values[i]) * 0.01, text), study->values[i]);
      pil_table_chance(table, pil_number_chance((double)study->counts[i] / n, low, high, text),
                       (double)study->counts[i] / n, low, high);
    }
  }
}

static void describe_frontier(pil_document *document, const pil_portfolio_study *study) {
  char text[PIL_NUMBER_BYTES];
  pil_table_block *table = pil_document_table(document, "What another budget would buy (mean numbers)");
  pil_table_column(table, "budget", PIL_ALIGN_RIGHT);
  pil_table_column(table, "items", PIL_ALIGN_RIGHT);
  pil_table_column(table, "cost", PIL_ALIGN_RIGHT);
  pil_table_column(table, "value", PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < study->frontier_count; i++) {
    const pil_portfolio_answer *point = &study->frontier[i];
    const pil_portfolio_answer *before = i > 0 ? &study->frontier[i - 1] : NULL;
    if (point->state != PIL_PORTFOLIO_CHOSEN) continue;
    if (before != NULL && before->value == point->value && before->cost == point->cost) continue; /* buys no more */
    char count[24];
    snprintf(count, sizeof count, "%zu", point->count);
    pil_table_row(table);
    pil_table_number(table, pil_number_format(study->budgets[i], fabs(study->budgets[i]) * 1e-3, text), study->budgets[i]);
    pil_table_text(table, count);
    pil_table_number(table, pil_number_format(point->cost, fabs(point->cost) * 1e-3, text), point->cost);
    pil_table_number(table, pil_number_format(point->value, fabs(point->value) * 1e-3, text), point->value);
  }
}

static void describe_worth(pil_document *document, const pil_portfolio_study *study) {
  char plan[PIL_NUMBER_BYTES], perfect[PIL_NUMBER_BYTES], gap[PIL_NUMBER_BYTES], trials[PIL_NUMBER_BYTES];
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "the set chosen on means", "%s", pil_number_pair(study->plan, study->plan_error, plan));
  pil_facts_add(facts, "each trial's best set", "%s", pil_number_pair(study->perfect, study->perfect_error, perfect));
  pil_facts_add(facts, "better estimates, at most", "%s", pil_number_pair(study->gap, study->gap_error, gap));
  pil_document_note(document,
                    "Over %s trials. A planned item that no longer fits the trial's budget is dropped, later ones may "
                    "still start. The last line is what knowing every number beforehand would be worth: no study of "
                    "the estimates can be worth more.",
                    pil_number_format((double)study->trial_count, 0, trials));
  if (study->unusable_count > 0)
    pil_document_warning(document, "%llu trials had no best set (%s): left out.",
                         (unsigned long long)study->unusable_count, "what is required did not fit, or a number was none");
  if (study->unproved_count > 0)
    pil_document_warning(document, "In %llu trials the best set found was not proved to be the best.",
                         (unsigned long long)study->unproved_count);
}

static void describe_portfolio(pil_document *document, const pil_backlog_answer *answer) {
  const pil_portfolio_study *study = answer->portfolio;
  const pil_backlog *backlog = answer->backlog;
  char budget[PIL_NUMBER_BYTES], cost[PIL_NUMBER_BYTES], value[PIL_NUMBER_BYTES];
  if (!backlog->portfolio.asked) return;
  pil_document_heading(document, "What fits a budget of %s", pil_number_format(backlog->portfolio.budget, 0, budget));
  if (study == NULL) {
    pil_document_warning(document, "The portfolio was not solved: the run was interrupted.");
    return;
  }
  if (study->planned.state != PIL_PORTFOLIO_CHOSEN) {
    pil_document_warning(document, "No set fits: %s.", why_not(study->planned.state));
    return;
  }
  describe_set(document, answer);
  for (size_t i = 0; backlog->portfolio.blockers != NULL && i < backlog->items.count; i++)
    if (backlog->portfolio.blockers[i] != NULL)
      pil_document_warning(document, "%s cannot start: it needs %s, which has no goal.", item_name(answer, i),
                           backlog->portfolio.blockers[i]);
  pil_document_note(document, "start: the best set on mean costs and values%s; it costs %s and is worth %s.",
                    study->planned.proved ? " (proved)" : " (the best found; not proved)",
                    pil_number_format(study->planned.cost, fabs(study->planned.cost) * 1e-3, cost),
                    pil_number_format(study->planned.value, fabs(study->planned.value) * 1e-3, value));
  describe_worth(document, study);
  describe_frontier(document, study);
}

/* ---- the whole ---- */

void pil_backlog_describe(pil_document *document, const pil_backlog_answer *answer) {
  const pil_backlog *backlog = answer->backlog;
  const pil_engine_notes notes = {answer->engine, answer->reasons, answer->reason_count};
  describe_head(document, answer);
  if (answer->trial_count == 0) {
    pil_document_warning(document, "No batch of trials was finished, so there is nothing to show.");
    return;
  }
  for (size_t f = 0; f < backlog->formula_count; f++) {
    pil_document_heading(document, "%s", answer->formulas[f].formula->name);
    describe_items(document, answer, f);
    describe_nans(document, answer, f);
    describe_coin_tosses(document, answer, f);
    if (f == 0) describe_published(document, answer);
    describe_improvements(document, answer, f);
  }
  describe_agreement(document, answer);
  describe_moves(document, answer);
  describe_portfolio(document, answer);
  pil_document_note(document,
                    "± is the Monte Carlo error of a mean (one standard error). p5 to p95 holds nine trials in ten. Ties "
                    "share their places.");
  if (backlog->explain_engine) pil_engine_describe(document, &notes, "scores");
}
