/* Records of JSON lines: the common line (a flat object, whose keys are known, without backslashes) is read here, any
 * other by jansson, which also says what is wrong with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "numeral.h"
#include "records_parts.h"

enum { NUMBER_BYTES = 32 };

/* Whether "%.15g" would write it so: no exponent, few digits, no zero at the end, nor so many at the start that it
 * would move the point. */
static bool is_shortest(const char *text, size_t length) {
  return length <= 16 && memchr(text, 'e', length) == NULL && memchr(text, 'E', length) == NULL &&
         text[length - 1] != '0' && strncmp(text, "0.000", 5) != 0 && strncmp(text, "-0.000", 6) != 0;
}

/* Whole numbers that a double may not hold keep their digits; others get as few as give the same double. */
bool pil_records_json_number(pil_records *r, const char *text, size_t length, pil_record_cell *cell,
                             pil_error *error) {
  static const char *const formats[] = {"%.15g", "%.16g", "%.17g"};
  char written[NUMBER_BYTES];
  double number = 0, again;
  *cell = (pil_record_cell){PIL_RECORD_NUMBER, text, length};
  if (pil_numeral_read(text, length, &number) == PIL_NUMERAL_WHOLE || is_shortest(text, length)) return true;
  size_t written_length = 0;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    written_length = (size_t)snprintf(written, sizeof written, formats[i], number);
    char *point = strchr(written, ','); /* of the user's locale */
    if (point != NULL) *point = '.';
    if (pil_numeral_read(written, written_length, &again) != PIL_NUMERAL_NONE && again == number) break;
  }
  cell->text = pil_arena_copy(&r->texts, written, written_length);
  cell->length = written_length;
  return cell->text != NULL || pil_error_memory(error);
}

static bool is_column(const pil_records *r, size_t column, const char *name, size_t length) {
  return column < r->column_count && strncmp(r->names[column], name, length) == 0 && r->names[column][length] == '\0';
}

/* Where in the index that name stands, or would. */
static uint16_t *find_place(const pil_records *r, const char *name, size_t length) {
  size_t place = pil_text_hash(name, length) % RECORDS_INDEX;
  for (; r->index[place] != 0; place = (place + 1) % RECORDS_INDEX)
    if (is_column(r, r->index[place] - 1u, name, length)) break;
  return &r->index[place];
}

bool pil_records_json_column(pil_records *r, const char *name, size_t *column, pil_error *error) {
  size_t length = strlen(name);
  uint16_t *place = find_place(r, name, length);
  *column = *place == 0 ? r->column_count : *place - 1u;
  if (*place != 0 || *column == RECORDS_KEYS) return true;
  r->names[*column] = pil_arena_copy(&r->kept, name, length);
  if (r->names[*column] == NULL) return pil_error_memory(error);
  *place = (uint16_t)++r->column_count;
  return true;
}

/* --- the common line ----------------------------------------------------------------------- */

/* Nothing is written to the line before all of it was read, so that jansson can still have it. */
typedef struct line_reader {
  pil_records *records;
  const char *at; /* a NUL ends the line, or is no part of JSON */
  pil_record_cell *cells; /* text NULL: not met */
  size_t count;   /* of cells up to the last that was met */
  size_t next;    /* the column that is likely next: the one after the last */
  pil_error *error;
  bool failed; /* no memory */
} line_reader;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void skip_blanks(line_reader *l) {
  while (*l->at == ' ' || *l->at == '\t' || *l->at == '\r' || *l->at == '\n') l->at++;
}

/* The mark, and the blanks around it. */
static bool take(line_reader *l, char mark) {
  skip_blanks(l);
  if (*l->at != mark) return false;
  l->at++;
  skip_blanks(l);
  return true;
}

/* A text, from behind its first quote to behind its last. */
static bool take_text(line_reader *l, size_t *length) {
  const char *start = l->at, *c = start;
  while (*c != '"') {
    size_t taken = 1;
    if ((unsigned char)*c < 0x20 || *c == '\\') return false;
    if ((unsigned char)*c >= 0x80) taken = pil_text_utf8_bytes(c, strnlen(c, 4));
    if (taken == 0) return false;
    c += taken;
  }
  *length = (size_t)(c - start);
  l->at = c + 1;
  return true;
}

static bool take_digits(line_reader *l) {
  const char *start = l->at;
  while (is_digit(*l->at)) l->at++;
  return l->at > start;
}

/* JSON's numbers, which are fewer than what pil_numeral_read takes: no leading zeros, a digit beside the point. */
static bool take_number(line_reader *l, pil_record_cell *cell) {
  const char *start = l->at;
  if (*l->at == '-') l->at++;
  if (*l->at == '0' && is_digit(l->at[1])) return false;
  if (!take_digits(l)) return false;
  if (*l->at == '.' && (l->at++, !take_digits(l))) return false;
  if (*l->at == 'e' || *l->at == 'E') {
    l->at++;
    if (*l->at == '+' || *l->at == '-') l->at++;
    if (!take_digits(l)) return false;
  }
  double number;
  size_t length = (size_t)(l->at - start);
  if (pil_numeral_read(start, length, &number) == PIL_NUMERAL_OVERFLOW) return false;
  l->failed = !pil_records_json_number(l->records, start, length, cell, l->error);
  return !l->failed;
}

static bool take_word(line_reader *l, const char *word, pil_record_kind kind, pil_record_cell *cell) {
  size_t length = strlen(word);
  if (strncmp(l->at, word, length) != 0) return false;
  l->at += length;
  *cell = kind == PIL_RECORD_MISSING ? (pil_record_cell){kind, "", 0} : (pil_record_cell){kind, word, length};
  return true;
}

static bool take_value(line_reader *l, pil_record_cell *cell) {
  size_t length;
  const char *text;
  switch (*l->at) {
    case '"':
      text = ++l->at;
      if (!take_text(l, &length)) return false;
      *cell = pil_records_cell(PIL_RECORD_TEXT, text, length);
      return true;
    case 't': return take_word(l, "true", PIL_RECORD_BOOLEAN, cell);
    case 'f': return take_word(l, "false", PIL_RECORD_BOOLEAN, cell);
    case 'n': return take_word(l, "null", PIL_RECORD_MISSING, cell);
    default: return take_number(l, cell);
  }
}

/* A key that is known and was not met in this line. */
static bool take_key(line_reader *l, size_t *column) {
  const pil_records *r = l->records;
  if (*l->at != '"') return false;
  const char *name = ++l->at;
  size_t length;
  if (!take_text(l, &length)) return false;
  *column = l->next;
  if (!is_column(r, *column, name, length)) {
    uint16_t place = *find_place(r, name, length);
    if (place == 0) return false;
    *column = place - 1u;
  }
  l->next = *column + 1;
  for (; l->count <= *column; l->count++) l->cells[l->count] = (pil_record_cell){PIL_RECORD_MISSING, NULL, 0};
  return l->cells[*column].text == NULL;
}

static bool take_object(line_reader *l) {
  if (!take(l, '{')) return false;
  if (take(l, '}')) return true;
  do {
    size_t column;
    if (!take_key(l, &column) || !take(l, ':') || !take_value(l, &l->cells[column])) return false;
  } while (take(l, ','));
  return take(l, '}');
}

bool pil_records_cut_json(pil_records *r, char *start, char *end, pil_record *record, pil_error *error) {
  *end = '\0';
  line_reader l = {.records = r, .at = start, .cells = r->cells + r->cell_count, .error = error};
  if (!take_object(&l) || l.at != end) return !l.failed && pil_records_cut_any_json(r, start, end, record, error);
  for (size_t i = 0; i < l.count; i++) {
    pil_record_cell *cell = &l.cells[i];
    if (cell->text == NULL) cell->text = "";
    if (cell->text >= start && cell->text < end) start[cell->text - start + (ptrdiff_t)cell->length] = '\0';
  }
  record->cells = l.cells;
  record->cell_count = l.count;
  r->cell_count += l.count;
  return true;
}
