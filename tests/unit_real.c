/* Tests of base/real: one unit in the last place, special values as in C99 Annex F, and the
 * same bits in vectorised loops.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3", "no-trapping-math") /* so that the loops below become vector code */

#include "../engine/base/real.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/power_kernel.h"
#include "../engine/base/real_kernels.h"

#define FUNCTIONS(X) \
  X(exp) X(log) X(log1p) X(expm1) X(log2) X(log10) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan)

#define ENUM(name) REAL_##name,
enum { FUNCTIONS(ENUM) REAL_pow, REAL_atan2 };
#undef ENUM

#include "golden/real.h"

static double (*const unary[])(double) = {
#define POINTER(name) pil_##name,
    FUNCTIONS(POINTER)
#undef POINTER
};
static const char *const names[] = {
#define NAME(name) #name,
    FUNCTIONS(NAME)
#undef NAME
        "pow",
    "atan2"};

static double call(int function, double x, double y) {
  if (function == REAL_pow) return pil_pow(x, y);
  if (function == REAL_atan2) return pil_atan2(x, y);
  return unary[function](x);
}

static void errors_are_one_ulp(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_reals / sizeof golden_reals[0]; i++) {
    double value = call(golden_reals[i].function, golden_reals[i].x, golden_reals[i].y);
    double error = (value - golden_reals[i].near) / golden_reals[i].ulp - golden_reals[i].rest;
    if (fabs(error) <= 1) continue;
    print_message("%s(%a, %a) = %a: off by %g ulp\n", names[golden_reals[i].function],
                  golden_reals[i].x, golden_reals[i].y, value, error);
    assert_true(false);
  }
}

static bool same(double a, double b) {
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
  return a == b && signbit(a) == signbit(b);
}

#define INF HUGE_VAL
#define TINY 0x1p-1074

static void special_values_are_c99s(void **unused) {
  (void)unused;
  static const struct {
    int function;
    double x, y, value;
  } cases[] = {
      {REAL_exp, 0, 0, 1},
      {REAL_exp, -0.0, 0, 1},
      {REAL_exp, -INF, 0, 0},
      {REAL_exp, INF, 0, INF},
      {REAL_exp, 1000, 0, INF},
      {REAL_exp, -1000, 0, 0},
      {REAL_exp, NAN, 0, NAN},
      {REAL_exp, TINY, 0, 1},
      {REAL_log, 1, 0, 0},
      {REAL_log, 0, 0, -INF},
      {REAL_log, -0.0, 0, -INF},
      {REAL_log, -1, 0, NAN},
      {REAL_log, -INF, 0, NAN},
      {REAL_log, INF, 0, INF},
      {REAL_log, NAN, 0, NAN},
      {REAL_log, -TINY, 0, NAN},
      {REAL_log1p, -1, 0, -INF},
      {REAL_log1p, -2, 0, NAN},
      {REAL_log1p, -0.0, 0, -0.0},
      {REAL_log1p, INF, 0, INF},
      {REAL_log1p, -TINY, 0, -TINY},
      {REAL_log1p, NAN, 0, NAN},
      {REAL_expm1, -0.0, 0, -0.0},
      {REAL_expm1, -INF, 0, -1},
      {REAL_expm1, INF, 0, INF},
      {REAL_expm1, NAN, 0, NAN},
      {REAL_expm1, TINY, 0, TINY},
      {REAL_log2, 0, 0, -INF},
      {REAL_log2, -1, 0, NAN},
      {REAL_log2, 8, 0, 3},
      {REAL_log2, INF, 0, INF},
      {REAL_log10, 0, 0, -INF},
      {REAL_log10, -1, 0, NAN},
      {REAL_log10, 1000, 0, 3},
      {REAL_log10, INF, 0, INF},
      {REAL_sin, -0.0, 0, -0.0},
      {REAL_sin, INF, 0, NAN},
      {REAL_sin, -INF, 0, NAN},
      {REAL_sin, NAN, 0, NAN},
      {REAL_cos, 0, 0, 1},
      {REAL_cos, INF, 0, NAN},
      {REAL_tan, -0.0, 0, -0.0},
      {REAL_tan, INF, 0, NAN},
      {REAL_tan, -TINY, 0, -TINY},
      {REAL_asin, -0.0, 0, -0.0},
      {REAL_asin, 1.5, 0, NAN},
      {REAL_acos, 1, 0, 0},
      {REAL_acos, -1.5, 0, NAN},
      {REAL_atan, -0.0, 0, -0.0},
      {REAL_atan, NAN, 0, NAN},
      {REAL_pow, 2, 10, 1024},
      {REAL_pow, NAN, 0, 1},
      {REAL_pow, 1, NAN, 1},
      {REAL_pow, 1, INF, 1},
      {REAL_pow, -1, INF, 1},
      {REAL_pow, -1, -INF, 1},
      {REAL_pow, 0.5, INF, 0},
      {REAL_pow, 0.5, -INF, INF},
      {REAL_pow, 2, INF, INF},
      {REAL_pow, 2, -INF, 0},
      {REAL_pow, 0, -1, INF},
      {REAL_pow, -0.0, -1, -INF},
      {REAL_pow, -0.0, -2, INF},
      {REAL_pow, -0.0, 3, -0.0},
      {REAL_pow, -0.0, 2, 0},
      {REAL_pow, -INF, 3, -INF},
      {REAL_pow, -INF, 2, INF},
      {REAL_pow, -INF, -3, -0.0},
      {REAL_pow, -INF, -2, 0},
      {REAL_pow, INF, 1, INF},
      {REAL_pow, INF, -1, 0},
      {REAL_pow, -8, 1.0 / 3, NAN},
      {REAL_pow, -2, 3, -8},
      {REAL_pow, -2, 1025, -INF},
      {REAL_pow, -2, 1024, INF},
      {REAL_pow, 2, -1074, TINY},
      {REAL_pow, 2, 1024, INF},
      {REAL_pow, NAN, 1, NAN},
      {REAL_pow, DBL_MAX, 1, DBL_MAX},
      {REAL_pow, -DBL_MAX, 1, -DBL_MAX},
      {REAL_atan2, 0, 0, 0},
      {REAL_atan2, -0.0, 0, -0.0},
      {REAL_atan2, 0, -0.0, M_PI},
      {REAL_atan2, -0.0, -0.0, -M_PI},
      {REAL_atan2, 1, 0, M_PI_2},
      {REAL_atan2, -1, -0.0, -M_PI_2},
      {REAL_atan2, 0, -1, M_PI},
      {REAL_atan2, -0.0, 1, -0.0},
      {REAL_atan2, 1, INF, 0},
      {REAL_atan2, 1, -INF, M_PI},
      {REAL_atan2, INF, 5, M_PI_2},
      {REAL_atan2, INF, INF, M_PI_4},
      {REAL_atan2, -INF, -INF, -3 * M_PI_4},
      {REAL_atan2, NAN, 1, NAN},
      {REAL_atan2, 1, NAN, NAN},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double value = call(cases[i].function, cases[i].x, cases[i].y);
    if (same(value, cases[i].value)) continue;
    print_message("%s(%g, %g) = %.17g, not %.17g\n", names[cases[i].function], cases[i].x,
                  cases[i].y, value, cases[i].value);
    assert_true(false);
  }
}

/* SLEEF turns the first two into infinity. */
static void no_early_overflow(void **unused) {
  (void)unused;
  assert_true(pil_pow(DBL_MAX, 1 - 0x1p-53) < DBL_MAX && pil_pow(DBL_MAX, 1 - 0x1p-53) > 1.797e308);
  assert_true(fabs(pil_log1p(DBL_MAX) - 709.78271289338397) < 1e-12);
  assert_true(pil_exp(709.78271289338397) > 1.797e308 && pil_exp(709.78271289338397) < INF);
  assert_true(pil_exp(-745.1332191019411) == TINY && pil_exp(-745.1332191019412) == 0);
}

/* What a double holds comes out exactly: powers of whole numbers, their roots, and x^1. */
static void exact_powers_are_exact(void **unused) {
  (void)unused;
  for (int base = 2; base <= 300; base++) {
    double power = 1;
    for (int n = 0; power < 0x1p53; n++, power *= base) {
      assert_true(pil_pow(base, n) == power);
      assert_true(pil_pow(-base, n) == (n % 2 == 0 ? power : -power));
      if (n > 0) assert_true(pil_pow((double)base * base, 0.5 * n) == power);
    }
  }
  uint64_t bits = 99;
  for (int i = 0; i < 100000; i++) {
    bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
    assert_true(same(pil_pow(pil_real_of(bits), 1), pil_real_of(bits)));
  }
  for (int n = -1074; n < 1024; n++) assert_true(pil_pow(2, n) == ldexp(1, n));
}

/* What parity and sign are made of, at the edge of whole numbers. */
static void large_exponents_have_parity(void **unused) {
  (void)unused;
  assert_true(same(pil_pow(-1, 0x1p53 - 1), -1) && same(pil_pow(-1, 0x1p53), 1));
  assert_true(same(pil_pow(-1, 0x1p52 + 1), -1) && same(pil_pow(-1, -0x1p52 - 1), -1));
  assert_true(isnan(pil_pow(-1, 0x1p51 + 0.5)) && same(pil_pow(-1, 0x1p1023), 1));
  assert_true(same(pil_pow(-0.0, 0x1p53 - 1), -0.0) && same(pil_pow(-0.0, 0x1p51 + 0.5), 0));
  assert_true(same(pil_pow(-INF, 0x1p51 + 0.5), INF) && same(pil_pow(-INF, -0.5), 0));
  assert_true(isnan(pil_pow(-TINY, TINY)) && same(pil_pow(TINY, TINY), 1));
}

enum { LANES = 4096 };

__attribute__((noinline)) static void exp_loop(const double *restrict x, double *restrict y) {
  for (int i = 0; i < LANES; i++) y[i] = pil_exp_kernel(x[i]);
}

__attribute__((noinline)) static void log_loop(const double *restrict x, double *restrict y) {
  for (int i = 0; i < LANES; i++) y[i] = pil_log_kernel(x[i]);
}

__attribute__((noinline)) static void pow_loop(const double *restrict x, const double *restrict y,
                                               double *restrict z) {
  for (int i = 0; i < LANES; i++) z[i] = pil_power_kernel(x[i], y[i]);
}

static void loops_give_the_same_bits(void **unused) {
  (void)unused;
  static double x[LANES], exps[LANES], logs[LANES];
  uint64_t bits = 12345;
  for (int i = 0; i < LANES; i++) {
    bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
    x[i] = pil_real_of(bits);
    if (i % 2 == 0) x[i] = (double)(int64_t)bits * 0x1p-53; /* within +-1024 */
  }
  const double edges[] = {0, -0.0, INF, -INF, NAN, TINY, -TINY, 1, -1, DBL_MIN, DBL_MAX};
  memcpy(x, edges, sizeof edges);
  exp_loop(x, exps);
  log_loop(x, logs);
  for (int i = 0; i < LANES; i++) {
    assert_true(same(exps[i], pil_exp(x[i])));
    assert_true(same(logs[i], pil_log(x[i])));
  }
}

/* pow has a quick way for most arguments and a loop of the full one: both over random bits, small
 * bases and exponents, and all pairs of edges. */
static void ways_of_pow_give_the_same_bits(void **unused) {
  (void)unused;
  static const double edges[] = {
      0,  -0.0,     INF,     -INF,     NAN,      TINY,     -TINY, 1,   -1,   DBL_MIN, DBL_MAX,
      2,  -2,       3,       0.5,      -0.5,     1.0 / 12, 700,   710, -745, -750,    0x1p53,
      1e9, -DBL_MAX, -DBL_MIN, 1 + 0x1p-52, 1 - 0x1p-53, 0x1.5p-1022, 0x1p-1022 - TINY};
  enum { EDGES = sizeof edges / sizeof *edges, ROUNDS = 500 };
  static double x[LANES], y[LANES], z[LANES];
  uint64_t bits = 777, quick = 0;
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < LANES; i++) {
      bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
      double fraction = (double)(bits >> 11) * 0x1p-53;
      x[i] = i % 4 == 0 ? pil_real_of(bits << 7 | bits >> 57) : i % 4 == 1 ? fraction : 100 * fraction;
      y[i] = i % 4 == 3 ? pil_real_of(bits) : ((double)(bits & 0xffff) - 0x8000) * 0x1p-13;
      if (round == 0 && i < EDGES * EDGES) x[i] = edges[i / EDGES], y[i] = edges[i % EDGES];
    }
    pow_loop(x, y, z);
    for (int i = 0; i < LANES; i++) {
      uint64_t ordinary;
      double power = pil_power_ordinary(x[i], y[i], &ordinary);
      quick += ordinary;
      assert_true(same(z[i], pil_pow(x[i], y[i])));
      assert_true(!ordinary || same(z[i], power));
    }
  }
  assert_in_range(quick, ROUNDS * LANES / 3, ROUNDS * LANES - EDGES);
}

/* The bits of exp, log and pow are part of every result: a digest over 40,000 arguments. */
static void bits_are_frozen(void **unused) {
  (void)unused;
  uint64_t exps = 0, logs = 0, powers = 0;
  for (int i = 1; i <= 40000; i++) {
    exps = exps * UINT64_C(0x100000001b3) ^ pil_bits_of(pil_exp((i - 20000) * 0.035));
    logs = logs * UINT64_C(0x100000001b3) ^ pil_bits_of(pil_log(i * 0x1.23456789abcdep-14));
    double power = pil_pow(i * 0x1.fp-12, (i % 401 - 200) * 0x1.7p-4);
    powers = powers * UINT64_C(0x100000001b3) ^ pil_bits_of(power);
  }
  assert_int_equal(exps, UINT64_C(0x145504a6bf892a53));
  assert_int_equal(logs, UINT64_C(0xda371047b8e6b529));
  assert_int_equal(powers, UINT64_C(0x8564e3ff5726ef37));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(errors_are_one_ulp),
      cmocka_unit_test(special_values_are_c99s),
      cmocka_unit_test(no_early_overflow),
      cmocka_unit_test(exact_powers_are_exact),
      cmocka_unit_test(large_exponents_have_parity),
      cmocka_unit_test(loops_give_the_same_bits),
      cmocka_unit_test(ways_of_pow_give_the_same_bits),
      cmocka_unit_test(bits_are_frozen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
