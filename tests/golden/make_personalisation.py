"""The real numbers of scenarios/personalisation.yaml, from the two public files that they were counted in:
make_personalisation.py asos_experiments.csv.gz online_shoppers.csv.gz
scenarios/data/README.md says where both come from. They are not shipped.
SPDX-License-Identifier: Apache-2.0"""
import collections
import csv
import gzip
import math
import sys


def rows(path):
    return csv.DictReader(gzip.open(path, "rt"))


def last_comparisons(path, metric):
    """Relative effect and its variance (delta method) at the last look of each comparison."""
    last = {}
    for row in rows(path):
        key = row["experiment_id"], row["variant_id"]
        time = float(row["time_since_start"])
        if row["metric_id"] == metric and (key not in last or time > last[key][0]):
            last[key] = time, row
    for _, row in last.values():
        (n_c, n_t), (mean_c, mean_t), (var_c, var_t) = (
            [float(row[name + group]) for group in ("_c", "_t")] for name in ("count", "mean", "variance"))
        ratio = mean_t / mean_c
        yield ratio - 1.0, (var_t / n_t + ratio * ratio * var_c / n_c) / (mean_c * mean_c)


def moments(effects):
    """Mean and sd of the true effects, by moments: DerSimonian & Laird, Controlled Clinical Trials 7 (1986)."""
    weights = [1.0 / variance for _, variance in effects]
    total = sum(weights)
    mean = sum(w * effect for w, (effect, _) in zip(weights, effects)) / total
    q = sum(w * (effect - mean) ** 2 for w, (effect, _) in zip(weights, effects))
    between = max((q - (len(effects) - 1)) / (total - sum(w * w for w in weights) / total), 0.0)
    weights = [1.0 / (variance + between) for _, variance in effects]
    return sum(w * effect for w, (effect, _) in zip(weights, effects)) / sum(weights), math.sqrt(between)


effects = list(last_comparisons(sys.argv[1], "1"))
mean, sd = moments(effects)
print(f"{len(effects)} comparisons: mean {mean:.4f}, sd {sd:.4f}")
sessions, buyers = collections.Counter(), collections.Counter()
for row in rows(sys.argv[2]):
    sessions[row["Month"]] += 1
    buyers[row["Month"]] += row["Revenue"].lower() == "true"
for month in ("Feb", "Mar", "May", "June", "Jul", "Aug"):
    print(f"{month}: {buyers[month]} of {sessions[month]}")
print(f"all: {sum(buyers.values())} of {sum(sessions.values())}")
