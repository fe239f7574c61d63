/* The decision to be explained: written on the command line, or a row of a file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../data/yaml.h"
#include "explain.h"

static const char decision_name[] = "--decision";

/* JSON is YAML too. */
static bool read_written(const char *text, pil_arena *arena, const pil_value **map, pil_error *error) {
  pil_value *value;
  PIL_TRY(pil_yaml_read(arena, decision_name, text, strlen(text), &value, error));
  PIL_TRY(pil_value_get_map(value, "the decision", error));
  *map = value;
  return true;
}

/* ---- a row of the scenario's own file ---- */

static pil_value *scalar(pil_arena *arena, pil_place at, const char *text, double number, pil_field_kind kind) {
  pil_value *value = pil_arena_new(arena, sizeof *value);
  if (value == NULL) return NULL;
  *value = (pil_value){.at = at, .text = text, .number = number};
  switch (kind) {
    case PIL_FIELD_TEXT: value->kind = PIL_KIND_TEXT; break;
    case PIL_FIELD_BOOLEAN:
      value->kind = PIL_KIND_BOOLEAN;
      value->boolean = number != 0;
      break;
    case PIL_FIELD_INTEGER:
      value->kind = PIL_KIND_INTEGER;
      value->integer = (int64_t)number;
      break;
    case PIL_FIELD_FLOAT: value->kind = PIL_KIND_NUMBER; break;
  }
  return value;
}

/* Columns that are no fields (their names cannot be written in Lua, or fields are drawn instead) are passed over; an
 * empty cell is no field. */
static bool read_row(const pil_policy *policy, const pil_csv *csv, size_t row, pil_arena *arena, const pil_value **map,
                     pil_error *error) {
  pil_place at = {csv->file, csv->lines[row], 0};
  pil_value *made = pil_arena_new(arena, sizeof *made);
  if (made == NULL) return pil_error_memory(error);
  *made = (pil_value){.kind = PIL_KIND_MAP, .at = at};
  for (size_t c = 0; c < csv->column_count; c++) {
    const pil_csv_column *column = &csv->columns[c];
    const pil_field *known = pil_policy_field(policy, column->name);
    if (known == NULL || column->texts[row] == NULL) continue;
    double number = column->numbers == NULL ? 0 : column->numbers[row];
    pil_value *cell = scalar(arena, at, column->texts[row], number, known->kind);
    if (cell == NULL) return pil_error_memory(error);
    made = pil_value_map_with(arena, made, column->name, at, cell);
    if (made == NULL) return pil_error_memory(error);
  }
  made->at = at;
  *map = made;
  return true;
}

static bool read_recorded(pil_subject *subject, uint64_t row, pil_arena *arena, const pil_value **map,
                          pil_error *error) {
  pil_policy *policy = subject->policy;
  const pil_value *decisions = pil_value_find(policy->rollout.root, "decisions");
  const pil_value *file = decisions == NULL ? NULL : pil_value_find(decisions, "file");
  const pil_csv *csv;
  if (file == NULL)
    return pil_error_set(
        error, PIL_FAILURE_USAGE, PIL_NOWHERE,
        "--row: %s has no recorded decisions (decisions: file:); name a file behind it, or give --decision",
        policy->rollout.file);
  PIL_TRY(pil_datasets_file(&policy->rollout.datasets, file, &csv, error));
  if (row > csv->row_count)
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){csv->file, 0, 0},
                         "--row: there is no row %llu; it has %zu", (unsigned long long)row, csv->row_count);
  return read_row(policy, csv, (size_t)row - 1, arena, map, error);
}

bool pil_explain_read(const pil_explain_request *request, pil_subject *subject, pil_arena *arena,
                      pil_decision *decision, pil_error *error) {
  const pil_value *map = NULL;
  if (request->decision == NULL && request->input != NULL)
    return pil_explain_read_input(request->input, request->row, subject->policy, arena, decision, error);
  if (request->decision != NULL) PIL_TRY(read_written(request->decision, arena, &map, error));
  else PIL_TRY(read_recorded(subject, request->row, arena, &map, error));
  return pil_decision_read(subject->policy, arena, map, decision, error);
}
