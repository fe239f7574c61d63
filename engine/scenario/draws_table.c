/* The draws of a replayed trial.
 * SPDX-License-Identifier: Apache-2.0 */
#include "draws_table.h"

#include <stdio.h>

pil_draws_table pil_draws_table_make(pil_document *document, const char *caption, pil_node *node) {
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "site", PIL_ALIGN_LEFT);
  pil_table_column(table, "k", PIL_ALIGN_RIGHT);
  pil_table_column(table, "distribution", PIL_ALIGN_LEFT);
  pil_table_column(table, "value", PIL_ALIGN_RIGHT);
  return (pil_draws_table){table, pil_node_set_array(node, "draws")};
}

void pil_draws_table_hear(void *context, const char *site, uint64_t k, const char *distribution, const char *value) {
  pil_draws_table *t = context;
  char number[32];
  snprintf(number, sizeof number, "%llu", (unsigned long long)k);
  pil_table_row(t->table);
  pil_table_text(t->table, site);
  pil_table_text(t->table, number);
  pil_table_text(t->table, distribution);
  pil_table_text(t->table, value);
  pil_node *node = pil_node_append_object(t->draws);
  pil_node_set_string(node, "site", site);
  pil_node_set_unsigned(node, "k", k);
  pil_node_set_string(node, "distribution", distribution);
  pil_node_set_string(node, "value", value);
}
