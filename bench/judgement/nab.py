"""NAB: the detector's scores on every recording, one default configuration, no knowledge of a file before its rows.

The result is the score at a threshold frozen by cross-validation over the files: each file is scored at the threshold chosen on the
others (by file, and by category, which is harder). THRESHOLD is the one chosen on all 31 handed-out files, to be applied to others as
it is. The best threshold of the very same files stands beside the peers, whose published figures are made so."""
import os
import pathlib
import subprocess
import sys

from nab_rules import Result, load

THRESHOLD = 0.195  # chosen by Result.choose() on the 31 handed-out files, standard profile
GOALS = {"standard": (76, 78), "low-FP": (69, 71), "low-FN": (None, None)}
PUBLISHED = {"standard": ("ARTime, best threshold", 78.2), "low-FP": ("CAD-OSE, best threshold", 71.7), "low-FN": ("ARTime, best threshold", 83.1)}
HANDED_OUT = 31
GRID = [0.10 + 0.001 * k for k in range(300)]
RIVER = """
import csv, sys, time
from river import anomaly
for path in sys.argv[1:]:
    values = [float(r[1]) for r in list(csv.reader(open(path)))[1:]]
    model, scores, begin = anomaly.GaussianScorer(window_size=None, grace_period=100), [], time.process_time()
    for v in values:
        s = model.score_one(None, v)
        scores.append(s if s == s and abs(s) < 1e9 else 0.0)
        model.learn_one(None, v)
    print("#", time.process_time() - begin)
    for s in scores:
        print(s)
"""


def read_scores(text):
    """`# anything` before each file, then a line a row whose first word is the score."""
    files = []
    for line in text.splitlines():
        if line.startswith("#"):
            files.append([])
        else:
            files[-1].append(float(line.split()[0]))
    return files


def run(*argv):
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=True).stdout


def river(bench, files, profile):
    python = bench.peers("river==0.26.1")
    if not python:
        return None
    text = run(python, "-c", RIVER, *[f.path for f in files])
    seconds = sum(float(line[1:]) for line in text.splitlines() if line.startswith("#"))
    scores = read_scores(text)
    grid = sorted({s for one in scores for s in one if s > 0.9})
    grid = grid[:: max(1, len(grid) // 400)]
    return Result(files, scores, grid).best(profile), sum(len(f.rows) for f in files) / seconds


def accuracy(bench, files, scores):
    task = f"NAB, {len(files)} files"
    result = Result(files, scores, GRID)
    frozen = min(range(len(GRID)), key=lambda t: abs(GRID[t] - THRESHOLD))
    handed_out = len(files) == HANDED_OUT
    for profile, (goal, goal_best) in GOALS.items():
        peer, figure = PUBLISHED[profile] if handed_out else (None, None)
        if handed_out:
            bench.add(task, f"{profile}, threshold from the other files", result.held_out(profile, lambda f: f.name), "", goal, less=False)
            bench.add(task, f"{profile}, from the other categories", result.held_out(profile, lambda f: pathlib.Path(f.name).parts[0]), "",
                      goal, less=False)
        bench.add(task, f"{profile}, threshold {THRESHOLD}", result.at(profile, frozen), "", goal, less=False)
        bench.add(task, f"{profile}, best threshold", result.best(profile), "", goal_best if handed_out else None, less=False, peer=peer,
                  peer_value=figure)
    found, false = result.counts(frozen)
    windows = sum(len(f.counted) for f in files)
    bench.note(f"{task}: at {THRESHOLD} {found} of {windows} windows, {false} outside; chosen on these files: "
               + ", ".join(f"{p} {GRID[result.choose(p)]:.3f}" for p in GOALS))


def measure(bench):
    root = bench.dataset("nab")
    if not root:
        return
    program = bench.build / "bench" / "bench_scores"
    files = load(root)
    accuracy(bench, files, read_scores(run(program, *[f.path for f in files])))
    speed, size = run(program, "--speed", *[f.path for f in files]).split()
    peer = river(bench, files, "standard")
    if peer:
        bench.note(f"River GaussianScorer on the same files, best threshold: standard {peer[0]:.1f}")
    bench.add("NAB runtime", "rows a second, one core", float(speed), "1/s", 1e6, less=False, peer="River GaussianScorer" if peer else None,
              peer_value=peer[1] if peer else None)
    bench.add("NAB runtime", "state of a series", float(size), "B", 65536)


def check(program):
    """The figures that must not get worse, as a test: `nab.py BENCH_SCORES`. Exits 77 (skipped) without the data."""
    root = pathlib.Path(os.environ.get("WEIR_DATA") or pathlib.Path(__file__).resolve().parents[2] / "../shared/data") / "nab"
    if not root.is_dir():
        print("skipped: no data")
        return 77
    files = load(root)
    result = Result(files, read_scores(run(program, *[f.path for f in files])), [THRESHOLD])
    standard, low = result.at("standard", 0), result.at("low-FP", 0)
    perfect = Result(files, [[1.0 if i in {max(left, f.begin) for left, _ in f.windows} else 0.0 for i in range(len(f.rows))] for f in files],
                     [THRESHOLD])
    print(f"threshold {THRESHOLD}: standard {standard:.1f} (at least 76), low-FP {low:.1f} (at least 71)")
    return 0 if standard >= 76 and low >= 71 and abs(perfect.at("standard", 0) - 100) < 1e-9 else 1


if __name__ == "__main__":
    sys.exit(check(sys.argv[1]))
