/* Threads that do numbered tasks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "workers.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "../base/memory.h"

typedef struct worker {
  pil_workers *workers;
  size_t number;
  pthread_t thread;
  bool started;
} worker;

struct pil_workers {
  pil_work work;
  worker *list;

  pthread_mutex_t lock; /* guards everything below and what merge() writes */
  pthread_cond_t changed;
  uint64_t next_task, end_task; /* of this step */
  uint64_t finished_groups;     /* without a gap */
  uint32_t *done_counts;        /* per group: tasks that are done */
  size_t running;
  bool stopping, failed;
  pil_error error; /* of the lowest failing trial */
  size_t failing_index;
};

pil_workers *pil_workers_new(const pil_work *work, pil_error *error) {
  pil_workers *workers = pil_memory_new_zeroed(1, sizeof *workers);
  if (workers == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  workers->work = *work;
  if (workers->work.threads > work->group_count * work->group_size)
    workers->work.threads = (size_t)(work->group_count * work->group_size);
  workers->list = pil_memory_new_zeroed(workers->work.threads, sizeof *workers->list);
  workers->done_counts = pil_memory_new_zeroed(work->group_count, sizeof *workers->done_counts);
  pthread_mutex_init(&workers->lock, NULL);
  pthread_cond_init(&workers->changed, NULL);
  if (workers->list == NULL || workers->done_counts == NULL) {
    pil_error_memory(error);
    pil_workers_free(workers);
    return NULL;
  }
  for (size_t i = 0; i < workers->work.threads; i++)
    workers->list[i] = (worker){.workers = workers, .number = i};
  return workers;
}

void pil_workers_free(pil_workers *workers) {
  if (workers == NULL) return;
  pthread_mutex_destroy(&workers->lock);
  pthread_cond_destroy(&workers->changed);
  pil_memory_free(workers->list);
  pil_memory_free(workers->done_counts);
  pil_memory_free(workers);
}

size_t pil_workers_threads(const pil_workers *workers) {
  return workers->work.threads;
}

void pil_workers_lock(pil_workers *workers) {
  pthread_mutex_lock(&workers->lock);
}

void pil_workers_unlock(pil_workers *workers) {
  pthread_mutex_unlock(&workers->lock);
}

/* Keeps the error of the lowest trial (an error outside trials, such as no memory, counts as trial 0),
 * then of the first task. All tasks of this group and of earlier ones still run, since one of them may
 * fail at a lower trial. */
static void note_error(pil_workers *workers, uint64_t group, size_t index, const pil_error *error) {
  bool lower = error->trial < workers->error.trial ||
               (error->trial == workers->error.trial && index < workers->failing_index);
  if (!workers->failed || lower) {
    workers->error = *error;
    workers->failing_index = index;
  }
  workers->failed = true;
  uint64_t end = (group + 1) * workers->work.group_size;
  if (end < workers->end_task) workers->end_task = end;
}

static void note_done(pil_workers *workers, uint64_t group) {
  workers->done_counts[group]++;
  while (workers->finished_groups < workers->work.group_count &&
         workers->done_counts[workers->finished_groups] == workers->work.group_size)
    workers->finished_groups++;
}

static void *worker_main(void *argument) {
  worker *w = argument;
  pil_workers *workers = w->workers;
  const pil_work *work = &workers->work;
  pthread_mutex_lock(&workers->lock);
  while (!workers->stopping && workers->next_task < workers->end_task) {
    uint64_t task = workers->next_task++;
    uint64_t group = task / work->group_size;
    size_t index = (size_t)(task % work->group_size);
    pil_error error = {0};
    pthread_mutex_unlock(&workers->lock);
    bool good = work->run(work->context, w->number, group, index, &error);
    pthread_mutex_lock(&workers->lock);
    if (good && work->merge != NULL) good = work->merge(work->context, w->number, group, index, &error);
    if (good) note_done(workers, group);
    else note_error(workers, group, index, &error);
  }
  workers->running--;
  pthread_cond_signal(&workers->changed);
  pthread_mutex_unlock(&workers->lock);
  return NULL;
}

/* Workers inherit a mask that blocks what a person may send: signals go to the caller's thread.
 * SIGURG-like signals that the sandbox's watchdog aims at one thread stay open. */
static bool start_workers(pil_workers *workers) {
  sigset_t all, before;
  sigemptyset(&all);
  sigaddset(&all, SIGINT);
  sigaddset(&all, SIGTERM);
  sigaddset(&all, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  size_t started = 0;
  for (size_t i = 0; i < workers->work.threads; i++) {
    worker *w = &workers->list[i];
    workers->running++;
    w->started = pthread_create(&w->thread, NULL, worker_main, w) == 0;
    if (w->started) started++;
    else workers->running--;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return started > 0;
}

/* Sleeps until the workers are through, looking up every 50 ms. Called with the lock held. */
static void wait_for_workers(pil_workers *workers, pil_workers_tick *tick, void *context) {
  while (workers->running > 0) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50 * 1000 * 1000;
    if (until.tv_nsec >= 1000000000) {
      until.tv_nsec -= 1000000000;
      until.tv_sec++;
    }
    int status = pthread_cond_timedwait(&workers->changed, &workers->lock, &until);
    if (status != ETIMEDOUT || tick == NULL) continue;
    if (!workers->stopping && !tick(context, workers->finished_groups)) workers->stopping = true;
    if (workers->stopping && workers->work.stop != NULL) workers->work.stop(workers->work.context);
  }
}

bool pil_workers_step(pil_workers *workers, uint64_t groups, pil_workers_tick *tick, void *context, pil_error *error) {
  pthread_mutex_lock(&workers->lock);
  if (workers->failed || workers->stopping) {
    *error = workers->error;
    pthread_mutex_unlock(&workers->lock);
    return false;
  }
  uint64_t left = workers->work.group_count - workers->finished_groups;
  if (groups > left) groups = left;
  workers->end_task = (workers->finished_groups + groups) * workers->work.group_size;
  bool started = start_workers(workers);
  wait_for_workers(workers, tick, context);
  pthread_mutex_unlock(&workers->lock);
  for (size_t i = 0; i < workers->work.threads; i++) {
    if (workers->list[i].started) pthread_join(workers->list[i].thread, NULL);
    workers->list[i].started = false;
  }
  if (!started) return pil_error_set(error, PIL_FAILURE_MEMORY, PIL_NOWHERE, "cannot start a thread");
  if (workers->stopping) pil_error_set(&workers->error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "interrupted");
  if (workers->failed || workers->stopping) *error = workers->error;
  return !workers->failed && !workers->stopping;
}

uint64_t pil_workers_finished(const pil_workers *workers) {
  return workers->finished_groups;
}
