/* A sweep: which variant, which points, and running them one after another.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "rollout_answer.h"

/* ---- reading ---- */

static const char *variant_name_at(const void *variants, size_t index) {
  return ((const pil_variant_values *)variants)[index].name;
}

/* The variant swept: that of --variant, else that of the scenario's sweep, else the first. */
static bool choose_variant(const pil_options *options, const pil_value *named,
                           const pil_variant_values *variants, size_t count, pil_sweep *sweep,
                           pil_error *error) {
  const char *name;
  sweep->base = variants[0];
  if (options->variant_count > 1)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                         "--variant: a sweep is of one variant, found %zu", options->variant_count);
  if (options->variant_count == 1 || named == NULL) return true;
  PIL_TRY(pil_value_get_text(named, "sweep: variant", &name, error));
  for (size_t i = 0; i < count; i++) {
    sweep->base = variants[i];
    if (strcmp(variants[i].name, name) == 0) return true;
  }
  const char *near = pil_text_nearest_of(name, variant_name_at, variants, count);
  return pil_error_set(error, PIL_FAILURE_INPUT, named->at, "sweep: there is no variant \"%s\"%s%s%s", name,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* `outputs: [npv, payback]`: names; whether they are returned shows in the first point. */
static bool read_outputs(const pil_value *outputs, pil_sweep *sweep, pil_error *error) {
  sweep->outputs = outputs;
  if (outputs == NULL) return true;
  if (outputs->kind != PIL_KIND_LIST || outputs->count == 0)
    return pil_value_refuse(outputs, "sweep: outputs", "a list of outputs, such as [npv, payback]", error);
  for (size_t i = 0; i < outputs->count; i++) {
    const char *name;
    PIL_TRY(pil_value_get_text(outputs->items[i], "sweep: outputs", &name, error));
    for (size_t j = 0; j < i; j++)
      if (strcmp(outputs->items[j]->text, name) == 0)
        return pil_error_set(error, PIL_FAILURE_INPUT, outputs->items[i]->at,
                             "sweep: outputs: \"%s\" is listed twice", name);
  }
  return true;
}

static bool read_paths(pil_rollout *rollout, const pil_options *options, const pil_value *section,
                       pil_sweep *sweep, pil_error *error) {
  pil_arena *arena = &rollout->arena;
  for (size_t i = 0; i < options->sweep_count; i++)
    PIL_TRY(pil_sweep_read_option(arena, options->sweeps[i], sweep, error));
  if (options->sweep_count == 0) {
    const pil_value *over = pil_value_find(section, "over");
    if (over == NULL)
      return pil_value_refuse(section, "sweep", "over: and what is swept, such as {volume: [1000, 2000]}", error);
    PIL_TRY(pil_sweep_read_map(arena, over, sweep, error));
  }
  sweep->point_count = 1;
  for (size_t i = 0; i < sweep->path_count; i++) sweep->point_count *= sweep->paths[i].count;
  if (sweep->point_count <= PIL_SWEEP_POINTS) return true;
  const pil_sweep_path *last = &sweep->paths[1];
  return pil_error_set(error, last->user.failure, last->user.at,
                       "%s%s: %zu × %zu values are %zu points, and a sweep has at most %d", last->user.prefix,
                       last->path, sweep->paths[0].count, last->count, sweep->point_count, PIL_SWEEP_POINTS);
}

size_t pil_sweep_value_index(const pil_sweep *sweep, size_t point, size_t which) {
  if (sweep->path_count == 1) return point;
  return which == 0 ? point / sweep->paths[1].count : point % sweep->paths[1].count;
}

/* Says at which point something failed: the others may be well. */
static void name_point(const pil_sweep *sweep, size_t point, pil_error *error) {
  if (error->failure == PIL_FAILURE_INTERRUPTED || error->failure == PIL_FAILURE_MEMORY) return;
  for (size_t i = 0; i < sweep->path_count; i++) {
    const pil_sweep_path *path = &sweep->paths[i];
    size_t used = strlen(error->text);
    snprintf(error->text + used, sizeof error->text - used, "%s%s = %s", i == 0 ? " (swept, at " : ", ",
             path->path, path->values[pil_sweep_value_index(sweep, point, i)]->text);
  }
  size_t used = strlen(error->text);
  snprintf(error->text + used, sizeof error->text - used, ")");
}

/* The point as a variant of the scenario, in `arena`. */
static bool read_point(pil_rollout *rollout, pil_arena *arena, const pil_sweep *sweep, size_t point,
                       pil_rollout_variant *variant, pil_error *error) {
  pil_variant_values values = sweep->base;
  for (size_t i = 0; i < sweep->path_count; i++) {
    const pil_sweep_path *path = &sweep->paths[i];
    pil_value *value = path->values[pil_sweep_value_index(sweep, point, i)];
    PIL_TRY(pil_variant_set(arena, &path->user, path->path, value, &values, error));
  }
  if (pil_rollout_variant_read(rollout, arena, &values, false, variant, error)) return true;
  name_point(sweep, point, error);
  return false;
}

static bool try_points(pil_rollout *rollout, const pil_sweep *sweep, pil_error *error) {
  pil_arena arena = {0};
  bool good = true;
  for (size_t point = 0; good && point < sweep->point_count; point++) {
    pil_rollout_variant variant = {0};
    pil_arena_reset(&arena);
    good = read_point(rollout, &arena, sweep, point, &variant, error);
  }
  pil_arena_free(&arena);
  return good;
}

bool pil_sweep_read(pil_rollout *rollout, const pil_options *options, const pil_variant_values *variants,
                    size_t variant_count, const pil_sweep **out, pil_error *error) {
  static const char *const keys[] = {"over", "outputs", "variant", NULL};
  const pil_value *section = pil_value_find(rollout->root, "sweep");
  *out = NULL;
  if (section != NULL) {
    PIL_TRY(pil_value_get_map(section, "sweep", error));
    PIL_TRY(pil_value_check_keys(section, "sweep", keys, error));
  }
  if (options->no_sweep || (section == NULL && options->sweep_count == 0)) return true;
  pil_sweep *sweep = pil_arena_new(&rollout->arena, sizeof *sweep);
  if (sweep == NULL) return pil_error_memory(error);
  PIL_TRY(choose_variant(options, pil_value_find(section, "variant"), variants, variant_count, sweep, error));
  PIL_TRY(read_outputs(pil_value_find(section, "outputs"), sweep, error));
  PIL_TRY(read_paths(rollout, options, section, sweep, error));
  PIL_TRY(try_points(rollout, sweep, error));
  *out = sweep;
  return true;
}

/* ---- running ---- */

/* One point while its table is needed. */
typedef struct point {
  pil_arena arena;
  pil_rollout_variant variant;
} point;

typedef struct sweeper {
  pil_rollout *rollout;
  pil_sweep_answer *answer;
  pil_runner_tick *tick;
  void *context;
  point points[3]; /* the first, and by turns the present one and the one before */
} sweeper;

static void free_point(point *p) {
  pil_table_free(&p->variant.table);
  pil_script_share_free(p->variant.source.share);
  pil_arena_free(&p->arena);
  *p = (point){0};
}

static bool tick_all(void *context, uint64_t finished) {
  const sweeper *s = context;
  return s->tick(s->context, s->answer->point_count * (uint64_t)s->answer->trials + finished);
}

/* The files that the scripts read, the same at every point; they outlive the program that lists them. */
static bool copy_files(sweeper *s, pil_runner *runner, pil_error *error) {
  pil_program *program = pil_runner_program(runner, 0, error);
  if (program == NULL) return false;
  s->answer->files = pil_script_files_copy(program, s->answer->arena, &s->answer->file_count, error);
  return s->answer->files != NULL;
}

static bool run_point(sweeper *s, size_t index, point *p, pil_error *error) {
  PIL_TRY(read_point(s->rollout, &p->arena, s->answer->sweep, index, &p->variant, error));
  pil_runner *runner = pil_rollout_start_some(s->rollout, &p->variant, 1, 3, error);
  bool good = runner != NULL && (index > 0 || copy_files(s, runner, error)) &&
              pil_runner_step(runner, s->rollout->head.trials, s->tick == NULL ? NULL : tick_all, s, error);
  if (good) {
    pil_engine_count count = pil_runner_counted(runner);
    s->answer->engine.lanes += count.lanes;
    s->answer->engine.scalar += count.scalar;
  } else {
    name_point(s->answer->sweep, index, error);
  }
  pil_runner_free(runner);
  return good;
}

/* ---- the outputs chosen ---- */

static const pil_column *find_numbers(const pil_table *table, const char *name, size_t count) {
  const pil_column *column = pil_table_find(table, name, 0);
  return column != NULL && !pil_cells_hold_texts(column->cells, count) ? column : NULL;
}

static const char *column_name_at(const void *table, size_t index) {
  const pil_table *all = table;
  return all->columns[all->input_count + index].name;
}

static bool refuse_output(const pil_value *name, const pil_table *table, pil_error *error) {
  size_t count = table->column_count - table->input_count;
  for (size_t i = 0; i < count; i++)
    if (strcmp(column_name_at(table, i), name->text) == 0)
      return pil_error_set(error, PIL_FAILURE_INPUT, name->at,
                           "sweep: outputs: \"%s\" is a series or texts, and a sweep needs one number a trial",
                           name->text);
  const char *near = pil_text_nearest_of(name->text, column_name_at, table, count);
  return pil_error_set(error, PIL_FAILURE_INPUT, name->at,
                       "sweep: outputs: the script returns no \"%s\"%s%s%s", name->text,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bool pil_sweep_check_outputs(const pil_sweep *sweep, const pil_table *table, size_t trials, pil_error *error) {
  const pil_value *named = sweep->outputs;
  for (size_t i = 0; named != NULL && i < named->count; i++)
    if (find_numbers(table, named->items[i]->text, trials) == NULL)
      return refuse_output(named->items[i], table, error);
  return true;
}

/* The name may be that of a column, which goes with its table. */
static bool add_output(pil_sweep_answer *answer, const char *name, pil_error *error) {
  const char *own = pil_arena_copy(answer->arena, name, strlen(name));
  const pil_output_spec *spec =
      own == NULL ? NULL : pil_output_spec_of(answer->arena, own, answer->rollout->specs,
                                              answer->rollout->spec_count);
  if (spec == NULL) return pil_error_memory(error);
  answer->specs[answer->spec_count++] = spec;
  return true;
}

/* Those named; else those that the scenario lists and that are numbers; else all that are. */
static bool choose_outputs(pil_sweep_answer *answer, const pil_table *table, pil_error *error) {
  const pil_rollout *rollout = answer->rollout;
  const pil_value *named = answer->sweep->outputs;
  size_t most = table->column_count + rollout->spec_count + (named == NULL ? 0 : named->count);
  answer->specs = pil_arena_array(answer->arena, most + 1, sizeof *answer->specs);
  if (answer->specs == NULL) return pil_error_memory(error);
  PIL_TRY(pil_sweep_check_outputs(answer->sweep, table, answer->trials, error));
  for (size_t i = 0; named != NULL && i < named->count; i++)
    PIL_TRY(add_output(answer, named->items[i]->text, error));
  for (size_t i = 0; named == NULL && i < rollout->spec_count; i++)
    if (find_numbers(table, rollout->specs[i].name, answer->trials) != NULL)
      PIL_TRY(add_output(answer, rollout->specs[i].name, error));
  if (answer->spec_count > 0) return true;
  for (size_t c = table->input_count; c < table->column_count; c++)
    if (find_numbers(table, table->columns[c].name, answer->trials) == &table->columns[c])
      PIL_TRY(add_output(answer, table->columns[c].name, error));
  if (answer->spec_count > 0) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, PIL_NOWHERE,
                       "sweep: the script returns no number, so there is nothing to sweep");
}

/* The cells of an output; missing all, where no trial of this point returned it. */
static const double *cells_of(point *p, const char *name, size_t trials, pil_error *error) {
  const pil_column *column = pil_table_find(&p->variant.table, name, 0);
  if (column != NULL) return column->cells;
  double *cells = pil_arena_array(&p->arena, trials, sizeof *cells);
  for (size_t i = 0; cells != NULL && i < trials; i++) cells[i] = pil_cell_of(PIL_CELL_MISSING);
  if (cells == NULL) pil_error_memory(error);
  return cells;
}

static bool study_point(sweeper *s, size_t index, point *now, point *before, pil_error *error) {
  pil_sweep_answer *answer = s->answer;
  if (index == 0) {
    pil_table_sort(&now->variant.table, NULL, 0);
    PIL_TRY(choose_outputs(answer, &now->variant.table, error));
  }
  pil_swept *row = pil_arena_array(answer->arena, answer->spec_count, sizeof *row);
  if (row == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < answer->spec_count; i++) {
    const char *name = answer->specs[i]->name;
    const double *cells = cells_of(now, name, answer->trials, error);
    const double *first = cells_of(&s->points[0], name, answer->trials, error);
    const double *previous = cells_of(before, name, answer->trials, error);
    if (cells == NULL || first == NULL || previous == NULL) return false;
    PIL_TRY(pil_swept_fill(&row[i], answer->arena, answer->specs[i], cells, first, previous, answer->trials,
                           error));
  }
  answer->points[answer->point_count++] = row;
  return true;
}

bool pil_sweep_run(pil_rollout *rollout, pil_arena *arena, pil_runner_tick *tick, void *context,
                   pil_sweep_answer *answer, pil_error *error) {
  const pil_sweep *sweep = rollout->sweep;
  *answer = (pil_sweep_answer){.arena = arena, .rollout = rollout, .sweep = sweep,
                               .trials = (size_t)rollout->head.trials};
  answer->points = pil_arena_array(arena, sweep->point_count, sizeof *answer->points);
  if (answer->points == NULL) return pil_error_memory(error);
  sweeper s = {.rollout = rollout, .answer = answer, .tick = tick, .context = context};
  point *before = &s.points[0];
  bool good = true;
  for (size_t i = 0; good && i < sweep->point_count; i++) {
    point *now = i == 0 ? before : &s.points[1 + i % 2];
    free_point(now);
    good = run_point(&s, i, now, error) && study_point(&s, i, now, before, error);
    before = now;
  }
  for (size_t i = 0; i < 3; i++) free_point(&s.points[i]);
  return good;
}
