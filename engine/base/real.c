/* Elementary functions with the same bits everywhere: own kernels for exp and log, SLEEF's
 * deterministic functions for the rest, special values as C99 Annex F has them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "real.h"

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
extern double Sleef_finz_powd1_u10purecfma(double, double);
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

/* SLEEF gives infinity for results within 2e-9 of the largest double: square the root then. */
double pil_pow(double x, double y) {
  if (y == 1) return x;
  double z = SLEEF(pow)(x, y);
  if (!isinf(z) || isinf(x) || isinf(y) || x == 0) return z;
  double root = SLEEF(pow)(fabs(x), 0.5 * y);
  return copysign(root * root, z);
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
