/* Values, calls and distributions as short texts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"

void pil_describe_number(double number, char *text, size_t text_bytes) {
  if (isnan(number)) {
    snprintf(text, text_bytes, "nan");
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, text_bytes, "%.*g", digits, number);
    if (strtod(text, NULL) == number) return;
  }
}

void pil_describe_result(lua_State *L, int index, char *text, size_t text_bytes) {
  size_t length;
  const char *bytes;
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      if (lua_isinteger(L, index)) {
        snprintf(text, text_bytes, "%lld", (long long)lua_tointeger(L, index));
      } else {
        pil_describe_number(lua_tonumber(L, index), text, text_bytes);
      }
      return;
    case LUA_TBOOLEAN:
      snprintf(text, text_bytes, "%s", lua_toboolean(L, index) ? "true" : "false");
      return;
    case LUA_TSTRING:
      bytes = lua_tolstring(L, index, &length);
      pil_text_escape(bytes, length, text, text_bytes);
      return;
    case LUA_TNIL:
    case LUA_TNONE: snprintf(text, text_bytes, "nil"); return;
    default: snprintf(text, text_bytes, "a %s", lua_typename(L, lua_type(L, index)));
  }
}

const char *pil_describe_value(lua_State *L, int index) {
  enum { VALUE_BYTES = 48 };
  char text[VALUE_BYTES];
  if (lua_type(L, index) == LUA_TNONE) return "nothing";
  bool is_text = lua_type(L, index) == LUA_TSTRING;
  pil_describe_result(L, index, text, sizeof text);
  luaL_checkstack(L, 4, NULL);
  return lua_pushfstring(L, is_text ? "\"%s\"" : "%s", text);
}

const char *pil_describe_call(lua_State *L, pil_arena *arena, int count) {
  enum { CALL_BYTES = 120, SHOWN = 4 };
  char text[CALL_BYTES] = "";
  size_t used = 0;
  for (int i = 1; i <= count && i <= SHOWN && used < sizeof text - 1; i++) {
    const char *value = lua_type(L, i) == LUA_TTABLE ? "{…}" : pil_describe_value(L, i);
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 1 ? ", " : "", value);
    if (used > sizeof text - 1) used = sizeof text - 1;
  }
  return pil_arena_copy(arena, text, used);
}

void pil_describe_family(const pil_family_record *record, const double *parameters, int count,
                         char *text, size_t text_bytes) {
  size_t used = (size_t)snprintf(text, text_bytes, "%s(", record->name);
  for (int i = 0; i < count && used < text_bytes; i++) {
    char number[40];
    pil_describe_number(parameters[i], number, sizeof number);
    used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", i > 0 ? ", " : "", number);
  }
  if (used < text_bytes) snprintf(text + used, text_bytes - used, ")");
}

void pil_describe_spec(const pil_spec *spec, char *text, size_t text_bytes) {
  const pil_distribution *d = &spec->distribution;
  const pil_family_record *record = pil_family_get(d->family);
  if (record->allowed > 0) {
    pil_describe_family(record, d->parameters, record->allowed, text, text_bytes);
  } else {
    snprintf(text, text_bytes, "%s(%zu values)", record->name, d->count);
  }
  size_t used = strlen(text);
  if (d->truncated || d->clamped) {
    char low[40], high[40];
    pil_describe_number(d->low, low, sizeof low);
    pil_describe_number(d->high, high, sizeof high);
    snprintf(text + used, text_bytes - used, " %s to [%s, %s]", d->clamped ? "clamped" : "cut", low,
             high);
  }
}
