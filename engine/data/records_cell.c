/* What a record's cell is: a number, a boolean.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "numeral.h"
#include "records.h"

#define EXACT_WHOLE 0x1p53

/* The cell's text without the blanks around it. */
static const char *trim(const pil_record_cell *cell, size_t *length) {
  const char *text = cell->text;
  *length = cell->length;
  while (*length > 0 && (*text == ' ' || *text == '\t')) {
    text++;
    --*length;
  }
  while (*length > 0 && (text[*length - 1] == ' ' || text[*length - 1] == '\t')) --*length;
  return text;
}

bool pil_record_number(const pil_record_cell *cell, double *number, bool *is_whole) {
  if (cell->kind != PIL_RECORD_WRITTEN && cell->kind != PIL_RECORD_NUMBER) return false;
  size_t length;
  const char *text = trim(cell, &length);
  pil_numeral numeral = pil_numeral_read(text, length, number);
  if (numeral != PIL_NUMERAL_WHOLE && numeral != PIL_NUMERAL_DECIMAL) return false;
  bool exact = fabs(*number) <= EXACT_WHOLE;
  *is_whole = exact && (cell->kind == PIL_RECORD_NUMBER ? *number == floor(*number) : numeral == PIL_NUMERAL_WHOLE);
  return true;
}

static bool is_word(const char *text, size_t length, const char *word) {
  return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

bool pil_record_boolean(const pil_record_cell *cell, bool digits, bool *truth) {
  double number;
  bool is_whole;
  if (cell->kind == PIL_RECORD_BOOLEAN || cell->kind == PIL_RECORD_WRITTEN) {
    size_t length;
    const char *text = trim(cell, &length);
    *truth = is_word(text, length, "true");
    if (*truth || is_word(text, length, "false")) return true;
  }
  if (!digits || !pil_record_number(cell, &number, &is_whole) || (number != 0 && number != 1)) return false;
  *truth = number == 1;
  return true;
}
