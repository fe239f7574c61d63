"""Statistics recomputed without the engine, for make_rollout.py. Each is a pair: the value, and the
size that its error is measured against (0: exact).
SPDX-License-Identifier: Apache-2.0"""
import math
from fractions import Fraction

import mpmath as mp
import numpy as np
from scipy import stats

F = mp.mpf


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
PAIRS = ("wage,demand", "arrivals,wage", "shock[1],shock[2]", "shock[1],shock[4]", "demand,quality")


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


def saved(pairs):
    """Trials that pairing saved, and the error of that: see pair.h."""
    v, w = np.array([pair for pair in pairs if math.isfinite(sum(pair))], dtype=np.longdouble).T
    apart, both = (v - v.mean()) ** 2 + (w - w.mean()) ** 2, (w - v - (w - v).mean()) ** 2
    if both.max() <= 1e-24 * max(apart.max(), 1):
        return (math.nan, 0), (math.nan, 0)
    economy, count = apart.mean() / both.mean(), len(v)
    error = (apart - economy * both).std(ddof=1) / (both.sum() / (count - 1)) * math.sqrt(count)
    return (float((economy - 1) * count), float(economy * count)), (float(error), float(error))


def compare(name, base, other):
    pairs = [(float(v), float(w)) for v, w in zip(base, other)]
    finite = [w - v for v, w in pairs if math.isfinite(v) and math.isfinite(w)]
    size = max(math.fsum(abs(v) + abs(w) for v, w in pairs if math.isfinite(v + w)) / len(finite), 1e-6)
    mean, _, error = moments(finite)
    found = {"difference.mean": (mean, size), "difference.mean_error": (error, size)}
    found.update(zip(("difference.trials_saved", "difference.trials_saved_error"), saved(pairs)))
    if name in BETTER:
        numbers = [(v, w) for v, w in pairs if not math.isnan(v) and not math.isnan(w)]
        points = [0.5 if v == w else float((w > v) == (BETTER[name] > 0)) for v, w in numbers]
        p = math.fsum(points) / len(points)
        spread = math.sqrt(math.fsum((x - p) ** 2 for x in points) / len(points))
        found["difference.probability_better"] = (p, 1e-6)
        found["difference.probability_better_error"] = (spread / math.sqrt(len(points)), 1e-6)
    return found


def share(cells):
    found = {}
    for text in sorted(set(cells)):
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
        for pair in PAIRS:
            columns = [[row["in:" + name] for row in table] for name in pair.split(",")]
            lines.append((variant, pair, "reached", float(stats.spearmanr(*columns)[0]), 1e-6))
    return lines
