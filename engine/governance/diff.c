/* Two policies on the same records.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "../base/memory.h"
#include "../policy/policy_run.h"
#include "diff_inside.h"

const char *const pil_shift_names[PIL_SHIFTS] = {"loosened", "tightened", "another level"};

/* ---- money ---- */

enum { MEASURES = PIL_WORD_LOSS + 1 };

/* loss and wrong of the new policy's scenario, by decision of a batch. */
typedef struct measure {
  const pil_policy *policy;
  pil_program *program; /* NULL: nothing is measured */
  pil_frame frame;
  pil_jump *jumps;
  uint64_t version;
  const double *loss, *wrong;
} measure;

static const char wrapper[] = "local policy, wrong, loss = ...\n"
                              "return function(d, p) return {wrong = wrong(d, p), loss = loss(d, p)} end\n";

static bool measure_renew(measure *m, pil_feed *feed, pil_error *error) {
  pil_script_source source = m->policy->sources[pil_policy_own(m->policy)];
  pil_feed_fields fields = pil_feed_get_fields(feed, 1);
  if (m->program != NULL) m->program->free(m->program);
  if (m->jumps == NULL) {
    m->jumps = pil_memory_resize(NULL, PIL_FEED_WIDTH, sizeof *m->jumps);
    if (m->jumps == NULL) return pil_error_memory(error);
    pil_jumps_fill(m->jumps, PIL_FEED_WIDTH);
  }
  source.fields = fields.fields;
  source.field_count = fields.count;
  source.wrapper = wrapper;
  source.wrapper_expressions = m->policy->expressions;
  source.wrapper_expression_count = MEASURES;
  source.share = NULL;
  m->version = fields.version;
  m->program = pil_script_engine_new(&source, error);
  return m->program != NULL;
}

/* The row of the batch's good record `index`. */
static uint64_t row_of(const pil_feed_batch *batch, size_t index) {
  for (size_t r = 0, good = 0; r < batch->count; r++)
    if (batch->faults[r] == NULL && good++ == index) return batch->records[r].row;
  return 0;
}

/* An error of the script's names the decision as its trial. */
static bool name_record(const pil_feed_batch *batch, pil_error *error) {
  char text[PIL_ERROR_TEXT_BYTES];
  if (error->trial < batch->first_number) return false;
  snprintf(text, sizeof text, "record %llu: %.900s",
           (unsigned long long)row_of(batch, (size_t)(error->trial - batch->first_number)), error->text);
  memcpy(error->text, text, sizeof text);
  error->trial = 0;
  return false;
}

static const double *measured(measure *m, size_t column, const char *name, pil_policy_word word,
                              const pil_feed_batch *batch, pil_error *error) {
  const pil_column *found = pil_frame_column(&m->frame, column, name, 0);
  if (found == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  for (size_t i = 0; i < batch->good_count; i++) {
    if (pil_policy_word_is_good(word, found->cells[i])) continue;
    pil_policy_refuse_word(m->policy, word, found->cells[i], &m->frame.texts, "record", row_of(batch, i), error);
    return NULL;
  }
  return found->cells;
}

static bool measure_run(measure *m, pil_feed *feed, const pil_feed_batch *batch, pil_error *error) {
  if (m->program == NULL || m->version != pil_feed_get_fields(feed, 1).version) PIL_TRY(measure_renew(m, feed, error));
  const pil_batch lanes = {.first_trial = batch->first_number, .count = batch->good_count, .inputs = batch->columns,
                           .jumps = m->jumps};
  pil_frame_reset(&m->frame, batch->good_count);
  if (!m->program->run(m->program, &lanes, &m->frame, error)) return name_record(batch, error);
  m->wrong = measured(m, 0, "wrong", PIL_WORD_WRONG, batch, error);
  m->loss = m->wrong == NULL ? NULL : measured(m, 1, "loss", PIL_WORD_LOSS, batch, error);
  return m->loss != NULL;
}

static void measure_free(measure *m) {
  if (m->program != NULL) m->program->free(m->program);
  pil_frame_free(&m->frame);
  pil_memory_free(m->jumps);
}

/* ---- examples ---- */

static const char *keep(pil_diff *diff, const char *text) {
  return text == NULL ? NULL : pil_arena_copy(&diff->arena, text, strlen(text));
}

/* The largest stakes come first, and of equal ones those that came first. What is pushed out stays in the arena. */
static bool add_example(pil_diff *diff, pil_shift shift, const pil_decision_log *log, const pil_record *record,
                        const pil_ruling *rulings[2], double stake, pil_error *error) {
  pil_diff_example *list = diff->examples[shift];
  size_t *count = &diff->example_counts[shift], at = *count;
  while (at > 0 && list[at - 1].stake < stake) at--;
  if (at == diff->wanted) return true;
  pil_text fields = {0};
  pil_diff_example made = {.row = record->row, .stake = stake, .levels = {rulings[0]->level, rulings[1]->level}};
  pil_decision_log_fields(log, record, &fields);
  for (int side = 0; side < 2; side++) {
    made.places[side] = keep(diff, rulings[side]->place);
    made.reasons[side] = keep(diff, rulings[side]->reason);
  }
  made.fields = fields.failed ? NULL : pil_arena_copy(&diff->arena, pil_text_get(&fields), fields.length);
  pil_text_free(&fields);
  if (made.fields == NULL) return pil_error_memory(error);
  size_t last = *count < diff->wanted ? (*count)++ : diff->wanted - 1;
  for (; last > at; last--) list[last] = list[last - 1];
  list[at] = made;
  return true;
}

/* ---- counting ---- */

static pil_shift shift_of(const pil_policy *policy, uint8_t from, uint8_t to) {
  uint8_t before = policy->rank[from], after = policy->rank[to];
  return after < before ? PIL_SHIFT_LOOSENED : after > before ? PIL_SHIFT_TIGHTENED : PIL_SHIFT_LEVEL;
}

static void add_sum(pil_diff_sum *sum, double stake, double expected) {
  sum->count++;
  sum->stake += stake;
  sum->expected += expected;
}

static bool count_batch(pil_diff *diff, const pil_judge judges[2], const measure *m, const pil_decision_log *log,
                        const pil_feed_batch *batch, pil_error *error) {
  size_t decision = 0;
  for (size_t r = 0; r < batch->count; r++) {
    const char *fault = batch->faults[r];
    size_t i = decision;
    decision += fault == NULL;
    diff->rows++;
    for (int side = 0; side < 2 && fault == NULL; side++) fault = judges[side].faults[i];
    if (fault != NULL) {
      if (diff->faults++ == 0) diff->first_fault = keep(diff, fault), diff->fault_row = batch->records[r].row;
      continue;
    }
    const pil_ruling *rulings[2] = {&judges[0].rulings[i], &judges[1].rulings[i]};
    uint8_t from = rulings[0]->level, to = rulings[1]->level;
    double stake = m->loss == NULL ? 0 : m->loss[i], expected = m->loss == NULL ? 0 : m->loss[i] * m->wrong[i];
    diff->matrix[from][to]++;
    if (from == to) continue;
    pil_shift shift = shift_of(diff->policies[1], from, to);
    add_sum(&diff->shifts[shift], stake, expected);
    PIL_TRY(add_example(diff, shift, log, &batch->records[r], rulings, stake, error));
  }
  return true;
}

static bool run_all(pil_diff *diff, pil_feed *feed, pil_judge judges[2], measure *m, pil_decision_log *log,
                    const pil_diff_request *request, pil_error *error) {
  pil_feed_batch batch;
  while (pil_feed_next(feed, &batch, error)) {
    PIL_TRY(pil_judges_run(judges, 2, &batch, request->tick, request->context, diff->rows, error));
    PIL_TRY(pil_decision_log_begin(log, pil_decider_program(judges[1].decider), error));
    if (diff->has_stake && !measure_run(m, feed, &batch, error)) return name_record(&batch, error);
    PIL_TRY(count_batch(diff, judges, m, log, &batch, error));
    if (request->tick != NULL && !request->tick(request->context, diff->rows))
      return pil_error_set(error, PIL_FAILURE_INTERRUPTED, PIL_NOWHERE, "stopped after %llu records", (unsigned long long)diff->rows);
  }
  return error->failure == PIL_FAILURE_NONE;
}

bool pil_policy_diff(const pil_policy *old_policy, const pil_policy *new_policy, const pil_diff_request *request,
                     pil_document *document, uint64_t counts[PIL_SHIFTS], uint64_t *faults, pil_error *error) {
  const pil_policy *policies[2] = {old_policy, new_policy};
  size_t measures = new_policy->has_loss ? MEASURES : 0;
  pil_judge judges[2] = {{0}};
  measure m = {.policy = new_policy};
  pil_decision_log log = {0};
  pil_feed *feed = NULL;
  pil_diff *diff = pil_memory_new_zeroed(1, sizeof *diff);
  bool good = diff != NULL || pil_error_memory(error);
  if (good) {
    feed = pil_feed_open(policies, 2, new_policy->expressions, measures, request->input, error);
    good = feed != NULL;
  }
  for (size_t side = 0; side < 2 && good; side++) good = pil_judge_open(&judges[side], feed, policies[side], side, error);
  good = good && pil_decision_log_open(&log, new_policy, feed, NULL, error);
  if (good) {
    memcpy(diff->policies, policies, sizeof policies);
    diff->input = pil_records_name(pil_feed_records(feed));
    diff->lacking = pil_feed_lacking(feed);
    diff->has_stake = measures > 0 && diff->lacking == NULL;
    diff->wanted = request->example_count < PIL_DIFF_EXAMPLES ? request->example_count : PIL_DIFF_EXAMPLES;
    good = run_all(diff, feed, judges, &m, &log, request, error);
    if (good || error->failure == PIL_FAILURE_INTERRUPTED) pil_diff_describe(document, diff, !good);
    for (int shift = 0; shift < PIL_SHIFTS; shift++) counts[shift] = diff->shifts[shift].count;
    *faults = diff->faults;
  }
  for (size_t side = 0; side < 2; side++) pil_judge_close(&judges[side]);
  measure_free(&m);
  pil_decision_log_close(&log);
  pil_feed_free(feed);
  if (diff != NULL) pil_arena_free(&diff->arena);
  pil_memory_free(diff);
  return good;
}
