/* Whole columns of words and draws by the kernels of lanes: the bits of pil_stream_fill and pil_distribution_fill.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_COLUMNS_H
#define PIL_LANES_COLUMNS_H

#include "../random/distribution.h"
#include "../random/stream.h"
#include "machine.h"

/* Words of `count` consecutive positions from the stream's; `jumps` has at least so many. */
void pil_columns_words(pil_isa isa, pil_stream stream, const pil_jump *jumps, uint64_t *words, size_t count);

/* A draw from each word. */
void pil_columns_draws(pil_isa isa, const pil_distribution *distribution, const uint64_t *words, double *draws,
                       size_t count);

#endif
