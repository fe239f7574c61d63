"""Draws recomputed without the engine, for make_rollout.py: words from the addressing of the random
streams (hash of seed, name and k; PCG64-DXSM), uniforms from words, values from quantile functions
in 40 digits (mpmath; scipy only guesses where Newton's method starts).
SPDX-License-Identifier: Apache-2.0"""
from fractions import Fraction

import mpmath as mp
import numpy as np
from scipy import stats

mp.mp.dps = 40
F = mp.mpf
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


known_words = {}


def uniform(seed, name, k, trial):
    """Exact: 53 bits. Trials of one address are best asked for in order."""
    found = known_words.setdefault((seed, name, k), [])
    if len(found) < trial:
        found[:] = words(seed, name, k, max(512, 2 * trial))
    return (F(found[trial - 1] >> 12) + F("0.5")) / 2**52


# ---- distributions: each has ppf(p), and cdf(x) where something needs it ----
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
