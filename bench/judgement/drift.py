"""Drift pairs: is each of 202 pairs of columns distributed alike? One yes or no each by `weir drift` with its defaults;
what the column is (number or word) is told, as it is to the peers. Balanced accuracy = (found of the drifted + 1 -
alarms on the others) / 2."""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# What must not get worse on the handed-out pairs: least balanced accuracy, most false alarms.
FLOOR = {"num": (0.97, 0.0), "cat": (0.91, 0.042)}

PEER = r'''
import csv, json, sys
from collections import Counter
import numpy as np
from scipy import stats
folder = sys.argv[1]
out = {}
for row in csv.DictReader(open(folder + "/index.csv")):
    rows = list(csv.DictReader(open(folder + "/p%04d.csv" % int(row["pair"]))))
    a, b, said = [r["ref"] for r in rows], [r["cur"] for r in rows], {}
    if row["type"] == "num":
        x, y = np.array([float(v) for v in a if v]), np.array([float(v) for v in b if v])
        said["KS p<.05"] = bool(stats.ks_2samp(x, y).pvalue < .05)
        said["Wasserstein/sd>.1"] = bool(stats.wasserstein_distance(x, y) / x.std() > .1)
    else:
        p, q = Counter(a), Counter(b)
        table = [[c[k] for k in sorted(set(p) | set(q))] for c in (p, q)]
        said["chi2 p<.01"] = bool(stats.chi2_contingency(table).pvalue < .01)
    out[row["pair"]] = said
print(json.dumps(out))
'''


def split(path, folder):
    """One file of two columns becomes two files of one column."""
    with open(path, newline="") as f:
        rows = list(csv.reader(f))[1:]
    for name, i in (("ref", 0), ("cur", 1)):
        with open(folder / f"{name}.csv", "w", newline="") as f:
            csv.writer(f, lineterminator="\n").writerows([["value"]] + [[r[i]] for r in rows])


def judged(weir, path, kind, folder):
    split(path, folder)
    option = "--numbers" if kind == "num" else "--words"
    run = subprocess.run([weir, "drift", folder / "ref.csv", folder / "cur.csv", option, "value", "--json"],
                         capture_output=True, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(f"weir drift failed on {path}: {run.stderr}")
    return json.loads(run.stdout)["drifted"] > 0


def score(said, labels, pairs):
    drifted, same = [said[p] for p in pairs if labels[p] != "none"], [said[p] for p in pairs if labels[p] == "none"]
    found, alarms = sum(drifted) / len(drifted), sum(same) / len(same)
    return found, alarms, (found + 1 - alarms) / 2


def best_peer(bench, folder, labels, pairs):
    python = bench.peers("scipy==1.17.1", "numpy==2.4.6")
    if not python:
        return None, None
    run = subprocess.run([python, "-c", PEER, str(folder)], capture_output=True, text=True)
    if run.returncode:
        bench.note("drift: SciPy failed: " + run.stderr.strip()[-200:])
        return None, None
    said = json.loads(run.stdout)
    names = said[pairs[0]].keys()
    scores = {n: score({p: said[p][n] for p in pairs}, labels, pairs) for n in names}
    name = max(scores, key=lambda n: scores[n][2])
    return f"SciPy {name} (alarms {scores[name][1]:.2f})", round(scores[name][2], 3)


def by_kind(said, labels, pairs):
    kinds = dict.fromkeys(labels[p] for p in pairs if labels[p] != "none")
    parts = [(k, [said[p] for p in pairs if labels[p] == k]) for k in kinds]
    return ", ".join(f"{k} {sum(v)}/{len(v)}" for k, v in parts)


def judge_all(weir, folder):
    """(types, labels, answers) of all pairs."""
    types = {r["pair"]: r["type"] for r in csv.DictReader(open(folder / "index.csv"))}
    labels = {r["pair"]: r["kind"] for r in csv.DictReader(open(folder / "labels.csv"))}
    with tempfile.TemporaryDirectory() as tmp:
        said = {p: judged(weir, folder / f"p{int(p):04d}.csv", t, pathlib.Path(tmp)) for p, t in types.items()}
    return types, labels, said


def measure(bench):
    folder = bench.dataset("drift_pairs")
    if not folder:
        return
    types, labels, said = judge_all(bench.build / "weir", folder)
    for kind, name, goal in (("num", "numbers", 0.90), ("cat", "words", 0.92)):
        pairs = [p for p, t in types.items() if t == kind]
        if not pairs:
            continue
        found, alarms, balanced = score(said, labels, pairs)
        peer, value = best_peer(bench, folder, labels, pairs)
        bench.add("drift", f"{name}: balanced accuracy", round(balanced, 3), "", goal, less=False, peer=peer,
                  peer_value=value)
        bench.add("drift", f"{name}: false alarms", round(alarms, 3), "", 0.03, less=True)
        bench.note(f"drift, {name}: found {by_kind(said, labels, pairs)}")


def check(weir):
    """As a test: the figures must not get worse. 77: no data."""
    folder = pathlib.Path(os.environ.get("WEIR_DATA") or HERE / "../../../shared/data") / "drift_pairs"
    if not folder.is_dir():
        print("skipped: no data")
        return 77
    types, labels, said = judge_all(weir, folder)
    worse = 0
    for kind, (least, most) in FLOOR.items():
        _, alarms, balanced = score(said, labels, [p for p, t in types.items() if t == kind])
        print(f"{kind}: balanced {balanced:.4f}, false alarms {alarms:.4f}")
        worse += balanced < least or alarms > most
    return int(worse > 0)


if __name__ == "__main__":
    sys.exit(check(*sys.argv[1:]))
