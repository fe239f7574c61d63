/* Rising and falling functions of one input column: where they pass a constant.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "partition_inside.h"

typedef struct word {
  double number;
  int64_t integer;
} word;

static const int64_t most_whole = INT64_C(1) << 53;

static int64_t truncate_within(double x) {
  return x >= 0x1p53 ? most_whole : x <= -0x1p53 ? -most_whole : (int64_t)x;
}

/* What the chain of instructions up to `id` makes of x; all of them are of the kinds that is_chain knows. */
static word evaluate(const pil_partition_walk *walk, uint32_t id, double x) {
  const pil_instruction *instruction = &walk->program->instructions[id];
  word sides[2] = {{0}};
  switch (instruction->op) {
    case PIL_IR_INPUT_F: return (word){.number = x};
    case PIL_IR_INPUT_I: return (word){.integer = truncate_within(x)};
    default: break;
  }
  size_t count = strlen(pil_ir_get((pil_ir_op)instruction->op)->operands);
  for (size_t n = 0; n < count; n++) {
    const pil_operand *operand = &instruction->operands[n];
    if (!operand->is_constant) sides[n] = evaluate(walk, operand->id, x);
    else sides[n] = (word){operand->number, operand->integer};
  }
  double a = sides[0].number, b = sides[1].number;
  switch (instruction->op) {
    case PIL_IR_ADD_F: return (word){.number = a + b};
    case PIL_IR_SUB_F: return (word){.number = a - b};
    case PIL_IR_MUL_F: return (word){.number = a * b};
    case PIL_IR_DIV_F: return (word){.number = a / b};
    case PIL_IR_NEG_F: return (word){.number = -a};
    case PIL_IR_FLOOR_F: return (word){.number = floor(a)};
    case PIL_IR_CEIL_F: return (word){.number = ceil(a)};
    case PIL_IR_I_TO_F: return (word){.number = (double)sides[0].integer};
    case PIL_IR_F_TO_I: return (word){.integer = truncate_within(a)};
    case PIL_IR_ADD_I: return (word){.integer = sides[0].integer + sides[1].integer};
    default: return (word){.integer = sides[0].integer - sides[1].integer}; /* SUB_I */
  }
}

static double value_at(const pil_partition_walk *walk, const pil_raw *raw, double x) {
  word made = evaluate(walk, raw->via, x);
  bool is_float = pil_ir_get((pil_ir_op)walk->program->instructions[raw->via].op)->type == PIL_TYPE_FLOAT;
  double value = is_float ? made.number : (double)made.integer;
  return raw->negated ? -value : value;
}

int64_t pil_partition_rank(double x) {
  int64_t bits;
  x += 0.0;
  memcpy(&bits, &x, sizeof bits);
  return bits < 0 ? INT64_MIN - bits : bits;
}

double pil_partition_number(int64_t rank) {
  double x;
  if (rank < 0) rank = INT64_MIN - rank;
  memcpy(&x, &rank, sizeof x);
  return x;
}

void pil_partition_add_cut(pil_partition_walk *walk, uint32_t column, double cut) {
  pil_cut_list *list = &walk->cuts[column];
  if (list->count == list->capacity) {
    size_t capacity = 2 * list->capacity + 16;
    double *grown = pil_arena_array(walk->arena, capacity, sizeof *grown);
    walk->failed = walk->failed || grown == NULL;
    if (grown == NULL) return;
    if (list->count > 0) memcpy(grown, list->cuts, list->count * sizeof *grown);
    list->cuts = grown;
    list->capacity = capacity;
  }
  list->cuts[list->count++] = cut;
}

static bool is_past(double value, double at, bool strictly) {
  return strictly ? value > at : value >= at;
}

/* The neighbours between which a rising or falling function passes `at`: bisection over all doubles of the range. */
static void bisect(pil_partition_walk *walk, const pil_raw *raw, double at, bool strictly) {
  const pil_partition_input *input = &walk->inputs[raw->column];
  int64_t low = pil_partition_rank(fmax(input->low, -DBL_MAX)), high = pil_partition_rank(fmin(input->high, DBL_MAX));
  bool at_low = is_past(value_at(walk, raw, pil_partition_number(low)), at, strictly);
  if (is_past(value_at(walk, raw, pil_partition_number(high)), at, strictly) == at_low) return;
  while ((uint64_t)high - (uint64_t)low > 1) {
    int64_t middle = (int64_t)((uint64_t)low + ((uint64_t)high - (uint64_t)low) / 2);
    if (is_past(value_at(walk, raw, pil_partition_number(middle)), at, strictly) == at_low) low = middle;
    else high = middle;
  }
  pil_partition_add_cut(walk, raw->column, pil_partition_number(low));
  pil_partition_add_cut(walk, raw->column, pil_partition_number(high));
}

/* Whether it is the column's own number. */
static bool is_plain(const pil_partition_walk *walk, uint32_t via) {
  const pil_instruction *instruction = &walk->program->instructions[via];
  if (instruction->op == PIL_IR_I_TO_F) instruction = &walk->program->instructions[instruction->operands[0].id];
  return instruction->op == PIL_IR_INPUT_F || instruction->op == PIL_IR_INPUT_I;
}

void pil_partition_cut(pil_partition_walk *walk, const pil_raw *raw, double at) {
  if (isnan(at)) return; /* no comparison with it holds */
  if (is_plain(walk, raw->via)) {
    pil_partition_add_cut(walk, raw->column, raw->negated ? -at : at);
    return;
  }
  bisect(walk, raw, at, false);
  bisect(walk, raw, at, true);
}
