/* Filling the input columns of a batch from addressed draws.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_INPUTS_H
#define PIL_RUN_INPUTS_H

#include "../lanes/batch.h"
#include "../lanes/machine.h"
#include "../random/distribution.h"

/* Where a field's columns come from. */
typedef enum pil_origin {
  PIL_ORIGIN_CONSTANT,
  PIL_ORIGIN_DRAW,      /* `distribution`, one stream per element */
  PIL_ORIGIN_ROW,       /* the row that this input's uniform picks; `members` name its columns */
  PIL_ORIGIN_EXPRESSION /* the program fills it */
} pil_origin;

/* One member of a row input: the kept rows' values. */
typedef struct pil_member {
  const double *values;
  size_t first_column;
} pil_member;

typedef struct pil_input {
  const char *name;
  pil_origin origin;
  double constant;
  const pil_distribution *distribution; /* draws; for rows a discrete one over row numbers */
  const double *choice_values;          /* draws are indexes into these; NULL: they are values */
  uint64_t site_hash;                   /* of "in:NAME" */
  size_t each;                          /* 0: a scalar, drawn with k = 0; n: elements k = 1 … n */
  size_t first_column;
  const pil_member *members;
  size_t member_count;
  int factor; /* >= 0: correlated; the row of its first element in the factor matrix */
} pil_input;

/* A correlation among elements as the lower Cholesky factor of the copula's normal matrix.
 * Elements that are correlated with nothing are not in it. */
typedef struct pil_factor {
  size_t size;
  const double *lower; /* size × size, row by row */
  const uint32_t *input_index; /* per row: the input */
  const uint32_t *element;     /* per row: its element (0 for a scalar) */
} pil_factor;

typedef struct pil_input_plan {
  uint64_t seed;
  const pil_input *inputs;
  size_t input_count, column_count;
  pil_factor factor;
  pil_isa isa; /* whose kernels fill columns */
} pil_input_plan;

/* Fills batch->inputs (column_count columns) for its trials, expressions excepted. Scratch
 * comes from `arena`. The values depend on seed, names and trials only. */
bool pil_inputs_fill(const pil_input_plan *plan, const pil_batch *batch, pil_arena *arena,
                     pil_error *error);

#endif
