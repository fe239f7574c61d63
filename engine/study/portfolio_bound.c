/* The Lagrangian bound of a node: the best prices of budget and count over maximum closures.
 *
 * With prices lambda, mu >= 0 and pi >= 0 for each need (x_item <= x_needed) no set is worth more than
 *     lambda b + mu k + sum over free items of max(0, e),   e = v - lambda c - mu - paid + received,
 * where an item pays pi to what it needs. For given lambda, mu the best pi are a maximum flow from
 * items in surplus to items in deficit (Picard 1976); any flow gives a bound, so that of the evaluation
 * before is a start. Over lambda, and outside it over mu, the bound is convex and piecewise linear: each
 * evaluation gives a line below it, and the next price is where the two innermost lines meet (Kelley 1960,
 * J. SIAM 8, 703-712, in one dimension).
 * SPDX-License-Identifier: Apache-2.0 */
#include "portfolio_inside.h"

#include <math.h>

/* Either search ends long before, at the least bound, unless rounding keeps it from seeing that. */
enum { LAMBDA_STEPS = 40, MU_STEPS = 24 };

/* One evaluation. */
typedef struct evaluation {
  double lambda, mu, bound;
  pil_item_sums relaxed; /* the relaxed set: a subset of the free items */
} evaluation;

/* A line below the convex bound: height at price 0, slope. */
typedef struct line {
  double height, slope;
  double other_slope; /* of the same set along the other price */
} line;

static void fill_excess(pil_portfolio *p, double lambda, double mu) {
  for (size_t f = 0; f < p->free_count; f++) {
    uint32_t i = p->free_items[f];
    p->excess[i] = p->value[i] - lambda * p->cost[i] - mu;
  }
  p->work += p->free_count;
  if (p->edge_count == 0) return;
  for (size_t f = 0; f < p->free_count; f++) {
    uint32_t i = p->free_items[f];
    for (uint32_t k = p->need_start[i]; k < p->need_start[i + 1]; k++) {
      uint32_t j = p->head[k];
      if (p->state[j] != PIL_ITEM_FREE) p->flow[k] = 0;
      p->excess[i] -= p->flow[k];
      p->excess[j] += p->flow[k];
      p->work++;
    }
  }
}

/* Visits j by an edge (code: 2 k, + 1 when against it). Returns whether it is in deficit. */
static bool visit(pil_portfolio *p, uint32_t j, uint32_t code, size_t *tail) {
  p->work++;
  if (p->state[j] != PIL_ITEM_FREE || p->visited[j] == p->visit || p->reached[j] == p->evaluation)
    return false;
  p->visited[j] = p->visit;
  p->came[j] = code;
  p->queue[(*tail)++] = j;
  return p->excess[j] < 0;
}

/* The nearest item in deficit that `source` can pay, by needs and by taking back payments. When there is
 * none, all it can pay is marked as reached: no later path leads out of there. */
static uint32_t find_deficit(pil_portfolio *p, uint32_t source) {
  size_t at = 0, tail = 1;
  p->visit++;
  p->queue[0] = source;
  p->visited[source] = p->visit;
  for (; at < tail; at++) {
    uint32_t i = p->queue[at];
    for (uint32_t k = p->need_start[i]; k < p->need_start[i + 1]; k++)
      if (visit(p, p->head[k], 2 * k, &tail)) return p->head[k];
    for (uint32_t u = p->user_start[i]; u < p->user_start[i + 1]; u++) {
      uint32_t k = p->user_edge[u];
      if (p->flow[k] > 0 && visit(p, p->tail[k], 2 * k + 1, &tail)) return p->tail[k];
    }
  }
  for (at = 0; at < tail; at++) p->reached[p->queue[at]] = p->evaluation;
  return PIL_NO_ITEM;
}

static uint32_t step_back(const pil_portfolio *p, uint32_t j) {
  uint32_t k = p->came[j] / 2;
  return p->came[j] % 2 == 0 ? p->tail[k] : p->head[k];
}

/* What is taken or paid in full becomes exactly 0: amount is one of them. */
static void pay(pil_portfolio *p, uint32_t source, uint32_t sink) {
  double amount = fmin(p->excess[source], -p->excess[sink]);
  for (uint32_t j = sink; j != source; j = step_back(p, j))
    if (p->came[j] % 2 != 0) amount = fmin(amount, p->flow[p->came[j] / 2]);
  for (uint32_t j = sink; j != source; j = step_back(p, j))
    p->flow[p->came[j] / 2] += p->came[j] % 2 == 0 ? amount : -amount;
  p->excess[source] -= amount;
  p->excess[sink] += amount;
}

/* Large networks get a flow that need not be the largest. */
static void push_flow(pil_portfolio *p) {
  uint64_t limit = p->work + 64 * ((uint64_t)p->free_count + p->edge_count);
  for (size_t f = 0; f < p->free_count; f++) {
    uint32_t i = p->free_items[f];
    if (p->need_start[i + 1] == p->need_start[i] && p->user_start[i + 1] == p->user_start[i])
      continue;
    while (p->excess[i] > 0 && p->reached[i] != p->evaluation && p->work < limit) {
      uint32_t sink = find_deficit(p, i);
      if (sink != PIL_NO_ITEM) pay(p, i, sink);
    }
  }
}

static evaluation evaluate(pil_portfolio *p, double lambda, double mu) {
  evaluation e = {.lambda = lambda, .mu = mu};
  p->evaluation++;
  fill_excess(p, lambda, mu);
  if (p->edge_count > 0) push_flow(p);
  double surplus = 0;
  for (size_t f = 0; f < p->free_count; f++) {
    uint32_t i = p->free_items[f];
    surplus += p->excess[i] > 0 ? p->excess[i] : 0;
    if (!pil_portfolio_is_relaxed_in(p, i)) continue;
    e.relaxed.cost += p->cost[i];
    e.relaxed.value += p->value[i];
    e.relaxed.count++;
  }
  double left = (double)(p->most - p->in.count);
  e.bound = p->in.value + lambda * (p->budget - p->in.cost) + mu * left + surplus;
  p->work += p->free_count;
  return e;
}

/* The line along lambda (at this mu) of a set of free items. */
static line line_of(const pil_portfolio *p, const pil_item_sums *set, double mu) {
  double count_slope = (double)(p->most - p->in.count) - (double)set->count;
  return (line){.height = p->in.value + set->value + mu * count_slope,
                .slope = p->budget - p->in.cost - set->cost,
                .other_slope = count_slope};
}

/* Where a falling line and one that does not fall meet. */
static double meet(line falling, line rising) {
  double price = (falling.height - rising.height) / (rising.slope - falling.slope);
  return price > 0 && price < INFINITY ? price : 0;
}

/* How the bound minimised over lambda changes with mu: the mix of both lines that is level in lambda. */
static double mixed_slope(line falling, line rising) {
  double share = rising.slope / (rising.slope - falling.slope);
  return share * falling.other_slope + (1 - share) * rising.other_slope;
}

typedef struct lambda_result {
  evaluation best;
  double mu_slope;
} lambda_result;

/* The first two lines are those of nothing and of everything: both are closures. */
static lambda_result minimise_lambda(pil_portfolio *p, const pil_item_sums *all, double lambda,
                                     double mu) {
  const pil_item_sums none = {0};
  line falling = line_of(p, all, mu), rising = line_of(p, &none, mu);
  lambda_result result = {.best = {.bound = INFINITY}};
  if (falling.slope >= 0) lambda = 0;
  double floor = pil_portfolio_floor(p), last = -1;
  for (int step = 0; step < LAMBDA_STEPS; step++) {
    evaluation e = evaluate(p, lambda, mu);
    last = lambda;
    line cut = line_of(p, &e.relaxed, mu);
    if (e.bound < result.best.bound) result.best = e;
    if (cut.slope >= 0) rising = cut;
    if (cut.slope < 0) falling = cut;
    result.mu_slope = falling.slope < 0 ? mixed_slope(falling, rising) : rising.other_slope;
    if (e.bound <= floor || pil_portfolio_is_stopped(p)) break;
    if (cut.slope >= 0 && lambda == 0) {
      result.mu_slope = cut.other_slope;
      break;
    }
    lambda = meet(falling, rising);
    double least = rising.height + lambda * rising.slope; /* no lambda gives a lower bound */
    if (lambda == last || result.best.bound - least <= p->value_tolerance) break;
  }
  if (last != result.best.lambda) result.best = evaluate(p, result.best.lambda, mu);
  return result;
}

double pil_portfolio_bound(pil_portfolio *p, double *lambda, double *mu) {
  pil_item_sums all = {0};
  for (size_t f = 0; f < p->free_count; f++) {
    all.cost += p->cost[p->free_items[f]];
    all.value += p->value[p->free_items[f]];
  }
  all.count = p->free_count;
  size_t left = p->most - p->in.count;
  double price = left >= all.count ? 0 : *mu, floor = pil_portfolio_floor(p), last = -1;
  /* Nothing chosen: a line below the bound along mu. */
  line falling = {0}, rising = {.height = p->in.value, .slope = (double)left};
  bool has_falling = false;
  evaluation best = {.bound = INFINITY};
  for (int step = 0; step < MU_STEPS; step++) {
    lambda_result result = minimise_lambda(p, &all, *lambda, price);
    last = price;
    *lambda = result.best.lambda;
    if (result.best.bound < best.bound) best = result.best;
    if (result.best.bound <= floor || left >= all.count || p->stopped) break;
    if (price == 0 && result.mu_slope >= 0) break;
    line cut = {.height = result.best.bound - price * result.mu_slope, .slope = result.mu_slope};
    if (cut.slope >= 0) {
      rising = cut;
    } else {
      falling = cut;
      has_falling = true;
    }
    price = has_falling ? meet(falling, rising) : 0;
    double least = has_falling ? rising.height + price * rising.slope : -INFINITY;
    if (price == last || best.bound - least <= p->value_tolerance) break;
  }
  if (last != best.mu || *lambda != best.lambda) best = evaluate(p, best.lambda, best.mu);
  *lambda = best.lambda;
  *mu = best.mu;
  return best.bound;
}
