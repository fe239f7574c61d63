/* Tests of data/records: cells and faults of CSV and JSON lines, whatever pieces the bytes come in; bounded memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "records_dump.h"

#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <zlib.h>

#include <cmocka.h>

#include "../engine/base/memory.h"

static char path[64];

static void write_file(const char *ending, const char *bytes, size_t length) {
  snprintf(path, sizeof path, "/tmp/pilotage-unit-records-XXXXXX%s", ending);
  int descriptor = mkstemps(path, (int)strlen(ending));
  assert_true(descriptor >= 0);
  assert_int_equal(write(descriptor, bytes, length), length);
  close(descriptor);
}

static int remove_file(void **unused) {
  (void)unused;
  alarm(0);
  if (path[0] != '\0') unlink(path);
  path[0] = '\0';
  return 0;
}

static char *dump_file(const char *ending, const char *bytes, size_t length, size_t most) {
  write_file(ending, bytes, length);
  char *dump = dump_path(path, most);
  unlink(path);
  return dump;
}

static void check_dump(const char *ending, const char *bytes, size_t length, const char *wanted) {
  static const size_t mosts[] = {1, 2, 3, DUMP_MOST};
  for (size_t i = 0; i < sizeof mosts / sizeof *mosts; i++) {
    char *dump = dump_file(ending, bytes, length, mosts[i]);
    assert_string_equal(dump, wanted);
    pil_memory_free(dump);
  }
}

typedef struct text_case {
  const char *text, *wanted;
} text_case;

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define BOM "\xef\xbb\xbf"

static const text_case csv_cases[] = {
    {"name,score,right\nab,0.5,TRUE\ncd,1,false\n",
     "1:2 [wab][w0.5][wTRUE]\n2:3 [wcd][w1][wfalse]\nname|score|right (csv)\n"},
    /* line ends, BOM, no end of the last line, blanks around */
    {"a,b\n1,x\n2,y", "1:2 [w1][wx]\n2:3 [w2][wy]\na|b (csv)\n"},
    {"a,b\r\n1,x\r\n2,y\r\n", "1:2 [w1][wx]\n2:3 [w2][wy]\na|b (csv)\n"},
    {"a,b\r1,x\r2,y\r", "1:2 [w1][wx]\n2:3 [w2][wy]\na|b (csv)\n"},
    {"a,b\r1,x\n2,y\r\n3,z", "1:2 [w1][wx]\n2:3 [w2][wy]\n3:4 [w3][wz]\na|b (csv)\n"},
    {BOM "a,b\n1,x\n", "1:2 [w1][wx]\na|b (csv)\n"},
    {" a , \"b\" \n 1 ,x\t\n", "1:2 [w 1 ][wx\t]\na|b (csv)\n"},
    {"a,b\n", "a|b (csv)\n"},
    {"a", "a (csv)\n"},
    {"a,\n1,2\n", "1:2 [w1][w2]\na| (csv)\n"},
    /* missing cells */
    {"a,b,c\n,, \n\"\",\" \",\t\nNA,\"NA\",x\n",
     "1:2 [-][-][-]\n2:3 [-][-][-]\n3:4 [wNA][wNA][wx]\na|b|c (csv)\n"},
    /* quotes */
    {"t,n\n\"a,b\",1\n\"say \"\"hi\"\"\",2\n\"two\r\nlines\n\",3\n\"\",4\n5\" pipe,5\n",
     "1:2 [wa,b][w1]\n2:3 [wsay \"hi\"][w2]\n3:4 [wtwo\r\nlines\n][w3]\n4:7 [-][w4]\n5:8 [w5\" pipe][w5]\nt|n (csv)\n"},
    {"t,n\r\"a\r\rb\",1\r\"\"\"\",2\r\"x\"  ,  \"y\"\t\r",
     "1:2 [wa\r\rb][w1]\n2:5 [w\"][w2]\n3:6 [wx][wy]\nt|n (csv)\n"},
    {"\"a\nb\",c\n1,2\n", "1:3 [w1][w2]\na\nb|c (csv)\n"},
    /* empty lines: at the end nothing, between rows a fault, in one column a missing cell */
    {"a,b\n1,2\n\n\r\n\n", "1:2 [w1][w2]\na|b (csv)\n"},
    {"a,b\n1,2\n\n3,4\n", "1:2 [w1][w2]\n2:3 ! an empty line between the rows; delete it\n3:4 [w3][w4]\na|b (csv)\n"},
    {"a,b\n\n\n\n3,4\n\n5",
     "1:2 ! 3 empty lines between the rows; delete them\n2:5 [w3][w4]\n"
     "3:6 ! an empty line between the rows; delete it\n"
     "4:7 ! 1 cell where the header has 2 (the first without one: \"b\")\na|b (csv)\n"},
    {"a\n1\n\n\n2\n\n", "1:2 [w1]\n2:3 [-]\n3:4 [-]\n4:5 [w2]\na (csv)\n"},
    {"a\r\n\r\n  \r\n\"\"\r\n", "1:2 [-]\n2:3 [-]\n3:4 [-]\na (csv)\n"},
    /* faults, and the next record */
    {"a,b\n1\n3,4\n", "1:2 ! 1 cell where the header has 2 (the first without one: \"b\")\n2:3 [w3][w4]\na|b (csv)\n"},
    {"a,b\n1,2,3\n1,2,\n3,4\n",
     "1:2 ! more cells than the header's 2 (a text that holds a comma goes in double quotes)\n"
     "2:3 ! more cells than the header's 2 (a text that holds a comma goes in double quotes)\n"
     "3:4 [w3][w4]\na|b (csv)\n"},
    {"a,b\n\"x\ny\",2\n3\n4,5\n",
     "1:2 [wx\ny][w2]\n2:4 ! 1 cell where the header has 2 (the first without one: \"b\")\n3:5 [w4][w5]\na|b (csv)\n"},
    {"a,b\n1,\"x\"y,\"z\n3,4\n",
     "1:2 ! column \"b\": text follows a closing quote; a quote inside a cell is doubled (\"\")\n"
     "2:3 [w3][w4]\na|b (csv)\n"},
    {"a,b\n1,2\n\"x,2\n3,4\n",
     "1:2 [w1][w2]\n2:3 ! column \"a\": the quote that opens in this line is never closed; with it 1 more line is "
     "lost\na|b (csv)\n"},
    {"a,b\n1,\"", "1:2 ! column \"b\": the quote that opens in this line is never closed\na|b (csv)\n"},
    {"a,b\n1,\xe9t\n3,4\n",
     "1:2 ! column \"b\": bytes that are not UTF-8 (E9); save it as CSV in UTF-8\n2:3 [w3][w4]\na|b (csv)\n"},
    {"a,b\n\"\xc3\",1\n3,\xc3\xa9\n",
     "1:2 ! column \"a\": bytes that are not UTF-8 (C3); save it as CSV in UTF-8\n2:3 [w3][w\xc3\xa9]\na|b (csv)\n"},
    {"\"a\n\x01\",b\n\"x\"y,1\n",
     "1:3 ! column \"a\\n\\x01\": text follows a closing quote; a quote inside a cell is doubled (\"\")\n"
     "a\n\x01|b (csv)\n"},
    /* errors of the header */
    {"", "open: 1: no header: the file is empty\n"},
    {BOM, "open: 1: no header: the file is empty\n"},
    {"\na,b\n", "open: 1: no header: the first line must name the columns\n"},
    {",,\n1,2,3\n", "open: 1: no header: the first line must name the columns\n"},
    {"a,b, a\n", "open: 1: two columns are named \"a\" (columns 1 and 3)\n"},
    {"a;b\n1;2\n", "open: 1: cells must be separated by commas; the header has semicolons\n"},
    {"a\tb\n1\t2\n", "open: 1: cells must be separated by commas; the header has tabs\n"},
    {"a,\"b\n1,2\n",
     "open: 1: the quote that opens in this line is never closed; with it 1 more line is lost\n"},
    {"a,\"b\"c\n1,2\n", "open: 1: text follows a closing quote; a quote inside a cell is doubled (\"\")\n"},
    {"\xff\xfe"
     "a",
     "open: 1: the file is UTF-16; save it as CSV in UTF-8\n"},
};

static const text_case json_cases[] = {
    {"{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"c\":true,\"a\":2.50}\n",
     "1:1 [n1][tx]\n2:2 [n2.5][ty][btrue]\na|b|c (json)\n"},
    /* blanks, blank lines, no end of the last line, BOM, CR LF */
    {BOM " { \"a\" : 1 , \"b\" : [ 1 , \"]\" ] } \r\n\r\n \t\n{}\n{\"b\":false}",
     "1:1 [n1][j[ 1 , \"]\" ]]\n2:4 \n3:5 [-][bfalse]\na|b (json)\n"},
    /* missing */
    {"{\"a\":null,\"b\":\"\",\"c\":\" \",\"d\":0}\n", "1:1 [-][-][-][n0]\na|b|c|d (json)\n"},
    /* texts */
    {"{\"a\":\"say \\\"hi\\\"\\n\",\"\\u00e9\\\"\":\"\\ud83d\\ude00\\\\\",\"\xc3\xa9\":\"\xe2\x82\xac\"}\n",
     "1:1 [tsay \"hi\"\n][t\xf0\x9f\x98\x80\\][t\xe2\x82\xac]\na|\xc3\xa9\"|\xc3\xa9 (json)\n"},
    /* nested: as it stands there */
    {"{\"a\":{\"b\":[1,{\"c\":\"}\\\"\"}], \"d\":2.50},\"e\":[],\"f\":{}}\n",
     "1:1 [j{\"b\":[1,{\"c\":\"}\\\"\"}], \"d\":2.50}][j[]][j{}]\na|e|f (json)\n"},
    /* numbers */
    {"{\"a\":9007199254740993,\"b\":12345678901234567890123,\"c\":-0,\"d\":1.0,\"e\":0.1}\n",
     "1:1 [n9007199254740993][n12345678901234567890123][n-0][n1][n0.1]\na|b|c|d|e (json)\n"},
    {"{\"a\":1e2,\"b\":0.30000000000000004,\"c\":1E-7,\"d\":0.10000000000000000001,\"e\":1.7976931348623157e308}\n",
     "1:1 [n100][n0.30000000000000004][n1e-07][n0.1][n1.7976931348623157e+308]\na|b|c|d|e (json)\n"},
    {"{\"a\":0.0001,\"b\":0.00001,\"c\":-0.00001,\"d\":123456789.1234567,\"e\":2.675,\"f\":1e23}\n",
     "1:1 [n0.0001][n1e-05][n-1e-05][n123456789.1234567][n2.675][n1e+23]\na|b|c|d|e|f (json)\n"},
    /* faults, and the next record */
    {"{\"a\":1}\n{\"a\":1,}\n{\"a\":2}\n",
     "1:1 [n1]\n2:2 ! no JSON object: string or '}' expected near '}' (column 8)\n3:3 [n2]\na (json)\n"},
    {"{\"a\":1\n{\"a\":2}\n", "1:1 ! no JSON object: it does not end in its line\n2:2 [n2]\na (json)\n"},
    {"{\"a\":1,\"a\":2}\n{\"b\":3}\n",
     "1:1 ! no JSON object: duplicate object key near '\"a\"' (column 10)\n2:2 [n3]\nb (json)\n"},
    {"{}\n[1,2]\n5\n\"x\"\n{\"a\":1} {\"a\":2}\n",
     "1:1 \n2:2 ! a JSON list; one JSON object a line is wanted\n"
     "3:3 ! no JSON object: '[' or '{' expected near '5' (column 1)\n"
     "4:4 ! no JSON object: '[' or '{' expected near '\"x\"' (column 3)\n"
     "5:5 ! no JSON object: end of file expected near '{' (column 9)\n (json)\n"},
    {"{\"a\":1e400}\n{\"a\":NaN}\n{\"a\":\"\\u0000\"}\n{\"a\":\"\xff\"}\n",
     "1:1 ! no JSON object: real number overflow near '1e400' (column 10)\n"
     "2:2 ! no JSON object: invalid token near 'NaN' (column 8)\n"
     "3:3 ! \\u0000 in a text (column 13)\n"
     "4:4 ! no JSON object: unable to decode byte 0xff near '\"' (column 6)\n (json)\n"},
    /* errors of the whole */
    {"", "open: 1: no record: the file is empty\n"},
    {" \n\n", "open: 1: no record: the file is empty\n"},
    {" \n[{\"a\":1}]\n", "open: 1: a JSON list; one JSON object a line is wanted\n"},
};

static void csv_is_read(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(csv_cases); i++)
    check_dump(".csv", csv_cases[i].text, strlen(csv_cases[i].text), csv_cases[i].wanted);
}

static void json_lines_are_read(void **unused) {
  (void)unused;
  static const char *const endings[] = {".jsonl", ".ndjson", ".json", ".JSONL"};
  for (size_t i = 0; i < COUNT(json_cases); i++)
    check_dump(endings[i % COUNT(endings)], json_cases[i].text, strlen(json_cases[i].text), json_cases[i].wanted);
}

static void a_nul_byte_is_a_fault(void **unused) {
  (void)unused;
  static const char csv[] = "a,b\n1,x\0y\n\"\0\",2\n3,4\n";
  check_dump(".csv", csv, sizeof csv - 1,
             "1:2 ! column \"b\": a NUL byte; this is no CSV text\n"
             "2:3 ! column \"a\": a NUL byte; this is no CSV text\n3:4 [w3][w4]\na|b (csv)\n");
  static const char json[] = "{\"a\":1}\n{\"a\":\0}\n{\"a\":2}\n";
  char *dump = dump_file(".jsonl", json, sizeof json - 1, 1);
  assert_non_null(strstr(dump, "1:1 [n1]\n2:2 ! no JSON object: "));
  assert_non_null(strstr(dump, "\n3:3 [n2]\na (json)\n"));
  pil_memory_free(dump);
}

/* Other names are told apart by what they hold, as standard input is; a pipe's name is one. */
static void pieces_change_nothing(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(csv_cases) + COUNT(json_cases); i++) {
    const text_case *c = i < COUNT(csv_cases) ? &csv_cases[i] : &json_cases[i - COUNT(csv_cases)];
    size_t length = strlen(c->text);
    if (i >= COUNT(csv_cases) && strpbrk(c->text, "{[") == NULL) continue; /* empty: of which format? */
    for (size_t piece = 1; piece <= length + 1; piece++) {
      char *dump = dump_pieces(c->text, length, piece, 1 + piece % 3);
      if (strcmp(dump, c->wanted) != 0) fail_msg("pieces of %zu: %s", piece, dump);
      pil_memory_free(dump);
    }
  }
}

static void write_all(int descriptor, const char *text) {
  assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
}

static void check_next(pil_records *records, const char *wanted) {
  pil_record list[8];
  pil_error error;
  pil_text text = {0};
  size_t count = pil_records_read(records, list, 8, &error);
  for (size_t i = 0; i < count; i++) dump_record(&list[i], &text);
  assert_string_equal(pil_text_get(&text), wanted);
  pil_text_free(&text);
}

/* Nothing waits for what has not come: this would hang. */
static void a_slow_pipe_is_followed(void **unused) {
  (void)unused;
  int ends[2];
  pil_error error;
  char name[32];
  alarm(20);
  assert_int_equal(pipe(ends), 0);
  snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
  write_all(ends[1], "a,b\r");
  pil_records *records = pil_records_open(name, &error);
  assert_non_null(records);
  assert_string_equal(pil_records_name(records), name);
  write_all(ends[1], "\n1,2\r3,");
  check_next(records, "1:2 [w1][w2]\n");
  write_all(ends[1], "4\n5,\"6\n");
  check_next(records, "2:3 [w3][w4]\n");
  write_all(ends[1], "\"\n7,8\n9,9\n");
  check_next(records, "3:4 [w5][w6\n]\n4:6 [w7][w8]\n5:7 [w9][w9]\n");
  write_all(ends[1], "x");
  close(ends[1]);
  check_next(records, "6:8 ! 1 cell where the header has 2 (the first without one: \"b\")\n");
  check_next(records, "");
  check_next(records, "");
  pil_records_free(records);
  close(ends[0]);
}

static void standard_input_is_read(void **unused) {
  (void)unused;
  static const char text[] = "\n{\"a\":1}\n{\"a\":2}\n";
  int ends[2], kept = dup(STDIN_FILENO);
  pil_error error;
  alarm(20);
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0); /* as another program may have left it */
  dup2(ends[0], STDIN_FILENO);
  write_all(ends[1], text);
  pil_records *records = pil_records_open("-", &error);
  assert_non_null(records);
  assert_string_equal(pil_records_name(records), "standard input");
  assert_true(pil_records_are_json(records));
  check_next(records, "1:2 [n1]\n2:3 [n2]\n");
  feeder later = {.bytes = "{\"a\":3}", .length = 7, .piece = 1, .repeat_count = 1, .patient = true,
                  .read_end = ends[0], .write_end = ends[1]};
  assert_int_equal(pthread_create(&later.thread, NULL, feed, &later), 0);
  check_next(records, "3:4 [n3]\n");
  pthread_join(later.thread, NULL);
  pil_records_free(records);
  assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* it was not ours to close */
  dup2(kept, STDIN_FILENO);
  close(kept);
  close(ends[0]);
}

static void note_alarm(int signal) {
  (void)signal;
}

/* A signal whose handler does not restart calls ends the wait, and nothing is lost. */
static void a_wait_can_be_interrupted(void **unused) {
  (void)unused;
  struct sigaction action = {.sa_handler = note_alarm}, before;
  struct itimerval soon = {.it_value = {0, 50000}, .it_interval = {0, 50000}}, never = {0};
  int ends[2];
  pil_error error;
  pil_record record;
  char name[32];
  assert_int_equal(pipe(ends), 0);
  snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
  write_all(ends[1], "a\n1");
  pil_records *records = pil_records_open(name, &error);
  assert_non_null(records);
  sigaction(SIGALRM, &action, &before);
  setitimer(ITIMER_REAL, &soon, NULL);
  assert_int_equal(pil_records_read(records, &record, 1, &error), 0);
  setitimer(ITIMER_REAL, &never, NULL);
  sigaction(SIGALRM, &before, NULL);
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  write_all(ends[1], "2\n");
  check_next(records, "1:2 [w12]\n");
  pil_records_free(records);
  close(ends[0]);
  close(ends[1]);
}

/* Packs `length` bytes; a flush after each `step` bytes, so that a reader could go on. */
static size_t pack(const char *bytes, size_t length, size_t step, char *to, size_t to_bytes) {
  z_stream z = {0};
  assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_out = (Bytef *)to;
  z.avail_out = (uInt)to_bytes;
  for (size_t at = 0; at < length; at += step) {
    z.next_in = (Bytef *)(uintptr_t)(bytes + at);
    z.avail_in = (uInt)(length - at < step ? length - at : step);
    deflate(&z, Z_SYNC_FLUSH);
  }
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  deflateEnd(&z);
  return to_bytes - z.avail_out;
}

static void packed_files_are_unpacked(void **unused) {
  (void)unused;
  static const char text[] = "a,b\n1,x\n2,\"y\nz\"\n3,w\n";
  static const char wanted[] = "1:2 [w1][wx]\n2:3 [w2][wy\nz]\n3:5 [w3][ww]\na|b (csv)\n";
  char packed[1024];
  size_t length = pack(text, strlen(text), 5, packed, sizeof packed);
  check_dump(".csv.gz", packed, length, wanted);
  check_dump(".csv", packed, length, wanted);
  for (size_t piece = 1; piece <= length; piece += 7) {
    char *dump = dump_pieces(packed, length, piece, DUMP_MOST);
    assert_string_equal(dump, wanted);
    pil_memory_free(dump);
  }
  /* two members, and padding */
  size_t both = length + pack("4,v\n", 4, 4, packed + length, sizeof packed - length);
  memset(packed + both, 0, 16);
  check_dump(".csv.gz", packed, both + 16, "1:2 [w1][wx]\n2:3 [w2][wy\nz]\n3:5 [w3][ww]\n4:6 [w4][wv]\na|b (csv)\n");
  length = pack("{\"a\":1}\n", 8, 8, packed, sizeof packed);
  check_dump(".jsonl.gz", packed, length, "1:1 [n1]\na (json)\n");
}

/* The records before the damage are given, then the error, again and again. */
static void damage_is_an_error(void **unused) {
  (void)unused;
  static const char text[] = "a,b\n1,x\n2,y\n3,z\n";
  char packed[1024], expected[256], *dump;
  size_t length = pack(text, strlen(text), 4, packed, sizeof packed);
  for (size_t cut = 1; cut < length; cut++) {
    dump = dump_file(".csv.gz", packed, cut, DUMP_MOST);
    assert_true(strstr(dump, "error: cannot read") != NULL || strstr(dump, "open: 0: cannot read") != NULL);
    assert_non_null(strstr(dump, cut < 2 ? "it is not a gzip file" : "it is cut short"));
    if (cut == length - 1) assert_ptr_equal(strstr(dump, "1:2 [w1][wx]\n2:3 [w2][wy]\n3:4 [w3][wz]\n"), dump);
    pil_memory_free(dump);
  }
  packed[length - 6] ^= 1; /* in the check of the whole */
  write_file(".csv.gz", packed, length);
  dump = dump_path(path, DUMP_MOST);
  snprintf(expected, sizeof expected,
           "1:2 [w1][wx]\n2:3 [w2][wy]\n3:4 [w3][wz]\nerror: cannot read \"%s\": it is damaged\na|b (csv)\n", path);
  assert_string_equal(dump, expected);
  pil_memory_free(dump);
  pil_error error;
  pil_record record;
  pil_records *records = pil_records_open(path, &error);
  for (int i = 0; i < 3; i++) assert_int_equal(pil_records_read(records, &record, 1, &error), 1);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(pil_records_read(records, &record, 1, &error), 0);
    assert_int_equal(error.failure, PIL_FAILURE_FILE);
  }
  pil_records_free(records);
  unlink(path);
  packed[length - 6] ^= 1;
  strcpy(packed + length, "more");
  dump = dump_file(".csv.gz", packed, length + 4, DUMP_MOST);
  assert_non_null(strstr(dump, "3:4 [w3][wz]\nerror: "));
  assert_non_null(strstr(dump, "other bytes follow the packed ones"));
  pil_memory_free(dump);
  dump = dump_file(".csv.gz", text, strlen(text), DUMP_MOST);
  assert_non_null(strstr(dump, "it is not a gzip file"));
  pil_memory_free(dump);
}

static void what_cannot_be_opened_is_named(void **unused) {
  (void)unused;
  char *dump = dump_path("/nonexistent.csv", 1);
  assert_string_equal(dump, "open: 0: cannot read \"/nonexistent.csv\": No such file or directory\n");
  pil_memory_free(dump);
  dump = dump_path("/tmp", 1);
  assert_string_equal(dump, "open: 0: cannot read \"/tmp\": it is a folder\n");
  pil_memory_free(dump);
}

/* Records across the buffer's end, of every length around it. */
static void the_buffer_has_no_edges(void **unused) {
  (void)unused;
  for (size_t first = (1 << 18) - 12; first < (1 << 18) + 12; first++) {
    pil_text text = {0}, wanted = {0};
    pil_text_add(&text, "a,b\r\n");
    pil_text_repeat(&text, "x", first - 20);
    pil_text_add(&text, ",1\r\n\"q\"\"\r\n,r\" ,\"\xc3\xa9\"\r\ny,3\r\n");
    pil_text_add(&wanted, "1:2 [w");
    pil_text_repeat(&wanted, "x", first - 20);
    pil_text_add(&wanted, "][w1]\n2:3 [wq\"\r\n,r][w\xc3\xa9]\n3:5 [wy][w3]\na|b (csv)\n");
    char *dump = dump_file(".csv", text.bytes, text.length, first % 2 == 0 ? 1 : DUMP_MOST);
    assert_string_equal(dump, wanted.bytes);
    pil_memory_free(dump);
    pil_text_free(&text);
    pil_text_free(&wanted);
  }
}

static void check_long(const char *ending, const char *start, const char *end, const char *wanted, size_t length) {
  pil_text text = {0};
  pil_text_add(&text, start);
  size_t from = text.length;
  pil_text_repeat(&text, "0123456789abcdef", length / 16);
  pil_text_repeat(&text, "-", length - (text.length - from));
  pil_text_add(&text, end);
  char *dump = dump_file(ending, text.bytes, text.length, DUMP_MOST);
  const char *rest = strlen(dump) > 200 ? dump + strlen(dump) - strlen(wanted) : dump;
  assert_string_equal(rest, wanted);
  pil_memory_free(dump);
  dump = dump_pieces(text.bytes, text.length, 50000, DUMP_MOST);
  rest = strlen(dump) > 200 ? dump + strlen(dump) - strlen(wanted) : dump;
  assert_string_equal(rest, wanted);
  pil_memory_free(dump);
  pil_text_free(&text);
}

#define LONG "longer than 16 MiB, the most that one record may have"

static void a_record_may_have_so_many_bytes(void **unused) {
  (void)unused;
  static const char last[] = "][w1]\n2:3 [w2][w3]\na|b (csv)\n";
  check_long(".csv", "a,b\n", ",1\n2,3\n", last, PIL_RECORD_BYTES - 2);
  check_long(".csv", "a,b\n", ",1\n2,3\n", "1:2 ! " LONG "\n2:3 [w2][w3]\na|b (csv)\n", PIL_RECORD_BYTES - 1);
  check_long(".csv", "a,b\n", ",1\r\n2,3\r\n", "1:2 ! " LONG "\n2:3 [w2][w3]\na|b (csv)\n", 3 * PIL_RECORD_BYTES);
  check_long(".csv", "a,b\n1,\"x\n", "\n\"\n2,3\n",
             "1:2 ! " LONG " (a quote that opens in it is closed late or never)\n2:5 [w2][w3]\na|b (csv)\n",
             2 * PIL_RECORD_BYTES);
  check_long(".csv", "a,b\n1,\"x\"y,\"", "\n2,3\n", "1:2 ! " LONG "\n2:3 [w2][w3]\na|b (csv)\n", 2 * PIL_RECORD_BYTES);
  check_long(".csv", "a,b\n1,\"", "",
             "1:2 ! " LONG "\na|b (csv)\n", 2 * PIL_RECORD_BYTES);
  check_long(".jsonl", "{\"a\":\"", "\"}\n{\"a\":3}\n", "]\n2:2 [n3]\na (json)\n", PIL_RECORD_BYTES - 8);
  check_long(".jsonl", "{\"a\":\"", "\"}\n{\"a\":3}\n", "1:1 ! " LONG "\n2:2 [n3]\na (json)\n", PIL_RECORD_BYTES - 7);
  check_long(".jsonl", "{\"a\":\"", "\"}\n{\"a\":3}\n", "1:1 ! " LONG "\n2:2 [n3]\na (json)\n", 3 * PIL_RECORD_BYTES);
  check_long(".csv", "", "\n1\n", "open: 1: " LONG "\n", 2 * PIL_RECORD_BYTES);
}

static long peak_kib(void) {
  struct rusage usage;
  assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss;
}

/* In a process of its own, as the peak of memory counts from its start. */
static void read_much(const char *bytes, size_t repeat_count, size_t row_count, size_t fault_count) {
  pid_t child = fork();
  if (child == 0) {
    feeder f = {.bytes = bytes, .length = strlen(bytes), .piece = strlen(bytes), .repeat_count = repeat_count};
    pil_record list[DUMP_MOST];
    pil_error error;
    size_t count, rows = 0, faults = 0;
    long before = peak_kib();
    feeder_start(&f);
    pil_records *records = pil_records_open(f.path, &error);
    if (records == NULL) _exit(1);
    while ((count = pil_records_read(records, list, DUMP_MOST, &error)) > 0) {
      rows += count;
      for (size_t i = 0; i < count; i++) faults += list[i].fault != NULL;
    }
    pil_records_free(records);
    feeder_end(&f);
    long grown = peak_kib() - before;
    if (rows != row_count || faults != fault_count || grown > 64 << 10)
      fprintf(stderr, "%zu rows, %zu faults, %ld KiB\n", rows, faults, grown);
    _exit(error.failure != PIL_FAILURE_NONE || rows != row_count || faults != fault_count || grown > 64 << 10);
  }
  int status;
  assert_true(child > 0 && waitpid(child, &status, 0) == child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void memory_is_bounded(void **unused) {
  (void)unused;
  enum { LINE = 1000, BLOCK = 100, TIMES = 2500 }; /* 250 MB */
  char line[LINE + 1];
  pil_text block = {0};
  memset(line, 'x', LINE);
  line[LINE] = '\0';
  memcpy(line + 10, ",2,\"3\n3\",", 9);
  line[LINE - 1] = '\n';
  pil_text_repeat(&block, line, BLOCK);
  read_much(block.bytes, TIMES, BLOCK * TIMES - 1, 0);
  for (size_t i = 0; i < block.length; i++)
    if (block.bytes[i] == '\n') block.bytes[i] = ' '; /* one record without end, 250 MB of a header */
  block.bytes[0] = '{';
  read_much(block.bytes, TIMES, 1, 1);
  pil_text_free(&block);
}

static void columns_are_limited(void **unused) {
  (void)unused;
  pil_text text = {0};
  for (int i = 0; i < 65536; i++) pil_text_format(&text, i == 0 ? "c%d" : ",c%d", i);
  pil_text_add(&text, "\n");
  pil_text_repeat(&text, "1,", 65535);
  pil_text_add(&text, "2\n");
  char *dump = dump_file(".csv", text.bytes, text.length, DUMP_MOST);
  assert_non_null(strstr(dump, "[w1][w2]\nc0|"));
  pil_memory_free(dump);
  dump = dump_file(".csv", "a,", 2, 1);
  pil_memory_free(dump);
  text.length = (size_t)(strchr(text.bytes, '\n') - text.bytes);
  pil_text_add(&text, ",more\n");
  dump = dump_file(".csv", text.bytes, text.length, DUMP_MOST);
  assert_string_equal(dump, "open: 1: the header has more than 65536 columns\n");
  pil_memory_free(dump);
  text.length = 0;
  for (int i = 0; i < 4097; i++) pil_text_format(&text, "{\"k%d\":%d,\"k0x\":1}\n", i, i);
  pil_text_add(&text, "{\"k4000\":5}\n");
  dump = dump_file(".jsonl", text.bytes, text.length, DUMP_MOST);
  assert_non_null(strstr(dump, "4095:4095 [-][n1]"));
  assert_non_null(strstr(dump, "\n4096:4096 ! \"k4095\": more than 4096 different keys so far\n"));
  assert_non_null(strstr(dump, "[n5]\nk0|k0x|k1|k2|"));
  pil_memory_free(dump);
  pil_text_free(&text);
}

static void real_tables_are_read(void **unused) {
  (void)unused;
  static const struct {
    const char *file;
    size_t row_count;
  } tables[] = {{"ab/hillstrom_womens.csv.gz", 32040},
                {"pricing/orange_juice.csv.gz", 53757},
                {"hitl/moderation_votes.csv.gz", 12392},
                {"projects/canada_it_projects.csv", 563},
                {"queue/service_desk_incidents.csv", 890}};
  if (access("../shared/data/README.md", R_OK) != 0) {
    print_message("skipped: ../shared/data is not here\n");
    skip();
  }
  for (size_t i = 0; i < COUNT(tables); i++) {
    char name[256];
    pil_record list[DUMP_MOST];
    pil_error error;
    snprintf(name, sizeof name, "../shared/data/%s", tables[i].file);
    pil_records *records = pil_records_open(name, &error);
    assert_non_null(records);
    size_t rows = 0, count;
    while ((count = pil_records_read(records, list, DUMP_MOST, &error)) > 0) {
      for (size_t k = 0; k < count; k++) assert_null(list[k].fault);
      rows += count;
    }
    assert_int_equal(error.failure, PIL_FAILURE_NONE);
    assert_int_equal(rows, tables[i].row_count);
    pil_records_free(records);
  }
}

static void cells_are_numbers_or_not(void **unused) {
  (void)unused;
  static const struct {
    pil_record_kind kind;
    const char *text;
    bool good, is_whole;
    double number;
  } cases[] = {
      {PIL_RECORD_WRITTEN, "12", true, true, 12},
      {PIL_RECORD_WRITTEN, " -7\t", true, true, -7},
      {PIL_RECORD_WRITTEN, "007", true, true, 7},
      {PIL_RECORD_WRITTEN, "1.0", true, false, 1},
      {PIL_RECORD_WRITTEN, ".5", true, false, 0.5},
      {PIL_RECORD_WRITTEN, "1e3", true, false, 1000},
      {PIL_RECORD_WRITTEN, "9007199254740992", true, true, 9007199254740992.0},
      {PIL_RECORD_WRITTEN, "9007199254740994", true, false, 9007199254740994.0},
      {PIL_RECORD_WRITTEN, "nan", false, false, 0},
      {PIL_RECORD_WRITTEN, "inf", false, false, 0},
      {PIL_RECORD_WRITTEN, "0x1F", false, false, 0},
      {PIL_RECORD_WRITTEN, "1e400", false, false, 0},
      {PIL_RECORD_WRITTEN, "1 2", false, false, 0},
      {PIL_RECORD_WRITTEN, "1_000", false, false, 0},
      {PIL_RECORD_WRITTEN, "true", false, false, 0},
      {PIL_RECORD_WRITTEN, "NA", false, false, 0},
      {PIL_RECORD_MISSING, "", false, false, 0},
      {PIL_RECORD_NUMBER, "3", true, true, 3},
      {PIL_RECORD_NUMBER, "1e+15", true, true, 1e15},
      {PIL_RECORD_NUMBER, "2.5", true, false, 2.5},
      {PIL_RECORD_NUMBER, "12345678901234567890", true, false, 12345678901234567890.0},
      {PIL_RECORD_TEXT, "5", false, false, 0},
      {PIL_RECORD_BOOLEAN, "true", false, false, 0},
      {PIL_RECORD_NESTED, "[1]", false, false, 0},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    pil_record_cell cell = {cases[i].kind, cases[i].text, strlen(cases[i].text)};
    double number = 0;
    bool is_whole = false, good = pil_record_number(&cell, &number, &is_whole);
    if (good != cases[i].good || (good && (number != cases[i].number || is_whole != cases[i].is_whole)))
      fail_msg("%s: %d %g %d", cases[i].text, good, number, is_whole);
  }
}

static void cells_are_booleans_or_not(void **unused) {
  (void)unused;
  static const struct {
    pil_record_kind kind;
    const char *text;
    int plain, with_digits; /* -1: none */
  } cases[] = {
      {PIL_RECORD_WRITTEN, "TRUE", 1, 1},   {PIL_RECORD_WRITTEN, " False ", 0, 0}, {PIL_RECORD_WRITTEN, "1", -1, 1},
      {PIL_RECORD_WRITTEN, "0.0", -1, 0},   {PIL_RECORD_WRITTEN, "2", -1, -1},     {PIL_RECORD_WRITTEN, "yes", -1, -1},
      {PIL_RECORD_BOOLEAN, "true", 1, 1},   {PIL_RECORD_BOOLEAN, "false", 0, 0},   {PIL_RECORD_NUMBER, "1", -1, 1},
      {PIL_RECORD_TEXT, "true", -1, -1},    {PIL_RECORD_TEXT, "1", -1, -1},        {PIL_RECORD_MISSING, "", -1, -1},
      {PIL_RECORD_WRITTEN, "truer", -1, -1}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    pil_record_cell cell = {cases[i].kind, cases[i].text, strlen(cases[i].text)};
    bool truth = false;
    int plain = pil_record_boolean(&cell, false, &truth) ? truth : -1;
    int with_digits = pil_record_boolean(&cell, true, &truth) ? truth : -1;
    if (plain != cases[i].plain || with_digits != cases[i].with_digits)
      fail_msg("%s: %d %d", cases[i].text, plain, with_digits);
  }
}

/* Reads the file with the n-th allocation and all after it failing; true when there was no need for that many. */
static bool read_failing_from(uint64_t n, const char *wanted) {
  pil_error error = {0};
  pil_text text = {0};
  pil_record list[DUMP_MOST];
  size_t count = 0, rows = 0;
  pil_memory_fail_from(n);
  pil_records *records = pil_records_open(path, &error);
  while (records != NULL && (count = pil_records_read(records, list, DUMP_MOST, &error)) > 0) {
    uint64_t used = pil_memory_count();
    pil_memory_fail_from(0); /* writing it down must not fail */
    for (size_t i = 0; i < count; i++) dump_record(&list[i], &text);
    pil_memory_fail_from(used < n ? n - used : 1);
    rows += count;
  }
  pil_memory_fail_from(0);
  bool good = error.failure == PIL_FAILURE_NONE;
  if (!good) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  /* What was given before is right, and at the end all of it. */
  if (memcmp(pil_text_get(&text), wanted, text.length) != 0) fail_msg("%s", text.bytes);
  if (good) assert_string_equal(pil_text_get(&text), wanted);
  pil_records_free(records);
  pil_text_free(&text);
  return good;
}

static void every_failed_allocation_is_reported(void **unused) {
  (void)unused;
  json_malloc_t take;
  json_free_t give;
  char packed[4096];
  json_get_alloc_funcs(&take, &give);
  pil_text csv = {0}, json = {0};
  pil_text_add(&csv, "a,b\n1,2\n3\n4,");
  pil_text_repeat(&csv, "x", 300000);
  pil_text_add(&csv, "\n5\n");
  for (int i = 0; i < 20; i++)
    pil_text_format(&json,
                    "{\"a key of some length %d\":\"a \\\"text\\\"\",\"b\":[1.5,{}],\"c\":%d.10}\n{\n"
                    "{\"c\":%d.10,\"b\":0}\n",
                    i, i, i);
  const char *texts[] = {csv.bytes, json.bytes, packed};
  const char *const endings[] = {".csv", ".jsonl", ".csv.gz"};
  size_t lengths[] = {csv.length, json.length, pack("a,b\n1,2\n3\n", 10, 4, packed, sizeof packed)};
  for (size_t i = 0; i < 3; i++) {
    write_file(endings[i], texts[i], lengths[i]);
    pil_error error;
    pil_text wanted = {0};
    pil_records *records = pil_records_open(path, &error);
    assert_true(dump_all(records, DUMP_MOST, &wanted, &error));
    pil_records_free(records);
    json_set_alloc_funcs(pil_memory_new, pil_memory_free); /* jansson's allocations fail too */
    uint64_t n = 1;
    while (!read_failing_from(n, wanted.bytes)) n++;
    json_set_alloc_funcs(take, give);
    assert_true(n > 7);
    pil_text_free(&wanted);
    unlink(path);
  }
  pil_text_free(&csv);
  pil_text_free(&json);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(csv_is_read, remove_file),
      cmocka_unit_test_teardown(json_lines_are_read, remove_file),
      cmocka_unit_test_teardown(a_nul_byte_is_a_fault, remove_file),
      cmocka_unit_test_teardown(pieces_change_nothing, remove_file),
      cmocka_unit_test_teardown(a_slow_pipe_is_followed, remove_file),
      cmocka_unit_test_teardown(standard_input_is_read, remove_file),
      cmocka_unit_test_teardown(a_wait_can_be_interrupted, remove_file),
      cmocka_unit_test_teardown(packed_files_are_unpacked, remove_file),
      cmocka_unit_test_teardown(damage_is_an_error, remove_file),
      cmocka_unit_test_teardown(what_cannot_be_opened_is_named, remove_file),
      cmocka_unit_test_teardown(the_buffer_has_no_edges, remove_file),
      cmocka_unit_test_teardown(a_record_may_have_so_many_bytes, remove_file),
      cmocka_unit_test_teardown(memory_is_bounded, remove_file),
      cmocka_unit_test_teardown(columns_are_limited, remove_file),
      cmocka_unit_test_teardown(real_tables_are_read, remove_file),
      cmocka_unit_test(cells_are_numbers_or_not),
      cmocka_unit_test(cells_are_booleans_or_not),
      cmocka_unit_test_teardown(every_failed_allocation_is_reported, remove_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
