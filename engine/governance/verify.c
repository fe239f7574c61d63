/* A policy verified: its branches, its answers and what its scenario promises of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <string.h>

#include "../base/memory.h"
#include "../scenario/job.h"

/* ---- over all cells ---- */

/* Told of each batch of cells. */
typedef bool cell_listener(void *context, pil_judge *judge, uint64_t first, size_t count, bool *goes_on, pil_error *error);

static bool walk(pil_judge *judge, const pil_cells *cells, cell_listener *listener, void *context, pil_error *error) {
  bool goes_on = true;
  for (uint64_t first = 0; goes_on && first < cells->total; first += PIL_VERIFY_WIDTH) {
    uint64_t left = cells->total - first;
    size_t count = left < PIL_VERIFY_WIDTH ? (size_t)left : PIL_VERIFY_WIDTH;
    pil_cells_fill(cells, judge, first, count);
    PIL_TRY(pil_judge_cells(judge, count, error));
    PIL_TRY(listener(context, judge, first, count, &goes_on, error));
  }
  return true;
}

/* Whether the cells can be tried; if not, that is an obstacle. */
static bool can_walk(pil_judge *judge, const pil_cells *cells, bool *can, pil_error *error) {
  uint64_t most = judge->obstacle == NULL ? PIL_VERIFY_CELLS : judge->verify->tries;
  *can = cells->total <= most;
  if (*can || judge->obstacle != NULL) return true;
  judge->obstacle = cells->total >= UINT64_MAX / 2
                        ? "there are more cells than can be counted"
                        : pil_arena_format(&judge->arena, "there are %llu cells, more than %d",
                                           (unsigned long long)cells->total, PIL_VERIFY_CELLS);
  return judge->obstacle != NULL || pil_error_memory(error);
}

/* ---- one promise ---- */

typedef struct breaking {
  pil_arena *arena;
  bool is_found;
  pil_found found;
} breaking;

static bool note_broken(breaking *b, pil_judge *judge, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  for (size_t lane = 0; lane < count; lane++) {
    bool is_broken = judge->promise == NULL ? judge->level[lane] == PIL_LEVELS : judge->broken[lane];
    if (!is_broken) continue;
    b->is_found = true;
    *goes_on = false;
    return pil_judge_keep(judge, b->arena, lane, first + lane, &b->found, error);
  }
  return true;
}

/* Cells have no numbers of their own: a draw is an obstacle, and the batch's first lane is decision 1. */
static bool break_cell(void *context, pil_judge *judge, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  (void)first;
  return note_broken(context, judge, 1, count, goes_on, error);
}

static bool break_drawn(void *context, pil_search *search, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  return note_broken(context, pil_search_judge(search), first, count, goes_on, error);
}

static bool settle(pil_judge *judge, breaking *b, pil_proof *proof, pil_error *error) {
  proof->state = b->is_found ? PIL_PROOF_COUNTEREXAMPLE : judge->obstacle == NULL ? PIL_PROOF_PROVED : PIL_PROOF_NONE;
  return !b->is_found || pil_verify_shrink(judge, b->arena, &b->found, &proof->counterexample, error);
}

static bool try_promise(pil_verify *verify, pil_judge *judge, pil_proof *proof, pil_error *error) {
  breaking b = {.arena = &verify->arena};
  pil_cells cells;
  bool can;
  uint64_t tried = 0;
  PIL_TRY(pil_cells_make(judge, &verify->arena, &cells, error));
  PIL_TRY(can_walk(judge, &cells, &can, error));
  if (can) {
    PIL_TRY(walk(judge, &cells, break_cell, &b, error));
    proof->tried = cells.total;
  }
  if (judge->obstacle == NULL) proof->cells = cells.total;
  else if (!b.is_found) PIL_TRY(pil_search_run(judge, verify->tries, break_drawn, &b, &tried, error));
  proof->tried += tried;
  return settle(judge, &b, proof, error);
}

static bool keep_reason(pil_verify *verify, const pil_judge *judge, pil_proof *proof, pil_error *error) {
  if (judge->obstacle == NULL) return true;
  proof->reason = pil_arena_copy(&verify->arena, judge->obstacle, strlen(judge->obstacle));
  return proof->reason != NULL || pil_error_memory(error);
}

static bool prove_expression(pil_verify *verify, pil_proof *proof, pil_error *error) {
  pil_judge *judge = pil_judge_new(verify, proof->promise, NULL, error);
  if (judge == NULL) return false;
  bool good = try_promise(verify, judge, proof, error) && keep_reason(verify, judge, proof, error);
  pil_judge_free(judge);
  return good;
}

/* ---- the policy alone ---- */

typedef struct basis {
  pil_verify *verify;
  pil_judge *judge;
  pil_cells cells;
  pil_cell_levels levels; /* of all cells, where they can be tried */
  pil_places reached;
  breaking missing; /* a decision without a level */
} basis;

static bool note_cells(void *context, pil_judge *judge, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  basis *own = context;
  bool ignored;
  (void)goes_on;
  memcpy(own->levels.level + first, judge->level, count);
  for (size_t lane = 0; lane < count; lane++)
    if (lane == 0 || judge->place[lane] != judge->place[lane - 1])
      PIL_TRY(pil_places_add(&own->reached, &own->verify->arena, judge->place[lane], error));
  return own->missing.is_found || note_broken(&own->missing, judge, 1, count, &ignored, error);
}

static bool note_drawn(void *context, pil_search *search, uint64_t first, size_t count, bool *goes_on, pil_error *error) {
  basis *own = context;
  pil_judge *judge = pil_search_judge(search);
  bool ignored;
  (void)goes_on;
  for (size_t lane = 0; lane < count; lane++)
    if (lane == 0 || judge->place[lane] != judge->place[lane - 1])
      PIL_TRY(pil_places_add(&own->reached, &own->verify->arena, judge->place[lane], error));
  return own->missing.is_found || note_broken(&own->missing, judge, first, count, &ignored, error);
}

static bool look_around(basis *own, pil_proof *answers, pil_verification *verification, pil_error *error) {
  pil_verify *verify = own->verify;
  bool can;
  uint64_t tried = 0;
  PIL_TRY(pil_cells_make(own->judge, &verify->arena, &own->cells, error));
  PIL_TRY(can_walk(own->judge, &own->cells, &can, error));
  if (can) {
    own->levels.cells = &own->cells;
    own->levels.level = pil_arena_array(&verify->arena, own->cells.total + 1, 1);
    if (own->levels.level == NULL) return pil_error_memory(error);
    PIL_TRY(walk(own->judge, &own->cells, note_cells, own, error));
    answers->tried = own->cells.total;
  }
  if (own->judge->obstacle == NULL) answers->cells = own->cells.total;
  else PIL_TRY(pil_search_run(own->judge, verify->tries, note_drawn, own, &tried, error));
  answers->tried += tried;
  verification->branch_tries = own->judge->obstacle == NULL ? 0 : answers->tried;
  return settle(own->judge, &own->missing, answers, error) && keep_reason(verify, own->judge, answers, error);
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
    PIL_TRY(pil_verify_monotone(own->judge, &verify->arena, own->levels.cells == NULL ? NULL : &own->levels, proof, error));
    PIL_TRY(keep_reason(verify, own->judge, proof, error));
  }
  return pil_verify_branches(own->judge, &verify->arena, &own->reached, own->judge->obstacle == NULL, verification, error);
}

bool pil_verify_run(pil_verify *verify, pil_verification *verification, pil_error *error) {
  const pil_promises *promises = verify->policy->promises;
  basis own = {.verify = verify, .missing = {.arena = &verify->arena}};
  *verification = (pil_verification){0};
  verification->proofs = pil_arena_array(&verify->arena, (promises == NULL ? 0 : promises->promise_count) + 1,
                                         sizeof *verification->proofs);
  if (verification->proofs == NULL) return pil_error_memory(error);
  PIL_TRY(pil_policy_check_promises(verify->policy, error));
  own.judge = pil_judge_new(verify, NULL, NULL, error);
  if (own.judge == NULL) return false;
  bool good = prove_all(&own, verification, error);
  pil_judge_free(own.judge);
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
  return pil_job_write(document, format, colour, output, error);
}

bool pil_policy_verify(const char *path, const pil_options *options, uint64_t tries, pil_format format, bool colour,
                       const char *output, bool *failed, pil_error *error) {
  pil_verify verify;
  pil_policy *policy = pil_policy_load(path, options, error);
  if (policy == NULL) return false;
  bool good = pil_verify_open(&verify, policy, tries > 0 ? tries : PIL_VERIFY_TRIES, error);
  if (good) {
    good = write_answer(&verify, format, colour, output, failed, error);
    pil_verify_close(&verify);
  }
  pil_policy_free(policy);
  return good;
}
