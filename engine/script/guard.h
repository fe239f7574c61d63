/* The time limit of calls into Lua: one watchdog thread for the process, and a hook that is armed
 * only when a call is overdue. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_GUARD_H
#define PIL_SCRIPT_GUARD_H

#include <lua.h>
#include <stdatomic.h>

#include "../base/error.h"

/* One per sandbox. While all is well a call costs two stores and no system call. */
typedef struct pil_guard {
  lua_State *L;
  double seconds;
  lua_Hook hook;                  /* what ends an overdue call, on the thread that runs it */
  _Atomic(uint64_t) call;         /* odd while a call runs; only the running thread writes it */
  _Atomic(uint64_t) condemned;    /* the call that is overdue */
  _Atomic(bool) stopped;          /* asked to end, by pil_guard_stop */
  _Atomic(int) thread_id;         /* the thread of the running call */
  uint64_t seen_call;             /* the watchdog's: what it saw last … */
  double seen_at;                 /* … and since when; when it calls again, and how much … */
  double next_alarm_at, alarm_gap; /* … longer it waits each time */
  struct pil_guard *outer;        /* the guard that was active on this thread before */
  struct pil_guard *next, **link; /* the watchdog's list */
} pil_guard;

/* Starts watching; the first guard of the process starts the watchdog, the last ends it. */
bool pil_guard_open(pil_guard *guard, lua_State *L, double seconds, lua_Hook hook,
                    pil_error *error);
void pil_guard_close(pil_guard *guard);

/* Around the outermost call. */
void pil_guard_enter(pil_guard *guard);
void pil_guard_leave(pil_guard *guard);

/* From any thread. */
void pil_guard_stop(pil_guard *guard);
/* The same for all guards that are open. */
void pil_guard_stop_all(void);

static inline bool pil_guard_is_overdue(pil_guard *guard) {
  return atomic_load_explicit(&guard->condemned, memory_order_relaxed) ==
         atomic_load_explicit(&guard->call, memory_order_relaxed);
}
static inline bool pil_guard_is_stopped(pil_guard *guard) {
  return atomic_load_explicit(&guard->stopped, memory_order_relaxed);
}

#endif
