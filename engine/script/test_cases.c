/* What a policy's test file returns: its cases, and which test functions there are.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "describe.h"
#include "tests.h"

enum { MOST_CASES = 100000, MOST_FIELDS = 10000, DECISION_LEVELS = 2, SETTINGS_LEVELS = 8 };

/* ---- values ---- */

/* Ends the protected reading with a message that says where in the file's table. */
static _Noreturn void refuse(lua_State *L, const char *where, const char *expected, int index) {
  luaL_error(L, "%s: expected %s, found %s", where, expected, pil_describe_value(L, index));
  __builtin_unreachable();
}

static void *must(lua_State *L, void *memory) {
  if (memory == NULL) luaL_error(L, "out of memory");
  return memory;
}

static const char *copy_text(lua_State *L, pil_arena *arena, const char *where, int index) {
  size_t length;
  const char *text = lua_tolstring(L, index, &length);
  if (strlen(text) != length) luaL_error(L, "%s: a text with a zero byte", where);
  return must(L, pil_arena_copy(arena, text, length));
}

static pil_value *read_value(lua_State *L, pil_arena *arena, const char *where, int index, int levels);

static int by_key(const void *a, const void *b) {
  return strcmp(((const pil_entry *)a)->key, ((const pil_entry *)b)->key);
}

static void read_map(lua_State *L, pil_arena *arena, const char *where, int index, int levels, pil_value *map) {
  size_t capacity = 0;
  map->kind = PIL_KIND_MAP;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) capacity++;
  if (capacity > MOST_FIELDS) luaL_error(L, "%s: more than %d fields", where, MOST_FIELDS);
  map->entries = must(L, pil_arena_array(arena, capacity + 1, sizeof *map->entries));
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) refuse(L, where, "names as keys", lua_gettop(L) - 1);
    const char *key = copy_text(L, arena, where, lua_gettop(L) - 1);
    const char *own = must(L, pil_arena_format(arena, "%.200s.%.200s", where, key));
    map->entries[map->count++] = (pil_entry){key, PIL_NOWHERE, read_value(L, arena, own, lua_gettop(L), levels - 1)};
  }
  qsort(map->entries, map->count, sizeof *map->entries, by_key);
}

static void read_list(lua_State *L, pil_arena *arena, const char *where, int index, int levels, pil_value *list) {
  list->kind = PIL_KIND_LIST;
  list->count = lua_rawlen(L, index);
  if (list->count > MOST_FIELDS) luaL_error(L, "%s: more than %d items", where, MOST_FIELDS);
  list->items = must(L, pil_arena_array(arena, list->count + 1, sizeof *list->items));
  for (size_t i = 0; i < list->count; i++) {
    const char *own = must(L, pil_arena_format(arena, "%.200s[%zu]", where, i + 1));
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    list->items[i] = read_value(L, arena, own, lua_gettop(L), levels - 1);
    lua_pop(L, 1);
  }
}

/* The value at `index` in `arena`, tables within tables to so many levels. */
static pil_value *read_value(lua_State *L, pil_arena *arena, const char *where, int index, int levels) {
  pil_value *value = must(L, pil_arena_new(arena, sizeof *value));
  char text[64];
  luaL_checkstack(L, 12, NULL);
  switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
      value->kind = PIL_KIND_BOOLEAN;
      value->boolean = lua_toboolean(L, index);
      value->text = value->boolean ? "true" : "false";
      return value;
    case LUA_TNUMBER:
      value->kind = lua_isinteger(L, index) ? PIL_KIND_INTEGER : PIL_KIND_NUMBER;
      value->integer = lua_isinteger(L, index) ? lua_tointeger(L, index) : 0;
      value->number = lua_tonumber(L, index);
      pil_describe_result(L, index, text, sizeof text);
      value->text = must(L, pil_arena_copy(arena, text, strlen(text)));
      return value;
    case LUA_TSTRING:
      value->kind = PIL_KIND_TEXT;
      value->text = copy_text(L, arena, where, index);
      return value;
    case LUA_TTABLE:
      if (levels == 0) luaL_error(L, "%s: tables nest too deep", where);
      pil_sandbox_push_content(L, index);
      if (lua_rawlen(L, -1) > 0) read_list(L, arena, where, lua_gettop(L), levels, value);
      else read_map(L, arena, where, lua_gettop(L), levels, value);
      lua_pop(L, 1);
      return value;
    default: refuse(L, where, "a number, a text, true or false", index);
  }
}

const pil_value *pil_tests_read_map(lua_State *L, pil_arena *arena, const char *where, int index, int levels) {
  if (!lua_istable(L, index)) refuse(L, where, "a table", index);
  pil_value *value = read_value(L, arena, where, index, levels);
  if (value->kind == PIL_KIND_LIST) luaL_error(L, "%s: expected names and values, found a list", where);
  return value;
}

/* ---- cases ---- */

static void check_key(lua_State *L, const char *where, const char *const *keys, size_t count) {
  if (lua_type(L, -2) != LUA_TSTRING) refuse(L, where, "names as keys", lua_gettop(L) - 1);
  const char *key = lua_tostring(L, -2);
  for (size_t i = 0; i < count; i++)
    if (strcmp(key, keys[i]) == 0) return;
  const char *near = pil_text_nearest(key, keys, count);
  luaL_error(L, "%s: unknown key %s%s%s%s", where, pil_describe_value(L, lua_gettop(L) - 1),
             near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static pil_script_case *add_case(lua_State *L, pil_script_tests *tests) {
  if (tests->count == MOST_CASES) luaL_error(L, "more than %d tests", MOST_CASES);
  if (tests->count == tests->capacity) {
    size_t capacity = tests->capacity == 0 ? 32 : 2 * tests->capacity;
    pil_script_case *grown = must(L, pil_arena_array(&tests->arena, capacity, sizeof *grown));
    if (tests->count > 0) memcpy(grown, tests->cases, tests->count * sizeof *grown);
    tests->cases = grown;
    tests->capacity = capacity;
  }
  pil_script_case *made = &tests->cases[tests->count++];
  *made = (pil_script_case){0};
  return made;
}

/* A text of the case on top of the stack. */
static const char *case_text(lua_State *L, pil_script_tests *tests, const char *where, const char *key, bool needed) {
  const char *text = NULL, *own = must(L, pil_arena_format(&tests->arena, "%s: %s", where, key));
  lua_getfield(L, -1, key);
  if (lua_type(L, -1) == LUA_TSTRING) text = copy_text(L, &tests->arena, own, lua_gettop(L));
  else if (needed || !lua_isnil(L, -1)) refuse(L, own, "a text", lua_gettop(L));
  lua_pop(L, 1);
  return text;
}

static void read_case(lua_State *L, pil_script_tests *tests, size_t number) {
  static const char *const keys[] = {"name", "d", "level", "reason", "settings"};
  static const char *const levels[] = {"auto", "review", "exception", "collaborate"};
  const char *where = must(L, pil_arena_format(&tests->arena, "case %zu", number));
  pil_script_case *made = add_case(L, tests);
  if (!lua_istable(L, -1)) refuse(L, where, "a table {name = …, d = …, level = …}", lua_gettop(L));
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) check_key(L, where, keys, sizeof keys / sizeof *keys);
  made->name = case_text(L, tests, where, "name", false);
  if (made->name == NULL) made->name = where;
  made->level = case_text(L, tests, where, "level", true);
  made->reason = case_text(L, tests, where, "reason", false);
  size_t known = 0;
  while (known < 4 && strcmp(made->level, levels[known]) != 0) known++;
  const char *near = known < 4 ? NULL : pil_text_nearest(made->level, levels, 4);
  if (known == 4)
    luaL_error(L, "%s: level: expected auto, review, exception or collaborate, found \"%s\"%s%s%s", where, made->level,
               near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  lua_getfield(L, -1, "d");
  made->decision = pil_tests_read_map(L, &tests->arena, must(L, pil_arena_format(&tests->arena, "%s: d", where)),
                              lua_gettop(L), DECISION_LEVELS);
  lua_pop(L, 1);
  if (lua_getfield(L, -1, "settings") != LUA_TNIL)
    made->settings =
        pil_tests_read_map(L, &tests->arena, must(L, pil_arena_format(&tests->arena, "%s: settings", where)),
                           lua_gettop(L), SETTINGS_LEVELS);
  lua_pop(L, 1);
}

static void read_cases(lua_State *L, pil_script_tests *tests, int table) {
  lua_getfield(L, table, "cases");
  if (!lua_isnil(L, -1) && !lua_istable(L, -1)) refuse(L, "cases", "a list", lua_gettop(L));
  size_t count = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
  for (size_t i = 0; i < count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    read_case(L, tests, i + 1);
    lua_pop(L, 1);
  }
  if (lua_istable(L, -1)) {
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
      lua_Integer key = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : 0;
      if (key < 1 || (size_t)key > count) refuse(L, "cases", "a list without gaps", lua_gettop(L) - 1);
    }
  }
  lua_pop(L, 1);
}

/* ---- test functions ---- */

static bool is_test_name(const char *name) {
  return strncmp(name, "test_", 5) == 0;
}

typedef struct found_function {
  const char *name;
  int line;
} found_function;

static int by_function_line(const void *a, const void *b) {
  const found_function *x = a, *y = b;
  if (x->line != y->line) return (x->line > y->line) - (x->line < y->line);
  return strcmp(x->name, y->name);
}

/* Those in the table on top of the stack; in the file's own one (`checked`) every key has to be known. */
static size_t find_functions(lua_State *L, pil_script_tests *tests, bool checked, found_function *list, size_t count) {
  static const char *const keys[] = {"policy", "cases"};
  lua_Debug about;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    if (!is_test_name(name)) {
      if (checked) check_key(L, "the file's table", keys, 2);
      continue;
    }
    if (!lua_isfunction(L, -1)) {
      if (checked) refuse(L, name, "a function of decide", lua_gettop(L));
      continue;
    }
    if (count == MOST_FIELDS) luaL_error(L, "more than %d test functions", MOST_FIELDS);
    if (list != NULL) {
      lua_pushvalue(L, -1);
      lua_getinfo(L, ">S", &about);
      list[count] = (found_function){copy_text(L, &tests->arena, "a function", lua_gettop(L) - 1), about.linedefined};
    }
    count++;
  }
  return count;
}

static void read_functions(lua_State *L, pil_script_tests *tests, int table) {
  lua_pushvalue(L, table);
  size_t count = find_functions(L, tests, true, NULL, 0);
  lua_pushglobaltable(L);
  pil_sandbox_push_content(L, -1);
  size_t all = find_functions(L, tests, false, NULL, count);
  found_function *list = must(L, pil_arena_array(&tests->arena, all + 1, sizeof *list));
  all = find_functions(L, tests, false, list, 0);
  lua_pop(L, 2);
  all = find_functions(L, tests, true, list, all);
  lua_pop(L, 1);
  qsort(list, all, sizeof *list, by_function_line);
  for (size_t i = 0; i < all; i++) {
    if (i > 0 && strcmp(list[i].name, list[i - 1].name) == 0) continue; /* returned, and a global */
    pil_script_case *made = add_case(L, tests);
    made->name = list[i].name;
    made->is_function = true;
  }
}

void pil_tests_read(lua_State *L, pil_script_tests *tests, int table) {
  if (!lua_istable(L, table)) refuse(L, "a test file", "to return a table {policy = …, cases = {…}}", table);
  lua_getfield(L, table, "policy");
  if (lua_type(L, -1) != LUA_TSTRING) refuse(L, "policy", "the name of a policy's .yaml or .lua", lua_gettop(L));
  const char *policy = copy_text(L, &tests->arena, "policy", lua_gettop(L));
  lua_pop(L, 1);
  read_cases(L, tests, table);
  read_functions(L, tests, table);
  tests->policy = policy;
}
