/* Every hostile script ends as its table of expectations says. Skipped where they are not at hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/text.h"
#include "../engine/script/script.h"

static const char folder[] = "../shared/hostile/lua";

typedef struct outcome {
  bool done;
  pil_text text;
  pil_error error;
  double seconds;
} outcome;

static double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static outcome evaluate(const char *file) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  outcome o = {.done = false};
  double start = now_seconds();
  o.done = pil_script_eval(path, NULL, PIL_LIMITS_EVAL, &o.text, &o.error);
  o.seconds = now_seconds() - start;
  return o;
}

/* Scripts that catch what is refused themselves, and say so; print goes elsewhere. Others are
 * allowed to do what they do, and fail at it, at this line. */
static const struct {
  const char *file, *text; /* NULL: an error */
  int line;
} special[] = {
    {"a27_print_stdout.lua", "OK\n", 0},
    {"c13_unpack_overflow.lua", "OK\n", 0},
    {"d21_pattern_malformed.lua", "OK 12/13\n", 0}, /* find takes "a)" literally */
    {"g03_nul_byte.lua", "OK 1\n", 0},
    {"g07_crlf.lua", NULL, 3},
};

static bool check_special(const char *file, const outcome *o) {
  for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
    if (strcmp(file, special[i].file) != 0) continue;
    if (special[i].text != NULL && o->done)
      assert_string_equal(pil_text_get(&o->text), special[i].text);
    assert_int_equal(o->done, special[i].text != NULL);
    if (special[i].text == NULL) assert_int_equal(o->error.line, special[i].line);
    return true;
  }
  return false;
}

static void check_same(const char *file, const outcome *first) {
  outcome again = evaluate(file);
  assert_int_equal(first->done, again.done);
  assert_string_equal(pil_text_get(&first->text), pil_text_get(&again.text));
  if (!first->done) assert_string_equal(first->error.text, again.error.text);
  pil_text_free(&again.text);
}

static void check_file(const char *file, const char *class) {
  outcome o = evaluate(file);
  const char *text = pil_text_get(&o.text);
  if (strstr(text, "ESCAPE") != NULL || strstr(text, "WRONG") != NULL)
    fail_msg("%s: %s", file, text);
  if (access("pilotage-pwned", F_OK) == 0) fail_msg("%s wrote a file", file);
  if (o.seconds > 3.0) fail_msg("%s took %.1f s", file, o.seconds);
  for (const char *c = o.error.text; !o.done && *c != '\0'; c++)
    if ((unsigned char)*c < 0x20) fail_msg("%s: a control character in the message", file);
  bool is_special = check_special(file, &o);
  if (strstr(class, "SAME") != NULL) {
    check_same(file, &o);
  } else if (strcmp(class, "NOCRASH") != 0 && strcmp(class, "WRONG-RESULT") != 0 && !is_special) {
    bool allowed = strcmp(class, "ALLOWED") == 0;
    if (o.done != allowed) fail_msg("%s is %s: %s", file, class, o.done ? text : o.error.text);
  }
  if (!o.done && o.error.text[0] == '\0') fail_msg("%s: no message", file);
  pil_text_free(&o.text);
}

static void test_hostile_scripts(void **unused) {
  (void)unused;
  char path[256], line[1024];
  snprintf(path, sizeof path, "%s/expected.tsv", folder);
  FILE *stream = fopen(path, "r");
  if (stream == NULL) skip();
  int count = 0;
  while (fgets(line, sizeof line, stream) != NULL) {
    const char *file = strtok(line, "\t"), *class = strtok(NULL, "\t");
    if (file == NULL || class == NULL || strcmp(file, "file") == 0) continue;
    check_file(file, class);
    count++;
  }
  fclose(stream);
  assert_true(count > 80);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_hostile_scripts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
