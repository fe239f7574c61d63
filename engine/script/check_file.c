/* Loading a script by itself, for `pilotage check FILE.lua`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

static bool check_result(pil_sandbox *sandbox, const char *path, int result_count, pil_error *error) {
  lua_State *L = pil_sandbox_state(sandbox);
  if (result_count >= 1 && (lua_isfunction(L, -result_count) || lua_istable(L, -result_count))) return true;
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){path, 0, 0},
                       "expected the script to return a function, such as \"return function(x, p) … end\" "
                       "(or a module its table), found %s",
                       result_count == 0 ? "nothing" : luaL_typename(L, -result_count));
}

bool pil_script_check_file(const char *path, const char *shipped_folder, pil_limits limits,
                           pil_error *error) {
  int result_count = 0;
  pil_sandbox *sandbox = pil_sandbox_new(limits, error);
  bool good = sandbox != NULL && pil_sandbox_look_beside(sandbox, path, NULL, shipped_folder, error) &&
              pil_sandbox_load(sandbox, path, path, PIL_NOWHERE, &result_count, error) &&
              check_result(sandbox, path, result_count, error);
  pil_sandbox_free(sandbox);
  return good;
}
