/* The draws of a replayed trial, as a table and as data.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_DRAWS_TABLE_H
#define PIL_SCENARIO_DRAWS_TABLE_H

#include "../report/document.h"

typedef struct pil_draws_table {
  pil_table_block *table;
  pil_node *draws;
} pil_draws_table;

/* Makes the table where the document stands, and the array "draws" of `node`. */
pil_draws_table pil_draws_table_make(pil_document *document, const char *caption, pil_node *node);

/* A pil_script_listener whose context is a pil_draws_table. */
void pil_draws_table_hear(void *table, const char *site, uint64_t k, const char *distribution, const char *value);

#endif
