/* Staff needed: the fewest reviewers who keep the promise, tried on the first trials.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../run/staffing.h"
#include "../statistics/erlang.h"
#include "policy_run.h"

enum { MOST = 10000 };

/* The first trials, decided once and kept. */
typedef struct kept_trials {
  pil_policy_trial list[PIL_POLICY_STAFFING];
  size_t count;
} kept_trials;

static bool is_stopping(const atomic_bool *stopping) {
  return stopping != NULL && atomic_load_explicit(stopping, memory_order_relaxed);
}

static bool keep_trials(pil_policy_desk *desk, size_t wanted, const atomic_bool *stopping, kept_trials *kept,
                        pil_error *error) {
  while (kept->count < wanted) {
    if (is_stopping(stopping)) return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
    PIL_TRY(pil_policy_desk_decide(desk, desk->policy->rollout.head.first_trial + kept->count, error));
    kept->list[kept->count++] = desk->trial;
    desk->trial = (pil_policy_trial){0};
  }
  return true;
}

/* The share of their decisions that is begun within the target, with so many reviewers. */
static bool share_within(pil_policy_desk *desk, const kept_trials *kept, int64_t count, const atomic_bool *stopping,
                         double *share, pil_error *error) {
  pil_desk people = desk->policy->desk;
  uint64_t human = 0, within = 0;
  people.count = (double)count;
  for (size_t t = 0; t < kept->count; t++) {
    const pil_queue_trial decisions = pil_policy_queue_trial(&kept->list[t]);
    pil_queue_answer answer;
    if (is_stopping(stopping)) return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
    PIL_TRY(pil_queue_reserve(desk->queue, kept->list[t].capacity, &people, error));
    pil_queue_load(desk->queue, &decisions);
    pil_queue_serve(desk->queue, &people, NULL, NULL, &answer);
    human += answer.human_count;
    within += answer.within_count;
  }
  *share = human > 0 ? (double)within / (double)human : 1;
  return true;
}

/* Where to begin: as many as these trials would need if their decisions came evenly, and took exponential times (Erlang
 * C). Whether that is right or not decides only how many numbers are tried. */
static int64_t guess_count(const pil_policy *policy, const kept_trials *kept) {
  double count = 0, handling = 0, days_minutes = 60 * policy->desk.hours_per_day * (double)policy->days;
  double present = 1 - policy->desk.shrinkage;
  for (size_t t = 0; t < kept->count; t++) {
    const pil_policy_trial *trial = &kept->list[t];
    for (size_t i = 0; i < trial->count; i++) {
      if (trial->level[i] == PIL_LEVEL_AUTO || !(trial->handling[i] < 0x1p60)) continue;
      count++;
      handling += trial->handling[i];
    }
  }
  if (!(handling > 0 && present > 0 && isfinite(handling))) return (int64_t)(policy->desk.count + 0.5);
  uint64_t heads = pil_erlang_staff(handling / (days_minutes * (double)kept->count), handling / count,
                                    policy->desk.target_minutes, policy->wanted_share, MOST);
  return heads == 0 ? MOST : (int64_t)fmin(ceil((double)heads / present - 1e-9), MOST);
}

bool pil_policy_desk_staff(pil_policy_desk *desk, const atomic_bool *stopping, pil_policy_needed *needed,
                           pil_error *error) {
  const pil_policy *policy = desk->policy;
  kept_trials kept = {0};
  pil_staffing search;
  uint64_t trials = policy->rollout.head.trials;
  size_t wanted = trials < PIL_POLICY_STAFFING ? (size_t)trials : PIL_POLICY_STAFFING;
  bool good = keep_trials(desk, wanted, stopping, &kept, error);
  *needed = (pil_policy_needed){0};
  pil_staffing_start(&search, good ? guess_count(policy, &kept) : 0, MOST);
  while (good && !search.is_done) {
    double share = 0;
    good = share_within(desk, &kept, search.count, stopping, &share, error);
    if (good) pil_staffing_tell(&search, share >= policy->wanted_share);
    needed->tries++;
  }
  needed->count = search.count;
  needed->is_found = search.is_found;
  for (size_t t = 0; t < kept.count; t++) pil_policy_trial_free(&kept.list[t]);
  return good;
}

bool pil_policy_staff(const pil_policy *policy, size_t script, pil_policy_needed *needed, pil_error *error) {
  pil_policy_desk desk;
  bool good = pil_policy_desk_open(&desk, policy, script, error) && pil_policy_desk_staff(&desk, NULL, needed, error);
  pil_policy_desk_close(&desk);
  return good;
}
