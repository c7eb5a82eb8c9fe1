"""Altered copies of recordings: what a threshold is chosen on must not hang on the very rows that are there.

Thinned: every second row, from the first or the second. Averaged: the mean of two rows. Shaken: normal noise on every
value, a share of the mean jump from row to row. The windows stay where they are in time."""
import random

from nab_rules import Recording

ALTERATIONS = ("thinned", "thinned, other half", "averaged", "shaken 0.3", "shaken 0.6")


def shaken(values, share, seed):
    r = random.Random(seed)
    jump = sum(abs(b - a) for a, b in zip(values, values[1:])) / (len(values) - 1)
    return [v + share * jump * r.gauss(0, 1) for v in values]


def rows_of(recording, how):
    """(rows, how many rows one stands for, the first that stands for itself)"""
    times, values = [r[0] for r in recording.rows], [float(r[1]) for r in recording.rows]
    if how.startswith("shaken"):
        return list(zip(times, shaken(values, float(how.split()[1]), recording.name + how))), 1, 0
    if how == "averaged":
        return [(times[i], (values[i] + values[i + 1]) / 2) for i in range(0, len(values) - 1, 2)], 2, 0
    first = 1 if "other" in how else 0
    return list(zip(times[first::2], values[first::2])), 2, first


def altered(recording, how, folder):
    rows, step, first = rows_of(recording, how)
    path = folder / (how.replace(" ", "_") + "_" + recording.name.replace("/", "_"))
    with open(path, "w", encoding="utf-8") as f:
        f.write("timestamp,value\n" + "".join(f"{t},{v!r}\n" for t, v in rows))
    windows = [((left - first + step - 1) // step, min(len(rows) - 1, (right - first) // step)) for left,
               right in recording.windows]
    return Recording(recording.name, path, rows, windows)
