/* Which of several ways are efficient: two costs each, both to be small.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_FRONTIER_H
#define PIL_STUDY_FRONTIER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct pil_tradeoff {
  double costs[2]; /* numbers */
  size_t index;    /* the caller's */
} pil_tradeoff;

/* Whether `a` costs at most as much as `b` in both and less in one. */
bool pil_tradeoff_beats(const pil_tradeoff *a, const pil_tradeoff *b);

/* Sorts `ways` by their first cost, then the second, then the index, and moves to the front those that no other beats,
 * in this order; returns how many they are. Ways that cost the same do not beat one another. */
size_t pil_frontier_find(pil_tradeoff *ways, size_t count);

/* Only sorts them. */
void pil_tradeoffs_sort(pil_tradeoff *ways, size_t count);

#endif
