/* Reading Lua 5.4 bytecode; the layout is that of lua_dump: header, then one function with
 * those defined inside it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bytecode.h"

#include <string.h>

typedef struct reader {
  pil_arena *arena;
  const unsigned char *at, *end;
  const char *fault; /* the first thing found wrong */
  bool out_of_memory;
} reader;

static bool fail(reader *r, const char *fault) {
  if (r->fault == NULL) r->fault = fault;
  r->at = r->end;
  return false;
}

static bool take(reader *r, void *to, size_t bytes) {
  if ((size_t)(r->end - r->at) < bytes) return fail(r, "it is cut short");
  memcpy(to, r->at, bytes);
  r->at += bytes;
  return true;
}

static unsigned take_byte(reader *r) {
  unsigned char byte = 0;
  take(r, &byte, 1);
  return byte;
}

/* Seven bits a byte, the highest first; the last byte carries the top bit. */
static uint64_t take_size(reader *r, uint64_t limit) {
  uint64_t size = 0;
  unsigned byte = 0;
  do {
    if (r->fault != NULL || size > limit >> 7) return (uint64_t)fail(r, "a number is too large");
    byte = take_byte(r);
    size = size << 7 | (byte & 0x7f);
  } while ((byte & 0x80) == 0 && r->fault == NULL);
  return size <= limit ? size : (uint64_t)fail(r, "a number is too large");
}

static int take_int(reader *r) {
  return (int)take_size(r, INT32_MAX);
}

/* A count of things of at least `least_bytes` each, so that it cannot ask for more memory than
 * the dump's own size warrants. */
static uint32_t take_count(reader *r, size_t least_bytes) {
  return (uint32_t)take_size(r, (uint64_t)(r->end - r->at) / least_bytes);
}

static void *take_array(reader *r, uint32_t count, size_t size_bytes) {
  void *array = pil_arena_array(r->arena, count, size_bytes);
  if (array != NULL) return array;
  r->out_of_memory = true;
  fail(r, "out of memory");
  return NULL;
}

/* NULL for an absent text. */
static const char *take_text(reader *r, size_t *length) {
  size_t left = (size_t)(r->end - r->at);
  uint64_t size = take_size(r, left);
  *length = 0;
  if (size == 0 || r->fault != NULL) return NULL;
  char *text = take_array(r, (uint32_t)size, 1); /* one more than the text: it ends with NUL */
  if (text == NULL || !take(r, text, (size_t)size - 1)) return NULL;
  *length = (size_t)size - 1;
  return text;
}

static void read_code(reader *r, pil_function *function) {
  function->code_count = take_count(r, 4);
  uint32_t *code = take_array(r, function->code_count, 4);
  if (code != NULL) take(r, code, (size_t)function->code_count * 4);
  function->code = code;
}

static void read_constant(reader *r, pil_constant *constant) {
  switch (take_byte(r)) {
    case 0x00: constant->kind = PIL_CONSTANT_NIL; break;
    case 0x01: constant->kind = PIL_CONSTANT_BOOLEAN; break;
    case 0x11:
      constant->kind = PIL_CONSTANT_BOOLEAN;
      constant->boolean = true;
      break;
    case 0x03:
      constant->kind = PIL_CONSTANT_INTEGER;
      take(r, &constant->integer, 8);
      break;
    case 0x13:
      constant->kind = PIL_CONSTANT_NUMBER;
      take(r, &constant->number, 8);
      break;
    case 0x04:
    case 0x14:
      constant->kind = PIL_CONSTANT_TEXT;
      constant->text = take_text(r, &constant->length);
      if (constant->text == NULL) fail(r, "a text constant is absent");
      break;
    default: fail(r, "a constant has an unknown type");
  }
}

static void read_constants(reader *r, pil_function *function) {
  function->constant_count = take_count(r, 1);
  pil_constant *constants = take_array(r, function->constant_count, sizeof *constants);
  for (uint32_t i = 0; i < function->constant_count && r->fault == NULL; i++)
    read_constant(r, &constants[i]);
  function->constants = constants;
}

static pil_upvalue *read_upvalues(reader *r, pil_function *function) {
  function->upvalue_count = take_count(r, 3);
  pil_upvalue *upvalues = take_array(r, function->upvalue_count, sizeof *upvalues);
  for (uint32_t i = 0; i < function->upvalue_count && r->fault == NULL; i++) {
    upvalues[i].name = "";
    upvalues[i].in_stack = take_byte(r) != 0;
    upvalues[i].index = (uint8_t)take_byte(r);
    upvalues[i].kind = (uint8_t)take_byte(r);
  }
  function->upvalues = upvalues;
  return upvalues;
}

/* Each instruction's line is a difference to the one before; -128 refers to a list of (pc, line). */
static void read_lines(reader *r, pil_function *function) {
  uint32_t count = take_count(r, 1);
  const signed char *steps = (const signed char *)r->at;
  if (r->fault != NULL || (count != 0 && count != function->code_count) ||
      (size_t)(r->end - r->at) < count) {
    fail(r, "the lines do not fit the code");
    return;
  }
  r->at += count;
  int *lines = take_array(r, function->code_count, sizeof *lines);
  uint32_t absolute_count = take_count(r, 2), used = 0;
  int line = function->line;
  for (uint32_t pc = 0; pc < count && r->fault == NULL; pc++) {
    if (steps[pc] != -128) {
      line = (int)((unsigned)line + (unsigned)steps[pc]);
    } else if (used++ < absolute_count) {
      if ((uint32_t)take_int(r) != pc) fail(r, "the lines do not fit the code");
      line = take_int(r);
    } else {
      fail(r, "the lines do not fit the code");
    }
    if (r->fault == NULL) lines[pc] = line;
  }
  if (used != absolute_count) fail(r, "the lines do not fit the code");
  function->lines = lines;
}

static void read_names(reader *r, pil_function *function, pil_upvalue *upvalues) {
  size_t length;
  function->local_count = take_count(r, 3);
  pil_local *locals = take_array(r, function->local_count, sizeof *locals);
  for (uint32_t i = 0; i < function->local_count && r->fault == NULL; i++) {
    const char *name = take_text(r, &length);
    locals[i].name = name != NULL ? name : "";
    locals[i].start = (uint32_t)take_int(r);
    locals[i].end = (uint32_t)take_int(r);
  }
  function->locals = locals;
  uint32_t count = take_count(r, 1);
  if (count > function->upvalue_count) fail(r, "more upvalue names than upvalues");
  for (uint32_t i = 0; i < count && r->fault == NULL; i++) {
    const char *name = take_text(r, &length);
    if (name != NULL && r->fault == NULL) upvalues[i].name = name;
  }
}

static void read_function(reader *r, pil_function *function, const char *outer_source, int depth) {
  size_t length;
  const char *source = take_text(r, &length);
  function->source = source != NULL ? source : outer_source;
  function->line = take_int(r);
  function->last_line = take_int(r);
  function->parameter_count = (uint8_t)take_byte(r);
  function->is_vararg = take_byte(r) != 0;
  function->register_count = (uint8_t)take_byte(r);
  read_code(r, function);
  read_constants(r, function);
  pil_upvalue *upvalues = read_upvalues(r, function);
  function->function_count = take_count(r, 12); /* no function takes fewer bytes */
  pil_function *functions = take_array(r, function->function_count, sizeof *functions);
  if (depth == PIL_BYTECODE_DEPTH && function->function_count != 0) fail(r, "nested too deep");
  for (uint32_t i = 0; i < function->function_count && r->fault == NULL; i++)
    read_function(r, &functions[i], function->source, depth + 1);
  function->functions = functions;
  read_lines(r, function);
  read_names(r, function, upvalues);
}

/* Signature, version, format, bytes that catch text conversions, sizes, and a sample of each
 * number type. */
static void check_header(reader *r) {
  static const unsigned char expected[] = {0x1b, 'L',  'u',  'a',  0x54, 0, 0x19, 0x93,
                                           '\r', '\n', 0x1a, '\n', 4,    8, 8};
  unsigned char found[sizeof expected];
  int64_t integer;
  double number;
  if (!take(r, found, sizeof found) || !take(r, &integer, 8) || !take(r, &number, 8)) return;
  if (memcmp(found, expected, sizeof found) != 0 || integer != 0x5678 || number != 370.5)
    fail(r, "it is not of Lua 5.4 with 64-bit numbers");
}

const pil_function *pil_bytecode_read(pil_arena *arena, const void *bytes, size_t length,
                                      pil_error *error) {
  reader r = {.arena = arena, .at = bytes, .end = (const unsigned char *)bytes + length};
  check_header(&r);
  unsigned upvalue_count = take_byte(&r);
  pil_function *main_function = take_array(&r, 1, sizeof *main_function);
  if (r.fault == NULL) read_function(&r, main_function, "", 0);
  if (r.fault == NULL && r.at != r.end) fail(&r, "it goes on after its end");
  if (r.fault == NULL && main_function->upvalue_count != upvalue_count)
    fail(&r, "the number of upvalues is wrong");
  if (r.fault == NULL) return main_function;
  if (r.out_of_memory) {
    pil_error_memory(error);
  } else {
    pil_error_set(error, PIL_FAILURE_SCRIPT, PIL_NOWHERE, "bytecode that cannot be read: %s",
                  r.fault);
  }
  return NULL;
}

const char *pil_opcode_name(pil_opcode opcode) {
#define NAME(name) #name,
  static const char *const names[] = {PIL_OPCODES(NAME)};
#undef NAME
  return (unsigned)opcode < PIL_OPCODE_COUNT ? names[opcode] : "?";
}
