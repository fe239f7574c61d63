/* Variants: what each changes laid over the scenario's own inputs and settings.
 * SPDX-License-Identifier: Apache-2.0 */
#include "variants.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../data/yaml.h"
#include "../random/distribution.h"

static const char *key_at(const void *map, size_t index) {
  return ((const pil_value *)map)->entries[index].key;
}

/* `what` is the thing's noun: `variant "x" sets "volum", no such input; did you mean …`. */
static bool refuse_unknown(const pil_value *map, const char *who, const char *key, pil_place at,
                           const char *noun, pil_error *error) {
  const char *near = map == NULL ? NULL : pil_text_nearest_of(key, key_at, map, map->count);
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s sets \"%s\", an unknown %s%s%s%s%s", who, key,
                       noun, near ? ", did you mean \"" : "", near ? near : "", near ? "\"" : "",
                       near ? "?" : "; only what the scenario has may be set");
}

/* The distribution that an input's map names, or NULL. */
static const char *family_named(const pil_value *map) {
  for (size_t i = 0; map->kind == PIL_KIND_MAP && i < map->count; i++) {
    const char *key = map->entries[i].key;
    if (pil_family_find(key) != NULL || strcmp(key, "range") == 0 || strcmp(key, "row") == 0 ||
        strcmp(key, "value") == 0)
      return key;
  }
  return NULL;
}

/* {uniform: …} over {normal: …} means another distribution, not both. */
static bool replaces_whole(const pil_value *base, const pil_value *change) {
  if (base->kind != PIL_KIND_MAP || change->kind != PIL_KIND_MAP) return true;
  const char *before = family_named(base), *after = family_named(change);
  return before != NULL && after != NULL && strcmp(before, after) != 0;
}

typedef struct merge {
  pil_arena *arena;
  const char *who;  /* "variant \"big bang\"" */
  const char *noun; /* of the names at the top: "input" or "setting" */
  pil_error *error;
} merge;

static pil_value *merge_value(const merge *m, const pil_value *base, const pil_value *change,
                              bool strict);

/* Merges key by key. `strict`: keys must exist in base. */
static pil_value *merge_maps(const merge *m, const pil_value *base, const pil_value *change, bool strict) {
  pil_value *merged = (pil_value *)base;
  for (size_t i = 0; i < change->count; i++) {
    const pil_entry *entry = &change->entries[i];
    const pil_value *old = pil_value_find(base, entry->key);
    if (old == NULL && strict) {
      refuse_unknown(base, m->who, entry->key, entry->key_at, m->noun, m->error);
      return NULL;
    }
    pil_value *fresh = old == NULL ? entry->value : merge_value(m, old, entry->value, strict);
    if (fresh == NULL) return NULL;
    merged = pil_value_map_with(m->arena, merged, entry->key, entry->key_at, fresh);
    if (merged == NULL) {
      pil_error_memory(m->error);
      return NULL;
    }
  }
  return merged;
}

static pil_value *merge_value(const merge *m, const pil_value *base, const pil_value *change,
                              bool strict) {
  return replaces_whole(base, change) ? (pil_value *)change : merge_maps(m, base, change, strict);
}

/* Inputs: names must exist, but within one input's own map (min, max, …) keys may be added. */
static pil_value *merge_inputs(const merge *m, const pil_value *base, const pil_value *change) {
  pil_value *merged = (pil_value *)base;
  for (size_t i = 0; i < change->count; i++) {
    const pil_entry *entry = &change->entries[i];
    const pil_value *old = base == NULL ? NULL : pil_value_find(base, entry->key);
    if (old == NULL) {
      refuse_unknown(base, m->who, entry->key, entry->key_at, m->noun, m->error);
      return NULL;
    }
    pil_value *fresh = merge_value(m, old, entry->value, false);
    if (fresh == NULL) return NULL;
    merged = pil_value_map_with(m->arena, merged, entry->key, entry->key_at, fresh);
    if (merged == NULL) {
      pil_error_memory(m->error);
      return NULL;
    }
  }
  return merged;
}

/* A key in a variant that is no section: most likely an input or setting one level too high. */
static bool refuse_section(const pil_value *root, const char *variant, const pil_entry *entry,
                           pil_error *error) {
  static const char *const sections[] = {"inputs", "settings"};
  char who[160];
  snprintf(who, sizeof who, "variant \"%.100s\"", variant);
  for (size_t i = 0; i < 2; i++) {
    const pil_value *map = pil_value_find(root, sections[i]);
    if (map == NULL || map->kind != PIL_KIND_MAP) continue;
    const char *near = pil_value_find(map, entry->key) ? entry->key
                                                       : pil_text_nearest_of(entry->key, key_at, map, map->count);
    if (near == NULL) continue;
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                         "%s sets \"%s\", an unknown key; a variant may set about, inputs and "
                         "settings, so write %s: {%s: …}",
                         who, entry->key, sections[i], near);
  }
  return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                       "%s sets \"%s\", an unknown key; a variant may set about, inputs and settings",
                       who, entry->key);
}

static bool read_variant(pil_arena *arena, const pil_value *root, const char *name,
                         const pil_value *change, pil_variant_values *out, pil_error *error) {
  const char *who = pil_arena_format(arena, "variant \"%s\"", name);
  if (who == NULL) return pil_error_memory(error);
  if (change->kind != PIL_KIND_NULL) PIL_TRY(pil_value_get_map(change, who, error));
  out->name = name;
  out->about = "";
  out->inputs = pil_value_find(root, "inputs");
  out->settings = pil_value_find(root, "settings");
  for (size_t i = 0; i < change->count; i++) {
    const pil_entry *entry = &change->entries[i];
    bool inputs = strcmp(entry->key, "inputs") == 0;
    if (strcmp(entry->key, "about") == 0) {
      PIL_TRY(pil_value_get_text(entry->value, "about", &out->about, error));
    } else if (inputs || strcmp(entry->key, "settings") == 0) {
      merge m = {arena, who, inputs ? "input" : "setting", error};
      const pil_value **target = inputs ? &out->inputs : &out->settings;
      PIL_TRY(pil_value_get_map(entry->value, entry->key, error));
      if (!inputs && *target == NULL && entry->value->count > 0)
        return refuse_unknown(NULL, who, entry->value->entries[0].key,
                              entry->value->entries[0].key_at, "setting", error);
      if (entry->value->count == 0) continue;
      *target = inputs ? merge_inputs(&m, *target, entry->value)
                       : merge_maps(&m, *target, entry->value, true);
      if (*target == NULL) return false;
    } else {
      return refuse_section(root, name, entry, error);
    }
  }
  return true;
}

/* Lays `value` at the dotted `path` below `target`; list items count from 1. NULL on error. */
static pil_value *set_at(pil_arena *arena, const pil_value *target, const char *path,
                         const char *whole_path, pil_value *value, pil_error *error) {
  const char *dot = strchr(path, '.');
  size_t length = dot == NULL ? strlen(path) : (size_t)(dot - path);
  char *key = pil_arena_copy(arena, path, length);
  if (key == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  char *end;
  unsigned long index = strtoul(key, &end, 10);
  bool in_list = target->kind == PIL_KIND_LIST && *key != '\0' && *end == '\0' && index >= 1 &&
                 index <= target->count;
  const pil_value *old = in_list ? target->items[index - 1] : pil_value_find(target, key);
  if (old == NULL) {
    const char *near = target->kind == PIL_KIND_MAP
                           ? pil_text_nearest_of(key, key_at, target, target->count)
                           : NULL;
    pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--set %s: there is no \"%s\"%s%s%s", whole_path,
                  key, near ? ", did you mean \"" : target->kind == PIL_KIND_LIST ? " in this list" : "",
                  near ? near : "", near ? "\"?" : "");
    return NULL;
  }
  pil_value *fresh = dot == NULL ? value : set_at(arena, old, dot + 1, whole_path, value, error);
  if (fresh == NULL) return NULL;
  pil_value *changed = in_list ? pil_value_list_with(arena, target, index - 1, fresh)
                               : pil_value_map_with(arena, target, key, fresh->at, fresh);
  if (changed == NULL) pil_error_memory(error);
  return changed;
}

/* "plan" of "plan.2.share"; "" when out of memory, which no map holds. */
static const char *first_name(pil_arena *arena, const char *path) {
  char *name = pil_arena_copy(arena, path, strcspn(path, "."));
  return name == NULL ? "" : name;
}

static bool apply_setting(pil_arena *arena, const char *setting, pil_variant_values *variant,
                          pil_error *error) {
  const char *equals = strchr(setting, '=');
  if (equals == NULL || equals == setting) {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--set %s: expected PATH=VALUE, for example volume=\"90000 to 140000\"", setting);
  }
  char *path = pil_arena_copy(arena, setting, (size_t)(equals - setting));
  pil_value *value;
  if (path == NULL) return pil_error_memory(error);
  PIL_TRY(pil_yaml_read(arena, "--set", equals + 1, strlen(equals + 1), &value, error));
  bool in_settings = strncmp(path, "settings.", 9) == 0;
  bool in_inputs = strncmp(path, "inputs.", 7) == 0;
  const char *rest = path + (in_settings ? 9 : in_inputs ? 7 : 0);
  const pil_value **target = in_settings ? &variant->settings : &variant->inputs;
  if (!in_settings && pil_value_find(*target, first_name(arena, rest)) == NULL &&
      pil_value_find(variant->settings, first_name(arena, rest)) != NULL) {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--set %s: no input has that name, but a setting does: write settings.%s", path, rest);
  }
  if (*target == NULL) {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--set %s: the scenario has no %s", path,
                         in_settings ? "settings" : "inputs");
  }
  *target = set_at(arena, *target, rest, path, value, error);
  return *target != NULL;
}

static bool is_wanted(const char *name, const char *const *wanted, size_t wanted_count) {
  for (size_t i = 0; i < wanted_count; i++)
    if (strcmp(name, wanted[i]) == 0) return true;
  return wanted_count == 0;
}

static bool check_wanted(const pil_value *variants, const char *const *wanted, size_t wanted_count,
                         pil_error *error) {
  for (size_t i = 0; i < wanted_count; i++) {
    if (variants != NULL && pil_value_find(variants, wanted[i]) != NULL) continue;
    const char *near = variants == NULL ? NULL
                                        : pil_text_nearest_of(wanted[i], key_at, variants, variants->count);
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--variant: there is no variant \"%s\"%s%s%s",
                         wanted[i], near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  }
  return true;
}

bool pil_variants_read(pil_arena *arena, const pil_value *root, const char *const *wanted,
                       size_t wanted_count, const char *const *settings, size_t setting_count,
                       pil_variant_values **variants, size_t *variant_count, pil_error *error) {
  static pil_value nothing = {.kind = PIL_KIND_NULL};
  const pil_value *map = pil_value_find(root, "variants");
  if (map != NULL) PIL_TRY(pil_value_get_map(map, "variants", error));
  if (map != NULL && map->count == 0) map = NULL;
  PIL_TRY(check_wanted(map, wanted, wanted_count, error));
  size_t count = map == NULL ? 1 : map->count, kept = 0;
  pil_variant_values *list = pil_arena_array(arena, count, sizeof *list);
  if (list == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    const char *name = map == NULL ? "base" : map->entries[i].key;
    const pil_value *change = map == NULL ? &nothing : map->entries[i].value;
    PIL_TRY(read_variant(arena, root, name, change, &list[kept], error));
    for (size_t s = 0; s < setting_count; s++)
      PIL_TRY(apply_setting(arena, settings[s], &list[kept], error));
    if (is_wanted(name, wanted, wanted_count)) kept++;
  }
  *variants = list;
  *variant_count = kept;
  return true;
}
