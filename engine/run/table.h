/* The table: one variant's outputs (and the inputs worth keeping), a column of cells each, a
 * row per trial. Frames of batches are merged into it in any order.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_TABLE_H
#define PIL_RUN_TABLE_H

#include "../lanes/batch.h"

enum { PIL_TABLE_TEXTS = 100000 }; /* different texts at most */

typedef struct pil_table {
  uint64_t first_trial; /* the trial of row 0 */
  size_t row_count;     /* allocated; what is read is up to the caller's count of finished rows */
  size_t touched_count; /* rows up to the last one merged; memory beyond is never touched */
  size_t most_bytes;    /* columns that would grow beyond are refused; 0: no limit */
  pil_column *columns;  /* names and cells owned */
  size_t column_count, column_capacity;
  size_t input_count;   /* the first so many columns are inputs, made when the table was */
  pil_dictionary texts; /* of PIL_CELL_TEXT cells */
} pil_table;

void pil_table_init(pil_table *table, uint64_t first_trial, size_t row_count);
void pil_table_free(pil_table *table);

/* Adds an input column (before any frame is merged). */
bool pil_table_add_input(pil_table *table, const char *name, uint32_t index, pil_error *error);

/* Copies a batch that starts at `first_row`: its frame, and for the input columns the columns
 * of `inputs` in the same order (NULL entries never occur). Columns new to the table are
 * added; rows of batches that lack a column hold PIL_CELL_MISSING. Too many different texts are
 * refused here, where all workers' come together. One thread at a time. */
bool pil_table_merge(pil_table *table, size_t first_row, const pil_frame *frame,
                     double *const *inputs, pil_error *error);

/* The column (name, index), or NULL. */
const pil_column *pil_table_find(const pil_table *table, const char *name, uint32_t index);

/* Column order for people: the names in `first` as listed, then the rest by name; the elements of a series
 * by index. Input columns stay in front. */
void pil_table_sort(pil_table *table, const char *const *first, size_t first_count);

#endif
