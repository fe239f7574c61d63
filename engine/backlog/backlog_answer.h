/* What a backlog's run says: studied once, then written as a document.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BACKLOG_BACKLOG_ANSWER_H
#define PIL_BACKLOG_BACKLOG_ANSWER_H

#include "../report/document.h"
#include "../statistics/pair.h"
#include "backlog_run.h"

enum { PIL_BACKLOG_SHOWN = 10 };

/* How often the top is another once one estimate of one item is out of doubt. */
typedef struct pil_improvement {
  size_t item, field;
  uint64_t count;
  double probability, low, high;
} pil_improvement;

typedef struct pil_formula_answer {
  const pil_backlog_formula *formula;
  const pil_ranking *ranking;
  size_t *order;      /* items, best first */
  pil_ranked *items;  /* by item */
  pil_improvement *improvements; /* those above 0, most first */
  size_t improvement_count;
} pil_formula_answer;

/* What the file prints as an item's score, and what the first formula makes of the file's own numbers. */
typedef struct pil_published {
  size_t item;
  double printed, reckoned;
} pil_published;

typedef struct pil_backlog_answer {
  pil_arena *arena;
  const pil_backlog *backlog;
  const pil_backlog_sums *sums;
  uint64_t trial_count;
  bool partial;
  pil_engine_count engine;
  const pil_engine_reason *reasons;
  size_t reason_count;
  const pil_script_file **files; /* by formula */
  size_t *file_counts;
  pil_formula_answer *formulas;
  pil_published *published; /* those that differ */
  size_t published_count, checked_count;
  const pil_portfolio_study *portfolio; /* NULL: not asked, or not reached */
} pil_backlog_answer;

/* `sums` outlives the answer. */
bool pil_backlog_study(pil_arena *arena, const pil_backlog *backlog, pil_backlog_run *run,
                       const pil_backlog_sums *sums, pil_backlog_answer *answer, pil_error *error);

/* For people and for machines. NULL when out of memory. */
pil_document *pil_backlog_document(const pil_backlog_answer *answer, pil_error *error);
void pil_backlog_describe(pil_document *document, const pil_backlog_answer *answer);
bool pil_backlog_export(pil_node *root, const pil_backlog_answer *answer, pil_error *error);

/* The label that an item's trials got most often, and its share; NULL where none. */
const char *pil_backlog_label(const pil_backlog_answer *answer, size_t formula, size_t item, double *share);

#endif
