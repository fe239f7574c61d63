/* The builder's inside: symbolic values, the heap of a trial, and what its parts share.
 * Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_H
#define PIL_LANES_BUILD_H

#include "builder.h"

enum {
  PIL_BUILD_INSTRUCTIONS = 200000, /* of the program */
  PIL_BUILD_WORK = 200000000,      /* about nanoseconds of building: see pil_build_charge */
  PIL_BUILD_BYTES = 24 << 20,      /* of all that the builder keeps, its instructions aside */
  PIL_BUILD_DEPTH = 120,           /* calls within calls */
  PIL_BUILD_TURNS = 64,          /* turns of a loop that lanes leave at different times */
  PIL_BUILD_ITEMS = 4096,          /* of one array made in a trial */
  PIL_BUILD_RESULTS = 64,          /* of one call */
  PIL_BUILD_PLACE = 2              /* which of them (from 0) is the place of the return that gave the others, where it is asked for */
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
    int64_t integer; /* CONFLICT: 1 where it is a text in every lane, else 0 */
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
  uint32_t list; /* > 0: its items are the program's list of this number less 1, in lanes … */
  pil_symbol element, length; /* … of this pattern, and so many; item_count is 0 then */
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

/* A distribution that the script or its settings spell, read once. */
typedef struct pil_known_spec {
  const char *spelled;
  const struct pil_spec *spec;
} pil_known_spec;

/* How often a site without an explicit k has been drawn from. */
typedef struct pil_counter {
  const char *name; /* interned */
  pil_symbol next;
} pil_counter;

/* An object that a loop needs as a list of such items. */
typedef struct pil_wish {
  uint32_t object;
  pil_symbol element;
} pil_wish;

/* What parts of the builder's work cost, in the unit of PIL_BUILD_WORK. */
enum {
  PIL_WORK_STEP = 40,         /* following an instruction of the bytecode */
  PIL_WORK_CALL = 300,        /* … into a function */
  PIL_WORK_INSTRUCTION = 100, /* making one */
  PIL_WORK_REGISTER = 5,      /* copying or joining a register of a way */
  PIL_WORK_ENTRY = 3,         /* passing by an entry of a list that is searched or walked */
  PIL_WORK_VALUE = 100        /* reading a value that spells a distribution */
};

typedef struct pil_build pil_build;

/* Watches a walk through known values: for traces (trace.c); a script that is built has none. */
typedef struct pil_build_watcher pil_build_watcher;
struct pil_build_watcher {
  /* After each instruction that is followed: it goes on at `next`, PIL_WATCH_END where its function is left. What a
   * call followed comes before the call. */
  void (*step)(pil_build_watcher *watcher, const pil_build *b, const pil_function *code, uint32_t pc, uint32_t next);
  /* A conditional, before it is decided: what is compared (right NULL: the truth of left), and what came out, whatever
   * the instruction makes of it. False: the walk ends here. */
  bool (*test)(pil_build_watcher *watcher, pil_build *b, const pil_function *code, uint32_t pc, const pil_symbol *left,
               const pil_symbol *right, pil_operand holds);
};
enum { PIL_WATCH_END = -1 };

struct pil_build {
  pil_arena *arena;
  const pil_image *image;
  pil_ir_program *program;
  pil_ir_reason *refusal;
  pil_error *error;
  bool stopped; /* refused or out of memory */

  size_t instruction_capacity, draw_capacity, array_capacity, output_capacity, reason_capacity;
  pil_dictionary output_names, reason_names; /* what tells outputs, reasons apart -> index */
  uint32_t *seen; /* hash of pure instructions -> id + 1 */

  pil_object *objects;
  size_t object_count, object_capacity;
  pil_cell_box *cells;
  size_t cell_count, cell_capacity;
  pil_closure *closures;
  size_t closure_count, closure_capacity;
  pil_counter *counters;
  size_t counter_count, counter_capacity;
  uint32_t *counter_of; /* of each text: index + 1 of its counter, or 0 */
  size_t counter_of_count;
  pil_known_spec *specs;
  size_t spec_count, spec_capacity;
  pil_choice *choices;
  size_t choice_count, choice_capacity;
  uint32_t *opened; /* choices, in the order in which they were opened */
  size_t opened_count, opened_capacity;
  pil_dictionary texts;
  uint64_t work;      /* so far */
  size_t first_bytes; /* the arena's before; */
  size_t other_bytes; /* what is kept outside of it: ways, and constants in the machine */
  size_t depth;
  bool asks_place;    /* the next function called also tells its place: see PIL_BUILD_PLACE */
  /* Takes what the outermost function returns, way by way (b->mask); NULL: results are merged. */
  bool (*on_result)(pil_build *b, const pil_symbol *result);

  pil_operand mask; /* of the way that is followed now */
  pil_place at;     /* its place in the script */
  bool gave_up;     /* it has ended in a guard */
  /* for loops of the program; see build_repeat.c */
  size_t loop_objects; /* objects from before the innermost loop that is followed; 0: none */
  pil_wish *wishes;
  size_t wish_count, wish_capacity;
  bool wished; /* since somebody looked */
  size_t loop_start; /* its first instruction; */
  bool ended_anew;   /* a way in it has ended for a reason that no guard before it had */
  pil_build_watcher *watcher; /* NULL: nobody watches */
};

/* ---- build_emit.c: instructions ---- */

pil_operand pil_build_constant_f(double number);
pil_operand pil_build_constant_i(int64_t integer); /* also masks: -1 and 0 */
/* Appends (or finds the same pure) instruction. After a failure b->stopped is set. */
pil_operand pil_build_emit(pil_build *b, pil_ir_op op, uint32_t extra, pil_operand a, pil_operand c,
                           pil_operand d);
pil_operand pil_build_unary(pil_build *b, pil_ir_op op, pil_operand a);
pil_operand pil_build_binary(pil_build *b, pil_ir_op op, pil_operand a, pil_operand c);
pil_operand pil_build_add_i(pil_build *b, pil_operand a, pil_operand c); /* known where both are */

/* Masks with what is known folded away. */
pil_operand pil_build_and(pil_build *b, pil_operand a, pil_operand c);
pil_operand pil_build_andnot(pil_build *b, pil_operand a, pil_operand c);
pil_operand pil_build_or(pil_build *b, pil_operand a, pil_operand c);
pil_operand pil_build_not(pil_build *b, pil_operand a);
/* Where one half of a branch is given up, the other half may count as the whole: if a lane is in the first, nothing
 * that the batch computes matters. Else `mask` as it is. */
pil_operand pil_build_widened(const pil_build *b, pil_operand mask, pil_operand given_up);
bool pil_build_is_all(pil_operand mask);
bool pil_build_is_none(pil_operand mask);
bool pil_build_same(pil_operand a, pil_operand c);

/* The lanes of `mask` cannot go on in lanes: the batch is given back when there is one. False if those are all
 * lanes of the way that is followed (it ends), or the builder stopped. */
bool pil_build_guard(pil_build *b, pil_operand mask, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The way that is followed ends here. Always false. */
bool pil_build_give_up(pil_build *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes work done (or to be done), and refuses a script that takes more of it, or of memory,
 * than a builder may: whatever can grow with the script is charged where it is done. False
 * when the builder stopped. */
bool pil_build_charge(pil_build *b, uint64_t work);
/* A constant that the machine cannot take as it is: each thread keeps a slot full of it. */
void pil_build_note_filled(pil_build *b, pil_operand operand);
/* Out of memory. Always false. */
bool pil_build_memory(pil_build *b);
/* Makes room for one more of an array in the arena. */
bool pil_build_grow(pil_build *b, void *array, size_t count, size_t *capacity, size_t size_bytes);
/* The same for the program's instructions and draws, which stand outside of the arena until they are
 * whole. */
bool pil_build_grow_outside(pil_build *b, void *array, size_t count, size_t *capacity, size_t size_bytes);

/* ---- build_values.c: symbols ---- */

pil_symbol pil_symbol_nil(void);
pil_symbol pil_symbol_bool(bool truth);
pil_symbol pil_symbol_integer(int64_t integer);
pil_symbol pil_symbol_float(double number);
pil_symbol pil_symbol_mask(pil_operand mask); /* known when constant */
pil_symbol pil_symbol_lane_f(pil_operand lane);
pil_symbol pil_symbol_lane_i(pil_operand lane);
pil_symbol pil_symbol_text(pil_build *b, const char *text, size_t length);
pil_symbol pil_symbol_some_text(void); /* a text in every lane, which lanes cannot hold: harmless until used */
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
/* What a choice between two by lane would hold, as a pattern: its kind, and a MIX's masks as far as they
 * are constant. The numbers of values in it mean nothing, and nothing is emitted. */
pil_symbol pil_symbol_join(pil_build *b, const pil_symbol *a, const pil_symbol *c);
/* A value's words as the kind of `pattern` has them: the lane, and of a MIX its masks `whole` and `nil`. */
enum { PIL_SYMBOL_PARTS = 3 };
void pil_symbol_split(pil_build *b, const pil_symbol *s, const pil_symbol *pattern, pil_operand parts[PIL_SYMBOL_PARTS]);
/* The lanes where it is neither nil nor false. False when that cannot be told of any. */
bool pil_symbol_truth(pil_build *b, const pil_symbol *s, pil_operand *truth);

/* ---- build_arithmetic.c ---- */

/* Lua's operator of this opcode's family (PIL_OP_ADD … PIL_OP_SHR) on two symbols. */
bool pil_build_arithmetic(pil_build *b, pil_opcode op, const pil_symbol *left, const pil_symbol *right,
                          pil_symbol *out);
/* A number as operators take it: nils and what is no number are given back (what Lua raises or converts). */
bool pil_build_number(pil_build *b, const pil_symbol *s, const char *what, pil_symbol *out);
bool pil_build_negate(pil_build *b, const pil_symbol *s, pil_symbol *out);
/* math.fmod of two numbers, neither nil. */
bool pil_build_fmod(pil_build *b, const pil_symbol *a, const pil_symbol *d, pil_symbol *out);
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

/* A key as an integer by lane. */
bool pil_build_index(pil_build *b, const pil_symbol *key, pil_operand *index);

/* ---- build_rows.c ---- */

/* A loop needs this object as a list of such items. */
void pil_list_wish(pil_build *b, uint32_t object, const pil_symbol *item);
/* Makes it one, with the items that it has. False: it cannot be. */
bool pil_list_make(pil_build *b, uint32_t object, const pil_symbol *element);
bool pil_list_get(pil_build *b, uint32_t object, const pil_symbol *key, pil_symbol *out);
bool pil_list_set(pil_build *b, uint32_t object, const pil_symbol *key, const pil_symbol *value);
/* The item at `key`, in the lanes `more` that have one. */
bool pil_list_next(pil_build *b, uint32_t object, const pil_symbol *key, pil_symbol *item, pil_operand *more);

/* ---- build_frame.c ---- */

/* Cuts or fills results to two and adds the place that is followed, "FILE:LINE". */
bool pil_build_add_place(pil_build *b, pil_symbol *results, size_t *count);

/* Calls a function of any kind. `results` gets at most PIL_BUILD_RESULTS. */
bool pil_build_call(pil_build *b, const pil_symbol *function, const pil_symbol *arguments, size_t count,
                    pil_symbol *results, size_t *result_count);

/* ---- build_specs.c ---- */

/* What draw.from(s) draws from; NULL: it varies, or is no distribution. */
const struct pil_spec *pil_build_spec(pil_build *b, const pil_symbol *s);
/* The same of draw.FAMILY(tables …), with one table or two. */
const struct pil_spec *pil_build_family_spec(pil_build *b, const pil_family_record *record, const pil_symbol *tables,
                                             size_t count);

/* ---- builder.c ---- */

/* The function's two arguments, computed inputs among them. */
bool pil_build_arguments(pil_build *b, pil_symbol arguments[2]);

/* ---- build_calls.c, build_draws.c: the sandbox's own functions ---- */

bool pil_build_builtin(pil_build *b, const char *name, const pil_symbol *arguments, size_t count,
                       pil_symbol *results, size_t *result_count);
bool pil_build_draw(pil_build *b, const char *family, const pil_symbol *arguments, size_t count,
                    pil_symbol *result);

#endif
