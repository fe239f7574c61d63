/* The neutral document between answers and renderers: ordered blocks for people, and beside
 * them a tree of data for machines. Jobs build it, renderers show it, nothing in it computes.
 *
 * Everything lives in the arena of the document and strings are copied, so callers may free
 * theirs. Allocation failure sticks to the document and is reported once, by the renderer;
 * every function accepts NULL for its document, block or node and then does nothing (and
 * returns NULL), so no call needs a check. Block strings are made printable as they come in:
 * control characters and bytes that are not UTF-8 turn into \xHH (a newline ends a line in
 * paragraphs, notes and warnings, and is \n elsewhere). Strings of the data tree are kept.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_REPORT_DOCUMENT_H
#define PIL_REPORT_DOCUMENT_H

#include "../base/arena.h"
#include "../base/error.h"
#include "../base/text.h"

typedef struct pil_document pil_document;

pil_document *pil_document_new(pil_arena *arena);

/* ---- blocks, shown in the order they are made ---- */

#define PIL_PRINTF(n) __attribute__((format(printf, n, n + 1)))

void pil_document_title(pil_document *document, const char *format, ...) PIL_PRINTF(2);
void pil_document_heading(pil_document *document, const char *format, ...) PIL_PRINTF(2);
void pil_document_paragraph(pil_document *document, const char *format, ...) PIL_PRINTF(2);
/* Lines that are copied from the answer: never wrapped. */
void pil_document_code(pil_document *document, const char *format, ...) PIL_PRINTF(2);
void pil_document_note(pil_document *document, const char *format, ...) PIL_PRINTF(2);
void pil_document_warning(pil_document *document, const char *format, ...) PIL_PRINTF(2);

/* How a cell or a fact is meant; shown as colour where colour is asked for. */
typedef enum pil_tone { PIL_TONE_PLAIN, PIL_TONE_GOOD, PIL_TONE_BAD, PIL_TONE_QUIET } pil_tone;

typedef enum pil_align { PIL_ALIGN_LEFT, PIL_ALIGN_RIGHT } pil_align;

/* A table: first its columns, then row by row its cells from left to right. Cells that a row
 * does not get are empty; more cells than columns are a programmer's error (asserted). */
typedef struct pil_table_block pil_table_block;
pil_table_block *pil_document_table(pil_document *document, const char *caption); /* or NULL */
void pil_table_column(pil_table_block *table, const char *heading, pil_align align);
/* A column of numbers that are estimates: CSV has their errors in a column of its own behind it,
 * called "X error" for a heading "X" or "X ± error"; or of probabilities with an interval: there
 * "X low" and "X high", for a heading "X" or "X, 95 % interval". Right-aligned. */
void pil_table_estimates(pil_table_block *table, const char *heading);
void pil_table_chances(pil_table_block *table, const char *heading);
/* The first two columns name a row, and rows that begin with the same text belong together: text shows
 * it in the first of them only. */
void pil_table_group(pil_table_block *table);
void pil_table_row(pil_table_block *table);
void pil_table_text(pil_table_block *table, const char *text); /* NULL: an empty cell */
/* A number: `formatted` for people, `raw` for CSV (NaN: empty there, infinity: inf). */
void pil_table_number(pil_table_block *table, const char *formatted, double raw);
/* The same in a column of estimates or chances; NaN where unknown. */
void pil_table_estimate(pil_table_block *table, const char *formatted, double raw, double error);
void pil_table_chance(pil_table_block *table, const char *formatted, double raw, double low, double high);
void pil_table_tone(pil_table_block *table, pil_tone tone); /* of the cell just made */

/* Horizontal bars, the longest as wide as there is room. */
typedef struct pil_bars_block pil_bars_block;
pil_bars_block *pil_document_bars(pil_document *document, const char *caption); /* or NULL */
/* `size` >= 0 decides the length; `remark` (or NULL) stands behind the bar. */
void pil_bars_bar(pil_bars_block *bars, const char *label, double size, const char *remark);

/* "name   value" lines. */
typedef struct pil_facts_block pil_facts_block;
pil_facts_block *pil_document_facts(pil_document *document);
void pil_facts_add(pil_facts_block *facts, const char *name, const char *format, ...) PIL_PRINTF(3);

/* ---- data for machines ---- */

typedef struct pil_node pil_node;

/* The root object. */
pil_node *pil_document_data(pil_document *document);

/* Members of an object, kept in the order first set; setting a key again replaces its value. */
void pil_node_set_number(pil_node *object, const char *key, double number);
void pil_node_set_integer(pil_node *object, const char *key, int64_t integer);
void pil_node_set_unsigned(pil_node *object, const char *key, uint64_t integer);
void pil_node_set_bool(pil_node *object, const char *key, bool truth);
void pil_node_set_string(pil_node *object, const char *key, const char *string); /* NULL: null */
void pil_node_set_null(pil_node *object, const char *key);
pil_node *pil_node_set_object(pil_node *object, const char *key);
pil_node *pil_node_set_array(pil_node *object, const char *key);

/* Elements of an array. */
void pil_node_append_number(pil_node *array, double number);
void pil_node_append_integer(pil_node *array, int64_t integer);
void pil_node_append_unsigned(pil_node *array, uint64_t integer);
void pil_node_append_bool(pil_node *array, bool truth);
void pil_node_append_string(pil_node *array, const char *string); /* NULL: null */
pil_node *pil_node_append_object(pil_node *array);
pil_node *pil_node_append_array(pil_node *array);

#endif
