/* What the first line of a CSV file must be, for whoever reads one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "csv_header.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

const char *pil_csv_header_trim(char *name) {
  while (*name == ' ' || *name == '\t') name++;
  char *end = name + strlen(name);
  while (end > name && (end[-1] == ' ' || end[-1] == '\t')) *--end = '\0';
  return name;
}

bool pil_csv_is_utf16(const char *bytes, size_t length) {
  return length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
}

/* By name, then by column. */
static int compare_names(const void *a, const void *b) {
  const char *const *left = *(const char *const *const *)a, *const *right = *(const char *const *const *)b;
  int order = strcmp(*left, *right);
  return order != 0 ? order : left < right ? -1 : left > right;
}

bool pil_csv_header_check(const char *const *names, size_t name_count, pil_place at, pil_error *error) {
  if (name_count == 1 && strpbrk(names[0], ";\t") != NULL) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "cells must be separated by commas; the header has %s",
                         strchr(names[0], ';') != NULL ? "semicolons" : "tabs");
  }
  const char *const **sorted = pil_memory_new(name_count * sizeof *sorted);
  if (sorted == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < name_count; i++) sorted[i] = &names[i];
  qsort(sorted, name_count, sizeof *sorted, compare_names);
  bool good = true;
  for (size_t i = 1; good && i < name_count; i++) {
    const char *const *first = sorted[i - 1], *const *again = sorted[i];
    if (**again == '\0' || strcmp(*first, *again) != 0) continue;
    good = pil_error_set(error, PIL_FAILURE_INPUT, at, "two columns are named \"%.80s\" (columns %zu and %zu)",
                         *again, (size_t)(first - names) + 1, (size_t)(again - names) + 1);
  }
  if (good && **sorted[name_count - 1] == '\0') {
    good = pil_error_set(error, PIL_FAILURE_INPUT, at, "no header: the first line must name the columns");
  }
  pil_memory_free(sorted);
  return good;
}
