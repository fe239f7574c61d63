/* Reading the table that a trial returned into the columns of a frame. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_OUTPUTS_H
#define PIL_SCRIPT_OUTPUTS_H

#include <lua.h>

#include "../lanes/batch.h"

struct pil_script_program;

enum {
  PIL_OUTPUT_LEVELS = 3, /* risk.outage.cost */
  PIL_OUTPUT_NAME_BYTES = 200,
  PIL_OUTPUT_COUNT = 10000,     /* different names */
  PIL_OUTPUT_ELEMENTS = 100000, /* of a series */
  PIL_OUTPUT_TEXT_BYTES = 200
};

typedef struct pil_output pil_output;

/* The outputs of one table, in the order in which the last trial's was read: the next trial's is
 * almost always the same, so that a key is known by its address at the expected place. */
typedef struct pil_output_list {
  pil_output **items;
  size_t count, capacity;
} pil_output_list;

/* One name. Its columns hold for the batch `batch_number` only. */
struct pil_output {
  const void *key;  /* address of the key's text, anchored */
  const char *name; /* "risk.outage" */
  size_t level;
  uint64_t batch_number, series_batch_number;
  double *cells;   /* the scalar's column */
  double **series; /* the elements' columns; NULL: not met in this batch */
  size_t series_count;
  pil_output_list members; /* of a record */
};

/* A column that a trial needs and the frame lacks. */
typedef struct pil_output_wish {
  pil_output *output;
  uint32_t index;
} pil_output_wish;

typedef struct pil_outputs {
  pil_output_list list;
  uint64_t batch_number;
  pil_output_wish *wishes;
  size_t wish_count, wish_capacity;
  size_t name_count;
} pil_outputs;

void pil_outputs_free(pil_outputs *outputs);

/* Reads the value at `index` as lane `lane`'s results into program->frame. False with
 * program->error filled. Protected: raises only when Lua is out of memory. */
bool pil_outputs_read(lua_State *L, struct pil_script_program *program, int index, size_t lane);

#endif
