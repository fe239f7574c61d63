/* The frontier of a policy: human cost against missed loss while one or two numbers of its scenario are moved over
 * values. Every point of that grid is a scenario of its own that meets the same luck: the same decisions, what is wrong
 * with them, and the minutes that people take.
 *
 * Efficient is a point that no other beats: at most as costly in human cost and in missed loss, and less in one, by the
 * means of their trials. Of an efficient point and the next in order of human cost, the difference in missed loss
 * is judged trial by trial; within two of its errors they are not told apart.
 *
 * Risk and coverage: coverage is the share of decisions that nobody looks at, risk the share of those that are wrong.
 * With a confidence named there is also the curve proper, over all decisions of the scenario as it stands; see
 * ../statistics/risk_coverage.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_POLICY_FRONTIER_H
#define PIL_POLICY_FRONTIER_H

#include "../rollout/sweep.h"
#include "../run/runner.h"
#include "../statistics/pair.h"
#include "../statistics/ratio.h"
#include "../statistics/risk_coverage.h"
#include "../statistics/summary.h"
#include "policy.h"

enum {
  PIL_FRONTIER_POINTS = 10000,   /* at most */
  PIL_FRONTIER_TRIALS = 400,     /* of each point, where neither scenario nor caller says */
  PIL_FRONTIER_GROUPS = 16,      /* of trials, for the error of the area over points */
  PIL_FRONTIER_GRADED = 1 << 20, /* decisions of the curve: the first whole trials up to so many, one at least */
  PIL_FRONTIER_CURVE = 100       /* coverages at which the curve is given */
};

/* What is asked for; all of it outlives the frontier. */
typedef struct pil_frontier_request {
  const pil_options *options; /* trials, seed, settings, threads, lanes, engine, isa */
  const char *const *varied;  /* "PATH=FROM:TO:STEPS" or "PATH=VALUE,VALUE": one or two */
  size_t varied_count;
  const char *confidence; /* a field of decisions, such as "d.confidence"; NULL: none */
  uint64_t staff;         /* at most so many reviewers; 0: not asked */
  const double *cap;      /* missed loss per decision at most; NULL: not asked */
} pil_frontier_request;

/* One point of the grid. */
typedef struct pil_frontier_point {
  bool is_done;
  pil_summary human, missed, total;                               /* per decision */
  pil_summary coverage, within;                                   /* shares */
  pil_ratio risk;                                                 /* of those that nobody looks at; NaN without any */
  double covered[PIL_FRONTIER_GROUPS];                            /* sums over the trials of a group: shares, */
  double autos[PIL_FRONTIER_GROUPS], wrongs[PIL_FRONTIER_GROUPS]; /* decisions, wrong ones */
  int64_t staff;                                                  /* reviewers needed */
  bool has_staff;                                                 /* false: no target, or more than 10,000 */
  double *cells; /* human by trial, then missed; NULL where another point beats it */
} pil_frontier_point;

typedef struct pil_frontier {
  pil_arena arena;
  const char *file;
  const pil_frontier_request *request;
  pil_policy *base; /* the scenario as it stands, for its head and the curve */
  uint64_t trials;
  bool has_target;             /* staff is searched for */
  pil_sweep grid;              /* only its paths and point_count */
  const pil_field *confidence; /* NULL: none */
  pil_script_file *files;      /* that the policy read */
  size_t file_count;
  pil_frontier_point *points;
  size_t done_count;
  pil_risk_curve curve; /* where there is a confidence, once run */
  size_t curve_trials;
} pil_frontier;

/* Reads the scenario and what is varied. The policy is the one of `policy:`; `compare:` takes no part. NULL on failure. */
pil_frontier *pil_frontier_load(const char *path, const pil_frontier_request *request, pil_error *error);
void pil_frontier_free(pil_frontier *frontier);

/* The trials of all points together. */
uint64_t pil_frontier_trials(const pil_frontier *frontier);

/* Runs all points and writes the answer to a file or (path NULL) standard output. `tick` gets the trials finished. When
 * it stops the run, the points that are finished are written, marked partial, and the error is INTERRUPTED. */
bool pil_frontier_write(pil_frontier *frontier, pil_tick *tick, void *context, pil_format format, bool colour,
                        const char *path, pil_error *error);

/* ---- its parts ---- */

/* A point as a policy: frontier.c. The caller frees it. */
pil_policy *pil_frontier_read_point(pil_frontier *frontier, size_t point, pil_error *error);
/* Adds " (varied, at PATH = VALUE)". */
void pil_frontier_name_point(const pil_frontier *frontier, size_t point, pil_error *error);

/* Fills the curve, then the points: frontier_curve.c, frontier_run.c. */
bool pil_frontier_run_curve(pil_frontier *frontier, pil_tick *tick, void *context, pil_error *error);
bool pil_frontier_run(pil_frontier *frontier, pil_tick *tick, void *context, pil_error *error);

/* ---- the answer: frontier_answer.c ---- */

enum { PIL_FRONTIER_NONE = -1 };

/* An efficient point against the next. */
typedef struct pil_frontier_step {
  size_t point;
  bool has_next, is_told_apart; /* from the next */
  pil_pair human, missed;       /* the next minus this one */
} pil_frontier_step;

/* A point of the curve over the grid. */
typedef struct pil_frontier_cover {
  size_t point;
  double coverage, risk;
} pil_frontier_cover;

typedef struct pil_frontier_answer {
  const pil_frontier *frontier;
  size_t *order; /* the points finished, by human cost, then missed loss */
  size_t count;
  pil_frontier_step *steps; /* the efficient ones in that order */
  size_t step_count;
  bool *efficient; /* by point */
  long total;      /* points, or NONE: the least total */
  size_t *near;    /* efficient points whose total is not told apart from it */
  size_t near_count;
  long staff_missed, staff_total; /* within the staff limit: the least missed loss, the least total */
  long staff_fewest;              /* the point that needs the fewest */
  long cap_human;                 /* within the cap: the least human cost */
  long least_missed;              /* the point with the least missed loss */
  pil_frontier_cover *covers;     /* the curve over the grid by rising coverage, each once */
  size_t cover_count;
  double area, area_error; /* mean risk from the first cover's coverage to the last's; NaN below two */
} pil_frontier_answer;

/* Studies the points that are finished; lives in the frontier's arena. */
bool pil_frontier_study(pil_frontier *frontier, pil_frontier_answer *answer, pil_error *error);

/* For people, as rows of CSV, and as data. */
void pil_frontier_describe(pil_document *document, const pil_frontier_answer *answer);
void pil_frontier_list(pil_document *document, const pil_frontier_answer *answer);
bool pil_frontier_export(pil_node *root, const pil_frontier_answer *answer, pil_error *error);

#endif
