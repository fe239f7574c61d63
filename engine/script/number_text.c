/* How Lua writes a number as text, in `..` and wherever a number is taken as one: NaN without its
 * sign, which no rule of arithmetic fixes (it may differ between lanes and scalar, and between
 * compilers). liblua is linked statically and calls snprintf for it, so the names resolve here; all
 * other calls go on to the C library.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int __snprintf_chk(char *to, size_t bytes, int flag, size_t object_bytes, const char *format, ...);

static int print(char *to, size_t bytes, const char *format, va_list arguments) {
  if (strcmp(format, "%.14g") == 0) {
    va_list ahead;
    va_copy(ahead, arguments);
    double number = va_arg(ahead, double);
    va_end(ahead);
    if (number != number) format = "nan";
  }
  return vsnprintf(to, bytes, format, arguments);
}

int snprintf(char *to, size_t bytes, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = print(to, bytes, format, arguments);
  va_end(arguments);
  return length;
}

/* What Debian's build of Lua calls, which checks the size of what it writes to. */
int __snprintf_chk(char *to, size_t bytes, int flag, size_t object_bytes, const char *format, ...) {
  (void)flag;
  va_list arguments;
  va_start(arguments, format);
  int length = print(to, bytes < object_bytes ? bytes : object_bytes, format, arguments);
  va_end(arguments);
  return length;
}
