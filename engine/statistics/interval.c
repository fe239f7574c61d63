/* An interval for a share seen in so many trials.
 * SPDX-License-Identifier: Apache-2.0 */
#include "interval.h"

#include <assert.h>
#include <math.h>

/* Wilson 1927 (J. Am. Stat. Assoc. 22, 209-212): the shares p for which |s/n - p| is at most
 * z sqrt(p (1 - p) / n), the roots of a quadratic. */
void pil_interval_wilson(double successes, double n, double z, double *low, double *high) {
  assert(successes >= 0 && successes <= n);
  *low = 0;
  *high = 1;
  if (n <= 0) return;
  double failures = n - successes, z2 = z * z;
  double root = z * sqrt(successes * failures / n + z2 / 4);
  /* Each root in the form in which nothing cancels; the ends that are exact are set. */
  if (successes > 0) *low = successes * (successes / n) / (successes + z2 / 2 + root);
  if (failures > 0) *high = (successes + z2 / 2 + root) / (n + z2);
}
