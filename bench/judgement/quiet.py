"""False alarms on quiet series, per series-day, the default configuration: real spans of normal operation, and
generated ones.

Real: the recordings of NAB without a labelled window and the 287 metrics of PetShop's normal operation (two days each,
so mostly the strict first days); and, apart, everything in NAB at least one window's length away from every window,
which holds unlabelled oddities, too. Generated: shapes without any fault, from fixed seeds. Every alarm counts, those
of the first days as well."""
import csv
import math
import pathlib
import random
import subprocess
import tempfile

from nab_rules import load

GOAL = 0.02
START = 1_700_000_000
DAY = 86400


def alarms_of(program, paths, *options):
    """For each file the alarm (0 or 1) of every row."""
    text = subprocess.run([str(program), *options, *[str(p) for p in paths]], capture_output=True, text=True,
                          check=True).stdout
    files = []
    for line in text.splitlines():
        if line.startswith("#"):
            files.append([])
        else:
            files[-1].append(int(line.split()[1]))
    return files


# --- generated ---

def swing(hour):
    return math.sin((hour - 9) / 24 * 2 * math.pi)


def poisson(r, mean):
    n, product, limit = 0, r.random(), math.exp(-mean)
    while product > limit:
        n, product = n + 1, product * r.random()
    return float(n)


def laplace(r):
    return r.expovariate(1) * (1 if r.random() < 0.5 else -1)


def spikes(r):
    return 40 + r.expovariate(1 / 60) if r.random() < 0.004 else 0.0


def wander(r, state):
    state["x"] = 0.9 * state.get("x", 0.0) + r.gauss(0, 1)
    return 100 + 5 * state["x"]


def count(r, state, hour):
    """A counter that starts again every nine days or so."""
    state["n"] = (0.0 if r.random() < 0.0004 else state.get("n", 0.0)) + poisson(r, 30 * (1.3 + swing(hour)))
    return state["n"]


# name: value at (random, state, row, hour, working day)
SHAPES = {
    "normal noise": lambda r, s, i, h, w: 100 + r.gauss(0, 5),
    "Laplace noise": lambda r, s, i, h, w: 100 + 5 * laplace(r),
    "lognormal noise": lambda r, s, i, h, w: 50 * math.exp(r.gauss(0, 0.4)),
    "uniform noise": lambda r, s, i, h, w: r.uniform(0, 100),
    "gamma, daily": lambda r, s, i, h, w: r.gammavariate(2, 20) * (1.5 + swing(h)),
    "daily": lambda r, s, i, h, w: 200 + 80 * swing(h) + r.gauss(0, 8),
    "weekly": lambda r, s, i, h, w: 100 + (60 + 60 * swing(h)) * (1 if w else 0.3) + r.gauss(0, 6),
    "office hours": lambda r, s, i, h, w: 100 + (80 if 8 < h < 18 else 0) + r.gauss(0, 5),
    "events, daily": lambda r, s, i, h, w: poisson(r, 20 * (1.3 + swing(h))),
    "few events": lambda r, s, i, h, w: poisson(r, 0.3),
    "wandering": lambda r, s, i, h, w: wander(r, s),
    "spikes once a day": lambda r, s, i, h, w: 20 + r.gauss(0, 3) + spikes(r),
    "sawtooth": lambda r, s, i, h, w: i % 288 / 2.88 + r.gauss(0, 1),
    "constant": lambda r, s, i, h, w: 42.0,
    "counter": lambda r, s, i, h, w: count(r, s, h),
}
SCHEDULES = ((300, 30), (60, 10), (3600, 120))  # seconds a sample, days
SEEDS = 3


def write_shape(path, shape, seed, step, days):
    r, state = random.Random(f"{shape}/{seed}/{step}"), {}
    with open(path, "w", encoding="utf-8") as f:
        f.write("time,value\n")
        for i in range(days * DAY // step):
            t = START + i * step
            f.write(f"{t},{SHAPES[shape](r, state, i, t % DAY / 3600, (t // DAY + 3) % 7 < 5):.6g}\n")


def generated(bench, program, folder):
    total, days, each = 0, 0, {}
    for shape in SHAPES:
        paths, span = [], 0
        for seed in range(SEEDS):
            for step, length in SCHEDULES:
                paths.append(folder / f"{len(paths)}.csv")
                write_shape(paths[-1], shape, seed, step, length)
                span += length
        found = sum(map(sum, alarms_of(program, paths, *(["--counter"] if shape == "counter" else []))))
        each[shape] = found / span
        total, days = total + found, days + span
    bench.add("quiet series", f"alarms a series-day, generated ({len(SHAPES)} shapes, {days:,} days)", total / days,
              "1/day", GOAL)
    bench.note("quiet, generated, by shape: " + ", ".join(f"{k} {v:.3f}" for k, v in each.items() if v))


# --- real ---

def petshop_series(folder, root):
    """Every column of the normal operation as a file of its own, without its missing rows at the ends."""
    with open(root / "low_traffic" / "noissue" / "metrics.csv", encoding="utf-8") as f:
        rows = list(csv.reader(f))[4:]
    for k in range(1, len(rows[0])):
        path = folder / f"petshop{k}.csv"
        with open(path, "w", encoding="utf-8") as f:
            f.write("time,value\n" + "".join(f"{r[0]},{r[k]}\n" for r in rows))
        yield path, (float(rows[-1][0]) - float(rows[0][0])) / DAY


def far_rows(recording):
    """Rows at least as far from each window as it is long."""
    far = [True] * len(recording.rows)
    for left, right in recording.windows:
        width = right - left + 1
        for i in range(max(0, left - width), min(len(far), right + width + 1)):
            far[i] = False
    return far


def row_days(recording, seconds_of):
    steps = sorted(b - a for a, b in zip(seconds_of, seconds_of[1:]))
    return steps[len(steps) // 2] / DAY


def seconds(recording):
    import datetime
    zone = datetime.timezone.utc
    return [datetime.datetime.fromisoformat(r[0][:19]).replace(tzinfo=zone).timestamp() for r in recording.rows]


def real(bench, program, folder):
    alarms, days, nab = 0, 0.0, bench.dataset("nab")
    far_alarms, far_days = 0, 0.0
    if nab:
        files = load(nab)
        for f, rows in zip(files, alarms_of(program, [f.path for f in files])):
            far, day = far_rows(f), row_days(f, seconds(f))
            far_alarms += sum(a for a, ok in zip(rows, far) if ok)
            far_days += sum(far) * day
            if not f.windows:
                alarms, days = alarms + sum(rows), days + len(rows) * day
    shop = bench.dataset("rca_petshop")
    if shop:
        series = list(petshop_series(folder, shop))
        alarms += sum(map(sum, alarms_of(program, [p for p, _ in series])))
        days += sum(d for _, d in series)
    if days:
        bench.add("quiet series", f"alarms a series-day, real (PetShop, NAB without windows; {days:,.0f} days)",
                  alarms / days, "1/day", GOAL)
    if far_days:
        bench.add("quiet series", f"alarms a series-day, NAB far from windows ({far_days:,.0f} days)",
                  far_alarms / far_days, "1/day", GOAL)


def measure(bench):
    program = bench.build / "bench" / "bench_scores"
    with tempfile.TemporaryDirectory() as folder:
        generated(bench, program, pathlib.Path(folder))
        real(bench, program, pathlib.Path(folder))
