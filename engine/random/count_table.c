/* Tables of the tails of a distribution over counts: a draw is then a look-up and a few
 * comparisons, the same that direct inversion makes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "family.h"
#include "stream.h"

enum { COUNTS_MOST = 4096, GUIDES = 256 };

struct pil_count_table {
  double first; /* the count that entry 0 stands for */
  size_t count;
  pil_two_tails *tails;
  uint16_t guide[GUIDES]; /* the first entry that reaches i / GUIDES */
};

static bool reaches(pil_two_tails tails, double p, double q) {
  return p <= q ? tails.lower >= p * (1 - PIL_STEP_SLACK) : tails.upper <= q * (1 + PIL_STEP_SLACK);
}

bool pil_count_table_build(pil_arena *arena, pil_distribution *distribution, pil_error *error) {
  double first = pil_distribution_invert(distribution, 0x1p-20, 1 - 0x1p-20);
  double last = pil_distribution_invert(distribution, 1 - 0x1p-20, 0x1p-20);
  if (!(last - first < COUNTS_MOST)) return true;
  struct pil_count_table *table = pil_arena_new(arena, sizeof *table);
  if (table == NULL) return pil_error_memory(error);
  table->first = first;
  table->count = (size_t)(last - first) + 1;
  table->tails = pil_arena_array(arena, table->count, sizeof *table->tails);
  if (table->tails == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < table->count; i++) {
    table->tails[i] = pil_distribution_tails_free(distribution, first + (double)i);
  }
  size_t entry = 0;
  for (int i = 0; i < GUIDES; i++) {
    double p = (double)i / GUIDES;
    while (entry + 1 < table->count && !reaches(table->tails[entry], p, 1 - p)) entry++;
    table->guide[i] = (uint16_t)entry;
  }
  distribution->counts = table;
  return true;
}

static inline bool read_table(const struct pil_count_table *table, double p, double q, double *x) {
  if (!(p >= 0x1p-20 && q >= 0x1p-20)) return false;
  size_t entry = table->guide[(size_t)(p * GUIDES)];
  while (entry < table->count && !reaches(table->tails[entry], p, q)) entry++;
  if (entry == table->count) return false;
  *x = table->first + (double)entry;
  return true;
}

bool pil_count_table_read(const struct pil_count_table *table, double p, double q, double *x) {
  return read_table(table, p, q, x);
}

void pil_count_table_fill(const pil_distribution *distribution, const uint64_t *words, double *draws, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!read_table(distribution->counts, pil_uniform(words[i]), pil_uniform_complement(words[i]), &draws[i]))
      draws[i] = pil_distribution_draw(distribution, words[i]);
}
