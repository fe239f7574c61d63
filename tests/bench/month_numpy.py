#!/usr/bin/env python3
"""The trial of month.lua in numpy, as fast as it goes: chunks that stay in the cache, arrays written
in place, what does not change in a month computed once.

  month_numpy.py TRIALS [CHUNK]    prints "seconds S" of processor time without start and imports,
                                   then "NAME MEAN ERROR" for each output

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


def play(random, n, out):
    """Plays n trials into the rows of `out`, in the order of NAMES."""
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
        share = LOW if month < 6 else MIDDLE if month < 18 else HIGH
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
    trials, chunk = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4096
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
