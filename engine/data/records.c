/* Records one after another as they come, from CSV or JSON lines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "records.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "csv_header.h"
#include "records_parts.h"

/* The buffer begins at what the processor's cache holds, and grows up to one longest record. */
enum { FIRST_BYTES = 1 << 18, LAST_BYTES = PIL_RECORD_BYTES + 64, FAULT_BYTES = 512 };

bool pil_records_fault(pil_records *r, pil_record *record, pil_error *error, const char *format, ...) {
  char raw[FAULT_BYTES], text[2 * FAULT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(raw, sizeof raw, format, arguments);
  va_end(arguments);
  if (length < 0) length = 0;
  if ((size_t)length >= sizeof raw) length = (int)sizeof raw - 1;
  pil_text_escape(raw, (size_t)length, text, sizeof text);
  record->cells = NULL;
  record->cell_count = 0;
  record->fault = pil_arena_copy(&r->texts, text, strlen(text));
  return record->fault != NULL || pil_error_memory(error);
}

/* --- bytes --------------------------------------------------------------------------------- */

/* Room for more bytes at the end. What is there is moved when much was given since, or when it must. */
static bool make_room(pil_records *r, pil_error *error) {
  r->next_quote = r->next_cr = 0;
  if (r->size_bytes - r->end > r->size_bytes / 2) return true;
  if (r->at > 0) {
    memmove(r->bytes, r->bytes + r->at, r->end - r->at);
    r->end -= r->at;
    r->at = 0;
  }
  if (r->end + 1 < r->size_bytes) return true;
  size_t size_bytes = 2 * r->size_bytes < LAST_BYTES ? 2 * r->size_bytes : LAST_BYTES;
  char *grown = pil_memory_resize(r->bytes, size_bytes, 1);
  if (grown == NULL) return pil_error_memory(error);
  r->bytes = grown;
  r->size_bytes = size_bytes;
  return true;
}

/* Adds bytes that have arrived; moves those that are there. A failure is kept: nothing follows it. */
static bool fill(pil_records *r, bool wait, pil_error *error) {
  if (r->ended) return true;
  size_t count;
  pil_error failure = {0};
  PIL_TRY(make_room(r, error));
  if (pil_source_read(r->source, r->bytes + r->end, r->size_bytes - r->end - 1, wait, &count, &r->ended, &failure)) {
    r->end += count;
    return true;
  }
  if (failure.failure == PIL_FAILURE_INTERRUPTED) {
    *error = failure;
    return false;
  }
  r->failure = failure;
  r->ended = true;
  return true;
}

/* --- one record ---------------------------------------------------------------------------- */

static void scan_line(pil_records *r) {
  const char *from = r->bytes + r->at + r->scanned;
  const char *stop = memchr(from, '\n', r->end - r->at - r->scanned);
  r->scanned = stop == NULL ? r->end - r->at : (size_t)(stop - r->bytes) - r->at;
  r->found = stop != NULL;
  r->stop_bytes = 1;
}

/* Forgets the first part of a record that is too long; the bytes that follow are looked through as before. */
static void drop_part(pil_records *r) {
  r->at += r->scanned;
  r->scanned = 0;
  r->too_long = true;
}

/* Sets `found` when the whole record is there. A file that ends within one ends it, unless reading failed: then
 * what it would have been is not known. */
static void scan(pil_records *r) {
  if (r->found) return;
  if (r->after_cr && r->scanned == 0 && !r->too_long && r->at < r->end) {
    if (r->bytes[r->at] == '\n') r->at++;
    r->after_cr = false;
  }
  if (r->is_json) {
    scan_line(r);
  } else {
    pil_records_scan_csv(r);
  }
  if (r->scanned > PIL_RECORD_BYTES && !r->found) drop_part(r);
  if (r->found || !r->ended || r->failure.failure != PIL_FAILURE_NONE) return;
  r->found = r->scanned > 0 || r->too_long;
  r->stop_bytes = 0;
}

static void pass_record(pil_records *r) {
  r->at += r->scanned + r->stop_bytes;
  r->line += r->line_ends + (r->stop_bytes > 0);
  r->scanned = r->line_ends = r->stop_bytes = 0;
  r->state = SCAN_CELL;
  r->found = r->too_long = false;
}

/* JSON's blanks between records; they may be any number. */
static bool is_blank(const char *c, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (c[i] != ' ' && c[i] != '\t' && c[i] != '\r') return false;
  return true;
}

/* The record that was found is none: an empty line, whose meaning depends on what follows. */
static bool pass_empty(pil_records *r) {
  if (r->too_long) return false;
  if (r->is_json) {
    if (!is_blank(r->bytes + r->at, r->scanned)) return false;
  } else {
    if (r->scanned > 0) return false;
    if (r->empty_count++ == 0) r->empty_line = r->line;
  }
  pass_record(r);
  return true;
}

/* Empty lines, now that a record follows: of one column each is a missing cell, else all are one fault. */
static bool give_empty(pil_records *r, pil_record *record, pil_error *error) {
  *record = (pil_record){.row = ++r->row, .line = r->empty_line};
  if (r->column_count == 1) {
    r->empty_line++;
    r->empty_count--;
    pil_record_cell *cell = &r->cells[r->cell_count++];
    *cell = (pil_record_cell){PIL_RECORD_MISSING, "", 0};
    record->cells = cell;
    record->cell_count = 1;
    return true;
  }
  uint64_t count = r->empty_count;
  r->empty_count = 0;
  if (count == 1) return pil_records_fault(r, record, error, "an empty line between the rows; delete it");
  return pil_records_fault(r, record, error, "%llu empty lines between the rows; delete them",
                           (unsigned long long)count);
}

static bool give_record(pil_records *r, pil_record *record, pil_error *error) {
  char *start = r->bytes + r->at, *end = start + r->scanned;
  *record = (pil_record){.row = ++r->row, .line = r->line};
  bool good;
  if (r->too_long || r->scanned > PIL_RECORD_BYTES) {
    good = pil_records_fault(r, record, error, "longer than %d MiB, the most that one record may have%s",
                             PIL_RECORD_BYTES >> 20,
                             r->line_ends > 0 ? " (a quote that opens in it is closed late or never)" : "");
  } else {
    good = r->is_json ? pil_records_cut_json(r, start, end, record, error)
                      : pil_records_cut_csv(r, start, end, record, error);
  }
  pass_record(r);
  return good;
}

/* The next record, if all of it is there; *given tells. */
static bool next_record(pil_records *r, pil_record *record, bool *given, pil_error *error) {
  do scan(r);
  while (r->found && pass_empty(r));
  *given = r->found;
  if (!r->found) return true;
  return r->empty_count > 0 ? give_empty(r, record, error) : give_record(r, record, error);
}

/* --- opening ------------------------------------------------------------------------------- */

static bool refuse_file(const pil_records *r, pil_error *error, const char *why) {
  return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){pil_source_name(r->source), 1, 0}, "%s", why);
}

/* Waits for more; false at an error, a broken file's too. */
static bool wait_for_more(pil_records *r, pil_error *error) {
  PIL_TRY(fill(r, true, error));
  if (r->failure.failure == PIL_FAILURE_NONE) return true;
  *error = r->failure;
  return false;
}

static bool skip_mark(pil_records *r, pil_error *error) {
  static const char mark[3] = "\xef\xbb\xbf";
  do PIL_TRY(wait_for_more(r, error));
  while (!r->ended && r->end < sizeof mark && (memcmp(r->bytes, mark, r->end) == 0 || r->end < 2));
  if (pil_csv_is_utf16(r->bytes, r->end)) return refuse_file(r, error, PIL_CSV_UTF16);
  if (r->end >= sizeof mark && memcmp(r->bytes, mark, sizeof mark) == 0) r->at = sizeof mark;
  return true;
}

/* The first byte that is no blank, or NUL where the file has none. */
static bool find_first(pil_records *r, char *first, pil_error *error) {
  for (size_t blanks = 0;; blanks++) {
    *first = '\0';
    while (r->at + blanks == r->end) {
      if (r->ended) return true;
      if (blanks > PIL_RECORD_BYTES) return refuse_file(r, error, "it begins with nothing but blanks");
      PIL_TRY(wait_for_more(r, error));
    }
    *first = r->bytes[r->at + blanks];
    if (strchr(" \t\r\n", *first) == NULL || *first == '\0') return true;
  }
}

static bool has_ending(const char *name, const char *ending) {
  size_t length = strlen(name), bytes = strlen(ending);
  if (length > 3 && strcasecmp(name + length - 3, ".gz") == 0) length -= 3;
  return length >= bytes && strncasecmp(name + length - bytes, ending, bytes) == 0;
}

static bool find_format(pil_records *r, const char *path, pil_error *error) {
  if (has_ending(path, ".csv")) return true;
  bool named = has_ending(path, ".jsonl") || has_ending(path, ".ndjson") || has_ending(path, ".json");
  char first;
  PIL_TRY(find_first(r, &first, error));
  r->is_json = named || first == '{' || first == '[';
  if (first == '[') return refuse_file(r, error, "a JSON list; one JSON object a line is wanted");
  if (named && first == '\0' && r->ended) return refuse_file(r, error, "no record: the file is empty");
  return true;
}

static bool read_header(pil_records *r, pil_error *error) {
  for (scan(r); !r->found && !r->too_long; scan(r)) {
    if (r->ended) return refuse_file(r, error, "no header: the file is empty");
    PIL_TRY(wait_for_more(r, error));
  }
  if (r->scanned == 0 && !r->too_long)
    return refuse_file(r, error, "no header: the first line must name the columns");
  pil_record header;
  PIL_TRY(give_record(r, &header, error));
  if (header.fault != NULL) return refuse_file(r, error, header.fault);
  PIL_TRY(pil_records_name_columns(r, &header, error));
  r->row = 0;
  return true;
}

static bool start(pil_records *r, const char *path, pil_error *error) {
  r->size_bytes = FIRST_BYTES;
  r->bytes = pil_memory_new(r->size_bytes);
  r->cells = pil_memory_new(RECORDS_CELLS * sizeof *r->cells);
  r->line = 1;
  if (r->bytes == NULL || r->cells == NULL) return pil_error_memory(error);
  PIL_TRY(skip_mark(r, error));
  PIL_TRY(find_format(r, path, error));
  if (!r->is_json) return read_header(r, error);
  r->index = pil_memory_new_zeroed(RECORDS_INDEX, sizeof *r->index);
  r->names = pil_arena_array(&r->kept, RECORDS_KEYS, sizeof *r->names);
  return (r->index != NULL && r->names != NULL) || pil_error_memory(error);
}

pil_records *pil_records_open(const char *path, pil_error *error) {
  pil_records *r = pil_memory_new_zeroed(1, sizeof *r);
  if (r == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  r->source = pil_source_new(path, error);
  if (r->source != NULL && start(r, path, error)) return r;
  pil_records_free(r);
  return NULL;
}

void pil_records_free(pil_records *r) {
  if (r == NULL) return;
  pil_source_free(r->source);
  pil_memory_free(r->bytes);
  pil_memory_free(r->cells);
  pil_memory_free(r->index);
  pil_arena_free(&r->kept);
  pil_arena_free(&r->texts);
  pil_memory_free(r);
}

/* --- reading ------------------------------------------------------------------------------- */

/* Room for the cells of one more record. */
static bool has_room(const pil_records *r) {
  return r->cell_count + (r->is_json ? RECORDS_KEYS : r->column_count) <= RECORDS_CELLS;
}

size_t pil_records_read(pil_records *r, pil_record *list, size_t most, pil_error *error) {
  size_t count = 0;
  error->failure = PIL_FAILURE_NONE;
  pil_arena_reset(&r->texts);
  r->cell_count = 0;
  /* Much of a full buffer is not moved for the little that could be added. */
  if (r->end - r->at < r->size_bytes / 4 && !fill(r, false, error)) return 0;
  while (count < most && has_room(r)) {
    bool given;
    if (!next_record(r, &list[count], &given, error)) return 0;
    count += given;
    if (given) continue;
    if (count > 0 || r->ended) break;
    if (!fill(r, true, error)) return 0;
  }
  if (count == 0 && r->failure.failure != PIL_FAILURE_NONE) *error = r->failure;
  return count;
}

size_t pil_records_columns(const pil_records *r, const char *const **names) {
  *names = r->names;
  return r->column_count;
}

bool pil_records_are_json(const pil_records *r) {
  return r->is_json;
}

const char *pil_records_name(const pil_records *r) {
  return pil_source_name(r->source);
}

bool pil_records_are_file(const pil_records *r, int descriptor) {
  return pil_source_is_file(r->source, descriptor);
}
