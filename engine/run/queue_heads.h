/* The heads of the reviewers' queue: who is free when, and who has handled how much today. Only for queue.c, in whose
 * loop it is inlined.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_QUEUE_HEADS_H
#define PIL_RUN_QUEUE_HEADS_H

#include <math.h>

#include "queue.h"

/* A head in the heap, the one free first at the top. */
typedef struct pil_head {
  double free; /* since when, or from when on */
  uint32_t index;
} pil_head;

/* What a head has handled on the last day on which it handled anything. */
typedef struct pil_head_day {
  double day, minutes;
} pil_head_day;

typedef struct pil_heads {
  pil_head *heap;
  pil_head_day *days;
  uint32_t count;
  uint32_t part_index;   /* the head that is there for part of the day; UINT32_MAX: none */
  double part_minutes;   /* that part */
  double day_minutes;    /* a whole day */
  double end;            /* of the last day */
  double day, day_start, day_end; /* that of the last decision begun */
} pil_heads;

static inline double pil_desk_heads(const pil_desk *desk, double *part) {
  double heads = desk->count * (1 - desk->shrinkage), whole = floor(heads + 1e-9);
  *part = heads - whole > 1e-9 ? heads - whole : 0; /* 10 × (1 - 0.3) is 7 heads, however it rounds */
  return whole;
}

/* The day of a moment. day × day_minutes is where days begin, and what decides. */
static inline double pil_heads_day(const pil_heads *heads, double moment) {
  double day = floor(moment / heads->day_minutes);
  if (day * heads->day_minutes > moment) return day - 1;
  return (day + 1) * heads->day_minutes <= moment ? day + 1 : day;
}

static inline void pil_heads_turn(pil_heads *heads, double day) {
  heads->day = day;
  heads->day_start = day * heads->day_minutes;
  heads->day_end = (day + 1) * heads->day_minutes;
}

static inline void pil_heads_start(pil_heads *heads, const pil_desk *desk) {
  double part, whole = pil_desk_heads(desk, &part);
  heads->count = (uint32_t)whole + (part > 0);
  heads->part_index = part > 0 ? (uint32_t)whole : UINT32_MAX;
  heads->day_minutes = 60 * desk->hours_per_day;
  heads->part_minutes = part * heads->day_minutes;
  heads->end = desk->days * heads->day_minutes;
  for (uint32_t i = 0; i < heads->count; i++) {
    heads->heap[i] = (pil_head){0, i};
    heads->days[i] = (pil_head_day){-1, 0};
  }
  pil_heads_turn(heads, 0);
}

static inline bool pil_head_is_before(pil_head a, pil_head b) {
  return a.free < b.free || (a.free == b.free && a.index < b.index);
}

/* The top head is free at another time: to its place in the heap. */
static inline void pil_heads_move_top(pil_heads *heads, double free) {
  pil_head *heap = heads->heap, moved = {free, heap[0].index};
  uint32_t count = heads->count, at = 0;
  for (uint32_t child = 1; child < count; child = 2 * at + 1) {
    child += child + 1 < count && pil_head_is_before(heap[child + 1], heap[child]);
    if (!pil_head_is_before(heap[child], moved)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

/* Whether the top head is at work at `moment`, in the present day. If not it comes back at the next opening; and
 * whoever came back this morning has been free since then, not since the day before. */
static inline bool pil_heads_top_is_there(pil_heads *heads, double moment) {
  if (heads->heap[0].index != heads->part_index) return true;
  bool is_there = moment - heads->day_start < heads->part_minutes;
  if (is_there && heads->heap[0].free >= heads->day_start) return true;
  pil_heads_move_top(heads, is_there ? heads->day_start : heads->day_end);
  return false;
}

/* When work of so many minutes, begun at `moment` by the head of part days, is done and the head there again. */
static inline double pil_heads_part_done(const pil_heads *heads, double moment, double minutes) {
  double left = minutes - (heads->part_minutes - (moment - heads->day_start));
  if (left < 0) return moment + minutes;
  double days = floor(left / heads->part_minutes);
  return (heads->day + 1 + days) * heads->day_minutes + fmax(left - days * heads->part_minutes, 0);
}

/* Minutes of this work that are within the days. */
static inline double pil_heads_busy(const pil_heads *heads, bool is_part, double moment, double minutes, double done) {
  if (done <= heads->end) return minutes;
  if (moment >= heads->end) return 0;
  if (!is_part) return heads->end - moment;
  double days_after = heads->end / heads->day_minutes - heads->day - 1;
  return heads->part_minutes - (moment - heads->day_start) + days_after * heads->part_minutes;
}

/* The top head begins work in the present day. Returns the minutes it had handled that day; adds to *busy. */
static inline double pil_heads_begin(pil_heads *heads, double moment, double minutes, double *busy) {
  uint32_t index = heads->heap[0].index;
  bool is_part = index == heads->part_index;
  pil_head_day *today = &heads->days[index];
  double before = today->day == heads->day ? today->minutes : 0;
  double done = is_part ? pil_heads_part_done(heads, moment, minutes) : moment + minutes;
  if (done < heads->day_end) {
    *today = (pil_head_day){heads->day, before + minutes};
  } else { /* what is done of it on its last day */
    double day = pil_heads_day(heads, done);
    *today = (pil_head_day){day, done - day * heads->day_minutes};
  }
  *busy += pil_heads_busy(heads, is_part, moment, minutes, done);
  pil_heads_move_top(heads, done);
  return before;
}

#endif
