/* Coverage of a file's functions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "coverage.h"

#include <stdlib.h>
#include <string.h>

enum { REACHABLE = 1, EXECUTED = 2, HELD = 4, FAILED = 8 };

static size_t count_functions(const pil_function *chunk) {
  size_t count = chunk->function_count;
  for (uint32_t i = 0; i < chunk->function_count; i++) count += count_functions(&chunk->functions[i]);
  return count;
}

/* ---- which function is which ---- */

static bool same_constant(const pil_constant *a, const pil_constant *b) {
  if (a->kind != b->kind) return false;
  switch (a->kind) {
    case PIL_CONSTANT_NIL: return true;
    case PIL_CONSTANT_BOOLEAN: return a->boolean == b->boolean;
    case PIL_CONSTANT_INTEGER: return a->integer == b->integer;
    case PIL_CONSTANT_NUMBER: return memcmp(&a->number, &b->number, sizeof a->number) == 0;
    case PIL_CONSTANT_TEXT: break;
  }
  return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* Functions on one line may differ in nothing but what they compare with, or what they know of outside. */
static bool is_same(const pil_function *a, const pil_function *b) {
  bool is_like = a->line == b->line && a->last_line == b->last_line && a->code_count == b->code_count &&
                 a->constant_count == b->constant_count && a->upvalue_count == b->upvalue_count &&
                 a->function_count == b->function_count &&
                 memcmp(a->code, b->code, a->code_count * sizeof *a->code) == 0;
  for (uint32_t i = 0; is_like && i < a->constant_count; i++)
    is_like = same_constant(&a->constants[i], &b->constants[i]);
  for (uint32_t i = 0; is_like && i < a->upvalue_count; i++)
    is_like = strcmp(a->upvalues[i].name, b->upvalues[i].name) == 0;
  for (uint32_t i = 0; is_like && i < a->function_count; i++) is_like = is_same(&a->functions[i], &b->functions[i]);
  return is_like;
}

/* The function's index; function_count: it is none of these. */
static size_t find_function(const pil_coverage *coverage, const pil_function *function) {
  size_t i = 0;
  while (i < coverage->function_count && !is_same(coverage->functions[i].code, function)) i++;
  return i;
}

/* ---- opening ---- */

/* Marks what ways from the first instruction lead to: at most two ways on from each instruction wait. */
static bool mark_reachable(pil_covered *covered, pil_arena *arena) {
  const pil_function *code = covered->code;
  covered->marks = pil_arena_array(arena, (size_t)code->code_count + 1, 1);
  uint32_t *waiting = pil_arena_array(arena, 2 * (size_t)code->code_count + 1, sizeof *waiting);
  if (covered->marks == NULL || waiting == NULL) return false;
  size_t count = 1;
  waiting[0] = 0;
  while (count > 0) {
    uint32_t pc = waiting[--count], next[2];
    if (pc >= code->code_count || covered->marks[pc] != 0) continue;
    covered->marks[pc] = REACHABLE;
    size_t ways = pil_trace_next(code, pc, next);
    for (size_t i = 0; i < ways; i++) waiting[count++] = next[i];
  }
  return true;
}

static bool add_functions(pil_coverage *coverage, pil_arena *arena, const pil_function *chunk) {
  for (uint32_t i = 0; i < chunk->function_count; i++) {
    size_t twin = find_function(coverage, &chunk->functions[i]); /* nothing tells the two apart: they share their marks */
    bool has_twin = twin < coverage->function_count;
    pil_covered *covered = &coverage->functions[coverage->function_count++];
    covered->code = &chunk->functions[i];
    if (has_twin) covered->marks = coverage->functions[twin].marks;
    if ((!has_twin && !mark_reachable(covered, arena)) || !add_functions(coverage, arena, covered->code)) return false;
  }
  return true;
}

bool pil_coverage_open(pil_coverage *coverage, pil_arena *arena, const pil_function *chunk, pil_error *error) {
  *coverage = (pil_coverage){0};
  coverage->functions = pil_arena_array(arena, count_functions(chunk) + 1, sizeof *coverage->functions);
  return (coverage->functions != NULL && add_functions(coverage, arena, chunk)) || pil_error_memory(error);
}

/* ---- noting ---- */

void pil_coverage_note(pil_coverage *coverage, const pil_function *function, uint32_t pc, bool is_test, bool holds) {
  if (coverage->last != function) {
    coverage->last = function;
    coverage->last_index = find_function(coverage, function);
  }
  if (coverage->last_index == coverage->function_count) return;
  coverage->functions[coverage->last_index].marks[pc] |= EXECUTED | (!is_test ? 0 : holds ? HELD : FAILED);
}

/* ---- counting ---- */

typedef struct counted_line {
  int line;
  uint8_t marks;
} counted_line;

static int by_line(const void *a, const void *b) {
  const counted_line *x = a, *y = b;
  return (x->line > y->line) - (x->line < y->line);
}

static int by_place(const void *a, const void *b) {
  const pil_gap *x = a, *y = b;
  if (x->line != y->line) return (x->line > y->line) - (x->line < y->line);
  return (x->pc > y->pc) - (x->pc < y->pc);
}

static bool counts(const pil_covered *covered, uint32_t pc) {
  unsigned op = pil_op(covered->code->code[pc]); /* neither of the two is written anywhere */
  return (covered->marks[pc] & REACHABLE) && op != PIL_OP_VARARGPREP && op != PIL_OP_CLOSE;
}

/* Every line with an instruction once, and whether any of them was executed. */
static size_t gather_lines(const pil_coverage *coverage, counted_line *lines) {
  size_t count = 0, kept = 0;
  for (size_t f = 0; f < coverage->function_count; f++) {
    const pil_covered *covered = &coverage->functions[f];
    for (uint32_t pc = 0; pc < covered->code->code_count; pc++)
      if (counts(covered, pc)) lines[count++] = (counted_line){covered->code->lines[pc], covered->marks[pc]};
  }
  qsort(lines, count, sizeof *lines, by_line);
  for (size_t i = 0; i < count; i++) {
    if (kept > 0 && lines[kept - 1].line == lines[i].line) lines[kept - 1].marks |= lines[i].marks;
    else lines[kept++] = lines[i];
  }
  return kept;
}

static void add_branches(const pil_covered *covered, const counted_line *lines, size_t line_count,
                         pil_covered_file *file) {
  static const pil_gap_kind kinds[] = {[0] = PIL_GAP_NEVER_MET, [1] = PIL_GAP_NEVER_FALSE, [2] = PIL_GAP_NEVER_TRUE};
  for (uint32_t pc = 0; pc < covered->code->code_count; pc++) {
    if (!counts(covered, pc) || !pil_trace_is_branch(covered->code, pc)) continue;
    bool held = covered->marks[pc] & HELD, failed = covered->marks[pc] & FAILED;
    counted_line key = {covered->code->lines[pc], 0};
    const counted_line *line = bsearch(&key, lines, line_count, sizeof key, by_line);
    file->branches += 2;
    file->branches_covered += (size_t)held + failed;
    if ((held && failed) || line == NULL || !(line->marks & EXECUTED)) continue;
    file->gaps[file->gap_count++] = (pil_gap){key.line, kinds[held + 2 * failed], covered->code, pc};
  }
}

bool pil_coverage_count(const pil_coverage *coverage, pil_arena *arena, pil_covered_file *file, pil_error *error) {
  size_t most = 0;
  *file = (pil_covered_file){0};
  for (size_t f = 0; f < coverage->function_count; f++) most += coverage->functions[f].code->code_count;
  counted_line *lines = pil_arena_array(arena, most + 1, sizeof *lines);
  file->gaps = pil_arena_array(arena, most + 1, sizeof *file->gaps);
  if (lines == NULL || file->gaps == NULL) return pil_error_memory(error);
  file->lines = gather_lines(coverage, lines);
  for (size_t i = 0; i < file->lines; i++) {
    if (lines[i].marks & EXECUTED) file->lines_covered++;
    else file->gaps[file->gap_count++] = (pil_gap){.line = lines[i].line, .kind = PIL_GAP_LINE};
  }
  for (size_t f = 0; f < coverage->function_count; f++)
    add_branches(&coverage->functions[f], lines, file->lines, file);
  qsort(file->gaps, file->gap_count, sizeof *file->gaps, by_place);
  return true;
}
