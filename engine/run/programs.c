/* What several programs of one run say together.
 * SPDX-License-Identifier: Apache-2.0 */
#include "programs.h"

#include <stdlib.h>
#include <string.h>

bool pil_programs_add(pil_arena *arena, pil_programs *programs, pil_program *const *list, size_t count,
                      pil_error *error) {
  if (programs->count + count > programs->capacity) {
    size_t capacity = 2 * (programs->count + count);
    pil_program **grown = pil_arena_array(arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(error);
    if (programs->count > 0) memcpy(grown, programs->list, programs->count * sizeof *grown);
    programs->list = grown;
    programs->capacity = capacity;
  }
  if (count > 0) memcpy(programs->list + programs->count, list, count * sizeof *list);
  programs->count += count;
  return true;
}

pil_engine_count pil_programs_counted(const pil_programs *programs) {
  pil_engine_count total = {0};
  for (size_t i = 0; i < programs->count; i++) {
    const pil_program *program = programs->list[i];
    if (program == NULL) continue;
    total.lanes += program->counted.lanes;
    total.scalar += program->counted.scalar;
  }
  return total;
}

static int compare_places(const pil_engine_reason *a, const pil_engine_reason *b) {
  int order = strcmp(a->at.file == NULL ? "" : a->at.file, b->at.file == NULL ? "" : b->at.file);
  if (order == 0) order = (a->at.line > b->at.line) - (a->at.line < b->at.line);
  return order != 0 ? order : strcmp(a->text, b->text);
}

static int most_trials_first(const void *a, const void *b) {
  const pil_engine_reason *one = a, *other = b;
  if (one->trials != other->trials) return one->trials > other->trials ? -1 : 1;
  return compare_places(one, other);
}

/* Adds the program's reasons to the list; those of the same place and words are one. */
static void add_reasons(const pil_program *program, pil_engine_reason *all, size_t *count) {
  for (size_t i = 0; i < program->reason_count; i++) {
    const pil_engine_reason *own = &program->reasons[i];
    size_t at = 0;
    if (own->trials == 0) continue;
    while (at < *count && compare_places(&all[at], own) != 0) at++;
    if (at == *count) {
      all[(*count)++] = *own;
    } else {
      all[at].trials += own->trials;
    }
  }
}

bool pil_programs_reasons(const pil_programs *programs, pil_arena *arena, const pil_engine_reason **reasons,
                          size_t *count, pil_error *error) {
  size_t most = 1;
  for (size_t i = 0; i < programs->count; i++)
    if (programs->list[i] != NULL) most += programs->list[i]->reason_count;
  pil_engine_reason *all = pil_arena_array(arena, most, sizeof *all);
  if (all == NULL) return pil_error_memory(error);
  *count = 0;
  for (size_t i = 0; i < programs->count; i++)
    if (programs->list[i] != NULL) add_reasons(programs->list[i], all, count);
  qsort(all, *count, sizeof *all, most_trials_first);
  *reasons = all;
  return true;
}
