/* Where the shipped scripts stand.
 * SPDX-License-Identifier: Apache-2.0 */
#include "shipped.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PIL_SHIPPED_FOLDER
#define PIL_SHIPPED_FOLDER "/usr/local/share/pilotage/scripts"
#endif

static char folder[PATH_MAX + 32];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A program in build/ or build/KIND/ belongs to the source tree above it. */
static void find_folder(void) {
  char program[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  for (int level = 0; length > 0 && level < 4; level++) {
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (slash == NULL) break;
    length = slash - program;
    struct stat status;
    snprintf(folder, sizeof folder, "%.*s/scripts/library", (int)length, program);
    bool built_here = level > 0 && stat(folder, &status) == 0 && S_ISDIR(status.st_mode);
    if (!built_here) continue;
    snprintf(folder, sizeof folder, "%.*s/scripts", (int)length, program);
    return;
  }
  snprintf(folder, sizeof folder, "%s", PIL_SHIPPED_FOLDER);
}

const char *pil_shipped_folder(void) {
  pthread_once(&once, find_folder);
  return folder;
}
