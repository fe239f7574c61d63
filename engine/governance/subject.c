/* A policy asked about single decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "subject.h"

#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"

pil_subject *pil_subject_open(const char *path, pil_error *error) {
  static const pil_options nothing = {0};
  pil_subject *subject = pil_memory_new_zeroed(1, sizeof *subject);
  if (subject == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  subject->policy = pil_policy_open(path, &nothing, error);
  if (subject->policy == NULL) {
    pil_subject_free(subject);
    return NULL;
  }
  subject->source = &subject->policy->sources[pil_policy_own(subject->policy)];
  return subject;
}

void pil_subject_free(pil_subject *subject) {
  if (subject == NULL) return;
  pil_decider_free(subject->decider);
  pil_policy_free(subject->policy);
  pil_arena_free(&subject->arena);
  pil_arena_free(&subject->shape_arena);
  pil_memory_free(subject);
}

/* ---- settings ---- */

static const char *setting_at(const void *map, size_t index) {
  return ((const pil_value *)map)->entries[index].key;
}

/* The scenario's settings with these in their places; a bare policy has none of its own. */
static bool merge_settings(const pil_subject *subject, pil_arena *arena, const pil_value *given,
                           const pil_value **merged, pil_error *error) {
  const pil_value *own = subject->source->settings;
  *merged = own;
  for (size_t i = 0; given != NULL && i < given->count; i++) {
    const pil_entry *entry = &given->entries[i];
    if (!subject->policy->is_bare && pil_value_find(own, entry->key) == NULL) {
      const char *near = own == NULL ? NULL : pil_text_nearest_of(entry->key, setting_at, own, own->count);
      return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "settings: %s has no setting \"%s\"%s%s%s",
                           subject->policy->rollout.file, entry->key, near ? ", did you mean \"" : "", near ? near : "",
                           near ? "\"?" : "");
    }
    *merged = pil_value_map_with(arena, *merged, entry->key, entry->key_at, entry->value);
    if (*merged == NULL) return pil_error_memory(error);
  }
  return true;
}

/* The source alone, in stock Lua, with a decision's fields and such settings. */
static bool make_source(const pil_subject *subject, const pil_decision *decision, const pil_value *settings,
                        pil_arena *arena, pil_script_source *source, pil_error *error) {
  *source = *subject->source;
  source->share = NULL;
  source->engine = PIL_ENGINE_SCALAR;
  source->fields = decision->fields;
  source->field_count = decision->field_count;
  return merge_settings(subject, arena, settings, &source->settings, error);
}

/* ---- the decider, kept as long as decisions look alike ---- */

static bool is_like(const pil_decision *a, const pil_decision *b) {
  if (a->field_count != b->field_count || a->column_count != b->column_count) return false;
  for (size_t i = 0; i < a->field_count; i++) {
    const pil_field *x = &a->fields[i], *y = &b->fields[i];
    bool same_member =
        x->member == y->member || (x->member != NULL && y->member != NULL && strcmp(x->member, y->member) == 0);
    if (x->kind != y->kind || x->each != y->each || x->expression != y->expression || !same_member ||
        strcmp(x->name, y->name) != 0)
      return false;
  }
  return true;
}

static bool find_choice(const pil_field *field, const char *text, double *cell) {
  for (size_t i = 0; i < field->choice_count; i++) {
    if (strcmp(field->choices[i], text) != 0) continue;
    *cell = (double)i;
    return true;
  }
  return false;
}

/* The decision's cells by the shape's choices; false: a text is new. */
static bool fill_cells(const pil_decision *shape, const pil_decision *decision) {
  for (size_t c = 0; c < decision->column_count; c++) shape->cells[c] = decision->cells[c];
  for (size_t i = 0; i < decision->field_count; i++) {
    const pil_field *field = &decision->fields[i], *own = &shape->fields[i];
    size_t count = field->kind != PIL_FIELD_TEXT || field->expression >= 0 ? 0 : field->each > 0 ? field->each : 1;
    for (size_t k = 0; k < count; k++) {
      size_t column = field->first_column + k;
      if (!find_choice(own, field->choices[(size_t)decision->cells[column]], &shape->cells[column])) return false;
    }
  }
  return true;
}

/* `old` (NULL: none) gives the choices known so far. */
static bool copy_field(pil_arena *arena, const pil_field *field, const pil_field *old, pil_field *copy) {
  size_t count = 0, most = field->choice_count + (old == NULL ? 0 : old->choice_count);
  double ignored;
  *copy = *field;
  copy->is_constant = false;
  copy->constants = NULL;
  copy->name = pil_arena_copy(arena, field->name, strlen(field->name));
  if (field->member != NULL) copy->member = pil_arena_copy(arena, field->member, strlen(field->member));
  const char **choices = pil_arena_array(arena, most + 1, sizeof *choices);
  if (copy->name == NULL || (field->member != NULL && copy->member == NULL) || choices == NULL) return false;
  copy->choices = choices;
  for (int turn = 0; turn < 2; turn++) {
    const pil_field *from = turn == 0 ? old : field;
    for (size_t i = 0; from != NULL && i < from->choice_count; i++) {
      copy->choice_count = count;
      if (find_choice(copy, from->choices[i], &ignored)) continue;
      choices[count] = pil_arena_copy(arena, from->choices[i], strlen(from->choices[i]));
      if (choices[count++] == NULL) return false;
    }
  }
  copy->choice_count = count;
  return true;
}

/* Makes the shape that of this decision; what it knew of texts stays. */
static bool take_shape(pil_subject *subject, const pil_decision *decision, bool is_kept, pil_error *error) {
  pil_arena old_arena = subject->shape_arena;
  const pil_decision old = subject->shape;
  pil_decision *shape = &subject->shape;
  subject->shape_arena = (pil_arena){0};
  *shape = (pil_decision){.field_count = decision->field_count, .column_count = decision->column_count};
  shape->fields = pil_arena_array(&subject->shape_arena, decision->field_count + 1, sizeof *shape->fields);
  shape->cells = pil_arena_array(&subject->shape_arena, decision->column_count + 1, sizeof *shape->cells);
  bool good = shape->fields != NULL && shape->cells != NULL;
  for (size_t i = 0; good && i < decision->field_count; i++)
    good = copy_field(&subject->shape_arena, &decision->fields[i], is_kept ? &old.fields[i] : NULL, &shape->fields[i]);
  pil_arena_free(&old_arena);
  return good || pil_error_memory(error);
}

static bool open_decider(pil_subject *subject, const pil_decision *decision, pil_error *error) {
  pil_script_source source;
  bool is_kept = subject->decider != NULL && is_like(&subject->shape, decision);
  pil_decider_free(subject->decider);
  subject->decider = NULL;
  if (!take_shape(subject, decision, is_kept, error) ||
      !make_source(subject, &subject->shape, NULL, &subject->arena, &source, error))
    return false;
  subject->decider = pil_decider_new(&source, 1, error);
  return subject->decider != NULL && (fill_cells(&subject->shape, decision) || pil_error_memory(error));
}

/* ---- asking ---- */

static bool run(pil_decider *decider, double *cells, size_t column_count, pil_arena *arena, pil_ruling *ruling,
                pil_error *error) {
  double **columns = pil_arena_array(arena, column_count + 1, sizeof *columns);
  if (columns == NULL) return pil_error_memory(error);
  for (size_t c = 0; c < column_count; c++) columns[c] = &cells[c];
  bool good = pil_decider_run(decider, 1, 1, columns, ruling, error) && pil_ruling_keep(ruling, arena, error);
  if (!good) error->trial = 0; /* there is one decision only */
  return good;
}

static bool note_files(pil_subject *subject, pil_decider *decider, pil_error *error) {
  if (subject->files != NULL) return true;
  subject->files = pil_script_files_copy(pil_decider_program(decider), &subject->arena, &subject->file_count, error);
  return subject->files != NULL;
}

bool pil_subject_decide(pil_subject *subject, const pil_decision *decision, const pil_value *settings, pil_arena *arena,
                        pil_ruling *ruling, pil_error *error) {
  if (settings != NULL && settings->count > 0) {
    pil_script_source source;
    PIL_TRY(make_source(subject, decision, settings, arena, &source, error));
    pil_decider *decider = pil_decider_new(&source, 1, error);
    bool good = decider != NULL && run(decider, decision->cells, decision->column_count, arena, ruling, error) &&
                note_files(subject, decider, error);
    pil_decider_free(decider);
    return good;
  }
  bool fits = subject->decider != NULL && is_like(&subject->shape, decision) && fill_cells(&subject->shape, decision);
  if (!fits) PIL_TRY(open_decider(subject, decision, error));
  if (run(subject->decider, subject->shape.cells, decision->column_count, arena, ruling, error))
    return note_files(subject, subject->decider, error);
  pil_decider_free(subject->decider); /* a limit may have ended it */
  subject->decider = NULL;
  return false;
}

bool pil_subject_refuse(const pil_subject *subject, const pil_ruling *ruling, pil_error *error) {
  char file[PIL_ERROR_FILE_BYTES];
  const char *colon = ruling->place == NULL ? NULL : strrchr(ruling->place, ':'), *returned = ruling->returned;
  pil_place at = {subject->source->shown_name, 0, 0};
  if (colon != NULL) {
    snprintf(file, sizeof file, "%.*s", (int)(colon - ruling->place), ruling->place);
    at = (pil_place){file, (int)strtol(colon + 1, NULL, 10), 0};
  }
  return pil_error_set(error, PIL_FAILURE_SCRIPT, at,
                       "the policy returned %s%.200s%s; a level is auto, review, exception or collaborate",
                       returned == NULL ? "" : "\"", returned == NULL ? "nothing" : returned,
                       returned == NULL ? "" : "\"");
}

/* ---- tracing ---- */

static bool same_text(const pil_trace_value *value, const char *text) {
  if (text == NULL || value->kind == PIL_TRACE_NIL) return text == NULL && value->kind == PIL_TRACE_NIL;
  return value->kind != PIL_TRACE_TEXT || strcmp(value->text, text) == 0; /* others are shown in other ways */
}

bool pil_subject_trace(pil_subject *subject, const pil_decision *decision, const pil_value *settings, pil_arena *arena,
                       const pil_ruling *ruling, pil_trace_listener *listener, void *context, pil_trace *trace,
                       pil_error *error) {
  const pil_image *image = subject->image;
  pil_script_source source;
  bool is_own = settings == NULL || settings->count == 0;
  if (image == NULL || !is_own) {
    pil_arena *keeper = is_own ? &subject->arena : arena;
    PIL_TRY(make_source(subject, decision, settings, arena, &source, error));
    image = pil_script_image(keeper, &source, error);
    if (image == NULL) return false;
    if (is_own) subject->image = image;
  }
  PIL_TRY(pil_trace_run(arena, image, decision->fields, decision->field_count, listener, context, trace, error));
  const char *level = ruling->level < PIL_LEVELS ? pil_level_names[ruling->level] : ruling->returned;
  if (!trace->is_whole || (same_text(&trace->results[0], level) && same_text(&trace->results[1], ruling->reason)))
    return true;
  trace->is_whole = false;
  trace->refusal = (pil_ir_reason){PIL_NOWHERE, "following it came to another result than stock Lua"};
  return true;
}

/* ---- names ---- */

const char *pil_subject_path(const pil_subject *subject, const char *shown_name) {
  return strcmp(shown_name, subject->source->shown_name) == 0 ? subject->source->path : shown_name;
}

const char *pil_subject_place(const pil_subject *subject, pil_arena *arena, const char *place) {
  const char *shown = subject->source->shown_name;
  size_t length = strlen(shown);
  if (place == NULL || strncmp(place, shown, length) != 0 || place[length] != ':') return place;
  return pil_arena_format(arena, "%s%s", subject->source->path, place + length);
}
