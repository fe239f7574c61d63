/* Tests of statistics/number: the digits that an error justifies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/number.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct number_case {
  double value, error;
  const char *text;
} number_case;

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void the_error_decides_the_digits(void **unused) {
  (void)unused;
  static const number_case cases[] = {
      {1234567, 3210, "1,234,600 ± 3,200"},
      {1234567.891, 0.0321, "1,234,567.891 ± 0.032"},
      {-1234567, 100, "-1,234,570 ± 100"},
      {0, 3200, "0 ± 3,200"},
      {1234, 56000, "1,000 ± 56,000"},
      {-1234, 5.6e6, "0 ± 5,600,000"},
      {-0.0001, 0.2, "0.00 ± 0.20"},
      {999.96, 0.0996, "999.96 ± 0.10"},
      {99999.6, 99.6, "100,000 ± 100"},
      {3e-7, 1e-8, "0.000000300 ± 0.000000010"},
      {3e-12, 1e-13, "3.00e-12 ± 1.0e-13"},
      {9.9e14, 1.2e12, "990,000,000,000,000 ± 1,200,000,000,000"},
      {2.5e17, 3e15, "2.500e+17 ± 3.0e+15"},
  };
  char text[PIL_NUMBER_BYTES];
  for (size_t i = 0; i < COUNT_OF(cases); i++)
    assert_string_equal(pil_number_pair(cases[i].value, cases[i].error, text), cases[i].text);
}

static void exact_and_unknown(void **unused) {
  (void)unused;
  static const number_case cases[] = {
      {12, 0, "12"},
      {-0.0, 0, "0"},
      {0.1 + 0.2, 0, "0.3"},
      {1234567.5, 0, "1,234,567.5"},
      {999999999999999, 0, "999,999,999,999,999"},
      {1e300, 0, "1e+300"},
      {1.5, 1e-30, "1.5"},
      {123456, NAN, "123,500"},
      {0.0123456, NAN, "0.01235"},
      {0, NAN, "0"},
      {-3.14159265, INFINITY, "-3.142"},
      {INFINITY, 1, "never"},
      {-INFINITY, 1, "-inf"},
      {NAN, 1, "-"},
  };
  char text[PIL_NUMBER_BYTES];
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    assert_string_equal(pil_number_format(cases[i].value, cases[i].error, text), cases[i].text);
    assert_string_equal(pil_number_pair(cases[i].value, cases[i].error, text), cases[i].text);
  }
}

static void shares(void **unused) {
  (void)unused;
  char text[PIL_NUMBER_BYTES];
  assert_string_equal(pil_number_percent(0.83421, 0.00372, text), "83.42%");
  assert_string_equal(pil_number_percent(1, 0, text), "100%");
  assert_string_equal(pil_number_percent(NAN, 0, text), "-");
}

static void exact_numbers_read_back(void **unused) {
  (void)unused;
  static const double values[] = {0.1, 1.0 / 3, DBL_MAX, DBL_MIN, -2.5, 1e22, 123456789012345678};
  char text[PIL_NUMBER_BYTES];
  for (size_t i = 0; i < COUNT_OF(values); i++)
    assert_true(strtod(pil_number_exact(values[i], text), NULL) == values[i]);
  assert_string_equal(pil_number_exact(0.1, text), "0.1");
  assert_string_equal(pil_number_exact(INFINITY, text), "inf");
  assert_string_equal(pil_number_exact(NAN, text), "nan");
}

static void everything_fits(void **unused) {
  (void)unused;
  char text[PIL_NUMBER_BYTES + 1];
  for (int v = -320; v <= 308; v += 2) {
    for (int e = -320; e <= 308; e += 3) {
      text[PIL_NUMBER_BYTES] = 'x';
      double value = -9.87654321987654321 * pow(10, v);
      assert_true(strlen(pil_number_pair(value, 1.23 * pow(10, e), text)) < PIL_NUMBER_BYTES);
      assert_int_equal(text[PIL_NUMBER_BYTES], 'x');
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_error_decides_the_digits),
      cmocka_unit_test(exact_and_unknown),
      cmocka_unit_test(shares),
      cmocka_unit_test(exact_numbers_read_back),
      cmocka_unit_test(everything_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
