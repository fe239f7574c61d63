/* `pilotage eval`: one chunk in a sandbox of its own, and what it returns as text.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "inside.h"

enum { EVAL_DEPTH = 16, EVAL_ENTRIES = 1000, EVAL_BYTES = 1 << 20 };

typedef struct rendering {
  lua_State *L;
  pil_text *text; /* the host's, so an error in between loses nothing */
  int entry_count, depth;
  const void *path[EVAL_DEPTH]; /* the tables around the one being rendered */
} rendering;

static void add_escaped(pil_text *text, const char *bytes, size_t length) {
  while (length > 0) {
    char escaped[1024];
    size_t taken = 0, next;
    while (taken < length && taken < 200) {
      next = pil_text_utf8_bytes(bytes + taken, length - taken);
      taken += next == 0 ? 1 : next;
    }
    pil_text_escape(bytes, taken, escaped, sizeof escaped);
    pil_text_add(text, escaped);
    bytes += taken;
    length -= taken;
  }
}

/* The fewest digits that read back as the same number, with a point or exponent. */
static void add_number(pil_text *text, double number) {
  char digits[40];
  if (isnan(number)) {
    pil_text_add(text, "nan");
    return;
  }
  for (int precision = 14; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, number);
    if (strtod(digits, NULL) == number) break;
  }
  pil_text_add(text, digits);
  if (strspn(digits, "-0123456789") == strlen(digits)) pil_text_add(text, ".0");
}

static void add_value(rendering *r, int index);

static void add_table_text(rendering *r, int index) {
  size_t length;
  const char *text = pil_base_text(r->L, index, &length);
  add_escaped(r->text, text, length);
}

/* One `key = value`, the pair being on top of the stack; pops it. */
static void add_entry(rendering *r, bool is_item) {
  lua_State *L = r->L;
  if (r->entry_count++ > 0 && pil_text_get(r->text)[r->text->length - 1] != '{')
    pil_text_add(r->text, ", ");
  if (!is_item && lua_type(L, -2) == LUA_TSTRING && pil_text_is_name(lua_tostring(L, -2))) {
    pil_text_format(r->text, "%s = ", lua_tostring(L, -2));
  } else if (!is_item) {
    pil_text_add(r->text, "[");
    add_value(r, lua_gettop(L) - 1);
    pil_text_add(r->text, "] = ");
  }
  add_value(r, lua_gettop(L));
  lua_pop(L, 2);
}

static bool is_full(const rendering *r) {
  return r->entry_count >= EVAL_ENTRIES || r->text->length >= EVAL_BYTES;
}

static void add_entries(rendering *r, int index) {
  lua_State *L = r->L;
  pil_sandbox_push_content(L, index);
  int content = lua_gettop(L);
  lua_Integer item_count, other_count = pil_order_scan(L, content, &item_count);
  for (lua_Integer i = 1; i <= item_count + other_count; i++) {
    pil_sandbox_tick(L, 1);
    if (is_full(r)) {
      pil_text_add(r->text, ", ...");
      break;
    }
    if (i <= item_count) {
      lua_pushinteger(L, i);
    } else {
      lua_rawgeti(L, content + 1, i - item_count);
    }
    lua_pushvalue(L, -1);
    lua_rawget(L, content);
    add_entry(r, i <= item_count);
  }
  lua_settop(L, content - 1);
}

static void add_table(rendering *r, int index) {
  lua_State *L = r->L;
  luaL_checkstack(L, 16, NULL);
  if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
    lua_pop(L, 1);
    add_table_text(r, index);
    lua_pop(L, 1);
    return;
  }
  const void *identity = lua_topointer(L, index);
  for (int i = 0; i < r->depth; i++)
    if (r->path[i] == identity) luaL_error(L, "the result is a table that contains itself");
  if (r->depth == EVAL_DEPTH) {
    pil_text_add(r->text, "{...}");
    return;
  }
  r->path[r->depth++] = identity;
  pil_text_add(r->text, "{");
  add_entries(r, index);
  pil_text_add(r->text, "}");
  r->depth--;
}

static void add_value(rendering *r, int index) {
  lua_State *L = r->L;
  switch (lua_type(L, index)) {
    case LUA_TTABLE: add_table(r, index); break;
    case LUA_TSTRING: {
      size_t length;
      const char *text = lua_tolstring(L, index, &length);
      add_escaped(r->text, text, length);
      break;
    }
    case LUA_TNUMBER:
      if (lua_isinteger(L, index)) {
        pil_text_format(r->text, "%lld", (long long)lua_tointeger(L, index));
      } else {
        add_number(r->text, lua_tonumber(L, index));
      }
      break;
    case LUA_TBOOLEAN: pil_text_add(r->text, lua_toboolean(L, index) ? "true" : "false"); break;
    default: pil_text_add(r->text, luaL_typename(L, index));
  }
}

/* Arguments: the text as light user data, the value. */
static int render(lua_State *L) {
  rendering r = {.L = L, .text = lua_touserdata(L, 1)};
  lua_remove(L, 1);
  add_value(&r, 1);
  pil_text_add(r.text, "\n");
  return 0;
}

/* The one value on top of the stack is something to print. */
static bool check_result(lua_State *L, const char *path, int count, pil_error *error) {
  pil_place at = {path, 0, 0};
  if (count == 0)
    return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                         "the file returns nothing; end it with `return` and what to print");
  if (count > 1)
    return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                         "the file returns %d values; eval prints one: return a table {...}",
                         count);
  if (lua_isnil(L, -1))
    return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                         "the file returns nil; there is nothing to print");
  if (lua_type(L, -1) == LUA_TNUMBER && isnan(lua_tonumber(L, -1)))
    return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                         "the file returns nan, which is not a number (0/0, or the square root of "
                         "a negative number)");
  return true;
}

static bool evaluate(pil_sandbox *sandbox, const char *path, pil_text *result, pil_error *error) {
  lua_State *L = pil_sandbox_state(sandbox);
  int count;
  PIL_TRY(pil_sandbox_load(sandbox, path, path, PIL_NOWHERE, &count, error));
  PIL_TRY(check_result(L, path, count, error));
  if (!lua_checkstack(L, 4)) return pil_error_memory(error);
  lua_pushcfunction(L, render);
  lua_pushlightuserdata(L, result);
  lua_rotate(L, -3, 2);
  if (!pil_sandbox_call(sandbox, 2, 0, error)) {
    if (error->file[0] == '\0') snprintf(error->file, sizeof error->file, "%s", path);
    return false;
  }
  return result->failed ? pil_error_memory(error) : true;
}

bool pil_script_eval(const char *path, const char *shipped_folder, pil_limits limits, pil_text *result,
                     pil_error *error) {
  pil_sandbox *sandbox = pil_sandbox_new(limits, error);
  if (sandbox == NULL) return false;
  bool done = pil_sandbox_look_beside(sandbox, path, NULL, shipped_folder, error) &&
              evaluate(sandbox, path, result, error);
  pil_sandbox_free(sandbox);
  return done;
}
