/* The reader of records from inside: what its formats share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_RECORDS_PARTS_H
#define PIL_DATA_RECORDS_PARTS_H

#include "../base/arena.h"
#include "records.h"
#include "records_source.h"

enum {
  RECORDS_COLUMNS = 1 << 16,     /* of a CSV header */
  RECORDS_KEYS = 4096,           /* of JSON */
  RECORDS_CELLS = RECORDS_COLUMNS, /* of one call of pil_records_read; no fewer than one record has */
  RECORDS_INDEX = 2 * RECORDS_KEYS
};

/* Where in a record of CSV its end is looked for. */
typedef enum scan_state {
  SCAN_CELL,   /* at the start of a cell, or in the spaces there */
  SCAN_PLAIN,  /* in a cell without quotes */
  SCAN_QUOTED, /* between quotes */
  SCAN_QUOTE,  /* after a quote that ends the cell, or is the first of two */
  SCAN_CLOSED, /* in the blanks after a quoted cell */
  SCAN_BROKEN  /* text follows a closing quote: the record ends with the line */
} scan_state;

struct pil_records {
  pil_source *source;
  bool is_json;
  /* The bytes that have come and are not given yet: bytes[at … end). One more byte is always there. */
  char *bytes;
  size_t size_bytes, at, end;
  bool ended;        /* no byte follows */
  pil_error failure; /* .failure set: why none follows */
  /* The record that starts at `at`, as far as it was looked through. */
  size_t scanned;      /* bytes */
  scan_state state;
  bool after_cr;       /* the byte before is a CR: an LF here belongs to it */
  uint64_t line_ends;  /* within the record */
  bool found;          /* it ends after `scanned` bytes, `stop_bytes` bytes of line end follow */
  size_t stop_bytes;
  bool too_long;       /* its first part is gone */
  size_t next_quote, next_cr; /* 1 + where the first from `at` on is (`end`: none); up to `at`: not known */
  uint64_t row, line;
  uint64_t empty_count, empty_line; /* empty lines that nothing followed so far, and the first of them */
  /* Columns. */
  const char **names;
  size_t column_count;
  uint16_t *index;  /* JSON: column + 1 by the hash of its name, RECORDS_INDEX places; 0: free */
  pil_arena kept;   /* names */
  /* What the last call gave. */
  pil_record_cell *cells;
  size_t cell_count;
  pil_arena texts;
};

/* Looks for the end of the record at `at` among the bytes there are: sets `found`, or goes on from `scanned` next
 * time. */
void pil_records_scan_csv(pil_records *r);

/* Cuts the bytes [start, end) into the cells of a record, in place; *end may be written. */
bool pil_records_cut_csv(pil_records *r, char *start, char *end, pil_record *record, pil_error *error);
bool pil_records_cut_json(pil_records *r, char *start, char *end, pil_record *record, pil_error *error);

/* The same by jansson; *end is NUL. */
bool pil_records_cut_any_json(pil_records *r, char *start, char *end, pil_record *record, pil_error *error);

/* A number of JSON: whole numbers keep their digits, which a double may not hold; others get as few as give the same
 * double back. text[length] is none of a number. */
bool pil_records_json_number(pil_records *r, const char *text, size_t length, pil_record_cell *cell, pil_error *error);

/* The column of that name, made where it is new; RECORDS_KEYS: there are as many already. */
bool pil_records_json_column(pil_records *r, const char *name, size_t *column, pil_error *error);

/* Takes the names from the first line's cells. */
bool pil_records_name_columns(pil_records *r, const pil_record *header, pil_error *error);

/* Makes the record one that cannot be read. False: no memory. */
bool pil_records_fault(pil_records *r, pil_record *record, pil_error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A cell of these bytes; nothing but blanks is missing. */
static inline pil_record_cell pil_records_cell(pil_record_kind kind, const char *text, size_t length) {
  size_t i = 0;
  while (i < length && (text[i] == ' ' || text[i] == '\t')) i++;
  if (i == length) return (pil_record_cell){PIL_RECORD_MISSING, "", 0};
  return (pil_record_cell){kind, text, length};
}

#endif
