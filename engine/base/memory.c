/* The one place where Pilotage allocates, so that a test can fail the n-th allocation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static atomic_uint_fast64_t allocation_count;
static atomic_uint_fast64_t fail_from; /* 0: never */

static bool refused(void) {
  uint64_t from = atomic_load_explicit(&fail_from, memory_order_relaxed);
  if (from == 0) return false;
  return atomic_fetch_add_explicit(&allocation_count, 1, memory_order_relaxed) + 1 >= from;
}

void *pil_memory_new(size_t bytes) {
  if (refused()) return NULL;
  return malloc(bytes != 0 ? bytes : 1);
}

void *pil_memory_new_zeroed(size_t count, size_t size_bytes) {
  if (refused()) return NULL;
  return calloc(count != 0 ? count : 1, size_bytes != 0 ? size_bytes : 1);
}

void *pil_memory_resize(void *old, size_t count, size_t size_bytes) {
  if (refused()) return NULL;
  if (count == 0 || size_bytes == 0) count = size_bytes = 1;
  return reallocarray(old, count, size_bytes);
}

void pil_memory_free(void *memory) {
  free(memory);
}

char *pil_memory_copy(const char *bytes, size_t length) {
  char *copy = pil_memory_new(length + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, bytes, length);
  copy[length] = '\0';
  return copy;
}

void pil_memory_fail_from(uint64_t n) {
  atomic_store(&allocation_count, 0);
  atomic_store(&fail_from, n);
}

uint64_t pil_memory_count(void) {
  return atomic_load(&allocation_count);
}
