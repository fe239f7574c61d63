/* Tests of random/stream: the frozen addressing and numpy's PCG64DXSM, word for word.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/random/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/text.h"
#include "golden/stream.h"

static pil_u128 join(uint64_t high, uint64_t low) {
  return (pil_u128)high << 64 | low;
}

static pil_stream stream_of(uint64_t seed, const char *name, uint64_t k) {
  return pil_stream_at(seed, pil_text_hash(name, strlen(name)), k);
}

static void check_vector(pil_stream stream, const uint64_t expected[6]) {
  assert_true(stream.state == join(expected[0], expected[1]));
  assert_true(stream.increment == join(expected[2], expected[3]));
  assert_int_equal(pil_stream_next(&stream), expected[4]);
  assert_int_equal(pil_stream_next(&stream), expected[5]);
}

static void addresses_are_frozen(void **unused) {
  (void)unused;
  static const uint64_t shock[6] = {0x8356fa23cda075e1, 0xc4e9a15a2555416d, 0x3de93ed6853cd39c,
                                    0x1c6f81e5ffc8985b, 0xe4e33ba3cf5127fd, 0xf43f219fa6711006};
  static const uint64_t arrival[6] = {0x2f953c36ed1e33bc, 0xfa9b279f81a38a03, 0xe57a540189a5b7c6,
                                      0x81bc5bc2697d7d4f, 0xb23dc42986949143, 0x43336ad8d75632cb};
  static const uint64_t last[6] = {0x290e6cf9b69162fd, 0x14f0d40b741fe2e5, 0xebac5c4ebd385f0f,
                                   0xe14cd899b19dd9bf, 0x176498ac3f6acab3, 0x128432a33a4aa745};
  check_vector(stream_of(1, "shock1", 0), shock);
  check_vector(stream_of(42, "arrival.peak", 1), arrival);
  check_vector(stream_of(UINT64_MAX, "x", 35), last);
}

static uint64_t mix_reference(uint64_t z) {
  z ^= z >> 30;
  z *= 0xbf58476d1ce4e5b9;
  z ^= z >> 27;
  z *= 0x94d049bb133111eb;
  return z ^ z >> 31;
}

/* design: one more step mix(... ^ t) before the addition */
static void trial_joins_the_hash(void **unused) {
  (void)unused;
  static const uint64_t salts[4] = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
                                    0x082efa98ec4e6c89};
  uint64_t hash = pil_text_hash("decision:x", 10), w[4];
  for (int j = 0; j < 4; j++) {
    uint64_t z = mix_reference(mix_reference(mix_reference(salts[j] ^ 7) ^ hash) ^ 3);
    w[j] = mix_reference(mix_reference(z ^ 12345) + 0x9e3779b97f4a7c15);
  }
  pil_stream stream = pil_stream_at_trial(7, hash, 3, 12345);
  assert_true(stream.state == join(w[0], w[1]));
  assert_true(stream.increment == (join(w[2], w[3]) | 1));
}

static void words_are_numpys(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof golden_streams / sizeof golden_streams[0]; i++) {
    const golden_stream *golden = &golden_streams[i];
    pil_stream stream = {join(golden->state[0], golden->state[1]),
                         join(golden->increment[0], golden->increment[1])};
    pil_stream_advance(&stream, golden->advance);
    for (int j = 0; j < 4; j++) assert_int_equal(pil_stream_next(&stream), golden->words[j]);
  }
}

static void filling_is_drawing(void **unused) {
  (void)unused;
  static const size_t counts[] = {0, 1, 3, 4, 63, 64, 65, 255, 511, 512, 513, 515, 1000, 3001};
  static uint64_t words[3002];
  pil_stream filled = stream_of(9, "fill", 0), drawn = filled;
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    words[counts[i]] = 77;
    pil_stream_fill(&filled, words, counts[i]);
    for (size_t j = 0; j < counts[i]; j++) assert_int_equal(words[j], pil_stream_next(&drawn));
    assert_int_equal(words[counts[i]], 77);
    assert_true(filled.state == drawn.state && filled.increment == drawn.increment);
  }
}

static void jumps_are_steps(void **unused) {
  (void)unused;
  pil_jump jumps[130];
  pil_jumps_fill(jumps, 130);
  pil_stream stream = stream_of(5, "jump", 2);
  pil_u128 state = stream.state;
  for (int j = 0; j < 130; j++) {
    assert_true(pil_jump_apply(&jumps[j], stream) == state);
    pil_stream other = stream;
    assert_int_equal(pil_stream_word(state),
                     (pil_stream_advance(&other, (uint64_t)j), pil_stream_next(&other)));
    state = pil_stream_step(state, stream.increment);
  }
}

static void uniforms_stay_inside(void **unused) {
  (void)unused;
  assert_true(pil_uniform(0) == 0x1p-53);
  assert_true(pil_uniform(UINT64_MAX) == 1 - 0x1p-53);
  assert_true(pil_uniform_complement(UINT64_MAX) == 0x1p-53);
  pil_stream stream = stream_of(3, "uniform", 0);
  for (int i = 0; i < 100000; i++) {
    uint64_t word = pil_stream_next(&stream);
    double p = pil_uniform(word), q = pil_uniform_complement(word);
    assert_true(p > 0 && p < 1 && q == 1 - p && p == 1 - q);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(addresses_are_frozen), cmocka_unit_test(trial_joins_the_hash),
      cmocka_unit_test(words_are_numpys),     cmocka_unit_test(filling_is_drawing),
      cmocka_unit_test(jumps_are_steps),      cmocka_unit_test(uniforms_stay_inside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
