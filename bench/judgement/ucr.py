#!/usr/bin/env python3
"""Discords: `weir detect --discord` names one place after the healthy part of each series, as the UCR anomaly archive
asks (Wu, Keogh 2021), on the archive's sample and on series from ucr_generate.py. The plain matrix profile (stumpy) and
the largest step do the same beside it. The generator's seeds from 1000 on served to choose weir's constants; the
figures are of the seeds from 1 on.

  ucr.py --check WEIR     as a test: exits 1 when the figures have become worse, 77 (after the generated ones) without
  the data"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import ucr_generate

SEEDS = (1, 200)
NAME = re.compile(r"\d+_UCR_Anomaly_(.*)_(\d+)_(\d+)_(\d+)\.txt$")
# Largest distance to the nearest neighbour of windows as long as the period (the highest autocorrelation peak of the
# healthy part).
STUMPY = """
import sys, warnings
warnings.filterwarnings("ignore")
import numpy as np, stumpy
def period(x):
    x = x - x.mean()
    r = np.fft.irfft(np.abs(np.fft.rfft(x, 2 * len(x))) ** 2)[:len(x)]
    r = r[20:min(600, len(x) // 3)]
    peaks = np.flatnonzero((r[1:-1] > r[:-2]) & (r[1:-1] >= r[2:])) + 1
    return 20 + (peaks[np.argmax(r[peaks])] if len(peaks) else 80)
for line in sys.stdin:
    path, train = line.rsplit(" ", 1)
    x, train = np.loadtxt(path).ravel(), int(train)
    m = max(20, int(period(x[:train])))
    d = stumpy.stump(x, m)[:, 0].astype(float)
    d[~np.isfinite(d)] = 0
    print(train + int(np.argmax(d[train:])) + m // 2 + 1, flush=True)
"""


class Series:
    def __init__(self, path):
        m = NAME.search(path.name)
        self.path, self.name = path, m[1]
        self.train, self.begin, self.end = int(m[2]), int(m[3]), int(m[4])

    def right(self, row):
        """The archive's rule; rows from 1."""
        length = self.end - self.begin + 1
        return row is not None and min(self.begin - length, self.begin - 100) < row < max(self.end + length,
                                                                                          self.end + 100)


def load(folder):
    return [Series(p) for p in sorted(folder.iterdir()) if NAME.search(p.name)]


def weir(program, s):
    done = subprocess.run([program, "detect", "--discord", "--all", "--top", "1", "--from", str(s.train), "--json",
                           s.path],
                          capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    found = json.loads(done.stdout)["series"][0]["discords"]
    return found[0]["row"] if found else None


def largest_step(s):
    x = [float(v) for v in s.path.read_text().split()]
    return max(range(s.train + 1, len(x)), key=lambda i: abs(x[i] - x[i - 1])) + 1


def share(series, rows):
    return sum(s.right(r) for s, r in zip(series, rows)) / len(series)


def profile(bench, series):
    python = bench.peers("stumpy==1.14.1", "numpy")
    if not python:
        return None
    text = "".join(f"{s.path} {s.train}\n" for s in series)
    done = subprocess.run([python, "-c", STUMPY], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        bench.note("stumpy failed: " + done.stderr.strip().splitlines()[-1])
        return None
    return share(series, [int(r) for r in done.stdout.split()])


def generated(folder, first, count):
    ucr_generate.write(folder, first, count)
    return load(pathlib.Path(folder))


def sample(bench, program):
    folder = bench.dataset("ucr_sample")
    series = load(folder) if folder else []
    if not series:
        return
    rows, plain = [weir(program, s) for s in series], profile(bench, series)
    right, n = sum(s.right(r) for s, r in zip(series, rows)), len(series)
    bench.add(f"UCR, {n} series", "places named right", right, "", n if n == 4 else None, less=False,
              peer="stumpy" if plain is not None else None, peer_value=plain * n if plain is not None else None)
    bench.add(f"UCR, {n} series", "share right", right / n, "", None if n == 4 else 0.8, less=False,
              peer="stumpy" if plain is not None else None, peer_value=plain)
    bench.note(f"UCR, {n} series: the largest step names {share(series, [largest_step(s) for s in series]):.3f} right")


def measure(bench):
    program = bench.build / "weir"
    sample(bench, program)
    with tempfile.TemporaryDirectory() as folder:
        series = generated(folder, *SEEDS)
        mine, plain = share(series, [weir(program, s) for s in series]), profile(bench, series)
        task = f"generated discords, {len(series)} series"
        bench.add(task, "share right", mine, "", plain + 0.03 if plain is not None else None, less=False,
                  peer="stumpy" if plain is not None else None, peer_value=plain)
        bench.note(f"{task}: the largest step names {share(series, [largest_step(s) for s in series]):.3f} right")
        if plain is not None and not 0.6 <= plain <= 0.8:
            bench.note(f"{task}: the plain profile should reach .60 to .80 there")
    speed = subprocess.run([bench.build / "bench" / "bench_series", "discords"], capture_output=True, text=True,
                           check=True).stdout
    bench.add("discords", "750,000 rows, one core", float(speed), "s", 5)


def check(program):
    with tempfile.TemporaryDirectory() as folder:
        series = generated(folder, 1, 20)
        right = sum(s.right(weir(program, s)) for s in series)
    print(f"generated: {right} of {len(series)}")
    root = pathlib.Path(os.environ.get("WEIR_DATA")
                        or pathlib.Path(__file__).resolve().parents[3] / "shared" / "data") / "ucr_sample"
    if right < 12:
        return 1
    if not root.is_dir():
        print("skipped: no data")
        return 77
    series = load(root)
    found = sum(s.right(weir(program, s)) for s in series)
    print(f"archive: {found} of {len(series)}")
    return int(found < len(series))


if __name__ == "__main__":
    sys.exit(check(sys.argv[2]))
