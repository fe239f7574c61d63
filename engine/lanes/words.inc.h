/* Words of a block of lanes by 64-bit multiplications: several places of the stream run side by
 * side, because one alone waits for its own multiplication.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels.h"

#define MULTIPLIER UINT64_C(0xda942042e4dd58b5) /* the generator's, frozen */

static inline uint64_t word_of(pil_u128 state) {
  uint64_t high = (uint64_t)(state >> 64), low = (uint64_t)state | 1;
  high ^= high >> 32;
  high *= MULTIPLIER;
  high ^= high >> 48;
  return high * low;
}

static void fill_words(pil_u128 first, pil_u128 increment, const pil_jump *jumps, uint64_t *words) {
  enum { SEGMENTS = PIL_LANES_WIDTH < 8 ? 1 : 4, LENGTH = PIL_LANES_WIDTH / SEGMENTS };
  pil_u128 state[SEGMENTS];
  pil_stream stream = {first, increment};
  for (int j = 0; j < SEGMENTS; j++) state[j] = pil_jump_apply(&jumps[j * LENGTH], stream);
  for (size_t i = 0; i < LENGTH; i++) {
#pragma GCC unroll 4
    for (int j = 0; j < SEGMENTS; j++) {
      words[(size_t)j * LENGTH + i] = word_of(state[j]);
      state[j] = state[j] * MULTIPLIER + increment;
    }
  }
}
