/* The text of a YAML file: what is refused before it is parsed, and the parser's complaints in
 * words that name the useful line.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_YAML_SOURCE_H
#define PIL_DATA_YAML_SOURCE_H

#include "../base/error.h"

typedef struct pil_yaml_source {
  const char *file, *bytes;
  size_t length;
  int line_count; /* set by pil_yaml_check_source */
} pil_yaml_source;

/* A complaint of the parser: where it noticed, and where the construct it was in began (nowhere
 * if that is unknown); problem and context may be NULL. */
typedef struct pil_yaml_problem {
  const char *problem, *context;
  pil_place at, context_at;
} pil_yaml_problem;

/* Refuses UTF-16, bytes that are not UTF-8, control characters, line breaks that editors do not
 * show, and directives, so that the parser's lines are the lines an editor shows. */
bool pil_yaml_check_source(pil_yaml_source *source, pil_error *error);

/* Where the parser's mark (from 0) stands. It counts a line too many at the end of a file whose
 * last line has no end: that is taken back, with an unknown column. */
pil_place pil_yaml_place(const pil_yaml_source *source, size_t line, size_t column);

/* Always returns false. */
bool pil_yaml_explain(const pil_yaml_source *source, const pil_yaml_problem *problem,
                      pil_error *error);

#endif
