/* Mean and standard deviation of a stream of numbers, without rounding on the way.
 *
 * A double is a whole number of 53 bits times a power of two, so its place among fixed digits is a shift: the
 * "small superaccumulator" of R. M. Neal, Fast exact summation using small and large superaccumulators
 * (arXiv:1505.05571, 2015), with digits of 32 bits; the squares get one of their own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "exact.h"

#include <math.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum {
  CARRY_AFTER = 1 << 30, /* every digit then stays below 2^62 */
  UNIT = -1074,          /* exponent of the first digit of the sums; twice that for the squares */
  DIGITS = 2 * PIL_EXACT_DIGITS + 3
};

static void carry(pil_exact *exact) {
  exact->since_carry = 0;
  for (size_t i = 0; i + 1 < PIL_EXACT_DIGITS; i++) {
    int64_t over = exact->sums[i] >> 32; /* rounds down: the digit becomes non-negative */
    exact->sums[i] -= over * (INT64_C(1) << 32);
    exact->sums[i + 1] += over;
  }
  for (size_t i = 0; i + 1 < PIL_EXACT_SQUARE_DIGITS; i++) {
    exact->squares[i + 1] += exact->squares[i] >> 32;
    exact->squares[i] &= UINT32_MAX;
  }
}

static void add_square(uint64_t *squares, uint64_t significand, uint32_t exponent) {
  wide square = (wide)significand * significand;
  uint32_t shift = 2 * exponent % 32;
  uint64_t *digit = squares + 2 * exponent / 32;
  wide low = (wide)(uint64_t)square << shift, high = square >> 64 << shift;
  digit[0] += (uint32_t)low;
  digit[1] += (uint32_t)(low >> 32);
  digit[2] += (uint64_t)(low >> 64) + (uint32_t)high;
  digit[3] += (uint32_t)(high >> 32);
  digit[4] += (uint64_t)(high >> 64);
}

static void add_number(pil_exact *exact, uint64_t bits) {
  uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
  uint32_t exponent = bits >> 52 & 0x7ff;
  uint64_t significand = exponent == 0 ? fraction : fraction | UINT64_C(1) << 52;
  if (exponent > 0) exponent--;
  wide shifted = (wide)significand << exponent % 32;
  int64_t *digit = exact->sums + exponent / 32;
  int64_t sign = (int64_t)bits >> 63; /* 0 or -1: (x ^ sign) - sign is x or -x */
  digit[0] += ((int64_t)(uint32_t)shifted ^ sign) - sign;
  digit[1] += ((int64_t)(uint32_t)(shifted >> 32) ^ sign) - sign;
  digit[2] += ((int64_t)(shifted >> 64) ^ sign) - sign;
  add_square(exact->squares, significand, exponent);
}

void pil_exact_add(pil_exact *exact, const double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &numbers[i], sizeof bits);
    if ((bits >> 52 & 0x7ff) == 0x7ff) continue; /* infinite or not a number */
    add_number(exact, bits);
    exact->count++;
    if (++exact->since_carry == CARRY_AFTER) carry(exact);
  }
}

void pil_exact_merge(pil_exact *exact, const pil_exact *part) {
  pil_exact other = *part;
  carry(&other);
  carry(exact);
  exact->count += other.count;
  exact->since_carry = 1; /* digits below 2^33 */
  for (size_t i = 0; i < PIL_EXACT_DIGITS; i++) exact->sums[i] += other.sums[i];
  for (size_t i = 0; i < PIL_EXACT_SQUARE_DIGITS; i++) exact->squares[i] += other.squares[i];
}

/* ---- whole numbers of many digits, lowest first ---- */

/* |sum| as digits; returns its sign. */
static double digits_of_sum(const pil_exact *exact, uint32_t *digits) {
  pil_exact own = *exact;
  carry(&own);
  double sign = own.sums[PIL_EXACT_DIGITS - 1] < 0 ? -1.0 : 1.0;
  if (sign < 0) {
    for (size_t i = 0; i < PIL_EXACT_DIGITS; i++) own.sums[i] = -own.sums[i];
    carry(&own);
  }
  for (size_t i = 0; i < PIL_EXACT_DIGITS; i++) digits[i] = (uint32_t)own.sums[i];
  digits[PIL_EXACT_DIGITS] = (uint32_t)(own.sums[PIL_EXACT_DIGITS - 1] >> 32);
  return sign;
}

/* count * (sum of squares) - sum^2, which is never negative. */
static void digits_of_spread(const pil_exact *exact, uint32_t *digits) {
  pil_exact own = *exact;
  uint32_t sum[PIL_EXACT_DIGITS + 1];
  uint64_t over = 0;
  carry(&own);
  memset(digits, 0, DIGITS * sizeof *digits);
  digits_of_sum(exact, sum);
  for (size_t i = 0; i < PIL_EXACT_SQUARE_DIGITS; i++) { /* the count is below 2^32 */
    wide product = (wide)own.squares[i] * own.count + over;
    digits[i] = (uint32_t)product;
    over = (uint64_t)(product >> 32);
  }
  digits[PIL_EXACT_SQUARE_DIGITS] = (uint32_t)over;
  digits[PIL_EXACT_SQUARE_DIGITS + 1] = (uint32_t)(over >> 32);
  for (size_t i = 0; i <= PIL_EXACT_DIGITS; i++) {
    uint64_t carried = 0, borrowed = 0;
    for (size_t k = i; k < DIGITS; k++) {
      size_t j = k - i;
      uint64_t product = carried + (j <= PIL_EXACT_DIGITS ? (uint64_t)sum[i] * sum[j] : 0);
      uint64_t taken = (uint32_t)product + borrowed;
      carried = product >> 32;
      borrowed = digits[k] < taken;
      digits[k] = (uint32_t)(digits[k] - taken);
    }
  }
}

/* digits / divisor as *leading 2^exponent, with at least 63 leading bits; 0 for 0. */
static int divide(const uint32_t *digits, size_t count, uint64_t divisor, wide *leading) {
  size_t top = count;
  *leading = 0;
  while (top > 0 && digits[top - 1] == 0) top--;
  if (top == 0) return 0;
  int exponent = 32 * (int)top;
  wide value = 0;
  for (size_t i = 0; i < 5; i++) { /* five digits: 128 bits whatever the first one's zeros */
    uint32_t digit = i < top ? digits[top - 1 - i] : 0;
    int room = i == 4 ? __builtin_clz(digits[top - 1]) : 32;
    value = room == 0 ? value : value << room | digit >> (32 - room);
    exponent -= room;
  }
  *leading = value / divisor;
  return exponent;
}

double pil_exact_mean(const pil_exact *exact) {
  if (exact->count == 0) return NAN;
  uint32_t digits[PIL_EXACT_DIGITS + 1];
  wide leading;
  double sign = digits_of_sum(exact, digits);
  int exponent = divide(digits, PIL_EXACT_DIGITS + 1, exact->count, &leading);
  return leading == 0 ? 0.0 : sign * ldexp((double)leading, exponent + UNIT);
}

double pil_exact_sd(const pil_exact *exact) {
  if (exact->count < 2) return NAN;
  uint32_t digits[DIGITS];
  wide leading;
  digits_of_spread(exact, digits);
  int exponent = divide(digits, DIGITS, exact->count * (exact->count - 1), &leading);
  if (leading == 0) return 0.0;
  double even = (double)leading * (exponent % 2 == 0 ? 1.0 : 2.0);
  if (exponent % 2 != 0) exponent--;
  return ldexp(sqrt(even), exponent / 2 + UNIT);
}
