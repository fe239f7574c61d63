/* string.find, match, gmatch and gsub on top of the pattern matcher.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inside.h"
#include "pattern.h"

/* ---- captures ---- */

/* Pushes capture `number`, or the whole match where the pattern has none. */
static void push_capture(pil_match *m, size_t number, const char *start, const char *end) {
  lua_State *L = m->L;
  if (number >= m->pattern->capture_count) {
    if (number != 0) luaL_error(L, "invalid capture index %%%d", (int)number + 1);
    lua_pushlstring(L, start, (size_t)(end - start));
  } else if (m->captures[number].length == PIL_CAPTURE_POSITION) {
    lua_pushinteger(L, m->captures[number].at - m->start + 1);
  } else {
    lua_pushlstring(L, m->captures[number].at, (size_t)m->captures[number].length);
  }
}

static int push_captures(pil_match *m, const char *start, const char *end, bool whole_if_none) {
  size_t count = m->pattern->capture_count;
  if (count == 0 && whole_if_none) count = 1;
  luaL_checkstack(m->L, (int)count, "too many captures");
  for (size_t i = 0; i < count; i++) push_capture(m, i, start, end);
  return (int)count;
}

/* The first match at or after `at`; *start is where it begins. */
static const char *search(pil_match *m, const char *at, const char **start) {
  for (; at <= m->end; at++) {
    const char *end = pil_pattern_try(m, at);
    if (end != NULL) {
      *start = at;
      return end;
    }
    if (m->pattern->is_anchored) break;
  }
  return NULL;
}

/* ---- find and match ---- */

/* Counts from 1; negative from the end. 0-based here, at most length + 1. */
static size_t get_start(lua_State *L, int argument, size_t length) {
  lua_Integer at = luaL_optinteger(L, argument, 1);
  if (at > 0) return (lua_Unsigned)at - 1 > length ? length + 1 : (size_t)at - 1;
  if (at == 0 || (lua_Unsigned)0 - (lua_Unsigned)at > length) return 0;
  return length - (size_t)((lua_Unsigned)0 - (lua_Unsigned)at);
}

static bool is_plain(const char *pattern, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (pattern[i] != '\0' && strchr("^$*+?.([%-", pattern[i]) != NULL) return false;
  return true;
}

static int find_plain(lua_State *L, const char *text, size_t length, const char *sought,
                      size_t sought_length, size_t start) {
  const char *found = memmem(text + start, length - start, sought, sought_length);
  if (found == NULL) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, found - text + 1);
  lua_pushinteger(L, found - text + (lua_Integer)sought_length);
  return 2;
}

static int find_or_match(lua_State *L, bool is_find) {
  size_t length, pattern_length;
  const char *text = luaL_checklstring(L, 1, &length);
  const char *pattern_text = luaL_checklstring(L, 2, &pattern_length);
  size_t start = get_start(L, 3, length);
  if (start > length) {
    lua_pushnil(L);
    return 1;
  }
  if (is_find && (lua_toboolean(L, 4) || is_plain(pattern_text, pattern_length)))
    return find_plain(L, text, length, pattern_text, pattern_length, start);
  pil_pattern pattern;
  pil_pattern_read(L, pattern_text, pattern_length, true, &pattern);
  pil_match m = {.L = L, .pattern = &pattern, .start = text, .end = text + length};
  const char *at, *end = search(&m, text + start, &at);
  if (end == NULL) {
    lua_pushnil(L);
    return 1;
  }
  if (!is_find) return push_captures(&m, at, end, true);
  lua_pushinteger(L, at - text + 1);
  lua_pushinteger(L, end - text);
  return 2 + push_captures(&m, at, end, false);
}

int pil_pattern_find(lua_State *L) {
  return find_or_match(L, true);
}

int pil_pattern_match(lua_State *L) {
  return find_or_match(L, false);
}

/* ---- gmatch ---- */

/* The iterator's upvalues: the text, the pattern, where to go on, where the last match ended
 * (-1: none), whether it was made in a trial. */
enum { UP_TEXT = 1, UP_PATTERN, UP_NEXT, UP_LAST, UP_FROZEN };

static void set_position(lua_State *L, int upvalue, lua_Integer position) {
  lua_pushinteger(L, position);
  lua_replace(L, lua_upvalueindex(upvalue));
}

static int next_match(lua_State *L) {
  if (lua_toboolean(L, lua_upvalueindex(UP_FROZEN)) != pil_sandbox_of(L)->is_frozen)
    return luaL_error(L, "a gmatch that began while the file loaded cannot go on in a trial");
  size_t length, pattern_length;
  const char *text = lua_tolstring(L, lua_upvalueindex(UP_TEXT), &length);
  const char *pattern_text = lua_tolstring(L, lua_upvalueindex(UP_PATTERN), &pattern_length);
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(UP_LAST));
  pil_pattern pattern;
  pil_pattern_read(L, pattern_text, pattern_length, false, &pattern);
  pil_match m = {.L = L, .pattern = &pattern, .start = text, .end = text + length};
  lua_Integer at = lua_tointeger(L, lua_upvalueindex(UP_NEXT));
  for (; at <= (lua_Integer)length; at++) {
    const char *end = pil_pattern_try(&m, text + at);
    if (end == NULL || end - text == last) continue;
    set_position(L, UP_NEXT, end - text);
    set_position(L, UP_LAST, end - text);
    return push_captures(&m, text + at, end, true);
  }
  set_position(L, UP_NEXT, at);
  return 0;
}

int pil_pattern_gmatch(lua_State *L) {
  size_t length, pattern_length;
  luaL_checklstring(L, 1, &length);
  const char *pattern_text = luaL_checklstring(L, 2, &pattern_length);
  size_t start = get_start(L, 3, length);
  lua_settop(L, 2);
  pil_pattern pattern; /* a malformed one is refused here, not at the first match */
  pil_pattern_read(L, pattern_text, pattern_length, false, &pattern);
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)start);
  lua_pushinteger(L, -1);
  lua_pushboolean(L, pil_sandbox_of(L)->is_frozen);
  lua_pushcclosure(L, next_match, 5);
  return 1;
}

/* ---- gsub ---- */

enum { ARGUMENT_REPLACEMENT = 3 };

static void add_replacement_text(pil_match *m, luaL_Buffer *buffer, const char *start,
                                 const char *end) {
  lua_State *L = m->L;
  size_t length;
  const char *at = lua_tolstring(L, ARGUMENT_REPLACEMENT, &length), *stop = at + length;
  while (at < stop) {
    const char *percent = memchr(at, '%', (size_t)(stop - at));
    const char *plain_end = percent == NULL ? stop : percent;
    luaL_addlstring(buffer, at, (size_t)(plain_end - at));
    if (percent == NULL) return;
    char c = percent + 1 < stop ? percent[1] : '\0';
    at = percent + 2;
    if (c == '%') {
      luaL_addchar(buffer, '%');
    } else if (c == '0') {
      luaL_addlstring(buffer, start, (size_t)(end - start));
    } else if (c >= '1' && c <= '9') {
      push_capture(m, (size_t)(c - '1'), start, end);
      luaL_tolstring(L, -1, NULL); /* a position becomes text */
      lua_remove(L, -2);
      luaL_addvalue(buffer);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement text");
    }
  }
}

/* Adds what replaces a match; false: the match stays as it is. */
static bool add_replacement(pil_match *m, luaL_Buffer *buffer, const char *start, const char *end) {
  lua_State *L = m->L;
  switch (lua_type(L, ARGUMENT_REPLACEMENT)) {
    case LUA_TFUNCTION:
      lua_pushvalue(L, ARGUMENT_REPLACEMENT);
      lua_call(L, push_captures(m, start, end, true), 1);
      break;
    case LUA_TTABLE:
      push_capture(m, 0, start, end);
      lua_gettable(L, ARGUMENT_REPLACEMENT);
      break;
    default: add_replacement_text(m, buffer, start, end); return true;
  }
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(buffer, start, (size_t)(end - start));
    return false;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(buffer);
  return true;
}

int pil_pattern_gsub(lua_State *L) {
  size_t length, pattern_length;
  const char *at = luaL_checklstring(L, 1, &length), *last = NULL;
  const char *pattern_text = luaL_checklstring(L, 2, &pattern_length);
  int type = lua_type(L, ARGUMENT_REPLACEMENT);
  luaL_argexpected(
      L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
      3, "string/function/table");
  lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1), count = 0;
  pil_pattern pattern;
  pil_pattern_read(L, pattern_text, pattern_length, true, &pattern);
  pil_match m = {.L = L, .pattern = &pattern, .start = at, .end = at + length};
  bool is_changed = false;
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  while (count < most) {
    const char *end = pil_pattern_try(&m, at);
    if (end != NULL && end != last) {
      count++;
      is_changed |= add_replacement(&m, &buffer, at, end);
      at = last = end;
    } else if (at < m.end) {
      luaL_addchar(&buffer, *at++);
    } else {
      break;
    }
    if (pattern.is_anchored) break;
  }
  if (is_changed) {
    luaL_addlstring(&buffer, at, (size_t)(m.end - at));
    luaL_pushresult(&buffer);
  } else {
    lua_pushvalue(L, 1);
  }
  lua_pushinteger(L, count);
  return 2;
}
