/* Reading bytecode: what lua_dump writes comes back, and damaged dumps are refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>

#include "../engine/base/text.h"
#include "../engine/lanes/bytecode.h"

static int collect(lua_State *L, const void *bytes, size_t length, void *text) {
  (void)L;
  pil_text_append(text, bytes, length);
  return 0;
}

static pil_text dump(const char *chunk, int strip) {
  pil_text text = {0};
  lua_State *L = luaL_newstate();
  if (luaL_loadbufferx(L, chunk, strlen(chunk), "=a.lua", "t") != LUA_OK)
    fail_msg("%s", lua_tostring(L, -1));
  lua_dump(L, collect, &text, strip);
  lua_close(L);
  return text;
}

static const char chunk[] =
    "local n, name = 0, 'text'\n"
    "local function count(a, b, ...)\n"
    "  n = n + 1\n"
    "\n"
    "  return a .. name, 0x7fffffffffffffff, 2.5, ...\n"
    "end\n"
    "return count\n";

static void test_a_function_is_read_whole(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_error error;
  pil_text text = dump(chunk, 0);
  const pil_function *f = pil_bytecode_read(&arena, text.bytes, text.length, &error);
  assert_non_null(f);
  assert_string_equal(f->source, "=a.lua");
  assert_true(f->is_vararg);
  assert_int_equal(f->upvalue_count, 1);
  assert_string_equal(f->upvalues[0].name, "_ENV");
  assert_int_equal(f->local_count, 3);
  assert_string_equal(f->locals[2].name, "count");
  assert_int_equal(f->function_count, 1);
  const pil_function *inner = &f->functions[0];
  assert_string_equal(inner->source, "=a.lua");
  assert_int_equal(inner->line, 2);
  assert_int_equal(inner->last_line, 6);
  assert_int_equal(inner->parameter_count, 2);
  assert_int_equal(inner->upvalue_count, 2);
  assert_string_equal(inner->upvalues[0].name, "n");
  assert_true(inner->upvalues[0].in_stack);
  assert_int_equal(inner->upvalues[1].index, 1);
  bool integer_found = false, number_found = false;
  for (uint32_t i = 0; i < inner->constant_count; i++) {
    const pil_constant *c = &inner->constants[i];
    integer_found |= c->kind == PIL_CONSTANT_INTEGER && c->integer == INT64_MAX;
    number_found |= c->kind == PIL_CONSTANT_NUMBER && c->number == 2.5;
  }
  assert_true(integer_found && number_found);
  bool assigned = false;
  for (uint32_t pc = 0; pc < inner->code_count; pc++)
    if (pil_op(inner->code[pc]) == PIL_OP_SETUPVAL) {
      assigned = true;
      assert_int_equal(inner->lines[pc], 3);
      assert_int_equal(pil_op_b(inner->code[pc]), 0);
    }
  assert_true(assigned);
  assert_string_equal(pil_opcode_name(pil_op(f->code[0])), "VARARGPREP");
  pil_arena_free(&arena);
  pil_text_free(&text);
}

static bool holds(const pil_function *f, pil_opcode opcode) {
  for (uint32_t pc = 0; pc < f->code_count; pc++)
    if (pil_op(f->code[pc]) == opcode) return true;
  for (uint32_t i = 0; i < f->function_count; i++)
    if (holds(&f->functions[i], opcode)) return true;
  return false;
}

/* The list of opcodes is in the order of the installed Lua. */
static void test_opcodes_have_their_numbers(void **unused) {
  (void)unused;
  static const struct {
    const char *chunk;
    pil_opcode opcode;
  } cases[] = {
      {"local x <close> = nil", PIL_OP_TBC},
      {"local a = 1 return a & a", PIL_OP_BAND},
      {"local a = 1 return a | 70000", PIL_OP_BORK},
      {"local a = 1 return ~a", PIL_OP_BNOT},
      {"local a = 1 return a ^ a", PIL_OP_POW},
      {"local a = 1 return a .. a", PIL_OP_CONCAT},
      {"for k in pairs(t) do end", PIL_OP_TFORCALL},
      {"for i = 1, 2 do end", PIL_OP_FORLOOP},
      {"return f()", PIL_OP_TAILCALL},
      {"local a = {1, 2}", PIL_OP_SETLIST},
      {"local a a:b()", PIL_OP_SELF},
      {"return function() end", PIL_OP_CLOSURE},
      {"return ...", PIL_OP_VARARG},
      {"local a = 1 return a >= 3", PIL_OP_GEI},
      {"local a = 1 return a == 'x'", PIL_OP_EQK},
      {"local a return a and a.b", PIL_OP_TESTSET},
      {"local a = 1 return a << 3", PIL_OP_SHRI},
      {"local a = 1 return -a", PIL_OP_UNM},
      {"local a = {} a[1] = 2", PIL_OP_SETI},
      {"local a = 1 return #a", PIL_OP_LEN},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    pil_arena arena = {0};
    pil_error error;
    pil_text text = dump(cases[i].chunk, 0);
    const pil_function *f = pil_bytecode_read(&arena, text.bytes, text.length, &error);
    assert_non_null(f);
    if (!holds(f, cases[i].opcode))
      fail_msg("%s has no %s", cases[i].chunk, pil_opcode_name(cases[i].opcode));
    pil_arena_free(&arena);
    pil_text_free(&text);
  }
}

/* Lines far apart are written in another way than near ones. */
static void test_lines_far_apart(void **unused) {
  (void)unused;
  char far[2000];
  memset(far, '\n', sizeof far);
  memcpy(far, "f()", 3);
  memcpy(far + 1000, "g()", 3);
  strcpy(far + 1996, "h()");
  pil_arena arena = {0};
  pil_error error;
  pil_text text = dump(far, 0);
  const pil_function *f = pil_bytecode_read(&arena, text.bytes, text.length, &error);
  assert_non_null(f);
  int calls[3], count = 0;
  for (uint32_t pc = 0; pc < f->code_count; pc++)
    if (pil_op(f->code[pc]) == PIL_OP_CALL) calls[count++] = f->lines[pc];
  assert_int_equal(count, 3);
  assert_int_equal(calls[0], 1);
  assert_int_equal(calls[1], 998);
  assert_int_equal(calls[2], 1991);
  pil_arena_free(&arena);
  pil_text_free(&text);
}

static void test_stripped_dumps_have_no_names(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_error error;
  pil_text text = dump(chunk, 1);
  const pil_function *f = pil_bytecode_read(&arena, text.bytes, text.length, &error);
  assert_non_null(f);
  assert_int_equal(f->lines[0], 0);
  assert_string_equal(f->upvalues[0].name, "");
  assert_int_equal(f->local_count, 0);
  pil_arena_free(&arena);
  pil_text_free(&text);
}

static void test_every_cut_is_refused(void **unused) {
  (void)unused;
  pil_text text = dump(chunk, 0);
  for (size_t length = 0; length < text.length; length++) {
    pil_arena arena = {0};
    pil_error error;
    char *bytes = malloc(length + 1); /* of that size, so that reading on is noticed */
    memcpy(bytes, text.bytes, length);
    bytes = realloc(bytes, length == 0 ? 1 : length);
    assert_null(pil_bytecode_read(&arena, bytes, length, &error));
    assert_int_equal(error.failure, PIL_FAILURE_SCRIPT);
    free(bytes);
    pil_arena_free(&arena);
  }
  pil_text_append(&text, "x", 1);
  pil_arena arena = {0};
  pil_error error;
  assert_null(pil_bytecode_read(&arena, text.bytes, text.length, &error));
  pil_arena_free(&arena);
  pil_text_free(&text);
}

/* Damaged bytes may or may not be noticed, but never crash nor take much memory. */
static void test_damaged_dumps_are_survived(void **unused) {
  (void)unused;
  pil_text text = dump(chunk, 0);
  uint64_t seed = 1;
  char *bytes = malloc(text.length);
  for (int i = 0; i < 50000; i++) {
    memcpy(bytes, text.bytes, text.length);
    for (int n = 0; n < 3; n++) {
      seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      bytes[32 + (seed >> 40) % (text.length - 32)] = (char)(seed >> 32);
    }
    pil_arena arena = {0};
    pil_error error;
    const pil_function *f = pil_bytecode_read(&arena, bytes, text.length, &error);
    if (f != NULL) assert_true(f->code_count <= text.length);
    pil_arena_free(&arena);
  }
  free(bytes);
  pil_text_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_function_is_read_whole),
      cmocka_unit_test(test_opcodes_have_their_numbers),
      cmocka_unit_test(test_lines_far_apart),
      cmocka_unit_test(test_stripped_dumps_have_no_names),
      cmocka_unit_test(test_every_cut_is_refused),
      cmocka_unit_test(test_damaged_dumps_are_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
