/* Typed programs written by hand, for tests and benchmarks of the machine.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LANES_PROGRAM_H
#define TESTS_LANES_PROGRAM_H

#include <stdlib.h>
#include <string.h>

#include "../engine/lanes/machine.h"

enum { MANY = 20000 };

static inline pil_operand value_of(uint32_t id) {
  return (pil_operand){.id = id};
}
static inline pil_operand number_of(double number) {
  return (pil_operand){.is_constant = true, .number = number};
}
static inline pil_operand integer_of(int64_t integer) {
  return (pil_operand){.is_constant = true, .integer = integer};
}
#define NONE ((pil_operand){0})
#define TRUE_M integer_of(-1)

static inline pil_ir_program *program_new(void) {
  pil_ir_program *p = calloc(1, sizeof *p);
  p->instructions = calloc(MANY, sizeof *p->instructions);
  p->draws = calloc(MANY, sizeof *p->draws);
  p->outputs = calloc(MANY, sizeof *p->outputs);
  p->arrays = calloc(MANY, sizeof *p->arrays);
  p->reasons = calloc(16, sizeof *p->reasons);
  p->seed = 42;
  return p;
}

static inline void program_free(pil_ir_program *p) {
  free(p->instructions);
  free(p->draws);
  free(p->outputs);
  free(p->arrays);
  free(p->reasons);
  free(p);
}

static inline pil_operand emit(pil_ir_program *p, pil_ir_op op, uint32_t extra, pil_operand a,
                               pil_operand b, pil_operand c) {
  if (p->instruction_count == MANY) abort();
  p->instructions[p->instruction_count] =
      (pil_instruction){.op = (uint16_t)op, .extra = extra, .operands = {a, b, c}};
  return value_of((uint32_t)p->instruction_count++);
}
#define EMIT0(op, extra) emit(p, PIL_IR_##op, extra, NONE, NONE, NONE)
#define EMIT1(op, a) emit(p, PIL_IR_##op, 0, a, NONE, NONE)
#define EMIT2(op, a, b) emit(p, PIL_IR_##op, 0, a, b, NONE)
#define EMIT3(op, a, b, c) emit(p, PIL_IR_##op, 0, a, b, c)

static inline void output_as(pil_ir_program *p, pil_ir_op op, pil_operand mask, pil_operand value) {
  uint32_t index = (uint32_t)p->output_count++;
  p->outputs[index] = (pil_ir_output){"out", index + 1};
  emit(p, op, index, mask, value, NONE);
}

/* A draw with constant parameters (complete ones); alter the record for more. */
static inline uint32_t add_draw(pil_ir_program *p, pil_family family, const double *parameters,
                                int count) {
  char problem[256];
  double complete[PIL_PARAMETERS] = {0};
  uint32_t index = (uint32_t)p->draw_count++;
  pil_ir_draw *draw = &p->draws[index];
  memcpy(complete, parameters, (size_t)count * sizeof *parameters);
  if (pil_family_check(family, complete, count, problem, sizeof problem) != NULL) abort();
  *draw = (pil_ir_draw){.name_hash = UINT64_C(0x9e3779b97f4a7c15) * (index + 1),
                        .k = integer_of(3),
                        .family = family,
                        .parameter_count = count};
  for (int i = 0; i < PIL_PARAMETERS; i++) draw->parameters[i] = number_of(complete[i]);
  return index;
}

/* A batch over columns of equal length. */
typedef struct columns {
  double **inputs;
  pil_jump *jumps;
  pil_frame frame;
} columns;

static inline columns columns_new(size_t column_count, size_t lane_count) {
  columns c = {.inputs = calloc(column_count + 1, sizeof *c.inputs),
               .jumps = calloc(lane_count, sizeof *c.jumps)};
  for (size_t i = 0; i < column_count; i++) c.inputs[i] = calloc(lane_count, sizeof(double));
  pil_jumps_fill(c.jumps, lane_count);
  return c;
}

static inline void columns_free(columns *c, size_t column_count) {
  for (size_t i = 0; i < column_count; i++) free(c->inputs[i]);
  free(c->inputs);
  free(c->jumps);
  pil_frame_free(&c->frame);
}

#endif
