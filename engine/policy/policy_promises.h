/* What a policy's scenario promises of it, for all decisions that may come: never, always, monotone, and domain.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_POLICY_POLICY_PROMISES_H
#define PIL_POLICY_POLICY_PROMISES_H

#include "policy.h"

typedef enum pil_promise_kind { PIL_PROMISE_NEVER, PIL_PROMISE_ALWAYS, PIL_PROMISE_MONOTONE } pil_promise_kind;

typedef struct pil_promise {
  pil_promise_kind kind;
  const char *text; /* "never d.sensitive and level == 'auto'", "monotone score: up" */
  pil_script_expression expression; /* never, always: over d, p and level */
  const pil_field *field;           /* monotone: raising it never loosens the level; */
  bool falls;                       /* lowering it does not */
  pil_place at;
} pil_promise;

/* Which values a field may have, where the scenario says so. */
typedef struct pil_domain {
  const pil_field *field;
  pil_place at;
  double low, high;         /* numbers, ends included */
  const char *const *texts; /* of a field of texts: also ones that are never drawn */
  size_t text_count;
  bool truths[2];           /* of a field of booleans: whether false, true */
} pil_domain;

typedef struct pil_promises {
  pil_promise *promises;
  size_t promise_count;
  pil_domain *domains;
  size_t domain_count;
} pil_promises;

/* What `never` and `always` see. */
#define PIL_PROMISE_ARGUMENTS "d, p, level"

/* Reads the four keys into policy->promises, after decisions. */
bool pil_policy_read_promises(pil_policy *policy, pil_error *error);

/* Whether each expression compiles, and names fields and levels that there are. */
bool pil_policy_check_promises(const pil_policy *policy, pil_error *error);

#endif
