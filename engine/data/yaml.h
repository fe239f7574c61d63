/* Strict YAML: one document, no tags, anchors, aliases or merge keys, no duplicate or empty
 * keys, at most 64 levels and 1 MiB. The only includer of the YAML library.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_YAML_H
#define PIL_DATA_YAML_H

#include "value.h"

enum { PIL_YAML_DEPTH = 64, PIL_YAML_BYTES = 1 << 20 };

/* The root of the file, which must be a map. `file` is kept by pointer inside the values: the
 * arena gets its own copy. Texts may not hold control characters other than newline and tab. */
bool pil_yaml_read_file(pil_arena *arena, const char *path, pil_value **root, pil_error *error);

/* Any value from memory (a command line's `--set a="90 to 140"`); `file` names it in messages. */
bool pil_yaml_read(pil_arena *arena, const char *file, const char *bytes, size_t length,
                   pil_value **value, pil_error *error);

#endif
