/* A job through the public interface, from its files to its answer: what the tests of backlogs and policies
 * share. The test defines whole_texts: plan.yaml, score.lua, other.lua, items.csv.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_TESTS_WHOLE_RUN_H
#define PIL_TESTS_WHOLE_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "../engine/base/memory.h"
#include "../include/pilotage.h"
#include "files.h"

enum { WHOLE_TEXTS = 4 };
static const char *const whole_texts[WHOLE_TEXTS];

static char folder[] = "/tmp/pilotage-whole-XXXXXX";
static char paths[6][128]; /* scenario, script, other, items, answer, samples */

static int make_files(void **state) {
  static const char *const names[] = {"plan.yaml", "score.lua", "other.lua", "items.csv", "answer.json", "samples.csv"};
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  for (int i = 0; i < 6; i++) snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
  for (int i = 0; i < WHOLE_TEXTS; i++) write_file(paths[i], whole_texts[i]);
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  for (int i = 0; i < 6; i++) unlink(paths[i]);
  return rmdir(folder);
}

/* Loads and runs in steps of `step` trials; the answer is at paths[4], samples at paths[5]. */
static bool run_whole(const pil_options *options, uint64_t step, pil_tick *tick, pil_format format,
                      pil_error *error) {
  pil_scenario *scenario = pil_scenario_load(paths[0], options, error);
  pil_run *run = scenario == NULL ? NULL : pil_run_new(scenario, error);
  bool good = run != NULL;
  while (good && pil_run_finished(run) < pil_run_trials(run)) good = pil_run_step(run, step, tick, NULL, error);
  pil_error write_error;
  bool stopped = run != NULL && !good && error->failure == PIL_FAILURE_INTERRUPTED;
  if (good || stopped) {
    bool wrote = pil_run_write(run, format, false, paths[4], NULL, &write_error) &&
                 (!good || pil_run_write_samples(run, paths[5], NULL, NULL, &write_error));
    if (!wrote) *error = write_error;
    good = good && wrote;
  }
  pil_run_free(run);
  pil_scenario_free(scenario);
  return good;
}

static json_t *read_answer(void) {
  json_t *root = json_load_file(paths[4], 0, NULL);
  assert_non_null(root);
  return root;
}

static bool stop_at_once(void *context, uint64_t finished) {
  (void)context;
  (void)finished;
  return false;
}

#endif
