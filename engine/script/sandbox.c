/* A Lua state for guests: its life, its memory limit, and how its errors become a pil_error.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "inside.h"

/* ---- memory ---- */

enum { LAST_WORDS_BYTES = 64 << 10 }; /* what a dying state may take beyond its limit */

/* Notes why and where; no Lua memory is touched, so this is safe inside the allocator. */
static void *refuse_memory(pil_sandbox *sandbox, pil_death why) {
  sandbox->refusal = why;
  sandbox->refused_at = PIL_NOWHERE;
  if (sandbox->L != NULL && pil_sandbox_where(sandbox->L, 0, &sandbox->refused_at)) {
    strncpy(sandbox->refused_file, sandbox->refused_at.file, sizeof sandbox->refused_file - 1);
    sandbox->refused_at.file = sandbox->refused_file;
  }
  return NULL;
}

/* Lua counts on it that making a block smaller never fails. */
static void *allocate(void *context, void *old, size_t old_bytes, size_t bytes) {
  pil_sandbox *sandbox = context;
  if (old == NULL) old_bytes = 0; /* it then names a type */
  if (bytes == 0) {
    pil_memory_free(old);
    sandbox->used_bytes -= old_bytes;
    return NULL;
  }
  size_t limit_bytes = sandbox->limits.memory_bytes;
  if (sandbox->death != PIL_DEATH_NONE) limit_bytes += LAST_WORDS_BYTES;
  size_t kept_bytes = sandbox->used_bytes - old_bytes;
  if (bytes > old_bytes && (bytes > limit_bytes || kept_bytes > limit_bytes - bytes))
    return refuse_memory(sandbox, PIL_DEATH_LIMIT);
  void *grown = old == NULL ? pil_memory_new(bytes) : pil_memory_resize(old, bytes, 1);
  if (grown == NULL) {
    if (bytes > old_bytes) return refuse_memory(sandbox, PIL_DEATH_MEMORY);
    return old;
  }
  sandbox->used_bytes = kept_bytes + bytes;
  return grown;
}

/* ---- life ---- */

static void end_overdue(lua_State *L, lua_Debug *unused) {
  (void)unused;
  pil_sandbox *sandbox = pil_sandbox_of(L);
  pil_sandbox_kill(L, pil_guard_is_stopped(&sandbox->guard) ? PIL_DEATH_STOPPED : PIL_DEATH_TIME);
}

pil_sandbox *pil_sandbox_new(pil_limits limits, pil_error *error) {
  pil_sandbox *sandbox = pil_memory_new_zeroed(1, sizeof *sandbox);
  if (sandbox == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  sandbox->limits = limits;
  sandbox->limits.memory_bytes = SIZE_MAX / 2; /* what every state needs is not the guest's */
  sandbox->L = lua_newstate(allocate, sandbox);
  bool made = false;
  if (sandbox->L == NULL) {
    pil_error_memory(error);
    goto done;
  }
  *(pil_sandbox **)lua_getextraspace(sandbox->L) = sandbox;
  lua_pushcfunction(sandbox->L, pil_libraries_open);
  if (lua_pcall(sandbox->L, 0, 0, 0) != LUA_OK) {
    pil_sandbox_error(sandbox, error);
    if (sandbox->refusal != PIL_DEATH_NONE) pil_error_memory(error);
    goto done;
  }
  sandbox->limits.memory_bytes = limits.memory_bytes;
  made = pil_guard_open(&sandbox->guard, sandbox->L, limits.seconds, end_overdue, error);
done:
  if (made) return sandbox;
  pil_sandbox_free(sandbox);
  return NULL;
}

void pil_sandbox_free(pil_sandbox *sandbox) {
  if (sandbox == NULL) return;
  pil_guard_close(&sandbox->guard);
  if (sandbox->L != NULL) lua_close(sandbox->L);
  pil_arena_free(&sandbox->arena);
  pil_memory_free(sandbox->files);
  pil_memory_free(sandbox);
}

lua_State *pil_sandbox_state(pil_sandbox *sandbox) {
  return sandbox->L;
}

pil_sandbox *pil_sandbox_of(lua_State *L) {
  return *(pil_sandbox **)lua_getextraspace(L);
}

bool pil_sandbox_look_beside(pil_sandbox *sandbox, const char *path, const char *scenario_folder,
                             const char *shipped_folder, pil_error *error) {
  const char *slash = strrchr(path, '/');
  const char **folders = pil_arena_array(&sandbox->arena, 3, sizeof *folders);
  if (folders == NULL) return pil_error_memory(error);
  folders[0] = slash == NULL ? "." : slash == path ? "/" : pil_arena_copy(&sandbox->arena, path, (size_t)(slash - path));
  folders[1] = scenario_folder;
  folders[2] = shipped_folder;
  if (folders[0] == NULL) return pil_error_memory(error);
  sandbox->folders = folders;
  return true;
}

void pil_sandbox_stop(pil_sandbox *sandbox) {
  pil_guard_stop(&sandbox->guard);
}

size_t pil_sandbox_files(const pil_sandbox *sandbox, const pil_script_file **files) {
  *files = sandbox->files;
  return sandbox->file_count;
}

/* ---- death ---- */

static void describe_death(pil_sandbox *sandbox, pil_death death, pil_place at) {
  pil_error *error = &sandbox->death_error;
  switch (death) {
    case PIL_DEATH_TIME:
      pil_error_set(error, PIL_FAILURE_LIMIT, at,
                    "stopped: took longer than %g s (limit seconds); look for a loop that does "
                    "not end, or raise the limit",
                    sandbox->limits.seconds);
      break;
    case PIL_DEATH_LIMIT:
      pil_error_set(error, PIL_FAILURE_LIMIT, at,
                    "stopped: needs more than %.4g MiB of memory (limit memory); look for a table "
                    "or text that grows without end, or raise the limit",
                    (double)sandbox->limits.memory_bytes / 1048576.0);
      break;
    case PIL_DEATH_STOPPED:
      pil_error_set(error, PIL_FAILURE_INTERRUPTED, at, "stopped from outside");
      break;
    default: pil_error_memory(error);
  }
  sandbox->death = death;
}

static const char death_value = 0; /* its address is the error value of a dying state */

_Noreturn void pil_sandbox_kill(lua_State *L, pil_death death) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  if (sandbox->death == PIL_DEATH_NONE) {
    pil_place at = PIL_NOWHERE;
    pil_sandbox_where(L, 0, &at);
    describe_death(sandbox, death, at);
  }
  lua_pushlightuserdata(L, (void *)&death_value); /* needs no memory */
  lua_error(L);
  __builtin_unreachable();
}

static void note_memory_death(pil_sandbox *sandbox) {
  if (sandbox->death != PIL_DEATH_NONE) return;
  pil_death why = sandbox->refusal == PIL_DEATH_NONE ? PIL_DEATH_MEMORY : sandbox->refusal;
  describe_death(sandbox, why, sandbox->refused_at);
}

void pil_sandbox_survive(lua_State *L, int status) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  if (status == LUA_ERRMEM) note_memory_death(sandbox);
  if (sandbox->death != PIL_DEATH_NONE) pil_sandbox_kill(L, sandbox->death);
}

void pil_sandbox_tick(lua_State *L, unsigned steps) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  if (steps != 0 && pil_guard_is_overdue(&sandbox->guard)) end_overdue(L, NULL);
}

/* ---- errors ---- */

bool pil_sandbox_where(lua_State *L, int level, pil_place *at) {
  lua_Debug frame;
  for (int deepest = level + 40; level < deepest && lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline <= 0) continue;
    *at =
        (pil_place){frame.source[0] == '=' ? frame.source + 1 : frame.source, frame.currentline, 0};
    return true;
  }
  return false;
}

/* If `text` starts with "file:line: " of this frame, its length. Lua cuts long names there. */
static size_t find_prefix(const lua_Debug *frame, const char *text, size_t length) {
  char prefix[LUA_IDSIZE + 32];
  int prefix_length =
      snprintf(prefix, sizeof prefix, "%s:%d: ", frame->short_src, frame->currentline);
  if (prefix_length < 0 || (size_t)prefix_length > length) return 0;
  return memcmp(text, prefix, (size_t)prefix_length) == 0 ? (size_t)prefix_length : 0;
}

/* Where the error was raised: the frame that the text names, else the innermost Lua function.
 * The text loses its "file:line: ". */
static pil_place locate(lua_State *L, const char **text, size_t *length) {
  pil_place at = PIL_NOWHERE;
  lua_Debug frame;
  for (int level = 1; level < 24 && lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline <= 0) continue;
    size_t prefix_length = find_prefix(&frame, *text, *length);
    if (prefix_length == 0 && at.line != 0) continue;
    at =
        (pil_place){frame.source[0] == '=' ? frame.source + 1 : frame.source, frame.currentline, 0};
    *text += prefix_length;
    *length -= prefix_length;
    if (prefix_length != 0) break;
  }
  return at;
}

/* The text of an error value; a table's __tostring is not run here. */
static void set_error_value(lua_State *L, int index, pil_place at, const char *text, size_t length,
                            pil_error *error) {
  char escaped[PIL_ERROR_TEXT_BYTES];
  switch (lua_type(L, index)) {
    case LUA_TSTRING:
      pil_text_escape(text, length, escaped, sizeof escaped);
      pil_error_set(error, PIL_FAILURE_SCRIPT, at, "%s",
                    length == 0 ? "error was called with an empty text" : escaped);
      return;
    case LUA_TNUMBER:
      pil_error_set(error, PIL_FAILURE_SCRIPT, at, "%.14g", lua_tonumber(L, index));
      return;
    case LUA_TNIL:
      pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                    "error was called with nil; give it a text that says what is wrong");
      return;
    default:
      pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                    "error was called with a %s; give it a text that says what is wrong",
                    luaL_typename(L, index));
  }
}

/* Whether this text is that of pil_sandbox_raise, which knows its own place. */
static bool is_raised(const pil_sandbox *sandbox, const char *text) {
  if (sandbox->raised.failure == PIL_FAILURE_NONE) return false;
  char line[PIL_ERROR_LINE_BYTES];
  return strcmp(text, pil_error_format(&sandbox->raised, line, sizeof line)) == 0;
}

/* The message handler: runs where the error was raised, allocates nothing. */
static int report_error(lua_State *L) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  if (sandbox->death != PIL_DEATH_NONE) return 1;
  size_t length = 0;
  const char *text = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : "";
  if (is_raised(sandbox, text)) {
    sandbox->report = sandbox->raised;
  } else {
    pil_place at = locate(L, &text, &length);
    set_error_value(L, 1, at, text, length, &sandbox->report);
  }
  sandbox->is_reported = true;
  return 1;
}

_Noreturn void pil_sandbox_raise(lua_State *L, const pil_error *error) {
  pil_sandbox *sandbox = pil_sandbox_of(L);
  char line[PIL_ERROR_LINE_BYTES];
  sandbox->raised = *error;
  lua_pushstring(L, pil_error_format(error, line, sizeof line));
  lua_error(L);
  __builtin_unreachable();
}

static int push_own_text(lua_State *L) {
  if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) pil_base_text(L, 1, NULL);
  return 1;
}

/* A table as error value may know its text: asked for it under the limits, after the fact. */
static void read_table_text(pil_sandbox *sandbox) {
  lua_State *L = sandbox->L;
  if (!lua_checkstack(L, 8)) return;
  pil_error kept = sandbox->report;
  lua_pushcfunction(L, push_own_text);
  lua_pushvalue(L, -2);
  pil_guard_enter(&sandbox->guard);
  int status = lua_pcall(L, 1, 1, 0);
  pil_guard_leave(&sandbox->guard);
  if (status == LUA_ERRMEM) note_memory_death(sandbox);
  if (status == LUA_OK && lua_type(L, -1) == LUA_TSTRING) {
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    pil_place at = {kept.file[0] != '\0' ? kept.file : NULL, kept.line, 0};
    set_error_value(L, -1, at, text, length, &sandbox->report);
  }
  lua_pop(L, 1);
}

/* What Lua says when the allocator has refused, for those who use lua_pcall themselves. */
static bool is_memory_error(pil_sandbox *sandbox) {
  return !sandbox->is_reported && sandbox->refusal != PIL_DEATH_NONE &&
         lua_type(sandbox->L, -1) == LUA_TSTRING &&
         strcmp(lua_tostring(sandbox->L, -1), "not enough memory") == 0;
}

void pil_sandbox_error(pil_sandbox *sandbox, pil_error *error) {
  lua_State *L = sandbox->L;
  if (is_memory_error(sandbox)) note_memory_death(sandbox);
  if (sandbox->death == PIL_DEATH_NONE && sandbox->is_reported && lua_istable(L, -1))
    read_table_text(sandbox);
  if (sandbox->death != PIL_DEATH_NONE) {
    if (error != NULL) *error = sandbox->death_error;
  } else if (sandbox->is_reported) {
    if (error != NULL) *error = sandbox->report;
  } else {
    size_t length = 0;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "";
    set_error_value(L, -1, PIL_NOWHERE, text, length, error);
  }
  sandbox->is_reported = false;
  lua_pop(L, 1);
}

/* ---- calls ---- */

static bool die_before_call(pil_sandbox *sandbox, int base, pil_error *error) {
  if (sandbox->death == PIL_DEATH_NONE) describe_death(sandbox, PIL_DEATH_STOPPED, PIL_NOWHERE);
  if (error != NULL) *error = sandbox->death_error;
  lua_settop(sandbox->L, base - 1);
  return false;
}

bool pil_sandbox_call(pil_sandbox *sandbox, int argument_count, int result_count,
                      pil_error *error) {
  lua_State *L = sandbox->L;
  int base = lua_gettop(L) - argument_count;
  if (sandbox->death != PIL_DEATH_NONE || pil_guard_is_stopped(&sandbox->guard))
    return die_before_call(sandbox, base, error);
  if (!lua_checkstack(L, 16)) {
    note_memory_death(sandbox);
    return die_before_call(sandbox, base, error);
  }
  lua_pushcfunction(L, report_error);
  lua_insert(L, base);
  sandbox->is_reported = false;
  if (sandbox->call_depth++ == 0) pil_guard_enter(&sandbox->guard);
  int status = lua_pcall(L, argument_count, result_count, base);
  if (--sandbox->call_depth == 0) {
    pil_guard_leave(&sandbox->guard);
    pil_order_forget(sandbox);
  }
  lua_remove(L, base);
  if (status == LUA_OK && sandbox->death == PIL_DEATH_NONE) return true;
  if (status == LUA_OK) return die_before_call(sandbox, base, error); /* someone caught a death */
  if (status == LUA_ERRMEM) note_memory_death(sandbox);
  pil_sandbox_error(sandbox, error);
  return false;
}
