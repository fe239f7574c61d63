/* Records of CSV: where one ends, and its cells.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "csv_header.h"
#include "records_parts.h"

static void end_record(pil_records *r, size_t length, char stop) {
  r->scanned = length;
  r->stop_bytes = 1;
  r->found = true;
  r->after_cr = stop == '\r';
}

/* The first such byte from `at` on, kept as long as it lies ahead. */
static size_t find_next(const pil_records *r, size_t *next, char byte) {
  if (*next > r->at) return *next - 1;
  const char *found = memchr(r->bytes + r->at, byte, r->end - r->at);
  size_t place = found == NULL ? r->end : (size_t)(found - r->bytes);
  *next = place + 1;
  return place;
}

/* The common record: no quote in it, and its LF is there. */
static bool scan_plain_line(pil_records *r) {
  const char *stop = memchr(r->bytes + r->at, '\n', r->end - r->at);
  if (stop == NULL) return false;
  size_t end = (size_t)(stop - r->bytes);
  if (find_next(r, &r->next_quote, '"') < end) return false;
  size_t cr = find_next(r, &r->next_cr, '\r');
  if (cr < end) {
    end_record(r, cr - r->at, '\r');
  } else {
    end_record(r, end - r->at, '\n');
  }
  return true;
}

/* One byte on; false where it ends the record. */
static inline bool step(pil_records *r, char c) {
  if (r->state == SCAN_QUOTED) {
    r->line_ends += c == '\r' || (c == '\n' && !r->after_cr);
    r->after_cr = c == '\r';
    if (c == '"') r->state = SCAN_QUOTE;
    return true;
  }
  if (c == '\n' || c == '\r') return false;
  if (c == ',') {
    if (r->state != SCAN_BROKEN) r->state = SCAN_CELL;
    return true;
  }
  switch (r->state) {
    case SCAN_CELL: r->state = c == '"' ? SCAN_QUOTED : c == ' ' ? SCAN_CELL : SCAN_PLAIN; break;
    case SCAN_QUOTE:
      if (c == '"') {
        r->state = SCAN_QUOTED;
        break;
      } /* fall through */
    case SCAN_CLOSED: r->state = c == ' ' || c == '\t' ? SCAN_CLOSED : SCAN_BROKEN; break;
    default: break;
  }
  return true;
}

void pil_records_scan_csv(pil_records *r) {
  if (r->scanned == 0 && !r->too_long && scan_plain_line(r)) return;
  const char *c = r->bytes + r->at + r->scanned, *end = r->bytes + r->end;
  for (; c < end; c++) {
    if (step(r, *c)) continue;
    end_record(r, (size_t)(c - r->bytes) - r->at, *c);
    return;
  }
  r->scanned = r->end - r->at;
}

/* Bytes of a cell without quotes to look at: a comma; NUL, which is the record's end or a fault; and what is no ASCII
 * and may not be UTF-8. */
static inline bool stops(char c) {
  return (signed char)c <= 0 || c == ',';
}

typedef struct cutter {
  pil_records *records;
  pil_record *record;
  char *at, *end; /* *end is NUL */
  pil_record_cell *cells;
  size_t count, limit;
  pil_error *error;
} cutter;

static const char *column_name(const cutter *k) {
  const pil_records *r = k->records;
  return k->count < r->column_count ? r->names[k->count] : "";
}

/* `what` is said of the column where that has a name. */
static bool refuse_cell(cutter *k, const char *what) {
  const char *name = column_name(k);
  if (*name == '\0') return pil_records_fault(k->records, k->record, k->error, "%s", what);
  return pil_records_fault(k->records, k->record, k->error, "column \"%.80s\": %s", name, what);
}

static bool refuse_byte(cutter *k, const char *at) {
  if (*at == '\0') return refuse_cell(k, "a NUL byte; this is no CSV text");
  char what[64];
  snprintf(what, sizeof what, "bytes that are not UTF-8 (%02X); save it as CSV in UTF-8", (unsigned char)*at);
  return refuse_cell(k, what);
}

/* Only the end of the file leaves a quote open: what follows the line is in the cell. */
static bool refuse_open_quote(cutter *k) {
  uint64_t more = k->records->line_ends - (k->end[-1] == '\n' || k->end[-1] == '\r');
  char what[128];
  int length = snprintf(what, sizeof what, "the quote that opens in this line is never closed");
  if (more > 0) {
    snprintf(what + length, sizeof what - (size_t)length, "; with it %llu %s lost", (unsigned long long)more,
             more == 1 ? "more line is" : "more lines are");
  }
  return refuse_cell(k, what);
}

/* The first byte of these that no CSV text may hold, or NULL. */
static const char *find_bad_byte(const char *c, const char *end) {
  while (c < end) {
    uint64_t word;
    if (end - c >= 8 && (memcpy(&word, c, 8), (word & UINT64_C(0x8080808080808080)) == 0)) {
      c += 8;
      continue;
    }
    size_t taken = pil_text_utf8_bytes(c, (size_t)(end - c));
    if (taken == 0) return c;
    c += taken;
  }
  return NULL;
}

/* A cell in quotes, moved together where a doubled quote stands for one. */
static bool cut_quoted(cutter *k) {
  char *from = k->at + 1, *to = from, *text = from;
  for (;;) {
    char *quote = memchr(from, '"', (size_t)(k->end - from));
    if (quote == NULL) return refuse_open_quote(k);
    if (to != from) memmove(to, from, (size_t)(quote - from));
    to += quote - from;
    from = quote + 1;
    if (*from != '"') break;
    *to++ = *from++;
  }
  while (*from == ' ' || *from == '\t') from++;
  k->at = from;
  if (from != k->end && *from != ',')
    return refuse_cell(k, "text follows a closing quote; a quote inside a cell is doubled (\"\")");
  *to = '\0';
  const char *bad = memchr(text, '\0', (size_t)(to - text));
  if (bad == NULL) bad = find_bad_byte(text, to);
  if (bad != NULL) return refuse_byte(k, bad);
  k->cells[k->count] = pil_records_cell(PIL_RECORD_WRITTEN, text, (size_t)(to - text));
  return true;
}

static bool cut_plain(cutter *k, char *c) {
  for (;;) {
    while (!stops(*c)) c++;
    if (*c == ',' || c == k->end) break;
    size_t taken = *c == '\0' ? 0 : pil_text_utf8_bytes(c, (size_t)(k->end - c));
    if (taken == 0) return refuse_byte(k, c);
    c += taken;
  }
  const char *text = k->at;
  k->at = c;
  k->cells[k->count] = pil_records_cell(PIL_RECORD_WRITTEN, text, (size_t)(c - text));
  return true;
}

/* Fills the cells up to the limit; *more: the record has one too many. A fault ends it. */
static bool cut_cells(cutter *k, bool *more) {
  *more = true;
  while (*more && k->count < k->limit) {
    char *c = k->at;
    while (*c == ' ') c++;
    if (*c == '"') k->at = c;
    PIL_TRY(*c == '"' ? cut_quoted(k) : cut_plain(k, c));
    if (k->record->fault != NULL) return true;
    k->count++;
    *more = k->at != k->end;
    if (*more) *k->at++ = '\0';
  }
  return true;
}

bool pil_records_cut_csv(pil_records *r, char *start, char *end, pil_record *record, pil_error *error) {
  bool is_header = r->names == NULL;
  size_t columns = r->column_count;
  *end = '\0';
  cutter k = {.records = r, .record = record, .at = start, .end = end, .error = error};
  k.cells = r->cells + r->cell_count;
  k.limit = is_header ? RECORDS_COLUMNS : columns;
  bool more;
  PIL_TRY(cut_cells(&k, &more));
  if (record->fault != NULL) return true;
  if (is_header && more)
    return pil_records_fault(r, record, error, "the header has more than %d columns", RECORDS_COLUMNS);
  if (more) {
    return pil_records_fault(r, record, error,
                             "more cells than the header's %zu (a text that holds a comma goes in double quotes)",
                             columns);
  }
  if (!is_header && k.count < columns) {
    return pil_records_fault(r, record, error, "%zu %s where the header has %zu (the first without one: \"%.80s\")",
                             k.count, k.count == 1 ? "cell" : "cells", columns, r->names[k.count]);
  }
  record->cells = k.cells;
  record->cell_count = k.count;
  r->cell_count += k.count;
  return true;
}

bool pil_records_name_columns(pil_records *r, const pil_record *header, pil_error *error) {
  size_t count = header->cell_count;
  pil_place at = {pil_source_name(r->source), 1, 0};
  const char **names = pil_arena_array(&r->kept, count, sizeof *names);
  if (names == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    char *name = pil_arena_copy(&r->kept, header->cells[i].text, header->cells[i].length);
    if (name == NULL) return pil_error_memory(error);
    names[i] = pil_csv_header_trim(name);
  }
  PIL_TRY(pil_csv_header_check(names, count, at, error));
  r->names = names;
  r->column_count = count;
  return true;
}
