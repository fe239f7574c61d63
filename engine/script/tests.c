/* Test files of policies: loaded in a sandbox of their own, and their test functions called in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests.h"

#include <stdio.h>
#include <string.h>

#include "../base/memory.h"

/* Arguments: the tests as light user data, what the file returned. */
static int read_file(lua_State *L) {
  pil_script_tests *tests = lua_touserdata(L, 1);
  luaL_checkstack(L, 40, NULL);
  if (tests->policy == NULL) pil_tests_read(L, tests, 2); /* else it is loaded again */
  lua_settop(L, 2);
  tests->table_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

static bool load(pil_script_tests *tests, pil_error *error) {
  int count = 0;
  tests->sandbox = pil_sandbox_new(tests->limits, error);
  if (tests->sandbox == NULL) return false;
  lua_State *L = pil_sandbox_state(tests->sandbox);
  PIL_TRY(pil_sandbox_look_beside(tests->sandbox, tests->path, NULL, tests->shipped_folder, error));
  PIL_TRY(pil_sandbox_load(tests->sandbox, tests->path, tests->path, PIL_NOWHERE, &count, error));
  if (count != 1)
    return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){tests->path, 0, 0},
                         "expected a test file to return a table {policy = …, cases = {…}}, found %s",
                         count == 0 ? "nothing" : "several values");
  if (!lua_checkstack(L, 8)) return pil_error_memory(error);
  lua_pushcfunction(L, read_file);
  lua_pushlightuserdata(L, tests);
  lua_rotate(L, -3, 2);
  if (pil_sandbox_call(tests->sandbox, 2, 0, error)) return true;
  if (error->file[0] == '\0') snprintf(error->file, sizeof error->file, "%s", tests->path);
  return false;
}

void pil_script_stop_all(void) {
  pil_guard_stop_all();
}

static void unload(pil_script_tests *tests) {
  pil_sandbox_free(tests->sandbox);
  tests->sandbox = NULL;
}

pil_script_tests *pil_script_tests_open(const char *path, const char *shipped_folder, pil_limits limits,
                                        pil_error *error) {
  pil_script_tests *tests = pil_memory_new_zeroed(1, sizeof *tests);
  if (tests == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  tests->shipped_folder = shipped_folder;
  tests->limits = limits;
  tests->path = pil_arena_copy(&tests->arena, path, strlen(path));
  if ((tests->path != NULL || pil_error_memory(error)) && load(tests, error)) return tests;
  pil_script_tests_free(tests);
  return NULL;
}

void pil_script_tests_free(pil_script_tests *tests) {
  if (tests == NULL) return;
  unload(tests);
  pil_arena_free(&tests->arena);
  pil_arena_free(&tests->scratch);
  pil_memory_free(tests);
}

const char *pil_script_tests_policy(const pil_script_tests *tests) {
  return tests->policy;
}

const pil_script_case *pil_script_tests_list(const pil_script_tests *tests, size_t *count) {
  *count = tests->count;
  return tests->cases;
}

/* ---- calling ---- */

/* decide(d [, settings]) -> level, reason, place */
static int decide(lua_State *L) {
  pil_script_tests *tests = lua_touserdata(L, lua_upvalueindex(1));
  pil_script_ruling ruling = {0};
  pil_error error;
  pil_arena_reset(&tests->scratch);
  luaL_checkstack(L, 20, NULL);
  lua_settop(L, 2);
  const pil_value *settings = NULL, *decision = pil_tests_read_map(L, &tests->scratch, "decide: d", 1, 2);
  if (!lua_isnil(L, 2)) settings = pil_tests_read_map(L, &tests->scratch, "decide: settings", 2, 8);
  if (!tests->decide(tests->context, decision, settings, &ruling, &error)) pil_sandbox_raise(L, &error);
  lua_pushstring(L, ruling.level);
  lua_pushstring(L, ruling.reason); /* NULL pushes nil */
  lua_pushstring(L, ruling.place);
  return 3;
}

/* Arguments: the tests, the function's name as light user data. */
static int call_test(lua_State *L) {
  pil_script_tests *tests = lua_touserdata(L, 1);
  const char *name = lua_touserdata(L, 2);
  luaL_checkstack(L, 20, NULL);
  lua_rawgeti(L, LUA_REGISTRYINDEX, tests->table_ref);
  if (lua_getfield(L, -1, name) != LUA_TFUNCTION && lua_getglobal(L, name) != LUA_TFUNCTION)
    return luaL_error(L, "there is no function %s any more", name);
  lua_pushlightuserdata(L, tests);
  lua_pushcclosure(L, decide, 1);
  lua_call(L, 1, 0);
  return 0;
}

bool pil_script_tests_call(pil_script_tests *tests, const pil_script_case *test, pil_script_decide *call, void *context,
                           pil_error *error) {
  if (tests->sandbox == NULL && !load(tests, error)) {
    unload(tests);
    return false;
  }
  lua_State *L = pil_sandbox_state(tests->sandbox);
  tests->decide = call;
  tests->context = context;
  if (!lua_checkstack(L, 8)) return pil_error_memory(error);
  lua_pushcfunction(L, call_test);
  lua_pushlightuserdata(L, tests);
  lua_pushlightuserdata(L, (void *)test->name);
  bool good = pil_sandbox_call(tests->sandbox, 2, 0, error);
  if (tests->sandbox->death != PIL_DEATH_NONE) unload(tests);
  return good;
}
