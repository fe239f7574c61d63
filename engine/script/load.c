/* From source text to a function on the stack, and from a file to what it returns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/digest.h"
#include "../base/file.h"
#include "../base/memory.h"
#include "../base/text.h"
#include "inside.h"

/* The text goes to Lua line by line: some errors of the parser carry no line, and the last one
 * handed over is then the place. A byte order mark and a first line with # are skipped. */
typedef struct source_text {
  const char *bytes;
  size_t length;
  int line;
  char name[4096]; /* "=name" makes Lua show the name as it is */
} source_text;

static const char *next_line(lua_State *L, void *context, size_t *length) {
  (void)L;
  source_text *text = context;
  const char *line = text->bytes, *end = memchr(line, '\n', text->length);
  *length = end == NULL ? text->length : (size_t)(end - line) + 1;
  text->bytes += *length;
  text->length -= *length;
  text->line += *length != 0;
  return *length == 0 ? NULL : line;
}

static void skip_start(source_text *text) {
  if (text->length >= 3 && memcmp(text->bytes, "\xef\xbb\xbf", 3) == 0) {
    text->bytes += 3;
    text->length -= 3;
  }
  if (text->length == 0 || text->bytes[0] != '#') return;
  const char *end = memchr(text->bytes, '\n', text->length);
  size_t skipped = end == NULL ? text->length : (size_t)(end - text->bytes);
  text->bytes += skipped;
  text->length -= skipped;
}

/* Splits "name:LINE: text", where Lua cuts a long name to 59 bytes. */
static bool set_syntax_error(lua_State *L, const source_text *source, pil_error *error) {
  const char *name = source->name + 1;
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  size_t name_length = strnlen(name, LUA_IDSIZE - 1);
  int line = source->line, used = 0;
  if (length > name_length && memcmp(text, name, name_length) == 0 &&
      sscanf(text + name_length, ":%d: %n", &line, &used) == 1 && used > 0) {
    text += name_length + (size_t)used;
    length -= name_length + (size_t)used;
  }
  char escaped[PIL_ERROR_TEXT_BYTES];
  pil_text_escape(text, length, escaped, sizeof escaped);
  bool is_deep = strcmp(escaped, "C stack overflow") == 0;
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){name, line, 0}, "%s%s",
                       is_deep ? "nested too deep: " : "", escaped);
}

static bool set_load_error(pil_sandbox *sandbox, int status, const source_text *source,
                           pil_error *error) {
  lua_State *L = sandbox->L;
  const char *name = source->name + 1;
  if (status == LUA_ERRMEM && sandbox->refusal != PIL_DEATH_LIMIT) {
    pil_error_memory(error);
  } else if (status == LUA_ERRMEM) {
    pil_error_set(error, PIL_FAILURE_LIMIT, (pil_place){name, 0, 0},
                  "stopped: needs more than %.4g MiB of memory to be read (limit memory)",
                  (double)sandbox->limits.memory_bytes / 1048576.0);
  } else if (lua_type(L, -1) == LUA_TSTRING) {
    set_syntax_error(L, source, error);
  } else {
    pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){name, 0, 0}, "cannot be read as Lua");
  }
  lua_pop(L, 1);
  return false;
}

bool pil_sandbox_compile(pil_sandbox *sandbox, const char *bytes, size_t length,
                         const char *chunk_name, pil_error *error) {
  lua_State *L = sandbox->L;
  source_text text = {.bytes = bytes, .length = length};
  snprintf(text.name, sizeof text.name, "=%s", chunk_name);
  const char *name = text.name + 1;
  skip_start(&text);
  if (text.length > 0 && text.bytes[0] == LUA_SIGNATURE[0])
    return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){name, 0, 0},
                         "this is compiled Lua; scripts are read as text only");
  if (!lua_checkstack(L, 16)) return pil_error_memory(error);
  int status = lua_load(L, next_line, &text, text.name, "t");
  if (status != LUA_OK) return set_load_error(sandbox, status, &text, error);
  if (pil_sandbox_check_code(L, name, error)) return true;
  lua_pop(L, 1);
  return false;
}

static bool add_file(pil_sandbox *sandbox, const char *path, const char *bytes, size_t length,
                     pil_error *error) {
  if (sandbox->file_count == sandbox->file_capacity) {
    size_t capacity = sandbox->file_capacity == 0 ? 8 : 2 * sandbox->file_capacity;
    pil_script_file *files = pil_memory_resize(sandbox->files, capacity, sizeof *files);
    if (files == NULL) return pil_error_memory(error);
    sandbox->files = files;
    sandbox->file_capacity = capacity;
  }
  pil_script_file *file = &sandbox->files[sandbox->file_count];
  file->path = pil_arena_copy(&sandbox->arena, path, strlen(path));
  if (file->path == NULL) return pil_error_memory(error);
  pil_digest_bytes(bytes, length, file->sha256);
  sandbox->file_count++;
  return true;
}

bool pil_sandbox_read_file(pil_sandbox *sandbox, const char *path, const char *shown_name,
                           pil_place at, pil_error *error) {
  char *bytes;
  size_t length;
  PIL_TRY(pil_file_read(path, PIL_SOURCE_BYTES, at, &bytes, &length, error));
  bool done = add_file(sandbox, path, bytes, length, error) &&
              pil_sandbox_compile(sandbox, bytes, length, shown_name, error);
  pil_memory_free(bytes);
  return done;
}

const pil_function *pil_sandbox_file_code(pil_sandbox *sandbox, const char *path, const char *shown_name,
                                          pil_arena *arena, pil_error *error) {
  char *bytes;
  size_t length;
  const pil_function *code = NULL;
  if (!pil_file_read(path, PIL_SOURCE_BYTES, PIL_NOWHERE, &bytes, &length, error)) return NULL;
  if (pil_sandbox_compile(sandbox, bytes, length, shown_name, error)) {
    code = pil_sandbox_read_code(sandbox->L, arena, error);
    lua_pop(sandbox->L, 1);
  }
  pil_memory_free(bytes);
  return code;
}

bool pil_sandbox_load(pil_sandbox *sandbox, const char *path, const char *shown_name, pil_place at,
                      int *result_count, pil_error *error) {
  lua_State *L = sandbox->L;
  PIL_TRY(pil_sandbox_read_file(sandbox, path, shown_name, at, error));
  int base = lua_gettop(L) - 1;
  PIL_TRY(pil_sandbox_call(sandbox, 0, LUA_MULTRET, error));
  *result_count = lua_gettop(L) - base;
  return true;
}
