/* Every trial of a rollout as a CSV row.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rollout_samples.h"

#include <math.h>
#include <stdio.h>

#include "../base/file.h"
#include "../base/text.h"

/* The columns of all variants: inputs in the first variant's order, then all outputs. */
typedef struct sheet {
  const pil_column **columns; /* one of each (name, index), for the header */
  bool *is_input;
  size_t count;
} sheet;

static bool has_column(const sheet *all, const pil_column *column, bool is_input) {
  for (size_t i = 0; i < all->count; i++) {
    const pil_column *own = all->columns[i];
    if (all->is_input[i] == is_input && own->index == column->index &&
        strcmp(own->name, column->name) == 0)
      return true;
  }
  return false;
}

static void collect(const pil_rollout *rollout, sheet *all, bool inputs) {
  for (size_t v = 0; v < rollout->variant_count; v++) {
    const pil_table *table = &rollout->variants[v].table;
    size_t first = inputs ? 0 : table->input_count;
    size_t end = inputs ? table->input_count : table->column_count;
    for (size_t c = first; c < end; c++) {
      if (v > 0 && has_column(all, &table->columns[c], inputs)) continue;
      all->is_input[all->count] = inputs;
      all->columns[all->count++] = &table->columns[c];
    }
  }
}

static const pil_column *column_of(const pil_table *table, const pil_column *like, bool is_input) {
  if (!is_input) return pil_table_find(table, like->name, like->index);
  for (size_t c = 0; c < table->input_count; c++)
    if (strcmp(table->columns[c].name, like->name) == 0) return &table->columns[c];
  return NULL;
}

static bool is_input_name(const sheet *all, const char *name) {
  for (size_t i = 0; i < all->count; i++)
    if (all->is_input[i] && strcmp(all->columns[i]->name, name) == 0) return true;
  return false;
}

/* No two columns of a table may have one name: an output called like an input says that it is one. */
static const char *prefix_of(const sheet *all, size_t index, const char *name) {
  bool ours = strcmp(name, "variant") == 0 || strcmp(name, "trial") == 0;
  if (all->is_input[index]) return ours ? "input." : "";
  return ours || is_input_name(all, name) ? "output." : "";
}

static void write_header(pil_text *line, const sheet *all) {
  pil_text_add(line, "variant,trial");
  for (size_t i = 0; i < all->count; i++) {
    char plain[320], name[340];
    const pil_column *column = all->columns[i];
    if (column->index == 0) snprintf(plain, sizeof plain, "%.300s", column->name);
    else snprintf(plain, sizeof plain, "%.300s[%u]", column->name, column->index);
    snprintf(name, sizeof name, "%s%s", prefix_of(all, i, plain), plain);
    pil_text_add(line, ",");
    pil_csv_write_cell(line, name);
  }
  pil_text_add(line, "\n");
}

static const pil_field *field_of(const pil_rollout_variant *variant, const pil_column *column) {
  size_t index = (size_t)(column - variant->table.columns);
  return variant->inputs.column_fields[variant->kept_columns[index]];
}

static void write_cell(pil_text *line, const pil_rollout_variant *variant, const pil_column *column,
                       bool is_input, size_t row) {
  pil_text_add(line, ",");
  if (column == NULL) return;
  double cell = column->cells[row];
  const pil_field *field = is_input ? field_of(variant, column) : NULL;
  if (field != NULL && field->kind == PIL_FIELD_TEXT) {
    pil_csv_write_cell(line, field->choices[(size_t)cell]);
  } else if (!is_input && pil_cell_is_text(cell)) {
    pil_csv_write_cell(line, variant->table.texts.texts[pil_cell_text(cell)]);
  } else if (isinf(cell)) {
    pil_text_add(line, cell > 0 ? "inf" : "-inf");
  } else if (!isnan(cell)) {
    pil_text_format(line, "%.17g", cell);
  }
}

enum { ROWS_BETWEEN_TICKS = 4096 };

/* Somebody waits at the keyboard: a large file takes many seconds. */
typedef struct ticker {
  pil_tick *tick;
  void *context;
} ticker;

static bool goes_on(const ticker *t, size_t row, pil_error *error) {
  if (t->tick == NULL || row % ROWS_BETWEEN_TICKS != 0 || t->tick(t->context, row)) return true;
  return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted: no samples were written");
}

static bool write_variant(const pil_rollout_variant *variant, const sheet *all, size_t row_count,
                          const pil_column **columns, const ticker *t, pil_text *line,
                          pil_file_writer *writer, pil_error *error) {
  for (size_t i = 0; i < all->count; i++)
    columns[i] = column_of(&variant->table, all->columns[i], all->is_input[i]);
  for (size_t row = 0; row < row_count; row++) {
    PIL_TRY(goes_on(t, row, error));
    line->length = 0;
    pil_csv_write_cell(line, variant->name);
    pil_text_format(line, ",%llu", (unsigned long long)(variant->table.first_trial + row));
    for (size_t i = 0; i < all->count; i++)
      write_cell(line, variant, columns[i], all->is_input[i], row);
    pil_text_add(line, "\n");
    if (line->failed) return pil_error_memory(error);
    if (!pil_file_writer_put(writer, line->bytes, line->length)) return true; /* commit reports it */
  }
  return true;
}

bool pil_rollout_write_samples(const pil_rollout *rollout, size_t row_count, const char *path,
                               pil_tick *tick, void *context, pil_error *error) {
  ticker t = {tick, context};
  pil_arena arena = {0};
  pil_text line = {0};
  pil_file_writer writer = {0};
  bool good = false;
  size_t most = 1;
  for (size_t v = 0; v < rollout->variant_count; v++) most += rollout->variants[v].table.column_count;
  sheet all = {pil_arena_array(&arena, most, sizeof *all.columns),
               pil_arena_array(&arena, most, sizeof *all.is_input), 0};
  const pil_column **columns = pil_arena_array(&arena, most, sizeof *columns);
  if (all.columns == NULL || all.is_input == NULL || columns == NULL) {
    pil_error_memory(error);
    goto done;
  }
  collect(rollout, &all, true);
  collect(rollout, &all, false);
  if (!pil_file_writer_open(&writer, path, error)) goto done;
  write_header(&line, &all);
  if (line.failed) {
    pil_error_memory(error);
    goto done;
  }
  pil_file_writer_put(&writer, line.bytes, line.length);
  for (size_t v = 0; v < rollout->variant_count; v++) {
    if (!write_variant(&rollout->variants[v], &all, row_count, columns, &t, &line, &writer, error)) goto done;
  }
  good = pil_file_writer_commit(&writer, error);
done:
  pil_file_writer_discard(&writer);
  pil_text_free(&line);
  pil_arena_free(&arena);
  return good;
}
