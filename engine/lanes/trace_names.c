/* Conditionals as a script writes them, read back from the bytecode: which instruction made an operand, and of what.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/text.h"
#include "trace.h"

enum { LEVELS = 12, NAME_BYTES = 160 };

static const char unknown[] = "…";

bool pil_trace_is_test(uint32_t word) {
  return pil_op(word) >= PIL_OP_EQ && pil_op(word) <= PIL_OP_TESTSET;
}

/* ---- where execution goes on ---- */

size_t pil_trace_next(const pil_function *function, uint32_t pc, uint32_t next[2]) {
  uint32_t word = function->code[pc];
  unsigned op = pil_op(word);
  if (pil_trace_is_test(word)) { /* over the jump behind it, or with it */
    next[0] = pc + 2;
    next[1] = (uint32_t)((int)pc + 2 + pil_op_jump(function->code[pc + 1]));
    return 2;
  }
  next[0] = pc + 1;
  switch (op) {
    case PIL_OP_RETURN:
    case PIL_OP_RETURN0:
    case PIL_OP_RETURN1:
    case PIL_OP_TAILCALL: return 0;
    case PIL_OP_JMP: next[0] = (uint32_t)((int)pc + 1 + pil_op_jump(word)); return 1;
    case PIL_OP_LFALSESKIP:
    case PIL_OP_LOADKX:
    case PIL_OP_NEWTABLE: next[0] = pc + 2; return 1;
    case PIL_OP_SETLIST: next[0] = pc + 1 + pil_op_k(word); return 1;
    case PIL_OP_FORPREP: next[1] = pc + pil_op_bx(word) + 2; return 2;
    case PIL_OP_FORLOOP: next[1] = pc + 1 - pil_op_bx(word); return 2;
    case PIL_OP_TFORPREP: next[0] = pc + 1 + pil_op_bx(word); return 1;
    case PIL_OP_TFORCALL: /* with the TFORLOOP behind it */
      next[0] = pc + 2;
      next[1] = pc + 2 - pil_op_bx(function->code[pc + 1]);
      return 2;
    default: break;
  }
  if (op >= PIL_OP_ADDI && op <= PIL_OP_SHR) next[0] = pc + 2; /* over the one for metamethods */
  return 1;
}

/* ---- numbers and constants ---- */

static const char *number_text(pil_arena *arena, double number) {
  char digits[40];
  for (int precision = 14; precision <= 17; precision++) {
    snprintf(digits, sizeof digits, "%.*g", precision, number);
    if (strtod(digits, NULL) == number || isnan(number)) break;
  }
  return pil_arena_copy(arena, digits, strlen(digits));
}

static const char *constant_text(pil_arena *arena, const pil_constant *constant) {
  char shown[NAME_BYTES];
  switch (constant->kind) {
    case PIL_CONSTANT_NIL: return "nil";
    case PIL_CONSTANT_BOOLEAN: return constant->boolean ? "true" : "false";
    case PIL_CONSTANT_INTEGER: return pil_arena_format(arena, "%lld", (long long)constant->integer);
    case PIL_CONSTANT_NUMBER: return number_text(arena, constant->number);
    case PIL_CONSTANT_TEXT: break;
  }
  pil_text_escape(constant->text, constant->length, shown, sizeof shown);
  return pil_arena_format(arena, "\"%s\"", shown);
}

/* ---- registers ---- */

typedef struct namer {
  pil_arena *arena;
  const pil_function *function;
} namer;

static const char *name_register(const namer *n, uint32_t pc, unsigned r, int levels);

/* The local variable that is this register before `pc`. Locals take registers in their order. */
static const char *local_name(const pil_function *function, uint32_t pc, unsigned r) {
  unsigned own = 0;
  for (uint32_t i = 0; i < function->local_count; i++) {
    const pil_local *local = &function->locals[i];
    if (local->start > pc) break;
    if (pc < local->end && own++ == r) return local->name;
  }
  return NULL;
}

/* What this instruction writes to register r. */
static bool writes(uint32_t word, unsigned r) {
  unsigned op = pil_op(word), a = pil_op_a(word);
  switch (op) {
    case PIL_OP_SETUPVAL:
    case PIL_OP_SETTABUP:
    case PIL_OP_SETTABLE:
    case PIL_OP_SETI:
    case PIL_OP_SETFIELD:
    case PIL_OP_SETLIST:
    case PIL_OP_MMBIN:
    case PIL_OP_MMBINI:
    case PIL_OP_MMBINK:
    case PIL_OP_CLOSE:
    case PIL_OP_TBC:
    case PIL_OP_JMP:
    case PIL_OP_EXTRAARG:
    case PIL_OP_TFORPREP:
    case PIL_OP_VARARGPREP: return false;
    case PIL_OP_LOADNIL: return r >= a && r <= a + pil_op_b(word);
    case PIL_OP_SELF: return r == a || r == a + 1;
    case PIL_OP_CALL:
    case PIL_OP_VARARG: return r >= a;
    case PIL_OP_TFORCALL: return r >= a + 4;
    case PIL_OP_FORLOOP:
    case PIL_OP_FORPREP: return r >= a && r <= a + 3;
    default: return !pil_trace_is_test(word) ? r == a : op == PIL_OP_TESTSET && r == a;
  }
}

/* The instruction that made what the register holds before `pc`, if there is one that always does. */
static bool find_maker(const pil_function *function, uint32_t pc, unsigned r, uint32_t *maker) {
  uint32_t from = pc;
  while (from > 0 && !writes(function->code[from - 1], r)) from--;
  if (from == 0) return false;
  *maker = from - 1;
  for (uint32_t i = 0; i < pc; i++) { /* a way around it, or to another one */
    uint32_t next[2];
    size_t count = pil_trace_next(function, i, next);
    for (size_t k = 0; k < count; k++)
      if (next[k] > *maker && next[k] <= pc && (i < *maker || i >= pc)) return false;
  }
  return pil_op(function->code[*maker]) != PIL_OP_TESTSET;
}

bool pil_trace_is_branch(const pil_function *function, uint32_t pc) {
  uint32_t word = function->code[pc], maker;
  if (!pil_trace_is_test(word)) return false;
  if (pil_op(word) != PIL_OP_TEST && pil_op(word) != PIL_OP_TESTSET) return true;
  unsigned r = pil_op(word) == PIL_OP_TEST ? pil_op_a(word) : pil_op_b(word);
  if (local_name(function, pc, r) != NULL || !find_maker(function, pc, r, &maker)) return true;
  unsigned op = pil_op(function->code[maker]);
  return op < PIL_OP_LOADI || op > PIL_OP_LOADNIL;
}

static const char *field_text(const namer *n, const char *table, const char *key) {
  if (table == NULL || table == unknown) return unknown;
  return pil_text_is_name(key) ? pil_arena_format(n->arena, "%s.%s", table, key)
                               : pil_arena_format(n->arena, "%s[\"%s\"]", table, key);
}

static const char *upvalue_name(const pil_function *function, unsigned index) {
  return index < function->upvalue_count && function->upvalues[index].name[0] != '\0' ? function->upvalues[index].name
                                                                                        : unknown;
}

static const char *binary(const namer *n, const char *left, const char *sign, const char *right) {
  if (left == NULL || right == NULL) return NULL;
  if (left == unknown && right == unknown) return unknown;
  return pil_arena_format(n->arena, "%s %s %s", left, sign, right);
}

/* is_sensitive(d.category) */
static const char *call_text(const namer *n, uint32_t pc, uint32_t word, unsigned r, int levels) {
  unsigned a = pil_op_a(word), count = pil_op_b(word);
  const char *function = r == a ? name_register(n, pc, a, levels - 1) : unknown;
  if (function == NULL || function == unknown || count == 0) return function == NULL ? NULL : unknown;
  pil_text text = {0};
  pil_text_format(&text, "%s(", function);
  for (unsigned i = 1; i < count; i++) {
    const char *argument = name_register(n, pc, a + i, levels - 1);
    pil_text_format(&text, "%s%s", i > 1 ? ", " : "", argument == NULL ? unknown : argument);
  }
  pil_text_add(&text, ")");
  const char *copy = text.failed ? NULL : pil_arena_copy(n->arena, pil_text_get(&text), text.length);
  pil_text_free(&text);
  return copy;
}

static const char *arithmetic_text(const namer *n, uint32_t pc, uint32_t word, int levels) {
  static const char *const signs[] = {"+", "-", "*", "%", "^", "/", "//", "&", "|", "~", "<<", ">>"};
  unsigned op = pil_op(word);
  const char *left = name_register(n, pc, pil_op_b(word), levels - 1), *right;
  if (op == PIL_OP_ADDI || op == PIL_OP_SHRI || op == PIL_OP_SHLI) {
    int number = (int)pil_op_c(word) - 127;
    const char *sign = op == PIL_OP_ADDI ? (number < 0 ? "-" : "+") : op == PIL_OP_SHRI ? ">>" : "<<";
    right = pil_arena_format(n->arena, "%d", op == PIL_OP_ADDI ? abs(number) : number);
    return op == PIL_OP_SHLI ? binary(n, right, sign, left) : binary(n, left, sign, right);
  }
  if (op >= PIL_OP_ADDK && op <= PIL_OP_BXORK)
    return binary(n, left, signs[op - PIL_OP_ADDK], constant_text(n->arena, &n->function->constants[pil_op_c(word)]));
  right = name_register(n, pc, pil_op_c(word), levels - 1);
  return binary(n, left, signs[op - PIL_OP_ADD], right);
}

/* What one instruction computes. */
static const char *made_text(const namer *n, uint32_t pc, unsigned r, int levels) {
  const pil_function *function = n->function;
  uint32_t word = function->code[pc];
  unsigned op = pil_op(word), b = pil_op_b(word), c = pil_op_c(word);
  const char *inner;
  if (op >= PIL_OP_ADDI && op <= PIL_OP_SHR) return arithmetic_text(n, pc, word, levels);
  switch (op) {
    case PIL_OP_MOVE: return name_register(n, pc, b, levels - 1);
    case PIL_OP_LOADI: return pil_arena_format(n->arena, "%d", (int)pil_op_bx(word) - 65535);
    case PIL_OP_LOADF: return number_text(n->arena, (int)pil_op_bx(word) - 65535);
    case PIL_OP_LOADK: return constant_text(n->arena, &function->constants[pil_op_bx(word)]);
    case PIL_OP_LOADFALSE: return "false";
    case PIL_OP_LOADTRUE: return "true";
    case PIL_OP_LOADNIL: return "nil";
    case PIL_OP_GETUPVAL: return upvalue_name(function, b);
    case PIL_OP_GETTABUP:
      inner = upvalue_name(function, b);
      if (strcmp(inner, "_ENV") == 0) return function->constants[c].text;
      return field_text(n, inner, function->constants[c].text);
    case PIL_OP_GETFIELD: return field_text(n, name_register(n, pc, b, levels - 1), function->constants[c].text);
    case PIL_OP_GETI:
      inner = name_register(n, pc, b, levels - 1);
      return inner == unknown || inner == NULL ? inner : pil_arena_format(n->arena, "%s[%u]", inner, c);
    case PIL_OP_GETTABLE: {
      const char *key = name_register(n, pc, c, levels - 1);
      inner = name_register(n, pc, b, levels - 1);
      if (inner == NULL || key == NULL) return NULL;
      return inner == unknown ? unknown : pil_arena_format(n->arena, "%s[%s]", inner, key);
    }
    case PIL_OP_LEN:
    case PIL_OP_UNM:
    case PIL_OP_NOT:
      inner = name_register(n, pc, b, levels - 1);
      if (inner == NULL || inner == unknown) return inner;
      return pil_arena_format(n->arena, "%s%s", op == PIL_OP_LEN ? "#" : op == PIL_OP_UNM ? "-" : "not ", inner);
    case PIL_OP_CALL: return call_text(n, pc, word, r, levels);
    default: return unknown;
  }
}

/* NULL: out of memory. */
static const char *name_register(const namer *n, uint32_t pc, unsigned r, int levels) {
  const char *local = local_name(n->function, pc, r);
  uint32_t maker;
  if (local != NULL && local[0] != '(') return local;
  if (levels == 0 || !find_maker(n->function, pc, r, &maker)) return unknown;
  const char *text = made_text(n, maker, r, levels);
  return text != NULL && strlen(text) > NAME_BYTES ? unknown : text;
}

/* ---- conditionals ---- */

/* For a > b Lua takes b < a, and makes `a` first. */
static bool is_made_later(const pil_function *function, uint32_t pc, unsigned a, unsigned b) {
  uint32_t first, second;
  bool has_a = local_name(function, pc, a) == NULL && find_maker(function, pc, a, &first);
  bool has_b = local_name(function, pc, b) == NULL && find_maker(function, pc, b, &second);
  return has_a && has_b ? first > second : has_a && !has_b && a > b;
}

static bool holds_both(const char *line, const char *one, const char *other) {
  return strstr(line, one) != NULL && strstr(line, other) != NULL;
}

static void orient(const pil_function *function, uint32_t pc, const char *line, pil_trace_phrase *phrase) {
  uint32_t word = function->code[pc];
  unsigned op = pil_op(word);
  if (op == PIL_OP_EQ || op == PIL_OP_EQK || op == PIL_OP_EQI) {
    phrase->is_negated = line != NULL && strstr(line, "~=") != NULL && strstr(line, "==") == NULL;
    phrase->sign = phrase->is_negated ? "~=" : "==";
    return;
  }
  bool or_equal = op == PIL_OP_LE || op == PIL_OP_LEI || op == PIL_OP_GEI;
  phrase->is_swapped = op == PIL_OP_GTI || op == PIL_OP_GEI;
  if (op == PIL_OP_LT || op == PIL_OP_LE) {
    bool tells =
        line != NULL && !holds_both(line, "<", ">") && (strchr(line, '<') != NULL || strchr(line, '>') != NULL);
    phrase->is_swapped =
        tells ? strchr(line, '>') != NULL : is_made_later(function, pc, pil_op_a(word), pil_op_b(word));
  }
  phrase->sign = phrase->is_swapped ? (or_equal ? ">=" : ">") : (or_equal ? "<=" : "<");
}

bool pil_trace_phrase_of(pil_arena *arena, const pil_function *function, uint32_t pc, const char *line,
                         pil_trace_phrase *phrase) {
  const namer n = {arena, function};
  uint32_t word = function->code[pc];
  unsigned op = pil_op(word), a = pil_op_a(word), b = pil_op_b(word);
  *phrase = (pil_trace_phrase){0};
  phrase->left = name_register(&n, pc, op == PIL_OP_TESTSET ? b : a, LEVELS);
  if (phrase->left == NULL) return false;
  if (op == PIL_OP_TEST || op == PIL_OP_TESTSET) return true;
  if (op == PIL_OP_EQ || op == PIL_OP_LT || op == PIL_OP_LE) {
    phrase->right = name_register(&n, pc, b, LEVELS);
  } else if (op == PIL_OP_EQK) {
    phrase->right = constant_text(arena, &function->constants[b]);
  } else {
    int number = (int)b - 127;
    phrase->right = pil_op_c(word) ? number_text(arena, number) : pil_arena_format(arena, "%d", number);
  }
  orient(function, pc, line, phrase);
  if (phrase->is_swapped && op != PIL_OP_GTI && op != PIL_OP_GEI) { /* those have the number on the right as it is */
    const char *left = phrase->left;
    phrase->left = phrase->right;
    phrase->right = left;
  }
  return phrase->left != NULL && phrase->right != NULL;
}

const char *pil_trace_phrase_text(pil_arena *arena, const pil_trace_phrase *phrase) {
  if (phrase->sign == NULL) return phrase->left;
  return pil_arena_format(arena, "%s %s %s", phrase->left, phrase->sign, phrase->right);
}
