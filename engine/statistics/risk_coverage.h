/* The risk-coverage curve: how wrong a machine is on the decisions that it is surest of.
 *
 * Decisions are taken surest first. At coverage c (a share of all, by weight) the selective risk r(c) is the mean
 * error of those taken (El-Yaniv and Wiener 2010, J. Mach. Learn. Res. 11, 1605-1641), and the area under the curve is
 * the mean of r over c in (0, 1] (Geifman and El-Yaniv 2017, arXiv:1705.08500). An error is 0 or 1, or, with less
 * noise, how likely the decision is wrong.
 *
 * Decisions of one confidence cannot be told apart and are one step, of which a part is taken at random: within a step
 * the errors taken grow in a straight line. With e the mean error of a step from coverage a to b, the area is
 *
 *     sum of e × (F(b) - F(a)),   F(u) = u - u ln u,
 *
 * since the integral of r is that of error × -ln u: exact for these steps. (A mean of r at the n decisions, as is
 * usual, differs by about 1 / n.)
 *
 * Errors are those of sampling decisions independently: the infinitesimal jackknife over the weights (Efron 1982, The
 * Jackknife, the Bootstrap and Other Resampling Plans, chapter 6) times n / (n - 1). That of a risk at one coverage
 * takes the error rate around that coverage from a window of n^(-1/3) of all.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_RISK_COVERAGE_H
#define PIL_STATISTICS_RISK_COVERAGE_H

#include <stddef.h>

#include "../base/error.h"

typedef struct pil_graded {
  double confidence; /* a number; the larger the surer */
  double wrong;      /* from 0 to 1 */
  double weight;     /* at least 0, finite; 1 where all count alike */
} pil_graded;

/* What has been taken once a step is. */
typedef struct pil_risk_step {
  double confidence;       /* of its decisions */
  double coverage, errors; /* shares of all weight; errors are weight × wrong */
  double squares[3];       /* sums of weight² × wrong^0, 1, 2; weights as shares */
} pil_risk_step;

typedef struct pil_risk_curve {
  pil_risk_step *steps; /* surest first; owned */
  size_t step_count;
  size_t count;         /* decisions of weight above 0 */
  double risk;          /* at coverage 1; NaN where there are no decisions, as are these: */
  double area, area_error; /* the error: one standard error, NaN below two decisions */
} pil_risk_curve;

/* Sorts `graded` (their order changes no bit). False when out of memory. */
bool pil_risk_curve_fill(pil_risk_curve *curve, pil_graded *graded, size_t count, pil_error *error);
void pil_risk_curve_free(pil_risk_curve *curve);

/* The risk at coverage 0 < c <= 1, its error (one standard error) and the confidence of the last decision taken. */
typedef struct pil_risk_point {
  double coverage, risk, error, confidence;
} pil_risk_point;
pil_risk_point pil_risk_curve_at(const pil_risk_curve *curve, double coverage);

#endif
