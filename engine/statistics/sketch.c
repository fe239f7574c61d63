/* Quantiles of a stream of numbers that is not kept.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sketch.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"

enum { BUCKET_BITS = 9, BUCKET_SHIFT = 52 - BUCKET_BITS };

_Static_assert(PIL_SKETCH_BUCKETS == 1 << BUCKET_BITS, "a page is one power of two");

#define SIGN UINT64_C(0x8000000000000000)

/* Whole numbers in the order of the doubles, and back. */
static uint64_t key_of(double cell) {
  uint64_t bits;
  cell += 0.0; /* one zero */
  memcpy(&bits, &cell, sizeof bits);
  return bits & SIGN ? ~bits : bits | SIGN;
}

static double cell_of(uint64_t key) {
  uint64_t bits = key & SIGN ? key ^ SIGN : ~key;
  double cell;
  memcpy(&cell, &bits, sizeof cell);
  return cell;
}

void pil_sketch_free(pil_sketch *sketch) {
  pil_memory_free(sketch->slots);
  pil_memory_free(sketch->pages);
  *sketch = (pil_sketch){0};
}

/* The page's counts; NULL when there is no memory. */
static uint32_t *page_of(pil_sketch *sketch, size_t page) {
  if (sketch->slots == NULL) {
    sketch->slots = pil_memory_new_zeroed(PIL_SKETCH_PAGES, sizeof *sketch->slots);
    if (sketch->slots == NULL) return NULL;
  }
  if (sketch->slots[page] > 0) return sketch->pages[sketch->slots[page] - 1];
  if (sketch->page_count == sketch->page_capacity) {
    size_t capacity = sketch->page_capacity == 0 ? 2 : 2 * sketch->page_capacity;
    void *grown = pil_memory_resize(sketch->pages, capacity, sizeof *sketch->pages);
    if (grown == NULL) return NULL;
    sketch->pages = grown;
    sketch->page_capacity = capacity;
  }
  uint32_t *counts = memset(sketch->pages[sketch->page_count], 0, sizeof *sketch->pages);
  sketch->slots[page] = (uint16_t)++sketch->page_count;
  return counts;
}

static void widen(pil_sketch *sketch, double low, double high) {
  bool is_first = sketch->finite_count == 0;
  sketch->min = is_first || low < sketch->min ? low : sketch->min;
  sketch->max = is_first || high > sketch->max ? high : sketch->max;
}

bool pil_sketch_add(pil_sketch *sketch, const double *cells, size_t count, pil_error *error) {
  size_t page = PIL_SKETCH_PAGES;
  uint32_t *counts = NULL;
  for (size_t i = 0; i < count; i++) {
    double cell = cells[i] + 0.0;
    if (!(fabs(cell) <= DBL_MAX)) {
      sketch->never_count += cell == INFINITY;
      continue;
    }
    uint64_t key = key_of(cell);
    if (key >> 52 != page) {
      page = key >> 52;
      counts = page_of(sketch, page);
      if (counts == NULL) return pil_error_memory(error);
    }
    counts[key >> BUCKET_SHIFT & (PIL_SKETCH_BUCKETS - 1)]++;
    widen(sketch, cell, cell);
    sketch->finite_count++;
  }
  return true;
}

bool pil_sketch_merge(pil_sketch *sketch, const pil_sketch *part, pil_error *error) {
  sketch->never_count += part->never_count;
  if (part->finite_count == 0) return true;
  for (size_t page = 0; page < PIL_SKETCH_PAGES; page++) {
    if (part->slots[page] == 0) continue;
    uint32_t *to = page_of(sketch, page);
    if (to == NULL) return pil_error_memory(error);
    const uint32_t *from = part->pages[part->slots[page] - 1];
    for (size_t i = 0; i < PIL_SKETCH_BUCKETS; i++) to[i] += from[i];
  }
  widen(sketch, part->min, part->max);
  sketch->finite_count += part->finite_count;
  return true;
}

/* About the number of rank `rank` from 0 among the finite ones; `width` of its bucket. */
static double number_at(const pil_sketch *sketch, uint64_t rank, double *width) {
  uint64_t before = 0;
  *width = 0;
  if (rank == 0) return sketch->min;
  if (rank + 1 == sketch->finite_count) return sketch->max;
  for (size_t page = 0; page < PIL_SKETCH_PAGES; page++) {
    if (sketch->slots[page] == 0) continue;
    const uint32_t *counts = sketch->pages[sketch->slots[page] - 1];
    for (size_t i = 0; i < PIL_SKETCH_BUCKETS; before += counts[i++]) {
      if (rank - before >= counts[i]) continue;
      uint64_t first = (uint64_t)page << 52 | (uint64_t)i << BUCKET_SHIFT;
      if (first == SIGN) return 0; /* zeros, and what is less than 1e-310 */
      double low = fmax(cell_of(first), sketch->min);
      double high = fmin(cell_of(first + (UINT64_C(1) << BUCKET_SHIFT) - 1), sketch->max);
      double part = ((double)(rank - before) + 0.5) / counts[i];
      *width = high - low;
      return low + (high - low) * part;
    }
  }
  return sketch->max; /* not reached: the counts add up */
}

static double value_at(const pil_sketch *sketch, double h, double *width) {
  uint64_t numbers = sketch->finite_count + sketch->never_count, rank = (uint64_t)h;
  double part = h - floor(h), unused;
  if (rank >= sketch->finite_count) return INFINITY;
  double lower = number_at(sketch, rank, width);
  if (part == 0 || rank + 1 == numbers) return lower;
  if (rank + 1 >= sketch->finite_count) return INFINITY;
  double upper = number_at(sketch, rank + 1, &unused);
  return lower * (1 - part) + upper * part;
}

double pil_sketch_quantile(const pil_sketch *sketch, double probability, double *error) {
  double n = (double)(sketch->finite_count + sketch->never_count), width = 0, unused;
  *error = NAN;
  if (n == 0) return NAN;
  double h = (n - 1) * probability, value = value_at(sketch, h, &width);
  double spread = sqrt(n * probability * (1 - probability));
  if (spread == 0 || h - spread < 0 || h + spread > n - 1) return value;
  double low = value_at(sketch, h - spread, &unused), high = value_at(sketch, h + spread, &unused);
  *error = isinf(low) ? NAN : fmax(high / 2 - low / 2, width / 2);
  return value;
}

size_t pil_sketch_bytes(const pil_sketch *sketch) {
  return (sketch->slots == NULL ? 0 : PIL_SKETCH_PAGES * sizeof *sketch->slots) +
         sketch->page_capacity * sizeof *sketch->pages;
}
