/* The typed program of a trial: a list of instructions over vectors of lanes, each of which makes
 * at most one value. What is the same in all trials was computed when the list was built; what
 * is left here varies.
 *
 * Values are numbered by the instruction that makes them (single assignment). A value holds one
 * 64-bit word a lane: a double, an integer, or a mask (all bits set: true, none: false).
 * Variables are the exception that loops need: words that are set again and again.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_IR_H
#define PIL_LANES_IR_H

#include "../base/arena.h"
#include "../base/error.h"
#include "../base/text.h"
#include "../random/distribution.h"
#include "batch.h"

typedef enum pil_type { PIL_TYPE_NONE, PIL_TYPE_FLOAT, PIL_TYPE_INTEGER, PIL_TYPE_MASK } pil_type;

/* op, type of its value, operands: F a double, I an integer, M a mask (value or constant).
 * Semantics are Lua 5.4's on these types; what Lua would raise as an error was guarded before. */
#define PIL_IR_OPS(X)                                                                            \
  /* doubles */                                                                                  \
  X(ADD_F, FLOAT, "FF") X(SUB_F, FLOAT, "FF") X(MUL_F, FLOAT, "FF") X(DIV_F, FLOAT, "FF")        \
  X(IDIV_F, FLOAT, "FF") X(MOD_F, FLOAT, "FF") X(POW_F, FLOAT, "FF") X(FMOD_F, FLOAT, "FF")      \
  X(ATAN_F, FLOAT, "FF") /* of two arguments */                                                  \
  X(MIN_F, FLOAT, "FF") /* b < a ? b : a, as math.min(a, b) */                                   \
  X(MAX_F, FLOAT, "FF") /* a < b ? b : a */                                                      \
  X(NEG_F, FLOAT, "F") X(ABS_F, FLOAT, "F") X(SQRT_F, FLOAT, "F") X(FLOOR_F, FLOAT, "F")         \
  X(CEIL_F, FLOAT, "F") X(EXP_F, FLOAT, "F") X(LOG_F, FLOAT, "F") X(LOG2_F, FLOAT, "F")          \
  X(LOG10_F, FLOAT, "F") X(SIN_F, FLOAT, "F") X(COS_F, FLOAT, "F") X(TAN_F, FLOAT, "F")          \
  X(ASIN_F, FLOAT, "F") X(ACOS_F, FLOAT, "F") X(ATAN1_F, FLOAT, "F")                             \
  X(LT_F, MASK, "FF") X(LE_F, MASK, "FF") X(EQ_F, MASK, "FF")                                    \
  /* integers: wrap around; floored division and modulo (divisor not 0); Lua's shifts */         \
  X(ADD_I, INTEGER, "II") X(SUB_I, INTEGER, "II") X(MUL_I, INTEGER, "II")                        \
  X(IDIV_I, INTEGER, "II") X(MOD_I, INTEGER, "II") X(AND_I, INTEGER, "II")                       \
  X(OR_I, INTEGER, "II") X(XOR_I, INTEGER, "II") X(SHL_I, INTEGER, "II") X(SHR_I, INTEGER, "II") \
  X(NEG_I, INTEGER, "I") X(NOT_I, INTEGER, "I")                                                  \
  X(LT_I, MASK, "II") X(LE_I, MASK, "II") X(EQ_I, MASK, "II")                                    \
  /* between types */                                                                            \
  X(I_TO_F, FLOAT, "I") X(F_TO_I, INTEGER, "F") /* truncates; guarded to be within 2^53 */       \
  /* masks */                                                                                    \
  X(AND_M, MASK, "MM") X(OR_M, MASK, "MM") X(ANDNOT_M, MASK, "MM") /* a and not b */             \
  X(NOT_M, MASK, "M")                                                                            \
  /* a where the mask is set, else b */                                                          \
  X(SELECT_F, FLOAT, "MFF") X(SELECT_I, INTEGER, "MII") X(SELECT_M, MASK, "MMM")                 \
  /* in and out; `extra` indexes the program's lists */                                          \
  X(LANES_M, MASK, "")          /* the lanes of this batch (the last block may not be full) */   \
  X(INPUT_F, FLOAT, "")         /* input column `extra` */                                       \
  X(INPUT_I, INTEGER, "")       /* the same, converted to an integer */                          \
  X(INPUT_M, MASK, "")          /* the same, not 0 */                                            \
  X(KEEP_INPUT_F, NONE, "F")    /* writes input column `extra` (a computed input) */             \
  X(DRAW_F, FLOAT, "M")         /* draw `extra`; only lanes of the mask matter */                \
  X(DRAW_I, INTEGER, "M")                                                                        \
  X(DRAW_M, MASK, "M")                                                                           \
  X(LOOKUP_F, FLOAT, "I")       /* array `extra` at an index known to be within it (from 1) */   \
  X(LOOKUP_I, INTEGER, "I")                                                                      \
  X(OUTPUT_F, NONE, "MF")       /* output `extra` in the lanes of the mask */                    \
  X(OUTPUT_CELL, NONE, "MI")    /* the same with a cell's bits as they are */                    \
  X(OUTPUT_TEXT, NONE, "MI")    /* the same with a text, by its index in the program's texts */  \
  X(GUARD, NONE, "M")           /* any lane set: give the batch back, for reason `extra` */      \
  /* variables and loops */                                                                      \
  X(SET_F, NONE, "F") X(SET_I, NONE, "I") X(SET_M, NONE, "M") /* variable `extra` */             \
  X(GET_F, FLOAT, "") X(GET_I, INTEGER, "") X(GET_M, MASK, "")                                   \
  X(LOOP, NONE, "")             /* the start of a loop */                                        \
  /* lists: list `extra` holds PIL_IR_ITEMS words a lane; indexes from 1 are known to be within it */ \
  X(ITEM_F, FLOAT, "I") X(ITEM_I, INTEGER, "I") X(ITEM_M, MASK, "I")                             \
  X(KEEP_F, NONE, "MIF") X(KEEP_I, NONE, "MII") X(KEEP_M, NONE, "MIM") /* in lanes of the mask */ \
  X(AGAIN, NONE, "M")           /* any lane set: back behind the LOOP that instruction `extra` is */

enum { PIL_IR_ITEMS = 4096 }; /* of a list, at most */

typedef enum pil_ir_op {
#define PIL_IR_ENUM(name, type, operands) PIL_IR_##name,
  PIL_IR_OPS(PIL_IR_ENUM)
#undef PIL_IR_ENUM
      PIL_IR_COUNT
} pil_ir_op;

typedef struct pil_ir_record {
  const char *name, *operands;
  pil_type type;
} pil_ir_record;
const pil_ir_record *pil_ir_get(pil_ir_op op);

/* An operand: the value of instruction `id`, or a constant of the type that the op wants. */
typedef struct pil_operand {
  bool is_constant;
  uint32_t id;
  union {
    double number;
    int64_t integer; /* masks: -1 or 0 */
  };
} pil_operand;

typedef struct pil_instruction {
  uint16_t op;
  uint32_t extra;
  pil_operand operands[3];
} pil_instruction;

/* One place where the trial draws. */
typedef struct pil_ir_draw {
  const char *name;         /* "NAME" */
  uint64_t name_hash;       /* of "draw:NAME" */
  bool k_varies;
  pil_operand k;            /* an integer; constant unless k_varies */
  pil_family family;
  pil_operand parameters[PIL_PARAMETERS]; /* doubles, complete and checked where constant; */
  bool parameters_vary;                   /* then pil_family_check runs lane by lane, and a
                                             failure gives the batch back */
  int parameter_count;                    /* given, before defaults */
  const pil_distribution *distribution;   /* a prepared one in place of family and parameters */
  const double *choices;                  /* a choice's numbers by its index; NULL: the index */
} pil_ir_draw;

/* One array for LOOKUP: values[0] is index 1. */
typedef struct pil_ir_array {
  const double *numbers;
  const int64_t *integers;
  size_t count;
  const void *source; /* what it was made from: the builder's way to make it once */
} pil_ir_array;

typedef struct pil_ir_output {
  const char *name;
  uint32_t index; /* of a series, from 1; 0: a scalar */
} pil_ir_output;

/* Why a part of a script cannot run in lanes. */
typedef struct pil_ir_reason {
  pil_place at;
  const char *text;
} pil_ir_reason;

typedef struct pil_ir_program {
  uint64_t seed;
  pil_instruction *instructions;
  size_t instruction_count;
  pil_ir_draw *draws;
  size_t draw_count;
  pil_ir_array *arrays;
  size_t array_count;
  pil_ir_output *outputs;
  size_t output_count;
  pil_ir_reason *reasons;
  size_t reason_count;
  size_t variable_count, list_count;
  const char *const *texts;
  size_t text_count;
} pil_ir_program;

/* For reading and tests: one line an instruction. */
void pil_ir_print(const pil_ir_program *program, pil_text *to);

#endif
