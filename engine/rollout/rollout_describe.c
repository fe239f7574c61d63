/* A rollout's answer for people: tables, a histogram, what to watch.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/text.h"
#include "../scenario/cells.h"
#include "../scenario/engine_notes.h"
#include "../statistics/number.h"
#include "rollout_answer.h"

static void describe_head(pil_document *document, const pil_rollout_answer *answer) {
  const pil_rollout *rollout = answer->rollout;
  const pil_head *head = &rollout->head;
  pil_document_title(document, "%s", head->name[0] != '\0' ? head->name : rollout->file);
  if (head->about[0] != '\0') pil_document_paragraph(document, "%s", head->about);
  char count[PIL_NUMBER_BYTES], first[PIL_NUMBER_BYTES], last[PIL_NUMBER_BYTES];
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "scenario", "%s", rollout->file);
  pil_facts_add(facts, "script", "%s", rollout->variants[0].source.path);
  pil_number_format((double)answer->row_count, 0, count);
  if (head->first_trial == 1) {
    pil_facts_add(facts, "trials", "%s of each variant%s", count,
                  answer->partial ? " (partial: interrupted)" : "");
  } else {
    pil_number_format((double)head->first_trial, 0, first);
    pil_number_format((double)(head->first_trial + answer->row_count - 1), 0, last);
    pil_facts_add(facts, "trials", "%s of each variant: %s to %s%s", count, first, last,
                  answer->partial ? " (partial: interrupted)" : "");
  }
  if (head->currency[0] != '\0') pil_facts_add(facts, "currency", "%s", head->currency);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)head->seed);
}

static double number_count(const pil_summary *summary) {
  return (double)(summary->finite_count + summary->never_count);
}

static void describe_chance(pil_table_block *table, const pil_output_result *output) {
  if (output->goal.trial_count == 0) { /* no goal, or none that one number can meet */
    pil_table_text(table, NULL);
    pil_table_text(table, NULL);
    return;
  }
  pil_table_text(table, output->spec->goal.text);
  pil_cells_put_chance(table, &output->goal);
}

/* The percentiles shown: p5, p25, p50, p75, p95 of the seven computed. */
static const int shown_percentiles[] = {0, 2, 3, 4, 6};
static const char *const shown_headings[] = {"p5", "p25", "p50", "p75", "p95"};

/* Whether a table for people leaves an output out: the answer to a question shows it, and it has no goal. */
static bool is_elsewhere(const pil_rollout *rollout, const pil_output_result *output) {
  return output->goal.trial_count == 0 && pil_questions_own(&rollout->questions, output->spec->name);
}

static bool has_goal(const pil_table_result *result) {
  for (size_t i = 0; i < result->output_count; i++)
    if (result->outputs[i].goal.trial_count > 0) return true;
  return false;
}

static void describe_outputs(pil_document *document, const pil_rollout *rollout, const pil_table_result *result,
                             const char *caption) {
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "output", PIL_ALIGN_LEFT);
  pil_table_column(table, "unit", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "mean ± error");
  for (int i = 0; i < 5; i++) pil_table_estimates(table, shown_headings[i]);
  bool with_goals = has_goal(result);
  if (with_goals) {
    pil_table_column(table, "goal", PIL_ALIGN_LEFT);
    pil_table_chances(table, "P(goal), 95 % interval");
  }
  for (size_t i = 0; i < result->output_count; i++) {
    const pil_output_result *output = &result->outputs[i];
    if (output->is_text || is_elsewhere(rollout, output)) continue;
    pil_table_row(table);
    pil_table_text(table, output->spec->name);
    pil_table_text(table, output->spec->unit);
    pil_cells_put_mean(table, &output->summary);
    for (int p = 0; p < 5; p++) {
      int at = shown_percentiles[p];
      pil_cells_put_percentile(table, output->percentiles[at], output->percentile_errors[at]);
    }
    if (with_goals) describe_chance(table, output);
  }
}

static void describe_shares(pil_document *document, const pil_output_result *output) {
  char text[PIL_NUMBER_BYTES], caption[256];
  snprintf(caption, sizeof caption, "%.200s: share of trials", output->spec->name);
  pil_bars_block *bars = pil_document_bars(document, caption);
  for (size_t i = 0; i < output->share_count; i++) {
    const pil_share *share = &output->shares[i];
    double error = (share->high - share->low) / (2 * 1.96);
    pil_bars_bar(bars, share->text, share->share, pil_number_share(share->share, error, text));
  }
}

/* Whole numbers in bins of one: each bin is one number. */
static bool holds_counts(const pil_output_result *output, size_t trials) {
  if (output->histogram.step != 1) return false;
  for (size_t i = 0; i < trials; i++)
    if (isfinite(output->cells[i]) && output->cells[i] != floor(output->cells[i])) return false;
  return true;
}

static void describe_histogram(pil_document *document, const pil_output_result *output, size_t trials) {
  const pil_histogram *histogram = &output->histogram;
  char caption[256], label[3 * PIL_NUMBER_BYTES], low[PIL_NUMBER_BYTES], high[PIL_NUMBER_BYTES];
  if (histogram->bin_count < 2) return;
  snprintf(caption, sizeof caption, "%.150s%s%.50s%s: share of trials", output->spec->name,
           output->spec->unit[0] ? " (" : "", output->spec->unit, output->spec->unit[0] ? ")" : "");
  pil_bars_block *bars = pil_document_bars(document, caption);
  bool counts = holds_counts(output, trials);
  for (size_t i = 0; i < histogram->bin_count; i++) {
    bool rest_below = i == 0 && histogram->below > 0;
    bool rest_above = i + 1 == histogram->bin_count && histogram->above > 0;
    pil_number_format(pil_histogram_edge(histogram, i), 0, low);
    pil_number_format(pil_histogram_edge(histogram, i + 1), 0, high);
    if (counts && !rest_below && !rest_above) snprintf(label, sizeof label, "%s", low);
    else if (rest_below) snprintf(label, sizeof label, "below %s", high);
    else if (rest_above) snprintf(label, sizeof label, "%s or more", low);
    else snprintf(label, sizeof label, "%s to %s", low, high);
    double share = (double)histogram->counts[i] / (double)trials;
    char remark[PIL_NUMBER_BYTES];
    pil_number_share(share, 0.005, remark);
    pil_bars_bar(bars, label, share, remark);
  }
  size_t never = output->summary.never_count;
  if (never > 0) {
    char remark[PIL_NUMBER_BYTES];
    double share = (double)never / (double)trials;
    pil_bars_bar(bars, "never", share, pil_number_share(share, 0.005, remark));
  }
}

static const char *column_at(const void *table, size_t index) {
  const pil_table *all = table;
  return all->columns[all->input_count + index].name;
}

/* What became of an output that was not a number in `count` of `total` trials. One that the
 * scenario lists and no trial returns is perhaps misspelt. */
static void describe_odd(pil_document *document, const pil_variant_answer *answer, const char *name,
                         const char *count, const char *total) {
  const pil_table *table = &answer->variant->table;
  if (pil_table_find(table, name, 0) != NULL) {
    pil_document_warning(document,
                         "%s was not a number in %s of %s trials: left out of mean and percentiles, and "
                         "counted as not meeting its goal.",
                         name, count, total);
    return;
  }
  const char *near =
      pil_text_nearest_of(name, column_at, table, table->column_count - table->input_count);
  pil_document_warning(document, "%s was not a number in %s of %s trials: the script never returned it%s%s%s",
                       name, count, total, near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                       near != NULL ? "?" : ".");
}

/* What a reader must not overlook: results that are no numbers, never, goals missed. */
static void describe_warnings(pil_document *document, const pil_variant_answer *answer, size_t trials) {
  char count[PIL_NUMBER_BYTES], total[PIL_NUMBER_BYTES], share[PIL_NUMBER_BYTES];
  pil_number_format((double)trials, 0, total);
  for (size_t i = 0; i < answer->result.output_count; i++) {
    const pil_output_result *output = &answer->result.outputs[i];
    const pil_summary *summary = &output->summary;
    if (summary->not_a_number_count > 0) {
      pil_number_format((double)summary->not_a_number_count, 0, count);
      describe_odd(document, answer, output->spec->name, count, total);
    }
    if (summary->never_count > 0 && !pil_cells_never_rules(summary)) {
      double part = (double)summary->never_count / number_count(summary);
      pil_document_note(document, "%s never came in %s of trials; its mean is over the others.",
                        output->spec->name,
                        pil_number_share(part, sqrt(part * (1 - part) / number_count(summary)), share));
    }
    if (output->goal.missed) {
      pil_document_warning(document, "Required goal missed: %s %s was to hold with a chance of at least %s.",
                           output->spec->name, output->spec->goal.text,
                           pil_number_share(output->spec->goal.chance, 0, share));
    }
  }
}

static void describe_variant(pil_document *document, const pil_rollout_answer *answer, size_t index) {
  const pil_variant_answer *own = &answer->variants[index];
  pil_document_heading(document, "%s", own->variant->name);
  if (own->variant->about[0] != '\0') pil_document_paragraph(document, "%s", own->variant->about);
  describe_outputs(document, answer->rollout, &own->result, own->variant->name);
  bool shown = false;
  for (size_t i = 0; i < own->result.output_count; i++) {
    const pil_output_result *output = &own->result.outputs[i];
    if (output->is_text) describe_shares(document, output);
    else if (!shown) describe_histogram(document, output, answer->row_count);
    shown = shown || !output->is_text;
  }
  pil_rollout_describe_months(document, own);
  const pil_rollout_extra *extra = answer->rollout->extra;
  if (extra != NULL) extra->describe(document, extra->context, index);
  describe_warnings(document, own, answer->row_count);
  pil_rollout_describe_unjudged(document, own, answer->rollout);
}

static void describe_correlations(pil_document *document, const pil_variant_answer *answer) {
  if (answer->correlation_count == 0) return;
  pil_table_block *table = pil_document_table(document, "Rank correlation of the inputs drawn");
  pil_table_column(table, "inputs", PIL_ALIGN_LEFT);
  pil_table_column(table, "asked", PIL_ALIGN_RIGHT);
  pil_table_column(table, "reached", PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < answer->correlation_count; i++) {
    const pil_correlation_reached *one = &answer->correlations[i];
    char names[256], asked[PIL_NUMBER_BYTES], reached[PIL_NUMBER_BYTES];
    snprintf(names, sizeof names, "%.100s, %.100s", one->first, one->second);
    pil_table_row(table);
    pil_table_text(table, names);
    pil_table_number(table, pil_number_format(one->asked, 0, asked), one->asked);
    pil_table_number(table, pil_number_format(one->reached, 0.01, reached), one->reached);
  }
}

static void describe_results(pil_document *document, const pil_rollout_answer *answer) {
  if (answer->row_count == 0) {
    pil_document_warning(document, "No batch of trials was finished, so there is nothing to show.");
    return;
  }
  for (size_t v = 0; v < answer->rollout->variant_count; v++) describe_variant(document, answer, v);
  pil_rollout_describe_pairs(document, answer);
  pil_rollout_describe_questions(document, answer);
  describe_correlations(document, &answer->variants[0]);
  pil_document_note(document,
                    "± is the Monte Carlo error of a mean (one standard error); more trials make it smaller. "
                    "p5 to p95 holds nine trials in ten.");
}

void pil_rollout_describe(pil_document *document, const pil_rollout_answer *answer) {
  describe_head(document, answer);
  describe_results(document, answer);
  const pil_engine_notes notes = {answer->engine, answer->reasons, answer->reason_count};
  if (answer->rollout->explain_engine) pil_engine_describe(document, &notes, answer->rollout->extra != NULL ? answer->rollout->extra->things : "trials");
}
