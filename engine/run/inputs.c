/* Filling the input columns of a batch from addressed draws.
 * SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include "../lanes/columns.h"

static void fill_words(const pil_input_plan *plan, const pil_input *input, uint64_t k,
                       const pil_batch *batch, uint64_t *words) {
  pil_stream stream = pil_owner_stream(batch->owner, plan->seed, input->site_hash, k);
  pil_stream_advance(&stream, batch->first_trial - 1);
  pil_columns_words(plan->isa, stream, batch->jumps, words, batch->count);
}

/* Element 0 is the scalar (k = 0); an array's elements are addressed as a script would with
 * month as k: from 1. */
static uint64_t address_of(const pil_input *input, size_t element) {
  return input->each == 0 ? 0 : element + 1;
}

static void fill_constant(const pil_input *input, const pil_batch *batch) {
  double *column = batch->inputs[input->first_column];
  for (size_t i = 0; i < batch->count; i++) column[i] = input->constant;
}

static void fill_draws(const pil_input_plan *plan, const pil_input *input, const pil_batch *batch,
                       uint64_t *words) {
  size_t elements = input->each == 0 ? 1 : input->each;
  for (size_t e = 0; e < elements; e++) {
    fill_words(plan, input, address_of(input, e), batch, words);
    pil_columns_draws(plan->isa, input->distribution, words, batch->inputs[input->first_column + e], batch->count);
  }
}

static void fill_rows(const pil_input_plan *plan, const pil_input *input, const pil_batch *batch,
                      uint64_t *words, double *rows) {
  fill_words(plan, input, 0, batch, words);
  pil_distribution_fill(input->distribution, words, rows, batch->count);
  for (size_t m = 0; m < input->member_count; m++) {
    const pil_member *member = &input->members[m];
    double *column = batch->inputs[member->first_column];
    for (size_t i = 0; i < batch->count; i++) column[i] = member->values[(size_t)rows[i]];
  }
}

/* Normal copula: independent normals, mixed by the Cholesky factor, turned back to uniforms. */
static bool fill_correlated(const pil_input_plan *plan, const pil_batch *batch, uint64_t *words,
                            pil_arena *arena, pil_error *error) {
  const pil_factor *factor = &plan->factor;
  size_t count = batch->count;
  double *normals = pil_arena_array(arena, factor->size * count, sizeof *normals);
  double *mixed = pil_arena_array(arena, 3 * count, sizeof *mixed);
  if (normals == NULL || mixed == NULL) return pil_error_memory(error);
  double *p = mixed + count, *q = mixed + 2 * count;
  for (size_t row = 0; row < factor->size; row++) {
    const pil_input *input = &plan->inputs[factor->input_index[row]];
    double *own = normals + row * count;
    fill_words(plan, input, address_of(input, factor->element[row]), batch, words);
    pil_normal_fill(words, own, count);
    for (size_t i = 0; i < count; i++) mixed[i] = 0;
    for (size_t other = 0; other <= row; other++) {
      double weight = factor->lower[row * factor->size + other];
      const double *column = normals + other * count;
      if (weight == 0) continue;
      for (size_t i = 0; i < count; i++) mixed[i] += weight * column[i];
    }
    pil_normal_cdf_fill(mixed, p, q, count);
    pil_distribution_fill_uniforms(input->distribution, p, q,
                                   batch->inputs[input->first_column + factor->element[row]], count);
  }
  return true;
}

/* A discrete distribution draws indexes; the column holds what they stand for. */
static void map_choices(const pil_input *input, const pil_batch *batch) {
  size_t elements = input->each == 0 ? 1 : input->each;
  for (size_t e = 0; e < elements; e++) {
    double *column = batch->inputs[input->first_column + e];
    for (size_t i = 0; i < batch->count; i++) column[i] = input->choice_values[(size_t)column[i]];
  }
}

bool pil_inputs_fill(const pil_input_plan *plan, const pil_batch *batch, pil_arena *arena,
                     pil_error *error) {
  uint64_t *words = pil_arena_array(arena, batch->count, sizeof *words);
  double *rows = pil_arena_array(arena, batch->count, sizeof *rows);
  if (words == NULL || rows == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < plan->input_count; i++) {
    const pil_input *input = &plan->inputs[i];
    switch (input->origin) {
      case PIL_ORIGIN_CONSTANT: fill_constant(input, batch); break;
      case PIL_ORIGIN_DRAW:
        if (input->factor < 0) fill_draws(plan, input, batch, words);
        break;
      case PIL_ORIGIN_ROW: fill_rows(plan, input, batch, words, rows); break;
      case PIL_ORIGIN_EXPRESSION: break;
    }
  }
  if (plan->factor.size > 0) PIL_TRY(fill_correlated(plan, batch, words, arena, error));
  for (size_t i = 0; i < plan->input_count; i++)
    if (plan->inputs[i].choice_values != NULL) map_choices(&plan->inputs[i], batch);
  return true;
}
