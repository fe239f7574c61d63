/* What the parts of the sandbox share and nobody else sees.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_INSIDE_H
#define PIL_SCRIPT_INSIDE_H

#include "../lanes/bytecode.h"
#include "guard.h"
#include "sandbox.h"

typedef enum pil_death {
  PIL_DEATH_NONE,
  PIL_DEATH_TIME,
  PIL_DEATH_STOPPED,
  PIL_DEATH_LIMIT, /* the state's limit on memory */
  PIL_DEATH_MEMORY /* the machine's memory */
} pil_death;

enum { PIL_PRINT_LINES = 1000, PIL_PRINT_BYTES = 64 << 10, PIL_SOURCE_BYTES = 1 << 20 };

/* A table that `next` walks through: its keys are in order once, not at every step. */
typedef struct pil_traversal {
  const void *table; /* NULL: unused */
  lua_Integer sequence_length, other_count, position;
} pil_traversal;
enum { PIL_TRAVERSALS = 4 };

struct pil_sandbox {
  lua_State *L;
  pil_limits limits;
  pil_guard guard;
  unsigned call_depth;
  lua_Hook outer_hook; /* the guard's own, while decided() watches returns */

  size_t used_bytes;
  pil_death refusal;    /* why the last allocation was refused */
  pil_place refused_at; /* where; file points to refused_file */
  char refused_file[PIL_ERROR_FILE_BYTES];

  pil_death death; /* once set, nothing a script does lives on */
  pil_error death_error;
  pil_error report; /* of the last error that reached the message handler … */
  bool is_reported; /* … and nobody has read yet */
  pil_error raised; /* the last one of pil_sandbox_raise */

  bool is_frozen;     /* trials run from now on; also ends iterators made before */
  size_t noted_count; /* upvalues to be compared after a trial */
  pil_traversal traversals[PIL_TRAVERSALS]; /* of `next` */
  unsigned next_traversal;

  const char *const *folders; /* three, or NULL */
  pil_arena arena;            /* paths of the files */
  pil_script_file *files;
  size_t file_count, file_capacity;
  size_t printed_lines, printed_bytes;
};

/* ---- sandbox.c ---- */

/* The place of the innermost Lua function from `level` on; false: none. file lives as long as
 * that function does. */
bool pil_sandbox_where(lua_State *L, int level, pil_place *at);

/* Notes the death and raises an error that no pcall keeps. Never returns. */
_Noreturn void pil_sandbox_kill(lua_State *L, pil_death death);

/* What every lua_pcall in a library does with a failed status before anybody sees the error:
 * returns only if a script may go on. */
void pil_sandbox_survive(lua_State *L, int status);

/* Raises `error` as a Lua error that keeps its place and text. Never returns. */
_Noreturn void pil_sandbox_raise(lua_State *L, const pil_error *error);

/* ---- load.c ---- */

/* Reads and compiles a file and pushes its function; false: nothing is pushed. */
bool pil_sandbox_read_file(pil_sandbox *sandbox, const char *path, const char *shown_name,
                           pil_place at, pil_error *error);

/* The code of a file that was read before, once more: its main function, in `arena`. NULL on failure. */
const pil_function *pil_sandbox_file_code(pil_sandbox *sandbox, const char *path, const char *shown_name,
                                          pil_arena *arena, pil_error *error);

/* ---- check.c ---- */

/* Refuses a compiled function (on top of the stack) that needs what scripts may not use or that
 * the installed Lua compiles wrongly. */
bool pil_sandbox_check_code(lua_State *L, const char *file, pil_error *error);

/* The bytecode of the Lua function on top of the stack, in `arena`; NULL on failure. Raises
 * nothing. */
const pil_function *pil_sandbox_read_code(lua_State *L, pil_arena *arena, pil_error *error);

/* Which upvalues this code or functions inside it assign: sets lines[i], zero before, to the line. */
void pil_code_find_assigned(const pil_function *function, int lines[256]);

/* Which upvalues of the Lua function on top of the stack are assigned by it or by functions
 * inside it: lines[i] is the line, 0 where none. */
bool pil_sandbox_find_assigned(lua_State *L, int lines[256], pil_error *error);

/* ---- the libraries ---- */

/* One library: `open` is the stock one or NULL, of which the names in `kept` stay. */
typedef struct pil_library {
  const char *name; /* NULL: the globals */
  lua_CFunction open;
  const char *const *kept; /* ends with NULL */
  const luaL_Reg *own;
} pil_library;
extern const pil_library pil_library_base, pil_library_string, pil_library_table, pil_library_math,
    pil_library_utf8;

/* Sets the globals, the library tables (frozen) and the metatable of strings. Protected. */
int pil_libraries_open(lua_State *L);

/* Pushes `tostring` of the value at `index`: no addresses, no sign of NaN. May call __tostring. */
const char *pil_base_text(lua_State *L, int index, size_t *length);

/* A function that refuses to be called: "math.random is not available …". The text is upvalue 1. */
int pil_base_refuse(lua_State *L);

int pil_require(lua_State *L);
void pil_require_push_loaded(lua_State *L); /* name -> module; nil if none was asked for */

/* Sets functions (find, match, gmatch, gsub) in the table on top of the stack. */
int pil_pattern_find(lua_State *L);
int pil_pattern_match(lua_State *L);
int pil_pattern_gmatch(lua_State *L);
int pil_pattern_gsub(lua_State *L);

/* ---- order.c: the fixed order of traversal ---- */

int pil_order_next(lua_State *L);
int pil_order_pairs(lua_State *L);

/* Lets go of what `next` remembers: after a call, so that no trial sees or pays for another's
 * traversals. Raises nothing. */
void pil_order_forget(pil_sandbox *sandbox);

/* Looks through the raw table at `index`: *sequence_length is n where 1 … n are all there, and
 * n+1 is not. Pushes an array of the other keys in their order (numbers ascending, texts byte by
 * byte, false, true), or nil if there are none, and returns their number. Raises an error for
 * keys that have no order. */
lua_Integer pil_order_scan(lua_State *L, int index, lua_Integer *sequence_length);

/* ---- freeze.c ---- */

/* Pushes the table that holds the content of the frozen table at `index`; false: it is not
 * frozen and nothing is pushed. */
bool pil_freeze_content(lua_State *L, int index);

/* Pushes what getmetatable should see of the table at `index`; false: none, nothing pushed. */
bool pil_freeze_metatable(lua_State *L, int index);

/* # of the content of the frozen table at `index`, as it was. */
lua_Integer pil_freeze_length(lua_State *L, int index);

typedef enum pil_freeze_kind {
  PIL_FREEZE_MADE, /* by the guest, while its file loaded */
  PIL_FREEZE_GLOBALS,
  PIL_FREEZE_LIBRARY,
  PIL_FREEZE_DATA /* settings and data, by the host */
} pil_freeze_kind;

/* Freezes the table at `table` (not its values), called `name` in messages. */
void pil_freeze_one(lua_State *L, int table, pil_freeze_kind kind, const char *name);

/* Freezes one library table (at `index`) under its name. */
void pil_freeze_library(lua_State *L, int index, const char *name);

/* Describes a key for messages: 'name', [3]. Pushes it. */
const char *pil_freeze_key_text(lua_State *L, int index);

#endif
