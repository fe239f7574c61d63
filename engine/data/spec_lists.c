/* Reading the distributions that are built from lists or data.
 * SPDX-License-Identifier: Apache-2.0 */
#include "spec_lists.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool parse_form(const pil_spec_form *form, pil_spec *out, pil_error *error);

static bool refuse(const pil_spec_form *form, pil_place at, const char *problem, pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s: %s: %s", form->what, form->record->name,
                       problem);
}

/* The value of a parameter: by name in a map, by position in a list of lists; a flat list is
 * the first parameter itself. */
static const pil_value *find_part(const pil_spec_form *form, const char *name, size_t position) {
  const pil_value *value = form->value;
  if (value->kind == PIL_KIND_MAP) return pil_value_find(value, name);
  if (value->kind != PIL_KIND_LIST) return NULL;
  bool nested = value->count > 0 && value->items[0]->kind == PIL_KIND_LIST;
  if (!nested) return position == 0 ? value : NULL;
  return position < value->count ? value->items[position] : NULL;
}

static bool check_parts(const pil_spec_form *form, const char *const *keys, size_t count,
                        pil_error *error) {
  char what[160];
  snprintf(what, sizeof what, "%s: %s", form->what, form->record->name);
  if (form->value->kind == PIL_KIND_MAP)
    return pil_value_check_keys(form->value, what, keys, error);
  if (form->value->kind != PIL_KIND_LIST)
    return pil_value_refuse(form->value, what, form->record->parameters, error);
  const pil_value *list = form->value;
  if (list->count > 0 && list->items[0]->kind == PIL_KIND_LIST && list->count > count)
    return refuse(form, list->items[count]->at, "too many lists", error);
  return true;
}

static bool get_list(const pil_spec_form *form, const char *name, size_t position,
                     const pil_value **list, pil_error *error) {
  char what[160];
  snprintf(what, sizeof what, "%s: %s: %s", form->what, form->record->name, name);
  *list = find_part(form, name, position);
  if (*list == NULL)
    return pil_error_set(error, PIL_FAILURE_INPUT, form->value->at, "%s is missing", what);
  PIL_TRY(pil_value_get_list(*list, what, error));
  if ((*list)->count > 0) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, (*list)->at, "%s: the list is empty", what);
}

static bool get_numbers(const pil_spec_form *form, const char *name, const pil_value *list,
                        const double **numbers, pil_error *error) {
  double *filled = pil_arena_array(form->arena, list->count, sizeof *filled);
  if (filled == NULL) return pil_error_memory(error);
  char what[160];
  for (size_t i = 0; i < list->count; i++) {
    snprintf(what, sizeof what, "%s: %s: %s, item %zu", form->what, form->record->name, name,
             i + 1);
    PIL_TRY(pil_value_get_number(list->items[i], what, &filled[i], error));
  }
  *numbers = filled;
  return true;
}

/* Optional weights, as many as there are values, none negative, not all zero. */
static bool get_weights(const pil_spec_form *form, size_t count, const double **weights,
                        pil_error *error) {
  *weights = NULL;
  if (find_part(form, "weights", 1) == NULL) return true;
  const pil_value *list;
  PIL_TRY(get_list(form, "weights", 1, &list, error));
  if (list->count != count) {
    char problem[96];
    snprintf(problem, sizeof problem, "%zu weights for %zu values", list->count, count);
    return refuse(form, list->at, problem, error);
  }
  PIL_TRY(get_numbers(form, "weights", list, weights, error));
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    if (!((*weights)[i] >= 0))
      return refuse(form, list->items[i]->at, "a weight must not be negative", error);
    total += (*weights)[i];
  }
  if (total > 0 && isfinite(total)) return true;
  return refuse(form, list->at, "the weights must have a finite sum above 0", error);
}

static bool parse_discrete(const pil_spec_form *form, pil_spec *out, pil_error *error) {
  static const char *const keys[] = {"values", "weights", NULL};
  const pil_value *list;
  const double *weights;
  PIL_TRY(check_parts(form, keys, 2, error));
  PIL_TRY(get_list(form, "values", 0, &list, error));
  for (size_t i = 0; i < list->count; i++) {
    pil_kind kind = list->items[i]->kind;
    if (kind == PIL_KIND_LIST || kind == PIL_KIND_MAP || kind == PIL_KIND_NULL)
      return refuse(form, list->items[i]->at, "each value must be a number, a text, true or false",
                    error);
  }
  PIL_TRY(get_weights(form, list->count, &weights, error));
  out->choices = (const pil_value *const *)list->items;
  out->choice_count = list->count;
  return pil_distribution_build_list(form->arena, PIL_FAMILY_discrete, NULL, weights, list->count,
                                     form->value->at, &out->distribution, error);
}

/* ---- data ---- */

static bool get_column(const pil_spec_form *form, const char *key, const pil_csv_column **column,
                       size_t *row_count, const size_t **rows, pil_error *error) {
  const pil_value *file = pil_value_find(form->value, "file");
  const pil_value *table = file != NULL ? file : pil_value_find(form->value, "data");
  const pil_value *name = pil_value_find(form->value, key);
  if (name == NULL) {
    char problem[64];
    snprintf(problem, sizeof problem, "\"%s\" must name a column of the data", key);
    return refuse(form, form->value->at, problem, error);
  }
  const char *ignored;
  char what[160];
  snprintf(what, sizeof what, "%s: %s", form->what, form->record->name);
  if (file != NULL && pil_value_find(form->value, "data") != NULL)
    return refuse(form, file->at, "expected data: or file:, found both", error);
  PIL_TRY(pil_value_get_text(table, what, &ignored, error));
  PIL_TRY(pil_value_get_text(name, what, &ignored, error));
  if (form->tables == NULL)
    return refuse(form, table->at, "data can be drawn from in inputs only", error);
  PIL_TRY(form->tables->column(form->tables->context, table, file != NULL, name, column, row_count, rows, error));
  if ((*column)->numbers != NULL) return true;
  return refuse(form, name->at, "the column holds texts, not numbers", error);
}

/* The present numbers of a column's kept rows. */
static bool get_present(const pil_spec_form *form, const char *key, double **values, size_t *count,
                        pil_error *error) {
  const pil_csv_column *column;
  size_t row_count;
  const size_t *rows;
  PIL_TRY(get_column(form, key, &column, &row_count, &rows, error));
  *values = pil_arena_array(form->arena, row_count, sizeof **values);
  *count = 0;
  if (*values == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < row_count; i++) {
    double value = column->numbers[rows != NULL ? rows[i] : i];
    if (!isnan(value)) (*values)[(*count)++] = value;
  }
  if (*count > 0) return true;
  return refuse(form, form->value->at, "the column holds no numbers in the rows kept", error);
}

static bool parse_empirical(const pil_spec_form *form, pil_spec *out, pil_error *error) {
  static const char *const keys[] = {"values", "weights", NULL};
  static const char *const data_keys[] = {"data", "file", "column", NULL};
  const double *weights = NULL, *values;
  size_t count;
  if (pil_value_find(form->value, "data") != NULL || pil_value_find(form->value, "file") != NULL) {
    double *present;
    PIL_TRY(check_parts(form, data_keys, 2, error));
    PIL_TRY(get_present(form, "column", &present, &count, error));
    values = present;
  } else {
    const pil_value *list;
    PIL_TRY(check_parts(form, keys, 2, error));
    PIL_TRY(get_list(form, "values", 0, &list, error));
    count = list->count;
    PIL_TRY(get_numbers(form, "values", list, &values, error));
    PIL_TRY(get_weights(form, count, &weights, error));
  }
  return pil_distribution_build_list(form->arena, PIL_FAMILY_empirical, values, weights, count,
                                     form->value->at, &out->distribution, error);
}

/* Observed shares: how many of the present cells are true (or 1). */
static bool parse_proportion(const pil_spec_form *form, pil_spec *out, pil_error *error) {
  static const char *const keys[] = {"data", "file", "of", NULL};
  double *values, parameters[2] = {0, 0};
  size_t count;
  PIL_TRY(check_parts(form, keys, 2, error));
  PIL_TRY(get_present(form, "of", &values, &count, error));
  for (size_t i = 0; i < count; i++) {
    if (values[i] != 0 && values[i] != 1)
      return refuse(form, pil_value_find(form->value, "of")->at,
                    "the column must hold true/false or 1/0 only", error);
    parameters[0] += values[i];
  }
  parameters[1] = (double)count;
  return pil_distribution_build(form->arena, PIL_FAMILY_proportion, parameters, 2, form->value->at,
                                &out->distribution, error);
}

/* ---- metalog ---- */

typedef struct quantile {
  double p, x;
} quantile;

static int by_p(const void *a, const void *b) {
  double left = ((const quantile *)a)->p, right = ((const quantile *)b)->p;
  return (left > right) - (left < right);
}

/* A probability: 0.05, or p5 for 5 %. */
static bool read_probability(const char *key, double *p) {
  bool percent = key[0] == 'p';
  const char *digits = key + percent;
  char *end;
  if (strspn(digits, "0123456789.eE-") != strlen(digits) || *digits == '\0') return false;
  *p = strtod(digits, &end) / (percent ? 100 : 1);
  return *end == '\0' && *p > 0 && *p < 1;
}

static bool get_quantiles(const pil_spec_form *form, const pil_value *map, quantile *quantiles,
                          pil_error *error) {
  for (size_t i = 0; i < map->count; i++) {
    char what[160];
    const pil_entry *entry = &map->entries[i];
    if (!read_probability(entry->key, &quantiles[i].p))
      return refuse(form, entry->key_at,
                    "a quantile's key must be a probability such as 0.05 or p5", error);
    snprintf(what, sizeof what, "%s: metalog: %s", form->what, entry->key);
    PIL_TRY(pil_value_get_number(entry->value, what, &quantiles[i].x, error));
  }
  qsort(quantiles, map->count, sizeof *quantiles, by_p);
  return true;
}

static bool parse_metalog(const pil_spec_form *form, pil_spec *out, pil_error *error) {
  static const char *const keys[] = {"quantiles", "min", "max", NULL};
  enum { MOST = 6 };
  quantile quantiles[MOST];
  double p[MOST], x[MOST], low = -INFINITY, high = INFINITY;
  if (form->value->kind != PIL_KIND_MAP)
    return pil_value_refuse(form->value, form->what, "metalog: {quantiles: {p5: …, …}}", error);
  PIL_TRY(check_parts(form, keys, 3, error));
  const pil_value *map = pil_value_find(form->value, "quantiles");
  const pil_value *min = pil_value_find(form->value, "min");
  const pil_value *max = pil_value_find(form->value, "max");
  if (map == NULL || map->kind != PIL_KIND_MAP || map->count < 3 || map->count > MOST)
    return refuse(form, map != NULL ? map->at : form->value->at,
                  "quantiles must be a map of 3 to 6, such as {p5: 8, p50: 10, p95: 15}", error);
  PIL_TRY(get_quantiles(form, map, quantiles, error));
  for (size_t i = 0; i < map->count; i++) {
    p[i] = quantiles[i].p;
    x[i] = quantiles[i].x;
    if (i > 0 && !(p[i - 1] < p[i]))
      return refuse(form, map->at, "one probability is given twice", error);
  }
  if (min != NULL) PIL_TRY(pil_value_get_number(min, "metalog: min", &low, error));
  if (max != NULL) PIL_TRY(pil_value_get_number(max, "metalog: max", &high, error));
  pil_error problem;
  if (pil_distribution_build_metalog(form->arena, p, x, map->count, low, high, form->value->at,
                                     &out->distribution, &problem))
    return true;
  if (problem.failure == PIL_FAILURE_MEMORY) return pil_error_memory(error);
  return refuse(form, map->at, problem.text, error);
}

/* ---- mixture ---- */

static bool parse_mixture(const pil_spec_form *form, pil_spec *out, pil_error *error) {
  static const char *const keys[] = {"of", "weights", NULL};
  const pil_value *list;
  const double *weights;
  PIL_TRY(check_parts(form, keys, 2, error));
  PIL_TRY(get_list(form, "of", 0, &list, error));
  PIL_TRY(get_weights(form, list->count, &weights, error));
  const pil_distribution **parts = pil_arena_array(form->arena, list->count, sizeof *parts);
  if (parts == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < list->count; i++) {
    pil_spec *part = pil_arena_new(form->arena, sizeof *part);
    if (part == NULL) return pil_error_memory(error);
    const pil_value *each = pil_value_find(list->items[i], "each");
    if (each != NULL) return refuse(form, each->at, "each belongs to the whole, not to a part", error);
    PIL_TRY(pil_spec_parse(form->arena, list->items[i], form->what, form->tables, part, error));
    if (part->draws != PIL_DRAW_REAL && part->draws != PIL_DRAW_COUNT)
      return refuse(form, list->items[i]->at, "its parts must draw numbers", error);
    parts[i] = &part->distribution;
  }
  return pil_distribution_build_mixture(form->arena, parts, weights, list->count, form->value->at,
                                        &out->distribution, error);
}

bool pil_spec_parse_listed(const pil_spec_form *form, pil_spec *out, bool *handled,
                           pil_error *error) {
  parse_form *parse = NULL;
  switch (pil_family_index(form->record)) {
    case PIL_FAMILY_discrete: parse = parse_discrete; break;
    case PIL_FAMILY_empirical: parse = parse_empirical; break;
    case PIL_FAMILY_metalog: parse = parse_metalog; break;
    case PIL_FAMILY_mixture: parse = parse_mixture; break;
    case PIL_FAMILY_proportion:
      if (form->value->kind == PIL_KIND_MAP &&
          (pil_value_find(form->value, "data") != NULL || pil_value_find(form->value, "file") != NULL))
        parse = parse_proportion;
      break;
    default: break;
  }
  *handled = parse != NULL;
  return parse == NULL || parse(form, out, error);
}
