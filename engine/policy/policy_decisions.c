/* The `decisions:` section: what one decision is, and how many come when.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "policy.h"

enum { MOST_DAYS = 3660, MOST_A_DAY = 1000000, MOST_PARTS = 1440 };

/* ---- recorded rows as a table ---- */

static bool is_boolean_mark(const pil_value *value) {
  return value->kind == PIL_KIND_TEXT && strcmp(value->text, "boolean") == 0;
}

/* fields: {novel: boolean} makes 0 and 1 of a recorded column true and false: 0 is true in Lua. */
static bool mark_boolean(pil_csv_column *column, const pil_csv *csv, const pil_entry *entry, pil_error *error) {
  if (column->kind == PIL_COLUMN_BOOLEAN) return true;
  for (size_t i = 0; i < csv->row_count; i++) {
    double value = column->numbers == NULL ? 2 : column->numbers[i];
    if (value == 0 || value == 1 || isnan(value)) continue;
    pil_error_set(error, PIL_FAILURE_INPUT, entry->value->at,
                  "fields: \"%s\" is no boolean: %s:%d has \"%.60s\"", entry->key, csv->file, csv->lines[i],
                  column->texts[i] == NULL ? "" : column->texts[i]);
    return false;
  }
  column->kind = PIL_COLUMN_BOOLEAN;
  return true;
}

static bool is_whole_row(const pil_csv_column *columns, size_t count, size_t row) {
  for (size_t c = 0; c < count; c++)
    if (columns[c].texts[row] == NULL) return false;
  return true;
}

/* Only rows without a gap can be decided on. */
static bool keep_rows(pil_policy *policy, const pil_csv *csv, const pil_csv_column *columns, size_t count,
                      pil_script_data *table, pil_place at, pil_error *error) {
  size_t *rows = pil_arena_array(&policy->rollout.arena, csv->row_count + 1, sizeof *rows);
  if (rows == NULL) return pil_error_memory(error);
  for (size_t row = 0; row < csv->row_count; row++)
    if (is_whole_row(columns, count, row)) rows[table->row_count++] = row;
  policy->recorded = table->row_count;
  policy->left_out = csv->row_count - table->row_count;
  table->rows = rows;
  return table->row_count > 0 ||
         pil_error_set(error, PIL_FAILURE_INPUT, at, "decisions: \"%s\" has no row in which every cell is filled", csv->file);
}

static const char *csv_column_at(const void *csv, size_t index) {
  return ((const pil_csv *)csv)->columns[index].name;
}

/* The columns that a policy can write, but for those that are drawn in their place. */
static bool make_table(pil_policy *policy, const pil_csv *csv, const pil_value *fields, const pil_value *file,
                       pil_script_data *table, pil_error *error) {
  pil_arena *arena = &policy->rollout.arena;
  pil_csv_column *columns = pil_arena_array(arena, csv->column_count + 1, sizeof *columns);
  const char **names = pil_arena_array(arena, csv->column_count + 1, sizeof *names);
  const pil_csv_column **list = pil_arena_array(arena, csv->column_count + 1, sizeof *list);
  if (columns == NULL || names == NULL || list == NULL) return pil_error_memory(error);
  *table = (pil_script_data){.name = "decisions"};
  for (size_t c = 0; c < csv->column_count; c++) {
    const pil_value *own = pil_value_find(fields, csv->columns[c].name);
    if (!pil_text_is_name(csv->columns[c].name) || (own != NULL && !is_boolean_mark(own))) continue;
    columns[table->column_count] = csv->columns[c];
    names[table->column_count] = csv->columns[c].name;
    list[table->column_count] = &columns[table->column_count];
    table->column_count++;
  }
  for (size_t i = 0; fields != NULL && i < fields->count; i++) {
    const pil_entry *entry = &fields->entries[i];
    if (!is_boolean_mark(entry->value)) continue;
    size_t c = 0;
    while (c < table->column_count && strcmp(names[c], entry->key) != 0) c++;
    if (c == table->column_count) {
      const char *near = pil_text_nearest_of(entry->key, csv_column_at, csv, csv->column_count);
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "fields: \"%s\" has no column \"%s\"%s%s%s", csv->file,
                           entry->key, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    PIL_TRY(mark_boolean(&columns[c], csv, entry, error));
  }
  table->column_names = names;
  table->columns = list;
  return keep_rows(policy, csv, columns, table->column_count, table, file->at, error);
}

/* ---- one decision's fields ---- */

static pil_value *text_value(pil_arena *arena, const char *text, pil_place at) {
  pil_value *value = pil_arena_new(arena, sizeof *value);
  if (value != NULL) *value = (pil_value){.kind = PIL_KIND_TEXT, .quoted = true, .at = at, .text = text};
  return value;
}

/* What is recorded is an input {row: decisions} beside those that are drawn. */
static bool add_row_input(pil_policy *policy, const pil_value *decisions, const pil_value *file, const pil_value **inputs,
                          pil_error *error) {
  pil_arena *arena = &policy->rollout.arena;
  const pil_value *weight = pil_value_find(decisions, "weight");
  pil_value *name = text_value(arena, "decisions", file->at);
  pil_value *row = name == NULL ? NULL : pil_value_map_with(arena, NULL, "row", file->at, name);
  if (row != NULL && weight != NULL) row = pil_value_map_with(arena, row, "weight", weight->at, (pil_value *)weight);
  if (row == NULL) return pil_error_memory(error);
  row->at = file->at;
  *inputs = pil_value_map_with(arena, *inputs, "recorded", file->at, row);
  return *inputs != NULL || pil_error_memory(error);
}

/* Whether a recorded column, by its place among the inputs' columns, holds nothing but 0 and 1. */
static bool is_flag(const pil_policy *policy, size_t column) {
  const pil_input_plan *plan = &policy->inputs.plan;
  const double *values = NULL;
  for (size_t i = 0; i < plan->input_count; i++)
    for (size_t m = 0; m < plan->inputs[i].member_count; m++)
      if (plan->inputs[i].members[m].first_column == column) values = plan->inputs[i].members[m].values;
  for (size_t row = 0; values != NULL && row < policy->recorded; row++)
    if (values[row] != 0 && values[row] != 1) return false;
  return values != NULL;
}

/* A decision's draws are those of its number in its trial: see pil_owner. Recorded columns are fields of their own. */
static void make_fields(pil_policy *policy) {
  pil_input_set *set = &policy->inputs;
  pil_input *inputs = (pil_input *)set->plan.inputs;
  for (size_t i = 0; i < set->plan.input_count; i++) {
    uint64_t prefix = pil_text_hash("decision:", 9);
    inputs[i].site_hash = pil_text_hash_on(prefix, inputs[i].name, strlen(inputs[i].name));
  }
  for (size_t f = 0; f < set->field_count; f++) {
    if (set->fields[f].member == NULL) continue;
    set->fields[f].name = set->fields[f].member;
    set->fields[f].member = NULL;
    set->fields[f].is_flag = is_flag(policy, set->fields[f].first_column);
  }
}

static bool read_fields(pil_policy *policy, const pil_value *decisions, pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  const pil_value *file = pil_value_find(decisions, "file"), *fields = pil_value_find(decisions, "fields");
  const pil_value *drawn = NULL;
  pil_datasets datasets = rollout->datasets;
  pil_script_data table;
  if (fields != NULL) PIL_TRY(pil_value_get_map(fields, "decisions: fields", error));
  if (file == NULL && fields == NULL)
    return pil_value_refuse(decisions, "decisions", "a file: of recorded decisions, fields: that are drawn, or both", error);
  for (size_t i = 0; fields != NULL && i < fields->count; i++) {
    const pil_entry *entry = &fields->entries[i];
    if (is_boolean_mark(entry->value)) {
      if (file == NULL)
        return pil_error_set(error, PIL_FAILURE_INPUT, entry->value->at,
                             "fields: \"%s\": boolean is for a recorded column; a drawn one is {bernoulli: 0.1}", entry->key);
      continue;
    }
    drawn = pil_value_map_with(&rollout->arena, drawn, entry->key, entry->key_at, entry->value);
    if (drawn == NULL) return pil_error_memory(error);
  }
  if (file != NULL) {
    const pil_csv *csv;
    PIL_TRY(pil_datasets_file(&rollout->datasets, file, &csv, error));
    datasets = rollout->datasets;
    PIL_TRY(make_table(policy, csv, fields, file, &table, error));
    datasets.tables = &table;
    datasets.table_count = 1;
    PIL_TRY(add_row_input(policy, decisions, file, &drawn, error));
  }
  const pil_input_values values = {drawn, drawn, NULL};
  PIL_TRY(pil_inputs_read(&rollout->arena, &values, &datasets, rollout->head.seed, &policy->inputs, error));
  policy->inputs.plan.isa = rollout->isa;
  rollout->datasets.files = datasets.files; /* that distributions have named */
  rollout->datasets.file_count = datasets.file_count;
  rollout->datasets.file_capacity = datasets.file_capacity;
  make_fields(policy);
  return true;
}

/* ---- how many, and when ---- */

static bool read_arrivals(pil_policy *policy, const pil_value *list, pil_error *error) {
  if (list == NULL) return true;
  PIL_TRY(pil_value_get_list(list, "decisions: arrivals", error));
  if (list->count == 0 || list->count > MOST_PARTS)
    return pil_error_set(error, PIL_FAILURE_INPUT, list->at, "decisions: arrivals: expected 1 to %d numbers, one for each part of the day",
                         MOST_PARTS);
  double total = 0;
  policy->arrivals = pil_arena_array(&policy->rollout.arena, list->count + 1, sizeof *policy->arrivals);
  if (policy->arrivals == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < list->count; i++) {
    double own;
    PIL_TRY(pil_value_get_number(list->items[i], "decisions: arrivals", &own, error));
    if (!(own >= 0 && isfinite(own)))
      return pil_error_set(error, PIL_FAILURE_INPUT, list->items[i]->at, "decisions: arrivals: expected 0 or more, found %s",
                           list->items[i]->text);
    policy->arrivals[i + 1] = total += own;
  }
  if (!(total > 0)) return pil_error_set(error, PIL_FAILURE_INPUT, list->at, "decisions: arrivals: all are 0");
  for (size_t i = 0; i <= list->count; i++) policy->arrivals[i] /= total;
  policy->arrival_count = list->count;
  return true;
}

bool pil_policy_read_decisions(pil_policy *policy, pil_error *error) {
  static const char *const keys[] = {"file", "weight", "fields", "per_day", "days", "arrivals", "about", NULL};
  const pil_value *root = policy->rollout.root, *decisions = pil_value_find(root, "decisions");
  uint64_t days = 1;
  if (decisions == NULL)
    return pil_error_set(error, PIL_FAILURE_INPUT, root->at,
                         "expected a decisions: key, such as {file: data/credit.csv, per_day: 400, days: 20}");
  PIL_TRY(pil_value_get_map(decisions, "decisions", error));
  PIL_TRY(pil_value_check_keys(decisions, "decisions", keys, error));
  const pil_value *per_day = pil_value_find(decisions, "per_day"), *day_count = pil_value_find(decisions, "days");
  if (per_day == NULL) return pil_value_refuse(decisions, "decisions", "per_day: how many there are, such as {poisson: {mean: 400}}", error);
  PIL_TRY(pil_policy_read_amount(policy, per_day, "decisions: per_day", &policy->per_day, error));
  double usual = policy->per_day.distribution == NULL ? policy->per_day.constant
                                                      : pil_distribution_quantile(policy->per_day.distribution, 0.999, 0.001);
  if (!(usual >= 0 && usual <= MOST_A_DAY))
    return pil_error_set(error, PIL_FAILURE_INPUT, per_day->at, "decisions: per_day: expected 0 to %d, found %g", MOST_A_DAY, usual);
  if (day_count != NULL) PIL_TRY(pil_value_get_whole(day_count, "decisions: days", 1, MOST_DAYS, &days, error));
  policy->days = (size_t)days;
  PIL_TRY(read_arrivals(policy, pil_value_find(decisions, "arrivals"), error));
  return read_fields(policy, decisions, error);
}
