/* Values at which a policy may change its mind: found in its path, its code, its settings, and among what the
 * scenario's decisions have. Whether it does is for the search to ask.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../policy/policy_run.h"
#include "../statistics/moments.h"
#include "explain.h"

enum { MOST_NUMBERS = 4000, MOST_SETTINGS = 2000, MOST_TEXTS = 500, SAMPLE = 512, QUANTILES = 20, FIRST_PROBE = -6,
       LAST_PROBE = 30 };

bool pil_numbers_add(pil_numbers *numbers, pil_arena *arena, double number) {
  if (!isfinite(number) || numbers->count == MOST_NUMBERS) return true;
  for (size_t i = 0; i < numbers->count; i++)
    if (numbers->list[i] == number) return true;
  if (numbers->count == numbers->capacity) {
    size_t capacity = numbers->capacity == 0 ? 32 : 2 * numbers->capacity;
    double *grown = pil_arena_array(arena, capacity, sizeof *grown);
    if (grown == NULL) return false;
    if (numbers->count > 0) memcpy(grown, numbers->list, numbers->count * sizeof *grown);
    numbers->list = grown;
    numbers->capacity = capacity;
  }
  numbers->list[numbers->count++] = number;
  return true;
}

/* ---- what is written ---- */

static bool add_constants(const pil_function *function, pil_numbers *numbers, pil_arena *arena) {
  for (uint32_t i = 0; i < function->constant_count; i++) {
    const pil_constant *k = &function->constants[i];
    if (k->kind == PIL_CONSTANT_INTEGER && !pil_numbers_add(numbers, arena, (double)k->integer)) return false;
    if (k->kind == PIL_CONSTANT_NUMBER && !pil_numbers_add(numbers, arena, k->number)) return false;
  }
  for (uint32_t pc = 0; pc < function->code_count; pc++) { /* small ones stand in instructions */
    uint32_t word = function->code[pc];
    unsigned op = pil_op(word);
    if (op >= PIL_OP_EQI && op <= PIL_OP_GEI && !pil_numbers_add(numbers, arena, (int)pil_op_b(word) - 127))
      return false;
    if ((op == PIL_OP_LOADI || op == PIL_OP_LOADF) && !pil_numbers_add(numbers, arena, (int)pil_op_bx(word) - 65535))
      return false;
  }
  for (uint32_t i = 0; i < function->function_count; i++)
    if (!add_constants(&function->functions[i], numbers, arena)) return false;
  return true;
}

static bool add_settings(const pil_value *value, pil_numbers *numbers, pil_arena *arena, int *left) {
  if (value == NULL || --*left < 0) return true;
  if (value->kind == PIL_KIND_INTEGER || value->kind == PIL_KIND_NUMBER)
    return pil_numbers_add(numbers, arena, value->number);
  if (value->kind == PIL_KIND_LIST)
    for (size_t i = 0; i < value->count; i++)
      if (!add_settings(value->items[i], numbers, arena, left)) return false;
  if (value->kind == PIL_KIND_MAP)
    for (size_t i = 0; i < value->count; i++)
      if (!add_settings(value->entries[i].value, numbers, arena, left)) return false;
  return true;
}

static bool is_number(const pil_trace_value *value) {
  return value->kind == PIL_TRACE_INTEGER || value->kind == PIL_TRACE_FLOAT;
}

static bool add_path(const pil_trace *trace, pil_numbers *numbers, pil_arena *arena) {
  for (size_t i = 0; i < trace->test_count; i++) {
    const pil_trace_test *test = &trace->tests[i];
    if (test->is_truth || !is_number(&test->left) || !is_number(&test->right)) continue;
    if (!pil_numbers_add(numbers, arena, test->left.number) || !pil_numbers_add(numbers, arena, test->right.number))
      return false;
  }
  return true;
}

/* ---- what the scenario's decisions have ---- */

static int by_number(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static bool summarise(double *cells, size_t count, pil_numbers *numbers, double *spread, pil_arena *arena) {
  pil_moments moments = {0};
  pil_moments_add(&moments, cells, count); /* SAMPLE is one block of them */
  *spread = pil_moments_sd(&moments);
  if (!(*spread > 0 && isfinite(*spread))) *spread = 0;
  qsort(cells, count, sizeof *cells, by_number);
  for (size_t q = 0; q <= QUANTILES; q++)
    if (!pil_numbers_add(numbers, arena, cells[q * (count - 1) / QUANTILES])) return false;
  return true;
}

/* The first decisions of the first trial, by column. */
static bool sample(const pil_explanation *e, pil_candidates *c, pil_error *error) {
  const pil_policy *policy = e->subject->policy;
  pil_policy_desk desk;
  size_t count = policy->width < SAMPLE ? policy->width : SAMPLE;
  bool good = pil_policy_desk_open(&desk, policy, pil_policy_own(policy), error) &&
              pil_policy_desk_show(&desk, 1, count, error);
  for (size_t f = 0; good && f < e->decision.field_count; f++) {
    const pil_field *known = pil_policy_field(policy, e->decision.fields[f].name);
    if (known == NULL || known->each > 0 || known->expression >= 0 || known->kind > PIL_FIELD_INTEGER) continue;
    good = summarise(desk.columns[known->first_column], count, &c->numbers[f], &c->spreads[f], e->arena) ||
           pil_error_memory(error);
  }
  pil_policy_desk_close(&desk);
  return good;
}

/* ---- where the comparisons of the path turn ---- */

/* left - right of each comparison is taken as linear in the field, from two traces that go the same way. */
static bool add_turns(const pil_trace *trace, const pil_trace *moved, double from, double to, pil_numbers *numbers,
                      pil_arena *arena) {
  for (size_t i = 0; i < trace->test_count && i < moved->test_count; i++) {
    const pil_trace_test *a = &trace->tests[i], *b = &moved->tests[i];
    if (a->function != b->function || a->pc != b->pc) break;
    if (!a->is_truth && is_number(&a->left) && is_number(&a->right) && is_number(&b->left) && is_number(&b->right)) {
      double before = a->left.number - a->right.number, after = b->left.number - b->right.number;
      if (after != before && !pil_numbers_add(numbers, arena, from - before * (to - from) / (after - before)))
        return false;
    }
    if (a->holds != b->holds) break;
  }
  return true;
}

static bool find_turns(const pil_explanation *e, size_t f, double spread, pil_numbers *numbers, pil_error *error) {
  pil_field *field = &e->decision.fields[f];
  pil_arena scratch = {0};
  pil_trace moved;
  double from = field->constant, step = spread > 0 ? spread / 8 : from != 0 ? fabs(from) / 8 : 1;
  double to = field->kind == PIL_FIELD_INTEGER ? from + fmax(1, floor(step)) : from + step;
  field->constant = to;
  bool good = pil_trace_run(&scratch, e->subject->image, e->decision.fields, e->decision.field_count, NULL, NULL,
                            &moved, error);
  field->constant = from;
  good = good && (add_turns(&e->trace, &moved, from, to, numbers, e->arena) || pil_error_memory(error));
  pil_arena_free(&scratch);
  return good;
}

/* Further and further away, so that the search has something behind a threshold that is written nowhere. */
static bool add_probes(const pil_field *field, double spread, pil_numbers *numbers, pil_arena *arena) {
  double step = spread > 0 ? spread : field->constant != 0 ? fabs(field->constant) : 1;
  for (int power = FIRST_PROBE; power <= LAST_PROBE; power++)
    if (!pil_numbers_add(numbers, arena, field->constant + ldexp(step, power)) ||
        !pil_numbers_add(numbers, arena, field->constant - ldexp(step, power)))
      return false;
  return true;
}

/* ---- texts ---- */

static bool add_text(pil_candidates *c, size_t f, const char *text) {
  for (size_t i = 0; i < c->text_counts[f]; i++)
    if (strcmp(c->texts[f][i], text) == 0) return true;
  if (c->text_counts[f] < MOST_TEXTS) c->texts[f][c->text_counts[f]++] = text;
  return true;
}

/* "d.category", or "category" in a function that is given it. */
static bool names_field(const char *phrase, const char *field) {
  size_t length = strlen(phrase), own = strlen(field);
  return length >= own && strcmp(phrase + length - own, field) == 0 &&
         (length == own || phrase[length - own - 1] == '.');
}

/* What the code compares with this field, or (any) with whatever. */
static bool add_compared(const pil_explanation *e, const pil_function *function, bool any, size_t f,
                         pil_candidates *c) {
  const char *name = e->decision.fields[f].member != NULL ? e->decision.fields[f].member : e->decision.fields[f].name;
  for (uint32_t pc = 0; pc < function->code_count; pc++) {
    uint32_t word = function->code[pc];
    pil_trace_phrase phrase;
    if (pil_op(word) != PIL_OP_EQK || function->constants[pil_op_b(word)].kind != PIL_CONSTANT_TEXT) continue;
    if (!any && !pil_trace_phrase_of(e->arena, function, pc, NULL, &phrase)) return false;
    if (any || names_field(phrase.left, name)) add_text(c, f, function->constants[pil_op_b(word)].text);
  }
  for (uint32_t i = 0; i < function->function_count; i++)
    if (!add_compared(e, &function->functions[i], any, f, c)) return false;
  return true;
}

static bool find_texts(const pil_explanation *e, size_t f, pil_candidates *c) {
  const pil_field *field = &e->decision.fields[f], *known = pil_policy_field(e->subject->policy, field->name);
  c->texts[f] = pil_arena_array(e->arena, MOST_TEXTS, sizeof *c->texts[f]);
  if (c->texts[f] == NULL) return false;
  add_text(c, f, field->choices[0]); /* the first is the decision's own */
  for (size_t i = 0; known != NULL && i < known->choice_count; i++) add_text(c, f, known->choices[i]);
  for (size_t i = 0; i < e->file_count; i++)
    if (!add_compared(e, e->files[i].chunk, false, f, c)) return false;
  for (size_t i = 0; c->text_counts[f] == 1 && i < e->file_count; i++)
    if (!add_compared(e, e->files[i].chunk, true, f, c)) return false;
  return true;
}

/* ---- the whole ---- */

static bool open(const pil_explanation *e, pil_candidates *c) {
  size_t count = e->decision.field_count + 1;
  *c = (pil_candidates){0};
  c->numbers = pil_arena_array(e->arena, count, sizeof *c->numbers);
  c->texts = pil_arena_array(e->arena, count, sizeof *c->texts);
  c->text_counts = pil_arena_array(e->arena, count, sizeof *c->text_counts);
  c->spreads = pil_arena_array(e->arena, count, sizeof *c->spreads);
  return c->numbers != NULL && c->texts != NULL && c->text_counts != NULL && c->spreads != NULL;
}

bool pil_candidates_find(const pil_explanation *e, pil_candidates *c, pil_error *error) {
  int left = MOST_SETTINGS;
  if (!open(e, c)) return pil_error_memory(error);
  if (!e->subject->policy->is_bare) PIL_TRY(sample(e, c, error));
  bool good = add_settings(e->subject->source->settings, &c->shared, e->arena, &left);
  for (size_t i = 0; good && i < e->file_count; i++) good = add_constants(e->files[i].chunk, &c->shared, e->arena);
  if (!good || !add_path(&e->trace, &c->shared, e->arena)) return pil_error_memory(error);
  for (size_t f = 0; f < e->decision.field_count; f++) {
    const pil_field *field = &e->decision.fields[f];
    if (field->each > 0 || !field->is_constant || field->kind == PIL_FIELD_BOOLEAN) continue;
    if (field->kind == PIL_FIELD_TEXT) {
      if (!find_texts(e, f, c)) return pil_error_memory(error);
      continue;
    }
    if (!add_probes(field, c->spreads[f], &c->numbers[f], e->arena)) return pil_error_memory(error);
    if (e->trace.is_whole) PIL_TRY(find_turns(e, f, c->spreads[f], &c->numbers[f], error));
    for (size_t i = 0; i < c->shared.count; i++)
      if (!pil_numbers_add(&c->numbers[f], e->arena, c->shared.list[i])) return pil_error_memory(error);
  }
  return true;
}
