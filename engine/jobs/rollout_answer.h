/* What a rollout's tables say: studied once, then written as a document.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_JOBS_ROLLOUT_ANSWER_H
#define PIL_JOBS_ROLLOUT_ANSWER_H

#include "../report/document.h"
#include "../study/compare.h"
#include "rollout.h"

/* The correlation asked for and the one that the drawn inputs have. */
typedef struct pil_correlation_reached {
  const char *first, *second;
  double asked, reached;
} pil_correlation_reached;

typedef struct pil_variant_answer {
  const pil_rollout_variant *variant;
  pil_table_result result;
  pil_comparison comparison; /* to the first variant; empty for itself */
  pil_correlation_reached *correlations;
  size_t correlation_count;
} pil_variant_answer;

typedef struct pil_rollout_answer {
  pil_arena *arena;
  const pil_rollout *rollout;
  size_t row_count; /* trials finished by all variants */
  bool partial;
  pil_engine_count engine;
  const pil_engine_reason *reasons; /* why trials did not run in lanes */
  size_t reason_count;
  const pil_script_file *files; /* that the scripts read */
  size_t file_count;
  pil_variant_answer *variants;
  size_t missed_count; /* required goals missed */
} pil_rollout_answer;

/* Whether the goal of an output, if it has one, could be judged: it is one number a trial, no
 * record or text; or a series, the goal has a month, and the series has that month. A required goal that could not counts as missed. */
bool pil_variant_judged(const pil_variant_answer *answer, const pil_output_spec *spec);

/* Studies the first `row_count` rows of every variant's table (columns are put in order). */
bool pil_rollout_study(pil_arena *arena, pil_rollout *rollout, pil_runner *runner, bool partial,
                       pil_rollout_answer *answer, pil_error *error);

/* The answer for people (blocks) and for machines (data). NULL when out of memory. */
pil_document *pil_rollout_document(const pil_rollout_answer *answer, pil_error *error);

/* Parts of it. */
void pil_rollout_describe(pil_document *document, const pil_rollout_answer *answer); /* blocks */
bool pil_rollout_export(pil_node *root, const pil_rollout_answer *answer, pil_error *error); /* data */

/* What every answer of a scenario begins with; of `answer` only what is no variant's is read. */
bool pil_rollout_export_head(pil_node *root, const char *kind, const pil_rollout_answer *answer,
                             pil_error *error);

/* Goals (rollout_goals.c): those of series with a month, and those that could not be judged. */
void pil_rollout_describe_months(pil_document *document, const pil_variant_answer *answer);
void pil_rollout_describe_unjudged(pil_document *document, const pil_variant_answer *answer,
                                   const pil_rollout *rollout);
void pil_goal_export(pil_node *node, const pil_goal *goal, const pil_goal_result *result);
void pil_rollout_export_months(pil_node *variant, const pil_table_result *result);

#endif
