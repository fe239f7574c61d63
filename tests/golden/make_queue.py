"""The reviewers' queue by a calendar of events, simulated plainly: make_queue.py > queue.h
All times are multiples of a power of two or of an hour, so that sums are exact and moments coincide.
SPDX-License-Identifier: Apache-2.0"""
import heapq
import math

HOLD, APPROVE, DECLINE = range(3)
RIGHT, CAUGHT, MISSED, DISTURBED, OPEN, INVALID = range(6)
LATE = 8
CATCHES, DISTURBS = [0.0, 0.85, 0.75, 0.95], [0.0, 0.05, 0.125, 0.25]
# reviewers, shrinkage, hours, days, fatigue, target, timeout, on_timeout, decisions, most minutes, classes, grid, seed
CASES = [
    (1, 0, 8, 1, 0, 30, math.inf, HOLD, 40, 20, 1, 1024, 1),
    (3, 0, 8, 3, 0.05, 30, 60, HOLD, 120, 64, 3, 1024, 2),
    (3, 0.25, 8, 4, 0.125, 30, 60, HOLD, 150, 64, 2, 1024, 3),  # 2.25 heads
    (3, 0.25, 8, 4, 0.125, 30, 60, APPROVE, 200, 64, 3, 4, 4),  # moments coincide
    (5, 0.5, 7, 3, 0.5, 20, 32, DECLINE, 150, 64, 4, 0.25, 5),  # coarse: many ties, 2.5 heads
    (1, 0.5, 8, 5, 1, 60, math.inf, HOLD, 60, 128, 2, 0.25, 6),  # half a head alone, work over several days
    (1, 0.875, 8, 3, 0.25, 60, 256, DECLINE, 30, 300, 2, 0.5, 7),
    (0, 0, 8, 2, 0, 60, math.inf, HOLD, 20, 16, 2, 1024, 8),
    (0, 0, 8, 2, 0, 60, 120, DECLINE, 20, 16, 2, 1024, 9),
    (2, 0, 4, 6, 0.125, 0, 0, APPROVE, 120, 32, 1, 8, 10),  # nobody waits
    (2, 1, 4, 2, 0, 10, 50, HOLD, 12, 32, 1, 8, 11),  # all are away
    (26, 0.25, 8, 2, 0.05, 5, 10, APPROVE, 400, 128, 16, 16, 12),
    (1, 0, 1, 3, 0.25, 10, math.inf, HOLD, 12, 200, 1, 2, 13),  # the queue outlives the days
    (3, 0.25, 8, 20, 1, 30, 60, HOLD, 150, 100, 2, 0.0625, 14),  # little to do: who has been free the longest
    (2, 0.25, 8, 40, 0.25, 30, math.inf, HOLD, 130, 240, 1, 1 / 60, 15),  # on the hour
]


class Luck:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) * 2.0**-53


def decisions_of(case):
    """The same as make_trial of unit_queue.c."""
    hours, days, count, most, classes, grid, seed = case[2], case[3], case[8], case[9], case[10], case[11], case[12]
    luck = Luck(seed)
    made = []
    for _ in range(count):
        d = {}
        d["arrival"] = math.floor(luck.next() * days * hours * 60 * grid) / grid
        d["handling"] = math.floor(luck.next() * most * grid) / grid
        d["level"] = math.floor(luck.next() * 4)
        d["priority"] = math.floor(luck.next() * classes)
        d["wrong"] = luck.next() < 0.4
        d["catching"] = luck.next()
        d["disturbing"] = luck.next()
        made.append(d)
    return made


class Head:
    def __init__(self, share):
        self.share, self.is_there = share, share == 1
        self.idle_since, self.left, self.work = 0.0, None, []  # work: (from, to) of all it handled

    def minutes(self, low, high):
        return sum(max(0.0, min(high, b) - max(low, a)) for a, b in self.work)


def simulate(case, made):
    count, shrinkage, hours, days, fatigue, target, timeout, on_timeout = case[:8]
    day, end = hours * 60.0, days * hours * 60.0
    whole = math.floor(count * (1 - shrinkage))
    heads = [Head(1) for _ in range(whole)]
    if count * (1 - shrinkage) > whole:
        heads.append(Head(count * (1 - shrinkage) - whole))
    calendar, number = [], 0

    def plan(time, what, whom):
        nonlocal number
        number += 1
        heapq.heappush(calendar, (time, number, what, whom))

    for i, d in enumerate(made):
        d["outcome"], d["wait"], d["hours"] = (MISSED if d["wrong"] else RIGHT), 0.0, 0.0
        if d["level"] > 0:
            d["outcome"] = OPEN
            plan(d["arrival"], "arrive", i)
    for h, head in enumerate(heads):
        if head.share < 1:
            plan(0.0, "open", h)
    waiting, stays = [], []  # stays: (from, to) in the queue

    def work(h, now):
        """The head goes on with what is left of its work."""
        head = heads[h]
        close = math.floor(now / day) * day + head.share * day if head.share < 1 else math.inf
        if now + head.left < close:
            head.work.append((now, now + head.left))
            plan(now + head.left, "done", h)
        else:
            head.work.append((now, close))
            head.left -= close - now

    unserved = sum(d["level"] > 0 for d in made)
    while calendar and (unserved > 0 or any(head.left is not None for head in heads)):
        now = calendar[0][0]
        while True:
            while calendar and calendar[0][0] == now:
                _, _, what, whom = heapq.heappop(calendar)
                if what == "arrive":
                    waiting.append(whom)
                    plan(now + timeout, "late", whom) if on_timeout != HOLD and timeout < math.inf else None
                elif what == "done":
                    heads[whom].left, heads[whom].idle_since = None, now
                elif what == "open":
                    head = heads[whom]
                    head.is_there = True
                    plan(now + day * head.share, "close", whom)
                    plan(now + day, "open", whom)
                    if head.left is not None and head.left > 0:
                        work(whom, now)
                    else:
                        head.left, head.idle_since = None, now
                elif what == "close":
                    heads[whom].is_there = False
                elif whom in waiting:
                    made[whom]["due"] = True
            free = [h for h, head in enumerate(heads) if head.is_there and head.left is None]
            if not (waiting and free):
                break
            h = min(free, key=lambda h: (heads[h].idle_since, h))
            i = min(waiting, key=lambda i: (made[i]["priority"], made[i]["arrival"], i))
            waiting.remove(i)
            unserved -= 1
            d, head = made[i], heads[h]
            today = head.minutes(math.floor(now / day) * day, now)
            stays.append((d["arrival"], now))
            d["wait"], d["hours"] = now - d["arrival"], today / 60
            if d["wrong"]:
                caught = d["catching"] < CATCHES[d["level"]] * (1 - fatigue * today / 60)
                d["outcome"] = CAUGHT if caught else MISSED
            else:
                d["outcome"] = DISTURBED if d["disturbing"] < DISTURBS[d["level"]] else RIGHT
            if d["wait"] > timeout:
                d["outcome"] += LATE
            head.left = d["handling"]
            work(h, now)
        for i in [i for i in waiting if made[i].get("due")]:
            waiting.remove(i)
            unserved -= 1
            d = made[i]
            stays.append((d["arrival"], now))
            d["wait"] = timeout
            d["outcome"] = LATE + ((MISSED if d["wrong"] else RIGHT) if on_timeout == APPROVE
                                   else (CAUGHT if d["wrong"] else DISTURBED))
    last = max([end] + [b for _, b in stays])
    for i in waiting:
        made[i]["wait"] = math.inf
        made[i]["outcome"] = OPEN + (LATE if timeout < math.inf else 0)
        stays.append((made[i]["arrival"], last))
    begun = [d for d in made if d["level"] > 0 and d["outcome"] % 8 != OPEN
             and not (on_timeout != HOLD and d["outcome"] & LATE)]
    return {
        "begun": len(begun), "within": sum(d["wait"] <= target for d in begun),
        "late": sum(d["outcome"] >= LATE for d in made),
        "backlog": sum(a <= end < b for a, b in stays) + len(waiting) * (last == end),
        "waits": sum(b - a for a, b in stays),
        "of_days": sum(min(b, end) - a for a, b in stays),
        "handled": sum(d["handling"] for d in begun), "busy": sum(head.minutes(0.0, end) for head in heads),
        "available": count * (1 - shrinkage) * end, "paid": count * end}


def c_double(x):
    return "INFINITY" if math.isinf(x) else float(x).hex()


print("""/* Made by make_queue.py. SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GOLDEN_QUEUE_H
#define TESTS_GOLDEN_QUEUE_H
#include <math.h>
#include <stddef.h>
typedef struct golden_decision {
  int outcome;
  double wait, hours;
} golden_decision;
typedef struct golden_queue {
  double reviewers, shrinkage, hours, days, fatigue, target, timeout;
  int on_timeout;
  size_t decisions;
  double most_minutes, classes, grid;
  unsigned seed;
  size_t begun, within, late, backlog;
  double waits, of_days, handled, busy, available, paid;
  const golden_decision *wanted;
} golden_queue;""")
for n, case in enumerate(CASES):
    made = decisions_of(case)
    case_answer = simulate(case, made)
    print(f"static const golden_decision golden_decisions_{n}[] = {{")
    print(",\n".join(f"  {{{d['outcome']}, {c_double(d['wait'])}, {c_double(d['hours'])}}}" for d in made) + "};")
    CASES[n] = case, case_answer
print("static const golden_queue golden_queues[] = {")
print(",\n".join("  {" + ", ".join([c_double(x) if isinstance(x, float) else str(x) for x in case]
                                   + [str(a[k]) for k in ("begun", "within", "late", "backlog")]
                                   + [c_double(a[k]) for k in ("waits", "of_days", "handled", "busy", "available", "paid")]
                                   + [f"golden_decisions_{n}"]) + "}" for n, (case, a) in enumerate(CASES)) + "};")
print("#endif")
