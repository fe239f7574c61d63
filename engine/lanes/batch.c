/* The dictionary of texts and the frame of output columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "batch.h"

#include "../base/memory.h"
#include "../base/text.h"

enum { FIRST_CAPACITY = 16 };

/* ---- the index both share: positions by hash, never more than half full ---- */

typedef uint64_t hash_at(const void *owner, size_t position);

static void index_put(pil_name_index *index, uint64_t hash, size_t position) {
  size_t mask = index->size - 1, slot = hash & mask;
  while (index->slots[slot] != 0) slot = (slot + 1) & mask;
  index->slots[slot] = (uint32_t)position + 1;
}

/* Room for one more than `count`; a grown index is filled again. */
static bool index_reserve(pil_name_index *index, size_t count, hash_at *hash, const void *owner) {
  if (2 * (count + 1) <= index->size) return true;
  size_t size = index->size == 0 ? 4 * FIRST_CAPACITY : 2 * index->size;
  uint32_t *slots = pil_memory_new_zeroed(size, sizeof *slots);
  if (slots == NULL) return false;
  pil_memory_free(index->slots);
  *index = (pil_name_index){slots, size};
  for (size_t i = 0; i < count; i++) index_put(index, hash(owner, i), i);
  return true;
}

/* Grows an array that holds `count` to hold one more. */
static bool array_reserve(void **items, size_t count, size_t *capacity, size_t item_bytes) {
  if (count < *capacity) return true;
  size_t grown_capacity = *capacity == 0 ? FIRST_CAPACITY : 2 * *capacity;
  void *grown = pil_memory_resize(*items, grown_capacity, item_bytes);
  if (grown == NULL) return false;
  *items = grown;
  *capacity = grown_capacity;
  return true;
}

/* ---- dictionary ---- */

static uint64_t text_hash_at(const void *owner, size_t position) {
  const char *text = ((const pil_dictionary *)owner)->texts[position];
  return pil_text_hash(text, strlen(text));
}

static int64_t find_text(const pil_dictionary *dictionary, uint64_t hash, const char *text,
                         size_t length) {
  const pil_name_index *index = &dictionary->index;
  if (index->size == 0) return -1;
  for (size_t slot = hash & (index->size - 1); index->slots[slot] != 0;
       slot = (slot + 1) & (index->size - 1)) {
    const char *known = dictionary->texts[index->slots[slot] - 1];
    if (strncmp(known, text, length) == 0 && known[length] == '\0') return index->slots[slot] - 1;
  }
  return -1;
}

int64_t pil_dictionary_find(const pil_dictionary *dictionary, const char *text, size_t length) {
  return find_text(dictionary, pil_text_hash(text, length), text, length);
}

int64_t pil_dictionary_code(pil_dictionary *dictionary, const char *text, size_t length) {
  uint64_t hash = pil_text_hash(text, length);
  int64_t code = find_text(dictionary, hash, text, length);
  if (code >= 0) return code;
  size_t count = dictionary->count;
  void *texts = dictionary->texts;
  if (count >= UINT32_MAX - 1) return -1;
  if (!array_reserve(&texts, count, &dictionary->capacity, sizeof *dictionary->texts)) return -1;
  dictionary->texts = texts;
  if (!index_reserve(&dictionary->index, count, text_hash_at, dictionary)) return -1;
  char *copy = pil_arena_copy(&dictionary->arena, text, length);
  if (copy == NULL) return -1;
  dictionary->texts[count] = copy;
  index_put(&dictionary->index, hash, count);
  dictionary->count = count + 1;
  return (int64_t)count;
}

void pil_dictionary_free(pil_dictionary *dictionary) {
  pil_memory_free(dictionary->texts);
  pil_memory_free(dictionary->index.slots);
  pil_arena_free(&dictionary->arena);
  *dictionary = (pil_dictionary){0};
}

/* ---- frame ---- */

static uint64_t column_hash(const char *name, uint32_t index) {
  uint64_t hash = pil_text_hash(name, strlen(name));
  return (hash ^ index) * UINT64_C(0x9e3779b97f4a7c15) >> 20;
}

static uint64_t column_hash_at(const void *owner, size_t position) {
  const pil_column *column = &((const pil_frame *)owner)->columns[position];
  return column_hash(column->name, column->index);
}

static bool is_column(const pil_column *column, const char *name, uint32_t index) {
  return column->index == index && strcmp(column->name, name) == 0;
}

void pil_frame_reset(pil_frame *frame, size_t lane_count) {
  pil_arena_reset(&frame->arena);
  frame->column_count = 0;
  frame->lane_count = lane_count;
  if (frame->index.size > 0)
    memset(frame->index.slots, 0, frame->index.size * sizeof *frame->index.slots);
}

/* The elements of a series share one copy of their name. */
static const char *copy_name(pil_frame *frame, const char *name) {
  if (frame->column_count > 0) {
    const char *last = frame->columns[frame->column_count - 1].name;
    if (strcmp(last, name) == 0) return last;
  }
  return pil_arena_copy(&frame->arena, name, strlen(name));
}

static pil_column *add_column(pil_frame *frame, const char *name, uint32_t index, uint64_t hash) {
  size_t count = frame->column_count;
  void *columns = frame->columns;
  if (!array_reserve(&columns, count, &frame->column_capacity, sizeof *frame->columns)) return NULL;
  frame->columns = columns;
  if (!index_reserve(&frame->index, count, column_hash_at, frame)) return NULL;
  const char *copy = copy_name(frame, name);
  double *cells = pil_arena_array(&frame->arena, frame->lane_count, sizeof *cells);
  if (copy == NULL || cells == NULL) return NULL;
  for (size_t i = 0; i < frame->lane_count; i++) cells[i] = pil_cell_of(PIL_CELL_MISSING);
  frame->columns[count] = (pil_column){copy, index, cells};
  index_put(&frame->index, hash, count);
  frame->column_count = count + 1;
  return &frame->columns[count];
}

pil_column *pil_frame_column(pil_frame *frame, size_t hint, const char *name, uint32_t index) {
  if (hint < frame->column_count && is_column(&frame->columns[hint], name, index))
    return &frame->columns[hint];
  uint64_t hash = column_hash(name, index);
  size_t mask = frame->index.size - 1;
  for (size_t slot = hash & mask; frame->index.size > 0 && frame->index.slots[slot] != 0;
       slot = (slot + 1) & mask) {
    pil_column *column = &frame->columns[frame->index.slots[slot] - 1];
    if (is_column(column, name, index)) return column;
  }
  return add_column(frame, name, index, hash);
}

void pil_frame_free(pil_frame *frame) {
  pil_arena_free(&frame->arena);
  pil_memory_free(frame->columns);
  pil_memory_free(frame->index.slots);
  pil_dictionary_free(&frame->texts);
  *frame = (pil_frame){0};
}

const pil_field *pil_field_repeated(const pil_field *fields, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(fields[i].name);
    if (strncmp(name, fields[i].name, length) != 0) continue;
    const char *rest = name + length;
    if (*rest == '\0' || strcmp(rest, " times") == 0 || strcmp(rest, " plus") == 0) return &fields[i];
  }
  return NULL;
}

pil_stream pil_owner_stream(const pil_owner *owner, uint64_t seed, uint64_t name_hash, uint64_t k) {
  return owner != NULL && owner->trial > 0 ? pil_stream_at_trial(seed, name_hash, k, owner->trial)
                                           : pil_stream_at(seed, name_hash, k);
}
