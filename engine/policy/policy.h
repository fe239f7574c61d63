/* The policy job: who decides what, simulated over days of decisions and the reviewers' queue. A trial is one
 * stretch of days; its record of outputs goes the way of a rollout's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_POLICY_POLICY_H
#define PIL_POLICY_POLICY_H

#include "../rollout/rollout.h"
#include "../run/queue.h"

typedef enum pil_level { PIL_LEVEL_AUTO, PIL_LEVEL_REVIEW, PIL_LEVEL_EXCEPTION, PIL_LEVEL_COLLABORATE, PIL_LEVELS } pil_level;
extern const char *const pil_level_names[PIL_LEVELS];

/* A number of the scenario that may be drawn. */
typedef struct pil_amount {
  const pil_distribution *distribution; /* NULL: the constant */
  double constant;
} pil_amount;

typedef struct pil_level_spec {
  bool is_there;
  pil_amount minutes, rounds; /* minutes × (1 + rounds) */
  double catches, disturbs;
  uint64_t priority; /* below PIL_QUEUE_CLASSES, 0 the most urgent */
} pil_level_spec;

enum { PIL_POLICY_SEGMENTS = 64, PIL_POLICY_SCRIPTS = 2 };

/* What the scenario says of a decision that its policy does not see. */
typedef enum pil_policy_word { PIL_WORD_WRONG, PIL_WORD_LOSS, PIL_WORD_PRIORITY, PIL_POLICY_WORDS } pil_policy_word;

typedef struct pil_policy {
  pil_rollout rollout; /* first: its arena, head, settings, variants (the policies) */
  pil_input_set inputs; /* of one decision */
  size_t recorded, left_out; /* rows that decisions are taken from; rows with a missing cell */
  pil_script_source sources[PIL_POLICY_SCRIPTS];
  size_t script_count;
  pil_script_expression expressions[PIL_POLICY_WORDS];
  bool has_wrong, has_loss, has_priority;
  bool has_classes; /* of waiting: by that expression, else by the levels; false: all of one */
  pil_amount per_day;
  size_t days;
  double *arrivals; /* cumulated shares of a day's arrivals by equal parts of it; NULL: uniform */
  size_t arrival_count;
  pil_level_spec levels[PIL_LEVELS];
  pil_desk desk;
  double cost_per_hour, wanted_share; /* wanted within the target, for staff needed */
  const pil_field *segment; /* NULL: none */
  const char **segment_names;
  size_t segment_count;
  const char *const *masked;
  size_t masked_count;
  size_t width; /* decisions handed over at once */
  uint8_t rank[PIL_LEVELS]; /* how tight each level is, from 0; equal ones are as tight */
  const struct pil_promises *promises; /* policy_promises.h; NULL: bare */
  bool is_bare; /* a script without a scenario: no settings, no fields of its own, no mask */
} pil_policy;

/* The policy itself among sources: what it is compared with comes before. */
static inline size_t pil_policy_own(const pil_policy *policy) {
  return policy->script_count - 1;
}

/* The level of that name; PIL_LEVELS: there is none. */
uint8_t pil_level_find(const char *name);

/* The field of decisions of that name among the scenario's, NULL if it has none; and a name of one that resembles it. */
const pil_field *pil_policy_field(const pil_policy *policy, const char *name);
const char *pil_policy_near_field(const pil_policy *policy, const char *name);
/* Whether no log may hold the field of that name. */
bool pil_policy_masks(const pil_policy *policy, const char *name, size_t length);

/* Reads a policy's scenario and everything it names except the scripts. NULL on failure. */
pil_policy *pil_policy_load(const char *path, const pil_options *options, pil_error *error);
void pil_policy_free(pil_policy *policy);

/* A bare script takes the settings, data, fields, mask and order of a scenario that outlives it, as one that is named in
 * compare: does. */
void pil_policy_lend(pil_policy *bare, const pil_policy *from);

/* The same, or a bare .lua, for those who decide and do not simulate. */
pil_policy *pil_policy_open(const char *path, const pil_options *options, pil_error *error);

/* Parts of loading: policy_decisions.c, policy_people.c. */
bool pil_policy_read_decisions(pil_policy *policy, pil_error *error);
bool pil_policy_read_people(pil_policy *policy, pil_error *error);

/* The field of decisions that a text names; `what` leads the message. */
bool pil_policy_find_field(const pil_policy *policy, const pil_value *value, const char *what, const pil_field **field,
                           pil_error *error);

/* A number, or a distribution of numbers, at `value`. */
bool pil_policy_read_amount(pil_policy *policy, const pil_value *value, const char *what, pil_amount *amount,
                            pil_error *error);
double pil_amount_draw(const pil_amount *amount, uint64_t word);

#endif
