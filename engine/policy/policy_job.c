/* The policy as a job: a rollout's way, and beside it waits, segments and the staff needed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../rollout/rollout_answer.h"
#include "../rollout/rollout_job.h"
#include "../statistics/interval.h"
#include "../statistics/number.h"
#include "policy_answer.h"
#include "policy_promises.h"
#include "policy_run.h"

/* ---- segments ---- */

static uint64_t segment_total(const pil_segment_sums *segment) {
  uint64_t total = 0;
  for (int l = 0; l < PIL_LEVELS; l++) total += segment->levels[l];
  return total;
}

static void put_rate(pil_table_block *table, uint64_t count, uint64_t total) {
  char text[PIL_NUMBER_BYTES];
  double low, high, n = (double)total;
  pil_interval_wilson((double)count, n, PIL_INTERVAL_Z95, &low, &high);
  if (total == 0) pil_table_text(table, "-");
  else pil_table_chance(table, pil_number_chance((double)count / n, low, high, text), (double)count / n, low, high);
}

/* The least and the most favoured segment's share of decisions that nobody looks at. */
static void find_parity(const pil_policy_answer *extra, size_t v, size_t *least, size_t *most, double *ratio) {
  double low = INFINITY, high = -1;
  *least = *most = 0;
  for (size_t s = 0; s < extra->policy->segment_count; s++) {
    const pil_segment_sums *own = &extra->sums[v]->segments[s];
    double n = (double)segment_total(own), share = (double)own->levels[PIL_LEVEL_AUTO] / n;
    if (n == 0) continue;
    if (share < low) low = share, *least = s;
    if (share > high) high = share, *most = s;
  }
  *ratio = high > 0 ? low / high : NAN;
}

static void describe_segments(pil_document *document, const pil_policy_answer *extra, size_t v) {
  const pil_policy *policy = extra->policy;
  char caption[256], text[PIL_NUMBER_BYTES];
  size_t least, most;
  double ratio;
  if (policy->segment == NULL) return;
  snprintf(caption, sizeof caption, "By %.100s", policy->segment->name);
  pil_table_block *table = pil_document_table(document, caption);
  pil_table_column(table, policy->segment->name, PIL_ALIGN_LEFT);
  pil_table_column(table, "decisions", PIL_ALIGN_RIGHT);
  for (int l = 0; l < PIL_LEVELS; l++) pil_table_chances(table, pil_level_names[l]);
  if (policy->has_wrong) {
    pil_table_chances(table, "missed");
    pil_table_chances(table, "disturbed");
  }
  for (size_t s = 0; s < policy->segment_count; s++) {
    const pil_segment_sums *own = &extra->sums[v]->segments[s];
    uint64_t total = segment_total(own);
    pil_table_row(table);
    pil_table_text(table, policy->segment_names[s]);
    pil_table_number(table, pil_number_format((double)total, 0, text), (double)total);
    for (int l = 0; l < PIL_LEVELS; l++) put_rate(table, own->levels[l], total);
    if (!policy->has_wrong) continue;
    put_rate(table, own->missed, total);
    put_rate(table, own->disturbed, total);
  }
  find_parity(extra, v, &least, &most, &ratio);
  if (isnan(ratio) || policy->segment_count < 2) return;
  if (ratio < 0.8)
    pil_document_warning(document, "Four-fifths rule: %s is decided automatically %s as often as %s, less than four fifths.",
                         policy->segment_names[least], pil_number_percent(ratio, 0.001, text), policy->segment_names[most]);
  else
    pil_document_note(document, "Four-fifths rule: %s is decided automatically %s as often as %s.",
                      policy->segment_names[least], pil_number_percent(ratio, 0.001, text), policy->segment_names[most]);
}

/* What a reader must not overlook. */
static void describe_notes(pil_document *document, const pil_policy_answer *extra, size_t v) {
  const pil_policy *policy = extra->policy;
  if (policy->desk.count * (1 - policy->desk.shrinkage) <= 0 && extra->waits[v]->all.count > 0)
    pil_document_warning(document, "Nobody is there: every decision that needs a person %s.",
                         policy->desk.on_timeout == PIL_ON_TIMEOUT_HOLD || isinf(policy->desk.timeout_minutes)
                             ? "waits for ever"
                             : "is left to the timeout");
  if (v == 0 && policy->left_out > 0)
    pil_document_warning(document, "%zu of %zu recorded rows were left out: a cell is empty.", policy->left_out,
                         policy->left_out + policy->recorded);
}

static void describe(void *document, const void *context, size_t v) {
  describe_notes(document, context, v);
  pil_policy_describe_waits(document, context, v);
  describe_segments(document, context, v);
}

static void export_rate(pil_node *node, const char *name, uint64_t count, uint64_t total) {
  double low, high, n = (double)total;
  pil_node *rate = pil_node_set_object(node, name);
  pil_interval_wilson((double)count, n, PIL_INTERVAL_Z95, &low, &high);
  pil_node_set_number(rate, "share", (double)count / n);
  pil_node_set_number(rate, "low", low);
  pil_node_set_number(rate, "high", high);
}

static void export_segments(pil_node *node, const pil_policy_answer *extra, size_t v) {
  const pil_policy *policy = extra->policy;
  size_t least, most;
  double ratio;
  if (policy->segment == NULL) return;
  pil_node *list = pil_node_set_array(node, "segments");
  for (size_t s = 0; s < policy->segment_count; s++) {
    const pil_segment_sums *own = &extra->sums[v]->segments[s];
    uint64_t total = segment_total(own);
    pil_node *segment = pil_node_append_object(list);
    pil_node_set_string(segment, "name", policy->segment_names[s]);
    pil_node_set_unsigned(segment, "decisions", total);
    for (int l = 0; l < PIL_LEVELS; l++) export_rate(segment, pil_level_names[l], own->levels[l], total);
    if (!policy->has_wrong) continue;
    export_rate(segment, "wrong", own->wrong, total);
    export_rate(segment, "missed", own->missed, total);
    export_rate(segment, "disturbed", own->disturbed, total);
  }
  find_parity(extra, v, &least, &most, &ratio);
  pil_node_set_number(node, "four_fifths_ratio", ratio);
}

/* Shares of levels with their Monte Carlo errors, as trials, not decisions, are what is independent. */
static void export_levels(pil_node *node, const pil_policy_answer *extra, size_t v) {
  const pil_rollout *rollout = &extra->policy->rollout;
  const pil_table *table = &rollout->variants[v].table;
  pil_node *levels = pil_node_set_object(node, "levels");
  for (int l = 0; l < PIL_LEVELS; l++) {
    const pil_column *column = pil_table_find(table, pil_level_names[l], 0);
    pil_summary summary;
    if (column == NULL) continue;
    pil_summary_fill(&summary, column->cells, table->touched_count);
    pil_node *level = pil_node_set_object(levels, pil_level_names[l]);
    pil_node_set_number(level, "share", summary.mean);
    pil_node_set_number(level, "share_error", summary.mean_error);
  }
}

static void export(void *node, void *outputs, const void *context, size_t v) {
  const pil_policy_answer *extra = context;
  export_levels(node, extra, v);
  pil_policy_export_waits(node, extra, v);
  if (extra->has_needed && extra->needed[v].is_found) {
    pil_node *staff = pil_node_set_object(outputs, "staff_needed");
    pil_node_set_string(staff, "unit", "reviewers");
    pil_node_set_unsigned(staff, "tries", extra->needed[v].tries);
    pil_node_set_integer(staff, "mean", extra->needed[v].count);
  }
  export_segments(node, extra, v);
}

/* ---- gathering ---- */

static bool gather(const pil_rollout_run *run, pil_arena *arena, pil_policy_answer *extra, pil_error *error) {
  const pil_policy *policy = extra->policy;
  /* Not after an interrupt: somebody waits for the end. */
  extra->has_needed = isfinite(policy->desk.target_minutes) &&
                      pil_rollout_run_finished(run) == pil_rollout_run_trials(run);
  for (size_t v = 0; v < policy->script_count; v++) {
    pil_program **programs;
    size_t count;
    extra->sums[v] = pil_memory_new_zeroed(1, sizeof *extra->sums[v]);
    if (extra->sums[v] == NULL) return pil_error_memory(error);
    PIL_TRY(pil_runner_programs(run->runner, v, arena, &programs, &count, error));
    for (size_t i = 0; i < count; i++)
      PIL_TRY(pil_policy_sums_merge(extra->sums[v], pil_policy_sums_of(programs[i]), error));
    PIL_TRY(pil_policy_answer_waits(extra, v, error));
    if (extra->has_needed) PIL_TRY(pil_policy_staff(policy, v, &extra->needed[v], error));
  }
  return true;
}

/* ---- the job ---- */

static void *load(const char *path, const pil_options *options, pil_error *error) {
  return pil_policy_load(path, options, error);
}

static void free_job(void *job) {
  pil_policy_free(job);
}

static bool write_answer(void *context, pil_format format, bool colour, const char *path, size_t *missed_count,
                         pil_error *error) {
  pil_rollout_run *run = context;
  pil_arena arena = {0};
  pil_policy_answer own = {.policy = (const pil_policy *)run->rollout};
  const pil_rollout_extra extra = {.kind = "policy", .things = "decisions", .script_of = pil_policy_script_of,
                                   .describe = describe, .export = export, .context = &own};
  bool good = gather(run, &arena, &own, error);
  run->rollout->extra = &extra;
  good = good && pil_rollout_run_write(run, format, colour, path, missed_count, error);
  run->rollout->extra = NULL;
  for (size_t v = 0; v < PIL_POLICY_SCRIPTS; v++) {
    pil_policy_sums_free(own.sums[v]);
    pil_memory_free(own.waits[v]);
  }
  pil_arena_free(&arena);
  return good;
}

/* One trial's decisions by each policy, in stock Lua, which sees draws one by one. */
static bool check(void *job, pil_advice *advice, void *context, pil_error *error) {
  pil_policy *policy = job;
  pil_listener l = {advice, context};
  pil_engine engine = policy->rollout.engine;
  bool good = pil_policy_check_promises(policy, error);
  for (size_t i = 0; good && i < policy->script_count; i++) {
    pil_policy_desk desk;
    policy->sources[i].engine = PIL_ENGINE_SCALAR;
    good = pil_policy_desk_open(&desk, policy, i, error) &&
           pil_policy_desk_decide(&desk, policy->rollout.head.first_trial, error);
    if (good && advice != NULL) pil_script_program_advise(desk.program, pil_listener_tell, &l);
    pil_policy_desk_close(&desk);
    policy->sources[i].engine = engine;
  }
  if (good && advice != NULL) pil_inputs_advise(&policy->inputs, pil_listener_tell, &l);
  return good;
}

static bool trace(void *job, uint64_t trial, pil_document *document, pil_error *error) {
  return pil_policy_trace(job, trial, document, error);
}

const pil_job_kind pil_job_policy = {.key = "policy",
                                     .load = load,
                                     .free = free_job,
                                     .run_new = pil_rollout_run_new,
                                     .run_free = pil_rollout_run_free,
                                     .step = pil_rollout_run_step,
                                     .trials = pil_rollout_run_trials,
                                     .finished = pil_rollout_run_finished,
                                     .counted = pil_rollout_run_counted,
                                     .variant_count = pil_rollout_run_variant_count,
                                     .variant_name = pil_rollout_run_variant_name,
                                     .column = pil_rollout_run_column,
                                     .write = write_answer,
                                     .write_samples = pil_rollout_run_write_samples,
                                     .trace = trace,
                                     .check = check};
