/* What `check` remarks on inputs that are legal but doubtful.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "inputs.h"

void pil_inputs_advise(const pil_input_set *set, pil_input_adviser *adviser, void *context) {
  for (size_t i = 0; i < set->plan.input_count; i++) {
    const pil_input *input = &set->plan.inputs[i];
    if (input->origin != PIL_ORIGIN_DRAW) continue;
    const pil_distribution *d = input->distribution;
    pil_place at = set->column_fields[input->first_column]->at;
    char advice[256];
    bool heavy = d->family == PIL_FAMILY_cauchy || isinf(pil_distribution_mean(d));
    if (heavy && !d->truncated && !d->clamped) {
      snprintf(advice, sizeof advice,
               "input \"%s\" has no finite mean: averages of what depends on it never settle, however many "
               "trials; give it a max, or judge by percentiles",
               input->name);
      adviser(context, at, advice);
    }
    /* Within 0 and 1 for nine in ten, yet not bounded there. */
    double low = pil_distribution_quantile(d, 0.05, 0.95);
    double p95 = pil_distribution_quantile(d, 0.95, 0.05);
    double high = pil_distribution_quantile(d, 0.999, 0.001);
    if (input->choice_values == NULL && low > 0 && p95 <= 1 && high > 1) {
      snprintf(advice, sizeof advice,
               "input \"%s\" looks like a share but passes 1 in some trials (its p99.9 is %.3g); use beta, "
               "proportion or max: 1",
               input->name, high);
      adviser(context, at, advice);
    }
  }
}
