/* What every job needs before it can run: paths beside the scenario, threads, kernels, memory.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_SETUP_H
#define PIL_SCENARIO_SETUP_H

#include "../lanes/machine.h"

enum { PIL_SETUP_LANES = 512 };

/* A path that the scenario names, relative to itself; its folder. In `arena`; NULL when out of memory. */
const char *pil_setup_resolve(pil_arena *arena, const char *scenario, const char *path);
const char *pil_setup_folder(pil_arena *arena, const char *scenario);

/* "rice" of "../scripts/scoring/rice.lua". */
const char *pil_setup_stem(pil_arena *arena, const char *path);

/* What the options ask for, and what there is where they ask for nothing. */
size_t pil_setup_threads(const pil_options *options);
size_t pil_setup_lanes(const pil_options *options);
bool pil_setup_isa(const pil_options *options, pil_isa *isa, pil_error *error);

size_t pil_setup_machine_bytes(void); /* 0 where unknown */

#endif
