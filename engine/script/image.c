/* Taking the image of what a script's function can reach.
 *
 * The walk keeps its work in a Lua table, so depth costs no stack, and what it has met in another,
 * from the thing's identity to its node. A node is made when the thing is first met and
 * filled later; so cycles need no care.
 * SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <string.h>

#include "inside.h"

static const char builtins_key = 0; /* registry: C function -> name */

typedef struct imager {
  lua_State *L;
  pil_script_program *program;
  pil_arena *arena;
  pil_image *image;
  int seen, work; /* stack indexes: thing -> node; thing, node, thing, node, … */
  lua_Integer count, done;
} imager;

/* ---- builtins ---- */

/* Names the C functions in the table on top of the stack; pops it. */
static void note_table(lua_State *L, int names, const char *prefix) {
  pil_sandbox_push_content(L, -1);
  int content = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, content); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || !lua_iscfunction(L, -1)) continue;
    lua_pushvalue(L, -1);
    lua_pushfstring(L, "%s%s", prefix, lua_tostring(L, -3));
    lua_rawset(L, names);
  }
  lua_settop(L, content - 2);
}

void pil_image_note_builtins(lua_State *L) {
  static const char *const libraries[] = {"string", "table", "math", "utf8", "draw"};
  luaL_checkstack(L, 12, NULL);
  lua_newtable(L);
  int names = lua_gettop(L);
  lua_pushglobaltable(L);
  note_table(L, names, "");
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    if (lua_getglobal(L, libraries[i]) != LUA_TTABLE) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushfstring(L, "%s.", libraries[i]);
    lua_insert(L, -2);
    note_table(L, names, lua_tostring(L, -2));
    lua_pop(L, 1);
  }
  pil_decided_push(L);
  lua_pushliteral(L, PIL_BUILTIN_DECIDED);
  lua_rawset(L, names);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &builtins_key);
}

/* ---- memory ---- */

static void *must(const imager *m, void *memory) {
  if (memory != NULL) return memory;
  pil_error_memory(m->program->error);
  pil_script_fail(m->L, m->program);
  return NULL;
}

static void *new_array(const imager *m, size_t count, size_t size_bytes) {
  return must(m, pil_arena_array(m->arena, count, size_bytes));
}

/* ---- one value ---- */

static pil_image_value opaque(const char *text) {
  return (pil_image_value){PIL_IMAGE_OPAQUE, {.text = text}};
}

/* The node of the thing at `index`, or NULL if it is new. */
static void *find_node(const imager *m, int index) {
  lua_pushvalue(m->L, index);
  lua_rawget(m->L, m->seen);
  void *node = lua_touserdata(m->L, -1);
  lua_pop(m->L, 1);
  return node;
}

static void note_node(const imager *m, int index, void *node) {
  lua_pushvalue(m->L, index);
  lua_pushlightuserdata(m->L, node);
  lua_rawset(m->L, m->seen);
}

static void add_work(imager *m, int index, void *node) {
  note_node(m, index, node);
  lua_pushvalue(m->L, index);
  lua_rawseti(m->L, m->work, ++m->count);
  lua_pushlightuserdata(m->L, node);
  lua_rawseti(m->L, m->work, ++m->count);
}

/* Equal texts are one copy: a data table of 200,000 rows has few different ones. */
static pil_image_value image_text(imager *m, int index) {
  size_t length;
  const char *text = lua_tolstring(m->L, index, &length);
  if (strlen(text) != length) return opaque("a text with a zero byte");
  char *copy = find_node(m, index);
  if (copy == NULL) {
    copy = must(m, pil_arena_copy(m->arena, text, length));
    note_node(m, index, copy);
  }
  return (pil_image_value){PIL_IMAGE_TEXT, {.text = copy}};
}

static pil_image_value image_builtin(imager *m, int index) {
  lua_State *L = m->L;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &builtins_key);
  lua_pushvalue(L, index);
  pil_image_value value = opaque("a C function");
  if (lua_rawget(L, -2) == LUA_TSTRING) {
    value = image_text(m, lua_gettop(L));
    value.kind = PIL_IMAGE_BUILTIN;
  }
  lua_pop(L, 2);
  return value;
}

/* The code is read when the function is met: if it cannot be, the value is opaque. */
static pil_image_value image_function(imager *m, int index) {
  lua_State *L = m->L;
  pil_image_function *function = find_node(m, index);
  if (function == NULL) {
    pil_error error;
    lua_pushvalue(L, index);
    const pil_function *code = pil_sandbox_read_code(L, m->arena, &error);
    lua_pop(L, 1);
    if (code == NULL && error.failure == PIL_FAILURE_MEMORY) must(m, NULL);
    if (code == NULL) return opaque("a function whose bytecode cannot be read");
    function = must(m, pil_arena_new(m->arena, sizeof *function));
    function->code = code;
    add_work(m, index, function);
  }
  return (pil_image_value){PIL_IMAGE_FUNCTION, {.function = function}};
}

static pil_image_value image_table(imager *m, int index) {
  pil_image_table *table = find_node(m, index);
  if (table == NULL) {
    table = must(m, pil_arena_new(m->arena, sizeof *table));
    add_work(m, index, table);
  }
  return (pil_image_value){PIL_IMAGE_TABLE, {.table = table}};
}

static pil_image_value image_value(imager *m, int index) {
  lua_State *L = m->L;
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
    case LUA_TNIL: return (pil_image_value){.kind = PIL_IMAGE_NIL};
    case LUA_TBOOLEAN:
      return (pil_image_value){.kind = lua_toboolean(L, index) ? PIL_IMAGE_TRUE : PIL_IMAGE_FALSE};
    case LUA_TNUMBER:
      if (lua_isinteger(L, index))
        return (pil_image_value){PIL_IMAGE_INTEGER, {.integer = lua_tointeger(L, index)}};
      return (pil_image_value){PIL_IMAGE_FLOAT, {.number = lua_tonumber(L, index)}};
    case LUA_TSTRING: return image_text(m, index);
    case LUA_TTABLE: return image_table(m, index);
    case LUA_TFUNCTION:
      return lua_iscfunction(L, index) ? image_builtin(m, index) : image_function(m, index);
    default: return opaque(luaL_typename(L, index));
  }
}

/* ---- tables ---- */

typedef enum table_kind { TABLE_PLAIN, TABLE_STRICT, TABLE_OPAQUE } table_kind;

/* The engine's own tables say so by an __index in C on their content, which no script can set. */
static table_kind kind_of(lua_State *L, int table, int content) {
  if (table == content) return TABLE_OPAQUE; /* not frozen: nothing that is reached should be */
  if (!pil_freeze_metatable(L, table)) return TABLE_PLAIN;
  lua_pop(L, 1);
  if (luaL_getmetafield(L, content, "__index") == LUA_TNIL) return TABLE_OPAQUE;
  bool is_ours = lua_iscfunction(L, -1);
  lua_pop(L, 1);
  return is_ours ? TABLE_STRICT : TABLE_OPAQUE;
}

static bool has_plain_keys(lua_State *L, int content) {
  for (lua_pushnil(L); lua_next(L, content); lua_pop(L, 1)) {
    int type = lua_type(L, -2);
    size_t length = 0;
    const char *text = type == LUA_TSTRING ? lua_tolstring(L, -2, &length) : "";
    bool is_plain = type == LUA_TNUMBER || type == LUA_TBOOLEAN || type == LUA_TSTRING;
    if (is_plain && strlen(text) == length) continue;
    lua_pop(L, 2);
    return false;
  }
  return true;
}

static void fill_content(imager *m, int content, pil_image_table *node) {
  lua_State *L = m->L;
  lua_Integer item_count;
  node->entry_count = (size_t)pil_order_scan(L, content, &item_count);
  int keys = lua_gettop(L);
  node->item_count = (size_t)item_count;
  node->items = new_array(m, node->item_count, sizeof *node->items);
  node->entries = new_array(m, node->entry_count, sizeof *node->entries);
  for (size_t i = 0; i < node->item_count; i++) {
    lua_rawgeti(L, content, (lua_Integer)i + 1);
    node->items[i] = image_value(m, -1);
    lua_pop(L, 1);
  }
  for (size_t i = 0; i < node->entry_count; i++) {
    lua_rawgeti(L, keys, (lua_Integer)i + 1);
    node->entries[i].key = image_value(m, -1);
    lua_rawget(L, content);
    node->entries[i].value = image_value(m, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static void fill_table(imager *m, int table, pil_image_table *node) {
  lua_State *L = m->L;
  pil_sandbox_push_content(L, table);
  int content = lua_rawequal(L, table, -1) ? table : lua_gettop(L);
  table_kind kind = kind_of(L, table, content);
  node->is_strict = kind == TABLE_STRICT;
  node->is_opaque = kind == TABLE_OPAQUE || !has_plain_keys(L, content);
  node->settings = pil_specs_find(m->program, lua_topointer(L, table));
  if (!node->is_opaque) {
    node->length = (size_t)pil_freeze_length(L, table);
    fill_content(m, content, node);
  }
  lua_pop(L, 1);
}

/* A setting that is null is there and reads as nil, where another name would be an error. */
static void add_null_settings(imager *m, pil_image_table *table) {
  const pil_value *settings = m->program->source.settings;
  size_t null_count = 0;
  for (size_t i = 0; settings != NULL && i < settings->count; i++)
    null_count += settings->entries[i].value->kind == PIL_KIND_NULL;
  if (null_count == 0) return;
  pil_image_entry *entries = new_array(m, table->entry_count + null_count, sizeof *entries);
  memcpy(entries, table->entries, table->entry_count * sizeof *entries);
  table->entries = entries;
  for (size_t i = 0; i < settings->count; i++) {
    if (settings->entries[i].value->kind != PIL_KIND_NULL) continue;
    const char *key = settings->entries[i].key;
    size_t at = table->entry_count++;
    for (; at > 0 && strcmp(entries[at - 1].key.text, key) > 0; at--) entries[at] = entries[at - 1];
    char *copy = must(m, pil_arena_copy(m->arena, key, strlen(key)));
    entries[at] = (pil_image_entry){{PIL_IMAGE_TEXT, {.text = copy}}, {.kind = PIL_IMAGE_NIL}};
  }
}

/* ---- functions ---- */

static void fill_function(imager *m, int index, pil_image_function *node) {
  lua_State *L = m->L;
  const pil_function *code = node->code;
  int lines[256] = {0};
  pil_code_find_assigned(code, lines);
  pil_image_value *upvalues = new_array(m, code->upvalue_count, sizeof *upvalues);
  node->upvalues = upvalues;
  for (uint32_t i = 0; i < code->upvalue_count; i++) {
    node->writes_upvalues = node->writes_upvalues || lines[i] != 0;
    if (lua_getupvalue(L, index, (int)i + 1) == NULL) {
      upvalues[i] = opaque("an upvalue that is not there");
      continue;
    }
    upvalues[i] = image_value(m, -1);
    lua_pop(L, 1);
  }
}

/* ---- the whole ---- */

static void walk_all(imager *m) {
  lua_State *L = m->L;
  while (m->done < m->count) {
    lua_rawgeti(L, m->work, ++m->done);
    lua_rawgeti(L, m->work, ++m->done);
    void *node = lua_touserdata(L, -1);
    lua_pop(L, 1);
    int thing = lua_gettop(L);
    if (lua_istable(L, thing)) fill_table(m, thing, node);
    else fill_function(m, thing, node);
    lua_settop(L, thing - 1);
  }
}

static pil_image_value image_reference(imager *m, int reference) {
  lua_rawgeti(m->L, LUA_REGISTRYINDEX, reference);
  pil_image_value value = image_value(m, -1);
  lua_pop(m->L, 1);
  return value;
}

static int take_image(lua_State *L) {
  pil_script_program *program = pil_script_protected(L);
  imager m = *(imager *)lua_touserdata(L, 2);
  luaL_checkstack(L, 40, NULL);
  lua_newtable(L);
  lua_newtable(L);
  m.L = L;
  m.seen = lua_gettop(L) - 1;
  m.work = lua_gettop(L);
  pil_image *image = m.image;
  size_t count = program->source.expression_count;
  pil_image_value *expressions = new_array(&m, count, sizeof *expressions);
  image->function = image_reference(&m, program->function_ref);
  image->settings = image_reference(&m, program->settings_ref);
  for (size_t i = 0; i < count; i++)
    expressions[i] = image_reference(&m, program->expression_refs[i]);
  image->expressions = expressions;
  image->expression_count = count;
  walk_all(&m);
  add_null_settings(&m, (pil_image_table *)image->settings.table);
  return 0;
}

const pil_image *pil_script_image_new(pil_arena *arena, pil_script_program *program,
                                      pil_error *error) {
  const pil_script_source *source = &program->source;
  pil_image *image = pil_arena_new(arena, sizeof *image);
  if (image == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  *image = (pil_image){.shown_name = source->shown_name,
                       .site_prefix = source->site_prefix,
                       .seed = source->seed,
                       .is_strict = source->is_strict,
                       .fields_are_drawn = source->fields_are_drawn,
                       .fields = source->fields,
                       .field_count = source->field_count};
  imager m = {.program = program, .arena = arena, .image = image};
  pil_limits *limits = &program->sandbox->limits;
  size_t limit_bytes = limits->memory_bytes;
  limits->memory_bytes = SIZE_MAX / 2;
  bool good = pil_script_protect(program, take_image, &m, 0, 0, error);
  limits->memory_bytes = limit_bytes;
  return good ? image : NULL;
}
