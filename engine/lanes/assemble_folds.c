/* Folding: an operation is done by the step that uses its result, where a kernel for both exists
 * (fused.inc.h) and nothing else wants the result.
 * SPDX-License-Identifier: Apache-2.0 */
#include "assemble.h"

_Static_assert(PIL_IR_ADD_F == 0 && PIL_IR_DIV_F == 3, "kernels of pairs are found by op");

static bool is_arithmetic(const pil_instruction *instruction) {
  return instruction->op <= PIL_IR_DIV_F;
}

static bool is_comparison(const pil_instruction *instruction) {
  return (instruction->op >= PIL_IR_LT_F && instruction->op <= PIL_IR_EQ_F) ||
         (instruction->op >= PIL_IR_LT_I && instruction->op <= PIL_IR_EQ_I);
}

static bool is_select(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_SELECT_F && instruction->op <= PIL_IR_SELECT_M;
}

/* What is folded into a loop from outside would be done in each of its turns. */
static bool may_fold(const pil_slots *slots, uint32_t from, uint32_t into) {
  return slots->inner[from] == slots->inner[into];
}

/* An operation becomes part of the only one that uses it, unless it already is two. */
static void fold_pair(pil_slots *slots, uint32_t i, const uint32_t *uses, bool *is_pair) {
  const pil_instruction *all = slots->program->instructions;
  for (size_t n = 0; n < 2; n++) {
    const pil_operand *operand = &all[i].operands[n];
    uint32_t from = operand->id;
    if (operand->is_constant || !is_arithmetic(&all[from]) || uses[from] != 1) continue;
    if (is_pair[from] || !may_fold(slots, from, i)) continue;
    slots->folded[from] = is_pair[i] = true;
    return;
  }
}

bool pil_slots_fold(pil_slots *slots, pil_arena *arena) {
  const pil_ir_program *program = slots->program;
  const pil_operand *list[PIL_SLOT_OPERANDS];
  size_t count = program->instruction_count;
  uint32_t *uses = pil_arena_array(arena, count, sizeof *uses);
  uint32_t *decides = pil_arena_array(arena, count, sizeof *decides); /* uses by a SELECT */
  bool *is_pair = pil_arena_array(arena, count, sizeof *is_pair);
  if (uses == NULL || decides == NULL || is_pair == NULL) return false;
  for (uint32_t i = 0; i < count; i++) {
    if (!slots->live[i]) continue;
    size_t operand_count = pil_slots_list(slots, i, list);
    for (size_t n = 0; n < operand_count; n++)
      if (!list[n]->is_constant) uses[list[n]->id]++;
    const pil_operand *mask = &program->instructions[i].operands[0];
    bool by_select = is_select(&program->instructions[i]) && !mask->is_constant;
    if (by_select && may_fold(slots, mask->id, i)) decides[mask->id]++;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (!slots->live[i]) continue;
    if (is_arithmetic(&program->instructions[i])) fold_pair(slots, i, uses, is_pair);
    if (is_comparison(&program->instructions[i])) slots->folded[i] = decides[i] == uses[i];
  }
  return true;
}
