/* Traces: a function followed once through its bytecode with an argument that is wholly known, so that every
 * conditional has one outcome. What lanes cannot follow (draws, pcall, …) ends a trace, which then says why.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_TRACE_H
#define PIL_LANES_TRACE_H

#include "image.h"
#include "ir.h"

typedef enum pil_trace_kind {
  PIL_TRACE_NIL,
  PIL_TRACE_BOOLEAN, /* integer 0, 1 */
  PIL_TRACE_INTEGER,
  PIL_TRACE_FLOAT,
  PIL_TRACE_TEXT,
  PIL_TRACE_OTHER /* text says what: "a table" */
} pil_trace_kind;

typedef struct pil_trace_value {
  pil_trace_kind kind;
  int64_t integer;
  double number;    /* of an INTEGER too */
  const char *text; /* in the arena of the trace */
} pil_trace_value;

/* One conditional that was met: left OPERATOR right, as the instruction has them (see pil_trace_phrase). */
typedef struct pil_trace_test {
  const pil_function *function;
  uint32_t pc;
  bool is_truth; /* no comparison: whether `left` is neither nil nor false */
  pil_trace_value left, right;
  bool holds;
} pil_trace_test;

enum { PIL_TRACE_TESTS = 4096, PIL_TRACE_RESULTS = 2 };

typedef struct pil_trace {
  bool is_whole;         /* followed to its end */
  pil_ir_reason refusal; /* else: where and why not */
  pil_trace_test *tests; /* branches in their order, those of functions that are called among them */
  size_t test_count, left_out; /* tests beyond PIL_TRACE_TESTS */
  pil_trace_value results[PIL_TRACE_RESULTS]; /* NIL where there are fewer */
} pil_trace;

/* Told of each instruction that was followed; for conditionals (is_test) what came out. */
typedef void pil_trace_listener(void *context, const pil_function *function, uint32_t pc, bool is_test, bool holds);

/* Follows the image's function with `fields` in place of the image's own; each is constant, or computed by one of the
 * image's expressions. Everything lives in `arena`. The listener (or NULL) may hear of a trace that is not whole
 * in the end. False: out of memory. */
bool pil_trace_run(pil_arena *arena, const pil_image *image, const pil_field *fields, size_t field_count,
                   pil_trace_listener *listener, void *context, pil_trace *trace, pil_error *error);

/* ---- trace_names.c: bytecode as text ---- */

bool pil_trace_is_test(uint32_t word);
/* A test that can go both ways: in `a and "x" or b` Lua tests "x" too. */
bool pil_trace_is_branch(const pil_function *function, uint32_t pc);

/* How a script writes what a conditional compares: "d.amount" ">" "p.amount_limit"; with no operator, the truth of
 * `left`. Reads back through the bytecode: "…" is what it cannot name. */
typedef struct pil_trace_phrase {
  const char *left, *sign, *right;
  bool is_swapped; /* left is the test's right: a > b is compiled as b < a */
  bool is_negated; /* a ~= b: what holds is the opposite of what the test says */
} pil_trace_phrase;

/* `line`: the text of the conditional's line of the script, which tells < from > and == from ~=; NULL: not known. */
bool pil_trace_phrase_of(pil_arena *arena, const pil_function *function, uint32_t pc, const char *line,
                         pil_trace_phrase *phrase);
/* In `arena`; NULL when out of memory. */
const char *pil_trace_phrase_text(pil_arena *arena, const pil_trace_phrase *phrase);

/* Where execution may go on after an instruction, as traces count them (what belongs to another, such as the jump
 * behind a conditional, is no instruction of its own). At most two; returns how many. */
size_t pil_trace_next(const pil_function *function, uint32_t pc, uint32_t next[2]);

#endif
