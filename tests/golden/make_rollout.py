"""What `pilotage run oracle.yaml` must print: make_rollout.py, run here, writes oracle.csv and
oracle_answer.txt.

Nothing is taken from the engine. Words come from the addressing of the random streams (hash of
seed, name and k; PCG64-DXSM), uniforms from words, values from quantile functions in 40 digits
(mpmath; scipy only guesses where Newton's method starts). The scenario and its script are
repeated below in Python. In oracle.csv the row `scale` holds the standard deviation that an
error is measured against, as the interquartile range tells it; 0 asks for the very same text.
SPDX-License-Identifier: Apache-2.0"""
import csv
import math
import os
from fractions import Fraction

import mpmath as mp
import numpy as np
from scipy import stats

mp.mp.dps = 40
F = mp.mpf
SEED, TRIALS = 2026, 300
HERE = os.path.dirname(os.path.abspath(__file__))
Z95 = mp.sqrt(2) * mp.erfinv(F("0.9"))

# ---- words ----
M64, M128 = 2**64 - 1, 2**128 - 1


def mix(z):
    z ^= z >> 30
    z = z * 0xBF58476D1CE4E5B9 & M64
    z ^= z >> 27
    z = z * 0x94D049BB133111EB & M64
    return z ^ z >> 31


def fnv(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & M64
    return h


def address(seed, name, k):
    w = [mix((mix(mix(mix(c ^ seed) ^ fnv(name)) ^ k) + 0x9E3779B97F4A7C15) & M64)
         for c in (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89)]
    return w[0] << 64 | w[1], (w[2] << 64 | w[3]) | 1


def words(seed, name, k, count):
    state, increment = address(seed, name, k)
    found = []
    for _ in range(count):
        high, low = state >> 64, state & M64 | 1
        high ^= high >> 32
        high = high * 0xDA942042E4DD58B5 & M64
        high ^= high >> 48
        found.append(high * low & M64)
        state = (state * 0xDA942042E4DD58B5 + increment) & M128
    return found


def check_words():
    state, increment = address(1, "shock1", 0)
    assert f"{state:032x}" == "8356fa23cda075e1c4e9a15a2555416d"
    assert f"{increment:032x}" == "3de93ed6853cd39c1c6f81e5ffc8985b"
    assert words(1, "shock1", 0, 2) == [0xE4E33BA3CF5127FD, 0xF43F219FA6711006]
    assert words(2**64 - 1, "x", 35, 2) == [0x176498AC3F6ACAB3, 0x128432A33A4AA745]
    bits = np.random.PCG64DXSM()
    state, increment = address(42, "arrival.peak", 1)
    bits.state = {"bit_generator": "PCG64DXSM", "has_uint32": 0, "uinteger": 0,
                  "state": {"state": state, "inc": increment}}
    assert [int(w) for w in bits.random_raw(9)] == words(42, "arrival.peak", 1, 9)


known_uniforms = {}


def uniform(name, k, trial):
    """Exact: 53 bits."""
    if (name, k) not in known_uniforms:
        known_uniforms[name, k] = words(SEED, name, k, TRIALS)
    return (F(known_uniforms[name, k][trial - 1] >> 12) + F("0.5")) / 2**52


# ---- distributions: each has cdf(x) and ppf(p) ----
class Smooth:
    """A guess from scipy, made exact by Newton's method on a cdf in 40 digits."""
    step = None

    def __init__(self, cdf, pdf, guess):
        self.cdf, self.pdf, self.guess = cdf, pdf, guess

    def ppf(self, p):
        x = F(float(self.guess(float(p))))
        for _ in range(30):
            step = (self.cdf(x) - p) / self.pdf(x)
            x -= step
            if abs(step) <= abs(x) * F(10) ** -22:
                return x
        raise ArithmeticError("no convergence")


class Closed:
    def __init__(self, ppf, cdf=None):
        self.ppf, self.cdf = ppf, cdf


class Count:
    """The least whole number whose cdf reaches p."""
    step = 1

    def __init__(self, cdf, guess, support=0):
        self.at, self.guess, self.low = cdf, guess, support

    def cdf(self, x):
        return F(0) if mp.floor(x) < self.low else self.at(int(mp.floor(x)))

    def ppf(self, p):
        k = max(self.low, int(self.guess(float(p))))
        while self.cdf(k) < p:
            k += 1
        while k > self.low and self.cdf(k - 1) >= p:
            k -= 1
        return F(k)


class List:
    step = "list"

    def __init__(self, values, weights=None, ordered=True):
        weights = [Fraction(w) for w in weights or [1] * len(values)]
        pairs = list(zip(values, weights))
        self.pairs = sorted(pairs, key=lambda pair: pair[0]) if ordered else pairs
        self.total = sum(weights)

    def cdf(self, x):
        share = sum(w for v, w in self.pairs if v <= x) / self.total
        return F(share.numerator) / share.denominator

    def ppf(self, p):
        reached = Fraction(0)
        for value, weight in self.pairs:
            reached += weight
            if weight > 0 and F(reached.numerator) / reached.denominator >= p * self.total.numerator \
                    / self.total.denominator:
                return value
        raise ArithmeticError("weights do not reach 1")


def solve(cdf, low, high, p, whole):
    """inf {x: cdf(x) >= p} in (low, high], by halving."""
    if cdf(low) >= p:
        return low
    while high - low > (1 if whole else abs(high) * F(10) ** -19):
        middle = mp.floor((low + high) / 2) if whole else (low + high) / 2
        low, high = (low, middle) if cdf(middle) >= p else (middle, high)
    return high


class Mixture:
    def __init__(self, parts, weights, whole=False):
        self.parts, self.whole = parts, whole
        self.weights = [F(w) / sum(F(v) for v in weights) for w in weights]
        self.step = 1 if whole else None

    def cdf(self, x):
        return sum(w * part.cdf(x) for w, part in zip(self.weights, self.parts))

    def ppf(self, p):
        ends = [part.ppf(p) for part in self.parts]
        return solve(self.cdf, min(ends), max(ends), p, self.whole)


def below(dist, x):
    """P(X < x)."""
    if dist.step == 1:
        return dist.cdf(mp.ceil(x) - 1)
    if dist.step == "list":
        return dist.cdf(F(x) - F(10) ** -30)
    return dist.cdf(F(x))


class Cut:
    """The distribution given that low <= X <= high."""
    def __init__(self, dist, low=None, high=None):
        self.dist, self.step = dist, dist.step if hasattr(dist, "step") else None
        self.low = F(0) if low is None else below(dist, low)
        self.high = F(1) if high is None else dist.cdf(F(high))

    def ppf(self, p):
        return self.dist.ppf(self.low + p * (self.high - self.low))

    def cdf(self, x):
        return min(max((self.dist.cdf(x) - self.low) / (self.high - self.low), F(0)), F(1))


class Clamp:
    """max(low, min(high, X))."""
    def __init__(self, dist, low=-mp.inf, high=mp.inf):
        self.dist, self.low, self.high = dist, F(low), F(high)

    def ppf(self, p):
        return max(self.low, min(self.high, self.dist.ppf(p)))

    def cdf(self, x):
        return F(0) if x < self.low else F(1) if x >= self.high else self.dist.cdf(x)


Closed.step = Clamp.step = None


def standard_normal(p):
    if p > F("0.5"):
        return -standard_normal(1 - p)
    x = F(float(stats.norm.ppf(float(p))))
    for _ in range(30):
        step = (mp.ncdf(x) - p) / mp.npdf(x)
        x -= step / (1 + step * x / 2)
        if abs(step) < F(10) ** -25:
            return x
    raise ArithmeticError("no convergence")


def normal(mean, sd):
    mean, sd = F(mean), F(sd)
    return Closed(lambda p: mean + sd * standard_normal(p), lambda x: mp.ncdf((x - mean) / sd))


def normal_range(p5, p95):
    p5, p95 = F(p5), F(p95)
    return normal((p5 + p95) / 2, (p95 - p5) / 2 / Z95)


def lognormal_log(mu, sigma):
    log = normal(mu, sigma)
    return Closed(lambda p: mp.exp(log.ppf(p)), lambda x: log.cdf(mp.log(x)) if x > 0 else F(0))


def lognormal(mean, sd):
    variance = mp.log(1 + (F(sd) / F(mean)) ** 2)
    return lognormal_log(mp.log(F(mean)) - variance / 2, mp.sqrt(variance))


def lognormal_range(p5, p95):
    low, high = mp.log(F(p5)), mp.log(F(p95))
    return lognormal_log((low + high) / 2, (high - low) / 2 / Z95)


def span(p5, p95):
    """A to B."""
    return lognormal_range(p5, p95) if p5 > 0 else normal_range(p5, p95)


def flat(low, high):
    low, high = F(low), F(high)
    return Closed(lambda p: low + p * (high - low),
                  lambda x: min(max((x - low) / (high - low), F(0)), F(1)))


def triangular(low, mode, high):
    a, c, b = F(low), F(mode), F(high)

    def ppf(p):
        if p <= (c - a) / (b - a):
            return a + mp.sqrt(p * (b - a) * (c - a))
        return b - mp.sqrt((1 - p) * (b - a) * (b - c))

    def cdf(x):
        if x <= a or x >= b:
            return F(0) if x <= a else F(1)
        return (x - a) ** 2 / (b - a) / (c - a) if x <= c else 1 - (b - x) ** 2 / (b - a) / (b - c)
    return Closed(ppf, cdf)


def beta(a, b):
    a, b = F(a), F(b)
    constant = mp.beta(a, b)
    return Smooth(lambda x: mp.betainc(a, b, 0, x, regularized=True),
                  lambda x: x ** (a - 1) * (1 - x) ** (b - 1) / constant,
                  lambda p: stats.beta.ppf(p, float(a), float(b)))


def pert(low, mode, high, shape=4):
    low, mode, high, shape = F(low), F(mode), F(high), F(shape)
    unit = beta(1 + shape * (mode - low) / (high - low), 1 + shape * (high - mode) / (high - low))
    return Closed(lambda p: low + (high - low) * unit.ppf(p))


def proportion(successes, trials):
    return beta(F(successes) + F("0.5"), F(trials) - F(successes) + F("0.5"))


def gamma(shape, scale):
    k, s = F(shape), F(scale)
    constant = mp.gamma(k)
    unit = Smooth(lambda x: mp.gammainc(k, 0, x, regularized=True),
                  lambda x: x ** (k - 1) * mp.exp(-x) / constant,
                  lambda p: stats.gamma.ppf(p, float(k)))
    return Closed(lambda p: s * unit.ppf(p), lambda x: unit.cdf(F(x) / s) if x > 0 else F(0))


def exponential(mean):
    mean = F(mean)
    return Closed(lambda p: -mean * mp.log(1 - p), lambda x: 1 - mp.exp(-x / mean) if x > 0 else F(0))


def weibull(shape, scale):
    k, s = F(shape), F(scale)
    return Closed(lambda p: s * (-mp.log(1 - p)) ** (1 / k),
                  lambda x: 1 - mp.exp(-(x / s) ** k) if x > 0 else F(0))


def student(df):
    n = F(df)
    half = beta(n / 2, F(1) / 2)

    def ppf(p):
        if p > F("0.5"):
            return -ppf(1 - p)
        y = half.ppf(2 * p)
        return -mp.sqrt(n * (1 - y) / y)
    return Closed(ppf)


def logistic(location, scale):
    return Closed(lambda p: F(location) + F(scale) * mp.log(p / (1 - p)))


def cauchy(location, scale):
    return Closed(lambda p: F(location) + F(scale) * mp.tan(mp.pi * (p - F("0.5"))))


def pareto(least, shape):
    return Closed(lambda p: F(least) * (1 - p) ** (-1 / F(shape)))


def poisson(mean):
    mean = F(mean)
    return Count(lambda k: mp.gammainc(k + 1, mean, mp.inf, regularized=True),
                 lambda p: stats.poisson.ppf(p, float(mean)))


def binomial(n, share):
    n, share = int(n), F(share)
    terms = [mp.binomial(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    return Count(lambda k: mp.fsum(terms[:k + 1]) if k < n else F(1), lambda p: 0)


def failures(successes, share):
    r, share, sums = F(successes), F(share), []

    def cdf(k):
        while len(sums) <= k:
            n = len(sums)
            term = mp.rf(r, n) / mp.factorial(n) * share**r * (1 - share) ** n
            sums.append(term + (sums[-1] if sums else 0))
        return sums[k]
    return Count(cdf, lambda p: 0)


def geometric(share):
    return failures(1, share)


def bernoulli(share):
    """The upper part of the uniforms is true: 0 while p <= 1 - share."""
    return Closed(lambda p: p > 1 - F(share))


def metalog(quantiles, low=None, high=None):
    def unbound(x):
        if low is None and high is None:
            return F(x)
        if high is None:
            return mp.log(F(x) - low)
        if low is None:
            return -mp.log(high - F(x))
        return mp.log((F(x) - low) / (high - F(x)))

    def basis(p):
        logit, c = mp.log(p / (1 - p)), p - F("0.5")
        return [F(1), logit, c * logit, c, c * c, c * c * logit][:len(quantiles)]
    shares = [F(share) / 100 for share in quantiles]
    terms = mp.lu_solve(mp.matrix([basis(p) for p in shares]),
                        mp.matrix([unbound(x) for x in quantiles.values()]))

    def ppf(p):
        x = mp.fdot(terms, basis(p))
        if low is None and high is None:
            return x
        if high is None:
            return low + mp.exp(x)
        if low is None:
            return high - mp.exp(-x)
        return (low + high * mp.exp(x)) / (1 + mp.exp(x))

    def cdf(x):
        return mp.findroot(lambda p: ppf(p) - x, (F(10) ** -9, 1 - F(10) ** -9), solver="ridder",
                           tol=F(10) ** -30)
    return Closed(ppf, cdf)


# ---- the scenario ----
def read_rows():
    with open(os.path.join(HERE, "oracle_data.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("id", "score", "minutes", "times"):
            row[name] = float(row[name]) if row[name] else math.nan
        row["ok"] = row["ok"] == "true"
    return rows


EVERY = read_rows()
CALLS = [row for row in EVERY if row["score"] > 0.2]


def inputs_of(variant):
    """Name, distribution, each; in the order of the file."""
    other = variant == "other"
    cooked = [row["minutes"] for row in CALLS if not math.isnan(row["minutes"])]
    skewed = {5: 8, 50: 10, 95: 15}
    return {
        "a": flat(0.5, 2), "b": flat(0.2, 0.6) if other else flat(0.1, 0.9),
        "normal": normal(11, 4) if other else normal(10, 3), "normal_range": normal_range(-2, 6),
        "lognormal": lognormal(50, 30), "lognormal_log": lognormal_log(1.2, 0.7),
        "lognormal_range": lognormal_range(80000, 150000), "triangular": triangular(2, 3, 9),
        "pert": pert(1, 2, 6), "pert_shaped": pert(-1, 4, 5, 7.5), "beta": beta(2.5, 6),
        "beta_bathtub": beta(0.4, 0.7), "gamma": gamma(3.3, 2), "gamma_small": gamma(0.3, 5),
        "exponential": exponential(4), "weibull": weibull(1.7, 12), "student": student(3.5),
        "logistic": logistic(-3, 0.8), "cauchy": cauchy(1, 0.5), "pareto": pareto(2, 2.5),
        "poisson": poisson(3.7), "poisson_large": poisson(900), "binomial": binomial(40, 0.15),
        "failures": failures(2.5, 0.3), "geometric": geometric(0.2), "bernoulli": bernoulli(0.3),
        "share": proportion(1873, 1914), "share_none": proportion(0, 12),
        "share_data": proportion(sum(row["ok"] for row in CALLS), len(CALLS)),
        "words": List(["red", "green", "blue"], [1, 3.5, 2], ordered=False),
        "numbers": List([10, 2.5, -4], ordered=False),
        "wholes": List([3, 1, 2], [0.2, 0, 0.8], ordered=False),
        "truths": List([True, False], [0.25, 0.75], ordered=False),
        "few": List([5, 1.5, 3, 1.5], [1, 2, 3, 4]), "minutes": List(cooked),
        "metalog": metalog(skewed),
        "metalog_low": metalog({5: 1, 25: 2, 50: 3.2, 75: 5, 95: 11}, low=0),
        "metalog_both": metalog({10: 20, 40: 35, 60: 44, 90: 65}, low=0, high=100),
        "metalog_six": metalog({5: -9, 20: -3.5, 40: -0.5, 60: 2, 80: 5, 95: 11}, high=60),
        "mixture": Mixture([normal(0, 1), lognormal_log(1, 0.5)], [0.7, 0.3]),
        "mixture_counts": Mixture([poisson(2), binomial(30, 0.4)], [1, 1], whole=True),
        "mixture_jumps": Mixture([Clamp(normal(0, 1), low=0), exponential(2)], [3, 1]),
        "mixture_cut": Cut(Mixture([span(2, 5), flat(1, 9)], [1, 1]), 1.5, 8),
        "cut_low": Cut(normal(0.92, 0.015), low=0.91), "cut_high": Cut(lognormal_range(1, 9), high=5),
        "cut_both": Cut(gamma(2, 3), 4, 15), "cut_tail": Cut(normal(0, 1), low=4.5),
        "cut_count": Cut(poisson(4), 2, 7), "cut_metalog": Cut(metalog(skewed), 7, 20),
        "cut_few": Cut(List([1, 2, 3, 4, 5, 6]), 2, 4.5), "clamp_both": Clamp(normal(0, 1), -0.5, 1),
        "clamp_count": Clamp(poisson(4), low=3), "range": span(22, 31), "range_below": span(-3, 8),
        "range_unit": span(5, 9), "call": List(list(range(len(CALLS))), ordered=False),
        "often": List(list(range(len(EVERY))), [row["times"] for row in EVERY], ordered=False),
        "array": (normal(100, 8), 3), "counts": (poisson(2.2), 2), "demand": lognormal_range(800, 1500),
        "wage": span(25, 40) if other else span(22, 31), "arrivals": poisson(6), "quality": beta(8, 2),
        "shock": (normal(0, 0.08), 4),
    }


def factor(asked):
    """The lower factor over (name, k) in order of first mention; pairs not asked for are 0."""
    order = list(dict.fromkeys(element for pair in asked for element in pair))
    matrix = mp.eye(len(order))
    for (one, two), rank in asked.items():
        i, j = order.index(one), order.index(two)
        matrix[i, j] = matrix[j, i] = 2 * mp.sin(mp.pi * F(rank) / 6)
    return order, mp.cholesky(matrix)


SHOCKS = [("shock", k) for k in range(1, 5)]
WAGE, DEMAND, ARRIVALS, QUALITY = [(n, 0) for n in ("wage", "demand", "arrivals", "quality")]
ORDER, LOWER = factor({(WAGE, DEMAND): -0.4, (ARRIVALS, WAGE): 0.5,
                       **{(SHOCKS[j], SHOCKS[i]): 0.25 for i in range(4) for j in range(i)},
                       (DEMAND, QUALITY): 0.6})


def draw_inputs(inputs, trial):
    scores = [standard_normal(uniform("in:" + name, k, trial)) for name, k in ORDER]
    joint = {element: mp.ncdf(mp.fsum(LOWER[i, j] * scores[j] for j in range(i + 1)))
             for i, element in enumerate(ORDER)}

    def value(dist, name, k):
        drawn = dist.ppf(joint.get((name, k)) or uniform("in:" + name, k, trial))
        return float(drawn) if isinstance(drawn, mp.mpf) else drawn
    x = {}
    for name, dist in inputs.items():
        if isinstance(dist, tuple):
            x[name] = [value(dist[0], name, k) for k in range(1, dist[1] + 1)]
        else:
            x[name] = value(dist, name, 0)
    x["call"] = {name: CALLS[x["call"]][name] for name in ("score", "ok", "minutes", "region", "times")}
    row = EVERY[x["often"]]
    x["often"] = {"number": row["id"], "score": row["score"], "times": row["times"]}
    x["months"], x["rate"] = 36, 0.07
    x["hours"] = x["demand"] * x["rate"] / 60
    x["minutes_left"] = x["call"]["score"] * x["array"][1] - x["hours"]
    x["half"] = x["months"] // 5 + x["poisson"]
    return x


# ---- the script ----
class Draws:
    """draw(dist, site, k): what draw.FAMILY gives in one trial."""
    def __init__(self, trial):
        self.trial, self.counts = trial, {}

    def __call__(self, dist, site, k=None):
        if k is None:
            k = self.counts.get(site, 0)
            self.counts[site] = k + 1
        drawn = dist.ppf(uniform("draw:" + site, k, self.trial))
        return float(drawn) if isinstance(drawn, mp.mpf) else drawn


def find_lines():
    """unnamed N -> the name of a draw that stands on that line."""
    with open(os.path.join(HERE, "oracle.lua"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    return {mark: f"oracle.lua:{i + 1}" for mark in (1, 2, 3) for i, line in enumerate(lines)
            if line.endswith(f"-- unnamed {mark}")}


LINES = find_lines()
DELAY = Cut(gamma(2, 3), 2, 20)
BEND = Mixture([triangular(0, 1, 4), weibull(2, 3)], [1, 2])
TIERS = List(["low", "high", 7, 2.5], [2, 1, 1, 1], ordered=False)


def draw_families(draw, x, a, b):
    return {
        "normal": draw(normal(x["normal"], a), "normal"),
        "lognormal": draw(lognormal(10 * a, b), "lognormal"), "uniform": draw(flat(-a, b), "uniform"),
        "triangular": draw(triangular(0, b, a + 1), "triangular"),
        "pert": draw(pert(0, b, a + 1), "pert"),
        "pert_shaped": draw(pert(0, b, a + 1, 2 * a), "pert_shaped"),
        "beta": draw(beta(a, 5 * b), "beta"), "gamma": draw(gamma(5 * b, a), "gamma"),
        "exponential": draw(exponential(a), "exponential"), "weibull": draw(weibull(a, 2), "weibull"),
        "student": draw(student(3 * a), "student"), "logistic": draw(logistic(a, b), "logistic"),
        "cauchy": draw(cauchy(a, b), "cauchy"), "pareto": draw(pareto(b, 2 + a), "pareto"),
        "poisson": draw(poisson(20 * b), "poisson"),
        "binomial": draw(binomial(x["poisson"], b), "binomial"),
        "failures": draw(failures(a, b), "failures"), "geometric": draw(geometric(b), "geometric"),
        "bernoulli": draw(bernoulli(b), "bernoulli"),
        "proportion": draw(proportion(x["poisson"], 30), "proportion"),
        "discrete": draw(List([1, 2.5, 4], [b, a, 0.5], ordered=False), "discrete"),
        "word": draw(List(["up", "down"], [a, b], ordered=False), "word"),
        "empirical": draw(List([a, b, 3]), "empirical"),
        "metalog": draw(metalog({5: -a, 50: 0.25, 95: 2 * a}), "metalog"),
        "metalog_low": draw(metalog({10: b / 2, 50: 1, 90: 2.5}, low=0), "metalog_low"),
        "mixture": draw(Mixture([normal(0, a), flat(1, 3)], [b, 1 - b]), "mixture"),
    }


def draw_others(draw, x, a, b, variant):
    standard = normal(0, 1)
    e = {
        "lognormal": draw(lognormal_range(a, a + 5 * b), "cost"),
        "logarithm": draw(lognormal_log(a, b), "logarithm"),
        "normal": draw(normal_range(-a, b), "interval"),
        "pert": draw(pert(a - 1, a, 5, 3), "named pert"),
        "cut": draw(Cut(normal(a, b), a, 3), "cut"), "clamped": draw(Clamp(normal(a, b), a), "clamped"),
        "wages": draw(span(22, 31), "wages"),
        "setting": draw(lognormal_range(10, 30) if variant == "other" else lognormal_range(8, 15), "cost", 3),
        "tier": draw(TIERS, "by setting"), "delay": draw(DELAY, "delay.by setting", 12),
        "bend": draw(BEND, "bend"), "made": draw(beta(1 + a, 2), "made"),
        "first": draw(standard, "twice"), "second": draw(standard, "twice"),
        "again": draw(standard, "twice", 1), "far": draw(standard, "twice", 1000003),
        "unnamed": draw(flat(0, a), LINES[1]),
        "pair": draw(poisson(5), LINES[2]) - draw(poisson(5), LINES[2]), "visits": 0.0,
    }
    for _ in range(int(x["counts"][0])):
        e["visits"] += draw(exponential(a), LINES[3])
        e["visits"] += draw(geometric(b), "visit")
    return e


def run_script(x, variant, trial):
    draw, a, b = Draws(trial), x["a"], x["b"]
    cash, payback, worth = [0.0] * 6, math.inf, -40 if variant == "other" else -30
    d, e = draw_families(draw, x, a, b), draw_others(draw, x, a, b, variant)
    for month in range(6, 0, -1):
        cash[month - 1] = 10 * (1 + x["shock"][(month - 1) % 4]) * a
        if draw(bernoulli(0.4), "outage", month):
            cash[month - 1] -= draw(gamma(2, 6), "loss", month)
    for month in range(1, 7):
        worth += cash[month - 1]
        if worth >= 0 and payback == math.inf:
            payback = month
    kept = 0
    for row in CALLS:
        kept += row["score"] if row["ok"] else 0
    return {
        "npv": worth, "payback": payback, "cash": cash, "d": d, "e": e, "kept": kept * a,
        "calm": x["bernoulli"], "colour": x["words"],
        "nan": math.nan if x["poisson"] == 0 else x["poisson"],
        "missing": x["wage"] if x["wholes"] == 3 else math.nan,
        "row": {"region": x["call"]["region"], "number": x["often"]["number"], "ok": x["call"]["ok"]},
        "left": x["minutes_left"], "halved": x["half"] / 2,
    }


def flatten(values):
    flat_values = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat_values.update({f"{name}.{key}": v for key, v in value.items()})
        elif isinstance(value, list):
            flat_values.update({f"{name}[{i + 1}]": v for i, v in enumerate(value)})
        else:
            flat_values[name] = value
    return flat_values


# ---- what is written ----
def show(value, digits=17):
    if isinstance(value, str):
        return value
    return "" if math.isnan(value) else "inf" if value == math.inf else f"{float(value):.{digits}g}"


def is_number(value):
    return not isinstance(value, str) and math.isfinite(value)


def scale_of(cells):
    """The middle half's width as a standard deviation; 0: exact (texts, counts, listed values)."""
    numbers = [float(cell) for cell in cells if is_number(cell)]
    if all(float(f"{number:.6g}") == number for number in numbers):
        return 0.0
    return float(np.subtract(*np.percentile(numbers, [75, 25]))) / 1.349


def quantile(ordered, p):
    """Hyndman and Fan's type 7; nothing is interpolated towards never."""
    rank = (len(ordered) - 1) * p
    low = math.floor(rank)
    if rank == low or ordered[low + 1] == math.inf:
        return ordered[low if rank == low else low + 1]
    return ordered[low] + float(rank - low) * (ordered[low + 1] - ordered[low])


def moments(numbers):
    mean = math.fsum(numbers) / len(numbers)
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in numbers) / (len(numbers) - 1))
    return mean, sd, sd / math.sqrt(len(numbers))


def wilson(met, count):
    z2, share = 2 * mp.erfinv(F("0.95")) ** 2, F(met) / count
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = mp.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2))) / (1 + z2 / count)
    return float(max(centre - half, 0)), float(min(centre + half, 1))


PERCENTILES = {f"p{p}": Fraction(p, 100) for p in (5, 10, 25, 50, 75, 90, 95)}
GOALS = {"npv": lambda v: v >= 0, "payback": lambda v: v <= 18}
BETTER = {"npv": 1, "payback": -1}


def summarise(name, cells):
    """Statistic -> (value, scale of its error)."""
    cells = [float(cell) for cell in cells]
    finite = [cell for cell in cells if math.isfinite(cell)]
    ordered = sorted(cell for cell in cells if not math.isnan(cell))
    spread = scale_of(cells)
    size = max(spread, math.fsum(map(abs, finite)) / len(finite))
    found = dict(zip(("mean", "sd", "mean_error"), [(v, size) for v in moments(finite)]))
    found.update({key: (quantile(ordered, p), max(spread, 1e-6)) for key, p in PERCENTILES.items()})
    found["min"], found["max"] = (ordered[0], spread), (ordered[-1], spread)
    found["never"] = (len(ordered) - len(finite), 0)
    found["not_a_number"] = (len(cells) - len(ordered), 0)
    if name in GOALS:
        met = sum(GOALS[name](cell) for cell in cells if not math.isnan(cell))
        low, high = wilson(met, len(cells))
        found.update({"goal.probability": (met / len(cells), 1e-6), "goal.low": (low, 1e-6),
                      "goal.high": (high, 1e-6)})
    return found


def compare(name, base, other):
    pairs = [(float(v), float(w)) for v, w in zip(base, other)]
    finite = [w - v for v, w in pairs if math.isfinite(v) and math.isfinite(w)]
    size = max(math.fsum(abs(v) + abs(w) for v, w in pairs if math.isfinite(v + w)) / len(finite), 1e-6)
    mean, _, error = moments(finite)
    found = {"difference.mean": (mean, size), "difference.mean_error": (error, size)}
    if name in BETTER:
        numbers = [(v, w) for v, w in pairs if not math.isnan(v) and not math.isnan(w)]
        points = sum(0.5 if v == w else (w > v) == (BETTER[name] > 0) for v, w in numbers)
        found["difference.probability_better"] = (points / len(numbers), 1e-6)
    return found


def share(cells):
    found = {}
    for text in set(cells):
        low, high = wilson(cells.count(text), len(cells))
        found.update({f"shares.{text}.share": (cells.count(text) / len(cells), 1e-6),
                      f"shares.{text}.low": (low, 1e-6), f"shares.{text}.high": (high, 1e-6)})
    return {**found, "not_a_number": (0, 0)}


def judge(name, cells, base):
    """An output's statistics, and those of its difference to the base (None: it is the base)."""
    if all(isinstance(cell, str) for cell in cells):
        return share(cells)
    cells, base = [[math.nan if isinstance(cell, str) else cell for cell in column]
                   for column in (cells, base or [])]
    found = summarise(name, cells)
    if "[" in name:
        return {key: found[key] for key in ("mean", "p5", "p25", "p50", "p75", "p95")}
    return {**found, **(compare(name, base, cells) if base else {})}


def answer(tables, output_names):
    lines = []
    for variant, table in tables.items():
        for name in output_names:
            base = None if variant == "base" else [row[name] for row in tables["base"]]
            found = judge(name, [row[name] for row in table], base)
            lines += [(variant, name, key, *value) for key, value in found.items()]
        for pair in ("wage,demand", "arrivals,wage", "shock[1],shock[2]", "shock[1],shock[4]", "demand,quality"):
            columns = [[row["in:" + name] for row in table] for name in pair.split(",")]
            lines.append((variant, pair, "reached", float(stats.spearmanr(*columns)[0]), 1e-6))
    return lines


def main():
    check_words()
    tables, output_names = {}, []
    for variant in ("base", "other"):
        inputs, tables[variant] = inputs_of(variant), []
        for trial in range(1, TRIALS + 1):
            x = draw_inputs(inputs, trial)
            outputs = flatten(run_script(x, variant, trial))
            output_names = list(outputs)
            tables[variant].append({**{"in:" + n: v for n, v in flatten(x).items()}, **outputs})
    names = list(tables["base"][0])
    with open(os.path.join(HERE, "oracle.csv"), "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["variant", "trial"] + [name.removeprefix("in:") for name in names])
        scales = [scale_of([row[name] for table in tables.values() for row in table]) for name in names]
        out.writerow(["scale", 0] + [f"{scale:.6g}" for scale in scales])
        for variant, table in tables.items():
            for trial, row in enumerate(table):
                out.writerow([variant, trial + 1] + [show(row[name], 13 if scale > 0 else 17)
                                                     for name, scale in zip(names, scales)])
    with open(os.path.join(HERE, "oracle_answer.txt"), "w", encoding="utf-8") as file:
        for variant, name, key, value, scale in answer(tables, output_names):
            file.write(f"{variant}|{name}|{key}|{show(value)}|{scale:.6g}\n")


if __name__ == "__main__":
    main()
