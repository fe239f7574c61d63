/* A histogram with about 24 bins of a round width.
 * SPDX-License-Identifier: Apache-2.0 */

/* The loops over cells are to be vector code. */
#pragma GCC optimize("O3")

#include "histogram.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  WISHED_BINS = 24,
  ABREAST = 8,                /* cells looked at side by side */
  CHUNK = 512,                /* cells whose bins are guessed together */
  NO_BIN = PIL_HISTOGRAM_BINS /* of what is not finite */
};

const double pil_histogram_body[2] = {0.005, 0.995};

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

/* One extent for every eighth cell, so that a step does not wait for the one before. */
typedef struct extents {
  double min[ABREAST], max[ABREAST];
  int64_t counts[ABREAST], parts[ABREAST]; /* finite ones, and of them those not whole */
} extents;

/* Not inlined: the compiler would take the loop apart before it could make vector code of it. */
__attribute__((noinline)) static void extend(extents *e, const double *cells) {
  for (size_t j = 0; j < ABREAST; j++) {
    double x = cells[j];
    bool finite = fabs(x) <= DBL_MAX;
    e->counts[j] += finite;
    e->parts[j] += finite & (x != floor(x));
    e->min[j] = finite & (x < e->min[j]) ? x : e->min[j];
    e->max[j] = finite & (x > e->max[j]) ? x : e->max[j];
  }
}

static extent find_extent(const double *cells, size_t count) {
  extents e = {{0}, {0}, {0}, {0}};
  double rest[ABREAST];
  size_t whole = count / ABREAST * ABREAST;
  for (size_t j = 0; j < ABREAST; j++) {
    e.min[j] = INFINITY;
    e.max[j] = -INFINITY;
    rest[j] = whole + j < count ? cells[whole + j] : NAN;
  }
  for (size_t i = 0; i < whole; i += ABREAST) extend(&e, cells + i);
  extend(&e, rest);
  extent all = {INFINITY, -INFINITY, 0, true};
  for (size_t j = 0; j < ABREAST; j++) {
    all.min = fmin(all.min, e.min[j]);
    all.max = fmax(all.max, e.max[j]);
    all.count += (size_t)e.counts[j];
    all.whole = all.whole && e.parts[j] == 0;
  }
  return all;
}

/* A tail is light when it adds less than half of the body's width to a side. */
static void choose_range(const double body[2], const extent *e, double *low, double *high) {
  double ends[2] = {body[0], body[1]};
  if (!(ends[1] <= e->max)) ends[1] = e->max; /* never, or above all that is finite */
  if (!(ends[0] <= e->max)) ends[0] = e->min;
  double half = ends[1] / 2 - ends[0] / 2;
  bool point = half == 0; /* nearly all cells are one value: show the others */
  *low = point || ends[0] - half <= e->min ? e->min : ends[0];
  *high = point || ends[1] + half >= e->max ? e->max : ends[1];
}

/* What decides the bin of a cell: the guess is at most one off, since a bin is wider than the
 * rounding of its edges (see `grain`). */
typedef struct edges {
  double low, high; /* of all bins */
  double scale, first, last;
  double own[NO_BIN + 1];  /* the guessed bin is one too high below this; NaN: it never is */
  double next[NO_BIN + 1]; /* one too low from this on */
} edges;

static edges find_edges(const pil_histogram *histogram) {
  edges e = {.low = pil_histogram_edge(histogram, 0),
             .high = pil_histogram_edge(histogram, histogram->bin_count),
             .scale = 1 / histogram->step,
             .first = histogram->first,
             .last = (double)(histogram->bin_count - 1)};
  for (size_t i = 0; i <= NO_BIN; i++) {
    e.own[i] = i > 0 && i < histogram->bin_count ? pil_histogram_edge(histogram, i) : NAN;
    e.next[i] = i + 1 < histogram->bin_count ? pil_histogram_edge(histogram, i + 1) : NAN;
  }
  return e;
}

static void guess_bins(const edges *e, const double *cells, size_t count, int32_t *bins) {
  double scale = e->scale, first = e->first, last = e->last;
  for (size_t i = 0; i < count; i++) {
    double at = cells[i] * scale - first;
    at = at > 0 ? at : 0;
    at = at < last ? at : last;
    at = fabs(cells[i]) <= DBL_MAX ? at : NO_BIN;
    bins[i] = (int32_t)at;
  }
}

static void count_beyond(pil_histogram *histogram, const edges *e, const double *cells,
                         size_t count) {
  int64_t below = 0, above = 0;
  for (size_t i = 0; i < count; i++) {
    below += (cells[i] < e->low) & (cells[i] >= -DBL_MAX);
    above += (cells[i] >= e->high) & (cells[i] <= DBL_MAX);
  }
  histogram->below += (size_t)below;
  histogram->above += (size_t)above;
}

static void count_cells(pil_histogram *histogram, const double *cells, size_t count) {
  edges e = find_edges(histogram);
  int32_t bins[CHUNK];
  size_t counts[2][NO_BIN + 1] = {{0}}; /* two, since neighbours often share a bin */
  for (size_t start = 0; start < count; start += CHUNK) {
    size_t some = count - start < CHUNK ? count - start : CHUNK;
    const double *chunk = cells + start;
    guess_bins(&e, chunk, some, bins);
    count_beyond(histogram, &e, chunk, some);
    for (size_t i = 0; i < some; i++) {
      int32_t bin = bins[i];
      counts[i % 2][bin + (chunk[i] >= e.next[bin]) - (chunk[i] < e.own[bin])]++;
    }
  }
  for (size_t i = 0; i < histogram->bin_count; i++)
    histogram->counts[i] = counts[0][i] + counts[1][i];
}

void pil_histogram_fill(pil_histogram *histogram, const double *cells, size_t count,
                        const double body[2]) {
  *histogram = (pil_histogram){0};
  extent e = find_extent(cells, count);
  if (e.count == 0) return;
  double low, high;
  choose_range(body, &e, &low, &high);
  double least = high / WISHED_BINS - low / WISHED_BINS;
  /* Bins narrower than the doubles they hold would be bins of nothing. */
  double grain = fmax(4 * DBL_EPSILON * fmax(fabs(low), fabs(high)), 1e-290);
  if (least < grain) {
    *histogram = (pil_histogram){.low = e.min, .bin_count = 1, .counts = {e.count}};
    return;
  }
  choose_step(histogram, least, e.whole);
  histogram->first = bin_of(histogram, low);
  histogram->bin_count = (size_t)(bin_of(histogram, high) - histogram->first) + 1;
  histogram->low = pil_histogram_edge(histogram, 0);
  assert(histogram->bin_count <= PIL_HISTOGRAM_BINS);
  count_cells(histogram, cells, count);
}
