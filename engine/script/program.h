/* The scalar program's inside: one Lua state, and what each part of it remembers.
 * Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_PROGRAM_H
#define PIL_SCRIPT_PROGRAM_H

#include "../data/spec.h"
#include "../random/distribution.h"
#include "outputs.h"
#include "sandbox.h"
#include "script.h"
#include "sites.h"

typedef struct pil_script_program pil_script_program;

/* draw.NAME's C function knows its family by this. */
typedef struct pil_draw_entry {
  pil_script_program *program;
  pil_family family;
  const pil_family_record *record;
} pil_draw_entry;

/* A distribution of the settings by the address of its Lua table or text, parsed when first
 * drawn from. */
typedef struct pil_spec_entry {
  const void *pointer;
  const pil_value *value;
  const pil_spec *spec; /* NULL: not parsed yet */
} pil_spec_entry;

typedef struct pil_spec_map {
  pil_spec_entry *entries; /* open addressing, at most half full */
  size_t count, size;
} pil_spec_map;

/* How the first argument's table is refreshed. Offsets count from the first value that
 * pil_argument_open pushes: the table itself, then the records and arrays in it, then keys. */
typedef struct pil_argument {
  int opened_count;
  int part_count;     /* part i: table at offset 1 + 2i, its key at 2 + 2i */
  const void **parts; /* the addresses of all these tables, the argument's first: 1 + part_count */
  struct pil_argument_field {
    int table, key; /* key 0: an array */
  } * fields;
} pil_argument;

struct pil_script_program {
  pil_program base; /* first: a pil_program* is one of these */
  pil_script_source source;
  pil_sandbox *sandbox;
  lua_State *L;
  pil_arena arena;   /* lives as long as the program */
  pil_arena scratch; /* a distribution that the script spells out; reset at each such draw */
  pil_sites sites;
  pil_spec_map specs;
  pil_outputs outputs;
  pil_argument argument;
  pil_draw_entry draws[PIL_FAMILY_COUNT], draw_from;
  /* registry references */
  int function_ref, settings_ref, argument_ref, anchors_ref;
  int *expression_refs;
  const char **expression_names; /* chunk names, FILE:LINE */
  /* this trial */
  uint64_t trial;      /* 0: none is running */
  uint64_t run_number; /* counts every trial run */
  pil_jump jump;       /* from trial 1 to this one */
  bool pending;        /* inputs are being worked out by expressions */
  /* this batch */
  const pil_batch *batch;
  pil_frame *frame;
  pil_error *error;
  bool failed; /* *error says how */
  /* who listens */
  pil_script_listener *listener;
  void *listener_context;
};

/* ---- program.c ---- */

/* Runs `function` under lua_pcall, outside of the time limit: set-up and reading, never a
 * script's code. It gets the program and `context` as light user data 1 and 2, then the topmost
 * argument_count values of the stack. Its results stay on the stack. */
bool pil_script_protect(pil_script_program *program, lua_CFunction function, void *context,
                        int argument_count, int result_count, pil_error *error);
static inline pil_script_program *pil_script_protected(lua_State *L) {
  return lua_touserdata(L, 1);
}
/* Inside such a function: ends it; *program->error is already filled. Never returns. */
int pil_script_fail(lua_State *L, pil_script_program *program);

/* Compiles `return function(ARGUMENTS) return (EXPR) end`; the function stays on the stack.
 * *chunk_name, in `arena`, is what the next function compares with. */
bool pil_script_compile_expression(pil_sandbox *sandbox, pil_arena *arena,
                                   const pil_script_expression *expression, const char *arguments,
                                   const char **chunk_name, pil_error *error);
/* Gives an error inside the expression's chunk the place where the expression stands. */
void pil_script_place_expression(const pil_script_expression *expression, const char *chunk_name,
                                 pil_error *error);

/* Keeps the value at `index` alive as long as the program. */
void pil_script_anchor(lua_State *L, const pil_script_program *program, int index);

/* ---- engine.c ---- */

/* The scalar program itself or the one behind lanes; NULL if there is none yet and none can be made. */
pil_script_program *pil_script_scalar(pil_program *program);

/* ---- decided.c ---- */

/* Pushes decided(f, ...): see PIL_BUILTIN_DECIDED. Needs no memory of Lua's. */
void pil_decided_push(lua_State *L);

/* ---- draws.c ---- */

/* Sets the global `draw`, frozen. Protected. */
void pil_draws_install(lua_State *L, pil_script_program *program);

/* ---- specs.c ---- */

/* Notes that the table on top of the stack, or the text there, came from this value. */
void pil_specs_add(lua_State *L, pil_script_program *program, const pil_value *value);
/* The value that this table of the settings came from, if it may spell a distribution. */
const pil_value *pil_specs_find(const pil_script_program *program, const void *pointer);
void pil_specs_free(pil_spec_map *map);
/* The distribution that the Lua value at `index` spells: a settings table or text as in YAML, a
 * table of the script's; raises a Lua error that says why it spells none. */
const pil_spec *pil_specs_get(lua_State *L, pil_script_program *program, int index);
/* The same for draw.FAMILY(…): the values 1 … count are its lists or tables. */
const pil_spec *pil_specs_get_family(lua_State *L, pil_script_program *program,
                                     const pil_family_record *record, int count);

/* ---- settings.c ---- */

/* Pushes the second argument: settings and data, frozen; unknown names raise. Protected. */
void pil_settings_push(lua_State *L, pil_script_program *program);

/* ---- arguments.c ---- */

/* Makes the first argument's table with its records and arrays. Protected. */
void pil_argument_build(lua_State *L, pil_script_program *program);
/* Pushes what pil_argument_set needs; the first value pushed is the argument itself. */
void pil_argument_open(lua_State *L, pil_script_program *program);
/* Refreshes the argument from a lane's columns; `base` is the stack index of the argument.
 * Expressions' fields become nil. */
void pil_argument_set(lua_State *L, const pil_script_program *program, int base, size_t lane);
/* Gives an expression's field the value on top of the stack and its column the number; pops it. */
bool pil_argument_put(lua_State *L, pil_script_program *program, int base, size_t lane,
                      const pil_field *field);
/* Replaces the global rawset by one that leaves the argument's tables alone. Protected. */
void pil_argument_guard(lua_State *L, pil_script_program *program);

#endif
