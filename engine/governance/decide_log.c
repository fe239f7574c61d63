/* The log of decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/memory.h"
#include "../statistics/number.h"
#include "decide.h"

/* ---- JSON ---- */

static void put_string(pil_text *to, const char *text, size_t length) {
  static const char digits[] = "0123456789abcdef";
  const char *end = text + length;
  pil_text_append(to, "\"", 1);
  while (text < end) {
    const char *from = text;
    while (text < end && (unsigned char)*text >= 0x20 && *text != '"' && *text != '\\') text++;
    pil_text_append(to, from, (size_t)(text - from));
    if (text == end) break;
    unsigned char c = (unsigned char)*text++;
    char escaped[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (c == '"' || c == '\\') pil_text_append(to, (char[]){'\\', (char)c}, 2);
    else if (c == '\n') pil_text_append(to, "\\n", 2);
    else pil_text_append(to, escaped, sizeof escaped);
  }
  pil_text_append(to, "\"", 1);
}

static const char *skip_digits(const char *c) {
  while (*c >= '0' && *c <= '9') c++;
  return c;
}

/* Whether a cell's text is a number of JSON's as it stands. */
static bool is_json_number(const char *text) {
  const char *c = *text == '-' ? text + 1 : text, *start = c;
  c = skip_digits(c);
  if (c == start || (*start == '0' && c > start + 1)) return false;
  if (*c == '.') {
    start = c + 1;
    c = skip_digits(start);
    if (c == start) return false;
  }
  if (*c == 'e' || *c == 'E') {
    start = c[1] == '+' || c[1] == '-' ? c + 2 : c + 1;
    c = skip_digits(start);
    if (c == start) return false;
  }
  return *c == '\0';
}

static void put_written(const pil_decision_log *log, size_t column, const pil_record_cell *cell, pil_text *to) {
  bool is_known, is_whole, truth;
  double number;
  char exact[PIL_NUMBER_BYTES];
  pil_field_kind kind = pil_feed_kind(log->feed, column, &is_known);
  bool is_text = is_known && kind == PIL_FIELD_TEXT;
  if (is_known && kind == PIL_FIELD_BOOLEAN && pil_record_boolean(cell, true, &truth))
    pil_text_add(to, truth ? "true" : "false");
  else if (!is_text && is_json_number(cell->text)) pil_text_append(to, cell->text, cell->length);
  else if (is_known && !is_text && pil_record_number(cell, &number, &is_whole))
    pil_text_add(to, pil_number_exact(number, exact));
  else put_string(to, cell->text, cell->length);
}

static void put_cell(const pil_decision_log *log, size_t column, const pil_record_cell *cell, pil_text *to) {
  switch (cell->kind) {
    case PIL_RECORD_MISSING: pil_text_add(to, "null"); return;
    case PIL_RECORD_TEXT: put_string(to, cell->text, cell->length); return;
    case PIL_RECORD_NUMBER:
    case PIL_RECORD_BOOLEAN:
    case PIL_RECORD_NESTED: pil_text_append(to, cell->text, cell->length); return;
    case PIL_RECORD_WRITTEN: put_written(log, column, cell, to);
  }
}

/* ---- columns ---- */

static const char *name_at(const void *names, size_t index) {
  return ((const char *const *)names)[index];
}

/* A masked name that no record has, but one that resembles it: that would be written where it must not. */
static bool check_mask(const pil_decision_log *log, const char *const *names, size_t count, pil_error *error) {
  for (size_t i = 0; i < log->policy->masked_count; i++) {
    const char *masked = log->policy->masked[i], *near;
    size_t c = 0;
    while (c < count && strcmp(names[c], masked) != 0) c++;
    if (c < count || (near = pil_text_nearest_of(masked, name_at, names, count)) == NULL) continue;
    if (pil_feed_masks(log->feed, near)) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){log->policy->rollout.file, 0, 0},
                         "mask: %s has no field \"%s\", did you mean \"%s\"?", pil_records_name(pil_feed_records(log->feed)),
                         masked, near);
  }
  return true;
}

static bool look_at_columns(pil_decision_log *log, pil_error *error) {
  const char *const *names;
  size_t count = pil_records_columns(pil_feed_records(log->feed), &names);
  if (count == log->column_count) return true;
  PIL_TRY(check_mask(log, names, count, error));
  bool *masked = pil_memory_resize(log->masked, count, sizeof *masked);
  if (masked == NULL) return pil_error_memory(error);
  log->masked = masked;
  for (size_t c = log->column_count; c < count; c++) {
    masked[c] = pil_feed_masks(log->feed, names[c]);
    if (strcmp(names[c], "id") == 0 && !masked[c]) log->id_column = c;
  }
  log->column_count = count;
  return true;
}

/* ---- lines ---- */

void pil_decision_log_fields(const pil_decision_log *log, const pil_record *record, pil_text *to) {
  const char *const *names;
  const char *before = "{";
  pil_records_columns(pil_feed_records(log->feed), &names);
  for (size_t c = 0; c < record->cell_count && c < log->column_count; c++) {
    if (log->masked[c]) continue;
    pil_text_add(to, before);
    put_string(to, names[c], strlen(names[c]));
    pil_text_append(to, ":", 1);
    put_cell(log, c, &record->cells[c], to);
    before = ",";
  }
  pil_text_add(to, *before == '{' ? "{}" : "}");
}

static void begin_line(pil_decision_log *log, const pil_record *record) {
  pil_text *to = &log->lines;
  const pil_record_cell *id = log->id_column < record->cell_count ? &record->cells[log->id_column] : NULL;
  pil_text_add(to, "{\"id\":");
  if (id != NULL && id->kind != PIL_RECORD_MISSING) put_cell(log, log->id_column, id, to);
  else pil_text_format(to, "%llu", (unsigned long long)record->row);
  pil_text_format(to, ",\"row\":%llu", (unsigned long long)record->row);
}

void pil_decision_log_ruling(pil_decision_log *log, const pil_record *record, const pil_ruling *ruling) {
  pil_text *to = &log->lines;
  const char *colon = ruling->place == NULL ? NULL : strrchr(ruling->place, ':');
  begin_line(log, record);
  pil_text_add(to, ",\"level\":\"");
  pil_text_add(to, pil_level_names[ruling->level]);
  pil_text_add(to, "\",\"reason\":");
  if (ruling->reason == NULL) pil_text_add(to, "null");
  else put_string(to, ruling->reason, strlen(ruling->reason));
  if (colon != NULL) {
    pil_text_add(to, ",\"file\":");
    put_string(to, ruling->place, (size_t)(colon - ruling->place));
    pil_text_add(to, ",\"line\":");
    pil_text_add(to, colon + 1);
  }
  pil_text_append(to, log->tail.bytes, log->tail.length);
  pil_text_add(to, ",\"fields\":");
  pil_decision_log_fields(log, record, to);
  pil_text_append(to, "}\n", 2);
}

void pil_decision_log_fault(pil_decision_log *log, const pil_record *record, const char *fault) {
  begin_line(log, record);
  pil_text_format(&log->lines, ",\"input_line\":%llu,\"error\":", (unsigned long long)record->line);
  put_string(&log->lines, fault, strlen(fault));
  pil_text_append(&log->lines, log->tail.bytes, log->tail.length);
  pil_text_append(&log->lines, "}\n", 2);
}

/* ---- the file ---- */

static bool refuse_file(const pil_decision_log *log, const char *what, pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_FILE, (pil_place){log->shown, 0, 0}, "%s: %s", what, strerror(errno));
}

/* A line that an earlier run could not finish must not swallow this one's first. */
static bool end_last_line(pil_decision_log *log, pil_error *error) {
  char last = '\n';
  off_t size = lseek(log->descriptor, 0, SEEK_END);
  if (size > 0 && pread(log->descriptor, &last, 1, size - 1) != 1) return refuse_file(log, "cannot read the log's end", error);
  if (last != '\n') pil_text_append(&log->lines, "\n", 1);
  return true;
}

/* A log that is what is read would feed itself, and spoil the records. */
static bool check_input(const pil_decision_log *log, pil_error *error) {
  const pil_records *records = pil_feed_records(log->feed);
  return !pil_records_are_file(records, log->descriptor) ||
         pil_error_set(error, PIL_FAILURE_USAGE, (pil_place){log->shown, 0, 0},
                       "the log would be the file of the records, \"%s\"", pil_records_name(records));
}

bool pil_decision_log_open(pil_decision_log *log, const pil_policy *policy, pil_feed *feed, const char *path,
                           pil_error *error) {
  *log = (pil_decision_log){.policy = policy, .feed = feed, .descriptor = STDOUT_FILENO, .shown = "standard output",
                            .id_column = SIZE_MAX};
  if (path == NULL) return check_input(log, error);
  log->shown = path;
  log->descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (log->descriptor < 0) return refuse_file(log, "cannot be opened", error);
  log->is_file = true;
  return check_input(log, error) && end_last_line(log, error);
}

bool pil_decision_log_begin(pil_decision_log *log, pil_program *program, pil_error *error) {
  if (log->tail.length == 0) {
    const pil_script_file *files;
    size_t count = pil_script_files(program, &files);
    if (count == 0) return pil_error_memory(error);
    pil_text_format(&log->tail, ",\"policy_sha256\":\"%s\"", files[0].sha256);
    if (count > 1) pil_text_add(&log->tail, ",\"modules\":{");
    for (size_t i = 1; i < count; i++) {
      put_string(&log->tail, files[i].path, strlen(files[i].path));
      pil_text_format(&log->tail, ":\"%s\"%s", files[i].sha256, i + 1 < count ? "," : "}");
    }
    if (!log->policy->is_bare) pil_text_format(&log->tail, ",\"scenario_sha256\":\"%s\"", log->policy->rollout.sha256);
    if (log->tail.failed) return pil_error_memory(error);
  }
  return look_at_columns(log, error);
}

/* All lines, or as many whole ones as the disk takes. */
bool pil_decision_log_flush(pil_decision_log *log, pil_error *error) {
  size_t done = 0;
  if (log->lines.failed) return pil_error_memory(error);
  while (done < log->lines.length) {
    ssize_t written = write(log->descriptor, log->lines.bytes + done, log->lines.length - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    done += (size_t)written;
  }
  if (done == log->lines.length) {
    log->lines.length = 0;
    return true;
  }
  int why = errno;
  size_t whole = done;
  while (whole > 0 && log->lines.bytes[whole - 1] != '\n') whole--;
  if (whole == done) return refuse_file(log, "cannot be written", error);
  off_t size = log->is_file ? lseek(log->descriptor, 0, SEEK_END) : 0;
  if (log->is_file && size >= (off_t)(done - whole) && ftruncate(log->descriptor, size - (off_t)(done - whole)) != 0)
    return refuse_file(log, "a half-written line stands at the end; cannot cut it off", error);
  errno = why;
  return refuse_file(log, "cannot be written", error);
}

void pil_decision_log_close(pil_decision_log *log) {
  if (log->is_file) close(log->descriptor);
  pil_text_free(&log->lines);
  pil_text_free(&log->tail);
  pil_memory_free(log->masked);
}
