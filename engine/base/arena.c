/* An arena: many small allocations that are freed at once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

enum { FIRST_BLOCK_BYTES = 4096, ALIGNMENT_BYTES = 64 };

struct pil_arena_block {
  pil_arena_block *next;
  size_t used_bytes, size_bytes;
  char *bytes; /* aligned start within the same allocation */
};

static pil_arena_block *block_new(size_t size_bytes) {
  size_t total_bytes = sizeof(pil_arena_block) + ALIGNMENT_BYTES + size_bytes;
  if (total_bytes < size_bytes) return NULL;
  pil_arena_block *block = pil_memory_new(total_bytes);
  if (block == NULL) return NULL;
  uintptr_t start = (uintptr_t)(block + 1);
  start = (start + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
  *block = (pil_arena_block){.size_bytes = size_bytes, .bytes = (char *)start};
  return block;
}

void *pil_arena_new(pil_arena *arena, size_t bytes) {
  size_t alignment = bytes >= ALIGNMENT_BYTES ? ALIGNMENT_BYTES : 16;
  pil_arena_block *block = arena->blocks;
  size_t start = block == NULL ? 0 : (block->used_bytes + alignment - 1) / alignment * alignment;
  if (block == NULL || start > block->size_bytes || bytes > block->size_bytes - start) {
    size_t size_bytes = block == NULL ? FIRST_BLOCK_BYTES : 2 * block->size_bytes;
    if (size_bytes < bytes) size_bytes = bytes;
    pil_arena_block *fresh = block_new(size_bytes);
    if (fresh == NULL) return NULL;
    fresh->next = block;
    arena->blocks = block = fresh;
    arena->size_bytes += fresh->size_bytes;
    start = 0;
  }
  block->used_bytes = start + bytes;
  return memset(block->bytes + start, 0, bytes);
}

void *pil_arena_array(pil_arena *arena, size_t count, size_t size_bytes) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size_bytes, &bytes)) return NULL;
  return pil_arena_new(arena, bytes);
}

char *pil_arena_copy(pil_arena *arena, const char *bytes, size_t length) {
  char *copy = pil_arena_new(arena, length + 1);
  if (copy != NULL) memcpy(copy, bytes, length);
  return copy;
}

char *pil_arena_format(pil_arena *arena, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *text = length < 0 ? NULL : pil_arena_new(arena, (size_t)length + 1);
  if (text != NULL) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

void pil_arena_reset(pil_arena *arena) {
  pil_arena_block *largest = arena->blocks;
  if (largest == NULL) return;
  for (pil_arena_block *block = largest->next; block != NULL;) {
    pil_arena_block *next = block->next;
    pil_arena_block *loser = block;
    if (block->size_bytes > largest->size_bytes) {
      loser = largest;
      largest = block;
    }
    pil_memory_free(loser);
    block = next;
  }
  largest->next = NULL;
  largest->used_bytes = 0;
  arena->blocks = largest;
  arena->size_bytes = largest->size_bytes;
}

void pil_arena_free(pil_arena *arena) {
  while (arena->blocks != NULL) {
    pil_arena_block *block = arena->blocks;
    arena->blocks = block->next;
    pil_memory_free(block);
  }
  arena->size_bytes = 0;
}
