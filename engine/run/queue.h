/* The reviewers' queue: one trial of decisions that people have to look at.
 *
 * The clock counts opening minutes, so that a night takes no time: what waits at closing waits on at opening, and
 * work begun before closing goes on in the morning. Waits, the target and the timeout are in opening minutes too.
 * Whoever comes first is begun first within the lowest class there is (0 is the most urgent); work begun is not broken
 * off. What arrives at an instant has joined before anybody is begun in it; of the reviewers free, the one free the
 * longest begins.
 *
 * Heads. Of the paid time the share `shrinkage` is away (leave, training, breaks), so count × (1 - shrinkage) heads
 * are at work: the trade's "scheduled = needed / (1 - shrinkage)". The whole ones work all day; what is left over is
 * one more head who works that share of every day from opening on, and puts down work begun until the next day. (To
 * stretch everybody's handling times instead would keep all reviewers, and answer the first decisions sooner than the
 * heads present can.)
 *
 * After the last day nothing arrives; the heads go on as before until all is begun, so that every wait is whole. The
 * backlog is what had not been begun at the end of the last day, and busy time is that of the days.
 *
 * Catching. A wrong decision is caught where its uniform is below catches × (1 - fatigue × hours), hours being what
 * its reviewer has handled that day before beginning it; a right one is disturbed where its uniform is below disturbs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_QUEUE_H
#define PIL_RUN_QUEUE_H

#include "../base/error.h"
#include "../statistics/waits.h"

enum { PIL_QUEUE_LEVELS = 4, PIL_QUEUE_CLASSES = 16 };

/* What happens to a decision that has waited `timeout_minutes` (begun at that very instant is begun in time). */
typedef enum pil_on_timeout {
  PIL_ON_TIMEOUT_HOLD,    /* it waits on */
  PIL_ON_TIMEOUT_APPROVE, /* it takes effect as the machine decided, and leaves the queue */
  PIL_ON_TIMEOUT_DECLINE  /* the opposite takes effect, and it leaves the queue */
} pil_on_timeout;

/* The reviewers and what they promise. */
typedef struct pil_desk {
  double count;     /* of paid reviewers, at least 0; need not be whole */
  double shrinkage; /* 0 to 1 */
  double hours_per_day;
  double days;      /* whole, over 0, as are the hours */
  double fatigue;   /* share of the catch rate lost by hour worked, at least 0 */
  double target_minutes, timeout_minutes; /* INFINITY: none */
  pil_on_timeout on_timeout;
  double catches[PIL_QUEUE_LEVELS], disturbs[PIL_QUEUE_LEVELS]; /* by level; those of level 0 are not read */
} pil_desk;

/* A trial's decisions as columns, in any order; ties of arrival are broken by their numbers. */
typedef struct pil_queue_trial {
  size_t count;            /* below 2^32 */
  const double *arrival;   /* opening minutes since the first day's opening */
  const double *handling;  /* minutes */
  const uint8_t *level;    /* 0: the machine alone decides and nobody waits */
  const uint8_t *priority; /* below PIL_QUEUE_CLASSES; NULL: all of one class */
  const uint8_t *wrong;    /* 1: the machine's decision is wrong */
  const double *catching, *disturbing; /* uniforms; may be one column, as a decision uses only one of them */
} pil_queue_trial;

typedef enum pil_outcome {
  PIL_OUTCOME_RIGHT,     /* right, and took effect */
  PIL_OUTCOME_CAUGHT,    /* wrong, and put right */
  PIL_OUTCOME_MISSED,    /* wrong, and took effect */
  PIL_OUTCOME_DISTURBED, /* right, and overturned */
  PIL_OUTCOME_OPEN,      /* never begun: there is nobody to begin it */
  PIL_OUTCOME_INVALID,   /* its arrival or handling is not a number from 0 to 2^60: took no part */
  PIL_OUTCOMES,
  PIL_OUTCOME_LATE = 8   /* added to one of these: it waited longer than the timeout, or left by it */
} pil_outcome;

/* What became of each decision; a column may be NULL. */
typedef struct pil_queue_outcomes {
  uint8_t *outcome;
  double *wait;  /* minutes until begun or timed out; 0 at level 0, INFINITY never begun, NaN where invalid */
  double *hours; /* what its reviewer had handled that day; 0 where nobody began it */
} pil_queue_outcomes;

typedef struct pil_queue_answer {
  uint64_t human_count;    /* decisions that joined the queue */
  uint64_t begun_count;    /* by a reviewer, the last day's backlog too */
  uint64_t late_count;     /* waited longer than the timeout, or left by it; never begun counts */
  uint64_t within_count;   /* begun by a reviewer within the target */
  uint64_t backlog_count;  /* waiting at the end of the last day */
  uint64_t counts[PIL_OUTCOMES]; /* by outcome, over all decisions, level 0 too */
  double wait_minutes;     /* the sum of the waits; those never begun until the end */
  double queue_minutes;    /* the integral of the queue's length; by Little's law the same: see below */
  double queue_minutes_of_days; /* of that, until the end of the last day: by days_minutes, the mean length */
  double days_minutes;
  double handled_minutes;  /* of all that was begun */
  double busy_minutes;     /* of that, within the days */
  double available_minutes, paid_minutes; /* of all heads and of all reviewers, over the days */
} pil_queue_answer;

/* busy / available, NaN without heads. Idle is available - busy, away is paid - available. */
double pil_queue_utilisation(const pil_queue_answer *answer);

/* How far apart the two sides of Little's law (1961) are, relative to the larger: rounding only, below 1e-9. The one
 * is summed over decisions, the other over time between events. 0 where nothing waited. */
double pil_queue_little_gap(const pil_queue_answer *answer);

/* One worker's memory, to be used for one trial after another. NULL without memory. */
typedef struct pil_queue pil_queue;
pil_queue *pil_queue_new(pil_error *error);
void pil_queue_free(pil_queue *queue);

/* Room for so many decisions and for this desk; nothing after it allocates. It may be called again for more. */
bool pil_queue_reserve(pil_queue *queue, size_t decisions, const pil_desk *desk, pil_error *error);

/* Takes a trial in and sorts it; its columns must stay until the last serve. Then serves it, for one desk after
 * another if wanted: the same decisions meet other numbers of reviewers. `outcomes` and `waits` (to which the waits
 * are added) may be NULL. Asserts that there is room. */
void pil_queue_load(pil_queue *queue, const pil_queue_trial *trial);
void pil_queue_serve(pil_queue *queue, const pil_desk *desk, const pil_queue_outcomes *outcomes, pil_waits *waits,
                     pil_queue_answer *answer);

#endif
