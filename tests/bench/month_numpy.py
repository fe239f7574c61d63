#!/usr/bin/env python3
"""The trial of month.lua in numpy, in chunks that stay in the cache, in two ways: plain, as it reads
best, and tuned, with every array written in place and formulas rearranged for fewer passes.

  month_numpy.py plain|tuned TRIALS [CHUNK]    prints "seconds S" of processor time without start
                                               and imports, then "NAME MEAN ERROR" for each output

SPDX-License-Identifier: Apache-2.0
"""

import math
import sys
import time

import numpy as np

MONTHS, LOW, MIDDLE, HIGH = 36, 0.1, 0.25, 0.5
RETRAIN_BELOW, DISCOUNT = 0.85, 1.0 / 1.08 ** (1.0 / 12.0)
NAMES = ["accuracy", "npv", "payback", "retrained", "total"]
Z95 = 1.6448536269514722
VOLUME = (math.log(80000 * 150000) / 2, math.log(150000 / 80000) / (2 * Z95))


def share_of(month):
    return LOW if month < 6 else MIDDLE if month < 18 else HIGH


def play_plain(random, n, out):
    """Plays n trials into the rows of `out`, in the order of NAMES."""
    volume = random.lognormal(*VOLUME, n)
    wage = random.triangular(22, 26, 31, n)
    accuracy = random.normal(0.92, 0.015, n)
    growth = random.uniform(0.0, 0.02, n)
    decay = random.exponential(0.004, n)
    minutes = 6.0 * random.weibull(2.0, n)
    setup = random.logistic(60000, 8000, n)
    error_cost = 2.0 * (1.0 + random.pareto(3.0, n))
    licence = random.uniform(2000, 4000, n)
    npv, total, payback, retrained, factor = -setup, -setup, np.zeros(n), np.zeros(n), 1.0
    for month in range(1, MONTHS + 1):
        accuracy -= decay
        worn = accuracy < RETRAIN_BELOW
        accuracy[worn] += 0.05
        retrained[worn] += 1
        queries = volume * (1.0 + growth * month) * (1.0 + random.normal(0.0, 0.08, n))
        answered = queries * share_of(month)
        wrong = answered * (1.0 - accuracy)
        cash = (answered - wrong) * minutes / 60.0 * wage * 0.1 - wrong * error_cost - licence
        cash[random.random(n) < 0.02] -= 20000
        factor *= DISCOUNT
        npv += cash * factor
        total += cash
        payback[(payback == 0) & (total >= 0)] = month
    out[:] = accuracy, npv, payback, retrained, total


def play_tuned(random, n, out):
    """The same."""
    accuracy, npv, payback, retrained, total = out
    volume = random.lognormal(*VOLUME, n)
    wage = random.triangular(22, 26, 31, n)
    accuracy[:] = random.normal(0.92, 0.015, n)
    growth = random.uniform(0.0, 0.02, n)
    decay = random.exponential(0.004, n)
    gain = random.weibull(2.0, n) * wage * (6.0 / 60.0 * 0.1)  # an answer's minutes in money
    setup = random.logistic(60000, 8000, n)
    error_cost = 2.0 * (1.0 + random.pareto(3.0, n))
    licence = random.uniform(2000, 4000, n)
    np.negative(setup, out=npv)
    total[:] = npv
    payback[:] = 0.0
    retrained[:] = 0.0
    growth *= volume
    answered, wrong, cash, shock = np.empty((4, n))
    mask, unpaid = np.empty((2, n), bool)
    factor = 1.0
    for month in range(1, MONTHS + 1):
        share = share_of(month)
        accuracy -= decay
        np.less(accuracy, RETRAIN_BELOW, out=mask)
        np.multiply(mask, 0.05, out=cash)
        accuracy += cash
        retrained += mask
        random.standard_normal(out=shock)
        shock *= 0.08 * share
        shock += share
        np.multiply(growth, month, out=answered)
        answered += volume
        answered *= shock
        np.subtract(1.0, accuracy, out=wrong)
        wrong *= answered
        np.subtract(answered, wrong, out=cash)
        cash *= gain
        wrong *= error_cost
        cash -= wrong
        cash -= licence
        random.random(out=shock)
        np.less(shock, 0.02, out=mask)
        np.multiply(mask, 20000.0, out=shock)
        cash -= shock
        factor *= DISCOUNT
        total += cash
        cash *= factor
        npv += cash
        np.equal(payback, 0.0, out=unpaid)
        np.greater_equal(total, 0.0, out=mask)
        mask &= unpaid
        np.copyto(payback, month, where=mask)


def main():
    play = {"plain": play_plain, "tuned": play_tuned}[sys.argv[1]]
    trials, chunk = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 8192
    start = time.process_time()
    random = np.random.Generator(np.random.PCG64DXSM(1))
    outputs = np.empty((len(NAMES), trials))
    for first in range(0, trials, chunk):
        play(random, min(chunk, trials - first), outputs[:, first : first + chunk])
    lines = []
    for name, column in zip(NAMES, outputs):
        mean, error = column.mean(), column.std(ddof=1) / math.sqrt(trials)
        np.percentile(column, [5, 25, 50, 75, 95])
        lines.append(f"{name} {mean:.17g} {error:.17g}")
    print("seconds", time.process_time() - start)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
