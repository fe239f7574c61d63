/* Where a function can return, and what it would do if it did not return there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "returns.h"

#include <string.h>

#include "trace.h"

enum { MOST_FUNCTIONS = 16, MOST_PLACES = 1024, MOST_NUMBERS = 256, JUMP_ZERO = 16777215 };

typedef struct returns {
  pil_arena *arena;
  const pil_image_function *functions[MOST_FUNCTIONS]; /* the first, and those called in tail position */
  size_t function_count;
} returns;

static const char *file_of(const pil_function *code) {
  const char *source = code->source == NULL ? "" : code->source;
  return *source == '=' || *source == '@' ? source + 1 : source;
}

static void place_of(const pil_function *code, uint32_t pc, char place[PIL_PLACE_BYTES]) {
  pil_place_name(place, file_of(code), code->lines[pc]);
}

static bool is_return(uint32_t word) {
  unsigned op = pil_op(word);
  return op == PIL_OP_RETURN || op == PIL_OP_RETURN0 || op == PIL_OP_RETURN1;
}

/* ---- which instructions can be reached ---- */

static bool *find_reached(pil_arena *arena, const pil_function *code, pil_error *error) {
  bool *reached = pil_arena_array(arena, code->code_count + 1, sizeof *reached);
  uint32_t *waiting = pil_arena_array(arena, code->code_count + 1, sizeof *waiting), next[2];
  if (reached == NULL || waiting == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  size_t count = 1;
  reached[0] = true;
  while (count > 0) {
    uint32_t pc = waiting[--count];
    size_t next_count = pil_trace_next(code, pc, next);
    for (size_t i = 0; i < next_count; i++) {
      if (next[i] >= code->code_count || reached[next[i]]) continue;
      reached[next[i]] = true;
      waiting[count++] = next[i];
    }
  }
  return reached;
}

/* ---- functions called in tail position ---- */

/* The function that register `a` holds before `pc`, if it is an upvalue's. */
static const pil_image_function *called_at(const pil_image_function *function, uint32_t pc) {
  const pil_function *code = function->code;
  unsigned a = pil_op_a(code->code[pc]);
  for (uint32_t i = pc; i > 0; i--) {
    uint32_t word = code->code[i - 1];
    if (pil_op_a(word) != a || pil_op(word) == PIL_OP_JMP) continue;
    if (pil_op(word) != PIL_OP_GETUPVAL || pil_op_b(word) >= code->upvalue_count) return NULL;
    const pil_image_value *value = &function->upvalues[pil_op_b(word)];
    return value->kind == PIL_IMAGE_FUNCTION ? value->function : NULL;
  }
  return NULL;
}

static void add_function(returns *r, const pil_image_function *function) {
  if (function == NULL || r->function_count == MOST_FUNCTIONS) return;
  for (size_t i = 0; i < r->function_count; i++)
    if (r->functions[i] == function) return;
  r->functions[r->function_count++] = function;
}

static bool find_functions(returns *r, const pil_image_function *function, pil_error *error) {
  add_function(r, function);
  for (size_t i = 0; i < r->function_count; i++) {
    const pil_function *code = r->functions[i]->code;
    const bool *reached = find_reached(r->arena, code, error);
    if (reached == NULL) return false;
    for (uint32_t pc = 0; pc < code->code_count; pc++)
      if (reached[pc] && pil_op(code->code[pc]) == PIL_OP_TAILCALL) add_function(r, called_at(r->functions[i], pc));
  }
  return true;
}

/* ---- listing ---- */

static bool add_place(returns *r, const char **places, size_t *count, const pil_function *code, uint32_t pc, pil_error *error) {
  char place[PIL_PLACE_BYTES];
  place_of(code, pc, place);
  for (size_t i = 0; i < *count; i++)
    if (strcmp(places[i], place) == 0) return true;
  if (*count == MOST_PLACES) return true;
  places[*count] = pil_arena_copy(r->arena, place, strlen(place));
  return places[(*count)++] != NULL || pil_error_memory(error);
}

bool pil_returns_list(pil_arena *arena, const pil_image_function *function, const char *const **places, size_t *count,
                      pil_error *error) {
  returns r = {.arena = arena};
  const char **list = pil_arena_array(arena, MOST_PLACES, sizeof *list);
  *count = 0;
  *places = list;
  if (list == NULL) return pil_error_memory(error);
  PIL_TRY(find_functions(&r, function, error));
  for (size_t i = 0; i < r.function_count; i++) {
    const pil_function *code = r.functions[i]->code;
    const bool *reached = find_reached(arena, code, error);
    if (reached == NULL) return false;
    for (uint32_t pc = 0; pc < code->code_count; pc++)
      if (reached[pc] && is_return(code->code[pc])) PIL_TRY(add_place(&r, list, count, code, pc, error));
  }
  return true;
}

/* ---- numbers ---- */

/* A number that an instruction holds itself. */
static bool immediate_of(uint32_t word, double *number) {
  switch (pil_op(word)) {
    case PIL_OP_LOADI:
    case PIL_OP_LOADF: *number = (double)((int)pil_op_bx(word) - 65535); return true;
    case PIL_OP_EQI:
    case PIL_OP_LTI:
    case PIL_OP_LEI:
    case PIL_OP_GTI:
    case PIL_OP_GEI: *number = (double)((int)pil_op_b(word) - 127); return true;
    default: return false;
  }
}

static void add_numbers(const pil_function *code, double *numbers, size_t *count) {
  for (uint32_t i = 0; i < code->constant_count && *count < MOST_NUMBERS; i++) {
    const pil_constant *constant = &code->constants[i];
    if (constant->kind == PIL_CONSTANT_INTEGER) numbers[(*count)++] = (double)constant->integer;
    else if (constant->kind == PIL_CONSTANT_NUMBER) numbers[(*count)++] = constant->number;
  }
  for (uint32_t pc = 0; pc < code->code_count && *count < MOST_NUMBERS; pc++)
    if (immediate_of(code->code[pc], &numbers[*count])) ++*count;
  for (uint32_t i = 0; i < code->function_count; i++) add_numbers(&code->functions[i], numbers, count);
}

bool pil_returns_numbers(pil_arena *arena, const pil_image_function *function, const double **numbers, size_t *count,
                         pil_error *error) {
  returns r = {.arena = arena};
  double *list = pil_arena_array(arena, MOST_NUMBERS + 1, sizeof *list);
  *count = 0;
  *numbers = list;
  if (list == NULL) return pil_error_memory(error);
  PIL_TRY(find_functions(&r, function, error));
  for (size_t i = 0; i < r.function_count; i++) add_numbers(r.functions[i]->code, list, count);
  return true;
}

/* ---- passing over ---- */

/* Where the innermost branch that `pc` stands in ends: the nearest target behind it of a jump from before it. */
static bool find_exit(const pil_function *code, uint32_t pc, uint32_t *exit) {
  bool found = false;
  for (uint32_t i = 0; i < pc; i++) {
    if (pil_op(code->code[i]) != PIL_OP_JMP) continue;
    uint32_t target = (uint32_t)((int)i + 1 + pil_op_jump(code->code[i]));
    if (target <= pc || target >= code->code_count || (found && target >= *exit)) continue;
    *exit = target;
    found = true;
  }
  return found;
}

static bool pass_function(returns *r, size_t index, const char *kept, bool kept_is_inner, pil_error *error) {
  const pil_function *code = r->functions[index]->code;
  pil_function *changed = pil_arena_new(r->arena, sizeof *changed);
  uint32_t *words = pil_arena_array(r->arena, code->code_count + 1, sizeof *words);
  if (changed == NULL || words == NULL) return pil_error_memory(error);
  memcpy(words, code->code, code->code_count * sizeof *words);
  for (uint32_t pc = 0; pc < code->code_count; pc++) {
    char place[PIL_PLACE_BYTES];
    uint32_t exit = 0;
    bool is_tail = pil_op(code->code[pc]) == PIL_OP_TAILCALL;
    if (!(is_return(code->code[pc]) || (is_tail && !kept_is_inner)) || !find_exit(code, pc, &exit)) continue;
    place_of(code, pc, place);
    if (strcmp(place, kept) == 0) continue;
    words[pc] = PIL_OP_JMP | (uint32_t)((int)exit - (int)(pc + 1) + JUMP_ZERO) << 7;
  }
  *changed = *code;
  changed->code = words;
  ((pil_image_function *)r->functions[index])->code = changed;
  return true;
}

/* Whether the place is in one of the functions called in tail position. */
static bool is_inner(const returns *r, const char *place) {
  for (size_t i = 0; i < r->function_count; i++) {
    const pil_function *code = r->functions[i]->code;
    for (uint32_t pc = 0; pc < code->code_count; pc++) {
      char own[PIL_PLACE_BYTES];
      if (!is_return(code->code[pc])) continue;
      place_of(code, pc, own);
      if (strcmp(own, place) == 0) return i > 0;
    }
  }
  return false;
}

bool pil_returns_pass(pil_arena *arena, pil_image_function *function, const char *kept, pil_error *error) {
  returns r = {.arena = arena};
  PIL_TRY(find_functions(&r, function, error));
  bool kept_is_inner = is_inner(&r, kept);
  for (size_t i = 0; i < r.function_count; i++) PIL_TRY(pass_function(&r, i, kept, kept_is_inner, error));
  return true;
}
