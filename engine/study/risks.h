/* Risks by name: inherent against residual losses, each one's part in the mean and in the worst
 * trials, loss-exceedance points, and what mitigation buys.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_RISKS_H
#define PIL_STUDY_RISKS_H

#include "../statistics/ratio.h"
#include "../statistics/tail.h"
#include "outputs.h"

typedef struct pil_risks_spec {
  pil_named_output residual; /* a record of losses (above 0: money lost) by risk; NULL: not asked */
  pil_named_output inherent; /* the same as if nothing were mitigated, and as it is for risks that this
                              * record lacks; may be NULL */
  pil_named_output mitigation_cost; /* one number, or a record by risk; may be NULL */
} pil_risks_spec;

/* One risk, or all together. What cannot be known is NaN. */
typedef struct pil_risk {
  const char *name;
  double residual, residual_error, inherent, inherent_error; /* means */
  pil_pair prevented;  /* inherent minus residual, trial by trial */
  pil_ratio mean_part; /* of the mean of all residual losses */
  pil_tail_part tail_part; /* of all residual losses in their worst trials, and of their CVaR */
  double cost, cost_error; /* of mitigation, mean */
  pil_ratio bought;        /* prevented losses per unit of cost: a ratio of means */
} pil_risk;

/* Losses that are exceeded with these chances: 50, 20, 10, 5, 2 and 1 %. */
enum { PIL_EXCEEDANCES = 6 };
extern const double pil_exceedance_chances[PIL_EXCEEDANCES];

/* The distribution of all losses of a trial together. */
typedef struct pil_loss_curve {
  bool known;
  double losses[PIL_EXCEEDANCES], errors[PIL_EXCEEDANCES];
  pil_tail tail;
} pil_loss_curve;

typedef struct pil_risks_result {
  bool found; /* this variant returned the record of residual losses */
  pil_risk *risks;
  size_t count;
  pil_risk all;
  pil_loss_curve residual, inherent;
} pil_risks_result;

/* Level: of VaR and CVaR, such as 0.95. A trial in which a loss is not a number has no sum. */
bool pil_study_risks(pil_arena *arena, const pil_risks_spec *spec, const pil_table_result *result,
                     size_t row_count, double level, pil_risks_result *risks, pil_error *error);

#endif
