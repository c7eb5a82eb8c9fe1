"""Faults of the pattern alone, found sample by sample: rhythms of 10 to 150 samples that are neither of a day nor of a
week, in which one cycle is skipped, doubled, reversed or comes too early. No value, step or level in them is new. The
default configuration; an alarm that begins in the fault or within a cycle (at least 32 samples) of its end found it,
every other alarm is false. Seeds from 1000 on served to choose the constants, the figures are of the seeds from 1 on.

  patterns.py --check BENCH_SCORES     as a test: exits 1 when the figures have become worse"""
import math
import pathlib
import random
import subprocess
import sys
import tempfile

START, STEP, DAY = 1_700_000_000, 300, 86400
SEEDS, CHECKED = range(1, 31), range(1, 4)
LEAST_FOUND, MOST_FALSE = 0.65, 0.01  # of the check
FAULTS = ("skipped", "doubled", "reversed", "early")


def bump(x, at, width):
    return math.exp(-(((x - at) / width) ** 2))


# name: value at a phase of 0..1
RHYTHMS = {
    "pulse": lambda x: bump(x, 0.3, 0.07),
    "two pulses": lambda x: bump(x, 0.25, 0.06) + 0.5 * bump(x, 0.6, 0.06),
    "saw": lambda x: x,
    "duty": lambda x: 1.0 if x < 0.35 else 0.0,
    "heart": lambda x: 0.2 * bump(x, 0.2, 0.05) + bump(x, 0.4, 0.03) - 0.25 * bump(x, 0.46, 0.03) + 0.35 * bump(x, 0.7,
                                                                                                                0.07),
    "charge": lambda x: (1 - math.exp(-x / 0.12)) if x < 0.5 else math.exp(-(x - 0.5) / 0.12),
    "stairs": lambda x: int(x * 4) / 3,
    "swing": lambda x: 0.5 + 0.4 * math.sin(2 * math.pi * x) + 0.2 * math.sin(4 * math.pi * x + 1),
}


def cycle(r, shape, period):
    """One cycle, its length and size a little different each time."""
    n, size = max(4, round(period * r.gauss(1, 0.015))), r.gauss(1, 0.03)
    return [size * shape((i + 0.5) / n) for i in range(n)]


def broken(r, shape, period, fault):
    if fault == "skipped":
        return [shape(0.0)] * round(period)
    if fault == "doubled":
        half = [shape((i + 0.5) / (period / 2)) for i in range(round(period / 2))]
        return half + half
    whole = cycle(r, shape, period)
    return whole[::-1] if fault == "reversed" else whole[: round(len(whole) * r.uniform(0.4, 0.7))]


def series(seed, rhythm, fault):
    """(values, first row of the fault, one past its last, period)"""
    r = random.Random(f"{seed}/{rhythm}/{fault}")
    shape, period, days = RHYTHMS[rhythm], math.exp(r.uniform(math.log(10), math.log(150))), r.uniform(10, 20)
    noise, level, size = r.uniform(0.01, 0.06), r.uniform(-50, 200), math.exp(r.uniform(0, 4))
    rows = int(days * DAY / STEP)
    at = int(rows * r.uniform(0.55, 0.9))
    values, begin, end = [], None, None
    while len(values) < rows:
        if begin is None and len(values) >= at:
            begin = len(values)
            values += broken(r, shape, period, fault)
            end = len(values)
        else:
            values += cycle(r, shape, period)
    return [level + size * (v + r.gauss(0, noise)) for v in values[:rows]], begin, end, period


def write(path, values):
    path.write_text("time,value\n" + "".join(f"{START + i * STEP},{v:.6g}\n" for i, v in enumerate(values)),
                    encoding="utf-8")


def starts(program, paths):
    """For each file the rows in which an alarm begins."""
    files = []
    for line in subprocess.run([str(program), *map(str, paths)], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        if line.startswith("#"):
            files.append([])
            row = 0
        else:
            if line.endswith(" 1"):
                files[-1].append(row)
            row += 1
    return files


def judged(program, seeds, folder):
    """{fault: (found, series)}, {rhythm: ...}, false alarms, series-days"""
    found, by_rhythm, false, days = {}, {}, 0, 0.0
    for fault in FAULTS:
        for rhythm in RHYTHMS:
            made = [series(seed, rhythm, fault) for seed in seeds]
            paths = [folder / f"{fault}_{rhythm}_{seed}.csv".replace(" ", "_") for seed in seeds]
            for path, one in zip(paths, made):
                write(path, one[0])
            for (values, begin, end, period), rows in zip(made, starts(program, paths)):
                last = end + max(32, round(period))
                hit = any(begin <= row < last for row in rows)
                for table, key in ((found, fault), (by_rhythm, rhythm)):
                    n, all_ = table.get(key, (0, 0))
                    table[key] = (n + hit, all_ + 1)
                false += sum(1 for row in rows if not begin <= row < last)
                days += len(values) * STEP / DAY
    return found, by_rhythm, false, days


def share(table):
    return sum(n for n, _ in table.values()) / sum(n for _, n in table.values())


def measure(bench):
    with tempfile.TemporaryDirectory() as folder:
        found, by_rhythm, false, days = judged(bench.build / "bench" / "bench_scores", SEEDS, pathlib.Path(folder))
    task = f"faults of the pattern, {sum(n for _, n in found.values())} series"
    bench.add(task, "share found", share(found), "", less=False)
    bench.add(task, f"false alarms a series-day ({days:,.0f} days)", false / days, "1/day", 0.02)
    bench.note(f"{task}: " + ", ".join(f"{k} {n / m:.2f}" for k, (n, m) in {**found, **by_rhythm}.items()))


def check(program):
    with tempfile.TemporaryDirectory() as folder:
        found, _, false, days = judged(program, CHECKED, pathlib.Path(folder))
    print(f"found {share(found):.2f} (at least {LEAST_FOUND}), false alarms a day {false / days:.4f} (at most {MOST_FALSE})")
    return int(share(found) < LEAST_FOUND or false / days > MOST_FALSE)


if __name__ == "__main__":
    sys.exit(check(sys.argv[2]))
