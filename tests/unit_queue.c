/* Tests of run/queue and run/staffing: against a plain simulation (golden/make_queue.py), examples by hand, closed
 * forms, and the same answer however it is asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/run/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/base/real.h"
#include "../engine/run/staffing.h"
#include "../engine/statistics/erlang.h"
#include "golden/queue.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { MOST = 20000 };

/* A trial with its columns and what becomes of it. */
typedef struct room {
  pil_queue *queue;
  pil_queue_trial trial;
  double arrival[MOST], handling[MOST], catching[MOST], disturbing[MOST], wait[MOST], hours[MOST];
  uint8_t level[MOST], priority[MOST], wrong[MOST], outcome[MOST];
  pil_queue_answer answer;
  pil_waits waits;
} room;

static room *room_new(void) {
  room *r = calloc(1, sizeof *r);
  pil_error error;
  assert_non_null(r);
  r->queue = pil_queue_new(&error);
  assert_non_null(r->queue);
  r->trial = (pil_queue_trial){0, r->arrival, r->handling, r->level, r->priority, r->wrong, r->catching, r->disturbing};
  return r;
}

static void room_free(room *r) {
  pil_queue_free(r->queue);
  free(r);
}

static void serve(room *r, const pil_desk *desk) {
  pil_error error;
  assert_true(pil_queue_reserve(r->queue, r->trial.count, desk, &error));
  pil_queue_load(r->queue, &r->trial);
  pil_queue_serve(r->queue, desk, &(pil_queue_outcomes){r->outcome, r->wait, r->hours}, &r->waits, &r->answer);
  assert_true(pil_queue_little_gap(&r->answer) < 1e-9);
  uint64_t sum = 0;
  for (size_t i = 0; i < PIL_OUTCOMES; i++) sum += r->answer.counts[i];
  assert_int_equal(sum, r->trial.count);
}

static void put(room *r, double arrival, double handling, int priority, bool is_wrong) {
  size_t i = r->trial.count++;
  r->arrival[i] = arrival;
  r->handling[i] = handling;
  r->level[i] = 1;
  r->priority[i] = (uint8_t)priority;
  r->wrong[i] = is_wrong;
  r->catching[i] = r->disturbing[i] = 0.5;
}

static double luck(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 11) * 0x1p-53;
}

static const pil_desk one = {.count = 1, .hours_per_day = 8, .days = 1, .target_minutes = 30,
                             .timeout_minutes = INFINITY, .catches = {0, 1, 1, 1}};

/* --- against the plain simulation ---------------------------------------------------------- */

/* The same as decisions_of of make_queue.py. */
static void make_trial(room *r, const golden_queue *g) {
  uint64_t state = g->seed;
  for (size_t i = 0; i < g->decisions; i++) {
    r->arrival[i] = floor(luck(&state) * g->days * g->hours * 60 * g->grid) / g->grid;
    r->handling[i] = floor(luck(&state) * g->most_minutes * g->grid) / g->grid;
    r->level[i] = (uint8_t)(luck(&state) * 4);
    r->priority[i] = (uint8_t)(luck(&state) * g->classes);
    r->wrong[i] = luck(&state) < 0.4;
    r->catching[i] = luck(&state);
    r->disturbing[i] = luck(&state);
  }
  r->trial.count = g->decisions;
}

static pil_desk desk_of(const golden_queue *g) {
  return (pil_desk){g->reviewers, g->shrinkage, g->hours, g->days, g->fatigue, g->target, g->timeout,
                    (pil_on_timeout)g->on_timeout, {0, 0.85, 0.75, 0.95}, {0, 0.05, 0.125, 0.25}};
}

static void assert_as_simulated(const room *r, const golden_queue *g, size_t case_number) {
  for (size_t i = 0; i < g->decisions; i++)
    if (r->outcome[i] != g->wanted[i].outcome || r->wait[i] != g->wanted[i].wait || r->hours[i] != g->wanted[i].hours)
      fail_msg("case %zu decision %zu: %d %g %g, wanted %d %g %g", case_number, i, r->outcome[i], r->wait[i], r->hours[i],
               g->wanted[i].outcome, g->wanted[i].wait, g->wanted[i].hours);
  const pil_queue_answer *a = &r->answer;
  assert_int_equal(a->begun_count, g->begun);
  assert_int_equal(a->within_count, g->within);
  assert_int_equal(a->late_count, g->late);
  assert_int_equal(a->backlog_count, g->backlog);
  assert_true(a->wait_minutes == g->waits && a->queue_minutes == g->waits && a->queue_minutes_of_days == g->of_days);
  assert_true(a->handled_minutes == g->handled && a->busy_minutes == g->busy);
  assert_true(a->available_minutes == g->available && a->paid_minutes == g->paid);
}

static void is_as_simulated_plainly(void **unused) {
  (void)unused;
  room *r = room_new();
  for (size_t n = 0; n < COUNT(golden_queues); n++) {
    make_trial(r, &golden_queues[n]);
    pil_desk desk = desk_of(&golden_queues[n]);
    serve(r, &desk);
    assert_as_simulated(r, &golden_queues[n], n);
  }
  room_free(r);
}

/* One trial after another, one desk after another, without outcomes: nothing of it shows. */
static void what_was_served_before_does_not_show(void **unused) {
  (void)unused;
  room *r = room_new();
  for (size_t n = COUNT(golden_queues); n-- > 0;) {
    const golden_queue *g = &golden_queues[n];
    pil_desk desk = desk_of(g), other = desk;
    pil_queue_answer again, unlike;
    make_trial(r, g);
    other.count = desk.count + 3;
    other.timeout_minutes = 7;
    serve(r, &other);
    serve(r, &desk);
    pil_queue_serve(r->queue, &other, NULL, NULL, &unlike);
    pil_queue_serve(r->queue, &desk, NULL, NULL, &again);
    assert_memory_equal(&again, &r->answer, sizeof again);
    assert_as_simulated(r, g, n);
  }
  room_free(r);
}

/* The order of the columns: only ties of arrival may tell. */
static void order_of_columns_does_not_show(void **unused) {
  (void)unused;
  room *r = room_new(), *turned = room_new();
  uint64_t state = 77;
  for (size_t n = 2; n <= 4096; n = n * 2 - n / 3) {
    pil_desk desk = {3, 0.3, 8, 4, 0.1, 30, 60, PIL_ON_TIMEOUT_APPROVE, {0, 0.5, 0.5, 0.5}, {0, 0.5, 0.5, 0.5}};
    r->trial.count = 0;
    for (size_t i = 0; i < n; i++) {
      put(r, luck(&state) * 1920, luck(&state) * 4 * 1920 / (double)n, (int)(luck(&state) * 3), luck(&state) < 0.5);
      r->catching[i] = r->disturbing[i] = luck(&state);
    }
    r->arrival[n / 2] = -0.0; /* the first, not the last */
    turned->trial.count = 0;
    for (size_t i = n; i-- > 0;) {
      put(turned, r->arrival[i], r->handling[i], r->priority[i], r->wrong[i]);
      turned->catching[n - 1 - i] = turned->disturbing[n - 1 - i] = r->catching[i];
    }
    serve(r, &desk);
    serve(turned, &desk);
    assert_memory_equal(&r->answer, &turned->answer, sizeof r->answer);
    assert_true(r->wait[n / 2] == 0);
    for (size_t i = 0; i < n; i++) assert_true(r->wait[i] == turned->wait[n - 1 - i]);
  }
  room_free(r);
  room_free(turned);
}

/* --- by hand ------------------------------------------------------------------------------- */

/* One reviewer, four hours a day: begun at 3:50 of the first day for 30 minutes, done 20 into the second. */
static void night_takes_no_time(void **unused) {
  (void)unused;
  room *r = room_new();
  pil_desk desk = one;
  desk.hours_per_day = 4;
  desk.days = 2;
  desk.fatigue = 0.5;
  put(r, 230, 30, 0, true);
  put(r, 235, 60, 0, true);
  put(r, 330, 10, 0, true);
  put(r, 470, 30, 0, true);
  put(r, 479, 30, 0, true);
  serve(r, &desk);
  const double waits[] = {0, 25, 0, 0, 21}, hours[] = {0, 20.0 / 60, 80.0 / 60, 1.5, 20.0 / 60};
  for (size_t i = 0; i < 5; i++) assert_true(r->wait[i] == waits[i] && r->hours[i] == hours[i]);
  /* 1 - 0.5 × 1.33 and 1 - 0.5 × 1.5 are below the uniform 0.5 */
  assert_int_equal(r->outcome[0], PIL_OUTCOME_CAUGHT);
  assert_int_equal(r->outcome[1], PIL_OUTCOME_CAUGHT);
  assert_int_equal(r->outcome[2], PIL_OUTCOME_MISSED);
  assert_int_equal(r->outcome[3], PIL_OUTCOME_MISSED);
  assert_int_equal(r->outcome[4], PIL_OUTCOME_CAUGHT);
  assert_int_equal(r->answer.backlog_count, 1);
  assert_true(r->answer.handled_minutes == 160 && r->answer.busy_minutes == 110);
  assert_true(pil_queue_utilisation(&r->answer) == 110.0 / 480);
  assert_true(r->answer.wait_minutes == 46 && r->answer.queue_minutes_of_days == 26);
  r->trial.count = 0; /* what is begun as the last day ends is no backlog */
  put(r, 300, 180, 0, false);
  put(r, 310, 10, 0, false);
  serve(r, &desk);
  assert_true(r->wait[1] == 170 && r->answer.backlog_count == 0);
  room_free(r);
}

/* A fatigue that would make the catch rate negative catches nothing, even at the smallest uniform. */
static void fatigue_by_hand(void **unused) {
  (void)unused;
  room *r = room_new();
  pil_desk desk = one;
  desk.catches[1] = 0.8;
  for (int i = 0; i < 5; i++) put(r, 60 * i, 60, 0, true);
  desk.fatigue = 0.1; /* 0.8, 0.72, 0.64, 0.56, 0.48 against 0.5 */
  serve(r, &desk);
  for (int i = 0; i < 5; i++) assert_int_equal(r->outcome[i], i < 4 ? PIL_OUTCOME_CAUGHT : PIL_OUTCOME_MISSED);
  desk.fatigue = 0.5; /* 0.8, 0.4, 0, below 0 */
  for (int i = 0; i < 5; i++) r->catching[i] = i < 2 ? 0.39 : 0x1p-53;
  serve(r, &desk);
  for (int i = 0; i < 5; i++) assert_int_equal(r->outcome[i], i < 2 ? PIL_OUTCOME_CAUGHT : PIL_OUTCOME_MISSED);
  room_free(r);
}

/* Two reviewers of whom a quarter is away: 1.5 heads, the second until noon of a day from 8 to 16. */
static void part_of_a_head_leaves_early(void **unused) {
  (void)unused;
  room *r = room_new();
  pil_desk desk = one;
  desk.count = 2;
  desk.shrinkage = 0.25;
  desk.days = 2;
  put(r, 0, 500, 0, false);   /* the first, until 20 of the second day */
  put(r, 10, 200, 0, false);  /* the second, until 210 */
  put(r, 220, 30, 0, false);  /* the second: 20 minutes, and 10 the next morning */
  put(r, 230, 5, 0, false);   /* nobody is free before 490 */
  put(r, 485, 5, 1, false);
  serve(r, &desk);
  const double waits[] = {0, 0, 0, 260, 10};
  const double hours[] = {0, 0, 200.0 / 60, 10.0 / 60, 15.0 / 60};
  for (size_t i = 0; i < 5; i++) assert_true(r->wait[i] == waits[i] && r->hours[i] == hours[i]);
  assert_true(r->answer.available_minutes == 1.5 * 960 && r->answer.paid_minutes == 2 * 960);
  assert_true(r->answer.busy_minutes == 740);
  desk.count = 10;
  desk.shrinkage = 0.3; /* 7 heads, not 6.999 */
  serve(r, &desk);
  assert_true(r->answer.available_minutes == 7.0 * 960);
  room_free(r);
}

static void timeouts_by_hand(void **unused) {
  (void)unused;
  room *r = room_new();
  pil_desk desk = one;
  put(r, 0, 100, 0, false);
  put(r, 40, 10, 1, true);  /* due at 100, and begun then */
  put(r, 50, 10, 0, false); /* more urgent: begun at 100 in its place */
  put(r, 60, 10, 1, true);
  desk.timeout_minutes = 60;
  const int wanted[3][4] = {
      {PIL_OUTCOME_RIGHT, PIL_OUTCOME_CAUGHT | PIL_OUTCOME_LATE, PIL_OUTCOME_RIGHT, PIL_OUTCOME_CAUGHT},
      {PIL_OUTCOME_RIGHT, PIL_OUTCOME_MISSED | PIL_OUTCOME_LATE, PIL_OUTCOME_RIGHT, PIL_OUTCOME_CAUGHT},
      {PIL_OUTCOME_RIGHT, PIL_OUTCOME_CAUGHT | PIL_OUTCOME_LATE, PIL_OUTCOME_RIGHT, PIL_OUTCOME_CAUGHT}};
  const double waits[3][4] = {{0, 70, 50, 60}, {0, 60, 50, 50}, {0, 60, 50, 50}};
  for (int on = 0; on < 3; on++) {
    desk.on_timeout = (pil_on_timeout)on;
    serve(r, &desk);
    for (size_t i = 0; i < 4; i++) assert_true(r->outcome[i] == wanted[on][i] && r->wait[i] == waits[on][i]);
    assert_int_equal(r->answer.late_count, 1);
    assert_int_equal(r->answer.within_count, 1);
  }
  r->wrong[1] = 0; /* a right one is overturned by declining */
  serve(r, &desk);
  assert_int_equal(r->outcome[1], PIL_OUTCOME_DISTURBED | PIL_OUTCOME_LATE);
  r->priority[1] = 0; /* begun at the instant at which it is due */
  serve(r, &desk);
  assert_int_equal(r->outcome[1], PIL_OUTCOME_RIGHT);
  assert_int_equal(r->answer.late_count, 0);
  room_free(r);
}

static void without_reviewers_everything_waits(void **unused) {
  (void)unused;
  room *r = room_new();
  pil_desk desk = one;
  desk.count = 0;
  put(r, 100, 5, 0, true);
  put(r, 200, 5, 0, false);
  put(r, 300, 5, 0, true);
  r->level[2] = 0; /* the machine alone */
  serve(r, &desk);
  assert_true(isinf(r->wait[0]) && isinf(r->wait[1]) && r->wait[2] == 0);
  assert_int_equal(r->outcome[0], PIL_OUTCOME_OPEN);
  assert_int_equal(r->outcome[2], PIL_OUTCOME_MISSED);
  assert_int_equal(r->answer.human_count, 2);
  assert_int_equal(r->answer.backlog_count, 2);
  assert_int_equal(r->answer.begun_count + r->answer.within_count + r->answer.late_count, 0);
  assert_int_equal(r->waits.never_count, 2);
  assert_true(r->answer.wait_minutes == 380 + 280 && isnan(pil_queue_utilisation(&r->answer)));
  r->trial.count = 0;
  serve(r, &desk);
  assert_int_equal(r->answer.human_count + r->answer.backlog_count, 0);
  room_free(r);
}

static void what_is_no_number_takes_no_part(void **unused) {
  (void)unused;
  room *r = room_new();
  const double bad[] = {NAN, -1, INFINITY, -INFINITY};
  for (size_t i = 0; i < 4; i++) put(r, bad[i], 5, 0, true);
  for (size_t i = 0; i < 4; i++) put(r, 7, bad[i], 0, true);
  put(r, -0.0, 5, 0, true);
  put(r, 0x1p60, 0x1p60, 0, true);
  put(r, 0x1p60, 0x1p-1074, 0, true);
  serve(r, &one);
  assert_int_equal(r->answer.counts[PIL_OUTCOME_INVALID], 8);
  assert_int_equal(r->answer.counts[PIL_OUTCOME_CAUGHT], 3);
  for (size_t i = 0; i < 8; i++) assert_true(r->outcome[i] == PIL_OUTCOME_INVALID && isnan(r->wait[i]));
  assert_true(r->wait[8] == 0 && r->wait[10] == 0x1p60 && r->answer.busy_minutes == 5);
  room_free(r);
}

/* --- closed forms -------------------------------------------------------------------------- */

typedef struct sample {
  double sum, squares, count;
} sample;

static void take(sample *of, double number) {
  of->sum += number;
  of->squares += number * number;
  of->count++;
}

/* Within four standard errors, and those no more than `most_error` of it. */
static void assert_mean(const char *what, sample of, double wanted, double most_error) {
  double mean = of.sum / of.count, error = sqrt((of.squares / of.count - mean * mean) / (of.count - 1));
  if (!(fabs(mean - wanted) <= 4 * error && error <= most_error * wanted))
    fail_msg("%s: %g ± %g, wanted %g", what, mean, error, wanted);
}

typedef enum shape { EXPONENTIAL, FIXED, TWO_POINTS } shape;

/* MOST arrivals of a Poisson stream, one a minute on average, in one long day; handling of mean `minutes`. */
static double make_stream(room *r, shape kind, double minutes, int classes, uint64_t *state) {
  double moment = 0;
  r->trial.count = 0;
  for (size_t i = 0; i < MOST; i++) {
    moment -= pil_log(1 - luck(state));
    double u = luck(state), handling = kind == EXPONENTIAL ? -minutes * pil_log(1 - u)
                                       : kind == FIXED     ? minutes
                                                           : minutes * (u < 0.75 ? 0.5 : 2.5);
    put(r, moment, handling, (int)(luck(state) * classes), false);
  }
  return moment;
}

static pil_desk long_day(double count, double minutes, double target) {
  pil_desk desk = one;
  desk.count = count;
  desk.hours_per_day = minutes / 60;
  desk.target_minutes = target;
  return desk;
}

/* M/M/10 at load 8 and M/M/14 at load 10: Erlang C. */
static void waits_as_erlang(void **unused) {
  (void)unused;
  room *r = room_new();
  const struct { double servers, load, target; } cases[] = {{10, 8, 2}, {14, 10, 1}, {1, 0.5, 0.5}, {120, 110, 1}};
  uint64_t state = 1917;
  for (size_t n = 0; n < COUNT(cases); n++) {
    sample waited = {0}, within = {0}, mean = {0}, busy = {0};
    double load = cases[n].load;
    uint64_t servers = (uint64_t)cases[n].servers;
    for (int trial = 0; trial < 60; trial++) {
      pil_desk desk = long_day(cases[n].servers, make_stream(r, EXPONENTIAL, load, 1, &state), cases[n].target);
      memset(&r->waits, 0, sizeof r->waits);
      serve(r, &desk);
      take(&waited, 1 - (double)r->waits.none_count / MOST);
      take(&within, (double)r->answer.within_count / MOST);
      take(&mean, r->answer.wait_minutes / MOST);
      take(&busy, pil_queue_utilisation(&r->answer));
    }
    double slack = servers > 100 ? 0.08 : 0.03;
    assert_mean("waited", waited, pil_erlang_c(load, servers), slack);
    assert_mean("within", within, pil_erlang_within(load, servers, load, cases[n].target), slack);
    assert_mean("wait", mean, pil_erlang_wait(load, servers, load), slack);
    assert_mean("busy", busy, load / cases[n].servers, 0.01);
  }
  room_free(r);
}

/* Nobody waits: those turned away are Erlang B's, for any shape of handling (Sevastyanov 1957). */
static void turned_away_as_erlang(void **unused) {
  (void)unused;
  room *r = room_new();
  uint64_t state = 1918;
  for (shape kind = EXPONENTIAL; kind <= TWO_POINTS; kind++) {
    sample away = {0};
    for (int trial = 0; trial < 30; trial++) {
      pil_desk desk = long_day(6, make_stream(r, kind, 5, 1, &state), 0);
      desk.timeout_minutes = 0;
      desk.on_timeout = PIL_ON_TIMEOUT_APPROVE;
      serve(r, &desk);
      take(&away, (double)r->answer.late_count / MOST);
    }
    assert_mean("turned away", away, pil_erlang_b(5, 6), 0.02);
  }
  room_free(r);
}

/* Pollaczek 1930, Khinchine 1932: rate × E[handling²] / (2 (1 - load)), here at a rate of 1. */
static void waits_as_pollaczek_khinchine(void **unused) {
  (void)unused;
  room *r = room_new();
  uint64_t state = 1930;
  const double second_moments[] = {2, 1, 0.75 * 0.25 + 0.25 * 6.25}, load = 0.7;
  for (shape kind = EXPONENTIAL; kind <= TWO_POINTS; kind++) {
    sample mean = {0};
    for (int trial = 0; trial < 60; trial++) {
      pil_desk desk = long_day(1, make_stream(r, kind, load, 1, &state), 1);
      serve(r, &desk);
      take(&mean, r->answer.wait_minutes / MOST);
    }
    assert_mean("wait", mean, load * load * second_moments[kind] / (2 * (1 - load)), 0.02);
  }
  room_free(r);
}

/* Cobham 1954: W0 / ((1 - load of more urgent classes) (1 - that and its own)); over several servers of exponential
 * handling W0 is C × handling / servers. */
static void classes_wait_as_cobham(void **unused) {
  (void)unused;
  room *r = room_new();
  uint64_t state = 1954;
  for (int servers = 1; servers <= 5; servers += 4) {
    sample means[3] = {0};
    double rho = 0.8, minutes = rho * servers;
    for (int trial = 0; trial < 80; trial++) {
      double sums[3] = {0}, counts[3] = {0};
      pil_desk desk = long_day(servers, make_stream(r, EXPONENTIAL, minutes, 3, &state), 1);
      serve(r, &desk);
      for (size_t i = 0; i < MOST; i++) {
        sums[r->priority[i]] += r->wait[i];
        counts[r->priority[i]]++;
      }
      for (int k = 0; k < 3; k++) take(&means[k], sums[k] / counts[k]);
    }
    double w0 = pil_erlang_c(minutes, (uint64_t)servers) * minutes / servers;
    for (int k = 0; k < 3; k++) assert_mean("wait", means[k], w0 / ((1 - rho * k / 3) * (1 - rho * (k + 1) / 3)), 0.04);
  }
  room_free(r);
}

/* --- staff --------------------------------------------------------------------------------- */

/* Every threshold is found from every guess, in few tries. */
static void search_finds_every_number(void **unused) {
  (void)unused;
  for (int64_t most = 0; most <= 20; most++)
    for (int64_t wanted = 0; wanted <= most + 1; wanted++)
      for (int64_t guess = -2; guess <= most + 2; guess++) {
        pil_staffing search;
        int tries = 0;
        for (pil_staffing_start(&search, guess, most); !search.is_done; tries++) {
          assert_true(search.count >= 0 && search.count <= most && tries < 12);
          pil_staffing_tell(&search, search.count >= wanted);
        }
        assert_true(search.is_found == (wanted <= most) && search.count == wanted);
      }
}

/* Over the same trials, against trying every number; the first guess is Erlang's. */
static void staff_needed_is_the_fewest(void **unused) {
  (void)unused;
  room *r = room_new();
  pil_staffing search;
  pil_desk desk = {0, 0.3, 7, 5, 0, 5, INFINITY, PIL_ON_TIMEOUT_HOLD, {0}, {0}};
  pil_error error;
  desk.count = 100;
  assert_true(pil_queue_reserve(r->queue, 2000, &desk, &error));
  uint64_t state = 3;
  int fewest = -1;
  for (int i = 0; i < 2000; i++) put(r, luck(&state) * 2100, -6 * pil_log(1 - luck(&state)), 0, false);
  pil_queue_load(r->queue, &r->trial);
  double before = -1;
  for (int count = 0; count <= 40; count++) {
    desk.count = count;
    pil_queue_serve(r->queue, &desk, NULL, NULL, &r->answer);
    double share = (double)r->answer.within_count / (double)r->answer.human_count;
    assert_true(share >= before); /* of one class */
    before = share;
    if (fewest < 0 && share >= 0.8) fewest = count;
  }
  double load = 2000.0 / 2100 * 6;
  uint64_t guess = pil_erlang_staff(load, 6, 5, 0.8, 1000);
  for (pil_staffing_start(&search, (int64_t)ceil((double)guess / 0.7), 100); !search.is_done;) {
    desk.count = (double)search.count;
    pil_queue_serve(r->queue, &desk, NULL, NULL, &r->answer);
    pil_staffing_tell(&search, (double)r->answer.within_count >= 0.8 * (double)r->answer.human_count);
  }
  assert_true(search.is_found && search.count == fewest && fewest > 8 && fewest < 13);
  room_free(r);
}

static void want_of_memory_is_told(void **unused) {
  (void)unused;
  pil_error error = {0};
  pil_memory_fail_from(1);
  assert_null(pil_queue_new(&error));
  assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  pil_memory_fail_from(0);
  room *r = room_new();
  for (uint64_t n = 1; n <= 6; n++) {
    error = (pil_error){0};
    pil_memory_fail_from(n);
    assert_false(pil_queue_reserve(r->queue, 1000, &one, &error));
    pil_memory_fail_from(0);
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
    pil_queue_free(r->queue);
    r->queue = pil_queue_new(&error);
    assert_non_null(r->queue);
  }
  pil_desk desk = one;
  desk.count = 1e300;
  assert_false(pil_queue_reserve(r->queue, 1, &desk, &error));
  for (size_t i = 0; i < 1000; i++) put(r, (double)(i * 7919 % 480), 1, 0, false);
  assert_true(pil_queue_reserve(r->queue, 1000, &one, &error));
  pil_memory_fail_from(1); /* from here on nothing allocates */
  serve(r, &one);
  assert_int_equal(pil_memory_count(), 0);
  pil_memory_fail_from(0);
  assert_int_equal(r->answer.begun_count, 1000);
  room_free(r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_as_simulated_plainly),
      cmocka_unit_test(what_was_served_before_does_not_show),
      cmocka_unit_test(order_of_columns_does_not_show),
      cmocka_unit_test(night_takes_no_time),
      cmocka_unit_test(fatigue_by_hand),
      cmocka_unit_test(part_of_a_head_leaves_early),
      cmocka_unit_test(timeouts_by_hand),
      cmocka_unit_test(without_reviewers_everything_waits),
      cmocka_unit_test(what_is_no_number_takes_no_part),
      cmocka_unit_test(waits_as_erlang),
      cmocka_unit_test(turned_away_as_erlang),
      cmocka_unit_test(waits_as_pollaczek_khinchine),
      cmocka_unit_test(classes_wait_as_cobham),
      cmocka_unit_test(search_finds_every_number),
      cmocka_unit_test(staff_needed_is_the_fewest),
      cmocka_unit_test(want_of_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
