/* A policy and the truth of one promise, as one program: its typed form, its partition, and decisions put to it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "verify.h"

enum { IN_LANES, IN_PROGRAM, OUT_LEVEL = 0, OUT_PLACE, OUT_TRUTH, OUTS };
static const char *const outputs[OUTS + 1] = {"level", "place", "truth", NULL};

static const char alone[] = "local policy, decided = ...\n"
                            "return function(d, p)\n"
                            "  local level, _, place = decided(policy, d, p)\n"
                            "  return {level = level, place = place, truth = false}\n"
                            "end\n";
/* Numbers are no truths: 0 and 1 would pass for false and true. */
static const char promising[] = "local policy, promise, decided = ...\n"
                                "return function(d, p)\n"
                                "  local level, _, place = decided(policy, d, p)\n"
                                "  local truth = promise(d, p, level)\n"
                                "  if truth == 0 or truth == 1 then truth = 2 end\n"
                                "  return {level = level, place = place, truth = truth}\n"
                                "end\n";

static const char asking[] = "local policy, promise = ...\n"
                             "return function(d, p)\n"
                             "  return {auto = promise(d, p, 'auto'), review = promise(d, p, 'review'),\n"
                             "    exception = promise(d, p, 'exception'), collaborate = promise(d, p, 'collaborate')}\n"
                             "end\n";

/* ---- making ---- */

static void set_source(pil_prover *prover) {
  const pil_verify *verify = prover->verify;
  pil_script_source *source = &prover->source;
  *source = verify->policy->sources[pil_policy_own(verify->policy)];
  source->fields = verify->fields;
  source->share = NULL;
  source->wrapper = prover->promise == NULL ? alone : promising;
  source->wrapper_expressions = prover->promise == NULL ? NULL : &prover->promise->expression;
  source->wrapper_expression_count = prover->promise == NULL ? 0 : 1;
  source->wrapper_arguments = PIL_PROMISE_ARGUMENTS;
}

static bool reserve(pil_prover *prover, pil_error *error) {
  size_t columns = prover->verify->column_count;
  pil_arena *arena = &prover->arena;
  prover->jumps = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof *prover->jumps);
  prover->columns = pil_arena_array(arena, columns + 1, sizeof *prover->columns);
  prover->level = pil_arena_array(arena, PIL_VERIFY_WIDTH, 1);
  prover->broken = pil_arena_array(arena, PIL_VERIFY_WIDTH, 1);
  prover->place = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof *prover->place);
  prover->returned = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof *prover->returned);
  if (prover->jumps == NULL || prover->columns == NULL || prover->level == NULL || prover->broken == NULL ||
      prover->place == NULL || prover->returned == NULL)
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++)
    if ((prover->columns[c] = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof(double))) == NULL) return pil_error_memory(error);
  pil_jumps_fill(prover->jumps, PIL_VERIFY_WIDTH);
  return true;
}

static bool make(pil_prover *prover, const char *kept, pil_error *error) {
  const pil_verify *verify = prover->verify;
  set_source(prover);
  prover->is_changed = kept != NULL;
  PIL_TRY(reserve(prover, error));
  PIL_TRY(pil_script_typed_build(&prover->source, kept, &prover->arena, &prover->typed, error));
  if (prover->typed.program == NULL) {
    const pil_ir_reason *refusal = &prover->typed.refusal;
    prover->obstacle = pil_arena_format(&prover->arena, "%s:%d: %s", refusal->at.file == NULL ? "the script" : refusal->at.file,
                                       refusal->at.line, refusal->text);
    prover->partition.columns = pil_arena_array(&prover->arena, verify->column_count + 1, sizeof *prover->partition.columns);
    return (prover->obstacle != NULL && prover->partition.columns != NULL) || pil_error_memory(error);
  }
  PIL_TRY(pil_partition_find(&prover->arena, prover->typed.program, verify->inputs, verify->column_count, outputs,
                             &prover->partition, error));
  if (!prover->partition.is_complete) prover->obstacle = prover->partition.reason;
  prover->machine = pil_machine_new(prover->typed.program, prover->source.isa, error);
  if (prover->machine == NULL) return false;
  pil_machine_limit(prover->machine, prover->source.limits.seconds);
  return true;
}

pil_prover *pil_prover_new(const pil_verify *verify, const pil_promise *promise, const char *kept, pil_error *error) {
  pil_prover *prover = pil_memory_new_zeroed(1, sizeof *prover);
  if (prover == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  prover->verify = verify;
  prover->promise = promise;
  if (make(prover, kept, error)) return prover;
  pil_prover_free(prover);
  return NULL;
}

void pil_prover_free(pil_prover *prover) {
  if (prover == NULL) return;
  pil_machine_free(prover->machine);
  if (prover->program != NULL) prover->program->free(prover->program);
  for (int i = 0; i < 2; i++) pil_frame_free(&prover->frames[i]);
  pil_arena_free(&prover->arena);
  pil_memory_free(prover);
}

/* ---- reading what came ---- */

static const char *text_of(pil_prover *prover, const pil_frame *frame, double cell, pil_error *error) {
  char number[32];
  if (pil_cell_is_text(cell)) return frame->texts.texts[pil_cell_text(cell)];
  if (pil_cell_bits(cell) == PIL_CELL_WRONG) return "what is no text";
  snprintf(number, sizeof number, "%.14g", cell);
  const char *kept = pil_arena_copy(&prover->arena, number, strlen(number));
  if (kept == NULL) pil_error_memory(error);
  return kept;
}

static bool read_level(pil_prover *prover, const pil_frame *frame, double cell, size_t i, pil_error *error) {
  prover->level[i] = PIL_LEVELS;
  prover->returned[i] = NULL;
  if (pil_cell_bits(cell) == PIL_CELL_MISSING) return true;
  const char *text = text_of(prover, frame, cell, error);
  if (text == NULL) return false;
  for (uint8_t l = 0; pil_cell_is_text(cell) && l < PIL_LEVELS; l++)
    if (strcmp(text, pil_level_names[l]) == 0) prover->level[i] = l;
  if (prover->level[i] == PIL_LEVELS) prover->returned[i] = text;
  return true;
}

/* A promise is true or false; nil, as of a table that has no such item, is false. */
static bool read_truth(pil_prover *prover, double cell, size_t i, pil_error *error) {
  const pil_promise *promise = prover->promise;
  bool is_nil = pil_cell_bits(cell) == PIL_CELL_MISSING;
  if (!is_nil && cell != 0 && cell != 1)
    return pil_error_set(error, PIL_FAILURE_SCRIPT, promise->at, "%s: expected true or false, found %s", promise->text,
                         pil_cell_is_text(cell) ? "a text" : pil_cell_bits(cell) == PIL_CELL_WRONG ? "what is neither" : "a number");
  bool holds = !is_nil && cell == 1;
  prover->broken[i] = promise != NULL && holds == (promise->kind == PIL_PROMISE_NEVER);
  return true;
}

static bool read_frame(pil_prover *prover, int which, size_t count, pil_error *error) {
  pil_frame *frame = &prover->frames[which];
  const double *cells[OUTS];
  for (size_t i = 0; i < OUTS; i++) {
    const pil_column *column = pil_frame_column(frame, i, outputs[i], 0);
    if (column == NULL) return pil_error_memory(error);
    cells[i] = column->cells;
  }
  for (size_t i = 0; i < count; i++) {
    double place = cells[OUT_PLACE][i];
    prover->place[i] = pil_cell_is_text(place) ? frame->texts.texts[pil_cell_text(place)] : NULL;
    PIL_TRY(read_level(prover, frame, cells[OUT_LEVEL][i], i, error));
    PIL_TRY(read_truth(prover, cells[OUT_TRUTH][i], i, error));
  }
  return true;
}

/* ---- deciding ---- */

/* An error in a promise stands where the promise does; and it says which decision it was. */
static void place_error(const pil_prover *prover, uint64_t first, pil_error *error) {
  const pil_promise *promise = prover->promise;
  pil_arena scratch = {0};
  char text[PIL_ERROR_TEXT_BYTES], chunk[PIL_ERROR_FILE_BYTES];
  size_t lane = (size_t)(error->trial - first);
  if (error->trial < first || lane >= PIL_VERIFY_WIDTH) return;
  double *cells = pil_arena_array(&scratch, prover->verify->column_count + 1, sizeof *cells);
  for (size_t c = 0; cells != NULL && c < prover->verify->column_count; c++) cells[c] = prover->columns[c][lane];
  const char *table = cells == NULL ? NULL : pil_verify_table(prover->verify, &scratch, cells);
  memcpy(text, error->text, sizeof text);
  pil_place at = {error->file, error->line, error->column};
  bool is_promise = false;
  if (promise != NULL) {
    snprintf(chunk, sizeof chunk, "%s:%d", promise->at.file, promise->at.line);
    is_promise = strcmp(chunk, error->file) == 0;
  }
  char file[PIL_ERROR_FILE_BYTES];
  memcpy(file, error->file, sizeof file);
  at.file = file;
  pil_error_set(error, error->failure, is_promise ? promise->at : at, "%s%s%.400s (d = %.450s)", is_promise ? promise->text : "",
                is_promise ? ": " : "", text, table == NULL ? "" : table);
  pil_arena_free(&scratch);
}

static bool run_program(pil_prover *prover, uint64_t first, size_t count, pil_error *error) {
  pil_frame *frame = &prover->frames[IN_PROGRAM];
  const pil_batch batch = {.first_trial = first, .count = count, .inputs = prover->columns, .jumps = prover->jumps};
  if (prover->program == NULL) prover->program = pil_script_engine_new(&prover->source, error);
  if (prover->program == NULL) return false;
  pil_frame_reset(frame, count);
  if (prover->program->run(prover->program, &batch, frame, error)) return read_frame(prover, IN_PROGRAM, count, error);
  place_error(prover, first, error);
  return false;
}

bool pil_prover_decide(pil_prover *prover, uint64_t first, size_t count, pil_error *error) {
  return run_program(prover, first, count, error);
}

static bool is_scalar(const pil_prover *prover) {
  return prover->source.engine == PIL_ENGINE_SCALAR;
}

static bool given_back(pil_prover *prover, int reason, pil_error *error) {
  size_t own = prover->typed.program->reason_count;
  const pil_ir_reason *known = (size_t)reason < own ? &prover->typed.program->reasons[reason] : NULL;
  const char *text = known != NULL ? known->text : pil_machine_reason_text((pil_machine_reason)((size_t)reason - own));
  if (prover->obstacle != NULL) return true;
  prover->obstacle = known == NULL ? text : pil_arena_format(&prover->arena, "%s:%d: %s", known->at.file, known->at.line, text);
  return prover->obstacle != NULL || pil_error_memory(error);
}

/* Stock Lua has to agree with lanes, cell by cell. */
static bool confirm(pil_prover *prover, size_t count, pil_error *error) {
  uint8_t level[PIL_VERIFY_WIDTH], broken[PIL_VERIFY_WIDTH];
  memcpy(level, prover->level, count);
  memcpy(broken, prover->broken, count);
  PIL_TRY(run_program(prover, 1, count, error));
  if (memcmp(level, prover->level, count) == 0 && memcmp(broken, prover->broken, count) == 0)
    return read_frame(prover, IN_LANES, count, error); /* with its places */
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){prover->source.shown_name, 0, 0},
                       "lanes and stock Lua disagree on a decision; please report this");
}

/* What stock Lua has never seen, it cannot decide. */
static bool forget(pil_prover *prover, size_t count) {
  for (size_t i = 0; i < count; i++) {
    prover->level[i] = PIL_LEVELS;
    prover->broken[i] = false;
    prover->place[i] = prover->returned[i] = NULL;
  }
  return true;
}

bool pil_prover_cells(pil_prover *prover, size_t count, pil_error *error) {
  pil_frame *frame = &prover->frames[IN_LANES];
  const pil_batch batch = {.first_trial = 1, .count = count, .inputs = prover->columns, .jumps = prover->jumps};
  int reason = -1;
  if (prover->machine == NULL && prover->is_changed) return forget(prover, count);
  if (prover->machine == NULL) return run_program(prover, 1, count, error);
  pil_frame_reset(frame, count);
  PIL_TRY(pil_machine_run(prover->machine, &batch, frame, &reason, error));
  if (reason >= 0) PIL_TRY(given_back(prover, reason, error));
  if (reason >= 0 && !prover->is_changed) return run_program(prover, 1, count, error);
  if (reason >= 0) return forget(prover, count);
  PIL_TRY(read_frame(prover, IN_LANES, count, error));
  return !is_scalar(prover) || prover->is_changed || confirm(prover, count, error);
}

bool pil_prover_one(pil_prover *prover, const double *cells, uint64_t number, bool *breaks, pil_error *error) {
  for (size_t c = 0; c < prover->verify->column_count; c++) prover->columns[c][0] = cells[c];
  PIL_TRY(pil_prover_decide(prover, number, 1, error));
  *breaks = prover->promise == NULL ? prover->level[0] == PIL_LEVELS : prover->broken[0];
  return true;
}

static bool ask_levels(pil_program *program, const pil_prover *prover, const pil_found *found, double **columns,
                       pil_frame *frame, bool holds[PIL_LEVELS], pil_error *error) {
  const pil_batch batch = {.first_trial = found->number, .count = 1, .inputs = columns, .jumps = prover->jumps};
  pil_frame_reset(frame, 1);
  PIL_TRY(program->run(program, &batch, frame, error));
  for (size_t l = 0; l < PIL_LEVELS; l++) {
    const pil_column *column = pil_frame_column(frame, l, pil_level_names[l], 0);
    if (column == NULL) return pil_error_memory(error);
    holds[l] = (column->cells[0] == 1) == (prover->promise->kind == PIL_PROMISE_ALWAYS);
  }
  return true;
}

bool pil_prover_levels(const pil_prover *prover, const pil_found *found, bool holds[PIL_LEVELS], pil_error *error) {
  pil_script_source source = prover->source;
  pil_arena scratch = {0};
  pil_frame frame = {0};
  source.wrapper = asking;
  pil_program *program = pil_script_program_new(&source, error);
  double **columns = pil_arena_array(&scratch, prover->verify->column_count + 1, sizeof *columns);
  double *cells = pil_arena_array(&scratch, prover->verify->column_count + 1, sizeof *cells);
  bool good = program != NULL && ((columns != NULL && cells != NULL) || pil_error_memory(error));
  for (size_t c = 0; good && c < prover->verify->column_count; c++) {
    cells[c] = found->cells[c];
    columns[c] = &cells[c];
  }
  good = good && ask_levels(program, prover, found, columns, &frame, holds, error);
  if (program != NULL) program->free(program);
  pil_frame_free(&frame);
  pil_arena_free(&scratch);
  return good;
}

bool pil_prover_keep(pil_prover *prover, pil_arena *arena, size_t lane, uint64_t number, pil_found *found, pil_error *error) {
  size_t columns = prover->verify->column_count;
  const char *place = prover->place[lane], *returned = prover->returned[lane];
  *found = (pil_found){.number = number, .level = prover->level[lane]};
  found->cells = pil_arena_array(arena, columns + 1, sizeof *found->cells);
  if (place != NULL) found->place = pil_arena_copy(arena, place, strlen(place));
  if (returned != NULL) found->returned = pil_arena_copy(arena, returned, strlen(returned));
  if (found->cells == NULL || (place != NULL && found->place == NULL) || (returned != NULL && found->returned == NULL))
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++) found->cells[c] = prover->columns[c][lane];
  return true;
}
