/* One small document with every kind of block and of data, for the tests of renderers.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SAMPLE_DOCUMENT_H
#define TESTS_SAMPLE_DOCUMENT_H

#include <math.h>

#include "../engine/report/document.h"

static inline void add_sample_table(pil_document *d, const char *caption) {
  pil_table_block *table = pil_document_table(d, caption);
  pil_table_column(table, "output", PIL_ALIGN_LEFT);
  pil_table_column(table, "mean", PIL_ALIGN_RIGHT);
  pil_table_column(table, "P(goal)", PIL_ALIGN_LEFT);
  pil_table_row(table);
  pil_table_text(table, "npv, €");
  pil_table_number(table, "1,234,600 ± 3,200", 1234567.0625);
  pil_table_text(table, "missed");
  pil_table_tone(table, PIL_TONE_BAD);
  pil_table_row(table);
  pil_table_text(table, "payback");
  pil_table_number(table, "never", (double)INFINITY);
  pil_table_row(table);
  pil_table_text(table, "=1+1");
  pil_table_number(table, "-", (double)NAN);
  pil_table_text(table, NULL);
}

static inline void add_sample_blocks(pil_document *d) {
  pil_document_title(d, "Chatbot from %d%% to %d%%", 10, 50);
  pil_facts_block *facts = pil_document_facts(d);
  pil_facts_add(facts, "seed", "%d", 2026);
  pil_facts_add(facts, "trials", "%s", "10,000");
  pil_document_paragraph(d,
                         "Words wrap at a hundred columns, so that this sentence, which is longer "
                         "than that, goes on below.\nA line of its own.");
  pil_document_heading(d, "phasé");
  add_sample_table(d, "What it is worth");
  pil_bars_block *bars = pil_document_bars(d, "npv");
  pil_bars_bar(bars, "-1,000", 1, "1");
  pil_bars_bar(bars, "0", 1600, "1,600");
  pil_bars_bar(bars, "1,000", 810, NULL);
  pil_bars_bar(bars, "2,000", 0, "0");
  pil_document_note(d, "bytes are shown: \x1b[2J \xff");
  pil_document_warning(d, "partial");
}

static inline void add_sample_data(pil_document *d) {
  pil_node *root = pil_document_data(d);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "replaced below");
  pil_node_set_unsigned(root, "seed", UINT64_MAX);
  pil_node_set_integer(root, "least", INT64_MIN);
  pil_node_set_bool(root, "partial", false);
  pil_node_set_string(root, "kind", "roll\"out\n");
  pil_node *numbers = pil_node_set_array(root, "numbers");
  pil_node_append_number(numbers, 0.1);
  pil_node_append_number(numbers, -3);
  pil_node_append_number(numbers, (double)INFINITY);
  pil_node_append_number(numbers, -(double)INFINITY);
  pil_node_append_number(numbers, (double)NAN);
  pil_node_append_number(numbers, 1.7976931348623157e308);
  pil_node *variants = pil_node_set_array(root, "variants");
  pil_node *variant = pil_node_append_object(variants);
  pil_node_set_string(variant, "name", "bad \xff byte");
  pil_node_set_null(variant, "unit");
  pil_node_set_object(variant, "empty");
  pil_node_append_string(variants, "é");
  pil_node_append_bool(variants, true);
  pil_node *inner = pil_node_append_array(variants);
  pil_node_append_integer(inner, -7);
  pil_node_append_unsigned(inner, 7);
}

static inline pil_document *sample_document(pil_arena *arena) {
  pil_document *d = pil_document_new(arena);
  add_sample_blocks(d);
  add_sample_data(d);
  return d;
}

#endif
