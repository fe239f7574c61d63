/* The bytes of a file, a pipe or standard input as they arrive, unpacked where they are gzip.
 * zlib's gzread fills what it is given before it returns and so would hold back a slow pipe: inflate is called here.
 * SPDX-License-Identifier: Apache-2.0 */
#include "records_source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "../base/memory.h"

enum { PACKED_BYTES = 1 << 16, GZIP_WINDOW = 15 + 16 /* zlib: a window of 32 KiB, with gzip's frame */ };

typedef enum packing {
  PACKING_UNKNOWN, /* until the first two bytes are there */
  PACKING_NONE,
  PACKING_GZIP,
  PACKING_BETWEEN /* a gzip member has ended: another, zeros or the end follow */
} packing;

struct pil_source {
  char *name;
  int descriptor;
  bool owned, must_unpack, file_ended;
  packing packing;
  bool inflating;
  z_stream stream; /* next_in, avail_in: what is read of the file and not yet used, also when nothing is packed */
  unsigned char bytes[PACKED_BYTES];
};

static bool ends_with(const char *string, const char *end) {
  size_t length = strlen(string), end_length = strlen(end);
  return length >= end_length && strcasecmp(string + length - end_length, end) == 0;
}

static bool fail(const pil_source *s, pil_error *error, const char *why) {
  return pil_error_set(error, PIL_FAILURE_FILE, PIL_NOWHERE, "cannot read \"%s\": %s", s->name, why);
}

static bool open_path(pil_source *s, const char *path, pil_error *error) {
  s->descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (s->descriptor < 0) return fail(s, error, strerror(errno));
  struct stat status;
  if (fstat(s->descriptor, &status) == 0 && S_ISDIR(status.st_mode)) return fail(s, error, "it is a folder");
  return true;
}

pil_source *pil_source_new(const char *path, pil_error *error) {
  bool is_standard = strcmp(path, "-") == 0;
  const char *name = is_standard ? "standard input" : path;
  pil_source *s = pil_memory_new_zeroed(1, sizeof *s);
  if (s != NULL) s->name = pil_memory_copy(name, strlen(name));
  if (s == NULL || s->name == NULL) {
    pil_memory_free(s);
    pil_error_memory(error);
    return NULL;
  }
  s->must_unpack = !is_standard && ends_with(path, ".gz");
  s->descriptor = STDIN_FILENO;
  s->owned = !is_standard;
  if (is_standard || open_path(s, path, error)) return s;
  pil_source_free(s);
  return NULL;
}

void pil_source_free(pil_source *s) {
  if (s == NULL) return;
  if (s->inflating) inflateEnd(&s->stream);
  if (s->owned && s->descriptor >= 0) close(s->descriptor);
  pil_memory_free(s->name);
  pil_memory_free(s);
}

const char *pil_source_name(const pil_source *s) {
  return s->name;
}

bool pil_source_is_file(const pil_source *s, int descriptor) {
  struct stat own, other;
  return fstat(s->descriptor, &own) == 0 && fstat(descriptor, &other) == 0 && S_ISREG(own.st_mode) &&
         own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static bool wait_readable(const pil_source *s, pil_error *error) {
  struct pollfd asked = {.fd = s->descriptor, .events = POLLIN};
  if (poll(&asked, 1, -1) >= 0) return true;
  if (errno == EINTR) return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
  return fail(s, error, strerror(errno));
}

static bool is_readable(const pil_source *s) {
  struct pollfd asked = {.fd = s->descriptor, .events = POLLIN};
  return poll(&asked, 1, 0) > 0;
}

/* Bytes as they lie in the file. */
static bool read_file(pil_source *s, void *to, size_t most, bool wait, size_t *count, pil_error *error) {
  *count = 0;
  if (s->file_ended || (!wait && !is_readable(s))) return true;
  for (;;) {
    ssize_t got = read(s->descriptor, to, most);
    if (got >= 0) {
      *count = (size_t)got;
      s->file_ended = got == 0;
      return true;
    }
    if (errno == EINTR) return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(s, error, strerror(errno));
    if (!wait) return true;
    PIL_TRY(wait_readable(s, error)); /* someone set standard input not to block */
  }
}

/* Adds to the bytes that are read and not used; *got: there was something to add. */
static bool refill(pil_source *s, bool wait, bool *got, pil_error *error) {
  size_t kept = s->stream.avail_in, count;
  if (kept > 0) memmove(s->bytes, s->stream.next_in, kept);
  s->stream.next_in = s->bytes;
  PIL_TRY(read_file(s, s->bytes + kept, PACKED_BYTES - kept, wait, &count, error));
  s->stream.avail_in += (uInt)count;
  *got = count > 0;
  return true;
}

static voidpf take_memory(voidpf unused, uInt count, uInt size_bytes) {
  (void)unused;
  return pil_memory_new_zeroed(count, size_bytes);
}

static void give_memory(voidpf unused, voidpf memory) {
  (void)unused;
  pil_memory_free(memory);
}

/* Tells by the first two bytes whether the file is packed; *known stays false while they are not there. */
static bool find_packing(pil_source *s, bool wait, bool *known, pil_error *error) {
  static const unsigned char magic[2] = {0x1f, 0x8b};
  *known = false;
  while (!s->file_ended && (s->stream.avail_in == 0 || (s->stream.avail_in == 1 && s->stream.next_in[0] == magic[0]))) {
    bool got;
    PIL_TRY(refill(s, wait, &got, error));
    if (!got && !s->file_ended) return true;
  }
  *known = true;
  s->packing = s->stream.avail_in >= 2 && memcmp(s->stream.next_in, magic, 2) == 0 ? PACKING_GZIP : PACKING_NONE;
  if (s->packing == PACKING_NONE) return !s->must_unpack || fail(s, error, "it is not a gzip file");
  s->stream.zalloc = take_memory;
  s->stream.zfree = give_memory;
  s->inflating = inflateInit2(&s->stream, GZIP_WINDOW) == Z_OK;
  return s->inflating || pil_error_memory(error);
}

static bool read_plain(pil_source *s, char *to, size_t most, bool wait, size_t *count, bool *ended, pil_error *error) {
  z_stream *kept = &s->stream; /* from when the first bytes were looked at */
  if (kept->avail_in > 0) {
    *count = kept->avail_in < most ? kept->avail_in : most;
    memcpy(to, kept->next_in, *count);
    kept->next_in += *count;
    kept->avail_in -= (uInt)*count;
  } else {
    PIL_TRY(read_file(s, to, most, wait, count, error));
  }
  *ended = s->file_ended && kept->avail_in == 0;
  return true;
}

/* After a member: zeros are padding, anything else must be the next member. */
static bool start_member(pil_source *s, pil_error *error) {
  z_stream *z = &s->stream;
  while (z->avail_in > 0 && *z->next_in == 0) {
    z->next_in++;
    z->avail_in--;
  }
  if (z->avail_in == 0) return true;
  if (*z->next_in != 0x1f) return fail(s, error, "other bytes follow the packed ones");
  s->packing = PACKING_GZIP;
  return inflateReset2(z, GZIP_WINDOW) == Z_OK || fail(s, error, "it is damaged");
}

static bool read_packed(pil_source *s, char *to, size_t most, bool wait, size_t *count, bool *ended,
                        pil_error *error) {
  z_stream *z = &s->stream;
  z->next_out = (Bytef *)to;
  z->avail_out = (uInt)most;
  while (z->avail_out == most) {
    if (z->avail_in == 0 && s->file_ended) break;
    if (z->avail_in > 0 && s->packing == PACKING_BETWEEN) {
      PIL_TRY(start_member(s, error));
      continue;
    }
    /* What inflate still holds comes without new bytes; it says Z_BUF_ERROR where there is nothing. */
    int status = s->packing == PACKING_BETWEEN ? Z_BUF_ERROR : inflate(z, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) return pil_error_memory(error);
    if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) {
      if (z->avail_out < most) break; /* what came before the damage first: inflate fails again next time */
      return fail(s, error, "it is damaged");
    }
    if (status == Z_STREAM_END) s->packing = PACKING_BETWEEN;
    if (z->avail_out < most || z->avail_in > 0) continue;
    bool got;
    PIL_TRY(refill(s, wait, &got, error));
    if (!got && !s->file_ended) break;
  }
  *count = most - z->avail_out;
  *ended = *count == 0 && s->file_ended && z->avail_in == 0;
  if (*ended && s->packing != PACKING_BETWEEN) return fail(s, error, "it is cut short");
  return true;
}

bool pil_source_read(pil_source *s, char *to, size_t most, bool wait, size_t *count, bool *ended, pil_error *error) {
  *count = 0;
  *ended = false;
  if (most > 1 << 30) most = 1 << 30; /* zlib counts in 32 bits */
  if (s->packing == PACKING_UNKNOWN) {
    bool known;
    PIL_TRY(find_packing(s, wait, &known, error));
    if (!known) return true;
  }
  if (s->packing == PACKING_NONE) return read_plain(s, to, most, wait, count, ended, error);
  return read_packed(s, to, most, wait, count, ended, error);
}
