/* What the answer of a policy says beside a rollout's: waits, segments and the staff needed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_POLICY_POLICY_ANSWER_H
#define PIL_POLICY_POLICY_ANSWER_H

#include "policy_run.h"

/* Waits of all trials together: of all decisions, in groups of trials for their error, by level and by class. */
typedef struct pil_policy_waits {
  pil_waits all;
  pil_wait_groups groups;
  pil_waits levels[PIL_LEVELS], classes[PIL_QUEUE_CLASSES];
} pil_policy_waits;

/* By policy. */
typedef struct pil_policy_answer {
  const pil_policy *policy;
  pil_policy_sums *sums[PIL_POLICY_SCRIPTS]; /* owned */
  pil_policy_waits *waits[PIL_POLICY_SCRIPTS]; /* owned */
  pil_policy_needed needed[PIL_POLICY_SCRIPTS];
  bool has_needed;
} pil_policy_answer;

/* policy_waits.c: puts the sums' waits together; tells of them. */
bool pil_policy_answer_waits(pil_policy_answer *answer, size_t v, pil_error *error);
void pil_policy_describe_waits(pil_document *document, const pil_policy_answer *answer, size_t v);
void pil_policy_export_waits(pil_node *node, const pil_policy_answer *answer, size_t v);

#endif
