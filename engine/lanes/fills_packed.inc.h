/* Draws of families whose quantile takes long, over lanes that follow each other. Lanes are dealt
 * to the ways in which their quantiles are computed, and each way runs over full packs of its
 * own lanes (random/pack.h). The including file defines PIL_PACK.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_FILLS_PACKED_H
#define PIL_LANES_FILLS_PACKED_H

#include "../random/normal_kernels.h"
#include "../random/pack.h"
#include "kernels.h"

enum { PACKED_ROOM = PIL_LANES_WIDTH };
typedef double packed_column[PACKED_ROOM] __attribute__((aligned(PIL_LANES_ALIGNMENT)));

/* The lanes on their way: two shapes, a uniform with its complement and its normal quantile, and
 * the quantile as x and 1 - x. */
typedef struct packed_lanes {
  size_t count;
  packed_column a, b, p, q, z, x, y;
  uint8_t way[PACKED_ROOM];
} packed_lanes;

/* One pack of them. */
typedef struct packed_pack {
  pil_pack a, b, p, q, z, x, y;
} packed_pack;

__attribute__((flatten)) static void start_packed(packed_lanes *lanes, const uint64_t *words,
                                                  size_t count) {
  lanes->count = count;
  _Pragma("GCC ivdep") for (size_t i = 0; i < count; i++) {
    lanes->p[i] = pil_uniform(words[i]);
    lanes->q[i] = pil_uniform_complement(words[i]);
    lanes->z[i] = pil_normal_kernel(words[i]);
  }
}

enum { PACKED_FEW = PIL_PACK / 5 }; /* so few take longer as a pack than one by one */

/* A pack that lanes do not fill repeats its last; a few that are left over go the direct way. */
static void run_packed(packed_lanes *lanes, uint8_t way, void (*run)(packed_pack *pack)) {
  size_t list[PACKED_ROOM], count = 0;
  for (size_t i = 0; i < lanes->count; i++) {
    list[count] = i;
    count += lanes->way[i] == way;
  }
  for (size_t first = 0; first < count; first += PIL_PACK) {
    packed_pack pack;
    size_t size = count - first < PIL_PACK ? count - first : PIL_PACK;
    if (size <= PACKED_FEW) {
      for (size_t i = 0; i < size; i++) lanes->way[list[first + i]] = 0;
      return;
    }
    for (size_t i = 0; i < PIL_PACK; i++) {
      size_t lane = list[first + (i < size ? i : size - 1)];
      pack.a[i] = lanes->a[lane];
      pack.b[i] = lanes->b[lane];
      pack.p[i] = lanes->p[lane];
      pack.q[i] = lanes->q[lane];
      pack.z[i] = lanes->z[lane];
      pack.x[i] = pack.y[i] = 0;
    }
    run(&pack);
    for (size_t i = 0; i < size; i++) {
      lanes->x[list[first + i]] = pack.x[i];
      lanes->y[list[first + i]] = pack.y[i];
    }
  }
}

/* Lanes for the scalar function, which gives the same bits; way 0 in every family. */
static void draw_directly(const packed_lanes *lanes, pil_family family, const uint64_t *words,
                          const double *const *parameters, double *to) {
  for (size_t i = 0; i < lanes->count; i++) {
    double numbers[PIL_PARAMETERS];
    if (lanes->way[i] != 0) continue;
    for (int j = 0; j < PIL_PARAMETERS; j++) numbers[j] = parameters[j][i];
    to[i] = pil_family_draw(family, numbers, words[i]);
  }
}

#endif
