/* Returns that no decision reaches, and why: another return before takes all that would come there, or its own conditions can
 * never all be met.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "verify.h"

bool pil_places_add(pil_places *places, pil_arena *arena, const char *name, pil_error *error) {
  if (name == NULL) return true;
  for (size_t i = 0; i < places->count; i++)
    if (strcmp(places->names[i], name) == 0) return true;
  if (places->count == places->capacity) {
    size_t capacity = 2 * places->capacity + 16;
    const char **grown = pil_arena_array(arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(error);
    if (places->count > 0) memcpy(grown, places->names, places->count * sizeof *grown);
    places->names = grown;
    places->capacity = capacity;
  }
  const char *kept = pil_arena_copy(arena, name, strlen(name));
  if (kept == NULL) return pil_error_memory(error);
  places->names[places->count++] = kept;
  return true;
}

static bool is_there(const pil_places *places, const char *name) {
  for (size_t i = 0; i < places->count; i++)
    if (strcmp(places->names[i], name) == 0) return true;
  return false;
}

/* Where the policy as it is decides what reaches the branch once the others are passed over. */
static bool note_hiding(pil_prover *alone, pil_prover *base, size_t count, const char *place, pil_places *hiding, pil_arena *arena,
                        pil_error *error) {
  size_t found = 0;
  for (size_t lane = 0; lane < count; lane++) {
    if (alone->place[lane] == NULL || strcmp(alone->place[lane], place) != 0) continue;
    for (size_t c = 0; c < base->verify->column_count; c++) base->columns[c][found] = alone->columns[c][lane];
    found++;
  }
  if (found == 0) return true;
  PIL_TRY(pil_prover_cells(base, found, error));
  for (size_t i = 0; i < found; i++) PIL_TRY(pil_places_add(hiding, arena, base->place[i], error));
  return true;
}

static bool walk_alone(pil_prover *alone, pil_prover *base, pil_branch *branch, pil_arena *arena, pil_error *error) {
  pil_cells cells;
  pil_places hiding = {0};
  PIL_TRY(pil_cells_make(alone, arena, &cells, error));
  if (cells.total > PIL_VERIFY_CELLS) return true;
  for (uint64_t first = 0; first < cells.total; first += PIL_VERIFY_WIDTH) {
    uint64_t left = cells.total - first;
    size_t count = left < PIL_VERIFY_WIDTH ? (size_t)left : PIL_VERIFY_WIDTH;
    pil_cells_fill(&cells, alone, first, count);
    PIL_TRY(pil_prover_cells(alone, count, error));
    PIL_TRY(note_hiding(alone, base, count, branch->place, &hiding, arena, error));
  }
  branch->hidden_by = hiding.names;
  branch->hidden_count = hiding.count;
  if (hiding.count > 0) branch->state = PIL_BRANCH_SHADOWED;
  else if (alone->obstacle == NULL) branch->state = PIL_BRANCH_CONTRADICTORY;
  return true;
}

static bool explain(pil_prover *base, pil_branch *branch, pil_arena *arena, pil_error *error) {
  pil_prover *alone = pil_prover_new(base->verify, NULL, branch->place, error);
  if (alone == NULL) return false;
  bool good = walk_alone(alone, base, branch, arena, error);
  pil_prover_free(alone);
  return good;
}

bool pil_verify_branches(pil_prover *base, pil_arena *arena, const pil_places *reached, bool is_proof,
                         pil_verification *verification, pil_error *error) {
  size_t known = base->typed.place_count;
  pil_branch *branches = pil_arena_array(arena, known + reached->count + 1, sizeof *branches);
  if (branches == NULL) return pil_error_memory(error);
  verification->branches = branches;
  for (size_t i = 0; i < known; i++) {
    const char *place = pil_arena_copy(arena, base->typed.places[i], strlen(base->typed.places[i]));
    if (place == NULL) return pil_error_memory(error);
    pil_branch *branch = &branches[verification->branch_count++];
    *branch = (pil_branch){.place = place, .state = is_there(reached, place) ? PIL_BRANCH_REACHED : PIL_BRANCH_UNREACHED};
    if (branch->state == PIL_BRANCH_REACHED) continue;
    verification->dead_count++;
    if (is_proof) PIL_TRY(explain(base, branch, arena, error));
  }
  for (size_t i = 0; i < reached->count; i++) { /* in functions that the code does not name */
    bool is_listed = false;
    for (size_t k = 0; k < known; k++) is_listed = is_listed || strcmp(base->typed.places[k], reached->names[i]) == 0;
    if (!is_listed) branches[verification->branch_count++] = (pil_branch){.place = reached->names[i]};
  }
  return true;
}
