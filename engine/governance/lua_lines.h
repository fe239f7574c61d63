/* A script's file line by line: to show what stands where, and to look for what is code.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_LUA_LINES_H
#define PIL_GOVERNANCE_LUA_LINES_H

#include "../base/arena.h"
#include "../base/error.h"

typedef struct pil_lua_lines {
  const char **shown; /* line i + 1 without blanks at its ends */
  const char **code;  /* the same whole, with comments and the content of texts as blanks */
  size_t count;
} pil_lua_lines;

/* In `arena`. */
bool pil_lua_lines_read(pil_arena *arena, const char *path, pil_lua_lines *lines, pil_error *error);
/* "" beyond the file. */
const char *pil_lua_lines_shown(const pil_lua_lines *lines, int line);
const char *pil_lua_lines_code(const pil_lua_lines *lines, int line);

#endif
