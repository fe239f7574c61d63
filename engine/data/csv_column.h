/* What kind of column a file's cells make.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_CSV_COLUMN_H
#define PIL_DATA_CSV_COLUMN_H

#include "csv.h"

/* Sets kind and numbers of a column whose texts are set, and texts to NULL where a cell turns out
 * to be missing. *spare is room for row_count numbers or NULL; it is taken, made anew in `arena`
 * or left as the columns need. False: no memory. */
bool pil_csv_column_type(pil_arena *arena, pil_csv_column *column, size_t row_count,
                         double **spare);

#endif
