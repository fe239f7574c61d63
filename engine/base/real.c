/* Elementary functions with the same bits everywhere: own kernels for exp, log and pow, SLEEF's
 * deterministic functions for the rest, special values as C99 Annex F has them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "real.h"

#include "power_kernel.h"
#include "real_kernels.h"

#include <math.h>

/* Declared here and not by <sleef.h>, which declares names that the library lacks and hides
 * them behind the instruction set it is compiled for. */
#define SLEEF_FUNCTIONS(X) \
  X(log1p) X(expm1) X(log2) X(log10) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan)
#define DECLARE(name) extern double Sleef_finz_##name##d1_u10purecfma(double);
SLEEF_FUNCTIONS(DECLARE)
#undef DECLARE
#undef SLEEF_FUNCTIONS
extern double Sleef_finz_atan2d1_u10purecfma(double, double);
#define SLEEF(name) Sleef_finz_##name##d1_u10purecfma

double pil_exp(double x) {
  return pil_exp_kernel(x);
}

double pil_log(double x) {
  return pil_log_kernel(x);
}

/* SLEEF overflows above 1e307 and turns the smallest subnormal into 0. */
double pil_log1p(double x) {
  if (x >= 0x1p60) return pil_log_kernel(x);
  return fabs(x) < 0x1p-54 ? x : SLEEF(log1p)(x);
}

double pil_tan(double x) {
  return fabs(x) < 0x1p-54 ? x : SLEEF(tan)(x);
}

double pil_pow(double x, double y) {
  uint64_t ordinary;
  double power = pil_power_ordinary(x, y, &ordinary);
  return ordinary ? power : pil_power_kernel(x, y);
}

double pil_atan2(double y, double x) {
  return SLEEF(atan2)(y, x);
}

#define PASS(name)              \
  double pil_##name(double x) { \
    return SLEEF(name)(x);      \
  }
PASS(expm1)
PASS(log2)
PASS(log10)
PASS(sin)
PASS(cos)
PASS(asin)
PASS(acos)
PASS(atan)
