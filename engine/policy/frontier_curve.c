/* The risk-coverage curve proper: decisions of the scenario as it stands, by their confidence.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/memory.h"
#include "frontier.h"
#include "policy_run.h"

/* All decisions graded so far. */
typedef struct grades {
  pil_graded *list;
  size_t count, capacity;
} grades;

static bool reserve(grades *all, size_t more, pil_error *error) {
  if (all->count + more <= all->capacity) return true;
  size_t capacity = (all->count + more) + all->capacity / 2;
  pil_graded *grown = pil_memory_resize(all->list, capacity, sizeof *grown);
  if (grown == NULL) return pil_error_memory(error);
  all->list = grown;
  all->capacity = capacity;
  return true;
}

static bool grade_trial(const pil_frontier *frontier, const pil_policy_trial *trial, uint64_t number, grades *all,
                        pil_error *error) {
  PIL_TRY(reserve(all, trial->count, error));
  for (size_t i = 0; i < trial->count; i++) {
    double confidence = trial->noted[i];
    if (!isfinite(confidence)) {
      error->trial = 0;
      pil_error_set(error, PIL_FAILURE_INPUT, frontier->confidence->at,
                    "--confidence %s: decision %zu of trial %llu has no number there", frontier->request->confidence,
                    i + 1, (unsigned long long)number);
      return false;
    }
    all->list[all->count++] = (pil_graded){confidence, trial->chance[i], 1};
  }
  return true;
}

static bool grade(pil_frontier *frontier, pil_policy_desk *desk, pil_tick *tick, void *context, grades *all,
                  pil_error *error) {
  uint64_t trial = 1;
  desk->noted = frontier->confidence;
  do {
    if (tick != NULL && !tick(context, 0))
      return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted after 0 of %zu points",
                           frontier->grid.point_count);
    PIL_TRY(pil_policy_desk_decide(desk, trial, error));
    if (trial > 1 && all->count + desk->trial.count > PIL_FRONTIER_GRADED) break;
    PIL_TRY(grade_trial(frontier, &desk->trial, trial, all, error));
    frontier->curve_trials = (size_t)trial;
  } while (trial++ < frontier->trials);
  return true;
}

bool pil_frontier_run_curve(pil_frontier *frontier, pil_tick *tick, void *context, pil_error *error) {
  pil_policy_desk desk;
  grades all = {0};
  if (frontier->confidence == NULL) return true;
  bool good = pil_policy_desk_open(&desk, frontier->base, pil_policy_own(frontier->base), error) &&
              grade(frontier, &desk, tick, context, &all, error) &&
              pil_risk_curve_fill(&frontier->curve, all.list, all.count, error);
  pil_policy_desk_close(&desk);
  pil_memory_free(all.list);
  return good;
}
