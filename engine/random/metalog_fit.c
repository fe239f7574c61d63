/* Fits a metalog to as many quantiles as it has terms (Keelin 2016).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/real.h"
#include "family.h"

enum { TERMS_LEAST = 3, TERMS_MOST = 6 };

/* The unbounded metalog's value for x: its log and logit transforms. */
static double remove_bounds(double x, double low, double high) {
  if (isinf(low) && isinf(high)) return x;
  if (isinf(high)) return pil_log(x - low);
  if (isinf(low)) return -pil_log(high - x);
  return pil_log((x - low) / (high - x));
}

static void fill_basis(double p, double *basis) {
  double q = 1 - p, logit = pil_log(p / q), centred = p - 0.5, square = centred * centred;
  const double all[TERMS_MOST] = {1, logit, centred * logit, centred, square, square * logit};
  memcpy(basis, all, sizeof all);
}

/* Gauss with partial pivoting on rows of n coefficients and the right side; false: singular. */
static bool solve(double rows[TERMS_MOST][TERMS_MOST + 1], size_t n, double *solution) {
  for (size_t column = 0; column < n; column++) {
    size_t pivot = column;
    for (size_t i = column + 1; i < n; i++) {
      if (fabs(rows[i][column]) > fabs(rows[pivot][column])) pivot = i;
    }
    if (!(fabs(rows[pivot][column]) > 1e-13)) return false;
    for (size_t j = 0; j <= n; j++) {
      double kept = rows[column][j];
      rows[column][j] = rows[pivot][j];
      rows[pivot][j] = kept;
    }
    for (size_t i = column + 1; i < n; i++) {
      double factor = rows[i][column] / rows[column][column];
      for (size_t j = column; j <= n; j++) rows[i][j] -= factor * rows[column][j];
    }
  }
  for (size_t i = n; i-- > 0;) {
    double sum = rows[i][n];
    for (size_t j = i + 1; j < n; j++) sum -= rows[i][j] * solution[j];
    solution[i] = sum / rows[i][i];
  }
  return true;
}

/* The quantile's slope times p q, which stays finite at both ends. */
static double slope_at(const double *a, double p, double q) {
  double centred = 0.5 * (p - q), pq = p * q, logit = pil_log(p / q);
  return a[1] + a[2] * (centred + pq * logit) + a[3] * pq + a[4] * 2 * centred * pq +
         a[5] * (2 * centred * pq * logit + centred * centred);
}

/* Monotone at logits from -37 to 37 in steps of 1/32, and in the limit beyond. */
static bool is_feasible(const double *a) {
  double left = a[1] - 0.5 * a[2] + 0.25 * a[5], right = a[1] + 0.5 * a[2] + 0.25 * a[5];
  double size = fabs(a[1]) + fabs(a[2]) + fabs(a[3]) + fabs(a[4]) + fabs(a[5]);
  if (left < -1e-14 * size || right < -1e-14 * size) return false;
  for (int i = -37 * 32; i <= 37 * 32; i++) {
    double small = pil_exp(-fabs(i / 32.0)), tail = small / (1 + small), rest = 1 / (1 + small);
    if (!(slope_at(a, i < 0 ? tail : rest, i < 0 ? rest : tail) > 0)) return false;
  }
  return true;
}

static bool check_points(const double *p, const double *x, size_t count, double low, double high,
                         pil_place at, pil_error *error) {
  if (count < TERMS_LEAST || count > TERMS_MOST) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "metalog needs 3 to 6 quantiles, but %zu %s given", count,
                         count == 1 ? "is" : "are");
  }
  if (!(low < high)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "min must be less than max, not %.10g and %.10g", low, high);
  }
  for (size_t i = 0; i < count; i++) {
    if (!(p[i] > 0 && p[i] < 1)) {
      return pil_error_set(error, PIL_FAILURE_INPUT, at,
                           "a quantile's share must lie between 0 and 1, not %.10g", p[i]);
    }
    if (!isfinite(x[i]) || !(x[i] > low && x[i] < high)) {
      return pil_error_set(error, PIL_FAILURE_INPUT, at,
                           "the value %.10g must lie between min and max", x[i]);
    }
    if (i > 0 && !(p[i] > p[i - 1] && x[i] > x[i - 1])) {
      return pil_error_set(error, PIL_FAILURE_INPUT, at,
                           "quantiles must rise: %.10g at %.10g follows %.10g at %.10g", x[i], p[i],
                           x[i - 1], p[i - 1]);
    }
  }
  return true;
}

bool pil_distribution_build_metalog(pil_arena *arena, const double *p, const double *x,
                                    size_t count, double low, double high, pil_place at,
                                    pil_distribution *out, pil_error *error) {
  PIL_TRY(check_points(p, x, count, low, high, at, error));
  double rows[TERMS_MOST][TERMS_MOST + 1];
  double *terms = pil_arena_array(arena, TERMS_MOST, sizeof *terms);
  if (terms == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    double basis[TERMS_MOST];
    fill_basis(p[i], basis);
    memcpy(rows[i], basis, count * sizeof *basis);
    rows[i][count] = remove_bounds(x[i], low, high);
  }
  if (!solve(rows, count, terms) || !is_feasible(terms)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "no metalog rises through these %zu quantiles; use fewer of them, or "
                         "less uneven ones",
                         count);
  }
  *out = (pil_distribution){.family = PIL_FAMILY_metalog,
                            .parameters = {low, high},
                            .low = -HUGE_VAL,
                            .high = HUGE_VAL,
                            .low_q = 1,
                            .high_p = 1,
                            .mass = 1,
                            .count = count,
                            .values = terms};
  return true;
}
