/* An interval for a share seen in so many trials.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_INTERVAL_H
#define PIL_STATISTICS_INTERVAL_H

#define PIL_INTERVAL_Z95 1.959963984540054 /* normal quantile at 0.975 */

/* The Wilson score interval of successes / n (0 <= successes <= n; halves are allowed). With
 * n = 0 nothing is known: 0 to 1. No successes give exactly 0 below, all give exactly 1 above. */
void pil_interval_wilson(double successes, double n, double z, double *low, double *high);

#endif
