/* PCG64-DXSM words and their addressing by (seed, site, k).
 * Generator: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good
 * Algorithms" (2014), with the output and the 64-bit multiplier of numpy's PCG64DXSM.
 * SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#define MULTIPLIER UINT64_C(0xda942042e4dd58b5)

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014; Stafford's variant 13). */
static uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* The first 256 bits of pi's fraction keep the four words of one address apart. */
static const uint64_t salts[4] = {UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344),
                                  UINT64_C(0xa4093822299f31d0), UINT64_C(0x082efa98ec4e6c89)};

static uint64_t hash_address(int word, uint64_t seed, uint64_t name_hash, uint64_t k) {
  return mix(mix(mix(salts[word] ^ seed) ^ name_hash) ^ k);
}

static pil_stream assemble(const uint64_t words[4]) {
  const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* moves 0 off the fixed point of mix */
  uint64_t w[4];
  for (int j = 0; j < 4; j++) w[j] = mix(words[j] + golden);
  return (pil_stream){.state = (pil_u128)w[0] << 64 | w[1],
                      .increment = ((pil_u128)w[2] << 64 | w[3]) | 1};
}

pil_stream pil_stream_at(uint64_t seed, uint64_t name_hash, uint64_t k) {
  uint64_t words[4];
  for (int j = 0; j < 4; j++) words[j] = hash_address(j, seed, name_hash, k);
  return assemble(words);
}

pil_stream pil_stream_at_trial(uint64_t seed, uint64_t name_hash, uint64_t k, uint64_t trial) {
  uint64_t words[4];
  for (int j = 0; j < 4; j++) words[j] = mix(hash_address(j, seed, name_hash, k) ^ trial);
  return assemble(words);
}

static inline uint64_t output_word(pil_u128 state) {
  uint64_t high = (uint64_t)(state >> 64), low = (uint64_t)state | 1;
  high ^= high >> 32;
  high *= MULTIPLIER;
  high ^= high >> 48;
  return high * low;
}

uint64_t pil_stream_word(pil_u128 state) {
  return output_word(state);
}

pil_u128 pil_stream_step(pil_u128 state, pil_u128 increment) {
  return state * MULTIPLIER + increment;
}

uint64_t pil_stream_next(pil_stream *stream) {
  uint64_t word = output_word(stream->state);
  stream->state = stream->state * MULTIPLIER + stream->increment;
  return word;
}

/* One jump after another is again a jump: s -> b.power (a.power s + a.sum c) + b.sum c. */
static pil_jump join_jumps(pil_jump a, pil_jump b) {
  return (pil_jump){.power = b.power * a.power, .sum = b.power * a.sum + b.sum};
}

/* The jump over `steps` words by repeated squaring (Brown, "Random Number Generation with
 * Arbitrary Strides", 1994). */
static pil_jump jump_over(uint64_t steps) {
  pil_jump jump = {.power = 1, .sum = 0}, square = {.power = MULTIPLIER, .sum = 1};
  for (; steps != 0; steps >>= 1) {
    if (steps & 1) jump = join_jumps(jump, square);
    square = join_jumps(square, square);
  }
  return jump;
}

void pil_stream_advance(pil_stream *stream, uint64_t steps) {
  pil_jump jump = jump_over(steps);
  stream->state = pil_jump_apply(&jump, *stream);
}

void pil_jumps_fill(pil_jump *jumps, size_t count) {
  pil_jump jump = {.power = 1, .sum = 0};
  for (size_t j = 0; j < count; j++) {
    jumps[j] = jump;
    jump = (pil_jump){.power = jump.power * MULTIPLIER, .sum = jump.sum * MULTIPLIER + 1};
  }
}

/* Segments run side by side because one alone waits for its own multiplication; each steps by
 * the 64-bit multiplier, which is one multiplication less than striding over them all. */
enum { SEGMENTS = 4, SEGMENTED_FROM = 512 };

void pil_stream_fill(pil_stream *stream, uint64_t *words, size_t count) {
  size_t length = count / SEGMENTS;
  if (count >= SEGMENTED_FROM) {
    pil_jump jump = jump_over(length);
    pil_stream segment[SEGMENTS];
    segment[0] = *stream;
    for (int j = 1; j < SEGMENTS; j++) {
      segment[j] = (pil_stream){pil_jump_apply(&jump, segment[j - 1]), stream->increment};
    }
    for (size_t i = 0; i < length; i++) {
#pragma GCC unroll 4
      for (int j = 0; j < SEGMENTS; j++) {
        words[(size_t)j * length + i] = output_word(segment[j].state);
        segment[j].state = segment[j].state * MULTIPLIER + stream->increment;
      }
    }
    stream->state = segment[SEGMENTS - 1].state;
    words += SEGMENTS * length;
    count -= SEGMENTS * length;
  }
  for (size_t i = 0; i < count; i++) words[i] = pil_stream_next(stream);
}
