/* Draws by AVX-512: words of eight lanes at a time, and the normal quantile with its table in
 * registers. The same bits as the loops that they stand for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#include "../random/normal_kernels.h"
#include "kernels.h"

/* ---- words ----
 * States are three limbs of 52, 52 and 24 bits, which the IFMA instructions multiply; limbs may
 * carry bits beyond their width, which these instructions ignore. The state of lane j is
 * power[j] state + sum[j] increment; more lanes follow by steps over 8, 16, 32, … lanes. The
 * constants are powers of the generator's multiplier and their sums. */
/* clang-format off */
static const uint64_t lane_powers[3][8] __attribute__((aligned(64))) = {
    {0x1, 0x42042e4dd58b5, 0x202b8af3eeff9, 0xbbe1277f2430d, 0x3f57f8b8ee031, 0x711cbf7625aa5, 0x9d96cec23cea9, 0x51b93040357d},
    {0x0, 0xda9, 0xa73f3265b4fa3, 0x3996e558d0bdf, 0xa42b92b9696f7, 0xefaeb69735df, 0x78337a3c915f4, 0x626ce28238361},
    {0x0, 0x0, 0xbaa09c, 0xdb76c4, 0x5b3942, 0x79cb01, 0x78e380, 0xfee638},
};
static const uint64_t lane_sums[3][8] __attribute__((aligned(64))) = {
    {0x0, 0x1, 0x42042e4dd58b6, 0x622fb941c48af, 0x1e10e0c0e8bbc, 0x5d68d979d6bed, 0xce8598effc692, 0x6c1c67b23953b},
    {0x0, 0x0, 0xda9, 0xa73f3265b5d4c, 0xe0d617be8692c, 0x8501aa77f0023, 0x93fc95e163602, 0xc30101df4bf7},
    {0x0, 0x0, 0x0, 0xbaa09c, 0x961760, 0xf150a3, 0x6b1ba4, 0xe3ff25},
};
static const uint64_t step_powers[5][3] = {
    {0xab1d0b0b1c961, 0xd0402963a526f, 0x3b4f2e},
    {0x84ffd768b76c1, 0x3a0390be8590c, 0x7cf599},
    {0x8b4ee18ac7d81, 0x308ab46a2a476, 0xb73c73},
    {0x78f9d12df3b01, 0xfe14f36c3bfa6, 0xd57169},
    {0xba42dfd577601, 0xb4e26614caf9e, 0x433dc5},
};
static const uint64_t step_sums[5][2] = {
    {0xe2e55d6e9cf2a02c, 0xf587137fab63cab8},
    {0xa2f51844a30f5b27, 0xd50cbd4e9f961270},
    {0x1409fa6015562350, 0xc8aa4ecfbf0998e0},
    {0x5bdc97fab0939c54, 0x11de56ce690501c0},
    {0x8818f5431e43e0c7, 0xeb3a680cffb14380},
};
/* clang-format on */

typedef struct limbs {
  __m512i low, middle, high;
} limbs;

#define IFMA __attribute__((target("avx512ifma"), always_inline)) static inline

IFMA limbs multiply_add(limbs x, limbs m, limbs add) {
  limbs p;
  p.low = _mm512_madd52lo_epu64(add.low, x.low, m.low);
  p.middle = _mm512_madd52hi_epu64(add.middle, x.low, m.low);
  p.middle = _mm512_madd52lo_epu64(p.middle, x.low, m.middle);
  p.middle = _mm512_madd52lo_epu64(p.middle, x.middle, m.low);
  p.high = _mm512_madd52hi_epu64(add.high, x.low, m.middle);
  p.high = _mm512_madd52hi_epu64(p.high, x.middle, m.low);
  p.high = _mm512_madd52lo_epu64(p.high, x.low, m.high);
  __m512i other = _mm512_madd52lo_epu64(_mm512_setzero_si512(), x.middle, m.middle);
  other = _mm512_madd52lo_epu64(other, x.high, m.low);
  p.high = _mm512_add_epi64(p.high, other);
  p.middle = _mm512_add_epi64(p.middle, _mm512_srli_epi64(p.low, 52));
  p.high = _mm512_add_epi64(p.high, _mm512_srli_epi64(p.middle, 52));
  /* What was carried must not be carried again. */
  const __m512i mask = _mm512_set1_epi64(0xfffffffffffff);
  p.low = _mm512_and_si512(p.low, mask);
  p.middle = _mm512_and_si512(p.middle, mask);
  return p;
}

/* DXSM, as pil_stream_word. */
IFMA __m512i make_words(limbs x) {
  __m512i low = _mm512_or_si512(x.low, _mm512_slli_epi64(x.middle, 52));
  __m512i high = _mm512_or_si512(_mm512_srli_epi64(x.middle, 12), _mm512_slli_epi64(x.high, 40));
  low = _mm512_or_si512(low, _mm512_set1_epi64(1));
  high = _mm512_xor_si512(high, _mm512_srli_epi64(high, 32));
  high = _mm512_mullo_epi64(high, _mm512_set1_epi64((long long)0xda942042e4dd58b5));
  high = _mm512_xor_si512(high, _mm512_srli_epi64(high, 48));
  return _mm512_mullo_epi64(high, low);
}

IFMA limbs spread(pil_u128 x) {
  const uint64_t mask = 0xfffffffffffff;
  return (limbs){_mm512_set1_epi64((long long)((uint64_t)x & mask)),
                 _mm512_set1_epi64((long long)((uint64_t)(x >> 52) & mask)),
                 _mm512_set1_epi64((long long)(uint64_t)(x >> 104))};
}

IFMA limbs load(const uint64_t table[3][8]) {
  return (limbs){_mm512_load_si512(table[0]), _mm512_load_si512(table[1]),
                 _mm512_load_si512(table[2])};
}

__attribute__((target("avx512ifma"))) static void fill_words_ifma(
    pil_u128 first, pil_u128 increment, uint64_t *words) {
  enum { VECTORS = PIL_LANES_WIDTH / 8 };
  limbs state[VECTORS > 0 ? VECTORS : 1];
  limbs none = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
  state[0] = multiply_add(load(lane_sums), spread(increment), none);
  state[0] = multiply_add(load(lane_powers), spread(first), state[0]);
  for (int step = 0; 1 << step < VECTORS; step++) {
    const uint64_t *power = step_powers[step];
    pil_u128 sum = (pil_u128)step_sums[step][0] << 64 | step_sums[step][1];
    limbs by = {_mm512_set1_epi64((long long)power[0]), _mm512_set1_epi64((long long)power[1]),
                _mm512_set1_epi64((long long)power[2])};
    limbs add = spread(sum * increment);
    for (int i = 0; i < 1 << step; i++) state[i + (1 << step)] = multiply_add(state[i], by, add);
  }
  for (int i = 0; i < VECTORS; i++) _mm512_store_si512(words + 8 * i, make_words(state[i]));
}

static void fill_words_avx512(pil_u128 first, pil_u128 increment, const pil_jump *jumps,
                              uint64_t *words) {
  if (PIL_LANES_WIDTH >= 8 && PIL_LANES_WIDTH <= 256 && __builtin_cpu_supports("avx512ifma"))
    fill_words_ifma(first, increment, words);
  else
    fill_words(first, increment, jumps, words);
}

/* ---- standard normals ----
 * pil_normal_kernel with its coefficients looked up in registers: 32 segments hold the tails from
 * 2^-9 on, and the lanes beyond (one in 256) are computed one by one. */
#define INLINE __attribute__((always_inline)) static inline

INLINE __m512d look_up(int j, __m512i segment, __mmask8 upper) {
  const double *row = pil_normal_table[j];
  __m512d first = _mm512_permutex2var_pd(_mm512_loadu_pd(row), segment, _mm512_loadu_pd(row + 8));
  __m512d second =
      _mm512_permutex2var_pd(_mm512_loadu_pd(row + 16), segment, _mm512_loadu_pd(row + 24));
  return _mm512_mask_mov_pd(first, upper, second);
}

/* ((bits >> 12) + 0.5) 2^-52, as pil_uniform. */
INLINE __m512d make_uniforms(__m512i words) {
  __m512i bits =
      _mm512_or_si512(_mm512_srli_epi64(words, 12), _mm512_set1_epi64(0x4330000000000000));
  return _mm512_mul_pd(_mm512_sub_pd(_mm512_castsi512_pd(bits), _mm512_set1_pd(0x1p52 - 0.5)),
                       _mm512_set1_pd(0x1p-52));
}

enum { TOGETHER = 4 }; /* vectors that share a load of the table */

/* Fills eight times TOGETHER normals; the mask is of lanes that are not in the table. */
INLINE uint64_t fill_from_registers(const uint64_t *words, double *normals) {
  __m512i segment[TOGETHER];
  __m512d t[TOGETHER], t2[TOGETHER], low[TOGETHER], high[TOGETHER];
  __mmask8 upper[TOGETHER], negative[TOGETHER];
  uint64_t outside = 0;
#define EACH _Pragma("GCC unroll 8") for (int v = 0; v < TOGETHER; v++)
  EACH {
    __m512i word = _mm512_load_si512(words + 8 * v);
    __m512d p = make_uniforms(word);
    __m512d q = make_uniforms(_mm512_xor_si512(word, _mm512_set1_epi64(-1)));
    negative[v] = _mm512_cmp_pd_mask(p, q, _CMP_LT_OQ);
    __m512i bits = _mm512_castpd_si512(_mm512_min_pd(p, q));
    segment[v] = _mm512_sub_epi64(_mm512_set1_epi64(1022 << 2), _mm512_srli_epi64(bits, 50));
    outside |= (uint64_t)_mm512_cmpgt_epu64_mask(segment[v], _mm512_set1_epi64(31)) << 8 * v;
    upper[v] = _mm512_test_epi64_mask(segment[v], _mm512_set1_epi64(16));
    __m512i one_to =
        _mm512_or_si512(_mm512_and_si512(bits, _mm512_set1_epi64((INT64_C(1) << 50) - 1)),
                        _mm512_set1_epi64(0x3ff0000000000000));
    t[v] = _mm512_sub_pd(_mm512_castsi512_pd(one_to), _mm512_set1_pd(1.125));
    t2[v] = _mm512_mul_pd(t[v], t[v]);
  }
#define C(j) look_up(j, segment[v], upper[v])
  EACH low[v] = _mm512_fmadd_pd(C(1), t[v], C(0));
  EACH low[v] = _mm512_fmadd_pd(_mm512_fmadd_pd(C(3), t[v], C(2)), t2[v], low[v]);
  EACH high[v] = _mm512_fmadd_pd(C(9), t[v], C(8));
  EACH high[v] = _mm512_fmadd_pd(C(10), t2[v], high[v]);
  EACH {
    __m512d c45 = _mm512_fmadd_pd(C(5), t[v], C(4)), c67 = _mm512_fmadd_pd(C(7), t[v], C(6));
    __m512d t4 = _mm512_mul_pd(t2[v], t2[v]);
    high[v] = _mm512_fmadd_pd(high[v], t4, _mm512_fmadd_pd(c67, t2[v], c45));
    __m512d z = _mm512_fmadd_pd(high[v], t4, low[v]);
    __m512i sign = _mm512_maskz_set1_epi64(negative[v], INT64_MIN);
    _mm512_store_pd(normals + 8 * v,
                    _mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(z), sign)));
  }
#undef C
#undef EACH
  return outside;
}

static void fill_normals_avx512(const uint64_t *words, double *normals) {
  if (PIL_LANES_WIDTH < 8 * TOGETHER) {
    for (size_t i = 0; i < PIL_LANES_WIDTH; i++) normals[i] = pil_normal_kernel(words[i]);
    return;
  }
  for (size_t first = 0; first < PIL_LANES_WIDTH; first += 8 * TOGETHER) {
    uint64_t outside = fill_from_registers(words + first, normals + first);
    for (; outside != 0; outside &= outside - 1) {
      size_t lane = first + (size_t)__builtin_ctzll(outside);
      normals[lane] = pil_normal_kernel(words[lane]);
    }
  }
}
