/* What a scenario asks beside its outputs: options, gates, risks and tails.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_QUESTIONS_H
#define PIL_SCENARIO_QUESTIONS_H

#include "../data/value.h"
#include "../study/compare.h"
#include "../study/gates.h"
#include "../study/risks.h"

typedef struct pil_questions {
  pil_option_spec *options;
  size_t option_count;
  pil_gates_spec gates;
  pil_risks_spec risks;
  double level;             /* of VaR and CVaR; 0.95 unless said */
  pil_named_output *tails;  /* outputs whose VaR and CVaR are asked for */
  size_t tail_count;
  bool tails_asked;         /* else the first output's, if it is money */
} pil_questions;

/* Reads `options:`, `gates:`, `risks:` and `tails:` of the scenario. Variants are checked against
 * those that it has; outputs are known only once a trial has run (see rollout_ask.c). */
bool pil_questions_read(pil_arena *arena, const pil_value *root, pil_questions *questions, pil_error *error);

/* Whether an output is there only for a question to be answered from (whether the plan was good, what
 * would have been lost …). People read it in that answer; in tables of all outputs it is in the way. */
bool pil_questions_own(const pil_questions *questions, const char *output);

#endif
