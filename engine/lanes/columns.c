/* Whole columns of words and draws, a block of the kernels' at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "columns.h"

#include <string.h>

#include "kernels.h"

/* Kernels want their alignment, columns have none: a block goes through one of these. */
#define BLOCK __attribute__((aligned(PIL_LANES_ALIGNMENT)))

void pil_columns_words(pil_isa isa, pil_stream stream, const pil_jump *jumps, uint64_t *words, size_t count) {
  const pil_kernels *kernels = pil_kernels_get(isa);
  uint64_t block[PIL_LANES_WIDTH] BLOCK;
  size_t first = 0;
  for (; first + PIL_LANES_WIDTH <= count; first += PIL_LANES_WIDTH) {
    kernels->words(pil_jump_apply(&jumps[first], stream), stream.increment, jumps, block);
    memcpy(words + first, block, sizeof block);
  }
  if (first == count) return;
  stream.state = pil_jump_apply(&jumps[first], stream);
  pil_stream_fill(&stream, words + first, count - first);
}

/* Families that are a loop of their own in lanes, and whose draws are numbers there too. */
static pil_fill *find_loop(pil_isa isa, const pil_distribution *distribution) {
  switch (distribution->truncated ? PIL_FAMILY_COUNT : distribution->family) {
    case PIL_FAMILY_normal:
    case PIL_FAMILY_lognormal:
    case PIL_FAMILY_uniform:
    case PIL_FAMILY_exponential: return pil_kernels_get(isa)->fills[distribution->family].constant;
    default: return NULL;
  }
}

void pil_columns_draws(pil_isa isa, const pil_distribution *distribution, const uint64_t *words, double *draws,
                       size_t count) {
  pil_fill *loop = find_loop(isa, distribution);
  const double *parameters[PIL_PARAMETERS];
  uint64_t from[PIL_LANES_WIDTH] BLOCK;
  double to[PIL_LANES_WIDTH] BLOCK;
  size_t first = 0;
  for (int i = 0; i < PIL_PARAMETERS; i++) parameters[i] = &distribution->parameters[i];
  for (; loop != NULL && first + PIL_LANES_WIDTH <= count; first += PIL_LANES_WIDTH) {
    memcpy(from, words + first, sizeof from);
    loop(from, parameters, to);
    memcpy(draws + first, to, sizeof to);
  }
  if (first < count) pil_distribution_fill(distribution, words + first, draws + first, count - first);
}
