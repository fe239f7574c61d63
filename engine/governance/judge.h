/* A policy's rulings on a feed's records, batch by batch: a decision at which the policy fails has a fault and
 * the others are decided.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_JUDGE_H
#define PIL_GOVERNANCE_JUDGE_H

#include "../base/digest.h"
#include "../run/workers.h"
#include "../scenario/job.h"
#include "decider.h"
#include "feed.h"

typedef struct pil_judge {
  const pil_policy *policy;
  pil_feed *feed;
  size_t index; /* of the policy among the feed's */
  pil_decider *decider;
  uint64_t version; /* of the fields that it was made for */
  char sha256[PIL_DIGEST_BYTES]; /* of what the first one has read: the script and its modules; "": none yet */
  pil_ruling *rulings; /* by good decision of the batch; they and their texts live until the next batch */
  const char **faults; /* by good decision; NULL: decided, at one of the four levels */
  size_t judged_count; /* of the batch's good decisions; all of them unless it was stopped */
  pil_arena arena;
  pil_workers *workers; /* whose lock keeps the decider while it may be stopped; NULL: none */
} pil_judge;

bool pil_judge_open(pil_judge *judge, pil_feed *feed, const pil_policy *policy, size_t index, pil_error *error);
void pil_judge_close(pil_judge *judge);

/* False only on what ends it all: no memory, an interrupt, a script that does not load with these fields, or is another by
 * now than at the first batch. */
bool pil_judge_run(pil_judge *judge, const pil_feed_batch *batch, pil_error *error);

/* Several judges on one batch, on a thread of their own, so that a policy that takes long can be stopped: `tick` (NULL:
 * none) is asked about every 50 ms, told `rows`, and stops them by returning false. Failure INTERRUPTED then, and
 * judged_count tells what each has decided. */
bool pil_judges_run(pil_judge *judges, size_t judge_count, const pil_feed_batch *batch, pil_tick *tick, void *context,
                    uint64_t rows, pil_error *error);

#endif
