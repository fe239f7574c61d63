/* pil_value to Lua and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"

/* ---- to Lua ---- */

static void push_map(lua_State *L, pil_script_program *program, const pil_value *map) {
  lua_createtable(L, 0, (int)map->count);
  for (size_t i = 0; i < map->count; i++) {
    pil_value_push(L, program, map->entries[i].value);
    lua_setfield(L, -2, map->entries[i].key);
  }
}

static void push_list(lua_State *L, pil_script_program *program, const pil_value *list) {
  lua_createtable(L, (int)list->count, 0);
  for (size_t i = 0; i < list->count; i++) {
    if (list->items[i]->kind == PIL_KIND_NULL) {
      pil_error_set(program->error, PIL_FAILURE_INPUT, list->items[i]->at,
                    "a list in the settings must not hold null (Lua would end the list there)");
      pil_script_fail(L, program);
    }
    pil_value_push(L, program, list->items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

void pil_value_push(lua_State *L, pil_script_program *program, const pil_value *value) {
  luaL_checkstack(L, 8, "settings nest too deep");
  switch (value->kind) {
    case PIL_KIND_NULL: lua_pushnil(L); return;
    case PIL_KIND_BOOLEAN: lua_pushboolean(L, value->boolean); return;
    case PIL_KIND_INTEGER: lua_pushinteger(L, value->integer); return;
    case PIL_KIND_NUMBER: lua_pushnumber(L, value->number); return;
    case PIL_KIND_TEXT: lua_pushstring(L, value->text); break;
    case PIL_KIND_LIST: push_list(L, program, value); return;
    case PIL_KIND_MAP: push_map(L, program, value); break;
  }
  if (pil_spec_is(value)) pil_specs_add(L, program, value);
}

void pil_value_push_cell(lua_State *L, const pil_csv_column *column, size_t row) {
  if (column->kind == PIL_COLUMN_TEXT) {
    lua_pushstring(L, column->texts[row]); /* NULL pushes nil */
    return;
  }
  double number = column->numbers[row];
  if (isnan(number)) {
    lua_pushnil(L);
  } else if (column->kind == PIL_COLUMN_INTEGER) {
    lua_pushinteger(L, (lua_Integer)number);
  } else if (column->kind == PIL_COLUMN_BOOLEAN) {
    lua_pushboolean(L, number != 0);
  } else {
    lua_pushnumber(L, number);
  }
}

/* ---- from Lua ---- */

enum { DEPTH = 16, MOST_ITEMS = 1000000 };

typedef struct converter {
  lua_State *L;
  pil_script_program *program;
  pil_arena *arena;
  pil_place at;
  int depth;
} converter;

static pil_value *new_value(const converter *c, pil_kind kind) {
  pil_value *value = pil_arena_new(c->arena, sizeof *value);
  if (value == NULL) luaL_error(c->L, "out of memory");
  value->kind = kind;
  value->at = c->at;
  return value;
}

static void *copied(const converter *c, const void *bytes, size_t count, size_t size_bytes) {
  void *copy = pil_arena_array(c->arena, count, size_bytes);
  if (copy == NULL) luaL_error(c->L, "out of memory");
  if (count > 0) memcpy(copy, bytes, count * size_bytes);
  return copy;
}

static size_t count_entries(const converter *c, int table) {
  size_t count = 0;
  for (lua_pushnil(c->L); lua_next(c->L, table); lua_pop(c->L, 1))
    if (++count > MOST_ITEMS) luaL_error(c->L, "a distribution with too many values");
  return count;
}

/* A number as key stands for itself as a scenario writes it: quantiles = {[0.05] = 2}. */
static const char *get_key(const converter *c, int key) {
  size_t length;
  if (lua_type(c->L, key) == LUA_TNUMBER) {
    char number[32];
    snprintf(number, sizeof number, "%.17g", lua_tonumber(c->L, key));
    return copied(c, number, strlen(number) + 1, 1);
  }
  const char *text = lua_tolstring(c->L, key, &length);
  if (strlen(text) != length) luaL_error(c->L, "a key with a zero byte");
  return copied(c, text, length + 1, 1);
}

static int by_key(const void *a, const void *b) {
  return strcmp(((const pil_entry *)a)->key, ((const pil_entry *)b)->key);
}

/* A text, or a number that counts nothing. */
static bool is_name(lua_State *L, int key) {
  int type = lua_type(L, key);
  return type == LUA_TSTRING || (type == LUA_TNUMBER && !lua_isinteger(L, key));
}

static pil_value *convert_table(const converter *c, int table) {
  lua_State *L = c->L;
  size_t count = count_entries(c, table), filled = 0;
  lua_pushnil(L);
  bool is_list = count > 0 && lua_next(c->L, table) && lua_isinteger(L, -2);
  lua_settop(L, table);
  pil_value *value = new_value(c, is_list ? PIL_KIND_LIST : PIL_KIND_MAP);
  value->count = count;
  if (is_list) value->items = pil_arena_array(c->arena, count, sizeof *value->items);
  if (!is_list) value->entries = pil_arena_array(c->arena, count, sizeof *value->entries);
  if (count > 0 && value->items == NULL && value->entries == NULL) luaL_error(L, "out of memory");
  for (lua_pushnil(L); lua_next(c->L, table); lua_settop(L, table + 1)) {
    pil_value *item = pil_value_from_lua(L, c->program, c->arena, c->at, table + 2, c->depth + 1);
    lua_Integer i = is_list ? lua_tointeger(L, table + 1) : 0;
    if (is_list && i >= 1 && (size_t)i <= count && lua_type(L, table + 1) == LUA_TNUMBER) {
      value->items[i - 1] = item;
      filled++;
    } else if (!is_list && is_name(L, table + 1)) {
      value->entries[filled++] = (pil_entry){get_key(c, table + 1), c->at, item};
    } else {
      luaL_error(L, "a distribution's table is either a list or has names, not both");
    }
  }
  if (!is_list && count > 0) qsort(value->entries, count, sizeof *value->entries, by_key);
  return value;
}

static pil_value *convert_number(const converter *c, int index) {
  bool is_integer = lua_isinteger(c->L, index);
  pil_value *value = new_value(c, is_integer ? PIL_KIND_INTEGER : PIL_KIND_NUMBER);
  value->integer = is_integer ? lua_tointeger(c->L, index) : 0;
  value->number = lua_tonumber(c->L, index);
  char text[48];
  pil_describe_result(c->L, index, text, sizeof text);
  value->text = copied(c, text, strlen(text) + 1, 1);
  if (value->number != value->number) luaL_error(c->L, "a distribution with nan in it");
  return value;
}

pil_value *pil_value_from_lua(lua_State *L, pil_script_program *program, pil_arena *arena,
                              pil_place at, int index, int depth) {
  converter c = {L, program, arena, at, depth};
  size_t length;
  const char *text;
  pil_value *value;
  if (depth > DEPTH) luaL_error(L, "a distribution's tables nest too deep");
  luaL_checkstack(L, 12, NULL);
  switch (lua_type(L, index)) {
    case LUA_TNUMBER: return convert_number(&c, index);
    case LUA_TBOOLEAN:
      value = new_value(&c, PIL_KIND_BOOLEAN);
      value->boolean = lua_toboolean(L, index);
      value->text = value->boolean ? "true" : "false";
      return value;
    case LUA_TSTRING:
      text = lua_tolstring(L, index, &length);
      if (strlen(text) != length) luaL_error(L, "a text with a zero byte in a distribution");
      value = new_value(&c, PIL_KIND_TEXT);
      value->text = copied(&c, text, length + 1, 1);
      return value;
    case LUA_TTABLE:
      pil_sandbox_push_content(L, index); /* on top, with room for its entries above */
      value = convert_table(&c, lua_gettop(L));
      lua_pop(L, 1);
      return value;
    default: luaL_error(L, "a distribution with %s in it", pil_describe_value(L, index));
  }
  return NULL;
}
