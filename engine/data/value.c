/* Typed access to values, messages about what was found instead, and changed copies.
 * SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "../base/text.h"
#include "numeral.h"

enum { FOUND_BYTES = 96, FOUND_TEXT_BYTES = 64, KNOWN_KEYS_BYTES = 400 };

static const char *const kind_names[] = {
    [PIL_KIND_NULL] = "nothing",
    [PIL_KIND_BOOLEAN] = "true or false",
    [PIL_KIND_INTEGER] = "a whole number",
    [PIL_KIND_NUMBER] = "a number",
    [PIL_KIND_TEXT] = "a text",
    [PIL_KIND_LIST] = "a list",
    [PIL_KIND_MAP] = "a map",
};

const char *pil_kind_name(pil_kind kind) {
  assert(kind <= PIL_KIND_MAP);
  return kind_names[kind];
}

const pil_value *pil_value_find(const pil_value *map, const char *key) {
  if (map == NULL || map->kind != PIL_KIND_MAP) return NULL;
  for (size_t i = 0; i < map->count; i++)
    if (strcmp(map->entries[i].key, key) == 0) return map->entries[i].value;
  return NULL;
}

/* What stands there, in a few words; long texts are cut at a whole character. */
static void describe_found(const pil_value *value, char *to, size_t to_bytes) {
  char text[FOUND_TEXT_BYTES] = "";
  if (value->text != NULL) pil_text_escape(value->text, strlen(value->text), text, sizeof text);
  const char *cut = value->text != NULL && strlen(value->text) >= sizeof text ? "…" : "";
  switch (value->kind) {
    case PIL_KIND_TEXT:
      snprintf(to, to_bytes, "\"%s%s\"%s", text, cut, value->quoted ? " in quotes" : "");
      break;
    case PIL_KIND_BOOLEAN: snprintf(to, to_bytes, "%s", value->boolean ? "true" : "false"); break;
    case PIL_KIND_INTEGER:
    case PIL_KIND_NUMBER:
      if (value->text != NULL)
        snprintf(to, to_bytes, "%s%s", text, cut);
      else
        snprintf(to, to_bytes, "%.17g", value->number);
      break;
    case PIL_KIND_NULL: snprintf(to, to_bytes, "null (nothing)"); break;
    default: snprintf(to, to_bytes, "%s", pil_kind_name(value->kind));
  }
}

static bool refuse_with(const pil_value *value, const char *what, const char *expected,
                        const char *advice, pil_error *error) {
  if (value == NULL) {
    return pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE, "%s: expected %s, none is given",
                         what, expected);
  }
  char found[FOUND_BYTES];
  describe_found(value, found, sizeof found);
  return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: expected %s, found %s%s", what,
                       expected, found, advice);
}

bool pil_value_refuse(const pil_value *value, const char *what, const char *expected,
                      pil_error *error) {
  return refuse_with(value, what, expected, "", error);
}

static bool is_kind(const pil_value *value, pil_kind kind) {
  return value != NULL && value->kind == kind;
}

bool pil_value_get_number(const pil_value *value, const char *what, double *out, pil_error *error) {
  if (!is_kind(value, PIL_KIND_INTEGER) && !is_kind(value, PIL_KIND_NUMBER))
    return pil_value_refuse(value, what, "a number", error);
  *out = value->number;
  return true;
}

bool pil_value_get_boolean(const pil_value *value, const char *what, bool *out, pil_error *error) {
  if (!is_kind(value, PIL_KIND_BOOLEAN))
    return pil_value_refuse(value, what, "true or false", error);
  *out = value->boolean;
  return true;
}

bool pil_value_get_text(const pil_value *value, const char *what, const char **out,
                        pil_error *error) {
  if (is_kind(value, PIL_KIND_TEXT)) {
    *out = value->text;
    return true;
  }
  bool scalar = value != NULL && value->kind < PIL_KIND_TEXT && value->kind != PIL_KIND_NULL;
  return refuse_with(value, what, "a text", scalar ? "; put it in quotes" : "", error);
}

bool pil_value_get_map(const pil_value *value, const char *what, pil_error *error) {
  return is_kind(value, PIL_KIND_MAP) || pil_value_refuse(value, what, "a map", error);
}

bool pil_value_get_list(const pil_value *value, const char *what, pil_error *error) {
  return is_kind(value, PIL_KIND_LIST) || pil_value_refuse(value, what, "a list", error);
}

typedef enum whole { WHOLE_NONE, WHOLE_NEGATIVE, WHOLE_FITS, WHOLE_HUGE } whole;

/* The exact value of what was written; a double holds every whole number below 2^53 only. */
static whole read_whole(const pil_value *value, uint64_t *out) {
  if (is_kind(value, PIL_KIND_INTEGER)) {
    *out = (uint64_t)value->integer;
    return value->integer < 0 ? WHOLE_NEGATIVE : WHOLE_FITS;
  }
  if (!is_kind(value, PIL_KIND_NUMBER)) return WHOLE_NONE;
  const char *text = value->text;
  if (text != NULL && strpbrk(text, ".eE") == NULL) {
    if (pil_numeral_read_unsigned(text, strlen(text), out)) return WHOLE_FITS;
    return text[0] == '-' ? WHOLE_NEGATIVE : WHOLE_HUGE;
  }
  if (text != NULL && strpbrk(text, "eE") == NULL) return WHOLE_NONE;
  if (value->number < 0) return WHOLE_NEGATIVE;
  if (!(value->number < 0x1p53) || value->number != (double)(uint64_t)value->number)
    return WHOLE_NONE;
  *out = (uint64_t)value->number;
  return WHOLE_FITS;
}

bool pil_value_get_whole(const pil_value *value, const char *what, uint64_t low, uint64_t high,
                         uint64_t *out, pil_error *error) {
  uint64_t number = 0;
  whole read = read_whole(value, &number);
  if (read == WHOLE_FITS && number >= low && number <= high) {
    *out = number;
    return true;
  }
  if (read == WHOLE_NONE) return pil_value_refuse(value, what, "a whole number", error);
  char expected[FOUND_BYTES];
  snprintf(expected, sizeof expected, "a whole number from %" PRIu64 " to %" PRIu64, low, high);
  return pil_value_refuse(value, what, expected, error);
}

static bool refuse_key(const pil_entry *entry, const char *what, const char *const *keys,
                       size_t key_count, pil_error *error) {
  const char *nearest = pil_text_nearest(entry->key, keys, key_count);
  const char *in = what == NULL || *what == '\0' ? "" : " in ";
  if (*in == '\0') what = "";
  if (nearest != NULL) {
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                         "unknown key \"%.80s\"%s%s, did you mean \"%s\"?", entry->key, in, what,
                         nearest);
  }
  char known[KNOWN_KEYS_BYTES];
  size_t used = 0;
  known[0] = '\0';
  for (size_t i = 0; i < key_count && used < sizeof known; i++) {
    used +=
        (size_t)snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ", keys[i]);
  }
  return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                       "unknown key \"%.80s\"%s%s; known are: %s", entry->key, in, what, known);
}

bool pil_value_check_keys(const pil_value *map, const char *what, const char *const *keys,
                          pil_error *error) {
  size_t key_count = 0;
  while (keys[key_count] != NULL) key_count++;
  for (size_t i = 0; map != NULL && i < map->count; i++) {
    size_t k = 0;
    while (k < key_count && strcmp(map->entries[i].key, keys[k]) != 0) k++;
    if (k == key_count) return refuse_key(&map->entries[i], what, keys, key_count, error);
  }
  return true;
}

pil_value *pil_value_map_with(pil_arena *arena, const pil_value *map, const char *key,
                              pil_place key_at, pil_value *value) {
  assert(map == NULL || map->kind == PIL_KIND_MAP);
  size_t count = map == NULL ? 0 : map->count, index = 0;
  while (index < count && strcmp(map->entries[index].key, key) != 0) index++;
  pil_value *copy = pil_arena_new(arena, sizeof *copy);
  pil_entry *entries = pil_arena_array(arena, count + 1, sizeof *entries);
  const char *kept_key =
      index < count ? map->entries[index].key : pil_arena_copy(arena, key, strlen(key));
  if (copy == NULL || entries == NULL || kept_key == NULL) return NULL;
  if (count > 0) memcpy(entries, map->entries, count * sizeof *entries);
  entries[index] = (pil_entry){kept_key, key_at, value};
  *copy = map == NULL ? (pil_value){.kind = PIL_KIND_MAP, .at = key_at} : *map;
  copy->entries = entries;
  copy->count = index < count ? count : count + 1;
  return copy;
}

pil_value *pil_value_list_with(pil_arena *arena, const pil_value *list, size_t index,
                               pil_value *value) {
  assert(list == NULL || list->kind == PIL_KIND_LIST);
  size_t count = list == NULL ? 0 : list->count;
  assert(index <= count);
  pil_value *copy = pil_arena_new(arena, sizeof *copy);
  pil_value **items = pil_arena_array(arena, count + 1, sizeof *items);
  if (copy == NULL || items == NULL) return NULL;
  if (count > 0) memcpy(items, list->items, count * sizeof *items);
  items[index] = value;
  *copy = list == NULL ? (pil_value){.kind = PIL_KIND_LIST, .at = value->at} : *list;
  copy->items = items;
  copy->count = index < count ? count : count + 1;
  return copy;
}
