/* The partition's inside: what a value of the program is, as a function of the cells. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_PARTITION_INSIDE_H
#define PIL_LANES_PARTITION_INSIDE_H

#include "partition.h"

enum {
  PIL_PARTITION_MOST_RAW = 4,      /* columns that one value may be */
  PIL_PARTITION_MOST_SET = 64,     /* constants that one value may be */
  PIL_PARTITION_MOST_LOOKUP = 1024 /* cuts by the items of one array */
};

/* A rising or falling function of one column: what instruction `via` makes of it. */
typedef struct pil_raw {
  uint32_t column, via;
  bool negated; /* what `via` makes, times -1 */
} pil_raw;

/* A value is one of `raws`, or one of `set`, and which of them is constant in a cell: with no raw it is steady. An
 * unsteady value is none of this, for a reason. */
typedef struct pil_steadiness {
  bool is_unsteady, has_set;
  uint8_t raw_count;
  uint32_t set_count;
  pil_raw *raws;
  const double *set;  /* where has_set: all of the constants that it may be, exactly */
  const char *reason; /* where unsteady */
} pil_steadiness;

typedef struct pil_cut_list {
  double *cuts;
  size_t count, capacity;
} pil_cut_list;

typedef struct pil_partition_walk {
  pil_arena *arena;
  const pil_ir_program *program;
  const pil_partition_input *inputs;
  size_t input_count;
  pil_steadiness *values; /* by instruction */
  pil_cut_list *cuts;     /* by column */
  bool failed;            /* out of memory */
} pil_partition_walk;

/* Fills values[id] of a live instruction, whose operands' are there, and notes its cuts. */
void pil_partition_follow(pil_partition_walk *walk, uint32_t id);
pil_steadiness pil_partition_operand(pil_partition_walk *walk, char kind, const pil_operand *operand);

void pil_partition_add_cut(pil_partition_walk *walk, uint32_t column, double cut);
/* Cuts where this function of a column passes `at`. */
void pil_partition_cut(pil_partition_walk *walk, const pil_raw *raw, double at);

#endif
