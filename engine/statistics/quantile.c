/* Exact quantiles by radix selection on the column where it lies.
 *
 * A double's bits, turned so that they order like the numbers, are a 64-bit key. A pass over
 * the column counts how many keys of a range fall into each of 4096 equal buckets; the buckets
 * that hold a wanted rank are gathered into a bounded scratch and finished there, or, where
 * they are too full, treated as a range of their own. Each such step fixes 12 bits, so five or
 * six steps are the worst case, and no order of the cells makes it slow.
 * SPDX-License-Identifier: Apache-2.0 */
#include "quantile.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"

enum {
  DIGIT_BITS = 12,
  BUCKETS = 1 << DIGIT_BITS,
  SCRATCH_KEYS = 1 << 17, /* 1 MiB */
  GROUP = 16,             /* probabilities answered together */
  RANKS = 6 * GROUP,      /* a value and two ends, two neighbours each */
  STEPS = 64 / DIGIT_BITS + 2
};

/* Ascending wanted ranks (from 0) within some range of keys, and where their keys go. */
typedef struct wanted {
  const size_t *ranks;
  uint64_t *keys;
  size_t count;
  size_t before; /* keys below the range */
} wanted;

typedef struct step {
  size_t counts[BUCKETS];
  uint32_t slots[BUCKETS]; /* gathered buckets: 1 + index into ends; 0 others */
  size_t ends[RANKS];      /* end of what is gathered of each so far */
} step;

typedef struct selection {
  const double *cells;
  size_t count;
  uint64_t scratch[SCRATCH_KEYS];
  step steps[STEPS];
} selection;

#define SIGN UINT64_C(0x8000000000000000)
#define KEY_OF_LEAST UINT64_C(0x0010000000000000)    /* -DBL_MAX */
#define KEY_OF_INFINITY UINT64_C(0xfff0000000000000) /* NaNs lie outside of the two */

static uint64_t key_of(double cell) {
  uint64_t bits;
  memcpy(&bits, &cell, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | SIGN);
}

static double cell_of(uint64_t key) {
  uint64_t bits = key & SIGN ? key ^ SIGN : ~key;
  double cell;
  memcpy(&cell, &bits, sizeof cell);
  return cell + 0.0; /* one zero */
}

/* Shrinks the range low…low + span to what the column holds of it; returns how many cells. */
static size_t narrow_range(const selection *s, uint64_t *low, uint64_t *span) {
  size_t count = 0;
  uint64_t min = *span, max = 0;
  for (size_t i = 0; i < s->count; i++) {
    uint64_t offset = key_of(s->cells[i]) - *low;
    bool inside = offset <= *span;
    count += inside;
    min = inside && offset < min ? offset : min;
    max = inside && offset > max ? offset : max;
  }
  *low += min;
  *span = max - min;
  return count;
}

/* The bits in which the keys are not all alike. */
static uint64_t differing_bits(const uint64_t *keys, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 1; i < count; i++) bits |= keys[i] ^ keys[0];
  return bits;
}

/* Splits the keys by the highest bit in which they differ, then each side likewise. */
static void select_gathered(uint64_t *keys, size_t count, wanted want) {
  for (uint64_t bits; (bits = differing_bits(keys, count)) != 0;) {
    uint64_t mask = UINT64_C(1) << (63 - __builtin_clzll(bits));
    size_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
      uint64_t key = keys[i];
      keys[i] = keys[zeros];
      keys[zeros] = key;
      zeros += (key & mask) == 0;
    }
    size_t left = 0;
    while (left < want.count && want.ranks[left] - want.before < zeros) left++;
    wanted lower = want;
    lower.count = left;
    if (left == want.count) {
      count = zeros;
      continue;
    }
    if (left > 0) select_gathered(keys, zeros, lower);
    keys += zeros;
    count -= zeros;
    want.before += zeros;
    want.ranks += left;
    want.keys += left;
    want.count -= left;
  }
  for (size_t i = 0; i < want.count; i++) want.keys[i] = keys[0];
}

static void count_buckets(const selection *s, step *now, uint64_t low, uint64_t span, int shift) {
  memset(now, 0, sizeof *now);
  for (size_t i = 0; i < s->count; i++) {
    uint64_t offset = key_of(s->cells[i]) - low;
    if (offset <= span) now->counts[offset >> shift]++;
  }
}

static void gather_buckets(selection *s, step *now, uint64_t low, uint64_t span, int shift) {
  for (size_t i = 0; i < s->count; i++) {
    uint64_t offset = key_of(s->cells[i]) - low;
    if (offset > span) continue;
    uint32_t slot = now->slots[offset >> shift];
    if (slot != 0) s->scratch[now->ends[slot - 1]++] = offset;
  }
}

/* The ranks of `want` that fall into one bucket; moves `want` past them. */
typedef struct piece {
  wanted want;
  size_t bucket, start;
} piece;

static size_t cut_pieces(const step *now, wanted want, piece *pieces) {
  size_t piece_count = 0, bucket = 0;
  while (want.count > 0) {
    while (want.ranks[0] >= want.before + now->counts[bucket]) want.before += now->counts[bucket++];
    piece *p = &pieces[piece_count++];
    *p = (piece){.want = want, .bucket = bucket};
    size_t taken = 0, end = want.before + now->counts[bucket];
    while (taken < want.count && want.ranks[taken] < end) taken++;
    p->want.count = taken;
    want.ranks += taken;
    want.keys += taken;
    want.count -= taken;
  }
  return piece_count;
}

/* Gives room in the scratch to as many pieces as fit; `start` SIZE_MAX marks the others. */
static bool place_pieces(step *now, piece *pieces, size_t piece_count) {
  size_t used = 0;
  for (size_t i = 0; i < piece_count; i++) {
    size_t keys = now->counts[pieces[i].bucket];
    bool fits = keys <= SCRATCH_KEYS - used;
    pieces[i].start = fits ? used : SIZE_MAX;
    if (!fits) continue;
    now->slots[pieces[i].bucket] = (uint32_t)i + 1;
    now->ends[i] = used;
    used += keys;
  }
  return used > 0;
}

/* The range is narrow: both its ends are keys of the column. */
static void select_range(selection *s, step *now, uint64_t low, uint64_t span, wanted want) {
  if (span == 0) {
    for (size_t i = 0; i < want.count; i++) want.keys[i] = low;
    return;
  }
  int bits = 64 - __builtin_clzll(span), shift = bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
  count_buckets(s, now, low, span, shift);
  piece pieces[RANKS];
  size_t piece_count = cut_pieces(now, want, pieces);
  if (place_pieces(now, pieces, piece_count)) gather_buckets(s, now, low, span, shift);
  for (size_t i = 0; i < piece_count; i++) {
    piece *p = &pieces[i];
    if (p->start == SIZE_MAX) continue;
    select_gathered(s->scratch + p->start, now->counts[p->bucket], p->want);
    for (size_t j = 0; j < p->want.count; j++) p->want.keys[j] += low;
  }
  for (size_t i = 0; i < piece_count; i++) {
    piece *p = &pieces[i];
    if (p->start != SIZE_MAX) continue;
    uint64_t first = low + ((uint64_t)p->bucket << shift);
    uint64_t width = (UINT64_C(1) << shift) - 1, rest = low + span - first;
    uint64_t inner = width < rest ? width : rest;
    narrow_range(s, &first, &inner);
    select_range(s, now + 1, first, inner, p->want);
  }
}

/* A position between ranks, from 0: rank + part. */
typedef struct position {
  size_t rank;
  double part;
} position;

static position position_at(double h, size_t n) {
  double whole = floor(h);
  if (whole >= (double)(n - 1)) return (position){n - 1, 0};
  return (position){(size_t)whole, h - whole};
}

static size_t find_rank(const size_t *ranks, size_t rank) {
  size_t i = 0;
  while (ranks[i] != rank) i++;
  return i;
}

static double value_at(const size_t *ranks, const uint64_t *keys, position at) {
  size_t i = find_rank(ranks, at.rank);
  double lower = cell_of(keys[i]);
  if (at.part == 0 || lower == INFINITY) return lower;
  double upper = cell_of(keys[find_rank(ranks, at.rank + 1)]);
  if (upper == INFINITY || upper == lower) return upper;
  double gap = upper - lower;
  if (gap == INFINITY) return lower * (1 - at.part) + upper * at.part;
  return fmin(lower + gap * at.part, upper);
}

static void add_rank(size_t *ranks, size_t *rank_count, size_t rank) {
  size_t i = *rank_count;
  while (i > 0 && ranks[i - 1] > rank) i--;
  if (i > 0 && ranks[i - 1] == rank) return;
  memmove(ranks + i + 1, ranks + i, (*rank_count - i) * sizeof *ranks);
  ranks[i] = rank;
  ++*rank_count;
}

static void add_position(size_t *ranks, size_t *rank_count, position at) {
  add_rank(ranks, rank_count, at.rank);
  if (at.part > 0) add_rank(ranks, rank_count, at.rank + 1);
}

/* Hyndman and Fan 1996, definition 7: h = (n - 1) p. The number of cells below the p-quantile
 * is binomial(n, p), so its rank has the standard deviation sqrt(n p (1 - p)) (David and
 * Nagaraja 2003, Order Statistics, 7.1). */
static void answer_group(selection *s, size_t n, uint64_t low, uint64_t span, const double *p,
                         size_t p_count, double *out, double *errors) {
  position at[GROUP], from[GROUP], to[GROUP];
  bool inside[GROUP];
  size_t ranks[RANKS + 1], rank_count = 0;
  uint64_t keys[RANKS];
  for (size_t i = 0; i < p_count; i++) {
    assert(p[i] >= 0 && p[i] <= 1);
    double h = (double)(n - 1) * p[i], spread = sqrt((double)n * p[i] * (1 - p[i]));
    add_position(ranks, &rank_count, at[i] = position_at(h, n));
    inside[i] = errors != NULL && spread > 0 && h - spread >= 0 && h + spread <= (double)(n - 1);
    if (!inside[i]) continue;
    add_position(ranks, &rank_count, from[i] = position_at(h - spread, n));
    add_position(ranks, &rank_count, to[i] = position_at(h + spread, n));
  }
  select_range(s, s->steps, low, span, (wanted){ranks, keys, rank_count, 0});
  for (size_t i = 0; i < p_count; i++) {
    out[i] = value_at(ranks, keys, at[i]);
    if (errors == NULL) continue;
    errors[i] = NAN;
    if (!inside[i]) continue;
    errors[i] = value_at(ranks, keys, to[i]) / 2 - value_at(ranks, keys, from[i]) / 2;
  }
}

bool pil_quantiles_and_errors(const double *cells, size_t count, const double *probabilities,
                              size_t p_count, double *out, double *errors, pil_error *error) {
  selection *s = pil_memory_new(sizeof *s);
  if (s == NULL) return pil_error_memory(error);
  s->cells = cells;
  s->count = count;
  uint64_t low = KEY_OF_LEAST, span = KEY_OF_INFINITY - KEY_OF_LEAST;
  size_t n = narrow_range(s, &low, &span);
  for (size_t start = 0; start < p_count; start += GROUP) {
    size_t some = p_count - start < GROUP ? p_count - start : GROUP;
    double *some_errors = errors == NULL ? NULL : errors + start;
    if (n > 0) {
      answer_group(s, n, low, span, probabilities + start, some, out + start, some_errors);
      continue;
    }
    for (size_t i = start; i < start + some; i++) {
      out[i] = NAN;
      if (errors != NULL) errors[i] = NAN;
    }
  }
  pil_memory_free(s);
  return true;
}

bool pil_quantiles(const double *cells, size_t count, const double *probabilities, size_t p_count,
                   double *out, pil_error *error) {
  return pil_quantiles_and_errors(cells, count, probabilities, p_count, out, NULL, error);
}
