/* What several programs of one run say together: how many trials ran where, and why.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_PROGRAMS_H
#define PIL_RUN_PROGRAMS_H

#include "../lanes/batch.h"

/* The programs of all threads; entries may be NULL. */
typedef struct pil_programs {
  pil_program **list;
  size_t count, capacity;
} pil_programs;

/* Adds `count` of them (kept by pointer); the list is in `arena`. */
bool pil_programs_add(pil_arena *arena, pil_programs *programs, pil_program *const *list, size_t count,
                      pil_error *error);

/* Lanes by engine. */
pil_engine_count pil_programs_counted(const pil_programs *programs);

/* Why trials did not run in lanes, most trials first, in `arena`; reasons of the same place and words are one. */
bool pil_programs_reasons(const pil_programs *programs, pil_arena *arena, const pil_engine_reason **reasons,
                          size_t *count, pil_error *error);

#endif
