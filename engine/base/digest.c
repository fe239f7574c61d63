/* SHA-256 of files and bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"

#include <errno.h>
#include <sys/types.h>

#include <sha2.h>
#include <string.h>

void pil_digest_bytes(const void *bytes, size_t length, char hex[PIL_DIGEST_BYTES]) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, bytes, length);
  SHA256End(&context, hex);
}

bool pil_digest_file(const char *path, char hex[PIL_DIGEST_BYTES], pil_error *error) {
  if (SHA256File(path, hex) != NULL) return true;
  return pil_error_set(error, PIL_FAILURE_FILE, PIL_NOWHERE, "cannot read \"%s\": %s", path, strerror(errno));
}
