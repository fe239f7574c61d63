/* The typed program's operations, and its listing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ir.h"

#include <inttypes.h>
#include <string.h>

static const pil_ir_record records[PIL_IR_COUNT] = {
#define RECORD(name, type, operands) {#name, operands, PIL_TYPE_##type},
    PIL_IR_OPS(RECORD)
#undef RECORD
};

const pil_ir_record *pil_ir_get(pil_ir_op op) {
  return &records[op];
}

static void print_operand(char kind, pil_operand operand, pil_text *to) {
  if (!operand.is_constant) {
    pil_text_format(to, " %%%" PRIu32, operand.id);
  } else if (kind == 'F') {
    pil_text_format(to, " %.17g", operand.number);
  } else if (kind == 'M') {
    pil_text_add(to, operand.integer != 0 ? " true" : " false");
  } else {
    pil_text_format(to, " %" PRId64, operand.integer);
  }
}

static void print_draw(const pil_ir_draw *draw, pil_text *to) {
  bool prepared = draw->distribution != NULL;
  const pil_family_record *family =
      pil_family_get(prepared ? draw->distribution->family : draw->family);
  pil_text_format(to, " ; %s%s %016" PRIx64 " k", prepared ? "prepared " : "", family->name,
                  draw->name_hash);
  print_operand('I', draw->k, to);
  int count = prepared ? 0 : draw->parameters_vary ? draw->parameter_count : family->allowed;
  for (int i = 0; i < count; i++) print_operand('F', draw->parameters[i], to);
}

static void print_extra(const pil_ir_program *program, const pil_instruction *instruction,
                        pil_text *to) {
  uint32_t extra = instruction->extra;
  switch (instruction->op) {
    case PIL_IR_DRAW_F:
    case PIL_IR_DRAW_I:
    case PIL_IR_DRAW_M: print_draw(&program->draws[extra], to); break;
    case PIL_IR_OUTPUT_F:
    case PIL_IR_OUTPUT_CELL:
    case PIL_IR_OUTPUT_TEXT: {
      const pil_ir_output *output = &program->outputs[extra];
      pil_text_format(to, " ; %s", output->name);
      if (output->index != 0) pil_text_format(to, "[%" PRIu32 "]", output->index);
      break;
    }
    case PIL_IR_GUARD:
      pil_text_format(to, " ; %s:%d: %s", program->reasons[extra].at.file,
                      program->reasons[extra].at.line, program->reasons[extra].text);
      break;
    case PIL_IR_AGAIN: pil_text_format(to, " ; loop %%%" PRIu32, extra); break;
    case PIL_IR_INPUT_F:
    case PIL_IR_INPUT_I:
    case PIL_IR_INPUT_M:
    case PIL_IR_KEEP_INPUT_F:
    case PIL_IR_LOOKUP_F:
    case PIL_IR_LOOKUP_I:
    case PIL_IR_SET_F:
    case PIL_IR_SET_I:
    case PIL_IR_SET_M:
    case PIL_IR_GET_F:
    case PIL_IR_GET_I:
    case PIL_IR_GET_M:
    case PIL_IR_ITEM_F:
    case PIL_IR_ITEM_I:
    case PIL_IR_ITEM_M:
    case PIL_IR_KEEP_F:
    case PIL_IR_KEEP_I:
    case PIL_IR_KEEP_M: pil_text_format(to, " ; %" PRIu32, extra); break;
    default: break;
  }
}

void pil_ir_print(const pil_ir_program *program, pil_text *to) {
  for (size_t i = 0; i < program->instruction_count; i++) {
    const pil_instruction *instruction = &program->instructions[i];
    const pil_ir_record *record = &records[instruction->op];
    if (record->type != PIL_TYPE_NONE) pil_text_format(to, "%%%zu = ", i);
    pil_text_add(to, record->name);
    for (size_t n = 0; record->operands[n] != '\0'; n++) {
      print_operand(record->operands[n], instruction->operands[n], to);
    }
    print_extra(program, instruction, to);
    pil_text_add(to, "\n");
  }
}
