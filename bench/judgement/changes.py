#!/usr/bin/env python3
"""Change points: `weir detect --changes --together`, defaults, against what five people saw in each series (Turing
Change Point Dataset, van den Burg, Williams 2020). Cover and F1 as there; finding nothing already scores some .58 /
.67, so that figure stands beside.

  changes.py --check WEIR     as a test: exits 77 without the data, 1 when the figures have become worse"""
import csv
import io
import json
import os
import pathlib
import subprocess
import sys

MARGIN = 5
FLOOR = {"cover": 0.85, "F1": 0.90}  # of the handed-out series, for --check; the goals are lower
# Binary segmentation and PELT as ruptures has them, on standardised columns with the usual 3 log n for a mean and a
# place.
RUPTURES = """
import json, sys
import numpy as np, ruptures as rpt
for line in sys.stdin:
    x = np.array(json.loads(line), float)
    x = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1)
    price = 3 * np.log(len(x)) * x.shape[1]
    found = {}
    for name, method in (("BinSeg", rpt.Binseg(model="l2", min_size=2, jump=1)), ("PELT", rpt.Pelt(model="l2", min_size=2, jump=1))):
        found[name] = [int(c) for c in method.fit(x).predict(pen=price)[:-1]]
    print(json.dumps(found))
"""


def segments(cuts, n):
    edges = [0, *sorted({c for c in cuts if 0 < c < n}), n]
    return list(zip(edges, edges[1:]))


def overlap(a, b):
    both = min(a[1], b[1]) - max(a[0], b[0])
    return max(0, both) / (max(a[1], b[1]) - min(a[0], b[0]))


def cover(people, found, n):
    """Mean over people: each of their segments by its best overlap, weighted by length."""
    mine = segments(found, n)
    return sum(sum((s[1] - s[0]) * max(overlap(s, m) for m in mine) for s in segments(cuts, n)) / n
               for cuts in people) / len(people)


def matched(true, found):
    """How many true points have a found one of their own within the margin, nearest first in order of time."""
    left, n = set(found), 0
    for t in sorted(true):
        near = [c for c in left if abs(c - t) <= MARGIN]
        if near:
            left.remove(min(near, key=lambda c: (abs(c - t), c)))
            n += 1
    return n


def f1(people, found):
    mine, theirs = {0, *found}, [{0, *cuts} for cuts in people]
    precision = matched(set().union(*theirs), mine) / len(mine)
    recall = sum(matched(t, mine) / len(t) for t in theirs) / len(theirs)
    return 2 * precision * recall / (precision + recall)


def load(folder):
    """name -> (rows of columns, the people's cuts)"""
    people = json.loads((folder / "annotations.json").read_text())
    out = {}
    for name in sorted(people):
        path = folder / f"{name}.json"
        if path.exists():
            columns = [[float("nan") if v is None else float(v) for v in s["raw"]]
                       for s in json.loads(path.read_text())["series"]]
            out[name] = (list(zip(*columns)), list(people[name].values()))
    return out


def weir(program, rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"c{k}" for k in range(len(rows[0]))])
    writer.writerows([[repr(v) for v in row] for row in rows])
    done = subprocess.run([program, "detect", "--changes", "--together", "--json", "-"], input=text.getvalue(),
                          capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return [c["row"] - 1 for c in json.loads(done.stdout)["series"][0]["changes"]]


def scores(data, found):
    return {name: {"cover": cover(people, found[name], len(rows)), "F1": f1(people, found[name])}
            for name, (rows, people) in data.items()}


def mean(by_series, metric, but=None):
    values = [s[metric] for name, s in by_series.items() if name != but]
    return sum(values) / len(values)


def peer(bench, data):
    python = bench.peers("ruptures==1.1.10", "numpy")
    if not python:
        return {}
    lines = "\n".join(json.dumps([[0.0 if v != v else v for v in row] for row in rows]) for rows, _ in data.values())
    done = subprocess.run([python, "-c", RUPTURES], input=lines, capture_output=True, text=True)
    if done.returncode != 0:
        bench.note("ruptures failed: " + done.stderr.strip().splitlines()[-1])
        return {}
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {method: scores(data, dict(zip(data, (f[method] for f in found)))) for method in found[0]}


def measure(bench):
    folder = bench.dataset("changepoint_tcpd")
    if not folder:
        return
    data = load(folder)
    task = f"change points, {len(data)} series"
    mine = scores(data, {name: weir(bench.build / "weir", rows) for name, (rows, _) in data.items()})
    peers = peer(bench, data)
    for metric, goal in (("cover", 0.72), ("F1", 0.75)):
        best = max(mine, key=lambda name: mine[name][metric])
        name = max(peers, key=lambda p: mean(peers[p], metric)) if peers else None
        bench.add(task, f"{metric}, defaults", mean(mine, metric), "", goal, less=False,
                  peer=f"ruptures {name}" if name else None, peer_value=mean(peers[name], metric) if name else None)
        if len(mine) > 1:
            bench.add(task, f"{metric}, without the best series", mean(mine, metric, best), "", goal, less=False)
    nothing = scores(data, {name: [] for name in data})
    bench.note(f"{task}: finding nothing scores {mean(nothing, 'cover'):.3f} / {mean(nothing, 'F1'):.3f}")
    for name, s in mine.items():
        bench.note(f"{task}: {name} {s['cover']:.3f} / {s['F1']:.3f}")
    speed = subprocess.run([bench.build / "bench" / "bench_series", "changes"], capture_output=True, text=True,
                           check=True).stdout
    bench.add("change points", "10,000 rows, slowest of six kinds", float(speed), "ms", 50)


def check(program):
    root = pathlib.Path(os.environ.get("WEIR_DATA")
                        or pathlib.Path(__file__).resolve().parents[3] / "shared" / "data") / "changepoint_tcpd"
    if not root.is_dir():
        print("skipped: no data")
        return 77
    data = load(root)
    mine = scores(data, {name: weir(program, rows) for name, (rows, _) in data.items()})
    print(", ".join(f"{metric} {mean(mine, metric):.3f}" for metric in FLOOR))
    return int(any(mean(mine, metric) < least for metric, least in FLOOR.items()))


if __name__ == "__main__":
    sys.exit(check(sys.argv[2]))
