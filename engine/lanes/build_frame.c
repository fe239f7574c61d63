/* Following a function with symbols: ways, where they part and where they meet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/memory.h"
#include "build_choice.h"
#include "build_ways.h"

enum { LONG_TURNS = 64, LONG_INSTRUCTIONS = 8192 /* from where a loop that is known to go on is long */ };

/* ---- ways ---- */

static size_t way_bytes(const pil_way_frame *f) {
  return sizeof(pil_way) + ((size_t)f->code->register_count + OPEN_RESULTS) * sizeof(pil_symbol);
}

static pil_way *way_new(const pil_way_frame *f) {
  if (!pil_build_charge(f->b, PIL_WORK_REGISTER * (uint64_t)f->code->register_count)) return NULL;
  pil_way *made = pil_memory_new_zeroed(1, way_bytes(f));
  if (made == NULL) pil_build_memory(f->b);
  else f->b->other_bytes += way_bytes(f);
  return made;
}

static void way_free(const pil_way_frame *f, pil_way *w) {
  f->b->other_bytes -= way_bytes(f);
  pil_memory_free(w);
}

pil_way *pil_way_copy(const pil_way_frame *f, const pil_way *from) {
  pil_way *copy = way_new(f);
  if (copy == NULL) return NULL;
  memcpy(copy, from, way_bytes(f));
  return copy;
}

void pil_way_wait(pil_way_frame *f, pil_way *w) {
  pil_way **place = &f->waiting;
  for (; *place != NULL && (*place)->order < w->order; place = &(*place)->next)
    f->b->work += PIL_WORK_ENTRY;
  w->next = *place;
  *place = w;
}

void pil_ways_free(const pil_way_frame *f, pil_way *first) {
  while (first != NULL) {
    pil_way *next = first->next;
    way_free(f, first);
    first = next;
  }
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
  pil_build_charge(b, PIL_WORK_REGISTER * (uint64_t)f->code->register_count);
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
  way_free(f, other);
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
  if (b->watcher != NULL) { /* a trace knows all values but these */
    pil_build_give_up(b, "a branch that depends on a draw, or on what lanes cannot tell");
    return ENDED;
  }
  pil_way *other = pil_way_copy(f, w);
  if (other == NULL) return ENDED;
  w->pc = target;
  w->mask = yes;
  pil_way_go_to(other, otherwise);
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

/* Where an instruction jumps back to; its own place and later ones: it does not. */
static uint32_t target_of(const pil_function *code, uint32_t pc) {
  uint32_t word = code->code[pc];
  switch (pil_op(word)) {
    case PIL_OP_JMP: return (uint32_t)((int)pc + 1 + pil_op_jump(word));
    case PIL_OP_FORLOOP:
    case PIL_OP_TFORLOOP: return pc + 1 - pil_op_bx(word);
    default: return pc;
  }
}

static uint32_t find_end(pil_way_frame *f, uint32_t head) {
  for (size_t i = 0; i < f->end_count && i < LOOP_HEADS; i++)
    if (f->ends[i].head == head) return f->ends[i].end;
  uint32_t end = f->code->code_count - 1;
  f->b->work += end - head;
  while (end > head && target_of(f->code, end) != head) end--;
  f->ends[f->end_count++ % LOOP_HEADS] = (pil_loop_end){head, end};
  return end;
}

uint64_t pil_way_order_of_turn(pil_way_frame *f, uint32_t head) {
  return PIL_ORDERS * (uint64_t)find_end(f, head) + PIL_ORDER_TURNS;
}

/* Loops inside begin anew. */
static pil_loop_head *find_head(pil_way_frame *f, const pil_way *w) {
  size_t kept = 0;
  pil_loop_head *own = NULL;
  for (size_t i = 0; i < f->head_count; i++)
    if (f->heads[i].pc <= w->pc) f->heads[kept++] = f->heads[i];
  f->head_count = kept;
  for (size_t i = 0; i < kept; i++)
    if (f->heads[i].pc == w->pc) own = &f->heads[i];
  if (own != NULL) return own;
  if (kept == LOOP_HEADS) {
    pil_build_give_up(f->b, "too many loops in one function");
    return NULL;
  }
  f->heads[kept] = (pil_loop_head){
      .pc = w->pc, .mask = w->mask, .first_instruction = f->b->program->instruction_count};
  f->head_count++;
  return &f->heads[kept];
}

/* A way has turned back. A loop that its lanes leave at different times, or that has grown long,
 * becomes a loop of the program; one that cannot is unrolled, but not for ever. False: the way
 * ends here. */
static bool begin_turn(pil_way_frame *f, pil_way *w) {
  pil_build *b = f->b;
  uint64_t order = w->order;
  pil_loop_head *own = find_head(f, w);
  if (own == NULL) return false;
  bool parts = !pil_build_same(own->mask, w->mask);
  bool is_long = ++own->turns >= LONG_TURNS &&
                 b->program->instruction_count - own->first_instruction >= LONG_INSTRUCTIONS;
  own->mask = w->mask;
  own->changes += parts;
  pil_way *beside = f->waiting;
  bool alone = beside == NULL || beside->order != order - PIL_ORDER_TURNS + PIL_ORDER_SITS_OUT;
  if ((parts || is_long) && !own->only_unrolls && alone && b->watcher == NULL) {
    if (pil_repeat_build(f, w, w->pc)) return false;
    if (b->stopped) return false;
    own->only_unrolls = true;
  }
  if (own->changes > PIL_BUILD_TURNS)
    return pil_build_give_up(b, "a loop that trials leave at different times and after more than %d turns",
                             PIL_BUILD_TURNS);
  if (!alone) pil_way_go_to(beside, beside->pc); /* the only one, since those at one place have met */
  pil_way_go_to(w, w->pc);
  return true;
}

/* ---- following ways ---- */

/* Follows one way until it ends or another one is behind it or meets it. */
static void follow(pil_way_frame *f, pil_way *w) {
  pil_build *b = f->b;
  for (;;) {
    b->mask = w->mask;
    b->at = (pil_place){f->code->source[0] == '=' || f->code->source[0] == '@' ? f->code->source + 1 : f->code->source,
                        f->code->lines[w->pc], 0};
    uint32_t before = w->pc;
    b->gave_up = false;
    bool goes_on = pil_build_charge(b, PIL_WORK_STEP) && pil_way_step(f, w) == GOES_ON;
    if (b->watcher != NULL && !b->stopped)
      b->watcher->step(b->watcher, b, f->code, before, goes_on ? w->pc : (uint32_t)PIL_WATCH_END);
    if (!goes_on || b->stopped) break;
    bool turns_back = w->pc <= before;
    if (turns_back) w->order = pil_way_order_of_turn(f, w->pc);
    else pil_way_go_to(w, w->pc);
    if (!turns_back && (f->waiting == NULL || f->waiting->order > w->order)) continue;
    pil_way_wait(f, w);
    return;
  }
  for (pil_way *other = f->waiting; b->gave_up && other != NULL; other = other->next)
    other->mask = pil_build_widened(b, other->mask, w->mask);
  way_free(f, w);
}

/* Those that wait at the same place as `w` join it. */
static void meet_others(pil_way_frame *f, pil_way *w) {
  while (w->next != NULL && w->next->order == w->order) {
    pil_way *other = w->next;
    w->next = other->next;
    f->b->mask = w->mask;
    meet(f, w, other);
  }
}

void pil_ways_run(pil_way_frame *f, uint64_t limit) {
  while (f->waiting != NULL && f->waiting->order < limit) {
    pil_way *w = f->waiting;
    meet_others(f, w);
    f->waiting = w->next;
    bool turns_back = w->order % PIL_ORDERS == PIL_ORDER_TURNS;
    if (w->order % PIL_ORDERS == PIL_ORDER_SITS_OUT) pil_way_go_to(w, w->pc);
    f->b->mask = w->mask;
    if (f->b->stopped || (turns_back && !begin_turn(f, w))) way_free(f, w);
    else follow(f, w);
  }
  for (pil_way *w = f->waiting; w != NULL; w = w->next) meet_others(f, w);
}

/* ---- what is returned ---- */

void pil_returned_add(pil_build *b, pil_returned *to, pil_operand mask, const pil_symbol *results, size_t count) {
  size_t most = count > to->count ? count : to->count;
  for (size_t i = 0; i < most; i++) {
    pil_symbol mine = i < count ? results[i] : pil_symbol_nil();
    pil_symbol old = i < to->count ? to->results[i] : pil_symbol_nil();
    to->results[i] = to->any ? pil_symbol_select(b, mask, &mine, &old) : mine;
  }
  to->mask = to->any ? pil_build_or(b, to->mask, mask) : mask;
  to->count = most;
  to->any = true;
}

static bool is_wordless(const pil_symbol *s) {
  if (s->kind == PIL_KNOWN_CONFLICT) return s->integer == 0;
  return s->kind != PIL_KNOWN_NIL && s->kind != PIL_KNOWN_TEXT && s->kind != PIL_LANE_TEXT && s->kind != PIL_LANE_MIX &&
         !pil_symbol_is_number(s);
}

/* What decided() refuses, as stock Lua has it: levels and reasons that are no text, number or nil. */
static bool give_back_wordless(pil_build *b, const pil_symbol *results, size_t count) {
  static const char why[] = "a level or a reason that is no text";
  for (size_t i = 0; i < count && i < PIL_BUILD_PLACE; i++) {
    const pil_alternative *list;
    size_t alternatives;
    if (results[i].kind != PIL_LANE_CHOICE) {
      if (is_wordless(&results[i])) return pil_build_give_up(b, why);
      continue;
    }
    if (!pil_choice_open(b, &results[i], &list, &alternatives)) return false;
    for (size_t a = 0; a < alternatives; a++)
      if (is_wordless(&list[a].symbol) && !pil_build_guard(b, list[a].mask, why)) return false;
  }
  return true;
}

bool pil_way_return(pil_way_frame *f, pil_way *w, unsigned first, size_t count, bool has_place) {
  pil_build *b = f->b;
  pil_symbol results[PIL_BUILD_RESULTS] = {{.kind = PIL_KNOWN_NIL}};
  if (count > PIL_BUILD_RESULTS) return pil_build_give_up(b, "more than %d results", PIL_BUILD_RESULTS);
  for (size_t i = 0; i < count; i++) results[i] = pil_way_get(f, w, first + (unsigned)i);
  if (f->tells_place && !has_place && !give_back_wordless(b, results, count)) return false;
  if (f->tells_place && !has_place && !pil_build_add_place(b, results, &count)) return false;
  if (b->depth == 1 && b->on_result != NULL) { /* each way of the trial has its own results */
    if (!b->on_result(b, &results[0])) return false;
    count = 0;
  }
  pil_returned_add(b, f->returned, w->mask, results, count);
  b->gave_up = false;
  return !b->stopped;
}

bool pil_build_add_place(pil_build *b, pil_symbol *results, size_t *count) {
  char place[PIL_PLACE_BYTES];
  pil_place_name(place, b->at.file, b->at.line);
  while (*count < PIL_BUILD_PLACE) results[(*count)++] = pil_symbol_nil();
  results[PIL_BUILD_PLACE] = pil_symbol_text(b, place, strlen(place));
  *count = PIL_BUILD_PLACE + 1;
  return !b->stopped;
}

/* ---- the whole function ---- */

static bool call_code(pil_build *b, const pil_function *code, const pil_symbol *upvalues, bool tells_place,
                      const pil_symbol *arguments, size_t count, pil_symbol *results, size_t *result_count) {
  if (b->depth >= PIL_BUILD_DEPTH) return pil_build_give_up(b, "calls nested deeper than %d", PIL_BUILD_DEPTH);
  if (!pil_build_charge(b, PIL_WORK_CALL)) return false;
  pil_way_frame *f = pil_memory_new_zeroed(1, sizeof *f);
  if (f == NULL) return pil_build_memory(b);
  pil_returned *own = pil_memory_new_zeroed(1, sizeof *own);
  if (own == NULL) {
    pil_memory_free(f);
    return pil_build_memory(b);
  }
  *f = (pil_way_frame){.b = b, .code = code, .upvalues = upvalues, .tells_place = tells_place, .returned = own};
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
    pil_ways_run(f, UINT64_MAX);
    b->depth--;
  }
  bool returned = own->any && !b->stopped;
  if (returned) memcpy(results, own->results, own->count * sizeof *results);
  *result_count = own->count;
  pil_memory_free(own);
  pil_memory_free(f);
  b->mask = mask;
  b->at = at;
  return returned;
}

/* Each function that it may be, in its lanes; where one gives fewer results, the others are nil. */
static bool call_each(pil_build *b, const pil_symbol *function, bool tells_place, const pil_symbol *arguments,
                      size_t count, pil_symbol *results, size_t *result_count) {
  const pil_alternative *list;
  size_t choices;
  bool any = false;
  pil_operand mask = b->mask;
  if (!pil_choice_open(b, function, &list, &choices)) return false;
  for (size_t i = 0; i < choices && !b->stopped; i++) {
    pil_symbol own[PIL_BUILD_RESULTS], nil = pil_symbol_nil();
    size_t own_count = 0, most;
    b->mask = pil_build_and(b, mask, list[i].mask);
    b->asks_place = tells_place;
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
  bool tells_place = b->asks_place;
  b->asks_place = false;
  *result_count = 0;
  switch (function->kind) {
    case PIL_KNOWN_BUILTIN:
      return pil_build_builtin(b, function->text, arguments, count, results, result_count) &&
             (!tells_place || pil_build_add_place(b, results, result_count));
    case PIL_KNOWN_CLOSURE: {
      pil_closure closure = b->closures[function->index];
      return call_code(b, closure.code, closure.upvalues, tells_place, arguments, count, results, result_count);
    }
    case PIL_KNOWN_FUNCTION: {
      const pil_image_function *own = function->function;
      if (!pil_build_charge(b, PIL_WORK_REGISTER * (uint64_t)own->code->upvalue_count)) return false;
      pil_symbol *upvalues = pil_memory_new_zeroed(own->code->upvalue_count, sizeof *upvalues);
      if (upvalues == NULL) return pil_build_memory(b);
      for (uint32_t i = 0; i < own->code->upvalue_count; i++)
        upvalues[i] = pil_symbol_image(b, &own->upvalues[i]);
      bool good = call_code(b, own->code, upvalues, tells_place, arguments, count, results, result_count);
      pil_memory_free(upvalues); /* closures made inside hold copies */
      return good;
    }
    case PIL_LANE_CHOICE: return call_each(b, function, tells_place, arguments, count, results, result_count);
    default: return pil_build_give_up(b, "a call of what is no function in lanes");
  }
}
