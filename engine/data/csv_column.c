/* What kind of column a file's cells make.
 * SPDX-License-Identifier: Apache-2.0 */
#include "csv_column.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "numeral.h"

#define EXACT_WHOLE 0x1p53

/* What was met in a column so far. */
typedef struct census {
  size_t number_count, boolean_count, missing_word_count;
  bool whole; /* every number is written in digits only and exact */
} census;

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

static bool is_word(const char *text, size_t length, const char *word) {
  return strlen(word) == length && strncasecmp(text, word, length) == 0;
}

/* One cell without the blanks around it; false when it is neither number, boolean nor NA. */
static bool count_cell(const char *text, size_t length, census *counts, double *number) {
  pil_numeral numeral = pil_numeral_read(text, length, number);
  if (numeral == PIL_NUMERAL_WHOLE || numeral == PIL_NUMERAL_DECIMAL) {
    counts->number_count++;
    if (numeral == PIL_NUMERAL_DECIMAL || fabs(*number) > EXACT_WHOLE) counts->whole = false;
    return true;
  }
  *number = NAN;
  if (length == 2 && text[0] == 'N' && text[1] == 'A') {
    counts->missing_word_count++;
    return true;
  }
  bool is_true = is_word(text, length, "true");
  if (!is_true && !is_word(text, length, "false")) return false;
  *number = is_true;
  counts->boolean_count++;
  return true;
}

static pil_column_kind choose_kind(const census *counts) {
  if (counts->boolean_count > 0) {
    bool pure = counts->number_count + counts->missing_word_count == 0;
    return pure ? PIL_COLUMN_BOOLEAN : PIL_COLUMN_TEXT;
  }
  if (counts->number_count == 0)
    return counts->missing_word_count > 0 ? PIL_COLUMN_TEXT : PIL_COLUMN_NUMBER;
  return counts->whole ? PIL_COLUMN_INTEGER : PIL_COLUMN_NUMBER;
}

/* Reads on as long as the cells fit together; a text ends it, but blank cells are still cleared. */
static pil_column_kind read_cells(pil_csv_column *column, size_t row_count, double *numbers) {
  census counts = {.whole = true};
  bool text = false;
  for (size_t row = 0; row < row_count; row++) {
    const char *start = column->texts[row];
    if (!text) numbers[row] = NAN;
    if (start == NULL || (text && !is_blank(*start))) continue;
    while (is_blank(*start)) start++;
    size_t length = strlen(start);
    while (length > 0 && is_blank(start[length - 1])) length--;
    if (length == 0)
      column->texts[row] = NULL;
    else if (!text)
      text = !count_cell(start, length, &counts, &numbers[row]);
  }
  return text ? PIL_COLUMN_TEXT : choose_kind(&counts);
}

bool pil_csv_column_type(pil_arena *arena, pil_csv_column *column, size_t row_count,
                         double **spare) {
  if (*spare == NULL) *spare = pil_arena_array(arena, row_count, sizeof **spare);
  if (*spare == NULL) return false;
  column->kind = read_cells(column, row_count, *spare);
  if (column->kind == PIL_COLUMN_TEXT) return true;
  column->numbers = *spare;
  *spare = NULL;
  for (size_t row = 0; row < row_count; row++)
    if (isnan(column->numbers[row])) column->texts[row] = NULL;
  return true;
}
