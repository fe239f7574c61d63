/* The people of a policy's scenario: `levels:`, `reviewers:` and `service:`.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "policy.h"

/* A number between two bounds at `key` of a map; absent: as it is. */
static bool read_number(const pil_value *map, const char *what, const char *key, double low, double high,
                        double *out, pil_error *error) {
  const pil_value *value = pil_value_find(map, key);
  char own[160];
  if (value == NULL) return true;
  snprintf(own, sizeof own, "%.100s: %s", what, key);
  PIL_TRY(pil_value_get_number(value, own, out, error));
  if (*out >= low && *out <= high) return true;
  return isinf(high) ? pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: expected %g or more, found %s", own, low, value->text)
                     : pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: expected %g to %g, found %s", own, low, high, value->text);
}

static bool read_level(pil_policy *policy, const pil_entry *entry, pil_level_spec *level, pil_error *error) {
  static const char *const keys[] = {"minutes", "rounds", "catches", "disturbs", "priority", "about", NULL};
  char what[80], own[100];
  snprintf(what, sizeof what, "levels: %s", entry->key);
  PIL_TRY(pil_value_get_map(entry->value, what, error));
  PIL_TRY(pil_value_check_keys(entry->value, what, keys, error));
  const pil_value *minutes = pil_value_find(entry->value, "minutes"), *rounds = pil_value_find(entry->value, "rounds");
  const pil_value *priority = pil_value_find(entry->value, "priority");
  if (minutes == NULL) return pil_value_refuse(entry->value, what, "minutes: how long a decision takes, such as 2 to 15", error);
  *level = (pil_level_spec){.is_there = true};
  snprintf(own, sizeof own, "%s: minutes", what);
  PIL_TRY(pil_policy_read_amount(policy, minutes, own, &level->minutes, error));
  snprintf(own, sizeof own, "%s: rounds", what);
  if (rounds != NULL) PIL_TRY(pil_policy_read_amount(policy, rounds, own, &level->rounds, error));
  snprintf(own, sizeof own, "%s: priority", what);
  if (priority != NULL)
    PIL_TRY(pil_value_get_whole(priority, own, 0, PIL_QUEUE_CLASSES - 1, &level->priority, error));
  PIL_TRY(read_number(entry->value, what, "catches", 0, 1, &level->catches, error));
  return read_number(entry->value, what, "disturbs", 0, 1, &level->disturbs, error);
}

static bool read_levels(pil_policy *policy, pil_error *error) {
  static const char *const keys[] = {"review", "exception", "collaborate", NULL};
  const pil_value *levels = pil_value_find(policy->rollout.root, "levels");
  if (levels == NULL) return true;
  PIL_TRY(pil_value_get_map(levels, "levels", error));
  PIL_TRY(pil_value_check_keys(levels, "levels", keys, error));
  for (size_t i = 0; i < levels->count; i++)
    PIL_TRY(read_level(policy, &levels->entries[i], &policy->levels[pil_level_find(levels->entries[i].key)], error));
  return true;
}

static bool read_reviewers(pil_policy *policy, pil_error *error) {
  static const char *const keys[] = {"count", "hours_per_day", "cost_per_hour", "shrinkage", "fatigue", "about", NULL};
  const pil_value *reviewers = pil_value_find(policy->rollout.root, "reviewers");
  pil_desk *desk = &policy->desk;
  if (reviewers == NULL) return true;
  PIL_TRY(pil_value_get_map(reviewers, "reviewers", error));
  PIL_TRY(pil_value_check_keys(reviewers, "reviewers", keys, error));
  PIL_TRY(read_number(reviewers, "reviewers", "count", 0, 10000, &desk->count, error));
  PIL_TRY(read_number(reviewers, "reviewers", "hours_per_day", 0.01, 24, &desk->hours_per_day, error));
  PIL_TRY(read_number(reviewers, "reviewers", "cost_per_hour", 0, INFINITY, &policy->cost_per_hour, error));
  PIL_TRY(read_number(reviewers, "reviewers", "shrinkage", 0, 1, &desk->shrinkage, error));
  return read_number(reviewers, "reviewers", "fatigue", 0, 1, &desk->fatigue, error);
}

static bool read_service(pil_policy *policy, pil_error *error) {
  static const char *const keys[] = {"target_minutes", "share", "timeout", "on_timeout", "about", NULL};
  static const char *const ways[] = {"hold", "approve", "decline"};
  const pil_value *service = pil_value_find(policy->rollout.root, "service");
  pil_desk *desk = &policy->desk;
  if (service == NULL) return true;
  PIL_TRY(pil_value_get_map(service, "service", error));
  PIL_TRY(pil_value_check_keys(service, "service", keys, error));
  PIL_TRY(read_number(service, "service", "target_minutes", 0, INFINITY, &desk->target_minutes, error));
  PIL_TRY(read_number(service, "service", "share", 0, 1, &policy->wanted_share, error));
  PIL_TRY(read_number(service, "service", "timeout", 0, INFINITY, &desk->timeout_minutes, error));
  const pil_value *way = pil_value_find(service, "on_timeout");
  const char *text;
  if (way == NULL) return true;
  PIL_TRY(pil_value_get_text(way, "service: on_timeout", &text, error));
  for (int i = 0; i < 3; i++) {
    if (strcmp(text, ways[i]) != 0) continue;
    desk->on_timeout = (pil_on_timeout)i;
    return true;
  }
  return pil_value_refuse(way, "service: on_timeout", "hold, approve or decline", error);
}

bool pil_policy_read_people(pil_policy *policy, pil_error *error) {
  pil_desk *desk = &policy->desk;
  *desk = (pil_desk){.count = 1, .hours_per_day = 8, .days = (double)policy->days, .target_minutes = INFINITY,
                     .timeout_minutes = INFINITY};
  policy->wanted_share = 0.8;
  PIL_TRY(read_levels(policy, error));
  PIL_TRY(read_reviewers(policy, error));
  PIL_TRY(read_service(policy, error));
  for (int l = 0; l < PIL_LEVELS; l++) {
    desk->catches[l] = policy->levels[l].catches;
    desk->disturbs[l] = policy->levels[l].disturbs;
  }
  return true;
}
