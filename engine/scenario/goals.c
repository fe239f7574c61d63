/* The `outputs:` section: unit, goal and direction of each output.
 * SPDX-License-Identifier: Apache-2.0 */
#include "goals.h"

#include <stdio.h>
#include <string.h>

#include "../base/text.h"
#include "../study/months.h"

static const struct {
  const char *words;
  pil_relation relation;
} relations[] = {
    {"at least ", PIL_AT_LEAST},
    {"at most ", PIL_AT_MOST},
    {"above ", PIL_ABOVE},
    {"below ", PIL_BELOW},
};

static bool read_test(const pil_value *test, const char *what, pil_arena *arena, pil_goal *goal,
                      pil_error *error) {
  static const char expected[] = "\"at least\", \"at most\", \"above\" or \"below\" and a number";
  if (test->kind != PIL_KIND_TEXT) return pil_value_refuse(test, what, expected, error);
  goal->text = test->text;
  for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
    size_t length = strlen(relations[i].words);
    if (strncmp(goal->text, relations[i].words, length) != 0) continue;
    const char *number = goal->text + length;
    pil_value *threshold;
    pil_error problem;
    if (!pil_value_read_scalar(arena, test->at, number, strlen(number), &threshold, &problem))
      return pil_error_set(error, problem.failure, test->at, "%s: %s", what, problem.text);
    PIL_TRY(pil_value_get_number(threshold, what, &goal->threshold, error));
    goal->relation = relations[i].relation;
    return true;
  }
  return pil_value_refuse(test, what, expected, error);
}

/* `by: 24` beside a test of a series, or alone for an output that is itself a month. */
static bool read_month(const pil_value *by, const char *what, pil_arena *arena, pil_goal *goal,
                       pil_error *error) {
  const char *item = pil_arena_format(arena, "%s: by (a month)", what);
  uint64_t month;
  if (item == NULL) return pil_error_memory(error);
  PIL_TRY(pil_value_get_whole(by, item, 1, PIL_MONTHS_MOST, &month, error));
  goal->by = (uint32_t)month;
  goal->is_of_month = goal->relation == PIL_RELATION_NONE;
  if (goal->is_of_month) {
    goal->relation = PIL_AT_MOST;
    goal->threshold = (double)month;
  }
  goal->text = goal->is_of_month ? pil_arena_format(arena, "by month %u", goal->by)
                                 : pil_arena_format(arena, "%s by month %u", goal->text, goal->by);
  return goal->text != NULL || pil_error_memory(error);
}

static bool read_goal(const pil_value *value, const char *output, pil_arena *arena, pil_goal *goal,
                      pil_error *error) {
  static const char *const keys[] = {"test", "by", "chance", "required", NULL};
  const char *what = pil_arena_format(arena, "output \"%s\": goal", output);
  if (what == NULL) return pil_error_memory(error);
  goal->chance = 0.5;
  goal->at = value->at;
  if (value->kind != PIL_KIND_MAP) return read_test(value, what, arena, goal, error);
  PIL_TRY(pil_value_check_keys(value, what, keys, error));
  const pil_value *test = pil_value_find(value, "test");
  const pil_value *chance = pil_value_find(value, "chance");
  const pil_value *required = pil_value_find(value, "required");
  const pil_value *by = pil_value_find(value, "by");
  if (test == NULL && by == NULL)
    return pil_value_refuse(value, what, "a test such as \"test: at least 0\"", error);
  if (test != NULL) PIL_TRY(read_test(test, what, arena, goal, error));
  if (by != NULL) PIL_TRY(read_month(by, what, arena, goal, error));
  if (required != NULL) PIL_TRY(pil_value_get_boolean(required, what, &goal->required, error));
  if (chance == NULL) return true;
  PIL_TRY(pil_value_get_number(chance, what, &goal->chance, error));
  if (!(goal->chance > 0 && goal->chance <= 1)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, chance->at,
                         "%s: chance is a probability above 0 and at most 1, not %s", what, chance->text);
  }
  return true;
}

static bool read_better(const pil_value *value, const char *output, pil_output_spec *spec,
                        pil_arena *arena, pil_error *error) {
  bool wants_low = spec->goal.relation == PIL_AT_MOST || spec->goal.relation == PIL_BELOW;
  if (spec->goal.relation != PIL_RELATION_NONE)
    spec->better = wants_low ? PIL_BETTER_LOWER : PIL_BETTER_HIGHER;
  if (value == NULL) return true;
  const char *word, *what = pil_arena_format(arena, "output \"%s\": better", output);
  if (what == NULL) return pil_error_memory(error);
  PIL_TRY(pil_value_get_text(value, what, &word, error));
  if (strcmp(word, "higher") != 0 && strcmp(word, "lower") != 0)
    return pil_value_refuse(value, what, "\"higher\" or \"lower\"", error);
  spec->better = strcmp(word, "lower") == 0 ? PIL_BETTER_LOWER : PIL_BETTER_HIGHER;
  return true;
}

/* Names joined by dots, each an identifier. */
static bool is_output_name(const char *name) {
  char part[128];
  for (;;) {
    const char *dot = strchr(name, '.');
    size_t length = dot == NULL ? strlen(name) : (size_t)(dot - name);
    if (length >= sizeof part) return false;
    memcpy(part, name, length);
    part[length] = '\0';
    if (!pil_text_is_name(part)) return false;
    if (dot == NULL) return true;
    name = dot + 1;
  }
}

static bool read_output(pil_arena *arena, const pil_entry *entry, pil_output_spec *spec,
                        pil_error *error) {
  static const char *const keys[] = {"unit", "about", "goal", "better", NULL};
  const char *what = pil_arena_format(arena, "output \"%s\"", entry->key);
  if (what == NULL) return pil_error_memory(error);
  if (!is_output_name(entry->key)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                         "outputs: \"%s\" cannot be an output's name; a name is letters, digits and "
                         "underscores, as the script returns it",
                         entry->key);
  }
  *spec = (pil_output_spec){.name = entry->key, .unit = "", .about = ""};
  if (entry->value->kind == PIL_KIND_NULL) return true;
  PIL_TRY(pil_value_get_map(entry->value, what, error));
  PIL_TRY(pil_value_check_keys(entry->value, what, keys, error));
  const pil_value *unit = pil_value_find(entry->value, "unit");
  const pil_value *about = pil_value_find(entry->value, "about");
  const pil_value *goal = pil_value_find(entry->value, "goal");
  char item[300];
  snprintf(item, sizeof item, "%s: unit", what);
  if (unit != NULL) PIL_TRY(pil_value_get_text(unit, item, &spec->unit, error));
  snprintf(item, sizeof item, "%s: about", what);
  if (about != NULL) PIL_TRY(pil_value_get_text(about, item, &spec->about, error));
  if (goal != NULL) PIL_TRY(read_goal(goal, entry->key, arena, &spec->goal, error));
  return read_better(pil_value_find(entry->value, "better"), entry->key, spec, arena, error);
}

bool pil_goals_read(pil_arena *arena, const pil_value *outputs, pil_output_spec **specs,
                    size_t *spec_count, pil_error *error) {
  *specs = NULL;
  *spec_count = 0;
  if (outputs == NULL) return true;
  PIL_TRY(pil_value_get_map(outputs, "outputs", error));
  pil_output_spec *list = pil_arena_array(arena, outputs->count, sizeof *list);
  if (list == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < outputs->count; i++)
    PIL_TRY(read_output(arena, &outputs->entries[i], &list[i], error));
  *specs = list;
  *spec_count = outputs->count;
  return true;
}
