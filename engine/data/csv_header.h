/* What the first line of a CSV file must be, for whoever reads one.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_CSV_HEADER_H
#define PIL_DATA_CSV_HEADER_H

#include "../base/error.h"

/* Column names keep no blanks around them: a part of `name`, which is cut at its end. */
const char *pil_csv_header_trim(char *name);

/* Whether these names (one at least, trimmed) make a header: no two are the same but empty ones, not all are
 * empty, and a single one does not hold the semicolons or tabs of another kind of table. */
bool pil_csv_header_check(const char *const *names, size_t name_count, pil_place at, pil_error *error);

/* Whether the bytes begin with the mark of UTF-16, in either order. */
bool pil_csv_is_utf16(const char *bytes, size_t length);
#define PIL_CSV_UTF16 "the file is UTF-16; save it as CSV in UTF-8"

#endif
