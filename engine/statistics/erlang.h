/* Closed forms of queues with Poisson arrivals, exponential handling and a number of servers: Erlang 1917, as in
 * Cooper 1981, Introduction to Queueing Theory, ch. 3. What a simulated queue is held against, and a first guess
 * of how many people it needs.
 * Load is arrivals per minute × minutes of handling (erlangs); any unit of time will do in place of minutes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_ERLANG_H
#define PIL_STATISTICS_ERLANG_H

#include <stdint.h>

/* Erlang B: the share turned away where nobody waits. Load at least 0. The work grows with `servers`. */
double pil_erlang_b(double load, uint64_t servers);

/* Erlang C: the share that waits where all wait; 1 where the load is no less than the servers. */
double pil_erlang_c(double load, uint64_t servers);

/* The share begun within `target` minutes, and the mean wait (over all, those who do not wait too; the trade's
 * "average speed of answer"; infinite where the load is no less than the servers). `handling`: minutes, over 0. */
double pil_erlang_within(double load, uint64_t servers, double handling, double target);
double pil_erlang_wait(double load, uint64_t servers, double handling);

/* The fewest servers, `most` at most, with which the share within the target is `wanted`; 0: even `most` do not do.
 * No load needs 1. */
uint64_t pil_erlang_staff(double load, double handling, double target, double wanted, uint64_t most);

#endif
