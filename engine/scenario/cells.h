/* Cells that several answers show alike: a mean, a percentile, a chance.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_CELLS_H
#define PIL_SCENARIO_CELLS_H

#include "../report/document.h"
#include "../study/outputs.h"

/* Whether so much never came that the share is shown instead of the mean. */
bool pil_cells_never_rules(const pil_summary *summary);

/* "12.3 ± 0.4", or "never in 8 %" where that rules. */
void pil_cells_put_mean(pil_table_block *table, const pil_summary *summary);

/* With the digits that its error justifies; a count of months needs no ".00". */
void pil_cells_put_percentile(pil_table_block *table, double value, double error);

/* "83.4% (82.1% to 84.6%)", marked where a required goal is missed; or the share alone. */
void pil_cells_put_chance(pil_table_block *table, const pil_goal_result *result);
void pil_cells_put_share(pil_table_block *table, const pil_goal_result *result);

#endif
