/* The ranking of items over many trials: places, chances, scores; gathered batch by batch, in memory that does not
 * grow with the trials.
 *
 * Rules. The highest score is first (order.h). Ties are shared, never broken by position: `tied` items over the
 * places r to s have the mid-rank (r + s) / 2 each, which rank means use; and a share of 1 / tied in each of
 * these places, which the chances use: P(place), P(first), P(top k). A tie of more than 24 items is shared to within
 * 2e-10. A score that is NaN ranks below all others, with other NaNs; such trials are counted. Infinite scores rank as
 * numbers do, but means and quantiles treat them as summary.h says.
 * A rank's quantile is the first place by which the chance has reached that level.
 *
 * Everything gathered is a whole number or an exact sum, so the same trials give the same bits in any order, any batch
 * width and any number of parts: a thread may gather its own and be merged at the end.
 *
 * Memory in bytes for n items, and batches of L lanes (512, say):
 *   8 n^2          chances of places            80 KB for n = 100,  8 MB for n = 1,000
 *   4 n^2          of pairs, where kept         40 KB,              4 MB
 *   4 n L          places of the last batch     205 KB,             2 MB
 *   1.7 KB n       sums                         170 KB,             1.7 MB
 *   n sketches     where kept (sketch.h)        about 20 KB n:      2 MB, 20 MB
 *   order.h        about 15 KB,                 160 KB
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_RANKING_H
#define PIL_STUDY_RANKING_H

#include "../statistics/exact.h"
#include "../statistics/sketch.h"
#include "../statistics/summary.h"
#include "order.h"

/* A whole trial's share of a place: a multiple of every whole number up to 24. */
#define PIL_RANKING_UNIT UINT64_C(5354228880)
/* Trials at most, so that no sum overflows. */
#define PIL_RANKING_TRIALS UINT64_C(3000000000)

/* What is gathered of one item. */
typedef struct pil_ranking_sums {
  uint64_t nan_count;              /* trials without a place of its own */
  uint64_t missing_count, never_count; /* NaN and -inf; +inf */
  double min, max;                 /* of the finite and never; inf and -inf when there are none */
  uint64_t twice_ranks, squares;   /* of twice the mid-rank, and of its square */
  pil_exact scores;
  pil_sketch sketch;
} pil_ranking_sums;

typedef struct pil_ranking_options {
  size_t item_count;    /* 1 to PIL_ORDER_ITEMS */
  size_t lane_capacity; /* lanes of a batch at most, up to 65,536 */
  bool keep_pairs;      /* for pil_ranking_pair; n^2 / 2 comparisons a trial: 0.2 us for 100 items */
  bool keep_sketches;   /* for score quantiles, where the caller keeps no columns */
} pil_ranking_options;

/* Read by others of this folder; written by ranking.c only. */
typedef struct pil_ranking {
  pil_ranking_options options;
  uint64_t trial_count;
  pil_ranking_sums *sums;
  uint64_t *shares;  /* n of an item: share of place p + 1 less that of place p (mod 2^64) */
  int64_t *wins;     /* of pairs (i, j > i): trials with i above j less those with j above i; or NULL */
  uint64_t *parts;   /* by the size of a tie: the share of each place */
  size_t stride;     /* of the two below: item i's lane l stands at [i * stride + l] */
  pil_order_count *above, *tied; /* of the last batch added */
  pil_order order;
} pil_ranking;

/* Too many items are refused with a message about the list. Free also after a failure. */
bool pil_ranking_init(pil_ranking *ranking, const pil_ranking_options *options, pil_error *error);
void pil_ranking_free(pil_ranking *ranking);

/* Adds a batch: item i's score in lane l is scores[i * stride + l]. Fails only for want of memory (of sketches);
 * the ranking may then only be freed. One thread at a time. */
bool pil_ranking_add(pil_ranking *ranking, const double *scores, size_t stride, size_t lane_count,
                     pil_error *error);

/* Adds what another one with the same options has gathered. */
bool pil_ranking_merge(pil_ranking *ranking, const pil_ranking *part, pil_error *error);

/* Where `wins` holds the pair item < other. */
size_t pil_ranking_pair_at(size_t item_count, size_t item, size_t other);

size_t pil_ranking_bytes(const pil_ranking *ranking); /* taken now */

/* ---- answers (ranking_answer.c) ---- */

/* A chance with its Monte Carlo error (one standard error; with ties an upper bound of it) and 95 % Wilson interval. */
typedef struct pil_ranked_chance {
  double probability, error, low, high;
} pil_ranked_chance;

/* p5, p10, p25, p50, p75, p90, p95 of scores. */
enum { PIL_RANKED_LEVELS = 7 };
extern const double pil_ranked_levels[PIL_RANKED_LEVELS];

typedef struct pil_ranked {
  pil_summary score;
  double percentiles[PIL_RANKED_LEVELS], percentile_errors[PIL_RANKED_LEVELS]; /* NaN without sketches */
  double rank_mean, rank_mean_error; /* NaN where there are no trials, or fewer than two */
  size_t rank_p5, rank_p50, rank_p95; /* 0 without trials */
  pil_ranked_chance first, top;
  uint64_t nan_count;
} pil_ranked;

/* `top`: how many places count as the top; more than there are items: all. */
void pil_ranking_item(const pil_ranking *ranking, size_t item, size_t top, pil_ranked *ranked);

/* P(item has place p + 1) for p below item_count. */
void pil_ranking_places(const pil_ranking *ranking, size_t item, double *probabilities);

/* The order to show: items by mean rank, then by mean score, then as they stand. */
bool pil_ranking_sort(const pil_ranking *ranking, size_t *items, pil_error *error);

/* P(item is above other), ties half, from the same trials; only with keep_pairs.
 * A pair is close to a coin toss when what is known of that chance, its 95 % interval, does not lie wholly outside
 * of 0.45 to 0.55: a planner who starts the lower item first would be right that often. */
typedef struct pil_ranked_pair {
  pil_ranked_chance above;
  bool is_coin_toss;
} pil_ranked_pair;
void pil_ranking_pair(const pil_ranking *ranking, size_t item, size_t other, pil_ranked_pair *pair);

/* The same for two columns of scores, where a ranking keeps no pairs. */
void pil_ranked_pair_fill(pil_ranked_pair *pair, const double *scores, const double *others, size_t count);

#endif
