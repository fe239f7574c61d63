/* The table of families: their names, parameters, domains and functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "family.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/real.h"
#include "../base/text.h"

/* Fills the sentence. Always false, so `return say(…)` reads well. */
__attribute__((format(printf, 3, 4))) static bool say(char *problem, size_t problem_bytes,
                                                      const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(problem, problem_bytes, format, arguments);
  va_end(arguments);
  return false;
}

/* The moments of a lognormal solved for mu and sigma. */
static bool complete_lognormal(double *a, char *problem, size_t problem_bytes) {
  double ratio = a[1] / a[0], variance = pil_log1p(ratio * ratio);
  if (!isfinite(variance)) {
    return say(problem, problem_bytes, "sd %.10g is too large for a mean of %.10g", a[1], a[0]);
  }
  a[2] = pil_log(a[0]) - 0.5 * variance;
  a[3] = sqrt(variance);
  return a[3] > 0 ||
         say(problem, problem_bytes, "sd %.10g is too small for a mean of %.10g", a[1], a[0]);
}

static bool complete_uniform(double *a, char *problem, size_t problem_bytes) {
  if (!(a[0] < a[1])) {
    return say(problem, problem_bytes, "min must be less than max, not %.10g and %.10g", a[0],
               a[1]);
  }
  if (!isfinite(a[1] - a[0])) {
    return say(problem, problem_bytes, "min %.10g and max %.10g are too far apart", a[0], a[1]);
  }
  return true;
}

static bool complete_triangular(double *a, char *problem, size_t problem_bytes) {
  double ends[2] = {a[0], a[2]};
  PIL_TRY(complete_uniform(ends, problem, problem_bytes));
  if (a[1] < a[0]) {
    return say(problem, problem_bytes, "mode %.10g lies below min %.10g", a[1], a[0]);
  }
  if (a[1] > a[2]) {
    return say(problem, problem_bytes, "mode %.10g lies above max %.10g", a[1], a[2]);
  }
  return true;
}

static bool complete_proportion(double *a, char *problem, size_t problem_bytes) {
  return a[0] <= a[1] || say(problem, problem_bytes,
                             "successes %.10g must not be more than trials %.10g", a[0], a[1]);
}

#define FUNCTIONS(name)                                                         \
  .quantile = pil_family_##name##_quantile, .tails = pil_family_##name##_tails, \
  .mean = pil_family_##name##_mean

static const pil_family_methods methods[PIL_FAMILY_COUNT] = {
    [PIL_FAMILY_normal] = {.record = {"normal", "mean, sd", PIL_DRAW_REAL, 2, 2, {"mean", "sd"}},
                           .domains = "r+",
                           FUNCTIONS(normal)},
    [PIL_FAMILY_lognormal] =
        {.record = {"lognormal", "mean, sd", PIL_DRAW_REAL, 2, 2, {"mean", "sd"}},
         .domains = "++",
         FUNCTIONS(lognormal),
         .complete = complete_lognormal},
    [PIL_FAMILY_uniform] = {.record = {"uniform", "min, max", PIL_DRAW_REAL, 2, 2, {"min", "max"}},
                            .domains = "rr",
                            FUNCTIONS(uniform),
                            .complete = complete_uniform},
    [PIL_FAMILY_triangular] =
        {.record = {"triangular", "min, mode, max", PIL_DRAW_REAL, 3, 3, {"min", "mode", "max"}},
         .domains = "rrr",
         FUNCTIONS(triangular),
         .complete = complete_triangular},
    [PIL_FAMILY_pert] = {.record = {"pert",
                                    "min, mode, max, [shape]",
                                    PIL_DRAW_REAL,
                                    3,
                                    4,
                                    {"min", "mode", "max", "shape"}},
                         .domains = "rrrs",
                         FUNCTIONS(pert),
                         .defaults = {[3] = 4},
                         .complete = complete_triangular,
                         .tabled = true},
    [PIL_FAMILY_beta] = {.record = {"beta", "alpha, beta", PIL_DRAW_REAL, 2, 2, {"alpha", "beta"}},
                         .domains = "ss",
                         FUNCTIONS(beta),
                         .tabled = true},
    [PIL_FAMILY_gamma] =
        {.record = {"gamma", "shape, scale", PIL_DRAW_REAL, 2, 2, {"shape", "scale"}},
         .domains = "s+",
         FUNCTIONS(gamma),
         .tabled = true},
    [PIL_FAMILY_exponential] = {.record = {"exponential", "mean", PIL_DRAW_REAL, 1, 1, {"mean"}},
                                .domains = "+",
                                FUNCTIONS(exponential)},
    [PIL_FAMILY_weibull] =
        {.record = {"weibull", "shape, scale", PIL_DRAW_REAL, 2, 2, {"shape", "scale"}},
         .domains = "s+",
         FUNCTIONS(weibull)},
    [PIL_FAMILY_student_t] = {.record = {"student_t", "df", PIL_DRAW_REAL, 1, 1, {"df"}},
                              .domains = "s",
                              FUNCTIONS(student_t),
                              .tabled = true},
    [PIL_FAMILY_logistic] =
        {.record = {"logistic", "location, scale", PIL_DRAW_REAL, 2, 2, {"location", "scale"}},
         .domains = "r+",
         FUNCTIONS(logistic)},
    [PIL_FAMILY_cauchy] =
        {.record = {"cauchy", "location, scale", PIL_DRAW_REAL, 2, 2, {"location", "scale"}},
         .domains = "r+",
         FUNCTIONS(cauchy)},
    [PIL_FAMILY_pareto] =
        {.record = {"pareto", "min, shape", PIL_DRAW_REAL, 2, 2, {"min", "shape"}},
         .domains = "+s",
         FUNCTIONS(pareto)},
    [PIL_FAMILY_poisson] = {.record = {"poisson", "mean", PIL_DRAW_COUNT, 1, 1, {"mean"}},
                            .domains = "0",
                            FUNCTIONS(poisson)},
    [PIL_FAMILY_binomial] = {.record = {"binomial", "n, p", PIL_DRAW_COUNT, 2, 2, {"n", "p"}},
                             .domains = "wp",
                             FUNCTIONS(binomial)},
    [PIL_FAMILY_negative_binomial] =
        {.record = {"negative_binomial", "successes, p", PIL_DRAW_COUNT, 2, 2, {"successes", "p"}},
         .domains = "sP",
         FUNCTIONS(negative_binomial)},
    [PIL_FAMILY_geometric] = {.record = {"geometric", "p", PIL_DRAW_COUNT, 1, 1, {"p"}},
                              .domains = "P",
                              FUNCTIONS(geometric)},
    [PIL_FAMILY_bernoulli] = {.record = {"bernoulli", "p", PIL_DRAW_BOOLEAN, 1, 1, {"p"}},
                              .domains = "p",
                              FUNCTIONS(bernoulli)},
    [PIL_FAMILY_proportion] = {.record = {"proportion",
                                          "successes, trials",
                                          PIL_DRAW_REAL,
                                          2,
                                          2,
                                          {"successes", "trials"}},
                               .domains = "wn",
                               FUNCTIONS(proportion),
                               .complete = complete_proportion,
                               .tabled = true},
    [PIL_FAMILY_discrete] =
        {.record = {"discrete", "values, [weights]", PIL_DRAW_CHOICE, 0, 0, {NULL}}},
    [PIL_FAMILY_empirical] =
        {.record = {"empirical", "values, [weights]", PIL_DRAW_REAL, 0, 0, {NULL}}},
    [PIL_FAMILY_metalog] =
        {.record = {"metalog", "quantiles, [min], [max]", PIL_DRAW_REAL, 0, 0, {NULL}}},
    [PIL_FAMILY_mixture] = {.record = {"mixture", "of, [weights]", PIL_DRAW_REAL, 0, 0, {NULL}},
                            .tabled = true},
};

const pil_family_methods *pil_family_methods_get(pil_family family) {
  return &methods[family];
}

const pil_family_record *pil_family_get(pil_family family) {
  return &methods[family].record;
}

const pil_family_record *pil_family_find(const char *name) {
  for (int i = 0; i < PIL_FAMILY_COUNT; i++) {
    if (strcmp(methods[i].record.name, name) == 0) return &methods[i].record;
  }
  return NULL;
}

static const char *family_name_at(const void *source, size_t index) {
  return ((const pil_family_methods *)source)[index].record.name;
}

const char *pil_family_nearest(const char *name) {
  return pil_text_nearest_of(name, family_name_at, methods, PIL_FAMILY_COUNT);
}

pil_family pil_family_index(const pil_family_record *record) {
  for (int i = 0; i < PIL_FAMILY_COUNT; i++) {
    if (&methods[i].record == record) return (pil_family)i;
  }
  return PIL_FAMILY_COUNT;
}

/* One letter a parameter: what it must be, in words and as a test. */
static const char *check_domain(char domain, double x) {
  bool whole = x == floor(x) && x <= 1e9;
  switch (domain) {
    case 'r': return isfinite(x) ? NULL : "a finite number";
    case '+': return x > 0 && isfinite(x) ? NULL : "greater than 0";
    case 's': return x >= 1e-6 && x <= 1e9 ? NULL : "between 1e-6 and 1e9";
    case '0': return x >= 0 && x <= 1e15 ? NULL : "between 0 and 1e15";
    case 'p': return x >= 0 && x <= 1 ? NULL : "between 0 and 1";
    case 'P': return x > 0 && x <= 1 ? NULL : "greater than 0 and at most 1";
    case 'w': return x >= 0 && whole ? NULL : "a whole number from 0 to 1e9";
    default: return x >= 1 && whole ? NULL : "a whole number from 1 to 1e9"; /* 'n' */
  }
}

const char *pil_family_check(pil_family family, double parameters[PIL_PARAMETERS], int count,
                             char *problem, size_t problem_bytes) {
  const pil_family_methods *method = &methods[family];
  const pil_family_record *record = &method->record;
  if (record->allowed == 0 || count < record->required || count > record->allowed) {
    snprintf(problem, problem_bytes, "%s takes (%s), but %d number%s given", record->name,
             record->parameters, count, count == 1 ? " is" : "s are");
    return problem;
  }
  for (int i = count; i < record->allowed; i++) parameters[i] = method->defaults[i];
  for (int i = 0; i < record->allowed; i++) {
    const char *expected = check_domain(method->domains[i], parameters[i]);
    if (expected == NULL) continue;
    snprintf(problem, problem_bytes, "%s must be %s, not %.10g", record->parameter_names[i],
             expected, parameters[i]);
    return problem;
  }
  if (method->complete != NULL && !method->complete(parameters, problem, problem_bytes)) {
    return problem;
  }
  return NULL;
}
