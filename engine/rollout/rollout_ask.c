/* The questions of a scenario, asked of its tables: names are checked, then studied.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rollout_answer.h"

/* ---- outputs by name, which are known only now ---- */

static const char *output_at(const void *result, size_t index) {
  return ((const pil_table_result *)result)->outputs[index].spec->name;
}

/* "what: no trial returned …", with the nearest name. */
static bool refuse_missing(const pil_rollout_answer *answer, const pil_named_output *named, const char *what,
                           const char *kind, pil_error *error) {
  const pil_table_result *result = &answer->variants[0].result;
  const char *near = pil_text_nearest_of(named->name, output_at, result, result->output_count);
  return pil_error_set(error, PIL_FAILURE_INPUT, named->at, "%s: no trial returned %s \"%s\"%s%s%s", what, kind,
                       named->name, near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The first variant's that has it. NULL where none has. */
static const pil_output_result *find_output(const pil_rollout_answer *answer, const char *name) {
  const pil_output_result *found = NULL;
  for (size_t v = 0; v < answer->rollout->variant_count && found == NULL; v++)
    found = pil_table_result_find(&answer->variants[v].result, name);
  return found;
}

static bool check_output(const pil_rollout_answer *answer, const pil_named_output *named, const char *what,
                         pil_error *error) {
  if (named->name == NULL || find_output(answer, named->name) != NULL) return true;
  return refuse_missing(answer, named, what, "one number a trial called", error);
}

static bool refuse_text(const pil_named_output *named, const char *name, const char *what, pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_INPUT, named->at, "%s: \"%s\" is a text, and a number is needed", what,
                       name);
}

static bool check_number(const pil_rollout_answer *answer, const pil_named_output *named, const char *what,
                         pil_error *error) {
  PIL_TRY(check_output(answer, named, what, error));
  if (named->name == NULL || !find_output(answer, named->name)->is_text) return true;
  return refuse_text(named, named->name, what, error);
}

/* A number of which it is known which way is good. */
static bool check_directed(const pil_rollout_answer *answer, const pil_named_output *named, const char *what,
                           pil_error *error) {
  PIL_TRY(check_number(answer, named, what, error));
  const pil_output_result *output = find_output(answer, named->name);
  if (output->spec->better != PIL_BETTER_UNKNOWN) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, named->at,
                       "%s: which way is good for \"%s\"? Say \"better: higher\" or \"better: lower\" of it "
                       "under outputs",
                       what, named->name);
}

/* A record's name: a prefix of some outputs, all numbers. Where `or_output`, one number does too. */
static bool check_record(const pil_rollout_answer *answer, const pil_named_output *named, const char *what,
                         bool or_output, pil_error *error) {
  if (named->name == NULL) return true;
  bool found = false;
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    const pil_table_result *all = &answer->variants[v].result;
    for (size_t i = 0; i < all->output_count; i++) {
      const pil_output_result *output = &all->outputs[i];
      if (!pil_output_is_member(output->spec->name, named->name)) continue;
      if (output->is_text) return refuse_text(named, output->spec->name, what, error);
      found = true;
    }
  }
  if (found) return true;
  if (or_output && find_output(answer, named->name) != NULL) return check_number(answer, named, what, error);
  const pil_table_result *result = &answer->variants[0].result;
  const char *record = NULL;
  for (size_t i = 0; i < result->output_count && record == NULL; i++) {
    const char *name = result->outputs[i].spec->name, *dot = strchr(name, '.');
    if (dot == NULL) continue;
    const char *own = pil_arena_copy(answer->arena, name, (size_t)(dot - name));
    if (own == NULL) return pil_error_memory(error);
    record = pil_text_nearest(named->name, &own, 1);
  }
  if (record == NULL) return refuse_missing(answer, named, what, "a record called", error);
  return pil_error_set(error, PIL_FAILURE_INPUT, named->at,
                       "%s: no trial returned a record called \"%s\", did you mean \"%s\"?", what, named->name,
                       record);
}

static const char *text_at(const void *texts, size_t index) {
  return ((const pil_dictionary *)texts)->texts[index];
}

/* A text may be rare; one that no trial returned and that resembles another is misspelt. */
static bool check_text(const pil_rollout_answer *answer, const pil_event_spec *event, const char *what,
                       pil_error *error) {
  const char *near = NULL;
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    const pil_dictionary *texts = &answer->variants[v].variant->table.texts;
    for (size_t i = 0; i < texts->count; i++)
      if (strcmp(texts->texts[i], event->is) == 0) return true;
    if (near == NULL) near = pil_text_nearest_of(event->is, text_at, texts, texts->count);
  }
  if (near == NULL) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, event->output.at,
                       "%s: \"%s\" never is \"%s\", did you mean \"%s\"?", what, event->output.name, event->is,
                       near);
}

static bool check_event(const pil_rollout_answer *answer, const pil_event_spec *event, const char *what,
                        pil_error *error) {
  if (event->output.name == NULL) return true;
  PIL_TRY(check_output(answer, &event->output, what, error));
  bool is_text = find_output(answer, event->output.name)->is_text;
  if (is_text && event->is != NULL) return check_text(answer, event, what, error);
  if (is_text == (event->is != NULL)) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, event->output.at,
                       is_text ? "%s: \"%s\" is a text: say which, such as {output: %s, is: scale}"
                               : "%s: \"%s\" is no text: write its name only, %s",
                       what, event->output.name, event->output.name);
}

/* ---- studied ---- */

static const pil_variant_answer *find_variant(const pil_rollout_answer *answer, const char *name) {
  for (size_t v = 0; v < answer->rollout->variant_count; v++)
    if (strcmp(answer->variants[v].variant->name, name) == 0) return &answer->variants[v];
  return NULL;
}

static bool ask_options(pil_rollout_answer *answer, const pil_questions *questions, pil_error *error) {
  answer->options = pil_arena_array(answer->arena, questions->option_count + 1, sizeof *answer->options);
  if (answer->options == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < questions->option_count; i++) {
    const pil_option_spec *spec = &questions->options[i];
    const char *what = pil_arena_format(answer->arena, "option \"%s\": output", spec->name);
    if (what == NULL) return pil_error_memory(error);
    PIL_TRY(check_directed(answer, &spec->output, what, error));
    const pil_variant_answer *with = find_variant(answer, spec->with);
    const pil_variant_answer *without = find_variant(answer, spec->without);
    if (with == NULL || without == NULL) continue;
    answer->option_count += pil_study_option(spec, &with->result, &without->result, answer->row_count,
                                             &answer->options[answer->option_count]);
  }
  return true;
}

static bool ask_gates(pil_rollout_answer *answer, const pil_gates_spec *spec, pil_error *error) {
  if (spec->good.output.name == NULL) return true;
  PIL_TRY(check_event(answer, &spec->good, "gates: good", error));
  PIL_TRY(check_event(answer, &spec->promoted, "gates: promoted", error));
  PIL_TRY(check_event(answer, &spec->rolled_back, "gates: rolled_back", error));
  PIL_TRY(check_number(answer, &spec->months_lost, "gates: months_lost", error));
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    pil_variant_answer *own = &answer->variants[v];
    PIL_TRY(pil_study_gates(answer->arena, spec, &own->variant->table, &own->result, answer->row_count,
                            &own->gates, error));
  }
  return true;
}

static bool ask_risks(pil_rollout_answer *answer, const pil_questions *questions, pil_error *error) {
  const pil_risks_spec *spec = &questions->risks;
  if (spec->residual.name == NULL) return true;
  PIL_TRY(check_record(answer, &spec->residual, "risks: residual", false, error));
  PIL_TRY(check_record(answer, &spec->inherent, "risks: inherent", false, error));
  PIL_TRY(check_record(answer, &spec->mitigation_cost, "risks: mitigation_cost", true, error));
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    pil_variant_answer *own = &answer->variants[v];
    PIL_TRY(pil_study_risks(answer->arena, spec, &own->result, answer->row_count, questions->level,
                            &own->risks, error));
  }
  return true;
}

static bool ask_tail(pil_rollout_answer *answer, const char *name, double level, pil_error *error) {
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    pil_variant_answer *own = &answer->variants[v];
    const pil_output_result *output = pil_table_result_find(&own->result, name);
    if (output == NULL || output->is_text) continue;
    pil_output_tail *tail = &own->tails[own->tail_count++];
    tail->spec = output->spec;
    PIL_TRY(pil_tail_fill(&tail->tail, output->cells, answer->row_count, level,
                          output->spec->better == PIL_BETTER_LOWER, error));
  }
  return true;
}

/* What is asked for; else the output that comes first, where it is money and a goal or `better`
 * says which way is good. */
static bool ask_tails(pil_rollout_answer *answer, const pil_questions *questions, pil_error *error) {
  for (size_t v = 0; v < answer->rollout->variant_count; v++) {
    pil_variant_answer *own = &answer->variants[v];
    own->tails = pil_arena_array(answer->arena, questions->tail_count + 1, sizeof *own->tails);
    if (own->tails == NULL) return pil_error_memory(error);
  }
  for (size_t i = 0; i < questions->tail_count; i++) {
    PIL_TRY(check_directed(answer, &questions->tails[i], "tails: outputs", error));
    PIL_TRY(ask_tail(answer, questions->tails[i].name, questions->level, error));
  }
  if (questions->tails_asked || answer->variants[0].result.output_count == 0) return true;
  const pil_output_spec *first = answer->variants[0].result.outputs[0].spec;
  const char *currency = answer->rollout->head.currency;
  bool is_money = currency[0] != '\0' && strcmp(first->unit, currency) == 0;
  if (!is_money || first->better == PIL_BETTER_UNKNOWN) return true;
  return ask_tail(answer, first->name, questions->level, error);
}

bool pil_rollout_ask(pil_rollout_answer *answer, pil_error *error) {
  const pil_questions *questions = &answer->rollout->questions;
  PIL_TRY(ask_options(answer, questions, error));
  PIL_TRY(ask_gates(answer, &questions->gates, error));
  PIL_TRY(ask_risks(answer, questions, error));
  return ask_tails(answer, questions, error);
}
