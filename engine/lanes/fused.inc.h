/* Two operations in one kernel: the first one's result stays in a register, where a kernel of its
 * own would store it for the next to load. Nothing else changes: each operation rounds as it does
 * alone. Included by kernels.inc.h.
 *
 * An arithmetic pair is (a f b) g c, or c g (a f b) where g is not commutative. A comparison with
 * the SELECT that it decides is a f b ? c : d.
 * SPDX-License-Identifier: Apache-2.0 */

/* Constants are read once, whole operands lane by lane. */
#define SCALAR(of) of##0

#define DEFINE_PAIR_OF(name, suffix, first, second, third, inner, outer)           \
  static const pil_step *pair_##name##suffix(const pil_step *step, char *memory) { \
    number *to = AT(number, step->to);                                             \
    const number *a = &ONE(number, step->a), *b = &ONE(number, step->b);           \
    const number *c = &ONE(number, step->c);                                       \
    const number a0 = *a, b0 = *b, c0 = *c;                                        \
    (void)a0, (void)b0, (void)c0;                                                  \
    LANES {                                                                        \
      number x = first, y = second, z = third, w = x inner y;                      \
      to[i] = outer;                                                               \
    }                                                                              \
    NEXT;                                                                          \
  }
#define DEFINE_PAIR(name, inner, outer)                                            \
  DEFINE_PAIR_OF(name, _vvv, VALUE(a), VALUE(b), VALUE(c), inner, outer)           \
  DEFINE_PAIR_OF(name, _cvv, SCALAR(a), VALUE(b), VALUE(c), inner, outer)          \
  DEFINE_PAIR_OF(name, _vcv, VALUE(a), SCALAR(b), VALUE(c), inner, outer)          \
  DEFINE_PAIR_OF(name, _vvc, VALUE(a), VALUE(b), SCALAR(c), inner, outer)          \
  DEFINE_PAIR_OF(name, _cvc, SCALAR(a), VALUE(b), SCALAR(c), inner, outer)         \
  DEFINE_PAIR_OF(name, _vcc, VALUE(a), SCALAR(b), SCALAR(c), inner, outer)
#define PAIR_ENTRY(name, inner, outer)                                 \
  {[0] = pair_##name##_vvv, [1] = pair_##name##_cvv, [2] = pair_##name##_vcv, \
   [4] = pair_##name##_vvc, [5] = pair_##name##_cvc, [6] = pair_##name##_vcc}

/* By the second operation, and for SUB and DIV by the side on which the first one stands. */
#define DEFINE_PAIRS(first, inner)               \
  DEFINE_PAIR(first##_ADD, inner, w + z)         \
  DEFINE_PAIR(first##_SUB, inner, w - z)         \
  DEFINE_PAIR(first##_SUB_right, inner, z - w)   \
  DEFINE_PAIR(first##_MUL, inner, w * z)         \
  DEFINE_PAIR(first##_DIV, inner, w / z)         \
  DEFINE_PAIR(first##_DIV_right, inner, z / w)
#define PAIR_ENTRIES(first)                                                             \
  [PIL_IR_##first##_F] = {                                                              \
      [PIL_IR_ADD_F] = {PAIR_ENTRY(first##_ADD, , ), PAIR_ENTRY(first##_ADD, , )},      \
      [PIL_IR_SUB_F] = {PAIR_ENTRY(first##_SUB, , ), PAIR_ENTRY(first##_SUB_right, , )}, \
      [PIL_IR_MUL_F] = {PAIR_ENTRY(first##_MUL, , ), PAIR_ENTRY(first##_MUL, , )},      \
      [PIL_IR_DIV_F] = {PAIR_ENTRY(first##_DIV, , ), PAIR_ENTRY(first##_DIV_right, , )}}

DEFINE_PAIRS(ADD, +)
DEFINE_PAIRS(SUB, -)
DEFINE_PAIRS(MUL, *)
DEFINE_PAIRS(DIV, /)

#define DEFINE_CHOICE_OF(name, suffix, type, compare, first, second, third, fourth)  \
  static const pil_step *choose_##name##suffix(const pil_step *step, char *memory) { \
    word *to = AT(word, step->to);                                                   \
    const type *a = &ONE(type, step->a), *b = &ONE(type, step->b);                   \
    const word *c = &ONE(word, step->c), *d = &ONE(word, step->d);                   \
    const type a0 = *a, b0 = *b;                                                     \
    const word c0 = *c, d0 = *d;                                                     \
    (void)a0, (void)b0, (void)c0, (void)d0;                                          \
    LANES {                                                                          \
      type x = first, y = second;                                                    \
      word set = third, other = fourth;                                              \
      to[i] = x compare y ? set : other;                                             \
    }                                                                                \
    NEXT;                                                                            \
  }
#define DEFINE_CHOICES(name, suffix, type, compare, first, second)                            \
  DEFINE_CHOICE_OF(name, suffix##vv, type, compare, first, second, VALUE(c), VALUE(d))        \
  DEFINE_CHOICE_OF(name, suffix##cv, type, compare, first, second, SCALAR(c), VALUE(d))       \
  DEFINE_CHOICE_OF(name, suffix##vc, type, compare, first, second, VALUE(c), SCALAR(d))       \
  DEFINE_CHOICE_OF(name, suffix##cc, type, compare, first, second, SCALAR(c), SCALAR(d))
#define DEFINE_CHOICE(name, type, compare)                                \
  DEFINE_CHOICES(name, _vv, type, compare, VALUE(a), VALUE(b))            \
  DEFINE_CHOICES(name, _cv, type, compare, SCALAR(a), VALUE(b))           \
  DEFINE_CHOICES(name, _vc, type, compare, VALUE(a), SCALAR(b))
#define CHOICE_ENTRY(name)                                                                     \
  [PIL_IR_##name] = {[0] = choose_##name##_vvvv, [1] = choose_##name##_cvvv,                   \
                     [2] = choose_##name##_vcvv, [4] = choose_##name##_vvcv,                   \
                     [5] = choose_##name##_cvcv, [6] = choose_##name##_vccv,                   \
                     [8] = choose_##name##_vvvc, [9] = choose_##name##_cvvc,                   \
                     [10] = choose_##name##_vcvc, [12] = choose_##name##_vvcc,                 \
                     [13] = choose_##name##_cvcc, [14] = choose_##name##_vccc}

DEFINE_CHOICE(LT_F, number, <)
DEFINE_CHOICE(LE_F, number, <=)
DEFINE_CHOICE(EQ_F, number, ==)
DEFINE_CHOICE(LT_I, integer, <)
DEFINE_CHOICE(LE_I, integer, <=)
DEFINE_CHOICE(EQ_I, integer, ==)
