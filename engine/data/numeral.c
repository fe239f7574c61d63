/* Numerals: the one spelling of decimal numbers that scenario files, tables and options share.
 * SPDX-License-Identifier: Apache-2.0 */
#include "numeral.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

enum { MANTISSA_DIGITS = 19, EXACT_POWER = 22, EXPONENT_LIMIT = 1000000 };

#define EXACT_WHOLE (UINT64_C(1) << 53)

/* The powers of ten that a double holds exactly. */
static const double powers_of_ten[EXACT_POWER + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* What a numeral says: digits * 10^exponent; digits beyond the 19th are only counted. */
typedef struct parts {
  uint64_t digits;
  int digit_count; /* without leading zeros */
  long exponent;
  bool negative, decimal;
} parts;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *c, const char *end, parts *into) {
  for (; c < end && is_digit(*c); c++) {
    if (into->digits == 0 && *c == '0') continue;
    if (++into->digit_count <= MANTISSA_DIGITS)
      into->digits = into->digits * 10 + (uint64_t)(*c - '0');
  }
  return c;
}

static const char *skip_exponent(const char *c, const char *end, parts *into) {
  bool negative = false;
  if (c < end && (*c == '+' || *c == '-')) negative = *c++ == '-';
  if (c == end) return NULL;
  long exponent = 0;
  for (; c < end && is_digit(*c); c++) {
    if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + (*c - '0');
  }
  into->exponent += negative ? -exponent : exponent;
  return c;
}

static bool scan(const char *text, size_t length, parts *into) {
  const char *c = text, *end = text + length;
  *into = (parts){0};
  if (c < end && (*c == '+' || *c == '-')) into->negative = *c++ == '-';
  const char *start = c;
  c = skip_digits(c, end, into);
  size_t written = (size_t)(c - start);
  if (c < end && *c == '.') {
    into->decimal = true;
    const char *fraction = ++c;
    c = skip_digits(c, end, into);
    written += (size_t)(c - fraction);
    into->exponent -= c - fraction;
  }
  if (written == 0) return false;
  if (c < end && (*c == 'e' || *c == 'E')) {
    into->decimal = true;
    c = skip_exponent(c + 1, end, into);
  }
  return c == end;
}

/* The C library's reading, right to the last bit, with a point whatever the user's locale says.
 * newlocale("C") hands out a constant and allocates nothing. */
static double read_slowly(const char *text) {
  locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  double number = strtod_l(text, NULL, c_locale);
  freelocale(c_locale);
  return number;
}

pil_numeral pil_numeral_read(const char *text, size_t length, double *out) {
  parts p;
  if (!scan(text, length, &p)) return PIL_NUMERAL_NONE;
  double number;
  /* Both operands are exact, so that the one multiplication or division rounds once: right. */
  if (p.digit_count <= MANTISSA_DIGITS && p.digits <= EXACT_WHOLE && p.exponent >= -EXACT_POWER &&
      p.exponent <= EXACT_POWER) {
    number = (double)p.digits;
    if (p.exponent < 0) number /= powers_of_ten[-p.exponent];
    if (p.exponent > 0) number *= powers_of_ten[p.exponent];
    if (p.negative) number = -number;
  } else {
    number = read_slowly(text);
  }
  if (isinf(number)) return PIL_NUMERAL_OVERFLOW;
  *out = number;
  return p.decimal ? PIL_NUMERAL_DECIMAL : PIL_NUMERAL_WHOLE;
}

/* Sign and magnitude of a whole numeral that fits 64 bits. */
static bool read_magnitude(const char *text, size_t length, bool *negative, uint64_t *out) {
  const char *c = text, *end = text + length;
  *negative = false;
  if (c < end && (*c == '+' || *c == '-')) *negative = *c++ == '-';
  if (c == end) return false;
  uint64_t magnitude = 0;
  for (; c < end; c++) {
    if (!is_digit(*c)) return false;
    if (__builtin_mul_overflow(magnitude, (uint64_t)10, &magnitude)) return false;
    if (__builtin_add_overflow(magnitude, (uint64_t)(*c - '0'), &magnitude)) return false;
  }
  *out = magnitude;
  return true;
}

bool pil_numeral_read_signed(const char *text, size_t length, int64_t *out) {
  bool negative;
  uint64_t magnitude;
  if (!read_magnitude(text, length, &negative, &magnitude)) return false;
  if (magnitude > (uint64_t)INT64_MAX + negative) return false;
  *out = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
  return true;
}

bool pil_numeral_read_unsigned(const char *text, size_t length, uint64_t *out) {
  bool negative;
  uint64_t magnitude;
  if (!read_magnitude(text, length, &negative, &magnitude)) return false;
  if (negative && magnitude != 0) return false;
  *out = magnitude;
  return true;
}
