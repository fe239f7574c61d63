/* pil_value to Lua and back. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_VALUES_H
#define PIL_SCRIPT_VALUES_H

#include "program.h"

/* Pushes a value as nested tables; every map and text that may spell a distribution is noted
 * for draw.from. Protected. */
void pil_value_push(lua_State *L, pil_script_program *program, const pil_value *value);

/* Pushes one cell of a data table; an empty one is nil. */
void pil_value_push_cell(lua_State *L, const pil_csv_column *column, size_t row);

/* The Lua value at `index` as a pil_value in `arena`, placed at `at`; raises a Lua error for
 * functions, mixed or deep tables and other things that no scenario could hold. */
pil_value *pil_value_from_lua(lua_State *L, pil_script_program *program, pil_arena *arena,
                              pil_place at, int index, int depth);

#endif
