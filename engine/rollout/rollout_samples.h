/* Every trial of a rollout as a CSV row.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_ROLLOUT_ROLLOUT_SAMPLES_H
#define PIL_ROLLOUT_ROLLOUT_SAMPLES_H

#include "rollout.h"

/* Header `variant,trial,<inputs>,<outputs>`, elements of arrays as name[i], an output that has an
 * input's name as output.name; numbers with 17
 * significant digits, never as inf, what is not a number as an empty cell. The tables must hold all inputs
 * (pil_options.keep_inputs) and be sorted. The file appears whole or not at all. */
bool pil_rollout_write_samples(const pil_rollout *rollout, size_t row_count, const char *path,
                               pil_tick *tick, void *context, pil_error *error);

#endif
