/* Questions of a log histogram of waiting times.
 * SPDX-License-Identifier: Apache-2.0 */
#include "waits.h"

void pil_waits_merge(pil_waits *waits, const pil_waits *part) {
  if (part->count == 0) return; /* its buckets may never have been touched */
  waits->count += part->count;
  waits->none_count += part->none_count;
  waits->never_count += part->never_count;
  waits->longest = fmax(waits->longest, part->longest);
  waits->sum_low += part->sum_low;
  waits->sum_high += part->sum_high + (waits->sum_low < part->sum_low);
  for (size_t i = 0; i < PIL_WAITS_BUCKETS; i++) waits->counts[i] += part->counts[i];
}

double pil_waits_mean(const pil_waits *waits) {
  double count = (double)(waits->count - waits->never_count);
  return count > 0 ? ((double)waits->sum_high * 0x1p32 + (double)waits->sum_low * 0x1p-32) / count : (double)NAN;
}

static double border(size_t bucket) {
  size_t part = bucket & ((1 << PIL_WAITS_BITS) - 1);
  return ldexp(1 + (double)part / (1 << PIL_WAITS_BITS), PIL_WAITS_LOWEST + (int)(bucket >> PIL_WAITS_BITS));
}

/* About the wait of rank `rank` from 0. */
static double wait_at(const pil_waits *waits, uint64_t rank) {
  if (rank < waits->none_count) return 0;
  if (rank >= waits->count - waits->never_count) return INFINITY;
  if (rank + 1 == waits->count - waits->never_count) return waits->longest;
  rank -= waits->none_count;
  size_t bucket = 0;
  while (rank >= waits->counts[bucket]) rank -= waits->counts[bucket++];
  double low = border(bucket), high = fmin(border(bucket + 1), waits->longest);
  return low + (high - low) * (((double)rank + 0.5) / (double)waits->counts[bucket]);
}

double pil_waits_quantile(const pil_waits *waits, double probability) {
  if (waits->count == 0) return NAN;
  double h = (double)(waits->count - 1) * probability, part = h - floor(h);
  uint64_t rank = (uint64_t)h;
  double lower = wait_at(waits, rank);
  if (part == 0 || isinf(lower) || rank + 1 >= waits->count) return lower;
  double upper = wait_at(waits, rank + 1);
  return isinf(upper) ? upper : lower * (1 - part) + upper * part;
}

/* How many waited no longer. */
static double count_within(const pil_waits *waits, double minutes) {
  if (minutes < 0) return 0;
  if (minutes >= waits->longest) return (double)(waits->count - (minutes < INFINITY ? waits->never_count : 0));
  double within = (double)waits->none_count;
  for (size_t i = 0; i < PIL_WAITS_BUCKETS && border(i) <= minutes; i++) {
    double low = border(i), high = fmin(border(i + 1), waits->longest);
    within += (double)waits->counts[i] * (minutes < high ? (minutes - low) / (high - low) : 1);
  }
  return within;
}

double pil_waits_share(const pil_waits *waits, double minutes) {
  return waits->count > 0 ? count_within(waits, minutes) / (double)waits->count : (double)NAN;
}

double pil_waits_quantile_error(const pil_waits *all, const pil_waits *groups, size_t group_count, double probability) {
  double middle = pil_waits_quantile(all, probability), squares = 0;
  if (!isfinite(middle) || group_count < 2 || probability <= 0 || probability >= 1) return NAN;
  double share = pil_waits_share(all, middle);
  for (size_t i = 0; i < group_count; i++) {
    double apart = count_within(&groups[i], middle) - share * (double)groups[i].count;
    squares += apart * apart;
  }
  double n = (double)group_count, error = sqrt(squares * n / (n - 1)) / (double)all->count;
  if (probability - error < 0 || probability + error > 1) return NAN;
  double low = pil_waits_quantile(all, probability - error), high = pil_waits_quantile(all, probability + error);
  return isinf(high) ? (double)NAN : (high - low) / 2;
}
