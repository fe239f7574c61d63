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

static void set_source(pil_judge *judge) {
  const pil_verify *verify = judge->verify;
  pil_script_source *source = &judge->source;
  *source = verify->policy->sources[pil_policy_own(verify->policy)];
  source->fields = verify->fields;
  source->is_strict = true;
  source->share = NULL;
  source->wrapper = judge->promise == NULL ? alone : promising;
  source->wrapper_expressions = judge->promise == NULL ? NULL : &judge->promise->expression;
  source->wrapper_expression_count = judge->promise == NULL ? 0 : 1;
  source->wrapper_arguments = PIL_PROMISE_ARGUMENTS;
}

static bool reserve(pil_judge *judge, pil_error *error) {
  size_t columns = judge->verify->column_count;
  pil_arena *arena = &judge->arena;
  judge->jumps = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof *judge->jumps);
  judge->columns = pil_arena_array(arena, columns + 1, sizeof *judge->columns);
  judge->level = pil_arena_array(arena, PIL_VERIFY_WIDTH, 1);
  judge->broken = pil_arena_array(arena, PIL_VERIFY_WIDTH, 1);
  judge->place = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof *judge->place);
  judge->returned = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof *judge->returned);
  if (judge->jumps == NULL || judge->columns == NULL || judge->level == NULL || judge->broken == NULL ||
      judge->place == NULL || judge->returned == NULL)
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++)
    if ((judge->columns[c] = pil_arena_array(arena, PIL_VERIFY_WIDTH, sizeof(double))) == NULL) return pil_error_memory(error);
  pil_jumps_fill(judge->jumps, PIL_VERIFY_WIDTH);
  return true;
}

static bool make(pil_judge *judge, const char *kept, pil_error *error) {
  const pil_verify *verify = judge->verify;
  set_source(judge);
  judge->is_changed = kept != NULL;
  PIL_TRY(reserve(judge, error));
  PIL_TRY(pil_script_typed_build(&judge->source, kept, &judge->arena, &judge->typed, error));
  if (judge->typed.program == NULL) {
    const pil_ir_reason *refusal = &judge->typed.refusal;
    judge->obstacle = pil_arena_format(&judge->arena, "%s:%d: %s", refusal->at.file == NULL ? "the script" : refusal->at.file,
                                       refusal->at.line, refusal->text);
    judge->partition.columns = pil_arena_array(&judge->arena, verify->column_count + 1, sizeof *judge->partition.columns);
    return (judge->obstacle != NULL && judge->partition.columns != NULL) || pil_error_memory(error);
  }
  PIL_TRY(pil_partition_find(&judge->arena, judge->typed.program, verify->inputs, verify->column_count, outputs,
                             &judge->partition, error));
  if (!judge->partition.is_complete) judge->obstacle = judge->partition.reason;
  judge->machine = pil_machine_new(judge->typed.program, judge->source.isa, error);
  if (judge->machine == NULL) return false;
  pil_machine_limit(judge->machine, judge->source.limits.seconds);
  return true;
}

pil_judge *pil_judge_new(const pil_verify *verify, const pil_promise *promise, const char *kept, pil_error *error) {
  pil_judge *judge = pil_memory_new_zeroed(1, sizeof *judge);
  if (judge == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  judge->verify = verify;
  judge->promise = promise;
  if (make(judge, kept, error)) return judge;
  pil_judge_free(judge);
  return NULL;
}

void pil_judge_free(pil_judge *judge) {
  if (judge == NULL) return;
  pil_machine_free(judge->machine);
  if (judge->program != NULL) judge->program->free(judge->program);
  for (int i = 0; i < 2; i++) pil_frame_free(&judge->frames[i]);
  pil_arena_free(&judge->arena);
  pil_memory_free(judge);
}

/* ---- reading what came ---- */

static const char *text_of(pil_judge *judge, const pil_frame *frame, double cell, pil_error *error) {
  char number[32];
  if (pil_cell_is_text(cell)) return frame->texts.texts[pil_cell_text(cell)];
  if (pil_cell_bits(cell) == PIL_CELL_WRONG) return "what is no text";
  snprintf(number, sizeof number, "%.14g", cell);
  const char *kept = pil_arena_copy(&judge->arena, number, strlen(number));
  if (kept == NULL) pil_error_memory(error);
  return kept;
}

static bool read_level(pil_judge *judge, const pil_frame *frame, double cell, size_t i, pil_error *error) {
  judge->level[i] = PIL_LEVELS;
  judge->returned[i] = NULL;
  if (pil_cell_bits(cell) == PIL_CELL_MISSING) return true;
  const char *text = text_of(judge, frame, cell, error);
  if (text == NULL) return false;
  for (uint8_t l = 0; pil_cell_is_text(cell) && l < PIL_LEVELS; l++)
    if (strcmp(text, pil_level_names[l]) == 0) judge->level[i] = l;
  if (judge->level[i] == PIL_LEVELS) judge->returned[i] = text;
  return true;
}

/* A promise is true or false; nil, as of a table that has no such item, is false. */
static bool read_truth(pil_judge *judge, double cell, size_t i, pil_error *error) {
  const pil_promise *promise = judge->promise;
  bool is_nil = pil_cell_bits(cell) == PIL_CELL_MISSING;
  if (!is_nil && cell != 0 && cell != 1)
    return pil_error_set(error, PIL_FAILURE_SCRIPT, promise->at, "%s: expected true or false, found %s", promise->text,
                         pil_cell_is_text(cell) ? "a text" : pil_cell_bits(cell) == PIL_CELL_WRONG ? "what is neither" : "a number");
  bool holds = !is_nil && cell == 1;
  judge->broken[i] = promise != NULL && holds == (promise->kind == PIL_PROMISE_NEVER);
  return true;
}

static bool read_frame(pil_judge *judge, int which, size_t count, pil_error *error) {
  pil_frame *frame = &judge->frames[which];
  const double *cells[OUTS];
  for (size_t i = 0; i < OUTS; i++) {
    const pil_column *column = pil_frame_column(frame, i, outputs[i], 0);
    if (column == NULL) return pil_error_memory(error);
    cells[i] = column->cells;
  }
  for (size_t i = 0; i < count; i++) {
    double place = cells[OUT_PLACE][i];
    judge->place[i] = pil_cell_is_text(place) ? frame->texts.texts[pil_cell_text(place)] : NULL;
    PIL_TRY(read_level(judge, frame, cells[OUT_LEVEL][i], i, error));
    PIL_TRY(read_truth(judge, cells[OUT_TRUTH][i], i, error));
  }
  return true;
}

/* ---- deciding ---- */

/* An error in a promise stands where the promise does; and it says which decision it was. */
static void place_error(const pil_judge *judge, uint64_t first, pil_error *error) {
  const pil_promise *promise = judge->promise;
  pil_arena scratch = {0};
  char text[PIL_ERROR_TEXT_BYTES], chunk[PIL_ERROR_FILE_BYTES];
  size_t lane = (size_t)(error->trial - first);
  if (error->trial < first || lane >= PIL_VERIFY_WIDTH) return;
  double *cells = pil_arena_array(&scratch, judge->verify->column_count + 1, sizeof *cells);
  for (size_t c = 0; cells != NULL && c < judge->verify->column_count; c++) cells[c] = judge->columns[c][lane];
  const char *table = cells == NULL ? NULL : pil_verify_table(judge->verify, &scratch, cells);
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

static bool run_program(pil_judge *judge, uint64_t first, size_t count, pil_error *error) {
  pil_frame *frame = &judge->frames[IN_PROGRAM];
  const pil_batch batch = {.first_trial = first, .count = count, .inputs = judge->columns, .jumps = judge->jumps};
  if (judge->program == NULL) judge->program = pil_script_engine_new(&judge->source, error);
  if (judge->program == NULL) return false;
  pil_frame_reset(frame, count);
  if (judge->program->run(judge->program, &batch, frame, error)) return read_frame(judge, IN_PROGRAM, count, error);
  place_error(judge, first, error);
  return false;
}

bool pil_judge_decide(pil_judge *judge, uint64_t first, size_t count, pil_error *error) {
  return run_program(judge, first, count, error);
}

static bool is_scalar(const pil_judge *judge) {
  return judge->source.engine == PIL_ENGINE_SCALAR;
}

static bool given_back(pil_judge *judge, int reason, pil_error *error) {
  size_t own = judge->typed.program->reason_count;
  const pil_ir_reason *known = (size_t)reason < own ? &judge->typed.program->reasons[reason] : NULL;
  const char *text = known != NULL ? known->text : pil_machine_reason_text((pil_machine_reason)((size_t)reason - own));
  if (judge->obstacle != NULL) return true;
  judge->obstacle = known == NULL ? text : pil_arena_format(&judge->arena, "%s:%d: %s", known->at.file, known->at.line, text);
  return judge->obstacle != NULL || pil_error_memory(error);
}

/* Stock Lua has to agree with lanes, cell by cell. */
static bool confirm(pil_judge *judge, size_t count, pil_error *error) {
  uint8_t level[PIL_VERIFY_WIDTH], broken[PIL_VERIFY_WIDTH];
  memcpy(level, judge->level, count);
  memcpy(broken, judge->broken, count);
  PIL_TRY(run_program(judge, 1, count, error));
  if (memcmp(level, judge->level, count) == 0 && memcmp(broken, judge->broken, count) == 0)
    return read_frame(judge, IN_LANES, count, error); /* with its places */
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){judge->source.shown_name, 0, 0},
                       "lanes and stock Lua disagree on a decision; please report this");
}

/* What stock Lua has never seen, it cannot decide. */
static bool forget(pil_judge *judge, size_t count) {
  for (size_t i = 0; i < count; i++) {
    judge->level[i] = PIL_LEVELS;
    judge->broken[i] = false;
    judge->place[i] = judge->returned[i] = NULL;
  }
  return true;
}

bool pil_judge_cells(pil_judge *judge, size_t count, pil_error *error) {
  pil_frame *frame = &judge->frames[IN_LANES];
  const pil_batch batch = {.first_trial = 1, .count = count, .inputs = judge->columns, .jumps = judge->jumps};
  int reason = -1;
  if (judge->machine == NULL && judge->is_changed) return forget(judge, count);
  if (judge->machine == NULL) return run_program(judge, 1, count, error);
  pil_frame_reset(frame, count);
  PIL_TRY(pil_machine_run(judge->machine, &batch, frame, &reason, error));
  if (reason >= 0) PIL_TRY(given_back(judge, reason, error));
  if (reason >= 0 && !judge->is_changed) return run_program(judge, 1, count, error);
  if (reason >= 0) return forget(judge, count);
  PIL_TRY(read_frame(judge, IN_LANES, count, error));
  return !is_scalar(judge) || judge->is_changed || confirm(judge, count, error);
}

bool pil_judge_one(pil_judge *judge, const double *cells, uint64_t number, bool *breaks, pil_error *error) {
  for (size_t c = 0; c < judge->verify->column_count; c++) judge->columns[c][0] = cells[c];
  PIL_TRY(pil_judge_decide(judge, number, 1, error));
  *breaks = judge->promise == NULL ? judge->level[0] == PIL_LEVELS : judge->broken[0];
  return true;
}

static bool ask_levels(pil_program *program, const pil_judge *judge, const pil_found *found, double **columns,
                       pil_frame *frame, bool holds[PIL_LEVELS], pil_error *error) {
  const pil_batch batch = {.first_trial = found->number, .count = 1, .inputs = columns, .jumps = judge->jumps};
  pil_frame_reset(frame, 1);
  PIL_TRY(program->run(program, &batch, frame, error));
  for (size_t l = 0; l < PIL_LEVELS; l++) {
    const pil_column *column = pil_frame_column(frame, l, pil_level_names[l], 0);
    if (column == NULL) return pil_error_memory(error);
    holds[l] = (column->cells[0] == 1) == (judge->promise->kind == PIL_PROMISE_ALWAYS);
  }
  return true;
}

bool pil_judge_levels(const pil_judge *judge, const pil_found *found, bool holds[PIL_LEVELS], pil_error *error) {
  pil_script_source source = judge->source;
  pil_arena scratch = {0};
  pil_frame frame = {0};
  source.wrapper = asking;
  pil_program *program = pil_script_program_new(&source, error);
  double **columns = pil_arena_array(&scratch, judge->verify->column_count + 1, sizeof *columns);
  double *cells = pil_arena_array(&scratch, judge->verify->column_count + 1, sizeof *cells);
  bool good = program != NULL && ((columns != NULL && cells != NULL) || pil_error_memory(error));
  for (size_t c = 0; good && c < judge->verify->column_count; c++) {
    cells[c] = found->cells[c];
    columns[c] = &cells[c];
  }
  good = good && ask_levels(program, judge, found, columns, &frame, holds, error);
  if (program != NULL) program->free(program);
  pil_frame_free(&frame);
  pil_arena_free(&scratch);
  return good;
}

bool pil_judge_keep(pil_judge *judge, pil_arena *arena, size_t lane, uint64_t number, pil_found *found, pil_error *error) {
  size_t columns = judge->verify->column_count;
  const char *place = judge->place[lane], *returned = judge->returned[lane];
  *found = (pil_found){.number = number, .level = judge->level[lane]};
  found->cells = pil_arena_array(arena, columns + 1, sizeof *found->cells);
  if (place != NULL) found->place = pil_arena_copy(arena, place, strlen(place));
  if (returned != NULL) found->returned = pil_arena_copy(arena, returned, strlen(returned));
  if (found->cells == NULL || (place != NULL && found->place == NULL) || (returned != NULL && found->returned == NULL))
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++) found->cells[c] = judge->columns[c][lane];
  return true;
}
