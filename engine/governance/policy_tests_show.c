/* What came of tests, for people and as data.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_tests.h"

#include <string.h>

#include "../base/text.h"

typedef struct showing {
  pil_policy_tests *tests;
  pil_text *text;
  bool colour;
} showing;

/* ---- colours ---- */

enum { GREEN = 32, RED = 31, BOLD = 1 };

static void put_styled(const showing *s, int code, const char *text) {
  if (s->colour) pil_text_format(s->text, "\033[%dm%s\033[0m", code, text);
  else pil_text_add(s->text, text);
}

/* Names and reasons are what somebody wrote: nothing in them may move a terminal. */
static void put_printable(const showing *s, const char *text) {
  char shown[1024];
  pil_text_escape(text, strlen(text), shown, sizeof shown);
  pil_text_add(s->text, shown);
}

/* ---- tests ---- */

static void put_answer(const showing *s, const char *name, const char *level, const char *reason) {
  pil_text_format(s->text, "      %s", name);
  pil_text_add(s->text, level);
  if (reason == NULL) return;
  pil_text_add(s->text, " \"");
  put_printable(s, reason);
  pil_text_add(s->text, "\"");
}

static void put_test(const showing *s, const pil_test_file *file, const pil_test_outcome *test) {
  put_styled(s, test->passed ? GREEN : RED, test->passed ? "PASS" : "FAIL");
  pil_text_add(s->text, "  ");
  put_printable(s, file->path);
  pil_text_add(s->text, ": ");
  put_printable(s, test->name);
  pil_text_add(s->text, "\n");
  if (test->passed) return;
  if (test->error != NULL) {
    pil_text_format(s->text, "      %s\n", test->error);
    return;
  }
  put_answer(s, "expected  ", test->expected_level, test->expected_reason);
  pil_text_add(s->text, "\n");
  put_answer(s, "got       ", test->level, test->reason);
  pil_text_format(s->text, ", decided by %s\n", test->place == NULL ? "?" : test->place);
}

/* ---- coverage ---- */

static double share(size_t part, size_t whole) {
  return whole == 0 ? 100 : 100.0 * (double)part / (double)whole;
}

static bool is_below(const pil_policy_tests *tests, const pil_covered_file *file) {
  return share(file->lines_covered, file->lines) < tests->threshold ||
         share(file->branches_covered, file->branches) < tests->threshold;
}

/* Whether every decision came to nothing that can be counted. */
static bool is_unknown(const pil_covered_script *script) {
  return script->not_followed > 0 && script->not_followed == script->decisions;
}

static void put_unfollowed(const showing *s, const pil_covered_script *script) {
  if (script->not_followed == 0) return;
  pil_text_format(s->text, "      %zu of %zu decisions could not be followed and are not in these figures: %s\n",
                  script->not_followed, script->decisions, script->reason);
}

static bool put_script(const showing *s, const pil_covered_script *script, pil_error *error) {
  pil_policy_tests *tests = s->tests;
  pil_covered_file file;
  PIL_TRY(pil_coverage_count(&script->coverage, tests->arena, &file, error));
  bool below = is_below(tests, &file);
  tests->below += below;
  put_styled(s, below ? RED : BOLD, script->path);
  if (is_unknown(script)) {
    pil_text_format(s->text, ": could not be followed: %s\n", script->reason);
    if (below) pil_text_add(s->text, "      so nothing shows that the threshold is met\n");
    return true;
  }
  pil_text_format(s->text, ": lines %zu of %zu, branches %zu of %zu\n", file.lines_covered, file.lines,
                  file.branches_covered, file.branches);
  for (size_t i = 0; i < file.gap_count; i++) {
    const char *gap = pil_covered_script_gap(tests->arena, script, &file.gaps[i]);
    if (gap == NULL) return pil_error_memory(error);
    pil_text_format(s->text, "      line %d%s ", file.gaps[i].line, file.gaps[i].kind == PIL_GAP_LINE ? "" : ":");
    put_printable(s, gap);
    pil_text_add(s->text, "\n");
  }
  put_unfollowed(s, script);
  if (below)
    pil_text_format(s->text, "      below %g %%: lines %.1f %%, branches %.1f %%\n", tests->threshold,
                    share(file.lines_covered, file.lines), share(file.branches_covered, file.branches));
  return true;
}

bool pil_policy_tests_text(pil_policy_tests *tests, bool colour, pil_text *text, pil_error *error) {
  const showing s = {tests, text, colour};
  tests->below = 0;
  for (size_t i = 0; i < tests->file_count; i++)
    for (size_t t = 0; t < tests->files[i].test_count; t++) put_test(&s, &tests->files[i], &tests->files[i].tests[t]);
  if (tests->wants_coverage && tests->coverage.count > 0) {
    pil_text_add(text, "\n");
    put_styled(&s, BOLD, "coverage");
    pil_text_add(text, "\n");
    for (size_t i = 0; i < tests->coverage.count; i++) PIL_TRY(put_script(&s, &tests->coverage.scripts[i], error));
    pil_text_add(text, "\n");
  }
  pil_text_format(text, "%zu passed, %zu failed", tests->passed, tests->failed);
  if (tests->unreadable > 0)
    pil_text_format(text, ", %zu file%s unreadable", tests->unreadable, tests->unreadable == 1 ? "" : "s");
  if (tests->is_partial) pil_text_add(text, "; interrupted: the other tests did not run");
  pil_text_add(text, "\n");
  return !text->failed || pil_error_memory(error);
}

/* ---- data ---- */

static void add_answer(pil_node *node, const char *level, const char *reason) {
  pil_node_set_string(node, "level", level);
  pil_node_set_string(node, "reason", reason);
}

static void add_test(pil_node *list, const pil_test_outcome *test) {
  pil_node *node = pil_node_append_object(list);
  pil_node_set_string(node, "name", test->name);
  pil_node_set_string(node, "kind", test->is_function ? "function" : "case");
  pil_node_set_bool(node, "passed", test->passed);
  if (test->expected_level != NULL)
    add_answer(pil_node_set_object(node, "expected"), test->expected_level, test->expected_reason);
  if (test->level != NULL) {
    pil_node *came = pil_node_set_object(node, "got");
    add_answer(came, test->level, test->reason);
    pil_node_set_string(came, "decided_by", test->place);
  }
  if (test->error != NULL) pil_node_set_string(node, "error", test->error);
}

static void add_file(pil_node *list, const pil_test_file *file) {
  pil_node *node = pil_node_append_object(list);
  pil_node_set_string(node, "file", file->path);
  pil_node_set_string(node, "policy", file->policy);
  if (file->unreadable != NULL) pil_node_set_string(node, "error", file->unreadable);
  pil_node *tests = pil_node_set_array(node, "tests");
  for (size_t i = 0; i < file->test_count; i++) add_test(tests, &file->tests[i]);
}

static bool add_script(pil_policy_tests *tests, pil_node *list, const pil_covered_script *script, pil_error *error) {
  static const char *const kinds[] = {[PIL_GAP_LINE] = "line", [PIL_GAP_NEVER_TRUE] = "branch",
                                      [PIL_GAP_NEVER_FALSE] = "branch", [PIL_GAP_NEVER_MET] = "branch"};
  pil_covered_file file;
  PIL_TRY(pil_coverage_count(&script->coverage, tests->arena, &file, error));
  pil_node *node = pil_node_append_object(list);
  pil_node_set_string(node, "file", script->path);
  pil_node_set_unsigned(node, "decisions", script->decisions);
  pil_node_set_unsigned(node, "not_followed", script->not_followed);
  if (script->reason != NULL) pil_node_set_string(node, "not_followed_because", script->reason);
  tests->below += is_below(tests, &file);
  if (is_unknown(script)) return true;
  pil_node_set_unsigned(node, "lines", file.lines);
  pil_node_set_unsigned(node, "lines_covered", file.lines_covered);
  pil_node_set_unsigned(node, "branches", file.branches);
  pil_node_set_unsigned(node, "branches_covered", file.branches_covered);
  pil_node *gaps = pil_node_set_array(node, "gaps");
  for (size_t i = 0; i < file.gap_count; i++) {
    const char *text = pil_covered_script_gap(tests->arena, script, &file.gaps[i]);
    if (text == NULL) return pil_error_memory(error);
    pil_node *gap = pil_node_append_object(gaps);
    pil_node_set_integer(gap, "line", file.gaps[i].line);
    pil_node_set_string(gap, "kind", kinds[file.gaps[i].kind]);
    pil_node_set_string(gap, "text", text);
  }
  return true;
}

bool pil_policy_tests_data(pil_policy_tests *tests, pil_node *root, pil_error *error) {
  tests->below = 0;
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "tests");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node_set_unsigned(root, "passed", tests->passed);
  pil_node_set_unsigned(root, "failed", tests->failed);
  pil_node_set_unsigned(root, "unreadable", tests->unreadable);
  if (tests->is_partial) pil_node_set_bool(root, "partial", true);
  pil_node *files = pil_node_set_array(root, "files");
  for (size_t i = 0; i < tests->file_count; i++) add_file(files, &tests->files[i]);
  if (!tests->wants_coverage) return true;
  if (tests->threshold > 0) pil_node_set_number(root, "threshold", tests->threshold);
  pil_node *scripts = pil_node_set_array(root, "coverage");
  for (size_t i = 0; i < tests->coverage.count; i++)
    PIL_TRY(add_script(tests, scripts, &tests->coverage.scripts[i], error));
  return true;
}
