/* Waiting times of any number of decisions, counted in a log histogram of fixed size: whole numbers only, so that
 * neither their order nor how they were split among threads shows. A sketch (sketch.h) would allocate as it goes and
 * ends at 2^32 numbers; a month's policy run comes near.
 *
 * A bucket is 1/256 of a power of two wide: a wait is known to 0.4 % of itself. Waits under 2^-20 minutes (57 µs)
 * count as none; from 2^30 minutes on (two thousand years) only the longest is known. The mean
 * is exact to 2^-33 minutes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_WAITS_H
#define PIL_STATISTICS_WAITS_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  PIL_WAITS_BITS = 8,
  PIL_WAITS_LOWEST = -20,
  PIL_WAITS_HIGHEST = 30,
  PIL_WAITS_BUCKETS = (PIL_WAITS_HIGHEST - PIL_WAITS_LOWEST) << PIL_WAITS_BITS
};

/* Zero-initialised is empty. 100 KiB: for the heap. */
typedef struct pil_waits {
  uint64_t count;       /* all that follow together */
  uint64_t none_count;  /* did not wait */
  uint64_t never_count; /* were never begun: longer than any wait */
  double longest;       /* of the finite; 0 where there are none */
  uint64_t sum_low, sum_high; /* of the finite, in 2^-32 minutes, 128 bits */
  uint64_t counts[PIL_WAITS_BUCKETS];
} pil_waits;

/* `minutes`: at least 0; infinite: never. Inline, as it stands in the loop over decisions. */
static inline void pil_waits_add(pil_waits *waits, double minutes) {
  waits->count++;
  if (minutes > 0x1p1023) {
    waits->never_count++;
    return;
  }
  waits->longest = minutes > waits->longest ? minutes : waits->longest;
  uint64_t ticks = (uint64_t)((minutes < 0x1p31 ? minutes : 0x1p31) * 0x1p32 + 0.5);
  waits->sum_low += ticks;
  waits->sum_high += waits->sum_low < ticks;
  if (minutes < 0x1p-20) {
    waits->none_count++;
    return;
  }
  uint64_t bits;
  memcpy(&bits, &minutes, sizeof bits);
  uint64_t bucket = (bits >> (52 - PIL_WAITS_BITS)) - ((uint64_t)(1023 + PIL_WAITS_LOWEST) << PIL_WAITS_BITS);
  waits->counts[bucket < PIL_WAITS_BUCKETS ? bucket : PIL_WAITS_BUCKETS - 1]++;
}

/* `part` is another one. */
void pil_waits_merge(pil_waits *waits, const pil_waits *part);

/* Of the finite ones; NaN where there are none. */
double pil_waits_mean(const pil_waits *waits);

/* The quantile at `probability`, type 7, infinite where it falls among those never begun; NaN where there is none. */
double pil_waits_quantile(const pil_waits *waits, double probability);

/* The share that waited no longer than `minutes` (those in its bucket taken as spread evenly). */
double pil_waits_share(const pil_waits *waits, double minutes);

/* One standard error of that quantile of `all`. Decisions of one trial wait together, so trials, not decisions, are
 * the sample: `groups` are the waits of `group_count` disjoint sets of whole trials that make up `all` (trial modulo
 * group_count, say). NaN where they cannot tell: fewer than two, or a quantile too near the ends.
 * The share below the quantile is a ratio of totals over groups (Cochran 1977, Sampling Techniques, theorem 2.5); its
 * error is turned into minutes by the quantiles one error above and below (Woodruff 1952). */
double pil_waits_quantile_error(const pil_waits *all, const pil_waits *groups, size_t group_count, double probability);

#endif
