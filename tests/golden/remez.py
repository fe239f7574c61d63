"""Minimax polynomials (Remez exchange in mpmath) for the programs beside.
SPDX-License-Identifier: Apache-2.0"""
import mpmath as mp


def solve_levelled(function, weight, nodes, degree):
    """Polynomial whose weighted error alternates with equal size at the degree + 2 nodes."""
    size = degree + 2
    matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
    for i, x in enumerate(nodes):
        for j in range(degree + 1):
            matrix[i, j] = x ** j
        matrix[i, degree + 1] = (-1) ** i / weight(x)
        right[i] = function(x)
    solution = mp.lu_solve(matrix, right)
    return [solution[j] for j in range(degree + 1)], abs(solution[degree + 1])


def minimax(function, low, high, degree, weight=lambda x: mp.mpf(1), rounds=5, grid=30):
    """Coefficients from the constant up, and the largest weighted error."""
    low, high = mp.mpf(low), mp.mpf(high)
    size = degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * mp.cos(mp.pi * i / (size - 1)) for i in range(size)]
    count = grid * size
    points = [middle - half * mp.cos(mp.pi * i / count) for i in range(count + 1)]
    values = [(x, function(x), weight(x)) for x in points]
    worst = mp.inf
    for _ in range(rounds):
        coefficients, level = solve_levelled(function, weight, nodes, degree)
        errors = [(mp.polyval(coefficients[::-1], x) - f) * w for x, f, w in values]
        extrema, start = [], 0
        for i in range(1, len(errors) + 1):
            if i == len(errors) or (errors[i] > 0) != (errors[start] > 0):
                extrema.append(max(range(start, i), key=lambda j: abs(errors[j])))
                start = i
        worst = max(abs(e) for e in errors)
        if worst < level * mp.mpf("1.001") or len(extrema) < size:
            break
        while len(extrema) > size:
            if abs(errors[extrema[0]]) < abs(errors[extrema[-1]]):
                extrema.pop(0)
            else:
                extrema.pop()
        nodes = [points[i] for i in extrema]
    return coefficients, worst
