/* Elementary functions with the same bits on every CPU, at every vector width, in C and in
 * scripts. exp, log, pow and the normal quantile are the project's own, written so that a compiler
 * can vectorise them (explicit FMA, no branches on values that matter); the rest is SLEEF's
 * deterministic finz family. glibc's own depend on the CPU. sqrt, floor and fmod are exact
 * everywhere and come from libm.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_REAL_H
#define PIL_BASE_REAL_H

/* Errors at most 1 ulp; special values as in C99 Annex F. pow gives a result that is a double
 * exactly. */
double pil_exp(double x);
double pil_log(double x);
double pil_log1p(double x);
double pil_expm1(double x);
double pil_log2(double x);
double pil_log10(double x);
double pil_pow(double x, double y);
double pil_sin(double x);
double pil_cos(double x);
double pil_tan(double x);
double pil_asin(double x);
double pil_acos(double x);
double pil_atan(double x);
double pil_atan2(double y, double x);

#endif
