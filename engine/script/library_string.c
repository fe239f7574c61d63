/* string: what is bounded comes from the stock library; format shows no addresses, rep is quick,
 * and the functions that take patterns are in pattern_calls.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include <lualib.h>
#include <math.h>
#include <string.h>

#include "inside.h"

static const char format_key = 0; /* registry: the stock string.format … */
static const char pack_key = 0;   /* … and string.pack */

/* The conversion's letter; `at` is after the %. Flags, width and precision are the stock
 * function's to check. */
static const char *find_letter(const char *at, const char *end) {
  while (at < end && strchr("-+ #0123456789.", *at) != NULL && *at != '\0') at++;
  return at;
}

/* Makes arguments fit to be shown: texts without addresses, NaN without sign. */
static void prepare_argument(lua_State *L, int argument, char letter) {
  if (letter == 'p')
    luaL_error(L,
               "string.format: %%p is not available in scripts: an address differs from run "
               "to run");
  if (argument > lua_gettop(L)) return; /* the stock function says which one is missing */
  if (letter == 's') {
    pil_base_text(L, argument, NULL);
    lua_replace(L, argument);
  } else if (lua_type(L, argument) == LUA_TNUMBER && isnan(lua_tonumber(L, argument))) {
    lua_pushnumber(L, (lua_Number)NAN);
    lua_replace(L, argument);
  }
}

static int string_format(lua_State *L) {
  size_t length;
  const char *at = luaL_checklstring(L, 1, &length), *end = at + length;
  int top = lua_gettop(L), argument = 1;
  luaL_checkstack(L, 8, NULL);
  while ((at = memchr(at, '%', (size_t)(end - at))) != NULL) {
    at = find_letter(at + 1, end);
    if (at == end) break;
    if (*at != '%') prepare_argument(L, ++argument, *at);
    at++;
    lua_settop(L, top);
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &format_key);
  lua_insert(L, 1);
  lua_call(L, top, 1);
  return 1;
}

static int string_pack(lua_State *L) {
  int top = lua_gettop(L);
  for (int i = 2; i <= top; i++) prepare_argument(L, i, 'd');
  lua_settop(L, top);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &pack_key);
  lua_insert(L, 1);
  lua_call(L, top, 1);
  return 1;
}

/* Copies what is there already, twice as much each time. */
static void fill(char *to, size_t bytes, const char *piece, size_t piece_bytes) {
  size_t done = piece_bytes < bytes ? piece_bytes : bytes;
  memcpy(to, piece, done);
  while (done < bytes) {
    size_t more = done < bytes - done ? done : bytes - done;
    memcpy(to + done, to, more);
    done += more;
  }
}

static int string_rep(lua_State *L) {
  size_t length, between_length, bytes;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_Integer count = luaL_checkinteger(L, 2);
  const char *between = luaL_optlstring(L, 3, "", &between_length);
  if (count < 1 || length + between_length == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  if (__builtin_mul_overflow(length + between_length, (size_t)count, &bytes) ||
      bytes > SIZE_MAX / 4)
    return luaL_error(L, "the resulting text is too large");
  luaL_Buffer piece_buffer;
  luaL_buffinit(L, &piece_buffer);
  luaL_addlstring(&piece_buffer, text, length);
  luaL_addlstring(&piece_buffer, between, between_length);
  luaL_pushresult(&piece_buffer);
  const char *piece = lua_tostring(L, -1);
  bytes -= between_length; /* none after the last */
  luaL_Buffer buffer;
  char *to = luaL_buffinitsize(L, &buffer, bytes);
  fill(to, bytes, piece, length + between_length);
  luaL_pushresultsize(&buffer, bytes);
  return 1;
}

static int refuse_dump(lua_State *L) {
  return luaL_error(L, "string.dump is not available in scripts");
}

/* The stock library, whose format and pack are kept aside for those above; where Lua looks for
 * the names of functions they can be found for its messages. */
static int open_stock(lua_State *L) {
  luaopen_string(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  luaL_getsubtable(L, -1, "string");
  lua_getfield(L, -3, "format");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &format_key);
  lua_setfield(L, -2, "format");
  lua_getfield(L, -3, "pack");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &pack_key);
  lua_setfield(L, -2, "pack");
  lua_pop(L, 2);
  return 1;
}

static const char *const kept[] = {"byte",    "char", "len",    "lower", "packsize", "reverse",
                                   "sub",     "unpack", "upper", NULL};
static const luaL_Reg own[] = {{"dump", refuse_dump},      {"find", pil_pattern_find},
                               {"format", string_format},  {"gmatch", pil_pattern_gmatch},
                               {"gsub", pil_pattern_gsub}, {"match", pil_pattern_match},
                               {"pack", string_pack},      {"rep", string_rep},
                               {NULL, NULL}};
const pil_library pil_library_string = {"string", open_stock, kept, own};
