/* One trial of a policy replayed: its first decisions, what became of them, and the trial's outputs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../statistics/number.h"
#include "policy_run.h"

enum { SHOWN = 40 };

static const char *const outcome_names[PIL_OUTCOMES] = {"right", "caught", "missed", "disturbed", "open", "invalid"};

static void put_number(pil_table_block *table, pil_node *node, const char *name, double value) {
  char text[PIL_NUMBER_BYTES];
  pil_table_number(table, pil_number_format(value, fabs(value) * 1e-5, text), value);
  pil_node_set_number(node, name, value);
}

static void put_field(pil_table_block *table, pil_node *node, const pil_field *field, double cell) {
  const char *text = field->kind == PIL_FIELD_TEXT      ? field->choices[(size_t)cell]
                     : field->kind == PIL_FIELD_BOOLEAN ? (cell != 0 ? "true" : "false")
                                                        : NULL;
  if (text == NULL) {
    put_number(table, node, field->name, cell);
    return;
  }
  pil_table_text(table, text);
  pil_node_set_string(node, field->name, text);
}

/* Fields of arrays and masked ones are left out. */
static bool is_shown(const pil_policy *policy, const pil_field *field) {
  return field->each == 0 && field->expression < 0 && !pil_policy_masks(policy, field->name, strlen(field->name));
}

static pil_table_block *make_table(pil_document *document, const pil_policy *policy, const char *caption) {
  static const char *const headings[] = {"level", "minutes", "arrived", "waited", "outcome"};
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, "decision", PIL_ALIGN_RIGHT);
  for (size_t f = 0; f < policy->inputs.field_count; f++) {
    const pil_field *field = &policy->inputs.fields[f];
    if (is_shown(policy, field))
      pil_table_column(table, field->name, field->kind == PIL_FIELD_TEXT ? PIL_ALIGN_LEFT : PIL_ALIGN_RIGHT);
  }
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
    pil_table_column(table, headings[i], i == 0 || i == 4 ? PIL_ALIGN_LEFT : PIL_ALIGN_RIGHT);
    if (i == 0 && policy->has_classes) pil_table_column(table, "priority", PIL_ALIGN_RIGHT);
  }
  return table;
}

static void put_decision(const pil_policy_desk *desk, size_t i, double wait, pil_table_block *table, pil_node *node) {
  const pil_policy_trial *trial = &desk->trial;
  char number[24], outcome[32];
  snprintf(number, sizeof number, "%zu", i + 1);
  snprintf(outcome, sizeof outcome, "%s%s", outcome_names[trial->outcome[i] & (PIL_OUTCOME_LATE - 1)],
           trial->outcome[i] & PIL_OUTCOME_LATE ? ", late" : "");
  pil_table_row(table);
  pil_table_text(table, number);
  pil_node_set_unsigned(node, "decision", i + 1);
  pil_node *fields = pil_node_set_object(node, "fields");
  for (size_t f = 0; f < desk->policy->inputs.field_count; f++) {
    const pil_field *field = &desk->policy->inputs.fields[f];
    if (is_shown(desk->policy, field)) put_field(table, fields, field, desk->columns[field->first_column][i]);
  }
  pil_table_text(table, pil_level_names[trial->level[i]]);
  pil_node_set_string(node, "level", pil_level_names[trial->level[i]]);
  if (desk->policy->has_classes) {
    snprintf(number, sizeof number, "%d", trial->priority[i]);
    pil_table_text(table, number);
    pil_node_set_unsigned(node, "priority", trial->priority[i]);
  }
  put_number(table, node, "minutes", trial->handling[i]);
  put_number(table, node, "arrived", trial->arrival[i]);
  put_number(table, node, "waited", wait);
  pil_table_text(table, outcome);
  pil_node_set_string(node, "outcome", outcome);
}

static bool trace_script(const pil_policy *policy, size_t script, uint64_t trial, pil_document *document,
                         pil_node *variants, pil_error *error) {
  pil_policy_desk desk;
  char caption[64];
  bool good = pil_policy_desk_open(&desk, policy, script, error) && pil_policy_desk_decide(&desk, trial, error);
  pil_queue_answer answer;
  size_t shown = good && desk.trial.count < SHOWN ? desk.trial.count : SHOWN;
  if (shown > policy->width) shown = policy->width;
  good = good && pil_policy_desk_serve(&desk, trial, &answer, error) && pil_policy_desk_show(&desk, trial, shown, error);
  if (good) {
    pil_node *node = pil_node_append_object(variants);
    pil_node_set_string(node, "name", policy->rollout.variants[script].name);
    pil_node *list = pil_node_set_array(node, "decisions");
    pil_document_heading(document, "%s", policy->rollout.variants[script].name);
    snprintf(caption, sizeof caption, "the first %zu of %zu decisions", shown, desk.trial.count);
    pil_table_block *table = make_table(document, policy, caption);
    for (size_t i = 0; i < shown; i++) put_decision(&desk, i, desk.trial.wait[i], table, pil_node_append_object(list));
  }
  pil_policy_desk_close(&desk);
  return good;
}

bool pil_policy_trace(const pil_policy *policy, uint64_t trial, pil_document *document, pil_error *error) {
  const pil_head *head = &policy->rollout.head;
  pil_node *root = pil_document_data(document);
  pil_document_title(document, "%s: trial %llu", head->name[0] ? head->name : policy->rollout.file,
                     (unsigned long long)trial);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "policy", "%s", policy->rollout.file);
  pil_facts_add(facts, "seed", "%llu", (unsigned long long)head->seed);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "trial");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node_set_unsigned(root, "seed", head->seed);
  pil_node_set_unsigned(root, "trial", trial);
  pil_node *variants = pil_node_set_array(root, "variants");
  for (size_t i = 0; i < policy->script_count; i++) PIL_TRY(trace_script(policy, i, trial, document, variants, error));
  pil_document_note(document, "Minutes are of opening: an arrival counts from the first day's. A machine's decision that nobody "
                              "looks at is right or missed.");
  return true;
}
