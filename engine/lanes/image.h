/* An image of what a script's function can reach when trials begin: its code, the functions,
 * tables and constants around it, the settings and data. All of it is frozen by then, so for the
 * lane program it is constant. Made by script/ from a Lua state; nothing of Lua is left in it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_IMAGE_H
#define PIL_LANES_IMAGE_H

#include "batch.h"
#include "bytecode.h"

/* A builtin of wrappers, not of scripts: decided(f, ...) gives the first two results of f(...) and, as a text, the place
 * FILE:LINE of the return that gave them (of a function called in tail position: its own). */
#define PIL_BUILTIN_DECIDED "decided"
enum { PIL_PLACE_BYTES = 192 }; /* an output's text holds it; of a longer path the end is kept */
void pil_place_name(char name[PIL_PLACE_BYTES], const char *file, int line);

typedef enum pil_image_kind {
  PIL_IMAGE_NIL,
  PIL_IMAGE_FALSE,
  PIL_IMAGE_TRUE,
  PIL_IMAGE_INTEGER,
  PIL_IMAGE_FLOAT,
  PIL_IMAGE_TEXT,
  PIL_IMAGE_TABLE,
  PIL_IMAGE_FUNCTION, /* a Lua function */
  PIL_IMAGE_BUILTIN,  /* a C function of the sandbox, known by its name: "math.exp", "draw.normal" */
  PIL_IMAGE_OPAQUE    /* anything else; `text` says what */
} pil_image_kind;

typedef struct pil_image_table pil_image_table;
typedef struct pil_image_function pil_image_function;

typedef struct pil_image_value {
  pil_image_kind kind;
  union {
    int64_t integer;
    double number;
    const char *text; /* TEXT, BUILTIN, OPAQUE; texts with a NUL inside are OPAQUE */
    const pil_image_table *table;
    const pil_image_function *function;
  };
} pil_image_value;

typedef struct pil_image_entry {
  pil_image_value key, value;
} pil_image_entry;

/* A frozen table. Keys are texts, integers, floats or booleans; the integer keys 1 … item_count stand in
 * `items`, without a gap, all others in `entries`, in the order of `pairs`. An entry whose value is
 * nil is a setting that is null: reading it is no error, and `pairs` passes over it. */
struct pil_image_table {
  pil_image_value *items;
  size_t item_count;
  pil_image_entry *entries;
  size_t entry_count;
  bool is_strict;  /* reading a name that is not there is an error (p, x, a data table) */
  bool is_opaque;  /* has a metatable of the script's own, or keys of other kinds */
  const void *settings; /* the settings' const pil_value that it was made from, or NULL */
  size_t length;   /* what # gives */
};

/* A Lua function with the values of its upvalues (frozen, therefore constant). */
struct pil_image_function {
  const pil_function *code;
  const pil_image_value *upvalues; /* code->upvalue_count */
  bool writes_upvalues;            /* it, or one inside it, assigns an upvalue made outside the trial */
};

typedef struct pil_image pil_image;
struct pil_image {
  pil_image_value function;      /* the trial's */
  pil_image_value settings;      /* p: a table */
  const pil_image_value *expressions; /* functions of (x, p), by pil_field.expression */
  size_t expression_count;
  const char *shown_name;        /* of the script, for unnamed sites */
  const char *site_prefix;
  uint64_t seed;
  bool is_strict;        /* an argument's field that is not there is an error */
  bool fields_are_drawn; /* under the same prefix: a draw with a field's name is an error */
  const pil_field *fields;
  size_t field_count;
};

/* NULL if there is none. `name` by its text. */
const pil_image_value *pil_image_find(const pil_image_table *table, const char *name);

#endif
