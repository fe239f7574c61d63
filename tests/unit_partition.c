/* Where typed programs can change their minds: cuts of known programs, and the promise that nothing changes between
 * them, on random ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "lanes_run.h"

#include "../engine/base/memory.h"
#include "../engine/lanes/partition.h"

static const pil_partition_input two[] = {{"amount", PIL_PARTITION_NUMBERS, 0, HUGE_VAL, NULL, 0},
                                          {"balance", PIL_PARTITION_NUMBERS, -10, 10, NULL, 0}};

static pil_partition find(pil_arena *arena, const pil_ir_program *p, const pil_partition_input *inputs, size_t count) {
  pil_partition partition;
  pil_error error;
  assert_true(pil_partition_find(arena, p, inputs, count, NULL, &partition, &error));
  return partition;
}

static void expect_cuts(const pil_partition *partition, size_t column, size_t count, const double *cuts) {
  assert_int_equal(partition->columns[column].cut_count, count);
  for (size_t i = 0; i < count; i++)
    if (partition->columns[column].cuts[i] != cuts[i])
      fail_msg("cut %zu: %.17g instead of %.17g", i, partition->columns[column].cuts[i], cuts[i]);
}

/* ---- what is cut ---- */

static void constants_cut(void **state) {
  (void)state;
  pil_arena arena = {0};
  pil_ir_program *p = program_new();
  pil_operand a = EMIT0(INPUT_F, 0), b = EMIT0(INPUT_F, 1);
  pil_operand large = EMIT2(LT_F, number_of(5000), a), below = EMIT2(LE_F, b, number_of(-20)), zero = EMIT2(EQ_F, b, number_of(0));
  pil_operand either = EMIT2(OR_M, large, EMIT2(AND_M, below, zero));
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT3(SELECT_F, either, number_of(1), number_of(2)));
  pil_partition partition = find(&arena, p, two, 2);
  assert_true(partition.is_complete);
  assert_true(partition.columns[0].matters && partition.columns[1].matters);
  expect_cuts(&partition, 0, 1, (double[]){5000});
  expect_cuts(&partition, 1, 1, (double[]){0}); /* -20 is beyond the range */
  pil_arena_free(&arena);
  program_free(p);
}

/* A limit that depends on another column, a sign, a smaller of two, a function that rises. */
static void what_follows_one_column_cuts(void **state) {
  (void)state;
  pil_arena arena = {0};
  pil_ir_program *p = program_new();
  pil_operand a = EMIT0(INPUT_F, 0), b = EMIT0(INPUT_F, 1);
  pil_operand sign = EMIT2(LT_F, b, number_of(1));
  pil_operand limit = EMIT2(MUL_F, EMIT3(SELECT_F, sign, number_of(100), number_of(200)), number_of(2));
  pil_operand first = EMIT2(LT_F, EMIT2(MIN_F, a, number_of(150)), limit);
  pil_operand second = EMIT2(LE_F, EMIT1(ABS_F, b), number_of(3));
  pil_operand third = EMIT2(LT_F, EMIT2(SUB_F, number_of(7), EMIT2(MUL_F, a, number_of(0.5))), number_of(-3));
  pil_operand all = EMIT2(AND_M, first, EMIT2(AND_M, second, third));
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT3(SELECT_F, all, number_of(1), number_of(0)));
  pil_partition partition = find(&arena, p, two, 2);
  assert_true(partition.is_complete);
  expect_cuts(&partition, 1, 4, (double[]){-3, 0, 1, 3});
  double at_20[] = {nextafter(20, 0), 20, nextafter(20, 30), 150, 200, 400}, found[6];
  size_t count = 0;
  for (size_t i = 0; i < partition.columns[0].cut_count; i++) /* bisections leave one more neighbour at most */
    for (size_t k = 0; k < 6; k++)
      if (partition.columns[0].cuts[i] == at_20[k]) found[count++] = at_20[k];
  assert_true(count >= 5);
  assert_true(found[0] <= 20);
  pil_arena_free(&arena);
  program_free(p);
}

/* A column of few numbers may be compared with, as long as all of them are told. */
static void few_values_cut(void **state) {
  (void)state;
  static const double values[] = {10, 250, 7};
  pil_partition_input inputs_of_two[2] = {two[0], {"class", PIL_PARTITION_VALUES, 0, 0, values, 3}};
  pil_arena arena = {0};
  pil_ir_program *p = program_new();
  pil_operand a = EMIT0(INPUT_F, 0), class = EMIT0(INPUT_F, 1);
  pil_operand above = EMIT2(LT_F, EMIT2(MUL_F, class, number_of(2)), a);
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT3(SELECT_F, above, number_of(1), number_of(2)));
  pil_partition partition = find(&arena, p, inputs_of_two, 2);
  assert_true(partition.is_complete);
  expect_cuts(&partition, 0, 3, (double[]){14, 20, 500});
  inputs_of_two[1].values = NULL;
  partition = find(&arena, p, inputs_of_two, 2);
  assert_false(partition.is_complete);
  assert_string_equal(partition.reason, "amount is compared with one of more than 64 values");
  pil_arena_free(&arena);
  program_free(p);
}

static void only_what_is_asked_about_counts(void **state) {
  (void)state;
  pil_arena arena = {0};
  pil_ir_program *p = program_new();
  pil_operand a = EMIT0(INPUT_F, 0), b = EMIT0(INPUT_F, 1);
  static const char *const asked[] = {"level", NULL};
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT2(MUL_F, a, b));
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT3(SELECT_F, EMIT2(LT_F, b, number_of(2)), number_of(1), number_of(0)));
  p->outputs[1].name = "level";
  pil_partition partition;
  pil_error error;
  assert_true(pil_partition_find(&arena, p, two, 2, asked, &partition, &error));
  assert_true(partition.is_complete);
  assert_false(partition.columns[0].matters);
  expect_cuts(&partition, 0, 0, NULL);
  assert_true(pil_partition_find(&arena, p, two, 2, NULL, &partition, &error));
  assert_false(partition.is_complete);
  pil_arena_free(&arena);
  program_free(p);
}

/* ---- what is not ---- */

typedef pil_operand maker(pil_ir_program *p, pil_operand a, pil_operand b);

static pil_operand make_two_fields(pil_ir_program *p, pil_operand a, pil_operand b) {
  return EMIT2(LT_F, a, b);
}
static pil_operand make_product(pil_ir_program *p, pil_operand a, pil_operand b) {
  return EMIT2(LT_F, EMIT2(MUL_F, a, b), number_of(3));
}
static pil_operand make_square(pil_ir_program *p, pil_operand a, pil_operand b) {
  (void)b;
  return EMIT2(LT_F, EMIT2(MUL_F, a, a), number_of(3));
}
static pil_operand make_remainder(pil_ir_program *p, pil_operand a, pil_operand b) {
  (void)b;
  return EMIT2(LT_F, EMIT2(MOD_F, a, number_of(7)), number_of(3));
}
static pil_operand make_draw(pil_ir_program *p, pil_operand a, pil_operand b) {
  (void)a;
  (void)b;
  uint32_t draw = add_draw(p, PIL_FAMILY_bernoulli, (double[]){0.5}, 1);
  return emit(p, PIL_IR_DRAW_M, draw, TRUE_M, NONE, NONE);
}
static pil_operand make_itself(pil_ir_program *p, pil_operand a, pil_operand b) {
  (void)b;
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, a);
  return EMIT2(LT_F, a, number_of(1));
}
static pil_operand make_guard(pil_ir_program *p, pil_operand a, pil_operand b) {
  emit(p, PIL_IR_GUARD, 0, EMIT2(LT_F, a, b), NONE, NONE);
  p->reasons[0] = (pil_ir_reason){{"x", 1, 0}, "a guard"};
  p->reason_count = 1;
  return EMIT2(LT_F, a, number_of(1));
}
static pil_operand make_loop(pil_ir_program *p, pil_operand a, pil_operand b) {
  (void)b;
  emit(p, PIL_IR_SET_F, 0, a, NONE, NONE);
  p->variable_count = 1;
  return EMIT2(LT_F, EMIT0(GET_F, 0), number_of(1));
}

static void reasons_name_the_fields(void **state) {
  (void)state;
  static const struct {
    maker *make;
    const char *reason;
  } cases[] = {{make_two_fields, "amount is compared with balance"},
               {make_product, "amount and balance are worked into one number"},
               {make_square, "amount is worked on (MUL_F) before it is compared"},
               {make_remainder, "amount is worked on (MOD_F) before it is compared"},
               {make_draw, "it draws random numbers"},
               {make_itself, "what is returned is amount itself"},
               {make_guard, "amount is compared with balance"},
               {make_loop, "it has a loop that decisions leave at different times"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    pil_arena arena = {0};
    pil_ir_program *p = program_new();
    pil_operand mask = cases[i].make(p, EMIT0(INPUT_F, 0), EMIT0(INPUT_F, 1));
    output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT3(SELECT_F, mask, number_of(1), number_of(0)));
    pil_partition partition = find(&arena, p, two, 2);
    assert_false(partition.is_complete);
    assert_string_equal(partition.reason, cases[i].reason);
    pil_arena_free(&arena);
    program_free(p);
  }
}

/* ---- random programs ---- */

enum { COLUMNS = 5, VALUES = 60, PROGRAMS = 1500, PAIRS = 64, TEXTS = 4 };
static const pil_partition_input inputs[COLUMNS] = {{"f", PIL_PARTITION_NUMBERS, -HUGE_VAL, HUGE_VAL, NULL, 0},
                                                    {"g", PIL_PARTITION_NUMBERS, 0, 1, NULL, 0},
                                                    {"i", PIL_PARTITION_NUMBERS, -20, 20, NULL, 0},
                                                    {"text", PIL_PARTITION_VALUES, 0, 0, NULL, 0},
                                                    {"flag", PIL_PARTITION_VALUES, 0, 0, NULL, 0}};
static const double looked_up[TEXTS] = {0.25, -3, 100, 0.25};

typedef struct pool {
  pil_operand values[VALUES];
  size_t count;
} pool;

static size_t roll(size_t count) {
  return random_word() % count;
}

static double some_number(void) {
  static const double few[] = {0, 1, -1, 0.5, 0.1, 0.3, 3, 7, -2.5, 100, 1e-3, 1e6};
  return few[roll(sizeof few / sizeof *few)];
}

static pil_operand any(const pool *from) {
  return from->values[roll(from->count)];
}

static void add(pool *to, pil_operand value) {
  if (to->count < VALUES) to->values[to->count++] = value;
}

static void grow(pil_ir_program *p, pool *floats, pool *wholes, pool *masks) {
  switch (roll(18)) {
    case 0: add(floats, EMIT2(ADD_F, any(floats), number_of(some_number()))); break;
    case 1: add(floats, EMIT2(SUB_F, number_of(some_number()), any(floats))); break;
    case 2: add(floats, EMIT2(MUL_F, any(floats), number_of(some_number()))); break;
    case 3: add(floats, EMIT2(DIV_F, any(floats), number_of(some_number()))); break;
    case 4: add(floats, EMIT1(NEG_F, any(floats))); break;
    case 5: add(floats, EMIT1(ABS_F, any(floats))); break;
    case 6: add(floats, EMIT2(MIN_F, any(floats), number_of(some_number()))); break;
    case 7: add(floats, EMIT2(MAX_F, any(floats), number_of(some_number()))); break;
    case 8: add(floats, EMIT1(FLOOR_F, any(floats))); break;
    case 9: add(floats, EMIT1(I_TO_F, any(wholes))); break;
    case 10: add(wholes, EMIT2(ADD_I, any(wholes), integer_of((int64_t)roll(9) - 4))); break;
    case 11: add(floats, EMIT3(SELECT_F, any(masks), any(floats), number_of(some_number()))); break;
    case 12: add(masks, EMIT2(AND_M, any(masks), any(masks))); break;
    case 13: add(masks, EMIT2(ANDNOT_M, any(masks), any(masks))); break;
    case 14: add(masks, EMIT2(LE_I, any(wholes), integer_of((int64_t)roll(9) - 4))); break;
    case 15: add(masks, EMIT2(EQ_F, any(floats), number_of(some_number()))); break;
    case 16: add(masks, EMIT2(LT_F, number_of(some_number()), any(floats))); break;
    default: add(masks, EMIT2(LE_F, any(floats), number_of(some_number())));
  }
}

static void write_random(pil_ir_program *p) {
  pool floats = {0}, wholes = {0}, masks = {0};
  p->arrays[0] = (pil_ir_array){.numbers = looked_up, .count = TEXTS};
  p->array_count = 1;
  add(&floats, EMIT0(INPUT_F, 0));
  add(&floats, EMIT0(INPUT_F, 1));
  add(&wholes, EMIT0(INPUT_I, 2));
  pil_operand place = EMIT2(ADD_I, EMIT0(INPUT_I, 3), integer_of(1));
  add(&floats, emit(p, PIL_IR_LOOKUP_F, 0, place, NONE, NONE));
  add(&masks, EMIT0(INPUT_M, 4));
  size_t size = 4 + roll(30);
  for (size_t i = 0; i < size; i++) grow(p, &floats, &wholes, &masks);
  for (size_t i = 0; i < 3; i++)
    output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT3(SELECT_F, any(&masks), number_of(1), number_of(0)));
}

/* Anywhere in an open interval: in the middle, or right beside an end. */
static double within(double low, double high) {
  double far_low = fmax(low, -1e12), far_high = fmin(high, 1e12);
  switch (roll(4)) {
    case 0: return nextafter(low, high);
    case 1: return nextafter(high, low);
    default: return far_low + (far_high - far_low) * ((double)(random_word() >> 11) * 0x1p-53);
  }
}

/* Two numbers of one cell of a column. */
static void pick_two(const pil_partition_column *column, size_t c, double picked[2]) {
  if (c == 3 || c == 4) {
    picked[0] = picked[1] = (double)roll(c == 3 ? TEXTS : 2);
    return;
  }
  size_t cell = roll(2 * column->cut_count + 1);
  if (cell % 2 == 1) {
    picked[0] = picked[1] = column->cuts[cell / 2];
    if (c == 2 && picked[0] != floor(picked[0])) picked[0] = picked[1] = 20; /* no whole number: another cell */
    return;
  }
  double low = cell == 0 ? nextafter(inputs[c].low, -HUGE_VAL) : column->cuts[cell / 2 - 1];
  double high = cell == 2 * column->cut_count ? nextafter(inputs[c].high, HUGE_VAL) : column->cuts[cell / 2];
  for (int i = 0; i < 2; i++) {
    picked[i] = within(low, high);
    if (c == 2) picked[i] = floor(low) + 1 + (double)roll(40);
    if (!(picked[i] > low && picked[i] < high) || !isfinite(picked[i])) picked[i] = i == 0 ? NAN : picked[0];
  }
  if (isnan(picked[0])) picked[0] = picked[1] = c == 2 ? 20 : fmin(fmax(0.5, inputs[c].low), inputs[c].high);
}

static void nothing_changes_within_a_cell(void **state) {
  (void)state;
  size_t complete = 0;
  for (size_t n = 0; n < PROGRAMS; n++) {
    pil_arena arena = {0};
    pil_ir_program *p = program_new();
    write_random(p);
    pil_partition partition = find(&arena, p, inputs, COLUMNS);
    if (partition.is_complete) {
      columns c = columns_new(COLUMNS, 2 * PAIRS);
      for (size_t i = 0; i < PAIRS; i++) {
        for (size_t k = 0; k < COLUMNS; k++) {
          double picked[2];
          pick_two(&partition.columns[k], k, picked);
          c.inputs[k][2 * i] = picked[0];
          c.inputs[k][2 * i + 1] = picked[1];
        }
      }
      const pil_column *outputs = run(p, PIL_ISA_AVX2, &c, 2 * PAIRS, 1, -1);
      for (size_t o = 0; o < p->output_count; o++)
        for (size_t i = 0; i < PAIRS; i++)
          if (outputs[o].cells[2 * i] != outputs[o].cells[2 * i + 1])
            fail_msg("program %zu, output %zu: f %.17g and %.17g, g %.17g and %.17g, i %g and %g", n, o, c.inputs[0][2 * i],
                     c.inputs[0][2 * i + 1], c.inputs[1][2 * i], c.inputs[1][2 * i + 1], c.inputs[2][2 * i], c.inputs[2][2 * i + 1]);
      complete++;
      columns_free(&c, COLUMNS);
    }
    pil_arena_free(&arena);
    program_free(p);
  }
  assert_true(complete > PROGRAMS / 2);
}

/* ---- numbers in their order, and no memory ---- */

static void ranks_are_in_order(void **state) {
  (void)state;
  static const double rising[] = {-HUGE_VAL, -1e300, -1, -5e-324, 0, 5e-324, 0x1p-1022, 1, 1.5, 1e300, HUGE_VAL};
  for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
    assert_true(pil_partition_number(pil_partition_rank(rising[i])) == rising[i]);
    if (i > 0) assert_true(pil_partition_rank(rising[i - 1]) < pil_partition_rank(rising[i]));
  }
  assert_true(pil_partition_rank(-0.0) == pil_partition_rank(0.0));
  assert_true(pil_partition_rank(nextafter(1, 2)) == pil_partition_rank(1) + 1);
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  pil_ir_program *p = program_new();
  random_state = 77;
  write_random(p);
  bool finished = false;
  for (uint64_t n = 1; !finished && n < 1000; n++) {
    pil_arena arena = {0};
    pil_partition partition;
    pil_error error = {0};
    pil_memory_fail_from(n);
    finished = pil_partition_find(&arena, p, inputs, COLUMNS, NULL, &partition, &error);
    pil_memory_fail_from(0);
    if (!finished) assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
    pil_arena_free(&arena);
  }
  assert_true(finished);
  program_free(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(constants_cut),           cmocka_unit_test(what_follows_one_column_cuts),
      cmocka_unit_test(few_values_cut),          cmocka_unit_test(only_what_is_asked_about_counts),
      cmocka_unit_test(reasons_name_the_fields),
      cmocka_unit_test(nothing_changes_within_a_cell), cmocka_unit_test(ranks_are_in_order),
      cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
