/* What the engine knows of one family: names, domains and functions, one record each.
 * Internal to random/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_FAMILY_H
#define PIL_RANDOM_FAMILY_H

#include "distribution.h"

/* Both tails at x: lower is P(X <= x), upper is P(X > x), each exact where it is small. */
typedef struct pil_two_tails {
  double lower, upper;
} pil_two_tails;

/* Functions of a family with scalar parameters `a`, and of a list family whose data stand in
 * the distribution. What a family lacks is NULL. */
typedef struct pil_family_methods {
  pil_family_record record;
  const char *domains; /* one letter a parameter, see check_domain */
  double defaults[PIL_PARAMETERS];
  double (*quantile)(const double *a, double p, double q);
  pil_two_tails (*tails)(const double *a, double x);
  double (*mean)(const double *a);
  /* What the domains cannot say, and the derived parameters; false with a sentence. */
  bool (*complete)(double *a, char *problem, size_t problem_bytes);
  bool tabled; /* inversion is slow enough for a table to pay */
} pil_family_methods;

const pil_family_methods *pil_family_methods_get(pil_family family);

/* The functions that the table in family.c names. */
#define PIL_FAMILY_FUNCTIONS(X)                                                                \
  X(normal)                                                                                    \
  X(lognormal) X(uniform) X(triangular) X(pert) X(beta) X(gamma) X(exponential) X(weibull)     \
      X(student_t) X(logistic) X(cauchy) X(pareto) X(poisson) X(binomial) X(negative_binomial) \
          X(geometric) X(bernoulli) X(proportion)
#define PIL_DECLARE_FAMILY(name)                                            \
  double pil_family_##name##_quantile(const double *a, double p, double q); \
  pil_two_tails pil_family_##name##_tails(const double *a, double x);       \
  double pil_family_##name##_mean(const double *a);
PIL_FAMILY_FUNCTIONS(PIL_DECLARE_FAMILY)
#undef PIL_DECLARE_FAMILY

/* -log q where p = 1 - q: by whichever of the two is exact. The exponential's quantile. */
double pil_minus_log(double p, double q);

/* The four families built from lists. */
double pil_list_quantile(const pil_distribution *distribution, double p, double q);
pil_two_tails pil_list_tails(const pil_distribution *distribution, double x);
double pil_list_mean(const pil_distribution *distribution);

/* pil_distribution_fill_uniforms for a normal or a lognormal without bounds (normal_fill.c). */
void pil_normal_fill_uniforms(const pil_distribution *distribution, const double *p,
                              const double *q, double *draws, size_t count);

/* Relative distance within which a probability counts as meeting a step of a CDF. */
#define PIL_STEP_SLACK 0x1p-43

/* Whether all draws are whole numbers; whether the CDF jumps, with or without its bounds. */
bool pil_distribution_is_whole(const pil_distribution *distribution);
bool pil_distribution_jumps(const pil_distribution *distribution);
bool pil_distribution_jumps_free(const pil_distribution *distribution);

/* Without bounds: the family's own quantile (never the table) and tails. */
double pil_distribution_invert(const pil_distribution *distribution, double p, double q);
pil_two_tails pil_distribution_tails_free(const pil_distribution *distribution, double x);
pil_two_tails pil_distribution_tails(const pil_distribution *distribution, double x);

/* quantile_table.c and count_table.c: false when the point must be inverted directly. */
bool pil_count_table_build(pil_arena *arena, pil_distribution *distribution, pil_error *error);
bool pil_count_table_read(const struct pil_count_table *table, double p, double q, double *x);
bool pil_quantile_table_read(const struct pil_quantile_table *table, double p, double q, double *x);
/* Draws by the table, of a distribution that has one and no bounds. */
void pil_count_table_fill(const pil_distribution *distribution, const uint64_t *words, double *draws, size_t count);
void pil_quantile_table_fill(const pil_distribution *distribution, const uint64_t *words, double *draws, size_t count);

#endif
