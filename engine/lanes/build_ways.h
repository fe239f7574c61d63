/* Ways through a function's bytecode: shared by the files that follow it. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_WAYS_H
#define PIL_LANES_BUILD_WAYS_H

#include "build.h"

/* Lanes that stand at one place of a function. */
typedef struct pil_way {
  struct pil_way *next; /* waiting ways, by pc */
  uint32_t pc;
  pil_operand mask;
  size_t top; /* one past the last of a call's or vararg's open results */
  pil_symbol registers[];
} pil_way;

/* Open results (of a call, of ...) may stand above a function's registers until the next instruction takes them. */
enum { LOOP_HEADS = 32, OPEN_RESULTS = 32 };

/* The last time a loop turned back: how its lanes were, and how often they had changed. */
typedef struct pil_loop_head {
  uint32_t pc;
  pil_operand mask;
  size_t turns;
} pil_loop_head;

typedef struct pil_way_frame {
  pil_build *b;
  const pil_function *code;
  const pil_symbol *upvalues;
  const pil_symbol *extra; /* ... */
  size_t extra_count;
  pil_way *waiting;
  pil_symbol results[PIL_BUILD_RESULTS];
  size_t result_count;
  bool returned;
  pil_loop_head heads[LOOP_HEADS];
  size_t head_count;
} pil_way_frame;

/* What became of the way that is followed. */
typedef enum pil_outcome { GOES_ON, ENDED } pil_outcome;

/* ---- build_frame.c ---- */

pil_way *pil_way_copy(const pil_way_frame *f, const pil_way *from);
/* Lets a way wait for its turn: the one with the lowest pc is followed first. */
void pil_way_wait(pil_way_frame *f, pil_way *w);
/* Lanes of `taken` go to `target`, the others to `otherwise`. */
pil_outcome pil_way_part(pil_way_frame *f, pil_way *w, pil_operand taken, uint32_t target, uint32_t otherwise);
/* Back to the head of a loop. Counts the turns of a loop that its lanes leave at different times:
 * those cannot be unrolled for ever. Loops inside begin anew. */
bool pil_way_turn_back(pil_way_frame *f, pil_way *w, uint32_t head);
pil_symbol pil_way_get(const pil_way_frame *f, const pil_way *w, unsigned r);
void pil_way_set(pil_way_frame *f, pil_way *w, unsigned r, pil_symbol value);
void pil_build_set_cell(pil_build *b, uint32_t index, const pil_symbol *value);
pil_symbol pil_way_constant(pil_way_frame *f, unsigned index);
/* The registers from `first` on go out of scope: closures keep what they share with them. */
void pil_way_close(pil_way_frame *f, pil_way *w, unsigned first);
/* ... in this instruction's registers. */
pil_outcome pil_way_extra(pil_way_frame *f, pil_way *w, uint32_t word);

/* ---- build_steps.c: one instruction ---- */

pil_outcome pil_way_step(pil_way_frame *f, pil_way *w);

/* ---- build_loops.c: numeric and generic for ---- */

pil_outcome pil_way_prepare_loop(pil_way_frame *f, pil_way *w, uint32_t word);
pil_outcome pil_way_loop(pil_way_frame *f, pil_way *w, uint32_t word);
pil_outcome pil_way_loop_over(pil_way_frame *f, pil_way *w, uint32_t word, uint32_t loop_word);

#endif
