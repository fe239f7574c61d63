/* What the bytecode of a guest's function is looked through for, before it runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/text.h"
#include "../lanes/bytecode.h"
#include "inside.h"

/* lua_dump calls this; nothing here can raise. */
static int collect(lua_State *L, const void *bytes, size_t length, void *context) {
  (void)L;
  pil_text *dump = context;
  pil_text_append(dump, bytes, length);
  return dump->failed;
}

const pil_function *pil_sandbox_read_code(lua_State *L, pil_arena *arena, pil_error *error) {
  pil_text dump = {0};
  const pil_function *function = NULL;
  if (lua_dump(L, collect, &dump, 0) != 0 || dump.failed) {
    pil_error_memory(error);
  } else {
    function = pil_bytecode_read(arena, dump.bytes, dump.length, error);
  }
  pil_text_free(&dump);
  return function;
}

static int line_at(const pil_function *function, uint32_t pc) {
  int line = function->lines[pc];
  return line > 0 ? line : function->line;
}

/* The line of the first instruction that names constant `index` as a key or loads it. */
static int find_line_of_constant(const pil_function *function, uint32_t index) {
  for (uint32_t pc = 0; pc < function->code_count; pc++) {
    uint32_t word = function->code[pc];
    bool used = false;
    switch (pil_op(word)) {
      case PIL_OP_LOADK: used = pil_op_bx(word) == index; break;
      case PIL_OP_EXTRAARG:
        used = pc > 0 && pil_op(function->code[pc - 1]) == PIL_OP_LOADKX && word >> 7 == index;
        break;
      case PIL_OP_GETTABUP:
      case PIL_OP_GETFIELD: used = pil_op_c(word) == index; break;
      case PIL_OP_EQK: used = pil_op_b(word) == index; break;
      case PIL_OP_SETTABUP:
      case PIL_OP_SETFIELD:
        used = pil_op_b(word) == index || (pil_op_k(word) && pil_op_c(word) == index);
        break;
      case PIL_OP_SETTABLE:
      case PIL_OP_SETI:
      case PIL_OP_SELF: used = pil_op_k(word) && pil_op_c(word) == index; break;
      default: break;
    }
    if (used) return line_at(function, pc);
  }
  return function->line > 0 ? function->line : 1;
}

/* Weak tables and finalizers would tie results to the garbage collector. A name put together
 * while running (for __gc, __close) is met by setmetatable and rawset. */
static bool check_constants(const pil_function *function, const char *file, pil_error *error) {
  static const char *const refused[] = {"__gc", "__mode", "__close"};
  for (uint32_t i = 0; i < function->constant_count; i++) {
    const pil_constant *constant = &function->constants[i];
    if (constant->kind != PIL_CONSTANT_TEXT) continue;
    for (size_t j = 0; j < sizeof refused / sizeof *refused; j++) {
      if (strcmp(constant->text, refused[j]) != 0) continue;
      pil_place at = {file, find_line_of_constant(function, i), 0};
      return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                           "%s is not available in scripts: a result would depend on when memory "
                           "is tidied up",
                           refused[j]);
    }
  }
  return true;
}

/* Lua before 5.4.5 puts a constant left of &, | or ~ into the wrong register when the function
 * has more constants than an instruction can name and the right side is `a or b`: the operation
 * then takes registers instead of a constant. Found by comparing random expressions. */
enum { NAMEABLE_CONSTANTS = 256, HAS_BITWISE_FAULT = LUA_VERSION_RELEASE_NUM < 50407 };

static bool check_instruction(const pil_function *function, uint32_t pc, const char *file,
                              pil_error *error) {
  pil_place at = {file, line_at(function, pc), 0};
  switch (pil_op(function->code[pc])) {
    case PIL_OP_TBC:
      return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                           "<close> is not available in scripts: some versions of Lua do not "
                           "close on break");
    case PIL_OP_BAND:
    case PIL_OP_BOR:
    case PIL_OP_BXOR:
      if (!HAS_BITWISE_FAULT || function->constant_count < NAMEABLE_CONSTANTS) return true;
      return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                           "a function with %u constants uses &, | or ~, which " LUA_RELEASE
                           " can compile wrongly; split it into smaller functions",
                           (unsigned)function->constant_count);
    default: return true;
  }
}

static bool check_function(const pil_function *function, const char *file, pil_error *error) {
  for (uint32_t pc = 0; pc < function->code_count; pc++)
    PIL_TRY(check_instruction(function, pc, file, error));
  PIL_TRY(check_constants(function, file, error));
  for (uint32_t i = 0; i < function->function_count; i++)
    PIL_TRY(check_function(&function->functions[i], file, error));
  return true;
}

bool pil_sandbox_check_code(lua_State *L, const char *file, pil_error *error) {
  pil_arena arena = {0};
  const pil_function *function = pil_sandbox_read_code(L, &arena, error);
  bool passed = function != NULL && check_function(function, file, error);
  pil_arena_free(&arena);
  return passed;
}

/* An upvalue of an inner function that is no register of its encloser is an upvalue of it. */
void pil_code_find_assigned(const pil_function *function, int lines[256]) {
  for (uint32_t pc = 0; pc < function->code_count; pc++) {
    uint32_t word = function->code[pc];
    if (pil_op(word) != PIL_OP_SETUPVAL) continue;
    if (lines[pil_op_b(word)] == 0) lines[pil_op_b(word)] = line_at(function, pc);
  }
  for (uint32_t i = 0; i < function->function_count; i++) {
    const pil_function *inner = &function->functions[i];
    int inner_lines[256] = {0};
    pil_code_find_assigned(inner, inner_lines);
    for (uint32_t j = 0; j < inner->upvalue_count && j < 256; j++) {
      const pil_upvalue *upvalue = &inner->upvalues[j];
      if (inner_lines[j] == 0 || upvalue->in_stack || lines[upvalue->index] != 0) continue;
      lines[upvalue->index] = inner_lines[j];
    }
  }
}

bool pil_sandbox_find_assigned(lua_State *L, int lines[256], pil_error *error) {
  memset(lines, 0, 256 * sizeof *lines);
  pil_arena arena = {0};
  const pil_function *function = pil_sandbox_read_code(L, &arena, error);
  if (function != NULL) pil_code_find_assigned(function, lines);
  pil_arena_free(&arena);
  return function != NULL;
}
