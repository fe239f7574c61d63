/* The runner over a program that is no script: order, pieces, errors, interruption, columns that
 * appear late.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/run/runner.h"

/* What the program under test does: fails at one trial, returns "late" from one trial on. */
typedef struct behaviour {
  uint64_t fails_at, fails_every, late_from, sleep_microseconds;
} behaviour;

typedef struct fake_program {
  pil_program base;
  const behaviour *behaviour;
} fake_program;

static bool fails(const behaviour *b, uint64_t trial) {
  return (b->fails_at > 0 && trial == b->fails_at) ||
         (b->fails_every > 0 && trial % b->fails_every == 0);
}

static bool fake_run(pil_program *program, const pil_batch *batch, pil_frame *frame,
                     pil_error *error) {
  const behaviour *b = ((fake_program *)program)->behaviour;
  pil_column *npv = pil_frame_column(frame, 0, "npv", 0);
  if (npv == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < batch->count; i++) {
    uint64_t trial = batch->first_trial + i;
    if (b->sleep_microseconds > 0) {
      nanosleep(&(struct timespec){0, (long)b->sleep_microseconds * 1000}, NULL);
    }
    if (fails(b, trial)) {
      pil_error_set(error, PIL_FAILURE_SCRIPT, PIL_NOWHERE, "bad luck");
      error->trial = trial;
      return false;
    }
    frame->columns[0].cells[i] = batch->inputs[0][i] * (double)trial;
    if (b->late_from == 0 || trial < b->late_from) continue;
    pil_column *late = pil_frame_column(frame, 1, "late", 2);
    if (late == NULL) return pil_error_memory(error);
    late->cells[i] = (double)trial;
  }
  program->counted.scalar += batch->count;
  return true;
}

static void fake_stop(pil_program *program) {
  (void)program;
}

static void fake_free(pil_program *program) {
  pil_memory_free(program);
}

static pil_program *fake_new(void *context, pil_error *error) {
  fake_program *program = pil_memory_new_zeroed(1, sizeof *program);
  if (program == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  program->base = (pil_program){.run = fake_run, .stop = fake_stop, .free = fake_free};
  program->behaviour = context;
  return &program->base;
}

typedef struct setup {
  pil_distribution distribution;
  pil_input input;
  pil_input_plan plan;
  pil_table tables[2];
  pil_run_variant variants[2];
  pil_arena arena;
} setup;

static void make_setup(setup *s, behaviour *first, behaviour *second, uint64_t from,
                       size_t trials) {
  pil_error error;
  double parameters[4] = {0, 1};
  *s = (setup){0};
  assert_true(pil_distribution_build(&s->arena, PIL_FAMILY_normal, parameters, 2, PIL_NOWHERE,
                                     &s->distribution, &error));
  s->input = (pil_input){.name = "a",
                         .origin = PIL_ORIGIN_DRAW,
                         .distribution = &s->distribution,
                         .site_hash = 77,
                         .factor = -1};
  s->plan = (pil_input_plan){.seed = 5, .inputs = &s->input, .input_count = 1, .column_count = 1};
  behaviour *behaviours[2] = {first, second};
  for (int v = 0; v < 2; v++) {
    pil_table_init(&s->tables[v], from, trials);
    s->variants[v] = (pil_run_variant){.name = "v",
                                       .inputs = &s->plan,
                                       .program_new = fake_new,
                                       .context = behaviours[v],
                                       .table = &s->tables[v]};
  }
}

static void free_setup(setup *s) {
  pil_table_free(&s->tables[0]);
  pil_table_free(&s->tables[1]);
  pil_arena_free(&s->arena);
}

static void compare_tables(const pil_table *a, size_t a_first, const pil_table *b, size_t count) {
  const pil_column *left = pil_table_find(a, "npv", 0), *right = pil_table_find(b, "npv", 0);
  assert_non_null(left);
  assert_non_null(right);
  assert_memory_equal(left->cells + a_first, right->cells, count * sizeof(double));
}

/* Threads, widths and pieces change no bit. */
static void splits_agree(void **state) {
  (void)state;
  enum { TRIALS = 3000 };
  static const size_t threads[] = {1, 2, 7, 16}, lanes[] = {1, 2, 7, 64, 512, 4096};
  behaviour plain = {0};
  setup whole;
  pil_error error;
  make_setup(&whole, &plain, &plain, 1, TRIALS);
  pil_runner *runner =
      pil_runner_new(whole.variants, 2, &(pil_runner_options){1, TRIALS, 1, 512}, &error);
  assert_true(pil_runner_step(runner, TRIALS, NULL, NULL, &error));
  for (size_t t = 0; t < 4; t++) {
    for (size_t w = 0; w < 6; w++) {
      setup other;
      uint64_t first = 1 + 100 * w;
      make_setup(&other, &plain, &plain, first, TRIALS - first + 1);
      pil_runner *again = pil_runner_new(
          other.variants, 2, &(pil_runner_options){first, TRIALS, threads[t], lanes[w]}, &error);
      while (pil_runner_finished(again) < TRIALS - first + 1)
        assert_true(pil_runner_step(again, 700, NULL, NULL, &error));
      for (int v = 0; v < 2; v++)
        compare_tables(&whole.tables[v], first - 1, &other.tables[v], TRIALS - first + 1);
      assert_int_equal(pil_runner_counted(again).scalar, 2 * (TRIALS - first + 1));
      pil_runner_free(again);
      free_setup(&other);
    }
  }
  pil_runner_free(runner);
  free_setup(&whole);
}

/* The lowest failing trial is named, whichever variant and thread met it first. */
static void lowest_failure_wins(void **state) {
  (void)state;
  behaviour often = {.fails_every = 911}, once = {.fails_at = 500};
  for (size_t lanes = 1; lanes <= 4096; lanes *= 4) {
    for (size_t threads = 1; threads <= 8; threads *= 2) {
      setup s;
      pil_error error;
      make_setup(&s, &often, &once, 1, 5000);
      pil_runner *runner =
          pil_runner_new(s.variants, 2, &(pil_runner_options){1, 5000, threads, lanes}, &error);
      assert_false(pil_runner_step(runner, 5000, NULL, NULL, &error));
      assert_int_equal(error.trial, 500);
      assert_false(pil_runner_step(runner, 5000, NULL, NULL, &error)); /* and stays failed */
      pil_runner_free(runner);
      free_setup(&s);
    }
  }
}

/* A column that appears late is missing before, in every split. */
static void late_columns_are_missing_before(void **state) {
  (void)state;
  behaviour late = {.late_from = 700}, plain = {0};
  setup s;
  pil_error error;
  make_setup(&s, &late, &plain, 1, 1000);
  pil_runner *runner = pil_runner_new(s.variants, 2, &(pil_runner_options){1, 1000, 4, 16}, &error);
  assert_true(pil_runner_step(runner, 1000, NULL, NULL, &error));
  const pil_column *column = pil_table_find(&s.tables[0], "late", 2);
  assert_non_null(column);
  for (size_t row = 0; row < 1000; row++) {
    if (row + 1 < 700)
      assert_int_equal(pil_cell_bits(column->cells[row]), PIL_CELL_MISSING);
    else
      assert_true(column->cells[row] == (double)(row + 1));
  }
  assert_null(pil_table_find(&s.tables[1], "late", 2));
  pil_runner_free(runner);
  free_setup(&s);
}

/* All workers' texts count together, so that the number of threads decides nothing. */
static void too_many_texts_are_refused_where_they_meet(void **state) {
  (void)state;
  enum { BATCH = 1000 };
  pil_table table;
  pil_frame frame = {0};
  pil_error error;
  pil_table_init(&table, 1, PIL_TABLE_TEXTS + BATCH);
  size_t row = 0;
  for (bool good = true; good; row += BATCH) {
    pil_frame_reset(&frame, BATCH);
    pil_dictionary_free(&frame.texts); /* as if each batch had a worker of its own */
    pil_column *column = pil_frame_column(&frame, 0, "kind", 0);
    for (size_t lane = 0; lane < BATCH; lane++) {
      char text[32];
      int length = snprintf(text, sizeof text, "text %zu", row + lane);
      int64_t code = pil_dictionary_code(&frame.texts, text, (size_t)length);
      column->cells[lane] = pil_cell_of(PIL_CELL_TEXT | (uint64_t)code);
    }
    good = pil_table_merge(&table, row, &frame, NULL, &error);
    assert_int_equal(good, row < PIL_TABLE_TEXTS);
  }
  assert_non_null(strstr(error.text, "output \"kind\": more than 100000 different texts"));
  pil_frame_free(&frame);
  pil_table_free(&table);
}

/* Each frame numbers its texts as they come; 200 texts in turn, in other orders. */
static void texts_are_the_same_in_every_batch(void **state) {
  (void)state;
  enum { BATCH = 1000, BATCHES = 3, TEXTS = 200 };
  pil_table table;
  pil_error error;
  pil_table_init(&table, 1, BATCH * BATCHES);
  for (size_t batch = 0; batch < BATCHES; batch++) {
    pil_frame frame = {0};
    pil_frame_reset(&frame, BATCH);
    pil_column *column = pil_frame_column(&frame, 0, "kind", 0);
    for (size_t lane = 0; lane < BATCH; lane++) {
      char text[32];
      int length = snprintf(text, sizeof text, "text %zu", (lane * (7 + batch) + batch) % TEXTS);
      int64_t code = pil_dictionary_code(&frame.texts, text, (size_t)length);
      column->cells[lane] = lane % 3 == 2 ? 0.5 : pil_cell_of(PIL_CELL_TEXT | (uint64_t)code);
    }
    assert_true(pil_table_merge(&table, batch * BATCH, &frame, NULL, &error));
    pil_frame_free(&frame);
  }
  const pil_column *merged = pil_table_find(&table, "kind", 0);
  for (size_t row = 0; row < BATCH * BATCHES; row++) {
    size_t lane = row % BATCH, batch = row / BATCH;
    char text[32];
    snprintf(text, sizeof text, "text %zu", (lane * (7 + batch) + batch) % TEXTS);
    if (lane % 3 == 2) assert_true(merged->cells[row] == 0.5);
    else assert_string_equal(table.texts.texts[pil_cell_text(merged->cells[row])], text);
  }
  pil_table_free(&table);
}

static bool stop_at_once(void *context, uint64_t finished) {
  (void)finished;
  ++*(int *)context;
  return false;
}

/* Stopping keeps a prefix without gaps that all variants have. */
static void interruption_keeps_whole_batches(void **state) {
  (void)state;
  behaviour slow = {.sleep_microseconds = 200}, plain = {0};
  setup s;
  pil_error error;
  int ticks = 0;
  make_setup(&s, &plain, &slow, 1, 100000);
  pil_runner *runner =
      pil_runner_new(s.variants, 2, &(pil_runner_options){1, 100000, 2, 10}, &error);
  assert_false(pil_runner_step(runner, 100000, stop_at_once, &ticks, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  assert_true(ticks >= 1);
  uint64_t finished = pil_runner_finished(runner);
  assert_true(finished < 100000 && finished % 10 == 0);
  for (int v = 0; finished > 0 && v < 2; v++) {
    const pil_column *column = pil_table_find(&s.tables[v], "npv", 0);
    assert_non_null(column);
    for (size_t row = 0; row < finished; row++) assert_true(isfinite(column->cells[row]));
  }
  pil_runner_free(runner);
  free_setup(&s);
}

/* Every allocation fails in turn: an error, never a crash or a leak. */
static void allocation_failures_are_errors(void **state) {
  (void)state;
  behaviour late = {.late_from = 40}, plain = {0};
  bool finished = false;
  for (uint64_t n = 1; !finished && n < 500; n++) {
    setup s;
    pil_error error = {0};
    make_setup(&s, &late, &plain, 1, 64);
    pil_memory_fail_from(n);
    pil_runner *runner = pil_runner_new(s.variants, 2, &(pil_runner_options){1, 64, 1, 16}, &error);
    bool good = runner != NULL && pil_runner_step(runner, 64, NULL, NULL, &error);
    pil_memory_fail_from(0);
    if (good)
      finished = true;
    else
      assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
    pil_runner_free(runner);
    free_setup(&s);
  }
  assert_true(finished);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(splits_agree),
      cmocka_unit_test(lowest_failure_wins),
      cmocka_unit_test(late_columns_are_missing_before),
      cmocka_unit_test(too_many_texts_are_refused_where_they_meet),
      cmocka_unit_test(texts_are_the_same_in_every_batch),
      cmocka_unit_test(interruption_keeps_whole_batches),
      cmocka_unit_test(allocation_failures_are_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
