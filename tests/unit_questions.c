/* Options, gates, risks, tails and pairs of variants through the public interface: the JSON
 * contract, and numbers against their closed forms.
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
    "  local good = draw.bernoulli(0.6, 'good')\n"
    "  local seen = (good and 1.0 or 0.0) + draw.normal(0, 1, 'noise')\n"
    "  local promoted, back = seen >= p.bar, seen < p.floor\n"
    "  local value = draw.normal(0, 1, 'value')\n"
    "  if p.may_stop then value = math.max(value, -0.5) end\n"
    "  local outage, churn = draw.exponential(1, 'outage'), draw.normal(2, 1, 'churn')\n"
    "  return { npv = value, cost = -value, good = good, ok = good and 'yes' or 'no',\n"
    "    decision = promoted and 'scale' or back and 'roll back' or 'hold',\n"
    "    full_scale = promoted and 4 or math.huge,\n"
    "    lost = good and not promoted and 3 or 0,\n"
    "    risk = { outage = outage * p.left, churn = churn },\n"
    "    inherent = { outage = outage, churn = p.all_inherent and churn or nil },\n"
    "    spent = { outage = p.cost } }\n"
    "end\n";

static const char scenario_text[] =
    "rollout: questions.lua\nseed: 5\ntrials: 20000\ncurrency: EUR\n"
    "settings: {bar: 0.5, floor: -0.5, may_stop: false, left: 1.0, cost: 0.0, all_inherent: true}\n"
    "variants:\n"
    "  base: {}\n"
    "  may stop: {settings: {may_stop: true}}\n"
    "  careful: {settings: {bar: 1.0, left: 0.25, cost: 0.3, all_inherent: false}}\n"
    "outputs: {npv: {unit: EUR, better: higher}, cost: {unit: EUR, better: lower}}\n"
    "options:\n"
    "  stop: {with: may stop, without: base, output: npv}\n"
    "  stop early: {with: may stop, without: base, output: cost, about: The same of costs.}\n"
    "gates: {good: good, promoted: full_scale, rolled_back: {output: decision, is: roll back},\n"
    "        months_lost: lost}\n"
    "risks: {residual: risk, inherent: inherent, mitigation_cost: spent}\n"
    "tails: {level: 0.95, outputs: [npv, cost]}\n";

static char folder[] = "/tmp/pilotage-questions-XXXXXX";
static char scenario_path[128], script_path[128], answer_path[128];

static int make_files(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(scenario_path, sizeof scenario_path, "%s/questions.yaml", folder);
  snprintf(script_path, sizeof script_path, "%s/questions.lua", folder);
  snprintf(answer_path, sizeof answer_path, "%s/answer", folder);
  write_file(scenario_path, scenario_text);
  write_file(script_path, script);
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  unlink(scenario_path);
  unlink(script_path);
  unlink(answer_path);
  return rmdir(folder);
}

static bool run_whole(const pil_options *options, pil_format format, pil_error *error) {
  pil_scenario *scenario = pil_scenario_load(scenario_path, options, error);
  pil_run *run = scenario == NULL ? NULL : pil_run_new(scenario, error);
  bool good = run != NULL && pil_run_step(run, pil_run_trials(run), NULL, NULL, error) &&
              pil_run_write(run, format, false, answer_path, NULL, error);
  pil_run_free(run);
  pil_scenario_free(scenario);
  return good;
}

static json_t *load_answer(const pil_options *options) {
  pil_error error;
  json_error_t json_error;
  if (!run_whole(options, PIL_FORMAT_JSON, &error)) {
    print_message("%s:%d:%d: %s\n", error.file, error.line, error.column, error.text);
    fail();
  }
  json_t *root = json_load_file(answer_path, JSON_REJECT_DUPLICATES, &json_error);
  assert_non_null(root);
  return root;
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

static json_t *item_of(json_t *root, const char *list, size_t index) {
  json_t *item = json_array_get(json_object_get(root, list), index);
  assert_non_null(item);
  return item;
}

/* Within five of its reported errors. */
static void assert_value(json_t *object, const char *key, double wanted) {
  char error_key[64];
  snprintf(error_key, sizeof error_key, "%s_error", key);
  double error = number_at(object, error_key);
  assert_true(error > 0 && fabs(number_at(object, key) - wanted) < 5 * error);
}

static double normal_below(double z) {
  return erfc(-z / sqrt(2)) / 2;
}

static double normal_density(double z) {
  return exp(-z * z / 2) / sqrt(2 * 3.14159265358979323846);
}

static void json_keeps_its_contract(void **state) {
  (void)state;
  json_t *root = load_answer(NULL);
  assert_string_equal(keys_of(root),
                      "format kind pilotage scenario files seed trials partial engine variants pairs "
                      "options gates tails risks");
  assert_int_equal(json_array_size(json_object_get(root, "pairs")), 3);
  json_t *pair = item_of(root, "pairs", 2);
  assert_string_equal(keys_of(pair), "variant to outputs");
  assert_string_equal(json_string_value(json_object_get(pair, "variant")), "careful");
  assert_string_equal(json_string_value(json_object_get(pair, "to")), "may stop");
  assert_string_equal(keys_of(json_object_get(json_object_get(pair, "outputs"), "npv")),
                      "mean mean_error probability_better probability_better_error trials_saved trials_saved_error");
  assert_string_equal(keys_of(item_of(root, "options", 0)),
                      "name with without output bound worth worth_error probability_better "
                      "probability_better_error");
  json_t *gates = item_of(root, "gates", 0);
  assert_string_equal(keys_of(gates),
                      "variant unknown good promoted_if_bad promoted_if_good rolled_back_if_good "
                      "rolled_back_if_bad months_lost months_lost_if_good");
  assert_string_equal(keys_of(json_object_get(gates, "good")), "probability low high trials");
  assert_string_equal(keys_of(json_object_get(gates, "months_lost")), "mean mean_error");
  assert_string_equal(keys_of(item_of(root, "tails", 0)), "variant output level var var_error cvar cvar_error");
  json_t *risks = item_of(root, "risks", 0);
  assert_string_equal(keys_of(risks), "variant level risks all inherent residual");
  assert_string_equal(keys_of(json_object_get(risks, "all")),
                      "name inherent inherent_error residual residual_error share_of_mean "
                      "share_of_mean_error share_of_cvar share_of_cvar_error part_of_cvar part_of_cvar_error "
                      "prevented prevented_error mitigation_cost mitigation_cost_error prevented_per_cost "
                      "prevented_per_cost_error");
  assert_string_equal(keys_of(json_object_get(risks, "inherent")), "exceeded var var_error cvar cvar_error");
  assert_string_equal(keys_of(item_of(json_object_get(risks, "inherent"), "exceeded", 0)),
                      "chance loss loss_error");
  json_decref(root);
}

/* E max(V, c) = density(c) + c P(V < c); of costs the same with the sign turned. Between values V
 * and max(V, c) the pairing is worth (var V + var max) / var of their difference trials. */
static void options_are_worth_what_they_are(void **state) {
  (void)state;
  double c = -0.5, first = normal_density(c) + c * normal_below(c);
  double second = c * c * normal_below(c) + 1 - normal_below(c) + c * normal_density(c);
  double difference = first, squares = second + 1 - 2 * (c * -normal_density(c) + 1 - normal_below(c) + c * normal_density(c));
  double economy = (1 + second - first * first) / (squares - difference * difference);
  json_t *root = load_answer(NULL);
  assert_value(item_of(root, "options", 0), "worth", first);
  assert_value(item_of(root, "options", 1), "worth", first);
  assert_true(number_at(item_of(root, "options", 1), "probability_better") > 0.5);
  json_t *pair = json_object_get(item_of(root, "pairs", 0), "outputs");
  assert_value(json_object_get(pair, "npv"), "mean", first);
  assert_value(json_object_get(pair, "npv"), "trials_saved", (economy - 1) * 20000);
  json_decref(root);
}

static void assert_chance(json_t *gates, const char *key, double wanted) {
  json_t *chance = json_object_get(gates, key);
  double low = number_at(chance, "low"), high = number_at(chance, "high"), half = (high - low) / 2;
  assert_true(wanted > low - 1.5 * half && wanted < high + 1.5 * half); /* five errors, about */
  assert_true(half < 0.012);
}

static void gates_err_as_often_as_they_must(void **state) {
  (void)state;
  json_t *root = load_answer(NULL);
  const double bars[] = {0.5, 0.5, 1};
  for (size_t v = 0; v < 3; v++) {
    json_t *gates = item_of(root, "gates", v);
    assert_int_equal(json_integer_value(json_object_get(gates, "unknown")), 0);
    assert_chance(gates, "good", 0.6);
    assert_chance(gates, "promoted_if_bad", 1 - normal_below(bars[v]));
    assert_chance(gates, "promoted_if_good", 1 - normal_below(bars[v] - 1));
    assert_chance(gates, "rolled_back_if_bad", normal_below(-0.5));
    assert_chance(gates, "rolled_back_if_good", normal_below(-1.5));
    double held = normal_below(bars[v] - 1);
    assert_value(json_object_get(gates, "months_lost"), "mean", 3 * 0.6 * held);
    assert_value(json_object_get(gates, "months_lost_if_good"), "mean", 3 * held);
  }
  json_decref(root);
}

static void tails_and_risks_have_their_closed_form(void **state) {
  (void)state;
  json_t *root = load_answer(NULL);
  double z = 1.6448536269514722, cvar = normal_density(z) / 0.05;
  json_t *npv = item_of(root, "tails", 0), *cost = item_of(root, "tails", 1);
  assert_value(npv, "var", -z);
  assert_value(npv, "cvar", -cvar);
  assert_true(number_at(cost, "cvar") == -number_at(npv, "cvar"));
  json_t *base = item_of(root, "risks", 0), *careful = item_of(root, "risks", 2);
  json_t *outage = item_of(base, "risks", 1), *churn = item_of(base, "risks", 0), *all = json_object_get(base, "all");
  assert_string_equal(json_string_value(json_object_get(outage, "name")), "outage");
  assert_value(outage, "residual", 1);
  assert_value(churn, "residual", 2);
  assert_value(outage, "share_of_mean", 1.0 / 3);
  assert_true(number_at(all, "prevented") == 0);
  assert_true(json_is_null(json_object_get(outage, "prevented_per_cost"))); /* nothing was spent */
  double parts = number_at(outage, "part_of_cvar") + number_at(churn, "part_of_cvar");
  double sum_cvar = number_at(json_object_get(base, "residual"), "cvar");
  assert_true(fabs(parts - sum_cvar) < 1e-12 * sum_cvar);
  assert_true(fabs(number_at(outage, "share_of_cvar") + number_at(churn, "share_of_cvar") - 1) < 1e-12);
  outage = item_of(careful, "risks", 1);
  assert_value(outage, "inherent", 1);
  assert_value(outage, "residual", 0.25);
  assert_value(outage, "prevented", 0.75);
  assert_value(outage, "prevented_per_cost", 2.5);
  assert_value(json_object_get(careful, "all"), "prevented_per_cost", 2.5);
  /* This variant's record of inherent losses lacks churn, which is as it was. */
  churn = item_of(careful, "risks", 0);
  assert_true(number_at(churn, "inherent") == number_at(churn, "residual"));
  assert_true(number_at(churn, "prevented") == 0);
  assert_value(json_object_get(careful, "all"), "inherent", 3);
  assert_value(json_object_get(careful, "all"), "prevented", 0.75);
  /* Less in every trial, so less at every chance. */
  for (size_t i = 0; i < 6; i++) {
    json_t *before = item_of(json_object_get(careful, "inherent"), "exceeded", i);
    json_t *after = item_of(json_object_get(careful, "residual"), "exceeded", i);
    assert_true(number_at(before, "loss") > number_at(after, "loss") && number_at(after, "loss_error") > 0);
  }
  json_decref(root);
}

/* What concerns variants that are not run is left out; the names are checked all the same. */
static void some_variants_only(void **state) {
  (void)state;
  const char *names[] = {"careful"};
  json_t *root = load_answer(&(pil_options){.variants = names, .variant_count = 1, .trials = 500});
  assert_null(json_object_get(root, "pairs"));
  assert_null(json_object_get(root, "options"));
  assert_int_equal(json_array_size(json_object_get(root, "gates")), 1);
  json_decref(root);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  pil_options options = {.trials = 3, .threads = 1};
  bool finished = false;
  uint64_t n = 1;
  for (; !finished && n < 200000; n++) {
    pil_error error = {0};
    pil_memory_fail_from(n);
    finished = run_whole(&options, PIL_FORMAT_TEXT, &error);
    pil_memory_fail_from(0);
    if (!finished) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  assert_true(finished && n > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(json_keeps_its_contract),
      cmocka_unit_test(options_are_worth_what_they_are),
      cmocka_unit_test(gates_err_as_often_as_they_must),
      cmocka_unit_test(tails_and_risks_have_their_closed_form),
      cmocka_unit_test(some_variants_only),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
