/* How fast decisions of a policy are drawn, decided and served, on one thread, and a month of them on all threads.
 *   policy [SCENARIO.yaml]      without one: tests/bench/decisions.yaml, four rules over five drawn fields
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../engine/policy/policy_run.h"
#include "../../include/pilotage.h"

enum { TRIALS = 40, ROUNDS = 25, DRAWN = 1, DECIDED = 2, KEPT = 3, SERVED = 4 };

static void fail(const pil_error *error) {
  fprintf(stderr, "%s:%d: %s\n", error->file, error->line, error->text);
  exit(2);
}

static double now_seconds(clockid_t clock) {
  struct timespec at;
  clock_gettime(clock, &at);
  return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

/* A trial up to a stage; returns its decisions. */
static size_t work(pil_policy_desk *desk, uint64_t trial, int stage) {
  pil_error error = {0};
  size_t count = 0;
  if (stage >= KEPT) {
    if (!pil_policy_desk_decide(desk, trial, &error)) fail(&error);
    pil_queue_answer answer;
    if (stage == SERVED && !pil_policy_desk_serve(desk, trial, &answer, &error)) fail(&error);
    return desk->trial.count;
  }
  const pil_owner owner = pil_policy_owner(trial);
  for (size_t width = desk->policy->width; count + width <= desk->trial.count; count += width) {
    const pil_batch batch = {.first_trial = count + 1, .count = width, .inputs = desk->columns, .jumps = desk->jumps,
                             .owner = &owner};
    if (!pil_policy_desk_draw(desk, &batch, &error)) fail(&error);
    if (stage == DECIDED && !pil_policy_desk_level(desk, &batch, &error)) fail(&error);
  }
  return count;
}

/* Decisions a second, the best of some rounds. */
static double measure(pil_policy_desk *desk, int stage) {
  double best = 0;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_seconds(CLOCK_PROCESS_CPUTIME_ID);
    size_t count = 0;
    for (uint64_t trial = 1; trial <= TRIALS; trial++) count += work(desk, trial, stage);
    double rate = (double)count / (now_seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
    if (rate > best) best = rate;
  }
  return best;
}

static void measure_stages(const char *path) {
  static const char *const names[] = {"", "fields drawn", "fields drawn and decided", "and when, wrong, minutes", "and served"};
  pil_options options = {0};
  pil_error error = {0};
  pil_policy_desk desk;
  pil_policy *policy = pil_policy_load(path, &options, &error);
  if (policy == NULL || !pil_policy_desk_open(&desk, policy, 0, &error)) fail(&error);
  work(&desk, 1, KEPT); /* the columns have room now */
  for (int stage = DRAWN; stage <= SERVED; stage++) {
    double rate = measure(&desk, stage);
    printf("%s, one thread\t%.1f\tM decisions/s%s\n", names[stage], rate * 1e-6, stage == DECIDED ? "\t>= 20" : "");
  }
  if (desk.program->counted.scalar > 0) printf("in stock Lua\t%llu\tdecisions\t0\n", (unsigned long long)desk.program->counted.scalar);
  pil_policy_desk_close(&desk);
  pil_policy_free(policy);
}

static void measure_month(const char *path) {
  pil_options options = {0};
  pil_error error = {0};
  pil_scenario *scenario = pil_scenario_load(path, &options, &error);
  pil_run *run = scenario == NULL ? NULL : pil_run_new(scenario, &error);
  if (run == NULL) fail(&error);
  double start = now_seconds(CLOCK_MONOTONIC);
  uint64_t trials = pil_run_trials(run);
  if (!pil_run_step(run, trials, NULL, NULL, &error) || !pil_run_write(run, PIL_FORMAT_JSON, false, "/dev/null", NULL, &error))
    fail(&error);
  printf("the scenario, %llu trials, all threads\t%.1f\ts\t<= 30\n", (unsigned long long)trials, now_seconds(CLOCK_MONOTONIC) - start);
  pil_run_free(run);
  pil_scenario_free(scenario);
}

int main(int count, char **arguments) {
  const char *path = count > 1 ? arguments[1] : "tests/bench/decisions.yaml";
  measure_stages(path);
  measure_month(path);
  return 0;
}
