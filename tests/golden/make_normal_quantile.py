"""The table of random/normal_kernels.h: make_normal_quantile.py > engine/random/normal_table.h

|z| as a polynomial in t on each quarter of an octave of the smaller tail p, from 2^-53 to 1/2;
t = (p's fraction within the quarter) - 1/8. Interpolation at Chebyshev nodes in 60 digits; the
error between nodes is printed to stderr.
SPDX-License-Identifier: Apache-2.0"""
import sys
import textwrap

import mpmath as mp
from scipy.special import ndtri

mp.mp.dps = 60
DEGREE, QUARTERS, OCTAVES = 10, 4, 52


def normal_quantile(p):
    """|z| with upper tail p, by Newton's method on the logarithm of the tail."""
    z = mp.mpf(-ndtri(float(p)))
    for _ in range(4):
        tail = mp.erfc(z / mp.sqrt(2)) / 2
        z += mp.log(tail / p) * tail / mp.npdf(z)
    return z


def interpolate(function, low, high):
    """Monomial coefficients through the Chebyshev nodes of [low, high]."""
    count = DEGREE + 1
    nodes = [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * count))
             for i in range(count)]
    matrix = mp.matrix(count, count)
    for i, t in enumerate(nodes):
        for j in range(count):
            matrix[i, j] = t ** j
    solution = mp.lu_solve(matrix, mp.matrix([function(t) for t in nodes]))
    return [solution[j] for j in range(count)]


def print_rows(segments):
    """Coefficient by coefficient, the halves first and the rarest tails last."""
    print("/* Normal quantiles by quarters of octaves, made by tests/golden/make_normal_quantile.py.")
    print(" * SPDX-License-Identifier: Apache-2.0 */")
    print("enum { PIL_NORMAL_COEFFICIENTS = %d, PIL_NORMAL_SEGMENTS = %d };" %
          (DEGREE + 1, len(segments)))
    print("\n/* Segment 0 is p = 1/2 alone, 1 the quarter below it, and so on down to 2^-53. */")
    print("static const double pil_normal_table[PIL_NORMAL_COEFFICIENTS][PIL_NORMAL_SEGMENTS] = {")
    for j in range(DEGREE + 1):
        text = ", ".join(float(segment[j]).hex() for segment in segments)
        print(textwrap.fill("{" + text + "},", 100, initial_indent="    ",
                            subsequent_indent="     "))
    print("};")


def main():
    eighth, worst = mp.mpf(1) / 8, mp.mpf(0)
    segments = [[0] * (DEGREE + 1)]
    for octave in range(-2, -2 - OCTAVES, -1):
        for quarter in reversed(range(QUARTERS)):
            def at(t):
                return normal_quantile((1 + mp.mpf(quarter) / 4 + eighth + t) * mp.mpf(2) ** octave)
            coefficients = [float(c) for c in interpolate(at, -eighth, eighth)]
            segments.append(coefficients)
            for i in range(-3, 4):
                t = eighth * i / 3
                error = mp.polyval([mp.mpf(c) for c in coefficients[::-1]], t) - at(t)
                worst = max(worst, abs(error))
    print_rows(segments)
    print("largest error at 7 points a segment: %s" % mp.nstr(worst, 3), file=sys.stderr)


main()
