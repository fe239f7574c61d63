/* Where a function can return, and what it would do if it did not return there.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_RETURNS_H
#define PIL_LANES_RETURNS_H

#include "image.h"

/* The places FILE:LINE of the returns that some way through the code leads to, as decided() tells them: the function's
 * own, the end of its last line if that can be reached, and those of functions that it calls in tail position as far as
 * these are known by name. Each once, in the order of the code. In `arena`. False: out of memory. */
bool pil_returns_list(pil_arena *arena, const pil_image_function *function, const char *const **places, size_t *count,
                      pil_error *error);

/* The numbers that the code of the function, and of those inside it and called in tail position, mentions. In `arena`. */
bool pil_returns_numbers(pil_arena *arena, const pil_image_function *function, const double **numbers, size_t *count,
                         pil_error *error);

/* Changes the code of these functions, in an image that is the caller's own: the returns at all places but `kept` give way to
 * what comes after the branch that they stand in. Those that stand in none are left. */
bool pil_returns_pass(pil_arena *arena, pil_image_function *function, const char *kept, pil_error *error);

#endif
