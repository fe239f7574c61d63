/* Quantiles of a stream of numbers that is not kept: counts in buckets of fixed borders, so that neither the order
 * of the numbers nor how they were split among threads shows in the result.
 *
 * A bucket is 1/512 of a power of two wide, so the numbers that a quantile lies between are known to 0.2 % of
 * themselves (between the borders they are taken as spread evenly); the smallest and the largest are exact.
 * Memory: 8 KiB, and 2 KiB for every power of two between two of which a number fell (positive and negative ones
 * apart): 20 KiB for a column from 10 to 500.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_SKETCH_H
#define PIL_STATISTICS_SKETCH_H

#include <stdint.h>

#include "../base/error.h"

enum { PIL_SKETCH_BUCKETS = 512, PIL_SKETCH_PAGES = 4096 };

/* Zero-initialised is empty and usable; at most 2^32 - 1 numbers. Cells as in summary.h: never counts in the order,
 * what is not a number does not. */
typedef struct pil_sketch {
  uint64_t finite_count, never_count;
  double min, max;                         /* of the finite */
  uint16_t *slots;                         /* by sign and exponent: 1 + index into pages; 0: nothing there */
  uint32_t (*pages)[PIL_SKETCH_BUCKETS];
  size_t page_count, page_capacity;
} pil_sketch;

void pil_sketch_free(pil_sketch *sketch);

/* Both fail only for want of memory; the sketch may then only be freed. */
bool pil_sketch_add(pil_sketch *sketch, const double *cells, size_t count, pil_error *error);
bool pil_sketch_merge(pil_sketch *sketch, const pil_sketch *part, pil_error *error);

/* The quantile at `probability`, type 7; NaN where there is no number. `error`: its Monte Carlo error as
 * pil_quantiles_and_errors has it, or half a bucket where that is more. */
double pil_sketch_quantile(const pil_sketch *sketch, double probability, double *error);

size_t pil_sketch_bytes(const pil_sketch *sketch);

#endif
