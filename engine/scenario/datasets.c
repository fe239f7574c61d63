/* The `data:` section: tables from CSV, with chosen columns and rows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "datasets.h"

#include <math.h>
#include <string.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "../base/text.h"

static const char *csv_column_at(const void *csv, size_t index) {
  return ((const pil_csv *)csv)->columns[index].name;
}

static bool refuse_column(const pil_csv *csv, const char *column, pil_place at, pil_error *error) {
  const char *near = pil_text_nearest_of(column, csv_column_at, csv, csv->column_count);
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "\"%s\" has no column \"%s\"%s%s%s", csv->file, column,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The columns a script will see: those named in `columns:` under their new names, else all whose
 * names a script can write. */
static bool choose_columns(pil_arena *arena, const pil_csv *csv, const pil_value *columns, pil_csv *view,
                           pil_error *error) {
  size_t most = columns == NULL ? csv->column_count : columns->count;
  view->columns = pil_arena_array(arena, most, sizeof *view->columns);
  if (view->columns == NULL) return pil_error_memory(error);
  for (size_t i = 0; columns == NULL && i < csv->column_count; i++)
    if (pil_text_is_name(csv->columns[i].name)) view->columns[view->column_count++] = csv->columns[i];
  for (size_t i = 0; columns != NULL && i < columns->count; i++) {
    const pil_entry *entry = &columns->entries[i];
    const char *name;
    PIL_TRY(pil_value_get_text(entry->value, "columns", &name, error));
    const pil_csv_column *column = pil_csv_find(csv, name);
    if (column == NULL) return refuse_column(csv, name, entry->value->at, error);
    if (!pil_text_is_name(entry->key)) {
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                           "columns: \"%s\" is not a name a script can write", entry->key);
    }
    if (strcmp(entry->key, "n") == 0) {
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                           "columns: \"n\" is the number of rows in a script; choose another name");
    }
    view->columns[view->column_count] = *column;
    view->columns[view->column_count++].name = entry->key;
  }
  return true;
}

/* where: "= row.sure > 0". */
static bool choose_rows(pil_arena *arena, const pil_csv *view, const pil_value *where,
                        pil_script_data *table, pil_error *error) {
  const char *text;
  table->row_count = view->row_count;
  if (where == NULL) return true;
  PIL_TRY(pil_value_get_text(where, "where", &text, error));
  if (text[0] != '=') {
    return pil_value_refuse(where, "where", "a Lua expression over row, such as \"= row.amount > 0\"", error);
  }
  pil_script_expression expression = {text + 1, where->at};
  bool *kept = pil_arena_array(arena, view->row_count + 1, sizeof *kept);
  size_t *rows = pil_arena_array(arena, view->row_count + 1, sizeof *rows);
  if (kept == NULL || rows == NULL) return pil_error_memory(error);
  PIL_TRY(pil_script_filter_rows(&expression, "row", view, kept, error));
  size_t count = 0;
  for (size_t i = 0; i < view->row_count; i++)
    if (kept[i]) rows[count++] = i;
  if (count == 0) {
    return pil_error_set(error, PIL_FAILURE_INPUT, where->at, "where: no row of \"%s\" passes", view->file);
  }
  table->rows = rows;
  table->row_count = count;
  return true;
}

static bool read_table(pil_arena *arena, const pil_entry *entry, const char *scenario_path,
                       pil_script_data *table, const char **path, pil_error *error) {
  static const char *const keys[] = {"file", "columns", "where", "about", NULL};
  const char *what = pil_arena_format(arena, "data \"%s\"", entry->key), *file;
  if (what == NULL) return pil_error_memory(error);
  if (!pil_text_is_name(entry->key)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                         "data: \"%s\" is not a name a script can write", entry->key);
  }
  PIL_TRY(pil_value_get_map(entry->value, what, error));
  PIL_TRY(pil_value_check_keys(entry->value, what, keys, error));
  const pil_value *file_value = pil_value_find(entry->value, "file");
  const pil_value *columns = pil_value_find(entry->value, "columns");
  const pil_value *about = pil_value_find(entry->value, "about");
  if (about != NULL) {
    const char *about_what = pil_arena_format(arena, "%s: about", what);
    if (about_what == NULL) return pil_error_memory(error);
    PIL_TRY(pil_value_get_text(about, about_what, &file, error));
  }
  if (file_value == NULL) return pil_value_refuse(entry->value, what, "a file: key with the table's path", error);
  PIL_TRY(pil_value_get_text(file_value, what, &file, error));
  if (columns != NULL) PIL_TRY(pil_value_get_map(columns, "columns", error));
  char *resolved = pil_file_resolve(scenario_path, file);
  *path = resolved == NULL ? NULL : pil_arena_copy(arena, resolved, strlen(resolved));
  pil_memory_free(resolved);
  if (*path == NULL) return pil_error_memory(error);
  pil_csv *csv, *view = pil_arena_new(arena, sizeof *view);
  if (view == NULL) return pil_error_memory(error);
  PIL_TRY(pil_csv_read(arena, *path, file_value->at, &csv, error));
  *view = (pil_csv){.file = csv->file, .row_count = csv->row_count, .lines = csv->lines};
  PIL_TRY(choose_columns(arena, csv, columns, view, error));
  PIL_TRY(choose_rows(arena, view, pil_value_find(entry->value, "where"), table, error));
  table->name = entry->key;
  table->column_count = view->column_count;
  const char **names = pil_arena_array(arena, view->column_count, sizeof *names);
  const pil_csv_column **list = pil_arena_array(arena, view->column_count, sizeof *list);
  if (names == NULL || list == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < view->column_count; i++) {
    names[i] = view->columns[i].name;
    list[i] = &view->columns[i];
  }
  table->column_names = names;
  table->columns = list;
  return true;
}

bool pil_datasets_read(pil_arena *arena, const pil_value *data, const char *scenario_path,
                       pil_datasets *datasets, pil_error *error) {
  *datasets = (pil_datasets){.arena = arena, .scenario_path = scenario_path};
  if (data == NULL) return true;
  PIL_TRY(pil_value_get_map(data, "data", error));
  datasets->tables = pil_arena_array(arena, data->count, sizeof *datasets->tables);
  datasets->paths = pil_arena_array(arena, data->count, sizeof *datasets->paths);
  if (datasets->tables == NULL || datasets->paths == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < data->count; i++) {
    PIL_TRY(read_table(arena, &data->entries[i], scenario_path, &datasets->tables[i],
                       &datasets->paths[i], error));
    datasets->table_count++;
  }
  return true;
}

static const char *table_at(const void *datasets, size_t index) {
  return ((const pil_datasets *)datasets)->tables[index].name;
}

static const char *column_at(const void *table, size_t index) {
  return ((const pil_script_data *)table)->column_names[index];
}

bool pil_datasets_table(const pil_datasets *datasets, const char *table, pil_place at,
                        const pil_script_data **out, pil_error *error) {
  for (size_t i = 0; i < datasets->table_count; i++) {
    if (strcmp(datasets->tables[i].name, table) != 0) continue;
    *out = &datasets->tables[i];
    return true;
  }
  const char *near = pil_text_nearest_of(table, table_at, datasets, datasets->table_count);
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "data: has no table \"%s\"%s%s%s", table,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bool pil_datasets_column(const pil_script_data *table, const char *column, pil_place at,
                         const pil_csv_column **out, pil_error *error) {
  for (size_t i = 0; i < table->column_count; i++) {
    if (strcmp(table->column_names[i], column) != 0) continue;
    *out = table->columns[i];
    return true;
  }
  const char *near = pil_text_nearest_of(column, column_at, table, table->column_count);
  if (!pil_text_is_name(column)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "data \"%s\" has no column \"%s\"; if the file has one, give it a name that a script "
                         "can write: columns: {NAME: \"%s\"}",
                         table->name, column, column);
  }
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "data \"%s\" has no column \"%s\"%s%s%s", table->name, column,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bool pil_datasets_file(pil_datasets *datasets, const pil_value *path, const pil_csv **csv, pil_error *error) {
  const char *given;
  PIL_TRY(pil_value_get_text(path, "file", &given, error));
  char *resolved = pil_file_resolve(datasets->scenario_path, given);
  const char *file = resolved == NULL ? NULL : pil_arena_copy(datasets->arena, resolved, strlen(resolved));
  pil_memory_free(resolved);
  if (file == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < datasets->file_count; i++) {
    *csv = datasets->files[i];
    if (strcmp((*csv)->file, file) == 0) return true;
  }
  if (datasets->file_count == datasets->file_capacity) {
    size_t capacity = 2 * datasets->file_capacity + 8;
    pil_csv **grown = pil_arena_array(datasets->arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(error);
    if (datasets->file_count > 0) memcpy(grown, datasets->files, datasets->file_count * sizeof *grown);
    datasets->files = grown;
    datasets->file_capacity = capacity;
  }
  PIL_TRY(pil_csv_read(datasets->arena, file, path->at, &datasets->files[datasets->file_count], error));
  *csv = datasets->files[datasets->file_count++];
  return true;
}

bool pil_datasets_find_column(void *datasets, const pil_value *table_value, bool is_file,
                              const pil_value *column_value, const pil_csv_column **out, size_t *row_count,
                              const size_t **rows, pil_error *error) {
  const pil_script_data *table;
  const pil_csv *csv;
  const char *table_name, *column;
  PIL_TRY(pil_value_get_text(column_value, "column", &column, error));
  if (is_file) {
    PIL_TRY(pil_datasets_file(datasets, table_value, &csv, error));
    *out = pil_csv_find(csv, column);
    if (*out == NULL) return refuse_column(csv, column, column_value->at, error);
    *row_count = csv->row_count;
    *rows = NULL;
    return true;
  }
  PIL_TRY(pil_value_get_text(table_value, "data", &table_name, error));
  PIL_TRY(pil_datasets_table(datasets, table_name, table_value->at, &table, error));
  PIL_TRY(pil_datasets_column(table, column, column_value->at, out, error));
  *row_count = table->row_count;
  *rows = table->rows;
  return true;
}

bool pil_datasets_numbers(pil_arena *arena, const pil_script_data *table, const char *column,
                          pil_place at, const double **numbers, pil_error *error) {
  const pil_csv_column *source;
  PIL_TRY(pil_datasets_column(table, column, at, &source, error));
  if (source->numbers == NULL) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "data \"%s\": column \"%s\" holds texts, not numbers",
                         table->name, column);
  }
  double *list = pil_arena_array(arena, table->row_count, sizeof *list);
  if (list == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < table->row_count; i++) {
    list[i] = source->numbers[table->rows == NULL ? i : table->rows[i]];
    if (!isnan(list[i])) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "data \"%s\": column \"%s\" has an empty cell in its kept row %zu; leave such rows "
                         "out with where:",
                         table->name, column, i + 1);
  }
  *numbers = list;
  return true;
}
