/* The table: one variant's outputs, a column of cells each, a row per trial.
 * SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdlib.h>

#include "../base/memory.h"

void pil_table_init(pil_table *table, uint64_t first_trial, size_t row_count) {
  *table = (pil_table){.first_trial = first_trial, .row_count = row_count};
}

void pil_table_free(pil_table *table) {
  for (size_t i = 0; i < table->column_count; i++) {
    pil_memory_free((char *)table->columns[i].name);
    pil_memory_free(table->columns[i].cells);
  }
  pil_memory_free(table->columns);
  pil_dictionary_free(&table->texts);
  *table = (pil_table){0};
}

static bool reserve_column(pil_table *table) {
  if (table->column_count < table->column_capacity) return true;
  size_t capacity = table->column_capacity == 0 ? 16 : 2 * table->column_capacity;
  pil_column *grown = pil_memory_resize(table->columns, capacity, sizeof *grown);
  if (grown == NULL) return false;
  table->columns = grown;
  table->column_capacity = capacity;
  return true;
}

/* Memory is only taken up as rows come in, so a machine would not refuse what it cannot hold in
 * the end: better to say so now. */
static bool check_size(const pil_table *table, pil_error *error) {
  double needed_bytes = (double)(table->column_count + 1) * (double)table->row_count * sizeof(double);
  if (table->most_bytes == 0 || needed_bytes <= (double)table->most_bytes) return true;
  return pil_error_set(error, PIL_FAILURE_MEMORY, PIL_NOWHERE,
                       "%zu trials of %zu or more columns need over %.1f GiB a variant, and this machine has "
                       "%.1f; run fewer trials, or pieces of them (--trials FIRST:LAST)",
                       table->row_count, table->column_count + 1, needed_bytes / 0x1p30,
                       (double)table->most_bytes / 0x1p30);
}

static pil_column *add_column(pil_table *table, const char *name, uint32_t index, pil_error *error) {
  if (!check_size(table, error)) return NULL;
  if (!reserve_column(table)) {
    pil_error_memory(error);
    return NULL;
  }
  char *copy = pil_memory_copy(name, strlen(name));
  double *cells = pil_memory_resize(NULL, table->row_count, sizeof *cells);
  if (copy == NULL || cells == NULL) {
    pil_memory_free(copy);
    pil_memory_free(cells);
    pil_error_memory(error);
    return NULL;
  }
  pil_column *column = &table->columns[table->column_count++];
  *column = (pil_column){.name = copy, .index = index, .cells = cells};
  return column;
}

static void fill_missing(double *cells, size_t count) {
  double missing = pil_cell_of(PIL_CELL_MISSING);
  for (size_t i = 0; i < count; i++) cells[i] = missing;
}

bool pil_table_add_input(pil_table *table, const char *name, uint32_t index, pil_error *error) {
  PIL_TRY(add_column(table, name, index, error) != NULL);
  table->input_count = table->column_count;
  return true;
}

const pil_column *pil_table_find(const pil_table *table, const char *name, uint32_t index) {
  for (size_t i = table->input_count; i < table->column_count; i++) {
    const pil_column *column = &table->columns[i];
    if (column->index == index && strcmp(column->name, name) == 0) return column;
  }
  return NULL;
}

/* The table's cell for a text of the frame; false when there are too many, or no memory. */
static bool find_text(pil_table *table, const char *column, const char *text, uint64_t *cell,
                      pil_error *error) {
  int64_t code = pil_dictionary_code(&table->texts, text, strlen(text));
  if (code < 0) return pil_error_memory(error);
  *cell = PIL_CELL_TEXT | (uint64_t)code;
  if (code < PIL_TABLE_TEXTS) return true;
  return pil_error_set(error, PIL_FAILURE_SCRIPT, PIL_NOWHERE,
                       "output \"%s\": more than %d different texts; texts are for a few shares",
                       column, PIL_TABLE_TEXTS);
}

/* Texts have codes of their own in every frame; the table's dictionary gives the common ones. Few
 * differ in a batch, so those found are noted, by the last bits of their codes. */
static bool copy_cells(pil_table *table, double *to, const pil_column *column, size_t count,
                       const pil_dictionary *texts, pil_error *error) {
  enum { NOTED = 64 };
  uint64_t own_cells[NOTED] = {0}, cells[NOTED];
  const double *from = column->cells;
  memcpy(to, from, count * sizeof *to);
  if (texts->count == 0) return true;
  for (size_t i = 0; i < count; i++) {
    if (!pil_cell_is_text(from[i])) continue;
    uint32_t code = pil_cell_text(from[i]), note = code % NOTED;
    uint64_t own = pil_cell_bits(from[i]);
    if (own_cells[note] != own) {
      PIL_TRY(find_text(table, column->name, texts->texts[code], &cells[note], error));
      own_cells[note] = own;
    }
    to[i] = pil_cell_of(cells[note]);
  }
  return true;
}

bool pil_table_merge(pil_table *table, size_t first_row, const pil_frame *frame,
                     double *const *inputs, pil_error *error) {
  size_t count = frame->lane_count;
  if (table->touched_count < first_row + count) table->touched_count = first_row + count;
  for (size_t i = 0; i < table->input_count; i++)
    memcpy(table->columns[i].cells + first_row, inputs[i], count * sizeof(double));
  for (size_t i = table->input_count; i < table->column_count; i++)
    fill_missing(table->columns[i].cells + first_row, count);
  for (size_t i = 0; i < frame->column_count; i++) {
    const pil_column *from = &frame->columns[i];
    pil_column *to = (pil_column *)pil_table_find(table, from->name, from->index);
    if (to == NULL) {
      to = add_column(table, from->name, from->index, error);
      if (to == NULL) return false;
      fill_missing(to->cells, table->touched_count); /* batches still under way fill their own */
    }
    PIL_TRY(copy_cells(table, to->cells + first_row, from, count, &frame->texts, error));
  }
  return true;
}

typedef struct column_order {
  const char *const *first;
  size_t first_count;
} column_order;

/* Position in the preferred list; a record's member ("risk.outage") stands where "risk" does. */
static size_t rank_of(const column_order *order, const char *name) {
  for (size_t i = 0; i < order->first_count; i++) {
    size_t length = strlen(order->first[i]);
    if (strncmp(order->first[i], name, length) == 0 && (name[length] == '\0' || name[length] == '.'))
      return i;
  }
  return order->first_count;
}

static int compare_columns(const void *a, const void *b, void *context) {
  const pil_column *left = a, *right = b;
  size_t left_rank = rank_of(context, left->name), right_rank = rank_of(context, right->name);
  if (left_rank != right_rank) return left_rank < right_rank ? -1 : 1;
  int by_name = strcmp(left->name, right->name);
  if (by_name != 0) return by_name;
  return left->index < right->index ? -1 : left->index > right->index;
}

void pil_table_sort(pil_table *table, const char *const *first, size_t first_count) {
  column_order order = {first, first_count};
  size_t count = table->column_count - table->input_count;
  if (count > 1) {
    qsort_r(table->columns + table->input_count, count, sizeof *table->columns, compare_columns,
            &order);
  }
}
