/* The risk-coverage curve, its area and their errors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "risk_coverage.h"

#include <math.h>
#include <stdlib.h>

#include "../base/memory.h"
#include "../base/real.h"
#include "moments.h"

/* Surest first; the rest decides nothing but the order of sums. */
static int compare(const void *a, const void *b) {
  const pil_graded *x = a, *y = b;
  if (x->confidence != y->confidence) return x->confidence > y->confidence ? -1 : 1;
  if (x->wrong != y->wrong) return x->wrong < y->wrong ? -1 : 1;
  return (x->weight > y->weight) - (x->weight < y->weight);
}

static double total_weight(const pil_graded *graded, size_t count) {
  pil_sum sum = {0};
  for (size_t i = 0; i < count; i++) pil_sum_add(&sum, graded[i].weight);
  return sum.high + sum.low;
}

static void fill_steps(pil_risk_curve *curve, const pil_graded *graded, size_t count) {
  double total = total_weight(graded, count);
  pil_sum coverage = {0}, errors = {0}, squares[3] = {{0}};
  for (size_t i = 0; i < count; i++) {
    const pil_graded *g = &graded[i];
    if (!(g->weight > 0)) continue;
    double weight = g->weight / total, square = weight * weight;
    pil_sum_add(&coverage, weight);
    pil_sum_add(&errors, weight * g->wrong);
    pil_sum_add(&squares[0], square);
    pil_sum_add(&squares[1], square * g->wrong);
    pil_sum_add(&squares[2], square * g->wrong * g->wrong);
    curve->count++;
    bool begins = curve->step_count == 0 || curve->steps[curve->step_count - 1].confidence != g->confidence;
    curve->step_count += begins;
    pil_risk_step *step = &curve->steps[curve->step_count - 1];
    *step = (pil_risk_step){.confidence = g->confidence, .coverage = coverage.high + coverage.low,
                            .errors = errors.high + errors.low};
    for (int k = 0; k < 3; k++) step->squares[k] = squares[k].high + squares[k].low;
  }
  if (curve->step_count > 0) curve->steps[curve->step_count - 1].coverage = 1; /* whatever rounding left */
}

/* ---- the area ---- */

static const pil_risk_step nothing = {.confidence = INFINITY};

static const pil_risk_step *before(const pil_risk_curve *curve, size_t step) {
  return step == 0 ? &nothing : &curve->steps[step - 1];
}

/* F(b) - F(a) of the header, for a narrow step as good as for a wide one. */
static double stretch(double a, double b) {
  double width = b - a;
  return a > 0 ? width - width * pil_log(b) - a * pil_log1p(width / a) : b - b * pil_log(b);
}

/* The mean error of a step. */
static double rate_of(const pil_risk_curve *curve, size_t step) {
  const pil_risk_step *low = before(curve, step), *high = &curve->steps[step];
  double width = high->coverage - low->coverage;
  return width > 0 ? (high->errors - low->errors) / width : 0;
}

static double area_of(const pil_risk_curve *curve) {
  pil_sum sum = {0};
  for (size_t k = 0; k < curve->step_count; k++)
    pil_sum_add(&sum, rate_of(curve, k) * stretch(before(curve, k)->coverage, curve->steps[k].coverage));
  return sum.high + sum.low;
}

/* -C ln C, 0 at both ends. */
static double entropy(double c) {
  return c > 0 ? -c * pil_log(c) : 0;
}

/* One more unit of weight on a decision of step g with error p moves the area by
 *     (p - e_g) (F(C_g) - F(C_g-1)) / m_g  +  e_g L_g + sum over k > g of e_k (L_k - L_k-1)  -  Q,
 * L = -ln C, m the step's weight, Q the sum over all k of e_k (L_k C_k - L_k-1 C_k-1): what widens its own step, what
 * pushes the steps behind it on, and what the whole shrinks by. From the last step to the first. */
static double area_error_of(const pil_risk_curve *curve) {
  pil_sum variance = {0};
  double shrink = 0, pushed = 0, n = (double)curve->count;
  for (size_t k = 0; k < curve->step_count; k++)
    shrink += rate_of(curve, k) * (entropy(curve->steps[k].coverage) - entropy(before(curve, k)->coverage));
  for (size_t k = curve->step_count; k-- > 0;) {
    const pil_risk_step *low = before(curve, k), *high = &curve->steps[k];
    double width = high->coverage - low->coverage, rate = rate_of(curve, k), level = -pil_log(high->coverage);
    if (!(width > 0)) continue;
    double slope = stretch(low->coverage, high->coverage) / width, base = rate * (level - slope) + pushed - shrink;
    double square[3];
    for (int i = 0; i < 3; i++) square[i] = high->squares[i] - low->squares[i];
    pil_sum_add(&variance, slope * slope * square[2] + 2 * slope * base * square[1] + base * base * square[0]);
    if (low->coverage > 0) pushed += rate * pil_log1p(-width / high->coverage); /* L_k - L_k-1 */
  }
  return n > 1 ? sqrt(fmax(variance.high + variance.low, 0) * n / (n - 1)) : NAN;
}

bool pil_risk_curve_fill(pil_risk_curve *curve, pil_graded *graded, size_t count, pil_error *error) {
  *curve = (pil_risk_curve){.risk = NAN, .area = NAN, .area_error = NAN};
  curve->steps = pil_memory_resize(NULL, count + 1, sizeof *curve->steps);
  if (curve->steps == NULL) return pil_error_memory(error);
  if (count > 0) qsort(graded, count, sizeof *graded, compare);
  fill_steps(curve, graded, count);
  if (curve->step_count == 0) return true;
  curve->risk = curve->steps[curve->step_count - 1].errors;
  curve->area = area_of(curve);
  curve->area_error = area_error_of(curve);
  return true;
}

void pil_risk_curve_free(pil_risk_curve *curve) {
  pil_memory_free(curve->steps);
  *curve = (pil_risk_curve){0};
}

/* ---- one coverage ---- */

/* The step in which a coverage lies. */
static size_t step_at(const pil_risk_curve *curve, double coverage) {
  size_t low = 0, high = curve->step_count - 1;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (curve->steps[middle].coverage < coverage) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* A running sum of the steps where the coverage lies, in a straight line within the step. */
static double sum_at(const pil_risk_curve *curve, size_t step, double coverage, double low, double high) {
  double from = before(curve, step)->coverage, width = curve->steps[step].coverage - from;
  return width > 0 ? low + (high - low) * ((coverage - from) / width) : high;
}

static double errors_at(const pil_risk_curve *curve, double coverage) {
  size_t step = step_at(curve, coverage);
  return sum_at(curve, step, coverage, before(curve, step)->errors, curve->steps[step].errors);
}

/* The error rate around a coverage. */
static double rate_around(const pil_risk_curve *curve, double coverage) {
  double half = 0.5 * pil_pow((double)curve->count, -1.0 / 3);
  double low = fmax(coverage - half, 0), high = fmin(coverage + half, 1);
  return (errors_at(curve, high) - errors_at(curve, low)) / (high - low);
}

/* A unit of weight on a decision moves r(c) by (p - e) / c for those taken, and by e - r for all, with e the rate
 * around c: one more that is taken pushes another out. */
static double error_at(const pil_risk_curve *curve, size_t step, double coverage, double risk) {
  double rate = rate_around(curve, coverage), apart = rate - risk, n = (double)curve->count, taken[3];
  for (int k = 0; k < 3; k++)
    taken[k] = sum_at(curve, step, coverage, before(curve, step)->squares[k], curve->steps[step].squares[k]);
  double own = taken[2] - 2 * rate * taken[1] + rate * rate * taken[0], cross = taken[1] - rate * taken[0];
  double all = curve->steps[curve->step_count - 1].squares[0];
  double variance = own / (coverage * coverage) + 2 * apart * cross / coverage + apart * apart * all;
  return n > 1 ? sqrt(fmax(variance, 0) * n / (n - 1)) : NAN;
}

pil_risk_point pil_risk_curve_at(const pil_risk_curve *curve, double coverage) {
  pil_risk_point point = {.coverage = coverage, .risk = NAN, .error = NAN, .confidence = NAN};
  if (curve->step_count == 0) return point;
  size_t step = step_at(curve, coverage);
  point.confidence = curve->steps[step].confidence;
  point.risk = errors_at(curve, coverage) / coverage;
  point.error = error_at(curve, step, coverage, point.risk);
  return point;
}
