/* How a variant's values are laid over the scenario's own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_MERGE_H
#define PIL_SCENARIO_MERGE_H

#include "../data/value.h"

/* Whose values they are, for messages. */
typedef struct pil_merge {
  pil_arena *arena;
  const char *who; /* "variant \"big bang\"" */
  bool inputs;     /* the maps hold inputs; else settings */
} pil_merge;

/* `change` over `base` (both maps; base NULL: the scenario has none). Maps merge key by key, lists
 * and single values are replaced whole; a name must exist. A distribution is one thing: another
 * distribution replaces it, another form of its parameters (mean and sd where p5 and p95 were)
 * replaces them, and options (min, max, each, …) that are not given again stay; new ones may be
 * added. NULL on error. */
pil_value *pil_merge_maps(const pil_merge *merge, const pil_value *base, const pil_value *change,
                          pil_error *error);

/* An input as a map that options can be added to: {range: 2 to 3} for the text 2 to 3, {value: 36}
 * for 36. A map stays as it is. NULL when out of memory. */
const pil_value *pil_merge_input_map(pil_arena *arena, const pil_value *input);

/* The name in `map` (or NULL) that is nearest to `key`, or NULL. */
const char *pil_merge_nearest(const pil_value *map, const char *key);

#endif
