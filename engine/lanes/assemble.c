/* From a typed program to steps: dead instructions fall away, values share slots as soon as they
 * are used up, constants become operands of their own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "assemble.h"

#include <string.h>

#include "../base/memory.h"

enum { NOWHERE = UINT32_MAX, OPERANDS = 3 + 1 + PIL_PARAMETERS, LOOK_BACK = 256 };

/* The loops of a program, in the order of their ends. */
typedef struct loop {
  uint32_t start, end, parent; /* index of the enclosing loop, or NOWHERE */
} loop;

typedef struct assembly {
  pil_machine *machine;
  const pil_ir_program *program;
  pil_arena arena; /* for the time of assembling */
  bool *live;
  uint32_t *last;     /* the last instruction that uses a value */
  uint32_t *next_set; /* of a GET: the next SET of its variable */
  uint32_t *inner;    /* the innermost loop around an instruction */
  loop *loops;
  uint32_t *slots; /* of each value, by number */
  uint32_t *free;  /* slots that may be taken again, the last freed first */
  size_t free_count, slot_count;
  size_t word_count, word_start, word_limit, filled_start;
  uint64_t *words;      /* constants of one word */
  uint64_t *filled;     /* constants that fill a slot */
  size_t filled_count, filled_capacity;
  uint32_t *step_at;    /* the step that comes first at a LOOP */
} assembly;

static bool is_draw(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_DRAW_F && instruction->op <= PIL_IR_DRAW_M;
}

static bool is_get(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_GET_F && instruction->op <= PIL_IR_GET_M;
}

static bool is_set(const pil_instruction *instruction) {
  return instruction->op >= PIL_IR_SET_F && instruction->op <= PIL_IR_SET_M;
}

/* Everything an instruction reads, its draw's operands included. */
static size_t list_operands(const pil_ir_program *program, const pil_instruction *instruction,
                            const pil_operand *list[OPERANDS]) {
  size_t count = strlen(pil_ir_get((pil_ir_op)instruction->op)->operands);
  for (size_t i = 0; i < count; i++) list[i] = &instruction->operands[i];
  if (!is_draw(instruction)) return count;
  const pil_ir_draw *draw = &program->draws[instruction->extra];
  if (draw->k_varies) list[count++] = &draw->k;
  if (draw->distribution != NULL || !draw->parameters_vary) return count;
  for (int i = 0; i < draw->parameter_count; i++) list[count++] = &draw->parameters[i];
  return count;
}

/* ---- what lives, and for how long ---- */

static void mark_live(assembly *a) {
  const pil_operand *list[OPERANDS];
  uint32_t *next = a->step_at; /* by variable; used for steps only later */
  for (size_t v = 0; v < a->program->variable_count; v++) next[v] = NOWHERE;
  for (size_t i = a->program->instruction_count; i-- > 0;) {
    const pil_instruction *instruction = &a->program->instructions[i];
    if (pil_ir_get((pil_ir_op)instruction->op)->type == PIL_TYPE_NONE) a->live[i] = true;
    if (is_set(instruction)) next[instruction->extra] = (uint32_t)i;
    if (is_get(instruction)) a->next_set[i] = next[instruction->extra];
    if (!a->live[i]) continue;
    size_t count = list_operands(a->program, instruction, list);
    for (size_t n = 0; n < count; n++) {
      if (!list[n]->is_constant) a->live[list[n]->id] = true;
    }
  }
}

static void find_loops(assembly *a) {
  uint32_t count = 0, open = NOWHERE;
  for (size_t i = 0; i < a->program->instruction_count; i++) {
    const pil_instruction *instruction = &a->program->instructions[i];
    if (instruction->op == PIL_IR_LOOP) {
      a->loops[count] = (loop){(uint32_t)i, NOWHERE, open};
      open = count++;
    }
    a->inner[i] = open;
    if (instruction->op == PIL_IR_AGAIN) {
      a->loops[open].end = (uint32_t)i;
      open = a->loops[open].parent;
    }
  }
}

/* A value made before a loop and used in it is needed until the loop's last turn. */
static void find_last_uses(assembly *a) {
  const pil_operand *list[OPERANDS];
  for (uint32_t i = 0; i < a->program->instruction_count; i++) {
    if (!a->live[i]) continue;
    size_t count = list_operands(a->program, &a->program->instructions[i], list);
    for (size_t n = 0; n < count; n++) {
      if (list[n]->is_constant) continue;
      uint32_t id = list[n]->id, last = i;
      for (uint32_t l = a->inner[i]; l != NOWHERE && a->loops[l].start > id;
           l = a->loops[l].parent) {
        last = a->loops[l].end;
      }
      if (a->last[id] < last) a->last[id] = last;
    }
  }
}

/* ---- slots ---- */

static uint32_t take_slot(assembly *a) {
  return a->free_count > 0 ? a->free[--a->free_count] : (uint32_t)a->slot_count++;
}

/* Slots of the values that instruction i uses for the last time. Their entry is kept, but each
 * slot is freed once. */
static void release_slots(assembly *a, uint32_t i, bool *released) {
  const pil_operand *list[OPERANDS];
  size_t count = list_operands(a->program, &a->program->instructions[i], list);
  for (size_t n = 0; n < count; n++) {
    if (list[n]->is_constant) continue;
    uint32_t id = list[n]->id;
    if (a->last[id] != i || released[id]) continue;
    released[id] = true;
    if (a->slots[id] >= PIL_SLOT_FIXED + a->program->variable_count)
      a->free[a->free_count++] = a->slots[id];
  }
}

/* At the end of a loop: values from before it whose last use was inside. `held` lists them. */
static void release_held(assembly *a, uint32_t end, bool *released, uint32_t *held,
                         size_t *held_count) {
  size_t kept = 0;
  for (size_t n = 0; n < *held_count; n++) {
    uint32_t id = held[n];
    if (a->last[id] > end) {
      held[kept++] = id;
    } else if (!released[id]) {
      released[id] = true;
      if (a->slots[id] >= PIL_SLOT_FIXED + a->program->variable_count)
        a->free[a->free_count++] = a->slots[id];
    }
  }
  *held_count = kept;
}

/* A variable's value needs no copy while the variable is not set again. */
static bool find_fixed_slot(const assembly *a, uint32_t i, uint32_t *slot) {
  const pil_instruction *instruction = &a->program->instructions[i];
  if (instruction->op == PIL_IR_LANES_M) {
    *slot = PIL_SLOT_LANES;
    return true;
  }
  if (!is_get(instruction) || a->next_set[i] < a->last[i]) return false;
  *slot = PIL_SLOT_FIXED + instruction->extra;
  return true;
}

static bool assign_slots(assembly *a) {
  size_t count = a->program->instruction_count, held_count = 0;
  bool *released = pil_arena_array(&a->arena, count, sizeof *released);
  uint32_t *held = pil_arena_array(&a->arena, count, sizeof *held);
  if (released == NULL || held == NULL) return false;
  a->slot_count = PIL_SLOT_FIXED + a->program->variable_count;
  for (uint32_t i = 0; i < count; i++) {
    if (!a->live[i]) continue;
    const pil_instruction *instruction = &a->program->instructions[i];
    bool makes = pil_ir_get((pil_ir_op)instruction->op)->type != PIL_TYPE_NONE;
    /* A kernel may overwrite what it reads; a draw reads its operands more than once. */
    if (!is_draw(instruction)) release_slots(a, i, released);
    if (makes && !find_fixed_slot(a, i, &a->slots[i])) a->slots[i] = take_slot(a);
    if (is_draw(instruction)) release_slots(a, i, released);
    if (makes && a->program->instructions[a->last[i]].op == PIL_IR_AGAIN) held[held_count++] = i;
    if (instruction->op == PIL_IR_AGAIN) release_held(a, i, released, held, &held_count);
  }
  return true;
}

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
  return place_slot(a->slots[operand->id]);
}

/* ---- steps ---- */

/* x ^ 2 is x * x (luai_numpow). */
static pil_step emit_square(assembly *a, const pil_instruction *instruction, uint32_t to) {
  uint32_t x = place_vector(a, &instruction->operands[0]);
  return (pil_step){a->machine->kernels->run[PIL_IR_MUL_F][0], to, x, x, 0};
}

static pil_step emit_kernel(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_operand *operands = instruction->operands;
  if (instruction->op == PIL_IR_POW_F && operands[1].is_constant && operands[1].number == 2)
    return emit_square(a, instruction, to);
  size_t count = strlen(pil_ir_get((pil_ir_op)instruction->op)->operands);
  unsigned constants = 0;
  for (size_t n = 0; n < count; n++) constants |= (unsigned)operands[n].is_constant << n;
  /* The kernel that takes most of the constants as they are; the others fill slots. */
  pil_kernel *const *run = a->machine->kernels->run[instruction->op];
  unsigned direct = constants;
  while (run[direct] == NULL) direct = (direct - 1) & constants;
  uint32_t places[3] = {0, 0, 0};
  for (size_t n = 0; n < count; n++) {
    uint64_t bits = bits_of(&operands[n]);
    places[n] = direct >> n & 1 ? place_words(a, &bits, 1) : place_vector(a, &operands[n]);
  }
  return (pil_step){run[direct], to, places[0], places[1], places[2]};
}

static pil_step emit_lookup(assembly *a, const pil_instruction *instruction, uint32_t to) {
  pil_ir_array array = a->program->arrays[instruction->extra];
  static const uint64_t nothing = 0; /* what an empty array gives lanes that do not count */
  if (array.count == 0) array.numbers = (const double *)&nothing;
  if (array.count == 0) array.integers = (const int64_t *)&nothing;
  uint64_t words[sizeof array / 8];
  memcpy(words, &array, sizeof array);
  return (pil_step){a->machine->kernels->run[instruction->op][0], to,
                    place_vector(a, &instruction->operands[0]),
                    place_words(a, words, sizeof array / 8), 0};
}

static pil_step emit_draw(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_ir_draw *draw = &a->program->draws[instruction->extra];
  pil_machine_draw *out = &a->machine->draws[instruction->extra];
  const pil_fills *fills = a->machine->kernels->fills;
  *out = (pil_machine_draw){.draw = draw, .family = draw->family};
  if (draw->k_varies) {
    out->k = place_vector(a, &draw->k);
  } else {
    out->stream =
        pil_stream_at(a->program->seed, draw->name_hash, (uint64_t)draw->k.integer);
  }
  const pil_distribution *distribution = draw->distribution;
  if (distribution != NULL) out->family = distribution->family;
  pil_fills fill = fills[out->family];
  /* Their loops make masks. */
  if (out->family == PIL_FAMILY_bernoulli && instruction->op != PIL_IR_DRAW_M)
    fill = (pil_fills){NULL, NULL, NULL};
  if (distribution != NULL) {
    memcpy(out->numbers, distribution->parameters, sizeof out->numbers);
    if (!distribution->truncated) out->constant = fill.constant;
    if (out->constant == NULL) out->distribution = distribution;
  } else if (draw->parameters_vary) {
    out->varying = fill.varying;
    out->refuse = fill.refuse;
    out->varying_count = draw->parameter_count;
    for (int i = 0; i < draw->parameter_count; i++)
      out->parameters[i] = place_vector(a, &draw->parameters[i]);
  } else {
    out->constant = fill.constant;
    for (int i = 0; i < PIL_PARAMETERS; i++) out->numbers[i] = draw->parameters[i].number;
  }
  const pil_operand *mask = &instruction->operands[0];
  bool all = mask->is_constant && mask->integer != 0;
  return (pil_step){pil_step_pause, to, all ? PIL_SLOT_LANES : place_vector(a, mask),
                    instruction->extra, instruction->op};
}

/* Steps that the machine does itself (their fields: see machine.c). */
static pil_step emit_special(assembly *a, const pil_instruction *instruction, uint32_t to) {
  const pil_operand *operands = instruction->operands;
  uint32_t extra = instruction->extra;
  switch (instruction->op) {
    case PIL_IR_INPUT_F:
    case PIL_IR_INPUT_I:
    case PIL_IR_INPUT_M: return (pil_step){pil_step_pause, to, 0, extra, instruction->op};
    case PIL_IR_OUTPUT_F:
    case PIL_IR_OUTPUT_CELL:
    case PIL_IR_OUTPUT_TEXT: {
      uint32_t mask = place_vector(a, &operands[0]), value = place_vector(a, &operands[1]);
      return (pil_step){pil_step_pause, value, mask, extra, instruction->op};
    }
    case PIL_IR_AGAIN: extra = a->step_at[extra]; /* fall through */
    default: /* KEEP_INPUT_F, GUARD */
      return (pil_step){pil_step_pause, 0, place_vector(a, &operands[0]), extra, instruction->op};
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
    case PIL_IR_GET_M: return !find_fixed_slot(a, i, &slot);
    case PIL_IR_SET_F:
    case PIL_IR_SET_I:
    case PIL_IR_SET_M:
      return first->is_constant || a->slots[first->id] != PIL_SLOT_FIXED + instruction->extra;
    default: return true;
  }
}

/* Ends with a step that ends the block. */
static void emit_steps(assembly *a) {
  pil_machine *machine = a->machine;
  for (uint32_t i = 0; i < a->program->instruction_count; i++) {
    if (!a->live[i]) continue;
    const pil_instruction *instruction = &a->program->instructions[i];
    a->step_at[i] = (uint32_t)machine->step_count;
    if (!needs_step(a, i)) continue;
    bool makes = pil_ir_get((pil_ir_op)instruction->op)->type != PIL_TYPE_NONE;
    uint32_t to = makes ? place_slot(a->slots[i]) : 0;
    pil_step *step = &machine->steps[machine->step_count++];
    if (is_get(instruction)) {
      uint32_t from = place_slot(PIL_SLOT_FIXED + instruction->extra);
      *step = (pil_step){machine->kernels->run[instruction->op][0], to, from, 0, 0};
    } else if (is_draw(instruction)) {
      *step = emit_draw(a, instruction, to);
    } else if (instruction->op == PIL_IR_LOOKUP_F || instruction->op == PIL_IR_LOOKUP_I) {
      *step = emit_lookup(a, instruction, to);
    } else if (machine->kernels->run[instruction->op][0] != NULL) {
      if (is_set(instruction)) to = place_slot(PIL_SLOT_FIXED + instruction->extra);
      *step = emit_kernel(a, instruction, to);
    } else {
      *step = emit_special(a, instruction, to);
    }
  }
  machine->steps[machine->step_count] = (pil_step){pil_step_pause, 0, 0, 0, PIL_IR_COUNT};
}

/* ---- all of it ---- */

static bool reserve(assembly *a) {
  const pil_ir_program *program = a->program;
  size_t count = program->instruction_count;
  size_t numbered = count > program->variable_count ? count : program->variable_count;
  size_t loop_count = 0;
  for (size_t i = 0; i < count; i++) loop_count += program->instructions[i].op == PIL_IR_LOOP;
  a->live = pil_arena_array(&a->arena, count, sizeof *a->live);
  a->last = pil_arena_array(&a->arena, count, sizeof *a->last);
  a->next_set = pil_arena_array(&a->arena, count, sizeof *a->next_set);
  a->inner = pil_arena_array(&a->arena, count, sizeof *a->inner);
  a->slots = pil_arena_array(&a->arena, count, sizeof *a->slots);
  a->free = pil_arena_array(&a->arena, count, sizeof *a->free);
  a->step_at = pil_arena_array(&a->arena, numbered, sizeof *a->step_at);
  a->loops = pil_arena_array(&a->arena, loop_count, sizeof *a->loops);
  a->word_limit = sizeof(pil_ir_array) / 8 * count; /* a lookup takes most */
  a->words = pil_arena_array(&a->arena, a->word_limit, sizeof *a->words);
  return a->live && a->last && a->next_set && a->inner && a->slots && a->free && a->step_at &&
         a->loops && a->words;
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
  return machine->steps && machine->draws && machine->hints && machine->cells && machine->texts;
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
    for (size_t lane = 0; lane < PIL_LANES_WIDTH; lane++)
      memcpy(slot + 8 * lane, &a->filled[i], 8);
  }
  machine->slot_count = a->slot_count + a->filled_count;
  return true;
}

bool pil_machine_assemble(pil_machine *machine, pil_error *error) {
  assembly a = {.machine = machine, .program = machine->program};
  bool good = false;
  if (!reserve(&a) || !reserve_machine(machine)) goto done;
  mark_live(&a);
  find_loops(&a);
  find_last_uses(&a);
  if (!assign_slots(&a)) goto done;
  /* Slots are a multiple of 64 bytes unless the block is narrow; aligned all the same. */
  a.word_start = (a.slot_count * (size_t)PIL_SLOT_BYTES + 63) & ~(size_t)63;
  a.filled_start = (a.word_start + 8 * a.word_limit + 63) & ~(size_t)63;
  emit_steps(&a);
  good = fill_memory(&a);
done:
  pil_memory_free(a.filled);
  pil_arena_free(&a.arena);
  return good || pil_error_memory(error);
}
