/* Two policies on the same records: what the new one changes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_DIFF_H
#define PIL_GOVERNANCE_DIFF_H

#include "../policy/policy.h"
#include "../report/document.h"

typedef enum pil_shift { PIL_SHIFT_LOOSENED, PIL_SHIFT_TIGHTENED, PIL_SHIFT_LEVEL, PIL_SHIFTS } pil_shift;

enum { PIL_DIFF_EXAMPLES = 100 }; /* of each shift at most */

typedef struct pil_diff_request {
  const char *input; /* "-": standard input */
  size_t example_count;
  pil_tick *tick; /* told the rows so far after each batch; false stops */
  void *context;
} pil_diff_request;

/* counts[shift]: records whose level is looser, tighter, another as tight; faults: not decided by one of the two. The
 * order of levels, what is masked, loss and wrong are the new policy's. Fills the document. */
bool pil_policy_diff(const pil_policy *old_policy, const pil_policy *new_policy, const pil_diff_request *request,
                     pil_document *document, uint64_t counts[PIL_SHIFTS], uint64_t *faults, pil_error *error);

#endif
