/* Which return gave a function's results: a hook sees the returns of one call, and the last that is the call's own is the
 * one. Functions called in tail position stand in the caller's place, so theirs is it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../lanes/image.h"
#include "describe.h"
#include "inside.h"
#include "program.h"

enum { RESULTS = 2 };

static int decided(lua_State *L);

/* The place of the return, in the registry while the call runs. */
static const char place_key = 0;

/* A function returns: is it the one that decided() called? */
static void note_return(lua_State *L, lua_Debug *frame) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  lua_Debug caller;
  if (frame->event != LUA_HOOKRET) {
    sandbox->outer_hook(L, frame);
    return;
  }
  char place[PIL_PLACE_BYTES];
  if (!lua_getstack(L, 1, &caller)) return;
  lua_getinfo(L, "f", &caller);
  bool is_own = lua_tocfunction(L, -1) == decided;
  lua_pop(L, 1);
  if (!is_own || !lua_getinfo(L, "Sl", frame) || frame->currentline <= 0) return;
  pil_place_name(place, frame->source[0] == '=' ? frame->source + 1 : frame->source, frame->currentline);
  lua_pushstring(L, place);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &place_key);
}

/* A table or a boolean would come out as nothing, or as 1: refused at the line that returned it. Numbers are texts in Lua. */
static void check_word(lua_State *L, int index, const char *what) {
  int type = lua_type(L, index);
  if (type == LUA_TNIL || type == LUA_TSTRING || type == LUA_TNUMBER) return;
  pil_error error;
  char file[PIL_PLACE_BYTES] = "";
  lua_rawgetp(L, LUA_REGISTRYINDEX, &place_key);
  const char *place = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  const char *colon = strrchr(place, ':');
  if (colon != NULL) snprintf(file, sizeof file, "%.*s", (int)(colon - place), place);
  pil_place at = {colon == NULL ? NULL : file, colon == NULL ? 0 : (int)strtol(colon + 1, NULL, 10), 0};
  pil_error_set(&error, PIL_FAILURE_SCRIPT, at, "the policy's %s: expected a text, found %s", what, pil_describe_value(L, index));
  pil_sandbox_raise(L, &error);
}

/* A hook that counts, of the guard's, goes on counting. The watchdog may put its own in place of this one: then the call
 * is about to end anyway. */
static int decided(lua_State *L) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  lua_Hook before = lua_gethook(L);
  int mask = before == NULL ? 0 : lua_gethookmask(L), count = before == NULL ? 0 : lua_gethookcount(L);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  sandbox->outer_hook = before;
  lua_sethook(L, note_return, mask | LUA_MASKRET, count);
  lua_call(L, lua_gettop(L) - 1, RESULTS);
  if (lua_gethook(L) == note_return) lua_sethook(L, before, mask, count);
  check_word(L, lua_gettop(L) - 1, "level");
  check_word(L, lua_gettop(L), "reason");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &place_key);
  return RESULTS + 1;
}

void pil_decided_push(lua_State *L) {
  lua_pushcfunction(L, decided);
}
