/* How a variant's values are laid over the scenario's own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "merge.h"

#include <string.h>

#include "../base/text.h"
#include "../data/spec.h"

static const char *key_at(const void *map, size_t index) {
  return ((const pil_value *)map)->entries[index].key;
}

const char *pil_merge_nearest(const pil_value *map, const char *key) {
  if (map == NULL || map->kind != PIL_KIND_MAP) return NULL;
  return pil_text_nearest_of(key, key_at, map, map->count);
}

static pil_value *refuse_unknown(const pil_merge *merge, const pil_value *map,
                                 const pil_entry *entry, pil_error *error) {
  const char *near = pil_merge_nearest(map, entry->key);
  pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "%s sets \"%s\", an unknown %s%s%s%s",
                merge->who, entry->key, merge->inputs ? "input" : "setting",
                near ? ", did you mean \"" : "", near ? near : "",
                near ? "\"?" : "; only what the scenario has may be set");
  return NULL;
}

static pil_value *put(const pil_merge *merge, const pil_value *map, const pil_entry *entry,
                      const pil_value *value, pil_error *error) {
  pil_value *changed =
      pil_value_map_with(merge->arena, map, entry->key, entry->key_at, (pil_value *)value);
  if (changed == NULL) pil_error_memory(error);
  return changed;
}

/* ---- distributions ---- */

/* What an input or setting is drawn from: the entry that names it, or NULL. */
static const pil_entry *find_source(const pil_merge *merge, const pil_value *map) {
  const pil_entry *family = pil_spec_family(map);
  if (family != NULL || !merge->inputs) return family;
  for (size_t i = 0; map->kind == PIL_KIND_MAP && i < map->count; i++) {
    const char *key = map->entries[i].key;
    if (strcmp(key, "row") == 0 || strcmp(key, "value") == 0) return &map->entries[i];
  }
  return NULL;
}

static bool holds_options_only(const pil_value *map) {
  for (size_t i = 0; i < map->count; i++)
    if (!pil_spec_is_option(map->entries[i].key)) return false;
  return true;
}

/* {mean, sd} over {p5, p95}: nothing in common, and too much for an addition. */
static bool is_another_form(const pil_value *base, const pil_value *change) {
  if (base->kind != PIL_KIND_MAP || change->kind != PIL_KIND_MAP) return true;
  for (size_t i = 0; i < change->count; i++)
    if (pil_value_find(base, change->entries[i].key) != NULL) return false;
  return change->count > 1;
}

static pil_value *merge_freely(const pil_merge *merge, const pil_value *base,
                               const pil_value *change, pil_error *error);

/* `base` without what it is drawn from. */
static pil_value *keep_options(const pil_merge *merge, const pil_value *base, pil_error *error) {
  pil_value *kept = pil_arena_new(merge->arena, sizeof *kept);
  pil_entry *entries = pil_arena_array(merge->arena, base->count + 1, sizeof *entries);
  if (kept == NULL || entries == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  *kept = *base;
  kept->entries = entries;
  kept->count = 0;
  for (size_t i = 0; i < base->count; i++)
    if (pil_spec_is_option(base->entries[i].key)) entries[kept->count++] = base->entries[i];
  return kept;
}

static pil_value *merge_distribution(const pil_merge *merge, const pil_value *base,
                                     const pil_value *change, pil_error *error) {
  const pil_entry *before = find_source(merge, base), *after = find_source(merge, change);
  pil_value *merged = (pil_value *)base;
  bool another = after != NULL && strcmp(before->key, after->key) != 0;
  if (another) merged = keep_options(merge, base, error);
  for (size_t i = 0; merged != NULL && i < change->count; i++) {
    const pil_entry *entry = &change->entries[i];
    const pil_value *old = pil_value_find(merged, entry->key), *fresh = entry->value;
    if (old != NULL && !is_another_form(old, fresh)) fresh = merge_freely(merge, old, fresh, error);
    merged = fresh == NULL ? NULL : put(merge, merged, entry, fresh, error);
  }
  if (merged != NULL) merged->at = change->at; /* a copy: something was put */
  return merged;
}

/* ---- maps ---- */

/* Parameters of a distribution: keys may be added. */
static pil_value *merge_freely(const pil_merge *merge, const pil_value *base,
                               const pil_value *change, pil_error *error) {
  if (base->kind != PIL_KIND_MAP || change->kind != PIL_KIND_MAP) return (pil_value *)change;
  pil_value *merged = (pil_value *)base;
  for (size_t i = 0; merged != NULL && i < change->count; i++) {
    const pil_entry *entry = &change->entries[i];
    const pil_value *old = pil_value_find(base, entry->key);
    pil_value *fresh = old == NULL ? entry->value : merge_freely(merge, old, entry->value, error);
    merged = fresh == NULL ? NULL : put(merge, merged, entry, fresh, error);
  }
  return merged;
}

static pil_value *merge_value(const pil_merge *merge, const pil_value *base,
                              const pil_value *change, pil_error *error) {
  if (change->kind != PIL_KIND_MAP || change->count == 0) {
    bool both_maps = base->kind == PIL_KIND_MAP && change->kind == PIL_KIND_MAP;
    return (pil_value *)(both_maps ? base : change);
  }
  if (merge->inputs) base = pil_merge_input_map(merge->arena, base);
  if (base == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  if (base->kind != PIL_KIND_MAP) return (pil_value *)change;
  bool drawn = find_source(merge, base) != NULL;
  if (drawn && (find_source(merge, change) != NULL || holds_options_only(change)))
    return merge_distribution(merge, base, change, error);
  return merge->inputs ? merge_freely(merge, base, change, error)
                       : pil_merge_maps(merge, base, change, error);
}

pil_value *pil_merge_maps(const pil_merge *merge, const pil_value *base, const pil_value *change,
                          pil_error *error) {
  pil_value *merged = (pil_value *)base;
  for (size_t i = 0; i < change->count; i++) {
    const pil_entry *entry = &change->entries[i];
    const pil_value *old = pil_value_find(base, entry->key);
    if (old == NULL) return refuse_unknown(merge, base, entry, error);
    pil_value *fresh = merge_value(merge, old, entry->value, error);
    if (fresh != NULL) merged = put(merge, merged, entry, fresh, error);
    if (fresh == NULL || merged == NULL) return NULL;
  }
  return merged;
}

const pil_value *pil_merge_input_map(pil_arena *arena, const pil_value *input) {
  if (input->kind == PIL_KIND_MAP || input->kind == PIL_KIND_LIST || input->kind == PIL_KIND_NULL)
    return input;
  const char *key = input->kind == PIL_KIND_TEXT && pil_spec_is(input) ? "range" : "value";
  pil_value *map = pil_value_map_with(arena, NULL, key, input->at, (pil_value *)input);
  return map;
}
