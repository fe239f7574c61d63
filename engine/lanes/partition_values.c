/* What each value of a typed program is, as a function of the cells: steady in a cell, a rising or falling function of
 * one column, or neither.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "partition_inside.h"

/* ---- making ---- */

static const pil_steadiness steady = {0};
static const int64_t most_whole = INT64_C(1) << 53;

static pil_steadiness unsteady(pil_partition_walk *walk, const char *format, ...) __attribute__((format(printf, 2, 3)));
static pil_steadiness unsteady(pil_partition_walk *walk, const char *format, ...) {
  char text[PIL_PARTITION_REASON_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const char *kept = pil_arena_copy(walk->arena, text, strlen(text));
  walk->failed = walk->failed || kept == NULL;
  return (pil_steadiness){.is_unsteady = true, .reason = kept};
}

static const char *name_of(const pil_partition_walk *walk, const pil_raw *raw) {
  return walk->inputs[raw->column].name;
}

static pil_steadiness one_constant(pil_partition_walk *walk, double number) {
  double *set = pil_arena_array(walk->arena, 1, sizeof *set);
  walk->failed = walk->failed || set == NULL;
  if (set == NULL) return steady;
  *set = number;
  return (pil_steadiness){.has_set = true, .set = set, .set_count = 1};
}

static pil_steadiness one_raw(pil_partition_walk *walk, pil_raw raw) {
  pil_raw *kept = pil_arena_new(walk->arena, sizeof *kept);
  walk->failed = walk->failed || kept == NULL;
  if (kept == NULL) return steady;
  *kept = raw;
  return (pil_steadiness){.has_set = true, .raws = kept, .raw_count = 1};
}

pil_steadiness pil_partition_operand(pil_partition_walk *walk, char kind, const pil_operand *operand) {
  if (!operand->is_constant) return walk->values[operand->id];
  if (kind == 'M') return steady;
  if (kind == 'F') return one_constant(walk, operand->number);
  if (operand->integer > most_whole || operand->integer < -most_whole) return steady; /* no double holds it */
  return one_constant(walk, (double)operand->integer);
}

/* ---- several of them ---- */

static bool same_raw(const pil_raw *a, const pil_raw *b) {
  return a->column == b->column && a->via == b->via && a->negated == b->negated;
}

static pil_steadiness join(pil_partition_walk *walk, const pil_steadiness *a, const pil_steadiness *b) {
  pil_raw raws[2 * PIL_PARTITION_MOST_RAW];
  size_t raw_count = 0;
  pil_steadiness out = {.has_set = a->has_set && b->has_set && a->set_count + b->set_count <= PIL_PARTITION_MOST_SET};
  for (size_t i = 0; i < (size_t)a->raw_count + b->raw_count; i++) {
    const pil_raw *raw = i < a->raw_count ? &a->raws[i] : &b->raws[i - a->raw_count];
    bool known = false;
    for (size_t k = 0; k < raw_count; k++) known = known || same_raw(&raws[k], raw);
    if (!known) raws[raw_count++] = *raw;
  }
  if (raw_count > PIL_PARTITION_MOST_RAW)
    return unsteady(walk, "a value is one of more than %d fields", PIL_PARTITION_MOST_RAW);
  out.raws = pil_arena_array(walk->arena, raw_count + 1, sizeof *out.raws);
  double *set = pil_arena_array(walk->arena, (size_t)a->set_count + b->set_count + 1, sizeof *set);
  if (out.raws == NULL || set == NULL) {
    walk->failed = true;
    return steady;
  }
  memcpy(out.raws, raws, raw_count * sizeof *raws);
  out.raw_count = (uint8_t)raw_count;
  out.set = set;
  for (size_t i = 0; out.has_set && i < (size_t)a->set_count + b->set_count; i++) {
    double number = i < a->set_count ? a->set[i] : b->set[i - a->set_count];
    bool known = false;
    for (size_t k = 0; k < out.set_count; k++) known = known || pil_partition_rank(set[k]) == pil_partition_rank(number);
    if (!known) set[out.set_count++] = number;
  }
  return out;
}

/* Cuts where the functions of columns in `a` pass constants of `b`. */
static void cut_at(pil_partition_walk *walk, const pil_steadiness *a, const pil_steadiness *b) {
  for (size_t r = 0; r < a->raw_count; r++)
    for (size_t i = 0; i < b->set_count; i++) pil_partition_cut(walk, &a->raws[r], b->set[i]);
}

/* A comparison is steady where cuts can make it so. */
static pil_steadiness compare(pil_partition_walk *walk, const pil_steadiness *a, const pil_steadiness *b) {
  for (size_t i = 0; i < a->raw_count; i++) {
    for (size_t k = 0; k < b->raw_count; k++) {
      const pil_raw *left = &a->raws[i], *right = &b->raws[k];
      if (left->column != right->column)
        return unsteady(walk, "%s is compared with %s", name_of(walk, left), name_of(walk, right));
      if (left->via != right->via) return unsteady(walk, "two functions of %s are compared", name_of(walk, left));
      if (left->negated != right->negated) pil_partition_cut(walk, left, 0); /* x < -x */
    }
  }
  const pil_steadiness *raw = a->raw_count > 0 ? a : b;
  if ((a->raw_count > 0 && !b->has_set) || (b->raw_count > 0 && !a->has_set))
    return unsteady(walk, "%s is compared with one of more than %d values", name_of(walk, &raw->raws[0]),
                    PIL_PARTITION_MOST_SET);
  cut_at(walk, a, b);
  cut_at(walk, b, a);
  return steady;
}

/* ---- arithmetic ---- */

/* Whether it is an operation that `apply` knows. */
static bool is_known(pil_ir_op op) {
  switch (op) {
    case PIL_IR_ADD_F:
    case PIL_IR_SUB_F:
    case PIL_IR_MUL_F:
    case PIL_IR_DIV_F:
    case PIL_IR_FLOOR_F:
    case PIL_IR_CEIL_F:
    case PIL_IR_ADD_I:
    case PIL_IR_SUB_I:
    case PIL_IR_MUL_I:
    case PIL_IR_I_TO_F:
    case PIL_IR_F_TO_I: return true;
    default: return false;
  }
}

static double apply(pil_ir_op op, double a, double b) {
  switch (op) {
    case PIL_IR_ADD_F:
    case PIL_IR_ADD_I: return a + b;
    case PIL_IR_SUB_F:
    case PIL_IR_SUB_I: return a - b;
    case PIL_IR_MUL_F:
    case PIL_IR_MUL_I: return a * b;
    case PIL_IR_DIV_F: return a / b;
    case PIL_IR_FLOOR_F: return floor(a);
    case PIL_IR_CEIL_F: return ceil(a);
    case PIL_IR_F_TO_I: return trunc(a);
    default: return a;
  }
}

/* Operations on values that are one of a few each. Integers as long as doubles hold them. */
static pil_steadiness combine(pil_partition_walk *walk, pil_ir_op op, const pil_steadiness *a, const pil_steadiness *b) {
  bool is_unary = strlen(pil_ir_get(op)->operands) == 1, is_whole = pil_ir_get(op)->type == PIL_TYPE_INTEGER;
  size_t count = is_unary ? a->set_count : (size_t)a->set_count * b->set_count;
  if (!is_known(op) || !a->has_set || (!is_unary && !b->has_set) || count > PIL_PARTITION_MOST_SET) return steady;
  double *set = pil_arena_array(walk->arena, count + 1, sizeof *set);
  walk->failed = walk->failed || set == NULL;
  if (set == NULL) return steady;
  for (size_t i = 0; i < count; i++) {
    set[i] = is_unary ? apply(op, a->set[i], 0) : apply(op, a->set[i / b->set_count], b->set[i % b->set_count]);
    if (is_whole && !(fabs(set[i]) < 0x1p53)) return steady;
  }
  return (pil_steadiness){.has_set = true, .set = set, .set_count = (uint32_t)count};
}

static bool is_small(double number) {
  return number == number && fabs(number) <= 0x1p52;
}

/* Whether the instruction makes a rising or falling function of its one operand that is not constant. */
static bool is_chain(const pil_instruction *instruction) {
  const pil_operand *a = &instruction->operands[0], *b = &instruction->operands[1];
  double number = a->is_constant ? a->number : b->number;
  switch (instruction->op) {
    case PIL_IR_NEG_F:
    case PIL_IR_FLOOR_F:
    case PIL_IR_CEIL_F:
    case PIL_IR_I_TO_F:
    case PIL_IR_F_TO_I: return true;
    case PIL_IR_ADD_F:
    case PIL_IR_SUB_F: return isfinite(number);
    case PIL_IR_MUL_F: return isfinite(number) && number != 0;
    case PIL_IR_DIV_F: return !a->is_constant && isfinite(number) && number != 0;
    case PIL_IR_ADD_I: /* columns of integers are within 2^53 */
    case PIL_IR_SUB_I: return is_small((double)(a->is_constant ? a->integer : b->integer));
    default: return false;
  }
}

/* How many additions of integers stand in a chain: each may add 2^52, so that a few cannot wrap around. */
static int chain_length(const pil_partition_walk *walk, uint32_t id) {
  int length = 0;
  for (;; length++) {
    const pil_instruction *instruction = &walk->program->instructions[id];
    if (instruction->op == PIL_IR_INPUT_F || instruction->op == PIL_IR_INPUT_I) return length;
    id = instruction->operands[instruction->operands[0].is_constant ? 1 : 0].id;
  }
}

enum { LONGEST_CHAIN = 64 };

static pil_steadiness negate(pil_partition_walk *walk, const pil_steadiness *a) {
  pil_steadiness out = *a;
  double *set = pil_arena_array(walk->arena, a->set_count + 1, sizeof *set);
  out.raws = pil_arena_array(walk->arena, (size_t)a->raw_count + 1, sizeof *out.raws);
  if (set == NULL || out.raws == NULL) {
    walk->failed = true;
    return steady;
  }
  for (size_t i = 0; i < a->set_count; i++) set[i] = -a->set[i];
  for (size_t i = 0; i < a->raw_count; i++) {
    out.raws[i] = a->raws[i];
    out.raws[i].negated = !a->raws[i].negated;
  }
  out.set = set;
  return out;
}

static pil_steadiness absolute(pil_partition_walk *walk, const pil_steadiness *a) {
  pil_steadiness other = negate(walk, a);
  for (size_t i = 0; i < a->raw_count; i++) pil_partition_cut(walk, &a->raws[i], 0);
  return join(walk, a, &other); /* of the constants, the negative ones do no harm */
}

static pil_steadiness no_function(pil_partition_walk *walk, pil_ir_op op, const pil_steadiness *a, const pil_steadiness *b) {
  const pil_raw *first = a->raw_count > 0 ? &a->raws[0] : &b->raws[0];
  if (a->raw_count > 0 && b->raw_count > 0 && a->raws[0].column != b->raws[0].column)
    return unsteady(walk, "%s and %s are worked into one number", name_of(walk, &a->raws[0]), name_of(walk, &b->raws[0]));
  return unsteady(walk, "%s is worked on (%s) before it is compared", name_of(walk, first), pil_ir_get(op)->name);
}

static pil_steadiness calculate(pil_partition_walk *walk, uint32_t id, const pil_steadiness *a, const pil_steadiness *b) {
  const pil_instruction *instruction = &walk->program->instructions[id];
  pil_ir_op op = (pil_ir_op)instruction->op;
  if (op == PIL_IR_MIN_F || op == PIL_IR_MAX_F) {
    pil_steadiness which = compare(walk, a, b);
    return which.is_unsteady ? which : join(walk, a, b);
  }
  if (op == PIL_IR_ABS_F) return absolute(walk, a);
  if (a->raw_count == 0 && b->raw_count == 0) return op == PIL_IR_NEG_F ? negate(walk, a) : combine(walk, op, a, b);
  const pil_steadiness *raw = a->raw_count > 0 ? a : b;
  uint32_t own = instruction->operands[a->raw_count > 0 ? 0 : 1].id;
  bool is_pure = raw->raw_count == 1 && raw->set_count == 0 && raw->raws[0].via == own && !raw->raws[0].negated;
  bool is_single = strlen(pil_ir_get(op)->operands) == 1 || instruction->operands[a->raw_count > 0 ? 1 : 0].is_constant;
  if (is_pure && is_single && is_chain(instruction) && chain_length(walk, own) < LONGEST_CHAIN)
    return one_raw(walk, (pil_raw){.column = raw->raws[0].column, .via = id});
  if (op == PIL_IR_NEG_F) return negate(walk, a);
  return no_function(walk, op, a, b);
}

/* ---- lookups ---- */

static pil_steadiness look_up(pil_partition_walk *walk, const pil_instruction *instruction, const pil_steadiness *index) {
  const pil_ir_array *array = &walk->program->arrays[instruction->extra];
  if (index->raw_count > 0 && array->count > PIL_PARTITION_MOST_LOOKUP)
    return unsteady(walk, "%s looks up one of more than %d items", name_of(walk, &index->raws[0]), PIL_PARTITION_MOST_LOOKUP);
  for (size_t r = 0; r < index->raw_count; r++)
    for (size_t i = 1; i <= array->count; i++) pil_partition_cut(walk, &index->raws[r], (double)i);
  if (array->count > PIL_PARTITION_MOST_SET) return steady;
  double *set = pil_arena_array(walk->arena, array->count + 1, sizeof *set);
  walk->failed = walk->failed || set == NULL;
  if (set == NULL) return steady;
  for (size_t i = 0; i < array->count; i++) {
    bool is_float = instruction->op == PIL_IR_LOOKUP_F;
    if (!is_float && (array->integers[i] > most_whole || array->integers[i] < -most_whole)) return steady;
    set[i] = is_float ? array->numbers[i] : (double)array->integers[i];
  }
  return (pil_steadiness){.has_set = true, .set = set, .set_count = (uint32_t)array->count};
}

/* ---- one instruction ---- */

static pil_steadiness read_input(pil_partition_walk *walk, uint32_t id) {
  uint32_t column = walk->program->instructions[id].extra;
  const pil_partition_input *input = &walk->inputs[column];
  bool is_mask = walk->program->instructions[id].op == PIL_IR_INPUT_M;
  bool is_told = !is_mask && input->values != NULL && input->value_count <= PIL_PARTITION_MOST_SET;
  switch (input->kind) {
    case PIL_PARTITION_VALUES:
      return (pil_steadiness){.has_set = is_told, .set = input->values, .set_count = is_told ? (uint32_t)input->value_count : 0};
    case PIL_PARTITION_NUMBERS: break;
    default: return unsteady(walk, "%s is computed", input->name);
  }
  if (is_mask) {
    pil_partition_add_cut(walk, column, 0);
    return steady;
  }
  return one_raw(walk, (pil_raw){.column = column, .via = id});
}

void pil_partition_follow(pil_partition_walk *walk, uint32_t id) {
  const pil_instruction *instruction = &walk->program->instructions[id];
  pil_ir_op op = (pil_ir_op)instruction->op;
  const char *kinds = pil_ir_get(op)->operands;
  pil_steadiness sides[3] = {{0}}, *out = &walk->values[id];
  for (size_t n = 0; kinds[n] != '\0'; n++) {
    sides[n] = pil_partition_operand(walk, kinds[n], &instruction->operands[n]);
    *out = sides[n];
    if (sides[n].is_unsteady) return;
  }
  switch (op) {
    case PIL_IR_INPUT_F:
    case PIL_IR_INPUT_I:
    case PIL_IR_INPUT_M: *out = read_input(walk, id); return;
    case PIL_IR_LT_F:
    case PIL_IR_LE_F:
    case PIL_IR_EQ_F:
    case PIL_IR_LT_I:
    case PIL_IR_LE_I:
    case PIL_IR_EQ_I: *out = compare(walk, &sides[0], &sides[1]); return;
    case PIL_IR_SELECT_F:
    case PIL_IR_SELECT_I: *out = join(walk, &sides[1], &sides[2]); return;
    case PIL_IR_LOOKUP_F:
    case PIL_IR_LOOKUP_I: *out = look_up(walk, instruction, &sides[0]); return;
    case PIL_IR_DRAW_F:
    case PIL_IR_DRAW_I:
    case PIL_IR_DRAW_M: *out = unsteady(walk, "it draws random numbers"); return;
    case PIL_IR_GET_F:
    case PIL_IR_GET_I:
    case PIL_IR_GET_M:
    case PIL_IR_ITEM_F:
    case PIL_IR_ITEM_I:
    case PIL_IR_ITEM_M: *out = unsteady(walk, "it has a loop that decisions leave at different times"); return;
    default: break;
  }
  *out = pil_ir_get(op)->type == PIL_TYPE_MASK ? steady : calculate(walk, id, &sides[0], &sides[1]);
}
