#!/usr/bin/env python3
"""Tosses of a fair coin by whole numbers and fractions, which round once at the end: writes sign.h beside this file,
which better_test.c compares with.

  python3 tests/reference/sign.py"""
import pathlib
from fractions import Fraction
from math import comb

cases = [(0, 0), (1, 0), (1, 1), (5, 5), (10, 0), (10, 8), (20, 15), (41, 20), (100, 60), (100, 50), (333, 200),
         (1000, 540), (1000, 900), (3000, 1500), (3000, 1580), (9999, 5150)]
out = ["/* Made by tests/reference/sign.py: exact fractions. */", "#ifndef WEIR_TESTS_REFERENCE_SIGN_H",
       "#define WEIR_TESTS_REFERENCE_SIGN_H", "", "#include <stdint.h>", "", "static const struct {",
       "    int64_t n, wins;", "    double point, tail, evidence;", "} reference_sign[] = {"]
for n, wins in cases:
    point = Fraction(comb(n, wins), 2**n)
    tail = Fraction(sum(comb(n, k) for k in range(wins, n + 1)), 2**n)
    out.append(f"    {{ {n}, {wins}, {float(point)!r}, {float(tail)!r}, {float(1 / (point * (n + 1)))!r} }},")
out += ["};", "", "#endif", ""]
pathlib.Path(__file__).with_suffix(".h").write_text("\n".join(out))
