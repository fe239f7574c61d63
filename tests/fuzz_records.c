/* Random changes to CSV and JSON lines: in one read or in many pieces the records are the same; a CSV that data/csv
 * reads has the same cells; a line of JSON means the same whether jansson reads it or not; and hostile files are
 * faults or errors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "records_dump.h"

#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/data/csv.h"
#include "mutation.h"

enum { CASES = 2000, LARGE_CASES = 12 };

#define COUNT(list) (sizeof(list) / sizeof *(list))

static char csv_path[64], json_path[64];

static int open_file(char *path, const char *ending) {
  sprintf(path, "/tmp/pilotage-fuzz-records-XXXXXX%s", ending);
  int descriptor = mkstemps(path, (int)strlen(ending));
  if (descriptor >= 0) close(descriptor);
  return descriptor < 0;
}

static int open_files(void **unused) {
  (void)unused;
  return open_file(csv_path, ".csv") || open_file(json_path, ".jsonl");
}

static int remove_files(void **unused) {
  (void)unused;
  return unlink(csv_path) | unlink(json_path);
}

static void write_file(const char *path, const char *bytes, size_t length) {
  FILE *stream = fopen(path, "wb");
  assert_non_null(stream);
  assert_int_equal(fwrite(bytes, 1, length, stream), length);
  fclose(stream);
}

static const char *const csv_texts[] = {
    "name,score,right\nab,0.5,TRUE\ncd,1,false\n,NA,true\n",
    "\xef\xbb\xbf"
    "a,b\r\n\"x, y\",1\r\n\"say \"\"hi\"\"\",2\r\n\"two\r\nlines\",3\r\n",
    "y\n1\n2\n\n4\n", "only,a,header\n", "d,e\n2026-01-01,=1+2\n\xc3\xa9, 7 \n", "a,b\r1,2\r\r3,\"4\r\r\"\r5,6"};

static const char *const csv_words[] = {",",  "\"", "\"\"", "\n", "\r\n", "\r",   " ", "\t",    "NA",
                                        "1e", ";",  "true", "-",  "\xff", "\xc3", "a", "1e999", ",,\n"};

static const char *const json_texts[] = {
    "{\"a\":1,\"b\":\"x\",\"c\":true}", "{ \"b\" : -0.50e-3 , \"a\" : [ 1, {\"d\": null} ] }",
    "{\"a\":\"say \\\"hi\\\" \\u00e9\",\"b\":{},\"e\":null}", "{\"\xc3\xa9\":12345678901234567890,\"f\":1.0}", "{}"};

static const char *const json_words[] = {
    "\"", "\\", ":", ",", "{", "}", "[", "]", "0", "1.5", "-", "e5", ".", "\t", "\r", " ", "true", "false", "null",
    "\"a\"", "\"a\":", "0.10", "1e999", "9007199254740993", "\\ud800", "\\u0041", "\x01", "\xff", "\xc3\xa9"};

/* A pipe has no name to tell its format by; only what its first byte tells right can be compared. */
static bool is_told_right(const mutant *m, bool json) {
  const char *c = m->bytes, *end = c + m->length;
  if (m->length >= 3 && memcmp(c, "\xef\xbb\xbf", 3) == 0) c += 3;
  while (c < end && strchr(" \t\r\n", *c) != NULL && *c != '\0') c++;
  bool is_json = c < end && (*c == '{' || *c == '[');
  return is_json == json;
}

static void check_pieces(mutant *m, const char *path, bool json) {
  size_t piece = 1 + fuzz_below(&m->state, m->length + 1), most = 1 + fuzz_below(&m->state, 5);
  char *whole = dump_path(path, DUMP_MOST), *few = dump_path(path, most);
  assert_string_equal(whole, few);
  if (is_told_right(m, json)) {
    char *pieces = dump_pieces(m->bytes, m->length, piece, most);
    if (strcmp(whole, pieces) != 0) fail_msg("pieces of %zu:\n%s\nwhole:\n%s\nof:\n%s", piece, pieces, whole, m->bytes);
    pil_memory_free(pieces);
  }
  pil_memory_free(whole);
  pil_memory_free(few);
}

/* NA among numbers and blanks are missing in a table, which sees whole columns. */
static void check_cell(const pil_csv_column *column, size_t row, const pil_record_cell *cell) {
  const char *text = column->texts[row];
  if (text != NULL) {
    assert_string_equal(cell->text, text);
    assert_int_equal(cell->length, strlen(text));
  } else {
    assert_true(cell->kind == PIL_RECORD_MISSING || strstr(cell->text, "NA") != NULL);
  }
  double number;
  bool is_whole, truth;
  if (column->kind == PIL_COLUMN_BOOLEAN && text != NULL) {
    assert_true(pil_record_boolean(cell, false, &truth) && truth == (column->numbers[row] == 1));
  } else if (column->kind != PIL_COLUMN_TEXT && text != NULL) {
    assert_true(pil_record_number(cell, &number, &is_whole) && number == column->numbers[row]);
    if (column->kind == PIL_COLUMN_INTEGER) assert_true(is_whole);
  }
}

static void check_like_table(const pil_csv *csv, const char *path) {
  pil_error error;
  pil_record record;
  const char *const *names;
  pil_records *records = pil_records_open(path, &error);
  assert_non_null(records);
  assert_int_equal(pil_records_columns(records, &names), csv->column_count);
  for (size_t i = 0; i < csv->column_count; i++) assert_string_equal(names[i], csv->columns[i].name);
  for (size_t row = 0; row < csv->row_count; row++) {
    assert_int_equal(pil_records_read(records, &record, 1, &error), 1);
    if (record.fault != NULL) fail_msg("%s", record.fault);
    assert_int_equal(record.row, row + 1);
    assert_int_equal(record.line, csv->lines[row]);
    assert_int_equal(record.cell_count, csv->column_count);
    for (size_t i = 0; i < csv->column_count; i++) check_cell(&csv->columns[i], row, &record.cells[i]);
  }
  assert_int_equal(pil_records_read(records, &record, 1, &error), 0);
  assert_int_equal(error.failure, PIL_FAILURE_NONE);
  pil_records_free(records);
}

/* What data/csv refuses as a whole is a fault here, or an error of opening. */
static void check_refused(const char *path, const pil_error *why) {
  char *dump = dump_path(path, DUMP_MOST);
  if (strncmp(dump, "open: ", 6) != 0 && strstr(dump, " ! ") == NULL)
    fail_msg("read, but: %d: %s\n%s", why->line, why->text, dump);
  pil_memory_free(dump);
}

static void changed_tables_are_the_same_in_pieces(void **unused) {
  (void)unused;
  static mutant m;
  uint64_t seed = fuzz_seed();
  size_t read_count = 0;
  pil_arena arena = {0};
  for (uint64_t i = 0; i < CASES; i++) {
    m.state = seed + i * UINT64_C(0xd1342543de82ef95);
    fuzz_start(&m, csv_texts[i % COUNT(csv_texts)]);
    size_t changes = fuzz_below(&m.state, 5);
    for (size_t k = 0; k < changes; k++) fuzz_change(&m, csv_words, COUNT(csv_words));
    write_file(csv_path, m.bytes, m.length);
    pil_csv *csv;
    pil_error error = {0};
    if (pil_csv_read(&arena, csv_path, PIL_NOWHERE, &csv, &error)) {
      check_like_table(csv, csv_path);
      read_count++;
    } else {
      check_refused(csv_path, &error);
    }
    check_pieces(&m, csv_path, false);
    pil_arena_reset(&arena);
  }
  pil_arena_free(&arena);
  print_message("%zu of %d are tables\n", read_count, CASES);
  assert_in_range(read_count, CASES / 20, CASES * 19 / 20);
}

/* Tables larger than the reader's buffer. */
static void large_tables_are_the_same_in_pieces(void **unused) {
  (void)unused;
  uint64_t state = fuzz_seed();
  static const char *const cells[] = {"x",       "1.5", "",      "\"a,\"\"b\"\"\n\"", "\xe2\x82\xac", " \"q\" ",
                                      "\"\r\n\"", "NA",  "5\" o", "007",               "\"\""};
  static const char *const ends[] = {"\n", "\r\n", "\r"};
  for (int i = 0; i < LARGE_CASES; i++) {
    pil_text text = {0};
    const char *end = ends[i % 3];
    size_t bytes = (1 << 18) + fuzz_below(&state, 1 << 20);
    pil_text_format(&text, "a,b,c%s", end);
    while (text.length < bytes) {
      for (int k = 0; k < 3; k++) {
        if (k > 0) pil_text_add(&text, ",");
        const char *cell = cells[fuzz_below(&state, COUNT(cells))];
        if (fuzz_below(&state, 500) == 0 && strchr(cell, '"') == NULL)
          pil_text_repeat(&text, "long ", fuzz_below(&state, 30000));
        pil_text_add(&text, cell);
      }
      pil_text_add(&text, end);
    }
    write_file(csv_path, text.bytes, text.length);
    pil_arena arena = {0};
    pil_csv *csv;
    pil_error error;
    if (!pil_csv_read(&arena, csv_path, PIL_NOWHERE, &csv, &error)) fail_msg("%d: %s", error.line, error.text);
    check_like_table(csv, csv_path);
    pil_arena_free(&arena);
    char *whole = dump_path(csv_path, DUMP_MOST);
    char *pieces = dump_pieces(text.bytes, text.length, 1 + fuzz_below(&state, 70000), 1 + fuzz_below(&state, 60));
    assert_true(strcmp(whole, pieces) == 0);
    pil_memory_free(whole);
    pil_memory_free(pieces);
    pil_text_free(&text);
  }
}

/* A record's dump without its row and line. */
static char *dump_next(pil_records *records) {
  pil_record record;
  pil_error error;
  pil_text text = {0};
  assert_int_equal(pil_records_read(records, &record, 1, &error), 1);
  dump_record(&record, &text);
  char *colon = strchr(text.bytes, ' ');
  memmove(text.bytes, colon, strlen(colon) + 1);
  return text.bytes;
}

/* The line after one whose keys it may have, after itself, and with one more key. A line whose keys are known may be
 * read without jansson, which has the last word on whether it is JSON; a new key needs jansson. */
static void check_line(const mutant *m, const char *before, size_t *object_count) {
  json_error_t found;
  if (strspn(m->bytes, " \t\r") == m->length || memchr(m->bytes, '\n', m->length) != NULL) return;
  json_t *json = json_loadb(m->bytes, m->length, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &found);
  bool is_object = json_is_object(json), is_empty = is_object && json_object_size(json) == 0;
  json_decref(json);
  pil_text text = {0};
  pil_error error;
  pil_text_format(&text, "%s\n", before);
  for (int i = 0; i < 2; i++) {
    pil_text_append(&text, m->bytes, m->length);
    pil_text_add(&text, "\n");
  }
  if (is_object) {
    const char *last = memrchr(m->bytes, '}', m->length);
    pil_text_append(&text, m->bytes, (size_t)(last - m->bytes));
    pil_text_format(&text, "%s\"one more\":0}\n", is_empty ? "" : ",");
  }
  write_file(json_path, text.bytes, text.length);
  pil_records *records = pil_records_open(json_path, &error);
  assert_non_null(records);
  char *dumps[4] = {0};
  for (int i = 0; i < (is_object ? 4 : 3); i++) dumps[i] = dump_next(records);
  assert_string_equal(dumps[1], dumps[2]);
  if (is_object == (strncmp(dumps[1], " ! ", 3) == 0)) fail_msg("%s\n%s", m->bytes, dumps[1]);
  if (is_object && strncmp(dumps[3], dumps[2], strlen(dumps[2]) - 1) != 0)
    fail_msg("%s\n%s%s", text.bytes, dumps[2], dumps[3]);
  *object_count += is_object;
  for (int i = 0; i < 4; i++) pil_memory_free(dumps[i]);
  pil_records_free(records);
  pil_text_free(&text);
}

static void changed_lines_are_the_same_with_and_without_jansson(void **unused) {
  (void)unused;
  static mutant m;
  uint64_t seed = fuzz_seed();
  size_t object_count = 0;
  static const char more[] = "\n{\"a\":2}\n\n{\"c\":\"x\"}";
  for (uint64_t i = 0; i < CASES; i++) {
    m.state = seed + i * UINT64_C(0xd1342543de82ef95);
    fuzz_start(&m, json_texts[i % COUNT(json_texts)]);
    size_t changes = fuzz_below(&m.state, 4);
    for (size_t k = 0; k < changes; k++) fuzz_change(&m, json_words, COUNT(json_words));
    check_line(&m, json_texts[i % COUNT(json_texts)], &object_count);
    fuzz_replace(&m, m.length, 0, more, strlen(more));
    m.bytes[m.length] = '\0';
    for (size_t k = 0; k < changes; k++) fuzz_change(&m, json_words, COUNT(json_words));
    write_file(json_path, m.bytes, m.length);
    check_pieces(&m, json_path, true);
  }
  print_message("%zu of %d are objects\n", object_count, CASES);
  assert_in_range(object_count, CASES / 20, CASES * 19 / 20);
}

/* Numbers come back as they were, in no more digits than they were written with. */
static void numbers_come_back(void **unused) {
  (void)unused;
  uint64_t state = fuzz_seed();
  for (int i = 0; i < CASES; i++) {
    char line[64];
    pil_record record;
    pil_error error;
    double number = ldexp((double)fuzz_below(&state, SIZE_MAX), (int)fuzz_below(&state, 160) - 120);
    if (fuzz_below(&state, 2) == 0) number = round(number * 1e4) / 1e4;
    snprintf(line, sizeof line, "{\"a\":%.*g}\n", fuzz_below(&state, 2) == 0 ? 17 : 15, number);
    number = strtod(line + 5, NULL);
    write_file(json_path, line, strlen(line));
    pil_records *records = pil_records_open(json_path, &error);
    assert_int_equal(pil_records_read(records, &record, 1, &error), 1);
    double again;
    bool is_whole;
    assert_null(record.fault);
    assert_true(pil_record_number(&record.cells[0], &again, &is_whole) && again == number);
    assert_true(strtod(record.cells[0].text, NULL) == number);
    assert_true(record.cells[0].length <= strlen(line) - 7);
    pil_records_free(records);
  }
}

static void read_hostile(const char *folder, size_t *count) {
  DIR *files = opendir(folder);
  if (files == NULL) return;
  for (struct dirent *file; (file = readdir(files)) != NULL;) {
    char name[512];
    if (file->d_name[0] == '.') continue;
    snprintf(name, sizeof name, "%s/%s", folder, file->d_name);
    pil_error error;
    pil_csv *csv;
    pil_arena arena = {0};
    char *dump = dump_path(name, DUMP_MOST);
    bool is_json = strstr(dump, " (json)\n") != NULL || strstr(dump, "JSON list") != NULL;
    if (pil_csv_read(&arena, name, PIL_NOWHERE, &csv, &error)) {
      if (!is_json) check_like_table(csv, name);
    } else if (!is_json) {
      check_refused(name, &error);
    }
    pil_arena_free(&arena);
    pil_memory_free(dump);
    ++*count;
  }
  closedir(files);
}

static void hostile_files_are_read_or_refused(void **unused) {
  (void)unused;
  size_t count = 0;
  read_hostile("../shared/hostile/lua", &count);
  read_hostile("../shared/hostile/yaml", &count);
  if (count == 0) {
    print_message("skipped: ../shared/hostile is not here\n");
    skip();
  }
  assert_true(count > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(changed_tables_are_the_same_in_pieces),
      cmocka_unit_test(large_tables_are_the_same_in_pieces),
      cmocka_unit_test(changed_lines_are_the_same_with_and_without_jansson),
      cmocka_unit_test(numbers_come_back),
      cmocka_unit_test(hostile_files_are_read_or_refused),
  };
  return cmocka_run_group_tests(tests, open_files, remove_files);
}
