/* Errors, arenas, texts, files: the ground floor.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/arena.h"
#include "../engine/base/digest.h"
#include "../engine/base/file.h"
#include "../engine/base/memory.h"
#include "../engine/base/text.h"

static void errors_are_printable(void **state) {
  (void)state;
  pil_error error;
  char line[PIL_ERROR_LINE_BYTES];
  pil_place at = {"a.yaml", 3, 7};
  assert_false(pil_error_set(&error, PIL_FAILURE_INPUT, at, "bad \x1b[31m%s", "\xff\nend\xc2\x9b"));
  assert_string_equal(pil_error_format(&error, line, sizeof line),
                      "a.yaml:3:7: bad \\x1B[31m\\xFF\\nend\\xC2\\x9B");
  error.trial = 12;
  error.column = 0;
  assert_string_equal(pil_error_format(&error, line, sizeof line),
                      "a.yaml:3: bad \\x1B[31m\\xFF\\nend\\xC2\\x9B (trial 12)");
}

static void long_paths_keep_their_end(void **state) {
  (void)state;
  char path[2000];
  memset(path, 'd', sizeof path);
  strcpy(path + sizeof path - 10, "/end.yaml");
  pil_error error;
  pil_error_set(&error, PIL_FAILURE_INPUT, (pil_place){path, 1, 1}, "x");
  assert_true(strlen(error.file) < PIL_ERROR_FILE_BYTES);
  assert_memory_equal(error.file, "...", 3);
  assert_string_equal(error.file + strlen(error.file) - 9, "/end.yaml");
}

static void arenas_align_zero_and_grow(void **state) {
  (void)state;
  pil_arena arena = {0};
  for (size_t bytes = 1; bytes < 100000; bytes = bytes * 3 / 2 + 1) {
    unsigned char *memory = pil_arena_new(&arena, bytes);
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % (bytes >= 64 ? 64 : 16), 0);
    for (size_t i = 0; i < bytes; i++) assert_int_equal(memory[i], 0);
    memset(memory, 0xff, bytes);
  }
  pil_arena_reset(&arena);
  unsigned char *again = pil_arena_new(&arena, 1000);
  for (size_t i = 0; i < 1000; i++) assert_int_equal(again[i], 0);
  assert_null(pil_arena_array(&arena, SIZE_MAX / 2, 16));
  pil_arena_free(&arena);
}

static void nearest_names(void **state) {
  (void)state;
  static const char *const names[] = {"trials", "volume", "wage", "x", "payback_months"};
  assert_string_equal(pil_text_nearest("trails", names, 5), "trials");
  assert_string_equal(pil_text_nearest("Volume", names, 5), "volume");
  assert_string_equal(pil_text_nearest("wagee", names, 5), "wage");
  assert_string_equal(pil_text_nearest("paybak_month", names, 5), "payback_months");
  assert_null(pil_text_nearest("budget", names, 5));
  assert_null(pil_text_nearest("q", names, 5));
  assert_null(pil_text_nearest("", names, 5));
}

static void utf8_is_checked(void **state) {
  (void)state;
  assert_true(pil_text_is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82", 10));
  assert_false(pil_text_is_utf8("\xc0\x80", 2));         /* overlong */
  assert_false(pil_text_is_utf8("\xed\xa0\x80", 3));     /* surrogate */
  assert_false(pil_text_is_utf8("\xf4\x90\x80\x80", 4)); /* over 10FFFF */
  assert_false(pil_text_is_utf8("\xe2\x82", 2));         /* cut */
  assert_int_equal(pil_text_width("± é"), 3);
  assert_true(pil_text_is_name("a_1") && !pil_text_is_name("1a") &&
              !pil_text_is_name("caf\xc3\xa9"));
}

/* Known values: FNV-1a test vectors of Fowler, Noll and Vo; FIPS 180-2 for SHA-256. */
static void hashes_are_the_standard_ones(void **state) {
  (void)state;
  char hex[PIL_DIGEST_BYTES];
  assert_true(pil_text_hash("", 0) == UINT64_C(0xcbf29ce484222325));
  assert_true(pil_text_hash("foobar", 6) == UINT64_C(0x85944171f73967e8));
  pil_digest_bytes("abc", 3, hex);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static char folder[] = "/tmp/pilotage-unit-XXXXXX";

static int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state) {
  (void)state;
  return rmdir(folder);
}

static void files_appear_whole_or_not_at_all(void **state) {
  (void)state;
  char path[256];
  pil_error error;
  pil_file_writer writer;
  snprintf(path, sizeof path, "%s/out", folder);
  assert_true(pil_file_writer_open(&writer, path, &error));
  pil_file_writer_put(&writer, "half", 4);
  assert_int_not_equal(access(path, F_OK), 0);
  pil_file_writer_discard(&writer);
  assert_int_not_equal(access(path, F_OK), 0);
  assert_true(pil_file_writer_open(&writer, path, &error));
  pil_file_writer_put(&writer, "whole", 5);
  assert_true(pil_file_writer_commit(&writer, &error));
  char *bytes;
  size_t length;
  assert_true(pil_file_read(path, 0, PIL_NOWHERE, &bytes, &length, &error));
  assert_int_equal(length, 5);
  assert_string_equal(bytes, "whole");
  pil_memory_free(bytes);
  assert_false(pil_file_read(path, 4, PIL_NOWHERE, &bytes, &length, &error));
  unlink(path);
}

static void write_text(const char *path, const char *text) {
  pil_error error;
  pil_file_writer writer;
  assert_true(pil_file_writer_open(&writer, path, &error));
  pil_file_writer_put(&writer, text, strlen(text));
  assert_true(pil_file_writer_commit(&writer, &error));
}

static void expect_content(const char *path, const char *text) {
  char *bytes;
  size_t length;
  pil_error error;
  assert_true(pil_file_read(path, 0, PIL_NOWHERE, &bytes, &length, &error));
  assert_string_equal(bytes, text);
  pil_memory_free(bytes);
}

/* A link stays and its file is written; /dev/stdout and the like are not replaced by a file. */
static void links_are_written_through(void **state) {
  (void)state;
  char path[256], link[256], open_file[64];
  struct stat status;
  snprintf(path, sizeof path, "%s/out", folder);
  snprintf(link, sizeof link, "%s/link", folder);
  write_text(path, "old");
  assert_int_equal(symlink("out", link), 0);
  write_text(link, "new");
  assert_int_equal(lstat(link, &status), 0);
  assert_true(S_ISLNK(status.st_mode));
  expect_content(path, "new");
  assert_int_equal(stat(path, &status), 0);
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  snprintf(open_file, sizeof open_file, "/dev/fd/%d", descriptor);
  ino_t inode = status.st_ino;
  write_text(open_file, "in place");
  close(descriptor);
  assert_int_equal(stat(path, &status), 0);
  assert_true(status.st_ino == inode);
  expect_content(path, "in place");
  unlink(link);
  unlink(path);
}

static void full_disks_and_odd_files_are_errors(void **state) {
  (void)state;
  char path[256], *bytes;
  size_t length;
  pil_error error;
  pil_file_writer writer;
  assert_true(pil_file_writer_open(&writer, "/dev/full", &error));
  pil_file_writer_put(&writer, "x", 1);
  assert_false(pil_file_writer_commit(&writer, &error));
  assert_non_null(strstr(error.text, "No space left"));
  assert_false(pil_file_writer_open(&writer, "/no such folder/out", &error));
  snprintf(path, sizeof path, "%s/pipe", folder);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_false(
      pil_file_read(path, 0, PIL_NOWHERE, &bytes, &length, &error)); /* and does not wait */
  assert_non_null(strstr(error.text, "not a regular file"));
  unlink(path);
  assert_false(pil_file_read(folder, 0, PIL_NOWHERE, &bytes, &length, &error));
  assert_false(pil_file_read("/no such file", 0, PIL_NOWHERE, &bytes, &length, &error));
}

static void paths_resolve_beside_the_file_that_names_them(void **state) {
  (void)state;
  static const char *const cases[][3] = {{"a/b.yaml", "../c.lua", "a/../c.lua"},
                                         {"b.yaml", "c.lua", "c.lua"},
                                         {"/x/b.yaml", "c.lua", "/x/c.lua"},
                                         {"a/b.yaml", "/c.lua", "/c.lua"}};
  for (size_t i = 0; i < 4; i++) {
    char *path = pil_file_resolve(cases[i][0], cases[i][1]);
    assert_string_equal(path, cases[i][2]);
    pil_memory_free(path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_are_printable),
      cmocka_unit_test(long_paths_keep_their_end),
      cmocka_unit_test(arenas_align_zero_and_grow),
      cmocka_unit_test(nearest_names),
      cmocka_unit_test(utf8_is_checked),
      cmocka_unit_test(hashes_are_the_standard_ones),
      cmocka_unit_test(files_appear_whole_or_not_at_all),
      cmocka_unit_test(links_are_written_through),
      cmocka_unit_test(full_disks_and_odd_files_are_errors),
      cmocka_unit_test(paths_resolve_beside_the_file_that_names_them),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
