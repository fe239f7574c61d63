/* Exact quantiles by selection on the column where it lies.
 *
 * A pass over the column counts how many cells fall into each of 4096 buckets; the buckets that
 * hold a wanted rank are gathered into a bounded scratch and finished there, or, where they are
 * too full, treated as columns of their own. The first buckets are spread over the body that a
 * sample shows, which leaves few cells in each: by *keys* (a double's bits, turned so that they
 * order like the numbers, near to a logarithm) where the body has one sign, else by distance.
 * Where a few values are frequent, their buckets are split by keys again. Each such step fixes
 * 12 bits, so five or six are the worst case, and no order of the cells makes it slow.
 * SPDX-License-Identifier: Apache-2.0 */

/* The loops that find buckets are to be vector code. */
#pragma GCC optimize("O3")

#include "quantile.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"

enum {
  DIGIT_BITS = 12,
  BUCKETS = 1 << DIGIT_BITS, /* this number means: in none of them */
  SCRATCH_KEYS = 1 << 17,    /* 1 MiB */
  GROUP = 16,                /* probabilities answered together */
  RANKS = 6 * GROUP,         /* a value and two ends, two neighbours each */
  STEPS = 64 / DIGIT_BITS + 3,
  CHUNK = 512, /* cells whose buckets are found together */
  SAMPLE = 256
};

/* How numbers fall into buckets: by their distance from `origin` where `scale` is not 0, else
 * by their keys from low to low + span. */
typedef struct grid {
  double origin, scale;
  uint64_t low, span;
  int shift;
  int below, above; /* the buckets of keys beyond */
} grid;

/* Ascending wanted ranks (from 0), and where their keys go. */
typedef struct wanted {
  const size_t *ranks;
  uint64_t *keys;
  size_t count;
  size_t before; /* cells below those that are looked at */
} wanted;

/* A bucket that holds wanted ranks: its keys in the scratch, or the least and the greatest. */
typedef struct piece {
  wanted want;
  size_t bucket;
  uint64_t *end; /* of what is gathered so far; NULL: too many to be gathered */
  uint64_t min, max;
} piece;

typedef struct step {
  grid grid;
  size_t counts[BUCKETS + 1];
  uint8_t slots[BUCKETS + 1]; /* 1 + index into pieces; 0: no rank is wanted there */
  piece pieces[RANKS];
} step;

typedef struct selection {
  const double *cells;
  size_t count;
  uint64_t scratch[SCRATCH_KEYS];
  size_t other_counts[BUCKETS + 1];
  step steps[STEPS];
} selection;

#define SIGN UINT64_C(0x8000000000000000)
#define KEY_OF_LEAST UINT64_C(0x0010000000000000)    /* -DBL_MAX */
#define KEY_OF_INFINITY UINT64_C(0xfff0000000000000) /* NaNs lie outside of the two */

static inline uint64_t key_of(double cell) {
  uint64_t bits;
  cell += 0.0; /* one zero */
  memcpy(&bits, &cell, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | SIGN);
}

static double cell_of(uint64_t key) {
  uint64_t bits = key & SIGN ? key ^ SIGN : ~key;
  double cell;
  memcpy(&cell, &bits, sizeof cell);
  return cell;
}

/* ---- buckets ---- */

/* Subtracting, multiplying and rounding down keep the order of numbers, so the buckets are in
 * order too. */
static void find_distances(const grid *g, const double *cells, size_t count, int32_t *buckets) {
  double origin = g->origin, scale = g->scale;
  for (size_t i = 0; i < count; i++) {
    double at = (cells[i] - origin) * scale;
    at = at > 0 ? at : 0; /* also where infinity meets a scale of 0 */
    at = at < BUCKETS - 1 ? at : BUCKETS - 1;
    at = cells[i] >= -DBL_MAX ? at : BUCKETS; /* no number */
    buckets[i] = (int32_t)at;
  }
}

static void find_digits(const grid *g, const double *cells, size_t count, int32_t *buckets) {
  uint64_t low = g->low, span = g->span, below = (uint64_t)g->below, above = (uint64_t)g->above;
  for (size_t i = 0; i < count; i++) {
    uint64_t key = key_of(cells[i]), digit = (key - low) >> g->shift;
    digit = key < low ? below : digit;
    digit = key > low + span ? above : digit;
    digit = cells[i] >= -DBL_MAX ? digit : BUCKETS;
    buckets[i] = (int32_t)digit;
  }
}

/* The buckets of the chunk that begins at `start`; returns its size. */
static size_t find_buckets(const selection *s, const grid *g, size_t start, int32_t *buckets) {
  size_t left = s->count - start, count = left < CHUNK ? left : CHUNK;
  if (g->scale != 0)
    find_distances(g, s->cells + start, count, buckets);
  else
    find_digits(g, s->cells + start, count, buckets);
  return count;
}

static grid grid_of_keys(uint64_t low, uint64_t span) {
  int bits = span == 0 ? 0 : 64 - __builtin_clzll(span);
  int shift = bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
  return (grid){.low = low, .span = span, .shift = shift, .below = BUCKETS, .above = BUCKETS};
}

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Covers twice the body; what lies beyond goes to the first and the last bucket. */
static grid spread_grid(double low, double high) {
  double scale = BUCKETS / 2 / (high - low), origin = low - (high - low) / 2;
  if (low <= 0 && high >= 0 && isfinite(origin) && isnormal(scale))
    return (grid){.origin = origin, .scale = scale};
  uint64_t width = key_of(high) - key_of(low), first = key_of(low), last = key_of(high);
  first = first - KEY_OF_LEAST < width / 2 ? KEY_OF_LEAST : first - width / 2;
  last = KEY_OF_INFINITY - last < width / 2 ? KEY_OF_INFINITY : last + width / 2;
  grid g = grid_of_keys(first, last - first);
  g.below = 0;
  g.above = BUCKETS - 1;
  return g;
}

/* The middle 98 % of an evenly spaced sample are the body. */
static grid choose_grid(const selection *s) {
  double sample[SAMPLE];
  size_t kept = 0, apart = s->count / SAMPLE + 1;
  for (size_t i = 0; i < s->count; i += apart) {
    sample[kept] = s->cells[i];
    kept += isfinite(s->cells[i]) != 0;
  }
  if (kept == 0) return grid_of_keys(KEY_OF_LEAST, KEY_OF_INFINITY - KEY_OF_LEAST);
  qsort(sample, kept, sizeof *sample, compare_numbers);
  return spread_grid(sample[kept / 100], sample[kept - 1 - kept / 100]);
}

/* Every other cell is counted apart: where cells repeat, one count would wait for the last. */
static void count_buckets(selection *s, step *now, grid g) {
  int32_t buckets[CHUNK];
  size_t *counts = now->counts, *others = s->other_counts;
  now->grid = g;
  memset(counts, 0, sizeof now->counts);
  memset(others, 0, sizeof s->other_counts);
  for (size_t start = 0; start < s->count; start += CHUNK) {
    size_t count = find_buckets(s, &now->grid, start, buckets);
    for (size_t i = 0; i + 1 < count; i += 2) {
      counts[buckets[i]]++;
      others[buckets[i + 1]]++;
    }
    if (count % 2 == 1) counts[buckets[count - 1]]++;
  }
  for (size_t i = 0; i <= BUCKETS; i++) counts[i] += others[i];
}

/* ---- pieces ---- */

/* The ranks of `want` bucket by bucket. */
static size_t cut_pieces(step *now, wanted want) {
  size_t piece_count = 0, bucket = 0;
  while (want.count > 0) {
    while (want.ranks[0] >= want.before + now->counts[bucket]) want.before += now->counts[bucket++];
    piece *p = &now->pieces[piece_count++];
    *p = (piece){.want = want, .bucket = bucket, .min = UINT64_MAX};
    size_t taken = 0, end = want.before + now->counts[bucket];
    while (taken < want.count && want.ranks[taken] < end) taken++;
    p->want.count = taken;
    want.ranks += taken;
    want.keys += taken;
    want.count -= taken;
  }
  return piece_count;
}

/* Gives room in the scratch to as many pieces as fit. */
static void place_pieces(selection *s, step *now, size_t piece_count) {
  size_t used = 0;
  memset(now->slots, 0, sizeof now->slots);
  for (size_t i = 0; i < piece_count; i++) {
    piece *p = &now->pieces[i];
    size_t keys = now->counts[p->bucket];
    now->slots[p->bucket] = (uint8_t)(i + 1);
    if (keys > SCRATCH_KEYS - used) continue;
    p->end = s->scratch + used;
    used += keys;
  }
}

static void gather_pieces(selection *s, step *now) {
  int32_t buckets[CHUNK];
  for (size_t start = 0; start < s->count; start += CHUNK) {
    size_t count = find_buckets(s, &now->grid, start, buckets);
    for (size_t i = 0; i < count; i++) {
      if (now->slots[buckets[i]] == 0) continue;
      piece *p = &now->pieces[now->slots[buckets[i]] - 1];
      uint64_t key = key_of(s->cells[start + i]);
      if (p->end != NULL) {
        *p->end++ = key;
        continue;
      }
      if (key < p->min) p->min = key; /* seldom: a store each time would wait for the last */
      if (key > p->max) p->max = key;
    }
  }
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

/* The cells are counted. */
static void select_counted(selection *s, step *now, wanted want) {
  size_t piece_count = cut_pieces(now, want);
  place_pieces(s, now, piece_count);
  gather_pieces(s, now);
  for (size_t i = 0; i < piece_count; i++) {
    const piece *p = &now->pieces[i];
    size_t keys = now->counts[p->bucket];
    if (p->end != NULL) select_gathered(p->end - keys, keys, p->want);
  }
  for (size_t i = 0; i < piece_count; i++) {
    const piece *p = &now->pieces[i];
    if (p->end != NULL) continue;
    if (p->min == p->max) {
      for (size_t j = 0; j < p->want.count; j++) p->want.keys[j] = p->min;
      continue;
    }
    count_buckets(s, now + 1, grid_of_keys(p->min, p->max - p->min));
    select_counted(s, now + 1, p->want);
  }
}

/* ---- quantiles ---- */

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
static void answer_group(selection *s, size_t n, const double *p, size_t p_count, double *out,
                         double *errors) {
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
  select_counted(s, s->steps, (wanted){ranks, keys, rank_count, 0});
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
  count_buckets(s, s->steps, choose_grid(s));
  size_t n = count - s->steps[0].counts[BUCKETS];
  for (size_t start = 0; start < p_count; start += GROUP) {
    size_t some = p_count - start < GROUP ? p_count - start : GROUP;
    double *some_errors = errors == NULL ? NULL : errors + start;
    if (n > 0) {
      answer_group(s, n, probabilities + start, some, out + start, some_errors);
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
