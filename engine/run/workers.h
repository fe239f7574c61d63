/* Threads that do numbered tasks. Tasks come in groups (all variants of one batch, all items of one);
 * they are taken in order, so that groups end about in order, and an error counts as in a run on one
 * thread: the lowest trial's, then that of the first task within the group.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_WORKERS_H
#define PIL_RUN_WORKERS_H

#include <stddef.h>
#include <stdint.h>

#include "../base/error.h"

/* What the tasks are. Everything outlives the workers. */
typedef struct pil_work {
  void *context;
  uint64_t group_count;
  size_t group_size; /* tasks of a group, at least 1 */
  size_t threads;    /* at most; at least 1 */
  /* Does task `index` of a group, on worker number `worker` (from 0). Several at once. On failure
   * error->trial is the lowest failing trial, 0 where it has none. */
  bool (*run)(void *context, size_t worker, uint64_t group, size_t index, pil_error *error);
  /* Puts away what run() made. One at a time, in any order; may be NULL. */
  bool (*merge)(void *context, size_t worker, uint64_t group, size_t index, pil_error *error);
  /* From the caller's thread, while run() may be running: makes it fail soon. Called every 50 ms. May be NULL. */
  void (*stop)(void *context);
} pil_work;

typedef struct pil_workers pil_workers;

/* NULL when out of memory. */
pil_workers *pil_workers_new(const pil_work *work, pil_error *error);
void pil_workers_free(pil_workers *workers);
size_t pil_workers_threads(const pil_workers *workers);

/* Held while merge() runs, and free to be held for what merge() or stop() share with run(). */
void pil_workers_lock(pil_workers *workers);
void pil_workers_unlock(pil_workers *workers);

/* Does so many more groups (fewer if they are done). `tick`, if given, is called from this thread
 * about every 50 ms and stops the work by returning false. False with the error, or when stopped
 * (failure INTERRUPTED; the text is the caller's to write); then no more steps are possible. */
typedef bool pil_workers_tick(void *context, uint64_t finished_groups);
bool pil_workers_step(pil_workers *workers, uint64_t groups, pil_workers_tick *tick, void *context, pil_error *error);

/* Groups all of whose tasks are done, counted from the first without a gap. */
uint64_t pil_workers_finished(const pil_workers *workers);

#endif
