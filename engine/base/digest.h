/* SHA-256 of files and bytes: what an answer was computed from.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_DIGEST_H
#define PIL_BASE_DIGEST_H

#include "error.h"

enum { PIL_DIGEST_BYTES = 65 };

/* 64 hex digits and a NUL. */
void pil_digest_bytes(const void *bytes, size_t length, char hex[PIL_DIGEST_BYTES]);
/* Of a regular file: pipes and devices are refused, as in pil_file_read. */
bool pil_digest_file(const char *path, char hex[PIL_DIGEST_BYTES], pil_error *error);

#endif
