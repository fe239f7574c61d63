/* Tests of study/order, study/ranking and study/agreement: against counting, against numpy and scipy
 * (golden/make_ranking.py), and the same bits for any batches.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/study/agreement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "golden/ranking.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { LANES = 64 };

/* The same as scores of make_ranking.py. */
static double score_of(int kind, size_t item, uint64_t state) {
  double u = (double)(state >> 11) * 0x1p-53;
  switch (kind) {
    case 0: return u * 100 + (double)item * 3;
    case 1: return floor(u * 5);
    case 2:
      return u < 0.1    ? (double)NAN
             : u < 0.15 ? (double)INFINITY
             : u < 0.2  ? -(double)INFINITY
                        : floor(u * 20) - 10;
    case 3: return 1000 + floor(u * 8) * 0x1p-43;
    case 4: return ldexp(u - 0.5, (int)((state >> 20) % 600) - 300);
    default: return 7;
  }
}

/* items * trials scores, item by item; the caller frees them. */
static double *scores_of(int kind, size_t items, size_t trials, uint64_t seed) {
  double *scores = malloc(items * trials * sizeof *scores);
  assert_non_null(scores);
  for (size_t i = 0; i < items * trials; i++) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    scores[i] = score_of(kind, i / trials, seed);
  }
  return scores;
}

static void start(pil_ranking *ranking, size_t items, bool keep_pairs, bool keep_sketches) {
  pil_error error;
  pil_ranking_options options = {items, LANES, keep_pairs, keep_sketches};
  assert_true(pil_ranking_init(ranking, &options, &error));
}

/* Trials from `first` to `last` in batches of `width`. */
static void add(pil_ranking *ranking, const double *scores, size_t trials, size_t first, size_t last, size_t width) {
  pil_error error;
  for (size_t at = first; at < last; at += width) {
    size_t lanes = last - at < width ? last - at : width;
    assert_true(pil_ranking_add(ranking, scores + at, trials, lanes, &error));
  }
}

/* ---- places ---- */

static bool comes_before(double score, double other) {
  return score > other || (isnan(other) && !isnan(score));
}

static void check_places(int kind, size_t items, size_t lanes) {
  size_t stride = (lanes + 7) / 8 * 8;
  double *scores = scores_of(kind, items, lanes, items);
  pil_order_count *above = calloc(items * stride, sizeof *above), *tied = calloc(items * stride, sizeof *tied);
  pil_order order;
  pil_error error;
  assert_true(above != NULL && tied != NULL && pil_order_init(&order, items, &error));
  pil_order_fill(&order, scores, lanes, lanes, above, tied, stride);
  for (size_t j = 0; j < lanes; j++) {
    for (size_t i = 0; i < items; i++) {
      size_t before = 0, after = 0;
      for (size_t k = 0; k < items; k++) {
        before += comes_before(scores[k * lanes + j], scores[i * lanes + j]);
        after += comes_before(scores[i * lanes + j], scores[k * lanes + j]);
      }
      assert_int_equal(above[i * stride + j], before);
      assert_int_equal(tied[i * stride + j], items - before - after);
    }
  }
  pil_order_free(&order);
  free(above);
  free(tied);
  free(scores);
}

static void places_agree_with_counting(void **unused) {
  (void)unused;
  for (int kind = 0; kind < 6; kind++) {
    for (size_t items = 1; items <= 70; items++) check_places(kind, items, 1 + items % 19);
    check_places(kind, 129, 9);
    check_places(kind, 1000, 3);
    check_places(kind, PIL_ORDER_ITEMS, 1);
  }
}

/* Scores that differ in the bits that hold the item's number only, the ends of the range, both zeros. */
static void near_scores_are_told_apart(void **unused) {
  (void)unused;
  const double least = 0x1p-1074, most = 0x1.fffffffffffffp+1023;
  const double scores[] = {1, 1 + 0x1p-52, INFINITY, most,  -most, -(double)INFINITY, 0, -0.0,
                           least, -least, NAN, nextafter(most, 0), 1, -(double)NAN, 1 - 0x1p-53, 2};
  const int above[] = {5, 4, 0, 1, 12, 13, 9, 9, 8, 11, 14, 2, 5, 14, 7, 3};
  pil_order_count found[16 * 8], tied[16 * 8];
  pil_order order;
  pil_error error;
  assert_true(pil_order_init(&order, 16, &error));
  pil_order_fill(&order, scores, 1, 1, found, tied, 8);
  for (size_t i = 0; i < 16; i++) {
    assert_int_equal(found[8 * i], above[i]);
    assert_int_equal(tied[8 * i], above[i] == 5 || above[i] == 9 || above[i] == 14 ? 2 : 1);
  }
  pil_order_free(&order);
}

/* ---- rankings ---- */

static void near(double found, double wanted, double scale) {
  if (isnan(wanted)) assert_true(isnan(found));
  else assert_true(fabs(found - wanted) <= scale * 0x1p-52);
}

static void check_golden(const golden_ranking *golden) {
  double *scores = scores_of(golden->kind, golden->items, golden->trials, 1), places[8];
  pil_ranking ranking;
  start(&ranking, golden->items, false, false);
  add(&ranking, scores, golden->trials, 0, golden->trials, 13);
  for (size_t i = 0; i < golden->items; i++) {
    const golden_ranked *wanted = &golden->ranked[i];
    pil_ranked ranked;
    pil_ranking_item(&ranking, i, GOLDEN_TOP, &ranked);
    near(ranked.score.mean, wanted->mean, fabs(wanted->mean));
    near(ranked.score.sd, wanted->sd, fabs(wanted->sd));
    near(ranked.rank_mean, wanted->rank_mean, 2 * wanted->rank_mean);
    near(ranked.rank_mean_error, wanted->rank_error, 16);
    near(ranked.first.probability, wanted->first, 4e6); /* ties of over 24 are shared to 2e-10 */
    near(ranked.top.probability, wanted->top, 8e6);
    assert_int_equal(ranked.rank_p5, wanted->rank_quantiles[0]);
    assert_int_equal(ranked.rank_p50, wanted->rank_quantiles[1]);
    assert_int_equal(ranked.rank_p95, wanted->rank_quantiles[2]);
    assert_int_equal(ranked.nan_count, wanted->nan_count);
    if (golden->places == NULL) continue;
    pil_ranking_places(&ranking, i, places);
    for (size_t j = 0; j < golden->items; j++) near(places[j], golden->places[i * golden->items + j], 2);
  }
  pil_ranking_free(&ranking);
  free(scores);
}

static void answers_agree_with_numpy(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(golden_rankings); i++) check_golden(&golden_rankings[i]);
}

static void summaries_are_those_of_columns(void **unused) {
  (void)unused;
  double *scores = scores_of(2, 5, 500, 3);
  pil_ranking ranking;
  start(&ranking, 5, false, true);
  add(&ranking, scores, 500, 0, 500, LANES);
  for (size_t i = 0; i < 5; i++) {
    pil_summary wanted;
    pil_ranked ranked;
    pil_summary_fill(&wanted, scores + i * 500, 500);
    pil_ranking_item(&ranking, i, 1, &ranked);
    assert_int_equal(ranked.score.count, wanted.count);
    assert_int_equal(ranked.score.finite_count, wanted.finite_count);
    assert_int_equal(ranked.score.never_count, wanted.never_count);
    assert_int_equal(ranked.score.not_a_number_count, wanted.not_a_number_count);
    assert_true(ranked.score.min == wanted.min && ranked.score.max == wanted.max);
    near(ranked.score.mean, wanted.mean, fabs(wanted.mean));
    near(ranked.score.mean_error, wanted.mean_error, 4 * wanted.mean_error); /* the column rounds as well */
  }
  pil_ranking_free(&ranking);
  free(scores);
}

static void ties_are_shared(void **unused) {
  (void)unused;
  const double scores[] = {4, 4, 4, 9, 1}; /* one trial */
  double places[5];
  pil_ranking ranking;
  pil_ranked ranked;
  start(&ranking, 5, true, false);
  add(&ranking, scores, 1, 0, 1, 1);
  pil_ranking_places(&ranking, 1, places);
  assert_true(places[0] == 0 && places[1] == 1.0 / 3 && places[2] == 1.0 / 3 && places[3] == 1.0 / 3 && places[4] == 0);
  pil_ranking_item(&ranking, 1, 3, &ranked);
  assert_true(ranked.rank_mean == 3 && isnan(ranked.rank_mean_error) && ranked.top.probability == 2.0 / 3);
  assert_int_equal(ranked.rank_p5, 2);
  assert_int_equal(ranked.rank_p50, 3);
  assert_int_equal(ranked.rank_p95, 4);
  pil_ranking_free(&ranking);
}

static void more_places_than_items_are_all(void **unused) {
  (void)unused;
  double *scores = scores_of(1, 30, 100, 1);
  pil_ranking ranking;
  start(&ranking, 30, false, false);
  add(&ranking, scores, 100, 0, 100, LANES);
  for (size_t top = 30; top < 40; top += 9) {
    pil_ranked ranked;
    pil_ranking_item(&ranking, 7, top, &ranked);
    assert_true(ranked.top.probability == 1 && ranked.top.error == 0 && ranked.top.high == 1);
  }
  pil_ranking_free(&ranking);
  free(scores);
}

static void nothing_known_without_trials(void **unused) {
  (void)unused;
  pil_ranking ranking;
  pil_ranked ranked;
  pil_ranked_pair pair;
  start(&ranking, 2, true, true);
  pil_ranking_item(&ranking, 0, 1, &ranked);
  assert_true(isnan(ranked.score.mean) && isnan(ranked.rank_mean) && isnan(ranked.percentiles[2]));
  assert_true(isnan(ranked.first.probability) && ranked.first.low == 0 && ranked.first.high == 1);
  assert_int_equal(ranked.rank_p50, 0);
  pil_ranking_pair(&ranking, 0, 1, &pair);
  assert_true(isnan(pair.above.probability) && pair.is_coin_toss);
  pil_ranking_free(&ranking);
}

static void lists_of_wrong_length_are_refused(void **unused) {
  (void)unused;
  pil_ranking ranking;
  pil_error error;
  pil_ranking_options options = {1000000, LANES, false, false};
  assert_false(pil_ranking_init(&ranking, &options, &error));
  assert_string_equal(error.text, "1000000 items are more than the 4096 that a ranking takes; rank a part of the list");
  pil_ranking_free(&ranking);
  options.item_count = 0;
  assert_false(pil_ranking_init(&ranking, &options, &error));
  assert_string_equal(error.text, "a ranking needs at least one item");
  pil_ranking_free(&ranking);
}

/* ---- pairs ---- */

static void pairs_agree_with_columns(void **unused) {
  (void)unused;
  enum { ITEMS = 37, TRIALS = 150 };
  for (int kind = 0; kind < 6; kind++) {
    double *scores = scores_of(kind, ITEMS, TRIALS, 5);
    pil_ranking ranking;
    start(&ranking, ITEMS, true, false);
    add(&ranking, scores, TRIALS, 0, TRIALS, 53);
    for (size_t i = 0; i < ITEMS; i++) {
      for (size_t j = 0; j < ITEMS; j++) {
        pil_ranked_pair found, wanted;
        if (i == j) continue;
        pil_ranking_pair(&ranking, i, j, &found);
        pil_ranked_pair_fill(&wanted, scores + i * TRIALS, scores + j * TRIALS, TRIALS);
        assert_memory_equal(&found.above, &wanted.above, sizeof found.above);
        assert_int_equal(found.is_coin_toss, wanted.is_coin_toss);
      }
    }
    pil_ranking_free(&ranking);
    free(scores);
  }
}

/* 10,000 trials: the interval is p -/+ 0.0098 near a half. */
static void coin_tosses_are_near_a_half(void **unused) {
  (void)unused;
  const struct { size_t wins; bool is_toss; } cases[] = {{5000, true},  {5590, true},  {5600, false},
                                                         {10000, false}, {4410, true}, {4400, false}};
  double *scores = calloc(10000, sizeof *scores), *others = calloc(10000, sizeof *others);
  assert_true(scores != NULL && others != NULL);
  for (size_t k = 0; k < COUNT(cases); k++) {
    pil_ranked_pair pair;
    for (size_t i = 0; i < 10000; i++) scores[i] = i < cases[k].wins ? 1 : -1;
    pil_ranked_pair_fill(&pair, scores, others, 10000);
    assert_true(pair.above.probability == (double)cases[k].wins / 10000);
    assert_int_equal(pair.is_coin_toss, cases[k].is_toss);
  }
  free(scores);
  free(others);
}

static void the_order_is_by_mean_rank(void **unused) {
  (void)unused;
  const double scores[] = {1, 1, 2, 2, 100, 0, 2, 2}; /* four items, two trials */
  const size_t wanted[] = {1, 3, 2, 0};               /* 2, 2, 2.5, 3.5 */
  size_t items[4];
  pil_error error;
  pil_ranking ranking;
  start(&ranking, 4, false, false);
  add(&ranking, scores, 2, 0, 2, 2);
  assert_true(pil_ranking_sort(&ranking, items, &error));
  assert_memory_equal(items, wanted, sizeof items);
  pil_ranking_free(&ranking);
}

/* ---- the same bits ---- */

/* All answers of a ranking and of its agreement with itself reversed. */
typedef struct answers {
  pil_ranked ranked[40];
  double places[40][40];
  pil_ranked_pair pairs[39];
} answers;

static void read_answers(const pil_ranking *ranking, answers *a) {
  memset(a, 0, sizeof *a);
  for (size_t i = 0; i < 40; i++) {
    pil_ranking_item(ranking, i, 5, &a->ranked[i]);
    pil_ranking_places(ranking, i, a->places[i]);
    if (i > 0) pil_ranking_pair(ranking, i - 1, i, &a->pairs[i - 1]);
  }
}

static void batches_and_parts_do_not_show(void **unused) {
  (void)unused;
  enum { TRIALS = 500 };
  const size_t widths[] = {1, 2, 7, 31, 64};
  static answers wanted, found;
  for (int kind = 0; kind < 6; kind++) {
    double *scores = scores_of(kind, 40, TRIALS, 11);
    pil_ranking ranking, part;
    pil_error error;
    start(&ranking, 40, true, true);
    add(&ranking, scores, TRIALS, 0, TRIALS, LANES);
    read_answers(&ranking, &wanted);
    pil_ranking_free(&ranking);
    for (size_t k = 0; k < COUNT(widths); k++) {
      start(&ranking, 40, true, true);
      start(&part, 40, true, true);
      add(&part, scores, TRIALS, 0, 123, widths[k]);
      add(&ranking, scores, TRIALS, 300, TRIALS, widths[k]); /* the last trials first */
      add(&ranking, scores, TRIALS, 123, 300, 64);
      assert_true(pil_ranking_merge(&ranking, &part, &error));
      read_answers(&ranking, &found);
      assert_memory_equal(&found, &wanted, sizeof found);
      pil_ranking_free(&ranking);
      pil_ranking_free(&part);
    }
    free(scores);
  }
}

/* ---- agreement ---- */

static void check_agreement(const golden_agreement *golden) {
  size_t n = golden->items, trials = golden->trials, undefined = 0;
  double *scores[2] = {scores_of(golden->first, n, trials, 1), scores_of(golden->second, n, trials, 2)}, sum = 0;
  pil_ranking rankings[2];
  pil_agreement agreement, alone;
  pil_error error;
  pil_tau tau;
  const pil_ranking *both[] = {&rankings[0], &rankings[1]};
  for (size_t k = 0; k < 2; k++) start(&rankings[k], n, false, false);
  assert_true(pil_agreement_init(&agreement, 2, n, &error));
  for (size_t j = 0; j < trials; j++) {
    assert_true(pil_agreement_init(&alone, 2, n, &error));
    for (size_t k = 0; k < 2; k++) add(&rankings[k], scores[k], trials, j, j + 1, 1);
    pil_agreement_add(&alone, both, 1);
    pil_agreement_tau(&alone, 0, 1, &tau);
    near(tau.mean, golden->taus[j], 2);
    if (!isnan(tau.mean)) assert_true(fabs(tau.p50 - golden->taus[j]) <= 0.0005001 && isnan(tau.mean_error));
    undefined += isnan(golden->taus[j]) != 0;
    sum += isnan(golden->taus[j]) ? 0 : golden->taus[j];
    pil_agreement_merge(&agreement, &alone);
    pil_agreement_free(&alone);
  }
  pil_agreement_tau(&agreement, 0, 1, &tau);
  assert_int_equal(tau.undefined_count, undefined);
  near(tau.mean, undefined == trials ? (double)NAN : sum / (double)(trials - undefined), 32);
  pil_agreement_free(&agreement);
  for (size_t k = 0; k < 2; k++) pil_ranking_free(&rankings[k]);
  free(scores[0]);
  free(scores[1]);
}

static void taus_agree_with_scipy(void **unused) {
  (void)unused;
  for (size_t i = 0; i < COUNT(golden_agreements); i++) check_agreement(&golden_agreements[i]);
}

/* The largest list, and three formulas of which the third is the first turned round. */
static void reversed_orders_disagree_wholly(void **unused) {
  (void)unused;
  double *scores = scores_of(0, PIL_ORDER_ITEMS, 10, 1), *turned = malloc(PIL_ORDER_ITEMS * 10 * sizeof *turned);
  assert_non_null(turned);
  for (size_t i = 0; i < PIL_ORDER_ITEMS * 10; i++) turned[i] = -scores[i];
  pil_ranking rankings[3];
  const pil_ranking *all[] = {&rankings[0], &rankings[1], &rankings[2]};
  pil_agreement agreement;
  pil_error error;
  pil_tau tau;
  for (size_t k = 0; k < 3; k++) {
    start(&rankings[k], PIL_ORDER_ITEMS, false, false);
    add(&rankings[k], k == 2 ? turned : scores, 10, 0, 10, 10);
  }
  assert_true(pil_agreement_init(&agreement, 3, PIL_ORDER_ITEMS, &error));
  pil_agreement_add(&agreement, all, 10);
  pil_agreement_tau(&agreement, 0, 1, &tau);
  assert_true(tau.mean == 1 && tau.p5 == 1 && tau.p95 == 1 && tau.mean_error == 0);
  pil_agreement_tau(&agreement, 1, 2, &tau);
  assert_true(tau.mean == -1 && tau.p5 == -1 && tau.p50 == -1 && tau.p95 == -1);
  pil_agreement_free(&agreement);
  for (size_t k = 0; k < 3; k++) pil_ranking_free(&rankings[k]);
  free(scores);
  free(turned);
}

static void moves_are_differences_of_ranks(void **unused) {
  (void)unused;
  const double first[] = {9, 9, 8, 8, 7, 7, 6, 6}, second[] = {5, 1, 8, 8, 8, 9, 6, 6}; /* four items, two trials */
  const pil_move wanted[] = {{0, 3, 3}, {2, -1.75, 1.75}, {1, -0.25, 0.25}, {3, -1, 1}};
  const size_t order[] = {0, 1, 3, 2};
  pil_move moves[4];
  pil_ranking rankings[2];
  const pil_ranking *both[] = {&rankings[0], &rankings[1]};
  pil_agreement agreement, part;
  pil_error error;
  for (size_t k = 0; k < 2; k++) {
    start(&rankings[k], 4, false, false);
    add(&rankings[k], k == 0 ? first : second, 2, 0, 2, 2);
  }
  assert_true(pil_agreement_init(&agreement, 2, 4, &error));
  pil_agreement_add(&agreement, both, 2);
  assert_true(pil_agreement_init(&part, 2, 4, &error));
  pil_agreement_add(&part, both, 2);
  pil_agreement_merge(&agreement, &part); /* twice the same trials: the same means */
  pil_agreement_free(&part);
  assert_int_equal(agreement.trial_count, 4);
  pil_agreement_moves(&agreement, 0, 1, moves);
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(moves[i].item, wanted[order[i]].item);
    assert_true(moves[i].shift == wanted[order[i]].shift && moves[i].moved == wanted[order[i]].moved);
  }
  pil_agreement_free(&agreement);
  for (size_t k = 0; k < 2; k++) pil_ranking_free(&rankings[k]);
}

/* ---- want of memory ---- */

/* Everything once; false with the error of the allocation that failed. */
static bool run_all(const double *scores, pil_error *error) {
  pil_ranking_options options = {6, LANES, true, true};
  pil_ranking ranking = {0}, part = {0};
  pil_agreement agreement = {0};
  const pil_ranking *both[] = {&ranking, &part};
  size_t items[6];
  bool ok = pil_ranking_init(&ranking, &options, error) && pil_ranking_init(&part, &options, error) &&
            pil_agreement_init(&agreement, 2, 6, error) && pil_ranking_add(&part, scores, 50, 50, error) &&
            pil_ranking_add(&ranking, scores, 50, 10, error);
  if (ok) {
    pil_agreement_add(&agreement, both, 10);
    ok = pil_ranking_merge(&ranking, &part, error) && pil_ranking_sort(&ranking, items, error);
  }
  pil_agreement_free(&agreement);
  pil_ranking_free(&part);
  pil_ranking_free(&ranking);
  return ok;
}

static void every_allocation_may_fail(void **unused) {
  (void)unused;
  double *scores = scores_of(4, 6, 50, 1);
  uint64_t n = 0;
  for (bool ok = false; !ok;) {
    pil_error error = {0};
    pil_memory_fail_from(++n);
    ok = run_all(scores, &error);
    pil_memory_fail_from(0);
    if (!ok) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  assert_true(n > 30);
  free(scores);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(places_agree_with_counting),
      cmocka_unit_test(near_scores_are_told_apart),
      cmocka_unit_test(answers_agree_with_numpy),
      cmocka_unit_test(summaries_are_those_of_columns),
      cmocka_unit_test(ties_are_shared),
      cmocka_unit_test(more_places_than_items_are_all),
      cmocka_unit_test(nothing_known_without_trials),
      cmocka_unit_test(lists_of_wrong_length_are_refused),
      cmocka_unit_test(pairs_agree_with_columns),
      cmocka_unit_test(coin_tosses_are_near_a_half),
      cmocka_unit_test(the_order_is_by_mean_rank),
      cmocka_unit_test(batches_and_parts_do_not_show),
      cmocka_unit_test(taus_agree_with_scipy),
      cmocka_unit_test(reversed_orders_disagree_wholly),
      cmocka_unit_test(moves_are_differences_of_ranks),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
