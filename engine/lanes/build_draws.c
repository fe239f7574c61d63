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

enum { MOST_NAMES = 8 };

typedef struct named {
  const char *names[MOST_NAMES];
  double values[MOST_NAMES];
  size_t count;
} named;

static bool add_named(drawing *d, named *n, const pil_symbol *key, const pil_symbol *value) {
  bool number = value->kind == PIL_KNOWN_INTEGER || value->kind == PIL_KNOWN_FLOAT;
  if (key->kind != PIL_KNOWN_TEXT || !number || n->count == MOST_NAMES)
    return pil_build_give_up(d->b, "draw.%s with named parameters that vary by lane", d->function);
  bool bounds = strcmp(key->text, "min") == 0 || strcmp(key->text, "max") == 0 || strcmp(key->text, "clamp") == 0;
  const pil_family_record *record = pil_family_get(d->draw.family);
  for (int i = 0; i < record->allowed; i++) bounds = bounds && strcmp(key->text, record->parameter_names[i]) != 0;
  if (bounds) return pil_build_give_up(d->b, "draw.%s with bounds", d->function);
  n->names[n->count] = key->text;
  n->values[n->count++] = pil_symbol_to_float(d->b, value).number;
  return true;
}

/* draw.lognormal({p5 = 8, p95 = 15}, …) */
static bool take_named(drawing *d) {
  pil_build *b = d->b;
  named n = {.count = 0};
  const pil_symbol *table = &d->arguments[0];
  if (table->kind == PIL_KNOWN_OBJECT) {
    const pil_object *object = &b->objects[table->index];
    if (object->item_count > 0 || object->list > 0) return pil_build_give_up(b, "draw.%s with a list", d->function);
    for (size_t i = 0; i < object->entry_count; i++)
      if (!add_named(d, &n, &object->entries[i].key, &object->entries[i].value)) return false;
  } else {
    const pil_image_table *own = table->table;
    if (own->is_opaque || own->item_count > 0) return pil_build_give_up(b, "draw.%s with a list", d->function);
    for (size_t i = 0; i < own->entry_count; i++) {
      pil_symbol key = pil_symbol_image(b, &own->entries[i].key), value = pil_symbol_image(b, &own->entries[i].value);
      if (b->stopped || !add_named(d, &n, &key, &value)) return false;
    }
  }
  double parameters[PIL_PARAMETERS] = {0};
  char problem[256];
  if (!pil_family_convert(d->draw.family, n.names, n.values, n.count, parameters, &d->draw.parameter_count, problem,
                          sizeof problem))
    return pil_build_give_up(b, "draw.%s: %s", d->function, problem);
  for (int i = 0; i < PIL_PARAMETERS; i++) d->draw.parameters[i] = pil_build_constant_f(parameters[i]);
  d->name_at = 1;
  return check_constants(d);
}

/* A known table or value as the scenario would write it. NULL: it varies, or no memory. */
static pil_value *known_value(pil_build *b, const pil_symbol *s, int depth) {
  if (!pil_build_charge(b, PIL_WORK_VALUE)) return NULL;
  pil_value *value = pil_arena_new(b->arena, sizeof *value);
  if (value == NULL || depth > 4) return NULL;
  switch (s->kind) {
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE:
      value->kind = PIL_KIND_BOOLEAN;
      value->boolean = s->kind == PIL_KNOWN_TRUE;
      return value;
    case PIL_KNOWN_INTEGER:
    case PIL_KNOWN_FLOAT:
      value->kind = s->kind == PIL_KNOWN_INTEGER ? PIL_KIND_INTEGER : PIL_KIND_NUMBER;
      value->integer = s->kind == PIL_KNOWN_INTEGER ? s->integer : 0;
      value->number = s->kind == PIL_KNOWN_INTEGER ? (double)s->integer : s->number;
      value->text = "a number";
      return value->number == value->number ? value : NULL;
    case PIL_KNOWN_TEXT:
      value->kind = PIL_KIND_TEXT;
      value->text = s->text;
      return value;
    case PIL_KNOWN_OBJECT: break;
    default: return NULL;
  }
  const pil_object *object = &b->objects[s->index];
  if ((object->item_count > 0 && object->entry_count > 0) || object->list > 0) return NULL;
  value->kind = object->entry_count > 0 ? PIL_KIND_MAP : PIL_KIND_LIST;
  value->count = object->item_count + object->entry_count;
  value->items = pil_arena_array(b->arena, object->item_count + 1, sizeof *value->items);
  value->entries = pil_arena_array(b->arena, object->entry_count + 1, sizeof *value->entries);
  if (value->items == NULL || value->entries == NULL) return NULL;
  for (size_t i = 0; i < object->item_count; i++)
    if ((value->items[i] = known_value(b, &object->items[i], depth + 1)) == NULL) return NULL;
  for (size_t i = 0; i < object->entry_count; i++) {
    const pil_symbol *key = &object->entries[i].key;
    if (key->kind != PIL_KNOWN_TEXT) return NULL;
    value->entries[i] = (pil_entry){key->text, PIL_NOWHERE, known_value(b, &object->entries[i].value, depth + 1)};
    if (value->entries[i].value == NULL) return NULL;
  }
  return value;
}

/* draw.discrete({values = …}, …): a distribution spelled out in the trial, if all of it is known. */
static bool take_listed(drawing *d, const pil_family_record *record) {
  pil_build *b = d->b;
  const pil_symbol *first = &d->arguments[0];
  bool one = d->count > 0 && (d->count < 2 || d->arguments[1].kind != PIL_KNOWN_OBJECT);
  pil_value *inner = one && first->kind == PIL_KNOWN_OBJECT ? known_value(b, first, 0) : NULL;
  pil_value *whole = pil_arena_new(b->arena, sizeof *whole);
  pil_entry *entry = pil_arena_new(b->arena, sizeof *entry);
  pil_spec *spec = pil_arena_new(b->arena, sizeof *spec);
  pil_error problem;
  if (whole == NULL || entry == NULL || spec == NULL) return pil_build_memory(b);
  if (inner == NULL) return !b->stopped && pil_build_give_up(b, "draw.%s of what varies", d->function);
  *entry = (pil_entry){record->name, PIL_NOWHERE, inner};
  *whole = (pil_value){.kind = PIL_KIND_MAP, .count = 1, .entries = entry};
  bool bounded = pil_value_find(inner, "min") != NULL || pil_value_find(inner, "max") != NULL ||
                 pil_value_find(inner, "clamp") != NULL;
  if (bounded || !pil_spec_parse(b->arena, whole, "draw", NULL, spec, &problem))
    return pil_build_give_up(b, "draw.%s", d->function);
  d->spec = spec;
  d->kind = spec->draws;
  d->draw.distribution = &spec->distribution;
  d->name_at = 1;
  return true;
}

static bool take_family(drawing *d, const pil_family_record *record) {
  d->draw.family = pil_family_index(record);
  d->kind = record->draws;
  if (record->allowed == 0) return take_listed(d, record);
  size_t count = 0;
  while (count < (size_t)record->allowed && count < d->count && is_numeric(&d->arguments[count])) {
    if (!take_parameter(d, count++)) return false;
  }
  d->name_at = count;
  if (count >= (size_t)record->required) return check_constants(d);
  bool is_table = d->count > 0 && (d->arguments[0].kind == PIL_KNOWN_OBJECT || d->arguments[0].kind == PIL_KNOWN_TABLE);
  if (count == 0 && is_table) return take_named(d);
  return pil_build_give_up(d->b, "draw.%s without all its parameters", d->function);
}

/* The distribution that a value of the settings spells; read once, since preparing it may take long. */
static const pil_spec *find_spec(pil_build *b, const pil_value *value, const void *source) {
  pil_error problem;
  if (!pil_build_charge(b, b->spec_count * PIL_WORK_ENTRY)) return NULL;
  for (size_t i = 0; i < b->spec_count; i++)
    if (b->specs[i].source == source) return b->specs[i].spec;
  pil_spec *spec = pil_arena_new(b->arena, sizeof *spec);
  if (spec == NULL) pil_build_memory(b);
  if (b->stopped || !pil_build_grow(b, &b->specs, b->spec_count, &b->spec_capacity, sizeof *b->specs)) return NULL;
  if (!pil_spec_parse(b->arena, value, "draw.from", NULL, spec, &problem)) return NULL;
  b->specs[b->spec_count++] = (pil_known_spec){source, spec};
  return spec;
}

/* draw.from(p.cost, …): a distribution of the settings. */
static bool take_spec(drawing *d) {
  pil_build *b = d->b;
  if (d->count == 0) return pil_build_give_up(b, "draw.from of nothing");
  const pil_symbol *from = &d->arguments[0];
  const pil_value *value = from->kind == PIL_KNOWN_TABLE ? from->table->settings : NULL;
  pil_value text = {.kind = PIL_KIND_TEXT};
  if (from->kind == PIL_KNOWN_TEXT) {
    text.text = from->text;
    value = &text;
  }
  const void *source = value == &text ? (const void *)from->text : value;
  const pil_spec *spec = value == NULL ? NULL : find_spec(b, value, source);
  if (b->stopped) return false;
  if (spec == NULL) return pil_build_give_up(b, "draw.from of what is no distribution of the settings");
  d->spec = spec;
  d->kind = spec->draws;
  d->draw.distribution = &spec->distribution;
  d->name_at = 1;
  return true;
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
  if (strcmp(family, "from") == 0) return take_spec(&d) && find_site(&d) && finish(&d, result);
  const pil_family_record *record = pil_family_find(family);
  if (record == NULL) return pil_build_give_up(b, "draw.%s", family);
  return take_family(&d, record) && find_site(&d) && finish(&d, result);
}
