"""Log templates: grouping of the Loghub-2k lines with one configuration for all systems, and lines a second beside
Drain3.

GA: share of lines whose group is exactly the set of lines of their label. FGA: F1 over groups, one being found when it
equals a labelled one. The group of a line is its template at the end of the file, when siblings have been united; the
strictly online figure takes the template that each line got when it came. Input is the Content column, a line each, as
in the published figures."""
import collections
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import logs_generate

HERE = pathlib.Path(__file__).resolve().parent
DRAIN3 = ("drain3==0.9.11",)


def contents(folder):
    path = folder / f"{folder.name}_2k.log_structured.csv"
    with open(path, newline="", encoding="utf-8", errors="replace") as f:
        rows = list(csv.DictReader(f))
    return [" ".join(r["Content"].splitlines()) for r in rows], [r["EventId"] for r in rows]


def groups(labels):
    out = collections.defaultdict(set)
    for line, label in enumerate(labels):
        out[label].add(line)
    return out


def score(truth, found):
    """(GA, FGA) of two labellings of the same lines."""
    want, got = groups(truth), groups(found)
    equal = [g for g in got.values() if want[truth[next(iter(g))]] == g]
    precision, recall = len(equal) / len(got), len(equal) / len(want)
    return sum(map(len, equal)) / len(truth), 2 * precision * recall / (precision + recall) if equal else 0.0


def template_of_lines(weir, lines):
    with tempfile.NamedTemporaryFile("w", suffix=".log", encoding="utf-8", newline="\n") as f:
        f.write("\n".join(lines) + "\n")
        f.flush()
        done = subprocess.run([weir, "logs", "--json", "--lines", f.name], capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode())
    return json.loads(done.stdout)["lines"]


def grouping(weir, systems):
    """{system: ((GA, FGA), (GA, FGA) online)}"""
    out = {}
    for folder in systems:
        lines, truth = contents(folder)
        found = template_of_lines(weir, lines)
        out[folder.name] = (score(truth, [x["template"] for x in found]), score(truth, [x["at_once"] for x in found]))
    return out


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def drain3_grouping(python, systems):
    done = subprocess.run([python, HERE / "drain3_peer.py", "group"],
                          input=json.dumps([contents(s)[0] for s in systems]),
                          capture_output=True, text=True, check=True)
    return [score(contents(s)[1], found) for s, found in zip(systems, json.loads(done.stdout))]


def generated(bench, python, names, what, goal):
    """Logs in the manner of other systems, three seeds each."""
    texts = [(name, list(zip(*logs_generate.lines(name, seed)))) for name in names for seed in (1, 2, 3)]
    weir = str(bench.build / "weir")
    ours = [score(truth, [x["template"] for x in template_of_lines(weir, lines)]) for _, (lines, truth) in texts]
    peer = None
    if python:
        done = subprocess.run([python, HERE / "drain3_peer.py", "group"],
                              input=json.dumps([lines for _, (lines, _) in texts]),
                              capture_output=True, text=True, check=True)
        peer = [score(truth, found) for (_, (_, truth)), found in zip(texts, json.loads(done.stdout))]
    for i, kind in enumerate(("GA", "FGA")):
        bench.add("generated logs", f"{kind}, {what}", mean(f[i] for f in ours), "", goal[i], less=False,
                  peer="drain3 0.9.11", peer_value=mean(p[i] for p in peer) if peer else None)
    for k, name in enumerate(names):
        bench.note(f"{name} (generated): GA {mean(f[0] for f in ours[3 * k:3 * k + 3]):.3f}")


def speed(bench, systems, python):
    """Both on one core, in turns, on the same lines; the best of three each."""
    lines = [line for s in systems for line in contents(s)[0]] * 5
    ours = theirs = 0.0
    with tempfile.NamedTemporaryFile("w", suffix=".log", encoding="utf-8", newline="\n") as f:
        f.write("\n".join(lines) + "\n")
        f.flush()
        for _ in range(3):
            done = subprocess.run([bench.build / "bench" / "bench_logs", f.name], capture_output=True, text=True,
                                  check=True)
            ours = max(ours, json.loads(done.stdout)["lines_s"])
            if python:
                peer = subprocess.run([python, HERE / "drain3_peer.py", "speed", f.name], capture_output=True,
                                      text=True, check=True)
                theirs = max(theirs, float(peer.stdout))
    bench.add("log speed", "lines/s, one core", ours, "1/s", 1e6, less=False, peer="drain3 0.9.11",
              peer_value=theirs or None)
    if theirs:
        bench.add("log speed", "times drain3 with the same masks", ours / theirs, "x", 20, less=False)


def measure(bench):
    data = bench.dataset("loghub2k")
    python = bench.peers(*DRAIN3)
    generated(bench, python, list(logs_generate.SYSTEMS),
              f"{len(logs_generate.SYSTEMS)} systems, seen when the masks were mended", (0.95, 0.85))
    generated(bench, python, list(logs_generate.UNSEEN), f"{len(logs_generate.UNSEEN)} systems, written after that",
              (0.85, 0.75))
    if not data:
        return
    systems = sorted(p for p in data.iterdir() if p.is_dir())
    found = grouping(str(bench.build / "weir"), systems)
    peer = drain3_grouping(python, systems) if python else None
    for name, ((ga, fga), (online, _)) in found.items():
        bench.note(f"{name}: GA {ga:.3f}, FGA {fga:.3f}; online GA {online:.3f}")
    n = len(systems)
    bench.add("Loghub-2k", f"GA, mean of {n} systems", mean(f[0][0] for f in found.values()), "", 0.95, less=False,
              peer="drain3 0.9.11", peer_value=mean(p[0] for p in peer) if peer else None)
    bench.add("Loghub-2k", f"FGA, mean of {n} systems", mean(f[0][1] for f in found.values()), "", 0.85, less=False,
              peer="drain3 0.9.11", peer_value=mean(p[1] for p in peer) if peer else None)
    bench.add("Loghub-2k", "GA, strictly online", mean(f[1][0] for f in found.values()), "", None, less=False)
    speed(bench, systems, python)


def check(weir):
    """As a test: the figures must not get worse. 77: no data."""
    folder = pathlib.Path(os.environ.get("WEIR_DATA") or HERE / "../../../shared/data") / "loghub2k"
    if not folder.is_dir():
        print("skipped: no data")
        return 77
    found = grouping(weir, sorted(p for p in folder.iterdir() if p.is_dir()))
    ga, fga = mean(f[0][0] for f in found.values()), mean(f[0][1] for f in found.values())
    print(f"GA {ga:.4f} FGA {fga:.4f}")
    return 0 if ga >= 0.95 and fga >= 0.85 else 1


if __name__ == "__main__":
    sys.exit(check(*sys.argv[1:]))
