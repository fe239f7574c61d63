/* pairs and next in an order that depends on the keys alone. Stock Lua's order follows a hash
 * whose seed differs from state to state, so a sum over pairs would differ in its last bits.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "inside.h"

typedef enum key_rank { RANK_NUMBER, RANK_TEXT, RANK_BOOLEAN, RANK_NONE } key_rank;

/* A key as it is compared. A long double holds every integer and every float exactly. */
typedef struct key {
  key_rank rank;
  bool is_integer, boolean;
  lua_Integer integer;
  long double number;
  const char *text; /* the table keeps it alive */
  size_t length;
} key;

static key read_key(lua_State *L, int index) {
  key k = {.rank = RANK_NONE};
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      k.rank = RANK_NUMBER;
      k.is_integer = lua_isinteger(L, index);
      if (k.is_integer) {
        k.integer = lua_tointeger(L, index);
        k.number = (long double)k.integer;
      } else {
        k.number = lua_tonumber(L, index);
      }
      break;
    case LUA_TSTRING:
      k.rank = RANK_TEXT;
      k.text = lua_tolstring(L, index, &k.length);
      break;
    case LUA_TBOOLEAN:
      k.rank = RANK_BOOLEAN;
      k.boolean = lua_toboolean(L, index);
      break;
    default: break;
  }
  return k;
}

static int compare_keys(const void *left, const void *right) {
  const key *a = left, *b = right;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  if (a->rank == RANK_NUMBER) return (a->number > b->number) - (a->number < b->number);
  if (a->rank == RANK_BOOLEAN) return (int)a->boolean - (int)b->boolean;
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->text, b->text, shorter);
  return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void push_key(lua_State *L, const key *k) {
  switch (k->rank) {
    case RANK_TEXT: lua_pushlstring(L, k->text, k->length); break;
    case RANK_BOOLEAN: lua_pushboolean(L, k->boolean); break;
    default:
      if (k->is_integer) {
        lua_pushinteger(L, k->integer);
      } else {
        lua_pushnumber(L, (lua_Number)k->number);
      }
  }
}

static bool is_in_sequence(lua_State *L, int index, lua_Integer sequence_length) {
  if (!lua_isinteger(L, index)) return false;
  lua_Integer i = lua_tointeger(L, index);
  return i >= 1 && i <= sequence_length;
}

static lua_Integer count_sequence(lua_State *L, int index) {
  lua_Integer length = 0;
  while (lua_rawgeti(L, index, length + 1) != LUA_TNIL) {
    lua_pop(L, 1);
    length++;
  }
  lua_pop(L, 1);
  return length;
}

static void refuse_key(lua_State *L, int index) {
  luaL_error(L,
             "a table with a %s as key has no fixed order to go through; use numbers, texts or "
             "booleans as keys",
             luaL_typename(L, index));
}

static lua_Integer count_others(lua_State *L, int index, lua_Integer sequence_length) {
  lua_Integer count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (is_in_sequence(L, -2, sequence_length)) continue;
    if (read_key(L, -2).rank == RANK_NONE) refuse_key(L, -2);
    count++;
  }
  return count;
}

lua_Integer pil_order_scan(lua_State *L, int index, lua_Integer *sequence_length) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 8, NULL);
  *sequence_length = count_sequence(L, index);
  lua_Integer count = count_others(L, index, *sequence_length), used = 0;
  if (count == 0) {
    lua_pushnil(L);
    return 0;
  }
  key *keys = lua_newuserdatauv(L, (size_t)count * sizeof *keys, 0);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    if (!is_in_sequence(L, -2, *sequence_length)) keys[used++] = read_key(L, -2);
  qsort(keys, (size_t)count, sizeof *keys, compare_keys);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 0; i < count; i++) {
    push_key(L, &keys[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_remove(L, -2);
  return count;
}

/* Pushes key and value at `position` of a traversal; false, and nothing pushed, if the value is
 * gone meanwhile. `source` holds the values, `keys` the other keys. */
static bool push_pair(lua_State *L, int source, int keys, lua_Integer sequence_length,
                      lua_Integer position) {
  if (position <= sequence_length) {
    lua_pushinteger(L, position);
    lua_rawgeti(L, source, position);
  } else {
    lua_rawgeti(L, keys, position - sequence_length);
    lua_pushvalue(L, -1);
    lua_rawget(L, source);
  }
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 2);
  return false;
}

/* Whether the key at stack index 2 is the one at `position`. */
static bool is_key_at(lua_State *L, int keys, lua_Integer sequence_length, lua_Integer position) {
  if (position < 1) return false;
  if (position <= sequence_length) return lua_isinteger(L, 2) && lua_tointeger(L, 2) == position;
  lua_rawgeti(L, keys, position - sequence_length);
  bool same = lua_rawequal(L, -1, 2);
  lua_pop(L, 1);
  return same;
}

/* ---- next ---- */

static const char traversals_key = 0; /* registry: 2i+1 the table, 2i+2 the keys of traversal i */

static void push_anchors(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &traversals_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_createtable(L, 2 * PIL_TRAVERSALS, 0);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &traversals_key);
}

static pil_traversal *find_traversal(pil_sandbox *sandbox, const void *table) {
  for (int i = 0; i < PIL_TRAVERSALS; i++)
    if (sandbox->traversals[i].table == table) return &sandbox->traversals[i];
  return NULL;
}

static void end_traversal(lua_State *L, pil_sandbox *sandbox, pil_traversal *traversal) {
  lua_Integer slot = traversal - sandbox->traversals;
  traversal->table = NULL;
  push_anchors(L);
  for (lua_Integer i = 1; i <= 2; i++) {
    lua_pushboolean(L, false);
    lua_rawseti(L, -2, 2 * slot + i);
  }
  lua_pop(L, 1);
}

void pil_order_forget(pil_sandbox *sandbox) {
  if (sandbox->next_traversal == 0) return;
  sandbox->next_traversal = 0;
  for (int i = 0; i < PIL_TRAVERSALS; i++)
    if (sandbox->traversals[i].table != NULL)
      end_traversal(sandbox->L, sandbox, &sandbox->traversals[i]);
}

/* Puts the keys of the table at `source` in order in the slot that was begun longest ago. */
static pil_traversal *begin_traversal(lua_State *L, pil_sandbox *sandbox, int source) {
  pil_traversal begun = {.table = lua_topointer(L, source)};
  begun.other_count = pil_order_scan(L, source, &begun.sequence_length);
  unsigned slot = sandbox->next_traversal++ % PIL_TRAVERSALS;
  sandbox->traversals[slot].table = NULL;
  push_anchors(L);
  lua_pushvalue(L, source);
  lua_rawseti(L, -2, 2 * (lua_Integer)slot + 1);
  lua_pushvalue(L, -2);
  lua_rawseti(L, -2, 2 * (lua_Integer)slot + 2);
  lua_pop(L, 2);
  sandbox->traversals[slot] = begun;
  return &sandbox->traversals[slot];
}

/* The position of the last key that is not after the one at stack index 2. */
static lua_Integer find_position(lua_State *L, int keys, const pil_traversal *traversal) {
  if (is_in_sequence(L, 2, traversal->sequence_length)) return lua_tointeger(L, 2);
  key sought = read_key(L, 2);
  if (sought.rank == RANK_NONE) refuse_key(L, 2);
  lua_Integer low = 0, high = traversal->other_count; /* keys 1 … low are not after, high+1 … are */
  while (low < high) {
    lua_Integer middle = low + (high - low + 1) / 2;
    lua_rawgeti(L, keys, middle);
    key found = read_key(L, -1);
    lua_pop(L, 1);
    if (compare_keys(&found, &sought) <= 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return traversal->sequence_length + low;
}

/* The first pair without putting all keys in order, so that `next(t) == nil` is cheap. A single
 * key of any type is first. */
static int push_first(lua_State *L, int source) {
  lua_pushinteger(L, 1);
  if (lua_rawgeti(L, source, 1) != LUA_TNIL) return 2;
  lua_settop(L, source);
  lua_pushnil(L);
  lua_pushnil(L); /* source + 1, + 2: the least key so far and its value */
  key least = {.rank = RANK_NONE};
  bool found = false;
  for (lua_pushnil(L); lua_next(L, source); lua_pop(L, 1)) {
    key candidate = read_key(L, -2);
    if (found && candidate.rank == RANK_NONE && least.rank == RANK_NONE) refuse_key(L, -2);
    if (found && compare_keys(&candidate, &least) >= 0) continue;
    found = true;
    least = candidate;
    lua_pushvalue(L, -2);
    lua_replace(L, source + 1);
    lua_pushvalue(L, -1);
    lua_replace(L, source + 2);
  }
  lua_settop(L, source + 2);
  return found ? 2 : 1;
}

int pil_order_next(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  pil_sandbox *sandbox = pil_sandbox_of(L);
  if (!pil_freeze_content(L, 1)) lua_pushvalue(L, 1);
  pil_traversal *traversal = find_traversal(sandbox, lua_topointer(L, 3));
  if (lua_isnil(L, 2)) {
    if (traversal != NULL) end_traversal(L, sandbox, traversal);
    return push_first(L, 3);
  }
  lua_Integer as_integer; /* 2.0 as a key is 2 */
  if (lua_type(L, 2) == LUA_TNUMBER && !lua_isinteger(L, 2) &&
      lua_numbertointeger(lua_tonumber(L, 2), &as_integer) &&
      (lua_Number)as_integer == lua_tonumber(L, 2)) {
    lua_pushinteger(L, as_integer);
    lua_replace(L, 2);
  }
  if (traversal == NULL) traversal = begin_traversal(L, sandbox, 3);
  push_anchors(L);
  lua_rawgeti(L, 4, 2 * (traversal - sandbox->traversals) + 2);
  lua_Integer position = traversal->position;
  if (!is_key_at(L, 5, traversal->sequence_length, position))
    position = find_position(L, 5, traversal);
  lua_Integer count = traversal->sequence_length + traversal->other_count;
  while (++position <= count) {
    if (!push_pair(L, 3, 5, traversal->sequence_length, position)) continue;
    traversal->position = position;
    return 2;
  }
  end_traversal(L, sandbox, traversal);
  lua_pushnil(L);
  return 1;
}

/* ---- pairs ---- */

/* The iterator's upvalues. */
enum { UP_TABLE = 1, UP_SOURCE, UP_KEYS, UP_SEQUENCE, UP_COUNT, UP_POSITION, UP_FROZEN };

static int next_pair(lua_State *L) {
  lua_settop(L, 2);
  int keys = lua_upvalueindex(UP_KEYS);
  if (lua_toboolean(L, lua_upvalueindex(UP_FROZEN)) != pil_sandbox_of(L)->is_frozen)
    return luaL_error(L, "a traversal that began while the file loaded cannot go on in a trial");
  lua_Integer sequence_length = lua_tointeger(L, lua_upvalueindex(UP_SEQUENCE));
  lua_Integer count = lua_tointeger(L, lua_upvalueindex(UP_COUNT));
  lua_Integer position = lua_tointeger(L, lua_upvalueindex(UP_POSITION));
  if (lua_isnil(L, 2)) position = 0;
  if (!lua_rawequal(L, 1, lua_upvalueindex(UP_TABLE)) ||
      (!lua_isnil(L, 2) && !is_key_at(L, keys, sequence_length, position)))
    return pil_order_next(L); /* called as `next` would be, not by a loop */
  while (++position <= count) {
    if (!push_pair(L, lua_upvalueindex(UP_SOURCE), keys, sequence_length, position)) continue;
    lua_pushinteger(L, position);
    lua_replace(L, lua_upvalueindex(UP_POSITION));
    return 2;
  }
  lua_pushnil(L);
  return 1;
}

int pil_order_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  if (!pil_freeze_content(L, 1)) lua_pushvalue(L, 1);
  lua_Integer sequence_length, other_count = pil_order_scan(L, 3, &sequence_length);
  lua_pushinteger(L, sequence_length);
  lua_pushinteger(L, sequence_length + other_count);
  lua_pushinteger(L, 0);
  lua_pushboolean(L, pil_sandbox_of(L)->is_frozen);
  lua_pushcclosure(L, next_pair, 7);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}
