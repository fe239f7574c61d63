/* A backlog's single trials: as CSV rows, and one of them replayed.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BACKLOG_BACKLOG_SAMPLES_H
#define PIL_BACKLOG_BACKLOG_SAMPLES_H

#include "../report/document.h"
#include "backlog_run.h"

/* Rows of the first `row_count` trials, worked out once more: formula,trial,item,<fields>,score,label,rank. */
bool pil_backlog_write_samples(const pil_backlog *backlog, uint64_t row_count, const char *path, pil_tick *tick,
                               void *context, pil_error *error);

/* Every item's fields, draws, score and rank in one trial. */
bool pil_backlog_trace(const pil_backlog *backlog, uint64_t trial, pil_document *document, pil_error *error);

#endif
