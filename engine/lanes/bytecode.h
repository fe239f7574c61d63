/* Lua 5.4 bytecode as lua_dump writes it (5.4.0 to 5.4.8 share the layout), read into plain
 * structures. Knows nothing of lua.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_BYTECODE_H
#define PIL_SCRIPT_BYTECODE_H

#include "../base/arena.h"
#include "../base/error.h"

typedef enum pil_constant_kind {
  PIL_CONSTANT_NIL,
  PIL_CONSTANT_BOOLEAN,
  PIL_CONSTANT_INTEGER,
  PIL_CONSTANT_NUMBER,
  PIL_CONSTANT_TEXT
} pil_constant_kind;

typedef struct pil_constant {
  pil_constant_kind kind;
  bool boolean;
  int64_t integer;
  double number;
  const char *text; /* NUL-terminated, may hold NULs */
  size_t length;
} pil_constant;

typedef struct pil_upvalue {
  const char *name; /* "" where stripped */
  bool in_stack;    /* a register of the enclosing function, else one of its upvalues */
  uint8_t index;    /* that register or upvalue */
  uint8_t kind;
} pil_upvalue;

typedef struct pil_local {
  const char *name;
  uint32_t start, end; /* alive for instructions start … end-1 */
} pil_local;

typedef struct pil_function pil_function;
struct pil_function {
  const char *source;  /* "=name" as it was compiled; inherited from the enclosing function */
  int line, last_line; /* of its definition; 0: the main chunk */
  uint8_t parameter_count, register_count;
  bool is_vararg;
  uint32_t code_count, constant_count, upvalue_count, function_count, local_count;
  const uint32_t *code;
  const int *lines; /* of each instruction; 0 where stripped */
  const pil_constant *constants;
  const pil_upvalue *upvalues;
  const pil_function *functions; /* defined inside this one */
  const pil_local *locals;
};

/* Reads a dump; everything lives in `arena`. Anything that is not whole, well-formed and of this
 * layout is refused: every count is checked against the bytes left and every level of nesting
 * against PIL_BYTECODE_DEPTH. Operands of instructions are not checked. NULL on failure. */
const pil_function *pil_bytecode_read(pil_arena *arena, const void *bytes, size_t length,
                                      pil_error *error);

enum { PIL_BYTECODE_DEPTH = 220 };

/* The opcodes of 5.4 in their order. */
/* clang-format off */
#define PIL_OPCODES(X) \
  X(MOVE) X(LOADI) X(LOADF) X(LOADK) X(LOADKX) X(LOADFALSE) X(LFALSESKIP) X(LOADTRUE) X(LOADNIL) \
  X(GETUPVAL) X(SETUPVAL) X(GETTABUP) X(GETTABLE) X(GETI) X(GETFIELD) X(SETTABUP) X(SETTABLE) \
  X(SETI) X(SETFIELD) X(NEWTABLE) X(SELF) X(ADDI) X(ADDK) X(SUBK) X(MULK) X(MODK) X(POWK) \
  X(DIVK) X(IDIVK) X(BANDK) X(BORK) X(BXORK) X(SHRI) X(SHLI) X(ADD) X(SUB) X(MUL) X(MOD) X(POW) \
  X(DIV) X(IDIV) X(BAND) X(BOR) X(BXOR) X(SHL) X(SHR) X(MMBIN) X(MMBINI) X(MMBINK) X(UNM) \
  X(BNOT) X(NOT) X(LEN) X(CONCAT) X(CLOSE) X(TBC) X(JMP) X(EQ) X(LT) X(LE) X(EQK) X(EQI) X(LTI) \
  X(LEI) X(GTI) X(GEI) X(TEST) X(TESTSET) X(CALL) X(TAILCALL) X(RETURN) X(RETURN0) X(RETURN1) \
  X(FORLOOP) X(FORPREP) X(TFORPREP) X(TFORCALL) X(TFORLOOP) X(SETLIST) X(CLOSURE) X(VARARG) \
  X(VARARGPREP) X(EXTRAARG)
/* clang-format on */
#define PIL_OPCODE_ENUM(name) PIL_OP_##name,
typedef enum pil_opcode { PIL_OPCODES(PIL_OPCODE_ENUM) PIL_OPCODE_COUNT } pil_opcode;
#undef PIL_OPCODE_ENUM

const char *pil_opcode_name(pil_opcode opcode); /* "ADD"; "?" beyond the list */

/* The fields of an instruction word. */
static inline unsigned pil_op(uint32_t word) {
  return word & 0x7f;
}
static inline unsigned pil_op_a(uint32_t word) {
  return word >> 7 & 0xff;
}
static inline bool pil_op_k(uint32_t word) {
  return word >> 15 & 1;
}
static inline unsigned pil_op_b(uint32_t word) {
  return word >> 16 & 0xff;
}
static inline unsigned pil_op_c(uint32_t word) {
  return word >> 24;
}
static inline unsigned pil_op_bx(uint32_t word) {
  return word >> 15;
}
static inline int pil_op_jump(uint32_t word) {
  return (int)(word >> 7) - 16777215;
}

#endif
