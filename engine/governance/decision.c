/* A decision's fields from a map that somebody wrote.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "subject.h"

typedef struct reading {
  const pil_policy *policy;
  pil_arena *arena;
  pil_decision *decision;
  pil_error *error;
} reading;

static bool refuse(const reading *r, const pil_entry *entry, const char *expected) {
  char name[200];
  snprintf(name, sizeof name, "field \"%.150s\"", entry->key);
  return pil_value_refuse(entry->value, name, expected, r->error);
}

/* ---- what the scenario knows ---- */

static bool refuse_name(const reading *r, const pil_entry *entry) {
  const pil_policy *policy = r->policy;
  const char *near = pil_policy_near_field(policy, entry->key);
  return pil_error_set(r->error, PIL_FAILURE_INPUT, entry->key_at,
                       "field \"%s\": decisions of %s have none of that name%s%s%s", entry->key, policy->rollout.file,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* ---- scalars ---- */

static bool is_number(const pil_value *value) {
  return value->kind == PIL_KIND_INTEGER || value->kind == PIL_KIND_NUMBER;
}

static bool is_exact(const pil_value *value) {
  return value->integer <= INT64_C(1) << 53 && value->integer >= -(INT64_C(1) << 53);
}

/* The kind that fits a value by itself. */
static bool kind_of(const reading *r, const pil_entry *entry, const pil_value *value, pil_field_kind *kind) {
  switch (value->kind) {
    case PIL_KIND_BOOLEAN: *kind = PIL_FIELD_BOOLEAN; return true;
    case PIL_KIND_INTEGER: *kind = PIL_FIELD_INTEGER; return true;
    case PIL_KIND_NUMBER: *kind = PIL_FIELD_FLOAT; return true;
    case PIL_KIND_TEXT: *kind = PIL_FIELD_TEXT; return true;
    default: return refuse(r, entry, "a number, a text, true or false");
  }
}

/* The value as a cell of this kind; a text's is for its choices to say. */
static bool cell_of(const reading *r, const pil_entry *entry, const pil_value *value, pil_field_kind kind,
                    double *cell) {
  *cell = value->kind == PIL_KIND_BOOLEAN ? value->boolean : value->number;
  switch (kind) {
    case PIL_FIELD_BOOLEAN: return value->kind == PIL_KIND_BOOLEAN || refuse(r, entry, "true or false");
    case PIL_FIELD_TEXT: return value->kind == PIL_KIND_TEXT || refuse(r, entry, "a text");
    case PIL_FIELD_FLOAT: return is_number(value) || refuse(r, entry, "a number");
    case PIL_FIELD_INTEGER: break;
  }
  if (!is_number(value) || *cell != floor(*cell) || isinf(*cell)) return refuse(r, entry, "a whole number");
  return (value->kind == PIL_KIND_INTEGER ? is_exact(value) : fabs(*cell) <= 0x1p53) ||
         refuse(r, entry, "a whole number up to 9007199254740992");
}

/* ---- fields ---- */

static pil_field *add_field(const reading *r, const char *name, const char *member, pil_field_kind kind,
                            size_t columns) {
  pil_decision *d = r->decision;
  pil_field *field = &d->fields[d->field_count++];
  *field = (pil_field){.name = name, .member = member, .kind = kind, .first_column = d->column_count, .expression = -1,
                       .is_constant = true};
  d->column_count += columns;
  return field;
}

static bool set_choices(const reading *r, pil_field *field, const pil_value *const *values, size_t count) {
  const char **choices = pil_arena_array(r->arena, count + 1, sizeof *choices);
  if (choices == NULL) return pil_error_memory(r->error);
  for (size_t i = 0; i < count; i++) choices[i] = values[i]->text;
  field->choices = choices;
  field->choice_count = count;
  return true;
}

static bool add_scalar(const reading *r, const pil_entry *entry, const char *member, const pil_value *value,
                       const pil_field *known) {
  pil_field_kind kind = known != NULL ? known->kind : PIL_FIELD_FLOAT;
  double cell;
  if (known == NULL) PIL_TRY(kind_of(r, entry, value, &kind));
  if (kind == PIL_FIELD_INTEGER && value->kind == PIL_KIND_NUMBER && value->number != floor(value->number))
    kind = PIL_FIELD_FLOAT; /* recorded ones were whole so far */
  PIL_TRY(cell_of(r, entry, value, kind, &cell));
  pil_field *field = add_field(r, entry->key, member, kind, 1);
  field->constant = kind == PIL_FIELD_TEXT ? 0 : cell;
  r->decision->cells[field->first_column] = field->constant;
  return kind != PIL_FIELD_TEXT || set_choices(r, field, &value, 1);
}

static bool add_list(const reading *r, const pil_entry *entry, const pil_field *known) {
  const pil_value *list = entry->value;
  pil_field_kind kind = PIL_FIELD_INTEGER, own = kind;
  if (known != NULL && known->each != list->count)
    return pil_error_set(r->error, PIL_FAILURE_INPUT, list->at, "field \"%s\": expected %zu values, found %zu",
                         entry->key, known->each, list->count);
  for (size_t i = 0; known == NULL && i < list->count; i++) {
    PIL_TRY(kind_of(r, entry, list->items[i], &own));
    kind = i == 0 || own == PIL_FIELD_FLOAT ? own : kind;
  }
  if (known != NULL) kind = known->kind;
  pil_field *field = add_field(r, entry->key, NULL, kind, list->count);
  double *cells = &r->decision->cells[field->first_column];
  field->each = list->count;
  field->constants = cells;
  for (size_t i = 0; i < list->count; i++) {
    PIL_TRY(cell_of(r, entry, list->items[i], kind, &cells[i]));
    if (kind == PIL_FIELD_TEXT) cells[i] = (double)i;
  }
  return kind != PIL_FIELD_TEXT || set_choices(r, field, (const pil_value *const *)list->items, list->count);
}

static bool add_entry(const reading *r, const pil_entry *entry) {
  const pil_value *value = entry->value;
  const pil_field *known = pil_policy_field(r->policy, entry->key);
  if (known == NULL && !r->policy->is_bare) return refuse_name(r, entry);
  if (known != NULL && known->each > 0 && value->kind != PIL_KIND_LIST) return refuse(r, entry, "a list");
  if (value->kind == PIL_KIND_LIST && value->count > 0 && (known == NULL || known->each > 0))
    return add_list(r, entry, known);
  if (value->kind != PIL_KIND_MAP || known != NULL) return add_scalar(r, entry, NULL, value, known);
  for (size_t i = 0; i < value->count; i++)
    PIL_TRY(add_scalar(r, entry, value->entries[i].key, value->entries[i].value, NULL));
  return value->count > 0 || refuse(r, entry, "a map with values");
}

/* Fields that the scenario works out, where nobody says what they are. */
static void add_computed(const reading *r, const pil_value *map) {
  for (size_t i = 0; i < r->policy->inputs.field_count; i++) {
    const pil_field *known = &r->policy->inputs.fields[i];
    if (known->expression < 0 || pil_value_find(map, known->name) != NULL) continue;
    pil_field *field = add_field(r, known->name, NULL, known->kind, 1);
    field->expression = known->expression;
    field->is_constant = false;
  }
}

bool pil_decision_read(const pil_policy *policy, pil_arena *arena, const pil_value *map, pil_decision *decision,
                       pil_error *error) {
  const reading r = {policy, arena, decision, error};
  size_t fields = map->count + policy->inputs.field_count, columns = fields;
  *decision = (pil_decision){0};
  for (size_t i = 0; i < map->count; i++) {
    const pil_value *value = map->entries[i].value;
    fields += value->kind == PIL_KIND_MAP ? value->count : 0;
    columns += value->kind == PIL_KIND_MAP || value->kind == PIL_KIND_LIST ? value->count : 0;
  }
  decision->fields = pil_arena_array(arena, fields + 1, sizeof *decision->fields);
  decision->cells = pil_arena_array(arena, columns + 1, sizeof *decision->cells);
  if (decision->fields == NULL || decision->cells == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < map->count; i++) PIL_TRY(add_entry(&r, &map->entries[i]));
  add_computed(&r, map);
  return true;
}
