/* Builds distributions and refuses what cannot be one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/real.h"
#include "family.h"

static pil_distribution start(pil_family family) {
  return (pil_distribution){
      .family = family, .low = -HUGE_VAL, .high = HUGE_VAL, .low_q = 1, .high_p = 1, .mass = 1};
}

bool pil_distribution_build(pil_arena *arena, pil_family family, const double *parameters,
                            int count, pil_place at, pil_distribution *out, pil_error *error) {
  (void)arena;
  char problem[256];
  *out = start(family);
  for (int i = 0; i < count && i < PIL_PARAMETERS; i++) out->parameters[i] = parameters[i];
  if (pil_family_check(family, out->parameters, count, problem, sizeof problem) == NULL) {
    return true;
  }
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s", problem);
}

bool pil_distribution_build_range(pil_arena *arena, double p5, double p95, pil_place at,
                                  pil_distribution *out, pil_error *error) {
  static const char *const names[2] = {"p5", "p95"};
  const double values[2] = {p5, p95};
  pil_family family = p5 > 0 && p95 > 0 ? PIL_FAMILY_lognormal : PIL_FAMILY_normal;
  double parameters[PIL_PARAMETERS];
  int count;
  char problem[256];
  if (!(p5 < p95)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "a range runs from its lower to its upper end, not %.10g to %.10g", p5,
                         p95);
  }
  if (!pil_family_convert(family, names, values, 2, parameters, &count, problem, sizeof problem)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s", problem);
  }
  return pil_distribution_build(arena, family, parameters, count, at, out, error);
}

/* Cumulative shares of `weights` (NULL: equal), the last exactly 1. */
static const double *accumulate(pil_arena *arena, const double *weights, size_t count, pil_place at,
                                pil_error *error) {
  double *cumulative = pil_arena_array(arena, count, sizeof *cumulative);
  if (cumulative == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    double weight = weights == NULL ? 1 : weights[i];
    if (!(weight >= 0) || isinf(weight)) {
      pil_error_set(error, PIL_FAILURE_INPUT, at,
                    "weight %zu must be a number, 0 or more, not %.10g", i + 1, weight);
      return NULL;
    }
    total += weight;
    cumulative[i] = total;
  }
  if (!(total > 0) || isinf(total)) {
    pil_error_set(error, PIL_FAILURE_INPUT, at, "the weights must add up to more than 0");
    return NULL;
  }
  for (size_t i = 0; i < count; i++) cumulative[i] /= total;
  for (size_t i = count; i > 0 && cumulative[i - 1] >= cumulative[count - 1]; i--) {
    cumulative[i - 1] = 1;
    if (weights == NULL || weights[i - 1] > 0) break;
  }
  return cumulative;
}

/* Where a search among many entries begins and ends: it then takes a step or two. */
static bool add_guide(pil_arena *arena, pil_distribution *list, pil_error *error) {
  enum { FEW = 16 };
  size_t size = 2 * FEW, entry = 0;
  if (list->cumulative == NULL) return false;
  if (list->count <= FEW || list->count >= UINT32_MAX) return true;
  while (size < list->count) size *= 2;
  uint32_t *guide = pil_arena_array(arena, size + 1, sizeof *guide);
  if (guide == NULL) return pil_error_memory(error);
  for (size_t i = 0; i <= size; i++) {
    while (list->cumulative[entry] < (double)i / (double)size) entry++; /* the last is 1 */
    guide[i] = (uint32_t)entry;
  }
  list->guide = guide;
  list->guide_count = size;
  return true;
}

typedef struct weighted_value {
  double value, weight;
} weighted_value;

static int compare_values(const void *left, const void *right) {
  double a = ((const weighted_value *)left)->value, b = ((const weighted_value *)right)->value;
  return (a > b) - (a < b);
}

/* Sorts a copy; equal values may come in any order, for their sum of weights is what counts. */
static bool sort_values(pil_arena *arena, const double *values, const double *weights, size_t count,
                        double **sorted, double **sorted_weights, pil_error *error) {
  weighted_value *pairs = pil_arena_array(arena, count, sizeof *pairs);
  *sorted = pil_arena_array(arena, count, sizeof **sorted);
  *sorted_weights = pil_arena_array(arena, count, sizeof **sorted_weights);
  if (pairs == NULL || *sorted == NULL || *sorted_weights == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    pairs[i] = (weighted_value){values[i], weights == NULL ? 1 : weights[i]};
  }
  qsort(pairs, count, sizeof *pairs, compare_values);
  for (size_t i = 0; i < count; i++) {
    (*sorted)[i] = pairs[i].value;
    (*sorted_weights)[i] = pairs[i].weight;
  }
  return true;
}

bool pil_distribution_build_list(pil_arena *arena, pil_family family, const double *values,
                                 const double *weights, size_t count, pil_place at,
                                 pil_distribution *out, pil_error *error) {
  *out = start(family);
  const char *name = pil_family_get(family)->name;
  if (count == 0) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s needs at least one value", name);
  }
  for (size_t i = 0; values != NULL && i < count; i++) {
    if (isfinite(values[i])) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "value %zu of %s is not a finite number",
                         i + 1, name);
  }
  out->count = count;
  if (family == PIL_FAMILY_empirical) {
    double *sorted, *sorted_weights;
    PIL_TRY(sort_values(arena, values, weights, count, &sorted, &sorted_weights, error));
    out->values = sorted;
    out->cumulative = accumulate(arena, weights == NULL ? NULL : sorted_weights, count, at, error);
    return add_guide(arena, out, error);
  }
  if (values != NULL) {
    double *copy = pil_arena_array(arena, count, sizeof *copy);
    if (copy == NULL) return pil_error_memory(error);
    memcpy(copy, values, count * sizeof *copy);
    out->values = copy;
  }
  out->cumulative = accumulate(arena, weights, count, at, error);
  return add_guide(arena, out, error);
}

bool pil_distribution_build_mixture(pil_arena *arena, const pil_distribution *const *components,
                                    const double *weights, size_t count, pil_place at,
                                    pil_distribution *out, pil_error *error) {
  *out = start(PIL_FAMILY_mixture);
  if (count == 0) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "mixture needs at least one distribution");
  }
  for (size_t i = 0; i < count; i++) {
    pil_draw_kind draws = pil_family_get(components[i]->family)->draws;
    if (draws != PIL_DRAW_CHOICE && draws != PIL_DRAW_BOOLEAN) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "a mixture is of numbers, not of %s",
                         pil_family_get(components[i]->family)->name);
  }
  const pil_distribution **copy = pil_arena_array(arena, count, sizeof *copy);
  if (copy == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) copy[i] = components[i];
  out->count = count;
  out->components = copy;
  out->cumulative = accumulate(arena, weights, count, at, error);
  return out->cumulative != NULL;
}
