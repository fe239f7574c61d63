"""Statistics of chosen columns, in exact fractions, checked against numpy and scipy:
make_statistics.py > statistics.h
SPDX-License-Identifier: Apache-2.0"""
from fractions import Fraction
import math
import mpmath
import numpy as np
import scipy.stats

mpmath.mp.prec = 300
LEVELS = [0.0, 0.005, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.995, 1.0, 1 / 3]


def column(kind, count):
    """The same cells as fill_column of unit_quantile.c: only operations that IEEE rounds once."""
    i = np.arange(count, dtype=np.uint64)
    u = ((i * np.uint64(2654435761)) % np.uint64(1 << 32)).astype(np.float64) / 4294967296.0
    u = (u + 1.0 / 8589934592.0)
    if kind == 0:
        cells = (u - 0.5) * 1e6
    elif kind == 1:
        cells = 1e6 + u
    elif kind == 2:
        cells = np.floor(u * 36.0)
        cells[cells >= 33] = np.inf
    elif kind == 3:
        cells = 1.0 / (u * u * u * u) * np.where(i % np.uint64(2) == 0, 1.0, -1.0)
    elif kind == 4:
        cells = u - 0.5
        cells[i % np.uint64(3) == 0] = np.nan
        cells[i % np.uint64(7) == 0] = -np.inf
    else:
        cells = np.full(count, -2.5)
    return cells


def c_double(x):
    if math.isnan(x):
        return "NAN"
    if math.isinf(x):
        return "INFINITY" if x > 0 else "-INFINITY"
    return float(x).hex()


def at(numbers, h):
    rank = min(int(math.floor(h)), len(numbers) - 1)
    part = Fraction(h) - rank
    if part == 0 or rank == len(numbers) - 1 or math.isinf(numbers[rank]):
        return numbers[rank]
    if math.isinf(numbers[rank + 1]):
        return math.inf
    lower, upper = Fraction(numbers[rank]), Fraction(numbers[rank + 1])
    return float(lower + (upper - lower) * part)


def size_at(numbers, h):
    """The larger of the two neighbours, which rounding errors are measured in."""
    rank = min(int(math.floor(h)), len(numbers) - 1)
    near = [abs(x) for x in numbers[rank:rank + 2] if not math.isinf(x)]
    return max(near, default=0.0)


def error_size(numbers, p):
    n = len(numbers)
    h, spread = (n - 1) * p, math.sqrt(n * p * (1 - p))
    return max(size_at(numbers, max(h - spread, 0)), size_at(numbers, h + spread))


def quantile_error(numbers, p):
    n = len(numbers)
    h, spread = (n - 1) * p, math.sqrt(n * p * (1 - p))
    if spread == 0 or h - spread < 0 or h + spread > n - 1:
        return math.nan
    upper, lower = at(numbers, h + spread), at(numbers, h - spread)
    return math.nan if math.isinf(lower) else upper / 2 - lower / 2


def print_quantiles():
    print("typedef struct golden_quantiles {")
    print("  int kind;")
    print("  size_t count;")
    print("  double quantiles[%d], errors[%d];" % (len(LEVELS), len(LEVELS)))
    print("  double sizes[%d], error_sizes[%d]; /* of the cells they lie between */" % (
        len(LEVELS), len(LEVELS)))
    print("} golden_quantiles;\n")
    print("static const double golden_levels[] = {")
    print("    %s};\n" % ", ".join(map(c_double, LEVELS)))
    print("static const golden_quantiles golden_quantile_columns[] = {")
    for kind in range(6):
        for count in (1, 2, 3, 17, 1000, 100003, 700001):
            cells = column(kind, count)
            numbers = np.sort(cells[cells > -np.inf]).tolist()
            if not numbers:
                continue
            quantiles = [at(numbers, (len(numbers) - 1) * p) for p in LEVELS]
            if kind != 2:
                assert np.allclose(quantiles, np.quantile(numbers, LEVELS), rtol=1e-12, atol=1e-9)
            errors = [quantile_error(numbers, p) for p in LEVELS]
            sizes = [size_at(numbers, (len(numbers) - 1) * p) for p in LEVELS]
            error_sizes = [error_size(numbers, p) for p in LEVELS]
            rows = ["     {%s}" % ", ".join(map(c_double, row))
                    for row in (quantiles, errors, sizes, error_sizes)]
            print("    {%d, %d,\n%s}," % (kind, count, ",\n".join(rows)))
    print("};\n")


def exact_moments(cells):
    exact = [Fraction(float(c)) for c in cells]
    n = len(exact)
    mean = sum(exact) / n
    square = sum((c - mean) ** 2 for c in exact) / (n - 1)
    root = mpmath.sqrt(mpmath.mpf(square.numerator) / square.denominator)
    return float(mean), float(root), float(root / mpmath.sqrt(n))


def print_moments():
    print("/* Of the finite cells of a column of that kind. */")
    print("typedef struct golden_moments {")
    print("  int kind;")
    print("  size_t count;")
    print("  double mean, sd, mean_error;")
    print("} golden_moments;\n")
    print("static const golden_moments golden_moment_columns[] = {")
    for kind in range(6):
        for count in (3, 17, 1000, 1024, 1025, 100003):
            cells = column(kind, count)
            mean, sd, error = exact_moments(cells[np.isfinite(cells)])
            print("    {%d, %d, %s, %s, %s}," % (kind, count, c_double(mean), c_double(sd),
                                                 c_double(error)))
    print("};\n")


def print_intervals():
    z = mpmath.mpf(1.959963984540054)
    print("typedef struct golden_interval {")
    print("  double successes, n, low, high;")
    print("} golden_interval;\n")
    print("static const golden_interval golden_intervals[] = {")
    for s, n in ((0, 1), (1, 1), (0, 10), (1, 10), (5, 10), (9, 10), (10, 10), (834, 1000),
                 (2.5, 7), (1, 10**7), (10**7 - 1, 10**7), (0, 10**7), (1873, 1914)):
        p, n_ = mpmath.mpf(s) / n, mpmath.mpf(n)
        middle = p + z * z / (2 * n_)
        half = z * mpmath.sqrt(p * (1 - p) / n_ + z * z / (4 * n_ * n_))
        low, high = (middle - half) / (1 + z * z / n_), (middle + half) / (1 + z * z / n_)
        if s == int(s):
            want = scipy.stats.binomtest(s, n).proportion_ci(method="wilson")
            assert abs(want.low - low) < 1e-12 and abs(want.high - high) < 1e-12
        print("    {%s, %s, %s, %s}," % (s, n, c_double(float(low) if s else 0.0),
                                         c_double(float(high) if s != n else 1.0)))
    print("};\n")


def print_correlations():
    rng = np.random.default_rng(11)
    print("typedef struct golden_correlation {")
    print("  double first[40], second[40], pearson, spearman;")
    print("} golden_correlation;\n")
    print("static const golden_correlation golden_correlations[] = {")
    for rho, grain in ((0.3, 0), (-0.9, 0), (0.6, 2), (0.0, 1)):
        first = rng.standard_normal(40)
        second = rho * first + math.sqrt(1 - rho * rho) * rng.standard_normal(40)
        if grain:  # ties
            first, second = np.round(first * grain), np.round(second * grain)
        print("    {{%s},\n     {%s},\n     %s, %s}," % (
            ", ".join(map(c_double, first)), ", ".join(map(c_double, second)),
            c_double(scipy.stats.pearsonr(first, second)[0]),
            c_double(scipy.stats.spearmanr(first, second)[0])))
    print("};\n")


def print_pairs():
    """Economy of pairing and a ratio of means: the second column is the first backwards, thrice."""
    print("/* base: a column of that kind; other: base backwards and three times as large. */")
    print("typedef struct golden_pair {")
    print("  int kind;")
    print("  size_t count;")
    print("  double economy, economy_error, ratio, ratio_error; /* of the means, other / base */")
    print("} golden_pair;\n")
    print("static const golden_pair golden_pairs[] = {")
    for kind, count in ((0, 100), (0, 100003), (1, 5000), (2, 1000), (4, 5000)):
        base = column(kind, count)
        other = 3 * base[::-1]
        kept = np.isfinite(base) & np.isfinite(other)
        base, other = base[kept].astype(np.longdouble), other[kept].astype(np.longdouble)
        apart = (base - base.mean()) ** 2 + (other - other.mean()) ** 2
        both = (other - base - (other - base).mean()) ** 2
        economy, n = apart.mean() / both.mean(), np.sqrt(np.longdouble(len(base)))
        # the divisor of the engine's variance is n - 1
        error = (apart - economy * both).std(ddof=1) / (both.sum() / (len(base) - 1)) / n
        ratio = other.mean() / base.mean()
        ratio_error = (other - ratio * base).std(ddof=1) / abs(base.mean()) / n
        print("    {%d, %d, %s, %s, %s, %s}," % (kind, count, *map(c_double, (
            economy, error, ratio, ratio_error))))
    print("};\n")


def minimised(losses, level):
    """VaR and CVaR as Rockafellar and Uryasev define them: where their function is least, and that
    least value. It is made of straight pieces with corners at the losses."""
    ordered = np.sort(losses).astype(np.longdouble)
    n, tail = len(ordered), np.longdouble(1 - level)
    # sum of (L - ordered[k])+ for every k
    above = np.cumsum(ordered[::-1])[::-1] - ordered - ordered * np.arange(n - 1, -1, -1)
    values = ordered + above / (tail * n)
    at = int(np.argmin(np.where(values <= values.min() * (1 + np.sign(values.min()) * 1e-15), ordered, np.inf)))
    return float(ordered[at]), float(values.min())


def print_tails():
    print("/* sum: a column of that kind plus, backwards, half of it: the two parts. */")
    print("typedef struct golden_tail {")
    print("  int kind;")
    print("  size_t count;")
    print("  double level;")
    print("  bool upper;")
    print("  double var, cvar, cvar_error, mean, mean_error, share, share_error; /* of the first part */")
    print("} golden_tail;\n")
    print("static const golden_tail golden_tails[] = {")
    for kind, count, level in ((0, 1000, 0.95), (0, 100003, 0.95), (1, 5000, 0.9),
                               (4, 5000, 0.95), (2, 1000, 0.95), (6, 1000, 0.9)):
        for upper in (True, False):
            first = np.floor(column(0, count) / 1e5) if kind == 6 else column(kind, count)
            second = 0.5 * first[::-1]
            kept = np.isfinite(first + second)
            first, second = first[kept], second[kept]
            sums = first + second
            sign = 1 if upper else -1
            var, cvar = minimised(sign * sums, level)
            n, part = len(sums), (1 - level) * len(sums)
            beyond, at = (sign * sums > var).sum(), (sign * sums == var).sum()
            weight = np.where(sign * sums > var, 1.0, np.where(sign * sums == var, (part - beyond) / at, 0.0))
            error = np.maximum(sign * sums - var, 0).std(ddof=1) / (1 - level) / math.sqrt(n)
            var, cvar = sign * var, sign * cvar
            reach = quantile_error(np.sort(sums).tolist(), level if upper else 1 - level)
            g = math.fsum(first[abs(sums - var) <= reach]) / (abs(sums - var) <= reach).sum()
            mean = g + math.fsum(weight * (first - g)) / part
            share, scale = mean / cvar, math.sqrt(n) / part
            mean_error = (weight * (first - g)).std(ddof=1) * scale
            share_error = (weight * (first - g - share * (sums - var))).std(ddof=1) * scale / abs(cvar)
            print("    {%d, %d, %s, %s, %s},"
                  % (kind, count, level, str(upper).lower(), ", ".join(map(c_double, (
                      var, cvar, error, mean, mean_error, share, share_error)))))
    print("};")


def main():
    print("/* Statistics of chosen columns, made by make_statistics.py.")
    print(" * SPDX-License-Identifier: Apache-2.0 */")
    print("#include <stdbool.h>\n")
    print_quantiles()
    print_moments()
    print_intervals()
    print_correlations()
    print_pairs()
    print_tails()


main()
