/* table: like the stock library, but every loop can be stopped, and sort is a stable merge sort
 * (the stock one asks the clock for its pivot).
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <lualib.h>

#include "inside.h"

/* A table, or something with the metamethods to act as one. */
static void check_like_table(lua_State *L, int index, bool is_written) {
  if (lua_istable(L, index)) return;
  bool passes = luaL_getmetafield(L, index, "__index") != LUA_TNIL;
  if (passes && is_written) passes = luaL_getmetafield(L, index, "__newindex") != LUA_TNIL;
  if (!passes) luaL_checktype(L, index, LUA_TTABLE);
}

static lua_Integer get_length(lua_State *L, int index, bool is_written) {
  check_like_table(L, index, is_written);
  return luaL_len(L, index);
}

static int table_insert(lua_State *L) {
  lua_Integer length = get_length(L, 1, true);
  lua_Integer end = (lua_Integer)((lua_Unsigned)length + 1), at = end;
  switch (lua_gettop(L)) {
    case 2: break;
    case 3:
      at = luaL_checkinteger(L, 2);
      luaL_argcheck(L, (lua_Unsigned)at - 1u < (lua_Unsigned)end, 2, "position out of bounds");
      for (lua_Integer i = end; i > at; i--) {
        pil_sandbox_tick(L, 1);
        lua_geti(L, 1, i - 1);
        lua_seti(L, 1, i);
      }
      break;
    default: return luaL_error(L, "wrong number of arguments to 'insert'");
  }
  lua_seti(L, 1, at);
  return 0;
}

static int table_remove(lua_State *L) {
  lua_Integer length = get_length(L, 1, true);
  lua_Integer at = luaL_optinteger(L, 2, length);
  if (lua_gettop(L) > 1)
    luaL_argcheck(L,
                  (lua_Unsigned)length + 1u == (lua_Unsigned)at ||
                      (lua_Unsigned)at - 1u <= (lua_Unsigned)length,
                  2, "position out of bounds");
  lua_settop(L, 1);
  lua_geti(L, 1, at);
  for (; at < length; at++) {
    pil_sandbox_tick(L, 1);
    lua_geti(L, 1, at + 1);
    lua_seti(L, 1, at);
  }
  lua_pushnil(L);
  lua_seti(L, 1, at);
  return 1;
}

static int table_move(lua_State *L) {
  lua_Integer from = luaL_checkinteger(L, 2), end = luaL_checkinteger(L, 3);
  lua_Integer to = luaL_checkinteger(L, 4);
  int target = lua_isnoneornil(L, 5) ? 1 : 5;
  check_like_table(L, 1, false);
  check_like_table(L, target, true);
  lua_settop(L, 5);
  lua_pushvalue(L, target);
  if (end < from) return 1;
  luaL_argcheck(L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
  lua_Integer count = end - from + 1;
  luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
  bool is_upward = to > end || to <= from || (target != 1 && !lua_rawequal(L, 1, target));
  for (lua_Integer i = 0; i < count; i++) {
    lua_Integer offset = is_upward ? i : count - 1 - i;
    pil_sandbox_tick(L, 1);
    lua_geti(L, 1, from + offset);
    lua_seti(L, target, to + offset);
  }
  return 1;
}

static void add_item(lua_State *L, luaL_Buffer *buffer, lua_Integer i) {
  lua_geti(L, 1, i);
  if (!lua_isstring(L, -1))
    luaL_error(L, "table.concat takes texts and numbers; the value at index %I is a %s",
               (LUAI_UACINT)i, luaL_typename(L, -1));
  luaL_addvalue(buffer);
}

static int table_concat(lua_State *L) {
  lua_Integer length = get_length(L, 1, false);
  size_t between_length;
  const char *between = luaL_optlstring(L, 2, "", &between_length);
  lua_Integer i = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, length);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  while (i <= last) {
    pil_sandbox_tick(L, 1);
    add_item(L, &buffer, i);
    if (i == last) break; /* last may be the largest integer */
    luaL_addlstring(&buffer, between, between_length);
    i++;
  }
  luaL_pushresult(&buffer);
  return 1;
}

static int table_pack(lua_State *L) {
  int count = lua_gettop(L);
  lua_createtable(L, count, 1);
  lua_insert(L, 1);
  for (int i = count; i >= 1; i--) lua_rawseti(L, 1, i);
  lua_pushinteger(L, count);
  lua_setfield(L, 1, "n");
  return 1;
}

static int table_unpack(lua_State *L) {
  lua_Integer first = luaL_optinteger(L, 2, 1);
  lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (first > last) return 0;
  lua_Unsigned more = (lua_Unsigned)last - (lua_Unsigned)first; /* one less than their number */
  if (more >= (lua_Unsigned)INT_MAX - 1 || !lua_checkstack(L, (int)more + 1))
    return luaL_error(L, "too many results to unpack");
  for (lua_Unsigned i = 0; i <= more; i++) {
    if (i % 256 == 255) pil_sandbox_tick(L, 256);
    lua_geti(L, 1, first + (lua_Integer)i);
  }
  return (int)more + 1;
}

/* ---- sort ---- */

/* The elements lie in a Lua table of their own; what moves are their numbers, in two arrays. */
enum { SORT_TABLE = 1, SORT_FUNCTION, SORT_ELEMENTS };

static bool is_less(lua_State *L, int a, int b) {
  bool has_function = !lua_isnil(L, SORT_FUNCTION);
  pil_sandbox_tick(L, 1);
  if (has_function) lua_pushvalue(L, SORT_FUNCTION);
  lua_rawgeti(L, SORT_ELEMENTS, a);
  lua_rawgeti(L, SORT_ELEMENTS, b);
  bool less;
  if (has_function) {
    lua_call(L, 2, 1);
    less = lua_toboolean(L, -1);
    lua_pop(L, 1);
  } else {
    less = lua_compare(L, -2, -1, LUA_OPLT);
    lua_pop(L, 2);
  }
  return less;
}

/* Merges from[low … middle-1] and from[middle … high-1]; equal elements keep their order. */
static void merge(lua_State *L, const int *from, int *to, int low, int middle, int high) {
  int left = low, right = middle;
  for (int i = low; i < high; i++) {
    bool takes_right = left == middle || (right < high && is_less(L, from[right], from[left]));
    to[i] = takes_right ? from[right++] : from[left++];
  }
}

static const int *sort_numbers(lua_State *L, int count) {
  int *from = lua_newuserdatauv(L, 2 * (size_t)count * sizeof *from, 0), *to = from + count;
  for (int i = 0; i < count; i++) from[i] = i + 1;
  for (long width = 1; width < count; width *= 2) {
    for (long low = 0; low < count; low += 2 * width) {
      long middle = low + width < count ? low + width : count;
      long high = low + 2 * width < count ? low + 2 * width : count;
      merge(L, from, to, (int)low, (int)middle, (int)high);
    }
    int *spare = from;
    from = to;
    to = spare;
  }
  return from;
}

static int table_sort(lua_State *L) {
  lua_Integer length = get_length(L, 1, true);
  luaL_argcheck(L, length < INT_MAX / 2, 1, "array too big");
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  if (length < 2) return 0;
  int count = (int)length;
  lua_createtable(L, count, 0);
  for (int i = 1; i <= count; i++) {
    if (i % 256 == 0) pil_sandbox_tick(L, 256);
    lua_geti(L, SORT_TABLE, i);
    lua_rawseti(L, SORT_ELEMENTS, i);
  }
  const int *order = sort_numbers(L, count);
  for (int i = 0; i < count; i++) {
    if (i % 256 == 0) pil_sandbox_tick(L, 256);
    lua_rawgeti(L, SORT_ELEMENTS, order[i]);
    lua_seti(L, SORT_TABLE, i + 1);
  }
  return 0;
}

static const char *const kept[] = {NULL};
static const luaL_Reg own[] = {{"concat", table_concat}, {"insert", table_insert},
                               {"move", table_move},     {"pack", table_pack},
                               {"remove", table_remove}, {"sort", table_sort},
                               {"unpack", table_unpack}, {NULL, NULL}};
const pil_library pil_library_table = {"table", luaopen_table, kept, own};
