/* The time limit: a watchdog thread looks at every running call 50 times a second and sends the
 * thread of an overdue one a signal, whose handler arms a hook of one instruction. A hook that
 * counts from the start would cost a factor of two; lua_sethook may be called from a signal
 * handler on the thread that runs the state, but not from another thread.
 * SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MILLISECONDS = 20, ALARM_SIGNAL = SIGURG }; /* ignored where nobody handles it */

#define FIRST_GAP_SECONDS 0.02

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards everything below */
static pthread_cond_t wake;
static pthread_t watchdog;
static pil_guard *guards;
static bool is_ending;

/* Opening and closing are rare and must not overlap a start or an end of the watchdog. */
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

static _Thread_local pil_guard *volatile active;
static _Thread_local int own_thread_id;

static double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The signal may come late, when the call is over or another runs: then it means nothing. */
static void arm_hook(int signal_number) {
  (void)signal_number;
  pil_guard *guard = active;
  if (guard != NULL && pil_guard_is_overdue(guard))
    lua_sethook(guard->L, guard->hook, LUA_MASKCOUNT, 1);
}

/* One alarm may be lost between two functions, so others follow. Arming takes a walk over all
 * calls that are open, up to a million: alarms that come faster than that would leave no time for
 * an instruction of the script, so each waits longer than the one before.
 * tgkill, not pthread_kill: the thread may have ended and been joined meanwhile. */
static void look_at(pil_guard *guard, double now) {
  uint64_t call = atomic_load_explicit(&guard->call, memory_order_acquire);
  if (call != guard->seen_call) {
    guard->seen_call = call;
    guard->seen_at = guard->next_alarm_at = now;
    guard->alarm_gap = FIRST_GAP_SECONDS;
  }
  if (call % 2 == 0 || now < guard->next_alarm_at) return;
  if (!pil_guard_is_stopped(guard) && now - guard->seen_at < guard->seconds) return;
  guard->next_alarm_at = now + guard->alarm_gap;
  guard->alarm_gap *= 2;
  atomic_store_explicit(&guard->condemned, call, memory_order_release);
  syscall(SYS_tgkill, getpid(), atomic_load_explicit(&guard->thread_id, memory_order_relaxed),
          ALARM_SIGNAL);
}

static void *watch(void *unused) {
  (void)unused;
  pthread_mutex_lock(&mutex);
  while (!is_ending) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_MILLISECONDS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
      until.tv_nsec -= 1000000000L;
      until.tv_sec++;
    }
    pthread_cond_timedwait(&wake, &mutex, &until);
    double now = now_seconds();
    for (pil_guard *guard = guards; guard != NULL; guard = guard->next) look_at(guard, now);
  }
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static bool start_watchdog(void) {
  struct sigaction action = {.sa_handler = arm_hook, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  if (sigaction(ALARM_SIGNAL, &action, NULL) != 0) return false;
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&wake, &attributes);
  pthread_condattr_destroy(&attributes);
  is_ending = false;
  sigset_t all, before; /* signals to the process are for the program's own threads */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = pthread_create(&watchdog, NULL, watch, NULL) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!started) pthread_cond_destroy(&wake);
  return started;
}

static void end_watchdog(void) {
  pthread_mutex_lock(&mutex);
  is_ending = true;
  pthread_cond_signal(&wake);
  pthread_mutex_unlock(&mutex);
  pthread_join(watchdog, NULL);
  pthread_cond_destroy(&wake);
}

bool pil_guard_open(pil_guard *guard, lua_State *L, double seconds, lua_Hook hook,
                    pil_error *error) {
  *guard = (pil_guard){.L = L, .seconds = seconds, .hook = hook};
  atomic_store(&guard->condemned, UINT64_MAX);
  pthread_mutex_lock(&opening);
  bool watched = guards != NULL || start_watchdog();
  if (watched) {
    pthread_mutex_lock(&mutex);
    guard->next = guards;
    guard->link = &guards;
    if (guards != NULL) guards->link = &guard->next;
    guards = guard;
    pthread_mutex_unlock(&mutex);
  }
  pthread_mutex_unlock(&opening);
  if (watched) return true;
  return pil_error_set(error, PIL_FAILURE_MEMORY, PIL_NOWHERE,
                       "cannot start the thread that watches over scripts: %s", strerror(errno));
}

void pil_guard_close(pil_guard *guard) {
  pthread_mutex_lock(&opening);
  pthread_mutex_lock(&mutex);
  bool was_open = guard->link != NULL; /* other threads write it as they come and go */
  if (was_open) *guard->link = guard->next;
  if (was_open && guard->next != NULL) guard->next->link = guard->link;
  guard->link = NULL;
  bool was_last = was_open && guards == NULL;
  pthread_mutex_unlock(&mutex);
  if (was_last) end_watchdog();
  pthread_mutex_unlock(&opening);
}

/* The data-race checker keeps signals back until the thread calls into the C library, which a
 * loop in Lua need not do: there, and only there, the hook is armed from the start and looks. */
#ifdef __SANITIZE_THREAD__
enum { LOOK_STEPS = 1000 };

static void look_whether_overdue(lua_State *L, lua_Debug *about) {
  pil_guard *guard = active;
  if (guard != NULL && guard->L == L && pil_guard_is_overdue(guard)) guard->hook(L, about);
}

static void arm_from_start(pil_guard *guard) {
  lua_sethook(guard->L, look_whether_overdue, LUA_MASKCOUNT, LOOK_STEPS);
}
#else
static void arm_from_start(pil_guard *guard) {
  (void)guard;
}
#endif

void pil_guard_enter(pil_guard *guard) {
  if (own_thread_id == 0) own_thread_id = gettid();
  guard->outer = active;
  atomic_store_explicit(&guard->thread_id, own_thread_id, memory_order_relaxed);
  uint64_t call = atomic_load_explicit(&guard->call, memory_order_relaxed) + 1;
  atomic_store_explicit(&guard->call, call, memory_order_release);
  active = guard;
  arm_from_start(guard);
}

void pil_guard_leave(pil_guard *guard) {
  uint64_t call = atomic_load_explicit(&guard->call, memory_order_relaxed) + 1;
  atomic_store_explicit(&guard->call, call, memory_order_release);
  atomic_signal_fence(memory_order_seq_cst); /* from here on the handler arms nothing */
  active = guard->outer;
  if (lua_gethook(guard->L) != NULL) lua_sethook(guard->L, NULL, 0, 0);
}

void pil_guard_stop_all(void) {
  pthread_mutex_lock(&mutex);
  for (pil_guard *guard = guards; guard != NULL; guard = guard->next) pil_guard_stop(guard);
  pthread_mutex_unlock(&mutex);
}

void pil_guard_stop(pil_guard *guard) {
  atomic_store_explicit(&guard->stopped, true, memory_order_relaxed);
}
