/* Linear and rank correlation of two columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "correlation.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "moments.h"

static bool both_finite(const double *first, const double *second, size_t i) {
  return isfinite(first[i]) && isfinite(second[i]);
}

static double mean_of_both(const double *first, const double *second, size_t count) {
  pil_sum sum = {0};
  size_t n = 0;
  for (size_t i = 0; i < count; i++) {
    if (!both_finite(first, second, i)) continue;
    pil_sum_add(&sum, first[i]);
    n++;
  }
  return (sum.high + sum.low) / (double)n;
}

double pil_correlation_pearson(const double *first, const double *second, size_t count) {
  double mean1 = mean_of_both(first, second, count), mean2 = mean_of_both(second, first, count);
  pil_sum squares1 = {0}, squares2 = {0}, products = {0};
  for (size_t i = 0; i < count; i++) {
    if (!both_finite(first, second, i)) continue;
    double a = first[i] - mean1, b = second[i] - mean2;
    pil_sum_add(&squares1, a * a);
    pil_sum_add(&squares2, b * b);
    pil_sum_add(&products, a * b);
  }
  double scale = sqrt(squares1.high + squares1.low) * sqrt(squares2.high + squares2.low);
  if (!(scale > 0)) return NAN;
  return fmax(-1, fmin(1, (products.high + products.low) / scale));
}

typedef struct entry {
  uint64_t key; /* orders as the cell does */
  size_t row;
} entry;

static uint64_t key_of(double cell) {
  uint64_t bits;
  cell += 0.0; /* one zero, so that zeros tie */
  memcpy(&bits, &cell, sizeof bits);
  return bits ^ ((uint64_t)((int64_t)bits >> 63) | UINT64_C(0x8000000000000000));
}

/* Stable radix sort, lowest digit first; the even number of passes ends in `from`. */
static void sort_entries(entry *from, entry *to, size_t count) {
  enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };
  size_t starts[DIGITS + 1];
  for (int shift = 0; shift < 6 * DIGIT_BITS; shift += DIGIT_BITS) {
    memset(starts, 0, sizeof starts);
    for (size_t i = 0; i < count; i++) starts[((from[i].key >> shift) & (DIGITS - 1)) + 1]++;
    for (size_t d = 0; d < DIGITS; d++) starts[d + 1] += starts[d];
    for (size_t i = 0; i < count; i++) {
      size_t digit = (from[i].key >> shift) & (DIGITS - 1);
      to[starts[digit]++] = from[i];
    }
    entry *spare = from;
    from = to;
    to = spare;
  }
}

bool pil_correlation_ranks(const double *cells, size_t count, double *ranks, pil_error *error) {
  entry *entries = pil_memory_new_zeroed(count, 2 * sizeof *entries);
  if (entries == NULL) return pil_error_memory(error);
  size_t n = 0;
  for (size_t i = 0; i < count; i++) {
    ranks[i] = NAN;
    if (cells[i] > -INFINITY) entries[n++] = (entry){key_of(cells[i]), i};
  }
  sort_entries(entries, entries + count, n);
  for (size_t start = 0, end; start < n; start = end) {
    for (end = start + 1; end < n && entries[end].key == entries[start].key;) end++;
    double rank = ((double)start + 1 + (double)end) / 2;
    for (size_t i = start; i < end; i++) ranks[entries[i].row] = rank;
  }
  pil_memory_free(entries);
  return true;
}

/* Copies evenly spread rows; a row that is no number in one column is none in both. */
static void take_rows(const double *first, const double *second, size_t count, double *taken1,
                      double *taken2, size_t taken_count) {
  for (size_t i = 0; i < taken_count; i++) {
    size_t row = i;
    if (taken_count < count) row = (size_t)((double)i * (double)count / (double)taken_count);
    bool numbers = first[row] > -INFINITY && second[row] > -INFINITY;
    taken1[i] = numbers ? first[row] : NAN;
    taken2[i] = numbers ? second[row] : NAN;
  }
}

bool pil_correlation_spearman(const double *first, const double *second, size_t count, double *out,
                              pil_error *error) {
  size_t rows = count < PIL_CORRELATION_ROWS ? count : PIL_CORRELATION_ROWS;
  double *taken = pil_memory_new_zeroed(rows, 4 * sizeof *taken);
  if (taken == NULL) return pil_error_memory(error);
  double *ranks1 = taken + 2 * rows, *ranks2 = taken + 3 * rows;
  take_rows(first, second, count, taken, taken + rows, rows);
  bool done = pil_correlation_ranks(taken, rows, ranks1, error) &&
              pil_correlation_ranks(taken + rows, rows, ranks2, error);
  if (done) *out = pil_correlation_pearson(ranks1, ranks2, rows);
  pil_memory_free(taken);
  return done;
}
