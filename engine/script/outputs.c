/* Reading what a trial returned. The fast way knows each key by its address at the place where
 * the last trial had it; only a trial that needs a new column looks further.
 * SPDX-License-Identifier: Apache-2.0 */
#include "outputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "describe.h"
#include "program.h"

typedef struct reader {
  lua_State *L;
  pil_script_program *program;
  pil_outputs *outputs;
  size_t lane;
} reader;

static bool read_table(reader *r, pil_output_list *list, const char *prefix, size_t level,
                       int table);

/* ---- errors ---- */

static bool refuse(reader *r, const char *name, const char *problem) {
  const pil_script_source *source = &r->program->source;
  pil_place at = {source->shown_name, 0, 0};
  return pil_error_set(r->program->error, PIL_FAILURE_SCRIPT, at, "output \"%s\": %s", name,
                       problem);
}

static bool refuse_result(reader *r, int index) {
  pil_place at = {r->program->source.shown_name, 0, 0};
  const char *found = lua_isnil(r->L, index) ? "nothing (nil)" : pil_describe_value(r->L, index);
  return pil_error_set(r->program->error, PIL_FAILURE_SCRIPT, at,
                       "the function returned %s; return a table such as {npv = npv}", found);
}

/* A frozen table is empty: its content takes its place on the stack. */
static inline void open_table(lua_State *L, int table) {
  if (!lua_getmetatable(L, table)) return;
  lua_pop(L, 1);
  pil_sandbox_push_content(L, table);
  lua_replace(L, table);
}

/* ---- names ---- */

static bool add_output(reader *r, pil_output_list *list, pil_output *output) {
  if (list->count == list->capacity) {
    size_t capacity = list->capacity == 0 ? 8 : 2 * list->capacity;
    pil_output **grown = pil_memory_resize(list->items, capacity, sizeof *grown);
    if (grown == NULL) return pil_error_memory(r->program->error);
    list->items = grown;
    list->capacity = capacity;
  }
  list->items[list->count++] = output;
  return true;
}

static pil_output *make_output(reader *r, pil_output_list *list, const char *prefix, size_t level,
                               int key) {
  lua_State *L = r->L;
  char name[PIL_OUTPUT_NAME_BYTES + 2];
  size_t length;
  const char *text = lua_tolstring(L, key, &length);
  if (strlen(text) != length || !pil_text_is_name(text)) {
    refuse(r, text, "an output's name is made of letters, digits and _ only");
    return NULL;
  }
  int total = snprintf(name, sizeof name, "%s%s%s", prefix, *prefix == '\0' ? "" : ".", text);
  if (total > PIL_OUTPUT_NAME_BYTES) {
    refuse(r, name, "the name is longer than 200 bytes");
    return NULL;
  }
  if (++r->outputs->name_count > PIL_OUTPUT_COUNT) {
    refuse(r, name, "too many different names; put what changes by trial into the values");
    return NULL;
  }
  pil_script_anchor(L, r->program, key);
  pil_output *output = pil_arena_new(&r->program->arena, sizeof *output);
  if (output != NULL) {
    *output = (pil_output){.key = text, .level = level};
    output->name = pil_arena_copy(&r->program->arena, name, strlen(name));
  }
  if (output == NULL || output->name == NULL) {
    pil_error_memory(r->program->error);
    return NULL;
  }
  return add_output(r, list, output) ? output : NULL;
}

/* Brings the output of this key to its place in the list. Long keys have no address of their
 * own and are compared as texts. */
static pil_output *find_output(reader *r, pil_output_list *list, const char *prefix, size_t level,
                               int key, size_t place) {
  const char *text = lua_tostring(r->L, key);
  pil_output *output = NULL;
  size_t i = 0;
  for (; i < list->count; i++) {
    const pil_output *known = list->items[i];
    size_t skipped = *prefix == '\0' ? 0 : strlen(prefix) + 1;
    if (known->key == text || strcmp(known->name + skipped, text) == 0) break;
  }
  if (i == list->count) output = make_output(r, list, prefix, level, key);
  if (i == list->count && output == NULL) return NULL;
  output = list->items[i];
  if (place < i) {
    list->items[i] = list->items[place];
    list->items[place] = output;
  }
  return output;
}

/* ---- columns: made after a survey of the whole trial, in the order of their names, because
 * the order of a table's keys differs from state to state ---- */

static bool wish(reader *r, pil_output *output, uint32_t index) {
  pil_outputs *outputs = r->outputs;
  if (outputs->wish_count == outputs->wish_capacity) {
    size_t capacity = outputs->wish_capacity == 0 ? 64 : 2 * outputs->wish_capacity;
    void *grown = pil_memory_resize(outputs->wishes, capacity, sizeof *outputs->wishes);
    if (grown == NULL) return pil_error_memory(r->program->error);
    outputs->wishes = grown;
    outputs->wish_capacity = capacity;
  }
  outputs->wishes[outputs->wish_count++] = (pil_output_wish){output, index};
  return true;
}

static int by_name(const void *a, const void *b) {
  const pil_output_wish *left = a, *right = b;
  int order = strcmp(left->output->name, right->output->name);
  return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static bool set_series_column(reader *r, pil_output *output, uint32_t index, double *cells) {
  if (index > output->series_count) {
    size_t count = output->series_count == 0 ? 16 : 2 * output->series_count;
    while (count < index) count *= 2;
    double **grown = pil_memory_resize(output->series, count, sizeof *grown);
    if (grown == NULL) return pil_error_memory(r->program->error);
    memset(grown + output->series_count, 0, (count - output->series_count) * sizeof *grown);
    output->series = grown;
    output->series_count = count;
  }
  output->series[index - 1] = cells;
  return true;
}

static bool make_columns(reader *r) {
  pil_outputs *outputs = r->outputs;
  qsort(outputs->wishes, outputs->wish_count, sizeof *outputs->wishes, by_name);
  for (size_t i = 0; i < outputs->wish_count; i++) {
    pil_output_wish made = outputs->wishes[i];
    pil_frame *frame = r->program->frame;
    pil_column *column =
        pil_frame_column(frame, frame->column_count, made.output->name, made.index);
    if (column == NULL) return pil_error_memory(r->program->error);
    if (made.index == 0) {
      made.output->cells = column->cells;
      made.output->batch_number = outputs->batch_number;
    } else {
      PIL_TRY(set_series_column(r, made.output, made.index, column->cells));
    }
  }
  return true;
}

/* ---- cells ---- */

static bool read_text(reader *r, const pil_output *output, int value, double *cell) {
  char clean[PIL_OUTPUT_TEXT_BYTES + 1];
  size_t length;
  const char *text = lua_tolstring(r->L, value, &length);
  pil_text_escape(text, length, clean, sizeof clean);
  size_t clean_length = strlen(clean);
  if (length > PIL_OUTPUT_TEXT_BYTES)
    return refuse(r, output->name, "a text longer than 200 bytes");
  int64_t code = pil_dictionary_code(&r->program->frame->texts, clean, clean_length);
  if (code < 0) return pil_error_memory(r->program->error);
  *cell = pil_cell_of(PIL_CELL_TEXT | (uint64_t)code);
  return true;
}

/* Everything but a table. */
static inline bool read_cell(reader *r, const pil_output *output, int value, int type,
                             double *cell) {
  if (type == LUA_TNUMBER) {
    double number = lua_tonumberx(r->L, value, NULL);
    *cell = number == number ? number : pil_cell_of(PIL_CELL_NAN);
    return true;
  }
  if (type == LUA_TBOOLEAN) {
    *cell = lua_toboolean(r->L, value);
    return true;
  }
  if (type == LUA_TSTRING) return read_text(r, output, value, cell);
  *cell = pil_cell_of(PIL_CELL_WRONG);
  return true;
}

static bool read_element(reader *r, pil_output *output, int key) {
  lua_State *L = r->L;
  int is_integer, type = lua_type(L, key + 1);
  lua_Integer index = lua_tointegerx(L, key, &is_integer);
  if (!is_integer || lua_type(L, key) != LUA_TNUMBER)
    return refuse(r, output->name, "a table with both numbered and named fields");
  if (index < 1 || index > PIL_OUTPUT_ELEMENTS)
    return refuse(r, output->name, "a series counts from 1 and has at most 100000 elements");
  if (output->series_batch_number != r->outputs->batch_number) {
    if (output->series_count > 0)
      memset(output->series, 0, output->series_count * sizeof(double *));
    output->series_batch_number = r->outputs->batch_number;
  }
  if ((size_t)index > output->series_count || output->series[index - 1] == NULL)
    return wish(r, output, (uint32_t)index);
  return read_cell(r, output, key + 1, type, &output->series[index - 1][r->lane]);
}

/* A table in a table: a series if its first key is a number, else a record. */
static bool read_inner(reader *r, pil_output *output, int table) {
  lua_State *L = r->L;
  if (!lua_checkstack(L, 16)) return pil_error_memory(r->program->error);
  open_table(L, table);
  lua_pushnil(L);
  if (!lua_next(L, table)) return true; /* {} holds no numbers */
  bool is_series = lua_type(L, -2) == LUA_TNUMBER;
  if (!is_series) {
    lua_pop(L, 2);
    if (output->level < PIL_OUTPUT_LEVELS)
      return read_table(r, &output->members, output->name, output->level + 1, table);
    return refuse(r, output->name, "records nest deeper than 3 levels (does a table hold itself?)");
  }
  do {
    if (!read_element(r, output, table + 1)) return false;
    lua_settop(L, table + 1);
  } while (lua_next(L, table));
  return true;
}

static inline bool read_value(reader *r, pil_output *output, int value) {
  int type = lua_type(r->L, value);
  if (type == LUA_TTABLE) return read_inner(r, output, value);
  if (output->batch_number != r->outputs->batch_number) return wish(r, output, 0);
  return read_cell(r, output, value, type, &output->cells[r->lane]);
}

static bool refuse_key(reader *r, const char *prefix, int key) {
  if (*prefix != '\0') return refuse(r, prefix, "a table with both numbered and named fields");
  pil_place at = {r->program->source.shown_name, 0, 0};
  return pil_error_set(r->program->error, PIL_FAILURE_SCRIPT, at,
                       "the returned table has the key %s; each result needs a name, as in "
                       "{npv = npv}",
                       pil_describe_value(r->L, key));
}

static bool read_table(reader *r, pil_output_list *list, const char *prefix, size_t level,
                       int table) {
  lua_State *L = r->L;
  size_t place = 0;
  int key = table + 1;
  open_table(L, table);
  for (lua_pushnil(L); lua_next(L, table); lua_settop(L, key), place++) {
    if (lua_type(L, key) != LUA_TSTRING) return refuse_key(r, prefix, key);
    pil_output *output = place < list->count ? list->items[place] : NULL;
    if (output == NULL || output->key != lua_tolstring(L, key, NULL)) {
      output = find_output(r, list, prefix, level, key, place);
      if (output == NULL) return false;
    }
    if (!read_value(r, output, key + 1)) return false;
  }
  return true;
}

bool pil_outputs_read(lua_State *L, pil_script_program *program, int index, size_t lane) {
  reader r = {L, program, &program->outputs, lane};
  if (lua_type(L, index) != LUA_TTABLE) return refuse_result(&r, index);
  int top = lua_gettop(L);
  if (index != top) { /* tables are read at the top of the stack */
    lua_pushvalue(L, index);
    index = top + 1;
  }
  program->outputs.wish_count = 0;
  bool ok = read_table(&r, &program->outputs.list, "", 1, index);
  if (ok && program->outputs.wish_count > 0) {
    lua_settop(L, index);
    ok = make_columns(&r) && read_table(&r, &program->outputs.list, "", 1, index);
  }
  lua_settop(L, top);
  return ok;
}

static void free_list(pil_output_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free_list(&list->items[i]->members);
    pil_memory_free(list->items[i]->series);
  }
  pil_memory_free(list->items);
}

void pil_outputs_free(pil_outputs *outputs) {
  free_list(&outputs->list);
  pil_memory_free(outputs->wishes);
  *outputs = (pil_outputs){0};
}
