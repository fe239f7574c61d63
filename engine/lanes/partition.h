/* Where a typed program can change its mind. If all that it decides by is comparisons of single input columns with
 * constants, the inputs fall into cells, products of points and open intervals, in each of which its outputs are
 * the same: evaluating one decision of each cell is then a proof for all.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_PARTITION_H
#define PIL_LANES_PARTITION_H

#include "ir.h"

enum { PIL_PARTITION_REASON_BYTES = 240 };

/* What an input column holds. */
typedef enum pil_partition_kind {
  PIL_PARTITION_NUMBERS, /* any number of its range: cut by comparisons. Never NaN. */
  PIL_PARTITION_VALUES,  /* one of few, each of which is a cell of its own: texts, booleans */
  PIL_PARTITION_COMPUTED /* the program fills it; it is never read */
} pil_partition_kind;

typedef struct pil_partition_input {
  const char *name; /* for the reason: "amount" */
  pil_partition_kind kind;
  double low, high; /* NUMBERS: the range, ends included; may be infinite */
  const double *values; /* VALUES: all of them; NULL: not told */
  size_t value_count;
} pil_partition_input;

/* Of one input column. */
typedef struct pil_partition_column {
  bool matters;       /* the outputs that were asked about, or a guard, read it */
  const double *cuts; /* NUMBERS: rising and finite, each within the range; the outputs are constant at each of them and
                         between two neighbours (all else equal), unless they depend on it in another way too */
  size_t cut_count;
} pil_partition_column;

typedef struct pil_partition {
  bool is_complete; /* the cells of the columns that matter are all there is to the outputs */
  char reason[PIL_PARTITION_REASON_BYTES]; /* where they are not, the first reason: "amount and balance meet in one
                                              comparison" */
  pil_partition_column *columns;           /* input_count of them */
} pil_partition;

/* Looks at the outputs of these names (NULL: at all), and at the guards. Everything is made in `arena`. What a batch given
 * back to stock Lua does is beyond it: where one was, is_complete says nothing. False: out of memory. */
bool pil_partition_find(pil_arena *arena, const pil_ir_program *program, const pil_partition_input *inputs,
                        size_t input_count, const char *const *outputs, pil_partition *partition, pil_error *error);

/* Doubles in their order as integers, and back; -0 and 0 are one. */
int64_t pil_partition_rank(double x);
double pil_partition_number(int64_t rank);

#endif
