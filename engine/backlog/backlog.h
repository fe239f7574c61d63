/* The backlog job: items scored by one or several formulas, trial by trial, and ranked.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BACKLOG_BACKLOG_H
#define PIL_BACKLOG_BACKLOG_H

#include "../run/items.h"
#include "../scenario/datasets.h"
#include "../scenario/head.h"
#include "../study/portfolio.h"

enum { PIL_BACKLOG_CLASSES = 64, PIL_BACKLOG_FORMULAS = 16, PIL_BACKLOG_LANES = 4096 };

/* A field that items have. All items that have it hold numbers there, or all true or false, or all texts. */
typedef struct pil_backlog_field {
  const char *name;
  pil_field_kind kind;
  const char **choices; /* texts, by their index */
  size_t choice_count;
} pil_backlog_field;

/* Items with the same fields present share a program. */
typedef struct pil_backlog_class {
  const bool *present; /* by field */
  pil_field *fields;   /* as a formula sees them: name, and what is present */
  size_t field_count;
} pil_backlog_class;

/* What the file says of an item. */
typedef struct pil_backlog_entry {
  pil_place at;
  const pil_value *map;
  size_t class_index;
  double published; /* its printed score; NaN: none */
  double published_step; /* half a unit of its last digit */
  pil_place published_at;
} pil_backlog_entry;

typedef struct pil_backlog_formula {
  const char *name;                           /* "rice" */
  pil_script_source sources[PIL_BACKLOG_CLASSES]; /* by class */
} pil_backlog_formula;

typedef struct pil_backlog_portfolio {
  bool asked, exact;
  double budget;
  size_t cost;  /* the field */
  size_t value; /* the field; SIZE_MAX: the first formula's score */
  pil_portfolio_spec spec;
  const char **blockers; /* by item: what it needs and what has no goal; NULL: none */
} pil_backlog_portfolio;

typedef struct pil_backlog {
  pil_arena arena;
  const char *file;
  const pil_value *root;
  char sha256[65];
  pil_head head;
  pil_datasets datasets;
  const pil_value *settings;
  const char *items_file; /* NULL: items stand in the scenario */
  pil_backlog_field *fields;
  size_t field_count;
  pil_backlog_entry *entries;
  pil_items items;
  pil_backlog_class classes[PIL_BACKLOG_CLASSES];
  size_t class_count;
  pil_backlog_formula *formulas;
  size_t formula_count, top;
  bool has_published;
  size_t goal_field;   /* SIZE_MAX: none */
  bool goal_required;
  const char **without_goal; /* names of items left out, as they have no goal */
  size_t without_goal_count;
  pil_backlog_portfolio portfolio;
  size_t threads, lanes;
  pil_engine engine;
  pil_isa isa;
  bool explain_engine;
} pil_backlog;

/* Reads a backlog and everything it names except the formulas. NULL on failure. */
pil_backlog *pil_backlog_load(const char *path, const pil_options *options, pil_error *error);
void pil_backlog_free(pil_backlog *backlog);

/* Parts of loading: backlog_items.c (items:), backlog_fields.c (fields:, shared:), backlog_goals.c (goals:,
 * portfolio:). */
bool pil_backlog_read_items(pil_backlog *backlog, pil_error *error);
bool pil_backlog_read_fields(pil_backlog *backlog, pil_error *error);
bool pil_backlog_read_goals(pil_backlog *backlog, pil_error *error);
bool pil_backlog_read_portfolio(pil_backlog *backlog, const pil_options *options, pil_error *error);

/* The field of that name, or an error at `at` with the nearest name. */
bool pil_backlog_find_field(const pil_backlog *backlog, const char *name, const char *what, pil_place at,
                            size_t *field, pil_error *error);
/* The item of that name likewise. */
bool pil_backlog_find_item(const pil_backlog *backlog, const char *name, const char *what, pil_place at,
                           size_t *item, pil_error *error);

/* What is written of an item's field, before any doubt: a number, or the median of what is drawn. NaN: absent. */
double pil_backlog_stated(const pil_backlog *backlog, size_t item, size_t field);

#endif
