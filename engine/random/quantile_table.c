/* Tables of a quantile function whose direct inversion is slow: a polynomial on each half of an
 * octave of the smaller tail, from 1/2 down to 2^-20 on both sides (after PINV, Derflinger,
 * Hoermann and Leydold 2010, with the tails left to direct inversion). A piece that misses the
 * direct inversion by more than 1e-11 between its nodes is left out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "../base/real.h"
#include "../base/real_kernels.h"
#include "family.h"
#include "stream.h"

enum { COEFFICIENTS = 12, OCTAVES = 19, PIECES = 2 * OCTAVES };
#define PI 0x1.921fb54442d18p+1
#define TOLERANCE 1e-11

typedef struct quantile_piece {
  double coefficients[COEFFICIENTS];
  bool direct;
} quantile_piece;

struct pil_quantile_table {
  quantile_piece pieces[2][PIECES]; /* [0] for p < q, [1] for q < p */
};

/* The middle of a piece and its half width; pieces run from 1/2 downwards. */
static double find_middle(int piece) {
  double octave = pil_real_of((uint64_t)(1021 - piece / 2) << 52);
  return octave * (piece % 2 == 0 ? 1.75 : 1.25);
}

static double find_half_width(int piece) {
  return 0.25 * pil_real_of((uint64_t)(1021 - piece / 2) << 52);
}

static double invert_tail(const pil_distribution *distribution, int side, double tail) {
  return side == 0 ? pil_distribution_invert(distribution, tail, 1 - tail)
                   : pil_distribution_invert(distribution, 1 - tail, tail);
}

static inline double evaluate(const double *c, double t) {
  double t2 = t * t, t4 = t2 * t2;
  double c01 = PIL_FMA(c[1], t, c[0]), c23 = PIL_FMA(c[3], t, c[2]);
  double c45 = PIL_FMA(c[5], t, c[4]), c67 = PIL_FMA(c[7], t, c[6]);
  double c89 = PIL_FMA(c[9], t, c[8]), cab = PIL_FMA(c[11], t, c[10]);
  double low = PIL_FMA(c23, t2, c01), middle = PIL_FMA(c67, t2, c45);
  double high = PIL_FMA(cab, t2, c89);
  return PIL_FMA(PIL_FMA(high, t4, middle), t4, low);
}

/* Sum of a_k T_k(t) as powers of t, by T_(k+1) = 2 t T_k - T_(k-1). */
static void expand_powers(const double *chebyshev, double *powers) {
  double before[COEFFICIENTS] = {1}, here[COEFFICIENTS] = {0, 1};
  for (int i = 0; i < COEFFICIENTS; i++) powers[i] = 0;
  powers[0] = chebyshev[0];
  for (int k = 1; k < COEFFICIENTS; k++) {
    for (int i = 0; i < COEFFICIENTS; i++) powers[i] += chebyshev[k] * here[i];
    double next[COEFFICIENTS];
    for (int i = 0; i < COEFFICIENTS; i++) {
      next[i] = (i > 0 ? 2 * here[i - 1] : 0) - before[i];
    }
    for (int i = 0; i < COEFFICIENTS; i++) {
      before[i] = here[i];
      here[i] = next[i];
    }
  }
}

/* Interpolation at the zeros of T_12. */
static void interpolate(const double *values, const double *cosines, double *coefficients) {
  double chebyshev[COEFFICIENTS];
  for (int k = 0; k < COEFFICIENTS; k++) {
    double sum = 0;
    for (int j = 0; j < COEFFICIENTS; j++) {
      sum += values[j] * cosines[(k * (2 * j + 1)) % (4 * COEFFICIENTS)];
    }
    chebyshev[k] = sum * (k == 0 ? 1.0 : 2.0) / COEFFICIENTS;
  }
  expand_powers(chebyshev, coefficients);
}

/* cosines[i] = cos(i π / 24): all that the nodes and the transform need. */
static quantile_piece build_piece(const pil_distribution *distribution, int side, int index,
                                  const double *cosines, double scale) {
  quantile_piece piece = {.direct = false};
  double middle = find_middle(index), half = find_half_width(index), values[COEFFICIENTS];
  for (int j = 0; j < COEFFICIENTS; j++) {
    values[j] = invert_tail(distribution, side, middle + half * cosines[2 * j + 1]);
    if (!isfinite(values[j])) piece.direct = true;
  }
  if (piece.direct) return piece;
  interpolate(values, cosines, piece.coefficients);
  static const double between[] = {-1, -0.5, 0, 0.5, 1};
  for (size_t i = 0; i < sizeof between / sizeof between[0]; i++) {
    double exact = invert_tail(distribution, side, middle + half * between[i]);
    double missed = fabs(evaluate(piece.coefficients, between[i]) - exact);
    if (!(missed <= TOLERANCE * fmax(fabs(exact), scale))) piece.direct = true;
  }
  return piece;
}

/* A spread that exists for every distribution: half of the central 68 %. */
static double find_scale(const pil_distribution *distribution) {
  const double tail = 0.15865525393145707;
  return 0.5 * (pil_distribution_invert(distribution, 1 - tail, tail) -
                pil_distribution_invert(distribution, tail, 1 - tail));
}

bool pil_distribution_prepare(pil_arena *arena, pil_distribution *distribution, pil_error *error) {
  pil_draw_kind draws = pil_family_get(distribution->family)->draws;
  if (draws == PIL_DRAW_BOOLEAN || draws == PIL_DRAW_CHOICE) return true;
  if (pil_distribution_is_whole(distribution)) {
    return pil_count_table_build(arena, distribution, error);
  }
  if (!pil_family_methods_get(distribution->family)->tabled) return true;
  if (pil_distribution_jumps_free(distribution)) return true;
  struct pil_quantile_table *table = pil_arena_new(arena, sizeof *table);
  if (table == NULL) return pil_error_memory(error);
  double cosines[4 * COEFFICIENTS];
  for (int i = 0; i < 4 * COEFFICIENTS; i++) {
    cosines[i] = pil_cos(i * (PI / (2 * COEFFICIENTS)));
  }
  double scale = find_scale(distribution);
  for (int side = 0; side < 2; side++) {
    for (int piece = 0; piece < PIECES; piece++) {
      table->pieces[side][piece] = build_piece(distribution, side, piece, cosines, scale);
    }
  }
  distribution->table = table;
  return true;
}

static inline bool read_table(const struct pil_quantile_table *table, double p, double q, double *x) {
  int side = p < q ? 0 : 1;
  double tail = p < q ? p : q;
  if (!(tail >= 0x1p-20 && tail < 0.5)) return false;
  uint64_t bits = pil_bits_of(tail), fraction = (UINT64_C(1) << 51) - 1;
  const quantile_piece *piece = &table->pieces[side][(1022 << 1) - 1 - (bits >> 51)];
  if (piece->direct) return false;
  double within = pil_real_of((bits & fraction) | UINT64_C(0x3ff0000000000000)); /* [1, 1.5) */
  *x = evaluate(piece->coefficients, (within - 1.25) * 4);
  return true;
}

bool pil_quantile_table_read(const struct pil_quantile_table *table, double p, double q, double *x) {
  return read_table(table, p, q, x);
}

void pil_quantile_table_fill(const pil_distribution *distribution, const uint64_t *words, double *draws, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!read_table(distribution->table, pil_uniform(words[i]), pil_uniform_complement(words[i]), &draws[i]))
      draws[i] = pil_distribution_draw(distribution, words[i]);
}
