/* The kernels of real functions and divisions, block by block on every instruction set, against
 * the scalar functions: the same bits, over ten million arguments where SLEEF is behind them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../engine/base/real.h"
#include "../engine/lanes/kernels.h"
#include "lanes_run.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MANY_ARGUMENTS = 500000, ARGUMENTS = 100000 };
#else
enum { MANY_ARGUMENTS = 10000000, ARGUMENTS = 2000000 };
#endif
enum { SLOT = 8 * PIL_LANES_WIDTH, CONSTANT = 3 * SLOT, MEMORY = 4 * SLOT };

static const pil_kernels *const kernels[] = {&pil_kernels_portable, &pil_kernels_avx2,
                                             &pil_kernels_avx512};

/* ---- one block ---- */

typedef struct block {
  uint64_t x[PIL_LANES_WIDTH], y[PIL_LANES_WIDTH];
} block;

/* Where the result stands: in a slot of its own, or over an operand. */
static void run_block(const pil_kernels *set, pil_ir_op op, unsigned constants, uint32_t to,
                      const block *b, uint64_t *result) {
  static char memory[MEMORY] __attribute__((aligned(64)));
  pil_step steps[2] = {{.run = set->run[op][constants], .to = to * SLOT, .b = SLOT},
                       {.run = pil_step_pause}};
  memcpy(memory, b->x, SLOT);
  memcpy(memory + SLOT, b->y, SLOT);
  if (constants == 1) memcpy(memory + CONSTANT, b->x, 8), steps[0].a = CONSTANT;
  if (constants == 2) memcpy(memory + CONSTANT, b->y, 8), steps[0].b = CONSTANT;
  const pil_step *step = steps;
  while (step->run != pil_step_pause) step = step->run(step, memory);
  memcpy(result, memory + to * SLOT, SLOT);
}

static bool same(bool real, uint64_t a, uint64_t b) {
  return a == b || (real && isnan(bits_number(a)) && isnan(bits_number(b)));
}

static void check_block(size_t set, pil_ir_op op, unsigned constants, uint32_t to, const block *b,
                        const uint64_t *want) {
  bool real = pil_ir_get(op)->type == PIL_TYPE_FLOAT;
  uint64_t result[PIL_LANES_WIDTH];
  run_block(kernels[set], op, constants, to, b, result);
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    if (same(real, result[i], want[i])) continue;
    fail_msg("%s on %s: %016llx %016llx gives %016llx, not %016llx", pil_ir_get(op)->name,
             kernels[set]->name, (unsigned long long)b->x[i], (unsigned long long)b->y[i],
             (unsigned long long)result[i], (unsigned long long)want[i]);
  }
}

typedef uint64_t scalar(pil_ir_op op, uint64_t x, uint64_t y);

/* Every fourth block has a constant operand if the kernels take one, or overwrites an operand. */
static void check_op(pil_ir_op op, size_t count, void (*fill)(size_t round, block *b),
                     scalar *expected) {
  for (size_t round = 0; round < count / PIL_LANES_WIDTH; round++) {
    block b;
    uint64_t want[PIL_LANES_WIDTH];
    fill(round, &b);
    unsigned constants = round % 4 == 3 ? (unsigned)(round / 4 % 3) : 0;
    if (kernels[0]->run[op][constants] == NULL) constants = 0;
    uint32_t to = round % 4 == 3 && round / 16 % 2 == 0 ? constants == 1 : 2;
    for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
      if (constants == 1) b.x[i] = b.x[0];
      if (constants == 2) b.y[i] = b.y[0];
      want[i] = expected(op, b.x[i], b.y[i]);
    }
    for (size_t set = 0; set < 3; set++) {
      bool seldom = sets[set] == PIL_ISA_PORTABLE && round % 16 > 3; /* it is the scalar code */
      if (is_here(sets[set]) && !seldom) check_block(set, op, constants, to, &b, want);
    }
  }
}

/* ---- arguments ---- */

static const double specials[] = {
    0,        -0.0,      1,        -1,     2,       -2,         0.5,        -0.5,
    HUGE_VAL, -HUGE_VAL, NAN,      5e-324, -5e-324, 0x1p-1022,  -0x1p-1022, 0x1.fffffffffffffp1023,
    0x1p-54,  0x1p-55,   15,       -15,    0x1p53,  1e14,       1e22,       M_PI,
    M_PI_2,   M_PI_4,    1.0 / 12, 700,    -750,    0x1p52 + 1, 0x1p53 - 1};
enum { SPECIALS = sizeof specials / sizeof *specials };

/* Doubles of a kind: any bits, -1 to 1, -100 to 100, positive of moderate size, of any size. */
static double any_number(size_t kind) {
  uint64_t r = random_word();
  switch (kind) {
    case 0: return bits_number(r);
    case 1: return (double)(int64_t)r * 0x1p-63;
    case 2: return (double)(int64_t)r * 0x1p-63 * 100;
    case 3: return (double)(r >> 11) * 0x1p-48;
    default: return ldexp((double)(int64_t)r * 0x1p-63, (int)(random_word() % 120) - 60);
  }
}

/* Blocks of one kind, because they may take a quick way that one odd lane closes, and mixed ones;
 * the first ones hold all pairs of special values, later ones one here and there. */
static void fill_numbers(size_t round, block *b) {
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    size_t pair = round * PIL_LANES_WIDTH + i, kind = round % 9 < 5 ? round % 9 : random_word() % 5;
    double x = any_number(kind), y = any_number(round % 2 == 0 ? kind : round / 2 % 5);
    if (round % 8 == 7 && random_word() % 16 == 0) x = specials[random_word() % SPECIALS];
    if (round % 8 == 7 && random_word() % 16 == 0) y = specials[random_word() % SPECIALS];
    if (pair < SPECIALS * SPECIALS) x = specials[pair / SPECIALS], y = specials[pair % SPECIALS];
    b->x[i] = number_bits(x);
    b->y[i] = number_bits(y);
  }
}

/* For remainders: quotients that are whole numbers, or just beside them, up to 2^54. */
static void fill_multiples(size_t round, block *b) {
  fill_numbers(round, b);
  if (round % 3 != 0) return;
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    double y = ldexp(any_number(1), (int)(random_word() % 1970) - 1074);
    double x = y * floor(ldexp(any_number(1), (int)(random_word() % (round % 2 == 0 ? 54 : 55))));
    uint64_t beside = random_word() % 3;
    b->x[i] = number_bits(beside == 0 ? x : nextafter(x, beside == 1 ? 0 : HUGE_VAL));
    b->y[i] = number_bits(y);
  }
}

/* Whole numbers of up to 50 bits, of up to 52, or of any size; divisors of any length, 0 at times;
 * multiples and their neighbours. */
static void fill_integers(size_t round, block *b) {
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    unsigned least = round % 8 < 6 ? 14 : round % 8 == 6 ? 12 : 0;
    int64_t x = (int64_t)random_word() >> (least + random_word() % (63 - least));
    int64_t y = (int64_t)random_word() >> (least + random_word() % (63 - least));
    if (y == 0 && (round % 8 < 6 || random_word() % 2 == 0)) y = 3;
    if (random_word() % 4 == 0 && y != 0 && y != -1)
      x = x / y * y + (int64_t)(random_word() % 3) - 1;
    if (round % 8 == 7 && random_word() % 32 == 0) x = INT64_MIN;
    b->x[i] = (uint64_t)x;
    b->y[i] = (uint64_t)y;
  }
}

/* ---- what each means ---- */

static uint64_t real_of_one(pil_ir_op op, uint64_t bits, uint64_t unused) {
  (void)unused;
  double x = bits_number(bits);
  switch (op) {
    case PIL_IR_LOG2_F: return number_bits(pil_log2(x));
    case PIL_IR_LOG10_F: return number_bits(pil_log10(x));
    case PIL_IR_SIN_F: return number_bits(pil_sin(x));
    case PIL_IR_COS_F: return number_bits(pil_cos(x));
    case PIL_IR_TAN_F: return number_bits(pil_tan(x));
    case PIL_IR_ASIN_F: return number_bits(pil_asin(x));
    case PIL_IR_ACOS_F: return number_bits(pil_acos(x));
    default: return number_bits(pil_atan(x));
  }
}

static uint64_t real_of_two(pil_ir_op op, uint64_t x_bits, uint64_t y_bits) {
  double x = bits_number(x_bits), y = bits_number(y_bits), rest;
  switch (op) {
    case PIL_IR_POW_F: return number_bits(y == 2 ? x * x : pil_pow(x, y));
    case PIL_IR_ATAN_F: return number_bits(pil_atan2(x, y));
    case PIL_IR_FMOD_F: return number_bits(fmod(x, y));
    default: /* MOD_F: Lua 5.4's luai_nummod */
      rest = fmod(x, y);
      if (rest > 0 ? y < 0 : rest < 0 && y > 0) rest += y;
      return number_bits(rest);
  }
}

static uint64_t whole_of_two(pil_ir_op op, uint64_t x_bits, uint64_t y_bits) {
  int64_t x = (int64_t)x_bits, y = (int64_t)y_bits;
  bool divides = op == PIL_IR_IDIV_I;
  if (y == 0 || y == -1) return divides ? 0 - x_bits : 0; /* by 0: nobody looks; no trap */
  int64_t quotient = x / y, rest = x % y;
  if (rest != 0 && (rest < 0) != (y < 0)) quotient--, rest += y;
  return (uint64_t)(divides ? quotient : rest);
}

static void functions_of_one_number(void **unused) {
  (void)unused;
  static const pil_ir_op ops[] = {PIL_IR_LOG2_F, PIL_IR_LOG10_F, PIL_IR_SIN_F,  PIL_IR_COS_F,
                                  PIL_IR_TAN_F,  PIL_IR_ASIN_F,  PIL_IR_ACOS_F, PIL_IR_ATAN1_F};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    check_op(ops[i], MANY_ARGUMENTS, fill_numbers, real_of_one);
}

static void powers_and_angles(void **unused) {
  (void)unused;
  check_op(PIL_IR_POW_F, MANY_ARGUMENTS, fill_numbers, real_of_two);
  check_op(PIL_IR_ATAN_F, MANY_ARGUMENTS, fill_numbers, real_of_two);
}

static void remainders_are_exact(void **unused) {
  (void)unused;
  check_op(PIL_IR_FMOD_F, ARGUMENTS, fill_multiples, real_of_two);
  check_op(PIL_IR_MOD_F, ARGUMENTS, fill_multiples, real_of_two);
}

static void divisions_of_integers(void **unused) {
  (void)unused;
  check_op(PIL_IR_IDIV_I, ARGUMENTS, fill_integers, whole_of_two);
  check_op(PIL_IR_MOD_I, ARGUMENTS, fill_integers, whole_of_two);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(functions_of_one_number),
      cmocka_unit_test(powers_and_angles),
      cmocka_unit_test(remainders_are_exact),
      cmocka_unit_test(divisions_of_integers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
