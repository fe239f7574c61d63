/* Filling, passing on and printing the one error record, pil_error.
 * SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <stdarg.h>
#include <string.h>

#include "text.h"

/* A path too long for the record keeps its end, which is what tells files apart. */
static void copy_file(char *to, const char *file) {
  size_t length = strlen(file);
  if (length < PIL_ERROR_FILE_BYTES) {
    memcpy(to, file, length + 1);
    return;
  }
  static const char dots[] = "...";
  const char *tail = file + length - (PIL_ERROR_FILE_BYTES - sizeof dots);
  memcpy(to, dots, sizeof dots - 1);
  memcpy(to + sizeof dots - 1, tail, PIL_ERROR_FILE_BYTES - sizeof dots + 1);
}

bool pil_error_set(pil_error *error, pil_failure failure, pil_place at, const char *format, ...) {
  if (error == NULL) return false;
  char raw[PIL_ERROR_TEXT_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(raw, sizeof raw, format, arguments);
  va_end(arguments);
  if (length < 0) length = 0;
  if ((size_t)length >= sizeof raw) length = (int)sizeof raw - 1;
  memset(error, 0, sizeof *error);
  error->failure = failure;
  error->line = at.line;
  error->column = at.column;
  if (at.file != NULL) copy_file(error->file, at.file);
  pil_text_escape(raw, (size_t)length, error->text, sizeof error->text);
  return false;
}

bool pil_error_memory(pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_MEMORY, PIL_NOWHERE,
                       "out of memory; fewer trials or fewer outputs need less");
}

char *pil_error_format(const pil_error *error, char *line, size_t line_bytes) {
  char where[PIL_ERROR_FILE_BYTES + 32] = "";
  if (error->file[0] != '\0' && error->line > 0 && error->column > 0) {
    snprintf(where, sizeof where, "%s:%d:%d: ", error->file, error->line, error->column);
  } else if (error->file[0] != '\0' && error->line > 0) {
    snprintf(where, sizeof where, "%s:%d: ", error->file, error->line);
  } else if (error->file[0] != '\0') {
    snprintf(where, sizeof where, "%s: ", error->file);
  }
  if (error->trial > 0) {
    snprintf(line, line_bytes, "%s%s (trial %llu)", where, error->text,
             (unsigned long long)error->trial);
  } else {
    snprintf(line, line_bytes, "%s%s", where, error->text);
  }
  return line;
}
