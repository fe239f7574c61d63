/* Counterexamples made small: as few fields as can be other than usual, and those as short numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

typedef struct shrinking {
  pil_prover *prover;
  double *cells; /* the decision so far, which breaks the promise */
  uint64_t number;
} shrinking;

/* Keeps another value of a column if the promise is still broken with it. */
static bool try_value(shrinking *s, size_t c, double value, bool *kept, pil_error *error) {
  double before = s->cells[c];
  *kept = true;
  if (value == before) return true;
  *kept = pil_verify_may_be(&s->prover->verify->columns[c], value);
  if (!*kept) return true;
  s->cells[c] = value;
  PIL_TRY(pil_prover_one(s->prover, s->cells, s->number, kept, error));
  if (!*kept) s->cells[c] = before;
  return true;
}

/* Until nothing changes: one field less may let another go. */
static bool drop_fields(shrinking *s, pil_error *error) {
  const pil_verify *verify = s->prover->verify;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t c = 0; c < verify->column_count; c++) {
      bool kept;
      if (verify->columns[c].kind == PIL_PARTITION_COMPUTED || s->cells[c] == verify->columns[c].usual) continue;
      PIL_TRY(try_value(s, c, verify->columns[c].usual, &kept, error));
      changed = changed || kept;
    }
  }
  return true;
}

static bool shorten_number(shrinking *s, size_t c, pil_error *error) {
  const pil_verify_column *column = &s->prover->verify->columns[c];
  if (column->kind != PIL_PARTITION_NUMBERS || s->cells[c] == column->usual) return true;
  for (int digits = 1; digits <= 16; digits++) {
    char text[40];
    bool kept;
    snprintf(text, sizeof text, "%.*e", digits - 1, s->cells[c]);
    PIL_TRY(try_value(s, c, strtod(text, NULL), &kept, error));
    if (kept) return true;
  }
  return true;
}

/* The next tighter level with which the promise would hold, or else any: what a test may expect. */
static bool find_wanted(const pil_prover *prover, const pil_found *found, uint8_t *wanted, pil_error *error) {
  const uint8_t *rank = prover->verify->policy->rank;
  bool holds[PIL_LEVELS] = {false};
  *wanted = PIL_LEVELS;
  if (prover->promise == NULL) return true;
  if (!pil_prover_levels(prover, found, holds, error)) return error->failure != PIL_FAILURE_MEMORY; /* it fails at one of them */
  for (int tighter = 1; tighter >= 0 && *wanted == PIL_LEVELS; tighter--) {
    for (uint8_t l = 0; l < PIL_LEVELS; l++) {
      bool is_tighter = found->level == PIL_LEVELS || rank[l] > rank[found->level];
      if (holds[l] && is_tighter == (tighter == 1) && (*wanted == PIL_LEVELS || rank[l] < rank[*wanted])) *wanted = l;
    }
  }
  return true;
}

bool pil_verify_mark(const pil_prover *prover, pil_arena *arena, pil_counterexample *counterexample, pil_error *error) {
  const pil_verify *verify = prover->verify;
  counterexample->draws = prover->typed.program != NULL && prover->typed.program->draw_count > 0;
  counterexample->matters = pil_arena_array(arena, verify->column_count + 1, sizeof *counterexample->matters);
  if (counterexample->matters == NULL) return pil_error_memory(error);
  for (size_t c = 0; c < verify->column_count; c++) {
    double usual = verify->columns[c].usual;
    bool is_read = verify->columns[c].kind != PIL_PARTITION_COMPUTED;
    bool differs = counterexample->found.cells[c] != usual || (counterexample->has_other && counterexample->other.cells[c] != usual);
    counterexample->matters[c] = is_read && differs;
  }
  return true;
}

bool pil_verify_shrink(pil_prover *prover, pil_arena *arena, const pil_found *found, pil_counterexample **counterexample,
                       pil_error *error) {
  const pil_verify *verify = prover->verify;
  pil_counterexample *made = pil_arena_new(arena, sizeof *made);
  shrinking s = {.prover = prover, .number = found->number};
  s.cells = pil_arena_array(arena, verify->column_count + 1, sizeof *s.cells);
  if (made == NULL || s.cells == NULL) return pil_error_memory(error);
  memcpy(s.cells, found->cells, verify->column_count * sizeof *s.cells);
  PIL_TRY(drop_fields(&s, error));
  for (size_t c = 0; c < verify->column_count; c++) PIL_TRY(shorten_number(&s, c, error));
  bool breaks;
  PIL_TRY(pil_prover_one(prover, s.cells, s.number, &breaks, error));
  PIL_TRY(pil_prover_keep(prover, arena, 0, s.number, &made->found, error));
  PIL_TRY(find_wanted(prover, &made->found, &made->wanted, error));
  *counterexample = made;
  return pil_verify_mark(prover, arena, made, error);
}
