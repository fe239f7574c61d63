/* Tests of policies: the cases and functions of test files, run as what is live runs, and what of the policies' code
 * they reach.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_POLICY_TESTS_H
#define PIL_GOVERNANCE_POLICY_TESTS_H

#include "../report/document.h"
#include "../scenario/job.h"
#include "policy_coverage.h"

typedef struct pil_test_outcome {
  const char *name;
  bool is_function, passed;
  const char *expected_level, *expected_reason; /* of a case; reason NULL: any */
  const char *level, *reason, *place;           /* what came; level NULL: none did, or a function */
  const char *error; /* with its place: what was raised, or is wrong with the case; NULL: nothing */
} pil_test_outcome;

typedef struct pil_test_file {
  const char *path, *policy; /* policy as seen from here */
  const char *unreadable;    /* the file or its policy cannot be read: why; NULL: it can */
  pil_test_outcome *tests;
  size_t test_count;
} pil_test_file;

typedef struct pil_policy_tests {
  pil_arena *arena;
  pil_test_file *files;
  size_t file_count, file_capacity;
  size_t passed, failed, unreadable;
  bool wants_coverage;
  pil_policy_coverage coverage;
  double threshold; /* per cent of lines and of branches that are wanted; 0: none */
  bool is_partial;  /* somebody stopped it: tests are missing */
  size_t below;     /* scripts that have less: set when they are shown */
} pil_policy_tests;

/* Runs the test files of `paths`: files, and folders that are searched for *_test.lua, with the folders in them. Tests
 * that fail and files that cannot be read are outcomes; false: a path is not there or has no test file, no memory, or
 * `tick`, asked about every 50 ms, has stopped it: then the tests that have ended are there, and is_partial is set. Set
 * arena, wants_coverage and threshold before; the rest to 0. */
bool pil_policy_tests_run(pil_policy_tests *tests, const char *const *paths, size_t path_count, pil_tick *tick,
                          void *context, pil_error *error);

/* The files' paths, in `tests->files`. */
bool pil_policy_tests_find(pil_policy_tests *tests, const char *path, pil_error *error);

/* A line for each test, and the coverage; or the same as data. */
bool pil_policy_tests_text(pil_policy_tests *tests, bool colour, pil_text *text, pil_error *error);
bool pil_policy_tests_data(pil_policy_tests *tests, pil_node *root, pil_error *error);

#endif
