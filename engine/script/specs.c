/* From a Lua value to the distribution it spells. Those of the settings are parsed once and
 * found by address; those that a script makes in a trial are parsed at each draw.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/memory.h"
#include "describe.h"
#include "values.h"

enum { FIRST_ENTRIES = 64, MOST_ENTRIES = 4096 };

static size_t slot_of(const pil_spec_map *map, const void *pointer) {
  size_t slot = ((uintptr_t)pointer >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32;
  for (slot &= map->size - 1; map->entries[slot].pointer != NULL;
       slot = (slot + 1) & (map->size - 1))
    if (map->entries[slot].pointer == pointer) break;
  return slot;
}

static pil_spec_entry *find_entry(const pil_spec_map *map, const void *pointer) {
  if (map->size == 0) return NULL;
  pil_spec_entry *entry = &map->entries[slot_of(map, pointer)];
  return entry->pointer == NULL ? NULL : entry;
}

static bool grow(pil_spec_map *map) {
  pil_spec_map grown = {.size = map->size == 0 ? FIRST_ENTRIES : 2 * map->size,
                        .count = map->count};
  grown.entries = pil_memory_new_zeroed(grown.size, sizeof *grown.entries);
  if (grown.entries == NULL) return false;
  for (size_t i = 0; i < map->size; i++)
    if (map->entries[i].pointer != NULL)
      grown.entries[slot_of(&grown, map->entries[i].pointer)] = map->entries[i];
  pil_memory_free(map->entries);
  *map = grown;
  return true;
}

static pil_spec_entry *put_entry(pil_spec_map *map, pil_spec_entry entry) {
  if (2 * (map->count + 1) > map->size && !grow(map)) return NULL;
  pil_spec_entry *place = &map->entries[slot_of(map, entry.pointer)];
  if (place->pointer == NULL) map->count++;
  *place = entry;
  return place;
}

void pil_specs_free(pil_spec_map *map) {
  pil_memory_free(map->entries);
  *map = (pil_spec_map){0};
}

/* Texts are known by address only while Lua keeps one copy of them. */
static const void *address_of(lua_State *L, int index) {
  size_t length;
  if (lua_type(L, index) != LUA_TSTRING) return lua_topointer(L, index);
  const char *text = lua_tolstring(L, index, &length);
  return length <= 40 ? text : NULL;
}

void pil_specs_add(lua_State *L, pil_script_program *program, const pil_value *value) {
  const void *pointer = address_of(L, -1);
  if (pointer == NULL) return;
  pil_script_anchor(L, program, lua_gettop(L));
  if (put_entry(&program->specs, (pil_spec_entry){pointer, value, NULL}) != NULL) return;
  pil_error_memory(program->error);
  pil_script_fail(L, program);
}

const pil_value *pil_specs_find(const pil_script_program *program, const void *pointer) {
  const pil_spec_entry *entry = find_entry(&program->specs, pointer);
  return entry == NULL ? NULL : entry->value;
}

/* ---- parsing ---- */

/* The line of the script that draws: pil_error's place goes into the Lua message only if it
 * is another place, such as the scenario's settings. */
static const pil_spec *parse(lua_State *L, pil_arena *arena, const pil_value *value,
                             const char *what) {
  pil_error error;
  pil_spec *spec = pil_arena_new(arena, sizeof *spec);
  if (spec == NULL) luaL_error(L, "out of memory");
  if (pil_spec_parse(arena, value, what, NULL, spec, &error)) return spec;
  if (error.file[0] == '\0') luaL_error(L, "%s", error.text);
  luaL_error(L, "%s (%s:%d)", error.text, error.file, error.line);
  return NULL;
}

const pil_spec *pil_specs_get(lua_State *L, pil_script_program *program, int index) {
  int type = lua_type(L, index), top = lua_gettop(L);
  if (type != LUA_TTABLE && type != LUA_TSTRING)
    luaL_error(L, "draw.from: expected a distribution such as p.wage, found %s",
               pil_describe_value(L, index));
  const void *pointer = address_of(L, index);
  pil_spec_entry *entry = pointer == NULL ? NULL : find_entry(&program->specs, pointer);
  if (entry != NULL) {
    if (entry->spec == NULL) entry->spec = parse(L, &program->arena, entry->value, "draw.from");
    return entry->spec;
  }
  bool keep = type == LUA_TSTRING && pointer != NULL && program->specs.count < MOST_ENTRIES;
  pil_arena *arena = keep ? &program->arena : &program->scratch;
  if (!keep) pil_arena_reset(arena);
  pil_value *value = pil_value_from_lua(L, program, arena, PIL_NOWHERE, index, 0);
  const pil_spec *spec = parse(L, arena, value, "draw.from");
  if (keep) {
    pil_script_anchor(L, program, index);
    put_entry(&program->specs, (pil_spec_entry){pointer, value, spec});
  }
  lua_settop(L, top);
  return spec;
}

/* ---- draw.FAMILY(table …) as {FAMILY: table, min: …, max: …, clamp: …} ---- */

static pil_value *map_of(lua_State *L, pil_arena *arena, size_t capacity) {
  pil_value *map = pil_arena_new(arena, sizeof *map);
  if (map != NULL) map->entries = pil_arena_array(arena, capacity, sizeof *map->entries);
  if (map == NULL || map->entries == NULL) luaL_error(L, "out of memory");
  map->kind = PIL_KIND_MAP;
  return map;
}

/* metalog's own min and max stand inside; all other list families have none. */
static bool is_bound(const pil_family_record *record, const char *key) {
  bool is_own = pil_family_index(record) == PIL_FAMILY_metalog && strcmp(key, "clamp") != 0;
  return !is_own && pil_family_bounds_name(record, key);
}

const pil_spec *pil_specs_get_family(lua_State *L, pil_script_program *program,
                                     const pil_family_record *record, int count) {
  pil_arena *arena = &program->scratch;
  int top = lua_gettop(L);
  pil_arena_reset(arena);
  pil_value *first = pil_value_from_lua(L, program, arena, PIL_NOWHERE, 1, 0);
  size_t entry_count = first->kind == PIL_KIND_MAP ? first->count : 0;
  pil_value *spec = map_of(L, arena, entry_count + 1);
  pil_value *inner = first;
  if (first->kind == PIL_KIND_MAP) inner = map_of(L, arena, entry_count);
  for (size_t i = 0; i < entry_count; i++) {
    pil_value *to = is_bound(record, first->entries[i].key) ? spec : inner;
    to->entries[to->count++] = first->entries[i];
  }
  if (count == 2) { /* two lists, by position */
    pil_value *both = pil_arena_new(arena, sizeof *both);
    if (both != NULL) both->items = pil_arena_array(arena, 2, sizeof *both->items);
    if (both == NULL || both->items == NULL) luaL_error(L, "out of memory");
    both->kind = PIL_KIND_LIST;
    both->count = 2;
    both->items[0] = first;
    both->items[1] = pil_value_from_lua(L, program, arena, PIL_NOWHERE, 2, 0);
    inner = both;
  }
  spec->entries[spec->count++] = (pil_entry){record->name, PIL_NOWHERE, inner};
  lua_settop(L, top);
  return parse(L, arena, spec, "draw");
}
