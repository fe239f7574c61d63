/* Whether moving a field one way ever loosens the level, all else equal: over all cells, or over many pairs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

/* A decision, and the same with the field moved. */
typedef struct pair {
  pil_prover *prover;
  const pil_promise *promise;
  uint32_t column;
  double *cells, to; /* the column goes from what stands in `cells` to this */
  uint64_t number;
} pair;

static bool is_looser(const pil_prover *prover, uint8_t after, uint8_t before) {
  const uint8_t *rank = prover->verify->policy->rank;
  return after < PIL_LEVELS && before < PIL_LEVELS && rank[after] < rank[before];
}

/* ---- making a pair small ---- */

static bool breaks(pair *p, bool *broken, pil_error *error) {
  pil_prover *prover = p->prover;
  bool ignored;
  double from = p->cells[p->column];
  *broken = p->promise->falls ? p->to < from : p->to > from;
  if (!*broken) return true;
  PIL_TRY(pil_prover_one(prover, p->cells, p->number, &ignored, error));
  uint8_t before = prover->level[0];
  p->cells[p->column] = p->to;
  bool good = pil_prover_one(prover, p->cells, p->number, &ignored, error);
  p->cells[p->column] = from;
  *broken = good && is_looser(prover, prover->level[0], before);
  return good;
}

static bool try_value(pair *p, double *place, const pil_verify_column *column, double value, bool *kept, pil_error *error) {
  double before = *place;
  *kept = pil_verify_may_be(column, value);
  if (!*kept || value == before) return true;
  *place = value;
  PIL_TRY(breaks(p, kept, error));
  if (!*kept) *place = before;
  return true;
}

static bool shorten_number(pair *p, double *place, const pil_verify_column *column, pil_error *error) {
  if (column->kind != PIL_PARTITION_NUMBERS || *place == column->usual) return true;
  for (int digits = 1; digits <= 16; digits++) {
    char text[40];
    bool kept;
    snprintf(text, sizeof text, "%.*e", digits - 1, *place);
    PIL_TRY(try_value(p, place, column, strtod(text, NULL), &kept, error));
    if (kept) return true;
  }
  return true;
}

static bool shrink(pair *p, pil_error *error) {
  const pil_verify *verify = p->prover->verify;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t c = 0; c < verify->column_count; c++) {
      const pil_verify_column *column = &verify->columns[c];
      bool kept;
      if (c == p->column || column->kind == PIL_PARTITION_COMPUTED || p->cells[c] == column->usual) continue;
      PIL_TRY(try_value(p, &p->cells[c], column, column->usual, &kept, error));
      changed = changed || kept;
    }
  }
  for (size_t c = 0; c < verify->column_count; c++) PIL_TRY(shorten_number(p, &p->cells[c], &verify->columns[c], error));
  return shorten_number(p, &p->to, &verify->columns[p->column], error);
}

static bool keep_pair(pair *p, pil_arena *arena, pil_proof *proof, pil_error *error) {
  pil_prover *prover = p->prover;
  bool ignored;
  pil_counterexample *made = pil_arena_new(arena, sizeof *made);
  if (made == NULL) return pil_error_memory(error);
  PIL_TRY(shrink(p, error));
  made->has_other = true;
  PIL_TRY(pil_prover_one(prover, p->cells, p->number, &ignored, error) &&
          pil_prover_keep(prover, arena, 0, p->number, &made->other, error));
  p->cells[p->column] = p->to;
  PIL_TRY(pil_prover_one(prover, p->cells, p->number, &ignored, error) &&
          pil_prover_keep(prover, arena, 0, p->number, &made->found, error));
  made->wanted = made->other.level; /* at least */
  PIL_TRY(pil_verify_mark(prover, arena, made, error));
  made->matters[p->column] = true;
  proof->state = PIL_PROOF_COUNTEREXAMPLE;
  proof->counterexample = made;
  return true;
}

/* ---- cells ---- */

/* Along the column, from each cell to the next: what holds of neighbours holds of all. A cell without a level between two is
 * passed over. */
static bool check_cells(pair *p, const pil_cell_levels *levels, pil_arena *arena, pil_proof *proof, pil_error *error) {
  const pil_cells *cells = levels->cells;
  int at = pil_cells_find(cells, p->column);
  if (at < 0) return true;
  uint64_t stride = cells->strides[at];
  size_t points = cells->point_counts[at];
  for (uint64_t start = 0; start < cells->total; start++) {
    if (start / stride % points != 0) continue;
    uint64_t low = start;
    for (size_t i = 1; i < points; i++) {
      uint64_t high = start + i * stride, from = p->promise->falls ? high : low, to = p->promise->falls ? low : high;
      if (levels->level[high] == PIL_LEVELS) continue;
      low = high;
      if (!is_looser(p->prover, levels->level[to], levels->level[from])) continue;
      pil_cells_fill(cells, p->prover, from, 1);
      for (size_t c = 0; c < p->prover->verify->column_count; c++) p->cells[c] = p->prover->columns[c][0];
      p->to = cells->points[at][to / stride % points];
      p->number = 1;
      return keep_pair(p, arena, proof, error);
    }
  }
  return true;
}

/* ---- pairs ---- */

typedef struct pairing {
  pair *pair;
  pil_arena *arena;
  pil_proof *proof;
  double from[PIL_VERIFY_WIDTH];
  uint8_t before[PIL_VERIFY_WIDTH];
} pairing;

/* Each decision once more with the field moved, under the same number: its draws are the same. */
static bool try_pairs(void *context, pil_search *search, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  pairing *own = context;
  pair *p = own->pair;
  pil_prover *prover = p->prover;
  double *column = prover->columns[p->column];
  memcpy(own->before, prover->level, count);
  memcpy(own->from, column, count * sizeof *column);
  for (size_t lane = 0; lane < count; lane++) {
    double value = pil_search_pick(search, p->column);
    if (p->promise->falls ? value < column[lane] : value > column[lane]) column[lane] = value;
  }
  PIL_TRY(pil_prover_decide(prover, first, count, error));
  pil_search_count(search, count);
  for (size_t lane = 0; lane < count; lane++) {
    if (!is_looser(prover, prover->level[lane], own->before[lane])) continue;
    for (size_t c = 0; c < prover->verify->column_count; c++) p->cells[c] = prover->columns[c][lane];
    p->to = column[lane];
    p->cells[p->column] = own->from[lane];
    p->number = first + lane;
    *goes_on = false;
    return keep_pair(p, own->arena, own->proof, error);
  }
  return true;
}

bool pil_verify_monotone(pil_prover *base, pil_arena *arena, const pil_cell_levels *levels, pil_proof *proof, pil_error *error) {
  const pil_verify *verify = base->verify;
  pair p = {.prover = base, .promise = proof->promise, .column = (uint32_t)proof->promise->field->first_column};
  p.cells = pil_arena_array(arena, verify->column_count + 1, sizeof *p.cells);
  if (p.cells == NULL) return pil_error_memory(error);
  if (levels != NULL) {
    PIL_TRY(check_cells(&p, levels, arena, proof, error));
    proof->cells = proof->tried = levels->cells->total;
    if (proof->state == PIL_PROOF_COUNTEREXAMPLE) return true;
    proof->state = base->obstacle == NULL ? PIL_PROOF_PROVED : PIL_PROOF_NONE;
    if (base->obstacle == NULL) return true;
  }
  pairing *own = pil_arena_new(arena, sizeof *own);
  uint64_t tried;
  if (own == NULL) return pil_error_memory(error);
  *own = (pairing){.pair = &p, .arena = arena, .proof = proof};
  PIL_TRY(pil_search_run(base, verify->tries, try_pairs, own, &tried, error));
  proof->tried += tried;
  proof->cells = 0;
  return true;
}
