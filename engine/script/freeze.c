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

typedef enum freeze_kind { FREEZE_MADE, FREEZE_GLOBALS, FREEZE_LIBRARY, FREEZE_DATA } freeze_kind;

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
    case FREEZE_GLOBALS:
      return luaL_error(L, "cannot set global %s in a trial: the next trial would see it; make it "
                           "local", key);
    case FREEZE_LIBRARY:
      return luaL_error(L, "cannot set %s of '%s': libraries are read-only", key, name);
    case FREEZE_DATA:
      return luaL_error(L, "cannot set %s: settings and data are read-only; copy what you want to "
                           "change into a table of your own", key);
    default:
      return luaL_error(L, "cannot set %s%s%s in a trial: what was made while the file loaded is "
                           "read-only; make the table inside the function", key, of, name);
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
static void set_index(lua_State *L, int content, int hidden, int shown, freeze_kind kind) {
  lua_pushvalue(L, content);
  if (shown == 0) {
    lua_setfield(L, hidden, "__index");
    return;
  }
  lua_pushliteral(L, "__index");
  int type = lua_rawget(L, shown);
  bool is_ours = kind != FREEZE_MADE && lua_iscfunction(L, -1);
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

/* Freezes the table at `table`, called `name` in messages. Not its values. */
static void freeze_one(lua_State *L, int table, freeze_kind kind, const char *name) {
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
  freeze_one(L, lua_absindex(L, index), FREEZE_LIBRARY, name);
}

void pil_sandbox_push_content(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (!pil_freeze_content(L, index)) lua_pushvalue(L, index);
}

/* ---- everything that can be reached ---- */

static const char noted_key = 0; /* registry: function, number, value, line of noted upvalue i at 4i+1 … */

/* The walk keeps its list of work in a Lua table, so depth costs no stack. */
typedef struct walk {
  lua_State *L;
  int work;  /* stack index: value, name, value, name, … */
  int seen;  /* stack index: functions and upvalues met */
  lua_Integer count, done;
  freeze_kind kind;
} walk;

/* Adds the value on top of the stack if there is something to do; pops it. `name` and `key` make
 * up what messages call it. */
static void add_work(walk *w, const char *name, const char *key) {
  lua_State *L = w->L;
  bool wanted = lua_istable(L, -1);
  if (wanted && pil_freeze_content(L, -1)) {
    lua_pop(L, 1);
    wanted = false;
  } else if (lua_isfunction(L, -1) && !lua_iscfunction(L, -1)) {
    lua_pushvalue(L, -1);
    wanted = lua_rawget(L, w->seen) == LUA_TNIL;
    lua_pop(L, 1);
    if (wanted) {
      lua_pushvalue(L, -1);
      lua_pushboolean(L, true);
      lua_rawset(L, w->seen);
    }
  }
  if (!wanted) {
    lua_pop(L, 1);
    return;
  }
  lua_rawseti(L, w->work, ++w->count);
  if (name[0] == '\0' || key[0] == '\0' || key[0] == '[') {
    lua_pushfstring(L, "%s%s", name, key);
  } else {
    lua_pushfstring(L, "%s.%s", name, key);
  }
  lua_rawseti(L, w->work, ++w->count);
}

static void walk_table(walk *w, int table, const char *name) {
  lua_State *L = w->L;
  lua_Integer steps = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (++steps % 1024 == 0) pil_sandbox_tick(L, 1024);
    int key_type = lua_type(L, -2), type = lua_type(L, -1);
    if (key_type == LUA_TTABLE || key_type == LUA_TFUNCTION) {
      lua_pushvalue(L, -2);
      add_work(w, name, "[key]");
    }
    if (type != LUA_TTABLE && type != LUA_TFUNCTION) continue;
    const char *key = pil_freeze_key_text(L, -2);
    if (key_type == LUA_TSTRING) key = lua_tostring(L, -3);
    lua_pushvalue(L, -2);
    add_work(w, name, key);
    lua_pop(L, 1);
  }
  if (lua_getmetatable(L, table)) add_work(w, name, "[metatable]");
}

static void note_upvalue(walk *w, int function, int number, int line) {
  lua_State *L = w->L;
  lua_pushlightuserdata(L, lua_upvalueid(L, function, number));
  lua_pushvalue(L, -1);
  bool is_new = lua_rawget(L, w->seen) == LUA_TNIL;
  lua_pop(L, 1);
  lua_pushboolean(L, true);
  lua_rawset(L, w->seen);
  if (!is_new) return;
  lua_Integer base = 4 * (lua_Integer)pil_sandbox_of(L)->noted_count++;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &noted_key);
  lua_pushvalue(L, function);
  lua_rawseti(L, -2, base + 1);
  lua_pushinteger(L, number);
  lua_rawseti(L, -2, base + 2);
  lua_getupvalue(L, function, number);
  lua_rawseti(L, -2, base + 3);
  lua_pushinteger(L, line);
  lua_rawseti(L, -2, base + 4);
  lua_pop(L, 1);
}

static void walk_function(walk *w, int function) {
  lua_State *L = w->L;
  int lines[256];
  pil_error error;
  lua_pushvalue(L, function);
  if (!pil_sandbox_find_assigned(L, lines, &error)) {
    if (error.failure == PIL_FAILURE_MEMORY) pil_sandbox_survive(L, LUA_ERRMEM);
    pil_sandbox_raise(L, &error);
  }
  lua_pop(L, 1);
  const char *name;
  for (int i = 1; (name = lua_getupvalue(L, function, i)) != NULL; i++) {
    add_work(w, name, "");
    if (lines[i - 1] != 0) note_upvalue(w, function, i, lines[i - 1]);
  }
}

/* A table's values are looked at before it is frozen: afterwards it is empty. */
static void walk_all(walk *w) {
  lua_State *L = w->L;
  luaL_checkstack(L, 40, NULL);
  while (w->done < w->count) {
    lua_rawgeti(L, w->work, ++w->done);
    lua_rawgeti(L, w->work, ++w->done);
    int value = lua_gettop(L) - 1;
    const char *name = lua_tostring(L, -1);
    bool is_frozen = lua_istable(L, value) && pil_freeze_content(L, value);
    if (!is_frozen && lua_isfunction(L, value)) {
      walk_function(w, value);
    } else if (!is_frozen) {
      walk_table(w, value, name);
      freeze_one(L, value, w->kind, name);
    }
    lua_settop(L, value - 1);
    lua_pushboolean(L, false); /* done with: may be collected */
    lua_rawseti(L, w->work, w->done - 1);
  }
}

static void begin_walk(walk *w, lua_State *L, freeze_kind kind) {
  luaL_checkstack(L, 40, NULL);
  lua_newtable(L);
  lua_newtable(L);
  *w = (walk){.L = L, .work = lua_gettop(L) - 1, .seen = lua_gettop(L), .kind = kind};
}

void pil_sandbox_freeze_table(lua_State *L, int index) {
  index = lua_absindex(L, index);
  int top = lua_gettop(L);
  walk w;
  begin_walk(&w, L, FREEZE_DATA);
  lua_pushvalue(L, index);
  add_work(&w, "", "");
  walk_all(&w);
  lua_settop(L, top);
}

/* Arguments: the values on the host's stack. */
static int freeze_everything(lua_State *L) {
  int argument_count = lua_gettop(L);
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &noted_key);
  walk w;
  begin_walk(&w, L, FREEZE_MADE);
  lua_pushglobaltable(L);
  int globals = lua_gettop(L);
  walk_table(&w, globals, "");
  freeze_one(L, globals, FREEZE_GLOBALS, "");
  lua_pop(L, 1);
  pil_require_push_loaded(L);
  if (lua_istable(L, -1)) walk_table(&w, lua_gettop(L), "");
  lua_pop(L, 1);
  for (int i = 1; i <= argument_count; i++) {
    lua_pushvalue(L, i);
    add_work(&w, "", "");
  }
  walk_all(&w);
  return 0;
}

bool pil_sandbox_freeze(pil_sandbox *sandbox, pil_error *error) {
  lua_State *L = sandbox->L;
  int count = lua_gettop(L);
  if (!lua_checkstack(L, count + 8)) return pil_error_memory(error);
  lua_pushcfunction(L, freeze_everything);
  for (int i = 1; i <= count; i++) lua_pushvalue(L, i);
  PIL_TRY(pil_sandbox_call(sandbox, count, 0, error));
  sandbox->is_frozen = true;
  return true;
}

/* ---- after a trial ---- */

/* Bit for bit: 0.0 is not -0.0 and 1 is not 1.0, but NaN is NaN. */
static bool is_same(lua_State *L, int a, int b) {
  if (lua_type(L, a) != LUA_TNUMBER || lua_type(L, b) != LUA_TNUMBER) return lua_rawequal(L, a, b);
  if (lua_isinteger(L, a) || lua_isinteger(L, b))
    return lua_isinteger(L, a) && lua_isinteger(L, b) && lua_rawequal(L, a, b);
  lua_Number x = lua_tonumber(L, a), y = lua_tonumber(L, b);
  return memcmp(&x, &y, sizeof x) == 0 || (x != x && y != y);
}

static bool refuse_upvalue(lua_State *L, int function, const char *name, int line,
                           pil_error *error) {
  lua_Debug about;
  lua_pushvalue(L, function);
  lua_getinfo(L, ">S", &about);
  const char *file = about.source[0] == '=' ? about.source + 1 : about.source;
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){file, line, 0},
                       "the local variable '%s' of the file is changed in a trial: the next trial "
                       "would see it; make it local to the function",
                       name);
}

bool pil_sandbox_check_unchanged(pil_sandbox *sandbox, pil_error *error) {
  if (sandbox->noted_count == 0) return true;
  lua_State *L = sandbox->L;
  int top = lua_gettop(L);
  if (!lua_checkstack(L, 8)) return pil_error_memory(error);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &noted_key);
  bool unchanged = true;
  for (size_t i = 0; i < sandbox->noted_count && unchanged; i++) {
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 1);
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 2);
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 3);
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 4);
    const char *name = lua_getupvalue(L, top + 2, (int)lua_tointeger(L, top + 3));
    unchanged = is_same(L, top + 4, top + 6);
    if (!unchanged) refuse_upvalue(L, top + 2, name, (int)lua_tointeger(L, top + 5), error);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return unchanged;
}
