/* A policy verified: its branches, its answers and what its scenario promises of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <string.h>

#include "../base/memory.h"
#include "../scenario/job.h"

/* ---- over all cells ---- */

/* Told of each batch of cells. */
typedef bool cell_listener(void *context, pil_prover *prover, uint64_t first, size_t count, bool *goes_on, pil_error *error);

bool pil_verify_goes_on(const pil_verify *verify) {
  pil_verify_stop *stop = verify->stop;
  if (stop == NULL) return true;
  if (!stop->is_stopped && stop->tick != NULL) stop->is_stopped = !stop->tick(stop->context, 0);
  return !stop->is_stopped;
}

static bool walk(pil_prover *prover, const pil_cells *cells, cell_listener *listener, void *context, pil_error *error) {
  bool goes_on = true;
  for (uint64_t first = 0; goes_on && first < cells->total; first += PIL_VERIFY_WIDTH) {
    uint64_t left = cells->total - first;
    size_t count = left < PIL_VERIFY_WIDTH ? (size_t)left : PIL_VERIFY_WIDTH;
    if (!pil_verify_goes_on(prover->verify)) {
      prover->obstacle = "it was stopped";
      return true;
    }
    pil_cells_fill(cells, prover, first, count);
    PIL_TRY(pil_prover_cells(prover, count, error));
    PIL_TRY(listener(context, prover, first, count, &goes_on, error));
  }
  return true;
}

/* Whether the cells can be tried; if not, that is an obstacle. */
static bool can_walk(pil_prover *prover, const pil_cells *cells, bool *can, pil_error *error) {
  uint64_t most = prover->obstacle == NULL ? PIL_VERIFY_CELLS : prover->verify->tries;
  *can = cells->total <= most;
  if (*can || prover->obstacle != NULL) return true;
  prover->obstacle = cells->total >= UINT64_MAX / 2
                        ? "there are more cells than can be counted"
                        : pil_arena_format(&prover->arena, "there are %llu cells, more than %d",
                                           (unsigned long long)cells->total, PIL_VERIFY_CELLS);
  return prover->obstacle != NULL || pil_error_memory(error);
}

/* ---- one promise ---- */

typedef struct breaking {
  pil_arena *arena;
  bool is_found;
  pil_found found;
} breaking;

static bool note_broken(breaking *b, pil_prover *prover, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  for (size_t lane = 0; lane < count; lane++) {
    bool is_broken = prover->promise == NULL ? prover->level[lane] == PIL_LEVELS : prover->broken[lane];
    if (!is_broken) continue;
    b->is_found = true;
    *goes_on = false;
    return pil_prover_keep(prover, b->arena, lane, first + lane, &b->found, error);
  }
  return true;
}

/* Cells have no numbers of their own: a draw is an obstacle, and the batch's first lane is decision 1. */
static bool break_cell(void *context, pil_prover *prover, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  (void)first;
  return note_broken(context, prover, 1, count, goes_on, error);
}

static bool break_drawn(void *context, pil_search *search, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  return note_broken(context, pil_search_prover(search), first, count, goes_on, error);
}

static bool settle(pil_prover *prover, breaking *b, pil_proof *proof, pil_error *error) {
  proof->state = b->is_found ? PIL_PROOF_COUNTEREXAMPLE : prover->obstacle == NULL ? PIL_PROOF_PROVED : PIL_PROOF_NONE;
  return !b->is_found || pil_verify_shrink(prover, b->arena, &b->found, &proof->counterexample, error);
}

static bool try_promise(pil_verify *verify, pil_prover *prover, pil_proof *proof, pil_error *error) {
  breaking b = {.arena = &verify->arena};
  pil_cells cells;
  bool can;
  uint64_t tried = 0;
  PIL_TRY(pil_cells_make(prover, &verify->arena, &cells, error));
  PIL_TRY(can_walk(prover, &cells, &can, error));
  if (can) {
    PIL_TRY(walk(prover, &cells, break_cell, &b, error));
    proof->tried = cells.total;
  }
  if (prover->obstacle == NULL) proof->cells = cells.total;
  else if (!b.is_found) PIL_TRY(pil_search_run(prover, verify->tries, break_drawn, &b, &tried, error));
  proof->tried += tried;
  return settle(prover, &b, proof, error);
}

static bool keep_reason(pil_verify *verify, const pil_prover *prover, pil_proof *proof, pil_error *error) {
  if (prover->obstacle == NULL) return true;
  proof->reason = pil_arena_copy(&verify->arena, prover->obstacle, strlen(prover->obstacle));
  return proof->reason != NULL || pil_error_memory(error);
}

static bool prove_expression(pil_verify *verify, pil_proof *proof, pil_error *error) {
  pil_prover *prover = pil_prover_new(verify, proof->promise, NULL, error);
  if (prover == NULL) return false;
  bool good = try_promise(verify, prover, proof, error) && keep_reason(verify, prover, proof, error);
  pil_prover_free(prover);
  return good;
}

/* ---- the policy alone ---- */

typedef struct basis {
  pil_verify *verify;
  pil_prover *prover;
  pil_cells cells;
  pil_cell_levels levels; /* of all cells, where they can be tried */
  pil_places reached;
  breaking missing; /* a decision without a level */
} basis;

static bool note_cells(void *context, pil_prover *prover, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  basis *own = context;
  bool ignored;
  (void)goes_on;
  memcpy(own->levels.level + first, prover->level, count);
  for (size_t lane = 0; lane < count; lane++)
    if (lane == 0 || prover->place[lane] != prover->place[lane - 1])
      PIL_TRY(pil_places_add(&own->reached, &own->verify->arena, prover->place[lane], error));
  return own->missing.is_found || note_broken(&own->missing, prover, 1, count, &ignored, error);
}

static bool note_drawn(void *context, pil_search *search, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  basis *own = context;
  pil_prover *prover = pil_search_prover(search);
  bool ignored;
  (void)goes_on;
  for (size_t lane = 0; lane < count; lane++)
    if (lane == 0 || prover->place[lane] != prover->place[lane - 1])
      PIL_TRY(pil_places_add(&own->reached, &own->verify->arena, prover->place[lane], error));
  return own->missing.is_found || note_broken(&own->missing, prover, first, count, &ignored, error);
}

static bool look_around(basis *own, pil_proof *answers, pil_verification *verification, pil_error *error) {
  pil_verify *verify = own->verify;
  bool can;
  uint64_t tried = 0;
  PIL_TRY(pil_cells_make(own->prover, &verify->arena, &own->cells, error));
  PIL_TRY(can_walk(own->prover, &own->cells, &can, error));
  if (can) {
    own->levels.cells = &own->cells;
    own->levels.level = pil_arena_array(&verify->arena, own->cells.total + 1, 1);
    if (own->levels.level == NULL) return pil_error_memory(error);
    PIL_TRY(walk(own->prover, &own->cells, note_cells, own, error));
    answers->tried = own->cells.total;
  }
  if (own->prover->obstacle == NULL) answers->cells = own->cells.total;
  else PIL_TRY(pil_search_run(own->prover, verify->tries, note_drawn, own, &tried, error));
  answers->tried += tried;
  verification->branch_tries = own->prover->obstacle == NULL ? 0 : answers->tried;
  return settle(own->prover, &own->missing, answers, error) && keep_reason(verify, own->prover, answers, error);
}

static bool prove_all(basis *own, pil_verification *verification, pil_error *error) {
  pil_verify *verify = own->verify;
  const pil_promises *promises = verify->policy->promises;
  PIL_TRY(look_around(own, &verification->answers, verification, error));
  for (size_t i = 0; promises != NULL && i < promises->promise_count; i++) {
    pil_proof *proof = &verification->proofs[verification->proof_count++];
    *proof = (pil_proof){.promise = &promises->promises[i]};
    if (proof->promise->kind != PIL_PROMISE_MONOTONE) {
      PIL_TRY(prove_expression(verify, proof, error));
      continue;
    }
    PIL_TRY(pil_verify_monotone(own->prover, &verify->arena, own->levels.cells == NULL ? NULL : &own->levels, proof, error));
    PIL_TRY(keep_reason(verify, own->prover, proof, error));
  }
  return pil_verify_branches(own->prover, &verify->arena, &own->reached, own->prover->obstacle == NULL && pil_verify_goes_on(verify), verification,
                             error);
}

bool pil_verify_run(pil_verify *verify, pil_verification *verification, pil_error *error) {
  const pil_promises *promises = verify->policy->promises;
  basis own = {.verify = verify, .missing = {.arena = &verify->arena}};
  *verification = (pil_verification){0};
  verification->proofs = pil_arena_array(&verify->arena, (promises == NULL ? 0 : promises->promise_count) + 1,
                                         sizeof *verification->proofs);
  if (verification->proofs == NULL) return pil_error_memory(error);
  PIL_TRY(pil_policy_check_promises(verify->policy, error));
  own.prover = pil_prover_new(verify, NULL, NULL, error);
  if (own.prover == NULL) return false;
  bool good = prove_all(&own, verification, error);
  pil_prover_free(own.prover);
  return good;
}

bool pil_verification_failed(const pil_verification *verification) {
  bool failed = verification->answers.state == PIL_PROOF_COUNTEREXAMPLE;
  for (size_t i = 0; i < verification->proof_count; i++)
    failed = failed || verification->proofs[i].state == PIL_PROOF_COUNTEREXAMPLE;
  return failed;
}

/* ---- from file to answer ---- */

static bool write_answer(pil_verify *verify, pil_format format, bool colour, const char *output, bool *failed, pil_error *error) {
  pil_verification verification;
  PIL_TRY(pil_verify_run(verify, &verification, error));
  *failed = pil_verification_failed(&verification);
  pil_document *document = pil_document_new(&verify->arena);
  if (document == NULL) return pil_error_memory(error);
  if (format == PIL_FORMAT_JSON) PIL_TRY(pil_verify_export(verify, &verification, pil_document_data(document), error));
  else PIL_TRY(pil_verify_describe(verify, &verification, document, error));
  if (verify->stop != NULL && verify->stop->is_stopped) {
    pil_node_set_bool(pil_document_data(document), "partial", true);
    pil_document_warning(document, "Stopped before all was tried.");
  }
  PIL_TRY(pil_job_write(document, format, colour, output, error));
  return pil_verify_goes_on(verify) || pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "stopped before all was tried");
}

bool pil_policy_verify(const char *path, const pil_options *options, const pil_verify_request *request, bool *failed,
                       pil_error *error) {
  pil_verify verify;
  pil_verify_stop stop = {.tick = request->tick, .context = request->context};
  pil_policy *policy = pil_policy_load(path, options, error);
  if (policy == NULL) return false;
  bool good = pil_verify_open(&verify, policy, request->tries > 0 ? request->tries : PIL_VERIFY_TRIES, error);
  if (good) {
    verify.stop = &stop;
    good = write_answer(&verify, request->format, request->colour, request->output, failed, error);
    pil_verify_close(&verify);
  }
  pil_policy_free(policy);
  return good;
}
