/* The `outputs:` section: unit, goal and direction of each output.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_GOALS_H
#define PIL_SCENARIO_GOALS_H

#include "../data/value.h"
#include "../study/outputs.h"

/* Reads `outputs:` (NULL: none) in its order. Names are ASCII identifiers, dotted for a
 * record's member. */
bool pil_goals_read(pil_arena *arena, const pil_value *outputs, pil_output_spec **specs,
                    size_t *spec_count, pil_error *error);

#endif
