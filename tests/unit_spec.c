/* Distributions as a scenario writes them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "../engine/data/spec.h"
#include "../engine/data/yaml.h"

typedef struct reading {
  pil_arena arena;
  pil_spec spec;
  pil_error error;
  char message[PIL_ERROR_LINE_BYTES];
} reading;

static const double observed[] = {1, 0, 1, 1, NAN};
static const pil_csv_column right = {"right", PIL_COLUMN_BOOLEAN, (double *)observed, NULL};
static const pil_csv_column texts = {"name", PIL_COLUMN_TEXT, NULL, NULL};

static bool find_column(void *context, const pil_value *table, bool is_file, const pil_value *column,
                        const pil_csv_column **out, size_t *row_count, const size_t **rows,
                        pil_error *error) {
  (void)context;
  if (strcmp(table->text, is_file ? "data/calls.csv" : "calls") != 0)
    return pil_error_set(error, PIL_FAILURE_INPUT, table->at, "no data \"%s\"", table->text);
  *out = strcmp(column->text, "name") == 0 ? &texts : &right;
  *row_count = 5;
  *rows = NULL;
  return true;
}

static const pil_spec_tables tables = {NULL, find_column};

static bool read_spec(reading *r, const char *yaml) {
  pil_value *value;
  memset(r, 0, sizeof *r);
  bool ok = pil_yaml_read(&r->arena, "a.yaml", yaml, strlen(yaml), &value, &r->error) &&
            pil_spec_parse(&r->arena, value, "input \"wage\"", &tables, &r->spec, &r->error);
  if (!ok) pil_error_format(&r->error, r->message, sizeof r->message);
  return ok;
}

static void accept(const char *yaml, pil_family family, double median) {
  reading r;
  if (!read_spec(&r, yaml)) fail_msg("%s: %s", yaml, r.message);
  assert_int_equal(r.spec.distribution.family, family);
  assert_int_equal(r.spec.draws, pil_family_get(family)->draws);
  double found = pil_distribution_quantile(&r.spec.distribution, 0.5, 0.5);
  if (!(fabs(found - median) <= 1e-6 * fabs(median) + 1e-9))
    fail_msg("%s: median %.17g", yaml, found);
  pil_arena_free(&r.arena);
}

static void refuse(const char *yaml, const char *message) {
  reading r;
  if (read_spec(&r, yaml)) fail_msg("accepted: %s", yaml);
  assert_string_equal(r.message, message);
  pil_arena_free(&r.arena);
}

/* sqrt(22*31) is the median of a lognormal with these ends. */
static void every_form_is_read(void **state) {
  (void)state;
  accept("22 to 31", PIL_FAMILY_lognormal, sqrt(22.0 * 31));
  accept("-1e1 to 10", PIL_FAMILY_normal, 0);
  accept("{range: 22 to 31, unit: EUR/hour}", PIL_FAMILY_lognormal, sqrt(22.0 * 31));
  accept("{normal: {mean: 3, sd: 1}}", PIL_FAMILY_normal, 3);
  accept("{normal: [3, 1], about: text}", PIL_FAMILY_normal, 3);
  accept("{normal: {sd: 1, mean: 3}, min: 3, max: 3.5, clamp: true}", PIL_FAMILY_normal, 3);
  accept("{lognormal: {mu: 0, sigma: 1}}", PIL_FAMILY_lognormal, 1);
  accept("{lognormal: {p5: 22, p95: 31}}", PIL_FAMILY_lognormal, sqrt(22.0 * 31));
  accept("{exponential: 2}", PIL_FAMILY_exponential, 2 * log(2));
  accept("{uniform: {min: 2, max: 4}, max: 3}", PIL_FAMILY_uniform, 2.5);
  accept("{poisson: 3}", PIL_FAMILY_poisson, 3);
  accept("{bernoulli: 0.7}", PIL_FAMILY_bernoulli, 1);
  accept("{empirical: {values: [3, 1, 2]}}", PIL_FAMILY_empirical, 2);
  accept("{empirical: [3, 1, 2]}", PIL_FAMILY_empirical, 2);
  accept("{mixture: {of: [{uniform: [0, 1]}, 1 to 2, {uniform: [3, 4]}], weights: [3, 0, 1]}}",
         PIL_FAMILY_mixture, 2.0 / 3);
  accept("{metalog: {quantiles: {p95: 15, 0.05: 8, p50: 10}}}", PIL_FAMILY_metalog, 10);
  accept("{metalog: {quantiles: {p5: 8, p50: 10, p95: 15}, min: 0}}", PIL_FAMILY_metalog, 10);
}

static void choices_keep_their_values(void **state) {
  (void)state;
  reading r;
  assert_true(read_spec(&r, "{discrete: {values: [small, 2, true], weights: [1, 2, 1]}}"));
  assert_int_equal(r.spec.draws, PIL_DRAW_CHOICE);
  assert_int_equal(r.spec.choice_count, 3);
  assert_string_equal(r.spec.choices[0]->text, "small");
  assert_int_equal(r.spec.choices[1]->integer, 2);
  assert_true(r.spec.choices[2]->boolean);
  assert_true(pil_distribution_quantile(&r.spec.distribution, 0.5, 0.5) == 1);
  pil_arena_free(&r.arena);
}

/* Three of the four present cells are true. */
static void data_stands_behind_a_distribution(void **state) {
  (void)state;
  reading data, counts;
  assert_true(read_spec(&data, "{proportion: {data: calls, of: right}}"));
  assert_true(read_spec(&counts, "{proportion: {successes: 3, trials: 4}}"));
  for (double p = 0.05; p < 1; p += 0.1)
    assert_true(pil_distribution_quantile(&data.spec.distribution, p, 1 - p) ==
                pil_distribution_quantile(&counts.spec.distribution, p, 1 - p));
  pil_arena_free(&data.arena);
  pil_arena_free(&counts.arena);
  accept("{empirical: {data: calls, column: right}}", PIL_FAMILY_empirical, 1);
  accept("{empirical: {file: data/calls.csv, column: right}}", PIL_FAMILY_empirical, 1);
  accept("{proportion: {file: data/calls.csv, of: right}}", PIL_FAMILY_proportion, 0.728193257397);
  refuse("{empirical: {file: calls, data: calls, column: right}}",
         "a.yaml:1:20: input \"wage\": empirical: expected data: or file:, found both");
  refuse("{empirical: {data: cals, column: right}}", "a.yaml:1:20: no data \"cals\"");
  refuse("{empirical: {data: calls, column: name}}",
         "a.yaml:1:35: input \"wage\": empirical: the column holds texts, not numbers");
  refuse("{proportion: {data: calls}}",
         "a.yaml:1:14: input \"wage\": proportion: \"of\" must name a column of the data");
}

static void looks_tell_distributions_from_settings(void **state) {
  (void)state;
  static const char *const yes[] = {"22 to 31", "{normal: [1, 2]}", "{range: 1 to 2, unit: x}"};
  static const char *const no[] = {"tomato", "a", "to", "12", "{mean: 3}", "[1, 2]", "true"};
  pil_arena arena = {0};
  pil_value *value;
  pil_error error;
  for (size_t i = 0; i < 3; i++) {
    assert_true(pil_yaml_read(&arena, "a", yes[i], strlen(yes[i]), &value, &error));
    assert_true(pil_spec_is(value));
  }
  for (size_t i = 0; i < 7; i++) {
    assert_true(pil_yaml_read(&arena, "a", no[i], strlen(no[i]), &value, &error));
    assert_false(pil_spec_is(value));
  }
  pil_arena_free(&arena);
}

static void what_is_wrong_is_named(void **state) {
  (void)state;
  refuse("{norml: {mean: 3, sd: 1}}",
         "a.yaml:1:2: input \"wage\": unknown key \"norml\", did you mean \"normal\"?");
  refuse("{normal: [3, 1], uniform: [0, 1]}",
         "a.yaml:1:18: input \"wage\": two distributions given: normal and uniform");
  refuse("{normal: [3, 1], range: 1 to 2}",
         "a.yaml:1:18: input \"wage\": two distributions given: normal and range");
  refuse("{min: 3}",
         "a.yaml:1:1: input \"wage\": no distribution given; expected one such as normal: {mean: "
         "3, sd: 1} or range: 22 to 31");
  refuse("{normal: 3}", "a.yaml:1:10: input \"wage\": normal takes mean, sd, found 1 number");
  refuse("{normal: [1, 2, 3]}",
         "a.yaml:1:10: input \"wage\": normal takes mean, sd, found 3 numbers");
  refuse("31 to 22",
         "a.yaml:1:1: input \"wage\": the first number of a range must be below the second, found "
         "\"31 to 22\"");
  refuse("{normal: [3, 1], clamp: true}",
         "a.yaml:1:25: input \"wage\": clamp needs min or max beside it");
  refuse("{bernoulli: 0.5, min: 0}", "a.yaml:1:1: input \"wage\": bernoulli takes no min or max");
  refuse("{discrete: {values: [1, 2], weights: [1]}}",
         "a.yaml:1:38: input \"wage\": discrete: 1 weights for 2 values");
  refuse("{discrete: {values: [1, 2], weights: [1, -1]}}",
         "a.yaml:1:42: input \"wage\": discrete: a weight must not be negative");
  refuse("{discrete: {weights: [1]}}", "a.yaml:1:12: input \"wage\": discrete: values is missing");
  refuse("{empirical: {values: []}}",
         "a.yaml:1:22: input \"wage\": empirical: values: the list is empty");
  refuse("{metalog: {quantiles: {p5: 1, p50: 2}}}",
         "a.yaml:1:23: input \"wage\": metalog: quantiles must be a map of 3 to 6, such as {p5: 8, "
         "p50: 10, p95: 15}");
  refuse("{metalog: {quantiles: {p5: 1, 0.05: 2, p95: 3}}}",
         "a.yaml:1:23: input \"wage\": metalog: one probability is given twice");
  refuse("{metalog: {quantiles: {p5: 1, p50: 2, p100: 3}}}",
         "a.yaml:1:39: input \"wage\": metalog: a quantile's key must be a probability such as "
         "0.05 or p5");
  refuse("{mixture: {of: [{bernoulli: 0.5}]}}",
         "a.yaml:1:17: input \"wage\": mixture: its parts must draw numbers");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_is_read),
      cmocka_unit_test(choices_keep_their_values),
      cmocka_unit_test(data_stands_behind_a_distribution),
      cmocka_unit_test(looks_tell_distributions_from_settings),
      cmocka_unit_test(what_is_wrong_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
