/* What the columns of decisions may hold: the support of a distribution or what was recorded, unless a domain says
 * otherwise; and decisions drawn within that.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "verify.h"

enum { MOST_VALUES = 1000, SAMPLES = 1023 };
#define MOST_WHOLE 0x1p53

/* ---- lists of values ---- */

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Rising, each once. */
static size_t tidy(double *values, size_t count) {
  size_t kept = 0;
  if (count > 1) qsort(values, count, sizeof *values, compare_numbers);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || values[kept - 1] != values[i]) values[kept++] = values[i];
  return kept;
}

static bool set_values(pil_verify *verify, pil_verify_column *column, const double *from, size_t count, pil_error *error) {
  double *values = pil_arena_array(&verify->arena, count + 1, sizeof *values);
  if (values == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < count; i++) values[i] = from == NULL ? (double)i : from[i];
  column->kind = PIL_PARTITION_VALUES;
  column->values = values;
  column->value_count = tidy(values, count);
  return true;
}

/* ---- where they come from ---- */

/* Indexes of what has any weight. */
static bool from_choices(pil_verify *verify, pil_verify_column *column, const pil_input *input, pil_error *error) {
  const pil_distribution *d = input->distribution;
  double *values = pil_arena_array(&verify->arena, d->count + 1, sizeof *values);
  size_t count = 0;
  if (values == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < d->count; i++) {
    if (d->cumulative[i] <= (i == 0 ? 0 : d->cumulative[i - 1])) continue;
    values[count++] = input->choice_values == NULL ? (double)i : input->choice_values[i];
  }
  count = tidy(values, count);
  column->low = values[0];
  column->high = values[count - 1];
  bool is_number = column->field->kind == PIL_FIELD_FLOAT || column->field->kind == PIL_FIELD_INTEGER;
  if (is_number && count > MOST_VALUES) return true;
  return set_values(verify, column, values, count, error);
}

static bool from_distribution(pil_verify *verify, pil_verify_column *column, const pil_input *input, pil_error *error) {
  if (input->distribution->family == PIL_FAMILY_discrete) return from_choices(verify, column, input, error);
  pil_distribution_support(input->distribution, &column->low, &column->high);
  if (column->field->kind != PIL_FIELD_BOOLEAN) return true;
  double p = input->distribution->parameters[0];
  const double truths[2] = {p >= 1 ? 1 : 0, p <= 0 ? 0 : 1};
  return set_values(verify, column, truths, 2, error);
}

static bool from_rows(pil_verify *verify, pil_verify_column *column, const double *values, pil_error *error) {
  size_t count = verify->policy->recorded;
  if (column->field->kind == PIL_FIELD_TEXT || column->field->kind == PIL_FIELD_BOOLEAN)
    return set_values(verify, column, values, count, error);
  column->low = HUGE_VAL;
  column->high = -HUGE_VAL;
  for (size_t i = 0; i < count; i++) {
    column->low = fmin(column->low, values[i]);
    column->high = fmax(column->high, values[i]);
  }
  return true;
}

static bool from_input(pil_verify *verify, const pil_input *input, size_t at, pil_verify_column *column, pil_error *error) {
  switch (input->origin) {
    case PIL_ORIGIN_CONSTANT: return set_values(verify, column, &input->constant, 1, error);
    case PIL_ORIGIN_DRAW: return from_distribution(verify, column, input, error);
    case PIL_ORIGIN_ROW:
      for (size_t m = 0; m < input->member_count; m++)
        if (input->members[m].first_column == at) return from_rows(verify, column, input->members[m].values, error);
      return true;
    default: column->kind = PIL_PARTITION_COMPUTED; return true;
  }
}

static const pil_input *input_of(const pil_verify *verify, size_t at) {
  const pil_input_plan *plan = &verify->policy->inputs.plan;
  const pil_input *found = NULL;
  for (size_t i = 0; i < plan->input_count; i++)
    if (plan->inputs[i].first_column <= at && (found == NULL || plan->inputs[i].first_column >= found->first_column))
      found = &plan->inputs[i];
  return found;
}

/* ---- domains ---- */

/* The field's texts, and those of the domain that are new. */
static bool widen_texts(pil_verify *verify, pil_field *field, const pil_domain *domain, pil_verify_column *column,
                        pil_error *error) {
  size_t count = field->choice_count;
  const char **choices = pil_arena_array(&verify->arena, count + domain->text_count + 1, sizeof *choices);
  double *values = pil_arena_array(&verify->arena, domain->text_count + 1, sizeof *values);
  if (choices == NULL || values == NULL) return pil_error_memory(error);
  if (count > 0) memcpy(choices, field->choices, count * sizeof *choices);
  for (size_t i = 0; i < domain->text_count; i++) {
    size_t index = 0;
    while (index < count && strcmp(choices[index], domain->texts[i]) != 0) index++;
    if (index == count) choices[count++] = domain->texts[i];
    values[i] = (double)index;
  }
  field->choices = choices;
  field->choice_count = count;
  field->is_constant = false;
  return set_values(verify, column, values, domain->text_count, error);
}

static bool apply_domain(pil_verify *verify, pil_field *field, const pil_domain *domain, pil_verify_column *column,
                         pil_error *error) {
  column->has_domain = true;
  if (field->kind == PIL_FIELD_TEXT) return widen_texts(verify, field, domain, column, error);
  field->is_constant = false;
  if (field->kind == PIL_FIELD_BOOLEAN) {
    const double truths[2] = {domain->truths[0] ? 0 : 1, domain->truths[1] ? 1 : 0};
    return set_values(verify, column, truths, 2, error);
  }
  column->kind = PIL_PARTITION_NUMBERS;
  column->low = domain->low;
  column->high = domain->high;
  return true;
}

static const pil_domain *domain_of(const pil_verify *verify, const pil_field *field) {
  const pil_promises *promises = verify->policy->promises;
  for (size_t i = 0; promises != NULL && i < promises->domain_count; i++)
    if (strcmp(promises->domains[i].field->name, field->name) == 0) return &promises->domains[i];
  return NULL;
}

/* ---- columns ---- */

static bool make_column(pil_verify *verify, pil_field *field, size_t at, pil_error *error) {
  pil_verify_column *column = &verify->columns[at];
  const pil_domain *domain = domain_of(verify, field);
  *column = (pil_verify_column){.field = field, .is_whole = field->kind == PIL_FIELD_INTEGER, .low = -HUGE_VAL, .high = HUGE_VAL};
  column->name = field->each > 0 ? pil_arena_format(&verify->arena, "d.%s[%zu]", field->name, at - field->first_column + 1)
                                 : pil_arena_format(&verify->arena, "d.%s", field->name);
  if (column->name == NULL) return pil_error_memory(error);
  PIL_TRY(from_input(verify, input_of(verify, at), at, column, error));
  if (domain != NULL) PIL_TRY(apply_domain(verify, field, domain, column, error));
  if (column->is_whole) { /* further out, not every whole number is one */
    column->low = fmax(ceil(column->low), -MOST_WHOLE);
    column->high = fmin(floor(column->high), MOST_WHOLE);
  }
  verify->inputs[at] = (pil_partition_input){column->name, column->kind, column->low, column->high, column->values,
                                             column->value_count};
  return true;
}

static bool make_columns(pil_verify *verify, pil_error *error) {
  const pil_input_set *set = &verify->policy->inputs;
  size_t count = verify->column_count = set->plan.column_count;
  verify->fields = pil_arena_array(&verify->arena, set->field_count + 1, sizeof *verify->fields);
  verify->columns = pil_arena_array(&verify->arena, count + 1, sizeof *verify->columns);
  verify->inputs = pil_arena_array(&verify->arena, count + 1, sizeof *verify->inputs);
  if (verify->fields == NULL || verify->columns == NULL || verify->inputs == NULL) return pil_error_memory(error);
  memcpy(verify->fields, set->fields, set->field_count * sizeof *verify->fields);
  for (size_t f = 0; f < set->field_count; f++) {
    pil_field *field = &verify->fields[f];
    for (size_t i = 0; i < (field->each == 0 ? 1 : field->each); i++)
      PIL_TRY(make_column(verify, field, field->first_column + i, error));
  }
  return true;
}

/* ---- drawing ---- */

bool pil_verify_may_be(const pil_verify_column *column, double value) {
  if (column->kind == PIL_PARTITION_NUMBERS)
    return isfinite(value) && value >= column->low && value <= column->high && (!column->is_whole || value == floor(value));
  for (size_t i = 0; i < column->value_count; i++)
    if (column->values[i] == value) return true;
  return false;
}

/* Half of what has a domain, and what is drawn beyond it, is anything within. */
static double within_domain(const pil_verify_column *column, double drawn, uint64_t word) {
  double u = pil_uniform(word << 1);
  if (pil_verify_may_be(column, drawn) && word >> 63 == 0) return drawn;
  if (column->kind == PIL_PARTITION_VALUES) return column->values[(size_t)(u * (double)column->value_count)];
  double low = isfinite(column->low) ? column->low : isfinite(column->high) ? column->high - 1e6 : -1e6;
  double high = isfinite(column->high) ? column->high : low + 1e6, value = low + u * (high - low);
  if (column->is_whole) value = floor(value + 0.5);
  return fmin(fmax(value, column->low), column->high);
}

bool pil_verify_draw(const pil_verify *verify, uint64_t first, size_t count, double **columns, pil_error *error) {
  const pil_input_plan *plan = &verify->policy->inputs.plan;
  const pil_owner owner = {.prefix = "decision:", .hash = pil_text_hash("decision:", 9), .trial = 1 + first / 1000000000};
  pil_arena scratch = {0};
  pil_jump *jumps = pil_arena_array(&scratch, count + 1, sizeof *jumps);
  if (jumps == NULL) return pil_error_memory(error);
  pil_jumps_fill(jumps, count);
  const pil_batch batch = {.first_trial = 1 + first, .count = count, .inputs = columns, .jumps = jumps, .owner = &owner};
  bool good = pil_inputs_fill(plan, &batch, &scratch, error);
  for (size_t c = 0; good && c < verify->column_count; c++) {
    if (!verify->columns[c].has_domain) continue;
    pil_stream stream = pil_stream_at(plan->seed, pil_text_hash("verify:domain", 13), c);
    pil_stream_advance(&stream, first);
    for (size_t i = 0; i < count; i++) columns[c][i] = within_domain(&verify->columns[c], columns[c][i], pil_stream_next(&stream));
  }
  pil_arena_free(&scratch);
  return good;
}

/* ---- what is usual ---- */

/* A number of two digits near it, if the column may hold it. */
static double shorten(const pil_verify_column *column, double value) {
  char text[40];
  snprintf(text, sizeof text, "%.1e", value);
  double shorter = strtod(text, NULL);
  return pil_verify_may_be(column, shorter) ? shorter : value;
}

static double most_frequent(const pil_verify_column *column, const double *sorted, size_t count) {
  double best = column->values[0];
  size_t most = 0;
  for (size_t from = 0, to; from < count; from = to) {
    for (to = from; to < count && sorted[to] == sorted[from]; to++) continue;
    if (to - from <= most || !pil_verify_may_be(column, sorted[from])) continue;
    most = to - from;
    best = sorted[from];
  }
  return best;
}

static bool find_usual(pil_verify *verify, pil_error *error) {
  pil_arena scratch = {0};
  double **columns = pil_arena_array(&scratch, verify->column_count + 1, sizeof *columns);
  bool good = columns != NULL;
  for (size_t c = 0; good && c < verify->column_count; c++)
    good = (columns[c] = pil_arena_array(&scratch, SAMPLES, sizeof **columns)) != NULL;
  good = good ? pil_verify_draw(verify, 0, SAMPLES, columns, error) : pil_error_memory(error);
  for (size_t c = 0; good && c < verify->column_count; c++) {
    pil_verify_column *column = &verify->columns[c];
    qsort(columns[c], SAMPLES, sizeof **columns, compare_numbers);
    if (column->kind == PIL_PARTITION_VALUES) column->usual = most_frequent(column, columns[c], SAMPLES);
    else if (column->kind == PIL_PARTITION_NUMBERS) column->usual = shorten(column, columns[c][SAMPLES / 2]);
  }
  pil_arena_free(&scratch);
  return good;
}

bool pil_verify_open(pil_verify *verify, const pil_policy *policy, uint64_t tries, pil_error *error) {
  *verify = (pil_verify){.policy = policy, .tries = tries};
  if (make_columns(verify, error) && find_usual(verify, error)) return true;
  pil_verify_close(verify);
  return false;
}

void pil_verify_close(pil_verify *verify) {
  pil_arena_free(&verify->arena);
}
