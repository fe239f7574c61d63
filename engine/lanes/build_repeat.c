/* Loops that stay loops: their lanes take as many turns as they need.
 *
 * The body is followed once for any turn. What a turn changes (registers, fields, shared locals, counts of
 * draws) becomes a variable, set before the loop and again at the end of each turn. What that is, and of
 * which kind, shows when the body has been followed: then all of it is taken back and followed again with
 * what is known now, until nothing new shows. Lanes that have left keep what they left with.
 *
 *     SET what the turns change, as it is before the loop
 *   LOOP
 *     GET them; the lanes that take this turn
 *     … the body …
 *     SET them, for the lanes that stay and for those that leave
 *   AGAIN while any lane stays
 *     GET them: what comes after the loop goes on with these
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/memory.h"
#include "build_choice.h"
#include "build_ways.h"

enum { ROUNDS = 16, PLACES = 50000, EXITS = 16 };

/* A place that the body of a loop may change. */
typedef enum place_kind { A_REGISTER, A_CELL, AN_ITEM, AN_ENTRY, A_LENGTH, A_COUNTER, A_RESULT } place_kind;

typedef struct place {
  place_kind kind;
  uint32_t index, sub;
  pil_symbol start;   /* before the loop */
  pil_symbol pattern; /* of all that it holds at the head of a turn */
  pil_symbol inside;  /* at the head of this turn */
  bool changes;
  uint32_t variables[PIL_SYMBOL_PARTS];
} place;

/* Lanes that leave the loop for one place of the function. */
typedef struct exit_mark {
  uint64_t order;
  uint32_t variable; /* the mask of those that have left */
} exit_mark;

/* What following the body changes, as it was. */
typedef struct snapshot {
  size_t instruction_count, draw_count, variable_count, list_count;
  size_t object_count, cell_count, closure_count, counter_count, choice_count, opened_count;
  pil_object *objects; /* with contents of their own */
  pil_symbol *contents;
  pil_symbol *cells, *counters;
  pil_loop_head heads[LOOP_HEADS];
  size_t head_count;
} snapshot;

typedef struct repeat {
  pil_way_frame *f;
  pil_build *b;
  const pil_way *entry; /* at the head of the loop */
  uint64_t turn_order;  /* of ways that go on with the next turn */
  snapshot before;
  place *places;
  size_t place_count, place_capacity;
  exit_mark exits[EXITS];
  size_t exit_count;
  uint32_t active, gone; /* variables: the lanes of this turn, and those that returned */
  uint32_t loop;         /* the LOOP instruction */
  pil_returned returned;
  bool returns, failed, widened;
  /* as it was at first: rounds add fields, and lists in place of items */
  pil_object *originals;
  size_t original_count, original_instructions, original_lists;
} repeat;

/* ---- places ---- */

static pil_symbol *find_place(const repeat *r, const place *p, pil_way *w) {
  pil_build *b = r->b;
  switch (p->kind) {
    case A_REGISTER: return &w->registers[p->index];
    case A_CELL: return &b->cells[p->index].value;
    case AN_ITEM: return &b->objects[p->index].items[p->sub];
    case AN_ENTRY: return &b->objects[p->index].entries[p->sub].value;
    case A_LENGTH: return &b->objects[p->index].length;
    case A_COUNTER: return &b->counters[p->index].next;
    case A_RESULT: break;
  }
  return NULL; /* what is returned is collected, not kept */
}

static void add_place(repeat *r, place_kind kind, size_t index, size_t sub, pil_symbol start) {
  if (r->place_count == r->place_capacity) {
    size_t capacity = r->place_capacity == 0 ? 256 : 2 * r->place_capacity;
    place *grown = capacity > PLACES ? NULL : pil_memory_resize(r->places, capacity, sizeof *grown);
    if (grown == NULL) {
      r->failed = true;
      return;
    }
    r->places = grown;
    r->place_capacity = capacity;
  }
  r->places[r->place_count++] = (place){
      .kind = kind, .index = (uint32_t)index, .sub = (uint32_t)sub, .start = start, .pattern = start, .inside = start};
}

static void list_places(repeat *r) {
  pil_build *b = r->b;
  for (size_t i = 0; i < r->f->code->register_count; i++)
    add_place(r, A_REGISTER, i, 0, pil_choice_plain(b, &r->entry->registers[i]));
  for (size_t i = 0; i < b->cell_count && !r->failed; i++) add_place(r, A_CELL, i, 0, b->cells[i].value);
  for (size_t i = 0; i < b->object_count && !r->failed; i++) {
    const pil_object *o = &b->objects[i];
    for (size_t j = 0; j < o->item_count; j++) add_place(r, AN_ITEM, i, j, o->items[j]);
    for (size_t j = 0; j < o->entry_count; j++) add_place(r, AN_ENTRY, i, j, o->entries[j].value);
    if (o->list > 0) add_place(r, A_LENGTH, i, 0, o->length);
  }
  for (size_t i = 0; i < b->counter_count && !r->failed; i++) add_place(r, A_COUNTER, i, 0, b->counters[i].next);
}

/* ---- taking back ---- */

static bool take_snapshot(repeat *r) {
  pil_build *b = r->b;
  snapshot *s = &r->before;
  size_t contents = 0;
  *s = (snapshot){.instruction_count = b->program->instruction_count, .draw_count = b->program->draw_count,
                  .variable_count = b->program->variable_count, .list_count = b->program->list_count,
                  .object_count = b->object_count, .cell_count = b->cell_count,
                  .closure_count = b->closure_count, .counter_count = b->counter_count,
                  .choice_count = b->choice_count, .opened_count = b->opened_count, .head_count = r->f->head_count};
  memcpy(s->heads, r->f->heads, sizeof s->heads);
  for (size_t i = 0; i < b->object_count; i++) contents += b->objects[i].item_count + b->objects[i].entry_count;
  if (!pil_build_charge(b, PIL_WORK_REGISTER * (contents + b->object_count + b->cell_count))) return false;
  s->objects = pil_memory_resize(NULL, b->object_count + 1, sizeof *s->objects);
  s->contents = pil_memory_resize(NULL, contents + 1, sizeof *s->contents);
  s->cells = pil_memory_resize(NULL, b->cell_count + 1, sizeof *s->cells);
  s->counters = pil_memory_resize(NULL, b->counter_count + 1, sizeof *s->counters);
  if (s->objects == NULL || s->contents == NULL || s->cells == NULL || s->counters == NULL)
    return pil_build_memory(b);
  pil_symbol *to = s->contents;
  for (size_t i = 0; i < b->object_count; i++) {
    const pil_object *o = &b->objects[i];
    s->objects[i] = *o;
    for (size_t j = 0; j < o->item_count; j++) *to++ = o->items[j];
    for (size_t j = 0; j < o->entry_count; j++) *to++ = o->entries[j].value;
  }
  for (size_t i = 0; i < b->cell_count; i++) s->cells[i] = b->cells[i].value;
  for (size_t i = 0; i < b->counter_count; i++) s->counters[i] = b->counters[i].next;
  return true;
}

/* Counters that the body has made stay, at no draw; fields that it has made are gone. */
static void take_back(repeat *r) {
  pil_build *b = r->b;
  const snapshot *s = &r->before;
  const pil_symbol *from = s->contents;
  b->program->instruction_count = s->instruction_count;
  b->program->draw_count = s->draw_count;
  b->program->variable_count = s->variable_count;
  b->program->list_count = s->list_count;
  b->object_count = s->object_count;
  b->cell_count = s->cell_count;
  b->closure_count = s->closure_count;
  pil_choice_forget(b, s->choice_count, s->opened_count);
  for (size_t i = 0; i < s->object_count; i++) {
    pil_object *o = &b->objects[i];
    *o = s->objects[i];
    for (size_t j = 0; j < o->item_count; j++) o->items[j] = *from++;
    for (size_t j = 0; j < o->entry_count; j++) o->entries[j].value = *from++;
  }
  for (size_t i = 0; i < s->cell_count; i++) b->cells[i].value = s->cells[i];
  for (size_t i = 0; i < b->counter_count; i++)
    b->counters[i].next = i < s->counter_count ? s->counters[i] : pil_symbol_integer(0);
  memcpy(r->f->heads, s->heads, sizeof s->heads);
  r->f->head_count = s->head_count;
}

static void snapshot_free(snapshot *s) {
  pil_memory_free(s->objects);
  pil_memory_free(s->contents);
  pil_memory_free(s->cells);
  pil_memory_free(s->counters);
}

/* ---- variables ---- */

static pil_ir_op set_of(const pil_symbol *pattern, size_t part) {
  if (part > 0 || pattern->kind == PIL_LANE_MASK) return PIL_IR_SET_M;
  return pattern->kind == PIL_LANE_FLOAT || pattern->kind == PIL_LANE_MIX ? PIL_IR_SET_F : PIL_IR_SET_I;
}

/* Whether this part of the place is a variable: masks that are the same in all turns are none. */
static bool has_part(const place *p, size_t part) {
  if (!p->changes || p->pattern.kind == PIL_KNOWN_CONFLICT) return false;
  if (part == 0) return true;
  if (p->pattern.kind != PIL_LANE_MIX) return false;
  return !(part == 1 ? p->pattern.whole : p->pattern.nil).is_constant;
}

static void set_variable(pil_build *b, pil_ir_op op, uint32_t variable, pil_operand value) {
  pil_operand none = pil_build_constant_i(0);
  pil_build_emit(b, op, variable, value, none, none);
}

static pil_operand get_variable(pil_build *b, pil_ir_op set, uint32_t variable) {
  pil_operand none = pil_build_constant_i(0);
  return pil_build_emit(b, (pil_ir_op)(set + (PIL_IR_GET_F - PIL_IR_SET_F)), variable, none, none, none);
}

static uint32_t new_variable(pil_build *b) {
  return (uint32_t)b->program->variable_count++;
}

static void set_parts(repeat *r, const place *p, const pil_symbol *value) {
  pil_operand parts[PIL_SYMBOL_PARTS];
  if (!has_part(p, 0)) return;
  pil_symbol plain = pil_choice_plain(r->b, value);
  pil_symbol_split(r->b, &plain, &p->pattern, parts);
  for (size_t i = 0; i < PIL_SYMBOL_PARTS; i++)
    if (has_part(p, i)) set_variable(r->b, set_of(&p->pattern, i), p->variables[i], parts[i]);
}

static pil_symbol get_parts(repeat *r, const place *p) {
  pil_symbol s = p->pattern;
  pil_operand *parts[PIL_SYMBOL_PARTS] = {&s.lane, &s.whole, &s.nil};
  if (!p->changes) return p->start;
  for (size_t i = 0; i < PIL_SYMBOL_PARTS; i++)
    if (has_part(p, i)) *parts[i] = get_variable(r->b, set_of(&p->pattern, i), p->variables[i]);
  return s;
}

/* ---- one turn ---- */

/* The program up to the head of a turn, and the way that stands there. */
static pil_way *open_turn(repeat *r) {
  pil_build *b = r->b;
  if (!pil_build_charge(b, 2 * PIL_WORK_REGISTER * r->place_count)) return NULL;
  pil_way *w = pil_way_copy(r->f, r->entry);
  if (w == NULL) return NULL;
  b->mask = r->entry->mask;
  r->active = new_variable(b);
  r->gone = new_variable(b);
  set_variable(b, PIL_IR_SET_M, r->active, r->entry->mask);
  set_variable(b, PIL_IR_SET_M, r->gone, pil_build_constant_i(0));
  for (size_t i = 0; i < r->exit_count; i++)
    set_variable(b, PIL_IR_SET_M, r->exits[i].variable = new_variable(b), pil_build_constant_i(0));
  for (size_t i = 0; i < r->place_count; i++) {
    place *p = &r->places[i];
    for (size_t part = 0; part < PIL_SYMBOL_PARTS; part++)
      if (has_part(p, part)) p->variables[part] = new_variable(b);
    set_parts(r, p, &p->start);
  }
  pil_operand none = pil_build_constant_i(0);
  r->loop = pil_build_emit(b, PIL_IR_LOOP, 0, none, none, none).id;
  w->mask = get_variable(b, PIL_IR_SET_M, r->active);
  for (size_t i = 0; i < r->place_count; i++) {
    place *p = &r->places[i];
    p->inside = get_parts(r, p);
    if (p->kind != A_RESULT) *find_place(r, p, w) = p->inside;
  }
  w->next = NULL;
  pil_way_go_to(w, w->pc);
  return w;
}

/* ---- what a turn has changed ---- */

static bool is_same_pattern(const pil_symbol *a, const pil_symbol *c) {
  if (a->kind != c->kind) return false;
  if (a->kind == PIL_LANE_TEXT) return pil_choice_same_texts(a->texts, c->texts);
  return a->kind != PIL_LANE_MIX ||
         (a->whole.is_constant == c->whole.is_constant && a->nil.is_constant == c->nil.is_constant);
}

static void widen(repeat *r, place *p, const pil_symbol *found) {
  if (pil_symbol_same(found, &p->inside)) return;
  pil_symbol value = pil_choice_plain(r->b, found), pattern = pil_symbol_join(r->b, &p->pattern, &value);
  if (p->changes && is_same_pattern(&pattern, &p->pattern)) return;
  p->pattern = pattern;
  p->changes = true;
  r->widened = true;
}

/* A local that closures begin to share inside the loop cannot become shared for what is outside. */
static bool shares_anew(const pil_symbol *before, const pil_symbol *now) {
  bool was = before->kind == PIL_KNOWN_CELL, is = now->kind == PIL_KNOWN_CELL;
  return was != is || (was && before->index != now->index);
}

static void widen_by_way(repeat *r, pil_way *w) {
  for (size_t i = 0; i < r->place_count; i++) {
    place *p = &r->places[i];
    if (p->kind != A_REGISTER) continue;
    const pil_symbol *value = &w->registers[p->index];
    if (shares_anew(&p->start, value)) r->failed = true;
    else widen(r, p, value);
  }
}

static void find_exit(repeat *r, const pil_way *w) {
  for (size_t i = 0; i < r->exit_count; i++)
    if (r->exits[i].order == w->order) return;
  if (r->exit_count == EXITS) r->failed = true;
  else r->exits[r->exit_count++] = (exit_mark){.order = w->order};
  r->widened = true;
}

static void widen_by_results(repeat *r) {
  size_t known = 0;
  r->widened = r->widened || r->returned.any != r->returns;
  r->returns = r->returned.any;
  for (size_t i = 0; i < r->place_count; i++) {
    place *p = &r->places[i];
    if (p->kind != A_RESULT) continue;
    pil_symbol nil = pil_symbol_nil();
    widen(r, p, p->index < r->returned.count ? &r->returned.results[p->index] : &nil);
    known++;
  }
  for (; known < r->returned.count; known++) {
    add_place(r, A_RESULT, known, 0, r->returned.results[known]);
    r->widened = true;
  }
}

/* ---- what a turn has made ---- */

/* Items that the body adds would be more at every turn: they need a list. */
static void wish_for_grown(repeat *r) {
  pil_build *b = r->b;
  for (size_t i = 0; i < r->before.object_count; i++)
    for (size_t j = r->before.objects[i].item_count; j < b->objects[i].item_count; j++)
      pil_list_wish(b, (uint32_t)i, &b->objects[i].items[j]);
}

static bool has_made(const repeat *r) {
  const pil_build *b = r->b;
  if (b->wished || b->counter_count != r->before.counter_count) return true;
  for (size_t i = 0; i < r->before.object_count; i++)
    if (b->objects[i].entry_count != r->before.objects[i].entry_count) return true;
  return false;
}

/* Fields that the body has made are there from the start of the next round, with nothing in them: that is what Lua
 * sees where they are absent. */
static bool add_fields(pil_build *b, pil_object *o, const pil_object *grown) {
  while (o->entry_count < grown->entry_count) {
    pil_symbol key = grown->entries[o->entry_count].key;
    if (!pil_build_grow(b, &o->entries, o->entry_count, &o->entry_capacity, sizeof *o->entries)) return false;
    o->entries[o->entry_count].key = key;
    o->entries[o->entry_count++].value = pil_symbol_nil();
  }
  return true;
}

/* Lists that the body wished for, of objects from before the loop. Those that are lists already, of another kind,
 * have to be made anew further out. */
static bool make_lists(repeat *r) {
  pil_build *b = r->b;
  if (!b->wished) return true;
  bool made = false;
  for (size_t i = 0; i < b->wish_count; i++) {
    uint32_t object = b->wishes[i].object;
    if (object >= b->object_count || b->objects[object].list > 0) continue;
    if (!pil_list_make(b, object, &b->wishes[i].element)) return false;
    made = true;
  }
  if (made) b->wished = false;
  return made;
}

/* What the body has made is there from the start of the next round. */
static bool keep_made(repeat *r) {
  pil_build *b = r->b;
  size_t count = r->before.object_count;
  pil_object *grown = pil_memory_resize(NULL, count + 1, sizeof *grown);
  if (grown == NULL) return pil_build_memory(b);
  memcpy(grown, b->objects, count * sizeof *grown);
  take_back(r);
  b->mask = r->entry->mask;
  bool good = make_lists(r);
  for (size_t i = 0; good && i < count; i++) good = add_fields(b, &b->objects[i], &grown[i]);
  pil_memory_free(grown);
  if (!good) return false;
  snapshot_free(&r->before);
  r->place_count = 0;
  list_places(r); /* which may make instructions */
  return take_snapshot(r);
}

/* ---- the end of a turn ---- */

/* What a register holds at the end: what lanes that stay have there, and what those have that leave. */
static pil_symbol gather_register(repeat *r, const place *p) {
  pil_build *b = r->b;
  pil_symbol value = p->inside;
  for (const pil_way *w = r->f->waiting; w != NULL; w = w->next) {
    const pil_symbol *own = &w->registers[p->index];
    pil_operand mask = w->mask;
    bool seen = pil_symbol_same(own, &p->inside);
    for (const pil_way *v = r->f->waiting; v != w; v = v->next)
      seen = seen || pil_symbol_same(own, &v->registers[p->index]);
    if (seen) continue;
    for (const pil_way *v = w->next; v != NULL; v = v->next)
      if (pil_symbol_same(own, &v->registers[p->index])) mask = pil_build_or(b, mask, v->mask);
    value = pil_symbol_select(b, mask, own, &value);
  }
  return value;
}

static pil_symbol gather(repeat *r, const place *p) {
  if (p->kind == A_REGISTER) return gather_register(r, p);
  if (p->kind != A_RESULT) return *find_place(r, p, NULL);
  pil_symbol nil = pil_symbol_nil();
  const pil_symbol *own = p->index < r->returned.count ? &r->returned.results[p->index] : &nil;
  return r->returned.any ? pil_symbol_select(r->b, r->returned.mask, own, &p->inside) : p->inside;
}

static void add_to_mask(pil_build *b, uint32_t variable, pil_operand mask) {
  pil_operand old = get_variable(b, PIL_IR_SET_M, variable);
  set_variable(b, PIL_IR_SET_M, variable, pil_build_or(b, old, mask));
}

static void close_turn(repeat *r) {
  pil_build *b = r->b;
  const pil_way *first = r->f->waiting;
  bool stays = first != NULL && first->order == r->turn_order;
  pil_operand mask = stays ? first->mask : pil_build_constant_i(0), none = pil_build_constant_i(0);
  for (size_t i = 0; i < r->place_count; i++) {
    if (!has_part(&r->places[i], 0)) continue;
    pil_symbol value = gather(r, &r->places[i]);
    set_parts(r, &r->places[i], &value);
  }
  for (const pil_way *w = first; w != NULL; w = w->next)
    for (size_t i = 0; i < r->exit_count; i++)
      if (r->exits[i].order == w->order) add_to_mask(b, r->exits[i].variable, w->mask);
  if (r->returned.any) add_to_mask(b, r->gone, r->returned.mask);
  set_variable(b, PIL_IR_SET_M, r->active, mask);
  pil_build_emit(b, PIL_IR_AGAIN, r->loop, mask, none, none);
}

/* ---- after the loop ---- */

static pil_operand lanes_of_exit(repeat *r, size_t exit) {
  if (r->exit_count == 1 && !r->returns) return r->entry->mask;
  return get_variable(r->b, PIL_IR_SET_M, r->exits[exit].variable);
}

/* Ways at the loop's exits wait in the frame; what the loop returned is added to what the function returns. */
static void leave(repeat *r, pil_way *exits, pil_way *outside, pil_returned *outer) {
  pil_build *b = r->b;
  pil_way_frame *f = r->f;
  pil_symbol results[PIL_BUILD_RESULTS] = {{.kind = PIL_KNOWN_NIL}};
  b->mask = r->entry->mask;
  for (size_t i = 0; i < r->place_count; i++) {
    place *p = &r->places[i];
    p->inside = get_parts(r, p);
    if (p->kind == A_RESULT) results[p->index] = p->inside;
    else if (p->kind != A_REGISTER) *find_place(r, p, NULL) = p->inside;
  }
  f->waiting = outside;
  f->returned = outer;
  while (exits != NULL) {
    pil_way *w = exits;
    exits = w->next;
    for (size_t i = 0; i < r->place_count; i++)
      if (r->places[i].kind == A_REGISTER) w->registers[r->places[i].index] = r->places[i].inside;
    for (size_t i = 0; i < r->exit_count; i++)
      if (r->exits[i].order == w->order) w->mask = lanes_of_exit(r, i);
    pil_way_wait(f, w);
  }
  if (!r->returns) return;
  pil_returned_add(b, f->returned, get_variable(b, PIL_IR_SET_M, r->gone), results, r->returned.count);
}

/* ---- the whole ---- */

/* Follows the body; false: this loop stays unrolled. */
static bool follow_turn(repeat *r) {
  pil_build *b = r->b;
  pil_way *w = open_turn(r);
  if (w == NULL) return false;
  memset(&r->returned, 0, sizeof r->returned);
  r->f->returned = &r->returned;
  r->f->waiting = w;
  b->loop_start = r->before.instruction_count;
  b->loop_objects = r->before.object_count;
  b->ended_anew = false;
  pil_ways_run(r->f, r->turn_order);
  return !b->stopped;
}

/* Looks at what the turn has left behind; true: nothing that the round did not know. */
static bool is_settled(repeat *r) {
  r->widened = false;
  for (pil_way *w = r->f->waiting; w != NULL; w = w->next) {
    if (w->order != r->turn_order) find_exit(r, w);
    widen_by_way(r, w);
  }
  for (size_t i = 0; i < r->place_count && !r->failed; i++)
    if (r->places[i].kind != A_REGISTER && r->places[i].kind != A_RESULT)
      widen(r, &r->places[i], find_place(r, &r->places[i], NULL));
  widen_by_results(r);
  return !r->widened;
}

static void forget_ways(repeat *r) {
  pil_ways_free(r->f, r->f->waiting);
  r->f->waiting = NULL;
}

/* True: the program ends with one turn, and the ways at its end wait in the frame. */
static bool find_turn(repeat *r) {
  pil_build *b = r->b;
  for (int round = 0; round < ROUNDS; round++) {
    if (r->failed || !follow_turn(r)) return false;
    wish_for_grown(r);
    bool made = has_made(r);
    if (!made && b->ended_anew) return false;
    if (!made && is_settled(r)) return !r->failed;
    forget_ways(r);
    if (made ? !keep_made(r) : r->failed) return false;
    if (!made) take_back(r);
  }
  return false;
}

static bool keep_originals(repeat *r) {
  r->original_count = r->b->object_count;
  r->original_instructions = r->b->program->instruction_count;
  r->original_lists = r->b->program->list_count;
  r->originals = pil_memory_resize(NULL, r->original_count + 1, sizeof *r->originals);
  if (r->originals == NULL) return pil_build_memory(r->b);
  memcpy(r->originals, r->b->objects, r->original_count * sizeof *r->originals);
  return true;
}

static void give_up_turn(repeat *r) {
  forget_ways(r);
  take_back(r);
  memcpy(r->b->objects, r->originals, r->original_count * sizeof *r->originals);
  r->b->program->instruction_count = r->original_instructions;
  r->b->program->list_count = r->original_lists;
}

static bool repeat_run(repeat *r) {
  pil_build *b = r->b;
  pil_way_frame *f = r->f;
  pil_way *outside = f->waiting;
  pil_returned *outer = f->returned;
  size_t outer_start = b->loop_start, outer_objects = b->loop_objects;
  bool outer_ended = b->ended_anew;
  f->waiting = NULL;
  bool good = find_turn(r);
  if (good) {
    close_turn(r);
    pil_way *exits = f->waiting;
    if (exits != NULL && exits->order == r->turn_order) {
      exits = exits->next;
      f->waiting->next = NULL;
      forget_ways(r);
    }
    leave(r, exits, outside, outer);
  } else {
    give_up_turn(r);
    f->waiting = outside;
    f->returned = outer;
  }
  b->loop_start = outer_start;
  b->loop_objects = outer_objects;
  b->ended_anew = outer_ended;
  if (outer_objects == 0) { /* nobody further out could grant them */
    b->wish_count = 0;
    b->wished = false;
  }
  b->mask = r->entry->mask;
  return good && !b->stopped;
}

bool pil_repeat_build(pil_way_frame *f, const pil_way *w, uint32_t head) {
  repeat r = {.f = f, .b = f->b, .entry = w, .turn_order = pil_way_order_of_turn(f, head)};
  bool good = keep_originals(&r);
  if (good) list_places(&r);
  good = good && take_snapshot(&r) && repeat_run(&r);
  snapshot_free(&r.before);
  pil_memory_free(r.originals);
  pil_memory_free(r.places);
  return good;
}
