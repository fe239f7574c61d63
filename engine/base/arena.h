/* An arena: many small allocations that are freed at once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_ARENA_H
#define PIL_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

typedef struct pil_arena_block pil_arena_block;

/* Zero-initialised is empty and usable. One thread at a time. */
typedef struct pil_arena {
  pil_arena_block *blocks; /* newest first */
  size_t size_bytes;       /* of all blocks, used or not */
} pil_arena;

/* Zeroed memory aligned to 64 bytes when `bytes` is at least 64, else to 16; NULL when there
 * is no memory. It lives until the arena is reset or freed. */
void *pil_arena_new(pil_arena *arena, size_t bytes);
void *pil_arena_array(pil_arena *arena, size_t count, size_t size_bytes);

/* NUL-terminated copies; NULL when there is no memory. */
char *pil_arena_copy(pil_arena *arena, const char *bytes, size_t length);
char *pil_arena_format(pil_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets every allocation but keeps the largest block for reuse. */
void pil_arena_reset(pil_arena *arena);
void pil_arena_free(pil_arena *arena);

#endif
