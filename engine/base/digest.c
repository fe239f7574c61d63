/* SHA-256 of files and bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"

#include <errno.h>
#include <sys/types.h>

#include <sha2.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

void pil_digest_bytes(const void *bytes, size_t length, char hex[PIL_DIGEST_BYTES]) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, bytes, length);
  SHA256End(&context, hex);
}

/* The bytes of an open file. */
static bool digest_open(int descriptor, char hex[PIL_DIGEST_BYTES]) {
  unsigned char bytes[1 << 14];
  SHA2_CTX context;
  SHA256Init(&context);
  for (;;) {
    ssize_t count = read(descriptor, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    SHA256Update(&context, bytes, (size_t)count);
  }
  SHA256End(&context, hex);
  return true;
}

bool pil_digest_file(const char *path, char hex[PIL_DIGEST_BYTES], pil_error *error) {
  int descriptor = pil_file_open(path, PIL_NOWHERE, error);
  if (descriptor < 0) return false;
  bool good = digest_open(descriptor, hex);
  int why = errno;
  close(descriptor);
  return good || pil_error_set(error, PIL_FAILURE_FILE, PIL_NOWHERE, "cannot read \"%s\": %s", path, strerror(why));
}
