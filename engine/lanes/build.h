/* The builder's inside: symbolic values, the heap of a trial, and what its parts share.
 * Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_H
#define PIL_LANES_BUILD_H

#include "builder.h"

enum {
  PIL_BUILD_INSTRUCTIONS = 400000, /* of the program */
  PIL_BUILD_STEPS = 4000000,       /* bytecode instructions followed */
  PIL_BUILD_DEPTH = 120,           /* calls within calls */
  PIL_BUILD_TURNS = 64,          /* turns of a loop that lanes leave at different times */
  PIL_BUILD_ITEMS = 4096,          /* of one array made in a trial */
  PIL_BUILD_RESULTS = 64           /* of one call */
};

/* What a register, a field or a result holds, as far as the builder knows. */
typedef enum pil_known {
  PIL_KNOWN_NIL,
  PIL_KNOWN_FALSE,
  PIL_KNOWN_TRUE,
  PIL_KNOWN_INTEGER,
  PIL_KNOWN_FLOAT,
  PIL_KNOWN_TEXT,    /* interned: equal texts are one pointer */
  PIL_KNOWN_TABLE,   /* of the image */
  PIL_KNOWN_FUNCTION, /* of the image */
  PIL_KNOWN_BUILTIN,
  PIL_KNOWN_OBJECT,  /* a table made in the trial (or the argument) */
  PIL_KNOWN_CLOSURE, /* a function made in the trial */
  PIL_KNOWN_CELL,    /* a register that a closure shares: the value is in the cell */
  PIL_LANE_FLOAT,    /* from here on: varies by lane; `lane` is the instruction's value */
  PIL_LANE_INTEGER,
  PIL_LANE_MASK,     /* true or false */
  PIL_LANE_TEXT,     /* an integer: index into the program's texts */
  PIL_LANE_TABLE,    /* one of the items of the image's `table`, by the index in `lane` */
  PIL_LANE_MIX,      /* a double, whole where `whole` is set, nil where `nil` is */
  PIL_LANE_CHOICE,   /* of several kinds, tables or functions by lane: build_choice.h */
  PIL_KNOWN_CONFLICT /* what lanes cannot hold, or too many kinds: useless, harmless until used */
} pil_known;

typedef struct pil_choice pil_choice;     /* build_choice.h */
typedef struct pil_text_set pil_text_set;

typedef struct pil_symbol {
  pil_known kind;
  union {
    int64_t integer;
    double number;
    const char *text;
    const pil_image_table *table;
    const pil_image_function *function;
    uint32_t index; /* OBJECT, CLOSURE, CELL, CHOICE */
    const pil_text_set *texts; /* LANE_TEXT: what it may be; NULL: not known */
  };
  pil_operand lane, whole, nil;
} pil_symbol;

/* A table of the trial. `made_under` is the mask of the lanes that have it. */
typedef struct pil_object {
  pil_symbol *items;
  size_t item_count, item_capacity;
  struct pil_object_entry {
    pil_symbol key, value;
  } *entries;
  size_t entry_count, entry_capacity;
  pil_operand made_under;
  bool is_argument; /* x or a part of it: takes no new fields */
  bool is_record;   /* a row of data: a name that is not there is an error */
} pil_object;

typedef struct pil_cell_box {
  pil_symbol value;
  pil_operand made_under;
} pil_cell_box;

typedef struct pil_closure {
  const pil_function *code;
  pil_symbol *upvalues; /* CELL, or constant */
} pil_closure;

/* How often a site without an explicit k has been drawn from. */
typedef struct pil_counter {
  const char *name; /* interned */
  pil_symbol next;
} pil_counter;

typedef struct pil_build pil_build;
struct pil_build {
  pil_arena *arena;
  const pil_image *image;
  pil_ir_program *program;
  pil_ir_reason *refusal;
  pil_error *error;
  bool stopped; /* refused or out of memory */

  size_t instruction_capacity, draw_capacity, array_capacity, output_capacity, reason_capacity;
  uint32_t *seen; /* hash of pure instructions -> id + 1 */

  pil_object *objects;
  size_t object_count, object_capacity;
  pil_cell_box *cells;
  size_t cell_count, cell_capacity;
  pil_closure *closures;
  size_t closure_count, closure_capacity;
  pil_counter *counters;
  size_t counter_count, counter_capacity;
  pil_choice *choices;
  size_t choice_count, choice_capacity;
  pil_dictionary texts;
  size_t steps, depth;
  /* Takes what the outermost function returns, way by way (b->mask); NULL: results are merged. */
  bool (*on_result)(pil_build *b, const pil_symbol *result);

  pil_operand mask; /* of the way that is followed now */
  pil_place at;     /* its place in the script */
};

/* ---- build_emit.c: instructions ---- */

pil_operand pil_build_constant_f(double number);
pil_operand pil_build_constant_i(int64_t integer); /* also masks: -1 and 0 */
/* Appends (or finds the same pure) instruction. After a failure b->stopped is set. */
pil_operand pil_build_emit(pil_build *b, pil_ir_op op, uint32_t extra, pil_operand a, pil_operand c,
                           pil_operand d);
pil_operand pil_build_unary(pil_build *b, pil_ir_op op, pil_operand a);
pil_operand pil_build_binary(pil_build *b, pil_ir_op op, pil_operand a, pil_operand c);

/* Masks with what is known folded away. */
pil_operand pil_build_and(pil_build *b, pil_operand a, pil_operand c);
pil_operand pil_build_andnot(pil_build *b, pil_operand a, pil_operand c);
pil_operand pil_build_or(pil_build *b, pil_operand a, pil_operand c);
pil_operand pil_build_not(pil_build *b, pil_operand a);
bool pil_build_is_all(pil_operand mask);
bool pil_build_is_none(pil_operand mask);
bool pil_build_same(pil_operand a, pil_operand c);

/* The lanes of `mask` cannot go on in lanes: the batch is given back when there is one. False if those are all
 * lanes of the way that is followed (it ends), or the builder stopped. */
bool pil_build_guard(pil_build *b, pil_operand mask, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The way that is followed ends here. Always false. */
bool pil_build_give_up(pil_build *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Out of memory. Always false. */
bool pil_build_memory(pil_build *b);
/* Makes room for one more of an array in the arena. */
bool pil_build_grow(pil_build *b, void *array, size_t count, size_t *capacity, size_t size_bytes);

/* ---- build_values.c: symbols ---- */

pil_symbol pil_symbol_nil(void);
pil_symbol pil_symbol_bool(bool truth);
pil_symbol pil_symbol_integer(int64_t integer);
pil_symbol pil_symbol_float(double number);
pil_symbol pil_symbol_mask(pil_operand mask); /* known when constant */
pil_symbol pil_symbol_lane_f(pil_operand lane);
pil_symbol pil_symbol_lane_i(pil_operand lane);
pil_symbol pil_symbol_text(pil_build *b, const char *text, size_t length);
pil_symbol pil_symbol_image(pil_build *b, const pil_image_value *value);
bool pil_symbol_same(const pil_symbol *a, const pil_symbol *c);
bool pil_symbol_is_number(const pil_symbol *s);
/* The numbers of a MIX whose nils are elsewhere: integers, if all are. */
pil_symbol pil_symbol_without_nil(pil_build *b, const pil_symbol *mix);
/* As a double, the way Lua converts an integer (rounding); numbers only, no MIX with nils. */
pil_operand pil_symbol_to_float(pil_build *b, const pil_symbol *s);
/* The same where rounding would show: batches with integers beyond 2^53 are given back. */
pil_operand pil_symbol_to_exact(pil_build *b, const pil_symbol *s);
pil_operand pil_symbol_to_integer(const pil_symbol *s); /* INTEGER or LANE_INTEGER */
/* a in the lanes of `mask`, else c. */
pil_symbol pil_symbol_select(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c);
/* The lanes where it is neither nil nor false. False when that cannot be told of any. */
bool pil_symbol_truth(pil_build *b, const pil_symbol *s, pil_operand *truth);

/* ---- build_arithmetic.c ---- */

/* Lua's operator of this opcode's family (PIL_OP_ADD … PIL_OP_SHR) on two symbols. */
bool pil_build_arithmetic(pil_build *b, pil_opcode op, const pil_symbol *left, const pil_symbol *right,
                          pil_symbol *out);
/* A number as operators take it: nils and what is no number are given back (what Lua raises or converts). */
bool pil_build_number(pil_build *b, const pil_symbol *s, const char *what, pil_symbol *out);
bool pil_build_negate(pil_build *b, const pil_symbol *s, pil_symbol *out);
bool pil_build_bitwise_not(pil_build *b, const pil_symbol *s, pil_symbol *out);
/* math.floor and math.ceil: an integer. */
bool pil_build_round(pil_build *b, bool up, const pil_symbol *s, pil_symbol *out);

/* ---- build_compare.c ---- */

/* left < right, left <= right, left == right as masks. */
typedef enum pil_comparison_op { PIL_LESS, PIL_LESS_EQUAL, PIL_EQUAL } pil_comparison_op;
bool pil_build_compare(pil_build *b, pil_comparison_op op, const pil_symbol *left, const pil_symbol *right,
                       pil_operand *out);

/* ---- build_texts.c ---- */

bool pil_build_concat(pil_build *b, const pil_symbol *parts, size_t count, pil_symbol *out);
/* string.NAME of what is known (or is one of a few texts), and tostring. */
bool pil_build_string(pil_build *b, const char *name, const pil_symbol *arguments, size_t count, pil_symbol *out);

/* ---- build_tables.c ---- */

bool pil_build_object(pil_build *b, pil_symbol *out);
bool pil_build_get(pil_build *b, const pil_symbol *table, const pil_symbol *key, pil_symbol *out);
bool pil_build_set(pil_build *b, const pil_symbol *table, const pil_symbol *key, const pil_symbol *value);

/* ---- build_length.c ---- */

bool pil_build_length(pil_build *b, const pil_symbol *table, pil_symbol *out);

/* ---- build_frame.c ---- */

/* Calls a function of any kind. `results` gets at most PIL_BUILD_RESULTS. */
bool pil_build_call(pil_build *b, const pil_symbol *function, const pil_symbol *arguments, size_t count,
                    pil_symbol *results, size_t *result_count);

/* ---- build_calls.c, build_draws.c: the sandbox's own functions ---- */

bool pil_build_builtin(pil_build *b, const char *name, const pil_symbol *arguments, size_t count,
                       pil_symbol *results, size_t *result_count);
bool pil_build_draw(pil_build *b, const char *family, const pil_symbol *arguments, size_t count,
                    pil_symbol *result);

#endif
