/* Lanes with the scalar program behind them: a batch runs in the lane machine, and one that
 * the machine gives back runs in stock Lua with the same draws.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine.h"

#include <stdatomic.h>

#include "../base/memory.h"

typedef struct engine {
  pil_program base; /* first: a pil_program* may be one of these */
  pil_script_source source;
  pil_script_share *share, *own_share; /* own: where the source names none */
  _Atomic(pil_program *) scalar;       /* NULL until it is needed */
  pil_machine *machine; /* NULL: the script cannot be built; reason 0 says why */
  pil_arena arena;
  pil_engine_reason *reasons;
  int last_reason;           /* why the last batch was given back; -1: it was not */
  unsigned repeats, untried; /* batches in a row given back for it; … since one was tried */
  _Atomic(bool) stopped;
} engine;

/* ---- the scalar program ---- */

/* Only the thread that runs the engine makes it; another may stop it meanwhile. */
static pil_program *get_scalar(engine *e, pil_error *error) {
  pil_program *scalar = atomic_load(&e->scalar);
  if (scalar != NULL) return scalar;
  if (atomic_load(&e->stopped)) {
    pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "stopped from outside");
    return NULL;
  }
  scalar = pil_script_share_load(e->share, &e->source, error);
  if (scalar == NULL) return NULL;
  atomic_store(&e->scalar, scalar);
  if (atomic_load(&e->stopped)) scalar->stop(scalar);
  return scalar;
}

/* ---- running ---- */

/* Which batches are tried changes no result, only where they are worked out. */
static bool wants_try(engine *e) {
  if (e->machine == NULL || atomic_load_explicit(&e->stopped, memory_order_relaxed)) return false;
  if (e->repeats < PIL_ENGINE_PATIENCE) return true;
  e->untried = (e->untried + 1) % PIL_ENGINE_RETRY;
  return e->untried == 0;
}

static bool is_late(const engine *e, int reason) {
  return reason == (int)e->base.reason_count - PIL_MACHINE_REASONS + PIL_MACHINE_LATE;
}

/* A batch that is late has cost as much as a trial may: once is enough. */
static void note_reason(engine *e, int reason) {
  e->repeats = reason >= 0 && reason == e->last_reason ? e->repeats + 1 : reason >= 0;
  if (is_late(e, reason)) e->repeats = PIL_ENGINE_PATIENCE;
  e->last_reason = reason;
  if (e->repeats < PIL_ENGINE_PATIENCE) e->untried = 0;
}

static bool run_scalar(engine *e, const pil_batch *batch, pil_frame *frame, pil_error *error) {
  pil_program *scalar = get_scalar(e, error);
  if (scalar == NULL) {
    error->trial = batch->first_trial;
    return false;
  }
  pil_frame_reset(frame, batch->count);
  uint64_t before = scalar->counted.scalar;
  bool good = scalar->run(scalar, batch, frame, error);
  uint64_t trials = scalar->counted.scalar - before;
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

/* The machine then gives its batch back, and the scalar program says that it was stopped. */
static void engine_stop(pil_program *base) {
  engine *e = (engine *)base;
  atomic_store(&e->stopped, true);
  if (e->machine != NULL) pil_machine_stop(e->machine);
  pil_program *scalar = atomic_load(&e->scalar);
  if (scalar != NULL) scalar->stop(scalar);
}

static void engine_free(pil_program *base) {
  engine *e = (engine *)base;
  pil_program *scalar = atomic_load(&e->scalar);
  pil_machine_free(e->machine);
  if (scalar != NULL) scalar->free(scalar);
  pil_script_share_free(e->own_share);
  pil_arena_free(&e->arena);
  pil_memory_free(e);
}

pil_script_program *pil_script_scalar(pil_program *program) {
  pil_error error;
  if (program->run == engine_run) program = get_scalar((engine *)program, &error);
  return (pil_script_program *)program;
}

/* ---- making one ---- */

/* The reasons of the program and of the machine, or the one for which there is no program. */
static bool set_reasons(engine *e, const pil_ir_reason *reasons, size_t count, pil_error *error) {
  e->reasons = pil_arena_array(&e->arena, count + PIL_MACHINE_REASONS, sizeof *e->reasons);
  if (e->reasons == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++)
    e->reasons[i] = (pil_engine_reason){reasons[i].at, reasons[i].text, 0};
  for (int i = 0; i < PIL_MACHINE_REASONS; i++)
    e->reasons[count + (size_t)i] = (pil_engine_reason){
        {e->source.shown_name, 0, 0}, pil_machine_reason_text((pil_machine_reason)i), 0};
  e->base.reasons = e->reasons;
  e->base.reason_count = count + PIL_MACHINE_REASONS;
  return true;
}

static bool build(engine *e, pil_error *error) {
  pil_script_shared shared;
  pil_program *scalar;
  if (e->share == NULL) e->share = e->own_share = pil_script_share_new(error);
  if (e->share == NULL) return false;
  PIL_TRY(pil_script_share_get(e->share, &e->source, &shared, &scalar, error));
  atomic_store(&e->scalar, scalar);
  e->last_reason = shared.program == NULL ? 0 : -1;
  if (shared.program == NULL) return set_reasons(e, shared.refusal, 1, error);
  PIL_TRY(set_reasons(e, shared.program->reasons, shared.program->reason_count, error));
  e->machine = pil_machine_new(shared.program, e->source.isa, error);
  if (e->machine == NULL) return false;
  pil_machine_limit(e->machine, e->source.limits.seconds);
  return true;
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
  e->source = *source;
  e->share = source->share;
  if (build(e, error)) return &e->base;
  engine_free(&e->base);
  return NULL;
}
