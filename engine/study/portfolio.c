/* Portfolios: the structure of needs, one solve, and the frontier over budgets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "portfolio_inside.h"

#include <math.h>

#include "../base/memory.h"

#define VALUE_TOLERANCE 0x1p-42
#define COST_TOLERANCE 0x1p-40

/* With more items than this, the work is used up long before the search could be as deep. */
enum { MOST_LEVELS = 1 << 16 };

/* --- structure ----------------------------------------------------------------------------------------- */

/* Sorts the numbers of needs by item: those of i are edges[start[i] … start[i + 1]). */
static void sort_needs(const pil_portfolio_spec *spec, uint32_t *start, uint32_t *edges) {
  for (size_t k = 0; k < spec->need_count; k++) start[spec->needs[k].item + 1]++;
  for (size_t i = 0; i < spec->count; i++) start[i + 1] += start[i];
  for (size_t k = 0; k < spec->need_count; k++) edges[start[spec->needs[k].item]++] = (uint32_t)k;
  for (size_t i = spec->count; i > 0; i--) start[i] = start[i - 1];
  start[0] = 0;
}

static bool check_needs(const pil_portfolio_spec *spec, pil_error *error) {
  if (spec->count >= PIL_NO_ITEM || spec->need_count >= PIL_NO_ITEM / 2)
    return pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE,
                         "a portfolio of %zu items and %zu needs is too large", spec->count,
                         spec->need_count);
  for (size_t k = 0; k < spec->need_count; k++) {
    pil_need need = spec->needs[k];
    if (need.item < spec->count && need.needed < spec->count) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE,
                         "item %u needs item %u, but there are %zu items", (unsigned)need.item,
                         (unsigned)need.needed, spec->count);
  }
  return true;
}

/* A walk along the needs: open items are on the path, done ones lead to no circle. */
typedef struct walk {
  uint32_t *start, *edges, *next, *path;
  uint8_t *seen; /* 1: on the path, 2: done */
} walk;

/* Returns how many items of the path, from its end, are a circle. */
static size_t follow(const pil_portfolio_spec *spec, walk *w, uint32_t from, size_t *length) {
  w->path[0] = from;
  w->seen[from] = 1;
  *length = 1;
  while (*length > 0) {
    uint32_t i = w->path[*length - 1];
    if (w->next[i] == w->start[i + 1]) {
      w->seen[i] = 2;
      --*length;
      continue;
    }
    uint32_t needed = spec->needs[w->edges[w->next[i]++]].needed;
    if (w->seen[needed] == 1) {
      size_t at = *length;
      while (w->path[at - 1] != needed) at--;
      return *length - at + 1;
    }
    if (w->seen[needed] == 2) continue;
    w->seen[needed] = 1;
    w->path[(*length)++] = needed;
  }
  return 0;
}

bool pil_portfolio_circle(const pil_portfolio_spec *spec, pil_arena *arena, const uint32_t **items,
                          size_t *count, pil_error *error) {
  PIL_TRY(check_needs(spec, error));
  walk w = {.start = pil_arena_array(arena, spec->count + 1, sizeof *w.start),
            .edges = pil_arena_array(arena, spec->need_count, sizeof *w.edges),
            .next = pil_arena_array(arena, spec->count, sizeof *w.next),
            .path = pil_arena_array(arena, spec->count, sizeof *w.path),
            .seen = pil_arena_array(arena, spec->count, sizeof *w.seen)};
  if (w.start == NULL || w.edges == NULL || w.next == NULL || w.path == NULL || w.seen == NULL)
    return pil_error_memory(error);
  sort_needs(spec, w.start, w.edges);
  for (size_t i = 0; i < spec->count; i++) w.next[i] = w.start[i];
  *count = 0;
  for (uint32_t i = 0; i < spec->count && *count == 0; i++) {
    size_t length = 0;
    if (w.seen[i] == 0) *count = follow(spec, &w, i, &length);
    *items = w.path + (length - *count);
  }
  return true;
}

static bool check_circle(const pil_portfolio_spec *spec, pil_error *error) {
  pil_arena arena = {0};
  const uint32_t *items = NULL;
  size_t count = 0;
  bool good = pil_portfolio_circle(spec, &arena, &items, &count, error);
  if (good && count > 0)
    good = pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE,
                         "item %u needs itself, over %zu items", (unsigned)items[0], count);
  pil_arena_free(&arena);
  return good;
}

/* Marks the excluded and what needs them; came tells which excluded item it was. */
static void mark_excluded(pil_portfolio *p, const pil_portfolio_spec *spec) {
  size_t tail = 0;
  for (uint32_t i = 0; i < p->count && spec->excluded != NULL; i++) {
    if (!spec->excluded[i]) continue;
    p->rule[i] = PIL_ITEM_OUT;
    p->came[i] = p->queue[tail++] = i;
  }
  for (size_t at = 0; at < tail; at++) {
    uint32_t i = p->queue[at];
    for (uint32_t u = p->user_start[i]; u < p->user_start[i + 1]; u++) {
      uint32_t user = p->tail[p->user_edge[u]];
      if (p->rule[user] != PIL_ITEM_FREE) continue;
      p->rule[user] = PIL_ITEM_OUT;
      p->came[user] = p->came[i];
      p->queue[tail++] = user;
    }
  }
}

/* Marks the required and what they need; finds where these meet the excluded. */
static void fill_rules(pil_portfolio *p, const pil_portfolio_spec *spec) {
  mark_excluded(p, spec);
  size_t tail = 0;
  for (uint32_t i = 0; i < p->count && spec->required != NULL; i++) {
    if (!spec->required[i] || p->rule[i] == PIL_ITEM_IN) continue;
    if (p->rule[i] == PIL_ITEM_OUT) {
      if (p->conflict) continue;
      p->conflict = true;
      p->conflict_item = i;
      p->conflict_needed = p->came[i];
      continue;
    }
    size_t at = tail;
    p->rule[i] = PIL_ITEM_IN;
    for (p->queue[tail++] = i; at < tail; at++) {
      uint32_t j = p->queue[at];
      for (uint32_t k = p->need_start[j]; k < p->need_start[j + 1]; k++) {
        if (p->rule[p->head[k]] == PIL_ITEM_IN) continue;
        p->rule[p->head[k]] = PIL_ITEM_IN; /* it is not out: then j would be */
        p->queue[tail++] = p->head[k];
      }
    }
  }
}

static bool allocate(pil_portfolio *p, pil_arena *arena) {
  size_t n = p->count, edges = p->edge_count;
#define ARRAY(field, length) \
  if ((p->field = pil_arena_array(arena, (length), sizeof *p->field)) == NULL) return false
  ARRAY(need_start, n + 1);
  ARRAY(user_start, n + 1);
  ARRAY(tail, edges);
  ARRAY(head, edges);
  ARRAY(user_edge, edges);
  ARRAY(flow, edges);
  ARRAY(rule, n);
  ARRAY(state, n);
  ARRAY(free_items, n);
  ARRAY(place, n);
  ARRAY(twin_before, n);
  ARRAY(twin_after, n);
  p->level_count = n < MOST_LEVELS ? n : MOST_LEVELS;
  ARRAY(levels, p->level_count);
  ARRAY(excess, n);
  ARRAY(reached, n);
  ARRAY(visited, n);
  ARRAY(queue, n);
  ARRAY(came, n);
  ARRAY(ranked, n);
  ARRAY(rank_key, n);
  ARRAY(by_cost, n);
  ARRAY(taken, n);
  ARRAY(best, n);
#undef ARRAY
  return true;
}

/* Edges get the numbers of their order by item, so that those of one item are neighbours. */
static void fill_edges(pil_portfolio *p, const pil_portfolio_spec *spec) {
  sort_needs(spec, p->need_start, p->tail);
  for (size_t k = 0; k < p->edge_count; k++) {
    pil_need need = spec->needs[p->tail[k]];
    p->tail[k] = need.item;
    p->head[k] = need.needed;
  }
  for (size_t k = 0; k < p->edge_count; k++) p->user_start[p->head[k] + 1]++;
  for (size_t i = 0; i < p->count; i++) p->user_start[i + 1] += p->user_start[i];
  for (size_t k = 0; k < p->edge_count; k++)
    p->user_edge[p->user_start[p->head[k]]++] = (uint32_t)k;
  for (size_t i = p->count; i > 0; i--) p->user_start[i] = p->user_start[i - 1];
  p->user_start[0] = 0;
}

pil_portfolio *pil_portfolio_new(const pil_portfolio_spec *spec, pil_error *error) {
  if (!check_circle(spec, error)) return NULL;
  pil_arena arena = {0};
  pil_portfolio *p = pil_arena_new(&arena, sizeof *p);
  if (p != NULL) {
    p->count = spec->count;
    p->edge_count = spec->need_count;
    p->at_most = spec->at_most;
  }
  if (p == NULL || !allocate(p, &arena)) {
    pil_arena_free(&arena);
    pil_error_memory(error);
    return NULL;
  }
  p->arena = arena;
  fill_edges(p, spec);
  fill_rules(p, spec);
  return p;
}

void pil_portfolio_free(pil_portfolio *portfolio) {
  if (portfolio == NULL) return;
  pil_arena arena = portfolio->arena; /* which holds the portfolio itself */
  pil_arena_free(&arena);
}

/* --- solving ------------------------------------------------------------------------------------------- */

/* False, with the place in *item, where a number cannot be used. */
static bool take_numbers(pil_portfolio *p, const pil_portfolio_task *task, size_t *item) {
  double costs = 0, values = 0;
  for (size_t i = 0; i < p->count; i++) {
    costs += task->cost[i];
    values += fabs(task->value[i]);
    *item = i;
    if (!(task->cost[i] >= 0) || !isfinite(costs) || !isfinite(values)) return false;
  }
  *item = p->count;
  if (!(task->budget >= 0)) return false;
  p->cost = task->cost;
  p->value = task->value;
  p->budget = fmin(task->budget, costs) * (1 + PIL_PORTFOLIO_OVERRUN);
  p->value_tolerance = values * VALUE_TOLERANCE;
  p->cost_tolerance = costs * COST_TOLERANCE;
  p->value_step = pil_portfolio_value_step(p);
  if (p->value_step < 16 * p->value_tolerance) p->value_step = 0;
  /* Below this price of the budget, two sets that differ in cost by 2^-30 of all costs may have
   * bounds within the tolerance: pruning by value could then miss the cheaper. */
  p->least_lambda = costs > 0 ? 2 * p->value_tolerance / (costs * 0x1p-30) : 0;
  return true;
}

/* Everything free but for what the structure settles. */
static void reset_node(pil_portfolio *p) {
  size_t free_count = 0, settled = p->count;
  p->in = (pil_item_sums){0};
  p->most = p->at_most > 0 ? p->at_most : p->count;
  for (size_t i = 0; i < p->count; i++) {
    size_t at = p->rule[i] == PIL_ITEM_FREE ? free_count++ : --settled;
    p->state[i] = p->rule[i];
    p->free_items[at] = (uint32_t)i;
    p->place[i] = (uint32_t)at;
    p->twin_before[i] = p->twin_after[i] = PIL_NO_ITEM;
    if (p->rule[i] != PIL_ITEM_IN) continue;
    p->in.cost += p->cost[i];
    p->in.value += p->value[i];
    p->in.count++;
  }
  for (size_t k = 0; k < p->edge_count; k++) p->flow[k] = 0;
  p->free_count = free_count;
  p->ranked_count = 0;
}

/* With a second search where the first may have passed over a cheaper set of the same value. */
static void search(pil_portfolio *p, pil_portfolio_answer *answer) {
  double bound = pil_portfolio_search(p);
  answer->proved = bound <= pil_portfolio_floor(p);
  answer->cheapest = answer->proved;
  if (answer->proved && p->loose_ties && p->best_sums.cost > p->cost_tolerance) {
    reset_node(p);
    p->cheaper_only = true;
    p->budget = p->best_sums.cost - p->cost_tolerance;
    if (p->in.cost <= p->budget)
      answer->cheapest = !p->stopped && pil_portfolio_search(p) <= pil_portfolio_floor(p);
  }
  answer->bound = answer->proved ? p->top : fmax(bound, p->top);
  answer->stopped = p->stopped;
}

static bool is_of_use(const pil_portfolio *p, size_t i) {
  if (p->value[i] > 0 || p->rule[i] == PIL_ITEM_IN) return true;
  for (uint32_t u = p->user_start[i]; u < p->user_start[i + 1]; u++)
    if (p->best[p->tail[p->user_edge[u]]]) return true;
  return false;
}

/* What costs and is worth nothing makes equal sets, of which the search keeps the first. Returns the sums. */
static pil_item_sums drop_useless(pil_portfolio *p) {
  pil_item_sums sums = {0};
  for (bool again = true; again;) {
    again = false;
    for (size_t i = p->count; i-- > 0;) {
      if (!p->best[i] || is_of_use(p, i)) continue;
      p->best[i] = false;
      again = true;
    }
  }
  for (size_t i = 0; i < p->count; i++) {
    if (!p->best[i]) continue;
    sums.cost += p->cost[i];
    sums.value += p->value[i];
    sums.count++;
  }
  return sums;
}

void pil_portfolio_solve(pil_portfolio *p, const pil_portfolio_task *task, bool *chosen,
                         pil_portfolio_answer *answer) {
  *answer = (pil_portfolio_answer){
      .state = PIL_PORTFOLIO_CONFLICT, .item = p->conflict_item, .needed = p->conflict_needed};
  for (size_t i = 0; i < p->count; i++) chosen[i] = false;
  if (p->conflict) return;
  answer->state = PIL_PORTFOLIO_UNUSABLE;
  if (!take_numbers(p, task, &answer->item)) return;
  p->task = task;
  p->work = p->nodes = 0;
  p->work_limit = task->work_limit > 0 ? task->work_limit : PIL_PORTFOLIO_WORK;
  p->next_tick = PIL_PORTFOLIO_TICK;
  p->stopped = p->found = p->cheaper_only = false;
  p->loose_ties = p->value_step > 0; /* whole steps close nodes that hold equals */
  p->top = -INFINITY;
  reset_node(p);
  answer->state = p->in.cost > p->budget  ? PIL_PORTFOLIO_OVER_BUDGET
                  : p->in.count > p->most ? PIL_PORTFOLIO_OVER_COUNT
                                          : PIL_PORTFOLIO_CHOSEN;
  if (answer->state == PIL_PORTFOLIO_CHOSEN) {
    search(p, answer);
    p->in = drop_useless(p);
    answer->bound = fmax(answer->bound, p->in.value);
    for (size_t i = 0; i < p->count; i++) chosen[i] = p->best[i];
  }
  answer->value = p->in.value;
  answer->cost = p->in.cost;
  answer->count = p->in.count;
  answer->work = p->work;
  answer->nodes = p->nodes;
}

void pil_portfolio_frontier(pil_portfolio *portfolio, const pil_portfolio_task *task,
                            const double *budgets, size_t count, bool *room, bool *chosen,
                            pil_portfolio_answer *points) {
  pil_portfolio_task at = *task;
  bool stopped = false;
  for (size_t b = 0; b < count; b++) {
    points[b] = (pil_portfolio_answer){.state = PIL_PORTFOLIO_CHOSEN, .stopped = true};
    bool *row = chosen != NULL ? chosen + b * portfolio->count : room;
    at.budget = budgets[b];
    if (!stopped) pil_portfolio_solve(portfolio, &at, row, &points[b]);
    stopped = stopped || points[b].stopped;
    if (b == 0 || points[b].state != PIL_PORTFOLIO_CHOSEN ||
        points[b - 1].state != PIL_PORTFOLIO_CHOSEN)
      continue;
    const pil_portfolio_answer *before = &points[b - 1];
    if (points[b].proved || points[b].value >= before->value) continue;
    points[b].value = before->value;
    points[b].cost = before->cost;
    points[b].count = before->count;
    for (size_t i = 0; chosen != NULL && i < portfolio->count; i++)
      row[i] = row[i - portfolio->count];
  }
}
