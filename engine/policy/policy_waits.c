/* How long decisions wait for people, in the answer of a policy.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../base/memory.h"
#include "../statistics/number.h"
#include "policy_answer.h"

bool pil_policy_answer_waits(pil_policy_answer *answer, size_t v, pil_error *error) {
  const pil_policy_sums *sums = answer->sums[v];
  pil_policy_waits *waits = answer->waits[v] = pil_memory_new_zeroed(1, sizeof *waits);
  if (waits == NULL) return pil_error_memory(error);
  for (int l = 0; l < PIL_LEVELS; l++) {
    for (size_t g = 0; sums->levels[l] != NULL && g < PIL_POLICY_GROUPS; g++) {
      pil_waits_merge(&waits->groups.list[g], &sums->levels[l]->list[g]);
      pil_waits_merge(&waits->levels[l], &sums->levels[l]->list[g]);
    }
    pil_waits_merge(&waits->all, &waits->levels[l]);
  }
  for (size_t c = 0; c < PIL_QUEUE_CLASSES; c++)
    for (size_t g = 0; sums->classes[c] != NULL && g < PIL_POLICY_GROUPS; g++)
      pil_waits_merge(&waits->classes[c], &sums->classes[c]->list[g]);
  return true;
}

/* One quantile and its error, as two cells or as two numbers. */
static void put_quantile(pil_table_block *table, pil_node *node, const pil_waits *waits, const pil_wait_groups *groups,
                         double level, const char *name) {
  char text[PIL_NUMBER_BYTES], error_name[64];
  double value = pil_waits_quantile(waits, level);
  double error = pil_waits_quantile_error(waits, groups->list, PIL_POLICY_GROUPS, level);
  snprintf(error_name, sizeof error_name, "%s_error", name);
  if (table != NULL) pil_table_estimate(table, pil_number_format(value, error, text), value, error);
  if (node == NULL) return;
  pil_node_set_number(node, name, value);
  pil_node_set_number(node, error_name, error);
}

static void put_wait(pil_table_block *table, pil_node *node, const pil_waits *waits, const pil_wait_groups *groups) {
  put_quantile(table, node, waits, groups, 0.5, "p50");
  put_quantile(table, node, waits, groups, 0.95, "p95");
  if (node != NULL) pil_node_set_number(node, "longest", waits->longest);
}

/* ---- of all ---- */

static void describe_all(pil_document *document, const pil_policy_answer *answer, size_t v) {
  const pil_policy *policy = answer->policy;
  const pil_policy_needed *needed = &answer->needed[v];
  char text[PIL_NUMBER_BYTES], heading[96];
  pil_table_block *table = pil_document_table(document, "Waiting for a person (minutes of opening)");
  pil_table_estimates(table, "p50");
  pil_table_estimates(table, "p95");
  if (answer->has_needed) {
    snprintf(heading, sizeof heading, "reviewers for %g %% within %g", 100 * policy->wanted_share, policy->desk.target_minutes);
    pil_table_column(table, "reviewers", PIL_ALIGN_RIGHT);
    pil_table_column(table, heading, PIL_ALIGN_RIGHT);
  }
  pil_table_row(table);
  put_wait(table, NULL, &answer->waits[v]->all, &answer->waits[v]->groups);
  if (!answer->has_needed) return;
  pil_table_number(table, pil_number_format(policy->desk.count, 0, text), policy->desk.count);
  if (needed->is_found) pil_table_number(table, pil_number_format((double)needed->count, 0, text), (double)needed->count);
  else pil_table_text(table, "more than 10,000");
}

/* ---- by level and by class ---- */

/* Decisions that wait together, told apart by a name or by a number. */
typedef struct wait_kinds {
  const char *heading;      /* "level" */
  const char *const *names; /* NULL: their numbers */
  const pil_waits *waits;
  pil_wait_groups *const *groups; /* NULL where none waited */
  size_t count;
} wait_kinds;

static wait_kinds by_level(const pil_policy_answer *answer, size_t v) {
  return (wait_kinds){"level", pil_level_names, answer->waits[v]->levels, answer->sums[v]->levels, PIL_LEVELS};
}

/* Those that an expression gives; a level's own is seen by level. */
static wait_kinds by_class(const pil_policy_answer *answer, size_t v) {
  return (wait_kinds){"priority", NULL, answer->waits[v]->classes, answer->sums[v]->classes, PIL_QUEUE_CLASSES};
}

static const char *name_of(const wait_kinds *kinds, size_t i, char number[24]) {
  if (kinds->names != NULL) return kinds->names[i];
  snprintf(number, 24, "%zu", i);
  return number;
}

static void describe_kinds(pil_document *document, const wait_kinds *kinds) {
  char caption[64], number[24], text[PIL_NUMBER_BYTES];
  size_t there = 0;
  for (size_t i = 0; i < kinds->count; i++) there += kinds->waits[i].count > 0;
  if (there < 2) return;
  snprintf(caption, sizeof caption, "Waiting by %s (minutes of opening)", kinds->heading);
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, kinds->heading, PIL_ALIGN_LEFT);
  pil_table_column(table, "decisions", PIL_ALIGN_RIGHT);
  pil_table_estimates(table, "p50");
  pil_table_estimates(table, "p95");
  for (size_t i = 0; i < kinds->count; i++) {
    double waiting = (double)kinds->waits[i].count;
    if (waiting == 0) continue;
    pil_table_row(table);
    pil_table_text(table, name_of(kinds, i, number));
    pil_table_number(table, pil_number_format(waiting, 0, text), waiting);
    put_wait(table, NULL, &kinds->waits[i], kinds->groups[i]);
  }
}

static void export_kinds(pil_node *waits, const char *name, const wait_kinds *kinds) {
  char number[24];
  pil_node *list = pil_node_set_array(waits, name);
  for (size_t i = 0; i < kinds->count; i++) {
    if (kinds->waits[i].count == 0) continue;
    pil_node *node = pil_node_append_object(list);
    if (kinds->names != NULL) pil_node_set_string(node, kinds->heading, name_of(kinds, i, number));
    else pil_node_set_unsigned(node, kinds->heading, i);
    pil_node_set_unsigned(node, "decisions", kinds->waits[i].count);
    put_wait(NULL, node, &kinds->waits[i], kinds->groups[i]);
  }
}

/* ---- the whole ---- */

void pil_policy_describe_waits(pil_document *document, const pil_policy_answer *answer, size_t v) {
  const wait_kinds levels = by_level(answer, v), classes = by_class(answer, v);
  if (answer->waits[v]->all.count == 0) return;
  describe_all(document, answer, v);
  describe_kinds(document, &levels);
  if (answer->policy->has_priority) describe_kinds(document, &classes);
}

void pil_policy_export_waits(pil_node *node, const pil_policy_answer *answer, size_t v) {
  const wait_kinds levels = by_level(answer, v), classes = by_class(answer, v);
  pil_node *waits = pil_node_set_object(node, "waits");
  put_wait(NULL, waits, &answer->waits[v]->all, &answer->waits[v]->groups);
  pil_node_set_number(waits, "littles_law_gap", answer->sums[v]->little_gap);
  export_kinds(waits, "levels", &levels);
  if (answer->policy->has_priority) export_kinds(waits, "priorities", &classes);
}
