/* A document as text for a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../base/memory.h"
#include "layout.h"
#include "render.h"

enum { WIDTH = 100, INDENT = 2, GAP = 2, LONGEST_BAR = 50 };

#define BOLD "1"

static const char *const tone_codes[] = {
    [PIL_TONE_PLAIN] = NULL, [PIL_TONE_GOOD] = "32", [PIL_TONE_BAD] = "31", [PIL_TONE_QUIET] = "2"};

typedef struct printer {
  pil_text *to;
  bool colour;
} printer;

static void put_styled(const printer *out, const char *text, const char *code) {
  bool styled = out->colour && code != NULL && *text != '\0';
  if (styled) pil_text_format(out->to, "\033[%sm", code);
  pil_text_add(out->to, text);
  if (styled) pil_text_add(out->to, "\033[0m");
}

static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

/* Characters of the first `length` bytes. */
static size_t width_of(const char *text, size_t length) {
  size_t width = 0;
  for (size_t i = 0; i < length; i++) width += ((unsigned char)text[i] & 0xc0) != 0x80;
  return width;
}

/* Writes words from `column` on, going on at `indent` where a line is full. */
static void put_wrapped(const printer *out, const char *text, size_t column, size_t indent) {
  size_t start = column;
  while (*text != '\0') {
    if (*text == '\n') {
      if (text[strspn(text, "\n")] == '\0') break; /* a folded text of YAML ends with one */
      pil_text_add(out->to, "\n");
      if (text[1] != '\0' && text[1] != '\n') pil_text_repeat(out->to, " ", indent);
      start = column = indent;
      text++;
      continue;
    }
    size_t length = strcspn(text, " \n"), width = width_of(text, length);
    if (width > 0 && column > start && column + 1 + width > WIDTH) {
      pil_text_add(out->to, "\n");
      pil_text_repeat(out->to, " ", indent);
      start = column = indent;
    } else if (width > 0 && column > start) {
      pil_text_add(out->to, " ");
      column++;
    }
    pil_text_append(out->to, text, length);
    column += width;
    text += length;
    while (*text == ' ') text++;
  }
  pil_text_add(out->to, "\n");
}

static void put_paragraph(const printer *out, const char *label, const char *code,
                          const char *text) {
  put_styled(out, label, code);
  size_t indent = pil_text_width(label);
  put_wrapped(out, text, indent, indent);
}

/* ---- tables ---- */

/* Spaces behind the last column of a line are left out. */
static void put_cell(const printer *out, const char *text, const char *code, pil_align align,
                     size_t width, bool last) {
  size_t padding = width - pil_text_width(text);
  if (align == PIL_ALIGN_RIGHT) pil_text_repeat(out->to, " ", padding);
  put_styled(out, text, code);
  if (align == PIL_ALIGN_LEFT && !last) pil_text_repeat(out->to, " ", padding);
}

/* Columns shown side by side: the first `keys` of the table, which name a row, then `from` to before
 * `to`. */
typedef struct slice {
  size_t keys, from, to;
} slice;

static bool is_shown(slice columns, size_t column) {
  return column < columns.keys || (column >= columns.from && column < columns.to);
}

static void put_headings(const printer *out, const pil_block *table, const size_t *widths,
                         slice columns) {
  size_t column = 0;
  for (const pil_heading *h = table->first_heading; h != NULL; h = h->next, column++) {
    if (!is_shown(columns, column)) continue;
    pil_text_repeat(out->to, " ", column == 0 ? INDENT : GAP);
    put_cell(out, h->text, BOLD, h->align, widths[column], column + 1 == columns.to);
  }
  pil_text_add(out->to, "\n");
  for (column = 0; column < columns.to; column++) {
    if (!is_shown(columns, column)) continue;
    pil_text_repeat(out->to, " ", column == 0 ? INDENT : GAP);
    pil_text_repeat(out->to, "─", widths[column]);
  }
  pil_text_add(out->to, "\n");
}

static bool repeats(const pil_block *table, const pil_row *row, const pil_row *above) {
  return table->grouped && above != NULL && strcmp(row->cells[0].text, above->cells[0].text) == 0;
}

static void put_row(const printer *out, const pil_block *table, const pil_row *row, const pil_row *above,
                    const size_t *widths, slice columns) {
  size_t last = columns.to; /* one past the last cell that says something */
  while (last > 0 && (!is_shown(columns, last - 1) || row->cells[last - 1].text[0] == '\0')) last--;
  size_t column = 0;
  for (const pil_heading *h = table->first_heading; column < last; h = h->next, column++) {
    if (!is_shown(columns, column)) continue;
    const pil_cell *cell = &row->cells[column];
    pil_text_repeat(out->to, " ", column == 0 ? INDENT : GAP);
    const char *text = column == 0 && repeats(table, row, above) ? "" : cell->text;
    put_cell(out, text, tone_codes[cell->tone], h->align, widths[column], column + 1 == last);
  }
  pil_text_add(out->to, "\n");
}

static void measure_columns(const pil_block *table, size_t *widths) {
  size_t column = 0;
  for (const pil_heading *h = table->first_heading; h != NULL; h = h->next)
    widths[column++] = pil_text_width(h->text);
  for (const pil_row *row = table->first_row; row != NULL; row = row->next) {
    for (column = 0; column < row->cell_count; column++)
      widths[column] = larger(widths[column], pil_text_width(row->cells[column].text));
  }
}

/* A table that is too wide goes on below itself, the columns that name a row shown again. */
static void put_table(const printer *out, const pil_block *table) {
  if (table->column_count == 0) return;
  size_t *widths = pil_memory_new_zeroed(table->column_count, sizeof *widths);
  if (widths == NULL) {
    out->to->failed = true;
    return;
  }
  measure_columns(table, widths);
  size_t keys = table->grouped && table->column_count > 2 ? 2 : 1, indent = INDENT + widths[0];
  if (keys == 2) indent += GAP + widths[1];
  slice columns = {keys, keys, keys};
  do {
    size_t used = indent;
    columns.from = columns.to;
    while (columns.to < table->column_count) {
      used += GAP + widths[columns.to];
      if (used > WIDTH && columns.to > columns.from) break;
      columns.to++;
    }
    if (columns.from > keys) pil_text_add(out->to, "\n");
    put_headings(out, table, widths, columns);
    const pil_row *above = NULL;
    for (const pil_row *row = table->first_row; row != NULL; above = row, row = row->next)
      put_row(out, table, row, above, widths, columns);
  } while (columns.to < table->column_count);
  pil_memory_free(widths);
}

/* ---- bars ---- */

static void put_bar(const printer *out, size_t eighths) {
  static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  pil_text_repeat(out->to, "█", eighths / 8);
  pil_text_add(out->to, parts[eighths % 8]);
}

static void put_bars(const printer *out, const pil_block *bars) {
  size_t label_width = 0, remark_width = 0;
  double longest = 0;
  for (const pil_row *row = bars->first_row; row != NULL; row = row->next) {
    label_width = larger(label_width, pil_text_width(row->cells[0].text));
    remark_width = larger(remark_width, pil_text_width(row->cells[1].text));
    longest = fmax(longest, row->cells[0].raw);
  }
  size_t taken = INDENT + label_width + 2 + 1 + remark_width;
  size_t room = taken + 10 < WIDTH ? WIDTH - taken : 10;
  if (room > LONGEST_BAR) room = LONGEST_BAR;
  for (const pil_row *row = bars->first_row; row != NULL; row = row->next) {
    double share = longest > 0 ? row->cells[0].raw / longest : 0;
    size_t eighths = share > 0 ? (size_t)(share * 8 * (double)room + 0.5) : 0;
    if (share > 0 && eighths == 0) eighths = 1; /* something is not nothing */
    pil_text_repeat(out->to, " ", INDENT);
    put_cell(out, row->cells[0].text, NULL, PIL_ALIGN_RIGHT, label_width, false);
    pil_text_add(out->to, " │");
    put_bar(out, eighths);
    if (row->cells[1].text[0] != '\0') pil_text_format(out->to, " %s", row->cells[1].text);
    pil_text_add(out->to, "\n");
  }
}

static void put_facts(const printer *out, const pil_block *facts) {
  size_t name_width = 0;
  for (const pil_row *row = facts->first_row; row != NULL; row = row->next)
    name_width = larger(name_width, pil_text_width(row->cells[0].text));
  size_t indent = INDENT + name_width + GAP;
  for (const pil_row *row = facts->first_row; row != NULL; row = row->next) {
    pil_text_repeat(out->to, " ", INDENT);
    bool alone = row->cells[1].text[0] == '\0';
    put_cell(out, row->cells[0].text, NULL, PIL_ALIGN_LEFT, name_width, alone);
    if (!alone) pil_text_repeat(out->to, " ", GAP);
    put_wrapped(out, row->cells[1].text, indent, indent);
  }
}

static void put_line(const printer *out, const char *text, const char *code) {
  put_styled(out, text, code);
  pil_text_add(out->to, "\n");
}

/* A caption that only repeats the heading it stands under is for CSV, which has no headings. */
static void put_caption(const printer *out, const pil_block *block, const pil_block *heading) {
  bool captioned = block->kind == PIL_BLOCK_TABLE || block->kind == PIL_BLOCK_BARS;
  bool repeats = heading != NULL && strcmp(heading->text, block->text) == 0;
  if (captioned && block->text[0] != '\0' && !repeats) put_line(out, block->text, BOLD);
}

static void put_code(const printer *out, const char *text) {
  for (size_t length; *text != '\0'; text += length + (text[length] == '\n')) {
    length = strcspn(text, "\n");
    pil_text_repeat(out->to, " ", INDENT);
    pil_text_append(out->to, text, length);
    pil_text_add(out->to, "\n");
  }
}

static void put_block(const printer *out, const pil_block *block) {
  switch (block->kind) {
    case PIL_BLOCK_TITLE: put_line(out, block->text, BOLD); break;
    case PIL_BLOCK_HEADING:
      put_line(out, block->text, BOLD);
      pil_text_repeat(out->to, "─", pil_text_width(block->text));
      pil_text_add(out->to, "\n");
      break;
    case PIL_BLOCK_PARAGRAPH: put_paragraph(out, "", NULL, block->text); break;
    case PIL_BLOCK_CODE: put_code(out, block->text); break;
    case PIL_BLOCK_NOTE: put_paragraph(out, "Note: ", BOLD, block->text); break;
    case PIL_BLOCK_WARNING:
      put_paragraph(out, "Warning: ", tone_codes[PIL_TONE_BAD], block->text);
      break;
    case PIL_BLOCK_TABLE: put_table(out, block); break;
    case PIL_BLOCK_BARS: put_bars(out, block); break;
    case PIL_BLOCK_FACTS: put_facts(out, block); break;
  }
}

/* Notes and warnings that follow each other stand together; the rest is set apart by a line. */
static bool is_remark(const pil_block *block) {
  return block->kind == PIL_BLOCK_NOTE || block->kind == PIL_BLOCK_WARNING;
}

bool pil_render_text(const pil_document *document, bool colour, pil_text *to, pil_error *error) {
  if (document == NULL || document->failed) return pil_error_memory(error);
  printer out = {to, colour};
  const pil_block *before = NULL, *heading = NULL;
  for (const pil_block *block = document->first; block != NULL; block = block->next) {
    bool together = before == NULL || before->kind == PIL_BLOCK_HEADING ||
                    (is_remark(before) && is_remark(block));
    if (!together) pil_text_add(to, "\n");
    put_caption(&out, block, heading);
    put_block(&out, block);
    before = block;
    if (block->kind == PIL_BLOCK_HEADING) heading = block;
  }
  return to->failed ? pil_error_memory(error) : true;
}
