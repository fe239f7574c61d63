/* Lines of a script.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lua_lines.h"

#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"

enum { FILE_BYTES = 1 << 20 };

/* The length of "[==[" at `text`, 0 where none opens. */
static size_t long_bracket(const char *text) {
  if (text[0] != '[') return 0;
  size_t signs = strspn(text + 1, "=");
  return text[1 + signs] == '[' ? signs + 2 : 0;
}

/* One past the bracket that closes one of such a length. */
static char *end_of_bracket(char *text, size_t length) {
  for (; *text != '\0'; text++) {
    if (text[0] != ']' || strspn(text + 1, "=") != length - 2 || text[length - 1] != ']') continue;
    return text + length;
  }
  return text;
}

static char *end_of_quote(char *text, char quote) {
  for (; *text != '\0' && *text != '\n'; text++) {
    if (*text == quote) return text + 1;
    if (*text == '\\' && text[1] != '\0') text++;
  }
  return text;
}

static void blank(char *from, const char *to) {
  for (; from < to; from++)
    if (*from != '\n') *from = ' ';
}

/* Comments and texts become blanks; lines stay lines. */
static void blank_all(char *text) {
  while (*text != '\0') {
    char *end = text + 1;
    size_t bracket;
    if (text[0] == '-' && text[1] == '-') {
      bracket = long_bracket(text + 2);
      end = bracket > 0 ? end_of_bracket(text + 2 + bracket, bracket) : text + strcspn(text, "\n");
      blank(text, end);
    } else if (*text == '"' || *text == '\'') {
      end = end_of_quote(text + 1, *text);
      blank(text, end);
    } else if ((bracket = long_bracket(text)) > 0) {
      end = end_of_bracket(text + bracket, bracket);
      blank(text, end);
    }
    text = end;
  }
}

/* Splits in place; `trims` drops blanks at both ends. */
static void split(char *text, const char **lines, size_t count, bool trims) {
  for (size_t i = 0; i < count; i++) {
    size_t length = strcspn(text, "\n");
    char *next = text + length + (text[length] == '\n');
    text[length] = '\0';
    if (trims) {
      text += strspn(text, " \t");
      for (length = strlen(text); length > 0 && strchr(" \t\r", text[length - 1]) != NULL; length--)
        text[length - 1] = '\0';
    }
    lines[i] = text;
    text = next;
  }
}

bool pil_lua_lines_read(pil_arena *arena, const char *path, pil_lua_lines *lines, pil_error *error) {
  char *bytes;
  size_t length;
  *lines = (pil_lua_lines){0};
  PIL_TRY(pil_file_read(path, FILE_BYTES, PIL_NOWHERE, &bytes, &length, error));
  length = strlen(bytes);
  char *shown = pil_arena_copy(arena, bytes, length), *code = pil_arena_copy(arena, bytes, length);
  pil_memory_free(bytes);
  if (shown == NULL || code == NULL) return pil_error_memory(error);
  size_t count = 1;
  for (const char *c = shown; *c != '\0'; c++) count += *c == '\n';
  lines->shown = pil_arena_array(arena, count, sizeof *lines->shown);
  lines->code = pil_arena_array(arena, count, sizeof *lines->code);
  if (lines->shown == NULL || lines->code == NULL) return pil_error_memory(error);
  blank_all(code);
  split(shown, lines->shown, count, true);
  split(code, lines->code, count, false);
  lines->count = count;
  return true;
}

const char *pil_lua_lines_shown(const pil_lua_lines *lines, int line) {
  return line >= 1 && (size_t)line <= lines->count ? lines->shown[line - 1] : "";
}

const char *pil_lua_lines_code(const pil_lua_lines *lines, int line) {
  return line >= 1 && (size_t)line <= lines->count ? lines->code[line - 1] : "";
}
