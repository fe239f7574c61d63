/* The scalar program: stock Lua, trial by trial.
 * SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "image.h"

/* ---- protected work ---- */

bool pil_script_protect(pil_script_program *program, lua_CFunction function, void *context,
                        int argument_count, int result_count, pil_error *error) {
  lua_State *L = program->L;
  program->error = error;
  program->failed = false;
  if (!lua_checkstack(L, LUA_MINSTACK)) return pil_error_memory(error);
  lua_pushcfunction(L, function);
  lua_pushlightuserdata(L, program);
  lua_pushlightuserdata(L, context);
  lua_rotate(L, -3 - argument_count, 3);
  if (lua_pcall(L, 2 + argument_count, result_count, 0) == LUA_OK) return true;
  if (program->failed) {
    lua_pop(L, 1);
    return false;
  }
  pil_sandbox_error(program->sandbox, error);
  return false;
}

int pil_script_fail(lua_State *L, pil_script_program *program) {
  program->failed = true;
  lua_pushnil(L);
  return lua_error(L);
}

void pil_script_anchor(lua_State *L, const pil_script_program *program, int index) {
  luaL_checkstack(L, 3, NULL);
  lua_rawgeti(L, LUA_REGISTRYINDEX, program->anchors_ref);
  lua_pushvalue(L, index);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* ---- one trial ---- */

/* The chunk of an expression is named FILE:LINE, so that line 1 of it is that line. */
void pil_script_place_expression(const pil_script_expression *expression, const char *chunk_name,
                                 pil_error *error) {
  if (expression->at.file == NULL || strcmp(error->file, chunk_name) != 0) return;
  char text[PIL_ERROR_TEXT_BYTES];
  pil_failure failure = error->failure;
  memcpy(text, error->text, sizeof text);
  pil_error_set(error, failure, expression->at, "%s", text);
}

/* Works out the inputs that are expressions, in their order. */
static bool run_expressions(lua_State *L, pil_script_program *program, int base, size_t lane) {
  const pil_script_source *source = &program->source;
  program->pending = true;
  for (size_t i = 0; i < source->field_count; i++) {
    const pil_field *field = &source->fields[i];
    if (field->expression < 0) continue;
    lua_rawgeti(L, LUA_REGISTRYINDEX, program->expression_refs[field->expression]);
    lua_pushvalue(L, base);
    lua_pushvalue(L, base - 1);
    if (!pil_sandbox_call(program->sandbox, 2, 1, program->error)) {
      pil_script_place_expression(&source->expressions[field->expression],
                                  program->expression_names[field->expression], program->error);
      return false;
    }
    if (!pil_argument_put(L, program, base, lane, field)) return false;
  }
  program->pending = false;
  return true;
}

static bool refuse_many(const pil_script_program *program, int count) {
  pil_place at = {program->source.shown_name, 0, 0};
  if (count == 0)
    return pil_error_set(program->error, PIL_FAILURE_SCRIPT, at,
                         "the function returned nothing; return a table such as {npv = npv}");
  return pil_error_set(program->error, PIL_FAILURE_SCRIPT, at,
                       "the function returned %d values; return one table such as {npv = npv}",
                       count);
}

/* The stack: function, settings, argument and what else pil_argument_open pushed. */
static bool run_trial(lua_State *L, pil_script_program *program, int base, size_t lane) {
  int top = lua_gettop(L);
  pil_argument_set(L, program, base, lane);
  if (program->source.expression_count > 0 && !run_expressions(L, program, base, lane))
    return false;
  lua_pushvalue(L, base - 2);
  lua_pushvalue(L, base);
  lua_pushvalue(L, base - 1);
  if (!pil_sandbox_call(program->sandbox, 2, LUA_MULTRET, program->error)) return false;
  int count = lua_gettop(L) - top;
  if (count != 1) return refuse_many(program, count);
  if (!pil_outputs_read(L, program, top + 1, lane)) return false;
  lua_settop(L, top);
  return pil_sandbox_check_unchanged(program->sandbox, program->error);
}

/* ---- a batch ---- */

/* From trial 1 to the batch's first; jumps join like (power, sum) pairs of affine maps. */
static pil_jump jump_to(uint64_t trial) {
  pil_stream power = {1, 0}, sum = {0, 1};
  pil_stream_advance(&power, trial - 1);
  pil_stream_advance(&sum, trial - 1);
  return (pil_jump){power.state, sum.state};
}

static int run_batch(lua_State *L) {
  pil_script_program *program = pil_script_protected(L);
  const pil_batch *batch = program->batch;
  lua_settop(L, 1);
  luaL_checkstack(L, LUA_MINSTACK, NULL);
  lua_rawgeti(L, LUA_REGISTRYINDEX, program->function_ref);
  lua_rawgeti(L, LUA_REGISTRYINDEX, program->settings_ref);
  pil_argument_open(L, program);
  pil_jump first = jump_to(batch->first_trial);
  for (size_t lane = 0; lane < batch->count; lane++) {
    const pil_jump *jump = &batch->jumps[lane];
    program->jump = (pil_jump){jump->power * first.power, jump->power * first.sum + jump->sum};
    program->trial = batch->first_trial + lane;
    program->run_number++;
    if (run_trial(L, program, 4, lane)) continue;
    pil_error unused; /* what the failing one left in the file's variables is no other trial's fault */
    pil_sandbox_check_unchanged(program->sandbox, &unused);
    return pil_script_fail(L, program);
  }
  return 0;
}

static bool program_run(pil_program *base, const pil_batch *batch, pil_frame *frame,
                        pil_error *error) {
  pil_script_program *program = (pil_script_program *)base;
  program->batch = batch;
  program->frame = frame;
  program->outputs.batch_number++;
  program->pending = false;
  program->trial = batch->first_trial;
  const char *prefix = batch->owner != NULL ? batch->owner->prefix : program->source.site_prefix;
  uint64_t trial = batch->owner != NULL ? batch->owner->trial : 0;
  bool ok = (pil_sites_own(&program->sites, prefix, trial) || pil_error_memory(error)) &&
            pil_script_protect(program, run_batch, NULL, 0, 0, error);
  if (!ok) error->trial = program->trial;
  base->counted.scalar += ok ? batch->count : program->trial - batch->first_trial;
  program->trial = 0;
  return ok;
}

static void program_stop(pil_program *base) {
  pil_sandbox_stop(((pil_script_program *)base)->sandbox);
}

static void program_free(pil_program *base) {
  pil_script_program *program = (pil_script_program *)base;
  if (program == NULL) return;
  pil_sandbox_free(program->sandbox);
  pil_sites_free(&program->sites);
  pil_specs_free(&program->specs);
  pil_outputs_free(&program->outputs);
  pil_arena_free(&program->scratch);
  pil_arena_free(&program->arena);
  pil_memory_free(program);
}

/* ---- building ---- */

static int install(lua_State *L) {
  pil_script_program *program = pil_script_protected(L);
  lua_newtable(L);
  program->anchors_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  pil_argument_guard(L, program);
  pil_draws_install(L, program);
  pil_image_note_builtins(L);
  return 0;
}

static int push_settings(lua_State *L) {
  pil_script_program *program = pil_script_protected(L);
  pil_settings_push(L, program);
  return 1;
}

/* Keeps the function, the settings and the expressions, which are its arguments. */
static int keep(lua_State *L) {
  pil_script_program *program = pil_script_protected(L);
  for (size_t i = program->source.expression_count; i > 0; i--)
    program->expression_refs[i - 1] = luaL_ref(L, LUA_REGISTRYINDEX);
  program->settings_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  program->function_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  pil_argument_build(L, program);
  return 0;
}

static bool load_script(pil_script_program *program, pil_error *error) {
  const pil_script_source *source = &program->source;
  lua_State *L = program->L;
  int count;
  PIL_TRY(pil_sandbox_load(program->sandbox, source->path, source->shown_name, source->named_at,
                           &count, error));
  if (count == 1 && lua_isfunction(L, -1)) return true;
  const char *found = count == 0 ? "nothing" : luaL_typename(L, -count);
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){source->shown_name, 0, 0},
                       "the script must return one function, \"return function(%s, p) … end\"; "
                       "it returned %s%s",
                       source->argument_name, count > 1 ? "several values, first a " : "", found);
}

/* Leaves the expression's function on the stack. The line break lets it end in a comment. */
bool pil_script_compile_expression(pil_sandbox *sandbox, pil_arena *arena,
                                   const pil_script_expression *expression, const char *arguments,
                                   const char **chunk_name, pil_error *error) {
  pil_place at = expression->at;
  const char *file = at.file != NULL ? at.file : "expression";
  char *name = pil_arena_format(arena, "%s:%d", file, at.line);
  char *text =
      pil_arena_format(arena, "return function(%s) return (%s\n) end", arguments, expression->text);
  if (name == NULL || text == NULL) return pil_error_memory(error);
  *chunk_name = name;
  bool ok = pil_sandbox_compile(sandbox, text, strlen(text), name, error) &&
            pil_sandbox_call(sandbox, 0, 1, error);
  if (!ok) pil_script_place_expression(expression, name, error);
  return ok;
}

/* "d, p" */
static void name_arguments(const pil_script_program *program, char arguments[64]) {
  snprintf(arguments, 64, "%s, p", program->source.argument_name);
}

/* The script's function on top of the stack gives way to the one that the wrapper makes of it. */
static bool wrap_script(pil_script_program *program, pil_error *error) {
  const pil_script_source *source = &program->source;
  size_t count = source->wrapper_expression_count;
  char arguments[64];
  const char *ignored;
  if (source->wrapper == NULL) return true;
  if (!lua_checkstack(program->L, (int)count + LUA_MINSTACK)) return pil_error_memory(error);
  PIL_TRY(pil_sandbox_compile(program->sandbox, source->wrapper, strlen(source->wrapper), PIL_WRAPPER_NAME, error));
  lua_insert(program->L, -2);
  name_arguments(program, arguments);
  for (size_t i = 0; i < count; i++)
    PIL_TRY(pil_script_compile_expression(program->sandbox, &program->arena, &source->wrapper_expressions[i],
                                          source->wrapper_arguments != NULL ? source->wrapper_arguments : arguments, &ignored, error));
  pil_decided_push(program->L);
  return pil_sandbox_call(program->sandbox, 2 + (int)count, 1, error);
}

static bool load_expressions(pil_script_program *program, pil_error *error) {
  const pil_script_source *source = &program->source;
  size_t count = source->expression_count;
  program->expression_refs = pil_arena_array(&program->arena, count, sizeof(int));
  program->expression_names = pil_arena_array(&program->arena, count, sizeof(char *));
  if (program->expression_refs == NULL || program->expression_names == NULL)
    return pil_error_memory(error);
  if (!lua_checkstack(program->L, (int)count + LUA_MINSTACK)) return pil_error_memory(error);
  char arguments[64];
  name_arguments(program, arguments);
  for (size_t i = 0; i < count; i++)
    PIL_TRY(pil_script_compile_expression(program->sandbox, &program->arena,
                                          &source->expressions[i], arguments,
                                          &program->expression_names[i], error));
  return true;
}

static bool build(pil_script_program *program, pil_error *error) {
  const pil_script_source *source = &program->source;
  program->sandbox = pil_sandbox_new(source->limits, error);
  if (program->sandbox == NULL) return false;
  program->L = pil_sandbox_state(program->sandbox);
  if (!pil_sites_init(&program->sites, source->seed, source->site_prefix))
    return pil_error_memory(error);
  PIL_TRY(pil_sandbox_look_beside(program->sandbox, source->path, source->scenario_folder, source->shipped_folder, error));
  PIL_TRY(pil_script_protect(program, install, NULL, 0, 0, error));
  PIL_TRY(load_script(program, error));
  PIL_TRY(wrap_script(program, error));
  PIL_TRY(pil_script_protect(program, push_settings, NULL, 0, 1, error));
  PIL_TRY(load_expressions(program, error));
  PIL_TRY(pil_sandbox_freeze(program->sandbox, error));
  return pil_script_protect(program, keep, NULL, 2 + (int)source->expression_count, 0, error);
}

pil_program *pil_script_program_new(const pil_script_source *source, pil_error *error) {
  pil_script_program *program = pil_memory_new_zeroed(1, sizeof *program);
  if (program == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  program->base =
      (pil_program){.run = program_run, .stop = program_stop, .free = program_free};
  program->source = *source;
  if (build(program, error)) return &program->base;
  program_free(&program->base);
  return NULL;
}

size_t pil_script_files(pil_program *program, const pil_script_file **files) {
  pil_script_program *scalar = pil_script_scalar(program);
  return scalar == NULL ? 0 : pil_sandbox_files(scalar->sandbox, files);
}

pil_script_file *pil_script_files_copy(pil_program *program, pil_arena *arena, size_t *count, pil_error *error) {
  const pil_script_file *files = NULL;
  *count = pil_script_files(program, &files);
  pil_script_file *copy = pil_arena_array(arena, *count + 1, sizeof *copy);
  bool good = copy != NULL;
  for (size_t i = 0; good && i < *count; i++) {
    copy[i] = files[i];
    copy[i].path = pil_arena_copy(arena, files[i].path, strlen(files[i].path));
    good = copy[i].path != NULL;
  }
  if (!good) pil_error_memory(error);
  return good ? copy : NULL;
}

void pil_script_program_listen(pil_program *program, pil_script_listener *listener, void *context) {
  pil_script_program *scalar = pil_script_scalar(program);
  if (scalar == NULL) return;
  scalar->listener = listener;
  scalar->listener_context = context;
}
