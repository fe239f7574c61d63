/* Tests of data/yaml: what is read, and where and why the rest is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/data/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/base/text.h"

static pil_arena arena;

static int free_arena(void **unused) {
  (void)unused;
  pil_arena_free(&arena);
  return 0;
}

static pil_value *read_text(const char *text) {
  pil_value *value;
  pil_error error;
  if (!pil_yaml_read(&arena, "a.yaml", text, strlen(text), &value, &error))
    fail_msg("%d:%d: %s", error.line, error.column, error.text);
  return value;
}

static const pil_value *at(const pil_value *map, const char *key) {
  const pil_value *value = pil_value_find(map, key);
  if (value == NULL) fail_msg("no %s", key);
  return value;
}

static void a_scenario_is_read(void **unused) {
  (void)unused;
  const pil_value *root = read_text(
      "name: \"A \\u00e9 b\"\n"
      "about: |\n  two\n  lines\n"
      "seed: 18446744073709551615\n"
      "inputs: {volume: 80000 to 140000, sd: .5, NO: yes}\n"
      "plan:\n- {month: 1, share: 0.10}\n- {month: 4, share: 2.5e-1}\n"
      "\"42\": '42'\n"
      "empty: {}\nnone: []\nnothing:\n");
  assert_int_equal(root->kind, PIL_KIND_MAP);
  assert_int_equal(root->count, 9);
  assert_string_equal(at(root, "name")->text, "A \xc3\xa9 b");
  assert_true(at(root, "name")->quoted);
  assert_string_equal(at(root, "about")->text, "two\nlines\n");
  assert_true(at(root, "about")->quoted);
  uint64_t seed;
  assert_true(pil_value_get_whole(at(root, "seed"), "seed", 0, UINT64_MAX, &seed, NULL));
  assert_true(seed == UINT64_MAX);
  const pil_value *inputs = at(root, "inputs");
  assert_string_equal(at(inputs, "volume")->text, "80000 to 140000");
  assert_false(at(inputs, "volume")->quoted);
  assert_true(at(inputs, "sd")->number == 0.5);
  assert_int_equal(at(inputs, "NO")->kind, PIL_KIND_TEXT);
  const pil_value *plan = at(root, "plan");
  assert_int_equal(plan->kind, PIL_KIND_LIST);
  assert_int_equal(plan->count, 2);
  assert_int_equal(at(plan->items[1], "month")->integer, 4);
  assert_true(at(plan->items[1], "share")->number == 0.25);
  assert_int_equal(at(plan->items[1], "share")->at.line, 9);
  assert_int_equal(at(plan->items[1], "share")->at.column, 21);
  assert_string_equal(plan->items[1]->at.file, "a.yaml");
  assert_int_equal(at(root, "42")->kind, PIL_KIND_TEXT);
  assert_int_equal(at(root, "empty")->count, 0);
  assert_int_equal(at(root, "none")->kind, PIL_KIND_LIST);
  assert_int_equal(at(root, "nothing")->kind, PIL_KIND_NULL);
  assert_int_equal(root->entries[8].key_at.line, 13);
  assert_int_equal(at(root, "nothing")->at.line, 13);
}

static void single_values_are_read(void **unused) {
  (void)unused;
  assert_string_equal(read_text("90000 to 140000")->text, "90000 to 140000");
  assert_int_equal(read_text("0.5")->kind, PIL_KIND_NUMBER);
  assert_int_equal(read_text("[1, two, {three: 3}]")->count, 3);
  assert_int_equal(read_text("---\na: 1\n...\n")->count, 1);
  assert_int_equal(read_text("\xef\xbb\xbf"
                             "a: 1\r\nb: 2\r\n")
                       ->entries[1]
                       .key_at.line,
                   2);
}

static void lists_and_maps_grow(void **unused) {
  (void)unused;
  pil_text text = {0};
  for (int i = 0; i < 1000; i++) pil_text_format(&text, "k%d: [%d, %d]\n", i, i, i + 1);
  const pil_value *root = read_text(pil_text_get(&text));
  pil_text_free(&text);
  assert_int_equal(root->count, 1000);
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(root->entries[i].value->items[1]->integer, i + 1);
    assert_int_equal(root->entries[i].key_at.line, i + 1);
  }
}

typedef struct refusal {
  const char *text;
  const char *message; /* line:column: text, the end left out after "*" */
} refusal;

static const refusal refusals[] = {
    {"a: 1\nb: {c: [1, 1_000]}\n", "2:12: b.c.2: 1_000 is not a number here: *"},
    {"a: {b: 0,5, c: 1}\n", "1:10: a.b: 0,5 is not a number here: *"},
    {"plan:\n- x: 1\n- x: .inf\n", "3:6: plan.2.x: .inf is not a number here: *"},
    {"a: 1e999\n", "1:4: a: 1e999 overflows: *"},
    {"seed: 1\nb: 2\n\"seed\": 3\nb: 3\n", "3:1: key \"seed\" given twice (first at line 1)"},
    {"{a: {b: 1, b: 2}}\n", "1:12: key \"b\" given twice (first at line 1)"},
    {"a: 1\n\"\": 2\n", "2:1: an empty key; *"},
    {"a: 1\n: 2\n", "2:1: an empty key; *"},
    {"{: 2}\n", "1:2: an empty key; *"},
    {"a: 1\n? [b]\n: 2\n", "2:3: a key must be a text, found a list *"},
    {"{{a: 1}: 2}\n", "1:2: a key must be a text, found a map *"},
    {"a: &x 1\n", "1:4: the anchor \"&x\" is not allowed; *"},
    {"a: &x 1\nb: &x 2\n", "2:4: b: the anchor name \"&x\" is used twice *"},
    {"a: &x 1\nb: *x\n", "2:4: b: the alias \"*x\": aliases, anchors and merge keys are not *"},
    {"a: &x {b: 1}\nc:\n  <<: *x\n", "3:3: c: the merge key << is not allowed; *"},
    {"a: *bold*\n", "1:4: an alias (*) is not allowed; *"},
    {"a: !important\n", "1:4: a: the tag !important is not allowed; *"},
    {"a: !!python/object x\n", "1:4: a: the tag !!python/object is not allowed; *"},
    {"a: !<tag:yaml.org,2002:int> 4\n", "1:4: a: the tag !!int is not allowed; *"},
    {"a: !e!x 1\n", "1:4: a tag (!) is not allowed*"},
    {"%YAML 1.2\n---\na: 1\n", "1:1: a directive (%YAML or %TAG) is not allowed; *"},
    {"a: 1\n...\n%TAG ! x\n", "3:1: a directive (%YAML or %TAG) is not allowed; *"},
    {"%other\n---\na: 1\n", "1:1: a directive (%) is not allowed: %other"},
    {"a: 1\n---\nb: 1\n", "2:1: the file holds more than one document; *"},
    {"# only this\n\n", "1:0: no document: *"},
    {"", "1:0: no document: *"},
    {"a: \"x\nb: 1\n", "1:4: the text in quotes that starts here is not closed: a: \"x"},
    {"a: 'x\nb: 1\n", "1:4: the text in quotes that starts here is not closed: a: 'x"},
    {"a: \"\\q\"\n", "1:5: an unknown escape after *"},
    {"a: \"\\ud800\"\n", "1:7: this escape is no Unicode character: *"},
    {"a: \"\\xZZ\"\n", "1:7: expected hexadecimal digits after this escape: *"},
    {"a: 1\nseed:42\nb: 1\n", "2:1: expected a colon and a blank after the key in: seed:42"},
    {"a: b: c\n", "1:5: a second colon in one entry, *"},
    {"a: 1\n\tb: 2\n", "2:1: a tab is used to indent; use blanks*"},
    {"a:\n\tb: 2\n", "2:1: a tab is used to indent; use blanks*"},
    {"a: @home\n", "1:4: the character @ cannot start a value; *"},
    {"a: `id`\n", "1:4: the character ` cannot start a value; *"},
    {"a: {b: 1\nc: 2\n", "2:2: expected a comma or \"}\" in the map in braces, *"},
    {"a: [1, 2\nb: 2\n", "2:2: expected a comma or \"]\" in the list in brackets, *"},
    {"a: 1\nb: {c: 1\n", "2:4: the map in braces that starts here is not closed"},
    {"b: [1, 2", "1:4: the list in brackets that starts here is not closed"},
    {"b: [1,", "1:0: expected a value, found: *"},
    {"a: 1\n  b: 2\n", "2:4: a second colon in one entry, or a value that does not belong here *"},
    {"a:\n    b: 2\n  c: 3\n", "3:3: expected a key in line with the keys above; *"},
    {"a:\n- 1\n b: 2\n",
     "3:3: a second colon in one entry, or a value that does not belong here *"},
    {"a: 1\nb: \xff\n", "2:4: invalid UTF-8: a byte that starts no character (FF) at byte 9 of *"},
    {"a: \xed\xa0\x80\n",
     "1:4: invalid UTF-8: an invalid Unicode character (ED A0 80) at byte 4 *"},
    {"a: \xc3\xa9\xe2\x82", "1:5: invalid UTF-8: an incomplete UTF-8 sequence (E2 82) at byte 6 *"},
    {"\xff\xfe"
     "a:1",
     "1:1: the file is UTF-16 *"},
    {"a: 1\nb: \x1b[2J\n", "2:4: the control character U+001B stands here; delete it"},
    {"a: \xc2\x85\n", "1:4: the control character U+0085 stands here; *"},
    {"a: \xe2\x80\xa8\n", "1:4: the control character U+2028 stands here; *"},
    {"a: \"\\e[2J\"\n", "1:4: a: a text may not hold the control character \\x1B"},
    {"a: \"x\\0y\"\n", "1:4: a: a text may not hold the control character \\x00"},
    {"a: \"\\x9b\"\n", "1:4: a: a text may not hold the control character \\x9B"},
    {"\"k\\0\": 1\n", "1:1: a text may not hold the control character \\x00"},
};

static bool matches(const char *message, const char *pattern) {
  size_t length = strlen(pattern);
  if (pattern[length - 1] != '*') return strcmp(message, pattern) == 0;
  return strncmp(message, pattern, length - 1) == 0;
}

static void faults_are_named(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    const refusal *c = &refusals[i];
    pil_value *value;
    pil_error error;
    if (pil_yaml_read(&arena, "a.yaml", c->text, strlen(c->text), &value, &error))
      fail_msg("read: %s", c->text);
    char message[PIL_ERROR_LINE_BYTES];
    snprintf(message, sizeof message, "%d:%d: %s", error.line, error.column, error.text);
    assert_string_equal(error.file, "a.yaml");
    assert_int_equal(error.failure, PIL_FAILURE_INPUT);
    if (!matches(message, c->message)) fail_msg("%s\n  is said of\n%s", message, c->text);
  }
}

static void a_nul_byte_is_refused(void **unused) {
  (void)unused;
  pil_value *value;
  pil_error error;
  assert_false(pil_yaml_read(&arena, "a.yaml", "a: 1\0\n", 6, &value, &error));
  assert_int_equal(error.column, 5);
  assert_non_null(strstr(error.text, "NUL"));
}

static char *nested(int depth, const char *open, const char *middle, const char *close) {
  pil_text text = {0};
  pil_text_repeat(&text, open, (size_t)depth);
  pil_text_add(&text, middle);
  pil_text_repeat(&text, close, (size_t)depth);
  return text.bytes;
}

static void depth_is_limited(void **unused) {
  (void)unused;
  static const char *const shapes[][3] = {{"[", "1", "]"}, {"{a: ", "1", "}"}, {"- ", "1", ""}};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    for (int depth = PIL_YAML_DEPTH; depth <= PIL_YAML_DEPTH + 1; depth++) {
      char *text = nested(depth, shapes[i][0], shapes[i][1], shapes[i][2]);
      pil_value *value;
      pil_error error;
      bool good = pil_yaml_read(&arena, "a.yaml", text, strlen(text), &value, &error);
      pil_memory_free(text);
      assert_true(good == (depth == PIL_YAML_DEPTH));
      if (!good) assert_string_equal(error.text, "nesting is deeper than 64 levels");
    }
  }
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Each is as large as a file may be and would take a careless reader minutes; here the limit of
 * a second also holds for a build with sanitizers. */
static void hostile_sizes_are_quick(void **unused) {
  (void)unused;
  static const struct {
    const char *head, *unit;
    bool numbered; /* the unit holds one %zu */
  } cases[] = {
      {"a: ", "[", false},     {"a: ", "{a: ", false},      {"", "- ", false},
      {"", "? ", false},       {"", "%TAG !a! b\n", false}, {"a: 1\n...\n", "%TAG !a! b\n", false},
      {"", "k%zu: 1\n", true}, {"", "- &a%zu 1\n", true},   {"a: \"", "x", false},
      {"a: [", "1,", false},   {"", "#\n", false},          {"a: ", "x\n ", false},
      {"", "a", false},        {"", "{}", false},           {"", "---\n", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pil_text text = {0};
    pil_text_add(&text, cases[i].head);
    for (size_t n = 0; text.length < PIL_YAML_BYTES - 20; n++) {
      if (!cases[i].numbered)
        pil_text_add(&text, cases[i].unit);
      else if (cases[i].unit[0] == 'k')
        pil_text_format(&text, "k%zu: 1\n", n);
      else
        pil_text_format(&text, "- &a%zu 1\n", n);
    }
    pil_value *value;
    pil_error error;
    double start = seconds();
    pil_yaml_read(&arena, "a.yaml", text.bytes, text.length, &value, &error);
    double took = seconds() - start;
    pil_text_free(&text);
    pil_arena_free(&arena);
    if (took > 2) fail_msg("%s… took %.1f s", cases[i].unit, took);
  }
}

static void size_is_limited(void **unused) {
  (void)unused;
  char *text = pil_memory_new_zeroed(PIL_YAML_BYTES + 2, 1);
  memset(text, ' ', PIL_YAML_BYTES + 1);
  text[0] = '1';
  pil_value *value;
  pil_error error;
  assert_true(pil_yaml_read(&arena, "a.yaml", text, PIL_YAML_BYTES, &value, &error));
  assert_false(pil_yaml_read(&arena, "a.yaml", text, PIL_YAML_BYTES + 1, &value, &error));
  assert_non_null(strstr(error.text, "1048576"));
  pil_memory_free(text);
}

static char path[64];

static void write_file(const char *text) {
  strcpy(path, "/tmp/pilotage-unit-yaml-XXXXXX");
  int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
  close(descriptor);
}

static void files_hold_a_map(void **unused) {
  (void)unused;
  pil_value *root;
  pil_error error;
  write_file("hello\n");
  assert_false(pil_yaml_read_file(&arena, path, &root, &error));
  assert_string_equal(error.text, "the root must be a map, found a text");
  assert_string_equal(error.file, path);
  assert_int_equal(error.line, 1);
  unlink(path);
  write_file("a: 1\n");
  assert_true(pil_yaml_read_file(&arena, path, &root, &error));
  assert_int_equal(at(root, "a")->integer, 1);
  assert_string_equal(root->at.file, path);
  unlink(path);
  assert_false(pil_yaml_read_file(&arena, path, &root, &error));
  assert_int_equal(error.failure, PIL_FAILURE_FILE);
}

static void no_memory_is_no_crash(void **unused) {
  (void)unused;
  pil_text text = {0};
  for (int i = 0; i < 300; i++)
    pil_text_format(&text, "k%d: {a: [1, 2, 3], b: {c: 80 to 90, d: \"x\"}}\n", i);
  pil_text_add(&text, "x: &a 1\n");
  write_file(pil_text_get(&text));
  pil_text_free(&text);
  bool memory = true;
  uint64_t n = 0;
  while (memory && n++ < 1000) {
    pil_value *root;
    pil_error error = {0};
    pil_memory_fail_from(n);
    bool good = pil_yaml_read_file(&arena, path, &root, &error);
    pil_memory_fail_from(0);
    assert_false(good); /* the file ends in a fault when there is memory */
    memory = error.failure == PIL_FAILURE_MEMORY;
    pil_arena_free(&arena);
  }
  unlink(path);
  assert_true(n > 4 && n < 1000);
}

/* The files that the reader itself must refuse, with the line and the word it must name; the
 * others are refused by whoever knows what a scenario is, or are fine. */
static const struct {
  const char *file, *word;
  int line;
} hostile[] = {
    {"y00_control_ok", NULL, 0},
    {"y02_alias_bomb_map_merge", "alias", 3},
    {"y04_self_alias", "alias", 6},
    {"y06_anchor_redefined", "anchor", 7},
    {"y08_deep_flow_map", "nesting", 6},
    {"y10_deep_flow_100k", "nesting", 6},
    {"y12_deep_dash", "nesting", 1},
    {"y14_huge_key", "1024", 11},
    {"y16_many_docs", "more than one document", 11},
    {"y18_only_comment", "no document", 1},
    {"y20_root_scalar", "root must be a map, found a text", 1},
    {"y22_duplicate_key_top", "key \"seed\" given twice (first at line 3)", 4},
    {"y24_duplicate_quoted", "key \"seed\" given twice (first at line 3)", 4},
    {"y26_unknown_key", NULL, 0},
    {"y30_null_key", "empty key", 11},
    {"y34_nul_escaped", "control", 1},
    {"y36_invalid_utf8", "invalid UTF-8", 1},
    {"y38_surrogate_utf8", "invalid Unicode character (ED A0 80)", 1},
    {"y40_truncated_utf8", "incomplete UTF-8", 11},
    {"y42_utf16le", "UTF-16", 1},
    {"y44_crlf", NULL, 0},
    {"y46_nel_ls_breaks", "U+2028", 1},
    {"y48_ansi_escape_name", "control", 1},
    {"y52_tab_after_colon", NULL, 0},
    {"y54_missing_space", "seed:42", 3},
    {"y56_unclosed_quote", "not closed", 1},
    {"y58_percent_directive", "directive", 1},
    {"y60_backtick", "cannot start", 1},
    {"y62_binary_tag", "!!binary", 1},
    {"y64_int_tag_on_text", "!!int", 3},
    {"y66_float_tag", "!!float", 6},
    {"y68_long_tag", "tag", 1},
    {"y70_merge_alias", "merge key <<", 2},
    {"y72_input_named_no", NULL, 0},
    {"y74_bool_for_number", NULL, 0},
    {"y76_octal_017", "seed: 017", 3},
    {"y78_underscore", "trials: 1_000", 4},
    {"y80_thousands_comma", "trials: 1,000", 4},
    {"y82_1e400", "1e400 overflows", 6},
    {"y84_nan", ".nan", 6},
    {"y86_nan_c_spelling", "nan", 6},
    {"y88_comma_decimal", "0,5 is not a number", 6},
    {"y90_dot_forms", NULL, 0},
    {"y92_seed_2_53_1", NULL, 0},
    {"z25_json_in_yaml", NULL, 0},
    {"z27_trailing_dots", NULL, 0},
};

static void hostile_files_end_as_expected(void **unused) {
  (void)unused;
  if (access("../shared/hostile/yaml/expected.tsv", R_OK) != 0) {
    print_message("skipped: ../shared/hostile/yaml is not here\n");
    skip();
  }
  for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
    char name[128];
    snprintf(name, sizeof name, "../shared/hostile/yaml/%s.yaml", hostile[i].file);
    pil_value *root;
    pil_error error = {0};
    double start = seconds();
    bool good = pil_yaml_read_file(&arena, name, &root, &error);
    assert_true(seconds() - start < 1);
    if (good != (hostile[i].word == NULL) || error.line != hostile[i].line ||
        (!good && strstr(error.text, hostile[i].word) == NULL))
      fail_msg("%s:%d: %s", name, error.line, error.text);
    pil_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_scenario_is_read, free_arena),
      cmocka_unit_test_teardown(single_values_are_read, free_arena),
      cmocka_unit_test_teardown(lists_and_maps_grow, free_arena),
      cmocka_unit_test_teardown(faults_are_named, free_arena),
      cmocka_unit_test_teardown(a_nul_byte_is_refused, free_arena),
      cmocka_unit_test_teardown(depth_is_limited, free_arena),
      cmocka_unit_test_teardown(hostile_sizes_are_quick, free_arena),
      cmocka_unit_test_teardown(size_is_limited, free_arena),
      cmocka_unit_test_teardown(files_hold_a_map, free_arena),
      cmocka_unit_test_teardown(no_memory_is_no_crash, free_arena),
      cmocka_unit_test_teardown(hostile_files_end_as_expected, free_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
