/* Building a document: blocks for people, a tree of data for machines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "document.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "layout.h"

pil_document *pil_document_new(pil_arena *arena) {
  pil_document *document = pil_arena_new(arena, sizeof *document);
  if (document != NULL) document->arena = arena;
  return document;
}

/* Zeroed memory of the document's arena; NULL once anything failed. */
static void *make(pil_document *document, size_t bytes) {
  if (document->failed) return NULL;
  void *memory = pil_arena_new(document->arena, bytes);
  if (memory == NULL) document->failed = true;
  return memory;
}

/* A printable copy. Newlines stay where `lines` is true. Never NULL, so that readers need no
 * check: "" once anything failed. */
static const char *copy_printable(pil_document *document, const char *string, bool lines) {
  size_t length = strlen(string), room_bytes = 4 * length + 1, used = 0;
  char *copy = make(document, room_bytes);
  if (copy == NULL) return "";
  for (const char *from = string; *from != '\0';) {
    size_t piece = lines ? strcspn(from, "\n") : strlen(from);
    pil_text_escape(from, piece, copy + used, room_bytes - used);
    used += strlen(copy + used);
    from += piece;
    if (*from == '\n') copy[used++] = *from++;
  }
  return copy;
}

static const char *format_printable(pil_document *document, bool lines, const char *format,
                                    va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  char *text = length < 0 ? NULL : make(document, (size_t)length + 1);
  if (text != NULL) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text == NULL ? "" : copy_printable(document, text, lines);
}

static pil_block *add_block(pil_document *document, pil_block_kind kind) {
  pil_block *block = make(document, sizeof *block);
  if (block == NULL) return NULL;
  block->kind = kind;
  block->document = document;
  block->text = "";
  *(document->last == NULL ? &document->first : &document->last->next) = block;
  return document->last = block;
}

static void add_text(pil_document *document, pil_block_kind kind, bool lines, const char *format,
                     va_list arguments) {
  pil_block *block = document == NULL ? NULL : add_block(document, kind);
  if (block != NULL) block->text = format_printable(document, lines, format, arguments);
}

/* The six kinds of block that are one text. */
#define DEFINE_TEXT_BLOCK(name, kind, lines)                                  \
  void pil_document_##name(pil_document *document, const char *format, ...) { \
    va_list arguments;                                                        \
    va_start(arguments, format);                                              \
    add_text(document, kind, lines, format, arguments);                       \
    va_end(arguments);                                                        \
  }

DEFINE_TEXT_BLOCK(title, PIL_BLOCK_TITLE, false)
DEFINE_TEXT_BLOCK(heading, PIL_BLOCK_HEADING, false)
DEFINE_TEXT_BLOCK(paragraph, PIL_BLOCK_PARAGRAPH, true)
DEFINE_TEXT_BLOCK(code, PIL_BLOCK_CODE, true)
DEFINE_TEXT_BLOCK(note, PIL_BLOCK_NOTE, true)
DEFINE_TEXT_BLOCK(warning, PIL_BLOCK_WARNING, true)

/* ---- tables ---- */

static pil_block *add_captioned(pil_document *document, pil_block_kind kind, const char *caption) {
  pil_block *block = document == NULL ? NULL : add_block(document, kind);
  if (block != NULL && caption != NULL) block->text = copy_printable(document, caption, false);
  return block;
}

pil_table_block *pil_document_table(pil_document *document, const char *caption) {
  return (pil_table_block *)add_captioned(document, PIL_BLOCK_TABLE, caption);
}

static void add_column(pil_table_block *table, const char *heading, pil_align align, size_t beside_count) {
  if (table == NULL) return;
  pil_block *block = &table->block;
  assert(block->first_row == NULL && "columns come before rows");
  pil_heading *made = make(block->document, sizeof *made);
  if (made == NULL) return;
  made->align = align;
  made->beside_count = beside_count;
  made->text = copy_printable(block->document, heading, false);
  *(block->last_heading == NULL ? &block->first_heading : &block->last_heading->next) = made;
  block->last_heading = made;
  block->column_count++;
}

void pil_table_column(pil_table_block *table, const char *heading, pil_align align) {
  add_column(table, heading, align, 0);
}

void pil_table_estimates(pil_table_block *table, const char *heading) {
  add_column(table, heading, PIL_ALIGN_RIGHT, 1);
}

void pil_table_chances(pil_table_block *table, const char *heading) {
  add_column(table, heading, PIL_ALIGN_RIGHT, 2);
}

void pil_table_group(pil_table_block *table) {
  if (table != NULL) table->block.grouped = true;
}

static pil_row *add_row(pil_block *block, size_t cell_count) {
  pil_row *row = make(block->document, sizeof *row + cell_count * sizeof row->cells[0]);
  if (row == NULL) return NULL;
  for (size_t i = 0; i < cell_count; i++) row->cells[i].text = "";
  *(block->last_row == NULL ? &block->first_row : &block->last_row->next) = row;
  return block->last_row = row;
}

void pil_table_row(pil_table_block *table) {
  if (table != NULL) add_row(&table->block, table->block.column_count);
}

static pil_cell *add_cell(pil_table_block *table) {
  if (table == NULL || table->block.document->failed) return NULL;
  pil_row *row = table->block.last_row;
  assert(row != NULL && row->cell_count < table->block.column_count);
  return &row->cells[row->cell_count++];
}

void pil_table_text(pil_table_block *table, const char *text) {
  pil_cell *cell = add_cell(table);
  if (cell != NULL && text != NULL) {
    cell->text = copy_printable(table->block.document, text, false);
  }
}

void pil_table_chance(pil_table_block *table, const char *formatted, double raw, double low, double high) {
  pil_cell *cell = add_cell(table);
  if (cell == NULL) return;
  cell->text = copy_printable(table->block.document, formatted, false);
  cell->is_number = true;
  cell->raw = raw;
  cell->beside[0] = low;
  cell->beside[1] = high;
}

void pil_table_estimate(pil_table_block *table, const char *formatted, double raw, double error) {
  pil_table_chance(table, formatted, raw, error, NAN);
}

void pil_table_number(pil_table_block *table, const char *formatted, double raw) {
  pil_table_chance(table, formatted, raw, NAN, NAN);
}

void pil_table_tone(pil_table_block *table, pil_tone tone) {
  if (table == NULL || table->block.document->failed) return;
  pil_row *row = table->block.last_row;
  assert(row != NULL && row->cell_count > 0);
  row->cells[row->cell_count - 1].tone = tone;
}

/* ---- bars and facts: rows of a fixed shape ---- */

pil_bars_block *pil_document_bars(pil_document *document, const char *caption) {
  return (pil_bars_block *)add_captioned(document, PIL_BLOCK_BARS, caption);
}

void pil_bars_bar(pil_bars_block *bars, const char *label, double size, const char *remark) {
  if (bars == NULL) return;
  pil_row *row = add_row(&bars->block, 2);
  if (row == NULL) return;
  row->cells[0].text = copy_printable(bars->block.document, label, false);
  row->cells[0].raw = size;
  if (remark != NULL) row->cells[1].text = copy_printable(bars->block.document, remark, false);
}

pil_facts_block *pil_document_facts(pil_document *document) {
  return (pil_facts_block *)add_captioned(document, PIL_BLOCK_FACTS, NULL);
}

void pil_facts_add(pil_facts_block *facts, const char *name, const char *format, ...) {
  if (facts == NULL) return;
  pil_row *row = add_row(&facts->block, 2);
  if (row == NULL) return;
  row->cells[0].text = copy_printable(facts->block.document, name, false);
  va_list arguments;
  va_start(arguments, format);
  row->cells[1].text = format_printable(facts->block.document, false, format, arguments);
  va_end(arguments);
}
