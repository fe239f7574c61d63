/* Portfolios: against all subsets, against another solver, ties, limits, bad structure, plans.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../engine/base/memory.h"
#include "../engine/study/portfolio.h"
#include "golden/portfolio.h"

enum { SMALL = 14, LARGE = 20000 };

/* splitmix64, as in make_portfolio.py. */
static uint64_t words;
static uint64_t below(uint64_t limit) {
  uint64_t z = words += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return (z ^ (z >> 31)) % limit;
}
static double unit(void) {
  return (double)below(UINT64_C(1) << 53) * 0x1p-53;
}

typedef struct instance {
  pil_portfolio_spec spec;
  pil_portfolio_task task;
  double cost[LARGE], value[LARGE];
  pil_need needs[LARGE];
  bool required[LARGE], excluded[LARGE];
} instance;

static instance now;
static bool chosen[LARGE];

static void reset_instance(size_t count, size_t need_count) {
  now.spec = (pil_portfolio_spec){.count = count,
                                  .needs = now.needs,
                                  .need_count = need_count,
                                  .required = now.required,
                                  .excluded = now.excluded};
  now.task = (pil_portfolio_task){.cost = now.cost, .value = now.value};
  for (size_t i = 0; i < count; i++) now.required[i] = now.excluded[i] = false;
}

static pil_portfolio *portfolio_of_now(void) {
  pil_error error = {0};
  pil_portfolio *portfolio = pil_portfolio_new(&now.spec, &error);
  if (portfolio == NULL) fail_msg("%s", error.text);
  return portfolio;
}

static pil_portfolio_answer solve_now(void) {
  pil_portfolio *portfolio = portfolio_of_now();
  pil_portfolio_answer answer;
  pil_portfolio_solve(portfolio, &now.task, chosen, &answer);
  pil_portfolio_free(portfolio);
  return answer;
}

static bool fits_count(size_t count) {
  return now.spec.at_most == 0 || count <= now.spec.at_most;
}

/* The chosen obey every rule, and their sums are those of the answer. */
static void check_chosen(const pil_portfolio_answer *answer) {
  double cost = 0, value = 0;
  size_t count = 0;
  for (size_t i = 0; i < now.spec.count; i++) {
    if (now.required[i]) assert_true(chosen[i]);
    if (now.excluded[i]) assert_false(chosen[i]);
    if (!chosen[i]) continue;
    cost += now.cost[i];
    value += now.value[i];
    count++;
  }
  for (size_t k = 0; k < now.spec.need_count; k++)
    if (chosen[now.needs[k].item]) assert_true(chosen[now.needs[k].needed]);
  assert_true(cost <= now.task.budget * (1 + 0x1p-43) && fits_count(count));
  assert_true(cost == answer->cost && value == answer->value && count == answer->count);
  assert_true(answer->bound >= value);
}

/* --- all subsets --------------------------------------------------------------------------------------- */

/* The numbers of an instance. 0: reals; 1: small whole numbers, so that many sets are equal; 2: values are
 * costs; 3: values are costs plus a constant; 4: costs of 0 and values of 0; 5: sizes over 12 decades;
 * 6: tenths, whose sums round. */
static void draw_item(size_t i, int kind) {
  double cost = 1 + 9 * unit(), value = 12 * unit() - 3;
  if (kind == 1) cost = (double)below(6), value = (double)below(9) - 2;
  if (kind == 2) value = cost = 1 + (double)below(40);
  if (kind == 3) value = (cost = 1 + (double)below(40)) + 7;
  if (kind == 4) cost = (double)below(3), value = (double)below(3) - 1;
  if (kind == 5) cost *= pow(10, (double)below(12)), value *= pow(10, (double)below(12));
  if (kind == 6) cost = (double)(1 + below(9)) / 10, value = ((double)below(30) - 5) / 10;
  now.cost[i] = cost;
  now.value[i] = value;
}

static void draw_small(void) {
  size_t count = 1 + below(below(8) == 0 ? SMALL : 9);
  reset_instance(count, count > 1 ? below(2 * count) * below(2) : 0);
  int kind = (int)below(7);
  double costs = 0;
  for (size_t i = 0; i < count; i++) {
    draw_item(i, kind);
    costs += now.cost[i];
    now.required[i] = below(12) == 0;
    now.excluded[i] = below(12) == 0;
  }
  /* Needs go along a random order of the items: no circle. */
  uint32_t order[SMALL];
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  for (size_t i = count; i-- > 1;) {
    size_t j = below(i + 1);
    uint32_t other = order[i];
    order[i] = order[j], order[j] = other;
  }
  for (size_t k = 0; k < now.spec.need_count; k++) {
    size_t item = 1 + below(count - 1);
    now.needs[k] = (pil_need){order[item], order[below(item)]};
  }
  now.spec.at_most = below(3) == 0 ? 1 + below(count) : 0;
  now.task.budget = below(12) == 0 ? INFINITY : costs * unit();
  if (kind == 1 || kind == 2 || kind == 3) now.task.budget = floor(now.task.budget);
  if (kind == 6) now.task.budget = (double)below((uint64_t)(costs * 10) + 1) / 10;
}

typedef struct subset {
  double cost, value;
  bool good;
} subset;

static subset subset_of(uint32_t mask) {
  subset s = {.good = true};
  for (size_t i = 0; i < now.spec.count; i++) {
    bool in = mask >> i & 1;
    if (in ? now.excluded[i] : now.required[i]) s.good = false;
    s.cost += in ? now.cost[i] : 0;
    s.value += in ? now.value[i] : 0;
  }
  for (size_t k = 0; k < now.spec.need_count; k++)
    if ((mask >> now.needs[k].item & 1) && !(mask >> now.needs[k].needed & 1)) s.good = false;
  if (!fits_count((size_t)__builtin_popcount(mask)) || s.cost > now.task.budget * (1 + 0x1p-43))
    s.good = false;
  return s;
}

/* Needs are followed to the required: what they need is in too. */
static bool is_wanted(uint32_t item, int depth) {
  if (now.value[item] > 0 || now.required[item]) return true;
  for (size_t k = 0; k < now.spec.need_count && depth < SMALL; k++)
    if (now.needs[k].needed == item && chosen[now.needs[k].item] &&
        is_wanted(now.needs[k].item, depth + 1))
      return true;
  return false;
}

static void compare_with_all_subsets(uint64_t seed) {
  uint32_t masks = UINT32_C(1) << now.spec.count;
  double most = -INFINITY, cheapest = INFINITY, values = 0, costs = 0;
  static subset all[1 << SMALL];
  for (uint32_t mask = 0; mask < masks; mask++) {
    all[mask] = subset_of(mask);
    if (all[mask].good) most = fmax(most, all[mask].value);
  }
  for (size_t i = 0; i < now.spec.count; i++) values += fabs(now.value[i]), costs += now.cost[i];
  for (uint32_t mask = 0; mask < masks; mask++)
    if (all[mask].good && all[mask].value >= most - 0x1p-44 * values)
      cheapest = fmin(cheapest, all[mask].cost);
  pil_portfolio_answer answer = solve_now();
  assert_int_equal(answer.state == PIL_PORTFOLIO_CHOSEN, most > -INFINITY);
  if (answer.state != PIL_PORTFOLIO_CHOSEN) return;
  check_chosen(&answer);
  assert_true(answer.proved && answer.cheapest);
  for (uint32_t i = 0; i < now.spec.count; i++)
    if (chosen[i] && !is_wanted(i, 0)) fail_msg("seed %u: %u is of no use", (unsigned)seed, i);
  if (fabs(answer.value - most) > 0x1p-41 * values)
    fail_msg("seed %u: %.17g, not %.17g", (unsigned)seed, answer.value, most);
  if (answer.cost > cheapest + 0x1p-29 * costs)
    fail_msg("seed %u: cost %.17g, not %.17g", (unsigned)seed, answer.cost, cheapest);
}

static void agrees_with_all_subsets(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 12000; seed++) {
    words = seed << 32;
    draw_small();
    compare_with_all_subsets(seed);
  }
}

/* --- another solver ------------------------------------------------------------------------------------ */

static void draw_golden(size_t g) {
  size_t count = golden_portfolios[g].count;
  unsigned kind = golden_portfolios[g].kind;
  int64_t costs = 0;
  words = golden_portfolios[g].seed;
  reset_instance(count, golden_portfolios[g].needs);
  for (size_t i = 0; i < count; i++) {
    int64_t cost = 1000 + (int64_t)below(99000), value = (int64_t)below(100000);
    if (kind == 1) value = cost + value / 5;
    if (kind == 2) value = cost + 10000;
    if (kind == 3) value -= 25000;
    if (kind == 4 && i < count / 10) value = 0, cost *= 2;
    costs += cost;
    now.cost[i] = (double)cost;
    now.value[i] = (double)value;
  }
  for (size_t k = 0; k < now.spec.need_count; k++) {
    uint32_t item = 1 + (uint32_t)below(count - 1);
    uint32_t most = kind == 4 && item > count / 10 ? (uint32_t)(count / 10) : item;
    now.needs[k] = (pil_need){item, (uint32_t)below(most)};
  }
  now.spec.at_most = golden_portfolios[g].at_most;
  now.task.budget = (double)(costs * golden_portfolios[g].percent / 100);
}

static void agrees_with_another_solver(void **state) {
  (void)state;
  size_t count = sizeof golden_portfolios / sizeof golden_portfolios[0];
  size_t unproved = 0;
  assert_true(count > 60);
  for (size_t g = 0; g < count; g++) {
    draw_golden(g);
    pil_portfolio_answer answer = solve_now();
    check_chosen(&answer);
    double value = golden_portfolios[g].value;
    assert_true(answer.bound >= value);
    /* Values that are costs plus a constant may use up the work, one or a few units short of the best. */
    bool good = answer.value == value;
    if (!answer.proved && golden_portfolios[g].kind == 2) good = answer.value >= value * (1 - 2e-6);
    unproved += !answer.proved;
    if (!good || (!answer.proved && golden_portfolios[g].kind != 2))
      fail_msg("seed %u: %.17g%s, not %.17g", golden_portfolios[g].seed, answer.value,
               answer.proved ? "" : " unproved", value);
  }
  assert_true(unproved <= 2);
}

/* Neither another task before nor a limit that is not reached changes a bit. */
static void an_answer_follows_from_its_task_alone(void **state) {
  (void)state;
  static bool first[LARGE];
  for (size_t g = 0; g < 70; g += 3) {
    draw_golden(g);
    pil_portfolio_answer alone = solve_now(), again;
    memcpy(first, chosen, sizeof first);
    pil_portfolio *portfolio = portfolio_of_now();
    double budget = now.task.budget;
    now.task.budget = budget / 3;
    pil_portfolio_solve(portfolio, &now.task, chosen, &again);
    now.task.budget = budget;
    if (alone.proved) now.task.work_limit = alone.work + 1;
    pil_portfolio_solve(portfolio, &now.task, chosen, &again);
    assert_memory_equal(chosen, first, now.spec.count);
    assert_true(again.value == alone.value && again.cost == alone.cost && again.work == alone.work);
    pil_portfolio_free(portfolio);
  }
}

/* --- limits -------------------------------------------------------------------------------------------- */

/* Costs that are values, all real: every set has its own value, and none fills the budget. */
static void draw_subset_sum(size_t count) {
  double costs = 0;
  words = 5;
  reset_instance(count, 0);
  for (size_t i = 0; i < count; i++) costs += now.value[i] = now.cost[i] = 1 + 99 * unit();
  now.task.budget = costs / 3;
}

static void hard_instances_end_at_the_work_limit(void **state) {
  (void)state;
  draw_subset_sum(200);
  double before = 0;
  for (uint64_t limit = 20000; limit <= 20000000; limit *= 10) {
    now.task.work_limit = limit;
    pil_portfolio_answer answer = solve_now();
    check_chosen(&answer);
    assert_false(answer.proved || answer.stopped);
    assert_true(answer.work >= limit && answer.work < limit + 200000);
    assert_true(answer.value >= before);
    assert_true(answer.bound - answer.value < 1e-4 * answer.value);
    assert_true(answer.bound <= now.task.budget * (1 + 0x1p-40));
    before = answer.value;
  }
}

/* The same for a size where all subsets can still be tried: the bound that is told holds. */
static void an_unproved_bound_holds(void **state) {
  (void)state;
  size_t unproved = 0, deep = 0;
  for (uint64_t seed = 0; seed < 40000; seed++) {
    words = seed << 32;
    draw_small();
    if (now.spec.count < 10) continue;
    double values = 0, most = -INFINITY;
    for (size_t i = 0; i < now.spec.count; i++) values += fabs(now.value[i]);
    for (uint32_t mask = 0; mask < UINT32_C(1) << now.spec.count; mask++) {
      subset s = subset_of(mask);
      if (s.good) most = fmax(most, s.value);
    }
    now.task.work_limit = below(3) == 0 ? 1 : 1 + below(3000);
    pil_portfolio_answer answer = solve_now();
    if (answer.state != PIL_PORTFOLIO_CHOSEN) continue;
    check_chosen(&answer);
    unproved += !answer.proved;
    deep += !answer.proved && answer.nodes > 2;
    assert_true(answer.bound >= most - 0x1p-42 * values);
    if (answer.proved) assert_true(answer.value >= most - 0x1p-41 * values);
  }
  if (unproved < 100 || deep < 30) fail_msg("%zu unproved, %zu of them deep", unproved, deep);
}

static bool stop_at_third(void *context) {
  return ++*(int *)context < 3;
}

static void a_search_can_be_stopped(void **state) {
  (void)state;
  int asked = 0;
  draw_subset_sum(200);
  now.task.tick = stop_at_third;
  now.task.context = &asked;
  pil_portfolio_answer answer = solve_now();
  check_chosen(&answer);
  assert_true(answer.stopped && !answer.proved && asked == 3);
  assert_true(answer.work < 4 * PIL_PORTFOLIO_TICK);
  /* Within the root of a large one too. */
  words = 8;
  reset_instance(LARGE, 0);
  for (size_t i = 0; i < LARGE; i++) draw_item(i, 0);
  now.task.budget = LARGE;
  now.task.tick = stop_at_third;
  now.task.context = &asked;
  asked = 2;
  answer = solve_now();
  check_chosen(&answer);
  assert_true(answer.stopped && !answer.proved && answer.nodes == 1 && asked == 3);
}

static void many_items_work(void **state) {
  (void)state;
  words = 9;
  reset_instance(LARGE, LARGE / 2);
  double costs = 0;
  for (size_t i = 0; i < LARGE; i++) draw_item(i, 0), costs += now.cost[i];
  for (size_t k = 0; k < LARGE / 2; k++) {
    uint32_t item = 1 + (uint32_t)below(LARGE - 1);
    now.needs[k] = (pil_need){item, (uint32_t)below(item)};
  }
  now.task.budget = costs / 4;
  pil_portfolio_answer answer = solve_now();
  check_chosen(&answer);
  assert_true(answer.bound - answer.value <= 1e-4 * answer.value);
  for (size_t k = 0; k + 1 < LARGE; k++) now.needs[k] = (pil_need){(uint32_t)k, (uint32_t)k + 1};
  now.spec.need_count = LARGE - 1; /* one chain: all or a tail of it */
  answer = solve_now();
  check_chosen(&answer);
  double best = 0, value = 0, cost = 0;
  for (size_t i = LARGE; i-- > 0 && (cost += now.cost[i]) <= now.task.budget;)
    best = fmax(best, value += now.value[i]);
  assert_true(answer.value <= best * (1 + 1e-12) && answer.bound >= best * (1 - 1e-12));
  if (answer.proved) assert_true(answer.value >= best * (1 - 1e-12));
}

/* --- ties ---------------------------------------------------------------------------------------------- */

static void set_items(size_t count, const double *cost, const double *value, double budget) {
  reset_instance(count, 0);
  memcpy(now.cost, cost, count * sizeof *cost);
  memcpy(now.value, value, count * sizeof *value);
  now.task.budget = budget;
}

static void expect_chosen(const char *expected) {
  char found[64] = "";
  pil_portfolio_answer answer = solve_now();
  assert_int_equal(answer.state, PIL_PORTFOLIO_CHOSEN);
  check_chosen(&answer);
  assert_true(answer.proved);
  for (size_t i = 0; i < now.spec.count; i++) found[i] = chosen[i] ? '1' : '.';
  found[now.spec.count] = '\0';
  assert_string_equal(found, expected);
}

static void ties_go_to_the_lower_cost_then_to_the_earlier(void **state) {
  (void)state;
  const double ones[] = {1, 1, 1, 1, 1, 1}, costs[] = {5, 2, 4, 1, 3, 6};
  set_items(6, ones, ones, 3);
  expect_chosen("111...");
  set_items(6, costs, ones, 100);
  now.spec.at_most = 2; /* the budget has no price here: only the second search sees the cheaper */
  expect_chosen(".1.1..");
  const double thirds[] = {1 / 3.0, 1 / 3.0, 1 / 3.0,
                           1 / 3.0, 1 / 3.0, 1 / 3.0}; /* no step of values */
  set_items(6, costs, thirds, 100);
  now.spec.at_most = 2;
  expect_chosen(".1.1..");
  /* 0 with the dear 1 it needs, or 2 and 3: of one value, and 0 is the cheapest to look at. */
  const double pair_cost[] = {0.5, 10, 2, 2}, pair_value[] = {4 / 3.0, 1 / 3.0, 2.5 / 3, 2.5 / 3};
  set_items(4, pair_cost, pair_value, 100);
  now.spec.at_most = 2, now.spec.need_count = 1, now.needs[0] = (pil_need){0, 1};
  expect_chosen("..11");
  const double value[] = {4, 4, 8, 8}, cost[] = {2, 2, 4, 3};
  set_items(4, cost, value, 4);
  expect_chosen("...1"); /* 8 for 3, not for 4 */
  const double nothing[] = {0, 0, 3}, free_cost[] = {0, 1, 1};
  set_items(3, free_cost, nothing, 5);
  expect_chosen("..1"); /* worth nothing: not chosen, even at no cost */
  set_items(3, free_cost, nothing, 5);
  now.spec.needs = now.needs, now.spec.need_count = 1;
  now.needs[0] = (pil_need){2, 1};
  expect_chosen(".11");
}

/* Twenty kinds of item, ten of each: without their order there would be far too many equal sets. */
static void twins_are_chosen_in_order(void **state) {
  (void)state;
  words = 3;
  reset_instance(200, 0);
  double costs = 0;
  for (size_t i = 0; i < 20; i++) draw_item(i, 0);
  for (size_t i = 0; i < 200; i++) {
    now.cost[i] = now.cost[i % 20];
    now.value[i] = now.value[i % 20];
    costs += now.cost[i];
  }
  now.task.budget = costs / 5;
  pil_portfolio_answer answer = solve_now();
  check_chosen(&answer);
  assert_true(answer.proved);
  for (size_t i = 20; i < 200; i++) assert_true(chosen[i - 20] || !chosen[i]);
  /* No sum fills the budget, so all 13^4 sums have to be ruled out, but not all 2^48 sets. */
  static const double sizes[] = {2.23606797749979, 2.6457513110645907, 3.3166247903554,
                                 3.605551275463989};
  reset_instance(48, 0);
  for (size_t i = 0; i < 48; i++) now.cost[i] = now.value[i] = sizes[i % 4];
  now.task.budget = 71.3;
  double best = 0;
  for (int mix = 0; mix < 13 * 13 * 13 * 13; mix++) {
    double sum = sizes[0] * (mix % 13) + sizes[1] * (mix / 13 % 13) + sizes[2] * (mix / 169 % 13) +
                 sizes[3] * (mix / 2197);
    if (sum <= now.task.budget) best = fmax(best, sum);
  }
  answer = solve_now();
  check_chosen(&answer);
  assert_true(answer.proved && fabs(answer.value - best) < 1e-9);
  for (size_t i = 4; i < 48; i++) assert_true(chosen[i - 4] || !chosen[i]);
}

/* Story points: the same whole values at nearly the same costs. */
static uint64_t work_on_points(double scale) {
  double costs = 0;
  words = 11;
  reset_instance(100, 0);
  for (size_t i = 0; i < 100; i++) {
    double points = 1 + (double)below(8);
    now.value[i] = points * scale;
    costs += now.cost[i] = points + unit();
  }
  now.task.budget = costs / 3;
  pil_portfolio_answer answer = solve_now();
  check_chosen(&answer);
  assert_true(answer.proved && answer.cheapest);
  return answer.work;
}

/* A bound less than one step of the values above a set proves it. */
static void values_in_steps_are_proved_sooner(void **state) {
  (void)state;
  uint64_t without = work_on_points(1.4142135623730951);
  for (double scale = 5; scale > 0.004; scale /= 10)
    assert_true(work_on_points(scale) < without / 3);
}

static void decimals_fit_as_written(void **state) {
  (void)state;
  const double tenths[] = {0.1, 0.1, 0.1, 0.1};
  set_items(4, tenths, tenths, 0.3);
  expect_chosen("111.");
  const double zero[] = {0, 0};
  set_items(2, zero, tenths, 0);
  expect_chosen("11");
  set_items(2, tenths, zero, INFINITY);
  expect_chosen("..");
  set_items(0, zero, zero, 1);
  expect_chosen("");
}

/* --- structure ----------------------------------------------------------------------------------------- */

static void circles_are_named(void **state) {
  (void)state;
  static const pil_need needs[] = {{0, 1}, {1, 2}, {4, 3}, {2, 4}, {3, 5}, {5, 2}, {6, 6}};
  pil_portfolio_spec spec = {.count = 7, .needs = needs, .need_count = 7};
  pil_arena arena = {0};
  pil_error error = {0};
  const uint32_t *items;
  size_t count;
  assert_true(pil_portfolio_circle(&spec, &arena, &items, &count, &error));
  assert_int_equal(count, 4);
  for (size_t i = 0; i < count; i++) {
    bool needed = false;
    for (size_t k = 0; k < 6; k++)
      needed = needed || (needs[k].item == items[i] && needs[k].needed == items[(i + 1) % count]);
    assert_true(needed);
  }
  assert_null(pil_portfolio_new(&spec, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INPUT);
  spec = (pil_portfolio_spec){.count = 7, .needs = needs + 6, .need_count = 1};
  assert_true(pil_portfolio_circle(&spec, &arena, &items, &count, &error));
  assert_true(count == 1 && items[0] == 6);
  spec.needs = needs, spec.need_count = 5;
  assert_true(pil_portfolio_circle(&spec, &arena, &items, &count, &error));
  assert_int_equal(count, 0);
  spec.count = 5;
  assert_false(pil_portfolio_circle(&spec, &arena, &items, &count, &error));
  assert_string_equal(error.text, "item 3 needs item 5, but there are 5 items");
  pil_arena_free(&arena);
}

static void what_cannot_be_is_told(void **state) {
  (void)state;
  const double cost[] = {1, 2, 3, 4}, value[] = {1, 1, 1, 1};
  set_items(4, cost, value, 6);
  now.needs[0] = (pil_need){0, 1}, now.needs[1] = (pil_need){1, 3};
  now.spec.need_count = 2;
  now.required[0] = true;
  pil_portfolio_answer answer = solve_now();
  assert_int_equal(answer.state, PIL_PORTFOLIO_OVER_BUDGET);
  assert_true(answer.cost == 7 && answer.count == 3 && answer.value == 3);
  for (size_t i = 0; i < 4; i++) assert_false(chosen[i]);
  now.task.budget = 7;
  expect_chosen("11.1");
  now.spec.at_most = 2;
  assert_int_equal(solve_now().state, PIL_PORTFOLIO_OVER_COUNT);
  now.excluded[3] = true;
  answer = solve_now();
  assert_int_equal(answer.state, PIL_PORTFOLIO_CONFLICT);
  assert_true(answer.item == 0 && answer.needed == 3);
  now.excluded[3] = false, now.excluded[0] = true;
  answer = solve_now();
  assert_int_equal(answer.state, PIL_PORTFOLIO_CONFLICT);
  assert_true(answer.item == 0 && answer.needed == 0);
}

static void unusable_numbers_are_told(void **state) {
  (void)state;
  const double bad_costs[] = {-1, NAN, INFINITY}, bad_values[] = {NAN, INFINITY, -INFINITY};
  for (int bad = 0; bad < 7; bad++) {
    const double cost[] = {1, 2, 3, 4}, value[] = {1, 1, 1, 1};
    set_items(4, cost, value, bad == 6 ? -1 : 6);
    if (bad < 3) now.cost[2] = bad_costs[bad];
    if (bad >= 3 && bad < 6) now.value[2] = bad_values[bad - 3];
    pil_portfolio_answer answer = solve_now();
    assert_int_equal(answer.state, PIL_PORTFOLIO_UNUSABLE);
    assert_int_equal(answer.item, bad == 6 ? 4 : 2);
  }
}

static void want_of_memory_is_told(void **state) {
  (void)state;
  draw_golden(6);
  for (uint64_t n = 1;; n++) {
    pil_error error = {0};
    pil_memory_fail_from(n);
    pil_portfolio *portfolio = pil_portfolio_new(&now.spec, &error);
    if (portfolio != NULL) {
      assert_true(n > 4);
      pil_memory_fail_from(1); /* solving allocates nothing */
      pil_portfolio_answer answer;
      pil_portfolio_solve(portfolio, &now.task, chosen, &answer);
      assert_int_equal(pil_memory_count(), 0);
      pil_memory_fail_from(0);
      check_chosen(&answer);
      pil_portfolio_free(portfolio);
      break;
    }
    pil_memory_fail_from(0);
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  pil_portfolio_free(NULL);
}

/* --- frontier and plans -------------------------------------------------------------------------------- */

static void the_frontier_is_the_best_at_each_budget(void **state) {
  (void)state;
  enum { STEPS = 41 };
  static bool rows[STEPS * 200], room[200];
  double budgets[STEPS], costs = 0;
  pil_portfolio_answer points[STEPS];
  draw_golden(54);
  size_t count = now.spec.count;
  for (size_t i = 0; i < count; i++) costs += now.cost[i];
  for (int b = 0; b < STEPS; b++) budgets[b] = costs * b / (STEPS - 1);
  pil_portfolio *portfolio = portfolio_of_now();
  pil_portfolio_frontier(portfolio, &now.task, budgets, STEPS, room, rows, points);
  for (int b = 0; b < STEPS; b++) {
    now.task.budget = budgets[b];
    memcpy(chosen, rows + (size_t)b * count, count);
    check_chosen(&points[b]);
    pil_portfolio_answer alone = solve_now();
    assert_true(points[b].proved && points[b].value == alone.value && points[b].cost == alone.cost);
    assert_true(b == 0 || points[b].value >= points[b - 1].value);
  }
  assert_true(points[STEPS - 1].cost < costs); /* some items are worth less than nothing */
  pil_portfolio_free(portfolio);
}

/* Searches that are cut short can find less at a larger budget; the point before then stands for it. */
static void a_frontier_cut_short_still_rises(void **state) {
  (void)state;
  enum { STEPS = 400 };
  static bool rows[STEPS * 40], room[40];
  double budgets[STEPS];
  pil_portfolio_answer points[STEPS];
  size_t kept = 0;
  words = 2;
  reset_instance(40, 0);
  for (size_t i = 0; i < 40; i++) draw_item(i, 0);
  for (int b = 0; b < STEPS; b++) budgets[b] = b / 4.0;
  now.task.work_limit = 1;
  pil_portfolio *portfolio = portfolio_of_now();
  pil_portfolio_frontier(portfolio, &now.task, budgets, STEPS, room, rows, points);
  for (int b = 0; b < STEPS; b++) {
    now.task.budget = budgets[b];
    kept += solve_now().value < points[b].value;
    memcpy(chosen, rows + (size_t)b * 40, 40);
    check_chosen(&points[b]);
    assert_true(b == 0 || points[b].value >= points[b - 1].value);
  }
  if (kept < 5) fail_msg("%zu kept", kept);
  pil_portfolio_free(portfolio);
  int asked = 0;
  draw_subset_sum(40);
  for (int b = 0; b < STEPS; b++) budgets[b] = 500 + b;
  now.task.tick = stop_at_third, now.task.context = &asked;
  portfolio = portfolio_of_now();
  pil_portfolio_frontier(portfolio, &now.task, budgets, STEPS, room, NULL, points);
  assert_true(asked == 3 && points[STEPS - 1].stopped && points[STEPS - 1].work == 0);
  pil_portfolio_free(portfolio);
}

static void a_plan_puts_needs_first_and_the_densest_early(void **state) {
  (void)state;
  /* 0 login, 1 and 2 need it, 3 free of needs, 4 needs 2, 5 costs nothing, 6 required, 7 not chosen */
  const double cost[] = {10, 1, 1, 5, 2, 0, 9, 1}, value[] = {0, 9, 0.5, 5, 8, 1, 0.1, 50};
  const bool plan[] = {true, true, true, true, true, true, true, false};
  uint32_t order[8];
  set_items(8, cost, value, 100);
  now.spec.need_count = 3;
  now.needs[0] = (pil_need){1, 0}, now.needs[1] = (pil_need){2, 0}, now.needs[2] = (pil_need){4, 2};
  now.required[6] = true;
  pil_portfolio *portfolio = portfolio_of_now();
  assert_int_equal(pil_portfolio_order(portfolio, plan, now.cost, now.value, order), 7);
  /* 3: 1 a unit, 1 with 0: 9/11, then 4 with 2: 8.5/3 */
  const uint32_t expected[] = {6, 5, 3, 0, 1, 2, 4};
  assert_memory_equal(order, expected, sizeof expected);
  bool started[8];
  pil_portfolio_outcome outcome;
  const double dear[] = {10, 7, 1, 5, 2, 0, 9, 1};
  now.task.cost = dear;
  now.task.budget = 27; /* 9 + 0 + 5 + 10, then 7 does not fit, 1 + 2 do */
  pil_portfolio_start(portfolio, order, 7, &now.task, started, &outcome);
  const bool after[] = {true, false, true, true, true, true, true, false};
  assert_memory_equal(started, after, sizeof after);
  assert_true(outcome.cost == 27 && outcome.started_count == 6 && outcome.dropped_count == 1);
  now.task.budget = 14; /* login does not fit: what needs it is dropped too */
  pil_portfolio_start(portfolio, order, 7, &now.task, started, &outcome);
  assert_true(outcome.cost == 14 && outcome.started_count == 3 && outcome.dropped_count == 4);
  now.task.budget = 8; /* the required starts all the same */
  pil_portfolio_start(portfolio, order, 7, &now.task, started, &outcome);
  assert_true(outcome.cost == 9 && started[6] && started[5] && outcome.started_count == 2);
  const double level_cost[] = {10, 10, 1, 5, 2, 0, 9, 1},
               level_value[] = {10, 10, 1, 5, 2, 1, 0.1, 50};
  assert_int_equal(pil_portfolio_order(portfolio, plan, level_cost, level_value, order), 7);
  const uint32_t in_order[] = {6, 5, 0, 1, 2, 3, 4}; /* all of one density: as they stand */
  assert_memory_equal(order, in_order, sizeof in_order);
  pil_portfolio_free(portfolio);
}

/* A plan in a trial obeys the rules, and perfect knowledge is never worse; in the trial that was planned
 * nothing is dropped. */
static void perfect_knowledge_is_worth_no_less_than_a_plan(void **state) {
  (void)state;
  static double cost[200], value[200];
  static bool started[200];
  uint32_t order[200];
  size_t lost = 0;
  for (size_t g = 0; g < 70; g += 5) {
    draw_golden(g);
    pil_portfolio *portfolio = portfolio_of_now();
    pil_portfolio_answer planned, perfect;
    pil_portfolio_outcome outcome;
    pil_portfolio_solve(portfolio, &now.task, chosen, &planned);
    size_t count = pil_portfolio_order(portfolio, chosen, now.cost, now.value, order);
    assert_int_equal(count, planned.count);
    pil_portfolio_start(portfolio, order, count, &now.task, started, &outcome);
    assert_memory_equal(started, chosen, now.spec.count);
    assert_true(outcome.value == planned.value && outcome.cost == planned.cost);
    pil_portfolio_task trial = now.task;
    trial.cost = cost, trial.value = value;
    for (int t = 0; t < 20; t++) {
      for (size_t i = 0; i < now.spec.count; i++) {
        cost[i] = now.cost[i] * (0.5 + unit());
        value[i] = now.value[i] * (0.5 + unit());
      }
      pil_portfolio_start(portfolio, order, count, &trial, started, &outcome);
      for (size_t k = 0; k < now.spec.need_count; k++)
        assert_true(started[now.needs[k].needed] || !started[now.needs[k].item]);
      assert_true(outcome.cost <= trial.budget * (1 + 0x1p-43));
      assert_int_equal(outcome.started_count + outcome.dropped_count, count);
      lost += outcome.dropped_count > 0;
      pil_portfolio_solve(portfolio, &trial, chosen, &perfect);
      assert_true(perfect.proved && perfect.value >= outcome.value);
    }
    pil_portfolio_free(portfolio);
  }
  assert_true(lost > 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_all_subsets),
      cmocka_unit_test(agrees_with_another_solver),
      cmocka_unit_test(an_answer_follows_from_its_task_alone),
      cmocka_unit_test(hard_instances_end_at_the_work_limit),
      cmocka_unit_test(an_unproved_bound_holds),
      cmocka_unit_test(a_search_can_be_stopped),
      cmocka_unit_test(many_items_work),
      cmocka_unit_test(ties_go_to_the_lower_cost_then_to_the_earlier),
      cmocka_unit_test(twins_are_chosen_in_order),
      cmocka_unit_test(values_in_steps_are_proved_sooner),
      cmocka_unit_test(decimals_fit_as_written),
      cmocka_unit_test(circles_are_named),
      cmocka_unit_test(what_cannot_be_is_told),
      cmocka_unit_test(unusable_numbers_are_told),
      cmocka_unit_test(want_of_memory_is_told),
      cmocka_unit_test(the_frontier_is_the_best_at_each_budget),
      cmocka_unit_test(a_frontier_cut_short_still_rises),
      cmocka_unit_test(a_plan_puts_needs_first_and_the_densest_early),
      cmocka_unit_test(perfect_knowledge_is_worth_no_less_than_a_plan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
