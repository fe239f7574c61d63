/* Places of items by their scores, many trials at once.
 *
 * A sorting network does the same exchanges whatever the numbers, so eight trials are sorted side by side without a
 * branch. What is sorted is the score with the item's number in its last bits; items whose scores differ in
 * those bits only are compared again, in full.
 * SPDX-License-Identifier: Apache-2.0 */

/* The loops over lanes are to be vector code. */
#pragma GCC optimize("O3")

#include "order.h"

#include <float.h>
#include <immintrin.h>
#include <string.h>

#include "../base/memory.h"

enum { LANES = PIL_ORDER_LANES };

_Static_assert(LANES == 8, "two vectors of four");

/* Batcher's merge exchange for any number of items (Knuth, The Art of Computer Programming 3,
 * 5.2.2, algorithm M). Returns how many exchanges there are; writes them where `to` is given. */
static size_t list_exchanges(size_t n, pil_exchange *to) {
  size_t count = 0, top = 1;
  if (n < 2) return 0;
  while (2 * top < n) top *= 2;
  for (size_t p = top; p > 0; p /= 2) {
    for (size_t q = top, r = 0, d = p;; d = q - p, q /= 2, r = p) {
      for (size_t i = 0; i + d < n; i++) {
        if ((i & p) != r) continue;
        if (to != NULL) to[count] = (pil_exchange){(uint16_t)i, (uint16_t)(i + d)};
        count++;
      }
      if (q == p) break;
    }
  }
  return count;
}

bool pil_order_init(pil_order *order, size_t item_count, pil_error *error) {
  *order = (pil_order){.item_count = item_count, .exchange_count = list_exchanges(item_count, NULL)};
  order->exchanges = pil_memory_resize(NULL, order->exchange_count, sizeof *order->exchanges);
  order->keys = pil_memory_resize(NULL, item_count, sizeof *order->keys);
  order->sequence = pil_memory_resize(NULL, item_count, sizeof *order->sequence);
  if (order->exchanges == NULL || order->keys == NULL || order->sequence == NULL) {
    pil_order_free(order);
    return pil_error_memory(error);
  }
  list_exchanges(item_count, order->exchanges);
  return true;
}

void pil_order_free(pil_order *order) {
  pil_memory_free(order->exchanges);
  pil_memory_free(order->keys);
  pil_memory_free(order->sequence);
  *order = (pil_order){0};
}

static uint64_t bits_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits;
}

/* The bits that hold an item's number. */
static uint64_t number_mask(size_t item_count) {
  uint64_t mask = 0;
  while (mask + 1 < item_count) mask = 2 * mask + 1;
  return mask;
}

/* Infinities and NaN become the ends of the range, where the full comparison decides. Lanes from `lanes` on
 * are filled with the first. */
static void make_keys(pil_order *order, const double *scores, size_t stride, size_t lanes) {
  uint64_t mask = number_mask(order->item_count);
  for (size_t i = 0; i < order->item_count; i++) {
    double row[LANES];
    for (size_t j = 0; j < LANES; j++) row[j] = scores[i * stride + (j < lanes ? j : 0)];
    for (size_t j = 0; j < LANES; j++) {
      double key = row[j] + 0.0; /* one zero */
      key = key > -DBL_MAX ? key : -DBL_MAX;
      key = key < DBL_MAX ? key : DBL_MAX;
      uint64_t bits = (bits_of(key) & ~mask) | i;
      memcpy(&order->keys[i][j], &bits, sizeof bits);
    }
  }
}

/* No key is NaN, so the larger and the smaller are the two keys, bit for bit. */
static void sort_keys(pil_order *order) {
  for (size_t k = 0; k < order->exchange_count; k++) {
    double *first = order->keys[order->exchanges[k].first];
    double *second = order->keys[order->exchanges[k].second];
    __m256d a = _mm256_loadu_pd(first), b = _mm256_loadu_pd(first + 4);
    __m256d c = _mm256_loadu_pd(second), d = _mm256_loadu_pd(second + 4);
    _mm256_storeu_pd(first, _mm256_max_pd(a, c));
    _mm256_storeu_pd(first + 4, _mm256_max_pd(b, d));
    _mm256_storeu_pd(second, _mm256_min_pd(a, c));
    _mm256_storeu_pd(second + 4, _mm256_min_pd(b, d));
  }
}

/* Whether in any lane two neighbours differ in the item's number only. */
static bool some_are_near(const pil_order *order) {
  uint64_t mask = number_mask(order->item_count), near[LANES] = {0};
  for (size_t place = 0; place + 1 < order->item_count; place++) {
    for (size_t j = 0; j < LANES; j++) {
      uint64_t differing = (bits_of(order->keys[place][j]) ^ bits_of(order->keys[place + 1][j])) & ~mask;
      near[j] |= differing == 0;
    }
  }
  uint64_t any = 0;
  for (size_t j = 0; j < LANES; j++) any |= near[j];
  return any != 0;
}

static bool is_above(double score, double other) {
  return score > other || (other != other && score == score);
}

static bool is_tied(double score, double other) {
  return score == other || (score != score && other != other);
}

/* One lane with near neighbours: `sequence` in full order, then the places with their ties. */
static void place_lane(pil_order *order, size_t lane, const double *scores, size_t score_stride,
                       pil_order_count *above, pil_order_count *tied, size_t stride) {
  uint64_t mask = number_mask(order->item_count);
  uint16_t *sequence = order->sequence;
  for (size_t place = 0; place < order->item_count; place++) {
    uint16_t item = (uint16_t)(bits_of(order->keys[place][lane]) & mask);
    double score = scores[item * score_stride];
    size_t to = place;
    for (; to > 0 && is_above(score, scores[sequence[to - 1] * score_stride]); to--)
      sequence[to] = sequence[to - 1];
    sequence[to] = item;
  }
  for (size_t start = 0, end; start < order->item_count; start = end) {
    double score = scores[sequence[start] * score_stride];
    end = start + 1;
    while (end < order->item_count && is_tied(score, scores[sequence[end] * score_stride])) end++;
    for (size_t place = start; place < end; place++) {
      above[sequence[place] * stride] = (pil_order_count)start;
      tied[sequence[place] * stride] = (pil_order_count)(end - start);
    }
  }
}

void pil_order_fill(pil_order *order, const double *scores, size_t score_stride, size_t lane_count,
                    pil_order_count *above, pil_order_count *tied, size_t stride) {
  uint64_t mask = number_mask(order->item_count);
  for (size_t start = 0; start < lane_count; start += LANES) {
    size_t lanes = lane_count - start < LANES ? lane_count - start : LANES;
    make_keys(order, scores + start, score_stride, lanes);
    sort_keys(order);
    if (some_are_near(order)) {
      for (size_t j = 0; j < lanes; j++)
        place_lane(order, j, scores + start + j, score_stride, above + start + j, tied + start + j, stride);
      continue;
    }
    for (size_t place = 0; place < order->item_count; place++) {
      for (size_t j = 0; j < LANES; j++) {
        size_t item = bits_of(order->keys[place][j]) & mask;
        above[item * stride + start + j] = (pil_order_count)place;
      }
    }
    for (size_t i = 0; i < order->item_count; i++)
      for (size_t j = 0; j < LANES; j++) tied[i * stride + start + j] = 1;
  }
}
