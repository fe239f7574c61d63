/* A policy's trials as a program of the runner: what comes out of each is one record.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy_run.h"

#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "../scenario/goals.h"

/* ---- outputs ---- */

/* All that a trial gives; the first is what policies are compared by. */
enum {
  OUT_TOTAL, OUT_HUMAN, OUT_MISSED, OUT_IDLE, OUT_AUTO, OUT_REVIEW, OUT_EXCEPTION, OUT_COLLABORATE, OUT_MISSED_SHARE,
  OUT_CAUGHT_SHARE, OUT_DISTURBED_SHARE, OUT_WAIT, OUT_WITHIN, OUT_LATE, OUT_BACKLOG, OUT_UTILISATION, OUT_DECISIONS, OUTS
};

static const struct {
  const char *name, *unit;
  pil_better better;
} outputs[OUTS] = {[OUT_TOTAL] = {"total_per_decision", "", PIL_BETTER_LOWER},
                   [OUT_HUMAN] = {"human_cost_per_decision", "", PIL_BETTER_LOWER},
                   [OUT_MISSED] = {"missed_loss_per_decision", "", PIL_BETTER_LOWER},
                   [OUT_IDLE] = {"idle_cost_per_decision", "", PIL_BETTER_LOWER},
                   [OUT_AUTO] = {"auto", "share", PIL_BETTER_UNKNOWN},
                   [OUT_REVIEW] = {"review", "share", PIL_BETTER_UNKNOWN},
                   [OUT_EXCEPTION] = {"exception", "share", PIL_BETTER_UNKNOWN},
                   [OUT_COLLABORATE] = {"collaborate", "share", PIL_BETTER_UNKNOWN},
                   [OUT_MISSED_SHARE] = {"missed", "share", PIL_BETTER_LOWER},
                   [OUT_CAUGHT_SHARE] = {"caught", "share", PIL_BETTER_UNKNOWN},
                   [OUT_DISTURBED_SHARE] = {"disturbed", "share", PIL_BETTER_LOWER},
                   [OUT_WAIT] = {"wait_minutes", "minutes", PIL_BETTER_LOWER},
                   [OUT_WITHIN] = {"within_target", "share", PIL_BETTER_HIGHER},
                   [OUT_LATE] = {"late", "share", PIL_BETTER_LOWER},
                   [OUT_BACKLOG] = {"backlog", "decisions", PIL_BETTER_LOWER},
                   [OUT_UTILISATION] = {"utilisation", "share", PIL_BETTER_UNKNOWN},
                   [OUT_DECISIONS] = {"decisions", "decisions", PIL_BETTER_UNKNOWN}};

static const char *output_at(const void *unused, size_t index) {
  (void)unused;
  return outputs[index].name;
}

/* What `outputs:` says of an output is laid over what is known of it: a goal, another unit. */
static bool lay_over(pil_output_spec *specs, const pil_output_spec *own, pil_error *error) {
  for (size_t i = 0; i < OUTS; i++) {
    if (strcmp(specs[i].name, own->name) != 0) continue;
    specs[i].goal = own->goal;
    specs[i].about = own->about;
    if (own->unit[0] != '\0') specs[i].unit = own->unit;
    if (own->better != PIL_BETTER_UNKNOWN) specs[i].better = own->better;
    return true;
  }
  const char *near = pil_text_nearest_of(own->name, output_at, NULL, OUTS);
  return pil_error_set(error, PIL_FAILURE_INPUT, own->goal.at, "outputs: a policy has no output \"%s\"%s%s%s", own->name,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

bool pil_policy_read_outputs(pil_policy *policy, pil_error *error) {
  pil_rollout *rollout = &policy->rollout;
  const pil_value *root = rollout->root;
  pil_output_spec *own, *specs = pil_arena_array(&rollout->arena, OUTS, sizeof *specs);
  size_t own_count;
  if (specs == NULL) return pil_error_memory(error);
  PIL_TRY(pil_goals_read(&rollout->arena, pil_value_find(root, "outputs"), &own, &own_count, error));
  for (size_t i = 0; i < OUTS; i++)
    specs[i] = (pil_output_spec){.name = outputs[i].name, .about = "", .better = outputs[i].better,
                                 .unit = i <= OUT_IDLE ? rollout->head.currency : outputs[i].unit};
  for (size_t i = 0; i < own_count; i++) PIL_TRY(lay_over(specs, &own[i], error));
  rollout->specs = specs;
  rollout->spec_count = OUTS;
  return true;
}

/* ---- the program ---- */

typedef struct policy_program {
  pil_program base; /* first: a pil_program* may be one of these */
  pil_policy_desk desk;
  pil_policy_sums *sums;
} policy_program;

static double share_of(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

/* The record of one trial. What waits for ever has an infinite mean wait: never. */
static void fill_record(const pil_policy_desk *desk, const pil_queue_answer *answer, double record[OUTS]) {
  const pil_policy_trial *trial = &desk->trial;
  const pil_policy *policy = desk->policy;
  double n = (double)trial->count, human = (double)answer->human_count, levels[PIL_LEVELS] = {0}, missed = 0;
  for (size_t i = 0; i < trial->count; i++) {
    levels[trial->level[i]]++;
    uint8_t outcome = trial->outcome[i] & (PIL_OUTCOME_LATE - 1);
    /* What nobody ever begins stays as the machine decided. */
    bool slips = outcome == PIL_OUTCOME_MISSED || (outcome == PIL_OUTCOME_OPEN && trial->wrong[i]);
    if (slips) missed += trial->loss[i];
  }
  double idle = fmax(answer->paid_minutes - answer->busy_minutes, 0);
  record[OUT_HUMAN] = share_of(answer->handled_minutes / 60 * policy->cost_per_hour, n);
  record[OUT_MISSED] = share_of(missed, n);
  record[OUT_TOTAL] = record[OUT_HUMAN] + record[OUT_MISSED];
  record[OUT_IDLE] = share_of(idle / 60 * policy->cost_per_hour, n);
  for (int l = 0; l < PIL_LEVELS; l++) record[OUT_AUTO + l] = share_of(levels[l], n);
  record[OUT_MISSED_SHARE] = share_of((double)answer->counts[PIL_OUTCOME_MISSED], n);
  record[OUT_CAUGHT_SHARE] = share_of((double)answer->counts[PIL_OUTCOME_CAUGHT], n);
  record[OUT_DISTURBED_SHARE] = share_of((double)answer->counts[PIL_OUTCOME_DISTURBED], n);
  record[OUT_WAIT] = answer->counts[PIL_OUTCOME_OPEN] > 0 ? INFINITY : share_of(answer->wait_minutes, human);
  record[OUT_WITHIN] = human > 0 ? (double)answer->within_count / human : 1;
  record[OUT_LATE] = share_of((double)answer->late_count, human);
  record[OUT_BACKLOG] = (double)answer->backlog_count;
  record[OUT_UTILISATION] = answer->available_minutes > 0 ? pil_queue_utilisation(answer) : human > 0 ? INFINITY : 0;
  record[OUT_DECISIONS] = n;
}

/* ---- what all trials gather ---- */

void pil_policy_sums_free(pil_policy_sums *sums) {
  if (sums == NULL) return;
  for (size_t l = 0; l < PIL_LEVELS; l++) pil_memory_free(sums->levels[l]);
  for (size_t c = 0; c < PIL_QUEUE_CLASSES; c++) pil_memory_free(sums->classes[c]);
  pil_memory_free(sums);
}

/* Makes those whose bit is set. */
static bool make_groups(pil_wait_groups **groups, uint32_t bits, pil_error *error) {
  for (; bits != 0; bits &= bits - 1) {
    pil_wait_groups **own = &groups[__builtin_ctz(bits)];
    if (*own == NULL) *own = pil_memory_new_zeroed(1, sizeof **own);
    if (*own == NULL) return pil_error_memory(error);
  }
  return true;
}

static bool merge_waits(pil_wait_groups **groups, pil_wait_groups *const *part, size_t count, pil_error *error) {
  for (size_t i = 0; i < count; i++) {
    if (part[i] == NULL) continue;
    PIL_TRY(make_groups(groups, UINT32_C(1) << i, error));
    for (size_t g = 0; g < PIL_POLICY_GROUPS; g++) pil_waits_merge(&groups[i]->list[g], &part[i]->list[g]);
  }
  return true;
}

bool pil_policy_sums_merge(pil_policy_sums *sums, const pil_policy_sums *part, pil_error *error) {
  for (size_t s = 0; s < PIL_POLICY_SEGMENTS; s++) {
    pil_segment_sums *to = &sums->segments[s];
    const pil_segment_sums *from = &part->segments[s];
    for (int l = 0; l < PIL_LEVELS; l++) to->levels[l] += from->levels[l];
    to->wrong += from->wrong;
    to->missed += from->missed;
    to->disturbed += from->disturbed;
  }
  sums->little_gap = fmax(sums->little_gap, part->little_gap);
  return merge_waits(sums->levels, part->levels, PIL_LEVELS, error) &&
         merge_waits(sums->classes, part->classes, PIL_QUEUE_CLASSES, error);
}

/* Room for the waits of this trial's levels and classes. */
static bool reserve_waits(pil_policy_sums *sums, const pil_policy_trial *trial, bool has_classes, pil_error *error) {
  uint32_t levels = 0, classes = 0;
  for (size_t i = 0; i < trial->count; i++) {
    levels |= UINT32_C(1) << trial->level[i];
    classes |= UINT32_C(1) << trial->priority[i];
  }
  return make_groups(sums->levels, levels & ~UINT32_C(1) /* not auto's */, error) &&
         (!has_classes || make_groups(sums->classes, classes, error));
}

static void gather(const pil_policy_trial *trial, uint64_t number, bool has_classes, pil_policy_sums *sums) {
  size_t group = number % PIL_POLICY_GROUPS;
  for (size_t i = 0; i < trial->count; i++) {
    pil_segment_sums *segment = &sums->segments[trial->segment[i]];
    uint8_t outcome = trial->outcome[i] & (PIL_OUTCOME_LATE - 1), level = trial->level[i];
    segment->levels[level]++;
    segment->wrong += trial->wrong[i];
    segment->missed += outcome == PIL_OUTCOME_MISSED || (outcome == PIL_OUTCOME_OPEN && trial->wrong[i]);
    segment->disturbed += outcome == PIL_OUTCOME_DISTURBED;
    if (level == PIL_LEVEL_AUTO || outcome == PIL_OUTCOME_INVALID) continue;
    pil_waits_add(&sums->levels[level]->list[group], trial->wait[i]);
    if (has_classes) pil_waits_add(&sums->classes[trial->priority[i]]->list[group], trial->wait[i]);
  }
}

/* ---- running ---- */

bool pil_policy_desk_price(pil_policy_desk *desk, uint64_t trial, pil_policy_price *price, pil_error *error) {
  pil_queue_answer answer;
  double record[OUTS];
  PIL_TRY(pil_policy_desk_decide(desk, trial, error));
  PIL_TRY(pil_policy_desk_serve(desk, trial, &answer, error));
  fill_record(desk, &answer, record);
  *price = (pil_policy_price){.human = record[OUT_HUMAN], .missed = record[OUT_MISSED], .automatic = record[OUT_AUTO],
                              .within = record[OUT_WITHIN]};
  for (size_t i = 0; i < desk->trial.count; i++) {
    if (desk->trial.level[i] != PIL_LEVEL_AUTO) continue;
    price->auto_count++;
    price->auto_wrong += desk->trial.chance[i];
  }
  return true;
}

static bool simulate(policy_program *own, uint64_t trial, double record[OUTS], pil_error *error) {
  pil_policy_desk *desk = &own->desk;
  pil_queue_answer answer;
  bool has_classes = desk->policy->has_priority;
  PIL_TRY(pil_policy_desk_decide(desk, trial, error));
  PIL_TRY(reserve_waits(own->sums, &desk->trial, has_classes, error));
  PIL_TRY(pil_policy_desk_serve(desk, trial, &answer, error));
  own->sums->little_gap = fmax(own->sums->little_gap, pil_queue_little_gap(&answer));
  fill_record(desk, &answer, record);
  gather(&desk->trial, trial, has_classes, own->sums);
  return true;
}

static bool program_run(pil_program *base, const pil_batch *batch, pil_frame *frame, pil_error *error) {
  policy_program *own = (policy_program *)base;
  double record[OUTS];
  for (size_t lane = 0; lane < batch->count; lane++) {
    PIL_TRY(simulate(own, batch->first_trial + lane, record, error));
    for (size_t i = 0; i < OUTS; i++) {
      pil_column *column = pil_frame_column(frame, i, outputs[i].name, 0);
      if (column == NULL) return pil_error_memory(error);
      column->cells[lane] = record[i];
    }
  }
  base->counted = own->desk.program->counted;
  return true;
}

static void program_stop(pil_program *base) {
  pil_program *program = ((policy_program *)base)->desk.program;
  program->stop(program);
}

static void program_free(pil_program *base) {
  policy_program *own = (policy_program *)base;
  pil_policy_desk_close(&own->desk);
  pil_policy_sums_free(own->sums);
  pil_memory_free(own);
}

pil_program *pil_policy_script_of(pil_program *program) {
  return program->run == program_run ? ((policy_program *)program)->desk.program : program;
}

const pil_policy_sums *pil_policy_sums_of(pil_program *program) {
  return ((policy_program *)program)->sums;
}

/* Which policy a variant's programs simulate. */
typedef struct policy_context {
  const pil_policy *policy;
  size_t script;
} policy_context;

static pil_program *program_new(void *context, pil_error *error) {
  const policy_context *c = context;
  policy_program *own = pil_memory_new_zeroed(1, sizeof *own);
  if (own == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  own->base = (pil_program){.run = program_run, .stop = program_stop, .free = program_free};
  own->sums = pil_memory_new_zeroed(1, sizeof *own->sums);
  if ((own->sums != NULL || pil_error_memory(error)) && pil_policy_desk_open(&own->desk, c->policy, c->script, error)) {
    own->base.reasons = own->desk.program->reasons;
    own->base.reason_count = own->desk.program->reason_count;
    return &own->base;
  }
  program_free(&own->base);
  return NULL;
}

bool pil_policy_variant_new(pil_policy *policy, size_t script, pil_rollout_variant *variant, pil_error *error) {
  policy_context *context = pil_arena_new(&policy->rollout.arena, sizeof *context);
  if (context == NULL) return pil_error_memory(error);
  *context = (policy_context){policy, script};
  variant->program_new = program_new;
  variant->program_context = context;
  variant->kept_columns = pil_arena_array(&policy->rollout.arena, 1, sizeof *variant->kept_columns);
  return variant->kept_columns != NULL || pil_error_memory(error);
}
