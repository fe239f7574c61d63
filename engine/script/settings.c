/* The script's second argument: the settings and the data tables, frozen. A name that is not
 * there is an error, for a misspelt setting must not count as nil.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "values.h"

/* ---- names that are not there ---- */

static const char *setting_at(const void *source, size_t index) {
  const pil_script_source *s = source;
  size_t count = s->settings == NULL ? 0 : s->settings->count;
  return index < count ? s->settings->entries[index].key : s->data[index - count].name;
}

/* __index of p: what is there was found before. A setting that is null reads as nil. */
static int refuse_setting(lua_State *L) {
  const pil_script_program *program = lua_touserdata(L, lua_upvalueindex(1));
  const pil_script_source *source = &program->source;
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_tostring(L, 2);
  size_t count = (source->settings == NULL ? 0 : source->settings->count) + source->data_count;
  for (size_t i = 0; i < count; i++)
    if (strcmp(setting_at(source, i), name) == 0) return 0;
  const char *near = pil_text_nearest_of(name, setting_at, source, count);
  if (near == NULL)
    return luaL_error(L, "no setting \"%s\"; settings: in the scenario gives it a value", name);
  return luaL_error(L, "no setting \"%s\", did you mean \"%s\"?", name, near);
}

static int refuse_column(lua_State *L) {
  const pil_script_data *data = lua_touserdata(L, lua_upvalueindex(1));
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_tostring(L, 2);
  const char *near = pil_text_nearest(name, data->column_names, data->column_count);
  if (near == NULL) return luaL_error(L, "no column \"%s\" in the data \"%s\"", name, data->name);
  return luaL_error(L, "no column \"%s\" in the data \"%s\", did you mean \"%s\"?", name,
                    data->name, near);
}

static void set_index(lua_State *L, lua_CFunction index, void *upvalue) {
  lua_createtable(L, 0, 1);
  lua_pushlightuserdata(L, upvalue);
  lua_pushcclosure(L, index, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* ---- data ---- */

static void push_data(lua_State *L, const pil_script_data *data) {
  lua_createtable(L, 0, (int)data->column_count + 1);
  for (size_t i = 0; i < data->column_count; i++) {
    lua_createtable(L, (int)data->row_count, 0);
    for (size_t row = 0; row < data->row_count; row++) {
      pil_value_push_cell(L, data->columns[i], data->rows != NULL ? data->rows[row] : row);
      lua_rawseti(L, -2, (lua_Integer)row + 1);
    }
    lua_setfield(L, -2, data->column_names[i]);
  }
  lua_pushinteger(L, (lua_Integer)data->row_count);
  lua_setfield(L, -2, "n");
  set_index(L, refuse_column, (void *)data);
}

void pil_settings_push(lua_State *L, pil_script_program *program) {
  const pil_script_source *source = &program->source;
  if (source->settings != NULL) {
    pil_value_push(L, program, source->settings);
  } else {
    lua_newtable(L);
  }
  for (size_t i = 0; i < source->data_count; i++) {
    const char *name = source->data[i].name;
    if (pil_value_find(source->settings, name) != NULL) {
      pil_error_set(program->error, PIL_FAILURE_INPUT, pil_value_find(source->settings, name)->at,
                    "both a setting and a data table are named \"%s\"; rename one", name);
      pil_script_fail(L, program);
    }
    push_data(L, &source->data[i]);
    lua_setfield(L, -2, name);
  }
  set_index(L, refuse_setting, program);
  pil_sandbox_freeze_table(L, -1);
}
