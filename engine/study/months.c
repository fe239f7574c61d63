/* Goals with a month: met by then.
 * SPDX-License-Identifier: Apache-2.0 */
#include "months.h"

#include <math.h>

enum { ROWS = 1024 /* trials looked at together */ };

/* Adds the first months of `rows` trials from `start` on to `first_counts`, by month. */
static void count_first_months(const pil_goal *goal, const pil_column *columns, size_t length,
                               size_t start, size_t rows, size_t *first_counts) {
  bool met[ROWS] = {false};
  for (size_t month = 0; month < length; month++) {
    const double *cells = columns[month].cells + start;
    for (size_t i = 0; i < rows; i++) {
      if (met[i] || !pil_goal_met(goal, cells[i])) continue;
      met[i] = true;
      first_counts[month]++;
    }
  }
}

/* The curve, and the goal judged, from how many trials met it in which month first. */
static bool conclude(pil_arena *arena, const pil_goal *goal, const size_t *first_counts, size_t length,
                     size_t count, pil_goal_result *result, pil_error *error) {
  double *curve = pil_arena_array(arena, length, sizeof *curve);
  size_t met_count = 0, met_by_then = 0;
  if (curve == NULL) return pil_error_memory(error);
  for (size_t month = 1; month <= length; month++) {
    met_count += first_counts[month - 1];
    curve[month - 1] = (double)met_count / (double)count;
    if (month == goal->by) met_by_then = met_count;
  }
  pil_goal_conclude(goal, met_by_then, count, result);
  result->curve = curve;
  result->curve_count = length;
  return true;
}

bool pil_months_judge_series(pil_arena *arena, const pil_goal *goal, const pil_column *columns,
                             size_t length, size_t count, pil_goal_result *result, pil_error *error) {
  size_t *first_counts = pil_arena_array(arena, length, sizeof *first_counts);
  if (first_counts == NULL) return pil_error_memory(error);
  for (size_t start = 0; start < count; start += ROWS) {
    size_t rows = count - start < ROWS ? count - start : ROWS;
    count_first_months(goal, columns, length, start, rows, first_counts);
  }
  return conclude(arena, goal, first_counts, length, count, result, error);
}

/* The first whole month that is not before the cell; 0: never, or not a number. */
static double month_of(double cell) {
  if (!isfinite(cell)) return 0;
  return cell <= 1 ? 1 : ceil(cell);
}

bool pil_months_judge_cells(pil_arena *arena, const pil_goal *goal, const double *cells, size_t count,
                            pil_goal_result *result, pil_error *error) {
  double last = goal->by;
  for (size_t i = 0; i < count; i++) last = fmax(last, month_of(cells[i]));
  double most = fmax(goal->by, PIL_MONTHS_CURVE);
  size_t length = (size_t)fmin(last, most);
  size_t *first_counts = pil_arena_array(arena, length, sizeof *first_counts);
  if (first_counts == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    double month = month_of(cells[i]);
    if (month > 0 && month <= (double)length) first_counts[(size_t)month - 1]++;
  }
  return conclude(arena, goal, first_counts, length, count, result, error);
}
