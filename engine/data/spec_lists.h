/* The distributions that are built from lists or data. Private to data/spec.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_SPEC_LISTS_H
#define PIL_DATA_SPEC_LISTS_H

#include "spec.h"

enum { PIL_SPEC_GIVEN = 8 };

/* What stands behind a family's name. */
typedef struct pil_spec_form {
  pil_arena *arena;
  const pil_family_record *record;
  const pil_value *value;
  const char *what;
  const pil_spec_tables *tables; /* NULL: no data here */
} pil_spec_form;

/* Reads discrete, empirical, metalog, mixture and {proportion: {data, of}}; *handled says
 * whether it was one of these. */
bool pil_spec_parse_listed(const pil_spec_form *form, pil_spec *out, bool *handled,
                           pil_error *error);

#endif
