/* Which fields a script may read. A name that it reads a field by stands somewhere as a text: as a constant of its code,
 * or in the settings.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inside.h"
#include "program.h"

typedef struct search {
  const char *const *names;
  size_t count;
  bool *mentioned, walks; /* walks: over keys, whatever they are */
} search;

static void note_text(search *s, const char *text) {
  s->walks = s->walks || strcmp(text, "pairs") == 0 || strcmp(text, "next") == 0;
  for (size_t i = 0; i < s->count; i++)
    if (strcmp(s->names[i], text) == 0) s->mentioned[i] = true;
}

static void search_code(search *s, const pil_function *code) {
  for (uint32_t i = 0; i < code->constant_count; i++)
    if (code->constants[i].kind == PIL_CONSTANT_TEXT) note_text(s, code->constants[i].text);
  for (uint32_t i = 0; i < code->function_count; i++) search_code(s, &code->functions[i]);
}

static void search_value(search *s, const pil_value *value) {
  if (value->kind == PIL_KIND_TEXT) note_text(s, value->text);
  for (size_t i = 0; value->kind == PIL_KIND_LIST && i < value->count; i++) search_value(s, value->items[i]);
  for (size_t i = 0; value->kind == PIL_KIND_MAP && i < value->count; i++) {
    note_text(s, value->entries[i].key);
    search_value(s, value->entries[i].value);
  }
}

static bool search_expression(search *s, pil_script_program *program, pil_arena *arena,
                              const pil_script_expression *expression, pil_error *error) {
  char arguments[64];
  const char *ignored;
  snprintf(arguments, sizeof arguments, "%s, p", program->source.argument_name);
  PIL_TRY(pil_script_compile_expression(program->sandbox, arena, expression, arguments, &ignored, error));
  const pil_function *code = pil_sandbox_read_code(program->L, arena, error);
  lua_pop(program->L, 1);
  if (code != NULL) search_code(s, code);
  return code != NULL;
}

static bool search_all(search *s, pil_script_program *program, pil_arena *arena, pil_error *error) {
  const pil_script_source *source = &program->source;
  const pil_script_file *files;
  size_t count = pil_sandbox_files(program->sandbox, &files);
  for (size_t i = 0; i < count; i++) {
    const pil_function *code = pil_sandbox_file_code(program->sandbox, files[i].path, files[i].path, arena, error);
    if (code == NULL) return false;
    search_code(s, code);
  }
  for (size_t i = 0; i < source->expression_count; i++)
    PIL_TRY(search_expression(s, program, arena, &source->expressions[i], error));
  for (size_t i = 0; i < source->wrapper_expression_count; i++)
    PIL_TRY(search_expression(s, program, arena, &source->wrapper_expressions[i], error));
  for (size_t i = 0; source->settings != NULL && i < source->settings->count; i++)
    search_value(s, source->settings->entries[i].value);
  return true;
}

bool pil_script_mentions(pil_program *program, const char *const *names, size_t count, bool *mentioned,
                         pil_error *error) {
  search s = {names, count, mentioned, false};
  pil_arena arena = {0};
  pil_script_program *scalar = pil_script_scalar(program);
  if (scalar == NULL) return pil_error_memory(error);
  bool good = search_all(&s, scalar, &arena, error);
  pil_arena_free(&arena);
  for (size_t i = 0; s.walks && i < count; i++) mentioned[i] = true;
  return good;
}
