/* Files: read whole and bounded, written whole or not at all.
 * SPDX-License-Identifier: Apache-2.0 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "memory.h"

static bool ends_with(const char *string, const char *end) {
  size_t length = strlen(string), end_length = strlen(end);
  return length >= end_length && strcmp(string + length - end_length, end) == 0;
}

int pil_file_open(const char *path, pil_place at, pil_error *error) {
  int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    pil_error_set(error, PIL_FAILURE_FILE, at, "cannot read \"%s\": %s", path, strerror(errno));
    return -1;
  }
  struct stat status;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    pil_error_set(error, PIL_FAILURE_FILE, at, "cannot read \"%s\": it is not a regular file", path);
    close(descriptor);
    return -1;
  }
  return descriptor;
}

static bool read_all(gzFile file, const char *path, size_t limit_bytes, pil_place at, char **bytes,
                     size_t *length, pil_error *error) {
  size_t size_bytes = 1 << 16, used = 0;
  char *buffer = pil_memory_new(size_bytes);
  if (buffer == NULL) return pil_error_memory(error);
  for (;;) {
    int count = gzread(file, buffer + used, (unsigned)(size_bytes - used - 1));
    int status;
    if (count <= 0) gzerror(file, &status);
    if (count < 0 || (count == 0 && status != Z_OK && status != Z_STREAM_END)) {
      pil_memory_free(buffer);
      return pil_error_set(error, PIL_FAILURE_FILE, at, "cannot read \"%s\": %s", path,
                           status == Z_ERRNO ? strerror(errno) : "it is damaged or cut short");
    }
    if (count == 0) break;
    used += (size_t)count;
    if (limit_bytes != 0 && used > limit_bytes) {
      pil_memory_free(buffer);
      return pil_error_set(error, PIL_FAILURE_INPUT, at,
                           "\"%s\" is larger than %zu bytes, the most that is read", path,
                           limit_bytes);
    }
    if (size_bytes - used > size_bytes / 4) continue;
    char *grown = pil_memory_resize(buffer, size_bytes, 2);
    if (grown == NULL) {
      pil_memory_free(buffer);
      return pil_error_memory(error);
    }
    buffer = grown;
    size_bytes *= 2;
  }
  buffer[used] = '\0';
  *bytes = buffer;
  *length = used;
  return true;
}

bool pil_file_read(const char *path, size_t limit_bytes, pil_place at, char **bytes, size_t *length,
                   pil_error *error) {
  int descriptor = pil_file_open(path, at, error);
  if (descriptor < 0) return false;
  unsigned char magic[2] = {0};
  bool packed = ends_with(path, ".gz") && pread(descriptor, magic, 2, 0) == 2 && magic[0] == 0x1f &&
                magic[1] == 0x8b;
  if (ends_with(path, ".gz") && !packed) {
    close(descriptor);
    return pil_error_set(error, PIL_FAILURE_FILE, at, "cannot read \"%s\": it is not a gzip file",
                         path);
  }
  gzFile file = gzdopen(descriptor, "rb");
  if (file == NULL) {
    close(descriptor);
    return pil_error_memory(error);
  }
  bool done = read_all(file, path, limit_bytes, at, bytes, length, error);
  gzclose(file);
  return done;
}

/* "a/../b" -> "b", in place, as far as names alone tell. */
static void drop_parents(char *path) {
  char *up;
  while ((up = strstr(path + 1, "/../")) != NULL) {
    char *start = up;
    while (start > path && start[-1] != '/') start--;
    bool is_parent = up - start == 2 && start[0] == '.' && start[1] == '.';
    if (is_parent || up == start) return;
    memmove(start, up + 4, strlen(up + 4) + 1);
  }
}

/* Shortens a path where that names the same file (a symbolic link's parent is not the folder
 * that it stands in). */
static void tidy(char *path) {
  struct stat before, after;
  char *tidied = pil_memory_copy(path, strlen(path));
  if (tidied == NULL) return;
  drop_parents(tidied);
  bool same = stat(path, &before) == 0 && stat(tidied, &after) == 0 && before.st_dev == after.st_dev &&
              before.st_ino == after.st_ino;
  if (same) strcpy(path, tidied);
  pil_memory_free(tidied);
}

char *pil_file_resolve(const char *beside, const char *path) {
  const char *slash = strrchr(beside, '/');
  if (path[0] == '/' || slash == NULL) return pil_memory_copy(path, strlen(path));
  size_t folder_length = (size_t)(slash - beside) + 1, path_length = strlen(path);
  char *joined = pil_memory_new(folder_length + path_length + 1);
  if (joined == NULL) return NULL;
  memcpy(joined, beside, folder_length);
  memcpy(joined + folder_length, path, path_length + 1);
  tidy(joined);
  return joined;
}

static bool writer_open_in_place(pil_file_writer *writer, const char *path, pil_error *error) {
  writer->stream = fopen(path, "wbe");
  if (writer->stream != NULL) return true;
  return pil_error_set(error, PIL_FAILURE_FILE, (pil_place){path, 0, 0}, "cannot write: %s",
                       strerror(errno));
}

static bool writer_open_beside(pil_file_writer *writer, const char *path, mode_t mode,
                               pil_error *error) {
  static const char suffix[] = ".XXXXXX";
  size_t length = strlen(path);
  writer->temporary = pil_memory_new(length + sizeof suffix);
  if (writer->temporary == NULL) return pil_error_memory(error);
  memcpy(writer->temporary, path, length);
  memcpy(writer->temporary + length, suffix, sizeof suffix);
  int descriptor = mkstemp(writer->temporary);
  if (descriptor < 0) {
    pil_memory_free(writer->temporary);
    writer->temporary = NULL;
    return pil_error_set(error, PIL_FAILURE_FILE, (pil_place){path, 0, 0}, "cannot write: %s",
                         strerror(errno));
  }
  writer->stream = fchmod(descriptor, mode) == 0 ? fdopen(descriptor, "wb") : NULL;
  if (writer->stream != NULL) return true;
  close(descriptor);
  return pil_error_memory(error);
}

static mode_t new_file_mode(void) {
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/* /dev/stdout and the like lead to files, but are no place for new ones. */
static bool is_of_system(const char *path) {
  return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

/* A copy of the path; where that is a link to a file, of the file's own, so that the link stays. */
static char *copy_target(const char *path) {
  struct stat status;
  bool is_link = !is_of_system(path) && lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
  char *target = is_link ? realpath(path, NULL) : NULL;
  const char *used = target != NULL ? target : path;
  char *copy = pil_memory_copy(used, strlen(used));
  free(target);
  return copy;
}

bool pil_file_writer_open(pil_file_writer *writer, const char *path, pil_error *error) {
  *writer = (pil_file_writer){0};
  if (path == NULL) {
    writer->stream = stdout;
    return true;
  }
  struct stat status;
  bool exists = stat(path, &status) == 0;
  writer->path = copy_target(path);
  if (writer->path == NULL) return pil_error_memory(error);
  mode_t mode = exists ? status.st_mode & 0777 : new_file_mode();
  bool opened = exists && (!S_ISREG(status.st_mode) || is_of_system(path))
                    ? writer_open_in_place(writer, path, error)
                    : writer_open_beside(writer, writer->path, mode, error);
  if (!opened) pil_file_writer_discard(writer);
  return opened;
}

bool pil_file_writer_put(pil_file_writer *writer, const char *bytes, size_t length) {
  if (writer->failed) return false;
  if (fwrite(bytes, 1, length, writer->stream) == length) return true;
  writer->failed = true;
  writer->failed_errno = errno;
  return false;
}

static void note_failure(pil_file_writer *writer, bool good) {
  if (good || writer->failed) return;
  writer->failed = true;
  writer->failed_errno = errno;
}

bool pil_file_writer_commit(pil_file_writer *writer, pil_error *error) {
  note_failure(writer, fflush(writer->stream) == 0);
  if (writer->temporary != NULL) note_failure(writer, fsync(fileno(writer->stream)) == 0);
  if (writer->path != NULL) {
    note_failure(writer, fclose(writer->stream) == 0);
    writer->stream = NULL;
  }
  if (!writer->failed && writer->temporary != NULL) {
    note_failure(writer, rename(writer->temporary, writer->path) == 0);
    if (!writer->failed) {
      pil_memory_free(writer->temporary);
      writer->temporary = NULL;
    }
  }
  bool good = !writer->failed;
  if (!good) {
    pil_error_set(error, PIL_FAILURE_FILE,
                  (pil_place){writer->path != NULL ? writer->path : "standard output", 0, 0},
                  "cannot write: %s", strerror(writer->failed_errno));
  }
  pil_file_writer_discard(writer);
  return good;
}

void pil_file_writer_discard(pil_file_writer *writer) {
  if (writer->stream != NULL && writer->path != NULL) fclose(writer->stream);
  if (writer->temporary != NULL) unlink(writer->temporary);
  pil_memory_free(writer->temporary);
  pil_memory_free(writer->path);
  *writer = (pil_file_writer){0};
}
