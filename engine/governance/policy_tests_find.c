/* Looking for test files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/memory.h"
#include "policy_tests.h"

enum { DEEPEST = 64, MOST_ENTRIES = 100000 };

static const char ending[] = "_test.lua";

static bool ends_as_test(const char *name) {
  size_t length = strlen(name);
  return length >= sizeof ending - 1 && strcmp(name + length - (sizeof ending - 1), ending) == 0;
}

static bool add_file(pil_policy_tests *tests, const char *path, pil_error *error) {
  for (size_t i = 0; i < tests->file_count; i++)
    if (strcmp(tests->files[i].path, path) == 0) return true; /* named twice */
  if (tests->file_count == tests->file_capacity) {
    size_t capacity = tests->file_capacity == 0 ? 16 : 2 * tests->file_capacity;
    pil_test_file *grown = pil_arena_array(tests->arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(error);
    if (tests->file_count > 0) memcpy(grown, tests->files, tests->file_count * sizeof *grown);
    tests->files = grown;
    tests->file_capacity = capacity;
  }
  pil_test_file *file = &tests->files[tests->file_count++];
  *file = (pil_test_file){.path = pil_arena_copy(tests->arena, path, strlen(path))};
  return file->path != NULL || pil_error_memory(error);
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool refuse(const char *path, const char *what, int number, pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_FILE, (pil_place){path, 0, 0}, "%s: %s", what, strerror(number));
}

/* The folder's visible names, sorted. */
static bool list_folder(pil_arena *arena, const char *path, const char ***names, size_t *count, pil_error *error) {
  DIR *stream = opendir(path);
  size_t capacity = 0;
  bool good = true;
  if (stream == NULL) return refuse(path, "cannot look into the folder", errno, error);
  *names = NULL;
  *count = 0;
  for (struct dirent *entry; good && *count <= MOST_ENTRIES && (entry = readdir(stream)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    if (*count == capacity) {
      capacity = capacity == 0 ? 32 : 2 * capacity;
      const char **grown = pil_arena_array(arena, capacity, sizeof *grown);
      if (grown != NULL && *count > 0) memcpy(grown, *names, *count * sizeof *grown);
      *names = grown;
      good = grown != NULL;
    }
    if (good) (*names)[*count] = pil_arena_copy(arena, entry->d_name, strlen(entry->d_name));
    good = good && (*names)[(*count)++] != NULL;
  }
  closedir(stream);
  if (!good) return pil_error_memory(error);
  if (*count > MOST_ENTRIES)
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){path, 0, 0}, "more than %d files in this folder", MOST_ENTRIES);
  if (*count > 0) qsort(*names, *count, sizeof **names, by_name);
  return true;
}

/* Links to folders are not followed: they may lead in a circle. */
static bool search(pil_policy_tests *tests, const char *folder, int depth, pil_error *error) {
  const char **names = NULL;
  size_t count = 0, length = strlen(folder);
  if (depth == DEEPEST)
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){folder, 0, 0}, "folders nest deeper than %d levels", DEEPEST);
  PIL_TRY(list_folder(tests->arena, folder, &names, &count, error));
  for (size_t i = 0; i < count; i++) {
    struct stat status;
    const char *between = length > 0 && folder[length - 1] == '/' ? "" : "/";
    const char *path =
        strcmp(folder, ".") == 0 ? names[i] : pil_arena_format(tests->arena, "%s%s%s", folder, between, names[i]);
    if (path == NULL) return pil_error_memory(error);
    if (lstat(path, &status) != 0) continue; /* gone meanwhile */
    if (S_ISDIR(status.st_mode)) PIL_TRY(search(tests, path, depth + 1, error));
    else if (ends_as_test(names[i])) PIL_TRY(add_file(tests, path, error));
  }
  return true;
}

bool pil_policy_tests_find(pil_policy_tests *tests, const char *path, pil_error *error) {
  struct stat status;
  size_t before = tests->file_count;
  if (stat(path, &status) != 0) return refuse(path, "cannot be read", errno, error);
  if (!S_ISDIR(status.st_mode)) return add_file(tests, path, error);
  PIL_TRY(search(tests, path, 0, error));
  return tests->file_count > before || pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){path, 0, 0},
                                                     "no test file in this folder: none ends in _test.lua");
}
