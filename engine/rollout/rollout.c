/* The rollout job: reading a scenario and making its runner.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rollout.h"

#include <string.h>

#include "../base/digest.h"
#include "../base/memory.h"
#include "../data/yaml.h"
#include "../scenario/goals.h"
#include "../scenario/setup.h"
#include "../scenario/shipped.h"
#include "../scenario/variants.h"
#include "sweep.h"

static const char *const root_keys[] = {"name",     "about", "rollout", "seed",      "trials",
                                        "currency", "limits", "data",   "inputs",    "correlate",
                                        "settings", "variants", "outputs", "options",   "gates",
                                        "risks",    "tails", "sweep",     NULL};

static bool read_script(pil_rollout *rollout, const pil_value *root, pil_script_source *source,
                        pil_error *error) {
  const pil_value *script = pil_value_find(root, "rollout");
  if (script == NULL) {
    return pil_error_set(error, PIL_FAILURE_INPUT, root->at,
                         "expected a rollout: key with the path of a Lua script, such as "
                         "\"rollout: chatbot.lua\" (or score: for a backlog, policy: for a policy)");
  }
  *source = (pil_script_source){.named_at = script->at, .seed = rollout->head.seed, .site_prefix = "draw:",
                                .argument_name = "x", .limits = rollout->head.limits,
                                .data = rollout->datasets.tables,
                                .data_count = rollout->datasets.table_count,
                                .shipped_folder = pil_shipped_folder()};
  PIL_TRY(pil_value_get_text(script, "rollout", &source->shown_name, error));
  source->path = pil_setup_resolve(&rollout->arena, rollout->file, source->shown_name);
  source->scenario_folder = pil_setup_folder(&rollout->arena, rollout->file);
  if (source->path == NULL || source->scenario_folder == NULL) return pil_error_memory(error);
  return true;
}

/* Which input columns the table keeps: all for samples, else those whose correlation is reported. */
static bool choose_kept(pil_arena *arena, pil_rollout_variant *variant, bool all, pil_error *error) {
  pil_input_set *set = &variant->inputs;
  variant->kept_columns = pil_arena_array(arena, set->plan.column_count + 1, sizeof(uint32_t));
  if (variant->kept_columns == NULL) return pil_error_memory(error);
  for (uint32_t c = 0; c < set->plan.column_count; c++) {
    bool kept = all;
    for (size_t p = 0; p < set->pair_count; p++)
      kept = kept || set->pairs[p].first_column == c || set->pairs[p].second_column == c;
    if (kept) variant->kept_columns[variant->kept_count++] = c;
  }
  return true;
}

bool pil_rollout_variant_read(pil_rollout *rollout, pil_arena *arena, const pil_variant_values *values,
                              bool keep_inputs, pil_rollout_variant *variant, pil_error *error) {
  const pil_value *root = rollout->root;
  variant->name = values->name;
  variant->about = values->about;
  if (values->settings != NULL) PIL_TRY(pil_value_get_map(values->settings, "settings", error));
  const pil_input_values inputs = {values->inputs, pil_value_find(root, "inputs"),
                                   pil_value_find(root, "correlate")};
  PIL_TRY(pil_inputs_read(arena, &inputs, &rollout->datasets, rollout->head.seed, &variant->inputs, error));
  variant->inputs.plan.isa = rollout->isa;
  PIL_TRY(read_script(rollout, root, &variant->source, error));
  variant->source.fields = variant->inputs.fields;
  variant->source.field_count = variant->inputs.field_count;
  variant->source.expressions = variant->inputs.expressions;
  variant->source.expression_count = variant->inputs.expression_count;
  variant->source.settings = values->settings;
  return choose_kept(arena, variant, keep_inputs, error);
}

static bool read_scenario(pil_rollout *rollout, const pil_options *options, pil_error *error) {
  pil_arena *arena = &rollout->arena;
  pil_value *root;
  pil_variant_values *values;
  PIL_TRY(pil_yaml_read_file(arena, rollout->file, &root, error));
  rollout->root = root;
  PIL_TRY(pil_digest_file(rollout->file, rollout->sha256, error));
  PIL_TRY(pil_value_check_keys(root, "the scenario", root_keys, error));
  PIL_TRY(pil_head_read(root, options, &rollout->head, error));
  PIL_TRY(pil_datasets_read(arena, pil_value_find(root, "data"), rollout->file, &rollout->datasets, error));
  PIL_TRY(pil_goals_read(arena, pil_value_find(root, "outputs"), &rollout->specs, &rollout->spec_count,
                         error));
  PIL_TRY(pil_variants_read(arena, root, options->variants, options->variant_count, options->settings,
                            options->setting_count, &values, &rollout->variant_count, error));
  PIL_TRY(pil_questions_read(arena, root, &rollout->questions, error));
  rollout->variants = pil_arena_array(arena, rollout->variant_count, sizeof *rollout->variants);
  if (rollout->variants == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < rollout->variant_count; i++)
    PIL_TRY(pil_rollout_variant_read(rollout, arena, &values[i], options->keep_inputs, &rollout->variants[i],
                                     error));
  return pil_sweep_read(rollout, options, values, rollout->variant_count, &rollout->sweep, error);
}

pil_rollout *pil_rollout_load(const char *path, const pil_options *options, pil_error *error) {
  pil_rollout *rollout = pil_memory_new_zeroed(1, sizeof *rollout);
  if (rollout == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  rollout->file = pil_arena_copy(&rollout->arena, path, strlen(path));
  static const pil_options nothing_asked = {0};
  if (options == NULL) options = &nothing_asked;
  rollout->threads = pil_setup_threads(options);
  rollout->lanes = pil_setup_lanes(options);
  rollout->engine = options->engine;
  rollout->explain_engine = options->explain_engine;
  bool good = (rollout->file != NULL || pil_error_memory(error)) &&
              pil_setup_isa(options, &rollout->isa, error);
  if (good && read_scenario(rollout, options, error)) return rollout;
  pil_rollout_free(rollout);
  return NULL;
}

void pil_rollout_free(pil_rollout *rollout) {
  if (rollout == NULL) return;
  for (size_t i = 0; rollout->variants != NULL && i < rollout->variant_count; i++) {
    pil_table_free(&rollout->variants[i].table);
    pil_script_share_free(rollout->variants[i].source.share);
  }
  pil_arena_free(&rollout->arena);
  pil_memory_free(rollout);
}

bool pil_rollout_sort(pil_rollout *rollout, pil_error *error) {
  pil_arena arena = {0};
  const char **order = pil_arena_array(&arena, rollout->spec_count, sizeof *order);
  for (size_t i = 0; order != NULL && i < rollout->spec_count; i++) order[i] = rollout->specs[i].name;
  for (size_t i = 0; order != NULL && i < rollout->variant_count; i++)
    pil_table_sort(&rollout->variants[i].table, order, rollout->spec_count);
  pil_arena_free(&arena);
  return order != NULL || pil_error_memory(error);
}

static pil_program *new_program(void *context, pil_error *error) {
  return pil_script_engine_new(context, error);
}

static bool prepare_table(pil_rollout *rollout, pil_rollout_variant *variant, size_t table_count,
                          pil_error *error) {
  pil_table_free(&variant->table);
  pil_table_init(&variant->table, rollout->head.first_trial, (size_t)rollout->head.trials);
  variant->table.most_bytes = pil_setup_machine_bytes() / table_count;
  for (size_t i = 0; i < variant->kept_count; i++) {
    const char *name = variant->inputs.column_names[variant->kept_columns[i]];
    PIL_TRY(pil_table_add_input(&variant->table, name, 0, error));
  }
  return true;
}

static bool prepare_variant(pil_rollout *rollout, pil_rollout_variant *variant, size_t table_count,
                            pil_run_variant *run, pil_error *error) {
  variant->source.engine = rollout->engine;
  variant->source.isa = rollout->isa;
  pil_script_share_free(variant->source.share);
  variant->source.share = pil_script_share_new(error);
  if (variant->source.share == NULL) return false;
  PIL_TRY(prepare_table(rollout, variant, table_count, error));
  *run = (pil_run_variant){.name = variant->name, .inputs = &variant->inputs.plan,
                           .program_new = variant->program_new != NULL ? variant->program_new : new_program,
                           .context = variant->program_new != NULL ? variant->program_context : &variant->source,
                           .kept_columns = variant->kept_columns, .kept_count = variant->kept_count,
                           .table = &variant->table};
  return true;
}

pil_runner *pil_rollout_start_some(pil_rollout *rollout, pil_rollout_variant *variants, size_t count,
                                   size_t table_count, pil_error *error) {
  pil_run_variant *runs = pil_memory_new_zeroed(count, sizeof *runs);
  bool good = runs != NULL || pil_error_memory(error);
  for (size_t i = 0; good && i < count; i++)
    good = prepare_variant(rollout, &variants[i], table_count, &runs[i], error);
  pil_runner_options options = {rollout->head.first_trial, rollout->head.last_trial, rollout->threads,
                                rollout->lanes};
  pil_runner *runner = good ? pil_runner_new(runs, count, &options, error) : NULL;
  pil_memory_free(runs);
  return runner;
}

pil_runner *pil_rollout_start(pil_rollout *rollout, pil_error *error) {
  return pil_rollout_start_some(rollout, rollout->variants, rollout->variant_count, rollout->variant_count,
                                error);
}
