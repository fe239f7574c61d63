/* A frontier's answer: what is efficient, what is best, and the curve over its points.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../study/frontier.h"
#include "frontier.h"

/* Differences within so many of their errors do not count. */
#define APART 2

static const pil_frontier_point *point_of(const pil_frontier_answer *answer, size_t index) {
  return &answer->frontier->points[index];
}

/* Written so that an unknown error tells nothing apart. */
static bool is_apart(const pil_pair *pair) {
  return fabs(pair->mean) > APART * pair->mean_error;
}

/* ---- the efficient points ---- */

/* Human and missed are the halves of a point's cells. */
static void pair_half(const pil_frontier_answer *answer, size_t base, size_t other, size_t half, pil_pair *pair) {
  size_t trials = (size_t)answer->frontier->trials;
  pil_pair_fill(pair, point_of(answer, base)->cells + half * trials, point_of(answer, other)->cells + half * trials,
                trials, PIL_BETTER_LOWER);
}

static void fill_steps(pil_frontier_answer *answer) {
  for (size_t i = 0; i < answer->step_count; i++) {
    pil_frontier_step *step = &answer->steps[i];
    step->has_next = i + 1 < answer->step_count;
    if (!step->has_next) continue;
    pair_half(answer, step->point, answer->steps[i + 1].point, 0, &step->human);
    pair_half(answer, step->point, answer->steps[i + 1].point, 1, &step->missed);
    step->is_told_apart = is_apart(&step->missed);
  }
}

static bool find_efficient(pil_arena *arena, pil_frontier_answer *answer, pil_error *error) {
  const pil_frontier *frontier = answer->frontier;
  size_t all = frontier->grid.point_count;
  pil_tradeoff *ways = pil_arena_array(arena, all + 1, sizeof *ways);
  answer->order = pil_arena_array(arena, all + 1, sizeof *answer->order);
  answer->efficient = pil_arena_array(arena, all + 1, sizeof *answer->efficient);
  if (ways == NULL || answer->order == NULL || answer->efficient == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < all; i++)
    if (frontier->points[i].is_done)
      ways[answer->count++] = (pil_tradeoff){{frontier->points[i].human.mean, frontier->points[i].missed.mean}, i};
  answer->step_count = pil_frontier_find(ways, answer->count);
  answer->steps = pil_arena_array(arena, answer->step_count + 1, sizeof *answer->steps);
  if (answer->steps == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < answer->step_count; i++) {
    answer->steps[i].point = ways[i].index;
    answer->efficient[ways[i].index] = true;
  }
  fill_steps(answer);
  pil_tradeoffs_sort(ways, answer->count);
  for (size_t i = 0; i < answer->count; i++) answer->order[i] = ways[i].index;
  return true;
}

/* ---- the best ---- */

typedef double cost_of(const pil_frontier_point *point);
static double human_of(const pil_frontier_point *point) {
  return point->human.mean;
}
static double missed_of(const pil_frontier_point *point) {
  return point->missed.mean;
}
static double total_of(const pil_frontier_point *point) {
  return point->total.mean;
}
static double staff_of(const pil_frontier_point *point) {
  return point->has_staff ? (double)point->staff : INFINITY;
}

/* Of the points finished that keep both limits the one of least cost; of several the first in order. */
static long find_least(const pil_frontier_answer *answer, cost_of *cost, double most_staff, double most_missed) {
  long best = PIL_FRONTIER_NONE;
  for (size_t i = 0; i < answer->count; i++) {
    const pil_frontier_point *point = point_of(answer, answer->order[i]);
    if (most_staff < INFINITY && !(staff_of(point) <= most_staff)) continue;
    if (!(point->missed.mean <= most_missed) || isinf(cost(point))) continue;
    if (best == PIL_FRONTIER_NONE || cost(point) < cost(point_of(answer, (size_t)best))) best = (long)answer->order[i];
  }
  return best;
}

/* Efficient points whose total differs from the least one's by no more than noise. */
static bool find_near(pil_arena *arena, pil_frontier_answer *answer, pil_error *error) {
  size_t trials = (size_t)answer->frontier->trials;
  answer->near = pil_arena_array(arena, answer->step_count + 1, sizeof *answer->near);
  double *totals = pil_arena_array(arena, 2 * trials + 1, sizeof *totals);
  if (answer->near == NULL || totals == NULL) return pil_error_memory(error);
  for (size_t i = 0; answer->total != PIL_FRONTIER_NONE && i < answer->step_count; i++) {
    const double *best = point_of(answer, (size_t)answer->total)->cells;
    const double *other = point_of(answer, answer->steps[i].point)->cells;
    pil_pair pair;
    if (answer->steps[i].point == (size_t)answer->total) continue;
    for (size_t t = 0; t < trials; t++) {
      totals[t] = best[t] + best[trials + t];
      totals[trials + t] = other[t] + other[trials + t];
    }
    pil_pair_fill(&pair, totals, totals + trials, trials, PIL_BETTER_LOWER);
    if (!is_apart(&pair)) answer->near[answer->near_count++] = answer->steps[i].point;
  }
  return true;
}

/* Totals are sums of two means, so that of the points of least total one is efficient; only that is asked. */
static long find_efficient_total(const pil_frontier_answer *answer) {
  long best = PIL_FRONTIER_NONE;
  for (size_t i = 0; i < answer->step_count; i++) {
    size_t point = answer->steps[i].point;
    if (best == PIL_FRONTIER_NONE || total_of(point_of(answer, point)) < total_of(point_of(answer, (size_t)best)))
      best = (long)point;
  }
  return best;
}

static bool find_best(pil_arena *arena, pil_frontier_answer *answer, pil_error *error) {
  const pil_frontier_request *request = answer->frontier->request;
  double staff = request->staff > 0 ? (double)request->staff : INFINITY;
  answer->total = find_efficient_total(answer);
  answer->least_missed = find_least(answer, missed_of, INFINITY, INFINITY);
  answer->staff_fewest = find_least(answer, staff_of, INFINITY, INFINITY);
  answer->staff_missed = find_least(answer, missed_of, staff, INFINITY);
  answer->staff_total = find_least(answer, total_of, staff, INFINITY);
  answer->cap_human = find_least(answer, human_of, INFINITY, request->cap != NULL ? *request->cap : INFINITY);
  return find_near(arena, answer, error);
}

/* ---- the curve over the grid ---- */

static int compare_covers(const void *a, const void *b) {
  const pil_frontier_cover *x = a, *y = b;
  if (x->coverage != y->coverage) return x->coverage < y->coverage ? -1 : 1;
  if (x->risk != y->risk) return x->risk < y->risk ? -1 : 1;
  return (x->point > y->point) - (x->point < y->point);
}

/* Of a grid of two paths only the points that no other beats, with as much coverage and less risk: a curve is not
 * what a cloud has. From most coverage to least, that is those with less risk than all before. */
static size_t keep_best(pil_frontier_cover *covers, size_t count) {
  double least = INFINITY;
  size_t first = count;
  for (size_t i = count; i-- > 0;) {
    if (!(covers[i].risk < least)) continue;
    least = covers[i].risk;
    covers[--first] = covers[i];
  }
  memmove(covers, covers + first, (count - first) * sizeof *covers);
  return count - first;
}

static bool list_covers(pil_arena *arena, pil_frontier_answer *answer, pil_error *error) {
  size_t count = 0, kept = 0;
  answer->covers = pil_arena_array(arena, answer->count + 1, sizeof *answer->covers);
  if (answer->covers == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < answer->count; i++) {
    const pil_frontier_point *point = point_of(answer, answer->order[i]);
    if (isnan(point->risk.ratio)) continue;
    answer->covers[count++] = (pil_frontier_cover){answer->order[i], point->coverage.mean, point->risk.ratio};
  }
  qsort(answer->covers, count, sizeof *answer->covers, compare_covers);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || answer->covers[i].coverage > answer->covers[kept - 1].coverage)
      answer->covers[kept++] = answer->covers[i];
  answer->cover_count = answer->frontier->grid.path_count == 2 ? keep_best(answer->covers, kept) : kept;
  return true;
}

/* A point's coverage and risk over the trials of all groups but one. */
static pil_frontier_cover cover_without(const pil_frontier_answer *answer, size_t index, size_t left_out) {
  const pil_frontier_point *point = point_of(answer, index);
  size_t trials = (size_t)answer->frontier->trials, count = 0;
  double covered = 0, autos = 0, wrongs = 0;
  for (size_t g = 0; g < PIL_FRONTIER_GROUPS; g++) {
    if (g == left_out) continue;
    covered += point->covered[g];
    autos += point->autos[g];
    wrongs += point->wrongs[g];
    count += trials / PIL_FRONTIER_GROUPS + (g < trials % PIL_FRONTIER_GROUPS);
  }
  return (pil_frontier_cover){index, covered / (double)count, wrongs / autos};
}

/* The mean risk between the first and the last coverage, in straight lines. */
static double area_without(const pil_frontier_answer *answer, size_t left_out) {
  double area = 0;
  pil_frontier_cover first = cover_without(answer, answer->covers[0].point, left_out), last = first;
  for (size_t i = 1; i < answer->cover_count; i++) {
    pil_frontier_cover next = cover_without(answer, answer->covers[i].point, left_out);
    area += (next.coverage - last.coverage) * (next.risk + last.risk) / 2;
    last = next;
  }
  return area / (last.coverage - first.coverage);
}

/* The error by leaving out one group of trials after another: the jackknife. */
static void fill_area(pil_frontier_answer *answer) {
  size_t trials = (size_t)answer->frontier->trials;
  size_t groups = trials < PIL_FRONTIER_GROUPS ? trials : PIL_FRONTIER_GROUPS;
  double mean = 0, squares = 0, areas[PIL_FRONTIER_GROUPS];
  answer->area = answer->area_error = NAN;
  if (answer->cover_count < 2) return;
  answer->area = area_without(answer, PIL_FRONTIER_GROUPS);
  if (groups < 2) return;
  for (size_t g = 0; g < groups; g++) {
    areas[g] = area_without(answer, g);
    mean += areas[g] / (double)groups;
  }
  for (size_t g = 0; g < groups; g++) squares += (areas[g] - mean) * (areas[g] - mean);
  answer->area_error = sqrt(squares * (double)(groups - 1) / (double)groups);
}

bool pil_frontier_study(pil_frontier *frontier, pil_frontier_answer *answer, pil_error *error) {
  *answer = (pil_frontier_answer){.frontier = frontier};
  PIL_TRY(find_efficient(&frontier->arena, answer, error));
  PIL_TRY(find_best(&frontier->arena, answer, error));
  PIL_TRY(list_covers(&frontier->arena, answer, error));
  fill_area(answer);
  return true;
}
