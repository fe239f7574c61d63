"""Rankings of made-up scores, by numpy, scipy and exact fractions: make_ranking.py > ranking.h
SPDX-License-Identifier: Apache-2.0"""
from fractions import Fraction
import math
import mpmath
import numpy as np
import scipy.stats

mpmath.mp.prec = 400
TOP = 3
# kind, items, trials
CASES = [(0, 7, 300), (1, 7, 300), (2, 7, 301), (0, 1, 40), (2, 1, 41), (1, 2, 50), (3, 33, 100), (4, 33, 100),
         (0, 100, 64), (1, 100, 64), (2, 100, 64), (5, 40, 20)]
# kinds by two formulas, items, trials
AGREEMENTS = [(0, 0, 7, 40), (0, 1, 20, 40), (1, 1, 20, 40), (2, 1, 50, 40), (3, 0, 130, 20), (5, 1, 10, 4),
              (1, 1, 2, 40)]


def scores(kind, items, trials, seed):
    """The same as score_of of unit_ranking.c: operations that IEEE rounds once."""
    state, table = seed, np.empty((items, trials))
    for i in range(items):
        for j in range(trials):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            u = (state >> 11) * 2.0**-53
            if kind == 0:
                s = u * 100 + i * 3
            elif kind == 1:
                s = math.floor(u * 5)
            elif kind == 2:
                s = (math.nan if u < 0.1 else math.inf if u < 0.15 else -math.inf if u < 0.2
                     else math.floor(u * 20) - 10)
            elif kind == 3:
                s = 1000 + math.floor(u * 8) * 2.0**-43
            elif kind == 4:
                s = math.ldexp(u - 0.5, int(state >> 20) % 600 - 300)
            else:
                s = 7.0
            table[i, j] = s
    return table


def whole(column):
    """Scores as whole numbers in their order, NaN below all."""
    values = np.unique(column[~np.isnan(column)])
    return np.array([-1 if np.isnan(s) else int(np.searchsorted(values, s)) for s in column])


def c_double(x):
    if x is None or math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return float(x).hex()


def moments(numbers):
    exact = [Fraction(float(x)) for x in numbers]
    if not exact:
        return math.nan, math.nan
    mean = sum(exact) / len(exact)
    if len(exact) < 2:
        return float(mean), math.nan
    variance = sum((x - mean) ** 2 for x in exact) / (len(exact) - 1)
    return float(mean), float(mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator))


def place_quantile(chances, level):
    reached = Fraction(0)
    for place, chance in enumerate(chances):
        reached += chance
        if reached >= level:
            return place + 1
    return len(chances)


def ranked(table):
    items, trials = table.shape
    orders = np.array([whole(table[:, j]) for j in range(trials)]).T
    ranks = np.array([scipy.stats.rankdata(-orders[:, j]) for j in range(trials)]).T
    least = np.array([scipy.stats.rankdata(-orders[:, j], method="min") for j in range(trials)]).T
    most = np.array([scipy.stats.rankdata(-orders[:, j], method="max") for j in range(trials)]).T
    rows, places = [], []
    for i in range(items):
        chances = [Fraction(0)] * items
        for j in range(trials):
            first, last = int(least[i, j]), int(most[i, j])
            for place in range(first, last + 1):
                chances[place - 1] += Fraction(1, (last - first + 1) * trials)
        finite = table[i][np.isfinite(table[i])]
        mean, sd = moments(finite)
        rank_error = ranks[i].std(ddof=1) / math.sqrt(trials)
        quantiles = [place_quantile(chances, Fraction(level)) for level in ("0.05", "0.5", "0.95")]
        rows.append("{%s, {%d, %d, %d}, %d}" % (", ".join(c_double(x) for x in (
            mean, sd, ranks[i].mean(), rank_error, float(chances[0]), float(sum(chances[:TOP])))),
            *quantiles, int(np.isnan(table[i]).sum())))
        places += [c_double(float(c)) for c in chances] if items <= 7 else []
    return rows, places


print("/* Made by make_ranking.py. SPDX-License-Identifier: Apache-2.0 */")
print("#ifndef TESTS_GOLDEN_RANKING_H\n#define TESTS_GOLDEN_RANKING_H\n#include <math.h>\n#include <stddef.h>")
print(f"enum {{ GOLDEN_TOP = {TOP} }};")
print("typedef struct golden_ranked {\n  double mean, sd, rank_mean, rank_error, first, top;\n"
      "  size_t rank_quantiles[3], nan_count;\n} golden_ranked;")
print("typedef struct golden_ranking {\n  int kind;\n  size_t items, trials;\n  const golden_ranked *ranked;\n"
      "  const double *places; /* of 7 items at most */\n} golden_ranking;")
lines = []
for k, (kind, items, trials) in enumerate(CASES):
    rows, places = ranked(scores(kind, items, trials, 1))
    print(f"static const golden_ranked golden_ranked_{k}[] = {{\n  " + ",\n  ".join(rows) + "};")
    if places:
        print(f"static const double golden_places_{k}[] = {{\n  " + ",\n  ".join(places) + "};")
    lines.append(f"{{{kind}, {items}, {trials}, golden_ranked_{k}, "
                 + (f"golden_places_{k}}}" if places else "NULL}"))
print("static const golden_ranking golden_rankings[] = {\n  " + ",\n  ".join(lines) + "};")

print("typedef struct golden_agreement {\n  int first, second;\n  size_t items, trials;\n  const double *taus;\n"
      "} golden_agreement;")
lines = []
for k, (first, second, items, trials) in enumerate(AGREEMENTS):
    one, other = scores(first, items, trials, 1), scores(second, items, trials, 2)
    taus = []
    for j in range(trials):
        a, b = whole(one[:, j]), whole(other[:, j])
        taus.append(float(scipy.stats.kendalltau(a, b).statistic) if len(set(a)) > 1 and len(set(b)) > 1
                    else math.nan)
    print(f"static const double golden_taus_{k}[] = {{\n  " + ",\n  ".join(map(c_double, taus)) + "};")
    lines.append(f"{{{first}, {second}, {items}, {trials}, golden_taus_{k}}}")
print("static const golden_agreement golden_agreements[] = {\n  " + ",\n  ".join(lines) + "};")
print("#endif")
