#!/usr/bin/env python3
"""Score `weir feed --json` on the Numenta Anomaly Benchmark: `bench_feed_nab.py WEIR [NAB_FOLDER]`.

For each recording: in how many labelled windows did an incident open, and how many opened outside every window. One
default configuration for all files; each file is fed to a weir of its own. Prints one line a file and a summary, and
writes build/bench/feed_nab.json. Exit 1 when the goals are missed: 60 % of the windows, at most one incident a file
outside them.
"""
import datetime
import json
import os
import subprocess
import sys

GOAL_WINDOWS, GOAL_OUTSIDE = 0.60, 1.0


def stamp(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp() * 1e6


def score(weir, path, windows):
    run = subprocess.run([weir, "feed", "--json", path], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        sys.exit("%s: %s" % (path, run.stderr.strip()))
    opened = [incident["opened"] for incident in json.loads(run.stdout)["incidents"]]
    spans = [(stamp(a), stamp(b)) for a, b in windows]
    hit = sum(any(a <= t <= b for t in opened) for a, b in spans)
    outside = sum(not any(a <= t <= b for a, b in spans) for t in opened)
    return hit, outside


def main(weir, root):
    try:
        with open(os.path.join(root, "labels/combined_windows.json"), encoding="utf-8") as f:
            labels = json.load(f)
    except FileNotFoundError:
        print("skipped: no data")
        return 77
    hits = total = outside = files = 0
    for name, windows in sorted(labels.items()):
        path = os.path.join(root, "data", name)
        if not os.path.exists(path):
            continue
        hit, out = score(weir, path, windows)
        print("%-62s %d of %d windows, %d outside" % (name, hit, len(windows), out))
        hits, total, outside, files = hits + hit, total + len(windows), outside + out, files + 1
    share, rate = hits / total, outside / files
    met = share >= GOAL_WINDOWS and rate <= GOAL_OUTSIDE
    print("%d files: %d of %d windows (%.0f %%), %.2f incidents a file outside them" % (files, hits, total, 100 * share,
                                                                                        rate))
    rows = [{"task": "feed_nab", "metric": "windows_found", "value": share, "unit": "share", "goal": GOAL_WINDOWS,
             "met": share >= GOAL_WINDOWS},
            {"task": "feed_nab", "metric": "incidents_outside_per_file", "value": rate, "unit": "count",
             "goal": GOAL_OUTSIDE, "met": rate <= GOAL_OUTSIDE}]
    os.makedirs("build/bench", exist_ok=True)
    with open("build/bench/feed_nab.json", "w", encoding="utf-8") as f:
        json.dump(rows, f, indent=1)
    return 0 if met else 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    data = os.environ.get("WEIR_DATA") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared/data")
    sys.exit(main(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else os.path.join(data, "nab")))
