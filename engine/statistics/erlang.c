/* Erlang's formulas by the recursion of B over the servers, which neither overflows nor cancels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "erlang.h"

#include <math.h>

#include "../base/real.h"

/* B of one server more: Cooper 1981, ch. 3. */
static double next_b(double load, uint64_t servers, double b) {
  return load * b / ((double)servers + load * b);
}

double pil_erlang_b(double load, uint64_t servers) {
  double b = 1;
  for (uint64_t n = 1; n <= servers && b > 0; n++) b = next_b(load, n, b);
  return b;
}

/* C from B: Cooper 1981, ch. 3. */
static double c_of(double load, uint64_t servers, double b) {
  double n = (double)servers;
  return load < n ? n * b / (n - load * (1 - b)) : 1;
}

double pil_erlang_c(double load, uint64_t servers) {
  return c_of(load, servers, pil_erlang_b(load, servers));
}

/* A wait in a queue is exponential with rate (servers - load) / handling. */
static double within(double load, uint64_t servers, double c, double handling, double target) {
  if (!(load < (double)servers) || target < 0) return 0;
  return 1 - c * pil_exp(-((double)servers - load) * target / handling);
}

double pil_erlang_within(double load, uint64_t servers, double handling, double target) {
  return within(load, servers, pil_erlang_c(load, servers), handling, target);
}

double pil_erlang_wait(double load, uint64_t servers, double handling) {
  if (!(load < (double)servers)) return INFINITY;
  return pil_erlang_c(load, servers) * handling / ((double)servers - load);
}

uint64_t pil_erlang_staff(double load, double handling, double target, double wanted, uint64_t most) {
  double b = 1;
  for (uint64_t n = 1; n <= most; n++) {
    b = next_b(load, n, b);
    if (within(load, n, c_of(load, n, b), handling, target) >= wanted) return n;
  }
  return 0;
}
