/* PCG64-DXSM streams addressed by (seed, site, k): the order in which anything is drawn never
 * matters. Generator: O'Neill 2014, the DXSM output of numpy's PCG64DXSM; addressing: this
 * project's own and frozen (golden vectors in tests/unit_stream.c).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_STREAM_H
#define PIL_RANDOM_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 pil_u128;

/* `state` yields the next word; increment is odd. */
typedef struct pil_stream {
  pil_u128 state, increment;
} pil_stream;

/* The stream of draw k at the site whose name hashes to `name_hash` (pil_text_hash of e.g.
 * "in:volume"), standing at trial 1. */
pil_stream pil_stream_at(uint64_t seed, uint64_t name_hash, uint64_t k);

/* The same where a trial has lanes of its own (decisions): the trial joins the hash, and the
 * position in the stream is the lane's number within the trial, from 1. */
pil_stream pil_stream_at_trial(uint64_t seed, uint64_t name_hash, uint64_t k, uint64_t trial);

/* The word of a state (DXSM), and the state one step on. */
uint64_t pil_stream_word(pil_u128 state);
pil_u128 pil_stream_step(pil_u128 state, pil_u128 increment);
uint64_t pil_stream_next(pil_stream *stream);

/* Skips `steps` words, as numpy's advance. */
void pil_stream_advance(pil_stream *stream, uint64_t steps);

/* Words of `count` consecutive positions from the stream's; the stream moves on. */
void pil_stream_fill(pil_stream *stream, uint64_t *words, size_t count);

/* state after j steps = power[j]·state + sum[j]·increment; one table serves every stream. */
typedef struct pil_jump {
  pil_u128 power, sum;
} pil_jump;
void pil_jumps_fill(pil_jump *jumps, size_t count); /* jumps[0] is no step at all */
static inline pil_u128 pil_jump_apply(const pil_jump *jump, pil_stream stream) {
  return jump->power * stream.state + jump->sum * stream.increment;
}

/* ((word >> 12) + 0.5)·2^-52: never 0, never 1; and 1 minus that, exact as well. The integer
 * becomes a double through its bits, which AVX2 can do and a conversion it cannot. */
static inline double pil_uniform(uint64_t word) {
  uint64_t bits = (word >> 12) | UINT64_C(0x4330000000000000);
  double shifted; /* 2^52 + (word >> 12) */
  memcpy(&shifted, &bits, sizeof shifted);
  return (shifted - (0x1p52 - 0.5)) * 0x1p-52;
}
static inline double pil_uniform_complement(uint64_t word) {
  return pil_uniform(~word);
}

#endif
