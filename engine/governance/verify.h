/* Policies proved: every decision that may come is in one of finitely many cells, each of which is decided alike, and
 * all of them are tried; where a policy is not of that kind, many decisions are searched.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_VERIFY_H
#define PIL_GOVERNANCE_VERIFY_H

#include "../lanes/partition.h"
#include "../policy/policy_promises.h"
#include "../report/document.h"

enum {
  PIL_VERIFY_CELLS = 1000000, /* at most */
  PIL_VERIFY_TRIES = 200000,  /* where nothing is proved */
  PIL_VERIFY_WIDTH = 1024     /* decisions at once */
};

typedef enum pil_proof_state { PIL_PROOF_PROVED, PIL_PROOF_NONE, PIL_PROOF_COUNTEREXAMPLE } pil_proof_state;

/* A decision, by column, and what came of it. */
typedef struct pil_found {
  double *cells;
  uint64_t number; /* the decision's: it addresses draws */
  uint8_t level;   /* PIL_LEVELS: none of them */
  const char *place, *returned; /* as in a pil_ruling */
} pil_found;

/* What breaks a promise. */
typedef struct pil_counterexample {
  pil_found found;
  bool has_other;  /* of monotone: the same decision with the field moved, which should be at least as tight */
  pil_found other;
  bool draws;      /* the policy does: it came with those of the decision's number */
  bool *matters;   /* by column: it is not as usual, since as usual the promise holds */
  uint8_t wanted;  /* the next level that would keep the promise; PIL_LEVELS: none would */
} pil_counterexample;

typedef struct pil_proof {
  const pil_promise *promise; /* NULL: that every decision gets a level */
  pil_proof_state state;
  uint64_t cells, tried; /* cells: where they were all tried */
  const char *reason;    /* why nothing is proved; NULL: it is */
  pil_counterexample *counterexample;
} pil_proof;

typedef enum pil_branch_state {
  PIL_BRANCH_REACHED,
  PIL_BRANCH_SHADOWED,      /* what it asks for can be, but returns before it take all of that */
  PIL_BRANCH_CONTRADICTORY, /* what it asks for can never be */
  PIL_BRANCH_UNREACHED      /* in so many tries */
} pil_branch_state;

/* A return of the policy's. */
typedef struct pil_branch {
  const char *place; /* "FILE:LINE" */
  pil_branch_state state;
  const char **hidden_by; /* places, of what is shadowed */
  size_t hidden_count;
} pil_branch;

typedef struct pil_verification {
  pil_proof *proofs; /* by promise, in the scenario's order */
  size_t proof_count;
  pil_proof answers; /* whether every decision gets a level */
  pil_branch *branches;
  size_t branch_count, dead_count;
  uint64_t branch_tries; /* 0: all cells were tried */
} pil_verification;

/* ---- columns: verify_columns.c ---- */

/* What an input column may hold. */
typedef struct pil_verify_column {
  const char *name; /* "d.amount", "d.shock[3]" */
  const pil_field *field;
  pil_partition_kind kind;
  bool is_whole, has_domain;
  double low, high;     /* NUMBERS */
  const double *values; /* VALUES, rising */
  size_t value_count;
  double usual; /* the median, or what is most frequent */
} pil_verify_column;

/* Asked now and then whether to go on. */
typedef struct pil_verify_stop {
  pil_tick *tick; /* NULL: always */
  void *context;
  bool is_stopped; /* it has said no: nothing more is tried */
} pil_verify_stop;

typedef struct pil_verify {
  const pil_policy *policy;
  pil_verify_stop *stop; /* NULL: nobody stops it */
  pil_arena arena;
  pil_field *fields; /* the policy's, with the texts of domains */
  pil_verify_column *columns;
  size_t column_count;
  pil_partition_input *inputs; /* the same, as partitions want them */
  uint64_t tries;
} pil_verify;

/* For a policy whose scenario has decisions. It outlives what is made. */
bool pil_verify_open(pil_verify *verify, const pil_policy *policy, uint64_t tries, pil_error *error);
void pil_verify_close(pil_verify *verify);

/* Columns of `count` decisions numbered from 1 + `first`, as the scenario draws them, domains excepted. */
bool pil_verify_draw(const pil_verify *verify, uint64_t first, size_t count, double **columns, pil_error *error);

bool pil_verify_goes_on(const pil_verify *verify);

/* Whether a column may hold this. */
bool pil_verify_may_be(const pil_verify_column *column, double value);

/* ---- provers: verify_prover.c ---- */

/* The policy, and beside it the truth of one promise. */
typedef struct pil_prover {
  const pil_verify *verify;
  const pil_promise *promise; /* never or always; NULL: the policy alone */
  pil_arena arena;
  pil_script_source source;
  pil_script_typed typed;
  pil_partition partition;
  bool is_changed;      /* some returns are passed over, which lanes alone know */
  const char *obstacle; /* why its cells prove nothing; NULL: they do */
  pil_machine *machine; /* NULL: lanes cannot run it */
  pil_program *program; /* of the engine that was asked for; NULL until it is needed */
  pil_frame frames[2];  /* the machine's, the program's */
  pil_jump *jumps;
  double **columns;     /* PIL_VERIFY_WIDTH decisions to prover, and what came of them: */
  uint8_t *level, *broken;
  const char **place, **returned; /* equal texts are one pointer, until the prover is freed */
} pil_prover;

/* `kept` (or NULL): the one place at which it may return where it has a choice. NULL on failure. */
pil_prover *pil_prover_new(const pil_verify *verify, const pil_promise *promise, const char *kept, pil_error *error);
void pil_prover_free(pil_prover *prover);

/* Decides what stands in its columns. In lanes, and what they give back (which is an obstacle then), or all of it where
 * that was asked for, in stock Lua. */
bool pil_prover_cells(pil_prover *prover, size_t count, pil_error *error);
/* The same with the decisions' numbers, by the engine that was asked for. */
bool pil_prover_decide(pil_prover *prover, uint64_t first, size_t count, pil_error *error);

/* One decision by column: whether it breaks the promise (without one: gets no level). */
bool pil_prover_one(pil_prover *prover, const double *cells, uint64_t number, bool *breaks, pil_error *error);
/* With which levels the promise would hold for a decision. */
bool pil_prover_levels(const pil_prover *prover, const pil_found *found, bool holds[PIL_LEVELS], pil_error *error);
/* What came of a lane, in `arena`. */
bool pil_prover_keep(pil_prover *prover, pil_arena *arena, size_t lane, uint64_t number, pil_found *found, pil_error *error);

/* ---- cells: verify_cells.c ---- */

/* One decision for each cell of a partition, in the order of an odometer whose last column runs fastest. */
typedef struct pil_cells {
  size_t count;      /* of columns that matter */
  uint32_t *columns;
  double **points;   /* rising, of each */
  size_t *point_counts, *strides;
  uint64_t total;    /* at most; more are UINT64_MAX / 2 */
} pil_cells;

bool pil_cells_make(const pil_prover *prover, pil_arena *arena, pil_cells *cells, pil_error *error);
/* Fills the prover's columns with cells first … first + count - 1. */
void pil_cells_fill(const pil_cells *cells, pil_prover *prover, uint64_t first, size_t count);
/* Where in cells->columns; -1: it does not matter. */
int pil_cells_find(const pil_cells *cells, uint32_t column);

/* ---- search: verify_search.c ---- */

typedef struct pil_search pil_search;

/* Told of each batch that was judged: `count` decisions in the prover, numbered from `first`; it may put others there. *goes_on
 * false ends the search. */
typedef bool pil_search_listener(void *context, pil_search *search, uint64_t first, size_t count, bool *goes_on,
                                 pil_error *error);

/* Decides about `tries` decisions: drawn ones, at and around the policy's limits, mixed, and where it changes its mind. */
bool pil_search_run(pil_prover *prover, uint64_t tries, pil_search_listener *listener, void *context, uint64_t *tried,
                    pil_error *error);

/* A value that the column may hold: at or around one of the policy's limits, or of another column, or drawn. */
double pil_search_pick(pil_search *search, uint32_t column);
pil_prover *pil_search_prover(pil_search *search);
void pil_search_count(pil_search *search, size_t more); /* decisions that a listener tried */

/* ---- counterexamples: verify_shrink.c, verify_monotone.c ---- */

/* Leaves as few fields as can be other than usual, and those as short numbers. */
bool pil_verify_shrink(pil_prover *prover, pil_arena *arena, const pil_found *found, pil_counterexample **counterexample,
                       pil_error *error);
/* Notes which columns are other than usual, and whether there are draws. */
bool pil_verify_mark(const pil_prover *prover, pil_arena *arena, pil_counterexample *counterexample, pil_error *error);

/* Levels of all cells of the policy alone. */
typedef struct pil_cell_levels {
  const pil_cells *cells;
  uint8_t *level;
} pil_cell_levels;

/* Judges proof->promise, a monotone. `levels` NULL: there are too many cells. */
bool pil_verify_monotone(pil_prover *base, pil_arena *arena, const pil_cell_levels *levels, pil_proof *proof, pil_error *error);

/* ---- branches: verify_branches.c ---- */

/* Distinct places. */
typedef struct pil_places {
  const char **names;
  size_t count, capacity;
} pil_places;
bool pil_places_add(pil_places *places, pil_arena *arena, const char *name, pil_error *error);

/* The places where the policy can return, reached or not. Why not is told where all cells were tried. */
bool pil_verify_branches(pil_prover *base, pil_arena *arena, const pil_places *reached, bool is_proof,
                         pil_verification *verification, pil_error *error);

/* ---- the whole: verify.c, verify_answer.c ---- */

/* Everything in verify->arena. */
bool pil_verify_run(pil_verify *verify, pil_verification *verification, pil_error *error);

/* Whether a promise is broken, or a decision gets no level. */
bool pil_verification_failed(const pil_verification *verification);

/* What a person reads, or a machine. False: out of memory. */
bool pil_verify_describe(pil_verify *verify, const pil_verification *verification, pil_document *document, pil_error *error);
bool pil_verify_export(pil_verify *verify, const pil_verification *verification, pil_node *root, pil_error *error);

/* A decision as a Lua table: "{ amount = 5000, segment = \"key\" }". In `arena`; NULL when out of memory. */
const char *pil_verify_table(const pil_verify *verify, pil_arena *arena, const double *cells);

typedef struct pil_verify_request {
  uint64_t tries; /* 0: PIL_VERIFY_TRIES */
  pil_format format;
  bool colour;
  const char *output; /* NULL: standard output */
  pil_tick *tick;     /* NULL: nobody stops it */
  void *context;
} pil_verify_request;

/* Reads a policy's scenario, verifies it and writes the answer; of what was done, marked partial, where it was stopped
 * (PIL_FAILURE_INTERRUPTED). *failed as above. */
bool pil_policy_verify(const char *path, const pil_options *options, const pil_verify_request *request, bool *failed,
                       pil_error *error);

#endif
