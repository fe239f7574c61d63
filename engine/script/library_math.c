/* math: what is exact comes from the stock library, the rest has the same bits everywhere.
 * SPDX-License-Identifier: Apache-2.0 */
#include <lualib.h>

#include "../base/real.h"
#include "inside.h"

#define UNARY(name)                                        \
  static int math_##name(lua_State *L) {                   \
    lua_pushnumber(L, pil_##name(luaL_checknumber(L, 1))); \
    return 1;                                              \
  }
UNARY(exp)
UNARY(sin)
UNARY(cos)
UNARY(tan)
UNARY(asin)
UNARY(acos)
#undef UNARY

static int math_atan(lua_State *L) {
  double y = luaL_checknumber(L, 1);
  lua_pushnumber(L, lua_isnoneornil(L, 2) ? pil_atan(y) : pil_atan2(y, luaL_checknumber(L, 2)));
  return 1;
}

static int math_log(lua_State *L) {
  double x = luaL_checknumber(L, 1);
  if (lua_isnoneornil(L, 2)) {
    lua_pushnumber(L, pil_log(x));
    return 1;
  }
  double base = luaL_checknumber(L, 2);
  if (base == 2.0) {
    lua_pushnumber(L, pil_log2(x));
  } else if (base == 10.0) {
    lua_pushnumber(L, pil_log10(x));
  } else {
    lua_pushnumber(L, pil_log(x) / pil_log(base));
  }
  return 1;
}

static int math_random(lua_State *L) {
  return luaL_error(L,
                    "math.random is not available in scripts: its numbers would differ from "
                    "run to run; use draw.uniform(0, 1, \"name\")");
}

static int math_randomseed(lua_State *L) {
  return luaL_error(L,
                    "math.randomseed is not available in scripts: the seed stands in the "
                    "scenario; draw with draw.uniform(0, 1, \"name\")");
}

static const char *const kept[] = {"abs", "ceil",       "deg",       "floor",      "fmod", "huge",
                                   "max", "maxinteger", "min",       "mininteger", "modf", "pi",
                                   "rad", "sqrt",       "tointeger", "type",       "ult",  NULL};
static const luaL_Reg own[] = {{"exp", math_exp},
                               {"log", math_log},
                               {"sin", math_sin},
                               {"cos", math_cos},
                               {"tan", math_tan},
                               {"asin", math_asin},
                               {"acos", math_acos},
                               {"atan", math_atan},
                               {"random", math_random},
                               {"randomseed", math_randomseed},
                               {NULL, NULL}};
const pil_library pil_library_math = {"math", luaopen_math, kept, own};
