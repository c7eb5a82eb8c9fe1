#!/usr/bin/env python3
"""What River's stream detectors say on generated streams: writes tests/reference/streams.h, which streams_test.c
compares with.

  python -m venv V && V/bin/pip install river==0.26.1 && V/bin/python tests/reference/streams.py

The streams come from splitmix64 and from operations that every machine rounds alike, so the C test makes the same
numbers."""
import math
import pathlib

from river import drift

from splitmix import bell, splitmix


def stream(shape, seed, n, step):
    """n values; from the middle on, `step` is added (to the chance of a 1 for bits)."""
    u = splitmix(seed)
    for i in range(n):
        add = step if i >= n // 2 else 0.0
        if shape == "UNIFORM":
            yield next(u) + add
        elif shape == "BELL":
            yield bell(u) + add
        elif shape == "TAIL":
            yield 1 / math.sqrt(next(u) + 1e-12) + add
        elif shape == "BITS":
            yield 1.0 if next(u) < 0.1 + add else 0.0
        elif shape == "TIES":
            yield math.floor(next(u) * 4) + add
        elif shape == "CONSTANT":
            yield 7.0 + add
        elif shape == "DENORMAL":
            yield math.floor(next(u) * 8) * 5e-324
        elif shape == "LARGE":
            yield 1e9 + next(u) + add
        elif shape == "ALTERNATING":
            yield float(i % 2) + add


CASES = [("UNIFORM", 1, 4000, 0.0), ("UNIFORM", 2, 4000, 0.1), ("UNIFORM", 3, 4000, -0.3), ("BELL", 4, 20000, 0.0),
         ("BELL", 5, 20000, 0.2), ("BELL", 6, 4000, 3.0), ("TAIL", 7, 20000, 0.5), ("TAIL", 8, 50000, 0.0),
         ("BITS", 9, 20000, 0.0),
         ("BITS", 10, 20000, 0.05), ("BITS", 11, 8000, 0.3), ("BITS", 12, 8000, -0.08), ("BITS", 13, 2, 0.0),
         ("TIES", 14, 4000, 0.5),
         ("CONSTANT", 15, 500, 0.0), ("CONSTANT", 16, 2000, 1.0), ("CONSTANT", 17, 1, 0.0), ("DENORMAL", 18, 2000, 0.0),
         ("LARGE", 19, 4000, 0.25), ("ALTERNATING", 20, 2000, 0.0), ("ALTERNATING", 21, 2000, 0.5),
         ("BITS", 22, 60000, 0.02)]
DETECTORS = {"ADWIN": drift.ADWIN, "PAGE_HINKLEY": drift.PageHinkley, "DDM": drift.binary.DDM,
             "EDDM": drift.binary.EDDM}
LISTED = 12


def run(name, case):
    d = DETECTORS[name]()
    alarms, warnings = [], 0
    for i, v in enumerate(stream(*case)):
        d.update(int(v) if name in ("DDM", "EDDM") else v)
        if d.drift_detected:
            alarms.append(i)
        elif getattr(d, "warning_detected", False):
            warnings += 1
    width, mean = (d.width, d.estimation) if name == "ADWIN" else (0, 0.0)
    listed = ", ".join(map(str, alarms[:LISTED])) or "0"
    shape, seed, n, step = case
    return (f"    {{ REF_{name}, REF_{shape}, {seed}, {n}, {step!r}, {len(alarms)}, {{ {listed} }}, "
            f"{warnings}, {width}, {float(mean)!r} }},\n")


def main():
    rows = [run(name, case) for name in DETECTORS for case in CASES
            if name in ("ADWIN", "PAGE_HINKLEY") or case[0] == "BITS"]
    out = pathlib.Path(__file__).with_suffix(".h")
    out.write_text("/* Written by tests/reference/streams.py from River 0.26.1. Columns: detector, shape, seed, n, step, alarms, the\n"
                   " * first of them, values in warning, width and mean of the window. */\n" + "".join(rows))


main()
