/* What `check` can say about a script that runs: what is legal and will surprise later.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "inside.h"
#include "program.h"

typedef struct advice {
  const pil_script_program *program;
  pil_script_adviser *adviser;
  void *context;
} advice;

/* A draw without a name is known by its line, so that an edit above it changes its numbers. */
static void advise_unnamed(const advice *a) {
  const pil_sites *sites = &a->program->sites;
  for (size_t i = 0; i < sites->count; i++) {
    const pil_site *site = sites->items[i];
    if (site->at.file == NULL) continue;
    char text[512];
    snprintf(text, sizeof text,
             "draw without a name at line %d: adding a line above moves its numbers; name it: "
             "draw.%s(%s, \"demand\")",
             site->at.line, site->family, site->example);
    a->adviser(a->context, site->at, text);
  }
}

/* ---- numbers used as conditions: 0 is true in Lua ---- */

static bool is_arithmetic(unsigned op) {
  return (op >= PIL_OP_ADDI && op <= PIL_OP_SHR) || op == PIL_OP_UNM || op == PIL_OP_BNOT ||
         op == PIL_OP_LEN;
}

/* Does this instruction read a numeric field of the argument: GETFIELD of the parameter that
 * bears its name? */
static const pil_field *find_numeric_field(const pil_script_source *source, const pil_function *function,
                                      uint32_t word) {
  if (pil_op(word) != PIL_OP_GETFIELD || pil_op_b(word) != 0) return NULL;
  bool is_argument = function->parameter_count > 0 && function->local_count > 0 &&
                     strcmp(function->locals[0].name, source->argument_name) == 0;
  if (!is_argument || pil_op_c(word) >= function->constant_count) return NULL;
  const char *name = function->constants[pil_op_c(word)].text;
  for (size_t i = 0; name != NULL && i < source->field_count; i++) {
    const pil_field *field = &source->fields[i];
    bool is_number = field->kind == PIL_FIELD_FLOAT || field->kind == PIL_FIELD_INTEGER;
    /* What an expression gives is known only while it runs. */
    if (is_number && field->each == 0 && field->member == NULL && field->expression < 0 &&
        strcmp(field->name, name) == 0)
      return field;
  }
  return NULL;
}

static void advise_condition(const advice *a, const pil_function *function, uint32_t at,
                             const pil_field *field) {
  char text[400];
  pil_place place = {a->program->source.shown_name, function->lines[at], 0};
  if (field != NULL) {
    const char *argument = a->program->source.argument_name;
    int length = snprintf(text, sizeof text,
                          "%s.%.80s is a number used as a condition; in Lua 0 is true: compare it, as in %s.%.80s > 0",
                          argument, field->name, argument, field->name);
    if (field->is_flag)
      snprintf(text + length, sizeof text - (size_t)length,
               ", or have its 0 and 1 made false and true: fields: {%.80s: boolean}", field->name);
  } else {
    snprintf(text, sizeof text,
             "a number is used as a condition; in Lua 0 is true: compare it with something");
  }
  a->adviser(a->context, place, text);
}

/* Looks at each test of a register that the instruction before has just filled with a number. */
static void advise_conditions(const advice *a, const pil_function *function) {
  uint32_t last = 0; /* the producer: arithmetic is followed by its fallback, MMBIN… */
  for (uint32_t i = 1; i < function->code_count; i++) {
    uint32_t word = function->code[i], producer = function->code[last];
    unsigned op = pil_op(word);
    if (op >= PIL_OP_MMBIN && op <= PIL_OP_MMBINK) continue;
    bool tests = (op == PIL_OP_TEST && pil_op_a(word) == pil_op_a(producer)) ||
                 (op == PIL_OP_NOT && pil_op_b(word) == pil_op_a(producer));
    if (tests) {
      const pil_field *field = find_numeric_field(&a->program->source, function, producer);
      if (field != NULL || is_arithmetic(pil_op(producer))) advise_condition(a, function, i, field);
    }
    last = i;
  }
  for (uint32_t i = 0; i < function->function_count; i++)
    advise_conditions(a, &function->functions[i]);
}

/* What cannot be read gives no advice, for the program itself has loaded. */
static void read_script(const advice *a) {
  const pil_script_source *source = &a->program->source;
  pil_error ignored;
  pil_arena arena = {0};
  const pil_function *code = pil_sandbox_file_code(a->program->sandbox, source->path, source->shown_name, &arena, &ignored);
  if (code != NULL) advise_conditions(a, code);
  pil_arena_free(&arena);
}

void pil_script_program_advise(pil_program *program, pil_script_adviser *adviser, void *context) {
  advice a = {pil_script_scalar(program), adviser, context};
  if (a.program == NULL) return;
  advise_unnamed(&a);
  read_script(&a);
}
