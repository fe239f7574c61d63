/* The builder: a script's bytecode and image in, a typed program out.
 *
 * It runs the trial function once with symbols in place of what varies. What is the same in all trials
 * (settings, loop counters, table shapes, names of draws) is computed here and now; what
 * varies becomes an instruction. A branch that lanes may take differently is followed both
 * ways, each under its mask, and the results are merged where the ways meet: always the way
 * with the lowest position in the code goes on first, so that ways meet as early as they can.
 * Loops are unrolled. HOW.md in this folder traces an example.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_BUILDER_H
#define PIL_LANES_BUILDER_H

#include "image.h"
#include "ir.h"

/* True: *program is made, in `arena`. False with refusal->text set: it cannot be built, for that
 * reason, and the script runs in stock Lua; false without: out of memory (*error). Bounded
 * in time and memory whatever the script does. */
bool pil_builder_build(pil_arena *arena, const pil_image *image, pil_ir_program *program,
                       pil_ir_reason *refusal, pil_error *error);

#endif
