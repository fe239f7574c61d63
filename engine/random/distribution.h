/* Probability distributions: one record names a family for YAML, for scripts and for the
 * engine. One draw is one uniform through the inverse CDF.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RANDOM_DISTRIBUTION_H
#define PIL_RANDOM_DISTRIBUTION_H

#include "../base/arena.h"
#include "../base/error.h"

/* name, its parameters in order (the last ones in [] may be left out), what a draw is.
 * Alternative named forms are handled by pil_family_convert. */
#define PIL_FAMILIES(X)                                                        \
  X(normal, "mean, sd", REAL)                                                  \
  X(lognormal, "mean, sd", REAL)                                               \
  X(uniform, "min, max", REAL)                                                 \
  X(triangular, "min, mode, max", REAL)                                        \
  X(pert, "min, mode, max, [shape]", REAL)                                     \
  X(beta, "alpha, beta", REAL)                                                 \
  X(gamma, "shape, scale", REAL)                                               \
  X(exponential, "mean", REAL)                                                 \
  X(weibull, "shape, scale", REAL)                                             \
  X(student_t, "df", REAL)                                                     \
  X(logistic, "location, scale", REAL)                                         \
  X(cauchy, "location, scale", REAL)                                           \
  X(pareto, "min, shape", REAL)                                                \
  X(poisson, "mean", COUNT)                                                    \
  X(binomial, "n, p", COUNT)                                                   \
  X(negative_binomial, "successes, p", COUNT)                                  \
  X(geometric, "p", COUNT)                                                     \
  X(bernoulli, "p", BOOLEAN)                                                   \
  X(proportion, "successes, trials", REAL)                                     \
  X(discrete, "values, [weights]", CHOICE)                                     \
  X(empirical, "values, [weights]", REAL)                                      \
  X(metalog, "quantiles, [min], [max]", REAL)                                  \
  X(mixture, "of, [weights]", REAL)

typedef enum pil_family {
#define PIL_FAMILY_ENUM(name, parameters, draws) PIL_FAMILY_##name,
  PIL_FAMILIES(PIL_FAMILY_ENUM)
#undef PIL_FAMILY_ENUM
      PIL_FAMILY_COUNT
} pil_family;

/* What a draw is to a script: a float, an integer, true/false, or one of the listed values
 * (the draw is then its index from 0). */
typedef enum pil_draw_kind {
  PIL_DRAW_REAL,
  PIL_DRAW_COUNT,
  PIL_DRAW_BOOLEAN,
  PIL_DRAW_CHOICE
} pil_draw_kind;

enum { PIL_PARAMETERS = 4 };

typedef struct pil_family_record {
  const char *name;
  const char *parameters; /* "mean, sd" */
  pil_draw_kind draws;
  int required, allowed; /* scalar parameters; 0, 0 for the four families built from lists */
  const char *parameter_names[PIL_PARAMETERS];
} pil_family_record;

const pil_family_record *pil_family_get(pil_family family);
/* By name; NULL if there is none (pil_family_nearest then helps). */
const pil_family_record *pil_family_find(const char *name);
const char *pil_family_nearest(const char *name);
pil_family pil_family_index(const pil_family_record *record);

/* Turns parameters given by name into the family's own order: lognormal {mu, sigma} and
 * {p5, p95}, normal {p5, p95}, any family's own names. On failure `problem` says what is
 * missing or unknown ("lognormal has no parameter \"sdd\", did you mean \"sd\"?"). */
bool pil_family_convert(pil_family family, const char *const *names, const double *values,
                        size_t count, double parameters[PIL_PARAMETERS], int *parameter_count,
                        char *problem, size_t problem_bytes);

/* Is it min, max or clamp and no parameter of this family? */
bool pil_family_bounds_name(const pil_family_record *record, const char *name);

/* NULL when the scalar parameters are in the family's domain (a missing optional one already
 * given its default), else a sentence such as "sd must be greater than 0, not -1". The
 * sentence stands in `problem`. `count` is how many were given; defaults are filled in, and
 * derived numbers behind them (lognormal's mu and sigma), which pil_family_draw relies on. */
const char *pil_family_check(pil_family family, double parameters[PIL_PARAMETERS], int count,
                             char *problem, size_t problem_bytes);

typedef struct pil_distribution pil_distribution;

/* One distribution with fixed parameters, ready to draw: immutable, shared by threads. */
struct pil_distribution {
  pil_family family;
  double parameters[PIL_PARAMETERS];
  bool truncated, clamped; /* min/max given; clamped moves the tails' mass onto the bounds */
  double low, high;        /* bounds, -inf/inf where absent */
  double low_p, low_q;     /* mass below low (cut off), and the rest */
  double high_p, high_q;   /* mass up to high, and above it (cut off) */
  double mass;             /* what lies between */
  /* list families */
  size_t count;
  const double *values;      /* discrete (may be NULL), empirical (sorted), metalog (coefficients,
                                its own bounds in parameters[0] and [1]) */
  const double *cumulative;  /* cumulative weights, last 1 */
  const uint32_t *guide; /* discrete and empirical with many entries: guide[i] is the first whose cumulative weight
                            reaches i / guide_count, a power of 2; guide_count + 1 of them; NULL: none */
  size_t guide_count;
  const pil_distribution **components; /* mixture */
  /* tables for families whose inversion is slow, made by prepare; NULL: none */
  const struct pil_quantile_table *table;
  const struct pil_count_table *counts;
};

/* Builders: false with a sentence in *error (its place is `at`). Everything lives in `arena`. */
bool pil_distribution_build(pil_arena *arena, pil_family family, const double *parameters,
                            int count, pil_place at, pil_distribution *out, pil_error *error);
/* discrete and empirical over `count` values with weights (NULL: equal). For discrete, draws
 * are indexes 0…count-1 and `values` may be NULL. */
bool pil_distribution_build_list(pil_arena *arena, pil_family family, const double *values,
                                 const double *weights, size_t count, pil_place at,
                                 pil_distribution *out, pil_error *error);
/* metalog from `count` (3 to 6) quantile pairs (p, x); bounds -inf/inf where open (Keelin 2016). */
bool pil_distribution_build_metalog(pil_arena *arena, const double *p, const double *x,
                                    size_t count, double low, double high, pil_place at,
                                    pil_distribution *out, pil_error *error);
bool pil_distribution_build_mixture(pil_arena *arena, const pil_distribution *const *components,
                                    const double *weights, size_t count, pil_place at,
                                    pil_distribution *out, pil_error *error);
/* The central 90 %: lognormal when both ends are positive, else normal. */
bool pil_distribution_build_range(pil_arena *arena, double p5, double p95, pil_place at,
                                  pil_distribution *out, pil_error *error);
/* Restricts to [low, high] (truncation; or clamping when `clamp`). Errors: low >= high, no mass. */
bool pil_distribution_bound(pil_distribution *distribution, double low, double high, bool clamp,
                            pil_place at, pil_error *error);
/* Builds the interpolation table where it pays. Call last. Results are part of "same bits":
 * they depend on nothing but the distribution. */
bool pil_distribution_prepare(pil_arena *arena, pil_distribution *distribution, pil_error *error);

/* The quantile at p, where q = 1 - p is handed over too so that both tails are exact. */
double pil_distribution_quantile(const pil_distribution *distribution, double p, double q);
double pil_distribution_cdf(const pil_distribution *distribution, double x);
/* Between which numbers its draws lie, ends included; infinite where there is no end. Of discrete: indexes. */
void pil_distribution_support(const pil_distribution *distribution, double *low, double *high);
/* The mean where known in closed form; NaN where not or where there is none; inf where infinite. */
double pil_distribution_mean(const pil_distribution *distribution);

/* One draw / n draws from raw words. What the number means: pil_family_get(...)->draws. */
double pil_distribution_draw(const pil_distribution *distribution, uint64_t word);
void pil_distribution_fill(const pil_distribution *distribution, const uint64_t *words,
                           double *draws, size_t count);
/* The same from uniforms that a sampling plan or a correlation made (q = 1 - p as exact as can
 * be). */
void pil_distribution_fill_uniforms(const pil_distribution *distribution, const double *p,
                                    const double *q, double *draws, size_t count);

/* One draw with parameters that may differ from call to call, already checked and complete:
 * no table, no allocation. List families are not drawn this way. */
double pil_family_draw(pil_family family, const double *parameters, uint64_t word);

/* The standard normal quantile; q = 1 - p. Frozen: golden words in tests. */
double pil_normal_quantile(double p, double q);
double pil_normal_cdf(double z);
/* The same for many: the quantiles of pil_uniform(words[i]); the CDF of z[i] and of -z[i]. */
void pil_normal_fill(const uint64_t *words, double *normals, size_t count);
void pil_normal_cdf_fill(const double *z, double *lower, double *upper, size_t count);

#endif
