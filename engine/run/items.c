/* Filling the fields of a backlog's items.
 * SPDX-License-Identifier: Apache-2.0 */
#include "items.h"

#include <math.h>

static void fill_draw(uint64_t seed, const pil_item_draw *draw, const pil_batch *batch, uint64_t *words,
                      double *column) {
  if (draw->distribution == NULL) {
    for (size_t i = 0; i < batch->count; i++) column[i] = draw->constant;
    return;
  }
  pil_stream stream = pil_stream_at(seed, draw->site_hash, 0);
  pil_stream_advance(&stream, batch->first_trial - 1);
  pil_stream_fill(&stream, words, batch->count);
  pil_distribution_fill(draw->distribution, words, column, batch->count);
  if (draw->choice_values == NULL) return;
  for (size_t i = 0; i < batch->count; i++) column[i] = draw->choice_values[(size_t)column[i]];
}

static void multiply(double *column, const double *factor, size_t count) {
  for (size_t i = 0; i < count; i++) column[i] *= factor[i];
}

static void add(double *column, const double *term, size_t count) {
  for (size_t i = 0; i < count; i++) column[i] += term[i];
}

/* NaN stays NaN: nothing in a script's numbers is mended here. */
static void hold(double *column, const pil_item_source *source, size_t count) {
  if (source->low == -INFINITY && source->high == INFINITY) return;
  for (size_t i = 0; i < count; i++) {
    double x = column[i];
    column[i] = x < source->low ? source->low : x > source->high ? source->high : x;
  }
}

bool pil_items_fill_shared(const pil_items *items, const pil_batch *batch, pil_arena *arena,
                           pil_shared_columns *shared, pil_error *error) {
  uint64_t *words = pil_arena_array(arena, batch->count, sizeof *words);
  shared->times = pil_arena_array(arena, items->field_count + 1, sizeof *shared->times);
  shared->plus = pil_arena_array(arena, items->field_count + 1, sizeof *shared->plus);
  if (words == NULL || shared->times == NULL || shared->plus == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < items->field_count; f++) {
    const pil_item_draw *draws[2] = {items->shared[f].times, items->shared[f].plus};
    double **columns[2] = {&shared->times[f], &shared->plus[f]};
    for (int i = 0; i < 2; i++) {
      *columns[i] = NULL;
      if (draws[i] == NULL) continue;
      *columns[i] = pil_arena_array(arena, batch->count, sizeof(double));
      if (*columns[i] == NULL) return pil_error_memory(error);
      fill_draw(items->seed, draws[i], batch, words, *columns[i]);
    }
  }
  return true;
}

static void add_shared(double *column, const pil_shared_columns *shared, size_t field, const double *plus,
                       size_t count) {
  if (shared->times[field] != NULL) multiply(column, shared->times[field], count);
  if (plus != NULL) add(column, plus, count);
  if (shared->plus[field] != NULL) add(column, shared->plus[field], count);
}

bool pil_item_fill(const pil_items *items, const pil_item *item, const pil_shared_columns *shared,
                   const pil_batch *batch, double *const *columns, pil_arena *arena, pil_error *error) {
  size_t count = batch->count;
  uint64_t *words = pil_arena_array(arena, count, sizeof *words);
  double *doubt = pil_arena_array(arena, count, sizeof *doubt);
  if (words == NULL || doubt == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) columns[0][i] = item->name_code;
  for (size_t f = 0; f < items->field_count; f++) {
    const pil_item_source *source = &item->fields[f];
    double *column = columns[1 + f];
    if (!source->is_present) continue;
    fill_draw(items->seed, &source->base, batch, words, column);
    if (source->times != NULL) {
      fill_draw(items->seed, source->times, batch, words, doubt);
      multiply(column, doubt, count);
    }
    if (source->plus != NULL) fill_draw(items->seed, source->plus, batch, words, doubt);
    add_shared(column, shared, f, source->plus != NULL ? doubt : NULL, count);
    hold(column, source, count);
  }
  return true;
}

void pil_item_fill_middle(const pil_item_source *source, size_t field, const pil_shared_columns *shared,
                          size_t count, double *column) {
  double middle = source->base.middle;
  if (source->times != NULL) middle *= source->times->middle;
  for (size_t i = 0; i < count; i++) column[i] = middle;
  if (shared->times[field] != NULL) multiply(column, shared->times[field], count);
  if (source->plus != NULL)
    for (size_t i = 0; i < count; i++) column[i] += source->plus->middle;
  if (shared->plus[field] != NULL) add(column, shared->plus[field], count);
  hold(column, source, count);
}

static bool is_drawn(const pil_item_draw *draw) {
  return draw != NULL && draw->distribution != NULL;
}

bool pil_item_is_in_doubt(const pil_item_source *source) {
  return source->is_present && (is_drawn(&source->base) || is_drawn(source->times) || is_drawn(source->plus));
}
