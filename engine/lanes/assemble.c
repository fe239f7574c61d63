/* From a typed program to steps over slots; constants become operands of their own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "assemble.h"

#include <string.h>

#include "../base/memory.h"

enum { NOWHERE = UINT32_MAX, LOOK_BACK = 256 /* constants searched for an equal one */ };

typedef struct assembly {
  pil_machine *machine;
  const pil_ir_program *program;
  pil_arena arena; /* for the time of assembling */
  pil_slots slots;
  uint64_t *words; /* constants of one word, and where they begin in the memory */
  size_t word_count, word_start;
  uint64_t *filled; /* constants that fill a slot */
  size_t filled_count, filled_capacity, filled_start;
  uint32_t *step_at; /* the step that comes first at an instruction */
} assembly;

/* ---- operands ---- */

static uint32_t place_slot(uint32_t slot) {
  return slot * (uint32_t)PIL_SLOT_BYTES;
}

static uint32_t place_words(assembly *a, const uint64_t *words, size_t count) {
  size_t from = a->word_count > LOOK_BACK ? a->word_count - LOOK_BACK : 0;
  for (size_t i = a->word_count; count == 1 && i-- > from;) {
    if (a->words[i] == *words) return (uint32_t)(a->word_start + 8 * i);
  }
  memcpy(a->words + a->word_count, words, 8 * count);
  a->word_count += count;
  return (uint32_t)(a->word_start + 8 * (a->word_count - count));
}

/* NOWHERE when out of memory. */
static uint32_t place_filled(assembly *a, uint64_t bits) {
  size_t from = a->filled_count > LOOK_BACK ? a->filled_count - LOOK_BACK : 0;
  size_t i = a->filled_count;
  while (i > from && a->filled[i - 1] != bits) i--;
  if (i == from) {
    if (a->filled_count == a->filled_capacity) {
      size_t capacity = 2 * a->filled_capacity + 64;
      uint64_t *grown = pil_memory_resize(a->filled, capacity, sizeof *grown);
      if (grown == NULL) return NOWHERE;
      a->filled = grown;
      a->filled_capacity = capacity;
    }
    a->filled[a->filled_count++] = bits;
    i = a->filled_count;
  }
  return (uint32_t)(a->filled_start + (i - 1) * (size_t)PIL_SLOT_BYTES);
}

static uint64_t bits_of(const pil_operand *operand) {
  return (uint64_t)operand->integer; /* shares its place with the number */
}

/* Where a step finds a whole slot of it. */
static uint32_t place_vector(assembly *a, const pil_operand *operand) {
  if (operand->is_constant) return place_filled(a, bits_of(operand));
  return place_slot(a->slots.of[operand->id]);
}

/* ---- steps ---- */

/* x ^ 2 is x * x (luai_numpow). */
static pil_step emit_square(assembly *a, const pil_instruction *instruction, uint32_t to) {
  uint32_t x = place_vector(a, &instruction->operands[0]);
  return (pil_step){a->machine->kernels->run[PIL_IR_MUL_F][0], to, x, x, 0, 0};
}

/* A step by the kernel that takes most of the constants as they are; the others fill slots. */
static pil_step emit_by(assembly *a, pil_kernel *const *run, const pil_operand *const *operands,
                        size_t count, uint32_t to) {
  unsigned constants = 0;
  for (size_t n = 0; n < count; n++) constants |= (unsigned)operands[n]->is_constant << n;
  unsigned direct = constants;
  while (run[direct] == NULL) direct = (direct - 1) & constants;
  uint32_t places[4] = {0, 0, 0, 0};
  for (size_t n = 0; n < count; n++) {
    uint64_t bits = bits_of(operands[n]);
    places[n] = direct >> n & 1 ? place_words(a, &bits, 1) : place_vector(a, operands[n]);
  }
  return (pil_step){run[direct], to, places[0], places[1], places[2], places[3]};
}

static bool is_folded(const assembly *a, const pil_operand *operand) {
  return !operand->is_constant && a->slots.folded[operand->id];
}

/* The kernels for an instruction into which another is folded, and what they read; NULL: none is. */
static pil_kernel *const *find_fused(const assembly *a, const pil_instruction *instruction,
                                     const pil_operand *list[4], size_t *count) {
  const pil_kernels *kernels = a->machine->kernels;
  const pil_operand *operands = instruction->operands;
  bool is_select = instruction->op >= PIL_IR_SELECT_F && instruction->op <= PIL_IR_SELECT_M;
  if (!is_select && instruction->op > PIL_IR_DIV_F) return NULL;
  for (size_t n = 0; n < (is_select ? 1 : 2); n++) {
    if (!is_folded(a, &operands[n])) continue;
    const pil_instruction *first = &a->program->instructions[operands[n].id];
    list[0] = &first->operands[0];
    list[1] = &first->operands[1];
    list[2] = &operands[1 - n];
    *count = 3;
    if (!is_select) return kernels->pairs[first->op][instruction->op][n];
    list[2] = &operands[1];
    list[3] = &operands[2];
    *count = 4;
    return kernels->choices[first->op];
  }
  return NULL;
}

static pil_step emit_kernel(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_operand *operands = instruction->operands, *list[4];
  if (instruction->op == PIL_IR_POW_F && operands[1].is_constant && operands[1].number == 2)
    return emit_square(a, instruction, to);
  size_t count;
  pil_kernel *const *run = find_fused(a, instruction, list, &count);
  if (run != NULL) return emit_by(a, run, list, count, to);
  count = strlen(pil_ir_get((pil_ir_op)instruction->op)->operands);
  for (size_t n = 0; n < count; n++) list[n] = &operands[n];
  return emit_by(a, a->machine->kernels->run[instruction->op], list, count, to);
}

static pil_step emit_lookup(assembly *a, const pil_instruction *instruction, uint32_t to) {
  pil_ir_array array = a->program->arrays[instruction->extra];
  static const uint64_t nothing = 0; /* what an empty array gives lanes that do not count */
  if (array.count == 0) array.numbers = (const double *)&nothing;
  if (array.count == 0) array.integers = (const int64_t *)&nothing;
  uint64_t words[sizeof array / 8];
  memcpy(words, &array, sizeof array);
  return (pil_step){
      a->machine->kernels->run[instruction->op][0], to, place_vector(a, &instruction->operands[0]),
      place_words(a, words, sizeof array / 8),      0,  0};
}

/* Whether the kernel `draw` does all of a draw, and what its loop makes is what is wanted. */
static bool is_plain(const pil_machine_draw *draw, uint16_t op) {
  if (draw->constant == NULL || draw->draw->k_varies || draw->draw->choices != NULL) return false;
  pil_draw_kind makes = pil_family_get(draw->family)->draws;
  return op == PIL_IR_DRAW_M ? makes == PIL_DRAW_BOOLEAN
                             : op == PIL_IR_DRAW_F && makes == PIL_DRAW_REAL;
}

static pil_step emit_plain_draw(assembly *a, pil_machine_draw *draw, uint32_t to) {
  pil_machine *machine = a->machine;
  pil_plain_draw *plain = &draw->plain;
  *plain = (pil_plain_draw){
      .to_block = &machine->to_block, .jumps = machine->jumps, .fill = draw->constant};
  for (int i = 0; i < PIL_PARAMETERS; i++) plain->parameters[i] = &draw->numbers[i];
  uint64_t pointer = (uintptr_t)plain;
  return (pil_step){machine->kernels->draw,      to, place_slot(PIL_SLOT_WORDS),
                    place_words(a, &pointer, 1), 0,  0};
}

/* Items and what is kept: the list's address is a constant of one word. */
static pil_step emit_item(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_operand *operands = instruction->operands;
  uint64_t address = (uint64_t)(uintptr_t)a->machine->lists[instruction->extra] + PIL_LANES_ALIGNMENT - 1;
  address -= address % PIL_LANES_ALIGNMENT;
  uint32_t list = place_words(a, &address, 1);
  pil_kernel *run = a->machine->kernels->run[instruction->op][0];
  if (instruction->op <= PIL_IR_ITEM_M)
    return (pil_step){.run = run, .to = to, .a = place_vector(a, &operands[0]), .b = list};
  return (pil_step){.run = run, .to = list, .a = place_vector(a, &operands[0]),
                    .b = place_vector(a, &operands[1]), .c = place_vector(a, &operands[2])};
}

static pil_step emit_draw(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_ir_draw *draw = &a->program->draws[instruction->extra];
  pil_machine_draw *out = &a->machine->draws[instruction->extra];
  const pil_fills *fills = a->machine->kernels->fills;
  *out = (pil_machine_draw){.draw = draw, .family = draw->family, .name_hash = draw->name_hash};
  if (draw->k_varies) {
    out->k = place_vector(a, &draw->k);
  } else {
    out->stream = pil_stream_at(a->program->seed, draw->name_hash, (uint64_t)draw->k.integer);
  }
  const pil_distribution *distribution = draw->distribution;
  if (distribution != NULL) out->family = distribution->family;
  pil_fills fill = fills[out->family];
  /* Their loops make masks. */
  if (out->family == PIL_FAMILY_bernoulli && instruction->op != PIL_IR_DRAW_M)
    fill = (pil_fills){NULL, NULL, NULL, NULL};
  if (distribution != NULL) {
    memcpy(out->numbers, distribution->parameters, sizeof out->numbers);
    if (!distribution->truncated) out->constant = fill.constant;
    if (out->constant == NULL) out->distribution = distribution;
  } else if (draw->parameters_vary) {
    out->packed = fill.packed;
    out->varying = fill.varying;
    out->refuse = fill.refuse;
    out->varying_count = draw->parameter_count;
    char problem[256]; /* the numbers may be refused: what is asked for are the defaults */
    pil_family_check(draw->family, out->numbers, draw->parameter_count, problem, sizeof problem);
    for (int i = 0; i < draw->parameter_count; i++)
      out->parameters[i] = place_vector(a, &draw->parameters[i]);
  } else {
    out->packed = fill.packed;
    out->constant = fill.constant;
    for (int i = 0; i < PIL_PARAMETERS; i++) out->numbers[i] = draw->parameters[i].number;
  }
  const pil_operand *mask = &instruction->operands[0];
  bool all = mask->is_constant && mask->integer != 0;
  if (all && is_plain(out, instruction->op)) return emit_plain_draw(a, out, to);
  return (pil_step){
      pil_step_pause,  to, all ? PIL_SLOT_LANES : place_vector(a, mask), instruction->extra,
      instruction->op, 0};
}

/* Steps that the machine does itself (their fields: see machine.c). */
static pil_step emit_special(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_operand *operands = instruction->operands;
  uint32_t extra = instruction->extra;
  switch (instruction->op) {
    case PIL_IR_INPUT_F:
    case PIL_IR_INPUT_I:
    case PIL_IR_INPUT_M: return (pil_step){pil_step_pause, to, 0, extra, instruction->op, 0};
    case PIL_IR_OUTPUT_F:
    case PIL_IR_OUTPUT_CELL:
    case PIL_IR_OUTPUT_TEXT: {
      uint32_t mask = place_vector(a, &operands[0]), value = place_vector(a, &operands[1]);
      return (pil_step){pil_step_pause, value, mask, extra, instruction->op, 0};
    }
    case PIL_IR_AGAIN: extra = a->step_at[extra]; /* fall through */
    default:                                      /* KEEP_INPUT_F, GUARD */
      return (pil_step){pil_step_pause,  0, place_vector(a, &operands[0]), extra,
                        instruction->op, 0};
  }
}

/* Whether an instruction needs a step at all. */
static bool needs_step(const assembly *a, uint32_t i) {
  const pil_instruction *instruction = &a->program->instructions[i];
  const pil_operand *first = &instruction->operands[0];
  uint32_t slot;
  switch (instruction->op) {
    case PIL_IR_LANES_M:
    case PIL_IR_LOOP: return false;
    case PIL_IR_GUARD:
    case PIL_IR_AGAIN:
    case PIL_IR_OUTPUT_F:
    case PIL_IR_OUTPUT_CELL:
    case PIL_IR_OUTPUT_TEXT: return !(first->is_constant && first->integer == 0);
    case PIL_IR_GET_F:
    case PIL_IR_GET_I:
    case PIL_IR_GET_M: return !pil_slots_find_fixed(&a->slots, i, &slot);
    case PIL_IR_SET_F:
    case PIL_IR_SET_I:
    case PIL_IR_SET_M:
      return first->is_constant || a->slots.of[first->id] != PIL_SLOT_FIXED + instruction->extra;
    default: return true;
  }
}

/* Ends with a step that ends the block. */
static void emit_steps(assembly *a) {
  pil_machine *machine = a->machine;
  for (uint32_t i = 0; i < a->program->instruction_count; i++) {
    if (!a->slots.live[i] || a->slots.folded[i]) continue;
    const pil_instruction *instruction = &a->program->instructions[i];
    a->step_at[i] = (uint32_t)machine->step_count;
    if (!needs_step(a, i)) continue;
    bool makes = pil_ir_get((pil_ir_op)instruction->op)->type != PIL_TYPE_NONE;
    uint32_t to = makes ? place_slot(a->slots.of[i]) : 0;
    pil_step *step = &machine->steps[machine->step_count++];
    if (pil_ir_is_get(instruction)) {
      uint32_t from = place_slot(PIL_SLOT_FIXED + instruction->extra);
      *step = (pil_step){machine->kernels->run[instruction->op][0], to, from, 0, 0, 0};
    } else if (pil_ir_is_draw(instruction)) {
      *step = emit_draw(a, instruction, to);
    } else if (instruction->op == PIL_IR_LOOKUP_F || instruction->op == PIL_IR_LOOKUP_I) {
      *step = emit_lookup(a, instruction, to);
    } else if (pil_ir_is_item(instruction)) {
      *step = emit_item(a, instruction, to);
    } else if (machine->kernels->run[instruction->op][0] != NULL) {
      if (pil_ir_is_set(instruction)) to = place_slot(PIL_SLOT_FIXED + instruction->extra);
      *step = emit_kernel(a, instruction, to);
    } else {
      *step = emit_special(a, instruction, to);
    }
  }
  machine->steps[machine->step_count] = (pil_step){pil_step_pause, 0, 0, 0, PIL_IR_COUNT, 0};
}

/* ---- all of it ---- */

static bool reserve(assembly *a) {
  size_t count = a->program->instruction_count;
  a->step_at = pil_arena_array(&a->arena, count, sizeof *a->step_at);
  size_t word_limit = sizeof(pil_ir_array) / 8 * count; /* a lookup takes most */
  a->words = pil_arena_array(&a->arena, word_limit, sizeof *a->words);
  if (a->step_at == NULL || a->words == NULL) return false;
  PIL_TRY(pil_slots_assign(&a->slots, a->program, &a->arena));
  /* Slots are a multiple of 64 bytes unless the block is narrow; aligned all the same. */
  a->word_start = (a->slots.count * (size_t)PIL_SLOT_BYTES + 63) & ~(size_t)63;
  a->filled_start = (a->word_start + 8 * word_limit + 63) & ~(size_t)63;
  return true;
}

/* Distances in the memory have 32 bits. */
static bool reserve_machine(pil_machine *machine) {
  const pil_ir_program *program = machine->program;
  pil_arena *arena = &machine->arena;
  machine->steps = pil_arena_array(arena, program->instruction_count + 1, sizeof *machine->steps);
  machine->draws = pil_arena_array(arena, program->draw_count, sizeof *machine->draws);
  machine->hints = pil_arena_array(arena, program->output_count, sizeof *machine->hints);
  machine->cells = pil_arena_array(arena, program->output_count, sizeof *machine->cells);
  machine->texts = pil_arena_array(arena, program->text_count, sizeof *machine->texts);
  PIL_TRY(machine->steps && machine->draws && machine->hints && machine->cells && machine->texts);
  /* Lists stand on their own: large, and mostly never touched. */
  machine->lists = pil_memory_new_zeroed(program->list_count + 1, sizeof *machine->lists);
  PIL_TRY(machine->lists != NULL);
  for (size_t i = 0; i < program->list_count; i++) {
    machine->lists[i] = pil_memory_new_zeroed(PIL_IR_ITEMS * (size_t)PIL_SLOT_BYTES + PIL_LANES_ALIGNMENT, 1);
    PIL_TRY(machine->lists[i] != NULL);
  }
  return true;
}

static bool fill_memory(assembly *a) {
  pil_machine *machine = a->machine;
  size_t bytes = a->filled_start + a->filled_count * (size_t)PIL_SLOT_BYTES;
  if (bytes > UINT32_MAX - 64) return false;
  machine->memory = pil_arena_new(&machine->arena, bytes + 64);
  if (machine->memory == NULL) return false;
  memcpy(machine->memory + a->word_start, a->words, 8 * a->word_count);
  for (size_t i = 0; i < a->filled_count; i++) {
    char *slot = machine->memory + a->filled_start + i * (size_t)PIL_SLOT_BYTES;
    for (size_t lane = 0; lane < PIL_LANES_WIDTH; lane++) memcpy(slot + 8 * lane, &a->filled[i], 8);
  }
  machine->slot_count = a->slots.count + a->filled_count;
  return true;
}

bool pil_machine_assemble(pil_machine *machine, pil_error *error) {
  assembly a = {.machine = machine, .program = machine->program};
  bool good = false;
  if (!reserve(&a) || !reserve_machine(machine)) goto done;
  emit_steps(&a);
  good = fill_memory(&a);
done:
  pil_memory_free(a.filled);
  pil_arena_free(&a.arena);
  return good || pil_error_memory(error);
}
