/* The bytes of a file, a pipe or standard input as they arrive, unpacked where they are gzip.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_RECORDS_SOURCE_H
#define PIL_DATA_RECORDS_SOURCE_H

#include "../base/error.h"

typedef struct pil_source pil_source;

/* path "-": standard input, which stays open when the source is freed. Bytes that begin as gzip does are unpacked
 * whatever the name; a name in .gz insists on it. NULL where it cannot be opened. */
pil_source *pil_source_new(const char *path, pil_error *error);
void pil_source_free(pil_source *source);

/* Puts what is there, `most` bytes at most, to `to`. `wait`: one byte at least, or the end; else *count may be 0
 * because nothing has arrived. *ended: no byte follows. False: reading failed; with PIL_FAILURE_INTERRUPTED (a
 * signal came while waiting) it may be called again. */
bool pil_source_read(pil_source *source, char *to, size_t most, bool wait, size_t *count, bool *ended,
                     pil_error *error);

/* Whether it is the file that is open there: one of the disk, not a pipe or a terminal. */
bool pil_source_is_file(const pil_source *source, int descriptor);

const char *pil_source_name(const pil_source *source); /* the path, or "standard input" */

#endif
