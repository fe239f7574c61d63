"""What `pilotage run oracle.yaml` must print: make_rollout.py, run here, writes oracle.csv and
oracle_answer.txt.

Nothing is taken from the engine: the scenario and its script are repeated here in Python, over
exact_draws.py and exact_statistics.py. In oracle.csv the row `scale` holds the standard deviation
that an error is measured against, as the interquartile range tells it; 0 asks for the same text.
SPDX-License-Identifier: Apache-2.0"""
import csv
import math
import os
import sys

import mpmath as mp

sys.dont_write_bytecode = True  # no folder of caches beside the tests
from exact_draws import (F, Clamp, Cut, List, Mixture, bernoulli, beta, binomial, cauchy, check_words,
                         exponential, failures, flat, gamma, geometric, logistic, lognormal,
                         lognormal_log, lognormal_range, metalog, normal, normal_range, pareto, pert,
                         poisson, proportion, span, standard_normal, student, triangular, uniform,
                         weibull)
from exact_statistics import answer, scale_of

SEED, TRIALS = 2026, 300
HERE = os.path.dirname(os.path.abspath(__file__))

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
    scores = [standard_normal(uniform(SEED, "in:" + name, k, trial)) for name, k in ORDER]
    joint = {element: mp.ncdf(mp.fsum(LOWER[i, j] * scores[j] for j in range(i + 1)))
             for i, element in enumerate(ORDER)}

    def value(dist, name, k):
        drawn = dist.ppf(joint.get((name, k)) or uniform(SEED, "in:" + name, k, trial))
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
        drawn = dist.ppf(uniform(SEED, "draw:" + site, k, self.trial))
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
        "setting": draw(lognormal_range(*((10, 30) if variant == "other" else (8, 15))), "cost", 3),
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
            file.write(f"{variant}|{name}|{key}|{show(value) or 'null'}|{scale:.6g}\n")


if __name__ == "__main__":
    main()
