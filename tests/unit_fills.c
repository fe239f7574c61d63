/* The lane machine's loops over draws give the bits of pil_family_draw on every instruction set:
 * for parameters of every size, words of every tail, and any number of lanes; and refuse what the
 * families refuse.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/lanes/columns.h"
#include "../engine/lanes/kernels.h"
#include "random_draws.h"

static const pil_kernels *const tables[] = {&pil_kernels_portable, &pil_kernels_avx2,
                                            &pil_kernels_avx512};
enum { TABLES = 3, ROUNDS = 12000 / PIL_LANES_WIDTH };

static bool is_here(const pil_kernels *kernels) {
  return kernels != &pil_kernels_avx512 || __builtin_cpu_supports("avx512f");
}

/* What one block draws from. */
typedef struct block {
  pil_family family;
  size_t count;
  bool alike; /* all lanes have the parameters of the first */
  uint64_t words[PIL_LANES_WIDTH] __attribute__((aligned(64)));
  double parameters[PIL_PARAMETERS][PIL_LANES_WIDTH] __attribute__((aligned(64)));
  double drawn[PIL_LANES_WIDTH] __attribute__((aligned(64)));
} block;

static void make_block(block *b, pil_stream *stream, bool extreme, bool alike) {
  double a[PIL_PARAMETERS];
  b->alike = alike;
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    if (i == 0 || !alike) random_parameters(stream, b->family, extreme, a);
    for (int j = 0; j < PIL_PARAMETERS; j++) b->parameters[j][i] = a[j];
    b->words[i] = random_draw_word(stream, extreme);
  }
  b->count = 1 + pil_stream_next(stream) % PIL_LANES_WIDTH;
}

static void check_block(const block *b, const pil_kernels *kernels) {
  for (size_t i = 0; i < b->count; i++) {
    double a[PIL_PARAMETERS];
    for (int j = 0; j < PIL_PARAMETERS; j++) a[j] = b->parameters[j][i];
    double want = pil_family_draw(b->family, a, b->words[i]);
    if (memcmp(&want, &b->drawn[i], sizeof want) == 0) continue;
    fail_msg("%s (%.17g, %.17g, %.17g, %.17g), word %016llx, on %s: %.17g, not %.17g",
             pil_family_get(b->family)->name, a[0], a[1], a[2], a[3],
             (unsigned long long)b->words[i], kernels->name, b->drawn[i], want);
  }
}

/* Every loop that the instruction set has for the family. */
static void try_loops(block *b, const pil_kernels *kernels) {
  const pil_fills *fills = &kernels->fills[b->family];
  const double *columns[PIL_PARAMETERS];
  for (int j = 0; j < PIL_PARAMETERS; j++) columns[j] = b->parameters[j];
  if (fills->packed != NULL) {
    fills->packed(b->words, columns, b->count, b->drawn);
    check_block(b, kernels);
  }
  if (fills->varying == NULL) return;
  b->count = PIL_LANES_WIDTH;
  fills->varying(b->words, columns, b->drawn);
  check_block(b, kernels);
  if (!b->alike) return;
  fills->constant(b->words, columns, b->drawn);
  check_block(b, kernels);
}

static void loops_draw_what_the_scalar_engine_draws(void **state) {
  (void)state;
  pil_stream stream = pil_stream_at(1, 2, 3);
  for (int family = 0; family < PIL_FAMILY_COUNT; family++) {
    if (pil_family_get((pil_family)family)->allowed == 0 || family == PIL_FAMILY_bernoulli)
      continue; /* bernoulli's loops make masks: unit_machine_draws.c */
    for (int round = 0; round < ROUNDS; round++) {
      static block b;
      b.family = (pil_family)family;
      make_block(&b, &stream, round % 2 == 1, round % 8 == 4);
      for (int n = 0; n < TABLES; n++) {
        if (is_here(tables[n])) try_loops(&b, tables[n]);
      }
    }
  }
}

/* A parameter, now and then at or beyond an edge of some domain. */
static double make_odd(pil_stream *stream, double x) {
  static const double odd[] = {0,        -0.0,      -1,   1,    5e-324, 1e-6,  9.999e-7,
                               1e9,      1.0001e9,  1e15, 1e16, 0.5,    1e300, -1e300,
                               HUGE_VAL, -HUGE_VAL, NAN,  7,    1.5};
  uint64_t word = pil_stream_next(stream);
  return word % 3 != 0 ? x : odd[(word >> 8) % (sizeof odd / sizeof *odd)];
}

/* A block is refused where, and only where, pil_family_check refuses one of its lanes. */
static void loops_refuse_what_the_family_refuses(void **state) {
  (void)state;
  pil_stream stream = pil_stream_at(4, 5, 6);
  static block b;
  static int64_t mask[PIL_LANES_WIDTH] __attribute__((aligned(64)));
  const double *columns[PIL_PARAMETERS];
  for (int j = 0; j < PIL_PARAMETERS; j++) columns[j] = b.parameters[j];
  for (int i = 0; i < PIL_FAMILY_COUNT * ROUNDS; i++) {
    b.family = (pil_family)(i % PIL_FAMILY_COUNT);
    const pil_family_record *record = pil_family_get(b.family);
    if (record->allowed == 0) continue;
    int64_t refused = 0;
    make_block(&b, &stream, false, false);
    for (size_t lane = 0; lane < PIL_LANES_WIDTH; lane++) {
      char problem[256];
      double a[PIL_PARAMETERS] = {0};
      for (int j = 0; j < record->allowed; j++)
        a[j] = b.parameters[j][lane] = make_odd(&stream, b.parameters[j][lane]);
      mask[lane] = pil_stream_next(&stream) % 4 == 0 ? 0 : -1;
      if (mask[lane] == 0) continue;
      refused += pil_family_check(b.family, a, record->allowed, problem, sizeof problem) != NULL;
    }
    for (int n = 0; n < TABLES; n++) {
      const pil_fills *fills = &tables[n]->fills[b.family];
      if (!is_here(tables[n]) || fills->refuse == NULL) continue;
      if (fills->refuse(mask, columns) == refused) continue;
      fail_msg("%s on %s: not %d refused", record->name, tables[n]->name, (int)refused);
    }
  }
}

/* ---- whole columns ---- */

enum { MOST = 3 * PIL_LANES_WIDTH + 70 };

/* Those that this CPU has. */
static pil_isa next_isa(pil_isa isa) {
  static const char *const names[] = {"portable", "avx2", "avx512"};
  pil_isa found;
  return isa < PIL_ISA_AVX512 && pil_isa_find(names[isa], &found) ? found : PIL_ISA_AUTO;
}

static void check_column_on(pil_isa isa, const pil_distribution *distribution, const uint64_t *words, size_t count) {
  double drawn[MOST + 1] = {0};
  drawn[count] = 7;
  pil_columns_draws(isa, distribution, words, drawn, count);
  assert_true(drawn[count] == 7);
  for (size_t i = 0; i < count; i++) {
    double want = pil_distribution_draw(distribution, words[i]);
    if (memcmp(&want, &drawn[i], sizeof want) == 0) continue;
    fail_msg("%s, word %016llx of %zu: %.17g, not %.17g", pil_family_get(distribution->family)->name,
             (unsigned long long)words[i], count, drawn[i], want);
  }
}

static void check_column(const pil_distribution *distribution, const uint64_t *words, size_t count) {
  for (pil_isa isa = next_isa(PIL_ISA_AUTO); isa != PIL_ISA_AUTO; isa = next_isa(isa))
    check_column_on(isa, distribution, words, count);
}

/* Prepared or not, bounded or not, at any number of words: what a single draw gives. */
static void columns_hold_single_draws(void **state) {
  (void)state;
  pil_stream stream = pil_stream_at(7, 8, 9);
  pil_arena arena = {0};
  pil_error error;
  for (int round = 0; round < 40; round++) {
    for (int family = 0; family < PIL_FAMILY_COUNT; family++) {
      uint64_t words[MOST];
      double a[PIL_PARAMETERS];
      pil_distribution distribution;
      size_t count = pil_stream_next(&stream) % (MOST + 1);
      int allowed = pil_family_get((pil_family)family)->allowed;
      if (allowed == 0) continue;
      random_parameters(&stream, (pil_family)family, false, a);
      for (size_t i = 0; i < count; i++) words[i] = random_draw_word(&stream, round % 2 == 1);
      assert_true(pil_distribution_build(&arena, (pil_family)family, a, allowed, PIL_NOWHERE, &distribution, &error));
      check_column(&distribution, words, count);
      assert_true(pil_distribution_prepare(&arena, &distribution, &error));
      check_column(&distribution, words, count);
      if (family == PIL_FAMILY_bernoulli) continue;
      double low = pil_distribution_quantile(&distribution, 0.3, 0.7);
      double high = pil_distribution_quantile(&distribution, 0.9, 0.1);
      if (!pil_distribution_bound(&distribution, low, high, round % 4 < 2, PIL_NOWHERE, &error)) continue;
      check_column(&distribution, words, count);
      pil_arena_reset(&arena);
    }
  }
  pil_arena_free(&arena);
}

static void columns_hold_a_streams_words(void **state) {
  (void)state;
  static pil_jump jumps[MOST];
  pil_jumps_fill(jumps, MOST);
  for (size_t count = 0; count < MOST; count++) {
    pil_stream stream = pil_stream_at(count, 3, 4), same = stream;
    uint64_t want[MOST] = {0};
    pil_stream_fill(&same, want, count);
    for (pil_isa isa = next_isa(PIL_ISA_AUTO); isa != PIL_ISA_AUTO; isa = next_isa(isa)) {
      uint64_t words[MOST] = {0};
      pil_columns_words(isa, stream, jumps, words, count);
      assert_memory_equal(words, want, sizeof words);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loops_draw_what_the_scalar_engine_draws),
      cmocka_unit_test(loops_refuse_what_the_family_refuses),
      cmocka_unit_test(columns_hold_single_draws),
      cmocka_unit_test(columns_hold_a_streams_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
