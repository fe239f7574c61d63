/* Goals with a month: met by then.
 *
 * Month m is element m of a series. A trial meets a goal by month M when the goal's test holds in at
 * least one month from 1 to M: what comes after the first month in which it holds changes nothing, and
 * a month without a number does not hold. A goal that is only a month (`by: 24`) is for an output that
 * is itself a month, such as a payback: it is met when that month is at most M, and never is not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_MONTHS_H
#define PIL_STUDY_MONTHS_H

#include "outputs.h"

enum { PIL_MONTHS_MOST = 100000 /* in a goal */, PIL_MONTHS_CURVE = 1200 /* shown of an output's months */ };

/* `columns` are the months of the series; goal->by is at most `length`. The curve has all months. */
bool pil_months_judge_series(pil_arena *arena, const pil_goal *goal, const pil_column *columns,
                             size_t length, size_t count, pil_goal_result *result, pil_error *error);

/* Each cell is a month. The curve goes up to the last month that occurs, and at least to goal->by, but
 * not beyond the larger of goal->by and PIL_MONTHS_CURVE. */
bool pil_months_judge_cells(pil_arena *arena, const pil_goal *goal, const double *cells, size_t count,
                            pil_goal_result *result, pil_error *error);

#endif
