/* The `draw` library: draw.FAMILY(parameters…, [name, [k]]) and draw.from(spec, [name, [k]]).
 * A draw is one word of its site's stream; finding that word must cost next to nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "describe.h"
#include "program.h"

enum { SHORT_NAME_BYTES = 40 /* Lua keeps one copy of a text up to this length */ };

/* ---- sites ---- */

static pil_site *remember_site(lua_State *L, pil_script_program *program, const void *pointer,
                               int line, const char *name, size_t length) {
  char problem[256];
  pil_site *site = pil_sites_get(&program->sites, name, length, problem, sizeof problem);
  if (site == NULL) luaL_error(L, "%s", problem);
  if (pointer != NULL && !pil_sites_remember(&program->sites, pointer, line, site))
    luaL_error(L, "out of memory for draw sites");
  return site;
}

static pil_site *add_named_site(lua_State *L, pil_script_program *program, int index) {
  size_t length;
  const char *name = lua_tolstring(L, index, &length);
  const pil_script_source *source = &program->source;
  if (source->fields_are_drawn && pil_field_repeated(source->fields, source->field_count, name) != NULL)
    luaL_error(L, "a draw named \"%s\" would repeat the draw of the %s's field; name it otherwise", name,
               source->argument_name);
  bool is_short = length <= SHORT_NAME_BYTES;
  if (is_short) pil_script_anchor(L, program, index);
  return remember_site(L, program, is_short ? name : NULL, 0, name, length);
}

/* Without a name the site is the script's line that asks, as the scenario names the script. */
static pil_site *find_line_site(lua_State *L, const pil_draw_entry *entry, int index) {
  pil_script_program *program = entry->program;
  lua_Debug caller;
  int level = 1;
  do {
    if (!lua_getstack(L, level++, &caller)) luaL_error(L, "a draw outside of any function");
    lua_getinfo(L, "Sl", &caller);
  } while (caller.currentline <= 0);
  pil_site *site = pil_sites_find(&program->sites, caller.source, caller.currentline);
  if (site != NULL) return site;
  const char *chunk = caller.source;
  if (*chunk == '@' || *chunk == '=') chunk++;
  char name[2 * PIL_SITE_BYTES];
  int length = snprintf(name, sizeof name, "%s:%d", chunk, caller.currentline);
  if (length >= PIL_SITE_BYTES) luaL_error(L, "name this draw: the script's name is too long");
  site = remember_site(L, program, caller.source, caller.currentline, name, (size_t)length);
  if (site->at.file == NULL) {
    const char *file = pil_arena_copy(&program->arena, chunk, strlen(chunk));
    if (file == NULL) luaL_error(L, "out of memory for draw sites");
    site->at = (pil_place){file, caller.currentline, 0};
    site->family = entry->record != NULL ? entry->record->name : "from";
    site->example = pil_describe_call(L, &program->arena, index - 1);
  }
  return site;
}

static uint64_t get_k(lua_State *L, const pil_draw_entry *entry, int index) {
  int is_integer;
  lua_Integer k = lua_tointegerx(L, index, &is_integer);
  if (!is_integer || lua_type(L, index) != LUA_TNUMBER || k < 0)
    luaL_error(L, "draw.%s: after the name stands a whole number from 0, not %s",
               entry->record != NULL ? entry->record->name : "from", pil_describe_value(L, index));
  return (uint64_t)k;
}

/* What a draw was: for the listener. */
typedef struct drawn {
  uint64_t word, k;
  const pil_site *site;
} drawn;

static void refuse_name(lua_State *L, const pil_draw_entry *entry, int index, int top) {
  const char *name = entry->record != NULL ? entry->record->name : "from";
  const char *parameters = entry->record != NULL ? entry->record->parameters : "spec";
  if (entry->program->trial == 0)
    luaL_error(L, "draw.%s outside of a trial: draw inside the function that the script returns",
               name);
  if (top > index + 1)
    luaL_error(L, "draw.%s(%s, [name, [number]]): too many values", name, parameters);
  luaL_error(L, "draw.%s(%s, [name, [number]]): expected a name such as \"demand\", found %s", name,
             parameters, pil_describe_value(L, index));
}

/* The word of the draw whose optional name and k stand at `index` and after. */
static inline drawn next_word(lua_State *L, const pil_draw_entry *entry, int index, int top) {
  pil_script_program *program = entry->program;
  pil_site *site;
  if (program->trial == 0 || top > index + 1) refuse_name(L, entry, index, top);
  if (top < index) {
    site = find_line_site(L, entry, index);
  } else {
    if (lua_type(L, index) != LUA_TSTRING) refuse_name(L, entry, index, top);
    site = pil_sites_find(&program->sites, lua_tolstring(L, index, NULL), 0);
    if (site == NULL) site = add_named_site(L, program, index);
  }
  uint64_t k =
      top > index ? get_k(L, entry, index + 1) : pil_site_next_k(site, program->run_number);
  pil_stream stream = pil_site_stream(&program->sites, site, k);
  return (drawn){pil_stream_word(pil_jump_apply(&program->jump, stream)), k, site};
}

/* ---- values ---- */

static void push_drawn(lua_State *L, pil_draw_kind kind, double value) {
  switch (kind) {
    case PIL_DRAW_COUNT:
      /* A count past 2^63 can come only from absurd parameters; it stays a float. */
      if (value < 0x1p63) {
        lua_pushinteger(L, (lua_Integer)value);
        return;
      }
      break;
    case PIL_DRAW_BOOLEAN: lua_pushboolean(L, value != 0); return;
    default: break;
  }
  lua_pushnumber(L, value);
}

static void push_choice(lua_State *L, const pil_spec *spec, double value) {
  const pil_value *choice = spec->choices[(size_t)value];
  switch (choice->kind) {
    case PIL_KIND_BOOLEAN: lua_pushboolean(L, choice->boolean); return;
    case PIL_KIND_INTEGER: lua_pushinteger(L, choice->integer); return;
    case PIL_KIND_NUMBER: lua_pushnumber(L, choice->number); return;
    default: lua_pushstring(L, choice->text); return;
  }
}

static void tell(lua_State *L, pil_script_program *program, drawn draw, const char *distribution) {
  char value[128];
  pil_describe_result(L, -1, value, sizeof value);
  program->listener(program->listener_context, draw.site->text, draw.k, distribution, value);
}

static int draw_spec(lua_State *L, const pil_draw_entry *entry, const pil_spec *spec, int index,
                     int top) {
  drawn draw = next_word(L, entry, index, top);
  double value = pil_distribution_draw(&spec->distribution, draw.word);
  if (spec->draws == PIL_DRAW_CHOICE) {
    push_choice(L, spec, value);
  } else {
    push_drawn(L, spec->draws, value);
  }
  if (entry->program->listener != NULL) {
    char text[256];
    pil_describe_spec(spec, text, sizeof text);
    tell(L, entry->program, draw, text);
  }
  return 1;
}

/* ---- the functions ---- */

static int draw_from(lua_State *L) {
  const pil_draw_entry *entry = lua_touserdata(L, lua_upvalueindex(1));
  int top = lua_gettop(L);
  if (top == 0) luaL_error(L, "draw.from(spec, [name, [number]]): no distribution given");
  return draw_spec(L, entry, pil_specs_get(L, entry->program, 1), 2, top);
}

/* discrete, empirical, metalog and mixture are built from lists or one table of them. */
static int draw_listed(lua_State *L) {
  const pil_draw_entry *entry = lua_touserdata(L, lua_upvalueindex(1));
  int top = lua_gettop(L), count = 0;
  while (count < top && count < 2 && lua_type(L, count + 1) == LUA_TTABLE) count++;
  if (count == 0)
    luaL_error(L, "draw.%s: expected a table with %s first, found %s", entry->record->name,
               entry->record->parameters, pil_describe_value(L, 1));
  const pil_spec *spec = pil_specs_get_family(L, entry->program, entry->record, count);
  return draw_spec(L, entry, spec, count + 1, top);
}

static int finish_draw(lua_State *L, const pil_draw_entry *entry, double *parameters, int count,
                       int index, int top) {
  char problem[256];
  const pil_family_record *record = entry->record;
  const char *wrong = pil_family_check(entry->family, parameters, count, problem, sizeof problem);
  if (wrong != NULL) luaL_error(L, "draw.%s: %s", record->name, wrong);
  drawn draw = next_word(L, entry, index, top);
  push_drawn(L, record->draws, pil_family_draw(entry->family, parameters, draw.word));
  if (entry->program->listener != NULL) {
    char text[256];
    pil_describe_family(record, parameters, count, text, sizeof text);
    tell(L, entry->program, draw, text);
  }
  return 1;
}

/* One table of named parameters first; with min, max or clamp beside them it is a spec. */
static int draw_named(lua_State *L, const pil_draw_entry *entry, int top) {
  enum { NAMES = 8 };
  const char *names[NAMES];
  double values[NAMES], parameters[PIL_PARAMETERS];
  size_t count = 0;
  const pil_family_record *record = entry->record;
  pil_sandbox_push_content(L, 1); /* of a frozen table, else itself */
  lua_replace(L, 1);
  for (lua_pushnil(L); lua_next(L, 1); lua_settop(L, top + 1)) {
    if (lua_type(L, top + 1) != LUA_TSTRING || lua_type(L, top + 2) != LUA_TNUMBER ||
        count == NAMES || pil_family_bounds_name(record, lua_tostring(L, top + 1))) {
      lua_settop(L, top);
      return draw_spec(L, entry, pil_specs_get_family(L, entry->program, record, 1), 2, top);
    }
    names[count] = lua_tostring(L, top + 1);
    values[count++] = lua_tonumber(L, top + 2);
  }
  char problem[256];
  int parameter_count;
  if (!pil_family_convert(entry->family, names, values, count, parameters, &parameter_count,
                          problem, sizeof problem))
    luaL_error(L, "draw.%s: %s", record->name, problem);
  return finish_draw(L, entry, parameters, parameter_count, 2, top);
}

/* The wrong number or kind of parameters: says which are expected. */
static int refuse_parameters(lua_State *L, const pil_draw_entry *entry, int count, int top) {
  const pil_family_record *record = entry->record;
  if (count < top)
    luaL_error(L, "draw.%s(%s): %s must be a number, not %s", record->name, record->parameters,
               record->parameter_names[count], pil_describe_value(L, count + 1));
  return luaL_error(L, "draw.%s(%s): %s is missing", record->name, record->parameters,
                    record->parameter_names[count]);
}

static int draw_family(lua_State *L) {
  const pil_draw_entry *entry = lua_touserdata(L, lua_upvalueindex(1));
  const pil_family_record *record = entry->record;
  int top = lua_gettop(L), count = 0;
  double parameters[PIL_PARAMETERS] = {0};
  while (count < record->allowed && lua_type(L, count + 1) == LUA_TNUMBER) {
    parameters[count] = lua_tonumberx(L, count + 1, NULL);
    if (isnan(parameters[count]))
      luaL_error(L, "draw.%s: %s is not a number (nan)", record->name,
                 record->parameter_names[count]);
    count++;
  }
  if (count < record->required) {
    if (count == 0 && lua_type(L, 1) == LUA_TTABLE) return draw_named(L, entry, top);
    return refuse_parameters(L, entry, count, top);
  }
  return finish_draw(L, entry, parameters, count, count + 1, top);
}

/* ---- the library ---- */

static int refuse_unknown(lua_State *L) {
  const char *name = lua_tostring(L, 2);
  const char *nearest = name == NULL ? NULL : pil_family_nearest(name);
  if (name == NULL) return luaL_error(L, "draw has no entry of that kind; write draw.normal(…)");
  if (nearest == NULL) return luaL_error(L, "no distribution \"%s\" in draw", name);
  return luaL_error(L, "no distribution \"%s\" in draw, did you mean \"%s\"?", name, nearest);
}

void pil_draws_install(lua_State *L, pil_script_program *program) {
  lua_createtable(L, 0, PIL_FAMILY_COUNT + 1);
  for (int i = 0; i < PIL_FAMILY_COUNT; i++) {
    const pil_family_record *record = pil_family_get((pil_family)i);
    pil_draw_entry *entry = &program->draws[i];
    *entry = (pil_draw_entry){program, (pil_family)i, record};
    lua_pushlightuserdata(L, entry);
    lua_pushcclosure(L, record->allowed == 0 ? draw_listed : draw_family, 1);
    lua_setfield(L, -2, record->name);
  }
  program->draw_from = (pil_draw_entry){program, PIL_FAMILY_COUNT, NULL};
  lua_pushlightuserdata(L, &program->draw_from);
  lua_pushcclosure(L, draw_from, 1);
  lua_setfield(L, -2, "from");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, refuse_unknown);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  pil_sandbox_freeze_table(L, -1);
  lua_setglobal(L, "draw");
}
