/* The builder: a script's bytecode and image in, a typed program out.
 * SPDX-License-Identifier: Apache-2.0 */
#include "builder.h"

#include <stdio.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "build_choice.h"

enum { OUTPUT_LEVELS = 3, OUTPUT_NAME_BYTES = 200, OUTPUT_TEXT_BYTES = 200, OUTPUT_ITEMS = 256 };

/* ---- the first argument ---- */

static pil_symbol object_symbol(uint32_t index) {
  return (pil_symbol){.kind = PIL_KNOWN_OBJECT, .index = index};
}

static bool add_entry(pil_build *b, uint32_t object, const char *name, pil_symbol value) {
  pil_symbol key = pil_symbol_text(b, name, strlen(name));
  pil_object *own = &b->objects[object];
  if (!pil_build_grow(b, &own->entries, own->entry_count, &own->entry_capacity, sizeof *own->entries)) return false;
  own->entries[own->entry_count].key = key;
  own->entries[own->entry_count++].value = value;
  return !b->stopped;
}

static pil_operand read_column(pil_build *b, pil_ir_op op, size_t column) {
  pil_operand none = pil_build_constant_i(0);
  return pil_build_emit(b, op, (uint32_t)column, none, none, none);
}

/* A text input's index into its choices, turned into an index into the program's texts. */
static pil_symbol text_field(pil_build *b, const pil_field *field, size_t column) {
  pil_ir_program *program = b->program;
  pil_symbol none = pil_symbol_nil();
  int64_t *codes = pil_arena_array(b->arena, field->choice_count + 1, sizeof *codes);
  if (codes == NULL) pil_build_memory(b);
  if (codes == NULL || !pil_build_grow(b, &program->arrays, program->array_count, &b->array_capacity,
                                       sizeof *program->arrays))
    return none;
  for (size_t i = 0; i < field->choice_count; i++) {
    codes[i] = pil_dictionary_code(&b->texts, field->choices[i], strlen(field->choices[i]));
    if (codes[i] < 0) pil_build_memory(b);
  }
  uint32_t array = (uint32_t)program->array_count++;
  program->arrays[array] = (pil_ir_array){.integers = codes, .count = field->choice_count, .source = codes};
  pil_operand zero = pil_build_constant_i(0);
  pil_operand place = pil_build_binary(b, PIL_IR_ADD_I, read_column(b, PIL_IR_INPUT_I, column), pil_build_constant_i(1));
  return (pil_symbol){.kind = PIL_LANE_TEXT, .lane = pil_build_emit(b, PIL_IR_LOOKUP_I, array, place, zero, zero),
                      .texts = pil_choice_texts_new(b, codes, field->choice_count)};
}

static pil_symbol field_value(pil_build *b, const pil_field *field, size_t column) {
  if (field->is_constant) {
    double constant = field->constants != NULL ? field->constants[column - field->first_column] : field->constant;
    const char *text = field->kind != PIL_FIELD_TEXT ? "" : field->choices[field->constants != NULL ? (size_t)constant : 0];
    switch (field->kind) {
      case PIL_FIELD_INTEGER: return pil_symbol_integer((int64_t)constant);
      case PIL_FIELD_FLOAT: return pil_symbol_float(constant);
      case PIL_FIELD_BOOLEAN: return pil_symbol_bool(constant != 0);
      case PIL_FIELD_TEXT: return pil_symbol_text(b, text, strlen(text));
    }
  }
  switch (field->kind) {
    case PIL_FIELD_INTEGER: return pil_symbol_lane_i(read_column(b, PIL_IR_INPUT_I, column));
    case PIL_FIELD_BOOLEAN: return pil_symbol_mask(read_column(b, PIL_IR_INPUT_M, column));
    case PIL_FIELD_FLOAT: return pil_symbol_lane_f(read_column(b, PIL_IR_INPUT_F, column));
    case PIL_FIELD_TEXT: break;
  }
  if (field->choice_count == 0) return pil_symbol_some_text();
  return text_field(b, field, column);
}

static bool new_part(pil_build *b, bool is_record, uint32_t *index) {
  pil_symbol made;
  if (!pil_build_object(b, &made)) return false;
  b->objects[made.index].is_argument = true;
  b->objects[made.index].is_record = is_record;
  *index = made.index;
  return true;
}

static bool add_array(pil_build *b, uint32_t argument, const pil_field *field) {
  uint32_t array;
  if (!new_part(b, false, &array)) return false;
  for (size_t i = 0; i < field->each; i++) {
    pil_object *own = &b->objects[array];
    if (!pil_build_grow(b, &own->items, own->item_count, &own->item_capacity, sizeof *own->items)) return false;
    pil_symbol value = field_value(b, field, field->first_column + i);
    own->items[own->item_count++] = value;
  }
  return add_entry(b, argument, field->name, object_symbol(array));
}

static bool add_member(pil_build *b, uint32_t argument, const pil_field *field) {
  pil_object *own = &b->objects[argument];
  if (!pil_build_charge(b, own->entry_count * PIL_WORK_ENTRY)) return false;
  for (size_t i = 0; i < own->entry_count; i++) {
    if (strcmp(own->entries[i].key.text, field->name) != 0) continue;
    return add_entry(b, own->entries[i].value.index, field->member, field_value(b, field, field->first_column));
  }
  uint32_t record;
  if (!new_part(b, true, &record) || !add_entry(b, argument, field->name, object_symbol(record))) return false;
  return add_entry(b, record, field->member, field_value(b, field, field->first_column));
}

static bool make_argument(pil_build *b, pil_symbol *argument) {
  uint32_t object;
  if (!new_part(b, b->image->is_strict, &object)) return false;
  for (size_t i = 0; i < b->image->field_count; i++) {
    const pil_field *field = &b->image->fields[i];
    bool good;
    if (field->member != NULL) good = add_member(b, object, field);
    else if (field->each > 0) good = add_array(b, object, field);
    else if (field->expression >= 0) good = add_entry(b, object, field->name, (pil_symbol){.kind = PIL_KNOWN_CONFLICT});
    else good = add_entry(b, object, field->name, field_value(b, field, field->first_column));
    if (!good) return false;
  }
  *argument = object_symbol(object);
  return !b->stopped;
}

/* ---- computed inputs ---- */

static bool keep_input(pil_build *b, const pil_field *field, const pil_symbol *given) {
  pil_operand cell;
  pil_symbol number;
  if (!pil_choice_number(b, given, "a computed input", &number)) return false;
  const pil_symbol *value = &number;
  if (value->kind == PIL_LANE_MASK) {
    cell = pil_build_emit(b, PIL_IR_SELECT_F, 0, value->lane, pil_build_constant_f(1), pil_build_constant_f(0));
  } else if (value->kind == PIL_KNOWN_TRUE || value->kind == PIL_KNOWN_FALSE) {
    cell = pil_build_constant_f(value->kind == PIL_KNOWN_TRUE);
  } else if (pil_symbol_is_number(value)) {
    cell = pil_symbol_to_float(b, value);
  } else {
    return pil_build_give_up(b, "a computed input that is no number");
  }
  pil_operand none = pil_build_constant_i(0);
  pil_build_emit(b, PIL_IR_KEEP_INPUT_F, (uint32_t)field->first_column, cell, none, none);
  return !b->stopped;
}

static bool compute_inputs(pil_build *b, const pil_symbol arguments[2]) {
  for (size_t i = 0; i < b->image->field_count; i++) {
    const pil_field *field = &b->image->fields[i];
    pil_symbol results[PIL_BUILD_RESULTS];
    size_t count;
    if (field->expression < 0) continue;
    pil_symbol function = pil_symbol_image(b, &b->image->expressions[field->expression]);
    if (!pil_build_call(b, &function, arguments, 2, results, &count)) return false;
    pil_symbol value = count > 0 ? results[0] : pil_symbol_nil();
    if (!keep_input(b, field, &value)) return false;
    pil_object *own = &b->objects[arguments[0].index];
    pil_build_charge(b, own->entry_count * PIL_WORK_ENTRY);
    for (size_t e = 0; e < own->entry_count; e++)
      if (strcmp(own->entries[e].key.text, field->name) == 0) own->entries[e].value = value;
  }
  return true;
}

/* ---- outputs ---- */

static bool output_index(pil_build *b, const char *name, uint32_t index, uint32_t *out) {
  pil_ir_program *program = b->program;
  char known[OUTPUT_NAME_BYTES + 16];
  int length = snprintf(known, sizeof known, "%s#%u", name, (unsigned)index);
  int64_t code = pil_dictionary_code(&b->output_names, known, (size_t)length);
  if (code < 0) return pil_build_memory(b);
  *out = (uint32_t)code;
  if ((size_t)code < program->output_count) return true;
  if (!pil_build_grow(b, &program->outputs, program->output_count, &b->output_capacity, sizeof *program->outputs))
    return false;
  char *copy = pil_arena_copy(b->arena, name, strlen(name));
  if (copy == NULL) return pil_build_memory(b);
  program->outputs[program->output_count++] = (pil_ir_output){copy, index};
  return true;
}

static bool put_number(pil_build *b, uint32_t output, pil_operand mask, pil_operand number) {
  pil_build_emit(b, PIL_IR_OUTPUT_F, output, mask, number, pil_build_constant_i(0));
  return !b->stopped;
}

/* One output that is no table, in the lanes of this way. */
static bool put_output(pil_build *b, const char *name, uint32_t index, const pil_symbol *value) {
  uint32_t output = 0;
  if (value->kind == PIL_KNOWN_NIL) return true;
  if (!output_index(b, name, index, &output)) return false;
  pil_operand one = pil_build_constant_f(1), zero = pil_build_constant_f(0);
  switch (value->kind) {
    case PIL_KNOWN_TRUE: return put_number(b, output, b->mask, one);
    case PIL_KNOWN_FALSE: return put_number(b, output, b->mask, zero);
    case PIL_LANE_MASK:
      return put_number(b, output, b->mask, pil_build_emit(b, PIL_IR_SELECT_F, 0, value->lane, one, zero));
    case PIL_LANE_MIX: return put_number(b, output, pil_build_andnot(b, b->mask, value->nil), value->lane);
    case PIL_KNOWN_TEXT:
    case PIL_LANE_TEXT: {
      bool known = value->kind == PIL_KNOWN_TEXT;
      if (!pil_build_charge(b, b->texts.count * PIL_WORK_ENTRY)) return false;
      for (size_t i = 0; i < b->texts.count; i++) {
        bool may_come = !known || b->texts.texts[i] == value->text;
        if (may_come && strlen(b->texts.texts[i]) > OUTPUT_TEXT_BYTES)
          return pil_build_give_up(b, "a long text as output");
      }
      pil_operand text = known ? pil_build_constant_i(pil_dictionary_code(&b->texts, value->text, strlen(value->text)))
                               : value->lane;
      pil_build_emit(b, PIL_IR_OUTPUT_TEXT, output, b->mask, text, pil_build_constant_i(0));
      return !b->stopped;
    }
    default: break;
  }
  if (!pil_symbol_is_number(value)) return pil_build_give_up(b, "output \"%s\" is of several kinds", name);
  return put_number(b, output, b->mask, pil_symbol_to_float(b, value));
}

/* Where a value of the result goes. */
typedef struct place {
  const char *name;
  uint32_t index;
  int level;
} place;

static bool put_each(pil_build *b, const place *at, const pil_symbol *value);

/* A list's items as far as lanes have them. */
static bool put_list(pil_build *b, const char *name, uint32_t object) {
  pil_operand mask = b->mask, more = mask;
  for (int64_t i = 1; i <= OUTPUT_ITEMS + 1 && !pil_build_is_none(more); i++) {
    pil_symbol key = pil_symbol_integer(i), item;
    if (!pil_list_next(b, object, &key, &item, &more)) return false;
    more = pil_build_and(b, mask, more);
    if (i > OUTPUT_ITEMS) return pil_build_guard(b, more, "output \"%s\" has more than %d items", name, OUTPUT_ITEMS);
    b->mask = more;
    bool good = pil_build_is_none(more) || put_output(b, name, (uint32_t)i, &item);
    b->mask = mask;
    if (!good) return false;
  }
  return !b->stopped;
}

static bool put_series(pil_build *b, const char *name, uint32_t index) {
  const pil_object *object = &b->objects[index];
  if (object->entry_count > 0) return pil_build_give_up(b, "output \"%s\" has numbered and named fields", name);
  if (object->list > 0) return put_list(b, name, index);
  for (size_t i = 0; i < object->item_count; i++) {
    pil_symbol item = object->items[i];
    place at = {name, (uint32_t)i + 1, 0};
    if (!put_each(b, &at, &item)) return false;
  }
  return true;
}

/* The name of a field within `prefix`, in `name`. */
static bool name_field(pil_build *b, const char *prefix, const pil_symbol *key, char name[OUTPUT_NAME_BYTES + 1]) {
  if (key->kind != PIL_KNOWN_TEXT || !pil_text_is_name(key->text))
    return pil_build_give_up(b, "an output without a proper name");
  int length = snprintf(name, OUTPUT_NAME_BYTES + 1, "%s%s%s", prefix, *prefix == '\0' ? "" : ".", key->text);
  return length <= OUTPUT_NAME_BYTES || pil_build_give_up(b, "an output with a long name");
}

static bool put_record(pil_build *b, const char *prefix, uint32_t object, int level) {
  for (size_t i = 0; i < b->objects[object].entry_count; i++) {
    pil_symbol key = b->objects[object].entries[i].key, value = b->objects[object].entries[i].value;
    char name[OUTPUT_NAME_BYTES + 1];
    if (!name_field(b, prefix, &key, name)) return false;
    place at = {name, 0, level};
    if (!put_each(b, &at, &value)) return false;
  }
  return true;
}

/* A table from outside the trial: a series or a record of what is known. */
static bool put_table(pil_build *b, const place *at, const pil_image_table *table) {
  bool is_mixed = table->item_count > 0 && table->entry_count > 0;
  if (at->level == OUTPUT_LEVELS || at->index != 0 || is_mixed || table->is_opaque)
    return pil_build_give_up(b, "output \"%s\" is nested", at->name);
  for (size_t i = 0; i < table->item_count; i++) {
    pil_symbol item = pil_symbol_image(b, &table->items[i]);
    place within = {at->name, (uint32_t)i + 1, 0};
    if (!put_each(b, &within, &item)) return false;
  }
  for (size_t i = 0; i < table->entry_count; i++) {
    char name[OUTPUT_NAME_BYTES + 1];
    pil_symbol key = pil_symbol_image(b, &table->entries[i].key), value = pil_symbol_image(b, &table->entries[i].value);
    if (!name_field(b, at->name, &key, name)) return false;
    place within = {name, 0, at->level + 1};
    if (!put_each(b, &within, &value)) return false;
  }
  return !b->stopped;
}

static bool put_one(pil_build *b, const void *context, const pil_symbol *value, pil_symbol *out) {
  const place *at = context;
  *out = pil_symbol_nil();
  if (value->kind == PIL_KNOWN_TABLE) return put_table(b, at, value->table);
  if (value->kind != PIL_KNOWN_OBJECT) return put_output(b, at->name, at->index, value);
  const pil_object *inner = &b->objects[value->index];
  if (inner->is_argument || at->level == OUTPUT_LEVELS || at->index != 0)
    return pil_build_give_up(b, "output \"%s\" is nested", at->name);
  if (inner->item_count > 0 || inner->list > 0) return put_series(b, at->name, value->index);
  return put_record(b, at->name, value->index, at->level + 1);
}

/* Each thing that it may be, in its lanes. */
static bool put_each(pil_build *b, const place *at, const pil_symbol *value) {
  pil_symbol none;
  if (value->kind != PIL_LANE_CHOICE) return put_one(b, at, value, &none);
  return pil_choice_each(b, value, put_one, at, &none);
}

static bool put_result(pil_build *b, const pil_symbol *result);

static bool put_result_of(pil_build *b, const void *context, const pil_symbol *result, pil_symbol *out) {
  (void)context;
  *out = pil_symbol_nil();
  return put_result(b, result);
}

static bool put_result(pil_build *b, const pil_symbol *result) {
  pil_symbol none;
  if (result->kind == PIL_LANE_CHOICE) return pil_choice_each(b, result, put_result_of, NULL, &none);
  if (result->kind != PIL_KNOWN_OBJECT || b->objects[result->index].item_count > 0 || b->objects[result->index].list > 0 ||
      b->objects[result->index].is_argument)
    return pil_build_give_up(b, "the trial returns no table of named results");
  return put_record(b, "", result->index, 1);
}

/* ---- the whole ---- */

bool pil_build_arguments(pil_build *b, pil_symbol arguments[2]) {
  if (!make_argument(b, &arguments[0])) return false;
  arguments[1] = pil_symbol_image(b, &b->image->settings);
  return compute_inputs(b, arguments);
}

static bool follow_trial(pil_build *b) {
  pil_symbol arguments[2], results[PIL_BUILD_RESULTS];
  size_t count;
  if (!pil_build_arguments(b, arguments)) return false;
  b->on_result = put_result;
  pil_symbol function = pil_symbol_image(b, &b->image->function);
  return pil_build_call(b, &function, arguments, 2, results, &count) || !b->stopped;
}

/* The texts as outputs show them: what is not printable is escaped. */
static bool keep_texts(pil_build *b) {
  const char **texts = pil_arena_array(b->arena, b->texts.count + 1, sizeof *texts);
  if (texts == NULL) return pil_build_memory(b);
  for (size_t i = 0; i < b->texts.count; i++) {
    char clean[OUTPUT_TEXT_BYTES + 1];
    pil_text_escape(b->texts.texts[i], strlen(b->texts.texts[i]), clean, sizeof clean);
    texts[i] = pil_arena_copy(b->arena, clean, strlen(clean));
    if (texts[i] == NULL) return pil_build_memory(b);
  }
  b->program->texts = texts;
  b->program->text_count = b->texts.count;
  return true;
}

/* Moves what stands outside of the arena into it. */
static bool settle(pil_build *b, void *array, size_t count, size_t size_bytes) {
  void **pointer = array, *settled = pil_arena_array(b->arena, count, size_bytes);
  if (settled == NULL) return pil_build_memory(b);
  if (count > 0) memcpy(settled, *pointer, count * size_bytes);
  pil_memory_free(*pointer);
  *pointer = settled;
  return true;
}

static bool build(pil_build *b) {
  pil_ir_program *program = b->program;
  bool good = follow_trial(b) && keep_texts(b) && !b->stopped &&
              settle(b, &program->draws, program->draw_count, sizeof *program->draws);
  if (good && settle(b, &program->instructions, program->instruction_count, sizeof *program->instructions))
    return true;
  if (!good) pil_memory_free(program->draws);
  pil_memory_free(program->instructions);
  *program = (pil_ir_program){.seed = program->seed};
  return false;
}

bool pil_builder_build(pil_arena *arena, const pil_image *image, pil_ir_program *program,
                       pil_ir_reason *refusal, pil_error *error) {
  *program = (pil_ir_program){.seed = image->seed};
  *refusal = (pil_ir_reason){0};
  pil_build b = {.arena = arena, .image = image, .program = program, .refusal = refusal, .error = error,
                 .mask = pil_build_constant_i(-1), .first_bytes = arena->size_bytes};
  bool good = build(&b);
  pil_dictionary_free(&b.texts);
  pil_dictionary_free(&b.output_names);
  pil_dictionary_free(&b.reason_names);
  return good;
}
