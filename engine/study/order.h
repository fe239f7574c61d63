/* Places of items by their scores, many trials at once.
 *
 * The highest score is first. A score that is NaN comes after all others, infinities stand where numbers
 * of that size would; equal scores tie, and so do two NaNs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_ORDER_H
#define PIL_STUDY_ORDER_H

#include <stdint.h>

#include "../base/error.h"

enum { PIL_ORDER_ITEMS = 4096 /* at most */, PIL_ORDER_LANES = 8 /* sorted side by side */ };

/* What one item of one lane looks like: `above` items are above it, and it ties with tied - 1 others, so that it
 * holds the places above + 1 to above + tied. */
typedef uint16_t pil_order_count;

typedef struct pil_exchange {
  uint16_t first, second;
} pil_exchange;

/* A sorting network and room for PIL_ORDER_LANES lanes. Memory: 4 bytes for each of about n log2(n)^2 / 4 exchanges
 * (6 KiB for 100 items, 94 KiB for 1,000), and 66 bytes an item. */
typedef struct pil_order {
  size_t item_count;
  pil_exchange *exchanges;
  size_t exchange_count;
  double (*keys)[PIL_ORDER_LANES];
  uint16_t *sequence; /* of one lane: items by place */
} pil_order;

/* 1 <= item_count <= PIL_ORDER_ITEMS. */
bool pil_order_init(pil_order *order, size_t item_count, pil_error *error);
void pil_order_free(pil_order *order);

/* Item i's score in lane l is scores[i * score_stride + l]; above[i * stride + l] and tied[…] are filled.
 * `stride` is a multiple of PIL_ORDER_LANES, at least the lane count. Time: n log2(n)^2 a lane; near-ties (scores that
 * agree to all but the last log2 n bits and are not equal) are sorted by insertion. */
void pil_order_fill(pil_order *order, const double *scores, size_t score_stride, size_t lane_count,
                    pil_order_count *above, pil_order_count *tied, size_t stride);

#endif
