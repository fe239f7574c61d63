/* Values, calls and distributions as short texts: for messages, the replay of a trial and
 * advice. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_DESCRIBE_H
#define PIL_SCRIPT_DESCRIBE_H

#include <lauxlib.h>
#include <lua.h>

#include "../data/spec.h"

/* A double with as few digits as read back the same; "nan" without a sign. */
void pil_describe_number(double number, char *text, size_t text_bytes);
/* The value at `index` for an error message: nil, "abc", -1, a table; pushed on the stack. */
const char *pil_describe_value(lua_State *L, int index);
/* The value at `index` as a result: 3.0, 12, true, a text. */
void pil_describe_result(lua_State *L, int index, char *text, size_t text_bytes);
/* The values 1 … count, "0, 1", in `arena`; NULL when out of memory. */
const char *pil_describe_call(lua_State *L, pil_arena *arena, int count);
/* "normal(3, 0.5)". */
void pil_describe_family(const pil_family_record *record, const double *parameters, int count,
                         char *text, size_t text_bytes);
void pil_describe_spec(const pil_spec *spec, char *text, size_t text_bytes);

#endif
