/* The items of a backlog: a file's rows or a list of maps, with what is in doubt about their fields.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../scenario/merge.h"
#include "../study/order.h"
#include "backlog.h"

enum { MOST_FIELDS = 256 };

/* ---- rows of a file as maps ---- */

/* A cell that stands among texts may still be a number, or a range that somebody wrote into the sheet. */
static bool read_cell(pil_arena *arena, const pil_csv *csv, const pil_csv_column *column, size_t row,
                      pil_value **out, pil_error *error) {
  const char *text = column->texts[row];
  pil_place at = {csv->file, csv->lines[row], 0};
  *out = pil_arena_new(arena, sizeof **out);
  if (*out == NULL) return pil_error_memory(error);
  pil_value *value = *out;
  *value = (pil_value){.kind = PIL_KIND_TEXT, .at = at, .text = text};
  if (column->kind == PIL_COLUMN_TEXT) {
    char *end;
    double number = strtod(text, &end);
    bool is_number = end != text && *end == '\0' && isfinite(number) && text[strspn(text, "+-0123456789.eE")] == '\0';
    if (is_number) value->kind = strpbrk(text, ".eE") == NULL ? PIL_KIND_INTEGER : PIL_KIND_NUMBER;
    value->number = is_number ? number : 0;
    value->integer = value->kind == PIL_KIND_INTEGER && fabs(number) < 0x1p53 ? (int64_t)number : 0;
    return true;
  }
  value->kind = column->kind == PIL_COLUMN_BOOLEAN   ? PIL_KIND_BOOLEAN
                : column->kind == PIL_COLUMN_INTEGER ? PIL_KIND_INTEGER
                                                     : PIL_KIND_NUMBER;
  value->number = column->numbers[row];
  value->integer = column->kind == PIL_COLUMN_INTEGER ? (int64_t)value->number : 0;
  value->boolean = value->number != 0;
  return true;
}

/* Which column a field comes from: the one that `columns:` names for it, else the one of its name. */
typedef struct column_choice {
  const char *field;
  const pil_csv_column *column;
} column_choice;

static const char *csv_column_at(const void *csv, size_t index) {
  return ((const pil_csv *)csv)->columns[index].name;
}

static bool find_csv_column(const pil_csv *csv, const pil_value *name, const char *what,
                            const pil_csv_column **column, pil_error *error) {
  const char *text;
  PIL_TRY(pil_value_get_text(name, what, &text, error));
  *column = pil_csv_find(csv, text);
  if (*column != NULL) return true;
  const char *near = pil_text_nearest_of(text, csv_column_at, csv, csv->column_count);
  return pil_error_set(error, PIL_FAILURE_INPUT, name->at, "%s: \"%s\" has no column \"%s\"%s%s%s", what,
                       csv->file, text, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool has_field(const column_choice *choices, size_t count, const char *field) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(choices[i].field, field) == 0) return true;
  return false;
}

/* What `columns:` names, column by column. */
static bool read_renamed(pil_arena *arena, const pil_csv *csv, const pil_value *columns, column_choice **renamed,
                         pil_error *error) {
  *renamed = pil_arena_array(arena, columns->count + 1, sizeof **renamed);
  if (*renamed == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < columns->count; i++) {
    const pil_entry *entry = &columns->entries[i];
    (*renamed)[i].field = entry->key;
    if (!pil_text_is_name(entry->key))
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                           "items: columns: \"%s\" is not a name a formula can write", entry->key);
    PIL_TRY(find_csv_column(csv, entry->value, "items: columns", &(*renamed)[i].column, error));
  }
  return true;
}

/* Fields in the file's order: a column under the names that `columns:` gives it, else under its own if a
 * formula can write that. */
static bool choose_columns(pil_arena *arena, const pil_csv *csv, const pil_value *columns,
                           const pil_csv_column *name, const pil_csv_column *published,
                           column_choice **choices, size_t *count, pil_error *error) {
  size_t renamed_count = columns == NULL ? 0 : columns->count;
  column_choice *renamed = NULL;
  *choices = pil_arena_array(arena, csv->column_count + renamed_count + 1, sizeof **choices);
  *count = 0;
  if (*choices == NULL) return pil_error_memory(error);
  if (columns != NULL) PIL_TRY(read_renamed(arena, csv, columns, &renamed, error));
  for (size_t i = 0; i < csv->column_count; i++) {
    const pil_csv_column *column = &csv->columns[i];
    size_t before = *count;
    for (size_t r = 0; r < renamed_count; r++)
      if (renamed[r].column == column) (*choices)[(*count)++] = renamed[r];
    if (*count > before || column == name || column == published || !pil_text_is_name(column->name)) continue;
    if (!has_field(renamed, renamed_count, column->name)) (*choices)[(*count)++] = (column_choice){column->name, column};
  }
  return true;
}

static double half_unit(const char *text) {
  const char *point = strchr(text, '.');
  return 0.5 * pow(10, point == NULL ? 0 : -(double)strspn(point + 1, "0123456789"));
}

static bool read_row(pil_backlog *backlog, const pil_csv *csv, size_t row, const column_choice *choices,
                     size_t choice_count, pil_backlog_entry *entry, pil_error *error) {
  pil_arena *arena = &backlog->arena;
  pil_value *map = pil_arena_new(arena, sizeof *map);
  pil_entry *entries = pil_arena_array(arena, choice_count + 1, sizeof *entries);
  if (map == NULL || entries == NULL) return pil_error_memory(error);
  entry->at = (pil_place){csv->file, csv->lines[row], 0};
  *map = (pil_value){.kind = PIL_KIND_MAP, .at = entry->at, .entries = entries};
  for (size_t c = 0; c < choice_count; c++) {
    if (choices[c].column->texts[row] == NULL) continue;
    pil_entry *own = &entries[map->count++];
    *own = (pil_entry){.key = choices[c].field, .key_at = entry->at};
    PIL_TRY(read_cell(arena, csv, choices[c].column, row, &own->value, error));
  }
  entry->map = map;
  return true;
}

static bool start_entries(pil_backlog *backlog, size_t count, pil_place at, pil_error *error) {
  if (count == 0) return pil_error_set(error, PIL_FAILURE_INPUT, at, "items: there are none");
  if (count > PIL_ORDER_ITEMS) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "items: %zu are more than can be ranked (%d)", count,
                         PIL_ORDER_ITEMS);
  }
  backlog->entries = pil_arena_array(&backlog->arena, count, sizeof *backlog->entries);
  backlog->items.list = pil_arena_array(&backlog->arena, count, sizeof *backlog->items.list);
  if (backlog->entries == NULL || backlog->items.list == NULL) return pil_error_memory(error);
  backlog->items.count = count;
  for (size_t i = 0; i < count; i++) backlog->entries[i].published = NAN;
  return true;
}

static bool read_file(pil_backlog *backlog, const pil_value *items, pil_error *error) {
  static const char *const keys[] = {"file", "name", "columns", "published", "about", NULL};
  const pil_csv *csv;
  const pil_csv_column *name_column, *published_column = NULL;
  const pil_value *columns = pil_value_find(items, "columns"), *published = pil_value_find(items, "published");
  const pil_value *file = pil_value_find(items, "file"), *name = pil_value_find(items, "name");
  column_choice *choices;
  size_t choice_count;
  PIL_TRY(pil_value_check_keys(items, "items", keys, error));
  if (file == NULL) return pil_value_refuse(items, "items", "a file: key with the path of a CSV file, or a list", error);
  if (columns != NULL) PIL_TRY(pil_value_get_map(columns, "items: columns", error));
  PIL_TRY(pil_datasets_file(&backlog->datasets, file, &csv, error));
  static const pil_value by_default = {.kind = PIL_KIND_TEXT, .text = "name"};
  pil_value own_name = name != NULL ? *name : by_default;
  if (name == NULL) own_name.at = file->at;
  PIL_TRY(find_csv_column(csv, &own_name, "items: name", &name_column, error));
  if (published != NULL) PIL_TRY(find_csv_column(csv, published, "items: published", &published_column, error));
  if (published != NULL && published_column->numbers == NULL)
    return pil_error_set(error, PIL_FAILURE_INPUT, published->at, "items: published: column \"%s\" holds texts, not numbers",
                         published_column->name);
  PIL_TRY(choose_columns(&backlog->arena, csv, columns, name_column, published_column, &choices, &choice_count, error));
  PIL_TRY(start_entries(backlog, csv->row_count, file->at, error));
  backlog->items_file = csv->file;
  backlog->has_published = published != NULL;
  for (size_t row = 0; row < csv->row_count; row++) {
    pil_backlog_entry *entry = &backlog->entries[row];
    PIL_TRY(read_row(backlog, csv, row, choices, choice_count, entry, error));
    backlog->items.list[row].name = name_column->texts[row];
    if (name_column->texts[row] == NULL)
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->at, "items: this row has no name in column \"%s\"",
                           name_column->name);
    if (published == NULL || published_column->texts[row] == NULL) continue;
    entry->published = published_column->numbers[row];
    entry->published_step = half_unit(published_column->texts[row]);
  }
  return true;
}

/* ---- items in the scenario itself ---- */

static bool read_list(pil_backlog *backlog, const pil_value *items, pil_error *error) {
  PIL_TRY(start_entries(backlog, items->count, items->at, error));
  for (size_t i = 0; i < items->count; i++) {
    const pil_value *map = items->items[i];
    pil_backlog_entry *entry = &backlog->entries[i];
    char what[64];
    snprintf(what, sizeof what, "items: item %zu", i + 1);
    PIL_TRY(pil_value_get_map(map, what, error));
    const pil_value *name = pil_value_find(map, "name"), *published = pil_value_find(map, "published");
    if (name == NULL)
      return pil_error_set(error, PIL_FAILURE_INPUT, map->at, "%s: it has no name", what);
    PIL_TRY(pil_value_get_text(name, what, &backlog->items.list[i].name, error));
    entry->at = map->at;
    entry->map = map;
    if (published == NULL) continue;
    PIL_TRY(pil_value_get_number(published, what, &entry->published, error));
    entry->published_step = half_unit(published->text);
    backlog->has_published = true;
  }
  return true;
}

static bool is_own_key(const pil_backlog *backlog, const char *key) {
  return backlog->items_file == NULL && (strcmp(key, "name") == 0 || strcmp(key, "published") == 0);
}

/* ---- names ---- */

static bool check_names(pil_backlog *backlog, pil_error *error) {
  pil_dictionary seen = {0};
  bool good = true;
  for (size_t i = 0; good && i < backlog->items.count; i++) {
    pil_item *item = &backlog->items.list[i];
    size_t before = seen.count;
    int64_t code = pil_dictionary_code(&seen, item->name, strlen(item->name));
    if (code < 0) good = pil_error_memory(error);
    else if (item->name[0] == '\0')
      good = pil_error_set(error, PIL_FAILURE_INPUT, backlog->entries[i].at, "items: this item's name is empty");
    else if (seen.count == before)
      good = pil_error_set(error, PIL_FAILURE_INPUT, backlog->entries[i].at,
                           "items: two items are called \"%s\"; the first stands in line %d", item->name,
                           backlog->entries[code].at.line);
    item->name_code = (double)i;
    const char *prefix = pil_arena_format(&backlog->arena, "item:%s:", item->name);
    if (prefix == NULL) good = good && pil_error_memory(error);
    else item->owner = (pil_owner){.prefix = prefix, .hash = pil_text_hash(prefix, strlen(prefix))};
  }
  pil_dictionary_free(&seen);
  return good;
}

/* ---- fields ---- */

static bool collect_fields(pil_backlog *backlog, pil_error *error) {
  backlog->fields = pil_arena_array(&backlog->arena, MOST_FIELDS, sizeof *backlog->fields);
  if (backlog->fields == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < backlog->items.count; i++) {
    const pil_value *map = backlog->entries[i].map;
    for (size_t e = 0; e < map->count; e++) {
      const pil_entry *entry = &map->entries[e];
      size_t f = 0;
      if (is_own_key(backlog, entry->key)) continue;
      while (f < backlog->field_count && strcmp(backlog->fields[f].name, entry->key) != 0) f++;
      if (f < backlog->field_count) continue;
      if (!pil_text_is_name(entry->key) || strcmp(entry->key, "name") == 0)
        return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                             "items: \"%s\" cannot be a field's name: a formula could not write item.%s%s", entry->key,
                             entry->key, strcmp(entry->key, "name") == 0 ? " for it, which is the item's name" : "");
      if (f == MOST_FIELDS)
        return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "items: more than %d fields", MOST_FIELDS);
      backlog->fields[backlog->field_count++] = (pil_backlog_field){.name = entry->key};
    }
  }
  backlog->items.field_count = backlog->field_count;
  return true;
}

bool pil_backlog_read_items(pil_backlog *backlog, pil_error *error) {
  const pil_value *items = pil_value_find(backlog->root, "items");
  if (items == NULL)
    return pil_error_set(error, PIL_FAILURE_INPUT, backlog->root->at,
                         "expected an items: key with a list, or a file: {file: backlog.csv, name: item}");
  backlog->items.seed = backlog->head.seed;
  if (items->kind == PIL_KIND_LIST) PIL_TRY(read_list(backlog, items, error));
  else if (items->kind == PIL_KIND_MAP) PIL_TRY(read_file(backlog, items, error));
  else return pil_value_refuse(items, "items", "a list of items, or {file: backlog.csv, name: item}", error);
  PIL_TRY(check_names(backlog, error));
  PIL_TRY(collect_fields(backlog, error));
  return pil_backlog_read_fields(backlog, error);
}
