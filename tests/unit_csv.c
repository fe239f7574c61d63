/* Tests of data/csv: cells, kinds of columns, faults with their line, and writing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/data/csv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/memory.h"

static pil_arena arena;
static char path[64];

static int free_arena(void **unused) {
  (void)unused;
  pil_arena_free(&arena);
  if (path[0] != '\0') unlink(path);
  path[0] = '\0';
  return 0;
}

static void write_file(const char *bytes, size_t length) {
  strcpy(path, "/tmp/pilotage-unit-csv-XXXXXX");
  int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  assert_int_equal(write(descriptor, bytes, length), length);
  close(descriptor);
}

static pil_csv *read_text(const char *text) {
  pil_csv *csv;
  pil_error error;
  write_file(text, strlen(text));
  bool good = pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error);
  unlink(path);
  if (!good) fail_msg("line %d: %s", error.line, error.text);
  return csv;
}

static const char *cell(const pil_csv *csv, const char *column, size_t row) {
  const pil_csv_column *found = pil_csv_find(csv, column);
  assert_non_null(found);
  assert_true(row < csv->row_count);
  return found->texts[row];
}

static void a_table_is_read(void **unused) {
  (void)unused;
  const pil_csv *csv = read_text("name,score,right\nab,0.5,TRUE\ncd,1,false\n");
  assert_int_equal(csv->row_count, 2);
  assert_int_equal(csv->column_count, 3);
  assert_string_equal(csv->columns[1].name, "score");
  assert_int_equal(csv->columns[0].kind, PIL_COLUMN_TEXT);
  assert_null(csv->columns[0].numbers);
  assert_int_equal(csv->columns[1].kind, PIL_COLUMN_NUMBER);
  assert_true(csv->columns[1].numbers[0] == 0.5);
  assert_int_equal(csv->columns[2].kind, PIL_COLUMN_BOOLEAN);
  assert_true(csv->columns[2].numbers[0] == 1 && csv->columns[2].numbers[1] == 0);
  assert_string_equal(cell(csv, "name", 1), "cd");
  assert_string_equal(cell(csv, "right", 0), "TRUE");
  assert_int_equal(csv->lines[1], 3);
  assert_null(pil_csv_find(csv, "Name"));
}

static void line_ends_and_marks(void **unused) {
  (void)unused;
  static const char *const texts[] = {"a,b\n1,x\n2,y",
                                      "a,b\n1,x\n2,y\n",
                                      "a,b\r\n1,x\r\n2,y\r\n",
                                      "a,b\r1,x\r2,y\r",
                                      "\xef\xbb\xbf"
                                      "a,b\n1,x\n2,y\n\n\n",
                                      " a , b\n1,x\n2,y\r\n\r\n",
                                      "\"a\",\"b\"\n\"1\",\"x\"\n \"2\" , \"y\" \n"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    const pil_csv *csv = read_text(texts[i]);
    assert_int_equal(csv->row_count, 2);
    assert_string_equal(csv->columns[0].name, "a");
    assert_int_equal(csv->columns[0].kind, PIL_COLUMN_INTEGER);
    assert_true(csv->columns[0].numbers[1] == 2);
    assert_string_equal(cell(csv, "b", 1), "y");
    assert_int_equal(csv->lines[1], 3);
  }
}

static void quoted_cells(void **unused) {
  (void)unused;
  const pil_csv *csv =
      read_text("t,n\n\"a,b\",1\n\"say \"\"hi\"\"\",2\n\"two\r\nlines\n\",3\n\"\",4\n5\" pipe,5\n");
  assert_int_equal(csv->row_count, 5);
  assert_string_equal(cell(csv, "t", 0), "a,b");
  assert_string_equal(cell(csv, "t", 1), "say \"hi\"");
  assert_string_equal(cell(csv, "t", 2), "two\r\nlines\n");
  assert_null(cell(csv, "t", 3));
  assert_string_equal(cell(csv, "t", 4), "5\" pipe");
  assert_int_equal(csv->lines[2], 4);
  assert_int_equal(csv->lines[3], 7);
}

typedef struct kind_case {
  const char *cells; /* one column, ended by line ends */
  pil_column_kind kind;
  size_t missing_count;
} kind_case;

static void columns_have_kinds(void **unused) {
  (void)unused;
  static const kind_case cases[] = {
      {"1\n-2\n+3\n007\n", PIL_COLUMN_INTEGER, 0},
      {"9007199254740992\n", PIL_COLUMN_INTEGER, 0},
      {"9007199254740993000\n", PIL_COLUMN_NUMBER, 0},
      {"1\n2.0\n", PIL_COLUMN_NUMBER, 0},
      {"1\n1e3\n", PIL_COLUMN_NUMBER, 0},
      {" 1\n2 \n\t3\n", PIL_COLUMN_INTEGER, 0},
      {"1\n\n3\n", PIL_COLUMN_INTEGER, 1},
      {"1\n  \nNA\n", PIL_COLUMN_INTEGER, 2},
      {"NA\n0.5\n", PIL_COLUMN_NUMBER, 1},
      {"NA\nNA\n", PIL_COLUMN_TEXT, 0},
      {"NA\nx\n", PIL_COLUMN_TEXT, 0},
      {"1\nna\n", PIL_COLUMN_TEXT, 0},
      {"1\nn/a\n", PIL_COLUMN_TEXT, 0},
      {"x\n \ny\n", PIL_COLUMN_TEXT, 1},
      {"true\nFALSE\nTrue\n", PIL_COLUMN_BOOLEAN, 0},
      {"true\n\"\"\n", PIL_COLUMN_BOOLEAN, 1},
      {"true\nNA\n", PIL_COLUMN_TEXT, 0},
      {"true\n1\n", PIL_COLUMN_TEXT, 0},
      {"\"\"\n", PIL_COLUMN_NUMBER, 1},
      {"1\nnan\n", PIL_COLUMN_TEXT, 0},
      {"1\ninf\n", PIL_COLUMN_TEXT, 0},
      {"1\n1e400\n", PIL_COLUMN_TEXT, 0},
      {"1\n0x10\n", PIL_COLUMN_TEXT, 0},
      {"1\n1_000\n", PIL_COLUMN_TEXT, 0},
      {"1\n\"1,000\"\n", PIL_COLUMN_TEXT, 0},
      {"1\n2 3\n", PIL_COLUMN_TEXT, 0},
      {"2026-01-01\n", PIL_COLUMN_TEXT, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[256];
    snprintf(text, sizeof text, "c\n%s", cases[i].cells);
    const pil_csv_column *column = &read_text(text)->columns[0];
    size_t row_count = 0, missing_count = 0;
    for (const char *c = cases[i].cells; *c != '\0'; c++) row_count += *c == '\n';
    for (size_t row = 0; row < row_count; row++) {
      missing_count += column->texts[row] == NULL;
      if (column->kind != PIL_COLUMN_TEXT)
        assert_true(isnan(column->numbers[row]) == (column->texts[row] == NULL));
    }
    if (column->kind != cases[i].kind || missing_count != cases[i].missing_count)
      fail_msg("%s: kind %d, %zu missing", cases[i].cells, column->kind, missing_count);
  }
}

static void no_rows(void **unused) {
  (void)unused;
  const pil_csv *csv = read_text("a,b\n");
  assert_int_equal(csv->row_count, 0);
  assert_int_equal(csv->column_count, 2);
  assert_int_equal(read_text("a")->row_count, 0);
}

static void faults_have_lines(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    int line;
    const char *message;
  } cases[] = {
      {"", 1, "no header: the file is empty"},
      {"\n\n", 1, "no header: the file is empty"},
      {"\na,b\n", 1, "no header: the first line must name the columns"},
      {",,\n1,2,3\n", 1, "no header: the first line must name the columns"},
      {"a,b,a\n", 1, "two columns are named \"a\" (columns 1 and 3)"},
      {"a;b\n1;2\n", 1, "cells must be separated by commas; the header has semicolons"},
      {"a\tb\n1\t2\n", 1, "cells must be separated by commas; the header has tabs"},
      {"a,b\n1,2\n3\n", 3, "1 cell where the header has 2"},
      {"a,b\n1,2\n3,4,5\n", 3,
       "more cells than the header's 2 (a text that holds a comma goes in double quotes)"},
      {"a,b\n1,2\n\n3,4\n", 3, "an empty line between the rows; delete it"},
      {"a,b\n\"x\ny\",2\n3\n", 4, "1 cell where the header has 2"},
      {"a,b\n1,2\n\"x,2\n3,4\n", 3, "the quote that opens in this line is never closed"},
      {"a,b\n1,\"x\"y\n", 2,
       "text follows a closing quote; a quote inside a cell is doubled (\"\")"},
      {"a,b\n1,\xe9t\n", 2,
       "bytes that are not UTF-8 (E9 at byte 7 of the file); save it as CSV in UTF-8"},
      {"\xff\xfe"
       "a",
       1, "the file is UTF-16; save it as CSV in UTF-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pil_csv *csv;
    pil_error error = {0};
    write_file(cases[i].text, strlen(cases[i].text));
    assert_false(pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error));
    unlink(path);
    assert_string_equal(error.text, cases[i].message);
    assert_string_equal(error.file, path);
    assert_int_equal(error.line, cases[i].line);
    assert_int_equal(error.failure, PIL_FAILURE_INPUT);
  }
}

static void a_nul_byte_is_refused(void **unused) {
  (void)unused;
  pil_csv *csv;
  pil_error error;
  write_file("a\n1\n2\0003\n", 8);
  assert_false(pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error));
  assert_int_equal(error.line, 3);
}

static void a_missing_file_names_its_place(void **unused) {
  (void)unused;
  pil_csv *csv;
  pil_error error;
  assert_false(pil_csv_read(&arena, "/nonexistent.csv", (pil_place){"a.yaml", 5, 9}, &csv, &error));
  assert_int_equal(error.failure, PIL_FAILURE_FILE);
  assert_string_equal(error.file, "a.yaml");
  assert_int_equal(error.line, 5);
}

/* Room is reserved for the rows that the file can hold, not for columns times lines. */
static void wide_and_long_faults_stay_small(void **unused) {
  (void)unused;
  pil_text text = {0};
  for (int i = 0; i < 30000; i++) pil_text_format(&text, "c%d,", i);
  pil_text_add(&text, "last\n");
  pil_text_repeat(&text, "\n1", 100000);
  pil_csv *csv;
  pil_error error;
  write_file(text.bytes, text.length);
  pil_text_free(&text);
  assert_false(pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INPUT);
  assert_int_equal(error.line, 2);
}

static void a_million_rows_are_quick(void **unused) {
  (void)unused;
  enum { ROWS = 1000000 };
  pil_text text = {0};
  pil_text_add(&text, "id,name,score,right\n");
  for (int i = 0; i < ROWS; i++)
    pil_text_format(&text, "%d,item%d,%d.%05d,%s\n", i, i % 97, i % 10, i % 100000,
                    i % 2 == 0 ? "true" : "false");
  write_file(text.bytes, text.length);
  pil_text_free(&text);
  struct timespec start, end;
  pil_csv *csv;
  pil_error error;
  clock_gettime(CLOCK_MONOTONIC, &start);
  assert_true(pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error));
  clock_gettime(CLOCK_MONOTONIC, &end);
  print_message("a million rows in %.2f s\n",
                (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec));
  assert_int_equal(csv->row_count, ROWS);
  assert_int_equal(csv->columns[0].kind, PIL_COLUMN_INTEGER);
  assert_true(csv->columns[0].numbers[ROWS - 1] == ROWS - 1);
  assert_true(csv->columns[2].numbers[123456] == 6.23456);
  assert_int_equal(csv->lines[ROWS - 1], ROWS + 1);
}

static void no_memory_is_no_crash(void **unused) {
  (void)unused;
  pil_text text = {0};
  for (int i = 0; i < 40; i++) pil_text_format(&text, i == 0 ? "c%d" : ",c%d", i);
  for (int row = 0; row < 50; row++) {
    pil_text_add(&text, "\nx");
    pil_text_repeat(&text, ",1.5", 39);
  }
  write_file(text.bytes, text.length);
  pil_text_free(&text);
  bool good = false;
  uint64_t n = 0;
  while (!good && n++ < 1000) {
    pil_csv *csv;
    pil_error error = {0};
    pil_memory_fail_from(n);
    good = pil_csv_read(&arena, path, PIL_NOWHERE, &csv, &error);
    pil_memory_fail_from(0);
    if (!good) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
    pil_arena_free(&arena);
  }
  assert_true(good && n > 4);
}

static void cells_are_written_safely(void **unused) {
  (void)unused;
  static const struct {
    const char *cell, *written;
  } cases[] = {
      {NULL, ""},
      {"", ""},
      {"plain", "plain"},
      {"a,b", "\"a,b\""},
      {"a\nb", "\"a\nb\""},
      {"5\"", "\"5\"\"\""},
      {" x", "\" x\""},
      {"x ", "\"x \""},
      {"=1+2", "'=1+2"},
      {"+x", "'+x"},
      {"-x", "'-x"},
      {"@x", "'@x"},
      {"-5", "-5"},
      {"+5.5e3", "+5.5e3"},
      {"-5+cmd", "'-5+cmd"},
      {"\t=1", "'\t=1"},
      {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
      {"=a,\"b\"", "\"'=a,\"\"b\"\"\""},
      {"na\xc3\xafve", "na\xc3\xafve"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pil_text text = {0};
    pil_csv_write_cell(&text, cases[i].cell);
    assert_string_equal(pil_text_get(&text), cases[i].written);
    pil_text_free(&text);
  }
}

/* Row counts from the README of the shared data. */
static const struct {
  const char *file;
  size_t row_count;
} shared[] = {
    {"ab/hillstrom_womens.csv.gz", 32040},
    {"ab/udacity_free_trial_daily.csv", 74},
    {"ab/asos_experiments.csv.gz", 11508},
    {"sessions/online_shoppers.csv.gz", 6608},
    {"retail/online_retail_orders.csv.gz", 12795},
    {"retail/online_retail_month_country.csv", 171},
    {"pricing/orange_juice.csv.gz", 53757},
    {"hitl/card_fraud_scored.csv", 1701},
    {"hitl/credit_default_scored.csv", 7500},
    {"hitl/moderation_votes.csv.gz", 12392},
    {"support/banking77_scored.csv", 3080},
    {"support/bank_calls_5min.csv.gz", 13858},
    {"backlog/rice_wine_marketplace.csv", 26},
    {"backlog/wsjf_customer_messages.csv", 16},
    {"backlog/ice_store_tests.csv", 5},
    {"backlog/karlsson_ran_cost_value.csv", 14},
    {"projects/canada_it_projects.csv", 563},
    {"projects/norwegian_it_projects.csv", 44},
    {"projects/sip_task_estimates.csv.gz", 5133},
    {"projects/software_portfolio.csv", 246},
    {"projects/dev_maintenance_effort.csv", 158},
    {"queue/bank_call_handling.csv", 722},
    {"queue/service_desk_incidents.csv", 890},
    {"nist/Lew.csv", 200},
    {"nist/Lottery.csv", 218},
    {"nist/Michelso.csv", 100},
    {"nist/NumAcc1.csv", 3},
    {"nist/NumAcc3.csv", 1001},
    {"nist/certified.csv", 5},
};

static pil_csv *read_shared(const char *file) {
  char name[256];
  snprintf(name, sizeof name, "../shared/data/%s", file);
  pil_csv *csv;
  pil_error error;
  if (!pil_csv_read(&arena, name, PIL_NOWHERE, &csv, &error))
    fail_msg("%s:%d: %s", error.file, error.line, error.text);
  return csv;
}

static double mean(const pil_csv_column *column, size_t row_count, size_t *count) {
  double sum = 0;
  *count = 0;
  for (size_t row = 0; row < row_count; row++) {
    if (isnan(column->numbers[row])) continue;
    sum += column->numbers[row];
    ++*count;
  }
  return sum / (double)*count;
}

static void real_tables_are_read(void **unused) {
  (void)unused;
  if (access("../shared/data/README.md", R_OK) != 0) {
    print_message("skipped: ../shared/data is not here\n");
    skip();
  }
  for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
    size_t row_count = read_shared(shared[i].file)->row_count;
    if (row_count != shared[i].row_count) fail_msg("%s: %zu rows", shared[i].file, row_count);
    pil_arena_free(&arena);
  }
  /* The README's own facts: a mean over a packed file, and one over a column with gaps. */
  size_t count;
  const pil_csv *csv = read_shared("pricing/orange_juice.csv.gz");
  assert_true(fabs(mean(pil_csv_find(csv, "logmove"), csv->row_count, &count) - 8.4140) < 5e-5);
  csv = read_shared("queue/service_desk_incidents.csv");
  assert_true(fabs(mean(pil_csv_find(csv, "hours_to_resolve"), csv->row_count, &count) - 315.87) <
              5e-3);
  assert_int_equal(count, 890 - 29);
  assert_int_equal(pil_csv_find(csv, "made_sla")->kind, PIL_COLUMN_BOOLEAN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_table_is_read, free_arena),
      cmocka_unit_test_teardown(line_ends_and_marks, free_arena),
      cmocka_unit_test_teardown(quoted_cells, free_arena),
      cmocka_unit_test_teardown(columns_have_kinds, free_arena),
      cmocka_unit_test_teardown(no_rows, free_arena),
      cmocka_unit_test_teardown(faults_have_lines, free_arena),
      cmocka_unit_test_teardown(a_nul_byte_is_refused, free_arena),
      cmocka_unit_test_teardown(a_missing_file_names_its_place, free_arena),
      cmocka_unit_test_teardown(wide_and_long_faults_stay_small, free_arena),
      cmocka_unit_test_teardown(a_million_rows_are_quick, free_arena),
      cmocka_unit_test_teardown(no_memory_is_no_crash, free_arena),
      cmocka_unit_test(cells_are_written_safely),
      cmocka_unit_test_teardown(real_tables_are_read, free_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
