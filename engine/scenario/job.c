/* What jobs share at their ends: the answer written, advice passed on.
 * SPDX-License-Identifier: Apache-2.0 */
#include "job.h"

#include "../base/file.h"
#include "../base/text.h"
#include "../report/render.h"

bool pil_job_write(const pil_document *document, pil_format format, bool colour, const char *path,
                   pil_error *error) {
  pil_text text = {0};
  pil_file_writer writer = {0};
  bool good = format == PIL_FORMAT_JSON  ? pil_render_json(document, &text, error)
              : format == PIL_FORMAT_CSV ? pil_render_csv(document, &text, error)
                                         : pil_render_text(document, colour, &text, error);
  good = good && pil_file_writer_open(&writer, path, error);
  if (good) {
    pil_file_writer_put(&writer, pil_text_get(&text), text.length);
    good = pil_file_writer_commit(&writer, error);
  }
  pil_text_free(&text);
  return good;
}

void pil_listener_tell(void *listener, pil_place at, const char *advice) {
  const pil_listener *l = listener;
  l->advice(l->context, at.file == NULL ? "" : at.file, at.line, at.column, advice);
}
