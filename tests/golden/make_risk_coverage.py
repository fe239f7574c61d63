"""Risk-coverage curves in 40 digits, by other ways than the engine's: make_risk_coverage.py > risk_coverage.h
The curve of confidence ~ Beta(8, 2) with error probability (1 - c) / 2 by ratios of incomplete beta functions (as
scipy.stats.beta.sf gives them, here to more digits) and numerical integration; small samples by integrating the risk
piece by piece, and their errors by moving each weight a little.
SPDX-License-Identifier: Apache-2.0"""
import random

import mpmath as mp

mp.mp.dps = 40
A, B = 8, 2


def survival(doubt, a, b):
    """That 1 - confidence is below `doubt`."""
    return mp.betainc(b, a, 0, doubt, regularized=True)


def risk_below(doubt):
    return (1 - mp.mpf(A) / (A + B) * survival(doubt, A + 1, B) / survival(doubt, A, B)) / 2


def beta_risk(coverage):
    f = lambda doubt: survival(doubt, A, B) - coverage
    return risk_below(mp.findroot(f, (mp.mpf("1e-3"), mp.mpf(1)), solver="anderson", tol=1e-60))


def beta_area():
    """With the threshold in place of the coverage."""
    density = lambda doubt: (1 - doubt) ** (A - 1) * doubt ** (B - 1) / mp.beta(A, B)
    return mp.quad(lambda doubt: risk_below(doubt) * density(doubt), [0, 0.05, 0.2, 0.5, 1])


def steps_of(sample, weights):
    total, steps = mp.fsum(weights), {}
    for (confidence, wrong), weight in zip(sample, weights):
        width, errors = steps.get(confidence, (mp.mpf(0), mp.mpf(0)))
        steps[confidence] = (width + weight / total, errors + weight / total * wrong)
    return [steps[c] for c in sorted(steps, reverse=True) if steps[c][0] > 0]


def errors_at(steps, coverage):
    taken, errors = mp.mpf(0), mp.mpf(0)
    for width, wrong in steps:
        part = min(max((coverage - taken) / width, 0), 1)
        taken, errors = taken + width, errors + part * wrong
    return errors


def area_of(sample, weights):
    steps, taken, area = steps_of(sample, weights), mp.mpf(0), mp.mpf(0)
    for width, wrong in steps:
        low, base, rate = taken, errors_at(steps, taken), wrong / width
        if low == 0:
            area += rate * width
        else:
            area += mp.quad(lambda c: (base + rate * (c - low)) / c, [low, low + width])
        taken += width
    return area


def error_of(sample, weights):
    h, total, squares = mp.mpf(10) ** -12, mp.fsum(weights), mp.mpf(0)
    for i, weight in enumerate(weights):
        if weight == 0:
            continue
        moved = [area_of(sample, weights[:i] + [weight + s * h] + weights[i + 1:]) for s in (1, -1)]
        squares += (weight * (moved[0] - moved[1]) / (2 * h)) ** 2
    n = sum(w > 0 for w in weights)
    return mp.sqrt(squares * n / (n - 1))


def risk_error(sample, weights, coverage):
    steps, n, total = steps_of(sample, weights), sum(w > 0 for w in weights), mp.fsum(weights)
    half = mp.mpf(n) ** (-mp.mpf(1) / 3) / 2
    low, high = max(coverage - half, mp.mpf(0)), min(coverage + half, mp.mpf(1))
    rate = (errors_at(steps, high) - errors_at(steps, low)) / (high - low)
    risk = errors_at(steps, coverage) / coverage
    variance = mp.mpf(0)
    for (confidence, wrong), weight in zip(sample, weights):
        before = mp.fsum(w for (c, _), w in zip(sample, weights) if c > confidence) / total
        own = mp.fsum(w for (c, _), w in zip(sample, weights) if c == confidence) / total
        part = min(max((coverage - before) / own, 0), 1) if own > 0 else 0
        taken, left = (wrong - rate) / coverage + rate - risk, rate - risk
        variance += (weight / total) ** 2 * (part * taken ** 2 + (1 - part) * left ** 2)
    return mp.sqrt(variance * n / (n - 1))


def samples():
    r = random.Random(5)
    yield [(0.9, 0), (0.8, 1), (0.7, 0), (0.6, 1)], [1, 1, 1, 1]
    yield [(0.5, 0), (0.5, 1), (0.5, 1)], [1, 1, 1]
    yield [(0.9, 1), (0.1, 0)], [1, 3]
    yield [(r.random(), r.randrange(2)) for _ in range(12)], [1] * 12
    yield [(r.randrange(5) / 4, r.random()) for _ in range(14)], [r.randrange(4) for _ in range(14)]
    yield [(-r.expovariate(1), r.random() ** 3) for _ in range(10)], [r.random() * 1e-6 for _ in range(10)]


exact = lambda x: mp.mpf(x)
number = lambda x: float(x).hex()
print("""/* Made by make_risk_coverage.py. SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GOLDEN_RISK_COVERAGE_H
#define TESTS_GOLDEN_RISK_COVERAGE_H
#include <stddef.h>
/* Confidence ~ Beta(8, 2), error probability (1 - c) / 2: the risk at coverages 0.1, 0.2, ... 1, and the area. */
static const double golden_beta_risks[] = {""")
print("  " + ",\n  ".join(number(beta_risk(mp.mpf(k) / 10)) for k in range(1, 11)) + "};")
print("static const double golden_beta_area = %s;" % number(beta_area()))
print("""enum { GOLDEN_GRADED = 14, GOLDEN_COVERAGES = 3 };
static const double golden_coverages[GOLDEN_COVERAGES] = {0.25, 0.6, 1};
typedef struct golden_risk {
  size_t count;
  double graded[GOLDEN_GRADED][3]; /* confidence, wrong, weight */
  double area, area_error;
  double risks[GOLDEN_COVERAGES], errors[GOLDEN_COVERAGES];
} golden_risk;
static const golden_risk golden_risks[] = {""")
rows = []
for sample, weights in samples():
    sample, weights = [(exact(c), exact(w)) for c, w in sample], [exact(w) for w in weights]
    steps, at = steps_of(sample, weights), [mp.mpf("0.25"), exact(0.6), mp.mpf(1)]
    rows.append("  {%d, {%s},\n   %s, %s,\n   {%s},\n   {%s}}" % (
        len(sample), ",\n       ".join("{%s, %s, %s}" % (number(c), number(p), number(w))
                                       for (c, p), w in zip(sample, weights)),
        number(area_of(sample, weights)), number(error_of(sample, weights)),
        ", ".join(number(errors_at(steps, c) / c) for c in at),
        ", ".join(number(risk_error(sample, weights, c)) for c in at)))
print(",\n".join(rows) + "};")
print("#endif")
