/* Draws of the lane machine against the scalar draws, word for word, on every instruction set.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "../engine/lanes/kernels.h"
#include "lanes_program.h"
#include "lanes_run.h"

/* The draws below under four masks, each with its parameters as given and varying by lane. */
typedef struct drawn_family {
  pil_family family;
  double parameters[PIL_PARAMETERS];
  int count;
} drawn_family;
static const drawn_family families[] = {
    {PIL_FAMILY_normal, {3, 2}, 2},      {PIL_FAMILY_lognormal, {3, 2}, 2},
    {PIL_FAMILY_uniform, {-1, 4}, 2},    {PIL_FAMILY_exponential, {2.5}, 1},
    {PIL_FAMILY_bernoulli, {0.3}, 1},    {PIL_FAMILY_triangular, {1, 2, 5}, 3},
    {PIL_FAMILY_poisson, {3.5}, 1},      {PIL_FAMILY_gamma, {2, 3}, 2},
    {PIL_FAMILY_pert, {1, 2, 5}, 3},     {PIL_FAMILY_weibull, {2, 3}, 2},
    {PIL_FAMILY_binomial, {10, 0.3}, 2}, {PIL_FAMILY_bernoulli, {1}, 1}};
enum { FAMILIES = sizeof families / sizeof *families, DRAW_LANES = 300, MASKS = 4 };

static bool in_mask(int mask, size_t lane) {
  return mask == 0 || (mask == 1 && lane % 3 != 0) || (mask == 2 && lane % 29 == 5);
}

static double scalar_draw(const drawn_family *f, const pil_ir_draw *draw, double scale, uint64_t k,
                          uint64_t trial) {
  char problem[256];
  double parameters[PIL_PARAMETERS] = {0};
  for (int i = 0; i < f->count; i++) parameters[i] = f->parameters[i];
  parameters[0] *= scale;
  assert_null(pil_family_check(f->family, parameters, f->count, problem, sizeof problem));
  pil_stream stream = pil_stream_at(42, draw->name_hash, k);
  pil_stream_advance(&stream, trial - 1);
  return pil_family_draw(f->family, parameters, pil_stream_next(&stream));
}

/* A factor on the first parameter that keeps it in every family's domain. */
static double find_scale(pil_family family, size_t lane) {
  if (family == PIL_FAMILY_binomial) return 1 + (double)(lane % 4);
  return 1 - (double)(lane % 5) / 10;
}

static uint64_t as_cell(pil_ir_op op, double x) {
  if (op == PIL_IR_DRAW_I) return (uint64_t)(int64_t)x;
  if (op == PIL_IR_DRAW_M) return x != 0 ? ~UINT64_C(0) : 0;
  return number_bits(x);
}

static pil_ir_op op_of(pil_family family) {
  switch (pil_family_get(family)->draws) {
    case PIL_DRAW_COUNT: return PIL_IR_DRAW_I;
    case PIL_DRAW_BOOLEAN: return PIL_IR_DRAW_M;
    default: return PIL_IR_DRAW_F;
  }
}

/* bit 0: parameters vary, bit 1: k varies, bit 2: booleans as numbers */
enum { WAYS = 8 };

static void check_draws(pil_isa isa, uint64_t first_trial) {
  pil_ir_program *p = program_new();
  columns c = columns_new(MASKS + FAMILIES + 1, DRAW_LANES);
  for (size_t lane = 0; lane < DRAW_LANES; lane++) {
    for (int m = 0; m < MASKS; m++) c.inputs[m][lane] = in_mask(m, lane);
    for (size_t f = 0; f < FAMILIES; f++)
      c.inputs[MASKS + f][lane] = families[f].parameters[0] * find_scale(families[f].family, lane);
    c.inputs[MASKS + FAMILIES][lane] = (double)(lane % 11);
  }
  pil_operand masks[MASKS], k = EMIT0(INPUT_I, MASKS + FAMILIES);
  for (uint32_t m = 0; m < MASKS; m++) masks[m] = m == 0 ? EMIT0(LANES_M, 0) : EMIT0(INPUT_M, m);
  for (uint32_t f = 0; f < FAMILIES; f++) {
    pil_operand varying = EMIT0(INPUT_F, MASKS + f);
    for (int n = 0; n < MASKS * WAYS; n++) {
      uint32_t index = add_draw(p, families[f].family, families[f].parameters, families[f].count);
      pil_ir_draw *draw = &p->draws[index];
      draw->parameters_vary = n & 1;
      if (n & 1) draw->parameters[0] = varying;
      draw->k_varies = n & 2;
      if (n & 2) draw->k = k;
      pil_ir_op op = n & 4 ? PIL_IR_DRAW_F : op_of(families[f].family);
      output_as(p, PIL_IR_OUTPUT_CELL, masks[n / WAYS],
                emit(p, op, index, masks[n / WAYS], NONE, NONE));
    }
  }
  run(p, isa, &c, DRAW_LANES, first_trial, -1);
  for (uint32_t i = 0; i < p->draw_count; i++) {
    const drawn_family *f = &families[i / (MASKS * WAYS)];
    int n = (int)(i % (MASKS * WAYS));
    pil_ir_op op = n & 4 ? PIL_IR_DRAW_F : op_of(f->family);
    size_t before = c.frame.column_count;
    const pil_column *column = pil_frame_column(&c.frame, i, "out", i + 1);
    assert_int_equal(c.frame.column_count - before, n / WAYS == 3); /* nobody drew */
    for (size_t lane = 0; lane < DRAW_LANES; lane++) {
      uint64_t found = number_bits(column->cells[lane]);
      if (!in_mask(n / WAYS, lane)) {
        assert_true(found == PIL_CELL_MISSING);
        continue;
      }
      double scale = n & 1 ? find_scale(f->family, lane) : 1;
      double want = scalar_draw(f, &p->draws[i], scale, n & 2 ? lane % 11 : 3, first_trial + lane);
      if (found == as_cell(op, want)) continue;
      fail_msg("%s, way %d, on %s, lane %zu: %016llx", pil_family_get(f->family)->name, n,
               pil_isa_name(isa), lane, (unsigned long long)found);
    }
  }
  columns_free(&c, MASKS + FAMILIES + 1);
  program_free(p);
}

static void draws_are_the_scalar_engines(void **state) {
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    if (!is_here(sets[i])) continue;
    check_draws(sets[i], 1);
    check_draws(sets[i], UINT64_C(123456789012345));
  }
}

static void draws_from_prepared_distributions(void **state) {
  (void)state;
  pil_arena arena = {0};
  pil_error error;
  pil_distribution list[5];
  const double weights[3] = {1, 2, 3}, choices[3] = {10, 20, 40}, normal[2] = {1, 2},
               gamma[2] = {2, 3};
  assert_true(
      pil_distribution_build(&arena, PIL_FAMILY_normal, normal, 2, PIL_NOWHERE, &list[0], &error));
  list[1] = list[2] = list[0];
  assert_true(pil_distribution_bound(&list[1], 0, 2, false, PIL_NOWHERE, &error));
  assert_true(pil_distribution_bound(&list[2], 0, 2, true, PIL_NOWHERE, &error));
  assert_true(
      pil_distribution_build(&arena, PIL_FAMILY_gamma, gamma, 2, PIL_NOWHERE, &list[3], &error));
  assert_true(pil_distribution_prepare(&arena, &list[3], &error));
  assert_true(pil_distribution_build_list(&arena, PIL_FAMILY_discrete, NULL, weights, 3,
                                          PIL_NOWHERE, &list[4], &error));
  for (size_t i = 0; i < 3; i++) {
    if (!is_here(sets[i])) continue;
    pil_ir_program *p = program_new();
    columns c = columns_new(0, 100);
    for (int d = 0; d < 6; d++) {
      uint32_t index = add_draw(p, PIL_FAMILY_normal, normal, 2);
      p->draws[index].distribution = &list[d < 5 ? d : 4];
      p->draws[index].choices = d == 5 ? choices : NULL;
      output_as(p, PIL_IR_OUTPUT_F, TRUE_M, emit(p, PIL_IR_DRAW_F, index, TRUE_M, NONE, NONE));
    }
    const pil_column *out = run(p, sets[i], &c, 100, 9, -1);
    for (int d = 0; d < 6; d++) {
      pil_stream stream = pil_stream_at(42, p->draws[d].name_hash, 3);
      pil_stream_advance(&stream, 8);
      for (size_t lane = 0; lane < 100; lane++) {
        double want = pil_distribution_draw(&list[d < 5 ? d : 4], pil_stream_next(&stream));
        if (d == 5) want = choices[(size_t)want];
        assert_true(out[d].cells[lane] == want);
      }
    }
    columns_free(&c, 0);
    program_free(p);
  }
  pil_arena_free(&arena);
}

/* A refused parameter, a negative k, a count beyond integers: stock Lua says what is wrong. */
static void odd_draws_give_the_batch_back(void **state) {
  (void)state;
  static const drawn_family odd[] = {
      {PIL_FAMILY_normal, {1, 0}, 2},        {PIL_FAMILY_normal, {NAN, 1}, 2},
      {PIL_FAMILY_normal, {1, HUGE_VAL}, 2}, {PIL_FAMILY_lognormal, {-1, 2}, 2},
      {PIL_FAMILY_uniform, {3, 3}, 2},       {PIL_FAMILY_uniform, {-1e308, 1e308}, 2},
      {PIL_FAMILY_exponential, {-1}, 1},     {PIL_FAMILY_bernoulli, {1.5}, 1},
      {PIL_FAMILY_bernoulli, {NAN}, 1},      {PIL_FAMILY_gamma, {0, 1}, 2},
      {PIL_FAMILY_geometric, {0}, 1}};
  static const double good[2] = {0.5, 2};
  for (size_t f = 0; f < sizeof odd / sizeof *odd; f++) {
    for (int set = 0; set < 4; set++) { /* refused in a full or a sparse mask, or outside it */
      pil_ir_program *p = program_new();
      columns c = columns_new(3, 128);
      p->reason_count = 5;
      for (size_t lane = 0; lane < 128; lane++) {
        bool wrong = lane == 100;
        c.inputs[0][lane] = wrong ? odd[f].parameters[0] : good[0];
        c.inputs[1][lane] = wrong ? odd[f].parameters[1] : good[1];
        c.inputs[2][lane] = set == 0   ? 1
                            : set == 1 ? lane % 50 == 0
                            : set == 2 ? !wrong
                                       : lane == 3;
      }
      uint32_t index = add_draw(p, odd[f].family, good, odd[f].count);
      p->draws[index].parameters_vary = true;
      for (uint32_t n = 0; n < 2; n++) p->draws[index].parameters[n] = EMIT0(INPUT_F, n);
      pil_operand mask = EMIT0(INPUT_M, 2);
      pil_operand drawn = emit(p, op_of(odd[f].family), index, mask, NONE, NONE);
      output_as(p, PIL_IR_OUTPUT_CELL, mask, drawn);
      run(p, PIL_ISA_AUTO, &c, 128, 1, set < 2 ? 5 : -1);
      columns_free(&c, 3);
      program_free(p);
    }
  }
  pil_ir_program *p = program_new();
  columns c = columns_new(1, 4);
  c.inputs[0][2] = -1;
  uint32_t index = add_draw(p, PIL_FAMILY_uniform, good, 2);
  p->draws[index].k_varies = true;
  p->draws[index].k = EMIT0(INPUT_I, 0);
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, emit(p, PIL_IR_DRAW_F, index, TRUE_M, NONE, NONE));
  run(p, PIL_ISA_AUTO, &c, 4, 1, 0);
  columns_free(&c, 1);
  program_free(p);
}

/* The integer compare is the comparison of doubles, on the words around every threshold. */
static void bernoulli_compares_integers_exactly(void **state) {
  (void)state;
  static uint64_t words[PIL_LANES_WIDTH] __attribute__((aligned(64)));
  static int64_t drawn[PIL_LANES_WIDTH] __attribute__((aligned(64)));
  for (int i = 0; i < 20000; i++) {
    uint64_t r = random_word();
    double p = i == 0       ? 0
               : i == 1     ? 1
               : i == 2     ? 5e-324
               : i == 3     ? 1 - 0x1p-53
               : i == 4     ? 0x1p-53
               : i == 5     ? 0x1p-52
               : i == 6     ? 0.5
               : i % 3 == 0 ? (double)(r >> 12) * 0x1p-52
               : i % 3 == 1 ? (double)(r >> 11) * 0x1p-53
                            : ldexp((double)(r >> 11), -53 - (int)(r % 60));
    const double *parameters[PIL_PARAMETERS] = {&p};
    uint64_t edge = (uint64_t)(p * 0x1p52) << 12;
    for (size_t lane = 0; lane < PIL_LANES_WIDTH; lane++)
      words[lane] = ~(edge + (lane % 7) * 4096 - 3 * 4096 + (lane % 3) * 2047);
    for (int isa = 0; isa < 3; isa++) {
      if (!is_here(sets[isa])) continue;
      const pil_kernels *kernels = isa == 0   ? &pil_kernels_portable
                                   : isa == 1 ? &pil_kernels_avx2
                                              : &pil_kernels_avx512;
      kernels->fills[PIL_FAMILY_bernoulli].constant(words, parameters, drawn);
      for (size_t lane = 0; lane < PIL_LANES_WIDTH; lane++)
        assert_int_equal(drawn[lane], pil_uniform_complement(words[lane]) < p ? -1 : 0);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(draws_are_the_scalar_engines),
      cmocka_unit_test(draws_from_prepared_distributions),
      cmocka_unit_test(odd_draws_give_the_batch_back),
      cmocka_unit_test(bernoulli_compares_integers_exactly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
