/* Kernels of functions that are more than an instruction: pow, division with remainder, and
 * SLEEF's functions, many lanes at a time with the bits of the scalar ones in base/real.c. Part
 * of kernels.inc.h.
 * SPDX-License-Identifier: Apache-2.0 */

/* ---- a quick way with a condition, and a full one ---- */

/* `quick` says for each lane whether its result holds. When one does not, all lanes go the full
 * way, which gives those that held the same bits. */
#define DEFINE_QUICK_OF(name, suffix, in, out, first, second, quick)              \
  static const pil_step *run_##name##suffix(const pil_step *step, char *memory) { \
    out *to = AT(out, step->to);                                                  \
    const in *a = &ONE(in, step->a), *b = &ONE(in, step->b);                      \
    const in x0 = *a, y0 = *b;                                                    \
    (void)x0, (void)y0;                                                           \
    out BLOCK(results);                                                           \
    word held = 0;                                                                \
    LANES {                                                                       \
      word holds;                                                                 \
      results[i] = quick(first, second, &holds);                                  \
      held += holds;                                                              \
    }                                                                             \
    if (held == PIL_LANES_WIDTH) {                                                \
      LANES to[i] = results[i];                                                   \
    } else {                                                                      \
      in BLOCK(x), BLOCK(y);                                                      \
      LANES x[i] = first, y[i] = second;                                          \
      full_##name(to, x, y);                                                      \
    }                                                                             \
    NEXT;                                                                         \
  }
#define BLOCK(name) name[PIL_LANES_WIDTH] __attribute__((aligned(PIL_LANES_ALIGNMENT)))
#define DEFINE_QUICK(name, in, out, quick, full)                                                  \
  static __attribute__((noinline)) void full_##name(out *restrict to, const in *x, const in *y) { \
    to = ALIGNED(to), x = ALIGNED(x), y = ALIGNED(y);                                             \
    LANES to[i] = full(x[i], y[i]);                                                               \
  }                                                                                               \
  DEFINE_QUICK_OF(name, _vv, in, out, VALUE(a), VALUE(b), quick)                                  \
  DEFINE_QUICK_OF(name, _cv, in, out, x0, VALUE(b), quick)                                        \
  DEFINE_QUICK_OF(name, _vc, in, out, VALUE(a), y0, quick)

/* ---- pow ---- */

/* x ^ 2 is x * x (luai_numpow). */
static inline double power_quick(double x, double y, word *holds) {
  double power = pil_power_ordinary(x, y, holds);
  return y == 2 ? x * x : power;
}

static inline double power_full(double x, double y) {
  double power = pil_power_kernel(x, y);
  return y == 2 ? x * x : power;
}

/* ---- remainders of doubles ---- */

/* C's fmod where the quotient is below 2^53: with x, y the sizes and n the whole part of x / y, the
 * rounded quotient's whole part is n or (rounded up to a whole number) n + 1. Both x - ny and
 * x - (n + 1)y are multiples of the unit of y's last place (or x is below y, and they are x, or
 * x - y with x nearly y) and no larger than y, so that FMA gives them exactly. */
static inline double remainder_quick(double a, double b, word *holds) {
  double x = __builtin_fabs(a), y = __builtin_fabs(b), quotient = x / y;
  double rest = PIL_FMA(-__builtin_floor(quotient), y, x);
  *holds = (quotient < 0x1p53) & (y < __builtin_inf()) ? 1 : 0;
  return __builtin_copysign(rest < 0 ? rest + y : rest, a);
}

/* Lua's % from C's remainder m: it has the sign of the divisor. */
static inline double modulo_of(double m, double b) {
  double moved = m + b;
  return ((m > 0) & (b < 0)) | ((m < 0) & (b > 0)) ? moved : m;
}

static inline double modulo_quick(double a, double b, word *holds) {
  return modulo_of(remainder_quick(a, b, holds), b);
}

static inline double modulo_full(double a, double b) {
  return modulo_of(fmod(a, b), b);
}

/* ---- floored division of integers ---- */

/* Integers within 2^50 are doubles, by way of their bits (no instruction set before AVX-512
 * converts them). */
#define SMALL INT64_C(0x4000000000000)
static inline double small_to_number(int64_t x) {
  return pil_real_of((uint64_t)x + pil_bits_of(PIL_ROUND)) - PIL_ROUND;
}

static inline int64_t number_to_small(double x) {
  return (int64_t)(pil_bits_of(x + PIL_ROUND) - pil_bits_of(PIL_ROUND));
}

static inline word are_small(int64_t a, int64_t b) {
  word high = (((word)a + SMALL) | ((word)b + SMALL)) >> 51;
  return (high == 0) & (b != 0) ? 1 : 0;
}

/* The rounded quotient's floor is right: below a whole number n a quotient a / b stays 1 / |b| away
 * from it, and half a unit of n's last place is less, n 2^-53 <= (|a / b| + 1) 2^-53 < 2^-2 / |b|. */
static inline double floor_quotient(int64_t a, int64_t b) {
  return __builtin_floor(small_to_number(a) / small_to_number(b));
}

static inline int64_t divide_quick(int64_t a, int64_t b, word *holds) {
  *holds = are_small(a, b);
  return number_to_small(floor_quotient(a, b));
}

static inline int64_t rest_quick(int64_t a, int64_t b, word *holds) {
  *holds = are_small(a, b);
  return number_to_small(PIL_FMA(-floor_quotient(a, b), small_to_number(b), small_to_number(a)));
}

/* A divisor of 0 was guarded where it counts; other lanes must not trap. */
static inline int64_t divide_full(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return (int64_t)(0 - (uint64_t)a);
  int64_t q = a / b;
  return q * b != a && (a ^ b) < 0 ? q - 1 : q;
}

static inline int64_t rest_full(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return 0;
  int64_t m = a % b;
  return m != 0 && (m ^ b) < 0 ? m + b : m;
}

#define QUICK_KERNELS(X)                                 \
  X(POW_F, number, number, power_quick, power_full)      \
  X(FMOD_F, number, number, remainder_quick, fmod)       \
  X(MOD_F, number, number, modulo_quick, modulo_full)    \
  X(IDIV_I, integer, integer, divide_quick, divide_full) \
  X(MOD_I, integer, integer, rest_quick, rest_full)
QUICK_KERNELS(DEFINE_QUICK)

/* ---- SLEEF's ---- */

#define SLEEF_KERNELS(X) \
  X(LOG2_F, log2)        \
  X(LOG10_F, log10) X(SIN_F, sin) X(COS_F, cos) X(ASIN_F, asin) X(ACOS_F, acos) X(ATAN1_F, atan)

#if defined(PIL_VECTOR_BYTES) && PIL_LANES_WIDTH * 8 >= PIL_VECTOR_BYTES

enum { VECTORS = PIL_LANES_WIDTH * 8 / PIL_VECTOR_BYTES };
typedef double vector __attribute__((vector_size(PIL_VECTOR_BYTES), may_alias));
typedef int64_t vector_bits __attribute__((vector_size(PIL_VECTOR_BYTES), may_alias));

#define DEFINE_SLEEF(name, function)                                        \
  extern vector PIL_SLEEF(function)(vector);                                \
  static const pil_step *run_##name(const pil_step *step, char *memory) {   \
    vector *to = AT(vector, step->to);                                      \
    const vector *a = AT(vector, step->a);                                  \
    for (size_t i = 0; i < VECTORS; i++) to[i] = PIL_SLEEF(function)(a[i]); \
    NEXT;                                                                   \
  }
SLEEF_KERNELS(DEFINE_SLEEF)

/* As pil_tan: tiny numbers are their own tangents. */
extern vector PIL_SLEEF(tan)(vector);
static const pil_step *run_TAN_F(const pil_step *step, char *memory) {
  vector *to = AT(vector, step->to);
  const vector *a = AT(vector, step->a);
  for (size_t i = 0; i < VECTORS; i++) {
    vector x = a[i], y = PIL_SLEEF(tan)(x), size = (vector)((vector_bits)x & INT64_MAX);
    vector_bits tiny = size < 0x1p-54;
    to[i] = (vector)(((vector_bits)x & tiny) | ((vector_bits)y & ~tiny));
  }
  NEXT;
}

extern vector PIL_SLEEF(atan2)(vector, vector);
static const pil_step *run_ATAN_F(const pil_step *step, char *memory) {
  vector *to = AT(vector, step->to);
  const vector *a = AT(vector, step->a), *b = AT(vector, step->b);
  for (size_t i = 0; i < VECTORS; i++) to[i] = PIL_SLEEF(atan2)(a[i], b[i]);
  NEXT;
}

#else

#define DEFINE_SLEEF(name, function)                                      \
  static const pil_step *run_##name(const pil_step *step, char *memory) { \
    number *to = AT(number, step->to);                                    \
    const number *a = AT(number, step->a);                                \
    LANES to[i] = pil_##function(a[i]);                                   \
    NEXT;                                                                 \
  }
SLEEF_KERNELS(DEFINE_SLEEF)
DEFINE_SLEEF(TAN_F, tan)

static const pil_step *run_ATAN_F(const pil_step *step, char *memory) {
  number *to = AT(number, step->to);
  const number *a = AT(number, step->a), *b = AT(number, step->b);
  LANES to[i] = pil_atan2(a[i], b[i]);
  NEXT;
}

#endif
