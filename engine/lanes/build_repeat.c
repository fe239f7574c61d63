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
#include "build_repeat.h"

enum { ROUNDS = 16 };

/* ---- one turn ---- */

/* The program up to the head of a turn, and the way that stands there. */
static pil_way *open_turn(pil_repeat *r) {
  pil_build *b = r->b;
  if (!pil_build_charge(b, 2 * PIL_WORK_REGISTER * r->place_count)) return NULL;
  pil_way *w = pil_way_copy(r->f, r->entry);
  if (w == NULL) return NULL;
  b->mask = r->entry->mask;
  r->active = pil_variable_new(b);
  r->gone = pil_variable_new(b);
  pil_variable_set(b, PIL_IR_SET_M, r->active, r->entry->mask);
  pil_variable_set(b, PIL_IR_SET_M, r->gone, pil_build_constant_i(0));
  for (size_t i = 0; i < r->exit_count; i++)
    pil_variable_set(b, PIL_IR_SET_M, r->exits[i].variable = pil_variable_new(b), pil_build_constant_i(0));
  for (size_t i = 0; i < r->place_count; i++) {
    pil_carried *p = &r->places[i];
    pil_carried_allocate(r, p);
    pil_carried_set(r, p, &p->start);
  }
  pil_operand none = pil_build_constant_i(0);
  r->loop = pil_build_emit(b, PIL_IR_LOOP, 0, none, none, none).id;
  w->mask = pil_variable_get(b, PIL_IR_SET_M, r->active);
  for (size_t i = 0; i < r->place_count; i++) {
    pil_carried *p = &r->places[i];
    p->inside = pil_carried_get(r, p);
    if (p->kind != PIL_AT_RESULT) *pil_carried_find(r, p, w) = p->inside;
  }
  w->next = NULL;
  pil_way_go_to(w, w->pc);
  return w;
}

/* ---- what a turn has changed ---- */

/* A local that closures begin to share inside the loop cannot become shared for what is outside. */
static bool shares_anew(const pil_symbol *before, const pil_symbol *now) {
  bool was = before->kind == PIL_KNOWN_CELL, is = now->kind == PIL_KNOWN_CELL;
  return was != is || (was && before->index != now->index);
}

static void widen_by_way(pil_repeat *r, pil_way *w) {
  for (size_t i = 0; i < r->place_count; i++) {
    pil_carried *p = &r->places[i];
    if (p->kind != PIL_AT_REGISTER) continue;
    const pil_symbol *value = &w->registers[p->index];
    if (shares_anew(&p->start, value)) r->failed = true;
    else pil_carried_widen(r, p, value);
  }
}

static void find_exit(pil_repeat *r, const pil_way *w) {
  for (size_t i = 0; i < r->exit_count; i++)
    if (r->exits[i].order == w->order) return;
  if (r->exit_count == PIL_REPEAT_EXITS) r->failed = true;
  else r->exits[r->exit_count++] = (pil_exit_mark){.order = w->order};
  r->widened = true;
}

static void widen_by_results(pil_repeat *r) {
  size_t known = 0;
  r->widened = r->widened || r->returned.any != r->returns;
  r->returns = r->returned.any;
  for (size_t i = 0; i < r->place_count; i++) {
    pil_carried *p = &r->places[i];
    if (p->kind != PIL_AT_RESULT) continue;
    pil_symbol nil = pil_symbol_nil();
    pil_carried_widen(r, p, p->index < r->returned.count ? &r->returned.results[p->index] : &nil);
    known++;
  }
  for (; known < r->returned.count; known++) {
    pil_carried_add(r, PIL_AT_RESULT, known, 0, r->returned.results[known]);
    r->widened = true;
  }
}

/* ---- the end of a turn ---- */

/* What a register holds at the end: what lanes that stay have there, and what those have that leave. */
static pil_symbol gather_register(pil_repeat *r, const pil_carried *p) {
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

static pil_symbol gather(pil_repeat *r, const pil_carried *p) {
  if (p->kind == PIL_AT_REGISTER) return gather_register(r, p);
  if (p->kind != PIL_AT_RESULT) return *pil_carried_find(r, p, NULL);
  pil_symbol nil = pil_symbol_nil();
  const pil_symbol *own = p->index < r->returned.count ? &r->returned.results[p->index] : &nil;
  return r->returned.any ? pil_symbol_select(r->b, r->returned.mask, own, &p->inside) : p->inside;
}

static void add_to_mask(pil_build *b, uint32_t variable, pil_operand mask) {
  pil_operand old = pil_variable_get(b, PIL_IR_SET_M, variable);
  pil_variable_set(b, PIL_IR_SET_M, variable, pil_build_or(b, old, mask));
}

static void close_turn(pil_repeat *r) {
  pil_build *b = r->b;
  const pil_way *first = r->f->waiting;
  bool stays = first != NULL && first->order == r->turn_order;
  pil_operand mask = stays ? first->mask : pil_build_constant_i(0), none = pil_build_constant_i(0);
  for (size_t i = 0; i < r->place_count; i++) {
    if (!pil_carried_has_variables(&r->places[i])) continue;
    pil_symbol value = gather(r, &r->places[i]);
    pil_carried_set(r, &r->places[i], &value);
  }
  for (const pil_way *w = first; w != NULL; w = w->next)
    for (size_t i = 0; i < r->exit_count; i++)
      if (r->exits[i].order == w->order) add_to_mask(b, r->exits[i].variable, w->mask);
  if (r->returned.any) add_to_mask(b, r->gone, r->returned.mask);
  pil_variable_set(b, PIL_IR_SET_M, r->active, mask);
  pil_build_emit(b, PIL_IR_AGAIN, r->loop, mask, none, none);
}

/* ---- after the loop ---- */

static pil_operand lanes_of_exit(pil_repeat *r, size_t exit) {
  if (r->exit_count == 1 && !r->returns) return r->entry->mask;
  return pil_variable_get(r->b, PIL_IR_SET_M, r->exits[exit].variable);
}

/* Ways at the loop's exits wait in the frame; what the loop returned is added to what the function returns. */
static void leave(pil_repeat *r, pil_way *exits, pil_way *outside, pil_returned *outer) {
  pil_build *b = r->b;
  pil_way_frame *f = r->f;
  pil_symbol results[PIL_BUILD_RESULTS] = {{.kind = PIL_KNOWN_NIL}};
  b->mask = r->entry->mask;
  for (size_t i = 0; i < r->place_count; i++) {
    pil_carried *p = &r->places[i];
    p->inside = pil_carried_get(r, p);
    if (p->kind == PIL_AT_RESULT) results[p->index] = p->inside;
    else if (p->kind != PIL_AT_REGISTER) *pil_carried_find(r, p, NULL) = p->inside;
  }
  f->waiting = outside;
  f->returned = outer;
  while (exits != NULL) {
    pil_way *w = exits;
    exits = w->next;
    for (size_t i = 0; i < r->place_count; i++)
      if (r->places[i].kind == PIL_AT_REGISTER) w->registers[r->places[i].index] = r->places[i].inside;
    for (size_t i = 0; i < r->exit_count; i++)
      if (r->exits[i].order == w->order) w->mask = lanes_of_exit(r, i);
    pil_way_wait(f, w);
  }
  if (!r->returns) return;
  pil_returned_add(b, f->returned, pil_variable_get(b, PIL_IR_SET_M, r->gone), results, r->returned.count);
}

/* ---- the whole ---- */

/* Follows the body; false: this loop stays unrolled. */
static bool follow_turn(pil_repeat *r) {
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
static bool is_settled(pil_repeat *r) {
  r->widened = false;
  for (pil_way *w = r->f->waiting; w != NULL; w = w->next) {
    if (w->order != r->turn_order) find_exit(r, w);
    widen_by_way(r, w);
  }
  for (size_t i = 0; i < r->place_count && !r->failed; i++)
    if (r->places[i].kind != PIL_AT_REGISTER && r->places[i].kind != PIL_AT_RESULT)
      pil_carried_widen(r, &r->places[i], pil_carried_find(r, &r->places[i], NULL));
  widen_by_results(r);
  return !r->widened;
}

static void forget_ways(pil_repeat *r) {
  pil_ways_free(r->f, r->f->waiting);
  r->f->waiting = NULL;
}

/* True: the program ends with one turn, and the ways at its end wait in the frame. */
static bool find_turn(pil_repeat *r) {
  pil_build *b = r->b;
  for (int round = 0; round < ROUNDS; round++) {
    if (r->failed || !follow_turn(r)) return false;
    pil_snapshot_wish_for_grown(r);
    bool made = pil_snapshot_has_made(r);
    if (!made && b->ended_anew) return false;
    if (!made && is_settled(r)) return !r->failed;
    forget_ways(r);
    if (made ? !pil_snapshot_keep_made(r) : r->failed) return false;
    if (!made) pil_snapshot_restore(r);
  }
  return false;
}

static bool repeat_run(pil_repeat *r) {
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
    forget_ways(r);
    pil_snapshot_restore_originals(r);
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
  pil_repeat r = {.f = f, .b = f->b, .entry = w, .turn_order = pil_way_order_of_turn(f, head)};
  bool good = pil_snapshot_keep_originals(&r);
  if (good) pil_carried_list(&r);
  good = good && pil_snapshot_take(&r) && repeat_run(&r);
  pil_snapshot_free(&r.before);
  pil_memory_free(r.originals);
  pil_memory_free(r.places);
  return good;
}
