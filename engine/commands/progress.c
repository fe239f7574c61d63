/* What verbs that simulate share: a line of progress, interruption, and where the answer goes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number) {
  (void)signal_number;
  interrupted = 1;
}

static void catch_interrupts(void) {
  struct sigaction action = {.sa_handler = note_interrupt};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

static double seconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) * 1e-9;
}

void pil_progress_start(pil_progress *progress, bool quiet, uint64_t trials) {
  *progress = (pil_progress){.shown = !quiet && isatty(STDERR_FILENO), .trials = trials};
  clock_gettime(CLOCK_MONOTONIC, &progress->started);
  catch_interrupts();
}

bool pil_progress_tick(void *context, uint64_t finished) {
  pil_progress *p = context;
  double seconds = seconds_since(&p->started);
  if (p->shown && seconds > 0.3) {
    double rate = (double)finished / seconds;
    double left = finished > 0 ? (double)(p->trials - finished) / rate : 0;
    fprintf(stderr, "\r%3.0f %%  %llu of %llu trials  %.0f trials/s  %.0f s left\033[K",
            100.0 * (double)finished / (double)p->trials, (unsigned long long)finished,
            (unsigned long long)p->trials, rate, left);
    p->dirty = true;
  }
  return !interrupted;
}

void pil_progress_end(pil_progress *progress) {
  if (progress->dirty) fprintf(stderr, "\r\033[K");
  progress->dirty = false;
}

bool pil_progress_interrupted(void) {
  return interrupted;
}

void pil_progress_again(void) {
  interrupted = 0;
}

bool pil_output_colour(const char *output) {
  const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
  if (output != NULL || !isatty(STDOUT_FILENO)) return false;
  return (no_colour == NULL || *no_colour == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

static bool is_one_file(const char *path, const char *other) {
  struct stat a, b;
  return stat(path, &a) == 0 && stat(other, &b) == 0 && S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool pil_output_check(const char *option, const char *path, const pil_option_list *inputs, pil_error *error) {
  for (size_t i = 0; path != NULL && i < inputs->count; i++)
    if (is_one_file(path, inputs->items[i]))
      return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--%s names the input, \"%s\"", option, path);
  if (path == NULL || access(path, W_OK) == 0) return true;
  const char *slash = strrchr(path, '/');
  char folder[4096];
  snprintf(folder, sizeof folder, "%.*s", slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path),
           slash == NULL ? "." : path);
  if (access(path, F_OK) != 0 && access(folder, W_OK) == 0) return true;
  return pil_error_set(error, PIL_FAILURE_FILE, (pil_place){path, 0, 0},
                       "cannot write there: no such folder, or no permission");
}
