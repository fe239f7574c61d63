/* Explaining one decision.
 * SPDX-License-Identifier: Apache-2.0 */
#include "explain.h"

#include <string.h>

#include "../base/text.h"

/* The code of every file that stands beside the policy's script, for its constants and its lines. */
static bool read_files(pil_explanation *e, pil_error *error) {
  const pil_subject *subject = e->subject;
  e->files = pil_arena_array(e->arena, subject->file_count + 1, sizeof *e->files);
  if (e->files == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < subject->file_count; i++) {
    pil_explained_file *file = &e->files[e->file_count++];
    file->path = subject->files[i].path;
    file->source = i == 0 ? subject->source->shown_name : file->path;
    PIL_TRY(pil_lua_lines_read(e->arena, file->path, &file->lines, error));
    file->chunk = pil_script_chunk(e->arena, file->path, file->source, error);
    if (file->chunk == NULL) return false;
  }
  return true;
}

static bool decide(pil_explanation *e, pil_error *error) {
  PIL_TRY(pil_subject_decide(e->subject, &e->decision, NULL, e->arena, &e->ruling, error));
  return e->ruling.level < PIL_LEVELS || pil_subject_refuse(e->subject, &e->ruling, error);
}

static bool explain(pil_explanation *e, const pil_explain_request *request, pil_document *document, pil_error *error) {
  PIL_TRY(pil_explain_read(request, e->subject, e->arena, &e->decision, error));
  PIL_TRY(decide(e, error));
  PIL_TRY(read_files(e, error));
  PIL_TRY(pil_subject_trace(e->subject, &e->decision, NULL, e->arena, &e->ruling, NULL, NULL, &e->trace, error));
  PIL_TRY(pil_explain_changes(e, error));
  return pil_explain_show(e, document, error);
}

bool pil_explain(const pil_explain_request *request, pil_document *document, pil_error *error) {
  pil_arena arena = {0};
  pil_explanation e = {.arena = &arena, .subject = pil_subject_open(request->policy, error)};
  if (e.subject == NULL) return false;
  bool good = explain(&e, request, document, error);
  if (!good && error->file[0] != '\0') { /* as seen from here */
    char file[PIL_ERROR_FILE_BYTES];
    snprintf(file, sizeof file, "%s", pil_subject_path(e.subject, error->file));
    memcpy(error->file, file, sizeof file);
  }
  pil_subject_free(e.subject);
  pil_arena_free(&arena);
  return good;
}
