"""What the tasks of root causes share: asking `weir diagnose`, simple floors, and counting hits."""
import csv
import json
import math
import random
import statistics
import subprocess


def diagnose(bench, path, *options):
    """The answer of `weir diagnose`: {"causes": [...], "suspects": [...]}."""
    done = subprocess.run([bench.build / "weir", "diagnose", path, "--json", "--top", "8", *map(str, options)],
                          capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout:
        raise SystemExit(f"weir diagnose {path}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def milliseconds(bench, folders):
    """Processor time a case, without reading its files, over at most 60 of the folders; None where the program is not
    built."""
    program = bench.build / "bench" / "bench_causes"
    if not folders or not program.exists():
        return None
    step = max(1, len(folders) // 60)
    done = subprocess.run([program, "--time", *folders[::step]], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def columns(path, header=1):
    """{names of the header rows: values}, the first column left out; what is no number is left out of its column."""
    with open(path, newline="") as f:
        rows = list(csv.reader(f))
    out = {}
    for c, name in enumerate(zip(*rows[:header])):
        if c > 0 or name[0] not in ("time", "microservice"):
            out[name[0] if header == 1 else name] = [number(r[c]) for r in rows[header:] if len(r) > c]
    return out


def number(text):
    try:
        return float(text)
    except ValueError:
        return math.nan


def n_sigma(normal, window):
    """The floor: the largest value of the window, in standard deviations over the mean of what is normal."""
    n, w = [v for v in normal if v == v], [v for v in window if v == v]
    if len(n) < 2 or not w:
        return 0.0
    return (max(w) - statistics.fmean(n)) / (statistics.pstdev(n) or 1.0)


def at(ranks, k):
    """The share of ranks (0 = first, None = not there) among the first k."""
    return sum(r is not None and r < k for r in ranks) / len(ranks)


def avg5(ranks):
    return sum(at(ranks, k) for k in range(1, 6)) / 5


def rank_of(truth, names):
    return names.index(truth) if truth in names else None


def shuffled(names, seed):
    names = sorted(names)
    random.Random(seed).shuffle(names)
    return names
