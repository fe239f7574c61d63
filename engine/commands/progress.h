/* What verbs that simulate share: a line of progress, interruption, and where the answer goes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_COMMANDS_PROGRESS_H
#define PIL_COMMANDS_PROGRESS_H

#include <time.h>

#include "options.h"

typedef struct pil_progress {
  bool shown; /* stderr is a terminal and nobody asked for quiet */
  uint64_t trials;
  struct timespec started;
  bool dirty; /* a line stands on the terminal */
} pil_progress;

/* From here on SIGINT and SIGTERM are noted instead of ending the process. */
void pil_progress_start(pil_progress *progress, bool quiet, uint64_t trials);
/* A pil_tick whose context is a pil_progress: false once interrupted. */
bool pil_progress_tick(void *context, uint64_t finished);
void pil_progress_end(pil_progress *progress); /* clears its line */

bool pil_progress_interrupted(void);
void pil_progress_again(void); /* forgets an interrupt: the next one counts anew */

/* Whether an answer to `output` (NULL: standard output) is for a terminal that shows colour. */
bool pil_output_colour(const char *output);
/* An output that cannot be written, or is one of the inputs under whatever name, is better known before an hour of trials
 * than after. `path` may be NULL. */
bool pil_output_check(const char *option, const char *path, const pil_option_list *inputs, pil_error *error);

#endif
