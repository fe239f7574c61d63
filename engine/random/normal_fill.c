/* Normals by the batch, as a correlation of inputs wants them: the bits of pil_normal_quantile and
 * pil_normal_cdf.
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#include "family.h"
#include "normal_kernels.h"

/* SLEEF's deterministic erfc for four numbers; <sleef.h> is not used, see base/real.c. */
extern __m256d Sleef_finz_erfcd4_u15avx2(__m256d);

enum { CHUNK = 64 };

void pil_normal_fill(const uint64_t *words, double *normals, size_t count) {
  for (size_t i = 0; i < count; i++) normals[i] = pil_normal_kernel(words[i]);
}

/* Tails that the polynomials do not reach, and what is no probability, are done one by one. */
static bool is_far(double p, double q) {
  return !((p >= 0x1p-53) & (q >= 0x1p-53));
}

void pil_normal_fill_uniforms(const pil_distribution *distribution, const double *p,
                              const double *q, double *draws, size_t count) {
  bool is_log = distribution->family == PIL_FAMILY_lognormal;
  double mean = distribution->parameters[is_log ? 2 : 0];
  double sd = distribution->parameters[is_log ? 3 : 1];
  size_t far_count = 0;
  for (size_t i = 0; i < count; i++) {
    double tail = p[i] < q[i] ? p[i] : q[i];
    bool far = is_far(p[i], q[i]);
    tail = far | (tail > 0.5) ? 0.5 : tail;
    double z = pil_normal_magnitude_kernel(tail);
    draws[i] = PIL_FMA(sd, p[i] < q[i] ? -z : z, mean);
    far_count += far;
  }
  for (size_t i = 0; is_log && i < count; i++) draws[i] = pil_exp_kernel(draws[i]);
  for (size_t i = 0; far_count > 0 && i < count; i++)
    if (is_far(p[i], q[i])) draws[i] = pil_distribution_quantile(distribution, p[i], q[i]);
}

static void fill_erfc(const double *x, double *tails) {
  for (size_t i = 0; i < CHUNK; i += 4)
    _mm256_storeu_pd(tails + i, Sleef_finz_erfcd4_u15avx2(_mm256_loadu_pd(x + i)));
}

/* As upper_normal in special.c, of z and of -z, which differ in erfc and in a sign. */
static void fill_chunk(const double *z, double *lower, double *upper) {
  double x[CHUNK], minus[CHUNK], tails[CHUNK], other_tails[CHUNK];
  for (size_t i = 0; i < CHUNK; i++) {
    x[i] = z[i] * PIL_ROOT_HALF;
    minus[i] = -x[i];
  }
  fill_erfc(x, tails);
  fill_erfc(minus, other_tails);
  for (size_t i = 0; i < CHUNK; i++) {
    double lost = PIL_FMA(z[i], PIL_ROOT_HALF, -x[i]) + z[i] * PIL_ROOT_HALF_REST;
    double slope = PIL_ERFC_SLOPE * pil_exp_kernel(-x[i] * x[i]);
    double correction = __builtin_fabs(x[i]) < 27 ? slope * lost : 0;
    upper[i] = 0.5 * (tails[i] - correction);
    lower[i] = 0.5 * (other_tails[i] + correction);
  }
}

void pil_normal_cdf_fill(const double *z, double *lower, double *upper, size_t count) {
  double rest[3][CHUNK] = {{0}};
  size_t whole = count / CHUNK * CHUNK, left = count - whole;
  for (size_t i = 0; i < whole; i += CHUNK) fill_chunk(z + i, lower + i, upper + i);
  if (left == 0) return;
  memcpy(rest[0], z + whole, left * sizeof *z);
  fill_chunk(rest[0], rest[1], rest[2]);
  memcpy(lower + whole, rest[1], left * sizeof *lower);
  memcpy(upper + whole, rest[2], left * sizeof *upper);
}
