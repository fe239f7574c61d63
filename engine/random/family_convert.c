/* Parameters given by name, and the other ways to say a normal or a lognormal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/real.h"
#include "../base/text.h"
#include "family.h"

/* The standard normal's 95 % point. */
#define Z95 0x1.a515209676abdp+0

typedef struct alternative {
  pil_family family;
  const char *names[2];
  bool (*convert)(const double given[2], double *parameters, char *problem, size_t problem_bytes);
} alternative;

static bool refuse(char *problem, size_t problem_bytes, const char *sentence) {
  snprintf(problem, problem_bytes, "%s", sentence);
  return false;
}

static bool moments_of_logarithm(double mu, double sigma, double *parameters, char *problem,
                                 size_t problem_bytes) {
  parameters[0] = pil_exp(mu + 0.5 * sigma * sigma);
  parameters[1] = parameters[0] * sqrt(pil_expm1(sigma * sigma));
  if (parameters[0] > 0 && isfinite(parameters[0]) && isfinite(parameters[1])) return true;
  return refuse(problem, problem_bytes, "mu or sigma is too large: the mean or sd overflows");
}

static bool from_logarithm(const double given[2], double *parameters, char *problem,
                           size_t problem_bytes) {
  if (!isfinite(given[0]) || !(given[1] > 0)) {
    snprintf(problem, problem_bytes, "sigma must be greater than 0, not %.10g", given[1]);
    return false;
  }
  return moments_of_logarithm(given[0], given[1], parameters, problem, problem_bytes);
}

static bool check_range(const double given[2], char *problem, size_t problem_bytes) {
  if (given[0] < given[1] && isfinite(given[1] - given[0])) return true;
  snprintf(problem, problem_bytes, "p5 must be less than p95, not %.10g and %.10g", given[0],
           given[1]);
  return false;
}

static bool lognormal_from_range(const double given[2], double *parameters, char *problem,
                                 size_t problem_bytes) {
  PIL_TRY(check_range(given, problem, problem_bytes));
  if (!(given[0] > 0)) {
    snprintf(problem, problem_bytes, "p5 of a lognormal must be greater than 0, not %.10g",
             given[0]);
    return false;
  }
  double low = pil_log(given[0]), high = pil_log(given[1]);
  return moments_of_logarithm(0.5 * (low + high), (high - low) / (2 * Z95), parameters, problem,
                              problem_bytes);
}

static bool normal_from_range(const double given[2], double *parameters, char *problem,
                              size_t problem_bytes) {
  PIL_TRY(check_range(given, problem, problem_bytes));
  parameters[0] = given[0] + 0.5 * (given[1] - given[0]);
  parameters[1] = (given[1] - given[0]) / (2 * Z95);
  return true;
}

static const alternative alternatives[] = {
    {PIL_FAMILY_lognormal, {"mu", "sigma"}, from_logarithm},
    {PIL_FAMILY_lognormal, {"p5", "p95"}, lognormal_from_range},
    {PIL_FAMILY_normal, {"p5", "p95"}, normal_from_range},
};
enum { ALTERNATIVES = sizeof alternatives / sizeof alternatives[0] };

static int find_name(const char *const *names, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i], name) == 0) return (int)i;
  }
  return -1;
}

static bool refuse_unknown(pil_family family, const char *name, char *problem,
                           size_t problem_bytes) {
  const pil_family_record *record = pil_family_get(family);
  const char *known[PIL_PARAMETERS + 2 * ALTERNATIVES];
  size_t count = 0;
  for (int i = 0; i < record->allowed; i++) known[count++] = record->parameter_names[i];
  for (size_t i = 0; i < ALTERNATIVES; i++) {
    if (alternatives[i].family != family) continue;
    known[count++] = alternatives[i].names[0];
    known[count++] = alternatives[i].names[1];
  }
  char shown[64];
  pil_text_escape(name, strlen(name), shown, sizeof shown);
  const char *near = pil_text_nearest(name, known, count);
  if (near != NULL) {
    snprintf(problem, problem_bytes, "%s has no parameter \"%s\", did you mean \"%s\"?",
             record->name, shown, near);
  } else {
    snprintf(problem, problem_bytes, "%s has no parameter \"%s\"; it takes (%s)", record->name,
             shown, record->parameters);
  }
  return false;
}

/* 0: not this form; 1: converted; -1: refused. */
static int try_alternative(const alternative *form, const char *const *names, const double *values,
                           size_t count, double *parameters, char *problem, size_t problem_bytes) {
  int first = find_name(names, count, form->names[0]);
  int second = find_name(names, count, form->names[1]);
  if (count != 2 || first < 0 || second < 0) return 0;
  double given[2] = {values[first], values[second]};
  return form->convert(given, parameters, problem, problem_bytes) ? 1 : -1;
}

bool pil_family_convert(pil_family family, const char *const *names, const double *values,
                        size_t count, double parameters[PIL_PARAMETERS], int *parameter_count,
                        char *problem, size_t problem_bytes) {
  const pil_family_record *record = pil_family_get(family);
  for (size_t i = 0; i < ALTERNATIVES; i++) {
    if (alternatives[i].family != family) continue;
    int found =
        try_alternative(&alternatives[i], names, values, count, parameters, problem, problem_bytes);
    if (found == 0) continue;
    *parameter_count = 2;
    return found > 0;
  }
  bool given[PIL_PARAMETERS] = {false};
  for (size_t i = 0; i < count; i++) {
    int slot = find_name(record->parameter_names, (size_t)record->allowed, names[i]);
    if (slot < 0) {
      for (size_t j = 0; j < ALTERNATIVES; j++) {
        const alternative *form = &alternatives[j];
        if (form->family != family || find_name(form->names, 2, names[i]) < 0) continue;
        snprintf(problem, problem_bytes, "%s takes %s and %s together and nothing else, or (%s)",
                 record->name, form->names[0], form->names[1], record->parameters);
        return false;
      }
      return refuse_unknown(family, names[i], problem, problem_bytes);
    }
    if (given[slot]) {
      snprintf(problem, problem_bytes, "%s is given twice", record->parameter_names[slot]);
      return false;
    }
    given[slot] = true;
    parameters[slot] = values[i];
  }
  for (int i = 0; i < record->required; i++) {
    if (given[i]) continue;
    snprintf(problem, problem_bytes, "%s needs %s; it takes (%s)", record->name,
             record->parameter_names[i], record->parameters);
    return false;
  }
  *parameter_count = record->required;
  for (int i = record->required; i < record->allowed && given[i]; i++) *parameter_count = i + 1;
  return true;
}

bool pil_family_bounds_name(const pil_family_record *record, const char *name) {
  if (strcmp(name, "min") != 0 && strcmp(name, "max") != 0 && strcmp(name, "clamp") != 0)
    return false;
  for (int i = 0; i < record->allowed; i++)
    if (strcmp(record->parameter_names[i], name) == 0) return false;
  return true;
}
