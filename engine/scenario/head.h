/* The head of every scenario: name, seed, trials, currency, limits. And what the command line says
 * over it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_HEAD_H
#define PIL_SCENARIO_HEAD_H

#include "../data/value.h"
#include "../script/script.h"

typedef struct pil_head {
  const char *name, *about, *currency;
  uint64_t seed, trials;
  uint64_t first_trial, last_trial;
  pil_limits limits;
} pil_head;

enum { PIL_TRIALS_DEFAULT = 10000 };
#define PIL_TRIALS_MOST UINT64_C(1000000000000)

/* Reads the head's keys out of the root (other keys are the job's) and lays `choices` over them. */
bool pil_head_read(const pil_value *root, const pil_options *options, pil_head *head, pil_error *error);

#endif
