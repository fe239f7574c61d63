/* The ratio of two means over the same trials, such as money saved per money spent.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_STATISTICS_RATIO_H
#define PIL_STATISTICS_RATIO_H

#include <stddef.h>

typedef struct pil_ratio {
  size_t count;        /* rows finite in both */
  double ratio, error; /* NaN where the mean below is 0 (the error: below two rows too) */
} pil_ratio;

/* R = mean(above) / mean(below); its error (one standard error) is sd(above - R below) /
 * (|mean below| sqrt(count)): the delta method, Cochran 1977, Sampling Techniques, theorem 2.5
 * without the correction for finite populations. A ratio of means, not a mean of ratios. */
void pil_ratio_fill(pil_ratio *ratio, const double *above, const double *below, size_t count);

#endif
