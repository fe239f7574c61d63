/* Mean and sum of squared deviations of a stream of finite numbers.
 * SPDX-License-Identifier: Apache-2.0 */

/* The sums side by side are to be vector code. */
#pragma GCC optimize("O3")

#include "moments.h"

#include <assert.h>
#include <math.h>

/* Independent sums side by side, so that the additions overlap. Part of the result's bits. */
enum { LANES = 8 };

/* Knuth's TwoSum (The Art of Computer Programming 2, 4.2.2, theorem B): high + the exact error. */
void pil_sum_add(pil_sum *sum, double term) {
  double high = sum->high + term, back = high - sum->high;
  sum->low += (sum->high - (high - back)) + (term - back);
  sum->high = high;
}

static pil_sum sum_numbers(const double *numbers, size_t count) {
  double high[LANES] = {0}, low[LANES] = {0};
  size_t whole = count / LANES * LANES;
  for (size_t i = 0; i < whole; i += LANES) {
    for (size_t j = 0; j < LANES; j++) {
      double term = numbers[i + j], sum = high[j] + term, back = sum - high[j];
      low[j] += (high[j] - (sum - back)) + (term - back);
      high[j] = sum;
    }
  }
  pil_sum total = {0};
  for (size_t i = whole; i < count; i++) pil_sum_add(&total, numbers[i]);
  for (size_t j = 0; j < LANES; j++) pil_sum_add(&total, high[j]);
  for (size_t j = 0; j < LANES; j++) total.low += low[j];
  return total;
}

/* sum / count, again with its rounding error beside it. */
static pil_sum divide(pil_sum sum, size_t count) {
  double n = (double)count, high = (sum.high + sum.low) / n;
  return (pil_sum){high, (fma(-high, n, sum.high) + sum.low) / n};
}

void pil_moments_add(pil_moments *moments, const double *numbers, size_t count) {
  assert(count <= PIL_MOMENTS_ROWS);
  if (count == 0) return;
  pil_sum sum = sum_numbers(numbers, count), mean = divide(sum, count);
  double squared[PIL_MOMENTS_ROWS];
  for (size_t i = 0; i < count; i++) {
    double deviation = (numbers[i] - mean.high) - mean.low;
    squared[i] = deviation * deviation;
  }
  pil_sum squares = sum_numbers(squared, count);
  if (moments->count > 0) {
    /* Chan, Golub and LeVeque 1983, eq. 2.1: what the distance of the two means adds. */
    pil_sum before = divide(moments->sum, moments->count);
    double distance = (mean.high - before.high) + (mean.low - before.low);
    double a = (double)moments->count, b = (double)count;
    pil_sum_add(&squares, distance * distance * (a / (a + b)) * b);
  }
  moments->count += count;
  pil_sum_add(&moments->sum, sum.high);
  moments->sum.low += sum.low;
  pil_sum_add(&moments->squares, squares.high);
  moments->squares.low += squares.low;
}

double pil_moments_mean(const pil_moments *moments) {
  if (moments->count == 0) return NAN;
  pil_sum mean = divide(moments->sum, moments->count);
  return mean.high + mean.low;
}

double pil_moments_sd(const pil_moments *moments) {
  if (moments->count < 2) return NAN;
  double squares = moments->squares.high + moments->squares.low;
  return sqrt(squares / (double)(moments->count - 1));
}
