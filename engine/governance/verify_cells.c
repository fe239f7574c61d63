/* One decision for each cell of a partition.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify.h"

/* ---- a number for a cell ---- */

static bool is_between(double x, double low, bool has_low, double high, bool has_high) {
  return (x > low || (has_low && x == low)) && (x < high || (has_high && x == high)) && isfinite(x);
}

/* A short number strictly between the two, or equal to an end that belongs to the interval. False: there is none. */
static bool pick(const pil_verify_column *column, double low, bool has_low, double high, bool has_high, double *picked) {
  if (column->is_whole) {
    double first = isinf(low) ? low : has_low ? ceil(low) : floor(low) + 1, last = isinf(high) ? high : has_high ? floor(high) : ceil(high) - 1;
    if (!(first <= last)) return false;
    *picked = column->usual >= first && column->usual <= last ? column->usual : isfinite(first) ? first : isfinite(last) ? last : 0;
    return true;
  }
  if (is_between(column->usual, low, has_low, high, has_high)) {
    *picked = column->usual;
    return true;
  }
  double middle = isinf(low) && isinf(high) ? 0
                  : isinf(low)              ? high - fmax(1, fabs(high))
                  : isinf(high)             ? low + fmax(1, fabs(low))
                                            : low / 2 + high / 2;
  for (int digits = 1; digits <= 17; digits++) {
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, middle);
    *picked = strtod(text, NULL);
    if (is_between(*picked, low, has_low, high, has_high)) return true;
  }
  *picked = nextafter(low, high);
  if (is_between(*picked, low, has_low, high, has_high)) return true;
  *picked = has_low ? low : high;
  return is_between(*picked, low, has_low, high, has_high);
}

/* ---- the points of a column ---- */

static void add_interval(const pil_verify_column *column, double low, bool has_low, double high, bool has_high, double *points,
                         size_t *count) {
  if (low > high || (low == high && !(has_low && has_high))) return;
  if (pick(column, low, has_low, high, has_high, &points[*count])) ++*count;
}

/* Below the lowest cut, at each, between them, above the highest: what of that is in the range. */
static size_t find_points(const pil_verify_column *column, const pil_partition_column *cuts, double *points) {
  size_t count = 0;
  double low = column->low;
  bool has_low = true;
  for (size_t i = 0; i < cuts->cut_count; i++) {
    double cut = cuts->cuts[i];
    add_interval(column, low, has_low, cut, false, points, &count);
    if (pil_verify_may_be(column, cut)) points[count++] = cut;
    low = cut;
    has_low = false;
  }
  add_interval(column, low, has_low, column->high, true, points, &count);
  return count;
}

static bool make_points(const pil_prover *prover, pil_arena *arena, uint32_t c, pil_cells *cells, pil_error *error) {
  const pil_verify_column *column = &prover->verify->columns[c];
  const pil_partition_column *cuts = &prover->partition.columns[c];
  size_t most = column->kind == PIL_PARTITION_VALUES ? column->value_count : 2 * cuts->cut_count + 1, i = cells->count;
  cells->points[i] = pil_arena_array(arena, most + 1, sizeof **cells->points);
  if (cells->points[i] == NULL) return pil_error_memory(error);
  if (column->kind == PIL_PARTITION_VALUES)
    for (size_t n = 0; n < most; n++) cells->points[i][n] = column->values[n];
  cells->point_counts[i] = column->kind == PIL_PARTITION_VALUES ? most : find_points(column, cuts, cells->points[i]);
  cells->columns[i] = c;
  cells->count++;
  return true;
}

bool pil_cells_make(const pil_prover *prover, pil_arena *arena, pil_cells *cells, pil_error *error) {
  size_t columns = prover->verify->column_count;
  *cells = (pil_cells){.total = 1};
  cells->columns = pil_arena_array(arena, columns + 1, sizeof *cells->columns);
  cells->points = pil_arena_array(arena, columns + 1, sizeof *cells->points);
  cells->point_counts = pil_arena_array(arena, columns + 1, sizeof *cells->point_counts);
  cells->strides = pil_arena_array(arena, columns + 1, sizeof *cells->strides);
  if (cells->columns == NULL || cells->points == NULL || cells->point_counts == NULL || cells->strides == NULL)
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++)
    if (prover->partition.columns[c].matters && prover->verify->columns[c].kind != PIL_PARTITION_COMPUTED)
      PIL_TRY(make_points(prover, arena, (uint32_t)c, cells, error));
  for (size_t i = cells->count; i > 0; i--) {
    size_t points = cells->point_counts[i - 1];
    cells->strides[i - 1] = cells->total;
    cells->total = points > 0 && cells->total > UINT64_MAX / 2 / points ? UINT64_MAX / 2 : cells->total * points;
  }
  return true;
}

void pil_cells_fill(const pil_cells *cells, pil_prover *prover, uint64_t first, size_t count) {
  for (size_t c = 0; c < prover->verify->column_count; c++)
    for (size_t lane = 0; lane < count; lane++) prover->columns[c][lane] = prover->verify->columns[c].usual;
  for (size_t i = 0; i < cells->count; i++) {
    double *to = prover->columns[cells->columns[i]];
    uint64_t point = first / cells->strides[i] % cells->point_counts[i], left = cells->strides[i] - first % cells->strides[i];
    for (size_t lane = 0; lane < count; lane++) {
      to[lane] = cells->points[i][point];
      if (--left > 0) continue;
      left = cells->strides[i];
      if (++point == cells->point_counts[i]) point = 0;
    }
  }
}

int pil_cells_find(const pil_cells *cells, uint32_t column) {
  for (size_t i = 0; i < cells->count; i++)
    if (cells->columns[i] == column) return (int)i;
  return -1;
}
