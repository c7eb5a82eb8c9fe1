#!/usr/bin/env python3
"""What stumpy says of the nearest neighbours in generated series and SciPy of their spreads: writes tests/reference/series.h, which
series_reference_test.c compares with.

  python -m venv V && V/bin/pip install stumpy==1.14.1 numpy scipy && V/bin/python tests/reference/series.py

The series come from splitmix64 and from operations that every machine rounds alike, so the C test makes the same numbers."""
import pathlib

import numpy as np
import stumpy
from scipy import stats

from splitmix import bell, splitmix

SHAPES = ("UNIFORM", "BELL", "WALK", "SAW", "TIES", "STEPS", "SPIKE", "OFFSET", "TINY", "CONSTANT")


def series(shape, seed, n):
    u, out, walk = splitmix(seed), [], 0.0
    for i in range(n):
        if shape == "UNIFORM":
            v = next(u)
        elif shape == "BELL":
            v = bell(u)
        elif shape == "WALK":
            walk += next(u) - 0.5
            v = walk
        elif shape == "SAW":
            v = i % 23 / 8 + next(u) / 4
        elif shape == "TIES":
            v = float(int(next(u) * 3))
        elif shape == "STEPS":
            v = i // 40 % 3 + 0.125 * next(u) if i // 20 % 3 else 1.0
        elif shape == "SPIKE":
            v = next(u) + (1000.0 if i == n // 2 else 0.0)
        elif shape == "OFFSET":
            v = 1000.0 + next(u)
        elif shape == "TINY":
            v = next(u) * 2.0**-40
        else:
            v = 5.0
        out.append(v)
    return np.array(out)


def neighbours(x, window):
    """Distance to the nearest neighbour on either side, and before, of a few windows; -1: there is none before."""
    p = stumpy.stump(x, window)
    for i in range(0, len(x) - window + 1, (len(x) - window) // 6):
        left = int(p[i, 2])
        yield i, float(p[i, 0]), -1.0 if left < 0 else float(distance(x, i, left, window))


def distance(x, i, j, window):
    a, b = x[i:i + window], x[j:j + window]
    flat = [np.ptp(a) == 0, np.ptp(b) == 0]
    if any(flat):
        return 0.0 if all(flat) else np.sqrt(window)
    return np.linalg.norm((a - a.mean()) / a.std() - (b - b.mean()) / b.std())


def main():
    lines = ["/* Written by tests/reference/series.py from stumpy and SciPy. */", "#ifdef NEIGHBOUR_CASES",
             "/* shape, seed, rows, window, row, distance to the nearest, to the nearest before (-1: none) */"]
    for k, shape in enumerate(SHAPES):
        for rows, window in ((120, 8), (300, 16), (400, 50)):
            x = series(shape, 10 * k + window, rows)
            for i, d, before in neighbours(x, window):
                lines.append(f"    {{ {shape}, {10 * k + window}, {rows}, {window}, {i}, {d:.12g}, {before:.12g} }},")
    lines += ["#endif", "#ifdef SPREAD_CASES", "/* shape, seed, rows, median, median absolute deviation for a normal distribution */"]
    for k, shape in enumerate(SHAPES[:-1]):
        for rows in (1, 2, 7, 100, 1001):
            x = series(shape, 1000 + k, rows)
            lines.append(f"    {{ {shape}, {1000 + k}, {rows}, {np.median(x):.17g}, {stats.median_abs_deviation(x, scale=1 / 1.4826):.17g} }},")
    lines += ["#endif", ""]
    (pathlib.Path(__file__).parent / "series.h").write_text("\n".join(lines))


main()
