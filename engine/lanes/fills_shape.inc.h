/* Packed draws of the families on the incomplete gamma and beta functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../random/beta_kernels.h"
#include "../random/gamma_kernels.h"
#include "fills_packed.inc.h"

PIL_ALONE void run_gamma_small(packed_pack *pack) {
  pil_gamma_small(pack->a, pack->p, pack->q, pack->z, pack->x);
}

PIL_ALONE void run_gamma_large(packed_pack *pack) {
  pil_gamma_large(pack->a, pack->z, pack->x);
}

static void fill_gamma_packed(const uint64_t *words, const double *const *parameters, size_t count,
                              double *to) {
  packed_lanes lanes;
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    lanes.a[i] = parameters[0][i];
    lanes.way[i] = (uint8_t)pil_gamma_way_of(lanes.a[i], lanes.z[i]);
  }
  run_packed(&lanes, PIL_GAMMA_SMALL, run_gamma_small);
  run_packed(&lanes, PIL_GAMMA_LARGE, run_gamma_large);
  for (size_t i = 0; i < count; i++) to[i] = parameters[1][i] * lanes.x[i];
  draw_directly(&lanes, PIL_FAMILY_gamma, words, parameters, to);
}

/* ---- beta and what is made of it ---- */

PIL_ALONE void run_beta_small(packed_pack *pack) {
  pil_beta_small(pack->a, pack->b, pack->p, pack->q, pack->z, pack->x, pack->y);
}

PIL_ALONE void run_beta_large(packed_pack *pack) {
  pil_beta_large(pack->a, pack->b, pack->z, pack->x, pack->y);
}

/* Quantiles of the lanes' shapes a and b. */
static void run_beta(packed_lanes *lanes) {
  for (size_t i = 0; i < lanes->count; i++)
    lanes->way[i] = (uint8_t)pil_beta_way_of(lanes->a[i], lanes->b[i], lanes->z[i]);
  run_packed(lanes, PIL_BETA_SMALL, run_beta_small);
  run_packed(lanes, PIL_BETA_LARGE, run_beta_large);
}

static void fill_beta_packed(const uint64_t *words, const double *const *parameters, size_t count,
                             double *to) {
  packed_lanes lanes;
  start_packed(&lanes, words, count);
  memcpy(lanes.a, parameters[0], count * sizeof *lanes.a);
  memcpy(lanes.b, parameters[1], count * sizeof *lanes.b);
  run_beta(&lanes);
  memcpy(to, lanes.x, count * sizeof *to);
  draw_directly(&lanes, PIL_FAMILY_beta, words, parameters, to);
}

static void fill_pert_packed(const uint64_t *words, const double *const *parameters, size_t count,
                             double *to) {
  const double *low = parameters[0], *mode = parameters[1], *high = parameters[2];
  packed_lanes lanes;
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    double width = high[i] - low[i], shape = parameters[3][i];
    lanes.a[i] = 1 + shape * ((mode[i] - low[i]) / width);
    lanes.b[i] = 1 + shape * ((high[i] - mode[i]) / width);
  }
  run_beta(&lanes);
  for (size_t i = 0; i < count; i++) {
    double width = high[i] - low[i], x = lanes.x[i], y = lanes.y[i];
    to[i] = x < y ? PIL_FMA(width, x, low[i]) : PIL_FMA(-width, y, high[i]);
  }
  draw_directly(&lanes, PIL_FAMILY_pert, words, parameters, to);
}

static void fill_proportion_packed(const uint64_t *words, const double *const *parameters,
                                   size_t count, double *to) {
  packed_lanes lanes;
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    lanes.a[i] = parameters[0][i] + 0.5;
    lanes.b[i] = parameters[1][i] - parameters[0][i] + 0.5;
  }
  run_beta(&lanes);
  memcpy(to, lanes.x, count * sizeof *to);
  draw_directly(&lanes, PIL_FAMILY_proportion, words, parameters, to);
}

/* From both tails beyond |t| together: pil_family_student_t_quantile. */
static void fill_student_t_packed(const uint64_t *words, const double *const *parameters,
                                  size_t count, double *to) {
  packed_lanes lanes;
  packed_column sign;
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    double p = lanes.p[i], q = lanes.q[i];
    sign[i] = p < q ? -1 : 1;
    lanes.a[i] = 0.5 * parameters[0][i];
    lanes.b[i] = 0.5;
    lanes.p[i] = 2 * (p < q ? p : q);
    lanes.q[i] = __builtin_fabs(q - p);
    p = lanes.p[i], q = lanes.q[i];
    double z = pil_normal_magnitude_kernel(p < q ? p : q);
    lanes.z[i] = p < q ? -z : z;
  }
  run_beta(&lanes);
  for (size_t i = 0; i < count; i++) {
    double ratio = __builtin_sqrt(lanes.y[i]) / __builtin_sqrt(lanes.x[i]);
    to[i] = sign[i] * (__builtin_sqrt(parameters[0][i]) * ratio);
  }
  draw_directly(&lanes, PIL_FAMILY_student_t, words, parameters, to);
}
