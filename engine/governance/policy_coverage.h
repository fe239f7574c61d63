/* Coverage of policies by decisions: their scripts, and modules that stand beside these.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_POLICY_COVERAGE_H
#define PIL_GOVERNANCE_POLICY_COVERAGE_H

#include "../lanes/coverage.h"
#include "lua_lines.h"
#include "subject.h"

typedef struct pil_covered_script {
  const char *path;
  pil_coverage coverage;
  pil_lua_lines lines;
  size_t decisions, not_followed; /* that its code was asked about; of these no figure counts */
  const char *reason;             /* why the first of these could not be followed; NULL: all could */
} pil_covered_script;

typedef struct pil_policy_coverage {
  pil_arena *arena;
  pil_covered_script *scripts; /* in the order in which they were met */
  size_t count, capacity;
} pil_policy_coverage;

/* The subject's own script, even if nothing is ever asked of it. One that cannot be compiled has no figures: whoever asks
 * it is told why. */
bool pil_policy_coverage_add(pil_policy_coverage *coverage, const pil_subject *subject, pil_error *error);

/* Counts one more decision, which was made and came to that ruling. */
bool pil_policy_coverage_note(pil_policy_coverage *coverage, pil_subject *subject, const pil_decision *decision,
                              const pil_value *settings, const pil_ruling *ruling, pil_error *error);

/* What a gap says: "is never executed", "d.score < p.score_limit is never false". In `arena`; NULL when out of memory. */
const char *pil_covered_script_gap(pil_arena *arena, const pil_covered_script *script, const pil_gap *gap);

#endif
