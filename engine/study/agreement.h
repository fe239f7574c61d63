/* How far several formulas agree on the order of the same items: Kendall's tau-b in each trial, and the items
 * whose rank changes most from one formula to another.
 *
 * tau-b (Kendall 1945, Biometrika 33, 239-251) is 1 where two orders are the same, -1 where one is the other reversed,
 * and about 0 where they have nothing to do with each other; ties count for neither. Where one formula ties all
 * items it is undefined: such trials are counted, not averaged in. Scores that are NaN rank last (order.h).
 *
 * As in ranking.h everything gathered is whole or exact: the same bits in any order of batches and any split.
 * Memory: for every two formulas 18 KB and 16 bytes an item.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_AGREEMENT_H
#define PIL_STUDY_AGREEMENT_H

#include "ranking.h"

/* tau is counted in steps of 1/1000 from -1 to 1, the mean apart from that exactly. */
enum { PIL_AGREEMENT_STEPS = 1000, PIL_AGREEMENT_BINS = 2 * PIL_AGREEMENT_STEPS + 1 };

/* Of two formulas. */
typedef struct pil_agreement_sums {
  uint64_t undefined_count;
  pil_exact taus;
  uint64_t counts[PIL_AGREEMENT_BINS];
  int64_t *shifts;  /* by item: twice (mid-rank by the second less that by the first) */
  uint64_t *moves;  /* the same without its sign */
} pil_agreement_sums;

typedef struct pil_agreement {
  size_t formula_count, item_count;
  uint64_t trial_count;
  pil_agreement_sums *sums; /* of (0, 1), (0, 2), …, (1, 2), … */
  uint16_t *scratch;
} pil_agreement;

/* At least two formulas. Free also after a failure. */
bool pil_agreement_init(pil_agreement *agreement, size_t formula_count, size_t item_count, pil_error *error);
void pil_agreement_free(pil_agreement *agreement);

/* Adds the batch that was last added to each of the rankings, one a formula: the same trials of the same items. */
void pil_agreement_add(pil_agreement *agreement, const pil_ranking *const *rankings, size_t lane_count);
void pil_agreement_merge(pil_agreement *agreement, const pil_agreement *part);

/* Quantiles are to within 0.0005; all NaN where tau is defined in no trial (the error: in one only). */
typedef struct pil_tau {
  double mean, mean_error, p5, p50, p95;
  uint64_t undefined_count;
} pil_tau;
void pil_agreement_tau(const pil_agreement *agreement, size_t first, size_t second, pil_tau *tau);

/* How an item's rank changes from formula `first` to formula `second`: places lost (+) or gained (-) on average,
 * and places moved either way, the mean of the trials' distances. */
typedef struct pil_move {
  size_t item;
  double shift, moved;
} pil_move;

/* All items, the one that moves most first (of equals, as they stand). first < second. */
void pil_agreement_moves(const pil_agreement *agreement, size_t first, size_t second, pil_move *moves);

#endif
