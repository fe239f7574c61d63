/* The rollout job: a scenario and a script, simulated trial by trial in several variants.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_ROLLOUT_ROLLOUT_H
#define PIL_ROLLOUT_ROLLOUT_H

#include "../run/runner.h"
#include "../scenario/head.h"
#include "../scenario/inputs.h"
#include "../scenario/questions.h"
#include "../study/outputs.h"

typedef struct pil_rollout_variant {
  const char *name, *about;
  pil_input_set inputs;
  pil_script_source source;
  uint32_t *kept_columns; /* input columns that go into the table */
  size_t kept_count;
  pil_table table;
  pil_program *(*program_new)(void *context, pil_error *error); /* NULL: the script's own */
  void *program_context;
} pil_rollout_variant;

/* What a job that simulates its trials by other means adds to the answer of a rollout. */
typedef struct pil_rollout_extra {
  const char *kind;   /* "policy": of the answer as data */
  const char *things; /* what the engine's counts count: "decisions" */
  pil_program *(*script_of)(pil_program *program); /* the script's own program behind a trial's */
  void (*describe)(void *document, const void *context, size_t variant); /* after a variant's own tables */
  void (*export)(void *node, void *outputs, const void *context, size_t variant); /* into a variant's data */
  const void *context;
} pil_rollout_extra;

typedef struct pil_sweep pil_sweep;

typedef struct pil_rollout {
  pil_arena arena;
  const char *file;      /* the scenario, as named by the caller */
  const pil_value *root; /* what it says */
  char sha256[65];       /* of its bytes */
  pil_head head;
  pil_datasets datasets;
  pil_output_spec *specs;
  size_t spec_count;
  pil_questions questions;
  pil_rollout_variant *variants;
  size_t variant_count;
  const pil_sweep *sweep; /* sweep.h; NULL: none */
  size_t threads, lanes;
  pil_engine engine;
  pil_isa isa;
  bool explain_engine;
  const pil_rollout_extra *extra; /* NULL: none */
} pil_rollout;

/* Reads a scenario and everything it names except the script. `options` may be NULL. NULL on
 * failure. */
pil_rollout *pil_rollout_load(const char *path, const pil_options *options, pil_error *error);
void pil_rollout_free(pil_rollout *rollout);

/* One variant's values read into `arena`. */
struct pil_variant_values;
bool pil_rollout_variant_read(pil_rollout *rollout, pil_arena *arena,
                              const struct pil_variant_values *values, bool keep_inputs,
                              pil_rollout_variant *variant, pil_error *error);

/* Puts the outputs of every table in the order in which answers show them. */
bool pil_rollout_sort(pil_rollout *rollout, pil_error *error);

/* A runner over all variants; tables are made ready. The rollout outlives it. */
pil_runner *pil_rollout_start(pil_rollout *rollout, pil_error *error);

/* The same over these variants; the memory of the machine is shared by the tables of `table_count`. */
pil_runner *pil_rollout_start_some(pil_rollout *rollout, pil_rollout_variant *variants, size_t count,
                                   size_t table_count, pil_error *error);

#endif
