/* Plain scalars: which are numbers, booleans or nothing, which are texts, and which look like a
 * number of another dialect and are refused rather than guessed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "numeral.h"
#include "value.h"

enum { DIALECT_BYTES = 64 }; /* nobody writes a longer number in another dialect */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static const char *skip_sign(const char *text) {
  return *text == '-' || *text == '+' ? text + 1 : text;
}

static bool is_among(const char *text, const char *const *words) {
  for (; *words != NULL; words++)
    if (strcmp(text, *words) == 0) return true;
  return false;
}

/* 1_000: a number once the underscores are taken out. */
static bool has_underscores(const char *text) {
  char bare[DIALECT_BYTES];
  size_t length = 0;
  if (!is_digit(*skip_sign(text)) || strchr(text, '_') == NULL) return false;
  if (strlen(text) >= sizeof bare) return false;
  for (const char *c = text; *c != '\0'; c++)
    if (*c != '_') bare[length++] = *c;
  bare[length] = '\0';
  double number;
  return pil_numeral_read(bare, length, &number) != PIL_NUMERAL_NONE;
}

/* 0x1F, 0o17, 0b1 and C's 0x1p3. */
static bool has_another_base(const char *text) {
  text = skip_sign(text);
  if (text[0] != '0' || text[1] == '\0' || text[2] == '\0') return false;
  const char *digits = strchr("xX", text[1]) != NULL   ? "0123456789abcdefABCDEF_.pP+-"
                       : strchr("oO", text[1]) != NULL ? "01234567_"
                       : strchr("bB", text[1]) != NULL ? "01_"
                                                       : NULL;
  return digits != NULL && text[2 + strspn(text + 2, digits)] == '\0';
}

/* 017 is 15 in YAML 1.1 and 17 in YAML 1.2. */
static bool has_leading_zero(const char *text) {
  double number;
  const char *digits = skip_sign(text);
  if (digits[0] != '0' || !is_digit(digits[1])) return false;
  return pil_numeral_read(text, strlen(text), &number) != PIL_NUMERAL_NONE;
}

static bool is_not_finite(const char *text) {
  text = skip_sign(text);
  if (*text == '.') text++;
  return strcasecmp(text, "nan") == 0 || strcasecmp(text, "inf") == 0 ||
         strcasecmp(text, "infinity") == 0;
}

/* 1,000 and 0,5 and 1.000,5: digits, points and commas, a comma between digits. */
static bool has_commas(const char *text) {
  text = skip_sign(text);
  size_t length = strspn(text, "0123456789.,");
  if (text[length] == 'e' || text[length] == 'E') {
    const char *exponent = skip_sign(text + length + 1);
    if (!is_digit(*exponent) || exponent[strspn(exponent, "0123456789")] != '\0') return false;
  } else if (text[length] != '\0') {
    return false;
  }
  bool found = false;
  for (size_t i = 0; i < length; i++) {
    if (text[i] != ',') continue;
    if (i == 0 || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return false;
    found = true;
  }
  return found;
}

static const struct {
  bool (*matches)(const char *text);
  const char *advice;
} dialects[] = {
    {has_underscores, "leave the underscores out"},
    {has_another_base, "write it in decimal digits"},
    {has_leading_zero, "leave the leading zero out"},
    {is_not_finite, "write a number that has digits"},
    {has_commas, "leave thousands separators out and write decimals with a point"},
};

static bool refuse_dialects(pil_place at, const char *text, pil_error *error) {
  for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
    if (!dialects[i].matches(text)) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "%.60s is not a number here: %s (a text goes in quotes)", text,
                         dialects[i].advice);
  }
  return true;
}

static bool is_null(const char *text) {
  static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
  return is_among(text, words);
}

static bool read_boolean(const char *text, bool *out) {
  static const char *const yes[] = {"true", "True", "TRUE", NULL};
  static const char *const no[] = {"false", "False", "FALSE", NULL};
  *out = is_among(text, yes);
  return *out || is_among(text, no);
}

bool pil_value_read_scalar(pil_arena *arena, pil_place at, const char *text, size_t length,
                           pil_value **out, pil_error *error) {
  pil_value *value = pil_arena_new(arena, sizeof *value);
  char *copy = value == NULL ? NULL : pil_arena_copy(arena, text, length);
  if (copy == NULL) return pil_error_memory(error);
  *value = (pil_value){.kind = PIL_KIND_TEXT, .at = at, .text = copy};
  *out = value;
  PIL_TRY(refuse_dialects(at, copy, error));
  pil_numeral numeral = pil_numeral_read(copy, length, &value->number);
  if (numeral == PIL_NUMERAL_OVERFLOW) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "%.60s overflows: the largest number is about 1.8e308", copy);
  }
  if (numeral == PIL_NUMERAL_WHOLE && pil_numeral_read_signed(copy, length, &value->integer)) {
    value->kind = PIL_KIND_INTEGER;
    value->number = (double)value->integer;
  } else if (numeral != PIL_NUMERAL_NONE) {
    value->kind = PIL_KIND_NUMBER;
  } else if (is_null(copy)) {
    value->kind = PIL_KIND_NULL;
  } else if (read_boolean(copy, &value->boolean)) {
    value->kind = PIL_KIND_BOOLEAN;
  }
  return true;
}
