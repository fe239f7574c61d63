/* How often a plan's gates err.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gates.h"

#include <math.h>
#include <string.h>

#include "../statistics/interval.h"

/* An event as a column: its cells, and the text that they are asked for. */
typedef struct event {
  const double *cells; /* NULL: not asked for */
  const char *is;
  const pil_dictionary *texts;
} event;

typedef enum outcome { NO, YES, UNKNOWN } outcome;

static outcome outcome_of(const event *e, size_t row) {
  if (e->cells == NULL) return NO;
  double cell = e->cells[row];
  if (pil_cell_is_text(cell))
    return e->is != NULL && strcmp(e->texts->texts[pil_cell_text(cell)], e->is) == 0 ? YES : NO;
  if (isnan(cell)) return UNKNOWN;
  return cell > 0 && isfinite(cell) ? YES : NO;
}

/* False where the event is asked for and was not returned. */
static bool find_event(const pil_event_spec *spec, const pil_table *table, const pil_table_result *result,
                       event *e) {
  *e = (event){.is = spec->is, .texts = &table->texts};
  if (spec->output.name == NULL) return true;
  const pil_output_result *output = pil_table_result_find(result, spec->output.name);
  if (output != NULL) e->cells = output->cells;
  return output != NULL;
}

static void judge(pil_chance *chance) {
  double n = (double)chance->trial_count;
  chance->probability = n > 0 ? (double)chance->count / n : NAN;
  pil_interval_wilson((double)chance->count, n, PIL_INTERVAL_Z95, &chance->low, &chance->high);
}

static void count(pil_chance *chance, outcome o) {
  chance->trial_count++;
  chance->count += o == YES;
}

static bool summarise_months(pil_arena *arena, const double *months, const event *good, size_t row_count,
                             pil_gates_result *gates, pil_error *error) {
  double *kept = pil_arena_array(arena, row_count, sizeof *kept);
  if (kept == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < row_count; i++) kept[i] = outcome_of(good, i) == YES ? months[i] : NAN;
  gates->has_months_lost = true;
  pil_summary_fill(&gates->months_lost, months, row_count);
  pil_summary_fill(&gates->months_lost_if_good, kept, row_count);
  return true;
}

bool pil_study_gates(pil_arena *arena, const pil_gates_spec *spec, const pil_table *table,
                     const pil_table_result *result, size_t row_count, pil_gates_result *gates,
                     pil_error *error) {
  event good, promoted, rolled_back, lost;
  const pil_event_spec months = {spec->months_lost, NULL};
  *gates = (pil_gates_result){0};
  gates->found = find_event(&spec->good, table, result, &good) &&
                 find_event(&spec->promoted, table, result, &promoted) &&
                 find_event(&spec->rolled_back, table, result, &rolled_back) &&
                 find_event(&months, table, result, &lost);
  if (!gates->found) return true;
  for (size_t i = 0; i < row_count; i++) {
    outcome truth = outcome_of(&good, i), on = outcome_of(&promoted, i), back = outcome_of(&rolled_back, i);
    if (truth == UNKNOWN || on == UNKNOWN || back == UNKNOWN) {
      gates->unknown_count++;
      continue;
    }
    count(&gates->good, truth);
    count(truth == YES ? &gates->promoted_if_good : &gates->promoted_if_bad, on);
    count(truth == YES ? &gates->rolled_back_if_good : &gates->rolled_back_if_bad, back);
  }
  judge(&gates->good);
  judge(&gates->promoted_if_bad);
  judge(&gates->promoted_if_good);
  judge(&gates->rolled_back_if_bad);
  judge(&gates->rolled_back_if_good);
  return lost.cells == NULL || summarise_months(arena, lost.cells, &good, row_count, gates, error);
}
