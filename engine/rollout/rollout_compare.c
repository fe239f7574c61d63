/* Variants against each other, as tables for people and as data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../statistics/number.h"
#include "rollout_answer.h"

/* How many more independent trials the difference would need for the same error. */
static double saved(const pil_pair *pair) {
  return (pair->economy - 1) * (double)pair->count;
}

static double saved_error(const pil_pair *pair) {
  return pair->economy_error * (double)pair->count;
}

void pil_rollout_export_pair(pil_node *to, const pil_comparison *comparison) {
  pil_node *outputs = pil_node_set_object(to, "outputs");
  for (size_t i = 0; i < comparison->count; i++) {
    const pil_difference *one = &comparison->differences[i];
    pil_node *node = pil_node_set_object(outputs, one->spec->name);
    pil_node_set_number(node, "mean", one->pair.mean);
    pil_node_set_number(node, "mean_error", one->pair.mean_error);
    if (one->spec->better != PIL_BETTER_UNKNOWN) {
      pil_node_set_number(node, "probability_better", one->pair.probability_better);
      pil_node_set_number(node, "probability_better_error", one->pair.probability_error);
    }
    pil_node_set_number(node, "trials_saved", saved(&one->pair));
    pil_node_set_number(node, "trials_saved_error", saved_error(&one->pair));
  }
}

static pil_table_block *start_table(pil_document *document, const char *caption, const char *second) {
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "variant", PIL_ALIGN_LEFT);
  pil_table_column(table, second, PIL_ALIGN_LEFT);
  pil_table_column(table, "unit", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "difference ± error");
  pil_table_estimates(table, "P(better)");
  pil_table_estimates(table, "saved");
  pil_table_group(table);
  return table;
}

static void put_difference(pil_table_block *table, const char *variant, const char *second,
                           const pil_difference *one) {
  char text[PIL_NUMBER_BYTES];
  const pil_pair *pair = &one->pair;
  pil_table_row(table);
  pil_table_text(table, variant);
  pil_table_text(table, second);
  pil_table_text(table, one->spec->unit);
  pil_table_estimate(table, pil_number_pair(pair->mean, pair->mean_error, text), pair->mean, pair->mean_error);
  double p = pair->probability_better, p_error = pair->probability_error;
  if (one->spec->better == PIL_BETTER_UNKNOWN || isnan(p)) pil_table_text(table, NULL);
  else pil_table_estimate(table, pil_number_share(p, p_error, text), p, p_error);
  if (isnan(pair->economy)) return;
  /* Two digits of a guess: its error holds only roughly where tails are long. */
  double error = fmax(saved_error(pair), 0.01 * fabs(saved(pair)));
  pil_table_estimate(table, pil_number_format(saved(pair), error, text), saved(pair), saved_error(pair));
}

static void put_against_first(pil_document *document, const pil_rollout_answer *answer) {
  char heading[256]; /* CSV, which has no headings, shows the table's caption */
  snprintf(heading, sizeof heading, "Against %.200s, trial by trial on the same luck", answer->variants[0].variant->name);
  pil_document_heading(document, "%s", heading);
  pil_table_block *table = start_table(document, heading, "output");
  for (size_t v = 1; v < answer->rollout->variant_count; v++) {
    const pil_comparison *pair = pil_rollout_pair(answer, 0, v);
    for (size_t i = 0; i < pair->count; i++) {
      const char *output = pair->differences[i].spec->name;
      if (!pil_questions_own(&answer->rollout->questions, output))
        put_difference(table, answer->variants[v].variant->name, output, &pair->differences[i]);
    }
  }
  pil_document_note(document,
                    "saved: so many more independent trials of both variants would be needed for the same error "
                    "of the difference (below 0: fewer).");
}

static const pil_difference *find_difference(const pil_comparison *pair, const char *name) {
  for (size_t i = 0; i < pair->count; i++)
    if (strcmp(pair->differences[i].spec->name, name) == 0) return &pair->differences[i];
  return NULL;
}

/* For people the other pairs of the first output only; the rest is in the data. */
static void put_other_pairs(pil_document *document, const pil_rollout_answer *answer) {
  size_t count = answer->rollout->variant_count;
  const pil_comparison *first = pil_rollout_pair(answer, 0, 1);
  if (count < 3 || count > PIL_PAIRS_VARIANTS || first->count == 0) return;
  const char *name = first->differences[0].spec->name;
  char caption[256];
  snprintf(caption, sizeof caption, "The other pairs: %.200s", name);
  pil_table_block *table = start_table(document, caption, "against");
  for (size_t base = 1; base < count; base++) {
    for (size_t other = base + 1; other < count; other++) {
      const pil_difference *one = find_difference(pil_rollout_pair(answer, base, other), name);
      if (one == NULL) continue;
      put_difference(table, answer->variants[other].variant->name, answer->variants[base].variant->name, one);
    }
  }
}

void pil_rollout_describe_pairs(pil_document *document, const pil_rollout_answer *answer) {
  if (answer->pair_count == 0) return;
  put_against_first(document, answer);
  put_other_pairs(document, answer);
  pil_node *pairs = pil_node_set_array(pil_document_data(document), "pairs");
  for (size_t i = 0; i < answer->pair_count; i++) {
    const pil_comparison *pair = &answer->pairs[i];
    pil_node *node = pil_node_append_object(pairs);
    pil_node_set_string(node, "variant", answer->variants[pair->other].variant->name);
    pil_node_set_string(node, "to", answer->variants[pair->base].variant->name);
    pil_rollout_export_pair(node, pair);
  }
}
