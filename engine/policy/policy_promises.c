/* What a policy's scenario promises of it: reading never, always, monotone and domain.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_promises.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/text.h"

enum { MOST_PROMISES = 200 };

/* ---- never, always ---- */

static bool add_expression(pil_policy *policy, pil_promises *all, pil_promise_kind kind, const char *key,
                           const pil_value *value, pil_error *error) {
  static const char expected[] = "a Lua expression over d, p and level, such as \"d.sensitive and level == 'auto'\"";
  if (value->kind != PIL_KIND_TEXT) return pil_value_refuse(value, key, expected, error);
  const char *text = value->text + strspn(value->text, " \t\n");
  if (*text == '=') text++;
  text += strspn(text, " \t\n");
  if (*text == '\0') return pil_value_refuse(value, key, expected, error);
  size_t length = strlen(text);
  while (length > 0 && strchr(" \t\n", text[length - 1]) != NULL) length--;
  pil_promise *promise = &all->promises[all->promise_count++];
  *promise = (pil_promise){.kind = kind, .expression = {text, value->at}, .at = value->at};
  promise->text = pil_arena_format(&policy->rollout.arena, "%s %.*s", key, (int)length, text);
  return promise->text != NULL || pil_error_memory(error);
}

static bool read_expressions(pil_policy *policy, pil_promises *all, pil_promise_kind kind, const char *key, pil_error *error) {
  const pil_value *value = pil_value_find(policy->rollout.root, key);
  if (value == NULL) return true;
  if (value->kind != PIL_KIND_LIST) return add_expression(policy, all, kind, key, value, error);
  for (size_t i = 0; i < value->count; i++) PIL_TRY(add_expression(policy, all, kind, key, value->items[i], error));
  return true;
}

/* ---- monotone ---- */

static bool find_entry_field(const pil_policy *policy, const pil_entry *entry, const char *what, const pil_field **field,
                             pil_error *error) {
  const pil_value named = {.kind = PIL_KIND_TEXT, .text = entry->key, .at = entry->key_at};
  return pil_policy_find_field(policy, &named, what, field, error);
}

static bool read_direction(pil_policy *policy, pil_promises *all, const pil_entry *entry, pil_error *error) {
  pil_promise *promise = &all->promises[all->promise_count++];
  char what[160];
  snprintf(what, sizeof what, "monotone: %.100s", entry->key);
  *promise = (pil_promise){.kind = PIL_PROMISE_MONOTONE, .at = entry->key_at};
  PIL_TRY(find_entry_field(policy, entry, "monotone", &promise->field, error));
  const char *word = entry->value->kind == PIL_KIND_TEXT ? entry->value->text : "";
  promise->falls = strcmp(word, "down") == 0;
  if (!promise->falls && strcmp(word, "up") != 0)
    return pil_value_refuse(entry->value, what, "up (raising it never loosens the level) or down (lowering it never does)", error);
  if (promise->field->kind == PIL_FIELD_TEXT)
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "%s: the field holds texts, which have no order", what);
  if (promise->field->expression >= 0 || promise->field->each > 0)
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "%s: the field %s", what,
                         promise->field->each > 0 ? "holds several numbers" : "is computed from others, which would change with it");
  promise->text = pil_arena_format(&policy->rollout.arena, "monotone %s: %s", promise->field->name, word);
  return promise->text != NULL || pil_error_memory(error);
}

static bool read_monotone(pil_policy *policy, pil_promises *all, pil_error *error) {
  const pil_value *map = pil_value_find(policy->rollout.root, "monotone");
  if (map == NULL) return true;
  PIL_TRY(pil_value_get_map(map, "monotone", error));
  for (size_t i = 0; i < map->count; i++) PIL_TRY(read_direction(policy, all, &map->entries[i], error));
  return true;
}

/* ---- domain ---- */

static bool read_numbers(const pil_value *list, const char *what, pil_domain *domain, pil_error *error) {
  if (list->kind != PIL_KIND_LIST || list->count != 2)
    return pil_value_refuse(list, what, "a range [LOWEST, HIGHEST], such as [0, 1000000]", error);
  PIL_TRY(pil_value_get_number(list->items[0], what, &domain->low, error));
  PIL_TRY(pil_value_get_number(list->items[1], what, &domain->high, error));
  bool is_whole = domain->field->kind == PIL_FIELD_INTEGER;
  double low = is_whole ? ceil(domain->low) : domain->low, high = is_whole ? floor(domain->high) : domain->high;
  if (!(low <= high) || (isinf(low) && low == high))
    return pil_error_set(error, PIL_FAILURE_INPUT, list->at, "%s: the range from %s to %s is empty%s", what, list->items[0]->text,
                         list->items[1]->text, is_whole && domain->low <= domain->high ? ": the field holds whole numbers" : "");
  domain->low = low;
  domain->high = high;
  return true;
}

static bool refuse_empty(const pil_value *list, const char *what, pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_INPUT, list->at, "%s: the list is empty: no decision could be made", what);
}

static bool read_truths(const pil_value *list, const char *what, pil_domain *domain, pil_error *error) {
  if (list->kind == PIL_KIND_LIST && list->count == 0) return refuse_empty(list, what, error);
  if (list->kind != PIL_KIND_LIST)
    return pil_value_refuse(list, what, "a list of true and false, such as [false]", error);
  for (size_t i = 0; i < list->count; i++) {
    bool truth;
    PIL_TRY(pil_value_get_boolean(list->items[i], what, &truth, error));
    domain->truths[truth] = true;
  }
  return true;
}

static bool read_texts(pil_arena *arena, const pil_value *list, const char *what, pil_domain *domain, pil_error *error) {
  if (list->kind == PIL_KIND_LIST && list->count == 0) return refuse_empty(list, what, error);
  if (list->kind != PIL_KIND_LIST)
    return pil_value_refuse(list, what, "a list of texts, such as [retail, loyalty]", error);
  const char **texts = pil_arena_array(arena, list->count, sizeof *texts);
  if (texts == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < list->count; i++) {
    PIL_TRY(pil_value_get_text(list->items[i], what, &texts[domain->text_count], error));
    for (size_t j = 0; j < domain->text_count; j++)
      if (strcmp(texts[j], texts[domain->text_count]) == 0)
        return pil_error_set(error, PIL_FAILURE_INPUT, list->items[i]->at, "%s: \"%s\" stands there twice", what, texts[j]);
    domain->text_count++;
  }
  domain->texts = texts;
  return true;
}

static bool read_domain(pil_policy *policy, const pil_entry *entry, pil_domain *domain, pil_error *error) {
  char what[160];
  snprintf(what, sizeof what, "domain: %.100s", entry->key);
  *domain = (pil_domain){.at = entry->key_at};
  PIL_TRY(find_entry_field(policy, entry, "domain", &domain->field, error));
  if (domain->field->expression >= 0)
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at,
                         "%s: the field is computed: its values follow from those of the fields that it is made of", what);
  switch (domain->field->kind) {
    case PIL_FIELD_BOOLEAN: return read_truths(entry->value, what, domain, error);
    case PIL_FIELD_TEXT: return read_texts(&policy->rollout.arena, entry->value, what, domain, error);
    default: return read_numbers(entry->value, what, domain, error);
  }
}

static bool read_domains(pil_policy *policy, pil_promises *all, pil_error *error) {
  const pil_value *map = pil_value_find(policy->rollout.root, "domain");
  if (map == NULL) return true;
  PIL_TRY(pil_value_get_map(map, "domain", error));
  all->domains = pil_arena_array(&policy->rollout.arena, map->count + 1, sizeof *all->domains);
  if (all->domains == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < map->count; i++)
    PIL_TRY(read_domain(policy, &map->entries[i], &all->domains[all->domain_count++], error));
  return true;
}

/* ---- the whole ---- */

static size_t count_of(const pil_value *value) {
  return value == NULL ? 0 : value->kind == PIL_KIND_LIST || value->kind == PIL_KIND_MAP ? value->count : 1;
}

bool pil_policy_read_promises(pil_policy *policy, pil_error *error) {
  static const char *const keys[] = {"never", "always", "monotone"};
  pil_arena *arena = &policy->rollout.arena;
  pil_promises *all = pil_arena_new(arena, sizeof *all);
  size_t count = 0;
  if (all == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) count += count_of(pil_value_find(policy->rollout.root, keys[i]));
  if (count > MOST_PROMISES)
    return pil_error_set(error, PIL_FAILURE_INPUT, policy->rollout.root->at, "never, always, monotone: %zu promises; at most %d",
                         count, MOST_PROMISES);
  all->promises = pil_arena_array(arena, count + 1, sizeof *all->promises);
  if (all->promises == NULL) return pil_error_memory(error);
  policy->promises = all;
  return read_expressions(policy, all, PIL_PROMISE_NEVER, "never", error) &&
         read_expressions(policy, all, PIL_PROMISE_ALWAYS, "always", error) && read_monotone(policy, all, error) &&
         read_domains(policy, all, error);
}

bool pil_policy_check_promises(const pil_policy *policy, pil_error *error) {
  const pil_promises *all = policy->promises;
  for (size_t i = 0; all != NULL && i < all->promise_count; i++) {
    const pil_promise *promise = &all->promises[i];
    if (promise->kind == PIL_PROMISE_MONOTONE) continue;
    const pil_script_names names = {.arguments = PIL_PROMISE_ARGUMENTS,
                                    .fields = policy->inputs.fields,
                                    .field_count = policy->inputs.field_count,
                                    .argument = 2,
                                    .words = pil_level_names,
                                    .word_count = PIL_LEVELS,
                                    .word_what = "level"};
    PIL_TRY(pil_script_check_expression(&promise->expression, promise->kind == PIL_PROMISE_NEVER ? "never" : "always", &names, error));
  }
  return true;
}
