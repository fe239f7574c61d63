/* Files: read whole and bounded, written whole or not at all.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_FILE_H
#define PIL_BASE_FILE_H

#include "error.h"

/* Opens a regular file for reading without waiting (a pipe that nobody writes to would block), and refuses pipes,
 * devices and folders: -1 and an error. `at` as below. */
int pil_file_open(const char *path, pil_place at, pil_error *error);

/* Reads a regular file of at most limit_bytes (0: no limit); a name ending in ".gz" is
 * unpacked while reading and the limit counts the unpacked bytes. *bytes is NUL-terminated
 * (the NUL not counted) and the caller's to free with pil_memory_free. `at` is where the
 * path was named (for the message) or PIL_NOWHERE. Pipes, devices and folders are refused. */
bool pil_file_read(const char *path, size_t limit_bytes, pil_place at, char **bytes, size_t *length,
                   pil_error *error);

/* A path relative to the folder of `beside` ("a/b.yaml", "c.lua" -> "a/c.lua"; "../c.lua"
 * -> "c.lua" where that is the same file, else "a/../c.lua"); an absolute path is copied. Caller frees
 * with pil_memory_free; NULL when out of memory. */
char *pil_file_resolve(const char *beside, const char *path);

/* A file that appears whole or not at all: written beside its place under another name,
 * synced, then renamed. A path that exists and is no regular file (a device, a pipe) is
 * written in place. path NULL is standard output. */
typedef struct pil_file_writer {
  FILE *stream;
  char *path, *temporary; /* temporary NULL: written in place */
  bool failed;
  int failed_errno;
} pil_file_writer;

bool pil_file_writer_open(pil_file_writer *writer, const char *path, pil_error *error);
/* Writes and remembers a failure; commit reports it. Returns false once failed. */
bool pil_file_writer_put(pil_file_writer *writer, const char *bytes, size_t length);
/* Ends the file: true when every byte is on disk under its name. The writer is closed either way. */
bool pil_file_writer_commit(pil_file_writer *writer, pil_error *error);
/* Ends without a trace. Harmless after commit. */
void pil_file_writer_discard(pil_file_writer *writer);

#endif
