/* What a scenario asks beside its outputs: options, gates, risks and tails.
 * SPDX-License-Identifier: Apache-2.0 */
#include "questions.h"

#include <string.h>

#include "merge.h"

/* Reads the text at `key`, *at being where it stands; *text stays NULL where there is none. */
static bool read_text(pil_arena *arena, const pil_value *map, const char *what, const char *key,
                      const char **text, pil_place *at, pil_error *error) {
  const pil_value *value = pil_value_find(map, key);
  if (value == NULL) return true;
  const char *item = pil_arena_format(arena, "%s: %s", what, key);
  if (item == NULL) return pil_error_memory(error);
  *at = value->at;
  return pil_value_get_text(value, item, text, error);
}

static bool read_output(pil_arena *arena, const pil_value *map, const char *what, const char *key,
                        pil_named_output *output, pil_error *error) {
  return read_text(arena, map, what, key, &output->name, &output->at, error);
}

static bool need(const pil_value *map, const char *what, const char *key, const char *such_as, pil_error *error) {
  if (pil_value_find(map, key) != NULL) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, map->at, "%s: expected a key %s, such as \"%s: %s\"", what, key,
                       key, such_as);
}

static bool read_variant_name(pil_arena *arena, const pil_value *root, const pil_value *option,
                              const char *what, const char *key, const char **name, pil_error *error) {
  pil_place at;
  const pil_value *variants = pil_value_find(root, "variants");
  PIL_TRY(need(option, what, key, "NAME OF A VARIANT", error));
  PIL_TRY(read_text(arena, option, what, key, name, &at, error));
  bool has_variants = variants != NULL && variants->kind == PIL_KIND_MAP;
  if (has_variants && pil_value_find(variants, *name) != NULL) return true;
  const char *near = has_variants ? pil_merge_nearest(variants, *name) : NULL;
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s: %s: there is no variant \"%s\"%s%s%s", what, key, *name,
                       near ? ", did you mean \"" : has_variants ? "" : "; the scenario has none",
                       near ? near : "", near ? "\"?" : "");
}

static bool read_option(pil_arena *arena, const pil_value *root, const pil_entry *entry,
                        pil_option_spec *option, pil_error *error) {
  static const char *const keys[] = {"with", "without", "output", "about", NULL};
  const char *what = pil_arena_format(arena, "option \"%s\"", entry->key);
  pil_place at;
  if (what == NULL) return pil_error_memory(error);
  PIL_TRY(pil_value_get_map(entry->value, what, error));
  PIL_TRY(pil_value_check_keys(entry->value, what, keys, error));
  *option = (pil_option_spec){.name = entry->key, .about = ""};
  PIL_TRY(read_variant_name(arena, root, entry->value, what, "with", &option->with, error));
  PIL_TRY(read_variant_name(arena, root, entry->value, what, "without", &option->without, error));
  PIL_TRY(need(entry->value, what, "output", "npv", error));
  PIL_TRY(read_output(arena, entry->value, what, "output", &option->output, error));
  PIL_TRY(read_text(arena, entry->value, what, "about", &option->about, &at, error));
  if (strcmp(option->with, option->without) != 0) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, pil_value_find(entry->value, "without")->at,
                       "%s: with and without are the same variant, \"%s\"", what, option->with);
}

static bool read_options(pil_arena *arena, const pil_value *root, pil_questions *questions, pil_error *error) {
  const pil_value *options = pil_value_find(root, "options");
  if (options == NULL) return true;
  PIL_TRY(pil_value_get_map(options, "options", error));
  questions->options = pil_arena_array(arena, options->count + 1, sizeof *questions->options);
  if (questions->options == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < options->count; i++)
    PIL_TRY(read_option(arena, root, &options->entries[i], &questions->options[i], error));
  questions->option_count = options->count;
  return true;
}

/* An output's name, or {output: decision, is: scale}. */
static bool read_event(pil_arena *arena, const pil_value *gates, const char *key, pil_event_spec *event,
                       pil_error *error) {
  static const char *const keys[] = {"output", "is", NULL};
  const pil_value *value = pil_value_find(gates, key);
  if (value == NULL || value->kind != PIL_KIND_MAP)
    return read_output(arena, gates, "gates", key, &event->output, error);
  pil_place at;
  const char *what = pil_arena_format(arena, "gates: %s", key);
  if (what == NULL) return pil_error_memory(error);
  PIL_TRY(pil_value_check_keys(value, what, keys, error));
  PIL_TRY(need(value, what, "output", "decision", error));
  PIL_TRY(need(value, what, "is", "scale", error));
  PIL_TRY(read_output(arena, value, what, "output", &event->output, error));
  return read_text(arena, value, what, "is", &event->is, &at, error);
}

static bool read_gates(pil_arena *arena, const pil_value *gates, pil_gates_spec *spec, pil_error *error) {
  static const char *const keys[] = {"good", "promoted", "rolled_back", "months_lost", NULL};
  if (gates == NULL) return true;
  PIL_TRY(pil_value_get_map(gates, "gates", error));
  PIL_TRY(pil_value_check_keys(gates, "gates", keys, error));
  PIL_TRY(need(gates, "gates", "good", "truly_good", error));
  if (gates->count < 2)
    return pil_error_set(error, PIL_FAILURE_INPUT, gates->at,
                         "gates: expected one of promoted, rolled_back and months_lost beside good");
  PIL_TRY(read_event(arena, gates, "good", &spec->good, error));
  PIL_TRY(read_event(arena, gates, "promoted", &spec->promoted, error));
  PIL_TRY(read_event(arena, gates, "rolled_back", &spec->rolled_back, error));
  return read_output(arena, gates, "gates", "months_lost", &spec->months_lost, error);
}

static bool read_risks(pil_arena *arena, const pil_value *risks, pil_risks_spec *spec, pil_error *error) {
  static const char *const keys[] = {"residual", "inherent", "mitigation_cost", NULL};
  if (risks == NULL) return true;
  PIL_TRY(pil_value_get_map(risks, "risks", error));
  PIL_TRY(pil_value_check_keys(risks, "risks", keys, error));
  PIL_TRY(need(risks, "risks", "residual", "risk", error));
  PIL_TRY(read_output(arena, risks, "risks", "residual", &spec->residual, error));
  PIL_TRY(read_output(arena, risks, "risks", "inherent", &spec->inherent, error));
  return read_output(arena, risks, "risks", "mitigation_cost", &spec->mitigation_cost, error);
}

static bool read_level(const pil_value *level, double *out, pil_error *error) {
  if (level == NULL) return true;
  PIL_TRY(pil_value_get_number(level, "tails: level", out, error));
  if (*out >= 0.5 && *out < 1) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, level->at,
                       "tails: level is a probability from 0.5 to below 1 (0.95: the worst 5 %%), not %s",
                       level->text);
}

static bool read_tails(pil_arena *arena, const pil_value *tails, pil_questions *questions, pil_error *error) {
  static const char *const keys[] = {"level", "outputs", NULL};
  if (tails == NULL) return true;
  PIL_TRY(pil_value_get_map(tails, "tails", error));
  PIL_TRY(pil_value_check_keys(tails, "tails", keys, error));
  PIL_TRY(read_level(pil_value_find(tails, "level"), &questions->level, error));
  const pil_value *outputs = pil_value_find(tails, "outputs");
  if (outputs == NULL) return true;
  PIL_TRY(pil_value_get_list(outputs, "tails: outputs", error));
  questions->tails_asked = true;
  questions->tails = pil_arena_array(arena, outputs->count + 1, sizeof *questions->tails);
  if (questions->tails == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < outputs->count; i++) {
    pil_named_output *output = &questions->tails[questions->tail_count++];
    output->at = outputs->items[i]->at;
    PIL_TRY(pil_value_get_text(outputs->items[i], "tails: outputs", &output->name, error));
  }
  return true;
}

bool pil_questions_read(pil_arena *arena, const pil_value *root, pil_questions *questions, pil_error *error) {
  *questions = (pil_questions){.level = 0.95};
  PIL_TRY(read_options(arena, root, questions, error));
  PIL_TRY(read_gates(arena, pil_value_find(root, "gates"), &questions->gates, error));
  PIL_TRY(read_risks(arena, pil_value_find(root, "risks"), &questions->risks, error));
  return read_tails(arena, pil_value_find(root, "tails"), questions, error);
}

/* ---- what is there only for them ---- */

bool pil_questions_own(const pil_questions *questions, const char *output) {
  const char *const names[] = {questions->gates.good.output.name, questions->gates.rolled_back.output.name,
                               questions->gates.months_lost.name, questions->risks.inherent.name,
                               questions->risks.mitigation_cost.name};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i] != NULL && (strcmp(output, names[i]) == 0 || pil_output_is_member(output, names[i]))) return true;
  return false;
}
