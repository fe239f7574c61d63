/* Coverage of policies' scripts, decision by decision.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_coverage.h"

#include <string.h>

#include "../base/text.h"

/* ---- scripts ---- */

static bool add_script(pil_policy_coverage *all, const char *path, const char *shown_name, pil_covered_script **out,
                       pil_error *error) {
  for (size_t i = 0; i < all->count; i++) {
    *out = &all->scripts[i];
    if (strcmp((*out)->path, path) == 0) return true;
  }
  if (all->count == all->capacity) {
    size_t capacity = all->capacity == 0 ? 8 : 2 * all->capacity;
    pil_covered_script *grown = pil_arena_array(all->arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(error);
    if (all->count > 0) memcpy(grown, all->scripts, all->count * sizeof *grown);
    all->scripts = grown;
    all->capacity = capacity;
  }
  pil_covered_script *script = &all->scripts[all->count];
  *script = (pil_covered_script){.path = pil_arena_copy(all->arena, path, strlen(path))};
  if (script->path == NULL) return pil_error_memory(error);
  const pil_function *chunk = pil_script_chunk(all->arena, path, shown_name, error);
  if (chunk == NULL) return false;
  PIL_TRY(pil_coverage_open(&script->coverage, all->arena, chunk, error));
  PIL_TRY(pil_lua_lines_read(all->arena, path, &script->lines, error));
  all->count++;
  *out = script;
  return true;
}

static bool is_beside(const char *path, const char *script) {
  const char *slash = strrchr(script, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - script) + 1;
  return strncmp(path, script, length) == 0 && (length > 0 || path[0] != '/');
}

/* ---- listening ---- */

/* Where the functions of a file's name are counted: scripts[i], for those that the subject has. */
typedef struct listening {
  const pil_policy_coverage *all;
  const char **sources;
  size_t *scripts;
  size_t count;
  const pil_function *last;
  pil_coverage *last_coverage; /* NULL: of another file */
} listening;

static void hear(void *context, const pil_function *function, uint32_t pc, bool is_test, bool holds) {
  listening *l = context;
  if (l->last != function) {
    const char *source = function->source[0] == '=' ? function->source + 1 : function->source;
    l->last = function;
    l->last_coverage = NULL;
    for (size_t i = 0; i < l->count; i++)
      if (strcmp(l->sources[i], source) == 0) l->last_coverage = &l->all->scripts[l->scripts[i]].coverage;
  }
  if (l->last_coverage != NULL) pil_coverage_note(l->last_coverage, function, pc, is_test, holds);
}

static bool listen_to(pil_policy_coverage *all, pil_subject *subject, pil_arena *arena, listening *l,
                      pil_error *error) {
  const pil_script_file *files = subject->files;
  size_t count = subject->file_count;
  *l = (listening){.all = all};
  l->sources = pil_arena_array(arena, count + 1, sizeof *l->sources);
  l->scripts = pil_arena_array(arena, count + 1, sizeof *l->scripts);
  if (l->sources == NULL || l->scripts == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    pil_covered_script *script = NULL;
    if (i > 0 && !is_beside(files[i].path, subject->source->path)) continue;
    l->sources[l->count] = i == 0 ? subject->source->shown_name : files[i].path;
    PIL_TRY(add_script(all, files[i].path, l->sources[l->count], &script, error));
    l->scripts[l->count++] = (size_t)(script - all->scripts);
  }
  for (size_t i = 0; i < l->count; i++) pil_coverage_begin(&all->scripts[l->scripts[i]].coverage);
  return true;
}

/* ---- the whole ---- */

bool pil_policy_coverage_add(pil_policy_coverage *coverage, const pil_subject *subject, pil_error *error) {
  pil_covered_script *ignored;
  return add_script(coverage, subject->source->path, subject->source->shown_name, &ignored, error) ||
         error->failure != PIL_FAILURE_MEMORY;
}

static bool note_refusal(const pil_policy_coverage *all, pil_covered_script *script, const pil_subject *subject,
                         const pil_ir_reason *refusal, pil_error *error) {
  script->not_followed++;
  if (script->reason != NULL) return true;
  script->reason = refusal->at.file == NULL || refusal->at.line == 0
                       ? pil_arena_copy(all->arena, refusal->text, strlen(refusal->text))
                       : pil_arena_format(all->arena, "%s:%d: %s", pil_subject_path(subject, refusal->at.file),
                                          refusal->at.line, refusal->text);
  return script->reason != NULL || pil_error_memory(error);
}

static bool note(pil_policy_coverage *all, pil_subject *subject, const pil_decision *decision,
                 const pil_value *settings, const pil_ruling *ruling, pil_arena *scratch, pil_error *error) {
  listening l;
  pil_trace trace;
  PIL_TRY(listen_to(all, subject, scratch, &l, error));
  if (l.count == 0) return true;
  PIL_TRY(pil_subject_trace(subject, decision, settings, scratch, ruling, NULL, NULL, &trace, error));
  for (size_t i = 0; i < l.count; i++) {
    all->scripts[l.scripts[i]].decisions++;
    if (!trace.is_whole) PIL_TRY(note_refusal(all, &all->scripts[l.scripts[i]], subject, &trace.refusal, error));
  }
  /* Only a decision that can be followed to its end counts, so it is followed once more. */
  return !trace.is_whole || pil_subject_trace(subject, decision, settings, scratch, ruling, hear, &l, &trace, error);
}

bool pil_policy_coverage_note(pil_policy_coverage *coverage, pil_subject *subject, const pil_decision *decision,
                              const pil_value *settings, const pil_ruling *ruling, pil_error *error) {
  pil_arena scratch = {0};
  bool good = note(coverage, subject, decision, settings, ruling, &scratch, error);
  pil_arena_free(&scratch);
  return good;
}

const char *pil_covered_script_gap(pil_arena *arena, const pil_covered_script *script, const pil_gap *gap) {
  pil_trace_phrase phrase;
  if (gap->kind == PIL_GAP_LINE) return "is never executed";
  const char *code = pil_lua_lines_code(&script->lines, gap->line);
  if (!pil_trace_phrase_of(arena, gap->function, gap->pc, code, &phrase)) return NULL;
  const char *text = pil_trace_phrase_text(arena, &phrase);
  bool is_never_true = (gap->kind == PIL_GAP_NEVER_TRUE) != phrase.is_negated;
  if (text == NULL) return NULL;
  return pil_arena_format(arena, "%s is never %s", text,
                          gap->kind == PIL_GAP_NEVER_MET ? "met" : is_never_true ? "true" : "false");
}
