"""Erlang's formulas by their sums, in 60 digits: make_erlang.py > erlang.h
SPDX-License-Identifier: Apache-2.0"""
import mpmath

mpmath.mp.dps = 60
# load, servers, handling, target
CASES = [(10.0, 14, 180.0, 20.0), (8.0, 10, 1.0, 0.0), (0.5, 1, 3.0, 2.0), (1e-6, 3, 4.0, 1.0), (9.999, 10, 5.0, 60.0),
         (110.25, 120, 6.0, 1.0), (1000.0, 1010, 6.0, 0.5), (5000.0, 5020, 2.5, 0.25), (0.0, 2, 5.0, 1.0)]


def made(load, servers, handling, target):
    a, n = mpmath.mpf(load), servers
    terms = [mpmath.mpf(1)]
    for k in range(1, n + 1):
        terms.append(terms[-1] * a / k)
    b = terms[n] / sum(terms)
    c = terms[n] * n / (n - a) / (sum(terms[:n]) + terms[n] * n / (n - a))
    return b, c, 1 - c * mpmath.exp(-(n - a) * target / handling), c * handling / (n - a)


print("""/* Made by make_erlang.py. SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GOLDEN_ERLANG_H
#define TESTS_GOLDEN_ERLANG_H
typedef struct golden_erlang {
  double load;
  unsigned servers;
  double handling, target, b, c, within, wait;
} golden_erlang;
static const golden_erlang golden_erlangs[] = {""")
print(",\n".join("  {" + ", ".join([case[0].hex(), str(case[1]), str(case[2]), str(case[3])]
                                   + [float(x).hex() for x in made(*case)]) + "}" for case in CASES) + "};")
print("#endif")
