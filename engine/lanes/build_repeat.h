/* A loop that stays a loop, while it is being built: what its turns change, and how the builder gets back to where it
 * was. build_repeat.c says how. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_REPEAT_H
#define PIL_LANES_BUILD_REPEAT_H

#include "build_ways.h"

enum { PIL_REPEAT_EXITS = 16, PIL_CARRIED_SORTS = 8 };

/* A place that the body of a loop may change. */
typedef enum pil_carried_kind {
  PIL_AT_REGISTER,
  PIL_AT_CELL,    /* a local that closures share */
  PIL_AT_ITEM,    /* of an object: index, sub */
  PIL_AT_ENTRY,
  PIL_AT_LENGTH,  /* of a list */
  PIL_AT_COUNTER, /* of draws */
  PIL_AT_RESULT   /* of a return inside the loop */
} pil_carried_kind;

/* Values of one sort that a place may hold, as pil_symbol_join has them, and the variables that hold them. */
typedef struct pil_sort {
  pil_symbol pattern;
  uint32_t variables[PIL_SYMBOL_PARTS];
  uint32_t mask; /* the lanes that hold this sort, where there are several */
} pil_sort;

typedef struct pil_carried {
  pil_carried_kind kind;
  uint32_t index, sub;
  pil_symbol start;  /* before the loop */
  pil_symbol inside; /* at the head of this turn */
  bool changes;
  pil_sort one, *several; /* room for PIL_CARRIED_SORTS; NULL: the one */
  size_t sort_count;      /* 0: nothing that can be carried */
} pil_carried;

/* Lanes that leave the loop for one place of the function. */
typedef struct pil_exit_mark {
  uint64_t order;
  uint32_t variable; /* the mask of those that have left */
} pil_exit_mark;

/* What following the body changes, as it was. */
typedef struct pil_snapshot {
  size_t instruction_count, draw_count, variable_count, list_count;
  size_t object_count, cell_count, closure_count, counter_count, choice_count, opened_count;
  pil_object *objects; /* with contents of their own */
  pil_symbol *contents;
  pil_symbol *cells, *counters;
  pil_loop_head heads[LOOP_HEADS];
  size_t head_count;
} pil_snapshot;

typedef struct pil_repeat {
  pil_way_frame *f;
  pil_build *b;
  const pil_way *entry; /* at the head of the loop */
  uint64_t turn_order;  /* of ways that go on with the next turn */
  pil_snapshot before;
  pil_carried *places;
  size_t place_count, place_capacity;
  pil_exit_mark exits[PIL_REPEAT_EXITS];
  size_t exit_count;
  uint32_t active, gone; /* variables: the lanes of this turn, and those that returned */
  uint32_t loop;         /* the LOOP instruction */
  pil_returned returned;
  bool returns, failed, widened;
  /* as it was at first: rounds add fields, and lists in place of items */
  pil_object *originals;
  size_t original_count, original_instructions, original_lists;
} pil_repeat;

/* ---- build_carried.c ---- */

/* Where the place is now, in way `w` if it is a register; NULL for results, which are collected, not kept. */
pil_symbol *pil_carried_find(const pil_repeat *r, const pil_carried *p, pil_way *w);
/* One more place; r->failed if they are too many. */
void pil_carried_add(pil_repeat *r, pil_carried_kind kind, size_t index, size_t sub, pil_symbol start);
/* Everything that is there before the loop. */
void pil_carried_list(pil_repeat *r);
/* Notes that the place may hold this at the head of a turn; r->widened if that is new. */
void pil_carried_widen(pil_repeat *r, pil_carried *p, const pil_symbol *found);
bool pil_carried_has_variables(const pil_carried *p);
void pil_carried_allocate(pil_repeat *r, pil_carried *p);
void pil_carried_set(pil_repeat *r, const pil_carried *p, const pil_symbol *value);
pil_symbol pil_carried_get(pil_repeat *r, const pil_carried *p);

void pil_variable_set(pil_build *b, pil_ir_op op, uint32_t variable, pil_operand value);
pil_operand pil_variable_get(pil_build *b, pil_ir_op set, uint32_t variable);
uint32_t pil_variable_new(pil_build *b);

/* ---- build_snapshot.c ---- */

bool pil_snapshot_take(pil_repeat *r);
/* Back to the snapshot. Counters that the body has made stay, at no draw; fields that it has made are gone. */
void pil_snapshot_restore(pil_repeat *r);
void pil_snapshot_free(pil_snapshot *s);
/* How everything was at first, for a loop that has to be unrolled after all. */
bool pil_snapshot_keep_originals(pil_repeat *r);
void pil_snapshot_restore_originals(pil_repeat *r);
/* Items that the body adds would be more at every turn: they need a list. */
void pil_snapshot_wish_for_grown(pil_repeat *r);
/* Whether the body has made fields, counters or wishes; goes back, with all that there from the start. */
bool pil_snapshot_has_made(const pil_repeat *r);
bool pil_snapshot_keep_made(pil_repeat *r);

#endif
