/* What verifying a policy found, for people and for machines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../statistics/number.h"
#include "verify.h"

enum { SHOWN_VALUES = 12 };
#define WIDEST 0x1p53 /* ranges that go so far are shown without an end */
static const char *const state_names[] = {"reached", "shadowed", "contradictory", "not reached"};

/* ---- decisions as Lua ---- */

static void add_text(pil_text *to, const char *text) {
  pil_text_add(to, "\"");
  for (; *text != '\0'; text++) {
    unsigned char own = (unsigned char)*text;
    if (own == '"' || own == '\\') pil_text_format(to, "\\%c", own);
    else if (own < 32 || own == 127) pil_text_format(to, "\\%03u", own);
    else pil_text_append(to, text, 1);
  }
  pil_text_add(to, "\"");
}

/* A float stays one: 5000.0. */
static void add_number(pil_text *to, double value, bool is_whole) {
  char text[PIL_NUMBER_BYTES];
  if (isnan(value)) pil_text_add(to, "0/0");
  else if (isinf(value)) pil_text_add(to, value > 0 ? "math.huge" : "-math.huge");
  else if (is_whole) pil_text_format(to, "%.0f", value);
  else {
    pil_number_exact(value, text);
    pil_text_format(to, "%s%s", text, strpbrk(text, ".e") == NULL ? ".0" : "");
  }
}

static void add_plain(pil_text *to, double value) {
  char text[PIL_NUMBER_BYTES];
  pil_text_add(to, pil_number_exact(value, text));
}

static void add_value(pil_text *to, const pil_field *field, double value) {
  if (field->kind == PIL_FIELD_TEXT) add_text(to, field->choices[(size_t)value]);
  else if (field->kind == PIL_FIELD_BOOLEAN) pil_text_add(to, value != 0 ? "true" : "false");
  else add_number(to, value, field->kind == PIL_FIELD_INTEGER);
}

const char *pil_verify_table(const pil_verify *verify, pil_arena *arena, const double *cells) {
  pil_text text = {0};
  size_t fields = verify->policy->inputs.field_count;
  for (size_t f = 0; f < fields; f++) {
    const pil_field *field = &verify->fields[f];
    pil_text_format(&text, "%s%s = %s", f == 0 ? "{ " : ", ", field->name, field->each > 0 ? "{ " : "");
    for (size_t i = 0; i < (field->each == 0 ? 1 : field->each); i++) {
      if (i > 0) pil_text_add(&text, ", ");
      add_value(&text, field, cells[field->first_column + i]);
    }
    if (field->each > 0) pil_text_add(&text, " }");
  }
  pil_text_add(&text, fields == 0 ? "{}" : " }");
  const char *kept = text.failed ? NULL : pil_arena_copy(arena, pil_text_get(&text), text.length);
  pil_text_free(&text);
  return kept;
}

/* ---- words ---- */

static const char *text_of(const pil_proof *proof) {
  return proof->promise == NULL ? "every decision gets a level" : proof->promise->text;
}

/* "proved", "counterexample", "none in 200,000 tried" */
static const char *result_of(const pil_proof *proof, char result[64]) {
  char count[PIL_NUMBER_BYTES];
  switch (proof->state) {
    case PIL_PROOF_PROVED: return "proved";
    case PIL_PROOF_COUNTEREXAMPLE: return "counterexample";
    default: break;
  }
  snprintf(result, 64, "none in %.40s tried", pil_number_format((double)proof->tried, 0, count));
  return result;
}

static const char *level_name(uint8_t level) {
  return level < PIL_LEVELS ? pil_level_names[level] : "nothing";
}

static void add_outcome(pil_text *to, const pil_found *found) {
  if (found->returned != NULL) pil_text_format(to, "\"%.60s\" (no level)", found->returned);
  else pil_text_add(to, level_name(found->level));
}

/* "amount and sensitive matter" */
static void add_matters(pil_text *to, const pil_verify *verify, const pil_counterexample *counterexample) {
  size_t count = 0, shown = 0;
  for (size_t c = 0; c < verify->column_count; c++) count += counterexample->matters[c];
  if (count == 0) pil_text_add(to, "it is the usual decision");
  for (size_t c = 0; c < verify->column_count; c++) {
    if (!counterexample->matters[c]) continue;
    shown++;
    pil_text_format(to, "%s%s", shown == 1 ? "" : shown == count ? " and " : ", ", verify->columns[c].name + 2);
  }
  if (count > 0) pil_text_add(to, count == 1 ? " matters" : " matter");
}

/* ---- a counterexample as a test's case ---- */

static bool add_case(pil_text *to, pil_verify *verify, const pil_proof *proof, const pil_counterexample *counterexample,
                     pil_error *error) {
  const pil_found *found = &counterexample->found;
  const char *table = pil_verify_table(verify, &verify->arena, found->cells);
  if (table == NULL) return pil_error_memory(error);
  pil_text_add(to, "{ name = ");
  add_text(to, text_of(proof));
  pil_text_format(to, ", d = %s, level = ", table);
  if (counterexample->wanted < PIL_LEVELS) pil_text_format(to, "\"%s\" }, -- was ", pil_level_names[counterexample->wanted]);
  else pil_text_add(to, "\"?\" }, -- was ");
  add_outcome(to, found);
  return true;
}

static void add_story(pil_text *to, pil_verify *verify, const pil_counterexample *counterexample) {
  const pil_found *found = &counterexample->found;
  add_matters(to, verify, counterexample);
  pil_text_add(to, "; ");
  add_outcome(to, found);
  if (found->place != NULL) pil_text_format(to, " at %s", found->place);
  if (counterexample->draws) pil_text_format(to, ", with the draws of decision %llu", (unsigned long long)found->number);
  if (!counterexample->has_other) return;
  pil_text_format(to, ", though %s", level_name(counterexample->other.level));
  if (counterexample->other.place != NULL) pil_text_format(to, " at %s", counterexample->other.place);
  for (size_t c = 0; c < verify->column_count; c++) {
    double value = counterexample->other.cells[c];
    if (value == found->cells[c] || verify->columns[c].kind == PIL_PARTITION_COMPUTED) continue;
    pil_text_format(to, " with %s = ", verify->columns[c].name + 2);
    add_value(to, verify->columns[c].field, value);
  }
}

static bool describe_counterexample(pil_verify *verify, const pil_proof *proof, pil_document *document, pil_error *error) {
  pil_text story = {0}, test_case = {0};
  if (proof->counterexample == NULL) return true;
  add_story(&story, verify, proof->counterexample);
  bool good = add_case(&test_case, verify, proof, proof->counterexample, error);
  if (good) {
    pil_document_paragraph(document, "%s: %s", text_of(proof), pil_text_get(&story));
    pil_document_code(document, "%s", pil_text_get(&test_case));
  }
  if (story.failed || test_case.failed) good = pil_error_memory(error);
  pil_text_free(&story);
  pil_text_free(&test_case);
  return good;
}

/* ---- for people ---- */

static bool describe_branches(pil_verify *verify, const pil_verification *verification, pil_document *document, pil_error *error) {
  if (verification->dead_count == 0) return true;
  char count[PIL_NUMBER_BYTES];
  pil_table_block *table = pil_document_table(document, "Branches that no decision reaches");
  pil_table_column(table, "return at", PIL_ALIGN_LEFT);
  pil_table_column(table, "why", PIL_ALIGN_LEFT);
  for (size_t i = 0; i < verification->branch_count; i++) {
    const pil_branch *branch = &verification->branches[i];
    pil_text why = {0};
    if (branch->state == PIL_BRANCH_REACHED) continue;
    if (branch->state == PIL_BRANCH_SHADOWED) pil_text_add(&why, "shadowed by ");
    for (size_t h = 0; h < branch->hidden_count; h++) pil_text_format(&why, "%s%s", h == 0 ? "" : ", ", branch->hidden_by[h]);
    if (branch->state == PIL_BRANCH_CONTRADICTORY) pil_text_add(&why, "contradictory: what it asks for can never be");
    if (branch->state == PIL_BRANCH_UNREACHED && verification->branch_tries > 0)
      pil_text_format(&why, "not reached in %s tried", pil_number_format((double)verification->branch_tries, 0, count));
    else if (branch->state == PIL_BRANCH_UNREACHED) pil_text_add(&why, "not reached in any cell");
    pil_table_row(table);
    pil_table_text(table, branch->place);
    pil_table_text(table, pil_text_get(&why));
    bool failed = why.failed;
    pil_text_free(&why);
    if (failed) return pil_error_memory(error);
  }
  (void)verify;
  return true;
}

static void describe_proof(pil_facts_block *facts, const pil_proof *proof) {
  char result[64], count[PIL_NUMBER_BYTES], whole[128];
  bool is_proved = proof->state == PIL_PROOF_PROVED;
  snprintf(whole, sizeof whole, "proved, %.40s cell%s", pil_number_format((double)proof->cells, 0, count), proof->cells == 1 ? "" : "s");
  pil_facts_add(facts, is_proved ? whole : result_of(proof, result), "%s", text_of(proof));
}

/* What a field's columns may hold, as far as the policy or a promise asks. */
static void describe_range(pil_facts_block *facts, const pil_verify_column *column) {
  const pil_field *field = column->field;
  pil_text range = {0};
  if (column->kind == PIL_PARTITION_VALUES) {
    for (size_t i = 0; i < column->value_count && i < SHOWN_VALUES; i++) {
      if (i > 0) pil_text_add(&range, ", ");
      add_value(&range, field, column->values[i]);
    }
    if (column->value_count > SHOWN_VALUES) pil_text_format(&range, " and %zu more", column->value_count - SHOWN_VALUES);
  } else {
    bool has_low = column->low > -WIDEST, has_high = column->high < WIDEST;
    if (!has_low && !has_high) pil_text_add(&range, "any number");
    if (has_low) pil_text_add(&range, has_high ? "" : "from ");
    if (has_low) add_plain(&range, column->low);
    if (has_high) pil_text_add(&range, has_low ? " to " : "up to ");
    if (has_high) add_plain(&range, column->high);
  }
  pil_facts_add(facts, column->name + 2, "%s%s", pil_text_get(&range), column->has_domain ? " (domain)" : "");
  pil_text_free(&range);
}

static void describe_ranges(const pil_verify *verify, pil_document *document) {
  pil_document_heading(document, "For all decisions with");
  pil_facts_block *facts = pil_document_facts(document);
  for (size_t c = 0; c < verify->column_count; c++) {
    const pil_verify_column *column = &verify->columns[c];
    bool is_first = c == column->field->first_column;
    if (column->kind != PIL_PARTITION_COMPUTED && is_first) describe_range(facts, column);
  }
}

/* Each obstacle once. */
static void describe_reasons(const pil_verification *verification, pil_document *document) {
  for (size_t i = 0; i <= verification->proof_count; i++) {
    const pil_proof *proof = i == 0 ? &verification->answers : &verification->proofs[i - 1];
    bool is_said = i > 0 && verification->answers.reason != NULL && proof->reason != NULL &&
                   strcmp(verification->answers.reason, proof->reason) == 0;
    for (size_t k = 0; k + 1 < i; k++)
      is_said = is_said || (proof->reason != NULL && verification->proofs[k].reason != NULL &&
                            strcmp(verification->proofs[k].reason, proof->reason) == 0);
    if (proof->reason == NULL || is_said) continue;
    if (i == 0) pil_document_note(document, "The policy is searched, not proved: %s.", proof->reason);
    else pil_document_note(document, "\"%s\" is searched, not proved: %s.", text_of(proof), proof->reason);
  }
}

bool pil_verify_describe(pil_verify *verify, const pil_verification *verification, pil_document *document, pil_error *error) {
  const pil_policy *policy = verify->policy;
  const pil_head *head = &policy->rollout.head;
  pil_document_title(document, "%s", head->name[0] != '\0' ? head->name : policy->rollout.file);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "scenario", "%s", policy->rollout.file);
  pil_facts_add(facts, "policy", "%s", policy->sources[pil_policy_own(policy)].path);
  PIL_TRY(describe_branches(verify, verification, document, error));
  describe_ranges(verify, document);
  pil_document_heading(document, "Promises");
  facts = pil_document_facts(document);
  describe_proof(facts, &verification->answers);
  for (size_t i = 0; i < verification->proof_count; i++) describe_proof(facts, &verification->proofs[i]);
  PIL_TRY(describe_counterexample(verify, &verification->answers, document, error));
  for (size_t i = 0; i < verification->proof_count; i++)
    PIL_TRY(describe_counterexample(verify, &verification->proofs[i], document, error));
  describe_reasons(verification, document);
  if (verification->proof_count == 0)
    pil_document_note(document, "The scenario promises nothing: add never, always or monotone.");
  return true;
}

/* ---- for machines ---- */

static void export_value(pil_node *node, const char *key, const pil_field *field, double value) {
  if (field->kind == PIL_FIELD_TEXT) pil_node_set_string(node, key, field->choices[(size_t)value]);
  else if (field->kind == PIL_FIELD_BOOLEAN) pil_node_set_bool(node, key, value != 0);
  else if (field->kind == PIL_FIELD_INTEGER) pil_node_set_integer(node, key, (int64_t)value);
  else pil_node_set_number(node, key, value);
}

static void export_decision(const pil_verify *verify, pil_node *node, const pil_found *found) {
  pil_node *d = pil_node_set_object(node, "d");
  for (size_t f = 0; f < verify->policy->inputs.field_count; f++) {
    const pil_field *field = &verify->fields[f];
    if (field->each == 0) export_value(d, field->name, field, found->cells[field->first_column]);
    pil_node *list = field->each > 0 ? pil_node_set_array(d, field->name) : NULL;
    for (size_t i = 0; i < field->each; i++) pil_node_append_number(list, found->cells[field->first_column + i]);
  }
  pil_node_set_string(node, "level", found->level < PIL_LEVELS ? pil_level_names[found->level] : found->returned);
  pil_node_set_string(node, "place", found->place);
}

static bool export_counterexample(pil_verify *verify, const pil_proof *proof, pil_node *node, pil_error *error) {
  const pil_counterexample *own = proof->counterexample;
  pil_text test_case = {0};
  if (own == NULL) return true;
  pil_node *to = pil_node_set_object(node, "counterexample");
  export_decision(verify, to, &own->found);
  if (own->has_other) export_decision(verify, pil_node_set_object(to, "though"), &own->other);
  pil_node *matters = pil_node_set_array(to, "matters");
  for (size_t c = 0; c < verify->column_count; c++)
    if (own->matters[c]) pil_node_append_string(matters, verify->columns[c].name + 2);
  bool good = add_case(&test_case, verify, proof, own, error);
  if (good) pil_node_set_string(to, "case", pil_text_get(&test_case));
  if (good && test_case.failed) good = pil_error_memory(error);
  pil_text_free(&test_case);
  return good;
}

static bool export_proof(pil_verify *verify, const pil_proof *proof, pil_node *node, pil_error *error) {
  char result[64];
  pil_node_set_string(node, "text", text_of(proof));
  pil_node_set_string(node, "result", proof->state == PIL_PROOF_NONE ? "none in N tried" : result_of(proof, result));
  pil_node_set_unsigned(node, "tried", proof->tried);
  if (proof->cells > 0) pil_node_set_unsigned(node, "cells", proof->cells);
  if (proof->reason != NULL) pil_node_set_string(node, "reason", proof->reason);
  return export_counterexample(verify, proof, node, error);
}

static void export_ranges(const pil_verify *verify, pil_node *root) {
  pil_node *domain = pil_node_set_object(root, "domain");
  for (size_t c = 0; c < verify->column_count; c++) {
    const pil_verify_column *column = &verify->columns[c];
    if (column->kind == PIL_PARTITION_COMPUTED || c != column->field->first_column) continue;
    pil_node *range = pil_node_set_object(domain, column->field->name);
    if (column->kind == PIL_PARTITION_VALUES) {
      pil_node *values = pil_node_set_array(range, "values");
      for (size_t i = 0; i < column->value_count; i++) {
        if (column->field->kind == PIL_FIELD_TEXT) pil_node_append_string(values, column->field->choices[(size_t)column->values[i]]);
        else if (column->field->kind == PIL_FIELD_BOOLEAN) pil_node_append_bool(values, column->values[i] != 0);
        else pil_node_append_number(values, column->values[i]);
      }
    } else {
      pil_node_set_number(range, "low", column->low);
      pil_node_set_number(range, "high", column->high);
    }
  }
}

bool pil_verify_export(pil_verify *verify, const pil_verification *verification, pil_node *root, pil_error *error) {
  const pil_policy *policy = verify->policy;
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "verify");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node *scenario = pil_node_set_object(root, "scenario");
  pil_node_set_string(scenario, "name", policy->rollout.head.name);
  pil_node_set_string(scenario, "file", policy->rollout.file);
  pil_node_set_string(root, "policy", policy->sources[pil_policy_own(policy)].shown_name);
  pil_node_set_unsigned(root, "seed", policy->rollout.head.seed);
  export_ranges(verify, root);
  pil_node *promises = pil_node_set_array(root, "promises");
  for (size_t i = 0; i < verification->proof_count; i++)
    PIL_TRY(export_proof(verify, &verification->proofs[i], pil_node_append_object(promises), error));
  PIL_TRY(export_proof(verify, &verification->answers, pil_node_set_object(root, "missing_answers"), error));
  pil_node *branches = pil_node_set_array(root, "branches");
  for (size_t i = 0; i < verification->branch_count; i++) {
    const pil_branch *branch = &verification->branches[i];
    pil_node *node = pil_node_append_object(branches);
    pil_node_set_string(node, "place", branch->place);
    pil_node_set_string(node, "state", state_names[branch->state]);
    if (branch->state == PIL_BRANCH_REACHED) continue;
    pil_node *hidden = pil_node_set_array(node, "hidden_by");
    for (size_t h = 0; h < branch->hidden_count; h++) pil_node_append_string(hidden, branch->hidden_by[h]);
  }
  return true;
}
