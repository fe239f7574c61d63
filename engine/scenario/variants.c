/* Variants: what each changes laid over the scenario's own inputs and settings.
 * SPDX-License-Identifier: Apache-2.0 */
#include "variants.h"

#include <stdlib.h>
#include <string.h>

#include "../data/spec.h"
#include "../data/yaml.h"
#include "merge.h"

/* A key in a variant that is no section: most likely an input or setting one level too high. */
static bool refuse_section(const pil_value *root, const char *variant, const pil_entry *entry,
                           pil_error *error) {
  static const char *const sections[] = {"inputs", "settings"};
  char who[160];
  snprintf(who, sizeof who, "variant \"%.100s\"", variant);
  for (size_t i = 0; i < 2; i++) {
    const pil_value *map = pil_value_find(root, sections[i]);
    if (map == NULL || map->kind != PIL_KIND_MAP) continue;
    const char *near =
        pil_value_find(map, entry->key) ? entry->key : pil_merge_nearest(map, entry->key);
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
      const char *what = pil_arena_format(arena, "%s: about", who);
      if (what == NULL) return pil_error_memory(error);
      PIL_TRY(pil_value_get_text(entry->value, what, &out->about, error));
    } else if (inputs || strcmp(entry->key, "settings") == 0) {
      pil_merge merge = {arena, who, inputs};
      const pil_value **target = inputs ? &out->inputs : &out->settings;
      const char *what = pil_arena_format(arena, "%s: %s", who, entry->key);
      if (what == NULL) return pil_error_memory(error);
      PIL_TRY(pil_value_get_map(entry->value, what, error));
      if (entry->value->count == 0) continue;
      *target = pil_merge_maps(&merge, *target, entry->value, error);
      if (*target == NULL) return false;
    } else {
      return refuse_section(root, name, entry, error);
    }
  }
  return true;
}

/* One value on its way to its path. */
typedef struct assignment {
  pil_arena *arena;
  const pil_path_user *user;
  const char *path; /* as given */
  pil_value *value;
  bool inputs; /* it changes an input, else a setting */
  pil_error *error;
} assignment;

static pil_value *refuse_path(const assignment *a, const pil_value *target, const char *key) {
  const char *near = pil_merge_nearest(target, key);
  if (near != NULL || target->kind == PIL_KIND_MAP) {
    pil_error_set(a->error, a->user->failure, a->user->at, "%s%s: there is no \"%s\"%s%s%s",
                  a->user->prefix, a->path, key, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  } else if (target->kind == PIL_KIND_LIST) {
    pil_error_set(a->error, a->user->failure, a->user->at,
                  "%s%s: there is no \"%s\" in this list, whose items are 1 to %zu%s", a->user->prefix,
                  a->path, key, target->count, a->user->suffix);
  } else {
    pil_error_set(a->error, a->user->failure, a->user->at, "%s%s: there is no \"%s\" in %s",
                  a->user->prefix, a->path, key, pil_kind_name(target->kind));
  }
  return NULL;
}

/* Whether a number may take the place of `old`: of a number, and of null, which is "no such limit". */
static bool check_place(const assignment *a, const pil_value *old) {
  if (!a->user->only_numbers || a->inputs || old->kind == PIL_KIND_NUMBER || old->kind == PIL_KIND_INTEGER ||
      old->kind == PIL_KIND_NULL)
    return true;
  bool is_whole = old->kind == PIL_KIND_LIST || old->kind == PIL_KIND_MAP;
  return pil_error_set(a->error, a->user->failure, a->user->at,
                       "%s%s: %s stands there, and %s takes the place of a number%s", a->user->prefix,
                       a->path, pil_kind_name(old->kind), a->user->subject, is_whole ? "; name one in it" : "");
}

/* Lays the value at the dotted `rest` of the path below `target`; list items count from 1, and an
 * input (level 1) may be given options that it lacks. NULL on error. */
static pil_value *set_at(const assignment *a, const pil_value *target, const char *rest, int level) {
  const char *dot = strchr(rest, '.');
  char *key = pil_arena_copy(a->arena, rest, dot == NULL ? strlen(rest) : (size_t)(dot - rest));
  bool is_input = a->inputs && level == 1;
  if (is_input) target = pil_merge_input_map(a->arena, target);
  if (key == NULL || target == NULL) {
    pil_error_memory(a->error);
    return NULL;
  }
  char *end;
  unsigned long index = strtoul(key, &end, 10);
  bool in_list = target->kind == PIL_KIND_LIST && *key >= '1' && *key <= '9' && *end == '\0' &&
                 index <= target->count;
  bool added = is_input && target->kind == PIL_KIND_MAP && dot == NULL && pil_spec_is_option(key);
  const pil_value *old = in_list ? target->items[index - 1] : pil_value_find(target, key);
  if (old == NULL && !added) return refuse_path(a, target, key);
  if (dot == NULL && old != NULL && !check_place(a, old)) return NULL;
  pil_value *fresh = dot == NULL ? a->value : set_at(a, old, dot + 1, level + 1);
  if (fresh == NULL) return NULL;
  pil_value *changed = in_list ? pil_value_list_with(a->arena, target, index - 1, fresh)
                               : pil_value_map_with(a->arena, target, key, fresh->at, fresh);
  if (changed == NULL) pil_error_memory(a->error);
  return changed;
}

/* The name at the top of a path names nothing: what may have been meant. */
static bool refuse_name(const assignment *a, const pil_variant_values *variant, const char *name) {
  const char *thing = a->inputs ? "input" : "setting";
  const pil_value *own = a->inputs ? variant->inputs : variant->settings;
  if (a->inputs && pil_value_find(variant->settings, name) != NULL) {
    return pil_error_set(a->error, a->user->failure, a->user->at,
                         "%s%s: no input has that name, but a setting does: write settings.%s",
                         a->user->prefix, a->path, a->path);
  }
  const char *near = pil_merge_nearest(own, name);
  if (near != NULL) {
    return pil_error_set(a->error, a->user->failure, a->user->at,
                         "%s%s: there is no %s \"%s\", did you mean \"%s\"?", a->user->prefix, a->path, thing,
                         name, near);
  }
  return pil_error_set(a->error, a->user->failure, a->user->at,
                       "%s%s: there is no %s \"%s\"; %s changes an input (NAME) or a setting "
                       "(settings.NAME)",
                       a->user->prefix, a->path, thing, name, a->user->subject);
}

bool pil_variant_set(pil_arena *arena, const pil_path_user *user, const char *path, pil_value *value,
                     pil_variant_values *variant, pil_error *error) {
  bool in_settings = strncmp(path, "settings.", 9) == 0;
  bool in_inputs = strncmp(path, "inputs.", 7) == 0;
  assignment a = {arena, user, path, value, !in_settings, error};
  const char *rest = path + (in_settings ? 9 : in_inputs ? 7 : 0);
  const pil_value **target = in_settings ? &variant->settings : &variant->inputs;
  char *name = pil_arena_copy(arena, rest, strcspn(rest, "."));
  if (name == NULL) return pil_error_memory(error);
  if (pil_value_find(*target, name) == NULL) return refuse_name(&a, variant, name);
  *target = set_at(&a, *target, rest, 0);
  return *target != NULL;
}

/* PATH=VALUE in its two parts. */
static bool read_assignment(pil_arena *arena, const char *setting, const char **path, pil_value **value,
                            pil_error *error) {
  const char *equals = strchr(setting, '=');
  if (equals == NULL || equals == setting) {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--set %s: expected PATH=VALUE, for example volume=\"90000 to 140000\"", setting);
  }
  *path = pil_arena_copy(arena, setting, (size_t)(equals - setting));
  const char *file = pil_arena_format(arena, "--set %.*s", (int)(equals - setting), setting);
  if (*path == NULL || file == NULL) return pil_error_memory(error);
  const char *text = equals + 1;
  if (text[strspn(text, " \t\n")] == '\0') {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--set %s: expected a value after the \"=\" (\"\" is the empty text, null is nothing)",
                         *path);
  }
  return pil_yaml_read(arena, file, text, strlen(text), value, error);
}

bool pil_variant_assign(pil_arena *arena, const char *setting, bool among, pil_variant_values *variant,
                        pil_error *error) {
  pil_path_user user = {.prefix = "--set ", .subject = "--set", .suffix = "", .failure = PIL_FAILURE_USAGE};
  const char *path;
  pil_value *value;
  if (among)
    user.suffix = pil_arena_format(arena, ", in variant \"%s\" (--variant NAME runs others)", variant->name);
  if (user.suffix == NULL) return pil_error_memory(error);
  PIL_TRY(read_assignment(arena, setting, &path, &value, error));
  return pil_variant_set(arena, &user, path, value, variant, error);
}

bool pil_scenario_set(pil_arena *arena, const pil_path_user *user, const char *path, pil_value *value,
                      const pil_value **root, pil_error *error) {
  assignment a = {arena, user, path, value, false, error};
  pil_value *changed = set_at(&a, *root, path, 0);
  if (changed == NULL) return false;
  *root = changed;
  return true;
}

bool pil_scenario_assign(pil_arena *arena, const char *setting, const pil_value **root, pil_error *error) {
  static const pil_path_user user = {.prefix = "--set ", .subject = "--set", .suffix = "", .failure = PIL_FAILURE_USAGE};
  const char *path;
  pil_value *value;
  PIL_TRY(read_assignment(arena, setting, &path, &value, error));
  return pil_scenario_set(arena, &user, path, value, root, error);
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
    const char *near = pil_merge_nearest(variants, wanted[i]);
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--variant: there is no variant \"%s\"%s%s%s",
                         wanted[i], near ? ", did you mean \"" : variants == NULL ? "; the scenario has none" : "",
                         near ? near : "", near ? "\"?" : "");
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
    if (!is_wanted(name, wanted, wanted_count)) continue;
    for (size_t s = 0; s < setting_count; s++)
      PIL_TRY(pil_variant_assign(arena, settings[s], count > 1, &list[kept], error));
    kept++;
  }
  *variants = list;
  *variant_count = kept;
  return true;
}
