/* A policy on its way: each trial is simulated as a whole, decisions first, then the queue.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_POLICY_POLICY_RUN_H
#define PIL_POLICY_POLICY_RUN_H

#include <stdatomic.h>

#include <math.h>

#include "../report/document.h"
#include "policy.h"

enum {
  PIL_POLICY_TRIALS = 8,   /* a batch of the runner: a trial is thousands of decisions */
  PIL_POLICY_GROUPS = 16,  /* of trials, for the error of waiting times */
  PIL_POLICY_STAFFING = 50 /* trials in which the staff needed is looked for */
};

#define PIL_POLICY_LITTLE 1e-9 /* the sides of Little's law are no further apart, or there is a fault */

/* What all trials of one policy have gathered, beside their outputs. Whole numbers: in any order. */
typedef struct pil_segment_sums {
  uint64_t levels[PIL_LEVELS];
  uint64_t wrong, missed, disturbed; /* of the machine; after people; right ones that people overturned */
} pil_segment_sums;

/* Of trials by their number, for the error of waiting times. */
typedef struct pil_wait_groups {
  pil_waits list[PIL_POLICY_GROUPS];
} pil_wait_groups;

typedef struct pil_policy_sums {
  pil_segment_sums segments[PIL_POLICY_SEGMENTS];
  double little_gap; /* the largest of any trial */
  /* Waits of what has waited, made when first seen (they are large), else NULL; classes only where the scenario has an
   * expression for them. */
  pil_wait_groups *levels[PIL_LEVELS], *classes[PIL_QUEUE_CLASSES];
} pil_policy_sums;

void pil_policy_sums_free(pil_policy_sums *sums);
bool pil_policy_sums_merge(pil_policy_sums *sums, const pil_policy_sums *part, pil_error *error);

/* One trial's decisions as columns, with room for `capacity`. */
typedef struct pil_policy_trial {
  size_t count, capacity;
  double *arrival, *handling, *loss, *catching, *wait;
  double *chance; /* that the machine is wrong: 0 or 1 where `wrong` says true or false */
  double *noted;  /* the desk's noted field; NULL where it has none */
  uint8_t *level, *priority, *wrong, *segment, *outcome;
} pil_policy_trial;

void pil_policy_trial_free(pil_policy_trial *trial);
/* Its columns as the queue takes them. */
pil_queue_trial pil_policy_queue_trial(const pil_policy_trial *trial);

/* A trial's simulation by one thread and for one policy. */
typedef struct pil_policy_desk {
  const pil_policy *policy;
  size_t script;
  pil_program *program; /* the script's */
  pil_queue *queue;
  pil_frame frame;
  pil_arena arena;
  pil_jump *jumps;
  double **columns;
  uint64_t *words;
  pil_policy_trial trial;
  const pil_field *noted; /* kept beside each decision; NULL: none. Set before the first trial */
  uint8_t *codes; /* levels by the frame's texts; UINT8_MAX: not looked at */
  size_t code_count;
} pil_policy_desk;

bool pil_policy_desk_open(pil_policy_desk *desk, const pil_policy *policy, size_t script, pil_error *error);
void pil_policy_desk_close(pil_policy_desk *desk);
/* Whether `cell` is what such an expression is to give; else the error that says so. `thing`: "decision", "record". */
static inline bool pil_policy_word_is_good(pil_policy_word word, double cell) {
  if (word == PIL_WORD_WRONG) return cell >= 0 && cell <= 1;
  return cell >= 0 && cell < INFINITY && (word == PIL_WORD_LOSS || (cell < PIL_QUEUE_CLASSES && cell == (double)(uint8_t)cell));
}
bool pil_policy_refuse_word(const pil_policy *policy, pil_policy_word word, double cell, const pil_dictionary *texts,
                            const char *thing, uint64_t number, pil_error *error);

/* Whose draws a trial's decisions are. A batch of them, in two steps: its fields, then (with the trial's columns
 * having room) its levels. */
pil_owner pil_policy_owner(uint64_t trial);
bool pil_policy_desk_draw(pil_policy_desk *desk, const pil_batch *batch, pil_error *error);
bool pil_policy_desk_level(pil_policy_desk *desk, const pil_batch *batch, pil_error *error);
/* Draws and decides all of a trial; then its columns are filled but for the outcomes and waits. */
bool pil_policy_desk_decide(pil_policy_desk *desk, uint64_t trial, pil_error *error);

/* Serves them: the outcomes and waits are filled too. False where the queue contradicts itself. */
bool pil_policy_desk_serve(pil_policy_desk *desk, uint64_t trial, pil_queue_answer *answer, pil_error *error);
bool pil_policy_check_little(const pil_queue_answer *answer, uint64_t trial, pil_error *error);
/* The columns again as the first `count` decisions (at most the width) have them. */
bool pil_policy_desk_show(pil_policy_desk *desk, uint64_t trial, size_t count, pil_error *error);

/* Its first decisions, what became of them. */
bool pil_policy_trace(const pil_policy *policy, uint64_t trial, pil_document *document, pil_error *error);

/* Makes the variant's programs simulate this policy. */
bool pil_policy_variant_new(pil_policy *policy, size_t script, pil_rollout_variant *variant, pil_error *error);
/* The output specs of every policy, with what `outputs:` says of them. */
bool pil_policy_read_outputs(pil_policy *policy, pil_error *error);

/* The script's own program behind a program of a policy's variant, and what it has gathered. */
pil_program *pil_policy_script_of(pil_program *program);
const pil_policy_sums *pil_policy_sums_of(pil_program *program);

/* The fewest reviewers with whom the wanted share is begun within the target, over the first trials (policy_staff.c);
 * not found where even 10,000 are too few. */
typedef struct pil_policy_needed {
  int64_t count;
  bool is_found;
  uint64_t tries; /* numbers of reviewers that were tried */
} pil_policy_needed;
bool pil_policy_staff(const pil_policy *policy, size_t script, pil_policy_needed *needed, pil_error *error);
/* The same with a desk that is open. When *stopping becomes true (NULL: never) it fails soon: INTERRUPTED. */
bool pil_policy_desk_staff(pil_policy_desk *desk, const atomic_bool *stopping, pil_policy_needed *needed,
                           pil_error *error);

/* What one trial costs and how it is decided, as in its record. */
typedef struct pil_policy_price {
  double human, missed;          /* per decision: human cost, missed loss */
  double automatic;              /* share of decisions that nobody looks at */
  double auto_count, auto_wrong; /* such decisions, and those of them that are expected to be wrong */
  double within;                 /* share begun within the target of those looked at */
} pil_policy_price;
bool pil_policy_desk_price(pil_policy_desk *desk, uint64_t trial, pil_policy_price *price, pil_error *error);

#endif
