/* The decider: levels, reasons and the line that decided, in lanes as in stock Lua.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/governance/decider.h"
#include "../engine/lanes/image.h"
#include "files.h"

/* A helper in tail position, one whose result is handed on, a module, a C function in tail position, a number, nothing. */
static const char policy_text[] = "local m = require \"rules\"\n"
                                  "local function large(d)\n"
                                  "  if d.amount > 900 then return \"collaborate\", \"very large\" end\n"
                                  "  return \"exception\", d.segment .. \" is large\"\n"
                                  "end\n"
                                  "local function shown(level) return level end\n"
                                  "return function(d, p)\n"
                                  "  if d.amount > 500 then return large(d) end\n"
                                  "  if d.segment == \"vip\" then return m.of_vip(d) end\n"
                                  "  if d.score > 0.9 then\n"
                                  "    local level = shown(\"review\")\n"
                                  "    return level, \"sure\"\n"
                                  "  end\n"
                                  "  if d.score > 0.8 then return tostring(\"auto\") end\n"
                                  "  if d.score > 0.7 then return 3, 4 end\n"
                                  "  if d.score > 0.6 then return \"reveiw\" end\n"
                                  "  for i = 1, 3 do if d.score > 0.6 - i / 10 then return \"auto\", \"turn\" end end\n"
                                  "end\n";
static const char module_text[] = "return {of_vip = function(d)\n"
                                  "  if d.novel then return \"review\", \"new\", \"third\" end\n"
                                  "  return \"auto\"\n"
                                  "end}\n";

static char folder[] = "/tmp/pilotage-decider-XXXXXX", policy_path[128], module_path[128];

static int make_files(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(policy_path, sizeof policy_path, "%s/policy.lua", folder);
  snprintf(module_path, sizeof module_path, "%s/rules.lua", folder);
  write_file(policy_path, policy_text);
  write_file(module_path, module_text);
  return 0;
}

static int remove_files(void **state) {
  (void)state;
  unlink(policy_path);
  unlink(module_path);
  return rmdir(folder);
}

/* ---- decisions ---- */

enum { DECISIONS = 300 };
static const char *const segments[] = {"private", "vip"};
static const pil_field fields[] = {
    {.name = "amount", .kind = PIL_FIELD_FLOAT, .first_column = 0, .expression = -1},
    {.name = "score", .kind = PIL_FIELD_FLOAT, .first_column = 1, .expression = -1},
    {.name = "segment", .kind = PIL_FIELD_TEXT, .first_column = 2, .choices = segments, .choice_count = 2, .expression = -1},
    {.name = "novel", .kind = PIL_FIELD_BOOLEAN, .first_column = 3, .expression = -1}};
static double cells[4][DECISIONS], *columns[4] = {cells[0], cells[1], cells[2], cells[3]};

static void fill_decisions(void) {
  for (size_t i = 0; i < DECISIONS; i++) {
    cells[0][i] = (double)(i * 7919 % 1000);
    cells[1][i] = (double)(i * 104729 % 1000) / 1000;
    cells[2][i] = (double)(i * 31 % 7 == 0);
    cells[3][i] = (double)(i * 17 % 3 == 0);
  }
}

static pil_decider *open_decider(pil_policy **policy, pil_engine engine, size_t field_count, pil_error *error) {
  const pil_options options = {.engine = engine};
  *policy = pil_policy_open(policy_path, &options, error);
  if (*policy == NULL) return NULL;
  pil_script_source source = (*policy)->sources[pil_policy_own(*policy)];
  source.fields = fields;
  source.field_count = field_count;
  return pil_decider_new(&source, DECISIONS, error);
}

/* What the policy above says, written once more in C. */
typedef struct expected {
  uint8_t level;
  const char *reason, *returned;
  int line;
  bool in_module;
} expected;

static expected expect(size_t i) {
  double amount = cells[0][i], score = cells[1][i];
  bool vip = cells[2][i] != 0, novel = cells[3][i] != 0;
  if (amount > 900) return (expected){PIL_LEVEL_COLLABORATE, "very large", NULL, 3, false};
  if (amount > 500) return (expected){PIL_LEVEL_EXCEPTION, vip ? "vip is large" : "private is large", NULL, 4, false};
  if (vip && novel) return (expected){PIL_LEVEL_REVIEW, "new", NULL, 2, true};
  if (vip) return (expected){PIL_LEVEL_AUTO, NULL, NULL, 3, true};
  if (score > 0.9) return (expected){PIL_LEVEL_REVIEW, "sure", NULL, 12, false};
  if (score > 0.8) return (expected){PIL_LEVEL_AUTO, NULL, NULL, 14, false};
  if (score > 0.7) return (expected){PIL_LEVELS, NULL, "3", 15, false};
  if (score > 0.6) return (expected){PIL_LEVELS, NULL, "reveiw", 16, false};
  if (score > 0.6 - 3 / 10.0) return (expected){PIL_LEVEL_AUTO, "turn", NULL, 17, false};
  return (expected){PIL_LEVELS, NULL, NULL, 18, false};
}

static bool same_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void the_line_that_decided_is_known(void **state) {
  (void)state;
  static const pil_engine engines[] = {PIL_ENGINE_LANES, PIL_ENGINE_SCALAR};
  fill_decisions();
  for (int e = 0; e < 2; e++) {
    pil_error error = {0};
    pil_policy *policy;
    pil_ruling rulings[DECISIONS];
    pil_decider *decider = open_decider(&policy, engines[e], 4, &error);
    if (decider == NULL || !pil_decider_run(decider, 1, DECISIONS, columns, rulings, &error)) fail_msg("%s", error.text);
    pil_program *program = pil_decider_program(decider);
    assert_int_equal(e == 0 ? program->counted.lanes : program->counted.scalar, DECISIONS);
    for (size_t i = 0; i < DECISIONS; i++) {
      expected want = expect(i);
      char place[PIL_PLACE_BYTES];
      pil_place_name(place, want.in_module ? module_path : policy_path, want.line);
      if (rulings[i].level != want.level || !same_text(rulings[i].reason, want.reason) ||
          !same_text(rulings[i].returned, want.returned) || !same_text(rulings[i].place, place))
        fail_msg("decision %zu: level %d reason %s returned %s at %s, expected %d %s %s at %s", i, rulings[i].level,
                 rulings[i].reason, rulings[i].returned, rulings[i].place, want.level, want.reason, want.returned, place);
    }
    pil_decider_free(decider);
    pil_policy_free(policy);
  }
}

/* A field that is not there is an error in both engines, not nil: novel is read by one decision only. */
static void a_field_that_is_missing_is_an_error(void **state) {
  (void)state;
  static const pil_engine engines[] = {PIL_ENGINE_LANES, PIL_ENGINE_SCALAR};
  fill_decisions();
  for (int e = 0; e < 2; e++) {
    pil_error error = {0};
    pil_policy *policy;
    pil_ruling rulings[DECISIONS];
    pil_decider *decider = open_decider(&policy, engines[e], 3, &error);
    assert_non_null(decider);
    assert_false(pil_decider_run(decider, 1, DECISIONS, columns, rulings, &error));
    size_t first = 0;
    while (!(cells[0][first] <= 500 && cells[2][first] != 0)) first++;
    assert_int_equal(error.trial, first + 1);
    assert_string_equal(error.text, "no field \"novel\"");
    assert_int_equal(error.line, 2);
    pil_decider_free(decider);
    pil_policy_free(policy);
  }
}

/* A path too long for an output's text keeps its end. */
static void a_long_path_keeps_its_end(void **state) {
  (void)state;
  char file[400], name[PIL_PLACE_BYTES];
  memset(file, 'a', sizeof file - 1);
  file[sizeof file - 1] = '\0';
  memcpy(file + 380, "é/policy.lua", sizeof "é/policy.lua");
  pil_place_name(name, file, 1234);
  assert_int_equal(strlen(name), PIL_PLACE_BYTES - 1);
  assert_string_equal(name + strlen(name) - strlen("aé/policy.lua:1234"), "aé/policy.lua:1234");
  for (size_t start = 0; start < 380; start++) file[start] = start % 2 == 0 ? '\xc3' : '\xa9';
  pil_place_name(name, file, 1);
  assert_true((name[0] & 0xc0) != 0x80);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  bool finished = false;
  fill_decisions();
  for (uint64_t n = 1; !finished && n < 100000; n += n < 800 ? 1 : 11) {
    pil_error error = {0};
    pil_policy *policy;
    pil_ruling rulings[DECISIONS];
    pil_memory_fail_from(n);
    pil_decider *decider = open_decider(&policy, PIL_ENGINE_LANES, 4, &error);
    finished = decider != NULL && pil_decider_run(decider, 1, DECISIONS, columns, rulings, &error);
    pil_memory_fail_from(0);
    if (!finished && error.failure != PIL_FAILURE_MEMORY) fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
    pil_decider_free(decider);
    pil_policy_free(policy);
  }
  assert_true(finished);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_line_that_decided_is_known),
      cmocka_unit_test(a_field_that_is_missing_is_an_error),
      cmocka_unit_test(a_long_path_keeps_its_end),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
