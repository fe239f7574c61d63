/* draw.* on symbols: the address is known now, the number is drawn by the machine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../base/text.h"
#include "../data/spec.h"
#include "build_choice.h"

/* A draw while it is read: what it is called, and where its name stands among the arguments. */
typedef struct drawing {
  pil_build *b;
  const char *function; /* "normal", "from" */
  const pil_symbol *arguments;
  size_t count, name_at;
  pil_ir_draw draw;
  pil_draw_kind kind;
  const pil_spec *spec;
} drawing;

/* ---- where: the site and k ---- */

/* Room in counter_of for every text there is; what is new holds 0. */
static bool reserve_counters(pil_build *b) {
  if (b->texts.count <= b->counter_of_count) return true;
  size_t count = 2 * b->texts.count;
  uint32_t *grown = pil_arena_array(b->arena, count, sizeof *grown);
  if (grown == NULL) return pil_build_memory(b);
  if (b->counter_of_count > 0) memcpy(grown, b->counter_of, b->counter_of_count * sizeof *grown);
  b->counter_of = grown;
  b->counter_of_count = count;
  return true;
}

static pil_counter *find_counter(pil_build *b, const char *name) {
  int64_t code = pil_dictionary_code(&b->texts, name, strlen(name));
  if (code < 0) pil_build_memory(b);
  if (b->stopped || !reserve_counters(b)) return NULL;
  uint32_t *own = &b->counter_of[code];
  if (*own == 0) {
    if (!pil_build_grow(b, &b->counters, b->counter_count, &b->counter_capacity, sizeof *b->counters)) return NULL;
    b->counters[b->counter_count] = (pil_counter){name, pil_symbol_integer(0)};
    *own = (uint32_t)++b->counter_count;
  }
  return &b->counters[*own - 1];
}

/* The count of draws at this site so far; lanes that draw now count one more. */
static bool count_draw(pil_build *b, const char *name, pil_symbol *k) {
  pil_counter *counter = find_counter(b, name);
  pil_symbol one = pil_symbol_integer(1), next;
  if (counter == NULL) return false;
  *k = counter->next;
  if (!pil_build_arithmetic(b, PIL_OP_ADD, k, &one, &next)) return false;
  counter->next = pil_symbol_select(b, b->mask, &next, k);
  return !b->stopped;
}

static bool take_k(drawing *d, pil_symbol *k) {
  *k = d->arguments[d->name_at + 1];
  if (k->kind == PIL_KNOWN_FLOAT && k->number >= 0 && k->number < 0x1p53 && k->number == (double)(int64_t)k->number)
    *k = pil_symbol_integer((int64_t)k->number);
  if (k->kind == PIL_KNOWN_INTEGER && k->integer >= 0) return true;
  if (k->kind == PIL_LANE_MIX) {
    pil_symbol mix = *k;
    if (!pil_build_number(d->b, &mix, "a draw's number", k)) return false;
  }
  if (k->kind != PIL_LANE_INTEGER) return pil_build_give_up(d->b, "a draw whose number is no whole number in lanes");
  pil_operand below = pil_build_binary(d->b, PIL_IR_LT_I, k->lane, pil_build_constant_i(0));
  return pil_build_guard(d->b, pil_build_and(d->b, d->b->mask, below), "a draw whose number is below 0");
}

static bool find_site(drawing *d) {
  pil_build *b = d->b;
  char text[600];
  const char *name = NULL;
  pil_symbol k;
  if (d->count > d->name_at + 2) return pil_build_give_up(b, "draw.%s with too many values", d->function);
  if (d->count > d->name_at) {
    if (d->arguments[d->name_at].kind != PIL_KNOWN_TEXT)
      return pil_build_give_up(b, "a draw whose name varies by lane");
    name = d->arguments[d->name_at].text;
    if (b->image->fields_are_drawn && pil_field_repeated(b->image->fields, b->image->field_count, name) != NULL)
      return pil_build_give_up(b, "a draw that has a field's name");
    if (strlen(name) > 200) return pil_build_give_up(b, "a draw's name of more than 200 bytes");
  } else {
    snprintf(text, sizeof text, "%s:%d", b->at.file, b->at.line);
    pil_symbol unnamed = pil_symbol_text(b, text, strlen(text));
    if (b->stopped) return false;
    name = unnamed.text;
  }
  bool has_k = d->count > d->name_at + 1;
  if (has_k ? !take_k(d, &k) : !count_draw(b, name, &k)) return false;
  int length = snprintf(text, sizeof text, "%s%s", b->image->site_prefix, name);
  d->draw.name = pil_arena_copy(b->arena, name, strlen(name));
  if (d->draw.name == NULL) return pil_build_memory(b);
  d->draw.name_hash = pil_text_hash(text, (size_t)length);
  d->draw.k_varies = k.kind != PIL_KNOWN_INTEGER;
  d->draw.k = pil_symbol_to_integer(&k);
  return true;
}

/* ---- what: a family with parameters, or a distribution ---- */

static bool check_constants(drawing *d) {
  double parameters[PIL_PARAMETERS] = {0};
  char problem[256];
  for (int i = 0; i < d->draw.parameter_count; i++) {
    if (!d->draw.parameters[i].is_constant) d->draw.parameters_vary = true;
    else parameters[i] = d->draw.parameters[i].number;
    if (d->draw.parameters[i].is_constant && parameters[i] != parameters[i])
      return pil_build_give_up(d->b, "draw.%s with nan", d->function);
  }
  if (d->draw.parameters_vary) return true;
  if (pil_family_check(d->draw.family, parameters, d->draw.parameter_count, problem, sizeof problem) != NULL)
    return pil_build_give_up(d->b, "draw.%s: %s", d->function, problem);
  for (int i = 0; i < PIL_PARAMETERS; i++) d->draw.parameters[i] = pil_build_constant_f(parameters[i]);
  return true;
}

static bool take_parameter(drawing *d, size_t index) {
  pil_symbol s = d->arguments[index];
  if (s.kind == PIL_LANE_MIX) {
    if (!pil_build_guard(d->b, pil_build_and(d->b, d->b->mask, s.nil), "draw.%s of nil", d->function)) return false;
  }
  d->draw.parameters[d->draw.parameter_count++] = pil_symbol_to_float(d->b, &s);
  return true;
}

static bool is_numeric(const pil_symbol *s) {
  return pil_symbol_is_number(s) || s->kind == PIL_LANE_MIX;
}

static bool is_table(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_OBJECT || s->kind == PIL_KNOWN_TABLE;
}

/* draws from a distribution that is known now. */
static bool take_distribution(drawing *d, const pil_spec *spec, size_t name_at) {
  d->spec = spec;
  d->kind = spec->draws;
  d->draw.distribution = &spec->distribution;
  d->name_at = name_at;
  return true;
}

/* draw.discrete({values = …}, …), draw.discrete({…}, {…}, …), draw.normal({…, min = 0}, …) */
static bool take_spelled(drawing *d, const pil_family_record *record) {
  size_t count = 0;
  while (count < d->count && count < 2 && is_table(&d->arguments[count])) count++;
  if (record->allowed > 0 && count > 1) count = 1;
  const pil_spec *spec = count == 0 ? NULL : pil_build_family_spec(d->b, record, d->arguments, count);
  if (d->b->stopped) return false;
  if (spec == NULL) return pil_build_give_up(d->b, "draw.%s of what varies, or of no distribution", d->function);
  return take_distribution(d, spec, count);
}

enum { MOST_NAMES = 8 };

/* draw.lognormal({p5 = 8, p95 = 15}, …) */
typedef struct named {
  const char *names[MOST_NAMES];
  pil_symbol values[MOST_NAMES];
  size_t count;
  bool spells, varies; /* bounds or what is no number: a spec; some number varies */
} named;

static void add_named(const drawing *d, named *n, const pil_symbol *key, const pil_symbol *value) {
  bool known = value->kind == PIL_KNOWN_INTEGER || value->kind == PIL_KNOWN_FLOAT;
  if (value->kind == PIL_KNOWN_NIL) return;
  if (key->kind != PIL_KNOWN_TEXT || (!known && !is_numeric(value)) || n->count == MOST_NAMES ||
      pil_family_bounds_name(pil_family_get(d->draw.family), key->text)) {
    n->spells = true;
    return;
  }
  n->varies = n->varies || !known;
  n->names[n->count] = key->text;
  n->values[n->count++] = *value;
}

static void list_named(const drawing *d, named *n) {
  pil_build *b = d->b;
  const pil_symbol *table = &d->arguments[0];
  if (table->kind == PIL_KNOWN_OBJECT) {
    const pil_object *object = &b->objects[table->index];
    n->spells = object->item_count > 0 || object->list > 0;
    for (size_t i = 0; i < object->entry_count; i++) add_named(d, n, &object->entries[i].key, &object->entries[i].value);
    return;
  }
  n->spells = table->table->is_opaque || table->table->item_count > 0;
  for (size_t i = 0; i < table->table->entry_count; i++) {
    pil_symbol key = pil_symbol_image(b, &table->table->entries[i].key);
    pil_symbol value = pil_symbol_image(b, &table->table->entries[i].value);
    add_named(d, n, &key, &value);
  }
}

/* Numbers that vary under the family's own names, in its order. */
static bool take_varying_names(drawing *d, const named *n) {
  const pil_family_record *record = pil_family_get(d->draw.family);
  for (size_t i = 0; i < n->count; i++) {
    size_t at = 0;
    while (at < n->count && strcmp(n->names[at], record->parameter_names[i]) != 0) at++;
    if (i >= (size_t)record->allowed || at == n->count)
      return pil_build_give_up(d->b, "draw.%s with these named parameters, which vary by lane", d->function);
    pil_symbol value = n->values[at];
    if (value.kind == PIL_LANE_MIX &&
        !pil_build_guard(d->b, pil_build_and(d->b, d->b->mask, value.nil), "draw.%s of nil", d->function))
      return false;
    d->draw.parameters[d->draw.parameter_count++] = pil_symbol_to_float(d->b, &value);
  }
  d->name_at = 1;
  if (n->count < (size_t)record->required) return pil_build_give_up(d->b, "draw.%s without all its parameters", d->function);
  return check_constants(d);
}

static bool take_named(drawing *d) {
  pil_build *b = d->b;
  named n = {.count = 0};
  list_named(d, &n);
  if (b->stopped) return false;
  if (n.spells) return take_spelled(d, pil_family_get(d->draw.family));
  if (n.varies) return take_varying_names(d, &n);
  double values[MOST_NAMES], parameters[PIL_PARAMETERS] = {0};
  char problem[256];
  for (size_t i = 0; i < n.count; i++) values[i] = pil_symbol_to_float(b, &n.values[i]).number;
  if (!pil_family_convert(d->draw.family, n.names, values, n.count, parameters, &d->draw.parameter_count, problem,
                          sizeof problem))
    return pil_build_give_up(b, "draw.%s: %s", d->function, problem);
  for (int i = 0; i < PIL_PARAMETERS; i++) d->draw.parameters[i] = pil_build_constant_f(parameters[i]);
  d->name_at = 1;
  return check_constants(d);
}

static bool take_family(drawing *d, const pil_family_record *record) {
  d->draw.family = pil_family_index(record);
  d->kind = record->draws;
  if (record->allowed == 0) return take_spelled(d, record);
  size_t count = 0;
  while (count < (size_t)record->allowed && count < d->count && is_numeric(&d->arguments[count])) {
    if (!take_parameter(d, count++)) return false;
  }
  d->name_at = count;
  if (count >= (size_t)record->required) return check_constants(d);
  if (count == 0 && d->count > 0 && is_table(&d->arguments[0])) return take_named(d);
  return pil_build_give_up(d->b, "draw.%s without all its parameters", d->function);
}

/* draw.from(p.cost, …), draw.from("3 to 5", …), draw.from({normal = …}, …) */
static bool take_from(drawing *d) {
  pil_build *b = d->b;
  const pil_spec *spec = d->count == 0 ? NULL : pil_build_spec(b, &d->arguments[0]);
  if (b->stopped) return false;
  if (spec == NULL) return pil_build_give_up(b, "draw.from of what varies, or of no distribution");
  return take_distribution(d, spec, 1);
}

/* ---- the number drawn ---- */

static pil_symbol choice_symbol(pil_build *b, const pil_value *choice) {
  switch (choice->kind) {
    case PIL_KIND_BOOLEAN: return pil_symbol_bool(choice->boolean);
    case PIL_KIND_INTEGER: return pil_symbol_integer(choice->integer);
    case PIL_KIND_NUMBER: return pil_symbol_float(choice->number);
    default: return pil_symbol_text(b, choice->text, strlen(choice->text));
  }
}

/* The listed value of an index where values are of several kinds: chosen one by one. */
static bool choose_value(drawing *d, pil_operand index, pil_symbol *out) {
  pil_build *b = d->b;
  if (d->spec->choice_count > 64) return pil_build_give_up(b, "draw.from of many values of several kinds");
  for (size_t i = 0; i < d->spec->choice_count; i++) {
    pil_symbol value = choice_symbol(b, d->spec->choices[i]);
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, index, pil_build_constant_i((int64_t)i));
    *out = i == 0 ? value : pil_symbol_select(b, here, &value, out);
  }
  return !b->stopped;
}

/* The listed values, all of one kind, as an array; made once for each distribution. */
static bool add_choices(pil_build *b, const pil_spec *spec, uint32_t *array) {
  pil_ir_program *program = b->program;
  pil_kind kind = spec->choices[0]->kind;
  if (!pil_build_charge(b, (program->array_count + spec->choice_count) * PIL_WORK_ENTRY)) return false;
  for (*array = 0; *array < program->array_count; ++*array)
    if (program->arrays[*array].source == spec) return true;
  if (!pil_build_grow(b, &program->arrays, program->array_count, &b->array_capacity, sizeof *program->arrays))
    return false;
  int64_t *integers = pil_arena_array(b->arena, spec->choice_count, sizeof *integers);
  double *numbers = pil_arena_array(b->arena, spec->choice_count, sizeof *numbers);
  if (integers == NULL || numbers == NULL) return pil_build_memory(b);
  for (size_t i = 0; i < spec->choice_count; i++) {
    const pil_value *choice = spec->choices[i];
    numbers[i] = choice->number;
    integers[i] = kind == PIL_KIND_INTEGER ? choice->integer : choice->boolean;
    if (kind == PIL_KIND_TEXT) integers[i] = pil_dictionary_code(&b->texts, choice->text, strlen(choice->text));
    if (kind == PIL_KIND_TEXT && integers[i] < 0) return pil_build_memory(b);
  }
  bool real = kind == PIL_KIND_NUMBER;
  program->arrays[program->array_count++] = (pil_ir_array){.numbers = real ? numbers : NULL, .integers = real ? NULL : integers,
                                                          .count = spec->choice_count, .source = spec};
  return true;
}

/* The listed value of an index, as an array to look up. */
static bool look_up_choice(drawing *d, pil_operand index, pil_symbol *out) {
  pil_build *b = d->b;
  const pil_spec *spec = d->spec;
  pil_kind kind = spec->choices[0]->kind;
  bool real = kind == PIL_KIND_NUMBER;
  uint32_t array;
  for (size_t i = 0; i < spec->choice_count; i++)
    if (spec->choices[i]->kind != kind) return choose_value(d, index, out);
  if (!add_choices(b, spec, &array)) return false;
  pil_operand none = pil_build_constant_i(0);
  pil_operand place = pil_build_binary(b, PIL_IR_ADD_I, index, pil_build_constant_i(1));
  /* lanes that did not draw hold anything */
  pil_operand safe = pil_build_emit(b, PIL_IR_SELECT_I, 0, b->mask, place, pil_build_constant_i(1));
  pil_operand lane = pil_build_emit(b, real ? PIL_IR_LOOKUP_F : PIL_IR_LOOKUP_I, array,
                                    pil_build_is_all(b->mask) ? place : safe, none, none);
  if (kind == PIL_KIND_BOOLEAN) {
    pil_operand zero = pil_build_binary(b, PIL_IR_EQ_I, lane, pil_build_constant_i(0));
    *out = pil_symbol_mask(pil_build_not(b, zero));
  } else if (kind == PIL_KIND_TEXT) {
    *out = (pil_symbol){.kind = PIL_LANE_TEXT, .lane = lane,
                        .texts = pil_choice_texts_new(b, b->program->arrays[array].integers, spec->choice_count)};
  } else {
    *out = real ? pil_symbol_lane_f(lane) : pil_symbol_lane_i(lane);
  }
  return !b->stopped;
}

static bool finish(drawing *d, pil_symbol *result) {
  pil_build *b = d->b;
  pil_ir_program *program = b->program;
  static const pil_ir_op ops[] = {[PIL_DRAW_REAL] = PIL_IR_DRAW_F, [PIL_DRAW_COUNT] = PIL_IR_DRAW_I,
                                  [PIL_DRAW_BOOLEAN] = PIL_IR_DRAW_M, [PIL_DRAW_CHOICE] = PIL_IR_DRAW_I};
  if (!pil_build_grow_outside(b, &program->draws, program->draw_count, &b->draw_capacity, sizeof *program->draws))
    return false;
  uint32_t index = (uint32_t)program->draw_count++;
  program->draws[index] = d->draw;
  for (int i = 0; d->draw.parameters_vary && i < d->draw.parameter_count; i++)
    pil_build_note_filled(b, d->draw.parameters[i]);
  pil_operand none = pil_build_constant_i(0);
  pil_operand lane = pil_build_emit(b, ops[d->kind], index, b->mask, none, none);
  if (b->stopped) return false;
  switch (d->kind) {
    case PIL_DRAW_REAL: *result = pil_symbol_lane_f(lane); return true;
    case PIL_DRAW_COUNT: *result = pil_symbol_lane_i(lane); return true;
    case PIL_DRAW_BOOLEAN: *result = pil_symbol_mask(lane); return true;
    case PIL_DRAW_CHOICE: break;
  }
  return look_up_choice(d, lane, result);
}

bool pil_build_draw(pil_build *b, const char *family, const pil_symbol *arguments, size_t count,
                    pil_symbol *result) {
  drawing d = {.b = b, .function = family, .arguments = arguments, .count = count};
  if (strcmp(family, "from") == 0) return take_from(&d) && find_site(&d) && finish(&d, result);
  const pil_family_record *record = pil_family_find(family);
  if (record == NULL) return pil_build_give_up(b, "draw.%s", family);
  return take_family(&d, record) && find_site(&d) && finish(&d, result);
}
