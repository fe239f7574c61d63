/* An assembled program: steps over one block of memory. Internal to the machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_ASSEMBLE_H
#define PIL_LANES_ASSEMBLE_H

#include <stdatomic.h>

#include "kernels.h"
#include "machine.h"

enum { PIL_SLOT_BYTES = PIL_LANES_WIDTH * 8 };

/* The memory begins with these slots; variables, values and constants follow. */
typedef enum pil_slot {
  PIL_SLOT_LANES, /* at 0: the mask of the block's lanes */
  PIL_SLOT_MASK,  /* scratch: a mask within them */
  PIL_SLOT_WORDS, /* scratch of draws: words, numbers, parameters */
  PIL_SLOT_DRAWN,
  PIL_SLOT_PARAMETERS,
  PIL_SLOT_FIXED = PIL_SLOT_PARAMETERS + PIL_PARAMETERS
} pil_slot;

/* How a draw is made. */
typedef struct pil_machine_draw {
  const pil_ir_draw *draw;
  const pil_distribution *distribution; /* lane by lane from this one; NULL: from the family */
  pil_fill *constant, *varying;         /* a loop for many lanes at once, or NULL */
  pil_packed_fill *packed;              /* the same over lanes that follow each other */
  int64_t (*refuse)(const int64_t *mask, const double *const *parameters);
  pil_family family;
  double numbers[PIL_PARAMETERS];      /* constant parameters */
  uint32_t parameters[PIL_PARAMETERS]; /* or where they stand in the memory */
  int varying_count;                   /* of them; 0 where they are constant */
  uint32_t k;                          /* where k stands, if it varies */
  uint64_t name_hash;                  /* of the batch's owner's name for it */
  uint64_t trial;                      /* of the batch's owner */
  pil_stream stream;                   /* at trial 1, if k does not vary */
  pil_plain_draw plain;                /* plain.stream: at the batch's first trial */
} pil_machine_draw;

struct pil_machine {
  const pil_ir_program *program;
  const pil_kernels *kernels;
  pil_arena arena;
  char *memory;
  pil_step *steps;
  size_t step_count, slot_count;
  pil_machine_draw *draws;
  size_t *hints;    /* where in the frame each output was found last */
  uint64_t *texts;  /* the program's texts as cells of the batch's frame; 0: not yet known */
  void **lists;     /* each PIL_IR_ITEMS rows of a word a lane, and room to align them */
  uint64_t **cells; /* of this batch's frame; NULL: not written yet */
  pil_jump jumps[PIL_LANES_WIDTH];
  /* the batch and block that run */
  pil_jump to_batch; /* from trial 1 to the batch's first */
  pil_jump to_block; /* from there to the block's first */
  const pil_batch *batch;
  pil_frame *frame;
  size_t first, count; /* lanes first … first + count - 1 of the batch */
  /* ending in time */
  _Atomic(bool) stopped;
  double limit_seconds; /* of a block; 0: none */
  double late_at;       /* when this block is late; 0: nobody has looked at the clock yet */
  int64_t steps_left;   /* until somebody does */
};

/* Which instructions matter and where their values stand: dead instructions fall away, and values
 * share slots as soon as they are used up. Arrays are by instruction. */
typedef struct pil_slots {
  const pil_ir_program *program;
  bool *live;
  uint32_t *last;     /* the last instruction that uses a value */
  uint32_t *next_set; /* of a GET: the next SET of its variable */
  uint32_t *of;       /* the slot of a value */
  uint32_t *inner;    /* the innermost loop around an instruction */
  bool *folded;       /* done by the steps that use its value, in place of a step of its own */
  size_t count;
} pil_slots;

/* What an instruction's step reads: its operands, those of a draw included; in place of one that
 * is folded, that one's operands. */
enum { PIL_SLOT_OPERANDS = 3 + 1 + PIL_PARAMETERS };
size_t pil_slots_list(const pil_slots *slots, uint32_t i,
                      const pil_operand *list[PIL_SLOT_OPERANDS]);
/* Decides what is folded. False when out of memory. */
bool pil_slots_fold(pil_slots *slots, pil_arena *arena);

/* Everything lives in `arena`. False when out of memory. */
bool pil_slots_assign(pil_slots *slots, const pil_ir_program *program, pil_arena *arena);
/* Whether a value stands where it is without a step that puts it there: the lanes, and a
 * variable that is not set again while its value is used. */
bool pil_slots_find_fixed(const pil_slots *slots, uint32_t i, uint32_t *slot);

static inline bool pil_ir_is_draw(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_DRAW_F && instruction->op <= PIL_IR_DRAW_M;
}

static inline bool pil_ir_is_get(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_GET_F && instruction->op <= PIL_IR_GET_M;
}

static inline bool pil_ir_is_set(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_SET_F && instruction->op <= PIL_IR_SET_M;
}

static inline bool pil_ir_is_item(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_ITEM_F && instruction->op <= PIL_IR_KEEP_M;
}

/* Fills program-dependent parts of the machine (program, kernels and arena are set). False when
 * out of memory. */
bool pil_machine_assemble(pil_machine *machine, pil_error *error);

/* Runs a DRAW step; false: the batch has to be given back. */
bool pil_machine_draw_block(pil_machine *machine, const pil_step *step);
/* Moves every stream to the batch's first trial. */
void pil_machine_draws_start(pil_machine *machine);

static inline void *pil_machine_at(const pil_machine *machine, uint32_t distance) {
  return machine->memory + distance;
}

#endif
