/* The search for the fewest reviewers that keep a promise.
 * SPDX-License-Identifier: Apache-2.0 */
#include "staffing.h"

static int64_t between(int64_t number, int64_t low, int64_t high) {
  return number < low ? low : number > high ? high : number;
}

void pil_staffing_start(pil_staffing *search, int64_t guess, int64_t most) {
  *search = (pil_staffing){.count = between(guess, 0, most), .most = most, .fails = -1, .keeps = most + 1, .step = 1};
}

void pil_staffing_tell(pil_staffing *search, bool is_kept) {
  if (is_kept)
    search->keeps = search->count;
  else
    search->fails = search->count;
  if (search->keeps - search->fails == 1) {
    search->is_done = true;
    search->is_found = search->keeps <= search->most;
    search->count = search->keeps;
    return;
  }
  bool is_bracketed = search->fails >= 0 && search->keeps <= search->most;
  int64_t next = is_bracketed ? search->fails + (search->keeps - search->fails) / 2
                              : search->count + (is_kept ? -search->step : search->step);
  search->count = between(next, search->fails + 1, search->keeps - 1);
  search->step *= 2;
}
