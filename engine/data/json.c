/* Records of JSON lines. Jansson says whether a line is JSON and what its texts are; numbers, lists and objects are
 * taken from the line itself, which keeps every digit.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "records_parts.h"

static const char *skip_blanks(const char *c) {
  return c + strspn(c, " \t\r\n");
}

/* The byte after a text that starts here. */
static const char *skip_text(const char *c) {
  for (c++; *c != '"'; c++)
    if (*c == '\\') c++;
  return c + 1;
}

/* The byte after a value that starts here: the line is JSON, so that counting brackets will do. */
static const char *skip_value(const char *c) {
  size_t depth = 0;
  do {
    if (*c == '"') {
      c = skip_text(c);
      continue;
    }
    if (*c == '{' || *c == '[') depth++;
    if (*c == '}' || *c == ']') depth--;
    c++;
    if (depth == 0) c += strcspn(c, " \t\r\n,]}"); /* the rest of a number or word; brackets have none */
  } while (depth > 0);
  return c;
}

/* The value at `start`, whose text may be written over: it is never longer than what stands there. */
static bool read_value(pil_records *r, json_t *value, char *start, size_t length, pil_record_cell *cell,
                       pil_error *error) {
  switch (json_typeof(value)) {
    case JSON_STRING:
      length = json_string_length(value);
      memcpy(start, json_string_value(value), length);
      *cell = pil_records_cell(PIL_RECORD_TEXT, start, length);
      start[length] = '\0';
      return true;
    case JSON_TRUE: *cell = (pil_record_cell){PIL_RECORD_BOOLEAN, "true", 4}; return true;
    case JSON_FALSE: *cell = (pil_record_cell){PIL_RECORD_BOOLEAN, "false", 5}; return true;
    case JSON_NULL: *cell = (pil_record_cell){PIL_RECORD_MISSING, "", 0}; return true;
    case JSON_OBJECT:
    case JSON_ARRAY: *cell = (pil_record_cell){PIL_RECORD_NESTED, start, length}; return true;
    default: return pil_records_json_number(r, start, length, cell, error);
  }
}

static void set_cell(pil_record *record, pil_record_cell *cells, size_t column, pil_record_cell cell) {
  while (record->cell_count <= column) cells[record->cell_count++] = (pil_record_cell){PIL_RECORD_MISSING, "", 0};
  cells[column] = cell;
}

/* Jansson's members come in the order of the line. */
static bool read_members(pil_records *r, json_t *object, char *c, pil_record *record, pil_error *error) {
  pil_record_cell *cells = r->cells + r->cell_count;
  record->cells = cells;
  const char *key;
  json_t *value;
  json_object_foreach(object, key, value) {
    size_t column;
    PIL_TRY(pil_records_json_column(r, key, &column, error));
    if (column == RECORDS_KEYS)
      return pil_records_fault(r, record, error, "\"%.80s\": more than %d different keys so far", key, RECORDS_KEYS);
    c = strchr(c, '"'); /* over "{" or "," and blanks */
    const char *colon = skip_blanks(skip_text(c));
    char *start = c + (skip_blanks(colon + 1) - c), *end = start + (skip_value(start) - start);
    char *next = end + (skip_blanks(end) - end) + 1; /* after "," or "}" */
    pil_record_cell cell;
    *end = '\0';
    PIL_TRY(read_value(r, value, start, (size_t)(end - start), &cell, error));
    set_cell(record, cells, column, cell);
    c = next;
  }
  r->cell_count += record->cell_count;
  return true;
}

/* What jansson found, in words that fit a line of a file. Without a text it is one of memory. */
static bool refuse(pil_records *r, const json_error_t *found, pil_record *record, pil_error *error) {
  if (found->text[0] == '\0') return pil_error_memory(error);
  switch (json_error_code(found)) {
    case json_error_out_of_memory: return pil_error_memory(error);
    case json_error_premature_end_of_input:
      return pil_records_fault(r, record, error, "no JSON object: it does not end in its line");
    case json_error_null_character:
    case json_error_null_byte_in_key:
      return pil_records_fault(r, record, error, "\\u0000 in a text (column %d)", found->column);
    default: break;
  }
  return pil_records_fault(r, record, error, "no JSON object: %s (column %d)", found->text, found->column);
}

bool pil_records_cut_any_json(pil_records *r, char *start, char *end, pil_record *record, pil_error *error) {
  json_error_t found;
  json_t *value = json_loadb(start, (size_t)(end - start), JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &found);
  if (value == NULL) return refuse(r, &found, record, error);
  bool good = json_is_object(value)
                  ? read_members(r, value, start, record, error)
                  : pil_records_fault(r, record, error, "a JSON list; one JSON object a line is wanted");
  json_decref(value);
  return good;
}
