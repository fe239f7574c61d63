/* All kernels, once. Loops of a fixed number of lanes without branches, which the compiler turns
 * into vector code of whatever instruction set the including file is compiled for. A result may
 * overwrite an operand: lane i is read before it is written (hence ivdep, not restrict).
 * The including file defines PIL_KERNELS (the table's name), PIL_KERNELS_NAME, PIL_WORDS and
 * PIL_NORMALS (functions), and where SLEEF has functions of vectors PIL_VECTOR_BYTES and
 * PIL_SLEEF (their names).
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/power_kernel.h"
#include "../base/real.h"
#include "../base/real_kernels.h"
#include "../random/normal_kernels.h"
#include "fills_count.inc.h"
#include "fills_shape.inc.h"
#include "kernels.h"

typedef uint64_t __attribute__((may_alias)) word; /* bits of whatever type */
typedef double number;
typedef int64_t integer;

#define ALIGNED(pointer) __builtin_assume_aligned(pointer, PIL_LANES_ALIGNMENT)
#define AT(type, distance) ((type *)ALIGNED(memory + (distance)))
#define ONE(type, distance) (*(const type *)(const void *)(memory + (distance)))
#define LANES _Pragma("GCC ivdep") for (size_t i = 0; i < PIL_LANES_WIDTH; i++)

/* Jumps to the next step, unless the compiler would make a nested call of it. */
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define NEXT return step[1].run(step + 1, memory)
#else
#define NEXT return step + 1
#endif

/* ---- Lua's semantics where C's differ ---- */

/* A shift by a negative number goes the other way; by 64 and more nothing is left. */
static inline uint64_t shift_left(uint64_t x, int64_t by) {
  uint64_t left = x << (by & 63), right = x >> (-(uint64_t)by & 63);
  return by >= 0 ? (by < 64 ? left : 0) : (by > -64 ? right : 0);
}

static inline uint64_t shift_right(uint64_t x, int64_t by) {
  uint64_t right = x >> (by & 63), left = x << (-(uint64_t)by & 63);
  return by >= 0 ? (by < 64 ? right : 0) : (by > -64 ? left : 0);
}

/* Both halves become doubles through their bits (AVX2 lacks the conversion); only the last
 * addition rounds. */
static inline double to_number(int64_t x) {
  uint64_t high = ((uint64_t)x >> 32) ^ UINT64_C(0x4530000080000000); /* 2^84 + 2^63 + high */
  uint64_t low = ((uint64_t)x & UINT64_C(0xffffffff)) | UINT64_C(0x4330000000000000);
  return (pil_real_of(high) - 0x1.00000801p84) + pil_real_of(low); /* 2^84 + 2^63 + 2^52 */
}

static inline int64_t to_integer(double x) {
  return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

#define SET(condition) ((condition) ? INT64_C(-1) : INT64_C(0))
#define WRAP(operator) (integer)((word)x operator(word) y)

/* name, type of the operands, of the result, the result of x (and y) */
/* clang-format off */
#define UNARY_KERNELS(X)                         \
  X(NEG_F, number, number, -x)                   \
  X(ABS_F, number, number, __builtin_fabs(x))    \
  X(SQRT_F, number, number, __builtin_sqrt(x))   \
  X(FLOOR_F, number, number, __builtin_floor(x)) \
  X(CEIL_F, number, number, __builtin_ceil(x))   \
  X(EXP_F, number, number, pil_exp_kernel(x))    \
  X(LOG_F, number, number, pil_log_kernel(x))    \
  X(NEG_I, word, word, 0 - x)                    \
  X(NOT_I, word, word, ~x)                       \
  X(NOT_M, word, word, ~x)                       \
  X(I_TO_F, integer, number, to_number(x))       \
  X(F_TO_I, number, integer, to_integer(x))      \
  X(SET_F, word, word, x)                        \
  X(SET_I, word, word, x)                        \
  X(SET_M, word, word, x)                        \
  X(GET_F, word, word, x)                        \
  X(GET_I, word, word, x)                        \
  X(GET_M, word, word, x)

#define BINARY_KERNELS(X)                           \
  X(ADD_F, number, number, x + y)                   \
  X(SUB_F, number, number, x - y)                   \
  X(MUL_F, number, number, x * y)                    \
  X(DIV_F, number, number, x / y)                   \
  X(IDIV_F, number, number, __builtin_floor(x / y)) \
  X(MIN_F, number, number, y < x ? y : x)           \
  X(MAX_F, number, number, x < y ? y : x)           \
  X(LT_F, number, integer, SET(x < y))              \
  X(LE_F, number, integer, SET(x <= y))             \
  X(EQ_F, number, integer, SET(x == y))             \
  X(ADD_I, word, word, x + y)                       \
  X(SUB_I, word, word, x - y)                       \
  X(MUL_I, word, word, x * y)                        \
  X(AND_I, word, word, x & y)                        \
  X(OR_I, word, word, x | y)                        \
  X(XOR_I, word, word, x ^ y)                       \
  X(SHL_I, word, word, shift_left(x, (integer)y))   \
  X(SHR_I, word, word, shift_right(x, (integer)y))  \
  X(LT_I, integer, integer, SET(x < y))             \
  X(LE_I, integer, integer, SET(x <= y))            \
  X(EQ_I, integer, integer, SET(x == y))            \
  X(AND_M, word, word, x & y)                        \
  X(OR_M, word, word, x | y)                        \
  X(ANDNOT_M, word, word, x & ~y)
/* clang-format on */

#define SELECT_KERNELS(X) X(SELECT_F) X(SELECT_I) X(SELECT_M)

#define DEFINE_UNARY(name, in, out, result)                               \
  static const pil_step *run_##name(const pil_step *step, char *memory) { \
    out *to = AT(out, step->to);                                          \
    const in *a = AT(in, step->a);                                        \
    LANES {                                                               \
      in x = a[i];                                                        \
      to[i] = result;                                                     \
    }                                                                     \
    NEXT;                                                                 \
  }
UNARY_KERNELS(DEFINE_UNARY)

#define DEFINE_BINARY_OF(name, suffix, in, out, first, second, result)            \
  static const pil_step *run_##name##suffix(const pil_step *step, char *memory) { \
    out *to = AT(out, step->to);                                                  \
    const in *a = &ONE(in, step->a), *b = &ONE(in, step->b);                      \
    const in x0 = *a, y0 = *b;                                                    \
    (void)x0, (void)y0;                                                           \
    LANES {                                                                       \
      in x = first, y = second;                                                   \
      to[i] = result;                                                             \
    }                                                                             \
    NEXT;                                                                         \
  }
#define VALUE(of) ((__typeof__(of))ALIGNED(of))[i]
#define DEFINE_BINARY(name, in, out, result)                       \
  DEFINE_BINARY_OF(name, _vv, in, out, VALUE(a), VALUE(b), result) \
  DEFINE_BINARY_OF(name, _cv, in, out, x0, VALUE(b), result)       \
  DEFINE_BINARY_OF(name, _vc, in, out, VALUE(a), y0, result)
BINARY_KERNELS(DEFINE_BINARY)

#include "kernels_math.inc.h"

#define DEFINE_SELECT_OF(name, suffix, first, second)                             \
  static const pil_step *run_##name##suffix(const pil_step *step, char *memory) { \
    word *to = AT(word, step->to);                                                \
    const word *mask = AT(word, step->a);                                         \
    const word *a = &ONE(word, step->b), *b = &ONE(word, step->c);                \
    const word x0 = *a, y0 = *b;                                                  \
    (void)x0, (void)y0;                                                           \
    LANES {                                                                       \
      word m = mask[i], x = first, y = second;                                    \
      to[i] = (m & x) | (~m & y);                                                 \
    }                                                                             \
    NEXT;                                                                         \
  }
DEFINE_SELECT_OF(SELECT, _vv, VALUE(a), VALUE(b))
DEFINE_SELECT_OF(SELECT, _cv, x0, VALUE(b))
DEFINE_SELECT_OF(SELECT, _vc, VALUE(a), y0)
DEFINE_SELECT_OF(SELECT, _cc, x0, y0)

/* Lanes that do not count may hold any index. `b` is the pil_ir_array. */
#define DEFINE_LOOKUP(name, type, member)                                 \
  static const pil_step *run_##name(const pil_step *step, char *memory) { \
    type *to = AT(type, step->to);                                        \
    const word *a = AT(word, step->a);                                    \
    const pil_ir_array *array = &ONE(pil_ir_array, step->b);              \
    const type *member = array->member;                                   \
    word count = array->count;                                            \
    LANES {                                                               \
      word index = a[i] - 1;                                              \
      to[i] = member[index < count ? index : 0];                          \
    }                                                                     \
    NEXT;                                                                 \
  }
DEFINE_LOOKUP(LOOKUP_F, number, numbers)
DEFINE_LOOKUP(LOOKUP_I, integer, integers)

/* A list is a row of a word a lane for each item, at the address that stands in the memory. */
static const pil_step *run_ITEM(const pil_step *step, char *memory) {
  word *to = AT(word, step->to);
  const word *index = AT(word, step->a), *items = ALIGNED(ONE(word *, step->b));
  LANES to[i] = items[(index[i] - 1) * PIL_LANES_WIDTH + i];
  NEXT;
}

static const pil_step *run_KEEP(const pil_step *step, char *memory) {
  word *items = ALIGNED(ONE(word *, step->to));
  const word *mask = AT(word, step->a), *index = AT(word, step->b), *value = AT(word, step->c);
  LANES {
    word *item = &items[(index[i] - 1) * PIL_LANES_WIDTH + i];
    *item = (mask[i] & value[i]) | (~mask[i] & *item);
  }
  NEXT;
}

#include "fused.inc.h"

/* ---- draws ---- */

/* Standard normals, for files that have no better PIL_NORMALS. */
__attribute__((unused)) static void fill_normals(const uint64_t *restrict words,
                                                 double *restrict normals) {
  words = ALIGNED(words);
  normals = ALIGNED(normals);
  LANES normals[i] = pil_normal_kernel(words[i]);
}

#define CONSTANT(j) (*parameters[j])
#define VARYING(j) (((const double *)ALIGNED(parameters[j]))[i])
#define DEFINE_FILL(name, variant, setup, result)                            \
  static void fill_##name##variant(const uint64_t *restrict words,           \
                                   const double *const *restrict parameters, \
                                   void *restrict draws) {                   \
    number *to = ALIGNED(draws);                                             \
    words = ALIGNED(words);                                                  \
    setup;                                                                   \
    LANES to[i] = result;                                                    \
  }
#define NORMALS                                                                  \
  double normals[PIL_LANES_WIDTH] __attribute__((aligned(PIL_LANES_ALIGNMENT))); \
  PIL_NORMALS(words, normals)
#define NORMAL PIL_FMA(sd, normals[i], mean)
#define CLIP(x, high) ((x) < (high) ? (x) : (high))
#define UNIFORM(low, high) CLIP(PIL_FMA((high) - (low), pil_uniform(words[i]), (low)), high)
#define EXPONENTIAL(mean) (mean) * -pil_log_kernel(pil_uniform_complement(words[i]))

#define PAIR(x, y, P) const double x = P(0), y = P(1)
DEFINE_FILL(normal, _constant, PAIR(mean, sd, CONSTANT); NORMALS, NORMAL)
DEFINE_FILL(normal, _varying, NORMALS, PIL_FMA(VARYING(1), normals[i], VARYING(0)))
DEFINE_FILL(lognormal, _constant, const double mean = CONSTANT(2); const double sd = CONSTANT(3);
            NORMALS, pil_exp_kernel(NORMAL))
DEFINE_FILL(lognormal, _varying, NORMALS,
            pil_exp_kernel(PIL_FMA(VARYING(3), normals[i], VARYING(2))))
DEFINE_FILL(uniform, _constant, PAIR(low, high, CONSTANT), UNIFORM(low, high))
DEFINE_FILL(uniform, _varying, , UNIFORM(VARYING(0), VARYING(1)))
DEFINE_FILL(exponential, _constant, const double mean = CONSTANT(0), EXPONENTIAL(mean))
DEFINE_FILL(exponential, _varying, , EXPONENTIAL(VARYING(0)))

/* (n + 0.5) 2^-52 < p, where n = ~word >> 12, is n < ceil(p 2^52 - 0.5): scaling is exact, and so
 * is the subtraction unless its result lies between -1/2 and 0. */
static void fill_bernoulli_constant(const uint64_t *restrict words,
                                    const double *const *restrict parameters,
                                    void *restrict draws) {
  integer *to = ALIGNED(draws);
  words = ALIGNED(words);
  const integer below = (integer)__builtin_ceil(CONSTANT(0) * 0x1p52 - 0.5);
  LANES to[i] = SET((integer)(~words[i] >> 12) < below);
}

static void fill_bernoulli_varying(const uint64_t *restrict words,
                                   const double *const *restrict parameters, void *restrict draws) {
  integer *to = ALIGNED(draws);
  words = ALIGNED(words);
  LANES to[i] = SET(pil_uniform_complement(words[i]) < VARYING(0));
}

/* The domains of family.c as sums over lanes. */
#define FINITE(x) (__builtin_fabs(x) < __builtin_inf())
#define DEFINE_REFUSE(name, good)                                                      \
  static int64_t refuse_##name(const int64_t *mask, const double *const *parameters) { \
    int64_t refused = 0;                                                               \
    mask = ALIGNED(mask);                                                              \
    LANES refused -= (good) ? 0 : mask[i];                                             \
    return refused;                                                                    \
  }
#define POSITIVE(x) ((x) > 0) & ((x) < __builtin_inf())
DEFINE_REFUSE(normal, FINITE(VARYING(0)) & POSITIVE(VARYING(1)))
DEFINE_REFUSE(uniform, FINITE(VARYING(0)) & FINITE(VARYING(1)) & (VARYING(0) < VARYING(1)) &
                           FINITE(VARYING(1) - VARYING(0)))
DEFINE_REFUSE(exponential, POSITIVE(VARYING(0)))
DEFINE_REFUSE(bernoulli, (VARYING(0) >= 0) & (VARYING(0) <= 1))

static const pil_step *run_draw(const pil_step *step, char *memory) {
  const pil_plain_draw *draw = ONE(pil_plain_draw *, step->b);
  uint64_t *words = AT(uint64_t, step->a);
  pil_u128 first = pil_jump_apply(draw->to_block, draw->stream);
  PIL_WORDS(first, draw->stream.increment, draw->jumps, words);
  draw->fill(words, draw->parameters, memory + step->to);
  NEXT;
}

#include "fills_formula.inc.h"

/* ---- masks and outputs ---- */

static int64_t count_lanes(const int64_t *a, const int64_t *b) {
  int64_t count = 0;
  a = ALIGNED(a);
  b = ALIGNED(b);
  LANES count -= a[i] & b[i];
  return count;
}

static void both_masks(int64_t *to, const int64_t *a, const int64_t *b) {
  to = ALIGNED(to);
  a = ALIGNED(a);
  b = ALIGNED(b);
  LANES to[i] = a[i] & b[i];
}

static void merge_lanes(const int64_t *values, const int64_t *mask, int64_t *any, int64_t *all) {
  int64_t some = 0, every = -1;
  values = ALIGNED(values);
  mask = ALIGNED(mask);
  LANES {
    some |= values[i] & mask[i];
    every &= values[i] | ~mask[i];
  }
  *any = some;
  *all = every;
}

/* Cells are not aligned to anything. */
static void store_numbers(uint64_t *to, const int64_t *mask, const double *values) {
  mask = ALIGNED(mask);
  values = ALIGNED(values);
  LANES {
    uint64_t m = (uint64_t)mask[i], x = pil_bits_of(values[i]);
    x = values[i] == values[i] ? x : PIL_CELL_NAN;
    ((word *)to)[i] = (m & x) | (~m & ((word *)to)[i]);
  }
}

static void store_cells(uint64_t *to, const int64_t *mask, const uint64_t *values) {
  mask = ALIGNED(mask);
  values = ALIGNED(values);
  LANES {
    uint64_t m = (uint64_t)mask[i];
    ((word *)to)[i] = (m & values[i]) | (~m & ((word *)to)[i]);
  }
}

/* ---- the table ---- */

#define UNARY_ENTRY(name, in, out, result) [PIL_IR_##name] = {[0] = run_##name},
#define BINARY_ENTRY(name, in, out, result) \
  [PIL_IR_##name] = {[0] = run_##name##_vv, [1] = run_##name##_cv, [2] = run_##name##_vc},
#define QUICK_ENTRY(name, in, out, quick, full) BINARY_ENTRY(name, in, out, )
#define SLEEF_ENTRY(name, function) [PIL_IR_##name] = {[0] = run_##name},
#define SELECT_ENTRY(name) \
  [PIL_IR_##name] = {      \
      [0] = run_SELECT_vv, [2] = run_SELECT_cv, [4] = run_SELECT_vc, [6] = run_SELECT_cc},
#define FILLS(name, check) \
  [PIL_FAMILY_##name] = {fill_##name##_constant, fill_##name##_varying, NULL, check}
#define PACKED(name, check) [PIL_FAMILY_##name] = {NULL, NULL, fill_##name##_packed, check}

const pil_kernels PIL_KERNELS = {
    .name = PIL_KERNELS_NAME,
    .run = {UNARY_KERNELS(UNARY_ENTRY) BINARY_KERNELS(BINARY_ENTRY) QUICK_KERNELS(QUICK_ENTRY)
                SLEEF_KERNELS(SLEEF_ENTRY) SLEEF_ENTRY(TAN_F, ) SLEEF_ENTRY(ATAN_F, )
                    SELECT_KERNELS(SELECT_ENTRY)[PIL_IR_LOOKUP_F] = {[0] = run_LOOKUP_F},
            [PIL_IR_LOOKUP_I] = {[0] = run_LOOKUP_I},
            [PIL_IR_ITEM_F] = {[0] = run_ITEM},
            [PIL_IR_ITEM_I] = {[0] = run_ITEM},
            [PIL_IR_ITEM_M] = {[0] = run_ITEM},
            [PIL_IR_KEEP_F] = {[0] = run_KEEP},
            [PIL_IR_KEEP_I] = {[0] = run_KEEP},
            [PIL_IR_KEEP_M] = {[0] = run_KEEP}},
    .pairs = {PAIR_ENTRIES(ADD), PAIR_ENTRIES(SUB), PAIR_ENTRIES(MUL), PAIR_ENTRIES(DIV)},
    .choices = {CHOICE_ENTRY(LT_F), CHOICE_ENTRY(LE_F), CHOICE_ENTRY(EQ_F), CHOICE_ENTRY(LT_I),
                CHOICE_ENTRY(LE_I), CHOICE_ENTRY(EQ_I)},
    .fills = {FILLS(normal, refuse_normal), FILLS(lognormal, NULL), FILLS(uniform, refuse_uniform),
              FILLS(exponential, refuse_exponential), FILLS(bernoulli, refuse_bernoulli),
              FILLS(triangular, refuse_triangular), FILLS(weibull, refuse_shape_scale),
              FILLS(logistic, refuse_location_scale), FILLS(cauchy, refuse_location_scale),
              FILLS(pareto, refuse_scale_shape), FILLS(geometric, refuse_geometric),
              PACKED(gamma, refuse_shape_scale), PACKED(beta, refuse_shapes),
              PACKED(pert, refuse_pert), PACKED(proportion, refuse_proportion),
              PACKED(student_t, refuse_shape), PACKED(poisson, refuse_poisson),
              PACKED(binomial, refuse_binomial),
              PACKED(negative_binomial, refuse_negative_binomial)},
    .draw = run_draw,
    .words = PIL_WORDS,
    .count = count_lanes,
    .both = both_masks,
    .merge = merge_lanes,
    .number = store_numbers,
    .cell = store_cells,
};
