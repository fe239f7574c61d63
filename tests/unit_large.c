/* Scripts that are large, wide, deep or long: they run in lanes or fall back with a reason, to the
 * same bits as in stock Lua, and the builder takes bounded time and memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/lanes/builder.h"
#include "../engine/script/engine.h"
#include "../engine/script/image.h"
#include "large_scripts.h"

enum { WIDTH = 3 };

static const pil_field fields[] = {
    {.name = "a", .first_column = 0, .expression = -1},
    {.name = "n", .kind = PIL_FIELD_INTEGER, .first_column = 1, .expression = -1}};

typedef struct bench {
  char path[64];
  pil_script_source source;
  pil_jump jumps[WIDTH];
  double cells[2][WIDTH];
  double *inputs[2];
} bench;

static void bench_open(bench *b, void (*write_script)(script *s)) {
  script s = {0};
  write_script(&s);
  *b = (bench){.path = "/tmp/pil-unit-XXXXXX"};
  int file = mkstemp(b->path);
  assert_true(file >= 0);
  assert_int_equal(write(file, s.bytes, s.length), (ssize_t)s.length);
  close(file);
  pil_text_free(&s);
  b->source = (pil_script_source){.path = b->path, .shown_name = "test.lua", .seed = 1, .site_prefix = "draw:",
                                  .argument_name = "x", .fields = fields, .field_count = 2,
                                  .limits = PIL_LIMITS_TRIAL};
  for (size_t i = 0; i < WIDTH; i++) {
    b->cells[0][i] = ((double)i + 0.5) / WIDTH;
    b->cells[1][i] = (double)i + 1;
  }
  b->inputs[0] = b->cells[0];
  b->inputs[1] = b->cells[1];
  pil_jumps_fill(b->jumps, WIDTH);
}

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- what building takes ---- */

/* The builder aims at a quarter of a second; a checked build on a busy machine is this much slower. */
#define MOST_SECONDS (0.25 * 10)
enum { MOST_BYTES = 64 << 20 };

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { LIMITS_MEMORY = 0 }; /* these map terabytes for themselves */
#else
enum { LIMITS_MEMORY = 1 };
#endif

/* From now on the process may grow by so many bytes; RLIM_INFINITY: without limit. */
static void limit_growth(rlim_t bytes) {
  struct rlimit limit;
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!LIMITS_MEMORY || file == NULL || fscanf(file, "%ld", &pages) != 1) bytes = RLIM_INFINITY;
  if (file != NULL) fclose(file);
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = bytes == RLIM_INFINITY ? limit.rlim_max : (rlim_t)pages * (rlim_t)getpagesize() + bytes;
  assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

static void check_building(bench *b, const char *name) {
  pil_error error = {0};
  pil_arena arena = {0};
  pil_ir_program built;
  pil_ir_reason refusal;
  pil_program *scalar = pil_script_program_new(&b->source, &error);
  if (scalar == NULL) fail_msg("%s: %s:%d: %s", name, error.file, error.line, error.text);
  const pil_image *image = pil_script_image_new(&arena, (pil_script_program *)scalar, &error);
  assert_non_null(image);
  limit_growth(MOST_BYTES);
  double start = cpu_seconds();
  bool good = pil_builder_build(&arena, image, &built, &refusal, &error);
  double build_seconds = cpu_seconds() - start;
  pil_machine *machine = good ? pil_machine_new(&built, PIL_ISA_AUTO, &error) : NULL;
  double seconds = cpu_seconds() - start;
  limit_growth(RLIM_INFINITY);
  if (good ? machine == NULL : refusal.text == NULL) fail_msg("%s: %s", name, error.text);
  if (seconds > MOST_SECONDS) fail_msg("%s took %.2f s to build", name, seconds);
  if (getenv("LARGE_SHOW") != NULL)
    printf("# %-26s build %5.0f ms, assemble %3.0f ms, %6zu steps, %5.1f MiB %s\n", name, 1e3 * build_seconds,
           1e3 * (seconds - build_seconds), good ? pil_machine_measure(machine).instructions : 0,
           (double)arena.size_bytes / (1 << 20), good ? "" : refusal.text);
  pil_machine_free(machine);
  scalar->free(scalar);
  pil_arena_free(&arena);
}

/* ---- what comes out ---- */

static void run_batch(bench *b, const char *name, pil_program *program, pil_frame *frame) {
  pil_batch batch = {1, WIDTH, b->inputs, b->jumps, NULL};
  pil_error error = {0};
  pil_frame_reset(frame, WIDTH);
  if (!program->run(program, &batch, frame, &error)) fail_msg("%s: %d: %s", name, error.line, error.text);
}

static void check_same(const char *name, pil_frame *lanes, const pil_frame *scalar) {
  assert_true(scalar->column_count > 0);
  for (size_t i = 0; i < scalar->column_count; i++) {
    const pil_column *wanted = &scalar->columns[i];
    const pil_column *found = pil_frame_column(lanes, i, wanted->name, wanted->index);
    for (size_t lane = 0; lane < WIDTH; lane++) {
      double one = found->cells[lane], other = wanted->cells[lane];
      bool texts = pil_cell_is_text(one) && pil_cell_is_text(other);
      if (texts && strcmp(lanes->texts.texts[pil_cell_text(one)], scalar->texts.texts[pil_cell_text(other)]) == 0)
        continue;
      if (memcmp(&one, &other, sizeof one) != 0)
        fail_msg("%s: %s[%u] of trial %zu is %.17g in lanes, %.17g in stock Lua", name, wanted->name,
                 (unsigned)wanted->index, lane + 1, one, other);
    }
  }
  assert_int_equal(lanes->column_count, scalar->column_count);
}

/* Lanes or a reason, and the same bits. */
static void check_running(bench *b, const char *name) {
  pil_error error = {0};
  pil_frame frames[2] = {{.column_count = 0}, {.column_count = 0}};
  b->source.engine = PIL_ENGINE_LANES;
  pil_program *lanes = pil_script_engine_new(&b->source, &error);
  b->source.engine = PIL_ENGINE_SCALAR;
  pil_program *scalar = pil_script_engine_new(&b->source, &error);
  assert_true(lanes != NULL && scalar != NULL);
  run_batch(b, name, lanes, &frames[0]);
  run_batch(b, name, scalar, &frames[1]);
  check_same(name, &frames[0], &frames[1]);
  uint64_t given_back = 0;
  for (size_t i = 0; i < lanes->reason_count; i++) given_back += lanes->reasons[i].trials;
  assert_int_equal(lanes->counted.scalar, given_back);
  assert_int_equal(lanes->counted.lanes + lanes->counted.scalar, WIDTH);
  lanes->free(lanes);
  scalar->free(scalar);
  for (int i = 0; i < 2; i++) pil_frame_free(&frames[i]);
}

static void check(void (*write_script)(script *s), const char *name) {
  bench b;
  bench_open(&b, write_script);
  check_building(&b, name);
  check_running(&b, name);
  unlink(b.path);
}

#define TEST(name)                         \
  static void test_##name(void **unused) { \
    (void)unused;                          \
    check(name, #name);                    \
  }
LARGE_SCRIPTS(TEST)

int main(void) {
#define RECORD(name) cmocka_unit_test(test_##name),
  const struct CMUnitTest tests[] = {LARGE_SCRIPTS(RECORD)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
