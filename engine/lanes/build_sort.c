/* table.sort of a list of the trial: the sandbox's merge sort (../script/library_table.c), done for all lanes at
 * once. While two runs are merged, lanes have taken different numbers of elements from the left one: each such state has
 * its mask. So what a comparison function sees and does is the same in each lane, call by call.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_calls.h"

enum { MOST_ITEMS = 32, MOST_VARYING = 12 };

typedef struct sorting {
  pil_build *b;
  pil_symbol function; /* NIL: by < */
  pil_symbol runs[2][MOST_ITEMS];
} sorting;

/* Lanes in which it cannot be told are given back. */
static pil_operand is_less(const sorting *s, const pil_symbol *a, const pil_symbol *c) {
  pil_operand less = pil_build_constant_i(0);
  if (s->function.kind == PIL_KNOWN_NIL) {
    if (!pil_build_compare(s->b, PIL_LESS, a, c, &less)) return pil_build_constant_i(0);
    return less;
  }
  pil_symbol arguments[2] = {*a, *c}, results[PIL_BUILD_RESULTS];
  size_t count;
  if (!pil_build_call(s->b, &s->function, arguments, 2, results, &count)) return pil_build_constant_i(0);
  if (count == 0 || !pil_symbol_truth(s->b, &results[0], &less)) return pil_build_constant_i(0);
  return less;
}

static void put(pil_build *b, pil_operand mask, const pil_symbol *value, pil_symbol *out, bool *any) {
  if (pil_build_is_none(mask)) return;
  *out = *any ? pil_symbol_select(b, mask, value, out) : *value;
  *any = true;
}

/* Merges the runs from[low … middle-1] and from[middle … high-1]; equal elements keep their order. */
static void merge(sorting *s, const pil_symbol *from, pil_symbol *to, size_t low, size_t middle, size_t high) {
  pil_build *b = s->b;
  pil_operand whole = b->mask, masks[MOST_ITEMS + 1], next[MOST_ITEMS + 1];
  size_t left_count = middle - low, right_count = high - middle;
  for (size_t i = 0; i <= left_count; i++) masks[i] = pil_build_constant_i(0);
  masks[0] = whole;
  for (size_t k = 0; k < left_count + right_count && !b->stopped; k++) {
    bool any = false;
    for (size_t i = 0; i <= left_count; i++) next[i] = pil_build_constant_i(0);
    for (size_t i = 0; i <= left_count && i <= k; i++) { /* i from the left one, k - i from the right one */
      size_t j = k - i;
      if (j > right_count || pil_build_is_none(masks[i])) continue;
      b->mask = masks[i];
      pil_operand right = pil_build_constant_i(i == left_count ? -1 : 0);
      if (i < left_count && j < right_count) right = is_less(s, &from[middle + j], &from[low + i]);
      pil_operand takes_right = pil_build_and(b, masks[i], right), takes_left = pil_build_andnot(b, masks[i], right);
      if (j < right_count) put(b, takes_right, &from[middle + j], &to[low + k], &any);
      if (i < left_count) put(b, takes_left, &from[low + i], &to[low + k], &any);
      next[i] = pil_build_or(b, next[i], takes_right);
      if (i < left_count) next[i + 1] = pil_build_or(b, next[i + 1], takes_left);
    }
    memcpy(masks, next, (left_count + 1) * sizeof *masks);
  }
  b->mask = whole;
}

/* Sorts the first `count` items in the lanes of the way that is followed. */
static bool sort_items(sorting *s, const pil_symbol *table, size_t count) {
  pil_build *b = s->b;
  int now = 0;
  for (size_t i = 0; i < count; i++) {
    pil_symbol key = pil_symbol_integer((int64_t)i + 1);
    if (!pil_build_get(b, table, &key, &s->runs[0][i])) return false;
  }
  for (size_t width = 1; width < count && !b->stopped; width *= 2, now = 1 - now) {
    for (size_t low = 0; low < count; low += 2 * width) {
      size_t middle = low + width < count ? low + width : count, high = low + 2 * width < count ? low + 2 * width : count;
      merge(s, s->runs[now], s->runs[1 - now], low, middle, high);
    }
  }
  for (size_t i = 0; i < count && !b->stopped; i++) {
    pil_symbol key = pil_symbol_integer((int64_t)i + 1);
    if (!pil_build_set(b, table, &key, &s->runs[now][i])) return false;
  }
  return !b->stopped;
}

static bool sort_by_length(sorting *s, const pil_symbol *table, const pil_symbol *length) {
  pil_build *b = s->b;
  size_t count = b->objects[table->index].item_count;
  pil_operand mask = b->mask;
  if (b->objects[table->index].list > 0) return pil_build_give_up(b, "table.sort of a list that a loop has made");
  if (count > MOST_VARYING) return pil_build_give_up(b, "table.sort of a list whose length varies up to %zu", count);
  for (size_t i = 2; i <= count && !b->stopped; i++) {
    b->mask = pil_build_and(b, mask, pil_build_binary(b, PIL_IR_EQ_I, length->lane, pil_build_constant_i((int64_t)i)));
    sort_items(s, table, i);
  }
  b->mask = mask;
  return !b->stopped;
}

bool pil_call_sort(const pil_call *c) {
  pil_build *b = c->b;
  pil_symbol table = pil_call_argument(c, 0), length;
  *c->result_count = 0;
  if (table.kind != PIL_KNOWN_OBJECT || b->objects[table.index].is_argument)
    return pil_build_give_up(b, "table.sort of what is no table of this trial");
  if (!pil_build_length(b, &table, &length)) return false;
  sorting *s = pil_arena_new(b->arena, sizeof *s);
  if (s == NULL) return pil_build_memory(b);
  s->b = b;
  s->function = pil_call_argument(c, 1);
  if (length.kind != PIL_KNOWN_INTEGER) return sort_by_length(s, &table, &length);
  if (length.integer > MOST_ITEMS) return pil_build_give_up(b, "table.sort of more than %d items", MOST_ITEMS);
  return sort_items(s, &table, (size_t)length.integer);
}
