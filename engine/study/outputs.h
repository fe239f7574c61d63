/* Questions of one table: each output summarised, its goal judged, series by their elements.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STUDY_OUTPUTS_H
#define PIL_STUDY_OUTPUTS_H

#include "../run/table.h"
#include "../statistics/histogram.h"
#include "../statistics/pair.h"
#include "../statistics/summary.h"

/* A goal on one output: met when `cell relation threshold`. */
typedef enum pil_relation {
  PIL_RELATION_NONE,
  PIL_AT_LEAST,
  PIL_AT_MOST,
  PIL_ABOVE,
  PIL_BELOW
} pil_relation;

typedef struct pil_goal {
  pil_relation relation; /* NONE: no goal */
  double threshold;
  const char *text;      /* "at least 0", as written; "at least 0 by month 24", "by month 24" */
  double chance;         /* 0.5 unless said */
  bool required;
  uint32_t by;           /* a month from 1 (months.h); 0: none */
  bool is_of_month;      /* `by` without a test: the output is itself a month (at most `by`) */
  pil_place at;          /* of the goal */
} pil_goal;

/* What the scenario says of an output. */
typedef struct pil_output_spec {
  const char *name, *unit, *about;
  pil_goal goal;
  pil_better better; /* from `better` or the goal's direction */
} pil_output_spec;

/* An output as a question of the scenario names it. */
typedef struct pil_named_output {
  const char *name; /* NULL: the question does without */
  pil_place at;
} pil_named_output;

/* The output's own record; else a bare one in `arena` (NULL: no memory), which takes unit and direction
 * from the record that the output is a member of ("risk" for "risk.outage"). */
const pil_output_spec *pil_output_spec_of(pil_arena *arena, const char *name, const pil_output_spec *specs,
                                          size_t spec_count);

/* An output is a text one if the first trial that returned anything returned a text. */
bool pil_cells_hold_texts(const double *cells, size_t count);

/* Whether one cell meets a goal: NaN never does; infinity (never) by the order. */
bool pil_goal_met(const pil_goal *goal, double cell);

/* How a goal came out. */
typedef struct pil_goal_result {
  size_t met_count, trial_count; /* NaN stays in the denominator; no trials: it was not judged */
  double probability, low, high; /* Wilson, 95 % */
  bool missed;                   /* required and the interval's upper end is below `chance` */
  double *curve;                 /* with `by`: the share that met it by month 1, 2, …; else NULL */
  size_t curve_count;
} pil_goal_result;

/* Judges a goal on one number a trial. */
void pil_goal_judge(const pil_goal *goal, const double *cells, size_t count, pil_goal_result *result);

/* The same where `met_count` of `trial_count` trials are known to meet it. */
void pil_goal_conclude(const pil_goal *goal, size_t met_count, size_t trial_count,
                       pil_goal_result *result);

/* One category of a text output. */
typedef struct pil_share {
  const char *text;
  size_t count;
  double share, low, high; /* Wilson, 95 % */
} pil_share;

/* p5, p10, p25, p50, p75, p90, p95. */
enum { PIL_PERCENTILES = 7 };
extern const double pil_percentile_levels[PIL_PERCENTILES];

typedef struct pil_output_result {
  const pil_output_spec *spec; /* never NULL; a bare one for outputs the scenario does not name */
  const double *cells;
  bool is_text;                /* then only shares count */
  pil_summary summary;
  double percentiles[PIL_PERCENTILES], percentile_errors[PIL_PERCENTILES];
  pil_goal_result goal;        /* when spec->goal has a relation and fits one number a trial */
  pil_histogram histogram;
  pil_share *shares;
  size_t share_count;
} pil_output_result;

/* One element of a series: mean and five percentiles. */
typedef struct pil_point {
  double mean, p5, p25, p50, p75, p95;
} pil_point;

typedef struct pil_series_result {
  const pil_output_spec *spec;
  size_t length;
  pil_point *points;
  pil_goal_result goal; /* of a goal with a test and a month that the series has */
} pil_series_result;

typedef struct pil_table_result {
  pil_output_result *outputs;
  size_t output_count;
  pil_series_result *series;
  size_t series_count;
} pil_table_result;

/* Studies the first `row_count` rows of a sorted table. Everything lives in `arena`. */
bool pil_study_table(pil_arena *arena, const pil_table *table, size_t row_count,
                     const pil_output_spec *specs, size_t spec_count, pil_table_result *result,
                     pil_error *error);

/* By name; NULL if there is none. */
const pil_output_result *pil_table_result_find(const pil_table_result *result, const char *name);
const pil_series_result *pil_table_result_find_series(const pil_table_result *result, const char *name);

/* Whether `name` is a member of that record: "risk.outage" of "risk". */
bool pil_output_is_member(const char *name, const char *record);

#endif
