"""Words of numpy's PCG64DXSM at chosen states, plain and after advance: make_stream.py > stream.h
SPDX-License-Identifier: Apache-2.0"""
import numpy as np

MASK = (1 << 64) - 1


def c_u64(value):
    return "UINT64_C(0x%016x)" % value


def main():
    print("/* Words of numpy's PCG64DXSM, made by make_stream.py.")
    print(" * SPDX-License-Identifier: Apache-2.0 */")
    print("typedef struct golden_stream {")
    print("  uint64_t state[2], increment[2], advance; /* high, low */")
    print("  uint64_t words[4];")
    print("} golden_stream;\n")
    print("static const golden_stream golden_streams[] = {")
    states = [(0, 1), (1, 3), ((1 << 128) - 1, (1 << 128) - 1),
              (0x8356fa23cda075e1c4e9a15a2555416d, 0x3de93ed6853cd39c1c6f81e5ffc8985b),
              (0x290e6cf9b69162fd14f0d40b741fe2e5, 0xebac5c4ebd385f0fe14cd899b19dd9bf)]
    for state, increment in states:
        for advance in (0, 1, 2, 63, 1000, 999999, 1 << 40, MASK):
            generator = np.random.PCG64DXSM()
            full = generator.state
            full["state"] = {"state": state, "inc": increment}
            full["has_uint32"] = 0
            generator.state = full
            generator.advance(advance)
            words = [int(generator.random_raw()) for _ in range(4)]
            print("    {{%s, %s}, {%s, %s}, %s,\n     {%s,\n      %s}}," % (
                c_u64(state >> 64), c_u64(state & MASK), c_u64(increment >> 64),
                c_u64(increment & MASK), c_u64(advance), ", ".join(map(c_u64, words[:2])),
                ", ".join(map(c_u64, words[2:]))))
    print("};")


main()
