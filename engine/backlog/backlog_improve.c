/* Which estimate of a backlog to improve first.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backlog_run.h"

static int descending(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  if (isnan(one) || isnan(other)) return isnan(one) - isnan(other);
  return (one < other) - (one > other);
}

/* In each lane the scores at places k and k + 1 (NaN where there are not so many). */
static bool find_borders(pil_backlog_desk *desk, size_t formula, size_t count, double *last, double *next, pil_error *error) {
  const pil_backlog *backlog = desk->backlog;
  size_t n = backlog->items.count;
  double *list = pil_arena_array(&desk->arena, n, sizeof *list);
  if (list == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    for (size_t item = 0; item < n; item++) list[item] = pil_backlog_desk_scores(desk, formula, item)[i];
    qsort(list, n, sizeof *list, descending);
    last[i] = list[backlog->top - 1];
    next[i] = backlog->top < n ? list[backlog->top] : NAN;
  }
  return true;
}

/* An item is in the top when fewer than k others are above it, that is, when its score is at least the k-th of
 * the others. That one is place k + 1 of all where the item itself is in the top, else place k. */
static uint64_t count_changes(const double *drawn, const double *without, const double *last, const double *next,
                              size_t count) {
  uint64_t changes = 0;
  for (size_t i = 0; i < count; i++) {
    bool was = drawn[i] >= last[i];
    double border = was ? next[i] : last[i];
    bool is = without[i] >= border || isnan(border);
    changes += was != is;
  }
  return changes;
}

static bool improve_item(pil_backlog_desk *desk, pil_backlog_sums *sums, size_t item, size_t count, const double *borders, pil_error *error) {
  const pil_backlog *backlog = desk->backlog;
  const pil_item *it = &backlog->items.list[item];
  double *kept = pil_arena_array(&desk->arena, count, sizeof *kept);
  if (kept == NULL) return pil_error_memory(error);
  PIL_TRY(pil_backlog_desk_fill(desk, item, error));
  for (size_t field = 0; field < backlog->field_count; field++) {
    if (!pil_item_is_in_doubt(&it->fields[field])) continue;
    double *column = desk->columns[1 + field];
    memcpy(kept, column, count * sizeof *kept);
    pil_item_fill_middle(&it->fields[field], field, &desk->shared, count, column);
    for (size_t f = 0; f < backlog->formula_count; f++) {
      double *without = pil_arena_array(&desk->arena, count, sizeof *without);
      if (without == NULL) return pil_error_memory(error);
      PIL_TRY(pil_backlog_desk_score(desk, f, item, without, error));
      sums->changes[(f * backlog->items.count + item) * backlog->field_count + field] +=
          count_changes(pil_backlog_desk_scores(desk, f, item), without, borders + 2 * f * count, borders + (2 * f + 1) * count, count);
    }
    memcpy(column, kept, count * sizeof *column);
  }
  return true;
}

bool pil_backlog_improve(pil_backlog_desk *desk, pil_backlog_sums *sums, pil_error *error) {
  const pil_backlog *backlog = desk->backlog;
  uint64_t done = desk->batch.first_trial - backlog->head.first_trial;
  if (done >= PIL_BACKLOG_IMPROVED || backlog->top >= backlog->items.count) return true;
  size_t count = desk->batch.count;
  if (done + count > PIL_BACKLOG_IMPROVED) count = (size_t)(PIL_BACKLOG_IMPROVED - done);
  double *borders = pil_arena_array(&desk->arena, 2 * backlog->formula_count * count, sizeof *borders);
  if (borders == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < backlog->formula_count; f++)
    PIL_TRY(find_borders(desk, f, count, borders + 2 * f * count, borders + (2 * f + 1) * count, error));
  for (size_t item = 0; item < backlog->items.count; item++) PIL_TRY(improve_item(desk, sums, item, count, borders, error));
  sums->improved_count += count;
  return true;
}
