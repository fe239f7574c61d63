/* How many reviewers a promise needs: the search for the fewest that keep it, over the same trials for every number
 * that is tried (a few hundred trials tell; each try serves them again). From a guess it doubles its steps until the
 * answer is between two numbers, then halves: about 2 log2(distance from the guess) tries.
 *
 *     pil_staffing_start(&search, guess, most);
 *     while (!search.is_done) pil_staffing_tell(&search, share of the trials' decisions within target,
 *                                               served by search.count, is at least what is wanted);
 *
 * More reviewers keep a promise no worse, as long as there is one class; with several, one number may do where the
 * next does not by a hair. Either way the answer was tried and kept it, and one fewer was tried and did not.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_STAFFING_H
#define PIL_RUN_STAFFING_H

#include <stdbool.h>
#include <stdint.h>

typedef struct pil_staffing {
  int64_t count;  /* to try next; when done, the answer */
  bool is_done, is_found; /* found: false where even `most` do not do */
  int64_t most, fails, keeps; /* the most that failed, from -1; the fewest that kept it, to most + 1 */
  int64_t step;
} pil_staffing;

/* `guess` is held between 0 and `most`. */
void pil_staffing_start(pil_staffing *search, int64_t guess, int64_t most);
void pil_staffing_tell(pil_staffing *search, bool is_kept);

#endif
