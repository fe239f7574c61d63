/* Variants: what each changes laid over the scenario's own inputs and settings.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_VARIANTS_H
#define PIL_SCENARIO_VARIANTS_H

#include "../data/value.h"

typedef struct pil_variant_values {
  const char *name, *about;
  const pil_value *inputs, *settings; /* NULL: the scenario has none */
} pil_variant_values;

/* Who lays a value at a path, for messages. */
typedef struct pil_path_user {
  const char *prefix;   /* "--set ": stands before the path */
  const char *subject;  /* "--set": changes an input or a setting */
  const char *suffix;   /* ", in variant …": may end the message; "" where there is nothing to add */
  pil_failure failure;
  pil_place at;         /* of the path; PIL_NOWHERE on the command line */
  bool only_numbers;    /* a setting that holds a text, true, false, a list or a map is refused */
} pil_path_user;

/* Lays a value at a path over a variant: "volume" or "inputs.volume" names an input,
 * "settings.plan.2.share" counts list items from 1, "volume.max" may add an option. */
bool pil_variant_set(pil_arena *arena, const pil_path_user *user, const char *path, pil_value *value,
                     pil_variant_values *variant, pil_error *error);

/* One PATH=VALUE of the command line; `among`: there are other variants beside this one. */
bool pil_variant_assign(pil_arena *arena, const char *setting, bool among, pil_variant_values *variant,
                        pil_error *error);

/* The same at a path of the whole file, such as "portfolio.budget" or "settings.weights.growth". */
bool pil_scenario_assign(pil_arena *arena, const char *setting, const pil_value **root, pil_error *error);
/* A value there, by another user. */
bool pil_scenario_set(pil_arena *arena, const pil_path_user *user, const char *path, pil_value *value,
                      const pil_value **root, pil_error *error);

/* The scenario's variants in its order (without `variants:` one, called "base"), those named in
 * `wanted` only if wanted_count > 0. What each changes is merged as merge.h says. Then every
 * PATH=VALUE of `settings` is laid over each of these. */
bool pil_variants_read(pil_arena *arena, const pil_value *root, const char *const *wanted,
                       size_t wanted_count, const char *const *settings, size_t setting_count,
                       pil_variant_values **variants, size_t *variant_count, pil_error *error);

#endif
