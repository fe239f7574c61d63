/* Numbers for people: only digits that the Monte Carlo error justifies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interval.h"

enum { EXACT_DIGITS = 15, UNKNOWN_DIGITS = 4, MOST_DECIMALS = 9 };

/* The decimal exponent of x rounded to `digits` significant digits: 9.96, 2 -> 1. */
static int exponent_of(double x, int digits) {
  char text[48];
  snprintf(text, sizeof text, "%.*e", digits - 1, x);
  return atoi(strchr(text, 'e') + 1);
}

static double power_of_ten(int exponent) {
  char text[16];
  snprintf(text, sizeof text, "1e%d", exponent);
  return strtod(text, NULL);
}

/* Copies a decimal with a comma between groups of three whole digits. */
static void group_digits(const char *plain, char *to) {
  bool negative = *plain == '-';
  if (negative && strspn(plain + 1, "0.") == strlen(plain + 1)) plain++, negative = false;
  if (negative) *to++ = *plain++;
  size_t left = strspn(plain, "0123456789");
  for (; left > 0; left--) {
    *to++ = *plain++;
    if (left % 3 == 1 && left > 1) *to++ = ',';
  }
  strcpy(to, plain);
}

static void trim_zeros(char *decimal) {
  if (strchr(decimal, '.') == NULL) return;
  char *end = decimal + strlen(decimal);
  while (end[-1] == '0') *--end = '\0';
  if (end[-1] == '.') end[-1] = '\0';
}

/* Writes `value` rounded to the decimal place 10^place. */
static void write_to_place(double value, int place, char *to) {
  char plain[PIL_NUMBER_BYTES];
  int exponent = value == 0 ? place : exponent_of(value, EXACT_DIGITS + 2);
  if (place < exponent - (EXACT_DIGITS - 1)) place = exponent - (EXACT_DIGITS - 1);
  bool tiny = place < -MOST_DECIMALS && exponent < -MOST_DECIMALS / 2;
  if (fabs(value) >= 1e15 || tiny) {
    int digits = exponent > place ? exponent - place : 0;
    snprintf(to, PIL_NUMBER_BYTES, "%.*e", digits, value);
    return;
  }
  if (place > 0) value = rint(value / power_of_ten(place)) * power_of_ten(place);
  snprintf(plain, sizeof plain, "%.*f", place > 0 ? 0 : -place, value);
  group_digits(plain, to);
}

static bool write_special(double value, char *to) {
  if (isfinite(value)) return false;
  strcpy(to, isnan(value) ? "-" : value > 0 ? "never" : "-inf");
  return true;
}

static void write_exact(double value, char *to) {
  bool whole = value == floor(value) && fabs(value) < 1e15;
  if (whole || value == 0) {
    write_to_place(value, 0, to);
    return;
  }
  int exponent = exponent_of(value, EXACT_DIGITS);
  if (exponent < -MOST_DECIMALS || exponent >= 15) {
    snprintf(to, PIL_NUMBER_BYTES, "%.*g", EXACT_DIGITS, value);
    return;
  }
  char plain[PIL_NUMBER_BYTES];
  snprintf(plain, sizeof plain, "%.*f", EXACT_DIGITS - 1 - exponent, value);
  trim_zeros(plain);
  group_digits(plain, to);
}

static bool is_known(double error) {
  return error > 0 && error < INFINITY;
}

/* An error that is nothing or only what sums of doubles round: the value is exact. */
static bool is_rounding(double value, double error) {
  return error >= 0 && error <= 1e-13 * fabs(value);
}

char *pil_number_format(double value, double error, char *to) {
  if (write_special(value, to)) return to;
  if (is_rounding(value, error)) {
    write_exact(value, to);
  } else if (is_known(error)) {
    write_to_place(value, exponent_of(error, 2) - 1, to);
  } else if (value == 0) {
    strcpy(to, "0");
  } else {
    write_to_place(value, exponent_of(value, UNKNOWN_DIGITS) - (UNKNOWN_DIGITS - 1), to);
  }
  return to;
}

char *pil_number_pair(double value, double error, char *to) {
  pil_number_format(value, error, to);
  if (!isfinite(value) || !is_known(error) || is_rounding(value, error)) return to;
  char text[PIL_NUMBER_BYTES];
  pil_number_format(error, error, text);
  size_t used = strlen(to);
  snprintf(to + used, PIL_NUMBER_BYTES - used, " ± %s", text);
  return to;
}

char *pil_number_percent(double share, double error, char *to) {
  pil_number_format(100 * share, 100 * error, to);
  if (isfinite(share)) strcat(to, "%");
  return to;
}

char *pil_number_share(double share, double error, char *to) {
  double rarity = share < 0.5 ? share : 1 - share;
  double least = rarity >= 0.01 ? 0.01 : rarity >= 0.001 || rarity == 0 ? 0.001 : 0.0001;
  return pil_number_percent(share, error > least ? error : least, to);
}

char *pil_number_chance(double probability, double low, double high, char *to) {
  double error = (high - low) / (2 * PIL_INTERVAL_Z95);
  char lowest[PIL_NUMBER_BYTES], highest[PIL_NUMBER_BYTES];
  pil_number_share(probability, error, to);
  pil_number_share(low, error, lowest);
  pil_number_share(high, error, highest);
  size_t used = strlen(to);
  snprintf(to + used, PIL_NUMBER_BYTES - used, " (%s to %s)", lowest, highest);
  return to;
}

char *pil_number_exact(double value, char *to) {
  if (!isfinite(value)) {
    strcpy(to, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    return to;
  }
  for (int digits = EXACT_DIGITS; digits <= 17; digits++) {
    snprintf(to, PIL_NUMBER_BYTES, "%.*g", digits, value);
    if (strtod(to, NULL) == value) break;
  }
  return to;
}
