/* Risks by name and all together, as tables for people and as data.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../statistics/number.h"
#include "rollout_answer.h"

/* A value with its error under `key` and `key`_error, and in the table where there is one. */
static void put_value(pil_table_block *table, pil_node *node, const char *key, double value, double error) {
  char text[PIL_NUMBER_BYTES], error_key[64];
  snprintf(error_key, sizeof error_key, "%s_error", key);
  pil_node_set_number(node, key, value);
  pil_node_set_number(node, error_key, error);
  if (table == NULL) return;
  if (isnan(value)) pil_table_text(table, NULL);
  else pil_table_estimate(table, pil_number_pair(value, error, text), value, error);
}

static void put_share(pil_table_block *table, pil_node *node, const char *key, double share, double error) {
  char text[PIL_NUMBER_BYTES];
  put_value(NULL, node, key, share, error);
  if (isnan(share)) pil_table_text(table, NULL);
  else pil_table_estimate(table, pil_number_share(share, error, text), share, error);
}

static void put_risk(pil_table_block *table, pil_node *node, const pil_risk *risk,
                     const pil_risks_spec *spec) {
  pil_table_row(table);
  pil_table_text(table, risk->name);
  pil_node_set_string(node, "name", risk->name);
  if (spec->inherent.name != NULL) put_value(table, node, "inherent", risk->inherent, risk->inherent_error);
  put_value(table, node, "residual", risk->residual, risk->residual_error);
  put_share(table, node, "share_of_mean", risk->mean_part.ratio, risk->mean_part.error);
  put_share(table, node, "share_of_cvar", risk->tail_part.share, risk->tail_part.share_error);
  put_value(NULL, node, "part_of_cvar", risk->tail_part.mean, risk->tail_part.mean_error);
  if (spec->inherent.name == NULL) return;
  put_value(NULL, node, "prevented", risk->prevented.mean, risk->prevented.mean_error);
  if (spec->mitigation_cost.name == NULL) return;
  put_value(NULL, node, "mitigation_cost", risk->cost, risk->cost_error);
  put_value(table, node, "prevented_per_cost", risk->bought.ratio, risk->bought.error);
}

static void put_risks(pil_document *document, pil_node *node, const pil_variant_answer *own,
                      const pil_rollout *rollout) {
  const pil_risks_spec *spec = &rollout->questions.risks;
  char caption[256], heading[64];
  snprintf(caption, sizeof caption, "Risks: %.200s", own->variant->name);
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "risk", PIL_ALIGN_LEFT);
  if (spec->inherent.name != NULL) pil_table_estimates(table, "inherent ± error");
  pil_table_estimates(table, "residual ± error");
  pil_table_estimates(table, "of mean");
  snprintf(heading, sizeof heading, "of worst %g %%", 100 - 100 * rollout->questions.level);
  pil_table_estimates(table, heading);
  if (spec->inherent.name != NULL && spec->mitigation_cost.name != NULL)
    pil_table_estimates(table, "prevented / cost");
  pil_node *list = pil_node_set_array(node, "risks");
  for (size_t i = 0; i < own->risks.count; i++)
    put_risk(table, pil_node_append_object(list), &own->risks.risks[i], spec);
  put_risk(table, pil_node_set_object(node, "all"), &own->risks.all, spec);
}

/* Without a table in the data only: losses if nothing were mitigated are no row where nothing is. */
static void put_curve(pil_table_block *table, pil_node *node, const char *variant, const char *kind,
                      const pil_loss_curve *curve) {
  char text[PIL_NUMBER_BYTES];
  if (!curve->known) return;
  if (table != NULL) {
    pil_table_row(table);
    pil_table_text(table, variant);
    pil_table_text(table, kind);
  }
  pil_node *own = pil_node_set_object(node, kind), *list = pil_node_set_array(own, "exceeded");
  for (int i = 0; i < PIL_EXCEEDANCES; i++) {
    double loss = curve->losses[i], error = curve->errors[i];
    pil_node *point = pil_node_append_object(list);
    pil_node_set_number(point, "chance", pil_exceedance_chances[i]);
    pil_node_set_number(point, "loss", loss);
    pil_node_set_number(point, "loss_error", error);
    if (table != NULL) pil_table_estimate(table, pil_number_format(loss, error, text), loss, error);
  }
  put_value(NULL, own, "var", curve->tail.var, curve->tail.var_error);
  put_value(table, own, "cvar", curve->tail.cvar, curve->tail.cvar_error);
}

static void put_curves(pil_document *document, pil_node *list, const pil_rollout_answer *answer) {
  pil_table_block *table = pil_document_table(document, "All losses of a trial: exceeded with a chance of");
  char heading[64];
  pil_table_column(table, "variant", PIL_ALIGN_LEFT);
  pil_table_column(table, "losses", PIL_ALIGN_LEFT);
  pil_table_group(table);
  for (int i = 0; i < PIL_EXCEEDANCES; i++) {
    snprintf(heading, sizeof heading, "%g %%", 100 * pil_exceedance_chances[i]);
    pil_table_estimates(table, heading);
  }
  pil_table_estimates(table, "CVaR ± error");
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    const pil_variant_answer *own = &answer->variants[v];
    if (!own->risks.found) continue;
    pil_node *node = pil_node_append_object(list);
    pil_node_set_string(node, "variant", own->variant->name);
    pil_node_set_number(node, "level", answer->rollout->questions.level);
    put_risks(document, node, own, answer->rollout);
    bool mitigates = own->risks.all.inherent != own->risks.all.residual;
    put_curve(mitigates ? table : NULL, node, own->variant->name, "inherent", &own->risks.inherent);
    put_curve(table, node, own->variant->name, "residual", &own->risks.residual);
  }
}

void pil_rollout_describe_risks(pil_document *document, const pil_rollout_answer *answer) {
  const pil_risks_spec *spec = &answer->rollout->questions.risks;
  if (spec->residual.name == NULL || answer->row_count == 0) return;
  pil_document_heading(document, "Risks");
  put_curves(document, pil_node_set_array(pil_document_data(document), "risks"), answer);
  pil_document_note(document,
                    "inherent: losses if nothing were mitigated; residual: as in this variant. of mean, of worst "
                    "%g %%: each risk's share of all residual losses, on average and in the trials that lose most "
                    "(CVaR, Euler allocation). prevented / cost: inherent less residual losses for each unit of "
                    "money that mitigation costs.",
                    100 - 100 * answer->rollout->questions.level);
}
