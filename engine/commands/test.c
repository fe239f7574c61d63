/* pilotage test: run the test files of policies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/file.h"
#include "../governance/policy_tests.h"
#include "../report/render.h"
#include "options.h"
#include "progress.h"

typedef struct request {
  pil_option_list paths;
  uint64_t threshold;
  pil_format format;
  bool coverage;
} request;

static bool check_request(const request *r, pil_error *error) {
  if (r->paths.count == 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "test: expected test files or folders (pilotage test --help)");
  if (r->threshold > 100)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--threshold: expected per cent from 1 to 100, found %llu", (unsigned long long)r->threshold);
  if (r->format == PIL_FORMAT_CSV)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--format: test has text and json, no csv");
  return true;
}

static bool render(pil_policy_tests *tests, pil_format format, pil_text *text, pil_error *error) {
  if (format != PIL_FORMAT_JSON) return pil_policy_tests_text(tests, pil_output_colour(NULL), text, error);
  pil_document *document = pil_document_new(tests->arena);
  if (document == NULL) return pil_error_memory(error);
  return pil_policy_tests_data(tests, pil_document_data(document), error) && pil_render_json(document, text, error);
}

static bool print(const pil_text *text, pil_error *error) {
  pil_file_writer writer = {0};
  PIL_TRY(pil_file_writer_open(&writer, NULL, error));
  pil_file_writer_put(&writer, pil_text_get(text), text->length);
  return pil_file_writer_commit(&writer, error);
}

static bool tick(void *context, uint64_t finished) {
  (void)context;
  (void)finished;
  return !pil_progress_interrupted();
}

static int run_tests(const request *r) {
  pil_arena arena = {0};
  pil_text text = {0};
  pil_error error;
  pil_policy_tests tests = {.arena = &arena, .wants_coverage = r->coverage || r->threshold > 0,
                            .threshold = (double)r->threshold};
  pil_progress progress;
  pil_progress_start(&progress, true, 0);
  bool good = (pil_policy_tests_run(&tests, r->paths.items, r->paths.count, tick, NULL, &error) || tests.is_partial) &&
              render(&tests, r->format, &text, &error);
  for (size_t i = 0; good && i < tests.file_count; i++)
    if (tests.files[i].unreadable != NULL) fprintf(stderr, "pilotage: %s\n", tests.files[i].unreadable);
  good = good && print(&text, &error);
  int status = !good ? pil_command_fail(&error)
               : tests.is_partial ? PIL_EXIT_INTERRUPTED
               : tests.unreadable > 0 ? PIL_EXIT_FAILED
               : tests.failed > 0 || tests.below > 0 ? PIL_EXIT_MISSED : PIL_EXIT_GOOD;
  pil_text_free(&text);
  pil_arena_free(&arena);
  return status;
}

static int test_verb(int count, char **words) {
  request r = {0};
  pil_error error;
  int status;
  const pil_option options[] = {{0, "coverage", PIL_OPTION_FLAG, NULL,
                                 "also show which lines and branches of the policies were executed", &r.coverage},
                                {0, "threshold", PIL_OPTION_WHOLE, "PERCENT",
                                 "fail where fewer lines or branches were; implies --coverage", &r.threshold},
                                {0, "format", PIL_OPTION_FORMAT, "FORMAT", "text (default) or json", &r.format},
                                {0}};
  if (!pil_options_read(&pil_verb_test, options, count, words, &r.paths, &status)) return status;
  return check_request(&r, &error) ? run_tests(&r) : pil_command_fail(&error);
}

const pil_verb pil_verb_test = {
    "test", "PATH… [options]", "run the tests of policies",
    "Runs test files, and every *_test.lua in folders: cases and functions test_… that say what a\n"
    "policy decides. Exit status: 0; 1 a test fails, or coverage is below the threshold; 2 a file\n"
    "cannot be read; 130 interrupted.",
    test_verb};
