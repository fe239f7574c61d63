/* A histogram with about 24 bins of a round width.
 * SPDX-License-Identifier: Apache-2.0 */
#include "histogram.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quantile.h"

enum { WISHED_BINS = 24 };

static double power_of_ten(int exponent) {
  char text[16];
  snprintf(text, sizeof text, "1e%d", exponent);
  return strtod(text, NULL); /* correctly rounded, unlike pow */
}

/* The decimal exponent of a positive number. */
static int exponent_of(double x) {
  char text[32];
  snprintf(text, sizeof text, "%.16e", x);
  return atoi(strchr(text, 'e') + 1);
}

/* The least round width that is at least `least`; kept as unit / per, both exact up to 1e22, so
 * that edges are the doubles nearest to their decimals. */
static void choose_step(pil_histogram *histogram, double least, bool whole) {
  static const double rounds[] = {1, 2, 2.5, 5, 10};
  if (whole && least < 1) least = 1;
  int exponent = exponent_of(least);
  double unit = 0;
  for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
    double step =
        exponent < 0 ? rounds[i] / power_of_ten(-exponent) : rounds[i] * power_of_ten(exponent);
    if (step < least || (whole && step != floor(step))) continue;
    unit = rounds[i];
    break;
  }
  assert(unit > 0);
  histogram->unit = exponent < 0 ? unit : unit * power_of_ten(exponent);
  histogram->per = exponent < 0 ? power_of_ten(-exponent) : 1;
  histogram->step = histogram->unit / histogram->per;
}

static double edge_of(const pil_histogram *histogram, double bin) {
  return bin * histogram->unit / histogram->per;
}

/* The bin of x on the grid that starts at 0; the edges decide where the quotient rounds. */
static double bin_of(const pil_histogram *histogram, double x) {
  double bin = floor(x * histogram->per / histogram->unit);
  if (x >= edge_of(histogram, bin + 1)) return bin + 1;
  return x < edge_of(histogram, bin) ? bin - 1 : bin;
}

double pil_histogram_edge(const pil_histogram *histogram, size_t index) {
  if (histogram->step == 0) return histogram->low;
  return edge_of(histogram, histogram->first + (double)index);
}

/* Where the finite cells begin and end, and whether all are whole numbers. */
typedef struct extent {
  double min, max;
  size_t count;
  bool whole;
} extent;

static extent find_extent(const double *cells, size_t count) {
  extent e = {INFINITY, -INFINITY, 0, true};
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(cells[i])) continue;
    e.count++;
    e.min = fmin(e.min, cells[i]);
    e.max = fmax(e.max, cells[i]);
    e.whole = e.whole && cells[i] == floor(cells[i]);
  }
  return e;
}

/* A tail is light when it adds less than half of the body's width to a side. */
static bool choose_range(const double *cells, size_t count, const extent *e, double *low,
                         double *high, pil_error *error) {
  static const double body[] = {0.005, 0.995};
  double ends[2];
  PIL_TRY(pil_quantiles(cells, count, body, 2, ends, error));
  if (!(ends[1] <= e->max)) ends[1] = e->max; /* never, or above all that is finite */
  if (!(ends[0] <= e->max)) ends[0] = e->min;
  double half = ends[1] / 2 - ends[0] / 2;
  bool point = half == 0; /* nearly all cells are one value: show the others */
  *low = point || ends[0] - half <= e->min ? e->min : ends[0];
  *high = point || ends[1] + half >= e->max ? e->max : ends[1];
  return true;
}

static void count_cells(pil_histogram *histogram, const double *cells, size_t count) {
  double last = (double)(histogram->bin_count - 1);
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(cells[i])) continue;
    double bin = bin_of(histogram, cells[i]) - histogram->first;
    histogram->below += bin < 0;
    histogram->above += bin > last;
    bin = bin < 0 ? 0 : bin > last ? last : bin;
    histogram->counts[(size_t)bin]++;
  }
}

bool pil_histogram_fill(pil_histogram *histogram, const double *cells, size_t count,
                        pil_error *error) {
  *histogram = (pil_histogram){0};
  extent e = find_extent(cells, count);
  if (e.count == 0) return true;
  double low = e.min, high = e.max;
  PIL_TRY(choose_range(cells, count, &e, &low, &high, error));
  double least = high / WISHED_BINS - low / WISHED_BINS;
  /* Bins narrower than the doubles they hold would be bins of nothing. */
  double grain = fmax(4 * DBL_EPSILON * fmax(fabs(low), fabs(high)), 1e-290);
  if (least < grain) {
    *histogram = (pil_histogram){.low = e.min, .bin_count = 1, .counts = {e.count}};
    return true;
  }
  choose_step(histogram, least, e.whole);
  histogram->first = bin_of(histogram, low);
  histogram->bin_count = (size_t)(bin_of(histogram, high) - histogram->first) + 1;
  histogram->low = pil_histogram_edge(histogram, 0);
  assert(histogram->bin_count <= PIL_HISTOGRAM_BINS);
  count_cells(histogram, cells, count);
  return true;
}
