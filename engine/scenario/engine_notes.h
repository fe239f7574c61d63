/* What ran a script where, and which files it read: for the answers of all jobs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCENARIO_ENGINE_NOTES_H
#define PIL_SCENARIO_ENGINE_NOTES_H

#include "../lanes/batch.h"
#include "../report/document.h"
#include "datasets.h"

typedef struct pil_engine_notes {
  pil_engine_count count;
  const pil_engine_reason *reasons; /* why trials did not run in lanes */
  size_t reason_count;
} pil_engine_notes;

/* `things` are "trials" or what else ran. */
void pil_engine_describe(pil_document *document, const pil_engine_notes *notes, const char *things);
void pil_engine_export(pil_node *root, const pil_engine_notes *notes);

/* An entry of "files"; all files that data came from, with their digests. */
void pil_files_export(pil_node *files, const char *path, const char *sha256);
bool pil_files_export_data(pil_node *files, const pil_datasets *datasets, pil_error *error);

#endif
