"""What the scenarios of tests/library have to answer, by other means than the library's: mpmath and scipy
for the distributions, numpy.roots for rates of return, an ODE solver for adoption, integral equations
for run lengths. make_library.py > library.csv
Lines are "module,variant,output,kind,value,tolerance". A kind `value` holds in every trial within the
tolerance; a kind `mean` holds for the mean over the trials within 4.5 of its standard errors and the
tolerance.
SPDX-License-Identifier: Apache-2.0"""
import math
import mpmath
import numpy as np
from scipy import stats
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from sequential import crossing, obrien_fleming, pocock

mpmath.mp.dps = 40
lines = ["module,variant,output,kind,value,tolerance"]


def put(module, output, value, tolerance=1e-12, variant="base", kind="value"):
    lines.append(f"{module},{variant},{output},{kind},{float(value)!r},{float(tolerance):.3g}")


def mean(module, output, value, tolerance=0.0, variant="base"):
    put(module, output, value, tolerance, variant, "mean")


def t_cdf(t, df):
    t, df = mpmath.mpf(t), mpmath.mpf(df)
    tail = mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return 1 - tail if t > 0 else tail


def make_statistics():
    for df in ["1", "1.5", "2.5", "4", "10", "30.5", "59.9", "60", "100", "1000", "1e6"]:
        variant, n = "df " + df, mpmath.mpf(df)
        for i, z in enumerate([-37.0, -20.0, -8.0, -7.0, -5.0, -3.0, -1.0, -0.01, 0.0, 0.5, 1.96, 4.0, 8.0], 1):
            value = mpmath.ncdf(mpmath.mpf(z))
            put("statistics", f"normal_cdf.z{i}", value, float(value) * (1e-13 if z >= -3.0 else 1e-10 if z >= -5.0 else 1e-8), variant)
        for i, p in enumerate([1e-9, 1e-4, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999999], 1):
            value = mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(p) - 1)
            put("statistics", f"normal_quantile.p{i}", value, 1e-13 if 1e-4 <= p <= 0.9999 else 1e-10, variant)
        for i, t in enumerate([-10.0, -5.0, -2.0, -0.5, 0.01, 1.0, 3.0], 1):
            value = t_cdf(t, df)
            put("statistics", f"t_cdf.t{i}", value, min(1e-11, 3e-8 * float(value)), variant)
        for i, p in enumerate([0.0005, 0.005, 0.025, 0.3, 0.5, 0.9, 0.995], 1):
            value = mpmath.mpf(0)
            if p != 0.5:
                value = mpmath.findroot(lambda t: t_cdf(t, df) - mpmath.mpf(p), stats.t.ppf(p, float(df)))
            put("statistics", f"t_quantile.p{i}", value, 1e-9 * max(1.0, abs(float(value))), variant)
        put("statistics", "back", 0.0, 1e-15, variant)
        put("statistics", "t_back", 0.0, 1e-9, variant)


def list_of(case):
    return [-15.0] + [(m * m * 7 + case * 13) % 41 - 20.0 for m in range(1, 7 + case % 7)]


def rates_of(cash):
    """Simple roots of the present value, from -90 % to 900 %, by the eigenvalues of numpy.roots."""
    growth = np.roots(cash)
    return sorted(float(g.real) - 1.0 for g in growth if abs(g.imag) < 1e-9 and 0.1 < g.real < 10.0)


def make_finance():
    for first in [1, 7, 13, 19]:
        for k in range(1, 7):
            cash = list_of(first + k - 1)
            rates, signs = rates_of(cash), [c for c in cash if c != 0.0]
            most = sum(a * b < 0.0 for a, b in zip(signs, signs[1:]))
            variant = f"from {first}"
            put("finance", f"count.case{k}", len(rates), 0.0, variant)
            put("finance", f"most.case{k}", most, 0.0, variant)
            put("finance", f"rate.case{k}.lowest", rates[0] if rates else -1.0, 1e-9, variant)
            put("finance", f"rate.case{k}.highest", rates[-1] if rates else -1.0, 1e-9, variant)
    variant = "from 1"
    for name, value in (("lowest", 0.25), ("highest", 4.0), ("count", 2), ("most", 2)):
        put("finance", "classic." + name, value, 1e-13, variant)
    put("finance", "none.count", 0, 0.0, variant)
    put("finance", "none.most", 0, 0.0, variant)
    monthly = 1.08 ** (1.0 / 12.0)
    cash = [60.0, -10.0, 60.0, 15.0]
    without = sum(c / monthly**m for m, c in enumerate(cash, 1))
    known = dict(npv=without - 100.0, npv_without=without, payback=3, again=3, at_once=1, discounted=3,
                 peak=100, no_peak=0, dip=30, roi=0.2, monthly=monthly - 1.0, yearly=1.01**12 - 1.0, total=106.5)
    for name, value in known.items():
        put("finance", "known." + name, value, 1e-12, variant)
    put("finance", "known.never", math.inf, 0.0, variant)
    put("finance", "costs.build", 101.5, 0.0, variant)
    put("finance", "costs.retirement", 5.0, 0.0, variant)
    put("finance", "costs.run", 0.0, 0.0, variant)
    for first in [1, 7, 13, 19]:
        put("finance", "left", 0.0, 1e-10, f"from {first}")
        put("finance", "within", 1, 0.0, f"from {first}")


def grow(start, p, q, reach, months):
    """The share after some months of Bass's equation, solved numerically."""
    slope = lambda _, y: (p + q * y / reach) * (reach - y)
    return solve_ivp(slope, (0.0, months), [start], method="DOP853", rtol=1e-12, atol=1e-14).y[0, -1]


def make_adoption():
    for months in (6, 12, 24):
        put("adoption", f"bass.m{months}", grow(0.0, 0.01, 0.3, 1.0, months), 1e-10)
        put("adoption", f"logistic.m{months}", grow(0.02, 0.0, 0.4, 0.8, months), 1e-10)
    put("adoption", "closed.bass", grow(0.0, 0.01, 0.3, 1.0, 12), 1e-10)
    put("adoption", "closed.logistic", grow(0.5, 0.0, 0.3, 1.0, 2), 1e-10)
    # The peak: where the number of newcomers turns, (q - p - 2 q F) = 0.
    peak = brentq(lambda t: 0.29 - 0.6 * grow(0.0, 0.01, 0.3, 1.0, t), 1.0, 30.0, xtol=1e-12)
    put("adoption", "bass.peak", peak, 1e-8)
    put("adoption", "bass.no_peak", 0.0, 0.0)
    for name, value in (("m3", 0.18), ("m10", 0.6), ("m24", 0.6), ("formula", 0.25)):
        put("adoption", "ramp." + name, value, 1e-13)
    put("adoption", "still", 0.0, 0.0)
    share, resistance, cost = 0.0, 0.4, 0.0
    for month in range(1, 19):
        if month == 9:
            resistance += (1.0 - resistance) * 0.5
        effort = 1.0 if month > 3 else 0.25
        cost += 5000.0 * effort + 0.5 * 2000.0
        resistance *= 1.0 - 0.5 * 0.2
        reach = (0.7 + 0.1 * effort) * (1.0 - resistance)
        if share >= reach:
            share -= 0.5 * (share - reach)
        else:
            share = grow(share, 0.02 * (1.0 + 0.2 * effort), 0.25 * (1.0 + 0.2 * effort), reach, 1)
        if month in (6, 9, 18):
            put("adoption", f"pushed.m{month}", share, 1e-10)
    put("adoption", "pushed.cost", cost, 1e-8)
    put("adoption", "pushed.resistance", resistance)
    mean("adoption", "log_speed", 0.0)
    mean("adoption", "log_speed_squared", 0.25)


def make_kpi():
    worth = sum(10.0 * 0.9**t / 1.01**t for t in range(1, 2000))
    for name, value in dict(conversion=0.0221, order_value=45, click_through=0.03, deflection=0.7, retention=0.91,
                            acquisition_cost=125, lifetime_value=worth, nothing_yet=2, first=1.0,
                            last=(16 + 25 + 36) / 3).items():
        put("kpi", name, value)
    mean("kpi", "first_value", 0.0)
    mean("kpi", "value_squared", 4.0)
    mean("kpi", "share", 0.0)
    mean("kpi", "share_squared", 1.0 / 200.0, 2e-5)  # cut off at 0 and 1, six sd away


def make_drift():
    def treat(rate, first_months, first_mends, months, mends, cost, wrong):
        left, at = 1.0, {}
        for month in range(1, 13):
            left *= 1.0 - rate
            if month == 7 + months:
                left = 1.0 - (1.0 - left) * (1.0 - mends)
            at[month] = 1.0 - left
        return at, cost + wrong, wrong

    for name, (at, paid, wasted) in {"words": treat(0.02, 3, 0.5, 2, 0.8, 40, 60),
                                     "tastes": treat(0.03, 2, 0.8, 3, 0.5, 60, 40)}.items():
        for month in (3, 6, 9, 10, 12):
            put("drift", f"{name}.m{month}", at[month])
        put("drift", name + ".paid", paid)
        put("drift", name + ".wasted", wasted)
    for month in (3, 6, 9, 10, 12):
        season = 0.1 * math.cos(math.pi * (month - 3) / 12.0) ** 2
        put("drift", f"season.m{month}", season * (0.2 if month >= 9 else 1.0))
    mean("drift", "law", (1.0 - 0.1 * 0.2) ** 12)
    mean("drift", "rival", (1.0 - 0.1 * 0.2) ** 12)
    mean("drift", "both", (1.0 - 0.1 * 0.2) ** 24)
    mean("drift", "right", 0.8)
    # Half the trials are data's: 0.8 of them order the right remedy, of the others 0.2.
    mean("drift", "cost", 0.5 * 40 + 0.5 * 60)
    mean("drift", "wasted", 0.5 * 60)


def cusum_length(k, h, shift, nodes=400):
    """Of one side, from 0: the integral equation of Page (1954), by Gauss-Legendre nodes."""
    x, w = np.polynomial.legendre.leggauss(nodes)
    x, w = 0.5 * h * (x + 1.0), 0.5 * h * w
    # Unknown: the lengths L(0), L(x_1), ..., where L(s) = 1 + P(back to 0) L(0) + integral of L.
    start = np.concatenate([[0.0], x])
    kernel = np.empty((nodes + 1, nodes + 1))
    kernel[:, 0] = stats.norm.cdf(k - start - shift)
    kernel[:, 1:] = stats.norm.pdf(x[None, :] - start[:, None] + k - shift) * w
    return np.linalg.solve(np.eye(nodes + 1) - kernel, np.ones(nodes + 1))[0]


def page_hinkley_length(shift, runs=100000, most=4000):
    """Simulated: there is no closed form with the mean so far as target. As in tests/library/monitor.lua."""
    rng = np.random.default_rng(20260101)
    average, up, down = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    length, n = np.zeros(0), 0
    while len(average) and n < most:
        n += 1
        value = 0.5 * (rng.standard_normal(len(average)) + (shift if n > 20 else 0.0))
        average = average + (value - average) / n
        up = np.maximum(up + value - average - 0.25, 0.0)
        down = np.maximum(down - value + average - 0.25, 0.0)
        out = (up > 2.0) | (down > 2.0)
        if n == most:
            out[:] = True
        length = np.concatenate([length, np.full(out.sum(), float(n))])
        average, up, down = average[~out], up[~out], down[~out]
    return length.mean(), length.std() / math.sqrt(runs)


def make_upkeep():
    # (size, remedy, cost, months, mends): the loop written out, with losses as plain numbers.
    causes = [(0.02, "retraining", 40, 2, 0.5), (0.015, "strategy", 60, 3, 0.6)]
    for variant, is_right in ("right", True), ("wrong", False):
        loss, works_in, mending, found, cost, alarms = [0.0, 0.0], [0, 0], [False, False], False, 0, 0
        for month in range(1, 13):
            for i, (size, _, _, _, mends) in enumerate(causes):
                loss[i] = 1.0 - (1.0 - loss[i]) * (1.0 - size)
                if mending[i] and works_in[i] == month:
                    loss[i] *= 1.0 - mends
            left = (1.0 - loss[0]) * (1.0 - loss[1])
            put("upkeep", f"left.m{month}", left, 1e-12, variant)
            cost += 5
            if found:  # a month ago
                alarms += 1
                worst = 0 if loss[0] > loss[1] else 1
                named = worst if is_right else 1 - worst
                for i, (_, _, price, months, _) in enumerate(causes):
                    if month >= works_in[i]:
                        mending[i] = i == named
                        works_in[i] = month + (months if i == named else 1)
                        cost += price if i == named else 0
            found = left < 0.93
        put("upkeep", "cost", cost, 1e-9, variant)
        put("upkeep", "alarms", alarms, 0.0, variant)


def make_monitor():
    for variant, shift in (("still", 0.0), ("shifted", 1.0)):
        # Two sides that cannot both be above 0 for long: 1 / L = 1 / L+ + 1 / L- (Kemp 1961; exact here).
        both = 1.0 / (1.0 / cusum_length(0.5, 4.0, shift) + 1.0 / cusum_length(0.5, 4.0, -shift))
        assert abs(both - (167.68, 8.383)[int(shift)]) < (0.005, 0.0005)[int(shift)], both
        mean("monitor", "cusum", both, 0.0, variant)
        length, error = page_hinkley_length(shift)
        mean("monitor", "page_hinkley", length, 4.5 * error, variant)
        chance = stats.norm.cdf((0.88 - (0.9 - 0.1 * shift)) / 0.02)
        weekly = 1.0 - (1.0 - chance) ** 4
        is_false = 1.0 - shift
        mean("monitor", "weekly.alarms", 12 * weekly, 0.0, variant)
        mean("monitor", "weekly.false_alarms", is_false * 12 * weekly, 0.0, variant)
        mean("monitor", "weekly.cost", 480 + is_false * 1200 * weekly, 0.0, variant)
        # Months 3, 6 and 9 are heard of two months later, month 12 after the end.
        mean("monitor", "quarterly.alarms", 3 * chance, 1e-3, variant)
        mean("monitor", "quarterly.cost", 40 + is_false * 300 * chance, 0.0, variant)
        mean("monitor", "campaign.alarms", 2 * chance, 1e-3, variant)  # months 2 and 7, heard of in 3 and 8
        # `good` is the limit here: at 0.9 an alarm is false, at 0.8 it is not.
        mean("monitor", "campaign.cost", 30 + is_false * 200 * chance, 0.0, variant)
        mean("monitor", "survey.answers", 40, 0.0, variant)
        mean("monitor", "survey.seen", 0.0, 0.0, variant)
        mean("monitor", "squared", 1.0, 0.0, variant)
        put("monitor", "survey.early", 0, 0.0, variant)
        put("monitor", "survey.cost", 800, 0.0, variant)
        mean("monitor", "social.silent", 0.9**20, 0.0, variant)
        mean("monitor", "social.seen", -0.15, 0.0, variant)


def make_refine():
    quality, strength, ready = 0.5, 1.0, []
    for month in range(1, 10):
        if month in (3, 5, 7, 9):
            quality += 0.08 * strength
            strength *= 0.75
        put("refine", f"quality[{month}]", quality)
    gain = 0.08 * (1 + 0.75 + 0.75**2 + 0.75**3)
    for name, value in dict(spent=400, done=4, gain=gain, busy=1).items():
        put("refine", name, value)
    put("refine", "undone.quality", 0.5 + gain - 0.08 * 0.75**3)
    put("refine", "undone.done", 3)
    put("refine", "undone.gain", gain - 0.08 * 0.75**3)
    mean("refine", "drawn", 0.0)
    mean("refine", "drawn_squared", 0.0009)
    mean("refine", "paid", 5 * 12 * 0.5)


def make_comparison():
    def size(a, b, power, alpha):  # where the pooled test reaches the power, solved and not by formula
        return brentq(lambda n: strength(a, b, n, alpha) - power, 2.0, 1e8, xtol=1e-9, rtol=1e-14)

    def strength(a, b, n, alpha=0.05):
        pooled = (a + b) / 2
        critical = stats.norm.isf(alpha / 2) * math.sqrt(2 * pooled * (1 - pooled) / n)
        return stats.norm.sf(critical, abs(a - b), math.sqrt((a * (1 - a) + b * (1 - b)) / n))

    assert abs(size(0.01, 0.011, 0.8, 0.05) - 163094.6) < 0.05
    put("comparison", "size", size(0.01, 0.011, 0.8, 0.05), 1e-5)
    put("comparison", "size_strict", size(0.3, 0.25, 0.9, 0.01), 1e-7)
    put("comparison", "power", strength(0.01, 0.011, 163094.617498142))
    put("comparison", "power_small", strength(0.3, 0.25, 400))
    for name, (a, m, b, n), level in (("clicks", (2033, 17293, 1945, 17260), 0.95),
                                      ("visits", (1116, 10653, 3238, 21387), 0.99)):
        table = [[a, m - a], [b, n - b]]
        chi2, p = stats.chi2_contingency(table, correction=False)[:2]
        difference = b / n - a / m
        half = stats.norm.isf((1 - level) / 2) * math.sqrt(a / m * (1 - a / m) / m + b / n * (1 - b / n) / n)
        put("comparison", name + ".difference", difference)
        put("comparison", name + ".z", math.copysign(math.sqrt(chi2), difference), 1e-10)
        put("comparison", name + ".p", p, 1e-8 * p)
        put("comparison", name + ".low", difference - half)
        put("comparison", name + ".high", difference + half)
    groups = {"plain": ((10, 2, 30), (11, 3, 40), 0.95), "small": ((3.5, 0.7, 5), (2.1, 2.4, 9), 0.9),
              "spend": ((0.65743, 11.0008, 10653), (1.0772, 15.1161, 21387), 0.95),
              # Chosen to give the interval .04538 to .53462 around .29.
              "interval": ((0, 1.1, 100), (0.29, 1.8, 1000), 0.95)}
    for name, (a, b, level) in groups.items():
        t, p = stats.ttest_ind_from_stats(*b, *a, equal_var=False)
        va, vb = a[1] ** 2 / a[2], b[1] ** 2 / b[2]
        df = (va + vb) ** 2 / (va**2 / (a[2] - 1) + vb**2 / (b[2] - 1))
        half = stats.t.isf((1 - level) / 2, df) * math.sqrt(va + vb)
        put("comparison", name + ".t", t)
        put("comparison", name + ".p", p, 1e-9 * p)
        put("comparison", name + ".df", df, 1e-12 * df)
        put("comparison", name + ".low", b[0] - a[0] - half, 1e-8)
        put("comparison", name + ".high", b[0] - a[0] + half, 1e-8)
    for i, alpha in enumerate((0.01, 0.05, 0.1), 1):
        for looks in range(1, 11):
            put("comparison", f"looks.pocock_{i}_{looks}", pocock(looks, alpha), 6e-7)
            put("comparison", f"looks.fleming_{i}_{looks}", obrien_fleming(looks, alpha), 6e-7)
    assert abs(pocock(4, 0.05) - 2.361298) < 1e-6
    put("comparison", "bound", 2.361298, 0.0)
    put("comparison", "bound_last", obrien_fleming(4, 0.05), 6e-7)
    put("comparison", "bound_first", 2 * obrien_fleming(4, 0.05), 2e-6)


def make_experiment():
    once, shape = stats.norm.isf(0.025), np.sqrt(4 / np.arange(1, 5))
    bounds = {"fixed": [8.0, 8.0, 8.0, once], "peeking": [once] * 5, "pocock": [pocock(4, 0.05)] * 4,
              "fleming": obrien_fleming(4, 0.05) * shape}
    bounds["pocock drift"], bounds["fleming drift"] = bounds["pocock"], bounds["fleming"]
    assert abs(crossing(bounds["peeking"]) - 0.1417) < 0.00005
    for variant, list_ in bounds.items():
        drift = 1.5 if "drift" in variant else 0.0
        found = crossing(list_, drift)
        mean("experiment", "found", found, 0.0, variant)
        # Shares: normal counts with an estimated variance, so nearly the same.
        mean("experiment", "share_found", found, 0.002, variant)
        months = 1.0 + sum(1.0 - crossing(list_[:k], drift) for k in range(1, len(list_)))
        mean("experiment", "months", months, 1e-9, variant)
        put("experiment", "decided", 1, 0.0, variant)
        if drift == 0.0:
            mean("experiment", "better", found / 2, 0.0, variant)


for make in (make_statistics, make_finance, make_adoption, make_kpi, make_drift, make_upkeep, make_monitor,
             make_refine, make_comparison, make_experiment):
    make()
print("\n".join(lines))
