/* The lane machine against stock Lua's arithmetic and the scalar draws, on every instruction set.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "../engine/base/real.h"
#include "lanes_program.h"
#include "lanes_run.h"

#define SPECIALS (sizeof numbers / sizeof *numbers)
static const double numbers[] = {0.0,       -0.0, 1,         -1,        2,     -2,     0.5,
                                 3,         -3,   5e-324,    -1e-300,   1e300, -1e308, HUGE_VAL,
                                 -HUGE_VAL, NAN,  0x1p53,    -0x1.8p52, 2.5,   -7.25,  1e18,
                                 710,       -745, 0x1p-1022, 12};
static const int64_t integers[] = {0,
                                   1,
                                   -1,
                                   2,
                                   -2,
                                   3,
                                   -3,
                                   7,
                                   63,
                                   64,
                                   65,
                                   10,
                                   -63,
                                   -64,
                                   INT64_MAX,
                                   INT64_MIN,
                                   -65,
                                   1000003,
                                   INT64_C(1) << 53,
                                   (INT64_C(1) << 53) + 1,
                                   INT64_MAX - 1,
                                   INT64_MIN + 1,
                                   INT64_C(0x7ffffffffffffdff),
                                   256,
                                   -12};

/* Operand bits of a kind: specials first, then random ones. */
static uint64_t sample(char kind, size_t i) {
  uint64_t r = random_word();
  if (kind == 'M') return r & 1 ? ~UINT64_C(0) : 0;
  if (kind == 'I') {
    if (i < SPECIALS) return (uint64_t)integers[i];
    return r & 3 ? (uint64_t)((int64_t)r >> (r & 60)) : r % 200;
  }
  if (i < SPECIALS) return number_bits(numbers[i]);
  return r & 1 ? number_bits(((double)(r >> 11) * 0x1p-53 - 0.5) * 200) : random_word();
}

/* ---- what each operation means ---- */

static lua_State *lua;

static void push(char kind, uint64_t bits) {
  if (kind == 'F')
    lua_pushnumber(lua, bits_number(bits));
  else
    lua_pushinteger(lua, (lua_Integer)bits);
}

static uint64_t ask_lua(int op, char kind, uint64_t a, uint64_t b) {
  push(kind, a);
  if (op != LUA_OPUNM && op != LUA_OPBNOT) push(kind, b);
  lua_arith(lua, op);
  uint64_t bits =
      kind == 'F' ? number_bits(lua_tonumber(lua, -1)) : (uint64_t)lua_tointeger(lua, -1);
  lua_settop(lua, 0);
  return bits;
}

static uint64_t compare(int op, char kind, uint64_t a, uint64_t b) {
  push(kind, a);
  push(kind, b);
  int holds = lua_compare(lua, 1, 2, op);
  lua_settop(lua, 0);
  return holds ? ~UINT64_C(0) : 0;
}

/* clang-format off */
#define LUA(name, op, kind) \
  case PIL_IR_##name: return ask_lua(LUA_OP##op, kind, a, b)
#define LUA_BOTH(name, op) LUA(name##_F, op, 'F'); LUA(name##_I, op, 'I')
#define COMPARE(name) \
  case PIL_IR_##name##_F: return compare(LUA_OP##name, 'F', a, b); \
  case PIL_IR_##name##_I: return compare(LUA_OP##name, 'I', a, b)
#define REAL(name, value) \
  case PIL_IR_##name: return number_bits(value)
/* clang-format on */

static uint64_t expected(pil_ir_op op, uint64_t a, uint64_t b, uint64_t c) {
  double x = bits_number(a), y = bits_number(b);
  if ((op == PIL_IR_IDIV_I || op == PIL_IR_MOD_I) && b == 0) return op == PIL_IR_MOD_I ? 0 : 0 - a;
  switch (op) {
    LUA_BOTH(ADD, ADD);
    LUA_BOTH(SUB, SUB);
    LUA_BOTH(MUL, MUL);
    LUA_BOTH(IDIV, IDIV);
    LUA_BOTH(MOD, MOD);
    LUA_BOTH(NEG, UNM);
    LUA(DIV_F, DIV, 'F');
    LUA(POW_F, POW, 'F');
    LUA(AND_I, BAND, 'I');
    LUA(OR_I, BOR, 'I');
    LUA(XOR_I, BXOR, 'I');
    LUA(SHL_I, SHL, 'I');
    LUA(SHR_I, SHR, 'I');
    LUA(NOT_I, BNOT, 'I');
    COMPARE(LT);
    COMPARE(LE);
    COMPARE(EQ);
    REAL(FMOD_F, fmod(x, y));
    REAL(ATAN_F, pil_atan2(x, y));
    REAL(MIN_F, y < x ? y : x);
    REAL(MAX_F, x < y ? y : x);
    REAL(ABS_F, fabs(x));
    REAL(SQRT_F, sqrt(x));
    REAL(FLOOR_F, floor(x));
    REAL(CEIL_F, ceil(x));
    REAL(EXP_F, pil_exp(x));
    REAL(LOG_F, pil_log(x));
    REAL(LOG2_F, pil_log2(x));
    REAL(LOG10_F, pil_log10(x));
    REAL(SIN_F, pil_sin(x));
    REAL(COS_F, pil_cos(x));
    REAL(TAN_F, pil_tan(x));
    REAL(ASIN_F, pil_asin(x));
    REAL(ACOS_F, pil_acos(x));
    REAL(ATAN1_F, pil_atan(x));
    REAL(I_TO_F, (double)(int64_t)a);
    case PIL_IR_F_TO_I: return fabs(x) < 0x1p63 ? (uint64_t)(int64_t)x : (uint64_t)INT64_MIN;
    case PIL_IR_AND_M: return a & b;
    case PIL_IR_OR_M: return a | b;
    case PIL_IR_ANDNOT_M: return a & ~b;
    case PIL_IR_NOT_M: return ~a;
    default: return a != 0 ? b : c; /* SELECT_* */
  }
}

static bool is_plain(pil_ir_op op) {
  return op <= PIL_IR_SELECT_M;
}

/* The sign and payload of a NaN do not count. */
static bool same(pil_type type, uint64_t a, uint64_t b) {
  double x = bits_number(a), y = bits_number(b);
  return a == b || (type == PIL_TYPE_FLOAT && x != x && y != y);
}

/* ---- every operation ---- */

enum { LANE_COUNT = 25 * 25 + 150 };

typedef struct tried {
  pil_ir_op op;
  pil_operand operands[3];
} tried;

/* The operand's bits in one lane. */
static uint64_t in_lane(const columns *c, pil_operand operand, size_t lane) {
  return operand.is_constant ? (uint64_t)operand.integer : number_bits(c->inputs[operand.id][lane]);
}

static void check_op(pil_ir_op op, pil_isa isa) {
  const pil_ir_record *record = pil_ir_get(op);
  size_t count = strlen(record->operands), tried_count = 0;
  tried *list = calloc(1024, sizeof *list);
  pil_ir_program *p = program_new();
  columns c = columns_new(3, LANE_COUNT);
  for (size_t lane = 0; lane < LANE_COUNT; lane++) {
    for (size_t n = 0; n < 3; n++) {
      char kind = n < count ? record->operands[n] : 'I';
      size_t i = lane >= SPECIALS * SPECIALS ? SPECIALS
                 : n == 1                    ? lane / SPECIALS
                                             : lane % SPECIALS;
      c.inputs[n][lane] = bits_number(sample(kind, i));
    }
  }
  for (uint32_t n = 0; n < 3; n++) EMIT0(INPUT_F, n);
  for (unsigned constants = 0; constants < 1u << count; constants++) {
    for (size_t s = 0; s < (constants == 0 ? 1 : SPECIALS); s++) {
      tried *t = &list[tried_count++];
      t->op = op;
      for (uint32_t n = 0; n < count; n++) {
        t->operands[n] =
            constants >> n & 1
                ? integer_of((int64_t)sample(record->operands[n], n == 0 ? s : (s * 7) % SPECIALS))
                : value_of(n);
      }
      output_as(p, PIL_IR_OUTPUT_CELL, TRUE_M,
                emit(p, op, 0, t->operands[0], t->operands[1], t->operands[2]));
    }
  }
  const pil_column *out = run(p, isa, &c, LANE_COUNT, 1, -1);
  for (size_t t = 0; t < tried_count; t++) {
    for (size_t lane = 0; lane < LANE_COUNT; lane++) {
      uint64_t words[3] = {0};
      for (size_t n = 0; n < count; n++) words[n] = in_lane(&c, list[t].operands[n], lane);
      uint64_t want = expected(op, words[0], words[1], words[2]);
      if (same(record->type, want, number_bits(out[t].cells[lane]))) continue;
      fail_msg("%s on %s: %016llx %016llx %016llx gives %016llx, not %016llx", record->name,
               pil_isa_name(isa), (unsigned long long)words[0], (unsigned long long)words[1],
               (unsigned long long)words[2], (unsigned long long)number_bits(out[t].cells[lane]),
               (unsigned long long)want);
    }
  }
  columns_free(&c, 3);
  program_free(p);
  free(list);
}

static void operations_mean_what_lua_means(void **state) {
  (void)state;
  lua = luaL_newstate();
  for (size_t i = 0; i < 3; i++) {
    if (!is_here(sets[i])) continue;
    for (int op = 0; op < PIL_IR_COUNT; op++) {
      if (is_plain((pil_ir_op)op)) check_op((pil_ir_op)op, sets[i]);
    }
  }
  lua_close(lua);
}

/* ---- batches, outputs, guards ---- */

static void every_length_of_a_batch(void **state) {
  (void)state;
  static const size_t lengths[] = {1, 2, 7, 63, 64, 65, 200};
  for (size_t i = 0; i < 3; i++) {
    for (size_t l = 0; is_here(sets[i]) && l < sizeof lengths / sizeof *lengths; l++) {
      pil_ir_program *p = program_new();
      columns c = columns_new(3, lengths[l]);
      for (size_t lane = 0; lane < lengths[l]; lane++) c.inputs[0][lane] = (double)lane - 3;
      pil_operand x = EMIT0(INPUT_F, 0), n = EMIT0(INPUT_I, 0), m = EMIT0(INPUT_M, 0);
      pil_operand lanes = EMIT0(LANES_M, 0);
      output_as(p, PIL_IR_OUTPUT_F, lanes, EMIT2(DIV_F, x, x));
      output_as(p, PIL_IR_OUTPUT_CELL, m, n);
      output_as(p, PIL_IR_OUTPUT_F, EMIT2(LT_F, x, number_of(-9)), x); /* nobody writes it */
      emit(p, PIL_IR_KEEP_INPUT_F, 1, EMIT2(MUL_F, x, number_of(2)), NONE, NONE);
      emit(p, PIL_IR_OUTPUT_F, 1, EMIT1(NOT_M, m), number_of(99), NONE);
      const pil_column *out = run(p, sets[i], &c, lengths[l], 1, -1);
      assert_int_equal(c.frame.column_count, 2);
      for (size_t lane = 0; lane < lengths[l]; lane++) {
        double value = (double)lane - 3;
        assert_true(pil_cell_bits(out[0].cells[lane]) ==
                    (value == 0 ? PIL_CELL_NAN : number_bits(1)));
        assert_true(pil_cell_bits(out[1].cells[lane]) ==
                    (value == 0 ? number_bits(99) : (uint64_t)(int64_t)value));
        assert_true(c.inputs[1][lane] == 2 * value);
      }
      columns_free(&c, 3);
      program_free(p);
    }
  }
}

static void texts_get_codes_of_the_frame(void **state) {
  (void)state;
  static const char *const texts[] = {"review", "skip", "hold"};
  pil_ir_program *p = program_new();
  columns c = columns_new(1, 100);
  p->texts = texts;
  p->text_count = 3;
  for (size_t lane = 0; lane < 100; lane++) c.inputs[0][lane] = (double)(lane % 3);
  pil_operand which = EMIT0(INPUT_I, 0);
  output_as(p, PIL_IR_OUTPUT_TEXT, EMIT2(LT_I, integer_of(0), which), which);
  assert_int_equal(pil_dictionary_code(&c.frame.texts, "other", 5), 0);
  for (int round = 0; round < 2; round++) {
    const pil_column *out = run(p, PIL_ISA_AUTO, &c, 100, 1, -1);
    for (size_t lane = 0; lane < 100; lane++) {
      double cell = out[0].cells[lane];
      assert_int_equal(pil_cell_is_text(cell), lane % 3 > 0);
      if (lane % 3 == 0)
        assert_true(pil_cell_bits(cell) == PIL_CELL_MISSING);
      else
        assert_string_equal(c.frame.texts.texts[pil_cell_text(cell)], texts[lane % 3]);
    }
  }
  columns_free(&c, 1);
  program_free(p);
}

static void a_guard_gives_the_batch_back(void **state) {
  (void)state;
  pil_ir_program *p = program_new();
  p->reason_count = 3;
  columns c = columns_new(1, 70);
  c.inputs[0][69] = 5;
  pil_operand bad = EMIT2(EQ_F, EMIT0(INPUT_F, 0), number_of(5));
  emit(p, PIL_IR_GUARD, 2, bad, NONE, NONE);
  run(p, PIL_ISA_AUTO, &c, 70, 1, 2);
  run(p, PIL_ISA_AUTO, &c, 69, 1, -1);
  /* Lanes beyond the batch guard nothing. */
  emit(p, PIL_IR_GUARD, 1, EMIT1(NOT_M, EMIT0(LANES_M, 0)), NONE, NONE);
  run(p, PIL_ISA_AUTO, &c, 69, 1, -1);
  columns_free(&c, 1);
  program_free(p);
}

static void lookups_read_arrays(void **state) {
  (void)state;
  double values[5] = {1.5, 2.5, 3.5, 4.5, 5.5};
  int64_t whole[5] = {10, 20, 30, 40, 50};
  for (size_t i = 0; i < 3; i++) {
    if (!is_here(sets[i])) continue;
    pil_ir_program *p = program_new();
    columns c = columns_new(1, 100);
    for (size_t lane = 0; lane < 100; lane++) c.inputs[0][lane] = (double)(lane % 7);
    p->arrays[0] = (pil_ir_array){.numbers = values, .integers = whole, .count = 5};
    p->arrays[1] = (pil_ir_array){.numbers = values, .integers = whole};
    pil_operand at = EMIT0(INPUT_I, 0);
    output_as(p, PIL_IR_OUTPUT_F, TRUE_M, emit(p, PIL_IR_LOOKUP_F, 0, at, NONE, NONE));
    output_as(p, PIL_IR_OUTPUT_CELL, TRUE_M, emit(p, PIL_IR_LOOKUP_I, 0, at, NONE, NONE));
    output_as(p, PIL_IR_OUTPUT_F, TRUE_M, emit(p, PIL_IR_LOOKUP_F, 1, at, NONE, NONE));
    const pil_column *out = run(p, sets[i], &c, 100, 1, -1);
    for (size_t lane = 0; lane < 100; lane++) {
      size_t index = lane % 7 >= 1 && lane % 7 <= 5 ? lane % 7 - 1 : 0;
      assert_true(out[0].cells[lane] == values[index]);
      assert_true(number_bits(out[1].cells[lane]) == (uint64_t)whole[index]);
      assert_true(out[2].cells[lane] == 0);
    }
    columns_free(&c, 1);
    program_free(p);
  }
}

/* ---- loops and slots ---- */

/* Collatz steps, with a value from before the loop, a nested loop, and a swap of variables. */
static void loops_run_until_no_lane_goes_on(void **state) {
  (void)state;
  enum { N, STEPS, SUM, COUNT };
  for (size_t i = 0; i < 3; i++) {
    if (!is_here(sets[i])) continue;
    pil_ir_program *p = program_new();
    columns c = columns_new(1, 150);
    for (size_t lane = 0; lane < 150; lane++) c.inputs[0][lane] = (double)(lane + 1);
    p->variable_count = 4;
    pil_operand start = EMIT0(INPUT_I, 0);
    pil_operand bonus = EMIT2(MUL_I, start, integer_of(1000));
    pil_operand half = EMIT2(MUL_I, start, integer_of(500));
    emit(p, PIL_IR_SET_I, N, start, NONE, NONE);
    emit(p, PIL_IR_SET_I, STEPS, integer_of(0), NONE, NONE);
    pil_operand outer = EMIT0(LOOP, 0);
    pil_operand n = EMIT0(GET_I, N);
    pil_operand active = EMIT2(ANDNOT_M, EMIT0(LANES_M, 0), EMIT2(EQ_I, n, integer_of(1)));
    pil_operand odd = EMIT2(EQ_I, EMIT2(AND_I, n, integer_of(1)), integer_of(1));
    pil_operand up = EMIT2(ADD_I, EMIT2(MUL_I, n, integer_of(3)), integer_of(1));
    pil_operand next = EMIT3(SELECT_I, odd, up, EMIT2(IDIV_I, n, integer_of(2)));
    emit(p, PIL_IR_SET_I, N, EMIT3(SELECT_I, active, next, n), NONE, NONE);
    pil_operand steps = EMIT0(GET_I, STEPS);
    emit(p, PIL_IR_SET_I, STEPS, EMIT3(SELECT_I, active, EMIT2(ADD_I, steps, integer_of(1)), steps),
         NONE, NONE);
    /* inside: sum = 3 * bonus, counted anew in each turn */
    emit(p, PIL_IR_SET_I, SUM, integer_of(0), NONE, NONE);
    emit(p, PIL_IR_SET_I, COUNT, integer_of(0), NONE, NONE);
    pil_operand inner = EMIT0(LOOP, 0);
    pil_operand old = EMIT0(GET_I, COUNT); /* read after it is set again */
    emit(p, PIL_IR_SET_I, COUNT, EMIT2(ADD_I, old, integer_of(1)), NONE, NONE);
    emit(p, PIL_IR_SET_I, SUM, EMIT2(ADD_I, EMIT0(GET_I, SUM), EMIT2(ADD_I, half, half)), NONE,
         NONE);
    emit(p, PIL_IR_AGAIN, inner.id, EMIT2(LT_I, old, integer_of(2)), NONE, NONE);
    emit(p, PIL_IR_AGAIN, outer.id, active, NONE, NONE);
    output_as(p, PIL_IR_OUTPUT_CELL, TRUE_M, EMIT0(GET_I, STEPS));
    output_as(p, PIL_IR_OUTPUT_CELL, TRUE_M, EMIT2(SUB_I, EMIT0(GET_I, SUM), bonus));
    const pil_column *out = run(p, sets[i], &c, 150, 1, -1);
    for (size_t lane = 0; lane < 150; lane++) {
      int64_t x = (int64_t)lane + 1, turns = 0;
      for (; x != 1; turns++) x = x % 2 == 1 ? 3 * x + 1 : x / 2;
      assert_int_equal((int64_t)number_bits(out[0].cells[lane]), turns);
      assert_int_equal((int64_t)number_bits(out[1].cells[lane]), 2000 * ((int64_t)lane + 1));
    }
    columns_free(&c, 1);
    program_free(p);
  }
}

/* A loop that is never left, but for the trial whose input is 0. */
static pil_ir_program *endless_program(void) {
  pil_ir_program *p = program_new();
  p->variable_count = 1;
  pil_operand going = EMIT2(EQ_F, EMIT0(INPUT_F, 0), number_of(1));
  emit(p, PIL_IR_SET_F, 0, number_of(0), NONE, NONE);
  pil_operand loop = EMIT0(LOOP, 0);
  emit(p, PIL_IR_SET_F, 0, EMIT2(ADD_F, EMIT0(GET_F, 0), number_of(1)), NONE, NONE);
  emit(p, PIL_IR_AGAIN, loop.id, going, NONE, NONE);
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT0(GET_F, 0));
  return p;
}

static double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Runs 100 trials, of which the 90th loops for ever. */
static int run_endless(pil_machine *machine) {
  columns c = columns_new(1, 100);
  pil_batch batch = {1, 100, c.inputs, c.jumps, NULL};
  pil_error error;
  int reason;
  c.inputs[0][89] = 1;
  pil_frame_reset(&c.frame, 100);
  assert_true(pil_machine_run(machine, &batch, &c.frame, &reason, &error));
  columns_free(&c, 1);
  return reason;
}

static void a_loop_without_end_is_late(void **state) {
  (void)state;
  pil_error error;
  pil_ir_program *p = endless_program();
  pil_machine *machine = pil_machine_new(p, PIL_ISA_AUTO, &error);
  p->reason_count = 3;
  pil_machine_limit(machine, 0.05);
  double start = now_seconds();
  assert_int_equal(run_endless(machine), 3 + PIL_MACHINE_LATE);
  assert_true(now_seconds() - start >= 0.05 && now_seconds() - start < 2);
  pil_machine_free(machine);
  program_free(p);
}

static void *stop_soon(void *machine) {
  nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  pil_machine_stop(machine);
  return NULL;
}

static void a_running_batch_can_be_stopped(void **state) {
  (void)state;
  pil_error error;
  pthread_t thread;
  pil_ir_program *p = endless_program();
  pil_machine *machine = pil_machine_new(p, PIL_ISA_AUTO, &error);
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, machine), 0);
  double start = now_seconds();
  assert_int_equal(run_endless(machine), PIL_MACHINE_STOPPED);
  assert_true(now_seconds() - start < 2);
  pthread_join(thread, NULL);
  assert_int_equal(run_endless(machine), PIL_MACHINE_STOPPED); /* and so does every later one */
  pil_machine_free(machine);
  program_free(p);
}

/* Draws stop, too: a block of many slow ones may take long. */
static void a_block_of_draws_can_be_late(void **state) {
  (void)state;
  enum { DRAWS = 4000 };
  pil_error error;
  pil_ir_program *p = program_new();
  columns c = columns_new(1, 64);
  int reason;
  for (int i = 0; i < DRAWS; i++) {
    uint32_t draw = add_draw(p, PIL_FAMILY_binomial, (const double[]){1000, 0.3}, 2);
    output_as(p, PIL_IR_OUTPUT_CELL, TRUE_M, EMIT1(DRAW_I, TRUE_M));
    p->instructions[p->instruction_count - 2].extra = draw;
  }
  pil_machine *machine = pil_machine_new(p, PIL_ISA_AUTO, &error);
  pil_batch batch = {1, 64, c.inputs, c.jumps, NULL};
  pil_machine_limit(machine, 1e-9);
  pil_frame_reset(&c.frame, 64);
  assert_true(pil_machine_run(machine, &batch, &c.frame, &reason, &error));
  assert_int_equal(reason, PIL_MACHINE_LATE);
  pil_machine_free(machine);
  columns_free(&c, 1);
  program_free(p);
}

static void variables_swap(void **state) {
  (void)state;
  pil_ir_program *p = program_new();
  columns c = columns_new(1, 10);
  for (size_t lane = 0; lane < 10; lane++) c.inputs[0][lane] = (double)lane;
  p->variable_count = 2;
  emit(p, PIL_IR_SET_F, 0, EMIT0(INPUT_F, 0), NONE, NONE);
  emit(p, PIL_IR_SET_F, 1, number_of(7), NONE, NONE);
  pil_operand a = EMIT0(GET_F, 0), b = EMIT0(GET_F, 1);
  emit(p, PIL_IR_SET_F, 0, b, NONE, NONE);
  emit(p, PIL_IR_SET_F, 1, a, NONE, NONE);
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT0(GET_F, 0));
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, EMIT0(GET_F, 1));
  const pil_column *out = run(p, PIL_ISA_AUTO, &c, 10, 1, -1);
  for (size_t lane = 0; lane < 10; lane++) {
    assert_true(out[0].cells[lane] == 7);
    assert_true(out[1].cells[lane] == (double)lane);
  }
  columns_free(&c, 1);
  program_free(p);
}

static void slots_are_shared_and_dead_code_is_dropped(void **state) {
  (void)state;
  pil_ir_program *p = program_new();
  pil_error error;
  pil_operand x = EMIT0(INPUT_F, 0), sum = x;
  for (int i = 0; i < 1000; i++) sum = EMIT2(ADD_F, EMIT2(MUL_F, sum, number_of(i)), x);
  for (int i = 0; i < 1000; i++) EMIT2(MUL_F, sum, x);
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, sum);
  pil_machine *machine = pil_machine_new(p, PIL_ISA_AUTO, &error);
  pil_machine_size size = pil_machine_measure(machine);
  assert_int_equal(size.instructions, 1002); /* a product and its sum are one step */
  assert_in_range(size.slots, 1, 16);
  pil_machine_free(machine);
  pil_text text = {0};
  p->instruction_count = 3;
  pil_ir_print(p, &text);
  assert_string_equal(pil_text_get(&text), "%0 = INPUT_F ; 0\n%1 = MUL_F %0 0\n%2 = ADD_F %1 %0\n");
  pil_text_free(&text);
  program_free(p);
}

/* Two operations in one step against the same as two: the second program also returns what the
 * first operation makes, which keeps them apart. `order`: 0 (x f y) g z, 1 z g (x f y), 2 x f y ? z : x. */
static pil_ir_program *make_two(pil_ir_op f, pil_ir_op g, int order, unsigned constants,
                                uint64_t seed, bool apart) {
  pil_ir_program *p = program_new();
  pil_operand v[4];
  char kind = pil_ir_get(f)->operands[0];
  for (uint32_t i = 0; i < 4; i++) {
    v[i] = emit(p, kind == 'I' && i < 2 ? PIL_IR_INPUT_I : PIL_IR_INPUT_F, i, NONE, NONE, NONE);
    if (!(constants >> i & 1)) continue;
    v[i] = kind == 'I' && i < 2 ? integer_of((int64_t)(seed % 5))
                                : number_of(numbers[seed % SPECIALS]);
    seed = seed * 31 + 7;
  }
  pil_operand first = emit(p, f, 0, v[0], v[1], NONE);
  pil_operand second = order == 0   ? emit(p, g, 0, first, v[2], NONE)
                       : order == 1 ? emit(p, g, 0, v[2], first, NONE)
                                    : emit(p, g, 0, first, v[2], v[3]);
  output_as(p, PIL_IR_OUTPUT_F, TRUE_M, second);
  if (apart && order == 2) output_as(p, PIL_IR_OUTPUT_F, first, second);
  if (apart && order != 2) output_as(p, PIL_IR_OUTPUT_F, TRUE_M, first);
  return p;
}

static void check_two(pil_ir_op f, pil_ir_op g, int order, unsigned constants, pil_isa isa) {
  enum { LANES = 200 };
  uint64_t cells[2][LANES], seed = random_word();
  columns c = columns_new(4, LANES);
  pil_error error;
  size_t steps[2];
  for (size_t i = 0; i < 4; i++) {
    for (size_t lane = 0; lane < LANES; lane++) {
      bool whole = i < 2 && pil_ir_get(f)->operands[0] == 'I';
      c.inputs[i][lane] = whole ? (double)(random_word() % 5)
                                : bits_number(sample('F', random_word() % (2 * SPECIALS)));
    }
  }
  for (int apart = 0; apart < 2; apart++) {
    pil_ir_program *p = make_two(f, g, order, constants, seed, apart != 0);
    const pil_column *out = run(p, isa, &c, LANES, 1, -1);
    memcpy(cells[apart], out[0].cells, sizeof cells[apart]);
    pil_machine *machine = pil_machine_new(p, isa, &error);
    steps[apart] = pil_machine_measure(machine).instructions;
    pil_machine_free(machine);
    program_free(p);
  }
  assert_memory_equal(cells[0], cells[1], sizeof cells[0]);
  assert_int_equal(steps[0] + 2, steps[1]);
  columns_free(&c, 4);
}

static void two_operations_in_one_step_are_the_same(void **state) {
  (void)state;
  static const pil_ir_op comparisons[] = {PIL_IR_LT_F, PIL_IR_LE_F, PIL_IR_EQ_F,
                                          PIL_IR_LT_I, PIL_IR_LE_I, PIL_IR_EQ_I};
  for (int i = 0; i < 3; i++) {
    pil_isa isa = sets[i];
    if (!is_here(isa)) continue;
    for (pil_ir_op f = PIL_IR_ADD_F; f <= PIL_IR_DIV_F; f++)
      for (pil_ir_op g = PIL_IR_ADD_F; g <= PIL_IR_DIV_F; g++)
        for (unsigned constants = 0; constants < 8; constants++)
          for (int order = 0; order < 2; order++) check_two(f, g, order, constants, isa);
    for (size_t f = 0; f < sizeof comparisons / sizeof *comparisons; f++)
      for (unsigned constants = 0; constants < 16; constants++)
        check_two(comparisons[f], PIL_IR_SELECT_F, 2, constants, isa);
  }
}

/* Random straight programs over few values, against the same computed value by value. */
static void random_programs_keep_their_values(void **state) {
  (void)state;
  enum { LENGTH = 200, LANES = 70 };
  static double values[LENGTH][LANES];
  for (int round = 0; round < 100; round++) {
    pil_ir_program *p = program_new();
    columns c = columns_new(4, LANES);
    for (uint32_t i = 0; i < LENGTH; i++) {
      static const pil_ir_op ops[] = {PIL_IR_ADD_F, PIL_IR_SUB_F, PIL_IR_MUL_F, PIL_IR_MIN_F};
      pil_ir_op op = ops[random_word() >> 62];
      pil_operand a, b;
      if (i < 4) {
        for (size_t l = 0; l < LANES; l++)
          values[i][l] = c.inputs[i][l] = (double)(random_word() % 1000) - 500;
        EMIT0(INPUT_F, i);
        continue;
      }
      a = random_word() % 8 == 0 ? number_of(0.5) : value_of((uint32_t)(random_word() >> 8) % i);
      b = random_word() % 2 ? value_of((uint32_t)(random_word() >> 8) % i) : value_of(i - 1);
      emit(p, op, 0, a, b, NONE);
      for (size_t l = 0; l < LANES; l++) {
        double x = a.is_constant ? a.number : values[a.id][l], y = values[b.id][l];
        values[i][l] = op == PIL_IR_ADD_F   ? x + y
                       : op == PIL_IR_SUB_F ? x - y
                       : op == PIL_IR_MUL_F ? x * y
                       : y < x              ? y
                                            : x;
      }
    }
    uint32_t wanted[20];
    for (int n = 0; n < 20; n++) {
      wanted[n] = n == 0 ? LENGTH - 1 : (uint32_t)(random_word() >> 8) % LENGTH;
      output_as(p, PIL_IR_OUTPUT_CELL, TRUE_M, value_of(wanted[n]));
    }
    const pil_column *out = run(p, PIL_ISA_AUTO, &c, LANES, 1, -1);
    for (int n = 0; n < 20; n++) {
      for (size_t l = 0; l < LANES; l++)
        assert_true(
            same(PIL_TYPE_FLOAT, number_bits(out[n].cells[l]), number_bits(values[wanted[n]][l])));
    }
    columns_free(&c, 4);
    program_free(p);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(operations_mean_what_lua_means),
      cmocka_unit_test(every_length_of_a_batch),
      cmocka_unit_test(texts_get_codes_of_the_frame),
      cmocka_unit_test(a_guard_gives_the_batch_back),
      cmocka_unit_test(lookups_read_arrays),
      cmocka_unit_test(loops_run_until_no_lane_goes_on),
      cmocka_unit_test(a_loop_without_end_is_late),
      cmocka_unit_test(a_running_batch_can_be_stopped),
      cmocka_unit_test(a_block_of_draws_can_be_late),
      cmocka_unit_test(variables_swap),
      cmocka_unit_test(slots_are_shared_and_dead_code_is_dropped),
      cmocka_unit_test(two_operations_in_one_step_are_the_same),
      cmocka_unit_test(random_programs_keep_their_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
