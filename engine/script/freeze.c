/* Freezing in place: a table's content moves to a hidden table, the table itself becomes empty
 * and gets a hidden metatable that reads there and refuses to write. So identity is kept, reading
 * costs one hop in C, and nothing has to look at bytecode.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inside.h"

/* Entries of a frozen table's hidden metatable. */
static const char content_key = 0; /* the hidden table */
static const char shown_key = 0;   /* the metatable the guest gave it, if any */
static const char length_key = 0;  /* # as it was */
/* Registry: content -> frozen table, for getmetatable. */
static const char owners_key = 0;

static bool push_hidden(lua_State *L, int index, const void *key, int type) {
  if (!lua_getmetatable(L, index)) return false;
  int found = lua_rawgetp(L, -1, key);
  if (found == LUA_TNIL || (type != LUA_TNONE && found != type)) {
    lua_pop(L, 2);
    return false;
  }
  lua_remove(L, -2);
  return true;
}

bool pil_freeze_content(lua_State *L, int index) {
  return push_hidden(L, index, &content_key, LUA_TTABLE);
}

lua_Integer pil_freeze_length(lua_State *L, int index) {
  if (!push_hidden(L, index, &length_key, LUA_TNUMBER)) return 0;
  lua_Integer length = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return length;
}

static void push_owners(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &owners_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &owners_key);
}

/* A frozen table shows the metatable it had; where a frozen table serves as metatable, the one
 * really set is its content. */
bool pil_freeze_metatable(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (pil_freeze_content(L, index)) {
    lua_pop(L, 1);
    return push_hidden(L, index, &shown_key, LUA_TNONE);
  }
  if (!lua_getmetatable(L, index)) return false;
  push_owners(L);
  lua_pushvalue(L, -2);
  if (lua_rawget(L, -2) == LUA_TTABLE) lua_replace(L, -3);
  lua_settop(L, lua_gettop(L) - (lua_istable(L, -1) ? 1 : 2));
  return true;
}

/* ---- what a frozen table answers ---- */

const char *pil_freeze_key_text(lua_State *L, int index) {
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
    case LUA_TSTRING: return lua_pushfstring(L, "'%s'", lua_tostring(L, index));
    case LUA_TNUMBER:
      lua_pushvalue(L, index);
      lua_pushfstring(L, "[%s]", lua_tostring(L, -1));
      lua_remove(L, -2);
      return lua_tostring(L, -1);
    default: return lua_pushfstring(L, "[%s]", luaL_typename(L, index));
  }
}

/* Upvalues: the kind and what the table is called. */
static int refuse_write(lua_State *L) {
  const char *key = pil_freeze_key_text(L, 2), *name = lua_tostring(L, lua_upvalueindex(2));
  const char *of = name[0] == '\0' ? "" : " of ";
  switch (lua_tointeger(L, lua_upvalueindex(1))) {
    case PIL_FREEZE_GLOBALS:
      return luaL_error(L,
                        "cannot set global %s in a trial: the next trial would see it; make it "
                        "local",
                        key);
    case PIL_FREEZE_LIBRARY:
      return luaL_error(L, "cannot set %s of '%s': libraries are read-only", key, name);
    case PIL_FREEZE_DATA:
      return luaL_error(L,
                        "cannot set %s: settings and data are read-only; copy what you want to "
                        "change into a table of your own",
                        key);
    default:
      return luaL_error(L,
                        "cannot set %s%s%s in a trial: what was made while the file loaded is "
                        "read-only; make the table inside the function",
                        key, of, name);
  }
}

static int answer_length(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  return 1;
}

/* For a metatable whose __index is the guest's function: it must get the frozen table, not its
 * content. Upvalues: the content, the function. */
static int answer_index(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return 1;
}

/* ---- freezing one table ---- */

/* Copies the guest's metamethods, so that a frozen object adds, compares and prints as before. */
static void copy_metamethods(lua_State *L, int from, int to) {
  static const char *const own[] = {"__index", "__newindex", "__len",      "__gc",
                                    "__mode",  "__close",    "__metatable"};
  for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    const char *name = lua_tostring(L, -2);
    if (strcmp(name, "__mode") == 0) luaL_error(L, "__mode is not available in scripts");
    bool copied = strncmp(name, "__", 2) == 0;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) copied &= strcmp(name, own[i]) != 0;
    if (!copied) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, to);
  }
}

/* Reads of what `content` lacks go where the guest's metatable (at `shown`, 0: none) says. */
static void set_index(lua_State *L, int content, int hidden, int shown, pil_freeze_kind kind) {
  lua_pushvalue(L, content);
  if (shown == 0) {
    lua_setfield(L, hidden, "__index");
    return;
  }
  lua_pushliteral(L, "__index");
  int type = lua_rawget(L, shown);
  bool is_ours = kind != PIL_FREEZE_MADE && lua_iscfunction(L, -1);
  if (type == LUA_TTABLE || is_ours) {
    lua_createtable(L, 0, 1);
    lua_insert(L, -2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, content);
  } else if (type != LUA_TNIL) {
    lua_pushcclosure(L, answer_index, 2);
  } else {
    lua_pop(L, 1);
  }
  lua_setfield(L, hidden, "__index");
}

static void set_length(lua_State *L, int table, int hidden, int shown) {
  lua_Integer length = (lua_Integer)lua_rawlen(L, table);
  lua_pushinteger(L, length);
  lua_rawsetp(L, hidden, &length_key);
  lua_pushliteral(L, "__len");
  if (shown == 0 || lua_rawget(L, shown) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushinteger(L, length);
    lua_pushcclosure(L, answer_length, 1);
  }
  lua_setfield(L, hidden, "__len");
}

static void move_content(lua_State *L, int table, int content) {
  lua_Integer moved = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (++moved % 1024 == 0) pil_sandbox_tick(L, 1024);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, content);
  }
  for (lua_pushnil(L); lua_next(L, table);) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, table);
  }
  lua_pushboolean(L, true); /* a new key makes Lua give the emptied array back */
  lua_setfield(L, table, "\n");
  lua_pushnil(L);
  lua_setfield(L, table, "\n");
}

void pil_freeze_one(lua_State *L, int table, pil_freeze_kind kind, const char *name) {
  luaL_checkstack(L, 24, NULL);
  int top = lua_gettop(L), shown = 0, from = 0;
  if (lua_getmetatable(L, table)) {
    from = lua_gettop(L);
    if (pil_freeze_content(L, from)) from = lua_gettop(L);
    shown = top + 1;
  }
  lua_createtable(L, (int)lua_rawlen(L, table), 0);
  int content = lua_gettop(L);
  lua_createtable(L, 0, 8);
  int hidden = lua_gettop(L);
  if (from != 0) copy_metamethods(L, from, hidden);
  set_length(L, table, hidden, from);
  set_index(L, content, hidden, from, kind);
  lua_pushinteger(L, kind);
  lua_pushstring(L, name);
  lua_pushcclosure(L, refuse_write, 2);
  lua_setfield(L, hidden, "__newindex");
  lua_pushvalue(L, content);
  lua_rawsetp(L, hidden, &content_key);
  if (shown != 0) {
    pil_freeze_metatable(L, table);
    lua_rawsetp(L, hidden, &shown_key);
  }
  push_owners(L);
  lua_pushvalue(L, content);
  lua_pushvalue(L, table);
  lua_rawset(L, -3);
  lua_pushnil(L);
  lua_setmetatable(L, table);
  move_content(L, table, content);
  lua_pushvalue(L, hidden);
  lua_setmetatable(L, table);
  lua_settop(L, top);
}

void pil_freeze_library(lua_State *L, int index, const char *name) {
  pil_freeze_one(L, lua_absindex(L, index), PIL_FREEZE_LIBRARY, name);
}

void pil_sandbox_push_content(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (!pil_freeze_content(L, index)) lua_pushvalue(L, index);
}
