/* Choices: values that are of different kinds, or different tables or functions, in different lanes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "build_choice.h"

#include "../base/memory.h"

enum { MOST_DEPTH = 40, CODES = 2 * PIL_CHOICE_TEXTS };

/* ---- texts that may come ---- */

const pil_text_set *pil_choice_texts_new(pil_build *b, const int64_t *codes, size_t count) {
  pil_text_set *made = pil_arena_new(b->arena, sizeof *made + PIL_CHOICE_TEXTS * sizeof *made->codes);
  if (made == NULL) {
    pil_build_memory(b);
    return NULL;
  }
  made->count = 0;
  for (size_t i = 0; i < count; i++) {
    size_t at = 0;
    while (at < made->count && made->codes[at] < codes[i]) at++;
    if (at < made->count && made->codes[at] == codes[i]) continue;
    if (made->count == PIL_CHOICE_TEXTS) return NULL;
    memmove(&made->codes[at + 1], &made->codes[at], (made->count - at) * sizeof *made->codes);
    made->codes[at] = codes[i];
    made->count++;
  }
  return made;
}

static int64_t code_of(const pil_build *b, const pil_symbol *s) {
  return pil_dictionary_code(&((pil_build *)b)->texts, s->text, strlen(s->text));
}

const pil_text_set *pil_choice_texts(pil_build *b, const pil_symbol *a, const pil_symbol *c) {
  const pil_symbol *sides[2] = {a, c};
  int64_t codes[CODES];
  size_t count = 0;
  for (int i = 0; i < 2; i++) {
    if (sides[i]->kind == PIL_KNOWN_TEXT) {
      codes[count++] = code_of(b, sides[i]);
      continue;
    }
    if (sides[i]->texts == NULL) return NULL;
    memcpy(&codes[count], sides[i]->texts->codes, sides[i]->texts->count * sizeof *codes);
    count += sides[i]->texts->count;
  }
  return pil_choice_texts_new(b, codes, count);
}

bool pil_choice_same_texts(const pil_text_set *a, const pil_text_set *c) {
  return a == c || (a != NULL && c != NULL && a->count == c->count);
}

/* ---- making ---- */

static pil_symbol conflict(void) {
  return (pil_symbol){.kind = PIL_KNOWN_CONFLICT};
}

static pil_choice *choice_of(const pil_build *b, const pil_symbol *s) {
  return &b->choices[s->index];
}

static unsigned depth_of(const pil_build *b, const pil_symbol *s) {
  if (s->kind != PIL_LANE_CHOICE || choice_of(b, s)->list != NULL) return 0;
  return choice_of(b, s)->depth;
}

static bool new_choice(pil_build *b, pil_choice made, pil_symbol *out) {
  *out = conflict();
  if (b->choice_count >= PIL_CHOICES) return false;
  if (!pil_build_grow(b, &b->choices, b->choice_count, &b->choice_capacity, sizeof *b->choices)) return false;
  *out = (pil_symbol){.kind = PIL_LANE_CHOICE, .index = (uint32_t)b->choice_count};
  b->choices[b->choice_count++] = made;
  return true;
}

pil_symbol pil_choice_make(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c) {
  pil_symbol made;
  if (pil_build_is_all(mask) || pil_symbol_same(a, c)) return *a;
  if (pil_build_is_none(mask)) return *c;
  unsigned left = depth_of(b, a), right = depth_of(b, c), depth = 1 + (left > right ? left : right);
  if (!new_choice(b, (pil_choice){.mask = mask, .a = *a, .c = *c, .depth = depth}, &made)) return made;
  const pil_alternative *list;
  size_t count;
  if (depth > MOST_DEPTH) pil_choice_open(b, &made, &list, &count); /* recursion stays shallow */
  return made;
}

/* ---- opening ---- */

typedef struct opening {
  pil_build *b;
  pil_alternative list[PIL_CHOICE_ALTERNATIVES];
  size_t count;
  bool is_full;
} opening;

/* Symbols of one family become one alternative, by selects. */
static int family_of(const pil_symbol *s) {
  switch (s->kind) {
    case PIL_KNOWN_INTEGER:
      if (s->integer > INT64_C(1) << 53 || s->integer < -(INT64_C(1) << 53)) return 0; /* no double holds it */
      return 1;
    case PIL_KNOWN_FLOAT:
    case PIL_LANE_FLOAT:
    case PIL_LANE_INTEGER:
    case PIL_LANE_MIX: return 1;
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE:
    case PIL_LANE_MASK: return 2;
    case PIL_KNOWN_TEXT:
    case PIL_LANE_TEXT: return 3;
    default: return 0;
  }
}

bool pil_choice_is_kin(const pil_symbol *a, const pil_symbol *c) {
  if (a->kind == PIL_LANE_TABLE && c->kind == PIL_LANE_TABLE) return a->table == c->table;
  return family_of(a) != 0 && family_of(a) == family_of(c);
}

pil_symbol pil_choice_select_kin(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c) {
  if (a->kind != PIL_LANE_TABLE) return pil_symbol_select(b, mask, a, c);
  pil_symbol out = *a;
  out.lane = pil_build_emit(b, PIL_IR_SELECT_I, 0, mask, a->lane, c->lane);
  return out;
}

pil_symbol pil_choice_join_kin(pil_build *b, const pil_symbol *a, const pil_symbol *c) {
  return a->kind == PIL_LANE_TABLE ? *a : pil_symbol_join(b, a, c);
}

static void add(opening *o, const pil_symbol *s, pil_operand mask) {
  if (pil_build_is_none(mask)) return;
  for (size_t i = 0; i < o->count; i++) {
    if (!pil_symbol_same(&o->list[i].symbol, s)) continue;
    o->list[i].mask = pil_build_or(o->b, o->list[i].mask, mask);
    return;
  }
  for (size_t i = 0; i < o->count; i++) {
    if (!pil_choice_is_kin(&o->list[i].symbol, s)) continue;
    o->list[i].symbol = pil_choice_select_kin(o->b, mask, s, &o->list[i].symbol);
    o->list[i].mask = pil_build_or(o->b, o->list[i].mask, mask);
    return;
  }
  if (o->count == PIL_CHOICE_ALTERNATIVES) o->is_full = true;
  else o->list[o->count++] = (pil_alternative){*s, mask};
}

static const pil_alternative *keep(opening *o, size_t *count) {
  if (o->is_full || o->count == 0) {
    o->list[0] = (pil_alternative){conflict(), pil_build_constant_i(-1)};
    o->count = 1;
  }
  pil_alternative *kept = pil_arena_array(o->b->arena, o->count, sizeof *kept);
  if (kept == NULL) {
    pil_build_memory(o->b);
    return NULL;
  }
  memcpy(kept, o->list, o->count * sizeof *kept);
  *count = o->count;
  return kept;
}

static bool open_choice(pil_build *b, uint32_t index) {
  opening o = {.b = b};
  for (int side = 0; side < 2; side++) {
    pil_choice choice = b->choices[index];
    pil_symbol s = side == 0 ? choice.a : choice.c;
    const pil_alternative *list = NULL;
    size_t count = 1;
    if (s.kind == PIL_LANE_CHOICE && !pil_choice_open(b, &s, &list, &count)) return false;
    for (size_t i = 0; i < count; i++) {
      pil_operand within = list == NULL ? pil_build_constant_i(-1) : list[i].mask;
      pil_operand mask = side == 0 ? pil_build_and(b, choice.mask, within) : pil_build_andnot(b, within, choice.mask);
      add(&o, list == NULL ? &s : &list[i].symbol, mask);
    }
  }
  size_t count = 0;
  const pil_alternative *kept = keep(&o, &count);
  b->choices[index].list = kept;
  b->choices[index].count = count;
  if (!pil_build_grow(b, &b->opened, b->opened_count, &b->opened_capacity, sizeof *b->opened)) return false;
  b->opened[b->opened_count++] = index;
  return kept != NULL && !b->stopped;
}

void pil_choice_forget(pil_build *b, size_t count, size_t opened_count) {
  b->choice_count = count;
  while (b->opened_count > opened_count) b->choices[b->opened[--b->opened_count]].list = NULL;
}

/* Each item of the list, or each text, where the lane's number says so. */
static bool open_numbered(pil_build *b, const pil_symbol *s, const pil_alternative **list, size_t *count) {
  opening o = {.b = b};
  bool is_text = s->kind == PIL_LANE_TEXT;
  size_t most = is_text ? s->texts->count : s->table->item_count;
  for (size_t i = 0; i < most; i++) {
    int64_t number = is_text ? s->texts->codes[i] : (int64_t)i + 1;
    pil_symbol item = {.kind = PIL_KNOWN_TEXT};
    if (is_text) item.text = b->texts.texts[number];
    else item = pil_symbol_image(b, &s->table->items[i]);
    pil_operand here = pil_build_binary(b, PIL_IR_EQ_I, s->lane, pil_build_constant_i(number));
    bool known = false; /* texts are different ones, and stay apart */
    if (is_text && (known = o.count < PIL_CHOICE_ALTERNATIVES)) o.list[o.count++] = (pil_alternative){item, here};
    else if (is_text) o.is_full = true;
    else add(&o, &item, here);
  }
  *list = keep(&o, count);
  return *list != NULL && !b->stopped;
}

bool pil_choice_is_open(const pil_symbol *s) {
  return s->kind == PIL_LANE_CHOICE || s->kind == PIL_LANE_TABLE || (s->kind == PIL_LANE_TEXT && s->texts != NULL);
}

bool pil_choice_open(pil_build *b, const pil_symbol *s, const pil_alternative **list, size_t *count) {
  if (s->kind == PIL_LANE_CHOICE) {
    if (choice_of(b, s)->list == NULL && !open_choice(b, s->index)) return false;
    *list = choice_of(b, s)->list;
    *count = choice_of(b, s)->count;
    return true;
  }
  if (pil_choice_is_open(s)) return open_numbered(b, s, list, count);
  opening o = {.b = b};
  add(&o, s, pil_build_constant_i(-1));
  *list = keep(&o, count);
  return *list != NULL;
}

/* ---- doing something with each ---- */

bool pil_choice_each(pil_build *b, const pil_symbol *s, pil_choice_step *step, const void *context, pil_symbol *out) {
  const pil_alternative *list;
  size_t count;
  if (!pil_choice_open(b, s, &list, &count)) return false;
  pil_operand whole = b->mask;
  bool any = false;
  for (size_t i = 0; i < count && !b->stopped; i++) {
    pil_symbol value = pil_symbol_nil();
    b->mask = pil_build_and(b, whole, list[i].mask);
    if (pil_build_is_none(b->mask) || !step(b, context, &list[i].symbol, &value)) continue;
    *out = any ? pil_symbol_select(b, list[i].mask, &value, out) : value;
    any = true;
  }
  b->mask = whole;
  return any && !b->stopped;
}

typedef struct spread {
  pil_choice_call *run;
  const void *context;
  const pil_symbol *arguments;
  size_t count, at;
  size_t *runs; /* so far */
} spread;

static bool spread_step(pil_build *b, const void *context, const pil_symbol *alternative, pil_symbol *out);

static bool spread_from(pil_build *b, const spread *s, pil_symbol *out) {
  if (*s->runs >= PIL_CHOICE_SPREAD) return pil_build_give_up(b, "values of too many kinds at once");
  for (size_t i = s->at; i < s->count; i++) {
    if (!pil_choice_is_open(&s->arguments[i])) continue;
    spread inner = *s;
    inner.at = i;
    return pil_choice_each(b, &s->arguments[i], spread_step, &inner, out);
  }
  ++*s->runs;
  return s->run(b, s->context, s->arguments, s->count, out);
}

static bool spread_step(pil_build *b, const void *context, const pil_symbol *alternative, pil_symbol *out) {
  spread s = *(const spread *)context;
  pil_symbol *arguments = pil_memory_new_zeroed(s.count, sizeof *arguments);
  if (arguments == NULL) return pil_build_memory(b);
  memcpy(arguments, s.arguments, s.count * sizeof *arguments);
  arguments[s.at] = *alternative;
  s.arguments = arguments;
  if (!pil_choice_is_open(alternative)) s.at++;
  bool good = spread_from(b, &s, out);
  pil_memory_free(arguments);
  return good;
}

bool pil_choice_spread(pil_build *b, pil_choice_call *run, const void *context, const pil_symbol *arguments,
                       size_t count, pil_symbol *out) {
  size_t runs = 0;
  spread s = {run, context, arguments, count, 0, &runs};
  return spread_from(b, &s, out);
}

/* ---- nil, and what is left after a test ---- */

pil_operand pil_choice_nil(pil_build *b, const pil_symbol *s) {
  const pil_alternative *list;
  size_t count;
  pil_operand nil = pil_build_constant_i(0);
  if (s->kind == PIL_LANE_MIX) return s->nil;
  if (s->kind == PIL_KNOWN_NIL) return pil_build_constant_i(-1);
  if (s->kind == PIL_KNOWN_CONFLICT) pil_build_guard(b, b->mask, "a value of several kinds is tested");
  if (s->kind != PIL_LANE_CHOICE || !pil_choice_open(b, s, &list, &count)) return nil;
  for (size_t i = 0; i < count; i++) {
    const pil_symbol *own = &list[i].symbol;
    if (own->kind == PIL_KNOWN_CONFLICT)
      pil_build_guard(b, pil_build_and(b, b->mask, list[i].mask), "a value of several kinds is tested");
    else nil = pil_build_or(b, nil, pil_build_and(b, list[i].mask, pil_choice_nil(b, own)));
  }
  return nil;
}

pil_symbol pil_choice_listed(pil_build *b, const pil_alternative *list, size_t count) {
  pil_symbol out;
  pil_alternative *kept = pil_arena_array(b->arena, count, sizeof *kept);
  if (kept == NULL) {
    pil_build_memory(b);
    return conflict();
  }
  memcpy(kept, list, count * sizeof *kept);
  return new_choice(b, (pil_choice){.list = kept, .count = count}, &out) ? out : conflict();
}

/* The alternatives that `keeps` lets through, changed as it says. */
static pil_symbol narrow(pil_build *b, const pil_symbol *s, bool (*keeps)(pil_build *b, pil_symbol *alternative)) {
  const pil_alternative *list;
  size_t count;
  opening o = {.b = b};
  if (!pil_choice_open(b, s, &list, &count)) return *s;
  for (size_t i = 0; i < count; i++) {
    pil_symbol own = list[i].symbol;
    if (keeps(b, &own)) add(&o, &own, list[i].mask);
  }
  if (o.count == 1) return o.list[0].symbol;
  pil_choice made = {0};
  pil_symbol out;
  if ((made.list = keep(&o, &made.count)) == NULL || !new_choice(b, made, &out)) return conflict();
  return out;
}

static bool without_nil(pil_build *b, pil_symbol *s) {
  if (s->kind == PIL_LANE_MIX) *s = pil_symbol_without_nil(b, s);
  return s->kind != PIL_KNOWN_NIL;
}

static bool only_true(pil_build *b, pil_symbol *s) {
  if (s->kind == PIL_LANE_MASK) *s = pil_symbol_bool(true);
  return without_nil(b, s) && s->kind != PIL_KNOWN_FALSE;
}

static bool only_false(pil_build *b, pil_symbol *s) {
  (void)b;
  if (s->kind == PIL_LANE_MASK) *s = pil_symbol_bool(false);
  if (s->kind == PIL_LANE_MIX) *s = pil_symbol_nil();
  return s->kind == PIL_KNOWN_NIL || s->kind == PIL_KNOWN_FALSE || s->kind == PIL_KNOWN_CONFLICT;
}

pil_symbol pil_choice_without_nil(pil_build *b, const pil_symbol *s) {
  if (s->kind == PIL_LANE_MIX) return pil_symbol_without_nil(b, s);
  return s->kind == PIL_LANE_CHOICE ? narrow(b, s, without_nil) : *s;
}

pil_symbol pil_choice_after_test(pil_build *b, const pil_symbol *s, bool k) {
  if (s->kind == PIL_LANE_CHOICE) return narrow(b, s, k ? only_true : only_false);
  if (s->kind == PIL_LANE_MASK) return pil_symbol_bool(k);
  if (s->kind != PIL_LANE_MIX) return *s;
  return k ? pil_symbol_without_nil(b, s) : pil_symbol_nil();
}

static bool is_numeric(const pil_symbol *s) {
  return pil_symbol_is_number(s) || s->kind == PIL_LANE_MIX;
}

bool pil_choice_number(pil_build *b, const pil_symbol *s, const char *what, pil_symbol *out) {
  const pil_alternative *list;
  size_t count, numbers = 0;
  *out = *s;
  if (s->kind != PIL_LANE_CHOICE) return true;
  if (!pil_choice_open(b, s, &list, &count)) return false;
  for (size_t i = 0; i < count; i++) numbers += is_numeric(&list[i].symbol);
  if (numbers != 1) return true; /* the caller's to refuse */
  for (size_t i = 0; i < count; i++) {
    if (is_numeric(&list[i].symbol)) *out = list[i].symbol;
    else if (!pil_build_guard(b, pil_build_and(b, b->mask, list[i].mask), "%s of what is no number", what)) return false;
  }
  return true;
}

static bool is_nil_or_number(const pil_symbol *s) {
  return family_of(s) == 1 || s->kind == PIL_KNOWN_NIL;
}

pil_symbol pil_choice_plain(pil_build *b, const pil_symbol *s) {
  if (s->kind != PIL_LANE_CHOICE) return *s;
  pil_choice own = *choice_of(b, s);
  if (own.depth != 1 || !is_nil_or_number(&own.a) || !is_nil_or_number(&own.c)) return *s;
  return pil_symbol_select(b, own.mask, &own.a, &own.c);
}
