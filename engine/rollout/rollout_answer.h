/* What a rollout's tables say: studied once, then written as a document.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_ROLLOUT_ROLLOUT_ANSWER_H
#define PIL_ROLLOUT_ROLLOUT_ANSWER_H

#include "../report/document.h"
#include "../study/compare.h"
#include "rollout.h"

/* The correlation asked for and the one that the drawn inputs have. */
typedef struct pil_correlation_reached {
  const char *first, *second;
  double asked, reached;
} pil_correlation_reached;

/* An output's worst trials. */
typedef struct pil_output_tail {
  const pil_output_spec *spec;
  pil_tail tail;
} pil_output_tail;

typedef struct pil_variant_answer {
  const pil_rollout_variant *variant;
  pil_table_result result;
  pil_gates_result gates;   /* not found where not asked */
  pil_risks_result risks;   /* likewise */
  pil_output_tail *tails;
  size_t tail_count;
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
  pil_comparison *pairs; /* see pil_rollout_pair */
  size_t pair_count;
  pil_option_result *options; /* of those whose two variants were run */
  size_t option_count;
  size_t missed_count; /* required goals missed */
} pil_rollout_answer;

/* Above so many variants each is compared with the first only: all pairs would be too many. */
enum { PIL_PAIRS_VARIANTS = 12 };

/* Variant `other` against `base`, an earlier one; NULL where they were not compared. */
const pil_comparison *pil_rollout_pair(const pil_rollout_answer *answer, size_t base, size_t other);

/* Whether the goal of an output, if it has one, could be judged: it is one number a trial, no
 * record or text; or a series, the goal has a month, and the series has that month. A required goal that could not counts as missed. */
bool pil_variant_judged(const pil_variant_answer *answer, const pil_output_spec *spec);

/* Studies the first `row_count` rows of every variant's table (columns are put in order). */
bool pil_rollout_study(pil_arena *arena, pil_rollout *rollout, pil_runner *runner, bool partial,
                       pil_rollout_answer *answer, pil_error *error);

/* The answer for people (blocks) and for machines (data). NULL when out of memory. */
pil_document *pil_rollout_document(const pil_rollout_answer *answer, pil_error *error);

/* Parts of it. Each of rollout_ask.c, rollout_compare.c and rollout_questions.c holds one walk that
 * writes blocks and data together. */
bool pil_rollout_ask(pil_rollout_answer *answer, pil_error *error); /* options, gates, risks, tails */
void pil_rollout_describe_pairs(pil_document *document, const pil_rollout_answer *answer);
void pil_rollout_describe_questions(pil_document *document, const pil_rollout_answer *answer);
void pil_rollout_describe_risks(pil_document *document, const pil_rollout_answer *answer);
void pil_rollout_export_pair(pil_node *to, const pil_comparison *comparison); /* "outputs" of it */
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
