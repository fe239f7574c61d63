/* One batch of a backlog: an item's fields filled, its score worked out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "backlog_run.h"

bool pil_backlog_desk_open(pil_backlog_desk *desk, const pil_backlog *backlog, size_t lanes, pil_error *error) {
  size_t columns = 1 + backlog->field_count, scores = backlog->formula_count * backlog->items.count * lanes;
  *desk = (pil_backlog_desk){.backlog = backlog, .lanes = lanes};
  desk->programs = pil_memory_new_zeroed(backlog->formula_count * backlog->class_count, sizeof *desk->programs);
  desk->jumps = pil_memory_resize(NULL, lanes, sizeof *desk->jumps);
  desk->columns = pil_memory_new_zeroed(columns, sizeof *desk->columns);
  desk->scores = pil_memory_resize(NULL, scores, sizeof *desk->scores);
  if (desk->programs == NULL || desk->jumps == NULL || desk->columns == NULL || desk->scores == NULL)
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++) {
    desk->columns[c] = pil_memory_new_zeroed(lanes, sizeof(double));
    if (desk->columns[c] == NULL) return pil_error_memory(error);
  }
  pil_jumps_fill(desk->jumps, lanes);
  return true;
}

void pil_backlog_desk_close(pil_backlog_desk *desk) {
  const pil_backlog *backlog = desk->backlog;
  if (backlog == NULL) return;
  for (size_t i = 0; desk->programs != NULL && i < backlog->formula_count * backlog->class_count; i++)
    if (desk->programs[i] != NULL) desk->programs[i]->free(desk->programs[i]);
  for (size_t c = 0; desk->columns != NULL && c < 1 + backlog->field_count; c++) pil_memory_free(desk->columns[c]);
  pil_memory_free(desk->programs);
  pil_memory_free(desk->jumps);
  pil_memory_free(desk->columns);
  pil_memory_free(desk->scores);
  pil_frame_free(&desk->frame);
  pil_arena_free(&desk->arena);
}

bool pil_backlog_desk_start(pil_backlog_desk *desk, uint64_t first_trial, size_t count, pil_error *error) {
  pil_arena_reset(&desk->arena);
  desk->batch = (pil_batch){.first_trial = first_trial, .count = count, .inputs = desk->columns, .jumps = desk->jumps};
  return pil_items_fill_shared(&desk->backlog->items, &desk->batch, &desk->arena, &desk->shared, error);
}

bool pil_backlog_desk_fill(pil_backlog_desk *desk, size_t item, pil_error *error) {
  const pil_items *items = &desk->backlog->items;
  return pil_item_fill(items, &items->list[item], &desk->shared, &desk->batch, desk->columns, &desk->arena, error);
}

/* Which item it was, and where that stands. */
static void name_item(const pil_backlog *backlog, size_t item, const char *formula, pil_error *error) {
  const pil_backlog_entry *entry = &backlog->entries[item];
  char text[PIL_ERROR_TEXT_BYTES];
  snprintf(text, sizeof text, "%.600s (item \"%.200s\", %.150s:%d)", error->text, backlog->items.list[item].name,
           entry->at.file == NULL ? "" : entry->at.file, entry->at.line);
  memcpy(error->text, text, sizeof text);
  if (strcmp(error->file, PIL_WRAPPER_NAME) == 0) error->file[0] = '\0', error->line = 0;
  if (error->file[0] == '\0') snprintf(error->file, sizeof error->file, "%s", formula);
}

bool pil_backlog_desk_score(pil_backlog_desk *desk, size_t formula, size_t item, double *scores, pil_error *error) {
  const pil_backlog *backlog = desk->backlog;
  size_t class = backlog->entries[item].class_index;
  const pil_program *const *programs = (const pil_program *const *)desk->programs;
  pil_program *program = (pil_program *)programs[formula * backlog->class_count + class];
  desk->batch.owner = &backlog->items.list[item].owner;
  pil_frame_reset(&desk->frame, desk->batch.count);
  if (!program->run(program, &desk->batch, &desk->frame, error)) {
    if (error->trial > 0) name_item(backlog, item, backlog->formulas[formula].sources[class].shown_name, error);
    return false;
  }
  const pil_column *column = pil_frame_column(&desk->frame, 0, "score", 0);
  if (column == NULL) return pil_error_memory(error);
  memcpy(scores, column->cells, desk->batch.count * sizeof *scores);
  return true;
}

double *pil_backlog_desk_scores(const pil_backlog_desk *desk, size_t formula, size_t item) {
  return desk->scores + (formula * desk->backlog->items.count + item) * desk->lanes;
}
