/* The tables of a document as CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../data/csv.h"
#include "layout.h"
#include "render.h"

static bool is_same_heading(const pil_block *a, const pil_block *b) {
  const pil_heading *x = a->first_heading, *y = b->first_heading;
  for (; x != NULL && y != NULL; x = x->next, y = y->next)
    if (strcmp(x->text, y->text) != 0) return false;
  return x == NULL && y == NULL;
}

static void put_headings(pil_text *to, const pil_block *table) {
  pil_text_add(to, "table");
  for (const pil_heading *h = table->first_heading; h != NULL; h = h->next) {
    pil_text_add(to, ",");
    pil_csv_write_cell(to, h->text);
  }
  pil_text_add(to, "\r\n");
}

static void put_number(pil_text *to, double number) {
  if (isnan(number)) return;
  if (isinf(number)) {
    pil_text_add(to, number > 0 ? "inf" : "-inf");
  } else {
    pil_text_format(to, "%.17g", number);
  }
}

static void put_row(pil_text *to, const pil_block *table, const pil_row *row) {
  pil_csv_write_cell(to, table->text);
  for (size_t i = 0; i < table->column_count; i++) {
    const pil_cell *cell = &row->cells[i];
    pil_text_add(to, ",");
    if (cell->is_number) {
      put_number(to, cell->raw);
    } else {
      pil_csv_write_cell(to, cell->text);
    }
  }
  pil_text_add(to, "\r\n");
}

bool pil_render_csv(const pil_document *document, pil_text *to, pil_error *error) {
  if (document == NULL || document->failed) return pil_error_memory(error);
  const pil_block *before = NULL;
  for (const pil_block *block = document->first; block != NULL; block = block->next) {
    if (block->kind != PIL_BLOCK_TABLE) continue;
    if (before == NULL || !is_same_heading(before, block)) {
      if (before != NULL) pil_text_add(to, "\r\n");
      put_headings(to, block);
    }
    for (const pil_row *row = block->first_row; row != NULL; row = row->next)
      put_row(to, block, row);
    before = block;
  }
  return to->failed ? pil_error_memory(error) : true;
}
