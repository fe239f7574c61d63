/* A Lua state for guests: what they may reach, how long and how large they may get, and how
 * their errors become a pil_error. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_SANDBOX_H
#define PIL_SCRIPT_SANDBOX_H

#include <lauxlib.h>
#include <lua.h>

#include "script.h"

typedef struct pil_sandbox pil_sandbox;

/* A state with the guest libraries (all frozen), a memory limit and a time limit per call. */
pil_sandbox *pil_sandbox_new(pil_limits limits, pil_error *error);
void pil_sandbox_free(pil_sandbox *sandbox);
lua_State *pil_sandbox_state(pil_sandbox *sandbox);
pil_sandbox *pil_sandbox_of(lua_State *L); /* from inside a C function */

/* Where `require` looks: beside the script at `path`, in the scenario's folder, among the shipped ones (NULL: none; kept
 * by pointer). */
bool pil_sandbox_look_beside(pil_sandbox *sandbox, const char *path, const char *scenario_folder,
                             const char *shipped_folder, pil_error *error);

/* Compiles source text under `chunk_name` (shown in messages as it is); leaves the function on
 * the stack. Bytecode, `<close>` where the installed Lua gets it wrong, and code that meets a
 * known fault of the installed Lua are refused. */
bool pil_sandbox_compile(pil_sandbox *sandbox, const char *bytes, size_t length,
                         const char *chunk_name, pil_error *error);

/* Reads `path` (named at `at`, shown as `shown_name`), compiles and runs it: exactly what it returned stays on
 * the stack (*result_count values). Its bytes' SHA-256 joins the list of files. */
bool pil_sandbox_load(pil_sandbox *sandbox, const char *path, const char *shown_name, pil_place at,
                      int *result_count, pil_error *error);

/* lua_pcall under the limits. Pops function and arguments; on failure leaves nothing and fills
 * *error with the script's file and line. Nothing a script does can swallow a limit. After a
 * limit error the sandbox accepts only pil_sandbox_free. */
bool pil_sandbox_call(pil_sandbox *sandbox, int argument_count, int result_count, pil_error *error);

/* From C functions that can run long: raises the limit error once time is up. `steps` is how much work
 * has been done since the last call. Cheap. */
void pil_sandbox_tick(lua_State *L, unsigned steps);

/* From any thread: the running or next call fails soon. */
void pil_sandbox_stop(pil_sandbox *sandbox);

/* Freezes in place everything reachable from globals, loaded modules and the values on the
 * stack: from now on writing to such a table is an error that names the table's key; identity
 * is kept and reading, #, ipairs, pairs, next work as before. Also notes the value of every upvalue that
 * some function assigns. */
bool pil_sandbox_freeze(pil_sandbox *sandbox, pil_error *error);

/* Freezes the table at `index` deeply (settings, data). Call inside protected code. */
void pil_sandbox_freeze_table(lua_State *L, int index);

/* Pushes the table to read with lua_next, lua_rawget and lua_rawlen in place of the one at
 * `index`, which is empty if it is frozen: its content then, else the table itself. Read only. */
void pil_sandbox_push_content(lua_State *L, int index);

/* After a trial: fails if a noted upvalue changed (it names the variable, file and line that
 * assigns it); all that did have their values back then, so that another trial may follow. Costs
 * nothing when no function assigns one. */
bool pil_sandbox_check_unchanged(pil_sandbox *sandbox, pil_error *error);

/* Fills *error from the Lua error value on top of the stack and pops it. */
void pil_sandbox_error(pil_sandbox *sandbox, pil_error *error);

/* Files read so far. */
size_t pil_sandbox_files(const pil_sandbox *sandbox, const pil_script_file **files);

#endif
