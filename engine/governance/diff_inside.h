/* What the two files of diff share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_DIFF_INSIDE_H
#define PIL_GOVERNANCE_DIFF_INSIDE_H

#include "decide.h"
#include "diff.h"

/* Records, and what is at stake in them: the sum of loss, and of loss × wrong. */
typedef struct pil_diff_sum {
  uint64_t count;
  double stake, expected;
} pil_diff_sum;

/* A record that changed, with all that is told of it; texts are the arena's. */
typedef struct pil_diff_example {
  uint64_t row;
  double stake;
  uint8_t levels[2];
  const char *places[2], *reasons[2], *fields; /* fields: JSON */
} pil_diff_example;

typedef struct pil_diff {
  const pil_policy *policies[2]; /* old, new */
  const char *input;
  uint64_t matrix[PIL_LEVELS][PIL_LEVELS]; /* records by level: from, to */
  pil_diff_sum shifts[PIL_SHIFTS];
  uint64_t rows, faults;
  bool has_stake; /* there is money */
  const char *lacking; /* the field for want of which there is no money; NULL: none */
  const char *first_fault; /* and its row */
  uint64_t fault_row;
  size_t wanted; /* examples of each shift, the largest stakes first */
  pil_diff_example examples[PIL_SHIFTS][PIL_DIFF_EXAMPLES];
  size_t example_counts[PIL_SHIFTS];
  pil_arena arena;
} pil_diff;

extern const char *const pil_shift_names[PIL_SHIFTS];

void pil_diff_describe(pil_document *document, const pil_diff *diff, bool partial);

#endif
