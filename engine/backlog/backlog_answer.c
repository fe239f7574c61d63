/* What a backlog's run says.
 * SPDX-License-Identifier: Apache-2.0 */
#include "backlog_answer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../statistics/interval.h"

/* ---- one formula ---- */

static int most_changes_first(const void *a, const void *b) {
  const pil_improvement *one = a, *other = b;
  if (one->count != other->count) return one->count > other->count ? -1 : 1;
  if (one->item != other->item) return one->item < other->item ? -1 : 1;
  return (one->field > other->field) - (one->field < other->field);
}

static bool study_improvements(pil_backlog_answer *answer, size_t f, pil_error *error) {
  const pil_backlog *backlog = answer->backlog;
  size_t items = backlog->items.count, fields = backlog->field_count, count = 0;
  double trials = (double)answer->sums->improved_count;
  const uint64_t *changes = answer->sums->changes + f * items * fields;
  pil_improvement *list = pil_arena_array(answer->arena, items * fields + 1, sizeof *list);
  if (list == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < items * fields; i++) {
    if (changes[i] == 0) continue;
    pil_improvement *one = &list[count++];
    *one = (pil_improvement){.item = i / fields, .field = i % fields, .count = changes[i],
                             .probability = (double)changes[i] / trials};
    pil_interval_wilson((double)changes[i], trials, PIL_INTERVAL_Z95, &one->low, &one->high);
  }
  qsort(list, count, sizeof *list, most_changes_first);
  answer->formulas[f].improvements = list;
  answer->formulas[f].improvement_count = count;
  return true;
}

static bool study_formula(pil_backlog_answer *answer, size_t f, pil_error *error) {
  const pil_backlog *backlog = answer->backlog;
  pil_formula_answer *own = &answer->formulas[f];
  size_t n = backlog->items.count;
  own->formula = &backlog->formulas[f];
  own->ranking = &answer->sums->rankings[f];
  own->order = pil_arena_array(answer->arena, n, sizeof *own->order);
  own->items = pil_arena_array(answer->arena, n, sizeof *own->items);
  if (own->order == NULL || own->items == NULL) return pil_error_memory(error);
  PIL_TRY(pil_ranking_sort(own->ranking, own->order, error));
  for (size_t i = 0; i < n; i++) pil_ranking_item(own->ranking, i, backlog->top, &own->items[i]);
  return study_improvements(answer, f, error);
}

const char *pil_backlog_label(const pil_backlog_answer *answer, size_t formula, size_t item, double *share) {
  const pil_backlog_sums *sums = answer->sums;
  const uint64_t *counts =
      sums->label_counts + (formula * answer->backlog->items.count + item) * PIL_BACKLOG_LABELS;
  size_t best = 0;
  for (size_t l = 1; l < sums->label_count; l++)
    if (counts[l] > counts[best]) best = l;
  if (sums->label_count == 0 || counts[best] == 0) return NULL;
  *share = (double)counts[best] / (double)answer->trial_count;
  return sums->labels[best];
}

/* ---- the file's own scores ---- */

/* The fields as the file states them, with no doubt of any kind. */
static void state_fields(pil_backlog_desk *desk, size_t item) {
  const pil_backlog *backlog = desk->backlog;
  desk->columns[0][0] = backlog->items.list[item].name_code;
  for (size_t f = 0; f < backlog->field_count; f++) desk->columns[1 + f][0] = pil_backlog_stated(backlog, item, f);
}

/* Numbers in sheets are rounded: so is what they are compared with, by half a unit of the last digit printed. */
static bool differs(const pil_backlog_entry *entry, double reckoned) {
  double room = entry->published_step * (1 + 1e-9) + 1e-9 * fabs(entry->published);
  return !(fabs(reckoned - entry->published) <= room);
}

static bool check_published(pil_backlog_answer *answer, pil_backlog_desk *desk, pil_error *error) {
  const pil_backlog *backlog = answer->backlog;
  answer->published = pil_arena_array(answer->arena, backlog->items.count, sizeof *answer->published);
  if (answer->published == NULL) return pil_error_memory(error);
  for (size_t c = 0; c < backlog->class_count; c++) {
    desk->programs[c] = pil_script_program_new(&backlog->formulas[0].sources[c], error);
    if (desk->programs[c] == NULL) return false;
  }
  for (size_t i = 0; i < backlog->items.count; i++) {
    const pil_backlog_entry *entry = &backlog->entries[i];
    double reckoned;
    if (isnan(entry->published)) continue;
    PIL_TRY(pil_backlog_desk_start(desk, backlog->head.first_trial, 1, error));
    state_fields(desk, i);
    PIL_TRY(pil_backlog_desk_score(desk, 0, i, &reckoned, error));
    answer->checked_count++;
    if (differs(entry, reckoned))
      answer->published[answer->published_count++] = (pil_published){i, entry->published, reckoned};
  }
  return true;
}

static bool study_published(pil_backlog_answer *answer, pil_error *error) {
  pil_backlog_desk desk;
  if (!answer->backlog->has_published) return true;
  bool good = pil_backlog_desk_open(&desk, answer->backlog, 1, error) && check_published(answer, &desk, error);
  pil_backlog_desk_close(&desk);
  return good;
}

/* ---- the whole ---- */

static bool study_files(pil_backlog_answer *answer, pil_backlog_run *run, pil_error *error) {
  size_t formulas = answer->backlog->formula_count;
  answer->files = pil_arena_array(answer->arena, formulas, sizeof *answer->files);
  answer->file_counts = pil_arena_array(answer->arena, formulas, sizeof *answer->file_counts);
  if (answer->files == NULL || answer->file_counts == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < formulas; f++) {
    pil_program *program = pil_backlog_run_program(run, f, error);
    if (program == NULL) return false;
    answer->file_counts[f] = pil_script_files(program, &answer->files[f]);
  }
  return true;
}

bool pil_backlog_study(pil_arena *arena, const pil_backlog *backlog, pil_backlog_run *run,
                       const pil_backlog_sums *sums, pil_backlog_answer *answer, pil_error *error) {
  pil_programs programs;
  *answer = (pil_backlog_answer){.arena = arena, .backlog = backlog, .sums = sums,
                                 .trial_count = sums->rankings[0].trial_count,
                                 .portfolio = pil_backlog_run_portfolio(run)};
  answer->partial = answer->trial_count < backlog->head.trials ||
                    (backlog->portfolio.asked && answer->portfolio == NULL);
  PIL_TRY(pil_backlog_run_programs(run, arena, &programs, error));
  answer->engine = pil_programs_counted(&programs);
  PIL_TRY(pil_programs_reasons(&programs, arena, &answer->reasons, &answer->reason_count, error));
  PIL_TRY(study_files(answer, run, error));
  answer->formulas = pil_arena_array(arena, backlog->formula_count, sizeof *answer->formulas);
  if (answer->formulas == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < backlog->formula_count; f++) PIL_TRY(study_formula(answer, f, error));
  return study_published(answer, error);
}
