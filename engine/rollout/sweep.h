/* A sweep: one variant with one or two of its inputs or settings moved over values. Each point is a
 * variant of its own on the draws that all have in common; points run one after another, so that memory
 * holds the tables of three of them whatever their number.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_ROLLOUT_SWEEP_H
#define PIL_ROLLOUT_SWEEP_H

#include "../report/document.h"
#include "../scenario/variants.h"
#include "../study/sweep.h"
#include "rollout.h"

enum { PIL_SWEEP_PATHS = 2, PIL_SWEEP_POINTS = 400 /* at most */ };

/* One path and the values it takes, at least two, which rise or fall throughout. */
typedef struct pil_sweep_path {
  const char *path;
  pil_path_user user;
  size_t most; /* values at most */
  pil_value **values;
  double *numbers; /* the same */
  size_t count;
} pil_sweep_path;

struct pil_sweep {
  pil_variant_values base; /* the variant swept */
  pil_sweep_path paths[PIL_SWEEP_PATHS];
  size_t path_count, point_count;
  const pil_value *outputs; /* a list of names; NULL: those that the scenario lists */
};

/* The sweep that options->sweeps or else the scenario's `sweep:` asks for; *sweep NULL: none. `variants`
 * are those read, with options->settings laid over them. Every point is read once, so that what is wrong
 * with one shows before anything runs. */
bool pil_sweep_read(pil_rollout *rollout, const pil_options *options, const pil_variant_values *variants,
                    size_t variant_count, const pil_sweep **sweep, pil_error *error);

/* Whether the outputs that the sweep names are numbers in a table of its variant. */
bool pil_sweep_check_outputs(const pil_sweep *sweep, const pil_table *table, size_t trials, pil_error *error);

/* Reads the paths and their values out of the scenario's map, or `PATH=…` of the command line. */
bool pil_sweep_read_map(pil_arena *arena, const pil_value *over, pil_sweep *sweep, pil_error *error);
bool pil_sweep_read_option(pil_arena *arena, const char *text, pil_sweep *sweep, pil_error *error);
/* The same for another option than --sweep: its user says which. `most` values and points; a range must rise. */
bool pil_sweep_read_varied(pil_arena *arena, const pil_path_user *user, size_t most, const char *text, pil_sweep *sweep,
                           pil_error *error);

/* The index of the value that path `which` takes at a point: the last path moves fastest. */
size_t pil_sweep_value_index(const pil_sweep *sweep, size_t point, size_t which);

typedef struct pil_sweep_answer {
  pil_arena *arena;
  const pil_rollout *rollout;
  const pil_sweep *sweep;
  const pil_output_spec **specs; /* the outputs chosen */
  size_t spec_count;
  pil_swept **points; /* points[point][output] */
  size_t point_count; /* finished; fewer than the sweep's when interrupted */
  size_t trials;      /* of each point */
  pil_engine_count engine;
  pil_script_file *files;
  size_t file_count;
} pil_sweep_answer;

/* Runs the points; `tick` gets the trials finished by all of them together. False on an error, and when
 * stopped (INTERRUPTED): then the answer holds the points that were finished. */
bool pil_sweep_run(pil_rollout *rollout, pil_arena *arena, pil_runner_tick *tick, void *context,
                   pil_sweep_answer *answer, pil_error *error);

/* The mean that a break-even goes by; NaN where the output never came in so many trials that the mean of the
 * others would mislead. */
double pil_sweep_mean(const pil_swept *swept);

/* The crossings of an output's mean along the last path, at value `row` of the first (0 with one path).
 * *count 0 and *target all the same when there is none. Lives in the answer's arena. */
bool pil_sweep_cross(const pil_sweep_answer *answer, size_t output, size_t row, pil_crossing **crossings,
                     size_t *count, pil_error *error);

/* For people, as rows of CSV, and as data. NULL and false when out of memory. */
bool pil_sweep_describe(pil_document *document, const pil_sweep_answer *answer, pil_error *error);
bool pil_sweep_list(pil_document *document, const pil_sweep_answer *answer, pil_error *error);
bool pil_sweep_export(pil_node *root, const pil_sweep_answer *answer, pil_error *error);

#endif
