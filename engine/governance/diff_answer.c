/* What a new policy changes, as a document.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../statistics/number.h"
#include "diff_inside.h"

static void put_number(pil_table_block *table, double number) {
  char text[PIL_NUMBER_BYTES];
  pil_table_number(table, pil_number_format(number, 0, text), number);
}

/* Money to four digits: sums of what a scenario assumes are no more exact. */
static void put_money(pil_table_block *table, double money) {
  char text[PIL_NUMBER_BYTES];
  pil_table_number(table, money == 0 ? "0" : pil_number_format(money, -1, text), money);
}

static void describe_matrix(pil_document *document, const pil_diff *diff) {
  pil_node *rows = pil_node_set_object(pil_document_data(document), "matrix");
  pil_table_block *table = pil_document_table(document, "Records by level: before (down) and after (across)");
  pil_table_column(table, "before", PIL_ALIGN_LEFT);
  for (int to = 0; to < PIL_LEVELS; to++) pil_table_column(table, pil_level_names[to], PIL_ALIGN_RIGHT);
  for (int from = 0; from < PIL_LEVELS; from++) {
    pil_node *row = pil_node_set_object(rows, pil_level_names[from]);
    pil_table_row(table);
    pil_table_text(table, pil_level_names[from]);
    for (int to = 0; to < PIL_LEVELS; to++) {
      put_number(table, (double)diff->matrix[from][to]);
      if (from == to || diff->matrix[from][to] == 0) pil_table_tone(table, PIL_TONE_QUIET);
      pil_node_set_unsigned(row, pil_level_names[to], diff->matrix[from][to]);
    }
  }
}

static void describe_shifts(pil_document *document, const pil_diff *diff) {
  char text[PIL_NUMBER_BYTES], heading[64];
  const char *currency = diff->policies[1]->rollout.head.currency;
  uint64_t decided = diff->rows - diff->faults;
  pil_table_block *table = pil_document_table(document, "What changes");
  pil_table_column(table, "change", PIL_ALIGN_LEFT);
  pil_table_column(table, "records", PIL_ALIGN_RIGHT);
  pil_table_column(table, "share", PIL_ALIGN_RIGHT);
  snprintf(heading, sizeof heading, "loss at stake%s%s", *currency ? ", " : "", currency);
  if (diff->has_stake) pil_table_column(table, heading, PIL_ALIGN_RIGHT);
  if (diff->has_stake) pil_table_column(table, "of it where wrong", PIL_ALIGN_RIGHT);
  for (int shift = 0; shift < PIL_SHIFTS; shift++) {
    const pil_diff_sum *sum = &diff->shifts[shift];
    pil_node *node = pil_node_set_object(pil_document_data(document),
                                         shift == PIL_SHIFT_LEVEL ? "another_level" : pil_shift_names[shift]);
    double share = decided > 0 ? (double)sum->count / (double)decided : 0;
    pil_node_set_unsigned(node, "records", sum->count);
    pil_node_set_number(node, "share", share);
    if (diff->has_stake) pil_node_set_number(node, "loss_at_stake", sum->stake);
    if (diff->has_stake) pil_node_set_number(node, "loss_where_wrong", sum->expected);
    if (shift == PIL_SHIFT_LEVEL && sum->count == 0) continue;
    pil_table_row(table);
    pil_table_text(table, pil_shift_names[shift]);
    put_number(table, (double)sum->count);
    pil_table_number(table, pil_number_share(share, 0, text), share);
    if (diff->has_stake) put_money(table, sum->stake);
    if (diff->has_stake) put_money(table, sum->expected);
  }
}

static void put_side(pil_node *node, const char *key, const pil_diff_example *example, int side) {
  pil_node *own = pil_node_set_object(node, key);
  pil_node_set_string(own, "level", pil_level_names[example->levels[side]]);
  pil_node_set_string(own, "reason", example->reasons[side]);
  pil_node_set_string(own, "place", example->places[side]);
}

static void show_example(pil_document *document, const pil_diff *diff, const pil_diff_example *example) {
  char row[PIL_NUMBER_BYTES], money[PIL_NUMBER_BYTES], stake[PIL_NUMBER_BYTES + 16] = "";
  const char *reasons[2] = {example->reasons[0], example->reasons[1]};
  if (diff->has_stake) snprintf(stake, sizeof stake, ", %s at stake", pil_number_format(example->stake, -1, money));
  pil_document_paragraph(document, "record %s: %s to %s%s\n  before %s%s%s\n  after  %s%s%s\n  %s",
                         pil_number_format((double)example->row, 0, row), pil_level_names[example->levels[0]],
                         pil_level_names[example->levels[1]], stake, example->places[0], reasons[0] ? "  " : "",
                         reasons[0] ? reasons[0] : "", example->places[1], reasons[1] ? "  " : "",
                         reasons[1] ? reasons[1] : "", example->fields);
}

static void describe_examples(pil_document *document, const pil_diff *diff, pil_shift shift) {
  static const char *const keys[PIL_SHIFTS] = {"loosened_examples", "tightened_examples", "another_level_examples"};
  static const char *const headings[PIL_SHIFTS] = {"Loosened", "Tightened", "Another level"};
  pil_node *list = pil_node_set_array(pil_document_data(document), keys[shift]);
  if (diff->example_counts[shift] == 0) return;
  pil_document_heading(document, "%s: the %s", headings[shift], diff->has_stake ? "largest" : "first");
  for (size_t i = 0; i < diff->example_counts[shift]; i++) {
    const pil_diff_example *example = &diff->examples[shift][i];
    show_example(document, diff, example);
    pil_node *node = pil_node_append_object(list);
    pil_node_set_unsigned(node, "row", example->row);
    if (diff->has_stake) pil_node_set_number(node, "loss_at_stake", example->stake);
    put_side(node, "before", example, 0);
    put_side(node, "after", example, 1);
    pil_node_set_string(node, "fields", example->fields);
  }
}

void pil_diff_describe(pil_document *document, const pil_diff *diff, bool partial) {
  static const char *const names[] = {"before", "after"};
  char text[PIL_NUMBER_BYTES];
  pil_node *root = pil_document_data(document);
  pil_document_title(document, "What a new policy changes");
  pil_facts_block *facts = pil_document_facts(document);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "diff");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  for (int side = 0; side < 2; side++) {
    const pil_policy *policy = diff->policies[side], *other = diff->policies[1 - side];
    bool lent = policy->is_bare && !other->is_bare;
    pil_facts_add(facts, names[side], "%s%s%s", policy->rollout.file, lent ? ", with the settings of " : "",
                  lent ? other->rollout.file : "");
    pil_node_set_string(root, names[side], diff->policies[side]->rollout.file);
  }
  pil_facts_add(facts, "records", "%s of %s", pil_number_format((double)diff->rows, 0, text), diff->input);
  pil_node_set_unsigned(root, "records", diff->rows);
  pil_node_set_unsigned(root, "not_decided", diff->faults);
  if (partial) pil_node_set_bool(root, "partial", true);
  if (partial) pil_document_warning(document, "Stopped before the end of the records.");
  describe_shifts(document, diff);
  describe_matrix(document, diff);
  for (int shift = 0; shift < PIL_SHIFTS; shift++) describe_examples(document, diff, (pil_shift)shift);
  if (diff->faults > 0)
    pil_document_warning(document, "%s of the records could not be decided by both and are left out; the first is record %llu: %s",
                         pil_number_format((double)diff->faults, 0, text), (unsigned long long)diff->fault_row, diff->first_fault);
  if (diff->lacking != NULL)
    pil_document_note(document, "No money: wrong and loss need the field \"%s\", which the records have not.", diff->lacking);
  pil_document_note(document, "From loose to tight: auto, review, exception, collaborate, unless the new policy's order: says "
                              "otherwise. Loss at stake is what the decisions would cost if wrong and not caught.");
}
