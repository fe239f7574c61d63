/* Packed draws of counts. The columns of packed_lanes hold what a lane's way needs: to sum, the
 * plan's first, alpha, beta, limit and rest; to search from one tail, both parameters, the guess,
 * the smaller tail and the normal quantile; to search from both, the guess in place of the latter.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../random/count_tail_kernels.h"
#include "fills_packed.inc.h"

PIL_ALONE void run_count_sum(packed_pack *pack) {
  pil_count_sum(pack->a, pack->b, pack->p, pack->q, pack->z, pack->x);
}

PIL_ALONE void run_poisson_large(packed_pack *pack) {
  memcpy(pack->x, pack->p, sizeof pack->x);
  pil_poisson_large(pack->a, pack->z, pack->q, pack->x);
}

PIL_ALONE void run_binomial_large(packed_pack *pack) {
  memcpy(pack->x, pack->p, sizeof pack->x);
  pil_binomial_large(pack->a, pack->b, pack->z, pack->q, pack->x);
}

PIL_ALONE void run_negative_large(packed_pack *pack) {
  memcpy(pack->x, pack->p, sizeof pack->x);
  pil_negative_large(pack->a, pack->b, pack->z, pack->q, pack->x);
}

PIL_ALONE void run_poisson_tail(packed_pack *pack) {
  memcpy(pack->x, pack->z, sizeof pack->x);
  pil_poisson_tail(pack->a, pack->p, pack->q, pack->x);
}

PIL_ALONE void run_binomial_tail(packed_pack *pack) {
  memcpy(pack->x, pack->z, sizeof pack->x);
  pil_binomial_tail(pack->a, pack->b, pack->p, pack->q, pack->x);
}

PIL_ALONE void run_negative_tail(packed_pack *pack) {
  memcpy(pack->x, pack->z, sizeof pack->x);
  pil_negative_tail(pack->a, pack->b, pack->p, pack->q, pack->x);
}

static void place_plan(packed_lanes *lanes, size_t i, const pil_count_plan *plan, double a,
                       double b) {
  double p = lanes->p[i], q = lanes->q[i];
  lanes->way[i] = (uint8_t)plan->way;
  lanes->a[i] = a;
  lanes->b[i] = b;
  switch (plan->way) {
    case PIL_COUNT_SUM:
      lanes->a[i] = plan->first;
      lanes->b[i] = plan->alpha;
      lanes->p[i] = plan->beta;
      lanes->q[i] = plan->limit;
      lanes->z[i] = plan->rest ? 1 : 0;
      break;
    case PIL_COUNT_LARGE:
      lanes->p[i] = plan->guess;
      lanes->q[i] = p <= q ? p : q;
      break;
    default: lanes->z[i] = plan->guess; /* TAIL */
  }
}

/* Lanes without an answer go the direct way. */
static void run_counts(packed_lanes *lanes, void (*run_large)(packed_pack *pack),
                       void (*run_tail)(packed_pack *pack)) {
  run_packed(lanes, PIL_COUNT_SUM, run_count_sum);
  run_packed(lanes, PIL_COUNT_LARGE, run_large);
  run_packed(lanes, PIL_COUNT_TAIL, run_tail);
  for (size_t i = 0; i < lanes->count; i++) {
    if (lanes->way[i] != PIL_COUNT_DIRECT && lanes->x[i] < 0) lanes->way[i] = PIL_COUNT_DIRECT;
  }
}

PIL_ALONE void fill_poisson_packed(const uint64_t *words, const double *const *parameters,
                                   size_t count, double *to) {
  packed_lanes lanes;
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    double mean = parameters[0][i];
    pil_count_plan plan = pil_poisson_plan(mean, lanes.p[i], lanes.q[i], lanes.z[i]);
    place_plan(&lanes, i, &plan, mean, 0);
  }
  run_counts(&lanes, run_poisson_large, run_poisson_tail);
  memcpy(to, lanes.x, count * sizeof *to);
  draw_directly(&lanes, PIL_FAMILY_poisson, words, parameters, to);
}

PIL_ALONE void fill_binomial_packed(const uint64_t *words, const double *const *parameters,
                                    size_t count, double *to) {
  packed_lanes lanes;
  bool mirrored[PACKED_ROOM];
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    double n = parameters[0][i], chance = parameters[1][i];
    pil_count_plan plan = pil_binomial_plan(n, chance, lanes.p[i], lanes.q[i], lanes.z[i]);
    place_plan(&lanes, i, &plan, n, chance);
    mirrored[i] = plan.mirrored && plan.way == PIL_COUNT_SUM;
  }
  run_counts(&lanes, run_binomial_large, run_binomial_tail);
  for (size_t i = 0; i < count; i++)
    to[i] = mirrored[i] ? parameters[0][i] - lanes.x[i] : lanes.x[i];
  draw_directly(&lanes, PIL_FAMILY_binomial, words, parameters, to);
}

PIL_ALONE void fill_negative_binomial_packed(const uint64_t *words, const double *const *parameters,
                                             size_t count, double *to) {
  packed_lanes lanes;
  start_packed(&lanes, words, count);
  for (size_t i = 0; i < count; i++) {
    double successes = parameters[0][i], chance = parameters[1][i];
    pil_count_plan plan = pil_negative_plan(successes, chance, lanes.p[i], lanes.q[i], lanes.z[i]);
    place_plan(&lanes, i, &plan, successes, chance);
  }
  run_counts(&lanes, run_negative_large, run_negative_tail);
  memcpy(to, lanes.x, count * sizeof *to);
  draw_directly(&lanes, PIL_FAMILY_negative_binomial, words, parameters, to);
}
