/* What a draw takes whose parameters differ from lane to lane, in the scalar engine and in the
 * loops of each instruction set.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "../../engine/lanes/kernels.h"
#include "../random_draws.h"

enum { BLOCKS = 64, LANES = BLOCKS * PIL_LANES_WIDTH, BEST_OF = 5 };

static uint64_t words[BLOCKS][PIL_LANES_WIDTH] __attribute__((aligned(64)));
static double parameters[BLOCKS][PIL_PARAMETERS][PIL_LANES_WIDTH] __attribute__((aligned(64)));
static double drawn[PIL_LANES_WIDTH] __attribute__((aligned(64)));

static double now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void make_blocks(pil_family family) {
  pil_stream stream = pil_stream_at(5, 6, 7);
  for (size_t i = 0; i < LANES; i++) {
    size_t block = i / PIL_LANES_WIDTH, lane = i % PIL_LANES_WIDTH;
    double a[PIL_PARAMETERS];
    random_parameters(&stream, family, false, a);
    for (int j = 0; j < PIL_PARAMETERS; j++) parameters[block][j][lane] = a[j];
    words[block][lane] = pil_stream_next(&stream);
  }
}

static void draw_scalar(pil_family family, size_t block) {
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    double a[PIL_PARAMETERS];
    for (int j = 0; j < PIL_PARAMETERS; j++) a[j] = parameters[block][j][i];
    drawn[i] = pil_family_draw(family, a, words[block][i]);
  }
}

static void draw_lanes(const pil_fills *fills, size_t block) {
  const double *columns[PIL_PARAMETERS];
  for (int j = 0; j < PIL_PARAMETERS; j++) columns[j] = parameters[block][j];
  if (fills->packed != NULL)
    fills->packed(words[block], columns, PIL_LANES_WIDTH, drawn);
  else
    fills->varying(words[block], columns, drawn);
}

/* ns a draw; the scalar engine where there are no kernels. */
static double measure(pil_family family, const pil_kernels *kernels) {
  double best = 1e300;
  for (int round = 0; round < BEST_OF; round++) {
    double start = now_ns();
    for (size_t block = 0; block < BLOCKS; block++) {
      if (kernels == NULL)
        draw_scalar(family, block);
      else
        draw_lanes(&kernels->fills[family], block);
    }
    double took = (now_ns() - start) / LANES;
    if (took < best) best = took;
  }
  return best;
}

int main(void) {
  const pil_kernels *tables[] = {NULL, &pil_kernels_portable, &pil_kernels_avx2,
                                 &pil_kernels_avx512};
  for (int family = 0; family < PIL_FAMILY_COUNT; family++) {
    const pil_family_record *record = pil_family_get((pil_family)family);
    if (record->allowed == 0) continue;
    make_blocks((pil_family)family);
    for (int n = 0; n < 4; n++) {
      const pil_kernels *kernels = tables[n];
      if (kernels == &pil_kernels_avx512 && !__builtin_cpu_supports("avx512f")) continue;
      if (kernels != NULL && kernels->fills[family].packed == NULL &&
          kernels->fills[family].varying == NULL)
        continue;
      printf("%s, %s\t%.1f\tns a draw%s\n", record->name,
             kernels == NULL ? "scalar engine" : kernels->name,
             measure((pil_family)family, kernels), n >= 2 ? "\t150 at most" : "");
    }
  }
}
