/* Random changes to CSV files: data/csv either reads a sound table or names a line of the file;
 * and random tables come back as they were written.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/data/csv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "mutation.h"

enum { CASES = 8000, ROUND_TRIPS = 1000, ROWS = 12, COLUMNS = 5 };

static char path[64];
static int descriptor;

static int open_file(void **unused) {
  (void)unused;
  strcpy(path, "/tmp/pilotage-fuzz-csv-XXXXXX");
  descriptor = mkstemp(path);
  return descriptor < 0;
}

static int close_file(void **unused) {
  (void)unused;
  close(descriptor);
  return unlink(path);
}

static void write_file(const char *bytes, size_t length) {
  assert_int_equal(ftruncate(descriptor, 0), 0);
  assert_int_equal(pwrite(descriptor, bytes, length, 0), length);
}

static const char *const seed_texts[] = {
    "name,score,right\nab,0.5,TRUE\ncd,1,false\n,NA,true\n",
    "\xef\xbb\xbf"
    "a,b\r\n\"x, y\",1\r\n\"say \"\"hi\"\"\",2\r\n\"two\r\nlines\",3\r\n",
    "y\n1\n2\n\n4\n", "only,a,header\n", "d,e\n2026-01-01,=1+2\n\xc3\xa9, 7 \n"};

static const char *const words[] = {",",  "\"", "\"\"", "\n", "\r\n", "\r",   " ", "\t",    "NA",
                                    "1e", ";",  "true", "-",  "\xff", "\xc3", "a", "1e999", ",,\n"};

static void check_table(const pil_csv *csv, const mutant *m) {
  size_t line_count = 1;
  for (size_t i = 0; i < m->length; i++) line_count += m->bytes[i] == '\n' || m->bytes[i] == '\r';
  assert_in_range(csv->column_count, 1, m->length);
  assert_in_range(csv->row_count, 0, line_count);
  for (size_t row = 0; row < csv->row_count; row++) {
    assert_in_range(csv->lines[row], row == 0 ? 2 : csv->lines[row - 1] + 1, line_count);
    for (size_t i = 0; i < csv->column_count; i++) {
      const pil_csv_column *column = &csv->columns[i];
      const char *text = column->texts[row];
      if (text != NULL) assert_true(*text != '\0' && pil_text_is_utf8(text, strlen(text)));
      assert_true((column->numbers == NULL) == (column->kind == PIL_COLUMN_TEXT));
      if (column->numbers != NULL) assert_true(isnan(column->numbers[row]) == (text == NULL));
      if (column->kind == PIL_COLUMN_INTEGER && text != NULL)
        assert_true(column->numbers[row] == floor(column->numbers[row]));
    }
  }
}

static void changed_files_are_read_or_refused(void **unused) {
  (void)unused;
  static mutant m;
  uint64_t seed = fuzz_seed();
  size_t read_count = 0;
  pil_arena arena = {0};
  for (uint64_t i = 0; i < CASES; i++) {
    m.state = seed + i * UINT64_C(0xd1342543de82ef95);
    fuzz_start(&m, seed_texts[i % (sizeof seed_texts / sizeof seed_texts[0])]);
    size_t changes = 1 + fuzz_below(&m.state, 4);
    for (size_t k = 0; k < changes; k++) fuzz_change(&m, words, sizeof words / sizeof words[0]);
    write_file(m.bytes, m.length);
    pil_csv *csv;
    pil_error error = {0};
    if (pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error)) {
      check_table(csv, &m);
      read_count++;
    } else {
      assert_int_equal(error.failure, PIL_FAILURE_INPUT);
      assert_true(error.line > 0 && strlen(error.text) > 10);
    }
    pil_arena_reset(&arena);
  }
  pil_arena_free(&arena);
  print_message("%zu of %d were read\n", read_count, CASES);
  assert_in_range(read_count, CASES / 20, CASES * 19 / 20);
}

static void tables_come_back(void **unused) {
  (void)unused;
  static const char *const cells[] = {
      "x",  "a,b",  "say \"hi\"", "two\nlines", "\"",     " x ",        "1.5",  "\xc3\xa9",
      "NA", "true", ",",          "a\r\nb",     "-0.001", "2026-01-01", "\"\"", "007"};
  uint64_t state = fuzz_seed();
  for (int i = 0; i < ROUND_TRIPS; i++) {
    const char *table[ROWS][COLUMNS];
    pil_text text = {0};
    const char *line_end = fuzz_below(&state, 2) == 0 ? "\n" : "\r\n";
    pil_text_format(&text, "a,b,c,d,e%s", line_end);
    for (int row = 0; row < ROWS; row++) {
      for (int k = 0; k < COLUMNS; k++) {
        size_t pick = fuzz_below(&state, sizeof cells / sizeof cells[0] + 1);
        table[row][k] = pick == sizeof cells / sizeof cells[0] ? NULL : cells[pick];
        if (k > 0) pil_text_add(&text, ",");
        pil_csv_write_cell(&text, table[row][k]);
      }
      pil_text_add(&text, line_end);
    }
    write_file(text.bytes, text.length);
    pil_arena arena = {0};
    pil_csv *csv;
    pil_error error;
    if (!pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error))
      fail_msg("%d: %s\n%s", error.line, error.text, text.bytes);
    assert_int_equal(csv->row_count, ROWS);
    for (int row = 0; row < ROWS; row++) {
      for (int k = 0; k < COLUMNS; k++) {
        const char *read = csv->columns[k].texts[row];
        if (table[row][k] == NULL)
          assert_null(read);
        else if (read != NULL)
          assert_string_equal(read, table[row][k]);
        else
          assert_string_equal(table[row][k], "NA"); /* in a column of numbers */
      }
    }
    pil_text_free(&text);
    pil_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(changed_files_are_read_or_refused),
      cmocka_unit_test(tables_come_back),
  };
  return cmocka_run_group_tests(tests, open_file, close_file);
}
