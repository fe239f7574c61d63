/* For the tests of records: what a reader gives, as a text, and a pipe that is fed in pieces.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_TESTS_RECORDS_DUMP_H
#define PIL_TESTS_RECORDS_DUMP_H

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../engine/base/text.h"
#include "../engine/data/records.h"

enum { DUMP_MOST = 64 };

/* "row:line [kind text]…" or "row:line ! fault", a line each; kinds as -, w, n, b, t, j. */
static inline void dump_record(const pil_record *record, pil_text *to) {
  pil_text_format(to, "%llu:%llu ", (unsigned long long)record->row, (unsigned long long)record->line);
  if (record->fault != NULL) pil_text_format(to, "! %s", record->fault);
  for (size_t i = 0; i < record->cell_count; i++) {
    const pil_record_cell *cell = &record->cells[i];
    pil_text_format(to, "[%c", "-wnbtj"[cell->kind]);
    pil_text_append(to, cell->text, cell->length);
    pil_text_add(to, cell->text[cell->length] == '\0' ? "]" : "] NOT TERMINATED");
  }
  pil_text_add(to, "\n");
}

/* All that is left, at most `most` a call; the error that ends it is the last line. False: it ended by an error. */
static inline bool dump_all(pil_records *records, size_t most, pil_text *to, pil_error *error) {
  pil_record list[DUMP_MOST];
  size_t count;
  while ((count = pil_records_read(records, list, most < DUMP_MOST ? most : DUMP_MOST, error)) > 0)
    for (size_t i = 0; i < count; i++) dump_record(&list[i], to);
  if (error->failure == PIL_FAILURE_NONE) return true;
  pil_text_format(to, "error: %s\n", error->text);
  return false;
}

static inline void dump_columns(const pil_records *records, pil_text *to) {
  const char *const *names;
  size_t count = pil_records_columns(records, &names);
  for (size_t i = 0; i < count; i++) pil_text_format(to, "%s%s", i == 0 ? "" : "|", names[i]);
  pil_text_add(to, pil_records_are_json(records) ? " (json)\n" : " (csv)\n");
}

/* Everything about a source: records, then columns (JSON's are not known before); an error of opening with its
 * line. Returns the text, the caller's to free. */
static inline char *dump_path(const char *path, size_t most) {
  pil_text text = {0};
  pil_error error = {0};
  pil_records *records = pil_records_open(path, &error);
  if (records == NULL) {
    pil_text_format(&text, "open: %d: %s\n", error.line, error.text);
    return text.bytes;
  }
  dump_all(records, most, &text, &error);
  dump_columns(records, &text);
  pil_records_free(records);
  return text.bytes;
}

/* A thread that writes bytes to a pipe, piece by piece; the next once the one before is read. */
typedef struct feeder {
  const char *bytes;
  size_t length, piece, repeat_count; /* the whole of it so many times */
  bool patient;                       /* waits until a piece is read */
  int read_end, write_end;
  pthread_t thread;
  char path[32];
} feeder;

static inline void *feed(void *given) {
  feeder *f = given;
  for (size_t times = 0; times < f->repeat_count; times++) {
    for (size_t at = 0; at < f->length;) {
      size_t left = f->length - at;
      ssize_t done = write(f->write_end, f->bytes + at, left < f->piece ? left : f->piece);
      if (done <= 0) abort();
      at += (size_t)done;
      int waiting = (int)f->patient;
      while (waiting > 0 && ioctl(f->read_end, FIONREAD, &waiting) == 0 && waiting > 0) sched_yield();
    }
  }
  close(f->write_end);
  return NULL;
}

static inline void feeder_start(feeder *f) {
  int ends[2];
  if (pipe(ends) != 0) abort();
  f->read_end = ends[0];
  f->write_end = ends[1];
  snprintf(f->path, sizeof f->path, "/dev/fd/%d", ends[0]);
  if (pthread_create(&f->thread, NULL, feed, f) != 0) abort();
}

static inline void feeder_end(feeder *f) {
  char rest[4096]; /* a reader that stopped early leaves bytes */
  while (read(f->read_end, rest, sizeof rest) > 0) continue;
  pthread_join(f->thread, NULL);
  close(f->read_end);
}

/* What the bytes are when they come through a pipe in pieces of this size. */
static inline char *dump_pieces(const char *bytes, size_t length, size_t piece, size_t most) {
  feeder f = {.bytes = bytes, .length = length, .piece = piece, .repeat_count = 1, .patient = true};
  feeder_start(&f);
  char *dump = dump_path(f.path, most);
  feeder_end(&f);
  return dump;
}

#endif
