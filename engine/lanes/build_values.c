/* The builder's symbols: what is known of a value, and choosing between two by lane.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "build_choice.h"

pil_symbol pil_symbol_nil(void) {
  return (pil_symbol){.kind = PIL_KNOWN_NIL};
}

pil_symbol pil_symbol_bool(bool truth) {
  return (pil_symbol){.kind = truth ? PIL_KNOWN_TRUE : PIL_KNOWN_FALSE};
}

pil_symbol pil_symbol_integer(int64_t integer) {
  return (pil_symbol){.kind = PIL_KNOWN_INTEGER, .integer = integer};
}

pil_symbol pil_symbol_float(double number) {
  return (pil_symbol){.kind = PIL_KNOWN_FLOAT, .number = number};
}

pil_symbol pil_symbol_mask(pil_operand mask) {
  if (mask.is_constant) return pil_symbol_bool(mask.integer != 0);
  return (pil_symbol){.kind = PIL_LANE_MASK, .lane = mask};
}

pil_symbol pil_symbol_lane_f(pil_operand lane) {
  if (lane.is_constant) return pil_symbol_float(lane.number);
  return (pil_symbol){.kind = PIL_LANE_FLOAT, .lane = lane};
}

pil_symbol pil_symbol_lane_i(pil_operand lane) {
  if (lane.is_constant) return pil_symbol_integer(lane.integer);
  return (pil_symbol){.kind = PIL_LANE_INTEGER, .lane = lane};
}

pil_symbol pil_symbol_some_text(void) {
  return (pil_symbol){.kind = PIL_KNOWN_CONFLICT, .integer = 1};
}

pil_symbol pil_symbol_text(pil_build *b, const char *text, size_t length) {
  if (memchr(text, '\0', length) != NULL) return pil_symbol_some_text(); /* texts end at a NUL here */
  int64_t code = pil_build_charge(b, length) ? pil_dictionary_code(&b->texts, text, length) : 0;
  if (code < 0) pil_build_memory(b);
  if (b->stopped) return pil_symbol_nil();
  return (pil_symbol){.kind = PIL_KNOWN_TEXT, .text = b->texts.texts[code]};
}

pil_symbol pil_symbol_image(pil_build *b, const pil_image_value *value) {
  switch (value->kind) {
    case PIL_IMAGE_NIL: return pil_symbol_nil();
    case PIL_IMAGE_FALSE: return pil_symbol_bool(false);
    case PIL_IMAGE_TRUE: return pil_symbol_bool(true);
    case PIL_IMAGE_INTEGER: return pil_symbol_integer(value->integer);
    case PIL_IMAGE_FLOAT: return pil_symbol_float(value->number);
    case PIL_IMAGE_TEXT: return pil_symbol_text(b, value->text, strlen(value->text));
    case PIL_IMAGE_TABLE: return (pil_symbol){.kind = PIL_KNOWN_TABLE, .table = value->table};
    case PIL_IMAGE_FUNCTION:
      return (pil_symbol){.kind = PIL_KNOWN_FUNCTION, .function = value->function};
    case PIL_IMAGE_BUILTIN: return (pil_symbol){.kind = PIL_KNOWN_BUILTIN, .text = value->text};
    case PIL_IMAGE_OPAQUE: break;
  }
  return (pil_symbol){.kind = PIL_KNOWN_CONFLICT};
}

bool pil_symbol_same(const pil_symbol *a, const pil_symbol *c) {
  if (a->kind != c->kind) return false;
  switch (a->kind) {
    case PIL_KNOWN_NIL:
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE: return true;
    case PIL_KNOWN_INTEGER: return a->integer == c->integer;
    case PIL_KNOWN_FLOAT: return memcmp(&a->number, &c->number, sizeof a->number) == 0;
    case PIL_KNOWN_TEXT:
    case PIL_KNOWN_TABLE:
    case PIL_KNOWN_FUNCTION:
    case PIL_KNOWN_BUILTIN: return a->text == c->text;
    case PIL_KNOWN_OBJECT:
    case PIL_KNOWN_CLOSURE:
    case PIL_KNOWN_CELL:
    case PIL_LANE_CHOICE: return a->index == c->index;
    case PIL_LANE_MIX:
      if (!pil_build_same(a->whole, c->whole) || !pil_build_same(a->nil, c->nil)) return false;
      return pil_build_same(a->lane, c->lane);
    case PIL_LANE_TABLE: return a->table == c->table && pil_build_same(a->lane, c->lane);
    case PIL_LANE_FLOAT:
    case PIL_LANE_INTEGER:
    case PIL_LANE_MASK:
    case PIL_LANE_TEXT: return pil_build_same(a->lane, c->lane);
    case PIL_KNOWN_CONFLICT: return a->integer == c->integer;
  }
  return false;
}

bool pil_symbol_is_number(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_KNOWN_FLOAT || s->kind == PIL_LANE_FLOAT ||
         s->kind == PIL_LANE_INTEGER || (s->kind == PIL_LANE_MIX && pil_build_is_none(s->nil));
}

pil_symbol pil_symbol_without_nil(pil_build *b, const pil_symbol *mix) {
  pil_symbol known = *mix;
  if (mix->kind != PIL_LANE_MIX) return known;
  if (pil_build_is_none(mix->whole)) return pil_symbol_lane_f(mix->lane);
  if (pil_build_is_all(mix->whole) && mix->lane.is_constant) return pil_symbol_integer((int64_t)mix->lane.number);
  if (pil_build_is_all(mix->whole))
    return pil_symbol_lane_i(pil_build_unary(b, PIL_IR_F_TO_I, mix->lane));
  known.nil = pil_build_constant_i(0);
  return known;
}

pil_operand pil_symbol_to_integer(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER ? pil_build_constant_i(s->integer) : s->lane;
}

pil_operand pil_symbol_to_float(pil_build *b, const pil_symbol *s) {
  switch (s->kind) {
    case PIL_KNOWN_INTEGER: return pil_build_constant_f((double)s->integer);
    case PIL_KNOWN_FLOAT: return pil_build_constant_f(s->number);
    case PIL_LANE_INTEGER: return pil_build_unary(b, PIL_IR_I_TO_F, s->lane);
    default: return s->lane; /* FLOAT and MIX */
  }
}

/* Integers up to 2^53 are doubles without loss. */
static const int64_t most_exact = INT64_C(1) << 53;

pil_operand pil_symbol_to_exact(pil_build *b, const pil_symbol *s) {
  if (s->kind == PIL_KNOWN_INTEGER && (s->integer > most_exact || s->integer < -most_exact)) {
    pil_build_guard(b, pil_build_constant_i(-1), "an integer beyond 2^53 meets a float");
  } else if (s->kind == PIL_LANE_INTEGER) {
    pil_operand above = pil_build_binary(b, PIL_IR_LT_I, pil_build_constant_i(most_exact), s->lane);
    pil_operand below = pil_build_binary(b, PIL_IR_LT_I, s->lane, pil_build_constant_i(-most_exact));
    /* in all lanes: where ways meet, the value may come from lanes that b->mask leaves out */
    pil_build_guard(b, pil_build_or(b, above, below), "an integer beyond 2^53 meets a float");
  }
  return pil_symbol_to_float(b, s);
}

/* ---- choosing by lane ---- */

/* Numbers come first. */
typedef enum shape { SHAPE_INTEGER, SHAPE_FLOAT, SHAPE_MIX, SHAPE_MASK, SHAPE_TEXT, SHAPE_NIL, SHAPE_OTHER } shape;

static bool is_beyond_doubles(const pil_symbol *s) {
  return s->kind == PIL_KNOWN_INTEGER && (s->integer > most_exact || s->integer < -most_exact);
}

static shape shape_of(const pil_symbol *s) {
  switch (s->kind) {
    case PIL_KNOWN_INTEGER:
    case PIL_LANE_INTEGER: return SHAPE_INTEGER;
    case PIL_KNOWN_FLOAT:
    case PIL_LANE_FLOAT: return SHAPE_FLOAT;
    case PIL_LANE_MIX: return SHAPE_MIX;
    case PIL_KNOWN_FALSE:
    case PIL_KNOWN_TRUE:
    case PIL_LANE_MASK: return SHAPE_MASK;
    case PIL_KNOWN_TEXT:
    case PIL_LANE_TEXT: return SHAPE_TEXT;
    case PIL_KNOWN_NIL: return SHAPE_NIL;
    default: return SHAPE_OTHER;
  }
}

static pil_operand mask_of(const pil_symbol *s) {
  if (s->kind == PIL_LANE_MASK) return s->lane;
  return pil_build_constant_i(s->kind == PIL_KNOWN_TRUE ? -1 : 0);
}

static pil_operand text_of(pil_build *b, const pil_symbol *s) {
  if (s->kind == PIL_LANE_TEXT) return s->lane;
  return pil_build_constant_i(pil_dictionary_code(&b->texts, s->text, strlen(s->text)));
}

/* (mask and a) or (not mask and c), on masks. */
static pil_operand select_mask(pil_build *b, pil_operand mask, pil_operand a, pil_operand c) {
  if (pil_build_same(a, c)) return a;
  if (pil_build_is_all(a) && pil_build_is_none(c)) return mask;
  if (pil_build_is_none(a) && pil_build_is_all(c)) return pil_build_not(b, mask);
  if (pil_build_is_none(a)) return pil_build_andnot(b, c, mask);
  if (pil_build_is_none(c)) return pil_build_and(b, a, mask);
  if (pil_build_is_all(a)) return pil_build_or(b, c, mask);
  return pil_build_emit(b, PIL_IR_SELECT_M, 0, mask, a, c);
}

static pil_operand select_of(pil_build *b, pil_ir_op op, pil_operand mask, pil_operand a, pil_operand c) {
  return pil_build_same(a, c) ? a : pil_build_emit(b, op, 0, mask, a, c);
}

static pil_operand whole_of(const pil_symbol *s) {
  if (s->kind == PIL_LANE_MIX) return s->whole;
  return pil_build_constant_i(shape_of(s) == SHAPE_INTEGER ? -1 : 0);
}

/* Numbers and nils as one MIX: 0.0 stands where there is nil, whole if the numbers are. */
static pil_symbol select_mix(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c) {
  const pil_symbol *sides[2] = {a, c};
  pil_operand lane[2], whole[2], nil[2];
  for (int i = 0; i < 2; i++) {
    shape own = shape_of(sides[i]);
    bool is_mix = own == SHAPE_MIX;
    lane[i] = own == SHAPE_NIL ? pil_build_constant_f(0) : pil_symbol_to_exact(b, sides[i]);
    whole[i] = whole_of(sides[i]);
    if (own == SHAPE_NIL) whole[i] = whole_of(sides[1 - i]);
    nil[i] = is_mix ? sides[i]->nil : pil_build_constant_i(own == SHAPE_NIL ? -1 : 0);
  }
  return (pil_symbol){.kind = PIL_LANE_MIX, .lane = select_of(b, PIL_IR_SELECT_F, mask, lane[0], lane[1]),
                      .whole = select_mask(b, mask, whole[0], whole[1]),
                      .nil = select_mask(b, mask, nil[0], nil[1])};
}

static bool may_mix(shape s) {
  return s == SHAPE_INTEGER || s == SHAPE_FLOAT || s == SHAPE_MIX || s == SHAPE_NIL;
}

pil_symbol pil_symbol_select(pil_build *b, pil_operand mask, const pil_symbol *a, const pil_symbol *c) {
  if (pil_build_is_all(mask) || pil_symbol_same(a, c)) return *a;
  if (pil_build_is_none(mask)) return *c;
  shape left = shape_of(a), right = shape_of(c);
  if (left == right && left == SHAPE_INTEGER) {
    return pil_symbol_lane_i(
        select_of(b, PIL_IR_SELECT_I, mask, pil_symbol_to_integer(a), pil_symbol_to_integer(c)));
  }
  if (left == right && left == SHAPE_FLOAT) {
    return pil_symbol_lane_f(
        select_of(b, PIL_IR_SELECT_F, mask, pil_symbol_to_float(b, a), pil_symbol_to_float(b, c)));
  }
  if (left == right && left == SHAPE_MASK)
    return pil_symbol_mask(select_mask(b, mask, mask_of(a), mask_of(c)));
  if (left == right && left == SHAPE_TEXT) {
    pil_operand lane = select_of(b, PIL_IR_SELECT_I, mask, text_of(b, a), text_of(b, c));
    return (pil_symbol){.kind = PIL_LANE_TEXT, .lane = lane, .texts = pil_choice_texts(b, a, c)};
  }
  pil_symbol plain_a = may_mix(right) ? pil_choice_plain(b, a) : *a, plain_c = may_mix(left) ? pil_choice_plain(b, c) : *c;
  if (!pil_symbol_same(&plain_a, a) || !pil_symbol_same(&plain_c, c))
    return pil_symbol_select(b, mask, &plain_a, &plain_c);
  bool mixes = may_mix(left) && may_mix(right) && !is_beyond_doubles(a) && !is_beyond_doubles(c);
  return mixes ? select_mix(b, mask, a, c) : pil_choice_make(b, mask, a, c);
}

static bool truth_step(pil_build *b, const void *context, const pil_symbol *alternative, pil_symbol *out) {
  pil_operand truth;
  (void)context;
  if (!pil_symbol_truth(b, alternative, &truth)) return false;
  *out = pil_symbol_mask(truth);
  return true;
}

/* ---- patterns ---- */

static const pil_operand unknown = {.is_constant = false};

static pil_operand join_masks(pil_operand a, pil_operand c) {
  return a.is_constant && pil_build_same(a, c) ? a : unknown;
}

static pil_operand nil_mask(const pil_symbol *s) {
  if (s->kind == PIL_LANE_MIX) return s->nil;
  return pil_build_constant_i(s->kind == PIL_KNOWN_NIL ? -1 : 0);
}

pil_symbol pil_symbol_join(pil_build *b, const pil_symbol *a, const pil_symbol *c) {
  static const pil_known same_shapes[] = {[SHAPE_INTEGER] = PIL_LANE_INTEGER, [SHAPE_FLOAT] = PIL_LANE_FLOAT,
                                          [SHAPE_MASK] = PIL_LANE_MASK,       [SHAPE_TEXT] = PIL_LANE_TEXT,
                                          [SHAPE_MIX] = PIL_LANE_MIX,         [SHAPE_NIL] = PIL_KNOWN_NIL,
                                          [SHAPE_OTHER] = PIL_KNOWN_CONFLICT};
  shape left = shape_of(a), right = shape_of(c);
  if (pil_symbol_same(a, c)) return *a;
  pil_symbol pattern = {.kind = same_shapes[left]};
  bool mixes = may_mix(left) && may_mix(right) && !is_beyond_doubles(a) && !is_beyond_doubles(c);
  if (left != right) pattern.kind = mixes ? PIL_LANE_MIX : PIL_KNOWN_CONFLICT;
  if (pattern.kind == PIL_LANE_TEXT) pattern.texts = pil_choice_texts(b, a, c);
  pattern.whole = join_masks(whole_of(left == SHAPE_NIL ? c : a), whole_of(right == SHAPE_NIL ? a : c));
  pattern.nil = join_masks(nil_mask(a), nil_mask(c));
  return pattern;
}

void pil_symbol_split(pil_build *b, const pil_symbol *s, const pil_symbol *pattern, pil_operand parts[PIL_SYMBOL_PARTS]) {
  parts[1] = whole_of(s);
  parts[2] = nil_mask(s);
  switch (pattern->kind) {
    case PIL_LANE_INTEGER: parts[0] = pil_symbol_to_integer(s); break;
    case PIL_LANE_TABLE: parts[0] = s->lane; break;
    case PIL_LANE_MASK: parts[0] = mask_of(s); break;
    case PIL_LANE_TEXT: parts[0] = text_of(b, s); break;
    case PIL_LANE_FLOAT: parts[0] = pil_symbol_to_float(b, s); break;
    default: parts[0] = s->kind == PIL_KNOWN_NIL ? pil_build_constant_f(0) : pil_symbol_to_exact(b, s);
  }
}

bool pil_symbol_truth(pil_build *b, const pil_symbol *s, pil_operand *truth) {
  pil_symbol each;
  switch (s->kind) {
    case PIL_KNOWN_NIL:
    case PIL_KNOWN_FALSE: *truth = pil_build_constant_i(0); return true;
    case PIL_LANE_MASK: *truth = s->lane; return true;
    case PIL_LANE_MIX: *truth = pil_build_not(b, s->nil); return true;
    case PIL_KNOWN_CONFLICT: return pil_build_give_up(b, "a value of several kinds is tested");
    case PIL_LANE_CHOICE:
      if (!pil_choice_each(b, s, truth_step, NULL, &each)) return false;
      *truth = mask_of(&each);
      return true;
    default: *truth = pil_build_constant_i(-1); return true;
  }
}
