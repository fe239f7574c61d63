/* Random changes to scenarios: data/yaml either reads a sound value or names a line of the file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/data/yaml.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../engine/base/text.h"
#include "mutation.h"

enum { CASES = 20000, ROUND_TRIPS = 2000 };

static const char *const seed_texts[] = {
    "name: demo\nrollout: demo.lua\nseed: 42\ntrials: 1000\ninputs:\n"
    "  volume: {normal: {mean: 0, sd: 1}}\n  rate: 22 to 31\nvariants:\n  base: {}\n"
    "outputs: {npv: {unit: EUR, goal: at least 0}}\n",
    "about: |\n  two\n  lines\nplan:\n- {month: 1, share: 0.10}\n- month: 4\n  share: .25\n"
    "\"quoted \\u00e9\": 'it''s'\nhours: \"= x.volume * 0.07 / 60\"\n",
    "{\"a\": [1, -2.5e3, true, null, \"x\\ny\"], \"b\": {\"c\": {}}}",
    "? a\n: b\nfold: >-\n  x\n  y\n# remark\nc: plain\n  goes on\n...\n",
};

static const char *const words[] = {"&a ",
                                    "*a",
                                    "<<: ",
                                    "!!int ",
                                    "---\n",
                                    "...\n",
                                    "- ",
                                    "? ",
                                    ": ",
                                    "{",
                                    "}",
                                    "[",
                                    "]",
                                    ", ",
                                    "\"",
                                    "'",
                                    "|\n",
                                    ">\n",
                                    "\n  ",
                                    "\t",
                                    "\r\n",
                                    "#",
                                    "%TAG",
                                    "\\u0000",
                                    "\\x1b",
                                    "\x1b",
                                    "\xff",
                                    "\xc2\x85",
                                    "\xe2\x80\xa8",
                                    "1_0",
                                    "017",
                                    ".nan",
                                    "1e999",
                                    "0,5",
                                    "~",
                                    "\n",
                                    "\xef\xbb\xbf",
                                    "@",
                                    "`",
                                    "!<x"};

static void check_text(const char *text, bool line_ends_allowed) {
  assert_non_null(text);
  assert_true(pil_text_is_utf8(text, strlen(text)));
  for (const char *c = text; *c != '\0'; c++) {
    bool control = (unsigned char)*c < 0x20 || *c == 0x7f;
    if (control) assert_true(line_ends_allowed && (*c == '\n' || *c == '\t'));
  }
}

static void check_place(pil_place at, const mutant *m) {
  int line_count = 1;
  for (size_t i = 0; i < m->length; i++) line_count += m->bytes[i] == '\n' || m->bytes[i] == '\r';
  assert_string_equal(at.file, "a.yaml");
  assert_in_range(at.line, 1, line_count);
  assert_in_range(at.column, 0, m->length + 1);
}

static void check_value(const pil_value *value, const mutant *m, int depth) {
  check_place(value->at, m);
  if (value->kind < PIL_KIND_LIST) {
    check_text(value->text, true);
    return;
  }
  assert_true(depth < PIL_YAML_DEPTH);
  for (size_t i = 0; i < value->count; i++) {
    if (value->kind == PIL_KIND_MAP) {
      const pil_entry *entry = &value->entries[i];
      check_text(entry->key, true);
      check_place(entry->key_at, m);
      assert_true(*entry->key != '\0');
      assert_ptr_equal(pil_value_find(value, entry->key), entry->value);
      check_value(entry->value, m, depth + 1);
    } else {
      check_value(value->items[i], m, depth + 1);
    }
  }
}

static void changed_scenarios_are_read_or_refused(void **unused) {
  (void)unused;
  static mutant m;
  uint64_t seed = fuzz_seed();
  size_t read_count = 0;
  pil_arena arena = {0};
  for (uint64_t i = 0; i < CASES; i++) {
    m.state = seed + i * UINT64_C(0xd1342543de82ef95);
    fuzz_start(&m, seed_texts[i % (sizeof seed_texts / sizeof seed_texts[0])]);
    size_t changes = 1 + fuzz_below(&m.state, 6);
    for (size_t k = 0; k < changes; k++) fuzz_change(&m, words, sizeof words / sizeof words[0]);
    pil_value *value;
    pil_error error = {0};
    if (pil_yaml_read(&arena, "a.yaml", m.bytes, m.length, &value, &error)) {
      check_value(value, &m, 0);
      read_count++;
    } else {
      assert_int_equal(error.failure, PIL_FAILURE_INPUT);
      assert_true(strlen(error.text) > 10);
      check_text(error.text, false);
      check_place((pil_place){error.file, error.line, error.column}, &m);
    }
    pil_arena_reset(&arena);
  }
  pil_arena_free(&arena);
  print_message("%zu of %d were read\n", read_count, CASES);
  assert_in_range(read_count, CASES / 50, CASES * 9 / 10);
}

/* Builds a value and its JSON, which is YAML, side by side. */
static void write_random(uint64_t *state, pil_text *json, int depth) {
  static const char *const scalars[] = {
      "null",   "true", "false",   "0",      "-17",       "9007199254740993", "2.5",
      "-1e-7",  "\"\"", "\"a b\"", "\"42\"", "\"x\\ty\"", "\"\xc3\xa9: {\"",  "\"1_000\"",
      "\"- #\""};
  size_t shape = fuzz_below(state, depth == 0 ? 2 : 4), count = fuzz_below(state, 5);
  if (shape > 1 || depth > 6) {
    pil_text_add(json, scalars[fuzz_below(state, sizeof scalars / sizeof scalars[0])]);
    return;
  }
  pil_text_add(json, shape == 0 ? "{" : "[");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) pil_text_add(json, ", ");
    if (shape == 0) pil_text_format(json, "\"k%zu\": ", i);
    write_random(state, json, depth + 1);
  }
  pil_text_add(json, shape == 0 ? "}" : "]");
}

static void write_value(const pil_value *value, pil_text *json) {
  bool map = value->kind == PIL_KIND_MAP;
  if (!map && value->kind != PIL_KIND_LIST) {
    if (!value->quoted) pil_text_add(json, value->text);
    for (const char *c = value->quoted ? value->text : ""; *c != '\0' || c == value->text; c++) {
      if (c == value->text) pil_text_add(json, "\"");
      if (*c == '\0') break;
      if (*c == '\t')
        pil_text_add(json, "\\t");
      else
        pil_text_append(json, c, 1);
    }
    if (value->quoted) pil_text_add(json, "\"");
    return;
  }
  pil_text_add(json, map ? "{" : "[");
  for (size_t i = 0; i < value->count; i++) {
    if (i > 0) pil_text_add(json, ", ");
    if (map) pil_text_format(json, "\"%s\": ", value->entries[i].key);
    write_value(map ? value->entries[i].value : value->items[i], json);
  }
  pil_text_add(json, map ? "}" : "]");
}

static void json_comes_back(void **unused) {
  (void)unused;
  uint64_t state = fuzz_seed();
  for (int i = 0; i < ROUND_TRIPS; i++) {
    pil_arena arena = {0};
    pil_text json = {0}, again = {0};
    write_random(&state, &json, 0);
    pil_value *value;
    pil_error error;
    if (!pil_yaml_read(&arena, "a.yaml", json.bytes, json.length, &value, &error))
      fail_msg("%d:%d: %s\n%s", error.line, error.column, error.text, json.bytes);
    write_value(value, &again);
    assert_string_equal(pil_text_get(&json), pil_text_get(&again));
    pil_text_free(&json);
    pil_text_free(&again);
    pil_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(changed_scenarios_are_read_or_refused),
      cmocka_unit_test(json_comes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
