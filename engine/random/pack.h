/* Kernels over a pack of lanes: loops of PIL_PACK lanes over straight-line code, where selections
 * stand for branches. The scalar engine includes them with one lane, every instruction set of the
 * lane machine with as many as fill its vectors, and a lane's bits are the same: what a lane
 * computes depends on its own numbers alone. A loop that runs until every lane is done leaves a
 * finished lane as it is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_PACK_H
#define PIL_RANDOM_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef PIL_PACK
#define PIL_PACK 1
#endif

typedef double pil_pack[PIL_PACK] __attribute__((aligned(PIL_PACK < 8 ? 8 * PIL_PACK : 64)));
typedef int64_t pil_pack_mask[PIL_PACK] /* 0 or -1 */
    __attribute__((aligned(PIL_PACK < 8 ? 8 * PIL_PACK : 64)));

#define PIL_EACH _Pragma("GCC ivdep") for (size_t i = 0; i < PIL_PACK; i++)
/* A function apart, with all that it calls inside: a call that stays a call, and gcc's limits on a
 * function that has grown large, would leave loops scalar. */
#define PIL_ALONE __attribute__((noinline, flatten)) static
#define PIL_SET(condition) ((condition) ? INT64_C(-1) : INT64_C(0))

static inline bool pil_pack_all(const int64_t *mask) {
  int64_t all = -1;
  PIL_EACH all &= mask[i];
  return all != 0;
}

#endif
