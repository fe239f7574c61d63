/* The seam between the runner and whatever evaluates a script: a batch of lanes goes in as
 * columns, a frame of columns comes out. Nothing here knows Lua.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BATCH_H
#define PIL_LANES_BATCH_H

#include <string.h>

#include "../base/arena.h"
#include "../base/error.h"
#include "../random/stream.h"

/* ---- cells: a double, or a NaN that says why there is no number ---- */

/* Any NaN is "not a number" to statistics; these payloads keep what it was. */
#define PIL_CELL_NAN UINT64_C(0x7ff8000000000000)     /* the script's own NaN, canonical */
#define PIL_CELL_MISSING UINT64_C(0x7ff8000000000001) /* nil: not returned */
#define PIL_CELL_WRONG UINT64_C(0x7ff8000000000002) /* a function, a table where a number was… */
#define PIL_CELL_TEXT UINT64_C(0x7ffc000000000000)  /* | code: a text of the frame's dictionary */

static inline double pil_cell_of(uint64_t bits) {
  double cell;
  memcpy(&cell, &bits, sizeof cell);
  return cell;
}
static inline uint64_t pil_cell_bits(double cell) {
  uint64_t bits;
  memcpy(&bits, &cell, sizeof bits);
  return bits;
}
static inline bool pil_cell_is_text(double cell) {
  return (pil_cell_bits(cell) & UINT64_C(0xffff000000000000)) == PIL_CELL_TEXT;
}
static inline uint32_t pil_cell_text(double cell) {
  return (uint32_t)pil_cell_bits(cell);
}

/* ---- texts: a growing dictionary, code <-> text ---- */
typedef struct pil_name_index { /* open addressing over hashes: position + 1, 0 is free */
  uint32_t *slots;
  size_t size;
} pil_name_index;

typedef struct pil_dictionary {
  const char **texts;
  size_t count, capacity;
  pil_name_index index;
  pil_arena arena;
} pil_dictionary;
/* The code of a text (without NUL bytes), added if new; -1 when out of memory. */
int64_t pil_dictionary_code(pil_dictionary *dictionary, const char *text, size_t length);
/* The same of a text that is there; -1: it is not. */
int64_t pil_dictionary_find(const pil_dictionary *dictionary, const char *text, size_t length);
void pil_dictionary_free(pil_dictionary *dictionary);

/* ---- what goes in ---- */

/* How a column's double is shown to the script. */
typedef enum pil_field_kind {
  PIL_FIELD_FLOAT,
  PIL_FIELD_INTEGER,
  PIL_FIELD_BOOLEAN,
  PIL_FIELD_TEXT /* an index into `choices` */
} pil_field_kind;

/* One name of the script's first argument. A record (row of data) is several fields with the
 * same `name` and different `member`. */
typedef struct pil_field {
  const char *name;   /* "volume" */
  const char *member; /* "sure" in x.call.sure; NULL: none */
  pil_field_kind kind;
  size_t each;         /* 0: a scalar; n: an array of n, columns first…first+n-1 */
  size_t first_column; /* index into pil_batch.inputs */
  const char *const *choices;
  size_t choice_count; /* 0 of a text: others in each batch, so that lanes cannot hold it */
  int expression; /* >= 0: computed by the program from this expression; else -1 */
  bool is_flag;     /* a number that was recorded and is 0 or 1 in every row: meant as a truth, perhaps */
  bool is_constant; /* its column holds `constant` in every trial */
  double constant;
  const double *constants; /* constant, each > 0: the columns' own; NULL: all hold `constant` */
  pil_place at;
} pil_field;

/* The field whose own draw ("effort", "effort times", "effort plus") a draw of this name would repeat; NULL: none. */
const pil_field *pil_field_repeated(const pil_field *fields, size_t count, const char *name);

/* Whose draws they are, where the source's own prefix and the lanes' trials do not say it: a backlog's item,
 * or one trial's decisions. */
typedef struct pil_owner {
  const char *prefix; /* what a draw's name begins with: "item:checkout:", "decision:" */
  uint64_t hash;      /* pil_text_hash of it */
  uint64_t trial;     /* whose lanes these are: pil_stream_at_trial; 0: lanes are trials */
} pil_owner;

/* The stream of draw k at a site, at position 1, for whom the owner says (NULL: nobody). */
pil_stream pil_owner_stream(const pil_owner *owner, uint64_t seed, uint64_t name_hash, uint64_t k);

/* Lanes are the trials first_trial … first_trial + count - 1 (trials count from 1); or, with an owner that has a
 * trial, so many of its decisions. */
typedef struct pil_batch {
  uint64_t first_trial;
  size_t count;
  double **inputs;       /* one column of `count` doubles per input column; expressions' columns
                            are filled by the program */
  const pil_jump *jumps; /* at least `count` */
  const pil_owner *owner; /* NULL: the source's site_prefix */
} pil_batch;

/* ---- what comes out ---- */

/* One column of a frame or of a table: an output, or element `index` (from 1) of a series. */
typedef struct pil_column {
  const char *name; /* "npv", "risk.outage", "cash" */
  uint32_t index;   /* 0: a scalar */
  double *cells;
} pil_column;

/* The outputs of one batch. Columns appear as lanes return them; a lane that did not return a
 * column holds PIL_CELL_MISSING there. Reset per batch. */
typedef struct pil_frame {
  pil_arena arena; /* holds names and cells of this batch */
  pil_column *columns;
  size_t column_count, column_capacity;
  size_t lane_count;
  pil_name_index index;
  pil_dictionary texts; /* not reset between batches */
} pil_frame;

void pil_frame_reset(pil_frame *frame, size_t lane_count);
/* The column of (name, index), made and filled with PIL_CELL_MISSING if new. `hint` is a guess
 * at its position (any number will do). NULL when out of memory. The name is copied. The
 * column moves when another is made, its cells do not. */
pil_column *pil_frame_column(pil_frame *frame, size_t hint, const char *name, uint32_t index);
void pil_frame_free(pil_frame *frame);

/* ---- the program ---- */

/* How many trials ran in lanes, and how many in stock Lua. */
typedef struct pil_engine_count {
  uint64_t lanes, scalar;
} pil_engine_count;

/* Why trials did not run in lanes, and how many. */
typedef struct pil_engine_reason {
  pil_place at;
  const char *text;
  uint64_t trials;
} pil_engine_reason;

/* One evaluator, used by one thread at a time. run() evaluates all lanes of `batch` in order
 * of their trials. On failure error->trial is the lowest failing trial of the batch. */
typedef struct pil_program pil_program;
struct pil_program {
  bool (*run)(pil_program *program, const pil_batch *batch, pil_frame *frame, pil_error *error);
  /* Makes a running or later run() fail within about 0.1 s; from any thread. */
  void (*stop)(pil_program *program);
  void (*free)(pil_program *program);
  pil_engine_count counted;
  const pil_engine_reason *reasons; /* some may count no trials; they die with the program */
  size_t reason_count;
};

#endif
