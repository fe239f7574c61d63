/* Tests of statistics/interval against the formula in 300 bits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/interval.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden/statistics.h"

static void wilson_is_exact(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_intervals / sizeof *golden_intervals; i++) {
    const golden_interval *golden = &golden_intervals[i];
    double low, high;
    pil_interval_wilson(golden->successes, golden->n, PIL_INTERVAL_Z95, &low, &high);
    assert_true(fabs(low - golden->low) <= 4 * DBL_EPSILON * golden->low);
    assert_true(fabs(high - golden->high) <= 4 * DBL_EPSILON * golden->high);
    assert_true(low >= 0 && high <= 1);
  }
}

static void nothing_seen_is_nothing_known(void **unused) {
  (void)unused;
  double low, high;
  pil_interval_wilson(0, 0, PIL_INTERVAL_Z95, &low, &high);
  assert_true(low == 0 && high == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wilson_is_exact),
      cmocka_unit_test(nothing_seen_is_nothing_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
