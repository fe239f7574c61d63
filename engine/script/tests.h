/* A policy's test file, loaded. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_TESTS_H
#define PIL_SCRIPT_TESTS_H

#include "inside.h"

struct pil_script_tests {
  const char *path, *shipped_folder;
  pil_limits limits;
  pil_sandbox *sandbox; /* NULL: a test met a limit */
  int table_ref;        /* what the file returned */
  pil_arena arena;      /* paths, cases */
  pil_arena scratch;    /* of one call */
  const char *policy;
  pil_script_case *cases;
  size_t count, capacity;
  pil_script_decide *decide; /* of the call that runs */
  void *context;
};

/* ---- test_cases.c ---- */

/* Reads the table that a file returned, into the tests. Protected. */
void pil_tests_read(lua_State *L, pil_script_tests *tests, int table);
/* The table at `index` as a map, with tables in it to so many levels. `where` names it in messages. Protected. */
const pil_value *pil_tests_read_map(lua_State *L, pil_arena *arena, const char *where, int index, int levels);

#endif
