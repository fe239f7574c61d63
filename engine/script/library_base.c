/* The globals a guest sees, and what it is told about those it does not see.
 * SPDX-License-Identifier: Apache-2.0 */
#include <lualib.h>
#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "inside.h"

/* ---- names that are not there ---- */

static const struct {
  const char *name, *advice;
} removed[] = {
    {"os", "a script has no clock, files or programs; hand in what it needs as inputs or settings"},
    {"io", "a script reads and writes no files; hand in what it needs as settings or data"},
    {"debug", "it could reach what the engine keeps apart"},
    {"package", "use require(\"name\") with a module beside the script"},
    {"load", "code cannot be made while running; write a function"},
    {"loadstring", "code cannot be made while running; write a function"},
    {"loadfile", "use require(\"name\") with a module beside the script"},
    {"dofile", "use require(\"name\") with a module beside the script"},
    {"coroutine", "use functions and tables"},
    {"xpcall", "use pcall"},
    {"collectgarbage", "memory is looked after"},
    {"_G", "name the global itself"},
    {"warn", "use print"},
};

typedef struct name_list {
  const char *names[512];
  size_t count;
} name_list;

static void add_names(lua_State *L, int table, name_list *list) {
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    if (list->count == sizeof list->names / sizeof *list->names) continue;
    list->names[list->count++] = lua_tostring(L, -2); /* the table keeps it alive */
  }
}

/* __index of the globals. Not called for a name that is set. */
static int refuse_unknown(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "globals have names");
  const char *name = lua_tostring(L, 2);
  for (size_t i = 0; i < sizeof removed / sizeof *removed; i++)
    if (strcmp(name, removed[i].name) == 0)
      return luaL_error(L, "\"%s\" is not available in scripts: %s", name, removed[i].advice);
  name_list list = {.count = 0};
  lua_settop(L, 2);
  lua_pushglobaltable(L);
  if (!pil_freeze_content(L, 3)) lua_pushvalue(L, 3);
  add_names(L, 4, &list);
  const char *nearest = pil_text_nearest(name, list.names, list.count);
  if (nearest == NULL) return luaL_error(L, "undefined variable '%s'", name);
  return luaL_error(L, "undefined variable '%s', did you mean '%s'?", name, nearest);
}

int pil_base_refuse(lua_State *L) {
  return luaL_error(L, "%s", lua_tostring(L, lua_upvalueindex(1)));
}

/* ---- text ---- */

const char *pil_base_text(lua_State *L, int index, size_t *length) {
  index = lua_absindex(L, index);
  if (lua_istable(L, index) && luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
      luaL_error(L, "'__tostring' must return a text");
    return lua_tolstring(L, -1, length);
  }
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      if (!lua_isinteger(L, index) && isnan(lua_tonumber(L, index))) {
        lua_pushliteral(L, "nan");
      } else {
        lua_pushvalue(L, index);
      }
      break;
    case LUA_TSTRING: lua_pushvalue(L, index); break;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
    default: lua_pushstring(L, luaL_typename(L, index)); /* no address: it differs per run */
  }
  return lua_tolstring(L, -1, length);
}

static int base_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  pil_base_text(L, 1, NULL);
  return 1;
}

/* One write a line, so that lines of several workers do not mix. */
static void write_line(pil_sandbox *sandbox, pil_text *line) {
  if (sandbox->printed_lines > PIL_PRINT_LINES || sandbox->printed_bytes > PIL_PRINT_BYTES) return;
  sandbox->printed_lines++;
  sandbox->printed_bytes += line->length + 1;
  if (sandbox->printed_lines > PIL_PRINT_LINES || sandbox->printed_bytes > PIL_PRINT_BYTES) {
    fprintf(stderr, "print: nothing more is shown after %d lines or %d KiB\n", PIL_PRINT_LINES,
            PIL_PRINT_BYTES >> 10);
    return;
  }
  pil_text_add(line, "\n");
  if (!line->failed) fwrite(line->bytes, 1, line->length, stderr);
}

/* To standard error: standard output belongs to the answer. Control characters are escaped. */
static int base_print(lua_State *L) {
  int count = lua_gettop(L);
  luaL_checkstack(L, count + 8, NULL);
  for (int i = 1; i <= count; i++) pil_base_text(L, i, NULL);
  pil_text line = {0}; /* from here on nothing raises */
  for (int i = 1; i <= count && line.length <= PIL_PRINT_BYTES; i++) {
    char escaped[4096];
    size_t length;
    const char *text = lua_tolstring(L, lua_gettop(L) - count + i, &length);
    pil_text_escape(text, length, escaped, sizeof escaped);
    if (i > 1) pil_text_add(&line, "\t");
    pil_text_add(&line, escaped);
  }
  write_line(pil_sandbox_of(L), &line);
  pil_text_free(&line);
  return 0;
}

/* ---- errors ---- */

static int base_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  if (status != LUA_OK) {
    pil_sandbox_survive(L, status);
    lua_pushboolean(L, false);
    lua_insert(L, -2);
    return 2;
  }
  luaL_checkstack(L, 1, NULL);
  lua_pushboolean(L, true);
  lua_insert(L, 1);
  return lua_gettop(L);
}

/* ---- tables, with and without metatables ---- */

/* Replaces a frozen table at `index` by its content, to be read only. */
static void use_content(lua_State *L, int index) {
  if (pil_freeze_content(L, index)) lua_replace(L, index);
}

static int base_rawget(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  use_content(L, 1);
  lua_rawget(L, 1);
  return 1;
}

static int base_rawlen(lua_State *L) {
  if (lua_istable(L, 1) && pil_freeze_content(L, 1)) {
    lua_pushinteger(L, pil_freeze_length(L, 1));
    return 1;
  }
  luaL_argexpected(L, lua_istable(L, 1) || lua_type(L, 1) == LUA_TSTRING, 1, "table or string");
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
  return 1;
}

static bool is_refused_event(const char *name) {
  return strcmp(name, "__gc") == 0 || strcmp(name, "__mode") == 0 || strcmp(name, "__close") == 0;
}

static int base_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  luaL_checkany(L, 3);
  lua_settop(L, 3);
  if (lua_type(L, 2) == LUA_TSTRING && is_refused_event(lua_tostring(L, 2)))
    return luaL_error(L, "%s is not available in scripts", lua_tostring(L, 2));
  if (pil_freeze_content(L, 1)) {
    lua_settop(L, 3);
    lua_settable(L, 1); /* which refuses, and says why */
  } else {
    lua_rawset(L, 1);
  }
  lua_settop(L, 1);
  return 1;
}

/* Pushes the field `name` of what getmetatable shows of the value at 1; false: nothing pushed. */
static bool push_protection(lua_State *L) {
  if (!pil_freeze_metatable(L, 1)) return false;
  if (lua_istable(L, -1)) use_content(L, lua_gettop(L));
  lua_pushliteral(L, "__metatable");
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

static int base_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  lua_pushnil(L);
  if (lua_type(L, 1) == LUA_TSTRING) {
    lua_pushboolean(L, false);
  } else if (lua_istable(L, 1) && !push_protection(L)) {
    pil_freeze_metatable(L, 1);
  }
  return 1;
}

static void check_events(lua_State *L, int index) {
  static const char *const events[] = {"__gc", "__mode", "__close"};
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    lua_pushstring(L, events[i]);
    if (lua_rawget(L, index) != LUA_TNIL)
      luaL_error(L,
                 "%s is not available in scripts: a result would depend on when memory is "
                 "tidied up",
                 events[i]);
    lua_pop(L, 1);
  }
}

static int base_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  lua_settop(L, 2);
  if (push_protection(L)) return luaL_error(L, "cannot change a protected metatable");
  if (pil_freeze_content(L, 1))
    return luaL_error(L, "cannot set the metatable of a table that is read-only");
  if (type == LUA_TTABLE) {
    use_content(L, 2);
    check_events(L, 2);
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static const char *const kept[] = {"assert",   "error", "ipairs",   "rawequal", "select",
                                   "tonumber", "type",  "_VERSION", NULL};
static const luaL_Reg own[] = {{"getmetatable", base_getmetatable},
                               {"next", pil_order_next},
                               {"pairs", pil_order_pairs},
                               {"pcall", base_pcall},
                               {"print", base_print},
                               {"rawget", base_rawget},
                               {"rawlen", base_rawlen},
                               {"rawset", base_rawset},
                               {"require", pil_require},
                               {"setmetatable", base_setmetatable},
                               {"tostring", base_tostring},
                               {NULL, NULL}};
const pil_library pil_library_base = {NULL, luaopen_base, kept, own};

/* ---- putting the libraries together ---- */

static const char *const utf8_kept[] = {"char", "charpattern", "codepoint", "codes",
                                        "len",  "offset",      NULL};
static const luaL_Reg utf8_own[] = {{NULL, NULL}};
const pil_library pil_library_utf8 = {"utf8", luaopen_utf8, utf8_kept, utf8_own};

/* Pushes a new table with what a guest may have of a library. */
static void push_library(lua_State *L, const pil_library *library) {
  lua_newtable(L);
  lua_pushcfunction(L, library->open);
  lua_call(L, 0, 1);
  for (const char *const *name = library->kept; *name != NULL; name++) {
    lua_getfield(L, -1, *name);
    lua_setfield(L, -3, *name);
  }
  lua_pop(L, 1);
  luaL_setfuncs(L, library->own, 0);
}

/* Empties the table of globals, which the stock library has filled, and fills it anew. */
static void set_globals(lua_State *L) {
  push_library(L, &pil_library_base);
  int made = lua_gettop(L);
  lua_pushglobaltable(L);
  for (lua_pushnil(L); lua_next(L, made + 1);) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, made + 1);
  }
  for (lua_pushnil(L); lua_next(L, made); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, made + 1);
  }
  lua_createtable(L, 0, 2);
  lua_pushcfunction(L, refuse_unknown);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, false);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, made + 1);
  lua_settop(L, made - 1);
}

int pil_libraries_open(lua_State *L) {
  static const pil_library *const libraries[] = {&pil_library_string, &pil_library_table,
                                                 &pil_library_math, &pil_library_utf8};
  set_globals(L);
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    push_library(L, libraries[i]);
    pil_freeze_library(L, -1, libraries[i]->name);
    lua_pushvalue(L, -1);
    lua_setglobal(L, libraries[i]->name);
    if (libraries[i] == &pil_library_string) {
      lua_pushliteral(L, "");
      lua_getmetatable(L, -1); /* made by the stock library: arithmetic on numbers in texts */
      lua_pushvalue(L, -3);
      lua_setfield(L, -2, "__index");
      lua_pop(L, 2);
    }
    lua_pop(L, 1);
  }
  return 0;
}
