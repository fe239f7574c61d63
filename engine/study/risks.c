/* Risks by name: inherent against residual losses, their parts, what mitigation buys.
 * SPDX-License-Identifier: Apache-2.0 */
#include "risks.h"

#include <math.h>
#include <string.h>

#include "../statistics/quantile.h"

const double pil_exceedance_chances[PIL_EXCEEDANCES] = {0.50, 0.20, 0.10, 0.05, 0.02, 0.01};

/* The columns of one risk or of all; those that are not there are NULL. */
typedef struct losses {
  const double *residual, *inherent, *cost;
} losses;

static const double *member_cells(const pil_table_result *result, const char *record, const char *member) {
  for (size_t i = 0; record != NULL && i < result->output_count; i++) {
    const char *name = result->outputs[i].spec->name;
    if (pil_output_is_member(name, record) && strcmp(name + strlen(record) + 1, member) == 0)
      return result->outputs[i].cells;
  }
  return NULL;
}

/* Adds to *sums, made where it is NULL, the members of a record; those only that `besides`, another
 * record, lacks. */
static bool add_members(pil_arena *arena, const pil_table_result *result, const char *record,
                        const char *besides, size_t row_count, double **sums, pil_error *error) {
  for (size_t i = 0; record != NULL && i < result->output_count; i++) {
    const pil_output_result *output = &result->outputs[i];
    if (!pil_output_is_member(output->spec->name, record)) continue;
    if (member_cells(result, besides, output->spec->name + strlen(record) + 1) != NULL) continue;
    if (*sums == NULL) *sums = pil_arena_array(arena, row_count, sizeof **sums);
    if (*sums == NULL) return pil_error_memory(error);
    for (size_t row = 0; row < row_count; row++) (*sums)[row] += output->cells[row];
  }
  return true;
}

/* The sums of all risks, trial by trial; NULL what this variant did not return. A mitigation's cost
 * may be one number. */
static bool sum_all(pil_arena *arena, const pil_table_result *result, const pil_risks_spec *spec,
                    size_t row_count, losses *all, pil_error *error) {
  const char *record = spec->residual.name, *before = spec->inherent.name;
  double *residual = NULL, *inherent = NULL, *cost = NULL;
  PIL_TRY(add_members(arena, result, record, NULL, row_count, &residual, error));
  PIL_TRY(add_members(arena, result, before, NULL, row_count, &inherent, error));
  if (inherent != NULL) PIL_TRY(add_members(arena, result, record, before, row_count, &inherent, error));
  PIL_TRY(add_members(arena, result, spec->mitigation_cost.name, NULL, row_count, &cost, error));
  const pil_output_result *number = spec->mitigation_cost.name == NULL
                                        ? NULL
                                        : pil_table_result_find(result, spec->mitigation_cost.name);
  *all = (losses){residual, inherent, cost != NULL ? cost : number != NULL ? number->cells : NULL};
  return true;
}

static void fill_mean(const double *cells, size_t row_count, double *mean, double *mean_error) {
  *mean = *mean_error = NAN;
  if (cells == NULL) return;
  pil_summary summary;
  pil_summary_fill(&summary, cells, row_count);
  *mean = summary.mean;
  *mean_error = summary.mean_error;
}

static void study_risk(const losses *own, const losses *all, const pil_tail *tail, double *scratch,
                       size_t row_count, pil_risk *risk) {
  fill_mean(own->residual, row_count, &risk->residual, &risk->residual_error);
  fill_mean(own->inherent, row_count, &risk->inherent, &risk->inherent_error);
  fill_mean(own->cost, row_count, &risk->cost, &risk->cost_error);
  pil_ratio_fill(&risk->mean_part, own->residual, all->residual, row_count);
  pil_tail_part_fill(&risk->tail_part, tail, all->residual, own->residual, row_count);
  risk->prevented = (pil_pair){.mean = NAN, .mean_error = NAN};
  risk->bought = (pil_ratio){.ratio = NAN, .error = NAN};
  if (own->inherent == NULL) return;
  pil_pair_fill(&risk->prevented, own->residual, own->inherent, row_count, PIL_BETTER_UNKNOWN);
  if (own->cost == NULL) return;
  for (size_t row = 0; row < row_count; row++) scratch[row] = own->inherent[row] - own->residual[row];
  pil_ratio_fill(&risk->bought, scratch, own->cost, row_count);
}

static bool study_curve(const double *sums, size_t row_count, double level, pil_loss_curve *curve,
                        pil_error *error) {
  curve->known = sums != NULL;
  if (sums == NULL) return true;
  double levels[PIL_EXCEEDANCES];
  for (int i = 0; i < PIL_EXCEEDANCES; i++) levels[i] = 1 - pil_exceedance_chances[i];
  PIL_TRY(pil_quantiles_and_errors(sums, row_count, levels, PIL_EXCEEDANCES, curve->losses, curve->errors,
                                   error));
  return pil_tail_fill(&curve->tail, sums, row_count, level, true, error);
}

static size_t count_members(const pil_table_result *result, const char *record) {
  size_t count = 0;
  for (size_t i = 0; i < result->output_count; i++)
    count += pil_output_is_member(result->outputs[i].spec->name, record);
  return count;
}

bool pil_study_risks(pil_arena *arena, const pil_risks_spec *spec, const pil_table_result *result,
                     size_t row_count, double level, pil_risks_result *risks, pil_error *error) {
  *risks = (pil_risks_result){0};
  const char *record = spec->residual.name;
  size_t most = count_members(result, record);
  if (most == 0) return true;
  losses all;
  double *scratch = pil_arena_array(arena, row_count, sizeof *scratch);
  risks->found = true;
  risks->risks = pil_arena_array(arena, most, sizeof *risks->risks);
  if (scratch == NULL || risks->risks == NULL) return pil_error_memory(error);
  PIL_TRY(sum_all(arena, result, spec, row_count, &all, error));
  PIL_TRY(study_curve(all.residual, row_count, level, &risks->residual, error));
  PIL_TRY(study_curve(all.inherent, row_count, level, &risks->inherent, error));
  for (size_t i = 0; i < result->output_count; i++) {
    const pil_output_result *output = &result->outputs[i];
    if (!pil_output_is_member(output->spec->name, record)) continue;
    pil_risk *risk = &risks->risks[risks->count++];
    risk->name = output->spec->name + strlen(record) + 1;
    losses own = {output->cells, member_cells(result, spec->inherent.name, risk->name),
                  member_cells(result, spec->mitigation_cost.name, risk->name)};
    if (own.inherent == NULL && all.inherent != NULL) own.inherent = own.residual;
    study_risk(&own, &all, &risks->residual.tail, scratch, row_count, risk);
  }
  risks->all.name = "all";
  study_risk(&all, &all, &risks->residual.tail, scratch, row_count, &risks->all);
  return true;
}
