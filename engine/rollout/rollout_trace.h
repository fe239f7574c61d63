/* One trial replayed, with everything that went in and came out.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_ROLLOUT_ROLLOUT_TRACE_H
#define PIL_ROLLOUT_ROLLOUT_TRACE_H

#include "../report/document.h"
#include "rollout.h"

/* Runs trial `trial` of every variant and writes inputs, draws and outputs into `document`. On a
 * script's error the document holds what came before it, and the error is returned. */
bool pil_rollout_trace(pil_rollout *rollout, uint64_t trial, pil_document *document, pil_error *error);

#endif
