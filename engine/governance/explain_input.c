/* A row of a file of decisions, to be explained: read as `decide` reads it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "explain.h"
#include "feed.h"

/* The field as it is in one record of a batch, column `at`, as a constant. */
static bool copy_field(pil_arena *arena, const pil_field *field, double *const *columns, size_t at, pil_decision *d) {
  pil_field *copy = &d->fields[d->field_count++];
  const double *cell = columns[field->first_column];
  *copy = (pil_field){.kind = field->kind, .first_column = d->column_count++, .expression = field->expression};
  copy->name = pil_arena_copy(arena, field->name, strlen(field->name));
  copy->is_constant = field->expression < 0;
  if (copy->name == NULL) return false;
  if (!copy->is_constant) return true;
  copy->constant = field->kind == PIL_FIELD_TEXT ? 0 : cell[at];
  d->cells[copy->first_column] = copy->constant;
  if (field->kind != PIL_FIELD_TEXT) return true;
  const char *text = field->choices[(size_t)cell[at]], **choices = pil_arena_array(arena, 1, sizeof *choices);
  if (choices == NULL) return false;
  choices[0] = pil_arena_copy(arena, text, strlen(text));
  copy->choices = choices;
  copy->choice_count = 1;
  return choices[0] != NULL;
}

static bool copy_record(pil_feed *feed, const pil_feed_batch *batch, size_t at, pil_arena *arena, pil_decision *d,
                        pil_error *error) {
  const pil_feed_fields all = pil_feed_get_fields(feed, 0);
  *d = (pil_decision){0};
  d->fields = pil_arena_array(arena, all.count + 1, sizeof *d->fields);
  d->cells = pil_arena_array(arena, all.count + 1, sizeof *d->cells);
  bool good = d->fields != NULL && d->cells != NULL;
  for (size_t f = 0; good && f < all.count; f++) good = copy_field(arena, &all.fields[f], batch->columns, at, d);
  return good || pil_error_memory(error);
}

/* The row, if it is in this batch. */
static bool take_row(pil_feed *feed, const pil_feed_batch *batch, uint64_t row, pil_arena *arena, pil_decision *d,
                     bool *found, pil_error *error) {
  size_t at = 0;
  for (size_t r = 0; r < batch->count; r++) {
    const pil_record *record = &batch->records[r];
    if (record->row != row) {
      at += batch->faults[r] == NULL;
      continue;
    }
    *found = true;
    if (batch->faults[r] == NULL) return copy_record(feed, batch, at, arena, d, error);
    const pil_place place = {pil_records_name(pil_feed_records(feed)), (int)record->line, 0};
    return pil_error_set(error, PIL_FAILURE_INPUT, place, "row %llu: %s", (unsigned long long)row, batch->faults[r]);
  }
  return true;
}

bool pil_explain_read_input(const char *path, uint64_t row, const pil_policy *policy, pil_arena *arena,
                            pil_decision *decision, pil_error *error) {
  pil_feed *feed = pil_feed_open(&policy, 1, NULL, 0, path, error);
  pil_feed_batch batch;
  uint64_t last = 0;
  bool found = false, good = feed != NULL;
  if (good) *error = (pil_error){0};
  while (good && !found && pil_feed_next(feed, &batch, error)) {
    last = batch.records[batch.count - 1].row;
    good = take_row(feed, &batch, row, arena, decision, &found, error);
  }
  if (good && !found) good = error->failure == PIL_FAILURE_NONE;
  if (good && !found)
    good = pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){pil_records_name(pil_feed_records(feed)), 0, 0},
                         "--row: there is no row %llu; it has %llu", (unsigned long long)row, (unsigned long long)last);
  pil_feed_free(feed);
  return good;
}
