/* What a decision takes in the reviewers' queue: taking a month in, sorting it, serving it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../engine/run/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../engine/base/real.h"
#include "../../engine/random/stream.h"

enum { TRIALS = 16, DAYS = 20, ROUNDS = 12 };

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

typedef struct month {
  pil_queue_trial trial;
  double *arrival, *handling, *uniform;
  uint8_t *level, *priority, *wrong;
} month;

static void make_month(month *m, size_t count, double minutes, size_t seed) {
  pil_stream stream = pil_stream_at(seed, 1, 2);
  double *numbers = malloc(3 * count * sizeof *numbers);
  uint8_t *bytes = malloc(3 * count);
  if (numbers == NULL || bytes == NULL) exit(1);
  *m = (month){.arrival = numbers, .handling = numbers + count, .uniform = numbers + 2 * count, .level = bytes,
               .priority = bytes + count, .wrong = bytes + 2 * count};
  for (size_t i = 0; i < count; i++) {
    m->arrival[i] = pil_uniform(pil_stream_next(&stream)) * DAYS * 420;
    m->handling[i] = -minutes * pil_log(pil_uniform(pil_stream_next(&stream)));
    m->uniform[i] = pil_uniform(pil_stream_next(&stream));
    m->level[i] = (uint8_t)(1 + pil_stream_next(&stream) % 3);
    m->priority[i] = (uint8_t)(pil_stream_next(&stream) % 3);
    m->wrong[i] = pil_stream_next(&stream) % 5 == 0;
  }
  m->trial = (pil_queue_trial){count, m->arrival, m->handling, m->level, m->priority, m->wrong, m->uniform, m->uniform};
}

static void measure(const char *name, double reviewers, size_t per_day, double load, pil_on_timeout on_timeout) {
  size_t count = per_day * DAYS;
  month months[TRIALS];
  pil_desk desk = {reviewers, 0.3, 7, DAYS, 0.05, 60, 240, on_timeout, {0, 0.85, 0.85, 0.95}, {0, 0.02, 0.02, 0.02}};
  for (size_t i = 0; i < TRIALS; i++) make_month(&months[i], count, load * reviewers * 0.7 * 420 / (double)per_day, i + 1);
  pil_error error;
  pil_queue *queue = pil_queue_new(&error);
  pil_waits *waits = calloc(1, sizeof *waits);
  pil_queue_outcomes outcomes = {malloc(count), malloc(count * sizeof(double)), malloc(count * sizeof(double))};
  if (queue == NULL || waits == NULL || outcomes.outcome == NULL || outcomes.wait == NULL || outcomes.hours == NULL ||
      !pil_queue_reserve(queue, count, &desk, &error))
    exit(1);
  double best = 1e300, best_load = 1e300;
  pil_queue_answer answer;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns(), loading = 0;
    for (size_t i = 0; i < TRIALS; i++) {
      double before = now_ns();
      pil_queue_load(queue, &months[i].trial);
      loading += now_ns() - before;
      pil_queue_serve(queue, &desk, &outcomes, waits, &answer);
    }
    best = fmin(best, (now_ns() - start) / (double)(count * TRIALS));
    best_load = fmin(best_load, loading / (double)(count * TRIALS));
  }
  printf("%s: taking in and sorting\t%.1f\tns/decision\n", name, best_load);
  printf("%s: in all (wait %.3g min)\t%.1f\tns/decision\t300\n", name, pil_waits_mean(waits), best);
  pil_queue_free(queue);
  free(waits);
  free(outcomes.outcome);
  free(outcomes.wait);
  free(outcomes.hours);
  for (size_t i = 0; i < TRIALS; i++) {
    free(months[i].arrival);
    free(months[i].level);
  }
}

int main(void) {
  measure("6 reviewers, 400 a day", 6, 400, 0.9, PIL_ON_TIMEOUT_HOLD);
  measure("6 reviewers, 400 a day, too many", 6, 400, 1.3, PIL_ON_TIMEOUT_APPROVE);
  measure("300 reviewers, 20000 a day", 300, 20000, 0.95, PIL_ON_TIMEOUT_HOLD);
  measure("2 reviewers, 5 a day", 2, 5, 0.5, PIL_ON_TIMEOUT_HOLD);
  return 0;
}
