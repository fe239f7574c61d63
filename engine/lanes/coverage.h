/* What of a script's file traces have executed: lines, and which way its conditionals went.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_COVERAGE_H
#define PIL_LANES_COVERAGE_H

#include "trace.h"

/* A function of the file, and what is known of each of its instructions. */
typedef struct pil_covered {
  const pil_function *code;
  uint8_t *marks;
} pil_covered;

typedef struct pil_coverage {
  pil_covered *functions;
  size_t function_count;
  const pil_function *last; /* the one noted last, under its address in its trace … */
  size_t last_index;        /* … and here; function_count: not of this file */
} pil_coverage;

/* Of all functions in a file's chunk. What the chunk itself does is done while it loads, and not part of it; nor is
 * what no way through a function leads to. In `arena`. */
bool pil_coverage_open(pil_coverage *coverage, pil_arena *arena, const pil_function *chunk, pil_error *error);

/* What a trace tells of a function of this file: the file's own is found by its lines, its code and its constants. */
void pil_coverage_note(pil_coverage *coverage, const pil_function *function, uint32_t pc, bool is_test, bool holds);
/* Before each trace: addresses of the one before may be others' now. */
static inline void pil_coverage_begin(pil_coverage *coverage) {
  coverage->last = NULL;
}

typedef enum pil_gap_kind {
  PIL_GAP_LINE,        /* nothing of the line was executed */
  PIL_GAP_NEVER_TRUE,  /* a conditional on an executed line */
  PIL_GAP_NEVER_FALSE,
  PIL_GAP_NEVER_MET    /* neither: what stands before it on the line decides */
} pil_gap_kind;

typedef struct pil_gap {
  int line;
  pil_gap_kind kind; /* by the test's own outcome: see pil_trace_phrase.is_negated */
  const pil_function *function; /* and pc: of the conditional */
  uint32_t pc;
} pil_gap;

typedef struct pil_covered_file {
  size_t lines, lines_covered, branches, branches_covered; /* a conditional has two branches */
  pil_gap *gaps; /* by line; conditionals on lines that nothing was executed of have none of their own */
  size_t gap_count;
} pil_covered_file;

bool pil_coverage_count(const pil_coverage *coverage, pil_arena *arena, pil_covered_file *file, pil_error *error);

#endif
