/* Reading distributions from values. The families, their parameters and their order come from
 * one table (random/distribution.h); this file knows the notation only.
 * SPDX-License-Identifier: Apache-2.0 */
#include "spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "spec_lists.h"

/* The first is a distribution's name too; the others are options. */
static const char *const other_keys[] = {"range", "min", "max", "clamp", "unit", "about", "each"};
enum { OTHER_KEYS = sizeof other_keys / sizeof *other_keys };

static const char *key_at(const void *source, size_t index) {
  (void)source;
  if (index < PIL_FAMILY_COUNT) return pil_family_get((pil_family)index)->name;
  return other_keys[index - PIL_FAMILY_COUNT];
}

bool pil_spec_is_option(const char *key) {
  for (size_t i = 1; i < OTHER_KEYS; i++)
    if (strcmp(key, other_keys[i]) == 0) return true;
  return false;
}

/* ---- A to B ---- */

/* "A to B" with spaces or tabs around "to". */
static bool split_range(const char *text, const char *ends[2], size_t lengths[2]) {
  for (const char *to = strstr(text, "to"); to != NULL; to = strstr(to + 1, "to")) {
    size_t before = (size_t)(to - text), skipped;
    while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t')) before--;
    skipped = strspn(to + 2, " \t");
    if (before == 0 || text + before == to || skipped == 0 || to[2 + skipped] == '\0') continue;
    ends[0] = text + strspn(text, " \t");
    lengths[0] = (size_t)(text + before - ends[0]);
    ends[1] = to + 2 + skipped;
    lengths[1] = strlen(ends[1]);
    while (lengths[1] > 0 && strchr(" \t", ends[1][lengths[1] - 1]) != NULL) lengths[1]--;
    return true;
  }
  return false;
}

static bool parse_range(pil_arena *arena, const pil_value *value, const char *what,
                        pil_distribution *out, pil_error *error) {
  static const char expected[] = "a range such as 22 to 31";
  const char *ends[2];
  size_t lengths[2];
  double bounds[2];
  if (value->kind != PIL_KIND_TEXT || !split_range(value->text, ends, lengths))
    return pil_value_refuse(value, what, expected, error);
  for (int i = 0; i < 2; i++) {
    pil_value *end;
    PIL_TRY(pil_value_read_scalar(arena, value->at, ends[i], lengths[i], &end, error));
    if (end->kind != PIL_KIND_INTEGER && end->kind != PIL_KIND_NUMBER)
      return pil_value_refuse(value, what, expected, error);
    bounds[i] = end->number;
  }
  if (!(bounds[0] < bounds[1]))
    return pil_error_set(error, PIL_FAILURE_INPUT, value->at,
                         "%s: the first number of a range must be below the second, found \"%s\"",
                         what, value->text);
  return pil_distribution_build_range(arena, bounds[0], bounds[1], value->at, out, error);
}

/* ---- scalar families ---- */

typedef struct given {
  double values[PIL_SPEC_GIVEN];
  const char *names[PIL_SPEC_GIVEN];
  size_t count;
} given;

static bool take_number(given *parameters, const pil_value *value, const char *what,
                        const char *name, pil_error *error) {
  char item[160];
  snprintf(item, sizeof item, "%s: %s", what, name);
  PIL_TRY(pil_value_get_number(value, item, &parameters->values[parameters->count], error));
  parameters->names[parameters->count++] = name;
  return true;
}

static bool refuse_count(const pil_family_record *record, const pil_value *value, const char *what,
                         size_t found, pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: %s takes %s, found %zu number%s",
                       what, record->name, record->parameters, found, found == 1 ? "" : "s");
}

/* By position: a list, or one number for the first parameter. */
static bool take_positions(const pil_family_record *record, const pil_value *value,
                           const char *what, given *parameters, pil_error *error) {
  bool is_list = value->kind == PIL_KIND_LIST;
  size_t count = is_list ? value->count : 1;
  if (count < (size_t)record->required || count > (size_t)record->allowed)
    return refuse_count(record, value, what, count, error);
  for (size_t i = 0; i < count; i++)
    PIL_TRY(take_number(parameters, is_list ? value->items[i] : value, what,
                        record->parameter_names[i], error));
  return true;
}

static bool take_names(const pil_family_record *record, const pil_value *map, const char *what,
                       given *parameters, pil_error *error) {
  if (map->count > PIL_SPEC_GIVEN) return refuse_count(record, map, what, map->count, error);
  for (size_t i = 0; i < map->count; i++)
    PIL_TRY(take_number(parameters, map->entries[i].value, what, map->entries[i].key, error));
  return true;
}

static bool parse_scalar_family(pil_arena *arena, const pil_family_record *record,
                                const pil_value *value, const char *what, pil_distribution *out,
                                pil_error *error) {
  pil_family family = pil_family_index(record);
  given parameters = {.count = 0};
  if (value->kind == PIL_KIND_MAP) {
    double ordered[PIL_PARAMETERS];
    int count;
    char problem[256];
    PIL_TRY(take_names(record, value, what, &parameters, error));
    if (!pil_family_convert(family, parameters.names, parameters.values, parameters.count, ordered,
                            &count, problem, sizeof problem))
      return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: %s", what, problem);
    memcpy(parameters.values, ordered, sizeof ordered);
    parameters.count = (size_t)count;
  } else {
    if (value->kind != PIL_KIND_LIST && value->kind != PIL_KIND_INTEGER &&
        value->kind != PIL_KIND_NUMBER)
      return pil_value_refuse(value, what, record->parameters, error);
    PIL_TRY(take_positions(record, value, what, &parameters, error));
  }
  char problem[256];
  double checked[PIL_PARAMETERS] = {0};
  memcpy(checked, parameters.values, sizeof checked);
  const char *wrong =
      pil_family_check(family, checked, (int)parameters.count, problem, sizeof problem);
  if (wrong != NULL)
    return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: %s: %s", what, record->name,
                         wrong);
  return pil_distribution_build(arena, family, parameters.values, (int)parameters.count, value->at,
                                out, error);
}

/* ---- the whole ---- */

/* The one entry that says which distribution it is. */
static bool find_family(const pil_value *map, const char *what, const pil_entry **found,
                        pil_error *error) {
  *found = NULL;
  for (size_t i = 0; i < map->count; i++) {
    const pil_entry *entry = &map->entries[i];
    bool is_range = strcmp(entry->key, "range") == 0;
    if (pil_spec_is_option(entry->key)) continue;
    if (!is_range && pil_family_find(entry->key) == NULL) {
      const char *near =
          pil_text_nearest_of(entry->key, key_at, NULL, PIL_FAMILY_COUNT + OTHER_KEYS);
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "%s: unknown key \"%s\"%s%s%s",
                           what, entry->key,
                           near != NULL ? ", did you mean \""
                                        : "; expected a distribution such "
                                          "as normal or uniform",
                           near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    if (*found != NULL)
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                           "%s: two distributions given: %s and %s", what, (*found)->key,
                           entry->key);
    *found = entry;
  }
  if (*found != NULL) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, map->at,
                       "%s: no distribution given; expected one such as normal: {mean: 3, sd: 1} "
                       "or range: 22 to 31",
                       what);
}

static bool get_bound(const pil_value *map, const char *what, const char *key, double *bound,
                      pil_error *error) {
  const pil_value *value = pil_value_find(map, key);
  if (value == NULL) return true;
  char item[160];
  snprintf(item, sizeof item, "%s: %s", what, key);
  return pil_value_get_number(value, item, bound, error);
}

static bool bound(const pil_value *map, const char *what, pil_spec *spec, pil_error *error) {
  double low = -INFINITY, high = INFINITY;
  bool clamp = false;
  char item[160];
  const pil_value *clamped = pil_value_find(map, "clamp");
  PIL_TRY(get_bound(map, what, "min", &low, error));
  PIL_TRY(get_bound(map, what, "max", &high, error));
  snprintf(item, sizeof item, "%s: clamp", what);
  if (clamped != NULL) PIL_TRY(pil_value_get_boolean(clamped, item, &clamp, error));
  bool is_bounded = low > -INFINITY || high < INFINITY;
  if (clamp && !is_bounded)
    return pil_error_set(error, PIL_FAILURE_INPUT, clamped->at,
                         "%s: clamp needs min or max beside it", what);
  if (!is_bounded) return true;
  if (spec->draws == PIL_DRAW_CHOICE || spec->draws == PIL_DRAW_BOOLEAN)
    return pil_error_set(error, PIL_FAILURE_INPUT, map->at, "%s: %s takes no min or max", what,
                         pil_family_get(spec->distribution.family)->name);
  pil_error problem;
  if (pil_distribution_bound(&spec->distribution, low, high, clamp, map->at, &problem)) return true;
  return pil_error_set(error, problem.failure, map->at, "%s: %s", what, problem.text);
}

bool pil_spec_is(const pil_value *value) {
  const char *ends[2];
  size_t lengths[2];
  if (value->kind == PIL_KIND_TEXT) return split_range(value->text, ends, lengths);
  if (value->kind != PIL_KIND_MAP) return false;
  for (size_t i = 0; i < value->count; i++) {
    const char *key = value->entries[i].key;
    if (strcmp(key, "range") == 0 || pil_family_find(key) != NULL) return true;
  }
  return false;
}

/* Does what stands at a family's name fit it? A number alone is enough for few. */
static bool fits_family(const pil_entry *entry) {
  const pil_family_record *record = pil_family_find(entry->key);
  const pil_value *value = entry->value;
  if (record == NULL) return value->kind == PIL_KIND_TEXT && pil_spec_is(value);
  if (value->kind == PIL_KIND_LIST || value->kind == PIL_KIND_MAP) return true;
  bool number = value->kind == PIL_KIND_INTEGER || value->kind == PIL_KIND_NUMBER;
  return number && record->required == 1;
}

const pil_entry *pil_spec_family(const pil_value *value) {
  const pil_entry *found = NULL;
  for (size_t i = 0; value->kind == PIL_KIND_MAP && i < value->count; i++) {
    const pil_entry *entry = &value->entries[i];
    if (pil_spec_is_option(entry->key)) continue;
    bool named = strcmp(entry->key, "range") == 0 || pil_family_find(entry->key) != NULL;
    if (!named || found != NULL || !fits_family(entry)) return NULL;
    found = entry;
  }
  return found;
}

bool pil_spec_parse(pil_arena *arena, const pil_value *value, const char *what,
                    const pil_spec_tables *tables, pil_spec *out, pil_error *error) {
  *out = (pil_spec){.draws = PIL_DRAW_REAL};
  if (value->kind == PIL_KIND_TEXT) {
    PIL_TRY(parse_range(arena, value, what, &out->distribution, error));
    return pil_distribution_prepare(arena, &out->distribution, error);
  }
  const pil_entry *entry;
  if (value->kind != PIL_KIND_MAP)
    return pil_value_refuse(value, what, "a distribution such as 22 to 31 or {normal: [3, 1]}",
                            error);
  PIL_TRY(find_family(value, what, &entry, error));
  const pil_family_record *record = pil_family_find(entry->key);
  if (record == NULL) {
    PIL_TRY(parse_range(arena, entry->value, what, &out->distribution, error));
  } else {
    out->draws = record->draws;
    pil_spec_form form = {arena, record, entry->value, what, tables};
    bool handled = false;
    PIL_TRY(pil_spec_parse_listed(&form, out, &handled, error));
    if (!handled)
      PIL_TRY(parse_scalar_family(arena, record, entry->value, what, &out->distribution, error));
  }
  PIL_TRY(bound(value, what, out, error));
  return pil_distribution_prepare(arena, &out->distribution, error);
}
