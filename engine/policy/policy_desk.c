/* One trial of a policy: decisions drawn, decided and judged, in batches.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "../lanes/columns.h"
#include "policy_run.h"

enum { MOST_CODES = 256, NO_LEVEL = UINT8_MAX };

bool pil_policy_desk_open(pil_policy_desk *desk, const pil_policy *policy, size_t script, pil_error *error) {
  size_t width = policy->width, columns = policy->inputs.plan.column_count;
  *desk = (pil_policy_desk){.policy = policy, .script = script};
  desk->jumps = pil_memory_resize(NULL, width, sizeof *desk->jumps);
  desk->words = pil_memory_resize(NULL, width, sizeof *desk->words);
  desk->columns = pil_memory_new_zeroed(columns + 1, sizeof *desk->columns);
  desk->codes = pil_memory_resize(NULL, MOST_CODES, sizeof *desk->codes);
  if (desk->jumps == NULL || desk->words == NULL || desk->columns == NULL || desk->codes == NULL)
    return pil_error_memory(error);
  for (size_t c = 0; c < columns; c++) {
    desk->columns[c] = pil_memory_new_zeroed(width, sizeof(double));
    if (desk->columns[c] == NULL) return pil_error_memory(error);
  }
  pil_jumps_fill(desk->jumps, width);
  desk->queue = pil_queue_new(error);
  if (desk->queue == NULL) return false;
  desk->program = pil_script_engine_new(&policy->sources[script], error);
  return desk->program != NULL;
}

void pil_policy_trial_free(pil_policy_trial *trial) {
  double *numbers[] = {trial->arrival, trial->handling, trial->loss, trial->catching,
                       trial->wait,    trial->chance,   trial->noted};
  uint8_t *bytes[] = {trial->level, trial->priority, trial->wrong, trial->segment, trial->outcome};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) pil_memory_free(numbers[i]);
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) pil_memory_free(bytes[i]);
}

void pil_policy_desk_close(pil_policy_desk *desk) {
  if (desk->policy == NULL) return;
  for (size_t c = 0; desk->columns != NULL && c < desk->policy->inputs.plan.column_count; c++)
    pil_memory_free(desk->columns[c]);
  if (desk->program != NULL) desk->program->free(desk->program);
  pil_queue_free(desk->queue);
  pil_memory_free(desk->jumps);
  pil_memory_free(desk->words);
  pil_memory_free(desk->columns);
  pil_memory_free(desk->codes);
  pil_policy_trial_free(&desk->trial);
  pil_frame_free(&desk->frame);
  pil_arena_free(&desk->arena);
}

/* ---- how many, and when ---- */

static bool grow(void *column, size_t capacity, size_t bytes) {
  void **place = column;
  void *grown = pil_memory_resize(*place, capacity, bytes);
  if (grown == NULL) return false;
  *place = grown;
  return true;
}

static bool reserve(pil_policy_desk *desk, size_t count, pil_error *error) {
  pil_policy_trial *trial = &desk->trial;
  /* A day without decisions has its reviewers, too. */
  if (count <= trial->capacity && trial->capacity > 0) return true;
  size_t capacity = count + count / 4 + 64;
  bool good = grow(&trial->arrival, capacity, sizeof(double)) && grow(&trial->handling, capacity, sizeof(double)) &&
              grow(&trial->loss, capacity, sizeof(double)) && grow(&trial->catching, capacity, sizeof(double)) &&
              grow(&trial->wait, capacity, sizeof(double)) && grow(&trial->chance, capacity, sizeof(double)) &&
              (desk->noted == NULL || grow(&trial->noted, capacity, sizeof(double))) &&
              grow(&trial->level, capacity, 1) && grow(&trial->priority, capacity, 1) &&
              grow(&trial->wrong, capacity, 1) && grow(&trial->segment, capacity, 1) &&
              grow(&trial->outcome, capacity, 1);
  if (!good) return pil_error_memory(error);
  trial->capacity = capacity;
  return pil_queue_reserve(desk->queue, capacity, &desk->policy->desk, error);
}

static uint64_t seed_of(const pil_policy *policy) {
  return policy->rollout.head.seed;
}

static uint64_t hash_of(const char *site) {
  return pil_text_hash(site, strlen(site));
}

/* Decisions of a day, drawn for each day of the trial. */
static size_t day_count(const pil_policy *policy, uint64_t trial, size_t day) {
  pil_stream stream = pil_stream_at(seed_of(policy), hash_of("in:per_day"), day + 1);
  pil_stream_advance(&stream, trial - 1);
  double count = floor(pil_amount_draw(&policy->per_day, pil_stream_next(&stream)) + 0.5);
  return count > 0 ? (size_t)count : 0;
}

/* From 0 to 1 of a day's opening: uniform, or by the shares of its parts. */
static double time_of_day(const pil_policy *policy, double u) {
  size_t part = 0;
  if (policy->arrivals == NULL) return u;
  while (part + 1 < policy->arrival_count && policy->arrivals[part + 1] <= u) part++;
  double low = policy->arrivals[part], width = policy->arrivals[part + 1] - low;
  return ((double)part + (width > 0 ? (u - low) / width : 0)) / (double)policy->arrival_count;
}

static bool place_decisions(pil_policy_desk *desk, uint64_t trial, pil_error *error) {
  const pil_policy *policy = desk->policy;
  double day_minutes = 60 * policy->desk.hours_per_day;
  size_t count = 0;
  for (size_t day = 0; day < policy->days; day++) count += day_count(policy, trial, day);
  PIL_TRY(reserve(desk, count, error));
  pil_stream stream = pil_stream_at_trial(seed_of(policy), hash_of("decision:arrival"), 0, trial);
  desk->trial.count = 0;
  for (size_t day = 0; day < policy->days; day++) {
    size_t own = day_count(policy, trial, day);
    for (size_t i = 0; i < own; i++) {
      double u = pil_uniform(pil_stream_next(&stream));
      desk->trial.arrival[desk->trial.count++] = ((double)day + time_of_day(policy, u)) * day_minutes;
    }
  }
  return true;
}

/* ---- levels ---- */

static bool refuse_level(const pil_policy_desk *desk, const char *text, uint64_t decision, pil_error *error) {
  const pil_script_source *source = &desk->policy->sources[desk->script];
  const char *near = text == NULL ? NULL : pil_text_nearest(text, pil_level_names, PIL_LEVELS);
  return pil_error_set(error, PIL_FAILURE_SCRIPT, (pil_place){source->shown_name, 0, 0},
                       "decision %llu: expected a level, \"auto\", \"review\", \"exception\" or \"collaborate\"; the policy "
                       "returned %s%.60s%s%s%s%s",
                       (unsigned long long)decision, text == NULL ? "none" : "\"", text == NULL ? "" : text,
                       text == NULL ? "" : "\"", near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The level of a cell, which is not among the codes yet: put there if the scenario has such a level. */
static bool find_level(pil_policy_desk *desk, double cell, uint64_t decision, uint8_t *level, pil_error *error) {
  if (!pil_cell_is_text(cell)) return refuse_level(desk, NULL, decision, error);
  uint32_t code = pil_cell_text(cell);
  const char *text = desk->frame.texts.texts[code];
  uint8_t found = pil_level_find(text);
  if (found == PIL_LEVELS) return refuse_level(desk, text, decision, error);
  if (found != PIL_LEVEL_AUTO && !desk->policy->levels[found].is_there)
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){desk->policy->rollout.file, 0, 0},
                         "levels: there is no %s, which %s returned for decision %llu", pil_level_names[found],
                         desk->policy->sources[desk->script].shown_name, (unsigned long long)decision);
  while (code < MOST_CODES && desk->code_count <= code) desk->codes[desk->code_count++] = NO_LEVEL;
  if (code < MOST_CODES) desk->codes[code] = found;
  *level = found;
  return true;
}

static bool read_levels(pil_policy_desk *desk, const double *cells, size_t first, size_t count, pil_error *error) {
  uint8_t *levels = desk->trial.level + first;
  for (size_t i = 0; i < count; i++) {
    uint64_t code = pil_cell_bits(cells[i]) - PIL_CELL_TEXT; /* what is no text is beyond all codes */
    levels[i] = code < desk->code_count ? desk->codes[code] : NO_LEVEL;
    if (levels[i] == NO_LEVEL) PIL_TRY(find_level(desk, cells[i], first + i + 1, &levels[i], error));
  }
  return true;
}

/* ---- what the machine does wrong, and what that costs ---- */

static void fill_words(pil_policy_desk *desk, const char *site, uint64_t trial, size_t first, size_t count) {
  pil_stream stream = pil_stream_at_trial(seed_of(desk->policy), hash_of(site), 0, trial);
  pil_stream_advance(&stream, first);
  pil_columns_words(desk->policy->rollout.isa, stream, desk->jumps, desk->words, count);
}

bool pil_policy_refuse_word(const pil_policy *policy, pil_policy_word word, double cell, const pil_dictionary *texts,
                            const char *thing, uint64_t number, pil_error *error) {
  static const char *const names[] = {"wrong", "loss", "priority"};
  static const char *const expected[] = {"true, false or a probability", "a number from 0", "a whole number from 0 to 15"};
  char found[40];
  snprintf(found, sizeof found, "%g", cell);
  return pil_error_set(error, PIL_FAILURE_SCRIPT, policy->expressions[word].at, "%s: %s %llu: expected %s, found %.60s",
                       names[word], thing, (unsigned long long)number, expected[word],
                       pil_cell_is_text(cell)                    ? texts->texts[pil_cell_text(cell)]
                       : pil_cell_bits(cell) == PIL_CELL_MISSING ? "nil"
                                                                 : found);
}

static bool refuse_word(const pil_policy_desk *desk, pil_policy_word word, double cell, uint64_t decision,
                        pil_error *error) {
  return pil_policy_refuse_word(desk->policy, word, cell, &desk->frame.texts, "decision", decision, error);
}

static bool judge(pil_policy_desk *desk, uint64_t trial, size_t first, size_t count, pil_error *error) {
  const pil_policy *policy = desk->policy;
  uint8_t *wrong = desk->trial.wrong + first;
  double *loss = desk->trial.loss + first, *chance_of = desk->trial.chance + first;
  if (!policy->has_wrong) {
    memset(wrong, 0, count);
    for (size_t i = 0; i < count; i++) loss[i] = chance_of[i] = 0;
    return true;
  }
  const pil_column *found = pil_frame_column(&desk->frame, 1, "wrong", 0);
  if (found == NULL) return pil_error_memory(error);
  const double *chances = found->cells;
  const pil_column *cost = pil_frame_column(&desk->frame, 2, "loss", 0);
  if (cost == NULL) return pil_error_memory(error);
  fill_words(desk, "decision:wrong", trial, first, count);
  for (size_t i = 0; i < count; i++) {
    double chance = chances[i];
    if (!pil_policy_word_is_good(PIL_WORD_WRONG, chance)) return refuse_word(desk, PIL_WORD_WRONG, chance, first + i + 1, error);
    if (!pil_policy_word_is_good(PIL_WORD_LOSS, cost->cells[i]))
      return refuse_word(desk, PIL_WORD_LOSS, cost->cells[i], first + i + 1, error);
    wrong[i] = pil_uniform(desk->words[i]) < chance;
    loss[i] = cost->cells[i];
    chance_of[i] = chance;
  }
  return true;
}

/* ---- people's time ---- */

/* Who comes first among those who wait: by the scenario's expression, else by the level. */
static bool rank(pil_policy_desk *desk, size_t first, size_t count, pil_error *error) {
  const pil_policy *policy = desk->policy;
  uint8_t *priority = desk->trial.priority + first;
  if (!policy->has_priority) {
    for (size_t i = 0; i < count; i++) priority[i] = (uint8_t)policy->levels[desk->trial.level[first + i]].priority;
    return true;
  }
  const pil_column *found = pil_frame_column(&desk->frame, 3, "priority", 0);
  if (found == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    double class = found->cells[i];
    if (!pil_policy_word_is_good(PIL_WORD_PRIORITY, class))
      return refuse_word(desk, PIL_WORD_PRIORITY, class, first + i + 1, error);
    priority[i] = (uint8_t)class;
  }
  return true;
}

static void draw_people(pil_policy_desk *desk, uint64_t trial, size_t first, size_t count) {
  const pil_policy *policy = desk->policy;
  double *handling = desk->trial.handling + first, *catching = desk->trial.catching + first;
  const uint8_t *level = desk->trial.level + first;
  fill_words(desk, "decision:minutes", trial, first, count);
  for (size_t i = 0; i < count; i++)
    handling[i] = level[i] == 0 ? 0 : fmax(pil_amount_draw(&policy->levels[level[i]].minutes, desk->words[i]), 0);
  fill_words(desk, "decision:rounds", trial, first, count);
  for (size_t i = 0; i < count; i++)
    if (level[i] != 0) handling[i] *= 1 + fmax(pil_amount_draw(&policy->levels[level[i]].rounds, desk->words[i]), 0);
  fill_words(desk, "decision:catch", trial, first, count);
  for (size_t i = 0; i < count; i++) catching[i] = pil_uniform(desk->words[i]);
}

static void note_segments(pil_policy_desk *desk, size_t first, size_t count) {
  const pil_field *field = desk->policy->segment;
  for (size_t i = 0; i < count; i++)
    desk->trial.segment[first + i] = field == NULL ? 0 : (uint8_t)desk->columns[field->first_column][i];
}

pil_owner pil_policy_owner(uint64_t trial) {
  return (pil_owner){.prefix = "decision:", .hash = hash_of("decision:"), .trial = trial};
}

bool pil_policy_desk_draw(pil_policy_desk *desk, const pil_batch *batch, pil_error *error) {
  pil_arena_reset(&desk->arena);
  return pil_inputs_fill(&desk->policy->inputs.plan, batch, &desk->arena, error);
}

bool pil_policy_desk_level(pil_policy_desk *desk, const pil_batch *batch, pil_error *error) {
  pil_frame_reset(&desk->frame, batch->count);
  PIL_TRY(desk->program->run(desk->program, batch, &desk->frame, error));
  const pil_column *level = pil_frame_column(&desk->frame, 0, "level", 0);
  if (level == NULL) return pil_error_memory(error);
  return read_levels(desk, level->cells, batch->first_trial - 1, batch->count, error);
}

static bool decide_batch(pil_policy_desk *desk, const pil_owner *owner, size_t first, size_t count, pil_error *error) {
  const pil_batch batch = {.first_trial = first + 1, .count = count, .inputs = desk->columns, .jumps = desk->jumps,
                           .owner = owner};
  PIL_TRY(pil_policy_desk_draw(desk, &batch, error));
  PIL_TRY(pil_policy_desk_level(desk, &batch, error));
  PIL_TRY(judge(desk, owner->trial, first, count, error));
  PIL_TRY(rank(desk, first, count, error));
  draw_people(desk, owner->trial, first, count);
  note_segments(desk, first, count);
  if (desk->noted != NULL)
    memcpy(desk->trial.noted + first, desk->columns[desk->noted->first_column], count * sizeof(double));
  return true;
}

/* The error of a script names the decision as its trial. */
static void name_decision(pil_error *error) {
  char text[PIL_ERROR_TEXT_BYTES];
  if (error->trial == 0) return;
  snprintf(text, sizeof text, "decision %llu: %.900s", (unsigned long long)error->trial, error->text);
  memcpy(error->text, text, sizeof text);
}

bool pil_policy_desk_decide(pil_policy_desk *desk, uint64_t trial, pil_error *error) {
  const pil_owner owner = pil_policy_owner(trial);
  size_t width = desk->policy->width;
  PIL_TRY(place_decisions(desk, trial, error));
  for (size_t first = 0; first < desk->trial.count; first += width) {
    size_t left = desk->trial.count - first;
    if (decide_batch(desk, &owner, first, left < width ? left : width, error)) continue;
    name_decision(error);
    error->trial = trial;
    return false;
  }
  return true;
}

pil_queue_trial pil_policy_queue_trial(const pil_policy_trial *trial) {
  return (pil_queue_trial){.count = trial->count, .arrival = trial->arrival, .handling = trial->handling,
                           .level = trial->level, .priority = trial->priority, .wrong = trial->wrong, .catching = trial->catching,
                           .disturbing = trial->catching};
}

/* How far apart the sides of Little's law may be: rounding. Each that leaves by the timeout leaves at a moment that
 * the clock can tell, so that they are apart by the clock's last digit, too. */
bool pil_policy_check_little(const pil_queue_answer *answer, uint64_t trial, pil_error *error) {
  double gap = pil_queue_little_gap(answer), apart = fabs(answer->wait_minutes - answer->queue_minutes);
  if (gap <= PIL_POLICY_LITTLE || apart <= (double)answer->late_count * answer->days_minutes * 0x1p-51) return true;
  pil_error_set(error, PIL_FAILURE_INTERNAL, PIL_NOWHERE,
                "trial %llu: the queue contradicts Little's law by %.2g: decisions waited %.17g minutes, the queue's length "
                "adds up to %.17g; this is a fault of Pilotage, please report it with the scenario",
                (unsigned long long)trial, gap, answer->wait_minutes, answer->queue_minutes);
  error->trial = trial;
  return false;
}

bool pil_policy_desk_serve(pil_policy_desk *desk, uint64_t trial, pil_queue_answer *answer, pil_error *error) {
  const pil_queue_trial decisions = pil_policy_queue_trial(&desk->trial);
  const pil_queue_outcomes outcomes = {.outcome = desk->trial.outcome, .wait = desk->trial.wait};
  pil_queue_load(desk->queue, &decisions);
  pil_queue_serve(desk->queue, &desk->policy->desk, &outcomes, NULL, answer);
  return pil_policy_check_little(answer, trial, error);
}

bool pil_policy_desk_show(pil_policy_desk *desk, uint64_t trial, size_t count, pil_error *error) {
  const pil_owner owner = pil_policy_owner(trial);
  const pil_batch batch = {.first_trial = 1, .count = count, .inputs = desk->columns, .jumps = desk->jumps, .owner = &owner};
  return count == 0 || pil_inputs_fill(&desk->policy->inputs.plan, &batch, &desk->arena, error);
}
