/* CSV tables: quoting, BOM, CRLF, quoted newlines, .gz; every cell knows its line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "csv_column.h"
#include "csv_header.h"
#include "numeral.h"

enum { FIRST_COLUMNS = 16 };

/* The file's bytes are cut into cells where they lie: a NUL replaces what followed each cell. */
typedef struct reader {
  pil_arena *arena;
  pil_csv *csv;
  char *at, *end; /* *end is NUL */
  int line;
  pil_error *error;
} reader;

typedef enum cell_end { CELL_COMMA, CELL_LINE, CELL_FILE } cell_end;

/* Bytes that end a cell without quotes. */
static const bool stops[256] = {['\0'] = true, [','] = true, ['\n'] = true, ['\r'] = true};

static pil_place place_of(const reader *r, int line) {
  return (pil_place){r->csv->file, line, 0};
}

/* Steps over what follows a cell. */
static cell_end end_cell(reader *r) {
  if (r->at == r->end) return CELL_FILE;
  char stop = *r->at;
  *r->at++ = '\0';
  if (stop == ',') return CELL_COMMA;
  if (stop == '\r' && *r->at == '\n') r->at++;
  r->line++;
  return CELL_LINE;
}

/* A cell in quotes, moved together where a doubled quote stands for one. */
static bool read_quoted(reader *r, char **cell) {
  int first_line = r->line;
  char *from = r->at + 1, *to = from;
  *cell = to;
  for (;; from++) {
    if (from == r->end) {
      return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, first_line),
                           "the quote that opens in this line is never closed");
    }
    if (*from == '"' && *++from != '"') break;
    r->line += *from == '\n' || (*from == '\r' && from[1] != '\n');
    *to++ = *from;
  }
  while (*from == ' ' || *from == '\t') from++;
  if (!stops[(unsigned char)*from]) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, r->line),
                         "text follows a closing quote; a quote inside a cell is doubled (\"\")");
  }
  r->at = from;
  if (to != from) *to = '\0';
  return true;
}

static bool read_cell(reader *r, char **cell, cell_end *after) {
  char *c = r->at;
  while (*c == ' ') c++;
  if (*c == '"') {
    r->at = c;
    PIL_TRY(read_quoted(r, cell));
  } else {
    *cell = r->at;
    while (!stops[(unsigned char)*c]) c++;
    r->at = c;
  }
  *after = end_cell(r);
  return true;
}

static bool add_column(reader *r, size_t *capacity, const char *name) {
  pil_csv *csv = r->csv;
  if (csv->column_count == *capacity) {
    *capacity = *capacity == 0 ? FIRST_COLUMNS : 2 * *capacity;
    pil_csv_column *grown = pil_arena_array(r->arena, *capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(r->error);
    if (csv->column_count > 0) memcpy(grown, csv->columns, csv->column_count * sizeof *grown);
    csv->columns = grown;
  }
  csv->columns[csv->column_count++] = (pil_csv_column){.name = name};
  return true;
}

static bool check_names(const reader *r) {
  size_t count = r->csv->column_count;
  const char **names = pil_memory_new(count * sizeof *names);
  if (names == NULL) return pil_error_memory(r->error);
  for (size_t i = 0; i < count; i++) names[i] = r->csv->columns[i].name;
  bool good = pil_csv_header_check(names, count, place_of(r, 1), r->error);
  pil_memory_free(names);
  return good;
}

static bool read_header(reader *r) {
  size_t capacity = 0;
  cell_end after = r->at == r->end ? CELL_FILE : CELL_COMMA;
  while (after == CELL_COMMA) {
    char *name;
    PIL_TRY(read_cell(r, &name, &after));
    PIL_TRY(add_column(r, &capacity, pil_csv_header_trim(name)));
  }
  if (r->csv->column_count == 0) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, 1),
                         "no header: the file is empty");
  }
  return check_names(r);
}

/* No more rows than line ends, and every row but a faulty one holds the header's commas: room
 * for all rows stays in proportion to the file, whatever it says. */
static bool reserve_rows(reader *r) {
  size_t line_count = 1, comma_count = 0, columns = r->csv->column_count;
  for (const char *c = r->at; c < r->end; c++) {
    line_count += *c == '\n' || *c == '\r';
    comma_count += *c == ',';
  }
  size_t rows = line_count;
  if (columns > 1 && comma_count / (columns - 1) < rows) rows = comma_count / (columns - 1);
  rows++; /* a faulty row is read before it is counted */
  for (size_t i = 0; i < columns; i++) {
    r->csv->columns[i].texts = pil_arena_array(r->arena, rows, sizeof(char *));
    if (r->csv->columns[i].texts == NULL) return pil_error_memory(r->error);
  }
  r->csv->lines = pil_arena_array(r->arena, rows, sizeof *r->csv->lines);
  return r->csv->lines != NULL || pil_error_memory(r->error);
}

static bool refuse_row(const reader *r, int line, size_t cell_count) {
  size_t columns = r->csv->column_count;
  if (cell_count > columns) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, line),
                         "more cells than the header's %zu (a text that holds a comma goes in "
                         "double quotes)",
                         columns);
  }
  return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, line),
                       "%zu %s where the header has %zu", cell_count,
                       cell_count == 1 ? "cell" : "cells", columns);
}

static bool read_row(reader *r) {
  pil_csv *csv = r->csv;
  int line = r->line;
  if (csv->column_count > 1 && (*r->at == '\n' || *r->at == '\r')) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, line),
                         "an empty line between the rows; delete it");
  }
  cell_end after = CELL_COMMA;
  for (size_t i = 0; i < csv->column_count; i++) {
    if (after != CELL_COMMA) return refuse_row(r, line, i);
    char *cell;
    PIL_TRY(read_cell(r, &cell, &after));
    csv->columns[i].texts[csv->row_count] = *cell == '\0' ? NULL : cell;
  }
  if (after == CELL_COMMA) return refuse_row(r, line, csv->column_count + 1);
  csv->lines[csv->row_count++] = line;
  return true;
}

static int count_lines(const char *bytes, const char *end) {
  int line = 1;
  for (const char *c = bytes; c < end; c++) line += *c == '\n' || (*c == '\r' && c[1] != '\n');
  return line;
}

/* Valid UTF-8 without NUL; eight ASCII bytes at a time where possible. */
static bool check_bytes(const reader *r) {
  const char *bytes = r->at, *end = r->end, *c = bytes;
  size_t length = (size_t)(end - bytes);
  if (pil_csv_is_utf16(bytes, length))
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, 1), PIL_CSV_UTF16);
  const char *nul = memchr(bytes, '\0', length);
  if (nul != NULL) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, count_lines(bytes, nul)),
                         "a NUL byte; this is no CSV text");
  }
  while (c < end) {
    uint64_t word;
    if (end - c >= 8 && (memcpy(&word, c, 8), (word & UINT64_C(0x8080808080808080)) == 0)) {
      c += 8;
      continue;
    }
    size_t taken = pil_text_utf8_bytes(c, (size_t)(end - c));
    if (taken == 0) {
      return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, count_lines(bytes, c)),
                           "bytes that are not UTF-8 (%02X at byte %zu of the file); save "
                           "it as CSV in UTF-8",
                           (unsigned char)*c, (size_t)(c - bytes) + 1);
    }
    c += taken;
  }
  return true;
}

static bool read_table(reader *r) {
  PIL_TRY(check_bytes(r));
  while (r->end > r->at && (r->end[-1] == '\n' || r->end[-1] == '\r')) *--r->end = '\0';
  PIL_TRY(read_header(r));
  PIL_TRY(reserve_rows(r));
  while (r->at < r->end) PIL_TRY(read_row(r));
  double *spare = NULL;
  for (size_t i = 0; i < r->csv->column_count; i++) {
    if (!pil_csv_column_type(r->arena, &r->csv->columns[i], r->csv->row_count, &spare))
      return pil_error_memory(r->error);
  }
  return true;
}

bool pil_csv_read(pil_arena *arena, const char *path, pil_place at, pil_csv **csv,
                  pil_error *error) {
  char *bytes;
  size_t length;
  PIL_TRY(pil_file_read(path, PIL_CSV_BYTES, at, &bytes, &length, error));
  size_t mark_bytes = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  pil_csv *table = pil_arena_new(arena, sizeof *table);
  char *file = pil_arena_copy(arena, path, strlen(path));
  char *copy = pil_arena_copy(arena, bytes + mark_bytes, length - mark_bytes);
  pil_memory_free(bytes);
  if (table == NULL || file == NULL || copy == NULL) return pil_error_memory(error);
  table->file = file;
  reader r = {arena, table, copy, copy + length - mark_bytes, 1, error};
  PIL_TRY(read_table(&r));
  *csv = table;
  return true;
}

const pil_csv_column *pil_csv_find(const pil_csv *csv, const char *name) {
  for (size_t i = 0; i < csv->column_count; i++)
    if (strcmp(csv->columns[i].name, name) == 0) return &csv->columns[i];
  return NULL;
}

void pil_csv_write_cell(pil_text *to, const char *cell) {
  if (cell == NULL) return;
  size_t length = strlen(cell);
  double number;
  bool formula = length > 0 && strchr("=+-@\t\r", cell[0]) != NULL &&
                 pil_numeral_read(cell, length, &number) == PIL_NUMERAL_NONE;
  bool quoted =
      strpbrk(cell, ",\"\n\r") != NULL || cell[0] == ' ' || (length > 0 && cell[length - 1] == ' ');
  if (quoted) pil_text_add(to, "\"");
  if (formula) pil_text_add(to, "'");
  for (const char *c = cell; *c != '\0';) {
    size_t run = strcspn(c, "\"");
    pil_text_append(to, c, run);
    c += run;
    if (*c == '"') {
      pil_text_add(to, "\"\"");
      c++;
    }
  }
  if (quoted) pil_text_add(to, "\"");
}
