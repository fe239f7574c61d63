/* For the fuzzers: a small generator of random numbers and random changes to a text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_TESTS_MUTATION_H
#define PIL_TESTS_MUTATION_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTANT_BYTES = 1 << 13 };

typedef struct mutant {
  uint64_t state;
  size_t length;
  char bytes[MUTANT_BYTES];
} mutant;

/* The seed comes from FUZZ_SEED, so that a failure can be replayed; it is printed. */
static inline uint64_t fuzz_seed(void) {
  const char *given = getenv("FUZZ_SEED");
  uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 20260101;
  printf("# FUZZ_SEED=%llu\n", (unsigned long long)seed);
  return seed;
}

/* SplitMix64 (Steele, Lea and Flood 2014); below `limit`, which is small. */
static inline size_t fuzz_below(uint64_t *state, size_t limit) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return (size_t)((z ^ z >> 31) % limit);
}

static inline void fuzz_replace(mutant *m, size_t at, size_t gone, const char *bytes,
                                size_t count) {
  if (m->length - gone + count > MUTANT_BYTES - 1) return;
  char moved[MUTANT_BYTES];
  memcpy(moved, bytes, count);
  memmove(m->bytes + at + count, m->bytes + at + gone, m->length - at - gone);
  memcpy(m->bytes + at, moved, count);
  m->length += count - gone;
}

/* One change: a byte, a piece gone, a piece again, or a word of the language put in. */
static inline void fuzz_change(mutant *m, const char *const *words, size_t word_count) {
  size_t at = fuzz_below(&m->state, m->length + 1), left = m->length - at;
  size_t piece = left == 0 ? 0 : 1 + fuzz_below(&m->state, left < 40 ? left : 40);
  char byte = (char)fuzz_below(&m->state, 256);
  const char *word = words[fuzz_below(&m->state, word_count)];
  switch (fuzz_below(&m->state, 6)) {
    case 0: fuzz_replace(m, at, left > 0, &byte, 1); break;
    case 1: fuzz_replace(m, at, piece, "", 0); break;
    case 2: fuzz_replace(m, fuzz_below(&m->state, m->length + 1), 0, m->bytes + at, piece); break;
    case 3: m->length = at; break;
    default: fuzz_replace(m, at, 0, word, strlen(word)); break;
  }
  m->bytes[m->length] = '\0';
}

static inline void fuzz_start(mutant *m, const char *seed_text) {
  m->length = strlen(seed_text);
  memcpy(m->bytes, seed_text, m->length + 1);
}

#endif
