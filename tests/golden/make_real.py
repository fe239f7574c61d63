"""Arguments and exact values of the elementary functions: make_real.py > real.h

With --coefficients: the polynomials of engine/base/real_kernels.h and power_kernel.h and their
largest errors.
SPDX-License-Identifier: Apache-2.0"""
import random
import struct
import sys

import mpmath as mp

from remez import minimax

mp.mp.prec = 240


def print_coefficients():
    """exp(r) = 1 + r + r^2 P(r), error relative to 1; 2 atanh(s) = 2s + s^3 P(s^2)."""
    half = mp.log(2) / 2 * mp.mpf("1.0001")

    def rest_of_exp(r):
        if abs(r) < mp.mpf(10) ** -8:
            return sum(r ** n / mp.factorial(n + 2) for n in range(8))
        return (mp.exp(r) - 1 - r) / r ** 2
    coefficients, error = minimax(rest_of_exp, -half, half, 9,
                                  weight=lambda r: max(r * r, mp.mpf("0.001")))
    print("exp, error %s:" % mp.nstr(error, 3), [float(c).hex() for c in coefficients])
    largest = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.0001")
    coefficients, error = minimax(lambda z: sum(2 * z ** n / (2 * n + 3) for n in range(60)), 0,
                                  largest, 7)
    print("log, error %s:" % mp.nstr(error, 3), [float(c).hex() for c in coefficients])
    print_power(largest)
    high = mp.floor(mp.log(2) * 2 ** 40) / 2 ** 40
    print("ln 2:", float(high).hex(), float(mp.log(2) - high).hex())


def print_power(largest):
    """2 atanh(s) = 2s + s^3 (2/3 + z Q(z)), z = s^2, error relative to 2s. Q begins with 2/5 as a
    double: rounding a fitted first coefficient would cost more than fixing it does."""
    coefficients, _ = minimax(lambda z: sum(2 * z ** n / (2 * n + 7) for n in range(60)), 0, largest,
                              6, weight=lambda z: max(z ** 3, mp.mpf("1e-8")) / 2)
    rounded = [0.4] + [float(c) for c in coefficients]
    error = max(abs(mp.polyval([mp.mpf(c) for c in rounded[::-1]], z) -
                    sum(2 * z ** n / (2 * n + 5) for n in range(60))) * z * z / 2
                for z in (largest * i / 200 for i in range(1, 201)))
    print("pow, error %s:" % mp.nstr(error, 3), [c.hex() for c in rounded])
    third = mp.mpf(2) / 3
    print("2/3:", float(third).hex(), float(third - float(third)).hex())


def any_double(low=-1074, high=1023):
    return random.uniform(1, 2) * 2.0 ** random.randint(low, high) if low > -1022 else \
        abs(struct.unpack("<d", struct.pack("<Q", random.randrange(1, 0x7ff0 << 48)))[0])


def signed(x):
    return random.choice((-1, 1)) * x


ARGUMENTS = {
    "exp": lambda: random.choice((random.uniform(-745, 709), random.uniform(-2, 2),
                                  random.uniform(-745.1, -708), signed(any_double(-60, 3)))),
    "log": lambda: random.choice((any_double(), random.uniform(0.5, 2), random.random() * 2 ** -1022,
                                  1 + signed(2.0 ** -random.randint(3, 52)))),
    "log1p": lambda: random.choice((any_double(-60, 1000), -random.random(), signed(
        any_double(-80, -1)))),
    "expm1": lambda: random.choice((random.uniform(-40, 709), signed(any_double(-80, 3)))),
    "log2": lambda: random.choice((any_double(), random.uniform(0.5, 2))),
    "log10": lambda: random.choice((any_double(), random.uniform(0.5, 2))),
    "sin": lambda: random.choice((random.uniform(-10, 10), signed(any_double(-30, 1000)))),
    "cos": lambda: random.choice((random.uniform(-10, 10), signed(any_double(-30, 1000)))),
    "tan": lambda: random.choice((random.uniform(-10, 10), signed(any_double(-30, 1000)))),
    "asin": lambda: random.choice((random.uniform(-1, 1), signed(any_double(-60, -1)))),
    "acos": lambda: random.choice((random.uniform(-1, 1), signed(any_double(-60, -1)))),
    "atan": lambda: random.choice((random.uniform(-5, 5), signed(any_double(-60, 60)))),
}


def pow_arguments():
    while True:
        x, y = any_double(-1000, 1000) if random.random() < 0.5 else random.uniform(0.5, 2), signed(
            any_double(-10, 9))
        if abs(y * mp.log(x)) < 709.7:
            return x, y


def hard_pow_arguments():
    """Where errors of the logarithm count most: a result near overflow or underflow, or a root
    of a number whose logarithm is split near the ends of its interval."""
    kind = random.randrange(4)
    x = random.uniform(0.70, 1.42) if kind < 3 else any_double()
    if kind == 1:
        x = random.choice((1, 2)) * 0.5 ** 0.5 * random.uniform(0.999, 1.001)
    low, high = ((-745, -690), (690, 709.78), (-745, 709.78))[random.randrange(3)]
    return x, float(random.uniform(low, high) / mp.log(x))


def whole_pow_arguments():
    while True:
        x, y = signed(random.randint(2, 2000)), float(random.randint(-30, 60))
        if abs(y * mp.log(abs(x))) < 709:
            return float(x), y


def atan2_arguments():
    return signed(any_double(-30, 30)), signed(any_double(-30, 30))


def put(name, x, y, value):
    """The nearest double, and the rest in its units in the last place."""
    near = float(value)
    _, exponent = mp.frexp(mp.mpf(near))
    unit = mp.mpf(2) ** max(int(exponent) - 53, -1074)
    print("    {%s, %s, %s, %s, %s, %s}," % (name, x.hex(), y.hex(), near.hex(), float(unit).hex(),
                                         float((value - mp.mpf(near)) / unit).hex()))


def main():
    if "--coefficients" in sys.argv:
        return print_coefficients()
    random.seed(20)
    print("/* Exact values of elementary functions, made by make_real.py.")
    print(" * SPDX-License-Identifier: Apache-2.0 */")
    print("static const struct {\n  int function;\n  double x, y, near, ulp, rest;")
    print("} golden_reals[] = {")
    for name, draw in ARGUMENTS.items():
        for _ in range(200 if name in ("exp", "log") else 60):
            x = draw()
            put("REAL_" + name, x, 0.0, getattr(mp, {"log2": "log", "log10": "log10"}.get(
                name, name))(mp.mpf(x), *([2] if name == "log2" else [])))
    for _ in range(100):
        x, y = pow_arguments()
        put("REAL_pow", x, y, mp.mpf(x) ** mp.mpf(y))
    for _ in range(60):
        x, y = atan2_arguments()
        put("REAL_atan2", x, y, mp.atan2(mp.mpf(x), mp.mpf(y)))
    for _ in range(600):
        x, y = random.choice((hard_pow_arguments, hard_pow_arguments, whole_pow_arguments))()
        put("REAL_pow", x, y, mp.mpf(x) ** mp.mpf(y))
    print("};")


main()
