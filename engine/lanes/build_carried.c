/* The places that a loop of the program changes, and the variables that hold them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/memory.h"
#include "build_choice.h"
#include "build_repeat.h"

enum { PLACES = 50000 };

/* ---- places ---- */

pil_symbol *pil_carried_find(const pil_repeat *r, const pil_carried *p, pil_way *w) {
  pil_build *b = r->b;
  switch (p->kind) {
    case PIL_AT_REGISTER: return &w->registers[p->index];
    case PIL_AT_CELL: return &b->cells[p->index].value;
    case PIL_AT_ITEM: return &b->objects[p->index].items[p->sub];
    case PIL_AT_ENTRY: return &b->objects[p->index].entries[p->sub].value;
    case PIL_AT_LENGTH: return &b->objects[p->index].length;
    case PIL_AT_COUNTER: return &b->counters[p->index].next;
    case PIL_AT_RESULT: break;
  }
  return NULL; /* what is returned is collected, not kept */
}

void pil_carried_add(pil_repeat *r, pil_carried_kind kind, size_t index, size_t sub, pil_symbol start) {
  if (r->place_count == r->place_capacity) {
    size_t capacity = r->place_capacity == 0 ? 256 : 2 * r->place_capacity;
    pil_carried *grown = capacity > PLACES ? NULL : pil_memory_resize(r->places, capacity, sizeof *grown);
    if (grown == NULL) {
      r->failed = true;
      return;
    }
    r->places = grown;
    r->place_capacity = capacity;
  }
  r->places[r->place_count++] = (pil_carried){
      .kind = kind, .index = (uint32_t)index, .sub = (uint32_t)sub, .start = start, .pattern = start, .inside = start};
}

void pil_carried_list(pil_repeat *r) {
  pil_build *b = r->b;
  for (size_t i = 0; i < r->f->code->register_count; i++)
    pil_carried_add(r, PIL_AT_REGISTER, i, 0, pil_choice_plain(b, &r->entry->registers[i]));
  for (size_t i = 0; i < b->cell_count && !r->failed; i++) pil_carried_add(r, PIL_AT_CELL, i, 0, b->cells[i].value);
  for (size_t i = 0; i < b->object_count && !r->failed; i++) {
    const pil_object *o = &b->objects[i];
    for (size_t j = 0; j < o->item_count; j++) pil_carried_add(r, PIL_AT_ITEM, i, j, o->items[j]);
    for (size_t j = 0; j < o->entry_count; j++) pil_carried_add(r, PIL_AT_ENTRY, i, j, o->entries[j].value);
    if (o->list > 0) pil_carried_add(r, PIL_AT_LENGTH, i, 0, o->length);
  }
  for (size_t i = 0; i < b->counter_count && !r->failed; i++) pil_carried_add(r, PIL_AT_COUNTER, i, 0, b->counters[i].next);
}

/* ---- variables ---- */

static pil_ir_op set_of(const pil_symbol *pattern, size_t part) {
  if (part > 0 || pattern->kind == PIL_LANE_MASK) return PIL_IR_SET_M;
  return pattern->kind == PIL_LANE_FLOAT || pattern->kind == PIL_LANE_MIX ? PIL_IR_SET_F : PIL_IR_SET_I;
}

bool pil_carried_has_part(const pil_carried *p, size_t part) {
  if (!p->changes || p->pattern.kind == PIL_KNOWN_CONFLICT) return false;
  if (part == 0) return true;
  if (p->pattern.kind != PIL_LANE_MIX) return false;
  return !(part == 1 ? p->pattern.whole : p->pattern.nil).is_constant;
}

void pil_variable_set(pil_build *b, pil_ir_op op, uint32_t variable, pil_operand value) {
  pil_operand none = pil_build_constant_i(0);
  pil_build_emit(b, op, variable, value, none, none);
}

pil_operand pil_variable_get(pil_build *b, pil_ir_op set, uint32_t variable) {
  pil_operand none = pil_build_constant_i(0);
  return pil_build_emit(b, (pil_ir_op)(set + (PIL_IR_GET_F - PIL_IR_SET_F)), variable, none, none, none);
}

uint32_t pil_variable_new(pil_build *b) {
  return (uint32_t)b->program->variable_count++;
}

void pil_carried_set(pil_repeat *r, const pil_carried *p, const pil_symbol *value) {
  pil_operand parts[PIL_SYMBOL_PARTS];
  if (!pil_carried_has_part(p, 0)) return;
  pil_symbol plain = pil_choice_plain(r->b, value);
  pil_symbol_split(r->b, &plain, &p->pattern, parts);
  for (size_t i = 0; i < PIL_SYMBOL_PARTS; i++)
    if (pil_carried_has_part(p, i)) pil_variable_set(r->b, set_of(&p->pattern, i), p->variables[i], parts[i]);
}

pil_symbol pil_carried_get(pil_repeat *r, const pil_carried *p) {
  pil_symbol s = p->pattern;
  pil_operand *parts[PIL_SYMBOL_PARTS] = {&s.lane, &s.whole, &s.nil};
  if (!p->changes) return p->start;
  for (size_t i = 0; i < PIL_SYMBOL_PARTS; i++)
    if (pil_carried_has_part(p, i)) *parts[i] = pil_variable_get(r->b, set_of(&p->pattern, i), p->variables[i]);
  return s;
}

/* ---- what turns hold there ---- */

static bool is_same_pattern(const pil_symbol *a, const pil_symbol *c) {
  if (a->kind != c->kind) return false;
  if (a->kind == PIL_LANE_TEXT) return pil_choice_same_texts(a->texts, c->texts);
  return a->kind != PIL_LANE_MIX ||
         (a->whole.is_constant == c->whole.is_constant && a->nil.is_constant == c->nil.is_constant);
}

void pil_carried_widen(pil_repeat *r, pil_carried *p, const pil_symbol *found) {
  if (pil_symbol_same(found, &p->inside)) return;
  pil_symbol value = pil_choice_plain(r->b, found), pattern = pil_symbol_join(r->b, &p->pattern, &value);
  if (p->changes && is_same_pattern(&pattern, &p->pattern)) return;
  p->pattern = pattern;
  p->changes = true;
  r->widened = true;
}
