/* Where a typed program can change its mind: which instructions matter, and what comes of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "partition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "partition_inside.h"

/* ---- which instructions matter ---- */

static bool is_output(pil_ir_op op) {
  return op == PIL_IR_OUTPUT_F || op == PIL_IR_OUTPUT_CELL || op == PIL_IR_OUTPUT_TEXT;
}

static bool is_wanted(const pil_ir_program *program, const pil_instruction *instruction, const char *const *outputs) {
  if (!is_output((pil_ir_op)instruction->op)) return false;
  if (outputs == NULL) return true;
  for (size_t i = 0; outputs[i] != NULL; i++)
    if (strcmp(program->outputs[instruction->extra].name, outputs[i]) == 0) return true;
  return false;
}

/* What a turn of a loop leaves behind. */
static bool is_carried(pil_ir_op op) {
  return op == PIL_IR_SET_F || op == PIL_IR_SET_I || op == PIL_IR_SET_M || op == PIL_IR_KEEP_F || op == PIL_IR_KEEP_I ||
         op == PIL_IR_KEEP_M || op == PIL_IR_AGAIN;
}

static void wake(bool *live, const pil_operand *operand) {
  if (!operand->is_constant) live[operand->id] = true;
}

static void wake_draw(const pil_ir_program *program, const pil_instruction *instruction, bool *live) {
  pil_ir_op op = (pil_ir_op)instruction->op;
  if (op != PIL_IR_DRAW_F && op != PIL_IR_DRAW_I && op != PIL_IR_DRAW_M) return;
  const pil_ir_draw *draw = &program->draws[instruction->extra];
  if (draw->k_varies) wake(live, &draw->k);
  for (int i = 0; draw->parameters_vary && i < draw->parameter_count; i++) wake(live, &draw->parameters[i]);
}

/* Backwards once: a value is used after it was made, loops' variables aside, which are all kept. */
static void find_live(const pil_ir_program *program, const char *const *outputs, bool *live) {
  for (size_t i = program->instruction_count; i > 0; i--) {
    const pil_instruction *instruction = &program->instructions[i - 1];
    pil_ir_op op = (pil_ir_op)instruction->op;
    if (op == PIL_IR_GUARD || is_carried(op) || is_wanted(program, instruction, outputs)) live[i - 1] = true;
    if (!live[i - 1]) continue;
    size_t count = strlen(pil_ir_get(op)->operands);
    for (size_t n = 0; n < count; n++) wake(live, &instruction->operands[n]);
    wake_draw(program, instruction, live);
  }
}

/* ---- what comes of them ---- */

static void refuse(pil_partition *partition, const char *reason) {
  if (partition->is_complete) snprintf(partition->reason, sizeof partition->reason, "%s", reason);
  partition->is_complete = false;
}

/* An output, or a guard, has to be steady. */
static void judge(pil_partition_walk *walk, const pil_instruction *instruction, pil_partition *partition) {
  const char *kinds = pil_ir_get((pil_ir_op)instruction->op)->operands;
  for (size_t n = 0; kinds[n] != '\0'; n++) {
    pil_steadiness value = pil_partition_operand(walk, kinds[n], &instruction->operands[n]);
    char reason[PIL_PARTITION_REASON_BYTES];
    if (value.is_unsteady) refuse(partition, value.reason);
    if (value.is_unsteady || value.raw_count == 0) continue;
    snprintf(reason, sizeof reason, "what is returned is %s itself", walk->inputs[value.raws[0].column].name);
    refuse(partition, reason);
  }
}

static int compare_cuts(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Rising, each once, none beyond the range. -0 and 0 are one. */
static void keep_cuts(const pil_partition_input *input, pil_cut_list *list, pil_partition_column *column) {
  size_t kept = 0;
  if (list->count > 1) qsort(list->cuts, list->count, sizeof *list->cuts, compare_cuts);
  for (size_t i = 0; i < list->count; i++) {
    double cut = list->cuts[i] + 0.0;
    if (!isfinite(cut) || cut < input->low || cut > input->high || (kept > 0 && list->cuts[kept - 1] == cut)) continue;
    list->cuts[kept++] = cut;
  }
  column->cuts = list->cuts;
  column->cut_count = kept;
}

static void note_input(pil_partition *partition, const pil_instruction *instruction, size_t input_count) {
  pil_ir_op op = (pil_ir_op)instruction->op;
  bool reads = op == PIL_IR_INPUT_F || op == PIL_IR_INPUT_I || op == PIL_IR_INPUT_M;
  if (reads && instruction->extra < input_count) partition->columns[instruction->extra].matters = true;
}

static void walk_program(pil_partition_walk *walk, const bool *live, const char *const *outputs, pil_partition *partition) {
  const pil_ir_program *program = walk->program;
  for (uint32_t i = 0; i < program->instruction_count && !walk->failed; i++) {
    const pil_instruction *instruction = &program->instructions[i];
    if (!live[i]) continue;
    note_input(partition, instruction, walk->input_count);
    if (is_wanted(program, instruction, outputs) || instruction->op == PIL_IR_GUARD) judge(walk, instruction, partition);
    else if (pil_ir_get((pil_ir_op)instruction->op)->type != PIL_TYPE_NONE) pil_partition_follow(walk, i);
  }
}

bool pil_partition_find(pil_arena *arena, const pil_ir_program *program, const pil_partition_input *inputs,
                        size_t input_count, const char *const *outputs, pil_partition *partition, pil_error *error) {
  *partition = (pil_partition){.is_complete = true};
  bool *live = pil_arena_array(arena, program->instruction_count + 1, sizeof *live);
  pil_partition_walk walk = {.arena = arena, .program = program, .inputs = inputs, .input_count = input_count};
  walk.values = pil_arena_array(arena, program->instruction_count + 1, sizeof *walk.values);
  walk.cuts = pil_arena_array(arena, input_count + 1, sizeof *walk.cuts);
  partition->columns = pil_arena_array(arena, input_count + 1, sizeof *partition->columns);
  if (live == NULL || walk.values == NULL || walk.cuts == NULL || partition->columns == NULL) return pil_error_memory(error);
  find_live(program, outputs, live);
  walk_program(&walk, live, outputs, partition);
  if (walk.failed) return pil_error_memory(error);
  for (size_t c = 0; c < input_count; c++) keep_cuts(&inputs[c], &walk.cuts[c], &partition->columns[c]);
  return true;
}
