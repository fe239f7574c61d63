/* What ran a script where, and which files it read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine_notes.h"

#include <stdio.h>

#include "../base/digest.h"
#include "../statistics/number.h"

void pil_engine_describe(pil_document *document, const pil_engine_notes *notes, const char *things) {
  char text[PIL_NUMBER_BYTES];
  pil_document_heading(document, "What ran the script");
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "in lanes", "%s %s", pil_number_format((double)notes->count.lanes, 0, text), things);
  pil_facts_add(facts, "in stock Lua", "%s %s", pil_number_format((double)notes->count.scalar, 0, text), things);
  if (notes->reason_count == 0) return;
  pil_table_block *table = pil_document_table(document, "Why not in lanes");
  pil_table_column(table, "at", PIL_ALIGN_LEFT);
  pil_table_column(table, "reason", PIL_ALIGN_LEFT);
  pil_table_column(table, things, PIL_ALIGN_RIGHT);
  for (size_t i = 0; i < notes->reason_count; i++) {
    const pil_engine_reason *reason = &notes->reasons[i];
    char at[PIL_ERROR_FILE_BYTES + 16];
    const char *file = reason->at.file == NULL ? "" : reason->at.file;
    int length = snprintf(at, sizeof at, "%.*s", PIL_ERROR_FILE_BYTES, file);
    if (reason->at.line > 0) snprintf(at + length, sizeof at - (size_t)length, ":%d", reason->at.line);
    pil_table_row(table);
    pil_table_text(table, at);
    pil_table_text(table, reason->text);
    pil_table_number(table, pil_number_format((double)reason->trials, 0, text),
                     (double)reason->trials);
  }
}

void pil_engine_export(pil_node *root, const pil_engine_notes *notes) {
  pil_node *engine = pil_node_set_object(root, "engine");
  pil_node_set_unsigned(engine, "lanes", notes->count.lanes);
  pil_node_set_unsigned(engine, "scalar", notes->count.scalar);
  pil_node *reasons = pil_node_set_array(engine, "reasons");
  for (size_t i = 0; i < notes->reason_count; i++) {
    const pil_engine_reason *reason = &notes->reasons[i];
    pil_node *node = pil_node_append_object(reasons);
    pil_node_set_string(node, "file", reason->at.file == NULL ? "" : reason->at.file);
    pil_node_set_integer(node, "line", reason->at.line);
    pil_node_set_string(node, "reason", reason->text);
    pil_node_set_unsigned(node, "trials", reason->trials);
  }
}

void pil_files_export(pil_node *files, const char *path, const char *sha256) {
  pil_node *file = pil_node_append_object(files);
  pil_node_set_string(file, "path", path);
  pil_node_set_string(file, "sha256", sha256);
}

bool pil_files_export_data(pil_node *files, const pil_datasets *datasets, pil_error *error) {
  char sha256[PIL_DIGEST_BYTES];
  for (size_t i = 0; i < datasets->table_count; i++) {
    PIL_TRY(pil_digest_file(datasets->paths[i], sha256, error));
    pil_files_export(files, datasets->paths[i], sha256);
  }
  for (size_t i = 0; i < datasets->file_count; i++) {
    PIL_TRY(pil_digest_file(datasets->files[i]->file, sha256, error));
    pil_files_export(files, datasets->files[i]->file, sha256);
  }
  return true;
}
