/* Filling, passing on and printing the one error record, pil_error.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_ERROR_H
#define PIL_BASE_ERROR_H

#include <stdio.h>

#include "../../include/pilotage.h"

/* A point in a file. `file` is NULL where there is none and outlives the place; line and
 * column count from 1, 0 means unknown. */
typedef struct pil_place {
  const char *file;
  int line, column;
} pil_place;

#define PIL_NOWHERE ((pil_place){0})

/* Fills *error; control characters and bytes that are not UTF-8 in the formatted text are
 * escaped as \xHH. Always returns false, so `return pil_error_set(…)` reads well. */
bool pil_error_set(pil_error *error, pil_failure failure, pil_place at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The one message for a failed allocation. Always returns false. */
bool pil_error_memory(pil_error *error);

/* "file:line:column: text" (what is unknown is left out) into `line`. Returns `line`. */
char *pil_error_format(const pil_error *error, char *line, size_t line_bytes);

enum { PIL_ERROR_LINE_BYTES = PIL_ERROR_FILE_BYTES + PIL_ERROR_TEXT_BYTES + 64 };

/* Returns from the calling function at once when `call` failed. */
#define PIL_TRY(call)          \
  do {                         \
    if (!(call)) return false; \
  } while (0)

#endif
