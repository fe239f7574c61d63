/* Distributions that a script spells out, or that its settings hold: read once when the program is built.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../base/text.h"
#include "../data/spec.h"
#include "build.h"

enum { MOST_LEVELS = 4 };

static pil_value *known_value(pil_build *b, const pil_symbol *s, int level);

/* ---- values as the scenario would write them; NULL: something varies, or no memory ---- */

static pil_value *new_value(pil_build *b, size_t item_count, size_t entry_count) {
  pil_value *value = pil_arena_new(b->arena, sizeof *value);
  if (value == NULL) return NULL;
  value->kind = entry_count > 0 ? PIL_KIND_MAP : PIL_KIND_LIST;
  value->items = pil_arena_array(b->arena, item_count + 1, sizeof *value->items);
  value->entries = pil_arena_array(b->arena, entry_count + 1, sizeof *value->entries);
  return value->items == NULL || value->entries == NULL ? NULL : value;
}

static bool add_item(pil_build *b, pil_value *to, const pil_symbol *item, int level) {
  return (to->items[to->count++] = known_value(b, item, level + 1)) != NULL;
}

/* A number as key stands for itself as a scenario writes it: quantiles = {[0.05] = 2}. */
static const char *key_text(pil_build *b, const pil_symbol *key) {
  char number[40];
  if (key->kind == PIL_KNOWN_TEXT) return key->text;
  if (key->kind != PIL_KNOWN_FLOAT) return NULL;
  snprintf(number, sizeof number, "%.17g", key->number);
  return pil_arena_copy(b->arena, number, strlen(number));
}

static bool add_entry(pil_build *b, pil_value *to, const pil_symbol *key, const pil_symbol *value, int level) {
  if (value->kind == PIL_KNOWN_NIL) return true;
  pil_entry entry = {key_text(b, key), PIL_NOWHERE, known_value(b, value, level + 1)};
  if (entry.key == NULL || entry.value == NULL) return false;
  size_t at = to->count++;
  for (; at > 0 && strcmp(to->entries[at - 1].key, entry.key) > 0; at--) to->entries[at] = to->entries[at - 1];
  to->entries[at] = entry;
  return true;
}

static pil_value *value_of_object(pil_build *b, const pil_object *object, int level) {
  if ((object->item_count > 0 && object->entry_count > 0) || object->list > 0) return NULL;
  pil_value *value = new_value(b, object->item_count, object->entry_count);
  for (size_t i = 0; value != NULL && i < object->item_count; i++)
    if (!add_item(b, value, &object->items[i], level)) return NULL;
  for (size_t i = 0; value != NULL && i < object->entry_count; i++)
    if (!add_entry(b, value, &object->entries[i].key, &object->entries[i].value, level)) return NULL;
  return value;
}

static pil_value *value_of_table(pil_build *b, const pil_image_table *table, int level) {
  if (table->is_opaque || (table->item_count > 0 && table->entry_count > 0)) return NULL;
  pil_value *value = new_value(b, table->item_count, table->entry_count);
  for (size_t i = 0; value != NULL && i < table->item_count; i++) {
    pil_symbol item = pil_symbol_image(b, &table->items[i]);
    if (!add_item(b, value, &item, level)) return NULL;
  }
  for (size_t i = 0; value != NULL && i < table->entry_count; i++) {
    pil_symbol key = pil_symbol_image(b, &table->entries[i].key), own = pil_symbol_image(b, &table->entries[i].value);
    if (!add_entry(b, value, &key, &own, level)) return NULL;
  }
  return value;
}

static pil_value *value_of_number(pil_build *b, const pil_symbol *s) {
  pil_value *value = pil_arena_new(b->arena, sizeof *value);
  if (value == NULL) return NULL;
  bool whole = s->kind == PIL_KNOWN_INTEGER;
  *value = (pil_value){.kind = whole ? PIL_KIND_INTEGER : PIL_KIND_NUMBER, .text = "a number"};
  if (whole) value->integer = s->integer;
  value->number = whole ? (double)s->integer : s->number;
  return value->number == value->number ? value : NULL;
}

static pil_value *known_value(pil_build *b, const pil_symbol *s, int level) {
  pil_value *value;
  if (level > MOST_LEVELS || !pil_build_charge(b, PIL_WORK_VALUE)) return NULL;
  switch (s->kind) {
    case PIL_KNOWN_INTEGER:
    case PIL_KNOWN_FLOAT: return value_of_number(b, s);
    case PIL_KNOWN_OBJECT: return value_of_object(b, &b->objects[s->index], level);
    case PIL_KNOWN_TABLE: return value_of_table(b, s->table, level);
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE:
    case PIL_KNOWN_TEXT: break;
    default: return NULL;
  }
  if ((value = pil_arena_new(b->arena, sizeof *value)) == NULL) return NULL;
  bool is_text = s->kind == PIL_KNOWN_TEXT;
  value->kind = is_text ? PIL_KIND_TEXT : PIL_KIND_BOOLEAN;
  if (is_text) value->text = s->text;
  else value->boolean = s->kind == PIL_KNOWN_TRUE;
  return value;
}

/* ---- read once ---- */

/* What tells one value from another: preparing the same distribution month by month would take long. */
static void spell(const pil_value *value, pil_text *to) {
  switch (value->kind) {
    case PIL_KIND_MAP:
      for (size_t i = 0; i < value->count; i++) {
        pil_text_format(to, "{%s=", value->entries[i].key);
        spell(value->entries[i].value, to);
        pil_text_add(to, "}");
      }
      return;
    case PIL_KIND_LIST:
      for (size_t i = 0; i < value->count; i++) {
        spell(value->items[i], to);
        pil_text_add(to, ";");
      }
      return;
    case PIL_KIND_TEXT: pil_text_format(to, "\"%s\"", value->text); return;
    case PIL_KIND_BOOLEAN: pil_text_add(to, value->boolean ? "true" : "false"); return;
    case PIL_KIND_INTEGER: pil_text_format(to, "%lldi", (long long)value->integer); return;
    default: pil_text_format(to, "%a", value->number); return;
  }
}

static const pil_spec *find_spelled(pil_build *b, const char *spelled) {
  pil_build_charge(b, b->spec_count * PIL_WORK_ENTRY);
  for (size_t i = 0; i < b->spec_count; i++)
    if (strcmp(b->specs[i].spelled, spelled) == 0) return b->specs[i].spec;
  return NULL;
}

static const pil_spec *add_spec(pil_build *b, const pil_value *value, const char *what, const char *spelled) {
  pil_error problem;
  pil_spec *spec = pil_arena_new(b->arena, sizeof *spec);
  const char *copy = pil_arena_copy(b->arena, spelled, strlen(spelled));
  if (spec == NULL || copy == NULL) pil_build_memory(b);
  if (b->stopped || !pil_build_grow(b, &b->specs, b->spec_count, &b->spec_capacity, sizeof *b->specs)) return NULL;
  if (!pil_spec_parse(b->arena, value, what, NULL, spec, &problem)) return NULL;
  b->specs[b->spec_count++] = (pil_known_spec){copy, spec};
  return spec;
}

static const pil_spec *read_spec(pil_build *b, const pil_value *value, const char *what) {
  pil_text spelled = {0};
  if (value == NULL) return NULL;
  spell(value, &spelled);
  if (spelled.failed) pil_build_memory(b);
  const pil_spec *spec = b->stopped ? NULL : find_spelled(b, pil_text_get(&spelled));
  if (spec == NULL && !b->stopped) spec = add_spec(b, value, what, pil_text_get(&spelled));
  pil_text_free(&spelled);
  return spec;
}

const pil_spec *pil_build_spec(pil_build *b, const pil_symbol *s) {
  if (s->kind == PIL_KNOWN_TABLE && s->table->settings != NULL) return read_spec(b, s->table->settings, "draw.from");
  if (s->kind != PIL_KNOWN_TEXT && s->kind != PIL_KNOWN_OBJECT && s->kind != PIL_KNOWN_TABLE) return NULL;
  return read_spec(b, known_value(b, s, 0), "draw.from");
}

/* Bounds stand beside the family, but metalog's own stand inside. */
static bool is_bound(const pil_family_record *record, const char *key) {
  bool is_own = pil_family_index(record) == PIL_FAMILY_metalog && strcmp(key, "clamp") != 0;
  return !is_own && pil_family_bounds_name(record, key);
}

const pil_spec *pil_build_family_spec(pil_build *b, const pil_family_record *record, const pil_symbol *tables,
                                      size_t count) {
  pil_value *inner = known_value(b, &tables[0], 0);
  size_t entry_count = inner != NULL && inner->kind == PIL_KIND_MAP ? inner->count : 0;
  pil_value *whole = new_value(b, 0, entry_count + 1), *kept = new_value(b, 0, entry_count + 1);
  if (inner == NULL || whole == NULL || kept == NULL) return NULL;
  for (size_t i = 0; i < entry_count; i++) {
    pil_value *to = is_bound(record, inner->entries[i].key) ? whole : kept;
    to->entries[to->count++] = inner->entries[i];
  }
  if (count == 2) { /* two lists, by position */
    pil_value *both = new_value(b, 2, 0);
    if (both == NULL || !add_item(b, both, &tables[0], 0) || !add_item(b, both, &tables[1], 0)) return NULL;
    inner = both;
  } else if (entry_count > 0) {
    inner = kept;
  }
  whole->entries[whole->count++] = (pil_entry){record->name, PIL_NOWHERE, inner};
  return read_spec(b, whole, "draw");
}
