"""Best portfolios by another solver (HiGHS, over scipy.optimize.milp): make_portfolio.py > portfolio.h

The file holds how an instance is drawn (tests/unit_portfolio.c draws the same one) and the value of its
best set. Costs and values are whole numbers, so that the solver's gaps (relative 0, absolute 1e-6)
leave no doubt; the set is checked here in whole numbers.
SPDX-License-Identifier: Apache-2.0"""
import sys

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

MASK = (1 << 64) - 1


class Words:
    """splitmix64 (Steele, Lea & Flood 2014)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state + 0x9e3779b97f4a7c15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9) & MASK
        z = ((z ^ (z >> 27)) * 0x94d049bb133111eb) & MASK
        return (z ^ (z >> 31)) % limit


def draw(seed, count, needs, kind):
    """Kinds: 0 values without regard to costs, 1 values near costs, 2 values costs plus a constant,
    3 as 0 with some negative, 4 a tenth of the items are costly foundations worth nothing."""
    words = Words(seed)
    cost, value = [], []
    for i in range(count):
        c = 1000 + words.below(99000)
        v = words.below(100000)
        if kind == 1:
            v = c + v // 5
        if kind == 2:
            v = c + 10000
        if kind == 3:
            v -= 25000
        if kind == 4 and i < count // 10:
            v, c = 0, 2 * c
        cost.append(c)
        value.append(v)
    edges = []
    for _ in range(needs):
        item = 1 + words.below(count - 1)
        needed = words.below(min(item, count // 10) if kind == 4 else item)
        edges.append((item, needed))
    return cost, value, edges


def best_of(cost, value, edges, budget, at_most):
    count = len(cost)
    rows = [cost, [1] * count]
    upper = [budget, at_most or count]
    for item, needed in edges:
        row = [0] * count
        row[item] += 1
        row[needed] -= 1
        rows.append(row)
        upper.append(0)
    found = milp(-np.array(value), integrality=np.ones(count), bounds=Bounds(0, 1),
                 constraints=LinearConstraint(np.array(rows), -np.inf, upper),
                 options={"mip_rel_gap": 0, "time_limit": 120})
    if found.status != 0:
        return None
    chosen = [i for i in range(count) if found.x[i] > 0.5]
    if (sum(cost[i] for i in chosen) > budget or len(chosen) > (at_most or count) or
            any(item in chosen and needed not in chosen for item, needed in edges)):
        return None
    return sum(value[i] for i in chosen)


def main():
    print("/* The values of best portfolios, by HiGHS. Made by make_portfolio.py.\n"
          " * SPDX-License-Identifier: Apache-2.0 */\n"
          "static const struct {\n"
          "  unsigned seed, count, needs, kind, at_most, percent; /* of all costs: the budget */\n"
          "  double value;\n"
          "} golden_portfolios[] = {")
    seed = 0
    for count in (100, 150, 200):
        for needs, kind, share in ((0, 0, 0), (40, 0, 0), (0, 1, 0), (60, 3, 0), (0, 2, 0), (50, 2, 8),
                                   (60, 4, 0), (200, 4, 6), (0, 0, 5), (40, 1, 5), (30, 3, 10),
                                   (300, 0, 0)):
            for percent in (20, 45):
                seed += 1
                at_most = count // share if share else 0
                cost, value, edges = draw(seed, count, needs, kind)
                budget = sum(cost) * percent // 100
                best = best_of(cost, value, edges, budget, at_most)
                if best is None:
                    print("%d: not solved" % seed, file=sys.stderr)
                    continue
                print("    {%d, %d, %d, %d, %d, %d, %d}," % (seed, count, needs, kind, at_most,
                                                             percent, best), flush=True)
    print("};")


main()
