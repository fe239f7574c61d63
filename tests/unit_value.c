/* Tests of data/value, data/scalar and data/numeral: which scalars are what, and what is said of
 * those that are wrong.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/data/value.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/data/numeral.h"

static pil_arena arena;

static int free_arena(void **unused) {
  (void)unused;
  pil_arena_free(&arena);
  return 0;
}

static pil_value *scalar(const char *text) {
  pil_value *value;
  pil_error error;
  bool good = pil_value_read_scalar(&arena, (pil_place){"a.yaml", 3, 7}, text, strlen(text), &value,
                                    &error);
  if (!good) fail_msg("%s is refused: %s", text, error.text);
  return value;
}

static void scalars_have_kinds(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    pil_kind kind;
  } cases[] = {
      {"", PIL_KIND_NULL},
      {"~", PIL_KIND_NULL},
      {"null", PIL_KIND_NULL},
      {"Null", PIL_KIND_NULL},
      {"nUll", PIL_KIND_TEXT},
      {"true", PIL_KIND_BOOLEAN},
      {"False", PIL_KIND_BOOLEAN},
      {"tRUE", PIL_KIND_TEXT},
      {"yes", PIL_KIND_TEXT},
      {"NO", PIL_KIND_TEXT},
      {"on", PIL_KIND_TEXT},
      {"y", PIL_KIND_TEXT},
      {"0", PIL_KIND_INTEGER},
      {"-0", PIL_KIND_INTEGER},
      {"42", PIL_KIND_INTEGER},
      {"+7", PIL_KIND_INTEGER},
      {"-5", PIL_KIND_INTEGER},
      {"9223372036854775807", PIL_KIND_INTEGER},
      {"9223372036854775808", PIL_KIND_NUMBER},
      {"1e6", PIL_KIND_NUMBER},
      {".5", PIL_KIND_NUMBER},
      {"5.", PIL_KIND_NUMBER},
      {"0.25", PIL_KIND_NUMBER},
      {"-1.5E-3", PIL_KIND_NUMBER},
      {"1e-400", PIL_KIND_NUMBER},
      {".", PIL_KIND_TEXT},
      {"-", PIL_KIND_TEXT},
      {"+", PIL_KIND_TEXT},
      {"e5", PIL_KIND_TEXT},
      {"1e", PIL_KIND_TEXT},
      {"1e+", PIL_KIND_TEXT},
      {"--1", PIL_KIND_TEXT},
      {"1.2.3", PIL_KIND_TEXT},
      {"2026-01-01", PIL_KIND_TEXT},
      {"12:30", PIL_KIND_TEXT},
      {"80000 to 140000", PIL_KIND_TEXT},
      {"3 months", PIL_KIND_TEXT},
      {"10%", PIL_KIND_TEXT},
      {"= x.volume * 0.07", PIL_KIND_TEXT},
      {"a_1", PIL_KIND_TEXT},
      {"_1", PIL_KIND_TEXT},
      {"1_a", PIL_KIND_TEXT},
      {"0xyz", PIL_KIND_TEXT},
      {"0o", PIL_KIND_TEXT},
      {"0b2", PIL_KIND_TEXT},
      {"nancy", PIL_KIND_TEXT},
      {"infinite", PIL_KIND_TEXT},
      {"1, 2", PIL_KIND_TEXT},
      {"a,b", PIL_KIND_TEXT},
      {",5", PIL_KIND_TEXT},
      {"5,", PIL_KIND_TEXT},
      {"1.000.000", PIL_KIND_TEXT},
      {"gpt-4", PIL_KIND_TEXT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pil_value *value = scalar(cases[i].text);
    if (value->kind != cases[i].kind) fail_msg("%s: kind %d", cases[i].text, value->kind);
    assert_string_equal(value->text, cases[i].text);
    assert_false(value->quoted);
    assert_int_equal(value->at.line, 3);
  }
}

static void other_dialects_are_refused(void **unused) {
  (void)unused;
  static const char *const texts[] = {
      "1_000", "-1_000.5", "1_0e3", "0o17",      "0O17",      "017",     "-017",
      "+00",   "007.5",    "0x1F",  "-0X1f",     "0x1p3",     "0b1",     "0B0101",
      ".nan",  ".NaN",     "nan",   "NaN",       "NAN",       "-nan",    "inf",
      ".inf",  "-.Inf",    "+inf",  "infinity",  "-Infinity", "1e400",   "-1e400",
      "1,000", "0,5",      "-0,5",  "1,000,000", "1.000,5",   "1,000.5", "1,5e3"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    pil_value *value;
    pil_error error;
    if (pil_value_read_scalar(&arena, (pil_place){"a.yaml", 3, 7}, texts[i], strlen(texts[i]),
                              &value, &error))
      fail_msg("%s is read", texts[i]);
    assert_int_equal(error.failure, PIL_FAILURE_INPUT);
    assert_int_equal(error.line, 3);
    if (strstr(error.text, texts[i]) != error.text) fail_msg("%s: %s", texts[i], error.text);
  }
}

static void numbers_are_exact(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    double number;
  } cases[] = {
      {"0.1", 0.1},
      {"-2.5", -2.5},
      {"1e22", 1e22},
      {"1e23", 1e23},
      {"123456789012345e22", 123456789012345e22},
      {"9007199254740993", 9007199254740992.0},
      {"0.10780847047563343", 0.10780847047563343},
      {"1.7976931348623157e308", DBL_MAX},
      {"4.9e-324", 4.9e-324},
      {"2.2250738585072011e-308", 2.2250738585072011e-308},
      {"0.000001", 1e-6},
      {"00012.50", 12.5},
      {"1e-0000000000000000000000000000001", 0.1},
      {"0.00000000000000000000000000000000000000000000000001", 1e-50},
      {"100000000000000000000000000000000000000000000000000", 1e50},
      {"0e999999999999", 0},
      {"179769313486231570815e288", DBL_MAX},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double number = -1;
    pil_numeral numeral = pil_numeral_read(cases[i].text, strlen(cases[i].text), &number);
    assert_true(numeral == PIL_NUMERAL_WHOLE || numeral == PIL_NUMERAL_DECIMAL);
    if (memcmp(&number, &cases[i].number, sizeof number) != 0)
      fail_msg("%s: %.17g", cases[i].text, number);
  }
  double kept = 7;
  assert_int_equal(pil_numeral_read("1e309", 5, &kept), PIL_NUMERAL_OVERFLOW);
  assert_int_equal(pil_numeral_read("", 0, &kept), PIL_NUMERAL_NONE);
  assert_true(kept == 7);
}

/* Every double printed with 17 digits comes back, and short decimals agree with the C library,
 * whichever of the two ways reads them. */
static void numbers_survive_a_round_trip(void **unused) {
  (void)unused;
  uint64_t state = 20260101;
  for (int i = 0; i < 200000; i++) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    uint64_t bits = state ^ state >> 29;
    double wanted, number = 0;
    memcpy(&wanted, &bits, sizeof wanted);
    if (!isfinite(wanted)) continue;
    char text[64];
    snprintf(text, sizeof text, i % 2 == 0 ? "%.16e" : "%.5e", wanted);
    if (i % 4 == 3) snprintf(text, sizeof text, "%lld.%03d", (long long)(bits >> 40), i % 1000);
    wanted = strtod(text, NULL);
    pil_numeral numeral = pil_numeral_read(text, strlen(text), &number);
    if (isinf(wanted)) {
      assert_int_equal(numeral, PIL_NUMERAL_OVERFLOW);
    } else if (memcmp(&number, &wanted, sizeof number) != 0) {
      fail_msg("%s: %.17g", text, number);
    }
  }
}

static void the_locale_changes_nothing(void **unused) {
  (void)unused;
  static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "nl_NL.UTF-8"};
  bool set = false;
  for (size_t i = 0; i < sizeof locales / sizeof locales[0] && !set; i++)
    set = setlocale(LC_ALL, locales[i]) != NULL;
  double number = 0;
  pil_numeral numeral = pil_numeral_read("0.10780847047563343", 19, &number);
  setlocale(LC_ALL, "C");
  assert_int_equal(numeral, PIL_NUMERAL_DECIMAL);
  assert_true(number == 0.10780847047563343);
  if (set) return;
  print_message("skipped: no locale with a decimal comma is installed here\n");
  skip();
}

typedef struct whole_case {
  const char *text;
  uint64_t low, high, number;
  const char *message; /* NULL: good */
} whole_case;

static void whole_numbers(void **unused) {
  (void)unused;
  static const whole_case cases[] = {
      {"42", 0, UINT64_MAX, 42, NULL},
      {"9007199254740993", 0, UINT64_MAX, UINT64_C(9007199254740993), NULL},
      {"18446744073709551615", 0, UINT64_MAX, UINT64_MAX, NULL},
      {"18446744073709551616", 0, UINT64_MAX, 0,
       "n: expected a whole number from 0 to 18446744073709551615, found 18446744073709551616"},
      {"1e6", 1, 2000000, 1000000, NULL},
      {"2.5e3", 1, 9999, 2500, NULL},
      {"9007199254740991e0", 0, UINT64_MAX, UINT64_C(9007199254740991), NULL},
      {"1e16", 0, UINT64_MAX, 0, "n: expected a whole number, found 1e16"},
      {"2.55e1", 0, 100, 0, "n: expected a whole number, found 2.55e1"},
      {"4.2", 0, 100, 0, "n: expected a whole number, found 4.2"},
      {"4.0", 0, 100, 0, "n: expected a whole number, found 4.0"},
      {"-5", 1, 100, 0, "n: expected a whole number from 1 to 100, found -5"},
      {"-99999999999999999999", 1, 100, 0,
       "n: expected a whole number from 1 to 100, found -99999999999999999999"},
      {"0", 1, 100, 0, "n: expected a whole number from 1 to 100, found 0"},
      {"101", 1, 100, 0, "n: expected a whole number from 1 to 100, found 101"},
      {"yes", 1, 100, 0, "n: expected a whole number, found \"yes\""},
      {"~", 1, 100, 0, "n: expected a whole number, found null (nothing)"},
      {"true", 1, 100, 0, "n: expected a whole number, found true"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const whole_case *c = &cases[i];
    uint64_t number = 0;
    pil_error error = {0};
    bool good = pil_value_get_whole(scalar(c->text), "n", c->low, c->high, &number, &error);
    assert_string_equal(error.text, c->message == NULL ? "" : c->message);
    assert_true(good == (c->message == NULL));
    assert_true(number == c->number);
  }
}

static void wrong_types_are_named(void **unused) {
  (void)unused;
  pil_error error;
  double number;
  const char *text;
  bool boolean;
  assert_false(pil_value_get_number(scalar("zero"), "input \"volume\": mean", &number, &error));
  assert_string_equal(error.text, "input \"volume\": mean: expected a number, found \"zero\"");
  assert_string_equal(error.file, "a.yaml");
  assert_int_equal(error.line, 3);
  assert_int_equal(error.column, 7);
  assert_false(pil_value_get_text(scalar("2026"), "name", &text, &error));
  assert_string_equal(error.text, "name: expected a text, found 2026; put it in quotes");
  assert_false(pil_value_get_boolean(scalar("on"), "clamp", &boolean, &error));
  assert_string_equal(error.text, "clamp: expected true or false, found \"on\"");
  pil_value list = {.kind = PIL_KIND_LIST}, map = {.kind = PIL_KIND_MAP};
  assert_false(pil_value_get_map(&list, "inputs", &error));
  assert_string_equal(error.text, "inputs: expected a map, found a list");
  assert_false(pil_value_get_list(&map, "plan", &error));
  assert_string_equal(error.text, "plan: expected a list, found a map");
  assert_false(pil_value_get_number(NULL, "sd", &number, &error));
  assert_string_equal(error.text, "sd: expected a number, none is given");
  pil_value quoted = {.kind = PIL_KIND_TEXT, .quoted = true, .text = "4\x1b"};
  assert_false(pil_value_get_number(&quoted, "sd", &number, &error));
  assert_string_equal(error.text, "sd: expected a number, found \"4\\x1B\" in quotes");
  assert_true(pil_value_get_number(scalar("3"), "sd", &number, &error));
  assert_true(number == 3);
}

static void long_texts_are_cut_in_messages(void **unused) {
  (void)unused;
  char text[4001];
  for (size_t i = 0; i < 4000; i += 2) memcpy(text + i, "\xc3\xa9", 3);
  pil_error error;
  double number;
  assert_false(pil_value_get_number(scalar(text), "sd", &number, &error));
  assert_true(strlen(error.text) < 120);
  assert_non_null(strstr(error.text, "\xc3\xa9\xe2\x80\xa6\"")); /* an ellipsis, no half letter */
}

static void unknown_keys_are_named(void **unused) {
  (void)unused;
  static const char *const keys[] = {"name", "seed", "trials", NULL};
  pil_value *map =
      pil_value_map_with(&arena, NULL, "seed", (pil_place){"a.yaml", 1, 1}, scalar("1"));
  pil_error error;
  assert_true(pil_value_check_keys(map, "the scenario", keys, &error));
  assert_true(pil_value_check_keys(NULL, "the scenario", keys, &error));
  map = pil_value_map_with(&arena, map, "trails", (pil_place){"a.yaml", 4, 1}, scalar("1"));
  assert_false(pil_value_check_keys(map, NULL, keys, &error));
  assert_string_equal(error.text, "unknown key \"trails\", did you mean \"trials\"?");
  assert_int_equal(error.line, 4);
  assert_false(pil_value_check_keys(map, "the scenario", keys, &error));
  assert_string_equal(error.text,
                      "unknown key \"trails\" in the scenario, did you mean \"trials\"?");
  map = pil_value_map_with(&arena, NULL, "wage", (pil_place){"a.yaml", 4, 1}, scalar("1"));
  assert_false(pil_value_check_keys(map, "the scenario", keys, &error));
  assert_string_equal(error.text,
                      "unknown key \"wage\" in the scenario; known are: name, seed, trials");
}

static void copies_leave_the_original(void **unused) {
  (void)unused;
  pil_place at = {"a.yaml", 1, 1};
  pil_value *one = scalar("1"), *two = scalar("2");
  pil_value *map = pil_value_map_with(&arena, NULL, "a", at, one);
  pil_value *more = pil_value_map_with(&arena, map, "b", at, two);
  pil_value *other = pil_value_map_with(&arena, more, "a", at, two);
  assert_int_equal(map->count, 1);
  assert_int_equal(more->count, 2);
  assert_int_equal(other->count, 2);
  assert_ptr_equal(pil_value_find(more, "a"), one);
  assert_ptr_equal(pil_value_find(other, "a"), two);
  assert_ptr_equal(pil_value_find(other, "b"), two);
  assert_null(pil_value_find(map, "b"));
  assert_null(pil_value_find(NULL, "b"));
  assert_null(pil_value_find(one, "b"));
  pil_value *list = pil_value_list_with(&arena, NULL, 0, one);
  pil_value *longer = pil_value_list_with(&arena, list, 1, two);
  pil_value *changed = pil_value_list_with(&arena, longer, 0, two);
  assert_int_equal(list->count, 1);
  assert_int_equal(longer->count, 2);
  assert_ptr_equal(longer->items[0], one);
  assert_ptr_equal(changed->items[0], two);
  assert_int_equal(changed->count, 2);
}

static void no_memory_is_no_crash(void **unused) {
  (void)unused;
  pil_arena empty = {0};
  pil_value *value;
  pil_error error;
  pil_memory_fail_from(1);
  bool good = pil_value_read_scalar(&empty, PIL_NOWHERE, "42", 2, &value, &error);
  bool none = pil_value_map_with(&empty, NULL, "a", PIL_NOWHERE, NULL) == NULL &&
              pil_value_list_with(&empty, NULL, 0, NULL) == NULL;
  pil_memory_fail_from(0);
  assert_false(good);
  assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  assert_true(none);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(scalars_have_kinds, free_arena),
      cmocka_unit_test_teardown(other_dialects_are_refused, free_arena),
      cmocka_unit_test(numbers_are_exact),
      cmocka_unit_test(numbers_survive_a_round_trip),
      cmocka_unit_test(the_locale_changes_nothing),
      cmocka_unit_test_teardown(whole_numbers, free_arena),
      cmocka_unit_test_teardown(wrong_types_are_named, free_arena),
      cmocka_unit_test_teardown(long_texts_are_cut_in_messages, free_arena),
      cmocka_unit_test_teardown(unknown_keys_are_named, free_arena),
      cmocka_unit_test_teardown(copies_leave_the_original, free_arena),
      cmocka_unit_test(no_memory_is_no_crash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
