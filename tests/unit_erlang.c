/* Tests of statistics/erlang: published values, sums in 60 digits (golden/make_erlang.py), and staff by trying.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/erlang.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "golden/erlang.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double found, double wanted, double within) {
  if (!(fabs(found - wanted) <= within)) fail_msg("%.17g, wanted %.17g", found, wanted);
}

/* 100 calls in half an hour, 180 seconds each, 14 agents, a target of 20 seconds; and M/M/10 at load 8. */
static void a_call_centre(void **unused) {
  (void)unused;
  double load = 100.0 / 1800 * 180;
  assert_near(pil_erlang_c(load, 14), 0.1741319336, 5e-11);
  assert_near(pil_erlang_within(load, 14, 180, 20), 0.8883500192, 5e-11);
  assert_near(pil_erlang_wait(load, 14, 180), 7.83593701, 5e-9);
  assert_near(pil_erlang_c(8, 10), 0.409180150796, 5e-13);
  assert_int_equal(pil_erlang_staff(load, 180, 20, 0.8, 100), 14);
}

static void as_its_sums(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(golden_erlangs); i++) {
    const golden_erlang *g = &golden_erlangs[i];
    double slack = 4e-16 * (8 + g->servers);
    assert_near(pil_erlang_b(g->load, g->servers), g->b, slack * g->b);
    assert_near(pil_erlang_c(g->load, g->servers), g->c, slack * g->c * (double)g->servers / (g->servers - g->load));
    assert_near(pil_erlang_within(g->load, g->servers, g->handling, g->target), g->within, 1e-12);
    assert_near(pil_erlang_wait(g->load, g->servers, g->handling), g->wait, 1e-11 * g->wait);
  }
}

static void where_the_queue_has_no_end(void **unused) {
  (void)unused;
  assert_true(pil_erlang_c(10, 10) == 1 && pil_erlang_c(11, 10) == 1 && pil_erlang_c(1, 0) == 1);
  assert_true(pil_erlang_within(10, 10, 1, 100) == 0 && isinf(pil_erlang_wait(10, 10, 1)));
  assert_true(pil_erlang_b(5, 0) == 1 && pil_erlang_b(0, 3) == 0 && pil_erlang_c(0, 1) == 0);
  assert_true(pil_erlang_within(0, 1, 1, 0) == 1 && pil_erlang_within(0.5, 1, 1, -1) == 0);
  assert_near(pil_erlang_within(0.5, 1, 1, 0), 0.5, 1e-15);
}

static void staff_is_the_fewest(void **unused) {
  (void)unused;
  for (double load = 0.125; load < 300; load *= 1.7)
    for (double wanted = 0.5; wanted < 0.999; wanted += 0.07) {
      uint64_t staff = pil_erlang_staff(load, 5, 2, wanted, 1000);
      assert_true((double)staff > load && pil_erlang_within(load, staff, 5, 2) >= wanted);
      assert_true(staff == 1 || pil_erlang_within(load, staff - 1, 5, 2) < wanted);
    }
  assert_int_equal(pil_erlang_staff(0, 5, 2, 1, 10), 1);
  assert_int_equal(pil_erlang_staff(50, 5, 2, 0.8, 50), 0);
  assert_int_equal(pil_erlang_staff(1, 5, 2, 1.5, 100), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_call_centre),
      cmocka_unit_test(as_its_sums),
      cmocka_unit_test(where_the_queue_has_no_end),
      cmocka_unit_test(staff_is_the_fewest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
