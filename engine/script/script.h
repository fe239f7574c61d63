/* What the rest of the engine sees of Lua: a sandbox that loads a script and a program that
 * runs it. The only folder that includes lua.h; nothing of Lua shows in this header.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_SCRIPT_H
#define PIL_SCRIPT_SCRIPT_H

#include "../base/text.h"
#include "../data/csv.h"
#include "../data/value.h"
#include "../lanes/batch.h"
#include "../lanes/machine.h"

/* Limits on one state and one call. */
typedef struct pil_limits {
  double seconds;      /* wall time of one call: eval 2, a trial 10 */
  size_t memory_bytes; /* per state: 256 MiB */
} pil_limits;
#define PIL_LIMITS_EVAL ((pil_limits){2.0, (size_t)256 << 20})
#define PIL_LIMITS_TRIAL ((pil_limits){10.0, (size_t)256 << 20})

/* One table of `data:` as a script sees it: p.NAME.COLUMN[i], p.NAME.n. Empty cells are nil. */
typedef struct pil_script_data {
  const char *name;
  size_t row_count, column_count;
  const char *const *column_names;
  const pil_csv_column *const *columns;
  const size_t *rows; /* the kept rows' indexes, row_count of them; NULL: 0 … row_count-1 */
} pil_script_data;

/* The wrapper's lines are no script's: an error there has this for a file. */
#define PIL_WRAPPER_NAME "wrapper"

/* One `"= EXPR"` of the scenario, compiled as `return function(x, p) return (EXPR) end`. */
typedef struct pil_script_expression {
  const char *text; /* without the "=" */
  pil_place at;     /* names the chunk FILE:LINE */
} pil_script_expression;

/* What the programs of one source have in common: the typed program of lanes, built when the first
 * of them is made, and what the script's files held then. May be used by several threads; outlives
 * the programs. NULL when out of memory. */
typedef struct pil_script_share pil_script_share;
pil_script_share *pil_script_share_new(pil_error *error);
void pil_script_share_free(pil_script_share *share);

/* Everything a program is built from; all pointers outlive the program. */
typedef struct pil_script_source {
  const char *path;            /* file to read */
  const char *shown_name;      /* as the scenario names it: in messages and unnamed draws' sites */
  pil_place named_at;          /* where the scenario names it */
  const char *scenario_folder; /* second place for require; NULL: none */
  const char *shipped_folder;  /* third place for require; NULL: none */
  uint64_t seed;
  const char *site_prefix;     /* "draw:" */
  const char *argument_name;   /* "x", "item", "d": for messages */
  const char *wrapper;         /* a chunk that is given the script's function, those of wrapper_expressions, and
                                  decided(f, ...) (PIL_BUILTIN_DECIDED), and returns the one to run, which hands
                                  its results on as a trial's; NULL: the script's own */
  const pil_script_expression *wrapper_expressions; /* of wrapper_arguments; NULL: of the script's, "d, p" */
  const char *wrapper_arguments;
  size_t wrapper_expression_count;
  bool is_strict;              /* reading a field that is not there is an error, never nil */
  bool fields_are_drawn;       /* under the script's own prefix: a draw must not have a field's name */
  const pil_field *fields;     /* the first argument */
  size_t field_count;
  const pil_value *settings;   /* the second argument's fields (a map); NULL: none */
  const pil_script_data *data;
  size_t data_count;
  const pil_script_expression *expressions; /* pil_field.expression indexes these */
  size_t expression_count;
  pil_limits limits;
  pil_engine engine; /* of pil_script_engine_new */
  pil_isa isa;       /* its kernels */
  pil_script_share *share; /* of pil_script_engine_new: among all programs of this very source; NULL:
                              the program shares nothing */
} pil_script_source;

/* The scalar program: stock Lua, trial by trial, in a state of its own. NULL on failure. */
pil_program *pil_script_program_new(const pil_script_source *source, pil_error *error);

/* A program of the engine that the source asks for: lanes with the scalar program behind them,
 * which runs what lanes give back, or the scalar program alone. Results are the same bits. Programs
 * that share make a scalar program of their own when they first need one (the first has it from the
 * start). The functions below take either kind, and make that program too. NULL on failure. */
pil_program *pil_script_engine_new(const pil_script_source *source, pil_error *error);

/* The files a program read (script first, then required modules, in order of reading), with
 * their bytes' SHA-256 as 64 hex digits. */
typedef struct pil_script_file {
  const char *path;
  char sha256[65];
} pil_script_file;
size_t pil_script_files(pil_program *program, const pil_script_file **files);
/* The same in `arena`, for those whom the program does not outlive. NULL: no memory. */
pil_script_file *pil_script_files_copy(pil_program *program, pil_arena *arena, size_t *count, pil_error *error);

/* Which of these names the scripts may read a field by: those that stand as texts in the code of the program's files, in
 * its expressions or in the settings' values. All of them where the code walks over tables by key (pairs, next). */
bool pil_script_mentions(pil_program *program, const char *const *names, size_t count, bool *mentioned,
                         pil_error *error);

/* Tells every draw that the program makes from now on (listener NULL: nobody): `distribution`
 * as "bernoulli(0.02)", the value as text. */
typedef void pil_script_listener(void *context, const char *site, uint64_t k,
                                 const char *distribution, const char *value);
void pil_script_program_listen(pil_program *program, pil_script_listener *listener, void *context);

/* What `check` can say about a script that loads: each remark once, with its place.
 * Unnamed draws are those seen while the program ran. */
typedef void pil_script_adviser(void *context, pil_place at, const char *advice);
void pil_script_program_advise(pil_program *program, pil_script_adviser *adviser, void *context);

/* ---- policies: their code and their tests ---- */

/* The image of what the source's function can reach, for traces: the script's own, without the wrapper. In
 * `arena`. NULL on failure. */
struct pil_image;
const struct pil_image *pil_script_image(pil_arena *arena, const pil_script_source *source, pil_error *error);

/* The bytecode of a whole file, read but not run, under the name that its functions have in messages. NULL on failure. */
struct pil_function;
const struct pil_function *pil_script_chunk(pil_arena *arena, const char *path, const char *shown_name, pil_error *error);

/* From any thread: ends, with failure INTERRUPTED, whatever scripts of this process are running, and the next that those
 * states are asked. States made later are not touched, so that it has to be said again while anything runs. */
void pil_script_stop_all(void);

/* One test of a test file: a case, or a function of its own (then only the name is set). */
typedef struct pil_script_case {
  const char *name; /* "case 3" where a case has none */
  bool is_function;
  const pil_value *decision;    /* d: a map of scalars, and lists and maps of scalars */
  const pil_value *settings;    /* over the scenario's; NULL: none */
  const char *level, *reason;   /* expected; reason NULL: any */
} pil_script_case;

/* A file that returns {policy = "fraud.yaml", cases = {{name =, d =, level =, reason =}, …}, test_… = function(decide)
 * …}, loaded in a sandbox of its own. Functions test_… may be globals too. NULL on failure. */
typedef struct pil_script_tests pil_script_tests;
pil_script_tests *pil_script_tests_open(const char *path, const char *shipped_folder, pil_limits limits, pil_error *error);
void pil_script_tests_free(pil_script_tests *tests);
const char *pil_script_tests_policy(const pil_script_tests *tests); /* as the file names it */
/* Cases in their order, then functions by their line. They live as long as the tests. */
const pil_script_case *pil_script_tests_list(const pil_script_tests *tests, size_t *count);

/* What a policy says; texts last until the next call. */
typedef struct pil_script_ruling {
  const char *level, *reason, *place; /* reason NULL: none */
} pil_script_ruling;

/* `decide` as a test function has it: decide(d [, settings]) -> level, reason, place. False raises *error there. */
typedef bool pil_script_decide(void *context, const pil_value *decision, const pil_value *settings,
                               pil_script_ruling *ruling, pil_error *error);

/* Calls one of the functions. False: it raised *error. One that met a limit leaves the others as they were: the file is
 * then loaded again. */
bool pil_script_tests_call(pil_script_tests *tests, const pil_script_case *test, pil_script_decide *decide, void *context,
                           pil_error *error);

/* What a wrapper calls the script's function, for pil_script_typed_build to find it. */
#define PIL_WRAPPED "policy"

/* The program of a source as lanes run it, for whoever wants to look into it. All of it lives in the arena that it was
 * built in. */
typedef struct pil_script_typed {
  const pil_ir_program *program; /* NULL: lanes cannot run it, for this reason: */
  pil_ir_reason refusal;
  const char *const *places; /* where the script's function can return, "FILE:LINE" as decided() tells it */
  size_t place_count;
  const double *numbers; /* that its code mentions */
  size_t number_count;
} pil_script_typed;

/* With `kept` (NULL: as it is) all returns but those at that place are passed over, as far as they stand in a branch: what
 * comes after it is then reached. False: the script does not load, or no memory. */
bool pil_script_typed_build(const pil_script_source *source, const char *kept, pil_arena *arena, pil_script_typed *typed,
                            pil_error *error);

/* What an expression may name. */
typedef struct pil_script_names {
  const char *arguments; /* "d, p, level": the first holds the fields */
  const pil_field *fields;
  size_t field_count;
  int argument;          /* the one (from 0) that is one of these words, where it is compared with a text */
  const char *const *words;
  size_t word_count;
  const char *word_what; /* "level" */
} pil_script_names;

/* Whether it compiles and names only what there is, as far as its code shows that; `what` leads the message. */
bool pil_script_check_expression(const pil_script_expression *expression, const char *what, const pil_script_names *names,
                                 pil_error *error);

/* Evaluates "= EXPR" over the rows of a table with the row as `name` ("row"): kept[i] says whether
 * the result was true. An error names the expression's place and the data row's line. */
bool pil_script_filter_rows(const pil_script_expression *expression, const char *name,
                            const pil_csv *csv, bool *kept, pil_error *error);

/* Runs a chunk in the sandbox (a fresh, frozen-library state) and renders the one value it returns to `result`, as
 * `pilotage eval` prints it: strings as they are with control characters escaped, floats with 17 digits where needed,
 * tables as {key = value} to a bounded depth and size, nan without sign. No value, several, nil, or NaN is an error
 * that says so. `print` output goes to stderr. require looks in the chunk's folder and in `shipped_folder` (may be
 * NULL). */
bool pil_script_eval(const char *path, const char *shipped_folder, pil_limits limits, pil_text *result,
                     pil_error *error);

/* Loads a script without a scenario (its folder and `shipped_folder` serve require): it must return a
 * function or, as a module, a table. */
bool pil_script_check_file(const char *path, const char *shipped_folder, pil_limits limits,
                           pil_error *error);

#endif
