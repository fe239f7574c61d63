"""Quantiles from mpmath for tests/unit_distribution.c: make_distribution.py > distribution.h

Every row: a family, its parameters, a spread, and for each tail t the quantile at p = t and the
one at q = t, both correctly rounded. Incomplete gamma and beta functions are summed here in 40
digits (series and continued fractions), and inverted by Newton's method on the log of the tail.
SPDX-License-Identifier: Apache-2.0"""
import textwrap

import mpmath as mp
from scipy import stats

mp.mp.dps = 40
TAILS = ["1e-12", "1e-9", "1e-6", "1e-3", "0.025", "0.1", "0.25", "0.4", "0.5"]
F = mp.mpf


def gamma_tails(a, x):
    density = mp.exp(a * mp.log(x) - x - mp.loggamma(a))
    if x < a + 1:
        term = total = F(1)
        n = 0
        while term > total * F(10) ** -38:
            n += 1
            term *= x / (a + n)
            total += term
        lower = density / a * total
        return lower, 1 - lower, density
    value = F(0)
    for k in range(int(300 + 8 * mp.sqrt(a)), 0, -1):
        value = k * (a - k) / (x + 2 * k + 1 - a + value)
    upper = density / (x + 1 - a + value)
    return 1 - upper, upper, density


def beta_tails(a, b, x, y):
    if x * (b + 1) > y * (a + 1):
        upper, lower, density = beta_tails(b, a, y, x)
        return lower, upper, density
    density = mp.exp(a * mp.log(x) + b * mp.log(y) + mp.loggamma(a + b) - mp.loggamma(a)
                     - mp.loggamma(b))
    value = F(1)
    for m in range(int(80 + 6 * mp.sqrt(max(a, b))), 0, -1):
        value = 1 - (a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)) / value
        value = 1 + m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)) / value
    value = 1 - (a + b) * x / (a + 1) / value
    lower = density / a / value
    return lower, 1 - lower, density


def invert(tails_at, u, target, lower):
    """Newton on the log of one tail; it is concave in u, so any start on its steep side works."""
    for _ in range(200):
        below, above, density = tails_at(u)
        tail = below if lower else above
        step = -mp.log(tail / target) * tail / density * (1 if lower else -1)
        step = max(min(step, F(30)), F(-30))
        u += step
        if abs(step) < F(10) ** -28:
            return u
    raise ArithmeticError("no convergence")


def gamma_quantile(a, t, lower):
    near_zero = (mp.log(t if lower else 1 - t) + mp.loggamma(1 + a)) / a
    if near_zero < -60:
        return mp.exp(near_zero)
    start = stats.gamma.ppf(float(t), float(a)) if lower else stats.gamma.isf(float(t), float(a))
    start = mp.log(F(float(start))) if start > 1e-300 else near_zero
    return mp.exp(invert(lambda u: gamma_tails(a, mp.exp(u)), start, t, lower))


def beta_quantile(a, b, t, lower):
    """x and 1 - x."""
    if not lower:
        y, x = beta_quantile(b, a, t, True)
        return x, y
    near_zero = (mp.log(t) + mp.log(a) + mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)) / a
    if near_zero < -100:
        return mp.exp(near_zero), 1 - mp.exp(near_zero)
    guess = stats.beta.ppf(float(t), float(a), float(b))
    start = mp.log(F(guess)) - mp.log1p(-F(guess)) if 1e-300 < guess < 1 else near_zero

    def at(u):
        return beta_tails(a, b, 1 / (1 + mp.exp(-u)), 1 / (1 + mp.exp(u)))
    u = invert(at, start, t, True)
    return 1 / (1 + mp.exp(-u)), 1 / (1 + mp.exp(u))


def student_quantile(df, t, lower):
    if t == F("0.5"):
        return F(0)
    x, y = beta_quantile(df / 2, F(1) / 2, 2 * t, True)
    size = mp.sqrt(df * y / x)
    return -size if lower else size


def normal_quantile(t, lower):
    z = F(float(stats.norm.isf(float(t))))
    for _ in range(5):
        tail = mp.erfc(z / mp.sqrt(2)) / 2
        z += mp.log(tail / t) * tail / mp.npdf(z)
    return -z if lower else z


def least_count(tails_at, guess, t, lower):
    def reaches(k):
        if k < 0:
            return False
        below, above = tails_at(k)
        return below >= t * (1 - F(10) ** -30) if lower else above <= t * (1 + F(10) ** -30)
    k = max(int(guess), 0)
    while reaches(k - 1):
        k -= 1
    while not reaches(k):
        k += 1
    return F(k)


def poisson_tails(mean):
    def at(k):
        lower, upper, _ = gamma_tails(F(k + 1), mean)
        return upper, lower
    return at


def binomial_tails(n, p):
    def at(k):
        if k >= n:
            return F(1), F(0)
        lower, upper, _ = beta_tails(F(k + 1), F(n - k), p, 1 - p)
        return upper, lower
    return at


def negative_tails(n, p):
    def at(k):
        lower, upper, _ = beta_tails(n, F(k + 1), p, 1 - p)
        return lower, upper
    return at


def triangular(a, t, lower):
    p, q = (t, 1 - t) if lower else (1 - t, t)
    width = a[2] - a[0]
    if p * width <= a[1] - a[0]:
        return a[0] + mp.sqrt(p * width * (a[1] - a[0]))
    return a[2] - mp.sqrt(q * width * (a[2] - a[1]))


def pert(a, t, lower):
    shape = a[3] if len(a) > 3 else F(4)
    width = a[2] - a[0]
    x, y = beta_quantile(1 + shape * (a[1] - a[0]) / width, 1 + shape * (a[2] - a[1]) / width, t,
                         lower)
    return a[0] + width * x if x < y else a[2] - width * y


def hazard(t, lower):
    return -mp.log1p(-t) if lower else -mp.log(t)


def lognormal(a, t, lower):
    variance = mp.log1p((a[1] / a[0]) ** 2)
    return mp.exp(mp.log(a[0]) - variance / 2 + mp.sqrt(variance) * normal_quantile(t, lower))


QUANTILES = {
    "normal": lambda a, t, lower: a[0] + a[1] * normal_quantile(t, lower),
    "lognormal": lognormal,
    "uniform": lambda a, t, lower: a[0] + (a[1] - a[0]) * (t if lower else 1 - t),
    "triangular": triangular,
    "pert": pert,
    "beta": lambda a, t, lower: beta_quantile(a[0], a[1], t, lower)[0],
    "gamma": lambda a, t, lower: a[1] * gamma_quantile(a[0], t, lower),
    "exponential": lambda a, t, lower: a[0] * hazard(t, lower),
    "weibull": lambda a, t, lower: a[1] * hazard(t, lower) ** (1 / a[0]),
    "student_t": lambda a, t, lower: student_quantile(a[0], t, lower),
    "logistic": lambda a, t, lower: a[0] + a[1] * (mp.log(t) - mp.log1p(-t)) * (1 if lower else -1),
    "cauchy": lambda a, t, lower: a[0] + a[1] * (F(0) if t == F("0.5") else
                                                 mp.cot(mp.pi * t) * (-1 if lower else 1)),
    "pareto": lambda a, t, lower: a[0] * mp.exp(hazard(t, lower) / a[1]),
    "proportion": lambda a, t, lower: beta_quantile(a[0] + F("0.5"), a[1] - a[0] + F("0.5"), t,
                                                    lower)[0],
    "poisson": lambda a, t, lower: least_count(
        poisson_tails(a[0]), (stats.poisson.ppf if lower else stats.poisson.isf)(
            float(t), float(a[0])), t, lower),
    "binomial": lambda a, t, lower: least_count(
        binomial_tails(int(a[0]), a[1]), (stats.binom.ppf if lower else stats.binom.isf)(
            float(t), int(a[0]), float(a[1])), t, lower),
    "negative_binomial": lambda a, t, lower: least_count(
        negative_tails(a[0], a[1]), (stats.nbinom.ppf if lower else stats.nbinom.isf)(
            float(t), float(a[0]), float(a[1])), t, lower),
    "geometric": lambda a, t, lower: max(
        mp.ceil(hazard(t, lower) / -mp.log1p(-a[0])) - 1, F(0)),
}

# Counts whose tail meets one of TAILS exactly (symmetric ones at 1/2) must give the lower count:
# mpmath's tails decide that within 1e-30.
CASES = [
    ("normal", [(0, 1), (1e6, 1e-3), (-5, 250)]),
    ("lognormal", [(10, 3), (1, 1e-4), (1, 50), (110000, 22000)]),
    ("uniform", [(0, 1), (-1e9, 1e-3), (3, 3.5)]),
    ("triangular", [(0, 1, 3), (0, 0, 1), (-5, 7, 7), (1, 1.000001, 1000)]),
    ("pert", [(0, 1, 3), (10, 10, 20), (5, 20, 20), (1, 2, 10, 50), (0, 1, 2, 0.1)]),
    ("beta", [(0.1, 0.1), (0.5, 20), (1, 1), (2, 3), (1873.5, 41.5), (1e4, 1e5), (0.02, 4),
              (300, 0.3), (1e5, 1e5), (350, 320), (1, 7), (1e6, 2.5), (0.3, 500), (0.4, 0.3), (20, 20),
              (45, 3), (400, 25), (0.05, 1e5)]),
    ("gamma", [(0.01, 1), (0.1, 3), (0.5, 2), (0.999, 1), (1, 1), (2.5, 10), (19.9, 1), (20, 1),
               (150, 0.01), (1e4, 1), (1e6, 1), (0.3, 1), (5, 2), (46, 1), (60, 3)]),
    ("exponential", [(1,), (1e-6,), (40,)]),
    ("weibull", [(0.3, 1), (1, 2), (1.5, 1000), (50, 3)]),
    ("student_t", [(0.5,), (1,), (2,), (3,), (5.5,), (30,), (1e6,)]),
    ("logistic", [(0, 1), (100, 0.1)]),
    ("cauchy", [(0, 1), (-3, 20)]),
    ("pareto", [(1, 0.5), (2, 1), (10, 3), (1, 200)]),
    ("proportion", [(0, 5), (5, 5), (1873, 1914), (3, 1000000), (40000, 90000)]),
    ("poisson", [(0.1,), (1,), (10,), (24.5,), (1000,), (1e6,), (5,), (29,), (35,), (150,)]),
    ("binomial", [(1, 0.3), (10, 0.5), (11, 0.5), (999999, 0.5), (100, 0.01),
                  (1000, 0.999), (1e6, 0.2), (1e6, 1e-6), (1e5, 0.3), (60, 0.4), (5000, 0.01),
                  (300, 0.95)]),
    ("negative_binomial", [(1, 0.5), (0.3, 0.1), (5, 0.9), (1000, 0.5), (2, 1e-5), (1e5, 0.3), (40, 0.2),
                           (0.5, 0.02), (25, 0.003)]),
    ("geometric", [(0.5,), (0.01,), (1e-6,), (0.995,)]),
]


def number(x):
    return float(x).hex()


def put(row):
    print(textwrap.fill(row, 100, initial_indent="    ", subsequent_indent="     ",
                        break_long_words=False, break_on_hyphens=False))


def list_cases():
    """Quantiles of what is built from other things: truncation, mixture, metalog."""
    for low in (-2, 0, 3, 8, 20):
        z = F(low)
        below, mass = mp.erfc(-z / mp.sqrt(2)) / 2, mp.erfc(z / mp.sqrt(2)) / 2
        upper = [normal_quantile(mass * F(float(t)), False) for t in TAILS]
        lower = [normal_quantile(mass * (1 - F(float(t))), False) if low >= 0 else
                 (normal_quantile(below + mass * F(float(t)), True)) for t in TAILS]
        yield "truncated normal above %d" % low, lower, upper
    # A mixture of 0.3 normal(0, 1) and 0.7 gamma(2, 3).

    def mixture_tails(x):
        g = gamma_tails(F(2), x / 3) if x > 0 else (F(0), F(1), F(0))
        weight = F(0.3)
        below = weight * mp.ncdf(x) + (1 - weight) * g[0]
        above = weight * mp.erfc(x / mp.sqrt(2)) / 2 + (1 - weight) * g[1]
        slope = weight * mp.npdf(x) + (1 - weight) * (g[2] / x if x > 0 else 0)
        return below, above, slope

    def solve(t, lower):
        low, high = F(-20), F(200)
        for _ in range(150):
            middle = (low + high) / 2
            below, above, _ = mixture_tails(middle)
            if (below >= t) if lower else (above <= t):
                high = middle
            else:
                low = middle
        return high
    yield ("mixture", [solve(F(float(t)), True) for t in TAILS],
           [solve(F(float(t)), False) for t in TAILS])


def main():
    print("/* Quantiles from mpmath, made by make_distribution.py.")
    print(" * SPDX-License-Identifier: Apache-2.0 */")
    print("enum { GOLDEN_TAILS = %d };" % len(TAILS))
    print("static const double golden_tails[GOLDEN_TAILS] = {%s};\n" % ", ".join(TAILS))
    print("typedef struct golden_quantiles {\n  pil_family family;\n  int count;")
    print("  double parameters[4];\n  double lower[GOLDEN_TAILS], upper[GOLDEN_TAILS];")
    print("} golden_quantiles;\n")
    print("static const golden_quantiles golden_distributions[] = {")
    for name, cases in CASES:
        for case in cases:
            a = [F(float(v)) for v in case]
            rows = [[QUANTILES[name](a, F(float(t)), lower) for t in TAILS]
                    for lower in (True, False)]
            put("{PIL_FAMILY_%s, %d, {%s}, {%s}, {%s}}," % (
                name, len(a), ", ".join(repr(float(v)) for v in a),
                ", ".join(map(number, rows[0])), ", ".join(map(number, rows[1]))))
    print("};\n")
    print("typedef struct golden_built {\n  const char *name;")
    print("  double lower[GOLDEN_TAILS], upper[GOLDEN_TAILS];\n} golden_built;\n")
    print("static const golden_built golden_builts[] = {")
    for name, lower, upper in list_cases():
        put("{\"%s\", {%s}, {%s}}," % (name, ", ".join(map(number, lower)),
                                       ", ".join(map(number, upper))))
    print("};")


main()
