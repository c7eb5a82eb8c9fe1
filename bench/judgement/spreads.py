"""Changes of the spread alone, offline: `weir detect --changes` on generated noise whose level never changes. In half
of the series the spread changes once, by a factor of two or more either way; in half it stays. Noise of seven kinds:
normal, Laplace, uniform, Student with three degrees of freedom, with a memory, on a daily rhythm, and normal with rare
large spikes. Found: a change of spread within 5 % of the rows of the true one. Seeds from 1000 on served to choose the
constants, the figures are of the seeds from 1 on.

  spreads.py --check WEIR     as a test: exits 1 when the figures have become worse"""
import json
import math
import random
import subprocess
import sys

SEEDS, CHECKED = range(1, 41), range(1, 9)
GOAL, MOST_FALSE = 0.9, 0.02
LEAST_CHECKED = 0.8


def student(r):
    return r.gauss(0, 1) / math.sqrt(r.gammavariate(1.5, 2) / 3)


NOISES = {
    "normal": lambda r: r.gauss(0, 1),
    "Laplace": lambda r: r.expovariate(1) * r.choice((-1, 1)),
    "uniform": lambda r: r.uniform(-1.7, 1.7),
    "Student 3": student,
    "memory": lambda r: r.gauss(0, 1),
    "rhythm": lambda r: r.gauss(0, 1),
    "spikes": lambda r: r.gauss(0, 1) * (12 if r.random() < 0.005 else 1),
}


def series(seed, noise, changes):
    """(values, row of the change or None)"""
    r = random.Random(f"{seed}/{noise}/{changes}")
    rows, factor = r.randint(300, 3000), r.uniform(2, 4) ** r.choice((-1, 1))
    at = int(rows * r.uniform(0.3, 0.7)) if changes else None
    level, size, values, last = r.uniform(-100, 100), math.exp(r.uniform(-2, 4)), [], 0.0
    for i in range(rows):
        draw = NOISES[noise](r) * (factor if at is not None and i >= at else 1)
        last = 0.5 * last + draw if noise == "memory" else draw
        wave = 3 * math.sin(i / 24 * 2 * math.pi) if noise == "rhythm" else 0
        values.append(level + size * (last + wave))
    return values, at


def told(program, values):
    done = subprocess.run([program, "detect", "--changes", "--json", "-"], input="".join(f"{v!r}\n" for v in values),
                          capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return [(c["row"] - 1, c["kind"]) for c in json.loads(done.stdout)["series"][0]["changes"]]


def judged(program, seeds):
    """{noise: (found, false where one is, false where none is, series each)}; false are changes of any kind."""
    out = {}
    for noise in NOISES:
        found = beside = false = 0
        for seed in seeds:
            values, at = series(seed, noise, True)
            changes = told(program, values)
            right = [c for c in changes if c[1] == "spread" and abs(c[0] - at) <= 0.05 * len(values)]
            found, beside = found + bool(right), beside + len(changes) - bool(right)
            false += len(told(program, series(seed, noise, False)[0]))
        out[noise] = (found, beside, false, len(seeds))
    return out


def shares(table):
    n = sum(t[3] for t in table.values())
    return [sum(t[k] for t in table.values()) / n for k in range(3)]


def measure(bench):
    table = judged(bench.build / "weir", SEEDS)
    found, beside, false = shares(table)
    task = f"changes of spread, {2 * sum(t[3] for t in table.values())} series"
    bench.add(task, "share found", found, "", GOAL, less=False)
    bench.add(task, "false changes a series, where there is none", false, "", MOST_FALSE)
    bench.add(task, "other changes told beside the true one, a series", beside, "")
    bench.note(f"{task}, found and false by noise: " + ", ".join(f"{k} {t[0] / t[3]:.2f} {t[2] / t[3]:.2f}" for k,
                                                                 t in table.items()))


def check(program):
    found, _, false = shares(judged(program, CHECKED))
    print(f"found {found:.2f} (at least {LEAST_CHECKED}), false {false:.3f} a series (at most {2 * MOST_FALSE})")
    return int(found < LEAST_CHECKED or false > 2 * MOST_FALSE)


if __name__ == "__main__":
    sys.exit(check(sys.argv[2]))
