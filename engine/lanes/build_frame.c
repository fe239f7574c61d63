/* Following a function with symbols: ways, where they part and where they meet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/memory.h"
#include "build_choice.h"
#include "build_ways.h"

/* ---- ways ---- */

static pil_way *way_new(const pil_way_frame *f) {
  size_t bytes = sizeof(pil_way) + ((size_t)f->code->register_count + OPEN_RESULTS) * sizeof(pil_symbol);
  pil_way *made = pil_memory_new_zeroed(1, bytes);
  if (made == NULL) pil_build_memory(f->b);
  return made;
}

pil_way *pil_way_copy(const pil_way_frame *f, const pil_way *from) {
  pil_way *copy = way_new(f);
  if (copy == NULL) return NULL;
  memcpy(copy, from, sizeof(pil_way) + ((size_t)f->code->register_count + OPEN_RESULTS) * sizeof(pil_symbol));
  return copy;
}

void pil_way_wait(pil_way_frame *f, pil_way *w) {
  pil_way **place = &f->waiting;
  while (*place != NULL && (*place)->pc < w->pc) place = &(*place)->next;
  w->next = *place;
  *place = w;
}

/* What tells the lanes of one way from those of the other: the branch's own condition where they
 * are its two sides, which is known earlier than the masks. */
static pil_operand telling(const pil_build *b, pil_operand mine, pil_operand other) {
  if (mine.is_constant || other.is_constant) return mine;
  const pil_instruction *taken = &b->program->instructions[mine.id];
  const pil_instruction *left = &b->program->instructions[other.id];
  if (taken->op != PIL_IR_AND_M || left->op != PIL_IR_ANDNOT_M) return mine;
  for (int side = 0; side < 2; side++) {
    if (pil_build_same(taken->operands[side], left->operands[0]) &&
        pil_build_same(taken->operands[1 - side], left->operands[1]))
      return taken->operands[1 - side];
  }
  return mine;
}

/* Joins `other` into `w`: they stand at the same place. Frees `other`. */
static void meet(pil_way_frame *f, pil_way *w, pil_way *other) {
  pil_build *b = f->b;
  pil_operand tells = telling(b, w->mask, other->mask);
  bool flipped = false;
  if (pil_build_same(tells, w->mask)) {
    pil_operand back = telling(b, other->mask, w->mask);
    flipped = !pil_build_same(back, other->mask);
    if (flipped) tells = back;
  }
  for (size_t r = 0; r < f->code->register_count; r++) {
    pil_symbol *mine = &w->registers[r], *theirs = &other->registers[r];
    bool shared = mine->kind == PIL_KNOWN_CELL || theirs->kind == PIL_KNOWN_CELL;
    if (shared && !pil_symbol_same(mine, theirs)) { /* one has left the variable's scope: so have both */
      *mine = pil_way_get(f, w, (unsigned)r);
      *theirs = pil_way_get(f, other, (unsigned)r);
    }
    *mine = flipped ? pil_symbol_select(b, tells, theirs, mine) : pil_symbol_select(b, tells, mine, theirs);
  }
  w->top = w->top > other->top ? w->top : other->top;
  w->mask = pil_build_or(b, w->mask, other->mask);
  pil_memory_free(other);
}

/* Lanes of `taken` go to `target`, the others to `otherwise`. */
pil_outcome pil_way_part(pil_way_frame *f, pil_way *w, pil_operand taken, uint32_t target, uint32_t otherwise) {
  pil_build *b = f->b;
  pil_operand yes = pil_build_and(b, w->mask, taken), no = pil_build_andnot(b, w->mask, taken);
  if (b->stopped) return ENDED;
  if (pil_build_is_none(no) || pil_build_is_none(yes) || target == otherwise) {
    w->pc = pil_build_is_none(yes) ? otherwise : target;
    return GOES_ON;
  }
  pil_way *other = pil_way_copy(f, w);
  if (other == NULL) return ENDED;
  w->pc = target;
  w->mask = yes;
  other->pc = otherwise;
  other->mask = no;
  pil_way_wait(f, other);
  return GOES_ON;
}

/* ---- registers ---- */

pil_symbol pil_way_get(const pil_way_frame *f, const pil_way *w, unsigned r) {
  const pil_symbol *s = &w->registers[r];
  return s->kind == PIL_KNOWN_CELL ? f->b->cells[s->index].value : *s;
}

void pil_build_set_cell(pil_build *b, uint32_t index, const pil_symbol *value) {
  pil_cell_box *cell = &b->cells[index];
  if (pil_build_same(cell->made_under, b->mask)) {
    cell->value = *value;
    return;
  }
  pil_symbol fresh = pil_symbol_select(b, b->mask, value, &cell->value);
  b->cells[index].value = fresh;
}

void pil_way_set(pil_way_frame *f, pil_way *w, unsigned r, pil_symbol value) {
  if (w->registers[r].kind == PIL_KNOWN_CELL) pil_build_set_cell(f->b, w->registers[r].index, &value);
  else w->registers[r] = value;
}

pil_symbol pil_way_constant(pil_way_frame *f, unsigned index) {
  const pil_constant *k = &f->code->constants[index];
  switch (k->kind) {
    case PIL_CONSTANT_NIL: return pil_symbol_nil();
    case PIL_CONSTANT_BOOLEAN: return pil_symbol_bool(k->boolean);
    case PIL_CONSTANT_INTEGER: return pil_symbol_integer(k->integer);
    case PIL_CONSTANT_NUMBER: return pil_symbol_float(k->number);
    case PIL_CONSTANT_TEXT: break;
  }
  return pil_symbol_text(f->b, k->text, k->length);
}

void pil_way_close(pil_way_frame *f, pil_way *w, unsigned first) {
  for (unsigned r = first; r < f->code->register_count; r++)
    if (w->registers[r].kind == PIL_KNOWN_CELL) w->registers[r] = pil_way_get(f, w, r);
}

/* ... : what the function was called with beyond its parameters. */
pil_outcome pil_way_extra(pil_way_frame *f, pil_way *w, uint32_t word) {
  unsigned a = pil_op_a(word);
  size_t wanted = pil_op_c(word) != 0 ? pil_op_c(word) - 1 : f->extra_count;
  if (a + wanted > (size_t)f->code->register_count + OPEN_RESULTS) {
    pil_build_give_up(f->b, "too many variable arguments (...)");
    return ENDED;
  }
  for (size_t i = 0; i < wanted; i++)
    pil_way_set(f, w, a + (unsigned)i, i < f->extra_count ? f->extra[i] : pil_symbol_nil());
  w->top = a + wanted;
  w->pc++;
  return GOES_ON;
}

/* ---- turning back ---- */

bool pil_way_turn_back(pil_way_frame *f, pil_way *w, uint32_t head) {
  size_t kept = 0;
  pil_loop_head *own = NULL;
  for (size_t i = 0; i < f->head_count; i++)
    if (f->heads[i].pc <= head) f->heads[kept++] = f->heads[i];
  f->head_count = kept;
  for (size_t i = 0; i < kept; i++)
    if (f->heads[i].pc == head) own = &f->heads[i];
  if (own == NULL) {
    if (kept == LOOP_HEADS) return pil_build_give_up(f->b, "too many loops in one function");
    f->heads[f->head_count++] = (pil_loop_head){head, w->mask, 0};
  } else if (!pil_build_same(own->mask, w->mask)) {
    own->mask = w->mask;
    if (++own->turns > PIL_BUILD_TURNS)
      return pil_build_give_up(f->b, "a loop that trials leave at different times and after more than %d turns",
                               PIL_BUILD_TURNS);
  }
  w->pc = head;
  return true;
}

/* ---- the whole function ---- */

/* Follows one way until it ends or another one is behind it or meets it. */
static void follow(pil_way_frame *f, pil_way *w) {
  pil_build *b = f->b;
  for (;;) {
    b->mask = w->mask;
    b->at = (pil_place){f->code->source[0] == '=' || f->code->source[0] == '@' ? f->code->source + 1 : f->code->source,
                        f->code->lines[w->pc], 0};
    if (++b->steps > PIL_BUILD_STEPS) {
      b->mask = pil_build_constant_i(-1);
      pil_build_give_up(b, "the trial takes too many steps to be unrolled");
    }
    if (b->stopped || pil_way_step(f, w) == ENDED || b->stopped) {
      pil_memory_free(w);
      return;
    }
    if (f->waiting != NULL && f->waiting->pc <= w->pc) {
      pil_way_wait(f, w);
      return;
    }
  }
}

static void run_frame(pil_way_frame *f) {
  while (f->waiting != NULL) {
    pil_way *w = f->waiting;
    f->waiting = w->next;
    while (f->waiting != NULL && f->waiting->pc == w->pc) {
      pil_way *other = f->waiting;
      f->waiting = other->next;
      f->b->mask = w->mask;
      meet(f, w, other);
    }
    if (f->b->stopped) pil_memory_free(w);
    else follow(f, w);
  }
}

static bool call_code(pil_build *b, const pil_function *code, const pil_symbol *upvalues,
                      const pil_symbol *arguments, size_t count, pil_symbol *results, size_t *result_count) {
  if (b->depth >= PIL_BUILD_DEPTH) return pil_build_give_up(b, "calls nested deeper than %d", PIL_BUILD_DEPTH);
  pil_way_frame *f = pil_memory_new_zeroed(1, sizeof *f);
  if (f == NULL) return pil_build_memory(b);
  *f = (pil_way_frame){.b = b, .code = code, .upvalues = upvalues};
  if (code->is_vararg && count > code->parameter_count) {
    f->extra = arguments + code->parameter_count;
    f->extra_count = count - code->parameter_count;
  }
  pil_operand mask = b->mask;
  pil_place at = b->at;
  pil_way *first = way_new(f);
  if (first != NULL) {
    first->mask = mask;
    for (size_t i = 0; i < code->parameter_count && i < count; i++) first->registers[i] = arguments[i];
    f->waiting = first;
    b->depth++;
    run_frame(f);
    b->depth--;
  }
  bool returned = f->returned && !b->stopped;
  if (returned) memcpy(results, f->results, f->result_count * sizeof *results);
  *result_count = f->result_count;
  pil_memory_free(f);
  b->mask = mask;
  b->at = at;
  return returned;
}

/* Each function that it may be, in its lanes; where one gives fewer results, the others are nil. */
static bool call_each(pil_build *b, const pil_symbol *function, const pil_symbol *arguments, size_t count,
                      pil_symbol *results, size_t *result_count) {
  const pil_alternative *list;
  size_t choices;
  bool any = false;
  pil_operand mask = b->mask;
  if (!pil_choice_open(b, function, &list, &choices)) return false;
  for (size_t i = 0; i < choices && !b->stopped; i++) {
    pil_symbol own[PIL_BUILD_RESULTS], nil = pil_symbol_nil();
    size_t own_count = 0, most;
    b->mask = pil_build_and(b, mask, list[i].mask);
    if (pil_build_is_none(b->mask) || !pil_build_call(b, &list[i].symbol, arguments, count, own, &own_count)) continue;
    most = own_count > *result_count ? own_count : *result_count;
    for (size_t r = 0; r < most; r++) {
      const pil_symbol *mine = r < own_count ? &own[r] : &nil, *old = r < *result_count ? &results[r] : &nil;
      results[r] = any ? pil_symbol_select(b, list[i].mask, mine, old) : *mine;
    }
    *result_count = most;
    any = true;
  }
  b->mask = mask;
  return any && !b->stopped;
}

bool pil_build_call(pil_build *b, const pil_symbol *function, const pil_symbol *arguments, size_t count,
                    pil_symbol *results, size_t *result_count) {
  *result_count = 0;
  switch (function->kind) {
    case PIL_KNOWN_BUILTIN:
      return pil_build_builtin(b, function->text, arguments, count, results, result_count);
    case PIL_KNOWN_CLOSURE: {
      pil_closure closure = b->closures[function->index];
      return call_code(b, closure.code, closure.upvalues, arguments, count, results, result_count);
    }
    case PIL_KNOWN_FUNCTION: {
      const pil_image_function *own = function->function;
      pil_symbol *upvalues = pil_arena_array(b->arena, (size_t)own->code->upvalue_count + 1, sizeof *upvalues);
      if (upvalues == NULL) return pil_build_memory(b);
      for (uint32_t i = 0; i < own->code->upvalue_count; i++)
        upvalues[i] = pil_symbol_image(b, &own->upvalues[i]);
      return call_code(b, own->code, upvalues, arguments, count, results, result_count);
    }
    case PIL_LANE_CHOICE: return call_each(b, function, arguments, count, results, result_count);
    default: return pil_build_give_up(b, "a call of what is no function in lanes");
  }
}
