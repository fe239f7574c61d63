/* Verifying policies: proofs of random ones against every decision of a model in C, what is found where nothing can be proved,
 * and no memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../engine/base/memory.h"
#include "../engine/governance/verify.h"
#include "files.h"

static char folder[] = "/tmp/pilotage-verify-XXXXXX", plan_path[128], policy_path[128], answer_path[128];

static int make_folder(void **state) {
  (void)state;
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(plan_path, sizeof plan_path, "%s/plan.yaml", folder);
  snprintf(policy_path, sizeof policy_path, "%s/policy.lua", folder);
  snprintf(answer_path, sizeof answer_path, "%s/answer", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(plan_path);
  unlink(policy_path);
  unlink(answer_path);
  return rmdir(folder);
}

/* One verification, held open. */
typedef struct held {
  pil_policy *policy;
  pil_verify verify;
  pil_verification found;
} held;

static void open_held(held *h, pil_engine engine, uint64_t tries) {
  pil_error error = {0};
  const pil_options options = {.engine = engine};
  h->policy = pil_policy_load(plan_path, &options, &error);
  if (h->policy == NULL) fail_msg("%s:%d: %s", error.file, error.line, error.text);
  if (!pil_verify_open(&h->verify, h->policy, tries, &error) || !pil_verify_run(&h->verify, &h->found, &error))
    fail_msg("%s:%d: %s", error.file, error.line, error.text);
}

static void close_held(held *h) {
  pil_verify_close(&h->verify);
  pil_policy_free(h->policy);
}

/* ---- random policies, and their model ---- */

/* A decision of the model: a number of (0, 1), a whole number of 0 … 9, a text, a boolean. */
typedef struct decision {
  double score;
  int n, kind, flag;
} decision;

static const char *const kinds[] = {"a", "b", "c"};
static const double limits[] = {0.2, 0.4, 0.5, 0.8};

typedef struct condition {
  int field, op; /* score, n, kind, flag, score's distance from 0.5; < <= > >= */
  double number;
} condition;

typedef struct rule {
  condition conditions[3];
  size_t count;
  bool any; /* or, else and */
  int level; /* 4: none */
} rule;

typedef struct model {
  rule rules[6];
  size_t count;
  int otherwise;
} model;

static uint64_t state_word = 1;
static size_t roll(size_t count) {
  state_word = state_word * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (size_t)((state_word >> 33) % count);
}

static condition some_condition(void) {
  condition c = {.field = (int)roll(5), .op = (int)roll(4)};
  c.number = c.field == 1 ? (double)roll(10) : c.field == 2 ? (double)roll(3) : c.field == 4 ? 0.1 * (double)roll(5) : limits[roll(4)];
  return c;
}

static model some_model(void) {
  model m = {.count = 1 + roll(6), .otherwise = roll(12) == 0 ? 4 : (int)roll(2)};
  for (size_t i = 0; i < m.count; i++) {
    m.rules[i] = (rule){.count = 1 + roll(3), .any = roll(4) == 0, .level = (int)roll(4)};
    for (size_t k = 0; k < m.rules[i].count; k++) m.rules[i].conditions[k] = some_condition();
  }
  return m;
}

static bool compares(int op, double a, double b) {
  return op == 0 ? a < b : op == 1 ? a <= b : op == 2 ? a > b : a >= b;
}

static bool holds(const condition *c, const decision *d) {
  switch (c->field) {
    case 0: return compares(c->op, d->score, c->number);
    case 1: return compares(c->op, d->n, c->number);
    case 2: return (d->kind == (int)c->number) == (c->op < 2);
    case 3: return d->flag == (c->op < 2);
    default: return compares(c->op, fabs(d->score - 0.5), c->number);
  }
}

/* The level, and which rule gave it (count: none of them). */
static int decide(const model *m, const decision *d, size_t *which) {
  for (*which = 0; *which < m->count; ++*which) {
    const rule *r = &m->rules[*which];
    size_t met = 0;
    for (size_t k = 0; k < r->count; k++) met += holds(&r->conditions[k], d);
    if (r->any ? met > 0 : met == r->count) return r->level;
  }
  return m->otherwise;
}

static void write_condition(FILE *file, const condition *c) {
  static const char *const ops[] = {"<", "<=", ">", ">="};
  switch (c->field) {
    case 0: fprintf(file, "d.score %s %.17g", ops[c->op], c->number); break;
    case 1: fprintf(file, "d.n %s p.limits[%d]", ops[c->op], (int)c->number + 1); break;
    case 2: fprintf(file, "d.kind %s '%s'", c->op < 2 ? "==" : "~=", kinds[(int)c->number]); break;
    case 3: fprintf(file, "%sd.flag", c->op < 2 ? "" : "not "); break;
    default: fprintf(file, "math.abs(d.score - 0.5) %s %.17g", ops[c->op], c->number);
  }
}

/* Rule i stands in line 2 + i. */
static void write_policy(const model *m) {
  FILE *file = fopen(policy_path, "w");
  assert_non_null(file);
  fprintf(file, "return function(d, p)\n");
  for (size_t i = 0; i < m->count; i++) {
    fprintf(file, "  if ");
    for (size_t k = 0; k < m->rules[i].count; k++) {
      if (k > 0) fprintf(file, m->rules[i].any ? " or " : " and ");
      write_condition(file, &m->rules[i].conditions[k]);
    }
    fprintf(file, " then return \"%s\" end\n", pil_level_names[m->rules[i].level]);
  }
  if (m->otherwise < 4) fprintf(file, "  return \"%s\"\n", pil_level_names[m->otherwise]);
  else fprintf(file, "\n");
  fprintf(file, "end\n");
  assert_int_equal(fclose(file), 0);
}

static void write_plan(const condition *promised) {
  FILE *file = fopen(plan_path, "w");
  assert_non_null(file);
  fprintf(file, "policy: policy.lua\nsettings: {limits: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\n"
                "decisions:\n  per_day: 10\n  fields:\n    score: {uniform: [0, 1]}\n    n: {binomial: {n: 9, p: 0.4}}\n"
                "    kind: {discrete: {values: [a, b, c]}}\n    flag: {bernoulli: 0.3}\n"
                "monotone: {score: up, n: down, flag: up}\nnever: \"");
  write_condition(file, promised);
  fprintf(file, " and level == 'auto'\"\nalways: ");
  fprintf(file, "\"level ~= 'review' or d.flag\"\n");
  assert_int_equal(fclose(file), 0);
}

/* All numbers at which a score may be decided differently from its neighbours, those beside them, and what lies between. */
static size_t score_points(double *points) {
  size_t count = 0;
  for (int i = 0; i <= 40; i++) {
    double at = i / 40.0, also = i < 20 ? 0.5 - 0.1 * (i % 5) : 0.5 + 0.1 * (i % 5);
    const double around[] = {at, nextafter(at, 0), nextafter(at, 1), also, nextafter(also, 0), nextafter(also, 1)};
    for (size_t k = 0; k < 6; k++)
      if (around[k] >= 0 && around[k] <= 1) points[count++] = around[k];
    for (double x = at - 4e-16; i % 4 == 0 && i > 0 && x < at + 4e-16 && count < 1900; x = nextafter(x, 2))
      if (x <= 1) points[count++] = x;
  }
  return count;
}

typedef struct truth {
  bool never_broken, always_broken, missing, reached[8];
  bool loosened[3]; /* score up, n down, flag up */
} truth;

static bool is_looser(int after, int before) {
  return after < 4 && before < 4 && after < before;
}

/* Every decision there is, as far as the model can tell them apart. */
static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static truth enumerate(const model *m, const condition *promised) {
  static double points[2000];
  size_t count = score_points(points), which;
  truth t = {0};
  qsort(points, count, sizeof *points, compare_numbers);
  for (int n = 0; n <= 9; n++) {
    for (int kf = 0; kf < 6; kf++) {
      int before = 4;
      for (size_t i = 0; i < count; i++) {
        decision d = {points[i], n, kf / 2, kf % 2}, other = d;
        int level = decide(m, &d, &which);
        t.reached[which] = true;
        t.missing = t.missing || level == 4;
        t.never_broken = t.never_broken || (level == 0 && holds(promised, &d));
        t.always_broken = t.always_broken || (level == 1 && !d.flag);
        t.loosened[0] = t.loosened[0] || is_looser(level, before);
        before = level < 4 ? level : before;
        other.n = n - 1;
        if (n > 0) t.loosened[1] = t.loosened[1] || is_looser(decide(m, &other, &which), level);
        other = d;
        other.flag = 1;
        if (d.flag == 0) t.loosened[2] = t.loosened[2] || is_looser(decide(m, &other, &which), level);
      }
    }
  }
  return t;
}

static decision decision_of(const held *h, const double *cells) {
  decision d = {0};
  for (size_t f = 0; f < h->policy->inputs.field_count; f++) {
    const pil_field *field = &h->verify.fields[f];
    double value = cells[field->first_column];
    if (strcmp(field->name, "score") == 0) d.score = value;
    else if (strcmp(field->name, "n") == 0) d.n = (int)value;
    else if (strcmp(field->name, "kind") == 0) d.kind = *field->choices[(size_t)value] - 'a';
    else d.flag = value != 0;
  }
  return d;
}

static void check_proof(const pil_proof *proof, bool broken, const char *what, size_t number) {
  pil_proof_state wanted = broken ? PIL_PROOF_COUNTEREXAMPLE : PIL_PROOF_PROVED;
  if (proof->state != wanted)
    fail_msg("policy %zu, %s: %d instead of %d (%s)", number, what, proof->state, wanted, proof->reason ? proof->reason : "");
  if (!broken) assert_true(proof->cells > 0 && proof->reason == NULL);
}

/* What is printed as a counterexample is one for the model too. */
static void check_counterexamples(const held *h, const model *m, const condition *promised) {
  for (size_t i = 0; i < h->found.proof_count; i++) {
    const pil_proof *proof = &h->found.proofs[i];
    size_t which;
    if (proof->counterexample == NULL) continue;
    decision d = decision_of(h, proof->counterexample->found.cells);
    int level = decide(m, &d, &which);
    assert_int_equal(level, proof->counterexample->found.level);
    switch (proof->promise->kind) {
      case PIL_PROMISE_NEVER: assert_true(level == 0 && holds(promised, &d)); break;
      case PIL_PROMISE_ALWAYS: assert_true(level == 1 && !d.flag); break;
      case PIL_PROMISE_MONOTONE: {
        decision other = decision_of(h, proof->counterexample->other.cells);
        assert_true(is_looser(level, decide(m, &other, &which)));
        assert_int_equal((other.score != d.score) + (other.n != d.n) + (other.kind != d.kind) + (other.flag != d.flag), 1);
      }
    }
  }
}

static const char *line_of(const char *place) {
  return strrchr(place, ':') + 1;
}

static void check_branches(const held *h, const model *m, const truth *t, size_t number) {
  for (size_t i = 0; i < h->found.branch_count; i++) {
    const pil_branch *branch = &h->found.branches[i];
    size_t rule_index = (size_t)atoi(line_of(branch->place)) - 2;
    if (rule_index > m->count) continue; /* the end of a policy without a last answer */
    bool reached = branch->state == PIL_BRANCH_REACHED;
    if (reached != t->reached[rule_index]) fail_msg("policy %zu, rule %zu: %d", number, rule_index, branch->state);
    if (reached || rule_index == m->count) continue;
    /* Alone, a rule that is not contradictory is met by something. */
    model alone = {.rules = {m->rules[rule_index]}, .count = 1};
    condition anything = {.field = 3, .op = 0};
    truth met = enumerate(&alone, &anything);
    if ((branch->state == PIL_BRANCH_SHADOWED) != met.reached[0])
      fail_msg("policy %zu, rule %zu: %d, met alone %d", number, rule_index, branch->state, met.reached[0]);
    assert_int_equal(branch->hidden_count > 0, branch->state == PIL_BRANCH_SHADOWED);
  }
}

static void proofs_agree_with_every_decision(void **state) {
  (void)state;
  size_t broken = 0, kept = 0, dead = 0;
  for (size_t number = 0; number < 150; number++) {
    model m = some_model();
    condition promised = some_condition();
    held h;
    write_policy(&m);
    write_plan(&promised);
    truth t = enumerate(&m, &promised);
    open_held(&h, number % 10 == 0 ? PIL_ENGINE_SCALAR : PIL_ENGINE_AUTO, 1000);
    check_proof(&h.found.answers, t.missing, "answers", number);
    check_proof(&h.found.proofs[0], t.never_broken, "never", number);
    check_proof(&h.found.proofs[1], t.always_broken, "always", number);
    /* Past a decision without a level verify compares those on either side, which the model does not. */
    for (size_t i = 0; i < 3 && !t.missing; i++) check_proof(&h.found.proofs[2 + i], t.loosened[i], "monotone", number);
    check_counterexamples(&h, &m, &promised);
    check_branches(&h, &m, &t, number);
    for (size_t i = 0; i < h.found.proof_count; i++) *(h.found.proofs[i].state == PIL_PROOF_PROVED ? &kept : &broken) += 1;
    dead += h.found.dead_count;
    close_held(&h);
  }
  assert_true(broken > 100 && kept > 100 && dead > 30); /* of each enough to be told */
}

/* ---- where nothing can be proved ---- */

static const char searched_plan[] =
    "policy: policy.lua\nsettings: {limit: 5000}\ndecisions:\n  per_day: 10\n  fields:\n"
    "    amount: {lognormal: {p5: 50, p95: 9000}}\n    balance: {lognormal: {p5: 50, p95: 9000}}\n"
    "    n: {poisson: {mean: 3}}\n    sensitive: {bernoulli: 0.1}\n"
    "never: \"d.sensitive and level == 'auto'\"\nmonotone: {amount: up}\n";

typedef struct searched {
  const char *policy, *reason; /* the reason's beginning */
  bool broken, loosened;
} searched;

static void searches_find_what_is_planted(void **state) {
  (void)state;
  static const searched cases[] = {
      /* equal in both fields: drawn never */
      {"return function(d, p)\n  if d.sensitive and d.amount ~= d.balance then return \"review\" end\n  return \"auto\"\nend\n",
       "d.amount is compared with d.balance", true, true},
      /* at the edge of a product, to the last digit */
      {"return function(d, p)\n  local x = d.amount * d.balance\n  if d.sensitive and x < 1e6 then return \"review\" end\n"
       "  if x > 1e6 + 1e-4 then return \"exception\" end\n  return \"auto\"\nend\n",
       "d.amount and d.balance are worked into one number", true, true},
      /* a limit that only stock Lua sees */
      {"return function(d, p)\n  local _, x = pcall(function() return d.amount end)\n"
       "  if d.sensitive and x ~= p.limit + 0.5 then return \"review\" end\n  return x == 1234.5 and \"collaborate\" or \"auto\"\nend\n",
       "policy.lua:2: pcall", false, true},
      {"return function(d, p)\n  local _, x = pcall(function() return d.amount end)\n"
       "  if d.sensitive and x ~= 4321.5 then return \"review\" end\n  return \"auto\"\nend\n",
       "policy.lua:2: pcall", true, true},
      /* one draw in a thousand */
      {"return function(d, p)\n  if d.sensitive and draw.uniform(0, 1, \"look\") < 0.999 then return \"review\" end\n"
       "  return \"auto\"\nend\n",
       "it draws random numbers", true, false},
      {"return function(d, p)\n  if d.sensitive then return \"review\" end\n"
       "  return d.amount > d.balance and \"exception\" or \"auto\"\nend\n",
       "d.balance is compared with d.amount", false, false},
  };
  write_file(plan_path, searched_plan);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    held h;
    write_file(policy_path, cases[i].policy);
    open_held(&h, PIL_ENGINE_AUTO, 200000);
    const pil_proof *never = &h.found.proofs[0], *up = &h.found.proofs[1];
    if (never->state != (cases[i].broken ? PIL_PROOF_COUNTEREXAMPLE : PIL_PROOF_NONE)) fail_msg("case %zu: never %d", i, never->state);
    if (up->state != (cases[i].loosened ? PIL_PROOF_COUNTEREXAMPLE : PIL_PROOF_NONE)) fail_msg("case %zu: monotone %d", i, up->state);
    assert_non_null(never->reason);
    if (strstr(never->reason, cases[i].reason) == NULL) fail_msg("case %zu: %s", i, never->reason);
    assert_true(never->cells == 0 && (cases[i].broken || never->tried >= 200000));
    close_held(&h);
  }
}

/* Too many cells are an honest "none in so many tried". */
static void many_cells_are_searched(void **state) {
  (void)state;
  pil_text policy = {0}, plan = {0};
  pil_text_add(&policy, "return function(d, p)\n");
  pil_text_add(&plan, "policy: policy.lua\ndecisions:\n  per_day: 10\n  fields:\n");
  for (int i = 0; i < 12; i++) {
    pil_text_format(&policy, "  if d.x%d > 0.25 and d.x%d < 0.75 then return \"review\" end\n", i, (i + 1) % 12);
    pil_text_format(&plan, "    x%d: {uniform: [0, 1]}\n", i);
  }
  pil_text_add(&policy, "  return \"auto\"\nend\n");
  pil_text_add(&plan, "never: \"d.x0 > 0.25 and d.x1 < 0.75 and level == 'auto'\"\n");
  write_file(policy_path, pil_text_get(&policy));
  write_file(plan_path, pil_text_get(&plan));
  held h;
  open_held(&h, PIL_ENGINE_AUTO, 5000);
  assert_int_equal(h.found.proofs[0].state, PIL_PROOF_NONE);
  assert_string_equal(h.found.proofs[0].reason, "there are 244140625 cells, more than 1000000");
  assert_true(h.found.branch_tries >= 5000);
  close_held(&h);
  pil_text_free(&policy);
  pil_text_free(&plan);
}

/* As few fields as can be differ from the usual, and short numbers. */
static void counterexamples_are_small(void **state) {
  (void)state;
  held h;
  write_file(plan_path, searched_plan);
  write_file(policy_path, "return function(d, p)\n  if d.sensitive and d.amount < p.limit then return \"review\" end\n"
                          "  if d.amount > p.limit then return \"exception\" end\n  return \"auto\"\nend\n");
  open_held(&h, PIL_ENGINE_AUTO, 1000);
  const pil_counterexample *found = h.found.proofs[0].counterexample;
  assert_non_null(found);
  assert_true(found->matters[0] && !found->matters[1] && !found->matters[2] && found->matters[3]);
  assert_true(found->found.cells[0] == 5000);
  assert_int_equal(found->wanted, PIL_LEVEL_REVIEW);
  assert_string_equal(line_of(found->found.place), "4");
  close_held(&h);
}

/* ---- no memory ---- */

static void every_allocation_may_fail(void **state) {
  (void)state;
  static const char *const policies[] = {
      "return function(d, p)\n  if d.sensitive and d.amount < p.limit then return \"review\" end\n"
      "  if d.amount > p.limit then return \"exception\" end\n  if d.amount > 2 * p.limit then return \"review\" end\n"
      "  if d.n == 3 then return \"auto\" end\nend\n",
      "return function(d, p)\n  if d.sensitive and d.amount ~= d.balance then return \"review\" end\n  return \"auto\"\nend\n"};
  write_file(plan_path, searched_plan);
  for (int i = 0; i < 2; i++) {
    write_file(policy_path, policies[i]);
    bool finished = false;
    for (uint64_t n = 1 + (uint64_t)i; !finished && n < 400000; n += n < 600 ? 3 : 97) {
      pil_error error = {0};
      const pil_options options = {0};
      bool failed;
      pil_memory_fail_from(n);
      const pil_verify_request request = {.tries = 3000, .format = i == 0 ? PIL_FORMAT_TEXT : PIL_FORMAT_JSON, .output = answer_path};
      finished = pil_policy_verify(plan_path, &options, &request, &failed, &error);
      pil_memory_fail_from(0);
      if (!finished && error.failure != PIL_FAILURE_MEMORY) fail_msg("allocation %llu: %s", (unsigned long long)n, error.text);
    }
    assert_true(finished);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(proofs_agree_with_every_decision), cmocka_unit_test(searches_find_what_is_planted),
      cmocka_unit_test(many_cells_are_searched),          cmocka_unit_test(counterexamples_are_small),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
