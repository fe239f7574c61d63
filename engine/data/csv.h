/* CSV tables: quoting, BOM, CRLF, quoted newlines, .gz; every cell knows its line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_CSV_H
#define PIL_DATA_CSV_H

#include "../base/arena.h"
#include "../base/error.h"
#include "../base/text.h"

typedef enum pil_column_kind {
  PIL_COLUMN_INTEGER, /* every present cell digits only (with a sign), at most 2^53 */
  PIL_COLUMN_NUMBER,  /* also a column with no cell present */
  PIL_COLUMN_BOOLEAN, /* true/false in any letter case */
  PIL_COLUMN_TEXT
} pil_column_kind;

/* One column of a file. Missing cells (nothing but blanks, quoted or not; or NA in a column whose
 * other cells are all numbers, at least one) are NaN in numbers and NULL in texts; elsewhere NA is
 * a text. `numbers` is set for the first three kinds (booleans 1 and 0), `texts` always. Blanks
 * around a number and leading zeros are fine; 1_000, 0x1F, nan and 1e400 make a column of texts. */
typedef struct pil_csv_column {
  const char *name;
  pil_column_kind kind;
  double *numbers;
  const char **texts;
} pil_csv_column;

typedef struct pil_csv {
  const char *file;
  size_t row_count, column_count;
  pil_csv_column *columns;
  int *lines; /* the file's line of each row */
} pil_csv;

enum { PIL_CSV_BYTES = 1 << 30 };

/* Reads the whole file into `arena`. A line ends with LF, CR LF or CR; empty lines at the end are
 * ignored, within a file of one column an empty line is a missing cell. Errors: no header, a row
 * with too many or too few cells (its line), two columns of one name, an open quote (its line),
 * text after a closing quote, bytes that are not UTF-8, a header of semicolons or tabs. */
bool pil_csv_read(pil_arena *arena, const char *path, pil_place at, pil_csv **csv,
                  pil_error *error);

/* The column of that name, or NULL. */
const pil_csv_column *pil_csv_find(const pil_csv *csv, const char *name);

/* Appends one cell to a text, quoted where CSV needs it; a text that a spreadsheet would take
 * for a formula (=, +, -, @, tab or CR first, and no number) gets a leading apostrophe. NULL is an
 * empty cell. */
void pil_csv_write_cell(pil_text *to, const char *cell);

#endif
