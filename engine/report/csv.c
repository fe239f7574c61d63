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

/* The first `length` bytes of a name, and what it is of it. */
static void put_heading(pil_text *to, const char *name, size_t length, const char *suffix) {
  pil_text cell = {0};
  pil_text_append(&cell, name, length);
  pil_text_add(&cell, suffix);
  pil_text_add(to, ",");
  pil_csv_write_cell(to, pil_text_get(&cell));
  to->failed |= cell.failed;
  pil_text_free(&cell);
}

/* The heading without what tells a reader that its error or interval stands in the same cell. */
static size_t length_without(const char *heading, const char *end) {
  size_t length = strlen(heading), end_length = strlen(end);
  bool ends = length >= end_length && strcmp(heading + length - end_length, end) == 0;
  return ends ? length - end_length : length;
}

static void put_headings(pil_text *to, const pil_block *table) {
  pil_text_add(to, "table");
  for (const pil_heading *h = table->first_heading; h != NULL; h = h->next) {
    static const char *const ends[] = {"", " ± error", ", 95 % interval"};
    size_t length = length_without(h->text, ends[h->beside_count]);
    put_heading(to, h->text, length, "");
    if (h->beside_count == 1) put_heading(to, h->text, length, " error");
    if (h->beside_count == 2) put_heading(to, h->text, length, " low");
    if (h->beside_count == 2) put_heading(to, h->text, length, " high");
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
  const pil_heading *heading = table->first_heading;
  for (size_t i = 0; i < table->column_count; i++, heading = heading->next) {
    const pil_cell *cell = &row->cells[i];
    pil_text_add(to, ",");
    if (cell->is_number) {
      put_number(to, cell->raw);
    } else {
      pil_csv_write_cell(to, cell->text);
    }
    for (size_t b = 0; b < heading->beside_count; b++) {
      pil_text_add(to, ",");
      if (cell->is_number) put_number(to, cell->beside[b]);
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
