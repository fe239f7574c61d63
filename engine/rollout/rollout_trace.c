/* One trial replayed, with everything that went in and came out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rollout_trace.h"

#include <math.h>

#include "../scenario/draws_table.h"
#include "../statistics/number.h"

static void add_value(pil_table_block *table, pil_node *object, const char *name, double cell,
                      const char *text) {
  char shown[PIL_NUMBER_BYTES];
  pil_table_row(table);
  pil_table_text(table, name);
  if (text != NULL) {
    pil_table_text(table, text);
    pil_node_set_string(object, name, text);
    return;
  }
  bool missing = pil_cell_bits(cell) == PIL_CELL_MISSING, wrong = pil_cell_bits(cell) == PIL_CELL_WRONG;
  pil_table_number(table, missing ? "nil" : wrong ? "not a number" : pil_number_exact(cell, shown), cell);
  pil_node_set_number(object, name, cell);
}

static pil_table_block *make_table(pil_document *document, const char *caption, const char *heading) {
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, heading, PIL_ALIGN_LEFT);
  pil_table_column(table, "value", PIL_ALIGN_RIGHT);
  return table;
}

static void trace_inputs(pil_table_block *table, pil_node *variant, const pil_input_set *set,
                         const pil_batch *batch) {
  pil_node *object = pil_node_set_object(variant, "inputs");
  for (size_t c = 0; c < set->plan.column_count; c++) {
    const pil_field *field = set->column_fields[c];
    double cell = batch->inputs[c][0];
    const char *text = field->kind == PIL_FIELD_TEXT      ? field->choices[(size_t)cell]
                       : field->kind == PIL_FIELD_BOOLEAN ? (cell != 0 ? "true" : "false")
                                                          : NULL;
    add_value(table, object, set->column_names[c], cell, text);
  }
}

static void trace_outputs(pil_document *document, pil_node *variant, pil_table *outputs) {
  pil_node *object = pil_node_set_object(variant, "outputs");
  pil_table_block *table = make_table(document, "outputs", "output");
  for (size_t c = 0; c < outputs->column_count; c++) {
    const pil_column *column = &outputs->columns[c];
    char name[320];
    if (column->index == 0) snprintf(name, sizeof name, "%.300s", column->name);
    else snprintf(name, sizeof name, "%.300s[%u]", column->name, column->index);
    double cell = column->cells[0];
    add_value(table, object, name, cell,
              pil_cell_is_text(cell) ? outputs->texts.texts[pil_cell_text(cell)] : NULL);
  }
}

/* The outputs in the order that the answer shows them. */
static bool sort_outputs(const pil_rollout *rollout, const pil_frame *frame, uint64_t trial,
                         pil_arena *arena, pil_table *table, pil_error *error) {
  const char **order = pil_arena_array(arena, rollout->spec_count + 1, sizeof *order);
  if (order == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < rollout->spec_count; i++) order[i] = rollout->specs[i].name;
  pil_table_init(table, trial, 1);
  PIL_TRY(pil_table_merge(table, 0, frame, NULL, error));
  pil_table_sort(table, order, rollout->spec_count);
  return true;
}

static bool trace_variant(const pil_rollout *rollout, pil_rollout_variant *variant, uint64_t trial,
                          pil_document *document, pil_node *variants, pil_error *error) {
  pil_arena arena = {0};
  pil_frame frame = {0};
  pil_table table = {0};
  pil_jump jumps[1];
  bool good = false;
  const pil_input_plan *plan = &variant->inputs.plan;
  pil_batch batch = {.first_trial = trial, .count = 1, .jumps = jumps};
  pil_jumps_fill(jumps, 1);
  pil_program *program = pil_script_program_new(&variant->source, error);
  if (program == NULL) goto done;
  batch.inputs = pil_arena_array(&arena, plan->column_count + 1, sizeof *batch.inputs);
  double *cells = pil_arena_array(&arena, plan->column_count + 1, sizeof *cells);
  if (batch.inputs == NULL || cells == NULL) {
    pil_error_memory(error);
    goto done;
  }
  for (size_t c = 0; c < plan->column_count; c++) batch.inputs[c] = &cells[c];
  if (!pil_inputs_fill(plan, &batch, &arena, error)) goto done;
  pil_node *node = pil_node_append_object(variants);
  pil_node_set_string(node, "name", variant->name);
  pil_document_heading(document, "%s", variant->name);
  /* The block stands before the draws; its rows come after the run, which computes expressions. */
  pil_table_block *inputs = plan->column_count == 0 ? NULL : make_table(document, "inputs", "input");
  pil_draws_table heard = pil_draws_table_make(document, "draws", node);
  pil_script_program_listen(program, pil_draws_table_hear, &heard);
  pil_frame_reset(&frame, 1);
  bool ran = program->run(program, &batch, &frame, error);
  trace_inputs(inputs, node, &variant->inputs, &batch);
  if (ran && sort_outputs(rollout, &frame, trial, &arena, &table, error)) {
    trace_outputs(document, node, &table);
    good = true;
  }
done:
  if (program != NULL) program->free(program);
  pil_table_free(&table);
  pil_frame_free(&frame);
  pil_arena_free(&arena);
  return good;
}

bool pil_rollout_trace(pil_rollout *rollout, uint64_t trial, pil_document *document, pil_error *error) {
  pil_document_title(document, "%s: trial %llu", rollout->head.name[0] ? rollout->head.name : rollout->file,
                     (unsigned long long)trial);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "scenario", "%s", rollout->file);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)rollout->head.seed);
  pil_node *root = pil_document_data(document);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "trial");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node_set_unsigned(root, "seed", rollout->head.seed);
  pil_node_set_unsigned(root, "trial", trial);
  pil_node *variants = pil_node_set_array(root, "variants");
  for (size_t v = 0; v < rollout->variant_count; v++)
    PIL_TRY(trace_variant(rollout, &rollout->variants[v], trial, document, variants, error));
  return true;
}
