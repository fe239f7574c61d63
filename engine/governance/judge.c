/* A policy's rulings on a feed's records.
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"

#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"

bool pil_judge_open(pil_judge *judge, pil_feed *feed, const pil_policy *policy, size_t index, pil_error *error) {
  *judge = (pil_judge){.policy = policy, .feed = feed, .index = index};
  judge->rulings = pil_memory_new_zeroed(PIL_FEED_WIDTH, sizeof *judge->rulings);
  judge->faults = pil_memory_new_zeroed(PIL_FEED_WIDTH, sizeof *judge->faults);
  return (judge->rulings != NULL && judge->faults != NULL) || pil_error_memory(error);
}

void pil_judge_close(pil_judge *judge) {
  pil_decider_free(judge->decider);
  pil_memory_free(judge->rulings);
  pil_memory_free(judge->faults);
  pil_arena_free(&judge->arena);
}

/* Returns the one before. Somebody may be about to stop it. */
static pil_decider *set_decider(pil_judge *judge, pil_decider *decider) {
  pil_decider *before = judge->decider;
  if (judge->workers != NULL) pil_workers_lock(judge->workers);
  judge->decider = decider;
  if (judge->workers != NULL) pil_workers_unlock(judge->workers);
  return before;
}

/* A new decider reads the files again: one that was edited meanwhile must not decide under the first one's name. */
static bool check_files(pil_judge *judge, pil_error *error) {
  const pil_script_file *files;
  pil_text all = {0};
  char sha256[PIL_DIGEST_BYTES];
  size_t count = pil_script_files(pil_decider_program(judge->decider), &files);
  for (size_t i = 0; i < count; i++) pil_text_add(&all, files[i].sha256);
  bool good = count > 0 && !all.failed;
  if (good) pil_digest_bytes(pil_text_get(&all), all.length, sha256);
  pil_text_free(&all);
  if (!good) return pil_error_memory(error);
  if (judge->sha256[0] == '\0') memcpy(judge->sha256, sha256, sizeof sha256);
  const char *name = judge->policy->sources[pil_policy_own(judge->policy)].shown_name;
  return strcmp(judge->sha256, sha256) == 0 ||
         pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){name, 0, 0},
                       "the script, or a module of it, changed while records were decided; start again");
}

static bool renew(pil_judge *judge, pil_error *error) {
  pil_script_source source = judge->policy->sources[pil_policy_own(judge->policy)];
  pil_feed_fields fields = pil_feed_get_fields(judge->feed, judge->index);
  pil_decider_free(set_decider(judge, NULL));
  source.fields = fields.fields;
  source.field_count = fields.count;
  judge->version = fields.version;
  set_decider(judge, pil_decider_new(&source, PIL_FEED_WIDTH, error));
  return judge->decider != NULL && check_files(judge, error);
}

/* The columns from decision `first` of the batch on. */
static double **columns_from(const pil_feed_batch *batch, size_t first, double **moved) {
  if (first == 0) return batch->columns;
  for (size_t c = 0; c < batch->column_count; c++) moved[c] = batch->columns[c] == NULL ? NULL : batch->columns[c] + first;
  return moved;
}

/* What a policy must not return. An error's text is printable, also where a long one is cut within a letter. */
static const char *fault_of(pil_judge *judge, const pil_ruling *ruling) {
  const char *near = ruling->returned == NULL ? NULL : pil_text_nearest(ruling->returned, pil_level_names, PIL_LEVELS);
  pil_error error;
  pil_error_set(&error, PIL_FAILURE_SCRIPT, PIL_NOWHERE,
                "expected a level, \"auto\", \"review\", \"exception\" or \"collaborate\"; %s returned %s%.60s%s%s%s%s",
                ruling->place == NULL ? "the policy" : ruling->place, ruling->returned == NULL ? "none" : "\"",
                ruling->returned == NULL ? "" : ruling->returned, ruling->returned == NULL ? "" : "\"",
                near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  return pil_arena_copy(&judge->arena, error.text, strlen(error.text));
}

/* The texts of what has been decided in this batch, which a new decider would take with it. */
static bool keep_texts(pil_judge *judge, size_t count, pil_error *error) {
  for (size_t i = 0; i < count; i++)
    if (judge->faults[i] == NULL) PIL_TRY(pil_ruling_keep(&judge->rulings[i], &judge->arena, error));
  return true;
}

static bool ends_all(const pil_error *error) {
  return error->failure == PIL_FAILURE_MEMORY || error->failure == PIL_FAILURE_INTERRUPTED || error->trial == 0;
}

/* The policy raised an error at one decision: it is that one's fault. */
static bool note_failure(pil_judge *judge, size_t at, pil_error *error) {
  char line[PIL_ERROR_LINE_BYTES];
  error->trial = 0;
  pil_error_format(error, line, sizeof line);
  judge->faults[at] = pil_arena_copy(&judge->arena, line, strlen(line));
  return judge->faults[at] != NULL || pil_error_memory(error);
}

static bool judge_piece(pil_judge *judge, const pil_feed_batch *batch, size_t first, size_t count, double **moved,
                        pil_error *error) {
  pil_ruling *rulings = judge->rulings + first;
  PIL_TRY(pil_decider_run(judge->decider, batch->first_number + first, count, columns_from(batch, first, moved), rulings,
                          error));
  for (size_t i = 0; i < count; i++) {
    judge->faults[first + i] = rulings[i].level < PIL_LEVELS ? NULL : fault_of(judge, &rulings[i]);
    if (rulings[i].level == PIL_LEVELS && judge->faults[first + i] == NULL) return pil_error_memory(error);
  }
  return true;
}

bool pil_judge_run(pil_judge *judge, const pil_feed_batch *batch, pil_error *error) {
  pil_feed_fields fields = pil_feed_get_fields(judge->feed, judge->index);
  pil_arena_reset(&judge->arena);
  judge->judged_count = 0;
  double **moved = pil_arena_array(&judge->arena, batch->column_count + 1, sizeof *moved);
  if (moved == NULL) return pil_error_memory(error);
  if (judge->decider == NULL || judge->version != fields.version) PIL_TRY(renew(judge, error));
  pil_decider_forget(judge->decider);
  for (size_t first = 0, end = batch->good_count; first < batch->good_count;) {
    if (judge_piece(judge, batch, first, end - first, moved, error)) {
      judge->judged_count = first = end;
      end = batch->good_count;
      continue;
    }
    if (ends_all(error)) return false;
    size_t failed = (size_t)(error->trial - batch->first_number);
    pil_error reason = *error;
    if (reason.failure == PIL_FAILURE_LIMIT) PIL_TRY(keep_texts(judge, first, error) && renew(judge, error)); /* its state has died */
    if (failed > first) { /* those before it are decided first */
      end = failed;
      continue;
    }
    *error = reason;
    PIL_TRY(note_failure(judge, failed, error));
    judge->judged_count = first = failed + 1;
    end = batch->good_count;
  }
  return true;
}

/* ---- a thread for it ---- */

typedef struct bench {
  pil_judge *judges;
  size_t judge_count;
  const pil_feed_batch *batch;
  pil_tick *tick;
  void *context;
  uint64_t rows;
} bench;

static bool run_judge(void *context, size_t worker, uint64_t group, size_t index, pil_error *error) {
  const bench *b = context;
  (void)worker, (void)group;
  return pil_judge_run(&b->judges[index], b->batch, error);
}

/* Called with the workers' lock held. */
static void stop_judges(void *context) {
  const bench *b = context;
  for (size_t i = 0; i < b->judge_count; i++) {
    if (b->judges[i].decider == NULL) continue;
    pil_program *program = pil_decider_program(b->judges[i].decider);
    program->stop(program);
  }
}

static bool tick_rows(void *context, uint64_t finished) {
  const bench *b = context;
  (void)finished;
  return b->tick(b->context, b->rows);
}

bool pil_judges_run(pil_judge *judges, size_t judge_count, const pil_feed_batch *batch, pil_tick *tick, void *context,
                    uint64_t rows, pil_error *error) {
  bench b = {judges, judge_count, batch, tick, context, rows};
  const pil_work work = {.context = &b, .group_count = 1, .group_size = judge_count, .threads = 1, .run = run_judge,
                         .stop = stop_judges};
  pil_workers *workers = pil_workers_new(&work, error);
  if (workers == NULL) return false;
  for (size_t i = 0; i < judge_count; i++) {
    judges[i].workers = workers;
    judges[i].judged_count = 0;
  }
  bool good = pil_workers_step(workers, 1, tick == NULL ? NULL : tick_rows, &b, error);
  for (size_t i = 0; i < judge_count; i++) judges[i].workers = NULL;
  pil_workers_free(workers);
  return good;
}
