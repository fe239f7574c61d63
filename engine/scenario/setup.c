/* What every job needs before it can run.
 * SPDX-License-Identifier: Apache-2.0 */
#include "setup.h"

#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/memory.h"

enum { THREADS_MOST = 256 };

const char *pil_setup_resolve(pil_arena *arena, const char *scenario, const char *path) {
  char *resolved = pil_file_resolve(scenario, path);
  const char *copy = resolved == NULL ? NULL : pil_arena_copy(arena, resolved, strlen(resolved));
  pil_memory_free(resolved);
  return copy;
}

const char *pil_setup_folder(pil_arena *arena, const char *scenario) {
  const char *slash = strrchr(scenario, '/');
  return slash == NULL ? "."
                       : pil_arena_copy(arena, scenario, slash == scenario ? 1 : (size_t)(slash - scenario));
}

const char *pil_setup_stem(pil_arena *arena, const char *path) {
  const char *slash = strrchr(path, '/'), *start = slash == NULL ? path : slash + 1;
  size_t length = strlen(start);
  if (length > 4 && strcmp(start + length - 4, ".lua") == 0) length -= 4;
  return pil_arena_copy(arena, start, length);
}

size_t pil_setup_threads(const pil_options *options) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  if (options->threads > 0) return options->threads;
  return count < 1 ? 1 : count > THREADS_MOST ? THREADS_MOST : (size_t)count;
}

size_t pil_setup_lanes(const pil_options *options) {
  return options->lanes > 0 ? options->lanes : PIL_SETUP_LANES;
}

bool pil_setup_isa(const pil_options *options, pil_isa *isa, pil_error *error) {
  static const char *const names[] = {"auto", "avx512", "avx2", "portable"};
  const char *name = options->isa;
  if (name == NULL || strcmp(name, "auto") == 0 || pil_isa_find(name, isa)) return true;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0)
      return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "isa: this processor has no %s", name);
  return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                       "isa: expected auto, avx512, avx2 or portable, found \"%s\"", name);
}

size_t pil_setup_machine_bytes(void) {
  long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
  return pages < 1 || page_bytes < 1 ? 0 : (size_t)pages * (size_t)page_bytes;
}
