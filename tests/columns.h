/* Columns that golden/make_statistics.py makes too, bit for bit: every operation rounds once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_COLUMNS_H
#define TESTS_COLUMNS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static inline double cell_of(int kind, uint64_t i) {
  double u = (double)(i * UINT64_C(2654435761) % (UINT64_C(1) << 32)) / 4294967296.0;
  u += 1.0 / 8589934592.0;
  switch (kind) {
    case 0: return (u - 0.5) * 1e6;
    case 1: return 1e6 + u;
    case 2: return floor(u * 36.0) >= 33 ? (double)INFINITY : floor(u * 36.0);
    case 3: return 1.0 / (u * u * u * u) * (i % 2 == 0 ? 1.0 : -1.0);
    case 4: return i % 7 == 0 ? -(double)INFINITY : i % 3 == 0 ? (double)NAN : u - 0.5;
    default: return -2.5;
  }
}

/* The caller frees it. */
static inline double *column_of(int kind, size_t count) {
  double *cells = malloc(count * sizeof *cells);
  for (size_t i = 0; cells != NULL && i < count; i++) cells[i] = cell_of(kind, i);
  return cells;
}

#endif
