/* A swept output: its numbers at one point, and where its mean crosses a target between the points.
 *
 * Break-even. The mean is joined by straight lines between neighbouring points; a crossing is where
 * that line meets the target. Its interval holds every value at which the line differs from the target by
 * no more than the Monte Carlo error allows: |L(x) - target| <= z se(L(x)), Fieller's set (1954, J. R.
 * Stat. Soc. B 16, 175-185) for a line through two means, which here are correlated (common draws): their
 * covariance follows from the error of their difference. The interval is the connected part around the
 * crossing, over as many lines as it takes; open where it reaches the end of the sweep (but closed at a mean
 * without error, which is the target itself). It says nothing of how straight the truth is between two points.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_SWEEP_H
#define PIL_STUDY_SWEEP_H

#include "outputs.h"

/* p5, p50, p95. */
enum { PIL_SWEPT_LEVELS = 3 };

/* One output at one point. */
typedef struct pil_swept {
  pil_summary summary;
  double percentiles[PIL_SWEPT_LEVELS], percentile_errors[PIL_SWEPT_LEVELS];
  pil_goal_result goal;     /* when the output has one */
  pil_pair first, previous; /* this point minus the first, minus the one before */
} pil_swept;

/* `first` and `previous` are the cells of those points, trial by trial the same draws. */
bool pil_swept_fill(pil_swept *swept, pil_arena *arena, const pil_output_spec *spec, const double *cells,
                    const double *first, const double *previous, size_t count, pil_error *error);

/* What the mean of an output is held against: its goal's bound, else 0. */
double pil_sweep_target(const pil_output_spec *spec);

/* Means at rising values x. */
typedef struct pil_sweep_line {
  size_t count;
  const double *x, *means, *errors; /* `count` each; a mean may be NaN: no line goes there */
  const double *step_errors;        /* count - 1: the error of means[i + 1] - means[i] */
} pil_sweep_line;

typedef struct pil_crossing {
  double value;
  double low, high;         /* 95 %; the end of the sweep where open */
  bool open_low, open_high; /* the interval reaches the end */
} pil_crossing;

/* Every crossing, from left to right; at most `count` of them go to `crossings`. A mean that is exactly
 * the target at several neighbouring points crosses once, at the first; one that is so at all crosses
 * nowhere. */
size_t pil_sweep_crossings(const pil_sweep_line *line, double target, pil_crossing *crossings);

#endif
