/* Lanes with the scalar program behind them: a batch runs in the lane machine, and one that
 * the machine gives back runs in stock Lua with the same draws.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <stdatomic.h>

#include "../base/memory.h"
#include "../lanes/builder.h"
#include "image.h"

typedef struct engine {
  pil_program base; /* first: a pil_program* may be one of these */
  pil_program *scalar;
  pil_machine *machine; /* NULL: the script cannot be built; reason 0 says why */
  pil_arena arena;      /* image, lane program, reasons */
  pil_ir_program program;
  pil_engine_reason *reasons;
  int last_reason;           /* why the last batch was given back; -1: it was not */
  unsigned repeats, untried; /* batches in a row given back for it; … since one was tried */
  _Atomic(bool) stopped;
} engine;

/* ---- running ---- */

/* Which batches are tried changes no result, only where they are worked out. */
static bool wants_try(engine *e) {
  if (e->machine == NULL || atomic_load_explicit(&e->stopped, memory_order_relaxed)) return false;
  if (e->repeats < PIL_ENGINE_PATIENCE) return true;
  e->untried = (e->untried + 1) % PIL_ENGINE_RETRY;
  return e->untried == 0;
}

static void note_reason(engine *e, int reason) {
  e->repeats = reason >= 0 && reason == e->last_reason ? e->repeats + 1 : reason >= 0;
  e->last_reason = reason;
  if (e->repeats < PIL_ENGINE_PATIENCE) e->untried = 0;
}

static bool run_scalar(engine *e, const pil_batch *batch, pil_frame *frame, pil_error *error) {
  pil_frame_reset(frame, batch->count);
  uint64_t before = e->scalar->counted.scalar;
  bool good = e->scalar->run(e->scalar, batch, frame, error);
  uint64_t trials = e->scalar->counted.scalar - before;
  e->base.counted.scalar += trials;
  if (e->last_reason >= 0) e->reasons[e->last_reason].trials += trials;
  return good;
}

static bool engine_run(pil_program *base, const pil_batch *batch, pil_frame *frame,
                       pil_error *error) {
  engine *e = (engine *)base;
  if (wants_try(e)) {
    int reason = -1;
    PIL_TRY(pil_machine_run(e->machine, batch, frame, &reason, error));
    note_reason(e, reason);
    if (reason < 0) {
      e->base.counted.lanes += batch->count;
      return true;
    }
  }
  return run_scalar(e, batch, frame, error);
}

static void engine_stop(pil_program *base) {
  engine *e = (engine *)base;
  atomic_store_explicit(&e->stopped, true, memory_order_relaxed);
  e->scalar->stop(e->scalar); /* which then says so at the next batch */
}

static void engine_free(pil_program *base) {
  engine *e = (engine *)base;
  pil_machine_free(e->machine);
  if (e->scalar != NULL) e->scalar->free(e->scalar);
  pil_arena_free(&e->arena);
  pil_memory_free(e);
}

pil_script_program *pil_script_scalar(const pil_program *program) {
  if (program->run == engine_run) program = ((const engine *)program)->scalar;
  return (pil_script_program *)program;
}

/* ---- building ---- */

/* The reasons of the program, or the one for which there is none. */
static bool set_reasons(engine *e, const pil_ir_reason *reasons, size_t count, pil_error *error) {
  e->reasons = pil_arena_array(&e->arena, count, sizeof *e->reasons);
  if (e->reasons == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++)
    e->reasons[i] = (pil_engine_reason){reasons[i].at, reasons[i].text, 0};
  e->base.reasons = e->reasons;
  e->base.reason_count = count;
  return true;
}

static bool build(engine *e, const pil_script_source *source, pil_error *error) {
  pil_ir_reason refusal = {0};
  e->scalar = pil_script_program_new(source, error);
  if (e->scalar == NULL) return false;
  const pil_image *image =
      pil_script_image_new(&e->arena, (pil_script_program *)e->scalar, error);
  if (image == NULL) return false;
  if (!pil_builder_build(&e->arena, image, &e->program, &refusal, error)) {
    if (refusal.text == NULL) return false;
    e->last_reason = 0;
    return set_reasons(e, &refusal, 1, error);
  }
  e->last_reason = -1;
  PIL_TRY(set_reasons(e, e->program.reasons, e->program.reason_count, error));
  e->machine = pil_machine_new(&e->program, source->isa, error);
  return e->machine != NULL;
}

pil_program *pil_script_engine_new(const pil_script_source *source, pil_error *error) {
  pil_engine choice = source->engine;
  if (choice == PIL_ENGINE_AUTO) choice = (pil_engine)PIL_ENGINE_AUTO_CHOICE;
  if (choice == PIL_ENGINE_SCALAR) return pil_script_program_new(source, error);
  engine *e = pil_memory_new_zeroed(1, sizeof *e);
  if (e == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  e->base = (pil_program){.run = engine_run, .stop = engine_stop, .free = engine_free};
  if (build(e, source, error)) return &e->base;
  engine_free(&e->base);
  return NULL;
}
