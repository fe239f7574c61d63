"""Words and the normal quantiles they give, frozen: make_normal_words.py > normal_words.h

`exact` comes from mpmath; `bits` are what the table of engine/random/normal_table.h gives when its
polynomial is evaluated with correctly rounded fused multiply-adds in the kernel's order, done
here in rationals. A change of either would change every result of every scenario.
SPDX-License-Identifier: Apache-2.0"""
import pathlib
import re
import struct
from fractions import Fraction

import mpmath as mp
from scipy.special import ndtri

mp.mp.dps = 40
WORDS = ([0, 2 ** 64 - 1, 2 ** 63, 2 ** 63 - 1, 2 ** 62, 2 ** 64 - 2 ** 62 - 1, 1 << 12, 0xfff]
         + [(0x9e3779b97f4a7c15 * i) % 2 ** 64 >> (i % 3 * i // 2) for i in range(1, 33)])


def read_table():
    path = pathlib.Path(__file__).parent / "../../engine/random/normal_table.h"
    body = path.read_text().split("= {\n", 1)[1]
    return [[Fraction(float.fromhex(v)) for v in re.findall(r"-?0x[0-9a-f.]+p[+-]\d+", row)]
            for row in body.split("},")[:-1]]


def fma(a, b, c):
    return Fraction(float(a * b + c))  # Python rounds a rational to the nearest double


def product(a, b):
    return Fraction(float(a * b))


def kernel(table, tail):
    octave = -2
    while Fraction(2) ** octave > tail:
        octave -= 1
    mantissa = tail / Fraction(2) ** octave
    quarter = int((mantissa - 1) * 4)
    segment = 4 * (-2 - octave) + 4 - quarter
    t = mantissa - Fraction(quarter, 4) - 1 - Fraction(1, 8)
    c = [row[segment] for row in table]
    t2 = product(t, t)
    t4 = product(t2, t2)
    c01, c23, c45, c67, c89 = (fma(c[i + 1], t, c[i]) for i in range(0, 10, 2))
    high = fma(fma(c[10], t2, c89), t4, fma(c67, t2, c45))
    return fma(high, t4, fma(c23, t2, c01))


def exact_quantile(tail):
    z, tail = mp.mpf(-float(ndtri(float(tail)))), mp.mpf(float(tail))
    for _ in range(4):
        here = mp.erfc(z / mp.sqrt(2)) / 2
        z += mp.log(here / tail) * here / mp.npdf(z)
    return z


def main():
    table = read_table()
    print("/* Frozen normal quantiles of raw words, made by make_normal_words.py.")
    print(" * SPDX-License-Identifier: Apache-2.0 */")
    print("static const struct {\n  uint64_t word, bits;\n  double exact;\n} normal_words[] = {")
    for word in WORDS:
        p = Fraction(2 * (word >> 12) + 1, 2 ** 53)
        tail, sign = min(p, 1 - p), -1 if p < 1 - p else 1
        z = sign * float(kernel(table, tail))
        bits = struct.unpack("<Q", struct.pack("<d", z))[0]
        print("    {UINT64_C(0x%016x), UINT64_C(0x%016x), %s}," % (
            word, bits, float(sign * exact_quantile(tail)).hex()))
    print("};")


main()
