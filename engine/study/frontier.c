/* Which of several ways are efficient.
 * SPDX-License-Identifier: Apache-2.0 */
#include "frontier.h"

#include <stdlib.h>

bool pil_tradeoff_beats(const pil_tradeoff *a, const pil_tradeoff *b) {
  return a->costs[0] <= b->costs[0] && a->costs[1] <= b->costs[1] &&
         (a->costs[0] < b->costs[0] || a->costs[1] < b->costs[1]);
}

static int compare(const void *a, const void *b) {
  const pil_tradeoff *x = a, *y = b;
  for (int i = 0; i < 2; i++)
    if (x->costs[i] != y->costs[i]) return x->costs[i] < y->costs[i] ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

void pil_tradeoffs_sort(pil_tradeoff *ways, size_t count) {
  qsort(ways, count, sizeof *ways, compare);
}

/* In this order a way is beaten by the efficient one last seen or by none. */
size_t pil_frontier_find(pil_tradeoff *ways, size_t count) {
  size_t found = 0;
  pil_tradeoffs_sort(ways, count);
  for (size_t i = 0; i < count; i++) {
    const pil_tradeoff own = ways[i];
    bool is_beaten = found > 0 && pil_tradeoff_beats(&ways[found - 1], &own);
    if (is_beaten) continue;
    ways[i] = ways[found];
    ways[found++] = own;
  }
  return found;
}
