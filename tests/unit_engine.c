/* Lanes with the scalar program behind them: what runs where, and that nobody sees a difference.
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/script/engine.h"

enum { WIDTH = 16 };

static const pil_field fields[] = {{.name = "a", .first_column = 0, .expression = -1}};

typedef struct bench {
  char path[64];
  pil_script_source source;
  pil_program *program;
  pil_frame frame;
  pil_jump jumps[WIDTH];
  double cells[WIDTH];
  double *inputs[1];
  pil_error error;
} bench;

static void bench_open(bench *b, const char *script, pil_engine engine) {
  *b = (bench){.path = "/tmp/pil-unit-XXXXXX", .inputs = {NULL}};
  int file = mkstemp(b->path);
  assert_true(file >= 0);
  assert_int_equal(write(file, script, strlen(script)), (ssize_t)strlen(script));
  close(file);
  b->source = (pil_script_source){.path = b->path,
                                  .shown_name = "test.lua",
                                  .seed = 1,
                                  .site_prefix = "draw:",
                                  .argument_name = "x",
                                  .fields = fields,
                                  .field_count = 1,
                                  .limits = PIL_LIMITS_TRIAL,
                                  .engine = engine};
  b->inputs[0] = b->cells;
  pil_jumps_fill(b->jumps, WIDTH);
  b->program = pil_script_engine_new(&b->source, &b->error);
  if (b->program == NULL) fail_msg("%s:%d: %s", b->error.file, b->error.line, b->error.text);
}

/* x.a is the trial's number. */
static bool bench_run(bench *b, uint64_t first_trial) {
  pil_batch batch = {first_trial, WIDTH, b->inputs, b->jumps, NULL};
  for (size_t i = 0; i < WIDTH; i++) b->cells[i] = (double)(first_trial + i);
  pil_frame_reset(&b->frame, WIDTH);
  return b->program->run(b->program, &batch, &b->frame, &b->error);
}

static void bench_close(bench *b) {
  b->program->free(b->program);
  pil_frame_free(&b->frame);
  unlink(b->path);
}

static double cell(bench *b, const char *name, size_t lane) {
  for (size_t i = 0; i < b->frame.column_count; i++)
    if (strcmp(b->frame.columns[i].name, name) == 0) return b->frame.columns[i].cells[lane];
  fail_msg("no column %s", name);
  return 0;
}

static uint64_t reason_trials(const bench *b) {
  uint64_t trials = 0;
  for (size_t i = 0; i < b->program->reason_count; i++) trials += b->program->reasons[i].trials;
  return trials;
}

static void test_a_script_that_lanes_cannot_hold_runs_in_stock_lua(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(x, p) return {v = select('#', pcall(error)) + x.a} end",
             PIL_ENGINE_LANES);
  for (uint64_t batch = 0; batch < 40; batch++) {
    assert_true(bench_run(&b, 1 + batch * WIDTH));
    assert_true(cell(&b, "v", 3) == 2 + (double)(4 + batch * WIDTH));
  }
  assert_int_equal(b.program->counted.lanes, 0);
  assert_int_equal(b.program->counted.scalar, 40 * WIDTH);
  assert_int_equal(reason_trials(&b), 40 * WIDTH);
  assert_string_equal(b.program->reasons[0].at.file, "test.lua");
  bench_close(&b);
}

static void test_no_trial_is_counted_twice_or_lost(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b,
             "return function(x, p)\n"
             "  if x.a < 400 and x.a > 380 then return {v = pcall(error) and 1 or x.a} end\n"
             "  return {v = x.a}\n"
             "end",
             PIL_ENGINE_LANES);
  for (uint64_t batch = 0; batch < 40; batch++) {
    assert_true(bench_run(&b, 1 + batch * WIDTH));
    for (size_t lane = 0; lane < WIDTH; lane++)
      assert_true(cell(&b, "v", lane) == (double)(1 + batch * WIDTH + lane));
  }
  assert_int_equal(b.program->counted.lanes + b.program->counted.scalar, 40 * WIDTH);
  assert_int_equal(reason_trials(&b), b.program->counted.scalar);
  bench_close(&b);
}

static void test_an_error_is_that_of_the_lowest_trial(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b,
             "return function(x, p)\n"
             "  if x.a >= 37 then error('too high') end\n"
             "  return {v = x.a}\n"
             "end",
             PIL_ENGINE_LANES);
  assert_true(bench_run(&b, 1));
  assert_true(bench_run(&b, 17));
  assert_false(bench_run(&b, 33));
  assert_int_equal(b.error.trial, 37);
  assert_int_equal(b.error.line, 2);
  assert_string_equal(b.error.text, "too high");
  assert_int_equal(b.program->counted.lanes + b.program->counted.scalar, 36);
  bench_close(&b);
}

static void test_a_remainder_by_zero_is_luas_error(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b,
             "return function(x, p)\n"
             "  local n = math.floor(x.a)\n"
             "  return {v = math.fmod(-70, n - 37), w = math.atan(x.a) ^ -n}\n"
             "end",
             PIL_ENGINE_LANES);
  for (uint64_t first = 1; first < 33; first += WIDTH) {
    assert_true(bench_run(&b, first));
    for (uint64_t lane = 0; lane < WIDTH; lane++) {
      int64_t rest = -70 % ((int64_t)(first + lane) - 37);
      assert_true(pil_cell_bits(cell(&b, "v", lane)) == pil_cell_bits((double)rest));
    }
  }
  assert_int_equal(b.program->counted.lanes, 32);
  assert_false(bench_run(&b, 33));
  assert_int_equal(b.error.trial, 37);
  assert_int_equal(b.error.line, 3);
  assert_string_equal(b.error.text, "bad argument #2 to 'fmod' (zero)");
  bench_close(&b);
}

static void note_draw(void *context, const char *site, uint64_t k, const char *distribution,
                      const char *value) {
  (void)k, (void)distribution, (void)value;
  assert_string_equal(site, "draw:s");
  ++*(int *)context;
}

static void test_what_only_the_scalar_program_knows_is_found_behind_lanes(void **unused) {
  (void)unused;
  bench b;
  const pil_script_file *files;
  int heard = 0;
  bench_open(&b, "return function(x, p) return {v = pcall(error) or draw.normal(0, 1, 's')} end",
             PIL_ENGINE_LANES);
  assert_int_equal(pil_script_files(b.program, &files), 1);
  assert_string_equal(files[0].path, b.path);
  pil_script_program_listen(b.program, note_draw, &heard);
  assert_true(bench_run(&b, 1));
  assert_int_equal(heard, WIDTH);
  bench_close(&b);
}

static void test_stopping_holds_for_both_engines(void **unused) {
  (void)unused;
  for (pil_engine engine = PIL_ENGINE_LANES; engine <= PIL_ENGINE_SCALAR; engine++) {
    bench b;
    bench_open(&b, "return function(x, p) return {v = x.a} end", engine);
    assert_true(bench_run(&b, 1));
    b.program->stop(b.program);
    assert_false(bench_run(&b, 17));
    bench_close(&b);
  }
}

static void test_a_draw_that_is_refused_in_some_trial_is_given_back(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(x, p) return {v = draw.normal(0, x.a < 30 and x.a or -1, 's')} end",
             PIL_ENGINE_LANES);
  assert_true(bench_run(&b, 1));
  assert_int_equal(b.program->counted.lanes, WIDTH);
  assert_false(bench_run(&b, 17)); /* at trial 30 */
  assert_int_equal(b.error.trial, 30);
  assert_int_equal(b.program->counted.scalar, 13);
  assert_int_equal(reason_trials(&b), 13);
  bench_close(&b);
}

typedef struct user {
  bench b;
  pthread_t thread;
  bool good;
} user;

static void *use(void *context) {
  user *u = context;
  u->good = true;
  for (uint64_t batch = 0; batch < 20; batch++) u->good = bench_run(&u->b, 1 + batch * WIDTH) && u->good;
  return NULL;
}

static void test_programs_that_share_give_the_same(void **unused) {
  (void)unused;
  enum { USERS = 4 };
  static const char script[] =
      "return function(x, p)\n"
      "  if x.a > 100 and x.a < 120 then return {v = tonumber(tostring(x.a)) + draw.normal(0, 1, 's')} end\n"
      "  return {v = x.a + draw.normal(0, 1, 's')}\n"
      "end";
  user users[USERS];
  bench alone;
  pil_error error;
  pil_script_share *share = pil_script_share_new(&error);
  bench_open(&alone, script, PIL_ENGINE_LANES);
  for (int i = 0; i < USERS; i++) {
    bench *b = &users[i].b;
    *b = (bench){.source = alone.source, .inputs = {NULL}};
    b->inputs[0] = b->cells;
    b->source.share = share;
    pil_jumps_fill(b->jumps, WIDTH);
    b->program = pil_script_engine_new(&b->source, &b->error);
    assert_non_null(b->program);
  }
  assert_true(users[0].b.program->reasons[0].text == users[3].b.program->reasons[0].text); /* one program */
  for (int i = 0; i < USERS; i++) assert_int_equal(pthread_create(&users[i].thread, NULL, use, &users[i]), 0);
  for (int i = 0; i < USERS; i++) pthread_join(users[i].thread, NULL);
  for (uint64_t batch = 0; batch < 20; batch++) assert_true(bench_run(&alone, 1 + batch * WIDTH));
  for (int i = 0; i < USERS; i++) {
    bench *b = &users[i].b;
    assert_true(users[i].good);
    assert_int_equal(b->program->counted.lanes, alone.program->counted.lanes);
    assert_int_equal(b->program->counted.scalar, alone.program->counted.scalar);
    assert_int_not_equal(b->program->counted.scalar, 0);
    for (size_t lane = 0; lane < WIDTH; lane++) assert_true(cell(b, "v", lane) == cell(&alone, "v", lane));
    b->program->free(b->program);
    pil_frame_free(&b->frame);
  }
  bench_close(&alone);
  pil_script_share_free(share);
}

/* A run must not mix two scripts: a state that is made later finds the file changed. */
static void test_a_script_that_changes_meanwhile_is_an_error(void **unused) {
  (void)unused;
  bench first, second;
  pil_error error;
  pil_script_share *share = pil_script_share_new(&error);
  bench_open(&first, "return function(x, p) return {v = x.a > 20 and tonumber(tostring(x.a)) or 0} end", PIL_ENGINE_LANES);
  second = (bench){.source = first.source, .inputs = {NULL}};
  second.inputs[0] = second.cells;
  second.source.share = share;
  pil_jumps_fill(second.jumps, WIDTH);
  pil_program *owner = pil_script_engine_new(&second.source, &error);
  second.program = pil_script_engine_new(&second.source, &error);
  assert_true(owner != NULL && second.program != NULL);
  assert_true(bench_run(&second, 1));
  FILE *file = fopen(first.path, "a");
  fputs(" -- edited", file);
  fclose(file);
  assert_false(bench_run(&second, 33));
  assert_string_equal(second.error.text, "the file changed while trials were running; start again");
  assert_string_equal(second.error.file, first.path);
  owner->free(owner);
  second.program->free(second.program);
  pil_frame_free(&second.frame);
  pil_script_share_free(share);
  bench_close(&first);
}

static void test_stopping_needs_no_scalar_program(void **unused) {
  (void)unused;
  bench first, second;
  pil_error error;
  pil_script_share *share = pil_script_share_new(&error);
  bench_open(&first, "return function(x, p) return {v = x.a} end", PIL_ENGINE_LANES);
  second = (bench){.source = first.source, .inputs = {NULL}};
  second.inputs[0] = second.cells;
  second.source.share = share;
  pil_program *owner = pil_script_engine_new(&second.source, &error);
  second.program = pil_script_engine_new(&second.source, &error);
  second.program->stop(second.program);
  assert_false(bench_run(&second, 1));
  assert_int_equal(second.error.failure, PIL_FAILURE_INTERRUPTED);
  assert_int_equal(second.error.trial, 1);
  owner->free(owner);
  second.program->free(second.program);
  pil_frame_free(&second.frame);
  pil_script_share_free(share);
  bench_close(&first);
}

/* In lanes or not, it is stock Lua that says so. */
static void test_a_trial_without_end_meets_the_time_limit(void **unused) {
  (void)unused;
  static const char *const scripts[] = {
      "return function(x, p)\n local v = 0\n while x.a > 20 do v = v + x.a end\n return {v = v} end",
      "return function(x, p)\n local v = 0\n while true do v = v + x.a end\n return {v = v} end",
      "return function(x, p)\n local v = 0\n repeat v = v + draw.uniform(0, 1, 'u') until v > 1e9 or x.a < 20\n return {v = v} end"};
  for (size_t i = 0; i < 3; i++) {
    bench b, limited;
    bench_open(&b, scripts[i], PIL_ENGINE_LANES);
    limited = (bench){.source = b.source, .inputs = {NULL}};
    limited.inputs[0] = limited.cells;
    limited.source.limits.seconds = 0.3;
    pil_jumps_fill(limited.jumps, WIDTH);
    limited.program = pil_script_engine_new(&limited.source, &limited.error);
    assert_non_null(limited.program);
    assert_false(bench_run(&limited, 17));
    assert_int_equal(limited.error.failure, PIL_FAILURE_LIMIT);
    assert_int_equal(limited.error.trial, i == 0 ? 21 : i == 1 ? 17 : 20);
    assert_int_equal(limited.error.line, 3);
    assert_non_null(strstr(limited.error.text, "took longer than 0.3 s"));
    limited.program->free(limited.program);
    pil_frame_free(&limited.frame);
    bench_close(&b);
  }
}

/* ---- whose draws they are ---- */

static pil_owner owner_of(const char *prefix, uint64_t trial) {
  return (pil_owner){prefix, pil_text_hash(prefix, strlen(prefix)), trial};
}

static void run_owned(bench *b, const pil_owner *owner) {
  pil_batch batch = {5, WIDTH, b->inputs, b->jumps, owner};
  pil_frame_reset(&b->frame, WIDTH);
  assert_true(b->program->run(b->program, &batch, &b->frame, &b->error));
}

static void test_draws_are_their_owners(void **unused) {
  static const char script[] =
      "return function(x, p)\n"
      "  local turns = 0\n"
      "  repeat turns = turns + 1 until draw.bernoulli(0.4, \"turn\") or turns > 20\n"
      "  return {plain = draw.uniform(0, 1, \"plain\"), kth = draw.uniform(0, 1, \"plain\", 3),\n"
      "    any = draw.uniform(0, 1), by_lane = draw.uniform(0, 1, \"site\", turns), turns = turns}\n"
      "end\n";
  const pil_owner owners[] = {owner_of("item:a:", 0),    owner_of("item:b:", 0),    owner_of("item:a:", 0),
                              owner_of("decision:", 3), owner_of("decision:", 4), owner_of("decision:", 3)};
  bench sides[2];
  (void)unused;
  bench_open(&sides[0], script, PIL_ENGINE_SCALAR);
  bench_open(&sides[1], script, PIL_ENGINE_LANES);
  double plain[6];
  for (int o = 0; o < 6; o++) {
    for (int s = 0; s < 2; s++) run_owned(&sides[s], &owners[o]);
    assert_int_equal(sides[0].frame.column_count, sides[1].frame.column_count);
    for (size_t c = 0; c < sides[0].frame.column_count; c++) {
      const pil_column *one = &sides[0].frame.columns[c];
      const pil_column *other = pil_frame_column(&sides[1].frame, 0, one->name, one->index);
      assert_memory_equal(one->cells, other->cells, WIDTH * sizeof(double));
    }
    plain[o] = pil_frame_column(&sides[0].frame, 0, "plain", 0)->cells[0];
    char name[32];
    snprintf(name, sizeof name, "%splain", owners[o].prefix);
    uint64_t hash = pil_text_hash(name, strlen(name)), trial = owners[o].trial;
    pil_stream stream = trial > 0 ? pil_stream_at_trial(1, hash, 0, trial) : pil_stream_at(1, hash, 0);
    pil_stream_advance(&stream, 4);
    assert_true(plain[o] == pil_uniform(pil_stream_next(&stream)));
  }
  assert_true(plain[0] == plain[2] && plain[0] != plain[1]);
  assert_true(plain[3] == plain[5] && plain[3] != plain[4]);
  for (int s = 0; s < 2; s++) run_owned(&sides[s], NULL); /* back to the source's own */
  for (int s = 0; s < 2; s++)
    assert_true(pil_frame_column(&sides[s].frame, 0, "plain", 0)->cells[0] != plain[0]);
  assert_true(sides[1].program->counted.scalar == 0);
  bench_close(&sides[0]);
  bench_close(&sides[1]);
}

static void test_a_wrapper_is_given_expressions(void **unused) {
  static const char wrapper[] = "local policy, wrong, loss = ...\n"
                                "return function(x, p)\n"
                                "  return {level = policy(x, p), wrong = wrong(x, p), loss = loss(x, p)}\n"
                                "end\n";
  static const pil_script_expression good[] = {{" x.a > 7", {"plan.yaml", 3, 8}}, {" x.a * 0.5", {"plan.yaml", 4, 7}}};
  static const pil_script_expression bad[] = {{" x.a > 7", {"plan.yaml", 3, 8}}, {" x.a *", {"plan.yaml", 4, 7}}};
  (void)unused;
  for (int engine = 0; engine < 2; engine++) {
    bench b;
    bench_open(&b, "return function(x, p) return x.a > 3 and \"review\" or \"auto\" end\n",
               engine ? PIL_ENGINE_LANES : PIL_ENGINE_SCALAR);
    b.program->free(b.program);
    b.source.wrapper = wrapper;
    b.source.wrapper_expressions = bad;
    b.source.wrapper_expression_count = 2;
    assert_null(pil_script_engine_new(&b.source, &b.error));
    assert_string_equal(b.error.file, "plan.yaml");
    assert_int_equal(b.error.line, 4);
    b.source.wrapper_expressions = good;
    b.program = pil_script_engine_new(&b.source, &b.error);
    if (b.program == NULL) fail_msg("%s", b.error.text);
    assert_true(bench_run(&b, 1));
    assert_true(pil_frame_column(&b.frame, 0, "loss", 0)->cells[2] == 1.5);
    assert_true(pil_frame_column(&b.frame, 0, "wrong", 0)->cells[2] == 0);
    assert_true(pil_frame_column(&b.frame, 0, "wrong", 0)->cells[9] == 1);
    assert_true(pil_cell_is_text(pil_frame_column(&b.frame, 0, "level", 0)->cells[9]));
    assert_true(engine == 0 || b.program->counted.scalar == 0);
    bench_close(&b);
  }
}

static void test_a_wrapper_stands_between(void **unused) {
  static const char wrapper[] = "local formula = ...\n"
                                "return function(x, p)\n"
                                "  local score, label = formula(x, p)\n"
                                "  return {score = score, label = label}\n"
                                "end\n";
  (void)unused;
  for (int engine = 0; engine < 2; engine++) {
    bench b;
    bench_open(&b, "return function(x, p) return x.a * 2, x.a > 7 and \"late\" or nil end\n",
               engine ? PIL_ENGINE_LANES : PIL_ENGINE_SCALAR);
    b.program->free(b.program);
    b.source.wrapper = wrapper;
    b.program = pil_script_engine_new(&b.source, &b.error);
    assert_non_null(b.program);
    assert_true(bench_run(&b, 1));
    assert_true(pil_frame_column(&b.frame, 0, "score", 0)->cells[2] == 6);
    const double *labels = pil_frame_column(&b.frame, 0, "label", 0)->cells;
    assert_true(pil_cell_bits(labels[2]) == PIL_CELL_MISSING && pil_cell_is_text(labels[9]));
    assert_true(engine == 0 || b.program->counted.scalar == 0);
    bench_close(&b);
  }
}

static void test_scalar_alone_has_no_reasons(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b, "return function(x, p) return {v = x.a} end", PIL_ENGINE_SCALAR);
  assert_true(bench_run(&b, 1));
  assert_int_equal(b.program->counted.scalar, WIDTH);
  assert_int_equal(b.program->reason_count, 0);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_script_that_lanes_cannot_hold_runs_in_stock_lua),
      cmocka_unit_test(test_no_trial_is_counted_twice_or_lost),
      cmocka_unit_test(test_an_error_is_that_of_the_lowest_trial),
      cmocka_unit_test(test_a_remainder_by_zero_is_luas_error),
      cmocka_unit_test(test_what_only_the_scalar_program_knows_is_found_behind_lanes),
      cmocka_unit_test(test_stopping_holds_for_both_engines),
      cmocka_unit_test(test_a_draw_that_is_refused_in_some_trial_is_given_back),
      cmocka_unit_test(test_programs_that_share_give_the_same),
      cmocka_unit_test(test_a_script_that_changes_meanwhile_is_an_error),
      cmocka_unit_test(test_stopping_needs_no_scalar_program),
      cmocka_unit_test(test_a_trial_without_end_meets_the_time_limit),
      cmocka_unit_test(test_draws_are_their_owners),
      cmocka_unit_test(test_a_wrapper_is_given_expressions),
      cmocka_unit_test(test_a_wrapper_stands_between),
      cmocka_unit_test(test_scalar_alone_has_no_reasons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
