/* The `correlate:` section: rank correlations among inputs, as a normal copula.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_CORRELATE_H
#define PIL_SCENARIO_CORRELATE_H

#include "inputs.h"

/* Reads values->correlate into set->plan.factor and set->pairs and marks the inputs it names
 * (`inputs` is the plan's array, still writable). An input that a variant fixes has no luck to
 * share: what is said of it is passed over there. Rank correlation r becomes the normals'
 * correlation 2 sin(pi r / 6) (Pearson 1907). A matrix that is not positive definite is an
 * error that names the entries that contradict each other. */
bool pil_correlate_read(pil_arena *arena, const pil_input_values *values, pil_input *inputs,
                        pil_input_set *set, pil_error *error);

#endif
