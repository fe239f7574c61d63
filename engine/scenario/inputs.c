/* The `inputs:` section, made into columns to fill and fields to show.
 * SPDX-License-Identifier: Apache-2.0 */
#include "inputs.h"

#include <math.h>
#include <string.h>

#include "../base/text.h"
#include "../data/spec.h"
#include "correlate.h"

enum { MOST_EACH = 10000 };

/* The whole numbers up to here are doubles, as all columns are. */
#define EXACT_WHOLE (INT64_C(1) << 53)

typedef struct reader {
  pil_arena *arena;
  pil_datasets *datasets;
  pil_input_set *set;
  pil_input *inputs;
  pil_error *error;
  size_t field_capacity, column_capacity;
} reader;

/* Words that a name may not be: Lua's own, and the libraries that an input would hide. */
static const char *const lua_words[] = {
    "and", "break", "do",  "else", "elseif", "end",    "false", "for",  "function", "goto",  "if",
    "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",    "until", "while"};
static const char *const libraries[] = {"math", "string", "table", "utf8", "draw"};

static bool check_name(const reader *r, const pil_entry *entry) {
  const char *name = entry->key;
  if (!pil_text_is_name(name) || strlen(name) > 100) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, entry->key_at,
                         "inputs: \"%s\" cannot be an input's name: a name is ASCII letters, digits and "
                         "underscores and does not begin with a digit",
                         name);
  }
  for (size_t i = 0; i < sizeof lua_words / sizeof *lua_words; i++) {
    if (strcmp(name, lua_words[i]) == 0) {
      return pil_error_set(r->error, PIL_FAILURE_INPUT, entry->key_at,
                           "inputs: input name \"%s\" is a word of Lua, so a script could not write x.%s", name,
                           name);
    }
  }
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    if (strcmp(name, libraries[i]) == 0) {
      return pil_error_set(r->error, PIL_FAILURE_INPUT, entry->key_at,
                           "inputs: input name \"%s\" hides a library of the script; choose another", name);
    }
  }
  return true;
}

/* ---- fields and columns ---- */

/* A field with its columns; grown in the arena since rows and arrays bring many. */
static pil_field *add_field(reader *r, const char *name, const char *member, pil_field_kind kind,
                            size_t each, pil_place at) {
  pil_input_set *set = r->set;
  size_t columns = each == 0 ? 1 : each;
  if (set->field_count == r->field_capacity) {
    size_t capacity = 2 * r->field_capacity + 16;
    pil_field *grown = pil_arena_array(r->arena, capacity, sizeof *grown);
    if (grown == NULL) return NULL;
    if (set->field_count > 0) memcpy(grown, set->fields, set->field_count * sizeof *grown);
    set->fields = grown;
    r->field_capacity = capacity;
  }
  if (set->plan.column_count + columns > r->column_capacity) {
    size_t capacity = 2 * (r->column_capacity + columns);
    const char **grown = pil_arena_array(r->arena, capacity, sizeof *grown);
    if (grown == NULL) return NULL;
    if (set->plan.column_count > 0)
      memcpy(grown, set->column_names, set->plan.column_count * sizeof *grown);
    set->column_names = grown;
    r->column_capacity = capacity;
  }
  pil_field *field = &set->fields[set->field_count++];
  *field = (pil_field){.name = name, .member = member, .kind = kind, .each = each,
                       .first_column = set->plan.column_count, .expression = -1, .at = at};
  for (size_t c = 0; c < columns; c++) {
    const char *shown = member != NULL ? pil_arena_format(r->arena, "%s.%s", name, member)
                        : each > 0     ? pil_arena_format(r->arena, "%s[%zu]", name, c + 1)
                                       : name;
    if (shown == NULL) return NULL;
    set->column_names[set->plan.column_count++] = shown;
  }
  return field;
}

/* ---- kinds of inputs ---- */

/* A text without quotes that was perhaps meant as a number or a distribution: 5%, 22 - 31,
 * normal(3, 1). Nothing is guessed: what is meant as a text goes in quotes. */
static bool check_text(const reader *r, const pil_value *value, const char *what) {
  const char *text = value->text + strspn(value->text, "+-.(<>~");
  size_t word_length = strcspn(text, "( ");
  char word[32];
  snprintf(word, sizeof word, "%.*s", word_length < sizeof word ? (int)word_length : 0, text);
  bool is_call = text[word_length] == '(' && pil_family_find(word) != NULL;
  if (value->quoted || !((*text >= '0' && *text <= '9') || is_call)) return true;
  return pil_error_set(r->error, PIL_FAILURE_INPUT, value->at,
                       "%s: expected a number, a range such as 22 to 31 or a distribution such as "
                       "{normal: {mean: 3, sd: 1}}, found \"%.60s\" (a text goes in quotes)",
                       what, value->text);
}

static bool read_constant(reader *r, const pil_value *value, const char *name, const char *what,
                          pil_input *input) {
  if (value->kind == PIL_KIND_TEXT) PIL_TRY(check_text(r, value, what));
  if (value->kind == PIL_KIND_INTEGER &&
      (value->integer > EXACT_WHOLE || value->integer < -EXACT_WHOLE)) {
    return pil_value_refuse(value, what, "a whole number of at most 2^53 = 9007199254740992 (larger ones "
                                         "lose digits; write 1e16 for about so much)",
                            r->error);
  }
  pil_field_kind kind = value->kind == PIL_KIND_INTEGER ? PIL_FIELD_INTEGER
                        : value->kind == PIL_KIND_NUMBER ? PIL_FIELD_FLOAT
                        : value->kind == PIL_KIND_BOOLEAN ? PIL_FIELD_BOOLEAN
                                                          : PIL_FIELD_TEXT;
  pil_field *field = add_field(r, name, NULL, kind, 0, value->at);
  if (field == NULL) return pil_error_memory(r->error);
  input->origin = PIL_ORIGIN_CONSTANT;
  input->first_column = field->first_column;
  input->constant = kind == PIL_FIELD_BOOLEAN ? value->boolean : kind == PIL_FIELD_TEXT ? 0 : value->number;
  field->is_constant = true;
  field->constant = input->constant;
  if (kind == PIL_FIELD_TEXT) {
    const char **choices = pil_arena_array(r->arena, 1, sizeof *choices);
    if (choices == NULL) return pil_error_memory(r->error);
    choices[0] = value->text;
    field->choices = choices;
    field->choice_count = 1;
  }
  return true;
}

static bool read_expression(reader *r, const pil_value *value, const char *name, const char *what,
                            pil_input *input) {
  if (value->text[1 + strspn(value->text + 1, " \t\n")] == '\0')
    return pil_value_refuse(value, what, "a Lua expression after the =, such as \"= x.volume * 2\"", r->error);
  pil_field *field = add_field(r, name, NULL, PIL_FIELD_FLOAT, 0, value->at);
  if (field == NULL) return pil_error_memory(r->error);
  field->expression = (int)r->set->expression_count;
  r->set->expressions[r->set->expression_count++] = (pil_script_expression){value->text + 1, value->at};
  input->origin = PIL_ORIGIN_EXPRESSION;
  input->first_column = field->first_column;
  return true;
}

/* The values that a discrete input's indexes stand for: texts stay indexes into choices. */
static bool read_choices(reader *r, const pil_spec *spec, const char *what, pil_field *field, pil_input *input) {
  size_t count = spec->choice_count;
  pil_kind kind = spec->choices[0]->kind;
  if (kind == PIL_KIND_INTEGER) kind = PIL_KIND_NUMBER;
  bool whole = true;
  double *values = pil_arena_array(r->arena, count, sizeof *values);
  const char **texts = pil_arena_array(r->arena, count, sizeof *texts);
  if (values == NULL || texts == NULL) return pil_error_memory(r->error);
  for (size_t i = 0; i < count; i++) {
    const pil_value *choice = spec->choices[i];
    pil_kind own = choice->kind == PIL_KIND_INTEGER ? PIL_KIND_NUMBER : choice->kind;
    if (own != kind) {
      return pil_value_refuse(choice, what, "values that are all numbers, all texts or all true/false",
                              r->error);
    }
    whole = whole && choice->kind == PIL_KIND_INTEGER;
    values[i] = kind == PIL_KIND_BOOLEAN ? choice->boolean : choice->number;
    texts[i] = choice->text;
  }
  field->kind = kind == PIL_KIND_TEXT      ? PIL_FIELD_TEXT
                : kind == PIL_KIND_BOOLEAN ? PIL_FIELD_BOOLEAN
                : whole                    ? PIL_FIELD_INTEGER
                                           : PIL_FIELD_FLOAT;
  field->choice_count = kind == PIL_KIND_TEXT ? count : 0;
  if (kind == PIL_KIND_TEXT) field->choices = texts;
  else input->choice_values = values;
  return true;
}

static bool read_each(reader *r, const pil_value *value, const char *what, size_t *each) {
  const pil_value *each_value = pil_value_find(value, "each");
  uint64_t count = 0;
  char item[160];
  snprintf(item, sizeof item, "%s: each", what);
  if (each_value != NULL)
    PIL_TRY(pil_value_get_whole(each_value, item, 1, MOST_EACH, &count, r->error));
  *each = (size_t)count;
  return true;
}

static bool read_distribution(reader *r, const pil_value *value, const char *name, const char *what,
                              pil_input *input) {
  static const pil_field_kind kinds[] = {[PIL_DRAW_REAL] = PIL_FIELD_FLOAT,
                                         [PIL_DRAW_COUNT] = PIL_FIELD_INTEGER,
                                         [PIL_DRAW_BOOLEAN] = PIL_FIELD_BOOLEAN,
                                         [PIL_DRAW_CHOICE] = PIL_FIELD_TEXT};
  pil_spec_tables tables = {r->datasets, pil_datasets_find_column};
  pil_spec *spec = pil_arena_new(r->arena, sizeof *spec);
  size_t each;
  if (spec == NULL) return pil_error_memory(r->error);
  PIL_TRY(pil_spec_parse(r->arena, value, what, &tables, spec, r->error));
  PIL_TRY(read_each(r, value, what, &each));
  pil_field *field = add_field(r, name, NULL, kinds[spec->draws], each, value->at);
  if (field == NULL) return pil_error_memory(r->error);
  input->origin = PIL_ORIGIN_DRAW;
  input->distribution = &spec->distribution;
  input->each = each;
  input->first_column = field->first_column;
  if (spec->draws == PIL_DRAW_CHOICE) return read_choices(r, spec, what, field, input);
  return true;
}

/* One member of a row: numbers as they are, texts as indexes into their distinct values. */
static bool read_member(reader *r, const pil_script_data *table, size_t column_index, const char *name,
                        pil_place at, pil_member *member) {
  const pil_csv_column *column = table->columns[column_index];
  double *values = pil_arena_array(r->arena, table->row_count, sizeof *values);
  if (values == NULL) return pil_error_memory(r->error);
  bool text = column->kind == PIL_COLUMN_TEXT, missing = false;
  pil_dictionary dictionary = {0};
  for (size_t i = 0; i < table->row_count; i++) {
    size_t row = table->rows == NULL ? i : table->rows[i];
    if (!text) {
      values[i] = column->numbers[row];
      missing = missing || isnan(values[i]);
      continue;
    }
    const char *cell = column->texts[row] == NULL ? "" : column->texts[row];
    int64_t code = pil_dictionary_code(&dictionary, cell, strlen(cell));
    if (code < 0) {
      pil_dictionary_free(&dictionary);
      return pil_error_memory(r->error);
    }
    values[i] = (double)code;
  }
  const char **choices = pil_arena_array(r->arena, dictionary.count + 1, sizeof *choices);
  for (size_t i = 0; choices != NULL && i < dictionary.count; i++)
    choices[i] = pil_arena_copy(r->arena, dictionary.texts[i], strlen(dictionary.texts[i]));
  size_t choice_count = dictionary.count;
  pil_dictionary_free(&dictionary);
  pil_field_kind kind = text                                                  ? PIL_FIELD_TEXT
                        : column->kind == PIL_COLUMN_BOOLEAN && !missing      ? PIL_FIELD_BOOLEAN
                        : column->kind == PIL_COLUMN_INTEGER && !missing      ? PIL_FIELD_INTEGER
                                                                              : PIL_FIELD_FLOAT;
  pil_field *field = add_field(r, name, table->column_names[column_index], kind, 0, at);
  if (choices == NULL || field == NULL) return pil_error_memory(r->error);
  field->choices = choices;
  field->choice_count = choice_count;
  *member = (pil_member){values, field->first_column};
  return true;
}

/* {row: calls, weight: column}: one uniform picks a whole row. */
static bool read_row(reader *r, const pil_value *value, const char *name, const char *what,
                     pil_input *input) {
  static const char *const keys[] = {"row", "weight", "about", NULL};
  const pil_script_data *table;
  const char *table_name, *weight_name;
  const pil_value *row = pil_value_find(value, "row"), *weight = pil_value_find(value, "weight");
  PIL_TRY(pil_value_check_keys(value, what, keys, r->error));
  PIL_TRY(pil_value_get_text(row, what, &table_name, r->error));
  PIL_TRY(pil_datasets_table(r->datasets, table_name, row->at, &table, r->error));
  const double *weights = NULL;
  if (weight != NULL) {
    PIL_TRY(pil_value_get_text(weight, what, &weight_name, r->error));
    PIL_TRY(pil_datasets_numbers(r->arena, table, weight_name, weight->at, &weights, r->error));
  }
  pil_distribution *distribution = pil_arena_new(r->arena, sizeof *distribution);
  pil_member *members = pil_arena_array(r->arena, table->column_count, sizeof *members);
  if (distribution == NULL || members == NULL) return pil_error_memory(r->error);
  PIL_TRY(pil_distribution_build_list(r->arena, PIL_FAMILY_discrete, NULL, weights, table->row_count,
                                      value->at, distribution, r->error));
  input->origin = PIL_ORIGIN_ROW;
  input->distribution = distribution;
  input->members = members;
  input->member_count = table->column_count;
  input->first_column = r->set->plan.column_count;
  for (size_t c = 0; c < table->column_count; c++)
    PIL_TRY(read_member(r, table, c, name, value->at, &members[c]));
  return true;
}

/* {value: 36, unit: months}: a constant or expression that says what it is. */
static const pil_value *unwrap_value(const pil_value *value) {
  const pil_value *inner = pil_value_find(value, "value");
  return value->kind == PIL_KIND_MAP && inner != NULL ? inner : value;
}

/* Words about an input are for people; they only have to be words. */
static bool check_words(const reader *r, const pil_value *map, const char *what) {
  static const char *const keys[] = {"unit", "about"};
  for (size_t i = 0; i < 2; i++) {
    const pil_value *words = pil_value_find(map, keys[i]);
    const char *ignored;
    char item[160];
    snprintf(item, sizeof item, "%s: %s", what, keys[i]);
    if (words != NULL) PIL_TRY(pil_value_get_text(words, item, &ignored, r->error));
  }
  return true;
}

static bool read_input(reader *r, const pil_entry *entry, pil_input *input) {
  static const char *const wrapped_keys[] = {"value", "unit", "about", NULL};
  const pil_value *value = unwrap_value(entry->value);
  const char *what = pil_arena_format(r->arena, "input \"%s\"", entry->key);
  const char *site = pil_arena_format(r->arena, "in:%s", entry->key);
  if (what == NULL || site == NULL) return pil_error_memory(r->error);
  PIL_TRY(check_name(r, entry));
  if (value != entry->value)
    PIL_TRY(pil_value_check_keys(entry->value, what, wrapped_keys, r->error));
  PIL_TRY(check_words(r, entry->value, what));
  *input = (pil_input){.name = entry->key, .site_hash = pil_text_hash(site, strlen(site)), .factor = -1};
  switch (value->kind) {
    case PIL_KIND_INTEGER:
    case PIL_KIND_NUMBER:
    case PIL_KIND_BOOLEAN: return read_constant(r, value, entry->key, what, input);
    case PIL_KIND_TEXT:
      if (value->text[0] == '=') return read_expression(r, value, entry->key, what, input);
      if (!pil_spec_is(value)) return read_constant(r, value, entry->key, what, input);
      return read_distribution(r, value, entry->key, what, input);
    case PIL_KIND_MAP:
      if (pil_value_find(value, "row") != NULL) return read_row(r, value, entry->key, what, input);
      return read_distribution(r, value, entry->key, what, input);
    default: break;
  }
  return pil_value_refuse(value, what,
                          "a number, a range such as 22 to 31, a distribution such as {normal: {mean: 3, "
                          "sd: 1}} or an expression \"= …\"",
                          r->error);
}

/* The addressing tells sites apart by a 64-bit hash of their names; equal hashes would share luck. */
static bool check_hashes(const reader *r, const pil_value *inputs) {
  for (size_t i = 0; i < inputs->count; i++) {
    for (size_t j = 0; j < i; j++) {
      if (r->inputs[i].site_hash != r->inputs[j].site_hash) continue;
      return pil_error_set(r->error, PIL_FAILURE_INPUT, inputs->entries[i].key_at,
                           "inputs: the names \"%s\" and \"%s\" have the same hash; rename one",
                           r->inputs[j].name, r->inputs[i].name);
    }
  }
  return true;
}

static bool map_columns(reader *r) {
  pil_input_set *set = r->set;
  const pil_field **fields = pil_arena_array(r->arena, set->plan.column_count + 1, sizeof *fields);
  if (fields == NULL) return pil_error_memory(r->error);
  for (size_t f = 0; f < set->field_count; f++) {
    size_t columns = set->fields[f].each == 0 ? 1 : set->fields[f].each;
    for (size_t c = 0; c < columns; c++) fields[set->fields[f].first_column + c] = &set->fields[f];
  }
  set->column_fields = fields;
  return true;
}

bool pil_inputs_read(pil_arena *arena, const pil_input_values *values, pil_datasets *datasets,
                     uint64_t seed, pil_input_set *set, pil_error *error) {
  const pil_value *inputs = values->inputs;
  *set = (pil_input_set){.plan = {.seed = seed}};
  reader r = {.arena = arena, .datasets = datasets, .set = set, .error = error};
  size_t count = 0;
  if (inputs != NULL) {
    PIL_TRY(pil_value_get_map(inputs, "inputs", error));
    count = inputs->count;
  }
  r.inputs = pil_arena_array(arena, count + 1, sizeof *r.inputs);
  set->expressions = pil_arena_array(arena, count + 1, sizeof *set->expressions);
  if (r.inputs == NULL || set->expressions == NULL) return pil_error_memory(error);
  set->plan.inputs = r.inputs;
  for (size_t i = 0; i < count; i++) {
    PIL_TRY(read_input(&r, &inputs->entries[i], &r.inputs[i]));
    set->plan.input_count++;
  }
  if (count > 0) PIL_TRY(check_hashes(&r, inputs));
  PIL_TRY(map_columns(&r));
  return pil_correlate_read(arena, values, r.inputs, set, error);
}
