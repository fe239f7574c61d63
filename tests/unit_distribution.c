/* Tests of random/distribution: quantiles against mpmath, tables against direct inversion,
 * every way to draw against every other, and the refusals.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/random/distribution.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/random/stream.h"
#include "golden/distribution.h"
#include "golden/normal_words.h"

enum { GOLDENS = sizeof golden_distributions / sizeof golden_distributions[0] };
enum { BUILTS = sizeof golden_builts / sizeof golden_builts[0] };

static pil_arena arena;
static int misses;

static pil_distribution build(pil_family family, const double *parameters, int count) {
  pil_distribution distribution;
  pil_error error;
  bool built =
      pil_distribution_build(&arena, family, parameters, count, PIL_NOWHERE, &distribution, &error);
  if (!built) print_message("%s\n", error.text);
  assert_true(built);
  return distribution;
}

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static void expect_near(const char *what, double tail, char side, double x, double expected,
                        double scale) {
  if (fabs(x - expected) <= scale || x == expected) return;
  print_message("%s at %c = %g: %.17g, not %.17g\n", what, side, tail, x, expected);
  misses++;
}

/* 1e-9 of the number or of a quarter of the central 80 %, which is less than the sd. */
static void check_quantiles(const pil_distribution *distribution, const char *what,
                            const double *lower, const double *upper, bool exact) {
  const int tenth = 5;
  double spread = 0.25 * (upper[tenth] - lower[tenth]);
  for (int i = 0; i < GOLDEN_TAILS; i++) {
    double t = golden_tails[i];
    double below = pil_distribution_quantile(distribution, t, 1 - t);
    double above = pil_distribution_quantile(distribution, 1 - t, t);
    double unit = exact ? 0 : 1e-9;
    expect_near(what, t, 'p', below, lower[i], unit * fmax(fabs(lower[i]), spread));
    expect_near(what, t, 'q', above, upper[i], unit * fmax(fabs(upper[i]), spread));
  }
}

static void name_golden(const golden_quantiles *golden, char *name, size_t name_bytes) {
  int length = snprintf(name, name_bytes, "%s", pil_family_get(golden->family)->name);
  for (int i = 0; i < golden->count; i++) {
    length += snprintf(name + length, name_bytes - (size_t)length, " %g", golden->parameters[i]);
  }
}

static void quantiles_are_mpmaths(void **unused) {
  (void)unused;
  misses = 0;
  for (size_t i = 0; i < GOLDENS; i++) {
    const golden_quantiles *golden = &golden_distributions[i];
    char name[128];
    name_golden(golden, name, sizeof name);
    pil_distribution distribution = build(golden->family, golden->parameters, golden->count);
    bool exact = pil_family_get(golden->family)->draws != PIL_DRAW_REAL;
    check_quantiles(&distribution, name, golden->lower, golden->upper, exact);
    pil_error error;
    assert_true(pil_distribution_prepare(&arena, &distribution, &error));
    strcat(name, " (prepared)");
    check_quantiles(&distribution, name, golden->lower, golden->upper, exact);
  }
  assert_int_equal(misses, 0);
}

static pil_distribution build_mixture(void) {
  static pil_distribution parts[2];
  static const pil_distribution *const components[2] = {&parts[0], &parts[1]};
  pil_distribution mixture;
  pil_error error;
  parts[0] = build(PIL_FAMILY_normal, (double[]){0, 1}, 2);
  parts[1] = build(PIL_FAMILY_gamma, (double[]){2, 3}, 2);
  assert_true(pil_distribution_build_mixture(&arena, components, (double[]){3, 7}, 2, PIL_NOWHERE,
                                             &mixture, &error));
  return mixture;
}

static void built_ones_are_mpmaths(void **unused) {
  (void)unused;
  misses = 0;
  pil_error error;
  static const double lows[] = {-2, 0, 3, 8, 20};
  for (size_t i = 0; i < BUILTS; i++) {
    pil_distribution distribution;
    if (strcmp(golden_builts[i].name, "mixture") == 0) {
      distribution = build_mixture();
    } else {
      distribution = build(PIL_FAMILY_normal, (double[]){0, 1}, 2);
      assert_true(
          pil_distribution_bound(&distribution, lows[i], HUGE_VAL, false, PIL_NOWHERE, &error));
    }
    check_quantiles(&distribution, golden_builts[i].name, golden_builts[i].lower,
                    golden_builts[i].upper, false);
    assert_true(pil_distribution_prepare(&arena, &distribution, &error));
    check_quantiles(&distribution, golden_builts[i].name, golden_builts[i].lower,
                    golden_builts[i].upper, false);
  }
  assert_int_equal(misses, 0);
}

/* Truncation far below mirrors truncation far above. */
static void truncation_is_symmetric(void **unused) {
  (void)unused;
  pil_error error;
  pil_distribution above = build(PIL_FAMILY_normal, (double[]){0, 1}, 2), below = above;
  assert_true(pil_distribution_bound(&above, 12, 13, false, PIL_NOWHERE, &error));
  assert_true(pil_distribution_bound(&below, -13, -12, false, PIL_NOWHERE, &error));
  for (int i = 1; i < 100; i++) {
    double p = i / 128.0, x = pil_distribution_quantile(&above, p, 1 - p);
    assert_true(x >= 12 && x <= 13);
    assert_true(fabs(x + pil_distribution_quantile(&below, 1 - p, p)) < 1e-13);
  }
}

static void normal_words_are_frozen(void **unused) {
  (void)unused;
  pil_distribution standard = build(PIL_FAMILY_normal, (double[]){0, 1}, 2);
  for (size_t i = 0; i < sizeof normal_words / sizeof normal_words[0]; i++) {
    uint64_t word = normal_words[i].word;
    double z = pil_normal_quantile(pil_uniform(word), pil_uniform_complement(word));
    assert_int_equal(bits_of(z), normal_words[i].bits);
    assert_int_equal(bits_of(pil_distribution_draw(&standard, word)), normal_words[i].bits);
    assert_true(fabs(z - normal_words[i].exact) <= 1e-14);
  }
}

/* Words at both ends and at every size of tail, then a stream's. */
static void fill_test_words(uint64_t *words, size_t count) {
  pil_stream stream = pil_stream_at(11, 22, 33);
  pil_stream_fill(&stream, words, count);
  for (size_t i = 0; i < 64 && 2 * i + 1 < count; i++) {
    words[2 * i] >>= i;
    words[2 * i + 1] = ~(words[2 * i + 1] >> i);
  }
  words[0] = 0;
  words[1] = UINT64_MAX;
}

enum { WORDS = 1027 };

static void check_agreement(const pil_distribution *distribution, bool family_draw_too) {
  static uint64_t words[WORDS];
  static double filled[WORDS + 1], uniform[WORDS], p[WORDS], q[WORDS];
  fill_test_words(words, WORDS);
  for (size_t i = 0; i < WORDS; i++) {
    p[i] = pil_uniform(words[i]);
    q[i] = pil_uniform_complement(words[i]);
  }
  filled[WORDS] = 77;
  pil_distribution_fill(distribution, words, filled, WORDS);
  pil_distribution_fill_uniforms(distribution, p, q, uniform, WORDS);
  assert_true(filled[WORDS] == 77);
  for (size_t i = 0; i < WORDS; i++) {
    uint64_t drawn = bits_of(pil_distribution_draw(distribution, words[i]));
    assert_int_equal(bits_of(filled[i]), drawn);
    assert_int_equal(bits_of(uniform[i]), drawn);
    if (!family_draw_too) continue;
    double direct = pil_family_draw(distribution->family, distribution->parameters, words[i]);
    assert_int_equal(bits_of(direct), drawn);
  }
}

static void every_way_to_draw_agrees(void **unused) {
  (void)unused;
  pil_error error;
  for (size_t i = 0; i < GOLDENS; i++) {
    const golden_quantiles *golden = &golden_distributions[i];
    pil_distribution free_one = build(golden->family, golden->parameters, golden->count);
    check_agreement(&free_one, true);
    if (pil_family_get(golden->family)->draws == PIL_DRAW_BOOLEAN) continue;
    double low = golden->lower[5], high = golden->upper[5];
    if (!(low < high)) continue;
    pil_distribution clamped = free_one, cut = free_one;
    assert_true(pil_distribution_bound(&clamped, low, high, true, PIL_NOWHERE, &error));
    check_agreement(&clamped, false);
    assert_true(pil_distribution_bound(&cut, low, high, false, PIL_NOWHERE, &error));
    assert_true(pil_distribution_prepare(&arena, &cut, &error));
    check_agreement(&cut, false);
  }
  pil_distribution coin = build(PIL_FAMILY_bernoulli, (double[]){0.3}, 1);
  check_agreement(&coin, true);
}

/* Short lists are drawn by a loop of their own, long ones by search; empty entries lie in both. */
static void lists_of_every_length_agree(void **unused) {
  (void)unused;
  enum { LONGEST = 40 };
  double weights[LONGEST], values[LONGEST];
  pil_error error;
  for (size_t count = 1; count <= LONGEST; count++) {
    pil_distribution list;
    weights[count - 1] = count % 5 == 3 ? 0 : (double)(count % 7) + 0.25;
    values[count - 1] = (double)count;
    assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, weights, count,
                                            PIL_NOWHERE, &list, &error));
    check_agreement(&list, false);
    assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_empirical, values, weights, count,
                                            PIL_NOWHERE, &list, &error));
    check_agreement(&list, false);
  }
}

/* A count must be the same from its table and without. */
static void count_tables_are_direct_inversion(void **unused) {
  (void)unused;
  static uint64_t words[WORDS];
  fill_test_words(words, WORDS);
  int tables = 0;
  for (size_t i = 0; i < GOLDENS; i++) {
    const golden_quantiles *golden = &golden_distributions[i];
    pil_distribution direct = build(golden->family, golden->parameters, golden->count);
    pil_distribution tabled = direct;
    pil_error error;
    assert_true(pil_distribution_prepare(&arena, &tabled, &error));
    if (tabled.counts == NULL) continue;
    tables++;
    check_agreement(&tabled, true);
    for (size_t j = 0; j < WORDS; j++) {
      assert_true(pil_distribution_draw(&direct, words[j]) ==
                  pil_distribution_draw(&tabled, words[j]));
    }
  }
  assert_true(tables > 10);
}

/* A table may differ from direct inversion by 1e-11 of the number or of the spread. */
static void tables_are_direct_inversion(void **unused) {
  (void)unused;
  static uint64_t words[WORDS];
  fill_test_words(words, WORDS);
  misses = 0;
  for (size_t i = 0; i < GOLDENS; i++) {
    const golden_quantiles *golden = &golden_distributions[i];
    pil_distribution direct = build(golden->family, golden->parameters, golden->count);
    pil_distribution tabled = direct;
    pil_error error;
    assert_true(pil_distribution_prepare(&arena, &tabled, &error));
    double spread = golden->upper[5] - golden->lower[5];
    char name[128];
    name_golden(golden, name, sizeof name);
    for (size_t j = 0; j < WORDS && tabled.table != NULL; j++) {
      double x = pil_distribution_draw(&direct, words[j]);
      expect_near(name, pil_uniform(words[j]), 't', pil_distribution_draw(&tabled, words[j]), x,
                  2e-11 * fmax(fabs(x), spread));
    }
  }
  assert_int_equal(misses, 0);
}

static void tails_undo_quantiles(void **unused) {
  (void)unused;
  misses = 0;
  for (size_t i = 0; i < GOLDENS; i++) {
    const golden_quantiles *golden = &golden_distributions[i];
    pil_distribution distribution = build(golden->family, golden->parameters, golden->count);
    char name[128];
    name_golden(golden, name, sizeof name);
    bool whole = pil_family_get(golden->family)->draws != PIL_DRAW_REAL;
    for (int j = 0; j < GOLDEN_TAILS; j++) {
      double t = golden_tails[j], x = golden->lower[j];
      double p = pil_distribution_cdf(&distribution, x);
      if (whole) {
        double before = pil_distribution_cdf(&distribution, x - 1);
        assert_true(p >= t * (1 - 1e-12) && before < t * (1 + 1e-12));
      } else if (x != 0 && x != 1 && fabs(x) > 1e-290) {
        /* the number's own rounding, carried through the density, is all that may be lost */
        double wide = pil_distribution_cdf(&distribution, x + 4e-16 * fabs(x));
        double narrow = pil_distribution_cdf(&distribution, x - 4e-16 * fabs(x));
        expect_near(name, t, 'F', p, t, 1e-11 * t + 2 * (wide - narrow));
      }
    }
  }
  assert_int_equal(misses, 0);
}

static void draws_never_fall(void **unused) {
  (void)unused;
  for (size_t i = 0; i < GOLDENS; i++) {
    const golden_quantiles *golden = &golden_distributions[i];
    pil_distribution distribution = build(golden->family, golden->parameters, golden->count);
    pil_error error;
    assert_true(pil_distribution_prepare(&arena, &distribution, &error));
    double before = -HUGE_VAL, slack = 1e-10 * (golden->upper[5] - golden->lower[5]);
    for (uint64_t step = 0; step < 512; step++) {
      double x = pil_distribution_draw(&distribution, step << 55);
      assert_true(x >= before - fmax(slack, 1e-10 * fabs(before)));
      before = x;
    }
  }
}

static void lists_draw_their_entries(void **unused) {
  (void)unused;
  pil_distribution list;
  pil_error error;
  const double values[] = {5, -1, 2}, weights[] = {1, 2, 1};
  assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_empirical, values, weights, 3,
                                          PIL_NOWHERE, &list, &error));
  assert_true(pil_distribution_quantile(&list, 0.49, 0.51) == -1);
  assert_true(pil_distribution_quantile(&list, 0.51, 0.49) == 2);
  assert_true(pil_distribution_quantile(&list, 0.76, 0.24) == 5);
  assert_true(pil_distribution_cdf(&list, 1.99) == 0.5);
  assert_true(pil_distribution_cdf(&list, 2) == 0.75);
  assert_true(pil_distribution_mean(&list) == 1.25);
  assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, weights, 3,
                                          PIL_NOWHERE, &list, &error));
  assert_true(pil_distribution_draw(&list, 0) == 0);
  assert_true(pil_distribution_quantile(&list, 0.5, 0.5) == 1);
  assert_true(pil_distribution_draw(&list, UINT64_MAX) == 2);
  const double last_empty[] = {1, 1, 0};
  assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, last_empty, 3,
                                          PIL_NOWHERE, &list, &error));
  assert_true(pil_distribution_draw(&list, UINT64_MAX) == 1);
  assert_false(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, weights, 0,
                                           PIL_NOWHERE, &list, &error));
  const double negative[] = {1, -1, 1};
  assert_false(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, negative, 3,
                                           PIL_NOWHERE, &list, &error));
  assert_string_equal(error.text, "weight 2 must be a number, 0 or more, not -1");
}

/* From one entry to more than the short lists' loop takes; some entries weigh nothing. */
static void lists_of_any_length_agree(void **unused) {
  (void)unused;
  pil_stream stream = pil_stream_at(1, 1, 1);
  for (size_t count = 1; count <= 40; count++) {
    double values[40], weights[40];
    for (size_t i = 0; i < count; i++) {
      values[i] = pil_uniform(pil_stream_next(&stream));
      weights[i] = i > 0 && i % 5 == 0 ? 0 : pil_uniform(pil_stream_next(&stream));
    }
    for (int n = 0; n < 2; n++) {
      pil_family family = n == 0 ? PIL_FAMILY_discrete : PIL_FAMILY_empirical;
      pil_distribution list;
      pil_error error;
      assert_true(pil_distribution_build_list(&arena, family, values, weights, count, PIL_NOWHERE,
                                              &list, &error));
      check_agreement(&list, false);
    }
  }
}

/* A long list's search begins and ends by its guide: at every border of the guide and of the weights, and around. */
static void long_lists_draw_the_first_entry_that_reaches(void **unused) {
  (void)unused;
  static const size_t counts[] = {16, 17, 32, 33, 500, 512, 3081};
  static double weights[3081];
  pil_stream stream = pil_stream_at(2, 1, 1);
  for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
    for (int equal = 0; equal < 2; equal++) {
      pil_distribution list;
      pil_error error;
      for (size_t i = 0; i < counts[c]; i++) {
        double u = pil_uniform(pil_stream_next(&stream));
        weights[i] = i % 7 == 3 ? 0 : u < 0.01 ? 1000 * u : u * u;
      }
      assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, equal ? NULL : weights, counts[c],
                                              PIL_NOWHERE, &list, &error));
      assert_int_equal(list.guide != NULL, counts[c] > 16);
      for (size_t i = 0; i < 9000; i++) {
        double p = i < 4097   ? (double)i / 4096
                   : i < 8000 ? list.cumulative[(i - 4097) % counts[c]]
                              : pil_uniform(pil_stream_next(&stream));
        for (int side = -1; side <= 1; side++) {
          double at = side == 0 ? p : nextafter(p, side < 0 ? 0 : 1);
          size_t first = 0;
          while (list.cumulative[first] < at) first++;
          assert_true(pil_distribution_quantile(&list, at, 1 - at) == (double)first);
        }
      }
      check_agreement(&list, false);
    }
  }
}

static void metalogs_meet_their_quantiles(void **unused) {
  (void)unused;
  const double p[] = {0.05, 0.2, 0.5, 0.7, 0.9, 0.99}, x[] = {2.5, 4.6, 7, 8.8, 11.9, 16.8};
  static const double bounds[][2] = {
      {-HUGE_VAL, HUGE_VAL}, {0, HUGE_VAL}, {-HUGE_VAL, 40}, {0, 40}};
  pil_distribution metalog;
  pil_error error;
  for (size_t count = 3; count <= 6; count++) {
    for (size_t i = 0; i < 4; i++) {
      assert_true(pil_distribution_build_metalog(&arena, p, x, count, bounds[i][0], bounds[i][1],
                                                 PIL_NOWHERE, &metalog, &error));
      for (size_t j = 0; j < count; j++) {
        assert_true(fabs(pil_distribution_quantile(&metalog, p[j], 1 - p[j]) - x[j]) < 1e-11);
        assert_true(fabs(pil_distribution_cdf(&metalog, x[j]) - p[j]) < 1e-11);
      }
    }
  }
  const double steep[] = {2, 2.001, 7};
  assert_false(pil_distribution_build_metalog(&arena, p, steep, 3, -HUGE_VAL, HUGE_VAL, PIL_NOWHERE,
                                              &metalog, &error));
  assert_non_null(strstr(error.text, "no metalog rises"));
  assert_false(pil_distribution_build_metalog(&arena, p, x, 2, -HUGE_VAL, HUGE_VAL, PIL_NOWHERE,
                                              &metalog, &error));
  assert_false(
      pil_distribution_build_metalog(&arena, p, x, 3, 3, HUGE_VAL, PIL_NOWHERE, &metalog, &error));
}

static void mixtures_of_counts_are_counts(void **unused) {
  (void)unused;
  pil_distribution parts[2], mixture;
  const pil_distribution *components[2] = {&parts[0], &parts[1]};
  pil_error error;
  parts[0] = build(PIL_FAMILY_poisson, (double[]){2}, 1);
  parts[1] = build(PIL_FAMILY_poisson, (double[]){30}, 1);
  assert_true(
      pil_distribution_build_mixture(&arena, components, NULL, 2, PIL_NOWHERE, &mixture, &error));
  assert_true(pil_distribution_prepare(&arena, &mixture, &error));
  for (int i = 1; i < 1000; i++) {
    double p = i / 1024.0, x = pil_distribution_quantile(&mixture, p, 1 - p);
    assert_true(x == floor(x) && x >= 0);
    assert_true(pil_distribution_cdf(&mixture, x) >= p * (1 - 1e-12));
    assert_true(pil_distribution_cdf(&mixture, x - 1) < p * (1 + 1e-12));
  }
  parts[1] = build(PIL_FAMILY_normal, (double[]){0, 1}, 2);
  assert_true(pil_distribution_bound(&parts[1], 0, 1, true, PIL_NOWHERE, &error));
  assert_true(
      pil_distribution_build_mixture(&arena, components, NULL, 2, PIL_NOWHERE, &mixture, &error));
  assert_true(pil_distribution_quantile(&mixture, 0.2, 0.8) == 0);
}

static void bounds_hold(void **unused) {
  (void)unused;
  pil_error error;
  pil_distribution counts = build(PIL_FAMILY_poisson, (double[]){3}, 1);
  assert_true(pil_distribution_bound(&counts, 1.5, 5.5, false, PIL_NOWHERE, &error));
  double total = 0;
  for (int k = 2; k <= 5; k++) {
    double share = pil_distribution_cdf(&counts, k) - pil_distribution_cdf(&counts, k - 1);
    double weight = exp(-3) * pow(3, k) / tgamma(k + 1);
    total += weight;
    assert_true(share > 0 && fabs(share * counts.mass - weight) < 1e-15);
  }
  assert_true(fabs(total - counts.mass) < 1e-15);
  assert_true(pil_distribution_draw(&counts, 0) == 2);
  assert_true(pil_distribution_draw(&counts, UINT64_MAX) == 5);
  pil_distribution share = build(PIL_FAMILY_uniform, (double[]){0, 1}, 2);
  assert_false(pil_distribution_bound(&share, 2, 3, false, (pil_place){"a.yaml", 3, 4}, &error));
  assert_int_equal(error.line, 3);
  assert_non_null(strstr(error.text, "leave nothing"));
  assert_false(pil_distribution_bound(&share, 0.5, 0.5, false, PIL_NOWHERE, &error));
}

static void check_support(const pil_distribution *distribution) {
  double low, high, first = pil_distribution_draw(distribution, 0), last = pil_distribution_draw(distribution, UINT64_MAX);
  pil_distribution_support(distribution, &low, &high);
  assert_true(low <= fmin(first, last) && high >= fmax(first, last));
  if (isfinite(low)) assert_true(pil_distribution_cdf(distribution, nextafter(low, -HUGE_VAL)) <= 0);
  if (isfinite(high)) assert_true(pil_distribution_cdf(distribution, high) >= 1);
}

static void draws_lie_in_the_support(void **unused) {
  (void)unused;
  pil_error error;
  for (size_t i = 0; i < GOLDENS; i++) {
    pil_distribution distribution = build(golden_distributions[i].family, golden_distributions[i].parameters, golden_distributions[i].count);
    check_support(&distribution);
  }
  for (int clamp = 0; clamp < 2; clamp++) {
    double low, high;
    pil_distribution bounded = build(PIL_FAMILY_normal, (double[]){0, 1}, 2);
    assert_true(pil_distribution_bound(&bounded, -1, HUGE_VAL, clamp == 1, PIL_NOWHERE, &error));
    check_support(&bounded);
    pil_distribution_support(&bounded, &low, &high);
    assert_true(low == -1 && isinf(high));
    bounded = build(PIL_FAMILY_uniform, (double[]){0, 1}, 2);
    assert_true(pil_distribution_bound(&bounded, -1, 0.5, clamp == 1, PIL_NOWHERE, &error));
    check_support(&bounded);
    pil_distribution_support(&bounded, &low, &high);
    assert_true(low == 0 && high == 0.5);
  }
  pil_distribution mixture = build_mixture();
  double low, high;
  pil_distribution_support(&mixture, &low, &high);
  assert_true(isinf(low) && isinf(high));
  check_support(&mixture);
}

static void means_are_known(void **unused) {
  (void)unused;
  assert_true(pil_distribution_mean(&(pil_distribution){.family = PIL_FAMILY_cauchy}) !=
              pil_distribution_mean(&(pil_distribution){.family = PIL_FAMILY_cauchy}));
  static const struct {
    pil_family family;
    int count;
    double parameters[4], mean;
  } cases[] = {
      {PIL_FAMILY_lognormal, 2, {10, 3}, 10},     {PIL_FAMILY_pert, 3, {0, 1, 5}, 1.5},
      {PIL_FAMILY_triangular, 3, {0, 1, 5}, 2},   {PIL_FAMILY_weibull, 2, {0.5, 3}, 6},
      {PIL_FAMILY_pareto, 2, {2, 0.9}, HUGE_VAL}, {PIL_FAMILY_pareto, 2, {2, 3}, 3},
      {PIL_FAMILY_geometric, 1, {0.25}, 3},       {PIL_FAMILY_negative_binomial, 2, {2, 0.5}, 2},
      {PIL_FAMILY_proportion, 2, {1, 5}, 0.25},   {PIL_FAMILY_binomial, 2, {10, 0.25}, 2.5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pil_distribution distribution = build(cases[i].family, cases[i].parameters, cases[i].count);
    double mean = pil_distribution_mean(&distribution);
    assert_true(mean == cases[i].mean || fabs(mean - cases[i].mean) < 1e-14 * cases[i].mean);
  }
}

/* The ends of the domains: no hang, no NaN, no step back. */
static void extremes_can_be_drawn(void **unused) {
  (void)unused;
  static const struct {
    pil_family family;
    int count;
    double parameters[4];
  } cases[] = {
      {PIL_FAMILY_gamma, 2, {1e-6, 1}},
      {PIL_FAMILY_gamma, 2, {1e9, 1e-9}},
      {PIL_FAMILY_beta, 2, {1e-6, 1e9}},
      {PIL_FAMILY_beta, 2, {1e9, 1e9}},
      {PIL_FAMILY_beta, 2, {1e-6, 1e-6}},
      {PIL_FAMILY_student_t, 1, {1e-6}},
      {PIL_FAMILY_student_t, 1, {1e9}},
      {PIL_FAMILY_poisson, 1, {0}},
      {PIL_FAMILY_poisson, 1, {1e15}},
      {PIL_FAMILY_poisson, 1, {1e-300}},
      {PIL_FAMILY_binomial, 2, {1e9, 0.3}},
      {PIL_FAMILY_binomial, 2, {1e9, 1e-12}},
      {PIL_FAMILY_binomial, 2, {0, 0.3}},
      {PIL_FAMILY_binomial, 2, {7, 0}},
      {PIL_FAMILY_binomial, 2, {7, 1}},
      {PIL_FAMILY_negative_binomial, 2, {1e-6, 1e-6}},
      {PIL_FAMILY_negative_binomial, 2, {3, 1}},
      {PIL_FAMILY_geometric, 1, {1e-300}},
      {PIL_FAMILY_geometric, 1, {1}},
      {PIL_FAMILY_weibull, 2, {1e-6, 1}},
      {PIL_FAMILY_pareto, 2, {1, 1e-6}},
      {PIL_FAMILY_proportion, 2, {0, 1e9}},
      {PIL_FAMILY_pert, 4, {0, 1, 2, 1e9}},
      {PIL_FAMILY_lognormal, 2, {1e-300, 1e-300}},
  };
  static const uint64_t words[] = {0,
                                   1u << 12,
                                   UINT64_C(1) << 40,
                                   UINT64_C(1) << 60,
                                   UINT64_C(7) << 60,
                                   UINT64_C(15) << 60,
                                   UINT64_MAX << 30,
                                   UINT64_MAX};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pil_distribution distribution = build(cases[i].family, cases[i].parameters, cases[i].count);
    double before = -HUGE_VAL;
    for (size_t j = 0; j < sizeof words / sizeof words[0]; j++) {
      double x = pil_distribution_draw(&distribution, words[j]);
      assert_true(x >= before);
      before = x;
    }
  }
}

static void domains_are_checked(void **unused) {
  (void)unused;
  char problem[256];
  double parameters[PIL_PARAMETERS] = {0, -1};
  assert_string_equal(pil_family_check(PIL_FAMILY_normal, parameters, 2, problem, sizeof problem),
                      "sd must be greater than 0, not -1");
  parameters[1] = NAN;
  assert_non_null(pil_family_check(PIL_FAMILY_normal, parameters, 2, problem, sizeof problem));
  assert_string_equal(pil_family_check(PIL_FAMILY_normal, parameters, 1, problem, sizeof problem),
                      "normal takes (mean, sd), but 1 number is given");
  double pert[PIL_PARAMETERS] = {0, 1, 2};
  assert_null(pil_family_check(PIL_FAMILY_pert, pert, 3, problem, sizeof problem));
  assert_true(pert[3] == 4);
  double modes[PIL_PARAMETERS] = {0, 3, 2};
  assert_string_equal(pil_family_check(PIL_FAMILY_pert, modes, 3, problem, sizeof problem),
                      "mode 3 lies above max 2");
  double trials[PIL_PARAMETERS] = {2.5, 0.5};
  assert_string_equal(pil_family_check(PIL_FAMILY_binomial, trials, 2, problem, sizeof problem),
                      "n must be a whole number from 0 to 1e9, not 2.5");
}

static void names_are_converted(void **unused) {
  (void)unused;
  char problem[256];
  double parameters[PIL_PARAMETERS] = {0};
  int count = 0;
  const char *range[] = {"p95", "p5"};
  assert_true(pil_family_convert(PIL_FAMILY_lognormal, range, (double[]){15, 8}, 2, parameters,
                                 &count, problem, sizeof problem));
  pil_distribution cost = build(PIL_FAMILY_lognormal, parameters, count);
  assert_true(fabs(pil_distribution_quantile(&cost, 0.05, 0.95) - 8) < 1e-12);
  assert_true(fabs(pil_distribution_quantile(&cost, 0.95, 0.05) - 15) < 1e-12);
  const char *logarithm[] = {"mu", "sigma"};
  assert_true(pil_family_convert(PIL_FAMILY_lognormal, logarithm, (double[]){1, 0.5}, 2, parameters,
                                 &count, problem, sizeof problem));
  cost = build(PIL_FAMILY_lognormal, parameters, count);
  assert_true(fabs(pil_distribution_quantile(&cost, 0.5, 0.5) - exp(1)) < 1e-14);
  const char *wrong[] = {"mean", "sdd"};
  assert_false(pil_family_convert(PIL_FAMILY_lognormal, wrong, (double[]){1, 0.5}, 2, parameters,
                                  &count, problem, sizeof problem));
  assert_string_equal(problem, "lognormal has no parameter \"sdd\", did you mean \"sd\"?");
  const char *half[] = {"mean"};
  assert_false(pil_family_convert(PIL_FAMILY_lognormal, half, (double[]){1}, 1, parameters, &count,
                                  problem, sizeof problem));
  assert_string_equal(problem, "lognormal needs sd; it takes (mean, sd)");
  assert_non_null(pil_family_find("student_t"));
  assert_null(pil_family_find("student"));
  assert_string_equal(pil_family_nearest("lognormel"), "lognormal");
  for (int i = 0; i < PIL_FAMILY_COUNT; i++) {
    assert_int_equal(pil_family_index(pil_family_get((pil_family)i)), i);
  }
}

static void ranges_are_central(void **unused) {
  (void)unused;
  pil_distribution range;
  pil_error error;
  assert_true(pil_distribution_build_range(&arena, 80000, 150000, PIL_NOWHERE, &range, &error));
  assert_int_equal(range.family, PIL_FAMILY_lognormal);
  assert_true(fabs(pil_distribution_quantile(&range, 0.95, 0.05) - 150000) < 1e-7);
  assert_true(pil_distribution_build_range(&arena, -1, 3, PIL_NOWHERE, &range, &error));
  assert_int_equal(range.family, PIL_FAMILY_normal);
  assert_true(fabs(pil_distribution_quantile(&range, 0.05, 0.95) + 1) < 1e-14);
  assert_false(pil_distribution_build_range(&arena, 3, 3, PIL_NOWHERE, &range, &error));
}

static int free_arena(void **unused) {
  (void)unused;
  pil_arena_free(&arena);
  return 0;
}

static void normals_by_the_batch_are_the_same(void **unused) {
  (void)unused;
  enum { COUNT = 100000 };
  static const double odd[] = {0.0, -0.0, HUGE_VAL, -HUGE_VAL, NAN, 38, -38, 38.5, 27.0, 5e-324};
  uint64_t *words = malloc(COUNT * sizeof *words);
  double *z = malloc(4 * COUNT * sizeof *z), *lower = z + COUNT, *upper = z + 2 * COUNT;
  double *draws = z + 3 * COUNT;
  assert_true(words != NULL && z != NULL);
  pil_stream stream = pil_stream_at(1, 2, 3);
  pil_stream_fill(&stream, words, COUNT);
  words[0] = 0;
  words[1] = UINT64_MAX;
  pil_normal_fill(words, z, COUNT);
  for (size_t i = 0; i < COUNT; i++) {
    double q = pil_normal_quantile(pil_uniform(words[i]), pil_uniform_complement(words[i]));
    assert_memory_equal(&q, &z[i], sizeof q);
  }
  for (size_t i = 0; i < COUNT; i += 2) z[i] *= 1 + (double)(i % 64) / 8; /* far tails as well */
  memcpy(z, odd, sizeof odd);
  for (size_t count = COUNT; count > 0; count = count > 200 ? 200 : count - 1) {
    pil_normal_cdf_fill(z, lower, upper, count);
    for (size_t i = 0; i < count; i++) {
      double p = pil_normal_cdf(z[i]), q = pil_normal_cdf(-z[i]);
      if (isnan(z[i]) && isnan(lower[i]) && isnan(upper[i])) continue;
      assert_memory_equal(&p, &lower[i], sizeof p);
      assert_memory_equal(&q, &upper[i], sizeof q);
    }
  }
  for (int family = PIL_FAMILY_normal; family <= PIL_FAMILY_lognormal; family++) {
    pil_arena own = {0};
    pil_distribution d;
    pil_error error;
    assert_true(pil_distribution_build(&own, (pil_family)family, (const double[]){3, 2}, 2,
                                       PIL_NOWHERE, &d, &error));
    pil_normal_cdf_fill(z, lower, upper, COUNT);
    lower[20] = upper[20] = 0.5;
    lower[21] = upper[21] = 0.75;
    lower[22] = NAN;
    upper[23] = NAN;
    pil_distribution_fill_uniforms(&d, lower, upper, draws, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
      double draw = pil_distribution_quantile(&d, lower[i], upper[i]);
      if (!isnan(draw) || !isnan(draws[i])) assert_memory_equal(&draw, &draws[i], sizeof draw);
    }
    pil_arena_free(&own);
  }
  free(words);
  free(z);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(normals_by_the_batch_are_the_same),
      cmocka_unit_test(quantiles_are_mpmaths),
      cmocka_unit_test(built_ones_are_mpmaths),
      cmocka_unit_test(truncation_is_symmetric),
      cmocka_unit_test(normal_words_are_frozen),
      cmocka_unit_test(every_way_to_draw_agrees),
      cmocka_unit_test(lists_of_every_length_agree),
      cmocka_unit_test(tables_are_direct_inversion),
      cmocka_unit_test(count_tables_are_direct_inversion),
      cmocka_unit_test(tails_undo_quantiles),
      cmocka_unit_test(draws_never_fall),
      cmocka_unit_test(lists_draw_their_entries),
      cmocka_unit_test(lists_of_any_length_agree),
      cmocka_unit_test(long_lists_draw_the_first_entry_that_reaches),
      cmocka_unit_test(metalogs_meet_their_quantiles),
      cmocka_unit_test(mixtures_of_counts_are_counts),
      cmocka_unit_test(bounds_hold),
      cmocka_unit_test(draws_lie_in_the_support),
      cmocka_unit_test(means_are_known),
      cmocka_unit_test(domains_are_checked),
      cmocka_unit_test(extremes_can_be_drawn),
      cmocka_unit_test(names_are_converted),
      cmocka_unit_test(ranges_are_central),
  };
  return cmocka_run_group_tests(tests, NULL, free_arena);
}
