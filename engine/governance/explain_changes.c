/* The smallest change of one field that leads to another level, by asking the policy: at every candidate, then between
 * the last that does not and the first that does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/real_kernels.h"
#include "explain.h"

typedef struct searching {
  pil_explanation *e;
  const pil_candidates *candidates;
  pil_decider *decider;
  double *cells;
  double **columns;
  size_t capacity; /* of the explanation's changes */
  pil_error *error;
  bool is_broken; /* *error says why */
} searching;

/* ---- asking ---- */

/* The policy's answer with this cell in place of the field's own: PIL_LEVELS where it has none. */
static pil_ruling ask(searching *s, size_t f, double cell) {
  pil_ruling ruling = {.level = PIL_LEVELS};
  size_t column = s->e->decision.fields[f].first_column;
  double own = s->cells[column];
  if (s->is_broken || s->e->stopped != NULL) return ruling;
  s->cells[column] = cell;
  s->e->tried++;
  if (!pil_decider_run(s->decider, 1, 1, s->columns, &ruling, s->error)) {
    ruling = (pil_ruling){.level = PIL_LEVELS}; /* an error of the script's is no level */
    s->is_broken = s->error->failure == PIL_FAILURE_MEMORY;
    if (s->error->failure == PIL_FAILURE_LIMIT)
      s->e->stopped = pil_arena_copy(s->e->arena, s->error->text, strlen(s->error->text));
  }
  s->cells[column] = own;
  return ruling;
}

static bool make_room(searching *s) {
  pil_explanation *e = s->e;
  if (e->change_count < s->capacity) return true;
  size_t capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
  pil_change *grown = pil_arena_array(e->arena, capacity, sizeof *grown);
  if (grown == NULL) return pil_error_memory(s->error);
  if (e->change_count > 0) memcpy(grown, e->changes, e->change_count * sizeof *grown);
  e->changes = grown;
  s->capacity = capacity;
  return true;
}

static void add_change(searching *s, size_t f, double to, const char *text, double distance) {
  pil_explanation *e = s->e;
  pil_ruling ruling = ask(s, f, to);
  if (ruling.level == PIL_LEVELS) return;
  s->is_broken = !make_room(s) || !pil_ruling_keep(&ruling, e->arena, s->error);
  if (s->is_broken) return;
  pil_change *change = &e->changes[e->change_count++];
  *change = (pil_change){.field = f, .to = to, .text = text, .distance = distance, .level = ruling.level,
                          .reason = ruling.reason, .place = ruling.place};
  change->from = e->decision.fields[f].constant;
}

/* ---- numbers ---- */

/* Doubles in their order as integers, so that half way is half way in steps. */
static int64_t to_steps(double number) {
  int64_t bits = (int64_t)pil_bits_of(number);
  return bits < 0 ? INT64_MIN - bits : bits;
}

static double from_steps(int64_t steps) {
  return pil_real_of((uint64_t)(steps < 0 ? INT64_MIN - steps : steps));
}

/* Half way between two different values of the field; one of them where there is nothing between. */
static double half_way(const pil_field *field, double a, double b) {
  if (field->kind == PIL_FIELD_INTEGER) return floor((a + b) / 2);
  int64_t x = to_steps(a), y = to_steps(b);
  return from_steps(x / 2 + y / 2 + (x % 2 + y % 2) / 2);
}

/* The value nearest to `outside` at which the level is `level`, as it is at `inside`. */
static double find_edge(searching *s, size_t f, double outside, double inside, uint8_t level) {
  const pil_field *field = &s->e->decision.fields[f];
  for (int turn = 0; turn < 80; turn++) {
    double middle = half_way(field, outside, inside);
    if (middle == outside || middle == inside) break;
    if (ask(s, f, middle).level == level) inside = middle;
    else outside = middle;
  }
  return inside;
}

static int by_number(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Every candidate, and one step either side of it, as values that the field can have. */
static bool spell_out(const searching *s, size_t f, pil_numbers *all) {
  const pil_numbers *found = &s->candidates->numbers[f];
  bool whole = s->e->decision.fields[f].kind == PIL_FIELD_INTEGER;
  all->list = pil_arena_array(s->e->arena, 4 * found->count + 1, sizeof *all->list);
  if (all->list == NULL) return false;
  for (size_t i = 0; i < found->count; i++) {
    double c = found->list[i];
    if (whole && fabs(c) > 0x1p52) continue;
    double list[4] = {c, whole ? floor(c) - 1 : nextafter(c, -INFINITY), whole ? ceil(c) + 1 : nextafter(c, INFINITY),
                      c};
    if (whole) list[0] = floor(c), list[3] = ceil(c);
    for (int k = 0; k < (whole ? 4 : 3); k++)
      if (isfinite(list[k])) all->list[all->count++] = list[k] == 0 ? 0 : list[k];
  }
  qsort(all->list, all->count, sizeof *all->list, by_number);
  return true;
}

static double distance_of(const searching *s, size_t f, double to) {
  double from = s->e->decision.fields[f].constant, spread = s->candidates->spreads[f];
  if (!(spread > 0)) spread = from != 0 ? fabs(from) : 1;
  return fabs(to - from) / spread;
}

/* Outwards from the field's own value: each other level where it first comes. */
static void search_direction(searching *s, size_t f, const pil_numbers *all, int step) {
  double from = s->e->decision.fields[f].constant, before = from;
  bool seen[PIL_LEVELS + 1] = {false};
  seen[s->e->ruling.level] = seen[PIL_LEVELS] = true;
  for (size_t n = 0; n < all->count && !s->is_broken; n++) {
    double to = all->list[step > 0 ? n : all->count - 1 - n];
    if (step > 0 ? to <= before : to >= before) continue;
    uint8_t level = ask(s, f, to).level;
    if (!seen[level]) {
      double edge = find_edge(s, f, before, to, level);
      add_change(s, f, edge, NULL, distance_of(s, f, edge));
      seen[level] = true;
    }
    before = to;
  }
}

static void search_numbers(searching *s, size_t f) {
  pil_numbers all = {0};
  if (!spell_out(s, f, &all)) {
    s->is_broken = !pil_error_memory(s->error);
    return;
  }
  search_direction(s, f, &all, -1);
  search_direction(s, f, &all, 1);
}

/* ---- texts and truths ---- */

static void search_texts(searching *s, size_t f) {
  for (size_t i = 1; i < s->candidates->text_counts[f]; i++) {
    uint8_t level = ask(s, f, (double)i).level;
    if (level != s->e->ruling.level && level != PIL_LEVELS) add_change(s, f, (double)i, s->candidates->texts[f][i], 1);
  }
}

static void search_truth(searching *s, size_t f) {
  double other = s->e->decision.fields[f].constant == 0;
  uint8_t level = ask(s, f, other).level;
  if (level != s->e->ruling.level && level != PIL_LEVELS) add_change(s, f, other, NULL, 1);
}

/* ---- the whole ---- */

/* A decider whose fields may vary: texts among the candidates, of which the first is the decision's own. */
static bool open(searching *s) {
  const pil_decision *d = &s->e->decision;
  pil_arena *arena = s->e->arena;
  pil_field *fields = pil_arena_array(arena, d->field_count + 1, sizeof *fields);
  s->cells = pil_arena_array(arena, d->column_count + 1, sizeof *s->cells);
  s->columns = pil_arena_array(arena, d->column_count + 1, sizeof *s->columns);
  if (fields == NULL || s->cells == NULL || s->columns == NULL) return pil_error_memory(s->error);
  for (size_t f = 0; f < d->field_count; f++) {
    fields[f] = d->fields[f];
    fields[f].is_constant = false;
    if (s->candidates->text_counts[f] == 0) continue;
    fields[f].choices = s->candidates->texts[f];
    fields[f].choice_count = s->candidates->text_counts[f];
  }
  for (size_t c = 0; c < d->column_count; c++) {
    s->cells[c] = d->cells[c];
    s->columns[c] = &s->cells[c];
  }
  pil_script_source source = *s->e->subject->source;
  source.share = NULL;
  source.engine = PIL_ENGINE_SCALAR;
  source.fields = fields;
  source.field_count = d->field_count;
  s->decider = pil_decider_new(&source, 1, s->error);
  return s->decider != NULL;
}

static int by_distance(const void *a, const void *b) {
  const pil_change *x = a, *y = b;
  if (x->distance != y->distance) return (x->distance > y->distance) - (x->distance < y->distance);
  if (x->field != y->field) return (x->field > y->field) - (x->field < y->field);
  return (x->to > y->to) - (x->to < y->to);
}

bool pil_explain_changes(pil_explanation *e, pil_error *error) {
  pil_candidates candidates;
  searching s = {.e = e, .candidates = &candidates, .error = error};
  PIL_TRY(pil_candidates_find(e, &candidates, error));
  if (!open(&s)) return false;
  for (size_t f = 0; f < e->decision.field_count && !s.is_broken; f++) {
    const pil_field *field = &e->decision.fields[f];
    if (field->each > 0 || !field->is_constant) continue;
    if (field->kind == PIL_FIELD_TEXT) search_texts(&s, f);
    else if (field->kind == PIL_FIELD_BOOLEAN) search_truth(&s, f);
    else if (isfinite(field->constant)) search_numbers(&s, f);
  }
  pil_decider_free(s.decider);
  if (e->change_count > 0) qsort(e->changes, e->change_count, sizeof *e->changes, by_distance);
  return !s.is_broken;
}
