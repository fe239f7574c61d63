/* A policy at work on given decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "decider.h"

#include <stdio.h>
#include <string.h>

#include "../base/memory.h"

enum { MOST_TEXTS = 4096, NUMBER_BYTES = 32 };

/* The results of a policy beside the return that gave them. */
static const char wrapper[] = "local policy, decided = ...\n"
                              "return function(d, p)\n"
                              "  local level, reason, place = decided(policy, d, p)\n"
                              "  return {level = level, reason = reason, place = place}\n"
                              "end\n";
enum { OUT_LEVEL, OUT_REASON, OUT_PLACE, OUTS };
static const char *const outputs[OUTS] = {"level", "reason", "place"};

struct pil_decider {
  pil_program *program;
  pil_frame frame;
  pil_jump *jumps;
  size_t width;
};

pil_decider *pil_decider_new(const pil_script_source *source, size_t width, pil_error *error) {
  pil_script_source own = *source;
  pil_decider *decider = pil_memory_new_zeroed(1, sizeof *decider);
  if (decider == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  own.wrapper = wrapper;
  own.wrapper_expressions = NULL;
  own.wrapper_expression_count = 0;
  own.share = NULL;
  decider->width = width;
  decider->jumps = pil_memory_resize(NULL, width, sizeof *decider->jumps);
  if (decider->jumps == NULL) pil_error_memory(error);
  else decider->program = pil_script_engine_new(&own, error);
  if (decider->program == NULL) {
    pil_decider_free(decider);
    return NULL;
  }
  pil_jumps_fill(decider->jumps, width);
  return decider;
}

void pil_decider_free(pil_decider *decider) {
  if (decider == NULL) return;
  if (decider->program != NULL) decider->program->free(decider->program);
  pil_frame_free(&decider->frame);
  pil_memory_free(decider->jumps);
  pil_memory_free(decider);
}

pil_program *pil_decider_program(pil_decider *decider) {
  return decider->program;
}

/* ---- reading what came ---- */

/* A cell as text; NULL: nothing there, or no memory for it. */
static const char *text_of(pil_decider *decider, double cell) {
  pil_dictionary *texts = &decider->frame.texts;
  char number[NUMBER_BYTES];
  if (pil_cell_is_text(cell)) return texts->texts[pil_cell_text(cell)];
  if (pil_cell_bits(cell) == PIL_CELL_MISSING) return NULL;
  if (pil_cell_bits(cell) == PIL_CELL_WRONG) return "what is no text";
  snprintf(number, sizeof number, "%.14g", cell);
  int64_t code = pil_dictionary_code(texts, number, strlen(number));
  return code < 0 ? NULL : texts->texts[code];
}

static void read_ruling(pil_decider *decider, const double *const cells[OUTS], size_t i, pil_ruling *ruling) {
  const char *level = text_of(decider, cells[OUT_LEVEL][i]);
  *ruling = (pil_ruling){.level = PIL_LEVELS, .place = text_of(decider, cells[OUT_PLACE][i])};
  if (pil_cell_is_text(cells[OUT_LEVEL][i])) ruling->level = pil_level_find(level);
  if (ruling->level == PIL_LEVELS) ruling->returned = level;
  else ruling->reason = text_of(decider, cells[OUT_REASON][i]);
}

bool pil_ruling_keep(pil_ruling *ruling, pil_arena *arena, pil_error *error) {
  const char **texts[] = {&ruling->reason, &ruling->place, &ruling->returned};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (*texts[i] == NULL) continue;
    *texts[i] = pil_arena_copy(arena, *texts[i], strlen(*texts[i]));
    if (*texts[i] == NULL) return pil_error_memory(error);
  }
  return true;
}

void pil_decider_forget(pil_decider *decider) {
  if (decider->frame.texts.count < MOST_TEXTS) return;
  pil_dictionary_free(&decider->frame.texts);
}

bool pil_decider_run(pil_decider *decider, uint64_t first, size_t count, double **columns, pil_ruling *rulings,
                     pil_error *error) {
  const pil_batch batch = {.first_trial = first, .count = count, .inputs = columns, .jumps = decider->jumps};
  const double *cells[OUTS];
  pil_frame_reset(&decider->frame, count);
  PIL_TRY(decider->program->run(decider->program, &batch, &decider->frame, error));
  for (size_t i = 0; i < OUTS; i++) {
    const pil_column *column = pil_frame_column(&decider->frame, i, outputs[i], 0);
    if (column == NULL) return pil_error_memory(error);
    cells[i] = column->cells;
  }
  for (size_t i = 0; i < count; i++) read_ruling(decider, cells, i, &rulings[i]);
  return true;
}
