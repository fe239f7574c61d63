/* Following a function whose argument is known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include "../base/memory.h"
#include "build.h"

typedef struct watching {
  pil_build_watcher base; /* first: a watcher* is one of these */
  pil_arena *arena;
  pil_trace *trace;
  size_t capacity;
  pil_trace_listener *listener;
  void *context;
  bool held;    /* of the conditional that is followed */
  pil_place at; /* where a function was left last */
} watching;

/* ---- values ---- */

static bool copy_value(pil_arena *arena, const pil_symbol *symbol, pil_trace_value *value) {
  const char *text = NULL;
  *value = (pil_trace_value){.kind = PIL_TRACE_NIL};
  switch (symbol->kind) {
    case PIL_KNOWN_NIL: return true;
    case PIL_KNOWN_TRUE:
    case PIL_KNOWN_FALSE:
      *value = (pil_trace_value){.kind = PIL_TRACE_BOOLEAN, .integer = symbol->kind == PIL_KNOWN_TRUE};
      return true;
    case PIL_KNOWN_INTEGER:
      *value = (pil_trace_value){.kind = PIL_TRACE_INTEGER, .integer = symbol->integer};
      value->number = (double)symbol->integer;
      return true;
    case PIL_KNOWN_FLOAT: *value = (pil_trace_value){.kind = PIL_TRACE_FLOAT, .number = symbol->number}; return true;
    case PIL_KNOWN_TEXT:
      value->kind = PIL_TRACE_TEXT;
      text = symbol->text;
      break;
    default:
      value->kind = PIL_TRACE_OTHER;
      text = symbol->kind == PIL_KNOWN_TABLE || symbol->kind == PIL_KNOWN_OBJECT ? "a table" : "a function";
  }
  value->text = pil_arena_copy(arena, text, strlen(text));
  return value->text != NULL;
}

/* ---- watching ---- */

static bool add_test(watching *w, pil_build *b, const pil_trace_test *test) {
  pil_trace *trace = w->trace;
  if (!pil_trace_is_branch(test->function, test->pc)) return true;
  if (trace->test_count == PIL_TRACE_TESTS) {
    trace->left_out++;
    return true;
  }
  if (trace->test_count == w->capacity) {
    size_t capacity = w->capacity == 0 ? 16 : 2 * w->capacity;
    pil_trace_test *grown = pil_arena_array(w->arena, capacity, sizeof *grown);
    if (grown == NULL) return pil_build_memory(b);
    if (trace->test_count > 0) memcpy(grown, trace->tests, trace->test_count * sizeof *grown);
    trace->tests = grown;
    w->capacity = capacity;
  }
  trace->tests[trace->test_count++] = *test;
  return true;
}

static bool note_test(pil_build_watcher *watcher, pil_build *b, const pil_function *code, uint32_t pc,
                      const pil_symbol *left, const pil_symbol *right, pil_operand holds) {
  watching *w = (watching *)watcher;
  if (!holds.is_constant) return pil_build_give_up(b, "a condition that depends on a draw");
  w->held = holds.integer != 0;
  pil_trace_test test = {.function = code, .pc = pc, .is_truth = right == NULL, .holds = w->held};
  if (!copy_value(w->arena, left, &test.left) || (right != NULL && !copy_value(w->arena, right, &test.right)))
    return pil_build_memory(b);
  return add_test(w, b, &test);
}

static void note_step(pil_build_watcher *watcher, const pil_build *b, const pil_function *code, uint32_t pc,
                      uint32_t next) {
  watching *w = (watching *)watcher;
  if (next == (uint32_t)PIL_WATCH_END) w->at = b->at;
  if (w->listener != NULL) w->listener(w->context, code, pc, pil_trace_is_test(code->code[pc]), w->held);
}

/* ---- the whole ---- */

/* A value that varies all the same comes from a draw. */
static bool keep_results(watching *w, pil_build *b, const pil_symbol *results, size_t count) {
  b->at = w->at;
  for (size_t i = 0; i < count && i < PIL_TRACE_RESULTS; i++) {
    if (results[i].kind >= PIL_LANE_FLOAT) return pil_build_give_up(b, "a result that depends on a draw");
    if (!copy_value(w->arena, &results[i], &w->trace->results[i])) return pil_build_memory(b);
  }
  return true;
}

static bool follow(pil_build *b, watching *w) {
  pil_symbol arguments[2], results[PIL_BUILD_RESULTS];
  size_t count;
  if (!pil_build_arguments(b, arguments)) return false;
  b->watcher = &w->base;
  pil_symbol function = pil_symbol_image(b, &b->image->function);
  if (!pil_build_call(b, &function, arguments, 2, results, &count)) return false;
  return keep_results(w, b, results, count) && !b->stopped;
}

bool pil_trace_run(pil_arena *arena, const pil_image *image, const pil_field *fields, size_t field_count,
                   pil_trace_listener *listener, void *context, pil_trace *trace, pil_error *error) {
  pil_arena scratch = {0};
  pil_image own = *image;
  pil_ir_program program = {.seed = image->seed};
  watching w = {
      .base = {note_step, note_test}, .arena = arena, .trace = trace, .listener = listener, .context = context};
  own.fields = fields;
  own.field_count = field_count;
  *trace = (pil_trace){0};
  pil_build b = {.arena = &scratch, .image = &own, .program = &program, .refusal = &trace->refusal, .error = error,
                 .mask = pil_build_constant_i(-1)};
  trace->is_whole = follow(&b, &w);
  bool good = trace->is_whole || trace->refusal.text != NULL;
  if (good && !trace->is_whole) {
    trace->refusal.text = pil_arena_copy(arena, trace->refusal.text, strlen(trace->refusal.text));
    good = trace->refusal.text != NULL || pil_error_memory(error);
  }
  pil_dictionary_free(&b.texts);
  pil_dictionary_free(&b.output_names);
  pil_dictionary_free(&b.reason_names);
  pil_memory_free(program.draws);
  pil_memory_free(program.instructions);
  pil_arena_free(&scratch);
  return good;
}
