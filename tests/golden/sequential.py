"""Two-sided group-sequential tests with equal steps, by recursive integration (Armitage, McPherson &
Rowe, Journal of the Royal Statistical Society A 132, 1969): the constants of scripts/library/experiment.lua.
sequential.py prints them; make_library.py imports it.
SPDX-License-Identifier: Apache-2.0"""
import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

NODES, WEIGHTS = np.polynomial.legendre.leggauss(120)


def crossing(bounds, drift=0.0):
    """Probability that |Z_k| reaches bounds[k] at any of the looks; Z_k's mean is drift * sqrt(k)."""
    # The density of the sum S_k = Z_k sqrt(k) over trials that have not stopped.
    inside, points, density = 1.0, None, None
    for k, bound in enumerate(bounds, 1):
        edge = bound * np.sqrt(k)
        if points is None:
            inside = norm.cdf(edge - drift) - norm.cdf(-edge - drift)
        else:
            inside = np.sum(density * (norm.cdf(edge - points - drift) - norm.cdf(-edge - points - drift)))
        fresh = edge * NODES
        if points is None:
            values = norm.pdf(fresh - drift)
        else:
            values = norm.pdf(fresh[:, None] - points[None, :] - drift) @ density
        points, density = fresh, values * WEIGHTS * edge
    return 1.0 - inside


def pocock(looks, alpha):
    return brentq(lambda c: crossing([c] * looks) - alpha, 1.0, 6.0, xtol=1e-13)


def obrien_fleming(looks, alpha):
    shape = np.sqrt(looks / np.arange(1, looks + 1))
    return brentq(lambda c: crossing(c * shape) - alpha, 1.0, 6.0, xtol=1e-13)


if __name__ == "__main__":
    for name, rule in (("pocock", pocock), ("obrien_fleming", obrien_fleming)):
        for alpha in (0.01, 0.05, 0.1):
            print(name, alpha, ", ".join(f"{rule(looks, alpha):.6f}" for looks in range(1, 11)))
    print("five looks at 1.96:", crossing([norm.ppf(0.975)] * 5), crossing([1.96] * 5))
