/* The `correlate:` section: rank correlations among inputs, as a normal copula.
 * SPDX-License-Identifier: Apache-2.0 */
#include "correlate.h"

#include <math.h>
#include <string.h>

#include "../base/real.h"
#include "../base/text.h"

enum { MOST_ELEMENTS = 2000, MOST_REPORTED_PAIRS = 64 };
#define FIXED UINT32_MAX

/* One element of the matrix while it is built. */
typedef struct element {
  uint32_t input, index;
} element;

typedef struct builder {
  pil_arena *arena;
  const pil_input_values *values;
  pil_input *inputs;
  pil_input_set *set;
  element *elements;
  double *ranks; /* size × size, NaN where nothing was asked */
  size_t size, capacity;
  pil_error *error;
} builder;

static const char *input_name_at(const void *set, size_t index) {
  return ((const pil_input_set *)set)->plan.inputs[index].name;
}

/* A variant (or --set) made it a number, where the scenario draws it. */
static bool is_fixed(const builder *b, const pil_input *input) {
  if (input->origin != PIL_ORIGIN_CONSTANT && input->origin != PIL_ORIGIN_EXPRESSION) return false;
  return pil_value_find(b->values->inputs, input->name) != pil_value_find(b->values->own, input->name);
}

/* *index is FIXED for an input without luck of its own in this variant. */
static bool find_input(const builder *b, const pil_value *name_value, uint32_t *index) {
  const char *name;
  PIL_TRY(pil_value_get_text(name_value, "correlate: an input's name", &name, b->error));
  const pil_input_plan *plan = &b->set->plan;
  for (size_t i = 0; i < plan->input_count; i++) {
    if (strcmp(plan->inputs[i].name, name) != 0) continue;
    *index = FIXED;
    if (is_fixed(b, &plan->inputs[i])) return true;
    if (plan->inputs[i].origin != PIL_ORIGIN_DRAW) {
      return pil_error_set(b->error, PIL_FAILURE_INPUT, name_value->at,
                           "correlate: \"%s\" is not drawn from a distribution of its own, so it cannot be "
                           "correlated",
                           name);
    }
    *index = (uint32_t)i;
    return true;
  }
  const char *near = pil_text_nearest_of(name, input_name_at, b->set, plan->input_count);
  return pil_error_set(b->error, PIL_FAILURE_INPUT, name_value->at, "correlate: unknown input \"%s\"%s%s%s", name,
                       near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool element_index(builder *b, uint32_t input, uint32_t index, pil_place at, size_t *out) {
  for (size_t i = 0; i < b->size; i++) {
    if (b->elements[i].input != input || b->elements[i].index != index) continue;
    *out = i;
    return true;
  }
  if (b->size == b->capacity) {
    return pil_error_set(b->error, PIL_FAILURE_INPUT, at, "correlate: more than %zu correlated elements",
                         b->capacity);
  }
  b->elements[b->size] = (element){input, index};
  *out = b->size++;
  return true;
}

static bool ask(builder *b, size_t i, size_t j, double rank, pil_place at, bool *first) {
  double *cell = &b->ranks[i * b->capacity + j];
  *first = isnan(*cell);
  if (!isnan(*cell) && *cell != rank) {
    return pil_error_set(b->error, PIL_FAILURE_INPUT, at,
                         "correlate: \"%s\" and \"%s\" are given twice, with ranks %g and %g",
                         b->inputs[b->elements[i].input].name, b->inputs[b->elements[j].input].name, *cell,
                         rank);
  }
  *cell = b->ranks[j * b->capacity + i] = rank;
  return true;
}

static const char *element_name(const builder *b, size_t i) {
  const pil_input *input = &b->inputs[b->elements[i].input];
  return b->set->column_names[input->first_column + b->elements[i].index];
}

static uint32_t element_column(const builder *b, size_t i) {
  return (uint32_t)(b->inputs[b->elements[i].input].first_column + b->elements[i].index);
}

static void report_pair(builder *b, size_t i, size_t j, double rank) {
  if (b->set->pair_count == MOST_REPORTED_PAIRS) return;
  b->set->pairs[b->set->pair_count++] = (pil_correlation_pair){
      element_name(b, i), element_name(b, j), element_column(b, i), element_column(b, j), rank};
}

/* {inputs: [a, b, …], rank: r}: every pair of them. */
static bool read_inputs_entry(builder *b, const pil_value *names, double rank) {
  PIL_TRY(pil_value_get_list(names, "correlate: inputs", b->error));
  if (names->count < 2)
    return pil_value_refuse(names, "correlate: inputs", "at least two inputs", b->error);
  size_t *indexes = pil_arena_array(b->arena, names->count, sizeof *indexes), count = 0;
  if (indexes == NULL) return pil_error_memory(b->error);
  for (size_t i = 0; i < names->count; i++) {
    uint32_t input;
    PIL_TRY(find_input(b, names->items[i], &input));
    if (input == FIXED) continue;
    if (b->inputs[input].each != 0) {
      return pil_error_set(b->error, PIL_FAILURE_INPUT, names->items[i]->at,
                           "correlate: \"%s\" is an array; correlate its elements with {each: %s, rank: …}",
                           b->inputs[input].name, b->inputs[input].name);
    }
    PIL_TRY(element_index(b, input, 0, names->items[i]->at, &indexes[count]));
    for (size_t j = 0; j < count; j++) {
      bool first;
      if (indexes[count] == indexes[j])
        return pil_value_refuse(names->items[i], "correlate: inputs", "each input once", b->error);
      PIL_TRY(ask(b, indexes[j], indexes[count], rank, names->items[i]->at, &first));
      if (first) report_pair(b, indexes[j], indexes[count], rank);
    }
    count++;
  }
  return true;
}

/* {each: shock, rank: r}: every two elements of an array. Neighbours stand for all in the report. */
static bool read_each_entry(builder *b, const pil_value *name, double rank) {
  uint32_t input;
  PIL_TRY(find_input(b, name, &input));
  if (input == FIXED) return true;
  size_t each = b->inputs[input].each;
  if (each < 2) return pil_value_refuse(name, "correlate: each", "an input with each: 2 or more", b->error);
  size_t first = 0;
  bool new_pair = false;
  for (size_t e = 0; e < each; e++) {
    size_t index;
    PIL_TRY(element_index(b, input, (uint32_t)e, name->at, &index));
    if (e == 0) first = index;
    for (size_t other = first; other < index; other++)
      PIL_TRY(ask(b, other, index, rank, name->at, &new_pair));
  }
  if (!new_pair) return true;
  report_pair(b, first, first + 1, rank);
  if (each > 2) report_pair(b, first, first + each - 1, rank);
  return true;
}

static bool read_entry(builder *b, const pil_value *entry) {
  static const char *const keys[] = {"inputs", "each", "rank", NULL};
  PIL_TRY(pil_value_get_map(entry, "correlate", b->error));
  PIL_TRY(pil_value_check_keys(entry, "correlate", keys, b->error));
  const pil_value *names = pil_value_find(entry, "inputs"), *each = pil_value_find(entry, "each");
  const pil_value *rank_value = pil_value_find(entry, "rank");
  if ((names == NULL) == (each == NULL) || rank_value == NULL) {
    return pil_value_refuse(entry, "correlate", "{inputs: [a, b], rank: 0.3} or {each: a, rank: 0.3}",
                            b->error);
  }
  double rank;
  PIL_TRY(pil_value_get_number(rank_value, "correlate: rank", &rank, b->error));
  if (!(rank > -1 && rank < 1)) {
    return pil_error_set(b->error, PIL_FAILURE_INPUT, rank_value->at,
                         "correlate: rank must be between -1 and 1, not %s", rank_value->text);
  }
  return names != NULL ? read_inputs_entry(b, names, rank) : read_each_entry(b, each, rank);
}

/* Cholesky–Banachiewicz. At a pivot that is not positive the entries of that row contradict
 * what the rows above fix. */
static bool factorise(builder *b, const pil_value *correlate) {
  const double pi = 0x1.921fb54442d18p+1;
  size_t n = b->size;
  double *lower = pil_arena_array(b->arena, n * n + 1, sizeof *lower);
  if (lower == NULL) return pil_error_memory(b->error);
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++) {
      double rank = b->ranks[i * b->capacity + j];
      double sum = i == j ? 1 : isnan(rank) ? 0 : 2 * pil_sin(pi * rank / 6);
      for (size_t k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i != j) {
        lower[i * n + j] = sum / lower[j * n + j];
        continue;
      }
      if (sum > 1e-12) {
        lower[i * n + i] = sqrt(sum);
        continue;
      }
      pil_text names = {0};
      for (size_t k = 0; k < i; k++) {
        double other = b->ranks[i * b->capacity + k];
        if (!isnan(other))
          pil_text_format(&names, "%s\"%s\" and \"%s\" (%g)", names.length ? ", " : "", element_name(b, k),
                          element_name(b, i), other);
      }
      pil_error_set(b->error, PIL_FAILURE_INPUT, correlate->at,
                    "correlate: no numbers can have all these correlations at once (the matrix is not "
                    "positive definite); %s cannot stand beside the entries above; bring them nearer to 0",
                    pil_text_get(&names));
      pil_text_free(&names);
      return false;
    }
  }
  b->set->plan.factor.lower = lower;
  b->set->plan.factor.size = n;
  return true;
}

static bool mark_inputs(builder *b) {
  uint32_t *input_index = pil_arena_array(b->arena, b->size + 1, sizeof *input_index);
  uint32_t *index = pil_arena_array(b->arena, b->size + 1, sizeof *index);
  if (input_index == NULL || index == NULL) return pil_error_memory(b->error);
  for (size_t i = 0; i < b->size; i++) {
    input_index[i] = b->elements[i].input;
    index[i] = b->elements[i].index;
    if (b->inputs[input_index[i]].factor < 0) b->inputs[input_index[i]].factor = (int)i;
  }
  b->set->plan.factor.input_index = input_index;
  b->set->plan.factor.element = index;
  return true;
}

bool pil_correlate_read(pil_arena *arena, const pil_input_values *values, pil_input *inputs,
                        pil_input_set *set, pil_error *error) {
  const pil_value *correlate = values->correlate;
  if (correlate == NULL) return true;
  PIL_TRY(pil_value_get_list(correlate, "correlate", error));
  size_t most = 0;
  for (size_t i = 0; i < set->plan.input_count; i++)
    if (inputs[i].origin == PIL_ORIGIN_DRAW) most += inputs[i].each == 0 ? 1 : inputs[i].each;
  if (most > MOST_ELEMENTS) most = MOST_ELEMENTS;
  builder b = {.arena = arena, .values = values, .inputs = inputs, .set = set, .capacity = most,
               .error = error};
  b.elements = pil_arena_array(arena, most + 1, sizeof *b.elements);
  b.ranks = pil_arena_array(arena, most * most + 1, sizeof *b.ranks);
  set->pairs = pil_arena_array(arena, MOST_REPORTED_PAIRS, sizeof *set->pairs);
  if (b.elements == NULL || b.ranks == NULL || set->pairs == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < most * most; i++) b.ranks[i] = NAN;
  for (size_t i = 0; i < correlate->count; i++) PIL_TRY(read_entry(&b, correlate->items[i]));
  PIL_TRY(factorise(&b, correlate));
  return mark_inputs(&b);
}
