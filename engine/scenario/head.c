/* The head of every scenario: name, seed, trials, currency, limits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "head.h"

#include <string.h>

static bool read_text(const pil_value *root, const char *key, const char **out, pil_error *error) {
  const pil_value *value = pil_value_find(root, key);
  if (value == NULL) return true;
  return pil_value_get_text(value, key, out, error);
}

static bool read_whole(const pil_value *root, const char *key, uint64_t low, uint64_t high,
                       uint64_t *out, pil_error *error) {
  const pil_value *value = pil_value_find(root, key);
  if (value == NULL) return true;
  return pil_value_get_whole(value, key, low, high, out, error);
}

/* limits: {seconds: 5, memory_mib: 64}. A scenario may only ask for less than the engine allows. */
static bool read_limits(const pil_value *limits, pil_limits *out, pil_error *error) {
  static const char *const keys[] = {"seconds", "memory_mib", NULL};
  if (limits == NULL) return true;
  PIL_TRY(pil_value_get_map(limits, "limits", error));
  PIL_TRY(pil_value_check_keys(limits, "limits", keys, error));
  const pil_value *seconds = pil_value_find(limits, "seconds");
  const pil_value *memory = pil_value_find(limits, "memory_mib");
  if (seconds != NULL) {
    double asked;
    PIL_TRY(pil_value_get_number(seconds, "limits: seconds", &asked, error));
    if (!(asked > 0 && asked <= out->seconds)) {
      return pil_error_set(error, PIL_FAILURE_INPUT, seconds->at,
                           "limits: seconds must be above 0 and at most %g, not %s", out->seconds,
                           seconds->text);
    }
    out->seconds = asked;
  }
  if (memory != NULL) {
    uint64_t asked;
    PIL_TRY(pil_value_get_whole(memory, "limits: memory_mib", 1, out->memory_bytes >> 20, &asked, error));
    out->memory_bytes = (size_t)asked << 20;
  }
  return true;
}

/* Results go where the command line says and nowhere else; a name that reads like a path was
 * perhaps meant to say so. */
static bool check_name(const pil_value *root, const char *name, pil_error *error) {
  if (name[0] != '/' && strstr(name, "../") == NULL && strstr(name, "..\\") == NULL) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, pil_value_find(root, "name")->at,
                       "name: \"%s\" looks like a path; a name is a title and does not choose where results "
                       "are written (--output does)",
                       name);
}

bool pil_head_read(const pil_value *root, const pil_options *options, pil_head *head, pil_error *error) {
  *head = (pil_head){.name = "", .about = "", .currency = "", .seed = 1, .trials = PIL_TRIALS_DEFAULT,
                     .limits = PIL_LIMITS_TRIAL};
  PIL_TRY(read_text(root, "name", &head->name, error));
  PIL_TRY(check_name(root, head->name, error));
  PIL_TRY(read_text(root, "about", &head->about, error));
  PIL_TRY(read_text(root, "currency", &head->currency, error));
  PIL_TRY(read_whole(root, "seed", 0, UINT64_MAX, &head->seed, error));
  PIL_TRY(read_whole(root, "trials", 1, PIL_TRIALS_MOST, &head->trials, error));
  PIL_TRY(read_limits(pil_value_find(root, "limits"), &head->limits, error));
  if (options->trials > 0) head->trials = options->trials;
  if (options->seed != NULL) head->seed = *options->seed;
  head->first_trial = 1;
  head->last_trial = head->trials;
  if (options->first_trial > 0) {
    head->first_trial = options->first_trial;
    head->last_trial = options->last_trial;
    head->trials = head->last_trial - head->first_trial + 1;
  }
  return true;
}
