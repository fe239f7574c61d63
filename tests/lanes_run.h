/* Running typed programs in tests: on every instruction set that is here, with random operands.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_LANES_RUN_H
#define TESTS_LANES_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lanes_program.h"

static uint64_t random_state = 1;
static inline uint64_t random_word(void) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (random_state ^ (random_state >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
}

static inline double bits_number(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint64_t number_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static const pil_isa sets[] = {PIL_ISA_PORTABLE, PIL_ISA_AVX2, PIL_ISA_AVX512};

static inline bool is_here(pil_isa isa) {
  pil_isa found;
  return pil_isa_find(pil_isa_name(isa), &found);
}

static inline const pil_column *run(pil_ir_program *p, pil_isa isa, columns *c, size_t lane_count,
                                    uint64_t first_trial, int expected_reason) {
  pil_error error;
  int reason;
  pil_machine *machine = pil_machine_new(p, isa, &error);
  assert_non_null(machine);
  pil_batch batch = {first_trial, lane_count, c->inputs, c->jumps, NULL};
  pil_frame_reset(&c->frame, lane_count);
  assert_true(pil_machine_run(machine, &batch, &c->frame, &reason, &error));
  assert_int_equal(reason, expected_reason);
  pil_machine_free(machine);
  return c->frame.columns;
}

#endif
