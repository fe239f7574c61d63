/* One call of a function of the sandbox's own: shared by the files that know them. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILD_CALLS_H
#define PIL_LANES_BUILD_CALLS_H

#include "build_choice.h"

/* Its arguments, and where its results go. */
typedef struct pil_call {
  pil_build *b;
  const char *name;
  const pil_symbol *arguments;
  size_t count;
  pil_symbol *results;
  size_t *result_count;
} pil_call;

typedef bool pil_call_run(const pil_call *c);

/* ---- build_calls.c ---- */

/* Nil when there are not so many. */
pil_symbol pil_call_argument(const pil_call *c, size_t index);
/* The one result. */
bool pil_call_give(const pil_call *c, pil_symbol result);

/* ---- build_lists.c: those of tables; NULL: not one of them ---- */

pil_call_run *pil_call_find_list(const char *name);

/* ---- build_sort.c ---- */

bool pil_call_sort(const pil_call *c);

#endif
