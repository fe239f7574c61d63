/* The script's first argument: one table per program, refreshed from the batch's columns before
 * every trial. Its fields may be assigned, for the next trial sets them again; new ones may not,
 * for they would stay.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "describe.h"
#include "program.h"

/* ---- names that are not there ---- */

/* The names of the argument (part NULL) or of one of its records. */
typedef struct names {
  const pil_script_source *source;
  const char *part;
} names;

static const char *name_at(const void *of, size_t index) {
  const names *n = of;
  const pil_field *field = &n->source->fields[index];
  if (n->part == NULL) return field->name;
  bool is_member = field->member != NULL && strcmp(field->name, n->part) == 0;
  return is_member ? field->member : "";
}

static const pil_field *find_field(const names *n, const char *name) {
  for (size_t i = 0; i < n->source->field_count; i++)
    if (strcmp(name_at(n, i), name) == 0) return &n->source->fields[i];
  return NULL;
}

static const char *noun_of(const pil_script_source *source) {
  return strcmp(source->argument_name, "x") == 0 ? "input" : "field";
}

/* A name that resembles a field's is a slip of the pen. One that resembles none reads as nil, so
 * that one script can serve scenarios with and without it: `x.growth or 0`. Records come from
 * data, whose columns are what they are. */
static int refuse_name(lua_State *L, const names *n, const char *name) {
  const char *near = pil_text_nearest_of(name, name_at, n, n->source->field_count);
  const char *noun = noun_of(n->source);
  if (n->part != NULL) {
    if (near == NULL) return luaL_error(L, "no member \"%s\" in %s \"%s\"", name, noun, n->part);
    return luaL_error(L, "no member \"%s\" in %s \"%s\", did you mean \"%s\"?", name, noun, n->part,
                      near);
  }
  if (near == NULL && !n->source->is_strict) return 0;
  if (near == NULL) return luaL_error(L, "no %s \"%s\"", noun, name);
  return luaL_error(L, "no %s \"%s\", did you mean \"%s\"?", noun, name, near);
}

/* __index: the field is absent or nil. Past the end of an array nil is the answer. */
static int refuse_read(lua_State *L) {
  const pil_script_program *program = lua_touserdata(L, lua_upvalueindex(1));
  names n = {&program->source, lua_tostring(L, lua_upvalueindex(2))};
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_tostring(L, 2);
  const pil_field *field = find_field(&n, name);
  if (field == NULL) return refuse_name(L, &n, name);
  if (field->expression >= 0 && program->pending)
    return luaL_error(L, "%s \"%s\" is worked out later; write it above", noun_of(n.source), name);
  return 0;
}

static int refuse_write(lua_State *L) {
  const pil_script_program *program = lua_touserdata(L, lua_upvalueindex(1));
  names n = {&program->source, lua_tostring(L, lua_upvalueindex(2))};
  if (lua_type(L, 2) == LUA_TSTRING && find_field(&n, lua_tostring(L, 2)) != NULL) {
    lua_rawset(L, 1);
    return 0;
  }
  return luaL_error(L, "%s has no field %s and takes no new ones; use a local variable",
                    n.part != NULL ? n.part : program->source.argument_name,
                    pil_describe_value(L, 2));
}

static int guarded_rawset(lua_State *L) {
  const pil_script_program *program = lua_touserdata(L, lua_upvalueindex(1));
  const void *table = lua_topointer(L, 1);
  for (int i = 0; program->argument.parts != NULL && i <= program->argument.part_count; i++)
    if (table == program->argument.parts[i])
      return luaL_error(L, "rawset on %s is not allowed", program->source.argument_name);
  int count = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_insert(L, 1);
  lua_call(L, count, LUA_MULTRET);
  return lua_gettop(L);
}

void pil_argument_guard(lua_State *L, pil_script_program *program) {
  lua_pushlightuserdata(L, program);
  if (lua_getglobal(L, "rawset") != LUA_TFUNCTION) {
    lua_pop(L, 2);
    return;
  }
  lua_pushcclosure(L, guarded_rawset, 2);
  lua_setglobal(L, "rawset");
}

/* ---- building ---- */

/* Gives the table on top the metatable that refuses unknown names; `part` NULL: the argument. */
static void lock(lua_State *L, pil_script_program *program, const char *part) {
  static const luaL_Reg events[] = {{"__index", refuse_read}, {"__newindex", refuse_write}};
  lua_createtable(L, 0, 3);
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    lua_pushlightuserdata(L, program);
    lua_pushstring(L, part);
    lua_pushcclosure(L, events[i].func, 2);
    lua_setfield(L, -2, events[i].name);
  }
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
}

/* The offset of the record or array `name`, made if new. The list of opened values is on top. */
static int get_part(lua_State *L, pil_script_program *program, const char *name, size_t size) {
  pil_argument *argument = &program->argument;
  for (int i = 0; i < argument->part_count; i++) {
    lua_rawgeti(L, -1, 2 + 2 * i + 1);
    bool same = strcmp(lua_tostring(L, -1), name) == 0;
    lua_pop(L, 1);
    if (same) return 1 + 2 * i;
  }
  int offset = argument->opened_count;
  lua_createtable(L, (int)size, size == 0 ? 4 : 0);
  argument->parts[++argument->part_count] = lua_topointer(L, -1);
  lock(L, program, name);
  lua_rawseti(L, -2, offset + 1);
  lua_pushstring(L, name);
  lua_rawseti(L, -2, offset + 2);
  argument->opened_count += 2;
  return offset;
}

static int add_key(lua_State *L, pil_argument *argument, const char *key) {
  int offset = argument->opened_count++;
  lua_pushstring(L, key);
  lua_rawseti(L, -2, offset + 1);
  return offset;
}

void pil_argument_build(lua_State *L, pil_script_program *program) {
  const pil_script_source *source = &program->source;
  pil_argument *argument = &program->argument;
  size_t count = source->field_count;
  argument->fields = pil_arena_array(&program->arena, count, sizeof *argument->fields);
  argument->parts = pil_arena_array(&program->arena, count + 1, sizeof *argument->parts);
  if (argument->fields == NULL || argument->parts == NULL) luaL_error(L, "out of memory");
  lua_newtable(L);
  lua_createtable(L, 0, (int)count);
  argument->parts[0] = lua_topointer(L, -1);
  lock(L, program, NULL);
  lua_rawseti(L, -2, 1);
  argument->opened_count = 1;
  for (size_t i = 0; i < count; i++) {
    const pil_field *field = &source->fields[i];
    if (field->member != NULL || field->each > 0)
      argument->fields[i].table = get_part(L, program, field->name, field->each);
  }
  for (size_t i = 0; i < count; i++) {
    const pil_field *field = &source->fields[i];
    const char *key = field->member != NULL ? field->member : field->name;
    if (field->each == 0) argument->fields[i].key = add_key(L, argument, key);
  }
  program->argument_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

void pil_argument_open(lua_State *L, pil_script_program *program) {
  const pil_argument *argument = &program->argument;
  luaL_checkstack(L, argument->opened_count + LUA_MINSTACK, "too many inputs");
  lua_rawgeti(L, LUA_REGISTRYINDEX, program->argument_ref);
  int list = lua_gettop(L);
  for (int i = 1; i < argument->opened_count; i++) lua_rawgeti(L, list, i + 1);
  lua_rawgeti(L, list, 1);
  lua_replace(L, list);
}

/* ---- each trial ---- */

static inline void push_field(lua_State *L, const pil_field *field, double value) {
  switch (field->kind) {
    case PIL_FIELD_FLOAT: lua_pushnumber(L, value); return;
    case PIL_FIELD_INTEGER:
      if (value >= -0x1p63 && value < 0x1p63) {
        lua_pushinteger(L, (lua_Integer)value);
      } else if (value == value) {
        lua_pushnumber(L, value);
      } else {
        lua_pushnil(L);
      }
      return;
    case PIL_FIELD_BOOLEAN:
      if (value == value) {
        lua_pushboolean(L, value != 0);
      } else {
        lua_pushnil(L);
      }
      return;
    case PIL_FIELD_TEXT: /* an empty cell has no choice */
      lua_pushstring(L, value == value ? field->choices[(size_t)value] : NULL);
      return;
  }
}

void pil_argument_set(lua_State *L, const pil_script_program *program, int base, size_t lane) {
  const pil_argument *argument = &program->argument;
  const pil_field *fields = program->source.fields;
  double *const *inputs = program->batch->inputs;
  for (int i = 0; i < argument->part_count; i++) {
    lua_pushvalue(L, base + 2 + 2 * i);
    lua_pushvalue(L, base + 1 + 2 * i);
    lua_rawset(L, base);
  }
  for (size_t i = 0; i < program->source.field_count; i++) {
    const pil_field *field = &fields[i];
    int table = base + argument->fields[i].table;
    double *const *columns = inputs + field->first_column;
    for (size_t element = 0; element < field->each; element++) {
      push_field(L, field, columns[element][lane]);
      lua_rawseti(L, table, (lua_Integer)element + 1);
    }
    if (field->each > 0) continue;
    lua_pushvalue(L, base + argument->fields[i].key);
    if (field->expression >= 0) {
      lua_pushnil(L);
    } else {
      push_field(L, field, columns[0][lane]);
    }
    lua_rawset(L, table);
  }
}

bool pil_argument_put(lua_State *L, pil_script_program *program, int base, size_t lane,
                      const pil_field *field) {
  const pil_script_source *source = &program->source;
  int type = lua_type(L, -1);
  size_t index = (size_t)(field - source->fields);
  double *cell = &program->batch->inputs[field->first_column][lane];
  if (type == LUA_TNUMBER) {
    *cell = lua_tonumber(L, -1);
  } else if (type == LUA_TBOOLEAN) {
    *cell = lua_toboolean(L, -1);
  } else {
    return pil_error_set(program->error, PIL_FAILURE_SCRIPT,
                         source->expressions[field->expression].at,
                         "%s \"%s\": expected a number, true or false, found %s", noun_of(source),
                         field->name, pil_describe_value(L, -1));
  }
  lua_pushvalue(L, base + program->argument.fields[index].key);
  lua_rotate(L, -2, 1);
  lua_rawset(L, base + program->argument.fields[index].table);
  return true;
}
