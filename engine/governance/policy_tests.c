/* Running test files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_tests.h"

#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../run/workers.h"
#include "../scenario/shipped.h"

/* One test file at work. */
typedef struct running {
  pil_policy_tests *all;
  pil_test_file *file;
  pil_subject *subject;
  pil_arena scratch; /* of one decision */
  bool is_broken;    /* no memory, or the like: everything ends */
  bool is_stopped;   /* from outside, within a test */
  pil_error *error;
} running;

static const char *keep(running *r, const char *text) {
  if (text == NULL) return NULL;
  const char *copy = pil_arena_copy(r->all->arena, text, strlen(text));
  if (copy == NULL) r->is_broken = true;
  return copy;
}

/* "scripts/policy/fraud.lua:20: text" */
static const char *keep_error(running *r, const pil_error *error) {
  pil_error own = *error;
  char line[PIL_ERROR_LINE_BYTES];
  if (r->subject != NULL) snprintf(own.file, sizeof own.file, "%s", pil_subject_path(r->subject, error->file));
  r->is_stopped = r->is_stopped || error->failure == PIL_FAILURE_INTERRUPTED;
  if (error->failure == PIL_FAILURE_MEMORY) {
    *r->error = *error;
    r->is_broken = true;
  }
  return keep(r, pil_error_format(&own, line, sizeof line));
}

/* ---- deciding ---- */

static bool decide(running *r, const pil_value *map, const pil_value *settings, pil_ruling *ruling, pil_error *error) {
  pil_decision decision;
  pil_arena_reset(&r->scratch);
  PIL_TRY(pil_decision_read(r->subject->policy, &r->scratch, map, &decision, error));
  PIL_TRY(pil_subject_decide(r->subject, &decision, settings, &r->scratch, ruling, error));
  return !r->all->wants_coverage ||
         pil_policy_coverage_note(&r->all->coverage, r->subject, &decision, settings, ruling, error);
}

static bool decide_for_script(void *context, const pil_value *map, const pil_value *settings, pil_script_ruling *out,
                              pil_error *error) {
  running *r = context;
  pil_ruling ruling;
  PIL_TRY(decide(r, map, settings, &ruling, error));
  if (ruling.level == PIL_LEVELS) return pil_subject_refuse(r->subject, &ruling, error);
  *out = (pil_script_ruling){pil_level_names[ruling.level], ruling.reason,
                             pil_subject_place(r->subject, &r->scratch, ruling.place)};
  return true;
}

static void run_case(running *r, const pil_script_case *test, pil_test_outcome *outcome) {
  pil_ruling ruling;
  pil_error error;
  outcome->expected_level = keep(r, test->level);
  outcome->expected_reason = keep(r, test->reason);
  bool decided = decide(r, test->decision, test->settings, &ruling, &error);
  if (!decided || (ruling.level == PIL_LEVELS && !pil_subject_refuse(r->subject, &ruling, &error))) {
    outcome->error = keep_error(r, &error);
    return;
  }
  outcome->level = pil_level_names[ruling.level];
  outcome->reason = keep(r, ruling.reason);
  outcome->place = keep(r, pil_subject_place(r->subject, &r->scratch, ruling.place));
  bool same_reason = test->reason == NULL || (ruling.reason != NULL && strcmp(ruling.reason, test->reason) == 0);
  outcome->passed = strcmp(outcome->level, test->level) == 0 && same_reason;
}

/* ---- a file ---- */

static bool run_tests(running *r, pil_script_tests *tests, pil_error *error) {
  size_t count;
  const pil_script_case *list = pil_script_tests_list(tests, &count);
  r->file->tests = pil_arena_array(r->all->arena, count + 1, sizeof *r->file->tests);
  if (r->file->tests == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count && !r->is_broken; i++) {
    pil_test_outcome *outcome = &r->file->tests[r->file->test_count++];
    *outcome = (pil_test_outcome){.name = keep(r, list[i].name), .is_function = list[i].is_function};
    if (!list[i].is_function) {
      run_case(r, &list[i], outcome);
    } else {
      outcome->passed = pil_script_tests_call(tests, &list[i], decide_for_script, r, error);
      if (!outcome->passed) outcome->error = keep_error(r, error);
    }
    if (r->is_stopped) {
      r->file->test_count--; /* it did not end */
      break;
    }
    if (outcome->passed) r->all->passed++;
    else r->all->failed++;
  }
  return count > 0 || pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){r->file->path, 0, 0},
                                    "there is no test in it: neither cases = {…} nor a function test_…");
}

/* Loads the policy that the file names, relative to itself. */
static bool open_policy(running *r, const pil_script_tests *tests, pil_error *error) {
  char *path = pil_file_resolve(r->file->path, pil_script_tests_policy(tests));
  if (path == NULL) return pil_error_memory(error);
  r->file->policy = keep(r, path);
  pil_memory_free(path);
  if (r->is_broken) return pil_error_memory(error);
  r->subject = pil_subject_open(r->file->policy, error);
  return r->subject != NULL &&
         (!r->all->wants_coverage || pil_policy_coverage_add(&r->all->coverage, r->subject, error));
}

static bool run_file(pil_policy_tests *all, pil_test_file *file, pil_error *error) {
  running r = {.all = all, .file = file, .error = error};
  pil_error own;
  pil_script_tests *tests = pil_script_tests_open(file->path, pil_shipped_folder(), PIL_LIMITS_TRIAL, &own);
  bool opened = tests != NULL && open_policy(&r, tests, &own);
  if (!opened && own.failure == PIL_FAILURE_INTERRUPTED) {
    r.is_stopped = true;
  } else if (!(opened && run_tests(&r, tests, &own)) && !r.is_broken) {
    file->unreadable = keep_error(&r, &own);
    if (tests != NULL && !opened && !r.is_broken)
      file->unreadable = pil_arena_format(all->arena, "%s: policy: %s", file->path, file->unreadable);
    r.is_broken = r.is_broken || file->unreadable == NULL;
    all->unreadable++;
  }
  pil_subject_free(r.subject);
  pil_script_tests_free(tests);
  pil_arena_free(&r.scratch);
  if (r.is_stopped && !r.is_broken) return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
  return !r.is_broken || pil_error_memory(error);
}

/* ---- all, on a thread that can be stopped ---- */

static bool run_files(void *context, size_t worker, uint64_t group, size_t index, pil_error *error) {
  pil_policy_tests *tests = context;
  (void)worker, (void)group, (void)index;
  error->trial = 0;
  for (size_t i = 0; i < tests->file_count; i++) PIL_TRY(run_file(tests, &tests->files[i], error));
  return true;
}

static void stop_files(void *context) {
  (void)context;
  pil_script_stop_all();
}

bool pil_policy_tests_run(pil_policy_tests *tests, const char *const *paths, size_t path_count, pil_tick *tick,
                          void *context, pil_error *error) {
  const pil_work work = {.context = tests, .group_count = 1, .group_size = 1, .threads = 1, .run = run_files, .stop = stop_files};
  tests->coverage.arena = tests->arena;
  for (size_t i = 0; i < path_count; i++) PIL_TRY(pil_policy_tests_find(tests, paths[i], error));
  pil_workers *workers = pil_workers_new(&work, error);
  if (workers == NULL) return false;
  bool good = pil_workers_step(workers, 1, tick, context, error);
  pil_workers_free(workers);
  tests->is_partial = !good && error->failure == PIL_FAILURE_INTERRUPTED;
  return good;
}
