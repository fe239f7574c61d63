/* Cells that several answers show alike: a mean, a percentile, a chance.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cells.h"

#include <math.h>

#include "../statistics/interval.h"
#include "../statistics/number.h"

bool pil_cells_never_rules(const pil_summary *summary) {
  double numbers = (double)(summary->finite_count + summary->never_count);
  return (double)summary->never_count > PIL_SUMMARY_NEVER_LIMIT * numbers;
}

void pil_cells_put_mean(pil_table_block *table, const pil_summary *summary) {
  char text[PIL_NUMBER_BYTES], shown[PIL_NUMBER_BYTES + 16];
  if (!pil_cells_never_rules(summary)) {
    pil_table_estimate(table, pil_number_pair(summary->mean, summary->mean_error, text), summary->mean,
                       summary->mean_error);
    return;
  }
  double numbers = (double)(summary->finite_count + summary->never_count);
  double share = (double)summary->never_count / numbers;
  snprintf(shown, sizeof shown, "never in %s",
           pil_number_share(share, sqrt(share * (1 - share) / numbers), text));
  pil_table_text(table, shown);
}

void pil_cells_put_percentile(pil_table_block *table, double value, double error) {
  char text[PIL_NUMBER_BYTES];
  bool is_count = value == floor(value) && !(error >= 1);
  pil_table_estimate(table, pil_number_format(value, is_count ? 0 : error, text), value, error);
}

void pil_cells_put_chance(pil_table_block *table, const pil_goal_result *result) {
  char cell[PIL_NUMBER_BYTES];
  pil_number_chance(result->probability, result->low, result->high, cell);
  pil_table_chance(table, cell, result->probability, result->low, result->high);
  if (result->missed) pil_table_tone(table, PIL_TONE_BAD);
}

void pil_cells_put_share(pil_table_block *table, const pil_goal_result *result) {
  char share[PIL_NUMBER_BYTES];
  double error = (result->high - result->low) / (2 * PIL_INTERVAL_Z95);
  pil_table_estimate(table, pil_number_share(result->probability, error, share), result->probability, error);
}
