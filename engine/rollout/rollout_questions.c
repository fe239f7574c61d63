/* What options are worth, how gates err and what the worst trials are, as tables for people and as
 * data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../statistics/interval.h"
#include "../statistics/number.h"
#include "rollout_answer.h"

static void put_pair(pil_table_block *table, double value, double error) {
  char text[PIL_NUMBER_BYTES];
  pil_table_estimate(table, pil_number_pair(value, error, text), value, error);
}

/* A heading and its one table; CSV, which has no headings, shows the table's caption. */
static pil_table_block *start_section(pil_document *document, const char *heading) {
  pil_document_heading(document, "%s", heading);
  return pil_document_table(document, heading);
}

/* ---- options ---- */

static void put_option(pil_table_block *table, pil_node *options, const pil_option_result *option) {
  const pil_option_spec *spec = option->spec;
  pil_table_row(table);
  pil_table_text(table, spec->name);
  pil_table_text(table, option->output->name);
  pil_table_text(table, option->output->unit);
  put_pair(table, option->with, option->with_error);
  put_pair(table, option->without, option->without_error);
  put_pair(table, option->worth.mean, option->worth.mean_error);
  pil_node *node = pil_node_append_object(options);
  pil_node_set_string(node, "name", spec->name);
  pil_node_set_string(node, "with", spec->with);
  pil_node_set_string(node, "without", spec->without);
  pil_node_set_string(node, "output", option->output->name);
  pil_node_set_string(node, "bound", "lower");
  pil_node_set_number(node, "worth", option->worth.mean);
  pil_node_set_number(node, "worth_error", option->worth.mean_error);
  pil_node_set_number(node, "probability_better", option->worth.probability_better);
  pil_node_set_number(node, "probability_better_error", option->worth.probability_error);
}

static void describe_options(pil_document *document, const pil_rollout_answer *answer) {
  if (answer->option_count == 0) return;
  pil_table_block *table = start_section(document, "What options are worth, at least");
  pil_table_column(table, "option", PIL_ALIGN_LEFT);
  pil_table_column(table, "output", PIL_ALIGN_LEFT);
  pil_table_column(table, "unit", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "with ± error");
  pil_table_estimates(table, "without ± error");
  pil_table_estimates(table, "worth ± error");
  pil_node *options = pil_node_set_array(pil_document_data(document), "options");
  for (size_t i = 0; i < answer->option_count; i++) put_option(table, options, &answer->options[i]);
  for (size_t i = 0; i < answer->option_count; i++) {
    const pil_option_spec *spec = answer->options[i].spec;
    pil_document_note(document, "%s: \"%s\" against \"%s\", trial by trial. %s", spec->name, spec->with,
                      spec->without, spec->about);
  }
  pil_document_note(document,
                    "This is what an option is worth under the rule by which the plan uses it: a lower bound, as "
                    "a better rule is worth more. Below 0 the rule does harm, and the option is worth 0 to "
                    "whoever leaves it unused.");
}

/* ---- gates ---- */

static void put_chance(pil_table_block *table, pil_node *gates, const char *name, const pil_chance *chance,
                       bool shown) {
  char text[PIL_NUMBER_BYTES];
  pil_node *node = pil_node_set_object(gates, name);
  pil_node_set_number(node, "probability", chance->probability);
  pil_node_set_number(node, "low", chance->low);
  pil_node_set_number(node, "high", chance->high);
  pil_node_set_unsigned(node, "trials", chance->trial_count);
  if (!shown) return;
  if (chance->trial_count == 0) pil_table_text(table, "-");
  else pil_table_chance(table, pil_number_chance(chance->probability, chance->low, chance->high, text),
                        chance->probability, chance->low, chance->high);
}

/* The truth is no answer of the gates: its share is told, and no interval. */
static void put_good(pil_table_block *table, const pil_chance *good) {
  char text[PIL_NUMBER_BYTES];
  double error = (good->high - good->low) / (2 * PIL_INTERVAL_Z95);
  pil_table_estimate(table, pil_number_share(good->probability, error, text), good->probability, error);
}

static void put_months(pil_table_block *table, pil_node *gates, const char *name, const pil_summary *months) {
  pil_node *node = pil_node_set_object(gates, name);
  pil_node_set_number(node, "mean", months->mean);
  pil_node_set_number(node, "mean_error", months->mean_error);
  if (isnan(months->mean)) pil_table_text(table, "-");
  else put_pair(table, months->mean, months->mean_error);
}

static void put_gates(pil_table_block *table, pil_node *list, const pil_variant_answer *own,
                      const pil_gates_spec *spec) {
  const pil_gates_result *gates = &own->gates;
  pil_table_row(table);
  pil_table_text(table, own->variant->name);
  pil_node *node = pil_node_append_object(list);
  pil_node_set_string(node, "variant", own->variant->name);
  pil_node_set_unsigned(node, "unknown", gates->unknown_count);
  put_chance(table, node, "good", &gates->good, false);
  put_good(table, &gates->good);
  if (spec->promoted.output.name != NULL) {
    put_chance(table, node, "promoted_if_bad", &gates->promoted_if_bad, true);
    put_chance(table, node, "promoted_if_good", &gates->promoted_if_good, false);
  }
  if (spec->rolled_back.output.name != NULL) {
    put_chance(table, node, "rolled_back_if_good", &gates->rolled_back_if_good, true);
    put_chance(table, node, "rolled_back_if_bad", &gates->rolled_back_if_bad, false);
  }
  if (!gates->has_months_lost) return;
  put_months(table, node, "months_lost", &gates->months_lost);
  put_months(table, node, "months_lost_if_good", &gates->months_lost_if_good);
}

static void describe_gates(pil_document *document, const pil_rollout_answer *answer) {
  const pil_gates_spec *spec = &answer->rollout->questions.gates;
  if (spec->good.output.name == NULL || answer->row_count == 0) return;
  pil_table_block *table = start_section(document, "How often gates err");
  pil_table_column(table, "variant", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "P(good)");
  if (spec->promoted.output.name != NULL) pil_table_chances(table, "P(promoted | bad)");
  if (spec->rolled_back.output.name != NULL) pil_table_chances(table, "P(rolled back | good)");
  if (spec->months_lost.name != NULL) {
    pil_table_estimates(table, "months lost ± error");
    pil_table_estimates(table, "months lost if good ± error");
  }
  pil_node *list = pil_node_set_array(pil_document_data(document), "gates");
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    const pil_variant_answer *own = &answer->variants[v];
    if (own->gates.found) put_gates(table, list, own, spec);
    if (own->gates.unknown_count == 0) continue;
    char count[PIL_NUMBER_BYTES];
    pil_document_warning(document, "%s: whether the plan was good, or what was decided, was not a number in %s "
                         "trials; they are left out.", own->variant->name,
                         pil_number_format((double)own->gates.unknown_count, 0, count));
  }
  pil_document_note(document, "Intervals hold 95 %%. P(x | y): how often x among the trials in which y; bad: not good.");
}

/* ---- tails ---- */

static void put_tail(pil_table_block *table, pil_node *list, const char *variant, const pil_output_tail *one) {
  const pil_tail *tail = &one->tail;
  pil_table_row(table);
  pil_table_text(table, variant);
  pil_table_text(table, one->spec->name);
  pil_table_text(table, one->spec->unit);
  put_pair(table, tail->var, tail->var_error);
  put_pair(table, tail->cvar, tail->cvar_error);
  pil_node *node = pil_node_append_object(list);
  pil_node_set_string(node, "variant", variant);
  pil_node_set_string(node, "output", one->spec->name);
  pil_node_set_number(node, "level", tail->level);
  pil_node_set_number(node, "var", tail->var);
  pil_node_set_number(node, "var_error", tail->var_error);
  pil_node_set_number(node, "cvar", tail->cvar);
  pil_node_set_number(node, "cvar_error", tail->cvar_error);
}

static void describe_tails(pil_document *document, const pil_rollout_answer *answer) {
  char heading[64];
  double level = answer->rollout->questions.level;
  if (answer->row_count == 0 || answer->variants[0].tail_count == 0) return;
  snprintf(heading, sizeof heading, "The worst %g %% of trials", 100 - 100 * level);
  pil_table_block *table = start_section(document, heading);
  pil_table_column(table, "variant", PIL_ALIGN_LEFT);
  pil_table_column(table, "output", PIL_ALIGN_LEFT);
  pil_table_column(table, "unit", PIL_ALIGN_LEFT);
  pil_table_group(table);
  snprintf(heading, sizeof heading, "from (VaR %g %%) ± error", 100 * level);
  pil_table_estimates(table, heading);
  pil_table_estimates(table, "mean (CVaR) ± error");
  pil_node *list = pil_node_set_array(pil_document_data(document), "tails");
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    const pil_variant_answer *own = &answer->variants[v];
    for (size_t i = 0; i < own->tail_count; i++) put_tail(table, list, own->variant->name, &own->tails[i]);
  }
}

void pil_rollout_describe_questions(pil_document *document, const pil_rollout_answer *answer) {
  describe_options(document, answer);
  describe_gates(document, answer);
  describe_tails(document, answer);
  pil_rollout_describe_risks(document, answer);
}
