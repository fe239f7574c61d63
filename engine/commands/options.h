/* Command lines: one table of options per verb gives both the reading and the help.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_COMMANDS_OPTIONS_H
#define PIL_COMMANDS_OPTIONS_H

#include "../base/error.h"

typedef enum pil_option_kind {
  PIL_OPTION_FLAG,  /* target: bool */
  PIL_OPTION_WHOLE, /* uint64_t, from 1 */
  PIL_OPTION_SEED,  /* pil_option_seed */
  PIL_OPTION_NUMBER, /* pil_option_number */
  PIL_OPTION_TEXT,  /* const char * */
  PIL_OPTION_LIST,  /* pil_option_list; may be given several times */
  PIL_OPTION_PIECE, /* uint64_t[2]: FIRST:LAST */
  PIL_OPTION_FORMAT, /* pil_format */
  PIL_OPTION_ENGINE /* pil_engine */
} pil_option_kind;

typedef struct pil_option_seed {
  uint64_t value;
  bool given;
} pil_option_seed;

typedef struct pil_option_number {
  double value;
  bool given;
} pil_option_number;

enum { PIL_OPTION_LIST_MOST = 256 };
typedef struct pil_option_list {
  const char *items[PIL_OPTION_LIST_MOST];
  size_t count;
} pil_option_list;

/* One option. `letter` 0: none. `argument` is what help calls its value; NULL for flags. */
typedef struct pil_option {
  char letter;
  const char *name;
  pil_option_kind kind;
  const char *argument;
  const char *help;
  void *target;
} pil_option;

/* A verb: its line in the list of verbs, its usage and options (ended by a NULL name). */
typedef struct pil_verb {
  const char *name, *arguments, *summary, *details;
  int (*run)(int count, char **arguments); /* the words after the verb; returns the exit status */
} pil_verb;

/* Reads a verb's `count` words; words that are no options go to *files (at most PIL_OPTION_LIST_MOST).
 * "--" ends the options; "--name=value" works as "--name value"; --help shows them. False: the verb ends
 * with *status, and whatever there was to say has been said. */
bool pil_options_read(const pil_verb *verb, const pil_option *options, int count, char **words, pil_option_list *files,
                      int *status);

/* Prints "pilotage: …" to stderr. Returns the exit status for a failure: 2 (130 if interrupted). */
int pil_command_fail(const pil_error *error);

extern const pil_verb pil_verb_run, pil_verb_check, pil_verb_eval, pil_verb_decide, pil_verb_diff, pil_verb_frontier;
extern const pil_verb pil_verb_test, pil_verb_explain, pil_verb_verify;

/* Exit statuses. */
enum { PIL_EXIT_GOOD = 0, PIL_EXIT_MISSED = 1, PIL_EXIT_FAILED = 2, PIL_EXIT_INTERRUPTED = 130 };

#endif
