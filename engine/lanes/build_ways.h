/* Ways through a function's bytecode: shared by the files that follow it. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_WAYS_H
#define PIL_LANES_BUILD_WAYS_H

#include "build.h"

/* Lanes that stand at one place of a function. */
typedef struct pil_way {
  struct pil_way *next; /* waiting ways, by their order */
  uint32_t pc;
  uint64_t order; /* whose turn it is: the lowest goes on first; see pil_way_order_of_turn */
  pil_operand mask;
  size_t top; /* one past the last of a call's or vararg's open results */
  pil_symbol registers[];
} pil_way;

/* Open results (of a call, of ...) may stand above a function's registers until the next instruction takes them. */
enum { LOOP_HEADS = 32, OPEN_RESULTS = 32 };

/* The last time a loop turned back: how its lanes were, how often they had changed, and what it
 * has cost so far. */
typedef struct pil_loop_head {
  uint32_t pc;
  pil_operand mask;
  size_t turns, changes;
  size_t first_instruction;
  bool only_unrolls; /* it was tried as a loop of the program, in vain */
} pil_loop_head;

/* Where a loop ends: at the last jump back to its head. */
typedef struct pil_loop_end {
  uint32_t head, end;
} pil_loop_end;

/* What ways return, lane by lane. */
typedef struct pil_returned {
  pil_symbol results[PIL_BUILD_RESULTS];
  size_t count;
  pil_operand mask; /* of the lanes that returned */
  bool any;
} pil_returned;

typedef struct pil_way_frame {
  pil_build *b;
  const pil_function *code;
  const pil_symbol *upvalues;
  bool tells_place;        /* its third result is the place of the return that gave the others */
  const pil_symbol *extra; /* ... */
  size_t extra_count;
  pil_way *waiting;
  pil_returned *returned; /* the function's, or those of the loop that is followed */
  pil_loop_head heads[LOOP_HEADS];
  size_t head_count;
  pil_loop_end ends[LOOP_HEADS]; /* those looked up last */
  size_t end_count;
} pil_way_frame;

/* What became of the way that is followed. A way that goes on at its own instruction or before it has
 * turned back. */
typedef enum pil_outcome { GOES_ON, ENDED } pil_outcome;

/* ---- build_frame.c ---- */

pil_way *pil_way_copy(const pil_way_frame *f, const pil_way *from);
/* Lets a way wait for its turn. */
void pil_way_wait(pil_way_frame *f, pil_way *w);
/* Follows the waiting ways whose order is below `limit`, and what becomes of them; those that are left have met. */
void pil_ways_run(pil_way_frame *f, uint64_t limit);
void pil_ways_free(const pil_way_frame *f, pil_way *first); /* a list of them, linked by `next` */
/* Lanes of `taken` go to `target`, the others to `otherwise`. */
pil_outcome pil_way_part(pil_way_frame *f, pil_way *w, pil_operand taken, uint32_t target, uint32_t otherwise);
/* The order of ways: by their place in the code. A way that turns back to the head of a loop stands behind the loop's
 * last instruction and before what follows it, so that all ways inside the loop have come as far. Behind it
 * stand ways that sit this turn out: they wait at their place for those that take it. */
enum { PIL_ORDERS = 4, PIL_ORDER_TURNS = 1, PIL_ORDER_SITS_OUT = 2 };
uint64_t pil_way_order_of_turn(pil_way_frame *f, uint32_t head);
static inline void pil_way_go_to(pil_way *w, uint32_t pc) {
  w->pc = pc;
  w->order = PIL_ORDERS * (uint64_t)pc;
}
/* Adds what the way that is followed returns: registers first … first + count - 1 of `w`. has_place: they come from a
 * call in their place, which has told its own. */
bool pil_way_return(pil_way_frame *f, pil_way *w, unsigned first, size_t count, bool has_place);
/* The same of results of several ways under one mask. */
void pil_returned_add(pil_build *b, pil_returned *to, pil_operand mask, const pil_symbol *results, size_t count);
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

/* ---- build_repeat.c: loops that stay loops ---- */

/* Makes the loop whose head `w` has turned back to a loop of the program: its lanes take as many turns as
 * they need. True: what comes after the loop waits in the frame, and `w` is of no more use. False:
 * nothing has changed, and the loop has to be unrolled. */
bool pil_repeat_build(pil_way_frame *f, const pil_way *w, uint32_t head);

/* ---- build_loops.c: numeric and generic for ---- */

pil_outcome pil_way_prepare_loop(pil_way_frame *f, pil_way *w, uint32_t word);
pil_outcome pil_way_loop(pil_way_frame *f, pil_way *w, uint32_t word);
pil_outcome pil_way_loop_over(pil_way_frame *f, pil_way *w, uint32_t word, uint32_t loop_word);

#endif
