/* What a document is made of, for its builders and renderers only.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_REPORT_LAYOUT_H
#define PIL_REPORT_LAYOUT_H

#include "document.h"

typedef enum pil_block_kind {
  PIL_BLOCK_TITLE,
  PIL_BLOCK_HEADING,
  PIL_BLOCK_PARAGRAPH,
  PIL_BLOCK_CODE,
  PIL_BLOCK_NOTE,
  PIL_BLOCK_WARNING,
  PIL_BLOCK_TABLE,
  PIL_BLOCK_BARS,
  PIL_BLOCK_FACTS
} pil_block_kind;

/* Numbers that stand beside each number of a column, and what CSV calls them. */
enum { PIL_BESIDE_MOST = 2 };

typedef struct pil_heading {
  struct pil_heading *next;
  const char *text;
  pil_align align;
  size_t beside_count;
} pil_heading;

/* Texts are never NULL. */
typedef struct pil_cell {
  const char *text;
  double raw; /* of a number; of a bar's first cell the size */
  double beside[PIL_BESIDE_MOST]; /* of a number: its error, or low and high */
  bool is_number;
  pil_tone tone;
} pil_cell;

typedef struct pil_row {
  struct pil_row *next;
  size_t cell_count; /* cells filled so far; there are as many as columns */
  pil_cell cells[];
} pil_row;

/* One shape for all kinds: tables have headings and rows, bars (label, remark) rows, facts
 * (name, value) rows, the others only a text. */
typedef struct pil_block {
  struct pil_block *next;
  pil_document *document;
  pil_block_kind kind;
  const char *text; /* or the caption, "" without one */
  size_t column_count;
  pil_heading *first_heading, *last_heading;
  bool grouped; /* a table whose rows that begin alike belong together */
  pil_row *first_row, *last_row;
} pil_block;

/* Distinct types, so that a compiler tells a table from bars. */
struct pil_table_block {
  pil_block block;
};
struct pil_bars_block {
  pil_block block;
};
struct pil_facts_block {
  pil_block block;
};

typedef enum pil_node_kind {
  PIL_NODE_NULL,
  PIL_NODE_BOOL,
  PIL_NODE_NUMBER,
  PIL_NODE_INTEGER,
  PIL_NODE_UNSIGNED,
  PIL_NODE_STRING,
  PIL_NODE_OBJECT,
  PIL_NODE_ARRAY
} pil_node_kind;

struct pil_node {
  pil_node *next;
  pil_document *document;
  const char *key; /* NULL in arrays */
  pil_node_kind kind;
  union {
    bool truth;
    double number;
    int64_t integer;
    uint64_t natural;
    const char *string;
    struct {
      pil_node *first, *last;
    } members;
  } as;
};

struct pil_document {
  pil_arena *arena;
  pil_block *first, *last;
  pil_node *data; /* NULL: none asked for */
  bool failed;
};

#endif
