/* The `data:` section: tables from CSV, with chosen columns and rows.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_DATASETS_H
#define PIL_SCENARIO_DATASETS_H

#include "../script/script.h"

typedef struct pil_datasets {
  pil_script_data *tables; /* as scripts see them */
  size_t table_count;
  const char **paths; /* of the files, in the tables' order */
  pil_csv **files;    /* that distributions name themselves */
  size_t file_count, file_capacity;
  pil_arena *arena;
  const char *scenario_path;
} pil_datasets;

/* Reads every table named in `data:` (NULL: none). Paths are relative to `scenario_path`. */
bool pil_datasets_read(pil_arena *arena, const pil_value *data, const char *scenario_path,
                       pil_datasets *datasets, pil_error *error);

/* The table / its column; on failure an error at `at` with the nearest name. */
bool pil_datasets_table(const pil_datasets *datasets, const char *table, pil_place at,
                        const pil_script_data **out, pil_error *error);
bool pil_datasets_column(const pil_script_data *table, const char *column, pil_place at,
                         const pil_csv_column **out, pil_error *error);

/* The column of {data: T, column: C} or {file: PATH, column: C}, for pil_spec_tables, whose `context` is the
 * datasets. A file is read when it is first named. */
bool pil_datasets_find_column(void *datasets, const pil_value *table, bool is_file, const pil_value *column,
                              const pil_csv_column **out, size_t *row_count, const size_t **rows,
                              pil_error *error);

/* A file that the scenario names by a path relative to itself, whole; read once. */
bool pil_datasets_file(pil_datasets *datasets, const pil_value *path, const pil_csv **csv, pil_error *error);

/* The kept rows' numbers of a column, in the arena. A missing cell is refused with
 * the row. */
bool pil_datasets_numbers(pil_arena *arena, const pil_script_data *table, const char *column,
                          pil_place at, const double **numbers, pil_error *error);

#endif
