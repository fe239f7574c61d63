/* What a backlog is for and what fits: goals: and portfolio:.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "../scenario/merge.h"
#include "backlog.h"

/* ---- goals ---- */

static const char *text_of(const pil_backlog *backlog, size_t item, size_t field) {
  const pil_item_source *source = &backlog->items.list[item].fields[field];
  if (!source->is_present || source->base.distribution != NULL) return NULL;
  const char *text = backlog->fields[field].choices[(size_t)source->base.constant];
  return text[strspn(text, " \t")] == '\0' ? NULL : text;
}

/* A goal is SMART when it says what is measured, how far and until when. */
static bool check_goals(const pil_backlog *backlog, const pil_value *named, pil_error *error) {
  static const char *const parts[] = {"metric", "target", "deadline"};
  if (named == NULL || named->kind != PIL_KIND_MAP) return true;
  for (size_t g = 0; g < named->count; g++) {
    const pil_entry *goal = &named->entries[g];
    PIL_TRY(pil_value_get_map(goal->value, "settings.goals", error));
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
      if (pil_value_find(goal->value, parts[p]) == NULL)
        return pil_error_set(error, PIL_FAILURE_INPUT, goal->key_at,
                             "settings.goals: goal \"%s\" has no %s; a goal says metric, target and deadline", goal->key,
                             parts[p]);
  }
  for (size_t i = 0; i < backlog->items.count; i++) {
    const char *goal = text_of(backlog, i, backlog->goal_field);
    if (goal == NULL || pil_value_find(named, goal) != NULL) continue;
    const char *near = pil_merge_nearest(named, goal);
    return pil_error_set(error, PIL_FAILURE_INPUT, backlog->entries[i].at,
                         "item \"%s\": %s: settings.goals has no \"%s\"%s%s%s", backlog->items.list[i].name,
                         backlog->fields[backlog->goal_field].name, goal, near ? ", did you mean \"" : "",
                         near ? near : "", near ? "\"?" : "");
  }
  return true;
}

/* No goal, no start: items without one are not ranked. */
static bool leave_out(pil_backlog *backlog, pil_place at, pil_error *error) {
  backlog->without_goal = pil_arena_array(&backlog->arena, backlog->items.count, sizeof *backlog->without_goal);
  if (backlog->without_goal == NULL) return pil_error_memory(error);
  size_t kept = 0;
  for (size_t i = 0; i < backlog->items.count; i++) {
    if (text_of(backlog, i, backlog->goal_field) == NULL) {
      backlog->without_goal[backlog->without_goal_count++] = backlog->items.list[i].name;
      continue;
    }
    backlog->items.list[kept] = backlog->items.list[i];
    backlog->entries[kept++] = backlog->entries[i];
  }
  backlog->items.count = kept;
  return kept > 0 || pil_error_set(error, PIL_FAILURE_INPUT, at, "goals: no item has a goal, so none may start");
}

bool pil_backlog_read_goals(pil_backlog *backlog, pil_error *error) {
  static const char *const keys[] = {"field", "required", "about", NULL};
  const pil_value *goals = pil_value_find(backlog->root, "goals");
  backlog->goal_field = SIZE_MAX;
  if (goals == NULL) return true;
  PIL_TRY(pil_value_get_map(goals, "goals", error));
  PIL_TRY(pil_value_check_keys(goals, "goals", keys, error));
  const pil_value *field = pil_value_find(goals, "field"), *required = pil_value_find(goals, "required");
  const char *name;
  if (field == NULL) return pil_value_refuse(goals, "goals", "field: NAME, the items' field that holds their goal", error);
  PIL_TRY(pil_value_get_text(field, "goals: field", &name, error));
  PIL_TRY(pil_backlog_find_field(backlog, name, "goals: field", field->at, &backlog->goal_field, error));
  if (backlog->fields[backlog->goal_field].kind != PIL_FIELD_TEXT)
    return pil_error_set(error, PIL_FAILURE_INPUT, field->at, "goals: field \"%s\" holds no texts", name);
  if (required != NULL) PIL_TRY(pil_value_get_boolean(required, "goals: required", &backlog->goal_required, error));
  PIL_TRY(check_goals(backlog, pil_value_find(backlog->settings, "goals"), error));
  return !backlog->goal_required || leave_out(backlog, goals->at, error);
}

/* ---- portfolio ---- */

typedef struct need_list {
  pil_need *needs;
  size_t count, capacity;
} need_list;

static bool is_left_out(const pil_backlog *backlog, const char *name) {
  for (size_t i = 0; i < backlog->without_goal_count; i++)
    if (strcmp(backlog->without_goal[i], name) == 0) return true;
  return false;
}

/* An item that is left out for want of a goal cannot be started. */
static bool find_started(const pil_backlog *backlog, const char *name, const char *what, pil_place at,
                         size_t *item, pil_error *error) {
  if (is_left_out(backlog, name))
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s: \"%s\" has no goal, so it cannot be started", what, name);
  return pil_backlog_find_item(backlog, name, what, at, item, error);
}

/* What needs an item without a goal cannot be started either. */
static bool block(pil_backlog *backlog, size_t item, const char *needed, pil_error *error) {
  pil_backlog_portfolio *portfolio = &backlog->portfolio;
  if (portfolio->blockers == NULL)
    portfolio->blockers = pil_arena_array(&backlog->arena, backlog->items.count, sizeof *portfolio->blockers);
  if (portfolio->blockers == NULL) return pil_error_memory(error);
  portfolio->blockers[item] = needed;
  return true;
}

static bool add_need(pil_backlog *backlog, need_list *list, size_t item, const char *needed, pil_place at,
                     pil_error *error) {
  size_t other;
  if (is_left_out(backlog, needed)) return block(backlog, item, needed, error);
  PIL_TRY(pil_backlog_find_item(backlog, needed, "portfolio: needs", at, &other, error));
  if (list->count == list->capacity) {
    size_t capacity = 2 * list->capacity + 32;
    pil_need *grown = pil_arena_array(&backlog->arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(error);
    if (list->count > 0) memcpy(grown, list->needs, list->count * sizeof *grown);
    list->needs = grown;
    list->capacity = capacity;
  }
  list->needs[list->count++] = (pil_need){(uint32_t)item, (uint32_t)other};
  return true;
}

/* needs: {checkout: [login, search]}. */
static bool read_need_map(pil_backlog *backlog, const pil_value *needs, need_list *list, pil_error *error) {
  for (size_t i = 0; i < needs->count; i++) {
    const pil_entry *entry = &needs->entries[i];
    size_t item;
    bool several = entry->value->kind == PIL_KIND_LIST;
    if (is_left_out(backlog, entry->key)) continue; /* it is not started in any case */
    PIL_TRY(pil_backlog_find_item(backlog, entry->key, "portfolio: needs", entry->key_at, &item, error));
    for (size_t n = 0; n < (several ? entry->value->count : 1); n++) {
      const pil_value *one = several ? entry->value->items[n] : entry->value;
      const char *name;
      PIL_TRY(pil_value_get_text(one, "portfolio: needs", &name, error));
      PIL_TRY(add_need(backlog, list, item, name, one->at, error));
    }
  }
  return true;
}

/* needs: FIELD: the items' own texts, names between semicolons. */
static bool read_need_field(pil_backlog *backlog, const pil_value *needs, need_list *list, pil_error *error) {
  const char *field_name;
  size_t field;
  PIL_TRY(pil_value_get_text(needs, "portfolio: needs", &field_name, error));
  PIL_TRY(pil_backlog_find_field(backlog, field_name, "portfolio: needs", needs->at, &field, error));
  if (backlog->fields[field].kind != PIL_FIELD_TEXT)
    return pil_error_set(error, PIL_FAILURE_INPUT, needs->at, "portfolio: needs: field \"%s\" holds no texts", field_name);
  for (size_t i = 0; i < backlog->items.count; i++) {
    const char *text = text_of(backlog, i, field);
    while (text != NULL && *text != '\0') {
      size_t length = strcspn(text, ";"), start = strspn(text, " \t");
      size_t end = length;
      while (end > start && (text[end - 1] == ' ' || text[end - 1] == '\t')) end--;
      if (end > start) {
        const char *name = pil_arena_copy(&backlog->arena, text + start, end - start);
        if (name == NULL) return pil_error_memory(error);
        PIL_TRY(add_need(backlog, list, i, name, backlog->entries[i].at, error));
      }
      text += length + (text[length] == ';');
    }
  }
  return true;
}

static bool refuse_circle(pil_backlog *backlog, pil_place at, pil_error *error) {
  const uint32_t *circle;
  size_t count;
  pil_text text = {0};
  PIL_TRY(pil_portfolio_circle(&backlog->portfolio.spec, &backlog->arena, &circle, &count, error));
  if (count == 0) return true;
  for (size_t i = 0; i <= count; i++)
    pil_text_format(&text, "%s\"%s\"", i == 0 ? "" : " needs ", backlog->items.list[circle[i % count]].name);
  pil_error_set(error, PIL_FAILURE_INPUT, at, "portfolio: needs go in a circle: %s", pil_text_get(&text));
  pil_text_free(&text);
  return false;
}

static bool read_needs(pil_backlog *backlog, const pil_value *needs, pil_error *error) {
  need_list list = {0};
  if (needs == NULL) return true;
  if (needs->kind == PIL_KIND_MAP) PIL_TRY(read_need_map(backlog, needs, &list, error));
  else if (needs->kind == PIL_KIND_TEXT) PIL_TRY(read_need_field(backlog, needs, &list, error));
  else return pil_value_refuse(needs, "portfolio: needs", "{ITEM: [ITEM, …]}, or the name of the items' field that names them", error);
  backlog->portfolio.spec.needs = list.needs;
  backlog->portfolio.spec.need_count = list.count;
  return refuse_circle(backlog, needs->at, error);
}

/* required: or excluded: a list of items. */
static bool read_marks(pil_backlog *backlog, const pil_value *names, const char *what, const bool **out,
                       pil_error *error) {
  if (names == NULL) return true;
  PIL_TRY(pil_value_get_list(names, what, error));
  bool *marks = pil_arena_array(&backlog->arena, backlog->items.count, sizeof *marks);
  if (marks == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < names->count; i++) {
    const char *name;
    size_t item;
    PIL_TRY(pil_value_get_text(names->items[i], what, &name, error));
    PIL_TRY(find_started(backlog, name, what, names->items[i]->at, &item, error));
    marks[item] = true;
  }
  *out = marks;
  return true;
}

static bool exclude_blocked(pil_backlog *backlog, pil_error *error) {
  pil_backlog_portfolio *portfolio = &backlog->portfolio;
  size_t n = backlog->items.count;
  if (portfolio->blockers == NULL) return true;
  bool *excluded = pil_arena_array(&backlog->arena, n, sizeof *excluded);
  if (excluded == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < n; i++)
    excluded[i] = portfolio->blockers[i] != NULL || (portfolio->spec.excluded != NULL && portfolio->spec.excluded[i]);
  portfolio->spec.excluded = excluded;
  return true;
}

static bool read_amount_field(const pil_backlog *backlog, const pil_value *value, const char *what, size_t *field,
                              pil_error *error) {
  const char *name;
  PIL_TRY(pil_value_get_text(value, what, &name, error));
  PIL_TRY(pil_backlog_find_field(backlog, name, what, value->at, field, error));
  pil_field_kind kind = backlog->fields[*field].kind;
  if (kind != PIL_FIELD_FLOAT && kind != PIL_FIELD_INTEGER)
    return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: field \"%s\" holds no numbers", what, name);
  for (size_t i = 0; i < backlog->items.count; i++)
    if (!backlog->items.list[i].fields[*field].is_present)
      return pil_error_set(error, PIL_FAILURE_INPUT, backlog->entries[i].at, "item \"%s\" has no %s, which %s asks for",
                           backlog->items.list[i].name, name, what);
  return true;
}

bool pil_backlog_read_portfolio(pil_backlog *backlog, const pil_options *options, pil_error *error) {
  static const char *const keys[] = {"budget",   "cost",     "value", "needs", "at_most",
                                     "required", "excluded", "about", NULL};
  pil_backlog_portfolio *portfolio = &backlog->portfolio;
  const pil_value *map = pil_value_find(backlog->root, "portfolio");
  portfolio->spec.count = backlog->items.count;
  portfolio->exact = options->exact;
  if (map == NULL) {
    return !options->exact ||
           pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--exact: the backlog has no portfolio");
  }
  portfolio->asked = true;
  portfolio->value = SIZE_MAX;
  PIL_TRY(pil_value_get_map(map, "portfolio", error));
  PIL_TRY(pil_value_check_keys(map, "portfolio", keys, error));
  const pil_value *budget = pil_value_find(map, "budget"), *cost = pil_value_find(map, "cost");
  const pil_value *value = pil_value_find(map, "value"), *at_most = pil_value_find(map, "at_most");
  if (budget == NULL || cost == NULL)
    return pil_value_refuse(map, "portfolio", "budget: a number, and cost: the field that it pays for", error);
  PIL_TRY(pil_value_get_number(budget, "portfolio: budget", &portfolio->budget, error));
  if (!(portfolio->budget >= 0))
    return pil_error_set(error, PIL_FAILURE_INPUT, budget->at, "portfolio: budget: expected 0 or more, found %s", budget->text);
  PIL_TRY(read_amount_field(backlog, cost, "portfolio: cost", &portfolio->cost, error));
  if (value != NULL && strcmp(value->text != NULL ? value->text : "", "score") != 0)
    PIL_TRY(read_amount_field(backlog, value, "portfolio: value", &portfolio->value, error));
  uint64_t most = 0;
  if (at_most != NULL) PIL_TRY(pil_value_get_whole(at_most, "portfolio: at_most", 1, 1000000, &most, error));
  portfolio->spec.at_most = (size_t)most;
  PIL_TRY(read_marks(backlog, pil_value_find(map, "required"), "portfolio: required", &portfolio->spec.required, error));
  PIL_TRY(read_marks(backlog, pil_value_find(map, "excluded"), "portfolio: excluded", &portfolio->spec.excluded, error));
  PIL_TRY(read_needs(backlog, pil_value_find(map, "needs"), error));
  return exclude_blocked(backlog, error);
}
