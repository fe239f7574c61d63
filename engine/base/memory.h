/* The one place where Pilotage allocates, so that a test can fail the n-th allocation.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_MEMORY_H
#define PIL_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* As malloc, calloc, realloc and free; NULL when there is no memory. Sizes may be 0: the
 * result is then a pointer that may be freed. */
void *pil_memory_new(size_t bytes);
void *pil_memory_new_zeroed(size_t count, size_t size_bytes);
void *pil_memory_resize(void *old, size_t count, size_t size_bytes);
void pil_memory_free(void *memory);

/* A NUL-terminated copy of `length` bytes; NULL when there is no memory. */
char *pil_memory_copy(const char *bytes, size_t length);

/* For tests: the n-th allocation from now (1: the next) and all after it fail; 0 stops that. */
void pil_memory_fail_from(uint64_t n);
uint64_t pil_memory_count(void); /* allocations since the last pil_memory_fail_from */

#endif
