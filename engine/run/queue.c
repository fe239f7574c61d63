/* The reviewers' queue: events in order of time, a list for each class and a heap of the heads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "queue.h"

#include <assert.h>

#include "../base/memory.h"
#include "queue_heads.h"

enum { DIGIT_BITS = 11, DIGITS = 6, DIGIT_COUNT = 1 << DIGIT_BITS, FEW = 48 };

/* A decision that waits for people, in order of arrival. */
typedef struct arrived {
  double arrival;
  uint32_t index; /* in the trial's columns */
  uint8_t priority, level, wrong;
} arrived;

struct pil_queue {
  size_t decisions_reserved, heads_reserved;
  pil_queue_trial trial;
  size_t count; /* that joined */
  uint64_t alone_counts[PIL_OUTCOMES]; /* by outcome, of those that did not */
  arrived *order, *spare;
  uint32_t *next;  /* the one behind in its class */
  uint8_t *has_left;
  pil_head *heap;
  pil_head_day *days;
  uint32_t digits[DIGITS][DIGIT_COUNT];
};

/* One trial at one desk, while it is served. */
typedef struct service {
  pil_queue *queue;
  const pil_desk *desk;
  const pil_queue_outcomes *outcomes;
  pil_waits *waits;
  pil_queue_answer *answer;
  pil_heads heads;
  double now;
  bool is_over; /* the last day */
  size_t joined, oldest, length; /* of the order: how many have, the first that may wait; how many wait */
  double oldest_leaves;
  uint32_t classes; /* bits of those in which any wait */
  uint32_t first[PIL_QUEUE_CLASSES], last[PIL_QUEUE_CLASSES];
} service;

pil_queue *pil_queue_new(pil_error *error) {
  pil_queue *queue = pil_memory_new_zeroed(1, sizeof *queue);
  if (queue == NULL) pil_error_memory(error);
  return queue;
}

void pil_queue_free(pil_queue *queue) {
  if (queue == NULL) return;
  pil_memory_free(queue->order);
  pil_memory_free(queue->spare);
  pil_memory_free(queue->next);
  pil_memory_free(queue->has_left);
  pil_memory_free(queue->heap);
  pil_memory_free(queue->days);
  pil_memory_free(queue);
}

/* What is there may be lost on failure, the pointers stay valid. */
static bool grow(void *pointer, size_t count, size_t size_bytes, pil_error *error) {
  void **array = pointer, *grown = pil_memory_resize(*array, count, size_bytes);
  if (grown == NULL) return pil_error_memory(error);
  *array = grown;
  return true;
}

bool pil_queue_reserve(pil_queue *queue, size_t decisions, const pil_desk *desk, pil_error *error) {
  double part, whole = pil_desk_heads(desk, &part);
  if (!(whole < 0x1p31)) return pil_error_memory(error);
  size_t heads = (size_t)whole + 1;
  if (decisions > queue->decisions_reserved) {
    PIL_TRY(grow(&queue->order, decisions, sizeof *queue->order, error));
    PIL_TRY(grow(&queue->spare, decisions, sizeof *queue->spare, error));
    PIL_TRY(grow(&queue->next, decisions, sizeof *queue->next, error));
    PIL_TRY(grow(&queue->has_left, decisions, sizeof *queue->has_left, error));
    queue->decisions_reserved = decisions;
  }
  if (heads > queue->heads_reserved) {
    PIL_TRY(grow(&queue->heap, heads, sizeof *queue->heap, error));
    PIL_TRY(grow(&queue->days, heads, sizeof *queue->days, error));
    queue->heads_reserved = heads;
  }
  return true;
}

/* --- taking a trial in --------------------------------------------------------------------- */

/* Numbers from 0 up are in the order of their bits. */
static uint64_t key_of(const arrived *decision) {
  uint64_t key;
  memcpy(&key, &decision->arrival, sizeof key);
  return key;
}

static size_t digit_of(uint64_t key, size_t digit) {
  return key >> (digit * DIGIT_BITS) & (DIGIT_COUNT - 1);
}

static void sort_few(arrived *order, size_t count) {
  for (size_t i = 1; i < count; i++) {
    arrived moved = order[i];
    size_t at = i;
    for (; at > 0 && order[at - 1].arrival > moved.arrival; at--) order[at] = order[at - 1];
    order[at] = moved;
  }
}

/* By the digits from the last to the first, keeping ties as they are; digits that are all the same are skipped. */
static void sort_many(pil_queue *queue, size_t count) {
  memset(queue->digits, 0, sizeof queue->digits);
  for (size_t i = 0; i < count; i++) {
    uint64_t key = key_of(&queue->order[i]);
    for (size_t digit = 0; digit < DIGITS; digit++) queue->digits[digit][digit_of(key, digit)]++;
  }
  for (size_t digit = 0; digit < DIGITS; digit++) {
    uint32_t *starts = queue->digits[digit], before = 0;
    if (starts[digit_of(key_of(&queue->order[0]), digit)] == count) continue;
    for (size_t i = 0; i < DIGIT_COUNT; i++) {
      uint32_t there = starts[i];
      starts[i] = before;
      before += there;
    }
    for (size_t i = 0; i < count; i++) queue->spare[starts[digit_of(key_of(&queue->order[i]), digit)]++] = queue->order[i];
    arrived *sorted = queue->spare;
    queue->spare = queue->order;
    queue->order = sorted;
  }
}

static void sort_by_arrival(pil_queue *queue) {
  size_t sorted = 1;
  while (sorted < queue->count && queue->order[sorted - 1].arrival <= queue->order[sorted].arrival) sorted++;
  if (sorted >= queue->count) return;
  if (queue->count <= FEW)
    sort_few(queue->order, queue->count);
  else
    sort_many(queue, queue->count);
}

static bool is_minutes(double number) {
  return number >= 0 && number <= 0x1p60;
}

/* What becomes of a decision that does not join; of one that does nothing is known yet. */
static pil_outcome outcome_alone(const pil_queue_trial *trial, size_t i) {
  if (trial->level[i] == 0) return trial->wrong[i] ? PIL_OUTCOME_MISSED : PIL_OUTCOME_RIGHT;
  return is_minutes(trial->arrival[i]) && is_minutes(trial->handling[i]) ? PIL_OUTCOME_OPEN : PIL_OUTCOME_INVALID;
}

void pil_queue_load(pil_queue *queue, const pil_queue_trial *trial) {
  assert(trial->count <= queue->decisions_reserved && trial->count < UINT32_MAX);
  queue->trial = *trial;
  queue->count = 0;
  memset(queue->alone_counts, 0, sizeof queue->alone_counts);
  for (size_t i = 0; i < trial->count; i++) {
    pil_outcome alone = outcome_alone(trial, i);
    if (alone != PIL_OUTCOME_OPEN) {
      queue->alone_counts[alone]++;
      continue;
    }
    uint8_t priority = trial->priority == NULL ? 0 : trial->priority[i];
    assert(trial->level[i] < PIL_QUEUE_LEVELS && priority < PIL_QUEUE_CLASSES);
    queue->order[queue->count++] =
        (arrived){trial->arrival[i] + 0.0, (uint32_t)i, priority, trial->level[i], trial->wrong[i]};
  }
  sort_by_arrival(queue);
}

/* --- serving it ---------------------------------------------------------------------------- */

/* The clock goes on to `moment`, over the end of the last day if that lies between. */
static inline void advance(service *s, double moment) {
  if (moment > s->heads.end && !s->is_over) {
    s->answer->queue_minutes += (double)s->length * (s->heads.end - s->now);
    s->answer->queue_minutes_of_days = s->answer->queue_minutes;
    s->answer->backlog_count = s->length;
    s->now = s->heads.end;
    s->is_over = true;
  }
  s->answer->queue_minutes += (double)s->length * (moment - s->now);
  s->now = moment;
}

static inline void settle(service *s, const arrived *decision, pil_outcome outcome, bool is_late, double wait,
                          double minutes_before) {
  const pil_queue_outcomes *outcomes = s->outcomes;
  s->answer->counts[outcome]++;
  s->answer->late_count += is_late;
  if (s->waits != NULL) pil_waits_add(s->waits, wait);
  if (outcomes == NULL) return;
  if (outcomes->outcome != NULL)
    outcomes->outcome[decision->index] = (uint8_t)(outcome | (is_late ? PIL_OUTCOME_LATE : 0));
  if (outcomes->wait != NULL) outcomes->wait[decision->index] = wait;
  if (outcomes->hours != NULL) outcomes->hours[decision->index] = minutes_before / 60;
}

/* The oldest of those that wait, where they leave by the timeout: as that is the same for all, the next to leave. */
static void find_oldest(service *s) {
  if (s->desk->on_timeout == PIL_ON_TIMEOUT_HOLD) return;
  while (s->oldest < s->joined && s->queue->has_left[s->oldest]) s->oldest++;
  s->oldest_leaves =
      s->oldest < s->joined ? s->queue->order[s->oldest].arrival + s->desk->timeout_minutes : (double)INFINITY;
}

static inline void join(service *s) {
  pil_queue *queue = s->queue;
  uint32_t at = (uint32_t)s->joined++, class = queue->order[at].priority;
  if (s->classes >> class & 1)
    queue->next[s->last[class]] = at;
  else
    s->first[class] = at;
  s->last[class] = at;
  s->classes |= UINT32_C(1) << class;
  s->length++;
  queue->has_left[at] = 0;
  if (s->length == 1) find_oldest(s);
}

/* The first of a class leaves the queue. */
static inline const arrived *leave(service *s, uint32_t class) {
  uint32_t at = s->first[class];
  if (at == s->last[class])
    s->classes &= ~(UINT32_C(1) << class);
  else
    s->first[class] = s->queue->next[at];
  s->length--;
  s->queue->has_left[at] = 1;
  find_oldest(s);
  return &s->queue->order[at];
}

/* What a reviewer makes of a decision. */
static inline pil_outcome outcome_seen(const service *s, const arrived *decision, double minutes_before) {
  const pil_desk *desk = s->desk;
  if (!decision->wrong)
    return s->queue->trial.disturbing[decision->index] < desk->disturbs[decision->level] ? PIL_OUTCOME_DISTURBED
                                                                                         : PIL_OUTCOME_RIGHT;
  double catches = desk->catches[decision->level] * (1 - desk->fatigue * minutes_before / 60);
  return s->queue->trial.catching[decision->index] < catches ? PIL_OUTCOME_CAUGHT : PIL_OUTCOME_MISSED;
}

/* The head at the top begins the first of the most urgent class, if it is there now. */
static inline void begin(service *s) {
  if (s->now >= s->heads.day_end) pil_heads_turn(&s->heads, pil_heads_day(&s->heads, s->now));
  if (!pil_heads_top_is_there(&s->heads, s->now)) return;
  const arrived *decision = leave(s, (uint32_t)__builtin_ctz(s->classes));
  double minutes = s->queue->trial.handling[decision->index], wait = s->now - decision->arrival;
  double before = pil_heads_begin(&s->heads, s->now, minutes, &s->answer->busy_minutes);
  bool is_late = s->desk->on_timeout == PIL_ON_TIMEOUT_HOLD && wait > s->desk->timeout_minutes;
  s->answer->begun_count++;
  s->answer->handled_minutes += minutes;
  s->answer->wait_minutes += wait;
  s->answer->within_count += wait <= s->desk->target_minutes;
  settle(s, decision, outcome_seen(s, decision, before), is_late, wait, before);
}

/* The oldest has waited so long that it takes effect by itself. */
static void time_out(service *s) {
  const arrived *decision = leave(s, s->queue->order[s->oldest].priority);
  bool is_approved = s->desk->on_timeout == PIL_ON_TIMEOUT_APPROVE;
  s->answer->wait_minutes += s->desk->timeout_minutes;
  settle(s, decision,
         is_approved       ? (decision->wrong ? PIL_OUTCOME_MISSED : PIL_OUTCOME_RIGHT)
         : decision->wrong ? PIL_OUTCOME_CAUGHT
                           : PIL_OUTCOME_DISTURBED,
         true, s->desk->timeout_minutes, 0);
}

/* Arrivals before beginnings before timeouts, where they fall together. */
static void serve_all(service *s) {
  const arrived *order = s->queue->order;
  size_t count = s->queue->count;
  for (;;) {
    double arrives = s->joined < count ? order[s->joined].arrival : (double)INFINITY, begins = INFINITY;
    if (s->length > 0 && s->heads.count > 0) {
      double free = s->heads.heap[0].free;
      begins = free > s->now ? free : s->now;
    }
    if (arrives <= begins && arrives <= s->oldest_leaves) {
      if (arrives == INFINITY) return;
      advance(s, arrives);
      join(s);
    } else if (begins <= s->oldest_leaves) {
      advance(s, begins);
      begin(s);
    } else {
      advance(s, s->oldest_leaves);
      time_out(s);
    }
  }
}

/* Nobody is there to begin these: they wait until the end, and on. */
static void leave_open(service *s) {
  advance(s, fmax(s->now, s->heads.end));
  if (!s->is_over) {
    s->answer->queue_minutes_of_days = s->answer->queue_minutes;
    s->answer->backlog_count = s->length;
  }
  while (s->length > 0) {
    const arrived *decision = leave(s, (uint32_t)__builtin_ctz(s->classes));
    s->answer->wait_minutes += s->now - decision->arrival;
    settle(s, decision, PIL_OUTCOME_OPEN, s->desk->timeout_minutes < INFINITY, INFINITY, 0);
  }
}

/* What was clear without a queue. */
static void settle_alone(const pil_queue *queue, const pil_queue_outcomes *outcomes) {
  if (outcomes == NULL || queue->count == queue->trial.count) return;
  for (size_t i = 0; i < queue->trial.count; i++) {
    pil_outcome outcome = outcome_alone(&queue->trial, i);
    if (outcome == PIL_OUTCOME_OPEN) continue;
    if (outcomes->outcome != NULL) outcomes->outcome[i] = (uint8_t)outcome;
    if (outcomes->wait != NULL) outcomes->wait[i] = outcome == PIL_OUTCOME_INVALID ? (double)NAN : 0;
    if (outcomes->hours != NULL) outcomes->hours[i] = 0;
  }
}

void pil_queue_serve(pil_queue *queue, const pil_desk *desk, const pil_queue_outcomes *outcomes, pil_waits *waits,
                     pil_queue_answer *answer) {
  *answer = (pil_queue_answer){.human_count = queue->count};
  memcpy(answer->counts, queue->alone_counts, sizeof answer->counts);
  service s = {.queue = queue, .desk = desk, .outcomes = outcomes, .waits = waits, .answer = answer,
               .heads = {.heap = queue->heap, .days = queue->days}, .oldest_leaves = INFINITY};
  double part, heads = pil_desk_heads(desk, &part);
  assert(heads + (part > 0) <= (double)queue->heads_reserved);
  pil_heads_start(&s.heads, desk);
  serve_all(&s);
  leave_open(&s);
  settle_alone(queue, outcomes);
  answer->days_minutes = s.heads.end;
  answer->available_minutes = (heads + part) * s.heads.end;
  answer->paid_minutes = desk->count * s.heads.end;
}

double pil_queue_utilisation(const pil_queue_answer *answer) {
  return answer->busy_minutes / answer->available_minutes;
}

double pil_queue_little_gap(const pil_queue_answer *answer) {
  double larger = fmax(answer->wait_minutes, answer->queue_minutes);
  return larger > 0 ? fabs(answer->wait_minutes - answer->queue_minutes) / larger : 0;
}
