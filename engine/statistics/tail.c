/* The worst trials of a column: where they begin, what they are on average, who has part in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tail.h"

#include <math.h>

#include "moments.h"
#include "quantile.h"

/* Fewer trials than this in a tail tell nothing of its spread. */
enum { LEAST_TRIALS = 10 };

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* A cell as a loss; NaN for what is not a number. */
static double loss_of(double cell, bool upper) {
  if (!(cell > -INFINITY)) return NAN;
  return upper ? cell : -cell;
}

/* How the losses lie around one of them. */
typedef struct around {
  size_t beyond, at, before;
  double above, below; /* the nearest on either side, where there is one */
} around;

static around look_around(const double *cells, size_t count, bool upper, double v) {
  around a = {.above = INFINITY, .below = -INFINITY};
  for (size_t i = 0; i < count; i++) {
    double loss = loss_of(cells[i], upper);
    a.beyond += loss > v;
    a.at += loss == v;
    a.before += loss < v;
    if (loss > v && loss < a.above) a.above = loss;
    if (loss < v && loss > a.below) a.below = loss;
  }
  return a;
}

/* The smallest loss that at most `most` exceed, found by steps from a quantile that lies within a
 * rank of it. Whole numbers of trials that are not quite whole in binary count as whole. */
static double find_var(const double *cells, size_t count, bool upper, double most, double start, around *a) {
  double v = start;
  *a = look_around(cells, count, upper, v);
  while ((double)a->beyond > most + 1e-9 || a->at == 0) {
    v = a->beyond > 0 ? a->above : a->below;
    *a = look_around(cells, count, upper, v);
  }
  while (a->before > 0 && (double)(a->beyond + a->at) <= most + 1e-9) {
    v = a->below;
    *a = look_around(cells, count, upper, v);
  }
  return v;
}

/* Moments of (L - v)+ over the numbers. */
static pil_moments excess_moments(const double *cells, size_t count, bool upper, double v) {
  pil_moments moments = {0};
  double excess[PIL_MOMENTS_ROWS];
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    size_t end = start + smaller(PIL_MOMENTS_ROWS, count - start), kept = 0;
    for (size_t i = start; i < end; i++) {
      double loss = loss_of(cells[i], upper);
      excess[kept] = loss > v ? loss - v : 0;
      kept += !isnan(loss);
    }
    pil_moments_add(&moments, excess, kept);
  }
  return moments;
}

bool pil_tail_fill(pil_tail *tail, const double *cells, size_t count, double level, bool upper,
                   pil_error *error) {
  double start, p = upper ? level : 1 - level;
  *tail = (pil_tail){.level = level, .upper = upper, .var = NAN, .cvar = NAN, .cvar_error = NAN};
  PIL_TRY(pil_quantiles_and_errors(cells, count, &p, 1, &start, &tail->var_error, error));
  for (size_t i = 0; i < count; i++) tail->count += cells[i] > -INFINITY;
  if (tail->count == 0) return true;
  double n = (double)tail->count;
  around a;
  tail->weight = (1 - level) * n;
  double v = find_var(cells, count, upper, tail->weight, loss_of(start, upper), &a);
  tail->var = upper ? v : -v;
  tail->weight_at = fmin(fmax((tail->weight - (double)a.beyond) / (double)a.at, 0), 1);
  bool holds_never = !isfinite(v) || (upper && look_around(cells, count, upper, INFINITY).at > 0);
  tail->cvar = INFINITY;
  if (holds_never) return true;
  pil_moments excess = excess_moments(cells, count, upper, v);
  double cvar = v + pil_moments_mean(&excess) / (1 - level);
  tail->cvar = upper ? cvar : 0 - cvar; /* 0, never -0 */
  if (tail->weight >= LEAST_TRIALS) tail->cvar_error = pil_moments_sd(&excess) / ((1 - level) * sqrt(n));
  return true;
}

static double weight_of(const pil_tail *tail, double sum) {
  double loss = loss_of(sum, tail->upper), v = loss_of(tail->var, tail->upper);
  return loss > v ? 1 : loss == v ? tail->weight_at : 0;
}

/* g of the header. VaR itself is one of the sums, so there is a row. */
static double mean_at_var(const pil_tail *tail, const double *sums, const double *parts, size_t count) {
  double reach = tail->var_error < INFINITY ? tail->var_error : 0;
  pil_sum sum = {0};
  size_t rows = 0;
  for (size_t i = 0; i < count; i++) {
    if (!(fabs(sums[i] - tail->var) <= reach) || !isfinite(parts[i])) continue;
    pil_sum_add(&sum, parts[i]);
    rows++;
  }
  return (sum.high + sum.low) / (double)rows;
}

/* sd of weight * ((part - g) - share (sum - var)) over the rows. */
static double spread_of(const pil_tail *tail, const double *sums, const double *parts, size_t count,
                        double g, double share) {
  pil_moments moments = {0};
  double terms[PIL_MOMENTS_ROWS];
  for (size_t start = 0; start < count; start += PIL_MOMENTS_ROWS) {
    size_t end = start + smaller(PIL_MOMENTS_ROWS, count - start), kept = 0;
    for (size_t i = start; i < end; i++) {
      double weight = weight_of(tail, sums[i]);
      terms[kept] = weight > 0 ? weight * ((parts[i] - g) - share * (sums[i] - tail->var)) : 0;
      kept += sums[i] > -INFINITY;
    }
    pil_moments_add(&moments, terms, kept);
  }
  return pil_moments_sd(&moments);
}

void pil_tail_part_fill(pil_tail_part *part, const pil_tail *tail, const double *sums,
                        const double *parts, size_t count) {
  *part = (pil_tail_part){NAN, NAN, NAN, NAN};
  if (!isfinite(tail->cvar)) return;
  double g = mean_at_var(tail, sums, parts, count);
  pil_sum sum = {0};
  for (size_t i = 0; i < count; i++) {
    double weight = weight_of(tail, sums[i]);
    if (weight > 0) pil_sum_add(&sum, weight * (parts[i] - g));
  }
  part->mean = g + (sum.high + sum.low) / tail->weight;
  part->share = part->mean / tail->cvar;
  if (isnan(tail->cvar_error)) return;
  double scale = sqrt((double)tail->count) / tail->weight;
  part->mean_error = spread_of(tail, sums, parts, count, g, 0) * scale;
  part->share_error = spread_of(tail, sums, parts, count, g, part->share) * scale / fabs(tail->cvar);
}
