/* The builder's instructions: appended once each, masks folded, and giving lanes back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "../base/memory.h"
#include "build.h"

enum { SEEN_SIZE = 1 << 16 };

pil_operand pil_build_constant_f(double number) {
  return (pil_operand){.is_constant = true, .number = number};
}

pil_operand pil_build_constant_i(int64_t integer) {
  return (pil_operand){.is_constant = true, .integer = integer};
}

bool pil_build_same(pil_operand a, pil_operand c) {
  if (a.is_constant != c.is_constant) return false;
  return a.is_constant ? a.integer == c.integer : a.id == c.id;
}

bool pil_build_is_all(pil_operand mask) {
  return mask.is_constant && mask.integer == -1;
}

bool pil_build_is_none(pil_operand mask) {
  return mask.is_constant && mask.integer == 0;
}

bool pil_build_memory(pil_build *b) {
  b->stopped = true;
  return pil_error_memory(b->error);
}

/* ---- limits ---- */

static size_t dictionary_bytes(const pil_dictionary *dictionary) {
  return dictionary->arena.size_bytes + dictionary->capacity * sizeof *dictionary->texts +
         dictionary->index.size * sizeof *dictionary->index.slots;
}

static size_t kept_bytes(const pil_build *b) {
  return b->arena->size_bytes - b->first_bytes + dictionary_bytes(&b->texts) +
         dictionary_bytes(&b->output_names) + dictionary_bytes(&b->reason_names) +
         b->draw_capacity * sizeof *b->program->draws + b->other_bytes;
}

static bool refuse(pil_build *b, const char *text) {
  if (b->stopped) return false;
  b->stopped = true;
  b->refusal->at = b->at;
  b->refusal->text = pil_arena_copy(b->arena, text, strlen(text));
  if (b->refusal->text == NULL) pil_error_memory(b->error);
  return false;
}

static bool refuse_bytes(pil_build *b) {
  return refuse(b, "the trial needs too much memory to be followed");
}

bool pil_build_charge(pil_build *b, uint64_t work) {
  b->work += work;
  if (b->work > PIL_BUILD_WORK) return refuse(b, "the trial takes too many steps to be followed");
  return kept_bytes(b) > PIL_BUILD_BYTES ? refuse_bytes(b) : !b->stopped;
}

/* An array that grows again and again leaves its old selves in the arena, so the sum of all is
 * twice the last. */
bool pil_build_grow(pil_build *b, void *array, size_t count, size_t *capacity, size_t size_bytes) {
  if (count < *capacity) return true;
  void **pointer = array;
  size_t wanted = *capacity == 0 ? 4 : 2 * *capacity; /* most tables of a trial are small */
  if (wanted * size_bytes > PIL_BUILD_BYTES - PIL_BUILD_BYTES / 4) return refuse_bytes(b);
  void *grown = pil_arena_array(b->arena, wanted, size_bytes);
  if (grown == NULL) return pil_build_memory(b);
  if (count > 0) memcpy(grown, *pointer, count * size_bytes);
  *pointer = grown;
  *capacity = wanted;
  return true;
}

bool pil_build_grow_outside(pil_build *b, void *array, size_t count, size_t *capacity, size_t size_bytes) {
  if (count < *capacity) return true;
  void **pointer = array;
  size_t wanted = *capacity == 0 ? 256 : 2 * *capacity;
  void *grown = pil_memory_resize(*pointer, wanted, size_bytes);
  if (grown == NULL) return pil_build_memory(b);
  *pointer = grown;
  *capacity = wanted;
  return true;
}

void pil_build_note_filled(pil_build *b, pil_operand operand) {
  enum { SLOT_BYTES = 64 * 8 };
  if (operand.is_constant) b->other_bytes += SLOT_BYTES;
}

/* ---- instructions ---- */

/* Instructions with an effect or with a state behind them are never shared. */
static bool is_pure(pil_ir_op op) {
  return op < PIL_IR_KEEP_INPUT_F;
}

static uint64_t hash_instruction(const pil_instruction *i) {
  uint64_t h = UINT64_C(0xcbf29ce484222325) ^ i->op ^ (uint64_t)i->extra << 16;
  for (int o = 0; o < 3; o++) {
    const pil_operand *operand = &i->operands[o];
    uint64_t bits = operand->is_constant ? (uint64_t)operand->integer : operand->id + UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
  }
  return h;
}

static bool same_instruction(const pil_instruction *a, const pil_instruction *c) {
  return a->op == c->op && a->extra == c->extra && pil_build_same(a->operands[0], c->operands[0]) &&
         pil_build_same(a->operands[1], c->operands[1]) && pil_build_same(a->operands[2], c->operands[2]);
}

/* Where an equal instruction is noted, or a free place for it (one whose instruction was taken back is
 * free too); NULL when the neighbourhood is full (then nothing is shared, which costs only speed). */
static uint32_t *find_seen(pil_build *b, const pil_instruction *wanted) {
  uint64_t hash = hash_instruction(wanted);
  for (uint64_t step = 0; step < 16; step++) {
    uint32_t *place = &b->seen[(hash + step) & (SEEN_SIZE - 1)];
    if (*place > b->program->instruction_count) *place = 0;
    if (*place == 0 || same_instruction(&b->program->instructions[*place - 1], wanted)) return place;
  }
  return NULL;
}

static pil_operand no_value(void) {
  return pil_build_constant_i(0);
}

pil_operand pil_build_emit(pil_build *b, pil_ir_op op, uint32_t extra, pil_operand a, pil_operand c,
                           pil_operand d) {
  if (b->stopped) return no_value();
  pil_ir_program *program = b->program;
  pil_instruction made = {.op = (uint16_t)op, .extra = extra, .operands = {a, c, d}};
  uint32_t *place = NULL;
  if (b->seen == NULL) b->seen = pil_arena_array(b->arena, SEEN_SIZE, sizeof *b->seen);
  if (b->seen == NULL) {
    pil_build_memory(b);
    return no_value();
  }
  if (is_pure(op)) {
    place = find_seen(b, &made);
    if (place != NULL && *place != 0) return (pil_operand){.id = *place - 1};
  }
  if (program->instruction_count >= PIL_BUILD_INSTRUCTIONS) {
    refuse(b, "the trial is too long to be unrolled");
    return no_value();
  }
  if (!pil_build_charge(b, PIL_WORK_INSTRUCTION) ||
      !pil_build_grow_outside(b, &program->instructions, program->instruction_count,
                              &b->instruction_capacity, sizeof *program->instructions))
    return no_value();
  uint32_t id = (uint32_t)program->instruction_count++;
  program->instructions[id] = made;
  if (op == PIL_IR_OUTPUT_F || op == PIL_IR_OUTPUT_TEXT) pil_build_note_filled(b, c);
  if (place != NULL) *place = id + 1;
  return (pil_operand){.id = id};
}

pil_operand pil_build_unary(pil_build *b, pil_ir_op op, pil_operand a) {
  return pil_build_emit(b, op, 0, a, no_value(), no_value());
}

pil_operand pil_build_binary(pil_build *b, pil_ir_op op, pil_operand a, pil_operand c) {
  return pil_build_emit(b, op, 0, a, c, no_value());
}

pil_operand pil_build_add_i(pil_build *b, pil_operand a, pil_operand c) {
  if (a.is_constant && c.is_constant) return pil_build_constant_i((int64_t)((uint64_t)a.integer + (uint64_t)c.integer));
  return pil_build_binary(b, PIL_IR_ADD_I, a, c);
}

/* ---- masks ---- */

static const pil_instruction *instruction_of(const pil_build *b, pil_operand operand, pil_ir_op op) {
  if (operand.is_constant) return NULL;
  const pil_instruction *i = &b->program->instructions[operand.id];
  return i->op == op ? i : NULL;
}

/* What the making of `a` says: 1 if its lanes are all in `c`, -1 if none is, 0 if neither is seen. */
static int within(const pil_build *b, pil_operand a, pil_operand c, int levels) {
  if (pil_build_same(a, c)) return 1;
  if (a.is_constant || levels == 0) return 0;
  const pil_instruction *i = &b->program->instructions[a.id];
  if (i->op == PIL_IR_NOT_M) return pil_build_same(i->operands[0], c) ? -1 : 0;
  if (i->op != PIL_IR_AND_M && i->op != PIL_IR_ANDNOT_M) return 0;
  if (i->op == PIL_IR_ANDNOT_M && pil_build_same(i->operands[1], c)) return -1;
  int left = within(b, i->operands[0], c, levels - 1);
  return left != 0 || i->op == PIL_IR_ANDNOT_M ? left : within(b, i->operands[1], c, levels - 1);
}

enum { SEEN_LEVELS = 6 };

static pil_operand all(void) {
  return pil_build_constant_i(-1);
}

pil_operand pil_build_not(pil_build *b, pil_operand a) {
  if (a.is_constant) return pil_build_constant_i(~a.integer);
  const pil_instruction *inner = instruction_of(b, a, PIL_IR_NOT_M);
  return inner != NULL ? inner->operands[0] : pil_build_unary(b, PIL_IR_NOT_M, a);
}

pil_operand pil_build_and(pil_build *b, pil_operand a, pil_operand c) {
  if (pil_build_is_none(a) || pil_build_is_none(c)) return no_value();
  if (pil_build_is_all(a) || pil_build_same(a, c)) return c;
  if (pil_build_is_all(c)) return a;
  const pil_instruction *inverse = instruction_of(b, c, PIL_IR_NOT_M);
  if (inverse != NULL) return pil_build_andnot(b, a, inverse->operands[0]);
  int left = within(b, a, c, SEEN_LEVELS), right = left == 0 ? within(b, c, a, SEEN_LEVELS) : 0;
  if (left < 0 || right < 0) return no_value();
  if (left > 0) return a;
  return right > 0 ? c : pil_build_binary(b, PIL_IR_AND_M, a, c);
}

pil_operand pil_build_andnot(pil_build *b, pil_operand a, pil_operand c) {
  if (pil_build_is_none(a) || pil_build_is_all(c) || pil_build_same(a, c)) return no_value();
  if (pil_build_is_none(c)) return a;
  if (pil_build_is_all(a)) return pil_build_not(b, c);
  const pil_instruction *inverse = instruction_of(b, c, PIL_IR_NOT_M);
  if (inverse != NULL) return pil_build_and(b, a, inverse->operands[0]);
  int inside = within(b, a, c, SEEN_LEVELS);
  if (inside != 0) return inside > 0 ? no_value() : a;
  return within(b, c, a, SEEN_LEVELS) < 0 ? a : pil_build_binary(b, PIL_IR_ANDNOT_M, a, c);
}

/* The two halves of a branch make the whole again: (m and c) or (m and not c) is m. */
static bool join_halves(const pil_build *b, pil_operand a, pil_operand c, pil_operand *whole) {
  const pil_instruction *not_c = instruction_of(b, c, PIL_IR_NOT_M);
  if (not_c != NULL && pil_build_same(not_c->operands[0], a)) {
    *whole = all();
    return true;
  }
  const pil_instruction *taken = instruction_of(b, a, PIL_IR_AND_M);
  const pil_instruction *left = instruction_of(b, c, PIL_IR_ANDNOT_M);
  if (taken == NULL || left == NULL) return false;
  for (int side = 0; side < 2; side++) {
    bool halves = pil_build_same(taken->operands[side], left->operands[0]) &&
                  pil_build_same(taken->operands[1 - side], left->operands[1]);
    if (!halves) continue;
    *whole = left->operands[0];
    return true;
  }
  return false;
}

pil_operand pil_build_widened(const pil_build *b, pil_operand mask, pil_operand given_up) {
  pil_operand whole = mask;
  if (!join_halves(b, mask, given_up, &whole)) join_halves(b, given_up, mask, &whole);
  return whole;
}

pil_operand pil_build_or(pil_build *b, pil_operand a, pil_operand c) {
  pil_operand whole;
  if (pil_build_is_all(a) || pil_build_is_all(c)) return all();
  if (pil_build_is_none(a) || pil_build_same(a, c)) return c;
  if (pil_build_is_none(c)) return a;
  if (join_halves(b, a, c, &whole) || join_halves(b, c, a, &whole)) return whole;
  for (int turn = 0; turn < 2; turn++) { /* (p or q) or c: perhaps q and c belong together */
    const pil_instruction *either = instruction_of(b, turn == 0 ? a : c, PIL_IR_OR_M);
    pil_operand other = turn == 0 ? c : a;
    for (int side = 0; either != NULL && side < 2; side++) {
      pil_operand own = either->operands[side], rest = either->operands[1 - side];
      if (join_halves(b, own, other, &whole) || join_halves(b, other, own, &whole))
        return pil_build_or(b, rest, whole);
    }
  }
  return pil_build_binary(b, PIL_IR_OR_M, a, c);
}

/* ---- giving lanes back ---- */

static bool add_reason(pil_build *b, const char *text, uint32_t *index) {
  pil_ir_program *program = b->program;
  char name[600];
  int length = snprintf(name, sizeof name, "%.300s:%d:%s", b->at.file, b->at.line, text);
  int64_t code = pil_dictionary_code(&b->reason_names, name, (size_t)length);
  if (code < 0) return pil_build_memory(b);
  *index = (uint32_t)code;
  if ((size_t)code < program->reason_count) return true;
  if (!pil_build_grow(b, &program->reasons, program->reason_count, &b->reason_capacity,
                      sizeof *program->reasons))
    return false;
  char *copy = pil_arena_copy(b->arena, text, strlen(text));
  if (copy == NULL) return pil_build_memory(b);
  program->reasons[program->reason_count++] = (pil_ir_reason){b->at, copy};
  return true;
}

/* Whether there was a guard for this reason before the loop that is followed. */
static bool is_known_end(pil_build *b, uint32_t reason) {
  pil_build_charge(b, b->loop_start);
  for (size_t i = 0; i < b->loop_start; i++) {
    const pil_instruction *own = &b->program->instructions[i];
    if (own->op == PIL_IR_GUARD && own->extra == reason) return true;
  }
  return false;
}

static bool guard(pil_build *b, pil_operand mask, const char *text) {
  uint32_t reason = 0;
  if (b->stopped) return false;
  if (pil_build_is_none(mask)) return true;
  if (pil_build_is_all(mask)) return refuse(b, text); /* every batch would come back */
  if (!add_reason(b, text, &reason)) return false;
  pil_build_emit(b, PIL_IR_GUARD, reason, mask, no_value(), no_value());
  bool ends = pil_build_same(mask, b->mask);
  if (ends && b->loop_objects > 0 && !is_known_end(b, reason)) b->ended_anew = true;
  if (ends) b->gave_up = true;
  return !b->stopped && !ends;
}

bool pil_build_guard(pil_build *b, pil_operand mask, const char *format, ...) {
  char text[200];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return guard(b, mask, text);
}

bool pil_build_give_up(pil_build *b, const char *format, ...) {
  char text[200];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  guard(b, b->mask, text);
  return false;
}
