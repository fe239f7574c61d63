/* A swept output: its numbers at one point, and where its mean crosses a target between the points.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include <math.h>

#include "../statistics/interval.h"
#include "../statistics/quantile.h"
#include "months.h"

bool pil_swept_fill(pil_swept *swept, pil_arena *arena, const pil_output_spec *spec, const double *cells,
                    const double *first, const double *previous, size_t count, pil_error *error) {
  static const double levels[PIL_SWEPT_LEVELS] = {0.05, 0.50, 0.95};
  const pil_goal *goal = &spec->goal;
  *swept = (pil_swept){0};
  pil_summary_fill(&swept->summary, cells, count);
  PIL_TRY(pil_quantiles_and_errors(cells, count, levels, PIL_SWEPT_LEVELS, swept->percentiles,
                                   swept->percentile_errors, error));
  pil_pair_fill(&swept->first, first, cells, count, spec->better);
  pil_pair_fill(&swept->previous, previous, cells, count, spec->better);
  if (goal->is_of_month) return pil_months_judge_cells(arena, goal, cells, count, &swept->goal, error);
  if (goal->relation != PIL_RELATION_NONE && goal->by == 0)
    pil_goal_judge(goal, cells, count, &swept->goal);
  return true;
}

double pil_sweep_target(const pil_output_spec *spec) {
  bool is_judged = spec->goal.relation != PIL_RELATION_NONE && (spec->goal.by == 0 || spec->goal.is_of_month);
  return is_judged ? spec->goal.threshold : 0;
}

/* The smallest u >= 0 at which a u^2 + b u + c, not positive at 0, becomes positive; infinity if it
 * never does. Each root in the form in which nothing cancels. */
static double exit_of(double a, double b, double c) {
  double under = b * b - 4 * a * c;
  if (under < 0) return INFINITY;
  if (b > 0) return -2 * c / (b + sqrt(under));
  return a > 0 ? (-b + sqrt(under)) / (2 * a) : INFINITY;
}

/* The line from point `from` to its neighbour `to`: the part t in [start, 1] of it that the error does not
 * tell from the target ends at the t returned, infinity if it goes on beyond `to`. At `start` the line
 * is that near already; `is_root` says that it meets the target there. */
static double leave_of(const pil_sweep_line *line, double target, size_t from, size_t to, double start,
                       bool is_root) {
  const double z2 = PIL_INTERVAL_Z95 * PIL_INTERVAL_Z95;
  double step_error = line->step_errors[from < to ? from : to];
  double own = line->errors[from] * line->errors[from], other = line->errors[to] * line->errors[to];
  double r = step_error * step_error, q = other - own - r; /* the variance is own + q t + r t^2 */
  double slope = line->means[to] - line->means[from];
  double at_start = is_root ? 0 : line->means[from] + slope * start - target;
  double variance = fmax(own + (q + r * start) * start, 0);
  double left = exit_of(slope * slope - z2 * r, 2 * at_start * slope - z2 * (q + 2 * r * start),
                        fmin(at_start * at_start - z2 * variance, 0));
  return start + left <= 1 ? start + left : INFINITY;
}

/* Where the interval ends, going from the crossing (t of the line from `from` to `to`) towards `to` and
 * beyond; *open when it reaches the last point, or one whose neighbour has no mean. */
static double walk(const pil_sweep_line *line, double target, size_t from, size_t to, double t, bool *open) {
  bool is_root = true;
  for (;;) {
    double leave = leave_of(line, target, from, to, t, is_root);
    if (leave <= 1) {
      *open = false;
      return leave == 0 ? line->x[from] : line->x[from] + (line->x[to] - line->x[from]) * leave;
    }
    bool rising = to > from;
    if ((rising && to + 1 == line->count) || (!rising && to == 0)) break;
    size_t next = rising ? to + 1 : to - 1;
    if (isnan(line->means[next])) break;
    from = to;
    to = next;
    t = 0;
    is_root = false;
  }
  *open = true;
  return line->x[to];
}

/* One end of an interval around point `at`, at which the mean is the target itself. */
static double walk_from_point(const pil_sweep_line *line, double target, size_t at, bool rising, bool *open) {
  bool is_last = rising ? at + 1 == line->count : at == 0;
  size_t next = is_last ? at : rising ? at + 1 : at - 1;
  *open = line->errors[at] != 0; /* a mean without error has no other value next to it */
  if (is_last || isnan(line->means[next])) return line->x[at];
  return walk(line, target, at, next, 0, open);
}

static pil_crossing cross_at_point(const pil_sweep_line *line, double target, size_t at) {
  pil_crossing crossing = {.value = line->x[at]};
  crossing.low = walk_from_point(line, target, at, false, &crossing.open_low);
  crossing.high = walk_from_point(line, target, at, true, &crossing.open_high);
  return crossing;
}

static pil_crossing cross_between(const pil_sweep_line *line, double target, size_t at, double before,
                                  double after) {
  double t = before / (before - after);
  pil_crossing crossing = {.value = line->x[at] + (line->x[at + 1] - line->x[at]) * t};
  crossing.low = walk(line, target, at + 1, at, 1 - t, &crossing.open_low);
  crossing.high = walk(line, target, at, at + 1, t, &crossing.open_high);
  return crossing;
}

static bool lies_on(const pil_sweep_line *line, double target) {
  size_t on = 0, off = 0;
  for (size_t i = 0; i < line->count; i++) {
    on += line->means[i] == target;
    off += line->means[i] != target && !isnan(line->means[i]);
  }
  return on > 1 && off == 0;
}

size_t pil_sweep_crossings(const pil_sweep_line *line, double target, pil_crossing *crossings) {
  size_t count = 0;
  double before = NAN; /* the distance at the point before */
  if (lies_on(line, target)) return 0;
  for (size_t i = 0; i < line->count; i++) {
    double distance = line->means[i] - target;
    if (distance == 0 && before != 0) {
      crossings[count++] = cross_at_point(line, target, i);
    } else if ((before < 0 && distance > 0) || (before > 0 && distance < 0)) {
      crossings[count++] = cross_between(line, target, i - 1, before, distance);
    }
    before = distance;
  }
  return count;
}
