/* One trial of a backlog replayed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../scenario/draws_table.h"
#include "../statistics/number.h"
#include "backlog_samples.h"

static void put_field(pil_table_block *table, pil_node *node, const pil_backlog_field *field, double cell) {
  char text[PIL_NUMBER_BYTES];
  if (field->kind == PIL_FIELD_TEXT) {
    pil_table_text(table, field->choices[(size_t)cell]);
    pil_node_set_string(node, field->name, field->choices[(size_t)cell]);
  } else if (field->kind == PIL_FIELD_BOOLEAN) {
    pil_table_text(table, cell != 0 ? "true" : "false");
    pil_node_set_bool(node, field->name, cell != 0);
  } else {
    pil_table_number(table, pil_number_exact(cell, text), cell);
    pil_node_set_number(node, field->name, cell);
  }
}

static bool trace_item(pil_backlog_desk *desk, size_t item, pil_table_block *table, pil_node *items,
                       pil_draws_table *heard, pil_error *error) {
  const pil_backlog *backlog = desk->backlog;
  const pil_item *own = &backlog->items.list[item];
  char text[PIL_NUMBER_BYTES];
  PIL_TRY(pil_backlog_desk_fill(desk, item, error));
  pil_node *node = pil_node_append_object(items);
  pil_node_set_string(node, "name", own->name);
  pil_node *fields = pil_node_set_object(node, "fields"), *scores = pil_node_set_object(node, "scores");
  pil_table_row(table);
  pil_table_text(table, own->name);
  for (size_t f = 0; f < backlog->field_count; f++) {
    if (own->fields[f].is_present) put_field(table, fields, &backlog->fields[f], desk->columns[1 + f][0]);
    else pil_table_text(table, NULL);
  }
  for (size_t f = 0; f < backlog->formula_count; f++) {
    double score;
    pil_program *program =
        desk->programs[f * backlog->class_count + backlog->entries[item].class_index];
    pil_script_program_listen(program, pil_draws_table_hear, heard);
    PIL_TRY(pil_backlog_desk_score(desk, f, item, &score, error));
    pil_table_number(table, pil_number_exact(score, text), score);
    pil_node_set_number(scores, backlog->formulas[f].name, score);
  }
  return true;
}

static bool trace_items(pil_backlog_desk *desk, uint64_t trial, pil_document *document, pil_error *error) {
  const pil_backlog *backlog = desk->backlog;
  pil_node *root = pil_document_data(document);
  for (size_t i = 0; i < backlog->formula_count * backlog->class_count; i++) {
    desk->programs[i] = pil_script_program_new(
        &backlog->formulas[i / backlog->class_count].sources[i % backlog->class_count], error);
    if (desk->programs[i] == NULL) return false;
  }
  pil_table_block *table = pil_document_table(document, "items");
  pil_table_column(table, "item", PIL_ALIGN_LEFT);
  for (size_t f = 0; f < backlog->field_count; f++)
    pil_table_column(table, backlog->fields[f].name,
                     backlog->fields[f].kind == PIL_FIELD_TEXT ? PIL_ALIGN_LEFT : PIL_ALIGN_RIGHT);
  for (size_t f = 0; f < backlog->formula_count; f++)
    pil_table_column(table, backlog->formulas[f].name, PIL_ALIGN_RIGHT);
  pil_node *items = pil_node_set_array(root, "items");
  pil_draws_table heard = pil_draws_table_make(document, "draws of the formulas", root);
  PIL_TRY(pil_backlog_desk_start(desk, trial, 1, error));
  for (size_t i = 0; i < backlog->items.count; i++) PIL_TRY(trace_item(desk, i, table, items, &heard, error));
  return true;
}

bool pil_backlog_trace(const pil_backlog *backlog, uint64_t trial, pil_document *document, pil_error *error) {
  pil_backlog_desk desk;
  pil_node *root = pil_document_data(document);
  pil_document_title(document, "%s: trial %llu", backlog->head.name[0] ? backlog->head.name : backlog->file,
                     (unsigned long long)trial);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "backlog", "%s", backlog->file);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)backlog->head.seed);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "trial");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node_set_unsigned(root, "seed", backlog->head.seed);
  pil_node_set_unsigned(root, "trial", trial);
  bool good = pil_backlog_desk_open(&desk, backlog, 1, error) && trace_items(&desk, trial, document, error);
  pil_backlog_desk_close(&desk);
  return good;
}
