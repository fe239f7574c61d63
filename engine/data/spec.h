/* A distribution as a scenario writes it: `22 to 31`, {normal: {mean: 3, sd: 1}, min: 0}.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_SPEC_H
#define PIL_DATA_SPEC_H

#include "../random/distribution.h"
#include "csv.h"
#include "value.h"

/* Ready to draw. A draw of a choice is an index into `choices`. */
typedef struct pil_spec {
  pil_distribution distribution;
  pil_draw_kind draws;
  const pil_value *const *choices; /* discrete only, else NULL */
  size_t choice_count;
} pil_spec;

/* Where {data: T, column: C} and {data: T, of: C} find their columns; or, with file: PATH in place of data. */
typedef struct pil_spec_tables {
  void *context;
  /* The column named by the texts `table` (a path where `is_file`) and `column` and its kept rows (*rows NULL: all,
   * 0 … *row_count-1). False with a message at the value that names nothing. */
  bool (*column)(void *context, const pil_value *table, bool is_file, const pil_value *column,
                 const pil_csv_column **out, size_t *row_count, const size_t **rows,
                 pil_error *error);
} pil_spec_tables;

/* Does it look like a distribution: a text `A to B`, or a map with a family's name or `range`?
 * (Numbers, rows of data and "= EXPR" are the caller's.) */
bool pil_spec_is(const pil_value *value);

/* A key that may stand beside a distribution's name: min, max, clamp, unit, about, each. */
bool pil_spec_is_option(const char *key);

/* The entry that names the distribution of a map that holds a distribution and nothing else
 * (options aside), or NULL: {beta: 0.3, gamma: 0.2} and {range: 10} are a script's own names. */
const pil_entry *pil_spec_family(const pil_value *value);

/* Reads any distribution; `what` names it in messages (input "volume"). Keys beside the family:
 * min, max, clamp; unit, about and each are the caller's to check. `tables` NULL: forms that
 * need data are refused. Everything lives in `arena`, choices with the value. */
bool pil_spec_parse(pil_arena *arena, const pil_value *value, const char *what,
                    const pil_spec_tables *tables, pil_spec *out, pil_error *error);

#endif
