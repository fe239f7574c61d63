/* The backlog job: reading the scenario.
 * SPDX-License-Identifier: Apache-2.0 */
#include "backlog.h"

#include <math.h>
#include <string.h>

#include "../base/digest.h"
#include "../base/memory.h"
#include "../data/yaml.h"
#include "../scenario/merge.h"
#include "../scenario/setup.h"
#include "../scenario/shipped.h"
#include "../scenario/variants.h"
#include "../study/order.h"

static const char *const root_keys[] = {"name",  "about",  "score",  "items",     "fields", "shared",   "portfolio",
                                        "goals", "settings", "top",  "seed",      "trials", "currency", "limits",
                                        "data",  NULL};

/* What a formula returns, as a trial's record. */
static const char wrapper[] =
    "local formula = ...\n"
    "return function(item, p)\n"
    "  local score, label = formula(item, p)\n"
    "  if math.type(score) == nil then\n"
    "    error('expected the formula to return a number, and perhaps a text after it; it returned ' ..\n"
    "      (score == nil and 'nothing' or 'a ' .. type(score)), 0)\n"
    "  end\n"
    "  if label ~= nil and type(label) ~= 'string' then\n"
    "    error('expected the second result of the formula to be a text, found a ' .. type(label), 0)\n"
    "  end\n"
    "  return {score = score, label = label}\n"
    "end\n";

/* ---- names ---- */

static const char *field_at(const void *backlog, size_t index) {
  return ((const pil_backlog *)backlog)->fields[index].name;
}

static const char *item_at(const void *backlog, size_t index) {
  return ((const pil_backlog *)backlog)->items.list[index].name;
}

/* The index of `name`; the count where there is none. */
static size_t find(pil_name_at *name_at, const pil_backlog *backlog, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(name_at(backlog, i), name) == 0) return i;
  return count;
}

static bool refuse_name(pil_name_at *name_at, const pil_backlog *backlog, size_t count, const char *thing,
                        const char *name, const char *what, pil_place at, pil_error *error) {
  const char *near = pil_text_nearest_of(name, name_at, backlog, count);
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s: there is no %s \"%s\"%s%s%s", what, thing, name,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bool pil_backlog_find_field(const pil_backlog *backlog, const char *name, const char *what, pil_place at,
                            size_t *field, pil_error *error) {
  *field = find(field_at, backlog, backlog->field_count, name);
  return *field < backlog->field_count ||
         refuse_name(field_at, backlog, backlog->field_count, "field", name, what, at, error);
}

bool pil_backlog_find_item(const pil_backlog *backlog, const char *name, const char *what, pil_place at,
                           size_t *item, pil_error *error) {
  *item = find(item_at, backlog, backlog->items.count, name);
  return *item < backlog->items.count ||
         refuse_name(item_at, backlog, backlog->items.count, "item", name, what, at, error);
}

double pil_backlog_stated(const pil_backlog *backlog, size_t item, size_t field) {
  const pil_item_source *source = &backlog->items.list[item].fields[field];
  return source->is_present ? source->base.middle : NAN;
}

/* ---- settings ---- */

static pil_value *number_value(pil_arena *arena, pil_place at, double number) {
  pil_value *value = pil_arena_new(arena, sizeof *value);
  if (value == NULL) return NULL;
  *value = (pil_value){.kind = PIL_KIND_NUMBER, .at = at, .number = number,
                       .text = pil_arena_format(arena, "%.17g", number)};
  return value->text == NULL ? NULL : value;
}

/* p.total.FIELD: what all items' stated numbers sum up to, for formulas that compare shares. */
static bool add_totals(pil_backlog *backlog, pil_error *error) {
  pil_arena *arena = &backlog->arena;
  pil_value *totals = NULL;
  pil_place at = backlog->root->at;
  for (size_t f = 0; f < backlog->field_count; f++) {
    pil_field_kind kind = backlog->fields[f].kind;
    double sum = 0;
    if (kind != PIL_FIELD_FLOAT && kind != PIL_FIELD_INTEGER) continue;
    for (size_t i = 0; i < backlog->items.count; i++) {
      double stated = pil_backlog_stated(backlog, i, f);
      if (!isnan(stated)) sum += stated;
    }
    pil_value *value = number_value(arena, at, sum);
    if (value != NULL) totals = pil_value_map_with(arena, totals, backlog->fields[f].name, at, value);
    if (value == NULL || totals == NULL) return pil_error_memory(error);
  }
  if (totals == NULL || pil_value_find(backlog->settings, "total") != NULL) return true;
  backlog->settings = pil_value_map_with(arena, backlog->settings, "total", at, totals);
  return backlog->settings != NULL || pil_error_memory(error);
}

static bool read_settings(pil_backlog *backlog, pil_error *error) {
  backlog->settings = pil_value_find(backlog->root, "settings");
  return backlog->settings == NULL || pil_value_get_map(backlog->settings, "settings", error);
}

/* ---- formulas ---- */

static bool read_formula(pil_backlog *backlog, const pil_value *value, pil_backlog_formula *formula,
                         pil_error *error) {
  pil_arena *arena = &backlog->arena;
  pil_script_source source = {.named_at = value->at, .seed = backlog->head.seed, .site_prefix = "item:",
                              .fields_are_drawn = true, .argument_name = "item", .wrapper = wrapper, .limits = backlog->head.limits,
                              .data = backlog->datasets.tables, .data_count = backlog->datasets.table_count,
                              .settings = backlog->settings, .shipped_folder = pil_shipped_folder(),
                              .engine = backlog->engine, .isa = backlog->isa};
  PIL_TRY(pil_value_get_text(value, "score", &source.shown_name, error));
  source.path = pil_setup_resolve(arena, backlog->file, source.shown_name);
  source.scenario_folder = pil_setup_folder(arena, backlog->file);
  formula->name = pil_setup_stem(arena, source.shown_name);
  if (source.path == NULL || source.scenario_folder == NULL || formula->name == NULL)
    return pil_error_memory(error);
  for (size_t c = 0; c < backlog->class_count; c++) {
    source.fields = backlog->classes[c].fields;
    source.field_count = backlog->classes[c].field_count;
    formula->sources[c] = source;
  }
  return true;
}

/* Threads share what is built of a formula for a class of items. */
static bool share_programs(pil_backlog *backlog, pil_error *error) {
  for (size_t f = 0; f < backlog->formula_count; f++) {
    for (size_t c = 0; c < backlog->class_count; c++) {
      backlog->formulas[f].sources[c].share = pil_script_share_new(error);
      if (backlog->formulas[f].sources[c].share == NULL) return false;
    }
  }
  return true;
}

/* --variant NAME: only the formulas of these names. */
static bool is_wanted(const pil_options *options, const char *name) {
  for (size_t i = 0; i < options->variant_count; i++)
    if (strcmp(options->variants[i], name) == 0) return true;
  return options->variant_count == 0;
}

static const char *formula_at(const void *backlog, size_t index) {
  return ((const pil_backlog *)backlog)->formulas[index].name;
}

static bool choose_formulas(pil_backlog *backlog, const pil_options *options, pil_error *error) {
  size_t kept = 0, count = backlog->formula_count;
  for (size_t i = 0; i < options->variant_count; i++) {
    const char *name = options->variants[i];
    if (find(formula_at, backlog, count, name) < count) continue;
    const char *near = pil_text_nearest_of(name, formula_at, backlog, count);
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--variant: there is no formula \"%s\"%s%s%s", name,
                         near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  }
  for (size_t i = 0; i < count; i++)
    if (is_wanted(options, backlog->formulas[i].name)) backlog->formulas[kept++] = backlog->formulas[i];
  backlog->formula_count = kept;
  return true;
}

static bool read_formulas(pil_backlog *backlog, const pil_options *options, pil_error *error) {
  const pil_value *score = pil_value_find(backlog->root, "score");
  if (score == NULL) {
    return pil_error_set(error, PIL_FAILURE_INPUT, backlog->root->at,
                         "expected a score: key with the path of a Lua formula, such as \"score: rice.lua\"");
  }
  bool several = score->kind == PIL_KIND_LIST;
  size_t count = several ? score->count : 1;
  if (count == 0 || count > PIL_BACKLOG_FORMULAS) {
    return pil_error_set(error, PIL_FAILURE_INPUT, score->at, "score: expected 1 to %d formulas, found %zu",
                         PIL_BACKLOG_FORMULAS, count);
  }
  backlog->formulas = pil_arena_array(&backlog->arena, count, sizeof *backlog->formulas);
  if (backlog->formulas == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    const pil_value *value = several ? score->items[i] : score;
    PIL_TRY(read_formula(backlog, value, &backlog->formulas[i], error));
    if (find(formula_at, backlog, backlog->formula_count, backlog->formulas[i].name) < i)
      return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "score: two formulas are called \"%s\"",
                           backlog->formulas[i].name);
    backlog->formula_count++;
  }
  PIL_TRY(choose_formulas(backlog, options, error));
  return share_programs(backlog, error);
}

/* ---- the whole ---- */

static bool refuse_options(const pil_options *options, pil_error *error) {
  if (options->sweep_count > 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--sweep goes with rollouts, not with a backlog");
  return true;
}

static bool read_top(pil_backlog *backlog, pil_error *error) {
  const pil_value *value = pil_value_find(backlog->root, "top");
  uint64_t top = 5;
  if (value != NULL) PIL_TRY(pil_value_get_whole(value, "top", 1, PIL_ORDER_ITEMS, &top, error));
  backlog->top = top < backlog->items.count ? (size_t)top : backlog->items.count;
  return true;
}

static bool read_backlog(pil_backlog *backlog, const pil_options *options, pil_error *error) {
  pil_arena *arena = &backlog->arena;
  pil_value *root;
  PIL_TRY(pil_yaml_read_file(arena, backlog->file, &root, error));
  backlog->root = root;
  for (size_t i = 0; i < options->setting_count; i++)
    PIL_TRY(pil_scenario_assign(arena, options->settings[i], &backlog->root, error));
  PIL_TRY(pil_digest_file(backlog->file, backlog->sha256, error));
  PIL_TRY(pil_value_check_keys(backlog->root, "the backlog", root_keys, error));
  PIL_TRY(refuse_options(options, error));
  PIL_TRY(pil_head_read(backlog->root, options, &backlog->head, error));
  PIL_TRY(pil_datasets_read(arena, pil_value_find(backlog->root, "data"), backlog->file, &backlog->datasets, error));
  PIL_TRY(read_settings(backlog, error));
  PIL_TRY(pil_backlog_read_items(backlog, error));
  PIL_TRY(pil_backlog_read_goals(backlog, error));
  PIL_TRY(read_top(backlog, error));
  PIL_TRY(add_totals(backlog, error));
  PIL_TRY(read_formulas(backlog, options, error));
  return pil_backlog_read_portfolio(backlog, options, error);
}

pil_backlog *pil_backlog_load(const char *path, const pil_options *options, pil_error *error) {
  pil_backlog *backlog = pil_memory_new_zeroed(1, sizeof *backlog);
  if (backlog == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  backlog->file = pil_arena_copy(&backlog->arena, path, strlen(path));
  backlog->threads = pil_setup_threads(options);
  backlog->lanes = pil_setup_lanes(options);
  if (backlog->lanes > PIL_BACKLOG_LANES) backlog->lanes = PIL_BACKLOG_LANES; /* of every item at once */
  backlog->engine = options->engine;
  backlog->explain_engine = options->explain_engine;
  bool good = (backlog->file != NULL || pil_error_memory(error)) &&
              pil_setup_isa(options, &backlog->isa, error);
  if (good && read_backlog(backlog, options, error)) return backlog;
  pil_backlog_free(backlog);
  return NULL;
}

void pil_backlog_free(pil_backlog *backlog) {
  if (backlog == NULL) return;
  for (size_t i = 0; i < backlog->formula_count; i++)
    for (size_t c = 0; c < backlog->class_count; c++) pil_script_share_free(backlog->formulas[i].sources[c].share);
  pil_arena_free(&backlog->arena);
  pil_memory_free(backlog);
}
