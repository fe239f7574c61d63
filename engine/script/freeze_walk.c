/* Freezing all that a guest's functions can reach, and noting what they might still change.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inside.h"

static const char noted_key =
    0; /* registry: function, number, value, line of noted upvalue i at 4i+1 … */

/* The walk keeps its list of work in a Lua table, so depth costs no stack. */
typedef struct walk {
  lua_State *L;
  int work; /* stack index: value, name, value, name, … */
  int seen; /* stack index: functions and upvalues met */
  lua_Integer count, done;
  pil_freeze_kind kind;
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
      pil_freeze_one(L, value, w->kind, name);
    }
    lua_settop(L, value - 1);
    lua_pushboolean(L, false); /* done with: may be collected */
    lua_rawseti(L, w->work, w->done - 1);
  }
}

static void begin_walk(walk *w, lua_State *L, pil_freeze_kind kind) {
  luaL_checkstack(L, 40, NULL);
  lua_newtable(L);
  lua_newtable(L);
  *w = (walk){.L = L, .work = lua_gettop(L) - 1, .seen = lua_gettop(L), .kind = kind};
}

void pil_sandbox_freeze_table(lua_State *L, int index) {
  index = lua_absindex(L, index);
  int top = lua_gettop(L);
  walk w;
  begin_walk(&w, L, PIL_FREEZE_DATA);
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
  begin_walk(&w, L, PIL_FREEZE_MADE);
  lua_pushglobaltable(L);
  int globals = lua_gettop(L);
  walk_table(&w, globals, "");
  pil_freeze_one(L, globals, PIL_FREEZE_GLOBALS, "");
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

/* Every one is put back: the script goes on with other trials where one that fails is only noted. */
bool pil_sandbox_check_unchanged(pil_sandbox *sandbox, pil_error *error) {
  if (sandbox->noted_count == 0) return true;
  lua_State *L = sandbox->L;
  int top = lua_gettop(L);
  if (!lua_checkstack(L, 8)) return pil_error_memory(error);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &noted_key);
  bool unchanged = true;
  for (size_t i = 0; i < sandbox->noted_count; i++) {
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 1);
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 2);
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 3);
    lua_rawgeti(L, top + 1, 4 * (lua_Integer)i + 4);
    int number = (int)lua_tointeger(L, top + 3);
    const char *name = lua_getupvalue(L, top + 2, number);
    if (!is_same(L, top + 4, top + 6)) {
      if (unchanged) refuse_upvalue(L, top + 2, name, (int)lua_tointeger(L, top + 5), error);
      unchanged = false;
      lua_pushvalue(L, top + 4);
      lua_setupvalue(L, top + 2, number);
    }
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return unchanged;
}
