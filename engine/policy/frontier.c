/* The frontier of a policy: the scenario, what is varied in it, and each point as a policy of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "frontier.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../data/yaml.h"
#include "../scenario/variants.h"
#include "policy_run.h"

static const pil_path_user user = {"--vary ", "--vary", "", PIL_FAILURE_USAGE, {0}, true};

/* ---- what is varied ---- */

/* Keys that would give the points other luck, or none at all. */
static bool refuse_common(const char *path, pil_error *error) {
  static const char *const common[] = {"seed", "trials"};
  for (size_t i = 0; i < 2; i++)
    if (strcmp(path, common[i]) == 0)
      return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                           "--vary %s: all points meet the same trials and seed; vary something else", path);
  return true;
}

static bool read_varied(pil_frontier *frontier, pil_error *error) {
  const pil_frontier_request *request = frontier->request;
  pil_sweep *grid = &frontier->grid;
  if (request->varied_count < 1 || request->varied_count > PIL_SWEEP_PATHS)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "frontier: expected one or two --vary, such as --vary settings.limit=0.5:0.9:9, found %zu",
                         request->varied_count);
  for (size_t i = 0; i < request->varied_count; i++)
    PIL_TRY(pil_sweep_read_varied(&frontier->arena, &user, PIL_FRONTIER_POINTS, request->varied[i], grid, error));
  grid->point_count = 1;
  for (size_t i = 0; i < grid->path_count; i++) grid->point_count *= grid->paths[i].count;
  if (grid->point_count > PIL_FRONTIER_POINTS)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--vary %s: %zu × %zu values are %zu points, and a frontier has at most %d",
                         grid->paths[1].path, grid->paths[0].count, grid->paths[1].count, grid->point_count,
                         PIL_FRONTIER_POINTS);
  const pil_value *root = frontier->base->rollout.root;
  for (size_t i = 0; i < grid->path_count; i++) {
    PIL_TRY(refuse_common(grid->paths[i].path, error));
    PIL_TRY(pil_scenario_set(&frontier->arena, &user, grid->paths[i].path, grid->paths[i].values[0], &root, error));
  }
  return true;
}

/* ---- one point ---- */

void pil_frontier_name_point(const pil_frontier *frontier, size_t point, pil_error *error) {
  if (error->failure == PIL_FAILURE_INTERRUPTED || error->failure == PIL_FAILURE_MEMORY) return;
  for (size_t i = 0; i < frontier->grid.path_count; i++) {
    const pil_sweep_path *path = &frontier->grid.paths[i];
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "%s%s = %s", i == 0 ? " (varied, at " : ", ", path->path,
             path->values[pil_sweep_value_index(&frontier->grid, point, i)]->text);
  }
  size_t used = strlen(error->text);
  snprintf(error->text + used, sizeof error->text - used, ")");
}

/* The settings of the request and behind them what the point assigns, in the frontier's arena. */
static const char **settings_of(pil_frontier *frontier, size_t point) {
  const pil_options *asked = frontier->request->options;
  const char **settings = pil_arena_array(&frontier->arena, asked->setting_count + PIL_SWEEP_PATHS, sizeof *settings);
  for (size_t i = 0; settings != NULL && i < asked->setting_count; i++) settings[i] = asked->settings[i];
  for (size_t i = 0; settings != NULL && i < frontier->grid.path_count; i++) {
    const pil_sweep_path *path = &frontier->grid.paths[i];
    const char *value = path->values[pil_sweep_value_index(&frontier->grid, point, i)]->text;
    settings[asked->setting_count + i] = pil_arena_format(&frontier->arena, "%s=%s", path->path, value);
    if (settings[asked->setting_count + i] == NULL) return NULL;
  }
  return settings;
}

/* A value laid over the scenario counts as one of --set; this one is of --vary. */
static void name_option(const pil_frontier *frontier, pil_error *error) {
  for (size_t i = 0; i < frontier->grid.path_count; i++) {
    const char *path = frontier->grid.paths[i].path;
    if (strncmp(error->file, "--set ", 6) != 0 || strcmp(error->file + 6, path) != 0) continue;
    snprintf(error->file, sizeof error->file, "--vary %s", path);
    error->line = error->column = 0;
  }
}

pil_policy *pil_frontier_read_point(pil_frontier *frontier, size_t point, pil_error *error) {
  pil_options options = *frontier->request->options;
  const char **settings = settings_of(frontier, point);
  if (settings == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  options.settings = settings;
  options.setting_count += frontier->grid.path_count;
  options.trials = frontier->trials;
  options.seed = &frontier->base->rollout.head.seed;
  pil_policy *policy = pil_policy_load(frontier->file, &options, error);
  if (policy == NULL) {
    name_option(frontier, error);
    pil_frontier_name_point(frontier, point, error);
    return NULL;
  }
  if (strcmp(policy->rollout.sha256, frontier->base->rollout.sha256) == 0) return policy;
  pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){frontier->file, 0, 0},
                "the file was changed while it was worked on");
  pil_policy_free(policy);
  return NULL;
}

/* Reads the points whose values are the first, the second or the last of their paths: what is wrong with a path
 * mostly shows in one of them (too little, no whole number, too much), and before anything runs. */
static bool try_points(pil_frontier *frontier, pil_error *error) {
  const pil_sweep *grid = &frontier->grid;
  for (size_t which = 0; which < grid->path_count; which++) {
    size_t count = grid->paths[which].count, stride = which == 0 && grid->path_count == 2 ? grid->paths[1].count : 1;
    const size_t tried[] = {0, 1, count - 1};
    for (size_t i = which == 0 ? 0 : 1; i < 3; i++) {
      if (i == 2 && tried[2] == 1) continue;
      pil_policy *policy = pil_frontier_read_point(frontier, tried[i] * stride, error);
      if (policy == NULL) return false;
      pil_policy_free(policy);
    }
  }
  return true;
}

/* ---- the confidence ---- */

static bool find_confidence(pil_frontier *frontier, pil_error *error) {
  const pil_policy *base = frontier->base;
  const char *asked = frontier->request->confidence;
  if (asked == NULL) return true;
  const char *name = strncmp(asked, "d.", 2) == 0 ? asked + 2 : asked;
  const pil_field *field = frontier->confidence = pil_policy_field(base, name);
  if (field != NULL)
    return (field->each == 0 && (field->kind == PIL_FIELD_FLOAT || field->kind == PIL_FIELD_INTEGER)) ||
           pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--confidence %s: expected a field that holds a number",
                         asked);
  const char *near = pil_policy_near_field(base, name);
  return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--confidence %s: decisions have no field \"%s\"%s%s%s",
                       asked, name, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* ---- the whole ---- */

/* A file of another kind would be told that its keys are unknown. */
static bool check_kind(const char *file, pil_error *error) {
  static const char *const others[] = {"rollout", "score"};
  pil_arena arena = {0};
  pil_value *root;
  const pil_value *found = NULL;
  bool good = pil_yaml_read_file(&arena, file, &root, error);
  for (size_t i = 0; good && found == NULL && i < 2; i++)
    if (pil_value_find(root, "policy") == NULL) found = pil_value_find(root, others[i]);
  if (found != NULL)
    good = pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){file, 0, 0},
                         "a frontier is of a policy, and this file has no policy: key");
  pil_arena_free(&arena);
  return good;
}

static bool check_scenario(const pil_frontier *frontier, pil_error *error) {
  const pil_policy *base = frontier->base;
  const pil_frontier_request *request = frontier->request;
  const pil_place at = {frontier->file, 0, 0};
  if (!base->has_wrong || !base->has_loss)
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "a frontier weighs human cost against missed loss: the scenario has no %s",
                         !base->has_wrong ? "wrong: (which decisions are)" : "loss: (what a wrong decision costs)");
  if (request->staff > 0 && !frontier->has_target)
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "--staff: the scenario has no service: target_minutes, which says what staff is needed for");
  if (request->cap == NULL || *request->cap >= 0) return true;
  return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--cap: expected 0 or more, found %g", *request->cap);
}

/* The script loads, and these are the files that it reads. */
static bool read_script(pil_frontier *frontier, pil_error *error) {
  pil_policy_desk desk;
  if (pil_policy_desk_open(&desk, frontier->base, pil_policy_own(frontier->base), error))
    frontier->files = pil_script_files_copy(desk.program, &frontier->arena, &frontier->file_count, error);
  pil_policy_desk_close(&desk);
  return frontier->files != NULL;
}

static bool load(pil_frontier *frontier, pil_error *error) {
  const pil_options *asked = frontier->request->options;
  PIL_TRY(check_kind(frontier->file, error));
  frontier->base = pil_policy_load(frontier->file, asked, error);
  if (frontier->base == NULL) return false;
  pil_rollout *rollout = &frontier->base->rollout;
  if (asked->trials == 0 && pil_value_find(rollout->root, "trials") == NULL) {
    rollout->head.trials = PIL_FRONTIER_TRIALS;
    rollout->head.last_trial = PIL_FRONTIER_TRIALS;
  }
  frontier->trials = rollout->head.trials;
  frontier->has_target = isfinite(frontier->base->desk.target_minutes);
  PIL_TRY(check_scenario(frontier, error));
  PIL_TRY(find_confidence(frontier, error));
  PIL_TRY(read_varied(frontier, error));
  PIL_TRY(read_script(frontier, error));
  PIL_TRY(try_points(frontier, error));
  frontier->points = pil_memory_new_zeroed(frontier->grid.point_count, sizeof *frontier->points);
  return frontier->points != NULL || pil_error_memory(error);
}

pil_frontier *pil_frontier_load(const char *path, const pil_frontier_request *request, pil_error *error) {
  pil_frontier *frontier = pil_memory_new_zeroed(1, sizeof *frontier);
  if (frontier == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  frontier->request = request;
  frontier->file = pil_arena_copy(&frontier->arena, path, strlen(path));
  if ((frontier->file != NULL || pil_error_memory(error)) && load(frontier, error)) return frontier;
  pil_frontier_free(frontier);
  return NULL;
}

void pil_frontier_free(pil_frontier *frontier) {
  if (frontier == NULL) return;
  for (size_t i = 0; frontier->points != NULL && i < frontier->grid.point_count; i++)
    pil_memory_free(frontier->points[i].cells);
  pil_memory_free(frontier->points);
  pil_risk_curve_free(&frontier->curve);
  pil_policy_free(frontier->base);
  pil_arena_free(&frontier->arena);
  pil_memory_free(frontier);
}

uint64_t pil_frontier_trials(const pil_frontier *frontier) {
  return frontier->grid.point_count * frontier->trials;
}
