/* Decisions as they come.
 * SPDX-License-Identifier: Apache-2.0 */
#include "decide.h"

#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../statistics/number.h"

enum { MOST_PLACES = 1024 };

/* What was decided so far. */
typedef struct tally {
  uint64_t rows, faults, levels[PIL_LEVELS];
  pil_dictionary places;
  uint64_t counts[MOST_PLACES][PIL_LEVELS]; /* a line may give several levels */
} tally;

static void count_ruling(tally *t, const pil_ruling *ruling) {
  t->levels[ruling->level]++;
  const char *place = ruling->place == NULL ? "?" : ruling->place;
  int64_t code = t->places.count < MOST_PLACES ? pil_dictionary_code(&t->places, place, strlen(place))
                                               : pil_dictionary_find(&t->places, place, strlen(place));
  if (code < 0) return; /* no policy has so many returns; without memory the table lacks a line */
  t->counts[code][ruling->level]++;
}

/* ---- deciding ---- */

/* As far as it was judged. */
static void log_batch(pil_decision_log *log, const pil_judge *judge, const pil_feed_batch *batch,
                      const pil_decide_request *request, tally *t) {
  size_t decision = 0;
  for (size_t r = 0; r < batch->count; r++) {
    const pil_record *record = &batch->records[r];
    if (batch->faults[r] == NULL && decision == judge->judged_count) return;
    const char *fault = batch->faults[r] != NULL ? batch->faults[r] : judge->faults[decision];
    const pil_ruling *ruling = &judge->rulings[decision];
    decision += batch->faults[r] == NULL;
    t->rows++;
    if (fault == NULL) {
      pil_decision_log_ruling(log, record, ruling);
      count_ruling(t, ruling);
      continue;
    }
    t->faults++;
    pil_decision_log_fault(log, record, fault);
    if (request->listener != NULL)
      request->listener(request->context, pil_records_name(pil_feed_records(log->feed)), record->line, record->row, fault);
  }
}

static bool put_batch(pil_judge *judge, pil_decision_log *log, const pil_feed_batch *batch,
                      const pil_decide_request *request, tally *t, pil_error *error) {
  PIL_TRY(pil_decision_log_begin(log, pil_decider_program(judge->decider), error));
  log_batch(log, judge, batch, request, t);
  return pil_decision_log_flush(log, error);
}

/* What was decided when somebody stops is logged. */
static bool decide_all(pil_judge *judge, pil_decision_log *log, const pil_decide_request *request, tally *t,
                       pil_error *error) {
  pil_feed_batch batch;
  while (pil_feed_next(judge->feed, &batch, error)) {
    bool judged = pil_judges_run(judge, 1, &batch, request->tick, request->context, t->rows, error);
    if (!judged && (error->failure != PIL_FAILURE_INTERRUPTED || judge->decider == NULL)) return false;
    PIL_TRY(put_batch(judge, log, &batch, request, t, error));
    if (!judged || (request->tick != NULL && !request->tick(request->context, t->rows)))
      return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "stopped after %llu records", (unsigned long long)t->rows);
  }
  return error->failure == PIL_FAILURE_NONE;
}

/* ---- the summary ---- */

static void put_count(pil_table_block *table, uint64_t count, uint64_t total) {
  char text[PIL_NUMBER_BYTES];
  double share = total > 0 ? (double)count / (double)total : 0;
  pil_table_number(table, pil_number_format((double)count, 0, text), (double)count);
  pil_table_number(table, pil_number_share(share, 0, text), share);
}

static void describe_levels(pil_document *document, const tally *t, uint64_t decided) {
  pil_node *levels = pil_node_set_object(pil_document_data(document), "levels");
  pil_table_block *table = pil_document_table(document, NULL);
  pil_table_column(table, "level", PIL_ALIGN_LEFT);
  pil_table_column(table, "decisions", PIL_ALIGN_RIGHT);
  pil_table_column(table, "share", PIL_ALIGN_RIGHT);
  for (int l = 0; l < PIL_LEVELS; l++) {
    pil_table_row(table);
    pil_table_text(table, pil_level_names[l]);
    put_count(table, t->levels[l], decided);
    pil_node *node = pil_node_set_object(levels, pil_level_names[l]);
    pil_node_set_unsigned(node, "decisions", t->levels[l]);
    pil_node_set_number(node, "share", decided > 0 ? (double)t->levels[l] / (double)decided : 0);
  }
}

/* Of those that are not shown yet the one with the most decisions, and of several the first that decided; false: none. */
static bool take_most(const tally *t, bool shown[MOST_PLACES][PIL_LEVELS], size_t *place, size_t *level) {
  uint64_t most = 0;
  for (size_t p = 0; p < t->places.count; p++)
    for (size_t l = 0; l < PIL_LEVELS; l++) {
      if (shown[p][l] || t->counts[p][l] <= most) continue;
      most = t->counts[p][l];
      *place = p;
      *level = l;
    }
  if (most > 0) shown[*place][*level] = true;
  return most > 0;
}

static void describe_places(pil_document *document, const tally *t, uint64_t decided) {
  pil_node *lines = pil_node_set_array(pil_document_data(document), "lines");
  pil_table_block *table = pil_document_table(document, "The lines that decided");
  pil_table_column(table, "line", PIL_ALIGN_LEFT);
  pil_table_column(table, "level", PIL_ALIGN_LEFT);
  pil_table_column(table, "decisions", PIL_ALIGN_RIGHT);
  pil_table_column(table, "share", PIL_ALIGN_RIGHT);
  bool shown[MOST_PLACES][PIL_LEVELS] = {{false}};
  for (size_t p, l; take_most(t, shown, &p, &l);) {
    pil_table_row(table);
    pil_table_text(table, t->places.texts[p]);
    pil_table_text(table, pil_level_names[l]);
    put_count(table, t->counts[p][l], decided);
    pil_node *node = pil_node_append_object(lines);
    pil_node_set_string(node, "place", t->places.texts[p]);
    pil_node_set_string(node, "level", pil_level_names[l]);
    pil_node_set_unsigned(node, "decisions", t->counts[p][l]);
  }
}

static void describe(pil_document *document, const pil_policy *policy, const pil_decide_request *request, const tally *t,
                     bool partial) {
  const pil_head *head = &policy->rollout.head;
  pil_node *root = pil_document_data(document);
  uint64_t decided = t->rows - t->faults;
  char text[PIL_NUMBER_BYTES];
  pil_document_title(document, "%s: decisions", head->name[0] ? head->name : policy->rollout.file);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "policy", "%s", policy->sources[pil_policy_own(policy)].shown_name);
  pil_facts_add(facts, "records", "%s", pil_number_format((double)t->rows, 0, text));
  if (t->faults > 0) pil_facts_add(facts, "not decided", "%s", pil_number_format((double)t->faults, 0, text));
  if (request->log_path != NULL) pil_facts_add(facts, "log", "%s", request->log_path);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "decide");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node_set_string(root, "policy", policy->sources[pil_policy_own(policy)].shown_name);
  pil_node_set_unsigned(root, "records", t->rows);
  pil_node_set_unsigned(root, "not_decided", t->faults);
  if (partial) pil_node_set_bool(root, "partial", true);
  if (partial) pil_document_warning(document, "Stopped before the end of the records.");
  describe_levels(document, t, decided);
  describe_places(document, t, decided);
  if (t->faults > 0) pil_document_warning(document, "%s of the records could not be decided; each has a line with an error in the log.",
                                          pil_number_format((double)t->faults, 0, text));
}

bool pil_policy_decide(const pil_policy *policy, const pil_decide_request *request, pil_document *document,
                       uint64_t *fault_count, pil_error *error) {
  pil_judge judge = {0};
  pil_decision_log log = {0};
  tally *t = pil_memory_new_zeroed(1, sizeof *t);
  pil_feed *feed = t == NULL ? NULL : pil_feed_open(&policy, 1, NULL, 0, request->input, error);
  bool opened = (t != NULL || pil_error_memory(error)) && feed != NULL && pil_judge_open(&judge, feed, policy, 0, error) &&
                pil_decision_log_open(&log, policy, feed, request->log_path, error);
  bool good = opened && decide_all(&judge, &log, request, t, error);
  if (opened && document != NULL && (good || error->failure == PIL_FAILURE_INTERRUPTED))
    describe(document, policy, request, t, !good);
  *fault_count = t == NULL ? 0 : t->faults;
  pil_decision_log_close(&log);
  pil_judge_close(&judge);
  pil_feed_free(feed);
  if (t != NULL) pil_dictionary_free(&t->places);
  pil_memory_free(t);
  return good;
}
