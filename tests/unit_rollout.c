/* A rollout through the public interface: the JSON contract, columns, the allocation loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "../engine/base/memory.h"
#include "../include/pilotage.h"
#include "files.h"

static const char script[] =
    "return function(x, p)\n"
    "  local cash = {}\n"
    "  for month = 1, 3 do cash[month] = x.shock[month] * p.scale end\n"
    "  return { npv = x.volume - x.cost, cash = cash, ok = x.volume > 100,\n"
    "           never = x.volume > 100 and math.huge or 1.0, kind = x.kind,\n"
    "           risk = { outage = x.cost * 0.1 } }\n"
    "end\n";

static const char scenario_text[] =
    "name: Contract\nrollout: contract.lua\nseed: 9007199254740993\ntrials: 4000\ncurrency: "
    "EUR\n"
    "data: {calls: {file: calls.csv}}\n"
    "inputs:\n"
    "  volume: {normal: {mean: 100, sd: 10}}\n"
    "  cost: {range: 20 to 60}\n"
    "  shock: {normal: {mean: 1, sd: 0.1}, each: 3}\n"
    "  kind: {discrete: {values: [new, old], weights: [3, 1]}}\n"
    "  call: {row: calls}\n"
    "  twice: \"= x.volume * 2\"\n"
    "  months: 36\n"
    "correlate: [{inputs: [volume, cost], rank: -0.4}]\n"
    "settings: {scale: 100}\n"
    "variants: {base: {}, dear: {inputs: {cost: 30 to 90}}}\n"
    "outputs: {npv: {unit: EUR, goal: {test: at least 0, chance: 0.5}}}\n";

static char folder[] = "/tmp/pilotage-rollout-XXXXXX";
static char scenario_path[128], script_path[128], data_path[128], json_path[128], csv_path[128];

static int make_files(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(scenario_path, sizeof scenario_path, "%s/contract.yaml", folder);
  snprintf(script_path, sizeof script_path, "%s/contract.lua", folder);
  snprintf(data_path, sizeof data_path, "%s/calls.csv", folder);
  snprintf(json_path, sizeof json_path, "%s/answer.json", folder);
  snprintf(csv_path, sizeof csv_path, "%s/samples.csv", folder);
  write_file(scenario_path, scenario_text);
  write_file(script_path, script);
  write_file(data_path, "sure,right\n0.5,1\n0.75,0\n0.25,1\n");
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  unlink(scenario_path);
  unlink(script_path);
  unlink(data_path);
  unlink(json_path);
  unlink(csv_path);
  return rmdir(folder);
}

static void print_failure(const pil_error *error) {
  print_message("%s:%d:%d: %s\n", error->file, error->line, error->column, error->text);
}

/* Load, plan, step, read, write, free. False with *error on the first failure. */
static bool run_whole(const pil_options *options, pil_error *error) {
  pil_scenario *scenario = pil_scenario_load(scenario_path, options, error);
  pil_run *run = scenario == NULL ? NULL : pil_run_new(scenario, error);
  bool good = run != NULL && pil_run_step(run, pil_run_trials(run), NULL, NULL, error) &&
              pil_run_write(run, PIL_FORMAT_JSON, false, json_path, NULL, error) &&
              pil_run_write_samples(run, csv_path, NULL, NULL, error);
  pil_run_free(run);
  pil_scenario_free(scenario);
  return good;
}

static const char *keys_of(json_t *object) {
  static char keys[1024];
  const char *key;
  json_t *value;
  keys[0] = '\0';
  json_object_foreach(object, key, value) {
    (void)value;
    strcat(keys, keys[0] == '\0' ? "" : " ");
    strcat(keys, key);
  }
  return keys;
}

static double number_at(json_t *object, const char *key) {
  json_t *value = json_object_get(object, key);
  assert_true(json_is_number(value));
  return json_number_value(value);
}

static void json_keeps_its_contract(void **state) {
  (void)state;
  pil_error error;
  json_error_t json_error;
  pil_options options = {.keep_inputs = true};
  if (!run_whole(&options, &error)) {
    print_failure(&error);
    fail();
  }
  json_t *root = json_load_file(json_path, JSON_REJECT_DUPLICATES, &json_error);
  assert_non_null(root);
  assert_string_equal(keys_of(root),
                      "format kind pilotage scenario files seed trials partial engine variants pairs tails");
  assert_string_equal(json_string_value(json_object_get(root, "kind")), "rollout");
  assert_string_equal(json_string_value(json_object_get(root, "pilotage")), PILOTAGE_VERSION);
  assert_true(json_integer_value(json_object_get(root, "seed")) == INT64_C(9007199254740993));
  json_t *files = json_object_get(root, "files");
  assert_int_equal(json_array_size(files), 3);
  assert_int_equal(json_string_length(json_object_get(json_array_get(files, 1), "sha256")), 64);
  json_t *engine = json_object_get(root, "engine");
  assert_string_equal(keys_of(engine), "lanes scalar reasons");
  assert_int_equal(json_integer_value(json_object_get(engine, "lanes")) +
                       json_integer_value(json_object_get(engine, "scalar")),
                   8000);
  json_t *variants = json_object_get(root, "variants");
  assert_int_equal(json_array_size(variants), 2);
  json_t *dear = json_array_get(variants, 1), *outputs = json_object_get(dear, "outputs");
  assert_string_equal(keys_of(dear), "name outputs series difference correlations");
  assert_string_equal(keys_of(outputs), "npv kind never ok risk.outage");
  json_t *npv = json_object_get(outputs, "npv");
  assert_string_equal(
      keys_of(npv),
      "unit mean mean_error sd min p5 p10 p25 p50 p75 p90 p95 max not_a_number never goal "
      "histogram");
  assert_string_equal(keys_of(json_object_get(npv, "goal")), "test probability low high");
  assert_memory_equal(keys_of(json_object_get(npv, "histogram")), "low step counts", 15);
  assert_string_equal(keys_of(json_object_get(dear, "difference")), "to outputs");
  json_t *series = json_object_get(json_object_get(dear, "series"), "cash");
  assert_int_equal(json_array_size(series), 3);
  assert_string_equal(keys_of(json_array_get(series, 0)), "mean p5 p25 p50 p75 p95");
  assert_string_equal(json_string_value(json_object_get(json_object_get(outputs, "never"), "max")),
                      "inf");
  json_decref(root);
}

/* Means and correlations that the scenario implies, within five standard errors. */
static void numbers_are_what_the_scenario_implies(void **state) {
  (void)state;
  json_error_t json_error;
  json_t *root = json_load_file(json_path, 0, &json_error);
  json_t *base = json_array_get(json_object_get(root, "variants"), 0);
  json_t *outputs = json_object_get(base, "outputs");
  json_t *ok = json_object_get(outputs, "ok");
  assert_true(fabs(number_at(ok, "mean") - 0.5) < 5 * 0.5 / sqrt(4000));
  json_t *cash = json_array_get(json_object_get(json_object_get(base, "series"), "cash"), 2);
  assert_true(fabs(number_at(cash, "mean") - 100) < 5 * 10 / sqrt(4000));
  json_t *shares = json_object_get(json_object_get(outputs, "kind"), "shares");
  assert_string_equal(json_string_value(json_object_get(json_array_get(shares, 0), "value")),
                      "new");
  assert_true(fabs(number_at(json_array_get(shares, 0), "share") - 0.75) <
              5 * sqrt(0.75 * 0.25 / 4000));
  json_t *pair = json_array_get(json_object_get(base, "correlations"), 0);
  assert_true(fabs(number_at(pair, "reached") + 0.4) < 5 / sqrt(4000));
  json_decref(root);
}

static void columns_are_the_samples(void **state) {
  (void)state;
  pil_error error;
  pil_scenario *scenario = pil_scenario_load(scenario_path, &(pil_options){.trials = 10}, &error);
  assert_non_null(scenario);
  pil_run *run = pil_run_new(scenario, &error);
  assert_non_null(run);
  assert_int_equal(pil_run_trials(run), 10);
  assert_true(pil_run_step(run, 10, NULL, NULL, &error));
  assert_int_equal(pil_run_variant_count(run), 2);
  assert_string_equal(pil_run_variant_name(run, 1), "dear");
  assert_null(pil_run_variant_name(run, 2));
  size_t count = 0;
  const double *npv = pil_run_column(run, 0, "npv", 0, &count);
  assert_non_null(npv);
  assert_int_equal(count, 10);
  assert_non_null(pil_run_column(run, 1, "cash", 3, &count));
  assert_null(pil_run_column(run, 1, "cash", 4, &count));
  FILE *samples = fopen(csv_path, "r");
  char line[1024];
  assert_non_null(fgets(line, sizeof line, samples));
  assert_string_equal(
      line,
      "variant,trial,volume,cost,shock[1],shock[2],shock[3],kind,call.sure,call.right,"
      "twice,months,npv,cash[1],cash[2],cash[3],output.kind,never,ok,risk.outage\n");
  for (int i = 0; i < 10; i++) {
    assert_non_null(fgets(line, sizeof line, samples));
    char *cell = line;
    for (int c = 0; c < 12; c++) cell = strchr(cell, ',') + 1;
    assert_true(strtod(cell, NULL) == npv[i]);
  }
  fclose(samples);
  pil_run_free(run);
  pil_scenario_free(scenario);
}

/* The n-th allocation and all after it fail: an error about memory, no crash, no leak, no file. */
static void every_allocation_may_fail(void **state) {
  (void)state;
  pil_options options = {.trials = 5, .threads = 1, .keep_inputs = true};
  bool finished = false;
  uint64_t n = 1;
  for (; !finished && n < 200000; n++) {
    pil_error error = {0};
    unlink(json_path);
    pil_memory_fail_from(n);
    finished = run_whole(&options, &error);
    pil_memory_fail_from(0);
    if (finished) break;
    if (error.failure != PIL_FAILURE_MEMORY) {
      print_message("allocation %llu: ", (unsigned long long)n);
      print_failure(&error);
    }
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  assert_true(finished);
  print_message("%llu allocations\n", (unsigned long long)n);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_keeps_its_contract),
      cmocka_unit_test(numbers_are_what_the_scenario_implies),
      cmocka_unit_test(columns_are_the_samples),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
