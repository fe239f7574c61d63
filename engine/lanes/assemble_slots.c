/* Slots: which instructions matter, how long their values live, and where they stand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "assemble.h"

enum { NOWHERE = UINT32_MAX };

/* The loops of a program, in the order of their starts. */
typedef struct loop {
  uint32_t start, end, parent; /* index of the enclosing loop, or NOWHERE */
} loop;

typedef struct assignment {
  pil_slots *slots;
  pil_arena *arena;
  loop *loops;
  uint32_t *first_set, *later_set; /* of a variable, and the next in its list of SETs */
  uint32_t *open;                  /* marked, but not yet what they need */
  size_t open_count;
  uint32_t *next;  /* the next SET of a variable */
  uint32_t *until; /* how long values read from a variable are needed so far */
  uint32_t *free; /* slots that may be taken again, the last freed first */
  size_t free_count;
} assignment;

/* A folded instruction has two operands, neither folded. */
static void add_operand(const pil_slots *slots, const pil_operand *operand,
                        const pil_operand *list[PIL_SLOT_OPERANDS], size_t *count) {
  if (operand->is_constant || !slots->folded[operand->id]) {
    list[(*count)++] = operand;
    return;
  }
  const pil_instruction *folded = &slots->program->instructions[operand->id];
  list[(*count)++] = &folded->operands[0];
  list[(*count)++] = &folded->operands[1];
}

size_t pil_slots_list(const pil_slots *slots, uint32_t i,
                      const pil_operand *list[PIL_SLOT_OPERANDS]) {
  const pil_instruction *instruction = &slots->program->instructions[i];
  size_t own_count = strlen(pil_ir_get((pil_ir_op)instruction->op)->operands), count = 0;
  for (size_t n = 0; n < own_count; n++)
    add_operand(slots, &instruction->operands[n], list, &count);
  if (!pil_ir_is_draw(instruction)) return count;
  const pil_ir_draw *draw = &slots->program->draws[instruction->extra];
  if (draw->k_varies) list[count++] = &draw->k;
  if (draw->distribution != NULL || !draw->parameters_vary) return count;
  for (int n = 0; n < draw->parameter_count; n++) list[count++] = &draw->parameters[n];
  return count;
}

/* ---- what lives, and for how long ---- */

/* Marks a value, and has what it needs marked in turn. */
static void mark(assignment *a, uint32_t id) {
  if (a->slots->live[id]) return;
  a->slots->live[id] = true;
  a->open[a->open_count++] = id;
}

static void mark_needs(assignment *a, uint32_t i) {
  const pil_operand *list[PIL_SLOT_OPERANDS];
  size_t count = pil_slots_list(a->slots, i, list);
  for (size_t n = 0; n < count; n++)
    if (!list[n]->is_constant) mark(a, list[n]->id);
  const pil_instruction *instruction = &a->slots->program->instructions[i];
  if (!pil_ir_is_get(instruction)) return;
  for (uint32_t set = a->first_set[instruction->extra]; set != NOWHERE; set = a->later_set[set])
    mark(a, set);
}

/* From what has an effect. A SET has one if its variable is read: those of a loop that only make
 * themselves anew at each turn fall away. */
static void mark_live(assignment *a) {
  const pil_ir_program *program = a->slots->program;
  for (size_t v = 0; v < program->variable_count; v++) a->first_set[v] = NOWHERE;
  for (uint32_t i = 0; i < program->instruction_count; i++) {
    const pil_instruction *instruction = &program->instructions[i];
    if (pil_ir_is_set(instruction)) {
      a->later_set[i] = a->first_set[instruction->extra];
      a->first_set[instruction->extra] = i;
    } else if (pil_ir_get((pil_ir_op)instruction->op)->type == PIL_TYPE_NONE) {
      mark(a, i);
    }
  }
  while (a->open_count > 0) mark_needs(a, a->open[--a->open_count]);
}

static void find_next_sets(assignment *a) {
  const pil_ir_program *program = a->slots->program;
  for (size_t v = 0; v < program->variable_count; v++) a->next[v] = NOWHERE;
  for (uint32_t i = (uint32_t)program->instruction_count; i-- > 0;) {
    const pil_instruction *instruction = &program->instructions[i];
    if (!a->slots->live[i]) continue;
    if (pil_ir_is_set(instruction)) a->next[instruction->extra] = i;
    if (pil_ir_is_get(instruction)) a->slots->next_set[i] = a->next[instruction->extra];
  }
}

static void find_loops(assignment *a) {
  uint32_t count = 0, open = NOWHERE;
  for (size_t i = 0; i < a->slots->program->instruction_count; i++) {
    const pil_instruction *instruction = &a->slots->program->instructions[i];
    if (instruction->op == PIL_IR_LOOP) {
      a->loops[count] = (loop){(uint32_t)i, NOWHERE, open};
      open = count++;
    }
    a->slots->inner[i] = open;
    if (instruction->op == PIL_IR_AGAIN) {
      a->loops[open].end = (uint32_t)i;
      open = a->loops[open].parent;
    }
  }
}

/* A value made before a loop and used in it is needed until the loop's last turn. */
static void find_last_uses(assignment *a) {
  const pil_operand *list[PIL_SLOT_OPERANDS];
  for (uint32_t i = 0; i < a->slots->program->instruction_count; i++) {
    if (!a->slots->live[i] || a->slots->folded[i]) continue;
    size_t count = pil_slots_list(a->slots, i, list);
    for (size_t n = 0; n < count; n++) {
      if (list[n]->is_constant) continue;
      uint32_t id = list[n]->id, last = i;
      for (uint32_t l = a->slots->inner[i]; l != NOWHERE && a->loops[l].start > id;
           l = a->loops[l].parent) {
        last = a->loops[l].end;
      }
      if (a->slots->last[id] < last) a->slots->last[id] = last;
    }
  }
}

/* ---- slots ---- */

static uint32_t take_slot(assignment *a) {
  return a->free_count > 0 ? a->free[--a->free_count] : (uint32_t)a->slots->count++;
}

/* Slots of the values that instruction i uses for the last time. Their entry is kept, but each
 * slot is freed once. */
static void release_slots(assignment *a, uint32_t i, bool *released) {
  const pil_operand *list[PIL_SLOT_OPERANDS];
  size_t count = pil_slots_list(a->slots, i, list);
  for (size_t n = 0; n < count; n++) {
    if (list[n]->is_constant) continue;
    uint32_t id = list[n]->id;
    if (a->slots->last[id] != i || released[id]) continue;
    released[id] = true;
    if (a->slots->of[id] >= PIL_SLOT_FIXED + a->slots->program->variable_count)
      a->free[a->free_count++] = a->slots->of[id];
  }
}

/* At the end of a loop: values from before it whose last use was inside. `held` lists them. */
static void release_held(assignment *a, uint32_t end, bool *released, uint32_t *held,
                         size_t *held_count) {
  size_t kept = 0;
  for (size_t n = 0; n < *held_count; n++) {
    uint32_t id = held[n];
    if (a->slots->last[id] > end) {
      held[kept++] = id;
    } else if (!released[id]) {
      released[id] = true;
      if (a->slots->of[id] >= PIL_SLOT_FIXED + a->slots->program->variable_count)
        a->free[a->free_count++] = a->slots->of[id];
    }
  }
  *held_count = kept;
}

bool pil_slots_find_fixed(const pil_slots *slots, uint32_t i, uint32_t *slot) {
  const pil_instruction *instruction = &slots->program->instructions[i];
  if (instruction->op == PIL_IR_LANES_M) {
    *slot = PIL_SLOT_LANES;
    return true;
  }
  if (!pil_ir_is_get(instruction) || slots->next_set[i] < slots->last[i]) return false;
  *slot = PIL_SLOT_FIXED + instruction->extra;
  return true;
}

/* A value that is made only for the SET that soon follows can stand in the variable at once, if
 * nothing that was read from there is needed any more (a kernel may overwrite what it reads). */
enum { SOON = 8 };

static bool find_variable(const assignment *a, uint32_t i, uint32_t *variable) {
  const pil_instruction *all = a->slots->program->instructions;
  uint32_t set = a->slots->last[i];
  if (set <= i || set > i + SOON || !pil_ir_is_set(&all[set]) || pil_ir_is_draw(&all[i])) return false;
  *variable = all[set].extra;
  if (a->until[*variable] > i) return false;
  for (uint32_t between = i + 1; between < set; between++) {
    if (all[between].op == PIL_IR_LOOP || all[between].op == PIL_IR_AGAIN) return false;
    bool touches = pil_ir_is_get(&all[between]) || pil_ir_is_set(&all[between]);
    if (touches && all[between].extra == *variable) return false;
  }
  return !all[set].operands[0].is_constant && all[set].operands[0].id == i;
}

static void place_value(assignment *a, uint32_t i) {
  const pil_instruction *instruction = &a->slots->program->instructions[i];
  uint32_t variable;
  if (pil_ir_is_get(instruction) && a->until[instruction->extra] < a->slots->last[i])
    a->until[instruction->extra] = a->slots->last[i];
  if (pil_slots_find_fixed(a->slots, i, &a->slots->of[i])) return;
  if (find_variable(a, i, &variable)) a->slots->of[i] = PIL_SLOT_FIXED + variable;
  else a->slots->of[i] = take_slot(a);
}

static bool assign_slots(assignment *a) {
  size_t count = a->slots->program->instruction_count, held_count = 0;
  bool *released = pil_arena_array(a->arena, count, sizeof *released);
  uint32_t *held = pil_arena_array(a->arena, count, sizeof *held);
  if (released == NULL || held == NULL) return false;
  a->slots->count = PIL_SLOT_FIXED + a->slots->program->variable_count;
  for (uint32_t i = 0; i < count; i++) {
    if (!a->slots->live[i] || a->slots->folded[i]) continue;
    const pil_instruction *instruction = &a->slots->program->instructions[i];
    bool makes = pil_ir_get((pil_ir_op)instruction->op)->type != PIL_TYPE_NONE;
    /* A kernel may overwrite what it reads; a draw reads its operands more than once. */
    if (!pil_ir_is_draw(instruction)) release_slots(a, i, released);
    if (makes) place_value(a, i);
    if (pil_ir_is_draw(instruction)) release_slots(a, i, released);
    if (makes && a->slots->program->instructions[a->slots->last[i]].op == PIL_IR_AGAIN)
      held[held_count++] = i;
    if (instruction->op == PIL_IR_AGAIN) release_held(a, i, released, held, &held_count);
  }
  return true;
}

/* ---- all of it ---- */

bool pil_slots_assign(pil_slots *slots, const pil_ir_program *program, pil_arena *arena) {
  assignment a = {.slots = slots, .arena = arena};
  size_t count = program->instruction_count, loop_count = 0;
  for (size_t i = 0; i < count; i++) loop_count += program->instructions[i].op == PIL_IR_LOOP;
  slots->program = program;
  slots->live = pil_arena_array(arena, count, sizeof *slots->live);
  slots->last = pil_arena_array(arena, count, sizeof *slots->last);
  slots->next_set = pil_arena_array(arena, count, sizeof *slots->next_set);
  slots->of = pil_arena_array(arena, count, sizeof *slots->of);
  slots->inner = pil_arena_array(arena, count, sizeof *slots->inner);
  slots->folded = pil_arena_array(arena, count, sizeof *slots->folded);
  a.free = pil_arena_array(arena, count, sizeof *a.free);
  a.next = pil_arena_array(arena, program->variable_count, sizeof *a.next);
  a.until = pil_arena_array(arena, program->variable_count, sizeof *a.until);
  a.first_set = pil_arena_array(arena, program->variable_count, sizeof *a.first_set);
  a.later_set = pil_arena_array(arena, count, sizeof *a.later_set);
  a.open = pil_arena_array(arena, count, sizeof *a.open);
  a.loops = pil_arena_array(arena, loop_count, sizeof *a.loops);
  if (!slots->live || !slots->last || !slots->next_set || !slots->of || !slots->inner ||
      !slots->folded || !a.free || !a.next || !a.until || !a.first_set || !a.later_set || !a.open ||
      !a.loops)
    return false;
  mark_live(&a);
  find_next_sets(&a);
  find_loops(&a);
  PIL_TRY(pil_slots_fold(slots, arena));
  find_last_uses(&a);
  return assign_slots(&a);
}
