/* Whether an expression of a scenario compiles, and names what there is: its code shows most of that before it runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "../lanes/bytecode.h"
#include "inside.h"
#include "program.h"

typedef struct reading {
  const pil_script_expression *expression;
  const char *what;
  const pil_script_names *names;
  pil_error *error;
} reading;

static const char *field_at(const void *names, size_t index) {
  return ((const pil_script_names *)names)->fields[index].name;
}

static bool check_field(const reading *r, const char *name) {
  for (size_t i = 0; i < r->names->field_count; i++)
    if (strcmp(r->names->fields[i].name, name) == 0) return true;
  const char *near = pil_text_nearest_of(name, field_at, r->names, r->names->field_count);
  return pil_error_set(r->error, PIL_FAILURE_INPUT, r->expression->at, "%s: decisions have no field \"%.80s\"%s%s%s", r->what,
                       name, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool check_word(const reading *r, const char *word) {
  for (size_t i = 0; i < r->names->word_count; i++)
    if (strcmp(r->names->words[i], word) == 0) return true;
  const char *near = pil_text_nearest(word, r->names->words, r->names->word_count);
  return pil_error_set(r->error, PIL_FAILURE_INPUT, r->expression->at, "%s: no %s \"%.80s\"%s%s%s", r->what, r->names->word_what,
                       word, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* Arguments stand in the first registers, and an expression cannot assign them. */
static bool check_code(const reading *r, const pil_function *code) {
  for (uint32_t pc = 0; pc < code->code_count; pc++) {
    uint32_t word = code->code[pc];
    unsigned op = pil_op(word), key = op == PIL_OP_EQK ? pil_op_b(word) : pil_op_c(word);
    bool is_field = op == PIL_OP_GETFIELD && pil_op_b(word) == 0;
    bool is_word = op == PIL_OP_EQK && (int)pil_op_a(word) == r->names->argument;
    if (!(is_field || is_word) || key >= code->constant_count || code->constants[key].kind != PIL_CONSTANT_TEXT) continue;
    const char *text = code->constants[key].text;
    if (!(is_field ? check_field(r, text) : check_word(r, text))) return false;
  }
  return true;
}

static bool check(const reading *r, pil_sandbox *sandbox, pil_arena *arena) {
  const char *ignored;
  if (!pil_script_compile_expression(sandbox, arena, r->expression, r->names->arguments, &ignored, r->error)) {
    char text[PIL_ERROR_TEXT_BYTES];
    memcpy(text, r->error->text, sizeof text);
    return pil_error_set(r->error, r->error->failure, r->expression->at, "%s: %.900s", r->what, text);
  }
  const pil_function *code = pil_sandbox_read_code(pil_sandbox_state(sandbox), arena, r->error);
  return code != NULL && check_code(r, code);
}

bool pil_script_check_expression(const pil_script_expression *expression, const char *what, const pil_script_names *names,
                                 pil_error *error) {
  reading r = {expression, what, names, error};
  pil_arena arena = {0};
  pil_sandbox *sandbox = pil_sandbox_new(PIL_LIMITS_EVAL, error);
  bool good = sandbox != NULL && check(&r, sandbox, &arena);
  pil_sandbox_free(sandbox);
  pil_arena_free(&arena);
  return good;
}
