/* Getting the builder back to the head of a loop, to follow its body again knowing more.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/memory.h"
#include "build_choice.h"
#include "build_repeat.h"

/* ---- taking back ---- */

bool pil_snapshot_take(pil_repeat *r) {
  pil_build *b = r->b;
  pil_snapshot *s = &r->before;
  size_t contents = 0;
  *s = (pil_snapshot){.instruction_count = b->program->instruction_count, .draw_count = b->program->draw_count,
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

void pil_snapshot_restore(pil_repeat *r) {
  pil_build *b = r->b;
  const pil_snapshot *s = &r->before;
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

void pil_snapshot_free(pil_snapshot *s) {
  pil_memory_free(s->objects);
  pil_memory_free(s->contents);
  pil_memory_free(s->cells);
  pil_memory_free(s->counters);
}

/* ---- what a turn has made ---- */

void pil_snapshot_wish_for_grown(pil_repeat *r) {
  pil_build *b = r->b;
  for (size_t i = 0; i < r->before.object_count; i++)
    for (size_t j = r->before.objects[i].item_count; j < b->objects[i].item_count; j++)
      pil_list_wish(b, (uint32_t)i, &b->objects[i].items[j]);
}

bool pil_snapshot_has_made(const pil_repeat *r) {
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
static bool make_lists(pil_repeat *r) {
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
bool pil_snapshot_keep_made(pil_repeat *r) {
  pil_build *b = r->b;
  size_t count = r->before.object_count;
  pil_object *grown = pil_memory_resize(NULL, count + 1, sizeof *grown);
  if (grown == NULL) return pil_build_memory(b);
  memcpy(grown, b->objects, count * sizeof *grown);
  pil_snapshot_restore(r);
  b->mask = r->entry->mask;
  bool good = make_lists(r);
  for (size_t i = 0; good && i < count; i++) good = add_fields(b, &b->objects[i], &grown[i]);
  pil_memory_free(grown);
  if (!good) return false;
  pil_snapshot_free(&r->before);
  r->place_count = 0;
  pil_carried_list(r); /* which may make instructions */
  return pil_snapshot_take(r);
}

/* ---- as if nothing had been tried ---- */

bool pil_snapshot_keep_originals(pil_repeat *r) {
  r->original_count = r->b->object_count;
  r->original_instructions = r->b->program->instruction_count;
  r->original_lists = r->b->program->list_count;
  r->originals = pil_memory_resize(NULL, r->original_count + 1, sizeof *r->originals);
  if (r->originals == NULL) return pil_build_memory(r->b);
  memcpy(r->originals, r->b->objects, r->original_count * sizeof *r->originals);
  return true;
}

void pil_snapshot_restore_originals(pil_repeat *r) {
  pil_snapshot_restore(r);
  memcpy(r->b->objects, r->originals, r->original_count * sizeof *r->originals);
  r->b->program->instruction_count = r->original_instructions;
  r->b->program->list_count = r->original_lists;
}
