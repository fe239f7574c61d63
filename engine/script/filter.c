/* `where:` of a data table: one expression over its rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "values.h"

typedef struct row_filter {
  const pil_script_expression *expression;
  const char *name; /* "row" */
  const pil_csv *csv;
  pil_sandbox *sandbox;
  const char *chunk_name;
  bool *kept;
  pil_error *error;
} row_filter;

static const char *column_at(const void *source, size_t index) {
  return ((const pil_csv *)source)->columns[index].name;
}

/* __index of the row: an empty cell is nil, a column that is not there an error. */
static int refuse_column(lua_State *L) {
  const row_filter *filter = lua_touserdata(L, lua_upvalueindex(1));
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_tostring(L, 2);
  if (pil_csv_find(filter->csv, name) != NULL) return 0;
  const char *near = pil_text_nearest_of(name, column_at, filter->csv, filter->csv->column_count);
  if (near == NULL) return luaL_error(L, "no column \"%s\" in %s", name, filter->csv->file);
  return luaL_error(L, "no column \"%s\" in %s, did you mean \"%s\"?", name, filter->csv->file,
                    near);
}

static bool refuse_result(const row_filter *filter, const char *found, size_t row) {
  return pil_error_set(filter->error, PIL_FAILURE_SCRIPT, filter->expression->at,
                       "where: expected true or false, found %s at line %d of %s", found,
                       filter->csv->lines[row], filter->csv->file);
}

/* The error keeps the expression's place; the row's line joins its text. */
static void add_row(const row_filter *filter, size_t row) {
  char text[PIL_ERROR_TEXT_BYTES];
  memcpy(text, filter->error->text, sizeof text);
  pil_error_set(filter->error, filter->error->failure, filter->expression->at,
                "where: %.800s (line %d of %.150s)", text, filter->csv->lines[row],
                filter->csv->file);
}

/* Argument 1: the filter; 2: the expression's function. A fresh table per row, for the
 * expression might keep or change it. */
static int filter_rows(lua_State *L) {
  row_filter *filter = lua_touserdata(L, 1);
  const pil_csv *csv = filter->csv;
  lua_createtable(L, 0, 1);
  lua_pushlightuserdata(L, filter);
  lua_pushcclosure(L, refuse_column, 1);
  lua_setfield(L, 3, "__index");
  bool ok = true;
  for (size_t row = 0; ok && row < csv->row_count; row++) {
    lua_pushvalue(L, 2);
    lua_createtable(L, 0, (int)csv->column_count);
    for (size_t i = 0; i < csv->column_count; i++) {
      pil_value_push_cell(L, &csv->columns[i], row);
      lua_setfield(L, -2, csv->columns[i].name);
    }
    lua_pushvalue(L, 3);
    lua_setmetatable(L, -2);
    ok = pil_sandbox_call(filter->sandbox, 1, 1, filter->error);
    if (!ok) {
      add_row(filter, row);
    } else if (!lua_isboolean(L, -1)) {
      ok = refuse_result(filter, luaL_typename(L, -1), row);
    } else {
      filter->kept[row] = lua_toboolean(L, -1);
    }
    lua_settop(L, 3);
  }
  lua_pushboolean(L, ok);
  return 1;
}

static bool run_filter(row_filter *filter, pil_arena *arena) {
  lua_State *L = pil_sandbox_state(filter->sandbox);
  const pil_script_expression *expression = filter->expression;
  PIL_TRY(pil_script_compile_expression(filter->sandbox, arena, expression, filter->name,
                                        &filter->chunk_name, filter->error));
  PIL_TRY(pil_sandbox_freeze(filter->sandbox, filter->error));
  lua_pushcfunction(L, filter_rows);
  lua_rotate(L, -2, 1);
  lua_pushlightuserdata(L, filter);
  lua_rotate(L, -2, 1);
  if (lua_pcall(L, 2, 1, 0) == LUA_OK) return lua_toboolean(L, -1);
  pil_sandbox_error(filter->sandbox, filter->error);
  return false;
}

bool pil_script_filter_rows(const pil_script_expression *expression, const char *name,
                            const pil_csv *csv, bool *kept, pil_error *error) {
  pil_arena arena = {0};
  row_filter filter = {expression, name, csv, NULL, NULL, kept, error};
  filter.sandbox = pil_sandbox_new(PIL_LIMITS_EVAL, error);
  bool ok = filter.sandbox != NULL && run_filter(&filter, &arena);
  pil_sandbox_free(filter.sandbox);
  pil_arena_free(&arena);
  return ok;
}
