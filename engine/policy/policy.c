/* The policy job: reading the scenario.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy.h"

#include <math.h>
#include <string.h>

#include "../base/digest.h"
#include "../base/memory.h"
#include "../data/spec.h"
#include "../data/yaml.h"
#include "../scenario/goals.h"
#include "../scenario/setup.h"
#include "../scenario/shipped.h"
#include "../scenario/variants.h"
#include "policy_promises.h"
#include "policy_run.h"

const char *const pil_level_names[PIL_LEVELS] = {"auto", "review", "exception", "collaborate"};

static const char *const root_keys[] = {"name",     "about",     "policy",  "compare",  "seed",  "trials", "currency",
                                        "limits",   "data",      "settings", "decisions", "wrong", "loss",   "levels",
                                        "reviewers", "service",  "segments", "mask",      "outputs", "tails",
                                        "order",    "priority", "never",    "always",    "monotone", "domain", NULL};

/* `wrong`, `loss` and `priority` see the decision, and nothing of theirs is seen by the policy. A truth would pass
 * for a number, where 0 is the most urgent. */
#define RANKED \
  "local function rank(d, p)\n" \
  "  local n = priority(d, p)\n" \
  "  if n == true then return \"true\" elseif n == false then return \"false\" end\n" \
  "  return n\n" \
  "end\n"
#define DECIDED "return function(d, p)\n  return {level = (policy(d, p))"
#define JUDGED ", wrong = wrong(d, p), loss = loss(d, p)"
static const char *const wrappers[2][2] = { /* with wrong; with priority */
    {"local policy = ...\n" DECIDED "}\nend\n",
     "local policy, priority = ...\n" RANKED DECIDED ", priority = rank(d, p)}\nend\n"},
    {"local policy, wrong, loss = ...\n" DECIDED JUDGED "}\nend\n",
     "local policy, wrong, loss, priority = ...\n" RANKED DECIDED JUDGED ", priority = rank(d, p)}\nend\n"}};

/* ---- names ---- */

uint8_t pil_level_find(const char *name) {
  uint8_t level = 0;
  while (level < PIL_LEVELS && strcmp(name, pil_level_names[level]) != 0) level++;
  return level;
}

const pil_field *pil_policy_field(const pil_policy *policy, const char *name) {
  for (size_t i = 0; i < policy->inputs.field_count; i++)
    if (strcmp(policy->inputs.fields[i].name, name) == 0) return &policy->inputs.fields[i];
  return NULL;
}

static const char *field_at(const void *policy, size_t index) {
  return ((const pil_policy *)policy)->inputs.fields[index].name;
}

const char *pil_policy_near_field(const pil_policy *policy, const char *name) {
  return pil_text_nearest_of(name, field_at, policy, policy->inputs.field_count);
}

bool pil_policy_masks(const pil_policy *policy, const char *name, size_t length) {
  for (size_t i = 0; i < policy->masked_count; i++)
    if (strncmp(policy->masked[i], name, length) == 0 && policy->masked[i][length] == '\0') return true;
  return false;
}

/* ---- amounts ---- */

bool pil_policy_read_amount(pil_policy *policy, const pil_value *value, const char *what, pil_amount *amount,
                            pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  pil_spec_tables tables = {&rollout->datasets, pil_datasets_find_column};
  bool drawn = value->kind == PIL_KIND_MAP || (value->kind == PIL_KIND_TEXT && pil_spec_is(value));
  if (!drawn) return pil_value_get_number(value, what, &amount->constant, error);
  pil_spec *spec = pil_arena_new(&rollout->arena, sizeof *spec);
  if (spec == NULL) return pil_error_memory(error);
  PIL_TRY(pil_spec_parse(&rollout->arena, value, what, &tables, spec, error));
  if (spec->draws != PIL_DRAW_REAL && spec->draws != PIL_DRAW_COUNT)
    return pil_value_refuse(value, what, "a number or a distribution of numbers", error);
  amount->distribution = &spec->distribution;
  return true;
}

double pil_amount_draw(const pil_amount *amount, uint64_t word) {
  return amount->distribution == NULL ? amount->constant : pil_distribution_draw(amount->distribution, word);
}

/* ---- scripts ---- */

static bool read_expression(const pil_value *root, const char *key, pil_script_expression *expression, bool *found,
                            pil_error *error) {
  const pil_value *value = pil_value_find(root, key);
  const char *text;
  if (value == NULL) return true;
  if (value->kind == PIL_KIND_TEXT) {
    text = value->text + strspn(value->text, " \t\n");
    if (*text == '=') {
      *expression = (pil_script_expression){text + 1, value->at};
      *found = true;
      return true;
    }
  }
  return pil_value_refuse(value, key, "a Lua expression over d and p, such as \"= d.default == 1\"", error);
}

/* One more script of the policy's: all but where it is. */
static pil_script_source *add_source(pil_policy *policy, pil_place at, const pil_value *settings) {
  pil_rollout *rollout = &policy->rollout;
  pil_script_source *source = &policy->sources[policy->script_count++];
  *source = (pil_script_source){.named_at = at, .seed = rollout->head.seed, .site_prefix = "decision:",
                                .is_strict = true, .fields_are_drawn = true, .argument_name = "d",
                                .wrapper = wrappers[policy->has_wrong][policy->has_priority],
                                .wrapper_expressions =
                                    &policy->expressions[policy->has_wrong ? PIL_WORD_WRONG : PIL_WORD_PRIORITY],
                                .wrapper_expression_count =
                                    (policy->has_wrong ? 2 : 0) + (policy->has_priority ? 1 : 0),
                                .limits = rollout->head.limits, .data = rollout->datasets.tables,
                                .data_count = rollout->datasets.table_count, .settings = settings,
                                .fields = policy->inputs.fields, .field_count = policy->inputs.field_count,
                                .expressions = policy->inputs.expressions,
                                .expression_count = policy->inputs.expression_count,
                                .shipped_folder = pil_shipped_folder(), .engine = rollout->engine,
                                .isa = rollout->isa};
  return source;
}

static bool read_script(pil_policy *policy, const pil_value *value, const char *key, const pil_value *settings,
                        pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  pil_rollout_variant *variant = &rollout->variants[policy->script_count];
  pil_script_source *source = add_source(policy, value->at, settings);
  PIL_TRY(pil_value_get_text(value, key, &source->shown_name, error));
  source->path = pil_setup_resolve(&rollout->arena, rollout->file, source->shown_name);
  source->scenario_folder = pil_setup_folder(&rollout->arena, rollout->file);
  variant->name = pil_setup_stem(&rollout->arena, source->shown_name);
  if (source->path == NULL || source->scenario_folder == NULL || variant->name == NULL)
    return pil_error_memory(error);
  variant->about = "";
  source->share = pil_script_share_new(error);
  if (source->share == NULL) return false;
  variant->source = *source; /* named in the answer's head */
  variant->source.share = NULL;
  return pil_policy_variant_new(policy, policy->script_count - 1, variant, error);
}

static bool read_words(pil_policy *policy, pil_error *error) {
  const pil_value *root = policy->rollout.root;
  pil_script_expression *words = policy->expressions;
  PIL_TRY(read_expression(root, "wrong", &words[PIL_WORD_WRONG], &policy->has_wrong, error));
  PIL_TRY(read_expression(root, "loss", &words[PIL_WORD_LOSS], &policy->has_loss, error));
  PIL_TRY(read_expression(root, "priority", &words[PIL_WORD_PRIORITY], &policy->has_priority, error));
  policy->has_classes = policy->has_priority;
  for (int l = PIL_LEVEL_REVIEW; l < PIL_LEVELS; l++)
    if (policy->levels[l].priority > 0) policy->has_classes = true;
  if (policy->has_loss && !policy->has_wrong)
    return pil_error_set(error, PIL_FAILURE_INPUT, words[PIL_WORD_LOSS].at,
                         "loss: there is no wrong: that says which decisions are");
  if (policy->has_wrong && !policy->has_loss)
    words[PIL_WORD_LOSS] = (pil_script_expression){" 0.0", words[PIL_WORD_WRONG].at};
  return true;
}

/* Today's policy first: what is asked is what the new one changes. */
static bool read_scripts(pil_policy *policy, const pil_options *options, pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  const pil_value *own = pil_value_find(rollout->root, "policy"), *other = pil_value_find(rollout->root, "compare");
  pil_variant_values values = {.name = "policy", .settings = pil_value_find(rollout->root, "settings")};
  PIL_TRY(read_words(policy, error));
  if (values.settings != NULL) PIL_TRY(pil_value_get_map(values.settings, "settings", error));
  rollout->variants = pil_arena_array(&rollout->arena, PIL_POLICY_SCRIPTS, sizeof *rollout->variants);
  if (rollout->variants == NULL) return pil_error_memory(error);
  if (options->variant_count > 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--variant: a policy is compared with compare:, not with variants");
  if (other != NULL) PIL_TRY(read_script(policy, other, "compare", values.settings, error));
  PIL_TRY(read_script(policy, own, "policy", values.settings, error));
  rollout->variant_count = policy->script_count;
  return other == NULL || strcmp(rollout->variants[0].name, rollout->variants[1].name) != 0 ||
         pil_error_set(error, PIL_FAILURE_INPUT, other->at, "compare: both policies are called \"%s\"",
                       rollout->variants[0].name);
}

/* ---- segments and mask ---- */

static bool refuse_field(const pil_policy *policy, const pil_value *value, const char *what, pil_error *error) {
  const char *near = pil_policy_near_field(policy, value->text);
  return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "%s: decisions have no field \"%s\"%s%s%s", what, value->text,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bool pil_policy_find_field(const pil_policy *policy, const pil_value *value, const char *what, const pil_field **field,
                           pil_error *error) {
  const char *name;
  PIL_TRY(pil_value_get_text(value, what, &name, error));
  *field = pil_policy_field(policy, name);
  return *field != NULL || refuse_field(policy, value, what, error);
}

static bool read_segments(pil_policy *policy, pil_error *error) {
  static const char *const truths[] = {"false", "true"};
  const pil_value *value = pil_value_find(policy->rollout.root, "segments");
  if (value == NULL) return true;
  PIL_TRY(pil_policy_find_field(policy, value, "segments", &policy->segment, error));
  bool text = policy->segment->kind == PIL_FIELD_TEXT;
  if (!text && policy->segment->kind != PIL_FIELD_BOOLEAN)
    return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "segments: field \"%s\" holds numbers; segments are texts or true and false",
                         policy->segment->name);
  policy->segment_names = (const char **)(text ? policy->segment->choices : truths);
  policy->segment_count = text ? policy->segment->choice_count : 2;
  if (policy->segment_count <= PIL_POLICY_SEGMENTS) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "segments: field \"%s\" has %zu values; at most %d are told apart",
                       policy->segment->name, policy->segment_count, PIL_POLICY_SEGMENTS);
}

/* What is decided later may have fields that are not simulated, and they are masked too. A name that is nearly a
 * field's is refused: what was meant would be shown. */
static bool read_mask(pil_policy *policy, pil_error *error) {
  const pil_value *list = pil_value_find(policy->rollout.root, "mask");
  if (list == NULL) return true;
  PIL_TRY(pil_value_get_list(list, "mask", error));
  const char **names = pil_arena_array(&policy->rollout.arena, list->count + 1, sizeof *names);
  if (names == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < list->count; i++) {
    PIL_TRY(pil_value_get_text(list->items[i], "mask", &names[i], error));
    if (pil_policy_field(policy, names[i]) == NULL && pil_policy_near_field(policy, names[i]) != NULL)
      return refuse_field(policy, list->items[i], "mask", error);
    policy->masked_count++;
  }
  policy->masked = names;
  return true;
}

/* ---- order ---- */

static bool rank_level(pil_policy *policy, const pil_value *value, uint8_t rank, bool seen[PIL_LEVELS], pil_error *error) {
  const char *name;
  PIL_TRY(pil_value_get_text(value, "order", &name, error));
  uint8_t level = pil_level_find(name);
  if (level < PIL_LEVELS) {
    if (seen[level]) return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "order: \"%s\" stands there twice", name);
    seen[level] = true;
    policy->rank[level] = rank;
    return true;
  }
  const char *near = pil_text_nearest(name, pil_level_names, PIL_LEVELS);
  return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "order: no level \"%s\"%s%s%s", name, near ? ", did you mean \"" : "",
                       near ? near : "", near ? "\"?" : "");
}

static void rank_as_listed(pil_policy *policy) {
  for (uint8_t l = 0; l < PIL_LEVELS; l++) policy->rank[l] = l;
}

/* From the loosest level to the tightest; those in a list of their own are as tight as each other. */
static bool read_order(pil_policy *policy, pil_error *error) {
  const pil_value *list = pil_value_find(policy->rollout.root, "order");
  bool seen[PIL_LEVELS] = {false};
  rank_as_listed(policy);
  if (list == NULL) return true;
  PIL_TRY(pil_value_get_list(list, "order", error));
  for (size_t i = 0; i < list->count; i++) {
    const pil_value *item = list->items[i];
    uint8_t rank = i < PIL_LEVELS ? (uint8_t)i : PIL_LEVELS;
    if (item->kind != PIL_KIND_LIST) PIL_TRY(rank_level(policy, item, rank, seen, error));
    for (size_t j = 0; item->kind == PIL_KIND_LIST && j < item->count; j++)
      PIL_TRY(rank_level(policy, item->items[j], rank, seen, error));
  }
  for (int l = 0; l < PIL_LEVELS; l++)
    if (!seen[l]) return pil_error_set(error, PIL_FAILURE_INPUT, list->at, "order: \"%s\" is missing; all four levels are needed", pil_level_names[l]);
  return true;
}

/* ---- the whole ---- */

static bool read_policy(pil_policy *policy, const pil_options *options, pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  pil_arena *arena = &rollout->arena;
  pil_value *root;
  PIL_TRY(pil_yaml_read_file(arena, rollout->file, &root, error));
  rollout->root = root;
  for (size_t i = 0; i < options->setting_count; i++)
    PIL_TRY(pil_scenario_assign(arena, options->settings[i], &rollout->root, error));
  PIL_TRY(pil_digest_file(rollout->file, rollout->sha256, error));
  PIL_TRY(pil_value_check_keys(rollout->root, "the policy's scenario", root_keys, error));
  if (options->sweep_count > 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--sweep goes with rollouts, not with a policy");
  PIL_TRY(pil_head_read(rollout->root, options, &rollout->head, error));
  PIL_TRY(pil_datasets_read(arena, pil_value_find(rollout->root, "data"), rollout->file, &rollout->datasets, error));
  PIL_TRY(pil_policy_read_decisions(policy, error));
  PIL_TRY(pil_policy_read_people(policy, error));
  PIL_TRY(read_segments(policy, error));
  PIL_TRY(read_mask(policy, error));
  PIL_TRY(read_order(policy, error));
  PIL_TRY(pil_policy_read_promises(policy, error));
  PIL_TRY(pil_policy_read_outputs(policy, error));
  PIL_TRY(read_scripts(policy, options, error));
  return pil_questions_read(arena, rollout->root, &rollout->questions, error);
}

/* What every policy has before its file is read. */
static pil_policy *start(const char *path, const pil_options *options, pil_error *error) {
  pil_policy *policy = pil_memory_new_zeroed(1, sizeof *policy);
  if (policy == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  pil_rollout *rollout = &policy->rollout;
  rollout->file = pil_arena_copy(&rollout->arena, path, strlen(path));
  rollout->threads = pil_setup_threads(options);
  rollout->lanes = PIL_POLICY_TRIALS;
  policy->width = pil_setup_lanes(options);
  rollout->engine = options->engine;
  rollout->explain_engine = options->explain_engine;
  if ((rollout->file != NULL || pil_error_memory(error)) && pil_setup_isa(options, &rollout->isa, error)) return policy;
  pil_policy_free(policy);
  return NULL;
}

pil_policy *pil_policy_load(const char *path, const pil_options *options, pil_error *error) {
  pil_policy *policy = start(path, options, error);
  if (policy == NULL || read_policy(policy, options, error)) return policy;
  pil_policy_free(policy);
  return NULL;
}

static bool read_bare(pil_policy *policy, const pil_options *options, pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  pil_rollout_variant *variant = pil_arena_array(&rollout->arena, 1, sizeof *variant);
  if (variant == NULL) return pil_error_memory(error);
  policy->is_bare = true;
  if (options->setting_count > 0)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--set %s: %s is a bare script and has no settings",
                         options->settings[0], rollout->file);
  rank_as_listed(policy);
  rollout->head = (pil_head){.name = "", .about = "", .currency = "", .seed = 1, .first_trial = 1, .limits = PIL_LIMITS_TRIAL};
  rollout->variants = variant;
  rollout->variant_count = 1;
  pil_script_source *source = add_source(policy, PIL_NOWHERE, NULL);
  source->shown_name = source->path = rollout->file;
  variant->name = pil_setup_stem(&rollout->arena, rollout->file);
  return (variant->name != NULL || pil_error_memory(error)) && pil_digest_file(rollout->file, rollout->sha256, error);
}

void pil_policy_lend(pil_policy *bare, const pil_policy *from) {
  const pil_script_source own = bare->sources[0];
  bare->sources[0] = from->sources[pil_policy_own(from)];
  bare->sources[0].path = own.path;
  bare->sources[0].shown_name = own.shown_name;
  bare->sources[0].named_at = own.named_at;
  bare->sources[0].share = NULL;
  bare->rollout.head.currency = from->rollout.head.currency;
  bare->inputs = from->inputs;
  bare->masked = from->masked;
  bare->masked_count = from->masked_count;
  bare->has_wrong = from->has_wrong;
  bare->has_loss = from->has_loss;
  memcpy(bare->expressions, from->expressions, sizeof bare->expressions);
  memcpy(bare->rank, from->rank, sizeof bare->rank);
}

pil_policy *pil_policy_open(const char *path, const pil_options *options, pil_error *error) {
  size_t length = strlen(path);
  if (length < 4 || strcmp(path + length - 4, ".lua") != 0) return pil_policy_load(path, options, error);
  pil_policy *policy = start(path, options, error);
  if (policy == NULL || read_bare(policy, options, error)) return policy;
  pil_policy_free(policy);
  return NULL;
}

void pil_policy_free(pil_policy *policy) {
  if (policy == NULL) return;
  for (size_t i = 0; i < policy->script_count; i++) pil_script_share_free(policy->sources[i].share);
  pil_rollout_free(&policy->rollout); /* its memory is the policy's */
}
