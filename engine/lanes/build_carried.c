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
      .kind = kind, .index = (uint32_t)index, .sub = (uint32_t)sub, .start = start, .inside = start};
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

/* What is known, or a mask that is the same in all turns, needs no variable. */
static bool has_part(const pil_symbol *pattern, size_t part) {
  if (pattern->kind < PIL_LANE_FLOAT || pattern->kind == PIL_KNOWN_CONFLICT) return false;
  if (part == 0) return true;
  if (pattern->kind != PIL_LANE_MIX) return false;
  return !(part == 1 ? pattern->whole : pattern->nil).is_constant;
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

static pil_sort *sorts_of(pil_carried *p) {
  return p->several != NULL ? p->several : &p->one;
}

static const pil_sort *sort_at(const pil_carried *p, size_t index) {
  return p->several != NULL ? &p->several[index] : &p->one;
}

bool pil_carried_has_variables(const pil_carried *p) {
  return p->changes && p->sort_count > 0;
}

void pil_carried_allocate(pil_repeat *r, pil_carried *p) {
  for (size_t i = 0; i < p->sort_count; i++) {
    pil_sort *sort = &sorts_of(p)[i];
    if (p->sort_count > 1) sort->mask = pil_variable_new(r->b);
    for (size_t part = 0; part < PIL_SYMBOL_PARTS; part++)
      if (has_part(&sort->pattern, part)) sort->variables[part] = pil_variable_new(r->b);
  }
}

static void set_sort(pil_build *b, const pil_sort *sort, const pil_symbol *value) {
  pil_operand parts[PIL_SYMBOL_PARTS];
  if (!has_part(&sort->pattern, 0)) return;
  pil_symbol_split(b, value, &sort->pattern, parts);
  for (size_t i = 0; i < PIL_SYMBOL_PARTS; i++)
    if (has_part(&sort->pattern, i)) pil_variable_set(b, set_of(&sort->pattern, i), sort->variables[i], parts[i]);
}

static pil_symbol get_sort(pil_build *b, const pil_sort *sort) {
  pil_symbol s = sort->pattern;
  pil_operand *parts[PIL_SYMBOL_PARTS] = {&s.lane, &s.whole, &s.nil};
  for (size_t i = 0; i < PIL_SYMBOL_PARTS; i++)
    if (has_part(&s, i)) *parts[i] = pil_variable_get(b, set_of(&sort->pattern, i), sort->variables[i]);
  return s;
}

/* ---- values of several sorts ---- */

/* A value's alternatives, numbers and the nil beside them apart. */
typedef struct alternatives {
  pil_alternative list[2 * PIL_CHOICE_ALTERNATIVES];
  size_t count;
} alternatives;

static void add_alternative(pil_build *b, alternatives *a, pil_symbol s, pil_operand mask) {
  if (pil_build_is_none(mask)) return;
  if (s.kind == PIL_LANE_MIX && !pil_build_is_none(s.nil)) {
    add_alternative(b, a, pil_symbol_nil(), pil_build_and(b, mask, s.nil));
    mask = pil_build_andnot(b, mask, s.nil);
    s = pil_symbol_without_nil(b, &s);
  }
  if (!pil_build_is_none(mask)) a->list[a->count++] = (pil_alternative){s, mask};
}

static bool list_alternatives(pil_build *b, const pil_symbol *s, alternatives *a) {
  const pil_alternative *list;
  size_t count;
  a->count = 0;
  if (s->kind != PIL_LANE_CHOICE) {
    add_alternative(b, a, *s, pil_build_constant_i(-1));
    return true;
  }
  if (!pil_choice_open(b, s, &list, &count)) return false;
  for (size_t i = 0; i < count; i++) add_alternative(b, a, list[i].symbol, list[i].mask);
  return true;
}

static bool is_of_sort(const pil_sort *sort, const pil_symbol *s) {
  return pil_symbol_same(&sort->pattern, s) || pil_choice_is_kin(&sort->pattern, s);
}

/* What the lanes of one sort hold, and which they are; false: none. */
static bool gather_sort(pil_build *b, const pil_sort *sort, const alternatives *a, pil_symbol *value, pil_operand *mask) {
  bool any = false;
  *mask = pil_build_constant_i(0);
  for (size_t i = 0; i < a->count; i++) {
    if (!is_of_sort(sort, &a->list[i].symbol)) continue;
    *value = any ? pil_choice_select_kin(b, a->list[i].mask, &a->list[i].symbol, value) : a->list[i].symbol;
    *mask = pil_build_or(b, *mask, a->list[i].mask);
    any = true;
  }
  return any;
}

void pil_carried_set(pil_repeat *r, const pil_carried *p, const pil_symbol *value) {
  pil_build *b = r->b;
  alternatives a;
  if (!pil_carried_has_variables(p)) return;
  if (p->several == NULL) {
    pil_symbol plain = pil_choice_plain(b, value);
    set_sort(b, sort_at(p, 0), &plain);
    return;
  }
  if (!list_alternatives(b, value, &a)) return;
  for (size_t i = 0; i < p->sort_count; i++) {
    pil_symbol own;
    pil_operand mask;
    if (gather_sort(b, sort_at(p, i), &a, &own, &mask)) set_sort(b, sort_at(p, i), &own);
    if (p->sort_count > 1) pil_variable_set(b, PIL_IR_SET_M, sort_at(p, i)->mask, mask);
  }
}

pil_symbol pil_carried_get(pil_repeat *r, const pil_carried *p) {
  pil_alternative list[PIL_CARRIED_SORTS];
  if (!p->changes) return p->start;
  if (p->sort_count == 0) return (pil_symbol){.kind = PIL_KNOWN_CONFLICT};
  if (p->sort_count == 1) return get_sort(r->b, sort_at(p, 0));
  for (size_t i = 0; i < p->sort_count; i++)
    list[i] = (pil_alternative){get_sort(r->b, sort_at(p, i)),
                                pil_variable_get(r->b, PIL_IR_SET_M, sort_at(p, i)->mask)};
  return pil_choice_listed(r->b, list, p->sort_count);
}

/* ---- what turns hold there ---- */

static bool is_same_pattern(const pil_symbol *a, const pil_symbol *c) {
  if (a->kind != c->kind) return false;
  if (a->kind == PIL_LANE_TEXT) return pil_choice_same_texts(a->texts, c->texts);
  return a->kind != PIL_LANE_MIX ||
         (a->whole.is_constant == c->whole.is_constant && a->nil.is_constant == c->nil.is_constant);
}

/* What the body makes is another one at each turn. */
static bool is_made_inside(const pil_repeat *r, const pil_symbol *s) {
  return (s->kind == PIL_KNOWN_OBJECT && s->index >= r->before.object_count) ||
         (s->kind == PIL_KNOWN_CLOSURE && s->index >= r->before.closure_count) || s->kind == PIL_KNOWN_CELL ||
         s->kind == PIL_KNOWN_CONFLICT;
}

static bool add_sort(pil_repeat *r, pil_carried *p, const pil_symbol *s) {
  if (is_made_inside(r, s)) return false;
  for (size_t i = 0; i < p->sort_count; i++) {
    pil_symbol *pattern = &sorts_of(p)[i].pattern;
    if (!is_of_sort(sort_at(p, i), s)) continue;
    pil_symbol joined = pil_symbol_same(pattern, s) ? *pattern : pil_choice_join_kin(r->b, pattern, s);
    r->widened = r->widened || !is_same_pattern(&joined, pattern);
    *pattern = joined;
    return true;
  }
  if (p->sort_count == PIL_CARRIED_SORTS) return false;
  sorts_of(p)[p->sort_count++].pattern = *s;
  r->widened = true;
  return true;
}

static bool add_sorts(pil_repeat *r, pil_carried *p, const pil_symbol *s) {
  alternatives a;
  if (!list_alternatives(r->b, s, &a)) return false;
  for (size_t i = 0; i < a.count; i++)
    if (!add_sort(r, p, &a.list[i].symbol)) return false;
  return true;
}

/* Makes room for several sorts, the first being what was known so far. */
static bool part_sorts(pil_repeat *r, pil_carried *p) {
  pil_symbol known = p->changes ? p->one.pattern : p->start;
  p->several = pil_arena_array(r->b->arena, PIL_CARRIED_SORTS, sizeof *p->several);
  p->sort_count = 0;
  if (p->several == NULL) return pil_build_memory(r->b);
  return add_sorts(r, p, &known);
}

static void give_up_place(pil_repeat *r, pil_carried *p) {
  p->sort_count = 0;
  r->widened = true;
}

void pil_carried_widen(pil_repeat *r, pil_carried *p, const pil_symbol *found) {
  bool is_one = p->several == NULL;
  if (pil_symbol_same(found, &p->inside) || (p->changes && p->sort_count == 0)) return;
  if (is_one) {
    pil_symbol value = pil_choice_plain(r->b, found);
    pil_symbol pattern = pil_symbol_join(r->b, p->changes ? &p->one.pattern : &p->start, &value);
    if (p->changes && is_same_pattern(&pattern, &p->one.pattern)) return;
    if (pattern.kind != PIL_KNOWN_CONFLICT) {
      p->one.pattern = pattern;
      p->sort_count = 1;
      p->changes = r->widened = true;
      return;
    }
  }
  bool good = !is_one || part_sorts(r, p);
  p->changes = true;
  if (!good || !add_sorts(r, p, found)) give_up_place(r, p);
}
