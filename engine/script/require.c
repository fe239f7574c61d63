/* require: modules by dotted name in at most three folders, nowhere else.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "inside.h"

static const char loaded_key = 0;  /* registry: name -> the module, or … */
static const char loading_key = 0; /* … this while it is being read */

enum { PATH_BYTES = 4096, NAMES = 512 };

/* Letters, digits, _ and single dots between them: such a name stays inside its folder. */
static bool is_module_name(const char *name, size_t length) {
  if (length == 0 || length > 255 || strlen(name) != length) return false;
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_letter || c == '_') continue;
    if (c != '.' || i == 0 || i + 1 == length || name[i - 1] == '.') return false;
  }
  return true;
}

static bool make_path(char path[PATH_BYTES], const char *folder, const char *name) {
  bool is_here = folder[0] == '\0' || strcmp(folder, ".") == 0;
  size_t length = strlen(folder);
  const char *between = is_here || folder[length - 1] == '/' ? "" : "/";
  int start = snprintf(path, PATH_BYTES, "%s%s", is_here ? "" : folder, between);
  if (start < 0 || start >= PATH_BYTES) return false;
  int written = snprintf(path + start, PATH_BYTES - (size_t)start, "%s.lua", name);
  if (written < 0 || start + written >= PATH_BYTES) return false;
  for (char *c = path + start; c < path + start + written - 4; c++)
    if (*c == '.') *c = '/';
  return true;
}

static bool find_module(const pil_sandbox *sandbox, const char *name, char path[PATH_BYTES]) {
  for (int i = 0; i < 3; i++) {
    struct stat status;
    if (sandbox->folders[i] == NULL || !make_path(path, sandbox->folders[i], name)) continue;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) return true;
  }
  return false;
}

/* Adds the names of the Lua files beside where `name` was looked for, as require would take them. */
static size_t add_names(pil_arena *arena, const char *folder, const char *name, const char **names,
                        size_t count) {
  char path[PATH_BYTES];
  if (!make_path(path, folder, name)) return count;
  char *slash = strrchr(path, '/');
  if (slash != NULL) *slash = '\0';
  DIR *stream = opendir(slash != NULL ? path : ".");
  if (stream == NULL) return count;
  const char *last_dot = strrchr(name, '.');
  int prefix_length = last_dot == NULL ? 0 : (int)(last_dot - name) + 1;
  for (struct dirent *entry; count < NAMES && (entry = readdir(stream)) != NULL;) {
    size_t length = strlen(entry->d_name);
    if (length < 5 || strcmp(entry->d_name + length - 4, ".lua") != 0) continue;
    names[count] =
        pil_arena_format(arena, "%.*s%.*s", prefix_length, name, (int)length - 4, entry->d_name);
    if (names[count] != NULL) count++;
  }
  closedir(stream);
  return count;
}

static void set_not_found(const pil_sandbox *sandbox, const char *name, pil_place at,
                          pil_error *error) {
  pil_arena arena = {0};
  pil_text text = {0};
  const char *names[NAMES];
  size_t name_count = 0;
  pil_text_format(&text, "require: there is no module \"%s\"", name);
  for (int i = 0, listed = 0; i < 3; i++) {
    char path[PATH_BYTES];
    if (sandbox->folders[i] == NULL || !make_path(path, sandbox->folders[i], name)) continue;
    pil_text_format(&text, "%s%s", listed++ == 0 ? "; looked for " : ", ", path);
    name_count = add_names(&arena, sandbox->folders[i], name, names, name_count);
  }
  const char *nearest = pil_text_nearest(name, names, name_count);
  if (nearest != NULL) pil_text_format(&text, "; did you mean \"%s\"?", nearest);
  pil_error_set(error, PIL_FAILURE_SCRIPT, at, "%s", pil_text_get(&text));
  pil_text_free(&text);
  pil_arena_free(&arena);
}

static bool has_folders(const pil_sandbox *sandbox) {
  for (int i = 0; sandbox->folders != NULL && i < 3; i++)
    if (sandbox->folders[i] != NULL) return true;
  return false;
}

void pil_require_push_loaded(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key);
}

/* Reads and compiles; pushes the function or raises. No heap block is held when it raises. */
static void push_module_function(lua_State *L, pil_sandbox *sandbox, const char *name) {
  char path[PATH_BYTES];
  pil_error error;
  pil_place at = PIL_NOWHERE;
  pil_sandbox_where(L, 1, &at);
  if (find_module(sandbox, name, path)) {
    if (pil_sandbox_read_file(sandbox, path, path, at, &error)) return;
  } else {
    set_not_found(sandbox, name, at, &error);
  }
  if (error.failure == PIL_FAILURE_MEMORY) pil_sandbox_survive(L, LUA_ERRMEM);
  pil_sandbox_raise(L, &error);
}

static void check_may_load(lua_State *L, const pil_sandbox *sandbox, const char *name) {
  if (!has_folders(sandbox))
    luaL_error(L, "require is not available here: \"%s\" has no folder to be looked for in", name);
  if (sandbox->is_frozen)
    luaL_error(L, "require(\"%s\") in a trial: load modules at the top of the file", name);
}

int pil_require(lua_State *L) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  if (!is_module_name(name, length))
    return luaL_error(L,
                      "require(\"%s\"): a module's name is letters, digits and _, with dots "
                      "between folders, as in \"library.finance\"",
                      name);
  lua_settop(L, 1);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
  }
  lua_pushvalue(L, 1);
  lua_rawget(L, 2);
  if (lua_touserdata(L, 3) == (void *)&loading_key)
    return luaL_error(L,
                      "require(\"%s\"): the module requires itself, directly or through another, "
                      "or it failed to load before",
                      name);
  if (!lua_isnil(L, 3)) return 1;
  check_may_load(L, sandbox, name);
  push_module_function(L, sandbox, name);
  lua_pushvalue(L, 1);
  lua_pushlightuserdata(L, (void *)&loading_key);
  lua_rawset(L, 2);
  lua_call(L, 0, 1);
  if (lua_isnil(L, -1)) lua_pushboolean(L, true);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, -2);
  lua_rawset(L, 2);
  return 1;
}
